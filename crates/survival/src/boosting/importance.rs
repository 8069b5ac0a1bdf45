//! How much features count in trees.

use radsurv_data::Importance;

/// What a feature's importance in trees is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitImportance {
    /// What all splits by it gain.
    TotalGain,
    /// What a split by it gains on the average.
    Gain,
    /// The cases that splits by it divide, together, as their trees count them (second derivatives, or weights).
    TotalCover,
    /// The same, of a split on the average.
    Cover,
    /// The number of splits by it.
    Frequency,
    /// How near to the root it comes: the mean over trees of *1 / (1 + d)*, *d* being the depth of its first split (0 at the
    /// root), and 0 in trees without it. The minimal depth of Ishwaran et al., Journal of the American Statistical Association
    /// 105 (2010) 205-217, turned round so that more is more important and small trees, which leave most features out, are
    /// comparable.
    MinimalDepth,
}

/// A split.
pub(super) struct Used {
    pub(super) feature: usize,
    pub(super) depth: usize,
    pub(super) gain: f64,
    pub(super) cover: f64,
}

#[derive(Default, Clone)]
struct Sums {
    splits: f64,
    gain: f64,
    cover: f64,
    nearness: f64,
}

/// The features of the trees, the most important first.
pub(super) fn importances(
    names: &[String],
    trees: impl Iterator<Item = Vec<Used>>,
    kind: SplitImportance,
) -> Vec<Importance> {
    let mut sums = vec![Sums::default(); names.len()];
    let mut count = 0.0;
    let mut first: Vec<Option<usize>> = vec![None; names.len()];
    for tree in trees {
        count += 1.0;
        for used in &tree {
            let sum = &mut sums[used.feature];
            sum.splits += 1.0;
            sum.gain += used.gain;
            sum.cover += used.cover;
            let first = &mut first[used.feature];
            *first = Some(first.map_or(used.depth, |depth| depth.min(used.depth)));
        }
        for used in &tree {
            if let Some(depth) = first[used.feature].take() {
                sums[used.feature].nearness += 1.0 / (1.0 + depth as f64);
            }
        }
    }
    let value = |sum: &Sums| match kind {
        SplitImportance::TotalGain => sum.gain,
        SplitImportance::Gain => sum.gain / sum.splits,
        SplitImportance::TotalCover => sum.cover,
        SplitImportance::Cover => sum.cover / sum.splits,
        SplitImportance::Frequency => sum.splits,
        SplitImportance::MinimalDepth => sum.nearness / count,
    };
    let mut all: Vec<Importance> = names
        .iter()
        .zip(&sums)
        .filter(|(_, sum)| sum.splits > 0.0)
        .map(|(feature, sum)| Importance { feature: feature.clone(), value: value(sum) })
        .collect();
    all.sort_by(|a, b| b.value.total_cmp(&a.value));
    all
}
