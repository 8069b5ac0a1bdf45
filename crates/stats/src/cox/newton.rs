//! Newton's method with step halving.

use super::likelihood::{Evaluation, dot};
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
/// A coefficient that is taken for infinite where steps end for want of numbers: *e^10* per standard deviation.
const LARGE: f64 = 10.0;
/// The last step, in standard errors, and one that is good enough if the likelihood has no digits for another.
const LAST_STEP: f64 = 1e-9;
const ROUNDING: f64 = 1e-5;

/// The maximum from coefficients of 0 on, of columns whose scale is about 1.
///
/// As coxph: a step is halved while the likelihood falls, and it has converged when it changes by less than the tolerance
/// of itself. Then coefficients whose next step is not small are on their way to infinity. If there are none, steps go on
/// until they are less than 1e-9 standard errors, one or two more, so that the result does not depend on the tolerance.
///
/// With a penalty the information is not the curvature, and steps with it would close in slowly: after the first they are
/// corrected by what the gradient has been seen to change (Broyden, Fletcher, Goldfarb, Shanno).
pub(super) fn maximise(size: usize, rule: Rule, mut at: impl FnMut(&[f64]) -> Result<Evaluation>) -> Result<Maximum> {
    let mut beta = vec![0.0; size];
    let first = at(&beta)?;
    if !first.log_likelihood.is_finite() {
        return Err(Error::NotConverged { steps: 0 });
    }
    let mut here = first.clone();
    let mut inverse = Cholesky::new(size, &here.information)?.inverse();
    let mut corrected = false;
    let end =
        |beta, here, iterations, infinite| Ok(Maximum { beta, first: first.clone(), last: here, iterations, infinite });
    // Nothing more can be done from here.
    let stuck = |beta: Vec<f64>, here: Evaluation, iterations: usize| {
        let vanished = |j: usize| here.information[j * size + j] < 1e-6 * first.information[j * size + j];
        let infinite: Vec<usize> = (0..size).filter(|&j| vanished(j) || beta[j].abs() > LARGE).collect();
        if rule.unbounded && !infinite.is_empty() {
            end(beta, here, iterations, infinite)
        } else {
            Err(Error::NotConverged { steps: iterations })
        }
    };
    for iteration in 1..=rule.max_iterations {
        let step = times(&inverse, &here.gradient);
        let errors = dot(&step, &here.gradient).max(0.0).sqrt();
        let Some((moved, there)) = improved(&beta, &step, &here, &mut at)? else {
            if errors <= ROUNDING {
                return end(beta, here, iteration, Vec::new());
            }
            if corrected && let Ok(factors) = Cholesky::new(size, &here.information) {
                (inverse, corrected) = (factors.inverse(), false);
                continue;
            }
            return stuck(beta, here, iteration);
        };
        let change = (there.log_likelihood - here.log_likelihood).abs();
        let still = change <= rule.tolerance * there.log_likelihood.abs().max(1e-3 * first.log_likelihood.abs());
        if rule.unbounded {
            (beta, here) = (moved, there);
            match Cholesky::new(size, &here.information) {
                Ok(factors) => inverse = factors.inverse(),
                // The information of a coefficient vanishes on its way to infinity.
                Err(_) => return stuck(beta, here, iteration),
            }
        } else {
            let by: Vec<f64> = moved.iter().zip(&beta).map(|(a, b)| a - b).collect();
            let fall: Vec<f64> = here.gradient.iter().zip(&there.gradient).map(|(a, b)| a - b).collect();
            (beta, here) = (moved, there);
            corrected = correct(&mut inverse, &by, &fall);
            if !corrected && let Ok(factors) = Cholesky::new(size, &here.information) {
                inverse = factors.inverse();
            }
        }
        let step = times(&inverse, &here.gradient);
        let errors = dot(&step, &here.gradient).max(0.0).sqrt();
        let growing = |j: &usize| step[*j].abs() > (GROWING * beta[*j].abs()).max(rule.tolerance.sqrt());
        let infinite: Vec<usize> = (0..size).filter(|j| still && rule.unbounded && growing(j)).collect();
        if !infinite.is_empty() || errors <= LAST_STEP || (change == 0.0 && errors <= ROUNDING) {
            return end(beta, here, iteration, infinite);
        }
    }
    stuck(beta, here, rule.max_iterations)
}

/// The first of the step, its half, its quarter ... at which the likelihood is not lower; `None` if there is none.
fn improved(
    beta: &[f64],
    step: &[f64],
    here: &Evaluation,
    at: &mut impl FnMut(&[f64]) -> Result<Evaluation>,
) -> Result<Option<(Vec<f64>, Evaluation)>> {
    // Less than the likelihood's last digits is not lower.
    let level = here.log_likelihood - 1e-13 * (1.0 + here.log_likelihood.abs());
    let mut part = 1.0;
    while part > 1e-6 {
        let moved: Vec<f64> = beta.iter().zip(step).map(|(b, s)| b + part * s).collect();
        let there = at(&moved)?;
        if there.log_likelihood.is_finite() && there.log_likelihood >= level {
            return Ok(Some((moved, there)));
        }
        part /= 2.0;
    }
    Ok(None)
}

/// The inverse curvature, corrected so that the gradient falls by `fall` over the step `by`. False if it does not fall.
fn correct(inverse: &mut [f64], by: &[f64], fall: &[f64]) -> bool {
    let along = dot(by, fall);
    let predicted = times(inverse, fall);
    let bend = dot(fall, &predicted);
    if !(along > 1e-12 * bend && bend > 0.0) {
        return false;
    }
    let size = by.len();
    for j in 0..size {
        for k in 0..size {
            inverse[j * size + k] +=
                (1.0 + bend / along) * by[j] * by[k] / along - (predicted[j] * by[k] + by[j] * predicted[k]) / along;
        }
    }
    true
}

fn times(matrix: &[f64], vector: &[f64]) -> Vec<f64> {
    matrix.chunks_exact(vector.len()).map(|row| dot(row, vector)).collect()
}
