//! The reader of parameter files beside PyRadiomics, on every setting with forty values each and on many ways to write
//! YAML and JSON (golden file of reference/parameter_files.py).

use std::collections::HashMap;
use std::path::Path;

use radsurv_features::settings::ExtractorSettings;
use radsurv_testkit::golden::Golden;
use serde_json::Value;

/// Cases that are read although PyRadiomics refuses them or fails with them, each with the reason.
const ALSO_READ: &[(&str, &str)] = &[
    ("tab before a comment", "valid YAML that ruamel.yaml does not know"),
    ("interpolator: sitkBSpline2", "an interpolator of SimpleITK beyond the ten of the schema"),
    ("interpolator: 3", "sitkBSpline in the SimpleITK of PyRadiomics' documentation; 2.5 has no number 3"),
    ("version 1.1 yes", SHAPE_2D),
    ("true", SHAPE_2D),
    ("label: 2", LABEL),
    ("label: 3", LABEL),
    ("label: 4", LABEL),
    ("label: 1_0", LABEL),
    ("label: 0x2", LABEL),
    ("label: +2", LABEL),
    ("resampledPixelSpacing: [1, 2]", "right for a 2-D image; of a 3-D one the extraction fails, with both dimensions"),
    ("resegmentMode: absolute", "the range leaves a flat region, which has no finite Energy there"),
    ("lbp3DLevels: 1", "the schema allows it; the filter fails"),
    ("lbp3DIcosphereRadius: 1e-3", "the schema allows it; the image has no range of values"),
];
const SHAPE_2D: &str = "shape2D of a region of several slices fails, whatever the file says";
const LABEL: &str = "the label is not in this mask";

/// Cases that are refused although PyRadiomics extracts with them, each with the reason.
const REFUSED: &[(&str, &str)] = &[
    ("infinity", "not JSON, though Python reads it"),
    ("interpolator: true", "a switch, which Python takes for the number 1"),
    ("geometryTolerance: .nan", NAN),
    ("removeOutliers: .nan", NAN),
    ("sigma: [.nan, 1]", NAN),
    ("lbp2DRadius: .nan", NAN),
    ("lbp2DRadius: .inf", "no radius"),
];
const NAN: &str = "not a number passes every range of the schema";

fn golden() -> Golden {
    Golden::read(Path::new("tests/golden/parameter_files.jsonl.gz")).unwrap()
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} in {row}"))
}

fn read(row: &Value) -> radsurv_features::Result<ExtractorSettings> {
    match text(row, "kind") {
        "json" => ExtractorSettings::from_json_str(text(row, "text"), "T"),
        _ => ExtractorSettings::from_yaml_str(text(row, "text"), "T"),
    }
}

/// Whether PyRadiomics extracts with the file and gets numbers, as far as it was tried.
fn works(row: &Value) -> bool {
    row.get("error").is_none() && row.get("fails").is_none() && row.get("nan").is_none_or(|count| *count == 0)
}

#[test]
fn accepts_what_works_there_and_nothing_else() {
    let golden = golden();
    let mut exceptions: HashMap<&str, bool> = HashMap::new();
    exceptions.extend(ALSO_READ.iter().map(|&(name, _)| (name, true)));
    exceptions.extend(REFUSED.iter().map(|&(name, _)| (name, false)));
    let mut wrong = Vec::new();
    for row in &golden.rows {
        let read = read(row);
        let expected = match exceptions.remove(text(row, "name")) {
            Some(ours) => {
                assert_ne!(ours, works(row), "{} is no exception", row["name"]);
                ours
            }
            None => works(row),
        };
        if read.is_ok() != expected {
            wrong.push(format!(
                "{}: {:?}\n    there: {} {}",
                row["name"],
                read.map(|_| ()),
                row["error"],
                row["fails"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(exceptions.is_empty(), "no such cases: {exceptions:?}");
}

#[test]
fn holds_the_same_settings() {
    let mut compared = 0;
    for row in &golden().rows {
        let Ok(read) = read(row) else { continue };
        if row.get("error").is_some() {
            continue;
        }
        assert_eq!(read.settings_text(), text(row, "settings"), "{}", row["name"]);
        assert_eq!(read.image_types_text(), text(row, "image_types"), "{}", row["name"]);
        let features: Vec<(&str, Vec<&str>)> = read
            .feature_classes
            .iter()
            .map(|enabled| (enabled.class.name(), enabled.features.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(&str, Vec<&str>)> = row["features"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(class, names)| {
                (class.as_str(), names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect())
            })
            .collect();
        assert_eq!(features, expected, "{}", row["name"]);
        compared += 1;
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn what_is_read_can_be_written() {
    for row in &golden().rows {
        let Ok(read) = read(row) else { continue };
        let yaml = ExtractorSettings::from_yaml_str(&read.to_yaml().unwrap(), "T").unwrap();
        assert_eq!(yaml.settings_text(), read.settings_text(), "{}", row["name"]);
        assert_eq!(yaml.image_types_text(), read.image_types_text(), "{}", row["name"]);
        // JSON has no infinity.
        if !text(row, "text").contains(".inf") {
            let mut json = ExtractorSettings::from_json_str(&read.to_json().unwrap(), "T").unwrap();
            // Notices tell places, which differ.
            json.notices.clone_from(&yaml.notices);
            assert_eq!(json, yaml, "{}", row["name"]);
        }
    }
}
