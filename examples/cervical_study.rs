//! The study of cervical cancer of Wang et al. (2024), from images to report and to the genes behind its score, on a simulated cohort whose truth is known: at the end
//! the truth says whether the study can be believed.
//!
//! ```console
//! $ cargo run --release --example cervical_study
//! $ cargo run --release --example cervical_study -- --patients 700
//! ```
//!
//! The first takes about two minutes on two processors: fewer patients, coarser images, fewer settings of each model. The second is the full study, nine minutes. A run that was
//! stopped goes on where it was. Options: `--patients N` (240), `--fresh N` (patients of the cohort that judges), `--seed N`, `--out FOLDER`
//! (default `target/cervical_study_N`).

mod cervical;

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use cervical::options::Options;
use cervical::{fresh, genes, judge, progress};
use radsurv::study::settings::StudyFile;
use radsurv::study::simulate::{ExpressionSettings, Simulation};
use radsurv::study::{RunOptions, Watch, check, report, run};

type Error = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let begin = Instant::now();
    match all() {
        Ok(()) => {
            println!("all in {}", progress::duration(begin.elapsed()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn all() -> Result<(), Error> {
    let options = Options::from_arguments(std::env::args().skip(1))?;
    fs::create_dir_all(&options.folder)?;
    study(&options)
}

fn study(options: &Options) -> Result<(), Error> {
    let simulation = options.cohort().simulate()?;
    make(&simulation, &options.folder, "simulated patients")?;
    let expression = simulation.expression(&ExpressionSettings::default())?;
    expression.write(&options.folder)?;
    let file = options.folder.join("study.toml");
    fs::write(&file, options.study())?;

    let file = StudyFile::read(&file)?;
    let plan = check(&file)?;
    if !plan.problems.is_empty() {
        println!("{}", file.problems(plan.problems.clone()));
    }
    if !plan.runs() {
        return Err("the study cannot run".into());
    }
    let settings = file.settings()?;
    let cache = options.folder.join("cache");
    let mut tell = progress::lines();
    let found = run(&settings, &RunOptions { cache: Some(cache.clone()), jobs: None }, &Watch::new(&mut tell))?;
    let results = options.folder.join("results");
    report::write_study(&found, &results)?;
    println!("\n{}", report::main_table(&found).to_markdown());
    for stage in &found.timings {
        println!("{:40} {:7.1} s", stage.stage, stage.seconds);
    }
    println!("report: {}\n", results.join("report.html").display());

    // Other patients of the same population, whom nothing was learned from and nothing was chosen by.
    let begin = Instant::now();
    let others = options.fresh_cohort().simulate()?;
    let folder = options.folder.join("fresh");
    make(&others, &folder, "fresh patients")?;
    let fresh = fresh::Fresh::new(others, &folder, &settings, &cache)?;
    println!("{:40} {:7.1} s\n", "fresh patients", begin.elapsed().as_secs_f64());
    judge::all(&found, &fresh)?;
    genes::judge(&found, &simulation, &expression);
    Ok(())
}

/// Writes a cohort.
fn make(simulation: &Simulation, folder: &std::path::Path, what: &str) -> Result<(), Error> {
    let begin = Instant::now();
    let written = simulation.write(folder, |_| {})?;
    println!(
        "{} {what} in {}, {} of them new ({})",
        simulation.patients().len(),
        folder.display(),
        written.made,
        progress::duration(begin.elapsed())
    );
    Ok(())
}
