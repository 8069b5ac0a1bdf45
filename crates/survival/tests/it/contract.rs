//! What holds of every survival model: a model is one more test here.

use crate::support::contract::{Contract, contract};
use radsurv_stats::cox::{Penalty, Ties};
use radsurv_survival::boosting::gradient::{GradientBoostingSettings, GradientLoss, Learner};
use radsurv_survival::boosting::newton::{BoostingTies, Distribution, Method, NewtonBoostingSettings, Objective};
use radsurv_survival::boosting::{Monotone, Stopping};
use radsurv_survival::calibrated::{Calibrated, CalibrationSettings, Slope};
use radsurv_survival::cox::{CoxErrors, CoxSettings};
use radsurv_survival::coxnet::{CoxnetSettings, CrossValidationSettings, LambdaChoice, Measure, PathSettings};
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::forest::{CurveRule, CutPoints, ForestSettings, SplitRule, TriedFeatures};
use radsurv_survival::svm::{Formulation, Kernel, Pairs, SvmSettings, TimeScale};

#[test]
fn cox() {
    let default = CoxSettings::default();
    for settings in [
        default.clone(),
        CoxSettings { ties: Ties::Breslow, errors: CoxErrors::Robust, ..default.clone() },
        CoxSettings { ties: Ties::Exact, ..default.clone() },
        CoxSettings { penalty: Penalty::Firth, ..default.clone() },
    ] {
        contract(&settings, &Contract::default());
    }
}

#[test]
fn coxnet() {
    let elastic = PathSettings { alpha: 0.5, ties: Ties::Efron, ..PathSettings::default() };
    // Rows in another order have other folds.
    let drawn = Contract { permuted: None, weights: false, ..Contract::default() };
    let concordance = CrossValidationSettings { measure: Measure::Concordance, repeats: 2, folds: 4, seed: 3 };
    for (settings, promised) in [
        (CoxnetSettings { lambda: LambdaChoice::Fixed(0.02), ..Default::default() }, Contract::default()),
        (
            CoxnetSettings { path: elastic.clone(), lambda: LambdaChoice::Fixed(0.02), ..Default::default() },
            Contract::default(),
        ),
        (CoxnetSettings::default(), drawn),
        (
            CoxnetSettings { path: elastic, lambda: LambdaChoice::Lambda1Se, cross_validation: concordance },
            Contract { permuted: None, weights: false, ..Contract::default() },
        ),
    ] {
        contract(&settings, &promised);
    }
}

#[test]
fn calibrated() {
    // Rows in another order have other folds.
    let drawn = Contract { permuted: None, weights: false, ..Contract::default() };
    let lasso = CoxnetSettings { lambda: LambdaChoice::Fixed(0.05), ..Default::default() };
    contract(&Calibrated { model: lasso, ..Default::default() }, &drawn);
    let folds = FoldSettings { folds: 4, repeats: 3, seed: 8 };
    let calibration = CalibrationSettings { slope: Slope::One, ties: Ties::Breslow };
    contract(&Calibrated { model: CoxSettings::default(), folds, calibration }, &drawn);
}

#[test]
fn forest() {
    // Nothing is drawn: all cases, features and cut points.
    let exact = ForestSettings {
        trees: 2,
        cut_points: CutPoints::All,
        tried_features: TriedFeatures::All,
        min_split: 24,
        min_leaf: 12,
        fraction: 1.0,
        ..Default::default()
    };
    let score = ForestSettings { split_rule: SplitRule::LogRankScore, curves: CurveRule::MeanHazard, ..exact.clone() };
    contract(&exact, &Contract::default());
    contract(&score, &Contract::default());
    // Rows in another order are drawn for other trees.
    let drawn = Contract { permuted: None, weights: false, ..Contract::default() };
    let trees = 150;
    for settings in [
        ForestSettings { trees, ..Default::default() },
        ForestSettings { trees, ..ForestSettings::ranger() },
        ForestSettings { trees, ..ForestSettings::scikit_survival(4) },
        ForestSettings { trees, cut_points: CutPoints::Uniform(3), replace: true, fraction: 0.7, ..Default::default() },
        ForestSettings { trees, max_depth: Some(3), seed: 9, ..Default::default() },
    ] {
        contract(&settings, &drawn);
    }
}

#[test]
fn newton_boosting() {
    // Rows in another order have other folds; sums in another order are single precision numbers that may differ in a digit.
    let drawn = Contract { permuted: None, weights: false, missing: true };
    let default = NewtonBoostingSettings { learning_rate: 0.1, max_depth: 3, rounds: 60, ..Default::default() };
    let accelerated = |distribution| Objective::AcceleratedFailure { distribution, scale: 1.0 };
    for settings in [
        default.clone(),
        NewtonBoostingSettings { method: Method::Exact, alpha: 0.1, gamma: 0.5, ..default.clone() },
        NewtonBoostingSettings {
            objective: Objective::Cox { ties: BoostingTies::Efron },
            stopping: Stopping::Part { share: 0.2, patience: 15 },
            cases: 0.8,
            columns_by_tree: 0.9,
            columns_by_level: 0.9,
            columns_by_node: 0.9,
            ..default.clone()
        },
        NewtonBoostingSettings {
            monotone: [("strong".to_string(), Monotone::RisingRisk), ("inverse".to_string(), Monotone::FallingRisk)]
                .into(),
            max_delta_step: 0.5,
            ..default.clone()
        },
        NewtonBoostingSettings { objective: accelerated(Distribution::Normal), ..default.clone() },
        NewtonBoostingSettings {
            objective: accelerated(Distribution::Logistic),
            method: Method::Exact,
            ..default.clone()
        },
        NewtonBoostingSettings { objective: accelerated(Distribution::Extreme), ..default },
    ] {
        contract(&settings, &drawn);
    }
}

#[test]
fn gradient_boosting() {
    // Rows in another order have other folds.
    let drawn = Contract { permuted: None, weights: false, missing: true };
    let default = GradientBoostingSettings { rounds: 100, ..Default::default() };
    for settings in [
        default.clone(),
        GradientBoostingSettings { loss: GradientLoss::Cox { ties: Ties::Efron }, cases: 1.0, ..default.clone() },
        GradientBoostingSettings {
            stopping: Stopping::Part { share: 0.2, patience: 20 },
            splits: 1,
            ..default.clone()
        },
        GradientBoostingSettings { stopping: Stopping::OutOfBag, splits: 6, min_leaf: 4, ..default.clone() },
        GradientBoostingSettings {
            monotone: [("strong".to_string(), Monotone::RisingRisk), ("inverse".to_string(), Monotone::FallingRisk)]
                .into(),
            ..default.clone()
        },
        GradientBoostingSettings { loss: GradientLoss::CensoredSquares, ..default.clone() },
        GradientBoostingSettings { loss: GradientLoss::WeightedSquares, ..default.clone() },
    ] {
        contract(&settings, &drawn);
    }
    let lines = GradientBoostingSettings { learner: Learner::Linear { centre: true }, ..default };
    contract(&lines, &Contract { missing: false, ..drawn });
}

#[test]
fn svm() {
    let kernels = [
        Kernel::Linear,
        Kernel::Additive,
        Kernel::Polynomial { degree: 2, offset: 1.0, scale: None },
        Kernel::Rbf { variance: Some(30.0) },
    ];
    let (pairs, time) = (Pairs::LastEvent, TimeScale::Mean);
    let formulations = [
        Formulation::Regression { cost: Some(0.1), time: TimeScale::Log },
        Formulation::Vanbelle1 { cost: Some(0.05), pairs: Pairs::Events },
        Formulation::Vanbelle2 { cost: Some(0.01), pairs: Pairs::Events, time },
        Formulation::Hybrid { cost: Some(0.1), pair_cost: Some(0.1), pairs, time },
        Formulation::Fast { alpha: None, rank_ratio: 1.0, intercept: false },
        Formulation::Fast { alpha: None, rank_ratio: 0.5, intercept: true },
    ];
    // Folds of rows in another order are others, but risks do not depend on folds.
    let promised = Contract { permuted: Some(1e-6), ..Contract::default() };
    for kernel in kernels {
        for formulation in formulations {
            contract(&SvmSettings { kernel, formulation, ..SvmSettings::default() }, &promised);
        }
    }
}
