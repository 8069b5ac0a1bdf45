//! Holes of regions.

use super::runs::{Connectivity, Links, Runs};
use crate::error::Result;
use crate::mask::Region;

/// What a hole is enclosed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holes {
    /// Holes in space: cavities from which no path leads to the border of the image.
    #[default]
    Volume,
    /// Holes in each slice across the x axis: a tube along x counts.
    X,
    /// Holes in each slice across the y axis.
    Y,
    /// Holes in each slice across the z axis, which are the slices of an axial scan.
    Z,
}

/// The region with its holes filled: voxels outside of it from which no path of neighbouring outside voxels leads to the
/// border of the image.
///
/// `paths` says which voxels are neighbours along such a path: with [`Connectivity::Faces`], SimpleITK's default, a hole
/// ends where voxels of the region touch at edges or corners; with [`Connectivity::Corners`] such a wall leaks. Equal to
/// SimpleITK's `BinaryFillhole(mask, fullyConnected)` of the volume, or of each slice. In a 2-D image [`Holes::Volume`]
/// are the holes of its slice. Time and memory are linear in the size of the bounding box.
///
/// # Errors
/// None in practice: what holds the region is not empty.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, morphology::{Connectivity, Holes, fill_holes}};
/// let grid = Geometry::new([3, 3, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let mut inside = [true; 9];
/// inside[4] = false;
/// let frame = Mask::from_bools(grid, &inside)?.region(1)?;
/// // The only slice of a volume is at its border: nothing encloses the middle from above and below.
/// assert_eq!(fill_holes(&frame, Holes::Volume, Connectivity::Faces)?.voxel_count(), 8);
/// assert_eq!(fill_holes(&frame, Holes::Z, Connectivity::Faces)?.voxel_count(), 9);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn fill_holes(region: &Region, holes: Holes, paths: Connectivity) -> Result<Region> {
    // Outside of the bounding box a path leads straight to the border, so only the box needs to be searched.
    let size = region.bounds().size;
    let axis = match holes {
        Holes::Volume if region.geometry().dimension() == 3 => None,
        Holes::Volume | Holes::Z => Some(2),
        Holes::X => Some(0),
        Holes::Y => Some(1),
    };
    let filled = match axis {
        None => fill(region.inside(), size, Links::volume(paths), true),
        Some(axis) => {
            // The slices' axis is put last.
            let order = [(axis + 1) % 3, (axis + 2) % 3, axis];
            let turned = permute(region.inside(), size, order);
            let filled = fill(&turned, order.map(|a| size[a]), Links::slices(paths), false);
            let back = [0, 1, 2].map(|a| order.iter().position(|&o| o == a).unwrap_or(a));
            permute(&filled, order.map(|a| size[a]), back)
        }
    };
    Region::new(region.geometry().clone(), region.label(), *region.bounds(), &filled)
}

/// Fills what is joined to no face of the box; `along_z` says whether the first and last slices are such faces.
fn fill(inside: &[bool], size: [usize; 3], links: Links, along_z: bool) -> Vec<bool> {
    let [nx, ny, nz] = size;
    let outside = Runs::new(inside, size, false, links);
    let mut open = vec![false; outside.voxels.len()];
    outside.for_each(nx, |offset, length, set| {
        let (x, y, z) = (offset % nx, offset / nx % ny, offset / nx / ny);
        let at_face = x == 0 || x + length == nx || y == 0 || y + 1 == ny || along_z && (z == 0 || z + 1 == nz);
        open[set] |= at_face;
    });
    let mut filled = inside.to_vec();
    outside.for_each(nx, |offset, length, set| {
        if !open[set] {
            filled[offset..offset + length].fill(true);
        }
    });
    filled
}

/// The array with its axes in another order: axis `a` of the result is axis `order[a]` of the input. x is fastest in both.
fn permute(array: &[bool], size: [usize; 3], order: [usize; 3]) -> Vec<bool> {
    if order == [0, 1, 2] {
        return array.to_vec();
    }
    let stride = [1, size[0], size[0] * size[1]];
    let [nx, ny, nz] = order.map(|a| size[a]);
    let [sx, sy, sz] = order.map(|a| stride[a]);
    let mut out = Vec::with_capacity(array.len());
    for z in 0..nz {
        for y in 0..ny {
            out.extend((0..nx).map(|x| array[x * sx + y * sy + z * sz]));
        }
    }
    out
}
