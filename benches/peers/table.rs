//! What `table.py` runs of radsurv: a table made, read, scaled and written, each step timed, with the peak of memory.
//!
//!     table make CASES FEATURES FILE      a CSV file of random numbers of 17 digits, 1 % of them missing
//!     table run FILE OUT                  read, z-score fitted and applied, written

use std::error::Error;
use std::time::Instant;

use radsurv_data::{CaseFile, FeatureTable, Fit, Transform};
use radsurv_harmonize::ZScoreSettings;
use radsurv_testkit::splitmix::SplitMix64;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", cases, features, file] => make(cases.parse()?, features.parse()?, file),
        ["run", file, out] => run(file, out),
        _ => Err("table make CASES FEATURES FILE, or table run FILE OUT".into()),
    }
}

fn make(cases: usize, features: usize, file: &str) -> Result<(), Box<dyn Error>> {
    let mut rng = SplitMix64::new(1);
    let mut column = |f: usize| -> Vec<f64> {
        let scale = 10f64.powi((f % 7) as i32 - 21);
        let value = |_| if rng.chance(1) { f64::NAN } else { (rng.next_u64() >> 2) as f64 * scale };
        (0..cases).map(value).collect()
    };
    let columns = (0..features).map(&mut column).collect();
    let ids = (0..cases).map(|i| format!("P{i:06}")).collect();
    let names = (0..features).map(|f| format!("original_glcm_Feature{f}")).collect();
    Ok(FeatureTable::new(ids, names, columns)?.write_csv(file)?)
}

fn run(file: &str, out: &str) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let (features, carried) = CaseFile::open(file)?.read(|_| true)?;
    told("read", begin);
    let cohort = features.into();
    let begin = Instant::now();
    let fitted = ZScoreSettings::Robust.fit(&cohort)?;
    told("fit", begin);
    let begin = Instant::now();
    let scaled = fitted.transform(&cohort)?;
    told("transform", begin);
    let begin = Instant::now();
    carried.write(out, scaled.features())?;
    told("write", begin);
    Ok(())
}

/// Seconds since then, and the most memory the process has had (where the system tells it).
fn told(step: &str, begin: Instant) {
    let seconds = begin.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    let peak: f64 = peak.unwrap_or(f64::NAN);
    println!("{step} {seconds:.3} s, peak {:.0} MB", peak / 1024.0);
}
