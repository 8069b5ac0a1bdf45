//! What a study found.

use std::fmt;

use radsurv_data::{Cohort, HeldOut, Survival};
use radsurv_eval::evaluation::Evaluation;
use radsurv_eval::nomogram::Nomogram;
use radsurv_eval::quality::Questionnaires;
use radsurv_eval::risk_groups::RiskGroups;
use radsurv_eval::table_one::TableOne;
use radsurv_harmonize::icc::CombinedIcc;
use radsurv_stats::cut_point::CutPoint;
use radsurv_survival::clinical::ClinicalFit;
use radsurv_survival::importance::PermutedFeature;
use radsurv_survival::selection::optimism::Optimism;
use radsurv_survival::selection::ranking::Ranking;
use serde::Serialize;

use crate::images::CaseFailure;
use crate::pipeline::FittedModel;
use crate::radiogenomics::Radiogenomics;
use crate::settings::{Protocol, StudySettings};

/// A set of patients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatientSet {
    /// What models are learned from.
    Training,
    /// Patients of the same centres who are held out.
    Validation,
    /// The test set.
    Test,
}

impl PatientSet {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Training, Self::Validation, Self::Test];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for PatientSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A step of the flow chart: how many patients came, and who was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowStep {
    /// What was asked of patients.
    pub name: String,
    /// How many patients are left.
    pub patients: usize,
    /// Those that were left out, by reason.
    pub left_out: Vec<LeftOutPatients>,
}

/// Patients that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOutPatients {
    /// The reason.
    pub reason: String,
    /// Their ids.
    pub ids: Vec<String>,
    /// Whether something went wrong with them, and not just was not there.
    pub failed: bool,
}

/// An endpoint in a set of patients.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetSummary {
    /// The set.
    pub set: PatientSet,
    /// The endpoint.
    pub endpoint: String,
    /// The number of patients.
    pub patients: usize,
    /// The number of events.
    pub events: usize,
    /// The median follow-up by the reverse Kaplan-Meier estimate; none if it is not reached.
    pub median_follow_up: Option<f64>,
}

/// How long a stage took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageTime {
    /// The stage.
    pub stage: String,
    /// Seconds.
    pub seconds: f64,
    /// How many of its parts were there from an earlier run, and how many parts there are.
    pub from_cache: [usize; 2],
}

/// A study that was run.
#[derive(Debug)]
pub struct Study {
    /// What was asked for.
    pub settings: StudySettings,
    /// The version of the program.
    pub version: String,
    /// From the patients in the table to those that were analysed.
    pub flow: Vec<FlowStep>,
    /// What failed of images, case by case.
    pub failures: Vec<CaseFailure>,
    /// The patients that were analysed.
    pub ids: Vec<String>,
    /// Their features as they were extracted or given, those that all of them have, and their variables.
    pub cohort: Cohort,
    /// The set of each.
    pub sets: Vec<PatientSet>,
    /// The follow-up of each, by endpoint in the order of the settings.
    pub outcomes: Vec<Survival>,
    /// Endpoints by sets.
    pub summaries: Vec<SetSummary>,
    /// What the patients are like, by centre if there are several, else by set. None if there are no clinical variables.
    pub table_one: Option<TableOne>,
    /// How many features there were, and how many had a value in every patient.
    pub features: FeatureCounts,
    /// What each protocol found.
    pub protocols: Vec<ProtocolResult>,
    /// What is behind the groups that the best models make, by endpoint, if there is expression.
    pub genomics: Vec<EndpointGenomics>,
    /// What a reader must know.
    pub warnings: Vec<String>,
    /// How long it took.
    pub timings: Vec<StageTime>,
    /// What the run can say of its own quality: RQS, METRICS and CLEAR.
    pub quality: Questionnaires,
}

/// What expression says of the groups that the Radscore of an endpoint makes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndpointGenomics {
    /// The endpoint.
    pub endpoint: String,
    /// The protocol of the Radscore.
    pub protocol: Protocol,
    /// What was found, or why nothing was.
    pub found: std::result::Result<Radiogenomics, String>,
}

/// Features before anything is learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureCounts {
    /// All.
    pub all: usize,
    /// Those left out because some patient has no value, with the number of patients.
    pub undefined: Vec<(String, usize)>,
}

/// What a protocol found.
#[derive(Debug)]
pub struct ProtocolResult {
    /// The protocol.
    pub protocol: Protocol,
    /// Which features are reproducible, if there were other readings: a comparison of the first reading with each of the others.
    pub reproducibility: Option<CombinedIcc>,
    /// The sets of features that competed.
    pub feature_sets: Vec<FeatureSetCounts>,
    /// What was found of each endpoint.
    pub endpoints: Vec<EndpointResult>,
}

/// How many features of a set each step left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureSetCounts {
    /// The set: `tumour`.
    pub name: String,
    /// Its features with a value in all patients.
    pub all: usize,
    /// The reproducible ones among them.
    pub reproducible: usize,
    /// Those behind all steps that the final models are learned behind.
    pub kept: usize,
}

/// What a protocol found of an endpoint.
#[derive(Debug)]
pub struct EndpointResult {
    /// The endpoint.
    pub endpoint: String,
    /// All models of all sets of features.
    pub models: Vec<ModelResult>,
    /// The paper's table: blocks are sets of features, sets are `training`, `cross-validation`, `validation`, `test`, metrics the AUC at each time; and
    /// the rule that the best was chosen by.
    pub ranking: Ranking,
    /// The place of the best among the models.
    pub winner: usize,
    /// The best as it predicts new patients.
    pub model: FittedModel,
    /// The risk of the best in every patient, in the order of [`Study::ids`]; of training patients in `strict` the held-out one.
    pub radscore: Radscore,
    /// What each feature of the best counts: the loss of Harrell's *C* when it is permuted among patients that the model was not learned from, if
    /// there are any.
    pub importance: Vec<PermutedFeature>,
    /// The clinical models.
    pub clinical: Option<ClinicalResult>,
    /// All measures of the Radscore, the clinical model and both together, by set. Training patients have held-out scores in `strict`.
    pub evaluations: Vec<SetEvaluation>,
    /// Sets that could not be evaluated, and why.
    pub unevaluated: Vec<(PatientSet, String)>,
    /// What models promise where they were learned, and keep elsewhere.
    pub optimism: Optimism,
    /// The best with another rule for a batch of the test set that was not in training, if there is one.
    pub unseen: Option<UnseenBatch>,
}

/// A model of a set of features.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelResult {
    /// The set of features.
    pub features: String,
    /// The model.
    pub model: String,
    /// Its settings, as the search names them.
    pub candidate: String,
    /// The mean of the search's measure over its folds, of these settings, and the standard error.
    pub search: Option<[f64; 2]>,
    /// The number of features that its predictions depend on.
    pub used: usize,
    /// Harrell's *C*: of training patients, in cross-validation, and of validation and test set.
    pub concordance: [Option<f64>; 4],
    /// Why it could not be learned, if so.
    pub reason: Option<String>,
}

/// Scores of the best model.
#[derive(Debug, Clone, PartialEq)]
pub struct Radscore {
    /// A score for each patient.
    pub scores: Vec<Option<f64>>,
    /// How those of training patients came about; none if they are in-sample, as published.
    pub held_out: Option<HeldOut>,
    /// The cut that divides training patients best, or why there is none.
    pub cut: std::result::Result<CutPoint, String>,
    /// The groups by that cut, in each set that allows it.
    pub groups: Vec<(PatientSet, RiskGroups)>,
}

/// The clinical variables without and with the Radscore.
#[derive(Debug)]
pub struct ClinicalResult {
    /// Without it, or why there is no such model.
    pub alone: std::result::Result<ClinicalFit, String>,
    /// With it, or why there is no such model.
    pub combined: std::result::Result<ClinicalFit, String>,
    /// The nomogram of the model with it.
    pub nomogram: Option<Nomogram>,
}

/// All measures in a set of patients.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetEvaluation {
    /// The set.
    pub set: PatientSet,
    /// The patients with a value of everything that is compared.
    #[serde(skip)]
    pub patients: Vec<usize>,
    /// The measures.
    pub evaluation: Evaluation,
}

/// The same model where batches without training patients are treated in the other way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnseenBatch {
    /// The batches.
    pub batches: Vec<String>,
    /// The number of test patients in them.
    pub patients: usize,
    /// `pass` or `estimate`: the way of the settings, and the other.
    pub rules: [String; 2],
    /// AUC at each time in the test set, the way of the settings and the other; none where it is not defined.
    pub auc: Vec<[Option<f64>; 2]>,
    /// Harrell's *C* of both.
    pub concordance: [Option<f64>; 2],
}
