//! `radsurv study`.

use std::path::Path;
use std::process::{Command, Output};

fn radsurv(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_radsurv")).current_dir(folder).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Tables of 90 patients, of whom the first feature says something.
fn tables(folder: &Path) {
    let mut state = 1u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 33) as f64 + 0.5) / f64::from(1u32 << 31)
    };
    let mut patients = String::from("id,age,months,dead\n");
    let mut features = String::from("id,original_firstorder_Mean,original_glcm_Id,original_shape_Sphericity\n");
    for patient in 0..90 {
        let values: Vec<f64> = (0..4).map(|_| 2.0 * uniform() - 1.0).collect();
        let time = -uniform().ln() * 30.0 * (-2.0 * values[0]).exp();
        let follow = 20.0 + 60.0 * uniform();
        let (months, dead) = (time.min(follow), u8::from(time < follow));
        patients += &format!("P{patient},{},{months},{dead}\n", 60.0 + 10.0 * values[3]);
        features += &format!("P{patient},{},{},{}\n", values[0], values[1], values[2]);
    }
    std::fs::write(folder.join("patients.csv"), patients).unwrap();
    std::fs::write(folder.join("features.csv"), features).unwrap();
}

const STUDY: &str = "name = \"small\"\nseed = 1\ntimes = [12, 24]\n[patients]\ntable = \"patients.csv\"\n\
    [[endpoints]]\nname = \"OS\"\ntime = \"months\"\nevent = \"dead\"\n[features]\ntable = \"features.csv\"\n\
    [split.random]\n[models]\nmodels = [\"lasso\"]\ncandidates = 1\nfolds = 3\n[clinical]\nvariables = [\"age\"]\n";

#[test]
fn a_study_is_begun_checked_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let begun = radsurv(folder, &["study", "init"]);
    assert_eq!(begun.status.code(), Some(0));
    assert!(std::fs::read_to_string(folder.join("study.toml")).unwrap().contains("[patients]"));
    // Never over what the user has filled in.
    assert_eq!(radsurv(folder, &["study", "init"]).status.code(), Some(1));
    let checked = radsurv(folder, &["study", "check", "study.toml"]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(text(&checked.stdout).contains("there is no file patients.csv"), "{}", text(&checked.stdout));

    tables(folder);
    std::fs::write(folder.join("study.toml"), STUDY).unwrap();
    let checked = radsurv(folder, &["study", "check", "study.toml"]);
    let said = text(&checked.stdout);
    assert_eq!(checked.status.code(), Some(0), "{said}");
    assert!(said.contains("OS, training set: 60 patients") && said.contains("ready: radsurv study run"), "{said}");
    let run = || radsurv(folder, &["study", "run", "study.toml", "--out", "results", "--jobs", "2"]);
    let first = run();
    let (table, said) = (text(&first.stdout), text(&first.stderr));
    assert_eq!(first.status.code(), Some(0), "{said}");
    assert!(table.contains("LASSO") && table.contains("OS"), "{table}");
    assert!(said.contains("strict, OS, features: done in") && said.contains("wrote results"), "{said}");
    let report = std::fs::read_to_string(folder.join("results/report.html")).unwrap();
    assert!(report.contains("<svg") && report.contains("small") && !report.contains("src=\"http"));
    for file in ["log.txt", "study.json", "features.csv", "cache"] {
        assert!(folder.join("results").join(file).exists(), "{file}");
    }
    assert_eq!(text(&run().stdout), table, "again, of what was kept");
}

#[test]
fn mistakes_name_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    tables(folder);
    for (from, to, what) in [
        ("folds = 3", "fold = 3", "study.toml, line 16: unknown field `fold`"),
        ("\"months\"", "\"month\"", "study.toml, line 8: patients.csv has no column month"),
        ("[\"age\"]", "[\"stage\"]", "study.toml, line 18: patients.csv has no column stage"),
    ] {
        std::fs::write(folder.join("study.toml"), STUDY.replace(from, to)).unwrap();
        for command in [&["study", "check", "study.toml"][..], &["study", "run", "study.toml", "--out", "out"]] {
            let found = radsurv(folder, command);
            let said = text(&found.stdout) + &text(&found.stderr);
            assert_eq!(found.status.code(), Some(1), "{said}");
            assert!(said.contains(what), "{what} in {said}");
        }
        assert!(!folder.join("out/report.html").exists());
    }
    assert_eq!(radsurv(folder, &["study", "run", "study.toml"]).status.code(), Some(2));
}
