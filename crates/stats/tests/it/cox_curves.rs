//! Limits of predicted curves and concordance within strata, against R's survival and the definition.

use crate::support::cox::{Case, assert_all, golden, numbers};
use radsurv_data::Survival;
use radsurv_stats::Error;
use radsurv_stats::cox::{CurveErrors, Design, FitSettings, Residuals, fit};
use radsurv_stats::nonparametric::{ConcordanceSettings, Limits};
use radsurv_testkit::splitmix::SplitMix64;

#[test]
fn limits_and_concordance_are_those_of_r() {
    let (mut seen, mut points) = (0, 0);
    for case in golden("cox_curves.jsonl.gz", "curves") {
        seen += 1;
        let Case { name, row, .. } = &case;
        let columns = case.columns();
        let design = case.design(&columns);
        let found = fit(&design, &FitSettings { ties: case.ties, ..FitSettings::default() }).unwrap();
        let robust = row["robust"].is_boolean().then(|| {
            let residuals = Residuals::new(&design, &found).unwrap();
            residuals.robust_variance(case.clusters.as_deref()).unwrap()
        });
        let errors = CurveErrors::new(&design, &found, robust.as_deref()).unwrap();
        for curve in row["curves"].as_array().unwrap() {
            let at = curve["row"].as_u64().unwrap() as usize;
            let values: Vec<f64> = columns.iter().map(|c| c[at]).collect();
            let offset = case.offset.as_ref().map_or(0.0, |o| o[at]);
            let stratum = case.strata.as_ref().map_or(0, |s| s[at]);
            let times = numbers(&curve["time"]);
            for (limits, key) in [(Limits::Log, "log"), (Limits::LogLog, "loglog"), (Limits::Plain, "plain")] {
                let ours = errors.of(&values, offset, stratum, &times, 0.95, limits).unwrap();
                let golden = numbers(&curve[key]);
                let (lower, upper) = golden.split_at(times.len());
                for (k, point) in ours.iter().enumerate() {
                    points += 1;
                    let what = format!("{name}, {key}, row {at}, {}", point.time);
                    assert_all(&[point.survival], &numbers(&curve["survival"])[k..=k], 1e-8, 1e-20, &what);
                    assert_all(&[point.error], &numbers(&curve["error"])[k..=k], 1e-8, 0.0, &what);
                    // Before the first event R has no log-log limits.
                    if point.survival < 1.0 {
                        assert_all(&[point.lower, point.upper], &[lower[k], upper[k]], 1e-8, 1e-12, &what);
                    }
                }
            }
        }
        let mut eta = found.linear_predictors(&columns).unwrap();
        if let Some(offset) = &case.offset {
            eta.iter_mut().zip(offset).for_each(|(eta, o)| *eta += o);
        }
        let settings = ConcordanceSettings::default();
        let concordance = match &case.strata {
            Some(strata) => settings.within(&eta, &case.outcome, strata).unwrap(),
            None => settings.of(&eta, &case.outcome).unwrap(),
        };
        let error = match &case.clusters {
            Some(clusters) => concordance.clustered_std_error(clusters).unwrap(),
            None => concordance.std_error,
        };
        assert_all(&[concordance.estimate, error], &numbers(&row["concordance"]), 1e-8, 0.0, name);
    }
    assert_eq!((seen, points), (29, 1764));
}

/// Two columns, outcomes with ties, and two strata.
fn made(seed: u64, n: usize) -> (Vec<Vec<f64>>, Survival, Vec<usize>) {
    let mut rng = SplitMix64::new(seed);
    let mut next = |span: u64| rng.below(span) as f64;
    let columns = (0..2).map(|_| (0..n).map(|_| next(20) / 5.0 - 2.0).collect()).collect();
    let times = (0..n).map(|_| 1.0 + next(n as u64 / 2)).collect();
    let event = (0..n).map(|_| next(10) < 6.0).collect();
    let strata = (0..n).map(|_| 3 * next(2) as usize).collect();
    (columns, Survival::new(times, event).unwrap(), strata)
}

#[test]
fn curves_that_cannot_be_predicted_are_named() {
    let (columns, outcome, _) = made(11, 40);
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let design = Design::new(&columns, &outcome);
    let found = fit(&design, &FitSettings::default()).unwrap();
    let errors = CurveErrors::new(&design, &found, None).unwrap();
    let of = |case: &[f64], stratum, confidence| errors.of(case, 0.0, stratum, &[0.5, 5.0], confidence, Limits::Log);
    let first = of(&[1.0, 2.0], 0, 0.95).unwrap()[0];
    assert_eq!([first.survival, first.error, first.lower, first.upper], [1.0, 0.0, 1.0, 1.0]);
    assert_eq!(of(&[1.0], 0, 0.95).unwrap_err(), Error::Length { column: 1, found: 1, expected: 2 });
    assert_eq!(of(&[1.0, f64::NAN], 0, 0.95).unwrap_err(), Error::Missing { column: 1, row: 0 });
    assert_eq!(of(&[1.0, 1.0], 3, 0.95).unwrap_err(), Error::UnknownStratum { stratum: 3 });
    assert!(matches!(of(&[1.0, 1.0], 0, 1.0).unwrap_err(), Error::NotProbability { .. }));
    for far in [-1e300, 1e300] {
        assert_eq!(of(&[far, 1.0], 0, 0.95).unwrap_err(), Error::Overflow { name: "cumulative hazard" });
    }
    assert!(errors.of(&[1.0, 2.0], 0.0, 0, &[2.0, 1.0], 0.95, Limits::Log).is_err());
    let short = CurveErrors::new(&design, &found, Some(&[1.0])).unwrap_err();
    assert_eq!(short, Error::Length { column: 0, found: 1, expected: 4 });
}

#[test]
fn concordance_within_strata_compares_no_others() {
    let (columns, outcome, strata) = made(12, 60);
    let entry = outcome.times().iter().map(|t| if *t > 9.0 { 5.0 } else { 0.0 }).collect();
    let weights = (0..60).map(|i| 0.5 * f64::from(i % 5)).collect();
    let outcome = outcome.with_entry(entry).unwrap().with_weights(weights).unwrap();
    let risk = &columns[0];
    let settings = ConcordanceSettings::default();
    let found = settings.within(risk, &outcome, &strata).unwrap();
    let (mut above, mut compared) = (0.0, 0.0);
    for stratum in [0, 3] {
        let rows: Vec<usize> = (0..60).filter(|&i| strata[i] == stratum).collect();
        let own: Vec<f64> = rows.iter().map(|&i| risk[i]).collect();
        let pairs = settings.of(&own, &outcome.rows(&rows)).unwrap().pairs;
        above += pairs.concordant + 0.5 * pairs.tied_risk;
        compared += pairs.compared();
    }
    assert!((found.estimate - above / compared).abs() < 1e-14);
    let one = settings.within(risk, &outcome, &[7; 60]).unwrap();
    assert_eq!(one, settings.of(risk, &outcome).unwrap());
    let own: Vec<usize> = (0..60).collect();
    assert!((one.clustered_std_error(&own).unwrap() - one.std_error).abs() < 1e-15);
    assert!(one.clustered_std_error(&[0]).is_err() && settings.within(risk, &outcome, &[0]).is_err());
}
