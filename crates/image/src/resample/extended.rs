//! Resampling that goes on beyond the image's border with the value at the border.

use rayon::prelude::*;

use super::mapping::{Mapping, is_inside};
use super::nearest::nearest;
use super::{Interpolator, resample};
use crate::error::Result;
use crate::geometry::Geometry;
use crate::volume::{Volume, Voxels};

/// As [`resample`], but a point outside the image has the value of the nearest voxel in place of 0.
///
/// # Errors
/// As [`resample`].
pub(crate) fn resample_extended(image: &Volume, target: &Geometry, interpolator: Interpolator) -> Result<Volume> {
    let (_, mut voxels) = resample(image, target, interpolator)?.into_parts();
    let mapping = Mapping::new(image.geometry(), target)?;
    macro_rules! extend {
        ($($variant:ident),+) => {
            match (&mut voxels, image.voxels()) {
                $((Voxels::$variant(out), Voxels::$variant(values)) => extend(&mapping, image, target, values, out),)+
                _ => {} // resampling keeps the type
            }
        };
    }
    extend!(U8, I8, U16, I16, U32, I32, U64, I64, F32, F64);
    Volume::new(target.clone(), voxels)
}

fn extend<T: Copy + Send + Sync>(
    mapping: &Mapping<'_>,
    image: &Volume,
    target: &Geometry,
    values: &[T],
    out: &mut [T],
) {
    let size = image.geometry().size();
    let [nx, ny, _] = target.size();
    out.par_chunks_mut(nx).enumerate().for_each(|(row, out)| {
        let row = mapping.row(row % ny, row / ny);
        for (x, out) in out.iter_mut().enumerate() {
            let index = row.at(x);
            if !is_inside(index, size) {
                let within = [0, 1, 2].map(|a| index[a].clamp(0.0, size[a] as f64 - 1.0));
                *out = values[image.geometry().offset(nearest(within, size))];
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_goes_on() {
        let grid = Geometry::new([3, 2, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let image = Volume::new(grid, vec![1i16, 2, 3, 4, 5, 6]).unwrap();
        let wide = Geometry::new([6, 4, 2], [1.0; 3], [-2.0, -1.0, 0.0], Geometry::IDENTITY).unwrap();
        let found = resample_extended(&image, &wide, Interpolator::Linear).unwrap();
        let plane = [1, 1, 1, 2, 3, 3, 1, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6, 4, 4, 4, 5, 6, 6];
        let Voxels::I16(values) = found.voxels() else { panic!() };
        assert_eq!(values, &[plane, plane].concat());
    }
}
