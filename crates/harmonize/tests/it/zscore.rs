//! The z-score beside R and scikit-learn (golden file of reference/make_zscore.py), and its properties.

use std::fs::File;

use proptest::prelude::*;
use radsurv_data::{Cohort, FeatureTable, Fit, Transform};
use radsurv_harmonize::{ZScore, ZScoreSettings};
use radsurv_stats::summary;
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::{Golden, number};
use radsurv_testkit::splitmix::SplitMix64;
use serde_json::Value;

const QUARTILES: ZScoreSettings = ZScoreSettings::Quantiles { lower: 0.25, upper: 0.75 };
const ALL: [ZScoreSettings; 3] = [ZScoreSettings::Standard, ZScoreSettings::Robust, QUARTILES];

/// The column that `column` of the script makes.
fn column(recipe: &Value) -> Vec<f64> {
    let mut rng = SplitMix64::new(recipe["seed"].as_u64().unwrap());
    let whole = |name: &str| recipe[name].as_i64().unwrap();
    let value = |_| {
        let value = (rng.below(whole("range") as u64) as i64 + whole("offset")) as f64 / whole("divisor") as f64;
        if rng.chance(whole("missing") as u64) { f64::NAN } else { value }
    };
    (0..whole("cases")).map(value).collect()
}

fn cohort(columns: Vec<Vec<f64>>) -> Cohort {
    let ids = (0..columns[0].len()).map(|i| format!("P{i}")).collect();
    let names = (0..columns.len()).map(|f| format!("f{f}")).collect();
    FeatureTable::new(ids, names, columns).unwrap().into()
}

fn fit(settings: ZScoreSettings, training: &Cohort) -> ZScore {
    settings.fit(training).unwrap()
}

#[test]
fn centre_scale_and_values_are_those_of_r_and_sklearn() {
    let golden = Golden::parse(File::open("tests/golden/zscore.jsonl").unwrap()).unwrap();
    assert_eq!(golden.rows.len(), 7);
    let methods = [
        ("standard", ZScoreSettings::Standard),
        ("robust", ZScoreSettings::Robust),
        ("quartiles", QUARTILES),
        ("sklearn_quartiles", QUARTILES),
        ("sklearn_5_95", ZScoreSettings::Quantiles { lower: 0.05, upper: 0.95 }),
        ("sklearn_standard", ZScoreSettings::Standard),
    ];
    let mut worst = 0.0_f64;
    for row in &golden.rows {
        let training = cohort(vec![column(&row["input"])]);
        let cases = training.features().columns()[0].iter().filter(|v| !v.is_nan()).count() as f64;
        for (name, settings) in methods {
            let fitted = fit(settings, &training);
            let ours = &fitted.scales()[0];
            // scikit-learn has n in the denominator of the variance, R and radsurv n - 1.
            let factor = if name == "sklearn_standard" { ((cases - 1.0) / cases).sqrt() } else { 1.0 };
            let get = |key: &str| number(&row[name][key]).unwrap();
            worst = worst.max(relative_difference(ours.centre, get("centre"), 0.0));
            worst = worst.max(relative_difference(ours.scale * factor, get("scale"), 0.0));
            let scaled = fitted.transform(&training).unwrap();
            let expected = row[name]["values"].as_array().unwrap();
            assert_eq!(expected.len(), training.cases());
            for (value, expected) in scaled.features().columns()[0].iter().zip(expected) {
                let expected = number(expected).unwrap();
                assert_eq!(value.is_nan(), expected.is_nan());
                if !value.is_nan() {
                    worst = worst.max(relative_difference(value / factor, expected, 1.0));
                }
            }
        }
    }
    assert!(worst < 1e-13, "{worst:e}");
}

/// Columns of different values, some of them missing, with 2 present at least.
fn columns() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (3usize..30, 1usize..6).prop_flat_map(|(cases, features)| {
        let value = prop_oneof![8 => (-1000i32..1000).prop_map(|v| f64::from(v) / 16.0), 1 => Just(f64::NAN)];
        let column = prop::collection::vec(value, cases).prop_map(|mut column| {
            (column[0], column[1]) = (1000.0, -1000.0);
            column
        });
        prop::collection::vec(column, features)
    })
}

fn present(column: &[f64]) -> Vec<f64> {
    column.iter().copied().filter(|v| !v.is_nan()).collect()
}

proptest! {
    #[test]
    fn training_cases_have_centre_0_and_scale_1(columns in columns()) {
        let training = cohort(columns);
        for settings in ALL {
            let fitted = fit(settings, &training);
            let scaled = fitted.transform(&training).unwrap();
            for (column, scale) in scaled.features().columns().iter().zip(fitted.scales()) {
                let mut values = present(column);
                let (centre, spread) = match settings {
                    ZScoreSettings::Standard => (summary::mean(&values), summary::standard_deviation(&values)),
                    ZScoreSettings::Robust => {
                        let median = summary::median(&mut values);
                        let mut away: Vec<f64> = values.iter().map(|v| (v - median).abs()).collect();
                        (median, 1.4826 * summary::median(&mut away))
                    }
                    ZScoreSettings::Quantiles { lower, upper } => {
                        let median = summary::median(&mut values);
                        (median, summary::quantile_sorted(&values, upper) - summary::quantile_sorted(&values, lower))
                    }
                };
                if scale.scale != 0.0 {
                    prop_assert!(centre.abs() < 1e-12 && (spread - 1.0).abs() < 1e-12, "{settings:?}: {centre} {spread}");
                }
            }
        }
    }

    /// Units do not matter: of `a + b x` with b > 0 the z-score is that of x, with b < 0 its negative.
    #[test]
    fn units_do_not_matter(columns in columns(), a in -100i32..100, b in prop_oneof![-8i32..0, 1i32..8]) {
        let training = cohort(columns.clone());
        let other = |x: &f64| f64::from(a) + f64::from(b) * x;
        let changed = cohort(columns.iter().map(|c| c.iter().map(other).collect()).collect());
        for settings in ALL {
            let (x, y) = (fit(settings, &training), fit(settings, &changed));
            let before = x.transform(&training).unwrap();
            let after = y.transform(&changed).unwrap();
            for (f, scale) in x.scales().iter().enumerate() {
                let values = before.features().columns()[f].iter().zip(&after.features().columns()[f]);
                for (before, after) in values.filter(|(before, _)| !before.is_nan() && scale.scale != 0.0) {
                    prop_assert!(relative_difference(*after, before * f64::from(b.signum()), 1.0) < 1e-12);
                }
            }
        }
    }

    /// Sums are added in another order, so the last digits of mean and standard deviation may differ.
    #[test]
    fn the_order_of_cases_does_not_matter(columns in columns(), seed in any::<u64>()) {
        let training = cohort(columns);
        let mut order: Vec<usize> = (0..training.cases()).collect();
        let mut rng = SplitMix64::new(seed);
        for i in (1..order.len()).rev() {
            order.swap(i, rng.below(i as u64 + 1) as usize);
        }
        for settings in ALL {
            let expected = fit(settings, &training).transform(&training).unwrap().rows(&order);
            let turned = training.rows(&order);
            let ours = fit(settings, &turned).transform(&turned).unwrap();
            prop_assert_eq!(ours.features().case_ids(), expected.features().case_ids());
            let pairs = ours.features().columns().iter().flatten().zip(expected.features().columns().iter().flatten());
            for (a, b) in pairs {
                prop_assert!((a.is_nan() && b.is_nan()) || relative_difference(*a, *b, 1.0) < 1e-13);
            }
        }
    }

    /// What a case comes out as does not depend on the cases it is applied with.
    #[test]
    fn cases_are_transformed_one_by_one(columns in columns()) {
        let training = cohort(columns);
        for settings in ALL {
            let fitted = fit(settings, &training);
            let all = fitted.transform(&training).unwrap();
            for case in 0..training.cases() {
                let one = fitted.transform(&training.rows(&[case])).unwrap();
                for (alone, together) in one.features().columns().iter().zip(all.features().columns()) {
                    prop_assert_eq!(alone[0].to_bits(), together[case].to_bits());
                }
            }
        }
    }
}
