//! The comparison of our feature vector with that of a golden row.

use std::collections::BTreeMap;

use radsurv_features::settings::{EnabledImageType, ExtractorSettings, ImageType};
use radsurv_features::{Extractor, FeatureVector, NamedImage};
use radsurv_image::{Mask, Region, Volume, VoxelType, Voxels};
use radsurv_testkit::compare::{
    Difference, Spread, Table, family, natural_scale, relative_difference, split_name, spread_of,
};
use radsurv_testkit::golden::number;
use serde_json::Value;

use super::{image_and_mask, settings};

/// Errors of PyRadiomics that are not reproduced, and what is given in their place. Each is in `docs/differences.md`.
const NOT_REPRODUCED: [(&str, &str); 5] = [
    (
        "cannot compute 2D shape",
        "the upstream test of a slice's thickness is inverted, so shape2D is tried on a thick region and the whole \
         extraction fails; here shape2D alone is left out, with a notice",
    ),
    (
        "Error getting angle count",
        "no angle of the distances fits into the region; here the features of that matrix are undefined, with the reason",
    ),
    ("too many indices for array", "lbp3DLevels 1 trips over a scalar index upstream; here it gives its one level"),
    ("arange: cannot compute length", LBP_NAN),
    ("autodetected range of [nan, nan] is not finite", LBP_NAN),
];

const LBP_NAN: &str = "the kurtosis of LBP3D and the variance of LBP2D are NaN where all samples are equal, which fails \
                       upstream if it is the first voxel or bins are counted; here the features of that image are \
                       undefined, with the reason";

/// What the comparison of many rows found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Values computed in double precision.
    double: Table,
    /// Values of single-precision images.
    single: Table,
    /// What must not be, a line each.
    failures: Vec<String>,
    /// Rows where PyRadiomics raises and so do we.
    errors: usize,
    /// Rows where PyRadiomics raises and we do not, on purpose, by reason.
    not_reproduced: BTreeMap<&'static str, Vec<String>>,
    /// Images whose features need PyRadiomics' last bits in voxels near an edge, a line each.
    listed: Vec<String>,
    /// Values of MCC where PyRadiomics leaves angles out by rounding.
    lost_angles: Vec<String>,
    /// How many diagnostics were compared; how many of them differ in the last places, and the largest difference.
    diagnostics: (usize, usize, f64),
    /// How many images may have other last bits, and how many values they have.
    single_values: (usize, usize),
}

/// How the bits of an image may differ from PyRadiomics'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bits {
    /// They may not.
    Equal,
    /// In double precision, in the last places.
    Double,
    /// In single precision.
    Single,
}

fn bits_of(row: &Value, image: &str) -> Bits {
    if row["single"].as_array().is_some_and(|list| list.iter().any(|name| name == image)) {
        Bits::Single
    } else if row["near"].get(image).is_some() {
        Bits::Double
    } else {
        Bits::Equal
    }
}

impl Outcome {
    /// Adds a failure.
    pub fn fail(&mut self, what: String) {
        self.failures.push(what);
    }

    /// Compares a feature vector with the golden row's. Gives the images of which values are further off than they may be
    /// without PyRadiomics' values near the edges.
    pub fn compare(&mut self, place: &str, ours: &FeatureVector, row: &Value) -> Vec<String> {
        let mut beyond: Vec<String> = Vec::new();
        let Some(golden) = row["features"].as_object() else {
            self.failures.push(format!("{place}: no golden features"));
            return beyond;
        };
        let mut mine = BTreeMap::new();
        for feature in &ours.features {
            if mine.insert(feature.name(), &feature.value).is_some() {
                self.failures.push(format!("{place}: {} twice", feature.name()));
            }
        }
        for name in mine.keys().filter(|name| !golden.contains_key(*name)) {
            self.failures.push(format!("{place}: {name} has no golden value"));
        }
        let lost = row["mcc_without_loss"].as_object().into_iter().flatten();
        self.lost_angles.extend(lost.map(|(name, v)| format!("{place} {name}: {}, compared with {v}", golden[name])));
        let other_order = ours.features.iter().map(|f| f.name()).ne(golden.keys().cloned());
        if other_order && mine.len() == golden.len() && mine.keys().all(|k| golden.contains_key(k)) {
            self.failures.push(format!("{place}: another order of features"));
        }
        let mut spreads: BTreeMap<&str, Spread> = BTreeMap::new();
        for (name, value) in golden {
            let full = format!("{place} {name}");
            let (Some((image, class, feature)), Some(value)) = (split_name(name), number(value)) else {
                self.failures.push(format!("{full}: cannot be read"));
                continue;
            };
            let Some(&found) = mine.get(name) else {
                self.failures.push(format!("{full}: golden value without a feature"));
                continue;
            };
            // PyRadiomics loses angles of MCC to rounding; this is the mean with them.
            let value = number(&row["mcc_without_loss"][name.as_str()]).unwrap_or(value);
            if !value.is_finite() {
                if found.reason().is_none_or(str::is_empty) {
                    self.failures.push(format!("{full}: golden is {value}, ours {} without a reason", found.number()));
                }
                continue;
            }
            let lookup = |n: &str| golden.get(n).and_then(number);
            let spread = *spreads.entry(image).or_insert_with(|| spread_of(image, lookup));
            let relative = relative_difference(found.number(), value, natural_scale(class, feature, &spread));
            let difference = Difference { place: full, ours: found.number(), golden: value, relative };
            // Shape does not look at intensities, so it is exact whatever the image.
            let bits = if class.starts_with("shape") { Bits::Equal } else { bits_of(row, image) };
            let limit = if bits == Bits::Single { 1e-3 } else { 1e-6 };
            if bits == Bits::Single {
                self.single_values.0 += 1;
                self.single_values.1 += usize::from(relative > 1e-6);
            }
            if relative <= limit {
                let table = if bits == Bits::Single { &mut self.single } else { &mut self.double };
                table.add(family(image), class, difference);
            } else if bits == Bits::Equal {
                self.failures.push(describe(&difference));
            } else if beyond.iter().all(|b| b != image) {
                beyond.push(image.to_string());
            }
        }
        beyond
    }

    /// Extracts the features of a golden row and compares them.
    pub fn row(&mut self, row: &Value) {
        let id = row["id"].as_str().unwrap_or("?");
        let (image, mask) = image_and_mask(row);
        let ours = settings(row).and_then(|read| {
            let extractor = Extractor::new(read);
            let vector = extractor.extract(&image, &mask)?;
            let region = extractor.region(&image, &mask, extractor.settings().settings.label)?;
            Ok((extractor, region, vector))
        });
        match (ours, row["error"].as_str()) {
            (Ok((extractor, region, vector)), None) => {
                let beyond = self.compare(id, &vector, row);
                match extractor.diagnostics(&image, Some(&mask), &region) {
                    Ok(found) => self.compare_diagnostics(id, &extractor, &found, row),
                    Err(error) => self.failures.push(format!("{id}: diagnostics: {error}")),
                }
                self.with_golden_edges(id, &extractor, &image, &region, &beyond, row);
            }
            (Err(_), Some(_)) => self.errors += 1,
            (Ok((.., vector)), Some(error)) => {
                let known = NOT_REPRODUCED.iter().find(|(part, reason)| {
                    error.contains(part)
                        && (*reason != LBP_NAN
                            || vector
                                .features
                                .iter()
                                .any(|f| f.image.starts_with("lbp-") && f.value.reason().is_some()))
                });
                match known {
                    Some((_, reason)) => self.not_reproduced.entry(reason).or_default().push(id.to_string()),
                    None => self
                        .failures
                        .push(format!("{id}: PyRadiomics raises ({error}), we give {} values", vector.features.len())),
                }
            }
            (Err(error), None) => self.failures.push(format!("{id}: PyRadiomics gives values, we fail: {error}")),
        }
    }

    /// Compares diagnostics: the same names in the same order, and the same texts. Intensities of a resampled float image
    /// may differ in their last places, as the image does.
    pub fn compare_diagnostics(&mut self, place: &str, extractor: &Extractor, ours: &[(String, String)], row: &Value) {
        let empty = serde_json::Map::new();
        let golden = row["diagnostics"].as_object().unwrap_or(&empty);
        if golden.is_empty() {
            if extractor.settings().settings.additional_info {
                self.failures.push(format!("{place}: no golden diagnostics"));
            }
            return;
        }
        let ours: Vec<_> = ours.iter().filter(|(name, _)| !name.contains("_Versions_")).collect();
        if ours.iter().map(|(name, _)| name).ne(golden.keys()) {
            let names: Vec<&String> = ours.iter().map(|(name, _)| name).collect();
            self.failures.push(format!("{place}: diagnostics {names:?}, not {:?}", golden.keys().collect::<Vec<_>>()));
            return;
        }
        for ((name, found), golden) in ours.into_iter().zip(golden.values()) {
            self.diagnostics.0 += 1;
            let golden = golden.as_str().unwrap_or("?");
            if found == golden {
                continue;
            }
            let intensity = ["_Mean", "_Minimum", "_Maximum"].iter().any(|n| name.ends_with(n));
            let step = name.contains("-interpolated_") || (name.contains("-resegmented_") && is_resampled(extractor));
            match tuple_difference(found, golden) {
                Some(off) if off <= 1e-12 && intensity && step => {
                    self.diagnostics.1 += 1;
                    self.diagnostics.2 = self.diagnostics.2.max(off);
                }
                off => self.failures.push(format!("{place} {name}: ours {found}, golden {golden} ({off:?})")),
            }
        }
    }

    /// Repeats the comparison of some images with PyRadiomics' values in the voxels near a bin edge or a percentile: now
    /// every feature must agree.
    pub fn with_golden_edges(
        &mut self,
        place: &str,
        extractor: &Extractor,
        image: &Volume,
        region: &Region,
        names: &[String],
        row: &Value,
    ) {
        if names.is_empty() {
            return;
        }
        let images = match extractor.filtered_images(image, region) {
            Ok(images) => images,
            Err(error) => return self.failures.push(format!("{place}: {error}")),
        };
        for name in names {
            let near = row["near"][name.as_str()].as_array().cloned().unwrap_or_default();
            let Some(found) = images.iter().find(|i| i.name == *name) else {
                self.failures.push(format!("{place} {name}: no such image"));
                continue;
            };
            let volume = replaced(&found.volume, &near);
            match features_of(extractor.settings(), &NamedImage { volume, ..found.clone() }) {
                Ok(features) => {
                    let before = self.failures.len();
                    self.compare_image(place, name, &features, row);
                    if self.failures.len() == before {
                        self.listed.push(format!("{place} {name}: {} voxels near an edge", near.len()));
                    }
                }
                Err(error) => self.failures.push(format!("{place} {name}: {error}")),
            }
        }
    }

    fn compare_image(&mut self, place: &str, image: &str, ours: &FeatureVector, row: &Value) {
        let lookup = |n: &str| number(&row["mcc_without_loss"][n]).or_else(|| number(&row["features"][n]));
        let spread = spread_of(image, lookup);
        for feature in &ours.features {
            let name = format!("{image}_{}_{}", feature.class.name(), feature.info.name);
            let Some(value) = lookup(&name) else {
                self.failures.push(format!("{place} {name}: no golden value"));
                continue;
            };
            if !value.is_finite() {
                continue;
            }
            let scale = natural_scale(feature.class.name(), feature.info.name, &spread);
            let relative = relative_difference(feature.value.number(), value, scale);
            let difference =
                Difference { place: format!("{place} {name}"), ours: feature.value.number(), golden: value, relative };
            if relative > 1e-6 {
                self.failures.push(format!("with PyRadiomics' values near the edges: {}", describe(&difference)));
            }
        }
    }

    /// Prints the tables and fails if anything was found that must not be.
    pub fn finish(mut self, what: &str) {
        println!("{what}: {} rows end in an error on both sides", self.errors);
        for (reason, rows) in &self.not_reproduced {
            println!("{} rows where PyRadiomics alone fails: {reason} ({})", rows.len(), rows.join(", "));
        }
        println!("double precision\n{}", self.double);
        let (values, above) = self.single_values;
        if values > 0 {
            println!("single precision: {above} of {values} values differ by more than 1e-6\n{}", self.single);
        }
        let (compared, other, largest) = self.diagnostics;
        if compared > 0 {
            println!("{compared} diagnostics, {other} of them differ in the last places, by up to {largest:.1e}");
        }
        if !self.listed.is_empty() {
            println!("equal with PyRadiomics' values near the edges:\n  {}", self.listed.join("\n  "));
        }
        if !self.lost_angles.is_empty() {
            println!(
                "an angle's eigenvalue or deviation is 0 but for rounding, so that PyRadiomics leaves it out (MCC) or takes noise \
                 for its value (Correlation):\n  {}",
                self.lost_angles.join("\n  ")
            );
        }
        if above * 100 > values {
            self.failures.push(format!("{above} of {values} values of single precision differ by more than 1e-6"));
        }
        let shown: Vec<&String> = self.failures.iter().take(60).collect();
        assert!(
            self.failures.is_empty(),
            "{what}: {} failures, the first of them\n  {}",
            self.failures.len(),
            shown.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n  ")
        );
    }
}

fn describe(d: &Difference) -> String {
    format!("{}: ours {:e}, golden {:e}, relative difference {:.1e}", d.place, d.ours, d.golden, d.relative)
}

fn is_resampled(extractor: &Extractor) -> bool {
    let s = &extractor.settings().settings;
    s.resampled_pixel_spacing.is_some() && s.interpolator.is_some()
}

/// The largest difference of two numbers or tuples of numbers, relative to the largest of them; none if they are not
/// alike.
fn tuple_difference(a: &str, b: &str) -> Option<f64> {
    let read = |text: &str| -> Option<Vec<f64>> {
        text.trim_matches(['(', ')']).split(", ").map(|part| part.parse().ok()).collect()
    };
    let (a, b) = (read(a)?, read(b)?);
    let scale = b.iter().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let off = |(a, b): (&f64, &f64)| (a - b).abs() / scale;
    (a.len() == b.len()).then(|| a.iter().zip(&b).map(off).fold(0.0, f64::max))
}

/// The image with other values at some positions: pairs of position (x fastest) and value.
fn replaced(volume: &Volume, pairs: &[Value]) -> Volume {
    let mut values = volume.to_f64().into_owned();
    for pair in pairs {
        let (at, value) = (pair[0].as_u64().unwrap() as usize, pair[1].as_f64().unwrap());
        values[at] = value;
    }
    let voxels: Voxels = match volume.voxel_type() {
        VoxelType::F32 => values.iter().map(|&v| v as f32).collect::<Vec<f32>>().into(),
        _ => values.into(),
    };
    Volume::new(volume.geometry().clone(), voxels).unwrap()
}

/// The features of an image that is filtered already, with the settings of the image type it comes from. They are named
/// as those of an unfiltered image.
pub fn features_of(settings: &ExtractorSettings, image: &NamedImage) -> radsurv_features::Result<FeatureVector> {
    let wanted = |t: ImageType| match family(&image.name) {
        "log" => t == ImageType::LoG,
        "lbp-2D" => t == ImageType::LBP2D,
        "lbp-3D" => t == ImageType::LBP3D,
        other => t.name().eq_ignore_ascii_case(other),
    };
    let found = settings.image_types.iter().find(|t| wanted(t.image_type));
    let found = found.unwrap_or_else(|| panic!("{} is of no image type of the settings", image.name));
    let mut own = found.settings.clone();
    own.pre_crop = false;
    own.normalize = false;
    own.resampled_pixel_spacing = None;
    own.resegment_range = None;
    let mut all = settings.clone();
    all.image_types =
        vec![EnabledImageType { image_type: ImageType::Original, settings: own.clone(), ..found.clone() }];
    all.settings = own;
    all.feature_classes.retain(|c| !c.class.is_shape());
    let mask = Mask::from_bools(image.volume.geometry().clone(), image.region.inside())?;
    all.settings.label = 1;
    Extractor::new(all).extract(&image.volume, &mask)
}
