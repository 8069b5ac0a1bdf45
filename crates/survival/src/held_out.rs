//! Scores of training cases by models that did not see them.
//!
//! The scores that a model gives the cases it was fitted to are too good: what is learned from them (a cut point, a
//! calibration, a baseline hazard) is too sure of itself, the more so the more freely the model fits. Each case is therefore
//! scored by a model of the other folds, as in cross-validation.
//!
//! These models are fitted to fewer cases than the model of all, and score a little worse: what is learned of their scores is
//! a little cautious.
//!
//! Source: Verweij and van Houwelingen: Cross-validation in survival analysis, Statistics in Medicine 12 (1993) 2305-2314.

use radsurv_data::{FeatureTable, FitSurvival, HeldOut, HeldOutBy, Survival, SurvivalModel};
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::folds::Folds;

/// The score of each case by a model of the other folds; the mean over repeats, if there are more than one.
///
/// Scores are on the scale of a model of all cases: those of a fold are multiplied with the ratio of
/// [`risk_scale`](FitSurvival::risk_scale) of all outcomes to that of the other folds.
///
/// Everything that settings learn (also a lambda by cross-validation) is learned anew from the other folds. Weights and
/// entries of the cases are those of the outcome; cases without weight are scored too. The result is the same for any number
/// of threads.
///
/// # Errors
/// [`Error::Fold`] with what the model says, at the first fold that cannot be fitted or scored;
/// [`radsurv_data::Error::Length`] if folds are of another number of cases; [`radsurv_data::Error::Score`] at a score that is
/// not finite; [`Error::Setting`] if there are no folds.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
/// use radsurv_stats::nonparametric::harrell;
/// use radsurv_survival::{CoxSettings, folds::FoldSettings, held_out};
/// // Features without any effect, which nevertheless fit.
/// let value = |i: usize, k: usize| ((i + 41 * k + 2).pow(5) % 211) as f64;
/// let rows = (0..40).map(|i| (format!("P{i}"), (0..8).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let outcome = Survival::new((0..40).map(|i| value(i, 9)).collect(), vec![true; 40])?;
/// let settings = CoxSettings::default();
/// let folds = FoldSettings { folds: 5, repeats: 4, seed: 0 }.draw(&outcome, None)?;
/// let held_out = held_out::out_of_fold(&settings, &features, &outcome, &folds)?;
/// let fitted = settings.fit(&features, &outcome)?.predict_risk(&features)?;
/// let concordance = |scores: &[f64]| harrell(scores, &outcome).map(|c| c.estimate);
/// assert!(concordance(&held_out.values())? < concordance(&fitted)? - 0.1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn out_of_fold<S>(settings: &S, features: &FeatureTable, outcome: &Survival, folds: &[Folds]) -> Result<HeldOut>
where
    S: FitSurvival + Sync,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    if features.cases() != outcome.len() {
        return Err(Error::Cases { features: features.cases(), outcomes: outcome.len() });
    }
    let Some(first) = folds.first() else {
        let what = "give the folds of one repeat at least";
        return Err(Error::Setting { name: "the number of repeats", value: "0".to_string(), what });
    };
    if let Some(other) = folds.iter().find(|folds| folds.of().len() != outcome.len()) {
        let (found, expected) = (other.of().len(), outcome.len());
        return Err(radsurv_data::Error::Length { column: "of folds".to_string(), found, expected }.into());
    }
    let tasks: Vec<(usize, usize)> =
        folds.iter().enumerate().flat_map(|(repeat, f)| (0..f.count()).map(move |fold| (repeat, fold))).collect();
    let whole = FitSurvival::risk_scale(settings, outcome);
    let score = |&(repeat, fold): &(usize, usize)| -> Result<Vec<f64>> {
        let named = |source: S::Error| Error::Fold { fold: fold + 1, repeat: repeat + 1, source: Box::new(source) };
        let others = folds[repeat].others(fold);
        let known = outcome.rows(&others);
        let model = settings.fit(&features.rows(&others), &known).map_err(named)?;
        let mut scores = model.predict_risk(&features.rows(&folds[repeat].cases(fold))).map_err(named)?;
        let scale = whole / FitSurvival::risk_scale(settings, &known);
        scores.iter_mut().for_each(|score| *score *= scale);
        Ok(scores)
    };
    // Collected before the first error is looked for, so that it is the same one for any number of threads.
    let scored: Vec<Result<Vec<f64>>> = tasks.par_iter().map(score).collect();
    let mut means = vec![0.0; outcome.len()];
    for (&(repeat, fold), scores) in tasks.iter().zip(scored) {
        for (case, score) in folds[repeat].cases(fold).into_iter().zip(scores?) {
            means[case] += score / folds.len() as f64;
        }
    }
    let by = HeldOutBy::Folds { folds: first.count(), repeats: folds.len() };
    Ok(HeldOut::new(means.into_iter().map(Some).collect(), by)?)
}
