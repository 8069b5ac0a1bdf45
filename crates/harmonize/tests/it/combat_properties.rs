//! What holds for ComBat whatever the numbers are.

use crate::support::Recipe;
use proptest::prelude::*;
use radsurv_data::{Cohort, FeatureTable, Fit};
use radsurv_harmonize::CombatSettings;
use radsurv_harmonize::combat::Method;

fn recipes() -> impl Strategy<Value = Recipe> {
    let sizes = prop::collection::vec(5usize..15, 2..5);
    (any::<u64>(), sizes, 3usize..12, 0u64..2).prop_map(|(seed, sizes, features, missing)| Recipe {
        seed,
        sizes,
        features,
        missing: missing * 4,
        ..Recipe::default()
    })
}

fn all_settings() -> impl Strategy<Value = CombatSettings> {
    let methods = prop::sample::select(vec![Method::Parametric, Method::NonParametric, Method::NoEb]);
    (methods, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(method, mean_only, reference, covariates)| {
        CombatSettings {
            method,
            mean_only,
            reference: reference.then(|| "B".to_string()),
            covariates: if covariates { vec!["age".to_string(), "sex".to_string()] } else { vec![] },
            ..CombatSettings::new("batch")
        }
    })
}

/// The harmonised features of the cases that were fitted; none if the cohort cannot be fitted (too many missing values).
fn harmonised(settings: &CombatSettings, cohort: &Cohort) -> Option<FeatureTable> {
    settings.fit(cohort).ok().map(|combat| combat.apply(cohort).unwrap().table)
}

fn spread(values: &[f64]) -> f64 {
    let present = || values.iter().filter(|v| !v.is_nan());
    present().fold(0.0_f64, |m, v| m.max(v.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_permuted_are_results_permuted(recipe in recipes(), settings in all_settings(), turn in 1usize..5) {
        let cohort = recipe.cohort();
        let order: Vec<usize> = (0..cohort.cases()).map(|i| (i * 2 + turn) % cohort.cases()).collect();
        let mut order = order;
        order.sort_unstable();
        order.dedup();
        order.extend((0..cohort.cases()).rev().filter(|i| order.binary_search(i).is_err()).collect::<Vec<_>>());
        let Some(straight) = harmonised(&settings, &cohort) else { return Ok(()) };
        let permuted = harmonised(&settings, &cohort.rows(&order)).unwrap();
        for (a, b) in straight.columns().iter().zip(permuted.columns()) {
            let scale = spread(a);
            for (place, &case) in order.iter().enumerate() {
                prop_assert!((a[case].is_nan() && b[place].is_nan()) || (a[case] - b[place]).abs() <= 1e-9 * scale);
            }
        }
    }

    #[test]
    fn a_constant_per_batch_leaves_no_eb_unchanged_up_to_a_constant(
        recipe in recipes(), mean_only in any::<bool>(), covariates in any::<bool>(), shifts in prop::collection::vec(-1000i32..1000, 4)
    ) {
        let covariates = if covariates { vec!["age".to_string(), "stage".to_string()] } else { vec![] };
        let settings = CombatSettings { method: Method::NoEb, mean_only, covariates, ..CombatSettings::new("batch") };
        let cohort = recipe.cohort();
        let groups = cohort.covariates().groups("batch").unwrap();
        let shift = |column: &Vec<f64>| -> Vec<f64> {
            column.iter().zip(groups.codes()).map(|(v, b)| v + f64::from(shifts[b.unwrap()])).collect()
        };
        let columns = cohort.features().columns().iter().map(shift).collect();
        let shifted = cohort.with_features(cohort.features().with_columns(columns).unwrap()).unwrap();
        let Some(a) = harmonised(&settings, &cohort) else { return Ok(()) };
        let b = harmonised(&settings, &shifted).unwrap();
        for (a, b) in a.columns().iter().zip(b.columns()) {
            let apart: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).filter(|d| !d.is_nan()).collect();
            prop_assert!(apart.iter().all(|d| (d - apart[0]).abs() <= 1e-9 * spread(a).max(1000.0)));
        }
    }

    #[test]
    fn no_eb_gives_every_batch_the_same_mean_and_variance(recipe in recipes()) {
        let recipe = Recipe { missing: 0, ..recipe };
        let cohort = recipe.cohort();
        let settings = CombatSettings { method: Method::NoEb, ..CombatSettings::new("batch") };
        let table = harmonised(&settings, &cohort).unwrap();
        let groups = cohort.covariates().groups("batch").unwrap();
        for column in table.columns() {
            let of = |batch: usize| -> Vec<f64> {
                column.iter().zip(groups.codes()).filter(|(_, b)| **b == Some(batch)).map(|(v, _)| *v).collect()
            };
            use radsurv_stats::summary::{mean, variance};
            for batch in 1..groups.levels().len() {
                prop_assert!((mean(&of(0)) - mean(&of(batch))).abs() <= 1e-9 * spread(column));
                prop_assert!((variance(&of(0)) / variance(&of(batch)) - 1.0).abs() <= 1e-8);
            }
        }
    }

    #[test]
    fn any_missing_value_gives_all_features_the_variance_with_n_minus_1(recipe in recipes()) {
        let recipe = Recipe { missing: 0, ..recipe };
        let cohort = recipe.cohort();
        let mut columns = cohort.features().columns().to_vec();
        columns[0][0] = f64::NAN;
        let holed = cohort.with_features(cohort.features().with_columns(columns).unwrap()).unwrap();
        let settings = CombatSettings::new("batch");
        let (Ok(whole), Ok(holed)) = (settings.fit(&cohort), settings.fit(&holed)) else { return Ok(()) };
        let n = cohort.cases() as f64;
        for (a, b) in whole.features().iter().zip(holed.features()).skip(1) {
            let ratio = b.adjustment().unwrap().sd / a.adjustment().unwrap().sd;
            prop_assert!((ratio * ratio - n / (n - 1.0)).abs() < 1e-12);
        }
    }
}
