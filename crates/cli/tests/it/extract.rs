//! `radsurv extract`: every option of the contract on small phantoms.

use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::{io, morphology};
use serde_json::Value;

use crate::support::{Folder, column, files, numbers};

const ONE: &str = "extract --image P1_image.nii.gz --mask P1_mask.nii.gz";

#[test]
fn a_single_case_is_a_row_with_the_values_of_the_library() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    folder.run(&format!("{ONE} --out t.csv")).expect(0).says(&["wrote t.csv"]);
    let table = folder.table("t.csv");
    assert_eq!(table.columns()[..5], ["case_id", "image", "mask", "label", "region"]);
    assert_eq!(table.columns().len(), 5 + 107);
    let row = &table.rows()[0].cells;
    assert_eq!(row[..5], ["P1_image", "P1_image.nii.gz", "P1_mask.nii.gz", "1", "mask"]);

    let image = io::read(folder.path("P1_image.nii.gz")).unwrap();
    let mask = io::read_mask(folder.path("P1_mask.nii.gz"), 0).unwrap();
    let features = Extractor::new(ExtractorSettings::default()).extract(&image, &mask).unwrap();
    for (feature, (name, cell)) in features.features.iter().zip(table.columns()[5..].iter().zip(&row[5..])) {
        assert_eq!(feature.name(), *name);
        assert_eq!(cell.parse::<f64>().unwrap().to_bits(), feature.value.number().to_bits(), "{name}");
    }
    // Nothing is left beside the table.
    assert_eq!(files(&folder.path("")), ["P1_image.nii.gz", "P1_mask.nii.gz", "t.csv"]);
}

#[test]
fn id_and_label_can_be_given() {
    let folder = Folder::new();
    let phantom = folder.phantom("P1", 1);
    folder
        .run_args(
            &[&ONE.split(' ').collect::<Vec<_>>()[..], &["--id", "a, b", "--label", "2", "--out", "t.csv"]].concat(),
        )
        .expect(0);
    let table = folder.table("t.csv");
    assert_eq!(table.rows()[0].cells[0], "a, b");
    assert_eq!(column(&table, "label"), ["2"]);
    let voxel = phantom.spacing.iter().product::<f64>();
    let volume = numbers(&table, "original_shape_VoxelVolume")[0];
    assert!((volume - phantom.count(2) as f64 * voxel).abs() < 1e-9 * volume);
}

#[test]
fn several_labels_are_rows_each_and_together() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    folder.run(&format!("{ONE} --labels all,union --out t.csv")).expect(0);
    let table = folder.table("t.csv");
    assert_eq!(column(&table, "label"), ["1", "2", "union"]);
    let volume = numbers(&table, "original_shape_VoxelVolume");
    assert!((volume[0] + volume[1] - volume[2]).abs() < 1e-9 * volume[2]);
    // A label has the same values whether it is alone or not.
    folder.run(&format!("{ONE} --label 2 --out two.csv")).expect(0);
    assert_eq!(folder.table("two.csv").rows()[0].cells, table.rows()[1].cells);
    folder.run(&format!("{ONE} --labels 2,1 --out t.csv")).expect(0);
    assert_eq!(column(&folder.table("t.csv"), "label"), ["2", "1"]);
}

#[test]
fn the_label_of_a_row_comes_first_then_the_option_then_the_parameter_file() {
    let folder = Folder::cohort(1);
    folder.write("two.yaml", "setting: {label: 2}\n");
    folder.write("rows.csv", "ID,Image,Mask,Label\nP1,P1_image.nii.gz,P1_mask.nii.gz,1\nP1,P1_image.nii.gz,P1_mask.nii.gz,2\nX,P1_image.nii.gz,P1_mask.nii.gz,\nY,P1_image.nii.gz,P1_mask.nii.gz,all;union\n");
    let labels = |args: &str| {
        folder.run(&format!("extract --out t.csv {args}")).expect(0);
        column(&folder.table("t.csv"), "label").join(" ")
    };
    assert_eq!(labels("--cases cases.csv"), "1");
    assert_eq!(labels("--cases cases.csv --params two.yaml"), "2");
    assert_eq!(labels("--cases cases.csv --params two.yaml --label 1"), "1");
    assert_eq!(labels("--cases rows.csv --label 2"), "1 2 2 1 2 union");
    assert_eq!(column(&folder.table("t.csv"), "case_id"), ["P1", "P1", "X", "Y", "Y", "Y"]);
}

#[test]
fn a_ring_is_a_second_region() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    folder.write("p.yaml", "imageType: {Original: {}, Wavelet: {}}\nfeatureClass: {shape: , firstorder: , ngtdm: }\n");
    folder.run(&format!("{ONE} --params p.yaml --ring 10 --out t.csv")).expect(0);
    let table = folder.table("t.csv");
    assert_eq!(column(&table, "region"), ["mask", "ring"]);

    let settings = ExtractorSettings::from_file(folder.path("p.yaml")).unwrap();
    let image = io::read(folder.path("P1_image.nii.gz")).unwrap();
    let mask = io::read_mask(folder.path("P1_mask.nii.gz"), 0).unwrap();
    let extractor = Extractor::new(settings);
    let ring = morphology::ring(&extractor.region(&image, &mask, 1).unwrap(), 10.0).unwrap();
    let expected = extractor.extract_regions(&image, &[ring]).pop().unwrap().unwrap();
    let values: Vec<u64> = expected.features.iter().map(|f| f.value.number().to_bits()).collect();
    let written: Vec<u64> = table.rows()[1].cells[5..].iter().map(|c| c.parse::<f64>().unwrap().to_bits()).collect();
    assert_eq!(values, written);
}

#[test]
fn other_columns_are_carried_through_unchanged() {
    let folder = Folder::cohort(2);
    let cases = folder.text("cases.csv");
    let image = "P1_image.nii.gz,P1_mask.nii.gz";
    folder.write(
        "cases.csv",
        format!("Age,ID,Image,Mask,Note\n007,P1,{image}, \"\"x\"\"\n1e3,P2,{image},\"line\none\"\n"),
    );
    folder.run("extract --cases cases.csv --out t.csv").expect(0);
    let table = folder.table("t.csv");
    assert_eq!(table.columns()[..7], ["case_id", "image", "mask", "label", "region", "Age", "Note"]);
    assert_eq!(column(&table, "Age"), ["007", "1e3"]);
    assert_eq!(column(&table, "Note"), [" \"\"x\"\"", "line\none"]);
    folder.write("cases.csv", cases);
    folder.run("extract --cases cases.csv --layout wide --out t.csv").expect(0);
    assert_eq!(column(&folder.table("t.csv"), "Site"), ["Ward 1, east", "Ward 2, east"]);
}

#[test]
fn wide_has_a_row_per_case() {
    let folder = Folder::cohort(2);
    folder.run("extract --cases cases.csv --ring 8 --out long.csv").expect(0);
    folder.run("extract --cases cases.csv --ring 8 --layout wide --out wide.csv").expect(0);
    let (long, wide) = (folder.table("long.csv"), folder.table("wide.csv"));
    assert_eq!(wide.columns()[..5], ["case_id", "image", "mask", "label", "Site"]);
    assert_eq!(wide.columns().len(), 5 + 2 * 107);
    assert_eq!(column(&wide, "case_id"), ["P1", "P2"]);
    for (region, prefix) in [("mask", "tumour_"), ("ring", "ring_")] {
        for name in ["original_shape_MeshVolume", "original_gldm_DependenceEntropy"] {
            let rows = column(&long, "region");
            let of_region: Vec<&str> =
                column(&long, name).into_iter().zip(&rows).filter(|(_, r)| **r == region).map(|(v, _)| v).collect();
            assert_eq!(column(&wide, &format!("{prefix}{name}")), of_region);
        }
    }
    folder.run("extract --cases cases.csv --labels all,union --layout wide --out wide.csv").expect(0);
    let wide = folder.table("wide.csv");
    assert_eq!(column(&wide, "label"), ["1;2;union"; 2]);
    assert_eq!(wide.columns()[5], "tumour_1_original_shape_Elongation");
    assert!(wide.find_column("tumour_union_original_firstorder_Mean").is_some());
}

#[test]
fn diagnostics_are_columns_when_asked_for() {
    let folder = Folder::cohort(1);
    let names = |args: &str| {
        folder.run(&format!("extract --cases cases.csv --out t.csv {args}")).expect(0);
        folder.table("t.csv").columns().to_vec()
    };
    assert!(!names("").iter().any(|c| c.contains("diagnostics")));
    let long = names("--diagnostics");
    assert_eq!(long[5], "Site");
    assert!(long[6].starts_with("diagnostics_Versions") && !long[long.len() - 1].contains("diagnostics"));
    let size = column(&folder.table("t.csv"), "diagnostics_Image-original_Size").join("");
    assert_eq!(size, "(40, 36, 14)");
    let wide = names("--diagnostics --layout wide --ring 5");
    assert!(wide.iter().any(|c| c == "ring_diagnostics_Mask-original_VoxelNum"));
}

#[test]
fn json_has_everything() {
    let folder = Folder::cohort(2);
    // A region of one value: flat, so that some features are undefined or at their limit.
    folder.image("P2_image.nii.gz", [40, 36, 14], [1.5, 1.5, 4.0], vec![7i16; 40 * 36 * 14]);
    folder.run("extract --cases cases.csv --ring 5 --out t.json").expect(0);
    let json: Value = serde_json::from_str(&folder.text("t.json")).unwrap();
    assert_eq!(json["radsurv"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["ring_mm"], 5.0);
    assert!(json["settings"]["imageType"]["Original"].is_object());
    let results = json["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    assert_eq!((&results[3]["case_id"], &results[3]["region"]), (&"P2".into(), &"ring".into()));
    assert_eq!(results[0]["columns"]["Site"], "Ward 1, east");
    assert_eq!(results[0]["diagnostics"]["diagnostics_Image-original_Dimensionality"], "3D");
    assert_eq!(json["failed"].as_array().unwrap().len(), 0);
    for result in results {
        for (name, value) in result["features"].as_object().unwrap() {
            let reason = &result["undefined"][name];
            assert_eq!(value.is_null(), reason.is_string(), "{name}: {value} {reason}");
        }
    }
    folder.run("extract --cases cases.csv --out t.csv").expect(0);
    let mean = numbers(&folder.table("t.csv"), "original_firstorder_Mean");
    assert_eq!(results[0]["features"]["original_firstorder_Mean"].as_f64().unwrap().to_bits(), mean[0].to_bits());
}

#[test]
fn the_format_is_that_of_the_name_or_of_the_option() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    folder.run(&format!("{ONE} --format json --out t.csv")).expect(0);
    assert!(folder.text("t.csv").starts_with("{\"radsurv\""));
    folder.run(&format!("{ONE} --format csv --out t.txt")).expect(0);
    assert!(folder.text("t.txt").starts_with("case_id,"));
    folder.run(&format!("{ONE} --out T.CSV")).expect(0);
    folder.run(&format!("{ONE} --out t.txt")).expect(2).says(&["--out t.txt", ".csv or .json", "--format"]);
    folder.run(&format!("{ONE} --layout wide --out t.json")).expect(2).says(&["--layout is for CSV"]);
    for more in ["--ring 5", "--labels 1,2"] {
        let words = ["--layout pyradiomics has one region per row"];
        folder.run(&format!("{ONE} --layout pyradiomics {more} --out t.csv")).expect(2).says(&words);
    }
}

#[test]
fn quiet_says_nothing_and_verbose_says_more() {
    let folder = Folder::cohort(2);
    folder.write("p.yaml", "imageType: {Original: {}, LoG: {sigma: [90.0]}}\nfeatureClass: {firstorder: [Mean]}\n");
    let args = "extract --cases cases.csv --params p.yaml --out t.csv";
    let quiet = folder.run(&format!("{args} --quiet")).expect(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let plain = folder.run(args).expect(0).says(&["[1/2] P", "[2/2] P", "wrote t.csv: 2 regions", "(2 regions)"]);
    // No escape codes where there is no terminal.
    assert!(!plain.stderr.contains('\u{1b}') && plain.stdout.is_empty());
    assert!(folder.run(&format!("{args} -v")).expect(0).stderr.len() > plain.stderr.len());
    // Errors are told even so.
    let quiet = folder.run("extract -q --cases none.csv --out t.csv").expect(1);
    assert!(quiet.stderr.starts_with("error: none.csv"));
}

#[test]
fn features_that_only_some_cases_have_are_empty_in_the_others() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    folder.image("thin.nrrd", [9, 9, 3], [1.0; 3], (0..243).map(|i| i as i16 % 90).collect::<Vec<_>>());
    folder.mask("thin_mask.nrrd", [9, 9, 3], [1.0; 3], vec![1; 243]);
    folder.write(
        "p.yaml",
        "imageType: {Original: {}, LoG: {sigma: [2.0]}, Square: {}}\nfeatureClass: {firstorder: [Mean]}\n",
    );
    folder.write("cases.csv", "ID,Image,Mask\nA,thin.nrrd,thin_mask.nrrd\nB,P1_image.nii.gz,P1_mask.nii.gz\n");
    folder.run("extract --cases cases.csv --params p.yaml --out t.csv").expect(0).says(&["notice: "]);
    let table = folder.table("t.csv");
    let names = ["original_firstorder_Mean", "log-sigma-2-0-mm-3D_firstorder_Mean", "square_firstorder_Mean"];
    assert_eq!(table.columns()[5..], names);
    let log = column(&table, names[1]);
    assert!(log[0].is_empty() && log[1].parse::<f64>().is_ok());
}
