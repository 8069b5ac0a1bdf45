//! Filter responses voxel by voxel against PyRadiomics 3.0.1, and the features of PyRadiomics' own responses
//! (`reference/make_filters.py`).

use std::collections::BTreeMap;

use radsurv_features::{Extractor, NamedImage};
use radsurv_image::{Mask, Volume, VoxelType, Voxels};
use radsurv_testkit::compare::{
    Difference, Spread, Table, family, natural_scale, relative_difference, split_name, spread_of,
};
use radsurv_testkit::golden::{base64, number};
use serde_json::Value;

use crate::support::feature_rows::features_of;
use crate::support::{golden, image_and_mask, settings};

/// The voxels of a golden response in the type they had.
fn response(image: &Value) -> (String, Voxels) {
    let dtype = image["dtype"].as_str().unwrap_or("").to_string();
    let bytes = base64(image["values"].as_str().unwrap_or("")).unwrap();
    macro_rules! typed {
        ($t:ty) => {{
            let size = size_of::<$t>();
            assert_eq!(bytes.len() % size, 0);
            bytes.chunks_exact(size).map(|b| <$t>::from_le_bytes(b.try_into().unwrap())).collect::<Vec<$t>>().into()
        }};
    }
    let voxels = match dtype.as_str() {
        "uint8" => typed!(u8),
        "int16" => typed!(i16),
        "float32" => typed!(f32),
        "float64" => typed!(f64),
        other => panic!("response of type {other}"),
    };
    (dtype, voxels)
}

/// What the responses of many rows came to, per filter and type.
#[derive(Default)]
struct Tally {
    voxels: usize,
    /// Voxels with other bits.
    different: usize,
    /// Largest difference in units of the last place of a number as large as the image's spread.
    worst_ulps: f64,
    place: String,
}

fn compare_responses(
    id: &str,
    ours: &[NamedImage],
    row: &Value,
    tallies: &mut BTreeMap<String, Tally>,
    failures: &mut Vec<String>,
) {
    let images = row["images"].as_array().unwrap();
    let names: Vec<&str> = ours.iter().map(|i| i.name.as_str()).collect();
    let golden_names: Vec<&str> = images.iter().filter_map(|i| i["name"].as_str()).collect();
    if names != golden_names {
        failures.push(format!("{id}: images {names:?}, golden {golden_names:?}"));
        return;
    }
    for (mine, golden) in ours.iter().zip(images) {
        let place = format!("{id} {}", mine.name);
        let (dtype, voxels) = response(golden);
        if mine.volume.voxel_type().name() != dtype {
            failures.push(format!("{place}: of type {}, golden {dtype}", mine.volume.voxel_type().name()));
            continue;
        }
        let size: Vec<u64> = mine.volume.geometry().size().iter().map(|&n| n as u64).collect();
        let golden_size: Vec<u64> = golden["size"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        if size.iter().product::<u64>() != golden_size.iter().product::<u64>() {
            failures.push(format!("{place}: size {size:?}, golden {golden_size:?}"));
            continue;
        }
        let single = mine.volume.voxel_type() == VoxelType::F32;
        let inside = mine.region.inside();
        let in_region: Vec<(f64, f64)> = (0..voxels.len())
            .filter(|&at| inside[at])
            .map(|at| (mine.volume.voxels().get(at), voxels.get(at)))
            .collect();
        let largest = in_region.iter().map(|(_, g)| g.abs()).filter(|g| g.is_finite()).fold(0.0, f64::max);
        let ulp = if single {
            f64::from((largest as f32).next_up()) - f64::from(largest as f32)
        } else {
            largest.next_up() - largest
        };
        let tally = tallies.entry(format!("{:<10} {dtype}", family(&mine.name))).or_default();
        tally.voxels += in_region.len();
        for (a, b) in in_region {
            if a.to_bits() == b.to_bits() || a == b || (a.is_nan() && b.is_nan()) {
                continue;
            }
            tally.different += 1;
            let ulps = (a - b).abs() / ulp;
            let ulps = if ulps.is_nan() { f64::INFINITY } else { ulps };
            if ulps > tally.worst_ulps {
                tally.worst_ulps = ulps;
                tally.place = format!("{place} (ours {a:e}, golden {b:e})");
            }
            // Double precision may differ in its last digits, single precision in the last of the largest value.
            let allowed = if single { 4.0 } else { 1e6 };
            if ulps > allowed {
                failures.push(format!("{place}: ours {a:e}, golden {b:e}, {ulps:.1} units of the last place"));
                break;
            }
        }
    }
}

fn responses(file: &str) {
    let mut failures = Vec::new();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for row in &golden(file).rows {
        let id = row["id"].as_str().unwrap();
        let (image, mask) = image_and_mask(row);
        let extractor = Extractor::new(settings(row).unwrap());
        let label = extractor.settings().settings.label;
        let ours = extractor.region(&image, &mask, label).and_then(|region| extractor.filtered_images(&image, &region));
        match ours {
            Ok(ours) => compare_responses(id, &ours, row, &mut tallies, &mut failures),
            Err(error) => failures.push(format!("{id}: {error}")),
        }
    }
    println!("{file}\n{:<20} {:>8} {:>10} {:>10}", "response", "voxels", "other bits", "worst ulps");
    for (name, t) in &tallies {
        println!("{name:<20} {:>8} {:>10} {:>10.2} {}", t.voxels, t.different, t.worst_ulps, t.place);
    }
    assert!(failures.is_empty(), "{} failures\n  {}", failures.len(), failures.join("\n  "));
}

#[test]
fn every_wavelet() {
    responses("responses_wavelets.jsonl.gz");
}

#[test]
fn every_filter() {
    responses("responses_filters.jsonl.gz");
}

/// Features of PyRadiomics' own responses: whatever the filters do, these must agree to 1e-9.
#[test]
fn features_of_golden_responses() {
    let mut table = Table::default();
    let mut failures = Vec::new();
    for row in &golden("responses_filters.jsonl.gz").rows {
        let id = row["id"].as_str().unwrap();
        let (image, mask) = image_and_mask(row);
        let settings = settings(row).unwrap();
        let region = mask.region(settings.settings.label).unwrap();
        let geometry = image.geometry().crop(region.bounds()).unwrap();
        let mask = Mask::from_bools(geometry.clone(), region.inside()).unwrap();
        for entry in row["images"].as_array().unwrap() {
            let name = entry["name"].as_str().unwrap();
            let golden = entry["features"].as_object().unwrap();
            let (_, voxels) = response(entry);
            let volume = Volume::new(geometry.clone(), voxels).unwrap();
            let region = mask.region(1).unwrap();
            let ours = match features_of(&settings, &NamedImage { name: name.to_string(), volume, region }) {
                Ok(ours) => ours,
                Err(error) => {
                    failures.push(format!("{id} {name}: {error}"));
                    continue;
                }
            };
            assert_eq!(ours.features.len(), golden.len(), "{id} {name}");
            let lookup = |n: &str| golden.get(n).and_then(number);
            let spread: Spread = spread_of(name, lookup);
            for feature in &ours.features {
                let full = format!("{name}_{}_{}", feature.class.name(), feature.info.name);
                let Some(value) = lookup(&full) else {
                    failures.push(format!("{id} {full}: no golden value"));
                    continue;
                };
                if !value.is_finite() {
                    if feature.value.reason().is_none_or(str::is_empty) {
                        failures.push(format!("{id} {full}: golden is {value}, ours has no reason"));
                    }
                    continue;
                }
                let (_, class, short) = split_name(&full).unwrap();
                let relative = relative_difference(feature.value.number(), value, natural_scale(class, short, &spread));
                let place = format!("{id} {full}");
                // These two are roots of differences that may cancel to 1e-16: of such an angle the last 8 digits are noise.
                let limit = if matches!(short, "Imc2" | "MCC") { 1e-8 } else { 1e-9 };
                if relative > limit {
                    failures
                        .push(format!("{place}: ours {:e}, golden {value:e}, {relative:.1e}", feature.value.number()));
                }
                table.add(
                    family(name),
                    class,
                    Difference { place, ours: feature.value.number(), golden: value, relative },
                );
            }
        }
    }
    println!("features of PyRadiomics' responses\n{table}");
    assert!(failures.is_empty(), "{} failures\n  {}", failures.len(), failures.join("\n  "));
}
