//! The minimum of the REML criterion over two ratios of variances that are not negative.

use super::likelihood::{Crossed, Likelihood};

/// The largest ratio, in the scale of the search: a ratio of about 1e13. Beyond it there is no residual variance.
const LARGEST: f64 = 30.0;
const STEPS: usize = 200;

/// A point of the search: *s = ln (1 + m t)*, with *m* the mean number of values per case or reading. It is 0 where the
/// ratio *t* is, and the criterion is smooth there and nearly linear far out.
type Point = [f64; 2];

/// The ratios of variances at the minimum, or why there is none.
///
/// Newton's method on the coordinates that are not held at 0, from the best point of a grid; exact first derivatives,
/// second ones from their differences. A coordinate at 0 is held there while the criterion rises from it.
pub fn minimise(model: &Crossed) -> Result<[f64; 2], String> {
    let search = Search { model };
    let failed = || "the variance components of the readings cannot be estimated".to_string();
    let mut point = search.best_of_grid().ok_or_else(failed)?;
    let mut at = search.at(point).ok_or_else(failed)?;
    for _ in 0..STEPS {
        let free: [bool; 2] = std::array::from_fn(|a| point[a] > 0.0 || at.gradient[a] < 0.0);
        let slope = (0..2).filter(|&a| free[a]).map(|a| at.gradient[a].abs()).fold(0.0, f64::max);
        if slope <= 1e-10 * model.count {
            return search.finish(point);
        }
        let Some((next, there)) = search.step(point, &at, free) else {
            // Rounding hides what is left to gain.
            return if slope <= 1e-5 * model.count { search.finish(point) } else { Err(failed()) };
        };
        (point, at) = (next, there);
    }
    Err(failed())
}

struct Search<'a> {
    model: &'a Crossed,
}

impl Search<'_> {
    fn ratios(&self, point: Point) -> [f64; 2] {
        [point[0].exp_m1() / self.model.per_case, point[1].exp_m1() / self.model.per_reading]
    }

    /// The criterion and its derivatives by the point's coordinates.
    fn at(&self, point: Point) -> Option<Likelihood> {
        let [t1, t2] = self.ratios(point);
        let at = self.model.at(t1, t2)?;
        let chain = [point[0].exp() / self.model.per_case, point[1].exp() / self.model.per_reading];
        let gradient: [f64; 2] = std::array::from_fn(|a| at.gradient[a] * chain[a]);
        let finite = at.criterion.is_finite() && gradient.iter().all(|g| g.is_finite());
        finite.then_some(Likelihood { gradient, ..at })
    }

    /// Several starts in one: the criterion can have more than one minimum, if rarely.
    fn best_of_grid(&self) -> Option<Point> {
        let axis = [0.0, 0.7, 2.0, 4.0, 7.0, 11.0, 16.0];
        let points = axis.iter().flat_map(|&a| axis.iter().map(move |&b| [a, b]));
        let valued = points.filter_map(|point| Some((self.at(point)?.criterion, point)));
        valued.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, point)| point)
    }

    /// A step that lessens the criterion, or, where that no longer shows, the slope.
    fn step(&self, point: Point, at: &Likelihood, free: [bool; 2]) -> Option<(Point, Likelihood)> {
        let mut direction = self.newton(point, at, free);
        let longest = direction.iter().fold(0.0, |m: f64, d| m.max(d.abs()));
        // One step is at most a factor of e² in a ratio.
        if longest > 2.0 {
            direction = direction.map(|d| d * 2.0 / longest);
        }
        let size = |l: &Likelihood, p: Point| {
            (0..2).filter(|&a| p[a] > 0.0 || l.gradient[a] < 0.0).map(|a| l.gradient[a].abs()).fold(0.0, f64::max)
        };
        let noise = 1e-12 * at.criterion.abs().max(1.0);
        let mut length = 1.0;
        for _ in 0..40 {
            let next: Point = std::array::from_fn(|a| (point[a] + length * direction[a]).clamp(0.0, LARGEST));
            if next == point {
                return None;
            }
            if let Some(there) = self.at(next) {
                let gain = at.criterion - there.criterion;
                let promised: f64 = (0..2).map(|a| at.gradient[a] * (point[a] - next[a])).sum();
                if gain > noise && gain >= 1e-4 * promised {
                    return Some((next, there));
                }
                if gain.abs() <= noise && size(&there, next) < size(at, point) {
                    return Some((next, there));
                }
            }
            length *= 0.5;
        }
        None
    }

    /// Newton's direction in the free coordinates; that of steepest descent where the criterion is not convex.
    fn newton(&self, point: Point, at: &Likelihood, free: [bool; 2]) -> Point {
        let g = at.gradient;
        let mut second = [[0.0; 2]; 2];
        for a in 0..2 {
            let h = 1e-5 * (1.0 + point[a]);
            let (mut low, mut high) = (point, point);
            low[a] = (point[a] - h).max(0.0);
            high[a] = point[a] + h;
            let (Some(below), Some(above)) = (self.at(low), self.at(high)) else { return descent(g, free) };
            for b in 0..2 {
                second[a][b] = (above.gradient[b] - below.gradient[b]) / (high[a] - low[a]);
            }
        }
        let mixed = 0.5 * (second[0][1] + second[1][0]);
        let (one, two) = (second[0][0], second[1][1]);
        match free {
            [true, true] => {
                let determinant = one * two - mixed * mixed;
                if one > 0.0 && determinant > 0.0 {
                    return [(mixed * g[1] - two * g[0]) / determinant, (mixed * g[0] - one * g[1]) / determinant];
                }
            }
            [true, false] if one > 0.0 => return [-g[0] / one, 0.0],
            [false, true] if two > 0.0 => return [0.0, -g[1] / two],
            _ => {}
        }
        descent(g, free)
    }

    /// The ratios, unless the point is at the end of the search.
    fn finish(&self, point: Point) -> Result<[f64; 2], String> {
        if point.iter().any(|s| *s >= LARGEST) {
            return Err("the readings leave no residual variance to estimate".to_string());
        }
        Ok(self.ratios(point))
    }
}

/// Against the slope, with a length of one.
fn descent(gradient: [f64; 2], free: [bool; 2]) -> Point {
    let slope: Point = std::array::from_fn(|a| if free[a] { -gradient[a] } else { 0.0 });
    let length = slope.iter().fold(0.0, |m: f64, s| m.max(s.abs()));
    if length > 0.0 { slope.map(|s| s / length) } else { slope }
}
