//! Reclassification against nricens and survIDINRI (reference/benefit.R), and what holds for any risks.

use crate::support::benefit_tables::{Tables, close, column, read};
use proptest::prelude::*;
use radsurv_data::{Metric, Predictions, Survival, SurvivalCurves};
use radsurv_eval::bootstrap::{Resampling, bootstrap_differences};
use radsurv_eval::input::check_direction;
use radsurv_eval::reclassification::{
    CaseWeights, Change, DiscriminationSlope, Idi, IdiSettings, Nri, NriBy, NriSettings, ReclassificationTable,
};
use radsurv_stats::bootstrap::Bootstrap;

fn values(nri: &Nri) -> [f64; 7] {
    let &Nri { total, cases, controls, cases_up, cases_down, controls_down, controls_up, .. } = nri;
    [total, cases, controls, cases_up, cases_down, controls_down, controls_up].map(|e| e.estimate)
}

#[test]
fn nri_is_that_of_nricens() {
    let tables = Tables::read();
    let (mut seen, mut unknown) = (0, 0);
    for row in read("benefit.jsonl.gz").rows.iter().filter(|row| row.get("nricens").is_some()) {
        let table = tables.get(row["nricens"].as_str().unwrap());
        let cut = column(&row["cut"]);
        let category = row["updown"] == "category";
        let change = if category { Change::Categories(cut) } else { Change::Difference(cut[0]) };
        let weighted = row["method"] == "ipw";
        let by = if weighted { NriBy::Weights(CaseWeights::AsNricens) } else { NriBy::KaplanMeier };
        let what = format!("{} {change:?} {by:?}", table.name);
        let settings = NriSettings { time: table.time, change, by, bootstrap: None };
        match Nri::of(&table.risk, &table.risk2, &table.outcome, &settings) {
            Ok(nri) => {
                for (ours, golden) in values(&nri).into_iter().zip(column(&row["values"])) {
                    close(ours, golden, &what);
                }
                seen += 1;
            }
            Err(error) => {
                assert!(!weighted && error.to_string().contains("none is followed until the time"), "{what}: {error}");
                unknown += 1;
            }
        }
    }
    assert_eq!((seen, unknown), (32, 0));
}

#[test]
fn idi_is_that_of_survidinri() {
    let tables = Tables::read();
    let mut seen = 0;
    for row in read("benefit.jsonl.gz").rows.iter().filter(|row| row.get("survIDINRI").is_some()) {
        let name = row["survIDINRI"].as_str().unwrap();
        let table = tables.get(name);
        let settings = IdiSettings { weights: CaseWeights::AsSurvIdinri, ..IdiSettings::at(table.time) };
        let idi = Idi::of(&table.risk, &table.risk2, &table.outcome, &settings).unwrap();
        // The curves on its grid, where it has P(D > s).
        let at = |values: &[f64], s: f64| match idi.curves.change.partition_point(|d| *d <= s) {
            0 => 1.0,
            place => 1.0 - values[place - 1],
        };
        let grid = column(&row["grid"]);
        for ((s, cases), controls) in grid.iter().zip(column(&row["cases"])).zip(column(&row["controls"])) {
            close(at(&idi.curves.cases, *s), cases, name);
            close(at(&idi.curves.controls, *s), controls, name);
            seen += 1;
        }
        let parts = column(&row["nri"]);
        close(idi.above.difference.estimate, parts[0], name);
        close(idi.above.cases.estimate, parts[1], name);
        close(idi.above.controls.estimate, parts[2], name);
        let means = column(&row["mean_difference"]);
        close(idi.idi.cases.estimate, means[0], name);
        close(idi.idi.controls.estimate, means[1], name);
        close(idi.idi.difference.estimate, means[0] - means[1], name);
        close(idi.new_slope.estimate - idi.old_slope.estimate, means[0] - means[1], name);
        // Its sums are over a grid with steps of 0.001, on which each curve is off by half a step at most.
        let (sums, medians) = (column(&row["idi"]), column(&row["median"]));
        for (ours, golden, step) in [
            (idi.idi.cases, sums[1], 0.0005),
            (idi.idi.controls, sums[2], 0.0005),
            (idi.median.cases, medians[1], 0.001),
            (idi.median.controls, medians[2], 0.001),
        ] {
            assert!((ours.estimate - golden).abs() <= step * 1.001, "{name}: {} is not {golden}", ours.estimate);
        }
    }
    assert_eq!(seen, 4 * 52);
}

#[test]
fn limits_by_the_bootstrap() {
    let tables = Tables::read();
    let table = tables.get("pbc");
    let bootstrap = Bootstrap { samples: 200, ..Bootstrap::default() };
    let settings = NriSettings {
        time: table.time,
        change: Change::Difference(0.0),
        by: NriBy::KaplanMeier,
        bootstrap: Some(bootstrap),
    };
    let nri = Nri::of(&table.risk, &table.risk2, &table.outcome, &settings).unwrap();
    for value in [nri.total, nri.cases, nri.controls, nri.cases_up, nri.controls_up] {
        assert!(value.lower.unwrap() < value.estimate && value.estimate < value.upper.unwrap(), "{value:?}");
    }
    assert_eq!((nri.failed, &nri.failure), (0, &None));
    assert_eq!(nri, Nri::of(&table.risk, &table.risk2, &table.outcome, &settings).unwrap());

    // The IDI is the difference of two discrimination slopes on the same samples.
    let settings = IdiSettings { bootstrap: Some(bootstrap), ..IdiSettings::at(table.time) };
    let idi = Idi::of(&table.risk, &table.risk2, &table.outcome, &settings).unwrap();
    let predictions = |risk: &[f64]| {
        let curves = SurvivalCurves::new(vec![table.time], risk.iter().map(|r| vec![1.0 - r]).collect()).unwrap();
        Predictions::new(risk.to_vec()).with_survival(curves).unwrap()
    };
    let metric = DiscriminationSlope { time: table.time, weights: CaseWeights::Standard };
    let metrics: [&dyn Metric; 1] = [&metric];
    let (old, new) = (predictions(&table.risk), predictions(&table.risk2));
    let both = bootstrap_differences(&metrics, &new, &old, &table.outcome, Resampling::Cases, &bootstrap).unwrap();
    let difference = both[0].difference.value.as_ref().unwrap();
    close(idi.idi.difference.estimate, difference.estimate, "IDI");
    close(idi.idi.difference.lower.unwrap(), difference.lower().unwrap(), "lower");
    close(idi.idi.difference.upper.unwrap(), difference.upper().unwrap(), "upper");
    assert!(serde_json::to_string(&(nri, idi)).unwrap().contains("\"change\""));
}

#[test]
fn bad_input_is_explained() {
    let tables = Tables::read();
    let table = tables.get("pbc");
    let message = |change: Change, time: f64| {
        let settings = NriSettings { time, change, by: NriBy::KaplanMeier, bootstrap: None };
        Nri::of(&table.risk, &table.risk2, &table.outcome, &settings).unwrap_err().to_string()
    };
    assert!(message(Change::Categories(vec![0.3, 0.1]), 60.0).contains("ascending probabilities"));
    assert!(message(Change::Categories(vec![]), 60.0).contains("ascending probabilities"));
    assert!(message(Change::Difference(-0.1), 60.0).contains("from 0 to below 1"));
    assert!(message(Change::Difference(0.0), 1e5).contains("usable times"));
    let entered = table.outcome.clone().with_entry(vec![0.0; 312]).unwrap();
    let error = Idi::of(&table.risk, &table.risk2, &entered, &IdiSettings::at(60.0)).unwrap_err().to_string();
    assert!(error.contains("entry times"), "{error}");
    // The only case that moves up is censored before the time.
    let outcome = Survival::new(vec![1.0, 2.0, 3.0, 9.0], vec![true, false, true, false]).unwrap();
    let settings = NriSettings { time: 4.0, change: Change::Difference(0.0), by: NriBy::KaplanMeier, bootstrap: None };
    let error = Nri::of(&[0.5; 4], &[0.5, 0.6, 0.5, 0.5], &outcome, &settings).unwrap_err().to_string();
    assert!(error.contains("of the cases that move up none is followed until the time 4"), "{error}");
}

const TIME: f64 = 5.0;

type Row = (u32, bool, u32, u32);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((1u32..12, any::<bool>(), 0u32..=20, 0u32..=20), 3..60)
        .prop_map(|mut rows| {
            (rows[0].0, rows[0].1, rows[1].0) = (3, true, 11);
            rows
        })
        .prop_filter("direction", |rows| right_way(&outcome(rows), rows))
}

/// Risks by chance may look like survival; those are refused.
fn right_way(outcome: &Survival, rows: &[Row]) -> bool {
    let (old, new) = risks(rows);
    [old, new].iter().all(|risk| check_direction(TIME, risk, outcome).is_ok())
}

fn outcome(rows: &[Row]) -> Survival {
    Survival::new(rows.iter().map(|r| f64::from(r.0)).collect(), rows.iter().map(|r| r.1).collect()).unwrap()
}

fn risks(rows: &[Row]) -> (Vec<f64>, Vec<f64>) {
    let risk = |n: u32| f64::from(n) / 20.0;
    (rows.iter().map(|r| risk(r.2)).collect(), rows.iter().map(|r| risk(r.3)).collect())
}

fn settings(change: Change, by: NriBy) -> NriSettings {
    NriSettings { time: TIME, change, by, bootstrap: None }
}

proptest! {
    #[test]
    fn a_model_is_no_improvement_of_itself(rows in rows(), weighted in any::<bool>()) {
        let by = if weighted { NriBy::Weights(CaseWeights::Standard) } else { NriBy::KaplanMeier };
        let (old, _) = risks(&rows);
        for change in [Change::Difference(0.0), Change::Categories(vec![0.25, 0.5])] {
            let nri = Nri::of(&old, &old, &outcome(&rows), &settings(change, by)).unwrap();
            prop_assert_eq!(values(&nri), [0.0; 7]);
        }
        let idi = Idi::of(&old, &old, &outcome(&rows), &IdiSettings::at(TIME)).unwrap();
        for part in [idi.idi, idi.above, idi.median] {
            prop_assert_eq!([part.difference, part.cases, part.controls].map(|e| e.estimate), [0.0; 3]);
        }
        prop_assert_eq!(idi.curves.change, vec![0.0]);
    }

    #[test]
    fn exchanging_the_models_changes_the_sign(rows in rows(), weighted in any::<bool>()) {
        let by = if weighted { NriBy::Weights(CaseWeights::Standard) } else { NriBy::KaplanMeier };
        let (old, new) = risks(&rows);
        let outcome = outcome(&rows);
        for change in [Change::Difference(0.0), Change::Categories(vec![0.25, 0.5])] {
            let there = Nri::of(&old, &new, &outcome, &settings(change.clone(), by));
            let back = Nri::of(&new, &old, &outcome, &settings(change, by));
            prop_assert_eq!(there.is_ok(), back.is_ok());
            if let (Ok(there), Ok(back)) = (there, back) {
                prop_assert_eq!(there.cases.estimate, -back.cases.estimate);
                prop_assert_eq!(there.controls.estimate, -back.controls.estimate);
                prop_assert_eq!(there.cases_up.estimate, back.cases_down.estimate);
            }
        }
        let there = Idi::of(&old, &new, &outcome, &IdiSettings::at(TIME)).unwrap();
        let back = Idi::of(&new, &old, &outcome, &IdiSettings::at(TIME)).unwrap();
        prop_assert!((there.idi.difference.estimate + back.idi.difference.estimate).abs() < 1e-12);
        prop_assert!((there.median.cases.estimate + back.median.cases.estimate).abs() < 1e-12);
    }

    #[test]
    fn without_censoring_all_are_counts(rows in rows()) {
        // Followed to the end: everybody has the event.
        let rows: Vec<Row> = rows.into_iter().map(|(time, _, old, new)| (time, true, old, new)).collect();
        let (old, new) = risks(&rows);
        let outcome = outcome(&rows);
        prop_assume!(right_way(&outcome, &rows));
        let table = ReclassificationTable::of(&old, &new, &outcome, TIME, &[0.25, 0.5]).unwrap();
        let total = |t: &[Vec<f64>]| t.iter().flatten().sum::<f64>();
        let up = |t: &[Vec<f64>]| (0..3).flat_map(|i| t[i][i + 1..].iter()).sum::<f64>();
        prop_assert_eq!(total(&table.cases) + total(&table.controls), rows.len() as f64);
        prop_assert_eq!(total(&table.censored), 0.0);
        for by in [NriBy::KaplanMeier, NriBy::Weights(CaseWeights::Standard), NriBy::Weights(CaseWeights::AsNricens)] {
            let nri = Nri::of(&old, &new, &outcome, &settings(Change::Categories(vec![0.25, 0.5]), by)).unwrap();
            prop_assert!((nri.cases_up.estimate - up(&table.cases) / total(&table.cases)).abs() < 1e-12);
            prop_assert!((nri.controls_up.estimate - up(&table.controls) / total(&table.controls)).abs() < 1e-12);
        }
        let idi = Idi::of(&old, &new, &outcome, &IdiSettings::at(TIME)).unwrap();
        let mut changes: Vec<f64> =
            rows.iter().zip(old.iter().zip(&new)).filter(|(r, _)| f64::from(r.0) <= TIME).map(|(_, (o, n))| n - o).collect();
        let mean = changes.iter().sum::<f64>() / changes.len() as f64;
        prop_assert!((idi.idi.cases.estimate - mean).abs() < 1e-12);
        changes.sort_by(f64::total_cmp);
        let median = 0.5 * (changes[(changes.len() - 1) / 2] + changes[changes.len() / 2]);
        prop_assert!((idi.median.cases.estimate - median).abs() < 1e-12);
        // The area between the curves is the IDI.
        let curves = &idi.curves;
        let steps = curves.change.windows(2).zip(curves.controls.iter().zip(&curves.cases));
        let area: f64 = steps.map(|(pair, (controls, cases))| (controls - cases) * (pair[1] - pair[0])).sum();
        prop_assert!((area - idi.idi.difference.estimate).abs() < 1e-12);
    }

    #[test]
    fn a_weight_of_two_is_the_case_twice(rows in rows(), bits in any::<u64>()) {
        let twice = |i: usize| bits >> (i % 64) & 1 == 1;
        let repeated: Vec<Row> = rows.iter().enumerate().flat_map(|(i, r)| vec![*r; if twice(i) { 2 } else { 1 }]).collect();
        let weights = (0..rows.len()).map(|i| if twice(i) { 2.0 } else { 1.0 }).collect();
        let weighted = outcome(&rows).with_weights(weights).unwrap();
        prop_assume!(right_way(&weighted, &rows) && right_way(&outcome(&repeated), &repeated));
        let ((old, new), (old2, new2)) = (risks(&rows), risks(&repeated));
        for by in [NriBy::KaplanMeier, NriBy::Weights(CaseWeights::Standard), NriBy::Weights(CaseWeights::AsSurvIdinri)] {
            let settings = settings(Change::Difference(0.1), by);
            let a = Nri::of(&old, &new, &weighted, &settings);
            let b = Nri::of(&old2, &new2, &outcome(&repeated), &settings);
            prop_assert_eq!(a.is_ok(), b.is_ok());
            if let (Ok(a), Ok(b)) = (a, b) {
                prop_assert!(values(&a).iter().zip(values(&b)).all(|(a, b)| (a - b).abs() < 1e-12));
            }
        }
        let a = Idi::of(&old, &new, &weighted, &IdiSettings::at(TIME)).unwrap();
        let b = Idi::of(&old2, &new2, &outcome(&repeated), &IdiSettings::at(TIME)).unwrap();
        prop_assert!((a.idi.difference.estimate - b.idi.difference.estimate).abs() < 1e-12);
        prop_assert!((a.median.difference.estimate - b.median.difference.estimate).abs() < 1e-12);
    }
}
