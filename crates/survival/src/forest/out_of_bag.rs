//! What trees say of the training cases that they did not see.

use radsurv_data::{FeatureTable, HeldOut, HeldOutBy, Survival};
use radsurv_stats::nonparametric::{harrell, uno};
use serde::{Deserialize, Serialize};

use super::Forest;
use super::predict::Rows;
use crate::error::Result;

/// How well a forest orders its training cases, each by the trees that did not see it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutOfBag {
    /// 1 less Harrell's C of the mortalities; none if no two of the cases can be compared.
    pub harrell_error: Option<f64>,
    /// 1 less Uno's C; none as well if follow-up ends for too many to be weighted.
    pub uno_error: Option<f64>,
    /// The number of cases that some tree did not see.
    pub cases: usize,
    /// The number of cases that all trees saw.
    pub absent: usize,
}

/// The mortality of each training case by the trees that did not see it; `drawn` has for each tree a bit per case of `rows`.
pub(super) fn scores(forest: &Forest, features: &FeatureTable, rows: &[usize], drawn: &[Vec<u64>]) -> Result<HeldOut> {
    let mut case_of = vec![None; features.cases()];
    rows.iter().enumerate().for_each(|(case, &row)| case_of[row] = Some(case));
    let mortalities = forest.mortalities();
    let seen = |tree: usize, row: usize| {
        case_of[row].is_some_and(|case: usize| drawn[tree][case / 64] >> (case % 64) & 1 == 1)
    };
    let scores = Rows::new(forest, features)?.through(
        &forest.trees,
        |cases| (cases.start, vec![(0.0, 0u32); cases.len()]),
        |(first, sums), tree, case, leaf| {
            if !seen(tree, *first + case) {
                sums[case].0 += mortalities[tree][leaf];
                sums[case].1 += 1;
            }
        },
        |(_, sums)| sums.into_iter().map(|(sum, trees)| (trees > 0).then(|| sum / f64::from(trees))).collect(),
    );
    Ok(HeldOut::new(scores, HeldOutBy::Samples { trees: forest.trees.len() })?)
}

impl OutOfBag {
    pub(super) fn new(scores: &HeldOut, outcome: &Survival) -> Self {
        let (cases, values) = (scores.cases(), scores.values());
        let outcome = outcome.rows(&cases);
        Self {
            harrell_error: harrell(&values, &outcome).ok().map(|c| 1.0 - c.estimate),
            uno_error: uno(&values, &outcome, None).ok().map(|c| 1.0 - c.estimate),
            cases: cases.len(),
            absent: scores.absent(),
        }
    }
}
