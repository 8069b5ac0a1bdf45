//! Rank sum, chi-squared and Fisher's tests against R: reference/stats_tests_of_tables.R.

use crate::support::tables::{column, golden, optional};
use proptest::prelude::*;
use radsurv_stats::Error;
use radsurv_stats::hypothesis::{ContingencyTable, RankSum, kruskal_wallis, rank_sum};

#[track_caller]
fn close(ours: f64, golden: f64, what: &str) {
    assert!((ours - golden).abs() <= 1e-9 * golden.abs(), "{what}: {ours} is not {golden}");
}

#[test]
fn tests_are_those_of_r() {
    let golden = golden("tests_of_tables.jsonl.gz", "R version 4.2.2");
    let (mut ranks, mut tables) = (0, 0);
    for row in &golden.rows {
        let number = |field: &str| optional(&row[field]);
        if row.get("x").is_some() {
            let (x, y) = (column(&row["x"]), column(&row["y"]));
            let of = |method| rank_sum(&x, &y, method).unwrap();
            let what = format!("{} and {} values", x.len(), y.len());
            assert_eq!(of(RankSum::Automatic).statistic, number("w").unwrap(), "{what}");
            close(of(RankSum::Automatic).p_value, number("automatic").unwrap(), &what);
            close(of(RankSum::Normal { continuity: true }).p_value, number("corrected").unwrap(), &what);
            close(of(RankSum::Normal { continuity: false }).p_value, number("normal").unwrap(), &what);
            match number("exact") {
                Some(p) => close(of(RankSum::Exact).p_value, p, &what),
                None => assert!(rank_sum(&x, &y, RankSum::Exact).is_err()),
            }
            ranks += 1;
        } else {
            let counts: Vec<Vec<u64>> = row["table"].as_array().unwrap().iter().map(whole).collect();
            let what = format!("{counts:?}");
            let table = ContingencyTable::new(&counts).unwrap();
            let test = table.chi_squared(false).unwrap();
            let [statistic, df, p] = column(&row["chisq"])[..] else { panic!() };
            assert!((test.statistic - statistic).abs() <= 1e-9 * statistic.max(1.0) && test.df == df, "{what}");
            close(test.p_value, p, &what);
            close(table.chi_squared(true).unwrap().p_value, column(&row["corrected"])[1], &what);
            close(table.least_expected(), number("least").unwrap(), &what);
            let fisher = number("fisher").unwrap();
            close(table.fisher().unwrap(), fisher, &what);
            let simulated = table.fisher_simulated(4000, 7).unwrap();
            let error = (fisher * (1.0 - fisher) / 4000.0).sqrt();
            assert!((simulated - fisher).abs() <= 5.0 * error + 1.0 / 4001.0, "{what} {simulated} {fisher}");
            tables += 1;
        }
    }
    assert_eq!((ranks, tables), (9, 13));
}

fn whole(row: &serde_json::Value) -> Vec<u64> {
    column(row).iter().map(|c| *c as u64).collect()
}

#[test]
fn what_cannot_be_tested_is_an_error() {
    assert!(matches!(ContingencyTable::new(&[[1, 2]]), Err(Error::TooFewGroups { found: 1, .. })));
    assert!(matches!(ContingencyTable::new(&[[1, 0], [3, 0]]), Err(Error::TooFewGroups { found: 1, .. })));
    assert!(matches!(ContingencyTable::new(&[vec![1, 0], vec![3]]), Err(Error::Length { column: 1, .. })));
    let none: [[u64; 2]; 0] = [];
    assert!(ContingencyTable::new(&none).is_err());
    // A category that nobody is in, and a group without cases, change nothing.
    let padded = ContingencyTable::new(&[[12, 0, 5], [0, 0, 0], [6, 0, 9]]).unwrap();
    assert_eq!(padded, ContingencyTable::new(&[[12, 5], [6, 9]]).unwrap());
    assert!(padded.fisher_simulated(0, 1).is_err());
    // Too many tables for an exact answer: said, and not waited for.
    let large =
        ContingencyTable::new(&[[90, 80, 70, 60, 95, 85], [75, 88, 64, 72, 91, 79], [60, 99, 84, 73, 62, 88]]).unwrap();
    assert!(matches!(large.fisher(), Err(Error::Unsupported { .. })));
    assert_eq!(large.fisher_simulated(200, 3), large.fisher_simulated(200, 3));
    assert!(large.is_large() && !ContingencyTable::new(&[[3, 1], [1, 3]]).unwrap().is_large());
}

proptest! {
    #[test]
    fn rank_sums_know_order_alone_and_change_sides(x in prop::collection::vec(-20i32..20, 1..25), y in prop::collection::vec(-20i32..20, 1..25)) {
        let of = |v: &[i32]| v.iter().map(|v| f64::from(*v) / 8.0).collect::<Vec<f64>>();
        let (x, y) = (of(&x), of(&y));
        for method in [RankSum::Automatic, RankSum::Normal { continuity: false }] {
            let Ok(test) = rank_sum(&x, &y, method) else { return Ok(()) };
            let other = rank_sum(&y, &x, method).unwrap();
            prop_assert_eq!(test.statistic + other.statistic, (x.len() * y.len()) as f64);
            prop_assert!((test.p_value - other.p_value).abs() <= 1e-12 * test.p_value && test.p_value <= 1.0);
            let exp = |v: &[f64]| v.iter().map(|v| v.exp()).collect::<Vec<f64>>();
            prop_assert_eq!(rank_sum(&exp(&x), &exp(&y), method).unwrap(), test);
        }
        // Two groups of Kruskal and Wallis are this test without the correction.
        let z = rank_sum(&x, &y, RankSum::Normal { continuity: false }).unwrap().z.unwrap();
        let kruskal = kruskal_wallis(&[&x, &y]).unwrap().statistic;
        prop_assert!((z * z - kruskal).abs() <= 1e-8 * kruskal.max(1.0));
        let pairs: f64 = x.iter().flat_map(|a| y.iter().map(move |b| if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 })).sum();
        prop_assert_eq!(rank_sum(&x, &y, RankSum::Automatic).unwrap().statistic, pairs);
    }

    #[test]
    fn tests_of_counts_do_not_know_the_order_of_rows_and_columns(counts in prop::collection::vec(prop::collection::vec(0u64..7, 3), 2..4)) {
        let Ok(table) = ContingencyTable::new(&counts) else { return Ok(()) };
        let turned: Vec<Vec<u64>> = (0..3).rev().map(|j| counts.iter().rev().map(|row| row[j]).collect()).collect();
        let turned = ContingencyTable::new(&turned).unwrap();
        for (a, b) in [
            (table.chi_squared(true).unwrap().p_value, turned.chi_squared(true).unwrap().p_value),
            (table.fisher().unwrap(), turned.fisher().unwrap()),
        ] {
            prop_assert!((a - b).abs() <= 1e-9 * a && (0.0..=1.0).contains(&a), "{} {}", a, b);
        }
        prop_assert!(table.chi_squared(true).unwrap().statistic <= table.chi_squared(false).unwrap().statistic);
    }
}
