//! The intraclass correlation against psych, lme4 and pingouin: reference/make_icc.py.

use std::path::Path;

use radsurv_harmonize::icc::mixed::{VarianceComponents, variance_components};
use radsurv_harmonize::icc::{Icc, IccForm, MeanSquares};
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::{Golden, number};
use radsurv_testkit::splitmix::SplitMix64;
use serde_json::Value;

fn golden() -> Golden {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/icc.jsonl.gz")).unwrap();
    let versions = golden.header["versions"].as_str().unwrap();
    assert!(["psych 2.2.9", "lme4 1.1.31", "pingouin 0.7.0"].iter().all(|v| versions.contains(v)));
    golden
}

/// The readings of a recipe, as the script makes them.
fn readings(recipe: &Value) -> Vec<Vec<f64>> {
    let field = |name: &str| recipe[name].as_u64().unwrap();
    let mut rng = SplitMix64::new(field("seed"));
    let (n, k) = (field("cases"), field("readings"));
    let cases: Vec<u64> = (0..n).map(|_| rng.below(field("case_span"))).collect();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for j in 0..k {
        let offset = rng.below(field("reading_span"));
        let mut column = Vec::new();
        for (i, case) in cases.iter().enumerate() {
            let value = field("base") + case + offset + rng.below(field("noise_span"));
            let mut gone = rng.chance(field("missing"));
            if j == k - 1 && columns.iter().all(|c| c[i].is_nan()) {
                gone = false;
            }
            column.push(if gone { f64::NAN } else { value as f64 / field("divisor") as f64 });
        }
        columns.push(column);
    }
    columns
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

/// The worst differences of a comparison, and how many values were compared or, for a reason of the test, were not.
#[derive(Debug, Default)]
struct Worst {
    estimate: f64,
    test: f64,
    limits: f64,
    compared: usize,
    above_one: usize,
    unbounded: usize,
    no_limit: usize,
}

impl Worst {
    /// Compares with a row of ICC, F, df1, df2, p, lower, upper. Correlations and limits are measured by 1, as a
    /// correlation of 0 is the rounding of a difference.
    fn add(&mut self, ours: &Icc, row: &[f64], k: f64, place: &str) {
        if ours.icc.is_nan() {
            // The formula of the mean of readings with a denominator that is not positive.
            assert!(
                ours.form == IccForm::Icc2k && (row[0] > 1.0 || row[0].is_infinite()),
                "{place}: {ours:?}, {row:?}"
            );
            assert!(ours.reason.contains("not positive"));
            self.above_one += 1;
            return;
        }
        self.compared += 1;
        self.estimate = self.estimate.max(relative_difference(ours.icc, row[0], 1.0));
        assert_eq!([ours.df1, ours.df2], row[2..4], "{place}");
        self.test = self.test.max(relative_difference(ours.f, row[1], 0.0));
        // A relative difference of F is one of ln p. (The smallest p-values are 0 there.)
        let ln = |p: f64| p.max(1e-300).ln();
        self.test = self.test.max(relative_difference(ln(ours.p), ln(row[4]), 1.0));
        for (limit, theirs) in [ours.lower, ours.upper].into_iter().zip(&row[5..]) {
            if limit == f64::NEG_INFINITY && theirs.is_finite() {
                // Spearman and Brown's formula beyond its pole.
                assert!(ours.form == IccForm::Icc2k && *theirs > 1.0, "{place}: {ours:?}, {row:?}");
                self.unbounded += 1;
            } else if theirs.is_nan() {
                // R's quantile is infinite where the degrees of freedom are nearly 0, and divided by itself.
                assert!(
                    limit.is_nan() && !ours.reason.is_empty()
                        || limit < 0.0 && limit >= -1.0 / (k - 1.0) - 1.0
                        || limit == f64::NEG_INFINITY,
                    "{place}: {ours:?}"
                );
                self.no_limit += 1;
            } else {
                self.limits = self.limits.max(relative_difference(limit, *theirs, 1.0));
            }
        }
    }
}

#[test]
fn complete_readings_are_those_of_psych_and_pingouin() {
    let (mut psych, mut pingouin, mut exact, mut hard) = (Worst::default(), Worst::default(), 0f64, [0; 2]);
    for row in &golden().rows {
        let Some(expected) = row.get("exact") else { continue };
        let place = row["recipe"].to_string();
        let columns = readings(&row["recipe"]);
        let ours = MeanSquares::of(&columns).unwrap();
        let expected = numbers(expected);
        // The root of a mean square, in units of the largest value: no more than its rounding can be asked for.
        let largest = columns.iter().flatten().fold(0.0, |m: f64, v| m.max(v.abs()));
        for (a, b) in [ours.between, ours.within, ours.readings, ours.residual].iter().zip(&expected) {
            exact = exact.max((a.sqrt() - b.sqrt()).abs() / largest);
        }
        let theirs = numbers(&row["mean_squares"]);
        let lost = |a: f64, b: f64| relative_difference(a, b, 0.0) > 1e-8;
        let is_hard = theirs.iter().zip(&expected).any(|(a, b)| lost(*a, *b));
        hard[0] += usize::from(is_hard);
        // The same of pingouin's F, which is B / E.
        let skip =
            row["pingouin"].is_null() || lost(number(&row["pingouin"][1][1]).unwrap(), expected[0] / expected[3]);
        hard[1] += usize::from(skip && !row["pingouin"].is_null());
        for (index, form) in IccForm::ALL.into_iter().enumerate() {
            let icc = ours.icc(form, 0.95).unwrap();
            if !is_hard {
                psych.add(&icc, &numbers(&row["psych"][index]), columns.len() as f64, &place);
            }
            if !skip {
                pingouin.add(&icc, &numbers(&row["pingouin"][index]), columns.len() as f64, &place);
            }
        }
    }
    println!("mean squares {exact:.1e}\npsych {psych:?}\npingouin {pingouin:?}");
    println!(
        "{hard:?} rows of {} lose digits in psych and pingouin: values far from 0, or far apart",
        psych.compared / 6
    );
    for worst in [&psych, &pingouin] {
        assert!(worst.compared > 300 && worst.estimate < 1e-8 && worst.test < 1e-8 && worst.limits < 1e-8, "{worst:?}");
    }
    assert!(exact < 1e-15 && hard.iter().all(|h| *h < 15));
}

#[test]
fn with_missing_readings_the_complete_cases_are_those_of_pingouin() {
    let mut pingouin = Worst::default();
    for row in &golden().rows {
        if row.get("mean_squares").is_some() || row["pingouin"].is_null() {
            continue;
        }
        let columns = readings(&row["recipe"]);
        let complete: Vec<usize> = (0..columns[0].len()).filter(|&i| columns.iter().all(|c| !c[i].is_nan())).collect();
        let columns: Vec<Vec<f64>> = columns.iter().map(|c| complete.iter().map(|&i| c[i]).collect()).collect();
        let squares = MeanSquares::of(&columns).unwrap();
        for (index, form) in IccForm::ALL.into_iter().enumerate() {
            let icc = squares.icc(form, 0.95).unwrap();
            pingouin.add(&icc, &numbers(&row["pingouin"][index]), columns.len() as f64, &row["recipe"].to_string());
        }
    }
    println!("{pingouin:?}");
    assert!(pingouin.compared > 600 && pingouin.estimate < 1e-8 && pingouin.test < 1e-8 && pingouin.limits < 1e-8);
}

#[test]
fn variance_components_are_those_of_lme4_at_least_as_likely() {
    let (mut default, mut finest, mut criterion, mut better, mut zero, mut worse) = (0f64, 0f64, 0f64, 0f64, 0, 0);
    let mut psych = Worst::default();
    for row in golden().rows.iter().filter(|r| r.get("psych_variances").is_some()) {
        let place = row["recipe"].to_string();
        let columns = readings(&row["recipe"]);
        let found = variance_components(&columns).unwrap();
        let VarianceComponents { cases, readings, residual, criterion: ours } = found;
        let total = cases + readings + residual;
        zero += usize::from(cases == 0.0 || readings == 0.0);
        let worst = |expected: &[f64]| {
            let pairs = [cases, readings, residual].into_iter().zip(expected);
            pairs.map(|(a, b)| (a - b).abs() / total).fold(0.0, f64::max)
        };
        let (theirs, fine) = (numbers(&row["psych_variances"]), numbers(&row["lme4_variances"]));
        let (d, f) = (worst(&theirs), worst(&fine));
        finest = finest.max(f);
        criterion = criterion.max(ours - fine[3].min(theirs[3]));
        better = better.max(fine[3] - ours);
        if theirs[3] > fine[3] + 1e-4 {
            // lme4's own fit with finer tolerances is more likely: with its defaults it had stopped too early.
            worse += 1;
            continue;
        }
        default = default.max(d);
        let squares = found.mean_squares(columns[0].len(), columns.len());
        for (index, form) in IccForm::ALL.into_iter().enumerate() {
            let icc = squares.icc(form, 0.95).unwrap();
            psych.add(&icc, &numbers(&row["psych"][index]), columns.len() as f64, &place);
        }
    }
    println!(
        "variances, of their sum: psych's fit {default:.1e}, the finest fit {finest:.1e}, {zero} with a variance of 0"
    );
    println!("criterion: larger by {criterion:.1e} at most, smaller by up to {better:.1e}\npsych {psych:?}");
    // lme4 stops when the criterion no longer changes, and its last digits are not the same in two runs.
    assert!(finest < 1e-3 && criterion < 1e-7 && zero > 30 && worse <= 2);
    // An F of 3e7 is an ICC of 1 - 3e-8: lme4 stops before the digits of F are settled.
    assert!(psych.compared > 600 && psych.estimate < 1e-3 && psych.test < 1e-2 && psych.limits < 1e-3);
}
