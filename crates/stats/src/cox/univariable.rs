//! Cox models of one column each, of many columns.

use radsurv_data::Survival;

use super::Ties;
use super::fit::{FitSettings, ROUNDING, Standardised, standardised};
use super::likelihood::{Evaluation, Likelihood};
use super::newton::{self, Rule};
use super::risk_sets::RiskSets;
use crate::error::{Error, Result};
use crate::linear;

/// The outcomes, prepared for models of one column each: what a screening of features fits by the hundred.
///
/// The models are those of [`fit`](super::fit()) with its default settings. The cases are put in order once, and of one column all sums
/// over those at risk (*Σ r*, *Σ r x* and *Σ r x²*) come from one pass.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::cox::{Ties, Univariable};
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vec![true, true, false, true, true, false])?;
/// let models = Univariable::new(&outcome, None, Ties::Efron)?;
/// let age = models.fit(&[71.0, 60.0, 55.0, 65.0, 40.0, 52.0])?;
/// assert!(age.coefficient > 0.0 && !age.infinite);
/// let dose = [1.0, 2.0, 3.0, 2.0, 1.0, 2.0];
/// assert_eq!(models.score_test(&dose)?, models.fit(&dose)?.score_test);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Univariable {
    sets: RiskSets,
}

/// A fitted Cox model of one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnivariableFit {
    /// The log hazard ratio of a difference of 1.
    pub coefficient: f64,
    /// Its standard error, by the information.
    pub se: f64,
    /// The log partial likelihood.
    pub log_likelihood: f64,
    /// The same at a coefficient of 0.
    pub null_log_likelihood: f64,
    /// *u² / I* at a coefficient of 0: the score test.
    pub score_test: f64,
    /// The number of Newton steps.
    pub iterations: usize,
    /// Whether the coefficient has no finite maximum, as if the column separates those with events from the others: its value and error
    /// mean nothing.
    pub infinite: bool,
}

impl UnivariableFit {
    /// *(b / se)²*: Wald's test, chi-squared with one degree of freedom if there is no effect.
    pub fn wald(&self) -> f64 {
        (self.coefficient / self.se).powi(2)
    }

    /// *2 (l - l_0)*: the likelihood ratio test, chi-squared with one degree of freedom if there is no effect.
    pub fn likelihood_ratio(&self) -> f64 {
        2.0 * (self.log_likelihood - self.null_log_likelihood)
    }
}

impl Univariable {
    /// The outcomes of the cases, and perhaps the stratum of each.
    ///
    /// # Errors
    /// As [`RiskSets::new`]; [`Error::TooManyColumns`] if there are not two cases with a weight above 0.
    pub fn new(outcome: &Survival, strata: Option<&[usize]>, ties: Ties) -> Result<Self> {
        let sets = RiskSets::new(outcome, strata, ties)?;
        match sets.order.len() {
            cases @ ..=1 => Err(Error::TooManyColumns { columns: 1, cases }),
            _ => Ok(Self { sets }),
        }
    }

    /// The model of a column, a value per case.
    ///
    /// # Errors
    /// As [`fit`](super::fit()) of one column: [`Error::Length`], [`Error::Missing`], [`Error::Infinite`], [`Error::Constant`];
    /// [`Error::Collinear`] if it does not vary among cases that are at risk together; [`Error::NotConverged`].
    pub fn fit(&self, column: &[f64]) -> Result<UnivariableFit> {
        let Standardised { values, scale, .. } = self.standardised(column)?;
        let likelihood = self.likelihood(values);
        let FitSettings { max_iterations, tolerance, .. } = FitSettings::default();
        let rule = Rule { max_iterations, tolerance, unbounded: true };
        let mut begun = false;
        let found = newton::maximise(1, rule, |beta| {
            let found = likelihood.at(beta[0]);
            if !begun {
                begun = true;
                self.informative(&found)?;
            }
            Ok(found)
        })?;
        let information = found.last.information[0];
        Ok(UnivariableFit {
            coefficient: found.beta[0] / scale,
            se: if information > 0.0 { information.sqrt().recip() / scale } else { f64::INFINITY },
            log_likelihood: found.last.log_likelihood,
            null_log_likelihood: found.first.log_likelihood,
            score_test: score_test(&found.first),
            iterations: found.iterations,
            infinite: !found.infinite.is_empty(),
        })
    }

    /// The score test of a column alone, *u² / I* at a coefficient of 0, chi-squared with one degree of freedom if there is no effect. It
    /// needs no iteration, and is defined where the coefficient is infinite.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), without [`Error::NotConverged`].
    pub fn score_test(&self, column: &[f64]) -> Result<f64> {
        let first = self.likelihood(self.standardised(column)?.values).at(0.0);
        self.informative(&first)?;
        Ok(score_test(&first))
    }

    fn standardised(&self, column: &[f64]) -> Result<Standardised> {
        linear::check(column, 0, self.sets.cases)?;
        standardised(&self.sets, 0, column)
    }

    fn informative(&self, first: &Evaluation) -> Result<()> {
        match first.information[0] <= ROUNDING * self.sets.event_weight() {
            true => Err(Error::Collinear { column: 0, on: Vec::new() }),
            false => Ok(()),
        }
    }

    fn likelihood(&self, values: Vec<f64>) -> OfOne<'_> {
        match self.sets.ties {
            Ties::Exact => OfOne::Exact(Likelihood { sets: self.sets.clone(), columns: vec![values], offset: None }),
            _ => OfOne::Sums(&self.sets, values),
        }
    }
}

/// The likelihood of one column.
enum OfOne<'a> {
    /// From sums over those at risk.
    Sums(&'a RiskSets, Vec<f64>),
    /// Of ties counted exactly, as that of many columns.
    Exact(Likelihood),
}

impl OfOne<'_> {
    fn at(&self, beta: f64) -> Evaluation {
        match self {
            Self::Exact(likelihood) => likelihood.at(&[beta]),
            Self::Sums(sets, values) => of_sums(sets, values, beta),
        }
    }
}

fn of_sums(sets: &RiskSets, x: &[f64], beta: f64) -> Evaluation {
    let mut gradient: f64 = (0..x.len()).filter(|&at| sets.event[at]).map(|at| sets.weight[at] * x[at]).sum();
    let (mut value, mut information) = (beta * gradient, 0.0);
    sets.sums(
        |at| {
            let risk = sets.weight[at] * (beta * x[at]).exp();
            [risk, risk * x[at], risk * x[at] * x[at]]
        },
        |g, all: [f64; 3], own: [f64; 3]| {
            let group = &sets.groups[g];
            // With Breslow's rule the sets at risk of tied events are the same.
            let times = if sets.ties == Ties::Efron { group.events() } else { 1 };
            let weight = group.weight / times as f64;
            for l in 0..times {
                let f = l as f64 / times as f64;
                let [sum, first, second] = std::array::from_fn(|k| all[k] - f * own[k]);
                let mean = first / sum;
                value -= weight * sum.ln();
                gradient -= weight * mean;
                information += weight * (second / sum - mean * mean);
            }
        },
    );
    Evaluation { log_likelihood: value, gradient: vec![gradient], information: vec![information] }
}

fn score_test(first: &Evaluation) -> f64 {
    first.gradient[0] * first.gradient[0] / first.information[0]
}
