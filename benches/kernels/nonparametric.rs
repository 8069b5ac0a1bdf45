//! Kaplan-Meier, concordance, the log-rank test and maximally selected statistics, on one thread; a tenth of the times is tied.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use radsurv_data::{Groups, Survival};
use radsurv_stats::nonparametric::{
    KaplanMeier, KaplanMeierSettings, MaxSelectedSettings, Selected, TestWeights, Variance, harrell, uno,
};
use radsurv_testkit::splitmix::SplitMix64;

fn nonparametric(c: &mut Criterion) {
    let mut group = c.benchmark_group("follow-up");
    group.sample_size(10);
    for rows in [1_000, 10_000, 100_000] {
        let mut random = SplitMix64::new(5);
        let mut uniform = || random.below(1 << 20) as f64 / f64::from(1 << 20);
        let risk: Vec<f64> = (0..rows).map(|_| (uniform() * 1000.0).round()).collect();
        let times =
            (0..rows).map(|i| if i % 10 == 0 { (uniform() * 100.0).round() } else { uniform() * 100.0 }).collect();
        let event = (0..rows).map(|_| uniform() < 0.6).collect();
        let outcome = Survival::new(times, event).expect("times are positive");
        let weighted =
            outcome.clone().with_weights((0..rows).map(|_| 0.1 + uniform()).collect()).expect("weights are positive");
        let arms = Groups::new((0..rows).map(|i| Some(["a", "b", "c"][i % 3])));
        let mut bench = |name: &str, work: &mut dyn FnMut()| {
            group.bench_function(BenchmarkId::new(name, rows), |b| b.iter(&mut *work));
        };
        bench("Kaplan-Meier", &mut || drop(std::hint::black_box(KaplanMeier::of(&outcome))));
        let robust = KaplanMeierSettings { variance: Variance::Robust, ..KaplanMeierSettings::default() };
        bench("Kaplan-Meier, robust", &mut || drop(std::hint::black_box(robust.fit(&weighted))));
        bench("Harrell's C", &mut || drop(std::hint::black_box(harrell(&risk, &outcome))));
        bench("Uno's C", &mut || drop(std::hint::black_box(uno(&risk, &outcome, Some(90.0)))));
        bench("log-rank", &mut || drop(std::hint::black_box(TestWeights::LogRank.test(&outcome, &arms, None))));
        let cuts = MaxSelectedSettings::default();
        bench("maximally selected", &mut || drop(std::hint::black_box(cuts.fit(&outcome, &risk))));
        if let Ok(found) = cuts.fit(&outcome, &risk) {
            let gauss = || found.p_value(Selected::Gauss);
            bench("its normal p-value", &mut || drop(std::hint::black_box(gauss())));
        }
    }
    group.finish();
}

criterion_group!(benches, nonparametric);
criterion_main!(benches);
