//! Natural cubic splines by B-splines: the basis of R's `splines::ns`.
//!
//! Curves are cubic between knots with two continuous derivatives, and straight beyond the boundary knots. They are spanned
//! by as many columns as there are inner knots, and two more (one more without an intercept). The columns are cubic
//! B-splines, turned so that all but the first two have no second derivative at the boundary, and without these two.
//! Columns of a [restricted cubic spline](crate::spline) with the same knots, and one of ones, span the same curves.
//!
//! Sources: de Boor: A Practical Guide to Splines (1978) chapters IX and X (B-splines and their derivatives); Hastie, in
//! Chambers and Hastie: Statistical Models in S (1992) section 7.4.2 (the basis).

use crate::error::{Error, Result};
use crate::linear::{self, Qr};
use crate::summary::quantile_sorted;

/// Cubic.
const ORDER: usize = 4;

/// The basis of a natural cubic spline; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_stats::natural_spline::NaturalSpline;
/// let spline = NaturalSpline::of_values(&[0.0, 1.0, 2.0, 3.0, 4.0], 4, true)?;
/// assert_eq!((spline.width(), spline.boundary()), (4, [0.0, 4.0]));
/// // Straight beyond the boundary.
/// let at = |x: f64| spline.basis(x)[0];
/// assert!((at(4.0) - 2.0 * at(5.0) + at(6.0)).abs() < 1e-12);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NaturalSpline {
    inner: Vec<f64>,
    boundary: [f64; 2],
    intercept: bool,
    /// Inner knots between the boundary ones, these four times.
    knots: Vec<f64>,
    /// Turns away what bends at the boundary.
    turn: Qr,
}

impl NaturalSpline {
    /// The basis with these knots. Inner knots may be equal, and the curve then has fewer continuous derivatives there.
    ///
    /// # Errors
    /// [`Error::Knots`] if a knot is not finite, or the boundary does not ascend or not enclose the inner ones.
    pub fn new(inner: &[f64], boundary: [f64; 2], intercept: bool) -> Result<Self> {
        let [low, high] = boundary;
        let bad = |what: String| Err(Error::Knots { what });
        if let Some(knot) = inner.iter().chain(&boundary).find(|k| !k.is_finite()) {
            return bad(format!("one of them is {knot}; give finite numbers"));
        }
        if low >= high {
            return bad(format!("the boundary is from {low} to {high}; give two ascending numbers"));
        }
        if let Some(knot) = inner.iter().find(|k| !(low..=high).contains(*k)) {
            return bad(format!("{knot} is not between the boundary knots {low} and {high}"));
        }
        let mut knots = [low, high].repeat(ORDER);
        knots.extend(inner);
        knots.sort_unstable_by(f64::total_cmp);
        let skipped = usize::from(!intercept);
        let bends = boundary.map(|x| splines(&knots, x, 2)[skipped..].to_vec());
        Ok(Self { inner: inner.to_vec(), boundary, intercept, knots, turn: Qr::new(&bends)? })
    }

    /// The basis of so many columns: boundary knots at the smallest and largest value, inner ones at their evenly spaced
    /// quantiles (type 7).
    ///
    /// # Errors
    /// [`Error::Missing`] and [`Error::Infinite`] at such a value, [`Error::Knots`] if all values are equal, or there are
    /// fewer columns than the spline without inner knots has.
    pub fn of_values(values: &[f64], columns: usize, intercept: bool) -> Result<Self> {
        linear::check(values, 0, values.len())?;
        let least = 1 + usize::from(intercept);
        let Some(count) = columns.checked_sub(least) else {
            return Err(Error::Knots { what: format!("{columns} columns are asked for, and {least} are the least") });
        };
        let mut ascending = values.to_vec();
        ascending.sort_unstable_by(f64::total_cmp);
        let inner: Vec<f64> = (1..=count).map(|i| quantile_sorted(&ascending, i as f64 / (count + 1) as f64)).collect();
        Self::new(&inner, [quantile_sorted(&ascending, 0.0), quantile_sorted(&ascending, 1.0)], intercept)
    }

    /// The inner knots.
    pub fn inner(&self) -> &[f64] {
        &self.inner
    }

    /// The boundary knots.
    pub fn boundary(&self) -> [f64; 2] {
        self.boundary
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.inner.len() + 1 + usize::from(self.intercept)
    }

    /// The columns of one number. NaN of NaN.
    pub fn basis(&self, x: f64) -> Vec<f64> {
        let [low, high] = self.boundary;
        if x.is_nan() {
            return vec![x; self.width()];
        }
        let at = x.clamp(low, high);
        let mut values = splines(&self.knots, at, 0);
        if at != x {
            let slopes = splines(&self.knots, at, 1);
            values.iter_mut().zip(slopes).for_each(|(v, slope)| *v += (x - at) * slope);
        }
        let mut values = values.split_off(usize::from(!self.intercept));
        self.turn.turn(&mut values);
        values.split_off(2)
    }

    /// The columns of many numbers, a value per number in each.
    pub fn columns(&self, values: &[f64]) -> Vec<Vec<f64>> {
        let mut columns = vec![Vec::with_capacity(values.len()); self.width()];
        for &value in values {
            columns.iter_mut().zip(self.basis(value)).for_each(|(column, v)| column.push(v));
        }
        columns
    }
}

/// The cubic B-splines at a point within the boundary, or their derivatives. From the right at knots, from the left at the
/// last one.
fn splines(knots: &[f64], x: f64, derivative: usize) -> Vec<f64> {
    let count = knots.len() - ORDER;
    // The interval of x: from its knot to the next one.
    let span = knots.partition_point(|&k| k <= x).clamp(ORDER, count) - 1;
    // Splines of order 1 are 1 in one interval; each higher order is made from two neighbours.
    let mut values = vec![0.0; knots.len() - 1];
    values[span] = 1.0;
    let over = |a: f64, b: f64| if b == 0.0 { 0.0 } else { a / b };
    for order in 2..=ORDER {
        for i in 0..knots.len() - order {
            let (left, right) = (knots[i + order - 1] - knots[i], knots[i + order] - knots[i + 1]);
            values[i] = if order > ORDER - derivative {
                (order - 1) as f64 * (over(values[i], left) - over(values[i + 1], right))
            } else {
                over((x - knots[i]) * values[i], left) + over((knots[i + order] - x) * values[i + 1], right)
            };
        }
    }
    values.truncate(count);
    values
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn knots_that_cannot_be_are_explained() {
        let message = |inner: &[f64], boundary| NaturalSpline::new(inner, boundary, true).unwrap_err().to_string();
        assert!(message(&[], [1.0, 1.0]).contains("from 1 to 1"));
        assert!(message(&[3.0], [0.0, 1.0]).contains("3 is not between"));
        assert!(message(&[f64::NAN], [0.0, 1.0]).contains("NaN"));
        assert!(NaturalSpline::of_values(&[1.0, 2.0], 1, true).is_err());
        assert!(NaturalSpline::of_values(&[2.0, 2.0], 2, true).is_err());
    }

    proptest! {
        #[test]
        fn the_span_is_that_of_restricted_splines(
            steps in prop::collection::vec(0.1..3.0f64, 2..6), weights in prop::collection::vec(-1.0..1.0f64, 8),
        ) {
            let knots: Vec<f64> = steps.iter().scan(-2.0, |at, s| { *at += s; Some(*at) }).collect();
            let last = knots.len() - 1;
            let natural = NaturalSpline::new(&knots[1..last], [knots[0], knots[last]], true).unwrap();
            let at: Vec<f64> = (0..40).map(|i| -3.0 + 0.5 * f64::from(i)).collect();
            let y: Vec<f64> = at.iter().map(|&x| {
                let bent = match crate::spline::RestrictedCubicSpline::new(knots.clone()) {
                    Ok(spline) => spline.basis(x),
                    Err(_) => vec![x],
                };
                weights[0] + bent.iter().zip(&weights[1..]).map(|(v, w)| v * w).sum::<f64>()
            }).collect();
            let fit = Qr::new(&natural.columns(&at)).unwrap().fit(&y).unwrap();
            let size = y.iter().fold(1.0f64, |m, v| m.max(v.abs()));
            prop_assert!(fit.residuals.iter().all(|r| r.abs() < 1e-8 * size), "{:?}", fit.residuals);
        }
    }
}
