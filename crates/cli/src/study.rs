//! `radsurv study`.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use radsurv_study::settings::{StudyFile, template};
use radsurv_study::{Plan, Progress, RunOptions, Watch, check, report};

use crate::console::{self, Console};
use crate::error::{Error, Result, Status};
use crate::output::write_text;

/// `radsurv study`
#[derive(Debug, Subcommand)]
pub enum StudyCommand {
    /// Write a study file with a comment to each setting.
    Init {
        /// The file.
        #[arg(value_name = "FILE", default_value = "study.toml")]
        file: PathBuf,
    },
    /// Say what a study will do and what is missing, before anything runs.
    Check {
        /// The study file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Run a study, from images and follow-up to the report.
    Run(RunArgs),
}

/// `radsurv study run`
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The study file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder for report.html, tables and figures, and what is kept for a rerun.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The number of threads [default: all processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Begin anew and keep nothing for a rerun [default: what has not changed since the last run is not repeated].
    #[arg(long)]
    no_cache: bool,
}

/// Begins, checks or runs a study.
pub fn run(command: &StudyCommand, console: &Console) -> Result<Status> {
    match command {
        StudyCommand::Init { file } => init(file, console),
        StudyCommand::Check { file } => {
            let plan = check(&StudyFile::read(file)?)?;
            console::print(&describe(&plan, file))?;
            Ok(if plan.runs() { Status::Done } else { Status::Failed })
        }
        StudyCommand::Run(args) => run_study(args, console),
    }
}

fn init(file: &Path, console: &Console) -> Result<Status> {
    if file.exists() {
        return Err(Error::Input(format!("{} is there already: name another file", file.display())));
    }
    write_text(file, template())?;
    console.line(&format!("wrote {}: fill it in, then radsurv study check {}", file.display(), file.display()));
    Ok(Status::Done)
}

/// The plan in words.
fn describe(plan: &Plan, file: &Path) -> String {
    let mut text = String::new();
    let mut line = |what: String| text.push_str(&(what + "\n"));
    for problem in &plan.problems {
        let place = problem.line.map_or(String::new(), |line| format!(", line {line}"));
        let kind = if problem.runs { "note" } else { "error" };
        line(format!("{kind}: {}{place}: {}", file.display(), problem.what));
    }
    for set in &plan.sets {
        line(format!("{}, {} set: {} patients, {} events", set.endpoint, set.set, set.patients, set.events));
    }
    if plan.images[0] > 0 {
        line(format!("{} images to read, and {} further readings", plan.images[0], plan.images[1]));
    }
    line(format!("{} models to fit before the best are chosen", plan.fits));
    if let Some(seconds) = plan.seconds {
        line(format!("that takes about {} with all processors of this machine", about(seconds)));
    }
    line(match plan.problems.iter().filter(|problem| !problem.runs).count() {
        0 => format!("ready: radsurv study run {} --out results", file.display()),
        1 => "1 error: the study cannot run".to_string(),
        n => format!("{n} errors: the study cannot run"),
    });
    text
}

/// A time as people say it.
fn about(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{:.0} seconds", s.max(1.0)),
        s if s < 5400.0 => format!("{:.0} minutes", s / 60.0),
        s => format!("{:.1} hours", s / 3600.0),
    }
}

fn run_study(args: &RunArgs, console: &Console) -> Result<Status> {
    let file = StudyFile::read(&args.file)?;
    let plan = check(&file)?;
    if !plan.runs() {
        console.line(describe(&plan, &args.file).trim_end());
        return Ok(Status::Failed);
    }
    plan.problems.iter().for_each(|problem| console.line(&format!("note: {}", problem.what)));
    let write = |source| Error::Write { path: args.out.clone(), source };
    std::fs::create_dir_all(&args.out).map_err(write)?;
    let options =
        RunOptions { cache: (!args.no_cache).then(|| args.out.join("cache")), jobs: args.jobs.map(usize::from) };
    let mut teller = Teller::new(*console, File::create(args.out.join("log.txt")).map_err(write)?);
    let mut tell = |progress: Progress| teller.tell(progress);
    let study =
        radsurv_study::run(&file.settings().map_err(radsurv_study::Error::from)?, &options, &Watch::new(&mut tell))?;
    report::write_study(&study, &args.out)?;
    console::print(&report::main_table(&study).to_markdown())?;
    study.warnings.iter().for_each(|warning| console.line(&format!("note: {warning}")));
    for timing in &study.timings {
        console.line(&format!("{}: {}", timing.stage, about(timing.seconds)));
    }
    console.line(&format!("wrote {}", args.out.join("report.html").display()));
    let failed = study.flow.iter().flat_map(|step| &step.left_out).any(|out| out.failed);
    Ok(if failed { Status::SomeFailed } else { Status::Done })
}

/// Tells the user what a study does, and its log.
struct Teller {
    console: Console,
    log: File,
    begin: Instant,
    stage: String,
    bar: Option<ProgressBar>,
    said: Instant,
}

/// Lines of progress do not come faster than this, where there is no bar.
const BETWEEN: Duration = Duration::from_secs(20);

impl Teller {
    fn new(console: Console, log: File) -> Self {
        let now = Instant::now();
        Self { console, log, begin: now, stage: String::new(), bar: None, said: now }
    }

    fn tell(&mut self, progress: Progress) {
        if let Some(message) = progress.message {
            return self.line(message);
        }
        if progress.stage != self.stage {
            self.stage = progress.stage.to_string();
            self.said = Instant::now();
            self.line(&format!("{}: {} to do", progress.stage, progress.total));
            self.bar = self.console.is_terminal().then(|| bar(progress.total));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(progress.done as u64);
        }
        if progress.done == progress.total {
            let took = about(progress.time.as_secs_f64());
            if let Some(bar) = self.bar.take() {
                bar.finish_and_clear();
            }
            self.stage.clear();
            self.line(&format!("{}: done in {took}", progress.stage));
        } else if self.bar.is_none() && self.said.elapsed() > BETWEEN {
            self.said = Instant::now();
            let left = progress.left().map_or(String::new(), |left| format!(", {} to go", about(left.as_secs_f64())));
            self.line(&format!("{}: {} of {}{left}", progress.stage, progress.done, progress.total));
        }
    }

    fn line(&mut self, what: &str) {
        // A log that cannot be written is no reason to lose the study.
        let _ = writeln!(self.log, "{:9.1} s  {what}", self.begin.elapsed().as_secs_f64());
        match &self.bar {
            Some(bar) => bar.println(what),
            None => self.console.line(what),
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::new(total as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}, {elapsed} gone, {eta} to go") {
        bar.set_style(style);
    }
    bar
}
