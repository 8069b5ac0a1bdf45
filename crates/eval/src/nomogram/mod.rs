//! Nomograms: a linear predictor as points that are read off axes and added up.
//!
//! Variables that interact, directly or through others, form a component; other variables are components of their own. With
//! *f_c* what component *c* adds to the linear predictor *η = Σ_c f_c - c_0*, its smallest value *m_c* and its range *r_c* over
//! all its axes,
//!
//! *points_c = k (f_c - m_c)*, *k = M / max_c r_c*, *η = Σ_c m_c - c_0 + total / k*, *S(t) = S_0(t)^exp(η)*,
//!
//! so that the variable of largest effect has *M* points (100), and no variable has fewer than 0 on its axes. As rms:
//!
//! | axis | ticks |
//! |---|---|
//! | of a number | round numbers that cover the fitted cases, or the values if there are ten at most |
//! | of a category | its levels, the reference first |
//! | of an interaction | one axis for each combination of the levels of the other variables of the component |
//! | total points | round numbers from 0 |
//! | linear predictor | round numbers that cover the fitted cases |
//! | survival | round numbers between those of the ends of the linear predictor |
//!
//! The axis of a component is that of its first number that is no category and has more than ten values, else of its first
//! variable. Its other variables need levels: those of categories, the values of numbers with ten at most, or
//! [`NomogramSettings::interact`]. In a model with interactions, numbers come before categories.
//!
//! # Edge cases
//! - A patient's points are computed from the model, not read off axes: also between ticks, and beyond the ends of an axis
//!   (fewer than 0 points, or more than its end): [`Traced::beyond`] names the variables outside of the fitted cases.
//! - rms finds ticks of survival by interpolation between 1000 linear predictors; here they are computed exactly.
//!
//! # Sources
//! Harrell: Regression Modeling Strategies, 2nd ed. (2015) section 5.5.2 and 20.10. Iasonos, Schrag, Raj, Panageas: How to build
//! and interpret a nomogram for cancer prognosis, Journal of Clinical Oncology 26 (2008) 1364-1370. Points and axes are those
//! of `nomogram` of rms 6.5.

mod axes;
mod html;
mod model;
mod table;
mod ticks;
mod trace;

use std::collections::BTreeMap;

use radsurv_data::{Covariates, Survival};
use radsurv_stats::terms::{Terms, Value};
use serde::{Deserialize, Serialize};

use crate::error::Result;
pub use model::{BaselineSurvival, NomogramModel};
pub use trace::{SurvivalAt, Traced, TracedAxis};

/// How a nomogram is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct NomogramSettings {
    /// The points of the variable of largest effect, 100.
    pub max_points: f64,
    /// About how many ticks an axis has, 10.
    pub ticks: usize,
    /// Values for the axes of numbers, in place of round ones that cover the fitted cases.
    pub values: BTreeMap<String, Vec<f64>>,
    /// Values of numbers at which the other variables of their interactions get an axis each.
    pub interact: BTreeMap<String, Vec<f64>>,
    /// Ticks of the survival axes, in place of round ones.
    pub survival_ticks: Option<Vec<f64>>,
}

impl Default for NomogramSettings {
    fn default() -> Self {
        Self { max_points: 100.0, ticks: 10, values: BTreeMap::new(), interact: BTreeMap::new(), survival_ticks: None }
    }
}

/// A nomogram; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Covariate, Covariates, Groups, Survival};
/// use radsurv_eval::nomogram::{Nomogram, NomogramSettings};
/// use radsurv_stats::terms::Terms;
/// let age: Vec<f64> = (0..60).map(|i| 40.0 + f64::from(i * 7 % 40)).collect();
/// let outcome = Survival::new((0..60).map(|i| f64::from(70 - i % 13) + f64::from(i) / 9.0 - age[i as usize] / 2.0).collect(),
///     (0..60).map(|i| i % 5 != 0).collect())?;
/// let mut cases = Covariates::new(60);
/// cases.add("age", Covariate::Number(age))?;
/// cases.add("stage", Covariate::Category(Groups::new((0..60).map(|i| Some(if i % 3 == 0 { "I" } else { "II" })))))?;
/// let terms = Terms::new().linear("age").category("stage", None);
/// let nomogram = Nomogram::fit(&terms, &cases, &outcome, &[40.0], &NomogramSettings::default())?;
/// assert_eq!(nomogram.axes.iter().map(|axis| axis.name.as_str()).collect::<Vec<_>>(), ["age", "stage"]);
///
/// let patient = nomogram.trace(&cases.rows(&[3]))?;
/// assert!((patient.axes.iter().map(|axis| axis.points).sum::<f64>() - patient.total).abs() < 1e-9);
/// assert!(patient.survival[0].survival > 0.0);
/// assert!(nomogram.to_html("Survival after treatment")?.contains("<title>Survival after treatment</title>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nomogram {
    /// The axes of the variables, from top to bottom.
    pub axes: Vec<NomogramAxis>,
    /// The ticks of the total points, from 0.
    pub total: Vec<f64>,
    /// The linear predictor at total points.
    pub linear_predictor: Vec<LinearPredictorTick>,
    /// Survival at total points.
    pub survival: Vec<SurvivalAxis>,
    /// The points of the variable of largest effect.
    pub max_points: f64,
    /// How many points a linear predictor of 1 is.
    pub points_per_unit: f64,
    /// The linear predictor of 0 points.
    pub at_zero: f64,
    /// What it is drawn of.
    pub model: NomogramModel,
    /// The components, each with the smallest value of what it adds to the linear predictor.
    #[serde(skip)]
    components: Vec<Component>,
}

/// The axis of a variable: a scale from its values to points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NomogramAxis {
    /// Its name, with the values of the other variables of an interaction: `age (sex=f)`.
    pub name: String,
    /// The variable.
    pub variable: String,
    /// The values of the other variables that it interacts with; the axis holds for these.
    pub given: Vec<Given>,
    /// The ticks. Points need not rise with values: effects of splines may turn.
    pub ticks: Vec<AxisTick>,
}

/// The value of a variable for which an axis holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Given {
    /// The variable.
    pub variable: String,
    /// Its value.
    pub value: Value,
}

/// A tick of a variable's axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AxisTick {
    /// The value.
    pub value: Value,
    /// The value as text.
    pub label: String,
    /// Its points.
    pub points: f64,
}

/// A tick of the linear predictor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LinearPredictorTick {
    /// The linear predictor.
    pub value: f64,
    /// The total points there.
    pub points: f64,
}

/// The axis of survival at a time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SurvivalAxis {
    /// The time.
    pub time: f64,
    /// The ticks, by ascending survival: descending points.
    pub ticks: Vec<SurvivalTick>,
}

/// A tick of a survival axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SurvivalTick {
    /// The probability of surviving longer than the time.
    pub survival: f64,
    /// The total points there; they can be beyond the ticks of the total points.
    pub points: f64,
}

/// Variables that interact with one another.
#[derive(Debug, Clone, PartialEq)]
struct Component {
    /// The places of its variables, the one on the axis first.
    variables: Vec<usize>,
    /// The smallest value of what it adds to the linear predictor, over its axes.
    lowest: f64,
    /// Where its axes begin and end among all.
    axes: std::ops::Range<usize>,
}

impl Nomogram {
    /// The nomogram of a model.
    ///
    /// # Errors
    /// [`Error::Nomogram`](crate::Error::Nomogram) if variables interact of which none has levels, or no variable has an effect;
    /// [`Error::Setting`](crate::Error::Setting) of settings that cannot be; [`Error::Unknown`](crate::Error::Unknown) at values
    /// for a variable that is not there.
    pub fn new(model: NomogramModel, settings: &NomogramSettings) -> Result<Self> {
        axes::draw(model, settings)
    }

    /// The nomogram of a Cox model of these variables, with survival at these times.
    ///
    /// # Errors
    /// As [`NomogramModel::fit`] and [`new`](Self::new).
    pub fn fit(
        terms: &Terms,
        covariates: &Covariates,
        outcome: &Survival,
        times: &[f64],
        settings: &NomogramSettings,
    ) -> Result<Self> {
        Self::new(NomogramModel::fit(terms, covariates, outcome, times)?, settings)
    }
}
