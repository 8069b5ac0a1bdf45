//! From an image and a region to its features.

mod compute;
mod diagnostics;
mod filtered;
mod images;
mod prepare;
mod resegment;
mod vector;

pub use diagnostics::{image_hash, mask_hash};
pub use filtered::NamedImage;
pub use vector::{Feature, FeatureValue, FeatureVector};

use rayon::prelude::*;

use radsurv_image::{Mask, Region, Volume};

use crate::error::{Error, Result};
use crate::filter::FilterError;
use crate::grid::RegionGrid;
use crate::settings::{ExtractorSettings, ImageType};

use compute::{RegionImage, region_values, shape_features};
use images::{FilterRun, runs};
use prepare::{Prepared, prepare, region_of};

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
/// let features = Extractor::new(ExtractorSettings::default()).extract(&image, &mask)?;
/// assert_eq!(features.get("original_firstorder_Mean").unwrap().number(), 31.5);
/// # Ok::<(), radsurv_features::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Extractor {
    settings: ExtractorSettings,
}

impl Extractor {
    /// An extractor with these settings.
    pub fn new(settings: ExtractorSettings) -> Self {
        Self { settings }
    }

    /// The settings.
    pub fn settings(&self) -> &ExtractorSettings {
        &self.settings
    }

    /// The features of the region with the label of the settings.
    ///
    /// # Errors
    /// If image and mask do not fit together, the label is not in the mask, the region is too small, or the image has a
    /// voxel in it that is not a number.
    pub fn extract(&self, image: &Volume, mask: &Mask) -> Result<FeatureVector> {
        let region = self.region(image, mask, self.settings.settings.label)?;
        self.extract_regions(image, &[region]).pop().unwrap_or(Err(Error::EmptyRegion))
    }

    /// The region of a label, on the image's grid; `correctMask`, `geometryTolerance` and resampling are minded.
    ///
    /// # Errors
    /// If image and mask do not fit together or the label is not in the mask.
    pub fn region(&self, image: &Volume, mask: &Mask, label: u32) -> Result<Region> {
        region_of(image, mask, label, &self.settings.settings)
    }

    /// The features of several regions of one image, in their order; each filter runs once for all of them (when the
    /// image is resampled or cropped first, that depends on the region, and so does the filter).
    ///
    /// Works on all threads of the current rayon pool; the result is the same for any number, to the bit. An error of
    /// one region leaves the others.
    pub fn extract_regions(&self, image: &Volume, regions: &[Region]) -> Vec<Result<FeatureVector>> {
        let results = self.extract_each(image, regions);
        results.into_iter().map(|result| result.map_err(|error| counted(error, image))).collect()
    }

    fn extract_each(&self, image: &Volume, regions: &[Region]) -> Vec<Result<FeatureVector>> {
        let s = &self.settings.settings;
        let normalised;
        let image = if s.normalize {
            match radsurv_image::intensity::normalize(image, s.remove_outliers, s.normalize_scale) {
                Ok(volume) => {
                    normalised = volume;
                    &normalised
                }
                Err(error) => {
                    let message = error.to_string();
                    return regions.iter().map(|_| Err(Error::Preprocessing(message.clone()))).collect();
                }
            }
        } else {
            image
        };
        let prepared: Vec<Result<Prepared>> =
            regions.par_iter().map(|region| prepare(image, region, &self.settings)).collect();
        let own_image = (s.resampled_pixel_spacing.is_some() && s.interpolator.is_some()) || s.pre_crop;
        let mut results: Vec<Option<Result<FeatureVector>>> = prepared.iter().map(|_| None).collect();
        let ready: Vec<(usize, &Prepared)> =
            prepared.iter().enumerate().filter_map(|(i, p)| Some((i, p.as_ref().ok()?))).collect();
        let groups: Vec<&[(usize, &Prepared)]> =
            if own_image { ready.chunks(1).collect() } else { vec![ready.as_slice()] };
        for (group, vectors) in groups.iter().zip(groups.par_iter().map(|g| self.group(g)).collect::<Vec<_>>()) {
            for ((i, _), vector) in group.iter().zip(vectors) {
                results[*i] = Some(vector);
            }
        }
        let failed = prepared.into_iter().map(Result::err);
        results
            .into_iter()
            .zip(failed)
            .map(|(r, e)| r.unwrap_or_else(|| Err(e.unwrap_or(Error::EmptyRegion))))
            .collect()
    }

    /// The features of prepared regions that share an image.
    fn group(&self, group: &[(usize, &Prepared)]) -> Vec<Result<FeatureVector>> {
        let Some(((_, first), rest)) = group.split_first() else { return Vec::new() };
        let image = &*first.image;
        let window = rest.iter().fold(*first.region.bounds(), |w, (_, p)| w.union(p.region.bounds()));
        let runs: Vec<FilterRun> = self.settings.image_types.iter().flat_map(runs).collect();
        let shape = || -> Vec<FeatureVector> {
            group
                .par_iter()
                .map(|(_, p)| {
                    let mut out = FeatureVector::default();
                    let s = &self.settings;
                    out.features = shape_features(&p.shape, s, &mut out.notices);
                    out
                })
                .collect()
        };
        // Per filter run, per region: its features. Collected in order, so the threads do not matter.
        let intensity = || -> Vec<Vec<Result<FeatureVector>>> {
            runs.par_iter().map(|run| self.run(run, image, &window, group)).collect()
        };
        let (shapes, parts) = rayon::join(shape, intensity);
        let mut vectors: Vec<Result<FeatureVector>> = shapes.into_iter().map(Ok).collect();
        for part in parts {
            for (vector, add) in vectors.iter_mut().zip(part) {
                match (vector.as_mut(), add) {
                    (Ok(vector), Ok(add)) => {
                        vector.features.extend(add.features);
                        vector.notices.extend(add.notices);
                    }
                    (Ok(_), Err(error)) => *vector = Err(error),
                    (Err(_), _) => {}
                }
            }
        }
        vectors
    }

    /// The features of each region of a group in the images of one filter run.
    fn run(
        &self,
        run: &FilterRun,
        image: &Volume,
        window: &radsurv_image::IndexBox,
        group: &[(usize, &Prepared)],
    ) -> Vec<Result<FeatureVector>> {
        let features = |filtered: &[images::FilteredImage], region: &Region| -> Result<FeatureVector> {
            let settings = &run.image_type.settings;
            let grid = RegionGrid::new(region, &settings.distances);
            let parts: Vec<Result<Vec<Feature>>> = filtered
                .par_iter()
                .map(|f| {
                    let values = region_values(&f.volume, &f.window, region, &grid)?;
                    // What is no number in a filter's response is an error if it was none in the image either; a
                    // filter that overflows by itself leaves its features undefined.
                    if run.image_type.image_type != ImageType::Original
                        && values.iter().any(|v| !v.is_finite())
                        && let Some((index, value)) = image.first_non_finite()
                    {
                        return Err(Error::NotFinite { index, value, count: 1 });
                    }
                    let part = RegionImage {
                        name: &f.name,
                        values,
                        voxel_type: f.volume.voxel_type(),
                        region,
                        grid: &grid,
                        settings,
                    };
                    part.features(&self.settings.feature_classes)
                })
                .collect();
            let mut out = FeatureVector::default();
            for part in parts {
                out.features.extend(part?);
            }
            Ok(out)
        };
        if run.needs_region() {
            return group
                .par_iter()
                .map(|(_, p)| {
                    let mut notices = Vec::new();
                    let filtered = run.apply(image, window, &p.region, &mut notices)?;
                    let mut out = features(&filtered, &p.region)?;
                    out.notices.extend(notices);
                    Ok(out)
                })
                .collect();
        }
        let mut notices = Vec::new();
        match run.apply(image, window, &group[0].1.region, &mut notices) {
            Ok(filtered) => group
                .par_iter()
                .map(|(_, p)| {
                    let mut out = features(&filtered, &p.region)?;
                    out.notices.extend(notices.iter().cloned());
                    Ok(out)
                })
                .collect(),
            Err(error) => {
                let message = error.to_string();
                group.iter().map(|_| Err(Error::Preprocessing(message.clone()))).collect()
            }
        }
    }
}

/// Says in an error about a voxel that is not a number how many of them the image has.
fn counted(error: Error, image: &Volume) -> Error {
    match error {
        Error::NotFinite { index, value, .. } | Error::Filter(FilterError::NotFinite { index, value }) => {
            // With preCrop the index is that of the cropped image.
            let inside = (0..3).all(|a| index[a] < image.geometry().size()[a]);
            let same = inside && !image.get(index).is_finite();
            let first = if same { None } else { image.first_non_finite() };
            let (index, value) = first.unwrap_or((index, value));
            Error::NotFinite { index, value, count: image.non_finite_count().max(1) }
        }
        other => other,
    }
}
