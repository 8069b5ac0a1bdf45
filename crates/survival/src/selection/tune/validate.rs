//! Chosen candidates on folds that had no part in choosing them.

use radsurv_data::{Cohort, FitSurvival, Learner, Survival};
use rayon::prelude::*;

use super::Tuning;
use super::fold::{Fold, prepare};
use crate::error::{Error, Result};
use crate::selection::cross_validate::{CrossValidated, CrossValidation, Judged, Measures, Place, tasks};

/// What cross-validation of a candidate found, or why nothing.
pub type Validated = std::result::Result<CrossValidated, String>;

impl<S> Tuning<'_, S>
where
    S: FitSurvival + Sync,
    S::Fitted: Send,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    /// Some candidates, by their places, cross-validated side by side: on the same folds, with steps that are learned once for all that
    /// share them. The same as [`CrossValidation::run`] of the [pipeline](Self::pipeline) of each.
    ///
    /// Of candidates that a search chose, folds of another seed than the search's do not flatter them by the folds that they were chosen on. They
    /// were chosen by the same cases all the same: [`Nested`](crate::selection::Nested) is what to expect of new ones.
    ///
    /// # Errors
    /// [`Error::Setting`] at a place where there is no candidate; those of [`CrossValidation::draw`].
    pub fn validate(
        &self,
        candidates: &[usize],
        division: &CrossValidation,
        cohort: &Cohort,
        outcome: &Survival,
        measures: Measures,
    ) -> Result<Vec<Validated>> {
        self.check()?;
        if let Some(lost) = candidates.iter().find(|&&place| place >= self.candidates.len()) {
            let (value, what) = (lost.to_string(), "there are fewer of them");
            return Err(Error::Setting { name: "the place of a candidate", value, what });
        }
        let drawn = division.draw(cohort, outcome)?;
        let asked = |place: usize| candidates.iter().any(|&candidate| self.candidates[candidate].steps == place);
        let one = |&(repeat, fold): &(usize, usize)| -> Vec<Judged<()>> {
            let place = Place { repeat, fold, division: &drawn[repeat] };
            let Fold { learned, judged, steps } = prepare(&self.steps, asked, place, cohort, outcome);
            let judge = |&candidate: &usize| {
                let candidate = &self.candidates[candidate];
                let scale = |of| FitSurvival::risk_scale(&candidate.settings, of);
                let scale = scale(outcome) / scale(&learned);
                let found = match &steps[candidate.steps] {
                    Ok(made) => {
                        let model = candidate.settings.learn(&made.fitted.training, &learned, measures.times);
                        place.judge_rows(model, &made.kept, &judged, scale, measures, |_| ())
                    }
                    Err(why) => {
                        let model: std::result::Result<S::Fitted, _> = Err(why.clone().into());
                        place.judge_rows(model, cohort, &judged, scale, measures, |_| ())
                    }
                };
                if let Some(watch) = self.watch {
                    watch();
                }
                found
            };
            candidates.par_iter().map(judge).collect()
        };
        let mut of_candidates: Vec<Vec<Judged<()>>> = candidates.iter().map(|_| Vec::new()).collect();
        let folds: Vec<Vec<Judged<()>>> = tasks(&drawn).par_iter().map(one).collect();
        for fold in folds {
            of_candidates.iter_mut().zip(fold).for_each(|(all, judged)| all.push(judged));
        }
        let assemble = |judged| division.assemble(judged, outcome, measures).map_err(|error| error.to_string());
        Ok(of_candidates.into_iter().map(assemble).collect())
    }
}
