//! Least squares against R's lm.fit, principal components against prcomp.

use std::path::Path;

use proptest::prelude::*;
use radsurv_stats::Error;
use radsurv_stats::linear::Qr;
use radsurv_stats::pca::{Pca, Scale};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

fn columns(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn golden() -> Vec<Value> {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/linear.jsonl.gz")).unwrap().rows
}

#[track_caller]
fn assert_near(ours: &[f64], golden: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), golden.len(), "{what}");
    for (a, b) in ours.iter().zip(golden) {
        assert!((a - b).abs() <= tolerance, "{what}: {a} {b}");
    }
}

#[test]
fn fits_and_aliased_columns_are_those_of_r() {
    let mut seen = 0;
    for row in golden().iter().filter(|r| r.get("y").is_some()) {
        seen += 1;
        let name = row["name"].as_str().unwrap();
        let qr = Qr::new(&columns(&row["columns"])).unwrap();
        assert_eq!(qr.rank() as u64, row["rank"].as_u64().unwrap(), "{name}");
        let pivot: Vec<f64> = qr.pivot().iter().map(|&p| p as f64).collect();
        assert_eq!(pivot, numbers(&row["pivot"]), "{name}");
        let y = numbers(&row["y"]);
        let fit = qr.fit(&y).unwrap();
        assert_near(&fit.residuals, &numbers(&row["residuals"]), 1e-13, name);
        assert_eq!(fit.df, y.len() - qr.rank());
        for (i, (a, b)) in fit.coefficients.iter().zip(numbers(&row["coefficients"])).enumerate() {
            // The condition of the design multiplies the rounding.
            let tolerance = match name {
                "nearly aliased" | "far from zero" => 1e-9,
                _ => 1e-12,
            };
            assert!(a.map_or(b.is_nan(), |a| (a - b).abs() <= tolerance * b.abs().max(1.0)), "{name} {i} {a:?} {b}");
        }
        for (ours, theirs) in qr.inverse_crossproduct().iter().zip(columns(&row["inverse"])) {
            let size = theirs.iter().fold(0.0f64, |m, v| m.max(v.abs()));
            assert_near(ours, &theirs, 1e-9 * size, name);
        }
    }
    assert_eq!(seen, 8);
}

#[test]
fn components_are_those_of_r() {
    let mut seen = 0;
    for row in golden().iter().filter(|r| r.get("sd").is_some()) {
        seen += 1;
        let name = row["name"].as_str().unwrap();
        let scale = if row["scaled"].as_bool().unwrap() { Scale::Unit } else { Scale::Keep };
        let table = columns(&row["columns"]);
        let pca = Pca::new(&table, scale).unwrap();
        let sd = numbers(&row["sd"]);
        let rank = sd.iter().filter(|s| **s > sd[0] * 1e-14).count();
        assert_eq!(pca.components(), rank, "{name}");
        assert_near(pca.sd(), &sd[..rank], 1e-14 * sd[0], name);
        let projected = pca.project(&table).unwrap();
        for k in 0..rank {
            let theirs = numbers(&row["loadings"][k]);
            let largest = theirs.iter().fold(0.0f64, |m, v| if v.abs() > m.abs() { *v } else { m });
            let signed = |v: Vec<f64>| v.iter().map(|v| v * largest.signum()).collect::<Vec<f64>>();
            assert_near(pca.loadings(k), &signed(theirs), 1e-12, name);
            let theirs = signed(numbers(&row["scores"][k]));
            assert_near(pca.scores(k), &theirs, 1e-12 * sd[0], name);
            assert_near(&projected[k], &theirs, 1e-12 * sd[0], name);
        }
        assert!((pca.explained().iter().sum::<f64>() - 1.0).abs() < 1e-12, "{name}");
    }
    assert_eq!(seen, 7);
}

#[test]
fn what_has_no_fit_or_component_is_an_error() {
    assert_eq!(Qr::new(&[vec![1.0], vec![]]).unwrap_err(), Error::Length { column: 1, found: 0, expected: 1 });
    assert_eq!(Qr::new(&[[1.0, f64::NAN]]).unwrap_err(), Error::Missing { column: 0, row: 1 });
    let qr = Qr::new(&[[1.0, 1.0]]).unwrap();
    assert!(qr.fit(&[1.0]).is_err() && qr.fit(&[1.0, f64::INFINITY]).is_err());
    let empty = Qr::new::<Vec<f64>>(&[]).unwrap();
    assert_eq!((empty.rank(), empty.fit(&[]).unwrap().df), (0, 0));
    assert!(Pca::new::<Vec<f64>>(&[], Scale::Keep).is_err() && Pca::new(&[[1.0]], Scale::Keep).is_err());
    assert_eq!(Pca::new(&[[1.0, 2.0], [3.0, 3.0]], Scale::Unit).unwrap_err(), Error::Constant { column: 1 });
    assert_eq!(Pca::new(&[[3.0, 3.0]], Scale::Keep).unwrap().components(), 0);
    let pca = Pca::new(&[[1.0, 2.0], [3.0, 5.0]], Scale::Keep).unwrap();
    assert!(pca.project(&[[1.0]]).is_err() && pca.project(&[vec![1.0], vec![]]).is_err());
}

proptest! {
    #[test]
    fn residuals_are_orthogonal_to_the_design(cells in prop::collection::vec(-4i32..5, 24), y in prop::collection::vec(-9.0..9.0f64, 8)) {
        // Small integers: columns are often dependent.
        let design: Vec<Vec<f64>> = cells.chunks(8).map(|c| c.iter().map(|v| f64::from(*v)).collect()).collect();
        let qr = Qr::new(&design).unwrap();
        let fit = qr.fit(&y).unwrap();
        for column in &design {
            prop_assert!(column.iter().zip(&fit.residuals).map(|(a, b)| a * b).sum::<f64>().abs() < 1e-10);
        }
        for (row, fitted) in fit.fitted.iter().enumerate() {
            let sum: f64 = design.iter().zip(&fit.coefficients).map(|(c, b)| c[row] * b.unwrap_or(0.0)).sum();
            prop_assert!((sum - fitted).abs() < 1e-10);
        }
        prop_assert_eq!(fit.coefficients.iter().filter(|b| b.is_none()).count(), qr.aliased().len());
    }

    #[test]
    fn components_restore_the_table(table in (2usize..7, 1usize..7).prop_flat_map(|(n, p)| prop::collection::vec(prop::collection::vec(-9.0..9.0f64, n), p))) {
        let pca = Pca::new(&table, Scale::Keep).unwrap();
        for (feature, column) in table.iter().enumerate() {
            for (case, value) in column.iter().enumerate() {
                let sum: f64 = (0..pca.components()).map(|k| pca.scores(k)[case] * pca.loadings(k)[feature]).sum();
                prop_assert!((pca.centre()[feature] + sum - value).abs() < 1e-12);
            }
        }
        prop_assert!(pca.sd().is_sorted_by(|a, b| a >= b));
        for k in 0..pca.components() {
            for l in 0..=k {
                let product: f64 = pca.loadings(k).iter().zip(pca.loadings(l)).map(|(a, b)| a * b).sum();
                prop_assert!((product - f64::from(u8::from(k == l))).abs() < 1e-12);
            }
        }
    }
}
