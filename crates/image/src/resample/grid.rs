//! The grid on which PyRadiomics resamples a region, by the rules of its `imageoperations.resampleImage`.

use super::{Interpolator, resample};
use crate::error::{Error, Result};
use crate::geometry::{Geometry, IndexBox};
use crate::mask::Region;
use crate::volume::Volume;

/// What PyRadiomics does with image and mask for a given spacing.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one per extraction")]
pub enum RoiGrid {
    /// Both are interpolated on this grid.
    Resample(Geometry),
    /// The image has the spacing already: it is cropped to the padded bounding box of the mask, which is first put on
    /// the image's grid by nearest neighbour.
    Crop,
}

/// A grid may not have more voxels than this: beyond it the spacing is a mistake (1e-3 for 1, say).
const MOST_VOXELS: f64 = 4e9;

/// The grid for a region: `bounds` is its bounding box in `mask`, `spacing_mm` the new spacing along x, y, z (x, y for
/// 2-D images), `pad` the setting `padDistance` in new voxels.
///
/// - A spacing of 0 keeps the mask's spacing along that axis, and so does an axis along which the region spans one
///   slice.
/// - If the image has the resulting spacing to within `1e-8 + 1e-5 spacing`, nothing is interpolated:
///   [`RoiGrid::Crop`].
/// - Else the new grid has the direction of the *mask*. Its voxels are aligned with the corners of the mask's grid: new
///   voxel 0 begins where old voxel 0 begins. With the ratio `r = old spacing / new spacing` and a bounding box from `b`
///   of `n` voxels it runs along each axis from `floor((b - 1/2) r - pad)`, but at least 0, to
///   `ceil((b + n - 1/2) r + pad)`, but at most `ceil(size r) - 1`, so that it stays within the mask's grid.
///
/// # Errors
/// [`Error::Setting`] if there is not one spacing per axis, if one is negative or not finite, if the grid would have
/// more than 4 000 000 000 voxels, or as in [`check_roi`].
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, IndexBox, resample::{RoiGrid, roi_grid}};
/// let grid = Geometry::new([64, 64, 20], [0.5, 0.5, 3.0], [0.0; 3], Geometry::IDENTITY)?;
/// let lesion = IndexBox { start: [20, 20, 8], size: [10, 12, 4] };
/// let RoiGrid::Resample(new) = roi_grid(&grid, &grid, &lesion, &[1.0, 1.0, 0.0], 5)? else { unreachable!() };
/// assert_eq!(new.size(), [17, 18, 16]);
/// assert_eq!(new.spacing_mm(), [1.0, 1.0, 3.0]);
/// assert_eq!(roi_grid(&grid, &grid, &lesion, &[0.5, 0.5, 3.0], 5)?, RoiGrid::Crop);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn roi_grid(
    image: &Geometry,
    mask: &Geometry,
    bounds: &IndexBox,
    spacing_mm: &[f64],
    pad: usize,
) -> Result<RoiGrid> {
    let dimension = mask.dimension();
    if spacing_mm.len() != dimension || image.dimension() != dimension {
        return Err(Error::Setting(format!(
            "resampledPixelSpacing {spacing_mm:?} has {} values, but the image is {}-D and the mask {dimension}-D: give \
             one spacing per axis (0 keeps an axis)",
            spacing_mm.len(),
            image.dimension()
        )));
    }
    if let Some(bad) = spacing_mm.iter().find(|s| !(s.is_finite() && **s >= 0.0)) {
        return Err(Error::Setting(format!(
            "resampledPixelSpacing {spacing_mm:?} has the value {bad}: give positive numbers of mm (0 keeps an axis)"
        )));
    }
    check_roi(image, mask, bounds)?;
    let old = mask.spacing_mm();
    let new = [0, 1, 2].map(|a| match spacing_mm.get(a) {
        Some(&s) if s != 0.0 && bounds.size[a] != 1 => s,
        _ => old[a],
    });
    // numpy.allclose(image spacing, new spacing)
    if (0..dimension).all(|a| (image.spacing_mm()[a] - new[a]).abs() <= 1e-8 + 1e-5 * new[a].abs()) {
        return Ok(RoiGrid::Crop);
    }
    let mut size = [1.0; 3];
    let mut origin_index = [0.0; 3];
    for a in 0..dimension {
        let ratio = old[a] / new[a];
        let start = bounds.start[a] as f64;
        let first = ((start - 0.5) * ratio - pad as f64).floor().max(0.0);
        let last = ((start + bounds.size[a] as f64 - 0.5) * ratio + pad as f64).ceil();
        let last = last.min((mask.size()[a] as f64 * ratio).ceil() - 1.0);
        size[a] = last - first + 1.0;
        origin_index[a] = 0.5 * (new[a] - old[a]) / old[a] + first / ratio;
    }
    let voxels: f64 = size.iter().product();
    if !(voxels <= MOST_VOXELS && size.iter().all(|&s| s >= 1.0)) {
        return Err(Error::Setting(format!(
            "resampling to {new:?} mm would make a grid of {size:?} voxels (spacing of the mask {old:?} mm): check \
             resampledPixelSpacing"
        )));
    }
    let origin = mask.index_to_point(origin_index);
    let grid = Geometry::new(size.map(|s| s as usize), new, origin, *mask.direction())?;
    Ok(RoiGrid::Resample(if dimension == 2 { grid.into_2d()? } else { grid }))
}

/// Checks that the bounding box of a region lies inside the image, with a tolerance of a thousandth of a voxel, as
/// PyRadiomics' `_checkROI`. The box runs to the outer faces of its voxels; two of its corners are looked at.
///
/// # Errors
/// [`Error::Setting`] with the bounds in the image's voxels.
pub fn check_roi(image: &Geometry, mask: &Geometry, bounds: &IndexBox) -> Result<()> {
    const TOLERANCE: f64 = 1e-3;
    let corner = |at: [usize; 3]| {
        let in_plane = |a: usize| if a < mask.dimension() { at[a] as f64 - 0.5 } else { 0.0 };
        image.point_to_index(mask.index_to_point([0, 1, 2].map(in_plane)))
    };
    let (a, b) = (corner(bounds.start), corner(bounds.end()));
    let size = image.size();
    let outside = |axis: usize| {
        let (low, high) = (a[axis].min(b[axis]), a[axis].max(b[axis]));
        // Written so that NaN counts as outside.
        !(low >= -0.5 - TOLERANCE && high <= size[axis] as f64 - 0.5 + TOLERANCE)
    };
    if (0..image.dimension()).any(outside) {
        return Err(Error::Setting(format!(
            "Bounding box of ROI is larger than image space: ROI bounds (x, y, z image coordinate space) {a:?} to \
             {b:?}, image size {size:?}; the mask does not belong to this image, or one of them has a wrong origin, \
             spacing or direction"
        )));
    }
    Ok(())
}

/// A region on another grid, by nearest neighbour. It keeps its label.
///
/// # Errors
/// [`Error::Setting`] if no voxel of the new grid lies in the region, or if one grid is 2-D and the other is not.
pub fn resample_region(region: &Region, target: &Geometry) -> Result<Region> {
    let size = region.geometry().size();
    let mapping = super::Mapping::new(region.geometry(), target)?;
    let mut inside = vec![false; target.voxel_count()];
    let bounds = region.bounds();
    let row = |y: usize, z: usize| {
        let (y, z) = (y.checked_sub(bounds.start[1])?, z.checked_sub(bounds.start[2])?);
        let known = y < bounds.size[1] && z < bounds.size[2];
        let from = (z * bounds.size[1] + y) * bounds.size[0];
        known.then(|| (&region.inside()[from..from + bounds.size[0]], bounds.start[0]))
    };
    super::nearest::fill_nearest(&mapping, target, size, &mut inside, row);
    let found = Region::new(target.clone(), region.label(), target.full_box(), &inside);
    found.map_err(|e| match e {
        Error::LabelMissing { label, .. } => Error::Setting(format!(
            "label {label} vanishes on resampling: none of its {} voxels (spacing {:?} mm) holds the centre of a voxel of \
             the new grid (spacing {:?} mm, size {:?})",
            region.voxel_count(),
            region.geometry().spacing_mm(),
            target.spacing_mm(),
            target.size()
        )),
        other => other,
    })
}

/// PyRadiomics' `correctMask`: a region of a mask on another grid, put on the image's grid after [`check_roi`].
///
/// # Errors
/// As [`check_roi`] and [`resample_region`].
pub fn correct_region(region: &Region, image: &Geometry) -> Result<Region> {
    check_roi(image, region.geometry(), region.bounds())?;
    resample_region(region, image)
}

/// An image and a region on the same grid.
#[derive(Debug, Clone, PartialEq)]
pub struct ResampledRoi {
    /// The image: the region's surroundings.
    pub image: Volume,
    /// The region.
    pub region: Region,
}

/// What PyRadiomics' `resampleImage` returns: the image and the region on the grid of [`roi_grid`].
///
/// # Errors
/// As [`roi_grid`], [`resample`] and [`resample_region`].
pub fn resample_roi(
    image: &Volume,
    region: &Region,
    spacing_mm: &[f64],
    interpolator: Interpolator,
    pad: usize,
) -> Result<ResampledRoi> {
    match roi_grid(image.geometry(), region.geometry(), region.bounds(), spacing_mm, pad)? {
        RoiGrid::Resample(grid) => {
            Ok(ResampledRoi { image: resample(image, &grid, interpolator)?, region: resample_region(region, &grid)? })
        }
        RoiGrid::Crop => {
            let region = resample_region(region, image.geometry())?;
            let part = region.bounds().grow([pad; 3], image.geometry().size());
            Ok(ResampledRoi { image: image.crop(&part)?, region: region.within(&part)? })
        }
    }
}
