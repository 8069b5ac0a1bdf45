//! The filtered images of an extraction on their own.

use radsurv_image::{Region, Volume};

use super::Extractor;
use super::images::runs;
use super::prepare::prepare;
use crate::error::Result;

/// An image that features are computed from, in the bounding box of its region.
#[derive(Debug, Clone)]
pub struct NamedImage {
    /// PyRadiomics' name of it: `original`, `log-sigma-3-0-mm-3D`, `wavelet-LLH`, ...
    pub name: String,
    /// Its values.
    pub volume: Volume,
    /// The region on the grid of `volume`: its bounding box is the whole grid.
    pub region: Region,
}

impl Extractor {
    /// The images that the features of a region are computed from, after all preprocessing, in the order of the results.
    ///
    /// A filter that PyRadiomics skips (a Laplacian of Gaussian too wide for the image) gives none.
    ///
    /// # Errors
    /// As [`extract`](Extractor::extract).
    ///
    /// # Example
    /// ```
    /// use radsurv_features::{Extractor, settings::ExtractorSettings};
    /// use radsurv_image::{Geometry, Mask, Volume};
    ///
    /// let grid = Geometry::new([6, 6, 6], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let image = Volume::new(grid.clone(), (0..216).collect::<Vec<i16>>())?;
    /// let region = Mask::from_bools(grid, &[true; 216])?.region(1)?;
    /// let settings = ExtractorSettings::from_yaml_str("imageType: {Gradient: {}}", "text")?;
    /// let images = Extractor::new(settings).filtered_images(&image, &region)?;
    /// assert_eq!(images[0].name, "gradient");
    /// # Ok::<(), radsurv_features::Error>(())
    /// ```
    pub fn filtered_images(&self, image: &Volume, region: &Region) -> Result<Vec<NamedImage>> {
        let s = &self.settings().settings;
        let image = match s.normalize {
            true => &radsurv_image::intensity::normalize(image, s.remove_outliers, s.normalize_scale)?,
            false => image,
        };
        let prepared = prepare(image, region, self.settings())?;
        let bounds = *prepared.region.bounds();
        let mut images = Vec::new();
        for run in self.settings().image_types.iter().flat_map(runs) {
            // Skipped filters are told with the features.
            let mut notices = Vec::new();
            for filtered in run.apply(&prepared.image, &bounds, &prepared.region, &mut notices)? {
                images.push(NamedImage {
                    volume: filtered.volume.crop(&bounds.relative_to(&filtered.window))?,
                    region: prepared.region.within(&bounds)?,
                    name: filtered.name,
                });
            }
        }
        Ok(images)
    }
}
