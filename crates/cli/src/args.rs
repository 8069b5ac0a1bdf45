//! The command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use radsurv_features::settings::FeatureClass;

use crate::cox::CoxArgs;
use crate::cutpoint::CutpointCommand;
use crate::evaluate::EvaluateArgs;
use crate::extract::labels::Labels;
use crate::genomics::GenomicsCommand;
use crate::harmonize::HarmonizeCommand;
use crate::icc::IccArgs;
use crate::image::ImageCommand;
use crate::importance::ImportanceArgs;
use crate::nomogram::NomogramArgs;
use crate::plot::PlotArgs;
use crate::predict::PredictArgs;
use crate::quality::QualityArgs;
use crate::select::SelectArgs;
use crate::source::{DicomArgs, RoiArgs};
use crate::study::StudyCommand;
use crate::table1::Table1Args;
use crate::train::TrainArgs;
use crate::tune::TuneArgs;

/// From medical images, tumour masks and follow-up to survival models.
#[derive(Debug, Parser)]
#[command(name = "radsurv", version, about, max_term_width = 110)]
#[command(after_help = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 some cases failed.")]
pub struct Cli {
    /// Say nothing but errors.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: times and notices of each case.
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Extract radiomics features of one case or of a cohort.
    Extract(Box<ExtractArgs>),
    /// What features there are.
    Features {
        /// What to do.
        #[command(subcommand)]
        command: FeaturesCommand,
    },
    /// Look at parameter files.
    Params {
        /// What to do.
        #[command(subcommand)]
        command: ParamsCommand,
    },
    /// How well readings of the same cases agree, feature by feature, and which features are kept.
    Icc(Box<IccArgs>),
    /// Look at images, convert, correct and resample them, make rings and pictures.
    Image {
        /// What to do.
        #[command(subcommand)]
        command: Box<ImageCommand>,
    },
    /// Take differences between centres, scanners or periods out of features; centre and scale them.
    Harmonize {
        /// What to do.
        #[command(subcommand)]
        command: HarmonizeCommand,
    },
    /// Decide which features are kept: those that are not redundant, nor nearly constant.
    Select(Box<SelectArgs>),
    /// Train a survival model on features and follow-up.
    Train(Box<TrainArgs>),
    /// Find the best of several models and their settings, and what to expect of it with new cases.
    Tune(Box<TuneArgs>),
    /// Predict risk and survival with a trained model.
    Predict(PredictArgs),
    /// How good predictions are: ROC curves by time, concordance, Brier score, calibration, decision curves, with limits.
    Evaluate(Box<EvaluateArgs>),
    /// The value that divides cases best into low and high, found in some cases and applied to others.
    Cutpoint {
        /// What to do.
        #[command(subcommand)]
        command: CutpointCommand,
    },
    /// Hazard ratios of variables, each alone and all together.
    Cox(Box<CoxArgs>),
    /// A nomogram of a Cox model of few variables: points, survival, a figure, a calculator.
    Nomogram(Box<NomogramArgs>),
    /// Table 1: what the cases of each group are like, and whether groups differ.
    Table1(Box<Table1Args>),
    /// Draw a figure: survival curves, ROC, calibration, decision curves and more.
    Plot(Box<PlotArgs>),
    /// Score a study by a questionnaire of radiomics: RQS, METRICS, CLEAR.
    Quality(QualityArgs),
    /// A whole study: from images and follow-up to models, their evaluation and a report.
    Study {
        /// What to do.
        #[command(subcommand)]
        command: StudyCommand,
    },
    /// From groups of patients to genes, pathways and image features.
    Genomics {
        /// What to do.
        #[command(subcommand)]
        command: GenomicsCommand,
    },
    /// How much each feature counts in a trained model, and on cases that it was not trained on.
    Importance(Box<ImportanceArgs>),
}

/// `radsurv features`
#[derive(Debug, Subcommand)]
pub enum FeaturesCommand {
    /// List the features: class, name, IBSI code, what it measures.
    List {
        /// Only those of this class.
        #[arg(long, value_name = "CLASS", value_parser = parse_class)]
        class: Option<FeatureClass>,
    },
}

/// `radsurv params`
#[derive(Debug, Subcommand)]
pub enum ParamsCommand {
    /// Say what a parameter file would extract, or what is wrong with it and where.
    Check {
        /// A parameter file of PyRadiomics, YAML or JSON.
        file: PathBuf,
    },
}

/// `radsurv extract`
#[derive(Debug, Args)]
#[command(after_help = EXTRACT_HELP)]
pub struct ExtractArgs {
    /// The image of a single case: NIfTI, NRRD, MetaImage, or a folder with a DICOM series.
    #[arg(long, value_name = "FILE", required_unless_present = "cases", requires = "mask")]
    pub image: Option<PathBuf>,
    /// The mask of a single case: a file, or contours (RTSTRUCT) or a segmentation (SEG), with --roi if it has several regions.
    #[arg(long, value_name = "FILE", requires = "image")]
    pub mask: Option<PathBuf>,
    /// The id of a single case [default: the image's file name].
    #[arg(long, value_name = "ID", requires = "image")]
    pub id: Option<String>,
    /// A cohort: a CSV file with the columns ID, Image, Mask and, if need be, Label and Label_channel; others are
    /// carried through unchanged. Paths in it are relative to it.
    #[arg(long, value_name = "CSV", conflicts_with_all = ["image", "mask", "id"])]
    pub cases: Option<PathBuf>,
    /// The label of the region in the mask [default: that of the parameter file, else 1]. A Label in the cohort file
    /// comes first.
    #[arg(long, value_name = "N", conflicts_with = "labels")]
    pub label: Option<u32>,
    /// Several labels, each a region of its own: `1,2`, `all`, `union` (all labels as one region), or `all,union`.
    #[arg(long, value_name = "LIST", value_parser = Labels::parse)]
    pub labels: Option<Labels>,
    /// Correct the bias field of each image with N4 first, as `radsurv image n4`: estimated on every voxel, or on every
    /// such one only (3D Slicer: 4), from the whole image.
    #[arg(long, value_name = "SHRINK", num_args = 0..=1, default_missing_value = "1",
        value_parser = clap::value_parser!(u16).range(1..=64))]
    pub n4: Option<u16>,
    /// Estimate the bias field from the voxels above Otsu's threshold, as 3D Slicer does without a mask.
    #[arg(long, requires = "n4")]
    pub otsu: bool,
    /// Also extract from the ring of this width in mm around each region, cut off at the image's border.
    #[arg(long, value_name = "MM", value_parser = parse_mm)]
    pub ring: Option<f64>,
    /// A parameter file of PyRadiomics, YAML or JSON [default: PyRadiomics' defaults].
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// The table to write: .csv, or .json.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The format of the table, whatever its name.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The layout of a CSV table.
    #[arg(long, value_enum, default_value_t = Layout::Long)]
    pub layout: Layout,
    /// Add PyRadiomics' diagnostics_* columns to a CSV table (JSON always has them).
    #[arg(long)]
    pub diagnostics: bool,
    /// Number of threads, all in all [default: one per processor].
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Go on with a cohort that was interrupted, or whose failed cases were mended: finished cases are not computed
    /// again.
    #[arg(long, conflicts_with = "image")]
    pub resume: bool,
    /// Which regions of contours and segmentations.
    #[command(flatten)]
    pub roi: RoiArgs,
    /// How to read DICOM.
    #[command(flatten)]
    pub dicom: DicomArgs,
}

const EXTRACT_HELP: &str = "\
Cases that fail are listed with the reason in F.failed.csv beside the table F.csv; the others are in the table.
Finished cases of a cohort are kept in F.csv.journal beside the table, for --resume.

Layouts of a CSV table:
  long         case_id, image, mask, label, region (mask or ring), other columns of the cohort file, features;
               a row per case, label and region
  wide         a row per case; the names of features begin with tumour_ or ring_ (tumour_2_ if there are several labels)
  pyradiomics  what PyRadiomics' own script writes: the cohort file's columns as they are, diagnostics, features";

/// The format of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// JSON with diagnostics, and the reason for each value that is undefined.
    Json,
}

/// The layout of a CSV table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// A row per case, label and region.
    Long,
    /// A row per case.
    Wide,
    /// As PyRadiomics' command line script writes it.
    Pyradiomics,
}

/// A positive length in mm.
pub fn parse_mm(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(mm) if mm.is_finite() && mm > 0.0 => Ok(mm),
        _ => Err("give a positive width in mm".to_string()),
    }
}

fn parse_class(text: &str) -> Result<FeatureClass, String> {
    FeatureClass::parse(text).ok_or_else(|| {
        let names: Vec<&str> = FeatureClass::ALL.iter().map(|c| c.name()).collect();
        format!("the classes are {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn impossible_options_are_refused() {
        let ok = |line: &str| Cli::try_parse_from(line.split_whitespace()).is_ok();
        assert!(ok("radsurv extract --image i --mask m --out o.csv"));
        assert!(ok("radsurv icc --tables a.csv,b.csv --tables a.csv,c.csv --form icc3k --by lower --out o.csv"));
        assert!(ok("radsurv extract --cases c.csv --resume --jobs 2 --ring 50 --out o.csv -v"));
        for bad in [
            "extract --image i --out o.csv",
            "extract --mask m --out o.csv",
            "extract --out o.csv",
            "extract --cases c.csv",
            "extract --cases c.csv --image i --mask m --out o.csv",
            "extract --image i --mask m --resume --out o.csv",
            "extract --image i --mask m --out o.csv --ring 0",
            "extract --image i --mask m --out o.csv --ring nan",
            "extract --image i --mask m --out o.csv --jobs 0",
            "extract --image i --mask m --out o.csv --label -1",
            "extract --image i --mask m --out o.csv --label 1 --labels 2",
            "extract --image i --mask m --out o.csv --labels one",
            "features list --class first",
            "icc --out o.csv",
            "icc --tables a.csv --out o.csv",
            "icc --tables a.csv,a.csv --out o.csv",
            "icc --tables a.csv,b.csv",
            "icc --tables a.csv,b.csv --form icc4 --out o.csv",
            "icc --tables a.csv,b.csv --threshold 75 --out o.csv",
            "icc --tables a.csv,b.csv --threshold nan --out o.csv",
            "icc --tables a.csv,b.csv --confidence 1 --out o.csv",
            "image info",
        ] {
            assert!(!ok(&format!("radsurv {bad}")), "{bad}");
        }
    }
}
