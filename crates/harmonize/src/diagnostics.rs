//! How much features differ between batches: before and after a harmonisation.
//!
//! | what | measure |
//! |---|---|
//! | each feature | analysis of variance and the test of Kruskal and Wallis between batches, *p* adjusted over features (Benjamini and Hochberg); the share *R²* of its variance that batches explain |
//! | all features together | principal components of the features scaled to variance 1: scores, share of variance, and *R²* of batches on the scores |
//!
//! A test that is not significant after harmonisation says little when the same cases were harmonised: their means were made
//! equal. Ask it of cases that were not fitted.

use radsurv_data::{Cohort, Table};
use radsurv_stats::hypothesis::{anova, kruskal_wallis};
use radsurv_stats::multiple::{Adjustment, adjust};
use radsurv_stats::pca::{Pca, Scale};
use radsurv_stats::summary;
use rayon::prelude::*;

use crate::combat::batch_groups;
use crate::error::{Error, Result};

/// The effect of batches on the features of a cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchEffect {
    /// The covariate that names the batches.
    pub batch: String,
    /// The batches.
    pub levels: Vec<String>,
    /// The batch of each case, as a place among the levels: the colour of its point.
    pub codes: Vec<usize>,
    /// The tests of each feature.
    pub features: Vec<FeatureEffect>,
    /// The first principal components.
    pub components: Vec<ComponentEffect>,
    /// The features that the components leave out, because they are constant or have missing values.
    pub left_out: Vec<String>,
}

/// The effect of batches on one feature.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureEffect {
    /// The feature.
    pub feature: String,
    /// The tests; none if they cannot be computed: all values are equal, or fewer than two batches have values.
    pub tests: Option<Tests>,
}

/// Tests of differences between batches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tests {
    /// The F statistic of the analysis of variance.
    pub f: f64,
    /// Its *p*.
    pub f_p: f64,
    /// The same, adjusted over features.
    pub f_adjusted: f64,
    /// The statistic of Kruskal and Wallis.
    pub h: f64,
    /// Its *p*.
    pub h_p: f64,
    /// The same, adjusted over features.
    pub h_adjusted: f64,
    /// The share of the variance that batches explain, 0 to 1.
    pub r2: f64,
}

/// The effect of batches on one principal component.
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentEffect {
    /// The share of the variance of all features that it has.
    pub explained: f64,
    /// The share of its variance that batches explain.
    pub r2: f64,
    /// The score of each case.
    pub scores: Vec<f64>,
}

/// The effect of batches before and after a harmonisation.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Before.
    pub before: BatchEffect,
    /// After.
    pub after: BatchEffect,
}

impl BatchEffect {
    /// Measures the effect of batches. `components` is the number of principal components to keep, or fewer if there are
    /// fewer.
    ///
    /// # Errors
    /// [`Error::Covariate`] with the cases whose batch is not known, [`Error::OneBatch`], [`Error::TooFewCases`] with no
    /// more cases than batches, [`Error::Infinite`], [`Error::Data`] if the covariate is not there, and [`Error::Stats`]
    /// if the components cannot be computed.
    pub fn of(cohort: &Cohort, batch: &str, components: usize) -> Result<Self> {
        let table = cohort.features();
        let groups = batch_groups(cohort, batch)?;
        let levels = groups.levels();
        if let [level] = levels {
            return Err(Error::OneBatch { batch: batch.to_string(), level: level.clone() });
        }
        if table.cases() <= levels.len() {
            let needed = levels.len() + 1;
            return Err(Error::TooFewCases { what: "a test between batches", needed, found: table.cases() });
        }
        crate::combat::check_finite(table)?;
        let codes: Vec<usize> = groups.codes().iter().copied().flatten().collect();
        let divided = |column: &Vec<f64>| -> Vec<Vec<f64>> {
            let mut values = vec![Vec::new(); levels.len()];
            column.iter().zip(&codes).filter(|(v, _)| !v.is_nan()).for_each(|(v, &code)| values[code].push(*v));
            values.retain(|v| !v.is_empty());
            values
        };
        let tested: Vec<Option<Tests>> = table.columns().par_iter().map(|column| test(&divided(column))).collect();
        let adjusted = |p: fn(&Tests) -> f64| {
            let all: Vec<f64> = tested.iter().map(|t| t.as_ref().map_or(f64::NAN, p)).collect();
            adjust(&all, Adjustment::BenjaminiHochberg)
        };
        let (f_adjusted, h_adjusted) = (adjusted(|t| t.f_p)?, adjusted(|t| t.h_p)?);
        let with = |(f, (name, tests)): (usize, (&String, Option<Tests>))| FeatureEffect {
            feature: name.clone(),
            tests: tests.map(|t| Tests { f_adjusted: f_adjusted[f], h_adjusted: h_adjusted[f], ..t }),
        };
        let features = table.names().iter().zip(tested).enumerate().map(with).collect();

        let whole = |column: &[f64]| column.iter().all(|v| !v.is_nan()) && column.iter().any(|v| *v != column[0]);
        let (mut kept, mut left_out) = (Vec::new(), Vec::new());
        for (name, column) in table.names().iter().zip(table.columns()) {
            if whole(column) {
                kept.push(column);
            } else {
                left_out.push(name.clone());
            }
        }
        let mut found = Vec::new();
        if !kept.is_empty() && components > 0 {
            let pca = Pca::new(&kept, Scale::Unit)?;
            let shares = pca.explained();
            for k in 0..pca.components().min(components) {
                let scores = pca.scores(k).to_vec();
                found.push(ComponentEffect { explained: shares[k], r2: r_squared(&divided(&scores)), scores });
            }
        }
        Ok(Self { batch: batch.to_string(), levels: levels.to_vec(), codes, features, components: found, left_out })
    }

    /// The number of features that differ at this level of the adjusted *p*: by the analysis of variance, and by the test
    /// of Kruskal and Wallis.
    pub fn different(&self, level: f64) -> (usize, usize) {
        let count = |p: fn(&Tests) -> f64| self.tests().filter(|t| p(t) < level).count();
        (count(|t| t.f_adjusted), count(|t| t.h_adjusted))
    }

    /// The mean over features of the share of variance that batches explain; NaN if no feature could be tested.
    pub fn mean_r2(&self) -> f64 {
        let all: Vec<f64> = self.tests().map(|t| t.r2).collect();
        summary::mean(&all)
    }

    fn tests(&self) -> impl Iterator<Item = &Tests> {
        self.features.iter().filter_map(|f| f.tests.as_ref())
    }
}

impl Comparison {
    /// Measures the effect of batches on cases before and after; the cases and their batches must be the same.
    ///
    /// # Errors
    /// Those of [`BatchEffect::of`]; [`Error::OtherCases`] if they are not the same cases in the same order.
    pub fn of(before: &Cohort, after: &Cohort, batch: &str, components: usize) -> Result<Self> {
        if before.features().case_ids() != after.features().case_ids() {
            return Err(Error::OtherCases);
        }
        Ok(Self {
            before: BatchEffect::of(before, batch, components)?,
            after: BatchEffect::of(after, batch, components)?,
        })
    }

    /// A table with a row per feature: its tests before and after. Cells are empty where there is no test.
    ///
    /// # Errors
    /// None that can be provoked: the names of the columns are unique.
    pub fn table(&self) -> Result<Table> {
        let measures = ["F", "F_p", "F_p_adjusted", "H", "H_p", "H_p_adjusted", "R2"];
        let columns = ["before", "after"].iter().flat_map(|when| measures.iter().map(move |m| format!("{m}_{when}")));
        let mut table =
            Table::new(std::iter::once("feature".to_string()).chain(columns).collect(), "the batch effect")?;
        let cells = |tests: Option<&Tests>| -> Vec<String> {
            let numbers = tests.map(|t| [t.f, t.f_p, t.f_adjusted, t.h, t.h_p, t.h_adjusted, t.r2]);
            numbers.map_or(vec![String::new(); 7], |n| n.iter().map(|v| radsurv_data::number::format(*v)).collect())
        };
        for before in &self.before.features {
            let after = self.after.features.iter().find(|f| f.feature == before.feature);
            let mut row = vec![before.feature.clone()];
            row.extend(cells(before.tests.as_ref()));
            row.extend(cells(after.and_then(|f| f.tests.as_ref())));
            table.push(row)?;
        }
        Ok(table)
    }
}

fn test(groups: &[Vec<f64>]) -> Option<Tests> {
    let (f, h) = (anova(groups).ok()?, kruskal_wallis(groups).ok()?);
    let (nan, r2) = (f64::NAN, r_squared(groups));
    Some(Tests { f: f.statistic, f_p: f.p_value, f_adjusted: nan, h: h.statistic, h_p: h.p_value, h_adjusted: nan, r2 })
}

/// The sum of squares of the groups' means about the mean, as a share of that of the values.
fn r_squared(groups: &[Vec<f64>]) -> f64 {
    let all: Vec<f64> = groups.iter().flatten().copied().collect();
    let about = |values: &[f64], centre: f64| values.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>();
    let total = about(&all, summary::mean(&all));
    let within: f64 = groups.iter().map(|g| about(g, summary::mean(g))).sum();
    (1.0 - within / total).clamp(0.0, 1.0)
}
