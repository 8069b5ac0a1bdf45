//! Screening against R's survival and mRMRe (reference/screen.R), against definitions, and with planted signals.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::saved::Saved;
use radsurv_data::{Cohort, FeatureTable, FitToOutcome, Survival, Transform};
use radsurv_stats::correlation::{Method, Missing, correlation};
use radsurv_stats::cox::{Design, FitSettings, Ties, fit};
use radsurv_stats::multiple::Adjustment;
use radsurv_stats::nonparametric::harrell;
use radsurv_survival::coxnet::StabilitySettings;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::screen::boruta::{ForestImportance, Status};
use radsurv_survival::selection::screen::{
    BorutaSettings, MrmrSettings, Scheme, Screen, ScreenedBy, Test, UnivariableSettings,
};
use radsurv_survival::selection::{CrossValidation, Measures, Pipeline, Steps};
use radsurv_survival::{CoxSettings, ForestSettings};
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::Golden;
use serde_json::Value;

use crate::support::validation::C;

use crate::support::coxnet::{case, columns, numbers, table};

fn golden(kind: &str) -> Vec<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/screen.jsonl.gz");
    let rows = Golden::read(&file).unwrap().rows;
    rows.into_iter().filter(|row| row["kind"] == kind).collect()
}

#[track_caller]
fn close(ours: f64, golden: f64, tolerance: f64, scale: f64, what: &str) {
    let difference = relative_difference(ours, golden, scale);
    assert!(difference <= tolerance, "{what}: {ours} {golden}, {difference:e}");
}

#[test]
fn tests_are_those_of_coxph() {
    let rows = golden("univariable");
    assert_eq!(rows.len(), 4);
    for row in &rows {
        let (features, outcome) = case(row);
        let mut columns = features.columns().to_vec();
        columns.iter_mut().skip(2).step_by(3).flatten().for_each(|v| *v = v.floor());
        columns.push(outcome.event().iter().map(|e| f64::from(u8::from(*e))).collect());
        let separated = columns.len() - 1;
        let features = table(columns);
        let ties = if row["ties"] == "efron" { Ties::Efron } else { Ties::Breslow };
        let of = |test: Test, adjustment| {
            let settings = UnivariableSettings { test, adjustment, ties, ..Default::default() };
            settings.test(&features, &outcome).unwrap().into_iter().map(|f| f.tested.unwrap()).collect::<Vec<_>>()
        };
        let wald = of(Test::Wald, None);
        let ratio = of(Test::LikelihoodRatio, None);
        let score = of(Test::Score, Some(Adjustment::BenjaminiHochberg));
        let expected = |key: &str| numbers(&row[key]);
        let (coefficients, errors) = (expected("coefficient"), expected("se"));
        for j in 0..separated {
            let what = format!("{}, feature {j}", row["seed"]);
            // Both stop when a step is small: coefficients to some 1e-9 of their error, of which the tests are functions.
            let difference = (wald[j].coefficient.unwrap() - coefficients[j]).abs();
            assert!(difference <= 1e-8 * errors[j], "{what}: {difference:e}");
            close(wald[j].std_error.unwrap(), errors[j], 1e-7, 0.0, &what);
            assert_eq!((wald[j].by, ratio[j].by, score[j].by), (Test::Wald, Test::LikelihoodRatio, Test::Score));
            close(wald[j].statistic, expected("wald")[j], 1e-6, 1e-3, &what);
            close(ratio[j].statistic, expected("ratio")[j], 1e-9, 1e-3, &what);
            close(score[j].statistic, expected("score")[j], 1e-9, 1e-6, &what);
            close(wald[j].p_value, expected("wald_p")[j], 1e-6, 1e-300, &what);
            close(ratio[j].p_value, expected("ratio_p")[j], 1e-9, 1e-12, &what);
            close(score[j].p_value, expected("score_p")[j], 1e-9, 1e-300, &what);
            close(score[j].adjusted, expected("score_adjusted")[j], 1e-9, 1e-300, &what);
        }
        for found in [&wald[separated], &ratio[separated], &score[separated]] {
            assert_eq!((found.by, found.coefficient), (Test::Score, None));
            close(found.statistic, expected("score")[separated], 1e-9, 0.0, "separated");
        }
    }
}

#[test]
fn features_are_chosen_as_mrmre_chooses() {
    let rows = golden("mrmr");
    assert_eq!(rows.len(), 4);
    for row in &rows {
        let (features, outcome) = case(row);
        let columns =
            features.columns().iter().map(|c| c.iter().zip(1..).map(|(v, i)| v + f64::from(i) / 1e7).collect());
        let features = table(columns.collect());
        let correlation = if row["correlation"] == "pearson" { Method::Pearson } else { Method::Spearman };
        let count = row["k"].as_u64().unwrap() as usize;
        let found =
            MrmrSettings { features: count, correlation, ..Default::default() }.choose(&features, &outcome).unwrap();
        let (chosen, scores) = (numbers(&row["chosen"]), numbers(&row["scores"]));
        assert_eq!(found.len(), count);
        for (order, f) in found.iter().enumerate() {
            assert_eq!(f.feature, format!("f{}", chosen[order]), "{}, number {order}", row["seed"]);
            close(f.score, scores[order], 1e-9, 1e-3, &f.feature);
        }
    }
}

/// The rule as it is said, from all correlations.
fn naive_mrmr(settings: &MrmrSettings, features: &FeatureTable, outcome: &Survival) -> Vec<(String, f64)> {
    let information = |r: f64| -0.5 * (1.0 - r * r).max(f64::EPSILON).ln();
    let columns = features.columns();
    let relevance = |j: usize| information(2.0 * harrell(&columns[j], outcome).unwrap().estimate - 1.0);
    let shared = |j: usize, i: usize| {
        information(correlation(&columns[j], &columns[i], settings.correlation, Missing::Refuse).unwrap().estimate)
    };
    let mut chosen: Vec<usize> = Vec::new();
    let mut out = Vec::new();
    while chosen.len() < settings.features.min(columns.len()) {
        let score = |j: usize| {
            if chosen.is_empty() {
                return relevance(j);
            }
            let mean = chosen.iter().map(|&i| shared(j, i)).sum::<f64>() / chosen.len() as f64;
            match settings.scheme {
                Scheme::Difference => relevance(j) - mean,
                Scheme::Quotient => relevance(j) / (mean + 0.01),
            }
        };
        let left = (0..columns.len()).filter(|j| !chosen.contains(j)).map(|j| (j, score(j)));
        let best = left.fold((usize::MAX, f64::NEG_INFINITY), |best, this| if this.1 > best.1 { this } else { best });
        chosen.push(best.0);
        out.push((features.names()[best.0].clone(), best.1));
    }
    out
}

/// Cases whose risk rises with `f0` and falls with `f1`; `f0` has a noisy copy behind it.
fn planted(seed: u64, n: usize, p: usize) -> (FeatureTable, Survival) {
    let mut all = columns(seed, n, p + 4, p + 4);
    let extra = all.split_off(p);
    let uniform = |column: &Vec<f64>, i: usize| (column[i] / 4.0 + 0.5).clamp(0.01, 0.99);
    let eta = |i: usize| 1.5 * all[0][i] - 1.2 * all[1][i];
    let times = (0..n).map(|i| (100.0 * -uniform(&extra[0], i).ln() * (-eta(i)).exp()).ceil());
    let event = (0..n).map(|i| uniform(&extra[1], i) < 0.7).collect();
    let outcome = Survival::new(times.collect(), event).unwrap();
    // Rounded, so that no two values differ by the last digit only.
    let copy = (0..n).map(|i| (1e4 * (all[0][i] + 0.1 * extra[2][i])).round() / 1e4).collect();
    all.push(copy);
    (table(all), outcome)
}

fn shuffled(outcome: &Survival, step: usize) -> Survival {
    outcome.rows(&(0..outcome.len()).map(|i| (i * step + 5) % outcome.len()).collect::<Vec<_>>())
}

fn boruta(seed: u64) -> BorutaSettings {
    BorutaSettings { forest: ForestSettings { trees: 60, ..Default::default() }, runs: 40, seed, ..Default::default() }
}

#[test]
fn planted_signals_are_found_and_noise_is_not() {
    let (features, outcome) = planted(11, 160, 30);
    let cohort = Cohort::from(features.clone());
    let kept = |screen: &Screen| screen.ranked().into_iter().map(String::from).collect::<Vec<_>>();
    let adjusted = UnivariableSettings { adjustment: Some(Adjustment::Holm), ..Default::default() };
    for test in [Test::Wald, Test::LikelihoodRatio, Test::Score] {
        let screen = UnivariableSettings { test, ..adjusted }.fit(&cohort, &outcome).unwrap();
        let mut found = kept(&screen);
        found.sort();
        assert_eq!(found, ["f0", "f1", "f30"], "{test:?}");
    }
    // A copy says little that is new.
    let screen = MrmrSettings { features: 2, ..Default::default() }.fit(&cohort, &outcome).unwrap();
    let found = kept(&screen);
    assert!(["f0", "f30"].contains(&found[0].as_str()) && found[1] == "f1", "{found:?}");
    let screen = StabilitySettings { halves: 40, ..Default::default() }.fit(&cohort, &outcome).unwrap();
    assert!(kept(&screen).contains(&"f1".to_string()) && kept(&screen).len() <= 4, "{:?}", kept(&screen));
    for importance in [ForestImportance::Permutation, ForestImportance::Splits] {
        let screen = BorutaSettings { importance, ..boruta(3) }.fit(&cohort, &outcome).unwrap();
        let mut found = kept(&screen);
        found.sort();
        assert_eq!(found, ["f0", "f1", "f30"], "{importance:?}");
    }
    // Outcomes of other cases.
    for step in [7, 11, 13] {
        let other = shuffled(&outcome, step);
        assert_eq!(adjusted.fit(&cohort, &other).unwrap().kept().count(), 0);
        let found = boruta(step as u64).run(&features, &other).unwrap();
        let confirmed = found.features.iter().filter(|f| f.status == Status::Confirmed).count();
        let rejected = found.features.iter().filter(|f| f.status == Status::Rejected).count();
        assert!(confirmed <= 1 && rejected >= 20, "{confirmed} {rejected}");
    }
}

#[test]
fn screening_before_the_folds_finds_signals_in_noise_and_within_them_does_not() {
    let folds = FoldSettings { folds: 5, repeats: 2, seed: 3 };
    let validation = CrossValidation { folds, groups: None };
    let mean = |steps: Steps, cohort: &Cohort, outcome: &Survival| {
        let pipeline = Pipeline { steps, model: CoxSettings::default() };
        let measures = Measures { metrics: &[&C], times: &[] };
        validation.run(&pipeline, cohort, outcome, measures).unwrap().summaries[0].mean.unwrap()
    };
    let univariable = UnivariableSettings { best: Some(5), threshold: None, ..Default::default() };
    let mrmr = MrmrSettings { features: 5, ..Default::default() };
    let mut sums = [0.0; 4];
    for seed in [21, 22, 23, 24] {
        let (features, outcome) = planted(seed, 120, 200);
        let (cohort, outcome) = (Cohort::from(features), shuffled(&outcome, 37));
        sums[0] += mean(Steps::new().then_by_outcome("screen", univariable), &cohort, &outcome);
        sums[1] += mean(Steps::new().then_by_outcome("screen", mrmr), &cohort, &outcome);
        for (sum, screen) in [univariable.fit(&cohort, &outcome), mrmr.fit(&cohort, &outcome)].into_iter().enumerate() {
            sums[2 + sum] += mean(Steps::new(), &screen.unwrap().transform(&cohort).unwrap(), &outcome);
        }
    }
    let [univariable, mrmr, leaky_univariable, leaky_mrmr] = sums.map(|sum| sum / 4.0);
    assert!([univariable, mrmr].iter().all(|c| (c - 0.5).abs() < 0.06), "{univariable} {mrmr}");
    assert!(leaky_univariable > 0.65 && leaky_mrmr > 0.65, "{leaky_univariable} {leaky_mrmr}");
}

#[test]
fn stability_is_that_of_its_run() {
    let (features, outcome) = planted(12, 100, 10);
    let settings = StabilitySettings { halves: 20, ..Default::default() };
    let (run, screen) =
        (settings.run(&features, &outcome).unwrap(), settings.fit(&features.clone().into(), &outcome).unwrap());
    assert_eq!(screen.kept().collect::<Vec<_>>(), run.selected());
    let frequencies: Vec<f64> = run.features.iter().map(|f| f.frequency()).collect();
    assert_eq!(screen.scores().iter().map(|s| s.score.unwrap()).collect::<Vec<_>>(), frequencies);
    assert_eq!(screen.by(), ScreenedBy::Stability);
    let out = screen.decisions().iter().find(|d| !d.keep).unwrap();
    assert!(out.reason.contains("of the halves, which is below 0.75"), "{}", out.reason);
}

#[test]
fn rules_of_number_and_threshold() {
    let (features, outcome) = planted(13, 120, 12);
    let cohort = Cohort::from(features.clone());
    let one = UnivariableSettings { best: Some(1), ..Default::default() }.fit(&cohort, &outcome).unwrap();
    let three =
        UnivariableSettings { best: Some(3), threshold: None, ..Default::default() }.fit(&cohort, &outcome).unwrap();
    assert_eq!((one.kept().count(), three.kept().count()), (1, 3));
    assert_eq!(one.ranked()[0], three.ranked()[0]);
    let reasons = |screen: &Screen| screen.decisions().iter().map(|d| d.reason.clone()).collect::<Vec<_>>().join("; ");
    assert!(reasons(&one).contains("not among the best 1 (p ") && reasons(&one).contains("is not below 0.05"));
    let all =
        UnivariableSettings { best: Some(50), threshold: None, ..Default::default() }.fit(&cohort, &outcome).unwrap();
    assert_eq!(all.kept().count(), 13);
    // So many are there not.
    let all = MrmrSettings { features: 50, ..Default::default() }.fit(&cohort, &outcome).unwrap();
    assert_eq!(all.kept().count(), 13);
    let some = MrmrSettings { features: 4, ..Default::default() }.fit(&cohort, &outcome).unwrap();
    assert_eq!(some.ranked(), all.ranked()[..4]);
    assert!(reasons(&some).contains("not among the 4 that were chosen"));
    let tentative = BorutaSettings { runs: 1, keep_tentative: true, ..boruta(0) };
    assert_eq!(tentative.fit(&cohort, &outcome).unwrap().kept().count(), 13);
    assert_eq!(BorutaSettings { keep_tentative: false, ..tentative }.fit(&cohort, &outcome).unwrap().kept().count(), 0);
}

/// All screens, small.
fn all(cohort: &Cohort, outcome: &Survival) -> Vec<Result<Screen, radsurv_survival::Error>> {
    let forest = ForestSettings { trees: 20, ..Default::default() };
    vec![
        UnivariableSettings::default().fit(cohort, outcome),
        UnivariableSettings { test: Test::Score, ..Default::default() }.fit(cohort, outcome),
        MrmrSettings { features: 3, ..Default::default() }.fit(cohort, outcome),
        BorutaSettings { forest, runs: 12, ..Default::default() }.fit(cohort, outcome),
        StabilitySettings { halves: 10, ..Default::default() }.fit(cohort, outcome),
    ]
}

#[test]
fn screens_are_saved_applied_and_the_same_for_any_number_of_threads() {
    let (features, outcome) = planted(14, 90, 7);
    let mut columns = features.columns().to_vec();
    columns[3] = vec![2.5; 90];
    let cohort = Cohort::from(table(columns));
    let screens: Vec<Screen> = all(&cohort, &outcome).into_iter().map(Result::unwrap).collect();
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let again = pool.install(|| all(&cohort, &outcome));
        assert_eq!(again.into_iter().map(Result::unwrap).collect::<Vec<_>>(), screens);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("screen.json");
    for screen in &screens {
        assert_eq!((screen.decisions()[3].keep, screen.decisions()[3].reason.as_str()), (false, "constant"));
        assert_eq!((screen.scores()[3].score, screen.scores()[3].rank), (None, None));
        screen.save(&path).unwrap();
        assert_eq!(&Screen::load(&path).unwrap(), screen);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"format\": \"radsurv-screen\"") && !text.contains("P12"));
        for (from, to) in [("\"rank\": 1\n", "\"rank\": 9\n"), ("\"f1\"", "\"f0\"")] {
            std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
            assert!(Screen::load(&path).is_err(), "{from}");
        }
        let kept: Vec<&str> = screen.kept().collect();
        assert_eq!(screen.transform(&cohort).unwrap().features().names(), kept);
        let fewer = Cohort::from(cohort.features().select(&["f0", "f1"]).unwrap());
        let message = screen.transform(&fewer).unwrap_err().to_string();
        assert!(message.contains("6 missing"), "{message}");
    }
    // A case without weight is none, also if it is the only one that differs.
    let mut columns = cohort.features().columns().to_vec();
    columns[3][89] = 7.0;
    let weights = (0..90).map(|i| if i == 89 { 0.0 } else { 1.0 }).collect();
    let weighted = outcome.clone().with_weights(weights).unwrap();
    let rows: Vec<usize> = (0..89).collect();
    let with = all(&Cohort::from(table(columns)), &weighted);
    let without = all(&cohort.rows(&rows), &outcome.rows(&rows));
    for (a, b) in with.into_iter().zip(without).take(4) {
        assert_eq!(a.unwrap(), b.unwrap());
    }
}

#[test]
fn what_cannot_be_screened_is_named() {
    let (features, outcome) = planted(15, 40, 5);
    let messages = |features: &FeatureTable, outcome: &Survival| -> Vec<String> {
        all(&features.clone().into(), outcome).into_iter().map(|s| s.unwrap_err().to_string()).collect()
    };
    let changed = |value: f64| {
        let mut columns = features.columns().to_vec();
        columns[2][7] = value;
        table(columns)
    };
    let every = |found: Vec<String>, what: &str| found.iter().for_each(|m| assert!(m.contains(what), "{m}"));
    every(messages(&changed(f64::NAN), &outcome), "the case P7 has no value of f2");
    every(messages(&changed(f64::INFINITY), &outcome), "infinite value of f2");
    every(
        messages(&features, &Survival::new(outcome.times().to_vec(), vec![false; 40]).unwrap()),
        "none of the 40 cases has an event",
    );
    every(messages(&features, &outcome.rows(&[1, 2, 3])), "outcomes of 3");
    every(messages(&features.select::<&str>(&[]).unwrap(), &outcome), "no feature");
    every(messages(&table(vec![vec![1.0; 40]; 2]), &outcome), "2 features (f0, f1) have one value each");
    let cohort = Cohort::from(features);
    let univariable = |settings: UnivariableSettings| settings.fit(&cohort, &outcome).unwrap_err().to_string();
    assert!(univariable(UnivariableSettings { threshold: Some(0.0), ..Default::default() }).contains("threshold"));
    assert!(
        univariable(UnivariableSettings { threshold: None, ..Default::default() }).contains("or the number of best")
    );
    assert!(univariable(UnivariableSettings { best: Some(0), ..Default::default() }).contains("give 1 or more"));
    let mrmr = |settings: MrmrSettings| settings.fit(&cohort, &outcome).unwrap_err().to_string();
    assert!(mrmr(MrmrSettings { features: 0, ..Default::default() }).contains("give 1 or more"));
    assert!(mrmr(MrmrSettings { correlation: Method::Kendall, ..Default::default() }).contains("spearman or pearson"));
    let by_forest = |settings: BorutaSettings| settings.fit(&cohort, &outcome).unwrap_err().to_string();
    assert!(by_forest(BorutaSettings { runs: 0, ..Default::default() }).contains("give 1 or more"));
    assert!(by_forest(BorutaSettings { p_value: 1.0, ..Default::default() }).contains("between 0 and 1"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn mrmr_is_its_definition(
        seed in 1u64..1_000_000, n in 20usize..60, p in 2usize..15, count in 1usize..8, pearson in any::<bool>(), quotient in any::<bool>(), rough in any::<bool>(),
    ) {
        let (features, outcome) = planted(seed, n, p);
        let features = if rough { table(features.columns().iter().map(|c| c.iter().map(|v| (2.0 * v).floor()).collect()).collect()) } else { features };
        prop_assume!(features.columns().iter().all(|c| c.iter().any(|v| *v != c[0])) && outcome.event_times().len() > 1);
        let settings = MrmrSettings {
            features: count,
            correlation: if pearson { Method::Pearson } else { Method::Spearman },
            scheme: if quotient { Scheme::Quotient } else { Scheme::Difference },
        };
        let (found, naive) = (settings.choose(&features, &outcome).unwrap(), naive_mrmr(&settings, &features, &outcome));
        prop_assert_eq!(found.len(), naive.len());
        for (a, b) in found.iter().zip(&naive) {
            // Up to scores that differ by rounding.
            prop_assert!((a.score - b.1).abs() < 1e-9 * (1.0 + b.1.abs()), "{a:?} {b:?}");
            if a.feature != b.0 {
                return Ok(());
            }
        }
    }

    /// Another order of columns, and features that rise with the old ones, are the same to whatever looks at orders only.
    #[test]
    fn orders_of_columns_and_units_do_not_matter(seed in 1u64..1_000_000, n in 30usize..80, p in 3usize..12) {
        let (features, outcome) = planted(seed, n, p);
        prop_assume!(outcome.event_times().len() > 1);
        let cohort = Cohort::from(features.clone());
        let reversed: Vec<&String> = features.names().iter().rev().collect();
        let other = Cohort::from(features.select(&reversed).unwrap());
        let affine = features.columns().iter().map(|c| c.iter().map(|v| 1e4 - 250.0 * v).collect());
        let affine = Cohort::from(table(affine.collect()));
        let rising = features.columns().iter().map(|c| c.iter().map(|v| v.exp()).collect());
        let rising = Cohort::from(table(rising.collect()));
        let set = |screen: &Screen| { let mut kept: Vec<String> = screen.kept().map(String::from).collect(); kept.sort(); kept };
        let mrmr = MrmrSettings { features: 3, ..Default::default() };
        let of_mrmr = mrmr.choose(&features, &outcome).unwrap();
        prop_assert_eq!(&of_mrmr, &mrmr.choose(rising.features(), &outcome).unwrap());
        for (a, b) in of_mrmr.iter().zip(mrmr.choose(other.features(), &outcome).unwrap()) {
            // Where features differ their scores are tied, and what follows may be anything.
            prop_assert!((a.score - b.score).abs() < 1e-12, "{a:?} {b:?}");
            if a.feature != b.feature {
                break;
            }
        }
        for test in [Test::Wald, Test::LikelihoodRatio, Test::Score] {
            let settings = UnivariableSettings { test, threshold: Some(0.3), ..Default::default() };
            let found = settings.fit(&cohort, &outcome).unwrap();
            prop_assert_eq!(set(&found), set(&settings.fit(&other, &outcome).unwrap()));
            prop_assert_eq!(set(&found), set(&settings.fit(&affine, &outcome).unwrap()));
        }
    }

    /// The general fit of each feature says the same.
    #[test]
    fn tests_are_those_of_the_general_fit(seed in 1u64..1_000_000, n in 30usize..80) {
        let (features, outcome) = planted(seed, n, 4);
        prop_assume!(outcome.event_times().len() > 1);
        let found = UnivariableSettings { test: Test::Wald, ..Default::default() }.test(&features, &outcome).unwrap();
        for (column, found) in features.columns().iter().zip(found) {
            let general = fit(&Design::new(&[column], &outcome), &FitSettings::default()).unwrap();
            let found = found.tested.unwrap();
            prop_assert_eq!(found.by == Test::Score, !general.infinite.is_empty());
            if found.by == Test::Wald {
                let row = general.summary(0.95, None).unwrap().coefficients[0];
                prop_assert!((found.statistic - row.z * row.z).abs() < 1e-6 * (1.0 + row.z * row.z));
                prop_assert!((found.p_value - row.p_value).abs() < 1e-6);
            }
        }
    }
}
