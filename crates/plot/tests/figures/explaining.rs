//! Figures of odd SHAP values, partial dependences, selections and scores.

use radsurv_data::FeatureTable;
use radsurv_plot::shap_dependence::Colouring;
use radsurv_plot::{
    Style, partial_dependence, ranking, selection_frequency, shap_beeswarm, shap_dependence, shap_waterfall, tuning,
};
use radsurv_survival::explain::ShapValues;
use radsurv_survival::explain::local_effects::LocalEffects;
use radsurv_survival::explain::partial_dependence::{PartialDependence, Target};

use crate::support::{LONG, ODD, sound, styles};

const FEATURE: &str = "ring_wavelet-LLH_glszm_SmallAreaLowGrayLevelEmphasis";

/// Made-up SHAP values, of which some features have no value in some cases, one is the same everywhere and one is infinite once.
fn shap(cases: usize, features: usize) -> (ShapValues, FeatureTable) {
    let value = |i: usize, k: usize| ((i * 7919 + k * 104_729 + i * i % 13) % 1009) as f64 / 1009.0;
    let name = |k: usize| match k {
        0 => FEATURE.to_string(),
        1 => ODD.to_string(),
        _ => format!("{LONG} {k}"),
    };
    let columns = (0..features).map(|k| {
        let cell = |i: usize| match k {
            2 => 5.0,
            3 if i.is_multiple_of(3) => f64::NAN,
            4 if i == 0 => f64::INFINITY,
            _ => value(i, k) * 10f64.powi(k as i32 % 7 - 3),
        };
        (0..cases).map(cell).collect()
    });
    let ids: Vec<String> = (0..cases).map(|i| format!("case {i}")).collect();
    let names: Vec<String> = (0..features).map(name).collect();
    let values = (0..features).map(|k| (0..cases).map(|i| (value(i, k) - 0.4).powi(3) / (k + 1) as f64).collect());
    let shap = ShapValues { base: 1.2, case_ids: ids.clone(), features: names.clone(), values: values.collect() };
    (shap, FeatureTable::new(ids, names, columns.collect()).unwrap())
}

fn message<T>(result: radsurv_plot::Result<T>) -> String {
    result.err().map_or(String::new(), |e| e.to_string())
}

#[test]
fn shap_values_of_anything() {
    for (cases, features) in [(1, 1), (1, 40), (2, 3), (1000, 2), (1000, 30)] {
        let (mut shap, table) = shap(cases, features);
        for style in styles() {
            let what = format!("{cases} cases, {features} features");
            let settings = shap_beeswarm::Settings { title: LONG.into(), ..Default::default() };
            let swarm = shap_beeswarm::figure(&shap, &table, &settings, &style).unwrap();
            sound(&swarm, &what);
            assert!(swarm.to_svg().len() < 450_000, "{what}: {} bytes", swarm.to_svg().len());
            for colouring in [Colouring::Interacting, Colouring::None, Colouring::Feature(shap.features[0].clone())] {
                // The only case has no value of the fourth.
                for feature in shap.features.iter().take(if cases == 1 { 3 } else { 5 }) {
                    let settings = shap_dependence::Settings { title: ODD.into(), colouring: colouring.clone() };
                    let drawing = shap_dependence::figure(&shap, &table, feature, &settings, &style).unwrap();
                    sound(&drawing, &format!("{what}: {feature}"));
                }
            }
            let settings = shap_waterfall::Settings { title: LONG.into(), ..Default::default() };
            let id = shap.case_ids[0].clone();
            sound(&shap_waterfall::figure(&shap, &table, &id, &settings, &style).unwrap(), &what);
        }
        // Values that are no numbers are left out.
        shap.values[0][0] = f64::NAN;
        for style in styles() {
            sound(&shap_beeswarm::figure(&shap, &table, &Default::default(), &style).unwrap(), "NaN");
        }
        let id = &shap.case_ids[0];
        let found = message(shap_waterfall::figure(&shap, &table, id, &Default::default(), &Style::default()));
        assert!(found.starts_with("the SHAP value of"), "{found}");
    }
}

#[test]
fn a_waterfall_ends_at_the_risk() {
    let (shap, table) = shap(5, 12);
    let settings = shap_waterfall::Settings { shown: 4, ..Default::default() };
    let drawing = shap_waterfall::figure(&shap, &table, "case 3", &settings, &Style::double()).unwrap();
    let labels: Vec<String> = drawing.labels().into_iter().map(|l| l.text).collect();
    assert!(labels.contains(&"risk of case 3".to_string()) && labels.contains(&"sum of 8 others".to_string()));
    assert!(labels.contains(&format!("{:.2}", shap.risks()[3])), "{labels:?} {}", shap.risks()[3]);
}

#[test]
fn shap_values_that_cannot_be_drawn() {
    let (shap, table) = shap(6, 3);
    let style = Style::default();
    let other = table.rows(&[0, 1]);
    assert!(message(shap_beeswarm::figure(&shap, &other, &Default::default(), &style)).contains("case 2"));
    let fewer = table.select(&[FEATURE]).unwrap();
    assert!(message(shap_beeswarm::figure(&shap, &fewer, &Default::default(), &style)).contains("no column"));
    let none = ShapValues { base: 0.0, case_ids: vec![], features: vec![], values: vec![] };
    assert!(
        message(shap_beeswarm::figure(&none, &table, &Default::default(), &style)).contains("0 features in 0 cases")
    );
    let of = |name: &str, colouring| {
        let settings = shap_dependence::Settings { colouring, ..Default::default() };
        message(shap_dependence::figure(&shap, &table, name, &settings, &style))
    };
    assert!(of("volume", Colouring::None).contains("no SHAP values of volume"));
    assert!(of(FEATURE, Colouring::Feature("volume".into())).contains("volume"));
    assert!(message(shap_waterfall::figure(&shap, &table, "P9", &Default::default(), &style)).contains("the case P9"));
}

#[test]
fn partial_dependence_of_anything() {
    let line =
        |case: usize, points: usize| (0..points).map(|k| (case * 31 % 17) as f64 + k as f64).collect::<Vec<f64>>();
    for (cases, points) in [(0, 2), (1, 2), (1000, 40)] {
        let found = PartialDependence {
            feature: FEATURE.into(),
            target: Target::Survival(36.0),
            grid: (0..points).map(|k| 1e-5 * k as f64).collect(),
            mean: line(3, points),
            cases: (0..cases).map(|case| line(case, points)).collect(),
            deciles: vec![0.0, 1e-5, f64::NAN, 1e9],
        };
        for style in styles() {
            for found in [found.clone(), found.centred()] {
                let settings = partial_dependence::Settings { title: LONG.into(), ..Default::default() };
                let drawing = partial_dependence::figure(&found, &settings, &style).unwrap();
                sound(&drawing, &format!("{cases} cases"));
                assert!(drawing.to_svg().len() < 120_000, "{}", drawing.to_svg().len());
            }
            let effects = LocalEffects {
                feature: ODD.into(),
                target: Target::Risk,
                ends: found.grid.clone(),
                effect: vec![0.0; points],
                cases: vec![1; points - 1],
            };
            let settings = partial_dependence::Settings { name: Some(LONG.into()), ..Default::default() };
            sound(&partial_dependence::of_local_effects(&effects, &settings, &style).unwrap(), "local effects");
        }
        let one = PartialDependence { grid: vec![1.0], ..found };
        let found = message(partial_dependence::figure(&one, &Default::default(), &Style::default()));
        assert!(found.contains("at 1 values"), "{found}");
    }
}

#[test]
fn selections_and_scores_of_anything() {
    let chosen = |n: usize| {
        (0..n).map(|k| selection_frequency::Chosen { name: format!("{FEATURE} {k}"), share: k as f64 / 60.0 })
    };
    let candidate = |k: usize| tuning::Candidate {
        name: format!("{LONG} {k}"),
        mean: if k % 9 == 5 { f64::NAN } else { 0.6 - k as f64 / 500.0 },
        folds: vec![0.5, f64::NAN, 0.7][..k % 4].to_vec(),
        chosen: k == 51,
    };
    for style in styles() {
        for (n, threshold) in [(1, None), (2, Some(0.01)), (61, Some(7.0))] {
            let settings = selection_frequency::Settings { title: LONG.into(), threshold, ..Default::default() };
            let chosen: Vec<_> = chosen(n).collect();
            sound(&selection_frequency::figure(&chosen, &settings, &style).unwrap(), "selections");
            for higher_is_better in [true, false] {
                let candidates: Vec<_> = (0..n).map(candidate).collect();
                let settings = tuning::Settings { title: ODD.into(), higher_is_better, ..Default::default() };
                sound(&tuning::figure(&candidates, &settings, &style).unwrap(), "candidates");
            }
            let score = |estimate: f64| ranking::Score { estimate, lower: f64::NAN, upper: estimate + 0.1 };
            for sets in [1, 2, 5] {
                let scores =
                    |k: usize| (0..sets).map(|s| (s != k).then(|| score(0.5 + 0.07 * (k * s % 5) as f64))).collect();
                let models: Vec<_> =
                    (0..n).map(|k| ranking::Model { name: format!("{LONG} {k}"), scores: scores(k + 1) }).collect();
                let sets: Vec<String> = (0..sets).map(|s| format!("{LONG} {s}")).collect();
                for by in [None, Some(0)] {
                    let settings = ranking::Settings { title: LONG.into(), by, ..Default::default() };
                    sound(&ranking::figure(&models, &sets, &settings, &style).unwrap(), "ranking");
                }
            }
        }
    }
    // The chosen one is there whatever its score.
    let candidates: Vec<_> = (0..61).map(candidate).collect();
    let drawing = tuning::figure(&candidates, &Default::default(), &Style::double()).unwrap();
    assert!(drawing.labels().iter().any(|l| l.text.contains("others with worse scores, 7 without a score")));
    assert!(drawing.labels().iter().any(|l| l.text.ends_with(" 51")));
    let style = Style::default();
    assert!(message(selection_frequency::figure(&[], &Default::default(), &style)).contains("no feature"));
    assert!(message(tuning::figure(&[], &Default::default(), &style)).contains("none of 0 candidates"));
    let none = ranking::Model { name: "a".into(), scores: vec![None] };
    let of = |sets: &[&str], by| {
        let settings = ranking::Settings { by, ..Default::default() };
        message(ranking::figure(std::slice::from_ref(&none), sets, &settings, &style))
    };
    assert!(of(&["x"], None).contains("none of 1 models") && of(&["x", "y"], None).contains("has 1 scores"));
}
