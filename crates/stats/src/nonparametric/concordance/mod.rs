//! Concordance: how often the case of higher risk has the event first.
//!
//! Two cases can be compared if one has the event at *T_i* and the other is known to be without it longer: it is at risk at
//! *T_i* (*entry_j < T_i*) and has *T_j > T_i*, or *T_j = T_i* and is censored. The pair is concordant if the first has the
//! higher risk, discordant if the lower, tied in risk if the same. With the weights *w* of cases and *v(T_i)* of the time,
//! each counts *w_i w_j v(T_i)*, and
//!
//! *C = (concordant + tied / 2) / (concordant + discordant + tied)*.
//!
//! | [`PairWeights`] | *v(t)* | R's `timewt` | |
//! |---|---|---|---|
//! | `Equal` | 1 | `n` | Harrell's C |
//! | `InverseCensoring` | *1 / G(t)²* | `n/G2` | Uno's C, whose limit does not depend on censoring |
//!
//! Pairs of events at the same time are not compared; they are counted ([`PairCounts`]) with the same weights.
//!
//! The standard error is that of the infinitesimal jackknife, R's `var`: with *s = 2 C - 1*, *N* the denominator, and
//! *c_i*, *d_i*, *t_i* what case *i* adds to the three counts, relative to its weight, by being one of a pair, the influence
//! on *C* is
//!
//! *u_i = w_i ((c_i - d_i) - s (c_i + d_i + t_i)) / (2 N)*, *var C = Σ u_i²*;
//!
//! *G* is taken as known. For risks of the same cases the influences of a difference are the differences, which gives the
//! standard error of the difference with their correlation.
//!
//! Both counts come from sums in the order of risk (Fenwick trees) while time passes: *O(n log n)*.
//!
//! # Sources
//! Harrell, Lee, Mark, *Statistics in Medicine* 15 (1996) 361-387 (p. 370-371). Uno, Cai, Pencina, D'Agostino, Wei,
//! *Statistics in Medicine* 30 (2011) 1105-1117. Therneau and Atkinson: Concordance, vignette of R's survival (3.5).
//! Fenwick, *Software: Practice and Experience* 24 (1994) 327-336.

mod sweep;

use radsurv_data::Survival;

use super::censoring::{CensoringDistribution, CensoringTies, Side};
use crate::distribution::Normal;
use crate::error::{Error, Result};

/// How much pairs count by the time of their event; see the [module](self).
#[derive(Debug, Clone, PartialEq, Default)]
pub enum PairWeights {
    /// The same: Harrell's C.
    #[default]
    Equal,
    /// By the squared inverse of the probability to be followed so long: Uno's C.
    InverseCensoring {
        /// The distribution of the censoring times.
        censoring: CensoringDistribution,
        /// The side of it; [`Side::Left`] as in R, [`Side::Right`] as in scikit-survival.
        side: Side,
    },
}

/// How concordance is computed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConcordanceSettings {
    /// How much pairs count.
    pub weights: PairWeights,
    /// The last time whose events count (R's `ymax`); `None` for all. scikit-survival's `tau` leaves out its own time as well.
    pub until: Option<f64>,
}

/// How many pairs there are of each kind, or their weight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PairCounts {
    /// The higher risk has the event first.
    pub concordant: f64,
    /// The lower risk has the event first.
    pub discordant: f64,
    /// The same risk (R's `tied.x`).
    pub tied_risk: f64,
    /// Events at the same time, of different risk (R's `tied.y`); not compared.
    pub tied_time: f64,
    /// Events at the same time, of the same risk (R's `tied.xy`); not compared.
    pub tied_both: f64,
}

impl PairCounts {
    /// The pairs that are compared.
    pub fn compared(&self) -> f64 {
        self.concordant + self.discordant + self.tied_risk
    }
}

/// A concordance; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::nonparametric::harrell;
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, true])?;
/// let c = harrell(&[0.9, 0.3, 0.5, 0.1], &outcome)?;
/// assert_eq!((c.pairs.concordant, c.pairs.discordant, c.estimate), (4.0, 1.0, 0.8));
/// let [lower, upper] = c.confidence_interval(0.95)?;
/// assert!(0.0 <= lower && lower < 0.8 && upper == 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Concordance {
    /// *C*, from 0 to 1; 0.5 without any relation, 1 if the higher risk always has the event first.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The pairs.
    pub pairs: PairCounts,
    /// The influence of each case on *C* (R's `dfbeta`); the squares add up to the variance.
    pub influence: Vec<f64>,
}

/// The difference of two concordances of the same cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConcordanceDifference {
    /// The first less the second.
    pub difference: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The difference by its standard error.
    pub z: f64,
    /// The probability of one as far from 0 if both were the same; NaN if the standard error is 0.
    pub p_value: f64,
}

/// Harrell's C of risks (higher is worse).
///
/// # Errors
/// As [`ConcordanceSettings::of`].
pub fn harrell(risk: &[f64], outcome: &Survival) -> Result<Concordance> {
    ConcordanceSettings::default().of(risk, outcome)
}

/// Uno's C of risks (higher is worse), with weights from the same cases and events until a time, as R's `timewt = "n/G2"`.
///
/// For weights from other cases, or scikit-survival's, give them in [`ConcordanceSettings`].
///
/// # Errors
/// As [`ConcordanceSettings::of`].
pub fn uno(risk: &[f64], outcome: &Survival, until: Option<f64>) -> Result<Concordance> {
    let censoring = CensoringDistribution::of(outcome, CensoringTies::AfterEvents)?;
    let weights = PairWeights::InverseCensoring { censoring, side: Side::Left };
    ConcordanceSettings { weights, until }.of(risk, outcome)
}

impl ConcordanceSettings {
    /// The concordance of risks (higher is worse) with the outcome of the same cases.
    ///
    /// # Errors
    /// [`Error::Length`] if they differ in number, [`Error::Missing`] at a risk that is missing, [`Error::NoPairs`] if no two
    /// cases can be compared, [`Error::NoCensoringWeight`] if a weight is needed where *G* is 0 or not known,
    /// [`Error::Unsupported`] for Uno's C with left truncation, [`Error::TooFew`] without cases.
    pub fn of(&self, risk: &[f64], outcome: &Survival) -> Result<Concordance> {
        self.compare(risk, outcome, None)
    }

    /// The concordance within strata, a number per case: only cases of the same stratum are compared, as where risks mean
    /// something within a stratum only.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn within(&self, risk: &[f64], outcome: &Survival, strata: &[usize]) -> Result<Concordance> {
        self.compare(risk, outcome, Some(strata))
    }

    fn compare(&self, risk: &[f64], outcome: &Survival, strata: Option<&[usize]>) -> Result<Concordance> {
        for found in [Some(risk.len()), strata.map(<[usize]>::len)].into_iter().flatten() {
            if found != outcome.len() {
                return Err(Error::Length { column: 0, found, expected: outcome.len() });
            }
        }
        if let Some(row) = risk.iter().position(|r| r.is_nan()) {
            return Err(Error::Missing { column: 0, row });
        }
        if matches!(self.weights, PairWeights::InverseCensoring { .. }) && outcome.entry().is_some() {
            let what = "left truncation: the pairs that are seen depend on entry as well; leave the entry times out if all entered at 0";
            return Err(Error::Unsupported { method: "Uno's C", what });
        }
        let weight = |time: f64| match &self.weights {
            _ if self.until.is_some_and(|until| time > until) => Ok(0.0),
            PairWeights::Equal => Ok(1.0),
            PairWeights::InverseCensoring { censoring, side } => Ok(censoring.inverse(time, *side)?.powi(2)),
        };
        let mut sums = sweep::Sums::default();
        match strata {
            None => sums = sweep::sums(risk, outcome, weight)?,
            Some(strata) => {
                sums.partners.resize_with(risk.len(), Default::default);
                for rows in cases_of(strata) {
                    let own: Vec<f64> = rows.iter().map(|&case| risk[case]).collect();
                    sums.add(&rows, sweep::sums(&own, &outcome.rows(&rows), weight)?);
                }
            }
        }
        let sweep::Sums { pairs, partners } = sums;
        let compared = pairs.compared();
        if compared <= 0.0 {
            return Err(Error::NoPairs { until: self.until });
        }
        let somers = (pairs.concordant - pairs.discordant) / compared;
        let influence: Vec<f64> = partners
            .iter()
            .enumerate()
            .map(|(i, p)| {
                let all = p.concordant + p.discordant + p.tied;
                0.5 * outcome.weight(i) * ((p.concordant - p.discordant) - somers * all) / compared
            })
            .collect();
        let std_error = influence.iter().map(|u| u * u).sum::<f64>().sqrt();
        Ok(Concordance { estimate: 0.5 * (somers + 1.0), std_error, pairs, influence })
    }
}

impl Concordance {
    /// Limits of this confidence (0.95), *C ∓ z σ*, cut at 0 and 1.
    ///
    /// # Errors
    /// [`Error::NotProbability`] if the confidence is not between 0 and 1.
    pub fn confidence_interval(&self, confidence: f64) -> Result<[f64; 2]> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(Error::NotProbability { value: confidence });
        }
        let width = Normal.quantile(0.5 + 0.5 * confidence)? * self.std_error;
        Ok([(self.estimate - width).max(0.0), (self.estimate + width).min(1.0)])
    }

    /// The standard error where cases of a cluster (a number per case) depend on each other: of the sums of their influences.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not a cluster per case.
    pub fn clustered_std_error(&self, clusters: &[usize]) -> Result<f64> {
        let (found, expected) = (clusters.len(), self.influence.len());
        if found != expected {
            return Err(Error::Length { column: 0, found, expected });
        }
        let sum = |rows: Vec<usize>| rows.iter().map(|&case| self.influence[case]).sum::<f64>();
        Ok(cases_of(clusters).map(sum).map(|u| u * u).sum::<f64>().sqrt())
    }

    /// By how much this concordance is above another of the same cases in the same order, with the standard error of the
    /// difference.
    ///
    /// # Errors
    /// [`Error::Length`] if the numbers of cases differ.
    pub fn minus(&self, other: &Self) -> Result<ConcordanceDifference> {
        if other.influence.len() != self.influence.len() {
            return Err(Error::Length { column: 1, found: other.influence.len(), expected: self.influence.len() });
        }
        let squares = self.influence.iter().zip(&other.influence).map(|(a, b)| (a - b) * (a - b));
        let (difference, std_error) = (self.estimate - other.estimate, squares.sum::<f64>().sqrt());
        let z = difference / std_error;
        Ok(ConcordanceDifference { difference, std_error, z, p_value: 2.0 * Normal.upper(z.abs()) })
    }
}

/// The cases of each group, groups by their numbers.
fn cases_of(groups: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    let mut cases = std::collections::BTreeMap::<usize, Vec<usize>>::new();
    groups.iter().enumerate().for_each(|(case, &group)| cases.entry(group).or_default().push(case));
    cases.into_values()
}
