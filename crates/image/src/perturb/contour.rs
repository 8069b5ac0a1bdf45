//! A contour that another reader might have drawn: the surface moved in and out by a smooth random distance.

use serde::{Deserialize, Serialize};

use super::field::field;
use super::surface::{is_planar, reach, surface_distance_mm};
use crate::error::{Error, Result};
use crate::mask::Region;

/// How far and how smoothly a contour is moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContourShift {
    /// Standard deviation over readers of where the surface is, in mm, along its normal.
    pub sd_mm: f64,
    /// Over which distance along the surface the shift stays about the same, in mm: the correlation of the shifts at two
    /// points `r` apart is `exp(-r² / (2 l²))`.
    pub correlation_mm: f64,
}

/// Shifts beyond this many standard deviations (one point in 16 000) are cut off, which bounds what has to be looked at.
const MOST_SDS: f64 = 4.0;

/// The region with its surface moved along its normal by `u(x)`, a Gaussian random field of mean 0 and the given standard
/// deviation and correlation length: the voxels whose signed distance from the surface is at most `u`.
///
/// The distance is measured from the faces between voxels inside and outside, so that moving out and moving in are
/// symmetric. A shift shorter than half the spacing changes nothing along that axis: between thick slices the surface moves
/// rarely, as with readers. A region of one slice stays in it.
///
/// The model is ours; it stands for what differs between readers who see the same border. The other model, supervoxels,
/// is [`randomise_supervoxels`](super::randomise_supervoxels).
///
/// # Errors
/// [`Error::Setting`] if the standard deviation is negative or not finite, or the correlation length is not positive or far
/// too short; [`Error::Perturbation`] if no voxel is left.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, perturb::{ContourShift, shift_contour}};
/// let grid = Geometry::new([24, 24, 12], [1.0, 1.0, 2.0], [0.0; 3], Geometry::IDENTITY)?;
/// let inside: Vec<bool> = grid.full_box().indices()
///     .map(|i| (i[0] as f64 - 12.0).powi(2) + (i[1] as f64 - 12.0).powi(2) + (2.0 * i[2] as f64 - 12.0).powi(2) < 64.0)
///     .collect();
/// let region = Mask::from_bools(grid, &inside)?.region(1)?;
/// let other = shift_contour(&region, &ContourShift { sd_mm: 1.0, correlation_mm: 6.0 }, 1)?;
/// assert_ne!(other, region);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn shift_contour(region: &Region, shift: &ContourShift, seed: u64) -> Result<Region> {
    let sd = shift.sd_mm;
    if !(sd.is_finite() && sd >= 0.0) {
        return Err(Error::Setting(format!("contour shift of {sd} mm: give a standard deviation of at least 0")));
    }
    if sd == 0.0 {
        return Ok(region.clone());
    }
    let limit = MOST_SDS * sd;
    let part = region.bounds().grow(reach(region, limit), region.geometry().size());
    let distance = surface_distance_mm(region, &part, limit)?;
    let shifts = field(part.size, region.geometry().spacing_mm(), shift.correlation_mm, seed)?;
    debug_assert!(!is_planar(region) || part.size[2] == 1);
    let inside: Vec<bool> = distance.iter().zip(&shifts).map(|(&d, &u)| d <= (sd * u).clamp(-limit, limit)).collect();
    Region::new(region.geometry().clone(), region.label(), part, &inside).map_err(|e| match e {
        Error::LabelMissing { .. } => Error::Perturbation {
            step: "contour",
            what: format!("none of {} voxels is left of a region that is small for {sd} mm", region.voxel_count()),
        },
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Geometry, IndexBox};

    /// A slab, whose surface is two planes: how far each column of it moved.
    #[test]
    fn the_surface_moves_by_the_stated_sd() {
        let spacing = [0.25, 2.0, 2.0];
        let grid = Geometry::new([160, 24, 24], spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
        let part = IndexBox { start: [40, 0, 0], size: [80, 24, 24] };
        let slab = Region::new(grid, 1, part, &vec![true; part.voxel_count()]).unwrap();
        let shift = ContourShift { sd_mm: 1.5, correlation_mm: 6.0 };
        let (mut sum, mut squares, mut n, mut product) = (0.0, 0.0, 0.0, 0.0);
        for seed in 0..60 {
            let moved = shift_contour(&slab, &shift, seed).unwrap();
            let edge = |y: usize, z: usize| {
                let first = (0..100).find(|&x| moved.contains([x, y, z])).unwrap();
                (40.0 - first as f64) * spacing[0]
            };
            for z in 0..24 {
                for y in 0..24 {
                    let d = edge(y, z);
                    sum += d;
                    squares += d * d;
                    n += 1.0;
                    product += if y + 3 < 24 { d * edge(y + 3, z) } else { 0.0 };
                }
            }
        }
        let mean = sum / n;
        // About 60 * 16 independent patches: five standard errors of the mean are 0.24, of the standard deviation 0.17. The
        // grid adds 0.25 / sqrt(12).
        let sd = (squares / n - mean * mean).sqrt();
        assert!(mean.abs() < 0.24 && (sd - 1.5).abs() < 0.18, "{mean} {sd}");
        let correlation = product / (n * 21.0 / 24.0) / (sd * sd);
        assert!((correlation - (-0.5f64).exp()).abs() < 0.12, "{correlation}");
    }

    #[test]
    fn nothing_moves_by_nothing_and_little_may_vanish() {
        let grid = Geometry::new([9, 9, 9], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let dot = Region::new(grid.clone(), 5, IndexBox { start: [4; 3], size: [1; 3] }, &[true]).unwrap();
        let none = ContourShift { sd_mm: 0.0, correlation_mm: 5.0 };
        assert_eq!(shift_contour(&dot, &none, 0).unwrap(), dot);
        let strong = ContourShift { sd_mm: 3.0, correlation_mm: 20.0 };
        let results: Vec<_> = (0..20).map(|seed| shift_contour(&dot, &strong, seed)).collect();
        assert!(results.iter().any(|r| matches!(r, Err(Error::Perturbation { step: "contour", .. }))));
        let grown = results.iter().flatten().find(|r| r.voxel_count() > 1).unwrap();
        assert_eq!((grown.label(), grown.bounds().size[2]), (5, 1));
        for (sd_mm, correlation_mm) in [(-1.0, 5.0), (f64::NAN, 5.0), (1.0, 0.0), (1.0, f64::NAN)] {
            let bad = ContourShift { sd_mm, correlation_mm };
            assert!(matches!(shift_contour(&dot, &bad, 0), Err(Error::Setting(_))));
        }
    }
}
