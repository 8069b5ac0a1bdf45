//! What holds of every intraclass correlation, and the definition by plain loops.

use proptest::prelude::*;
use radsurv_data::FeatureTable;
use radsurv_harmonize::icc::{
    Cases, CombinedIcc, IccForm, IccSettings, KeepBy, MeanSquares, Missing, Reading, icc, mixed::variance_components,
};
use radsurv_testkit::splitmix::SplitMix64;

/// Readings of `n` cases by `k` readers, of which some percent are missing.
fn readings(seed: u64, n: usize, k: usize, missing: u64) -> Vec<Vec<f64>> {
    let mut rng = SplitMix64::new(seed);
    let mut next = |span: u64| rng.below(span) as f64;
    let (noise, reader) = (1 + next(100) as u64, 1 + next(60) as u64);
    let cases: Vec<f64> = (0..n).map(|_| next(100)).collect();
    (0..k)
        .map(|_| {
            let offset = next(reader);
            cases.iter().map(|c| if next(100) < missing as f64 { f64::NAN } else { c + offset + next(noise) }).collect()
        })
        .collect()
}

/// Sums of squares about means, each by its own loop over cases and readings.
fn naive(x: &[Vec<f64>]) -> [f64; 4] {
    let (k, n) = (x.len(), x[0].len());
    let mut grand = 0.0;
    for j in 0..k {
        for i in 0..n {
            grand += x[j][i] / (n * k) as f64;
        }
    }
    let [mut b, mut w, mut r, mut e] = [0.0; 4];
    for i in 0..n {
        let mut case = 0.0;
        for j in 0..k {
            case += x[j][i] / k as f64;
        }
        for j in 0..k {
            let mut offset = 0.0;
            for l in 0..n {
                offset += x[j][l] / n as f64;
            }
            b += (case - grand).powi(2);
            w += (x[j][i] - case).powi(2);
            r += (offset - grand).powi(2);
            e += (x[j][i] - case - offset + grand).powi(2);
        }
    }
    let (n, k) = (n as f64, k as f64);
    [b / (n - 1.0), w / (n * (k - 1.0)), r / (k - 1.0), e / ((n - 1.0) * (k - 1.0))]
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(1.0)
}

/// All numbers of all forms.
fn all(x: &[Vec<f64>]) -> Vec<f64> {
    let of = |form| icc(x, form, 0.95, Missing::Mixed).unwrap().icc;
    let numbers = |form| {
        let found = of(form);
        // F of 1e12 has few digits: what it says of the ICC does.
        [found.icc, 1.0 / (1.0 + found.f), found.p, found.lower.max(-1e3), found.upper.max(-1e3)]
    };
    IccForm::ALL.into_iter().flat_map(numbers).collect()
}

fn same(a: &[Vec<f64>], b: &[Vec<f64>], tolerance: f64) -> Result<(), TestCaseError> {
    for (a, b) in all(a).into_iter().zip(all(b)) {
        prop_assert!(close(a, b, tolerance), "{a} {b}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn mean_squares_are_those_of_the_definition(seed in any::<u64>(), n in 2usize..20, k in 2usize..6) {
        let x = readings(seed, n, k, 0);
        let found = MeanSquares::of(&x).unwrap();
        let ours = [found.between, found.within, found.readings, found.residual];
        for (a, b) in ours.into_iter().zip(naive(&x)) {
            prop_assert!(close(a, b, 1e-11), "{a} {b}");
        }
        // The sums of squares add up.
        let (nf, kf) = (n as f64, k as f64);
        let within = ours[1] * nf * (kf - 1.0);
        prop_assert!(close(ours[2] * (kf - 1.0) + ours[3] * (nf - 1.0) * (kf - 1.0), within, 1e-12));
    }

    #[test]
    fn equal_readings_have_one(seed in any::<u64>(), n in 2usize..20, k in 2usize..6, missing in 0u64..40) {
        let case = &readings(seed, n, 1, 0)[0];
        let mut x = vec![case.clone(); k];
        let mut rng = SplitMix64::new(seed);
        x.iter_mut().skip(1).flatten().for_each(|v| if rng.chance(missing) { *v = f64::NAN });
        let differ = case.iter().any(|v| *v != case[0]);
        let seen_twice = x.iter().skip(1).all(|r| r.iter().any(|v| !v.is_nan()));
        prop_assume!(differ && seen_twice);
        for form in IccForm::ALL {
            let found = icc(&x, form, 0.95, Missing::Mixed).unwrap().icc;
            prop_assert_eq!([found.icc, found.lower, found.upper, found.p], [1.0, 1.0, 1.0, 0.0]);
        }
    }

    #[test]
    fn order_shift_and_scale_change_nothing(seed in any::<u64>(), n in 4usize..20, k in 2usize..6, missing in 0u64..2) {
        let x = readings(seed, n, k, missing * 15);
        // Both sides of a mixed model stop at their own last digit.
        let tolerance = if missing == 0 { 1e-9 } else { 1e-5 };
        let mut readers = x.clone();
        readers.rotate_left(1);
        readers.swap(0, k - 1);
        same(&readers, &x, tolerance)?;
        let cases: Vec<Vec<f64>> = x.iter().map(|r| r.iter().rev().copied().collect()).collect();
        same(&cases, &x, tolerance)?;
        let moved: Vec<Vec<f64>> = x.iter().map(|r| r.iter().map(|v| -0.25 * v + 1024.0).collect()).collect();
        same(&moved, &x, tolerance)?;
    }

    #[test]
    fn offsets_of_readers_do_not_count_for_consistency(seed in any::<u64>(), n in 3usize..20, k in 2usize..6) {
        let x = readings(seed, n, k, 0);
        let moved: Vec<Vec<f64>> =
            x.iter().enumerate().map(|(j, r)| r.iter().map(|v| v + 64.0 * (j * j) as f64).collect()).collect();
        for form in [IccForm::Icc3, IccForm::Icc3k] {
            let of = |x: &[Vec<f64>]| icc(x, form, 0.95, Missing::Mixed).unwrap().icc;
            let (a, b) = (of(&moved), of(&x));
            prop_assert!(close(a.icc, b.icc, 1e-9) && close(a.lower, b.lower, 1e-9) && close(a.upper, b.upper, 1e-9));
        }
    }

    #[test]
    fn limits_hold_the_estimate_and_grow_with_confidence(seed in any::<u64>(), n in 3usize..30, k in 2usize..6) {
        let x = readings(seed, n, k, 0);
        for form in IccForm::ALL {
            let of = |confidence| icc(&x, form, confidence, Missing::Mixed).unwrap().icc;
            let (narrow, wide) = (of(0.8), of(0.99));
            if narrow.icc.is_nan() || !narrow.reason.is_empty() || !wide.reason.is_empty() {
                continue;
            }
            prop_assert!(narrow.icc <= 1.0 && (0.0..=1.0).contains(&narrow.p));
            prop_assert!(wide.lower <= narrow.lower && narrow.upper <= wide.upper && wide.upper <= 1.0, "{narrow:?} {wide:?}");
        }
    }

    /// Without missing readings the restricted likelihood is largest at the estimates of the analysis of variance, if
    /// none of them is negative.
    #[test]
    fn complete_readings_have_the_components_of_the_analysis_of_variance(
        seed in any::<u64>(), n in 3usize..30, k in 2usize..7,
    ) {
        let x = readings(seed, n, k, 0);
        let squares = MeanSquares::of(&x).unwrap();
        // Readings that differ by their offsets alone have a residual of rounding errors, and no estimate.
        prop_assume!(squares.residual > 1e-9 * (squares.between + squares.readings));
        let found = variance_components(&x).unwrap();
        let total = found.cases + found.readings + found.residual;
        let cases = (squares.between - squares.residual) / k as f64;
        let readings = (squares.readings - squares.residual) / n as f64;
        if cases > 0.0 && readings > 0.0 {
            for (a, b) in [(found.cases, cases), (found.readings, readings), (found.residual, squares.residual)] {
                prop_assert!((a - b).abs() < 1e-6 * total, "{found:?} {squares:?}");
            }
        } else {
            prop_assert!(found.cases == 0.0 || found.readings == 0.0);
        }
    }
}

fn table(columns: &[(&str, &[f64])], ids: &[&str]) -> FeatureTable {
    let names = columns.iter().map(|(name, _)| name.to_string()).collect();
    let values = columns.iter().map(|(_, values)| values.to_vec()).collect();
    FeatureTable::new(ids.iter().map(|id| id.to_string()).collect(), names, values).unwrap()
}

fn reading<'a>(name: &'a str, table: &'a FeatureTable) -> Reading<'a> {
    Reading { name, table }
}

#[test]
fn tables_are_joined_by_case_and_what_is_not_in_all_is_named() {
    let nan = f64::NAN;
    let first = table(&[("a", &[1.0, 5.0, 3.0, 9.0]), ("only", &[1.0; 4])], &["P1", "P2", "P3", "P4"]);
    let second = table(&[("b", &[0.0; 4]), ("a", &[3.1, 9.2, nan, 1.1])], &["P3", "P4", "P5", "P1"]);
    let readings = [reading("r1.csv", &first), reading("r2.csv", &second)];
    let in_all = IccSettings::default().analyse(&readings).unwrap();
    assert_eq!(in_all.cases(), 3);
    let incomplete: Vec<String> =
        in_all.incomplete_cases().iter().map(|c| format!("{} not in {}", c.case_id, c.not_in.join("+"))).collect();
    assert_eq!(incomplete, ["P2 not in r2.csv", "P5 not in r1.csv"]);
    let expected = MeanSquares::of(&[[1.0, 3.0, 9.0], [1.1, 3.1, 9.2]]).unwrap().icc(IccForm::Icc2, 0.95).unwrap();
    assert_eq!(in_all.rows()[0].icc, expected);
    assert!(in_all.rows()[0].keep && in_all.rows()[0].reason.is_empty());
    let reasons: Vec<&str> = in_all.rows()[1..].iter().map(|r| r.reason.as_str()).collect();
    assert_eq!(reasons, ["not in r2.csv", "not in r1.csv"]);
    assert_eq!(in_all.selection().kept().collect::<Vec<_>>(), ["a"]);

    let in_any = IccSettings { cases: Cases::InAny, ..Default::default() }.analyse(&readings).unwrap();
    assert_eq!((in_any.cases(), in_any.rows()[0].cases, in_any.rows()[0].missing), (5, 4, 1));

    let mut text = Vec::new();
    in_all.to_writer(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "feature,icc,f,df1,df2,p,lower,upper,keep,reason,cases,missing");
    assert!(lines[1].starts_with("a,0.99") && lines[1].ends_with(",true,,3,0"), "{}", lines[1]);
    assert_eq!(lines[2], "only,NaN,NaN,NaN,NaN,NaN,NaN,NaN,false,not in r2.csv,0,0");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let a = table(&[("a", &[1.0, 2.0])], &["P1", "P2"]);
    let message = |readings: &[Reading], settings: IccSettings| settings.analyse(readings).unwrap_err().to_string();
    let plain = IccSettings::default();
    assert!(message(&[reading("a.csv", &a)], plain).starts_with("1 table where readings are to be compared"));
    assert!(message(&[], plain).starts_with("0 table"));
    let other_cases = table(&[("a", &[1.0, 2.0])], &["Q1", "Q2"]);
    assert_eq!(
        message(&[reading("a.csv", &a), reading("b.csv", &other_cases)], plain),
        "no case is in all of a.csv, b.csv; a.csv begins with \"P1\", b.csv begins with \"Q1\""
    );
    let other_features = table(&[("b", &[1.0, 2.0])], &["P1", "P2"]);
    assert!(message(&[reading("a.csv", &a), reading("b.csv", &other_features)], plain).starts_with("no feature is in"));
    let one = table(&[("a", &[1.0, 2.0])], &["P1", "Q2"]);
    assert!(message(&[reading("a.csv", &a), reading("b.csv", &one)], plain).contains("needs 2 cases at least"));
    let both = [reading("a.csv", &a), reading("b.csv", &a)];
    assert!(message(&both, IccSettings { confidence: 95.0, ..plain }).contains("the confidence is 95"));
    assert!(message(&both, IccSettings { threshold: f64::NAN, ..plain }).contains("the threshold is NaN"));
    assert!(message(&both, IccSettings { threshold: 75.0, ..plain }).contains("give a number up to 1"));
    let infinite = table(&[("a", &[1.0, f64::INFINITY])], &["P1", "P2"]);
    let found = plain.analyse(&[reading("a.csv", &a), reading("b.csv", &infinite)]).unwrap();
    assert_eq!(found.rows()[0].reason, "infinite in the case P2 of b.csv");
}

#[test]
fn a_feature_is_kept_above_the_threshold_and_in_each_comparison() {
    let ids: Vec<String> = (0..20).map(|i| format!("P{i}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let x = readings(5, 20, 3, 0);
    let noisy: Vec<f64> = x[0].iter().zip(&x[1]).map(|(a, b)| a + 3.0 * (a - b)).collect();
    let of = |good: &[f64], bad: &[f64]| table(&[("good", good), ("bad", bad)], &ids);
    let (once, again, other) = (of(&x[0], &x[0]), of(&x[0], &x[0]), of(&x[0], &noisy));
    let compare = |a, b, settings: IccSettings| settings.analyse(&[reading("a", a), reading("b", b)]).unwrap();
    let plain = IccSettings::default();
    let between = compare(&once, &other, plain);
    let estimate = between.rows()[1].icc.icc;
    assert!(estimate < 0.95 && between.rows()[1].icc.lower < estimate);
    // Not above itself; the lower limit is stricter.
    assert!(!compare(&once, &other, IccSettings { threshold: estimate, ..plain }).rows()[1].keep);
    let below = IccSettings { threshold: estimate - 1e-9, ..plain };
    assert!(compare(&once, &other, below).rows()[1].keep);
    let by_lower = compare(&once, &other, IccSettings { by: KeepBy::Lower, ..below });
    assert!(!by_lower.rows()[1].keep && by_lower.rows()[1].reason.starts_with("the lower limit"));

    let strict = IccSettings { threshold: 0.99, ..plain };
    let combined = CombinedIcc::new(vec![compare(&once, &again, strict), compare(&once, &other, strict)]);
    let [good, bad] = combined.rows() else { panic!() };
    assert!(good.keep && good.reason.is_empty());
    assert!(!bad.keep && bad.lowest == Some(1) && bad.reason.starts_with("comparison 2 (a, b): ICC "), "{bad:?}");
    assert_eq!(combined.selection().kept().collect::<Vec<_>>(), ["good"]);
    let mut text = Vec::new();
    combined.to_writer(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].ends_with(",keep,reason,cases,missing,comparison,icc_1,lower_1,upper_1,icc_2,lower_2,upper_2"));
    assert!(lines[1].ends_with(",1,1,1,1,1,1,1") && lines[2].contains(",20,0,2,1,1,1,"), "{text}");

    let alone = table(&[("good", &x[0])], &ids);
    let combined = CombinedIcc::new(vec![compare(&once, &again, strict), compare(&alone, &alone, strict)]);
    assert_eq!(combined.rows()[1].reason, "comparison 2 (a, b): not in its tables");
    assert_eq!(combined.rows()[1].lowest, None);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let ids: Vec<String> = (0..25).map(|i| format!("P{i}")).collect();
    let features: Vec<Vec<Vec<f64>>> = (0..40).map(|f| readings(f, 25, 3, if f % 2 == 0 { 0 } else { 12 })).collect();
    let names: Vec<String> = (0..features.len()).map(|f| format!("f{f}")).collect();
    let tables: Vec<FeatureTable> = (0..3)
        .map(|j| {
            let columns = features.iter().map(|f| f[j].clone()).collect();
            FeatureTable::new(ids.clone(), names.clone(), columns).unwrap()
        })
        .collect();
    let readings: Vec<Reading> = tables.iter().map(|table| Reading { name: "r", table }).collect();
    let text = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut out = Vec::new();
        pool.install(|| IccSettings::default().analyse(&readings)).unwrap().to_writer(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let one = text(1);
    assert_eq!(one, text(2));
    assert_eq!(one, text(5));
}
