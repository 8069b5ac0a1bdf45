//! Survival SVMs on input that is not as it should be, and what their settings do.

use radsurv_data::saved::Saved;
use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_stats::nonparametric::harrell;
use radsurv_survival::Error;
use radsurv_survival::svm::{Formulation, Kernel, Pairs, Svm, SvmSettings, TimeScale};
use radsurv_testkit::splitmix::SplitMix64;

const KERNELS: [Kernel; 4] = [
    Kernel::Linear,
    Kernel::Additive,
    Kernel::Polynomial { degree: 2, offset: 1.0, scale: None },
    Kernel::Rbf { variance: None },
];

fn fast(rank_ratio: f64) -> Formulation {
    Formulation::Fast { alpha: None, rank_ratio, intercept: true }
}

/// Times that fall with the first feature, of `n` cases and `p` features.
fn cases(n: usize, p: usize) -> (FeatureTable, Survival) {
    let mut random = SplitMix64::new(n as u64);
    let mut uniform = || (random.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
    let columns: Vec<Vec<f64>> = (0..p).map(|_| (0..n).map(|_| 4.0 * uniform()).collect()).collect();
    let times = (0..n).map(|i| (-uniform().ln() * 50.0 * (-columns[0][i]).exp() * 10.0).ceil()).collect();
    let names = (0..p).map(|j| format!("f{j}")).collect();
    let features = FeatureTable::new((0..n).map(|i| format!("P{i}")).collect(), names, columns).unwrap();
    (features, Survival::new(times, (0..n).map(|i| i % 3 > 0).collect()).unwrap())
}

#[test]
fn constant_features_have_no_effect_and_may_be_absent() {
    let (features, outcome) = cases(60, 3);
    let mut columns = features.columns().to_vec();
    columns[1] = vec![7.0; 60];
    let constant = features.with_columns(columns).unwrap();
    let without = features.select(&["f0", "f2"]).unwrap();
    for (kernel, formulation) in KERNELS.iter().flat_map(|k| [(*k, Formulation::default()), (*k, fast(1.0))]) {
        // The defaults of other kernels depend on the number of features.
        let kernel = match kernel {
            Kernel::Rbf { .. } => Kernel::Rbf { variance: Some(2.0) },
            Kernel::Polynomial { degree, offset, .. } => Kernel::Polynomial { degree, offset, scale: Some(0.5) },
            other => other,
        };
        let settings = SvmSettings { kernel, formulation, curves: false, ..SvmSettings::default() };
        let model = settings.fit(&constant, &outcome).unwrap();
        assert_eq!(model.needed(), ["f0", "f2"]);
        assert!(model.importance().iter().all(|i| i.feature != "f1"));
        let fewer = settings.fit(&without, &outcome).unwrap();
        let (a, b) = (model.predict_risk(&without).unwrap(), fewer.predict_risk(&without).unwrap());
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-7), "{settings:?}");
        let all = features.with_columns(vec![vec![1.0; 60]; 3]).unwrap();
        assert!(matches!(settings.fit(&all, &outcome), Err(Error::Constant { features }) if features.len() == 3));
    }
}

#[test]
fn times_of_zero_separation_and_more_features_than_cases_are_fitted() {
    let (features, outcome) = cases(40, 100);
    let mut times = outcome.times().to_vec();
    times[0] = 0.0;
    let zero = Survival::new(times, outcome.event().to_vec()).unwrap();
    // Times that the first feature orders perfectly.
    let separated = Survival::new(features.columns()[0].iter().map(|v| 10.0 - v).collect(), vec![true; 40]).unwrap();
    let (pairs, time) = (Pairs::LastEvent, TimeScale::Log);
    for kernel in KERNELS {
        for formulation in [
            Formulation::default(),
            Formulation::Hybrid { cost: Some(1.0), pair_cost: Some(1.0), pairs, time },
            fast(1.0),
            fast(0.0),
            Formulation::Fast { alpha: Some(1.0), rank_ratio: 1.0, intercept: false },
        ] {
            let settings = SvmSettings { kernel, formulation, curves: false, ..SvmSettings::default() };
            for outcome in [&zero, &separated] {
                let risk = settings.fit(&features, outcome).unwrap().predict_risk(&features).unwrap();
                assert!(risk.iter().all(|r| r.is_finite()));
                assert!(harrell(&risk, outcome).unwrap().estimate > 0.8, "{settings:?}");
            }
        }
    }
}

#[test]
fn units_of_features_and_times_make_no_difference() {
    let (features, outcome) = cases(80, 3);
    let units = [1e-6, 30.0, 1e8];
    let other: Vec<Vec<f64>> = features
        .columns()
        .iter()
        .zip(units)
        .map(|(c, unit)| c.iter().map(|v| unit * v + 5.0 * unit).collect())
        .collect();
    let other = features.with_columns(other).unwrap();
    let days = Survival::new(outcome.times().iter().map(|t| t * 30.0).collect(), outcome.event().to_vec()).unwrap();
    for kernel in KERNELS {
        for formulation in [Formulation::default(), fast(1.0)] {
            let settings = SvmSettings { kernel, formulation, curves: false, ..SvmSettings::default() };
            let (a, b) = (settings.fit(&features, &outcome).unwrap(), settings.fit(&other, &days).unwrap());
            let (a, b) = (a.predict_risk(&features).unwrap(), b.predict_risk(&other).unwrap());
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-6), "{settings:?}");
        }
    }
}

#[test]
fn what_cannot_be_is_named() {
    let (features, outcome) = cases(30, 2);
    let message = |settings: SvmSettings| settings.fit(&features, &outcome).unwrap_err().to_string();
    let default = SvmSettings::default();
    let with = |formulation| SvmSettings { formulation, ..SvmSettings::default() };
    let of = |kernel| SvmSettings { kernel, ..SvmSettings::default() };
    assert!(message(with(fast(1.5))).starts_with("the rank ratio is 1.5"));
    let alpha = Formulation::Fast { alpha: Some(0.0), rank_ratio: 1.0, intercept: false };
    assert!(message(with(alpha)).starts_with("alpha is 0"));
    assert!(
        message(with(Formulation::Vanbelle1 { cost: Some(f64::NAN), pairs: Pairs::Events }))
            .starts_with("the cost is NaN")
    );
    assert!(message(of(Kernel::Rbf { variance: Some(0.0) })).starts_with("the variance of the RBF kernel is 0"));
    assert!(message(of(Kernel::Polynomial { degree: 0, offset: 1.0, scale: None })).starts_with("the degree"));
    assert!(message(of(Kernel::Polynomial { degree: 2, offset: -1.0, scale: None })).starts_with("the offset"));
    assert!(message(SvmSettings { tolerance: 0.0, ..default.clone() }).starts_with("the tolerance is 0"));
    assert!(message(SvmSettings { max_steps: 0, ..default.clone() }).starts_with("the number of steps is 0"));
    let few = SvmSettings { max_steps: 1, formulation: fast(1.0), ..default.clone() };
    assert!(message(few).starts_with("the survival SVM has no finite result"));
    let late = outcome.clone().with_entry(vec![0.5; 30]).unwrap();
    assert!(default.fit(&features, &late).unwrap_err().to_string().contains("late entry"));
    let risks_only = SvmSettings { curves: false, ..default }.fit(&features, &outcome).unwrap();
    assert!(risks_only.predict_survival(&features, &[1.0]).unwrap_err().to_string().contains("has no survival curves"));
}

#[test]
fn what_is_saved_says_whether_rows_are_in_it() {
    let (features, outcome) = cases(50, 3);
    let folder = tempfile::tempdir().unwrap();
    for kernel in KERNELS {
        let model = SvmSettings { kernel, ..SvmSettings::default() }.fit(&features, &outcome).unwrap();
        let path = folder.path().join("svm.json");
        model.save(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let rows = matches!(kernel, Kernel::Polynomial { .. } | Kernel::Rbf { .. });
        assert_eq!((model.contains_training_rows(), text.contains("\"contains_training_rows\": true")), (rows, rows));
        assert!(model.support_vectors() > 0 && model.baseline().is_some());
        assert_eq!(
            (model.coefficients().is_some(), model.functions().is_some()),
            match kernel {
                Kernel::Linear => (true, false),
                Kernel::Additive => (false, true),
                _ => (false, false),
            }
        );
        // A flag that was changed by hand.
        let (from, to) = if rows { ("true", "false") } else { ("false", "true") };
        let flag = |value: &str| format!("\"contains_training_rows\": {value}");
        std::fs::write(&path, text.replace(&flag(from), &flag(to))).unwrap();
        assert!(Svm::load(&path).unwrap_err().to_string().contains("its function is not one of its features"));
    }
}
