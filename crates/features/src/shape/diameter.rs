//! The largest distances between points of a region's surface.
//!
//! The points are the middles of the grid edges that join a voxel inside to one outside. Comparing all pairs, as
//! PyRadiomics does, is O(v²) in their number v. But the distance from a given point is strictly convex, so over the
//! points of a plane it is largest at a corner of their convex hull: a farthest pair consists of points that are hull
//! corners in their planes of all three axes. And a hull corner is the first or the last point of its row. Finding the rows'
//! ends takes O(voxels / 64), the hulls O(rows), and only some hundred corners are compared pair by pair.

use std::collections::HashSet;

use super::bits::BitVolume;

/// Largest distances between surface points, in mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diameters {
    /// Between any two.
    pub maximum_3d: f64,
    /// Between two in one plane of constant z (Maximum2DDiameterSlice).
    pub slice: f64,
    /// Between two in one plane of constant y (Maximum2DDiameterColumn).
    pub column: f64,
    /// Between two in one plane of constant x (Maximum2DDiameterRow).
    pub row: f64,
}

/// A surface point in half voxels (x, y, z), so that planes and hulls are exact. Voxel 1 is the first of the box.
type Point = [i32; 3];

pub(super) fn diameters(volume: &BitVolume, spacing_mm: [f64; 3]) -> Diameters {
    let half_mm = spacing_mm.map(|s| s / 2.0);
    let size = volume.size();
    let planes = |axis: usize| vec![Vec::new(); 2 * size[axis] + 2];
    let (mut across_z, mut across_y, mut across_x) = (planes(2), planes(1), planes(0));
    row_ends(volume, |p| {
        across_z[p[2] as usize].push(p);
        across_y[p[1] as usize].push(p);
    });
    column_ends(volume, |p| across_x[p[0] as usize].push(p));

    let mut largest = [0.0f64; 3];
    let mut corners: Option<Vec<Point>> = None;
    for (axis, planes) in [(2, across_z), (1, across_y), (0, across_x)] {
        let hulls: Vec<Vec<Point>> = planes.into_iter().map(|plane| hull(plane, axis)).collect();
        largest[axis] = hulls.iter().map(|hull| farthest(hull, half_mm)).fold(0.0, f64::max);
        let hulls = hulls.into_iter().flatten();
        corners = Some(match corners {
            None => hulls.collect(),
            Some(mut corners) => {
                let here: HashSet<Point> = hulls.collect();
                corners.retain(|p| here.contains(p));
                corners
            }
        });
    }
    Diameters {
        maximum_3d: farthest(&corners.unwrap_or_default(), half_mm).sqrt(),
        slice: largest[2].sqrt(),
        column: largest[1].sqrt(),
        row: largest[0].sqrt(),
    }
}

/// The first and last surface point of each row along x, in the order z, y, x.
fn row_ends(volume: &BitVolume, mut found: impl FnMut(Point)) {
    let [_, ny, nz] = volume.size();
    let mut ends = |differs: &mut dyn Iterator<Item = u64>, shift: i32, y: usize, z: usize| {
        let (mut first, mut last) = (None, None);
        for (k, word) in differs.enumerate().filter(|(_, w)| *w != 0) {
            first = first.or(Some(64 * k + word.trailing_zeros() as usize));
            last = Some(64 * k + 63 - word.leading_zeros() as usize);
        }
        // Bit 0 is voxel 1, at 2 in half voxels.
        if let (Some(first), Some(last)) = (first, last) {
            found([2 * first as i32 + 2 - shift, y as i32, z as i32]);
            found([2 * last as i32 + 2 + shift, y as i32, z as i32]);
        }
    };
    for z in 1..=nz + 1 {
        for y in 1..=ny {
            let pairs = volume.row(y, z - 1).iter().zip(volume.row(y, z));
            ends(&mut pairs.map(|(a, b)| a ^ b), 0, 2 * y, 2 * z - 1);
        }
        for y in 1..=ny + 1 {
            let pairs = volume.row(y - 1, z).iter().zip(volume.row(y, z));
            ends(&mut pairs.map(|(a, b)| a ^ b), 0, 2 * y - 1, 2 * z);
            ends(&mut volume.row(y, z).iter().copied(), 1, 2 * y, 2 * z);
        }
    }
}

/// The first and last surface point of each column along y, in the order z, x, y.
fn column_ends(volume: &BitVolume, mut found: impl FnMut(Point)) {
    let [nx, ny, nz] = volume.size();
    let mut first = vec![0i32; nx + 64];
    let mut last = vec![0i32; nx + 64];
    let mut seen = vec![0u64; volume.row(0, 0).len()];
    // `word(y, k)` has the surface points at row `y`; `at` their positions (x, y) in half voxels.
    let mut ends = |rows: usize, word: &dyn Fn(usize, usize) -> u64, dx: i32, dy: i32, spread: i32, z: i32| {
        for (ends, reversed) in [(&mut first, false), (&mut last, true)] {
            seen.fill(0);
            for step in 1..=rows {
                let y = if reversed { rows + 1 - step } else { step };
                for (k, seen) in seen.iter_mut().enumerate() {
                    let w = word(y, k);
                    let mut new = w & !*seen;
                    *seen |= w;
                    while new != 0 {
                        ends[64 * k + new.trailing_zeros() as usize] = 2 * y as i32 + dy;
                        new &= new - 1;
                    }
                }
            }
        }
        super::bits::for_each_bit(seen.iter().copied(), |bit| {
            let x = 2 * bit as i32 + 2 + dx;
            found([x, first[bit] - spread, z]);
            found([x, last[bit] + spread, z]);
        });
    };
    for z in 1..=nz + 1 {
        let at = 2 * z as i32;
        ends(ny, &|y, k| volume.row(y, z - 1)[k] ^ volume.row(y, z)[k], 0, 0, 0, at - 1);
        if z <= nz {
            // Along a column of voxels the ends are edges along y; between two columns, edges along x.
            ends(ny, &|y, k| volume.row(y, z)[k], 0, 0, 1, at);
            let carried = |y: usize, k: usize| if k == 0 { 0 } else { volume.row(y, z)[k - 1] >> 63 };
            ends(ny, &|y, k| volume.row(y, z)[k] ^ (volume.row(y, z)[k] << 1 | carried(y, k)), -1, 0, 0, at);
        }
    }
}

/// The corners of the convex hull of points in a plane of constant `axis`, sorted by their slower and then their faster
/// coordinate (Andrew 1979).
///
/// An affine map keeps hulls, so half voxels do for any spacing.
fn hull(mut sorted: Vec<Point>, axis: usize) -> Vec<Point> {
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    // The slower of the two other coordinates first.
    let (u, v) = [(2, 1), (2, 0), (1, 0)][axis];
    let turn = |o: &Point, a: &Point, b: &Point| {
        i64::from(a[u] - o[u]) * i64::from(b[v] - o[v]) - i64::from(a[v] - o[v]) * i64::from(b[u] - o[u])
    };
    let mut hull: Vec<Point> = Vec::new();
    let mut chain = |points: &mut dyn Iterator<Item = &Point>| {
        let start = hull.len();
        for p in points {
            while hull.len() >= start + 2 && turn(&hull[hull.len() - 2], &hull[hull.len() - 1], p) <= 0 {
                hull.pop();
            }
            hull.push(*p);
        }
        hull.pop();
    };
    chain(&mut sorted.iter());
    chain(&mut sorted.iter().rev());
    hull
}

/// The largest squared distance in mm² between any two points.
fn farthest(points: &[Point], half_mm: [f64; 3]) -> f64 {
    // One array per coordinate, so that a point is compared with several others at a time.
    let [x, y, z] = [0, 1, 2].map(|k| points.iter().map(|p| f64::from(p[k]) * half_mm[k]).collect::<Vec<f64>>());
    let mut largest = [0.0f64; 4];
    for i in 0..points.len() {
        let squared = |j: usize| {
            let (dx, dy, dz) = (x[i] - x[j], y[i] - y[j], z[i] - z[j]);
            dz * dz + dy * dy + dx * dx
        };
        let whole = i / 4 * 4;
        for j in (0..whole).step_by(4) {
            for lane in 0..4 {
                let d = squared(j + lane);
                largest[lane] = if d > largest[lane] { d } else { largest[lane] };
            }
        }
        for j in whole..i {
            largest[0] = largest[0].max(squared(j));
        }
    }
    largest.into_iter().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use radsurv_image::{Geometry, IndexBox, Region};

    /// All surface points of a region, straight from the definition.
    fn surface(region: &Region) -> Vec<Point> {
        let size = region.bounds().size.map(|n| n as i32);
        let start = region.bounds().start;
        let inside = |p: Point| {
            (0..3).all(|a| p[a] >= 1 && p[a] <= size[a])
                && region.contains([0, 1, 2].map(|a| start[a] + p[a] as usize - 1))
        };
        let mut points = Vec::new();
        for z in 0..=size[2] {
            for y in 0..=size[1] {
                for x in 0..=size[0] {
                    for axis in 0..3 {
                        let mut next = [x, y, z];
                        next[axis] += 1;
                        if inside([x, y, z]) != inside(next) {
                            let mut p = [2 * x, 2 * y, 2 * z];
                            p[axis] += 1;
                            points.push(p);
                        }
                    }
                }
            }
        }
        points
    }

    #[test]
    fn only_hull_corners_are_compared_and_nothing_is_lost() {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            state >> 33
        };
        for round in 0..200 {
            let size = [1 + random() as usize % 9, 1 + random() as usize % 7, 1 + random() as usize % 5];
            let size = if round == 0 { [70, 3, 2] } else { size };
            let grid = Geometry::new(size, [0.7, 1.1, 3.0], [0.0; 3], Geometry::IDENTITY).unwrap();
            let density = 1 + random() % 8;
            let inside: Vec<bool> = (0..size.iter().product()).map(|_| random() % 8 < density).collect();
            let Ok(region) = Region::new(grid, 1, IndexBox { start: [0; 3], size }, &inside) else { continue };
            let half = region.geometry().spacing_mm().map(|s| s / 2.0);
            let points = surface(&region);
            let mut expected = [0.0f64; 4];
            for a in &points {
                for b in &points {
                    let d = farthest(&[*a, *b], half);
                    expected[3] = expected[3].max(d);
                    for axis in 0..3 {
                        if a[axis] == b[axis] {
                            expected[axis] = expected[axis].max(d);
                        }
                    }
                }
            }
            let found = diameters(&BitVolume::new(&region), region.geometry().spacing_mm());
            let expected = expected.map(f64::sqrt);
            assert_eq!([found.row, found.column, found.slice, found.maximum_3d], expected, "{size:?}");
        }
    }
}
