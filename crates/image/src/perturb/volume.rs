//! A larger or a smaller region: by a fraction of its volume, or by a distance.

use super::random::Random;
use super::surface::{is_planar, reach, surface_distance_mm};
use crate::error::{Error, Result};
use crate::geometry::IndexBox;
use crate::mask::Region;

const STEP: &str = "volume";

/// The region with its number of voxels changed by a fraction: `round(n (1 + fraction))` of `n`, exactly.
///
/// Voxels are added or removed in the order of their distance from the surface, so that the region grows or shrinks evenly
/// on an anisotropic grid too; which voxels of the last, partly needed layer are taken is drawn from the seed. After
/// Zwanenburg et al. 2019, whose layers are steps to the six neighbours, whatever the spacing.
///
/// A region of one slice stays in it. Other labels of the mask are not minded.
///
/// # Errors
/// [`Error::Setting`] if the fraction is not above -1 and at most 100; [`Error::Perturbation`] if no voxel would be left, or
/// the image has no room.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, perturb::change_volume};
/// let grid = Geometry::new([10, 10, 10], [1.0, 1.0, 2.0], [0.0; 3], Geometry::IDENTITY)?;
/// let inside: Vec<bool> = grid.full_box().indices().map(|i| i.iter().all(|&a| (3..7).contains(&a))).collect();
/// let region = Mask::from_bools(grid, &inside)?.region(1)?; // 64 voxels
/// assert_eq!(change_volume(&region, 0.2, 1)?.voxel_count(), 77);
/// assert_eq!(change_volume(&region, -0.2, 1)?.voxel_count(), 51);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn change_volume(region: &Region, fraction: f64, seed: u64) -> Result<Region> {
    if !(fraction > -1.0 && fraction <= 100.0) {
        return Err(Error::Setting(format!("volume change by {fraction}: give a fraction above -1 and at most 100")));
    }
    let count = region.voxel_count();
    let wanted = (count as f64 * (1.0 + fraction)).round() as usize;
    if wanted == 0 {
        return Err(Error::Perturbation { step: STEP, what: format!("{fraction:+} leaves none of {count} voxels") });
    }
    if wanted == count {
        return Ok(region.clone());
    }
    let (growing, needed) = (wanted > count, wanted.abs_diff(count));
    let (part, mut layers) = nearest_to_surface(region, growing, needed, wanted)?;
    let (_, &mut (last, _), _) = layers.select_nth_unstable_by(needed - 1, |a, b| a.0.total_cmp(&b.0));
    let mut chosen: Vec<usize> = layers.iter().filter(|(d, _)| *d < last).map(|&(_, at)| at).collect();
    let mut layer: Vec<usize> = layers.iter().filter(|(d, _)| *d == last).map(|&(_, at)| at).collect();
    layer.sort_unstable();
    let mut random = Random::new(seed, 0);
    for i in 0..needed - chosen.len() {
        let other = i + random.below(layer.len() - i);
        layer.swap(i, other);
    }
    chosen.extend_from_slice(&layer[..needed - chosen.len()]);
    let mut inside: Vec<bool> = part.indices().map(|index| region.contains(index)).collect();
    chosen.into_iter().for_each(|at| inside[at] = growing);
    Region::new(region.geometry().clone(), region.label(), part, &inside)
}

/// Distances from the surface, without sign, and places in the box of at least `needed` voxels outside (or inside): all
/// that are within some distance.
fn nearest_to_surface(
    region: &Region,
    outside: bool,
    needed: usize,
    wanted: usize,
) -> Result<(IndexBox, Vec<(f64, usize)>)> {
    let spacing = region.geometry().spacing_mm();
    let size = region.geometry().size();
    let axes = if is_planar(region) { 2 } else { 3 };
    let diagonal: f64 = (0..axes).map(|a| spacing[a] * size[a] as f64).sum();
    let mut limit = 1.01 * spacing[..axes].iter().copied().fold(0.0, f64::max);
    loop {
        let margin = if outside { reach(region, limit) } else { [0; 3] };
        let part = region.bounds().grow(margin, size);
        let distance = surface_distance_mm(region, &part, limit)?;
        let near: Vec<(f64, usize)> = distance
            .into_iter()
            .enumerate()
            .filter(|&(_, d)| d.is_finite() && (d > 0.0) == outside)
            .map(|(at, d)| (d.abs(), at))
            .collect();
        if near.len() >= needed {
            return Ok((part, near));
        }
        if limit > diagonal {
            let count = region.voxel_count();
            let what = format!("the image has no room to change {count} voxels to {wanted}");
            return Err(Error::Perturbation { step: STEP, what });
        }
        limit *= 2.0;
    }
}

/// The region with its surface moved outwards by `mm` (inwards if negative): grown by all voxels whose centre is at most
/// `mm` away from the surface, or without those that are.
///
/// Shrinking stops at the last distance that leaves at least the fraction `keep` of the voxels, as in MIRP (whose `keep` is
/// 0.8).
///
/// It differs from [`dilate`](crate::morphology::dilate) and [`erode`](crate::morphology::erode), which measure from the
/// centres of border voxels as SimpleITK does, by half a voxel: here growing and shrinking are opposites.
///
/// # Errors
/// [`Error::Setting`] if `mm` is not finite or `keep` is not from 0 to 1; [`Error::Perturbation`] if no voxel is left.
pub fn move_surface(region: &Region, mm: f64, keep: f64) -> Result<Region> {
    if !mm.is_finite() || !(0.0..=1.0).contains(&keep) {
        return Err(Error::Setting(format!(
            "moving a surface by {mm} mm, keeping {keep}: give a finite distance, and a fraction from 0 to 1"
        )));
    }
    // Distances are sums of roots and halves: what is equal but for rounding counts as equal.
    let limit = mm.abs() * (1.0 + 1e-9);
    let margin = if mm > 0.0 { reach(region, limit) } else { [0; 3] };
    let part = region.bounds().grow(margin, region.geometry().size());
    let distance = surface_distance_mm(region, &part, limit)?;
    let inside: Vec<bool> = if mm > 0.0 {
        distance.iter().map(|&d| d <= limit).collect()
    } else {
        let least = (keep * region.voxel_count() as f64).ceil() as usize;
        let mut shell: Vec<f64> = distance.iter().filter(|d| **d < 0.0 && d.is_finite()).map(|d| -d).collect();
        shell.sort_unstable_by(f64::total_cmp);
        let most = region.voxel_count().saturating_sub(least);
        // A layer is taken whole or not at all.
        let last = match shell.get(most) {
            None => limit,
            Some(&next) => shell[..most].iter().rev().copied().find(|&d| d < next).unwrap_or(0.0),
        };
        distance.iter().map(|&d| d < 0.0 && -d > last).collect()
    };
    Region::new(region.geometry().clone(), region.label(), part, &inside).map_err(|e| match e {
        Error::LabelMissing { .. } => Error::Perturbation {
            step: STEP,
            what: format!("{mm:+} mm leaves none of {} voxels", region.voxel_count()),
        },
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;

    fn ball(size: [usize; 3], spacing: [f64; 3], radius: f64) -> Region {
        let grid = Geometry::new(size, spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
        let part = grid.full_box();
        let inside: Vec<bool> = part
            .indices()
            .map(|i| (0..3).map(|a| ((i[a] as f64 - size[a] as f64 / 2.0) * spacing[a]).powi(2)).sum::<f64>())
            .map(|d| d <= radius * radius)
            .collect();
        Region::new(grid, 3, part, &inside).unwrap()
    }

    #[test]
    fn fractions_are_hit_and_layers_nest() {
        let region = ball([30, 28, 14], [1.0, 1.0, 2.5], 9.0);
        let n = region.voxel_count() as f64;
        for fraction in [-0.9, -0.3, -0.15, -0.01, 0.0, 0.01, 0.15, 0.3, 1.5] {
            let changed = change_volume(&region, fraction, 5).unwrap();
            assert_eq!(changed.voxel_count(), (n * (1.0 + fraction)).round() as usize);
            assert_eq!(changed.label(), 3);
            assert_eq!(changed, change_volume(&region, fraction, 5).unwrap());
            let (small, large) = if fraction < 0.0 { (&changed, &region) } else { (&region, &changed) };
            let part = large.bounds();
            assert!(part.indices().all(|i| !small.contains(i) || large.contains(i)));
        }
        assert_ne!(change_volume(&region, 0.15, 5).unwrap(), change_volume(&region, 0.15, 6).unwrap());
        assert_eq!(change_volume(&region, 0.0, 5).unwrap(), region);
        // Even growth: the ball stays round, so its box grows by the same mm on all sides.
        let grown = change_volume(&region, 1.0, 1).unwrap();
        assert!(grown.bounds().size[0] - region.bounds().size[0] <= 6);
        assert!(grown.bounds().size[2] - region.bounds().size[2] <= 3);
    }

    #[test]
    fn surfaces_move_by_whole_layers_and_back() {
        let grid = Geometry::new([20, 20, 20], [1.0, 1.0, 3.0], [0.0; 3], Geometry::IDENTITY).unwrap();
        let part = IndexBox { start: [7, 7, 7], size: [6, 6, 6] };
        let region = Region::new(grid, 1, part, &[true; 216]).unwrap();
        let grown = move_surface(&region, 1.0, 0.0).unwrap();
        assert_eq!(*grown.bounds(), IndexBox { start: [6, 6, 7], size: [8, 8, 6] });
        assert_eq!(move_surface(&grown, -1.0, 0.0).unwrap(), region);
        assert_eq!(move_surface(&region, 1.5, 0.0).unwrap().bounds().size, [10, 10, 8]);
        assert_eq!(move_surface(&region, 0.0, 0.8).unwrap(), region);
        // The first layer in the plane is 120 of 216 voxels.
        assert_eq!(move_surface(&region, -1.0, 0.4).unwrap().voxel_count(), 96);
        assert_eq!(move_surface(&region, -1.0, 0.5).unwrap(), region);
        assert_eq!(move_surface(&region, -30.0, 0.4).unwrap().voxel_count(), 96);
        let error = move_surface(&region, -30.0, 0.0).unwrap_err().to_string();
        assert_eq!(error, "perturbation, volume: -30 mm leaves none of 216 voxels");
    }

    #[test]
    fn a_slice_stays_a_slice() {
        let region = ball([20, 20, 1], [1.0, 1.0, 5.0], 6.0);
        assert_eq!(change_volume(&region, 0.5, 1).unwrap().bounds().size[2], 1);
        let wide = Geometry::new([20, 20, 5], [1.0, 1.0, 5.0], [0.0; 3], Geometry::IDENTITY).unwrap();
        let part = IndexBox { start: [5, 5, 2], size: [6, 6, 1] };
        let region = Region::new(wide, 1, part, &[true; 36]).unwrap();
        assert_eq!(change_volume(&region, 2.0, 1).unwrap().bounds().size[2], 1);
        assert_eq!(move_surface(&region, 10.0, 1.0).unwrap().bounds().size[2], 1);
        // 400 pixels in the slice.
        let error = change_volume(&region, 20.0, 1).unwrap_err().to_string();
        assert!(error.contains("no room to change 36 voxels to 756"), "{error}");
    }

    #[test]
    fn impossible_changes_are_refused() {
        let grid = Geometry::new([2, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let full = Region::new(grid.clone(), 1, grid.full_box(), &[true; 2]).unwrap();
        for bad in [-1.0, f64::NAN, f64::INFINITY, 101.0] {
            assert!(matches!(change_volume(&full, bad, 0), Err(Error::Setting(_))));
        }
        assert!(matches!(change_volume(&full, -0.9, 0), Err(Error::Perturbation { .. })));
        assert!(matches!(change_volume(&full, -0.5, 0), Err(Error::Perturbation { .. })));
        assert!(matches!(change_volume(&full, 1.0, 0), Err(Error::Perturbation { .. })));
        assert!(move_surface(&full, f64::NAN, 0.0).is_err() && move_surface(&full, 1.0, 1.5).is_err());
        assert_eq!(move_surface(&full, -5.0, 0.0).unwrap(), full);
    }
}
