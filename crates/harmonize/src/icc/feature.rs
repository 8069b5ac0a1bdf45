//! One feature: complete readings by the analysis of variance, others as the settings say.

use super::estimate::Icc;
use super::form::IccForm;
use super::mean_squares::MeanSquares;
use super::mixed::variance_components;
use super::table::Missing;
use crate::error::Result;

/// The intraclass correlation of one feature, and of how much it is.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureIcc {
    /// The intraclass correlation.
    pub icc: Icc,
    /// The number of cases that had a part in it.
    pub cases: usize,
    /// The number of their readings that are missing.
    pub missing: usize,
}

/// The intraclass correlation of readings, of which some may be missing (NaN): `readings[j][i]` is reading `j` of case `i`.
/// All that makes it undefined is a reason in the result.
///
/// # Errors
/// [`Error::Setting`](crate::Error::Setting) if the confidence is not between 0 and 1.
///
/// # Example
/// ```
/// use radsurv_harmonize::icc::{IccForm, Missing, icc};
/// let readings = [[9.0, 6.0, 8.0, f64::NAN], [9.5, 6.0, 7.0, 1.0], [9.0, f64::NAN, 8.0, 2.0]];
/// let mixed = icc(&readings, IccForm::Icc2, 0.95, Missing::Mixed)?;
/// assert_eq!((mixed.cases, mixed.missing), (4, 2));
/// assert!(mixed.icc.icc > 0.9);
/// let complete = icc(&readings, IccForm::Icc2, 0.95, Missing::Omit)?;
/// assert_eq!((complete.cases, complete.missing), (2, 0));
/// # Ok::<(), radsurv_harmonize::Error>(())
/// ```
pub fn icc<R: AsRef<[f64]>>(readings: &[R], form: IccForm, confidence: f64, missing: Missing) -> Result<FeatureIcc> {
    super::estimate::check_confidence(confidence)?;
    let readings: Vec<&[f64]> = readings.iter().map(AsRef::as_ref).collect();
    let n = readings.first().map_or(0, |r| r.len());
    let nothing = |cases, reason: &str| FeatureIcc { icc: Icc::undefined(form, reason), cases, missing: 0 };
    if readings.len() < 2 || readings.iter().any(|r| r.len() != n) {
        return Ok(nothing(0, "there are fewer than two readings, or they differ in their number of cases"));
    }
    let wanted = match missing {
        Missing::Omit => readings.len(),
        Missing::Mixed => 1,
    };
    let present = |i: usize| readings.iter().filter(|r| !r[i].is_nan()).count();
    let cases: Vec<usize> = (0..n).filter(|&i| present(i) >= wanted).collect();
    if cases.len() < 2 {
        let which = if missing == Missing::Omit { "all readings" } else { "a reading" };
        return Ok(nothing(cases.len(), &format!("{} of the cases have {which}, two are needed", cases.len())));
    }
    let gone: usize = cases.iter().map(|&i| readings.len() - present(i)).sum();
    let unit = unit(&readings);
    let chosen = |r: &&[f64]| -> Vec<f64> { cases.iter().map(|&i| r[i] / unit).collect() };
    let values: Vec<Vec<f64>> = readings.iter().map(chosen).collect();
    let squares = if gone == 0 {
        MeanSquares::of(&values).ok_or_else(|| "a reading is infinite".to_string())
    } else if let Some(squares) = of_equal_readings(&values) {
        Ok(squares)
    } else {
        variance_components(&values).map(|found| found.mean_squares(cases.len(), readings.len()))
    };
    let icc = match squares {
        Ok(squares) => squares.icc(form, confidence)?,
        Err(reason) => Icc::undefined(form, reason),
    };
    Ok(FeatureIcc { icc, cases: cases.len(), missing: gone })
}

/// What to divide values by so that their squares stay in range: 1 for all but the most extreme ones.
fn unit(readings: &[&[f64]]) -> f64 {
    let largest =
        readings.iter().flat_map(|r| r.iter()).filter(|v| v.is_finite()).fold(0.0, |m: f64, v| m.max(v.abs()));
    if largest == 0.0 || (1e-100..1e100).contains(&largest) { 1.0 } else { largest }
}

/// The mean squares of readings that are equal within each case, as far as they are there, and differ between cases:
/// their likelihood has no maximum, but that they agree is plain. None if they are not of that kind.
fn of_equal_readings(values: &[Vec<f64>]) -> Option<MeanSquares> {
    let n = values.first()?.len();
    let mut firsts = Vec::with_capacity(n);
    let mut repeated = false;
    for i in 0..n {
        let mut of_case = values.iter().map(|r| r[i]).filter(|v| !v.is_nan());
        let first = of_case.next()?;
        for other in of_case {
            if other != first || other.is_infinite() {
                return None;
            }
            repeated = true;
        }
        firsts.push(first);
    }
    let between = radsurv_stats::summary::variance(&firsts) * values.len() as f64;
    let differ = firsts.iter().any(|v| *v != firsts[0]);
    let every_reading = values.iter().all(|r| r.iter().any(|v| !v.is_nan()));
    (repeated && differ && every_reading && between.is_finite() && between > 0.0).then_some(MeanSquares {
        between,
        within: 0.0,
        readings: 0.0,
        residual: 0.0,
        case_count: n,
        reading_count: values.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    fn of(readings: &[&[f64]], form: IccForm) -> FeatureIcc {
        icc(readings, form, 0.95, Missing::Mixed).unwrap()
    }

    #[test]
    fn equal_readings_have_an_icc_of_one() {
        let complete: [&[f64]; 3] = [&[0.1, 0.7, 0.3]; 3];
        let partly: [&[f64]; 3] = [&[0.1, 0.7, NAN, 5.0], &[0.1, NAN, 0.3, 5.0], &[NAN, 0.7, 0.3, NAN]];
        for readings in [complete, partly] {
            for form in IccForm::ALL {
                let found = of(&readings, form).icc;
                assert_eq!([found.icc, found.lower, found.upper, found.p], [1.0, 1.0, 1.0, 0.0], "{form}");
                assert_eq!(found.f, f64::INFINITY);
                assert_eq!(found.reason, "");
            }
        }
    }

    #[test]
    fn offsets_of_readers_alone_count_for_agreement_only() {
        let readings: [&[f64]; 3] = [&[1.0, 2.0, 4.0, 8.0], &[3.0, 4.0, 6.0, 10.0], &[2.0, 3.0, 5.0, 9.0]];
        let consistency = of(&readings, IccForm::Icc3).icc;
        assert_eq!([consistency.icc, consistency.lower, consistency.upper], [1.0; 3]);
        let agreement = of(&readings, IccForm::Icc2).icc;
        assert!(agreement.icc > 0.8 && agreement.icc < 1.0);
        assert!(agreement.lower < agreement.icc && agreement.icc < agreement.upper && agreement.upper < 1.0);
        // The limit as the residual goes to 0.
        let nearly: [&[f64]; 3] = [&[1.0, 2.0, 4.0, 8.0], &[3.0, 4.0, 6.0, 10.0], &[2.0, 3.0, 5.0, 9.0 + 1e-7]];
        let nearly = of(&nearly, IccForm::Icc2).icc;
        assert!((nearly.lower - agreement.lower).abs() < 1e-6 && (nearly.upper - agreement.upper).abs() < 1e-6);
    }

    #[test]
    fn what_is_undefined_has_its_reason() {
        let reason = |readings: &[&[f64]], form| {
            let found = of(readings, form).icc;
            assert!(found.icc.is_nan() && found.lower.is_nan() && found.p.is_nan());
            found.reason
        };
        use IccForm::*;
        assert_eq!(reason(&[&[0.1; 5] as &[f64]; 3], Icc1), "all readings are equal");
        assert_eq!(reason(&[&[0.1, NAN, 0.1], &[0.1; 3]], Icc2), "all readings are equal");
        assert_eq!(reason(&[&[0.1; 5], &[0.3; 5]], Icc2), "all cases are equal");
        assert_eq!(of(&[&[0.1; 5], &[0.3; 5]], Icc1).icc.icc, -1.0);
        assert_eq!(reason(&[&[1.0, f64::INFINITY], &[1.0, 2.0]], Icc2), "a reading is infinite");
        assert_eq!(reason(&[&[1.0, f64::INFINITY, 3.0], &[1.0, NAN, 2.0]], Icc2), "a reading is infinite");
        assert_eq!(reason(&[&[1.0, NAN, 2.0], &[NAN, 3.0, NAN]], Icc2), "no case has two readings");
        assert_eq!(reason(&[&[1.0, 5.0, 2.0], &[NAN; 3]], Icc2), "reading 2 has no value");
        assert_eq!(reason(&[&[1.0, NAN], &[NAN, NAN]], Icc2), "1 of the cases have a reading, two are needed");
        assert!(reason(&[&[1.0, 2.0]], Icc2).starts_with("there are fewer than two readings"));
        // Two readings of three values: offsets and cases explain all.
        assert!(reason(&[&[1.0, 5.0, 7.0], &[2.0, 6.0, NAN]], Icc2).contains("no residual variance"));
        // psych: 4.157 of these.
        let above_one: [&[f64]; 2] = [&[17.0, 31.0], &[28.0, 25.0]];
        let of_mean = of(&above_one, Icc2k).icc;
        assert!(of_mean.icc.is_nan() || of_mean.icc <= 1.0, "{of_mean:?}");
    }

    #[test]
    fn two_cases_and_negative_estimates() {
        let found = of(&[&[1.0, 9.0], &[2.0, 8.0]], IccForm::Icc2).icc;
        assert!(found.icc > 0.9 && found.df1 == 1.0 && found.df2 == 1.0 && found.upper <= 1.0);
        let found = of(&[&[1.0, 9.0, 5.0], &[9.0, 1.0, 6.0]], IccForm::Icc3).icc;
        assert!(found.icc < -0.5 && found.lower >= -1.0, "{found:?}");
    }

    #[test]
    fn extreme_values_keep_their_squares_in_range() {
        let plain = of(&[&[1.0, 9.0, 5.0], &[2.0, 8.0, 6.0]], IccForm::Icc2).icc;
        for unit in [1e-200, 1e200] {
            let scaled: Vec<Vec<f64>> =
                [[1.0, 9.0, 5.0], [2.0, 8.0, 6.0]].iter().map(|r| r.iter().map(|v| v * unit).collect()).collect();
            let found = icc(&scaled, IccForm::Icc2, 0.95, Missing::Mixed).unwrap().icc;
            assert!((found.icc - plain.icc).abs() < 1e-14 && (found.lower - plain.lower).abs() < 1e-13);
        }
    }

    #[test]
    fn impossible_confidence_is_refused() {
        for confidence in [0.0, 1.0, 95.0, NAN] {
            assert!(icc(&[[1.0, 2.0], [1.0, 3.0]], IccForm::Icc2, confidence, Missing::Mixed).is_err());
        }
    }
}
