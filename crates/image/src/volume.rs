//! Images: a [`Geometry`] with a value per voxel, in the type the file had.

use std::borrow::Cow;

use ndarray::Array3;

use crate::error::{Error, Result};
use crate::geometry::{Geometry, IndexBox};

/// Runs the same generic code on whichever type a [`Voxels`](crate::Voxels) has:
/// `with_voxels!(volume.voxels(), values => values.len())`, where `values` is a reference to the `Vec` of that type.
#[macro_export]
macro_rules! with_voxels {
    ($voxels:expr, $values:ident => $body:expr) => {
        match $voxels {
            $crate::Voxels::U8($values) => $body,
            $crate::Voxels::I8($values) => $body,
            $crate::Voxels::U16($values) => $body,
            $crate::Voxels::I16($values) => $body,
            $crate::Voxels::U32($values) => $body,
            $crate::Voxels::I32($values) => $body,
            $crate::Voxels::U64($values) => $body,
            $crate::Voxels::I64($values) => $body,
            $crate::Voxels::F32($values) => $body,
            $crate::Voxels::F64($values) => $body,
        }
    };
}

macro_rules! voxel_types {
    ($(($variant:ident, $type:ty, $name:literal)),+ $(,)?) => {
        /// The values of a volume, x fastest, then y, then z, in their own type.
        ///
        /// The type matters: PyRadiomics filters float32 images in single precision and integer images in double,
        /// and resampling truncates integers.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Voxels {
            $(#[doc = concat!("`", $name, "` values.")] $variant(Vec<$type>),)+
        }

        /// The type of a voxel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum VoxelType {
            $(#[doc = concat!("`", $name, "`.")] $variant,)+
        }

        impl Voxels {
            /// Number of values.
            pub fn len(&self) -> usize {
                match self { $(Self::$variant(v) => v.len(),)+ }
            }

            /// The type of the values.
            pub fn voxel_type(&self) -> VoxelType {
                match self { $(Self::$variant(_) => VoxelType::$variant,)+ }
            }

            /// The value at a position of the array as `f64` (64-bit integers beyond 2^53 lose their last bits).
            pub fn get(&self, offset: usize) -> f64 {
                match self { $(Self::$variant(v) => v[offset] as f64,)+ }
            }

            fn crop(&self, size: [usize; 3], part: &IndexBox) -> Self {
                match self { $(Self::$variant(v) => Self::$variant(crop_rows(v, size, part, |x| x)),)+ }
            }

            fn crop_f64(&self, size: [usize; 3], part: &IndexBox) -> Vec<f64> {
                match self { $(Self::$variant(v) => crop_rows(v, size, part, |x| x as f64),)+ }
            }
        }

        impl VoxelType {
            /// Its usual name: `uint8`, `int16`, `float32`, ...
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Bytes per voxel.
            pub fn bytes(self) -> usize {
                match self { $(Self::$variant => size_of::<$type>(),)+ }
            }
        }

        $(impl From<Vec<$type>> for Voxels {
            fn from(values: Vec<$type>) -> Self {
                Self::$variant(values)
            }
        })+
    };
}

voxel_types!(
    (U8, u8, "uint8"),
    (I8, i8, "int8"),
    (U16, u16, "uint16"),
    (I16, i16, "int16"),
    (U32, u32, "uint32"),
    (I32, i32, "int32"),
    (U64, u64, "uint64"),
    (I64, i64, "int64"),
    (F32, f32, "float32"),
    (F64, f64, "float64"),
);

impl Voxels {
    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl VoxelType {
    /// Whether it is `float32` or `float64`.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }
}

/// Copies a box out of an array, row by row.
fn crop_rows<T: Copy, U>(values: &[T], size: [usize; 3], part: &IndexBox, f: impl Fn(T) -> U) -> Vec<U> {
    let mut out = Vec::with_capacity(part.voxel_count());
    let end = part.end();
    for z in part.start[2]..end[2] {
        for y in part.start[1]..end[1] {
            let row = (z * size[1] + y) * size[0];
            out.extend(values[row + part.start[0]..row + end[0]].iter().map(|&v| f(v)));
        }
    }
    out
}

/// An image: a grid in space and a value for each voxel.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    geometry: Geometry,
    voxels: Voxels,
}

impl Volume {
    /// An image of these values, x fastest.
    ///
    /// # Errors
    /// [`Error::VoxelCount`] if there are not as many values as the grid has voxels.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Volume};
    /// let grid = Geometry::new([2, 2, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let image = Volume::new(grid, vec![1i16, 2, 3, 4])?;
    /// assert_eq!(image.get([1, 1, 0]), 4.0);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn new(geometry: Geometry, voxels: impl Into<Voxels>) -> Result<Self> {
        let voxels = voxels.into();
        if voxels.len() != geometry.voxel_count() {
            return Err(Error::VoxelCount {
                size: geometry.size(),
                expected: geometry.voxel_count(),
                found: voxels.len(),
            });
        }
        Ok(Self { geometry, voxels })
    }

    /// The grid.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The values, x fastest.
    pub fn voxels(&self) -> &Voxels {
        &self.voxels
    }

    /// Takes the image apart.
    pub fn into_parts(self) -> (Geometry, Voxels) {
        (self.geometry, self.voxels)
    }

    /// The type of the values.
    pub fn voxel_type(&self) -> VoxelType {
        self.voxels.voxel_type()
    }

    /// The value at an index (x, y, z).
    ///
    /// # Panics
    /// If the index is not inside the image.
    pub fn get(&self, index: [usize; 3]) -> f64 {
        self.voxels.get(self.geometry.offset(index))
    }

    /// A part of the image, in the same type.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if the box is empty or not inside.
    pub fn crop(&self, part: &IndexBox) -> Result<Self> {
        let geometry = self.geometry.crop(part)?;
        Ok(Self { geometry, voxels: self.voxels.crop(self.geometry.size(), part) })
    }

    /// The values of a part of the image as `f64`, x fastest.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if the box is empty or not inside.
    pub fn values_f64(&self, part: &IndexBox) -> Result<Vec<f64>> {
        self.geometry.check_box(part)?;
        Ok(self.voxels.crop_f64(self.geometry.size(), part))
    }

    /// All values as `f64`, x fastest; borrowed if they are `f64` already.
    pub fn to_f64(&self) -> Cow<'_, [f64]> {
        match &self.voxels {
            Voxels::F64(v) => Cow::Borrowed(v),
            other => Cow::Owned(other.crop_f64(self.geometry.size(), &self.geometry.full_box())),
        }
    }

    /// The values as an array indexed (z, y, x).
    pub fn to_array(&self) -> Array3<f64> {
        let [x, y, z] = self.geometry.size();
        Array3::from_shape_vec((z, y, x), self.to_f64().into_owned()).expect("sizes match by construction")
    }

    /// An image from an array indexed (z, y, x), on a grid of the same size.
    ///
    /// # Errors
    /// [`Error::VoxelCount`] if array and grid differ in size.
    pub fn from_array(geometry: Geometry, array: &Array3<f64>) -> Result<Self> {
        let (z, y, x) = array.dim();
        if [x, y, z] != geometry.size() {
            return Err(Error::VoxelCount {
                size: geometry.size(),
                expected: geometry.voxel_count(),
                found: array.len(),
            });
        }
        Self::new(geometry, array.iter().copied().collect::<Vec<f64>>())
    }

    /// How many voxels are NaN or infinite.
    pub fn non_finite_count(&self) -> usize {
        match &self.voxels {
            Voxels::F32(v) => v.iter().filter(|x| !x.is_finite()).count(),
            Voxels::F64(v) => v.iter().filter(|x| !x.is_finite()).count(),
            _ => 0,
        }
    }

    /// Replaces NaN and infinite voxels by a value (rounded to float32 in a float32 image). With 0 an unscaled NIfTI file is
    /// what SimpleITK, and so PyRadiomics, makes of it.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Volume};
    /// let grid = Geometry::new([2, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let mut image = Volume::new(grid, vec![f32::NAN, 3.0])?;
    /// image.replace_non_finite(0.0);
    /// assert_eq!(image.to_f64().as_ref(), [0.0, 3.0]);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn replace_non_finite(&mut self, value: f64) {
        match &mut self.voxels {
            Voxels::F32(v) => v.iter_mut().filter(|x| !x.is_finite()).for_each(|x| *x = value as f32),
            Voxels::F64(v) => v.iter_mut().filter(|x| !x.is_finite()).for_each(|x| *x = value),
            _ => {}
        }
    }

    /// The first voxel that is NaN or infinite, as its index (x, y, z) and value.
    pub fn first_non_finite(&self) -> Option<([usize; 3], f64)> {
        let at = match &self.voxels {
            Voxels::F32(v) => v.iter().position(|x| !x.is_finite()),
            Voxels::F64(v) => v.iter().position(|x| !x.is_finite()),
            _ => None,
        }?;
        let [nx, ny, _] = self.geometry.size();
        Some(([at % nx, at / nx % ny, at / nx / ny], self.voxels.get(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_keeps_values_and_places() {
        let grid = Geometry::new([3, 2, 2], [1.0, 2.0, 3.0], [10.0, 20.0, 30.0], Geometry::IDENTITY).unwrap();
        let image = Volume::new(grid, (0..12).collect::<Vec<i32>>()).unwrap();
        let part = IndexBox { start: [1, 0, 1], size: [2, 2, 1] };
        let cropped = image.crop(&part).unwrap();
        assert_eq!(cropped.voxels(), &Voxels::I32(vec![7, 8, 10, 11]));
        assert_eq!(cropped.geometry().origin_mm(), [11.0, 20.0, 33.0]);
        assert_eq!(image.values_f64(&part).unwrap(), [7.0, 8.0, 10.0, 11.0]);
        assert_eq!(image.to_array()[(1, 0, 2)], 8.0);
        assert!(image.crop(&IndexBox { start: [2, 0, 0], size: [2, 1, 1] }).is_err());
        assert!(image.crop(&IndexBox { start: [usize::MAX, 0, 0], size: [2, 1, 1] }).is_err());
    }

    #[test]
    fn the_first_bad_voxel_is_found() {
        let grid = Geometry::new([2, 2, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let image = Volume::new(grid, vec![0.0f32, 1.0, 2.0, f32::INFINITY]).unwrap();
        assert_eq!(image.first_non_finite(), Some(([1, 1, 0], f64::INFINITY)));
        assert_eq!(image.non_finite_count(), 1);
        let mut image = image;
        image.replace_non_finite(-1.0);
        assert_eq!((image.get([1, 1, 0]), image.non_finite_count()), (-1.0, 0));
    }
}
