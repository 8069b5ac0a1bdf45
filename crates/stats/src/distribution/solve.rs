//! The point of a distribution from its tail.

use super::{Tail, Tails};

/// The logarithm `z` of the point where the tail is `target`, by Newton's method on the logarithm of the smaller tail.
///
/// The logarithm of a gamma or F variable has a log-concave density, hence log-concave tails: a step may overshoot the
/// root from one side only, and from the other it converges without overshooting. So no bracket is needed.
///
/// `None` at the ends: a tail of 0.
pub(super) fn ln_point(target: Tail, tails: impl Fn(f64) -> Tails) -> Option<f64> {
    let target = target.smaller();
    let (Tail::Lower(p) | Tail::Upper(p)) = target;
    if p <= 0.0 { None } else { Some(ln_point_of_ln(target, p.ln(), tails)) }
}

/// The same where only the logarithm `goal` of the tail is within the range of numbers; of `target` only the side counts.
pub(super) fn ln_point_of_ln(target: Tail, goal: f64, tails: impl Fn(f64) -> Tails) -> f64 {
    let mut z: f64 = 0.0;
    // Far tails take some 15 steps; the limit only guards against a rounding cycle.
    for _ in 0..200 {
        // Far beyond the root of a gamma variable the tail falls as exp(-exp(z)), and steps back are of 1.
        let limit = 1.0 + z.abs();
        let step = newton_step(target, goal, &tails(z)).clamp(-limit, limit);
        z -= step;
        if step.abs() <= 1e-10 * z.abs().max(1e-3) || step.is_nan() {
            break;
        }
    }
    z
}

/// One more step at the point itself, so that the rounding of `exp(z)` at large `z` does not stay: what to multiply the
/// point with, less 1.
pub(super) fn last_correction(target: Tail, at_point: &Tails) -> f64 {
    let target = target.smaller();
    let (Tail::Lower(p) | Tail::Upper(p)) = target;
    let step = newton_step(target, p.ln(), at_point);
    if step.abs() < 1e-6 { (-step).exp_m1() } else { 0.0 }
}

fn newton_step(target: Tail, goal: f64, at: &Tails) -> f64 {
    match target {
        Tail::Lower(_) => (at.ln_lower - goal) / (at.ln_slope - at.ln_lower).exp(),
        Tail::Upper(_) => (goal - at.ln_upper) / (at.ln_slope - at.ln_upper).exp(),
    }
}
