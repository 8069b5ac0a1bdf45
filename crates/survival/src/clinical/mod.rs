//! Clinical models: a Cox model of some clinical variables and a radiomics score, chosen by a stated rule.
//!
//! The score of a training case must come from models that did not see its outcome. A model's scores of the cases that it was
//! fitted to know their outcomes: in a Cox model such a score beats every clinical variable, also one of pure noise, and its
//! hazard ratio is a work of fiction. [`ClinicalSettings::fit`] therefore takes [`HeldOut`](radsurv_data::HeldOut) scores, and nothing else:
//!
//! ```compile_fail,E0308
//! use radsurv_data::{Covariates, Survival};
//! use radsurv_survival::clinical::ClinicalSettings;
//! fn careless(settings: &ClinicalSettings, cases: &Covariates, in_sample: Vec<f64>, outcome: &Survival) {
//!     let _ = settings.fit(cases, Some(&in_sample), outcome); // expected `&HeldOut`, found `&Vec<f64>`
//! }
//! ```
//!
//! New cases get the score of the model of all training cases: [`ClinicalModel::predict`] takes plain numbers.
//!
//! | [`Rule`] | the variables of the model |
//! |---|---|
//! | `Forced` | all |
//! | `Univariable` | those with *p < enter* alone |
//! | `UnivariableThenBackward` | those, and then out with the largest *p* as long as it is not below *stay*: the rule of most papers |
//! | `BackwardP` | all, and then the same |
//! | `BackwardAic` (default) | all, and out with the one without which *AIC = -2 l + 2 df* is smallest, as long as it falls: R's `step` |
//! | `Penalised` | those with a coefficient in an elastic net, which are shrunken; columns one by one, levels of a category too |
//!
//! *l* is the log partial likelihood, *df* the number of columns. But for `Penalised` categories and splines go as a whole, with
//! *df* degrees of freedom, and a variable stays as long as an interaction of it does. An interaction enters if both its
//! variables do. Variables that are [`forced`](ClinicalSettings::forced) stay in any case (`Penalised`: without penalty).
//!
//! # What is learned, and of which cases
//! In this order, of training cases only: cut points ([`radsurv_stats::cut_point`]) of the variables to dichotomise, of the
//! cases that have the variable; the imputer, of the values as they are, before they are cut; knots and levels; variables and
//! coefficients. Scores and outcomes have no part in imputation.
//!
//! All models of a fit (alone, and of each step) are of the same cases, so that their likelihoods can be compared: those with a
//! held-out score and, without imputation, a value of every variable that is a candidate. A variable that many lack is best
//! imputed, or left out before.
//!
//! # Edge cases
//! - Cases with a weight of 0 are left out of everything; other weights count in Cox models, not in imputation, and not with cut
//!   points, which refuse them.
//! - A variable that cannot be used (one value in all cases, no case with the reference level, no variation among cases at risk
//!   together) is left out, [with the reason](ClinicalReport::unusable); if it must be in the model it is an error.
//! - A score among the covariates is taken for a clinical variable: nothing can tell that it is in-sample. Do not put one there.
//! - Variables that depend on each other are an error that names them, where all enter together.
//! - A coefficient without end (a variable that separates cases with events from others) in the chosen model is an error.
//! - If nothing is chosen, the model is that of no effect: all cases have the risk 0, and the survival of the cohort.
//! - [`ClinicalReport::warnings`] says where p-values and hazard ratios are too good: cut points and variables were sought
//!   among the same cases. Only new cases, or a validation that repeats all of it ([`RadscoreLearner`]), tell.
//! - Held-out scores of folds come from models that differ a little from the one that scores new cases: see [`HeldOut`](radsurv_data::HeldOut).
//!
//! Sources: Harrell: Regression Modeling Strategies, 2nd ed. (2015) sections 4.3, 4.4 (selection, events per coefficient); Heinze,
//! Wallisch, Dunkler: Variable selection, Biometrical Journal 60 (2018) 431-449; Altman, Lausen, Sauerbrei, Schumacher: Dangers
//! of using "optimal" cutpoints, Journal of the National Cancer Institute 86 (1994) 829-835; Peduzzi, Concato, Feinstein,
//! Holford: Importance of events per independent variable in proportional hazards regression analysis II, Journal of Clinical
//! Epidemiology 48 (1995) 1503-1510.

mod candidates;
mod fit;
pub mod impute;
mod learner;
mod model;
mod report;
mod search;
mod variables;

use radsurv_stats::cox::Ties;
use radsurv_stats::cut_point::CutPointSettings;
use radsurv_stats::terms::Terms;
use serde::{Deserialize, Serialize};

use crate::coxnet::CoxnetSettings;
pub use impute::{Filled, FilledVariable, Imputer, ImputerSettings};
pub use learner::{RadscoreLearner, RadscoreModel};
pub use model::{ClinicalModel, ClinicalPredictions};
pub use report::{
    Certainty, ClinicalEffect, ClinicalReport, ClinicalWarning, Counted, LeftOut, MissingVariable, SelectionStep,
    TriedTerm, UnivariableModel, Unusable,
};

/// How the score enters the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreForm {
    /// As a number.
    #[default]
    Linear,
    /// As `low` or `high`, cut at the value that divides the held-out scores best.
    Dichotomised,
}

/// The score as a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScoreTerm {
    /// Its name, which no covariate may have; interactions can use it. Default `Radscore`.
    pub name: String,
    /// How it enters. Default as a number.
    pub form: ScoreForm,
}

impl Default for ScoreTerm {
    fn default() -> Self {
        Self { name: "Radscore".to_string(), form: ScoreForm::default() }
    }
}

/// What is done about cases that lack a value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingRule {
    /// They are left out, and counted.
    #[default]
    CompleteCases,
    /// The value is filled in.
    Impute(ImputerSettings),
}

/// What a p-value of a variable is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TermTest {
    /// *2 (l - l_without)*.
    #[default]
    LikelihoodRatio,
    /// *β' V⁻¹ β* of its coefficients, as most programs print.
    Wald,
}

/// Which variables the model has; see the [module](self).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Rule {
    /// All of them.
    Forced,
    /// Those with a small p-value alone.
    Univariable {
        /// They enter below this.
        enter: f64,
    },
    /// Of those with a small p-value alone the ones that keep one beside the others.
    UnivariableThenBackward {
        /// They enter below this.
        enter: f64,
        /// They stay below this.
        stay: f64,
    },
    /// Backward from all by p-values.
    BackwardP {
        /// They stay below this.
        stay: f64,
    },
    /// Backward from all by Akaike's information criterion.
    #[default]
    BackwardAic,
    /// An elastic net of all columns.
    Penalised(CoxnetSettings),
}

/// How a clinical model is fitted; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Covariate, Covariates, HeldOut, HeldOutBy, Survival};
/// use radsurv_stats::terms::Terms;
/// use radsurv_survival::clinical::{ClinicalSettings, ScoreTerm};
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let outcome = Survival::new((0..80).map(|i| 60.0 - value(i, 0) - value(i, 1) + value(i, 5)).collect(), vec![true; 80])?;
/// let mut cases = Covariates::new(80);
/// cases.add("age", Covariate::Number((0..80).map(|i| 40.0 + value(i, 0)).collect()))?;
/// cases.add("weight", Covariate::Number((0..80).map(|i| 60.0 + (i * 5 % 13) as f64).collect()))?;
/// // In practice of `fit_held_out` or `held_out::out_of_fold`.
/// let scores = (0..80).map(|i| (i > 0).then_some(value(i, 1))).collect();
/// let held_out = HeldOut::new(scores, HeldOutBy::Folds { folds: 5, repeats: 1 })?;
///
/// let terms = Terms::new().linear("age").linear("weight");
/// let settings = ClinicalSettings { terms, score: Some(ScoreTerm::default()), ..Default::default() };
/// let fitted = settings.fit(&cases, Some(&held_out), &outcome)?;
/// assert_eq!(fitted.report.steps[0].dropped.as_deref(), Some("weight"));
/// assert_eq!(fitted.model.terms().names(), ["age", "Radscore"]);
/// assert_eq!((fitted.report.cases, fitted.report.left_out.without_score.cases), (79, 1));
///
/// let predicted = fitted.model.predict(&cases.rows(&[3, 4]), Some(&[5.0, 20.0]), &[30.0])?.predictions;
/// assert_eq!((predicted.risk().len(), predicted.survival().map(|s| s.cases())), (2, Some(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClinicalSettings {
    /// The clinical variables that are candidates. Default none.
    pub terms: Terms,
    /// The score, if there is one. Default none.
    pub score: Option<ScoreTerm>,
    /// The variables with a linear term that enter as `low` and `high`. Default none: cutting a number throws away most of what
    /// it says.
    pub dichotomise: Vec<String>,
    /// How cut points are sought.
    pub cut_points: CutPointSettings,
    /// What is done about missing values. Default complete cases.
    pub missing: MissingRule,
    /// Which variables the model has. Default backward by AIC.
    pub rule: Rule,
    /// Variables that are in any case, by name; interactions as `age * stage`. Default none.
    pub forced: Vec<String>,
    /// What p-values of variables are of. Default the likelihood ratio.
    pub test: TermTest,
    /// How events of the same time are counted; the penalised model has its own setting. Default Efron's rule.
    pub ties: Ties,
}

/// A fitted clinical model, and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct ClinicalFit {
    /// The model.
    pub model: ClinicalModel,
    /// What was seen and done.
    pub report: ClinicalReport,
}
