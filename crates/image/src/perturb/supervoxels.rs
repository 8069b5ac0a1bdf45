//! A contour that follows the image: supervoxels at the border of a region are in or out by chance.

use super::connected::faces;
use super::random::Random;
use super::slic::Slic;
use super::surface::is_planar;
use crate::error::{Error, Result};
use crate::geometry::IndexBox;
use crate::mask::Region;
use crate::volume::Volume;

const STEP: &str = "supervoxels";

/// How far around the region the image is divided into supervoxels, in mm.
const MARGIN_MM: f64 = 25.0;
/// Volume of a supervoxel in mm³, and its least number of voxels.
const SUPERVOXEL_MM3: f64 = 500.0;
const SUPERVOXEL_VOXELS: f64 = 20.0;
/// Supervoxels of which at least this fraction is in the region are in, those of less than this are out.
const SURELY_IN: f64 = 0.9;
const SURELY_OUT: f64 = 0.2;

/// Supervoxels of an image around a region: pieces of about equal size whose borders follow the image.
///
/// With the settings of MIRP: the image within 25 mm of the region's box, limited to the region's range of intensities and
/// 10 % beyond, is divided by SLIC (Achanta et al., IEEE TPAMI 34 (2012) 2274-2282) into supervoxels of about 500 mm³ (at least
/// 20 voxels) with compactness 0.05, after smoothing by a Gaussian of the smallest spacing. The labels are those of
/// scikit-image 0.26, but for rounding where a voxel is equally near to two. A region of one slice is divided within it.
#[derive(Debug, Clone, PartialEq)]
pub struct Supervoxels {
    part: IndexBox,
    labels: Vec<u32>,
}

impl Supervoxels {
    /// The supervoxels around a region.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if image and region are not on the same grid, [`Error::Setting`] if a voxel near the region is NaN or
    /// infinite.
    pub fn around(image: &Volume, region: &Region) -> Result<Self> {
        image.geometry().check_same(region.geometry(), 1e-4)?;
        let grid = region.geometry();
        let spacing = grid.spacing_mm();
        let margin = spacing.map(|s| (MARGIN_MM / s).ceil().min(1e9) as usize);
        let margin = if is_planar(region) { [margin[0], margin[1], 0] } else { margin };
        let part = region.bounds().grow(margin, grid.size());
        let values = limited(image.values_f64(&part)?, &inside(region, &part), &part)?;
        let volume_mm3: f64 = spacing.iter().product();
        let voxels = (SUPERVOXEL_MM3 / volume_mm3).max(SUPERVOXEL_VOXELS);
        let sigma = spacing.into_iter().fold(f64::INFINITY, f64::min);
        let slic = Slic {
            segments: ((part.voxel_count() as f64 / voxels) as usize).max(1),
            compactness: 0.05,
            sigma: spacing.map(|s| sigma / s),
            spacing,
        };
        Ok(Self { part, labels: slic.labels(&values, part.size) })
    }

    /// The part of the image that is divided.
    pub fn part(&self) -> &IndexBox {
        &self.part
    }

    /// For each voxel of the part, x fastest, its supervoxel: numbers from 1 on, 0 for a voxel in none.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The region as a union of supervoxels, each of which is in with the probability that is the fraction of it in the region;
    /// below 0.2 never, from 0.9 on always, and the one with the largest fraction always. Gaps of a voxel are closed.
    ///
    /// Zwanenburg et al. 2019, "contour randomisation". Different from MIRP, closing takes nothing away at the image's border.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if the region is not inside the part, [`Error::Perturbation`] if no voxel is left.
    pub fn randomise(&self, region: &Region, seed: u64) -> Result<Region> {
        region.within(&self.part)?;
        let chosen = choose(&self.labels, &inside(region, &self.part), seed);
        let mut out: Vec<bool> = self.labels.iter().map(|&l| chosen[l as usize]).collect();
        close(&mut out, self.part.size);
        Region::new(region.geometry().clone(), region.label(), self.part, &out).map_err(|e| match e {
            Error::LabelMissing { .. } => {
                Error::Perturbation { step: STEP, what: format!("none of {} voxels is left", region.voxel_count()) }
            }
            other => other,
        })
    }
}

/// The region redrawn along the supervoxels of the image around it: [`Supervoxels::randomise`].
///
/// # Errors
/// As [`Supervoxels::around`] and [`Supervoxels::randomise`].
pub fn randomise_supervoxels(image: &Volume, region: &Region, seed: u64) -> Result<Region> {
    Supervoxels::around(image, region)?.randomise(region, seed)
}

fn inside(region: &Region, part: &IndexBox) -> Vec<bool> {
    part.indices().map(|index| region.contains(index)).collect()
}

/// The values within the range of the region and a tenth of it beyond.
fn limited(mut values: Vec<f64>, inside: &[bool], part: &IndexBox) -> Result<Vec<f64>> {
    if let Some(bad) = values.iter().position(|v| !v.is_finite()) {
        let [nx, ny, _] = part.size;
        let at = [bad % nx, bad / nx % ny, bad / nx / ny];
        return Err(Error::Setting(format!(
            "the image has the value {} at voxel (x, y, z) = {:?}: replace NaN and infinite voxels first",
            values[bad],
            [0, 1, 2].map(|a| part.start[a] + at[a])
        )));
    }
    let region = values.iter().zip(inside).filter(|(_, inside)| **inside).map(|(&v, _)| v);
    let (low, high) = region.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let more = 0.1 * (high - low);
    values.iter_mut().for_each(|v| *v = v.clamp(low - more, high + more));
    Ok(values)
}

/// Which labels are in, by label.
fn choose(labels: &[u32], inside: &[bool], seed: u64) -> Vec<bool> {
    let most = labels.iter().copied().max().unwrap_or(0) as usize;
    let (mut all, mut overlap) = (vec![0usize; most + 1], vec![0usize; most + 1]);
    for (&label, &inside) in labels.iter().zip(inside) {
        all[label as usize] += 1;
        overlap[label as usize] += usize::from(inside);
    }
    let fraction = |l: usize| overlap[l] as f64 / all[l].max(1) as f64;
    // The first of the largest, as a search from the left finds it.
    let largest = (1..=most).fold(0, |best, l| if best == 0 || fraction(l) > fraction(best) { l } else { best });
    let mut random = Random::new(seed, 0);
    let mut chosen = vec![false; most + 1];
    for l in 1..=most {
        if overlap[l] == 0 {
            continue;
        }
        let draw = random.unit();
        let probability = match fraction(l) {
            f if f >= SURELY_IN || l == largest => 1.0,
            f if f < SURELY_OUT => 0.0,
            f => f,
        };
        chosen[l] = draw < probability;
    }
    chosen
}

/// Dilation to the neighbours through faces, then erosion; beyond the box everything counts as inside, so that nothing is lost.
fn close(inside: &mut Vec<bool>, size: [usize; 3]) {
    let dilated: Vec<bool> =
        (0..inside.len()).map(|i| inside[i] || faces(i, size).into_iter().flatten().any(|n| inside[n])).collect();
    *inside =
        (0..dilated.len()).map(|i| dilated[i] && faces(i, size).into_iter().flatten().all(|n| dilated[n])).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;
    use radsurv_testkit::splitmix::SplitMix64;

    #[test]
    fn choices_follow_the_overlap() {
        // Labels 1 to 4 with 0, 10, 50 and 95 of 100 voxels in the region; 4 has the largest part.
        let mut labels = Vec::new();
        let mut inside = Vec::new();
        for (label, overlap) in [(1, 0), (2, 10), (3, 50), (4, 95)] {
            for i in 0..100 {
                labels.push(label);
                inside.push(i < overlap);
            }
        }
        let counts = (0..2000).fold([0; 5], |mut counts, seed| {
            choose(&labels, &inside, seed).iter().enumerate().for_each(|(l, &c)| counts[l] += u32::from(c));
            counts
        });
        assert_eq!((counts[0], counts[1], counts[2], counts[4]), (0, 0, 0, 2000));
        // 1000 expected, standard deviation 22.
        assert!((890..1110).contains(&counts[3]), "{counts:?}");
        // The largest is in even if it is small.
        assert!((0..50).all(|seed| choose(&labels[..200], &inside[..200], seed)[2]));
    }

    #[test]
    fn the_border_of_the_image_content_is_followed() {
        let size = [30, 30, 10];
        let grid = Geometry::new(size, [2.0, 2.0, 3.0], [0.0; 3], Geometry::IDENTITY).unwrap();
        let mut rng = SplitMix64::new(3);
        let (mut values, mut inside) = (Vec::new(), Vec::new());
        for i in grid.full_box().indices() {
            let r = (2.0 * i[0] as f64 - 30.0).powi(2)
                + (2.0 * i[1] as f64 - 30.0).powi(2)
                + (3.0 * i[2] as f64 - 15.0).powi(2);
            values.push((if r < 196.0 { 300.0 } else { 100.0 }) + rng.below(40) as f32);
            inside.push(r < 196.0);
        }
        let image = Volume::new(grid.clone(), values).unwrap();
        let region = Region::new(grid.clone(), 2, grid.full_box(), &inside).unwrap();
        let mut different = 0;
        for seed in 0..4 {
            let other = randomise_supervoxels(&image, &region, seed).unwrap();
            assert_eq!(other, randomise_supervoxels(&image, &region, seed).unwrap());
            let common = grid.full_box().indices().filter(|&i| region.contains(i) && other.contains(i)).count();
            let dice = 2.0 * common as f64 / (region.voxel_count() + other.voxel_count()) as f64;
            assert!(dice > 0.8, "{dice}");
            different += usize::from(other != region);
        }
        assert!(different > 0);
        let elsewhere = Geometry::new(size, [2.0, 2.0, 3.0], [5.0; 3], Geometry::IDENTITY).unwrap();
        let moved = Volume::new(elsewhere, vec![0.0; 9000]).unwrap();
        assert!(randomise_supervoxels(&moved, &region, 0).is_err());
        let constant = Volume::new(grid, vec![7u8; 9000]).unwrap();
        assert!(randomise_supervoxels(&constant, &region, 0).is_ok());
    }
}
