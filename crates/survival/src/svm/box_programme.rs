//! *min x'D x / 2 + d'x*, *0 <= x <= u*, *a'x = 0*: dense quadratic programmes of some hundred variables, for
//! [`compat`](super::compat).
//!
//! A primal-dual interior point method with Mehrotra's predictor and corrector (Nocedal and Wright: Numerical optimization, 2nd edition,
//! 2006, section 16.6), one Cholesky decomposition of *D* and a diagonal a step; at last the variables that are at neither end are solved for
//! exactly.

use nalgebra::{DMatrix, DVector};

use crate::error::{Error, Result};

/// A programme.
pub(super) struct BoxProgramme {
    /// *D*, positive definite.
    pub(super) quadratic: DMatrix<f64>,
    /// *d*
    pub(super) linear: DVector<f64>,
    /// *u*
    pub(super) upper: DVector<f64>,
    /// *a*, if there is such a condition.
    pub(super) equality: Option<DVector<f64>>,
}

/// A point, and the multipliers of its conditions.
struct Point {
    x: DVector<f64>,
    lower: DVector<f64>,
    upper: DVector<f64>,
    equality: f64,
}

const NOT_SOLVED: Error = Error::NotConverged { what: "the quadratic programme of survivalsvm" };

impl BoxProgramme {
    /// The minimum.
    ///
    /// # Errors
    /// [`Error::NotConverged`].
    pub(super) fn solve(&self) -> Result<DVector<f64>> {
        let n = self.linear.len();
        let x = &self.upper / 2.0;
        let size = (&self.quadratic * &x + &self.linear).amax().max(1e-300);
        let start = DVector::from_element(n, size);
        let mut at = Point { x, lower: start.clone(), upper: start, equality: 0.0 };
        for _ in 0..100 {
            let room = &self.upper - &at.x;
            let gap = (at.x.dot(&at.lower) + room.dot(&at.upper)) / (2.0 * n as f64);
            let residual = self.residual(&at);
            let balance = self.equality.as_ref().map_or(0.0, |a| a.dot(&at.x));
            if gap <= 1e-14 * size * self.upper.amax() && residual.amax() <= 1e-9 * size {
                return Ok(self.polished(&at).unwrap_or(at.x));
            }
            let diagonal = at.lower.component_div(&at.x) + at.upper.component_div(&room);
            let factors = (&self.quadratic + DMatrix::from_diagonal(&diagonal)).cholesky().ok_or(NOT_SOLVED)?;
            let of_equality = self.equality.as_ref().map(|a| factors.solve(a));
            // A step to where products of variables and multipliers are `targets`.
            let step = |low: &DVector<f64>, high: &DVector<f64>| {
                let right = low.component_div(&at.x) - high.component_div(&room) - &residual;
                let mut dx = factors.solve(&right);
                let mut dy = 0.0;
                if let (Some(a), Some(column)) = (&self.equality, &of_equality) {
                    dy = (-balance - a.dot(&dx)) / a.dot(column);
                    dx += column * dy;
                }
                let lower = (low - at.lower.component_mul(&dx)).component_div(&at.x);
                let upper = (high + at.upper.component_mul(&dx)).component_div(&room);
                Point { x: dx, lower, upper, equality: dy }
            };
            let low = -at.x.component_mul(&at.lower);
            let high = -room.component_mul(&at.upper);
            let guess = step(&low, &high);
            let share = |part: &Point| {
                let to_end = |value: &DVector<f64>, by: &DVector<f64>, sign: f64| {
                    let ends = value.iter().zip(by).filter(|(_, by)| sign * **by < 0.0).map(|(v, by)| -v / (sign * by));
                    ends.fold(1.0f64, f64::min)
                };
                let primal = to_end(&at.x, &part.x, 1.0).min(to_end(&room, &part.x, -1.0));
                primal.min(to_end(&at.lower, &part.lower, 1.0)).min(to_end(&at.upper, &part.upper, 1.0))
            };
            let t = share(&guess);
            let ahead = ((&at.x + &guess.x * t).dot(&(&at.lower + &guess.lower * t))
                + (&room - &guess.x * t).dot(&(&at.upper + &guess.upper * t)))
                / (2.0 * n as f64);
            let centre = (ahead / gap).powi(3) * gap;
            let low = low.add_scalar(centre) - guess.x.component_mul(&guess.lower);
            let high = high.add_scalar(centre) + guess.x.component_mul(&guess.upper);
            let part = step(&low, &high);
            let t = (0.995 * share(&part)).min(1.0);
            at.x += part.x * t;
            at.lower += part.lower * t;
            at.upper += part.upper * t;
            at.equality += part.equality * t;
            if !at.x.iter().all(|v| v.is_finite()) {
                return Err(NOT_SOLVED);
            }
        }
        Err(NOT_SOLVED)
    }

    /// What the derivative lacks to be 0.
    fn residual(&self, at: &Point) -> DVector<f64> {
        let mut residual = &self.quadratic * &at.x + &self.linear - &at.lower + &at.upper;
        if let Some(a) = &self.equality {
            residual -= a * at.equality;
        }
        residual
    }

    /// With those variables at their ends that are nearest to them, the others exactly; none if they are not between them then.
    fn polished(&self, at: &Point) -> Option<DVector<f64>> {
        let n = at.x.len();
        let mut x = DVector::zeros(n);
        let mut free = Vec::new();
        // The multiplier of an end in units of the variable.
        let unit = self.upper.amax() / (at.lower.amax().max(at.upper.amax())).max(1e-300);
        for i in 0..n {
            match () {
                () if at.lower[i] * unit > at.x[i] => {}
                () if at.upper[i] * unit > self.upper[i] - at.x[i] => x[i] = self.upper[i],
                () => free.push(i),
            }
        }
        if free.is_empty() {
            return None;
        }
        let factors = self.quadratic.select_rows(&free).select_columns(&free).cholesky()?;
        let fixed = &self.quadratic * &x + &self.linear;
        let mut part = factors.solve(&-fixed.select_rows(&free));
        if let Some(a) = &self.equality {
            let of_free = a.select_rows(&free);
            let column = factors.solve(&of_free);
            part += &column * ((-a.dot(&x) - of_free.dot(&part)) / of_free.dot(&column));
        }
        let within = free.iter().zip(&part).all(|(&i, v)| (0.0..=self.upper[i]).contains(v));
        free.iter().zip(&part).for_each(|(&i, v)| x[i] = *v);
        within.then_some(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solutions_are_minima() {
        for (n, with_equality) in [(1, false), (5, true), (40, false), (60, true)] {
            let mut random = crate::random::Random::new(n as u64, 1);
            let root = DMatrix::from_fn(n, n, |_, _| random.uniform() - 0.5);
            let quadratic = &root * root.transpose() + DMatrix::identity(n, n) * 1e-3;
            let linear = DVector::from_fn(n, |_, _| random.uniform() - 0.6);
            let equality = with_equality.then(|| DVector::from_fn(n, |i, _| [-1.0, 1.0, 0.0][i % 3]));
            let upper = DVector::from_element(n, 0.7);
            let programme = BoxProgramme { quadratic, linear, upper, equality };
            let x = programme.solve().unwrap();
            let slope = &programme.quadratic * &x + &programme.linear;
            let inside = |i: &usize| x[*i] > 1e-12 && x[*i] < 0.7 - 1e-12;
            // The multiplier of the equality is what the derivative is of its coefficient where a variable is free.
            let y = programme.equality.as_ref().map_or(0.0, |a| {
                assert!(a.dot(&x).abs() < 1e-12);
                (0..n).filter(inside).find(|&i| a[i] != 0.0).map_or(0.0, |i| slope[i] / a[i])
            });
            for i in 0..n {
                let left = slope[i] - programme.equality.as_ref().map_or(0.0, |a| y * a[i]);
                match () {
                    () if inside(&i) => assert!(left.abs() < 1e-11, "{n} {i} {left}"),
                    () if x[i] <= 1e-12 => assert!(left > -1e-11 && x[i] >= -1e-12),
                    () => assert!(left < 1e-11 && x[i] <= 0.7 + 1e-12),
                }
            }
        }
    }
}
