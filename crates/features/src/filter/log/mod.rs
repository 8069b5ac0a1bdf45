//! Laplacian of Gaussian, as SimpleITK's `LaplacianRecursiveGaussianImageFilter` with `NormalizeAcrossScale` on.

mod coefficients;
mod lines;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod real;
mod sheets;
mod windowed;

use radsurv_image::{Geometry, IndexBox, Volume};

use self::sheets::Instructions;
use super::{Result, Skip};

/// The reason for which PyRadiomics leaves out the Laplacian of Gaussian with this sigma on images of this grid.
///
/// `None` means that it is computed: the image has at least 4 and at least `ceil(sigma / spacing) + 1` voxels along
/// each axis, and `sigma_mm` is positive.
pub fn skip_reason(geometry: &Geometry, sigma_mm: f64) -> Option<Skip> {
    let axes = geometry.dimension();
    let size = geometry.size()[..axes].to_vec();
    let spacing_mm = geometry.spacing_mm()[..axes].to_vec();
    if size.iter().any(|&s| s < 4) {
        return Some(Skip::LogImageTooSmall { size });
    }
    if !(sigma_mm > 0.0 && sigma_mm.is_finite()) {
        return Some(Skip::LogSigmaNotPositive { sigma_mm });
    }
    let needed: Vec<f64> = spacing_mm.iter().map(|s| (sigma_mm / s).ceil() + 1.0).collect();
    if size.iter().zip(&needed).any(|(&s, &n)| (s as f64) < n) {
        return Some(Skip::LogSigmaTooLarge { sigma_mm, spacing_mm, needed, size });
    }
    None
}

/// sigma² times the Laplacian of the image smoothed by a Gaussian of `sigma_mm`, inside the window, in `float32`.
///
/// The Gaussian and its second derivative are ITK's recursive approximations (Farnebäck and Westin 2006), line by line in
/// double precision; each pass along an axis and each sum of the three axes is rounded to `float32` as ITK does it, so
/// that the values are SimpleITK's to the bit. Beyond its border the image goes on with its last voxel.
///
/// Only the window and a margin of 20 sigmas (counted along the axes together) are read: what lies beyond has a weight of
/// 5e-12, and changes the last bit of a voxel now and then (of none of 321140 in two real images). The result does not
/// depend on the number of threads nor on the processor's vector instructions.
/// The image must be finite: one NaN would spread along whole lines.
///
/// # Errors
/// [`FilterError::Skipped`](super::FilterError::Skipped) where [`skip_reason`] has a reason,
/// [`FilterError::Image`](super::FilterError::Image) if the window is not inside the image.
///
/// # Example
/// ```
/// use radsurv_features::filter::log::laplacian_of_gaussian;
/// use radsurv_image::{Geometry, Volume};
/// let grid = Geometry::new([9, 9, 9], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let mut values = vec![0i16; 729];
/// values[grid.offset([4, 4, 4])] = 100; // a bright blob gives a negative response
/// let image = Volume::new(grid, values)?;
/// let response = laplacian_of_gaussian(&image, &image.geometry().full_box(), 1.5)?;
/// assert!(response.get([4, 4, 4]) < -1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn laplacian_of_gaussian(image: &Volume, window: &IndexBox, sigma_mm: f64) -> Result<Volume> {
    if let Some(skip) = skip_reason(image.geometry(), sigma_mm) {
        return Err(skip.into());
    }
    let cropped = image.geometry().crop(window)?;
    let instructions = Instructions::available().pop().unwrap_or(Instructions::Plain);
    let values = windowed::laplacian(image, window, sigma_mm, windowed::MARGIN, instructions);
    Ok(Volume::new(cropped, values)?)
}

#[cfg(test)]
mod tests;
