//! `radsurv icc --cases`: readings from perturbed images and masks.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use clap::{Args, ValueEnum};
use radsurv_data::fs::{check_writable, write_atomic};
use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_harmonize::icc::{IccForm, Reading};
use radsurv_image::intensity::n4::N4Settings;
use radsurv_image::morphology::RingSettings;
use radsurv_image::perturb::{ContourModel, ContourShift, NoiseLevel, PerturbSettings};
use radsurv_study::reproducibility::{
    CaseImage, CaseProgress, Reproducibility, ReproducibilitySettings, reproducibility,
};

use super::IccArgs;
use crate::args::{Layout, parse_mm};
use crate::console::{Console, Progress};
use crate::error::{Error, Result, Status};
use crate::extract::cases::{Case, Cohort, Defaults};
use crate::extract::labels::Labels;
use crate::extract::outcome::Names;
use crate::extract::work::{Worker, with_files};
use crate::n4::N4;
use crate::source::{DicomArgs, RoiArgs};

/// Options of perturbed readings. Their defaults are those of [`PerturbSettings`].
#[derive(Debug, Args)]
#[command(next_help_heading = "Perturbed images and masks")]
pub struct PerturbArgs {
    /// The cohort, as for `radsurv extract`: a CSV file with the columns ID, Image, Mask and, if need be, Label; one
    /// region per case.
    #[arg(long, value_name = "CSV")]
    pub cases: Option<PathBuf>,
    /// Repetitions per case, at least 2.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub perturb: u16,
    /// The seed of all random numbers.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Standard deviation of the noise that is added, in the image's units; `estimated`: as much as the image has; `none`.
    #[arg(long, value_name = "SD", default_value = "estimated", value_parser = parse_noise)]
    pub noise: NoiseLevel,
    /// Largest rotation in the slice plane, in degrees.
    #[arg(long, value_name = "DEGREES", default_value_t = 5.0)]
    pub rotation: f64,
    /// Largest translation along each axis, as a fraction of the spacing.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.5)]
    pub translation: f64,
    /// Largest change of the region's volume, as a fraction.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.15)]
    pub volume: f64,
    /// How the contour is redrawn.
    #[arg(long, value_enum, default_value_t = Contour::Shift)]
    pub contour: Contour,
    /// Standard deviation of the contour's shift, in mm.
    #[arg(long, value_name = "MM", default_value_t = 1.0)]
    pub contour_mm: f64,
    /// Over which distance the contour's shift stays about the same, in mm.
    #[arg(long, value_name = "MM", default_value_t = 10.0)]
    pub contour_length: f64,
    /// A repetition that leaves less than this fraction of a region's voxels fails.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.5)]
    pub least_volume: f64,
    /// A parameter file of PyRadiomics, YAML or JSON [default: PyRadiomics' defaults].
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// The label of the region in the mask [default: that of the parameter file, else 1]. A Label in the cohort file
    /// comes first.
    #[arg(long, value_name = "N")]
    pub label: Option<u32>,
    /// Also the ring of this width in mm around each perturbed region; names of features begin with tumour_ or ring_.
    #[arg(long, value_name = "MM", value_parser = parse_mm)]
    pub ring: Option<f64>,
    /// Names of features as in which layout of `radsurv extract`.
    #[arg(long, value_enum, default_value_t = NamesAs::Long)]
    pub names: NamesAs,
    /// Correct the bias field of each image first, as `radsurv extract --n4`.
    #[arg(long, value_name = "SHRINK", num_args = 0..=1, default_missing_value = "1",
        value_parser = clap::value_parser!(u16).range(1..=64))]
    pub n4: Option<u16>,
    /// Estimate the bias field from the voxels above Otsu's threshold.
    #[arg(long, requires = "n4")]
    pub otsu: bool,
    /// Number of threads, all in all [default: one per processor].
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Also write the features of each repetition: FOLDER/perturbation_01.csv and on.
    #[arg(long, value_name = "FOLDER")]
    pub readings: Option<PathBuf>,
    /// Which regions of contours and segmentations.
    #[command(flatten)]
    pub roi: RoiArgs,
    /// How to read DICOM.
    #[command(flatten)]
    pub dicom: DicomArgs,
}

/// How the contour is redrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Contour {
    /// By a smooth random shift along its normal.
    Shift,
    /// Along supervoxels of the image.
    Supervoxels,
    /// Not at all.
    None,
}

/// Names of features as in a layout of `radsurv extract`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NamesAs {
    /// Without a prefix, unless there is a ring.
    Long,
    /// With tumour_ and ring_.
    Wide,
}

/// Runs the command.
pub fn run(args: &IccArgs, console: &Console) -> Result<Status> {
    let options = &args.perturb;
    let cases = options.cases.as_ref().ok_or_else(|| Error::Usage("give --cases".to_string()))?;
    let settings = settings(options, console)?;
    let label = options.label.unwrap_or(settings.extraction.settings.label);
    let channel = settings.extraction.settings.label_channel;
    let cohort = Cohort::read(cases, Layout::Wide, &Defaults { labels: Labels::one(label), channel })?;
    let failed = failed_path(&args.out);
    check_writable(&failed).map_err(|source| Error::Write { path: failed.clone(), source })?;
    if let Some(folder) = &options.readings {
        std::fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    }

    let worker = Worker {
        extractor: Extractor::new(settings.extraction.clone()),
        dicom: options.dicom.clone(),
        roi: options.roi.clone(),
        n4: options.n4.map(|shrink| N4 {
            settings: N4Settings { shrink_factor: [usize::from(shrink); 3], ..N4Settings::default() },
            otsu: options.otsu,
        }),
        ring_mm: None,
        names: Names::default(),
    };
    let ids: Vec<String> = cohort.cases.iter().map(|case| case.id.clone()).collect();
    let notices = Mutex::new(Vec::new());
    let progress = console.progress(ids.len(), "cases");
    let load = |i: usize| load(&cohort.cases[i], &worker, &notices);
    let result = reproducibility(&ids, load, &settings, |case| tell(case, &progress, settings.perturb.count));
    progress.close();
    let result = result?;

    let mut notices: Vec<String> = notices.into_inner().unwrap_or_else(|e| e.into_inner());
    notices.sort();
    notices.dedup();
    notices.iter().for_each(|notice| console.line(&format!("notice: {notice}")));
    for (notice, count) in &result.notices {
        console.line(&format!("notice: {notice} ({count} repetitions)"));
    }
    if let Some(folder) = &options.readings {
        for (k, table) in result.tables.iter().enumerate() {
            table.write_csv(folder.join(format!("perturbation_{:02}.csv", k + 1)))?;
        }
    }
    let names: Vec<String> = (1..=result.tables.len()).map(|k| format!("perturbation {k}")).collect();
    let readings: Vec<Reading<'_>> =
        names.iter().zip(&result.tables).map(|(name, table)| Reading { name, table }).collect();
    let table = args.settings(IccForm::Icc1).analyse(&readings)?;
    write_failures(&failed, &result)?;
    super::write(&table, args, console)?;
    if result.failures.is_empty() {
        return Ok(Status::Done);
    }
    console.line(&format!(
        "{} repetitions and {} of {} cases failed, see {}",
        result.failures.iter().filter(|f| f.repetition.is_some()).count(),
        result.failed_cases(),
        ids.len(),
        failed.display()
    ));
    Ok(if result.failed_cases() > 0 { Status::SomeFailed } else { Status::Done })
}

fn settings(options: &PerturbArgs, console: &Console) -> Result<ReproducibilitySettings> {
    let extraction = match &options.params {
        Some(path) => ExtractorSettings::from_file(path)?,
        None => ExtractorSettings::default(),
    };
    for notice in &extraction.notices {
        console.line(&format!("notice: {notice}"));
    }
    let both = |largest: f64| [-largest, largest];
    let perturb = PerturbSettings {
        seed: options.seed,
        count: usize::from(options.perturb),
        noise: options.noise,
        rotation_deg: both(options.rotation),
        translation: both(options.translation),
        volume: both(options.volume),
        contour: match options.contour {
            Contour::None => ContourModel::None,
            Contour::Supervoxels => ContourModel::Supervoxels,
            Contour::Shift => {
                ContourModel::Shift(ContourShift { sd_mm: options.contour_mm, correlation_mm: options.contour_length })
            }
        },
        least_volume: options.least_volume,
    };
    perturb.check().map_err(|e| Error::Usage(e.to_string()))?;
    Ok(ReproducibilitySettings {
        perturb,
        extraction,
        ring: options.ring.map(|width_mm| RingSettings { width_mm, ..RingSettings::default() }),
        prefix: options.names == NamesAs::Wide,
        threads: options.jobs.map_or(0, usize::from),
    })
}

/// Reads a case as `radsurv extract` does.
fn load(case: &Case, worker: &Worker, notices: &Mutex<Vec<String>>) -> std::result::Result<CaseImage, String> {
    let loaded = worker.image(&case.image_path)?;
    let mask = worker.roi.read(&case.mask_path, case.channel, &loaded, false).map_err(|e| e.to_string())?;
    let wanted = case.labels.wanted(&mask.mask);
    let [label] = wanted[..] else {
        return Err(format!(
            "{}: the label {} means {} regions, and readings are of one region per case; give one label, or union",
            case.mask_path.display(),
            case.labels,
            wanted.len()
        ));
    };
    let region = worker.region(&loaded.volume, &mask.mask, label).map_err(|e| with_files(case, &e))?;
    let mut all = notices.lock().unwrap_or_else(|e| e.into_inner());
    all.extend(loaded.notices.into_iter().chain(mask.notices));
    Ok(CaseImage { image: loaded.volume, region })
}

fn tell(case: &CaseProgress<'_>, progress: &Progress, count: usize) {
    let seconds = case.time.as_secs_f64();
    let mut message = format!("{}: {} of {count} repetitions, {seconds:.2} s", case.case_id, case.repetitions);
    match case.failures {
        [] => return progress.finished(&message),
        [first, ..] => message.push_str(&format!("; failed: {}", first.reason)),
    }
    progress.failed(&message);
}

fn failed_path(out: &Path) -> PathBuf {
    let mut name = out.file_stem().unwrap_or_default().to_os_string();
    name.push(".failed.csv");
    out.with_file_name(name)
}

/// Lists what failed, repetitions from 1 on; takes the list of an earlier run away if nothing did.
fn write_failures(path: &Path, result: &Reproducibility) -> Result<()> {
    let written = if result.failures.is_empty() {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    } else {
        write_atomic(path, |out| {
            let mut csv = csv::Writer::from_writer(out);
            csv.write_record(["case_id", "repetition", "reason"])?;
            for failure in &result.failures {
                let repetition = failure.repetition.map(|k| (k + 1).to_string()).unwrap_or_default();
                let reason = failure.reason.split_whitespace().collect::<Vec<_>>().join(" ");
                csv.write_record([&failure.case_id, &repetition, &reason])?;
            }
            csv.flush()
        })
    };
    written.map_err(|source| Error::Write { path: path.to_path_buf(), source })
}

fn parse_noise(text: &str) -> std::result::Result<NoiseLevel, String> {
    match (text, text.parse::<f64>()) {
        ("estimated", _) => Ok(NoiseLevel::Estimated),
        ("none", _) => Ok(NoiseLevel::None),
        (_, Ok(sd)) if sd.is_finite() && sd >= 0.0 => Ok(NoiseLevel::Sd(sd)),
        _ => Err("give a standard deviation, \"estimated\" or \"none\"".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    fn options(line: &str) -> std::result::Result<PerturbSettings, String> {
        let line = format!("radsurv icc --cases c.csv --out o.csv {line}");
        let cli = Cli::try_parse_from(line.split_whitespace()).map_err(|e| e.to_string())?;
        let Command::Icc(args) = cli.command else { return Err("another command".to_string()) };
        settings(&args.perturb, &Console::new(true, 0)).map(|s| s.perturb).map_err(|e| e.to_string())
    }

    #[test]
    fn defaults_are_those_of_the_library() {
        assert_eq!(options("").unwrap(), PerturbSettings::default());
        let none = options("--noise none --rotation 0 --translation 0 --volume 0 --contour none").unwrap();
        assert_eq!(none, PerturbSettings::none());
        let some = options("--noise 2.5 --contour supervoxels --perturb 3 --seed 9 --least-volume 0.8").unwrap();
        assert_eq!((some.noise, some.contour), (NoiseLevel::Sd(2.5), ContourModel::Supervoxels));
        assert_eq!((some.count, some.seed, some.least_volume), (3, 9, 0.8));
    }

    #[test]
    fn impossible_options_are_refused() {
        for (bad, word) in [
            ("--perturb 1", "1 is not in 2..=1000"),
            ("--noise much", "estimated"),
            ("--noise=-1", "estimated"),
            ("--rotation=-5", "rotation_deg"),
            ("--translation 2", "translation"),
            ("--volume 1", "volume"),
            ("--contour-length 0", "contour"),
            ("--form icc4", "icc2k"),
            ("--otsu", "--n4"),
        ] {
            let message = options(bad).unwrap_err();
            assert!(message.contains(word), "{bad}: {message}");
        }
        assert!(Cli::try_parse_from(["radsurv", "icc", "--out", "o.csv"]).is_err());
    }
}
