//! ComBat, fitted and applied, on tables of noise; on one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_data::{Cohort, Covariate, Covariates, FeatureTable, Fit, Groups};
use radsurv_harmonize::CombatSettings;
use radsurv_harmonize::combat::Method;
use radsurv_testkit::splitmix::SplitMix64;

/// Features by cases in four batches, with an age.
fn cohort(features: usize, cases: usize) -> Cohort {
    let mut rng = SplitMix64::new(1);
    let mut noise = || (0..4).map(|_| rng.below(1024) as f64).sum::<f64>() / 512.0 - 4.0;
    let shift = |case: usize| (case % 4) as f64 * 0.5;
    let columns = (0..features).map(|_| (0..cases).map(|case| noise() + shift(case)).collect()).collect();
    let ids = (0..cases).map(|case| format!("P{case}")).collect();
    let names = (0..features).map(|f| format!("f{f}")).collect();
    let mut covariates = Covariates::new(cases);
    let batches = (0..cases).map(|case| Some(["A", "B", "C", "D"][case % 4]));
    covariates.add("batch", Covariate::Category(Groups::new(batches))).expect("a new name");
    covariates.add("age", Covariate::Number((0..cases).map(|_| noise() * 10.0 + 60.0).collect())).expect("a new name");
    let table = FeatureTable::new(ids, names, columns).expect("a value per case");
    Cohort::new(table, covariates).expect("as many covariates")
}

fn combat(c: &mut Criterion) {
    let mut group = c.benchmark_group("ComBat");
    for (method, features, cases) in [(Method::NonParametric, 487, 380), (Method::Parametric, 2074, 700)] {
        let cohort = cohort(features, cases);
        for covariates in [vec![], vec!["age".to_string()]] {
            let name = format!("{method:?}, {features} features x {cases} cases, {} covariates", covariates.len());
            let settings = CombatSettings { method, covariates, ..CombatSettings::new("batch") };
            group.sample_size(20);
            group.bench_function(name, |b| b.iter(|| settings.fit(&cohort).and_then(|fitted| fitted.apply(&cohort))));
        }
    }
    group.finish();
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    combat(c);
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
