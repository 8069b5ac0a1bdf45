//! The minimum of the REML criterion over two ratios of variances that are not negative.

use nalgebra::{Matrix2, Vector2};

use super::likelihood::{Crossed, Likelihood};

/// The end of the search: ratios of about 1e18. There is no residual variance beyond.
const LARGEST: f64 = 45.0;
/// Where ratios are so large, about 1e6, that a slope lost in rounding is that towards a residual variance of 0: the
/// readings are hardly more than there are cases and offsets.
const LARGE: f64 = 15.0;
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
    let mut slope = f64::INFINITY;
    for _ in 0..STEPS {
        let free: [bool; 2] = std::array::from_fn(|a| {
            (point[a] > 0.0 || at.gradient[a] < 0.0) && (point[a] < LARGEST || at.gradient[a] > 0.0)
        });
        slope = (0..2).filter(|&a| free[a]).map(|a| at.gradient[a].abs()).fold(0.0, f64::max);
        if slope <= 1e-10 * model.count {
            break;
        }
        // Without a step that is better, rounding hides what is left to gain.
        let Some(next) = search.step(point, &at, free) else { break };
        (point, at) = next;
    }
    if point.iter().any(|s| *s >= LARGEST) || (slope > 1e-5 * model.count && point.iter().any(|s| *s > LARGE)) {
        return Err("the readings leave no residual variance to estimate".to_string());
    }
    if slope > 1e-5 * model.count {
        return Err(failed());
    }
    Ok(search.ratios(point))
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
        let axis = [0.0, 1.0, 3.0, 6.0, 11.0, 18.0];
        let points = axis.iter().flat_map(|&a| axis.iter().map(move |&b| [a, b]));
        let valued = points.filter_map(|point| Some((self.at(point)?.criterion, point)));
        valued.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, point)| point)
    }

    /// A step that lessens the criterion, or, where that no longer shows, the slope.
    fn step(&self, point: Point, at: &Likelihood, free: [bool; 2]) -> Option<(Point, Likelihood)> {
        let mut direction = self.newton(point, at, free);
        let longest = direction.iter().fold(0.0, |m: f64, d| m.max(d.abs()));
        // One step is at most a factor of e³ in a ratio.
        if longest > 3.0 {
            direction = direction.map(|d| d * 3.0 / longest);
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

    /// Newton's direction in the free coordinates, with the sizes of the curvatures: where the criterion is not convex it
    /// still goes down.
    fn newton(&self, point: Point, at: &Likelihood, free: [bool; 2]) -> Point {
        let mut slope = at.gradient;
        let mut second = Matrix2::identity();
        for a in (0..2).filter(|&a| free[a]) {
            let h = 1e-5 * (1.0 + point[a]);
            let (mut low, mut high) = (point, point);
            low[a] = (point[a] - h).max(0.0);
            high[a] = point[a] + h;
            let (Some(below), Some(above)) = (self.at(low), self.at(high)) else { continue };
            for b in (0..2).filter(|&b| free[b]) {
                second[(a, b)] = (above.gradient[b] - below.gradient[b]) / (high[a] - low[a]);
            }
        }
        (0..2).filter(|&a| !free[a]).for_each(|a| slope[a] = 0.0);
        let curved = (0.5 * (second + second.transpose())).symmetric_eigen();
        let mut direction = Vector2::zeros();
        for (value, vector) in curved.eigenvalues.iter().zip(curved.eigenvectors.column_iter()) {
            direction -= vector * (vector.dot(&Vector2::from(slope)) / value.abs().max(1e-8));
        }
        direction.into()
    }
}

#[cfg(test)]
mod tests {
    use radsurv_testkit::splitmix::SplitMix64;

    use super::*;

    #[test]
    fn no_point_of_a_fine_grid_is_better() {
        let mut rng = SplitMix64::new(7);
        for _ in 0..60 {
            let (n, k) = (3 + rng.below(12) as usize, 2 + rng.below(4) as usize);
            let [noise, offset, case] = [0; 3].map(|_| [1, 30, 1000, 100_000][rng.below(4) as usize]);
            let cases: Vec<f64> = (0..n).map(|_| rng.below(case) as f64).collect();
            let readings: Vec<Vec<f64>> = (0..k)
                .map(|_| {
                    let offset = rng.below(offset) as f64;
                    let mut value = |c: &f64| c + offset + rng.below(noise) as f64;
                    let values: Vec<f64> = cases.iter().map(&mut value).collect();
                    values.into_iter().map(|v| if rng.chance(20) { f64::NAN } else { v }).collect()
                })
                .collect();
            let slices: Vec<&[f64]> = readings.iter().map(Vec::as_slice).collect();
            let Ok(model) = Crossed::new(&slices) else { continue };
            let Ok([t1, t2]) = minimise(&model) else { continue };
            let found = model.at(t1, t2).unwrap().criterion;
            let search = Search { model: &model };
            for a in 0..50 {
                for b in 0..50 {
                    let point = [0.4 * a as f64, 0.4 * b as f64];
                    let there = search.at(point).unwrap().criterion;
                    assert!(there >= found - 1e-9 * found.abs().max(1.0), "{there} at {point:?}, {found} at {t1} {t2}");
                }
            }
        }
    }
}
