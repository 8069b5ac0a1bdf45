//! Screening of features by outcome, on one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_data::{Cohort, FeatureTable, FitToOutcome, Survival};
use radsurv_survival::ForestSettings;
use radsurv_survival::selection::screen::boruta::ForestImportance;
use radsurv_survival::selection::screen::{BorutaSettings, MrmrSettings, Test, UnivariableSettings};
use radsurv_testkit::splitmix::SplitMix64;

/// Features of which two have an effect.
fn example(cases: usize, count: usize) -> (Cohort, Survival) {
    let mut random = SplitMix64::new(7);
    let mut uniform = || (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let columns: Vec<Vec<f64>> = (0..count).map(|_| (0..cases).map(|_| uniform()).collect()).collect();
    let times = (0..cases).map(|i| -uniform().ln() * (-2.0 * columns[0][i] - columns[1][i]).exp()).collect();
    let event = (0..cases).map(|_| uniform() < 0.6).collect();
    let names = (0..count).map(|j| format!("f{j}")).collect();
    let table = FeatureTable::new((0..cases).map(|i| format!("P{i}")).collect(), names, columns);
    (table.expect("a table").into(), Survival::new(times, event).expect("follow-up"))
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    let mut group = c.benchmark_group("screening of 800 features x 400 cases");
    group.sample_size(10);
    let (cohort, outcome) = example(400, 800);
    for (name, test) in [("likelihood ratio", Test::LikelihoodRatio), ("score test", Test::Score)] {
        let settings = UnivariableSettings { test, ..Default::default() };
        group.bench_function(format!("univariable, {name}"), |b| b.iter(|| settings.fit(&cohort, &outcome)));
    }
    for features in [10, 50] {
        let settings = MrmrSettings { features, ..Default::default() };
        group.bench_function(format!("mRMR, {features} chosen"), |b| b.iter(|| settings.fit(&cohort, &outcome)));
    }
    for (name, importance) in [("permutation", ForestImportance::Permutation), ("splits", ForestImportance::Splits)] {
        let forest = ForestSettings { trees: 100, ..Default::default() };
        let settings = BorutaSettings { forest, importance, runs: 1, ..Default::default() };
        group.bench_function(format!("Boruta, a run of 100 trees, {name}"), |b| {
            b.iter(|| settings.fit(&cohort, &outcome))
        });
    }
    group.finish();
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
