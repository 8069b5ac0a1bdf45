//! What the parity tests share: golden rows into images and settings, and the comparison of feature vectors.

#![allow(dead_code)] // each test program uses a part

pub mod feature_rows;

use std::path::PathBuf;

use radsurv_features::settings::ExtractorSettings;
use radsurv_image::{Geometry, Mask, Volume, Voxels};
use radsurv_testkit::cases::{Case, CaseGrid, CaseVoxels};
use radsurv_testkit::golden::Golden;
use serde_json::Value;

/// Reads a golden file of this crate.
pub fn golden(name: &str) -> Golden {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    Golden::read(&path).unwrap_or_else(|e| panic!("{e}"))
}

/// Image and mask of a golden row, proven to be those that PyRadiomics saw.
pub fn image_and_mask(row: &Value) -> (Volume, Mask) {
    let case = Case::from_recipe(&row["recipe"]).unwrap_or_else(|e| panic!("{}: {e}", row["id"]));
    assert_eq!(row["checksum"].as_str(), Some(case.checksum().as_str()), "{}: another image", row["id"]);
    let image = Volume::new(geometry(&case.grid), voxels(case.voxels)).unwrap();
    let mask = Mask::new(Volume::new(geometry(&case.mask_grid), case.labels).unwrap()).unwrap();
    (image, mask)
}

fn geometry(grid: &CaseGrid) -> Geometry {
    let geometry = Geometry::new(grid.size, grid.spacing_mm, grid.origin_mm, grid.direction).unwrap();
    if grid.dimension == 2 { geometry.into_2d().unwrap() } else { geometry }
}

fn voxels(voxels: CaseVoxels) -> Voxels {
    match voxels {
        CaseVoxels::U8(v) => v.into(),
        CaseVoxels::I8(v) => v.into(),
        CaseVoxels::U16(v) => v.into(),
        CaseVoxels::I16(v) => v.into(),
        CaseVoxels::U32(v) => v.into(),
        CaseVoxels::I32(v) => v.into(),
        CaseVoxels::U64(v) => v.into(),
        CaseVoxels::I64(v) => v.into(),
        CaseVoxels::F32(v) => v.into(),
        CaseVoxels::F64(v) => v.into(),
    }
}

/// The parameter file of a golden row, read by the reader of the crate.
pub fn settings(row: &Value) -> Result<ExtractorSettings, radsurv_features::Error> {
    let text = row["params"].as_str().unwrap_or_default();
    match row["form"].as_str() {
        Some("json") => ExtractorSettings::from_json_str(text, "parameters"),
        _ => ExtractorSettings::from_yaml_str(text, "parameters"),
    }
}
