//! The hypergeometric distribution against R (`reference/genomics_overlap.R`) and its definition.

use std::path::Path;

use proptest::prelude::*;
use radsurv_stats::distribution::Hypergeometric;
use radsurv_testkit::compare::{assert_close, relative_difference};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

#[test]
fn tails_are_those_of_r() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/hypergeometric.jsonl.gz");
    let golden = Golden::read(&path).unwrap();
    let mut worse = Vec::new();
    for row in &golden.rows {
        let count = |name: &str| row[name].as_u64().unwrap();
        let of = Hypergeometric::new(count("total"), count("marked"), count("drawn")).unwrap();
        let k = count("k");
        for (name, ours) in [("ln_density", of.ln_density(k)), ("at_most", of.at_most(k)), ("at_least", of.at_least(k))]
        {
            let golden = number(&row[name]).unwrap();
            // A logarithm near 0 is as exact as what it is the logarithm of.
            let difference = relative_difference(ours, golden, if name == "ln_density" { 1.0 } else { 0.0 });
            if difference > 1e-12 {
                worse.push((difference, name, ours, golden, Value::to_string(row)));
            }
        }
    }
    for (difference, name, ours, golden, row) in &worse {
        println!("{difference:.1e} {name} ours {ours:e} R {golden:e} {row}");
    }
    assert!(worse.is_empty(), "{} of {}", worse.len(), 3 * golden.rows.len());
}

/// *C(n, k)*, without rounding.
fn ways(n: u64, k: u64) -> u128 {
    (0..k.min(n - k)).fold(1, |ways, i| ways * u128::from(n - i) / u128::from(i + 1))
}

proptest! {
    #[test]
    fn as_by_definition((total, marked, drawn) in (0u64..60).prop_flat_map(|n| (Just(n), 0..=n, 0..=n))) {
        let of = Hypergeometric::new(total, marked, drawn).unwrap();
        let [least, most] = of.support();
        let counts: Vec<u128> = (least..=most).map(|k| ways(marked, k) * ways(total - marked, drawn - k)).collect();
        let all = ways(total, drawn);
        prop_assert_eq!(counts.iter().sum::<u128>(), all);
        let part = |counts: &[u128]| counts.iter().sum::<u128>() as f64 / all as f64;
        for k in least..=most {
            let at = (k - least) as usize;
            assert_close(of.density(k), part(&counts[at..=at]), 2e-14);
            assert_close(of.at_most(k), part(&counts[..=at]), 2e-14);
            assert_close(of.at_least(k), part(&counts[at..]), 2e-14);
        }
        prop_assert_eq!((of.at_most(most + 1), of.at_least(most + 1), of.density(most + 1)), (1.0, 0.0, 0.0));
        if least > 0 {
            prop_assert_eq!((of.at_most(least - 1), of.at_least(least - 1)), (0.0, 1.0));
        }
    }

    #[test]
    fn marked_and_drawn_are_alike((total, marked, drawn) in (1u64..1_000_000).prop_flat_map(|n| (Just(n), 0..=n, 0..=n)), part in 0.0..1.0f64) {
        let (one, other) = (Hypergeometric::new(total, marked, drawn).unwrap(), Hypergeometric::new(total, drawn, marked).unwrap());
        let [least, most] = one.support();
        let k = least + ((most - least) as f64 * part) as u64;
        prop_assert!(relative_difference(one.at_least(k), other.at_least(k), 0.0) < 1e-11);
        // What is not drawn is the complement.
        let rest = Hypergeometric::new(total, marked, total - drawn).unwrap();
        prop_assert!(relative_difference(one.at_least(k), rest.at_most(marked - k), 0.0) < 1e-11);
    }
}

#[test]
fn impossible_designs() {
    for (total, marked, drawn) in [(5, 6, 1), (5, 1, 6), (u64::MAX, 1, 1)] {
        assert!(Hypergeometric::new(total, marked, drawn).is_err());
    }
    let none = Hypergeometric::new(0, 0, 0).unwrap();
    assert_eq!((none.mean(), none.at_least(0), none.at_least(1), none.density(0)), (0.0, 1.0, 0.0, 1.0));
}
