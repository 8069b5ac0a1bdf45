//! A fitted model with the steps before it, as a file.

use std::collections::HashSet;
use std::path::Path;

use radsurv_data::saved::{Saved, format_of_json};
use radsurv_data::{Cohort, LearnerError, Predictions, Predictor, Selection, SurvivalModel};
use radsurv_harmonize::ZScore;
use radsurv_harmonize::combat::{Combat, CovBat, NestedCombat};
use radsurv_survival::AnyModel;
use radsurv_survival::selection::screen::Screen;
use radsurv_survival::selection::{FittedPipeline, FittedSteps};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};

/// A fitted model of any kind, with the fitted steps before it: what `radsurv tune` writes. A model without steps, as
/// `radsurv train` writes it, is read as well.
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, Learner, Predictor, Survival};
/// use radsurv_harmonize::ZScoreSettings;
/// use radsurv_study::pipeline::{FittedModel, StepSettings, steps};
/// use radsurv_survival::{ModelKind, selection::Pipeline};
/// let rows = (0..40).map(|i| (format!("P{i}"), vec![("a", f64::from(i * 7 % 40)), ("b", f64::from(i * 11 % 40))]));
/// let cohort = Cohort::from(FeatureTable::from_rows(rows)?);
/// let outcome = Survival::new((0..40).map(|i| f64::from(i * 9 % 40)).collect(), vec![true; 40])?;
/// let asked = [StepSettings::Zscore(ZScoreSettings::Standard)];
/// let pipeline = Pipeline { steps: steps(&asked), model: ModelKind::Cox.settings() };
/// let learned = pipeline.learn(&cohort, &outcome, &[])?;
/// let model = FittedModel::new(learned, &cohort, &asked);
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("model.json");
/// model.save(&path)?;
/// let again = FittedModel::load(&path)?;
/// assert_eq!(again.predict(&cohort, &[])?, model.predict(&cohort, &[])?);
/// assert_eq!(again.features(), ["a", "b"]);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug)]
pub struct FittedModel {
    features: Vec<String>,
    covariates: Vec<String>,
    pipeline: FittedPipeline<AnyModel>,
}

/// What such a file begins with.
const FORMAT: &str = "radsurv-pipeline";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    features: Vec<String>,
    covariates: Vec<String>,
    steps: Vec<FileStep>,
    model: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileStep {
    name: String,
    fitted: Value,
}

impl FittedModel {
    /// A pipeline, with the features of the cases it was learned from and the covariates its steps look at.
    pub fn new(pipeline: FittedPipeline<AnyModel>, training: &Cohort, steps: &[super::StepSettings]) -> Self {
        let mut covariates: Vec<String> = Vec::new();
        for name in steps.iter().flat_map(super::StepSettings::covariates) {
            if !covariates.iter().any(|known| known == name) {
                covariates.push(name.to_string());
            }
        }
        Self { features: training.features().names().to_vec(), covariates, pipeline }
    }

    /// The features that a table to predict must have: all that the steps look at, or those that a model without steps
    /// [needs](SurvivalModel::needed).
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// The covariates that a table to predict must have, such as the batch of ComBat.
    pub fn covariates(&self) -> &[String] {
        &self.covariates
    }

    /// The steps.
    pub fn steps(&self) -> &FittedSteps {
        &self.pipeline.steps
    }

    /// The model behind them.
    pub fn model(&self) -> &AnyModel {
        &self.pipeline.model
    }

    /// Saves it as a JSON file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Data`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let bad = |what: String| radsurv_data::Error::Saved { file: name.clone(), what };
        let json = |text: String| serde_json::from_str::<Value>(&text).map_err(|e| bad(e.to_string()));
        let steps =
            self.pipeline.steps.saved()?.into_iter().map(|(name, text)| Ok(FileStep { name, fitted: json(text)? }));
        let file = File {
            format: FORMAT.to_string(),
            version: VERSION,
            features: self.features.clone(),
            covariates: self.covariates.clone(),
            steps: steps.collect::<Result<_>>()?,
            model: json(self.pipeline.model.to_json()?)?,
        };
        let text = serde_json::to_string_pretty(&file).map_err(|e| bad(e.to_string()))?;
        radsurv_data::fs::write_atomic(path, |out| std::io::Write::write_all(out, (text + "\n").as_bytes()))
            .map_err(|source| radsurv_data::Error::Io { path: path.to_path_buf(), source })?;
        Ok(())
    }

    /// Loads a pipeline, or a model without steps.
    ///
    /// # Errors
    /// [`Error::Data`] if the file cannot be read or is no model that this version knows.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| radsurv_data::Error::Io { path: path.to_path_buf(), source })?;
        let name = path.display().to_string();
        if format_of_json(&text, &name)? != FORMAT {
            let model = AnyModel::from_json(&text, &name)?;
            let features = model.needed().into_iter().map(String::from).collect();
            let pipeline = FittedPipeline { steps: FittedSteps::new(), model };
            return Ok(Self { features, covariates: Vec::new(), pipeline });
        }
        let bad = |what: String| Error::Data(radsurv_data::Error::Saved { file: name.clone(), what });
        let found: Value = serde_json::from_str(&text).map_err(|e| bad(e.to_string()))?;
        let version = found.get("version").and_then(Value::as_u64);
        if version != Some(u64::from(VERSION)) {
            let version = version.map_or("no version".to_string(), |version| format!("version {version}"));
            return Err(bad(format!("it has {version} of {FORMAT}, this program reads version {VERSION}")));
        }
        let file: File = serde_json::from_value(found).map_err(|e| bad(e.to_string()))?;
        let mut steps = FittedSteps::new();
        for step in file.steps {
            let part = format!("{name}, step {}", step.name);
            let text = step.fitted.to_string();
            steps = match format_of_json(&text, &part)?.as_str() {
                format if format == ZScore::FORMAT.name => steps.then(step.name, ZScore::from_json(&text, &part)?),
                format if format == Combat::FORMAT.name => steps.then(step.name, Combat::from_json(&text, &part)?),
                format if format == CovBat::FORMAT.name => steps.then(step.name, CovBat::from_json(&text, &part)?),
                format if format == NestedCombat::FORMAT.name => {
                    steps.then(step.name, NestedCombat::from_json(&text, &part)?)
                }
                format if format == Screen::FORMAT.name => steps.then(step.name, Screen::from_json(&text, &part)?),
                // Whose error says what was expected, if it is none.
                _ => steps.then(step.name, Selection::from_json(&text, &part)?),
            };
        }
        let model = AnyModel::from_json(&file.model.to_string(), &format!("{name}, model"))?;
        let pipeline = FittedPipeline { steps, model };
        Ok(Self { features: file.features, covariates: file.covariates, pipeline })
    }
}

impl Predictor for FittedModel {
    /// Predicts from the [`features`](FittedModel::features); others may be in the table, and are not looked at.
    fn predict(&self, cohort: &Cohort, times: &[f64]) -> std::result::Result<Predictions, LearnerError> {
        let here: HashSet<&str> = cohort.features().names().iter().map(String::as_str).collect();
        let missing: Vec<String> = self.features.iter().filter(|name| !here.contains(name.as_str())).cloned().collect();
        if !missing.is_empty() {
            return Err(radsurv_data::Error::OtherFeatures { missing, unexpected: Vec::new() }.into());
        }
        let cohort = cohort.with_features(cohort.features().select(&self.features)?)?;
        self.pipeline.predict(&cohort, times)
    }

    fn used_features(&self) -> Vec<String> {
        self.pipeline.used_features()
    }
}
