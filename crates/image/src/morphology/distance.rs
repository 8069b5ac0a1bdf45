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
    let planes = in_plane_squares(region, part);
    let axes = Axes::new(region);
    let [nx, ny, nz] = part.size;
    let region_depth = region.bounds().size[2];
    let z_axis = &axes.0[2];
    let (site_start, out_start) = (region.bounds().start[2], part.start[2]);

    // Lines along z, gathered row by row into (y, x, z) order, then put in place.
    let mut lines = vec![UNREACHED; nx * ny * nz];
    lines.par_chunks_mut(nx * nz).enumerate().for_each(|(y, block)| {
        let mut envelope = Envelope::default();
        for (x, line) in block.chunks_exact_mut(nz).enumerate() {
            envelope.clear();
            for z in 0..region_depth {
                envelope.push(planes[(z * ny + y) * nx + x], z_axis.site[site_start + z]);
            }
            envelope.read(&z_axis.query[out_start..out_start + nz], line);
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

/// Squared distance in mm², within each axial plane, from the border voxels of that plane: for the planes of the
/// region's bounding box, the voxels of `part` in x and y, in the order (z, y, x).
pub(super) fn in_plane_squares(region: &Region, part: &IndexBox) -> Vec<f32> {
    let axes = Axes::new(region);
    let border = border(region);
    let bounds = region.bounds();
    let [bx, by, bz] = bounds.size;
    let (nx, ny) = (part.size[0], part.size[1]);
    let mut squares = vec![UNREACHED; nx * ny * bz];
    squares.par_chunks_mut(nx * ny).enumerate().for_each(|(z, plane)| {
        // Along x: the border voxels themselves are at 0, so the nearest one on either side decides.
        let mut rows = vec![UNREACHED; nx * by];
        let mut envelope = Envelope::default();
        let query = &axes.0[0].query[part.start[0]..part.start[0] + nx];
        for y in 0..by {
            envelope.clear();
            let line = &border[(z * by + y) * bx..][..bx];
            for (x, _) in line.iter().enumerate().filter(|(_, is_border)| **is_border) {
                envelope.push(0.0, axes.0[0].site[bounds.start[0] + x]);
            }
            envelope.read(query, &mut rows[y * nx..][..nx]);
        }
        let query = &axes.0[1].query[part.start[1]..part.start[1] + ny];
        let mut line = vec![UNREACHED; ny];
        for x in 0..nx {
            envelope.clear();
            for y in 0..by {
                envelope.push(rows[y * nx + x], axes.0[1].site[bounds.start[1] + y]);
            }
            line.fill(UNREACHED);
            envelope.read(query, &mut line);
            for (y, &value) in line.iter().enumerate() {
                plane[y * nx + x] = value;
            }
        }
    });
    squares
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
    let [bx, by, _] = bounds.size;
    let inside = region.inside();
    let mut border = vec![false; inside.len()];
    border.par_chunks_mut(bx * by).enumerate().for_each(|(z, plane)| {
        for y in 0..by {
            for x in 0..bx {
                let here = [x, y, z];
                if !inside[(z * by + y) * bx + x] {
                    continue;
                }
                // Neighbours beyond the bounding box are outside the region, but count only if they are in the image.
                let at_edge = (0..3).any(|a| {
                    let at = bounds.start[a] + here[a];
                    (here[a] == 0 && at > 0) || (here[a] + 1 == bounds.size[a] && at + 1 < size[a])
                });
                plane[y * bx + x] = at_edge || {
                    let range = |a: usize| here[a].saturating_sub(1)..=(here[a] + 1).min(bounds.size[a] - 1);
                    range(2).any(|z| range(1).any(|y| range(0).any(|x| !inside[(z * by + y) * bx + x])))
                };
            }
        }
    });
    border
}
