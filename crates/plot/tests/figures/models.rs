//! Figures of odd input: nothing panics, nothing lies on or beyond anything, and what cannot be drawn is said.

use crate::support::{LONG, ODD, sound, styles};
use radsurv_data::Survival;
use radsurv_plot::{Style, flow_chart, heat_map, importance, kaplan_meier, lasso_cv, lasso_path};
use radsurv_stats::correlation::CorrelationMatrix;
use radsurv_stats::nonparametric::KaplanMeier;
use radsurv_survival::coxnet::{Coefficient, CoxnetPath, CrossValidation, Measure, PathEnd, PathPoint, ValidatedPoint};

fn estimate(times: &[f64], event: impl Fn(usize) -> bool) -> KaplanMeier {
    let event = (0..times.len()).map(event).collect();
    KaplanMeier::of(&Survival::new(times.to_vec(), event).unwrap()).unwrap()
}

#[test]
fn kaplan_meier_of_anything() {
    let times = |n: usize, scale: f64| (0..n).map(|i| scale * ((i * 37 % 101) as f64 + 1.0)).collect::<Vec<f64>>();
    let cases: Vec<(&str, Vec<(String, KaplanMeier)>)> = vec![
        ("one case with an event", vec![("a".into(), estimate(&[1.0], |_| true))]),
        ("one case at time 0", vec![("a".into(), estimate(&[0.0], |_| false))]),
        ("no events", vec![(String::new(), estimate(&times(30, 1.0), |_| false))]),
        ("all events", vec![(ODD.into(), estimate(&times(30, 1e-4), |_| true))]),
        ("long names", (0..3).map(|g| (format!("{LONG} {g}"), estimate(&times(2000, 1e5), |i| i % 3 > g))).collect()),
        ("many groups", (0..25).map(|g| (format!("group {g}"), estimate(&times(400, 3.0), |i| i % 30 > g))).collect()),
        ("large numbers", (0..2).map(|g| (format!("g{g}"), estimate(&times(123_456, 1.0), |i| i % 2 == g))).collect()),
    ];
    for (what, groups) in &cases {
        let curves: Vec<_> = groups.iter().map(|(name, estimate)| kaplan_meier::Curve { name, estimate }).collect();
        for p_value in [None, Some(1e-9), Some(f64::NAN)] {
            let settings =
                kaplan_meier::Settings { p_value, title: LONG.into(), time: LONG.into(), ..Default::default() };
            for style in styles() {
                sound(&kaplan_meier::figure(&curves, &settings, &style).unwrap(), what);
            }
        }
    }
}

#[test]
fn weights_and_entry_times_are_counted_in_the_table() {
    let outcome = Survival::new(vec![2.0, 4.0, 6.0, 9.0], vec![true, false, true, false]).unwrap();
    let weighted = outcome.clone().with_weights(vec![0.5, 1.25, 1.0, 2.0]).unwrap();
    let late = outcome.with_entry(vec![0.0, 1.0, 3.0, 5.0]).unwrap();
    for (outcome, expected) in [(weighted, "4.8"), (late, "2")] {
        let estimate = KaplanMeier::of(&outcome).unwrap();
        let curves = [kaplan_meier::Curve { name: "a", estimate: &estimate }];
        let drawing = kaplan_meier::figure(&curves, &Default::default(), &Style::double()).unwrap();
        sound(&drawing, expected);
        assert!(drawing.labels().iter().any(|l| l.text == expected), "{:?}", drawing.labels());
    }
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let style = Style::default();
    let message = |e: radsurv_plot::Error| e.to_string();
    assert!(message(kaplan_meier::figure(&[], &Default::default(), &style).unwrap_err()).contains("no survival curve"));
    let one = estimate(&[1.0, 2.0], |_| true);
    let curves = [kaplan_meier::Curve { name: "a", estimate: &one }];
    let until = kaplan_meier::Settings { until: Some(-1.0), ..Default::default() };
    assert!(message(kaplan_meier::figure(&curves, &until, &style).unwrap_err()).contains("positive time"));
    let narrow = Style { width: 20.0, ..Style::default() };
    assert!(message(kaplan_meier::figure(&curves, &Default::default(), &narrow).unwrap_err()).contains("width of 20"));
    assert!(message(importance::figure(&[], &Default::default(), &style).unwrap_err()).contains("no feature"));
    let matrix = CorrelationMatrix::from_values(1, vec![1.0]).unwrap();
    assert!(
        message(heat_map::figure(&["a", "b"], &matrix, &Default::default(), &style).unwrap_err()).contains("2 names")
    );
    let path = CoxnetPath { features: vec![], points: vec![], null_deviance: 1.0, end: PathEnd::Complete };
    assert!(message(lasso_path::figure(&path, &Default::default(), &style).unwrap_err()).contains("path of 0 lambdas"));
    let none = CrossValidation { path, measure: Measure::Concordance, points: vec![], minimum: 0, one_error: 0 };
    assert!(message(lasso_cv::figure(&none, "", &style).unwrap_err()).contains("no lambda"));
}

#[test]
fn flow_charts_of_anything() {
    let left_out = |reason: &str, cases| flow_chart::LeftOut { reason: reason.into(), cases };
    let step = |name: &str, cases, left_out| flow_chart::Step { name: name.into(), cases, left_out };
    let set = |name: &str, cases| flow_chart::Set { name: name.into(), cases, notes: vec![LONG.into(), ODD.into()] };
    let cases = [
        (vec![step("", 0, vec![])], vec![]),
        (vec![step(ODD, 7, vec![left_out(LONG, 3), left_out("", 2)])], vec![set(LONG, 7)]),
        (
            (0..6).map(|i| step(LONG, 1_000_000 - i, vec![left_out(LONG, i); i])).collect(),
            vec![set("training", 4), set(ODD, 0), set("test", 1)],
        ),
    ];
    for (steps, sets) in &cases {
        for style in styles() {
            sound(&flow_chart::figure(steps, sets, LONG, &style).unwrap(), &steps[0].name);
        }
    }
}

#[test]
fn importance_of_anything() {
    let bar = |name: String, value, limits| importance::Bar { name, value, limits };
    let cases = [
        vec![bar(ODD.into(), 0.0, None)],
        vec![bar(LONG.into(), -0.2, Some([-0.3, 0.1])), bar("nothing".into(), f64::NAN, None)],
        (0..60).map(|i| bar(format!("{LONG} {i}"), f64::from(i) / 100.0, Some([f64::NAN, 1.0]))).collect(),
    ];
    for bars in &cases {
        for style in styles() {
            let settings = importance::Settings { title: LONG.into(), ..Default::default() };
            sound(&importance::figure(bars, &settings, &style).unwrap(), &bars[0].name);
        }
    }
}

#[test]
fn heat_maps_of_any_size() {
    for size in [1, 2, 3, 24, 90, 150] {
        let value = |i: usize, j: usize| match i.abs_diff(j) {
            0 => 1.0,
            1 if i.min(j) == 1 => f64::NAN,
            d => (1.0 / d as f64) * if (i + j).is_multiple_of(2) { 1.0 } else { -1.0 },
        };
        let values = (0..size * size).map(|k| value(k / size, k % size)).collect();
        let matrix = CorrelationMatrix::from_values(size, values).unwrap();
        let names: Vec<String> =
            (0..size).map(|i| if i % 3 == 0 { LONG.into() } else { format!("{ODD} {i}") }).collect();
        for clustered in [true, false] {
            let settings = heat_map::Settings { title: LONG.into(), name: LONG.into(), clustered };
            for style in styles() {
                sound(&heat_map::figure(&names, &matrix, &settings, &style).unwrap(), &format!("{size} {clustered}"));
            }
        }
    }
}

#[test]
fn paths_of_anything() {
    let path = |features: usize, points: usize, scale: f64| CoxnetPath {
        features: (0..features).map(|k| format!("{LONG} {k}")).collect(),
        points: (0..points)
            .map(|i| PathPoint {
                lambda: 0.9f64.powi(i as i32),
                deviance_ratio: 0.0,
                coefficients: (0..features.min(i))
                    .map(|feature| Coefficient {
                        feature,
                        value: scale * (i - feature) as f64 * if feature % 2 == 0 { 1.0 } else { -0.3 },
                    })
                    .collect(),
            })
            .collect(),
        null_deviance: 1.0,
        end: PathEnd::Complete,
    };
    for (features, points, scale) in [(0, 2, 1.0), (1, 2, 1e-9), (5, 100, 1e6), (300, 100, 1.0)] {
        for style in styles() {
            let path = path(features, points, scale);
            let settings =
                lasso_path::Settings { chosen: vec![0.5, -1.0, 1e-30], title: ODD.into(), ..Default::default() };
            sound(&lasso_path::figure(&path, &settings, &style).unwrap(), &format!("{features} features"));
            let point = |p: &PathPoint| ValidatedPoint {
                lambda: p.lambda,
                mean: 0.5,
                error: if points == 2 { f64::NAN } else { 0.1 * scale },
                features: p.coefficients.len(),
            };
            let (points, minimum) = (path.points.iter().map(point).collect(), points - 1);
            let validated = CrossValidation { path, measure: Measure::Deviance, points, minimum, one_error: 0 };
            sound(&lasso_cv::figure(&validated, LONG, &style).unwrap(), &format!("{features} validated"));
        }
    }
}
