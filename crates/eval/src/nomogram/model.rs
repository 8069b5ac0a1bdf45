//! What a nomogram is drawn of.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{Covariates, Survival};
use radsurv_stats::cox::{Baseline, Design, FitSettings, Ties, fit};
use radsurv_stats::terms::{FittedTerms, Terms, Value};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::input::check_time;

/// Survival of a case whose linear predictor is 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineSurvival {
    /// The time.
    pub time: f64,
    /// The probability of surviving longer.
    pub survival: f64,
}

/// A linear predictor of named variables and what survival it means: *η = Σ_j b_j x_j - c*, *S(t) = S_0(t)^exp(η)*.
///
/// Any model of that form can be drawn: fitted here, or published with its coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NomogramModel {
    terms: FittedTerms,
    coefficients: Vec<f64>,
    centre: f64,
    baseline: Vec<BaselineSurvival>,
    range: [f64; 2],
}

impl NomogramModel {
    /// A model with a coefficient per column of its terms, the number *c* that is taken off the linear predictor, survival at
    /// *η* = 0 and ascending times, and the smallest and largest *η* of the cases it was fitted on, which the axes cover.
    ///
    /// # Errors
    /// [`Error::Nomogram`] if there is not a finite coefficient per column, or the rest is not finite, ascending, and between 0
    /// and 1.
    pub fn new(
        terms: FittedTerms,
        coefficients: Vec<f64>,
        centre: f64,
        baseline: Vec<BaselineSurvival>,
        range: [f64; 2],
    ) -> Result<Self> {
        let model = Self { terms, coefficients, centre, baseline, range };
        model.check().map_err(|what| Error::Nomogram { what })?;
        Ok(model)
    }

    /// A Cox model (ties by Efron) of these variables, for survival at these times.
    ///
    /// # Errors
    /// [`Error::Stats`] of variables that are missing in a case or cannot be as asked for (see [`Terms::complete`]), and of the
    /// fit; [`Error::Time`]; [`Error::Nomogram`] if coefficients grow without end, as where a variable separates the events.
    pub fn fit(terms: &Terms, covariates: &Covariates, outcome: &Survival, times: &[f64]) -> Result<Self> {
        times.iter().try_for_each(|time| check_time(*time, outcome))?;
        let terms = terms.fit(covariates)?;
        let columns = terms.columns(covariates)?;
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let found = fit(&Design::new(&slices, outcome), &FitSettings::default()).map_err(|error| terms.named(error))?;
        if !found.infinite.is_empty() {
            let names = terms.names();
            let infinite: Vec<&str> = found.infinite.iter().map(|&j| names[j].as_str()).collect();
            let what = format!(
                "the coefficients of {} grow without end (they separate those with events from the others): leave them out, \
                 or join levels",
                infinite.join(", ")
            );
            return Err(Error::Nomogram { what });
        }
        let eta = found.linear_predictors(&slices)?;
        let hazards = Baseline::new(&eta, outcome, None, Ties::Efron)?;
        let survival = |time: f64| hazards.of(0).map_or(f64::NAN, |hazard| (-hazard.at(time)).exp());
        let baseline = times.iter().map(|&time| BaselineSurvival { time, survival: survival(time) }).collect();
        let counted = || (0..outcome.len()).filter(|&i| outcome.weight(i) > 0.0).map(|i| eta[i]);
        let range = [counted().fold(f64::INFINITY, f64::min), counted().fold(f64::NEG_INFINITY, f64::max)];
        let centre = found.coefficients.iter().zip(&found.means).map(|(b, mean)| b * mean).sum();
        Self::new(terms, found.coefficients, centre, baseline, range)
    }

    /// The variables.
    pub fn terms(&self) -> &FittedTerms {
        &self.terms
    }

    /// A coefficient per column of the terms.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// What is taken off the linear predictor.
    pub fn centre(&self) -> f64 {
        self.centre
    }

    /// Survival at a linear predictor of 0.
    pub fn baseline(&self) -> &[BaselineSurvival] {
        &self.baseline
    }

    /// The smallest and the largest linear predictor of the fitted cases.
    pub fn range(&self) -> [f64; 2] {
        self.range
    }

    /// What some variables add to the linear predictor together, interactions among them included. `values` has a value for
    /// each of the variables, and only for these.
    pub(super) fn part(&self, variables: &[usize], values: &[(usize, &Value)]) -> Result<f64> {
        let all = self.terms.variables();
        let mut coded: Vec<Option<Vec<f64>>> = vec![None; all.len()];
        for (variable, value) in values {
            coded[*variable] = Some(all[*variable].code(value)?);
        }
        let place = |name: &str| all.iter().position(|v| v.name == name);
        let (mut sum, mut next) = (0.0, 0);
        for (variable, columns) in coded.iter().enumerate() {
            if let Some(columns) = columns.as_ref().filter(|_| variables.contains(&variable)) {
                sum += columns.iter().zip(&self.coefficients[next..]).map(|(x, b)| x * b).sum::<f64>();
            }
            next += all[variable].width();
        }
        for pair in self.terms.interactions() {
            let (Some(first), Some(second)) = (place(&pair.first), place(&pair.second)) else { continue };
            if let (Some(a), Some(b), true) = (&coded[first], &coded[second], variables.contains(&first)) {
                let mut coefficients = self.coefficients[next..].iter();
                for b in b {
                    sum += a.iter().zip(&mut coefficients).map(|(a, beta)| a * b * beta).sum::<f64>();
                }
            }
            next += all[first].width() * all[second].width();
        }
        Ok(sum)
    }
}

impl Saved for NomogramModel {
    const FORMAT: Format = Format { name: "radsurv-nomogram", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        let (found, expected) = (self.coefficients.len(), self.terms.names().len());
        if found != expected {
            return Err(format!(
                "it has {found} coefficients for {expected} columns: {}",
                self.terms.names().join(", ")
            ));
        }
        if expected == 0 {
            return Err("it has no variable".to_string());
        }
        let numbers = self.coefficients.iter().chain([&self.centre]).chain(&self.range);
        if numbers.clone().any(|v| !v.is_finite()) || self.range[0] > self.range[1] {
            let range = self.range;
            return Err(format!(
                "its coefficients, centre and range are not finite and ascending: the range is {range:?}"
            ));
        }
        for BaselineSurvival { time, survival } in &self.baseline {
            if !(time.is_finite() && *survival > 0.0 && *survival < 1.0) {
                return Err(format!(
                    "its baseline survival at the time {time} is {survival}, and must be between 0 and 1 without being either: \
                     take a time after the first event at which cases are left"
                ));
            }
        }
        match self.baseline.windows(2).find(|p| p[0].time >= p[1].time || p[0].survival < p[1].survival) {
            Some(pair) => Err(format!("its baseline at {} does not follow that at {}", pair[1].time, pair[0].time)),
            None => Ok(()),
        }
    }
}
