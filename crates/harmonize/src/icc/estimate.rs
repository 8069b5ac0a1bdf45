//! The intraclass correlation with its test and limits, from mean squares.

use radsurv_stats::distribution::FisherF;

use super::form::IccForm;
use super::mean_squares::MeanSquares;
use crate::error::{Error, Result};

/// An intraclass correlation, its *F* test of "no correlation" and its confidence limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Icc {
    /// Its form.
    pub form: IccForm,
    /// The estimate, at most 1; NaN if it is undefined, see `reason`.
    pub icc: f64,
    /// The *F* statistic; infinite if readings agree perfectly.
    pub f: f64,
    /// Degrees of freedom of its numerator.
    pub df1: f64,
    /// Degrees of freedom of its denominator.
    pub df2: f64,
    /// The probability of such an *F* or a larger one without correlation.
    pub p: f64,
    /// The lower confidence limit; -infinity for a *k* form that is not bounded below.
    pub lower: f64,
    /// The upper confidence limit.
    pub upper: f64,
    /// Why something is NaN; empty if nothing is.
    pub reason: String,
}

impl Icc {
    /// An intraclass correlation that is undefined, and why.
    pub fn undefined(form: IccForm, reason: impl Into<String>) -> Self {
        let nan = f64::NAN;
        Self { form, icc: nan, f: nan, df1: nan, df2: nan, p: nan, lower: nan, upper: nan, reason: reason.into() }
    }
}

impl MeanSquares {
    /// The intraclass correlation of a form, with two-sided limits of this confidence (0.95).
    ///
    /// # Errors
    /// [`Error::Setting`] if the confidence is not between 0 and 1.
    ///
    /// # Example
    /// Shrout and Fleiss (1979), Table 4:
    /// ```
    /// # use radsurv_harmonize::icc::{IccForm, MeanSquares};
    /// # let judges: [&[f64]; 4] = [
    /// #     &[9.0, 6.0, 8.0, 7.0, 10.0, 6.0], &[2.0, 1.0, 4.0, 1.0, 5.0, 2.0],
    /// #     &[5.0, 3.0, 6.0, 2.0, 6.0, 4.0], &[8.0, 2.0, 8.0, 6.0, 9.0, 7.0],
    /// # ];
    /// let squares = MeanSquares::of(&judges).unwrap();
    /// for (form, published) in IccForm::ALL.into_iter().zip([0.17, 0.29, 0.71, 0.44, 0.62, 0.91]) {
    ///     assert!((squares.icc(form, 0.95)?.icc - published).abs() < 0.005);
    /// }
    /// # Ok::<(), radsurv_harmonize::Error>(())
    /// ```
    pub fn icc(&self, form: IccForm, confidence: f64) -> Result<Icc> {
        check_confidence(confidence)?;
        let [df1, df_within, _, df_residual] = self.degrees_of_freedom();
        let (between, k) = (self.between, self.reading_count as f64);
        let one_way = matches!(form, IccForm::Icc1 | IccForm::Icc1k);
        let (error, df2) = if one_way { (self.within, df_within) } else { (self.residual, df_residual) };
        if !(df1 > 0.0 && df2 > 0.0) {
            return Ok(Icc::undefined(form, "there are fewer than two cases or two readings"));
        }
        if between == 0.0 && error == 0.0 {
            let what = if self.within == 0.0 { "all readings are equal" } else { "all cases are equal" };
            return Ok(Icc::undefined(form, what));
        }
        let n = self.case_count as f64;
        let excess = self.readings - self.residual;
        let denominator = match form {
            IccForm::Icc1 | IccForm::Icc3 => between + (k - 1.0) * error,
            IccForm::Icc2 => between + (k - 1.0) * error + k * excess / n,
            IccForm::Icc1k | IccForm::Icc3k => between,
            IccForm::Icc2k => between + excess / n,
        };
        if denominator.is_nan() || denominator <= 0.0 {
            let what = "the variance of what is to be measured is estimated as not positive";
            return Ok(Icc::undefined(form, what));
        }
        let icc = (between - error) / denominator;
        let f = between / error;
        let quantile = 0.5 + 0.5 * confidence;
        let limits = match form {
            IccForm::Icc2 | IccForm::Icc2k => self.agreement_limits(quantile),
            _ => exact_limits(between, error, df1, df2, k, quantile, matches!(form, IccForm::Icc1k | IccForm::Icc3k)),
        };
        let (limits, reason) = match limits {
            Some(limits) if form == IccForm::Icc2k => (limits.map(|l| spearman_brown(l, k)), String::new()),
            Some(limits) => (limits, String::new()),
            None => ([f64::NAN; 2], "the limits have no degrees of freedom".to_string()),
        };
        let p = FisherF::new(df1, df2).map_or(f64::NAN, |distribution| distribution.upper(f));
        Ok(Icc { form, icc, f, df1, df2, p, lower: limits[0], upper: limits[1], reason })
    }

    /// The limits of form 2, with Satterthwaite's degrees of freedom. They are written with mean squares in place of
    /// their ratios, which are infinite without residual.
    fn agreement_limits(&self, quantile: f64) -> Option<[f64; 2]> {
        let [df1, _, df_readings, _] = self.degrees_of_freedom();
        let Self { between, readings, residual, .. } = *self;
        let (n, k) = (self.case_count as f64, self.reading_count as f64);
        if residual == 0.0 && readings == 0.0 {
            return Some([1.0; 2]);
        }
        let rho = (between - residual) / (between + (k - 1.0) * residual + k * (readings - residual) / n);
        // Only their ratio counts: it keeps the squares in range.
        let (a, b) = (k * rho * readings, (n * (1.0 + (k - 1.0) * rho) - k * rho) * residual);
        let largest = a.abs().max(b.abs());
        let (a, b) = (a / largest, b / largest);
        let v = df_readings * df1 * (a + b) * (a + b) / (df1 * a * a + b * b);
        let low = FisherF::new(df1, v).ok()?.quantile(quantile).ok()?;
        let high = FisherF::new(v, df1).ok()?.quantile(quantile).ok()?;
        let rest = k * readings + (k * n - k - n) * residual;
        let lower = if low.is_infinite() {
            // The limit of the formula for a quantile beyond the range of numbers.
            -n * residual / rest
        } else {
            n * (between - low * residual) / (low * rest + n * between)
        };
        let upper =
            if high.is_infinite() { 1.0 } else { n * (high * between - residual) / (rest + n * high * between) };
        Some([lower, upper])
    }
}

/// The limits of forms 1 and 3.
fn exact_limits(
    between: f64,
    error: f64,
    df1: f64,
    df2: f64,
    k: f64,
    quantile: f64,
    of_means: bool,
) -> Option<[f64; 2]> {
    let low = FisherF::new(df1, df2).ok()?.quantile(quantile).ok()? * error;
    let high = FisherF::new(df2, df1).ok()?.quantile(quantile).ok()? * between;
    Some(if of_means {
        [1.0 - low / between, 1.0 - error / high]
    } else {
        [(between - low) / (between + (k - 1.0) * low), (high - error) / (high + (k - 1.0) * error)]
    })
}

/// The reliability of the mean of `k` readings from that of one; -infinity where there is none.
fn spearman_brown(single: f64, k: f64) -> f64 {
    let denominator = 1.0 + (k - 1.0) * single;
    if denominator > 0.0 { k * single / denominator } else { f64::NEG_INFINITY }
}

pub(super) fn check_confidence(confidence: f64) -> Result<()> {
    if confidence > 0.0 && confidence < 1.0 {
        return Ok(());
    }
    let what = "give a number between 0 and 1: 0.95";
    Err(Error::Setting { name: "the confidence", value: confidence.to_string(), what })
}
