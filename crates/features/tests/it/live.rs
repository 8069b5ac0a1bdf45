//! Random cases beside a running PyRadiomics, when told where one is:
//!
//! ```text
//! RADSURV_PYTHON=path/to/python cargo test -p radsurv-features --test it live -- --ignored --nocapture
//! ```
//!
//! `RADSURV_PYTHON` is a Python with the packages of `reference/requirements.txt`. `RADSURV_SEED` (1) and
//! `RADSURV_CASES` (20 of each group) choose what is drawn; a failure names the case, and the same seed draws it again.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::feature_rows::Outcome;
use radsurv_testkit::golden::Golden;

#[test]
#[ignore = "needs PyRadiomics (RADSURV_PYTHON)"]
fn random_cases_beside_pyradiomics() {
    let python = std::env::var("RADSURV_PYTHON").expect("set RADSURV_PYTHON to a Python that has PyRadiomics");
    let option = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_string());
    let (seed, cases) = (option("RADSURV_SEED", "1"), option("RADSURV_CASES", "20"));
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../reference/live.py");
    let output = Command::new(python)
        .arg(script)
        .args([&seed, &cases])
        .stderr(Stdio::inherit())
        .output()
        .expect("RADSURV_PYTHON cannot be run");
    assert!(output.status.success(), "reference/live.py failed: {}", output.status);
    let golden = Golden::parse(output.stdout.as_slice()).unwrap();
    let mut outcome = Outcome::default();
    golden.rows.iter().for_each(|row| outcome.row(row));
    outcome.finish(&format!("seed {seed}"));
}
