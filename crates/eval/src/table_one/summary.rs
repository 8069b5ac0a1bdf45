//! What values of a group are like.

use radsurv_data::Groups;
use radsurv_stats::summary::{mean, quantile_sorted, standard_deviation};
use serde::Serialize;

/// A number in a group. What there is nothing to compute from is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumberSummary {
    /// The number of known values.
    pub known: usize,
    /// The number of missing values.
    pub missing: usize,
    /// The mean.
    pub mean: Option<f64>,
    /// The standard deviation (*n* - 1), of two values at least.
    pub standard_deviation: Option<f64>,
    /// The smallest value.
    pub minimum: Option<f64>,
    /// The lower quartile, as R's `quantile`.
    pub lower_quartile: Option<f64>,
    /// The median.
    pub median: Option<f64>,
    /// The upper quartile.
    pub upper_quartile: Option<f64>,
    /// The largest value.
    pub maximum: Option<f64>,
}

/// How many cases are in a category.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelCount {
    /// The category.
    pub level: String,
    /// The number of cases in it.
    pub count: usize,
    /// The same in per cent of the known.
    pub percent: Option<f64>,
}

/// A category in a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CategorySummary {
    /// The number of known values.
    pub known: usize,
    /// The number of missing values.
    pub missing: usize,
    /// All categories, also those of other groups.
    pub levels: Vec<LevelCount>,
}

/// A variable in a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Summary {
    /// A number.
    Number(NumberSummary),
    /// A category.
    Category(CategorySummary),
}

impl Summary {
    /// The number of missing values.
    pub fn missing(&self) -> usize {
        match self {
            Self::Number(number) => number.missing,
            Self::Category(category) => category.missing,
        }
    }
}

impl NumberSummary {
    pub(super) fn of(values: &[f64]) -> Self {
        let mut ascending: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
        ascending.sort_unstable_by(f64::total_cmp);
        let known = ascending.len();
        let finite = |v: f64| v.is_finite().then_some(v);
        let quantile = |p: f64| (known > 0).then(|| quantile_sorted(&ascending, p));
        Self {
            known,
            missing: values.len() - known,
            mean: finite(mean(&ascending)),
            standard_deviation: finite(standard_deviation(&ascending)),
            minimum: quantile(0.0),
            lower_quartile: quantile(0.25),
            median: quantile(0.5),
            upper_quartile: quantile(0.75),
            maximum: quantile(1.0),
        }
    }
}

impl CategorySummary {
    pub(super) fn of(labels: &Groups, cases: &[usize]) -> Self {
        let mut counts = vec![0usize; labels.levels().len()];
        cases.iter().filter_map(|&case| labels.codes()[case]).for_each(|code| counts[code] += 1);
        let known: usize = counts.iter().sum();
        let percent = |count: usize| (known > 0).then(|| 100.0 * count as f64 / known as f64);
        let level =
            |(level, count): (&String, usize)| LevelCount { level: level.clone(), count, percent: percent(count) };
        Self { known, missing: cases.len() - known, levels: labels.levels().iter().zip(counts).map(level).collect() }
    }

    pub(super) fn counts(&self) -> Vec<u64> {
        self.levels.iter().map(|level| level.count as u64).collect()
    }
}

/// Whether the skewness *m_3 / m_2^{3/2}* is beyond ±1; of three values at least.
pub(super) fn is_skewed(values: &[f64]) -> bool {
    if values.len() < 3 {
        return false;
    }
    let centre = mean(values);
    let moment = |k: i32| values.iter().map(|v| (v - centre).powi(k)).sum::<f64>() / values.len() as f64;
    let (second, third) = (moment(2), moment(3));
    second > 0.0 && (third / second.powf(1.5)).abs() > 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_computed_is_none() {
        let none = NumberSummary::of(&[f64::NAN]);
        assert_eq!((none.known, none.missing, none.mean, none.median), (0, 1, None, None));
        let one = NumberSummary::of(&[2.5, f64::NAN]);
        assert_eq!((one.mean, one.standard_deviation, one.upper_quartile), (Some(2.5), None, Some(2.5)));
        assert!(!is_skewed(&[1.0, 1.0, 1.0]) && is_skewed(&[1.0, 1.1, 0.9, 1.0, 1.2, 9.0]));
        let labels = Groups::new([Some("a"), None, Some("b"), Some("a")]);
        let part = CategorySummary::of(&labels, &[0, 1, 3]);
        assert_eq!((part.known, part.missing, part.counts()), (2, 1, vec![2, 0]));
        assert_eq!(CategorySummary::of(&labels, &[1]).levels[0].percent, None);
    }
}
