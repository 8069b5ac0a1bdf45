//! Steps and a model behind them, learned as a whole.

use radsurv_data::{Cohort, FitSurvival, Learner, LearnerError, Predictions, Predictor, Survival, SurvivalModel};

use super::steps::{FittedSteps, FittedThrough, Steps};

/// Steps and a model, all of them fitted to the same training cases.
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, Learner, Predictor, Survival};
/// use radsurv_survival::CoxSettings;
/// use radsurv_survival::selection::{Pipeline, Steps};
/// let rows = (0..20).map(|i| (format!("P{i}"), vec![("a", f64::from(i * 7 % 20))]));
/// let cohort = Cohort::from(FeatureTable::from_rows(rows)?);
/// let outcome = Survival::new((0..20).map(|i| f64::from(i * 9 % 20)).collect(), vec![true; 20])?;
/// let pipeline = Pipeline { steps: Steps::new(), model: CoxSettings::default() };
/// let learned = pipeline.learn(&cohort, &outcome, &[10.0])?;
/// assert_eq!(learned.predict(&cohort, &[10.0])?.survival().unwrap().cases(), 20);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Pipeline<S> {
    /// What is done to features first.
    pub steps: Steps,
    /// The model.
    pub model: S,
}

/// Fitted steps and the model of what they make of the training cases.
#[derive(Debug)]
pub struct FittedPipeline<M> {
    /// The steps.
    pub steps: FittedSteps,
    /// The model.
    pub model: M,
}

impl<S> Learner for Pipeline<S>
where
    S: FitSurvival + Sync,
    S::Fitted: Send,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    type Learned = FittedPipeline<S::Fitted>;

    fn learn(&self, training: &Cohort, outcome: &Survival, times: &[f64]) -> Result<Self::Learned, LearnerError> {
        let FittedThrough { steps, training } = self.steps.fit_through(training, outcome)?;
        let model = self.model.learn(&training, outcome, times)?;
        Ok(FittedPipeline { steps, model })
    }

    fn risk_scale(&self, outcome: &Survival) -> f64 {
        FitSurvival::risk_scale(&self.model, outcome)
    }
}

impl<M> Predictor for FittedPipeline<M>
where
    M: SurvivalModel + Send,
    M::Error: std::error::Error + Send + Sync + 'static,
{
    fn predict(&self, cohort: &Cohort, times: &[f64]) -> Result<Predictions, LearnerError> {
        self.model.predict(&self.steps.transform(cohort)?, times)
    }

    fn used_features(&self) -> Vec<String> {
        self.model.used_features()
    }
}
