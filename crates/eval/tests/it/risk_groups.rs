//! Risk groups and cut points against R's survival and survminer: reference/risk_groups.R.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::saved::Saved;
use radsurv_data::{Groups, HeldOut, HeldOutBy, Metric, Predictions, Survival};
use radsurv_eval::risk_groups::{LogRankAtCuts, RiskGroupSettings, quantile_cuts};
use radsurv_eval::{CutPoint, CutPointSettings, Error};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn golden() -> Golden {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/risk_groups.jsonl.gz")).unwrap()
}

fn column(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

fn outcome(row: &Value) -> Survival {
    Survival::new(column(&row["time"]), column(&row["event"]).iter().map(|e| *e == 1.0).collect()).unwrap()
}

#[track_caller]
fn close(ours: f64, golden: f64, tolerance: f64, what: &str) {
    assert!((ours - golden).abs() <= tolerance * golden.abs(), "{what}: {ours} is not {golden}");
}

#[track_caller]
fn same(ours: Option<f64>, golden: f64, what: &str) {
    match ours {
        Some(ours) => close(ours, golden, 1e-9, what),
        None => assert!(golden.is_nan(), "{what}: none is not {golden}"),
    }
}

#[test]
fn groups_are_those_of_r() {
    let mut seen = 0;
    for row in golden().rows.iter().filter(|row| row.get("groups").is_some()) {
        let name = row["groups"].as_str().unwrap();
        let (times, confidence) = (column(&row["times"]), number(&row["confidence"]).unwrap());
        let settings = RiskGroupSettings { times: times.clone(), confidence, ..RiskGroupSettings::default() };
        let found = settings.by_cuts(&column(&row["score"]), &column(&row["cuts"]), &outcome(row)).unwrap();
        close(found.log_rank.statistic, number(&row["chisq"]).unwrap(), 1e-9, name);
        close(found.log_rank.p_value, number(&row["p"]).unwrap(), 1e-9, name);
        assert_eq!(found.trend.is_some(), found.groups.len() > 2);
        if let Some(trend) = found.trend {
            close(trend.statistic, number(&row["trend"]).unwrap(), 1e-9, name);
        }
        assert_eq!(found.no_hazard_ratio, None);
        for (k, group) in found.groups.iter().enumerate() {
            let what = format!("{name} {}", group.name);
            assert_eq!(
                (group.cases as f64, group.events as f64),
                (column(&row["cases"])[k], column(&row["events"])[k])
            );
            if let Some(hr) = group.hazard_ratio {
                let theirs = column(&row["hr"][k - 1]);
                // The fit of R stops at a change of 1e-9 of the likelihood.
                close(hr.estimate, theirs[0], 1e-6, &what);
                close(hr.lower, theirs[1], 1e-6, &what);
                close(hr.upper, theirs[2], 1e-6, &what);
                close(hr.p_value, column(&row["hr_p"])[k - 1], 1e-5, &what);
            } else {
                assert_eq!(k, 0);
            }
            let median = |field: &str| column(&row[field])[k];
            same(group.median.map(|m| m.estimate), median("median"), &what);
            if let Some(m) = group.median {
                same(m.lower, median("median_lower"), &what);
                same(m.upper, median("median_upper"), &what);
            }
            for (i, at) in group.survival.iter().enumerate() {
                let of = |field: &str| column(&row[field])[k * times.len() + i];
                let what = format!("{what} at {}", at.time);
                assert_eq!(at.at_risk, of("at_risk"), "{what}");
                // R carries the last value on; beyond follow-up it is not known, unless nobody survived.
                if at.time > column(&row["last"])[k] && of("survival") > 0.0 {
                    assert_eq!(at.survival, None, "{what}");
                    continue;
                }
                let survival = at.survival.unwrap();
                close(survival.estimate, of("survival"), 1e-9, &what);
                same(survival.lower, of("lower"), &what);
                same(survival.upper, of("upper"), &what);
            }
        }
        let text = found.table();
        assert_eq!((text.rows.len(), text.header.len()), (found.groups.len(), 6 + times.len()));
        assert!(!serde_json::to_string(&found).unwrap().contains("null,null,null"));
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn cuts_of_training_cases_divide_others_as_survminer() {
    let mut seen = 0;
    for row in golden().rows.iter().filter(|row| row.get("cutpoint").is_some()) {
        let (all, x) = (outcome(row), column(&row["x"]));
        let half: Vec<usize> = (0..x.len()).step_by(2).collect();
        let own: Vec<f64> = half.iter().map(|&i| x[i]).collect();
        let min_proportion = number(&row["minprop"]).unwrap();
        let settings = CutPointSettings { min_proportion, permutations: 200, seed: 4 };
        let found = settings.of_variable("x", &own, &all.rows(&half)).unwrap();
        assert_eq!(found.cut_point.cut(), number(&row["cut"]).unwrap());
        close(found.cut_point.statistic().abs(), number(&row["statistic"]).unwrap(), 1e-9, "statistic");
        assert_eq!(found.absent, own.iter().filter(|v| v.is_nan()).count());
        let others: Vec<f64> = (1..x.len()).step_by(2).map(|i| x[i]).collect();
        let groups = found.cut_point.apply(&others);
        for (case, high) in column(&row["high"]).iter().enumerate() {
            let label = match high {
                h if h.is_nan() => None,
                h => Some(if *h == 1.0 { "high" } else { "low" }),
            };
            assert_eq!(groups.label(case), label);
        }
        // The same of held-out scores: those without one are left out.
        let scores = own.iter().map(|v| (!v.is_nan()).then_some(*v)).collect();
        let held_out = HeldOut::new(scores, HeldOutBy::Folds { folds: 5, repeats: 1 }).unwrap();
        let again = settings.of_scores(&held_out, &all.rows(&half)).unwrap();
        assert_eq!((again.cut_point.cut(), again.absent), (found.cut_point.cut(), found.absent));
        assert_eq!(again.cut_point.p_values(), found.cut_point.p_values());
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn a_saved_cut_is_the_same_cut() {
    let outcome = Survival::new((1..13).map(f64::from).collect(), [true, true, false].repeat(4)).unwrap();
    let marker: Vec<f64> = (0..12).map(|i| f64::from(i * 7 % 12) + 0.1).collect();
    let found = CutPointSettings::default().of_variable("volume", &marker, &outcome).unwrap().cut_point;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.json");
    found.save(&path).unwrap();
    assert_eq!(CutPoint::load(&path).unwrap(), found);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"low\": ", "\"low\": 99")).unwrap();
    assert!(CutPoint::load(&path).is_err());
}

#[test]
fn bad_input_is_explained() {
    let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, true, false]).unwrap();
    let settings = RiskGroupSettings::default();
    assert!(matches!(settings.by_cuts(&[1.0], &[0.5], &outcome), Err(Error::Cases { .. })));
    let score = [1.0, 2.0, 3.0, 4.0];
    for cuts in [&[][..], &[2.0, 2.0], &[3.0, 1.0], &[f64::NAN]] {
        assert!(matches!(settings.by_cuts(&score, cuts, &outcome), Err(Error::Setting { .. })), "{cuts:?}");
    }
    assert!(settings.by_cuts(&score, &[9.0], &outcome).is_err(), "one group");
    assert!(matches!(
        settings.by_cuts(&[1.0, f64::INFINITY, 3.0, 4.0], &[2.0], &outcome),
        Err(Error::NotFinite { .. })
    ));
    let bad = RiskGroupSettings { times: vec![-1.0], ..RiskGroupSettings::default() };
    assert!(bad.by_cuts(&score, &[2.0], &outcome).is_err());
    assert!(quantile_cuts(&score, &[1.0]).is_err() && quantile_cuts(&[2.0, 2.0], &[0.5]).is_err());
    assert!(quantile_cuts(&[f64::NAN], &[0.5]).is_err());
    assert_eq!(quantile_cuts(&[4.0, f64::NAN, 1.0, 2.0, 3.0], &[0.5]).unwrap(), [2.5]);
    let cut = CutPointSettings { min_proportion: 0.6, ..CutPointSettings::default() };
    assert!(cut.of_variable("x", &score, &outcome).unwrap_err().to_string().contains("part from 0.6 to 0.4"));
    assert!(CutPointSettings::default().of_variable("x", &[1.0; 4], &outcome).is_err());
    let other_cases = CutPointSettings::default().of_variable("x", &[1.0], &outcome).unwrap_err().to_string();
    assert!(other_cases.contains("x has 1 values and there are 4 outcomes"), "{other_cases}");
    let late = outcome.clone().with_entry(vec![0.0; 4]).unwrap();
    assert!(
        CutPointSettings::default().of_variable("x", &score, &late).unwrap_err().to_string().contains("late entry")
    );
}

#[test]
fn groups_without_events_have_no_hazard_ratio_and_say_why() {
    let outcome =
        Survival::new(vec![5.0, 6.0, 7.0, 1.0, 2.0, 3.0], vec![false, false, false, true, true, false]).unwrap();
    let settings = RiskGroupSettings { times: vec![2.5, 6.5], ..RiskGroupSettings::default() };
    let found = settings.by_cuts(&[1.0, 1.0, f64::NAN, 2.0, 2.0, 2.0], &[1.5], &outcome).unwrap();
    assert_eq!(found.codes, [Some(0), Some(0), None, Some(1), Some(1), Some(1)]);
    assert!(found.no_hazard_ratio.as_ref().unwrap().contains("no case of the group low has an event"));
    assert_eq!((found.groups[0].median, found.groups[0].cases), (None, 2));
    assert_eq!(found.groups[1].survival[1].survival, None, "beyond its follow-up");
    let text = found.table().to_markdown();
    assert!(
        text.contains("beyond follow-up") && text.contains("not estimable") && text.contains("not reached"),
        "{text}"
    );
    // Weighted cases are refused, not taken as one each.
    let weighted = outcome.with_weights(vec![2.0; 6]).unwrap();
    assert!(settings.by_cuts(&[1.0, 1.0, 1.0, 2.0, 2.0, 2.0], &[1.5], &weighted).is_err());
}

proptest! {
    #[test]
    fn groups_are_what_they_are_alone(rows in prop::collection::vec((1u8..40, any::<bool>(), 0u8..9), 12..60), cut in 1u8..8) {
        let outcome = Survival::new(rows.iter().map(|r| f64::from(r.0)).collect(), rows.iter().map(|r| r.1).collect()).unwrap();
        let score: Vec<f64> = rows.iter().map(|r| f64::from(r.2)).collect();
        let settings = RiskGroupSettings { times: vec![10.0], ..RiskGroupSettings::default() };
        let Ok(found) = settings.by_cuts(&score, &[f64::from(cut)], &outcome) else { return Ok(()) };
        prop_assert_eq!(found.groups.iter().map(|g| g.cases).sum::<usize>(), rows.len());
        prop_assert_eq!(found.groups.iter().map(|g| g.events).sum::<usize>(), outcome.events());
        // By the scores' order alone; and as groups that are there.
        let scaled: Vec<f64> = score.iter().map(|s| s.exp()).collect();
        prop_assert_eq!(&settings.by_cuts(&scaled, &[f64::from(cut).exp()], &outcome).unwrap().groups, &found.groups);
        let arms = Groups::new(score.iter().map(|s| Some(if *s <= f64::from(cut) { "a low" } else { "b high" })));
        let named = settings.of_groups(&arms, &outcome).unwrap();
        prop_assert_eq!(named.log_rank, found.log_rank);
        let measured = LogRankAtCuts::new([f64::from(cut)]).of(&Predictions::new(score.clone()), &outcome).unwrap();
        prop_assert!((measured - found.log_rank.statistic).abs() <= 1e-9 * (1.0 + measured));
        prop_assert_eq!(named.groups[1].hazard_ratio, found.groups[1].hazard_ratio);
        for (k, group) in found.groups.iter().enumerate() {
            let own: Vec<usize> = (0..rows.len()).filter(|&i| found.codes[i] == Some(k)).collect();
            let km = radsurv_stats::nonparametric::KaplanMeier::of(&outcome.rows(&own)).unwrap();
            prop_assert_eq!(group.median.map(|m| m.estimate), km.quantile(0.5).unwrap().time);
            if let Some(s) = group.survival[0].survival {
                prop_assert_eq!(s.estimate, km.at(10.0).survival);
            }
        }
    }
}
