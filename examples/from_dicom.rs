//! Makes a DICOM export of a made-up patient, a series of MR slices, contours and a parameter file, for the guide `docs/from-dicom.md`.
//!
//! ```text
//! cargo run --release --example from_dicom [FOLDER]
//! ```

use std::error::Error;
use std::path::PathBuf;

use radsurv::features::settings::ExtractorSettings;
use radsurv_testkit::dicom::export;
use radsurv_testkit::phantom::Recipe;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target/phantom_dicom"), PathBuf::from);
    let Some(recipe) = Recipe::cohort(1, 2024).pop() else { return Ok(()) };
    let (series, contours) = export(&recipe.make(), &["GTV", "Node"], &folder)?;
    let params = folder.join("params.yaml");
    std::fs::write(&params, ExtractorSettings::cervical_study().to_yaml()?)?;
    println!("wrote {}, {} and {}", series.display(), contours.display(), params.display());
    println!(
        "extract its features: cargo run --release -p radsurv-cli -- extract --image {} --mask {} --roi GTV --n4 --ring 50 \
         --params {} --out features.csv",
        series.display(),
        contours.display(),
        params.display()
    );
    Ok(())
}
