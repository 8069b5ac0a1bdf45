//! Cross-validation and searches of what fails, is wrong, or is out of range: a reason, and never a panic.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{
    Cohort, Covariate, Covariates, Fit, FitSurvival, Groups, Learner, LearnerError, Metric, Predictions, Predictor,
    Survival, SurvivalModel, Transform,
};
use radsurv_survival::selection::{Candidate, CrossValidation, Measures, Nested, Pipeline, Racing, Steps, Tuning};
use radsurv_survival::{AnySettings, CoxSettings, Error, ModelKind};
use serde::{Deserialize, Serialize};

use crate::support::says::{MeanRisk, RISK, Says, by, candidate, cases, folds, tuning};

/// What a step does wrong.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Wrong {
    /// It cannot be fitted without the case P7.
    Fit,
    /// It cannot be applied to P7 if there are fewer cases than it was fitted to.
    Apply,
    /// It leaves no feature.
    NoFeature,
    /// It leaves out the first case.
    LosesCase,
    /// It turns cases around.
    MovesCases,
}

#[derive(Serialize, Deserialize)]
struct Fitted(Wrong, usize);

impl Saved for Fitted {
    const FORMAT: Format = Format { name: "test-wrong", version: 1 };
}

fn has_p7(cohort: &Cohort) -> bool {
    cohort.features().case_ids().iter().any(|id| id == "P7")
}

impl Fit for Wrong {
    type Fitted = Fitted;
    type Error = Error;
    fn fit(&self, training: &Cohort) -> Result<Fitted, Error> {
        match self {
            Self::Fit if !has_p7(training) => Err(Error::NoEvents { cases: training.cases() }),
            _ => Ok(Fitted(*self, training.cases())),
        }
    }
}

impl Transform for Fitted {
    type Error = Error;
    fn transform(&self, cohort: &Cohort) -> Result<Cohort, Error> {
        let all: Vec<usize> = (0..cohort.cases()).collect();
        match self.0 {
            Wrong::Apply if has_p7(cohort) && cohort.cases() < self.1 => Err(Error::NoEvents { cases: cohort.cases() }),
            Wrong::NoFeature => Ok(cohort.with_features(cohort.features().select::<&str>(&[])?)?),
            Wrong::LosesCase => Ok(cohort.rows(&all[1..])),
            Wrong::MovesCases => Ok(cohort.rows(&all.into_iter().rev().collect::<Vec<_>>())),
            _ => Ok(cohort.clone()),
        }
    }
}

#[test]
fn a_step_that_fails_in_a_fold_costs_that_fold_and_its_candidates() {
    let (cohort, outcome) = cases(40, 2, 1);
    let metrics = by(&RISK);
    let measures = Measures { metrics: &metrics, times: &[] };
    for wrong in [Wrong::Fit, Wrong::Apply] {
        let steps = Steps::new().then("first", Wrong::MovesCases).then("wrong", wrong);
        let pipeline = |steps: Steps| Pipeline { steps, model: Says::new(0.0) };
        let found = folds(4, 3).run(&pipeline(Steps::new().then("wrong", wrong)), &cohort, &outcome, measures).unwrap();
        assert_eq!((found.failures.len(), found.summaries[0].undefined, found.summaries[0].pooled), (3, 3, None));
        assert!(
            found.failures.iter().all(|why| why.contains(": the step wrong: none of the ")),
            "{:?}",
            found.failures
        );
        // The first step in order is the one that is blamed.
        let error = folds(4, 3).run(&pipeline(steps), &cohort, &outcome, measures).unwrap_err().to_string();
        assert!(
            error.starts_with("without fold 1 of repeat 1: the step first: of 30 cases it has made 30, or others"),
            "{error}"
        );

        let mut candidates = vec![candidate("a", "a", Says::new(9.0)), candidate("a", "b", Says::new(0.0))];
        candidates[1].steps = 1;
        let steps = vec![Steps::new().then("wrong", wrong), Steps::new()];
        let search = Tuning { steps, ..tuning(candidates, &RISK) }.search(&cohort, &outcome).unwrap();
        assert_eq!(search.chosen, 1);
        let out = search.trials[0].out.as_ref().unwrap();
        assert!(
            out.starts_with("it cannot be learned without fold ") && out.contains(" of repeat 1: the step wrong"),
            "{out}"
        );
    }
    for (wrong, what) in [
        (Wrong::NoFeature, "there is no feature"),
        (Wrong::LosesCase, "the step wrong: of 30 cases it has made 29"),
        (Wrong::MovesCases, "the step wrong: of 30 cases it has made 30, or others"),
    ] {
        let steps = Steps::new().then("wrong", wrong);
        let pipeline = Pipeline { steps: steps.clone(), model: CoxSettings::default() };
        let error = folds(4, 1).run(&pipeline, &cohort, &outcome, measures).unwrap_err().to_string();
        assert!(error.starts_with("without fold 1 of repeat 1: ") && error.contains(what), "{error}");
        let searched = Tuning { steps: vec![steps], ..tuning(vec![candidate("a", "a", Says::new(1.0))], &RISK) };
        let error = searched.search(&cohort, &outcome).unwrap_err().to_string();
        assert!(
            error.starts_with("none of 1 candidates can be compared by mean_risk") && error.contains(what),
            "{error}"
        );
    }
}

#[test]
fn what_no_cases_could_make_a_search_is_refused_at_every_level() {
    let (cohort, outcome) = cases(40, 2, 2);
    let good = tuning(vec![candidate("a", "a", Says::new(0.0))], &RISK);
    let racing = |first, keep| Tuning { racing: Some(Racing { first, keep }), ..good.clone() };
    let mut lost = good.clone();
    lost.candidates[0].steps = 1;
    let bad = [
        (Tuning { candidates: Vec::new(), ..good.clone() }, "the number of candidates is 0"),
        (lost, "the place of the steps of a candidate is 1"),
        (Tuning { steps: Vec::new(), ..good.clone() }, "the place of the steps of a candidate is 0"),
        (racing(0, 0.5), "the number of folds before candidates are dropped is 0"),
        (racing(1, 0.0), "the part of candidates that goes on is 0"),
        (racing(1, 1.0), "the part of candidates that goes on is 1"),
        (racing(1, f64::NAN), "the part of candidates that goes on is NaN"),
    ];
    let metrics = by(&RISK);
    let measures = Measures { metrics: &metrics, times: &[] };
    for (tuning, what) in bad {
        let search = tuning.search(&cohort, &outcome).unwrap_err().to_string();
        assert!(search.starts_with(what), "{search}");
        let nested = Nested { tuning: &tuning, outer: folds(4, 1) }.run(&cohort, &outcome, measures).unwrap_err();
        assert_eq!(nested.to_string(), search);
        let alone = folds(4, 1).run(&tuning, &cohort, &outcome, measures).unwrap_err().to_string();
        assert_eq!(alone, format!("without fold 1 of repeat 1: {search}"));
    }
    // Never reached, and the smallest part.
    for found in [racing(usize::MAX, 0.5), racing(1, 1e-300)] {
        assert_eq!(found.search(&cohort, &outcome).unwrap().winner().measured, 4);
    }
}

#[test]
fn times_that_are_none_are_the_learners_error() {
    let (cohort, outcome) = cases(60, 2, 3);
    let metrics = by(&RISK);
    for times in [vec![0.5, 0.2], vec![f64::NAN], vec![0.2, f64::INFINITY], vec![0.2, 0.2]] {
        for kind in ModelKind::ALL {
            let mut settings = kind.settings();
            if let AnySettings::Forest(forest) = &mut settings {
                forest.trees = 5;
            }
            let measures = Measures { metrics: &metrics, times: &times };
            let error = folds(2, 1).run(&settings, &cohort, &outcome, measures).unwrap_err().to_string();
            assert!(error.starts_with("without fold 1 of repeat 1: "), "{error}");
        }
        let searched = Tuning { times: times.clone(), ..tuning(vec![candidate("a", "a", Says::new(0.0))], &RISK) };
        let error = searched.search(&cohort, &outcome).unwrap_err().to_string();
        assert!(error.contains("it cannot be learned without fold 1 of repeat 1: "), "{error}");
    }
}

#[test]
fn a_measure_that_is_none_leaves_its_fold_out_with_a_reason() {
    let (cohort, outcome) = cases(42, 2, 4);
    let candidates = vec![candidate("a", "a", Says::new(0.0)), candidate("a", "b", Says::new(f64::NAN))];
    let never = MeanRisk { only: |_| false, ..RISK };
    let sometimes = MeanRisk { only: |cases| cases > 10, ..RISK };
    // Of 42 cases in four folds two have 11.
    let both: [&dyn Metric; 2] = [&never, &sometimes];
    let found = folds(4, 2).run(&Says::new(1.0), &cohort, &outcome, Measures { metrics: &both, times: &[] }).unwrap();
    let [none, some] = &found.summaries[..] else { panic!("two measures") };
    assert_eq!((none.mean, none.std_error, none.pooled, none.undefined), (None, None, None, 8));
    assert!(none.reason.as_ref().unwrap().starts_with("fold 1 of repeat 1: the wrong number"), "{none:?}");
    assert_eq!((some.undefined, some.mean.is_some(), some.pooled.is_some()), (4, true, true));

    let error = tuning(candidates.clone(), &never).search(&cohort, &outcome).unwrap_err().to_string();
    assert!(error.contains("it cannot be measured in fold 1 of repeat 1: the wrong number of cases"), "{error}");
    let searched = Tuning { racing: Some(Racing::default()), ..tuning(candidates.clone(), &sometimes) };
    let search = Tuning { division: folds(4, 2), ..searched }.search(&cohort, &outcome).unwrap();
    assert_eq!((search.chosen, search.undefined), (0, 4));
    assert!(search.reason.unwrap().ends_with("of repeat 1: the wrong number of cases"));
    assert!(search.trials[1].out.as_ref().unwrap().contains("the predicted risk of case 1 of the fold is NaN"));
    let nested = Nested { tuning: &tuning(candidates, &never), outer: folds(3, 1) };
    let error = nested.run(&cohort, &outcome, Measures { metrics: &both, times: &[] }).unwrap_err().to_string();
    assert!(
        error.starts_with("without fold 1 of repeat 1: none of 2 candidates can be compared by mean_risk"),
        "{error}"
    );

    // Nothing is asked: predictions alone.
    let found = folds(4, 1).run(&Says::new(1.0), &cohort, &outcome, Measures { metrics: &[], times: &[] }).unwrap();
    assert!(found.summaries.is_empty() && found.predictions(0).is_some() && found.predictions(1).is_none());
}

/// Predicts one case too few.
struct Short;
impl Learner for Short {
    type Learned = Self;
    fn learn(&self, _: &Cohort, _: &Survival, _: &[f64]) -> Result<Self, LearnerError> {
        Ok(Self)
    }
}
impl Predictor for Short {
    fn predict(&self, cohort: &Cohort, _: &[f64]) -> Result<Predictions, LearnerError> {
        Ok(Predictions::new(vec![0.0; cohort.cases() - 1]))
    }
    fn used_features(&self) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn predictions_that_are_none_cost_their_fold() {
    let (cohort, outcome) = cases(40, 2, 5);
    let metrics = by(&RISK);
    let measures = Measures { metrics: &metrics, times: &[] };
    let error = folds(4, 1).run(&Short, &cohort, &outcome, measures).unwrap_err().to_string();
    assert_eq!(error, "without fold 1 of repeat 1: 9 cases were predicted of 10");
    for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let infinite = Says { of: vec![(7, value)], ..Says::new(1.0) };
        let found = folds(4, 1).run(&infinite, &cohort, &outcome, measures).unwrap();
        assert_eq!((found.failures.len(), found.held_out().unwrap().absent()), (1, 10));
        assert!(found.failures[0].contains(&format!("of the fold is {value}")), "{:?}", found.failures);
        let candidates = vec![candidate("a", "a", infinite), candidate("a", "b", Says::new(0.0))];
        let search = tuning(candidates, &RISK).search(&cohort, &outcome).unwrap();
        assert_eq!(
            (search.chosen, search.trials[0].measured, search.trials[0].folds.iter().flatten().count()),
            (1, 4, 3)
        );
    }
}

#[test]
fn groups_that_are_none_are_named_at_every_level() {
    let (cohort, outcome) = cases(40, 1, 6);
    let with = |label: fn(usize) -> Option<String>| {
        let mut covariates = Covariates::new(40);
        covariates.add("centre", Covariate::Category(Groups::new((0..40).map(label)))).unwrap();
        Cohort::new(cohort.features().clone(), covariates).unwrap()
    };
    let by_centre = CrossValidation { groups: Some("centre".to_string()), ..folds(4, 1) };
    let metrics = by(&RISK);
    let measures = Measures { metrics: &metrics, times: &[] };
    let searched = Tuning { division: by_centre.clone(), ..tuning(vec![candidate("a", "a", Says::new(0.0))], &RISK) };
    let three: fn(usize) -> Option<String> = |i| Some(format!("C{}", i % 3));
    let absent: fn(usize) -> Option<String> = |i| (i != 8).then(|| format!("C{}", i % 7));
    let bad = [
        (cohort.clone(), "centre"),
        (with(three), "the number of folds is 4: there are fewer groups with events"),
        (with(absent), "row 9 has no group"),
    ];
    for (cohort, what) in bad {
        let outside = by_centre.run(&Says::new(0.0), &cohort, &outcome, measures).unwrap_err().to_string();
        assert!(outside.contains(what), "{outside}");
        assert_eq!(searched.search(&cohort, &outcome).unwrap_err().to_string(), outside);
        let nested = Nested { tuning: &searched, outer: folds(2, 1) };
        let nested = nested.run(&cohort, &outcome, measures).map(|nested| nested.best.failures);
        match nested {
            Ok(failures) => assert!(failures[0].contains("has no group"), "{failures:?}"),
            Err(error) => assert!(error.to_string().starts_with("without fold 1 of repeat 1: "), "{error}"),
        }
    }
    // Four groups in four outer folds leave three for four inner ones.
    let four = with(|i| Some(format!("C{}", i % 4)));
    let nested = Nested { tuning: &searched, outer: by_centre };
    let error = nested.run(&four, &outcome, measures).unwrap_err().to_string();
    assert!(
        error.starts_with("without fold 1 of repeat 1: the number of folds is 4: there are fewer groups"),
        "{error}"
    );
}

#[test]
fn outcomes_of_other_cases_without_weight_and_with_entry() {
    let (cohort, outcome) = cases(60, 2, 7);
    let few = outcome.rows(&(0..30).collect::<Vec<_>>());
    let metrics = by(&RISK);
    let measures = Measures { metrics: &metrics, times: &[] };
    let candidates =
        vec![Candidate { name: "cox".into(), model: "cox".into(), steps: 0, settings: CoxSettings::default() }];
    let searched = tuning(candidates, &RISK);
    let nested = Nested { tuning: &searched, outer: folds(3, 1) };
    let what = "there are features of 60 cases and outcomes of 30";
    for error in [
        folds(3, 1).run(&CoxSettings::default(), &cohort, &few, measures).unwrap_err(),
        searched.search(&cohort, &few).unwrap_err(),
        nested.run(&cohort, &few, measures).unwrap_err(),
        Steps::new().fit(&cohort, &few).unwrap_err(),
    ] {
        assert!(error.to_string().starts_with(what), "{error}");
    }
    let none = outcome.clone().with_weights(vec![0.0; 60]).unwrap();
    let error = nested.run(&cohort, &none, measures).unwrap_err().to_string();
    assert!(error.starts_with("the number of folds is 3: there are fewer events"), "{error}");
    // Cases without weight are predicted, and change nothing else.
    let weights: Vec<f64> = (0..60).map(|i| if i < 9 { 0.0 } else { 1.0 }).collect();
    let entry: Vec<f64> = outcome.times().iter().map(|time| time / 3.0).collect();
    let weighted = outcome.clone().with_weights(weights).unwrap().with_entry(entry).unwrap();
    let found = nested.run(&cohort, &weighted, measures).unwrap();
    let drawn = &folds(3, 1).draw(&cohort, &weighted).unwrap()[0];
    for fold in &found.best.folds {
        let counted: Vec<usize> = drawn.others(fold.fold).into_iter().filter(|case| *case >= 9).collect();
        let model = CoxSettings::default().fit(&cohort.features().rows(&counted), &weighted.rows(&counted)).unwrap();
        let risk = model.predict_risk(&cohort.features().rows(&fold.cases)).unwrap();
        for (ours, theirs) in fold.predictions.as_ref().unwrap().risk().iter().zip(risk) {
            assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
        }
    }
}
