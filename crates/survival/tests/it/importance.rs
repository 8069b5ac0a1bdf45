//! Importance by permutation, of models that are known.

use crate::support::contract::Cases;
use radsurv_data::{
    Cohort, FitSurvival, LearnerError, Metric, MetricError, Predictions, Predictor, Survival, SurvivalModel,
};
use radsurv_stats::nonparametric::harrell;
use radsurv_stats::random::Random;
use radsurv_survival::importance::{FeatureGroup, PermutationSettings};
use radsurv_survival::selection::Measures;
use radsurv_survival::{
    AnySettings, CoxSettings, CoxnetSettings, ForestSettings, GradientBoostingSettings, NewtonBoostingSettings,
    SvmSettings, coxnet::LambdaChoice,
};

#[test]
fn what_has_an_effect_is_important_and_the_rest_is_not() {
    let (training, test) = (Cases::new(1, 150), Cases::new(2, 300));
    let model = AnySettings::Cox(CoxSettings::default()).fit(&training.features, &training.outcome).unwrap();
    let settings = PermutationSettings { repeats: 40, seed: 3 };
    let cohort = Cohort::from(test.features.clone());
    let found = settings.run(&model, &cohort, &test.outcome).unwrap();
    let names: Vec<&str> = found.iter().map(|f| f.feature.as_str()).collect();
    assert_eq!(names[..2], ["strong", "inverse"]);
    assert!(found[0].loss > found[1].loss && found[1].loss > 0.01, "{found:?}");
    assert!(found[2..].iter().all(|f| f.loss.abs() < 0.01), "{found:?}");
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| settings.run(&model, &cohort, &test.outcome).unwrap()), found);
    }
    // Without any other feature all that is left is chance.
    let alone = test.features.select(&["strong"]).unwrap();
    let model = CoxSettings::default().fit(&training.features.select(&["strong"]).unwrap(), &training.outcome).unwrap();
    let whole = harrell(&model.predict_risk(&alone).unwrap(), &test.outcome).unwrap();
    let found = settings.run(&model, &alone.into(), &test.outcome).unwrap();
    // The mean of 40 C of chance, each with about the standard error of the model's: five of their errors.
    let error = 5.0 * whole.std_error.max(0.02) / 40f64.sqrt();
    assert!((found[0].loss - (whole.estimate - 0.5)).abs() < error, "{found:?} {whole:?}");
}

#[test]
fn every_model_finds_what_was_planted() {
    let (training, test) = (Cases::new(1, 250), Cases::new(2, 300));
    let all = [
        AnySettings::Coxnet(CoxnetSettings::default()),
        AnySettings::Forest(ForestSettings { trees: 100, ..Default::default() }),
        AnySettings::GradientBoosting(GradientBoostingSettings::default()),
        AnySettings::NewtonBoosting(NewtonBoostingSettings::default()),
        AnySettings::Svm(SvmSettings::default()),
    ];
    for settings in all {
        let model = settings.fit(&training.features, &training.outcome).unwrap();
        let found = PermutationSettings::default().run(&model, &test.features.clone().into(), &test.outcome).unwrap();
        let names: Vec<&str> = found.iter().map(|f| f.feature.as_str()).collect();
        assert_eq!(names[..2], ["strong", "inverse"], "{settings:?}");
        assert!(found[0].loss > 0.1 && found[1].loss > 0.02, "{settings:?} {found:?}");
        assert!(found[2..].iter().all(|f| f.loss.abs() < 0.015), "{settings:?} {found:?}");
    }
}

/// The mean of squared differences between the survival at a time and whether a case is followed for longer; less is better.
struct Brier;

impl Metric for Brier {
    fn name(&self) -> String {
        "brier".to_string()
    }

    fn higher_is_better(&self) -> bool {
        false
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let event = predictions.event_probability(20.0).ok_or("there is no survival at 20")?;
        let squares = event.iter().zip(outcome.times()).map(|(p, t)| (p - f64::from(u8::from(*t <= 20.0))).powi(2));
        Ok(squares.sum::<f64>() / outcome.len() as f64)
    }
}

struct Harrell;

impl Metric for Harrell {
    fn name(&self) -> String {
        "c".to_string()
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        Ok(harrell(predictions.risk(), outcome)?.estimate)
    }
}

#[test]
fn any_measures_of_any_groups_are_by_definition() {
    let (training, test) = (Cases::new(1, 150), Cases::new(2, 80));
    let model = ForestSettings { trees: 30, ..Default::default() }.fit(&training.features, &training.outcome).unwrap();
    let cohort = Cohort::from(test.features.clone());
    let settings = PermutationSettings { repeats: 4, seed: 11 };
    let group = |name: &str, features: &[&str]| FeatureGroup {
        name: name.to_string(),
        features: features.iter().map(|f| f.to_string()).collect(),
    };
    let groups =
        [group("both", &["strong", "inverse"]), group("nothing", &["noise", "other"]), group("one", &["strong"])];
    let measures = Measures { metrics: &[&Brier, &Harrell], times: &[20.0] };
    let found = settings.measure(&model, &cohort, &test.outcome, Some(&groups), measures).unwrap();
    assert_eq!(found.iter().map(|f| f.metric.as_str()).collect::<Vec<_>>(), ["brier", "c"]);
    for (place, metric) in measures.metrics.iter().enumerate() {
        let value = |cohort: &Cohort| metric.of(&model.predict(cohort, &[20.0]).unwrap(), &test.outcome).unwrap();
        assert_eq!(found[place].whole, value(&cohort));
        for group in &groups {
            let lost: Vec<f64> = (0..4)
                .map(|repeat| {
                    let mut order: Vec<usize> = (0..80).collect();
                    Random::new(11, repeat).shuffle(&mut order);
                    let mut columns = test.features.columns().to_vec();
                    for name in &group.features {
                        let k = test.features.names().iter().position(|n| n == name).unwrap();
                        columns[k] = order.iter().map(|&i| test.features.columns()[k][i]).collect();
                    }
                    let shuffled = Cohort::from(test.features.with_columns(columns).unwrap());
                    let loss = value(&cohort) - value(&shuffled);
                    if metric.higher_is_better() { loss } else { -loss }
                })
                .collect();
            let of = found[place].features.iter().find(|f| f.feature == group.name).unwrap();
            assert!((of.loss - lost.iter().sum::<f64>() / 4.0).abs() < 1e-12);
            let squares: f64 = lost.iter().map(|l| (l - of.loss).powi(2)).sum();
            assert!((of.std_dev - (squares / 3.0).sqrt()).abs() < 1e-12);
        }
        assert_eq!(found[place].features[2].feature, "nothing");
        assert!(found[place].features[1].loss > 0.05);
    }
    let wrong = |groups: &[FeatureGroup], times: &[f64]| {
        let measures = Measures { times, ..measures };
        settings.measure(&model, &cohort, &test.outcome, Some(groups), measures).unwrap_err().to_string()
    };
    assert_eq!(wrong(&groups, &[]), "brier cannot be measured of all cases: there is no survival at 20; leave it out");
    assert!(wrong(&[group("empty", &[])], &[20.0]).contains("a group is empty"));
    assert!(wrong(&[group("other", &["stron"])], &[20.0]).contains("no column stron"));
}

/// A step that says nothing but an error.
struct Broken;

impl Predictor for Broken {
    fn predict(&self, _: &Cohort, _: &[f64]) -> Result<Predictions, LearnerError> {
        Err("the scanner is unknown".into())
    }

    fn used_features(&self) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn features_that_are_not_needed_have_none() {
    let cases = Cases::new(1, 150);
    let settings = CoxnetSettings { lambda: LambdaChoice::Fixed(0.12), ..Default::default() };
    let model = settings.fit(&cases.features, &cases.outcome).unwrap();
    let needed = cases.features.select(&model.needed()).unwrap();
    assert!(needed.names().len() < 4);
    let settings = PermutationSettings::default();
    let cohort = Cohort::from(cases.features.clone());
    let found = settings.run(&model, &cohort, &cases.outcome).unwrap();
    assert_eq!(found.len(), needed.names().len());
    assert_eq!(settings.run(&model, &needed.into(), &cases.outcome).unwrap(), found);
    let none = Cohort::from(cases.features.select(&["noise"]).unwrap());
    assert!(settings.run(&model, &none, &cases.outcome).unwrap_err().to_string().contains("strong"));
    assert!(settings.run(&Broken, &none, &cases.outcome).unwrap_err().to_string().contains("scanner is unknown"));
    assert!(settings.run(&model, &cohort, &cases.outcome.rows(&[0])).is_err());
    assert!(PermutationSettings { repeats: 0, seed: 0 }.run(&model, &cohort, &cases.outcome).is_err());
    let once = PermutationSettings { repeats: 1, seed: 0 }.run(&model, &cohort, &cases.outcome).unwrap();
    assert!(once[0].std_dev.is_nan());
}
