//! Figures of evaluations.

use radsurv_eval::Estimate;
use radsurv_eval::clinical_impact::{ClinicalImpact, ImpactPoint};
use radsurv_eval::decision_curve::{DecisionCurve, DecisionPoint, StrategyCurve};
use radsurv_eval::time_roc::{Definition, RocCurve, TimeAuc, TimeRoc};
use radsurv_plot::forest::{Effect, Ratio, Row};
use radsurv_plot::{Style, auc_over_time, clinical_impact, decision_curve, forest, roc};

use crate::support::{LONG, ODD, sound, styles};

fn message<T>(result: radsurv_plot::Result<T>) -> String {
    result.err().map_or(String::new(), |e| e.to_string())
}

fn time_roc(times: &[f64], limits: bool) -> TimeRoc {
    let at = |(i, time): (usize, &f64)| {
        let auc = [0.8, 1.0, 0.2, 0.5][i % 4];
        let limit = |by: f64| limits.then_some(auc + by);
        TimeAuc {
            time: *time,
            auc,
            std_error: None,
            lower: limit(-0.1),
            upper: limit(0.1),
            band_lower: limit(-0.2),
            band_upper: None,
            cases: 3,
            controls: 4,
            censored: 0,
        }
    };
    let curve = |time: &f64| RocCurve {
        time: *time,
        thresholds: vec![2.0, 1.0, f64::NEG_INFINITY],
        true_positive: vec![0.0, 0.7, 1.0],
        false_positive: vec![0.0, 0.2, 1.0],
    };
    TimeRoc {
        definition: Definition::default(),
        confidence: 0.95,
        at: times.iter().enumerate().map(at).collect(),
        curves: times.iter().map(curve).collect(),
        band: None,
        note: None,
        influence: vec![],
    }
}

#[test]
fn roc_curves_of_many_markers_and_times() {
    for (times, limits) in [(vec![12.0], false), (vec![1e-5, 1e7], true), ((1..=12).map(f64::from).collect(), true)] {
        let found = time_roc(&times, limits);
        for style in styles() {
            let settings = roc::Settings { title: LONG.into(), youden: true };
            for marker in ["", ODD, LONG] {
                sound(&roc::figure(&roc::curves(&found, marker, "months"), &settings, &style).unwrap(), marker);
            }
            let markers = [ODD, LONG].map(|name| auc_over_time::Marker { name, roc: &found });
            let settings = auc_over_time::Settings { title: LONG.into(), time: LONG.into() };
            match auc_over_time::figure(&markers, &settings, &style) {
                Ok(drawing) => sound(&drawing, "areas"),
                Err(error) => assert!(times.len() == 1 && error.to_string().contains("areas at 1 times")),
            }
        }
    }
    assert!(message(roc::figure(&[], &Default::default(), &Style::default())).contains("no ROC curve"));
}

fn strategy(name: &str, benefit: impl Fn(f64) -> Option<f64>, points: usize) -> StrategyCurve {
    let estimate = |b: f64| Estimate { estimate: b, std_error: None, lower: Some(b - 0.1), upper: None };
    let point = |i: usize| {
        let threshold = i as f64 / 100.0;
        let net_benefit = benefit(threshold).map(estimate);
        DecisionPoint {
            threshold,
            high_risk: 0.5,
            true_positive: None,
            false_positive: None,
            net_benefit,
            standardized: net_benefit,
            interventions_avoided: None,
            failed: 0,
            reason: None,
        }
    };
    StrategyCurve { name: name.into(), harm: 0.0, points: (0..points).map(point).collect() }
}

#[test]
fn decision_curves_of_anything() {
    let curves = |models: Vec<StrategyCurve>, points: usize| DecisionCurve {
        time: 1.0,
        cases: 10,
        event: 0.3,
        models,
        all: strategy("all", |t| Some(0.3 - 0.7 * t / (1.0 - t)), points),
        none: strategy("none", |_| Some(0.0), points),
    };
    let falling = |t: f64| Some(0.3 - t * t);
    let cases = [
        curves(vec![], 99),
        curves(vec![strategy(LONG, |_| None, 99)], 99),
        curves(vec![strategy(ODD, |t| (t > 0.5).then_some(-1e-9), 99)], 99),
        curves((0..15).map(|i| strategy(&format!("{LONG} {i}"), falling, 99)).collect(), 99),
    ];
    for curves in &cases {
        for style in styles() {
            for standardized in [true, false] {
                let settings = decision_curve::Settings { title: ODD.into(), standardized };
                sound(&decision_curve::figure(curves, &settings, &style).unwrap(), &curves.models.len().to_string());
            }
        }
    }
    let one = curves(vec![], 1);
    assert!(message(decision_curve::figure(&one, &Default::default(), &Style::default())).contains("1 thresholds"));
}

#[test]
fn clinical_impact_without_a_number() {
    let point = |i: usize| ImpactPoint {
        threshold: i as f64 / 50.0,
        harm_to_benefit: 0.0,
        high_risk: Estimate { estimate: 1000.0, std_error: None, lower: None, upper: None },
        with_event: None,
        failed: 0,
        reason: Some("nobody is followed".into()),
    };
    for points in [2, 50] {
        let impact = ClinicalImpact { time: 1.0, population: 1e7, points: (0..points).map(point).collect() };
        for style in styles() {
            sound(&clinical_impact::figure(&impact, LONG, &style).unwrap(), "impact");
        }
    }
    let none = ClinicalImpact { time: 1.0, population: 100.0, points: vec![] };
    assert!(message(clinical_impact::figure(&none, "", &Style::default())).contains("0 thresholds"));
}

#[test]
fn forests_of_anything() {
    let ratio = |estimate: f64, lower: f64, upper: f64| Ratio { estimate, lower, upper };
    let mut rows = vec![
        Row { name: "Stage".into(), indented: false, cells: vec![], effect: Effect::Heading, p_value: None },
        Row { name: LONG.into(), indented: true, cells: vec!["12".into()], effect: Effect::Reference, p_value: None },
        Row { cells: vec!["1234".into()], ..Row::new(ODD, ratio(2.0, 1.5, 3.0), 1e-9) },
        Row { cells: vec!["5".into()], ..Row::new("wide", ratio(1.5, 0.0, f64::INFINITY), 0.5) },
        Row { cells: vec!["5".into()], ..Row::new("huge", ratio(1e30, 1e-30, 1e60), 0.9999) },
        Row { cells: vec!["5".into()], ..Row::new("nothing", ratio(f64::NAN, f64::NAN, f64::NAN), f64::NAN) },
        Row { cells: vec!["5".into()], effect: Effect::Unknown, ..Row::new("unknown", ratio(1.0, 1.0, 1.0), 0.1) },
    ];
    rows[4].effect = Effect::Ratio(ratio(250.0, 0.001, 1e4));
    let settings = forest::Settings { title: LONG.into(), columns: vec!["n".into()], ..Default::default() };
    for style in &styles()[..2] {
        sound(&forest::figure(&rows, &settings, style).unwrap(), "forest");
    }
    let same = [Row::new("a", ratio(1.0, 1.0, 1.0), 1.0)];
    sound(&forest::figure(&same, &Default::default(), &Style::default()).unwrap(), "a ratio of 1");
    let columns = forest::Settings { columns: vec!["a very long name of a column".into(); 3], ..Default::default() };
    let wide = [Row { cells: vec![String::new(); 3], ..same[0].clone() }];
    assert!(message(forest::figure(&wide, &columns, &Style::default())).contains("3 more columns has no room"));
    assert!(message(forest::figure(&same, &columns, &Style::default())).contains("`a` has 0 more columns"));
    assert!(message(forest::figure(&[], &Default::default(), &Style::default())).contains("none of 0 rows"));
    let unknown = [Row { effect: Effect::Unknown, ..same[0].clone() }];
    assert!(message(forest::figure(&unknown, &Default::default(), &Style::default())).contains("none of 1 rows"));
}
