//! Random survival forests with all and with some cut points, and their predictions, on one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_survival::forest::ForestSettings;
use radsurv_testkit::splitmix::SplitMix64;

/// Features of which two have an effect.
fn example(cases: usize, count: usize) -> (FeatureTable, Survival) {
    let mut random = SplitMix64::new(7);
    let mut uniform = || (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let columns: Vec<Vec<f64>> = (0..count).map(|_| (0..cases).map(|_| uniform()).collect()).collect();
    let times = (0..cases).map(|i| -uniform().ln() * (-2.0 * columns[0][i] - columns[1][i]).exp()).collect();
    let event = (0..cases).map(|_| uniform() < 0.6).collect();
    let names = (0..count).map(|j| format!("f{j}")).collect();
    let table = FeatureTable::new((0..cases).map(|i| format!("P{i}")).collect(), names, columns);
    (table.expect("a table"), Survival::new(times, event).expect("follow-up"))
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    let mut group = c.benchmark_group("random survival forest");
    group.sample_size(10);
    for (cases, count, trees) in [(380, 487, 20), (5000, 50, 4)] {
        let (features, outcome) = example(cases, count);
        let all = ForestSettings { trees, ..ForestSettings::scikit_survival(count) };
        let some = ForestSettings { trees, ..ForestSettings::default() };
        for (name, settings) in [("all cut points", &all), ("10 random cut points", &some)] {
            group.bench_function(format!("{name}, {trees} trees, {count} features x {cases} cases"), |b| {
                b.iter(|| settings.fit(&features, &outcome))
            });
        }
        let forest = all.fit(&features, &outcome).expect("a forest");
        group.bench_function(format!("risks of {cases} cases"), |b| b.iter(|| forest.predict_risk(&features)));
        group.bench_function(format!("curves of {cases} cases"), |b| {
            b.iter(|| forest.predict_survival(&features, &[0.1, 0.3, 1.0]))
        });
    }
    group.finish();
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
