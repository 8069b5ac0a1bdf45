//! Importance by permutation, of models that are known.

mod support;

use radsurv_data::{FeatureTable, FitSurvival, SurvivalModel};
use radsurv_stats::nonparametric::harrell;
use radsurv_survival::importance::PermutationSettings;
use radsurv_survival::{AnySettings, CoxSettings, CoxnetSettings, coxnet::LambdaChoice};
use support::Cases;

#[test]
fn what_has_an_effect_is_important_and_the_rest_is_not() {
    let (training, test) = (Cases::new(1, 150), Cases::new(2, 300));
    let model = AnySettings::Cox(CoxSettings::default()).fit(&training.features, &training.outcome).unwrap();
    let settings = PermutationSettings { repeats: 40, seed: 3 };
    let found = settings.run(&model, &test.features, &test.outcome).unwrap();
    let names: Vec<&str> = found.iter().map(|f| f.feature.as_str()).collect();
    assert_eq!(names[..2], ["strong", "inverse"]);
    assert!(found[0].loss > found[1].loss && found[1].loss > 0.01, "{found:?}");
    assert!(found[2..].iter().all(|f| f.loss.abs() < 0.01), "{found:?}");
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| settings.run(&model, &test.features, &test.outcome).unwrap()), found);
    }
    // Without any other feature all that is left is chance.
    let alone = test.features.select(&["strong"]).unwrap();
    let model = CoxSettings::default().fit(&training.features.select(&["strong"]).unwrap(), &training.outcome).unwrap();
    let whole = harrell(&model.predict_risk(&alone).unwrap(), &test.outcome).unwrap();
    let found = settings.run(&model, &alone, &test.outcome).unwrap();
    // The mean of 40 C of chance, each with about the standard error of the model's: five of their errors.
    let error = 5.0 * whole.std_error.max(0.02) / 40f64.sqrt();
    assert!((found[0].loss - (whole.estimate - 0.5)).abs() < error, "{found:?} {whole:?}");
}

#[test]
fn features_that_are_not_needed_have_none() {
    let cases = Cases::new(1, 150);
    let settings = CoxnetSettings { lambda: LambdaChoice::Fixed(0.12), ..Default::default() };
    let model = settings.fit(&cases.features, &cases.outcome).unwrap();
    let needed: FeatureTable = cases.features.select(&model.needed()).unwrap();
    assert!(needed.names().len() < 4);
    let settings = PermutationSettings::default();
    let found = settings.run(&model, &cases.features, &cases.outcome).unwrap();
    assert_eq!(found.len(), needed.names().len());
    assert_eq!(settings.run(&model, &needed, &cases.outcome).unwrap(), found);
    let none = cases.features.select(&["noise"]).unwrap();
    assert!(settings.run(&model, &none, &cases.outcome).unwrap_err().to_string().contains("strong"));
    assert!(settings.run(&model, &cases.features, &cases.outcome.rows(&[0])).is_err());
    assert!(PermutationSettings { repeats: 0, seed: 0 }.run(&model, &cases.features, &cases.outcome).is_err());
    let once = PermutationSettings { repeats: 1, seed: 0 }.run(&model, &cases.features, &cases.outcome).unwrap();
    assert!(once[0].std_dev.is_nan());
}
