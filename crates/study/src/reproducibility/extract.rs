//! The features of one repetition of one case.

use std::path::PathBuf;

use radsurv_features::{Extractor, FeatureVector};
use radsurv_image::morphology::{RingSettings, peritumoural_ring};
use radsurv_image::perturb::{ImageGrid, Perturbation, Perturbed};
use radsurv_image::resample::{Interpolator, RoiGrid, correct_region, roi_grid};
use radsurv_image::{Geometry, Region, Volume, io};

/// An image and the region to extract from.
#[derive(Debug, Clone)]
pub struct CaseImage {
    /// The image.
    pub image: Volume,
    /// The region. It may lie on a grid of its own: it is then put on the image's, by nearest neighbour.
    pub region: Region,
}

/// A case in files: any format that [`radsurv_image::io::read`] reads.
#[derive(Debug, Clone)]
pub struct FileCase {
    /// The image.
    pub image: PathBuf,
    /// The mask.
    pub mask: PathBuf,
    /// The label of the region in the mask.
    pub label: u32,
}

impl FileCase {
    /// Reads the case. The region is on the image's grid if the settings ask for that (`correctMask`, or resampling).
    ///
    /// # Errors
    /// The reason, with the file, if one cannot be read or they do not fit together.
    pub fn load(&self, extractor: &Extractor) -> Result<CaseImage, String> {
        let image = io::read(&self.image).map_err(|e| e.to_string())?;
        let channel = extractor.settings().settings.label_channel;
        let mask = io::read_mask(&self.mask, channel).map_err(|e| e.to_string())?;
        let region = extractor.region(&image, &mask, self.label);
        let region = region.map_err(|e| format!("{} on {}: {e}", self.mask.display(), self.image.display()))?;
        Ok(CaseImage { image, region })
    }
}

impl CaseImage {
    /// The same with the region on the image's grid.
    ///
    /// # Errors
    /// If the region does not lie in the image, or no voxel is left of it.
    pub(super) fn aligned(self) -> Result<Self, String> {
        let (grid, region) = (self.image.geometry(), &self.region);
        let region = if grid.check_same(region.geometry(), Geometry::TOLERANCE).is_ok() {
            Region::new(grid.clone(), region.label(), *region.bounds(), region.inside())
        } else {
            correct_region(region, grid)
        };
        Ok(Self { region: region.map_err(|e| e.to_string())?, image: self.image })
    }
}

/// The features of one region of a repetition, or why it has none.
pub(super) struct RegionFeatures {
    /// `tumour` or `ring`.
    pub name: &'static str,
    pub result: Result<FeatureVector, String>,
}

/// The features of a case under a perturbation: of its region and, if one is wanted, of the ring around the perturbed region.
///
/// # Errors
/// The reason why this repetition has none.
pub(super) fn perturbed_features(
    extractor: &Extractor,
    case: &CaseImage,
    perturbation: &Perturbation,
    ring: Option<&RingSettings>,
) -> Result<Vec<RegionFeatures>, String> {
    let made = perturb(extractor, case, perturbation, ring).map_err(|e| e.to_string())?;
    let mut regions = vec![("tumour", Ok(made.region))];
    if let (Some(settings), Ok(region)) = (ring, &regions[0].1) {
        let ring = peritumoural_ring(region, Some(&made.image), settings);
        regions.push(("ring", ring.map(|ring| ring.region).map_err(|e| format!("ring: {e}"))));
    }
    let ready: Vec<Region> = regions.iter().filter_map(|(_, r)| r.as_ref().ok().cloned()).collect();
    let mut vectors = extractor.extract_regions(&made.image, &ready).into_iter();
    let features = |(name, region): (&'static str, Result<Region, String>)| {
        let result = region.and_then(|_| match vectors.next() {
            Some(Ok(vector)) => Ok(vector),
            Some(Err(error)) if name == "ring" => Err(format!("ring: {error}")),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("nothing was extracted".to_string()),
        });
        RegionFeatures { name, result }
    };
    Ok(regions.into_iter().map(features).collect())
}

/// The perturbed image and region. If the extraction resamples anyway, the turned grid is left to it: then the image is
/// interpolated once, as in Zwanenburg et al., and not smoothed twice.
fn perturb<'a>(
    extractor: &Extractor,
    case: &'a CaseImage,
    perturbation: &Perturbation,
    ring: Option<&RingSettings>,
) -> radsurv_image::Result<Perturbed<'a>> {
    let s = &extractor.settings().settings;
    let moved = ImageGrid::Moved(s.interpolator.unwrap_or(Interpolator::BSpline));
    let (Some(spacing), Some(_)) = (&s.resampled_pixel_spacing, s.interpolator) else {
        return perturbation.apply(&case.image, &case.region, moved);
    };
    let kept = perturbation.apply(&case.image, &case.region, ImageGrid::Kept)?;
    let (image, region) = (kept.image.geometry(), kept.region.geometry());
    // Beyond the image the extraction would see 0, and where the spacing is the wanted one already it would turn the mask
    // back on the image's grid: then the image has to be turned first.
    let reach_mm = ring.map_or(0.0, |ring| ring.inner_gap_mm + ring.width_mm);
    let margin = region.spacing_mm().map(|s| (reach_mm / s).ceil() as usize);
    let bounds = kept.region.bounds().grow(margin, region.size());
    // A ring that depends on intensities needs the image on the region's grid as well.
    let by_intensity = ring.is_some_and(|ring| ring.body.is_some() || !ring.exclude.is_empty());
    let left = image == region
        || !by_intensity
            && matches!(
                roi_grid(image, region, &bounds, spacing, s.pad_distance),
                Ok(RoiGrid::Resample(grid)) if lies_inside(&grid, image)
            );
    if left { Ok(kept) } else { perturbation.apply(&case.image, &case.region, moved) }
}

/// Whether the centres of all voxels of a grid lie inside an image.
fn lies_inside(grid: &Geometry, image: &Geometry) -> bool {
    (0..8).all(|corner| {
        let at = [0, 1, 2].map(|a| if corner >> a & 1 == 1 { grid.size()[a] as f64 - 1.0 } else { 0.0 });
        let index = image.point_to_index(grid.index_to_point(at));
        (0..image.dimension()).all(|a| index[a] >= -0.5 && index[a] < image.size()[a] as f64 - 0.5)
    })
}
