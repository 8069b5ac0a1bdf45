//! Variance components of cases and readings when readings are missing.
//!
//! The model is *x_ij = μ + a_i + b_j + e_ij* with independent normal effects of the cases (variance *σ²_cases*), of the
//! readings (*σ²_readings*) and residuals (*σ²*), and any of the *x_ij* missing. Its variances are estimated by restricted
//! maximum likelihood (REML; Patterson and Thompson, *Biometrika* 58, 1971, 545-554), as `lme4::lmer(x ~ 1 + (1 | case) +
//! (1 | reading))` does, which R's psych uses. A variance whose likelihood is largest at 0 is 0.
//!
//! With the ratios *t_1 = σ²_cases / σ²* and *t_2 = σ²_readings / σ²*, *V = I + t_1 Z_1 Z_1' + t_2 Z_2 Z_2'*, *N* readings,
//! and *R = min_μ (x - μ)' V⁻¹ (x - μ)*, the criterion that is minimised over *t_1, t_2 >= 0* is
//!
//! *ln |V| + ln (1' V⁻¹ 1) + (N - 1) (1 + ln (2 π R / (N - 1)))*, and *σ² = R / (N - 1)*.
//!
//! The effects of the cases are eliminated first (Henderson's equations; each case is a row of its own), which leaves a
//! *k* x *k* matrix. What it needs of the cases are sums over those with the same number of readings, computed once, so
//! that a step costs *O(k³)* whatever the number of cases (`likelihood`). The minimum is found by a Newton method with
//! exact derivatives from the best point of a grid (`minimise`).

mod likelihood;
mod minimise;

use super::mean_squares::MeanSquares;
use likelihood::Crossed;
use minimise::minimise;

/// The estimated variances of cases, readings and residual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VarianceComponents {
    /// Of the cases.
    pub cases: f64,
    /// Of the readings: of readers' offsets.
    pub readings: f64,
    /// Residual.
    pub residual: f64,
    /// The REML criterion at the estimate, -2 ln L: lme4's `REMLcrit`.
    pub criterion: f64,
}

impl VarianceComponents {
    /// The mean squares that these variances stand for with so many cases and readings, as psych has them: *B = k
    /// σ²_cases + σ²*, *J = n σ²_readings + σ²*, *W = σ²_readings + σ²*, *E = σ²*.
    pub fn mean_squares(&self, cases: usize, readings: usize) -> MeanSquares {
        MeanSquares {
            between: readings as f64 * self.cases + self.residual,
            within: self.readings + self.residual,
            readings: cases as f64 * self.readings + self.residual,
            residual: self.residual,
            case_count: cases,
            reading_count: readings,
        }
    }
}

/// Estimates the variance components of readings of which some are missing (NaN): `readings[j][i]` is reading `j` of
/// case `i`. Cases without any reading are left out.
///
/// # Errors
/// Why there is no estimate: fewer than two readings or cases with values, a reading without any, an infinite value, no
/// case with two readings, or values that leave no residual variance (then the likelihood has no maximum).
///
/// # Example
/// ```
/// use radsurv_harmonize::icc::mixed::variance_components;
/// let readings = [[9.0, 6.0, 8.0, f64::NAN], [2.0, 1.0, 4.0, 1.0], [5.0, f64::NAN, 6.0, 2.0]];
/// let found = variance_components(&readings)?;
/// // R: VarCorr(lme4::lmer(x ~ 1 + (1 | case) + (1 | reading))), and REMLcrit
/// assert!((found.cases - 2.0372186).abs() < 1e-5 && (found.readings - 6.7575013).abs() < 1e-5);
/// assert!((found.residual - 0.7616475).abs() < 1e-5 && (found.criterion - 38.08954276).abs() < 1e-7);
/// # Ok::<(), String>(())
/// ```
pub fn variance_components<R: AsRef<[f64]>>(readings: &[R]) -> Result<VarianceComponents, String> {
    let readings: Vec<&[f64]> = readings.iter().map(AsRef::as_ref).collect();
    let model = Crossed::new(&readings)?;
    let [t1, t2] = minimise(&model)?;
    let at = model.at(t1, t2).ok_or("the likelihood of the readings cannot be computed")?;
    let residual = at.residual_variance;
    let unit = model.unit * model.unit;
    Ok(VarianceComponents {
        cases: t1 * residual * unit,
        readings: t2 * residual * unit,
        residual: residual * unit,
        criterion: at.criterion + (model.count - 1.0) * unit.ln(),
    })
}
