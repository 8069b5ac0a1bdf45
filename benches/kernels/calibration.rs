//! Brier scores and calibration of 700 predictions, with limits, on one thread; and bootstrap samples of the smooth curve.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_data::{Survival, SurvivalCurves};
use radsurv_eval::brier::{BrierSettings, Integration};
use radsurv_eval::calibration::{
    GndSettings, GroupSettings, Grouping, SmoothSettings, in_the_large, slope_of_probabilities,
};
use radsurv_stats::bootstrap::Bootstrap;
use radsurv_testkit::splitmix::SplitMix64;
use std::hint::black_box;

fn calibration(c: &mut Criterion) {
    let mut group = c.benchmark_group("calibration of 700");
    group.sample_size(20);
    let mut random = SplitMix64::new(8);
    let mut uniform = || (random.below(1 << 20) as f64 + 0.5) / f64::from(1 << 20);
    let (mut times, mut event, mut probability) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..700 {
        let hazard = 0.01 * (2.0 * uniform()).exp();
        let (death, censoring) = (-uniform().ln() / hazard, -uniform().ln() / 0.01);
        times.push((10.0 * death.min(censoring)).ceil() / 10.0);
        event.push(death <= censoring);
        probability.push(hazard);
    }
    let outcome = Survival::new(times, event).expect("times are positive");
    let until = |time: f64| -> Vec<f64> { probability.iter().map(|h| -f64::exp_m1(-h * time)).collect() };
    let (p, at) = (until(36.0), [12.0, 24.0, 36.0, 48.0, 60.0]);
    let curve = |h: &f64| at.iter().map(|t| f64::exp(-h * t)).collect();
    let curves = SurvivalCurves::new(at.to_vec(), probability.iter().map(curve).collect()).expect("they fall");
    let brier = BrierSettings::default();
    let mut bench = |name: &str, work: &mut dyn FnMut()| {
        group.bench_function(name, |b| b.iter(&mut *work));
    };
    bench("Brier score, IPA, errors", &mut || drop(black_box(brier.at(36.0, &p, &outcome))));
    bench("integrated Brier score of 5 times", &mut || {
        drop(black_box(brier.integrated(&curves, &outcome, Integration::Trapezoid, None)));
    });
    let groups = GroupSettings { grouping: Grouping::Count(10), ..GroupSettings::default() };
    bench("ten groups", &mut || drop(black_box(groups.fit(36.0, &p, &outcome))));
    bench("Greenwood-Nam-D'Agostino", &mut || drop(black_box(GndSettings::default().test(36.0, &p, &outcome))));
    let smooth = SmoothSettings::default();
    bench("smooth curve with limits", &mut || drop(black_box(smooth.fit(36.0, &p, &outcome))));
    let hundred = Bootstrap { samples: 100, ..Bootstrap::default() };
    bench("100 samples of ICI, E50, E90, Emax", &mut || {
        drop(black_box(smooth.bootstrap(36.0, &p, &outcome, &hundred)))
    });
    bench("slope", &mut || drop(black_box(slope_of_probabilities(&p, &outcome, 0.95))));
    bench("in the large", &mut || drop(black_box(in_the_large(36.0, &p, &outcome, 0.95))));
    group.finish();
}

criterion_group!(benches, calibration);
criterion_main!(benches);
