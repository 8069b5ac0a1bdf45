//! Adding voxels around an image, the opposite of a crop.

use crate::error::{Error, Result};
use crate::geometry::{Geometry, IndexBox};
use crate::volume::{Volume, VoxelType, Voxels};
use crate::with_voxels;

/// What the added voxels are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Padding {
    /// This value (SimpleITK's `ConstantPad`). The voxel type must be able to hold it.
    Constant(f64),
    /// The value of the nearest voxel of the image (SimpleITK's `ZeroFluxNeumannPad`).
    Edge,
}

impl Geometry {
    /// The grid with `before` voxels more at the beginning of each axis (x, y, z) and `after` more at its end. The voxels
    /// that were there keep their places in space.
    ///
    /// # Errors
    /// [`Error::Geometry`] if a 2-D grid would get further slices, or the size would be too large for this machine.
    pub fn pad(&self, before: [usize; 3], after: [usize; 3]) -> Result<Self> {
        if self.dimension() == 2 && (before[2] > 0 || after[2] > 0) {
            return Err(Error::Geometry("a 2-D image cannot be padded along z".to_string()));
        }
        let size = [0, 1, 2].map(|a| self.size()[a].saturating_add(before[a]).saturating_add(after[a]));
        let first = before.map(|n| -(i64::try_from(n).unwrap_or(i64::MAX)));
        let origin = self.voxel_to_point(first);
        let grid = Self::new(size, self.spacing_mm(), origin, *self.direction())?;
        if self.dimension() == 2 { grid.into_2d() } else { Ok(grid) }
    }
}

impl Volume {
    /// The image with `before` voxels more at the beginning of each axis (x, y, z) and `after` more at its end, in the
    /// same type. [`crop`](Self::crop) takes them off again.
    ///
    /// # Errors
    /// [`Error::Geometry`] as [`Geometry::pad`]; [`Error::Setting`] if the voxel type cannot hold the constant, or there is
    /// not enough memory.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Padding, Volume};
    /// let grid = Geometry::new([2, 1, 1], [2.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let image = Volume::new(grid, vec![5i16, 6])?;
    /// let padded = image.pad([1, 0, 0], [2, 0, 0], Padding::Constant(-1000.0))?;
    /// assert_eq!(padded.to_f64().as_ref(), [-1000.0, 5.0, 6.0, -1000.0, -1000.0]);
    /// assert_eq!(padded.geometry().origin_mm(), [-2.0, 0.0, 0.0]);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn pad(&self, before: [usize; 3], after: [usize; 3], padding: Padding) -> Result<Self> {
        let geometry = self.geometry().pad(before, after)?;
        let part = IndexBox { start: before, size: self.geometry().size() };
        let voxels: Voxels = match padding {
            Padding::Edge => with_voxels!(self.voxels(), v => edges(v, &geometry, &part)?.into()),
            Padding::Constant(value) => {
                let unfit = || {
                    Error::Setting(format!(
                        "the image cannot be padded with {value}: its voxels are {}",
                        self.voxel_type().name()
                    ))
                };
                macro_rules! constant {
                    ($values:expr, $type:ty) => {{
                        let converted = value as $type;
                        // A float32 image takes the nearest value that it can hold.
                        let fits =
                            converted as f64 == value || (self.voxel_type() == VoxelType::F32 && !value.is_infinite());
                        if !fits || !(converted as f64).is_finite() {
                            return Err(unfit());
                        }
                        filled($values, &geometry, &part, converted)?.into()
                    }};
                }
                match self.voxels() {
                    Voxels::U8(v) => constant!(v, u8),
                    Voxels::I8(v) => constant!(v, i8),
                    Voxels::U16(v) => constant!(v, u16),
                    Voxels::I16(v) => constant!(v, i16),
                    Voxels::U32(v) => constant!(v, u32),
                    Voxels::I32(v) => constant!(v, i32),
                    Voxels::U64(v) => constant!(v, u64),
                    Voxels::I64(v) => constant!(v, i64),
                    Voxels::F32(v) => constant!(v, f32),
                    Voxels::F64(v) => constant!(v, f64),
                }
            }
        };
        Self::new(geometry, voxels)
    }
}

/// An empty array with room for the grid's voxels.
fn room<T>(grid: &Geometry) -> Result<Vec<T>> {
    let mut out = Vec::new();
    out.try_reserve_exact(grid.voxel_count())
        .map_err(|_| Error::Setting(format!("there is not enough memory for an image of size {:?}", grid.size())))?;
    Ok(out)
}

/// `part` of the grid has the values, row by row, the rest a constant.
fn filled<T: Copy>(values: &[T], grid: &Geometry, part: &IndexBox, constant: T) -> Result<Vec<T>> {
    let mut out = room(grid)?;
    let mut rows = values.chunks_exact(part.size[0]);
    let [nx, ny, nz] = grid.size();
    let within = |a: usize, i: usize| i >= part.start[a] && i < part.end()[a];
    for (z, y) in (0..nz).flat_map(|z| (0..ny).map(move |y| (z, y))) {
        let end = out.len() + nx;
        if within(2, z) && within(1, y) {
            out.resize(out.len() + part.start[0], constant);
            out.extend_from_slice(rows.next().unwrap_or_default());
        }
        out.resize(end, constant);
    }
    Ok(out)
}

/// `part` of the grid has the values, the rest that of the nearest of them.
fn edges<T: Copy>(values: &[T], grid: &Geometry, part: &IndexBox) -> Result<Vec<T>> {
    let mut out = room(grid)?;
    let nearest = |a: usize, i: usize| i.saturating_sub(part.start[a]).min(part.size[a] - 1);
    out.extend(
        grid.full_box()
            .indices()
            .map(|[x, y, z]| values[(nearest(2, z) * part.size[1] + nearest(1, y)) * part.size[0] + nearest(0, x)]),
    );
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Volume {
        let direction = [[0.0, -1.0, 0.0], [0.8, 0.0, -0.6], [0.6, 0.0, 0.8]];
        let grid = Geometry::new([3, 2, 2], [0.5, 1.0, 2.5], [10.0, 20.0, 30.0], direction).unwrap();
        Volume::new(grid, (1..=12).collect::<Vec<i16>>()).unwrap()
    }

    #[test]
    fn a_crop_takes_the_padding_off() {
        let image = image();
        for padding in [Padding::Constant(-7.0), Padding::Edge] {
            let padded = image.pad([2, 0, 1], [1, 3, 0], padding).unwrap();
            assert_eq!(padded.geometry().size(), [6, 5, 3]);
            assert_eq!(padded.voxel_type(), VoxelType::I16);
            for a in 0..3 {
                let (place, old) =
                    (padded.geometry().index_to_point([2.0, 0.0, 1.0])[a], image.geometry().origin_mm()[a]);
                assert!((place - old).abs() < 1e-12);
            }
            let cropped = padded.crop(&IndexBox { start: [2, 0, 1], size: [3, 2, 2] }).unwrap();
            assert_eq!(cropped.voxels(), image.voxels());
        }
        let padded = image.pad([0; 3], [0; 3], Padding::Edge).unwrap();
        assert_eq!(padded, image);
    }

    #[test]
    fn values_of_the_padding() {
        let row = |padding: Padding| image().pad([1, 0, 0], [2, 1, 0], padding).unwrap().to_f64()[..18].to_vec();
        let edge = [1., 1., 2., 3., 3., 3., 4., 4., 5., 6., 6., 6., 4., 4., 5., 6., 6., 6.];
        assert_eq!(row(Padding::Edge), edge);
        let constant = [0., 1., 2., 3., 0., 0., 0., 4., 5., 6., 0., 0., 0., 0., 0., 0., 0., 0.];
        assert_eq!(row(Padding::Constant(0.0)), constant);
    }

    #[test]
    fn what_cannot_be_padded() {
        let image = image();
        for bad in [0.5, 40000.0, f64::NAN, f64::INFINITY] {
            assert!(image.pad([1; 3], [1; 3], Padding::Constant(bad)).unwrap_err().to_string().contains("int16"));
        }
        assert!(image.pad([usize::MAX, 0, 0], [1; 3], Padding::Edge).is_err());
        assert!(image.pad([1 << 40, 1 << 10, 0], [1; 3], Padding::Edge).is_err());
        let flat = Geometry::new([2, 2, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap().into_2d().unwrap();
        let flat = Volume::new(flat, vec![1.0f32; 4]).unwrap();
        assert!(flat.pad([0, 0, 1], [0; 3], Padding::Edge).is_err());
        let padded = flat.pad([1, 1, 0], [0; 3], Padding::Constant(0.1)).unwrap();
        assert_eq!((padded.geometry().dimension(), padded.get([0, 0, 0])), (2, f64::from(0.1f32)));
        for bad in [f64::NAN, f64::INFINITY, 1e300] {
            assert!(flat.pad([1, 0, 0], [0; 3], Padding::Constant(bad)).is_err());
        }
    }
}
