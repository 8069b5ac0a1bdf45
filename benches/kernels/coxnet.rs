//! A path of the elastic net of Cox's model and its cross-validation, on one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_data::{FeatureTable, Survival};
use radsurv_survival::coxnet::{CrossValidationSettings, PathSettings};
use radsurv_testkit::splitmix::SplitMix64;

/// Features that share latent causes, of which the first has an effect.
fn example(cases: usize, count: usize) -> (FeatureTable, Survival) {
    let mut random = SplitMix64::new(7);
    let mut uniform = || (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let latent: Vec<Vec<f64>> = (0..20).map(|_| (0..cases).map(|_| uniform()).collect()).collect();
    let columns: Vec<Vec<f64>> =
        (0..count).map(|j| latent[j % 20].iter().map(|v| v + 0.7 * uniform()).collect()).collect();
    let times = (0..cases).map(|i| -uniform().ln() * (-2.0 * columns[0][i]).exp()).collect();
    let event = (0..cases).map(|_| uniform() < 0.6).collect();
    let names = (0..count).map(|j| format!("f{j}")).collect();
    let table = FeatureTable::new((0..cases).map(|i| format!("P{i}")).collect(), names, columns);
    (table.expect("a table"), Survival::new(times, event).expect("follow-up"))
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    let mut group = c.benchmark_group("elastic net");
    group.sample_size(10);
    let settings = PathSettings::default();
    for (cases, count) in [(380, 487), (2000, 100)] {
        let (features, outcome) = example(cases, count);
        group.bench_function(format!("path, {count} features x {cases} cases"), |b| {
            b.iter(|| settings.fit(&features, &outcome))
        });
    }
    let (features, outcome) = example(380, 100);
    group.bench_function("10-fold cross-validation, 100 features x 380 cases", |b| {
        b.iter(|| CrossValidationSettings::default().run(&settings, &features, &outcome))
    });
    group.finish();
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
