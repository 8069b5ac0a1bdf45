//! Maximally selected statistics against R's maxstat and survminer: reference/max_selected.R.

use std::collections::BTreeMap;

use crate::support::tables::{column, golden, optional};
use proptest::prelude::*;
use radsurv_data::{Groups, Survival};
use radsurv_stats::Error;
use radsurv_stats::nonparametric::max_selected::log_rank_scores;
use radsurv_stats::nonparametric::{MaxSelectedSettings, Selected, TestWeights};

#[track_caller]
fn close(ours: f64, golden: f64, tolerance: f64, what: &str) {
    assert!((ours - golden).abs() <= tolerance * golden.abs(), "{what}: {ours} is not {golden}");
}

#[test]
fn statistics_and_p_values_are_those_of_maxstat() {
    let golden = golden("max_selected.jsonl.gz", "maxstat 0.7.25");
    let mut tables = BTreeMap::new();
    let (mut seen, mut integrated, mut sampled) = (0, 0, 0);
    for row in &golden.rows {
        let name = row["name"].as_str().unwrap();
        if let Some(table) = row.get("table").filter(|table| !table.is_null()) {
            let event = column(&table["event"]).iter().map(|e| *e == 1.0).collect();
            let outcome = Survival::new(column(&table["time"]), event).unwrap();
            let (scores, _) = log_rank_scores(&outcome).unwrap();
            for (ours, theirs) in scores.iter().zip(column(&table["scores"])) {
                assert!((ours - theirs).abs() < 1e-12, "{name} {ours} {theirs}");
            }
            tables.insert(name, (outcome, column(&table["x"])));
        }
        let (outcome, x) = &tables[name];
        let number = |field: &str| optional(&row[field]);
        let settings = MaxSelectedSettings {
            min_proportion: number("minprop").unwrap(),
            max_proportion: number("maxprop").unwrap(),
        };
        let found = settings.fit(outcome, x).unwrap();
        let best = found.best();
        let what = format!("{name} {settings:?}");
        assert_eq!(
            (best.cut, found.curve().len() as f64),
            (number("cut").unwrap(), number("count").unwrap()),
            "{what}"
        );
        close(best.statistic.abs(), number("statistic").unwrap(), 1e-9, &what);
        let places = column(&row["place"]);
        for (i, place) in places.iter().enumerate() {
            let ours = found.curve()[*place as usize];
            assert_eq!((ours.cut, ours.below as f64), (column(&row["cuts"])[i], column(&row["below"])[i]), "{what}");
            // Statistics near 0 are sums that cancel.
            assert!((ours.statistic.abs() - column(&row["stats"])[i]).abs() < 1e-10, "{what} {i}");
        }
        let p = |method| found.p_value(method).unwrap();
        close(p(Selected::Lausen1992), number("lau92").unwrap(), 1e-9, &format!("{what} Lausen1992"));
        // There 1 - (Φ(b) - Φ(-b)) has lost the digits below 1e-16.
        let lau94 = number("lau94").unwrap();
        assert!((p(Selected::Lausen1994) - lau94).abs() < 1e-9 * lau94 + 1e-15, "{what} Lausen1994");
        let gauss = p(Selected::Gauss);
        if let Some(theirs) = number("gauss") {
            // Quasi Monte Carlo with an error of 1e-4.
            assert!((gauss - theirs).abs() < 2e-4, "{what} {gauss} {theirs}");
            integrated += 1;
        }
        if let Some(theirs) = number("miwa") {
            // Miwa's integration over a grid of 512 points, and 1 - p.
            assert!((gauss - theirs).abs() < 1e-6, "{what} {gauss} {theirs}");
            integrated += 1;
        }
        // Both are of random orders: five standard errors. Theirs counts larger statistics, ours those not smaller.
        let (ours, theirs) = (p(Selected::Permutation { samples: 20_000, seed: 3 }), number("mc").unwrap());
        let pooled = 0.5 * (ours + theirs);
        let error = (pooled * (1.0 - pooled) * (1.0 / 20_000.0 + 1.0 / 50_000.0)).sqrt();
        if name != "small" {
            assert!((ours - theirs).abs() < 5.0 * error + 1e-4, "{what} {ours} {theirs}");
            sampled += 1;
        }
        if let [cut, statistic] = column(&row["survminer"])[..] {
            assert_eq!(best.cut, cut, "{what} survminer");
            close(best.statistic.abs(), statistic, 1e-9, &what);
            assert_eq!(x.iter().filter(|x| **x > best.cut).count() as f64, number("high").unwrap(), "{what}");
        }
        seen += 1;
    }
    assert_eq!((seen, sampled), (21, 18));
    assert!(integrated > 12, "{integrated}");
}

#[test]
fn what_cannot_be_cut_is_an_error() {
    let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, false, true, true]).unwrap();
    let fit = |marker: &[f64]| MaxSelectedSettings::default().fit(&outcome, marker).unwrap_err();
    assert_eq!(fit(&[1.0, 1.0, 1.0, 1.0]), Error::NoCut { min: 0.1, max: 0.9 });
    assert_eq!(fit(&[1.0, f64::NAN, 1.0, 1.0]), Error::Missing { column: 0, row: 1 });
    assert!(matches!(fit(&[1.0]), Error::Length { .. }));
    let of = |min_proportion, max_proportion| {
        MaxSelectedSettings { min_proportion, max_proportion }.fit(&outcome, &[1.0, 2.0, 3.0, 4.0])
    };
    assert_eq!(of(0.0, 0.9).unwrap_err(), Error::NoCut { min: 0.0, max: 0.9 });
    assert_eq!(of(0.6, 0.4).unwrap_err(), Error::NoCut { min: 0.6, max: 0.4 });
    assert_eq!(of(0.6, 1.4).unwrap_err(), Error::NotProbability { value: 1.4 });
    assert_eq!(of(0.5, 0.5).unwrap().curve().len(), 1, "one cut");
    assert!(of(0.25, 0.75).unwrap().p_value(Selected::Permutation { samples: 0, seed: 1 }).is_err());
    let nobody = Survival::new(vec![1.0, 2.0], vec![false, false]).unwrap();
    assert_eq!(MaxSelectedSettings::default().fit(&nobody, &[1.0, 2.0]).unwrap_err(), Error::NoEvents { cases: 2 });
    let late = outcome.clone().with_entry(vec![0.0; 4]).unwrap();
    assert!(matches!(MaxSelectedSettings::default().fit(&late, &[1.0, 2.0, 3.0, 4.0]), Err(Error::Unsupported { .. })));
    let weighted = outcome.with_weights(vec![1.0, 2.0, 1.0, 1.0]).unwrap();
    assert!(matches!(MaxSelectedSettings::default().fit(&weighted, &[1.0; 4]), Err(Error::Unsupported { .. })));
    // Both times are tied: every case has the same score.
    let same = Survival::new(vec![1.0; 6], vec![true; 6]).unwrap();
    let marker = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    assert!(matches!(MaxSelectedSettings::default().fit(&same, &marker), Err(Error::NothingToCompare { .. })));
}

#[test]
fn cases_of_weight_0_are_not_there_and_seeds_repeat() {
    let outcome =
        Survival::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vec![true, true, false, true, true, false]).unwrap();
    let marker = [5.0, 4.0, 6.0, 2.0, 3.0, 1.0];
    let settings = MaxSelectedSettings::default();
    let part = settings.fit(&outcome.rows(&[0, 1, 3, 4, 5]), &[5.0, 4.0, 2.0, 3.0, 1.0]).unwrap();
    let weights = vec![1.0, 1.0, 0.0, 1.0, 1.0, 1.0];
    assert_eq!(settings.fit(&outcome.with_weights(weights).unwrap(), &marker).unwrap(), part);
    let p = |seed| part.p_value(Selected::Permutation { samples: 500, seed }).unwrap();
    assert_eq!(p(1), p(1));
    assert_ne!(p(1), p(2));
}

/// Follow-up with ties, and a marker with ties.
fn cases() -> impl Strategy<Value = (Survival, Vec<f64>)> {
    prop::collection::vec((1u8..30, any::<bool>(), -6i8..6), 8..60).prop_map(|rows| {
        let times = rows.iter().map(|row| f64::from(row.0)).collect();
        let outcome = Survival::new(times, rows.iter().map(|row| row.1).collect()).unwrap();
        (outcome, rows.iter().map(|row| f64::from(row.2)).collect())
    })
}

proptest! {
    #[test]
    fn each_statistic_is_its_definition_and_changes_sign_with_the_marker((outcome, marker) in cases()) {
        let settings = MaxSelectedSettings { min_proportion: 0.2, max_proportion: 0.8 };
        let Ok(found) = settings.fit(&outcome, &marker) else { return Ok(()) };
        let n = marker.len();
        let hazard = |i: usize| -> f64 {
            let past = (0..n).filter(|&j| outcome.event()[j] && outcome.times()[j] <= outcome.times()[i]);
            past.map(|j| 1.0 / (n - outcome.times().iter().filter(|t| **t <= outcome.times()[j]).count() + 1) as f64).sum()
        };
        let score: Vec<f64> = (0..n).map(|i| f64::from(u8::from(outcome.event()[i])) - hazard(i)).collect();
        let mean = score.iter().sum::<f64>() / n as f64;
        let squares: f64 = score.iter().map(|a| (a - mean).powi(2)).sum();
        let mut cuts: Vec<f64> = marker.clone();
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let m = |cut: f64| marker.iter().filter(|x| **x <= cut).count();
        cuts.retain(|cut| (1.max(n / 5)..=(n as f64 * 0.8).floor() as usize).contains(&m(*cut)) && m(*cut) < n);
        prop_assert_eq!(cuts.len(), found.curve().len());
        for (cut, ours) in cuts.iter().zip(found.curve()) {
            let above: f64 = (0..n).filter(|&i| marker[i] > *cut).map(|i| score[i] - mean).sum();
            let (a, b) = (m(*cut) as f64, (n - m(*cut)) as f64);
            let z = above / (a * b / (n as f64 * (n as f64 - 1.0)) * squares).sqrt();
            prop_assert!(ours.cut == *cut && (ours.statistic - z).abs() < 1e-9, "{} {}", ours.statistic, z);
        }
        // Of another marker of the same order, all is the same.
        let exp: Vec<f64> = marker.iter().map(|x| x.exp()).collect();
        let again = settings.fit(&outcome, &exp).unwrap();
        prop_assert_eq!(again.p_value(Selected::Gauss).unwrap(), found.p_value(Selected::Gauss).unwrap());
        prop_assert_eq!(again.best().cut, found.best().cut.exp());
        let largest = found.curve().iter().map(|c| c.statistic.abs()).fold(0.0, f64::max);
        prop_assert!(found.best().statistic.abs() >= largest * (1.0 - 1e-9));
    }

    #[test]
    fn p_values_are_probabilities_and_selection_costs((outcome, marker) in cases()) {
        let Ok(found) = MaxSelectedSettings::default().fit(&outcome, &marker) else { return Ok(()) };
        let b = found.best().statistic.abs();
        let single = 2.0 * radsurv_stats::distribution::Normal.upper(b);
        for method in [Selected::Lausen1992, Selected::Lausen1994, Selected::Gauss] {
            prop_assert!((0.0..=1.0).contains(&found.p_value(method).unwrap()), "{:?}", method);
        }
        let gauss = found.p_value(Selected::Gauss).unwrap();
        prop_assert!(gauss >= single * (1.0 - 1e-12) && gauss <= single * found.curve().len() as f64 * (1.0 + 1e-9));
        let sampled = found.p_value(Selected::Permutation { samples: 50, seed: 9 }).unwrap();
        prop_assert!((1.0 / 51.0..=1.0).contains(&sampled));
    }

    /// Without ties of time the variance of the log-rank test differs (hypergeometric, by time), the sums do not.
    #[test]
    fn sums_are_those_of_the_log_rank_test(event in prop::collection::vec(any::<bool>(), 8..40), cut in 2usize..6, seed in 0u64..1000) {
        let n = event.len();
        let times: Vec<f64> = (0..n).map(|i| ((i as u64 * 7919 + seed) % 1_000_003) as f64 + i as f64 * 1e-6).collect();
        let outcome = Survival::new(times, event).unwrap();
        let marker: Vec<f64> = (0..n).map(|i| ((i * 5) % n) as f64 + i as f64 * 1e-3).collect();
        let Ok((scores, _)) = log_rank_scores(&outcome) else { return Ok(()) };
        let threshold = { let mut sorted = marker.clone(); sorted.sort_by(f64::total_cmp); sorted[n / cut] };
        let groups = Groups::new(marker.iter().map(|x| Some(if *x > threshold { "high" } else { "low" })));
        let Ok(test) = TestWeights::LogRank.test(&outcome, &groups, None) else { return Ok(()) };
        let high: f64 = (0..n).filter(|&i| marker[i] > threshold).map(|i| scores[i]).sum();
        prop_assert!((high - (test.groups[0].observed - test.groups[0].expected)).abs() < 1e-9);
    }
}
