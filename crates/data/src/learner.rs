//! What learns from cases and predicts others, whatever it is made of.

use crate::cohort::Cohort;
use crate::metric::Predictions;
use crate::model::{FitSurvival, SurvivalModel};
use crate::survival::Survival;

/// Settings of anything that is learned from training cases as a whole to predict others: a survival model, steps and a model
/// behind them, a search for the best of many. What is validated (cross-validation, bootstrap) is a learner, so that all of
/// it is learned anew from each training set, and nothing leaks.
///
/// Every [`FitSurvival`] is one: a model alone.
pub trait Learner: Sync {
    /// What was learned.
    type Learned: Predictor;

    /// Learns from training cases; all that it may look at are these. With `times` predictions will be of survival at these
    /// times as well; without, what only survival curves need may be left out.
    ///
    /// # Errors
    /// Those of its parts.
    fn learn(
        &self,
        training: &Cohort,
        outcome: &Survival,
        times: &[f64],
    ) -> std::result::Result<Self::Learned, LearnerError>;

    /// The size of the risks that it gives when it has learned from these outcomes; see [`FitSurvival::risk_scale`]. Default 1.
    fn risk_scale(&self, outcome: &Survival) -> f64 {
        let _ = outcome;
        1.0
    }
}

/// What was learned from training cases, and predicts any cases.
pub trait Predictor: Send {
    /// The risk of each case, and its survival at these times, if there are some.
    ///
    /// # Errors
    /// Those of its parts; in any case if a feature is missing that it needs.
    fn predict(&self, cohort: &Cohort, times: &[f64]) -> std::result::Result<Predictions, LearnerError>;

    /// The features that its predictions depend on.
    fn used_features(&self) -> Vec<String>;
}

/// Why something cannot be learned or predicted.
pub type LearnerError = Box<dyn std::error::Error + Send + Sync>;

impl<S> Learner for S
where
    S: FitSurvival + Sync,
    S::Fitted: Send,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    type Learned = S::Fitted;

    fn learn(
        &self,
        training: &Cohort,
        outcome: &Survival,
        times: &[f64],
    ) -> std::result::Result<Self::Learned, LearnerError> {
        Ok(match times {
            [] => self.fit_risk(training.features(), outcome)?,
            _ => self.fit(training.features(), outcome)?,
        })
    }

    fn risk_scale(&self, outcome: &Survival) -> f64 {
        FitSurvival::risk_scale(self, outcome)
    }
}

impl<M> Predictor for M
where
    M: SurvivalModel + Send,
    M::Error: std::error::Error + Send + Sync + 'static,
{
    fn predict(&self, cohort: &Cohort, times: &[f64]) -> std::result::Result<Predictions, LearnerError> {
        let predictions = Predictions::new(self.predict_risk(cohort.features())?);
        Ok(match times {
            [] => predictions,
            _ => predictions.with_survival(self.predict_survival(cohort.features(), times)?)?,
        })
    }

    fn used_features(&self) -> Vec<String> {
        self.importance().into_iter().map(|importance| importance.feature).collect()
    }
}
