//! The fitted clinical model.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{Covariates, Predictions, StepFunction};
use radsurv_stats::cox::baseline;
use radsurv_stats::cut_point::CutPoint;
use radsurv_stats::terms::FittedTerms;
use serde::{Deserialize, Serialize};

use super::variables::{bad, only, with_score};
use super::{FilledVariable, Imputer};
use crate::error::Result;

/// A fitted clinical model: what it takes to get from the values of a case to its risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClinicalModel {
    /// The name of the score, if it is in the model.
    pub(super) score: Option<String>,
    pub(super) cut_points: Vec<CutPoint>,
    pub(super) imputer: Option<Imputer>,
    pub(super) terms: FittedTerms,
    /// One per column of the terms.
    pub(super) coefficients: Vec<Coefficients>,
    pub(super) hazard: StepFunction,
    pub(super) range: [f64; 2],
}

/// What was learned of a column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Coefficients {
    pub(super) coefficient: f64,
    pub(super) mean: f64,
}

/// Predictions of a clinical model.
#[derive(Debug, Clone, PartialEq)]
pub struct ClinicalPredictions {
    /// Risks, the linear predictor *Σ_j β_j (x_j - mean_j)*, and survival at the times that were asked for.
    pub predictions: Predictions,
    /// What was filled in, if the model imputes.
    pub filled: Vec<FilledVariable>,
}

impl ClinicalModel {
    /// The risk of cases, and their survival at ascending times, if there are some. Covariates may have others than those
    /// [needed](Self::needed). The score is that of the model of all training cases; it may be left out if the model does not
    /// [need it](Self::score).
    ///
    /// # Errors
    /// [`radsurv_data::Error::MissingColumn`] if a variable is not there; [`Error::Stats`](crate::Error::Stats) naming variable and
    /// row where there is no score, a value is missing and not imputed, or a level that no training case had (an imputer takes it
    /// for missing), at infinite numbers, and of times that are not ascending; [`radsurv_data::Error::Length`] of scores of
    /// another number of cases. [`predictable`](Self::predictable) says which cases have all values.
    pub fn predict(
        &self,
        covariates: &Covariates,
        score: Option<&[f64]>,
        times: &[f64],
    ) -> Result<ClinicalPredictions> {
        let (columns, filled) = self.columns(covariates, score)?;
        let mut risk = vec![0.0; covariates.cases()];
        for (c, column) in self.coefficients.iter().zip(&columns) {
            risk.iter_mut().zip(column).for_each(|(risk, x)| *risk += c.coefficient * (x - c.mean));
        }
        let predictions = match times {
            [] => Predictions::new(risk),
            _ => {
                let curves = baseline::curves(&self.hazard, &risk, times)?;
                Predictions::new(risk).with_survival(curves)?
            }
        };
        Ok(ClinicalPredictions { predictions, filled })
    }

    /// The cases that have a score and all values that are needed, with levels that training cases had: those that can be
    /// predicted. The others are to be left out, or their values found.
    ///
    /// # Errors
    /// [`radsurv_data::Error::MissingColumn`] if a variable is not there, [`radsurv_data::Error::Length`] of scores.
    pub fn predictable(&self, covariates: &Covariates, score: Option<&[f64]>) -> Result<Vec<usize>> {
        let all: Vec<usize> = (0..covariates.cases()).collect();
        let one = |case: &usize| {
            let score = score.and_then(|score| score.get(*case..=*case));
            self.columns(&covariates.rows(&[*case]), score).is_ok()
        };
        // Errors of the table, not of a case.
        only(self.needed(), covariates)?;
        self.score_of(covariates.cases(), score)?;
        Ok(all.into_iter().filter(one).collect())
    }

    /// The covariates that it needs: its variables, and those that an imputer looks at.
    pub fn needed(&self) -> Vec<&str> {
        let indicators: Vec<String> = self.imputer.iter().flat_map(Imputer::indicators).collect();
        let own = self.terms.variables().iter().map(|v| v.name.as_str());
        let own = own.filter(|name| self.score.as_deref() != Some(*name) && indicators.iter().all(|i| i != name));
        let mut needed: Vec<&str> = own.collect();
        for name in self.imputer.iter().flat_map(Imputer::variables) {
            if !needed.contains(&name) {
                needed.push(name);
            }
        }
        needed
    }

    /// The name of the score, if it is in the model.
    pub fn score(&self) -> Option<&str> {
        self.score.as_deref()
    }

    /// The cut points of variables in the model.
    pub fn cut_points(&self) -> &[CutPoint] {
        &self.cut_points
    }

    /// The imputer, if it has one.
    pub fn imputer(&self) -> Option<&Imputer> {
        self.imputer.as_ref()
    }

    /// The variables and interactions, with knots and levels.
    pub fn terms(&self) -> &FittedTerms {
        &self.terms
    }

    /// The log hazard ratios of the columns of the terms.
    pub fn coefficients(&self) -> Vec<f64> {
        self.coefficients.iter().map(|c| c.coefficient).collect()
    }

    /// What is taken off *Σ_j β_j x_j*: its value at the means of training.
    pub fn centre(&self) -> f64 {
        self.coefficients.iter().map(|c| c.coefficient * c.mean).sum()
    }

    /// The smallest and the largest linear predictor of training cases, which the axes of a nomogram cover.
    pub fn range(&self) -> [f64; 2] {
        self.range
    }

    /// The cumulative hazard of a case with a linear predictor of 0.
    pub fn baseline(&self) -> &StepFunction {
        &self.hazard
    }

    fn columns(&self, covariates: &Covariates, score: Option<&[f64]>) -> Result<(Vec<Vec<f64>>, Vec<FilledVariable>)> {
        let score = self.score_of(covariates.cases(), score)?;
        if let Some((name, values)) = &score
            && let Some(row) = values.iter().position(|v| !v.is_finite())
        {
            let count = values.iter().filter(|v| !v.is_finite()).count();
            let what =
                format!("is {} in row {} ({count} such rows in all): leave such cases out", values[row], row + 1);
            return Err(bad(name, what));
        }
        let own = only(self.needed(), covariates)?;
        let (own, filled) = match &self.imputer {
            None => (own, Vec::new()),
            Some(imputer) => {
                let filled = imputer.fill(&own)?;
                (filled.covariates, filled.variables)
            }
        };
        Ok((self.terms.columns(&with_score(own, score, &self.cut_points)?)?, filled))
    }

    /// The score with its name, if it is in the model.
    fn score_of<'a>(&'a self, cases: usize, score: Option<&[f64]>) -> Result<Option<(&'a str, Vec<f64>)>> {
        let Some(name) = self.score.as_deref() else { return Ok(None) };
        let Some(score) = score else { return Err(bad(name, "is in the model: give the score of each case")) };
        if score.len() != cases {
            let (found, expected) = (score.len(), cases);
            return Err(radsurv_data::Error::Length { column: format!("of {name}"), found, expected }.into());
        }
        Ok(Some((name, score.to_vec())))
    }
}

/// In its file are cut points, what was learned of missing values (training cases without ids if they are filled in by
/// [neighbours](Imputer::contains_training_rows)), knots and levels, coefficients, and the baseline hazard with its event times.
impl Saved for ClinicalModel {
    const FORMAT: Format = Format { name: "radsurv-clinical", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        let (found, expected) = (self.coefficients.len(), self.terms.names().len());
        if found != expected {
            return Err(format!("it has {found} coefficients for {expected} columns"));
        }
        let known = |name: &str| self.terms.find(name).is_some();
        if !self.score.iter().all(|name| known(name)) || !self.cut_points.iter().all(|cut| known(cut.variable())) {
            return Err("its score or a cut point is of no variable of the model".to_string());
        }
        self.cut_points.iter().try_for_each(CutPoint::check)?;
        self.imputer.as_ref().map_or(Ok(()), Imputer::check)
    }
}
