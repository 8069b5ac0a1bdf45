//! Cross-validation and search against their definitions, and what must not leak.

use std::sync::Mutex;

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{
    Cohort, Covariate, Covariates, FeatureTable, Fit, FitSurvival, FitToOutcome, Groups, Learner, Metric, MetricError,
    Predictions, Predictor, Survival, SurvivalModel, Transform,
};
use radsurv_stats::nonparametric::harrell;
use radsurv_stats::random::Random;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::{
    Candidate, Choice, CrossValidation, Measures, ModelSearch, Nested, Pipeline, Racing, Space, Steps, Tuning, Values,
};
use radsurv_survival::{AnySettings, CoxSettings, Error, ForestSettings, GradientBoostingSettings, SvmSettings};
use serde::{Deserialize, Serialize};

use crate::support::validation::C;

/// Cases with noise, and with as many features that say something.
fn cohort(cases: usize, noise: usize, signal: usize, seed: u64) -> (Cohort, Survival) {
    let mut random = Random::new(seed, 0);
    let mut column = || (0..cases).map(|_| random.uniform() - 0.5).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = (0..noise + signal).map(|_| column()).collect();
    let times = (0..cases).map(|i| {
        let eta: f64 = columns[noise..].iter().map(|c| 3.0 * c[i]).sum();
        -Random::new(seed, 1 + i as u64).uniform().ln() * (-eta).exp()
    });
    let times: Vec<f64> = times.collect();
    let event = (0..cases).map(|i| Random::new(seed ^ 99, i as u64).uniform() < 0.6).collect();
    let ids = (0..cases).map(|i| format!("P{i}")).collect();
    let names = (0..noise + signal).map(|f| format!("f{f}")).collect();
    let features = FeatureTable::new(ids, names, columns).unwrap();
    (features.into(), Survival::new(times, event).unwrap())
}

const HARRELL: Measures = Measures { metrics: &[&C], times: &[] };

fn folds(folds: usize, repeats: usize) -> CrossValidation {
    CrossValidation { folds: FoldSettings { folds, repeats, seed: 3 }, groups: None }
}

/// A step that writes down which cases it was fitted to.
struct Spy<'a>(&'a Mutex<Vec<Vec<String>>>);

#[derive(Serialize, Deserialize)]
struct Nothing {}

impl Saved for Nothing {
    const FORMAT: Format = Format { name: "test-nothing", version: 1 };
}

impl Transform for Nothing {
    type Error = radsurv_data::Error;
    fn transform(&self, cohort: &Cohort) -> Result<Cohort, radsurv_data::Error> {
        Ok(cohort.clone())
    }
}

impl Fit for Spy<'static> {
    type Fitted = Nothing;
    type Error = radsurv_data::Error;
    fn fit(&self, training: &Cohort) -> Result<Nothing, radsurv_data::Error> {
        self.0.lock().unwrap().push(training.features().case_ids().to_vec());
        Ok(Nothing {})
    }
}

/// The features that order the training cases best by themselves.
struct Screen(usize);

#[derive(Serialize, Deserialize)]
struct Chosen(Vec<String>);

impl Saved for Chosen {
    const FORMAT: Format = Format { name: "test-chosen", version: 1 };
}

impl FitToOutcome for Screen {
    type Fitted = Chosen;
    type Error = radsurv_data::Error;
    fn fit(&self, training: &Cohort, outcome: &Survival) -> Result<Chosen, radsurv_data::Error> {
        let table = training.features();
        let score = |column: &Vec<f64>| (harrell(column, outcome).unwrap().estimate - 0.5).abs();
        let mut ranked: Vec<(f64, &String)> = table.columns().iter().map(score).zip(table.names()).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(Chosen(ranked.into_iter().take(self.0).map(|(_, name)| name.clone()).collect()))
    }
}

impl Transform for Chosen {
    type Error = radsurv_data::Error;
    fn transform(&self, cohort: &Cohort) -> Result<Cohort, radsurv_data::Error> {
        cohort.with_features(cohort.features().select(&self.0.iter().map(String::as_str).collect::<Vec<_>>())?)
    }
}

#[test]
fn cross_validation_is_what_it_says() {
    let (cohort, outcome) = cohort(80, 3, 2, 1);
    let settings = CoxSettings::default();
    let validation = folds(4, 3);
    let found = validation.run(&settings, &cohort, &outcome, HARRELL).unwrap();
    let mut all = Vec::new();
    let mut pooled = Vec::new();
    for division in validation.folds.draw(&outcome, None).unwrap() {
        let mut risks = vec![0.0; 80];
        for fold in 0..4 {
            let (others, cases) = (division.others(fold), division.cases(fold));
            let model = settings.fit(&cohort.features().rows(&others), &outcome.rows(&others)).unwrap();
            let risk = model.predict_risk(&cohort.features().rows(&cases)).unwrap();
            all.push(harrell(&risk, &outcome.rows(&cases)).unwrap().estimate);
            cases.iter().zip(&risk).for_each(|(&case, risk)| risks[case] = *risk);
        }
        pooled.push(harrell(&risks, &outcome).unwrap().estimate);
    }
    let values: Vec<f64> = found.folds.iter().map(|fold| fold.values[0].clone().unwrap()).collect();
    assert_eq!(values, all);
    let mean = all.iter().sum::<f64>() / 12.0;
    let deviation = (all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 11.0).sqrt();
    let summary = &found.summaries[0];
    assert!((summary.mean.unwrap() - mean).abs() < 1e-14);
    assert!((summary.std_dev.unwrap() - deviation).abs() < 1e-14);
    assert!((summary.std_error.unwrap() - deviation / 12f64.sqrt()).abs() < 1e-14);
    assert!((summary.pooled.unwrap() - pooled.iter().sum::<f64>() / 3.0).abs() < 1e-14);
    assert_eq!((summary.undefined, found.failures.len()), (0, 0));
    let held_out = radsurv_survival::held_out::out_of_fold(
        &settings,
        cohort.features(),
        &outcome,
        &validation.folds.draw(&outcome, None).unwrap(),
    );
    let (ours, theirs) = (found.held_out().unwrap(), held_out.unwrap());
    let close = |(a, b): (f64, f64)| (a - b).abs() < 1e-13 * b.abs().max(1.0);
    assert!(ours.values().into_iter().zip(theirs.values()).all(close));
}

#[test]
fn steps_see_training_cases_only_at_every_level() {
    let (cohort, outcome) = cohort(60, 2, 1, 2);
    let seen: &'static Mutex<Vec<Vec<String>>> = Box::leak(Box::default());
    let steps = Steps::new().then("spy", Spy(seen));
    let candidates = ["a", "b"].map(|name| Candidate {
        name: name.into(),
        model: "cox".into(),
        steps: 0,
        settings: CoxSettings::default(),
    });
    let tuning = Tuning { division: folds(3, 1), ..Tuning::new(vec![steps], candidates.to_vec(), &C) };
    folds(4, 1).run(&tuning, &cohort, &outcome, HARRELL).unwrap();
    let mut sizes: Vec<usize> = seen.lock().unwrap().iter().map(Vec::len).collect();
    sizes.sort_unstable();
    // Each outer training set of 45 is fitted by the winner, and by the search without each third of it, once for both.
    assert_eq!(sizes, [vec![30; 12], vec![45; 4]].concat());
    let outer = &folds(4, 1).folds.draw(&outcome, None).unwrap()[0];
    for ids in seen.lock().unwrap().iter() {
        let inside = |fold: &usize| outer.cases(*fold).iter().any(|case| ids.contains(&format!("P{case}")));
        assert_eq!((0..4).filter(inside).count(), 3, "a fold is held out of all that is learned for it");
    }
}

/// Screening by outcome belongs inside the folds: on pure noise it is worth nothing there, and seems to be worth much outside.
#[test]
fn a_leaky_pipeline_shows_what_ours_does_not() {
    let (mut honest, mut leaky) = (Vec::new(), Vec::new());
    for seed in 0..10 {
        let (cohort, outcome) = cohort(100, 300, 0, 10 + seed);
        let inside =
            Pipeline { steps: Steps::new().then_by_outcome("screen", Screen(5)), model: CoxSettings::default() };
        let found = folds(5, 1).run(&inside, &cohort, &outcome, HARRELL).unwrap();
        honest.push(found.summaries[0].mean.unwrap());
        assert!(found.folds.iter().all(|fold| fold.used_features.len() == 5));
        // The mistake: features are chosen with the outcomes of all cases.
        let chosen = Screen(5).fit(&cohort, &outcome).unwrap().transform(&cohort).unwrap();
        let found = folds(5, 1).run(&CoxSettings::default(), &chosen, &outcome, HARRELL).unwrap();
        leaky.push(found.summaries[0].mean.unwrap());
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    assert!((mean(&honest) - 0.5).abs() < 0.03, "{honest:?}");
    assert!(mean(&leaky) > 0.62, "{leaky:?}");
}

#[test]
fn a_search_is_what_it_says() {
    let (cohort, outcome) = cohort(90, 4, 2, 4);
    let sizes = [2, 8, 30];
    let settings = sizes.map(|min_leaf| ForestSettings { trees: 15, min_leaf, ..ForestSettings::default() });
    let candidates: Vec<Candidate<ForestSettings>> = settings
        .iter()
        .map(|s| Candidate { name: s.min_leaf.to_string(), model: "rsf".into(), steps: 0, settings: s.clone() })
        .collect();
    let tuning = Tuning { division: folds(3, 2), ..Tuning::new(vec![Steps::new()], candidates, &C) };
    let tuned = tuning.learn(&cohort, &outcome, &[]).unwrap();
    let of = |s: &ForestSettings| folds(3, 2).run(s, &cohort, &outcome, HARRELL).unwrap().summaries.remove(0);
    let means: Vec<f64> = settings.iter().map(|s| of(s).mean.unwrap()).collect();
    let found: Vec<f64> = tuned.search.trials.iter().map(|trial| trial.mean.unwrap()).collect();
    assert_eq!(found, means);
    let best = (0..3).max_by(|&a, &b| means[a].total_cmp(&means[b])).unwrap();
    assert_eq!(tuned.search.chosen, best);
    let all = settings[best].fit(cohort.features(), &outcome).unwrap().predict_risk(cohort.features()).unwrap();
    assert_eq!(tuned.predict(&cohort, &[]).unwrap().risk(), all);

    let simple = Tuning { choice: Choice::OneStandardError, ..tuning.clone() }.search(&cohort, &outcome).unwrap();
    let bound = means[best] - of(&settings[best]).std_error.unwrap();
    assert_eq!(Some(simple.chosen), means.iter().position(|mean| *mean >= bound));
}

#[test]
fn racing_drops_the_worse_and_says_so() {
    let (cohort, outcome) = cohort(120, 6, 3, 5);
    let depths = [1, 2, 3, 4, 5, 6, 7, 8];
    let candidate = |depth: &usize| Candidate {
        name: depth.to_string(),
        model: "rsf".to_string(),
        steps: 0,
        settings: ForestSettings { trees: 10, max_depth: Some(*depth), ..ForestSettings::default() },
    };
    let all =
        Tuning { division: folds(5, 1), ..Tuning::new(vec![Steps::new()], depths.iter().map(candidate).collect(), &C) };
    let raced = Tuning { racing: Some(Racing::default()), ..all.clone() };
    let (all, raced) = (all.search(&cohort, &outcome).unwrap(), raced.search(&cohort, &outcome).unwrap());
    let mut measured: Vec<usize> = raced.trials.iter().map(|trial| trial.measured).collect();
    measured.sort_unstable();
    assert_eq!(measured, [1, 1, 1, 1, 2, 2, 4, 5]);
    for (one, other) in all.trials.iter().zip(&raced.trials) {
        assert_eq!(one.folds[..other.measured], other.folds);
        assert_eq!(other.out.is_some(), other.measured < 5);
    }
    assert!(raced.winner().out.is_none());
}

#[test]
fn groups_stay_together() {
    let (cohort, outcome) = cohort(60, 2, 1, 6);
    let mut covariates = Covariates::new(60);
    let patients = Groups::new((0..60).map(|i| Some(format!("patient {}", i / 3))));
    covariates.add("patient", Covariate::Category(patients)).unwrap();
    let cohort = Cohort::new(cohort.features().clone(), covariates).unwrap();
    let validation = CrossValidation { groups: Some("patient".to_string()), ..folds(4, 1) };
    let found = validation.run(&CoxSettings::default(), &cohort, &outcome, HARRELL).unwrap();
    for fold in &found.folds {
        assert!(fold.cases.iter().all(|case| (case / 3 * 3..case / 3 * 3 + 3).all(|c| fold.cases.contains(&c))));
    }
    let missing = CrossValidation { groups: Some("centre".to_string()), ..folds(4, 1) };
    let error = missing.run(&CoxSettings::default(), &cohort, &outcome, HARRELL).unwrap_err().to_string();
    assert!(error.contains("centre") && error.contains("patient"), "{error}");
}

/// Measures only cases of which somebody is followed for longer.
struct After(f64);
impl Metric for After {
    fn name(&self) -> String {
        "after".to_string()
    }
    fn higher_is_better(&self) -> bool {
        true
    }
    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        match outcome.times().iter().any(|time| *time > self.0) {
            true => Ok(predictions.risk()[0]),
            false => Err("nobody is followed for longer".into()),
        }
    }
}

#[test]
fn what_cannot_be_measured_or_learned_is_counted_with_its_reason() {
    let (cohort, outcome) = cohort(50, 1, 1, 7);
    let last = outcome.times().iter().copied().fold(0.0, f64::max);
    let metric = After(last * 0.999);
    let measures = Measures { metrics: &[&metric], times: &[] };
    let found = folds(5, 1).run(&CoxSettings::default(), &cohort, &outcome, measures).unwrap();
    let summary = &found.summaries[0];
    assert_eq!((summary.undefined, summary.std_dev, summary.mean.is_some()), (4, None, true));
    assert!(summary.reason.as_ref().unwrap().contains("of repeat 1: nobody is followed for longer"));
    assert!(summary.pooled.is_some());

    let never = After(last * 2.0);
    let candidates =
        vec![Candidate { name: "cox".into(), model: "cox".into(), steps: 0, settings: CoxSettings::default() }];
    let search = Tuning::new(vec![Steps::new()], candidates.clone(), &never).search(&cohort, &outcome).unwrap_err();
    assert!(search.to_string().contains("cannot be measured in fold 1 of repeat 1: nobody is followed"), "{search}");
    let search = Tuning::new(vec![Steps::new()], candidates, &metric).search(&cohort, &outcome).unwrap();
    assert_eq!(search.undefined, 4);

    // A feature that varies in one case only: without its fold nothing can be fitted.
    let mut columns = cohort.features().columns().to_vec();
    columns[0] = vec![0.0; 50];
    columns[0][7] = 1.0;
    let features = cohort.features().with_columns(columns).unwrap();
    let found = folds(5, 1).run(&CoxSettings::default(), &features.clone().into(), &outcome, HARRELL).unwrap();
    assert_eq!((found.failures.len(), found.summaries[0].undefined), (1, 1));
    assert!(found.failures[0].contains("has one value in all cases"), "{:?}", found.failures);
    assert_eq!(found.held_out().unwrap().absent(), 10);
    assert!(found.predictions(0).is_none());
    let mut constant = features.columns().to_vec();
    constant[0] = vec![0.0; 50];
    let features = features.with_columns(constant).unwrap();
    let error = folds(5, 1).run(&CoxSettings::default(), &features.into(), &outcome, HARRELL).unwrap_err();
    assert!(error.to_string().starts_with("without fold 1 of repeat 1: f0 has one value"), "{error}");
}

#[test]
fn a_setting_that_cannot_be_is_an_error_with_its_candidate() {
    let (cohort, outcome) = cohort(50, 1, 1, 8);
    let space = Space::new().with("learning_rate", Values::List(vec![0.1.into(), (-1.0).into()]));
    let search = ModelSearch { base: AnySettings::GradientBoosting(GradientBoostingSettings::default()), space };
    let candidates = search.grid("gbm", 0).unwrap();
    let error = Tuning::new(vec![Steps::new()], candidates, &C).search(&cohort, &outcome).unwrap_err();
    assert!(matches!(error, Error::Candidate { .. }));
    assert!(error.to_string().starts_with("the candidate gbm: learning_rate = -1: the learning rate is -1"), "{error}");

    let message = |name: &str, value: serde_json::Value| {
        let space = Space::new().with(name, Values::List(vec![value]));
        let base = AnySettings::Forest(ForestSettings::default());
        ModelSearch { base, space }.grid("rsf", 0).unwrap_err().to_string()
    };
    assert!(message("leaves", 3.into()).starts_with("leaves: it cannot be 3: unknown field `leaves`"));
    assert!(message("a.b", 3.into()).starts_with("a.b: there is no such setting"));
    assert!(message("min_leaf", (-3).into()).starts_with("min_leaf: it cannot be -3: invalid value"));
    let range = Space::new().with("x", Values::LogUniform { low: 0.0, high: 1.0 }).draw(3, 0).unwrap_err();
    assert!(range.to_string().contains("no range of logarithms"), "{range}");
}

#[test]
fn every_usual_search_can_be_run() {
    let (cohort, outcome) = cohort(60, 3, 2, 9);
    let kernel = radsurv_survival::svm::Kernel::Additive;
    let searches = [
        ModelSearch::cox(),
        ModelSearch::coxnet(),
        ModelSearch::forest(),
        ModelSearch::gradient_boosting(),
        ModelSearch::newton_boosting(),
        ModelSearch::svm(kernel),
        ModelSearch::svm(SvmSettings::default().kernel),
    ];
    for search in searches {
        let mut candidates = search.draw("model", 0, 4, 5).unwrap();
        assert_eq!(candidates.len(), if search.space.settings().is_empty() { 1 } else { 4 });
        for candidate in &mut candidates {
            if let AnySettings::Forest(forest) = &mut candidate.settings {
                forest.trees = 20;
            }
        }
        let tuning = Tuning { division: folds(3, 1), ..Tuning::new(vec![Steps::new()], candidates, &C) };
        let tuned = tuning.learn(&cohort, &outcome, &[0.1, 0.5]).unwrap();
        assert!(tuned.search.trials.iter().all(|trial| trial.out.is_none()), "{:?}", tuned.search);
        assert!(tuned.predict(&cohort, &[0.1, 0.5]).unwrap().survival().is_some());
        assert!(tuned.search.winner().mean.unwrap() > 0.55, "{:?}", tuned.search.winner());
    }
}

#[test]
fn risks_alone_are_those_of_the_whole_fit() {
    let (cohort, outcome) = cohort(60, 3, 2, 11);
    for search in
        [ModelSearch::gradient_boosting(), ModelSearch::newton_boosting(), ModelSearch::svm(Default::default())]
    {
        let (whole, alone) =
            (search.base.fit(cohort.features(), &outcome), search.base.fit_risk(cohort.features(), &outcome));
        let (whole, alone) = (whole.unwrap(), alone.unwrap());
        let risk = |model: &dyn SurvivalModel<Error = Error>| model.predict_risk(cohort.features()).unwrap();
        assert_eq!(risk(&whole), risk(&alone));
        assert!(matches!(alone.predict_survival(cohort.features(), &[0.2]), Err(Error::NoCurves)));
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let (cohort, outcome) = cohort(60, 3, 1, 12);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut candidates = ModelSearch::gradient_boosting().draw("gbm", 0, 3, 5).unwrap();
        candidates.extend(ModelSearch::coxnet().draw("lasso", 0, 3, 5).unwrap());
        let tuning = Tuning { division: folds(3, 1), ..Tuning::new(vec![Steps::new()], candidates, &C) };
        pool.install(|| folds(3, 2).run_noting(&tuning, &cohort, &outcome, HARRELL, |t| t.search.clone()).unwrap())
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn draws_cover_their_ranges_and_do_not_depend_on_how_many_there_are() {
    let space = Space::new()
        .with("a", Values::LogUniform { low: 0.001, high: 10.0 })
        .with("b", Values::LogWhole { low: 1, high: 100 })
        .with("c", Values::Whole { low: 3, high: 5 });
    let (few, many) = (space.draw(5, 1).unwrap(), space.draw(2000, 1).unwrap());
    assert_eq!(few, many[..5]);
    let a: Vec<f64> = many.iter().map(|m| m.values()["a"].as_f64().unwrap()).collect();
    assert!(a.iter().all(|a| (0.001..=10.0).contains(a)));
    // Half of the logarithms are below the middle, within five standard errors.
    let below = a.iter().filter(|a| **a < 0.1).count() as f64 / 2000.0;
    assert!((below - 0.5).abs() < 0.056, "{below}");
    for end in [1, 100] {
        assert!(many.iter().any(|m| m.values()["b"] == end));
    }
    let few = Space::new().with("c", Values::Whole { low: 3, high: 5 }).draw(10, 1).unwrap();
    assert_eq!(few.len(), 3, "there are no more");
}

#[test]
fn nested_validation_of_models_is_that_of_each_search() {
    let (cohort, outcome) = cohort(80, 3, 2, 13);
    let mut candidates = ModelSearch::gradient_boosting().draw("gbm", 0, 3, 5).unwrap();
    candidates.extend(ModelSearch::svm(Default::default()).draw("svm", 0, 3, 5).unwrap());
    let tuning = Tuning { division: folds(3, 1), ..Tuning::new(vec![Steps::new()], candidates, &C) };
    let nested = Nested { tuning: &tuning, outer: folds(4, 1) };
    let found = nested.run(&cohort, &outcome, HARRELL).unwrap();
    assert_eq!(found.models.iter().map(|m| m.model.as_str()).collect::<Vec<_>>(), ["gbm", "svm"]);
    for of_model in &found.models {
        let of = |c: &&Candidate<AnySettings>| c.model == of_model.model;
        let alone = Tuning { candidates: tuning.candidates.iter().filter(of).cloned().collect(), ..tuning.clone() };
        let name = |tuned: &radsurv_survival::selection::Tuned<_>| tuned.search.winner().name.clone();
        let expected = nested.outer.run_noting(&alone, &cohort, &outcome, HARRELL, name).unwrap();
        assert_eq!(of_model.validated.as_ref(), Some(&expected));
    }
    let name = |tuned: &radsurv_survival::selection::Tuned<_>| tuned.search.winner().name.clone();
    assert_eq!(found.best, nested.outer.run_noting(&tuning, &cohort, &outcome, HARRELL, name).unwrap());
    assert_eq!(found.searches.len(), 4);
}

#[test]
fn candidates_side_by_side_are_validated_as_each_is_alone() {
    let (cohort, outcome) = cohort(60, 3, 1, 8);
    let forest = |min_leaf| AnySettings::Forest(ForestSettings { trees: 10, min_leaf, ..ForestSettings::default() });
    let candidate =
        |name: &str, steps, settings| Candidate { name: name.to_string(), model: name.to_string(), steps, settings };
    let candidates = vec![
        candidate("cox", 0, AnySettings::Cox(CoxSettings::default())),
        candidate("forest", 1, forest(5)),
        candidate("leaves", 1, forest(9)),
    ];
    let steps = vec![Steps::new(), Steps::new().then_by_outcome("screen", Screen(2))];
    let tuning = Tuning { division: folds(3, 1), ..Tuning::new(steps, candidates, &C) };
    let others = CrossValidation { folds: FoldSettings { folds: 4, repeats: 2, seed: 77 }, groups: None };
    let found = tuning.validate(&[2, 0], &others, &cohort, &outcome, HARRELL).unwrap();
    for (validated, place) in found.into_iter().zip([2, 0]) {
        let alone = others.run(&tuning.pipeline(place), &cohort, &outcome, HARRELL).unwrap();
        assert_eq!(validated.unwrap(), alone);
    }
    assert!(tuning.validate(&[3], &others, &cohort, &outcome, HARRELL).is_err());
}
