//! Linear models of genes and their moderation, on tables of noise; on one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_data::{Covariate, Covariates, Groups};
use radsurv_genomics::Expression;
use radsurv_genomics::differential::{BayesSettings, Design, GroupCoding, LinearModel, Weights};
use radsurv_testkit::splitmix::SplitMix64;

const GENES: usize = 5000;
const SAMPLES: usize = 300;

/// Genes whose variances differ, without a difference between groups.
fn expression() -> Expression {
    let mut rng = SplitMix64::new(1);
    let mut noise = || (0..4).map(|_| rng.below(1024) as f64).sum::<f64>() / 512.0 - 4.0;
    let values = (0..GENES * SAMPLES).map(|at| 8.0 + noise() * (1.0 + (at / SAMPLES % 7) as f64 / 4.0)).collect();
    let names = |letter: &str, count: usize| (0..count).map(|i| format!("{letter}{i}")).collect();
    Expression::new(names("G", GENES), names("S", SAMPLES), values).expect("a value per gene and sample")
}

fn differential(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("differential, {GENES} genes x {SAMPLES} samples"));
    group.sample_size(20);
    let expression = expression();
    let groups = Groups::new((0..SAMPLES).map(|i| Some(["low", "high"][i % 2])));
    let mut covariates = Covariates::new(SAMPLES);
    let age = (0..SAMPLES).map(|i| 40.0 + (i % 37) as f64).collect();
    covariates.add("age", Covariate::Number(age)).expect("a new name");
    let coding = GroupCoding::Reference(Some("low".to_string()));
    let design = Design::of_groups(expression.samples(), &groups, &coding, &covariates).expect("independent columns");
    let model = LinearModel::new(&design);
    group.bench_function("fit", |b| b.iter(|| model.fit(&expression)));
    let weights: Vec<f64> = (0..GENES * SAMPLES).map(|at| 0.5 + (at % 11) as f64 / 5.0).collect();
    let weighted = model.with_weights(Weights::Values(&weights));
    group.bench_function("fit, weights of values", |b| b.iter(|| weighted.fit(&expression)));
    let patients = Groups::new((0..SAMPLES).map(|i| Some(format!("P{}", i / 2))));
    let blocked = model.with_blocks(&patients, 0.4);
    group.bench_function("fit, blocks", |b| b.iter(|| blocked.fit(&expression)));
    let fit = model.fit(&expression).expect("as many samples");
    for (name, trend, robust) in [("moderate", false, false), ("moderate, trend and robust", true, true)] {
        let settings = BayesSettings { trend, robust, ..BayesSettings::default() };
        group.bench_function(name, |b| b.iter(|| settings.moderate(&fit)));
    }
    group.finish();
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    differential(c);
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
