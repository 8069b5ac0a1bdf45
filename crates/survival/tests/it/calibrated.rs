//! Survival curves of scores: against R's survival (reference/calibrated.R), and against the truth of made cases.

use std::path::Path;

use radsurv_data::{FeatureTable, FitSurvival, HeldOut, HeldOutBy, Survival, SurvivalCurves, SurvivalModel};
use radsurv_stats::cox::Ties;
use radsurv_survival::calibrated::{Calibrated, CalibratedBaseline, CalibrationSettings, Slope, SlopeStatus};
use radsurv_survival::coxnet::LambdaChoice;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::{CoxSettings, CoxnetSettings, Error};
use radsurv_testkit::compare::assert_close;
use radsurv_testkit::golden::{Golden, number};
use radsurv_testkit::splitmix::SplitMix64;
use serde_json::Value;

const BY: HeldOutBy = HeldOutBy::Folds { folds: 5, repeats: 1 };

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

fn held_out(scores: &[f64]) -> HeldOut {
    HeldOut::new(scores.iter().map(|s| Some(*s)).collect(), BY).unwrap()
}

#[test]
fn slopes_and_curves_are_those_of_r() {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/calibrated.jsonl.gz")).unwrap();
    assert_eq!(golden.rows.len(), 18);
    for row in &golden.rows {
        let event = numbers(&row["event"]).iter().map(|e| *e == 1.0).collect();
        let mut outcome = Survival::new(numbers(&row["time"]), event).unwrap();
        if let Some(entry) = row.get("entry") {
            outcome = outcome.with_entry(numbers(entry)).unwrap();
        }
        if let Some(weights) = row.get("weights") {
            outcome = outcome.with_weights(numbers(weights)).unwrap();
        }
        let slope = if row["slope"] == "one" { Slope::One } else { Slope::Fitted };
        let ties = if row["ties"] == "efron" { Ties::Efron } else { Ties::Breslow };
        let found = CalibrationSettings { slope, ties }.fit(&held_out(&numbers(&row["score"])), &outcome).unwrap();
        let (estimate, se) = (row["estimate"].as_f64().unwrap(), row["se"].as_f64().unwrap());
        match found.status() {
            SlopeStatus::Fitted { se: ours } => {
                assert_close(found.slope(), estimate, 1e-9);
                assert_close(ours, se, 1e-8);
            }
            SlopeStatus::Given => assert_eq!((found.slope(), slope), (1.0, Slope::One)),
            SlopeStatus::NotPredictive { fitted, se: ours } => {
                assert_eq!((found.slope(), &row["name"]), (0.0, &"lung, reversed".into()));
                assert_close(fitted, estimate, 1e-9);
                assert_close(ours, se, 1e-8);
            }
            other => panic!("{other:?}"),
        }
        let curves = found.curves(&numbers(&row["new"]), &numbers(&row["times"])).unwrap();
        for (case, golden) in row["curves"].as_array().unwrap().iter().enumerate() {
            for (ours, golden) in curves.of(case).iter().zip(numbers(golden)) {
                // Of probabilities near 0 the exponent: 1e-9 of a hazard of 600 is 6e-7 of the probability.
                let hazard = |p: f64| if p > 0.0 { -p.ln() } else { f64::INFINITY };
                let close = |a: f64, b: f64| a == b || (a - b).abs() <= 1e-8 * (1e-8 + b.abs());
                assert!(
                    close(hazard(*ours), hazard(golden)) || (ours - golden).abs() < 1e-15,
                    "{row}: {ours} {golden}"
                );
            }
        }
    }
}

#[test]
fn scores_that_say_nothing_give_the_curve_of_the_cohort() {
    let outcome = Survival::new((1..=8).map(f64::from).collect(), (0..8).map(|i| i % 3 < 2).collect()).unwrap();
    let fit = |scores: &[f64]| CalibrationSettings::default().fit(&held_out(scores), &outcome).unwrap();
    let times = [1.5, 4.0, 9.0];
    let constant = fit(&[0.1; 8]);
    assert_eq!((constant.slope(), constant.status()), (0.0, SlopeStatus::Constant));
    let reversed = fit(&[1.0, 2.0, 1.5, 4.0, 5.0, 7.0, 6.0, 9.0]);
    assert!(matches!(reversed.status(), SlopeStatus::NotPredictive { fitted, .. } if fitted < -0.1));
    // Nelson-Aalen: events at 1, 2, 4, 5, 7, 8 of 8, 7, 5, 4, 2, 1 at risk.
    let hazards =
        [1.0f64 / 8.0, 1.0 / 8.0 + 1.0 / 7.0 + 1.0 / 5.0, 1.0 / 8.0 + 1.0 / 7.0 + 1.0 / 5.0 + 1.0 / 4.0 + 1.5];
    for found in [constant, reversed] {
        assert!(found.status().warning().is_some());
        let curves = found.curves(&[-50.0, 3.0], &times).unwrap();
        for (ours, hazard) in curves.of(0).iter().zip(hazards) {
            assert_close(*ours, (-hazard).exp(), 1e-14);
        }
        assert_eq!(curves.of(0), curves.of(1));
    }
    // Varies among the censored of the last time only.
    let last = Survival::new(vec![1.0, 2.0, 3.0, 3.0], vec![true, true, false, false]).unwrap();
    let late = last.clone().with_entry(vec![0.0, 0.0, 2.0, 2.0]).unwrap();
    let found = CalibrationSettings::default().fit(&held_out(&[1.0, 1.0, 2.0, 3.0]), &late).unwrap();
    assert_eq!(found.status(), SlopeStatus::Constant);
}

#[test]
fn perfect_scores_have_a_finite_slope() {
    let outcome = Survival::new((1..=10).map(f64::from).collect(), vec![true; 10]).unwrap();
    let scores: Vec<f64> = (1..=10).map(|i| -f64::from(i)).collect();
    for ties in [Ties::Efron, Ties::Breslow, Ties::Exact] {
        let settings = CalibrationSettings { ties, ..Default::default() };
        let found = settings.fit(&held_out(&scores), &outcome).unwrap();
        assert!(matches!(found.status(), SlopeStatus::Penalised { se } if se.is_finite()));
        assert!(found.slope() > 0.1 && found.slope() < 100.0);
        let curves = found.curves(&[-2.0, -9.0], &[5.0]).unwrap();
        assert!(curves.of(0)[0] < curves.of(1)[0]);
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<CalibratedBaseline>(&text).unwrap(), found);
    }
}

#[test]
fn cases_without_a_score_are_left_out() {
    let times: Vec<f64> = (1..=12).map(|i| f64::from(i * 5 % 13)).collect();
    let outcome = Survival::new(times, (0..12).map(|i| i % 4 > 0).collect()).unwrap();
    let scores: Vec<f64> = (0..12).map(|i| f64::from(i * 7 % 12)).collect();
    let present: Vec<usize> = (0..12).filter(|i| i % 5 != 2).collect();
    let some = (0..12).map(|i| present.contains(&i).then_some(scores[i])).collect();
    let found = CalibrationSettings::default().fit(&HeldOut::new(some, BY).unwrap(), &outcome).unwrap();
    let fewer: Vec<f64> = present.iter().map(|&i| scores[i]).collect();
    let part = CalibrationSettings::default().fit(&held_out(&fewer), &outcome.rows(&present)).unwrap();
    assert_eq!((found.absent(), found.cases(), found.events()), (2, part.cases(), part.events()));
    assert_eq!((found.slope(), found.hazard()), (part.slope(), part.hazard()));
    // So are cases without weight.
    let weights = (0..12).map(|i| f64::from(u8::from(present.contains(&i)))).collect();
    let weighted = outcome.clone().with_weights(weights).unwrap();
    let without = CalibrationSettings::default().fit(&held_out(&scores), &weighted).unwrap();
    assert_eq!((without.slope(), without.hazard(), without.absent()), (part.slope(), part.hazard(), 0));

    let error = |scores: HeldOut, outcome: &Survival| CalibrationSettings::default().fit(&scores, outcome).unwrap_err();
    assert!(error(held_out(&fewer), &outcome).to_string().contains("of held-out scores has 10 values"));
    let none = HeldOut::new(vec![None; 12], BY).unwrap();
    assert!(matches!(error(none, &outcome), Error::TooFewCases { found: 0, .. }));
    let censored = Survival::new(vec![1.0, 2.0], vec![false; 2]).unwrap();
    assert!(matches!(error(held_out(&[1.0, 2.0]), &censored), Error::NoEvents { cases: 2 }));
}

/// Cases of which one feature counts and many do not, and the truth.
struct Made {
    features: FeatureTable,
    outcome: Survival,
    eta: Vec<f64>,
}

impl Made {
    fn new(seed: u64, n: usize, p: usize) -> Self {
        let mut rng = SplitMix64::new(seed);
        let mut uniform = || (rng.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
        let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        let columns: Vec<Vec<f64>> = (0..p).map(|_| (0..n).map(|_| normal()).collect()).collect();
        let eta: Vec<f64> = columns[0].iter().map(|x| 0.8 * x).collect();
        let happened: Vec<f64> = eta.iter().map(|eta| -uniform().ln() * 10.0 * (-eta).exp()).collect();
        let censored: Vec<f64> = (0..n).map(|_| 30.0 * uniform()).collect();
        let times = happened.iter().zip(&censored).map(|(t, c)| t.min(*c)).collect();
        let event = happened.iter().zip(&censored).map(|(t, c)| t <= c).collect();
        let ids = (0..n).map(|i| format!("P{i}")).collect();
        let names = (0..p).map(|j| format!("f{j}")).collect();
        let features = FeatureTable::new(ids, names, columns).unwrap();
        Self { features, outcome: Survival::new(times, event).unwrap(), eta }
    }

    /// The mean squared distance of curves from the truth.
    fn distance(&self, curves: &SurvivalCurves) -> f64 {
        let n = curves.cases();
        let of = |case: usize| -> f64 {
            let truth = curves.times().iter().map(|t| (-t / 10.0 * self.eta[case].exp()).exp());
            curves.of(case).iter().zip(truth).map(|(ours, truth)| (ours - truth).powi(2)).sum()
        };
        (0..n).map(of).sum::<f64>() / (n * curves.times().len()) as f64
    }
}

#[test]
fn calibrated_curves_are_nearer_the_truth_than_those_of_the_training_cases() {
    let times = [2.0, 5.0, 10.0, 15.0];
    let (mut calibrated, mut own, mut slopes) = (0.0, 0.0, Vec::new());
    for seed in 0..12 {
        let (training, new) = (Made::new(2 * seed, 100, 24), Made::new(2 * seed + 1, 300, 24));
        let folds = FoldSettings { folds: 5, repeats: 2, seed };
        let settings = Calibrated { model: CoxSettings::default(), folds, ..Default::default() };
        let fitted = settings.fit(&training.features, &training.outcome).unwrap();
        slopes.push(fitted.baseline().slope());
        calibrated += new.distance(&fitted.predict_survival(&new.features, &times).unwrap());
        own += new.distance(&fitted.model().predict_survival(&new.features, &times).unwrap());
        // In-sample scores know nothing of it: their slope is 1, for the model is where the likelihood is largest.
        let in_sample = held_out(&fitted.model().predict_risk(&training.features).unwrap());
        assert_close(CalibrationSettings::default().fit(&in_sample, &training.outcome).unwrap().slope(), 1.0, 1e-7);
    }
    assert!(calibrated < 0.75 * own, "{calibrated} {own}");
    assert!(slopes.iter().all(|slope| *slope < 1.0), "{slopes:?}");
}

/// The coefficients of a simple lasso are much shrunken, and its own curves too close together. (At the best lambda the choice of
/// features, which overfits, makes about up for it.)
#[test]
fn calibrated_curves_of_a_simple_lasso_are_further_apart() {
    let times = [2.0, 5.0, 10.0, 15.0];
    let model = CoxnetSettings { lambda: LambdaChoice::Lambda1Se, ..Default::default() };
    let (mut calibrated, mut own, mut slopes) = (0.0, 0.0, Vec::new());
    for seed in 0..6 {
        let (training, new) = (Made::new(50 + 2 * seed, 120, 30), Made::new(51 + 2 * seed, 300, 30));
        let folds = FoldSettings { folds: 5, repeats: 1, seed };
        let settings = Calibrated { model: model.clone(), folds, ..Default::default() };
        let fitted = settings.fit(&training.features, &training.outcome).unwrap();
        slopes.push(fitted.baseline().slope());
        calibrated += new.distance(&fitted.predict_survival(&new.features, &times).unwrap());
        own += new.distance(&fitted.model().predict_survival(&new.features, &times).unwrap());
    }
    assert!(calibrated < 0.75 * own, "{calibrated} {own}");
    assert!(slopes.iter().sum::<f64>() > 6.0, "{slopes:?}");
}
