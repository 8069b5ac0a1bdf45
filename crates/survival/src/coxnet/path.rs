//! Coefficients along a path of lambdas.

use std::collections::BTreeMap;

use radsurv_data::{FeatureTable, Survival, list};
use radsurv_stats::cox::Ties;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::solver::{Penalty, Solver};
use crate::error::{Error, Result};
use crate::input;

/// How a path is fitted.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Survival};
/// use radsurv_survival::coxnet::{PathEnd, PathSettings};
/// let size = [3.0, 1.0, 4.0, 1.5, 5.0, 0.9, 2.6, 5.3];
/// let rows = (1..).zip(size).map(|(i, s)| (format!("P{i}"), vec![("size", s), ("noise", (i * i % 5) as f64)]));
/// let features = FeatureTable::from_rows(rows)?;
/// let outcome = Survival::new(vec![9.0, 20.0, 3.0, 15.0, 5.0, 30.0, 12.0, 1.0], vec![true; 8])?;
/// let path = PathSettings::default().fit(&features, &outcome)?;
/// assert!(path.points[0].coefficients.is_empty());
/// let first = path.points[1].coefficients[0];
/// assert_eq!(path.features[first.feature], "size");
/// assert!(first.value > 0.0);
/// assert_ne!(path.end, PathEnd::Complete);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathSettings {
    /// From 0, ridge regression, to 1, the lasso. Default 1.
    pub alpha: f64,
    /// The lambdas. Default 100, from where all penalised coefficients are zero down.
    pub lambdas: Lambdas,
    /// How much the coefficient of a feature is penalised: 0 not at all, infinity leaves the feature out; 1 for features that
    /// are not named. The factors are then divided by their mean, in which infinity counts as 1, as in glmnet. Default none.
    #[serde(with = "factors")]
    pub penalty_factors: BTreeMap<String, f64>,
    /// Whether features are divided by their standard deviation (with the weights of the cases, and *n* as divisor) before they
    /// are penalised. Coefficients are of the features as they are in any case. Default true.
    pub standardize: bool,
    /// What is done about events at the same time. `Exact` is refused. Default `Breslow`, as in glmnet.
    pub ties: Ties,
    /// How far a derivative may be from the conditions of the minimum, as a part of the largest derivative without features.
    /// Default 1e-8.
    pub tolerance: f64,
}

/// A choice of lambdas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lambdas {
    /// In equal steps of their logarithm, from the smallest one at which all penalised coefficients are zero (with *alpha*
    /// below 0.001 that of 0.001, as in glmnet). Such a path ends early, see [`PathEnd`].
    Grid {
        /// Their number.
        count: usize,
        /// The last divided by the first; none: 0.01 if there are fewer cases than features, else 0.0001.
        ratio: Option<f64>,
    },
    /// These, the largest first. Such a path does not end early.
    Given(Vec<f64>),
}

/// The fitted path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoxnetPath {
    /// The features.
    pub features: Vec<String>,
    /// A point per lambda, the largest first.
    pub points: Vec<PathPoint>,
    /// Twice the difference of the logarithms of the likelihoods of a model with a parameter per case, and of none.
    pub null_deviance: f64,
    /// Whether all lambdas were reached, or why not.
    pub end: PathEnd,
}

/// The coefficients of one lambda.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathPoint {
    /// Lambda.
    pub lambda: f64,
    /// The part of the null deviance that the model explains, from 0 to 1.
    pub deviance_ratio: f64,
    /// The coefficients that are not zero, of the features as they are, in their order.
    pub coefficients: Vec<Coefficient>,
}

/// A coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coefficient {
    /// The place of its feature.
    pub feature: usize,
    /// The logarithm of the hazard ratio of one unit.
    pub value: f64,
}

/// Why a path ends where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathEnd {
    /// All lambdas were reached.
    Complete,
    /// The model explains more than 0.99 of the null deviance: it is saturated.
    Saturated,
    /// The last five points added less than 0.001 of the deviance that is explained.
    NoGain,
    /// The minimum of the next lambda was not found: its coefficients may be infinite.
    NotConverged,
}

/// What glmnet's `fdev` and `devmax` are for Cox models: 1e-5 times 100, and 0.999 times 0.99 / 0.999.
const NO_GAIN: f64 = 1e-3;
const SATURATED: f64 = 0.99;
const POINTS_OF_GAIN: usize = 5;

impl Default for Lambdas {
    fn default() -> Self {
        Self::Grid { count: 100, ratio: None }
    }
}

impl Default for PathSettings {
    fn default() -> Self {
        Self {
            alpha: 1.0,
            lambdas: Lambdas::default(),
            penalty_factors: BTreeMap::new(),
            standardize: true,
            ties: Ties::Breslow,
            tolerance: 1e-8,
        }
    }
}

impl PathSettings {
    /// Fits a path.
    ///
    /// # Errors
    /// Those of [`input::check`]; [`Error::Setting`]; [`Error::Constant`] if no feature varies;
    /// [`MissingColumn`](radsurv_data::Error::MissingColumn) at a penalty factor of a feature that is not there.
    pub fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<CoxnetPath> {
        self.fit_with_offset(features, outcome, None)
    }

    /// The same with a known part of the linear predictor for each case.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and [`Error::Setting`] if there is not a finite offset for each case.
    pub fn fit_with_offset(
        &self,
        features: &FeatureTable,
        outcome: &Survival,
        offset: Option<&[f64]>,
    ) -> Result<CoxnetPath> {
        input::check(features, outcome)?;
        if let Some(offset) = offset
            && (offset.len() != features.cases() || offset.iter().any(|o| !o.is_finite()))
        {
            let value = format!("{} values", offset.len());
            return Err(Error::Setting { name: "offset", value, what: "give a finite number for each case" });
        }
        let factors = self.factors(features)?;
        let rows: Vec<usize> = (0..features.cases()).collect();
        let problem = Problem::new(features.columns(), outcome, offset, &rows, &factors, self.standardize, self.ties)?;
        if problem.usable().is_empty() {
            return Err(Error::Constant { features: features.names().to_vec() });
        }
        let path = self.solve(&problem, rows.len(), usize::MAX);
        Ok(CoxnetPath { features: features.names().to_vec(), ..path })
    }

    /// Checks the settings, and gives the penalty factor of each feature.
    pub(super) fn factors(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let bad = |name, value: String, what| Err(Error::Setting { name, value, what });
        if !(0.0..=1.0).contains(&self.alpha) {
            return bad("alpha", self.alpha.to_string(), "give a number from 0 (ridge) to 1 (lasso)");
        }
        if !(1e-14..=1e-3).contains(&self.tolerance) {
            return bad("tolerance", self.tolerance.to_string(), "give a number from 1e-14 to 0.001");
        }
        if self.ties == Ties::Exact {
            return bad("ties", "exact".to_string(), "give breslow or efron");
        }
        match &self.lambdas {
            Lambdas::Grid { count: 0, .. } => return bad("count of lambdas", "0".to_string(), "give 1 or more"),
            Lambdas::Grid { ratio: Some(ratio), .. } if !(*ratio > 0.0 && *ratio < 1.0) => {
                return bad("ratio of lambdas", ratio.to_string(), "give a number between 0 and 1");
            }
            Lambdas::Given(values) if values.is_empty() || values.iter().any(|l| !(l.is_finite() && *l >= 0.0)) => {
                return bad("lambdas", format!("{values:?}"), "give numbers of at least 0");
            }
            _ => {}
        }
        if let Some((name, factor)) = self.penalty_factors.iter().find(|(_, f)| f.is_nan() || **f < 0.0) {
            return bad(
                "penalty factor",
                format!("{factor} of {name}"),
                "give 0 or more; infinity leaves a feature out",
            );
        }
        let unknown: Vec<&String> =
            self.penalty_factors.keys().filter(|name| features.column(name).is_none()).collect();
        if !unknown.is_empty() {
            let column = format!("{} of the penalty factors", list(&unknown));
            let present = features.names().to_vec();
            return Err(radsurv_data::Error::MissingColumn { table: "the table".to_string(), column, present }.into());
        }
        let of = |name: &String| self.penalty_factors.get(name).copied().unwrap_or(1.0);
        let factors: Vec<f64> = features.names().iter().map(of).collect();
        if factors.iter().all(|f| *f == 0.0 || f.is_infinite()) {
            return bad("penalty factors", "0".to_string(), "penalise a feature at least, or use the Cox model");
        }
        Ok(factors)
    }

    /// The path of a problem, without names of features. `cases` decides about the ratio of lambdas. It ends before the
    /// point at which more than `most` features have entered.
    pub(super) fn solve(&self, problem: &Problem, cases: usize, most: usize) -> CoxnetPath {
        let (likelihood, columns) = (&problem.likelihood, problem.scale.len());
        let failed = |null_deviance| CoxnetPath {
            features: Vec::new(),
            points: Vec::new(),
            null_deviance,
            end: PathEnd::NotConverged,
        };
        let Some(mut solver) = Solver::new(problem, self.tolerance) else { return failed(f64::NAN) };
        let null = solver.ln_likelihood();
        let null_deviance = 2.0 * likelihood.total * (likelihood.saturated - null);
        // Features that are not penalised.
        if !solver.go_to(Penalty { lambda: f64::INFINITY, alpha: 1.0 }, f64::INFINITY) {
            return failed(null_deviance);
        }
        let largest = solver.largest_derivative() / self.alpha.max(1e-3);
        let (lambdas, grid) = match &self.lambdas {
            Lambdas::Grid { count, ratio } => {
                let ratio = ratio.unwrap_or(if cases < columns { 0.01 } else { 1e-4 });
                let step = ratio.ln() / (count - 1).max(1) as f64;
                ((0..*count).map(|i| largest * (step * i as f64).exp()).collect::<Vec<f64>>(), true)
            }
            Lambdas::Given(values) => {
                let mut values = values.clone();
                values.sort_unstable_by(|a, b| b.total_cmp(a));
                (values, false)
            }
        };
        let mut points: Vec<PathPoint> = Vec::with_capacity(lambdas.len());
        let mut end = PathEnd::Complete;
        let mut before = largest;
        let (mut entered, mut count) = (vec![false; columns], 0);
        for lambda in lambdas {
            if !solver.go_to(Penalty { lambda, alpha: self.alpha }, before) {
                end = PathEnd::NotConverged;
                break;
            }
            before = lambda;
            let there = (0..columns).filter(|&j| solver.b[j] != 0.0);
            let coefficients: Vec<Coefficient> =
                there.map(|j| Coefficient { feature: j, value: solver.b[j] / problem.scale[j] }).collect();
            for c in &coefficients {
                count += usize::from(!std::mem::replace(&mut entered[c.feature], true));
            }
            if count > most {
                break;
            }
            let deviance_ratio = (solver.ln_likelihood() - null) / (likelihood.saturated - null);
            points.push(PathPoint { lambda, deviance_ratio, coefficients });
            if grid && points.len() >= POINTS_OF_GAIN {
                let gain = deviance_ratio - points[points.len() - POINTS_OF_GAIN].deviance_ratio;
                if gain < NO_GAIN * deviance_ratio {
                    end = PathEnd::NoGain;
                    break;
                }
                if deviance_ratio > SATURATED {
                    end = PathEnd::Saturated;
                    break;
                }
            }
        }
        CoxnetPath { features: Vec::new(), points, null_deviance, end }
    }
}

impl CoxnetPath {
    /// All coefficients of a point, zeros included.
    ///
    /// # Panics
    /// If there is no such point.
    pub fn coefficients(&self, point: usize) -> Vec<f64> {
        let mut all = vec![0.0; self.features.len()];
        self.points[point].coefficients.iter().for_each(|c| all[c.feature] = c.value);
        all
    }
}

/// Penalty factors in JSON, which has no infinity: there it is the text `inf`.
mod factors {
    use std::collections::BTreeMap;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Factor {
        Number(f64),
        Text(String),
    }

    pub(super) fn serialize<S: Serializer>(factors: &BTreeMap<String, f64>, to: S) -> Result<S::Ok, S::Error> {
        let write = |f: f64| if f.is_infinite() { Factor::Text("inf".to_string()) } else { Factor::Number(f) };
        factors.iter().map(|(name, &f)| (name, write(f))).collect::<BTreeMap<_, _>>().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, f64>, D::Error> {
        let read = |(name, factor): (String, Factor)| match factor {
            Factor::Number(f) => Ok((name, f)),
            Factor::Text(text) if text == "inf" => Ok((name, f64::INFINITY)),
            Factor::Text(text) => Err(D::Error::custom(format!("{text:?} is no penalty factor: give a number or inf"))),
        };
        BTreeMap::<String, Factor>::deserialize(from)?.into_iter().map(read).collect()
    }
}
