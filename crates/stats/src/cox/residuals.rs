//! Residuals of a fitted Cox model.

use super::Ties;
use super::fit::{Design, Fit, Scaled};
use super::hazard::State;
use super::likelihood::{Likelihood, Means, dot};
use crate::error::{Error, Result};

/// The residuals of a fit: how far each case is from what the model expects of it.
///
/// With *δ_i* (event), the cumulative hazard *Λ_i = exp(η_i) H_i* that case *i* went through, and the mean *m(t)* of the
/// columns of those at risk at *t*, weighted by *w exp(η)*:
///
/// | | case *i* | for |
/// |---|---|---|
/// | martingale | *M_i = δ_i - Λ_i* | form of a covariate |
/// | deviance | *sign(M_i) (-2 (M_i + δ_i ln(δ_i - M_i)))^½* | outliers |
/// | score | *∫ (x_i - m(t)) dM_i(t)*, per column | influence |
/// | dfbeta | *w_i score_i V*: about the change of the coefficients with the case | influence, robust variance |
/// | Schoenfeld | *x_i - m(t_i)* of the events | proportional hazards |
/// | scaled Schoenfeld | *β + events x residual V*: about the coefficient at that time | proportional hazards |
///
/// Tied events by Efron's rule are as if each were first, second and so on with equal probability; *m* then is the mean of
/// these means. With [`Ties::Exact`] martingale and deviance residuals are those of Breslow's rule, as in R, and the others
/// do not exist. Cases with a weight of 0 have residuals of 0. As R's `residuals.coxph`, in which only dfbeta is weighted.
///
/// Source: Therneau and Grambsch: Modeling Survival Data (2000), chapters 4, 6 and 7; their appendix for Efron's rule.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::cox::{Design, FitSettings, Residuals, fit};
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, true])?;
/// let columns = [&[3.0, 1.0, 2.0, 1.5][..]];
/// let design = Design::new(&columns, &outcome);
/// let residuals = Residuals::new(&design, &fit(&design, &FitSettings::default())?)?;
/// assert!(residuals.martingale().iter().sum::<f64>().abs() < 1e-12);
/// assert_eq!(residuals.schoenfeld()?.cases, [0, 1, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Residuals {
    pub(super) likelihood: Likelihood,
    pub(super) state: State,
    pub(super) scales: Vec<f64>,
    coefficients: Vec<f64>,
    variance: Vec<f64>,
    exact: bool,
}

/// Residuals of events.
#[derive(Debug, Clone, PartialEq)]
pub struct Schoenfeld {
    /// The cases with events, by strata, then by time.
    pub cases: Vec<usize>,
    /// A column of residuals for each column of the design.
    pub columns: Vec<Vec<f64>>,
}

impl Residuals {
    /// The residuals of a fit of this design.
    ///
    /// # Errors
    /// [`Error::Length`] if the fit has other columns, and as [`fit`](super::fit()) of columns that cannot be.
    pub fn new(design: &Design, fit: &Fit) -> Result<Self> {
        let (found, expected) = (design.columns.len(), fit.coefficients.len());
        if found != expected {
            return Err(Error::Length { column: found.min(expected), found, expected });
        }
        let exact = fit.ties == Ties::Exact;
        let Scaled { likelihood, scales, .. } = Scaled::new(design, if exact { Ties::Breslow } else { fit.ties })?;
        let beta: Vec<f64> = fit.coefficients.iter().zip(&scales).map(|(b, s)| b * s).collect();
        let state = State::new(&likelihood.sets, &likelihood.eta(&beta));
        let (coefficients, variance) = (fit.coefficients.clone(), fit.variance.clone());
        Ok(Self { likelihood, state, scales, coefficients, variance, exact })
    }

    /// Martingale residuals: events less expected events.
    pub fn martingale(&self) -> Vec<f64> {
        let sets = &self.likelihood.sets;
        let positions: Vec<f64> = (0..sets.order.len())
            .map(|at| f64::from(u8::from(sets.event[at])) - self.relative_risk(at) * self.state.hazard[at])
            .collect();
        sets.unsorted(&positions)
    }

    /// Deviance residuals: martingale residuals made symmetric.
    pub fn deviance(&self) -> Vec<f64> {
        let sets = &self.likelihood.sets;
        let positions: Vec<f64> = (0..sets.order.len())
            .map(|at| {
                let expected = self.relative_risk(at) * self.state.hazard[at];
                let martingale = f64::from(u8::from(sets.event[at])) - expected;
                let logarithm = if sets.event[at] { expected.ln() } else { 0.0 };
                martingale.signum() * (-2.0 * (martingale + logarithm)).max(0.0).sqrt()
            })
            .collect();
        sets.unsorted(&positions)
    }

    fn relative_risk(&self, at: usize) -> f64 {
        self.state.risk[at] / self.likelihood.sets.weight[at]
    }

    /// Score residuals: for each column of the design a value per case. Weighted, they add up to the gradient, which is 0.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with [`Ties::Exact`].
    pub fn score(&self) -> Result<Vec<Vec<f64>>> {
        let means = self.means()?;
        let (sets, p, hazards) = (&self.likelihood.sets, self.scales.len(), &self.state.hazards);
        let column = |j: usize| -> Vec<f64> {
            let x = &self.likelihood.columns[j];
            let all = |g: usize| {
                let [c0, c1, _] = hazards[g].squares;
                [(c0 * means.all[j][g] - c1 * means.own[j][g]) / hazards[g].at_risk]
            };
            let own = |g: usize| {
                let [c0, c1, c2] = hazards[g].squares;
                [((c0 - c1) * means.all[j][g] - (c1 - c2) * means.own[j][g]) / hazards[g].at_risk]
            };
            let all: Vec<[f64; 1]> = (0..hazards.len()).map(all).collect();
            let gathered = sets.gathered(&all, own);
            let mut out: Vec<f64> = (0..x.len())
                .map(|at| -self.relative_risk(at) * (x[at] * self.state.hazard[at] - gathered[at][0]))
                .collect();
            for (g, group) in sets.groups.iter().enumerate() {
                let mean = self.mean_of_means(&means, g, j);
                (group.first..group.events_end).for_each(|at| out[at] += x[at] - mean);
            }
            out.iter_mut().for_each(|v| *v *= self.scales[j]);
            sets.unsorted(&out)
        };
        Ok((0..p).map(column).collect())
    }

    pub(super) fn means(&self) -> Result<Means> {
        if self.exact {
            return Err(Error::Unsupported {
                method: "a score, Schoenfeld or dfbeta residual",
                what: "the exact likelihood of ties; take Efron's",
            });
        }
        Ok(Means::new(&self.likelihood, &self.state))
    }

    /// The mean of a (scaled) column over those at risk, as the tied events of a time see it on average.
    pub(super) fn mean_of_means(&self, means: &Means, g: usize, j: usize) -> f64 {
        let hazard = &self.state.hazards[g];
        let of = hazard.all * means.all[j][g] - (hazard.all - hazard.own) * means.own[j][g];
        of * hazard.at_risk / self.likelihood.sets.groups[g].weight
    }

    /// Dfbeta residuals: about how much each coefficient, a column each, would fall without the case.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn dfbeta(&self) -> Result<Vec<Vec<f64>>> {
        let mut score = self.score()?;
        let weight = self.likelihood.sets.unsorted(&self.likelihood.sets.weight);
        score.iter_mut().for_each(|column| column.iter_mut().zip(&weight).for_each(|(v, w)| *v *= w));
        Ok(self.by_variance(&score))
    }

    /// Dfbeta residuals in standard errors of the coefficients.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn dfbetas(&self) -> Result<Vec<Vec<f64>>> {
        let mut dfbeta = self.dfbeta()?;
        let p = dfbeta.len();
        for (j, column) in dfbeta.iter_mut().enumerate() {
            let error = self.variance[j * p + j].sqrt();
            column.iter_mut().for_each(|v| *v /= error);
        }
        Ok(dfbeta)
    }

    /// Rows times the variance, of columns.
    fn by_variance(&self, columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let (p, rows) = (columns.len(), columns.first().map_or(0, Vec::len));
        let mut out = vec![vec![0.0; rows]; p];
        for (j, out) in out.iter_mut().enumerate() {
            for (k, column) in columns.iter().enumerate() {
                let v = self.variance[j * p + k];
                out.iter_mut().zip(column).for_each(|(out, x)| *out += v * x);
            }
        }
        out
    }

    /// Schoenfeld residuals.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn schoenfeld(&self) -> Result<Schoenfeld> {
        let means = self.means()?;
        let sets = &self.likelihood.sets;
        let groups = || sets.strata.iter().flat_map(|s| s.groups.clone().rev());
        let positions = |g: usize| sets.groups[g].first..sets.groups[g].events_end;
        let column = |j: usize| -> Vec<f64> {
            let x = &self.likelihood.columns[j];
            let of = |g: usize| {
                let mean = self.mean_of_means(&means, g, j);
                positions(g).map(move |at| self.scales[j] * (x[at] - mean))
            };
            groups().flat_map(of).collect()
        };
        Ok(Schoenfeld {
            cases: groups().flat_map(positions).map(|at| sets.order[at]).collect(),
            columns: (0..self.scales.len()).map(column).collect(),
        })
    }

    /// Scaled Schoenfeld residuals (Grambsch and Therneau, Biometrika 81 (1994) 515-526).
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn scaled_schoenfeld(&self) -> Result<Schoenfeld> {
        let Schoenfeld { cases, columns } = self.schoenfeld()?;
        let mut columns = self.by_variance(&columns);
        let events = cases.len() as f64;
        for (column, coefficient) in columns.iter_mut().zip(&self.coefficients) {
            column.iter_mut().for_each(|v| *v = coefficient + events * *v);
        }
        Ok(Schoenfeld { cases, columns })
    }

    /// The robust (sandwich) covariance of the coefficients, row by row: *D'D* with the dfbeta residuals *D*, summed up over
    /// the cases of each cluster (a number per case), if there are any. Lin and Wei: The robust inference for the Cox
    /// proportional hazards model, Journal of the American Statistical Association 84 (1989) 1074-1078.
    ///
    /// # Errors
    /// As [`score`](Self::score); [`Error::Length`] if there is not a cluster per case.
    pub fn robust_variance(&self, clusters: Option<&[usize]>) -> Result<Vec<f64>> {
        let expected = self.likelihood.sets.cases;
        if let Some(found) = clusters.map(<[usize]>::len).filter(|found| *found != expected) {
            return Err(Error::Length { column: 0, found, expected });
        }
        let mut dfbeta = self.dfbeta()?;
        if let Some(clusters) = clusters {
            let mut labels = clusters.to_vec();
            labels.sort_unstable();
            labels.dedup();
            for column in &mut dfbeta {
                let mut sums = vec![0.0; labels.len()];
                for (cluster, v) in clusters.iter().zip(&*column) {
                    sums[labels.partition_point(|l| l < cluster)] += v;
                }
                *column = sums;
            }
        }
        Ok(dfbeta.iter().flat_map(|a| dfbeta.iter().map(|b| dot(a, b))).collect())
    }
}
