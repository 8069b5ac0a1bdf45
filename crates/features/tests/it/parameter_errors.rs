//! What the reader of parameter files says about wrong ones.

use radsurv_features::settings::{
    Discretisation, ExtractorSettings, FeatureClass, Fix, ImageType, Lbp2dMethod, ResegmentMode, SettingKey, Sigma,
    WeightingNorm,
};
use radsurv_features::{Error, Problem};
use radsurv_image::resample::Interpolator;

fn yaml(text: &str) -> Result<ExtractorSettings, Vec<Problem>> {
    ExtractorSettings::from_yaml_str(text, "p.yaml").map_err(problems)
}

fn json(text: &str) -> Result<ExtractorSettings, Vec<Problem>> {
    ExtractorSettings::from_json_str(text, "p.json").map_err(problems)
}

fn problems(error: Error) -> Vec<Problem> {
    match error {
        Error::Settings(error) => error.problems,
        other => panic!("{other}"),
    }
}

/// Place, key, and a part of the message.
fn told(problem: &Problem) -> (usize, usize, &str) {
    let position = problem.position.unwrap();
    (position.line, position.column, problem.key.as_str())
}

#[test]
fn every_setting_is_read() {
    let read = yaml(include_str!("../inputs/every_setting.yaml")).unwrap();
    let s = &read.settings;
    assert_eq!((s.minimum_roi_dimensions, s.minimum_roi_size, s.geometry_tolerance), (1, Some(50), Some(1e-4)));
    assert!(s.correct_mask && !s.additional_info && s.normalize && s.force_2d && s.resegment_shape && s.pre_crop);
    assert_eq!((s.label, s.label_channel, s.discretisation), (2, 1, Discretisation::Count(32)));
    assert_eq!((s.normalize_scale, s.remove_outliers), (100.0, Some(3.0)));
    assert_eq!(s.resampled_pixel_spacing.as_deref(), Some(&[1.0, 1.5, 0.0][..]));
    assert_eq!((s.interpolator, s.pad_distance), (Some(Interpolator::LanczosWindowedSinc), 10));
    assert_eq!((s.distances.as_slice(), s.force_2d_dimension), (&[1, 2][..], 2));
    assert_eq!((s.resegment_range.as_deref(), s.resegment_mode), (Some(&[-3.0, 3.5][..]), ResegmentMode::Sigma));
    assert_eq!(s.sigma, [Sigma::Whole(1), Sigma::Real(2.0)]);
    assert_eq!((s.start_level, s.level, s.wavelet.as_str()), (1, 2, "bior3.9"));
    assert!(!s.gradient_use_spacing && !s.symmetrical_glcm);
    assert_eq!((s.lbp2d_radius, s.lbp2d_samples, s.lbp2d_method), (2.0, 9, Lbp2dMethod::Ror));
    assert_eq!((s.lbp3d_levels, s.lbp3d_icosphere_radius, s.lbp3d_icosphere_subdivision), (3, 1.5, 2));
    assert_eq!((s.voxel_array_shift, s.gldm_a, s.weighting_norm), (300.0, 1.0, Some(WeightingNorm::Euclidean)));
    assert_eq!(read.spelling.keys().collect::<Vec<_>>().len(), SettingKey::ALL.len());

    assert_eq!(read.image_types.iter().map(|e| e.image_type).collect::<Vec<_>>(), ImageType::ALL);
    let log = &read.image_types[1];
    assert_eq!(log.settings.discretisation, Discretisation::Width(5.0));
    assert_eq!(log.settings.sigma, [Sigma::Real(3.0)]);
    let overridden: Vec<SettingKey> = log.overrides(&read.settings).into_iter().map(|(key, _)| key).collect();
    assert_eq!(overridden, [SettingKey::Sigma, SettingKey::BinWidth, SettingKey::BinCount]);

    assert_eq!(read.feature_classes[2].class, FeatureClass::FirstOrder);
    assert_eq!(read.feature_classes[2].features, ["Mean", "90Percentile", "StandardDeviation"]);
    assert!(read.fixes(Fix::ResegmentShapeCrop) && read.fixes(Fix::Shape2dDimension));
}

#[test]
fn all_problems_at_once_and_where_they_are() {
    let text = "\
settings: {}
setting:
  binwidth: 10
  sigma: [1, x]
  label: 1.0
  kernelRadius: 1
  Label: 2
imageType:
  Log: {}
  LoG: {binWidth: -1}
featureClass:
  glcm: [Contrast, JointEnergie]
radsurv: {fixes: [none]}
";
    let found = yaml(text).unwrap_err();
    let expected = [
        (1, 1, "settings"),
        (3, 3, "setting.binwidth"),
        (4, 14, "setting.sigma"),
        (5, 10, "setting.label"),
        (6, 3, "setting.kernelRadius"),
        (7, 3, "setting.Label"),
        (9, 3, "imageType.Log"),
        (10, 19, "imageType.LoG.binWidth"),
        (12, 20, "featureClass.glcm"),
        (13, 19, "radsurv.fixes"),
    ];
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected);
    let parts = [
        "did you mean setting?",
        "did you mean binWidth?); settings are minimumROIDimensions, ",
        "value 2 of the list: found the text \"x\", expected a number greater than 0",
        "write it without a decimal point",
        "belongs under voxelSetting",
        // All names are told once.
        "is not a setting (did you mean label?)",
        "did you mean LoG?); they are Original, LoG, ",
        "found -1, expected a number greater than 0",
        "did you mean JointEnergy?); features are Autocorrelation, ",
        "expected one of resegment-shape-crop, shape2d-dimension",
    ];
    for (problem, part) in found.iter().zip(parts) {
        assert!(problem.what.contains(part), "{problem}");
    }
    assert!(found[5].what.ends_with("label?)"));
}

#[test]
fn json_problems_have_places_too() {
    let found =
        json("{\"setting\":\n  {\"binWidth\": 25, \"binwith\": [1,\n 2], \"é\": 1,\n \"sigma\": [1,\n  \"b\"]}}");
    let expected = [(2, 20, "setting.binwith"), (3, 6, "setting.é"), (5, 3, "setting.sigma")];
    assert_eq!(found.unwrap_err().iter().map(told).collect::<Vec<_>>(), expected);
    for (text, place) in [
        ("{\"setting\": {\"binWidth\": 25,}}", (1, 29)),
        ("{\n\"setting\": {}", (2, 13)),
        ("{\"setting\": NaN}", (1, 13)),
        ("", (1, 1)),
    ] {
        let found = json(text).unwrap_err();
        let (line, column, key) = told(&found[0]);
        assert!((line, column) == place && key.is_empty() && found[0].what.contains("not valid JSON"), "{}", found[0]);
    }
}

#[test]
fn broken_yaml_has_a_place() {
    for (text, line) in [
        ("setting:\n\tbinWidth: 25\n", 2),
        ("setting: {binWidth: 25\n", 2),
        ("setting: [1, 2}\n", 1),
        ("setting:\n  binWidth: 25\n   label: 1\n", 3),
        ("setting: *x\n", 1),
        ("setting: &x {binWidth: *x}\n", 1),
        ("setting: !width 1\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("setting:\n  label: 1\n  label: 2\n", 3),
        ("setting:\n  ? [a]\n  : 1\n", 2),
    ] {
        let found = yaml(text).unwrap_err();
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(told(&found[0]).0, line, "{text}: {}", found[0]);
    }
    assert!(yaml("setting:\n  binWidth:25\n").unwrap_err()[0].what.ends_with("a space must follow the colon"));
    assert!(yaml("# nothing\n").unwrap_err()[0].what.contains("nothing in it"));
}

#[test]
fn hostile_nesting_is_refused() {
    let deep = format!("setting: {}", "[".repeat(100_000));
    assert!(yaml(&deep).unwrap_err()[0].what.contains("nested deeper"));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(json(&deep).unwrap_err()[0].what.contains("nested deeper"));
    // Ten of ten of ten ...
    let mut bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_string();
    for level in 0..30 {
        let aliases = vec![format!("*a{level}"); 10].join(", ");
        bomb += &format!("a{}: &a{} [{aliases}]\n", level + 1, level + 1);
    }
    assert!(yaml(&bomb).unwrap_err()[0].what.contains("more than 10000 values"));
    // Each level holds the one before at the deepest place that is allowed.
    let mut chain = "a0: &a0 1\n".to_string();
    for level in 0..1000 {
        let (open, close) = ("[".repeat(30), "]".repeat(30));
        chain += &format!("a{}: &a{} {open}*a{level}{close}\n", level + 1, level + 1);
    }
    assert!(yaml(&chain).unwrap_err()[0].what.contains("more than 10000 values"));
}

#[test]
fn nulls() {
    // Off, or not used: read.
    for text in [
        "setting: {minimumROISize: , geometryTolerance: , removeOutliers: , resampledPixelSpacing: , interpolator: }",
        "setting: {resegmentRange: , weightingNorm: , binCount: , normalize: , preCrop: , symmetricalGLCM: }",
        "setting: {padDistance: , normalizeScale: , resegmentMode: , sigma: , level: , label_channel: }",
        "setting: {sigma: }\nimageType: {LoG: {sigma: [1.0]}}",
        "setting: {binWidth: , binCount: 8}",
    ] {
        yaml(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
    }
    assert!(!yaml("setting: {symmetricalGLCM: }").unwrap().settings.symmetrical_glcm);
    // Used: told.
    for text in [
        "setting: {label: }",
        "setting: {binWidth: }",
        "setting: {padDistance: , preCrop: true}",
        "setting: {normalizeScale: , normalize: true}",
        "setting: {resegmentMode: , resegmentRange: [1]}",
        "setting: {sigma: }\nimageType: {LoG: {}}",
        "imageType: {LoG: {sigma: }}",
        "setting: {wavelet: }",
        "setting: {distances: [1, ~]}",
        "imageType: {Original: {binWidth: }}",
    ] {
        let found = yaml(text).unwrap_err();
        assert!(found.len() == 1 && found[0].what.contains("null"), "{text}: {found:?}");
    }
}

#[test]
fn notices() {
    let text = "\
setting:
  binWidth: 25
  binCount: 32
  interpolator: 3
imageType:
  Original: {padDistance: 3, level: 2, binWidth: 10}
  LoG: {}
featureClass: {glcm: [Dissimilarity], shape2D: , shape: [Compactness1]}
voxelSetting: {initValue: nan}
";
    let notices = yaml(text).unwrap().notices;
    for part in [
        "line 4, column 17: setting.interpolator: 3 is read as sitkBSpline",
        "line 6, column 27: imageType.Original.padDistance: has no effect for one image type",
        "line 6, column 37: imageType.Original.level: has no effect on Original: it is a setting of Wavelet",
        "line 6, column 50: imageType.Original.binWidth: has no effect, as binCount is set",
        "imageType.LoG: no sigma is given",
        "line 8, column 23: featureClass.glcm: glcm Dissimilarity is deprecated and has no value",
        "line 8, column 58: featureClass.shape: shape Compactness1 is deprecated: it is sqrt(Sphericity^3)",
        "line 9, column 15: voxelSetting: has no effect",
        "line 2, column 13: setting.binWidth: has no effect, as binCount is set",
        "featureClass.shape2D: has no features unless setting.force2D is true",
    ] {
        assert!(notices.iter().any(|notice| notice.starts_with(part)), "{part}: {notices:#?}");
    }
    assert_eq!(notices.len(), 10, "{notices:#?}");
    let twice = json(r#"{"setting": {"label": 1, "label": 2}}"#).unwrap();
    assert_eq!(twice.settings.label, 2);
    assert!(twice.notices[0].contains("given twice"), "{:?}", twice.notices);
}

#[test]
fn files() {
    let folder = std::env::temp_dir().join(format!("radsurv-parameter-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let read = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        ExtractorSettings::from_file(&path)
    };
    let tabs = b"{\n\t\"setting\": {\"binWidth\": 10}\n}\n";
    for name in ["a.json", "a.JSON", "a.txt", "a"] {
        assert_eq!(read(name, tabs).unwrap().settings.discretisation, Discretisation::Width(10.0), "{name}");
    }
    for name in ["b.yaml", "b.yml", "b.txt"] {
        let read = read(name, b"\xef\xbb\xbfsetting: {binWidth: 10}\r\n").unwrap();
        assert_eq!(read.settings.discretisation, Discretisation::Width(10.0), "{name}");
    }
    // In a file without a known ending this is YAML in braces.
    assert!(read("c.par", b"{setting: {binWidth: 10}}").is_ok());
    assert!(read("c.json", b"{setting: {binWidth: 10}}").unwrap_err().to_string().contains("c.json: line 1, column 2"));
    assert!(
        read("d.yaml", b"setting: {wavelet: caf\xe9}").unwrap_err().to_string().contains("not UTF-8 from byte 23 on")
    );
    assert!(read("e.yaml", &vec![b'#'; 2 << 20]).unwrap_err().to_string().contains("larger than a megabyte"));
    let missing = ExtractorSettings::from_file(folder.join("none.yaml")).unwrap_err();
    assert!(matches!(missing, Error::Io { .. }) && missing.to_string().contains("none.yaml: "), "{missing}");
    assert!(matches!(ExtractorSettings::from_file(&folder).unwrap_err(), Error::Io { .. }));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_no_file_can_say_is_not_written() {
    let mut none = ExtractorSettings::default();
    none.image_types.clear();
    assert!(none.to_yaml().unwrap_err().to_string().contains("no image type"));
    let mut none = ExtractorSettings::default();
    none.feature_classes.clear();
    assert!(none.to_json().unwrap_err().to_string().contains("no feature class"));
    let mut twice = ExtractorSettings::default();
    twice.image_types.push(twice.image_types[0].clone());
    assert!(twice.to_yaml().unwrap_err().to_string().contains("already given"));
    let mut odd = ExtractorSettings::default();
    odd.change_settings(|s| s.gldm_a = 0.5);
    assert!(odd.to_yaml().unwrap_err().to_string().contains("setting.gldm_a: found 0.5"));
    let mut infinite = ExtractorSettings::default();
    infinite.change_settings(|s| s.resegment_range = Some(vec![0.0, f64::INFINITY]));
    assert!(infinite.to_yaml().unwrap().contains("resegmentRange: [0.0, .inf]"));
    assert!(infinite.to_json().is_err());
}
