//! Which effects each sample has: the design of a linear model.

use std::collections::HashSet;

use radsurv_data::{Covariate, Covariates, Groups, list};
use radsurv_stats::linear::Qr;
use serde::{Deserialize, Serialize};

use super::contrast::Contrast;
use crate::error::{Error, Result};
use crate::expression::repeated;

/// The columns of groups in a design.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupCoding {
    /// A column for each group, named after it: its coefficient is the mean of the group (where covariates are 0), and
    /// comparisons are [contrasts](Contrast): R's `~ 0 + group`.
    #[default]
    Means,
    /// A column of ones, `Intercept`, and one for each group but the reference, named after the group: its coefficient is the
    /// difference from the reference, which is the first group if none is named: R's `~ group`.
    Reference(Option<String>),
}

/// The effects that each sample has: a row per sample, a column per coefficient. No column depends on others, and there are
/// more samples than columns.
///
/// # Example
/// ```
/// use radsurv_data::{Covariate, Covariates, Groups};
/// use radsurv_genomics::differential::{Design, GroupCoding};
/// let samples: Vec<String> = (1..=6).map(|i| format!("P{i}")).collect();
/// let risk = Groups::new(["low", "high", "low", "high", "low", "high"].map(Some));
/// let mut covariates = Covariates::new(6);
/// covariates.add("age", Covariate::Number(vec![50.0, 61.0, 43.0, 70.0, 66.0, 58.0]))?;
///
/// let means = Design::of_groups(&samples, &risk, &GroupCoding::Means, &covariates)?;
/// assert_eq!(means.names(), ["high", "low", "age"]);
/// assert_eq!(means.contrast("high - low")?.weights, [1.0, -1.0, 0.0]);
/// let differences = Design::of_groups(&samples, &risk, &GroupCoding::Reference(Some("low".into())), &covariates)?;
/// assert_eq!(differences.names(), ["Intercept", "high", "age"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    samples: Vec<String>,
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Design {
    /// The name of a column of ones.
    pub const INTERCEPT: &str = "Intercept";

    /// A design of these columns, a value per sample in each.
    ///
    /// # Errors
    /// [`Error::DuplicateSamples`]; [`Error::Design`] if there is no column, two have the same name, or one does not have a
    /// finite value per sample; [`Error::NoResiduals`] if there are not more samples than columns; [`Error::Collinear`].
    pub fn new(samples: Vec<String>, names: Vec<String>, columns: Vec<Vec<f64>>) -> Result<Self> {
        let twice = repeated(&samples);
        if !twice.is_empty() {
            return Err(Error::DuplicateSamples { table: "the design".to_string(), samples: twice });
        }
        if names.is_empty() || names.len() != columns.len() {
            return Err(Error::Design(format!("has {} names and {} columns", names.len(), columns.len())));
        }
        let twice = repeated(&names);
        if !twice.is_empty() {
            let what =
                format!("has more than one column of these names: {}; rename groups or covariates", list(&twice));
            return Err(Error::Design(what));
        }
        for (name, column) in names.iter().zip(&columns) {
            if column.len() != samples.len() {
                let what = format!("has {} samples, and its column {name} {} values", samples.len(), column.len());
                return Err(Error::Design(what));
            }
            if let Some(at) = column.iter().position(|v| !v.is_finite()) {
                let what = format!("is {} in the column {name} of the sample {}", column[at], samples[at]);
                return Err(Error::Design(what + ": leave the sample out, or give a finite number"));
            }
        }
        let qr = Qr::new(&columns)?;
        let aliased = qr.aliased().to_vec();
        if !aliased.is_empty() {
            return Err(Error::Collinear(dependences(&names, &columns, &aliased)?));
        }
        if samples.len() <= columns.len() {
            return Err(Error::NoResiduals { samples: samples.len(), columns: columns.len(), names });
        }
        Ok(Self { samples, names, columns })
    }

    /// The design of groups, and of covariates beside them.
    ///
    /// A numeric covariate is a column of its values under its name; a category is a column for each level but the first,
    /// named `sex=male`. Covariates that should not be in are left out before.
    ///
    /// # Errors
    /// [`Error::MissingCovariates`] lists the samples that lack their group or a covariate, or have an infinite one;
    /// [`Error::GroupsOfOne`]; [`Error::Design`] if there is one group alone, the reference is none of them, or there is not
    /// a group and covariate for each sample; and as [`new`](Self::new).
    pub fn of_groups(
        samples: &[String],
        groups: &Groups,
        coding: &GroupCoding,
        covariates: &Covariates,
    ) -> Result<Self> {
        if groups.len() != samples.len() || covariates.cases() != samples.len() {
            let (of_groups, cases) = (groups.len(), covariates.cases());
            let what = format!("has {} samples, {of_groups} groups and {cases} rows of covariates", samples.len());
            return Err(Error::Design(what));
        }
        complete(samples, groups, covariates)?;
        let levels = groups.levels();
        if levels.len() < 2 {
            return Err(Error::Design(format!("has one group alone ({}): there is nothing to compare", list(levels))));
        }
        let alone = levels.iter().zip(groups.counts()).filter(|(_, count)| *count == 1);
        let alone: Vec<String> = alone.map(|(level, _)| level.clone()).collect();
        if !alone.is_empty() {
            return Err(Error::GroupsOfOne { groups: alone });
        }
        let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
        let mut skipped = None;
        if let GroupCoding::Reference(reference) = coding {
            let place = match reference {
                None => 0,
                Some(name) => levels.iter().position(|level| level == name).ok_or_else(|| {
                    Error::Design(format!("has no group {name:?} for a reference; its groups are {}", list(levels)))
                })?,
            };
            skipped = Some(place);
            columns.push((Self::INTERCEPT.to_string(), vec![1.0; samples.len()]));
        }
        let shown = levels.iter().enumerate().filter(|(place, _)| Some(*place) != skipped);
        columns.extend(shown.map(|(_, level)| (level.clone(), indicator(groups, level))));
        for name in covariates.names() {
            match covariates.get(name)? {
                Covariate::Number(values) => columns.push((name.to_string(), values.clone())),
                Covariate::Category(of) => {
                    // A single level is a column of ones, which is then told to depend on others.
                    let first = usize::from(of.levels().len() > 1);
                    let others = of.levels().iter().skip(first);
                    columns.extend(others.map(|level| (format!("{name}={level}"), indicator(of, level))));
                }
            }
        }
        let (names, columns) = columns.into_iter().unzip();
        Self::new(samples.to_vec(), names, columns)
    }

    /// The samples.
    pub fn samples(&self) -> &[String] {
        &self.samples
    }

    /// The names of the columns: of the coefficients.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns, a value per sample in each.
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// A contrast of its coefficients by text; see [`Contrast::parse`].
    ///
    /// # Errors
    /// [`Error::Contrast`].
    pub fn contrast(&self, text: &str) -> Result<Contrast> {
        Contrast::parse(text, &self.names)
    }
}

fn indicator(groups: &Groups, level: &str) -> Vec<f64> {
    (0..groups.len()).map(|sample| f64::from(u8::from(groups.label(sample) == Some(level)))).collect()
}

fn complete(samples: &[String], groups: &Groups, covariates: &Covariates) -> Result<()> {
    let mut missing = Vec::new();
    for (place, sample) in samples.iter().enumerate() {
        let mut lacks = Vec::new();
        if groups.codes()[place].is_none() {
            lacks.push("the group".to_string());
        }
        for name in covariates.names() {
            match covariates.get(name)? {
                Covariate::Number(values) if values[place].is_infinite() => lacks.push(format!("{name}, infinite")),
                Covariate::Number(values) if values[place].is_nan() => lacks.push(name.to_string()),
                Covariate::Category(of) if of.codes()[place].is_none() => lacks.push(name.to_string()),
                _ => {}
            }
        }
        if !lacks.is_empty() {
            missing.push(format!("{sample} ({})", lacks.join(", ")));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Error::MissingCovariates { missing }) }
}

/// What each aliased column is a combination of.
fn dependences(names: &[String], columns: &[Vec<f64>], aliased: &[usize]) -> Result<Vec<String>> {
    let left_out: HashSet<usize> = aliased.iter().copied().collect();
    let kept: Vec<usize> = (0..names.len()).filter(|place| !left_out.contains(place)).collect();
    if kept.is_empty() {
        return Ok(names.iter().map(|name| format!("{name} is 0 in all samples")).collect());
    }
    let qr = Qr::new(&kept.iter().map(|&place| &columns[place]).collect::<Vec<_>>())?;
    let mut said = Vec::new();
    for &place in aliased {
        let size = |column: &[f64]| column.iter().map(|v| v * v).sum::<f64>().sqrt();
        let fit = qr.fit(&columns[place])?;
        let on = kept.iter().zip(&fit.coefficients);
        let on = on.filter(|(k, b)| b.unwrap_or(0.0).abs() * size(&columns[**k]) > 1e-7 * size(&columns[place]));
        let on: Vec<&String> = on.map(|(&k, _)| &names[k]).collect();
        said.push(match on.is_empty() {
            true => format!("{} is 0 in all samples", names[place]),
            false => format!("{} is determined by {}", names[place], list(&on)),
        });
    }
    Ok(said)
}
