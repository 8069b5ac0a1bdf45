//! The steps of candidates, learned without a fold.

use radsurv_data::{Cohort, Survival};
use rayon::prelude::*;

use crate::selection::cross_validate::Place;
use crate::selection::steps::{FittedThrough, Steps};

/// What steps have made of the cases without a fold, and of those in it.
pub(super) struct Prepared {
    pub fitted: FittedThrough,
    pub kept: Cohort,
}

/// A fold, and each of the steps without it, or why they cannot be learned.
pub(super) struct Fold {
    pub learned: Survival,
    pub judged: Survival,
    pub steps: Vec<Result<Prepared, String>>,
}

/// Learns the steps that are asked for without a fold, once for all candidates that share them.
pub(super) fn prepare(
    steps: &[Steps],
    asked: impl Fn(usize) -> bool + Sync,
    place: Place,
    training: &Cohort,
    outcome: &Survival,
) -> Fold {
    let cases = place.division.cases(place.fold);
    let (kept, judged) = (training.rows(&cases), outcome.rows(&cases));
    let (training, learned) = place.others(training, outcome);
    let through = |steps: &Steps| {
        let fitted = steps.fit_through(&training, &learned).map_err(|e| e.to_string())?;
        let kept = fitted.steps.transform(&kept).map_err(|e| e.to_string())?;
        Ok(Prepared { fitted, kept })
    };
    let of_place = |place: usize| match asked(place) {
        true => through(&steps[place]),
        false => Err("no candidate has these steps".to_string()),
    };
    let steps = (0..steps.len()).into_par_iter().map(of_place).collect();
    Fold { learned, judged, steps }
}
