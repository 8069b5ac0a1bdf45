//! Whether a new model says more than an old one: net reclassification and integrated discrimination improvement.
//!
//! Both models predict the probability of the event until the time *t*; *D* is the new less the old one. Cases have the event
//! until *t*, controls are without it at *t*; who is censored before is neither, and both measures say how they do without
//! knowing.
//!
//! | | |
//! |---|---|
//! | [`Nri`] | *P(up \| case) - P(down \| case)* and *P(down \| control) - P(up \| control)*, and their sum: whether risks move the right way, between categories or by any amount |
//! | [`Idi`] | the mean of *D* among cases less that among controls: by how much they move |
//!
//! # Censoring
//! [`NriBy::KaplanMeier`] (Pencina and others 2011): with *S* of all, *S_u* of those who move up,
//!
//! *P(up | case) = P(up) (1 - S_u(t)) / (1 - S(t))*, *P(up | control) = P(up) S_u(t) / S(t)*, and so for down.
//!
//! [`CaseWeights`] (Uno and others 2013): cases are weighted by the inverse probability *1 / G* of not being censored before
//! their event, controls alike; censoring must not depend on the risks.
//!
//! | [`CaseWeights`] | case | control | weight of a case |
//! |---|---|---|---|
//! | `Standard` | *T <= t* | *T > t* | *1 / G(T-)*, events before censorings at the same time |
//! | `AsNricens` | *T <= t* | *T > t* | *1 / G(T)*, `survfit` of the censorings |
//! | `AsSurvIdinri` | *T < t* | *T >= t* | *exp(H(T))*, *H* the cumulative hazard of censoring (Nelson and Aalen) |
//!
//! # What they are not
//! The total of the two parts of the NRI is no proportion, and weighs cases and controls as if they were equally many; look at
//! the parts. Neither measure is a test: of a useless marker added to a model that is fitted to the same cases both are
//! positive on average (Pepe and others 2015), so that there are limits here, by the bootstrap of the fixed predictions, and
//! no p-values. survIDINRI's limits have the fit of the Cox models in them (by perturbation); these have not.
//!
//! # Edge cases
//! - Nobody moves up or down: both parts are 0.
//! - Kaplan-Meier: nobody of those who move up (or down) is followed until *t*, and not all had the event: an error. nricens
//!   goes on with the last value of the curve. Take weights, or fewer categories.
//! - Weights of the cases count in all shares; entry times are refused.
//!
//! # Sources
//! Pencina, D'Agostino, D'Agostino, Vasan, *Statistics in Medicine* 27 (2008) 157-172. Pencina, D'Agostino, Steyerberg,
//! *Statistics in Medicine* 30 (2011) 11-21 (Kaplan-Meier p. 15). Uno, Tian, Cai, Kohane, Wei, *Statistics in Medicine* 32
//! (2013) 2430-2442. Pepe, Fan, Feng, Gerds, Hilden, *Statistics in Biosciences* 7 (2015) 282-295. R's nricens 1.6 and
//! survIDINRI 1.1-2.

mod idi;
mod nri;
mod table;
mod weights;

pub use idi::{DiscriminationSlope, Idi, IdiCurves, IdiSettings, Improvement};
pub use nri::{Nri, NriBy, NriSettings};
pub use table::{Change, ReclassificationTable};
pub use weights::CaseWeights;

use radsurv_data::Survival;
use radsurv_stats::bootstrap::Bootstrapped;

use crate::error::{Error, Result};
use crate::high_risk::no_entry;
use crate::input::{check_direction, check_probabilities, check_time};

/// The numbers of a bootstrap, all or none.
fn all_of(numbers: Vec<std::result::Result<Bootstrapped, String>>) -> Result<Vec<Bootstrapped>> {
    let all: std::result::Result<Vec<Bootstrapped>, String> = numbers.into_iter().collect();
    all.map_err(|message| Error::Stats(radsurv_stats::Error::Data { message }))
}

/// What both measures ask of two models' predictions.
fn check(old: &[f64], new: &[f64], outcome: &Survival, time: f64) -> Result<()> {
    no_entry("reclassification", outcome)?;
    check_probabilities("event probability by the old model", old, outcome)?;
    check_probabilities("event probability by the new model", new, outcome)?;
    check_time(time, outcome)?;
    [old, new].into_iter().try_for_each(|risk| check_direction(time, risk, outcome))
}
