//! The apparent diffusion coefficient of a tumour.

use std::path::Path;

use radsurv_image::diffusion::{adc_maps, average_directions};
use radsurv_image::resample::correct_region;
use radsurv_image::{Geometry, IntensityStatistics, Region, Volume, io};

use super::case::{AdcInput, ImageCase};
use super::extract::{Worker, add_image};
use super::read::{Image, is_dicom};
use crate::cache::KeyBuilder;
use crate::cases::guarded;

/// The version of what this stage computes, for the cache.
const VERSION: u32 = 1;

/// Means outside of this range, in 10⁻³ mm²/s, are in another unit: free water at body temperature has 3.
const PLAUSIBLE: std::ops::Range<f64> = 0.05..10.0;

/// mm²/s in the unit of the result.
const PER_MM2_S: f64 = 1e3;

/// The mean ADC of a case, or why it has none.
#[derive(Default)]
pub(super) struct Adc {
    pub mean: Option<Result<f64, String>>,
    pub found: bool,
    pub notices: Vec<String>,
}

impl Worker<'_> {
    /// The mean ADC of the tumour of a case, if the case has an input for it.
    pub fn adc(&self, case: &ImageCase) -> Adc {
        let mut adc = Adc { found: true, ..Adc::default() };
        if case.adc == AdcInput::None {
            return adc;
        }
        let mean = match self.cache {
            None => {
                adc.found = false;
                guarded(|| self.mean_adc(case))
            }
            Some(cache) => {
                self.adc_key(cache.key("adc", VERSION), case).build().map_err(|e| e.to_string()).and_then(|key| {
                    if let Some(found) = cache.get(&key) {
                        return Ok(found);
                    }
                    adc.found = false;
                    let mean = guarded(|| self.mean_adc(case))?;
                    if let Err(error) = cache.put(&key, &mean) {
                        adc.notices.push(format!("ADC is not kept for another run: {error}"));
                    }
                    Ok(mean)
                })
            }
        };
        if let Ok(value) = &mean
            && !PLAUSIBLE.contains(value)
        {
            adc.notices.push(format!(
                "the mean ADC of some tumours is below {} or above {} (10⁻³ mm²/s): are the maps in another unit? adc_scale \
                 tells which",
                PLAUSIBLE.start, PLAUSIBLE.end
            ));
        }
        adc.found &= mean.is_ok();
        adc.mean = Some(mean);
        adc
    }

    fn adc_key<'c>(&self, key: KeyBuilder<'c>, case: &ImageCase) -> KeyBuilder<'c> {
        let key = key.part("label", &case.label).part("channel", &self.extractor.settings().settings.label_channel);
        let mut key = add_image(key.part("roi", &self.settings.roi), "mask", &case.mask);
        if is_dicom(&case.mask) {
            key = add_image(key, "drawn on", &case.image);
        }
        match &case.adc {
            AdcInput::None => key,
            AdcInput::Map(map) => add_image(key.part("scale", &self.settings.adc_scale), "map", map),
            AdcInput::Dwi(images) => images.iter().fold(key.part("fit", &self.settings.adc), |key, dwi| {
                add_image(key.part("b", &dwi.b_value), "image", &dwi.image)
            }),
        }
    }

    fn mean_adc(&self, case: &ImageCase) -> Result<f64, String> {
        let labels = if is_dicom(&case.mask) {
            self.labels(&Image::read(&case.image).map_err(|e| e.to_string())?, &case.mask)?.mask
        } else {
            io::read_mask(&case.mask, self.extractor.settings().settings.label_channel).map_err(|e| e.to_string())?
        };
        let tumour = labels.region(case.label).map_err(|e| format!("{}: {e}", case.mask.display()))?;
        let read = |path: &Path| io::read(path).map_err(|e| e.to_string());
        match &case.adc {
            AdcInput::None => Err("there is no input".to_string()),
            AdcInput::Map(path) => {
                let mean = read(path)
                    .and_then(|map| mean_of_map(&map, &tumour).map_err(|e| format!("{}: {e}", path.display())))?;
                Ok(self.settings.adc_scale * mean)
            }
            AdcInput::Dwi(inputs) => {
                let images = inputs
                    .iter()
                    .map(|dwi| Ok((dwi.b_value, read(&dwi.image)?)))
                    .collect::<Result<Vec<_>, String>>()?;
                let images: Vec<(f64, &Volume)> = images.iter().map(|(b, image)| (*b, image)).collect();
                self.mean_of_dwi(&images, &tumour).map_err(|e| e.to_string())
            }
        }
    }

    fn mean_of_dwi(&self, images: &[(f64, &Volume)], tumour: &Region) -> radsurv_image::Result<f64> {
        let averaged = average_directions(images)?;
        let images: Vec<(f64, &Volume)> = averaged.iter().map(|(b, image)| (*b, image)).collect();
        let Some((_, first)) = images.first() else {
            return Err(radsurv_image::Error::Setting("there are no diffusion-weighted images".to_string()));
        };
        let tumour = on_grid(tumour, first.geometry())?;
        let maps = adc_maps(&images, Some(&tumour), &self.settings.adc)?;
        Ok(PER_MM2_S * maps.statistics(&tumour)?.mean())
    }
}

/// The mean of a map in a region. Voxels of 0 have no ADC: that is how maps mark them.
fn mean_of_map(map: &Volume, tumour: &Region) -> radsurv_image::Result<f64> {
    let tumour = on_grid(tumour, map.geometry())?;
    let inside: Vec<bool> =
        tumour.bounds().indices().zip(tumour.inside()).map(|(at, inside)| *inside && map.get(at) != 0.0).collect();
    if !inside.contains(&true) {
        let voxels = tumour.voxel_count();
        return Err(radsurv_image::Error::EmptyRegion(format!(
            "all {voxels} voxels of the tumour are 0: they have no ADC"
        )));
    }
    let measured = Region::new(map.geometry().clone(), tumour.label(), *tumour.bounds(), &inside)?;
    Ok(IntensityStatistics::of(map, Some(&measured))?.mean())
}

/// The tumour on the grid of a map, by nearest neighbour if that is another one.
fn on_grid(tumour: &Region, grid: &Geometry) -> radsurv_image::Result<Region> {
    match grid.check_same(tumour.geometry(), Geometry::TOLERANCE) {
        Ok(()) => Region::new(grid.clone(), tumour.label(), *tumour.bounds(), tumour.inside()),
        Err(_) => correct_region(tumour, grid),
    }
}
