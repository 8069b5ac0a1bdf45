//! Cox's proportional hazards model: the one partial likelihood of all that need it.
//!
//! Case *i* has the hazard *h_i(t) = h_0(t) exp(η_i)*, *η_i = o_i + Σ_j β_j x_ij*, with an offset *o* (usually none) and a
//! baseline hazard *h_0*, one per stratum. With weights *w*, and over the event times *t* of all strata, where *R* are those
//! at risk (*entry < t <= time*), the *d* events *E* have the weight *W*, and *r_i = w_i exp(η_i)*:
//!
//! | [`Ties`] | log partial likelihood: *Σ_t Σ_E w_i η_i* less | in R |
//! |---|---|---|
//! | `Breslow` | *W ln Σ_R r* | `ties = "breslow"` |
//! | `Efron` (default) | *(W/d) Σ_{l<d} ln (Σ_R r - (l/d) Σ_E r)* | `ties = "efron"` |
//! | `Exact` | *ln Σ_{subsets of d of R} Π r*, without weights | `ties = "exact"` |
//!
//! Without ties they are the same. Exact is that of times that are discrete by nature; its work grows with *d*.
//!
//! | | what |
//! |---|---|
//! | [`fit()`] | coefficients, their covariance, likelihoods; Firth's penalty |
//! | [`Fit::summary`] | hazard ratios with limits; Wald, score and likelihood ratio tests |
//! | [`Univariable`] | models of one column each, of many columns, fast |
//! | [`Residuals`] | martingale, deviance, score, Schoenfeld, dfbeta; robust variance |
//! | [`proportional_hazards`] | whether coefficients change with time |
//! | [`baseline`] | cumulative baseline hazards, also of any score; survival curves |
//! | [`CurveErrors`] | standard errors and limits of the curves of new cases |
//! | [`PartialLikelihood`] | likelihood, gradient and information at any coefficients |
//! | [`RiskSets`] | likelihood and derivatives at any linear predictor: for penalised and boosted models |
//!
//! # Edge cases
//! - No event is an error; one event time is not (it is in radsurv-survival, where curves are wanted).
//! - Columns that are constant or depend on others, also if only within the sets at risk, are errors that name them.
//! - Separation: [`Fit::infinite`] names columns whose coefficients grow without end.
//! - Cases with a weight of 0 are left out of everything.
//! - With late entry sums over those at risk only add, so that a case of enormous risk that leaves takes no digits along.
//!
//! # Sources
//! Cox: Partial likelihood, Biometrika 62 (1975) 269-276. Efron: The efficiency of Cox's likelihood function for censored
//! data, Journal of the American Statistical Association 72 (1977) 557-565 (ties: p. 562). Therneau and Grambsch: Modeling
//! Survival Data (2000), chapter 3. Numbers are those of R's survival 3.5-3.

pub mod baseline;
mod exact;
mod firth;
mod fit;
mod hazard;
mod intervals;
mod likelihood;
mod limits;
mod newton;
mod partial;
mod residuals;
mod risk_sets;
mod summary;
mod univariable;
mod zph;

use serde::{Deserialize, Serialize};

pub use baseline::{Baseline, StratumBaseline};
pub use fit::{Design, Fit, FitSettings, Penalty, fit};
pub use hazard::{LANES, State};
pub use likelihood::Evaluation;
pub use limits::{CurveErrors, PredictedPoint};
pub use partial::PartialLikelihood;
pub use residuals::{Residuals, Schoenfeld};
pub use risk_sets::RiskSets;
pub use summary::{Coefficient, Summary};
pub use univariable::{Univariable, UnivariableFit};
pub use zph::{ProportionalHazards, TimeTransform, proportional_hazards};

/// How events of the same time are counted; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ties {
    /// As if all were at risk until the last of them: simple, and too small effects if there are many.
    Breslow,
    /// As the mean over their orders, nearly: the best of the simple ones.
    #[default]
    Efron,
    /// As one draw of all of them: for times that are discrete.
    Exact,
}
