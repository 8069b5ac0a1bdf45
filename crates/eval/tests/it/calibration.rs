//! Calibration against rms, survival and the published definitions: reference/calibration.R.

use crate::support::tables::{column, golden};
use proptest::prelude::*;
use radsurv_data::{Metric, Predictions, Survival, SurvivalCurves};
use radsurv_eval::calibration::{
    CalibrationIndex, CalibrationIndexMetric, CalibrationSlopeMetric, GndSettings, GroupSettings, Grouping,
    ObservedExpectedMetric, SmoothSettings, in_the_large, slope, slope_of_probabilities,
};
use radsurv_stats::bootstrap::Bootstrap;
use radsurv_stats::random::Random;
use radsurv_testkit::compare::{assert_close, relative_difference};
use radsurv_testkit::golden::number;
use serde_json::Value;

struct Case {
    name: String,
    time: f64,
    p: Vec<f64>,
    outcome: Survival,
}

fn case(row: &Value, name: &str) -> Case {
    let event = column(&row["event"]).iter().map(|e| *e == 1.0).collect();
    let outcome = Survival::new(column(&row["time"]), event).unwrap();
    let name = row[name].as_str().unwrap().to_string();
    Case { name, time: number(&row["at"]).unwrap(), p: column(&row["p"]), outcome }
}

/// Each row of golden values with the case it belongs to.
fn rows() -> Vec<(Case, Vec<Value>)> {
    let mut found: Vec<(Case, Vec<Value>)> = Vec::new();
    for row in golden("calibration.jsonl.gz", "rms 6.5.0").rows {
        if row.get("case").is_some() {
            found.push((case(&row, "case"), Vec::new()));
        } else if let Some((_, rows)) = found.last_mut() {
            rows.push(row);
        }
    }
    found
}

/// Compares groups with `groupkm`: by ascending survival, that is descending risk.
fn same_groups(case: &Case, grouping: Grouping, row: &Value) {
    let what = format!("{} {grouping:?}", case.name);
    let settings = GroupSettings { grouping, ..GroupSettings::default() };
    let mut groups = settings.fit(case.time, &case.p, &case.outcome).unwrap().groups;
    groups.reverse();
    let of = |field: &str| column(&row[field]);
    assert_eq!(groups.len(), of("predicted").len(), "{what}");
    for (i, group) in groups.iter().enumerate() {
        let close = |ours: Option<f64>, theirs: f64| match ours {
            Some(ours) => assert!(relative_difference(ours, theirs, 1e-3) < 1e-9, "{what} {i}: {ours} {theirs}"),
            None => assert!(theirs.is_nan() || theirs == 0.0 || group.events == 0, "{what} {i}: {theirs}"),
        };
        close(Some(group.predicted), 1.0 - of("predicted")[i]);
        let survival = of("survival")[i];
        close(group.observed, 1.0 - survival);
        close(group.se, of("log_se")[i] * survival);
        if row.get("lower").is_some() {
            assert_eq!(group.cases as f64, of("cases")[i], "{what} {i}");
            assert_eq!(group.events as f64, of("events")[i], "{what} {i}");
            close(group.lower, 1.0 - of("upper")[i]);
            close(group.upper, 1.0 - of("lower")[i]);
        }
    }
}

#[test]
fn groups_are_those_of_groupkm() {
    let mut seen = 0;
    for (case, rows) in rows() {
        for row in rows.iter().filter(|row| row.get("groups").is_some()) {
            let size = row["size"].as_u64().unwrap() as usize;
            let grouping = match row["groups"].as_str().unwrap() {
                "count" => Grouping::Count(size),
                "size" => Grouping::Size(size),
                _ => Grouping::Quantiles(60),
            };
            same_groups(&case, grouping, row);
            seen += 1;
        }
    }
    assert_eq!(seen, 16);
}

#[test]
fn groups_of_a_model_are_those_of_calibrate() {
    let golden = golden("calibration.jsonl.gz", "rms 6.5.0");
    let row = golden.rows.iter().find(|row| row.get("calibrate").is_some()).unwrap();
    same_groups(&case(row, "calibrate"), Grouping::Quantiles(row["size"].as_u64().unwrap() as usize), row);
}

#[test]
fn smooth_curves_are_as_published() {
    let mut seen = 0;
    for (case, rows) in rows() {
        for row in rows.iter().filter(|row| row.get("smooth").is_some()) {
            let settings = SmoothSettings {
                knots: row["smooth"].as_u64().unwrap() as usize,
                points: 7,
                ..SmoothSettings::default()
            };
            let found = settings.fit(case.time, &case.p, &case.outcome).unwrap();
            let of = |field: &str| column(&row[field]);
            let one = |field: &str| number(&row[field]).unwrap();
            let close = |ours: f64, theirs: f64| {
                // coxph and cph are iterated to 1e-13, ours to 1e-9 of the likelihood.
                assert!(relative_difference(ours, theirs, 1e-2) < 1e-6, "{} {ours} {theirs}", case.name);
            };
            found.knots.iter().zip(of("knots")).for_each(|(a, b)| assert!(relative_difference(*a, b, 1e-3) < 1e-9));
            assert_eq!(found.observed.len(), of("observed").len());
            found.observed.iter().zip(of("observed")).for_each(|(a, b)| close(*a, b));
            close(found.ici, one("ici"));
            close(found.e50, one("e50"));
            close(found.e90, one("e90"));
            close(found.emax, one("emax"));
            for (i, point) in found.curve.iter().enumerate() {
                close(point.predicted, of("predicted")[i]);
                close(point.observed, of("curve")[i]);
                close(point.lower, of("lower")[i]);
                close(point.upper, of("upper")[i]);
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 8);
}

#[test]
fn slopes_and_ratios_are_those_of_survival() {
    let mut seen = 0;
    for (case, rows) in rows() {
        for row in rows.iter().filter(|row| row.get("slope").is_some()) {
            let one = |field: &str| number(&row[field]).unwrap();
            let found = slope_of_probabilities(&case.p, &case.outcome, 0.95).unwrap();
            assert_close(found.estimate, one("slope"), 1e-7);
            assert_close(found.se, one("se"), 1e-6);
            assert_close(found.lower, column(&row["limits"])[0], 1e-6);
            assert_close(found.upper, column(&row["limits"])[1], 1e-6);
            assert_close(found.p_value, one("p"), 1e-5);
            let large = in_the_large(case.time, &case.p, &case.outcome, 0.95).unwrap();
            assert_close(large.observed, one("observed"), 1e-11);
            assert_close(large.observed_se, one("observed_se"), 1e-10);
            assert_close(large.expected, one("expected"), 1e-11);
            assert_close(large.ratio, one("ratio"), 1e-11);
            assert_close(large.lower, column(&row["ratio_limits"])[0], 1e-10);
            assert_close(large.upper, column(&row["ratio_limits"])[1], 1e-10);
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}

#[test]
fn tests_are_those_of_the_paper() {
    let (mut seen, mut refused) = (0, 0);
    for (case, rows) in rows() {
        for row in rows.iter().filter(|row| row.get("gnd").is_some()) {
            let count = row["gnd"].as_u64().unwrap() as usize;
            let found = GndSettings { grouping: Grouping::Count(count) }.test(case.time, &case.p, &case.outcome);
            let Ok(found) = found else {
                let message = found.unwrap_err().to_string();
                assert!(
                    message.contains("events until the time") && message.contains("make fewer groups"),
                    "{message}"
                );
                refused += 1;
                continue;
            };
            assert_close(found.chi_squared, number(&row["chi_squared"]).unwrap(), 1e-9);
            assert_close(found.p_value, number(&row["p"]).unwrap(), 1e-8);
            let of = |field: &str| column(&row[field]).into_iter().rev();
            for (group, ((observed, expected), component)) in
                found.groups.iter().zip(of("observed").zip(of("expected")).zip(of("component")))
            {
                assert_close(group.observed, observed, 1e-10);
                assert_close(group.expected, expected, 1e-10);
                assert!(relative_difference(group.component, component, 1e-3) < 1e-9);
            }
            seen += 1;
        }
    }
    assert!(seen >= 6 && seen + refused == 8, "{seen} {refused}");
}

/// Exponential times of known hazards, censored at random: the probabilities of an event are known.
fn truth(n: usize, seed: u64) -> (Survival, Vec<f64>, Vec<f64>) {
    let mut random = Random::new(seed, 0);
    let mut uniform = || random.uniform();
    let (mut times, mut event, mut eta) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let x = 4.0 * uniform() - 2.0;
        let (time, censored) = (-uniform().max(1e-12).ln() / (0.1 * f64::exp(x)), 20.0 * uniform());
        times.push(time.min(censored));
        event.push(time <= censored);
        eta.push(x);
    }
    let p = eta.iter().map(|x| -f64::exp_m1(-0.2 * f64::exp(*x))).collect();
    (Survival::new(times, event).unwrap(), eta, p)
}

#[test]
fn the_true_model_is_on_the_line() {
    let (n, repeats) = (2000, 20);
    let five = GndSettings { grouping: Grouping::Count(5) };
    let (mut covered, mut points, mut slopes, mut ratios, mut significant) = (0, 0, 0.0, 0.0, 0);
    for seed in 0..repeats {
        let (outcome, eta, p) = truth(n, seed);
        let curve = SmoothSettings { points: 9, ..SmoothSettings::default() }.fit(2.0, &p, &outcome).unwrap();
        assert!(curve.ici < 0.035 && curve.e50 <= curve.e90 && curve.e90 <= curve.emax, "{}", curve.ici);
        covered += curve.curve.iter().filter(|c| c.lower <= c.predicted && c.predicted <= c.upper).count();
        points += curve.curve.len();
        slopes += slope(&eta, &outcome, 0.95).unwrap().estimate / repeats as f64;
        ratios += in_the_large(2.0, &p, &outcome, 0.95).unwrap().ratio / repeats as f64;
        significant += usize::from(five.test(2.0, &p, &outcome).unwrap().p_value < 0.05);
    }
    // 95 of 100 points, less what chance of 20 samples (whose points move together) can take.
    assert!(covered as f64 > 0.85 * points as f64, "{covered} of {points}");
    assert!((slopes - 1.0).abs() < 0.03 && (ratios - 1.0).abs() < 0.03, "{slopes} {ratios}");
    assert!(significant <= 5, "{significant} of {repeats}");
    // Twice the log hazard: slope one half, and the test sees it.
    let (outcome, eta, p) = truth(n, 99);
    let twice: Vec<f64> = eta.iter().map(|x| 2.0 * x).collect();
    let (one, half) = (slope(&eta, &outcome, 0.95).unwrap(), slope(&twice, &outcome, 0.95).unwrap());
    assert_close(half.estimate, one.estimate / 2.0, 1e-9);
    assert!(half.p_value < 1e-9 && half.upper < 1.0);
    let wrong: Vec<f64> = p.iter().map(|p| p * p).collect();
    assert!(five.test(2.0, &wrong, &outcome).unwrap().p_value < 1e-9);
}

#[test]
fn bootstrap_limits_and_metrics_have_the_same_estimates() {
    let (outcome, _, p) = truth(300, 7);
    let settings = SmoothSettings::default();
    let curve = settings.fit(2.0, &p, &outcome).unwrap();
    let bootstrap = Bootstrap { samples: 60, seed: 3, ..Bootstrap::default() };
    let limits = settings.bootstrap(2.0, &p, &outcome, &bootstrap).unwrap();
    assert_eq!([limits.ici.estimate, limits.emax.estimate], [curve.ici, curve.emax]);
    assert_eq!(limits.ici.failed, 0);
    assert!(limits.ici.lower() < limits.ici.upper() && limits.e90.upper() <= limits.emax.upper());
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| settings.bootstrap(2.0, &p, &outcome, &bootstrap).unwrap()), limits);

    let curves = SurvivalCurves::new(vec![2.0], p.iter().map(|p| vec![1.0 - p]).collect()).unwrap();
    let predictions = Predictions::new(p.clone()).with_survival(curves).unwrap();
    let index = |index| CalibrationIndexMetric { time: 2.0, index, settings }.of(&predictions, &outcome).unwrap();
    assert_close(index(CalibrationIndex::Ici), curve.ici, 1e-9);
    assert_close(index(CalibrationIndex::E90), curve.e90, 1e-9);
    assert_eq!(CalibrationIndexMetric { time: 2.0, index: CalibrationIndex::E50, settings }.name(), "e50_2");
    let error = CalibrationSlopeMetric { time: Some(2.0) }.of(&predictions, &outcome).unwrap();
    assert_close(error, (slope_of_probabilities(&p, &outcome, 0.95).unwrap().estimate - 1.0).abs(), 1e-9);
    let ratio = ObservedExpectedMetric { time: 2.0 }.of(&predictions, &outcome).unwrap();
    assert_close(ratio, in_the_large(2.0, &p, &outcome, 0.95).unwrap().ratio.ln().abs(), 1e-9);
}

#[test]
fn what_cannot_be_calibrated_is_explained() {
    let (outcome, _, p) = truth(400, 5);
    let smooth = SmoothSettings::default();
    let survival: Vec<f64> = p.iter().map(|p| 1.0 - p).collect();
    let groups = GroupSettings::default();
    assert!(groups.fit(2.0, &survival, &outcome).unwrap_err().to_string().contains("probabilities of survival"));
    assert!(smooth.fit(2.0, &survival, &outcome).unwrap_err().to_string().contains("probabilities of survival"));
    let percent: Vec<f64> = p.iter().map(|p| 100.0 * p).collect();
    assert!(groups.fit(2.0, &percent, &outcome).unwrap_err().to_string().contains("not scores or percentages"));
    assert!(smooth.fit(500.0, &p, &outcome).unwrap_err().to_string().contains("usable times are from"));
    assert!(smooth.fit(2.0, &vec![0.3; 400], &outcome).unwrap_err().to_string().contains("0.3 in all cases"));
    let two: Vec<f64> = p.iter().map(|p| if *p > 0.4 { 0.6 } else { 0.2 }).collect();
    assert!(smooth.fit(2.0, &two, &outcome).unwrap_err().to_string().contains("2 different values"));
    let perfect: Vec<f64> = outcome.times().iter().map(|t| f64::exp(-0.1 * t)).collect();
    assert!(slope(&perfect, &outcome, 0.95).unwrap_err().to_string().contains("order these cases perfectly"));
    assert!(smooth.fit(2.0, &perfect, &outcome).unwrap_err().to_string().contains("order these cases perfectly"));
    assert!(groups.fit(2.0, &p[1..], &outcome).is_err());
    let weighted = outcome.clone().with_weights(vec![1.0; 400]).unwrap();
    assert!(groups.fit(2.0, &p, &weighted).unwrap_err().to_string().contains("does not take weights"));
    let many = GndSettings { grouping: Grouping::Count(150) };
    assert!(many.test(2.0, &p, &outcome).unwrap_err().to_string().contains("make fewer groups"));
    for grouping in [Grouping::Count(0), Grouping::Count(401), Grouping::Size(0), Grouping::Cuts(vec![0.4, 0.2])] {
        assert!(GroupSettings { grouping, ..GroupSettings::default() }.fit(2.0, &p, &outcome).is_err());
    }
    // Zeros and ones are taken as nearly so, and counted.
    let mut ends = p.clone();
    let order: Vec<usize> = (0..400).collect();
    let extreme =
        |best: &dyn Fn(&usize, &usize) -> std::cmp::Ordering| *order.iter().min_by(|a, b| best(a, b)).unwrap();
    let (low, high) = (extreme(&|a, b| p[*a].total_cmp(&p[*b])), extreme(&|a, b| p[*b].total_cmp(&p[*a])));
    (ends[low], ends[high]) = (0.0, 1.0);
    let found = smooth.fit(2.0, &ends, &outcome).unwrap();
    assert_eq!(found.curtailed, 2);
    assert!(found.curve.iter().all(|c| c.lower <= c.observed && c.observed <= c.upper));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn any_grouping_has_each_case_once_and_groups_in_order(
        rows in prop::collection::vec((1u32..20, any::<bool>(), 0u32..15), 2..120), size in 1usize..60, kind in 0usize..4,
    ) {
        let outcome = Survival::new(rows.iter().map(|r| f64::from(r.0)).collect(), rows.iter().map(|r| r.1).collect()).unwrap();
        let p: Vec<f64> = rows.iter().map(|r| f64::from(r.2) / 14.0).collect();
        let grouping = match kind {
            0 => Grouping::Count(size.min(p.len())),
            1 => Grouping::Size(size),
            2 => Grouping::Quantiles(size),
            _ => Grouping::Cuts(vec![0.2, 0.5]),
        };
        if let Ok(found) = (GroupSettings { grouping, ..GroupSettings::default() }).fit(6.0, &p, &outcome) {
            prop_assert_eq!(found.groups.iter().map(|g| g.cases).sum::<usize>(), p.len());
            prop_assert!(found.groups.windows(2).all(|pair| pair[0].highest < pair[1].lowest));
            for group in &found.groups {
                prop_assert!(group.observed.is_none_or(|o| (0.0..=1.0).contains(&o)));
                if let (Some(lower), Some(o), Some(upper)) = (group.lower, group.observed, group.upper) {
                    prop_assert!(lower <= o && o <= upper);
                }
            }
        }
    }
}
