//! The model: a function of features, an intercept, and a calibrated baseline for curves.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{
    FeatureTable, FitSurvival, Groups, HeldOut, HeldOutBy, Importance, Survival, SurvivalCurves, SurvivalModel,
    WithHeldOut,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::comparable::Comparable;
use super::compat::{self, Arguments, Compat};
use super::constraints::conditions;
use super::function::{Function, Moments, Piecewise};
use super::gram::{Gram, dot};
use super::multipliers;
use super::newton::{Loss, Point, Space, minimise};
use super::settings::{Formulation, Kernel, SvmSettings, TimeScale};
use crate::calibrated::{CalibratedBaseline, curves_if_fitted};
use crate::error::{Error, Result};
use crate::explain::ShapValues;
use crate::input;

/// A fitted survival SVM; see the [module](super).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Svm {
    settings: SvmSettings,
    features: Vec<String>,
    /// Whether rows of the training cases are in it, without ids: a kernel needs its support vectors.
    contains_training_rows: bool,
    /// The number of training cases with a weight in it.
    support_vectors: usize,
    intercept: f64,
    function: Function,
    baseline: Option<CalibratedBaseline>,
}

/// What is learned but curves.
struct Learned {
    function: Function,
    intercept: f64,
    support_vectors: usize,
}

impl Learned {
    /// Of features as they are.
    fn of_compat(
        fitted: Compat,
        kernel: Kernel,
        columns: &[Vec<f64>],
        deviations: Vec<f64>,
        case_weights: &[f64],
    ) -> Self {
        let Compat { weights, mut intercept, of_support } = fitted;
        let kept: Vec<usize> = (0..weights.len()).filter(|&i| weights[i] != 0.0 || !of_support).collect();
        let some = |values: &[f64]| kept.iter().map(|&i| values[i]).collect::<Vec<f64>>();
        let support_vectors = weights.iter().filter(|w| **w != 0.0).count();
        let means = vec![0.0; columns.len()];
        let function = match kernel {
            Kernel::Linear => {
                let coefficient = |(column, d): (&Vec<f64>, &f64)| if *d > 0.0 { dot(column, &weights) } else { 0.0 };
                let coefficients = columns.iter().zip(&deviations).map(coefficient).collect();
                Function::Linear { coefficients, means, deviations }
            }
            kernel => {
                let columns: Vec<Vec<f64>> = columns.iter().map(|c| some(c)).collect();
                let (weights, case_weights) = (some(&weights), some(case_weights));
                if kernel == Kernel::Additive {
                    let scores = Gram::new(kernel, columns.clone()).times(&weights);
                    intercept += scores.iter().sum::<f64>() / scores.len() as f64;
                }
                let as_they_are = Moments { means, deviations: vec![1.0; columns.len()] };
                Function::new(kernel, &columns, as_they_are, &weights, &case_weights)
            }
        };
        Self { function, intercept, support_vectors }
    }
}

impl FitSurvival for SvmSettings {
    type Fitted = Svm;
    type Error = Error;

    /// Learns the function, and curves if they are asked for.
    ///
    /// # Errors
    /// As [`input::check`]; [`Error::Setting`]; [`Error::Constant`] if no feature varies; [`Error::NotConverged`]; [`Error::Stats`] for late
    /// entry; for curves as [`fit_held_out`](Self::fit_held_out).
    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<Svm> {
        if self.curves {
            return self.fit_held_out(features, outcome, None).map(|fitted| fitted.model);
        }
        self.fit_risk(features, outcome)
    }

    /// Learns the function alone.
    fn fit_risk(&self, features: &FeatureTable, outcome: &Survival) -> Result<Svm> {
        self.learn(features, outcome).map(|learned| self.model(learned, features, None))
    }
}

impl SvmSettings {
    /// Learns the function from all cases, scores each case by a function of the other folds, and learns curves from these
    /// scores, which are returned beside the model. Cases of one group stay in one fold.
    ///
    /// # Errors
    /// As [`fit`](FitSurvival::fit), and those of [`FoldSettings::draw`](crate::folds::FoldSettings::draw) and
    /// [`CalibrationSettings::fit`](crate::calibrated::CalibrationSettings::fit); [`Error::Fold`] of a fold.
    pub fn fit_held_out(
        &self,
        features: &FeatureTable,
        outcome: &Survival,
        groups: Option<&Groups>,
    ) -> Result<WithHeldOut<Svm>> {
        // First, for its errors are those of the whole table.
        let learned = self.learn(features, outcome)?;
        let folds = &self.folds;
        let repeats = folds.draw(outcome, groups)?;
        let tasks: Vec<(usize, usize)> =
            (0..repeats.len()).flat_map(|repeat| (0..folds.folds).map(move |fold| (repeat, fold))).collect();
        let score = |&(repeat, fold): &(usize, usize)| -> Result<Vec<f64>> {
            let (others, cases) = (repeats[repeat].others(fold), repeats[repeat].cases(fold));
            let named = |source: Error| Error::Fold { fold: fold + 1, repeat: repeat + 1, source: Box::new(source) };
            let learned = self.learn(&features.rows(&others), &outcome.rows(&others)).map_err(named)?;
            let here = features.rows(&cases);
            let found = learned.function.predict(features.names(), &here).map_err(named)?;
            Ok(found.iter().map(|value| -(value + learned.intercept)).collect())
        };
        let scored: Vec<Result<Vec<f64>>> = tasks.par_iter().map(score).collect();
        let mut means = vec![0.0; outcome.len()];
        for (&(repeat, fold), scores) in tasks.iter().zip(scored) {
            for (case, score) in repeats[repeat].cases(fold).into_iter().zip(scores?) {
                means[case] += score / repeats.len() as f64;
            }
        }
        let by = HeldOutBy::Folds { folds: folds.folds, repeats: folds.repeats };
        let held_out = HeldOut::new(means.into_iter().map(Some).collect(), by)?;
        let baseline = if self.curves { Some(self.calibration.fit(&held_out, outcome)?) } else { None };
        Ok(WithHeldOut { model: self.model(learned, features, baseline), held_out })
    }

    fn model(&self, learned: Learned, features: &FeatureTable, baseline: Option<CalibratedBaseline>) -> Svm {
        let Learned { function, intercept, support_vectors } = learned;
        Svm {
            settings: self.clone(),
            features: features.names().to_vec(),
            contains_training_rows: matches!(function, Function::Vectors { .. }),
            support_vectors,
            intercept,
            function,
            baseline,
        }
    }

    /// Learns the function.
    fn learn(&self, features: &FeatureTable, outcome: &Survival) -> Result<Learned> {
        input::check(features, outcome)?;
        self.check(outcome)?;
        // Cases without weight are as if they were not there.
        let kept: Vec<usize> = (0..outcome.len()).filter(|&i| outcome.weight(i) > 0.0).collect();
        let (fewer, outcome) = match kept.len() == outcome.len() {
            true => (None, outcome.clone()),
            false => (Some(features.rows(&kept)), outcome.rows(&kept)),
        };
        let columns = fewer.as_ref().unwrap_or(features).columns();
        let case_weights: Vec<f64> = (0..outcome.len()).map(|i| outcome.weight(i)).collect();
        let kernel = self.kernel.for_features(columns.len());
        let moments = Moments::new(columns, &case_weights);
        if moments.deviations.iter().all(|d| *d == 0.0) {
            return Err(Error::Constant { features: features.names().to_vec() });
        }
        if let Formulation::SurvivalsvmCompat { programme, cost, pair_cost, pairs } = self.formulation {
            let arguments = Arguments { programme, cost, pair_cost, pairs, kernel };
            let fitted = compat::fit(&arguments, columns, &outcome)?;
            return Ok(Learned::of_compat(fitted, kernel, columns, moments.deviations, &case_weights));
        }
        let gram = Gram::new(kernel, moments.standardised(columns));
        let (weights, mut intercept) = match self.formulation {
            Formulation::Fast { alpha, rank_ratio, intercept } => {
                self.fast(&gram, &outcome, alpha, rank_ratio, intercept)?
            }
            formulation => {
                let conditions = conditions(formulation, &outcome, 1.0 / gram.mean_square())?;
                let solution = multipliers::solve(&gram, &conditions, self.tolerance, self.max_steps)?;
                (solution.weights, solution.intercept)
            }
        };
        let support_vectors = weights.iter().filter(|w| **w != 0.0).count();
        if kernel == Kernel::Additive {
            // The functions of the features have mean 0: what they had goes into the intercept.
            let scores = gram.times(&weights);
            let total: f64 = case_weights.iter().sum();
            intercept += scores.iter().zip(&case_weights).map(|(s, w)| s * w).sum::<f64>() / total;
        }
        let function = Function::new(kernel, columns, moments, &weights, &case_weights);
        Ok(Learned { function, intercept, support_vectors })
    }

    /// The squared losses: weights of cases, and the intercept.
    fn fast(
        &self,
        gram: &Gram,
        outcome: &Survival,
        alpha: Option<f64>,
        rank_ratio: f64,
        intercept: bool,
    ) -> Result<(Vec<f64>, f64)> {
        let n = outcome.len();
        let times = if rank_ratio < 1.0 { TimeScale::Log.of(outcome.times()) } else { vec![0.0; n] };
        let total: f64 = (0..n).map(|i| outcome.weight(i)).sum();
        let middle = (0..n).map(|i| outcome.weight(i) * times[i]).sum::<f64>() / total;
        let pairs = Comparable::new(outcome, Vec::new(), 1.0, 0.0).pairs();
        let (of_pairs, of_cases) = alpha.map_or((1.0 / pairs, 1.0 / total), |alpha| (alpha, alpha));
        let (rank, regression) = (of_pairs * rank_ratio, of_cases * (1.0 - rank_ratio));
        let mut loss = Comparable::new(outcome, times, rank, regression);
        let with_intercept = intercept && regression > 0.0;
        // An intercept is penalised so little that few rounds from where it was find where it would be without penalty.
        let constant = if with_intercept { 1e3 / (regression * total) } else { 0.0 };
        let space = Space { gram, constant, centred: false };
        let mut centre = if with_intercept { middle } else { 0.0 };
        let mut point = Point { weights: vec![0.0; n], scores: vec![centre; n] };
        loss.at(&point.scores);
        let gradient = loss.gradient().to_vec();
        let length = dot(&gradient, &space.times(&gradient)).max(0.0).sqrt();
        for _ in 0..100 {
            minimise(&space, &mut loss, &mut point, self.tolerance * length, self.max_steps)?;
            let moved = constant * point.weights.iter().sum::<f64>();
            centre += moved;
            if moved.abs() <= self.tolerance * (1.0 + centre.abs()) {
                return Ok((point.weights, centre));
            }
            point.scores.iter_mut().for_each(|s| *s += moved);
        }
        Err(Error::NotConverged { what: "the intercept of the survival SVM" })
    }
}

impl Svm {
    /// What it was fitted with.
    pub fn settings(&self) -> &SvmSettings {
        &self.settings
    }

    /// The kernel, with what depends on the number of features.
    pub fn kernel(&self) -> Kernel {
        self.settings.kernel.for_features(self.features.len())
    }

    /// The number of training cases with a weight in it.
    pub fn support_vectors(&self) -> usize {
        self.support_vectors
    }

    /// Whether rows of training cases are in it (without ids).
    pub fn contains_training_rows(&self) -> bool {
        self.contains_training_rows
    }

    /// The score of a case whose features are the means of training (linear, additive: where every function is 0). For formulations
    /// of times it is a time; for others it means nothing.
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// For the linear kernel, of each feature the coefficient in its unit: what the risk rises by with it.
    pub fn coefficients(&self) -> Option<Vec<f64>> {
        match &self.function {
            Function::Linear { coefficients, .. } => Some(coefficients.iter().map(|c| -c).collect()),
            _ => None,
        }
    }

    /// For the additive kernel, of each feature its function, which the risk falls by.
    pub fn functions(&self) -> Option<&[Piecewise]> {
        match &self.function {
            Function::Additive { features } => Some(features),
            _ => None,
        }
    }

    /// Slope and baseline hazard of its curves, if it has curves.
    pub fn baseline(&self) -> Option<&CalibratedBaseline> {
        self.baseline.as_ref()
    }

    /// The learned score of each case, larger for longer times: in formulations with errors of times the predicted time, in the unit that
    /// was learned.
    ///
    /// # Errors
    /// As [`input::columns`].
    pub fn predict_score(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let mut scores = self.function.predict(&self.features, features)?;
        scores.iter_mut().for_each(|s| *s += self.intercept);
        Ok(scores)
    }

    /// How far each feature moves the risk of each case from that of the mean of training.
    ///
    /// # Errors
    /// As [`input::columns`]; [`Error::Setting`] of a kernel that is no sum over features.
    pub fn shap(&self, features: &FeatureTable) -> Result<ShapValues> {
        if let Function::Vectors { .. } = self.function {
            let what =
                "SHAP values are computed of the linear and the additive kernel; importance by permutation takes any";
            return Err(Error::Setting { name: "the kernel", value: format!("{:?}", self.settings.kernel), what });
        }
        let used: Vec<usize> = (0..self.features.len()).filter(|&j| self.function.uses()[j]).collect();
        let terms = used.iter().map(|&j| (self.features[j].as_str(), move |x| -self.function.term(j, x)));
        ShapValues::of_terms(-self.intercept, terms, features)
    }
}

/// In its file are coefficients, functions of features, or support vectors, and slope and baseline hazard.
impl Saved for Svm {
    const FORMAT: Format = Format { name: "radsurv-svm", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        let rows = self.contains_training_rows == matches!(self.function, Function::Vectors { .. });
        let what = "its function is not one of its features";
        if rows && self.function.fits(self.features.len()) { Ok(()) } else { Err(what.to_string()) }
    }
}

impl SurvivalModel for Svm {
    type Error = Error;

    fn features(&self) -> &[String] {
        &self.features
    }

    /// Those that make a difference.
    fn needed(&self) -> Vec<&str> {
        let used = self.features.iter().zip(self.function.uses()).filter(|(_, used)| *used);
        used.map(|(name, _)| name.as_str()).collect()
    }

    /// The negative of the [score](Self::predict_score).
    ///
    /// # Errors
    /// As [`input::columns`].
    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let mut risk = self.predict_score(features)?;
        risk.iter_mut().for_each(|s| *s = -*s);
        Ok(risk)
    }

    /// # Errors
    /// [`Error::NoCurves`] if the model was fitted without.
    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves> {
        curves_if_fitted(self.baseline.as_ref(), &self.predict_risk(features)?, times)
    }

    /// Of a linear SVM the coefficients of the standardised features, without signs; of an additive one the standard deviations of
    /// the functions of the features; of others the root mean squares of the derivatives by the standardised features at the support
    /// vectors.
    fn importance(&self) -> Vec<Importance> {
        let of = |(feature, value): (&String, f64)| Importance { feature: feature.clone(), value };
        let mut all: Vec<Importance> =
            self.features.iter().zip(self.function.importance()).map(of).filter(|i| i.value > 0.0).collect();
        all.sort_by(|a, b| b.value.total_cmp(&a.value));
        all
    }
}
