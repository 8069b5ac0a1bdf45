//! Gradient magnitude, as SimpleITK's `GradientMagnitudeImageFilter`.

use radsurv_image::{IndexBox, Volume, with_voxels};
use rayon::prelude::*;

use super::Result;

/// The length of the gradient of the image inside the window, in `float32`.
///
/// `sqrt(sum over the axes of ((I[i-1] - I[i+1]) / (2 h))²)`, where beyond the border the image goes on with its last
/// voxel. `h` is the spacing in mm if `use_spacing` (`gradientUseSpacing`; the result is per mm), else 1 (per voxel). A
/// 2-D image has two axes. Computed in double precision and rounded once, as ITK does it: the values are ITK's to the
/// bit.
///
/// # Errors
/// [`FilterError::Image`](super::FilterError::Image) if the window is not inside the image.
///
/// # Example
/// ```
/// use radsurv_features::filter::gradient::gradient_magnitude;
/// use radsurv_image::{Geometry, Volume, Voxels};
/// let grid = Geometry::new([3, 1, 1], [2.0, 1.0, 1.0], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(grid, vec![0i16, 4, 16])?;
/// let slope = gradient_magnitude(&image, &image.geometry().full_box(), true)?;
/// assert_eq!(slope.voxels(), &Voxels::F32(vec![1.0, 4.0, 3.0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gradient_magnitude(image: &Volume, window: &IndexBox, use_spacing: bool) -> Result<Volume> {
    let geometry = image.geometry();
    let cropped = geometry.crop(window)?;
    // ITK scales its operator {1/2, 0, -1/2} by 1 / spacing first: the product is rounded twice.
    let scale = geometry.spacing_mm().map(|h| if use_spacing { 0.5 * (1.0 / h) } else { 0.5 });
    let values = with_voxels!(image.voxels(), v => {
        magnitude(v, geometry.size(), geometry.dimension(), window, scale, |x| x as f64)
    });
    Ok(Volume::new(cropped, values)?)
}

fn magnitude<T: Copy + Sync>(
    values: &[T],
    size: [usize; 3],
    axes: usize,
    window: &IndexBox,
    scale: [f64; 3],
    real: impl Fn(T) -> f64 + Sync,
) -> Vec<f32> {
    let [wx, wy, _] = window.size;
    let row = |y: usize, z: usize| {
        let at = (z * size[1] + y) * size[0];
        &values[at..at + size[0]]
    };
    let mut out = vec![0.0f32; window.voxel_count()];
    out.par_chunks_mut(wx * wy).enumerate().for_each(|(dz, slice)| {
        let z = window.start[2] + dz;
        let (below, above) = (z.saturating_sub(1), (z + 1).min(size[2] - 1));
        for (dy, line) in slice.chunks_exact_mut(wx).enumerate() {
            let y = window.start[1] + dy;
            let (here, front, back) = (row(y, z), row(y.saturating_sub(1), z), row((y + 1).min(size[1] - 1), z));
            let (under, over) = (row(y, below), row(y, above));
            for (dx, out) in line.iter_mut().enumerate() {
                let x = window.start[0] + dx;
                let slope = |before: T, after: T, scale: f64| scale * real(before) + -scale * real(after);
                let gx = slope(here[x.saturating_sub(1)], here[(x + 1).min(size[0] - 1)], scale[0]);
                let gy = slope(front[x], back[x], scale[1]);
                let mut sum = gx * gx + gy * gy;
                if axes == 3 {
                    let gz = slope(under[x], over[x], scale[2]);
                    sum += gz * gz;
                }
                *out = sum.sqrt() as f32;
            }
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::super::testing::{f32_values, golden, image, ulps, window};
    use super::*;
    use radsurv_image::VoxelType;

    #[test]
    fn the_bits_are_those_of_simpleitk() {
        for case in golden("gradient") {
            let image = case.image();
            let ours = gradient_magnitude(&image, &image.geometry().full_box(), case.flag("use_spacing")).unwrap();
            assert_eq!(ulps(f32_values(&ours), &case.f32s("response")), (0, 0), "{}", case.name());
        }
    }
    #[test]
    fn a_window_is_a_crop_of_the_whole() {
        let image = image(3, [9, 7, 5], [1.0, 2.0, 3.0], VoxelType::F32);
        let whole = gradient_magnitude(&image, &image.geometry().full_box(), true).unwrap();
        for seed in 0..40 {
            let window = window(seed, image.geometry().size());
            assert_eq!(gradient_magnitude(&image, &window, true).unwrap(), whole.crop(&window).unwrap());
        }
        let outside = IndexBox { start: [8, 0, 0], size: [2, 1, 1] };
        assert!(gradient_magnitude(&image, &outside, true).is_err());
    }

    #[test]
    fn a_flat_image_has_no_gradient_and_a_slope_its_own() {
        let grid =
            radsurv_image::Geometry::new([5, 4, 3], [0.5, 1.0, 2.0], [0.0; 3], radsurv_image::Geometry::IDENTITY)
                .unwrap();
        let flat = Volume::new(grid.clone(), vec![7u8; 60]).unwrap();
        assert!(f32_values(&gradient_magnitude(&flat, &grid.full_box(), true).unwrap()).iter().all(|&v| v == 0.0));
        let slope: Vec<i16> = (0..60).map(|i| 3 * (i % 5) + 4 * (i / 5 % 4)).collect();
        let slope = Volume::new(grid.clone(), slope).unwrap();
        let inner = IndexBox { start: [1, 1, 0], size: [3, 2, 3] };
        let per_mm = gradient_magnitude(&slope, &inner, true).unwrap();
        assert!(f32_values(&per_mm).iter().all(|&v| v == 52f32.sqrt()));
        let per_voxel = gradient_magnitude(&slope, &inner, false).unwrap();
        assert!(f32_values(&per_voxel).iter().all(|&v| v == 5.0));
    }
}
