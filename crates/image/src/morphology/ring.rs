//! The ring around a region: everything outside of it up to a distance, such as the 5 cm around a tumour.

use rayon::prelude::*;

use super::distance::{Axes, AxisCoordinates, Envelope, UNREACHED, in_plane_squares};
use crate::error::{Error, Result};
use crate::geometry::IndexBox;
use crate::mask::Region;

/// The voxels outside a region whose distance from its border is above 0 and at most `mm`, cut off at the image's
/// border. The ring keeps the region's label.
///
/// The distance is that of [`signed_distance_mm`](super::signed_distance_mm), in single precision like SimpleITK's, and
/// is compared with `mm` rounded to single precision: the ring equals thresholding SimpleITK's distance map, also at
/// voxels that lie at exactly `mm`.
///
/// Only the region's bounding box grown by `mm` is looked at, in time proportional to its voxels. Along the last axis
/// no distance is computed: each voxel of a plane with region in it reaches a whole number of slices up and down, which
/// two sweeps spread; columns where rounding could matter are done again with ITK's arithmetic.
///
/// # Errors
/// [`Error::Setting`] if `mm` is not positive and finite, or if no voxel is in the ring: the region fills the image, or
/// `mm` is less than the distance to the next voxel.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, morphology::ring};
/// let grid = Geometry::new([6, 1, 1], [2.0, 1.0, 1.0], [0.0; 3], Geometry::IDENTITY)?;
/// let tumour = Mask::from_bools(grid, &[false, true, true, false, false, false])?.region(1)?;
/// let ring = ring(&tumour, 4.0)?;
/// assert_eq!(ring.bounds().start, [0, 0, 0]);
/// assert_eq!(ring.inside(), [true, false, false, true, true]);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn ring(region: &Region, mm: f64) -> Result<Region> {
    if !(mm.is_finite() && mm > 0.0) {
        return Err(Error::Setting(format!("a ring of {mm} mm is impossible: give a positive width in mm")));
    }
    let geometry = region.geometry();
    // One voxel more than the width, because the distances are rounded. The cast saturates.
    let margin = geometry.spacing_mm().map(|s| ((mm / s).ceil() as usize).saturating_add(1));
    let part = region.bounds().grow(margin, geometry.size());
    let [nx, ny, nz] = part.size;
    let planes = in_plane_squares(region, &part);
    let axes = Axes::new(region);
    let limit = Limit::new(mm, &axes.0[2]);

    // Rows of all slices are gathered per y, so that each task owns what it writes.
    let mut columns = vec![false; nx * ny * nz];
    columns.par_chunks_mut(nx * nz).enumerate().for_each(|(y, out)| {
        let rows = |z: usize| &planes[(z * ny + y) * nx..][..nx];
        let unsure = spread(&rows, region, &part, &limit, out);
        for x in unsure {
            let column = exact_column(&rows, x, region, &part, &axes.0[2]);
            for (z, squared) in column.into_iter().enumerate() {
                out[z * nx + x] = limit.holds(squared);
            }
        }
    });
    let mut inside = vec![false; nx * ny * nz];
    inside.par_chunks_mut(nx * ny).enumerate().for_each(|(z, plane)| {
        for y in 0..ny {
            plane[y * nx..][..nx].copy_from_slice(&columns[(y * nz + z) * nx..][..nx]);
        }
    });
    remove_region(&mut inside, region, &part);
    if !inside.contains(&true) {
        let size = geometry.size();
        return Err(Error::Setting(format!(
            "no voxel lies within {mm} mm outside of label {}: its {} voxels fill the image of {size:?}, or the ring is \
             thinner than a voxel (spacing {:?} mm)",
            region.label(),
            region.voxel_count(),
            geometry.spacing_mm()
        )));
    }
    Region::new(geometry.clone(), region.label(), part, &inside)
}

/// The width of the ring, and what bounds the rounding of squared distances near it.
struct Limit {
    /// The width in mm as ITK compares it.
    mm: f32,
    /// Squared distances up to this are surely within the ring.
    surely: f32,
    /// Squared distances above this are surely not.
    possibly: f32,
    /// Distance between slices in mm.
    slice_mm: f32,
}

impl Limit {
    fn new(mm: f64, z: &AxisCoordinates) -> Self {
        let squared = mm * mm;
        // Coordinates up to `far` mm are rounded to half a unit in the last place (2^-24 relative), twice for a site;
        // an error e of their difference changes the square by 2 mm e. The rest is a few roundings of values near
        // mm². Both bounds are generous: they cost time in few columns, not correctness.
        let far = f64::from(z.query.last().copied().unwrap_or(0.0));
        let slack = squared * 1e-4 + 16.0 * mm * far * f64::from(f32::EPSILON);
        let slice_mm = z.query.get(1).copied().unwrap_or(1.0);
        Self { mm: mm as f32, surely: (squared - slack) as f32, possibly: (squared + slack) as f32, slice_mm }
    }

    /// The comparison that decides, on a squared distance with ITK's rounding.
    fn holds(&self, squared: f32) -> bool {
        let distance = f64::from(squared).sqrt() as f32;
        distance > 0.0 && distance <= self.mm
    }
}

/// How many slices away a voxel still lies within a squared distance of `limit`; negative if it does not itself.
#[inline]
fn reach(limit: f32, squared: f32, slices_per_mm: f32) -> i32 {
    // The casts saturate; f32::MAX for "unreached" gives a NaN root, which casts to 0, so the sign is decided first.
    if squared > limit { -1 } else { ((limit - squared).sqrt() * slices_per_mm) as i32 }
}

/// Marks in `out` (z, x) for one row y the voxels that are surely near enough, and lists the columns x in which some
/// voxel is neither surely near nor surely far.
fn spread<'a>(
    rows: &impl Fn(usize) -> &'a [f32],
    region: &Region,
    part: &IndexBox,
    limit: &Limit,
    out: &mut [bool],
) -> Vec<usize> {
    let [nx, _, nz] = part.size;
    let depth = region.bounds().size[2];
    let first = region.bounds().start[2] - part.start[2];
    let slices_per_mm = 1.0 / limit.slice_mm;
    let mut maybe = vec![false; nx * nz];
    let (mut surely, mut possibly) = (vec![-1i32; nx], vec![-1i32; nx]);
    for downward in [false, true] {
        surely.fill(-1);
        possibly.fill(-1);
        for step in 0..nz {
            let z = if downward { nz - 1 - step } else { step };
            // What is left of the reach from the slices before.
            for (s, p) in surely.iter_mut().zip(&mut possibly) {
                (*s, *p) = ((*s - 1).max(-1), (*p - 1).max(-1));
            }
            if z >= first && z < first + depth {
                for ((s, p), &squared) in surely.iter_mut().zip(&mut possibly).zip(rows(z - first)) {
                    *s = (*s).max(reach(limit.surely, squared, slices_per_mm));
                    *p = (*p).max(reach(limit.possibly, squared, slices_per_mm));
                }
            }
            let row = z * nx..(z + 1) * nx;
            for (x, (near, maybe)) in out[row.clone()].iter_mut().zip(&mut maybe[row]).enumerate() {
                *near |= surely[x] >= 0;
                *maybe |= possibly[x] >= 0;
            }
        }
    }
    let mut unsure = vec![false; nx];
    for (near, maybe) in out.chunks_exact(nx).zip(maybe.chunks_exact(nx)) {
        for x in 0..nx {
            unsure[x] |= near[x] != maybe[x];
        }
    }
    (0..nx).filter(|&x| unsure[x]).collect()
}

/// The squared distances of a column with ITK's arithmetic.
fn exact_column<'a>(
    rows: &impl Fn(usize) -> &'a [f32],
    x: usize,
    region: &Region,
    part: &IndexBox,
    z_axis: &AxisCoordinates,
) -> Vec<f32> {
    let mut envelope = Envelope::default();
    let mut column = vec![UNREACHED; part.size[2]];
    for z in 0..region.bounds().size[2] {
        envelope.push(rows(z)[x], z_axis.site[region.bounds().start[2] + z]);
    }
    envelope.read(&z_axis.query[part.start[2]..][..part.size[2]], &mut column);
    column
}

/// Takes the region itself out of its neighbourhood.
fn remove_region(inside: &mut [bool], region: &Region, part: &IndexBox) {
    let bounds = region.bounds().relative_to(part);
    let [bx, by, bz] = bounds.size;
    for z in 0..bz {
        for y in 0..by {
            let row = ((bounds.start[2] + z) * part.size[1] + bounds.start[1] + y) * part.size[0] + bounds.start[0];
            let own = &region.inside()[(z * by + y) * bx..][..bx];
            for (ring, &own) in inside[row..row + bx].iter_mut().zip(own) {
                *ring &= !own;
            }
        }
    }
}
