//! What a screen has decided.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{Cohort, Decision, FeatureTable, Selection, Transform};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// By which rule features were screened, and what their scores are. Higher is better in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScreenedBy {
    /// Univariable Cox models. The score is the statistic of the test, chi-squared with one degree of freedom.
    Univariable,
    /// Relevance and redundancy. The score is that with which a feature was chosen, the rank the order in which they were; of
    /// others there is none.
    Mrmr,
    /// Shuffled copies. The score is the part of the runs with the feature in which it was more important than all of them.
    Boruta,
    /// Selection in halves of the cases. The score is its frequency.
    Stability,
}

/// What a screen found of one feature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureScore {
    /// Its score, if it has one; its meaning is that of [`ScreenedBy`].
    pub score: Option<f64>,
    /// Its rank, from 1, the best: features of the same score are ranked in the order of the table.
    pub rank: Option<usize>,
}

/// Features that were screened: which are kept, why the others are not, and how they did.
///
/// Applied to a cohort it gives the kept features in the order of the table that it was fitted to, which the cohort must have
/// all of and no other (as with every fitted step, see [`Selection`]).
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, FitToOutcome, Survival, Transform};
/// use radsurv_survival::selection::screen::UnivariableSettings;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let cohort = Cohort::from(FeatureTable::from_rows(rows)?);
/// let times = (0..60).map(|i| 40.0 - value(i, 2) + value(i, 9) / 3.0).collect();
/// let outcome = Survival::new(times, vec![true; 60])?;
/// let screen = UnivariableSettings { best: Some(1), ..Default::default() }.fit(&cohort, &outcome)?;
/// assert_eq!(screen.kept().collect::<Vec<_>>(), ["f2"]);
/// assert_eq!(screen.scores()[2].rank, Some(1));
/// assert_eq!(screen.transform(&cohort)?.features().names(), ["f2"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    by: ScreenedBy,
    selection: Selection,
    scores: Vec<FeatureScore>,
}

/// What is known of one feature when a screen is made.
pub(super) struct Screened {
    pub score: Option<f64>,
    pub rank: Option<usize>,
    pub keep: bool,
    pub reason: String,
}

impl Screen {
    /// A screen of the features of a table, one by one.
    pub(super) fn new(by: ScreenedBy, features: &FeatureTable, found: Vec<Screened>) -> Self {
        let scores = found.iter().map(|f| FeatureScore { score: f.score, rank: f.rank }).collect();
        let decisions = features.names().iter().zip(found).map(|(feature, f)| Decision {
            feature: feature.clone(),
            keep: f.keep,
            reason: f.reason,
        });
        Self { by, selection: Selection::of_distinct(decisions.collect()), scores }
    }

    /// By which rule.
    pub fn by(&self) -> ScreenedBy {
        self.by
    }

    /// The decisions alone, to be written as a table or applied.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The decision on each feature, in the order of the table.
    pub fn decisions(&self) -> &[Decision] {
        self.selection.decisions()
    }

    /// The score of each feature, in the order of the table.
    pub fn scores(&self) -> &[FeatureScore] {
        &self.scores
    }

    /// The features that are kept, in the order of the table.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        self.selection.kept()
    }

    /// The features that are kept, the best first.
    pub fn ranked(&self) -> Vec<&str> {
        let both = self.decisions().iter().zip(&self.scores).filter(|(decision, _)| decision.keep);
        let mut kept: Vec<(usize, &str)> =
            both.map(|(decision, s)| (s.rank.unwrap_or(usize::MAX), decision.feature.as_str())).collect();
        kept.sort_by_key(|(rank, _)| *rank);
        kept.into_iter().map(|(_, feature)| feature).collect()
    }
}

/// The rank of each score from 1, the highest; equal ones in their order.
pub(super) fn ranks(scores: &[Option<f64>]) -> Vec<Option<usize>> {
    let mut order: Vec<(usize, f64)> = scores.iter().enumerate().filter_map(|(j, s)| Some((j, (*s)?))).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut ranks = vec![None; scores.len()];
    order.iter().enumerate().for_each(|(rank, (j, _))| ranks[*j] = Some(rank + 1));
    ranks
}

impl Saved for Screen {
    const FORMAT: Format = Format { name: "radsurv-screen", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        self.selection.check()?;
        let (features, scores) = (self.decisions().len(), self.scores.len());
        if features != scores {
            return Err(format!("it has {features} features and {scores} scores"));
        }
        let mut ranks: Vec<usize> = self.scores.iter().filter_map(|s| s.rank).collect();
        ranks.sort_unstable();
        if ranks.into_iter().ne(1..=self.scores.iter().filter(|s| s.rank.is_some()).count()) {
            return Err("its ranks are not 1, 2 and so on".to_string());
        }
        Ok(())
    }
}

impl Transform for Screen {
    type Error = Error;

    fn transform(&self, cohort: &Cohort) -> Result<Cohort> {
        Ok(self.selection.transform(cohort)?)
    }
}
