//! A smooth curve through points, from lines fitted near each and robust to outliers.
//!
//! Cleveland, *J Am Stat Assoc* 74 (1979) 829-836, in the form of his program, which R's `lowess` is. At each of the
//! ascending values *x* a line is fitted to the *q* = max(2, floor(*f n*)) nearest points with weights
//! (1 - (*d* / *h*)³)³, where *d* is a point's distance and *h* the largest of them; its value there is the smoothed one.
//! Then, as often as asked for, all is fitted again with weights that are times (1 - (*r* / 6 *m*)²)², where *r* is a point's
//! residual and *m* the median of their sizes, and 0 beyond 6 *m*. Lines are fitted at points more than `delta` apart; the
//! curve between them is straight.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::{linear, summary};

/// How a curve is smoothed: the defaults are R's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LowessSettings {
    /// The share of the points that each line is fitted to, 2/3. Above 1 it is all of them.
    pub span: f64,
    /// How often all is fitted again without outliers, 3.
    pub iterations: usize,
    /// Lines are fitted at points further apart than this; if not given, than a hundredth of the range of *x*.
    pub delta: Option<f64>,
}

impl Default for LowessSettings {
    fn default() -> Self {
        Self { span: 2.0 / 3.0, iterations: 3, delta: None }
    }
}

/// A smooth curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowess {
    /// Ascending, each once, with the smoothed values.
    x: Vec<f64>,
    y: Vec<f64>,
    fitted: Vec<f64>,
}

impl LowessSettings {
    /// The curve through the points.
    ///
    /// # Errors
    /// [`Error::TooFew`] without points; [`Error::Length`], [`Error::Missing`], [`Error::Infinite`] (column 0 is `x`, 1 is
    /// `y`); [`Error::NotPositive`] for a span that is not positive; [`Error::Negative`] for such a `delta`.
    ///
    /// # Example
    /// ```
    /// use radsurv_stats::lowess::LowessSettings;
    /// let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    /// let curve = LowessSettings::default().fit(&x, &[2.0, 4.0, 6.0, 8.0, 10.0, 12.0])?;
    /// assert!((curve.at(2.5) - 5.0).abs() < 1e-12 && (curve.at(9.0) - 12.0).abs() < 1e-12);
    /// # Ok::<(), radsurv_stats::Error>(())
    /// ```
    pub fn fit(&self, x: &[f64], y: &[f64]) -> Result<Lowess> {
        let n = x.len();
        if n == 0 {
            return Err(Error::TooFew { what: "a smooth curve", needed: 1, found: 0 });
        }
        linear::check(x, 0, n)?;
        linear::check(y, 1, n)?;
        if !(self.span > 0.0 && self.span.is_finite()) {
            return Err(Error::NotPositive { name: "span", value: self.span, unit: "share of the points" });
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| x[a].partial_cmp(&x[b]).unwrap_or(std::cmp::Ordering::Equal));
        let ascending: Vec<f64> = order.iter().map(|&i| x[i]).collect();
        let delta = self.delta.unwrap_or(0.01 * (ascending[n - 1] - ascending[0]));
        if delta.is_nan() || delta < 0.0 {
            return Err(Error::Negative { name: "delta", value: delta });
        }
        let nearest = ((self.span * n as f64 + 1e-7) as usize).min(n).max(2);
        let points = Points { x: &ascending, y: &order.iter().map(|&i| y[i]).collect::<Vec<_>>() };
        let smooth = points.smooth(nearest, self.iterations, delta);
        let mut fitted = vec![0.0; n];
        order.iter().zip(&smooth).for_each(|(&i, value)| fitted[i] = *value);
        let (mut knots, mut values) = (Vec::new(), Vec::new());
        let mut from = 0;
        for tie in ascending.chunk_by(|a, b| a == b) {
            knots.push(tie[0]);
            values.push(summary::mean(&smooth[from..from + tie.len()]));
            from += tie.len();
        }
        Ok(Lowess { x: knots, y: values, fitted })
    }
}

impl Lowess {
    /// The smoothed value of each point, in the order they were given.
    pub fn fitted(&self) -> &[f64] {
        &self.fitted
    }

    /// The values of *x*, ascending, each once.
    pub fn x(&self) -> &[f64] {
        &self.x
    }

    /// The smoothed value at each of [`x`](Self::x).
    pub fn y(&self) -> &[f64] {
        &self.y
    }

    /// The curve anywhere: straight between points, level beyond the first and last. R's `approxfun(rule = 2)`.
    pub fn at(&self, x: f64) -> f64 {
        let above = self.x.partition_point(|knot| *knot < x);
        if x.is_nan() {
            return x;
        }
        match above {
            0 => self.y[0],
            above if above == self.x.len() => self.y[above - 1],
            above if self.x[above] == x => self.y[above],
            above => {
                let (x0, x1, y0, y1) = (self.x[above - 1], self.x[above], self.y[above - 1], self.y[above]);
                y0 + (y1 - y0) * ((x - x0) / (x1 - x0))
            }
        }
    }
}

/// Points by ascending x.
struct Points<'a> {
    x: &'a [f64],
    y: &'a [f64],
}

impl Points<'_> {
    fn smooth(&self, nearest: usize, iterations: usize, delta: f64) -> Vec<f64> {
        let n = self.x.len();
        if n == 1 {
            return self.y.to_vec();
        }
        let mut robust: Option<Vec<f64>> = None;
        let mut iteration = 0;
        loop {
            let smooth = self.pass(nearest, delta, robust.as_deref());
            if iteration == iterations {
                return smooth;
            }
            iteration += 1;
            let sizes: Vec<f64> = self.y.iter().zip(&smooth).map(|(y, s)| (y - s).abs()).collect();
            let mean = sizes.iter().sum::<f64>() / n as f64;
            let mut sorted = sizes.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let six = match n % 2 {
                0 => 3.0 * (sorted[n / 2] + sorted[n / 2 - 1]),
                _ => 6.0 * sorted[n / 2],
            };
            // The curve goes through nearly all points: there is no residual to judge others by.
            if six < 1e-7 * mean {
                return smooth;
            }
            let weight = |r: &f64| match *r {
                r if r <= 0.001 * six => 1.0,
                r if r <= 0.999 * six => square(1.0 - square(r / six)),
                _ => 0.0,
            };
            robust = Some(sizes.iter().map(weight).collect());
        }
    }

    /// Lines at points, straight between them.
    fn pass(&self, nearest: usize, delta: f64, robust: Option<&[f64]>) -> Vec<f64> {
        let (x, n) = (self.x, self.x.len());
        let mut smooth = vec![0.0; n];
        let mut weights = vec![0.0; n];
        let (mut left, mut right) = (0, nearest - 1);
        let mut last: Option<usize> = None;
        let mut i = 0;
        loop {
            // The window of the nearest points moves up as long as the next is nearer than its first.
            while right + 1 < n && x[i] - x[left] > x[right + 1] - x[i] {
                left += 1;
                right += 1;
            }
            smooth[i] = self.line(x[i], left..right + 1, &mut weights, robust).unwrap_or(self.y[i]);
            if let Some(last) = last.filter(|last| last + 1 < i) {
                let width = x[i] - x[last];
                for j in last + 1..i {
                    let part = (x[j] - x[last]) / width;
                    smooth[j] = part * smooth[i] + (1.0 - part) * smooth[last];
                }
            }
            let mut done = i;
            let cut = x[done] + delta;
            let mut next = done + 1;
            while next < n && x[next] <= cut {
                if x[next] == x[done] {
                    smooth[next] = smooth[done];
                    done = next;
                }
                next += 1;
            }
            if done + 1 >= n {
                return smooth;
            }
            last = Some(done);
            // The last point within delta, or the next if there is none.
            i = (done + 1).max(next - 1);
        }
    }

    /// The value at `at` of the line through the points of a window; none if all weights are 0.
    fn line(&self, at: f64, window: Range<usize>, weights: &mut [f64], robust: Option<&[f64]>) -> Option<f64> {
        let (x, n) = (self.x, self.x.len());
        let h = (at - x[window.start]).max(x[window.end - 1] - at);
        let (near, far) = (0.001 * h, 0.999 * h);
        let mut sum = 0.0;
        // Points beyond the window may be as far as its last.
        let mut end = window.start;
        while end < n {
            let distance = (x[end] - at).abs();
            weights[end] = 0.0;
            if distance <= far {
                let weight = if distance <= near { 1.0 } else { cube(1.0 - cube(distance / h)) };
                weights[end] = robust.map_or(weight, |robust| weight * robust[end]);
                sum += weights[end];
            } else if x[end] > at {
                break;
            }
            end += 1;
        }
        if sum <= 0.0 {
            return None;
        }
        let weights = &mut weights[window.start..end];
        let x_here = &x[window.start..end];
        weights.iter_mut().for_each(|w| *w /= sum);
        if h > 0.0 {
            let centre: f64 = weights.iter().zip(x_here).map(|(w, x)| w * x).sum();
            let spread: f64 = weights.iter().zip(x_here).map(|(w, x)| w * (x - centre) * (x - centre)).sum();
            // Points that are nearly at one place have a mean, not a slope.
            if spread.sqrt() > 0.001 * (x[n - 1] - x[0]) {
                let slope = (at - centre) / spread;
                weights.iter_mut().zip(x_here).for_each(|(w, x)| *w *= slope * (x - centre) + 1.0);
            }
        }
        Some(weights.iter().zip(&self.y[window.start..end]).map(|(w, y)| w * y).sum())
    }
}

fn square(v: f64) -> f64 {
    v * v
}

fn cube(v: f64) -> f64 {
    v * v * v
}
