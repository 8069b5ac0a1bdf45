//! A radiomics score and a clinical model with it, learned together from each training set.

use radsurv_data::{Cohort, Learner, LearnerError, Predictions, Predictor, Survival, SurvivalModel};

use super::{ClinicalModel, ClinicalSettings};
use crate::any::{AnyModel, AnySettings};
use crate::folds::FoldSettings;

/// A model of the features whose score enters a clinical model of the covariates: a [`Learner`], so that validation repeats all
/// of it, held-out scores, cut points, imputation and selection, in each resample.
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, Covariate, Covariates, FeatureTable, Learner, Predictor, Survival};
/// use radsurv_stats::terms::Terms;
/// use radsurv_survival::clinical::{ClinicalSettings, RadscoreLearner, ScoreTerm};
/// use radsurv_survival::{AnySettings, CoxSettings};
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..80).map(|i| (format!("P{i}"), (1..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let mut covariates = Covariates::new(80);
/// covariates.add("age", Covariate::Number((0..80).map(|i| 40.0 + value(i, 0)).collect()))?;
/// let cohort = Cohort::new(FeatureTable::from_rows(rows)?, covariates)?;
/// let outcome = Survival::new((0..80).map(|i| 60.0 - value(i, 0) - value(i, 1) + value(i, 5)).collect(), vec![true; 80])?;
/// let learner = RadscoreLearner {
///     score: AnySettings::Cox(CoxSettings::default()),
///     folds: Default::default(),
///     clinical: ClinicalSettings {
///         terms: Terms::new().linear("age"),
///         score: Some(ScoreTerm::default()),
///         ..Default::default()
///     },
/// };
/// let training: Vec<usize> = (0..60).collect();
/// let learned = learner.learn(&cohort.rows(&training), &outcome.rows(&training), &[30.0])?;
/// let test = learned.predict(&cohort.rows(&[60, 61]), &[30.0])?;
/// assert!(test.survival().is_some());
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RadscoreLearner {
    /// The model whose risk is the score.
    pub score: AnySettings,
    /// The folds that its held-out scores are of, if it makes none of its own.
    pub folds: FoldSettings,
    /// The clinical model. If it has no score, the features are not looked at.
    pub clinical: ClinicalSettings,
}

/// What was learned of a score and a clinical model.
#[derive(Debug, Clone, PartialEq)]
pub struct RadscoreModel {
    /// The model of the score, if the clinical model needs one.
    pub score: Option<AnyModel>,
    /// The clinical model.
    pub clinical: ClinicalModel,
}

impl Learner for RadscoreLearner {
    type Learned = RadscoreModel;

    fn learn(&self, training: &Cohort, outcome: &Survival, _: &[f64]) -> Result<RadscoreModel, LearnerError> {
        if self.clinical.score.is_none() {
            let clinical = self.clinical.fit(training.covariates(), None, outcome)?.model;
            return Ok(RadscoreModel { score: None, clinical });
        }
        let fitted = self.score.fit_held_out(training.features(), outcome, &self.folds, None)?;
        let clinical = self.clinical.fit(training.covariates(), Some(&fitted.held_out), outcome)?.model;
        let score = clinical.score().is_some().then_some(fitted.model);
        Ok(RadscoreModel { score, clinical })
    }
}

impl Predictor for RadscoreModel {
    fn predict(&self, cohort: &Cohort, times: &[f64]) -> Result<Predictions, LearnerError> {
        let score = self.score.as_ref().map(|model| model.predict_risk(cohort.features())).transpose()?;
        Ok(self.clinical.predict(cohort.covariates(), score.as_deref(), times)?.predictions)
    }

    /// The covariates of the clinical model, and the features of the score.
    fn used_features(&self) -> Vec<String> {
        let mut used: Vec<String> = self.clinical.needed().into_iter().map(String::from).collect();
        used.extend(self.score.iter().flat_map(Predictor::used_features));
        used
    }
}
