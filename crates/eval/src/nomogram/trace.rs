//! One patient on a nomogram.

use radsurv_data::{Covariate, Covariates};
use radsurv_stats::terms::{Coding, Value, Variable};
use serde::Serialize;

use super::Nomogram;
use super::axes::label;
use crate::error::{Error, Result};

/// A patient's place on an axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TracedAxis {
    /// The place of the axis among [`Nomogram::axes`]; `None` if the component has no axis for these values, as between the
    /// values of a number that were chosen for an interaction.
    pub axis: Option<usize>,
    /// The variable on the axis.
    pub variable: String,
    /// Its value.
    pub value: Value,
    /// Its value as text.
    pub label: String,
    /// The points.
    pub points: f64,
}

/// Survival at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SurvivalAt {
    /// The time.
    pub time: f64,
    /// The probability of surviving longer.
    pub survival: f64,
}

/// What a nomogram says of a patient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Traced {
    /// The points on each axis that holds for the patient.
    pub axes: Vec<TracedAxis>,
    /// The total points.
    pub total: f64,
    /// The linear predictor.
    pub linear_predictor: f64,
    /// The survival.
    pub survival: Vec<SurvivalAt>,
    /// Variables whose values are beyond those of the fitted cases: predictions are extrapolated.
    pub beyond: Vec<String>,
}

impl Nomogram {
    /// The points, total and survival of the one case of these covariates.
    ///
    /// # Errors
    /// [`Error::Cases`] if there is not one case; [`Error::Stats`] at a variable that is missing, is not as it was fitted, or
    /// has a level that was not.
    pub fn trace(&self, case: &Covariates) -> Result<Traced> {
        if case.cases() != 1 {
            return Err(Error::Cases { what: "covariates", found: case.cases(), outcomes: 1 });
        }
        let value = |variable: &Variable| -> Result<Value> {
            let name = &variable.name;
            let missing = || {
                let what = "is missing: a nomogram needs all variables".to_string();
                Error::Stats(radsurv_stats::Error::Variable { name: name.clone(), what })
            };
            Ok(match (&variable.coding, case.get(name)?) {
                (Coding::Category { .. }, _) => {
                    Value::Level(case.groups(name)?.label(0).ok_or_else(missing)?.to_string())
                }
                (_, Covariate::Number(x)) if x[0].is_nan() => return Err(missing()),
                (_, Covariate::Number(x)) => Value::Number(x[0]),
                (_, Covariate::Category(groups)) => Value::Level(groups.label(0).ok_or_else(missing)?.to_string()),
            })
        };
        let values: Vec<Value> = self.model.terms().variables().iter().map(value).collect::<Result<_>>()?;
        self.trace_values(&values)
    }

    /// The same of a value per variable, in the order of the model's variables.
    ///
    /// # Errors
    /// [`Error::Cases`] if there is not a value per variable; [`Error::Stats`] as [`trace`](Self::trace).
    pub fn trace_values(&self, values: &[Value]) -> Result<Traced> {
        let variables = self.model.terms().variables();
        if values.len() != variables.len() {
            return Err(Error::Cases { what: "values", found: values.len(), outcomes: variables.len() });
        }
        let mut axes = Vec::new();
        for component in &self.components {
            let own: Vec<(usize, &Value)> = component.variables.iter().map(|&v| (v, &values[v])).collect();
            let effect = self.model.part(&component.variables, &own)?;
            let holds = |axis: &usize| {
                self.axes[*axis].given.iter().zip(&own[1..]).all(|(given, (_, value))| given.value == **value)
            };
            let first = component.variables[0];
            axes.push(TracedAxis {
                axis: component.axes.clone().find(holds),
                variable: variables[first].name.clone(),
                value: values[first].clone(),
                label: label(&values[first]),
                points: (effect - component.lowest) * self.points_per_unit,
            });
        }
        let total: f64 = axes.iter().map(|axis| axis.points).sum();
        let linear_predictor = self.at_zero + total / self.points_per_unit;
        let factor = linear_predictor.exp();
        let survival = self
            .model
            .baseline()
            .iter()
            .map(|baseline| SurvivalAt { time: baseline.time, survival: baseline.survival.powf(factor) })
            .collect();
        let beyond = variables.iter().zip(values).filter(|(variable, value)| match (&variable.coding, value) {
            (Coding::Linear { observed } | Coding::Spline { observed, .. }, Value::Number(x)) => {
                !(observed.lowest..=observed.highest).contains(x)
            }
            _ => false,
        });
        let beyond = beyond.map(|(variable, _)| variable.name.clone()).collect();
        Ok(Traced { axes, total, linear_predictor, survival, beyond })
    }
}
