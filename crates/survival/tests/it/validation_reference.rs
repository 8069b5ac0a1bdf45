//! Validation by bootstrap against R's rms and pec, with the samples that they drew (reference/validation.R).

use std::path::Path;

use radsurv_data::{Cohort, Metric, Survival};
use radsurv_stats::cox::Ties;
use radsurv_survival::CoxSettings;
use radsurv_survival::selection::Measures;
use radsurv_survival::selection::validation::{BootstrapValidation, Copies};
use radsurv_testkit::compare::assert_close;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

use crate::support::validation::{Brier, C, Slope, cohort};

fn rows(kind: &str) -> Vec<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/validation.jsonl.gz");
    let rows: Vec<Value> = Golden::read(&file).unwrap().rows.into_iter().filter(|row| row["kind"] == kind).collect();
    assert!(!rows.is_empty());
    rows
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

/// The cases and samples of a golden row.
fn case(row: &Value) -> (Cohort, Survival, Vec<Vec<usize>>) {
    let columns = row["columns"].as_array().unwrap().iter().map(numbers).collect();
    let event = numbers(&row["event"]).iter().map(|e| *e == 1.0).collect();
    let whole = |sample: &Value| numbers(sample).iter().map(|i| *i as usize).collect();
    let samples = row["samples"].as_array().unwrap().iter().map(whole).collect();
    (cohort(columns), Survival::new(numbers(&row["time"]), event).unwrap(), samples)
}

#[test]
fn optimism_is_that_of_rms() {
    for row in rows("rms") {
        let (cohort, outcome, samples) = case(&row);
        let ties = if row["ties"] == "efron" { Ties::Efron } else { Ties::Breslow };
        let learner = CoxSettings { ties, tolerance: 1e-12, ..CoxSettings::default() };
        let slope = Slope(ties);
        let measures = Measures { metrics: &[&C, &slope], times: &[] };
        let settings = BootstrapValidation { copies: Copies::Rows, ..Default::default() };
        let found = settings.of(&learner, &cohort, &outcome, &samples, measures).unwrap();
        // Theirs: apparent, on samples, on all, optimism, corrected.
        for (metric, key, dxy, tolerance) in
            [(&found.metrics[0], "dxy", true, 1e-9), (&found.metrics[1], "slope", false, 1e-6)]
        {
            let refitted = metric.refitted.as_ref().unwrap();
            let (c, by) = if dxy { (0.5, 2.0) } else { (0.0, 1.0) };
            let ours = [
                by * (metric.apparent - c),
                by * (refitted.sample - c),
                by * (refitted.original - c),
                by * refitted.optimism,
                by * (refitted.corrected.value - c),
            ];
            for (ours, golden) in ours.into_iter().zip(numbers(&row[key])) {
                assert!((ours - golden).abs() < tolerance, "{} {key}: {ours} {golden}", row["name"]);
            }
            assert_eq!((metric.failed.count, metric.out_of_bag_failed.count), (0, 0));
        }
        let c = &found.metrics[0];
        let golden = numbers(&row["out_of_bag"]);
        for (sample, golden) in c.samples.iter().zip(&golden) {
            assert!((2.0 * (sample.out_of_bag.unwrap() - 0.5) - golden).abs() < 1e-9);
        }
        let golden = numbers(&row["limits"]);
        let corrected = &c.refitted.as_ref().unwrap().corrected;
        let dxy = |c: f64| 2.0 * (c - 0.5);
        match corrected.limits {
            Some(limits) => {
                assert!((dxy(limits.lower) - golden[0]).abs() < 1e-9 && (dxy(limits.upper) - golden[1]).abs() < 1e-9);
            }
            // Of noise with Breslow's ties the estimate is below its own limits.
            None => assert!(dxy(corrected.value) < golden[0] && row["name"] == "noise" && row["ties"] == "breslow"),
        }
        // A slope is 1 on every sample, which has no limits.
        let slope = found.metrics[1].refitted.as_ref().unwrap();
        assert!(slope.corrected.no_limits.as_ref().unwrap().contains("out of bag"));
        assert!(found.metrics[1].out_of_bag.as_ref().unwrap().mean.limits.is_some());
    }
}

#[test]
fn point632_plus_of_the_brier_score_is_that_of_pec() {
    for row in rows("pec") {
        let (cohort, outcome, samples) = case(&row);
        let learner = CoxSettings { ties: Ties::Breslow, tolerance: 1e-12, ..CoxSettings::default() };
        let times = numbers(&row["at"]);
        let scores: Vec<Brier> = times.iter().map(|time| Brier(*time)).collect();
        let metrics: Vec<&dyn Metric> = scores.iter().map(|score| score as &dyn Metric).collect();
        let measures = Measures { metrics: &metrics, times: &times };
        let settings = BootstrapValidation { copies: Copies::Rows, ..Default::default() };
        let found = settings.of(&learner, &cohort, &outcome, &samples, measures).unwrap();
        let golden = |key: &str, place: usize| numbers(&row[key])[place];
        for (place, metric) in found.metrics.iter().enumerate() {
            let out = metric.out_of_bag.as_ref().unwrap();
            assert!(metric.no_information.all_pairs);
            let (apparent, unseen) = (golden("apparent", place), golden("out_of_bag", place));
            let gamma = golden("no_information", place);
            // Models are the results of iterations.
            assert_close(metric.apparent, apparent, 1e-8);
            assert_close(out.mean.value, unseen, 1e-8);
            assert_close(metric.no_information.value.unwrap(), gamma, 1e-8);
            let plus = out.point632_plus.as_ref().unwrap().value;
            if unseen < gamma {
                assert_close(plus, golden("plus", place), 1e-8);
            } else {
                // pec replaces E by gamma, where the paper (equation 32) does so in what is added to .632 only.
                assert_eq!((row["name"].as_str().unwrap(), out.overfitting), ("noise", Some(1.0)));
                assert_close(golden("plus", place), gamma, 1e-12);
                assert_close(plus, 0.368 * gamma + 0.632 * unseen, 1e-8);
            }
        }
    }
}
