//! Tests of proportional hazards.

use radsurv_data::Survival;
use serde::{Deserialize, Serialize};

use super::fit::{Design, Fit};
use super::residuals::Residuals;
use crate::cholesky::Cholesky;
use crate::distribution::ChiSquared;
use crate::error::Result;
use crate::hypothesis::ChiSquaredTest;
use crate::nonparametric::KaplanMeier;
use crate::rank::average_ranks;

/// The function *g* of time that a coefficient may change with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeTransform {
    /// *1 - S(t-)*, Kaplan and Meier's estimate of all cases: late times, of few cases, do not lead.
    #[default]
    KaplanMeier,
    /// The rank of *t* among all times.
    Rank,
    /// *t*.
    Identity,
    /// *ln t*.
    Log,
}

/// Whether coefficients change with time.
#[derive(Debug, Clone, PartialEq)]
pub struct ProportionalHazards {
    /// A test per column, with one degree of freedom: small p-values speak against proportional hazards.
    pub columns: Vec<ChiSquaredTest>,
    /// The test of all columns together.
    pub global: ChiSquaredTest,
    /// *g(t)* of each event, in the order of [`Residuals::schoenfeld`]: what scaled Schoenfeld residuals are plotted
    /// against.
    pub transformed: Vec<f64>,
}

/// Tests whether the coefficients of a fit change with a function *g* of time: the score test of adding *x_j g(t)* to the
/// model, as `cox.zph` since version 3 of R's survival.
///
/// With the score *u_j = Σ_events w g(t) (x_j - m_j(t))* and the information *[[I, I_g], [I_g, I_gg]]*, to which each event
/// time adds its part times 1, *g* and *g²*, the statistic of column *j* is *u_j²* over what is left of the information of
/// *x_j g* once all columns are taken out.
///
/// Weights count in the test, and not in *g*, as in R. Not with [`Ties::Exact`](super::Ties::Exact) (R takes Breslow's rule).
///
/// Source: Grambsch and Therneau: Proportional hazards tests and diagnostics based on weighted residuals, Biometrika 81
/// (1994) 515-526; the test itself: Therneau, survival vignette "Validation" and package news for 3.0.
///
/// # Errors
/// As [`Residuals::new`] and [`Residuals::score`]; [`NotPositiveDefinite`](crate::Error::NotPositiveDefinite) if *x_j g*
/// depends on the columns, as with one event time, or if *g* is not finite (the logarithm of a time of 0).
pub fn proportional_hazards(design: &Design, fit: &Fit, transform: TimeTransform) -> Result<ProportionalHazards> {
    let residuals = Residuals::new(design, fit)?;
    let means = residuals.means()?;
    let (likelihood, state) = (&residuals.likelihood, &residuals.state);
    let (sets, p) = (&likelihood.sets, fit.coefficients.len());
    let mut g: Vec<f64> =
        transform.of(design.outcome, &sets.order, &sets.groups.iter().map(|g| g.time).collect::<Vec<_>>())?;
    let order = || sets.strata.iter().flat_map(|s| s.groups.clone().rev());
    let transformed = order().flat_map(|at| std::iter::repeat_n(g[at], sets.groups[at].events())).collect::<Vec<f64>>();
    let centre = transformed.iter().sum::<f64>() / transformed.len() as f64;
    g.iter_mut().for_each(|g| *g -= centre);
    let u: Vec<f64> = (0..p)
        .map(|j| {
            let x = &likelihood.columns[j];
            let of = |(at, group): (usize, &super::risk_sets::Group)| {
                let events: f64 = (group.first..group.events_end).map(|i| sets.weight[i] * x[i]).sum();
                g[at] * (events - group.weight * residuals.mean_of_means(&means, at, j))
            };
            sets.groups.iter().enumerate().map(of).sum()
        })
        .collect();
    let parts = [0, 1, 2].map(|power| likelihood.information(state, |at| g[at].powi(power)));
    let entry = |a: usize, b: usize| parts[usize::from(a >= p) + usize::from(b >= p)][(a % p) * p + b % p];
    let test = |added: &[usize]| -> Result<ChiSquaredTest> {
        let places: Vec<usize> = (0..p).chain(added.iter().map(|j| p + j)).collect();
        let matrix: Vec<f64> = places.iter().flat_map(|&a| places.iter().map(move |&b| entry(a, b))).collect();
        let mut score = vec![0.0; p];
        score.extend(added.iter().map(|&j| u[j]));
        let solved = Cholesky::new(places.len(), &matrix)?.solve(&score)?;
        let statistic = solved.iter().zip(&score).map(|(a, b)| a * b).sum();
        let df = added.len() as f64;
        Ok(ChiSquaredTest { statistic, df, p_value: ChiSquared::new(df)?.upper(statistic) })
    };
    let all: Vec<usize> = (0..p).collect();
    Ok(ProportionalHazards {
        columns: all.iter().map(|j| test(&[*j])).collect::<Result<_>>()?,
        global: test(&all)?,
        transformed,
    })
}

impl TimeTransform {
    fn of(self, outcome: &Survival, cases: &[usize], at: &[f64]) -> Result<Vec<f64>> {
        Ok(match self {
            Self::Identity => at.to_vec(),
            Self::Log => at.iter().map(|t| t.ln()).collect(),
            Self::Rank => {
                let mut times: Vec<f64> = cases.iter().map(|&i| outcome.times()[i]).collect();
                let ranks = average_ranks(&times)?;
                let mut pairs: Vec<(f64, f64)> = times.drain(..).zip(ranks).collect();
                pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
                at.iter().map(|t| pairs[pairs.partition_point(|pair| pair.0 < *t)].1).collect()
            }
            Self::KaplanMeier => {
                let of = |values: &[f64]| cases.iter().map(|&i| values[i]).collect::<Vec<f64>>();
                let event = cases.iter().map(|&i| outcome.event()[i]).collect();
                let mut unweighted = Survival::new(of(outcome.times()), event)?;
                if let Some(entry) = outcome.entry() {
                    unweighted = unweighted.with_entry(of(entry))?;
                }
                let curve = KaplanMeier::of(&unweighted)?;
                at.iter().map(|t| 1.0 - curve.survival().before(*t)).collect()
            }
        })
    }
}
