//! The 1037 features of real images against PyRadiomics 3.0.1 (`reference/make_real.py`).
//!
//! The images are not in the repository, so these tests run only when asked for, with `--ignored`; see
//! [`radsurv_testkit::data`] for where they are looked for.

use crate::support::feature_rows::Outcome;
use crate::support::golden;
use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::{Region, io, morphology};
use radsurv_testkit::data;
use serde_json::Value;

fn run(file: &str, regions: &[&str]) {
    let golden = golden(file);
    let folder = data::folder().unwrap_or_else(|e| panic!("{e}"));
    let params = golden.header["params"].as_str().unwrap();
    let ring_mm = golden.header["ring_mm"].as_f64().unwrap();
    let extractor = Extractor::new(ExtractorSettings::from_yaml_str(params, "parameters").unwrap());
    let mut outcome = Outcome::default();
    let rows = golden.rows.iter().filter(|row| regions.contains(&row["region"].as_str().unwrap()));
    for row in rows {
        let id = row["id"].as_str().unwrap();
        let read = |key: &str| folder.join(row[key].as_str().unwrap());
        let image = io::read(read("image")).unwrap();
        let mask = io::read_mask(read("mask"), 0).unwrap();
        let mut region = extractor.region(&image, &mask, 1).unwrap();
        if row["region"] == "ring" {
            region = morphology::ring(&region, ring_mm).unwrap();
        }
        check_region(id, &region, row);
        match extractor.extract_regions(&image, &[region.clone()]).pop().unwrap() {
            Ok(vector) => {
                assert_eq!(vector.features.len(), 1037, "{id}");
                let beyond = outcome.compare(id, &vector, row);
                if row["region"] == "mask" {
                    let found = extractor.diagnostics(&image, Some(&mask), &region).unwrap();
                    outcome.compare_diagnostics(id, &extractor, &found, row);
                }
                outcome.with_golden_edges(id, &extractor, &image, &region, &beyond, row);
            }
            Err(error) => outcome.fail(format!("{id}: {error}")),
        }
    }
    outcome.finish(file);
}

/// The region has as many voxels as PyRadiomics saw; its features then tell whether they are the same ones.
fn check_region(id: &str, region: &Region, row: &Value) {
    assert_eq!(region.voxel_count() as u64, row["voxels"].as_u64().unwrap(), "{id}: another region");
}

#[test]
#[ignore = "needs the folder of real images (RADSURV_DATA)"]
fn images_of_pyradiomics() {
    run("real_pyradiomics.jsonl.gz", &["mask"]);
}

#[test]
#[ignore = "needs the folder of real images (RADSURV_DATA)"]
fn tumours() {
    run("real_sts.jsonl.gz", &["mask"]);
}

#[test]
#[ignore = "needs the folder of real images (RADSURV_DATA)"]
fn rings() {
    run("real_sts.jsonl.gz", &["ring"]);
}
