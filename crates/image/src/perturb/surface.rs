//! Distance of voxel centres from the surface of a region, for moving that surface by less than a voxel.
//!
//! [`signed_distance_mm`](crate::morphology::signed_distance_mm) measures from the centres of border voxels, so the border
//! belongs to the inside by half a voxel: moving it by `u` and by `-u` would not be opposites. Here the region is the union
//! of its voxels' boxes, and the surface is where those end.

use crate::error::Result;
use crate::geometry::IndexBox;
use crate::mask::Region;

/// Signed distance in mm of each voxel of a box from the surface of a region: negative inside, positive outside, never 0.
///
/// The surface is made of the faces between a voxel of the region and a voxel of the image outside of it; beyond the
/// image nothing is known, and nothing counts. Along a flat face of spacing `s` the distances are -s/2, s/2, 3s/2, ...
/// Exact up to `limit_mm`; beyond it the distance is infinite with its sign. x is fastest.
///
/// A region of one slice has no surface across the slices, so that what is derived from it stays in the slice.
///
/// Time is O(voxels of `part` times `limit_mm` / spacing). Of a voxel outside the distance is `min over region voxels of
/// sqrt(sum_a g_a²)` with `g_a = max(|Δ_a| - s_a/2, 0)`, the distance of a point from a box, minimised axis by axis.
///
/// # Errors
/// [`Error::OutOfBounds`](crate::Error::OutOfBounds) if the box is empty or not inside the image.
pub(super) fn surface_distance_mm(region: &Region, part: &IndexBox, limit_mm: f64) -> Result<Vec<f64>> {
    region.geometry().check_box(part)?;
    // Voxels of the region beyond the box may be the nearest ones: look at them too.
    let image = region.geometry().size();
    let reach = reach(region, limit_mm);
    let wide = part.grow(reach, image);
    let mut inside = Vec::with_capacity(wide.voxel_count());
    inside.extend(wide.indices().map(|index| region.contains(index)));
    let to_region = squares(region, &inside, &wide, reach, true);
    let to_outside = squares(region, &inside, &wide, reach, false);
    let limit = limit_mm * limit_mm;
    let bounded = |squared: f64| if squared <= limit { squared.sqrt() } else { f64::INFINITY };
    let shift = part.relative_to(&wide);
    Ok(shift
        .indices()
        .map(|[x, y, z]| {
            let at = (z * wide.size[1] + y) * wide.size[0] + x;
            if inside[at] { -bounded(to_outside[at]) } else { bounded(to_region[at]) }
        })
        .collect())
}

/// How many voxels along each axis a distance in mm reaches; 0 across the slices if the region has one only.
pub(super) fn reach(region: &Region, mm: f64) -> [usize; 3] {
    let spacing = region.geometry().spacing_mm();
    let size = region.geometry().size();
    // The box of a voxel begins half a voxel before its centre.
    let voxels = |a: usize| ((mm / spacing[a] + 0.5).floor().max(0.0) as usize).min(size[a]);
    [voxels(0), voxels(1), if is_planar(region) { 0 } else { voxels(2) }]
}

/// Whether a region lies in one slice, and is left there.
pub(super) fn is_planar(region: &Region) -> bool {
    region.bounds().size[2] == 1
}

/// Squared distance of each voxel of the box from the nearest box of a voxel that is `wanted`; infinite if none is near.
fn squares(region: &Region, inside: &[bool], part: &IndexBox, reach: [usize; 3], wanted: bool) -> Vec<f64> {
    let spacing = region.geometry().spacing_mm();
    let [nx, ny, nz] = part.size;
    let cost: Vec<Vec<f64>> = (0..3)
        .map(|a| {
            let g = |n: usize| (n as f64 * spacing[a] - 0.5 * spacing[a]).max(0.0);
            (0..=reach[a]).map(|n| g(n) * g(n)).collect()
        })
        .collect();
    let mut out: Vec<f64> = inside.iter().map(|&i| if i == wanted { 0.0 } else { f64::INFINITY }).collect();
    let mut line = Vec::new();
    for row in out.chunks_exact_mut(nx) {
        spread(row, &cost[0], &mut line);
    }
    let mut column = vec![0.0; ny.max(nz)];
    for z in 0..nz {
        for x in 0..nx {
            let at = |y: usize| (z * ny + y) * nx + x;
            (0..ny).for_each(|y| column[y] = out[at(y)]);
            spread(&mut column[..ny], &cost[1], &mut line);
            (0..ny).for_each(|y| out[at(y)] = column[y]);
        }
    }
    for y in 0..ny {
        for x in 0..nx {
            let at = |z: usize| (z * ny + y) * nx + x;
            (0..nz).for_each(|z| column[z] = out[at(z)]);
            spread(&mut column[..nz], &cost[2], &mut line);
            (0..nz).for_each(|z| out[at(z)] = column[z]);
        }
    }
    out
}

/// `line[i] = min over |n| < cost.len() of line[i + n] + cost[|n|]`.
fn spread(line: &mut [f64], cost: &[f64], copy: &mut Vec<f64>) {
    copy.clear();
    copy.extend_from_slice(line);
    for (i, out) in line.iter_mut().enumerate() {
        for (n, &add) in cost.iter().enumerate().skip(1) {
            if add >= *out {
                break; // costs ascend: nothing further away can be nearer
            }
            let left = i.checked_sub(n).and_then(|at| copy.get(at));
            for &value in [left, copy.get(i + n)].into_iter().flatten() {
                if value + add < *out {
                    *out = value + add;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;
    use radsurv_testkit::splitmix::SplitMix64;

    fn random_region(seed: u64, size: [usize; 3], spacing: [f64; 3]) -> Region {
        let mut rng = SplitMix64::new(seed);
        let grid = Geometry::new(size, spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
        let mut inside: Vec<bool> = (0..grid.voxel_count()).map(|_| rng.chance(30)).collect();
        inside[grid.voxel_count() / 2] = true;
        let part = grid.full_box();
        Region::new(grid, 1, part, &inside).unwrap()
    }

    /// From the definition: every voxel against every other.
    fn naive(region: &Region, limit: f64) -> Vec<f64> {
        let size = region.geometry().size();
        let spacing = region.geometry().spacing_mm();
        let all: Vec<[usize; 3]> = region.geometry().full_box().indices().collect();
        all.iter()
            .map(|&p| {
                let own = region.contains(p);
                let nearest = all
                    .iter()
                    .filter(|&&q| region.contains(q) != own && !(is_planar(region) && q[2] != p[2]))
                    .map(|q| {
                        (0..3)
                            .map(|a| ((p[a] as f64 - q[a] as f64).abs() - 0.5).max(0.0) * spacing[a])
                            .map(|d| d * d)
                            .sum::<f64>()
                            .sqrt()
                    })
                    .fold(f64::INFINITY, f64::min);
                let bounded = if nearest <= limit { nearest } else { f64::INFINITY };
                assert_eq!(size.len(), 3);
                if own { -bounded } else { bounded }
            })
            .collect()
    }

    #[test]
    fn distances_are_those_of_the_definition() {
        for (seed, size, spacing, limit) in [
            (1, [7, 6, 5], [1.0, 1.0, 1.0], 10.0),
            (2, [9, 5, 4], [0.7, 0.9, 3.3], 2.5),
            (3, [8, 8, 1], [0.5, 2.0, 5.0], 1.7),
            (4, [6, 7, 6], [2.0, 0.4, 1.0], 0.6),
        ] {
            let region = random_region(seed, size, spacing);
            let expected = naive(&region, limit);
            let found = surface_distance_mm(&region, &region.geometry().full_box(), limit).unwrap();
            for (f, e) in found.iter().zip(&expected) {
                assert!(f == e || (f - e).abs() < 1e-12, "{f} against {e} (case {seed})");
            }
            // A part has the values of the whole.
            let part = IndexBox { start: [1, 2, 0], size: [4, 3, size[2]] };
            let inner = surface_distance_mm(&region, &part, limit).unwrap();
            for (index, value) in part.indices().zip(inner) {
                assert_eq!(value, found[region.geometry().offset(index)], "{index:?}");
            }
        }
    }

    #[test]
    fn a_flat_face_is_half_a_voxel_away() {
        let grid = Geometry::new([6, 1, 1], [2.0, 1.0, 1.0], [0.0; 3], Geometry::IDENTITY).unwrap();
        let part = grid.full_box();
        let region = Region::new(grid, 1, part, &[true, true, true, false, false, false]).unwrap();
        let found = surface_distance_mm(&region, &part, 4.0).unwrap();
        assert_eq!(found, [f64::NEG_INFINITY, -3.0, -1.0, 1.0, 3.0, f64::INFINITY]);
        assert!(surface_distance_mm(&region, &IndexBox { start: [5, 0, 0], size: [2, 1, 1] }, 1.0).is_err());
    }
}
