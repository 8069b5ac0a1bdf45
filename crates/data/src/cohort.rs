//! Cases with all that is known of them, and what can be learned from and done to them.

use crate::covariates::Covariates;
use crate::error::{Error, Result};
use crate::feature_table::FeatureTable;
use crate::survival::Survival;

/// Features of cases and their covariates, row by row.
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, Covariate, Covariates, FeatureTable, Groups};
/// let features = FeatureTable::from_rows([("P1", vec![("a", 1.0)]), ("P2", vec![("a", 2.0)]), ("P3", vec![("a", 4.0)])])?;
/// let mut covariates = Covariates::new(3);
/// covariates.add("centre", Covariate::Category(Groups::new([Some("x"), Some("y"), Some("x")])))?;
/// let cohort = Cohort::new(features, covariates)?;
/// let training = cohort.rows(&[0, 2]);
/// assert_eq!(training.features().case_ids(), ["P1", "P3"]);
/// assert_eq!(training.covariates().groups("centre")?.levels(), ["x"]);
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    features: FeatureTable,
    covariates: Covariates,
}

impl Cohort {
    /// Features and covariates of the same cases in the same order.
    ///
    /// # Errors
    /// [`Error::Length`] if the covariates are of another number of cases.
    pub fn new(features: FeatureTable, covariates: Covariates) -> Result<Self> {
        if covariates.cases() != features.cases() {
            let (found, expected) = (covariates.cases(), features.cases());
            return Err(Error::Length { column: "of covariates".to_string(), found, expected });
        }
        Ok(Self { features, covariates })
    }

    /// The features.
    pub fn features(&self) -> &FeatureTable {
        &self.features
    }

    /// The values of one feature, to be changed where they are; see [`FeatureTable::column_mut`].
    pub fn feature_mut(&mut self, name: &str) -> Option<&mut [f64]> {
        self.features.column_mut(name)
    }

    /// The covariates.
    pub fn covariates(&self) -> &Covariates {
        &self.covariates
    }

    /// The number of cases.
    pub fn cases(&self) -> usize {
        self.features.cases()
    }

    /// Some cases, in the order asked for: a training set, a fold.
    ///
    /// # Panics
    /// If a case is not there.
    pub fn rows(&self, cases: &[usize]) -> Self {
        Self { features: self.features.rows(cases), covariates: self.covariates.rows(cases) }
    }

    /// The same cases with other features.
    ///
    /// # Errors
    /// [`Error::Length`] if the features are of another number of cases.
    pub fn with_features(&self, features: FeatureTable) -> Result<Self> {
        Self::new(features, self.covariates.clone())
    }
}

impl From<FeatureTable> for Cohort {
    /// Cases of which nothing but their features is known.
    fn from(features: FeatureTable) -> Self {
        let covariates = Covariates::new(features.cases());
        Self { features, covariates }
    }
}

/// Settings of a step that learns from cases. All it may look at is the cohort it is given: give it training cases only.
pub trait Fit {
    /// What was learned.
    type Fitted: Transform<Error: std::error::Error + Send + Sync + 'static>;
    /// What can go wrong.
    type Error;

    /// Learns from the training cases.
    ///
    /// # Errors
    /// Those of the step.
    fn fit(&self, training: &Cohort) -> std::result::Result<Self::Fitted, Self::Error>;
}

/// Settings of a step that learns from cases and their outcomes, such as which features say something about them. It must be
/// fitted anew in every fold: features that were chosen with the outcomes of a fold predict that fold too well.
pub trait FitToOutcome {
    /// What was learned.
    type Fitted: Transform<Error: std::error::Error + Send + Sync + 'static>;
    /// What can go wrong.
    type Error;

    /// Learns from the training cases and their outcomes, row by row the same cases.
    ///
    /// # Errors
    /// Those of the step.
    fn fit(&self, training: &Cohort, outcome: &Survival) -> std::result::Result<Self::Fitted, Self::Error>;
}

/// A fitted step, which can be applied to any cases of the same features.
///
/// Nothing is learned when it is applied: a case comes out the same whatever other cases it is applied with, unless the
/// step says otherwise (a transductive way to treat unseen batches).
pub trait Transform {
    /// What can go wrong.
    type Error;

    /// The cohort with its features transformed, or fewer of them.
    ///
    /// # Errors
    /// Those of the step; in any case if a feature is missing that was there when it was fitted.
    fn transform(&self, cohort: &Cohort) -> std::result::Result<Cohort, Self::Error>;
}
