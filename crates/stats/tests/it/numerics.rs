//! Numerics against R, splines, statmod and limma (reference/stats_numerics.R).

use std::path::Path;

use proptest::prelude::*;
use radsurv_stats::distribution::{FisherF, StudentT};
use radsurv_stats::natural_spline::NaturalSpline;
use radsurv_stats::quadrature::Quadrature;
use radsurv_stats::root::brent;
use radsurv_stats::special::{digamma, tetragamma, trigamma, trigamma_inverse};
use radsurv_stats::summary::trimmed_mean;
use radsurv_stats::svd::decompose;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn rows(key: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/numerics.jsonl.gz");
    let rows: Vec<Value> = Golden::read(&path).unwrap().rows.into_iter().filter(|r| r.get(key).is_some()).collect();
    assert!(!rows.is_empty());
    rows
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

#[track_caller]
fn near(ours: f64, golden: f64, tolerance: f64, scale: f64) {
    assert!((ours - golden).abs() <= tolerance * golden.abs().max(scale), "{ours:e} {golden:e}");
}

#[test]
fn gamma_derivatives_are_those_of_r() {
    let row = &rows("gamma")[0];
    for (k, &x) in numbers(&row["gamma"]).iter().enumerate() {
        near(digamma(x), numbers(&row["digamma"])[k], 1e-14, 0.1);
        near(trigamma(x), numbers(&row["trigamma"])[k], 1e-14, 0.0);
        near(tetragamma(x), numbers(&row["tetragamma"])[k], 1e-14, 0.0);
    }
    let row = &rows("inverse")[0];
    for (&x, y) in numbers(&row["trigamma_of"]).iter().zip(numbers(&row["inverse"])) {
        near(trigamma_inverse(x), y, 1e-13, 0.0);
    }
    for f in [digamma, trigamma, tetragamma] {
        assert!(f(f64::NAN).is_nan() && f(0.0).is_nan() && f(-1.0).is_nan());
    }
    assert!(trigamma_inverse(-1.0).is_nan() && trigamma_inverse(0.0) == f64::INFINITY);
    assert_eq!((digamma(f64::INFINITY), trigamma(f64::INFINITY)), (f64::INFINITY, 0.0));
}

#[test]
fn natural_splines_are_those_of_r() {
    let rows = rows("spline");
    assert_eq!(rows.len(), 11);
    for row in rows {
        let intercept = row["intercept"].as_bool().unwrap();
        let (x, width) = (numbers(&row["x"]), row["columns"].as_u64().unwrap() as usize);
        let spline = NaturalSpline::of_values(&x, width, intercept).unwrap();
        assert_eq!(spline.width(), width);
        for (ours, golden) in spline.inner().iter().zip(numbers(&row["knots"])) {
            near(*ours, golden, 1e-15, 0.0);
        }
        for (at, basis) in [("x", "basis"), ("new", "new_basis")] {
            let golden = numbers(&row[basis]);
            let ours: Vec<f64> = numbers(&row[at]).iter().flat_map(|&x| spline.basis(x)).collect();
            assert_eq!(ours.len(), golden.len());
            for (k, (a, b)) in ours.iter().zip(golden).enumerate() {
                assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{} {basis} {k}: {a} {b}", row["spline"]);
            }
        }
    }
}

#[test]
fn nodes_and_weights_are_those_of_statmod() {
    let row = &rows("nodes")[0];
    let rule = Quadrature::gauss_legendre(128);
    for (ours, golden) in rule.nodes.iter().zip(numbers(&row["nodes"])) {
        near(*ours, golden, 2e-15, 1.0);
    }
    // statmod's weights have errors up to 1.4e-12; ours are those of 50 digits.
    for (ours, golden) in rule.weights.iter().zip(numbers(&row["weights"])) {
        near(*ours, golden, 2e-12, 0.0);
    }
    let exact = [
        (0, 8.755_602_643_404_276e-5, 2.246_904_801_460_452e-4),
        (5, 0.004_936_090_754_132_808, 0.001_712_763_020_455_107_8),
        (40, 0.228_280_848_793_594_8, 0.010_261_396_243_480_035),
    ];
    for (at, node, weight) in exact {
        near(rule.nodes[at], node, 2e-15, 0.0);
        near(rule.weights[at], weight, 5e-15, 0.0);
    }
}

#[test]
fn roots_are_found_at_the_steps_of_uniroot() {
    for row in rows("root_of") {
        let f = |x: f64| match row["root_of"].as_str().unwrap() {
            "cubic" => x * x * x - 2.0 * x - 5.0,
            "exponential" => (-20.0 * x).exp() - 0.3,
            _ => (50.0 * (x - 0.7)).atan() + 0.1,
        };
        let root = brent(f, [0.0, 3.0], number(&row["tolerance"]).unwrap()).unwrap();
        near(root, number(&row["root"]).unwrap(), 1e-13, 0.0);
    }
}

#[test]
fn trimmed_means_are_those_of_r() {
    for row in rows("trimmed") {
        let mean = trimmed_mean(&mut numbers(&row["trimmed"]), row["trim"].as_f64().unwrap());
        near(mean, number(&row["mean"]).unwrap(), 1e-14, 1e-2);
    }
    assert!(trimmed_mean(&mut [], 0.2).is_nan());
}

#[test]
fn logarithms_of_tails_and_densities_are_those_of_r() {
    for row in rows("t") {
        let (t, p) = (number(&row["t"]).unwrap(), number(&row["ln_upper"]).unwrap());
        let of = StudentT::new(number(&row["df"]).unwrap()).unwrap();
        near(of.ln_upper(t), p, 1e-12, 1e-2);
        // Its own logarithm, and not R's, whose rounding the quantile would magnify.
        near(of.upper_quantile_of_ln(of.ln_upper(t)).unwrap(), t, 1e-11, 0.0);
    }
    for row in rows("f") {
        let golden = |key: &str| number(&row[key]).unwrap();
        let (f, df) = (golden("f"), numbers(&row["df"]));
        let of = FisherF::new(df[0], df[1]).unwrap();
        // An upper tail near 1 has few digits left in its logarithm.
        near(of.ln_upper(f), golden("ln_upper"), 1e-12, 1e-3);
        near(of.ln_lower(f), golden("ln_lower"), 1e-12, 1e-3);
        near(of.density(f), golden("density"), 1e-12, 0.0);
        if of.upper(f) < 0.5 {
            near(of.upper_quantile_of_ln(of.ln_upper(f)).unwrap(), f, 1e-11, 0.0);
        } else {
            near(of.quantile_of_ln(of.ln_lower(f)).unwrap(), f, 1e-11, 0.0);
        }
    }
    assert!(StudentT::new(3.0).unwrap().upper_quantile_of_ln(0.1).is_err());
    assert!(FisherF::new(3.0, 4.0).unwrap().quantile_of_ln(f64::NAN).is_err());
    let density = |df1: f64, f: f64| FisherF::new(df1, 4.0).unwrap().density(f);
    assert_eq!(
        [density(1.0, 0.0), density(2.0, 0.0), density(3.0, 0.0), density(3.0, -1.0)],
        [f64::INFINITY, 1.0, 0.0, 0.0]
    );
}

proptest! {
    #[test]
    fn singular_values_make_the_matrix_again(
        entries in prop::collection::vec(-3i32..4, 24), shrink in 0u32..12, repeat in any::<bool>(),
    ) {
        let mut columns: Vec<Vec<f64>> = entries.chunks(8).map(|c| c.iter().map(|v| f64::from(*v)).collect()).collect();
        columns[1].iter_mut().for_each(|v| *v *= 10f64.powi(-(shrink as i32)));
        if repeat {
            columns[2] = columns[0].clone();
        }
        let parts = decompose(&columns).unwrap();
        prop_assert!(parts.windows(2).all(|w| w[0].size >= w[1].size));
        for (j, column) in columns.iter().enumerate() {
            for (i, value) in column.iter().enumerate() {
                let again: f64 = parts.iter().map(|p| p.size * p.left[i] * p.right[j]).sum();
                prop_assert!((again - value).abs() < 1e-12, "{} {}", again, value);
            }
        }
        for (a, part) in parts.iter().enumerate() {
            for (b, other) in parts.iter().enumerate() {
                let product: f64 = part.left.iter().zip(&other.left).map(|(x, y)| x * y).sum();
                prop_assert!((product - f64::from(u8::from(a == b))).abs() < 1e-10, "{}", product);
            }
        }
    }
}
