//! Exact Euclidean distance from a region on an anisotropic grid, in linear time.
//!
//! Maurer, Qi, Raghavan: A linear time algorithm for computing exact Euclidean distance transforms of binary images in
//! arbitrary dimensions. IEEE TPAMI 25 (2003) 265-270. One pass per axis: along each line the lower envelope of the
//! parabolas `d²(site) + (x - site)²` is built and read off, so the cost is proportional to the number of voxels.
//!
//! The arithmetic is that of ITK's `SignedMaurerDistanceMapImageFilter` with `float` output, operation by operation:
//! single precision rounds, and a threshold at a round number of mm falls on voxels that lie exactly there.

use rayon::prelude::*;

use crate::error::Result;
use crate::geometry::IndexBox;
use crate::mask::Region;

/// Value of a voxel that no site has reached yet.
pub(super) const UNREACHED: f32 = f32::MAX;

/// Signed distance in mm of each voxel of `part` from the border of a region: negative inside, positive outside.
///
/// The border is made of the region's voxels that touch (by a face, an edge or a corner) a voxel of the image outside
/// of it; distances run between voxel centres, so border voxels have distance 0. The values are those of SimpleITK's
/// `SignedMaurerDistanceMap(mask, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)`, to the bit,
/// whatever part of the image is asked for. x is fastest.
///
/// A region that fills the image has no border: every voxel then gets `-sqrt(f32::MAX)`, as in ITK.
///
/// Time is O(voxels of `part` and of the region's bounding box); the parts of each pass run in parallel, and the result
/// does not depend on the number of threads.
///
/// # Errors
/// [`Error::OutOfBounds`](crate::Error::OutOfBounds) if the box is empty or not inside the image.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, morphology::signed_distance_mm};
/// let grid = Geometry::new([4, 1, 1], [2.0, 1.0, 1.0], [0.0; 3], Geometry::IDENTITY)?;
/// let region = Mask::from_bools(grid.clone(), &[true, false, false, false])?.region(1)?;
/// assert_eq!(signed_distance_mm(&region, &grid.full_box())?, [-0.0, 2.0, 4.0, 6.0]);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn signed_distance_mm(region: &Region, part: &IndexBox) -> Result<Vec<f32>> {
    region.geometry().check_box(part)?;
    let axes = Axes::new(region);
    let planes = in_plane_squares(region, part, &axes);
    let [nx, ny, nz] = part.size;
    let depth = region.bounds().size[2];

    // Lines along z, gathered row by row into (y, x, z) order, then put in place.
    let mut lines = vec![UNREACHED; nx * ny * nz];
    lines.par_chunks_mut(nx * nz).enumerate().for_each(|(y, block)| {
        let mut envelope = Envelope::default();
        for (x, line) in block.chunks_exact_mut(nz).enumerate() {
            let column = (0..depth).map(|z| planes[(z * ny + y) * nx + x]);
            line_squares(&mut envelope, column, region.bounds().start[2], part.start[2], &axes.0[2], line);
        }
    });
    let mut out = vec![0.0f32; nx * ny * nz];
    out.par_chunks_mut(nx * ny).enumerate().for_each(|(z, plane)| {
        for y in 0..ny {
            for x in 0..nx {
                let squared = lines[(y * nx + x) * nz + z];
                let distance = f64::from(squared).sqrt() as f32;
                let index = [part.start[0] + x, part.start[1] + y, part.start[2] + z];
                plane[y * nx + x] = if region.contains(index) { -distance } else { distance };
            }
        }
    });
    Ok(out)
}

/// Coordinates along one axis as ITK computes them: those of the sites as a product of floats, those of the voxels
/// asked about as a product of doubles that is then rounded.
pub(super) struct AxisCoordinates {
    /// Coordinate in mm of each index, as that of a site.
    pub site: Vec<f32>,
    /// Coordinate in mm of each index, as that of a voxel whose distance is wanted.
    pub query: Vec<f32>,
}

/// The coordinates along x, y, z.
pub(super) struct Axes(pub [AxisCoordinates; 3]);

impl Axes {
    pub fn new(region: &Region) -> Self {
        let size = region.geometry().size();
        let spacing = region.geometry().spacing_mm();
        Self([0, 1, 2].map(|a| AxisCoordinates {
            site: (0..size[a]).map(|i| i as f32 * spacing[a] as f32).collect(),
            query: (0..size[a]).map(|i| (i as f64 * spacing[a]) as f32).collect(),
        }))
    }
}

/// Squared distance in mm² along x from the nearest border voxel of each row of the region's bounding box, at the
/// voxels of `part`: in the order (z, y, x), [`UNREACHED`] in rows without border voxels.
pub(super) fn squares_along_x(region: &Region, part: &IndexBox, axes: &Axes) -> Vec<f32> {
    let border = border(region);
    let [bx, by, bz] = region.bounds().size;
    let first = region.bounds().start[0];
    let nx = part.size[0];
    let x = &axes.0[0];
    let query = &x.query[part.start[0]..][..nx];
    let mut rows = vec![UNREACHED; nx * by * bz];
    rows.par_chunks_mut(nx).zip(border.par_chunks(bx)).for_each(|(out, border)| {
        let mut left: Option<f32> = None;
        let mut from = 0;
        let mut ahead = border;
        let mut at = first;
        while let Some(skip) = ahead.iter().position(|&b| b) {
            // Up to the next border voxel the nearer of the two decides; then on from there.
            at += skip;
            ahead = &ahead[skip + 1..];
            let right = x.site[at];
            let to = (at + 1).clamp(part.start[0], part.start[0] + nx) - part.start[0];
            for (out, &q) in out[from..to].iter_mut().zip(&query[from..to]) {
                let (l, r) = (left.map_or(UNREACHED, |l| (l - q) * (l - q)), (right - q) * (right - q));
                *out = if l < r { l } else { r };
            }
            (left, from, at) = (Some(right), to, at + 1);
        }
        if let Some(l) = left {
            for (out, &q) in out[from..].iter_mut().zip(&query[from..]) {
                *out = (l - q) * (l - q);
            }
        }
    });
    rows
}

/// Squared distance in mm², within each axial plane, from the border voxels of that plane: for the planes of the
/// region's bounding box, the voxels of `part` in x and y, in the order (z, y, x).
fn in_plane_squares(region: &Region, part: &IndexBox, axes: &Axes) -> Vec<f32> {
    let rows = squares_along_x(region, part, axes);
    let [_, by, bz] = region.bounds().size;
    let (nx, ny) = (part.size[0], part.size[1]);
    let mut squares = vec![UNREACHED; nx * ny * bz];
    squares.par_chunks_mut(nx * ny).enumerate().for_each(|(z, plane)| {
        let mut envelope = Envelope::default();
        let mut line = vec![UNREACHED; ny];
        for x in 0..nx {
            let column = (0..by).map(|y| rows[(z * by + y) * nx + x]);
            line_squares(&mut envelope, column, region.bounds().start[1], part.start[1], &axes.0[1], &mut line);
            for (y, &value) in line.iter().enumerate() {
                plane[y * nx + x] = value;
            }
        }
    });
    squares
}

/// Squared distances along a line from `start` on, given those of the sites from `first` on.
pub(super) fn line_squares(
    envelope: &mut Envelope,
    sites: impl Iterator<Item = f32>,
    first: usize,
    start: usize,
    axis: &AxisCoordinates,
    out: &mut [f32],
) {
    envelope.clear();
    for (squared, &at) in sites.zip(&axis.site[first..]) {
        envelope.push(squared, at);
    }
    out.fill(UNREACHED);
    envelope.read(&axis.query[start..start + out.len()], out);
}

/// The lower envelope of parabolas along a line, as ITK builds and reads it.
#[derive(Default)]
pub(super) struct Envelope {
    /// (squared distance of the site, its coordinate), left to right.
    sites: Vec<(f32, f32)>,
}

impl Envelope {
    /// Starts a new line.
    pub fn clear(&mut self) {
        self.sites.clear();
    }

    /// Adds the next site to the right, with the squared distance it has already; nothing if it is [`UNREACHED`].
    #[inline]
    pub fn push(&mut self, squared: f32, at: f32) {
        if squared == UNREACHED {
            return;
        }
        while let [.., (d1, x1), (d2, x2)] = self.sites[..] {
            if !hidden(d1, d2, squared, x1, x2, at) {
                break;
            }
            self.sites.pop();
        }
        self.sites.push((squared, at));
    }

    /// Squared distance at each coordinate, ascending; left alone if there is no site.
    #[inline]
    pub fn read(&self, coordinates: &[f32], out: &mut [f32]) {
        let Some((&first, rest)) = self.sites.split_first() else { return };
        let distance = |(squared, x): (f32, f32), at: f32| squared + (x - at) * (x - at);
        let (mut current, mut rest) = (first, rest);
        for (&at, value) in coordinates.iter().zip(out) {
            let mut best = distance(current, at);
            while let Some((&next, others)) = rest.split_first() {
                let candidate = distance(next, at);
                if best <= candidate {
                    break;
                }
                (best, current, rest) = (candidate, next, others);
            }
            *value = best;
        }
    }
}

/// Whether the middle one of three parabolas is nowhere the lowest. The first of two is always kept, as in ITK.
#[inline]
fn hidden(d1: f32, d2: f32, d3: f32, x1: f32, x2: f32, x3: f32) -> bool {
    let (a, b, c) = (x2 - x1, x3 - x2, x3 - x1);
    c * d2 - b * d1 - a * d3 - a * b * c > 0.0
}

/// Which voxels of the region's bounding box are in the region and touch a voxel of the image outside of it.
fn border(region: &Region) -> Vec<bool> {
    let bounds = region.bounds();
    let size = region.geometry().size();
    let [bx, by, bz] = bounds.size;
    let inside = region.inside();
    // A voxel is enclosed if it and its 26 neighbours are in the region: an AND along x, then y, then z. Beyond the
    // bounding box nothing is in the region; beyond the image nothing counts.
    let past_start = [0, 1, 2].map(|a| bounds.start[a] == 0);
    let past_end = [0, 1, 2].map(|a| bounds.start[a] + bounds.size[a] == size[a]);
    let mut in_plane = vec![false; inside.len()];
    in_plane.par_chunks_mut(bx * by).enumerate().for_each(|(z, out)| {
        let mut along_x = vec![false; bx * by];
        let plane = &inside[z * bx * by..][..bx * by];
        for (out, row) in along_x.chunks_exact_mut(bx).zip(plane.chunks_exact(bx)) {
            out.copy_from_slice(row);
            and(&mut out[1..], &row[..bx - 1]);
            and(&mut out[..bx - 1], &row[1..]);
            out[0] &= past_start[0];
            out[bx - 1] &= past_end[0];
        }
        and_neighbours(out, &along_x, bx, by, past_start[1], past_end[1]);
    });
    let mut border = vec![false; inside.len()];
    border.par_chunks_mut(bx * by).enumerate().for_each(|(z, out)| {
        let plane = |z: usize| &in_plane[z * bx * by..][..bx * by];
        let mut enclosed = plane(z).to_vec();
        match z.checked_sub(1) {
            Some(z) => and(&mut enclosed, plane(z)),
            None if !past_start[2] => enclosed.fill(false),
            None => {}
        }
        if z + 1 < bz {
            and(&mut enclosed, plane(z + 1));
        } else if !past_end[2] {
            enclosed.fill(false);
        }
        let own = &inside[z * bx * by..][..bx * by];
        for ((out, &inside), enclosed) in out.iter_mut().zip(own).zip(enclosed) {
            *out = inside & !enclosed;
        }
    });
    border
}

fn and(out: &mut [bool], other: &[bool]) {
    out.iter_mut().zip(other).for_each(|(out, other)| *out &= other);
}

/// AND of each row with the ones before and after it; `past_start` and `past_end` are the values beyond the ends.
fn and_neighbours(out: &mut [bool], rows: &[bool], width: usize, count: usize, past_start: bool, past_end: bool) {
    out.copy_from_slice(rows);
    and(&mut out[width..], &rows[..(count - 1) * width]);
    and(&mut out[..(count - 1) * width], &rows[width..]);
    out[..width].iter_mut().for_each(|v| *v &= past_start);
    out[(count - 1) * width..].iter_mut().for_each(|v| *v &= past_end);
}
