//! Decision curves against dcurves (Python and R) and clinical impact against rmda: reference/decision_curve.py,
//! decision_curve.R, benefit.R.

use crate::support::benefit_tables::{Tables, close, column, read};
use radsurv_data::{Metric, Predictions, SurvivalCurves};
use radsurv_eval::bootstrap::{Resampling, bootstrap};
use radsurv_eval::clinical_impact::{ClinicalImpact, ClinicalImpactSettings};
use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, NetBenefit, Strategy, StrategyCurve};
use radsurv_stats::bootstrap::{Bootstrap, LimitsBy};

#[test]
fn net_benefit_is_that_of_dcurves() {
    // Points without a number there: known here as well, and not.
    assert_eq!(compare("decision_curve.jsonl.gz", "dcurves 1.1.7"), Compared { equal: 507, known: 19, unknown: 2 });
    assert_eq!(compare("decision_curve_r.jsonl.gz", "dcurves 0.5.1"), Compared { equal: 507, known: 19, unknown: 2 });
}

#[derive(Debug, PartialEq, Default)]
struct Compared {
    equal: usize,
    known: usize,
    unknown: usize,
}

fn compare(file: &str, version: &str) -> Compared {
    let tables = Tables::read();
    let golden = read(file);
    assert!(golden.header["versions"].as_str().unwrap().contains(version));
    let thresholds = column(&golden.header["thresholds"]);
    let mut compared = Compared::default();
    for row in &golden.rows {
        let (name, model) = (row["dcurves"].as_str().unwrap(), row["model"].as_str().unwrap());
        let table = tables.get(name);
        let harm = row["harm"].as_f64().unwrap();
        let risk: &[f64] = if model == "risk2" { &table.risk2 } else { &table.risk };
        let settings =
            DecisionCurveSettings { thresholds: thresholds.clone(), ..DecisionCurveSettings::at(table.time) };
        let curves = DecisionCurve::of(&[Strategy { name: model, risk, harm }], &table.outcome, &settings).unwrap();
        let curve: &StrategyCurve = match model {
            "all" => &curves.all,
            "none" => &curves.none,
            _ => &curves.models[0],
        };
        close(curves.event, row["prevalence"].as_f64().unwrap(), name);
        let part = |name: &str| column(&row[name]);
        let (benefit, avoided) = (part("net_benefit"), part("net_intervention_avoided"));
        let (true_positive, false_positive) = (part("tp_rate"), part("fp_rate"));
        for (i, point) in curve.points.iter().enumerate() {
            let what = format!("{name} {model} {}", point.threshold);
            if let Some(golden) = row.get("test_pos_rate") {
                close(point.high_risk, column(golden)[i], &what);
            }
            if benefit[i].is_nan() {
                // Nobody is followed until the time; where all had the event before, ours is known.
                match point.true_positive {
                    Some(share) => {
                        assert!(share == point.high_risk && point.false_positive == Some(0.0), "{what}");
                        compared.known += 1;
                    }
                    None => {
                        assert!(point.net_benefit.is_none() && point.reason.is_some(), "{what}");
                        compared.unknown += 1;
                    }
                }
                continue;
            }
            close(point.true_positive.unwrap(), true_positive[i], &what);
            close(point.false_positive.unwrap(), false_positive[i], &what);
            close(point.net_benefit.unwrap().estimate, benefit[i], &what);
            close(point.interventions_avoided.unwrap().estimate, avoided[i], &what);
            close(point.standardized.unwrap().estimate, benefit[i] / curves.event, &what);
            compared.equal += 1;
        }
    }
    compared
}

#[test]
fn impact_is_that_of_rmda_where_nobody_is_censored() {
    let tables = Tables::read();
    let golden = read("benefit.jsonl.gz");
    let row = golden.rows.iter().find(|row| row.get("rmda").is_some()).unwrap();
    let table = tables.get(row["rmda"].as_str().unwrap());
    let thresholds = column(&row["threshold"]);
    let settings = ClinicalImpactSettings { thresholds: thresholds.clone(), ..ClinicalImpactSettings::at(table.time) };
    let impact = ClinicalImpact::of(&table.risk2, &table.outcome, &settings).unwrap();
    let model = Strategy { name: "model", risk: &table.risk2, harm: 0.0 };
    let settings = DecisionCurveSettings { thresholds, ..DecisionCurveSettings::at(table.time) };
    let curves = DecisionCurve::of(&[model], &table.outcome, &settings).unwrap();
    let part = |name: &str| column(&row[name]);
    let (high_risk, event, benefit) = (part("high_risk"), part("with_event"), part("net_benefit"));
    let standardized = part("standardized");
    for (i, (point, curve)) in impact.points.iter().zip(&curves.models[0].points).enumerate() {
        close(point.high_risk.estimate, 1000.0 * high_risk[i], "high risk");
        close(point.with_event.unwrap().estimate, 1000.0 * event[i], "with event");
        close(curve.net_benefit.unwrap().estimate, benefit[i], "net benefit");
        close(curve.standardized.unwrap().estimate, standardized[i], "standardised");
        close(point.harm_to_benefit, point.threshold / (1.0 - point.threshold), "harm to benefit");
    }
    assert_eq!(impact.points.len(), 19);
}

#[test]
fn limits_are_those_of_the_same_samples() {
    let tables = Tables::read();
    let table = tables.get("pbc");
    let settings = Bootstrap { samples: 100, seed: 5, limits: LimitsBy::Bca, ..Bootstrap::default() };
    let curves = DecisionCurveSettings {
        thresholds: vec![0.1, 0.3],
        bootstrap: Some(settings),
        ..DecisionCurveSettings::at(table.time)
    };
    let model = |harm| Strategy { name: "model", risk: &table.risk2, harm };
    let curves = DecisionCurve::of(&[model(0.0), model(0.02)], &table.outcome, &curves).unwrap();
    let survival = table.risk2.iter().map(|r| vec![1.0 - r]).collect();
    let predictions = Predictions::new(table.risk2.clone());
    let predictions = predictions.with_survival(SurvivalCurves::new(vec![table.time], survival).unwrap()).unwrap();
    let metric = NetBenefit { time: table.time, threshold: 0.3, harm: 0.0 };
    assert_eq!(metric.name(), "net_benefit_60_at_0.3");
    let metrics: [&dyn Metric; 1] = [&metric];
    let result = bootstrap(&metrics, &predictions, &table.outcome, Resampling::Cases, &settings).unwrap();
    let value = result[0].value.as_ref().unwrap();
    let benefit = curves.models[0].points[1].net_benefit.unwrap();
    close(benefit.estimate, value.estimate, "estimate");
    close(benefit.lower.unwrap(), value.lower().unwrap(), "lower");
    close(benefit.upper.unwrap(), value.upper().unwrap(), "upper");
    let with_harm = curves.models[1].points[1].net_benefit.unwrap();
    close(with_harm.lower.unwrap(), benefit.lower.unwrap() - 0.02, "lower with harm");
    let none = curves.none.points[0].net_benefit.unwrap();
    assert_eq!((none.estimate, none.std_error), (0.0, Some(0.0)));
    let impact = ClinicalImpactSettings {
        thresholds: vec![0.3],
        bootstrap: Some(settings),
        ..ClinicalImpactSettings::at(table.time)
    };
    let point = ClinicalImpact::of(&table.risk2, &table.outcome, &impact).unwrap().points.remove(0);
    let event = point.with_event.unwrap();
    assert!(event.lower.unwrap() < event.estimate && event.estimate < event.upper.unwrap() && point.failed == 0);
}

#[test]
fn bad_input_is_explained() {
    let tables = Tables::read();
    let table = tables.get("pbc");
    let message = |risk: &[f64], harm: f64, time: f64, threshold: f64| {
        let settings = DecisionCurveSettings { thresholds: vec![threshold], ..DecisionCurveSettings::at(time) };
        DecisionCurve::of(&[Strategy { name: "m", risk, harm }], &table.outcome, &settings).unwrap_err().to_string()
    };
    assert!(message(&table.risk, 0.0, 1e4, 0.5).contains("usable times are from"));
    assert!(message(&table.risk, 0.0, 60.0, 1.0).contains("from 0 to below 1"));
    assert!(message(&table.risk, -1.0, 60.0, 0.5).contains("true positives per case"));
    assert!(message(&table.risk[1..], 0.0, 60.0, 0.5).contains("of 311 cases"));
    let percent: Vec<f64> = table.risk.iter().map(|r| 100.0 * r).collect();
    assert!(message(&percent, 0.0, 60.0, 0.5).contains("not scores or percentages"));
    let survival: Vec<f64> = table.risk.iter().map(|r| 1.0 - r).collect();
    assert!(message(&survival, 0.0, 60.0, 0.5).contains("survival"));
    let entered = table.outcome.clone().with_entry(vec![0.0; 312]).unwrap();
    let settings = DecisionCurveSettings::at(60.0);
    let error = DecisionCurve::of(&[], &entered, &settings).unwrap_err().to_string();
    assert!(error.contains("entry times"), "{error}");
    assert!(ClinicalImpact::of(&table.risk, &entered, &ClinicalImpactSettings::at(60.0)).is_err());
    let error =
        NetBenefit { time: 60.0, threshold: 0.2, harm: 0.0 }.of(&Predictions::new(table.risk.clone()), &table.outcome);
    assert!(error.unwrap_err().to_string().contains("no survival at the time 60"));
}
