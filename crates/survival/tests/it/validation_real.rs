//! What the bootstrap says of a forest of a real centre (LUNG1), beside another centre (HN1): the numbers in the documentation of
//! validation.

use radsurv_data::{Cohort, Learner, Metric, Predictor};
use radsurv_survival::ForestSettings;
use radsurv_survival::selection::Measures;
use radsurv_survival::selection::validation::BootstrapValidation;

use crate::support::centres::{Centres, centres};
use crate::support::validation::C;

#[test]
#[ignore = "needs the folder of real data"]
fn a_forest_promises_too_much_and_point632_plus_says_how_much() {
    let Centres { lung1: (features, outcome), hn1: (other, of_other) } = centres();
    let (cohort, other) = (Cohort::from(features), Cohort::from(other));
    let forest = ForestSettings { trees: 50, ..ForestSettings::default() };
    let settings = BootstrapValidation { samples: 30, ..Default::default() };
    let found = settings.run(&forest, &cohort, &outcome, Measures { metrics: &[&C], times: &[] }).unwrap();
    let c = &found.metrics[0];
    let unseen = c.out_of_bag.as_ref().unwrap();
    let predictions = forest.learn(&cohort, &outcome, &[]).unwrap().predict(&other, &[]).unwrap();
    let values = [
        c.apparent,
        c.refitted.as_ref().unwrap().corrected.value,
        unseen.point632_plus.as_ref().unwrap().value,
        unseen.mean.value,
        C.of(&predictions, &of_other).unwrap(),
    ];
    assert_eq!(values.map(|value| format!("{value:.3}")), ["0.772", "0.689", "0.610", "0.582", "0.599"]);
}
