//! The basis functions of one axis of the control lattice, sampled at the voxels.

/// The uniform B-splines of one axis at its voxels: what Lee, Wolberg and Shin (1997) call `B_k(s)`.
///
/// Voxel `i` of `n` lies at `p = s i / (n - 1)` of the parametric domain `[0, s)` of `s` spans, and is reached by the
/// control points `floor(p) ... floor(p) + order`. The last voxel is pushed inside by a thousandth of a voxel, as ITK
/// does. An axis of a single voxel has a single control point of weight 1: it takes no part in the fit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// Number of control points.
    pub points: usize,
    /// Basis functions per voxel, `order + 1` (1 for a single voxel).
    pub width: usize,
    /// For each voxel the first control point that reaches it.
    pub first: Vec<usize>,
    /// Values of the basis functions: `width` for each voxel. They add up to 1.
    pub weights: Vec<f64>,
}

impl Axis {
    /// `points` control points of splines of this order over `voxels` voxels; `points > order >= 1`.
    pub fn new(voxels: usize, points: usize, order: usize) -> Self {
        if voxels <= 1 {
            return Self { points: 1, width: 1, first: vec![0; voxels], weights: vec![1.0; voxels] };
        }
        let spans = points - order;
        let (last, spans_f) = ((voxels - 1) as f64, spans as f64);
        let epsilon = 1e-3 * spans_f / last;
        let mut first = Vec::with_capacity(voxels);
        let mut weights = Vec::with_capacity(voxels * (order + 1));
        for voxel in 0..voxels {
            let mut p = spans_f * voxel as f64 / last;
            if (p - spans_f).abs() <= epsilon {
                p = spans_f - epsilon;
            }
            let span = (p as usize).min(spans - 1);
            first.push(span);
            basis(p - span as f64, order, &mut weights);
        }
        Self { points, width: order + 1, first, weights }
    }

    /// The basis functions at a voxel.
    pub fn at(&self, voxel: usize) -> &[f64] {
        &self.weights[voxel * self.width..][..self.width]
    }

    /// The same axis with `w³ / Σ w²` in place of the weights `w` of each voxel: its part in the numerator of the fit.
    pub fn numerator(&self) -> Self {
        self.map(|w, squares| w * w * w / squares)
    }

    /// The same axis with `w²` in place of the weights: its part in the denominator of the fit.
    pub fn denominator(&self) -> Self {
        self.map(|w, _| w * w)
    }

    fn map(&self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut weights = Vec::with_capacity(self.weights.len());
        for of_voxel in self.weights.chunks_exact(self.width) {
            let squares: f64 = of_voxel.iter().map(|w| w * w).sum();
            weights.extend(of_voxel.iter().map(|&w| f(w, squares)));
        }
        Self { weights, first: self.first.clone(), ..*self }
    }
}

/// Appends the `order + 1` uniform B-splines that are not 0 at `t` in [0, 1) of a span, by the recursion of de Boor (A
/// practical guide to splines, 1978, chapter X).
fn basis(t: f64, order: usize, out: &mut Vec<f64>) {
    let start = out.len();
    out.push(1.0);
    for degree in 1..=order {
        let mut carried = 0.0;
        for r in 0..degree {
            let part = out[start + r] / degree as f64;
            out[start + r] = carried + ((r + 1) as f64 - t) * part;
            carried = (t + (degree - r - 1) as f64) * part;
        }
        out.push(carried);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cubic_basis_functions() {
        let mut out = Vec::new();
        basis(0.25, 3, &mut out);
        let t = 0.25f64;
        let expected = [
            (1.0 - t).powi(3) / 6.0,
            (3.0 * t.powi(3) - 6.0 * t * t + 4.0) / 6.0,
            (-3.0 * t.powi(3) + 3.0 * t * t + 3.0 * t + 1.0) / 6.0,
            t.powi(3) / 6.0,
        ];
        for (o, e) in out.iter().zip(expected) {
            assert!((o - e).abs() < 1e-15);
        }
    }

    #[test]
    fn every_order_adds_up_to_one() {
        for order in 1..=8 {
            let axis = Axis::new(17, order + 3, order);
            for voxel in 0..17 {
                assert!((axis.at(voxel).iter().sum::<f64>() - 1.0).abs() < 1e-14);
                assert!(axis.at(voxel).iter().all(|&w| w >= 0.0));
                assert!(axis.first[voxel] + axis.width <= axis.points);
            }
            assert_eq!(axis.first[16], 2);
        }
    }

    #[test]
    fn a_single_voxel_has_one_point() {
        let axis = Axis::new(1, 4, 3);
        assert_eq!((axis.points, axis.at(0)), (1, &[1.0][..]));
        assert_eq!(axis.numerator().at(0), [1.0]);
    }
}
