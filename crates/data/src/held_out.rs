//! Scores that did not see the outcome they are compared with.

use crate::error::{Error, Result};

/// For each training case the score of a model that was fitted without it, higher being worse.
///
/// What is learned from scores and outcomes together (cut points, calibration, curves by a Breslow step, a clinical model
/// with the score in it) must not be learned from scores of the cases that the model was fitted to: they are too good. It
/// takes this type, so that it cannot be.
///
/// A case that no such model scored has none: in a forest one that was in every tree's sample. [`absent`](Self::absent)
/// counts them; they are left out of what follows.
///
/// It belongs to the training cases row by row, and is patient data: it stands [beside](WithHeldOut) a fitted model, and is
/// never saved in it.
///
/// # Scales
/// The scores of different cases come from different models. Log hazards have one scale. Risks whose size depends on the
/// number of events, such as the mortality of a forest, which is a sum over event times, are brought to that of a model of all
/// training cases ([`FitSurvival::risk_scale`](crate::FitSurvival::risk_scale)). Where only the order within a model means something, as in a ranking machine, scores of
/// different folds are on scales that differ somewhat, and what is learned of their sizes is blurred by it: take few large
/// folds, and repeats.
///
/// # Example
/// ```
/// use radsurv_data::{HeldOut, HeldOutBy};
/// let held_out = HeldOut::new(vec![Some(0.3), None, Some(-1.2)], HeldOutBy::Samples { trees: 2 })?;
/// assert_eq!((held_out.len(), held_out.absent()), (3, 1));
/// assert_eq!(held_out.cases(), [0, 2]);
/// assert_eq!(held_out.values(), [0.3, -1.2]);
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    scores: Vec<Option<f64>>,
    by: HeldOutBy,
}

/// How scores came from models that did not see their cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeldOutBy {
    /// Each fold by a model of the other folds; the mean over repeats with other folds.
    Folds {
        /// The number of folds.
        folds: usize,
        /// How often the cases were divided.
        repeats: usize,
    },
    /// Each case by the trees whose sample it was not in (out of bag).
    Samples {
        /// The number of trees.
        trees: usize,
    },
}

/// A fitted model, and the held-out scores of the cases that it was fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct WithHeldOut<M> {
    /// The model of all training cases.
    pub model: M,
    /// A score per training case, of models without it.
    pub held_out: HeldOut,
}

impl HeldOut {
    /// Scores of the training cases in their order, of models that each was held out of; none where there is no such model.
    ///
    /// # Errors
    /// [`Error::Score`] at a score that is NaN or infinite.
    pub fn new(scores: Vec<Option<f64>>, by: HeldOutBy) -> Result<Self> {
        let bad = |score: &Option<f64>| score.filter(|s| !s.is_finite());
        if let Some((row, value)) = scores.iter().enumerate().find_map(|(row, score)| Some((row, bad(score)?))) {
            return Err(Error::Score { row, value });
        }
        Ok(Self { scores, by })
    }

    /// The score of each case, if it has one.
    pub fn scores(&self) -> &[Option<f64>] {
        &self.scores
    }

    /// How they were made.
    pub fn by(&self) -> HeldOutBy {
        self.by
    }

    /// The number of training cases, with a score or without.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Whether there is no case.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// The number of cases without a score.
    pub fn absent(&self) -> usize {
        self.scores.iter().filter(|score| score.is_none()).count()
    }

    /// The cases that have a score.
    pub fn cases(&self) -> Vec<usize> {
        (0..self.scores.len()).filter(|&case| self.scores[case].is_some()).collect()
    }

    /// The scores of the [`cases`](Self::cases) that have one, in their order.
    pub fn values(&self) -> Vec<f64> {
        self.scores.iter().flatten().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_numbers() {
        let by = HeldOutBy::Folds { folds: 5, repeats: 1 };
        for value in [f64::NAN, f64::INFINITY] {
            let error = HeldOut::new(vec![None, Some(value)], by).unwrap_err().to_string();
            assert!(error.starts_with("the held-out score of row 2 is "), "{error}");
        }
        assert!(HeldOut::new(Vec::new(), by).unwrap().is_empty());
    }
}
