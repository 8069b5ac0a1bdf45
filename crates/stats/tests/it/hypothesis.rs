//! Tests of groups and adjusted p-values against R.

use std::path::Path;

use proptest::prelude::*;
use radsurv_stats::Error;
use radsurv_stats::hypothesis::{
    Centre, FTest, TTest, Variances, anova, kruskal_wallis, levene, paired_t_test, t_test, welch_anova,
};
use radsurv_stats::multiple::{Adjustment, adjust};
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

#[track_caller]
fn assert_all_close(ours: &[f64], golden: &Value) {
    let golden = numbers(golden);
    assert_eq!(ours.len(), golden.len());
    for (a, b) in ours.iter().zip(&golden) {
        // The values of one case are 1e6 and more, and their differences about 1: 1e-10 of those is 1e-16 of the values.
        assert!(relative_difference(*a, *b, 0.0) < 1e-10, "{ours:?} {golden:?}");
    }
}

#[test]
fn tests_are_those_of_r() {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/hypothesis.jsonl.gz")).unwrap();
    let f = |t: FTest| [t.statistic, t.df1, t.df2, t.p_value];
    let t = |t: TTest| {
        let [low, high] = t.confidence_interval(0.95).unwrap();
        [t.statistic, t.df, t.p_value, low, high]
    };
    let mut seen = [0; 3];
    for row in &golden.rows {
        if let Some(groups) = row.get("groups") {
            seen[0] += 1;
            let groups: Vec<Vec<f64>> = groups.as_array().unwrap().iter().map(numbers).collect();
            assert_all_close(&f(anova(&groups).unwrap()), &row["anova"]);
            assert_all_close(&f(welch_anova(&groups).unwrap()), &row["welch"]);
            assert_all_close(&f(levene(&groups, Centre::Mean).unwrap()), &row["levene_mean"]);
            assert_all_close(&f(levene(&groups, Centre::Median).unwrap()), &row["levene_median"]);
            let kruskal = kruskal_wallis(&groups).unwrap();
            assert_all_close(&[kruskal.statistic, kruskal.df, kruskal.p_value], &row["kruskal"]);
        } else if let Some(x) = row.get("x") {
            seen[1] += 1;
            let (x, y) = (numbers(x), numbers(&row["y"]));
            assert_all_close(&t(t_test(&x, &y, Variances::Unequal).unwrap()), &row["welch"]);
            assert_all_close(&t(t_test(&x, &y, Variances::Equal).unwrap()), &row["pooled"]);
            if !row["paired"].is_null() {
                assert_all_close(&t(paired_t_test(&x, &y).unwrap()), &row["paired"]);
            }
        } else {
            seen[2] += 1;
            let method = match row["method"].as_str().unwrap() {
                "BH" => Adjustment::BenjaminiHochberg,
                "BY" => Adjustment::BenjaminiYekutieli,
                "holm" => Adjustment::Holm,
                _ => Adjustment::Bonferroni,
            };
            for (a, b) in adjust(&numbers(&row["p"]), method).unwrap().iter().zip(numbers(&row["adjusted"])) {
                assert!(a.is_nan() && b.is_nan() || relative_difference(*a, b, 0.0) < 1e-14, "{a} {b} {row}");
            }
        }
    }
    assert_eq!(seen, [5, 3, 12]);
}

#[test]
fn what_cannot_be_tested_is_an_error() {
    assert!(matches!(anova(&[[1.0, 2.0]]), Err(Error::TooFewGroups { found: 1, .. })));
    assert!(matches!(anova(&[vec![1.0], vec![]]), Err(Error::TooFew { found: 0, .. })));
    assert!(matches!(anova(&[[1.0], [2.0]]), Err(Error::TooFew { found: 1, .. })));
    assert_eq!(anova(&[[1.0, 1.0], [1.0, 1.0]]), Err(Error::Constant { column: 0 }));
    assert_eq!(anova(&[[1.0, f64::NAN], [1.0, 1.0]]), Err(Error::Missing { column: 0, row: 1 }));
    let apart = anova(&[[1.0, 1.0], [2.0, 2.0]]).unwrap();
    assert_eq!((apart.statistic, apart.p_value), (f64::INFINITY, 0.0));
    assert_eq!(welch_anova(&[[1.0, 3.0], [2.0, 2.0]]), Err(Error::Constant { column: 1 }));
    assert_eq!(t_test(&[1.0, 1.0], &[2.0, 2.0], Variances::Unequal), Err(Error::Constant { column: 0 }));
    assert!(
        t_test(&[1.0], &[2.0], Variances::Equal).is_err() && t_test(&[1.0], &[2.0, 3.0], Variances::Unequal).is_err()
    );
    assert!(paired_t_test(&[1.0, 2.0], &[2.0, 3.0]).is_err() && paired_t_test(&[1.0], &[]).is_err());
    assert_eq!(adjust(&[0.5, 1.1], Adjustment::Holm), Err(Error::NotProbability { value: 1.1 }));
    assert_eq!(adjust(&[], Adjustment::Holm), Ok(vec![]));
}

proptest! {
    #[test]
    fn two_groups_are_a_t_test_and_kruskal_sees_ranks_alone(x in prop::collection::vec(-9i32..9, 2..30), y in prop::collection::vec(-9i32..9, 2..30)) {
        let of = |v: &[i32]| v.iter().map(|v| f64::from(*v)).collect::<Vec<f64>>();
        let (x, y) = (of(&x), of(&y));
        if let (Ok(t), Ok(f)) = (t_test(&x, &y, Variances::Equal), anova(&[&x, &y])) {
            prop_assert!((t.statistic.powi(2) - f.statistic).abs() <= 1e-9 * f.statistic.max(1e-3));
        }
        let exp = |v: &[f64]| v.iter().map(|v| v.exp()).collect::<Vec<f64>>();
        prop_assert_eq!(kruskal_wallis(&[&x, &y]), kruskal_wallis(&[exp(&x), exp(&y)]));
    }

    #[test]
    fn adjusted_values_keep_their_order(p in prop::collection::vec(0.0..=1.0f64, 1..40)) {
        let all = [Adjustment::BenjaminiHochberg, Adjustment::BenjaminiYekutieli, Adjustment::Holm, Adjustment::Bonferroni];
        let all = all.map(|a| adjust(&p, a).unwrap());
        for i in 0..p.len() {
            prop_assert!(p[i] <= all[0][i] && all[0][i] <= all[1][i] && all[0][i] <= all[2][i] && all[2][i] <= all[3][i]);
            prop_assert!((0..p.len()).all(|j| p[i] > p[j] || all.iter().all(|a| a[i] <= a[j])));
        }
    }
}
