//! Interpolation on another grid, with the values of SimpleITK's `ResampleImageFilter`.

mod bspline;
mod cast;
mod extended;
mod gaussian;
mod grid;
mod interpolator;
mod kernel;
mod label;
mod linear;
mod mapping;
mod nearest;
mod separable;
mod sinc;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::mask::Mask;
use crate::volume::{Volume, Voxels};

pub use grid::{ResampledRoi, RoiGrid, check_roi, correct_region, resample_region, resample_roi, roi_grid};
pub use interpolator::Interpolator;

pub(crate) use extended::resample_extended;

use bspline::BSpline;
use cast::Cast;
use gaussian::Gaussian;
use kernel::{Kernel, Source};
use mapping::{Axes, Mapping, is_inside};
use sinc::{Sinc, Window};

/// The image on another grid, in the type it has.
///
/// It is SimpleITK's `Resample` with the identity transform and 0 for voxels outside the image. A point belongs to the
/// image if it lies within half a voxel of a voxel centre. Integer images are *truncated* to integers, as ITK does: a
/// cubic spline turns a constant 100 into 99 wherever its sum of weights is rounded below 1.
///
/// Agreement with SimpleITK 2.5.7: nearest neighbour, linear and label interpolators to the bit; splines, Gaussian and
/// windowed sincs to a few units in the last place of float64 images (and so to the bit of nearly every float32 voxel),
/// and to the bit of integer images except at voxels whose exact value is a whole number within rounding error of the
/// decomposition of the whole image.
///
/// Only the part of the image that the target needs is looked at, so the cost does not depend on the size of the image.
/// The result does not depend on the number of threads.
///
/// # Errors
/// [`Error::Setting`] if a voxel that an interpolator other than nearest neighbour needs is NaN or infinite, or if one
/// grid is 2-D and the other is not.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, Voxels, resample::{Interpolator, resample}};
/// let coarse = Geometry::new([3, 1, 1], [2.0, 1.0, 1.0], [0.0; 3], Geometry::IDENTITY)?;
/// let fine = Geometry::new([5, 1, 1], [1.0, 1.0, 1.0], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(coarse, vec![0.0f64, 10.0, 40.0])?;
/// let resampled = resample(&image, &fine, Interpolator::Linear)?;
/// assert_eq!(resampled.voxels(), &Voxels::F64(vec![0.0, 5.0, 10.0, 25.0, 40.0]));
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn resample(image: &Volume, target: &Geometry, interpolator: Interpolator) -> Result<Volume> {
    let mapping = Mapping::new(image.geometry(), target)?;
    let task = Task { image, target, mapping };
    let voxels = match image.voxels() {
        Voxels::U8(v) => Voxels::U8(task.run(v, interpolator)?),
        Voxels::I8(v) => Voxels::I8(task.run(v, interpolator)?),
        Voxels::U16(v) => Voxels::U16(task.run(v, interpolator)?),
        Voxels::I16(v) => Voxels::I16(task.run(v, interpolator)?),
        Voxels::U32(v) => Voxels::U32(task.run(v, interpolator)?),
        Voxels::I32(v) => Voxels::I32(task.run(v, interpolator)?),
        Voxels::U64(v) => Voxels::U64(task.run(v, interpolator)?),
        Voxels::I64(v) => Voxels::I64(task.run(v, interpolator)?),
        Voxels::F32(v) => Voxels::F32(task.run(v, interpolator)?),
        Voxels::F64(v) => Voxels::F64(task.run(v, interpolator)?),
    };
    Volume::new(target.clone(), voxels)
}

/// A label map on another grid, by nearest neighbour, as PyRadiomics resamples masks. For one label [`resample_region`] does less.
///
/// # Errors
/// [`Error::Setting`] if one grid is 2-D and the other is not.
pub fn resample_mask(mask: &Mask, target: &Geometry) -> Result<Mask> {
    Mask::new(resample(mask.as_volume(), target, Interpolator::NearestNeighbor)?)
}

struct Task<'a> {
    image: &'a Volume,
    target: &'a Geometry,
    mapping: Mapping<'a>,
}

impl Task<'_> {
    fn run<T: Cast>(&self, values: &[T], interpolator: Interpolator) -> Result<Vec<T>> {
        use Interpolator as I;
        let size = self.image.geometry().size();
        let dimension = self.image.geometry().dimension();
        let spacing_mm = self.image.geometry().spacing_mm();
        let sinc = |window| self.kernel::<T, _, 10>(&Sinc(window));
        match interpolator {
            I::NearestNeighbor => {
                let mut out = self.zeros();
                let row = |y: usize, z: usize| Some((&values[(z * size[1] + y) * size[0]..][..size[0]], 0));
                nearest::fill_nearest(&self.mapping, self.target, size, &mut out, row);
                Ok(out)
            }
            I::Linear => {
                let Some(source) = self.source(1)? else { return Ok(self.zeros()) };
                if self.mapping.axes == Axes::Aligned {
                    return Ok(linear::aligned(&self.mapping, &source, size, self.target.size()));
                }
                Ok(self.each(|index| T::cast(linear::linear(index, size, &source))))
            }
            I::LabelLinear => {
                let Some(source) = self.source(1)? else { return Ok(self.zeros()) };
                Ok(self.each(|index| T::cast(label::linear(index, size, &source))))
            }
            I::LabelGaussian => {
                let kernel = Gaussian { sigma: 1.0, alpha: 1.0, spacing_mm };
                let Some(source) = self.source(kernel.radius())? else { return Ok(self.zeros()) };
                Ok(self.each(|index| T::cast(label::gaussian(&kernel, index, size, dimension, &source))))
            }
            I::Gaussian => self.kernel::<T, _, 8>(&Gaussian { sigma: 0.8, alpha: 4.0, spacing_mm }),
            I::CosineWindowedSinc => sinc(Window::Cosine),
            I::HammingWindowedSinc => sinc(Window::Hamming),
            I::WelchWindowedSinc => sinc(Window::Welch),
            I::LanczosWindowedSinc => sinc(Window::Lanczos),
            I::BlackmanWindowedSinc => sinc(Window::Blackman),
            I::BSpline1 | I::BSplineResamplerOrder1 => self.kernel::<T, _, 2>(&BSpline { order: 1 }),
            I::BSpline2 => self.spline::<T, 3>(2),
            I::BSpline => self.spline::<T, 4>(3),
            I::BSpline4 => self.spline::<T, 5>(4),
            I::BSpline5 => self.spline::<T, 6>(5),
            I::BSplineResamplerOrder2 => self.kernel::<T, _, 3>(&BSpline { order: 2 }),
            I::BSplineResampler => self.kernel::<T, _, 4>(&BSpline { order: 3 }),
            I::BSplineResamplerOrder4 => self.kernel::<T, _, 5>(&BSpline { order: 4 }),
            I::BSplineResamplerOrder5 => self.kernel::<T, _, 6>(&BSpline { order: 5 }),
        }
    }

    fn zeros<T: Cast>(&self) -> Vec<T> {
        vec![T::default(); self.target.voxel_count()]
    }

    /// The values of the image within this radius of the target; `None` if the target lies outside.
    fn source(&self, radius: usize) -> Result<Option<Source>> {
        let Some(part) = self.mapping.needed(radius) else { return Ok(None) };
        let values = self.image.values_f64(&part)?;
        if self.image.voxel_type().is_float()
            && let Some(bad) = values.iter().position(|v| !v.is_finite())
        {
            let [nx, ny, _] = part.size;
            let at = [bad % nx, bad / nx % ny, bad / nx / ny];
            return Err(Error::Setting(format!(
                "the image has the value {} at voxel (x, y, z) = {:?} ({} voxels are NaN or infinite): it cannot be \
                 interpolated; replace such voxels, or use sitkNearestNeighbor",
                values[bad],
                [0, 1, 2].map(|a| part.start[a] + at[a]),
                self.image.non_finite_count()
            )));
        }
        Ok(Some(Source::new(values, part)))
    }

    /// Evaluates every voxel of the target that lies inside the image.
    fn each<T: Cast>(&self, value: impl Fn([f64; 3]) -> T + Sync) -> Vec<T> {
        let mut out = self.zeros();
        fill(&self.mapping, self.target, self.image.geometry().size(), &mut out, |index| Some(value(index)));
        out
    }

    fn spline<T: Cast, const N: usize>(&self, order: usize) -> Result<Vec<T>> {
        let kernel = BSpline { order };
        let Some(source) = self.source(kernel.radius() + kernel.margin())? else { return Ok(self.zeros()) };
        let coefficients = kernel.decompose(source.values, source.part, self.image.geometry().size());
        Ok(self.evaluate::<T, _, N>(&kernel, &coefficients))
    }

    fn kernel<T: Cast, K: Kernel, const N: usize>(&self, kernel: &K) -> Result<Vec<T>> {
        let Some(source) = self.source(kernel.radius())? else { return Ok(self.zeros()) };
        Ok(self.evaluate::<T, K, N>(kernel, &source))
    }

    fn evaluate<T: Cast, K: Kernel, const N: usize>(&self, kernel: &K, source: &Source) -> Vec<T> {
        let (size, dimension) = (self.image.geometry().size(), self.image.geometry().dimension());
        if self.mapping.axes == Axes::Oblique || (K::NORMALISED && self.mapping.axes != Axes::Aligned) {
            return self.each(|index| T::cast(kernel.sum(&kernel.all_taps(index, size, dimension), source)));
        }
        separable::separable::<T, K, N>(kernel, &self.mapping, source, size, dimension, self.target.size())
    }
}

/// Sets every voxel of the target whose centre lies inside the image and that has a value.
fn fill<T: Send>(
    mapping: &Mapping<'_>,
    target: &Geometry,
    image_size: [usize; 3],
    out: &mut [T],
    value: impl Fn([f64; 3]) -> Option<T> + Sync,
) {
    let [nx, ny, _] = target.size();
    out.par_chunks_mut(nx).enumerate().for_each(|(row, out)| {
        let row = mapping.row(row % ny, row / ny);
        for (x, out) in out.iter_mut().enumerate() {
            let index = row.at(x);
            if is_inside(index, image_size)
                && let Some(value) = value(index)
            {
                *out = value;
            }
        }
    });
}
