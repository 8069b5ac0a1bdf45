//! The largest distances between points of a region's surface.
//!
//! The points are the middles of the grid edges that join a voxel inside to one outside. Comparing all pairs, as
//! PyRadiomics does, is O(v²) in their number v; but the distance from a given point is convex, so over the points of a
//! plane it is largest at a corner of their convex hull. Only such corners are compared: O(v) to find them and O(h²) for
//! the h that are corners in the planes of all three axes, some hundreds where v is tens of thousands.

use radsurv_image::Region;

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

/// A surface point in half voxels (x, y, z): whole numbers, so that planes and hulls are exact.
type Point = [i32; 3];

pub(super) fn diameters(region: &Region, spacing_mm: [f64; 3]) -> Diameters {
    let points = extreme_points(region);
    let half = spacing_mm.map(|s| s / 2.0);
    let mut in_planes = [0.0f64; 3];
    // The points that are corners of the hull of their plane, for the planes of x, y and z in turn.
    let mut corners = points;
    let mut largest = [0.0f64; 3];
    for axis in [2, 1, 0] {
        // A plane's own diameter needs every hull corner of that plane, not only those that survived other axes.
        let all = if axis == 2 { corners.clone() } else { extreme_points(region) };
        let mut kept = Vec::new();
        let mut sorted = all;
        sorted.sort_unstable_by_key(|p| p[axis]);
        for plane in sorted.chunk_by(|a, b| a[axis] == b[axis]) {
            let hull = hull(plane, axis);
            in_planes[axis] = in_planes[axis].max(farthest(&hull, half));
            kept.extend(hull);
        }
        if axis == 2 {
            corners = kept;
        } else {
            kept.sort_unstable();
            corners.retain(|p| kept.binary_search(p).is_ok());
        }
        largest[axis] = in_planes[axis];
    }
    Diameters {
        maximum_3d: farthest(&corners, half).sqrt(),
        slice: largest[2].sqrt(),
        column: largest[1].sqrt(),
        row: largest[0].sqrt(),
    }
}

/// The surface points that can be corners of a hull: along x, only the outermost of each line.
fn extreme_points(region: &Region) -> Vec<Point> {
    let size = region.bounds().size;
    let inside = region.inside();
    let at = |x: usize, y: usize, z: usize| inside[(z * size[1] + y) * size[0] + x];
    let mut points = Vec::new();
    for z in 0..size[2] {
        for y in 0..size[1] {
            for x in 0..size[0] {
                if !at(x, y, z) {
                    continue;
                }
                let p = [2 * x as i32, 2 * y as i32, 2 * z as i32];
                if x == 0 || !at(x - 1, y, z) {
                    points.push([p[0] - 1, p[1], p[2]]);
                }
                if x + 1 == size[0] || !at(x + 1, y, z) {
                    points.push([p[0] + 1, p[1], p[2]]);
                }
                if y == 0 || !at(x, y - 1, z) {
                    points.push([p[0], p[1] - 1, p[2]]);
                }
                if y + 1 == size[1] || !at(x, y + 1, z) {
                    points.push([p[0], p[1] + 1, p[2]]);
                }
                if z == 0 || !at(x, y, z - 1) {
                    points.push([p[0], p[1], p[2] - 1]);
                }
                if z + 1 == size[2] || !at(x, y, z + 1) {
                    points.push([p[0], p[1], p[2] + 1]);
                }
            }
        }
    }
    points
}

/// The corners of the convex hull of points in a plane of constant `axis` (Andrew 1979).
///
/// An affine map keeps hulls, so half voxels do for any spacing.
fn hull(plane: &[Point], axis: usize) -> Vec<Point> {
    let (u, v) = ((axis + 1) % 3, (axis + 2) % 3);
    let mut sorted = plane.to_vec();
    sorted.sort_unstable_by_key(|p| (p[u], p[v]));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
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
    let mut largest = 0.0f64;
    for (i, a) in points.iter().enumerate() {
        for b in &points[i + 1..] {
            let d = [0, 1, 2].map(|k| f64::from(a[k] - b[k]) * half_mm[k]);
            largest = largest.max(d[2] * d[2] + d[1] * d[1] + d[0] * d[0]);
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use radsurv_image::{Geometry, IndexBox};

    #[test]
    fn only_hull_corners_are_compared_and_nothing_is_lost() {
        let size = [9, 7, 5];
        let grid = Geometry::new(size, [0.7, 1.1, 3.0], [0.0; 3], Geometry::IDENTITY).unwrap();
        let mut state = 1u64;
        for _ in 0..50 {
            let inside: Vec<bool> = (0..size.iter().product())
                .map(|_| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    state >> 61 == 0
                })
                .collect();
            let Ok(region) = Region::new(grid.clone(), 1, IndexBox { start: [0; 3], size }, &inside) else { continue };
            let half = grid.spacing_mm().map(|s| s / 2.0);
            let points = extreme_points(&region);
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
            let found = diameters(&region, grid.spacing_mm());
            let expected = expected.map(f64::sqrt);
            assert_eq!([found.row, found.column, found.slice, found.maximum_3d], expected);
        }
    }
}
