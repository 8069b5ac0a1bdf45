//! Newton's method with step halving.

use super::likelihood::Evaluation;
use crate::cholesky::Cholesky;
use crate::error::{Error, Result};

/// When Newton's method stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub(super) max_iterations: usize,
    pub(super) tolerance: f64,
    /// Whether coefficients may be infinite at the maximum; not with Firth's penalty.
    pub(super) unbounded: bool,
}

/// The end of the iteration.
#[derive(Debug, Clone)]
pub(super) struct Maximum {
    pub(super) beta: Vec<f64>,
    pub(super) first: Evaluation,
    pub(super) last: Evaluation,
    pub(super) iterations: usize,
    /// Coefficients that still grow while the likelihood does not.
    pub(super) infinite: Vec<usize>,
}

/// A step that is still this part of its coefficient when the likelihood has converged is one towards infinity: the
/// square root of coxph's tolerance, its `toler.inf`.
const GROWING: f64 = 3e-5;
/// The last step, in standard errors.
const LAST_STEP: f64 = 1e-9;

/// The maximum from coefficients of 0 on, of columns whose scale is about 1.
///
/// As coxph: a step is halved while the likelihood falls, and it has converged when it changes by less than the tolerance
/// of itself. Then coefficients whose next step is not small are on their way to infinity. If there are none, steps go on
/// until they are less than 1e-9 standard errors, one or two more, so that the result does not depend on the tolerance.
pub(super) fn maximise(size: usize, rule: Rule, mut at: impl FnMut(&[f64]) -> Result<Evaluation>) -> Result<Maximum> {
    let mut beta = vec![0.0; size];
    let first = at(&beta)?;
    if !first.log_likelihood.is_finite() {
        return Err(Error::NotConverged { steps: 0 });
    }
    let mut here = first.clone();
    let mut step = Cholesky::new(size, &here.information)?.solve(&here.gradient)?;
    let end =
        |beta, here, iterations, infinite| Ok(Maximum { beta, first: first.clone(), last: here, iterations, infinite });
    for iteration in 1..=rule.max_iterations {
        // Numbers have no more room below this, and the step would be rounding.
        let mut part = 1.0;
        let (moved, there) = loop {
            let moved: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b + part * s).collect();
            let there = at(&moved)?;
            let level = here.log_likelihood - 1e-13 * (1.0 + here.log_likelihood.abs());
            if there.log_likelihood.is_finite() && there.log_likelihood >= level {
                break (moved, there);
            }
            part /= 2.0;
            if part < 1e-6 {
                return Err(Error::NotConverged { steps: iteration });
            }
        };
        let change = (there.log_likelihood - here.log_likelihood).abs();
        let still = change <= rule.tolerance * there.log_likelihood.abs().max(1e-3 * first.log_likelihood.abs());
        (beta, here) = (moved, there);
        let Ok(factors) = Cholesky::new(size, &here.information) else {
            // The information of a coefficient vanishes on its way to infinity.
            let left = |j: usize| here.information[j * size + j] / first.information[j * size + j];
            let infinite: Vec<usize> = (0..size).filter(|&j| left(j) < 1e-6).collect();
            return if infinite.is_empty() {
                Err(Error::NotConverged { steps: iteration })
            } else {
                end(beta, here, iteration, infinite)
            };
        };
        step = factors.solve(&here.gradient)?;
        let errors: f64 = step.iter().zip(&here.gradient).map(|(s, u)| s * u).sum::<f64>().max(0.0).sqrt();
        if still {
            let growing = |j: &usize| step[*j].abs() > (GROWING * beta[*j].abs()).max(rule.tolerance.sqrt());
            let infinite: Vec<usize> = (0..size).filter(|j| rule.unbounded && growing(j)).collect();
            if !infinite.is_empty() || errors <= LAST_STEP || change == 0.0 {
                return end(beta, here, iteration, infinite);
            }
        } else if errors <= LAST_STEP {
            return end(beta, here, iteration, Vec::new());
        }
    }
    Err(Error::NotConverged { steps: rule.max_iterations })
}
