//! Doses of different fractionation made comparable by the linear-quadratic model.
//!
//! Fowler: The linear-quadratic formula and progress in fractionated radiotherapy. British Journal of Radiology 62 (1989)
//! 679-694. Tumours mostly are given α/β = 10 Gy, late reacting tissue 3 Gy. Repopulation and incomplete repair are left
//! out; above some 6 to 8 Gy per fraction the model is disputed.

use crate::error::{Error, Result};

/// Biologically effective dose in Gy of `n` equal fractions of `d` Gy: `BED = n d (1 + d / (α/β))`.
///
/// With a total dose `D` in `n` fractions, `d = D / n`. Treatments one after the other (external beam and brachytherapy)
/// add up in BED.
///
/// # Errors
/// [`Error::NotPositive`] if a value is not positive and finite, [`Error::Overflow`] if the result is not finite.
///
/// # Example
/// ```
/// use radsurv_stats::dose::bed;
/// // 50.4 Gy in 28 fractions at α/β = 10 Gy
/// assert!((bed(28, 50.4 / 28.0, 10.0)? - 59.472).abs() < 1e-12);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn bed(fractions: u32, dose_per_fraction_gy: f64, alpha_beta_gy: f64) -> Result<f64> {
    positive("number of fractions", f64::from(fractions), "number")?;
    positive("dose per fraction", dose_per_fraction_gy, "dose in Gy")?;
    positive("alpha/beta ratio", alpha_beta_gy, "ratio in Gy")?;
    let bed = f64::from(fractions) * dose_per_fraction_gy * (1.0 + dose_per_fraction_gy / alpha_beta_gy);
    finite("biologically effective dose", bed)
}

/// Dose in Gy that, given in fractions of 2 Gy, has the same effect: `EQD2 = BED / (1 + 2 / (α/β))`, where `BED` is
/// [`bed`]'s. With fractions of 2 Gy it is the total dose.
///
/// # Errors
/// As [`bed`].
///
/// # Example
/// ```
/// use radsurv_stats::dose::eqd2;
/// // 4 x 7 Gy of brachytherapy at α/β = 10 Gy
/// assert!((eqd2(4, 7.0, 10.0)? - 39.666_666_666_666_67).abs() < 1e-12);
/// assert!(eqd2(0, 7.0, 10.0).unwrap_err().to_string().contains("number of fractions is 0"));
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn eqd2(fractions: u32, dose_per_fraction_gy: f64, alpha_beta_gy: f64) -> Result<f64> {
    let bed = bed(fractions, dose_per_fraction_gy, alpha_beta_gy)?;
    finite("dose in fractions of 2 Gy", bed / (1.0 + 2.0 / alpha_beta_gy))
}

fn positive(name: &'static str, value: f64, unit: &'static str) -> Result<()> {
    if value.is_finite() && value > 0.0 { Ok(()) } else { Err(Error::NotPositive { name, value, unit }) }
}

fn finite(name: &'static str, value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(Error::Overflow { name }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn impossible_doses_are_refused() {
        for bad in [0.0, -2.0, f64::NAN, f64::INFINITY] {
            assert!(bed(5, bad, 10.0).is_err() && bed(5, 2.0, bad).is_err());
            assert!(eqd2(5, bad, 10.0).is_err() && eqd2(5, 2.0, bad).is_err());
        }
        assert_eq!(bed(2, 1e200, 10.0), Err(Error::Overflow { name: "biologically effective dose" }));
        assert!(eqd2(2, 2.0, 1e-310).is_err());
    }

    proptest! {
        #[test]
        fn fractions_of_2_gy_are_their_total(n in 1u32..60, ratio in 0.5..20.0) {
            let total = 2.0 * f64::from(n);
            prop_assert!((eqd2(n, 2.0, ratio).unwrap() - total).abs() <= 1e-12 * total);
        }

        #[test]
        fn fewer_fractions_of_the_same_total_have_more_effect(n in 2u32..60, total in 1.0..100.0, ratio in 0.5..20.0) {
            let of = |n: u32| bed(n, total / f64::from(n), ratio).unwrap();
            prop_assert!(of(n - 1) > of(n) && of(n) > total);
        }
    }
}
