//! The marching-cubes surface of a mask, without a table of cases.
//!
//! A cell has eight corners: voxel centres, each in the mask or not. The surface cuts every cell edge between unlike
//! corners in its middle. On each face of the cell the cuts are joined by segments that separate the corners in the mask
//! from the others, and where two corners of the mask lie diagonally across a face, from each other. The segments close to
//! loops, which are filled with triangles:
//! - of up to six points, the filling of largest area (for unit spacing), of several the one of middle volume;
//! - of seven points, the fan around a point that encloses the smallest volume.
//!
//! A cell with the corner (0, 1, 1) in its mask takes the surface of the inverse mask instead, turned around. These rules
//! reproduce the triangles of PyRadiomics' table of 128 cases, to triangles of the same volume and, for any spacing, the
//! same area: its values for every case are in the golden file of `reference/naive_check.py`.

use std::collections::BTreeMap;

/// A point of a cell: a corner, or the middle of an edge, in units of the cell.
pub type Point = [f64; 3];

/// A triangle; seen from outside the mask its corners turn the same way in every triangle.
pub type Triangle = [Point; 3];

/// Signed volume of the tetrahedron of a triangle and the origin: half a third of `(a x b) . c`.
pub fn volume(t: &Triangle) -> f64 {
    dot(cross(t[0], t[1]), t[2]) / 6.0
}

/// Area of a triangle.
pub fn area(t: &Triangle) -> f64 {
    let n = cross(subtract(t[0], t[2]), subtract(t[1], t[2]));
    dot(n, n).sqrt() / 2.0
}

/// The triangle moved by `by` and then scaled by axis.
pub fn place(t: &Triangle, by: Point, scale: Point) -> Triangle {
    t.map(|p| [0, 1, 2].map(|a| (p[a] + by[a]) * scale[a]))
}

/// The triangles of a cell, and whether to count their volume negative. Bit `x + 2 y + 4 z` of `corners` is set if the
/// corner (x, y, z) is in the mask.
pub fn cell(corners: u8) -> (Vec<Triangle>, bool) {
    let inverse = corners & 0x40 != 0;
    let corners = if inverse { !corners } else { corners };
    let triangles = loops(&segments(corners)).iter().flat_map(|l| fill(l)).collect();
    (triangles, inverse)
}

/// The cut of an edge, by the edge's two corners; `[x, y, z]` of its middle in half cells.
type Cut = [u8; 3];

/// Joined cuts on all faces: from a cut to the next.
fn segments(corners: u8) -> BTreeMap<Cut, Cut> {
    let mut next = BTreeMap::new();
    for axis in 0..3 {
        for side in 0..2 {
            // The face's corners, counterclockwise seen from outside the cell.
            let (u, v) = ((axis + 1) % 3, (axis + 2) % 3);
            let mut turn = [(0, 0), (1, 0), (1, 1), (0, 1)];
            if side == 0 {
                turn.reverse();
            }
            let face = turn.map(|(on_u, on_v)| {
                let mut corner = [0_u8; 3];
                (corner[axis], corner[u], corner[v]) = (side, on_u, on_v);
                corner
            });
            let inside = face.map(|c| corners >> (c[0] + 2 * c[1] + 4 * c[2]) & 1 == 1);
            let cut = |k: usize| [0, 1, 2].map(|a| face[k][a] + face[(k + 1) % 4][a]);
            for first in 0..4 {
                // Walking around the face, a stretch in the mask is entered at `first` and left at `last`.
                if !inside[first] && inside[(first + 1) % 4] {
                    let mut last = (first + 1) % 4;
                    while inside[(last + 1) % 4] {
                        last = (last + 1) % 4;
                    }
                    next.insert(cut(first), cut(last));
                }
            }
        }
    }
    next
}

fn loops(next: &BTreeMap<Cut, Cut>) -> Vec<Vec<Point>> {
    let mut rest = next.clone();
    let mut found = Vec::new();
    while let Some((&start, _)) = rest.first_key_value() {
        let mut points = Vec::new();
        let mut at = start;
        while let Some(to) = rest.remove(&at) {
            points.push(at.map(|half| f64::from(half) / 2.0));
            at = to;
        }
        found.push(points);
    }
    found
}

/// Fills a loop by the rules above.
fn fill(points: &[Point]) -> Vec<Triangle> {
    let n = points.len();
    let total = |filling: &[Triangle], of: fn(&Triangle) -> f64| filling.iter().map(of).sum::<f64>();
    if n == 7 {
        let fan =
            |k: usize| -> Vec<Triangle> { (1..n - 1).map(|i| [k, k + i, k + i + 1].map(|p| points[p % n])).collect() };
        let by_volume = |a: &Vec<Triangle>, b: &Vec<Triangle>| total(a, volume).total_cmp(&total(b, volume));
        return (0..n).map(fan).min_by(by_volume).unwrap_or_default();
    }
    let mut fillings = triangulations(points);
    let largest = fillings.iter().map(|f| total(f, area)).fold(0.0, f64::max);
    fillings.retain(|f| total(f, area) > largest - 1e-9);
    let middle = fillings.iter().map(|f| total(f, volume)).sum::<f64>() / fillings.len() as f64;
    let off = |f: &Vec<Triangle>| (total(f, volume) - middle).abs();
    fillings.into_iter().min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or_default()
}

/// All ways to cut a polygon into triangles along diagonals.
fn triangulations(points: &[Point]) -> Vec<Vec<Triangle>> {
    let n = points.len();
    if n < 3 {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for k in 1..n - 1 {
        for left in triangulations(&points[..=k]) {
            for right in triangulations(&points[k..]) {
                let mut all = left.clone();
                all.extend(right);
                all.push([points[0], points[k], points[n - 1]]);
                found.push(all);
            }
        }
    }
    found
}

fn subtract(a: Point, b: Point) -> Point {
    [0, 1, 2].map(|k| a[k] - b[k])
}

fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Point, b: Point) -> Point {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_corner_and_half_a_cell() {
        let (triangles, inverse) = cell(1);
        assert_eq!((triangles.len(), inverse), (1, false));
        assert!((volume(&triangles[0]) - 1.0 / 48.0).abs() < 1e-15);
        let (triangles, inverse) = cell(0b1111_0000);
        assert!(inverse, "corner (0, 1, 1) is in the mask");
        assert!((triangles.iter().map(area).sum::<f64>() - 1.0).abs() < 1e-15);
        assert!(cell(0).0.is_empty() && cell(255).0.is_empty());
    }
}
