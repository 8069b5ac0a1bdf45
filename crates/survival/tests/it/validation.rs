//! Validation by bootstrap: what must hold. Numbers of reference tools are in validation_reference.rs.

use crate::support::contract::Cases;
use proptest::prelude::*;
use radsurv_data::{
    Cohort, Covariate, Covariates, Groups, Learner, LearnerError, Metric, MetricError, Predictions, Predictor, Survival,
};
use radsurv_stats::cox::Ties;
use radsurv_stats::nonparametric::harrell;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::validation::{BootstrapValidated, BootstrapValidation, Copies, Repeated};
use radsurv_survival::selection::{Candidate, Measures, Steps, Tuning};
use radsurv_survival::{
    AnySettings, CoxSettings, CoxnetSettings, Error, ForestSettings, GradientBoostingSettings, NewtonBoostingSettings,
    SvmSettings,
};

use crate::support::validation::{Brier, C, Discordance, noise};

fn corrected(found: &BootstrapValidated, place: usize) -> f64 {
    found.metrics[place].refitted.as_ref().unwrap().corrected.value
}

#[test]
fn the_optimism_of_noise_is_found() {
    let (mut apparent, mut refitted, mut plus, mut unseen) = (0.0, 0.0, 0.0, 0.0);
    for seed in 0..20 {
        let (cohort, outcome) = noise(seed, 100, 15);
        let measures = Measures { metrics: &[&C, &Discordance], times: &[] };
        let settings = BootstrapValidation { samples: 50, ..Default::default() };
        let found = settings.run(&CoxSettings::default(), &cohort, &outcome, measures).unwrap();
        apparent += found.metrics[0].apparent / 20.0;
        refitted += corrected(&found, 0) / 20.0;
        let of = |place: usize| found.metrics[place].out_of_bag.clone().unwrap();
        let (c, error) = (of(0), of(1));
        plus += c.point632_plus.as_ref().unwrap().value / 20.0;
        unseen += c.mean.value / 20.0;
        // Errors and what is better the higher say the same.
        assert!((corrected(&found, 1) - (1.0 - corrected(&found, 0))).abs() < 1e-12);
        assert!((c.overfitting.unwrap() - error.overfitting.unwrap()).abs() < 1e-9);
        assert!((error.point632_plus.unwrap().value - 1.0 + c.point632_plus.unwrap().value).abs() < 1e-12);
        assert!((found.metrics[0].no_information.value.unwrap() - 0.5).abs() < 0.02);
        assert!(found.features.iter().all(|f| f.in_model && f.samples == 50) && found.features.len() == 15);
    }
    // Harrell's correction is not all of it where so much is fitted (R's rms gives 0.543 over 30 such data sets); 0.5 is in reach of
    // what was not seen.
    assert!(apparent > 0.64 && refitted < apparent - 0.09, "{apparent} {refitted}");
    assert!(refitted < 0.575 && plus < 0.55, "{refitted} {plus}");
    assert!((unseen - 0.5).abs() < 0.03, "{unseen}");
}

/// Predicts by the first feature, whatever it is given.
struct Ignorant;

impl Predictor for Ignorant {
    fn predict(&self, cohort: &Cohort, _: &[f64]) -> Result<Predictions, LearnerError> {
        Ok(Predictions::new(cohort.features().columns()[0].clone()))
    }
    fn used_features(&self) -> Vec<String> {
        vec!["f0".to_string()]
    }
}

impl Learner for Ignorant {
    type Learned = Self;
    fn learn(&self, _: &Cohort, _: &Survival, _: &[f64]) -> Result<Self, LearnerError> {
        Ok(Self)
    }
}

#[test]
fn what_learns_nothing_has_no_optimism() {
    let (cohort, outcome) = noise(3, 150, 2);
    let measures = Measures { metrics: &[&C], times: &[] };
    for stratified in [false, true] {
        let settings = BootstrapValidation { samples: 400, stratified, ..Default::default() };
        let found = settings.run(&Ignorant, &cohort, &outcome, measures).unwrap();
        let c = &found.metrics[0];
        let refitted = c.refitted.as_ref().unwrap();
        assert_eq!(refitted.original, c.apparent);
        // The standard error of a mean of 400 samples whose C varies by 0.03.
        assert!(refitted.optimism.abs() < 0.006, "{}", refitted.optimism);
        let limits = refitted.corrected.limits.unwrap();
        assert!(limits.lower < refitted.corrected.value && refitted.corrected.value < limits.upper);
    }
}

/// Chooses by an inner cross-validation whether to predict the outcome of the nearest case, or nothing. Its model has the "feature"
/// `memory` if it chose the first.
struct Chooser;

struct Chosen {
    memory: Option<(Vec<f64>, Vec<f64>)>,
}

impl Chosen {
    fn nearest(x: &[f64], times: &[f64], at: f64) -> f64 {
        let best = (0..x.len()).min_by(|a, b| (x[*a] - at).abs().total_cmp(&(x[*b] - at).abs())).unwrap();
        -times[best]
    }
}

impl Learner for Chooser {
    type Learned = Chosen;
    fn learn(&self, training: &Cohort, outcome: &Survival, _: &[f64]) -> Result<Chosen, LearnerError> {
        let (x, times) = (&training.features().columns()[0], outcome.times());
        let folds = &FoldSettings { folds: 5, ..FoldSettings::default() }.draw(outcome, None)?[0];
        let mut risk = vec![0.0; x.len()];
        for fold in 0..5 {
            let others = folds.others(fold);
            let some = |values: &[f64]| others.iter().map(|&i| values[i]).collect::<Vec<f64>>();
            let (near, then) = (some(x), some(times));
            folds.cases(fold).iter().for_each(|&case| risk[case] = Chosen::nearest(&near, &then, x[case]));
        }
        let memory = (harrell(&risk, outcome)?.estimate > 0.7).then(|| (x.clone(), times.to_vec()));
        Ok(Chosen { memory })
    }
}

impl Predictor for Chosen {
    fn predict(&self, cohort: &Cohort, _: &[f64]) -> Result<Predictions, LearnerError> {
        let risk = |at: &f64| self.memory.as_ref().map_or(0.0, |(x, times)| Self::nearest(x, times, *at));
        Ok(Predictions::new(cohort.features().columns()[0].iter().map(risk).collect()))
    }
    fn used_features(&self) -> Vec<String> {
        self.memory.iter().map(|_| "memory".to_string()).collect()
    }
}

#[test]
fn copies_of_a_case_do_not_leak_into_inner_folds() {
    let (cohort, outcome) = noise(8, 120, 1);
    let measures = Measures { metrics: &[&C], times: &[] };
    let chosen = |copies| {
        let settings = BootstrapValidation { samples: 40, copies, ..Default::default() };
        let found = settings.run(&Chooser, &cohort, &outcome, measures).unwrap();
        assert_eq!(found.failed.count, 0);
        found.features.first().map_or(0, |feature| feature.samples)
    };
    assert!(chosen(Copies::Rows) > 30, "copies in other folds make memory look good");
    assert_eq!(chosen(Copies::Weights), 0, "distinct cases do not");
}

#[test]
fn weights_are_rows_for_breslows_ties_and_groups_stay_whole() {
    let Cases { features, outcome } = Cases::new(5, 120);
    let groups = Groups::new((0..120).map(|i| Some(format!("{}", i / 3))));
    let mut covariates = Covariates::new(120);
    covariates.add("patient", Covariate::Category(groups)).unwrap();
    let cohort = Cohort::new(features, covariates).unwrap();
    let learner = CoxSettings { ties: Ties::Breslow, tolerance: 1e-12, ..CoxSettings::default() };
    let brier = Brier(10.0);
    let measures = Measures { metrics: &[&C, &brier], times: &[10.0] };
    for groups in [None, Some("patient".to_string())] {
        let by = |copies| {
            let settings = BootstrapValidation { samples: 20, copies, groups: groups.clone(), ..Default::default() };
            settings.run(&learner, &cohort, &outcome, measures).unwrap()
        };
        let (weights, rows) = (by(Copies::Weights), by(Copies::Rows));
        for (a, b) in weights.metrics.iter().zip(&rows.metrics) {
            for (a, b) in a.samples.iter().zip(&b.samples) {
                for (a, b) in [(a.sample, b.sample), (a.original, b.original), (a.out_of_bag, b.out_of_bag)] {
                    assert!((a.unwrap() - b.unwrap()).abs() < 1e-8);
                }
            }
        }
    }
    let none = BootstrapValidation { groups: Some("centre".into()), ..Default::default() };
    assert!(none.run(&learner, &cohort, &outcome, measures).unwrap_err().to_string().contains("centre"));
}

#[test]
fn threads_and_cases_without_weight_do_not_matter() {
    let Cases { features, outcome } = Cases::new(6, 90);
    let cohort = Cohort::from(features);
    let measures = Measures { metrics: &[&C], times: &[] };
    let settings = BootstrapValidation { samples: 12, stratified: true, ..Default::default() };
    let forest = ForestSettings { trees: 10, ..ForestSettings::default() };
    let found = settings.run(&forest, &cohort, &outcome, measures).unwrap();
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| settings.run(&forest, &cohort, &outcome, measures).unwrap()), found);
    }
    let other = BootstrapValidation { seed: 2, ..settings.clone() }.run(&forest, &cohort, &outcome, measures).unwrap();
    assert_ne!(other, found);

    let weights = (0..90).map(|i| f64::from(u8::from(i >= 20))).collect();
    let weighted = outcome.clone().with_weights(weights).unwrap();
    let fewer: Vec<usize> = (20..90).collect();
    let learner = CoxSettings::default();
    let a = settings.run(&learner, &cohort, &weighted, measures).unwrap();
    let b = settings.run(&learner, &cohort.rows(&fewer), &outcome.rows(&fewer), measures).unwrap();
    assert_eq!(a.cases, 70);
    for (a, b) in a.metrics[0].samples.iter().zip(&b.metrics[0].samples) {
        assert!((a.out_of_bag.unwrap() - b.out_of_bag.unwrap()).abs() < 1e-12);
    }
    // A search inside is learned anew from each sample.
    let lasso = CoxnetSettings::default();
    let found = BootstrapValidation { samples: 5, ..settings }.run(&lasso, &cohort, &outcome, measures).unwrap();
    assert_eq!(found.failed.count, 0);
}

#[test]
fn every_model_takes_samples_as_weighted_cases() {
    let Cases { features, outcome } = Cases::new(9, 90);
    let cohort = Cohort::from(features);
    let brier = Brier(8.0);
    let measures = Measures { metrics: &[&C, &brier], times: &[8.0] };
    for settings in [
        AnySettings::Cox(CoxSettings::default()),
        AnySettings::Coxnet(CoxnetSettings::default()),
        AnySettings::Forest(ForestSettings { trees: 20, ..Default::default() }),
        AnySettings::GradientBoosting(GradientBoostingSettings { rounds: 30, ..Default::default() }),
        AnySettings::NewtonBoosting(NewtonBoostingSettings { rounds: 10, ..Default::default() }),
        AnySettings::Svm(SvmSettings::default()),
    ] {
        let by = |copies| {
            let validation = BootstrapValidation { samples: 4, copies, ..Default::default() };
            validation.run(&settings, &cohort, &outcome, measures).unwrap()
        };
        let (weights, rows) = (by(Copies::Weights), by(Copies::Rows));
        for found in [&weights, &rows] {
            assert_eq!(found.failed.count, 0, "{settings:?}: {:?}", found.failed.reason);
            assert!(found.metrics.iter().all(|m| m.failed.count == 0), "{settings:?}");
        }
        // Ties of copies, inner folds and trees differ; what is learned does not much.
        let c = |found: &BootstrapValidated| found.metrics[0].refitted.as_ref().unwrap().original;
        assert!(
            (c(&weights) - c(&rows)).abs() < 0.05 && c(&weights) > 0.7,
            "{settings:?} {} {}",
            c(&weights),
            c(&rows)
        );
    }
}

/// Concordance of cases without weights.
struct Unweighted;

impl Metric for Unweighted {
    fn name(&self) -> String {
        "unweighted".to_string()
    }
    fn higher_is_better(&self) -> bool {
        true
    }
    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        if outcome.weights().is_some() { Err("weights".into()) } else { C.of(predictions, outcome) }
    }
}

#[test]
fn a_search_is_made_anew_in_each_sample_by_metrics_without_weights() {
    let Cases { features, outcome } = Cases::new(7, 100);
    let cohort = Cohort::from(features);
    let leaves = [5, 40].map(|min_leaf| Candidate {
        name: format!("{min_leaf}"),
        model: "rsf".to_string(),
        steps: 0,
        settings: ForestSettings { trees: 10, min_leaf, ..ForestSettings::default() },
    });
    let settings = BootstrapValidation { samples: 8, ..Default::default() };
    let measures = Measures { metrics: &[&Unweighted], times: &[] };
    let by = |metric: &dyn Metric| {
        settings.run(&Tuning::new(vec![Steps::new()], leaves.to_vec(), metric), &cohort, &outcome, measures)
    };
    let repeated = by(&Repeated(&Unweighted)).unwrap();
    assert_eq!(repeated.failed.count, 0);
    let weighted = by(&C).unwrap();
    // Whole-number weights are copies for Harrell's C: the same search.
    assert_eq!(repeated.metrics[0].samples, weighted.metrics[0].samples);
}

/// Refuses training sets with a case.
struct Without(&'static str);

impl Learner for Without {
    type Learned = Ignorant;
    fn learn(&self, training: &Cohort, _: &Survival, _: &[f64]) -> Result<Ignorant, LearnerError> {
        // All cases must be learned from.
        let all = training.cases() == 40;
        match !all && training.features().case_ids().iter().any(|id| id == self.0 || self.0 == "any") {
            true => Err(format!("{} is in it", self.0).into()),
            false => Ok(Ignorant),
        }
    }
}

/// Is not defined where a case is, or below so many.
struct AtLeast(usize);

impl Metric for AtLeast {
    fn name(&self) -> String {
        "picky".to_string()
    }
    fn higher_is_better(&self) -> bool {
        true
    }
    fn of(&self, predictions: &Predictions, _: &Survival) -> Result<f64, MetricError> {
        if predictions.risk().len() < self.0 { Err("too few cases".into()) } else { Ok(0.5) }
    }
}

#[test]
fn what_fails_is_counted_with_its_reason() {
    let (cohort, outcome) = noise(1, 40, 1);
    let settings = BootstrapValidation { samples: 100, ..Default::default() };
    let measures = Measures { metrics: &[&C], times: &[] };
    let found = settings.run(&Without("P3"), &cohort, &outcome, measures).unwrap();
    let c = &found.metrics[0];
    // A case is in 63 % of the samples.
    assert!((50..77).contains(&found.failed.count), "{}", found.failed.count);
    assert_eq!((c.failed.clone(), c.out_of_bag_failed.clone()), (found.failed.clone(), found.failed.clone()));
    assert!(found.failed.reason.as_ref().unwrap().ends_with(": P3 is in it"));
    assert_eq!(c.samples.iter().filter(|s| s.sample.is_none()).count(), found.failed.count);
    let error = settings.run(&Without("any"), &cohort, &outcome, measures).unwrap_err();
    assert!(matches!(error, Error::Samples { samples: 100, .. }));
    assert!(error.to_string().contains("sample 1: any is in it"), "{error}");

    let picky = AtLeast(30);
    let measures = Measures { metrics: &[&picky], times: &[] };
    let found = settings.run(&Ignorant, &cohort, &outcome, measures).unwrap();
    assert!(found.metrics[0].out_of_bag.is_none() && found.metrics[0].out_of_bag_failed.count == 100);
    assert!(found.metrics[0].refitted.is_some() && found.failed.count == 0);
    let picky = AtLeast(41);
    let measures = Measures { metrics: &[&picky], times: &[] };
    let error = settings.run(&Ignorant, &cohort, &outcome, measures).unwrap_err().to_string();
    assert_eq!(error, "picky cannot be measured of all cases: too few cases; leave it out");
}

#[test]
fn what_cannot_be_validated_is_named() {
    let (cohort, outcome) = noise(1, 40, 1);
    let learner = CoxSettings::default();
    let measures = Measures { metrics: &[&C], times: &[] };
    let message =
        |settings: BootstrapValidation| settings.run(&learner, &cohort, &outcome, measures).unwrap_err().to_string();
    let default = BootstrapValidation::default();
    assert!(message(BootstrapValidation { samples: 1, ..default.clone() }).starts_with("the number of samples is 1"));
    assert!(message(BootstrapValidation { shifts: 0, ..default.clone() }).starts_with("the number of shifts is 0"));
    assert!(default.run(&learner, &cohort, &outcome, Measures { metrics: &[], times: &[] }).is_err());
    assert!(matches!(default.run(&learner, &cohort, &outcome.rows(&[0]), measures), Err(Error::Cases { .. })));
    for confidence in [0.0, 1.0, f64::NAN] {
        assert!(
            BootstrapValidation { confidence, ..default.clone() }.run(&Ignorant, &cohort, &outcome, measures).is_err()
        );
    }
    let given =
        |samples: &[Vec<usize>]| default.of(&learner, &cohort, &outcome, samples, measures).unwrap_err().to_string();
    assert!(given(&[vec![0, 1]]).contains("2 samples at least"));
    assert!(given(&[vec![0, 1], vec![]]).contains("wrong in number 2"));
    assert!(given(&[vec![0, 40], vec![1]]).contains("wrong in number 1"));
    let whole = default.run(&learner, &cohort.rows(&[0]), &outcome.rows(&[0]), measures).unwrap_err();
    assert!(matches!(whole, Error::Whole { .. }) && whole.to_string().starts_with("the model of all cases: "));
    // All settings have names in files.
    let read: BootstrapValidation = serde_json::from_str(r#"{"samples": 9, "copies": "rows"}"#).unwrap();
    assert_eq!(read, BootstrapValidation { samples: 9, copies: Copies::Rows, ..default });
    assert!(serde_json::from_str::<BootstrapValidation>(r#"{"sample": 9}"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn estimates_keep_their_order(seed in any::<u64>(), cases in 20usize..60, stratified in any::<bool>(), rows in any::<bool>()) {
        let (cohort, outcome) = noise(seed, cases, 3);
        let copies = if rows { Copies::Rows } else { Copies::Weights };
        let settings = BootstrapValidation { samples: 10, stratified, copies, ..Default::default() };
        let measures = Measures { metrics: &[&C], times: &[] };
        let Ok(found) = settings.run(&CoxSettings::default(), &cohort, &outcome, measures) else { return Ok(()) };
        let c = &found.metrics[0];
        let there = |of: fn(&radsurv_survival::selection::validation::SampleValues) -> Option<f64>| {
            c.samples.iter().filter(|sample| of(sample).is_some()).count()
        };
        prop_assert_eq!(there(|s| s.sample.and(s.original)) + c.failed.count, 10);
        prop_assert_eq!(there(|s| s.out_of_bag) + c.out_of_bag_failed.count, 10);
        prop_assert_eq!(c.failed.reason.is_some(), c.failed.count > 0);
        let refitted = c.refitted.as_ref().unwrap();
        prop_assert!((refitted.corrected.value - (c.apparent - refitted.sample + refitted.original)).abs() < 1e-12);
        let Some(unseen) = &c.out_of_bag else { return Ok(()) };
        let (e, plus) = (unseen.mean.value, unseen.point632_plus.as_ref().unwrap().value);
        prop_assert!(c.apparent.min(e) - 1e-12 <= plus && plus <= c.apparent.max(e) + 1e-12);
        prop_assert!((0.0..=1.0).contains(&unseen.overfitting.unwrap()));
        if e <= c.apparent {
            prop_assert!(plus <= unseen.point632.value + 1e-12 || c.no_information.value.unwrap() > e);
        }
    }
}
