//! Closed planar contours to voxels.
//!
//! # The rule
//! A contour is a polygon in a plane of slices. Its corners are projected on the index axes of the grid (so any
//! oblique image works), and a voxel is inside if its **centre** is: if a ray from it crosses the edges of all contours of
//! that slice an odd number of times (**even-odd**). So a contour within another is a hole, a contour in the hole is
//! filled again, several contours on a slice are several pieces, and the channel of a keyhole contour, walked there and
//! back, cancels out.
//!
//! **Centres on an edge** are inside at the low end and outside at the high end of both index axes: with edges crossing the
//! row `y` at `x1 <= x2`, voxels with `x1 <= x < x2` are filled, and a row belongs to an edge from `y1` to `y2` if
//! `y1 <= y < y2`. So regions that share an edge neither overlap nor leave a gap. "On the edge" is meant in the double
//! precision of the index coordinates; files give millimetres with two or three digits.
//!
//! **Slices**: a contour belongs to the slice whose centre is nearest, at most half the slice spacing away; exactly half way
//! it belongs to the higher index. If contours of several planes are nearest to the same slice (they were drawn on a
//! finer stack), those of the plane nearest to its centre are taken, since combining planes by even-odd would make holes of
//! their overlap. A contour that leaves its plane by more than half a slice spacing is not in a plane of slices.
//!
//! Sources: DICOM PS3.3 C.8.8.6.1 (contour types) and C.8.8.6.3 (inner and outer contours); Foley, van Dam et al.,
//! *Computer Graphics*, section 3.6 (scan conversion of polygons with half-open spans).

use std::cmp::Ordering;
use std::ops::Range;

use crate::geometry::Geometry;

/// How far a contour's plane may be from another's, in slice spacings, to be the same plane.
const SAME_PLANE: f64 = 0.05;
/// How much a contour may vary along the normal, in slice spacings.
const FLAT: f64 = 0.5;

/// The voxels inside a set of contours, with what became of the contours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Filled {
    /// For each voxel of the grid, x fastest, whether it is inside.
    pub inside: Vec<bool>,
    /// Contours that were filled (those that enclose no voxel centre among them).
    pub used: usize,
    /// Contours beyond the first or last slice, or beside the image.
    pub outside: usize,
    /// Contours that were filled as far as they are within the image: they reach at least to the next voxel centre.
    pub clipped: usize,
    /// Contours that lie between slices while others lie nearer to the same slice.
    pub between: usize,
    /// Contours that are not in a plane of slices.
    pub tilted: usize,
    /// Contours with fewer than three different corners, or with a coordinate that is not finite.
    pub degenerate: usize,
    /// Contours that repeat another one of their slice; even-odd would have cancelled both.
    pub repeated: usize,
    /// Slices without contour between the first and the last with one.
    pub gaps: usize,
}

/// Fills closed contours on a grid; the module's [rule](self) says how.
///
/// Each contour is its corners in mm, in order; the last is joined to the first. The order of the contours, the corner at
/// which one starts and its direction have no effect, to the bit. Memory is that of the grid (a byte per voxel) and of the
/// contours. The slices are those along the index axis that most contours are flat along, which is z for the images they
/// were drawn on.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, contour};
/// let grid = Geometry::new([4, 4, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// // From the centre of voxel (1, 1) to that of (3, 3): the low edges belong to it, the high ones do not.
/// let square = [[1.0, 1.0, 0.0], [3.0, 1.0, 0.0], [3.0, 3.0, 0.0], [1.0, 3.0, 0.0]];
/// let filled = contour::fill(&grid, &[square]);
/// assert_eq!(filled.inside.iter().filter(|&&inside| inside).count(), 4);
/// assert!(filled.inside[grid.offset([1, 1, 0])] && !filled.inside[grid.offset([3, 3, 0])]);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn fill<C: AsRef<[[f64; 3]]>>(geometry: &Geometry, contours: &[C]) -> Filled {
    let mut filled = Filled { inside: vec![false; geometry.voxel_count()], ..Filled::default() };
    let shapes: Vec<Shape> = contours.iter().filter_map(|c| Shape::new(geometry, c.as_ref())).collect();
    filled.degenerate = contours.len() - shapes.len();
    let axes = Axes::of(&shapes);
    let size = axes.order.map(|a| geometry.size()[a]);

    let mut placed: Vec<Placed> = Vec::new();
    for shape in shapes {
        match place(shape, &axes, size) {
            Ok((contour, clipped)) => {
                filled.clipped += usize::from(clipped);
                placed.push(contour);
            }
            Err(Misplaced::Outside) => filled.outside += 1,
            Err(Misplaced::Tilted) => filled.tilted += 1,
        }
    }
    placed.sort_by(|a, b| a.slice.cmp(&b.slice).then_with(|| a.height.total_cmp(&b.height)));

    let stride = axes.order.map(|a| [1, geometry.size()[0], geometry.size()[0] * geometry.size()[1]][a]);
    let mut plane = vec![false; size[0] * size[1]];
    let mut last: Option<usize> = None;
    for group in placed.chunk_by_mut(|a, b| a.slice == b.slice) {
        let slice = group[0].slice;
        if let Some(last) = last {
            filled.gaps += slice - last - 1;
        }
        last = Some(slice);
        let near = nearest_plane(group);
        filled.between += group.len() - near.len();
        let near = &mut group[near];
        near.sort_by(|a, b| compare(&a.edges, &b.edges));
        plane.fill(false);
        for same in near.chunk_by(|a, b| compare(&a.edges, &b.edges) == Ordering::Equal) {
            filled.repeated += same.len() - 1;
            filled.used += 1;
            toggle(&same[0].edges, [size[0], size[1]], &mut plane);
        }
        for (v, row) in plane.chunks_exact(size[0]).enumerate() {
            let mut inside = false;
            for (u, &crossed) in row.iter().enumerate() {
                inside ^= crossed;
                if inside {
                    filled.inside[u * stride[0] + v * stride[1] + slice * stride[2]] = true;
                }
            }
        }
    }
    filled
}

/// A contour in index coordinates, with its bounding box.
struct Shape {
    points: Vec<[f64; 3]>,
    low: [f64; 3],
    high: [f64; 3],
}

impl Shape {
    /// `None` if it encloses nothing.
    fn new(geometry: &Geometry, corners_mm: &[[f64; 3]]) -> Option<Self> {
        let mut points: Vec<[f64; 3]> = corners_mm.iter().map(|&p| geometry.point_to_index(p)).collect();
        points.dedup();
        if points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        if points.len() < 3 || points.as_flattened().iter().any(|x| !x.is_finite()) {
            return None;
        }
        let bound = |a: usize, from: f64, choose: fn(f64, f64) -> f64| points.iter().map(|p| p[a]).fold(from, choose);
        let low = [0, 1, 2].map(|a| bound(a, f64::INFINITY, f64::min));
        let high = [0, 1, 2].map(|a| bound(a, f64::NEG_INFINITY, f64::max));
        Some(Self { points, low, high })
    }

    fn is_flat(&self, axis: usize) -> bool {
        self.high[axis] - self.low[axis] <= FLAT
    }
}

/// The index axes within the slices, then the one along the slices.
struct Axes {
    order: [usize; 3],
}

impl Axes {
    fn of(shapes: &[Shape]) -> Self {
        let flat = [0, 1, 2].map(|a| shapes.iter().filter(|s| s.is_flat(a)).count());
        let along = if flat[2] >= flat[0].max(flat[1]) {
            2
        } else if flat[1] >= flat[0] {
            1
        } else {
            0
        };
        Self { order: [[1, 2, 0], [0, 2, 1], [0, 1, 2]][along] }
    }
}

/// An edge from its lower to its upper end: x0, y0, x1, y1 with y0 <= y1.
type Edge = [f64; 4];

/// A contour on its slice.
struct Placed {
    slice: usize,
    /// Position of its plane along the slices, as an index.
    height: f64,
    /// Sorted, so that equal contours have equal edges wherever they start.
    edges: Vec<Edge>,
}

enum Misplaced {
    Outside,
    Tilted,
}

/// Finds the slice of a contour; also says whether it reaches beyond the grid.
fn place(shape: Shape, axes: &Axes, size: [usize; 3]) -> Result<(Placed, bool), Misplaced> {
    let [u, v, along] = axes.order;
    if !shape.is_flat(along) {
        return Err(Misplaced::Tilted);
    }
    // The middle, not the mean, which would depend on the order of the corners.
    let height = (shape.low[along] + shape.high[along]) / 2.0;
    let nearest = (height + 0.5).floor();
    if !(nearest >= 0.0 && nearest < size[2] as f64) {
        return Err(Misplaced::Outside);
    }
    let within = [(u, size[0] as f64), (v, size[1] as f64)];
    let beside = within.iter().any(|&(a, n)| shape.high[a] < -0.5 || shape.low[a] > n - 0.5);
    // Only if a voxel centre beyond the border can be inside, not by a rounding at the border itself.
    let beyond = within.iter().any(|&(a, n)| shape.low[a] <= -1.0 || shape.high[a] > n);
    if beside {
        return Err(Misplaced::Outside);
    }
    let points = &shape.points;
    let mut edges: Vec<Edge> = (0..points.len())
        .map(|i| {
            let (p, q) = (points[i], points[(i + 1) % points.len()]);
            let (p, q) = ([p[u], p[v]], [q[u], q[v]]);
            // One direction for both contours that share an edge, so that both cross a row at the same bits.
            if (p[1], p[0]) <= (q[1], q[0]) { [p[0], p[1], q[0], q[1]] } else { [q[0], q[1], p[0], p[1]] }
        })
        .collect();
    edges.sort_unstable_by(compare_edge);
    Ok((Placed { slice: nearest as usize, height, edges }, beyond))
}

fn compare_edge(a: &Edge, b: &Edge) -> Ordering {
    a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

fn compare(a: &[Edge], b: &[Edge]) -> Ordering {
    a.len()
        .cmp(&b.len())
        .then_with(|| a.iter().zip(b).map(|(x, y)| compare_edge(x, y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal))
}

/// Of the contours of a slice, by height, those of the plane nearest to its centre.
fn nearest_plane(group: &[Placed]) -> Range<usize> {
    let centre = group[0].slice as f64;
    let distance = |i: usize| (group[i].height - centre).abs();
    let mut best = 0;
    for i in 1..group.len() {
        if distance(i) < distance(best) {
            best = i;
        }
    }
    let same = |i: usize| (group[i].height - group[best].height).abs() <= SAME_PLANE;
    let start = (0..best).rev().take_while(|&i| same(i)).last().unwrap_or(best);
    let end = (best..group.len()).take_while(|&i| same(i)).last().unwrap_or(best) + 1;
    start..end
}

/// Marks, for each edge and row, the first pixel whose centre is not left of the crossing. The pixels inside are then those
/// with an odd number of marks up to them: no crossing needs to be kept or sorted.
fn toggle(edges: &[Edge], [columns, rows]: [usize; 2], marks: &mut [bool]) {
    for &[x0, y0, x1, y1] in edges {
        // max and min of a float drop NaN, and the cast saturates: any corner will do.
        let first = y0.ceil().max(0.0) as usize;
        let end = y1.ceil().min(rows as f64).max(0.0) as usize;
        for row in first..end {
            let crossing = x0 + (row as f64 - y0) * (x1 - x0) / (y1 - y0);
            let column = crossing.max(x0.min(x1)).min(x0.max(x1)).ceil().max(0.0) as usize;
            if column < columns {
                marks[row * columns + column] ^= true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_of_any_size_are_harmless() {
        let grid = Geometry::new([3, 3, 2], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let huge = 1e308;
        let inside = fill(&grid, &[[[-huge, -huge, 0.0], [huge, -huge, 0.0], [0.5, huge, 0.0]]]);
        assert_eq!((inside.used, inside.clipped), (1, 1));
        let filled = fill(
            &grid,
            &[
                vec![[f64::NAN, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]],
                vec![],
                vec![[1.0, 1.0, 0.0]; 9],
                vec![[huge; 3], [-huge; 3], [huge, 0.0, -huge]],
            ],
        );
        assert_eq!((filled.degenerate, filled.tilted, filled.used), (3, 1, 0));
        assert!(filled.inside.iter().all(|&b| !b));
        assert!(fill::<[[f64; 3]; 3]>(&grid, &[]).inside.iter().all(|&b| !b));
    }

    #[test]
    fn slices_along_another_axis_are_found() {
        let sagittal = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        let grid = Geometry::new([4, 4, 3], [1.0; 3], [0.0; 3], sagittal).unwrap();
        // Index axes x, y, z lie along y, z, x of the patient; the contour is drawn in the plane z = 2 mm.
        let square = [[0.0, 1.0, 2.0], [2.0, 1.0, 2.0], [2.0, 3.0, 2.0], [0.0, 3.0, 2.0]];
        let filled = fill(&grid, &[square]);
        let found: Vec<[usize; 3]> = grid.full_box().indices().filter(|&i| filled.inside[grid.offset(i)]).collect();
        assert_eq!(found, [[1, 2, 0], [2, 2, 0], [1, 2, 1], [2, 2, 1]]);
    }
}
