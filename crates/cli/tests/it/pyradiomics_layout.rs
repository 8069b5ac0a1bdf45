//! The layout `pyradiomics` against tables that PyRadiomics' own script wrote (reference/cli_batch.py, PyRadiomics 3.0.1).

use radsurv_data::Table;

use crate::support::Folder;

const PARAMS: &str =
    "imageType:\n  Original: {}\n  LoG:\n    sigma: [1.0]\nfeatureClass:\n  shape:\n  firstorder:\n  ngtdm:\n";

/// The images of the script.
fn folder() -> Folder {
    let folder = Folder::new();
    for (name, slices) in [("thin", 3), ("thick", 8)] {
        let (mut values, mut labels) = (Vec::new(), Vec::new());
        for z in 0..slices {
            for y in 0..9 {
                for x in 0..11 {
                    values.push(((x * 7 + y * 13 + z * 29 + x * y * z) % 101) as i16);
                    labels.push(u8::from(x > 1 && x < 9 && y > 0 && y < 8));
                }
            }
        }
        let (size, spacing) = ([11, 9, slices], [1.0, 1.25, 2.0]);
        folder.image(&format!("{name}_image.nrrd"), size, spacing, values);
        folder.mask(&format!("{name}_mask.nrrd"), size, spacing, labels);
    }
    folder.write("params.yaml", PARAMS);
    folder
}

fn compare(golden: &str, cases: [&str; 3]) {
    let folder = folder();
    let mut text = "Site,Image,ID,Mask,Note\n".to_string();
    for case in cases {
        text.push_str(&format!("A,./{case}_image.nrrd,{case},sub/../{case}_mask.nrrd,\"x, \"\"{case}\"\"\"\n"));
    }
    std::fs::create_dir(folder.path("sub")).unwrap();
    folder.write("cases.csv", text);
    // By its full path, so that the folder in the table is spelled as here.
    let source = folder.path("cases.csv").display().to_string();
    folder
        .run_args(&[
            "extract",
            "--cases",
            &source,
            "--params",
            "params.yaml",
            "--layout",
            "pyradiomics",
            "--out",
            "t.csv",
        ])
        .expect(3);
    let ours = folder.table("t.csv");
    let theirs = Table::from_reader(golden.as_bytes(), "golden").unwrap();
    assert_eq!(ours.columns(), theirs.columns());
    assert_eq!(ours.rows().len(), theirs.rows().len());
    let here = folder.path("").display().to_string();
    let mut numbers = 0;
    let names = ours.columns();
    for (ours, theirs) in ours.rows().iter().zip(theirs.rows()) {
        for ((name, ours), theirs) in names.iter().zip(&ours.cells).zip(&theirs.cells) {
            if name.starts_with("diagnostics_Versions") {
                continue;
            }
            let theirs = theirs.replace("FOLDER", here.trim_end_matches('/'));
            if name.contains('_') && !name.starts_with("diagnostics") && !theirs.is_empty() {
                let (a, b): (f64, f64) = (ours.parse().unwrap(), theirs.parse().unwrap());
                assert!((a - b).abs() <= 1e-9 * b.abs(), "{name}: {a} and {b}");
                numbers += 1;
            } else {
                assert_eq!(*ours, theirs, "{name}");
            }
        }
    }
    // Shape, and first order and NGTDM of one image and of two.
    assert_eq!(numbers, 2 * 14 + 3 * (18 + 5));
}

#[test]
fn columns_of_later_cases_follow_by_name() {
    compare(include_str!("../golden/batch_thin_first.csv"), ["thin", "thick", "missing"]);
}

#[test]
fn without_a_first_case_all_columns_are_by_name() {
    compare(include_str!("../golden/batch_missing_first.csv"), ["missing", "thick", "thin"]);
}

#[test]
fn no_id_is_needed_and_additional_info_decides_on_diagnostics() {
    let folder = folder();
    folder.write("params.yaml", "setting: {additionalInfo: false}\nfeatureClass: {firstorder: [Mean]}\n");
    folder.write("cases.csv", "Mask,Image\nthin_mask.nrrd,thin_image.nrrd\nthin_mask.nrrd,none.nrrd\n");
    let args = "extract --cases cases.csv --params params.yaml --layout pyradiomics --out t.csv";
    folder.run(args).expect(3).says(&["line 3: failed", "none.nrrd"]);
    assert_eq!(folder.table("t.csv").columns(), ["Mask", "Image", "original_firstorder_Mean"]);
    assert_eq!(folder.table("t.csv").rows()[1].cells[2], "");
    folder.run(&format!("{args} --diagnostics")).expect(3);
    assert_eq!(folder.table("t.csv").columns()[2], "diagnostics_Versions_PyRadiomics");
    // A column of the input with a feature's name gets the value, in its place.
    folder.write("cases.csv", "Mask,original_firstorder_Mean,Image\nthin_mask.nrrd,old,thin_image.nrrd\n");
    folder.run(args).expect(0);
    let table = folder.table("t.csv");
    assert_eq!(table.columns(), ["Mask", "original_firstorder_Mean", "Image"]);
    assert!(table.rows()[0].cells[1].parse::<f64>().is_ok());
    folder
        .run("extract --image thin_image.nrrd --mask thin_mask.nrrd --params params.yaml --layout pyradiomics --out t.csv")
        .expect(0);
    assert_eq!(folder.table("t.csv").columns(), ["Image", "Mask", "original_firstorder_Mean"]);
}
