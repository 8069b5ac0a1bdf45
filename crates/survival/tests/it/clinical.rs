//! What holds of any clinical model.

use proptest::prelude::*;
use radsurv_data::saved::Saved;
use radsurv_data::{
    Cohort, Covariate, Covariates, FeatureTable, FitSurvival, Groups, HeldOut, HeldOutBy, Learner, Metric, Predictor,
    Survival, SurvivalModel,
};
use radsurv_stats::cut_point::CutPointSettings;
use radsurv_stats::terms::{Knots, Terms};
use radsurv_survival::clinical::{
    ClinicalFit, ClinicalModel, ClinicalSettings, ClinicalWarning, Counted, ImputerSettings, MissingRule,
    RadscoreLearner, Rule, ScoreForm, ScoreTerm, TermTest,
};
use radsurv_survival::coxnet::LambdaChoice;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::{CrossValidation, Measures};
use radsurv_survival::{AnySettings, CoxSettings, CoxnetSettings, ForestSettings};
use radsurv_testkit::splitmix::SplitMix64;

use super::clinical_reference::close;
use crate::support::validation::C;

/// Cases with three numbers, a category and a score, whose risk rises with `a` and the score, and with `stage=II`.
struct Simulated {
    covariates: Covariates,
    scores: Vec<f64>,
    outcome: Survival,
}

fn normals(seed: u64) -> impl FnMut() -> f64 {
    let mut rng = SplitMix64::new(seed);
    let mut uniform = move || (rng.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
    move || (0..12).map(|_| uniform()).sum::<f64>() - 6.0
}

fn simulated(seed: u64, n: usize) -> Simulated {
    let mut normal = normals(seed);
    let mut columns: Vec<Vec<f64>> = (0..4).map(|_| (0..n).map(|_| normal()).collect()).collect();
    let scores = columns.remove(3);
    let stage: Vec<&str> = (0..n).map(|_| if normal() > 0.3 { "II" } else { "I" }).collect();
    let (mut times, mut event) = (Vec::new(), Vec::new());
    for i in 0..n {
        let eta = 0.8 * columns[0][i] + 0.9 * scores[i] + if stage[i] == "II" { 0.8 } else { 0.0 };
        let (happened, censored) = (20.0 * (normal() - eta).exp(), 60.0 * normal().abs());
        times.push(happened.min(censored));
        event.push(happened <= censored);
    }
    let mut covariates = Covariates::new(n);
    for (name, column) in ["a", "b", "c"].into_iter().zip(columns) {
        covariates.add(name, Covariate::Number(column)).unwrap();
    }
    covariates.add("stage", Covariate::Category(Groups::new(stage.into_iter().map(Some)))).unwrap();
    Simulated { covariates, scores, outcome: Survival::new(times, event).unwrap() }
}

fn held_out(scores: &[f64]) -> HeldOut {
    HeldOut::new(scores.iter().copied().map(Some).collect(), HeldOutBy::Folds { folds: 5, repeats: 1 }).unwrap()
}

fn settings() -> ClinicalSettings {
    let terms = Terms::new().linear("a").linear("b").linear("c").category("stage", None);
    ClinicalSettings { terms, score: Some(ScoreTerm::default()), ..Default::default() }
}

fn changed(covariates: &Covariates, name: &str, change: &dyn Fn(usize, f64) -> f64) -> Covariates {
    let mut done = Covariates::new(covariates.cases());
    for other in covariates.names() {
        let covariate = match covariates.get(other).unwrap() {
            Covariate::Number(values) if other == name => {
                Covariate::Number(values.iter().enumerate().map(|(i, v)| change(i, *v)).collect())
            }
            covariate => covariate.clone(),
        };
        done.add(other, covariate).unwrap();
    }
    done
}

#[test]
fn effects_are_found_by_every_rule() {
    let Simulated { covariates, scores, outcome } = simulated(1, 400);
    let (new, scores) = (simulated(2, 60), held_out(&scores));
    for rule in [
        Rule::BackwardAic,
        Rule::BackwardP { stay: 0.05 },
        Rule::Univariable { enter: 0.05 },
        Rule::UnivariableThenBackward { enter: 0.1, stay: 0.01 },
        Rule::Penalised(CoxnetSettings { lambda: LambdaChoice::Lambda1Se, ..Default::default() }),
        Rule::Forced,
    ] {
        let settings = ClinicalSettings { rule: rule.clone(), ..settings() };
        let ClinicalFit { model, report } = settings.fit(&covariates, Some(&scores), &outcome).unwrap();
        let names = model.terms().names();
        for name in ["a", "stage=II", "Radscore"] {
            assert!(names.iter().any(|n| n == name), "{rule:?}: {names:?}");
        }
        assert_eq!(model.score(), Some("Radscore"));
        assert_eq!(report.warnings.contains(&ClinicalWarning::Chosen), rule != Rule::Forced);
        let predicted = model.predict(&new.covariates, Some(&new.scores), &[5.0, 10.0]).unwrap().predictions;
        let c = radsurv_stats::nonparametric::harrell(predicted.risk(), &new.outcome).unwrap().estimate;
        assert!(c > 0.65, "{rule:?} {c}");
        saved(&model);
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<ClinicalSettings>(&text).unwrap(), settings);
        serde_json::to_string(&report).unwrap();
    }
}

fn saved(model: &ClinicalModel) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    model.save(&path).unwrap();
    assert_eq!(&ClinicalModel::load(&path).unwrap(), model);
    let text = std::fs::read_to_string(&path).unwrap();
    let broken = text.replacen("\"coefficient\": ", "\"coefficient\": 1.0, \"other\": ", 1);
    if broken != text {
        std::fs::write(&path, broken).unwrap();
        assert!(ClinicalModel::load(&path).is_err());
    }
}

#[test]
fn what_is_in_sample_wins_and_what_is_held_out_does_not() {
    // Features and clinical variables without any effect.
    let n = 150;
    let mut normal = normals(7);
    let columns: Vec<Vec<f64>> = (0..40).map(|_| (0..n).map(|_| normal()).collect()).collect();
    let times: Vec<f64> = (0..n).map(|_| 20.0 * normal().exp()).collect();
    let outcome = Survival::new(times, (0..n).map(|_| normal() < 0.6).collect()).unwrap();
    let names = (0..40).map(|j| format!("f{j}")).collect();
    let features = FeatureTable::new((0..n).map(|i| format!("P{i}")).collect(), names, columns).unwrap();
    let mut covariates = Covariates::new(n);
    covariates.add("age", Covariate::Number((0..n).map(|_| 60.0 + 10.0 * normal()).collect())).unwrap();
    let settings = ClinicalSettings {
        terms: Terms::new().linear("age"),
        score: Some(ScoreTerm::default()),
        rule: Rule::Forced,
        ..Default::default()
    };
    let p = |scores: &HeldOut| {
        let report = settings.fit(&covariates, Some(scores), &outcome).unwrap().report;
        let score = report.effects.iter().find(|effect| effect.term == "Radscore").unwrap();
        score.certainty.unwrap().p_value
    };
    let forest = ForestSettings { trees: 200, ..Default::default() };
    for model in [AnySettings::Forest(forest), AnySettings::Cox(CoxSettings::default())] {
        let fitted = model.fit_held_out(&features, &outcome, &FoldSettings::default(), None).unwrap();
        // The mistake, on purpose: scores of the cases that the model was fitted to, declared to be held out.
        let mistake = held_out(&fitted.model.predict_risk(&features).unwrap());
        assert!(p(&mistake) < 1e-6, "{}", p(&mistake));
        assert!(p(&fitted.held_out) > 0.01, "{}", p(&fitted.held_out));
    }
}

#[test]
fn cases_that_are_left_out_are_counted() {
    let Simulated { covariates, mut scores, outcome } = simulated(3, 200);
    let covariates = changed(&covariates, "b", &|i, v| if i % 10 == 0 { f64::NAN } else { v });
    let covariates = changed(&covariates, "c", &|i, v| if i % 20 == 0 || i == 7 { f64::NAN } else { v });
    let by = HeldOutBy::Samples { trees: 10 };
    let scored = HeldOut::new(scores.iter().enumerate().map(|(i, s)| (i != 5).then_some(*s)).collect(), by).unwrap();
    let weights = (0..200).map(|i| f64::from(u8::from(i != 3))).collect();
    let outcome = outcome.with_weights(weights).unwrap();
    let settings = settings();
    let found = settings.fit(&covariates, Some(&scored), &outcome).unwrap();
    let left = &found.report.left_out;
    assert_eq!((left.without_weight, left.without_score.cases), (1, 1));
    assert_eq!(left.without_score.events, usize::from(outcome.event()[5]));
    assert_eq!(left.incomplete.cases, 21);
    let events = |cases: &dyn Fn(usize) -> bool| (0..200).filter(|&i| cases(i) && outcome.event()[i]).count();
    let b = Counted { cases: 20, events: events(&|i| i % 10 == 0) };
    assert_eq!((left.missing[0].variable.as_str(), left.missing[0].without), ("b", b));
    assert_eq!(left.missing[1].without.cases, 11);
    assert_eq!(found.report.cases, 200 - 23);
    assert_eq!(found.report.events, events(&|i| i != 3 && i != 5 && i % 10 != 0 && i != 7));
    assert_eq!(found.report.candidate_columns, 5);

    // As if they were not there.
    let rest: Vec<usize> = (0..200).filter(|&i| i != 3 && i != 5 && i % 10 != 0 && i != 7).collect();
    scores = rest.iter().map(|&i| scores[i]).collect();
    let fewer = settings.fit(&covariates.rows(&rest), Some(&held_out(&scores)), &outcome.rows(&rest)).unwrap();
    assert_eq!(fewer.model.terms(), found.model.terms());
    for (a, b) in fewer.model.coefficients().iter().zip(found.model.coefficients()) {
        close(*a, b, 1e-9, "fewer");
    }

    // New cases without a value say so.
    let forced = ClinicalSettings { rule: Rule::Forced, ..settings };
    let model = forced.fit(&covariates, Some(&scored), &outcome).unwrap().model;
    let new = changed(&simulated(4, 30).covariates, "b", &|i, v| if i == 4 { f64::NAN } else { v });
    let score = vec![0.5; 30];
    let message =
        |covariates: &Covariates, score: Option<&[f64]>| model.predict(covariates, score, &[]).unwrap_err().to_string();
    assert!(message(&new, Some(&score)).contains("variable b is missing in row 5"));
    assert!(message(&new, None).contains("Radscore is in the model: give the score"));
    assert!(message(&new, Some(&score[1..])).contains("29"));
    let mut gap = score.clone();
    gap[2] = f64::NAN;
    assert!(message(&new, Some(&gap)).contains("Radscore is NaN in row 3 (1 such rows in all)"));
    let expected: Vec<usize> = (0..30).filter(|i| ![2, 4].contains(i)).collect();
    assert_eq!(model.predictable(&new, Some(&gap)).unwrap(), expected);
    let mut other = Covariates::new(1);
    for name in ["a", "b", "c"] {
        other.add(name, Covariate::Number(vec![0.0])).unwrap();
    }
    assert!(message(&other, Some(&[0.0])).contains("stage"));
    other.add("stage", Covariate::Category(Groups::new([Some("IV")]))).unwrap();
    assert!(message(&other, Some(&[0.0])).contains("the level \"IV\" in row 1, which no fitted case had"));
}

#[test]
fn imputed_values_and_their_indicators() {
    let Simulated { covariates, scores, outcome } = simulated(5, 200);
    // Those who lack b are worse off.
    let worse: Vec<bool> =
        (0..200).map(|i| i % 11 == 0 || (i % 3 > 0 && outcome.event()[i] && outcome.times()[i] < 8.0)).collect();
    let covariates = changed(&covariates, "b", &|i, v| if worse[i] { f64::NAN } else { v });
    let covariates = changed(&covariates, "c", &|i, v| if worse[i] { f64::NAN } else { v });
    let covariates = changed(&covariates, "a", &|i, v| if i % 40 == 9 { f64::NAN } else { v });
    let fit = |imputer: ImputerSettings, rule: Rule| {
        let settings = ClinicalSettings { missing: MissingRule::Impute(imputer), rule, ..settings() };
        settings.fit(&covariates, Some(&held_out(&scores)), &outcome).unwrap()
    };
    let ClinicalFit { model, report } = fit(ImputerSettings::Typical { indicator: true }, Rule::BackwardAic);
    assert_eq!((report.cases, report.left_out.incomplete.cases), (200, 0));
    // b and c are missing together: one indicator for both.
    assert!(model.terms().names().contains(&"b missing=yes".to_string()), "{:?}", model.terms().names());
    assert!(report.univariable.iter().all(|alone| alone.variable != "c missing"));
    let values = 5 + 2 * worse.iter().filter(|w| **w).count();
    assert!(report.warnings.contains(&ClinicalWarning::Imputed { values }));
    assert!(!model.needed().contains(&"b missing"));
    saved(&model);
    let new = changed(&simulated(6, 10).covariates, "b", &|i, v| if i == 2 { f64::NAN } else { v });
    let predicted = model.predict(&new, Some(&[0.0; 10]), &[]).unwrap();
    assert_eq!(predicted.filled.iter().find(|f| f.name == "b").unwrap().missing, 1);
    assert_eq!(model.predictable(&new, Some(&[0.0; 10])).unwrap().len(), 10);

    for imputer in [ImputerSettings::Neighbours { k: 5 }, ImputerSettings::Regression { rounds: 2 }] {
        let rows = imputer == ImputerSettings::Neighbours { k: 5 };
        let ClinicalFit { model, .. } = fit(imputer, Rule::BackwardAic);
        assert_eq!(model.imputer().unwrap().contains_training_rows(), rows);
        // They look at all variables.
        assert_eq!(model.needed().len(), 4);
        saved(&model);
        let whole = model.predict(&new, Some(&[0.1; 10]), &[]).unwrap().predictions;
        for case in 0..10 {
            let one = model.predict(&new.rows(&[case]), Some(&[0.1]), &[]).unwrap().predictions;
            assert_eq!(one.risk()[0], whole.risk()[case], "a case is filled in the same whoever comes with it");
        }
    }
    // Median and mode of variables that are not in the model are forgotten.
    let typical = fit(ImputerSettings::default(), Rule::BackwardAic).model;
    assert!(typical.needed().len() < 4);
    // Forced scores of training cases have no part in it: with others the imputer is the same.
    let settings = ClinicalSettings {
        missing: MissingRule::Impute(ImputerSettings::Regression { rounds: 1 }),
        rule: Rule::Forced,
        ..settings()
    };
    let other: Vec<f64> = scores.iter().map(|s| s.sin()).collect();
    let [one, two] = [&scores, &other].map(|s| settings.fit(&covariates, Some(&held_out(s)), &outcome).unwrap().model);
    assert_eq!(one.imputer(), two.imputer());
}

#[test]
fn the_score_is_a_variable_like_others() {
    let Simulated { covariates, scores, outcome } = simulated(8, 220);
    let scores = held_out(&scores);
    let terms = settings().terms.interaction("stage", "Radscore");
    let score = ScoreTerm { name: "Radscore".to_string(), form: ScoreForm::Dichotomised };
    let with = ClinicalSettings {
        terms,
        score: Some(score),
        dichotomise: vec!["a".to_string()],
        rule: Rule::Forced,
        ..settings()
    };
    let found = with.fit(&covariates, Some(&scores), &outcome).unwrap();
    let names = found.model.terms().names();
    assert_eq!(names, ["a=high", "b", "c", "stage=II", "Radscore=high", "stage=II * Radscore=high"]);
    let cut = found.model.cut_points()[1].clone();
    assert_eq!((cut.variable(), found.model.cut_points().len()), ("Radscore", 2));
    let direct = with.cut_points.of_scores(&scores, &outcome).unwrap().cut_point;
    assert_eq!((cut.cut(), cut.p_values()), (direct.cut(), direct.p_values()));
    let at =
        |score: f64| found.model.predict(&covariates.rows(&[0]), Some(&[score]), &[]).unwrap().predictions.risk()[0];
    assert_eq!(at(cut.cut()), at(-50.0));
    assert!(at(cut.cut() + 1e-9) == at(50.0) && at(50.0) > at(-50.0));
    saved(&found.model);

    // Forced, it stays whatever it says.
    let mut normal = normals(3);
    let noise = held_out(&(0..220).map(|_| normal()).collect::<Vec<f64>>());
    let free = settings();
    assert_eq!(free.fit(&covariates, Some(&noise), &outcome).unwrap().model.score(), None);
    let forced = ClinicalSettings { forced: vec!["Radscore".to_string()], ..settings() };
    let model = forced.fit(&covariates, Some(&noise), &outcome).unwrap().model;
    assert_eq!(model.score(), Some("Radscore"));
    let forced_pair = ClinicalSettings {
        terms: settings().terms.interaction("b", "c"),
        forced: vec!["b * c".to_string()],
        ..settings()
    };
    let names = forced_pair.fit(&covariates, Some(&scores), &outcome).unwrap().model.terms().names();
    assert!(["b", "c", "b * c"].iter().all(|name| names.iter().any(|n| n == name)), "{names:?}");
}

#[test]
fn a_penalised_model_is_the_elastic_net_of_the_columns() {
    let Simulated { covariates, scores, outcome } = simulated(9, 180);
    let net = CoxnetSettings::default();
    let settings = ClinicalSettings {
        terms: Terms::new().spline("a", Knots::Count(4)).linear("b").linear("c").category("stage", None),
        rule: Rule::Penalised(net.clone()),
        ..settings()
    };
    let found = settings.fit(&covariates, Some(&held_out(&scores)), &outcome).unwrap();
    let mut whole = covariates.clone();
    whole.add("Radscore", Covariate::Number(scores.clone())).unwrap();
    let fitted = settings.terms.clone().linear("Radscore").fit(&whole).unwrap();
    let ids = (0..180).map(|i| i.to_string()).collect();
    let features = FeatureTable::new(ids, fitted.names(), fitted.columns(&whole).unwrap()).unwrap();
    let model = net.fit(&features, &outcome).unwrap();
    assert_eq!(found.report.lambda, Some(model.chosen().lambda));
    let risk = found.model.predict(&covariates, Some(&scores), &[4.0, 9.0]).unwrap().predictions;
    for (ours, theirs) in risk.risk().iter().zip(model.predict_risk(&features).unwrap()) {
        assert!((ours - theirs).abs() < 1e-9);
    }
    let curves = model.predict_survival(&features, &[4.0, 9.0]).unwrap();
    assert!((risk.survival().unwrap().of(3)[1] - curves.of(3)[1]).abs() < 1e-9);
    assert!(found.report.effects.iter().all(|effect| effect.certainty.is_none()));
    // Without penalty in any case.
    let strong = CoxnetSettings { lambda: LambdaChoice::Fixed(10.0), ..net };
    let forced = ClinicalSettings {
        rule: Rule::Penalised(strong.clone()),
        forced: vec!["stage".to_string()],
        ..settings.clone()
    };
    let names = forced.fit(&covariates, Some(&held_out(&scores)), &outcome).unwrap().model.terms().names();
    assert_eq!(names, ["stage=II"]);
    let nothing = ClinicalSettings { rule: Rule::Penalised(strong), ..settings };
    let found = nothing.fit(&covariates, Some(&held_out(&scores)), &outcome).unwrap();
    assert!(found.report.warnings.contains(&ClinicalWarning::Nothing));
    let same = found.model.predict(&covariates, None, &[9.0]).unwrap().predictions;
    assert!(same.risk().iter().all(|r| *r == 0.0));
    saved(&found.model);
}

#[test]
fn what_cannot_be_used_is_explained() {
    let Simulated { covariates, scores, outcome } = simulated(10, 120);
    let scores = held_out(&scores);
    let mut covariates = covariates;
    covariates.add("same", Covariate::Number(vec![3.0; 120])).unwrap();
    covariates.add("level", Covariate::Category(Groups::new(vec![Some("x"); 120]))).unwrap();
    let twice: Vec<f64> = match covariates.get("a").unwrap() {
        Covariate::Number(values) => values.iter().map(|v| 2.0 * v + 1.0).collect(),
        Covariate::Category(_) => unreachable!(),
    };
    covariates.add("twice", Covariate::Number(twice)).unwrap();
    let separates = (0..120).map(|i| if outcome.event()[i] { 0.0 } else { 1.0 }).collect();
    covariates.add("separates", Covariate::Number(separates)).unwrap();
    let more = ClinicalSettings {
        terms: settings().terms.linear("same").category("level", None).interaction("a", "same"),
        ..settings()
    };
    let report = more.fit(&covariates, Some(&scores), &outcome).unwrap().report;
    let names: Vec<&str> = report.unusable.iter().map(|u| u.term.as_str()).collect();
    assert_eq!(names, ["same", "level", "a * same"]);
    assert!(report.unusable[0].reason.contains("the same in all cases"), "{:?}", report.unusable);

    let message = |settings: &ClinicalSettings, scores: Option<&HeldOut>, outcome: &Survival| {
        settings.fit(&covariates, scores, outcome).unwrap_err().to_string()
    };
    let with = |change: &dyn Fn(&mut ClinicalSettings)| {
        let mut changed = settings();
        change(&mut changed);
        message(&changed, Some(&scores), &outcome)
    };
    let add = |name: &'static str| move |s: &mut ClinicalSettings| s.terms = s.terms.clone().linear(name);
    assert!(with(&add("twice")).contains("twice is a linear combination of a: leave out one of them"));
    assert!(with(&add("none")).contains("none"));
    assert!(with(&add("level")).contains("level is a category, and a number is needed"));
    assert!(with(&|s| s.terms = s.terms.clone().linear("a")).contains("a"), "twice");
    let spline = |knots: Knots| with(&|s: &mut ClinicalSettings| s.terms = Terms::new().spline("a", knots.clone()));
    assert!(spline(Knots::Count(2)).contains("cannot be a spline: it has 2 knots"));
    assert!(spline(Knots::At(vec![1.0])).contains("a cannot be a spline"));
    let infinite = changed(&covariates, "b", &|i, v| if i == 6 { f64::INFINITY } else { v });
    let found = settings().fit(&infinite, Some(&scores), &outcome).unwrap_err().to_string();
    assert!(found.contains("b is infinite in row 7"), "{found}");
    assert!(with(&add("separates")).contains("separates"), "{}", with(&add("separates")));
    let forced = |s: &mut ClinicalSettings| {
        add("same")(s);
        s.forced = vec!["same".to_string()];
    };
    assert!(with(&forced).contains("same must be in the model, and is the same in all cases"));
    assert!(with(&|s| s.forced = vec!["z".into()]).contains("a variable that is forced is z"));
    assert!(with(&|s| s.dichotomise = vec!["stage".into()]).contains("a variable to dichotomise is stage"));
    assert!(with(&|s| s.rule = Rule::BackwardP { stay: 0.0 }).contains("a p-value to enter or stay is 0"));
    assert!(with(&|s| s.score = None).contains("the settings have no score"));
    let name = |s: &mut ClinicalSettings| s.score = Some(ScoreTerm { name: "a".into(), form: ScoreForm::Linear });
    assert!(with(&name).contains("a"));
    assert!(message(&settings(), None, &outcome).contains("not there for Radscore"));
    let alone = ClinicalSettings { terms: Terms::new().linear("same"), score: None, ..settings() };
    assert!(message(&alone, None, &outcome).contains("no other variable can be used"));
    assert!(message(&ClinicalSettings::default(), None, &outcome).contains("no feature"));
    let none = Survival::new(outcome.times().to_vec(), vec![false; 120]).unwrap();
    assert!(message(&settings(), Some(&scores), &none).contains("none of the 120 cases has an event"));
    assert!(message(&settings(), Some(&scores), &outcome.rows(&[0, 1])).contains("120"));
    let absent = HeldOut::new(vec![None; 120], HeldOutBy::Samples { trees: 1 }).unwrap();
    assert!(message(&settings(), Some(&absent), &outcome).contains("needs 2 cases at least, and there are 0"));
    let cut = |s: &mut ClinicalSettings| {
        add("same")(s);
        s.dichotomise = vec!["same".into()];
    };
    assert!(with(&cut).contains("same cannot be cut"));
    let wald = |s: &mut ClinicalSettings| {
        add("separates")(s);
        s.test = TermTest::Wald;
        s.rule = Rule::BackwardP { stay: 0.05 };
    };
    assert!(with(&wald).contains("1 feature has no finite coefficient (separates)"), "{}", with(&wald));
    let few = settings().fit(&covariates, Some(&scores), &outcome.rows(&(0..120).collect::<Vec<_>>())).unwrap();
    assert_eq!(few.report.events_per_column, outcome.events() as f64 / 5.0);
}

#[test]
fn score_and_clinical_model_are_learned_as_a_whole() {
    // The score says something, one clinical variable does, and nothing of a test case is learned from.
    let n = 160;
    let Simulated { covariates, scores, outcome } = simulated(21, n);
    let mut normal = normals(22);
    let mut columns = vec![scores];
    columns.extend((0..5).map(|_| (0..n).map(|_| normal()).collect()));
    let names = (0..6).map(|j| format!("f{j}")).collect();
    let features = FeatureTable::new((0..n).map(|i| format!("P{i}")).collect(), names, columns).unwrap();
    let cohort = Cohort::new(features, covariates).unwrap();
    let learner =
        RadscoreLearner { score: CoxSettings::default(), held_out: CrossValidation::default(), clinical: settings() };
    let (training, test): (Vec<usize>, Vec<usize>) = (0..n).partition(|i| i % 4 > 0);
    let own = outcome.rows(&training);
    let learned = learner.learn(&cohort.rows(&training), &own, &[5.0]).unwrap();
    let used = learned.used_features();
    assert!(["a", "f0"].iter().all(|name| used.iter().any(|u| u == name)), "{used:?}");
    let there = cohort.rows(&test);
    let whole = learned.predict(&there, &[5.0]).unwrap();
    for case in 0..test.len() {
        assert_eq!(learned.predict(&there.rows(&[case]), &[5.0]).unwrap().risk()[0], whole.risk()[case]);
    }
    let c = radsurv_stats::nonparametric::harrell(whole.risk(), &outcome.rows(&test)).unwrap().estimate;
    assert!(c > 0.7, "{c}");
    // It is the model of held-out scores.
    let held_out = CrossValidation::default()
        .run(&CoxSettings::default(), &cohort.rows(&training), &own, Measures { metrics: &[], times: &[] })
        .unwrap()
        .held_out()
        .unwrap();
    let direct = settings().fit(cohort.rows(&training).covariates(), Some(&held_out), &own).unwrap();
    assert_eq!(direct.model, learned.clinical);
    let alone = RadscoreLearner { clinical: ClinicalSettings { score: None, ..settings() }, ..learner };
    assert!(alone.learn(&cohort, &outcome, &[]).unwrap().score.is_none());
}

#[test]
fn validated_as_a_whole_noise_is_noise() {
    let (n, draws) = (150, 8);
    let (mut validated, mut apparent) = (0.0, 0.0);
    for seed in 0..draws {
        let mut normal = normals(100 + seed);
        let columns: Vec<Vec<f64>> = (0..30).map(|_| (0..n).map(|_| normal()).collect()).collect();
        let times: Vec<f64> = (0..n).map(|_| 20.0 * normal().exp()).collect();
        let outcome = Survival::new(times, (0..n).map(|_| normal() < 0.6).collect()).unwrap();
        let names = (0..30).map(|j| format!("f{j}")).collect();
        let features = FeatureTable::new((0..n).map(|i| format!("P{i}")).collect(), names, columns).unwrap();
        let mut covariates = Covariates::new(n);
        for name in ["age", "dose", "size"] {
            let gap = |i: usize, v: f64| if i % 12 == 5 { f64::NAN } else { v };
            covariates.add(name, Covariate::Number((0..n).map(|i| gap(i, normal())).collect())).unwrap();
        }
        let cohort = Cohort::new(features, covariates).unwrap();
        let clinical = ClinicalSettings {
            terms: Terms::new().linear("age").linear("dose").linear("size"),
            score: Some(ScoreTerm::default()),
            dichotomise: vec!["size".to_string()],
            cut_points: CutPointSettings { permutations: 0, ..Default::default() },
            missing: MissingRule::Impute(ImputerSettings::Regression { rounds: 2 }),
            rule: Rule::Forced,
            ..Default::default()
        };
        let held_out = CrossValidation::default();
        let learner = RadscoreLearner { score: CoxSettings::default(), held_out: held_out.clone(), clinical };
        let measures = Measures { metrics: &[&C], times: &[] };
        let found = held_out.run(&learner, &cohort, &outcome, measures).unwrap();
        assert!(found.failures.is_empty());
        validated += found.summaries[0].mean.unwrap() / draws as f64;
        // What an analysis reports that fits and measures on the same cases, with the mistake of an in-sample score.
        let score = CoxSettings::default().fit(cohort.features(), &outcome).unwrap();
        let risk = score.predict_risk(cohort.features()).unwrap();
        let mistake = learner.clinical.fit(cohort.covariates(), Some(&self::held_out(&risk)), &outcome).unwrap();
        let same = mistake.model.predict(cohort.covariates(), Some(&risk), &[]).unwrap().predictions;
        apparent += C.of(&same, &outcome).unwrap() / draws as f64;
    }
    // The standard error of the mean is about 0.013.
    assert!((validated - 0.5).abs() < 0.04, "held out {validated}");
    assert!(apparent > 0.62, "apparent {apparent}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn units_and_orders_of_variables_do_not_matter(seed in 0u64..1000, scale in 1e-4f64..1e4, shift in -1e3f64..1e3) {
        let Simulated { covariates, scores, outcome } = simulated(seed, 90);
        let scores = held_out(&scores);
        let found = settings().fit(&covariates, Some(&scores), &outcome).unwrap();
        let rescaled = changed(&covariates, "b", &|_, v| scale * v + shift);
        let rescaled = changed(&rescaled, "a", &|_, v| v / scale);
        let again = settings().fit(&rescaled, Some(&scores), &outcome).unwrap();
        prop_assert_eq!(again.model.terms().names(), found.model.terms().names());
        for (a, b) in again.report.steps.iter().zip(&found.report.steps) {
            prop_assert!((a.aic - b.aic).abs() < 1e-6 * b.aic.abs());
        }
        let mixed = Terms::new().category("stage", None).linear("c").linear("a").linear("b");
        let other = ClinicalSettings { terms: mixed, ..settings() }.fit(&covariates, Some(&scores), &outcome).unwrap();
        let sorted = |fit: &ClinicalFit| {
            let mut names = fit.model.terms().names();
            names.sort();
            names
        };
        prop_assert_eq!(sorted(&other), sorted(&found));
        let risk = |fit: &ClinicalFit, cases: &Covariates| fit.model.predict(cases, Some(&[0.3; 90]), &[]).unwrap().predictions;
        for (fit, cases) in [(&again, &rescaled), (&other, &covariates)] {
            for (a, b) in risk(fit, cases).risk().iter().zip(risk(&found, &covariates).risk()) {
                prop_assert!((a - b).abs() < 1e-6, "{} {}", a, b);
            }
        }
        let order: Vec<usize> = (0..90).map(|i| (i * 47 + 11) % 90).collect();
        let moved: Vec<f64> = order.iter().map(|&i| scores.scores()[i].unwrap()).collect();
        let moved = settings().fit(&covariates.rows(&order), Some(&held_out(&moved)), &outcome.rows(&order)).unwrap();
        for (a, b) in risk(&moved, &covariates).risk().iter().zip(risk(&found, &covariates).risk()) {
            prop_assert!((a - b).abs() < 1e-8);
        }
    }

    #[test]
    fn small_and_broken_cohorts_are_answered(seed in 0u64..100_000, n in 1usize..30, holes in 2usize..9, rule in 0usize..6, imputer in 0usize..5) {
        let Simulated { covariates, scores, outcome } = simulated(seed, n);
        let covariates = changed(&covariates, "a", &|i, v| if i % holes == 0 { f64::NAN } else { (2.0 * v).round() });
        let covariates = changed(&covariates, "b", &|i, v| if i % holes == 1 { f64::NAN } else { v });
        let scores = HeldOut::new(scores.iter().enumerate().map(|(i, s)| (i % 7 > 0).then_some(*s)).collect(), HeldOutBy::Samples { trees: 3 }).unwrap();
        let rules = [Rule::Forced, Rule::BackwardAic, Rule::BackwardP { stay: 0.3 }, Rule::Univariable { enter: 0.5 },
            Rule::UnivariableThenBackward { enter: 0.5, stay: 0.2 }, Rule::Penalised(CoxnetSettings { lambda: LambdaChoice::Fixed(0.05), ..Default::default() })];
        let missing = [MissingRule::CompleteCases, MissingRule::Impute(ImputerSettings::Typical { indicator: false }),
            MissingRule::Impute(ImputerSettings::Typical { indicator: true }), MissingRule::Impute(ImputerSettings::Neighbours { k: 3 }),
            MissingRule::Impute(ImputerSettings::Regression { rounds: 2 })];
        let dichotomise = if seed % 3 == 0 { vec!["c".to_string()] } else { Vec::new() };
        let settings = ClinicalSettings { rule: rules[rule].clone(), missing: missing[imputer].clone(), dichotomise, ..settings() };
        match settings.fit(&covariates, Some(&scores), &outcome) {
            Err(error) => prop_assert!(error.to_string().len() > 20),
            Ok(ClinicalFit { model, report }) => {
                prop_assert!(report.cases <= n && model.coefficients().iter().all(|b| b.is_finite()));
                let new = simulated(seed + 1, 20);
                let predicted = model.predict(&new.covariates, Some(&new.scores), &[1.0]).unwrap().predictions;
                prop_assert!(predicted.risk().iter().all(|r| r.is_finite()));
            }
        }
    }
}
