//! Brier scores against riskRegression and scikit-survival: reference/brier.R and brier.py.

use crate::support::tables::{column, golden};
use proptest::prelude::*;
use radsurv_data::{Metric, Predictions, Survival, SurvivalCurves};
use radsurv_eval::bootstrap::{Resampling, bootstrap};
use radsurv_eval::brier::{BrierMetric, BrierRule, BrierSettings, IntegratedBrierMetric, Integration, IpaMetric};
use radsurv_stats::bootstrap::Bootstrap;
use radsurv_stats::nonparametric::{CensoringDistribution, CensoringTies, KaplanMeier};
use radsurv_testkit::compare::{assert_close, relative_difference};
use radsurv_testkit::golden::number;
use serde_json::Value;

fn outcome(row: &Value, time: &str, event: &str) -> Survival {
    Survival::new(column(&row[time]), column(&row[event]).iter().map(|e| *e == 1.0).collect()).unwrap()
}

/// The predictions of each time.
fn at_times(row: &Value, model: &str) -> Vec<Vec<f64>> {
    let all = column(&row[model]);
    all.chunks(row["time"].as_array().unwrap().len()).map(<[f64]>::to_vec).collect()
}

fn curves(times: &[f64], events: &[Vec<f64>]) -> SurvivalCurves {
    let cases = (0..events[0].len()).map(|i| events.iter().map(|p| 1.0 - p[i]).collect()).collect();
    SurvivalCurves::new(times.to_vec(), cases).unwrap()
}

#[test]
fn scores_errors_and_comparisons_are_those_of_riskregression() {
    let settings = BrierSettings::default();
    for row in &golden("brier.jsonl.gz", "riskRegression 2022.11.28").rows {
        let (outcome, times) = (outcome(row, "time", "event"), column(&row["times"]));
        let (a, b) = (at_times(row, "a"), at_times(row, "b"));
        let of = |field: &str, k: usize| column(&row[field])[k];
        for (k, &time) in times.iter().enumerate() {
            let found = settings.at(time, &a[k], &outcome).unwrap();
            assert_close(found.estimate, of("brier", k), 1e-12);
            assert_close(found.se, of("se", k), 1e-11);
            assert_close(found.lower, of("lower", k), 1e-10);
            assert_close(found.upper, of("upper", k), 1e-10);
            assert_close(found.null, of("null", k), 1e-12);
            assert_close(found.ipa, of("ipa", k), 1e-10);
            let other = settings.at(time, &b[k], &outcome).unwrap();
            assert_close(other.estimate, of("other", k), 1e-12);
            assert!(relative_difference(other.ipa, of("other_ipa", k), 1e-3) < 1e-9);
            let difference = settings.difference(time, &b[k], &a[k], &outcome).unwrap();
            assert_close(difference.estimate, of("difference", k), 1e-10);
            assert_close(difference.se, of("difference_se", k), 1e-10);
            assert_close(difference.p_value.unwrap(), of("p", k), 1e-9);
            // The error of the difference to the Kaplan-Meier estimate, of which that of the IPA is made.
            let null = vec![1.0 - KaplanMeier::of(&outcome).unwrap().at(time).survival; outcome.len()];
            let to_null = settings.difference(time, &a[k], &null, &outcome).unwrap();
            assert_close(to_null.se, of("null_difference_se", k), 1e-10);
            assert_close(settings.at(time, &null, &outcome).unwrap().se, of("null_se", k), 1e-10);
        }
        let integrated = settings.integrated(&curves(&times, &a), &outcome, Integration::Steps, None).unwrap();
        // The last integral reaches to the last time.
        assert_close(integrated.estimate, of_last(&row["ibs"]), 1e-11);
    }
}

fn of_last(value: &Value) -> f64 {
    *column(value).last().unwrap()
}

#[test]
fn scores_are_those_of_scikit_survival() {
    let tables = golden("brier.jsonl.gz", "riskRegression").rows;
    let settings = BrierSettings { rule: BrierRule::ScikitSurvival, ..BrierSettings::default() };
    let theirs = golden("brier_sksurv.jsonl.gz", "scikit-survival").rows;
    assert_eq!(theirs.len(), tables.len());
    let mut by_training = 0;
    for (row, found) in tables.iter().zip(&theirs) {
        assert_eq!(row["score"], found["score"]);
        let (outcome, train) = (outcome(row, "time", "event"), outcome(row, "train_time", "train_event"));
        let (times, a) = (column(&row["times"]), at_times(row, "a"));
        for (name, censoring) in [("own", None), ("train", Some(&train))] {
            if found.get(name).is_none() {
                continue;
            }
            by_training += usize::from(name == "train");
            for (k, theirs) in column(&found[name]).into_iter().enumerate() {
                let ours = settings.weighted_by(times[k], &a[k], &outcome, censoring).unwrap();
                assert_close(ours.estimate, theirs, 1e-12);
            }
            let ours = settings.integrated(&curves(&times, &a), &outcome, Integration::Trapezoid, censoring).unwrap();
            assert_close(ours.estimate, number(&found[&format!("{name}_integrated")]).unwrap(), 1e-12);
        }
    }
    assert_eq!(by_training, 2);
}

#[test]
fn metrics_are_the_same_numbers() {
    let row = &golden("brier.jsonl.gz", "riskRegression").rows[0];
    let (outcome, times, a) = (outcome(row, "time", "event"), column(&row["times"]), at_times(row, "a"));
    let predictions = Predictions::new(vec![0.0; outcome.len()]).with_survival(curves(&times, &a)).unwrap();
    let rule = BrierRule::RiskRegression;
    let metric = BrierMetric { time: times[1], rule };
    assert_eq!((metric.name().as_str(), metric.higher_is_better()), ("brier_1000", false));
    assert_close(metric.of(&predictions, &outcome).unwrap(), column(&row["brier"])[1], 1e-12);
    let ipa = IpaMetric { time: times[1], rule };
    assert_close(ipa.of(&predictions, &outcome).unwrap(), column(&row["ipa"])[1], 1e-10);
    let integrated = IntegratedBrierMetric { times: times.clone(), integration: Integration::Steps, rule };
    assert_close(integrated.of(&predictions, &outcome).unwrap(), of_last(&row["ibs"]), 1e-11);
    let missing = BrierMetric { time: 7.0, rule }.of(&predictions, &outcome).unwrap_err().to_string();
    assert!(missing.contains("no survival at the time 7"));
}

#[test]
fn standard_errors_are_near_those_of_the_bootstrap() {
    let golden = golden("brier.jsonl.gz", "riskRegression");
    let row = golden.rows.iter().find(|row| row["score"] == "rotterdam").unwrap();
    let (outcome, times, a) = (outcome(row, "time", "event"), column(&row["times"]), at_times(row, "a"));
    let predictions = Predictions::new(vec![0.0; outcome.len()]).with_survival(curves(&times, &a)).unwrap();
    let (time, rule) = (times[1], BrierRule::RiskRegression);
    let settings = Bootstrap { samples: 600, ..Bootstrap::default() };
    let metrics: [&dyn Metric; 2] = [&BrierMetric { time, rule }, &IpaMetric { time, rule }];
    let found = bootstrap(&metrics, &predictions, &outcome, Resampling::Cases, &settings).unwrap();
    let ours = BrierSettings::default().at(time, &a[1], &outcome).unwrap();
    for (metric, se) in found.iter().zip([ours.se, ours.ipa_se]) {
        // The error of a standard deviation of 600 is 3 in 100.
        let theirs = metric.value.as_ref().unwrap().std_error.unwrap();
        assert!((se / theirs - 1.0).abs() < 0.12, "{}: {se} {theirs}", metric.metric);
    }
}

#[test]
fn what_cannot_be_scored_is_explained() {
    let row = &golden("brier.jsonl.gz", "riskRegression").rows[0];
    let (outcome, times, a) = (outcome(row, "time", "event"), column(&row["times"]), at_times(row, "a"));
    let settings = BrierSettings::default();
    let message = |time: f64, p: &[f64], outcome: &Survival| settings.at(time, p, outcome).unwrap_err().to_string();
    let survival: Vec<f64> = a[2].iter().map(|p| 1.0 - p).collect();
    assert!(message(times[2], &survival, &outcome).contains("these look like probabilities of survival"));
    assert!(message(1e9, &a[2], &outcome).contains("nobody is followed for longer"));
    assert!(message(times[2], &vec![37.0; outcome.len()], &outcome).contains("a probability is between 0 and 1"));
    let weighted = outcome.clone().with_weights(vec![2.0; outcome.len()]).unwrap();
    assert!(message(times[2], &a[2], &weighted).contains("the Brier score does not take weights"));
    let one = curves(&times[..1], &a[..1]);
    assert!(settings.integrated(&one, &outcome, Integration::Trapezoid, None).is_err());
}

/// The definition, case by case, with the influence as the derivative by a case's weight in all sums.
fn naive(time: f64, p: &[f64], outcome: &Survival, side_left: bool) -> Option<(f64, f64)> {
    let (times, event, n) = (outcome.times(), outcome.event(), outcome.len());
    let g = CensoringDistribution::of(outcome, CensoringTies::AfterEvents).ok()?;
    let at_risk = |u: f64| times.iter().filter(|t| **t >= u).count() as f64;
    let square = |i: usize| {
        let (y, weight) = match (times[i] <= time, event[i]) {
            (true, true) => (1.0, 1.0 / if side_left { g.before(times[i]) } else { g.at(times[i]) }),
            (true, false) => (0.0, 0.0),
            (false, _) => (0.0, 1.0 / g.at(time)),
        };
        if weight == 0.0 { 0.0 } else { weight * (y - p[i]) * (y - p[i]) }
    };
    let squares: Vec<f64> = (0..n).map(square).collect();
    let mean = squares.iter().sum::<f64>() / n as f64;
    let counts = |u: f64, s: f64, strict: bool| if strict { u < s } else { u <= s };
    let phi = |k: usize, s: f64, strict: bool| {
        let own = if !event[k] && counts(times[k], s, strict) { n as f64 / at_risk(times[k]) } else { 0.0 };
        let drift = (0..n)
            .filter(|&c| !event[c] && counts(times[c], s, strict) && times[c] <= times[k])
            .map(|c| n as f64 / (at_risk(times[c]) * at_risk(times[c])));
        own - drift.sum::<f64>()
    };
    let influence = |k: usize| {
        let through = (0..n).map(|j| match (times[j] <= time, event[j]) {
            (true, true) => squares[j] * phi(k, times[j], side_left),
            (true, false) => 0.0,
            (false, _) => squares[j] * phi(k, time, false),
        });
        squares[k] - mean + through.sum::<f64>() / n as f64
    };
    let influences: Vec<f64> = (0..n).map(influence).collect();
    let centre = influences.iter().sum::<f64>() / n as f64;
    let variance = influences.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>() / (n as f64 - 1.0);
    Some((mean, (variance / n as f64).sqrt()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn scores_and_errors_are_those_of_the_definition(
        rows in prop::collection::vec((1u32..12, any::<bool>(), 0.0..1.0f64), 4..40), time in 1u32..24, left in any::<bool>(),
    ) {
        let outcome = Survival::new(rows.iter().map(|r| f64::from(r.0)).collect(), rows.iter().map(|r| r.1).collect()).unwrap();
        let p: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let time = f64::from(time) / 2.0;
        let rule = if left { BrierRule::RiskRegression } else { BrierRule::ScikitSurvival };
        if let Ok(found) = (BrierSettings { rule, ..BrierSettings::default() }).at(time, &p, &outcome) {
            let (score, se) = naive(time, &p, &outcome, left).unwrap();
            prop_assert!((found.estimate - score).abs() < 1e-12 * score.max(1.0));
            prop_assert!((found.se - se).abs() < 1e-9 * se.max(1.0), "{} {}", found.se, se);
            prop_assert!(found.lower >= 0.0 && found.lower <= found.upper && found.ipa <= 1.0 + 1e-12);
        }
    }

    #[test]
    fn the_true_probabilities_of_nobody_censored_have_the_plain_mean(
        rows in prop::collection::vec((0.1..10.0f64, 0.0..1.0f64), 3..30), time in 1.0..9.0f64,
    ) {
        let outcome = Survival::new(rows.iter().map(|r| r.0).collect(), vec![true; rows.len()]).unwrap();
        let p: Vec<f64> = rows.iter().map(|r| r.1).collect();
        if let Ok(found) = BrierSettings::default().at(time, &p, &outcome) {
            let squares = rows.iter().map(|r| (f64::from(r.0 <= time) - r.1).powi(2));
            prop_assert!((found.estimate - squares.sum::<f64>() / rows.len() as f64).abs() < 1e-12);
        }
    }
}
