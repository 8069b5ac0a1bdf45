//! Maximally selected log-rank statistics: the cut of a marker at which survival differs most, and a p-value that knows that it
//! was sought.
//!
//! Case *i* has the log-rank score *a_i = δ_i - Σ_{j: t_j <= t_i} δ_j / (n - γ_j + 1)*, *γ_j* the number of cases with a time of
//! at most *t_j*: an event counts 1, less the hazard it went through. For each cut *c* with *m* cases at or below it, and
//! *S_c* the sum of the scores of those above:
//!
//! *Z_c = (S_c - E) / √V*, *E = (n - m) / n Σ a*, *V = m (n - m) / (n² (n - 1)) (n Σ a² - (Σ a)²)*,
//!
//! the standardised statistic if scores were dealt out at random; positive if events are more frequent above the cut. The cut
//! of largest *|Z|* is taken, among those that leave *floor(n ε_1) <= m <= floor(n ε_2)* cases below: by default a tenth on
//! both sides. The largest of many statistics is large by chance: a p-value of an ordinary log-rank test at such a cut means
//! nothing. [`Selected`] says what takes its place:
//!
//! | [`Selected`] | *P(max \|Z\| > b)* | maxstat's `pmethod` |
//! |---|---|---|
//! | `Lausen1992` | *4 φ(b) / b + φ(b) (b - 1/b) ln (ε_2 (1 - ε_1) / ((1 - ε_2) ε_1))*: many cases, a marker without ties | `Lau92` |
//! | `Lausen1994` | *2 Φ(-b) + Σ exp(-b²/2) / π (t - (b²/4 - 1) t³/6)* over neighbouring cuts, *t² = 1 - m_1 (n - m_2) / ((n - m_1) m_2)*: an improved Bonferroni inequality, its terms approximated | `Lau94` |
//! | `Gauss` (default) | of normal *Z* with their covariances, which do not depend on the scores | `exactGauss` |
//! | `Permutation` | of scores in random orders, seeded: *(1 + number not below b) / (1 + orders)* | `condMC` |
//!
//! The normal *Z* are a Markov chain, with the correlation *√(m_1 (n - m_2) / ((n - m_1) m_2))* between two cuts: their
//! probability is a chain of integrals in one dimension, computed to twelve digits. maxstat finds it by quasi Monte Carlo, with
//! three digits. Hothorn and Lausen's bound of the exact distribution (`HL`) is not offered: maxstat's sums overflow beyond
//! 170 cases, it rounds the scores, and where a marker has ties it takes away probabilities of cuts that are none.
//!
//! # Edge cases
//! - The cut is a value that occurs: cases at it are below. Values that are the same are on the same side.
//! - Of cuts of the same *|Z|* the lowest is taken.
//! - Late entry is an error: scores cannot change places then. So are weights of cases other than 0 and 1.
//! - No event, or a marker without a cut between the proportions: errors.
//!
//! # Sources
//! Lausen and Schumacher: Maximally selected rank statistics, Biometrics 48 (1992) 73-85. Lausen, Sauerbrei and Schumacher:
//! Classification and regression trees used for the exploration of prognostic factors, in Dirschedl and Ostermann (eds.):
//! Computational Statistics (1994) 483-496. Hothorn and Lausen: On the exact distribution of maximally selected rank
//! statistics, Computational Statistics & Data Analysis 43 (2003) 121-137 (scores p. 124). Phipson and Smyth: Permutation
//! p-values should never be zero, Statistical Applications in Genetics and Molecular Biology 9 (2010) 39. Numbers are those of
//! R's maxstat 0.7-25.

mod chain;
mod p_value;

use radsurv_data::Survival;

pub use p_value::Selected;

use crate::error::{Error, Result};
use crate::rank;

/// Which cuts are looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaxSelectedSettings {
    /// The part of the cases that is at or below the lowest cut, 0.1.
    pub min_proportion: f64,
    /// The part of the cases that is at or below the highest cut, 0.9.
    pub max_proportion: f64,
}

impl Default for MaxSelectedSettings {
    fn default() -> Self {
        Self { min_proportion: 0.1, max_proportion: 0.9 }
    }
}

/// A cut and its statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CutStatistic {
    /// The cut: the largest value below it.
    pub cut: f64,
    /// The number of cases at or below it.
    pub below: usize,
    /// *Z*: positive if events are more frequent above.
    pub statistic: f64,
}

/// The statistics of all cuts; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::nonparametric::{MaxSelectedSettings, Selected};
/// let outcome = Survival::new(vec![9.0, 8.0, 7.0, 6.0, 2.0, 3.0, 1.0, 4.0], vec![false, true, true, false, true, true, true, true])?;
/// let marker = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
/// let found = MaxSelectedSettings::default().fit(&outcome, &marker)?;
/// assert_eq!(found.best().cut, 4.0);
/// assert!(found.p_value(Selected::Gauss)? > 0.02, "one of seven cuts");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MaxSelected {
    cases: usize,
    settings: MaxSelectedSettings,
    curve: Vec<CutStatistic>,
    best: usize,
    /// In the order of the marker.
    scores: Vec<f64>,
}

/// Statistics that differ by no more than this part are taken for equal: sums in another order.
const EQUAL: f64 = 1e-12;

impl MaxSelectedSettings {
    /// The statistics of all cuts of a marker, in *O(n log n)*.
    ///
    /// # Errors
    /// [`Error::NotProbability`] and [`Error::NoCut`] of proportions; [`Error::Length`], [`Error::Missing`] and
    /// [`Error::Infinite`] of the marker (column 0); [`Error::NoEvents`]; [`Error::NothingToCompare`] if all scores are equal;
    /// [`Error::NoCut`] if no value divides the cases within the proportions; [`Error::Unsupported`] for late entry, and
    /// weights of cases other than 0 and 1.
    pub fn fit(&self, outcome: &Survival, marker: &[f64]) -> Result<MaxSelected> {
        let Self { min_proportion: min, max_proportion: max } = *self;
        if let Some(&value) = [min, max].iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(Error::NotProbability { value });
        }
        // Also at 0 and 1, where the first method has no finite value.
        if min <= 0.0 || max >= 1.0 || min > max {
            return Err(Error::NoCut { min, max });
        }
        crate::linear::check(marker, 0, outcome.len())?;
        let (all, cases) = log_rank_scores(outcome)?;
        let n = cases.len();
        let marker: Vec<f64> = cases.iter().map(|&i| marker[i]).collect();
        let order = rank::ascending(&marker);
        let scores: Vec<f64> = order.iter().map(|&i| all[i as usize]).collect();
        let (low, high) = ((n as f64 * min).floor().max(1.0) as usize, (n as f64 * max).floor() as usize);
        let inside = |tie: rank::Tie| {
            let below = tie.first + tie.rows.len();
            (below < n && (low..=high).contains(&below)).then(|| (marker[tie.rows[0] as usize], below))
        };
        let cuts: Vec<(f64, usize)> = rank::ties(&marker, &order).filter_map(inside).collect();
        if cuts.is_empty() {
            return Err(Error::NoCut { min, max });
        }
        let below: Vec<usize> = cuts.iter().map(|cut| cut.1).collect();
        let Some(statistics) = Standardised::new(&scores, &below) else {
            return Err(Error::NothingToCompare { what: "cases of different scores" });
        };
        let mut values = Vec::with_capacity(cuts.len());
        statistics.each(&scores, |z| values.push(z));
        let curve = cuts.iter().zip(&values).map(|(&(cut, below), &statistic)| CutStatistic { cut, below, statistic });
        let curve: Vec<CutStatistic> = curve.collect();
        let largest = curve.iter().map(|c| c.statistic.abs()).fold(0.0, f64::max);
        let best = curve.iter().position(|c| c.statistic.abs() >= largest * (1.0 - EQUAL)).unwrap_or(0);
        Ok(MaxSelected { cases: n, settings: *self, curve, best, scores })
    }
}

impl MaxSelected {
    /// The number of cases, of a weight above 0.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// All cuts within the proportions, ascending.
    pub fn curve(&self) -> &[CutStatistic] {
        &self.curve
    }

    /// The cut of the largest statistic.
    pub fn best(&self) -> CutStatistic {
        self.curve[self.best]
    }
}

/// The log-rank scores of the cases of a weight above 0, and which these are.
///
/// # Errors
/// [`Error::NoEvents`]; [`Error::Unsupported`] for late entry, and weights of cases other than 0 and 1.
pub fn log_rank_scores(outcome: &Survival) -> Result<(Vec<f64>, Vec<usize>)> {
    let method = "a maximally selected statistic";
    if outcome.entry().is_some() {
        return Err(Error::Unsupported { method, what: "late entry: leave the entry times out, or such cases" });
    }
    if outcome.weights().is_some_and(|weights| weights.iter().any(|w| *w != 0.0 && *w != 1.0)) {
        let what = "weights of cases other than 0 and 1; repeat cases that count several times";
        return Err(Error::Unsupported { method, what });
    }
    let cases: Vec<usize> = (0..outcome.len()).filter(|&i| outcome.weight(i) > 0.0).collect();
    let times: Vec<f64> = cases.iter().map(|&i| outcome.times()[i]).collect();
    let event: Vec<bool> = cases.iter().map(|&i| outcome.event()[i]).collect();
    let n = cases.len();
    if !event.contains(&true) {
        return Err(Error::NoEvents { cases: n });
    }
    let (mut scores, mut hazard) = (vec![0.0; n], 0.0);
    for tie in rank::ties(&times, &rank::ascending(&times)) {
        let left = (n - (tie.first + tie.rows.len()) + 1) as f64;
        // One by one, as the sum that is compared with.
        tie.rows.iter().filter(|&&i| event[i as usize]).for_each(|_| hazard += 1.0 / left);
        tie.rows.iter().for_each(|&i| scores[i as usize] = f64::from(u8::from(event[i as usize])) - hazard);
    }
    Ok((scores, cases))
}

/// What standardises the sums of scores above cuts.
struct Standardised {
    below: Vec<usize>,
    mean: f64,
    deviations: Vec<f64>,
}

impl Standardised {
    /// `None` if all scores are equal.
    fn new(scores: &[f64], below: &[usize]) -> Option<Self> {
        let n = scores.len() as f64;
        let mean = crate::summary::mean(scores);
        let squares: f64 = scores.iter().map(|a| (a - mean) * (a - mean)).sum();
        let variance = |&m: &usize| m as f64 * (n - m as f64) / (n * (n - 1.0)) * squares;
        let deviations: Vec<f64> = below.iter().map(|m| variance(m).sqrt()).collect();
        let largest = scores.iter().fold(0.0f64, |l, a| l.max(a.abs()));
        (squares > 1e-24 * n * largest * largest).then(|| Self { below: below.to_vec(), mean, deviations })
    }

    /// Calls with the statistic of each cut; scores are in the order of the marker.
    fn each(&self, scores: &[f64], mut with: impl FnMut(f64)) {
        let (mut sum, mut next) = (0.0, 0);
        for (&below, deviation) in self.below.iter().zip(&self.deviations) {
            sum += scores[next..below].iter().map(|a| a - self.mean).sum::<f64>();
            next = below;
            // What is missing below is above.
            with(-sum / deviation);
        }
    }
}
