//! What holds of every survival model: a model is one more test here.

mod support;

use radsurv_stats::cox::{Penalty, Ties};
use radsurv_survival::cox::{Cox, CoxErrors, CoxSettings};
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
