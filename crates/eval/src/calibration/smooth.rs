//! A smooth curve of observed over predicted probabilities.

use radsurv_data::Survival;
use radsurv_stats::bootstrap::{Bootstrap, Bootstrapped};
use radsurv_stats::cox::{Baseline, CurveErrors, Design, Fit, FitSettings, Ties, fit};
use radsurv_stats::nonparametric::Limits;
use radsurv_stats::spline::RestrictedCubicSpline;
use radsurv_stats::summary::{mean, quantile_sorted};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::input::{check_direction, check_marker, check_plain, check_probabilities, check_time};

/// Probabilities beyond this and its complement are taken as these: their complementary log-log has no bound.
const NEAR: f64 = 1e-4;

/// *ln(-ln(1 - p))*, of *p* between 0.0001 and 0.9999.
pub(super) fn log_minus_log(p: f64) -> f64 {
    (-(-p.clamp(NEAR, 1.0 - NEAR)).ln_1p()).ln()
}

/// How a smooth calibration curve is fitted.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::calibration::SmoothSettings;
/// let times: Vec<f64> = (0..120).map(|i| 1.0 + f64::from(i * 37 % 120)).collect();
/// let p: Vec<f64> = times.iter().zip(0..).map(|(t, i)| 0.1 + 0.003 * (121.0 - t) + 0.003 * f64::from(i * 53 % 120)).collect();
/// let outcome = Survival::new(times, (0..120).map(|i| i % 4 != 0).collect())?;
/// let curve = SmoothSettings::default().fit(60.0, &p, &outcome)?;
/// assert!(curve.e50 <= curve.e90 && curve.e90 <= curve.emax && curve.ici <= curve.emax);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SmoothSettings {
    /// The number of knots of the spline: 3, as published; 4 or 5 for many events.
    pub knots: usize,
    /// The number of points of the curve, evenly between the lowest and the highest predicted probability; 100.
    pub points: usize,
    /// The confidence of its limits, 0.95.
    pub confidence: f64,
}

impl Default for SmoothSettings {
    fn default() -> Self {
        Self { knots: 3, points: 100, confidence: 0.95 }
    }
}

/// What is observed at a predicted probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationPoint {
    /// The predicted probability of an event.
    pub predicted: f64,
    /// What is observed where it is predicted.
    pub observed: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
}

/// A smooth calibration curve and its distances from the line; see the [module](super).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SmoothCalibration {
    /// The time.
    pub time: f64,
    /// The knots, on the scale of *ln(-ln(1 - p))*.
    pub knots: Vec<f64>,
    /// The curve, by ascending predicted probability.
    pub curve: Vec<CalibrationPoint>,
    /// What is observed at the predicted probability of each case.
    #[serde(skip)]
    pub observed: Vec<f64>,
    /// The integrated calibration index: the mean distance.
    pub ici: f64,
    /// The median distance.
    pub e50: f64,
    /// The 90th percentile of the distances.
    pub e90: f64,
    /// The largest distance.
    pub emax: f64,
    /// The number of predictions beyond 0.0001 or 0.9999, which were taken as these.
    pub curtailed: usize,
}

/// The distances from the line with bootstrap limits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SmoothLimits {
    /// The mean distance.
    pub ici: Bootstrapped,
    /// The median distance.
    pub e50: Bootstrapped,
    /// The 90th percentile of the distances.
    pub e90: Bootstrapped,
    /// The largest distance.
    pub emax: Bootstrapped,
}

/// The four distances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Distances {
    pub(super) ici: f64,
    pub(super) e50: f64,
    pub(super) e90: f64,
    pub(super) emax: f64,
}

/// A fitted spline of the predictions.
struct Fitted {
    spline: RestrictedCubicSpline,
    columns: Vec<Vec<f64>>,
    fit: Fit,
    hazard: f64,
}

impl Fitted {
    fn observed(&self, eta: f64) -> f64 {
        -f64::exp_m1(-self.hazard * eta.exp())
    }
}

impl SmoothSettings {
    /// The curve of predicted probabilities of an event until a time.
    ///
    /// # Errors
    /// [`Error::Cases`], [`Error::NotFinite`], [`Error::NotProbability`], [`Error::Constant`]; [`Error::Time`];
    /// [`Error::Direction`]; [`Error::Setting`] without points; [`Error::Stats`] of weights, late entry, confidence, knots (too
    /// few different predictions) and the fit; [`Error::Setting`] if the predictions order the cases perfectly.
    pub fn fit(&self, time: f64, event_probability: &[f64], outcome: &Survival) -> Result<SmoothCalibration> {
        self.check(time, event_probability, outcome)?;
        if self.points < 2 {
            let what = "a curve needs two at least";
            return Err(Error::Setting { name: "the number of points", value: self.points.to_string(), what });
        }
        let fitted = self.fitted(time, event_probability, outcome)?;
        let observed = observed(&fitted)?;
        let Distances { ici, e50, e90, emax } = distances(event_probability, &observed);
        let slices: Vec<&[f64]> = fitted.columns.iter().map(Vec::as_slice).collect();
        let errors = CurveErrors::new(&Design::new(&slices, outcome), &fitted.fit, None)?;
        let (low, high) = event_probability
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (p.min(low), p.max(high)));
        let point = |step: usize| {
            let share = step as f64 / (self.points - 1) as f64;
            let predicted = if step + 1 == self.points { high } else { low + share * (high - low) };
            let case = fitted.spline.basis(log_minus_log(predicted));
            let at = errors.of(&case, 0.0, 0, &[time], self.confidence, Limits::LogLog)?[0];
            // Survival rounds to 0: limits do not exist, and there is nothing between 1 and 1.
            let limit = |v: f64| if v.is_nan() { 1.0 - at.survival } else { 1.0 - v };
            Ok(CalibrationPoint {
                predicted,
                observed: 1.0 - at.survival,
                lower: limit(at.upper),
                upper: limit(at.lower),
            })
        };
        let curve = (0..self.points).map(point).collect::<Result<_>>()?;
        let curtailed = event_probability.iter().filter(|p| !(NEAR..=1.0 - NEAR).contains(*p)).count();
        let knots = fitted.spline.knots().to_vec();
        Ok(SmoothCalibration { time, knots, curve, observed, ici, e50, e90, emax, curtailed })
    }

    /// The distances with limits of bootstrap samples, for each of which the curve is fitted anew.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and [`Error::Stats`] of the settings of the bootstrap. Samples whose curve cannot be fitted are
    /// counted in the result.
    pub fn bootstrap(
        &self,
        time: f64,
        event_probability: &[f64],
        outcome: &Survival,
        bootstrap: &Bootstrap,
    ) -> Result<SmoothLimits> {
        self.check(time, event_probability, outcome)?;
        let of = |rows: &[usize]| {
            let p: Vec<f64> = rows.iter().map(|&i| event_probability[i]).collect();
            match self.distances(time, &p, &outcome.rows(rows)) {
                Ok(Distances { ici, e50, e90, emax }) => [ici, e50, e90, emax].map(Ok).into(),
                Err(error) => {
                    let message = error.to_string();
                    (0..4).map(|_| Err(message.clone())).collect::<Vec<std::result::Result<f64, String>>>()
                }
            }
        };
        // The whole first, for an error with its kind.
        self.distances(time, event_probability, outcome)?;
        let mut found = bootstrap
            .run(outcome.len(), None, of)?
            .into_iter()
            .map(|statistic| statistic.map_err(|what| Error::Stats(radsurv_stats::Error::Data { message: what })));
        let mut next = || {
            let missing = radsurv_stats::Error::TooFew { what: "the bootstrap of a curve", needed: 4, found: 0 };
            found.next().unwrap_or(Err(Error::Stats(missing)))
        };
        Ok(SmoothLimits { ici: next()?, e50: next()?, e90: next()?, emax: next()? })
    }

    /// The distances alone, without checks of the predictions.
    pub(super) fn distances(&self, time: f64, event_probability: &[f64], outcome: &Survival) -> Result<Distances> {
        check_time(time, outcome)?;
        let fitted = self.fitted(time, event_probability, outcome)?;
        Ok(distances(event_probability, &observed(&fitted)?))
    }

    fn check(&self, time: f64, event_probability: &[f64], outcome: &Survival) -> Result<()> {
        check_probabilities("event probability", event_probability, outcome)?;
        check_marker("event probability", event_probability, outcome)?;
        check_plain("a smooth calibration curve", outcome)?;
        check_time(time, outcome)?;
        check_direction(time, event_probability, outcome)
    }

    fn fitted(&self, time: f64, event_probability: &[f64], outcome: &Survival) -> Result<Fitted> {
        let scores: Vec<f64> = event_probability.iter().map(|p| log_minus_log(*p)).collect();
        let spline = RestrictedCubicSpline::of_values(&scores, self.knots)?;
        let columns = spline.columns(&scores);
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let fit = fit(&Design::new(&slices, outcome), &FitSettings::default())?;
        bounded(&fit)?;
        let baseline = Baseline::new(&fit.linear_predictors(&slices)?, outcome, None, Ties::Efron)?;
        let hazard = baseline.of(0).map_or(f64::NAN, |hazard| hazard.at(time));
        Ok(Fitted { spline, columns, fit, hazard })
    }
}

/// Refuses coefficients that grow without end.
pub(super) fn bounded(fit: &Fit) -> Result<()> {
    if fit.infinite.is_empty() {
        return Ok(());
    }
    let what =
        "the predictions order these cases perfectly, or nearly so; take more cases, or others than those of the fit";
    Err(Error::Setting { name: "the calibration slope", value: "without bound".to_string(), what })
}

fn observed(fitted: &Fitted) -> Result<Vec<f64>> {
    let eta = fitted.fit.linear_predictors(&fitted.columns)?;
    Ok(eta.iter().map(|eta| fitted.observed(*eta)).collect())
}

fn distances(predicted: &[f64], observed: &[f64]) -> Distances {
    let mut distances: Vec<f64> = predicted.iter().zip(observed).map(|(p, o)| (p - o).abs()).collect();
    let ici = mean(&distances);
    distances.sort_unstable_by(f64::total_cmp);
    let quantile = |p: f64| quantile_sorted(&distances, p);
    Distances { ici, e50: quantile(0.5), e90: quantile(0.9), emax: quantile(1.0) }
}
