//! The better of two redundant features stays.

use std::collections::HashMap;

use radsurv_stats::correlation::CorrelationMatrix;
use serde::{Deserialize, Serialize};

use super::Removed;
use crate::error::{Error, Result};

/// How good each feature is, higher being better: its ICC, or its prognostic value in the training cases.
///
/// # Example
/// ```
/// use radsurv_harmonize::redundancy::{Rule, Scores};
/// let scores: Scores = [("original_glcm_Id", 0.93), ("original_glcm_Contrast", 0.81)].into_iter().collect();
/// let rule = Rule::Prefer(scores);
/// # let _ = rule;
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scores(Vec<(String, f64)>);

impl<N: Into<String>> FromIterator<(N, f64)> for Scores {
    fn from_iter<T: IntoIterator<Item = (N, f64)>>(scores: T) -> Self {
        Self(scores.into_iter().map(|(name, score)| (name.into(), score)).collect())
    }
}

impl Scores {
    /// The scores of these features; one that is NaN is the worst there is.
    pub(super) fn of<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<Vec<f64>> {
        let known: HashMap<&str, f64> = self.0.iter().map(|(name, score)| (name.as_str(), *score)).collect();
        let mut without = Vec::new();
        let mut scores = Vec::new();
        for name in names {
            match known.get(name) {
                Some(score) => scores.push(if score.is_nan() { f64::NEG_INFINITY } else { *score }),
                None => without.push(name.to_string()),
            }
        }
        if without.is_empty() { Ok(scores) } else { Err(Error::NoScore { features: without }) }
    }
}

/// Of each column, why it goes: the column that is kept and most like it.
pub(super) fn remove(matrix: &CorrelationMatrix, threshold: f64, scores: &[f64]) -> Vec<Option<Removed>> {
    let size = matrix.size();
    let mut order: Vec<usize> = (0..size).collect();
    // Stable: of two with the same score the first comes first.
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut removed: Vec<Option<Removed>> = vec![None; size];
    let mut kept: Vec<usize> = Vec::new();
    for i in order {
        let like = kept.iter().map(|&k| (k, matrix.get(i, k))).filter(|(_, r)| r.abs() > threshold);
        let most = like.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then(b.0.cmp(&a.0)));
        match most {
            Some((because_of, correlation)) => removed[i] = Some(Removed { because_of, correlation }),
            None => kept.push(i),
        }
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_stays_and_what_is_like_it_goes() {
        // 0 and 2 are both like 1, and not like each other.
        let values = vec![1.0, 0.95, 0.1, 0.95, 1.0, -0.93, 0.1, -0.93, 1.0];
        let matrix = CorrelationMatrix::from_values(3, values).unwrap();
        let gone =
            |scores: &[f64]| remove(&matrix, 0.9, scores).iter().map(|r| r.map(|r| r.because_of)).collect::<Vec<_>>();
        assert_eq!(gone(&[0.8, 0.9, 0.7]), [Some(1), None, Some(1)]);
        assert_eq!(gone(&[0.9, 0.8, 0.7]), [None, Some(0), None]);
        assert_eq!(gone(&[0.5, 0.5, 0.5]), [None, Some(0), None]);
        assert_eq!(gone(&[f64::NEG_INFINITY, 0.1, 0.2]), [None, Some(2), None]);
    }
}
