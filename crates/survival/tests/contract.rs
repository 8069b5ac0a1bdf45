//! What holds of every survival model: a model is one more test here.

mod support;

use radsurv_stats::cox::{Penalty, Ties};
use radsurv_survival::cox::{Cox, CoxErrors, CoxSettings};
use radsurv_survival::coxnet::{Coxnet, CoxnetSettings, CrossValidationSettings, LambdaChoice, Measure, PathSettings};
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
        contract(&settings, &Contract::default(), |model: &Cox, path| model.save(path), |path| Cox::load(path));
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
        contract(&settings, &promised, |model: &Coxnet, path| model.save(path), |path| Coxnet::load(path));
    }
}
