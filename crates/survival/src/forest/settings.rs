//! How a forest is grown.

use radsurv_data::{FeatureTable, Survival};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What decides between cut points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitRule {
    /// The log-rank statistic of the two parts.
    #[default]
    LogRank,
    /// The standardised sum of log-rank scores of a part: its variance depends on the sizes of the parts only.
    LogRankScore,
}

/// Which cut points of a feature are looked at in a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CutPoints {
    /// Between all values that follow each other. The cut is in their middle.
    All,
    /// So many of these, drawn at random, or all if there are not more.
    Random(usize),
    /// So many numbers drawn between the smallest and the largest value: extremely randomised trees.
    Uniform(usize),
}

/// How many features are looked at in a node.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TriedFeatures {
    /// The square root of their number, rounded up.
    #[default]
    Sqrt,
    /// All of them.
    All,
    /// So many, or all if there are not more.
    Count(usize),
    /// This part of them, rounded up.
    Fraction(f64),
}

impl TriedFeatures {
    /// The number, of so many features.
    pub fn of(self, features: usize) -> usize {
        match self {
            Self::Sqrt => (features as f64).sqrt().ceil() as usize,
            Self::All => features,
            Self::Count(count) => count,
            Self::Fraction(part) => (part * features as f64).ceil() as usize,
        }
        .clamp(1, features.max(1))
    }
}

/// What counts for the size of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeCount {
    /// Each case as often as it was drawn.
    #[default]
    Drawn,
    /// Each case once.
    Distinct,
}

/// How the survival of a case is made from its leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CurveRule {
    /// The mean of the Kaplan-Meier estimates of the leaves.
    #[default]
    MeanSurvival,
    /// *exp(-H)*, *H* being the mean of the cumulative hazards of the leaves.
    MeanHazard,
}

/// What is done with missing values (NaN).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingValues {
    /// They are an error.
    #[default]
    Refused,
    /// Cases without a value of the feature of a split go together to the part where the split is better; where none was
    /// in training, to the larger part.
    BetterSide,
}

/// How a forest is grown; see the [module](super). The defaults are those of randomForestSRC.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
/// use radsurv_survival::forest::ForestSettings;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..90).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..90).map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
/// let outcome = Survival::new(times, (0..90).map(|i| i % 4 > 0).collect())?;
/// let forest = ForestSettings { trees: 100, ..Default::default() }.fit(&features, &outcome)?;
/// assert_eq!(forest.importance()[0].feature, "f0");
/// assert!(forest.out_of_bag().harrell_error.unwrap() < 0.35);
/// assert!(forest.predict_survival(&features, &[12.0, 36.0])?.of(3)[1] < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForestSettings {
    /// The number of trees.
    pub trees: usize,
    /// What decides between cut points.
    pub split_rule: SplitRule,
    /// Which cut points are looked at.
    pub cut_points: CutPoints,
    /// How many features are looked at in a node. Features that do not vary there do not count.
    pub tried_features: TriedFeatures,
    /// A node of fewer cases is not split.
    pub min_split: usize,
    /// A split leaves at least so many cases on both sides.
    pub min_leaf: usize,
    /// What counts as a case in these two.
    pub node_count: NodeCount,
    /// The number of splits from the root to a leaf at most; none for any number.
    pub max_depth: Option<usize>,
    /// Whether the cases of a tree are drawn with replacement.
    pub replace: bool,
    /// How many are drawn, as a part of the number of cases (with a weight above 0). All without replacement: every tree sees
    /// every case, and there is no out-of-bag error.
    pub fraction: f64,
    /// How survival is made from the leaves.
    pub curves: CurveRule,
    /// What is done with missing values.
    pub missing: MissingValues,
    /// Features whose numbers are codes of categories without an order, 64 at most of each.
    pub categorical: Vec<String>,
    /// The seed of everything that is drawn.
    pub seed: u64,
}

impl Default for ForestSettings {
    fn default() -> Self {
        Self {
            trees: 500,
            split_rule: SplitRule::default(),
            cut_points: CutPoints::Random(10),
            tried_features: TriedFeatures::default(),
            min_split: 30,
            min_leaf: 1,
            node_count: NodeCount::default(),
            max_depth: None,
            replace: false,
            fraction: 0.632,
            curves: CurveRule::default(),
            missing: MissingValues::default(),
            categorical: Vec::new(),
            seed: 1,
        }
    }
}

impl ForestSettings {
    /// The defaults of ranger's survival forests.
    pub fn ranger() -> Self {
        Self {
            cut_points: CutPoints::All,
            min_split: 6,
            min_leaf: 3,
            replace: true,
            fraction: 1.0,
            curves: CurveRule::MeanHazard,
            ..Self::default()
        }
    }

    /// The defaults of scikit-survival's `RandomSurvivalForest`, for so many features (it rounds their square root down).
    pub fn scikit_survival(features: usize) -> Self {
        Self {
            trees: 100,
            cut_points: CutPoints::All,
            tried_features: TriedFeatures::Count(features.isqrt().max(1)),
            min_split: 6,
            min_leaf: 3,
            node_count: NodeCount::Distinct,
            replace: true,
            fraction: 1.0,
            ..Self::default()
        }
    }

    /// Refuses settings that cannot be.
    pub(super) fn check(&self, features: &FeatureTable, outcome: &Survival) -> Result<()> {
        let wrong = |name, value: String, what| Err(Error::Setting { name, value, what });
        if self.trees == 0 {
            return wrong("the number of trees", "0".to_string(), "give 1 at least, 500 usually");
        }
        if matches!(self.cut_points, CutPoints::Random(0) | CutPoints::Uniform(0)) {
            return wrong("the number of cut points", "0".to_string(), "give 1 at least, 10 usually");
        }
        if self.min_split < 2 || self.min_leaf == 0 {
            let value = format!("{} (leaf {})", self.min_split, self.min_leaf);
            return wrong("the smallest node", value, "give 2 at least to split, and 1 at least for a leaf");
        }
        if !(self.fraction > 0.0 && self.fraction <= if self.replace { f64::MAX } else { 1.0 }) {
            let what = "give a number above 0, and without replacement of 1 at most";
            return wrong("the fraction of cases", self.fraction.to_string(), what);
        }
        match self.tried_features {
            TriedFeatures::Count(0) => {
                return wrong("the number of tried features", "0".to_string(), "give 1 at least");
            }
            TriedFeatures::Fraction(part) if !(part > 0.0 && part <= 1.0) => {
                return wrong("the fraction of tried features", part.to_string(), "give a number from 0 to 1");
            }
            _ => {}
        }
        if let Some(column) = self.categorical.iter().find(|name| features.column(name).is_none()) {
            let (table, present) = ("the table".to_string(), features.names().to_vec());
            return Err(radsurv_data::Error::MissingColumn { table, column: column.clone(), present }.into());
        }
        if outcome.entry().is_some() {
            let what = "late entry; leave the entry times out if all entered at 0, or take a Cox model";
            return Err(radsurv_stats::Error::Unsupported { method: "a survival forest", what }.into());
        }
        if u32::try_from(outcome.len()).is_err() {
            let what = "it takes 4294967295 cases at most";
            return wrong("the number of cases of a forest", outcome.len().to_string(), what);
        }
        Ok(())
    }
}
