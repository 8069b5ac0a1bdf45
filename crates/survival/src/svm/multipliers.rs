//! The published formulations: *|w|²/2 + sum_k c_k max(0, missing_k)*, with an intercept that is not penalised where there is one.
//!
//! The dual is *max_a a'y - a'A K A'a / 2*, *0 <= a_k <= c_k*, and *sum of A'a = 0* if there is an intercept; *A* has a row for each
//! condition, and the weights of cases are *b = A'a*. At the solution (Karush, Kuhn, Tucker) a condition with more than is asked for has
//! *a_k = 0*, one with less *a_k = c_k*, and one between both ends has exactly what is asked for.
//!
//! It is found by the proximal method of multipliers (Rockafellar: Augmented Lagrangians and applications of the proximal point algorithm
//! in convex programming, Mathematics of Operations Research 1 (1976) 97-116): each round minimises *|w|²/2 + (b_0 - previous b_0)² / (2 t)*
//! and the [smoothed losses](super::constraints::Multipliers), which are quadratic in pieces, by the [truncated
//! Newton method](super::newton), and takes their derivatives for the next multipliers; steps *t* grow from round to round, and so
//! does the speed. A round takes products with the kernel only: coordinate descent on the dual (SMO) would need its columns, which
//! for the linear and additive kernels cost as much as a whole product, *n p* steps, for one coordinate. The number of products does hardly
//! depend on the number of cases (some hundreds); the memory is that of the kernel and a few numbers per condition.

use super::constraints::{Condition, Conditions, Multipliers};
use super::gram::Gram;
use super::newton::{Point, Space, minimise};
use crate::error::{Error, Result};

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    /// Of each case, *A'a*.
    pub(super) weights: Vec<f64>,
    pub(super) intercept: f64,
    /// Of each condition, *a*.
    #[cfg(test)]
    multipliers: Vec<f64>,
}

/// Rounds at most. Steps have grown to their limit after ten or so.
const ROUNDS: usize = 200;

/// Solves the dual, until conditions and costs agree to this part of their sizes.
///
/// # Errors
/// [`Error::NotConverged`].
pub(super) fn solve(gram: &Gram, conditions: &Conditions, tolerance: f64, max_steps: usize) -> Result<Solution> {
    let (n, all) = (gram.cases(), &conditions.all);
    let square = gram.mean_square().max(f64::MIN_POSITIVE);
    let cost = all.iter().map(|c| c.cost).fold(0.0, f64::max);
    let spread = spread(all);
    // The largest multiplier that may be needed by what may be missing.
    let mut step = cost / spread;
    let limit = 1e4 * step;
    let mut loss = Multipliers::new(all, n, step);
    let mut point = Point { weights: vec![0.0; n], scores: vec![0.0; n] };
    let mut intercept = if conditions.intercept { median(all) } else { 0.0 };
    point.scores.fill(intercept);
    // Weak enough that a round moves the intercept nearly to its place.
    let constant = if conditions.intercept { 100.0 * spread / (cost * n as f64) } else { 0.0 };
    // Lengths in the function space: of the weights at most, and that of a function whose scores need not be told from 0.
    let length = cost * (n as f64 * square).sqrt();
    let finest = 0.1 * tolerance * spread / square.sqrt();
    let mut precision = 1e-2;
    let mut last = f64::INFINITY;
    for _ in 0..ROUNDS {
        let space = Space { gram, constant, centred: true };
        loss.step = step;
        // Scores of the same weights in this round's space: the intercept starts from where it is.
        point.scores = space.times(&point.weights);
        point.scores.iter_mut().for_each(|s| *s += intercept);
        minimise(&space, &mut loss, &mut point, (precision * length).max(finest), max_steps)?;
        let old = std::mem::replace(&mut loss.multipliers, loss.next.clone());
        let change = old.iter().zip(&loss.multipliers).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        point.weights = weights(all, &loss.multipliers, n);
        intercept += constant * point.weights.iter().sum::<f64>();
        // What the multipliers are still to move by, at the scores of their own weights.
        let mut scores = Space { gram, constant: 0.0, centred: true }.times(&point.weights);
        scores.iter_mut().for_each(|s| *s += intercept);
        let wrong = all.iter().zip(&loss.multipliers).map(|(condition, a)| {
            let missing = condition.missing(&scores);
            if *a <= 0.0 {
                missing.max(0.0)
            } else if *a >= condition.cost {
                (-missing).max(0.0)
            } else {
                missing.abs()
            }
        });
        let wrong = wrong.fold(0.0, f64::max);
        let unbalanced = if conditions.intercept { point.weights.iter().sum::<f64>().abs() } else { 0.0 };
        if wrong <= tolerance * spread && unbalanced <= tolerance * cost {
            let centre = gram.times(&point.weights).iter().sum::<f64>() / n as f64;
            return Ok(Solution {
                weights: point.weights,
                intercept: intercept - centre,
                #[cfg(test)]
                multipliers: loss.multipliers,
            });
        }
        precision = (0.1 * precision).min(0.1 * change / (cost * (n as f64).sqrt()));
        // Larger steps are faster, but multiply the rounding errors of scores.
        let now = (wrong / spread).max(unbalanced / cost);
        if now > 1e3 * tolerance && now > 0.05 * last {
            step = (5.0 * step).min(limit);
        }
        last = now;
    }
    Err(Error::NotConverged { what: "the survival SVM" })
}

/// *A'a*.
pub(super) fn weights(conditions: &[Condition], multipliers: &[f64], cases: usize) -> Vec<f64> {
    let mut weights = vec![0.0; cases];
    for (condition, a) in conditions.iter().zip(multipliers) {
        if let Some(i) = condition.plus {
            weights[i] += a;
        }
        if let Some(i) = condition.minus {
            weights[i] -= a;
        }
    }
    weights
}

/// How far what is asked for lies apart.
fn spread(conditions: &[Condition]) -> f64 {
    let least = |(low, high): (f64, f64), c: &Condition| match (c.plus, c.minus) {
        (None, _) => (low, high),
        (Some(_), None) => (low.min(c.least), high.max(c.least)),
        (Some(_), Some(_)) => (low.min(0.0), high.max(c.least)),
    };
    let (low, high) = conditions.iter().fold((f64::INFINITY, f64::NEG_INFINITY), least);
    if high > low { high - low } else { 1.0 }
}

/// The median of the times that are asked for.
fn median(conditions: &[Condition]) -> f64 {
    let mut times: Vec<f64> = conditions.iter().filter(|c| c.minus.is_none()).map(|c| c.least).collect();
    radsurv_stats::summary::median(&mut times)
}

#[cfg(test)]
mod tests {
    use radsurv_data::Survival;

    use super::*;
    use crate::svm::constraints::conditions;
    use crate::svm::{Formulation, Kernel, Pairs, TimeScale};

    /// Cases whose first feature has to do with their times, standardised.
    fn cases(n: usize, p: usize) -> (Vec<Vec<f64>>, Survival) {
        let mut random = crate::random::Random::new(n as u64, p as u64);
        let columns: Vec<Vec<f64>> =
            (0..p).map(|_| (0..n).map(|_| (random.uniform() - 0.5) * 12f64.sqrt()).collect()).collect();
        let time = |i: usize, u: f64| (-u.ln() * 60.0 * (-columns[0][i]).exp()).ceil();
        let times = (0..n).map(|i| time(i, random.uniform())).collect();
        let event = (0..n).map(|i| i % 3 > 0).collect();
        (columns, Survival::new(times, event).unwrap())
    }

    #[test]
    fn solutions_have_the_conditions_of_karush_kuhn_and_tucker() {
        let (pairs, time) = (Pairs::LastEvent, TimeScale::Mean);
        let formulations = [
            Formulation::Regression { cost: Some(0.5), time },
            Formulation::Regression { cost: Some(20.0), time: TimeScale::AsGiven },
            Formulation::Vanbelle1 { cost: Some(0.3), pairs },
            Formulation::Vanbelle1 { cost: Some(1.0), pairs: Pairs::Consecutive },
            Formulation::Vanbelle2 { cost: Some(2.0), pairs, time: TimeScale::Log },
            Formulation::Vanbelle2 { cost: Some(0.1), pairs: Pairs::Events, time },
            Formulation::Hybrid { cost: Some(1.0), pair_cost: Some(0.2), pairs, time },
        ];
        let kernels = [
            Kernel::Linear,
            Kernel::Additive,
            Kernel::Polynomial { degree: 2, offset: 1.0, scale: None },
            Kernel::Rbf { variance: None },
        ];
        for (n, p) in [(12, 3), (80, 4), (50, 120)] {
            let (columns, outcome) = cases(n, p);
            for (kernel, formulation) in kernels.iter().flat_map(|k| formulations.iter().map(move |f| (*k, *f))) {
                let gram = Gram::new(kernel.for_features(p), columns.clone());
                let wanted = conditions(formulation, &outcome, 1.0).unwrap();
                let found = solve(&gram, &wanted, 1e-8, 500);
                let found = found.unwrap_or_else(|e| panic!("{n} {p} {kernel:?} {formulation:?}: {e}"));
                assert_eq!(found.weights, weights(&wanted.all, &found.multipliers, n));
                let mut scores = gram.times(&found.weights);
                let (mut primal, mut dual) = (0.5 * crate::svm::gram::dot(&found.weights, &scores), 0.0);
                dual -= primal;
                scores.iter_mut().for_each(|s| *s += found.intercept);
                let spread = spread(&wanted.all);
                for (condition, a) in wanted.all.iter().zip(&found.multipliers) {
                    assert!((0.0..=condition.cost).contains(a));
                    let missing = condition.missing(&scores);
                    assert!(*a < condition.cost || missing >= -2e-8 * spread);
                    assert!(*a > 0.0 || missing <= 2e-8 * spread);
                    primal += condition.cost * missing.max(0.0);
                    dual += a * condition.least;
                }
                if wanted.intercept {
                    let cost = wanted.all.iter().map(|c| c.cost).fold(0.0, f64::max);
                    assert!(found.weights.iter().sum::<f64>().abs() <= 1e-8 * cost);
                }
                assert!(
                    (primal - dual).abs() <= 1e-7 * primal.abs().max(1e-6),
                    "{kernel:?} {formulation:?}: {primal} {dual}"
                );
            }
        }
    }
}
