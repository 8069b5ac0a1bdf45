//! What a study is: the file `study.toml`.
//!
//! A file says where the patients are and what happened to them, where features come from, how patients are divided, and what is
//! tried. Whatever it does not say has the defaults of these types. Paths are relative to the file. [`StudySettings::from_file`] reads one,
//! [`Problem`]s name its lines, and [`template`] is one with every setting and a comment to each.

mod impossible;
mod problem;
mod template;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use radsurv_harmonize::icc::IccForm;
use radsurv_harmonize::{CombatSettings, RedundancySettings, ZScoreSettings};
use radsurv_survival::ModelKind;
use radsurv_survival::clinical::{MissingRule, Rule};
use serde::{Deserialize, Serialize};

pub use problem::{Problem, Problems, StudyFile};
pub use template::template;

use crate::images::ImageSettings;
use crate::pipeline::StepSettings;
use crate::radiogenomics::GenomicsSettings;

/// A study. See the [module](self).
///
/// # Example
/// ```
/// use radsurv_study::settings::StudySettings;
/// let text = r#"
/// name = "A study"
/// times = [12, 36]
/// [patients]
/// table = "patients.csv"
/// [[endpoints]]
/// name = "OS"
/// time = "months"
/// event = "dead"
/// [features]
/// table = "features.csv"
/// [split.random]
/// "#;
/// let settings: StudySettings = StudySettings::from_toml(text, "study.toml")?;
/// assert_eq!((settings.models.folds, settings.models.candidates), (5, 8));
/// let error = StudySettings::from_toml("name = \"A study\"\ntime = [1]", "study.toml").unwrap_err();
/// assert!(error.to_string().starts_with("study.toml, line 2: "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudySettings {
    /// What the report is called.
    pub name: String,
    /// The seed of everything that is random.
    #[serde(default)]
    pub seed: u64,
    /// What is run. Default both, side by side.
    #[serde(default = "both")]
    pub protocols: Vec<Protocol>,
    /// The times at which models are judged, ascending.
    pub times: Vec<f64>,
    /// What the report calls the unit of time.
    #[serde(default = "months")]
    pub time_unit: String,
    /// The patients.
    pub patients: PatientSettings,
    /// What happens to them.
    pub endpoints: Vec<Endpoint>,
    /// Images and masks from which features are extracted.
    #[serde(default)]
    pub images: Option<ImageSource>,
    /// A table of features that are there already, in place of images.
    #[serde(default)]
    pub features: Option<FeatureSource>,
    /// Sets of features that compete, each with a regular expression of the names. Default by the prefixes of regions: `tumour`,
    /// `peritumour` and `combined`, as far as they occur.
    #[serde(default)]
    pub feature_sets: BTreeMap<String, String>,
    /// How patients are divided into sets.
    pub split: SplitSettings,
    /// Which features are reproducible.
    #[serde(default)]
    pub reproducibility: ReproducibilityRule,
    /// What is done to features before a model sees them, in this order. Default z-score, and one of each pair with |rho| > 0.9.
    #[serde(default = "default_steps")]
    pub steps: Vec<StepSettings>,
    /// The models that compete.
    #[serde(default)]
    pub models: ModelSettings,
    /// The clinical model.
    #[serde(default)]
    pub clinical: ClinicalRule,
    /// Expression of some of the patients, to ask what is behind the groups that the best models make. Default none.
    #[serde(default)]
    pub genomics: Option<GenomicsSettings>,
    /// A file with people's answers to the questionnaires of quality, as `radsurv quality template` prints one. The run answers what
    /// it knows itself.
    #[serde(default)]
    pub quality: Option<PathBuf>,
}

/// How honest a study is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Everything that learns, learns from training patients. The best model is chosen by cross-validation among them, and the other
    /// patients are looked at once. Scores of training patients are held out.
    Strict,
    /// As many papers do it: reproducibility, scaling, harmonisation and redundancy are learned from all patients, the best
    /// model is the one with the best sum over validation and test set, and training patients have the scores of a model that knows
    /// their outcomes. It is there to show what that does to the numbers.
    AsPublished,
}

impl Protocol {
    /// Its name in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::AsPublished => "as-published",
        }
    }
}

fn both() -> Vec<Protocol> {
    vec![Protocol::Strict, Protocol::AsPublished]
}

fn months() -> String {
    "months".to_string()
}

/// The table of patients: a row each, the first column their id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatientSettings {
    /// The CSV file.
    pub table: PathBuf,
    /// The column of the centre, if there are several.
    #[serde(default)]
    pub centre: Option<String>,
    /// Columns of categories that are written as numbers.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Further columns that Table 1 describes; the variables of the clinical model are there in any case.
    #[serde(default)]
    pub describe: Vec<String>,
    /// A dose to compute from others.
    #[serde(default)]
    pub eqd2: Option<Eqd2>,
}

/// The dose in fractions of 2 Gy that has the same effect, *Σ n d (d + α/β) / (2 + α/β)* over parts of a treatment with *n* fractions of
/// *d* Gy each: see [`radsurv_stats::dose`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eqd2 {
    /// The variable that it becomes.
    #[serde(default = "eqd2")]
    pub name: String,
    /// *α/β* in Gy. Default 10.
    #[serde(default = "ten")]
    pub alpha_beta: f64,
    /// The parts: external beam, brachytherapy.
    pub parts: Vec<DosePart>,
}

fn eqd2() -> String {
    "eqd2".to_string()
}

fn ten() -> f64 {
    10.0
}

/// A part of a treatment, by columns of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DosePart {
    /// The total dose in Gy.
    pub dose: String,
    /// The number of fractions.
    pub fractions: String,
}

/// Something that happens to patients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Its name: `OS`.
    pub name: String,
    /// The column of the time each patient was followed.
    pub time: String,
    /// The column that says whether it happened at that time: 1 or 0.
    pub event: String,
}

/// Images and masks, by columns of the table of patients that have paths relative to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSource {
    /// The column of the image.
    pub image: String,
    /// The column of the mask.
    pub mask: String,
    /// The label of the tumour in the mask. Default 1.
    #[serde(default = "one")]
    pub label: u32,
    /// Columns of masks by other readings; empty cells where a patient was not read again.
    #[serde(default)]
    pub readers: Vec<String>,
    /// The diffusion of the tumour, if it is to be a clinical variable.
    #[serde(default)]
    pub adc: Option<AdcSource>,
    /// From images to features: correction, region, settings of features.
    #[serde(default)]
    pub processing: ImageSettings,
}

fn one() -> u32 {
    1
}

/// Where the apparent diffusion coefficient comes from, by columns of the table of patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum AdcSource {
    /// A map of it.
    Map(String),
    /// Images with diffusion weighting.
    Images {
        /// The columns of the images.
        images: Vec<String>,
        /// Their b-values in s/mm².
        b_values: Vec<f64>,
    },
}

/// Features that were extracted before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureSource {
    /// The CSV file; the first column is the patient's id.
    pub table: PathBuf,
    /// A regular expression of the columns that are features. Default those named like radiomics features.
    #[serde(default)]
    pub matching: Option<String>,
    /// Tables of other readings, of some patients.
    #[serde(default)]
    pub readers: Vec<PathBuf>,
}

/// How patients are divided into training, validation and test set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum SplitSettings {
    /// At random, with as many events of the first endpoint in each set, in proportion.
    Random(RandomSplit),
    /// Some centres are the test set; of the others a part is the validation set, at random.
    Centre(CentreSplit),
    /// A column of the table of patients says `training`, `validation` or `test`.
    Column(String),
}

/// See [`SplitSettings::Random`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RandomSplit {
    /// The part that is the validation set. Default none: cross-validation among training patients has its place.
    pub validation: f64,
    /// The part that is the test set. Default a third.
    pub test: f64,
}

impl Default for RandomSplit {
    fn default() -> Self {
        Self { validation: 0.0, test: 1.0 / 3.0 }
    }
}

/// See [`SplitSettings::Centre`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentreSplit {
    /// The centres of the test set.
    pub test: Vec<String>,
    /// The part of the others that is the validation set. Default none.
    #[serde(default)]
    pub validation: f64,
}

/// Which features are the same when a tumour is contoured again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReproducibilityRule {
    /// The form of the intraclass correlation. Default ICC(2,1) of readers, ICC(1,1) of perturbations, which have no reader in common.
    pub form: Option<IccForm>,
    /// Features with a lower one are left out. Default 0.75.
    pub threshold: f64,
    /// The number of perturbations of each image and mask, where there is no other reader. Default none.
    pub perturbations: usize,
    /// Of how many patients, drawn at random: of training patients, or of all as published. Default 100.
    pub perturbed_patients: usize,
}

impl Default for ReproducibilityRule {
    fn default() -> Self {
        Self { form: None, threshold: 0.75, perturbations: 0, perturbed_patients: 100 }
    }
}

fn default_steps() -> Vec<StepSettings> {
    vec![StepSettings::Zscore(ZScoreSettings::default()), StepSettings::Redundancy(RedundancySettings::default())]
}

/// The models that compete, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelSettings {
    /// The models. Default the six of the study.
    pub models: Vec<ModelKind>,
    /// How many settings of each are tried: its defaults, and others drawn at random. Default 8.
    pub candidates: usize,
    /// The folds among training patients that decide between them. Default 5.
    pub folds: usize,
    /// The number of repeats of those folds. Default 1.
    pub repeats: usize,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self { models: ModelKind::SIX.to_vec(), candidates: 8, folds: 5, repeats: 1 }
    }
}

/// The clinical model; without variables there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClinicalRule {
    /// The variables that are candidates: columns of the table, `adc` and the dose that are computed. Default none.
    pub variables: Vec<String>,
    /// Those of them that are cut in two where they divide training patients best. Default none: cutting throws away most of what a number
    /// says.
    pub dichotomise: Vec<String>,
    /// Which of them stay. Default those with p < 0.05 alone, and then beside each other.
    pub rule: Rule,
    /// What is done about missing values. Default patients without one are left out of the clinical model, and counted.
    pub missing: MissingRule,
}

impl Default for ClinicalRule {
    fn default() -> Self {
        Self {
            variables: Vec::new(),
            dichotomise: Vec::new(),
            rule: Rule::UnivariableThenBackward { enter: 0.05, stay: 0.05 },
            missing: MissingRule::default(),
        }
    }
}

impl StudySettings {
    /// Reads a file; paths in it are made relative to its folder.
    ///
    /// # Errors
    /// [`Problems`] with the line, of what is no such file.
    pub fn from_file(path: impl AsRef<Path>) -> crate::Result<Self> {
        StudyFile::read(path).and_then(|file| Ok(file.settings()?))
    }

    /// Reads the text of a file, whose name is for messages. Paths are left as they are.
    ///
    /// # Errors
    /// [`Problems`] with the line.
    pub fn from_toml(text: &str, name: &str) -> Result<Self, Problems> {
        StudyFile::new(text, name).settings()
    }

    /// The ComBat step, if there is one.
    pub fn combat(&self) -> Option<&CombatSettings> {
        self.steps.iter().find_map(|step| match step {
            StepSettings::Combat(settings) => Some(settings),
            _ => None,
        })
    }

    /// All columns of the table of patients that are categories, whatever they look like.
    pub(crate) fn categories(&self) -> impl Iterator<Item = &str> {
        let batches = self.steps.iter().flat_map(StepSettings::batch);
        self.patients.categories.iter().map(String::as_str).chain(self.patients.centre.as_deref()).chain(batches)
    }
}
