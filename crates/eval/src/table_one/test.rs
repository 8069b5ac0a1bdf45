//! Which test is made of a variable.

use radsurv_stats::hypothesis::{
    ContingencyTable, RankSum, Variances, anova, kruskal_wallis, rank_sum, t_test, welch_anova,
};
use serde::Serialize;

use super::{CategoryRule, TableOneSettings};

/// A test of whether groups differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestSummary {
    /// Which test was taken.
    pub name: &'static str,
    /// Its statistic; Fisher's has none.
    pub statistic: Option<f64>,
    /// Its degrees of freedom, of an F test those between groups.
    pub df: Option<f64>,
    /// Those within groups of an F test.
    pub df_within: Option<f64>,
    /// The p-value.
    pub p_value: f64,
    /// The p-value adjusted for the number of variables.
    pub adjusted: Option<f64>,
}

impl TestSummary {
    fn new(name: &'static str, p_value: f64) -> Self {
        Self { name, statistic: None, df: None, df_within: None, p_value, adjusted: None }
    }

    /// An infinite statistic, of groups that differ and do not vary, is none.
    fn with(mut self, statistic: f64, df: Option<f64>) -> Self {
        self.statistic = statistic.is_finite().then_some(statistic);
        self.df = df;
        self
    }
}

/// A test of known values, or why there is none.
pub(super) fn numbers(
    settings: &TableOneSettings,
    by_median: bool,
    groups: &[Vec<f64>],
) -> Result<TestSummary, String> {
    if groups.iter().any(Vec::is_empty) {
        return Err("a group has no value".to_string());
    }
    let reason = |error: radsurv_stats::Error| match error {
        radsurv_stats::Error::Constant { .. } if groups.len() > 2 => "values of a group, or all, are equal".to_string(),
        radsurv_stats::Error::Constant { .. } => "values are all equal, or equal within groups".to_string(),
        other => other.to_string(),
    };
    let equal = settings.equal_variances;
    match (groups, by_median) {
        ([a, b], false) => {
            let (variances, name) = match equal {
                true => (Variances::Equal, "Student's t test"),
                false => (Variances::Unequal, "Welch's t test"),
            };
            let test = t_test(a, b, variances).map_err(reason)?;
            Ok(TestSummary::new(name, test.p_value).with(test.statistic, Some(test.df)))
        }
        ([a, b], true) => {
            let test = rank_sum(a, b, RankSum::Automatic).map_err(reason)?;
            let name = match test.z {
                None => "exact Wilcoxon rank sum test",
                Some(_) => "Wilcoxon rank sum test with continuity correction",
            };
            Ok(TestSummary::new(name, test.p_value).with(test.statistic, None))
        }
        (_, false) => {
            let (test, name) = match equal {
                true => (anova(groups), "one-way analysis of variance"),
                false => (welch_anova(groups), "Welch's analysis of variance"),
            };
            let test = test.map_err(reason)?;
            let summary = TestSummary::new(name, test.p_value).with(test.statistic, Some(test.df1));
            Ok(TestSummary { df_within: Some(test.df2), ..summary })
        }
        (_, true) => {
            let test = kruskal_wallis(groups).map_err(reason)?;
            Ok(TestSummary::new("Kruskal-Wallis test", test.p_value).with(test.statistic, Some(test.df)))
        }
    }
}

/// A test of counts, a row per group, or why there is none.
pub(super) fn counts(settings: &TableOneSettings, groups: &[Vec<u64>]) -> Result<TestSummary, String> {
    if groups.iter().any(|row| row.iter().all(|c| *c == 0)) {
        return Err("a group has no value".to_string());
    }
    let table = ContingencyTable::new(groups).map_err(|_| "all cases are in one category".to_string())?;
    let fisher = match settings.categories {
        CategoryRule::Fisher => true,
        CategoryRule::ChiSquared => false,
        CategoryRule::Automatic => !table.is_large(),
    };
    if !fisher {
        let corrected = settings.continuity && table.is_two_by_two();
        let name = if corrected { "chi-squared test with continuity correction" } else { "chi-squared test" };
        let test = table.chi_squared(corrected).map_err(|e| e.to_string())?;
        return Ok(TestSummary::new(name, test.p_value).with(test.statistic, Some(test.df)));
    }
    if let Ok(p) = table.fisher() {
        return Ok(TestSummary::new("Fisher's exact test", p));
    }
    let p = table.fisher_simulated(settings.simulations, settings.seed).map_err(|e| e.to_string())?;
    Ok(TestSummary::new("Fisher's test from random tables", p))
}
