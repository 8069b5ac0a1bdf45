//! Comparison of models over resamples, against R's correctR and p.adjust (reference/validation.R).

use std::path::Path;

use crate::support::contract::Cases;
use radsurv_data::Cohort;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::comparison::{Comparison, Measured, Paired};
use radsurv_survival::selection::{CrossValidation, Measures};
use radsurv_survival::{AnySettings, CoxSettings, ForestSettings};
use radsurv_testkit::compare::assert_close;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

use crate::support::validation::C;

fn rows(kind: &str) -> Vec<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/validation.jsonl.gz");
    let rows: Vec<Value> = Golden::read(&file).unwrap().rows.into_iter().filter(|row| row["kind"] == kind).collect();
    assert!(!rows.is_empty());
    rows
}

fn some(value: &Value) -> Vec<Option<f64>> {
    value.as_array().unwrap().iter().map(|v| Some(number(v).unwrap())).collect()
}

#[test]
fn the_corrected_test_is_that_of_correct_r() {
    for row in rows("correctR") {
        let ratio = row["ratio"].as_f64().unwrap();
        let found = Paired::of(&some(&row["first"]), &some(&row["second"]), ratio, 0.95).unwrap();
        let test = found.test.unwrap();
        // Their statistic is of differences of four digits, which cancel: 1e-9 of it all the same.
        assert_close(test.t, row["t"].as_f64().unwrap(), 1e-9);
        assert_close(test.p_value, row["p"].as_f64().unwrap(), 1e-9);
        let limits = some(&row["limits"]);
        for (ours, golden) in [test.lower, test.upper].into_iter().zip(limits) {
            assert!((ours - golden.unwrap()).abs() < 1e-12);
        }
    }
}

#[test]
fn pairs_of_models_are_adjusted_as_by_r() {
    let row = &rows("pairs")[0];
    let values: Vec<Vec<Option<f64>>> = row["values"].as_array().unwrap().iter().map(some).collect();
    let names = ["a", "b", "c", "d", "e"];
    let models: Vec<Measured> = names.iter().zip(&values).map(|(model, values)| Measured { model, values }).collect();
    let found = Comparison::of(&models, row["ratio"].as_f64().unwrap(), 0.95, true).unwrap();
    let pairs: Vec<[&str; 2]> = found.pairs.iter().map(|p| [p.first.as_str(), p.second.as_str()]).collect();
    assert_eq!((pairs.len(), pairs[0], pairs[9]), (10, ["a", "b"], ["d", "e"]));
    for ((pair, p), adjusted) in found.pairs.iter().zip(some(&row["p"])).zip(some(&row["adjusted"])) {
        assert_close(pair.paired.test.unwrap().p_value, p.unwrap(), 1e-9);
        assert_close(pair.adjusted_p_value.unwrap(), adjusted.unwrap(), 1e-9);
    }
    for (model, rank) in found.models.iter().zip(some(&row["ranks"])) {
        assert_close(model.mean_rank.unwrap(), rank.unwrap(), 1e-12);
    }
    assert_eq!(found.ranked, 10);
}

#[test]
fn cross_validated_models_are_compared_fold_by_fold() {
    let Cases { features, outcome } = Cases::new(4, 101);
    let cohort = Cohort::from(features);
    let measures = Measures { metrics: &[&C], times: &[] };
    let division = CrossValidation { folds: FoldSettings { folds: 5, repeats: 2, seed: 3 }, groups: None };
    let validated = |settings: AnySettings, division: &CrossValidation| {
        division.run(&settings, &cohort, &outcome, measures).unwrap()
    };
    let cox = validated(AnySettings::Cox(CoxSettings::default()), &division);
    let forest = ForestSettings { trees: 10, ..ForestSettings::default() };
    let forest = validated(AnySettings::Forest(forest), &division);
    let found = Comparison::of_folds(&[("cox", &cox), ("forest", &forest)], "harrell", 0.9).unwrap();
    let paired = &found.pairs[0].paired;
    assert_eq!((paired.resamples, found.ranked), (10, 10));
    let means = [&cox, &forest].map(|model| model.summaries[0].mean.unwrap());
    assert!((paired.difference.unwrap() - (means[0] - means[1])).abs() < 1e-12);
    // Per repeat four folds of 20 and one of 21.
    let values = |model: &radsurv_survival::selection::CrossValidated| -> Vec<Option<f64>> {
        model.folds.iter().map(|fold| fold.values[0].clone().ok()).collect()
    };
    let ratio = (4.0 * 20.0 / 81.0 + 21.0 / 80.0) / 5.0;
    let by_hand = Paired::of(&values(&cox), &values(&forest), ratio, 0.9).unwrap().test.unwrap();
    assert_close(paired.test.unwrap().t, by_hand.t, 1e-12);
    let message =
        |models: &[(&str, &_)], metric: &str| Comparison::of_folds(models, metric, 0.9).unwrap_err().to_string();
    assert!(message(&[("cox", &cox), ("forest", &forest)], "auc").contains("the metric to compare by is auc"));
    let other = CrossValidation { folds: FoldSettings { seed: 4, ..division.folds }, groups: None };
    let other = validated(AnySettings::Cox(CoxSettings::default()), &other);
    assert!(message(&[("cox", &cox), ("again", &other)], "harrell").contains("validate with the same"));
    assert!(message(&[], "harrell").contains("give 2 at least"));
}
