//! Genes beside features, against R (`reference/genomics_association.R`) and their definition.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::{Covariate, Covariates, FeatureTable, Groups};
use radsurv_genomics::association::{AssociationSettings, Associations, NoAssociation, associate};
use radsurv_genomics::{Error, Expression};
use radsurv_stats::correlation::{Method, Missing, correlation};
use radsurv_stats::linear::Qr;
use radsurv_stats::random::Random;
use radsurv_stats::rank::average_ranks;
use radsurv_testkit::compare::assert_close;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("P{i}")).collect()
}

fn table(names: &[&str], columns: Vec<Vec<f64>>) -> FeatureTable {
    FeatureTable::new(ids(columns[0].len()), names.iter().map(|n| n.to_string()).collect(), columns).unwrap()
}

fn expression(names: &[&str], rows: &[Vec<f64>]) -> Expression {
    Expression::new(names.iter().map(|n| n.to_string()).collect(), ids(rows[0].len()), rows.concat()).unwrap()
}

fn all(
    expression: &Expression,
    features: &FeatureTable,
    confounders: Option<&Covariates>,
    settings: &AssociationSettings,
) -> Associations {
    associate(expression, expression.genes(), features, features.names(), confounders, settings).unwrap()
}

#[test]
fn correlations_limits_and_p_values_are_those_of_r() {
    let golden =
        Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/association.jsonl.gz")).unwrap();
    let column =
        |v: &Value| -> Vec<f64> { v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect() };
    let columns = |of: &str| -> (Vec<String>, Vec<Vec<f64>>) {
        golden.header[of].as_object().unwrap().iter().map(|(name, v)| (name.clone(), column(v))).unzip()
    };
    let (genes, rows) = columns("genes");
    let (names, values) = columns("features");
    let samples = rows[0].len();
    let expression = Expression::new(genes, ids(samples), rows.concat()).unwrap();
    let features = FeatureTable::new(ids(samples), names, values).unwrap();
    let age = Covariate::Number(column(&golden.header["age"]));
    let stages = golden.header["stage"].as_array().unwrap().iter().map(|v| v.as_str());
    let mut given_age = Covariates::new(samples);
    given_age.add("age", age).unwrap();
    let mut both = given_age.clone();
    both.add("stage", Covariate::Category(Groups::new(stages))).unwrap();
    for method in [Method::Pearson, Method::Spearman] {
        for (given, confounders) in [("none", None), ("age", Some(&given_age)), ("both", Some(&both))] {
            let name = if method == Method::Pearson { "pearson" } else { "spearman" };
            let settings = AssociationSettings { method, ..AssociationSettings::default() };
            let found = all(&expression, &features, confounders, &settings);
            let rows: Vec<&Value> = golden.rows.iter().filter(|r| r["method"] == name && r["given"] == given).collect();
            assert_eq!(rows.len(), found.pairs.len());
            for (row, pair) in rows.into_iter().zip(&found.pairs) {
                assert_eq!(
                    (row["gene"].as_str(), row["feature"].as_str()),
                    (Some(&pair.gene[..]), Some(&pair.feature[..]))
                );
                assert_eq!(row["n"].as_u64(), Some(pair.samples as u64));
                let of = |key: &str| number(&row[key]).unwrap();
                for (ours, golden) in [
                    (pair.r, of("r")),
                    (pair.p_value, of("p")),
                    (pair.lower, of("lower")),
                    (pair.upper, of("upper")),
                    (pair.adj_p_value, of("adjusted")),
                ] {
                    // A correlation near 0 is as exact as the products it is the sum of.
                    assert!(
                        (ours - golden).abs() <= 1e-9 * golden.abs().max(1e-3),
                        "{name} {given} {ours} {golden} {row}"
                    );
                }
                assert_eq!(pair.strong, of("p") < 0.05 && of("r").abs() > 0.6);
            }
        }
    }
}

/// Columns of small whole numbers, with ties.
fn drawn(seed: u64, columns: usize, rows: usize, levels: usize) -> Vec<Vec<f64>> {
    let mut random = Random::new(seed, 0);
    (0..columns).map(|_| (0..rows).map(|_| random.below(levels) as f64).collect()).collect()
}

proptest! {
    #[test]
    fn pairs_are_the_correlations_of_two_columns(seed: u64, rows in 10usize..40, spearman: bool, holes in 0usize..6) {
        let method = if spearman { Method::Spearman } else { Method::Pearson };
        let (mut x, mut y) = (drawn(seed, 3, rows, 12), drawn(seed ^ 1, 2, rows, 5));
        let mut random = Random::new(seed, 7);
        for _ in 0..holes {
            x[random.below(3)][random.below(rows)] = f64::NAN;
            y[random.below(2)][random.below(rows)] = f64::NAN;
        }
        let (genes, features) = (expression(&["a", "b", "c"], &x), table(&["u", "v"], y.clone()));
        let settings = AssociationSettings { method, min_samples: 5, ..AssociationSettings::default() };
        let found = all(&genes, &features, None, &settings);
        prop_assert_eq!(found.pairs.len() + found.skipped.len(), 6);
        for pair in &found.pairs {
            let (i, j) = (["a", "b", "c"].iter().position(|g| *g == pair.gene).unwrap(), usize::from(pair.feature == "v"));
            let naive = correlation(&x[i], &y[j], method, Missing::Pairwise).unwrap();
            prop_assert_eq!(naive.n, pair.samples);
            prop_assert!((naive.estimate - pair.r).abs() < 1e-13);
            if naive.estimate.abs() < 0.999 {
                prop_assert!((naive.p_value.unwrap() / pair.p_value - 1.0).abs() < 1e-9);
            }
            prop_assert!(pair.lower <= pair.r && pair.r <= pair.upper && pair.adj_p_value >= pair.p_value);
        }
    }

    #[test]
    fn units_and_confounders_change_nothing(seed: u64, scale in 0.1..50.0f64, spearman: bool) {
        let method = if spearman { Method::Spearman } else { Method::Pearson };
        let (x, y, z) = (drawn(seed, 2, 25, 40), drawn(seed ^ 1, 2, 25, 9), drawn(seed ^ 2, 1, 25, 50));
        let mut given = Covariates::new(25);
        given.add("z", Covariate::Number(z[0].clone())).unwrap();
        let settings = AssociationSettings { method, ..AssociationSettings::default() };
        let found = all(&expression(&["a", "b"], &x), &table(&["u", "v"], y.clone()), Some(&given), &settings);
        let change = |v: &Vec<f64>, by: f64| -> Vec<f64> { v.iter().zip(&z[0]).map(|(v, z)| scale * v - 3.0 + if spearman { 0.0 } else { by * z }).collect() };
        let (x, y): (Vec<_>, Vec<_>) = (x.iter().map(|v| change(v, 2.0)).collect(), y.iter().map(|v| change(v, -0.5)).collect());
        let other = all(&expression(&["a", "b"], &x), &table(&["u", "v"], y), Some(&given), &settings);
        for (a, b) in found.pairs.iter().zip(&other.pairs) {
            prop_assert!((a.r - b.r).abs() < 1e-9);
        }
    }
}

/// What least squares on an intercept and confounders leave of a column.
fn residuals(column: &[f64], confounders: &[Vec<f64>]) -> Vec<f64> {
    let mut design = vec![vec![1.0; column.len()]];
    design.extend(confounders.iter().cloned());
    Qr::new(&design).unwrap().fit(column).unwrap().residuals
}

#[test]
fn the_maximum_is_that_of_plain_permutations() {
    let (x, y, z) = (drawn(1, 3, 20, 30), drawn(2, 4, 20, 11), drawn(3, 2, 20, 25));
    let mut given = Covariates::new(20);
    given.add("age", Covariate::Number(z[0].clone())).unwrap();
    given.add("dose", Covariate::Number(z[1].clone())).unwrap();
    let (genes, features) = (expression(&["a", "b", "c"], &x), table(&["s", "t", "u", "v"], y.clone()));
    for method in [Method::Pearson, Method::Spearman] {
        for confounders in [None, Some(&given)] {
            let settings = AssociationSettings { method, permutations: 50, seed: 9, ..AssociationSettings::default() };
            let found = all(&genes, &features, confounders, &settings);
            let maximum = found.maximum.unwrap();
            let ready = |v: &Vec<f64>| if method == Method::Spearman { average_ranks(v).unwrap() } else { v.clone() };
            let z: Vec<Vec<f64>> = if confounders.is_some() { z.iter().map(ready).collect() } else { Vec::new() };
            let left = |v: &Vec<f64>| residuals(&ready(v), &z);
            let (x, y): (Vec<_>, Vec<_>) = (x.iter().map(left).collect(), y.iter().map(left).collect());
            for (i, largest) in maximum.null.iter().enumerate() {
                let mut order: Vec<usize> = (0..20).collect();
                Random::new(9, i as u64).shuffle(&mut order);
                let mut naive = 0.0f64;
                for a in &x {
                    for b in &y {
                        let moved: Vec<f64> = order.iter().map(|&row| b[row]).collect();
                        let r =
                            correlation(a, &residuals(&moved, &z), Method::Pearson, Missing::Refuse).unwrap().estimate;
                        naive = naive.max(r.abs());
                    }
                }
                assert_close(*largest, naive, 1e-10);
            }
            let observed = found.pairs.iter().map(|pair| pair.r.abs()).fold(0.0, f64::max);
            assert_close(maximum.observed, observed, 1e-12);
            let not_below = |r: f64| maximum.null.iter().filter(|m| **m >= r - 1e-12).count();
            assert_close(maximum.p_value, (1 + not_below(observed)) as f64 / 51.0, 1e-15);
            for pair in &found.pairs {
                assert_close(pair.family_p_value.unwrap(), (1 + not_below(pair.r.abs())) as f64 / 51.0, 1e-15);
            }
        }
    }
}

#[test]
fn threads_change_nothing_and_chance_is_chance() {
    let settings = AssociationSettings { permutations: 199, seed: 4, ..AssociationSettings::default() };
    let mut p_values = Vec::new();
    for seed in 0..60 {
        let (genes, features) = (
            expression(&["a", "b", "c"], &drawn(seed, 3, 30, 999)),
            table(&["u", "v"], drawn(seed + 1000, 2, 30, 999)),
        );
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| all(&genes, &features, None, &settings))
        };
        let found = run(1);
        assert_eq!(found, run(4));
        p_values.push(found.maximum.unwrap().p_value);
    }
    // 60 independent p-values of nothing: their mean is within 4 standard errors of one half.
    let mean = p_values.iter().sum::<f64>() / 60.0;
    assert!((mean - 0.5).abs() < 4.0 / (12.0f64 * 60.0).sqrt(), "{mean}");
}

#[test]
fn what_cannot_be_computed_has_a_reason() {
    let rows = 12;
    let mut x = drawn(5, 3, rows, 100);
    x[1] = vec![4.0; rows];
    let mut y = drawn(6, 3, rows, 100);
    y[1][3..].fill(f64::NAN);
    let z = drawn(7, 1, rows, 100);
    y[2] = z[0].iter().map(|v| 2.0 * v + 1.0).collect();
    let mut given = Covariates::new(rows);
    given.add("dose", Covariate::Number(z[0].clone())).unwrap();
    let (genes, features) = (expression(&["a", "flat", "c"], &x), table(&["u", "few", "dose2"], y));
    let settings = AssociationSettings { permutations: 20, ..AssociationSettings::default() };
    let named = ["u", "few", "dose2", "none"].map(String::from);
    let asked = ["a", "flat", "KDELR2"].map(String::from);
    let found = associate(&genes, &asked, &features, &named, Some(&given), &settings).unwrap();
    let reasons: Vec<(&str, &str, NoAssociation)> =
        found.skipped.iter().map(|s| (&s.gene[..], &s.feature[..], s.reason)).collect();
    use NoAssociation::*;
    let expected = [
        ("a", "few", TooFewSamples(3)),
        ("a", "dose2", ExplainedFeature),
        ("flat", "u", ConstantGene),
        ("flat", "few", ConstantGene),
        ("flat", "dose2", ConstantGene),
    ];
    assert_eq!(reasons, expected);
    assert_eq!(
        (&found.missing_genes[..], &found.missing_features[..]),
        (&["KDELR2".to_string()][..], &["none".to_string()][..])
    );
    // Too few samples lack no value.
    assert_eq!((found.maximum, found.pairs.len(), found.pairs[0].family_p_value), (None, 1, None));
    assert_eq!(reasons[0].2.to_string(), "only 3 samples have both");
}

#[test]
fn samples_are_joined_by_their_names() {
    let (x, y) = (drawn(5, 1, 14, 100), drawn(6, 1, 14, 100));
    let genes = expression(&["a"], &x);
    let order: Vec<usize> = (0..14).rev().collect();
    let mut cases: Vec<String> = order.iter().map(|i| format!("P{i}")).collect();
    cases[0] = "elsewhere".into();
    let features = FeatureTable::new(cases, vec!["u".into()], vec![order.iter().map(|&i| y[0][i]).collect()]).unwrap();
    let mut given = Covariates::new(14);
    let stages: Vec<Option<&str>> =
        order.iter().map(|&i| if i == 2 { None } else { Some(["I", "II"][i % 2]) }).collect();
    given.add("stage", Covariate::Category(Groups::new(stages))).unwrap();
    let found = all(&genes, &features, Some(&given), &AssociationSettings::default());
    assert_eq!(
        (found.join.only_left.clone(), found.join.only_right.clone()),
        (vec!["P13".to_string()], vec!["elsewhere".to_string()])
    );
    assert_eq!((&found.incomplete[..], found.pairs[0].samples), (&["P2".to_string()][..], 12));
    let kept: Vec<usize> = (0..13).filter(|i| *i != 2).collect();
    let some = |v: &[f64]| -> Vec<f64> { average_ranks(&kept.iter().map(|&i| v[i]).collect::<Vec<f64>>()).unwrap() };
    let stage: Vec<Vec<f64>> = vec![kept.iter().map(|&i| (i % 2) as f64).collect()];
    let naive = correlation(
        &residuals(&some(&x[0]), &stage),
        &residuals(&some(&y[0]), &stage),
        Method::Pearson,
        Missing::Refuse,
    );
    assert_close(found.pairs[0].r, naive.unwrap().estimate, 1e-12);
}

#[test]
fn impossible_questions() {
    let (genes, features) = (expression(&["a"], &drawn(5, 1, 14, 100)), table(&["u"], drawn(6, 1, 14, 100)));
    let message = |settings: AssociationSettings, asked: &[&str], given: Option<&Covariates>| -> String {
        let asked: Vec<String> = asked.iter().map(|g| g.to_string()).collect();
        let error: Error = associate(&genes, &asked, &features, features.names(), given, &settings).unwrap_err();
        error.to_string()
    };
    let plain = AssociationSettings::default();
    assert!(message(AssociationSettings { method: Method::Kendall, ..plain }, &["a"], None).contains("Kendall"));
    assert!(message(AssociationSettings { confidence: 95.0, ..plain }, &["a"], None).contains("confidence is 95"));
    assert!(
        message(plain, &["HK2", "KDELR2"], None).contains("none of the genes asked for is in the table: HK2, KDELR2")
    );
    assert!(message(plain, &[], None).contains("none is asked for"));
    assert!(message(plain, &["a", "a"], None).contains("more than once"));
    assert!(message(plain, &["a"], Some(&Covariates::new(3))).contains("confounders of 3 cases and features of 14"));
    let mut twice = Covariates::new(14);
    for name in ["x", "y"] {
        twice.add(name, Covariate::Number(drawn(8, 1, 14, 30)[0].clone())).unwrap();
    }
    assert!(message(plain, &["a"], Some(&twice)).contains("1 of the 2 columns of the confounders"));
    let other = Expression::new(vec!["a".into()], vec!["Q1".into()], vec![1.0]).unwrap();
    assert!(
        associate(&other, other.genes(), &features, features.names(), None, &plain)
            .unwrap_err()
            .to_string()
            .contains("no case is in both")
    );
}
