//! Where voxels lie in space: [`Geometry`], index boxes, and the comparison of two grids.

use std::fmt;

use crate::error::{Error, Result};
use crate::inverse::invert;

/// The grid of an image, as ITK describes it.
///
/// The centre of the voxel with index `i = (x, y, z)` lies at `origin + direction · diag(spacing) · i` mm in LPS
/// (x to the patient's left, y to the back, z to the head). Index vectors are in the order x, y, z; voxel arrays are
/// stored with x fastest, which is the order (z, y, x) of an array.
#[derive(Debug, Clone, PartialEq)]
pub struct Geometry {
    size: [usize; 3],
    spacing_mm: [f64; 3],
    origin_mm: [f64; 3],
    direction: [[f64; 3]; 3],
    /// direction · diag(spacing) and its inverse, as ITK keeps them: every conversion below has ITK's rounding.
    to_point: [[f64; 3]; 3],
    to_index: [[f64; 3]; 3],
    dimension: usize,
}

impl Geometry {
    /// A three-dimensional grid. `direction[row][column]`: column `c` is the unit vector along index axis `c`.
    ///
    /// # Errors
    /// [`Error::Geometry`] if a size is 0 or their product overflows, a spacing is not positive and finite, the origin
    /// is not finite, or the direction matrix is singular.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::Geometry;
    /// let grid = Geometry::new([4, 3, 2], [1.0, 1.0, 5.0], [-10.0, 0.0, 0.0], Geometry::IDENTITY)?;
    /// assert_eq!(grid.index_to_point([1.0, 0.0, 1.0]), [-9.0, 0.0, 5.0]);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn new(size: [usize; 3], spacing_mm: [f64; 3], origin_mm: [f64; 3], direction: [[f64; 3]; 3]) -> Result<Self> {
        if size.contains(&0) {
            return Err(Error::Geometry(format!("size {size:?} has a 0")));
        }
        // isize::MAX bytes is the largest allocation there can be, and a voxel has up to 8 bytes.
        let count = size.iter().try_fold(1usize, |n, &s| n.checked_mul(s));
        if count.is_none_or(|n| n > isize::MAX as usize / 8) {
            return Err(Error::Geometry(format!("size {size:?} is too large for this machine")));
        }
        if spacing_mm.iter().any(|s| !(s.is_finite() && *s > 0.0)) {
            return Err(Error::Geometry(format!("spacing {spacing_mm:?} mm is not positive")));
        }
        if origin_mm.iter().any(|o| !o.is_finite()) {
            return Err(Error::Geometry(format!("origin {origin_mm:?} mm is not finite")));
        }
        let singular = || Error::Geometry(format!("direction matrix {direction:?} is singular"));
        if !is_regular(&direction) {
            return Err(singular());
        }
        let to_point = [0, 1, 2].map(|r| [0, 1, 2].map(|c| direction[r][c] * spacing_mm[c]));
        let to_index = invert(&to_point, 3).ok_or_else(singular)?;
        Ok(Self { size, spacing_mm, origin_mm, direction, to_point, to_index, dimension: 3 })
    }

    /// The identity direction: index axes along the physical ones.
    pub const IDENTITY: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    /// The same grid, marked as that of a two-dimensional file. Its size along z must be 1.
    ///
    /// PyRadiomics treats a 2-D file differently from a 3-D file of one slice (its wavelet has two axes, for example).
    ///
    /// # Errors
    /// [`Error::Geometry`] if there is more than one slice, or if the slice is not in the plane of x and y.
    pub fn into_2d(mut self) -> Result<Self> {
        if self.size[2] != 1 {
            return Err(Error::Geometry(format!("a 2-D image cannot have {} slices", self.size[2])));
        }
        let mut to_index = invert(&self.to_point, 2).ok_or_else(|| {
            Error::Geometry(format!("direction matrix {:?} is not that of a 2-D image", self.direction))
        })?;
        to_index[2][2] = 1.0 / self.to_point[2][2];
        self.to_index = to_index;
        self.dimension = 2;
        Ok(self)
    }

    /// Number of dimensions of the image: 2 or 3.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of voxels along x, y, z.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// Distance between neighbouring voxels along the index axes x, y, z, in mm.
    pub fn spacing_mm(&self) -> [f64; 3] {
        self.spacing_mm
    }

    /// Position of the centre of the first voxel, in mm.
    pub fn origin_mm(&self) -> [f64; 3] {
        self.origin_mm
    }

    /// Direction matrix: column `c` is the unit vector along index axis `c`.
    pub fn direction(&self) -> &[[f64; 3]; 3] {
        &self.direction
    }

    /// Number of voxels.
    pub fn voxel_count(&self) -> usize {
        self.size.iter().product()
    }

    /// Volume of a voxel in mm³; of a 2-D image, which has no third spacing, its area in mm².
    pub fn voxel_volume_mm3(&self) -> f64 {
        self.spacing_mm.iter().take(self.dimension).product()
    }

    /// Position in the voxel array of index (x, y, z).
    #[inline]
    pub fn offset(&self, index: [usize; 3]) -> usize {
        (index[2] * self.size[1] + index[1]) * self.size[0] + index[0]
    }

    /// Physical point in mm of a continuous index (x, y, z), as ITK's `TransformContinuousIndexToPhysicalPoint`.
    pub fn index_to_point(&self, index: [f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|r| {
            let m = &self.to_point[r];
            (m[0] * index[0] + m[1] * index[1] + m[2] * index[2]) + self.origin_mm[r]
        })
    }

    /// Physical point in mm of the centre of a voxel, which may lie outside the grid, as ITK's
    /// `TransformIndexToPhysicalPoint`: it differs from [`Self::index_to_point`] in the last bit.
    pub fn voxel_to_point(&self, index: [i64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|r| {
            let m = &self.to_point[r];
            ((self.origin_mm[r] + m[0] * index[0] as f64) + m[1] * index[1] as f64) + m[2] * index[2] as f64
        })
    }

    /// Continuous index (x, y, z) of a physical point in mm, as ITK's `TransformPhysicalPointToContinuousIndex`.
    pub fn point_to_index(&self, point_mm: [f64; 3]) -> [f64; 3] {
        let shift = [0, 1, 2].map(|a| point_mm[a] - self.origin_mm[a]);
        [0, 1, 2].map(|r| {
            let m = &self.to_index[r];
            m[0] * shift[0] + m[1] * shift[1] + m[2] * shift[2]
        })
    }

    /// Whether each index axis lies along the physical axis of the same number, to the bit.
    pub(crate) fn is_axis_aligned(&self) -> bool {
        let off_diagonal = |m: &[[f64; 3]; 3]| (0..3).any(|r| (0..3).any(|c| r != c && m[r][c] != 0.0));
        !off_diagonal(&self.to_point) && !off_diagonal(&self.to_index)
    }

    /// The box that covers the whole grid.
    pub fn full_box(&self) -> IndexBox {
        IndexBox { start: [0; 3], size: self.size }
    }

    /// The grid of a part of the image.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if the box is empty or not inside.
    pub fn crop(&self, part: &IndexBox) -> Result<Self> {
        self.check_box(part)?;
        Ok(Self { size: part.size, origin_mm: self.voxel_to_point(part.start.map(|s| s as i64)), ..self.clone() })
    }

    /// Checks that a box lies inside the image.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if the box is empty or not inside.
    pub fn check_box(&self, part: &IndexBox) -> Result<()> {
        let inside = (0..3).all(|a| {
            part.size[a] > 0 && part.start[a].checked_add(part.size[a]).is_some_and(|end| end <= self.size[a])
        });
        if inside { Ok(()) } else { Err(Error::OutOfBounds { start: part.start, size: part.size, image: self.size }) }
    }

    /// Compares two grids as SimpleITK does before it combines images: the sizes must be equal, origin and spacing
    /// equal within `tolerance` times the spacing along x, the direction within `tolerance`.
    ///
    /// SimpleITK's (and PyRadiomics') default tolerance is [`Geometry::TOLERANCE`].
    ///
    /// # Errors
    /// [`Error::Mismatch`] with both grids side by side.
    pub fn check_same(&self, other: &Geometry, tolerance: f64) -> Result<()> {
        let within = tolerance * self.spacing_mm[0];
        let close = |a: &[f64], b: &[f64], t: f64| a.iter().zip(b).all(|(x, y)| (x - y).abs() <= t);
        let mismatch = GeometryMismatch {
            image: self.clone(),
            mask: other.clone(),
            tolerance,
            size: self.size != other.size,
            spacing: !close(&self.spacing_mm, &other.spacing_mm, within),
            origin: !close(&self.origin_mm, &other.origin_mm, within),
            direction: !close(self.direction.as_flattened(), other.direction.as_flattened(), tolerance),
        };
        if mismatch.size || mismatch.spacing || mismatch.origin || mismatch.direction {
            return Err(Error::Mismatch(Box::new(mismatch)));
        }
        Ok(())
    }

    /// SimpleITK's default tolerance for [`Geometry::check_same`].
    pub const TOLERANCE: f64 = 1e-6;
}

/// Why two grids differ, with both side by side in its message.
#[derive(Debug, Clone, PartialEq)]
pub struct GeometryMismatch {
    /// The first grid, the image's.
    pub image: Geometry,
    /// The second grid, the mask's.
    pub mask: Geometry,
    /// The tolerance of the comparison.
    pub tolerance: f64,
    /// The sizes differ.
    pub size: bool,
    /// The spacings differ.
    pub spacing: bool,
    /// The origins differ.
    pub origin: bool,
    /// The directions differ.
    pub direction: bool,
}

impl fmt::Display for GeometryMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "image and mask are not on the same grid:")?;
        let mut row = |name: &str, differs: bool, image: String, mask: String| {
            let mark = if differs { "differs" } else { "equal" };
            writeln!(f, "  {name:<12} image {image}  mask {mask}  ({mark})")
        };
        let (i, m) = (&self.image, &self.mask);
        row("size", self.size, format!("{:?}", i.size), format!("{:?}", m.size))?;
        row("spacing mm", self.spacing, format!("{:?}", i.spacing_mm), format!("{:?}", m.spacing_mm))?;
        row("origin mm", self.origin, format!("{:?}", i.origin_mm), format!("{:?}", m.origin_mm))?;
        row("direction", self.direction, format!("{:?}", i.direction), format!("{:?}", m.direction))?;
        write!(
            f,
            "to put the mask on the image's grid set correctMask: true; if the difference is only rounding raise \
             geometryTolerance (now {:e})",
            self.tolerance
        )
    }
}

/// A box of voxels: its first index and its size along x, y, z.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexBox {
    /// First voxel.
    pub start: [usize; 3],
    /// Number of voxels.
    pub size: [usize; 3],
}

impl IndexBox {
    /// One past the last voxel.
    pub fn end(&self) -> [usize; 3] {
        [0, 1, 2].map(|a| self.start[a] + self.size[a])
    }

    /// Number of voxels.
    pub fn voxel_count(&self) -> usize {
        self.size.iter().product()
    }

    /// The indices (x, y, z) of its voxels, x fastest.
    pub fn indices(&self) -> impl Iterator<Item = [usize; 3]> + '_ {
        let end = self.end();
        let [x0, y0, z0] = self.start;
        (z0..end[2]).flat_map(move |z| (y0..end[1]).flat_map(move |y| (x0..end[0]).map(move |x| [x, y, z])))
    }

    /// The box grown by a number of voxels along each axis, cut off at the borders of an image.
    pub fn grow(&self, margin: [usize; 3], image_size: [usize; 3]) -> Self {
        let start = [0, 1, 2].map(|a| self.start[a].saturating_sub(margin[a]));
        let end = [0, 1, 2].map(|a| self.end()[a].saturating_add(margin[a]).min(image_size[a]));
        Self { start, size: [0, 1, 2].map(|a| end[a].saturating_sub(start[a])) }
    }

    /// The smallest box that holds both.
    pub fn union(&self, other: &Self) -> Self {
        let start = [0, 1, 2].map(|a| self.start[a].min(other.start[a]));
        let end = [0, 1, 2].map(|a| self.end()[a].max(other.end()[a]));
        Self { start, size: [0, 1, 2].map(|a| end[a] - start[a]) }
    }

    /// This box in the index space of `outer`, which must hold it.
    pub fn relative_to(&self, outer: &Self) -> Self {
        debug_assert!((0..3).all(|a| self.start[a] >= outer.start[a]));
        Self { start: [0, 1, 2].map(|a| self.start[a] - outer.start[a]), size: self.size }
    }
}

/// Whether a direction matrix is finite and far enough from singular.
fn is_regular(m: &[[f64; 3]; 3]) -> bool {
    let minor = |c: usize| {
        let (c1, c2) = ((c + 1) % 3, (c + 2) % 3);
        m[1][c1] * m[2][c2] - m[1][c2] * m[2][c1]
    };
    let det = (0..3).map(|c| m[0][c] * minor(c)).sum::<f64>();
    det.is_finite() && det.abs() >= 1e-12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_goes_to_an_index_and_back() {
        let (s, c) = (0.6, 0.8);
        let oblique = [[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, -1.0]];
        let g = Geometry::new([5, 6, 7], [0.5, 0.7, 3.0], [1.0, -2.0, 30.0], oblique).unwrap();
        let i = [1.25, 3.5, 2.0];
        let back = g.point_to_index(g.index_to_point(i));
        for a in 0..3 {
            assert!((back[a] - i[a]).abs() < 1e-12);
        }
    }

    #[test]
    fn impossible_grids_are_refused() {
        let ok = [1.0; 3];
        let id = Geometry::IDENTITY;
        assert!(Geometry::new([0, 1, 1], ok, [0.0; 3], id).is_err());
        assert!(Geometry::new([usize::MAX, 2, 1], ok, [0.0; 3], id).is_err());
        assert!(Geometry::new([1 << 62, 1, 1], ok, [0.0; 3], id).is_err());
        assert!(Geometry::new([1, 1, 1], [1.0, 0.0, 1.0], [0.0; 3], id).is_err());
        assert!(Geometry::new([1, 1, 1], [1.0, f64::NAN, 1.0], [0.0; 3], id).is_err());
        assert!(Geometry::new([1, 1, 1], ok, [f64::INFINITY, 0.0, 0.0], id).is_err());
        assert!(Geometry::new([1, 1, 1], ok, [0.0; 3], [[0.0; 3]; 3]).is_err());
    }

    #[test]
    fn a_mismatch_shows_both_grids_and_the_remedy() {
        let a = Geometry::new([5, 6, 7], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let b = Geometry::new([5, 6, 7], [1.0; 3], [0.0, 0.0, 0.1], Geometry::IDENTITY).unwrap();
        let text = a.check_same(&b, Geometry::TOLERANCE).unwrap_err().to_string();
        assert!(text.contains("origin mm") && text.contains("(differs)"), "{text}");
        assert!(text.contains("correctMask") && text.contains("geometryTolerance"), "{text}");
        assert!(a.check_same(&b, 0.2).is_ok());
    }
}
