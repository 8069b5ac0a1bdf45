//! Linear models of genes against limma 3.54 (reference/genomics_limma.R).

use std::path::Path;

use radsurv_data::{Covariate, Covariates, Groups};
use radsurv_genomics::Expression;
use radsurv_genomics::differential::{
    BayesSettings, Design, GroupCoding, LinearFit, LinearModel, Moderated, Order, TreatSettings, Weights,
    duplicate_correlation,
};
use radsurv_stats::multiple::Adjustment;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

/// The goldens have 13 digits.
const TOLERANCE: f64 = 1e-9;
/// Where a root is sought that limma finds to 1e-8 of x / (1 + x).
const ROBUST: f64 = 1e-8;

fn golden(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.jsonl.gz"));
    Golden::read(&path).unwrap().rows
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_string()).collect()
}

/// Relative, but for values that are nothing beside `scale`; NaN where the other is.
#[track_caller]
fn close(ours: &[f64], golden: &Value, tolerance: f64, scale: f64, what: &str) {
    let golden = numbers(golden);
    assert_eq!(ours.len(), golden.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(&golden).enumerate() {
        let same = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(scale);
        assert!(same, "{what}, {at}: {a} {b}");
    }
}

struct Case {
    expression: Expression,
    design: Design,
    blocks: Option<Groups>,
    weights: Option<Vec<f64>>,
    array_weights: Option<Vec<f64>>,
}

impl Case {
    fn new(row: &Value) -> Self {
        let columns: Vec<Vec<f64>> = row["columns"].as_array().unwrap().iter().map(numbers).collect();
        let samples: Vec<String> = (0..columns[0].len()).map(|i| format!("S{i}")).collect();
        let genes = (0..row["genes"].as_u64().unwrap()).map(|i| format!("G{i}")).collect();
        Self {
            expression: Expression::new(genes, samples.clone(), numbers(&row["values"])).unwrap(),
            design: Design::new(samples, words(&row["names"]), columns).unwrap(),
            blocks: row.get("block").map(|block| Groups::new(words(block).into_iter().map(Some))),
            weights: row.get("weights").map(numbers),
            array_weights: row.get("array_weights").map(numbers),
        }
    }

    fn weights(&self) -> Option<Weights<'_>> {
        let of_values = self.weights.as_deref().map(Weights::Values);
        of_values.or(self.array_weights.as_deref().map(Weights::Samples))
    }

    fn fit(&self, row: &Value) -> LinearFit {
        let mut model = LinearModel::new(&self.design);
        if let Some(weights) = self.weights() {
            model = model.with_weights(weights);
        }
        if let Some(blocks) = &self.blocks {
            model = model.with_blocks(blocks, number(&row["correlation"]).unwrap());
        }
        model.fit(&self.expression).unwrap()
    }
}

fn assert_fit(fit: &LinearFit, golden: &Value, name: &str) {
    // Differences that are 0 but for rounding are told beside the size of the values they are of.
    let size =
        numbers(&golden["ave_expr"]).iter().fold(1.0f64, |most, v| if v.is_nan() { most } else { most.max(v.abs()) });
    close(fit.coefficients(), &golden["coefficients"], TOLERANCE, 1e-4 * size, &format!("{name}, coefficients"));
    close(fit.stdev_unscaled(), &golden["stdev_unscaled"], TOLERANCE, 0.0, &format!("{name}, stdev"));
    close(fit.sigma(), &golden["sigma"], TOLERANCE, 1e-5 * size, &format!("{name}, sigma"));
    close(fit.df_residual(), &golden["df_residual"], 0.0, 0.0, &format!("{name}, df"));
    close(fit.ave_expr(), &golden["ave_expr"], TOLERANCE, 0.0, &format!("{name}, means"));
    close(&fit.covariance().concat(), &golden["covariance"], TOLERANCE, 1e-3, &format!("{name}, covariance"));
}

fn assert_tests(fit: &LinearFit, golden: &Value, name: &str) {
    let is = |key: &str| golden[key].as_bool().unwrap();
    let pair = |key: &str| <[f64; 2]>::try_from(numbers(&golden[key])).unwrap();
    let (trend, robust, winsor_tails) = (is("trend"), is("robust"), pair("winsor_tails"));
    let moderated: Moderated = match golden.get("log_fc") {
        Some(log_fc) => {
            let log_fc = number(log_fc).unwrap();
            TreatSettings { log_fc, trend, robust, winsor_tails }.moderate(fit).unwrap()
        }
        None => {
            let (proportion, stdev_limits) = (number(&golden["proportion"]).unwrap(), pair("stdev_limits"));
            BayesSettings { proportion, stdev_limits, trend, robust, winsor_tails }.moderate(fit).unwrap()
        }
    };
    let tolerance = if robust { ROBUST } else { TOLERANCE };
    let what = |of: &str| format!("{name}, trend {trend}, robust {robust}, {of}");
    close(moderated.df_prior(), &golden["df_prior"], tolerance, 0.0, &what("df_prior"));
    close(moderated.s2_prior(), &golden["s2_prior"], tolerance, 0.0, &what("s2_prior"));
    close(moderated.s2_post(), &golden["s2_post"], tolerance, 0.0, &what("s2_post"));
    close(moderated.df_total(), &golden["df_total"], tolerance, 0.0, &what("df_total"));
    // A coefficient that is 0 but for rounding has any t near 0; the rounding is that of the values, 1e6 in one case.
    let scale = if name.contains("far from 0") { 1.0 } else { 1e-2 };
    close(moderated.t(), &golden["t"], tolerance, scale, &what("t"));
    // The tails of large t magnify their rounding.
    let p = moderated.p_value();
    let golden_p = numbers(&golden["p_value"]);
    for (at, (a, b)) in p.iter().zip(&golden_p).enumerate() {
        let allowed = tolerance * (1.0 + b.ln().abs()) * b;
        assert!((a - b).abs() <= allowed || (a.is_nan() && b.is_nan()) || a == b, "{}, {at}: {a:e} {b:e}", what("p"));
    }
    if let Some(b) = golden.get("b") {
        close(moderated.b().unwrap(), b, tolerance, 1.0, &what("b"));
    } else {
        assert!(moderated.b().is_none());
    }
    if let Some(f) = golden.get("f") {
        let names: Vec<&str> = fit.names().iter().map(String::as_str).collect();
        let found = moderated.f_statistics(&names).unwrap();
        close(&found.f, f, tolerance, 1e-7, &what("f"));
        close(&found.p_value, &golden["f_p_value"], 1e-7, 0.0, &what("f p"));
    }
}

fn assert_case(row: &Value, file: &str) -> usize {
    let name = format!("{file}: {}", row["name"].as_str().unwrap());
    let case = Case::new(row);
    let mut fit = case.fit(row);
    assert_fit(&fit, &row["fit"], &name);
    if let Some(contrasts) = row.get("contrasts") {
        let texts = words(contrasts);
        fit = fit.contrasts_by_text(&texts.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        assert_fit(&fit, &row["contrast_fit"], &format!("{name}, contrasts"));
    }
    let tests = row["tests"].as_array().unwrap();
    tests.iter().for_each(|test| assert_tests(&fit, test, &name));
    tests.len()
}

fn assert_all(file: &str, cases: usize, tests: usize) {
    let rows = golden(file);
    let with_tests: Vec<&Value> = rows.iter().filter(|row| row.get("tests").is_some()).collect();
    assert_eq!(with_tests.len(), cases);
    assert_eq!(with_tests.iter().map(|row| assert_case(row, file)).sum::<usize>(), tests);
}

#[test]
fn fits_and_contrasts_are_those_of_limma() {
    assert_all("limma_fit", 13, 15);
}

#[test]
fn moderated_tests_are_those_of_limma() {
    assert_all("limma_bayes", 11, 37);
}

#[test]
fn fits_with_blocks_are_those_of_limma() {
    assert_all("limma_blocks", 6, 6);
}

#[test]
fn correlations_within_blocks_are_those_of_limma() {
    let rows = golden("limma_blocks");
    let mut seen = 0;
    for row in rows.iter().filter(|row| row.get("duplicate").is_some()) {
        seen += 1;
        let (case, name) = (Case::new(row), row["name"].as_str().unwrap());
        let blocks = case.blocks.as_ref().unwrap();
        let found = duplicate_correlation(&case.expression, &case.design, blocks, case.weights(), 0.15).unwrap();
        // Both stop where a step gains less than 1e-6, at the same step.
        close(&found.atanh, &row["atanh"], 1e-8, 1e-3, name);
        close(&[found.correlation], &Value::from(vec![row["correlation"].clone()]), 1e-8, 0.0, name);
        assert_eq!(found.note.is_some(), name == "within the design");
    }
    assert_eq!(seen, 8);
}

#[test]
fn designs_are_those_of_r() {
    let rows = golden("limma_fit");
    let row = rows.iter().find(|row| row.get("design").is_some()).unwrap();
    let groups = Groups::new(words(&row["groups"]).into_iter().map(Some));
    let mut covariates = Covariates::new(13);
    covariates.add("age", Covariate::Number(numbers(&row["age"]))).unwrap();
    covariates.add("sex", Covariate::Category(Groups::new(words(&row["sex"]).into_iter().map(Some)))).unwrap();
    let samples: Vec<String> = (0..13).map(|i| format!("S{i}")).collect();
    let columns = |coding: GroupCoding| {
        let design = Design::of_groups(&samples, &groups, &coding, &covariates).unwrap();
        (design.names().to_vec(), design.columns().to_vec())
    };
    let golden = |key: &str| row[key].as_array().unwrap().iter().map(numbers).collect::<Vec<_>>();
    let (names, means) = columns(GroupCoding::Means);
    assert_eq!(names, ["A", "B", "C", "age", "sex=m"]);
    assert_eq!(means, golden("means"));
    let (names, differences) = columns(GroupCoding::Reference(Some("B".to_string())));
    assert_eq!(names, ["Intercept", "A", "C", "age", "sex=m"]);
    assert_eq!(differences, golden("reference_b"));
}

#[test]
fn top_tables_are_those_of_limma() {
    let rows = golden("limma_bayes");
    let first = rows.iter().find(|row| row.get("tests").is_some()).unwrap();
    let case = Case::new(first);
    let part = case.expression.select_genes(&(0..60).collect::<Vec<_>>());
    let fit = LinearModel::new(&case.design).fit(&part).unwrap();
    let model = BayesSettings::default().moderate(&fit).unwrap();
    let mut seen = 0;
    for row in rows.iter().filter(|row| row.get("top").is_some()) {
        seen += 1;
        let adjustment = match row["top"].as_str().unwrap() {
            "BH" => Adjustment::BenjaminiHochberg,
            "BY" => Adjustment::BenjaminiYekutieli,
            "bonferroni" => Adjustment::Bonferroni,
            "holm" => Adjustment::Holm,
            _ => Adjustment::None,
        };
        let table = model.top_table("high", adjustment, Order::PValue).unwrap();
        let genes: Vec<String> = numbers(&row["genes"]).iter().map(|g| format!("G{g}")).collect();
        assert_eq!(table.rows.iter().map(|r| r.gene.clone()).collect::<Vec<_>>(), genes);
        let column =
            |f: fn(&radsurv_genomics::differential::GeneRow) -> f64| table.rows.iter().map(f).collect::<Vec<_>>();
        close(&column(|r| r.log_fc), &row["log_fc"], TOLERANCE, 0.0, "log_fc");
        close(&column(|r| r.ave_expr), &row["ave_expr"], TOLERANCE, 0.0, "ave_expr");
        close(&column(|r| r.t), &row["t"], TOLERANCE, 0.0, "t");
        close(&column(|r| r.p_value), &row["p_value"], TOLERANCE, 0.0, "p");
        close(&column(|r| r.adj_p_value), &row["adj_p_value"], TOLERANCE, 0.0, "adjusted");
        close(&column(|r| r.b.unwrap()), &row["b"], TOLERANCE, 1.0, "b");
        let limits = model.limits("high", 0.9).unwrap();
        let places = numbers(&row["genes"]);
        let of = |f: fn(&radsurv_genomics::differential::Limits) -> f64| {
            places.iter().map(|g| f(&limits[*g as usize])).collect::<Vec<_>>()
        };
        close(&of(|l| l.lower), &row["lower"], TOLERANCE, 1e-2, "lower");
        close(&of(|l| l.upper), &row["upper"], TOLERANCE, 1e-2, "upper");
    }
    assert_eq!(seen, 5);
}
