//! Cox models against R's survival, and against the definition.

use crate::support::cox::{Case, assert_all, golden, numbers};
use proptest::prelude::*;
use radsurv_data::Survival;
use radsurv_stats::Error;
use radsurv_stats::cox::{Baseline, Design, FitSettings, PartialLikelihood, Penalty, Ties, baseline, fit};
use radsurv_testkit::splitmix::SplitMix64;

#[test]
fn fits_and_curves_are_those_of_r() {
    let mut seen = 0;
    for case in golden("cox.jsonl.gz", "fit") {
        seen += 1;
        let Case { name, row, .. } = &case;
        let columns = case.columns();
        let design = case.design(&columns);
        let found = fit(&design, &FitSettings { ties: case.ties, ..FitSettings::default() }).unwrap();
        assert_all(&found.coefficients, &numbers(&row["coefficients"]), 1e-9, 0.0, name);
        let variance: Vec<f64> = row["variance"].as_array().unwrap().iter().flat_map(numbers).collect();
        let largest = variance.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        assert_all(&found.variance, &variance, 1e-8, 1e-6 * largest, name);
        let both = [found.null_log_likelihood, found.log_likelihood];
        assert_all(&both, &numbers(&row["log_likelihood"]), 1e-10, 0.0, name);
        assert_all(&[found.score_test], &[row["score_test"].as_f64().unwrap()], 1e-8, 0.0, name);
        assert!(found.infinite.is_empty());

        // Curves of rows that were fitted.
        let mut eta = found.linear_predictors(&columns).unwrap();
        if let Some(offset) = &case.offset {
            eta.iter_mut().zip(offset).for_each(|(eta, o)| *eta += o);
        }
        let fitted = Baseline::new(&eta, &case.outcome, design.strata, case.ties).unwrap();
        for curve in row["curves"].as_array().unwrap() {
            let at = curve["row"].as_u64().unwrap() as usize;
            let hazard = fitted.of(case.strata.as_ref().map_or(0, |s| s[at])).unwrap();
            let times = numbers(&curve["time"]);
            let ours: Vec<f64> = times.iter().map(|t| hazard.at(*t) * eta[at].exp()).collect();
            assert_all(&ours, &numbers(&curve["hazard"]), 1e-8, 0.0, name);
            let ours = baseline::curves(hazard, &eta[at..=at], &times).unwrap();
            assert_all(ours.of(0), &numbers(&curve["survival"]), 1e-8, 0.0, name);
        }
    }
    assert_eq!(seen, 29);
}

/// Cases with ties, weights, strata, entries and an offset, as asked for.
struct Made {
    outcome: Survival,
    columns: Vec<Vec<f64>>,
    strata: Vec<usize>,
    offset: Vec<f64>,
}

impl Made {
    fn new(seed: u64, n: usize, p: usize, late: bool, weighted: bool) -> Self {
        let mut rng = SplitMix64::new(seed);
        let mut next = |span: u64| rng.below(span) as f64;
        let times: Vec<f64> = (0..n).map(|_| 1.0 + next(n as u64 / 2)).collect();
        let mut event: Vec<bool> = (0..n).map(|_| next(10) < 6.0).collect();
        event[0] = true;
        let entry = times.iter().map(|t| if next(2) == 0.0 { 0.0 } else { next(*t as u64) }).collect();
        let weights = (0..n).map(|i| if i == 0 { 1.0 } else { 0.5 * next(5) }).collect();
        let mut outcome = Survival::new(times, event).unwrap();
        if late {
            outcome = outcome.with_entry(entry).unwrap();
        }
        if weighted {
            outcome = outcome.with_weights(weights).unwrap();
        }
        let columns = (0..p).map(|_| (0..n).map(|_| next(1000) / 250.0 - 2.0).collect()).collect();
        Self {
            outcome,
            columns,
            strata: (0..n).map(|_| 3 * next(2) as usize).collect(),
            offset: (0..n).map(|_| next(10) / 10.0).collect(),
        }
    }

    fn slices(&self) -> Vec<&[f64]> {
        self.columns.iter().map(Vec::as_slice).collect()
    }

    fn design<'a>(&'a self, columns: &'a [&'a [f64]]) -> Design<'a> {
        Design { columns, outcome: &self.outcome, strata: Some(&self.strata), offset: Some(&self.offset) }
    }

    /// The log-likelihood by its definition: for each event time all cases are looked at.
    fn naive(&self, beta: &[f64], ties: Ties) -> f64 {
        let n = self.outcome.len();
        let eta: Vec<f64> = (0..n)
            .map(|i| self.offset[i] + beta.iter().zip(&self.columns).map(|(b, c)| b * c[i]).sum::<f64>())
            .collect();
        let mut sum = 0.0;
        for stratum in [0, 3] {
            for t in self.outcome.event_times() {
                let weight = |i: usize| self.outcome.weight(i);
                let here = |i: &usize| self.strata[*i] == stratum && weight(*i) > 0.0;
                let at_risk =
                    |i: &usize| self.outcome.times()[*i] >= t && self.outcome.entry().is_none_or(|e| e[*i] < t);
                let risk: Vec<usize> = (0..n).filter(here).filter(at_risk).collect();
                let own = |i: &usize| self.outcome.times()[*i] == t && self.outcome.event()[*i];
                let events: Vec<usize> = risk.iter().copied().filter(own).collect();
                if events.is_empty() {
                    continue;
                }
                let total = |of: &[usize]| of.iter().map(|&i| weight(i) * eta[i].exp()).sum::<f64>();
                let (d, w) = (events.len() as f64, events.iter().map(|&i| weight(i)).sum::<f64>());
                sum += events.iter().map(|&i| weight(i) * eta[i]).sum::<f64>();
                sum -= match ties {
                    Ties::Breslow => w * total(&risk).ln(),
                    Ties::Efron => (0..events.len())
                        .map(|l| w / d * (total(&risk) - l as f64 / d * total(&events)).ln())
                        .sum::<f64>(),
                    Ties::Exact => subsets(&risk, events.len(), &eta).ln(),
                };
            }
        }
        sum
    }
}

/// The sum over all subsets of `d` of the products of *exp(η)*.
fn subsets(of: &[usize], d: usize, eta: &[f64]) -> f64 {
    match of {
        _ if d == 0 => 1.0,
        [] => 0.0,
        [first, rest @ ..] => eta[*first].exp() * subsets(rest, d - 1, eta) + subsets(rest, d, eta),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn likelihood_and_derivatives_are_those_of_the_definition(
        seed in any::<u64>(), n in 6usize..24, p in 1usize..4, late in any::<bool>(), weighted in any::<bool>(), which in 0usize..3,
    ) {
        let ties = [Ties::Breslow, Ties::Efron, Ties::Exact][which];
        let made = Made::new(seed, n, p, late, weighted && ties != Ties::Exact);
        let columns = made.slices();
        let Ok(likelihood) = PartialLikelihood::new(&made.design(&columns), ties) else { return Ok(()) };
        let mut rng = SplitMix64::new(seed ^ 1);
        let beta: Vec<f64> = (0..p).map(|_| rng.below(200) as f64 / 100.0 - 1.0).collect();
        let found = likelihood.at(&beta).unwrap();
        // Centred columns and offsets change the likelihood of none of these.
        let naive = made.naive(&beta, ties);
        prop_assert!((found.log_likelihood - naive).abs() <= 1e-11 * (1.0 + naive.abs()), "{} {naive}", found.log_likelihood);
        let h = 1e-5;
        for j in 0..p {
            let moved = |by: f64| { let mut b = beta.clone(); b[j] += by; b };
            let slope = (made.naive(&moved(h), ties) - made.naive(&moved(-h), ties)) / (2.0 * h);
            prop_assert!((found.gradient[j] - slope).abs() <= 1e-6 * (1.0 + slope.abs()), "{} {slope}", found.gradient[j]);
            let (up, down) = (likelihood.at(&moved(h)).unwrap(), likelihood.at(&moved(-h)).unwrap());
            for k in 0..p {
                let curvature = -(up.gradient[k] - down.gradient[k]) / (2.0 * h);
                let ours = found.information[j * p + k];
                prop_assert!((ours - curvature).abs() <= 1e-6 * (1.0 + curvature.abs()), "{ours} {curvature}");
            }
        }
    }

    /// A weight of 2 counts as two cases, with Breslow's rule.
    #[test]
    fn weights_are_repetitions(seed in any::<u64>(), n in 20usize..40, late in any::<bool>()) {
        let made = Made::new(seed, n, 2, late, false);
        let twice: Vec<usize> = (0..n).chain((0..n).filter(|i| i % 3 == 0)).collect();
        let weights = (0..n).map(|i| if i % 3 == 0 { 2.0 } else { 1.0 }).collect();
        let weighted = made.outcome.clone().with_weights(weights).unwrap();
        let repeated = made.outcome.rows(&twice);
        let more: Vec<Vec<f64>> = made.columns.iter().map(|c| twice.iter().map(|&i| c[i]).collect()).collect();
        let more: Vec<&[f64]> = more.iter().map(Vec::as_slice).collect();
        let columns = made.slices();
        let settings = FitSettings { ties: Ties::Breslow, ..FitSettings::default() };
        let (a, b) = (fit(&Design::new(&columns, &weighted), &settings), fit(&Design::new(&more, &repeated), &settings));
        let (Ok(a), Ok(b)) = (a, b) else { return Ok(()) };
        prop_assert_eq!(&a.infinite, &b.infinite);
        if a.infinite.is_empty() {
            for (x, y) in a.coefficients.iter().chain(&a.variance).zip(b.coefficients.iter().chain(&b.variance)) {
                prop_assert!((x - y).abs() <= 1e-7 * (1.0 + y.abs()), "{x} {y}");
            }
        }
    }

    /// Firth's coefficients are where the penalised likelihood is flat.
    #[test]
    fn firths_penalty_is_at_its_maximum(seed in any::<u64>(), n in 12usize..40, p in 1usize..4, late in any::<bool>(), breslow in any::<bool>()) {
        let ties = if breslow { Ties::Breslow } else { Ties::Efron };
        let made = Made::new(seed, n, p, late, false);
        let columns = made.slices();
        let settings = FitSettings { ties, penalty: Penalty::Firth, ..FitSettings::default() };
        let Ok(found) = fit(&made.design(&columns), &settings) else { return Ok(()) };
        let likelihood = PartialLikelihood::new(&made.design(&columns), ties).unwrap();
        let penalised = |b: &[f64]| {
            let at = likelihood.at(b).unwrap();
            at.log_likelihood + 0.5 * determinant(at.information, p).ln()
        };
        for j in 0..p {
            let h = 1e-4 * found.variance[j * p + j].sqrt();
            let moved = |by: f64| { let mut b = found.coefficients.clone(); b[j] += by; b };
            let slope = (penalised(&moved(h)) - penalised(&moved(-h))) / 2e-4;
            // The slope per standard error: the coefficient is at most as far from the maximum.
            prop_assert!(slope.abs() <= 1e-6, "{slope}");
        }
    }
}

fn determinant(mut m: Vec<f64>, p: usize) -> f64 {
    let mut product = 1.0;
    for j in 0..p {
        product *= m[j * p + j];
        for i in j + 1..p {
            let by = m[i * p + j] / m[j * p + j];
            (j..p).for_each(|k| m[i * p + k] -= by * m[j * p + k]);
        }
    }
    product
}

#[test]
fn what_cannot_be_fitted_is_named() {
    let times: Vec<f64> = (1..=8).map(f64::from).collect();
    let outcome = Survival::new(times.clone(), vec![true; 8]).unwrap();
    let a = [1.0, 5.0, 2.0, 8.0, 3.0, 1.0, 4.0, 2.0];
    let b = [2.0, 1.0, 7.0, 3.0, 3.0, 5.0, 9.0, 4.0];
    let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 3.0 - a + 2.0 * b).collect();
    let of = |columns: &[&[f64]]| fit(&Design::new(columns, &outcome), &FitSettings::default());
    assert_eq!(of(&[&a, &b, &sum]).unwrap_err(), Error::Collinear { column: 2, on: vec![0, 1] });
    assert_eq!(of(&[&a, &[3.0; 8]]).unwrap_err(), Error::Constant { column: 1 });
    assert_eq!(of(&[&a, &[f64::NAN; 8]]).unwrap_err(), Error::Missing { column: 1, row: 0 });
    let many: Vec<&[f64]> = vec![&a; 8];
    assert_eq!(of(&many).unwrap_err(), Error::TooManyColumns { columns: 8, cases: 8 });
    let censored = Survival::new(times.clone(), vec![false; 8]).unwrap();
    assert_eq!(fit(&Design::new(&[&a], &censored), &FitSettings::default()).unwrap_err(), Error::NoEvents { cases: 8 });
    // A column that is the stratum differs only where it does not count.
    let strata = [0, 0, 0, 0, 1, 1, 1, 1];
    let of_stratum = strata.map(|s| s as f64);
    let columns = [&a[..], &of_stratum];
    let design = Design { strata: Some(&strata), ..Design::new(&columns, &outcome) };
    assert_eq!(fit(&design, &FitSettings::default()).unwrap_err(), Error::Collinear { column: 1, on: vec![] });
    let weighted = outcome.clone().with_weights(vec![2.0; 8]).unwrap();
    let exact = FitSettings { ties: Ties::Exact, ..FitSettings::default() };
    let unsupported = |design: &Design, settings| matches!(fit(design, &settings), Err(Error::Unsupported { .. }));
    assert!(unsupported(&Design::new(&[&a], &weighted), exact));
    assert!(unsupported(&Design::new(&[&a], &outcome), FitSettings { penalty: Penalty::Firth, ..exact }));
    let wide = baseline::of_scores(&[800.0; 8], &outcome, Ties::Efron).unwrap_err();
    assert!(matches!(wide, Error::Overflow { .. }), "{wide}");
}

#[test]
fn separation_is_seen_and_firth_keeps_it_finite() {
    // All events are in the exposed, as one of R's warnings "beta may be infinite"; the second column is ordinary.
    let times = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let event = vec![true, true, false, true, false, true, false, false];
    let outcome = Survival::new(times, event).unwrap();
    let exposed = [1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0];
    let other = [0.3, 1.2, 0.7, 0.1, 0.9, 0.4, 1.1, 0.2];
    for ties in [Ties::Efron, Ties::Breslow, Ties::Exact] {
        let columns = [&exposed[..], &other];
        let design = Design::new(&columns, &outcome);
        let found = fit(&design, &FitSettings { ties, ..FitSettings::default() }).unwrap();
        assert_eq!(found.infinite, [0]);
        if ties != Ties::Exact {
            let firth = fit(&design, &FitSettings { ties, penalty: Penalty::Firth, ..FitSettings::default() }).unwrap();
            assert!(
                firth.infinite.is_empty() && firth.coefficients[0] > 0.5 && firth.coefficients[0] < 10.0,
                "{firth:?}"
            );
        }
    }
}

#[test]
fn far_and_tiny_values_are_fitted_as_well() {
    let made = Made::new(7, 60, 3, false, false);
    let columns = made.slices();
    let near = fit(&made.design(&columns), &FitSettings::default()).unwrap();
    let moved: Vec<Vec<f64>> =
        made.columns.iter().zip([1e-8, 1.0, 1e7]).map(|(c, s)| c.iter().map(|v| s * (v + 1e4)).collect()).collect();
    let moved: Vec<&[f64]> = moved.iter().map(Vec::as_slice).collect();
    let far = fit(&made.design(&moved), &FitSettings::default()).unwrap();
    for (j, scale) in [1e-8, 1.0, 1e7].into_iter().enumerate() {
        assert!((far.coefficients[j] * scale - near.coefficients[j]).abs() <= 1e-9 * near.coefficients[j].abs());
    }
}
