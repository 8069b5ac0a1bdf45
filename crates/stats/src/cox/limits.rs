//! Standard errors and confidence limits of predicted survival curves.

use radsurv_data::SurvivalCurves;

use super::Ties;
use super::fit::{Design, Fit, Scaled};
use super::hazard::State;
use super::likelihood::Means;
use crate::distribution::Normal;
use crate::error::{Error, Result};
use crate::linear;
use crate::nonparametric::Limits;

/// Predicted curves with their errors: what [`baseline`](super::baseline) gives, and how sure it is.
///
/// The cumulative hazard of a case *x* is *H_x(t) = exp(η) H(t)*, and its variance
///
/// *exp(2η) (Σ_{s <= t} Σ_l W/d / D_l² + q(t)' V q(t))*, *q(t) = Σ_{s <= t} Σ_l (x - m_l(s)) W/d / D_l*,
///
/// with the sums *D_l* and means *m_l* over those at risk at *s* (as [`Baseline`](super::Baseline)), and the covariance *V* of
/// the coefficients. The first part is that of the events, the second that of the coefficients: it grows with the distance
/// of *x* from those at risk. The root of it is the standard error of *ln S*, of which [`Limits`] are made. As R's
/// `survfit.coxph` with `newdata`.
///
/// It knows the means of those at risk, who at the end are few: it is patient data, and is not saved.
///
/// Sources: Tsiatis: A large sample study of Cox's regression model, Annals of Statistics 9 (1981) 93-108; Therneau and Grambsch:
/// Modeling Survival Data (2000) 266-267 and section 10.2.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::cox::{CurveErrors, Design, FitSettings, fit};
/// use radsurv_stats::nonparametric::Limits;
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![true, true, false, true, true])?;
/// let columns = [&[3.0, 1.0, 2.0, 1.5, 1.2][..]];
/// let design = Design::new(&columns, &outcome);
/// let errors = CurveErrors::new(&design, &fit(&design, &FitSettings::default())?, None)?;
/// let curve = errors.of(&[1.5], 0.0, 0, &[2.5, 4.5], 0.95, Limits::LogLog)?;
/// assert!(curve[0].lower < curve[0].survival && curve[0].survival < curve[0].upper);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CurveErrors {
    strata: Vec<Sums>,
    coefficients: Vec<f64>,
    means: Vec<f64>,
    scales: Vec<f64>,
    /// Of the coefficients of columns in standard deviations.
    variance: Vec<f64>,
}

/// The sums until each event time of a stratum, the earliest first.
#[derive(Debug, Clone)]
struct Sums {
    stratum: usize,
    times: Vec<f64>,
    hazard: Vec<f64>,
    variance: Vec<f64>,
    /// Of the means times what the hazard rises by, a value per column at each time.
    means: Vec<f64>,
}

/// A point of a predicted curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictedPoint {
    /// When.
    pub time: f64,
    /// The probability of surviving longer.
    pub survival: f64,
    /// The standard error of its logarithm, and of the cumulative hazard.
    pub error: f64,
    /// The lower limit of survival; NaN where survival is 0.
    pub lower: f64,
    /// The upper limit; NaN where survival is 0.
    pub upper: f64,
}

impl CurveErrors {
    /// What a fit of this design is sure of. `robust` is the covariance of
    /// [`Residuals::robust_variance`](super::Residuals::robust_variance), if errors shall be of it.
    ///
    /// # Errors
    /// [`Error::Length`] if fit or `robust` are of other columns; as [`fit`](super::fit()) of columns that cannot be;
    /// [`Error::Overflow`] if *exp(η)* leaves the range of numbers.
    pub fn new(design: &Design, fit: &Fit, robust: Option<&[f64]>) -> Result<Self> {
        let p = fit.coefficients.len();
        if let Some(found) = robust.map(<[f64]>::len).filter(|found| *found != p * p) {
            return Err(Error::Length { column: 0, found, expected: p * p });
        }
        let ties = if fit.ties == Ties::Exact { Ties::Breslow } else { fit.ties };
        let Scaled { likelihood, means, scales } = Scaled::new(design, ties)?;
        let mut eta = fit.linear_predictors(design.columns)?;
        design.offset.iter().for_each(|offset| eta.iter_mut().zip(*offset).for_each(|(eta, o)| *eta += o));
        let sets = &likelihood.sets;
        let state = State::new(sets, &sets.sorted(&eta));
        if !state.log_likelihood.is_finite() {
            return Err(Error::Overflow { name: "cumulative hazard" });
        }
        let Means { all, own } = Means::new(&likelihood, &state);
        let of = |stratum: &super::risk_sets::Stratum| {
            let (mut hazard, mut variance, mut mean) = (0.0, 0.0, vec![0.0; p]);
            let mut sums = Sums {
                stratum: stratum.label,
                times: Vec::new(),
                hazard: Vec::new(),
                variance: Vec::new(),
                means: Vec::new(),
            };
            for g in stratum.groups.clone().rev() {
                let at = &state.hazards[g];
                let [c0, c1, _] = at.squares;
                hazard += at.all;
                variance += c0 / at.at_risk / at.at_risk;
                for (j, mean) in mean.iter_mut().enumerate() {
                    *mean += (c0 * all[j][g] - c1 * own[j][g]) / at.at_risk;
                }
                sums.times.push(sets.groups[g].time);
                sums.hazard.push(hazard);
                sums.variance.push(variance);
                sums.means.extend(&mean);
            }
            sums
        };
        let mut covariance = robust.unwrap_or(&fit.variance).to_vec();
        covariance.iter_mut().enumerate().for_each(|(at, v)| *v *= scales[at / p] * scales[at % p]);
        let strata = sets.strata.iter().map(of).collect();
        Ok(Self { strata, coefficients: fit.coefficients.clone(), means, scales, variance: covariance })
    }

    /// The curve of a case with these values of the columns and this offset, in this stratum (0 if there are none), with
    /// limits of this confidence (0.95 usually).
    ///
    /// # Errors
    /// [`Error::Length`] if there is not a value per column, [`Error::Missing`] or [`Error::Infinite`] at one;
    /// [`Error::UnknownStratum`] if no case of the stratum was fitted; [`Error::NotProbability`]; [`Error::Data`] if the times
    /// are not finite and ascending; [`Error::Overflow`] if the
    /// hazard of the case or its error leaves the range of numbers.
    pub fn of(
        &self,
        case: &[f64],
        offset: f64,
        stratum: usize,
        times: &[f64],
        confidence: f64,
        limits: Limits,
    ) -> Result<Vec<PredictedPoint>> {
        let p = self.coefficients.len();
        if case.len() != p {
            return Err(Error::Length { column: case.len().min(p), found: case.len(), expected: p });
        }
        for (column, value) in case.iter().enumerate() {
            linear::check(std::slice::from_ref(value), column, 1)?;
        }
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(Error::NotProbability { value: confidence });
        }
        SurvivalCurves::new(times.to_vec(), Vec::new())?;
        let z = Normal.upper_quantile((1.0 - confidence) / 2.0)?;
        let sums = self.strata.iter().find(|s| s.stratum == stratum).ok_or(Error::UnknownStratum { stratum })?;
        let distance: Vec<f64> = case.iter().zip(&self.means).map(|(x, mean)| x - mean).collect();
        let eta: f64 = self.coefficients.iter().zip(&distance).map(|(b, x)| b * x).sum();
        let factor = (eta + offset).exp();
        if !factor.is_finite() {
            return Err(Error::Overflow { name: "cumulative hazard" });
        }
        let scaled: Vec<f64> = distance.iter().zip(&self.scales).map(|(x, s)| x / s).collect();
        let point = |&time: &f64| {
            let Some(last) = sums.times.partition_point(|t| *t <= time).checked_sub(1) else {
                return PredictedPoint { time, survival: 1.0, error: 0.0, lower: 1.0, upper: 1.0 };
            };
            let means = &sums.means[last * p..(last + 1) * p];
            let q: Vec<f64> = scaled.iter().zip(means).map(|(x, mean)| x * sums.hazard[last] - mean).collect();
            let row = |j: usize| -> f64 { self.variance[j * p..(j + 1) * p].iter().zip(&q).map(|(v, q)| v * q).sum() };
            let of_coefficients: f64 = (0..p).map(|j| q[j] * row(j)).sum();
            let error = factor * (sums.variance[last] + of_coefficients).sqrt();
            let survival = (-sums.hazard[last] * factor).exp();
            let range = limits.around(survival, error, z);
            PredictedPoint { time, survival, error, lower: range.lower, upper: range.upper }
        };
        let curve: Vec<PredictedPoint> = times.iter().map(point).collect();
        let finite = curve.iter().all(|point| point.error.is_finite());
        if finite { Ok(curve) } else { Err(Error::Overflow { name: "cumulative hazard" }) }
    }
}
