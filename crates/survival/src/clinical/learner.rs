//! A radiomics score and a clinical model with it, learned together from each training set.

use radsurv_data::{Cohort, Learner, LearnerError, Predictions, Predictor, Survival};

use super::{ClinicalModel, ClinicalSettings};
use crate::selection::{CrossValidation, Measures};

/// What is learned of the features, and a clinical model that its risks enter as the score: a [`Learner`] itself, so that
/// validation repeats all of it, held-out scores, cut points, imputation and selection, in each resample.
///
/// The held-out scores are those of folds of the training cases, also of a forest, which has out-of-bag scores as well.
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, Covariate, Covariates, FeatureTable, Learner, Predictor, Survival};
/// use radsurv_stats::terms::Terms;
/// use radsurv_survival::CoxSettings;
/// use radsurv_survival::clinical::{ClinicalSettings, RadscoreLearner, ScoreTerm};
/// use radsurv_survival::selection::CrossValidation;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..80).map(|i| (format!("P{i}"), (1..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let mut covariates = Covariates::new(80);
/// covariates.add("age", Covariate::Number((0..80).map(|i| 40.0 + value(i, 0)).collect()))?;
/// let cohort = Cohort::new(FeatureTable::from_rows(rows)?, covariates)?;
/// let outcome = Survival::new((0..80).map(|i| 60.0 - value(i, 0) - value(i, 1) + value(i, 5)).collect(), vec![true; 80])?;
/// let (terms, score) = (Terms::new().linear("age"), Some(ScoreTerm::default()));
/// let learner = RadscoreLearner {
///     score: CoxSettings::default(),
///     held_out: CrossValidation::default(),
///     clinical: ClinicalSettings { terms, score, ..Default::default() },
/// };
/// let training: Vec<usize> = (0..60).collect();
/// let learned = learner.learn(&cohort.rows(&training), &outcome.rows(&training), &[30.0])?;
/// let test = learned.predict(&cohort.rows(&[60, 61]), &[30.0])?;
/// assert!(test.survival().is_some() && learned.used_features().contains(&"age".to_string()));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RadscoreLearner<L> {
    /// What learns the score.
    pub score: L,
    /// The folds of the held-out scores.
    pub held_out: CrossValidation,
    /// The clinical model. If its settings have no score, nothing is learned of features.
    pub clinical: ClinicalSettings,
}

/// What was learned of a score and a clinical model.
#[derive(Debug, Clone, PartialEq)]
pub struct RadscoreModel<P> {
    /// What predicts the score, if it is in the clinical model.
    pub score: Option<P>,
    /// The clinical model.
    pub clinical: ClinicalModel,
}

impl<L: Learner> Learner for RadscoreLearner<L> {
    type Learned = RadscoreModel<L::Learned>;

    fn learn(&self, training: &Cohort, outcome: &Survival, _: &[f64]) -> Result<Self::Learned, LearnerError> {
        let covariates = training.covariates();
        if self.clinical.score.is_none() {
            let clinical = self.clinical.fit(covariates, None, outcome)?.model;
            return Ok(RadscoreModel { score: None, clinical });
        }
        let risks = Measures { metrics: &[], times: &[] };
        let held_out = self.held_out.run(&self.score, training, outcome, risks)?.held_out()?;
        let clinical = self.clinical.fit(covariates, Some(&held_out), outcome)?.model;
        let score = clinical.score().map(|_| self.score.learn(training, outcome, &[])).transpose()?;
        Ok(RadscoreModel { score, clinical })
    }
}

impl<P: Predictor> Predictor for RadscoreModel<P> {
    fn predict(&self, cohort: &Cohort, times: &[f64]) -> Result<Predictions, LearnerError> {
        let score = self.score.as_ref().map(|score| score.predict(cohort, &[])).transpose()?;
        let score = score.as_ref().map(Predictions::risk);
        Ok(self.clinical.predict(cohort.covariates(), score, times)?.predictions)
    }

    /// The covariates of the clinical model, and the features of the score.
    fn used_features(&self) -> Vec<String> {
        let clinical = self.clinical.needed().into_iter().map(String::from);
        clinical.chain(self.score.iter().flat_map(Predictor::used_features)).collect()
    }
}
