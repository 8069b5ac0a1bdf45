//! Kaplan-Meier and concordance against their definitions, and what must not change them.

use proptest::prelude::*;
use radsurv_data::{Groups, Survival};
use radsurv_stats::Error;
use radsurv_stats::nonparametric::{
    CensoringDistribution, CensoringTies, ConcordanceSettings, KaplanMeier, KaplanMeierSettings, Limits, PairCounts,
    PairWeights, Side, TestWeights, Variance, harrell, uno,
};

/// Time, entry, event, weight and risk of a case, in few values so that everything ties.
type Case = (u32, u32, bool, u32, i32);

fn cases() -> impl Strategy<Value = Vec<Case>> {
    prop::collection::vec((1u32..12, 0u32..12, any::<bool>(), 1u32..4, -3i32..4), 2..40)
}

fn outcome(cases: &[Case], truncated: bool, weighted: bool) -> Survival {
    let times = cases.iter().map(|c| f64::from(c.0)).collect();
    let mut outcome = Survival::new(times, cases.iter().map(|c| c.2).collect()).unwrap();
    if truncated {
        outcome = outcome.with_entry(cases.iter().map(|c| f64::from(c.1.min(c.0 - 1))).collect()).unwrap();
    }
    if weighted {
        outcome = outcome.with_weights(cases.iter().map(|c| f64::from(c.3) * 0.7).collect()).unwrap();
    }
    outcome
}

fn risks(cases: &[Case]) -> Vec<f64> {
    cases.iter().map(|c| f64::from(c.4)).collect()
}

/// Pairs one by one; and the sum of squared influences, each the derivative of C by a weight times the weight.
fn naive(risk: &[f64], outcome: &Survival, time_weight: &dyn Fn(f64) -> f64) -> (PairCounts, f64) {
    let n = risk.len();
    let (t, e) = (outcome.times(), outcome.event());
    let mut pairs = PairCounts::default();
    let mut own = vec![[0.0; 3]; n];
    for i in (0..n).filter(|&i| e[i]) {
        for j in (0..n).filter(|&j| j != i) {
            let (wi, wj, v) = (outcome.weight(i), outcome.weight(j), time_weight(t[i]));
            if t[i] == t[j] && e[j] {
                // Each pair is met twice.
                let half = 0.5 * wi * wj * v;
                *(if risk[i] == risk[j] { &mut pairs.tied_both } else { &mut pairs.tied_time }) += half;
            } else if t[j] >= t[i] && outcome.entry().is_none_or(|entry| entry[j] < t[i]) {
                let (count, k) = match risk[i].total_cmp(&risk[j]) {
                    std::cmp::Ordering::Greater => (&mut pairs.concordant, 0),
                    std::cmp::Ordering::Less => (&mut pairs.discordant, 1),
                    std::cmp::Ordering::Equal => (&mut pairs.tied_risk, 2),
                };
                *count += wi * wj * v;
                own[i][k] += wi * wj * v;
                own[j][k] += wi * wj * v;
            }
        }
    }
    let all = pairs.compared();
    let c = (pairs.concordant + 0.5 * pairs.tied_risk) / all;
    let derivative = |o: &[f64; 3]| (o[0] + 0.5 * o[2] - c * (o[0] + o[1] + o[2])) / all;
    (pairs, own.iter().map(|o| derivative(o).powi(2)).sum::<f64>().sqrt())
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-11 * (1.0 + b.abs())
}

proptest! {
    #[test]
    fn concordance_counts_pairs(cases in cases(), truncated in any::<bool>(), weighted in any::<bool>(), until in prop::option::of(2u32..14)) {
        let (outcome, risk, until) = (outcome(&cases, truncated, weighted), risks(&cases), until.map(f64::from));
        let censoring = CensoringDistribution::of(&outcome, CensoringTies::AfterEvents).unwrap();
        let inverse = PairWeights::InverseCensoring { censoring: censoring.clone(), side: Side::Left };
        for weights in [PairWeights::Equal, inverse] {
            let uno = weights != PairWeights::Equal;
            if uno && truncated {
                continue;
            }
            let counts = |t: f64| until.is_none_or(|until| t <= until);
            let time_weight = |t: f64| if !counts(t) { 0.0 } else if uno { censoring.before(t).powi(-2) } else { 1.0 };
            let (pairs, std_error) = naive(&risk, &outcome, &time_weight);
            match (ConcordanceSettings { weights, until }).of(&risk, &outcome) {
                Err(error) => prop_assert!(error == Error::NoPairs { until } && pairs.compared() == 0.0, "{}", error),
                Ok(c) => {
                    prop_assert!(near(c.pairs.concordant, pairs.concordant) && near(c.pairs.discordant, pairs.discordant));
                    prop_assert!(near(c.pairs.tied_risk, pairs.tied_risk) && near(c.pairs.tied_time, pairs.tied_time));
                    prop_assert!(near(c.pairs.tied_both, pairs.tied_both) && near(c.std_error, std_error));
                    prop_assert!((0.0..=1.0).contains(&c.estimate));
                }
            }
        }
    }

    #[test]
    fn only_the_order_of_risks_counts(cases in cases(), truncated in any::<bool>(), weighted in any::<bool>()) {
        let (outcome, risk) = (outcome(&cases, truncated, weighted), risks(&cases));
        let Ok(c) = harrell(&risk, &outcome) else { return Ok(()) };
        let grown: Vec<f64> = risk.iter().map(|r| r.exp() * 1e9).collect();
        prop_assert_eq!(&harrell(&grown, &outcome).unwrap(), &c);
        let negated: Vec<f64> = risk.iter().map(|r| -r).collect();
        let other = harrell(&negated, &outcome).unwrap();
        prop_assert!(near(other.estimate, 1.0 - c.estimate) && near(other.std_error, c.std_error));
        let back: Vec<usize> = (0..cases.len()).rev().collect();
        let turned = harrell(&back.iter().map(|&i| risk[i]).collect::<Vec<_>>(), &outcome.rows(&back)).unwrap();
        prop_assert!(near(turned.estimate, c.estimate) && near(turned.std_error, c.std_error));
        prop_assert!(near(c.influence.iter().sum::<f64>(), 0.0));
        prop_assert_eq!(c.minus(&c).unwrap().difference, 0.0);
    }

    #[test]
    fn a_case_of_weight_0_is_not_there(cases in cases(), truncated in any::<bool>(), until in prop::option::of(2u32..14)) {
        let weights: Vec<f64> = cases.iter().map(|c| f64::from(c.3 - 1)).collect();
        let there: Vec<usize> = (0..cases.len()).filter(|&i| weights[i] > 0.0).collect();
        let all = outcome(&cases, truncated, false).with_weights(weights).unwrap();
        let (some, risk) = (all.rows(&there), risks(&cases));
        let settings = ConcordanceSettings { until: until.map(f64::from), ..ConcordanceSettings::default() };
        let own: Vec<f64> = there.iter().map(|&i| risk[i]).collect();
        match (settings.of(&risk, &all), settings.of(&own, &some)) {
            (Ok(a), Ok(b)) => {
                prop_assert_eq!((a.estimate, a.std_error, a.pairs), (b.estimate, b.std_error, b.pairs));
                prop_assert_eq!(there.iter().map(|&i| a.influence[i]).collect::<Vec<f64>>(), b.influence);
            }
            (a, b) => prop_assert_eq!(a.map(|_| ()), b.map(|_| ())),
        }
        match (KaplanMeier::of(&all), KaplanMeier::of(&some)) {
            (Ok(a), Ok(b)) => prop_assert_eq!(a.survival(), b.survival()),
            (a, b) => prop_assert!(a.is_err() && b.is_err()),
        }
    }

    #[test]
    fn weights_are_numbers_of_cases(cases in cases(), truncated in any::<bool>()) {
        let weights = cases.iter().map(|c| f64::from(c.3)).collect();
        let weighted = outcome(&cases, truncated, false).with_weights(weights).unwrap();
        let often: Vec<usize> = (0..cases.len()).flat_map(|i| vec![i; cases[i].3 as usize]).collect();
        let repeated = outcome(&cases, truncated, false).rows(&often);
        let (a, b) = (KaplanMeier::of(&weighted).unwrap(), KaplanMeier::of(&repeated).unwrap());
        for (a, b) in a.steps().iter().zip(b.steps()) {
            prop_assert!((a.set.time, a.set.at_risk, a.set.events) == (b.set.time, b.set.at_risk, b.set.events));
            prop_assert!(near(a.survival, b.survival) && near(a.hazard, b.hazard) && near(a.hazard_std_error, b.hazard_std_error));
            prop_assert!(near(a.log_std_error, b.log_std_error) || a.log_std_error.is_nan() && b.log_std_error.is_nan());
        }
    }

    #[test]
    fn censoring_is_the_curve_of_exchanged_events(cases in cases(), truncated in any::<bool>(), weighted in any::<bool>()) {
        let outcome = outcome(&cases, truncated, weighted);
        let mut exchanged = Survival::new(outcome.times().to_vec(), outcome.event().iter().map(|e| !e).collect()).unwrap();
        if let Some(entry) = outcome.entry() {
            exchanged = exchanged.with_entry(entry.to_vec()).unwrap();
        }
        if let Some(weights) = outcome.weights() {
            exchanged = exchanged.with_weights(weights.to_vec()).unwrap();
        }
        let km = KaplanMeier::of(&exchanged).unwrap();
        let together = CensoringDistribution::of(&outcome, CensoringTies::WithEvents).unwrap();
        let after = CensoringDistribution::of(&outcome, CensoringTies::AfterEvents).unwrap();
        for time in (0..26).map(|t| f64::from(t) / 2.0) {
            prop_assert!(near(together.at(time), km.survival().at(time)) && near(together.before(time), km.survival().before(time)));
            prop_assert!(after.at(time) <= together.at(time) + 1e-12);
        }
    }

    #[test]
    fn curves_fall_within_their_limits(cases in cases(), truncated in any::<bool>(), weighted in any::<bool>()) {
        let outcome = outcome(&cases, truncated, weighted);
        for limits in [Limits::Log, Limits::LogLog, Limits::Plain] {
            let km = KaplanMeierSettings { limits, ..KaplanMeierSettings::default() }.fit(&outcome).unwrap();
            let mut last = 1.0;
            for step in km.steps() {
                prop_assert!((0.0..=last).contains(&step.survival));
                last = step.survival;
                prop_assert!(step.survival == 0.0 || (0.0 <= step.lower && step.lower <= last && last <= step.upper && step.upper <= 1.0));
                prop_assert!(step.hazard >= 0.0 && step.hazard_std_error >= 0.0);
            }
            let whole = km.restricted_mean(100.0).unwrap();
            prop_assert!(whole.mean >= km.restricted_mean(5.0).unwrap().mean && whole.mean <= 100.0);
        }
    }

    #[test]
    fn the_jackknife_is_a_derivative(cases in cases(), truncated in any::<bool>()) {
        let base = outcome(&cases, truncated, true);
        let km = KaplanMeierSettings { variance: Variance::Robust, ..KaplanMeierSettings::default() }.fit(&base).unwrap();
        let weights = base.weights().unwrap().to_vec();
        let mut squares = vec![[0.0; 2]; km.steps().len()];
        for i in 0..cases.len() {
            let step = 1e-5 * weights[i];
            let moved = [step, -step].map(|by| {
                let mut weights = weights.clone();
                weights[i] += by;
                KaplanMeier::of(&base.clone().with_weights(weights).unwrap()).unwrap()
            });
            for (k, square) in squares.iter_mut().enumerate() {
                let [up, down] = [0, 1].map(|m: usize| moved[m].steps()[k]);
                let by = weights[i] / (2.0 * step);
                square[0] += ((up.survival.ln() - down.survival.ln()) * by).powi(2);
                square[1] += ((up.hazard - down.hazard) * by).powi(2);
            }
        }
        // A difference quotient of step 1e-5 is exact to 1e-10 of third derivatives and to 1e-16 / 1e-5 of rounding.
        for (step, square) in km.steps().iter().zip(&squares).filter(|(step, _)| step.survival > 0.0) {
            prop_assert!((step.log_std_error - square[0].sqrt()).abs() <= 1e-7 * (1.0 + step.log_std_error));
            prop_assert!((step.hazard_std_error - square[1].sqrt()).abs() <= 1e-7 * (1.0 + step.hazard_std_error));
        }
    }
}

/// A weight of a naive log-rank test, from the number at risk, the events, and survival before.
type Weight<'a> = &'a dyn Fn(f64, f64, f64) -> f64;

/// Observed less expected events of the first of two groups, and their variance, within strata.
fn naive_test(outcome: &Survival, first: &[bool], stratum: &[u32], weight: Weight) -> (f64, f64) {
    let (t, e, n) = (outcome.times(), outcome.event(), first.len());
    let (mut difference, mut variance) = (0.0, 0.0);
    for s in [0, 1] {
        let mut survival = 1.0;
        for time in outcome.event_times() {
            let at_risk =
                |i: &usize| stratum[*i] == s && t[*i] >= time && outcome.entry().is_none_or(|entry| entry[*i] < time);
            let here: Vec<usize> = (0..n).filter(at_risk).collect();
            let y = here.len() as f64;
            let y1 = here.iter().filter(|i| first[**i]).count() as f64;
            let dead = |i: &&usize| t[**i] == time && e[**i];
            let d = here.iter().filter(dead).count() as f64;
            let d1 = here.iter().filter(dead).filter(|i| first[**i]).count() as f64;
            if d == 0.0 {
                continue;
            }
            let w = weight(y, d, survival);
            survival *= 1.0 - d / y;
            difference += w * (d1 - d * y1 / y);
            if y > 1.0 {
                variance += w * w * d * (y - d) / (y - 1.0) * y1 / y * (1.0 - y1 / y);
            }
        }
    }
    (difference, variance)
}

proptest! {
    #[test]
    fn two_groups_are_compared_as_defined(cases in cases(), truncated in any::<bool>(), stratified in any::<bool>()) {
        let outcome = outcome(&cases, truncated, false);
        let first: Vec<bool> = cases.iter().map(|c| c.4 <= 0).collect();
        let stratum: Vec<u32> = cases.iter().map(|c| if stratified { c.3 % 2 } else { 0 }).collect();
        let groups = Groups::new(first.iter().map(|f| Some(if *f { "a" } else { "b" })));
        let strata = Groups::new(stratum.iter().map(|s| Some(s.to_string())));
        let fleming = TestWeights::FlemingHarrington { rho: 0.5, gamma: 2.0 };
        let all: [(TestWeights, Weight); 4] = [
            (TestWeights::LogRank, &|_, _, _| 1.0),
            (TestWeights::Gehan, &|y, _, _| y),
            (TestWeights::TaroneWare, &|y, _, _| y.sqrt()),
            (fleming, &|_, _, s| s.sqrt() * (1.0 - s) * (1.0 - s)),
        ];
        for (weights, weight) in all {
            let (difference, variance) = naive_test(&outcome, &first, &stratum, weight);
            match weights.test(&outcome, &groups, Some(&strata)) {
                Err(Error::TooFewGroups { .. }) => prop_assert_eq!(groups.levels().len(), 1),
                Err(Error::NothingToCompare { .. }) => prop_assert!(variance < 1e-12),
                Err(other) => prop_assert!(false, "{}", other),
                Ok(test) => {
                    prop_assert!(near(test.groups[0].observed - test.groups[0].expected, difference));
                    prop_assert!(near(test.covariance[0][0], variance) && test.test.df == 1.0);
                    prop_assert!(near(test.test.statistic, difference * difference / variance), "{weights:?} {test:?} {difference} {variance}");
                    prop_assert!(near(test.trend(&[1.0, 2.0]).unwrap().statistic, test.test.statistic));
                }
            }
        }
    }

    #[test]
    fn names_and_order_of_groups_do_not_matter(cases in cases(), truncated in any::<bool>()) {
        let outcome = outcome(&cases, truncated, false);
        let of = |names: [&'static str; 4]| Groups::new(cases.iter().map(|c| Some(names[c.4.unsigned_abs() as usize])));
        let test = |groups: Groups| TestWeights::PetoPeto.test(&outcome, &groups, None);
        let Ok(a) = test(of(["a", "b", "c", "d"])) else { return Ok(()) };
        let b = test(of(["d", "a", "c", "b"])).unwrap();
        prop_assert!(near(a.test.statistic, b.test.statistic) && a.test.df == b.test.df);
        prop_assert!((0.0..=1.0).contains(&a.test.p_value));
    }
}

#[test]
fn what_cannot_be_tested_is_an_error() {
    let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, true]).unwrap();
    let groups = |labels: [&'static str; 4]| Groups::new(labels.map(|l| Some(l).filter(|l| !l.is_empty())));
    let test = |labels| TestWeights::LogRank.test(&outcome, &groups(labels), None);
    assert!(matches!(test(["a"; 4]), Err(Error::TooFewGroups { found: 1, .. })));
    assert_eq!(test(["a", "b", "", "a"]), Err(Error::Missing { column: 0, row: 2 }));
    let halves = groups(["a", "a", "b", "b"]);
    assert_eq!(
        TestWeights::LogRank.test(&outcome, &halves, Some(&halves)).unwrap_err().to_string(),
        "no event happened while two groups were at risk: there is nothing to compare"
    );
    let negative = TestWeights::FlemingHarrington { rho: -1.0, gamma: 0.0 };
    assert!(matches!(negative.test(&outcome, &halves, None), Err(Error::NotPositive { .. })));
    let weighted = outcome.clone().with_weights(vec![1.0, 2.0, 1.0, 1.0]).unwrap();
    assert!(matches!(TestWeights::LogRank.test(&weighted, &halves, None), Err(Error::Unsupported { .. })));
    // A weight of 0 leaves the case out.
    let without = outcome.clone().with_weights(vec![1.0, 1.0, 1.0, 0.0]).unwrap();
    let three = TestWeights::LogRank.test(&without, &halves, None).unwrap();
    assert_eq!((three.groups[1].cases, three.groups[1].events), (1, 0));
    assert!(
        three.trend(&[1.0, 1.0]).is_err() && three.trend(&[1.0]).is_err() && three.trend(&[1.0, f64::NAN]).is_err()
    );
    let short = Groups::new([Some("a")]);
    assert!(matches!(TestWeights::LogRank.test(&outcome, &short, None), Err(Error::Length { .. })));
}

#[test]
fn what_cannot_be_estimated_is_an_error() {
    let none = Survival::new(vec![], vec![]).unwrap();
    assert!(matches!(KaplanMeier::of(&none), Err(Error::TooFew { found: 0, .. })));
    assert!(matches!(harrell(&[], &none), Err(Error::TooFew { .. })));
    let two = Survival::new(vec![1.0, 2.0], vec![true, false]).unwrap();
    assert!(KaplanMeier::of(&two.clone().with_weights(vec![0.0, 0.0]).unwrap()).is_err());
    assert!(KaplanMeierSettings { confidence: 1.0, ..Default::default() }.fit(&two).is_err());
    let km = KaplanMeier::of(&two).unwrap();
    assert!(
        km.quantile(1.5).is_err() && km.restricted_mean(0.0).is_err() && km.restricted_mean(f64::INFINITY).is_err()
    );
    assert_eq!(km.quantile(0.9).unwrap().time, None);
    assert!(km.at(f64::NAN).survival.is_nan());
    assert!(harrell(&[2.0, 1.0], &two).unwrap().confidence_interval(1.0).is_err());
    assert_eq!(harrell(&[1.0], &two), Err(Error::Length { column: 0, found: 1, expected: 2 }));
    assert_eq!(harrell(&[1.0, f64::NAN], &two), Err(Error::Missing { column: 0, row: 1 }));
    let censored = Survival::new(vec![1.0, 2.0], vec![false, false]).unwrap();
    assert_eq!(harrell(&[1.0, 2.0], &censored), Err(Error::NoPairs { until: None }));
    assert_eq!(uno(&[1.0, 2.0], &two, Some(0.5)), Err(Error::NoPairs { until: Some(0.5) }));
    let entered = two.clone().with_entry(vec![0.5, 0.0]).unwrap();
    assert!(uno(&[1.0, 2.0], &entered, None).unwrap_err().to_string().contains("left truncation"));
    // The only event of new cases is later than all follow-up of the training cases.
    let censoring = CensoringDistribution::of(&two, CensoringTies::default()).unwrap();
    let weights = PairWeights::InverseCensoring { censoring, side: Side::Left };
    let later = Survival::new(vec![3.0, 4.0], vec![true, false]).unwrap();
    let error = ConcordanceSettings { weights, until: None }.of(&[1.0, 2.0], &later).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the censoring distribution gives no weight at the time 3: it is later than all times it was estimated from; give an \
         earlier time as the last that counts"
    );
}
