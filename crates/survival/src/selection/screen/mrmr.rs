//! Features that say much of the outcome and little of each other.

use radsurv_data::{Cohort, FeatureTable, FitToOutcome, Survival};
use radsurv_stats::correlation::Method;
use radsurv_stats::nonparametric::harrell;
use radsurv_stats::rank::average_ranks;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::screened::{Screen, Screened, ScreenedBy};
use super::{CONSTANT, Counted};
use crate::coxnet::kernel::dot;
use crate::error::{Error, Result};

/// How relevance is set off against redundancy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// Relevance less redundancy.
    #[default]
    Difference,
    /// Relevance over redundancy, to which 0.01 is added so that a feature without any is not chosen for that alone.
    Quotient,
}

/// Minimum redundancy, maximum relevance: features are chosen one by one, each time the one with the largest score of those left,
///
/// *I(x_j; y) - (1 / |S|) Σ_{i in S} I(x_j; x_i)*,
///
/// *S* being those chosen before (the first has relevance only), and *I(r) = -½ ln(1 - r²)* the information of two normal variables with
/// the correlation *r*. Of two features *r* is their correlation; of a feature and the outcome it is Somers' *D = 2 C - 1* with Harrell's
/// *C* of the feature as a risk, which is as good if it falls as if it rises.
///
/// Chosen are so many features however little they say: take the number from validation, or screen by significance as well.
///
/// # Edge cases
/// - Fewer features that vary than asked for: all of them are chosen.
/// - Equal scores: the first in the order of the table.
/// - *1 - r²* is taken as 2^-52 where it is less: of a copy the information is 18.0, and it is chosen last.
/// - Weights count in *C*; correlations do not know them.
///
/// Sources: Peng, Long, Ding: Feature selection based on mutual information, IEEE Transactions on Pattern Analysis and Machine Intelligence
/// 27 (2005) 1226-1238 (equation 6); Ding, Peng: Minimum redundancy feature selection from microarray gene expression data, Journal of
/// Bioinformatics and Computational Biology 3 (2005) 185-205 (table 1, both schemes); De Jay et al.: mRMRe, Bioinformatics 29 (2013)
/// 2365-2368 (survival).
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Survival};
/// use radsurv_survival::selection::screen::MrmrSettings;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let row = |i: usize| {
///     let features = [("strong", value(i, 2)), ("copy", value(i, 2) + value(i, 5) / 3.0), ("other", value(i, 7)), ("noise", value(i, 11))];
///     (format!("P{i}"), features.to_vec())
/// };
/// let features = FeatureTable::from_rows((0..60).map(row))?;
/// let outcome = Survival::new((0..60).map(|i| 60.0 - value(i, 2) - value(i, 7) / 2.0).collect(), vec![true; 60])?;
/// let chosen = MrmrSettings { features: 2, ..Default::default() }.choose(&features, &outcome)?;
/// assert_eq!([&chosen[0].feature, &chosen[1].feature], ["strong", "other"]);
/// assert!(chosen[1].redundancy < 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MrmrSettings {
    /// The number of features. Default 10.
    pub features: usize,
    /// The correlation of two features: Spearman's (default) or Pearson's.
    pub correlation: Method,
    /// How relevance is set off against redundancy. Default difference.
    pub scheme: Scheme,
}

impl Default for MrmrSettings {
    fn default() -> Self {
        Self { features: 10, correlation: Method::Spearman, scheme: Scheme::default() }
    }
}

/// A feature that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct MrmrFeature {
    /// The feature.
    pub feature: String,
    /// What it says of the outcome.
    pub relevance: f64,
    /// What it says of those chosen before it, the mean; 0 of the first.
    pub redundancy: f64,
    /// Its score; of the first its relevance.
    pub score: f64,
}

/// One that was chosen, by its place.
struct Chosen {
    feature: usize,
    relevance: f64,
    redundancy: f64,
    score: f64,
}

impl MrmrSettings {
    /// The features in the order in which they are chosen.
    ///
    /// # Errors
    /// As [`input::check`](crate::input::check); [`Error::Constant`] if no feature varies; [`Error::Setting`]; [`Error::Stats`] if no two cases
    /// can be compared.
    pub fn choose(&self, features: &FeatureTable, outcome: &Survival) -> Result<Vec<MrmrFeature>> {
        let counted = Counted::new(features, outcome)?;
        let named = |chosen: Chosen| MrmrFeature {
            feature: counted.name(chosen.feature).to_string(),
            relevance: chosen.relevance,
            redundancy: chosen.redundancy,
            score: chosen.score,
        };
        Ok(self.places(&counted)?.into_iter().map(named).collect())
    }

    fn places(&self, counted: &Counted) -> Result<Vec<Chosen>> {
        let wrong = |name, value: &str, what| Err(Error::Setting { name, value: value.to_string(), what });
        if self.features == 0 {
            return wrong("the number of features", "0", "give 1 or more");
        }
        if self.correlation == Method::Kendall {
            return wrong("the correlation of features", "kendall", "give spearman or pearson");
        }
        let column = |feature: &usize| counted.features.columns()[*feature].as_slice();
        let of = |feature: &usize| -> Result<Candidate> {
            let concordance = harrell(column(feature), &counted.outcome)?.estimate;
            let relevance = information(2.0 * concordance - 1.0);
            Ok(Candidate { feature: *feature, unit: self.unit(column(feature))?, relevance, shared: 0.0 })
        };
        // Collected before the first error is looked for, so that it is the same one for any number of threads.
        let all: Vec<Result<Candidate>> = counted.varying.par_iter().map(of).collect();
        let mut left = all.into_iter().collect::<Result<Vec<Candidate>>>()?;
        let mut chosen: Vec<Chosen> = Vec::with_capacity(self.features.min(left.len()));
        while chosen.len() < self.features && !left.is_empty() {
            let redundancy = |c: &Candidate| if chosen.is_empty() { 0.0 } else { c.shared / chosen.len() as f64 };
            let score = |c: &Candidate| match self.scheme {
                _ if chosen.is_empty() => c.relevance,
                Scheme::Difference => c.relevance - redundancy(c),
                Scheme::Quotient => c.relevance / (redundancy(c) + 0.01),
            };
            let mut best = (0, f64::NEG_INFINITY);
            for (place, candidate) in left.iter().enumerate() {
                if score(candidate) > best.1 {
                    best = (place, score(candidate));
                }
            }
            let redundancy = redundancy(&left[best.0]);
            let Candidate { feature, unit, relevance, .. } = left.remove(best.0);
            chosen.push(Chosen { feature, relevance, redundancy, score: best.1 });
            left.par_iter_mut().for_each(|c| c.shared += information(dot(&c.unit, &unit)));
        }
        Ok(chosen)
    }

    /// The column, or its ranks, less the mean, of length 1: products of two are correlations.
    fn unit(&self, column: &[f64]) -> Result<Vec<f64>> {
        let mut values = match self.correlation {
            Method::Pearson => column.to_vec(),
            _ => average_ranks(column)?,
        };
        // By the largest value first, so that neither sums nor squares leave the range of numbers, and the mean twice, since that of
        // large values loses digits.
        for _ in 0..2 {
            let largest = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
            values.iter_mut().for_each(|v| *v /= largest);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.iter_mut().for_each(|v| *v -= mean);
        }
        let length = dot(&values, &values).sqrt();
        values.iter_mut().for_each(|v| *v /= length);
        Ok(values)
    }
}

/// A feature that is not chosen yet.
struct Candidate {
    feature: usize,
    unit: Vec<f64>,
    relevance: f64,
    /// The information that it shares with those chosen, the sum.
    shared: f64,
}

/// *-½ ln(1 - r²)*.
fn information(r: f64) -> f64 {
    -0.5 * ((1.0 - r) * (1.0 + r)).max(f64::EPSILON).ln()
}

impl FitToOutcome for MrmrSettings {
    type Fitted = Screen;
    type Error = Error;

    /// Chooses the features.
    ///
    /// # Errors
    /// As [`choose`](MrmrSettings::choose).
    fn fit(&self, training: &Cohort, outcome: &Survival) -> Result<Screen> {
        let counted = Counted::new(training.features(), outcome)?;
        let chosen = self.places(&counted)?;
        let count = chosen.len();
        let out = |reason: String| Screened { score: None, rank: None, keep: false, reason };
        let mut found: Vec<Screened> = counted.features.names().iter().map(|_| out(CONSTANT.to_string())).collect();
        for &feature in &counted.varying {
            found[feature] = out(format!("not among the {count} that were chosen"));
        }
        for (order, c) in chosen.into_iter().enumerate() {
            found[c.feature] =
                Screened { score: Some(c.score), rank: Some(order + 1), keep: true, reason: String::new() };
        }
        Ok(Screen::new(ScreenedBy::Mrmr, training.features(), found))
    }
}
