//! The control lattice: evaluation on a plane, and refinement to half the distance between control points.

use super::axis::Axis;

/// Control points of a spline field, x fastest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lattice {
    pub size: [usize; 3],
    pub values: Vec<f64>,
}

impl Lattice {
    pub fn zeros(size: [usize; 3]) -> Self {
        Self { size, values: vec![0.0; size.iter().product()] }
    }

    /// Adds another lattice of the same size.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.values.iter_mut().zip(&other.values) {
            *mine += theirs;
        }
    }

    /// The rows `ky` in `rows` of slice `z`, summed over the control points along z and x: `rows.len()` lines of as many
    /// values as the x axis has voxels. What is left is a sum over y: `Σ_k w_k(y) line[first(y) + k]`.
    pub fn lines(&self, [x, _, z]: [&Axis; 3], slice: usize, rows: std::ops::Range<usize>) -> Vec<f64> {
        let [nx, ny, _] = self.size;
        let voxels = x.first.len();
        let mut lines = vec![0.0; rows.len() * voxels];
        let mut points = vec![0.0; nx];
        for (ky, line) in rows.zip(lines.chunks_exact_mut(voxels)) {
            points.fill(0.0);
            for (kz, &wz) in z.at(slice).iter().enumerate() {
                let from = ((z.first[slice] + kz) * ny + ky) * nx;
                for (point, &value) in points.iter_mut().zip(&self.values[from..from + nx]) {
                    *point += wz * value;
                }
            }
            for (voxel, out) in line.iter_mut().enumerate() {
                let reached = &points[x.first[voxel]..][..x.width];
                *out = x.at(voxel).iter().zip(reached).map(|(w, p)| w * p).sum();
            }
        }
        lines
    }

    /// The same field on a lattice with twice the spans along every axis of more than one control point.
    ///
    /// A B-spline of order `p` is a sum of those of half the width (Lee, Wolberg and Shin 1997, section 4.3, for cubic
    /// ones; in general `c'_m = Σ_j 2^{-p} binomial(p + 1, m - 2 j + p) c_j`), so the field does not change.
    pub fn refined(&self, order: usize) -> Self {
        let mut out = self.clone();
        for axis in 0..3 {
            if out.size[axis] > 1 {
                out = out.refined_along(axis, order);
            }
        }
        out
    }

    fn refined_along(&self, axis: usize, order: usize) -> Self {
        let points = self.size[axis];
        let mut size = self.size;
        size[axis] = 2 * points - order;
        let stride: usize = self.size[..axis].iter().product();
        let outer: usize = self.size[axis + 1..].iter().product();
        let scale = 0.5f64.powi(order as i32);
        let mut out = Self::zeros(size);
        for block in 0..outer {
            for m in 0..size[axis] {
                for j in 0..points {
                    // Position in the row of binomials; those outside are 0.
                    let Some(k) = (m + order).checked_sub(2 * j).filter(|&k| k <= order + 1) else { continue };
                    let weight = scale * binomial(order + 1, k);
                    let from = (block * points + j) * stride;
                    let to = (block * size[axis] + m) * stride;
                    for inner in 0..stride {
                        out.values[to + inner] += weight * self.values[from + inner];
                    }
                }
            }
        }
        out
    }
}

fn binomial(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |b, i| b * (n - i) as f64 / (i + 1) as f64).round()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(lattice: &Lattice, axes: [&Axis; 3], at: [usize; 3]) -> f64 {
        let rows = axes[1].first[at[1]]..axes[1].first[at[1]] + axes[1].width;
        let lines = lattice.lines(axes, at[2], rows);
        let voxels = axes[0].first.len();
        axes[1].at(at[1]).iter().zip(lines.chunks_exact(voxels)).map(|(w, line)| w * line[at[0]]).sum()
    }

    #[test]
    fn refinement_does_not_change_the_field() {
        for (order, size) in [(1, [3, 2, 5]), (2, [3, 4, 5]), (3, [4, 6, 1]), (4, [5, 5, 6])] {
            let voxels = [9, 7, if size[2] == 1 { 1 } else { 6 }];
            let mut lattice = Lattice::zeros(size);
            for (i, v) in lattice.values.iter_mut().enumerate() {
                *v = ((i * 7919) % 101) as f64 - 50.0;
            }
            let fine = lattice.refined(order);
            let [a, b, c] = [0, 1, 2].map(|d| Axis::new(voxels[d], size[d], order));
            let [d, e, f] = [0, 1, 2].map(|d| Axis::new(voxels[d], fine.size[d], order));
            assert_eq!(fine.size[0], 2 * size[0] - order);
            for at in [[0, 0, 0], [4, 3, 0], [5, 2, voxels[2] - 1], [1, 5, voxels[2] / 2]] {
                let (coarse, fine) = (value(&lattice, [&a, &b, &c], at), value(&fine, [&d, &e, &f], at));
                assert!((coarse - fine).abs() < 1e-12, "order {order} at {at:?}: {coarse} {fine}");
            }
        }
    }
}
