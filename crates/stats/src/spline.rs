//! Restricted cubic splines: smooth curves of a number that are straight beyond the outer knots.
//!
//! With *k* knots *t_1 < ... < t_k*, *(u)+* = max(*u*, 0) and *d = (t_k - t_1)^(2/3)*, a number *x* becomes *k - 1* columns: *x*
//! itself, and for *j* = 1 ... *k* - 2
//!
//! *((x - t_j)/d)+³ + [(t_{k-1} - t_j) ((x - t_k)/d)+³ - (t_k - t_j) ((x - t_{k-1})/d)+³] / (t_k - t_{k-1})*.
//!
//! Any combination of them is cubic between knots, has two continuous derivatives, and is linear before the first and after
//! the last knot. Dividing by *d* keeps the columns in the unit of *x* (`norm = 2`, the scale of rms).
//!
//! # Knots
//! [`RestrictedCubicSpline::of_values`] puts *k* knots at quantiles (type 7) of the values, evenly spaced from the 10th to the
//! 90th percentile if *k* = 3, from the 5th to the 95th if *k* is 4 to 6, from the 2.5th to the 97.5th if it is 7 or more. With
//! fewer than 100 values the outer knots are the fifth smallest and the fifth largest value. As `Hmisc::rcspline.eval` 4.8,
//! with its rules for values that are tied:
//! - not more than *k* + 2 different values: knots are all of them but the smallest and the largest;
//! - a smallest (largest) value that 5% of all or more share, if no other is so frequent: the first (last) knot is the next
//!   value, and the other knots are at quantiles of what is beyond it;
//! - fewer than three different quantiles: twice as many quantiles are tried.
//!
//! So there can be fewer knots than were asked for: [`RestrictedCubicSpline::knots`] says which there are. Fewer than three
//! are an error. Weights of cases have no influence on knots.
//!
//! # Sources
//! Stone and Koo: Additive splines in statistics, Proceedings of the Statistical Computing Section, American Statistical
//! Association (1985) 45-48. Durrleman and Simon: Flexible regression models with cubic splines, Statistics in Medicine 8
//! (1989) 551-561. Harrell: Regression Modeling Strategies, 2nd ed. (2015) section 2.4.5 (basis) and 2.4.6 (knots).

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::linear;
use crate::summary::quantile_sorted;

/// The basis of a restricted cubic spline; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_stats::spline::RestrictedCubicSpline;
/// let spline = RestrictedCubicSpline::new(vec![0.0, 1.0, 2.0])?;
/// // Before the first knot only the linear column is there.
/// assert_eq!(spline.basis(-1.0), [-1.0, 0.0]);
/// assert!((spline.basis(2.0)[1] - (8.0 - 2.0) / 4.0).abs() < 1e-15);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct RestrictedCubicSpline {
    knots: Vec<f64>,
}

impl RestrictedCubicSpline {
    /// The basis with these knots.
    ///
    /// # Errors
    /// [`Error::Knots`] if there are fewer than three, or they are not finite and ascending.
    pub fn new(knots: Vec<f64>) -> Result<Self> {
        let bad = |what: String| Err(Error::Knots { what });
        if knots.len() < 3 {
            return bad(format!("there are {}, and a spline needs three at least", knots.len()));
        }
        if let Some(knot) = knots.iter().find(|k| !k.is_finite()) {
            return bad(format!("one of them is {knot}; give finite numbers"));
        }
        match knots.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => bad(format!("{} is followed by {}; give them in ascending order", pair[0], pair[1])),
            None => Ok(Self { knots }),
        }
    }

    /// The basis with so many knots, 3 to 7 usually, placed by the distribution of the values.
    ///
    /// # Errors
    /// [`Error::Knots`] if fewer than three are asked for, or the values have too few different ones for three;
    /// [`Error::TooFew`] of fewer than six values; [`Error::Missing`] and [`Error::Infinite`].
    pub fn of_values(values: &[f64], count: usize) -> Result<Self> {
        linear::check(values, 0, values.len())?;
        if values.len() < 6 {
            return Err(Error::TooFew { what: "placing knots", needed: 6, found: values.len() });
        }
        if count < 3 {
            return Err(Error::Knots { what: format!("{count} are asked for, and a spline needs three at least") });
        }
        let mut ascending = values.to_vec();
        ascending.sort_unstable_by(f64::total_cmp);
        let different = runs(&ascending);
        if different.len() - 2.min(different.len()) <= count {
            let inner = different.iter().skip(1).take(different.len().saturating_sub(2));
            return Self::placed(inner.map(|run| run.0).collect(), different.len());
        }
        Self::placed(quantile_knots(&ascending, &different, count), different.len())
    }

    fn placed(mut knots: Vec<f64>, different: usize) -> Result<Self> {
        knots.retain(|k| !k.is_nan());
        knots.sort_unstable_by(f64::total_cmp);
        knots.dedup();
        if knots.len() < 3 {
            let what = format!(
                "the values give {} of them ({different} different values, of which few make up most); take the variable \
                 as linear or in categories, or give the knots",
                knots.len()
            );
            return Err(Error::Knots { what });
        }
        Self::new(knots)
    }

    /// The knots, ascending.
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// The number of columns: one less than knots.
    pub fn width(&self) -> usize {
        self.knots.len() - 1
    }

    /// The columns of one number. NaN of NaN.
    pub fn basis(&self, x: f64) -> Vec<f64> {
        let [first, .., before, last] = self.knots[..] else { return vec![x] };
        let scale = (last - first).powf(2.0 / 3.0);
        let cube = |knot: f64| {
            let u = ((x - knot) / scale).max(0.0);
            u * u * u
        };
        let (of_before, of_last) = (cube(before), cube(last));
        let bent = self.knots[..self.knots.len() - 2].iter().map(|&knot| {
            // max(0) would make 0 of NaN.
            let tail = ((before - knot) * of_last - (last - knot) * of_before) / (last - before);
            if x.is_nan() { x } else { cube(knot) + tail }
        });
        std::iter::once(x).chain(bent).collect()
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

impl TryFrom<Vec<f64>> for RestrictedCubicSpline {
    type Error = Error;

    fn try_from(knots: Vec<f64>) -> Result<Self> {
        Self::new(knots)
    }
}

impl From<RestrictedCubicSpline> for Vec<f64> {
    fn from(spline: RestrictedCubicSpline) -> Self {
        spline.knots
    }
}

/// The different values, ascending, each with its number.
fn runs(ascending: &[f64]) -> Vec<(f64, usize)> {
    ascending.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect()
}

/// The part of the values that makes a smallest or largest one an outer knot's neighbour.
const FREQUENT: f64 = 0.05;

/// Knots at quantiles, by the rules of the module; not yet ascending, each once.
fn quantile_knots(ascending: &[f64], different: &[(f64, usize)], count: usize) -> Vec<f64> {
    let outer = match count {
        3 => 0.1,
        4..=6 => 0.05,
        _ => 0.025,
    };
    let share = |run: &(f64, usize)| run.1 as f64 / ascending.len() as f64;
    let [smallest, inner @ .., largest] = different else { return Vec::new() };
    let (mut first, mut last, mut within, mut wanted) = (None, None, ascending, count);
    if inner.iter().all(|run| share(run) < FREQUENT) {
        if share(smallest) >= FREQUENT {
            let knot = inner[0].0;
            within = &within[within.partition_point(|v| *v <= knot)..];
            (first, wanted) = (Some(knot), wanted - 1);
        }
        if share(largest) >= FREQUENT {
            // The largest of the values below the largest that are left.
            let top = within.last().copied().unwrap_or(f64::NAN);
            let below = within.partition_point(|v| *v < top);
            let knot = within[..below].last().copied().unwrap_or(f64::NAN);
            within = &within[..within.partition_point(|v| *v < knot)];
            (last, wanted) = (Some(knot), wanted - 1);
        }
    }
    let mut knots = match wanted {
        1 => vec![quantile_sorted(within, 0.5)],
        _ => between(within, first, last, wanted, outer),
    };
    knots.extend(first.into_iter().chain(last));
    knots
}

fn between(within: &[f64], first: Option<f64>, last: Option<f64>, wanted: usize, outer: f64) -> Vec<f64> {
    let spaced = |from: f64, number: usize| -> Vec<f64> {
        let step = (1.0 - outer - from) / (number - 1) as f64;
        (0..number).map(|i| quantile_sorted(within, from + i as f64 * step)).collect()
    };
    let distinct = |knots: &[f64]| runs(knots).len();
    let mut knots = spaced(if wanted == 2 { 0.5 } else { outer }, wanted);
    if distinct(&knots) < wanted.min(3) {
        knots = spaced(outer, 2 * wanted);
        if let Some(first) = first.filter(|_| distinct(&knots) < 3) {
            let middle = last.map_or_else(|| quantile_sorted(within, 0.5), |last| (first + last) / 2.0);
            knots = vec![first, middle, last.unwrap_or_else(|| quantile_sorted(within, 1.0 - outer))];
            knots.sort_unstable_by(f64::total_cmp);
        }
        if distinct(&knots) < 3 {
            return Vec::new();
        }
    }
    if within.len() < 100 && within.len() >= 5 {
        if first.is_none() {
            knots[0] = within[4];
        }
        if last.is_none() {
            knots.resize(knots.len().max(wanted), f64::NAN);
            knots[wanted - 1] = within[within.len() - 5];
        }
    }
    knots
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn knots_that_cannot_be_are_explained() {
        let message = |knots: &[f64]| RestrictedCubicSpline::new(knots.to_vec()).unwrap_err().to_string();
        assert!(message(&[1.0, 2.0]).contains("there are 2, and a spline needs three"));
        assert!(message(&[1.0, 3.0, 2.0]).contains("3 is followed by 2"));
        assert!(message(&[1.0, f64::NAN, 2.0]).contains("NaN"));
        let few = [0.0, 1.0].repeat(20);
        assert!(RestrictedCubicSpline::of_values(&few, 4).unwrap_err().to_string().contains("2 different values"));
        assert!(RestrictedCubicSpline::of_values(&[1.0; 5], 4).is_err());
        assert!(RestrictedCubicSpline::of_values(&[1.0; 9], 4).is_err());
        assert!(RestrictedCubicSpline::of_values(&[1.0, 2.0, 3.0, 4.0, 5.0, f64::NAN], 3).is_err());
        assert!(serde_json::from_str::<RestrictedCubicSpline>("[1.0, 1.0, 2.0]").is_err());
    }

    proptest! {
        #[test]
        fn any_values_give_knots_or_an_error(
            values in prop::collection::vec((-3i32..6, 0.0..1.0f64, any::<bool>()), 0..150),
            count in 0usize..9,
        ) {
            let values: Vec<f64> =
                values.iter().map(|v| if v.2 { f64::from(v.0) } else { f64::from(v.0) * v.1 }).collect();
            if let Ok(spline) = RestrictedCubicSpline::of_values(&values, count) {
                prop_assert!(spline.knots().windows(2).all(|pair| pair[0] < pair[1]));
                prop_assert!(spline.columns(&values).iter().flatten().all(|v| v.is_finite()));
            }
        }

        #[test]
        fn curves_are_straight_beyond_the_outer_knots(
            steps in prop::collection::vec(0.1..3.0f64, 3..8), coefficients in prop::collection::vec(-1.0..1.0f64, 7),
        ) {
            let knots: Vec<f64> = steps.iter().scan(-2.0, |at, step| { *at += step; Some(*at) }).collect();
            let spline = RestrictedCubicSpline::new(knots.clone()).unwrap();
            let curve = |x: f64| spline.basis(x).iter().zip(&coefficients).map(|(v, b)| v * b).sum::<f64>();
            let last = knots[knots.len() - 1];
            for from in [knots[0] - 9.0, last] {
                let second = curve(from) - 2.0 * curve(from + 3.0) + curve(from + 6.0);
                prop_assert!(second.abs() < 1e-9, "{}", second);
            }
        }
    }
}
