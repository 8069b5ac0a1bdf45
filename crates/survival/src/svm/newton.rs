//! The minimum of *b'G b / 2 + L(G b + c)*, *L* being a convex function of scores that is quadratic in pieces, and *G* the matrix of
//! a kernel, to which a constant *t* may be added: that of an intercept with the penalty *b_0² / (2 t)*.
//!
//! The derivative is *G (b + g)*, *g* being that of *L* at the scores *s = G b + c*. A step *d* solves *(I + H G) d = -(b + g)*,
//! *H* being the second derivative of *L*, by conjugate gradients in the inner product *u'G v*, in which the equations are symmetric:
//! one product with *G* an iteration. For the linear kernel these are the iterates of Newton's method on the coefficients *w = X'b*
//! (Lee and Lin: Large-scale linear RankSVM, Neural Computation 26 (2014) 781-817), and no others are needed for other kernels.
//! The step is shortened, if its derivative at its end is not below a tenth of that at its beginning, to a point where it is.
//!
//! A minimum has *b = -g*. The distance in the function space from a point to the minimum is at most the length of *b + g*, since the
//! penalty's second derivative is 1.
//!
//! argmin's Newton-CG is slower: it asks for cost, gradient and products anew at the same point, sorts for each of them, knows the plain
//! inner product only (for a kernel the equations are then *G + G H G*, of the squared condition), and needs the cost for its line search,
//! which is a difference of large sums.

use super::gram::{Gram, dot};
use crate::error::{Error, Result};

/// A function of scores.
pub(super) trait Loss {
    /// Goes to these scores.
    fn at(&mut self, scores: &[f64]);
    /// The derivative there.
    fn gradient(&self) -> &[f64];
    /// The product of the second derivative there with a direction of scores.
    fn curvature(&mut self, direction: &[f64]) -> Vec<f64>;
}

/// Where the solver is.
#[derive(Debug, Clone)]
pub(super) struct Point {
    /// *b*
    pub(super) weights: Vec<f64>,
    /// *G b + c*
    pub(super) scores: Vec<f64>,
}

/// The kernel and the constant of the intercept.
pub(super) struct Space<'a> {
    pub(super) gram: &'a Gram,
    pub(super) constant: f64,
    /// Whether functions have the mean 0: the kernel is *(I - J) K (I - J)*, *J* taking means. Where weights add up to 0 it is the same but
    /// for a constant, and better conditioned.
    pub(super) centred: bool,
}

impl Space<'_> {
    pub(super) fn times(&self, v: &[f64]) -> Vec<f64> {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let add = self.constant * v.iter().sum::<f64>();
        if !self.centred {
            let mut out = self.gram.times(v);
            out.iter_mut().for_each(|value| *value += add);
            return out;
        }
        let of_weights = mean(v);
        let mut out = self.gram.times(&v.iter().map(|v| v - of_weights).collect::<Vec<f64>>());
        let of_scores = mean(&out);
        out.iter_mut().for_each(|value| *value += add - of_scores);
        out
    }
}

/// Goes from a point to the minimum, until the derivative's length is at most this.
///
/// # Errors
/// [`Error::NotConverged`] after so many steps.
pub(super) fn minimise<L: Loss>(
    space: &Space,
    loss: &mut L,
    point: &mut Point,
    tolerance: f64,
    max_steps: usize,
) -> Result<()> {
    loss.at(&point.scores);
    let mut begin = 0.0;
    let (mut last, mut stalled) = (f64::INFINITY, 0);
    for step in 0..=max_steps {
        let residual: Vec<f64> = point.weights.iter().zip(loss.gradient()).map(|(b, g)| -(b + g)).collect();
        let image = space.times(&residual);
        let square = dot(&residual, &image);
        let length = square.max(0.0).sqrt();
        if !length.is_finite() {
            return Err(Error::NotConverged { what: "the survival SVM" });
        }
        if step == 0 {
            begin = length;
        }
        // Rounding of large weights may leave a derivative that no step makes smaller.
        stalled = if length > 0.5 * last { stalled + 1 } else { 0 };
        if length <= tolerance || (stalled >= 3 && length <= 1e3 * tolerance) {
            return Ok(());
        }
        last = length;
        let forcing = (length / begin).sqrt().clamp(1e-4, 0.1);
        let (direction, along) = conjugate_gradients(space, loss, residual, image, square, forcing);
        let share = search(loss, point, &direction, &along);
        let moved = |at: &mut [f64], by: &[f64]| at.iter_mut().zip(by).for_each(|(at, by)| *at += share * by);
        moved(&mut point.weights, &direction);
        moved(&mut point.scores, &along);
        loss.at(&point.scores);
    }
    Err(Error::NotConverged { what: "the survival SVM" })
}

/// A direction, and its image.
fn conjugate_gradients<L: Loss>(
    space: &Space,
    loss: &mut L,
    mut residual: Vec<f64>,
    image: Vec<f64>,
    mut square: f64,
    forcing: f64,
) -> (Vec<f64>, Vec<f64>) {
    let n = residual.len();
    let (mut direction, mut along) = (vec![0.0; n], vec![0.0; n]);
    let (mut p, mut q) = (residual.clone(), image);
    let enough = forcing * forcing * square;
    for _ in 0..2 * n + 50 {
        let mut applied = loss.curvature(&q);
        applied.iter_mut().zip(&p).for_each(|(a, p)| *a += p);
        let bend = dot(&applied, &q);
        if bend <= 0.0 || !bend.is_finite() {
            break;
        }
        let share = square / bend;
        for i in 0..n {
            direction[i] += share * p[i];
            along[i] += share * q[i];
            residual[i] -= share * applied[i];
        }
        let image = space.times(&residual);
        let next = dot(&residual, &image);
        if next <= enough || !next.is_finite() {
            break;
        }
        let keep = next / square;
        square = next;
        for i in 0..n {
            p[i] = residual[i] + keep * p[i];
            q[i] = image[i] + keep * q[i];
        }
    }
    (direction, along)
}

/// How far to go: a place where the derivative along the direction is a tenth of that at the beginning at most.
fn search<L: Loss>(loss: &mut L, point: &Point, direction: &[f64], along: &[f64]) -> f64 {
    let mut slope = |share: f64| {
        let scores: Vec<f64> = point.scores.iter().zip(along).map(|(s, a)| s + share * a).collect();
        loss.at(&scores);
        let at = |i: usize| point.weights[i] + share * direction[i] + loss.gradient()[i];
        (0..along.len()).map(|i| at(i) * along[i]).sum::<f64>()
    };
    let begin = slope(0.0);
    let enough = 0.1 * begin.abs();
    let (mut low, mut high) = ((0.0, begin), (1.0, slope(1.0)));
    // The derivative rises: further on it may still fall.
    for _ in 0..30 {
        if high.1 >= -enough {
            break;
        }
        low = high;
        let further = 2.0 * high.0;
        high = (further, slope(further));
    }
    for _ in 0..60 {
        if high.1.abs() <= enough {
            break;
        }
        // Between both, nearer to where the line through them is 0, but not too near to either.
        let line = low.0 - low.1 * (high.0 - low.0) / (high.1 - low.1);
        let (from, to) = (low.0 + 0.1 * (high.0 - low.0), low.0 + 0.9 * (high.0 - low.0));
        let share = if line.is_finite() { line.clamp(from, to) } else { (from + to) / 2.0 };
        let found = slope(share);
        if found.abs() <= enough {
            return share;
        }
        if found < 0.0 { low = (share, found) } else { high = (share, found) }
    }
    high.0
}
