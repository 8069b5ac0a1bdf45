//! How a clinical model came about.

use std::fmt;

use radsurv_data::list;
use radsurv_stats::cox::Coefficient;
use radsurv_stats::cut_point::CutPoint;
use serde::Serialize;

use super::FilledVariable;

/// Cases and their events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counted {
    /// The number of cases.
    pub cases: usize,
    /// The number of their events.
    pub events: usize,
}

/// How many cases lack a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingVariable {
    /// The variable.
    pub variable: String,
    /// The cases without it, among those with a score.
    pub without: Counted,
}

/// The training cases that were left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LeftOut {
    /// Those with a weight of 0.
    pub without_weight: usize,
    /// Those without a held-out score.
    pub without_score: Counted,
    /// Those with a score that lack a value; none if values are imputed.
    pub incomplete: Counted,
    /// Which values are missing: cases may lack several.
    pub missing: Vec<MissingVariable>,
}

/// A column of a model with its coefficient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClinicalEffect {
    /// The variable or interaction.
    pub term: String,
    /// The column: `age`, `stage=II`.
    pub column: String,
    /// The log hazard ratio.
    pub coefficient: f64,
    /// The hazard ratio.
    pub hazard_ratio: f64,
    /// Its error, limits of 95 % and Wald's p-value; none of a penalised model, and where there is no finite ratio.
    pub certainty: Option<Certainty>,
}

/// How sure a coefficient is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Certainty {
    /// The standard error of the log hazard ratio.
    pub se: f64,
    /// The lower limit of the hazard ratio.
    pub lower: f64,
    /// The upper limit of the hazard ratio.
    pub upper: f64,
    /// The p-value.
    pub p_value: f64,
}

impl ClinicalEffect {
    pub(super) fn new(term: String, column: String, c: Coefficient) -> Self {
        let certainty = Certainty { se: c.se, lower: c.lower, upper: c.upper, p_value: c.p_value };
        let finite = [c.se, c.lower, c.upper, c.p_value].iter().all(|v| v.is_finite());
        let (coefficient, hazard_ratio) = (c.coefficient, c.hazard_ratio);
        Self { term, column, coefficient, hazard_ratio, certainty: finite.then_some(certainty) }
    }
}

/// A variable alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnivariableModel {
    /// The variable.
    pub variable: String,
    /// Its columns.
    pub effects: Vec<ClinicalEffect>,
    /// The p-value of the variable as a whole; none of Wald's test if a coefficient has no end.
    pub p_value: Option<f64>,
    /// Whether the rule, or force, let it enter.
    pub entered: bool,
}

/// A variable or interaction that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unusable {
    /// Its name.
    pub term: String,
    /// Why.
    pub reason: String,
}

/// A model without one of its terms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TriedTerm {
    /// What is left out.
    pub term: String,
    /// The number of its columns.
    pub df: usize,
    /// The AIC without it.
    pub aic: f64,
    /// The p-value of the term beside the others.
    pub p_value: f64,
}

/// A model on the way, and what was done to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SelectionStep {
    /// The terms of the model.
    pub terms: Vec<String>,
    /// The number of its columns.
    pub df: usize,
    /// Its log partial likelihood.
    pub log_likelihood: f64,
    /// Its AIC.
    pub aic: f64,
    /// The models without one of the terms that may go; none where the rule does not ask.
    pub tried: Vec<TriedTerm>,
    /// What went; none if this model stayed.
    pub dropped: Option<String>,
}

/// What a reader of the model must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ClinicalWarning {
    /// Fewer than ten events per column of the candidates.
    FewEvents {
        /// The number of events.
        events: usize,
        /// The number of columns.
        columns: usize,
    },
    /// Cut points were sought among the same cases.
    CutsSought {
        /// The variables that were cut.
        variables: Vec<String>,
    },
    /// Variables were chosen by the outcomes of the same cases.
    Chosen,
    /// Values were filled in as if they were known.
    Imputed {
        /// Their number.
        values: usize,
    },
    /// No variable was chosen.
    Nothing,
}

impl fmt::Display for ClinicalWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewEvents { events, columns } => write!(
                f,
                "{events} events for {columns} columns of candidates are fewer than ten for each: choice and coefficients are unstable; \
                 have fewer candidates, or penalise"
            ),
            Self::CutsSought { variables } => write!(
                f,
                "the cut points of {} were sought among these cases: their p-values are too small and their hazard ratios too far from 1",
                list(variables)
            ),
            Self::Chosen => f.write_str(
                "variables were chosen by the outcomes of these cases: p-values are too small, limits too narrow and coefficients too large",
            ),
            Self::Imputed { values } => {
                write!(f, "{values} values were filled in and taken for known: p-values are too small and limits too narrow")
            }
            Self::Nothing => f.write_str("no variable was chosen: all cases have the same risk"),
        }
    }
}

/// What was seen and done when a clinical model was fitted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClinicalReport {
    /// The number of cases of all models.
    pub cases: usize,
    /// The number of their events.
    pub events: usize,
    /// The cases that were left out.
    pub left_out: LeftOut,
    /// What was filled in, if values were imputed.
    pub imputed: Vec<FilledVariable>,
    /// The cut points, with p-values that know that they were sought.
    pub cut_points: Vec<CutPoint>,
    /// Candidates that cannot be used.
    pub unusable: Vec<Unusable>,
    /// The number of columns of the candidates.
    pub candidate_columns: usize,
    /// Events divided by the columns of the candidates; ten is few.
    pub events_per_column: f64,
    /// Each variable alone.
    pub univariable: Vec<UnivariableModel>,
    /// The models on the way to the last; none with a penalty.
    pub steps: Vec<SelectionStep>,
    /// The penalty that was chosen, if there is one.
    pub lambda: Option<f64>,
    /// The columns of the model.
    pub effects: Vec<ClinicalEffect>,
    /// The log partial likelihood without effects.
    pub null_log_likelihood: f64,
    /// What to know of it.
    pub warnings: Vec<ClinicalWarning>,
}
