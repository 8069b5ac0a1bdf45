//! Correlations against R's cor and cor.test.

use std::path::Path;

use proptest::prelude::*;
use radsurv_stats::Error;
use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing, correlation};
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

const METHODS: [Method; 3] = [Method::Pearson, Method::Spearman, Method::Kendall];

fn rows(value: &Value) -> Vec<Vec<f64>> {
    let row = |r: &Value| r.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect();
    value.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn estimates_and_p_values_are_those_of_r() {
    let golden =
        Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/correlation.jsonl.gz")).unwrap();
    let (mut worst, mut worst_p) = (0.0f64, 0.0f64);
    for row in &golden.rows {
        let method = serde_json::from_value(row["method"].clone()).unwrap();
        let (columns, r, p) = (rows(&row["columns"]), rows(&row["r"]), rows(&row["p"]));
        let matrix = CorrelationMatrix::new(&columns, method, Missing::Pairwise).unwrap();
        for i in 0..columns.len() {
            for j in 0..columns.len() {
                let at = format!("{} {method:?} {i} {j}: {} and {}", row["name"], matrix.get(i, j), r[i][j]);
                if r[i][j].is_nan() {
                    assert!(matrix.get(i, j).is_nan(), "{at}");
                    continue;
                }
                // Of numbers from -1 to 1, so absolute.
                let difference = (matrix.get(i, j) - r[i][j]).abs();
                assert!(difference <= 1e-14, "{at}");
                worst = worst.max(difference);
                if i == j {
                    continue;
                }
                let pair = correlation(&columns[i], &columns[j], method, Missing::Pairwise).unwrap();
                assert_eq!(pair.estimate.to_bits(), matrix.get(i, j).to_bits(), "{at}");
                let Some(ours) = pair.p_value else {
                    assert!(p[i][j].is_nan() || pair.n < 3, "{at}");
                    continue;
                };
                // Beyond |r| = 1 - 1e-9 a rounding of r is one of p.
                let of_one = 1.0 - r[i][j].abs() < 1e-9 && method != Method::Kendall;
                let difference = relative_difference(ours, p[i][j], 0.0);
                assert!(difference <= 1e-11 || of_one, "{at}: p {ours} and {}", p[i][j]);
                worst_p = worst_p.max(if of_one { 0.0 } else { difference });
            }
        }
    }
    println!("worst difference: r {worst:.1e}, p {worst_p:.1e} relative");
}

#[test]
fn what_cannot_be_correlated_is_named() {
    let nan = f64::NAN;
    let of = |x: &[f64], y: &[f64], missing| correlation(x, y, Method::Pearson, missing).unwrap_err();
    assert_eq!(of(&[1.0], &[], Missing::Refuse), Error::Length { column: 1, found: 0, expected: 1 });
    assert_eq!(of(&[1.0, 2.0], &[1.0, nan], Missing::Refuse), Error::Missing { column: 1, row: 1 });
    assert_eq!(of(&[1.0, f64::INFINITY], &[1.0, 2.0], Missing::Refuse), Error::Infinite { column: 0, row: 1 });
    assert_eq!(of(&[1.0, 2.0, nan], &[1.0, 1.0, 2.0], Missing::Pairwise), Error::Constant { column: 1 });
    assert!(matches!(of(&[1.0, nan], &[1.0, 2.0], Missing::Pairwise), Error::TooFew { found: 1, .. }));
    let columns = [vec![1.0, 2.0], vec![0.1, 0.1], vec![nan, nan]];
    for method in METHODS {
        let matrix = CorrelationMatrix::new(&columns, method, Missing::Pairwise).unwrap();
        assert_eq!(matrix.undefined(), [1, 2]);
        assert!(matrix.get(0, 1).is_nan() && matrix.get(0, 2).is_nan() && matrix.get(0, 0) == 1.0);
        let refused = CorrelationMatrix::new(&columns, method, Missing::Refuse);
        assert_eq!(refused.unwrap_err(), Error::Missing { column: 2, row: 0 });
    }
    let ragged = CorrelationMatrix::new(&[vec![1.0], vec![]], Method::Pearson, Missing::Pairwise).unwrap_err();
    assert_eq!(ragged, Error::Length { column: 1, found: 0, expected: 1 });
    assert_eq!(CorrelationMatrix::new::<Vec<f64>>(&[], Method::Kendall, Missing::Refuse).unwrap().size(), 0);
    assert!(CorrelationMatrix::from_values(2, vec![1.0, 0.5, 0.4, 1.0]).is_err());
    assert!(CorrelationMatrix::from_values(2, vec![1.0; 3]).is_err());
}

/// Columns of small integers, so that there are ties, some missing.
fn columns() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (2usize..40, 1usize..24).prop_flat_map(|(cases, count)| {
        let value = prop_oneof![1 => Just(f64::NAN), 9 => (-9i32..9).prop_map(f64::from)];
        let some = prop::collection::vec(value, cases);
        let all = prop::collection::vec((-9i32..9).prop_map(|v| f64::from(v) * 0.1), cases);
        prop::collection::vec(prop_oneof![some, all], count)
    })
}

proptest! {
    #[test]
    fn a_matrix_is_its_pairs_with_any_number_of_threads(columns in columns()) {
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        for method in METHODS {
            let of = || CorrelationMatrix::new(&columns, method, Missing::Pairwise).unwrap();
            let (a, b) = (one.install(of), three.install(of));
            let bits = |m: &CorrelationMatrix| m.values().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&a), bits(&b));
            for i in 0..columns.len() {
                for j in (0..columns.len()).filter(|&j| j != i) {
                    match correlation(&columns[i], &columns[j], method, Missing::Pairwise) {
                        Ok(pair) => prop_assert_eq!(pair.estimate.to_bits(), a.get(i, j).to_bits()),
                        Err(_) => prop_assert!(a.get(i, j).is_nan()),
                    }
                }
            }
        }
    }

    #[test]
    fn ranks_make_it_blind_to_rising_functions(pairs in prop::collection::vec((-20i32..20, -20i32..20), 3..60)) {
        let x: Vec<f64> = pairs.iter().map(|p| f64::from(p.0)).collect();
        let y: Vec<f64> = pairs.iter().map(|p| f64::from(p.1)).collect();
        let risen: Vec<f64> = y.iter().map(|v| v.exp()).collect();
        for method in [Method::Spearman, Method::Kendall] {
            prop_assert_eq!(correlation(&x, &y, method, Missing::Refuse), correlation(&x, &risen, method, Missing::Refuse));
        }
        // Pearson of a column of any size is that of the column.
        let huge: Vec<f64> = y.iter().map(|v| v * 2.0f64.powi(1000)).collect();
        let pearson = |y: &[f64]| correlation(&x, y, Method::Pearson, Missing::Refuse);
        prop_assert_eq!(pearson(&y), pearson(&huge));
    }
}
