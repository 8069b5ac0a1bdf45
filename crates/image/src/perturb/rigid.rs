//! Rotation in the slice plane and translation by parts of a voxel: another grid over the same patient.

use super::surface::is_planar;
use crate::error::{Error, Result};
use crate::geometry::{Geometry, IndexBox};
use crate::mask::Region;
use crate::resample::{Interpolator, resample, resample_extended};
use crate::volume::Volume;

/// The grid turned in its slice plane by `degrees` about the centre of a region (the mean of its voxels' indices).
///
/// The new grid keeps size and spacing, and the centre keeps its index; its x and y axes are the old ones turned about the
/// slice normal, from y towards x, so that what is sampled on it appears turned from x towards y. With the direction matrix
/// `D` of the old grid and the rotation `R` the new one has `D R`. If a corner of the region would fall outside, the grid is
/// made larger on that side.
///
/// # Errors
/// [`Error::Setting`] if the angle is not finite.
pub(super) fn rotated(grid: &Geometry, region: &Region, degrees: f64) -> Result<Geometry> {
    if !degrees.is_finite() {
        return Err(Error::Setting(format!("rotation by {degrees} degrees: give a finite angle")));
    }
    let angle = degrees.to_radians();
    let (s, c) = (libm::sin(angle), libm::cos(angle));
    let d = grid.direction();
    // A turn of the axes by -angle turns the content by +angle.
    let direction = [0, 1, 2].map(|r| [d[r][0] * c - d[r][1] * s, d[r][0] * s + d[r][1] * c, d[r][2]]);
    let centre = centre(region);
    let fixed = region.geometry().index_to_point(centre);
    let own = grid.point_to_index(fixed);
    let spacing = grid.spacing_mm();
    let origin = [0, 1, 2].map(|r| fixed[r] - (0..3).map(|a| direction[r][a] * spacing[a] * own[a]).sum::<f64>());
    like(grid, grid.size(), origin, direction)
}

/// The grid moved by fractions of its spacing along its axes x, y, z.
///
/// A region of one slice is not moved across the slices, nor is a 2-D image.
///
/// # Errors
/// [`Error::Setting`] if a fraction is not finite or beyond 1000.
pub(super) fn translated(grid: &Geometry, region: &Region, fraction: [f64; 3]) -> Result<Geometry> {
    if let Some(bad) = fraction.iter().find(|f| f.is_nan() || f.abs() > 1000.0) {
        return Err(Error::Setting(format!("translation by {bad} of a voxel: give fractions of the spacing")));
    }
    let along_z = if grid.dimension() == 2 || is_planar(region) { 0.0 } else { fraction[2] };
    let origin = grid.index_to_point([fraction[0], fraction[1], along_z]);
    like(grid, grid.size(), origin, *grid.direction())
}

/// A grid of the spacing and dimension of another.
fn like(grid: &Geometry, size: [usize; 3], origin: [f64; 3], direction: [[f64; 3]; 3]) -> Result<Geometry> {
    let new = Geometry::new(size, grid.spacing_mm(), origin, direction)?;
    if grid.dimension() == 2 { new.into_2d() } else { Ok(new) }
}

/// The grid, made larger where a region would not fit.
///
/// # Errors
/// [`Error::Geometry`] if the grid would be too large for the machine.
pub(super) fn holding(grid: &Geometry, region: &Region) -> Result<Geometry> {
    let (low, high) = span(grid, region);
    let mut size = grid.size();
    let mut shift = [0.0; 3];
    let axes = if is_planar(region) { 2 } else { grid.dimension() };
    for a in 0..axes {
        let before = (-(low[a] + 0.5)).ceil().max(0.0);
        let after = (high[a] - (size[a] as f64 - 0.5)).ceil().max(0.0);
        shift[a] = -before;
        size[a] = size[a].saturating_add(before as usize).saturating_add(after as usize);
    }
    if size == grid.size() {
        return Ok(grid.clone());
    }
    like(grid, size, grid.index_to_point(shift), *grid.direction())
}

/// The lowest and highest indices on a grid of the corners of a region's bounding box, which runs to the voxels' faces.
/// What is less than a millionth of a voxel is rounding.
fn span(grid: &Geometry, region: &Region) -> ([f64; 3], [f64; 3]) {
    let (start, end) = (region.bounds().start, region.bounds().end());
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for corner in 0..8 {
        let at = [0, 1, 2].map(|a| if corner >> a & 1 == 1 { end[a] as f64 - 0.5 } else { start[a] as f64 - 0.5 });
        let index = grid.point_to_index(region.geometry().index_to_point(at));
        for a in 0..3 {
            low[a] = low[a].min(index[a]);
            high[a] = high[a].max(index[a]);
        }
    }
    (low.map(|v| v + 1e-6), high.map(|v| v - 1e-6))
}

/// The image on another grid. Beyond its border it goes on with the value at the border: a step to 0 there would be seen by
/// filters and by whatever looks at the whole image.
///
/// # Errors
/// As [`resample`].
pub(super) fn move_image(image: &Volume, target: &Geometry, interpolator: Interpolator) -> Result<Volume> {
    resample_extended(image, target, interpolator)
}

/// The region on another grid: the voxels whose linearly interpolated membership is at least one half (less 1e-6 for
/// rounding), as in the IBSI reference manual and MIRP. Beyond the image there is no region.
///
/// # Errors
/// [`Error::Perturbation`] if no voxel is left.
pub(super) fn move_region(region: &Region, target: &Geometry, step: &'static str) -> Result<Region> {
    let from = region.bounds().grow([2; 3], region.geometry().size());
    let inside: Vec<f32> = from.indices().map(|index| f32::from(u8::from(region.contains(index)))).collect();
    let membership = Volume::new(region.geometry().crop(&from)?, inside)?;
    let (low, high) = span(target, region);
    let size = target.size();
    let bound = |v: f64, a: usize| v.clamp(0.0, size[a] as f64 - 1.0) as usize;
    let start = [0, 1, 2].map(|a| bound((low[a] - 1.0).floor(), a));
    let end = [0, 1, 2].map(|a| bound((high[a] + 1.0).ceil(), a));
    let part = IndexBox { start, size: [0, 1, 2].map(|a| end[a] - start[a] + 1) };
    let moved = resample(&membership, &target.crop(&part)?, Interpolator::Linear)?;
    let inside: Vec<bool> = moved.to_f64().iter().map(|&v| v >= 0.5 - 1e-6).collect();
    Region::new(target.clone(), region.label(), part, &inside).map_err(|e| match e {
        Error::LabelMissing { .. } => {
            Error::Perturbation { step, what: format!("none of {} voxels is left", region.voxel_count()) }
        }
        other => other,
    })
}

/// The mean index of a region's voxels.
pub(super) fn centre(region: &Region) -> [f64; 3] {
    let mut sum = [0u64; 3];
    for (index, &inside) in region.bounds().indices().zip(region.inside()) {
        if inside {
            (0..3).for_each(|a| sum[a] += index[a] as u64);
        }
    }
    sum.map(|s| s as f64 / region.voxel_count() as f64)
}
