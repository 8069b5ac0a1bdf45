//! What must hold for any table: definitions by pairs and matrices, invariances, errors.

use proptest::prelude::*;
use radsurv_data::{Metric, Predictions, Survival};
use radsurv_eval::concordance::{Measure, TiedScores, gonen_heller};
use radsurv_eval::time_roc::incident::{Coefficient, incident_auc};
use radsurv_eval::time_roc::{
    AucAt, Band, Censoring, Definition, IntegratedAuc, Integration, TiedTimes, TimeRocSettings,
};
use radsurv_testkit::splitmix::SplitMix64;

const DEFINITIONS: [Definition; 3] = [Definition::TimeRoc, Definition::RiskRegression, Definition::ScikitSurvival];
const TIES: [TiedTimes; 3] = [TiedTimes::ByRow, TiedTimes::AfterEvents, TiedTimes::WithEvents];

#[derive(Debug, Clone)]
struct Case {
    times: Vec<f64>,
    event: Vec<bool>,
    marker: Vec<f64>,
    at: f64,
}

impl Case {
    fn outcome(&self) -> Survival {
        Survival::new(self.times.clone(), self.event.clone()).unwrap()
    }

    fn len(&self) -> usize {
        self.times.len()
    }
}

/// Small tables full of ties, and a time, which often is one of theirs.
fn tables() -> impl Strategy<Value = Case> {
    (2usize..30).prop_flat_map(|n| {
        let times = prop::collection::vec((1u8..9).prop_map(f64::from), n);
        let event = prop::collection::vec(prop::bool::weighted(0.6), n);
        let marker = prop::collection::vec((-3i8..4).prop_map(f64::from), n);
        let at = (1u8..20).prop_map(|t| f64::from(t) / 2.0);
        (times, event, marker, at).prop_map(|(times, event, marker, at)| Case { times, event, marker, at })
    })
}

/// The definition, word by word: *G* by products, the area by pairs, and all *M_k(T_i)*.
struct Naive {
    auc: f64,
    influence: Vec<f64>,
    cases: usize,
    controls: usize,
}

fn naive(case: &Case, definition: Definition, ties: TiedTimes) -> Option<Naive> {
    let (n, t) = (case.len(), case.at);
    let (times, event) = (&case.times, &case.event);
    let distinct: Vec<f64> = (1..9).map(f64::from).filter(|u| times.contains(u)).collect();
    let count = |of: &dyn Fn(usize) -> bool| (0..n).filter(|i| of(*i)).count() as f64;
    // Up to and with the time, or without it.
    let g = |until: f64, with: bool| -> f64 {
        let factor = |u: &f64| {
            let at_risk = count(&|i| times[i] > *u || (times[i] == *u && !event[i]));
            let censored = count(&|i| times[i] == *u && !event[i]);
            if censored > 0.0 { 1.0 - censored / at_risk } else { 1.0 }
        };
        distinct.iter().filter(|u| **u < until || (with && **u == until)).map(factor).product()
    };
    let right = definition == Definition::ScikitSurvival;
    let strict = definition == Definition::TimeRoc;
    let is_case: Vec<bool> = (0..n).map(|i| event[i] && if strict { times[i] < t } else { times[i] <= t }).collect();
    let is_control: Vec<bool> = times.iter().map(|time| *time > t).collect();
    let cases: Vec<usize> = (0..n).filter(|i| is_case[*i]).collect();
    let controls: Vec<usize> = (0..n).filter(|i| is_control[*i]).collect();
    if cases.is_empty() || controls.is_empty() {
        return None;
    }
    let w: Vec<f64> = (0..n).map(|i| if is_case[i] { 1.0 / g(times[i], right) } else { 0.0 }).collect();
    let v = 1.0 / g(t, true);
    let m = &case.marker;
    let above = |i: usize, j: usize| f64::from(u8::from(m[i] > m[j])) + 0.5 * f64::from(u8::from(m[i] == m[j]));
    let nf = n as f64;
    // Blanche's notation: F the incidence, S the survival, h the numerator.
    let f: f64 = cases.iter().map(|i| w[*i]).sum::<f64>() / nf;
    let s = controls.len() as f64 * v / nf;
    let h = |i: usize, j: usize| above(i, j) * w[i] * v;
    let mut all = 0.0;
    for &i in &cases {
        for &j in &controls {
            all += h(i, j);
        }
    }
    let mean = all / nf / nf;
    let auc = mean / (f * s);
    let martingale = martingales(case, ties, right);
    let influence = (0..n)
        .map(|k| {
            let mut by_censoring = 0.0;
            for &i in &cases {
                let row: f64 = controls.iter().map(|j| h(i, *j)).sum();
                by_censoring += martingale[i][k] * (row / nf - mean * w[i] / f);
            }
            by_censoring /= nf;
            let as_control: f64 =
                if is_control[k] { cases.iter().map(|i| h(*i, k)).sum::<f64>() / nf - mean } else { -mean };
            let as_case: f64 = if is_case[k] { controls.iter().map(|j| h(k, *j)).sum::<f64>() / nf } else { 0.0 };
            let later = f64::from(u8::from(is_control[k])) * nf / controls.len() as f64;
            (by_censoring + as_control + as_case - mean * (later + (w[k] - f) / f)) / (f * s)
        })
        .collect();
    Some(Naive { auc, influence, cases: cases.len(), controls: controls.len() })
}

/// *M_k* at the time of each case *i*, from the increments of each.
fn martingales(case: &Case, ties: TiedTimes, right: bool) -> Vec<Vec<f64>> {
    let n = case.len();
    let (times, event) = (&case.times, &case.event);
    let nf = n as f64;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| times[*a].total_cmp(&times[*b]));
    let mut matrix = vec![vec![0.0; n]; n];
    if ties == TiedTimes::ByRow {
        for (place, &i) in order.iter().enumerate() {
            for (own, &k) in order.iter().enumerate() {
                let first = order.iter().position(|j| times[*j] == times[k]).unwrap();
                let jump = if !event[k] && first <= place { nf / (n - first) as f64 } else { 0.0 };
                let row = |r: usize| if event[order[r]] { 0.0 } else { nf / ((n - r) as f64).powi(2) };
                matrix[i][k] = jump - (0..=place.min(own)).map(row).sum::<f64>();
            }
        }
        return matrix;
    }
    let with_events = ties == TiedTimes::WithEvents;
    let at_risk = |k: usize, u: f64| times[k] > u || (times[k] == u && (with_events || !event[k]));
    for i in 0..n {
        for k in 0..n {
            for u in (1..9).map(f64::from).filter(|u| *u < times[i] || (right && *u == times[i])) {
                let y = (0..n).filter(|j| at_risk(*j, u)).count() as f64;
                let c = (0..n).filter(|j| times[*j] == u && !event[*j]).count() as f64;
                if c > 0.0 {
                    let jump = f64::from(u8::from(times[k] == u && !event[k]));
                    let expected = f64::from(u8::from(at_risk(k, u))) * c / y;
                    matrix[i][k] += (jump - expected) * nf / y;
                }
            }
        }
    }
    matrix
}

proptest! {
    #[test]
    fn areas_and_their_parts_are_those_of_the_definition(case in tables()) {
        let outcome = case.outcome();
        let constant = case.marker.iter().all(|m| *m == case.marker[0]);
        for definition in DEFINITIONS {
            for ties in TIES {
                let settings = TimeRocSettings::default().definition(definition).tied_times(ties);
                let ours = settings.of(&case.marker, &outcome, &[case.at]);
                match naive(&case, definition, ties) {
                    Some(naive) if !constant => {
                        let ours = ours.unwrap();
                        let at = ours.at[0];
                        prop_assert!((at.auc - naive.auc).abs() < 1e-11);
                        prop_assert_eq!((at.cases, at.controls), (naive.cases, naive.controls));
                        // Their size is up to that of the weights, which is n.
                        for (ours, theirs) in ours.influence[0].iter().zip(&naive.influence) {
                            prop_assert!((ours - theirs).abs() < 1e-9, "{:?} {:?} {} {}", definition, ties, ours, theirs);
                        }
                    }
                    _ => prop_assert!(ours.is_err()),
                }
            }
        }
    }

    #[test]
    fn only_the_order_of_the_marker_counts(case in tables()) {
        let outcome = case.outcome();
        let settings = TimeRocSettings::default().band(Band { draws: 200, seed: 1 });
        let Ok(one) = settings.of(&case.marker, &outcome, &[case.at]) else { return Ok(()) };
        let moved: Vec<f64> = case.marker.iter().map(|m| m.powi(3) / 4.0 + 100.0).collect();
        let other = settings.of(&moved, &outcome, &[case.at]).unwrap();
        prop_assert_eq!(&one.at, &other.at);
        prop_assert_eq!(&one.curves[0].true_positive, &other.curves[0].true_positive);
        let turned: Vec<f64> = case.marker.iter().map(|m| -m).collect();
        let turned = settings.of(&turned, &outcome, &[case.at]).unwrap();
        prop_assert!((one.at[0].auc + turned.at[0].auc - 1.0).abs() < 1e-12);
        prop_assert!((one.at[0].std_error.unwrap() - turned.at[0].std_error.unwrap()).abs() < 1e-9);
    }

    #[test]
    fn rows_may_be_in_any_order(case in tables(), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..case.len()).collect();
        let mut random = SplitMix64::new(seed);
        for last in (1..order.len()).rev() {
            order.swap(last, random.below(last as u64 + 1) as usize);
        }
        let outcome = case.outcome();
        let marker: Vec<f64> = order.iter().map(|i| case.marker[*i]).collect();
        for ties in [TiedTimes::AfterEvents, TiedTimes::WithEvents] {
            let settings = TimeRocSettings::default().tied_times(ties);
            let Ok(one) = settings.of(&case.marker, &outcome, &[case.at]) else { return Ok(()) };
            let other = settings.of(&marker, &outcome.rows(&order), &[case.at]).unwrap();
            prop_assert!((one.at[0].auc - other.at[0].auc).abs() < 1e-12);
            prop_assert!((one.at[0].std_error.unwrap() - other.at[0].std_error.unwrap()).abs() < 1e-9);
        }
    }

    #[test]
    fn without_censoring_it_is_the_ordinary_area(case in tables()) {
        let outcome = Survival::new(case.times.clone(), vec![true; case.len()]).unwrap();
        let settings = TimeRocSettings::default().definition(Definition::RiskRegression);
        let Ok(roc) = settings.of(&case.marker, &outcome, &[case.at]) else { return Ok(()) };
        let (mut sum, mut pairs) = (0.0, 0.0);
        for i in (0..case.len()).filter(|i| case.times[*i] <= case.at) {
            for j in (0..case.len()).filter(|j| case.times[*j] > case.at) {
                pairs += 1.0;
                sum += match case.marker[i].total_cmp(&case.marker[j]) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                };
            }
        }
        prop_assert!((roc.at[0].auc - sum / pairs).abs() < 1e-12);
        prop_assert_eq!(roc.at[0].censored, 0);
    }

    #[test]
    fn curves_rise_from_nobody_to_all(case in tables()) {
        let Ok(roc) = radsurv_eval::time_roc(&case.marker, &case.outcome(), &[case.at]) else { return Ok(()) };
        let curve = &roc.curves[0];
        for values in [&curve.true_positive, &curve.false_positive] {
            prop_assert_eq!((values[0], values[values.len() - 1]), (0.0, 1.0));
            prop_assert!(values.windows(2).all(|pair| pair[0] <= pair[1]));
        }
        // The area is that under the curve.
        let trapezia: f64 = (1..curve.thresholds.len())
            .map(|i| {
                let width = curve.false_positive[i] - curve.false_positive[i - 1];
                0.5 * width * (curve.true_positive[i] + curve.true_positive[i - 1])
            })
            .sum();
        prop_assert!((trapezia - roc.at[0].auc).abs() < 1e-12);
        let at = roc.at[0];
        prop_assert!(0.0 <= at.lower.unwrap() && at.lower.unwrap() <= at.auc && at.auc <= at.upper.unwrap());
        // Youden's cut is a point of the curve, and at_cut finds the same there.
        let youden = curve.youden().unwrap();
        let cut = TimeRocSettings::default().at_cut(&case.marker, youden.cut, &case.outcome(), &[case.at]).unwrap()[0];
        prop_assert!((cut.sensitivity.estimate - youden.sensitivity).abs() < 1e-12);
        prop_assert!((cut.specificity.estimate - youden.specificity).abs() < 1e-12);
        prop_assert_eq!(cut.positive + cut.negative, case.len());
    }

    #[test]
    fn incident_areas_are_those_of_the_definition(case in tables()) {
        let outcome = case.outcome();
        let Ok(found) = incident_auc(&case.marker, &outcome, Coefficient::Known(0.7)) else { return Ok(()) };
        let mut next = found.at.iter();
        for t in outcome.event_times() {
            let n = case.len();
            let dead = |i: usize| case.times[i] == t && case.event[i];
            let risk: Vec<usize> = (0..n).filter(|i| case.times[*i] >= t).collect();
            let controls: Vec<usize> = risk.iter().copied().filter(|i| !dead(*i)).collect();
            if controls.is_empty() {
                continue;
            }
            let (mut above, mut below) = (0.0, 0.0);
            for &i in &risk {
                let e = (0.7 * case.marker[i]).exp();
                below += e * controls.len() as f64;
                for &j in &controls {
                    let (i, j) = (case.marker[i], case.marker[j]);
                    above += e * if i > j { 1.0 } else if i == j { 0.5 } else { 0.0 };
                }
            }
            let at = next.next().unwrap();
            prop_assert_eq!((at.time, at.controls), (t, controls.len()));
            prop_assert!((at.auc - above / below).abs() < 1e-12);
        }
        prop_assert!(next.next().is_none());
    }
}

/// A marker of noise, one of the hazard, and follow-up of which a third is censored.
fn large(n: usize) -> (Vec<f64>, Vec<f64>, Survival) {
    let mut random = SplitMix64::new(11);
    let mut uniform = || (random.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
    let noise: Vec<f64> = (0..n).map(|_| uniform()).collect();
    let risk: Vec<f64> = (0..n).map(|_| 2.0 * uniform()).collect();
    let (mut times, mut event) = (Vec::new(), Vec::new());
    for risk in &risk {
        let (death, censoring) = (-uniform().ln() / (0.1 * risk.exp()), -uniform().ln() / 0.1);
        times.push(death.min(censoring));
        event.push(death <= censoring);
    }
    (noise, risk, Survival::new(times, event).unwrap())
}

#[test]
fn noise_is_near_one_half_and_turned_risks_are_noticed() {
    let (noise, risk, outcome) = large(4000);
    let roc = radsurv_eval::time_roc(&noise, &outcome, &[1.0, 3.0]).unwrap();
    for at in &roc.at {
        assert!((at.auc - 0.5).abs() < 4.0 * at.std_error.unwrap(), "{at:?}");
    }
    assert_eq!(roc.note, None);
    let survival: Vec<f64> = risk.iter().map(|r| (-r).exp()).collect();
    let note = radsurv_eval::time_roc(&survival, &outcome, &[1.0, 3.0]).unwrap().note.unwrap();
    assert!(note.starts_with("AUC(1) is 0.3") && note.contains("give 1 - survival"), "{note}");
    assert_eq!(radsurv_eval::time_roc(&risk, &outcome, &[1.0, 3.0]).unwrap().note, None);
    let turned = Measure::Harrell.of(&survival, &outcome, 0.95).unwrap();
    assert!(turned.note.unwrap().contains("clearly below 0.5"));
    assert_eq!(Measure::Harrell.of(&risk, &outcome, 0.95).unwrap().note, None);
}

#[test]
fn limits_cover_what_they_should() {
    // The true area of a known model, from a sample so large that its own error does not matter, in 300 small samples.
    let (_, risk, outcome) = large(60_000);
    let truth: Vec<f64> =
        radsurv_eval::time_roc(&risk, &outcome, &[2.0, 5.0]).unwrap().at.iter().map(|at| at.auc).collect();
    let settings = TimeRocSettings::default().band(Band::default());
    let (mut pointwise, mut band) = ([0; 2], 0);
    for sample in 0..300 {
        let rows: Vec<usize> = (sample * 200..(sample + 1) * 200).collect();
        let own: Vec<f64> = rows.iter().map(|i| risk[*i]).collect();
        let roc = settings.of(&own, &outcome.rows(&rows), &[2.0, 5.0]).unwrap();
        let within =
            |lower: Option<f64>, upper: Option<f64>, i: usize| (lower.unwrap()..=upper.unwrap()).contains(&truth[i]);
        let both: Vec<bool> =
            roc.at.iter().enumerate().map(|(i, at)| within(at.band_lower, at.band_upper, i)).collect();
        band += usize::from(both.iter().all(|b| *b));
        for (i, at) in roc.at.iter().enumerate() {
            pointwise[i] += usize::from(within(at.lower, at.upper, i));
        }
        assert!(roc.band.unwrap().quantile > 1.96);
    }
    // 95 % of 300 are 285, with a standard deviation of 3.8.
    assert!(pointwise.iter().all(|count| (270..=297).contains(count)), "{pointwise:?}");
    assert!((270..=297).contains(&band), "{band}");
}

#[test]
fn threads_change_nothing() {
    let (noise, risk, outcome) = large(700);
    let all = || {
        let settings = TimeRocSettings::default().band(Band { draws: 500, seed: 7 });
        let roc = settings.of(&risk, &outcome, &[1.0, 3.0, 5.0]).unwrap();
        let differences = settings.compare([&risk, &noise], &outcome, &[1.0, 3.0, 5.0]).unwrap();
        (roc, differences, gonen_heller(&risk, &outcome, TiedScores::Half, 0.95).unwrap())
    };
    let with = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(all);
    assert_eq!(with(1), with(3));
}

#[test]
fn gonen_heller_does_not_look_at_the_direction() {
    let (_, risk, outcome) = large(300);
    let turned: Vec<f64> = risk.iter().map(|r| 3.0 - 2.0 * r).collect();
    for ties in [TiedScores::Half, TiedScores::LeftOut] {
        let one = gonen_heller(&risk, &outcome, ties, 0.95).unwrap();
        let other = gonen_heller(&turned, &outcome, ties, 0.95).unwrap();
        assert!((one.estimate.estimate - other.estimate.estimate).abs() < 1e-9);
        assert!((one.estimate.std_error.unwrap() - other.estimate.std_error.unwrap()).abs() < 1e-9);
        assert!((one.coefficient + 2.0 * other.coefficient).abs() < 1e-7);
    }
}

#[test]
fn metrics_are_the_measures() {
    let (_, risk, outcome) = large(400);
    let predictions = Predictions::new(risk.clone());
    let of = |metric: &dyn Metric| metric.of(&predictions, &outcome).unwrap();
    let roc = radsurv_eval::time_roc(&risk, &outcome, &[1.0, 3.0]).unwrap();
    assert_eq!(of(&AucAt::new(3.0)), roc.at[1].auc);
    let integrated =
        IntegratedAuc { times: vec![1.0, 3.0], rule: Integration::Time, definition: Definition::default() };
    assert!((of(&integrated) - 0.5 * (roc.at[0].auc + roc.at[1].auc)).abs() < 1e-15);
    let uno = Measure::Uno { until: Some(3.0) };
    assert_eq!(of(&uno), uno.of(&risk, &outcome, 0.95).unwrap().estimate.estimate);
    assert_eq!([Measure::Harrell.name(), uno.name(), AucAt::new(60.0).name()], ["harrell", "uno_3", "auc_60"]);
    let error = AucAt::new(1e6).of(&predictions, &outcome).unwrap_err().to_string();
    assert!(error.contains("nobody is followed for longer; usable times are from"), "{error}");
}

#[test]
fn comparisons_of_concordance_know_their_dependence() {
    let (noise, risk, outcome) = large(500);
    for measure in [Measure::Harrell, Measure::Uno { until: Some(5.0) }] {
        let difference = measure.compare([&risk, &noise], &outcome, 0.95).unwrap();
        let [one, two] = [&risk, &noise].map(|risk| measure.of(risk, &outcome, 0.95).unwrap().estimate);
        assert!((difference.difference - (one.estimate - two.estimate)).abs() < 1e-12);
        assert!(difference.p_value.unwrap() < 1e-4 && difference.lower > 0.0);
        let none = measure.compare([&risk, &risk], &outcome, 0.95).unwrap();
        assert_eq!((none.difference, none.p_value), (0.0, None));
    }
}

#[test]
fn what_cannot_be_computed_says_why() {
    let outcome = Survival::new(vec![2.0, 4.0, 5.0, 7.0], vec![true, false, true, true]).unwrap();
    let risk = [0.4, 0.3, 0.2, 0.1];
    let settings = TimeRocSettings::default();
    let message = |risk: &[f64], outcome: &Survival, t: f64| settings.of(risk, outcome, &[t]).unwrap_err().to_string();
    assert!(message(&risk, &outcome, 1.0).contains("no event has happened yet; usable times are from 2 to below 7"));
    assert!(message(&risk, &outcome, 7.0).contains("nobody is followed for longer"));
    assert!(message(&risk, &outcome, 2.0).contains("take a later time, or another definition"));
    assert!(settings.clone().definition(Definition::RiskRegression).of(&risk, &outcome, &[2.0]).is_ok());
    assert!(message(&[1.0; 4], &outcome, 3.0).contains("is 1 in all cases"));
    assert!(message(&risk[..3], &outcome, 3.0).contains("of 3 cases and outcomes of 4"));
    assert!(message(&[0.1, f64::NAN, 0.2, 0.3], &outcome, 3.0).contains("row 2 is NaN"));
    let weighted = outcome.clone().with_weights(vec![1.0, 2.0, 1.0, 1.0]).unwrap();
    assert!(message(&risk, &weighted, 3.0).contains("does not take weights of cases"));
    assert!(settings.of(&risk, &outcome.clone().with_weights(vec![1.0; 4]).unwrap(), &[3.0]).is_ok());
    let late = outcome.clone().with_entry(vec![1.0; 4]).unwrap();
    assert!(message(&risk, &late, 3.0).contains("does not take left truncation"));
    let of = |confidence| TimeRocSettings { confidence, ..TimeRocSettings::default() }.of(&risk, &outcome, &[3.0]);
    assert!(of(1.0).unwrap_err().to_string().contains("confidence is 1"));
    let few = settings.clone().band(Band { draws: 10, seed: 1 }).of(&risk, &outcome, &[3.0]).unwrap_err();
    assert!(few.to_string().contains("draws"));
    let one = settings.of(&risk, &outcome, &[3.0, 6.0]).unwrap();
    let other = settings.of(&risk, &outcome, &[3.0]).unwrap();
    assert!(one.minus(&other).unwrap_err().to_string().contains("other cases or times"));
    assert!(one.integrated(&outcome.rows(&[0, 1]), Integration::Events).is_err());
    let back = settings.of(&risk, &outcome, &[6.0, 3.0]).unwrap();
    assert!(back.integrated(&outcome, Integration::Events).unwrap_err().to_string().contains("ascending"));
    assert!(settings.at_cut(&risk, f64::NAN, &outcome, &[3.0]).is_err());
    let none = Survival::new(vec![1.0, 2.0], vec![false; 2]).unwrap();
    assert!(incident_auc(&[1.0, 2.0], &none, Coefficient::Fitted).is_err());
    assert!(gonen_heller(&[1.0, 2.0], &none, TiedScores::Half, 0.95).is_err());
    let missing = [0.1, f64::NAN, 0.2, 0.3];
    assert!(settings.weighted(&risk, &outcome, &[3.0], Censoring::Cox(&[&missing])).is_err());
}

#[test]
fn results_are_json_without_infinities() {
    let (_, risk, outcome) = large(50);
    let settings = TimeRocSettings::default().band(Band::default());
    let roc = settings.of(&risk, &outcome, &[1.0, 2.0]).unwrap();
    let json = serde_json::to_value(&roc).unwrap();
    assert_eq!(json["definition"], "time-roc");
    assert!(json["at"][0]["se"].is_f64() && json["at"][1]["band_upper"].is_f64());
    let thresholds = json["curves"][0]["thresholds"].as_array().unwrap();
    assert!(thresholds.last().unwrap().is_null() && thresholds[..thresholds.len() - 1].iter().all(|t| t.is_f64()));
    assert!(json.get("influence").is_none());
    let back: TimeRocSettings = serde_json::from_str(&serde_json::to_string(&settings).unwrap()).unwrap();
    assert_eq!(back, settings);
}
