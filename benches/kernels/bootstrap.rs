//! The bootstrap of measures of fixed predictions, and of decision curves and reclassification, on all threads.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use radsurv_data::{Metric, Predictions, Survival, SurvivalCurves};
use radsurv_eval::bootstrap::{Resampling, bootstrap};
use radsurv_eval::brier::{BrierMetric, BrierRule};
use radsurv_eval::calibration::{CalibrationIndex, CalibrationIndexMetric, SmoothSettings};
use radsurv_eval::concordance::Measure;
use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, NetBenefit, Strategy};
use radsurv_eval::reclassification::{Idi, IdiSettings};
use radsurv_eval::time_roc::AucAt;
use radsurv_stats::bootstrap::{Bootstrap, LimitsBy};
use radsurv_testkit::splitmix::SplitMix64;

const TIME: f64 = 60.0;

fn benches(c: &mut Criterion) {
    let mut group = c.benchmark_group("bootstrap");
    group.sample_size(10);
    for rows in [700, 5_000] {
        let mut random = SplitMix64::new(3);
        let mut uniform = || (random.below(1 << 20) as f64 + 0.5) / f64::from(1 << 20);
        let risk: Vec<f64> = (0..rows).map(|_| 2.0 * (uniform() + uniform() + uniform()) - 3.0).collect();
        let hazards: Vec<f64> = risk.iter().map(|r| 0.012 * r.exp()).collect();
        let ends: Vec<(f64, f64)> = hazards.iter().map(|h| (-uniform().ln() / h, 20.0 + 120.0 * uniform())).collect();
        let times = ends.iter().map(|(event, censored)| event.min(*censored)).collect();
        let outcome = Survival::new(times, ends.iter().map(|(e, c)| e <= c).collect()).expect("times are positive");
        let new: Vec<f64> = hazards.iter().map(|h| 1.0 - (-h * TIME).exp()).collect();
        let old: Vec<f64> = new.iter().map(|p| 0.5 * (p + uniform())).collect();
        let curves = SurvivalCurves::new(vec![TIME], new.iter().map(|p| vec![1.0 - p]).collect()).expect("survival");
        let predictions = Predictions::new(risk).with_survival(curves).expect("as many");
        let (auc, benefit) = (AucAt::new(TIME), NetBenefit { time: TIME, threshold: 0.3, harm: 0.0 });
        let brier = BrierMetric { time: TIME, rule: BrierRule::default() };
        let (index, smooth) = (CalibrationIndex::Ici, SmoothSettings::default());
        let calibration = CalibrationIndexMetric { time: TIME, index, settings: smooth };
        let metrics: [&dyn Metric; 5] = [&Measure::Harrell, &auc, &brier, &calibration, &benefit];
        let settings = Bootstrap { samples: 100, ..Bootstrap::default() };
        let mut bench = |name: &str, work: &mut dyn FnMut()| {
            group.bench_function(BenchmarkId::new(name, rows), |b| b.iter(&mut *work));
        };
        let measure = |settings: &Bootstrap| bootstrap(&metrics, &predictions, &outcome, Resampling::Cases, settings);
        bench("measures, 100 samples", &mut || drop(black_box(measure(&settings))));
        if rows < 1_000 {
            let bca = Bootstrap { limits: LimitsBy::Bca, ..settings };
            bench("measures, 100 samples, BCa", &mut || drop(black_box(measure(&bca))));
        }
        let models = [("old", &old), ("new", &new)].map(|(name, risk)| Strategy { name, risk, harm: 0.0 });
        let decision = DecisionCurveSettings { bootstrap: Some(settings), ..DecisionCurveSettings::at(TIME) };
        bench("decision curves of two models, 100 samples", &mut || {
            drop(black_box(DecisionCurve::of(&models, &outcome, &decision)));
        });
        let idi = IdiSettings { bootstrap: Some(settings), ..IdiSettings::at(TIME) };
        bench("IDI, 100 samples", &mut || drop(black_box(Idi::of(&old, &new, &outcome, &idi))));
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
