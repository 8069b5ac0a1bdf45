//! Features of cohorts in files.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::intensity::n4::{self, N4Settings};
use radsurv_image::intensity::otsu_region;
use radsurv_image::morphology::{RingSettings, ring};
use radsurv_image::perturb::PerturbSettings;
use radsurv_image::{Geometry, IntensityStatistics, Mask, Volume, io};
use radsurv_study::cache::Cache;
use radsurv_study::images::{
    AdcInput, BiasField, DwiImage, ImageCase, ImageFeatures, ImageSettings, Normalise, NormaliseMethod, Part,
    RunOptions, check, image_features, perturbed_features,
};
use radsurv_testkit::phantom::Recipe;

const PARAMS: &str = "\
imageType:
  Original: {}
  LoG: {sigma: [3.0]}
featureClass:
  firstorder: [Mean, Energy]
  shape: [MeshVolume]
  glcm: [Contrast, JointEntropy]
";

fn settings() -> ImageSettings {
    ImageSettings {
        extraction: ExtractorSettings::from_yaml_str(PARAMS, "test").unwrap().into(),
        ring: Some(RingSettings { width_mm: 8.0, ..RingSettings::default() }),
        n4: Some(BiasField { shrink: 2, iterations: vec![5, 5] }),
        ..ImageSettings::default()
    }
}

/// Phantoms on disk; of the second and third there is a second reading, which leaves out a slice.
fn cohort(folder: &Path) -> Vec<ImageCase> {
    (0..4)
        .map(|i| {
            let recipe = Recipe { radii: [9.0 + 2.0 * i as f64, 11.0, 13.0], ..Recipe::small(i) };
            let made = recipe.make();
            let grid = Geometry::new(made.size, made.spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
            let path = |what: &str| folder.join(format!("{i}_{what}.nrrd"));
            let mut case = ImageCase::new(format!("P{i}"), path("image"), path("mask"));
            io::write(&case.image, &Volume::new(grid.clone(), made.rounded()).unwrap()).unwrap();
            write_mask(&case.mask, &grid, &made.labels);
            if i == 1 || i == 2 {
                let mut labels = made.labels.clone();
                let slice = made.size[0] * made.size[1];
                labels[5 * slice..6 * slice].fill(0);
                write_mask(&path("reader"), &grid, &labels);
                case.readers.push(Some(path("reader")));
            }
            case
        })
        .collect()
}

fn write_mask(path: &Path, grid: &Geometry, labels: &[u8]) {
    io::write_mask(path, &Mask::new(Volume::new(grid.clone(), labels.to_vec()).unwrap()).unwrap()).unwrap();
}

fn run(cases: &[ImageCase], settings: &ImageSettings, cache: Option<&Cache>, jobs: usize) -> ImageFeatures {
    image_features(cases, settings, &RunOptions { cache, jobs }, |_| {}).unwrap()
}

fn bits(features: &ImageFeatures) -> Vec<u64> {
    let tables = std::iter::once(&features.table).chain(&features.readers);
    let values = tables.flat_map(|t| t.columns()).flatten();
    values.chain(&features.adc).map(|v| if v.is_nan() { 0 } else { v.to_bits() }).collect()
}

fn found(features: &ImageFeatures) -> Vec<bool> {
    features.times.iter().map(|time| time.found).collect()
}

#[test]
fn values_are_those_of_the_extractor() {
    let folder = tempfile::tempdir().unwrap();
    let cases = cohort(folder.path());
    let features = run(&cases, &settings(), None, 2);
    assert!(features.failures.is_empty() && features.undefined.is_empty(), "{:?}", features.failures);
    assert_eq!(features.table.case_ids(), ["P0", "P1", "P2", "P3"]);
    assert_eq!(features.readers[0].case_ids(), ["P1", "P2"]);
    assert_eq!(features.readers[0].names(), features.table.names());
    assert!(features.adc.len() == 4 && features.adc.iter().all(|v| v.is_nan()));

    let extractor = Extractor::new(ExtractorSettings::from_yaml_str(PARAMS, "test").unwrap());
    let n4 = N4Settings { shrink_factor: [2; 3], maximum_number_of_iterations: vec![5, 5], ..N4Settings::slicer() };
    let direct = |case: &ImageCase, mask: &Path| {
        let image = io::read(&case.image).unwrap();
        let image = n4::correct(&image, Some(&otsu_region(&image, 200).unwrap()), &n4).unwrap().corrected;
        let tumour = extractor.region(&image, &io::read_mask(mask, 0).unwrap(), 1).unwrap();
        let around = ring(&tumour, 8.0).unwrap();
        let mut row = Vec::new();
        for (prefix, vector) in ["tumour", "ring"].into_iter().zip(extractor.extract_regions(&image, &[tumour, around]))
        {
            let features = vector.unwrap().features;
            row.extend(features.iter().map(|f| (format!("{prefix}_{}", f.name()), f.value.number())));
        }
        row
    };
    for (c, case) in cases.iter().enumerate() {
        let row = direct(case, &case.mask);
        assert_eq!(features.table.names(), row.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
        assert!(row.iter().zip(features.table.columns()).all(|((_, v), column)| *v == column[c]));
    }
    for (c, case) in cases[1..3].iter().enumerate() {
        let row = direct(case, case.readers[0].as_ref().unwrap());
        assert!(row.iter().zip(features.readers[0].columns()).all(|((_, v), column)| *v == column[c]));
        assert_ne!(features.readers[0].columns()[0][c], features.table.columns()[0][c + 1]);
    }
}

#[test]
fn threads_and_the_cache_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cases = cohort(folder.path());
    let one = run(&cases, &settings(), None, 1);
    let two = run(&cases, &settings(), None, 3);
    assert_eq!((&one.table, &one.readers), (&two.table, &two.readers));
    let cache = Cache::open(folder.path().join("cache")).unwrap();
    let seen = Mutex::new(Vec::new());
    let options = RunOptions { cache: Some(&cache), jobs: 2 };
    let filled =
        image_features(&cases, &settings(), &options, |p| seen.lock().unwrap().push((p.done, p.total))).unwrap();
    let mut seen = seen.into_inner().unwrap();
    seen.sort();
    assert_eq!(seen, [(1, 4), (2, 4), (3, 4), (4, 4)]);
    let again = run(&cases, &settings(), Some(&cache), 2);
    assert_eq!(bits(&filled), bits(&one));
    assert_eq!(bits(&again), bits(&one));
    assert_eq!((found(&filled), found(&again)), (vec![false; 4], vec![true; 4]));
    // In another order, and some of them only.
    let some = run(&[cases[2].clone(), cases[0].clone()], &settings(), Some(&cache), 2);
    assert_eq!((&some.table, found(&some)), (&one.table.rows(&[2, 0]), vec![true; 2]));
}

#[test]
fn a_rerun_repeats_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut cases = cohort(folder.path());
    let cache = Cache::open(folder.path().join("cache")).unwrap();
    let whole = std::fs::read(&cases[2].image).unwrap();
    std::fs::write(&cases[2].image, &whole[..whole.len() / 2]).unwrap();
    let broken = run(&cases, &settings(), Some(&cache), 2);
    assert_eq!(broken.table.case_ids(), ["P0", "P1", "P3"]);
    assert_eq!(broken.readers[0].case_ids(), ["P1"]);
    let left_out: Vec<_> = broken.left_out().collect();
    assert!(left_out.len() == 1 && left_out[0].case_id == "P2" && left_out[0].reason.contains("2_image.nrrd"));

    // Repaired, it alone is computed.
    std::fs::write(&cases[2].image, &whole).unwrap();
    let repaired = run(&cases, &settings(), Some(&cache), 2);
    assert_eq!(found(&repaired), [true, true, false, true]);
    assert_eq!(bits(&repaired), bits(&run(&cases, &settings(), None, 2)));
    // Another reader leaves what was, and another setting nothing.
    cases[0].readers = vec![Some(cases[0].mask.clone())];
    assert_eq!(found(&run(&cases, &settings(), Some(&cache), 2)), [true; 4], "the mask is known");
    cases[0].readers = vec![cases[1].readers[0].clone()];
    let reader = run(&cases, &settings(), Some(&cache), 2);
    assert_eq!(found(&reader), [false, true, true, true]);
    assert_eq!(reader.readers[0].case_ids(), ["P0", "P1", "P2"]);
    let wider = ImageSettings { ring: Some(RingSettings { width_mm: 9.0, ..RingSettings::default() }), ..settings() };
    assert_eq!(found(&run(&cases, &wider, Some(&cache), 2)), [false; 4]);
}

#[test]
fn voxels_in_a_file_of_their_own_count() {
    let folder = tempfile::tempdir().unwrap();
    let mut case = cohort(folder.path()).remove(0);
    let cache = Cache::open(folder.path().join("cache")).unwrap();
    let image = io::read(&case.image).unwrap();
    case.image = folder.path().join("detached.mhd");
    io::write(&case.image, &image).unwrap();
    let cases = [case];
    run(&cases, &settings(), Some(&cache), 1);
    assert_eq!(found(&run(&cases, &settings(), Some(&cache), 1)), [true]);
    let data = folder.path().join("detached.raw");
    let mut bytes = std::fs::read(&data).unwrap();
    bytes[20_000] ^= 1;
    std::fs::write(&data, bytes).unwrap();
    assert_eq!(found(&run(&cases, &settings(), Some(&cache), 1)), [false]);
}

#[test]
fn what_fails_in_part_is_nan_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let mut cases = cohort(folder.path());
    let grid = io::read_info(&cases[0].mask).unwrap().geometry;
    // No two voxels are neighbours: there is nothing to count pairs of.
    let apart = |[x, y, z]: [usize; 3]| u8::from(x % 3 == 0 && y % 3 == 0 && z % 3 == 0);
    write_mask(&cases[0].mask, &grid, &grid.full_box().indices().map(apart).collect::<Vec<_>>());
    // No voxel is left for a ring.
    write_mask(&cases[1].mask, &grid, &vec![1; grid.voxel_count()]);
    cases[2].readers = vec![Some(folder.path().join("gone.nrrd"))];
    let cache = Cache::open(folder.path().join("cache")).unwrap();
    for again in [false, true] {
        let features = run(&cases, &settings(), Some(&cache), 2);
        assert_eq!(found(&features), [again, again, false, again]);
        assert_eq!(features.table.cases(), 4);
        let column = |name: &str| features.table.column(name).unwrap().iter().map(|v| v.is_nan()).collect::<Vec<_>>();
        assert_eq!(column("tumour_original_glcm_Contrast"), [true, false, false, false]);
        assert_eq!(column("tumour_original_firstorder_Mean"), [false; 4]);
        assert_eq!(column("ring_original_firstorder_Mean"), [false, true, false, false]);
        let undefined = &features.undefined[0];
        assert_eq!((undefined.case_id.as_str(), undefined.reader), ("P0", None));
        assert!(undefined.reason.contains("no two voxels"), "{undefined:?}");
        let failures: Vec<(&str, Part)> = features.failures.iter().map(|f| (f.case_id.as_str(), f.part)).collect();
        assert_eq!(failures, [("P1", Part::Ring), ("P2", Part::Reader(0))]);
        assert!(features.left_out().next().is_none());
        assert_eq!(features.readers[0].case_ids(), ["P1"]);
    }
    for case in &mut cases {
        case.label = 9;
    }
    let none = image_features(&cases, &settings(), &RunOptions::default(), |_| {}).unwrap_err().to_string();
    assert!(none.contains("none of 4 cases") && none.contains("label 9"), "{none}");
    cases[1].id = "P0".to_string();
    assert!(
        image_features(&cases, &settings(), &RunOptions::default(), |_| {}).unwrap_err().to_string().contains("P0")
    );
}

/// DWI of a tissue with an ADC of 0.8, and of 1.2 where x is above the middle, on a grid twice as coarse.
fn diffusion(folder: &Path, like: &Geometry) -> (PathBuf, [PathBuf; 2]) {
    let size = [like.size()[0] / 2, like.size()[1] / 2, like.size()[2]];
    let [sx, sy, sz] = like.spacing_mm();
    let grid = Geometry::new(size, [2.0 * sx, 2.0 * sy, sz], [0.5 * sx, 0.5 * sy, 0.0], Geometry::IDENTITY).unwrap();
    let adc: Vec<f64> =
        grid.full_box().indices().map(|[x, ..]| if 2 * x < size[0] { 0.8e-3 } else { 1.2e-3 }).collect();
    let write = |name: &str, values: Vec<f64>| {
        let path = folder.join(name);
        io::write(&path, &Volume::new(grid.clone(), values).unwrap()).unwrap();
        path
    };
    let at = |b: f64| adc.iter().map(|adc| 1000.0 * (-b * adc).exp()).collect();
    let images = [write("b0.nrrd", at(0.0)), write("b800.nrrd", at(800.0))];
    (write("adc.nrrd", adc.iter().map(|v| 1e6 * v).collect()), images)
}

#[test]
fn diffusion_is_measured_in_the_tumour() {
    let folder = tempfile::tempdir().unwrap();
    let mut cases = cohort(folder.path());
    let grid = io::read_info(&cases[0].mask).unwrap().geometry;
    let (map, [b0, b800]) = diffusion(folder.path(), &grid);
    let dwi = |b_value: f64, image: &Path| DwiImage { b_value, image: image.to_path_buf() };
    cases[0].adc = AdcInput::Dwi(vec![dwi(800.0, &b800), dwi(0.0, &b0)]);
    cases[1].adc = AdcInput::Map(map.clone());
    cases[2].adc = AdcInput::Map(folder.path().join("gone.nrrd"));
    let cache = Cache::open(folder.path().join("cache")).unwrap();
    let scaled = ImageSettings { adc_scale: 1e-3, ..settings() };
    let features = run(&cases, &scaled, Some(&cache), 2);
    for (case, adc) in cases[..2].iter().zip(&features.adc) {
        // Of a coarse voxel that takes part the tumour has the centre.
        let tumour = io::read_mask(&case.mask, 0).unwrap().region(1).unwrap();
        let coarse = radsurv_image::resample::resample_region(&tumour, io::read(&b0).unwrap().geometry()).unwrap();
        let expected = IntensityStatistics::of(&io::read(&map).unwrap(), Some(&coarse)).unwrap().mean();
        assert!((adc - 1e-3 * expected).abs() < 1e-9 && (0.8..=1.2).contains(adc), "{adc} {expected}");
    }
    assert!(features.adc[2].is_nan() && features.adc[3].is_nan());
    let failures: Vec<(&str, Part)> = features.failures.iter().map(|f| (f.case_id.as_str(), f.part)).collect();
    assert_eq!(failures, [("P2", Part::Adc)]);
    assert!(features.notices.is_empty(), "{:?}", features.notices);
    assert_eq!(found(&run(&cases, &scaled, Some(&cache), 2)), [true, true, false, true]);
    // In the wrong unit.
    let features = run(&cases, &settings(), Some(&cache), 2);
    assert!(features.adc[1] > 500.0 && features.notices[0].0.contains("adc_scale"));
    assert_eq!(found(&features), [true, false, false, true]);
    // Where there is nothing.
    let empty = Volume::new(grid.clone(), vec![0.0; grid.voxel_count()]).unwrap();
    io::write(&map, &empty).unwrap();
    let features = run(&cases[1..2], &settings(), Some(&cache), 2);
    assert!(features.adc[0].is_nan() && features.failures[0].reason.contains("have no ADC"));
}

#[test]
fn intensities_are_normalised_by_the_tissue() {
    let folder = tempfile::tempdir().unwrap();
    let case = cohort(folder.path()).remove(0);
    let image = io::read(&case.image).unwrap();
    let tissue = otsu_region(&image, 200).unwrap();
    let normal = Normalise::default().apply(&image).unwrap();
    let statistics = IntensityStatistics::of(&normal, Some(&tissue)).unwrap();
    assert!(statistics.mean().abs() < 1e-3 && (statistics.standard_deviation().unwrap() - 100.0).abs() < 1e-3);
    let stripe = Normalise { method: NormaliseMethod::WhiteStripe, scale: 1.0 }.apply(&image).unwrap();
    assert!(stripe.voxels().get(0) < -3.0); // air is far below the most frequent tissue
    // A gain of the scanner is nothing then.
    let gain: Vec<i16> = image.to_f64().iter().map(|v| 2 * *v as i16).collect();
    let other = ImageCase { id: "P9".to_string(), image: folder.path().join("gain.nrrd"), ..case.clone() };
    io::write(&other.image, &Volume::new(image.geometry().clone(), gain).unwrap()).unwrap();
    let settings = ImageSettings { n4: None, normalise: Some(Normalise::default()), ..settings() };
    let features = run(&[case, other], &settings, None, 1);
    for column in features.table.columns() {
        assert!((column[0] - column[1]).abs() <= 1e-4 * column[0].abs(), "{column:?}");
    }
}

#[test]
fn perturbed_readings_are_of_the_same_images() {
    let folder = tempfile::tempdir().unwrap();
    let mut cases = cohort(folder.path());
    cases[3].image = folder.path().join("gone.nrrd");
    let cache = Cache::open(folder.path().join("cache")).unwrap();
    let options = RunOptions { cache: Some(&cache), jobs: 2 };
    let nothing = PerturbSettings { count: 2, ..PerturbSettings::none() };
    let same = perturbed_features(&cases, &settings(), &nothing, &options, |_| {}).unwrap();
    let features = run(&cases, &settings(), Some(&cache), 2);
    assert_eq!(same.tables, [features.table.clone(), features.table]);
    assert_eq!(same.failed_cases(), 1);

    let perturb = PerturbSettings { count: 3, ..PerturbSettings::default() };
    let entries = || std::fs::read_dir(cache.folder().join("perturbed-features")).unwrap().count();
    let first = perturbed_features(&cases, &settings(), &perturb, &options, |_| {}).unwrap();
    assert_eq!(entries(), 6);
    let again = perturbed_features(&cases, &settings(), &perturb, &options, |_| {}).unwrap();
    assert_eq!((&again, entries()), (&first, 6));
    let alone = perturbed_features(&cases[1..2], &settings(), &perturb, &RunOptions::default(), |_| {}).unwrap();
    for (one, all) in alone.tables.iter().zip(&first.tables) {
        assert_eq!(*one, all.rows(&[1]));
    }
}

/// A series with contours gives what its voxels give.
#[cfg(feature = "dicom")]
#[test]
fn dicom_is_read_with_its_contours() {
    let folder = tempfile::tempdir().unwrap();
    let nifti = cohort(folder.path()).remove(0);
    let phantom = Recipe { radii: [9.0, 11.0, 13.0], ..Recipe::small(0) }.make();
    let (series, contours) =
        radsurv_testkit::dicom::export(&phantom, &["GTV mass", "Node"], &folder.path().join("export")).unwrap();
    let case = ImageCase::new("D", series, contours);
    let ambiguous = image_features(std::slice::from_ref(&case), &settings(), &RunOptions::default(), |_| {});
    assert!(ambiguous.unwrap_err().to_string().contains("GTV mass"));
    let chosen = ImageSettings { roi: vec!["GTV*".to_string()], ..settings() };
    let cache = Cache::open(folder.path().join("cache")).unwrap();
    let features = run(&[nifti, case.clone()], &chosen, Some(&cache), 2);
    for column in features.table.columns() {
        assert!((column[0] - column[1]).abs() <= 1e-5 * column[0].abs(), "{column:?}");
    }
    assert_eq!(found(&run(&[case], &chosen, Some(&cache), 1)), [true]);
}

#[test]
fn files_are_looked_for_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut cases = cohort(folder.path());
    assert!(check(&cases).is_empty());
    std::fs::remove_file(&cases[1].image).unwrap();
    std::fs::write(&cases[2].mask, "no image").unwrap();
    cases[0].readers = vec![None, Some("gone.nii".into())];
    cases[0].adc = AdcInput::Map("no.nii".into());
    let problems = check(&cases);
    let told: Vec<(&str, &str)> = problems.iter().map(|p| (p.case_id.as_str(), p.what.as_str())).collect();
    assert_eq!(told, [("P0", "mask of reader 2"), ("P0", "ADC map"), ("P1", "image"), ("P2", "mask")]);
}
