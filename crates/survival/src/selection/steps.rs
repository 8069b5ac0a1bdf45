//! What is done to features before a model sees them.

use std::fmt;
use std::sync::Arc;

use radsurv_data::saved::Saved;
use radsurv_data::{Cohort, Fit, FitToOutcome, LearnerError, Survival, Transform};

use crate::error::{Error, Result};

/// Steps, each of which learns from what the one before has made of the training cases. They are settings: what is learned is
/// [`FittedSteps`].
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, Fit, Survival, Transform};
/// use radsurv_survival::selection::Steps;
/// # use radsurv_data::saved::{Format, Saved};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Centred(Vec<f64>);
/// # impl Saved for Centred { const FORMAT: Format = Format { name: "example", version: 1 }; }
/// # struct Centre;
/// # impl Fit for Centre {
/// #     type Fitted = Centred;
/// #     type Error = radsurv_data::Error;
/// #     fn fit(&self, training: &Cohort) -> Result<Centred, radsurv_data::Error> {
/// #         Ok(Centred(training.features().columns().iter().map(|c| c.iter().sum::<f64>() / c.len() as f64).collect()))
/// #     }
/// # }
/// # impl Transform for Centred {
/// #     type Error = radsurv_data::Error;
/// #     fn transform(&self, cohort: &Cohort) -> Result<Cohort, radsurv_data::Error> {
/// #         let columns = cohort.features().columns().iter().zip(&self.0);
/// #         let columns = columns.map(|(c, mean)| c.iter().map(|v| v - mean).collect()).collect();
/// #         cohort.with_features(cohort.features().with_columns(columns)?)
/// #     }
/// # }
/// let table = |value: f64| FeatureTable::from_rows([("P1", vec![("a", 0.0)]), ("P2", vec![("a", value)])]);
/// let (training, other) = (Cohort::from(table(4.0)?), Cohort::from(table(10.0)?));
/// let outcome = Survival::new(vec![3.0, 5.0], vec![true, false])?;
/// // `Centre` takes the mean of the training cases from a feature.
/// let fitted = Steps::new().then("centre", Centre).fit(&training, &outcome)?;
/// assert_eq!(fitted.transform(&other)?.features().columns()[0], [-2.0, 8.0]);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Clone, Default)]
pub struct Steps {
    steps: Vec<(String, Arc<dyn Step>)>,
}

/// Steps that have learned from training cases.
#[derive(Default)]
pub struct FittedSteps {
    steps: Vec<(String, Box<dyn FittedStep>)>,
}

/// Fitted steps, and what they make of the cases that they were fitted to.
pub(crate) struct FittedThrough {
    pub(crate) steps: FittedSteps,
    pub(crate) training: Cohort,
}

/// One step, whatever its types are.
trait Step: Send + Sync {
    fn fit(&self, training: &Cohort, outcome: &Survival) -> std::result::Result<Box<dyn FittedStep>, LearnerError>;
}

/// One fitted step, whatever its type is.
trait FittedStep: Send + Sync {
    fn transform(&self, cohort: &Cohort) -> std::result::Result<Cohort, LearnerError>;
    fn json(&self) -> radsurv_data::Result<String>;
}

struct Plain<S>(S);
struct WithOutcome<S>(S);

impl<S> Step for Plain<S>
where
    S: Fit + Send + Sync,
    S::Fitted: Saved + Send + Sync + 'static,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    fn fit(&self, training: &Cohort, _: &Survival) -> std::result::Result<Box<dyn FittedStep>, LearnerError> {
        Ok(Box::new(self.0.fit(training)?))
    }
}

impl<S> Step for WithOutcome<S>
where
    S: FitToOutcome + Send + Sync,
    S::Fitted: Saved + Send + Sync + 'static,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    fn fit(&self, training: &Cohort, outcome: &Survival) -> std::result::Result<Box<dyn FittedStep>, LearnerError> {
        Ok(Box::new(self.0.fit(training, outcome)?))
    }
}

impl<T> FittedStep for T
where
    T: Transform + Saved + Send + Sync,
    T::Error: std::error::Error + Send + Sync + 'static,
{
    fn transform(&self, cohort: &Cohort) -> std::result::Result<Cohort, LearnerError> {
        Ok(Transform::transform(self, cohort)?)
    }

    fn json(&self) -> radsurv_data::Result<String> {
        T::FORMAT.to_json(self)
    }
}

impl Steps {
    /// No step yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A further step, which does not look at outcomes: z-score, ComBat, redundancy. The name is for messages and files.
    pub fn then<S>(mut self, name: impl Into<String>, settings: S) -> Self
    where
        S: Fit + Send + Sync + 'static,
        S::Fitted: Saved + Send + Sync + 'static,
        S::Error: std::error::Error + Send + Sync + 'static,
    {
        self.steps.push((name.into(), Arc::new(Plain(settings))));
        self
    }

    /// A further step, which looks at the outcomes of the training cases: [screening](super::screen).
    pub fn then_by_outcome<S>(mut self, name: impl Into<String>, settings: S) -> Self
    where
        S: FitToOutcome + Send + Sync + 'static,
        S::Fitted: Saved + Send + Sync + 'static,
        S::Error: std::error::Error + Send + Sync + 'static,
    {
        self.steps.push((name.into(), Arc::new(WithOutcome(settings))));
        self
    }

    /// The names of the steps, the first one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|(name, _)| name.as_str())
    }

    /// Fits each step to what the ones before make of the training cases.
    ///
    /// # Errors
    /// [`Error::Step`] with the first step that cannot be fitted, or that loses or moves cases; [`Error::Cases`].
    pub fn fit(&self, training: &Cohort, outcome: &Survival) -> Result<FittedSteps> {
        self.fit_through(training, outcome).map(|fitted| fitted.steps)
    }

    /// The same with the training cases as they come out, which the model behind the steps is fitted to.
    pub(crate) fn fit_through(&self, training: &Cohort, outcome: &Survival) -> Result<FittedThrough> {
        if training.cases() != outcome.len() {
            return Err(Error::Cases { features: training.cases(), outcomes: outcome.len() });
        }
        let mut training = training.clone();
        let mut steps = FittedSteps::default();
        for (name, step) in &self.steps {
            let fitted = step.fit(&training, outcome).map_err(|source| of_step(name, source))?;
            training = apply(name, fitted.as_ref(), &training)?;
            steps.steps.push((name.clone(), fitted));
        }
        Ok(FittedThrough { steps, training })
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl FittedSteps {
    /// No step, which changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A further fitted step, such as one that was read from a file.
    pub fn then<T>(mut self, name: impl Into<String>, fitted: T) -> Self
    where
        T: Transform + Saved + Send + Sync + 'static,
        T::Error: std::error::Error + Send + Sync + 'static,
    {
        self.steps.push((name.into(), Box::new(fitted)));
        self
    }

    /// The names of the steps, the first one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|(name, _)| name.as_str())
    }

    /// What the steps make of cases, one after the other.
    ///
    /// # Errors
    /// [`Error::Step`] with the first step that does not know what to do with them, or that loses or moves cases.
    pub fn transform(&self, cohort: &Cohort) -> Result<Cohort> {
        let mut cohort = cohort.clone();
        for (name, step) in &self.steps {
            cohort = apply(name, step.as_ref(), &cohort)?;
        }
        Ok(cohort)
    }

    /// Each step's name, and its file as JSON, which says its format.
    ///
    /// # Errors
    /// [`Error::Data`] if one is no JSON object.
    pub fn saved(&self) -> Result<Vec<(String, String)>> {
        self.steps.iter().map(|(name, step)| Ok((name.clone(), step.json()?))).collect()
    }
}

impl fmt::Debug for FittedSteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// What a step makes of cases, each of which must come out again: outcomes are theirs row by row.
fn apply(name: &str, step: &dyn FittedStep, cohort: &Cohort) -> Result<Cohort> {
    let made = step.transform(cohort).map_err(|source| of_step(name, source))?;
    if made.features().case_ids() != cohort.features().case_ids() {
        let what =
            format!("of {} cases it has made {}, or others: leave out cases before", cohort.cases(), made.cases());
        return Err(of_step(name, what.into()));
    }
    Ok(made)
}

fn of_step(name: &str, source: LearnerError) -> Error {
    Error::Step { name: name.to_string(), source }
}
