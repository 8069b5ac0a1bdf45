//! Repetitions over a cohort of phantoms.

use std::sync::Mutex;

use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::morphology::RingSettings;
use radsurv_image::perturb::PerturbSettings;
use radsurv_image::{Geometry, Mask, Volume, io};
use radsurv_study::Error;
use radsurv_study::reproducibility::{CaseImage, FileCase, Reproducibility, ReproducibilitySettings, reproducibility};
use radsurv_testkit::phantom::Recipe;

const PARAMS: &str = "\
imageType:
  Original: {}
featureClass:
  firstorder: [Mean, Energy]
  shape: [MeshVolume, Sphericity]
  glcm: [Contrast]
setting:
  binWidth: 25
";

fn case(recipe: &Recipe) -> Result<CaseImage, String> {
    let made = recipe.make();
    let grid = Geometry::new(made.size, made.spacing, [0.0; 3], Geometry::IDENTITY).map_err(|e| e.to_string())?;
    let labels = Volume::new(grid.clone(), made.labels.clone()).map_err(|e| e.to_string())?;
    let region = Mask::new(labels).and_then(|m| m.region(1)).map_err(|e| e.to_string())?;
    Ok(CaseImage { image: Volume::new(grid, made.rounded()).map_err(|e| e.to_string())?, region })
}

fn recipes() -> Vec<Recipe> {
    (0..4)
        .map(|i| {
            let mut recipe = Recipe::small(i);
            recipe.id = format!("P{i}");
            recipe.radii = [9.0 + 3.0 * i as f64, 8.0 + 3.0 * i as f64, 12.0]; // volumes of 4 to 15 ml
            recipe
        })
        .collect()
}

fn settings(params: &str, threads: usize) -> ReproducibilitySettings {
    ReproducibilitySettings {
        perturb: PerturbSettings { count: 4, ..PerturbSettings::default() },
        extraction: ExtractorSettings::from_yaml_str(params, "test").unwrap(),
        ring: None,
        prefix: false,
        threads,
    }
}

fn run(recipes: &[Recipe], settings: &ReproducibilitySettings) -> Reproducibility {
    let ids: Vec<String> = recipes.iter().map(|r| r.id.clone()).collect();
    reproducibility(&ids, |i| case(&recipes[i]), settings, |_| {}).unwrap()
}

/// ICC(1,1) by its definition.
fn icc(readings: &[Vec<f64>]) -> f64 {
    let (n, k) = (readings.len() as f64, readings[0].len() as f64);
    let means: Vec<f64> = readings.iter().map(|r| r.iter().sum::<f64>() / k).collect();
    let grand = means.iter().sum::<f64>() / n;
    let between = k * means.iter().map(|m| (m - grand).powi(2)).sum::<f64>() / (n - 1.0);
    let within = readings.iter().zip(&means).flat_map(|(r, m)| r.iter().map(move |v| (v - m).powi(2)));
    let within = within.sum::<f64>() / (n * (k - 1.0));
    (between - within) / (between + (k - 1.0) * within)
}

#[test]
fn tables_have_the_form_of_readers() {
    let result = run(&recipes(), &settings(PARAMS, 2));
    assert_eq!(result.tables.len(), 4);
    for table in &result.tables {
        assert_eq!(table.case_ids(), ["P0", "P1", "P2", "P3"]);
        assert_eq!(table.names(), result.tables[0].names());
        assert_eq!(table.names().len(), 5);
        assert!(table.columns().iter().flatten().all(|v| v.is_finite()));
    }
    assert!(result.failures.is_empty() && result.undefined.is_empty());
    let volume = result.readings("original_shape_MeshVolume").unwrap();
    assert_eq!((volume.len(), volume[0].len()), (4, 4));
    assert_ne!(volume[0][0], volume[0][1]);
    assert!(icc(&volume) > 0.8, "{}", icc(&volume));
    assert!(result.readings("nothing").is_none());
}

#[test]
fn threads_and_other_cases_change_nothing() {
    let recipes = recipes();
    let all = run(&recipes, &settings(PARAMS, 1));
    assert_eq!(run(&recipes, &settings(PARAMS, 3)), all);
    let two = run(&recipes[1..3], &settings(PARAMS, 2));
    for (part, whole) in two.tables.iter().zip(&all.tables) {
        assert_eq!(*part, whole.rows(&[1, 2]));
    }
    // More repetitions leave the first as they are; another seed does not.
    let mut more = settings(PARAMS, 2);
    more.perturb.count = 5;
    assert_eq!(run(&recipes, &more).tables[..4], all.tables);
    more.perturb.seed = 2;
    assert_ne!(run(&recipes, &more).tables[0], all.tables[0]);
}

#[test]
fn nothing_perturbed_is_the_extraction() {
    let recipes = recipes();
    for params in
        [PARAMS.to_string(), format!("{PARAMS}  resampledPixelSpacing: [2, 2, 2]\n  interpolator: sitkBSpline\n")]
    {
        let mut settings = settings(&params, 2);
        settings.perturb = PerturbSettings { count: 2, ..PerturbSettings::none() };
        let result = run(&recipes, &settings);
        let loaded = case(&recipes[2]).unwrap();
        let extractor = Extractor::new(settings.extraction.clone());
        let vector = extractor.extract_regions(&loaded.image, &[loaded.region]).pop().unwrap().unwrap();
        for feature in &vector.features {
            for table in &result.tables {
                assert_eq!(table.column(&feature.name()).unwrap()[2], feature.value.number());
            }
        }
    }
}

/// With resampling the image is interpolated once; the values are close to those of two interpolations.
#[test]
fn resampling_takes_the_turned_grid() {
    let recipes = recipes();
    let resampled = format!("{PARAMS}  resampledPixelSpacing: [2, 2, 2]\n  interpolator: sitkLinear\n");
    let result = run(&recipes, &settings(&resampled, 2));
    assert!(result.failures.is_empty(), "{:?}", result.failures);
    let plain = run(&recipes, &settings(PARAMS, 2));
    for (a, b) in result
        .readings("original_shape_MeshVolume")
        .unwrap()
        .iter()
        .flatten()
        .zip(plain.readings("original_shape_MeshVolume").unwrap().iter().flatten())
    {
        assert!((a / b - 1.0).abs() < 0.1, "{a} {b}");
    }
    // At the spacing that the image has there is nothing to resample to.
    let same = format!("{PARAMS}  resampledPixelSpacing: [1.5, 1.5, 4]\n  interpolator: sitkBSpline\n");
    let same = run(&recipes, &settings(&same, 2));
    assert!(same.failures.is_empty());
    for feature in ["original_shape_MeshVolume", "original_firstorder_Mean"] {
        assert_eq!(same.readings(feature), plain.readings(feature));
    }
}

#[test]
fn failures_are_listed_and_stop_nothing() {
    let recipes = recipes();
    let ids: Vec<String> = ["P0", "gone", "P2", "defect"].map(String::from).to_vec();
    let load = |i: usize| match i {
        1 => Err("gone.nii: no such file".to_string()),
        3 => panic!("index {}", 7),
        _ => case(&recipes[i]),
    };
    let told = Mutex::new(Vec::new());
    let tell = |p: &radsurv_study::reproducibility::CaseProgress<'_>| {
        told.lock().unwrap().push((p.case_id.to_string(), p.repetitions, p.failures.len()));
    };
    let mut settings = settings(PARAMS, 2);
    let result = reproducibility(&ids, load, &settings, tell).unwrap();
    assert_eq!(result.tables[0].case_ids(), ["P0", "P2"]);
    let reasons: Vec<(&str, &str)> = result.failures.iter().map(|f| (f.case_id.as_str(), f.reason.as_str())).collect();
    assert_eq!(reasons[0], ("gone", "gone.nii: no such file"));
    assert_eq!(reasons[1], ("defect", "internal error (index 7); please report it"));
    assert_eq!(result.failed_cases(), 2);
    let mut told = told.into_inner().unwrap();
    told.sort();
    assert_eq!(told, [("P0".into(), 4, 0), ("P2".into(), 4, 0), ("defect".into(), 0, 1), ("gone".into(), 0, 1)]);

    // Repetitions that leave too little are missing, those that do not are there.
    settings.perturb.volume = [-0.6, 0.3];
    settings.perturb.least_volume = 0.8;
    settings.perturb.count = 8;
    let result = run(&recipes, &settings);
    assert!(!result.failures.is_empty() && result.failures.iter().all(|f| f.repetition.is_some()));
    assert!(result.failures[0].reason.contains("least volume"), "{}", result.failures[0].reason);
    let missing = result.readings("original_firstorder_Mean").unwrap().iter().flatten().filter(|v| v.is_nan()).count();
    let failed = result.failures.iter().filter(|f| result.tables[0].case_ids().contains(&f.case_id)).count();
    assert_eq!(missing, failed);

    settings.perturb.least_volume = 0.5;
    let error = reproducibility(&ids[1..2], |_| Err("no file".to_string()), &settings, |_| {}).unwrap_err();
    assert!(error.to_string().contains("none of 1 cases has features: gone: no file"), "{error}");
    let twice = ["a".to_string(), "a".to_string()];
    assert!(matches!(reproducibility(&twice, |_| case(&recipes[0]), &settings, |_| {}), Err(Error::Data(_))));
    settings.perturb.count = 1;
    assert!(matches!(reproducibility(&ids, load, &settings, |_| {}), Err(Error::Image(_))));
    assert!(reproducibility(&[], load, &self::settings(PARAMS, 1), |_| {}).is_err());
}

#[test]
fn rings_follow_the_perturbed_region() {
    let recipes = recipes();
    for params in
        [PARAMS.to_string(), format!("{PARAMS}  resampledPixelSpacing: [2, 2, 2]\n  interpolator: sitkLinear\n")]
    {
        let mut settings = settings(&params, 2);
        let alone = run(&recipes, &settings);
        settings.ring = Some(RingSettings { width_mm: 6.0, ..RingSettings::default() });
        let both = run(&recipes, &settings);
        assert!(both.failures.is_empty(), "{:?}", both.failures);
        assert_eq!(both.tables[0].names().len(), 10);
        let volume = both.readings("ring_original_shape_MeshVolume").unwrap();
        assert!(volume.iter().flatten().all(|v| *v > 0.0) && volume[0][0] != volume[0][1]);
        if !params.contains("resampled") {
            let inner = both.readings("tumour_original_firstorder_Mean").unwrap();
            assert_eq!(inner, alone.readings("original_firstorder_Mean").unwrap());
        }
    }
    let mut settings = settings(PARAMS, 1);
    settings.prefix = true;
    assert!(run(&recipes[..1], &settings).tables[0].names()[0].starts_with("tumour_original_"));
    // A ring thinner than a voxel has none: the tumour's values stay.
    settings.ring = Some(RingSettings { width_mm: 0.1, ..RingSettings::default() });
    let thin = run(&recipes[..1], &settings);
    assert_eq!(thin.failures.len(), 4);
    assert!(thin.failures[0].reason.starts_with("ring: "), "{}", thin.failures[0].reason);
    assert_eq!(thin.tables[0].names().len(), 5);
    settings.ring = Some(RingSettings { width_mm: -1.0, ..RingSettings::default() });
    assert!(reproducibility(&["P0".to_string()], |_| case(&recipes[0]), &settings, |_| {}).is_err());
}

#[test]
fn files_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let made = case(&recipes()[0]).unwrap();
    let files = FileCase { image: dir.path().join("i.nrrd"), mask: dir.path().join("m.nrrd"), label: 1 };
    io::write(&files.image, &made.image).unwrap();
    io::write_mask(&files.mask, &made.region.to_mask().unwrap()).unwrap();
    let extractor = Extractor::new(ExtractorSettings::default());
    let loaded = files.load(&extractor).unwrap();
    assert_eq!(loaded.region, made.region);
    let missing = FileCase { label: 9, ..files.clone() };
    assert!(missing.load(&extractor).unwrap_err().contains("m.nrrd"));
    let gone = FileCase { image: dir.path().join("gone.nrrd"), ..files };
    assert!(gone.load(&extractor).unwrap_err().contains("gone.nrrd"));
}
