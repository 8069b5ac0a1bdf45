//! The filtered images of an extraction.

use std::borrow::Cow;

use radsurv_image::{IndexBox, Region, Volume};

use crate::error::Result;
use crate::filter::lbp2d::{self, Lbp2d};
use crate::filter::lbp3d::{self, Lbp3d};
use crate::filter::pointwise::Pointwise;
use crate::filter::wavelet::{Wavelet, WaveletSettings, wavelet_bands};
use crate::filter::{self, FilterError, gradient, log};
use crate::settings::{EnabledImageType, ImageType};

/// A filter's response, named as PyRadiomics names it.
pub(super) struct FilteredImage<'a> {
    pub name: String,
    pub volume: Cow<'a, Volume>,
    /// The part of the filter's input that `volume` covers.
    pub window: IndexBox,
}

/// One filter run: a LoG of one sigma, a whole wavelet transform, ...
#[derive(Clone, Copy)]
pub(super) struct FilterRun<'a> {
    pub image_type: &'a EnabledImageType,
    /// Which of the sigmas, for LoG.
    sigma: usize,
}

/// The filter runs of an image type, in the order of their results.
pub(super) fn runs(image_type: &EnabledImageType) -> impl Iterator<Item = FilterRun<'_>> {
    let count = if image_type.image_type == ImageType::LoG { image_type.settings.sigma.len() } else { 1 };
    (0..count).map(move |sigma| FilterRun { image_type, sigma })
}

impl FilterRun<'_> {
    /// Whether the response depends on the region and not only on the image.
    pub fn needs_region(&self) -> bool {
        self.image_type.image_type == ImageType::LBP3D
    }

    /// The responses inside the window, or none with a notice where PyRadiomics skips the filter.
    pub fn apply<'a>(
        &self,
        image: &'a Volume,
        window: &IndexBox,
        region: &Region,
        notices: &mut Vec<String>,
    ) -> Result<Vec<FilteredImage<'a>>> {
        match self.responses(image, window, region) {
            Ok(images) => Ok(images),
            Err(FilterError::Skipped(reason)) => {
                notices.push(reason.to_string());
                Ok(Vec::new())
            }
            Err(other) => Err(other.into()),
        }
    }

    fn responses<'a>(
        &self,
        image: &'a Volume,
        window: &IndexBox,
        region: &Region,
    ) -> filter::Result<Vec<FilteredImage<'a>>> {
        let s = &self.image_type.settings;
        let one = |name: &str, volume: Volume| {
            vec![FilteredImage { name: name.to_string(), volume: Cow::Owned(volume), window: *window }]
        };
        Ok(match self.image_type.image_type {
            ImageType::Original => vec![FilteredImage {
                name: "original".to_string(),
                volume: Cow::Borrowed(image),
                window: image.geometry().full_box(),
            }],
            ImageType::LoG => {
                let sigma = s.sigma[self.sigma];
                let name = format!("log-sigma-{}-mm-3D", sigma.to_string().replace('.', "-"));
                one(&name, log::laplacian_of_gaussian(image, window, sigma.mm())?)
            }
            ImageType::Wavelet => {
                let across = s.force_2d.then_some(s.force_2d_dimension);
                let settings = WaveletSettings {
                    wavelet: Wavelet::by_name(&s.wavelet)?,
                    start_level: s.start_level,
                    level: s.level,
                    axes: WaveletSettings::axes(image.geometry().dimension(), across)?,
                };
                let levels = wavelet_bands(image, window, &settings, |_| true)?;
                let bands = levels.into_iter().flat_map(|l| l.bands);
                bands
                    .map(|(name, volume)| FilteredImage { name, volume: Cow::Owned(volume), window: *window })
                    .collect()
            }
            ImageType::Square => one("square", Pointwise::Square.apply(image, window)?),
            ImageType::SquareRoot => one("squareroot", Pointwise::SquareRoot.apply(image, window)?),
            ImageType::Logarithm => one("logarithm", Pointwise::Logarithm.apply(image, window)?),
            ImageType::Exponential => one("exponential", Pointwise::Exponential.apply(image, window)?),
            ImageType::Gradient => {
                one("gradient", gradient::gradient_magnitude(image, window, s.gradient_use_spacing)?)
            }
            ImageType::LBP2D => {
                let settings = Lbp2d {
                    radius: s.lbp2d_radius,
                    samples: s.lbp2d_samples,
                    method: s.lbp2d_method,
                    dimension: s.force_2d_dimension,
                };
                one("lbp-2D", lbp2d::local_binary_pattern(image, window, &settings)?)
            }
            ImageType::LBP3D => {
                let settings = Lbp3d {
                    levels: s.lbp3d_levels,
                    radius: s.lbp3d_icosphere_radius,
                    subdivision: s.lbp3d_icosphere_subdivision,
                };
                let window = *region.bounds();
                let maps = lbp3d::local_binary_pattern_3d(image, &window, region, &settings)?;
                let names = (1..).map(|n| format!("lbp-3D-m{n}"));
                let levels = names.zip(maps.levels).chain([("lbp-3D-k".to_string(), maps.kurtosis)]);
                levels.map(|(name, volume)| FilteredImage { name, volume: Cow::Owned(volume), window }).collect()
            }
        })
    }
}
