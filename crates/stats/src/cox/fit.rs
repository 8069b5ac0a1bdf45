//! The coefficients of largest partial likelihood.

use radsurv_data::Survival;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Ties;
use super::firth;
use super::likelihood::{BLOCK, Evaluation, Likelihood};
use super::newton::{self, Maximum, Rule};
use super::risk_sets::RiskSets;
use crate::cholesky::Cholesky;
use crate::error::{Error, Result};
use crate::linear::{self, Qr};

/// What is fitted: columns of equal length, the outcomes, and what else is known of the cases.
#[derive(Debug, Clone, Copy)]
pub struct Design<'a> {
    /// The covariates, a value per case each.
    pub columns: &'a [&'a [f64]],
    /// The outcomes, with their weights and entries.
    pub outcome: &'a Survival,
    /// A number per case: cases of one stratum share a baseline hazard of their own.
    pub strata: Option<&'a [usize]>,
    /// A part of the linear predictor with a coefficient of 1.
    pub offset: Option<&'a [f64]>,
}

impl<'a> Design<'a> {
    /// A design without strata and offset.
    pub fn new(columns: &'a [&'a [f64]], outcome: &'a Survival) -> Self {
        Self { columns, outcome, strata: None, offset: None }
    }
}

/// What the partial likelihood is multiplied with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Penalty {
    /// Nothing.
    #[default]
    None,
    /// Firth's *det(I)^½*, Jeffreys' prior: finite coefficients also where the data are separated, and less bias in small
    /// samples. Not with [`Ties::Exact`]. Heinze and Schemper: A solution to the problem of monotone likelihood in Cox
    /// regression, Biometrics 57 (2001) 114-119.
    Firth,
}

/// How a Cox model is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FitSettings {
    /// How events of the same time are counted.
    pub ties: Ties,
    /// What the likelihood is multiplied with.
    pub penalty: Penalty,
    /// The number of Newton steps at most; coxph's 20 rarely is too few, Firth's penalty takes more.
    pub max_iterations: usize,
    /// The likelihood has converged when it changes by less than this part of itself; 1e-9 as coxph.
    pub tolerance: f64,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self { ties: Ties::Efron, penalty: Penalty::None, max_iterations: 100, tolerance: 1e-9 }
    }
}

/// A fitted Cox model.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// A coefficient per column: the log hazard ratio of a difference of 1.
    pub coefficients: Vec<f64>,
    /// The inverse of the information at the coefficients, row by row: their covariance.
    pub variance: Vec<f64>,
    /// The log partial likelihood; with Firth's penalty of both.
    pub log_likelihood: f64,
    /// The same at coefficients of 0.
    pub null_log_likelihood: f64,
    /// *u' I⁻¹ u* at coefficients of 0: the score test.
    pub score_test: f64,
    /// The number of Newton steps.
    pub iterations: usize,
    /// The columns whose coefficients have no finite maximum, as when a column separates those with events from the
    /// others ("monotone likelihood"): their values and errors mean nothing. Firth's penalty keeps them finite.
    pub infinite: Vec<usize>,
    /// How ties were counted.
    pub ties: Ties,
    /// The means of the columns, weighted.
    pub means: Vec<f64>,
    /// The number of cases with a weight above 0.
    pub cases: usize,
    /// The number of their events.
    pub events: usize,
}

impl Fit {
    /// The linear predictor of other cases, *Σ_j b_j (x_j - mean_j)*, from columns in the order of the fit.
    ///
    /// # Errors
    /// [`Error::Length`] if there are not as many columns, or they differ in length.
    pub fn linear_predictors<C: AsRef<[f64]>>(&self, columns: &[C]) -> Result<Vec<f64>> {
        let (found, expected) = (columns.len(), self.coefficients.len());
        if found != expected {
            return Err(Error::Length { column: found.min(expected), found, expected });
        }
        let rows = columns.first().map_or(0, |c| c.as_ref().len());
        let mut eta = vec![0.0; rows];
        for (j, column) in columns.iter().map(AsRef::as_ref).enumerate() {
            if column.len() != rows {
                return Err(Error::Length { column: j, found: column.len(), expected: rows });
            }
            eta.iter_mut().zip(column).for_each(|(eta, x)| *eta += self.coefficients[j] * (x - self.means[j]));
        }
        Ok(eta)
    }
}

/// Fits a Cox model.
///
/// # Errors
/// [`Error::Length`], [`Error::Missing`] and [`Error::Infinite`] of columns (the offset is the column after the last);
/// [`Error::NoEvents`]; [`Error::TooManyColumns`] if there are not more cases than columns; [`Error::Constant`];
/// [`Error::Collinear`] with the columns that a column depends on, by [`Qr`] or, if it does within the sets at risk only,
/// by the information; [`Error::NotConverged`]; with [`Ties::Exact`] [`Error::Unsupported`] of weights and of Firth's penalty.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::cox::{Design, FitSettings, fit};
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vec![true, true, false, true, true, false])?;
/// let age = [71.0, 60.0, 55.0, 65.0, 40.0, 52.0];
/// let columns = [&age[..]];
/// let found = fit(&Design::new(&columns, &outcome), &FitSettings::default())?;
/// assert!(found.coefficients[0] > 0.0 && found.infinite.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(design: &Design, settings: &FitSettings) -> Result<Fit> {
    let scaled = Scaled::new(design, settings.ties)?;
    let (likelihood, size) = (&scaled.likelihood, scaled.scales.len());
    let rule = Rule {
        max_iterations: settings.max_iterations,
        tolerance: settings.tolerance,
        unbounded: settings.penalty == Penalty::None,
    };
    let mut begun = false;
    let checked = |beta: &[f64]| -> Result<Evaluation> {
        let found = likelihood.at(beta);
        if !begun {
            begun = true;
            scaled.independent(design, &found.information)?;
        }
        match settings.penalty {
            Penalty::None => Ok(found),
            Penalty::Firth => firth::penalised(likelihood, beta, found),
        }
    };
    if settings.penalty == Penalty::Firth && settings.ties == Ties::Exact {
        return Err(Error::Unsupported {
            method: "Firth's penalty",
            what: "the exact likelihood of ties; take Efron's or Breslow's",
        });
    }
    let Maximum { beta, first, last, iterations, infinite } = newton::maximise(size, rule, checked)?;
    let step = Cholesky::new(size, &first.information)?.solve(&first.gradient)?;
    let mut variance = match Cholesky::new(size, &last.information) {
        Ok(factors) => factors.inverse(),
        Err(_) => vec![f64::INFINITY; size * size],
    };
    let scales = &scaled.scales;
    variance.iter_mut().enumerate().for_each(|(at, v)| *v /= scales[at / size] * scales[at % size]);
    Ok(Fit {
        coefficients: beta.iter().zip(scales).map(|(b, s)| b / s).collect(),
        variance,
        log_likelihood: last.log_likelihood,
        null_log_likelihood: first.log_likelihood,
        score_test: step.iter().zip(&first.gradient).map(|(s, u)| s * u).sum(),
        iterations,
        infinite,
        ties: settings.ties,
        cases: likelihood.sets.order.len(),
        events: likelihood.sets.events(),
        means: scaled.means,
    })
}

/// Information per event that is none: columns have unit variance, and this much of it is rounding.
pub(super) const ROUNDING: f64 = 1e-13;

/// The likelihood of columns less their means, of a standard deviation of 1.
pub(super) struct Scaled {
    pub(super) likelihood: Likelihood,
    pub(super) means: Vec<f64>,
    pub(super) scales: Vec<f64>,
}

impl Scaled {
    pub(super) fn new(design: &Design, ties: Ties) -> Result<Self> {
        let rows = design.outcome.len();
        for (column, values) in design.columns.iter().copied().chain(design.offset).enumerate() {
            linear::check(values, column, rows)?;
        }
        let sets = RiskSets::new(design.outcome, design.strata, ties)?;
        let cases = sets.order.len();
        if cases <= design.columns.len() {
            return Err(Error::TooManyColumns { columns: design.columns.len(), cases });
        }
        let scaled = |(column, values): (usize, &&[f64])| standardised(&sets, column, values);
        // All, so that the error is that of the first column for any number of threads.
        let done: Vec<Result<Standardised>> = match cases > BLOCK {
            true => design.columns.par_iter().enumerate().map(scaled).collect(),
            false => design.columns.iter().enumerate().map(scaled).collect(),
        };
        let (mut columns, mut means, mut scales) = (Vec::new(), Vec::new(), Vec::new());
        for column in done {
            let Standardised { values, mean, scale } = column?;
            columns.push(values);
            means.push(mean);
            scales.push(scale);
        }
        let offset = design.offset.map(|offset| {
            let mut offset = sets.sorted(offset);
            let centre = mean(&sets, &offset);
            offset.iter_mut().for_each(|v| *v -= centre);
            offset
        });
        Ok(Self { likelihood: Likelihood { sets, columns, offset }, means, scales })
    }

    /// Refuses columns that depend on the others: by their values, or where it counts, among those at risk together.
    fn independent(&self, design: &Design, information: &[f64]) -> Result<()> {
        let size = self.scales.len();
        // As coxph's, whose tolerance it is; what is far from it needs no second look.
        const ALIASED: f64 = 1.8e-12;
        let Some((column, left, on)) = weakest(size, information, 1e-8, self.likelihood.sets.event_weight()) else {
            return Ok(());
        };
        let qr = Qr::new(&self.likelihood.columns)?;
        if let Some(&column) = qr.aliased().iter().min() {
            let before: Vec<usize> = (0..design.columns.len()).filter(|j| !qr.aliased().contains(j)).collect();
            let others: Vec<&[f64]> = before.iter().map(|&j| &self.likelihood.columns[j][..]).collect();
            let fit = Qr::new(&others)?.fit(&self.likelihood.columns[column])?;
            let counts = |b: &Option<f64>| b.is_some_and(|b| b.abs() > 1e-6);
            let on = before.iter().zip(&fit.coefficients).filter(|(_, b)| counts(b)).map(|(&j, _)| j).collect();
            return Err(Error::Collinear { column, on });
        }
        if left < ALIASED { Err(Error::Collinear { column, on }) } else { Ok(()) }
    }
}

/// A column in the order of positions, less its weighted mean, of a standard deviation of 1.
pub(super) struct Standardised {
    pub(super) values: Vec<f64>,
    pub(super) mean: f64,
    pub(super) scale: f64,
}

/// A column of finite values standardised; `column` is for messages.
pub(super) fn standardised(sets: &RiskSets, column: usize, values: &[f64]) -> Result<Standardised> {
    let mut values = sets.sorted(values);
    if values.iter().all(|v| *v == values[0]) {
        return Err(Error::Constant { column });
    }
    // Twice: the first mean of large values has lost digits.
    let rough = mean(sets, &values);
    values.iter_mut().for_each(|v| *v -= rough);
    let rest = mean(sets, &values);
    let squares: f64 = sets.weight.iter().zip(&values).map(|(w, x)| w * (x - rest).powi(2)).sum();
    let scale = (squares / sets.weight.iter().sum::<f64>()).sqrt();
    if !scale.is_finite() {
        return Err(Error::Overflow { name: "variance of a column" });
    }
    if !scale.is_normal() {
        return Err(Error::Constant { column });
    }
    values.iter_mut().for_each(|v| *v = (*v - rest) / scale);
    Ok(Standardised { values, mean: rough + rest, scale })
}

/// The weighted mean of values of positions.
fn mean(sets: &RiskSets, values: &[f64]) -> f64 {
    let total: f64 = sets.weight.iter().sum();
    sets.weight.iter().zip(values).map(|(w, x)| w * x).sum::<f64>() / total
}

/// The first column of which less than `tolerance` of its information is left once the columns before are taken out, how
/// much, and the columns it then depends on.
/// `events` is the weight of all events.
fn weakest(size: usize, information: &[f64], tolerance: f64, events: f64) -> Option<(usize, f64, Vec<usize>)> {
    let mut lower = vec![0.0; size * size];
    for j in 0..size {
        for k in 0..=j {
            let done: f64 = (0..k).map(|l| lower[j * size + l] * lower[k * size + l]).sum();
            let value = information[j * size + k] - done;
            if k < j {
                lower[j * size + k] = value / lower[k * size + k];
                continue;
            }
            let whole = information[j * size + j];
            let left = if whole <= ROUNDING * events { 0.0 } else { value / whole };
            if left < tolerance {
                let mut on = lower[j * size..j * size + j].to_vec();
                for l in (0..j).rev() {
                    on[l] /= lower[l * size + l];
                    let by = on[l];
                    (0..l).for_each(|m| on[m] -= lower[l * size + m] * by);
                }
                let on = (0..j).filter(|&l| on[l].abs() > 1e-6).collect();
                return Some((j, left, on));
            }
            lower[j * size + j] = value.sqrt();
        }
    }
    None
}
