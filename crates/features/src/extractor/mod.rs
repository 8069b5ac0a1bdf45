//! From an image and a region to its features.

mod compute;
mod vector;

pub use vector::{Feature, FeatureValue, FeatureVector};

use rayon::prelude::*;

use radsurv_image::{Mask, Region, Volume};

use crate::error::{Error, Result};
use crate::grid::RegionGrid;
use crate::settings::ExtractorSettings;

use compute::{RegionImage, region_values, shape_features};

/// Extracts features with given settings.
///
/// # Example
/// ```
/// use radsurv_features::{Extractor, settings::ExtractorSettings};
/// use radsurv_image::{Geometry, Mask, Volume};
///
/// let grid = Geometry::new([4, 4, 4], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(grid.clone(), (0..64).collect::<Vec<i16>>())?;
/// let mask = Mask::from_bools(grid, &[true; 64])?;
/// let features = Extractor::new(ExtractorSettings::default())?.extract(&image, &mask)?;
/// assert_eq!(features.get("original_firstorder_Mean").unwrap().number(), 31.5);
/// # Ok::<(), radsurv_features::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Extractor {
    settings: ExtractorSettings,
}

impl Extractor {
    /// An extractor with these settings.
    ///
    /// # Errors
    /// If settings contradict each other or are out of their range.
    pub fn new(settings: ExtractorSettings) -> Result<Self> {
        Ok(Self { settings })
    }

    /// The settings.
    pub fn settings(&self) -> &ExtractorSettings {
        &self.settings
    }

    /// The features of the region with the label of the settings.
    ///
    /// # Errors
    /// If image and mask do not fit together, the label is not in the mask, or the region is too small.
    pub fn extract(&self, image: &Volume, mask: &Mask) -> Result<FeatureVector> {
        let tolerance = self.settings.settings.geometry_tolerance.unwrap_or(radsurv_image::Geometry::TOLERANCE);
        image.geometry().check_same(mask.geometry(), tolerance)?;
        let region = mask.region(self.settings.settings.label)?;
        self.extract_regions(image, &[region]).pop().unwrap_or(Err(Error::EmptyRegion))
    }

    /// The features of several regions of one image; each filter runs once for all of them.
    pub fn extract_regions(&self, image: &Volume, regions: &[Region]) -> Vec<Result<FeatureVector>> {
        regions.iter().map(|region| self.one(image, region)).collect()
    }

    fn one(&self, image: &Volume, region: &Region) -> Result<FeatureVector> {
        let s = &self.settings;
        let mut out = FeatureVector::default();
        out.features = shape_features(region, &s.settings, &s.feature_classes, &mut out.notices);
        let parts: Vec<Result<Vec<_>>> = s
            .image_types
            .par_iter()
            .map(|t| {
                let grid = RegionGrid::new(region, &t.settings.distances);
                let values = region_values(image, &image.geometry().full_box(), region)?;
                RegionImage {
                    name: "original",
                    values,
                    voxel_type: image.voxel_type(),
                    region,
                    grid: &grid,
                    settings: &t.settings,
                }
                .features(&s.feature_classes)
            })
            .collect();
        for part in parts {
            out.features.extend(part?);
        }
        Ok(out)
    }
}
