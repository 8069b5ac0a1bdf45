//! Names, order and defaults beside PyRadiomics (golden file of reference/feature_names.py), both ways.

use std::collections::BTreeSet;
use std::fs::File;

use radsurv_features::catalog;
use radsurv_features::settings::{ExtractorSettings, FeatureClass, Fix, ImageType, Scope, SettingKey, Settings};
use radsurv_testkit::golden::Golden;
use serde_json::Value;

fn golden() -> Golden {
    Golden::parse(File::open("tests/golden/feature_names.jsonl").unwrap()).unwrap()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

#[test]
fn features_and_their_order() {
    let golden = golden();
    let mut classes = Vec::new();
    for row in golden.rows.iter().filter(|row| row.get("class").is_some()) {
        let class = FeatureClass::parse(row["class"].as_str().unwrap()).unwrap();
        let ours: Vec<&str> = catalog::features(class).iter().map(|feature| feature.name).collect();
        assert_eq!(ours, names(&row["features"]), "{}", class.name());
        let deprecated = catalog::features(class).iter().filter(|feature| feature.is_deprecated());
        assert_eq!(deprecated.map(|feature| feature.name).collect::<Vec<_>>(), names(&row["deprecated"]));
        classes.push(class);
    }
    assert_eq!(classes, FeatureClass::ALL);
}

#[test]
fn image_types() {
    let golden = golden();
    let row = golden.rows.iter().find(|row| row.get("image_types").is_some()).unwrap();
    let theirs: BTreeSet<&str> = names(&row["image_types"]).into_iter().collect();
    assert_eq!(ImageType::ALL.map(ImageType::name).into_iter().collect::<BTreeSet<_>>(), theirs);
}

#[test]
fn wavelets() {
    let golden = golden();
    let row = golden.rows.iter().find(|row| row.get("discrete_wavelets").is_some()).unwrap();
    let read = |name| ExtractorSettings::from_yaml_str(&format!("setting: {{wavelet: '{name}'}}"), "T");
    for name in names(&row["discrete_wavelets"]) {
        assert_eq!(read(name).unwrap().settings.wavelet, name);
    }
    for name in names(&row["continuous"]) {
        assert!(read(name).unwrap_err().to_string().contains("continuous"), "{name}");
    }
}

#[test]
fn defaults() {
    let golden = golden();
    let row = golden.rows.iter().find(|row| row.get("default_settings").is_some()).unwrap();
    let ours = ExtractorSettings::default();
    assert_eq!(ours.settings_text(), row["default_settings"].as_str().unwrap());
    assert_eq!(ours.image_types_text(), row["default_image_types"].as_str().unwrap());
    let classes: Vec<&str> = ours.feature_classes.iter().map(|enabled| enabled.class.name()).collect();
    assert_eq!(classes, names(&row["default_classes"]));
}

/// The guide lists every setting, image type, class and fix, with the defaults of the code.
#[test]
fn guide() {
    let guide = include_str!("../../../../docs/parameter-files.md");
    let table = guide.split("| Setting | Default |").nth(1).unwrap().split("\n\n").next().unwrap();
    let rows: Vec<Vec<&str>> =
        table.lines().skip(2).map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`')).collect()).collect();
    assert_eq!(rows.len(), SettingKey::ALL.len());
    for (row, &key) in rows.iter().zip(SettingKey::ALL) {
        assert_eq!(row[1], key.name());
        assert_eq!(row[2], key.value(&Settings::default()).to_string(), "{}", key.name());
        let scope = match key.scope() {
            Scope::Preprocessing => "all",
            Scope::Filter(image_type) => image_type.name(),
            _ => "",
        };
        assert_eq!(row[4], scope, "{}", key.name());
    }
    for fix in Fix::ALL {
        assert!(guide.contains(&format!("| `{}` |", fix.name())), "{fix:?}");
    }
    for class in FeatureClass::ALL {
        for feature in catalog::features(class).iter().filter(|feature| feature.is_deprecated()) {
            assert!(guide.contains(&format!("`{}`", feature.name)), "{}", feature.name);
        }
    }
}

/// All names of an extraction with every image type are recognised, as they are and with the prefixes of the layout wide,
/// and so are those of filters this program does not have.
#[test]
fn names_of_columns() {
    let filtered = ["LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH", "LLL"].map(|band| format!("wavelet-{band}"));
    let logs = ["log-sigma-2-0-mm-3D", "log-sigma-4-0-mm-3D"].map(String::from);
    let images: Vec<String> = std::iter::once("original".to_string()).chain(logs).chain(filtered).collect();
    let mut names = Vec::new();
    for image in &images {
        for class in FeatureClass::ALL.into_iter().filter(|class| *class != FeatureClass::Shape2D) {
            if !class.is_shape() || image == "original" {
                let enabled = catalog::enabled_by_default(class);
                names.extend(enabled.map(|feature| format!("{image}_{}_{}", class.name(), feature.name)));
            }
        }
    }
    assert_eq!(names.len(), 1037);
    let more = ["exponential", "lbp-3D-m1", "lbp-2D", "squareroot", "my-filter", "gabor_3.5", "wavelet2-HHH"];
    names.extend(more.iter().map(|image| format!("{image}_glszm_ZoneEntropy")));
    names.push("original_shape2D_Elongation".to_string());
    for name in &names {
        for prefix in ["", "tumour_", "ring_", "tumour_2_", "ring_union_", "T1 ", "diagnosis_"] {
            let column = format!("{prefix}{name}");
            let parsed = catalog::parse_name(&column).unwrap_or_else(|| panic!("{column}"));
            assert_eq!(format!("{}_{}_{}", parsed.image, parsed.class.name(), parsed.info.name), column);
        }
        for other in [format!("{name}_2"), format!("diagnostics_{name}"), name.to_lowercase(), name.replace('_', ".")] {
            assert!(!catalog::is_feature_name(&other), "{other}");
        }
    }
    for column in
        ["case_id", "image", "mask", "label", "region", "time", "event", "age", "", "_", "__", "_glcm_Contrast"]
    {
        assert!(!catalog::is_feature_name(column), "{column}");
    }
    for column in ["diagnostics_Mask-original_VoxelNum", "diagnostics_Image-original_Mean", "Elongation.original"] {
        assert!(!catalog::is_feature_name(column), "{column}");
    }
}
