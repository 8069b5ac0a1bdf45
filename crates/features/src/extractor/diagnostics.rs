//! What an extraction was made from: PyRadiomics' `diagnostics_*`, with its names, order and spelling.
//!
//! Source: PyRadiomics 3.0.1 `generalinfo.py`.

use sha1::{Digest, Sha1};

use radsurv_image::{Geometry, Mask, Region, Volume, morphology::component_count, with_voxels};

use super::Extractor;
use super::compute::region_values;
use super::prepare::{Prepared, prepare};
use crate::error::Result;
use crate::grid::RegionGrid;
use crate::pairwise::pairwise_sum_by;
use crate::settings::python_float;

/// The diagnostics so far, by full name.
struct Diagnostics(Vec<(String, String)>);

impl Extractor {
    /// The diagnostics of the extraction of a region, as pairs of name and value: versions, configuration, and for image
    /// and mask their SHA-1, size, spacing and intensities, as loaded and after each step that changed them.
    ///
    /// `mask` is the label map that the region was taken from; without one (a ring, say) the region itself stands for it.
    /// The program's own version is given where PyRadiomics gives its own; versions of Python packages are left out.
    ///
    /// # Errors
    /// As [`Extractor::extract`].
    pub fn diagnostics(&self, image: &Volume, mask: Option<&Mask>, region: &Region) -> Result<Vec<(String, String)>> {
        let all = self.settings();
        let mut out = Diagnostics(Vec::new());
        out.add("Versions_PyRadiomics", format!("3.0.1 (radsurv {})", env!("CARGO_PKG_VERSION")));
        out.add("Configuration_Settings", all.settings_text());
        out.add("Configuration_EnabledImageTypes", all.image_types_text());
        out.image(image, "original");

        let own;
        let mask = match mask {
            Some(mask) => mask,
            None => {
                own = region.to_mask()?;
                &own
            }
        };
        let as_loaded =
            if mask.geometry() == region.geometry() { region.clone() } else { mask.region(region.label())? };
        out.add("Mask-original_Hash", mask_hash(mask));
        out.mask(&as_loaded, None, "original")?;

        let s = &all.settings;
        let normalised;
        let input = if s.normalize {
            normalised = radsurv_image::intensity::normalize(image, s.remove_outliers, s.normalize_scale)?;
            &normalised
        } else {
            image
        };
        let resampled = s.resampled_pixel_spacing.is_some() && s.interpolator.is_some();
        // PyRadiomics tells of a corrected mask only where its last check corrects it; with preCrop that is done before.
        let tolerance = s.geometry_tolerance.unwrap_or(Geometry::TOLERANCE);
        let corrected = image.geometry().check_same(mask.geometry(), tolerance).is_err();
        if corrected && !resampled && !s.pre_crop {
            out.mask(region, Some(input), "corrected")?;
        }
        let Prepared { image, region, checked, .. } = prepare(input, region, all)?;
        if resampled {
            out.image(&image, "interpolated");
            out.mask(&checked, Some(&image), "interpolated")?;
        }
        if s.resegment_range.is_some() {
            out.mask(&region, Some(&image), "resegmented")?;
        }
        Ok(out.0)
    }
}

impl Diagnostics {
    fn add(&mut self, name: &str, value: String) {
        self.0.push((format!("diagnostics_{name}"), value));
    }

    fn image(&mut self, image: &Volume, step: &str) {
        let geometry = image.geometry();
        let axes = geometry.dimension();
        if step == "original" {
            self.add("Image-original_Hash", image_hash(image));
            self.add("Image-original_Dimensionality", format!("{axes}D"));
        }
        let name = |what: &str| format!("Image-{step}_{what}");
        self.add(&name("Spacing"), floats(&geometry.spacing_mm()[..axes]));
        self.add(&name("Size"), tuple(geometry.size()[..axes].iter()));
        let (sum, min, max) = with_voxels!(image.voxels(), v => {
            let ends = v.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &x| (a.min(x as f64), b.max(x as f64)));
            (pairwise_sum_by(v, &|x| x as f64), ends.0, ends.1)
        });
        self.intensities(&name, sum / image.voxels().len() as f64, min, max);
    }

    fn mask(&mut self, region: &Region, image: Option<&Volume>, step: &str) -> Result<()> {
        let geometry = region.geometry();
        let axes = geometry.dimension();
        let name = |what: &str| format!("Mask-{step}_{what}");
        self.add(&name("Spacing"), floats(&geometry.spacing_mm()[..axes]));
        self.add(&name("Size"), tuple(geometry.size()[..axes].iter()));
        let bounds = region.bounds();
        self.add(&name("BoundingBox"), tuple(bounds.start[..axes].iter().chain(&bounds.size[..axes])));
        self.add(&name("VoxelNum"), region.voxel_count().to_string());
        self.add(&name("VolumeNum"), component_count(region).to_string());
        let mut sum = [0u64; 3];
        let inside = bounds.indices().zip(region.inside()).filter(|(_, inside)| **inside);
        inside.for_each(|(index, _)| (0..3).for_each(|a| sum[a] += index[a] as u64));
        let centre = sum.map(|s| s as f64 / region.voxel_count() as f64);
        self.add(&name("CenterOfMassIndex"), floats(&centre[..axes]));
        self.add(&name("CenterOfMass"), floats(&geometry.index_to_point(centre)[..axes]));
        if let Some(image) = image {
            let values = region_values(image, &image.geometry().full_box(), region, &RegionGrid::new(region, &[]))?;
            let min = values.iter().copied().fold(f64::INFINITY, f64::min);
            let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            self.intensities(&name, pairwise_sum_by(&values, &|v| v) / values.len() as f64, min, max);
        }
        Ok(())
    }

    fn intensities(&mut self, name: &impl Fn(&str) -> String, mean: f64, min: f64, max: f64) {
        self.add(&name("Mean"), python_float(mean));
        self.add(&name("Minimum"), python_float(min));
        self.add(&name("Maximum"), python_float(max));
    }
}

/// SHA-1 of the voxels in their own type, little-endian, x fastest: SimpleITK's `Hash` of the image.
pub fn image_hash(image: &Volume) -> String {
    let mut hash = Sha1::new();
    with_voxels!(image.voxels(), v => feed(&mut hash, v, |x| x.to_le_bytes()));
    hex(hash)
}

/// SHA-1 of the labels as little-endian 32-bit numbers: SimpleITK's `Hash` of a mask as PyRadiomics casts it.
pub fn mask_hash(mask: &Mask) -> String {
    let mut hash = Sha1::new();
    with_voxels!(mask.as_volume().voxels(), v => feed(&mut hash, v, |x| (x as u32).to_le_bytes()));
    hex(hash)
}

/// Hashes values in pieces: a copy of the bytes of a large image would double its memory.
fn feed<T: Copy, const N: usize>(hash: &mut Sha1, values: &[T], bytes: impl Fn(T) -> [u8; N]) {
    let mut buffer = Vec::with_capacity(N << 13);
    for part in values.chunks(1 << 13) {
        buffer.clear();
        part.iter().for_each(|&v| buffer.extend(bytes(v)));
        hash.update(&buffer);
    }
}

fn hex(hash: Sha1) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn floats(values: &[f64]) -> String {
    tuple(values.iter().map(|&v| python_float(v)))
}

fn tuple<T: ToString>(values: impl Iterator<Item = T>) -> String {
    format!("({})", values.map(|v| v.to_string()).collect::<Vec<_>>().join(", "))
}
