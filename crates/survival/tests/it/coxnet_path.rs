//! Paths of the elastic net against glmnet (reference/coxnet_glmnet.R), and against the conditions of their minima.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::{FeatureTable, Survival};
use radsurv_stats::cox::Ties;
use radsurv_survival::coxnet::{Lambdas, PathEnd, PathSettings};
use radsurv_testkit::compare::{assert_close, relative_difference};
use radsurv_testkit::golden::Golden;

use crate::support::coxnet::{case, columns, moments, naive, numbers, table, violation};

#[test]
fn paths_are_those_of_glmnet() {
    let golden =
        Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/coxnet_path.jsonl.gz")).unwrap();
    assert!(golden.header["versions"].as_str().unwrap().contains("glmnet 4.1.6"));
    assert_eq!(golden.rows.len(), 12);
    for row in &golden.rows {
        let name = row["name"].as_str().unwrap();
        let (features, outcome) = case(row);
        let lambda = numbers(&row["lambda"]);
        let given = row["given"].as_bool().unwrap();
        let mut settings = PathSettings {
            alpha: row["alpha"].as_f64().unwrap(),
            standardize: row["standardize"].as_bool().unwrap(),
            tolerance: 1e-13,
            lambdas: Lambdas::Grid { count: 100, ratio: row["smallest"].as_f64() },
            ..PathSettings::default()
        };
        if let Some(factors) = row.get("factors") {
            settings.penalty_factors = features.names().iter().cloned().zip(numbers(factors)).collect();
        }
        let offset = row.get("offset").map(numbers);
        let fit = |settings: &PathSettings| settings.fit_with_offset(&features, &outcome, offset.as_deref()).unwrap();
        let (mut first, mut lambdas) = (f64::NAN, Vec::new());
        let smallest = row["smallest"].as_f64().unwrap();
        if !given {
            let grid = fit(&settings);
            assert_eq!(grid.points.len(), lambda.len(), "{name}: {:?}", grid.end);
            assert_eq!(grid.end == PathEnd::Complete, lambda.len() == 100, "{name}");
            lambdas = grid.points.iter().map(|p| p.lambda).collect();
            first = lambdas[0];
            // It is a derivative at the fit of the features that are not penalised: an iteration in glmnet.
            let free = settings.penalty_factors.values().any(|f| *f == 0.0);
            assert_close(first, lambda[0], if free { 1e-6 } else { 1e-9 });
        }
        settings.lambdas = Lambdas::Given(lambda.clone());
        let path = fit(&settings);
        assert_eq!((path.points.len(), path.end), (lambda.len(), PathEnd::Complete), "{name}");
        assert_close(path.null_deviance, row["null_deviance"].as_f64().unwrap(), 1e-9);
        let ratios = numbers(&row["ratio"]);
        for (k, point) in path.points.iter().enumerate() {
            if !given {
                // glmnet's step has an exponent in single precision: its last lambda is off by some 1e-8.
                let exact = first * (smallest.ln() * k as f64 / 99.0).exp();
                let theirs = lambda[0] * (smallest.ln() * k as f64 * f64::from(1.0f32 / 99.0)).exp();
                assert_close(lambdas[k], exact, 1e-12);
                assert_close(theirs, lambda[k], 1e-9);
            }
            // Ridge: glmnet gives the fit of an infinite lambda as its first point.
            if settings.alpha > 0.0 || k > 0 {
                let difference = relative_difference(point.deviance_ratio, ratios[k], 1e-3);
                assert!(difference < 1e-6, "{name} {k}: {} {}", point.deviance_ratio, ratios[k]);
            }
        }
        for kept in row["kept"].as_array().unwrap() {
            let point = kept["point"].as_u64().unwrap() as usize;
            let mut expected = vec![0.0; features.names().len()];
            for (feature, value) in numbers(&kept["feature"]).iter().zip(numbers(&kept["value"])) {
                expected[*feature as usize] = value;
            }
            let ours = path.coefficients(point);
            let largest = expected.iter().fold(0.0f64, |m, e| m.max(e.abs()));
            if settings.alpha == 0.0 && point == 0 {
                assert!(largest < 1e-30);
                continue;
            }
            for (j, (ours, theirs)) in ours.iter().zip(&expected).enumerate() {
                let difference = relative_difference(*ours, *theirs, largest);
                assert!(difference <= 1e-6, "{name}, point {point}, feature {j}: {ours} {theirs}");
            }
        }
    }
}

/// Features of a recipe, tied times of which some are censored, some weights, late entries.
fn example(seed: u64, n: usize, p: usize, unit: f64, weighted: bool, late: bool) -> (FeatureTable, Survival) {
    let features = columns(seed, n, p + 3, 3);
    let (x, extra) = features.split_at(p);
    let time: Vec<f64> = (0..n).map(|i| (unit * (extra[0][i] - x[0][i]).exp()).floor() + 1.0).collect();
    let event = (0..n).map(|i| extra[1][i] < 0.5).collect();
    let entry = (0..n).map(|i| if extra[2][i] > 0.0 { (time[i] / 3.0).floor() } else { 0.0 }).collect();
    let mut outcome = Survival::new(time, event).unwrap();
    if weighted {
        outcome = outcome.with_weights((0..n).map(|i| (i % 4) as f64 / 2.0).collect()).unwrap();
    }
    if late {
        outcome = outcome.with_entry(entry).unwrap();
    }
    (table(x.to_vec()), outcome)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_point_fulfils_its_conditions(
        seed in 1u64..100_000, n in 20usize..60, p in 2usize..50, unit in 1.0..30.0f64, alpha in 0.0..1.0f64,
        lasso: bool, weighted: bool, late: bool, efron: bool,
    ) {
        let (features, outcome) = example(seed, n, p, unit, weighted, late);
        prop_assume!(outcome.event_times().len() > 2);
        let alpha = if lasso { 1.0 } else { alpha };
        let ties = if efron { Ties::Efron } else { Ties::Breslow };
        let lambdas = Lambdas::Grid { count: 12, ratio: Some(0.02) };
        let settings = PathSettings { alpha, ties, lambdas, tolerance: 1e-10, ..PathSettings::default() };
        let path = settings.fit(&features, &outcome).unwrap();
        prop_assert!(path.end != PathEnd::NotConverged);
        let mut before = -1e-9;
        for (k, point) in path.points.iter().enumerate() {
            let worst = violation(&features, &outcome, &path.coefficients(k), ties, point.lambda, alpha);
            prop_assert!(worst < 1e-9, "{k}: {worst:e}");
            prop_assert!(point.deviance_ratio >= before && point.deviance_ratio <= 1.0);
            before = point.deviance_ratio;
        }
    }
}

/// Efron's ties have no reference in glmnet 4.1: the minimum by small steps along the gradient of the definition.
#[test]
fn minima_with_efron_ties_are_those_of_the_definition() {
    let (features, outcome) = example(7, 40, 3, 3.0, true, true);
    let (lambda, alpha) = (0.03, 0.7);
    let settings = PathSettings {
        alpha,
        ties: Ties::Efron,
        lambdas: Lambdas::Given(vec![lambda]),
        tolerance: 1e-12,
        ..PathSettings::default()
    };
    let path = settings.fit(&features, &outcome).unwrap();
    let n = features.cases();
    let scaled: Vec<[f64; 2]> = features.columns().iter().map(|c| moments(c, &outcome)).collect();
    let x: Vec<Vec<f64>> = features
        .columns()
        .iter()
        .zip(&scaled)
        .map(|(c, [mean, deviation])| c.iter().map(|v| (v - mean) / deviation).collect())
        .collect();
    let eta = |b: &[f64]| (0..n).map(|i| x.iter().zip(b).map(|(x, b)| b * x[i]).sum()).collect::<Vec<f64>>();
    let mut b = vec![0.0; 3];
    for _ in 0..4000 {
        let (_, gradient) = naive(&outcome, &eta(&b), Ties::Efron);
        let next = |(x, b): (&Vec<f64>, &f64)| {
            let slope: f64 = x.iter().zip(&gradient).map(|(x, g)| x * g).sum();
            let z: f64 = b + 0.5 * slope;
            z.signum() * (z.abs() - 0.5 * lambda * alpha).max(0.0) / (1.0 + 0.5 * lambda * (1.0 - alpha))
        };
        b = x.iter().zip(&b).map(next).collect();
    }
    for ((ours, b), [_, deviation]) in path.coefficients(0).iter().zip(&b).zip(&scaled) {
        assert!((ours * deviation - b).abs() < 1e-9, "{ours} {b}");
    }
    let (null, _) = naive(&outcome, &vec![0.0; n], Ties::Efron);
    let (here, _) = naive(&outcome, &eta(&b), Ties::Efron);
    let total: f64 = outcome.weights().unwrap().iter().sum();
    let explained = path.points[0].deviance_ratio * path.null_deviance;
    assert_close(explained, 2.0 * total * (here - null), 1e-9);
}

#[test]
fn the_order_of_cases_and_features_makes_no_difference() {
    let (features, outcome) = example(3, 50, 20, 8.0, true, false);
    let lambdas = Lambdas::Grid { count: 20, ratio: Some(0.05) };
    let settings = PathSettings { lambdas, tolerance: 1e-12, ..PathSettings::default() };
    let path = settings.fit(&features, &outcome).unwrap();
    assert_eq!(path, settings.fit(&features, &outcome).unwrap());
    let order: Vec<usize> = (0..50).map(|i| (7 * i + 3) % 50).collect();
    let names: Vec<&String> = features.names().iter().rev().collect();
    let turned = features.rows(&order).select(&names).unwrap();
    let other = settings.fit(&turned, &outcome.rows(&order)).unwrap();
    for k in 0..path.points.len() {
        assert_close(other.points[k].lambda, path.points[k].lambda, 1e-12);
        for (a, b) in path.coefficients(k).iter().zip(other.coefficients(k).iter().rev()) {
            assert!((a - b).abs() < 1e-9);
        }
    }
}

#[test]
fn equal_and_constant_features_are_no_obstacle() {
    let (features, outcome) = example(5, 40, 4, 8.0, false, false);
    let mut columns = features.columns().to_vec();
    columns.push(columns[0].clone());
    columns.push(vec![3.5; 40]);
    columns.push(columns[1].iter().map(|v| 1e9 - 1e3 * v).collect());
    let path = PathSettings::default().fit(&table(columns.clone()), &outcome).unwrap();
    assert_ne!(path.end, PathEnd::NotConverged);
    let last = path.points.len() - 1;
    assert_eq!(path.coefficients(last)[5], 0.0);
    let of_unique = PathSettings::default().fit(&features, &outcome).unwrap();
    assert!((path.points[20].deviance_ratio - of_unique.points[20].deviance_ratio).abs() < 1e-5);
    let message = PathSettings::default().fit(&table(vec![vec![1.0; 40]; 2]), &outcome).unwrap_err().to_string();
    assert!(message.contains("2 features (f0, f1) have one value each"), "{message}");
}

#[test]
fn impossible_settings_are_named() {
    let (features, outcome) = example(5, 40, 4, 8.0, false, false);
    let message = |settings: PathSettings| settings.fit(&features, &outcome).unwrap_err().to_string();
    let usual = PathSettings::default;
    assert!(message(PathSettings { alpha: 1.5, ..usual() }).starts_with("alpha is 1.5"));
    assert!(message(PathSettings { tolerance: 0.0, ..usual() }).starts_with("tolerance is 0"));
    let none = Lambdas::Given(Vec::new());
    assert!(message(PathSettings { lambdas: none, ..usual() }).contains("give numbers of at least 0"));
    let grid = Lambdas::Grid { count: 0, ratio: None };
    assert!(message(PathSettings { lambdas: grid, ..usual() }).starts_with("count of lambdas is 0"));
    let factors = |name: &str, factor: f64| [(name.to_string(), factor)].into_iter().collect();
    let unknown = message(PathSettings { penalty_factors: factors("g", 1.0), ..usual() });
    assert!(unknown.contains("no column g of the penalty factors"), "{unknown}");
    assert!(message(PathSettings { penalty_factors: factors("f0", -1.0), ..usual() }).contains("-1 of f0"));
    let offset = usual().fit_with_offset(&features, &outcome, Some(&[1.0])).unwrap_err();
    assert!(offset.to_string().starts_with("offset is 1 values"));
}

#[test]
fn settings_are_read_as_they_were_written() {
    let factors = [("f0".to_string(), f64::INFINITY), ("f1".to_string(), 0.5)].into_iter().collect();
    let settings =
        PathSettings { penalty_factors: factors, lambdas: Lambdas::Given(vec![0.1]), ..PathSettings::default() };
    let text = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<PathSettings>(&text).unwrap(), settings);
    assert_eq!(serde_json::from_str::<PathSettings>("{}").unwrap(), PathSettings::default());
    assert!(serde_json::from_str::<PathSettings>("{\"lamda\": 1}").is_err());
}
