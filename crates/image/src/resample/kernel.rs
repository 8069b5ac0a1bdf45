//! What interpolation by a product of one-dimensional kernels needs: taps, source values, sums in ITK's order.

use crate::geometry::IndexBox;

/// The most taps along an axis: a windowed sinc of radius 5.
pub(super) const MAX_TAPS: usize = 10;

/// The voxels along one axis that a point looks at, with their weights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taps {
    /// Indices along the axis of the whole image.
    pub index: [usize; MAX_TAPS],
    /// Their weights.
    pub weight: [f64; MAX_TAPS],
    /// How many there are.
    pub count: usize,
}

impl Taps {
    /// One voxel with weight 1: the third axis of a 2-D image.
    pub const UNIT: Self = {
        let mut weight = [0.0; MAX_TAPS];
        weight[0] = 1.0;
        Self { index: [0; MAX_TAPS], weight, count: 1 }
    };
}

/// An interpolation kernel.
pub(super) trait Kernel: Sync {
    /// How many voxels beyond a point's own it may look at.
    fn radius(&self) -> usize;

    /// The taps of a continuous index along an axis of this many voxels.
    fn taps(&self, index: f64, size: usize) -> Taps;

    /// The interpolated value in the order of ITK's additions.
    fn sum(&self, taps: &[Taps; 3], source: &Source) -> f64;

    /// Whether weights are divided by their sum.
    const NORMALISED: bool = false;

    /// The taps along three axes of a continuous index.
    #[inline]
    fn all_taps(&self, index: [f64; 3], size: [usize; 3], dimension: usize) -> [Taps; 3] {
        let z = if dimension == 2 { Taps::UNIT } else { self.taps(index[2], size[2]) };
        [self.taps(index[0], size[0]), self.taps(index[1], size[1]), z]
    }
}

/// Values (or spline coefficients) of a part of the image.
pub(super) struct Source {
    /// The values; x is fastest.
    pub values: Vec<f64>,
    /// The part of the image they are from.
    pub part: IndexBox,
    /// Distance in `values` from one y to the next.
    pub stride_y: usize,
    /// Distance in `values` from one z to the next.
    pub stride_z: usize,
}

impl Source {
    /// Values in the order z, y, x.
    pub fn new(values: Vec<f64>, part: IndexBox) -> Self {
        let [nx, ny, _] = part.size;
        Self { values, part, stride_y: nx, stride_z: nx * ny }
    }

    /// The part of a row that the part of the image holds, at indices of the whole image.
    #[inline]
    pub fn row(&self, y: usize, z: usize) -> &[f64] {
        let from = (y - self.part.start[1]) * self.stride_y + (z - self.part.start[2]) * self.stride_z;
        &self.values[from..from + self.part.size[0]]
    }

    /// Visits the voxels under the taps, x fastest, with their weights along x, y and z.
    #[inline]
    pub fn visit(&self, taps: &[Taps; 3], mut visitor: impl FnMut(f64, [f64; 3])) {
        let [tx, ty, tz] = taps;
        for k in 0..tz.count {
            for j in 0..ty.count {
                let row = self.row(ty.index[j], tz.index[k]);
                for i in 0..tx.count {
                    let value = row[tx.index[i] - self.part.start[0]];
                    visitor(value, [tx.weight[i], ty.weight[j], tz.weight[k]]);
                }
            }
        }
    }
}
