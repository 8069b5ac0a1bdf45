//! Which voxels lie within a distance of a region, without computing the distances.

use rayon::prelude::*;

use super::distance::{Axes, Envelope, UNREACHED, line_squares, signed_distance_mm, squares_along_x};
use crate::error::Result;
use crate::geometry::IndexBox;
use crate::mask::Region;

/// The voxels of `part`, which must hold the region's bounding box, whose distance from the region's border is above 0 and
/// at most `mm`, outside of the region; what is said of voxels of the region has no meaning.
///
/// The distance is that of [`signed_distance_mm`] to the bit, compared with `mm` rounded to single precision. Time is
/// proportional to the voxels of `part`. Along y no distance is computed: given its distance in x and z a row of the
/// region reaches a whole number of rows up and down, which two sweeps spread. Voxels so near to `mm` that rounding could
/// matter are decided with ITK's arithmetic.
pub(super) fn near(region: &Region, part: &IndexBox, mm: f64) -> Result<Vec<bool>> {
    let axes = Axes::new(region);
    let limit = Limit::new(mm, &axes);
    if part.size[1] <= i16::MAX as usize {
        Ok(near_voxels(region, part, &axes, &limit))
    } else {
        // More rows than the sweeps can count.
        Ok(signed_distance_mm(region, part)?.into_iter().map(|d| d <= limit.mm).collect())
    }
}

/// The part of the image that holds every voxel within `mm` of a region.
pub(super) fn reach_of(region: &Region, mm: f64) -> IndexBox {
    let geometry = region.geometry();
    // One voxel more than the width, because the distances are rounded. The cast saturates.
    let margin = geometry.spacing_mm().map(|s| ((mm / s).ceil() as usize).saturating_add(1));
    region.bounds().grow(margin, geometry.size())
}

/// Sets the voxels of an array over `part` that belong to the region, whose bounding box `part` must hold.
pub(super) fn set_region(array: &mut [bool], region: &Region, part: &IndexBox, value: bool) {
    let bounds = region.bounds().relative_to(part);
    let [bx, by, bz] = bounds.size;
    for z in 0..bz {
        for y in 0..by {
            let row = ((bounds.start[2] + z) * part.size[1] + bounds.start[1] + y) * part.size[0] + bounds.start[0];
            let own = &region.inside()[(z * by + y) * bx..][..bx];
            array[row..row + bx].iter_mut().zip(own).filter(|(_, own)| **own).for_each(|(v, _)| *v = value);
        }
    }
}

/// The voxels of the part within the limit of the region's border, inside or outside.
fn near_voxels(region: &Region, part: &IndexBox, axes: &Axes, limit: &Limit) -> Vec<bool> {
    let [nx, ny, nz] = part.size;
    let along_x = squares_along_x(region, part, axes);
    let along_xz = spread_along_z(&along_x, region, part, axes, limit);
    let mut inside = vec![false; nx * ny * nz];
    let unsure: Vec<[usize; 3]> = inside
        .par_chunks_mut(nx * ny)
        .enumerate()
        .flat_map_iter(|(z, plane)| {
            let rows = |y: usize| &along_xz[(y * nz + z) * nx..][..nx];
            spread_along_y(rows, region, part, axes, limit, plane).into_iter().map(move |[x, y]| [x, y, z])
        })
        .collect();
    for (at, decision) in decide(unsure, &along_x, region, part, axes, limit) {
        inside[(at[2] * ny + at[1]) * nx + at[0]] = decision;
    }
    inside
}

/// The greatest distance, and what bounds the rounding of squared distances near it.
struct Limit {
    /// The distance in mm as ITK compares it.
    mm: f32,
    /// Squared distances up to this are surely within it.
    surely: f32,
    /// Squared distances above this are surely not.
    possibly: f32,
}

impl Limit {
    fn new(mm: f64, axes: &Axes) -> Self {
        let squared = mm * mm;
        // A site's coordinate has two roundings, a voxel's one, each of up to 2^-24 of the largest coordinate `far`; an
        // error e of their difference changes the square by 2 mm e, along three axes. The rest is a few roundings of
        // values up to mm², here and in ITK's envelopes. Both bounds are generous: what they cost is time, in few voxels.
        let far = axes.0.iter().filter_map(|a| a.query.last()).fold(0.0f32, |m, &q| m.max(q));
        let slack = f64::from(f32::EPSILON) * (64.0 * squared + 12.0 * mm * f64::from(far));
        Self { mm: mm as f32, surely: (squared - slack) as f32, possibly: (squared + slack) as f32 }
    }

    /// The comparison that decides, on a squared distance with ITK's rounding.
    fn holds(&self, squared: f32) -> bool {
        let distance = f64::from(squared).sqrt() as f32;
        distance > 0.0 && distance <= self.mm
    }
}

/// Squared distances in x and z: for each row y of the region's bounding box a block of (z, x) over `part`.
fn spread_along_z(along_x: &[f32], region: &Region, part: &IndexBox, axes: &Axes, limit: &Limit) -> Vec<f32> {
    /// Up to how many slices of the region a slice may look at one by one, which is quick in parallel lanes; with more,
    /// building envelopes takes less time.
    const MOST_ONE_BY_ONE: usize = 64;
    let [nx, _, nz] = part.size;
    let [_, by, bz] = region.bounds().size;
    let (first, z_axis) = (region.bounds().start[2], &axes.0[2]);
    let mut out = vec![UNREACHED; nx * nz * by];
    out.par_chunks_mut(nx * nz).enumerate().for_each(|(y, block)| {
        let row = |z: usize| &along_x[(z * by + y) * nx..][..nx];
        // The slices of the region within reach of each slice of the part.
        let near = |z: usize| {
            let at = z_axis.query[part.start[2] + z];
            let away = move |s: usize| (z_axis.site[first + s] - at) * (z_axis.site[first + s] - at);
            let start = (0..bz).find(|&s| away(s) <= limit.possibly).unwrap_or(bz);
            let count = (start..bz).take_while(|&s| away(s) <= limit.possibly).count();
            (start, count, away)
        };
        if (0..nz).all(|z| near(z).1 <= MOST_ONE_BY_ONE) {
            for (z, out) in block.chunks_exact_mut(nx).enumerate() {
                let (start, count, away) = near(z);
                let mut slices = (start..start + count).map(|s| (row(s), away(s)));
                while let Some(a) = slices.next() {
                    let b = slices.next().unwrap_or(a);
                    let c = slices.next().unwrap_or(a);
                    nearest_of(out, [a, b, c]);
                }
            }
        } else {
            let mut envelope = Envelope::default();
            let mut line = vec![UNREACHED; nz];
            for x in 0..nx {
                let column = (0..bz).map(|z| row(z)[x]);
                line_squares(&mut envelope, column, first, part.start[2], z_axis, &mut line);
                for (z, &value) in line.iter().enumerate() {
                    block[z * nx + x] = value;
                }
            }
        }
    });
    out
}

/// `out = min(out, row + away)` for three rows at once.
#[inline]
fn nearest_of(out: &mut [f32], [(a, a_away), (b, b_away), (c, c_away)]: [(&[f32], f32); 3]) {
    let less = |p: f32, q: f32| if p < q { p } else { q }; // one instruction, as f32::min is not
    for (((out, a), b), c) in out.iter_mut().zip(a).zip(b).zip(c) {
        *out = less(less(*out, a + a_away), less(b + b_away, c + c_away));
    }
}

/// Marks in a plane (y, x) of the part what is surely near enough, and lists what is neither surely near nor surely far.
fn spread_along_y<'a>(
    rows: impl Fn(usize) -> &'a [f32],
    region: &Region,
    part: &IndexBox,
    axes: &Axes,
    limit: &Limit,
    out: &mut [bool],
) -> Vec<[usize; 2]> {
    let [nx, ny, _] = part.size;
    let count = region.bounds().size[1];
    let first = region.bounds().start[1] - part.start[1];
    let rows_per_mm = axes.0[1].query.get(1).map_or(1.0, |spacing| 1.0 / spacing);
    let mut maybe = vec![false; nx * ny];
    let mut reaches = vec![0i16; nx * count];
    for (limit, near) in [(limit.surely, &mut *out), (limit.possibly, &mut maybe)] {
        for (own, squares) in reaches.chunks_exact_mut(nx).zip((0..count).map(&rows)) {
            own.iter_mut().zip(squares).for_each(|(own, &squared)| *own = reach(limit, squared, rows_per_mm));
        }
        for downward in [false, true] {
            let mut left = vec![-1i16; nx];
            for step in 0..ny {
                let y = if downward { ny - 1 - step } else { step };
                // What is left of the reach of the rows before, or this row's own.
                left.iter_mut().for_each(|left| *left = (*left - 1).max(-1));
                if (first..first + count).contains(&y) {
                    let own = &reaches[(y - first) * nx..][..nx];
                    left.iter_mut().zip(own).for_each(|(left, &own)| *left = (*left).max(own));
                }
                near[y * nx..][..nx].iter_mut().zip(&left).for_each(|(near, &left)| *near |= left >= 0);
            }
        }
    }
    let mut differ = Vec::new();
    for (y, (near, maybe)) in out.chunks_exact(nx).zip(maybe.chunks_exact(nx)).enumerate() {
        if near != maybe {
            differ.extend((0..nx).filter(|&x| near[x] != maybe[x]).map(|x| [x, y]));
        }
    }
    differ
}

/// How many rows away a voxel still lies within a squared distance of `limit`; negative if it does not itself.
#[inline]
fn reach(limit: f32, squared: f32, rows_per_mm: f32) -> i16 {
    // The cast saturates, above the number of rows.
    if squared > limit { -1 } else { ((limit - squared).sqrt() * rows_per_mm) as i16 }
}

/// Decides voxels of the part with ITK's arithmetic: its passes along y and z, for the columns they lie in.
fn decide(
    mut unsure: Vec<[usize; 3]>,
    along_x: &[f32],
    region: &Region,
    part: &IndexBox,
    axes: &Axes,
    limit: &Limit,
) -> Vec<([usize; 3], bool)> {
    unsure.sort_unstable();
    let [_, by, bz] = region.bounds().size;
    let [nx, ny, nz] = part.size;
    let [_, y_first, z_first] = region.bounds().start;
    let groups: Vec<&[[usize; 3]]> = unsure.chunk_by(|a, b| a[0] == b[0]).collect();
    groups
        .into_par_iter()
        .flat_map_iter(|group| {
            let x = group[0][0];
            let mut envelope = Envelope::default();
            let mut planes = vec![UNREACHED; ny * bz];
            for (z, line) in planes.chunks_exact_mut(ny).enumerate() {
                let column = (0..by).map(|y| along_x[(z * by + y) * nx + x]);
                line_squares(&mut envelope, column, y_first, part.start[1], &axes.0[1], line);
            }
            let mut decisions = Vec::with_capacity(group.len());
            let mut line = vec![UNREACHED; nz];
            for column in group.chunk_by(|a, b| a[1] == b[1]) {
                let sites = (0..bz).map(|z| planes[z * ny + column[0][1]]);
                line_squares(&mut envelope, sites, z_first, part.start[2], &axes.0[2], &mut line);
                decisions.extend(column.iter().map(|&at| (at, limit.holds(line[at[2]]))));
            }
            decisions
        })
        .collect()
}
