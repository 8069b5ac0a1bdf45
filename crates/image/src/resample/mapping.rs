//! From a voxel of the target grid to a continuous index of the image, with ITK's rounding.

use crate::error::{Error, Result};
use crate::geometry::{Geometry, IndexBox};

/// The map from target voxels to continuous indices of the image.
///
/// ITK's resampling with a linear transform maps the first voxel of each row and the one past its end through physical
/// space, and interpolates between the two indices. Which neighbour is nearest to a point half-way between two voxels
/// depends on the rounding of just these operations.
pub(super) struct Mapping<'a> {
    image: &'a Geometry,
    target: &'a Geometry,
    /// How the index axes of both grids lie to each other.
    pub axes: Axes,
}

/// How the axes of target and image lie to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Axes {
    /// Both grids lie along the physical axes: each index component depends on one target component, to the bit.
    Aligned,
    /// The axes are parallel, but each index component depends on all target components through rounding, by at most
    /// this many voxels.
    Parallel(f64),
    /// Anything else.
    Oblique,
}

/// The indices along a row of the target: `start + x / count * step`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    start: [f64; 3],
    step: [f64; 3],
    count: f64,
}

impl Row {
    /// Continuous index of the image at voxel `x` of the row.
    #[inline]
    pub fn at(&self, x: usize) -> [f64; 3] {
        let alpha = x as f64 / self.count;
        [0, 1, 2].map(|a| self.start[a] + alpha * self.step[a])
    }
}

/// Whether a continuous index lies in an image of this size: within half a voxel of a voxel centre.
#[inline]
pub(super) fn is_inside(index: [f64; 3], size: [usize; 3]) -> bool {
    (0..3).all(|a| is_inside_axis(index[a], size[a]))
}

/// [`is_inside`] along one axis.
#[inline]
pub(super) fn is_inside_axis(index: f64, size: usize) -> bool {
    index >= -0.5 && index < (size as f64 - 1.0) + 0.5
}

impl<'a> Mapping<'a> {
    /// # Errors
    /// [`Error::Setting`] if one grid is 2-D and the other is not.
    pub fn new(image: &'a Geometry, target: &'a Geometry) -> Result<Self> {
        if image.dimension() != target.dimension() {
            return Err(Error::Setting(format!(
                "a {}-D image cannot be resampled on a {}-D grid",
                image.dimension(),
                target.dimension()
            )));
        }
        let mut mapping = Self { image, target, axes: Axes::Aligned };
        mapping.axes = mapping.relate();
        Ok(mapping)
    }

    /// The indices along the row `y`, `z` of the target.
    pub fn row(&self, y: usize, z: usize) -> Row {
        let nx = self.target.size()[0];
        let at = |x: usize| self.index_of([x as i64, y as i64, z as i64]);
        let (start, end) = (at(0), at(nx));
        Row { start, step: [0, 1, 2].map(|a| end[a] - start[a]), count: nx as f64 }
    }

    fn index_of(&self, voxel: [i64; 3]) -> [f64; 3] {
        let mut index = self.image.point_to_index(self.target.voxel_to_point(voxel));
        if self.image.dimension() == 2 {
            index[2] = 0.0;
        }
        index
    }

    /// The index components of each target component where the others are 0.
    pub fn along_axes(&self) -> [Vec<f64>; 3] {
        let [nx, ny, nz] = self.target.size();
        let row = self.row(0, 0);
        [
            (0..nx).map(|x| row.at(x)[0]).collect(),
            (0..ny).map(|y| self.row(y, 0).at(0)[1]).collect(),
            (0..nz).map(|z| self.row(0, z).at(0)[2]).collect(),
        ]
    }

    /// The index at the eight corners of the target, in no particular order.
    fn corners(&self) -> [([usize; 3], [f64; 3]); 8] {
        let last = self.target.size().map(|n| n - 1);
        [0, 1, 2, 3, 4, 5, 6, 7].map(|corner: usize| {
            let at = [0, 1, 2].map(|a| if corner >> a & 1 == 1 { last[a] } else { 0 });
            (at, self.row(at[1], at[2]).at(at[0]))
        })
    }

    fn relate(&self) -> Axes {
        if self.image.is_axis_aligned() && self.target.is_axis_aligned() {
            return Axes::Aligned;
        }
        // Deviations are largest at the corners, the map being linear up to rounding.
        let separate =
            |at: [usize; 3]| [self.row(0, 0).at(at[0])[0], self.row(at[1], 0).at(0)[1], self.row(0, at[2]).at(0)[2]];
        let corners = self.corners();
        let deviation = corners
            .iter()
            .flat_map(|(at, index)| {
                let separate = separate(*at);
                [0, 1, 2].map(|a| (index[a] - separate[a]).abs())
            })
            .fold(0.0, f64::max);
        let largest = corners.iter().flat_map(|(_, index)| index.map(f64::abs)).fold(1.0, f64::max);
        // Rounding happens in mm, where the origin may be far away.
        let far = (0..3)
            .map(|a| {
                self.image.origin_mm()[a].abs() / self.image.spacing_mm().into_iter().fold(f64::INFINITY, f64::min)
            })
            .fold(largest, f64::max);
        let rounding = 64.0 * f64::EPSILON * far;
        if deviation <= 1e-9 && rounding <= 1e-9 { Axes::Parallel(4.0 * deviation + rounding) } else { Axes::Oblique }
    }

    /// The part of the image that interpolation with a kernel of this radius looks at; `None` if the target lies
    /// wholly outside.
    pub fn needed(&self, radius: usize) -> Option<IndexBox> {
        let corners = self.corners();
        let mut needed = self.image.full_box();
        for a in 0..3 {
            let size = self.image.size()[a];
            let (low, high) =
                corners.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), (_, i)| (l.min(i[a]), h.max(i[a])));
            // A little more, because the corners are rounded too.
            let (low, high) = (low - 1e-3, high + 1e-3);
            if !(high >= -0.5 && low <= size as f64 - 0.5) {
                return None;
            }
            let first = (low.max(0.0).floor() as usize).min(size - 1).saturating_sub(radius);
            let last = (high.max(0.0).ceil() as usize).min(size - 1).saturating_add(radius).min(size - 1);
            needed.start[a] = first;
            needed.size[a] = last - first + 1;
        }
        Some(needed)
    }
}
