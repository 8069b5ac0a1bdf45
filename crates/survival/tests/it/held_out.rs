//! Scores of training cases by models that did not see them.

use crate::support::contract::Cases;
use radsurv_data::{FeatureTable, FitSurvival, Groups, HeldOutBy, Survival, SurvivalModel};
use radsurv_survival::folds::{FoldSettings, Folds};
use radsurv_survival::held_out::out_of_fold;
use radsurv_survival::selection::{CrossValidation, Measures, Pipeline, Steps};
use radsurv_survival::{AnySettings, CoxSettings, Error, ForestSettings};

#[test]
fn each_fold_is_scored_by_a_model_of_the_others() {
    let Cases { features, outcome } = Cases::new(3, 60);
    let entry = outcome.times().iter().map(|t| 0.4 * t).collect();
    let weights = (0..60).map(|i| f64::from(i % 4)).collect();
    let outcome = outcome.with_entry(entry).unwrap().with_weights(weights).unwrap();
    let settings = CoxSettings::default();
    let repeats: Vec<Folds> =
        [3, 7].map(|step| Folds::given((0..60).map(|i| (i * step / 2) % 4).collect()).unwrap()).to_vec();
    let found = out_of_fold(&settings, &features, &outcome, &repeats).unwrap();
    assert_eq!((found.absent(), found.by()), (0, HeldOutBy::Folds { folds: 4, repeats: 2 }));
    let mut naive = vec![0.0; 60];
    for case in 0..60 {
        for folds in &repeats {
            let others: Vec<usize> = (0..60).filter(|&i| folds.of()[i] != folds.of()[case]).collect();
            let model = settings.fit(&features.rows(&others), &outcome.rows(&others)).unwrap();
            naive[case] += model.predict_risk(&features.rows(&[case])).unwrap()[0] / 2.0;
        }
    }
    assert_eq!(found.values(), naive);
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| out_of_fold(&settings, &features, &outcome, &repeats).unwrap()), found);
    }
}

/// Whoever has a lesion in another fold is known there: here a patient is one column, and its time another.
#[test]
fn patients_of_groups_are_not_seen() {
    let Cases { features, outcome } = Cases::new(4, 90);
    let patients = Groups::new((0..90).map(|i| Some(format!("{}", i % 30))));
    let folds = FoldSettings { folds: 5, ..Default::default() }.draw(&outcome, Some(&patients)).unwrap();
    for fold in 0..5 {
        let (here, others) = (folds[0].cases(fold), folds[0].others(fold));
        assert!(here.iter().all(|a| others.iter().all(|b| a % 30 != b % 30)));
    }
    assert_eq!(out_of_fold(&CoxSettings::default(), &features, &outcome, &folds).unwrap().len(), 90);
}

/// Rows of a patient that a tree has drawn tell it of the others: out-of-bag scores of a forest are not held out then.
#[test]
fn a_forest_of_groups_is_held_out_by_folds() {
    let Cases { features, outcome } = Cases::new(5, 60);
    let settings = AnySettings::Forest(ForestSettings { trees: 20, ..Default::default() });
    let folds = FoldSettings { folds: 3, ..Default::default() };
    let patients = Groups::new((0..60).map(|i| Some(format!("{}", i / 3))));
    let by = |groups| settings.fit_held_out(&features, &outcome, &folds, groups).unwrap().held_out;
    assert_eq!(by(None).by(), HeldOutBy::Samples { trees: 20 });
    let grouped = by(Some(&patients));
    assert_eq!(grouped.by(), HeldOutBy::Folds { folds: 3, repeats: 1 });
    let drawn = folds.draw(&outcome, Some(&patients)).unwrap();
    assert_eq!(grouped, out_of_fold(&settings, &features, &outcome, &drawn).unwrap());
}

#[test]
fn what_cannot_be_held_out_is_named() {
    let Cases { features, outcome } = Cases::new(3, 60);
    let message = |features: &FeatureTable, outcome: &Survival, folds: &[Folds]| {
        out_of_fold(&CoxSettings::default(), features, outcome, folds).unwrap_err()
    };
    let folds = Folds::given((0..60).map(|i| i % 3).collect()).unwrap();
    assert!(message(&features, &outcome, &[]).to_string().contains("one repeat at least"));
    assert!(matches!(message(&features.rows(&[1, 2]), &outcome, std::slice::from_ref(&folds)), Error::Cases { .. }));
    let other = Folds::given(vec![0, 1]).unwrap();
    assert!(message(&features, &outcome, &[folds.clone(), other]).to_string().contains("of folds has 2 values"));
    // A feature that varies in one fold only.
    let mut columns = features.columns().to_vec();
    columns[1] = (0..60).map(|i| if i % 3 == 1 { f64::from(i) } else { 0.0 }).collect();
    let constant = features.with_columns(columns).unwrap();
    let error = message(&constant, &outcome, &[folds]);
    assert_eq!(
        error.to_string(),
        "without fold 2 of repeat 1: noise has one value in all cases: leave out what is the same in all cases"
    );
    let Error::Fold { source, .. } = error else { panic!() };
    assert!(matches!(source.downcast_ref(), Some(Error::Constant { .. })));
}

#[test]
fn mortality_of_folds_is_on_the_scale_of_the_forest_of_all() {
    let cases = Cases::new(5, 240);
    let settings = ForestSettings { trees: 100, ..ForestSettings::default() };
    let out_of_bag = settings.fit_held_out(&cases.features, &cases.outcome).unwrap().held_out;
    let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
    // With three folds each forest has seen about two thirds of the event times. What is left of the difference is that fewer cases are
    // at risk in a leaf at the end.
    let folds = FoldSettings { folds: 3, repeats: 1, seed: 1 };
    let drawn = folds.draw(&cases.outcome, None).unwrap();
    let of_folds = out_of_fold(&settings, &cases.features, &cases.outcome, &drawn).unwrap();
    let ratio = mean(&of_folds.values()) / mean(&out_of_bag.values());
    assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    let cohort = radsurv_data::Cohort::from(cases.features.clone());
    let division = CrossValidation { folds, groups: None };
    let measures = Measures { metrics: &[], times: &[] };
    let pipeline = Pipeline { steps: Steps::new(), model: AnySettings::Forest(settings.clone()) };
    for validated in [
        division.run(&pipeline, &cohort, &cases.outcome, measures).unwrap(),
        division.run(&settings, &cohort, &cases.outcome, measures).unwrap(),
    ] {
        assert_eq!(validated.held_out().unwrap(), of_folds);
    }
}
