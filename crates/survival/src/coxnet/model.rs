//! The model: a path, the lambda that was chosen, and a baseline for curves.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{FeatureTable, FitSurvival, Importance, StepFunction, Survival, SurvivalCurves, SurvivalModel};
use radsurv_stats::cox::baseline;
use serde::{Deserialize, Serialize};

use super::cross_validation::{CrossValidation, CrossValidationSettings, Measure, ValidatedPoint};
use super::path::{Coefficient, CoxnetPath, Lambdas, PathPoint, PathSettings};
use crate::error::{Error, Result};
use crate::explain::ShapValues;
use crate::input;

/// The lambda of a model.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LambdaChoice {
    /// The best one of cross-validation.
    #[default]
    LambdaMin,
    /// The largest one that is not worse than the best by more than a standard error: fewer features.
    #[serde(rename = "lambda-1se")]
    Lambda1Se,
    /// This one, without cross-validation.
    Fixed(f64),
}

/// How a model is fitted.
///
/// The lambda is chosen once, from the training cases. Risk is the linear predictor *sum_j b_j (x_j - mean_j)*; curves are
/// *exp(-H(t) exp(risk))* with the baseline hazard of the training cases at their risks. Shrunken coefficients make risks that
/// differ too little between cases, and the lasso is least shrunken at the smallest lambda: neither is corrected here, but
/// [`Calibrated`](crate::calibrated::Calibrated) curves are.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
/// use radsurv_survival::coxnet::CoxnetSettings;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..60).map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
/// let outcome = Survival::new(times, (0..60).map(|i| i % 4 > 0).collect())?;
/// let model = CoxnetSettings::default().fit(&features, &outcome)?;
/// assert_eq!(model.importance()[0].feature, "f0");
/// assert!(model.predict_survival(&features, &[12.0, 24.0])?.of(3)[1] < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CoxnetSettings {
    /// The path.
    pub path: PathSettings,
    /// Which of its lambdas is taken. Default the best one.
    pub lambda: LambdaChoice,
    /// How it is cross-validated, if it is.
    pub cross_validation: CrossValidationSettings,
}

/// A fitted elastic net.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coxnet {
    settings: CoxnetSettings,
    path: CoxnetPath,
    /// The place of the chosen lambda.
    chosen: usize,
    validated: Option<Validated>,
    /// Mean and standard deviation of each feature that is in the model, in the order of its coefficients.
    moments: Vec<Moments>,
    baseline: StepFunction,
}

/// What is kept of cross-validation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Validated {
    measure: Measure,
    points: Vec<ValidatedPoint>,
    minimum: usize,
    one_error: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moments {
    mean: f64,
    deviation: f64,
}

impl FitSurvival for CoxnetSettings {
    type Fitted = Coxnet;
    type Error = Error;

    /// Fits the path, chooses the lambda, and takes the baseline.
    ///
    /// # Errors
    /// As [`CrossValidationSettings::run`]; [`Error::Setting`] if a fixed lambda is not a number of at least 0;
    /// [`Error::NotConverged`] if it is not reached; [`Error::Stats`] if risks leave the range of the exponential.
    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<Coxnet> {
        let (path, chosen, validated) = match self.lambda {
            LambdaChoice::Fixed(lambda) => {
                let (path, chosen) = self.at(lambda, features, outcome)?;
                (path, chosen, None)
            }
            choice => {
                let CrossValidation { path, measure, points, minimum, one_error } =
                    self.cross_validation.run(&self.path, features, outcome)?;
                let chosen = if choice == LambdaChoice::LambdaMin { minimum } else { one_error };
                (path, chosen, Some(Validated { measure, points, minimum, one_error }))
            }
        };
        let total: f64 = (0..outcome.len()).map(|i| outcome.weight(i)).sum();
        let moments = |c: &Coefficient| {
            let column = &features.columns()[c.feature];
            let weighted = |f: &dyn Fn(f64) -> f64| {
                column.iter().enumerate().map(|(i, v)| outcome.weight(i) * f(*v)).sum::<f64>() / total
            };
            let mean = weighted(&|v| v);
            Moments { mean, deviation: weighted(&|v| (v - mean) * (v - mean)).sqrt() }
        };
        let moments: Vec<Moments> = path.points[chosen].coefficients.iter().map(moments).collect();
        let mut model = Coxnet {
            settings: self.clone(),
            path,
            chosen,
            validated,
            moments,
            baseline: StepFunction::new(0.0, Vec::new(), Vec::new())?,
        };
        model.baseline = baseline::of_scores(&model.predict_risk(features)?, outcome, self.path.ties)?;
        Ok(model)
    }
}

impl CoxnetSettings {
    /// The path with a point of this lambda, and its place.
    fn at(&self, lambda: f64, features: &FeatureTable, outcome: &Survival) -> Result<(CoxnetPath, usize)> {
        let given = PathSettings { lambdas: Lambdas::Given(vec![lambda]), ..self.path.clone() };
        let point = given.fit(features, outcome)?.points.pop();
        let point = point.ok_or(Error::NotConverged { what: "the model of the fixed lambda" })?;
        let mut path = self.path.fit(features, outcome)?;
        let place = path.points.partition_point(|p| p.lambda > lambda);
        path.points.insert(place, point);
        Ok((path, place))
    }
}

impl Coxnet {
    /// What it was fitted with.
    pub fn settings(&self) -> &CoxnetSettings {
        &self.settings
    }

    /// The whole path of the training cases.
    pub fn path(&self) -> &CoxnetPath {
        &self.path
    }

    /// The point of the path that is the model.
    pub fn chosen(&self) -> &PathPoint {
        &self.path.points[self.chosen]
    }

    /// The curve of cross-validation; empty with a fixed lambda.
    pub fn validated(&self) -> &[ValidatedPoint] {
        self.validated.as_ref().map_or(&[], |v| &v.points)
    }

    /// The path with its cross-validation, if lambda was chosen by one.
    pub fn cross_validation(&self) -> Option<CrossValidation> {
        let Validated { measure, points, minimum, one_error } = self.validated.clone()?;
        Some(CrossValidation { path: self.path.clone(), measure, points, minimum, one_error })
    }

    /// The best point of cross-validation, and that of one standard error, if there was one.
    pub fn best(&self) -> Option<[&ValidatedPoint; 2]> {
        self.validated.as_ref().map(|v| [&v.points[v.minimum], &v.points[v.one_error]])
    }

    /// How far each feature moves the log hazard of each case from that of the means of training: *b_j (x_j - mean_j)*.
    ///
    /// # Errors
    /// As [`input::columns`].
    pub fn shap(&self, features: &FeatureTable) -> Result<ShapValues> {
        let of = |(c, moments): (&Coefficient, &Moments)| {
            let (value, mean) = (c.value, moments.mean);
            (self.path.features[c.feature].as_str(), move |x: f64| value * (x - mean))
        };
        ShapValues::of_terms(0.0, self.chosen().coefficients.iter().zip(&self.moments).map(of), features)
    }

    /// The cumulative hazard of a case whose features are the means of training.
    pub fn baseline(&self) -> &StepFunction {
        &self.baseline
    }
}

/// In its file are coefficients, means and deviations of features, and the baseline hazard with its event times.
impl Saved for Coxnet {
    const FORMAT: Format = Format { name: "radsurv-coxnet", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        let features = self.path.features.len();
        let known = self.path.points.iter().flat_map(|p| &p.coefficients).all(|c| c.feature < features);
        let fits = self.path.points.get(self.chosen).is_some_and(|p| p.coefficients.len() == self.moments.len());
        let places = self.validated.as_ref().is_none_or(|v| v.minimum.max(v.one_error) < v.points.len());
        let what = "its coefficients are not those of its features and lambdas";
        if known && fits && places { Ok(()) } else { Err(what.to_string()) }
    }
}

impl SurvivalModel for Coxnet {
    type Error = Error;

    /// All features of training, also those whose coefficient is zero.
    fn features(&self) -> &[String] {
        &self.path.features
    }

    /// Those with a coefficient.
    fn needed(&self) -> Vec<&str> {
        self.chosen().coefficients.iter().map(|c| self.path.features[c.feature].as_str()).collect()
    }

    /// The linear predictor: the log hazard ratio to a case whose features are the means of training.
    ///
    /// # Errors
    /// As [`input::columns`].
    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let columns = input::columns(features, &self.needed())?;
        let mut risk = vec![0.0; features.cases()];
        for ((c, moments), column) in self.chosen().coefficients.iter().zip(&self.moments).zip(columns) {
            risk.iter_mut().zip(column).for_each(|(risk, x)| *risk += c.value * (x - moments.mean));
        }
        Ok(risk)
    }

    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves> {
        Ok(baseline::curves(&self.baseline, &self.predict_risk(features)?, times)?)
    }

    /// *|b| sd*, the coefficient of the standardised feature.
    fn importance(&self) -> Vec<Importance> {
        let of = |(c, m): (&Coefficient, &Moments)| Importance {
            feature: self.path.features[c.feature].clone(),
            value: (c.value * m.deviation).abs(),
        };
        let mut all: Vec<Importance> = self.chosen().coefficients.iter().zip(&self.moments).map(of).collect();
        all.sort_by(|a, b| b.value.total_cmp(&a.value));
        all
    }
}
