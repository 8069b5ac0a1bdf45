//! What holds for decision curves of any follow-up and risks, and the definition without any order of the sums.

use proptest::prelude::*;
use radsurv_data::Survival;
use radsurv_eval::clinical_impact::{ClinicalImpact, ClinicalImpactSettings};
use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, Strategy as Model};
use radsurv_eval::input::check_direction;
use radsurv_stats::bootstrap::Bootstrap;
use radsurv_stats::nonparametric::KaplanMeier;

const TIME: f64 = 5.0;

/// Small whole times with many ties, and somebody on each side of the time.
/// Risks by chance may look like survival; those are refused.
fn cases() -> impl Strategy<Value = (Survival, Vec<f64>)> {
    any_cases().prop_filter("direction", |(outcome, risk)| check_direction(TIME, risk, outcome).is_ok())
}

fn any_cases() -> impl Strategy<Value = (Survival, Vec<f64>)> {
    prop::collection::vec((1u32..12, any::<bool>(), 0u32..=20), 3..60).prop_map(|rows| {
        let mut times: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let mut event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        (times[0], event[0], times[1]) = (3.0, true, 11.5);
        let risk = rows.iter().map(|r| f64::from(r.2) / 20.0).collect();
        (Survival::new(times, event).unwrap(), risk)
    })
}

fn settings() -> DecisionCurveSettings {
    let thresholds = vec![0.0, 0.05, 0.25, 0.5, 0.65, 0.8, 0.95];
    DecisionCurveSettings { thresholds, ..DecisionCurveSettings::at(TIME) }
}

fn curves(risk: &[f64], outcome: &Survival) -> DecisionCurve {
    DecisionCurve::of(&[Model { name: "m", risk, harm: 0.0 }], outcome, &settings()).unwrap()
}

proptest! {
    #[test]
    fn curves_are_those_of_the_definition((outcome, risk) in cases()) {
        let curves = curves(&risk, &outcome);
        let survival = KaplanMeier::of(&outcome).unwrap().survival().at(TIME);
        prop_assert!((curves.event - (1.0 - survival)).abs() < 1e-12);
        for (point, (all, none)) in curves.models[0].points.iter().zip(curves.all.points.iter().zip(&curves.none.points)) {
            let p = point.threshold;
            let odds = p / (1.0 - p);
            let high: Vec<usize> = (0..risk.len()).filter(|i| risk[*i] >= p).collect();
            let share = high.len() as f64 / risk.len() as f64;
            prop_assert_eq!(point.high_risk, share);
            let of_all = (1.0 - survival) - survival * odds;
            prop_assert!((all.net_benefit.unwrap().estimate - of_all).abs() < 1e-12);
            prop_assert_eq!(none.net_benefit.unwrap().estimate, 0.0);
            if high.is_empty() {
                prop_assert_eq!(point.net_benefit.unwrap().estimate, 0.0);
                continue;
            }
            let high_outcome = outcome.rows(&high);
            let survival = KaplanMeier::of(&high_outcome).unwrap().survival().at(TIME);
            if survival > 0.0 && high_outcome.times().iter().all(|t| *t < TIME) {
                prop_assert!(point.net_benefit.is_none() && point.reason.is_some());
                continue;
            }
            let benefit = share * (1.0 - survival) - share * survival * odds;
            prop_assert!((point.net_benefit.unwrap().estimate - benefit).abs() < 1e-12);
            if p > 0.0 {
                let avoided = point.interventions_avoided.unwrap().estimate;
                prop_assert!((avoided - (benefit - of_all) / odds).abs() < 1e-10);
            } else {
                prop_assert!(point.interventions_avoided.is_none());
                prop_assert_eq!(point.net_benefit, all.net_benefit);
            }
        }
    }

    #[test]
    fn ranges_are_where_it_is_better((outcome, risk) in cases()) {
        let curves = curves(&risk, &outcome);
        let model = &curves.models[0];
        prop_assert!(model.ranges_above(&[&curves.all, model]).is_empty());
        let ranges = model.ranges_above(&[&curves.all, &curves.none]);
        prop_assert!(ranges.windows(2).all(|pair| pair[0].to < pair[1].from));
        for (i, point) in model.points.iter().enumerate() {
            let inside = ranges.iter().any(|range| range.from <= point.threshold && point.threshold <= range.to);
            let others = [&curves.all, &curves.none].map(|c| c.points[i].net_benefit.unwrap().estimate + 1e-12);
            prop_assert_eq!(inside, point.net_benefit.is_some_and(|b| others.iter().all(|other| b.estimate > *other)));
        }
    }

    #[test]
    fn only_the_side_of_the_threshold_matters((outcome, risk) in cases(), power in 0.2..5.0f64) {
        // Monotone, and half stays half.
        let moved: Vec<f64> = risk.iter().map(|r| if *r < 0.5 { 0.5 * (2.0 * r).powf(power) } else { 1.0 - 0.5 * (2.0 - 2.0 * r).powf(power) }).collect();
        prop_assume!(risk.iter().zip(&moved).all(|(r, m)| (*r >= 0.5) == (*m >= 0.5)));
        prop_assert_eq!(&curves(&risk, &outcome).models[0].points[3], &curves(&moved, &outcome).models[0].points[3]);
    }

    #[test]
    fn a_perfect_model_has_the_prevalence((outcome, _) in cases(), low in 0.0..0.04f64, high in 0.96..1.0f64) {
        // Nobody is censored before the time.
        let event: Vec<bool> = outcome.times().iter().map(|t| *t <= TIME).collect();
        let outcome = Survival::new(outcome.times().to_vec(), event.clone()).unwrap();
        let risk: Vec<f64> = event.iter().map(|e| if *e { high } else { low }).collect();
        let curves = curves(&risk, &outcome);
        for point in &curves.models[0].points[1..] {
            prop_assert!((point.net_benefit.unwrap().estimate - curves.event).abs() < 1e-12);
            prop_assert!((point.standardized.unwrap().estimate - 1.0).abs() < 1e-12);
            prop_assert!((point.interventions_avoided.unwrap().estimate - (1.0 - curves.event)).abs() < 1e-10);
        }
    }

    #[test]
    fn a_weight_of_two_is_the_case_twice((outcome, risk) in cases(), bits in any::<u64>()) {
        let twice = |i: usize| bits >> (i % 64) & 1 == 1;
        let rows: Vec<usize> = (0..risk.len()).flat_map(|i| vec![i; if twice(i) { 2 } else { 1 }]).collect();
        let weights = (0..risk.len()).map(|i| if twice(i) { 2.0 } else { 1.0 }).collect();
        let weighted = outcome.clone().with_weights(weights).unwrap();
        prop_assume!(check_direction(TIME, &risk, &weighted).is_ok());
        let weighted = curves(&risk, &weighted);
        let again: Vec<f64> = rows.iter().map(|&i| risk[i]).collect();
        prop_assume!(check_direction(TIME, &again, &outcome.rows(&rows)).is_ok());
        let repeated = curves(&again, &outcome.rows(&rows));
        prop_assert_eq!(weighted.models, repeated.models);
    }

    #[test]
    fn numbers_at_high_risk_fall_and_those_with_event_are_fewer((outcome, risk) in cases()) {
        let settings = ClinicalImpactSettings { thresholds: settings().thresholds, ..ClinicalImpactSettings::at(TIME) };
        let impact = ClinicalImpact::of(&risk, &outcome, &settings).unwrap();
        prop_assert!(impact.points.windows(2).all(|pair| pair[0].high_risk.estimate >= pair[1].high_risk.estimate));
        for (point, curve) in impact.points.iter().zip(&curves(&risk, &outcome).models[0].points) {
            prop_assert!((point.high_risk.estimate - 1000.0 * curve.high_risk).abs() < 1e-9);
            if let Some(event) = point.with_event {
                prop_assert!(0.0 <= event.estimate && event.estimate <= point.high_risk.estimate);
                prop_assert!((event.estimate - 1000.0 * curve.true_positive.unwrap()).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn limits_are_ordered_and_failures_counted((outcome, risk) in cases(), seed in any::<u64>()) {
        let bootstrap = Some(Bootstrap { samples: 30, seed, ..Bootstrap::default() });
        let settings = DecisionCurveSettings { bootstrap, ..settings() };
        let curves = DecisionCurve::of(&[Model { name: "m", risk: &risk, harm: 0.1 }], &outcome, &settings).unwrap();
        for point in curves.models[0].points.iter().chain(&curves.all.points) {
            prop_assert!(point.failed <= 30);
            for value in [point.net_benefit, point.standardized, point.interventions_avoided].into_iter().flatten() {
                prop_assert!(value.lower.zip(value.upper).is_none_or(|(lower, upper)| lower <= upper));
            }
        }
    }
}
