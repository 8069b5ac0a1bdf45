//! The bootstrap against R's boot: reference/bootstrap.R.

use std::path::Path;

use radsurv_stats::bootstrap::{Bootstrap, Bootstrapped, LimitsBy, basic, bca, percentile};
use radsurv_stats::summary::{mean, median, variance};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

#[track_caller]
fn close(ours: f64, golden: f64, what: &str) {
    assert!((ours - golden).abs() <= 1e-9 * golden.abs().max(0.1), "{what}: {ours} is not {golden}");
}

fn rows() -> Vec<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bootstrap.jsonl.gz");
    let golden = Golden::read(&file).unwrap();
    assert!(golden.header["versions"].as_str().unwrap().contains("boot 1.3"));
    golden.rows
}

fn statistic(name: &str, x: &[f64], y: &[f64], rows: &[usize]) -> Result<f64, String> {
    let some = |values: &[f64]| rows.iter().map(|&i| values[i]).collect::<Vec<f64>>();
    let (x, mut y) = (some(x), some(y));
    Ok(match name {
        "ratio" => mean(&x) / mean(&y.iter().map(|v| v.exp()).collect::<Vec<f64>>()),
        "variance" => variance(&x),
        "median" => median(&mut y),
        _ => {
            let sum: Vec<f64> = x.iter().zip(&y).map(|(a, b)| a + b).collect();
            let covariance = 0.5 * (variance(&sum) - variance(&x) - variance(&y));
            covariance / (variance(&x) * variance(&y)).sqrt()
        }
    })
}

#[test]
fn limits_of_the_same_replicates_are_those_of_boot() {
    let mut seen = 0;
    for row in rows() {
        let what =
            format!("{} {} {}", row["statistic"], row["stratified"], row["replicates"].as_array().unwrap().len());
        let (replicates, influence) = (numbers(&row["replicates"]), numbers(&row["influence"]));
        let estimate = number(&row["estimate"]).unwrap();
        for (confidence, golden) in numbers(&row["confidence"]).iter().zip(numbers(&row["limits"]).chunks(6)) {
            let all = [
                percentile(&replicates, *confidence),
                basic(estimate, &replicates, *confidence),
                bca(estimate, &replicates, &influence, *confidence),
            ];
            for (limits, golden) in all.into_iter().zip(golden.chunks(2)) {
                let limits = limits.unwrap();
                close(limits.lower, golden[0], &what);
                close(limits.upper, golden[1], &what);
                seen += 1;
            }
        }
        let settings = Bootstrap::default();
        let result = Bootstrapped::of(estimate, replicates.into_iter().map(Some).collect(), Ok(&influence), &settings);
        close(result.std_error.unwrap(), number(&row["se"]).unwrap(), &what);
        close(result.bias.unwrap(), number(&row["bias"]).unwrap(), &what);
    }
    assert_eq!(seen, 24 * 4 * 3);
}

#[test]
fn influences_are_those_of_boots_jackknife() {
    for row in rows().iter().filter(|row| row["replicates"].as_array().unwrap().len() == 200) {
        let (x, y, golden) = (numbers(&row["x"]), numbers(&row["y"]), numbers(&row["influence"]));
        let name = row["statistic"].as_str().unwrap();
        let strata: Vec<usize> = numbers(&row["strata"]).iter().map(|s| *s as usize).collect();
        let settings = Bootstrap { samples: 400, limits: LimitsBy::Bca, ..Bootstrap::default() };
        let run = settings.run(x.len(), Some(&strata), |rows| vec![statistic(name, &x, &y, rows)]).unwrap().remove(0);
        let result = run.unwrap();
        close(result.estimate, number(&row["estimate"]).unwrap(), name);
        let replicates: Vec<f64> = result.replicates.iter().map(|r| r.unwrap()).collect();
        let expected = bca(result.estimate, &replicates, &golden, 0.95).unwrap();
        close(result.lower().unwrap(), expected.lower, name);
        close(result.upper().unwrap(), expected.upper, name);
        // What other samples of the same data say is near: within 5 standard errors of a standard error.
        let se = number(&row["se"]).unwrap();
        assert!((result.std_error.unwrap() / se - 1.0).abs() < 0.35, "{name} {:?} {se}", result.std_error);
    }
}
