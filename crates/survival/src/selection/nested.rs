//! Nested cross-validation of a search among several models: what each model, and the best of them, will show with new cases.
//!
//! Without each outer fold the search is made once for all models, among the other cases. The best candidate of each model by that
//! search is learned from these cases and measured on the fold; so is the best of all, which may be another model in each fold.
//!
//! The measure of the best of all is what to expect when the model, too, is chosen by the search. To pick the model with the best
//! outer measure and report that measure is the mistake that nesting avoids, made once more: with few models it is small, and the
//! difference to [`NestedValidation::best`] shows it.
//!
//! # Edge cases
//! - Inner folds are drawn with one seed without each outer fold, but of other cases, so that they differ; a case of the outer fold is in
//!   none of them. The outer folds depend on which cases have events and weight, and on their groups, and on nothing else.
//! - Without an outer fold too few events or groups may be left for the inner folds: that outer fold has failed, with the reason.
//! - A model none of whose candidates can win without an outer fold has failed there, with the first candidate's reason; others go on.
//!
//! Source: Varma, Simon, *BMC Bioinformatics* 7 (2006) 91; Cawley, Talbot, *Journal of Machine Learning Research* 11 (2010) 2079-2107.

use radsurv_data::{Cohort, FitSurvival, Learner, Survival};
use rayon::prelude::*;
use serde::Serialize;

use super::cross_validate::{CrossValidated, CrossValidation, Judged, Measures, Place, tasks};
use super::tune::{Search, Tuning};
use crate::error::{Error, Result};

/// A search, and the folds that it is validated on; see the [module](self).
#[derive(Clone)]
pub struct Nested<'a, S> {
    /// The search, with the inner folds.
    pub tuning: &'a Tuning<'a, S>,
    /// The outer folds.
    pub outer: CrossValidation,
}

/// A model, validated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelValidated {
    /// The model.
    pub model: String,
    /// What it showed on each outer fold, and the name of the candidate that was taken without it; none if nothing could be
    /// learned without any fold.
    pub validated: Option<CrossValidated<String>>,
    /// Why there is nothing.
    pub reason: Option<String>,
}

/// All models of a search, validated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NestedValidation {
    /// Each model.
    pub models: Vec<ModelValidated>,
    /// The best of all by the inner folds.
    pub best: CrossValidated<String>,
    /// The search without each outer fold; none where it found nobody.
    pub searches: Vec<Option<Search>>,
}

impl<S> Nested<'_, S>
where
    S: FitSurvival + Clone + Send + Sync,
    S::Fitted: Send,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    /// Searches without each outer fold, and measures the best there.
    ///
    /// # Errors
    /// As [`CrossValidation::draw`] of the outer folds; [`Error::Candidate`] and [`Error::Setting`] as in a search; [`Error::Fold`] if
    /// nothing can be learned without any fold. A model of which that is so has a reason in its place.
    pub fn run(&self, cohort: &Cohort, outcome: &Survival, measures: Measures) -> Result<NestedValidation> {
        struct OfFold {
            of_models: Vec<Judged<String>>,
            best: Judged<String>,
            search: Option<Search>,
        }
        self.tuning.check()?;
        let division = self.outer.draw(cohort, outcome)?;
        let models = self.tuning.models();
        let one = |&(repeat, fold): &(usize, usize)| -> Result<OfFold> {
            let place = Place { repeat, fold, division: &division[repeat] };
            let (training, of_training) = place.others(cohort, outcome);
            let search = match self.tuning.search(&training, &of_training) {
                // What no cases could mend.
                Err(error @ Error::Candidate { .. }) => return Err(error),
                found => found.map_err(|error| error.to_string()),
            };
            let judge = |chosen: std::result::Result<usize, String>| {
                let (mut name, mut scale) = (String::new(), 1.0);
                let learned = chosen.map_err(Into::into).and_then(|chosen| {
                    let pipeline = self.tuning.pipeline(chosen);
                    let learned = pipeline.learn(&training, &of_training, measures.times)?;
                    name = self.tuning.candidates[chosen].name.clone();
                    scale = pipeline.risk_scale(outcome) / pipeline.risk_scale(&of_training);
                    Ok(learned)
                });
                place.judge(learned, cohort, outcome, scale, measures, |_| name.clone())
            };
            let of_model = |place: usize| {
                judge(search.as_ref().map_err(Clone::clone).and_then(|search| {
                    search.of_models[place].chosen.ok_or_else(|| search.no_candidate(models[place]).to_string())
                }))
            };
            let of_models = (0..models.len()).into_par_iter().map(of_model).collect();
            let best = judge(search.as_ref().map(|search| search.chosen).map_err(Clone::clone));
            Ok(OfFold { of_models, best, search: search.ok() })
        };
        let found: Vec<Result<OfFold>> = tasks(&division).par_iter().map(one).collect();
        let mut of_models: Vec<Vec<Judged<String>>> = models.iter().map(|_| Vec::new()).collect();
        let (mut best, mut searches) = (Vec::new(), Vec::new());
        for fold in found {
            let fold = fold?;
            of_models.iter_mut().zip(fold.of_models).for_each(|(all, judged)| all.push(judged));
            best.push(fold.best);
            searches.push(fold.search);
        }
        let validated = |(model, judged): (&str, Vec<Judged<String>>)| {
            let (validated, reason) = match self.outer.assemble(judged, outcome, measures) {
                Ok(validated) => (Some(validated), None),
                Err(error) => (None, Some(error.to_string())),
            };
            ModelValidated { model: model.to_string(), validated, reason }
        };
        Ok(NestedValidation {
            models: models.into_iter().zip(of_models).map(validated).collect(),
            best: self.outer.assemble(best, outcome, measures)?,
            searches,
        })
    }
}
