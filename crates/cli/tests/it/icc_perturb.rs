//! `radsurv icc` on perturbed phantoms.

use crate::support::{Folder, column, numbers};

const PARAMS: &str = "\
imageType: {Original: {}}
featureClass: {shape: [MeshVolume, Sphericity], firstorder: [Mean], glcm: [Contrast]}
";

fn folder(cases: u64) -> Folder {
    let folder = Folder::cohort(cases);
    folder.write("p.yaml", PARAMS);
    folder
}

#[test]
fn a_table_of_what_is_kept_is_written() {
    let folder = folder(4);
    let run = folder.run("icc --cases cases.csv --perturb 3 --params p.yaml --readings r --out icc.csv").expect(0);
    let run = run.says(&["wrote icc.csv", "of 4 features are kept (ICC(1,1), 4 cases, 3 readings)"]);
    assert_eq!(run.stdout, "");
    let table = folder.table("icc.csv");
    let columns = ["feature", "icc", "f", "df1", "df2", "p", "lower", "upper", "keep", "reason", "cases", "missing"];
    assert_eq!(table.columns(), columns);
    assert_eq!(column(&table, "feature").len(), 4);
    let icc = numbers(&table, "icc");
    let (lower, upper) = (numbers(&table, "lower"), numbers(&table, "upper"));
    assert!((0..4).all(|i| lower[i] <= icc[i] && icc[i] <= upper[i] && icc[i] <= 1.0));
    assert_eq!((numbers(&table, "df1")[0], numbers(&table, "df2")[0]), (3.0, 8.0));
    for (keep, icc) in column(&table, "keep").iter().zip(&icc) {
        assert_eq!(*keep, (*icc > 0.75).to_string());
    }
    for k in 1..=3 {
        let reading = folder.table(&format!("r/perturbation_0{k}.csv"));
        assert_eq!(column(&reading, "case_id"), ["P1", "P2", "P3", "P4"]);
        assert_eq!(reading.columns().len(), 5);
    }
    assert!(!folder.has("icc.failed.csv"));
}

#[test]
fn threads_change_nothing_and_the_seed_does() {
    let folder = folder(3);
    let bytes = |more: &str| {
        folder.run(&format!("icc --cases cases.csv --perturb 2 --params p.yaml --out icc.csv {more}")).expect(0);
        folder.text("icc.csv")
    };
    let one = bytes("--jobs 1");
    assert_eq!(bytes("--jobs 3"), one);
    assert_ne!(bytes("--seed 2"), one);
    assert_ne!(bytes("--contour supervoxels"), one);
    // Nothing changed: all readings are equal.
    let none = "--noise none --rotation 0 --translation 0 --volume 0 --contour none --form icc2";
    bytes(none);
    assert_eq!(numbers(&folder.table("icc.csv"), "icc"), [1.0; 4]);
    bytes("--ring 5");
    assert_eq!(column(&folder.table("icc.csv"), "feature").iter().filter(|f| f.starts_with("ring_")).count(), 4);
}

#[test]
fn failures_are_listed() {
    let folder = folder(3);
    let cases = folder.text("cases.csv");
    folder.write("cases.csv", format!("{cases}P9,gone.nrrd,x,gone.nrrd\n"));
    let run = "icc --cases cases.csv --perturb 4 --params p.yaml --volume 0.4 --least-volume 0.95 --out icc.csv";
    // Repetitions fail one by one; a case of which none is left fails as a case, as does one that cannot be read.
    folder.run(run).expect(3).says(&[
        "gone.nrrd",
        "P1: 0 of 4 repetitions",
        "P2: 2 of 4 repetitions",
        "P3: 2 of 4 repetitions",
        "8 repetitions and 2 of 4 cases failed, see icc.failed.csv",
    ]);
    let failed = folder.table("icc.failed.csv");
    assert_eq!(failed.columns(), ["case_id", "repetition", "reason"]);
    let reasons = column(&failed, "reason");
    assert!(reasons.iter().any(|r| r.contains("least volume")) && reasons.iter().any(|r| r.contains("gone.nrrd")));
    assert!(numbers(&folder.table("icc.csv"), "missing")[0] > 0.0);
    // A list of failures that is out of date goes away.
    folder.write("cases.csv", cases);
    folder.run("icc --cases cases.csv --perturb 2 --params p.yaml --out icc.csv").expect(0);
    assert!(!folder.has("icc.failed.csv"));
    folder.run("icc --cases none.csv --out icc.csv").expect(1);
    folder.run("icc --cases cases.csv --out nowhere/icc.csv").expect(1);
    folder.run("icc --cases cases.csv --out icc.csv --rotation 500").expect(2).says(&["rotation_deg"]);
}
