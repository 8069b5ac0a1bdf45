//! Table 1: what the cases of each group are like, and whether groups differ.
//!
//! | variable | summary | two groups | more | SMD of two groups |
//! |---|---|---|---|---|
//! | number, by its mean | mean ± standard deviation | Welch's t test (Student's if variances are to be equal) | Welch's analysis of variance (the usual one) | *\|m_1 - m_2\| / √((s_1² + s_2²) / 2)* |
//! | number, by its median | median \[quartiles\] | Wilcoxon's rank sum test, exact with fewer than 50 values each and no ties | Kruskal and Wallis | the same |
//! | category | n (%) of the known | chi-squared, or Fisher's exact test | the same | *√(d' S⁻¹ d)*, *d* the difference of proportions, *S* the mean of their multinomial covariances |
//!
//! What is chosen by [`NumberRule::Automatic`]: the median if the skewness *m_3 / m_2^{3/2}* of a group is beyond ±1, else the
//! mean. By [`CategoryRule::Automatic`]: Fisher's test if a table of two by two has an expected count below 5, or a larger
//! one more than a fifth of them or one below 1 (Cochran); with too many tables for an exact answer from random ones, seeded.
//! The test that was taken is in the result, [`TestSummary::name`].
//!
//! The standardised mean difference (SMD) does not grow with the number of cases: above 0.1 groups are called unbalanced. Of
//! more than two groups it is the mean over pairs.
//!
//! # Edge cases
//! - Missing values are counted, and left out of summaries, per cents and tests. Cases without a group are left out and counted.
//! - What cannot be tested (a group without values, values that are all equal) has no p-value but the reason.
//! - Standard deviations of one value are none, and so is what needs them. Two groups that are constant at the same value
//!   have an SMD of 0; at different ones, or with no category in common, there is none (it has no bound).
//! - Adjusted p-values are over the variables of the table that have one.
//!
//! # Sources
//! Yang and Dalton: A unified approach to measuring the effect size between two groups using SAS, SAS Global Forum (2012), paper
//! 335. Austin: Balance diagnostics, Statistics in Medicine 28 (2009) 3083-3107 (0.1: p. 3087). Cochran: Some methods for
//! strengthening the common chi-squared tests, Biometrics 10 (1954) 417-451 (p. 420). SMDs are those of R's tableone 0.13.2,
//! tests those of R 4.2.

mod difference;
mod render;
mod summary;
mod test;

use std::collections::BTreeMap;

use radsurv_data::{Covariate, Covariates, Groups, list};
use radsurv_stats::multiple::{Adjustment, adjust};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

pub use difference::{standardised_difference, standardised_difference_of_counts};
pub use render::TableOneFormat;
pub use summary::{CategorySummary, LevelCount, NumberSummary, Summary};
pub use test::TestSummary;

/// How a number is summarised and tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberRule {
    /// By the median if a group is skewed, else by the mean; see the [module](self).
    #[default]
    Automatic,
    /// By the mean.
    Mean,
    /// By the median.
    Median,
}

/// How a category is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CategoryRule {
    /// By Fisher's test if counts are small, else by the chi-squared test; see the [module](self).
    #[default]
    Automatic,
    /// By the chi-squared test.
    ChiSquared,
    /// By Fisher's test.
    Fisher,
}

/// How a table is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TableOneSettings {
    /// How numbers are summarised and tested.
    pub numbers: NumberRule,
    /// Variables that are not to be summarised as the others.
    pub by_variable: BTreeMap<String, NumberRule>,
    /// Whether variances of groups are taken to be equal in tests of means.
    pub equal_variances: bool,
    /// How categories are tested.
    pub categories: CategoryRule,
    /// Whether the chi-squared test of tables of two by two is corrected for continuity, as by R.
    pub continuity: bool,
    /// How many random tables take the place of an exact answer that would take too long.
    pub simulations: usize,
    /// Where their random numbers come from.
    pub seed: u64,
    /// How p-values are adjusted for the number of variables, if they are.
    pub adjustment: Option<Adjustment>,
}

impl Default for TableOneSettings {
    fn default() -> Self {
        Self {
            numbers: NumberRule::default(),
            by_variable: BTreeMap::new(),
            equal_variances: false,
            categories: CategoryRule::default(),
            continuity: true,
            simulations: 10_000,
            seed: 1,
            adjustment: None,
        }
    }
}

/// A group of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupSize {
    /// Its name.
    pub name: String,
    /// The number of its cases.
    pub cases: usize,
}

/// A variable of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VariableSummary {
    /// Its name.
    pub name: String,
    /// Whether a number is shown by its median, and not its mean.
    pub by_median: bool,
    /// What it is like in all cases.
    pub overall: Summary,
    /// What it is like in each group.
    pub groups: Vec<Summary>,
    /// Whether groups differ; none with one group, and where it cannot be tested.
    pub test: Option<TestSummary>,
    /// Why there is no test of several groups.
    pub no_test: Option<String>,
    /// The standardised mean difference, of more than two groups the mean over pairs.
    pub smd: Option<f64>,
    /// That of each pair of groups: first with second, first with third, ..., second with third.
    pub pairs: Vec<Option<f64>>,
}

/// Table 1; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Covariate, Covariates, Groups};
/// use radsurv_eval::table_one::{TableOneFormat, TableOneSettings};
/// let mut cases = Covariates::new(6);
/// cases.add("age", Covariate::Number(vec![61.0, 55.0, 70.0, 48.0, f64::NAN, 66.0]))?;
/// cases.add("stage", Covariate::Category(Groups::new(["I", "II", "I", "II", "II", "I"].map(Some))))?;
/// let set = Groups::new(["train", "train", "train", "test", "test", "test"].map(Some));
/// let table = TableOneSettings::default().of(&cases, &["age", "stage"], Some(&set))?;
/// assert_eq!(table.variables[0].test.as_ref().map(|t| t.name), Some("Welch's t test"));
/// let text = table.text(&TableOneFormat::default()).to_markdown();
/// assert!(text.contains("| age, mean ± SD | 60.0 ± 8.7 | 57.0 ± 12.7 | 62.0 ± 7.5 |"), "{text}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableOne {
    /// The groups, in the order of their names; none if cases are not divided.
    pub groups: Vec<GroupSize>,
    /// The number of cases in the table.
    pub cases: usize,
    /// The number of cases without a group, which are left out.
    pub ungrouped: usize,
    /// The variables, in the order asked for.
    pub variables: Vec<VariableSummary>,
    /// How p-values were adjusted.
    pub adjustment: Option<Adjustment>,
}

impl TableOneSettings {
    /// The table of these variables, by group if there are groups.
    ///
    /// # Errors
    /// [`Error::Unknown`] of variables that are not there, also in [`by_variable`](Self::by_variable); [`Error::Cases`] if
    /// groups are of another number of cases; [`Error::Setting`] if no case has a group; [`Error::NotFinite`] at an infinite
    /// value.
    pub fn of<S: AsRef<str>>(
        &self,
        covariates: &Covariates,
        variables: &[S],
        groups: Option<&Groups>,
    ) -> Result<TableOne> {
        let names: Vec<String> = covariates.names().map(String::from).collect();
        let asked = variables.iter().map(AsRef::as_ref).chain(self.by_variable.keys().map(String::as_str));
        let missing: Vec<String> = asked.filter(|v| !names.iter().any(|n| n == v)).map(String::from).collect();
        if !missing.is_empty() {
            return Err(Error::Unknown { what: "variables", missing, known: names });
        }
        if let Some(found) = groups.map(Groups::len).filter(|found| *found != covariates.cases()) {
            return Err(Error::Cases { what: "groups", found, outcomes: covariates.cases() });
        }
        let code = |case: usize| groups.map_or(Some(0), |groups| groups.codes()[case]);
        let cases: Vec<usize> = (0..covariates.cases()).filter(|&case| code(case).is_some()).collect();
        if cases.is_empty() {
            let what = "give cases that are in a group";
            return Err(Error::Setting { name: "the number of cases of the table", value: "0".to_string(), what });
        }
        let levels = groups.map_or(&[][..], Groups::levels);
        let members: Vec<Vec<usize>> =
            (0..levels.len()).map(|k| cases.iter().copied().filter(|&case| code(case) == Some(k)).collect()).collect();
        let summarise = |name: &S| self.variable(name.as_ref(), covariates, &cases, &members);
        let mut variables: Vec<VariableSummary> = variables.iter().map(summarise).collect::<Result<_>>()?;
        self.adjust(&mut variables)?;
        let size = |(name, cases): (&String, &Vec<usize>)| GroupSize { name: name.clone(), cases: cases.len() };
        Ok(TableOne {
            groups: levels.iter().zip(&members).map(size).collect(),
            cases: cases.len(),
            ungrouped: covariates.cases() - cases.len(),
            variables,
            adjustment: self.adjustment,
        })
    }

    fn variable(
        &self,
        name: &str,
        covariates: &Covariates,
        cases: &[usize],
        members: &[Vec<usize>],
    ) -> Result<VariableSummary> {
        let (by_median, overall, groups, tested, pairs) = match covariates.get(name)? {
            Covariate::Number(values) => {
                if let Some(row) = values.iter().position(|v| v.is_infinite()) {
                    let count = values.iter().filter(|v| v.is_infinite()).count();
                    return Err(Error::NotFinite { what: "variable", row, value: values[row], count });
                }
                let of = |cases: &[usize]| cases.iter().map(|&case| values[case]).collect::<Vec<f64>>();
                let (all, parts) = (of(cases), members.iter().map(|m| of(m)).collect::<Vec<Vec<f64>>>());
                let known = |v: &Vec<f64>| v.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<f64>>();
                let there: Vec<Vec<f64>> = parts.iter().map(known).collect();
                let skewed = || match there.is_empty() {
                    true => summary::is_skewed(&known(&all)),
                    false => there.iter().any(|v| summary::is_skewed(v)),
                };
                let by_median = match self.by_variable.get(name).unwrap_or(&self.numbers) {
                    NumberRule::Mean => false,
                    NumberRule::Median => true,
                    NumberRule::Automatic => skewed(),
                };
                let summary = |v: &Vec<f64>| Summary::Number(NumberSummary::of(v));
                let tested = test::numbers(self, by_median, &there);
                let pairs = pairs(&there, |a, b| standardised_difference(a, b));
                (by_median, summary(&all), parts.iter().map(summary).collect(), tested, pairs)
            }
            Covariate::Category(labels) => {
                let of = |cases: &[usize]| CategorySummary::of(labels, cases);
                let parts: Vec<CategorySummary> = members.iter().map(|m| of(m)).collect();
                let counts: Vec<Vec<u64>> = parts.iter().map(CategorySummary::counts).collect();
                let tested = test::counts(self, &counts);
                let pairs = pairs(&counts, |a, b| standardised_difference_of_counts(a, b));
                let parts = parts.into_iter().map(Summary::Category).collect();
                (false, Summary::Category(of(cases)), parts, tested, pairs)
            }
        };
        let smd = pairs.iter().copied().collect::<Option<Vec<f64>>>().filter(|p| !p.is_empty());
        let smd = smd.map(|pairs| pairs.iter().sum::<f64>() / pairs.len() as f64);
        let (test, no_test) = match tested {
            _ if members.len() < 2 => (None, None),
            Ok(test) => (Some(test), None),
            Err(reason) => (None, Some(reason)),
        };
        Ok(VariableSummary { name: name.to_string(), by_median, overall, groups, test, no_test, smd, pairs })
    }

    fn adjust(&self, variables: &mut [VariableSummary]) -> Result<()> {
        let Some(adjustment) = self.adjustment else { return Ok(()) };
        let tests: Vec<&mut TestSummary> = variables.iter_mut().filter_map(|v| v.test.as_mut()).collect();
        let p: Vec<f64> = tests.iter().map(|test| test.p_value).collect();
        for (test, adjusted) in tests.into_iter().zip(adjust(&p, adjustment)?) {
            test.adjusted = Some(adjusted);
        }
        Ok(())
    }
}

impl TableOne {
    /// A sentence per choice that was made: what was tested how.
    pub fn notes(&self) -> Vec<String> {
        let mut by_test: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for variable in &self.variables {
            if let Some(test) = &variable.test {
                by_test.entry(test.name).or_default().push(&variable.name);
            }
        }
        let mut notes: Vec<String> = by_test.iter().map(|(test, names)| format!("{test}: {}.", list(names))).collect();
        for variable in &self.variables {
            notes.extend(variable.no_test.as_ref().map(|why| format!("{}: not tested, {why}.", variable.name)));
        }
        if self.ungrouped > 0 {
            notes.push(format!("{} cases without a group were left out.", self.ungrouped));
        }
        if self.adjustment.is_some() {
            notes.push("Adjusted p-values are over the variables that were tested.".to_string());
        }
        notes
    }
}

fn pairs<T>(groups: &[T], of: impl Fn(&T, &T) -> Option<f64>) -> Vec<Option<f64>> {
    let others = |(k, a): (usize, &T)| groups[k + 1..].iter().map(|b| of(a, b)).collect::<Vec<Option<f64>>>();
    groups.iter().enumerate().flat_map(others).collect()
}
