//! `radsurv icc --tables`.

use crate::support::{Folder, column, numbers};
use radsurv_data::saved::Saved;
use radsurv_harmonize::Selection;

const FIRST: &str = "case_id,image,original_glcm_Id,original_shape_Flatness,time\n\
    P1,a,0.1,1,3\nP2,b,0.5,2,4\nP3,c,0.3,9,5\nP4,d,0.9,4,6\n";
const AGAIN: &str = "case_id,original_glcm_Id,original_shape_Flatness,time\n\
    P2,0.51,2.1,4\nP1,0.12,1.1,3\nP4,0.88,4.2,6\nP3,0.31,8.8,5\nP9,0.1,1,1\n";
const OTHER: &str = "case_id,original_shape_Flatness,original_glcm_Id,original_glcm_Contrast\n\
    P1,5,0.11,1\nP2,1,0.52,1\nP3,2,0.29,1\nP4,7,0.91,1\n";

fn folder() -> Folder {
    let folder = Folder::new();
    for (name, text) in [("first.csv", FIRST), ("again.csv", AGAIN), ("other.csv", OTHER)] {
        folder.write(name, text);
    }
    folder
}

#[test]
fn readings_are_compared_and_what_is_not_in_all_is_named() {
    let folder = folder();
    folder.run("icc --tables first.csv,again.csv --out icc.csv").expect(0).says(&[
        "1 cases that are not in all tables are left out: P9 (not in first.csv)",
        "wrote icc.csv: 2 of 2 features are kept (ICC(2,1), 4 cases, 2 readings)",
    ]);
    let table = folder.table("icc.csv");
    let columns = ["feature", "icc", "f", "df1", "df2", "p", "lower", "upper", "keep", "reason", "cases", "missing"];
    assert_eq!(table.columns(), columns);
    assert_eq!(column(&table, "feature"), ["original_glcm_Id", "original_shape_Flatness"]);
    // psych 2.2.9: ICC(cbind(c(.1, .5, .3, .9), c(.12, .51, .31, .88)), lmer = FALSE), row 2
    assert!((numbers(&table, "icc")[0] - 0.998875140607424).abs() < 1e-12, "{:?}", numbers(&table, "icc"));

    folder.run("icc --tables first.csv,again.csv --all-cases --form icc3k --out all.csv").expect(0);
    assert_eq!(column(&folder.table("all.csv"), "cases"), ["5", "5"]);
    assert_eq!(column(&folder.table("all.csv"), "missing"), ["1", "1"]);
    folder.run("icc --tables first.csv,again.csv --figure icc.svg --out icc.csv").expect(0);
    assert!(folder.text("icc.svg").starts_with("<svg"));
    folder.run("icc --tables first.csv,again.csv --features ^time$ --out time.csv").expect(0);
    assert_eq!(column(&folder.table("time.csv"), "icc"), ["1"]);
}

#[test]
fn a_feature_passes_in_each_comparison() {
    let folder = folder();
    let run = "icc --tables first.csv,again.csv --tables first.csv,other.csv --selection s.json --out icc.csv";
    folder.run(run).expect(0).says(&[
        "features that are not in all tables are not kept: original_glcm_Contrast (not in first.csv)",
        "1 of 3 features are kept (ICC(2,1), 2 comparisons)",
    ]);
    let table = folder.table("icc.csv");
    assert_eq!(column(&table, "keep"), ["true", "false", "false"]);
    assert!(column(&table, "reason")[1].starts_with("comparison 2 (first.csv, other.csv): ICC "));
    assert!(table.columns().ends_with(&["lower_2".to_string(), "upper_2".to_string()]));
    let selection = Selection::load(folder.path("s.json")).unwrap();
    assert_eq!(selection.kept().collect::<Vec<_>>(), ["original_glcm_Id"]);
}

#[test]
fn what_cannot_be_compared_is_explained() {
    let folder = folder();
    let refused = |args: &str, status: i32, words: &[&str]| {
        folder.run(&format!("icc {args} --out icc.csv")).expect(status).says(words);
        assert!(!folder.has("icc.csv"));
    };
    refused("--tables first.csv", 2, &["give two tables or more"]);
    refused("--tables first.csv,first.csv", 2, &["first.csv is there twice"]);
    refused("--tables first.csv,again.csv --form icc4", 2, &["the forms are icc1, icc2"]);
    refused("--tables first.csv,none.csv", 1, &["none.csv"]);
    folder.write("text.csv", "case_id,original_glcm_Id\nP1,0.1\nP2,high\n");
    refused("--tables first.csv,text.csv", 1, &["text.csv, line 3: original_glcm_Id is \"high\", which is no number"]);
    folder.write("twice.csv", "case_id,original_glcm_Id\nP1,0.1\nP1,0.2\n");
    refused("--tables first.csv,twice.csv", 1, &["twice.csv has two rows for the case P1"]);
    folder.write("strangers.csv", "case_id,original_glcm_Id\nQ1,0.1\nQ2,0.2\n");
    refused(
        "--tables first.csv,strangers.csv",
        1,
        &["no case is in all of first.csv, strangers.csv; first.csv begins with \"P1\""],
    );
    folder.write("clinical.csv", "case_id,age\nP1,1\nP2,2\n");
    refused("--tables first.csv,clinical.csv", 1, &["clinical.csv", "--features REGEX"]);
}
