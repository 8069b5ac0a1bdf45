//! Figures of evaluations.

use radsurv_data::{Covariate, Covariates, Groups, Survival};
use radsurv_eval::Estimate;
use radsurv_eval::calibration::{CalibrationGroup, CalibrationGroups, CalibrationPoint, SmoothCalibration};
use radsurv_eval::clinical_impact::{ClinicalImpact, ImpactPoint};
use radsurv_eval::cox_table::{CoxTable, CoxTableSettings};
use radsurv_eval::decision_curve::{DecisionCurve, DecisionPoint, StrategyCurve};
use radsurv_eval::nomogram::{Nomogram, NomogramSettings};
use radsurv_eval::time_roc::{Definition, RocCurve, TimeAuc, TimeRoc};
use radsurv_plot::calibration::Calibration;
use radsurv_plot::forest::{Effect, Model, Ratio, Row};
use radsurv_plot::{Style, auc_over_time, calibration, clinical_impact, decision_curve, forest, nomogram, roc};
use radsurv_stats::terms::{Knots, Terms};

use crate::data::Numbers;
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

fn groups(points: usize, observed: Option<f64>, limits: Option<f64>) -> CalibrationGroups {
    let group = |i: usize| CalibrationGroup {
        cases: 5,
        events: 1,
        predicted: (i as f64 + 0.5) / points as f64,
        lowest: 0.0,
        highest: 1.0,
        observed,
        se: None,
        lower: limits.map(|l| -l),
        upper: limits,
    };
    CalibrationGroups { time: 2.0, confidence: 0.95, groups: (0..points).map(group).collect() }
}

fn smooth(highest: f64, limits: f64) -> SmoothCalibration {
    let point = |i: usize| {
        let predicted = highest * i as f64 / 20.0;
        CalibrationPoint { predicted, observed: predicted * predicted, lower: 0.0, upper: limits }
    };
    SmoothCalibration {
        time: 2.0,
        knots: vec![],
        curve: (0..=20).map(point).collect(),
        observed: vec![],
        ici: 0.1,
        e50: 0.1,
        e90: f64::NAN,
        emax: 0.2,
        curtailed: 0,
    }
}

#[test]
fn calibration_of_anything() {
    let figure = calibration::figure;
    let settings = calibration::Settings { title: LONG.into(), predicted: LONG.into(), observed: LONG.into() };
    let rare: Vec<f64> = (0..500).map(|i| f64::from(i) * 1e-5).collect();
    for (groups, smooth) in [
        (groups(10, Some(0.5), Some(2.0)), smooth(1.0, f64::NAN)),
        (groups(1, None, None), smooth(0.004, 0.1)),
        (groups(40, Some(0.0), None), smooth(0.5, 1.0)),
    ] {
        for predictions in [&[][..], &[0.0, 1.0], &[0.3], &rare] {
            for style in styles() {
                let all = Calibration { groups: Some(&groups), smooth: Some(&smooth), predictions };
                for shown in [all, Calibration { smooth: None, ..all }, Calibration { groups: None, ..all }] {
                    sound(&figure(&shown, &settings, &style).unwrap(), "calibration");
                }
            }
        }
    }
    let style = Style::default();
    assert!(message(figure(&Calibration::default(), &settings, &style)).contains("neither groups nor a curve"));
    let (groups, later) = (groups(3, None, None), SmoothCalibration { time: 3.0, ..smooth(1.0, 1.0) });
    let shown = Calibration { groups: Some(&groups), smooth: Some(&later), predictions: &[] };
    assert!(message(figure(&shown, &settings, &style)).contains("the time 2 and a curve at the time 3"));
}

/// A nomogram of so many numbers, and of categories with names and numbers of levels.
fn fitted(numbers: usize, categories: &[(&str, usize)]) -> (Nomogram, Covariates) {
    let mut random = Numbers::new(7);
    let cases = 300;
    let mut covariates = Covariates::new(cases);
    let mut terms = Terms::new();
    for k in 0..numbers {
        let scale = 10f64.powi(3 * k as i32 - 4);
        let name = format!("{LONG} {k}");
        covariates.add(&name, Covariate::Number((0..cases).map(|_| scale * random.normal()).collect())).unwrap();
        terms = if k % 2 == 0 { terms.linear(name) } else { terms.spline(name, Knots::Count(4)) };
    }
    for (name, levels) in categories {
        let labels = (0..cases).map(|_| Some(format!("{name} {}", (random.uniform() * *levels as f64) as usize)));
        covariates.add(*name, Covariate::Category(Groups::new(labels))).unwrap();
        terms = terms.category(*name, None);
    }
    let times: Vec<f64> = (0..cases).map(|_| -10.0 * random.uniform().ln()).collect();
    let outcome = Survival::new(times, (0..cases).map(|i| i % 3 > 0).collect()).unwrap();
    let settings = NomogramSettings::default();
    (Nomogram::fit(&terms, &covariates, &outcome, &[1.0, 5.0, 12.5], &settings).unwrap(), covariates)
}

#[test]
fn nomograms_of_anything() {
    for (what, numbers, categories) in [
        ("a number", 1, &[][..]),
        ("a category of long names", 0, &[(LONG, 3)][..]),
        ("eight variables", 5, &[("stage", 4), (ODD, 2), ("histology of the tumour", 11)]),
    ] {
        let (nomogram, covariates) = fitted(numbers, categories);
        for style in styles() {
            for case in [None, Some(0), Some(17), Some(250)] {
                let mut patient = case.map(|case| nomogram.trace(&covariates.rows(&[case])).unwrap());
                if let Some(patient) = patient.as_mut().filter(|_| case == Some(17)) {
                    patient.total = -1e6;
                    patient.beyond = vec![LONG.into(), ODD.into()];
                }
                let settings =
                    nomogram::Settings { title: LONG.into(), unit: "months".into(), linear_predictor: case.is_some() };
                sound(&nomogram::figure(&nomogram, patient.as_ref(), &settings, &style).unwrap(), what);
            }
        }
    }
}

#[test]
fn what_a_nomogram_says_of_a_patient_is_written() {
    let (nomogram, covariates) = fitted(2, &[("stage", 3)]);
    let patient = nomogram.trace(&covariates.rows(&[3])).unwrap();
    let drawing = nomogram::figure(&nomogram, Some(&patient), &Default::default(), &Style::double()).unwrap();
    let labels: Vec<String> = drawing.labels().into_iter().map(|l| l.text).collect();
    for number in patient.axes.iter().map(|a| a.points).chain([patient.total]) {
        assert!(labels.contains(&format!("{number:.0}")), "{number} is not among {labels:?}");
    }
    for at in &patient.survival {
        assert!(labels.contains(&format!("{:.2}", at.survival)), "{} is not among {labels:?}", at.survival);
    }
}

#[test]
fn a_cox_table_is_drawn_row_by_row() {
    let mut random = Numbers::new(11);
    let mut covariates = Covariates::new(120);
    let age: Vec<f64> = (0..120).map(|_| 60.0 + 10.0 * random.normal()).collect();
    covariates.add("age", Covariate::Number(age)).unwrap();
    let stages = (0..120).map(|i| if i == 7 { None } else { Some(["I", "II", LONG][i % 3]) });
    covariates.add("stage", Covariate::Category(Groups::new(stages))).unwrap();
    let times: Vec<f64> = (0..120).map(|_| 10.0 * random.uniform()).collect();
    let outcome = Survival::new(times, (0..120).map(|i| i % 3 != 0 && i % 2 == 0).collect()).unwrap();
    let terms = Terms::new().linear("age").category("stage", Some("II")).interaction("age", "stage");
    let settings = CoxTableSettings { per: [("age".to_string(), 10.0)].into(), ..CoxTableSettings::default() };
    let table = settings.of(&covariates, &terms, &outcome).unwrap();
    let names = |model| forest::rows(&table, model).iter().map(|r| r.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(Model::Univariable), ["age, per 10", "stage", "II", "I", LONG]);
    assert!(names(Model::Multivariable).len() > 5);
    for model in [Model::Univariable, Model::Multivariable] {
        for style in &styles()[..2] {
            sound(&forest::of_table(&table, model, LONG, style).unwrap(), "Cox table");
        }
    }
    let shown = forest::rows(&table, Model::Multivariable);
    let ratio = table.variables[0].rows[0].multivariable.unwrap();
    assert_eq!(
        shown[0].effect,
        Effect::Ratio(Ratio { estimate: ratio.estimate, lower: ratio.lower, upper: ratio.upper })
    );
    assert_eq!(shown[0].p_value, Some(ratio.p_value));
    assert_eq!(shown.iter().filter(|r| r.effect == Effect::Reference).count(), 1);
    let none = CoxTable { multivariable: None, no_multivariable: Some("too few events".into()), ..table };
    let said = message(forest::of_table(&none, Model::Multivariable, "", &Style::default()));
    assert!(said.contains("no multivariable model to draw: too few events"));
}
