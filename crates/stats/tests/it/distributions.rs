//! Tails and quantiles against exact values, which are R's where R is exact to 1e-12 (`reference/stats_distributions.py`).

use std::path::Path;

use proptest::prelude::*;
use radsurv_stats::Error;
use radsurv_stats::distribution::{ChiSquared, FisherF, Normal, StudentT};
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

#[test]
fn tails_and_quantiles_are_exact() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/distributions.jsonl.gz");
    let golden = Golden::read(&path).unwrap();
    let mut worse = Vec::new();
    for row in &golden.rows {
        let df: Vec<f64> = row["df"].as_array().unwrap().iter().map(|v| number(v).unwrap()).collect();
        let of = row["of"].as_str().unwrap();
        let pairs = if row.get("x").is_some() {
            let x = number(&row["x"]).unwrap();
            let (lower, upper) = match of {
                "normal" => (Normal.lower(x), Normal.upper(x)),
                "t" => (StudentT::new(df[0]).unwrap().lower(x), StudentT::new(df[0]).unwrap().upper(x)),
                "chi_squared" => (ChiSquared::new(df[0]).unwrap().lower(x), ChiSquared::new(df[0]).unwrap().upper(x)),
                _ => (FisherF::new(df[0], df[1]).unwrap().lower(x), FisherF::new(df[0], df[1]).unwrap().upper(x)),
            };
            [("lower", lower), ("upper", upper)]
        } else {
            let p = number(&row["p"]).unwrap();
            let (a, b) = match of {
                "normal" => (Normal.quantile(p), Normal.upper_quantile(p)),
                "t" => (StudentT::new(df[0]).unwrap().quantile(p), StudentT::new(df[0]).unwrap().upper_quantile(p)),
                "chi_squared" => {
                    (ChiSquared::new(df[0]).unwrap().quantile(p), ChiSquared::new(df[0]).unwrap().upper_quantile(p))
                }
                _ => {
                    let f = FisherF::new(df[0], df[1]).unwrap();
                    (f.quantile(p), f.upper_quantile(p))
                }
            };
            [("quantile", a.unwrap()), ("upper_quantile", b.unwrap())]
        };
        for (name, ours) in pairs {
            let exact = number(&row[name]).unwrap();
            let difference = relative_difference(ours, exact, 0.0);
            if difference > 1e-12 {
                worse.push((difference, name, ours, exact, Value::to_string(row)));
            }
        }
    }
    for (difference, name, ours, exact, row) in &worse {
        println!("{difference:.1e} {name} ours {ours:e} exact {exact:e} {row}");
    }
    assert!(worse.is_empty(), "{} of {}", worse.len(), 2 * golden.rows.len());
}

#[test]
fn the_ends_and_impossible_arguments() {
    let f = FisherF::new(3.0, 4.0).unwrap();
    assert_eq!((f.lower(-1.0), f.upper(-1.0), f.lower(0.0), f.upper(f64::INFINITY)), (0.0, 1.0, 0.0, 0.0));
    assert!(f.upper(f64::NAN).is_nan() && Normal.lower(f64::NAN).is_nan());
    assert_eq!((f.quantile(0.0), f.quantile(1.0)), (Ok(0.0), Ok(f64::INFINITY)));
    assert_eq!(f.upper_quantile(1.0), Ok(0.0));
    assert_eq!(f.quantile(1.5), Err(Error::NotProbability { value: 1.5 }));
    assert!(f.quantile(f64::NAN).is_err());
    for bad in [0.0, -1.0, f64::NAN] {
        assert!(FisherF::new(bad, 1.0).is_err() && StudentT::new(bad).is_err() && ChiSquared::new(bad).is_err());
    }
    assert!(ChiSquared::new(f64::INFINITY).is_err() && FisherF::new(f64::INFINITY, f64::INFINITY).is_err());
    let t = StudentT::new(5.0).unwrap();
    assert_eq!(
        (t.quantile(0.5), t.quantile(0.0), t.upper_quantile(0.0)),
        (Ok(0.0), Ok(-f64::INFINITY), Ok(f64::INFINITY))
    );
    assert_eq!((t.lower(0.0), t.two_sided(0.0), t.two_sided(f64::NEG_INFINITY)), (0.5, 1.0, 0.0));
    assert_eq!((Normal.quantile(0.5), Normal.quantile(1.0), Normal.lower(0.0)), (Ok(0.0), Ok(f64::INFINITY), 0.5));
    // Infinite degrees of freedom: the limits.
    assert_eq!(StudentT::new(f64::INFINITY).unwrap().upper(1.5), Normal.upper(1.5));
    let chi_squared = ChiSquared::new(3.0).unwrap();
    let limit = FisherF::new(3.0, f64::INFINITY).unwrap();
    assert!((limit.upper(2.0) - chi_squared.upper(6.0)).abs() < 1e-15);
    assert!((limit.quantile(0.3).unwrap() - chi_squared.quantile(0.3).unwrap() / 3.0).abs() < 1e-14);
    let limit = FisherF::new(f64::INFINITY, 3.0).unwrap();
    assert!((limit.upper(2.0) - chi_squared.lower(1.5)).abs() < 1e-15);
    assert!((limit.upper_quantile(limit.upper(2.0)).unwrap() - 2.0).abs() < 1e-13);
}

proptest! {
    #[test]
    fn quantiles_invert_tails(a in -1.0..4.0f64, b in -1.0..4.0f64, exponent in 0.0..200.0f64, upper: bool) {
        let (a, b, p) = (10f64.powf(a), 10f64.powf(b), 0.5 * 10f64.powf(-exponent));
        let f = FisherF::new(a, b).unwrap();
        let at = if upper { f.upper_quantile(p) } else { f.quantile(p) }.unwrap();
        if at > 1e-290 && at < 1e290 {
            let back = if upper { f.upper(at) } else { f.lower(at) };
            // One rounding of the point moves the tail by up to (degrees of freedom) roundings.
            prop_assert!((back / p - 1.0).abs() < 1e-12 + 4e-16 * (a + b), "{a} {b} {p} {at} {back}");
            // The reciprocal has the degrees of freedom the other way round.
            let other = FisherF::new(b, a).unwrap();
            let mirrored = if upper { other.lower(1.0 / at) } else { other.upper(1.0 / at) };
            prop_assert!((mirrored / back - 1.0).abs() < 1e-12 + 4e-16 * (a + b));
        }
    }
}
