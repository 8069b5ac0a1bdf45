//! SHAP values of models against XGBoost's (reference/shap_xgboost.py), and that they add up to risks.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::{FitSurvival, Survival, SurvivalModel};
use radsurv_survival::boosting::gradient::Learner;
use radsurv_survival::explain::ShapValues;
use radsurv_survival::forest::{MissingValues, NodeCount};
use radsurv_survival::svm::Kernel;
use radsurv_survival::{
    AnySettings, CoxSettings, CoxnetSettings, ForestSettings, GradientBoostingSettings, NewtonBoostingSettings,
    SvmSettings,
};
use radsurv_testkit::golden::Golden;

use crate::support::boosting::{follow, newton_settings, numbers, table};

#[test]
fn values_are_those_of_xgboost() {
    let read =
        |name: &str| Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)).unwrap();
    let (models, golden) = (read("newton_boosting.jsonl.gz"), read("shap_xgboost.jsonl.gz"));
    assert!(golden.header["versions"].as_str().unwrap().contains("xgboost 3.2.0"));
    assert_eq!(golden.rows.len(), 9);
    for row in &golden.rows {
        let name = row["name"].as_str().unwrap();
        let model = models.rows.iter().find(|model| model["name"] == row["name"]).unwrap();
        let integer = |key: &str| model[key].as_u64().unwrap();
        let make = |seed: u64, cases: u64| {
            table(seed, cases as usize, integer("columns") as usize, integer("missing"), integer("levels") as i64)
        };
        let (features, new) = (make(integer("seed"), integer("cases")), make(integer("seed") + 1, 60));
        let event = numbers(&model["event"]).into_iter().map(|e| e == 1.0).collect();
        let outcome = Survival::new(numbers(&model["time"]), event).unwrap();
        // Times are logarithms there, and risks here.
        let sign = if model["objective"].is_string() { 1.0 } else { -1.0 };
        let expected = row["contributions"].as_array().unwrap();
        let new = new.rows(&(0..expected.len()).collect::<Vec<_>>());
        let shap = newton_settings(model).fit(&features, &outcome).unwrap().shap(&new).unwrap();
        for (case, expected) in expected.iter().map(numbers).enumerate() {
            let mut found = vec![0.0; expected.len()];
            for (feature, values) in shap.features.iter().zip(&shap.values) {
                found[feature[1..].parse::<usize>().unwrap()] = sign * values[case];
            }
            *found.last_mut().unwrap() = sign * shap.base;
            for (found, expected) in found.iter().zip(&expected) {
                // Single precision, over as many trees as there are rounds.
                assert!((found - expected).abs() < 2e-5, "{name}: {found} {expected}");
            }
        }
    }
}

fn add_up(shap: &ShapValues, risk: &[f64], tolerance: f64) -> std::result::Result<(), TestCaseError> {
    for (found, risk) in shap.risks().iter().zip(risk) {
        prop_assert!((found - risk).abs() <= tolerance * (1.0 + risk.abs()), "{found} {risk}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn values_add_up_to_the_risk(seed in any::<u64>(), cases in 40usize..90, missing in 0u64..2) {
        let features = table(seed, cases, 6, 15 * missing, 0);
        let outcome = follow(&features, seed, 30.0);
        let new = table(seed ^ 1, 20, 6, 15 * missing, 0);
        let forest = ForestSettings {
            trees: 15,
            min_split: 6,
            node_count: NodeCount::Distinct,
            missing: MissingValues::BetterSide,
            ..ForestSettings::default()
        };
        let forest = forest.fit(&features, &outcome).unwrap();
        let shap = forest.shap(&new).unwrap();
        add_up(&shap, &forest.predict_risk(&new).unwrap(), 1e-10)?;
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        prop_assert_eq!(&one.install(|| forest.shap(&new)).unwrap(), &shap);
        let depth3 = GradientBoostingSettings { rounds: 20, ..GradientBoostingSettings::default() };
        let trees = depth3.fit(&features, &outcome).unwrap();
        add_up(&trees.shap(&new).unwrap(), &trees.predict_risk(&new).unwrap(), 1e-10)?;
        let newton = NewtonBoostingSettings { rounds: 10, ..NewtonBoostingSettings::default() };
        let trees = newton.fit(&features, &outcome).unwrap();
        // Risks are sums in single precision.
        add_up(&trees.shap(&new).unwrap(), &trees.predict_risk(&new).unwrap(), 1e-5)?;
    }
}

#[test]
fn sums_over_features_are_explained_by_their_summands() {
    let (features, new) = (table(3, 90, 5, 0, 0), table(4, 20, 5, 0, 0));
    let outcome = follow(&features, 3, 30.0);
    let svm = |kernel| SvmSettings { kernel, curves: false, ..SvmSettings::default() };
    for settings in [
        AnySettings::Cox(CoxSettings::default()),
        AnySettings::Coxnet(CoxnetSettings::default()),
        AnySettings::Svm(svm(Kernel::Linear)),
        AnySettings::Svm(svm(Kernel::Additive)),
    ] {
        let model = settings.fit(&features, &outcome).unwrap();
        let (shap, risk) = (model.shap(&new).unwrap(), model.predict_risk(&new).unwrap());
        assert!(shap.risks().iter().zip(&risk).all(|(a, b)| (a - b).abs() < 1e-11 * (1.0 + b.abs())));
        // Summands are 0 in the mean over the training cases.
        let fitted = model.shap(&features).unwrap();
        assert!(fitted.values.iter().all(|values| values.iter().sum::<f64>().abs() < 1e-9 * 90.0));
        assert_eq!(shap.features, model.needed());
    }
}

#[test]
fn what_is_not_explained_says_so() {
    let features = table(3, 60, 4, 0, 0);
    let outcome = follow(&features, 3, 30.0);
    let learner = Learner::Linear { centre: true };
    let boosted = GradientBoostingSettings { learner, ..GradientBoostingSettings::default() };
    let error = boosted.fit(&features, &outcome).unwrap().shap(&features).unwrap_err();
    assert!(error.to_string().contains("linear_terms"));
    let kernel = Kernel::Rbf { variance: None };
    let svm = SvmSettings { kernel, curves: false, ..SvmSettings::default() }.fit(&features, &outcome).unwrap();
    assert!(svm.shap(&features).unwrap_err().to_string().contains("permutation"));
}
