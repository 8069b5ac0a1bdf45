//! Clinical models against R's step(), MASS::stepAIC, coxph and maxstat: reference/clinical.R.

use std::collections::BTreeMap;
use std::path::Path;

use radsurv_data::{Covariate, Covariates, Groups, Survival};
use radsurv_stats::terms::Terms;
use radsurv_survival::clinical::{ClinicalFit, ClinicalSettings, ClinicalWarning, Rule, TermTest};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn golden() -> Golden {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/clinical.jsonl.gz");
    let golden = Golden::read(&path).unwrap();
    assert!(golden.header["versions"].as_str().unwrap().contains("survival 3.5.3"));
    golden
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

/// R's `a:b` is our `a * b`.
fn ours(name: &str) -> String {
    name.replace(':', " * ")
}

#[track_caller]
pub fn close(ours: f64, golden: f64, tolerance: f64, what: &str) {
    assert!((ours - golden).abs() <= tolerance * golden.abs().max(1e-3), "{what}: {ours} is not {golden}");
}

/// The tables of the golden file.
fn tables(golden: &Golden) -> BTreeMap<&str, (Covariates, Survival)> {
    let rows = golden.rows.iter().filter_map(|row| Some((row.get("table")?.as_str()?, &row["columns"])));
    rows.map(|(name, columns)| {
        let event = numbers(&columns["event"]).iter().map(|e| *e == 1.0).collect();
        let outcome = Survival::new(numbers(&columns["time"]), event).unwrap();
        let mut covariates = Covariates::new(outcome.len());
        for (column, values) in columns.as_object().unwrap().iter().filter(|(n, _)| *n != "time" && *n != "event") {
            let covariate = match values[0].is_string() {
                true => Covariate::Category(Groups::new(texts(values).into_iter().map(Some))),
                false => Covariate::Number(numbers(values)),
            };
            covariates.add(column, covariate).unwrap();
        }
        (name, (covariates, outcome))
    })
    .collect()
}

fn terms_of(row: &Value, covariates: &Covariates) -> Terms {
    let terms =
        texts(&row["terms"]).into_iter().fold(Terms::new(), |terms, name| match covariates.get(name).unwrap() {
            Covariate::Number(_) => terms.linear(name),
            Covariate::Category(_) => terms.category(name, None),
        });
    let pairs = row.get("pairs").map(texts).unwrap_or_default();
    pairs.into_iter().fold(terms, |terms, pair| {
        let (first, second) = pair.split_once(':').unwrap();
        terms.interaction(first, second)
    })
}

/// Steps and the last model, of rules that keep what they tried.
fn same_steps(found: &ClinicalFit, row: &Value, what: &str) {
    let steps = row["steps"].as_array().unwrap();
    let report = &found.report;
    assert_eq!(report.steps.len(), steps.len(), "{what}");
    for (step, theirs) in report.steps.iter().zip(steps) {
        let terms: Vec<String> = texts(&theirs["terms"]).into_iter().map(ours).collect();
        assert_eq!(step.terms, terms, "{what}");
        assert_eq!(step.df as f64, number(&theirs["df"]).unwrap(), "{what}");
        close(step.log_likelihood, number(&theirs["loglik"]).unwrap(), 1e-9, what);
        assert!((step.aic - number(&theirs["aic"]).unwrap()).abs() < 1e-8, "{what}");
        assert_eq!(step.dropped, theirs["dropped"].as_str().map(ours), "{what}");
        if step.tried.is_empty() {
            continue;
        }
        assert_eq!(step.tried.len(), theirs["tried"].as_object().unwrap().len(), "{what}");
        for tried in &step.tried {
            let name = tried.term.replace(" * ", ":");
            let what = format!("{what} without {name}");
            assert!((tried.aic - number(&theirs["tried"][&name]).unwrap()).abs() < 1e-8, "{what}");
            // Differences of likelihoods that have ten digits.
            close(tried.p_value, number(&theirs["p"][&name]).unwrap(), 1e-6, &what);
        }
    }
    // Coefficients by name: R writes `sexm` for `sex=m`; interactions come in another order of columns, so errors are sorted.
    let sorted = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values
    };
    let coefficients = sorted(found.model.coefficients());
    for (b, theirs) in coefficients.iter().zip(sorted(numbers(&row["coef"]))) {
        close(*b, theirs, 1e-6, what);
    }
    let errors = sorted(report.effects.iter().map(|e| e.certainty.unwrap().se).collect());
    assert_eq!(errors.len(), numbers(&row["se"]).len());
    for (se, theirs) in errors.iter().zip(sorted(numbers(&row["se"]))) {
        close(*se, theirs, 1e-6, what);
    }
}

fn risks(found: &ClinicalFit, covariates: &Covariates, row: &Value, what: &str) -> Vec<f64> {
    let risk = found.model.predict(covariates, None, &[]).unwrap().predictions.risk().to_vec();
    let theirs = numbers(&row["risk"]);
    // R does not centre columns of 0 and 1.
    let shift = risk[0] - theirs[0];
    for (ours, theirs) in risk.iter().zip(&theirs) {
        assert!((ours - theirs - shift).abs() < 1e-6, "{what}: {ours} {theirs} {shift}");
    }
    risk
}

#[test]
fn steps_and_models_are_those_of_r() {
    let golden = golden();
    let tables = tables(&golden);
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("model").is_some()) {
        let (covariates, outcome) = &tables[row["model"].as_str().unwrap()];
        let (rule, test) = (row["rule"].as_str().unwrap(), row["test"].as_str().unwrap());
        let stay = number(&row["stay"]).unwrap();
        let settings = ClinicalSettings {
            terms: terms_of(row, covariates),
            rule: match rule {
                "aic" => Rule::BackwardAic,
                "p" => Rule::BackwardP { stay },
                _ if stay == 1.0 => Rule::Univariable { enter: 0.1 },
                _ => Rule::UnivariableThenBackward { enter: 0.1, stay },
            },
            test: if test == "lr" { TermTest::LikelihoodRatio } else { TermTest::Wald },
            ..Default::default()
        };
        let what = format!("{} {rule} {test} {stay} {}", row["model"], row["pairs"]);
        let found = settings.fit(covariates, None, outcome).unwrap();
        same_steps(&found, row, &what);
        let p = numbers(&row["univariable"][test]);
        assert_eq!(found.report.univariable.len(), p.len());
        for (alone, p) in found.report.univariable.iter().zip(p) {
            close(alone.p_value.unwrap(), p, 1e-6, &format!("{what} {} alone", alone.variable));
            assert_eq!(alone.entered, rule != "uni" || p < 0.1, "{what} {}", alone.variable);
        }
        for field in ["step_aic", "stepAIC_aic"] {
            let Some(aic) = row.get(field) else { continue };
            let aic = numbers(aic);
            assert_eq!(aic.len(), found.report.steps.len());
            for (step, aic) in found.report.steps.iter().zip(aic) {
                assert!((step.aic - aic).abs() < 1e-8, "{what} {field}");
            }
        }
        let risk = risks(&found, covariates, row, &what);
        for (time, hazard) in numbers(&row["times"]).into_iter().zip(numbers(&row["hazard"])) {
            let of_first = hazard * numbers(&row["risk"])[0].exp();
            close(found.model.baseline().at(time) * risk[0].exp(), of_first, 1e-6, &format!("{what} hazard"));
            let survival = found.model.predict(covariates, None, &[time]).unwrap().predictions;
            close(survival.survival().unwrap().of(0)[0], (-of_first).exp(), 1e-6, &what);
        }
        seen += 1;
    }
    assert_eq!(seen, 37);
}

#[test]
fn cut_points_are_those_of_maxstat() {
    let golden = golden();
    let tables = tables(&golden);
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("cut").is_some()) {
        let (covariates, outcome) = &tables[row["cut"].as_str().unwrap()];
        let at: Vec<String> = texts(&row["at"]).into_iter().map(String::from).collect();
        let settings =
            ClinicalSettings { terms: terms_of(row, covariates), dichotomise: at.clone(), ..Default::default() };
        let found = settings.fit(covariates, None, outcome).unwrap();
        let cuts: Vec<f64> = found.report.cut_points.iter().map(|cut| cut.cut()).collect();
        assert_eq!(cuts, numbers(&row["cuts"]));
        same_steps(&found, row, row["cut"].as_str().unwrap());
        risks(&found, covariates, row, "cut");
        assert!(found.report.warnings.contains(&ClinicalWarning::CutsSought { variables: at }));
        assert!(found.report.cut_points.iter().all(|cut| cut.p_values().permutation.is_some()));
        seen += 1;
    }
    assert_eq!(seen, 2);
}
