//! What holds of every survival model: a model is one more test here.

mod support;

use radsurv_stats::cox::{Penalty, Ties};
use radsurv_survival::calibrated::{Calibrated, CalibrationSettings, Slope};
use radsurv_survival::cox::{CoxErrors, CoxSettings};
use radsurv_survival::coxnet::{CoxnetSettings, CrossValidationSettings, LambdaChoice, Measure, PathSettings};
use radsurv_survival::folds::FoldSettings;
use support::{Contract, contract};

#[test]
fn cox() {
    let default = CoxSettings::default();
    for settings in [
        default,
        CoxSettings { ties: Ties::Breslow, errors: CoxErrors::Robust, ..default },
        CoxSettings { ties: Ties::Exact, ..default },
        CoxSettings { penalty: Penalty::Firth, ..default },
    ] {
        contract(&settings, &Contract::default());
    }
}

#[test]
fn coxnet() {
    let elastic = PathSettings { alpha: 0.5, ties: Ties::Efron, ..PathSettings::default() };
    // Rows in another order have other folds.
    let drawn = Contract { permuted: None, weights: false };
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
            Contract { permuted: None, weights: false },
        ),
    ] {
        contract(&settings, &promised);
    }
}

#[test]
fn calibrated() {
    // Rows in another order have other folds.
    let drawn = Contract { permuted: None, weights: false };
    let lasso = CoxnetSettings { lambda: LambdaChoice::Fixed(0.05), ..Default::default() };
    contract(&Calibrated { model: lasso, ..Default::default() }, &drawn);
    let folds = FoldSettings { folds: 4, repeats: 3, seed: 8 };
    let calibration = CalibrationSettings { slope: Slope::One, ties: Ties::Breslow };
    contract(&Calibrated { model: CoxSettings::default(), folds, calibration }, &drawn);
}
