//! `radsurv extract`: features of one case or of a cohort.

pub mod cases;
mod cohort;
mod journal;
mod json;
pub mod labels;
mod layout;
pub mod outcome;
pub mod work;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use radsurv_data::fs::{check_writable, write_atomic};
use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::intensity::n4::N4Settings;

use crate::args::{ExtractArgs, Format, Layout};
use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::n4::N4;

use cases::{Cohort, Defaults};
use journal::{Header, Journal};
use labels::Labels;
use outcome::{Names, Outcome};
use work::Worker;

/// Runs the command.
pub fn run(args: &ExtractArgs, console: &Console) -> Result<Status> {
    let format = format_of(args)?;
    let settings = settings(args, format, console)?;
    let cohort = cohort(args, &settings)?;
    if args.layout == Layout::Pyradiomics {
        check_pyradiomics(args, &cohort)?;
    }
    let files = Files::new(args, &cohort)?;
    let header = Header {
        radsurv: env!("CARGO_PKG_VERSION").to_string(),
        ring_mm: args.ring,
        input: input_text(args),
        // Settings that no parameter file can say still are what they are.
        settings: settings.to_yaml().unwrap_or_else(|_| format!("{settings:?}")),
    };
    let n4 = args.n4.map(|shrink| N4 {
        settings: N4Settings { shrink_factor: [usize::from(shrink); 3], ..N4Settings::default() },
        otsu: args.otsu,
    });
    let worker = Worker {
        extractor: Extractor::new(settings),
        dicom: args.dicom.clone(),
        roi: args.roi.clone(),
        n4,
        ring_mm: args.ring,
        names: Names::default(),
    };

    let (journal, finished) = if args.cases.is_none() {
        (None, journal::Finished::new())
    } else if args.resume {
        let (journal, finished) = Journal::resume(&files.journal, &header, &worker.names)?;
        (Some(journal), finished)
    } else {
        (Some(Journal::create(&files.journal, &header)?), journal::Finished::new())
    };
    let jobs =
        args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get), usize::from);
    let outcomes = cohort::extract(&cohort.cases, &worker, journal, finished, jobs, console)?;
    report_notices(&outcomes, console);

    let failed = outcomes.iter().filter(|o| !o.failures.is_empty()).count();
    let rows: usize = outcomes.iter().map(|o| o.results.len()).sum();
    if let ([outcome], None) = (&outcomes[..], &args.cases) {
        if outcome.results.is_empty() {
            let reasons: Vec<&str> = outcome.failures.iter().map(|f| f.reason.as_str()).collect();
            return Err(Error::Input(reasons.join("\nerror: ")));
        }
        for failure in &outcome.failures {
            console.error(&failure.reason);
        }
    }
    write_table(args, format, &files, &cohort, &outcomes, &worker)?;
    write_failures(&files, &cohort, &outcomes)?;
    let regions = if rows == 1 { "region" } else { "regions" };
    if failed == 0 {
        console.line(&format!("wrote {}: {rows} {regions}", files.out.display()));
        return Ok(Status::Done);
    }
    console.line(&format!(
        "wrote {}: {rows} {regions}; {failed} of {} cases failed, see {}",
        files.out.display(),
        outcomes.len(),
        files.failed.display()
    ));
    Ok(Status::SomeFailed)
}

/// The options that decide what is read, for the journal.
fn input_text(args: &ExtractArgs) -> String {
    let mut text: Vec<String> = args.n4.iter().map(|shrink| format!("--n4 {shrink}")).collect();
    text.extend(args.otsu.then(|| "--otsu".to_string()));
    text.extend([args.roi.text(), args.dicom.text()].into_iter().filter(|part| !part.is_empty()));
    text.join(" ")
}

fn format_of(args: &ExtractArgs) -> Result<Format> {
    let extension = args.out.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let format = match (args.format, extension.as_deref()) {
        (Some(format), _) => format,
        (None, Some("csv")) => Format::Csv,
        (None, Some("json")) => Format::Json,
        _ => {
            return Err(Error::Usage(format!(
                "--out {}: name it .csv or .json, or say which with --format",
                args.out.display()
            )));
        }
    };
    if format == Format::Json && args.layout != Layout::Long {
        return Err(Error::Usage("--layout is for CSV tables: a JSON table has one form".to_string()));
    }
    Ok(format)
}

/// The settings, with diagnostics where the table will have them.
fn settings(args: &ExtractArgs, format: Format, console: &Console) -> Result<ExtractorSettings> {
    let mut settings = match &args.params {
        Some(path) => ExtractorSettings::from_file(path)?,
        None => ExtractorSettings::default(),
    };
    for notice in &settings.notices {
        console.line(&format!("notice: {notice}"));
    }
    let asked = format == Format::Json || args.diagnostics;
    let wanted = asked || (args.layout == Layout::Pyradiomics && settings.settings.additional_info);
    if settings.settings.additional_info != wanted {
        settings.change_settings(|s| s.additional_info = wanted);
    }
    Ok(settings)
}

fn cohort(args: &ExtractArgs, settings: &ExtractorSettings) -> Result<Cohort> {
    let label = args.label.unwrap_or(settings.settings.label);
    let labels = args.labels.clone().unwrap_or_else(|| Labels::one(label));
    let defaults = Defaults { labels, channel: settings.settings.label_channel };
    match (&args.cases, &args.image, &args.mask) {
        (Some(path), _, _) => Cohort::read(path, args.layout, &defaults),
        (None, Some(image), Some(mask)) => Ok(Cohort::single(args, image, mask, defaults)),
        _ => Err(Error::Usage("give --image and --mask, or --cases".to_string())),
    }
}

/// PyRadiomics has a row per row of its input: it could not tell several regions apart.
fn check_pyradiomics(args: &ExtractArgs, cohort: &Cohort) -> Result<()> {
    let what = if args.ring.is_some() {
        "--ring makes two"
    } else if cohort.cases.iter().any(|c| c.labels.several()) {
        "several labels make several"
    } else {
        return Ok(());
    };
    Err(Error::Usage(format!(
        "--layout pyradiomics has one region per row of the input, and {what}; use the layout long or wide, or a row per \
         label"
    )))
}

/// The files that are written.
struct Files {
    out: PathBuf,
    failed: PathBuf,
    journal: PathBuf,
}

impl Files {
    /// The files that go with a table.
    ///
    /// # Errors
    /// If one of them would overwrite an input, or cannot be written: better now than after hours.
    fn new(args: &ExtractArgs, cohort: &Cohort) -> Result<Self> {
        let out = args.out.clone();
        let with = |end: &str, name: Option<&std::ffi::OsStr>| {
            let mut name = name.unwrap_or_default().to_os_string();
            name.push(end);
            out.with_file_name(name)
        };
        let failed = with(".failed.csv", out.file_stem());
        let journal = with(".journal", out.file_name());
        let inputs = [&args.cases, &args.params].into_iter().flatten();
        let images = cohort.cases.iter().flat_map(|c| [&c.image_path, &c.mask_path]);
        let outputs = [&out, &failed, &journal];
        for path in outputs {
            check_writable(path).map_err(|source| Error::Write { path: path.clone(), source })?;
        }
        let real = |path: &Path| path.canonicalize().ok();
        let written: Vec<PathBuf> = outputs.iter().filter_map(|p| real(p)).collect();
        if !written.is_empty()
            && let Some(input) = inputs.chain(images).find(|p| real(p).is_some_and(|p| written.contains(&p)))
        {
            return Err(Error::Usage(format!(
                "--out {} would overwrite the input {}; choose another name",
                out.display(),
                input.display()
            )));
        }
        Ok(Self { out, failed, journal })
    }
}

/// Says each notice once, with the number of regions it is about.
fn report_notices(outcomes: &[Outcome], console: &Console) {
    let mut notices: BTreeMap<&str, usize> = BTreeMap::new();
    for notice in outcomes.iter().flat_map(|o| &o.results).flat_map(|r| &r.notices) {
        *notices.entry(notice).or_default() += 1;
    }
    for (notice, count) in notices {
        let regions = if count > 1 { format!(" ({count} regions)") } else { String::new() };
        console.line(&format!("notice: {notice}{regions}"));
    }
}

fn write_table(
    args: &ExtractArgs,
    format: Format,
    files: &Files,
    cohort: &Cohort,
    outcomes: &[Outcome],
    worker: &Worker,
) -> Result<()> {
    write_atomic(&files.out, |out| match (format, args.layout) {
        (Format::Json, _) => json::write(out, cohort, outcomes, worker),
        (Format::Csv, Layout::Long) => layout::long(out, cohort, outcomes, args.diagnostics),
        (Format::Csv, Layout::Wide) => layout::wide(out, cohort, outcomes, args.diagnostics),
        (Format::Csv, Layout::Pyradiomics) => layout::pyradiomics(out, cohort, outcomes),
    })
    .map_err(|source| Error::Write { path: files.out.clone(), source })
}

/// Lists what failed; takes the list of an earlier run away if nothing did.
fn write_failures(files: &Files, cohort: &Cohort, outcomes: &[Outcome]) -> Result<()> {
    let path = &files.failed;
    let result = if outcomes.iter().any(|o| !o.failures.is_empty()) {
        write_atomic(path, |out| layout::failures(out, cohort, outcomes))
    } else {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    };
    result.map_err(|source| Error::Write { path: path.clone(), source })
}
