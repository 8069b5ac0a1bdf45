//! Incident cases and dynamic controls: how a marker tells those who have the event *at* a time from those who have not yet.
//!
//! With a Cox model of the marker *m* with the coefficient *γ*, those at risk *R* at *t* and the *d* of them with the event
//! there (Heagerty and Zheng):
//!
//! *TP(c, t) = Σ_R e^{γ m_i} 1(γ m_i > c) / Σ_R e^{γ m_i}*, *FP(c, t)* the share of the *|R| - d* others with *γ m > c*,
//!
//! *AUC(t) = Σ_{i in R} Σ_{j in R, without event} e^{γ m_i} [1(γ m_i > γ m_j) + ½ 1(γ m_i = γ m_j)] / (Σ_R e^{γ m} (|R| - d))*.
//!
//! Their concordance up to a time *τ* is the mean of *AUC(t)* with the weights *2 f(t) S(t)* by Kaplan and Meier, scaled to the
//! sum 1 over event times until *τ*: the probability that of two cases the one with the larger *γ m* has the event first, given
//! that one happens until *τ*.
//!
//! Areas of all event times come from one pass back in time with sums by rank: *O(n log n)*.
//!
//! # Edge cases
//! - The order of risk is that of *γ m*: a marker with a negative coefficient is turned round, and its area is above one half.
//!   What the data say of the direction is in the [`coefficient`](IncidentAuc::coefficient).
//! - Equal markers count one half; risksetROC takes them in the order of the rows.
//! - At an event time at which all at risk have the event there are no controls, and no area: it is left out.
//! - Proportional hazards are assumed. No standard errors: take the bootstrap.
//! - Weights of cases and left truncation are refused.
//!
//! # Source
//! Heagerty and Zheng: Survival model predictive accuracy and ROC curves, *Biometrics* 61 (2005) 92-105 (equations p. 94-96,
//! weights p. 97). Numbers are those of risksetROC 1.0.4.1 with `method = "Cox"`, `weight = "rescale"`.

use radsurv_data::Survival;
use radsurv_stats::cox::{Design, FitSettings, fit};
use radsurv_stats::nonparametric::KaplanMeier;
use serde::Serialize;

use super::{by_time, plain};
use crate::error::{Error, Result};
use crate::input::check_marker;

/// The coefficient of the marker in its Cox model.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Coefficient {
    /// Fitted to the same cases, Efron's rule for ties.
    #[default]
    Fitted,
    /// Known: 1, if the marker is the linear predictor of a Cox model.
    Known(f64),
}

/// The incident area at an event time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct IncidentAt {
    /// The event time *t*.
    pub time: f64,
    /// *AUC(t)*.
    pub auc: f64,
    /// *S(t)*, Kaplan and Meier.
    pub survival: f64,
    /// The number of events at *t*.
    pub events: usize,
    /// The number of the others at risk.
    pub controls: usize,
}

/// Incident areas of a marker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IncidentAuc {
    /// The coefficient *γ*.
    pub coefficient: f64,
    /// At each event time that has controls, ascending.
    pub at: Vec<IncidentAt>,
}

impl IncidentAuc {
    /// The concordance up to a time: the mean with the weights *2 f S*.
    ///
    /// # Errors
    /// [`Error::Setting`] if no event time with an area and a weight is up to it.
    pub fn concordance(&self, until: f64) -> Result<f64> {
        let (mut sum, mut weights, mut before) = (0.0, 0.0, 1.0);
        for at in self.at.iter().take_while(|at| at.time <= until) {
            let weight = 2.0 * (before - at.survival) * at.survival;
            before = at.survival;
            sum += weight * at.auc;
            weights += weight;
        }
        if weights > 0.0 {
            return Ok(sum / weights);
        }
        let what = "no event happened until then with others still at risk: give a later time";
        Err(Error::Setting { name: "the last time of an incident concordance", value: until.to_string(), what })
    }
}

/// The incident areas of a marker at all event times.
///
/// # Errors
/// [`Error::Cases`], [`Error::NotFinite`], [`Error::Constant`] of the marker; [`Error::Stats`] without events, if the Cox model
/// cannot be fitted, and of weights and left truncation; [`Error::Setting`] if the coefficient is no number or infinite (the
/// marker separates those with events).
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::time_roc::incident::{Coefficient, incident_auc};
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, true])?;
/// let found = incident_auc(&[1.0, 0.0, 0.5, -1.0], &outcome, Coefficient::Known(1.0))?;
/// assert_eq!(found.at.iter().map(|at| (at.time, at.controls)).collect::<Vec<_>>(), [(1.0, 3), (2.0, 2)]);
/// assert!(found.concordance(4.0)? > 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn incident_auc(marker: &[f64], outcome: &Survival, coefficient: Coefficient) -> Result<IncidentAuc> {
    plain("incident AUC", outcome)?;
    check_marker("marker", marker, outcome)?;
    if outcome.events() == 0 {
        return Err(Error::Stats(radsurv_stats::Error::NoEvents { cases: outcome.len() }));
    }
    let coefficient = match coefficient {
        Coefficient::Known(known) => known,
        Coefficient::Fitted => {
            let columns = [marker];
            // Tight, so that the areas have as many digits as the model has.
            let settings = FitSettings { tolerance: 1e-14, ..FitSettings::default() };
            let model = fit(&Design::new(&columns, outcome), &settings)?;
            if model.infinite.is_empty() { model.coefficients[0] } else { f64::INFINITY }
        }
    };
    if !coefficient.is_finite() {
        let what = "the marker separates those with early events from the others, or the number given is none; give a known one";
        return Err(Error::Setting { name: "the coefficient of the marker", value: coefficient.to_string(), what });
    }
    let ranks = Ranks::new(marker, coefficient)?;
    let curve = KaplanMeier::of(outcome)?;
    let mut at = Vec::new();
    let (times, order) = (outcome.times(), by_time(outcome));
    let mut sums = Sums::new(ranks.count);
    for group in order.chunk_by(|a, b| times[*a as usize] == times[*b as usize]).rev() {
        group.iter().for_each(|&case| sums.add(ranks.of[case as usize], ranks.weight[case as usize]));
        let dead: Vec<usize> = group.iter().map(|&case| case as usize).filter(|&case| outcome.event()[case]).collect();
        let controls = sums.members - dead.len();
        if dead.is_empty() || controls == 0 {
            continue;
        }
        let without: f64 = dead.iter().map(|&case| sums.weight_above(ranks.of[case])).sum();
        let time = times[group[0] as usize];
        let auc = match sums.all >= SMALLEST {
            true => (sums.pairs - without) / (sums.all * controls as f64),
            false => ranks.area(outcome, time),
        };
        let auc = auc.clamp(0.0, 1.0);
        at.push(IncidentAt { time, auc, survival: curve.survival().at(time), events: dead.len(), controls });
    }
    at.reverse();
    Ok(IncidentAuc { coefficient, at })
}

/// Sums of weights below this have lost digits: those at risk are far below the largest of all.
const SMALLEST: f64 = 1e-280;

/// Places among the values of *γ m*, from 1, and *e^{γ m}* by its largest.
struct Ranks {
    eta: Vec<f64>,
    of: Vec<usize>,
    weight: Vec<f64>,
    count: usize,
}

impl Ranks {
    fn new(marker: &[f64], coefficient: f64) -> Result<Self> {
        let eta: Vec<f64> = marker.iter().map(|m| coefficient * m).collect();
        if let Some(row) = eta.iter().position(|eta| !eta.is_finite()) {
            let count = eta.iter().filter(|eta| !eta.is_finite()).count();
            return Err(Error::NotFinite { what: "coefficient times the marker", row, value: eta[row], count });
        }
        let largest = eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut order: Vec<usize> = (0..eta.len()).collect();
        order.sort_unstable_by(|a, b| eta[*a].total_cmp(&eta[*b]));
        let (mut of, mut count) = (vec![0; eta.len()], 0);
        for tie in order.chunk_by(|a, b| eta[*a] == eta[*b]) {
            count += 1;
            tie.iter().for_each(|&case| of[case] = count);
        }
        let weight = eta.iter().map(|eta| (eta - largest).exp()).collect();
        Ok(Self { eta, of, weight, count })
    }

    /// The area at an event time by its definition, with weights by the largest of those at risk.
    fn area(&self, outcome: &Survival, time: f64) -> f64 {
        let at_risk: Vec<usize> = (0..self.of.len()).filter(|&i| outcome.times()[i] >= time).collect();
        let largest = at_risk.iter().map(|&i| self.eta[i]).fold(f64::NEG_INFINITY, f64::max);
        let dead = |i: usize| outcome.event()[i] && outcome.times()[i] == time;
        let mut controls: Vec<usize> = at_risk.iter().copied().filter(|&i| !dead(i)).map(|i| self.of[i]).collect();
        controls.sort_unstable();
        let (mut sum, mut all) = (0.0, 0.0);
        for &i in &at_risk {
            let weight = (self.eta[i] - largest).exp();
            let below = controls.partition_point(|rank| *rank < self.of[i]);
            let equal = controls.partition_point(|rank| *rank <= self.of[i]) - below;
            sum += weight * (below as f64 + 0.5 * equal as f64);
            all += weight;
        }
        sum / (all * controls.len() as f64)
    }
}

/// Sums over those at risk by rank (Fenwick trees), and over their pairs.
struct Sums {
    weights: Vec<f64>,
    counts: Vec<f64>,
    own_weight: Vec<f64>,
    own_count: Vec<f64>,
    all: f64,
    members: usize,
    /// *Σ_i Σ_j e_i [1(i above j) + ½ 1(equal)]* of all *i*, *j* at risk.
    pairs: f64,
}

impl Sums {
    fn new(ranks: usize) -> Self {
        let zeros = || vec![0.0; ranks + 1];
        let (weights, counts, own_weight, own_count) = (zeros(), zeros(), zeros(), zeros());
        Self { weights, counts, own_weight, own_count, all: 0.0, members: 0, pairs: 0.0 }
    }

    fn add(&mut self, rank: usize, weight: f64) {
        let below = lower(&self.counts, rank) + 0.5 * self.own_count[rank];
        self.pairs += self.weight_above(rank) + weight * (below + 0.5);
        raise(&mut self.weights, rank, weight);
        raise(&mut self.counts, rank, 1.0);
        self.own_weight[rank] += weight;
        self.own_count[rank] += 1.0;
        self.all += weight;
        self.members += 1;
    }

    /// The weight of higher ranks and half of that of the same.
    fn weight_above(&self, rank: usize) -> f64 {
        (self.all - lower(&self.weights, rank) - 0.5 * self.own_weight[rank]).max(0.0)
    }
}

/// The sum over lower ranks.
fn lower(tree: &[f64], rank: usize) -> f64 {
    let (mut place, mut sum) = (rank - 1, 0.0);
    while place > 0 {
        sum += tree[place];
        place &= place - 1;
    }
    sum
}

fn raise(tree: &mut [f64], rank: usize, by: f64) {
    let mut place = rank;
    while let Some(sum) = tree.get_mut(place) {
        *sum += by;
        place += place & place.wrapping_neg();
    }
}
