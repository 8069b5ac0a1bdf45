//! Makes a small cohort of made-up MR images on disk, extracts the 1037 features of each tumour and of the ring of 5 cm
//! around it, and writes a table.
//!
//! ```text
//! cargo run --release --example extract_cohort [FOLDER]
//! ```
//! The folder, `target/phantom_cohort` unless another is named, then also has what `radsurv extract` or PyRadiomics needs
//! to do the same: `cases.csv` and `params.yaml`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use radsurv::data::{ColumnOrder, Table, number};
use radsurv::features::settings::ExtractorSettings;
use radsurv::features::{Extractor, FeatureVector};
use radsurv::image::{Geometry, Mask, Volume, io, morphology};
use radsurv_testkit::phantom::Recipe;

const CASES: usize = 6;
const RING_MM: f64 = 50.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target/phantom_cohort"), PathBuf::from);
    let settings = ExtractorSettings::cervical_study();
    let recipes = Recipe::cohort(CASES, 2024);

    let begin = Instant::now();
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("params.yaml"), settings.to_yaml()?)?;
    let mut cases = Table::new(["ID", "Image", "Mask"].map(String::from).to_vec(), "cases.csv")?;
    for recipe in &recipes {
        cases.push(make_case(&folder, recipe)?)?;
    }
    cases.write_csv(folder.join("cases.csv"))?;
    println!("{CASES} made-up patients in {} ({:.1} s)", folder.display(), begin.elapsed().as_secs_f64());

    let begin = Instant::now();
    let extractor = Extractor::new(settings);
    let mut rows = Vec::new();
    println!("\n{:<10} {:<6} {:>7} {:>9}  {:>8} {:>8}", "case", "region", "voxels", "features", "mean", "entropy");
    for case in cases.rows() {
        let [id, image, mask] = &case.cells[..] else { continue };
        let image = io::read(folder.join(image))?;
        let mask = io::read_mask(folder.join(mask), 0)?;
        let tumour = extractor.region(&image, &mask, 1)?;
        let ring = morphology::ring(&tumour, RING_MM)?;
        let regions = [tumour, ring];
        // Each filter runs once for both regions.
        for ((name, region), features) in
            ["mask", "ring"].iter().zip(&regions).zip(extractor.extract_regions(&image, &regions))
        {
            let features = features?;
            let value = |name: &str| features.get(name).map_or(f64::NAN, |v| v.number());
            println!(
                "{id:<10} {name:<6} {:>7} {:>9}  {:>8.2} {:>8.3}",
                region.voxel_count(),
                features.features.len(),
                value("original_firstorder_Mean"),
                value("original_firstorder_Entropy"),
            );
            rows.push((id.clone(), *name, features));
        }
    }
    let table = folder.join("features.csv");
    write_table(&table, &rows)?;
    println!("\n{} rows in {:.1} s: {}", rows.len(), begin.elapsed().as_secs_f64(), table.display());
    println!(
        "the same with the program: cargo run --release -p radsurv-cli -- extract --cases {0}/cases.csv \
         --params {0}/params.yaml --ring {RING_MM} --out {0}/features.csv",
        folder.display()
    );
    Ok(())
}

/// Writes the image and the mask of a patient; returns its row of the cohort file.
fn make_case(folder: &Path, recipe: &Recipe) -> Result<Vec<String>, Box<dyn Error>> {
    let phantom = recipe.make();
    let grid = Geometry::new(phantom.size, phantom.spacing, [-100.0, -90.0, -80.0], Geometry::IDENTITY)?;
    let (image, mask) = (format!("{}_image.nii.gz", recipe.id), format!("{}_mask.nii.gz", recipe.id));
    io::write(folder.join(&image), &Volume::new(grid.clone(), phantom.rounded())?)?;
    io::write_mask(folder.join(&mask), &Mask::new(Volume::new(grid, phantom.labels)?)?)?;
    Ok(vec![recipe.id.clone(), image, mask])
}

/// A row per patient and region: the columns of all regions together, empty where a region lacks one.
fn write_table(path: &Path, rows: &[(String, &str, FeatureVector)]) -> Result<(), Box<dyn Error>> {
    let names: Vec<Vec<String>> = rows.iter().map(|(_, _, v)| v.features.iter().map(|f| f.name()).collect()).collect();
    let mut columns = ColumnOrder::default();
    names.iter().for_each(|list| columns.merge(list.iter().map(String::as_str)));
    let header = ["case_id", "region"].into_iter().chain(columns.names().iter().map(String::as_str));
    let mut table = Table::new(header.map(String::from).collect(), &path.display().to_string())?;
    for ((id, region, vector), names) in rows.iter().zip(&names) {
        let mut cells = vec![String::new(); columns.names().len()];
        for (name, feature) in names.iter().zip(&vector.features) {
            if let Some(place) = columns.position(name) {
                cells[place] = number::format(feature.value.number());
            }
        }
        table.push([id.clone(), region.to_string()].into_iter().chain(cells).collect())?;
    }
    table.write_csv(path)?;
    Ok(())
}
