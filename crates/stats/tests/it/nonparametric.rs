//! Kaplan-Meier, log-rank tests and concordance against R's survival, lifelines and scikit-survival:
//! reference/nonparametric.R and nonparametric.py.

use crate::support::tables::{Tables, column, golden, optional};
use radsurv_data::{Groups, Survival};
use radsurv_stats::nonparametric::{
    CensoringDistribution, CensoringTies, Concordance, ConcordanceSettings, KaplanMeierSettings, Limits, PairWeights,
    Side, SurvivalFrom, TestWeights, TiedEvents, Variance, harrell,
};
use radsurv_testkit::golden::number;
use serde_json::Value;

/// The issue asks for 1e-10 of the value; values near 0 (limits, influences) are measured by `scale`.
#[track_caller]
fn close(ours: f64, golden: f64, scale: f64, what: &str) {
    let tolerance = 1e-10 * golden.abs().max(scale);
    assert!(
        (ours - golden).abs() <= tolerance || ours == golden || ours.is_nan() && golden.is_nan(),
        "{what}: {ours} is not {golden}"
    );
}

#[track_caller]
fn all_close(ours: impl Iterator<Item = f64>, golden: &[f64], scale: f64, what: &str) {
    let ours: Vec<f64> = ours.collect();
    assert_eq!(ours.len(), golden.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(golden).enumerate() {
        close(*a, *b, scale, &format!("{what}, number {i}"));
    }
}

#[test]
fn curves_are_those_of_r() {
    let golden = golden("nonparametric.jsonl.gz", "survival 3.5.3");
    let tables = Tables::of(&golden);
    let (mut seen, mut earlier) = (0, 0);
    for row in golden.rows.iter().filter(|row| row.get("curve").is_some()) {
        let name = row["curve"].as_str().unwrap();
        let outcome = &tables.get(name).outcome;
        let settings = KaplanMeierSettings {
            survival: if row["stype"] == 1 { SurvivalFrom::Product } else { SurvivalFrom::Hazard },
            ties: if row["ctype"] == 1 { TiedEvents::Together } else { TiedEvents::OneByOne },
            variance: if row["robust"] == true { Variance::Robust } else { Variance::Greenwood },
            limits: match row["limits"].as_str().unwrap() {
                "log" => Limits::Log,
                "log-log" => Limits::LogLog,
                _ => Limits::Plain,
            },
            ..KaplanMeierSettings::default()
        };
        let km = settings.fit(outcome).unwrap();
        let what = format!("{name} {settings:?}");
        assert_eq!(km.steps().len() as u64, row["steps"].as_u64().unwrap(), "{what}");
        let places: Vec<usize> = column(&row["place"]).iter().map(|p| *p as usize).collect();
        let steps: Vec<_> = places.iter().map(|&i| km.steps()[i]).collect();
        let survival = column(&row["survival"]);
        // R subtracts weights of entering cases and may be left with a rounding error where nobody survives.
        let over = |i: usize| survival[i] < 1e-12;
        let of = |field: &str| column(&row[field]);
        let kept = |values: Vec<f64>| -> Vec<f64> {
            (0..values.len()).map(|i| if over(i) { 0.0 } else { values[i] }).collect()
        };
        let compare = |field: &str, ours: &dyn Fn(usize) -> f64, scale: f64| {
            let ours = (0..steps.len()).map(|i| if over(i) { 0.0 } else { ours(i) });
            all_close(ours, &kept(of(field)), scale, &format!("{what} {field}"));
        };
        all_close(steps.iter().map(|s| s.set.time), &of("time"), 0.0, &what);
        all_close(steps.iter().map(|s| s.set.at_risk), &of("at_risk"), 0.0, &what);
        all_close(steps.iter().map(|s| s.set.events), &of("events"), 0.0, &what);
        all_close(steps.iter().map(|s| s.set.censored), &of("censored"), 0.0, &what);
        compare("survival", &|i| steps[i].survival, 0.0);
        compare("log_se", &|i| steps[i].log_std_error, 0.0);
        // R gives no log-log limits where nothing has happened yet.
        let unborn =
            |i: usize, v: f64| if settings.limits == Limits::LogLog && survival[i] == 1.0 { f64::NAN } else { v };
        let limits = !row["lower"].is_null();
        if limits {
            compare("lower", &|i| unborn(i, steps[i].lower), 1e-3);
            compare("upper", &|i| unborn(i, steps[i].upper), 0.0);
        }
        all_close(steps.iter().map(|s| s.hazard), &of("hazard"), 0.0, &what);
        all_close(steps.iter().map(|s| s.hazard_std_error), &of("hazard_se"), 0.0, &what);
        for (i, step) in steps.iter().enumerate() {
            let at = km.at(step.set.time);
            assert_eq!(
                (at.survival, at.hazard, at.at_risk),
                (step.survival, step.hazard, step.set.at_risk),
                "{what} {i}"
            );
        }
        for (i, p) in of("p").iter().enumerate() {
            let q = km.quantile(*p).unwrap();
            for (ours, field) in [(q.time, "q"), (q.lower, "q_lower"), (q.upper, "q_upper")] {
                if field != "q" && !limits {
                    continue;
                }
                // An upper limit that rises crosses a level more than once: the first counts here, the lowest level in R.
                let theirs = of(field)[i];
                let rises = km.steps().windows(2).any(|pair| pair[0].upper < pair[1].upper);
                if field == "q_upper" && rises && ours.is_some_and(|ours| ours < theirs) {
                    earlier += 1;
                    continue;
                }
                close(ours.unwrap_or(f64::NAN), theirs, 0.0, &format!("{what} {field} {p}"));
            }
        }
        for (i, tau) in of("tau").iter().enumerate() {
            let mean = km.restricted_mean(*tau).unwrap();
            close(mean.mean, of("rmean")[i], 0.0, &format!("{what} restricted mean {tau}"));
            close(mean.std_error, of("rmean_se")[i], 0.0, &format!("{what} its standard error {tau}"));
        }
        for (i, time) in of("at").iter().enumerate() {
            let (point, what) = (km.at(*time), format!("{what} at {time}"));
            // R gives the number at risk at the next time; with late entry that is not the number at this one.
            if outcome.entry().is_none() || km.steps().iter().any(|step| step.set.time == *time) {
                close(point.at_risk, of("at_risk_at")[i], 0.0, &what);
            }
            close(point.hazard, of("hazard_at")[i], 0.0, &what);
            if point.survival > 1e-12 {
                close(point.survival, of("survival_at")[i], 0.0, &what);
                if !row["se_at"].is_null() {
                    close(point.std_error, of("se_at")[i], 0.0, &what);
                }
            }
        }
        seen += 1;
    }
    assert_eq!((seen, earlier), (14 * 8, 1));
}

fn concordance(row: &Value, outcome: &Survival, risk: &[f64]) -> Concordance {
    let weights = match row["timewt"].as_str().unwrap() {
        "n" => PairWeights::Equal,
        _ => PairWeights::InverseCensoring {
            censoring: CensoringDistribution::of(outcome, CensoringTies::AfterEvents).unwrap(),
            side: Side::Left,
        },
    };
    let until = optional(&row["until"]);
    ConcordanceSettings { weights, until }.of(risk, outcome).unwrap()
}

#[test]
fn concordances_are_those_of_r() {
    let golden = golden("nonparametric.jsonl.gz", "survival 3.5.3");
    let tables = Tables::of(&golden);
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("concordance").is_some()) {
        let name = row["concordance"].as_str().unwrap();
        let table = tables.get(name);
        let what = format!("{name} {} until {}", row["timewt"], row["until"]);
        let c = concordance(row, &table.outcome, &table.risk);
        close(c.estimate, number(&row["c"]).unwrap(), 0.0, &what);
        close(c.std_error, number(&row["se"]).unwrap(), 0.0, &what);
        let p = c.pairs;
        let pairs = [p.concordant, p.discordant, p.tied_risk, p.tied_both, p.tied_time];
        let mut theirs = column(&row["pairs"]);
        theirs.swap(3, 4);
        // With entry times R counts tied events after the last time as well: it has the weight of the time in all counts but this.
        let same = if table.outcome.entry().is_some() && !row["until"].is_string() { 4 } else { 5 };
        all_close(pairs.into_iter().take(same), &theirs[..same], p.compared(), &what);
        all_close(c.influence.iter().copied().step_by(5), &column(&row["influence"]), 1e-3, &what);
        let other = concordance(row, &table.outcome, &table.other_risk);
        let difference = c.minus(&other).unwrap();
        close(other.estimate, number(&row["other"]).unwrap(), 0.0, &what);
        close(difference.std_error, number(&row["difference_se"]).unwrap(), 0.0, &what);
        seen += 1;
    }
    assert_eq!(seen, 14 * 2 + 11 * 2);
}

/// Groups of numbers.
fn groups(codes: &[usize]) -> Groups {
    Groups::new(codes.iter().map(|code| Some(code.to_string())))
}

#[test]
fn tests_are_those_of_r() {
    let golden = golden("nonparametric.jsonl.gz", "survival 3.5.3");
    let tables = Tables::of(&golden);
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("survdiff").is_some()) {
        let name = row["survdiff"].as_str().unwrap();
        let table = tables.get(name);
        let rho = row["rho"].as_f64().unwrap();
        let weights =
            if rho == 0.0 { TestWeights::LogRank } else { TestWeights::FlemingHarrington { rho, gamma: 0.0 } };
        let strata = (row["strata"] == true).then(|| groups(&table.stratum));
        let test = weights.test(&table.outcome, &groups(&table.group), strata.as_ref()).unwrap();
        let what = format!("{name} rho {rho} strata {}", row["strata"]);
        all_close(test.groups.iter().map(|g| g.observed), &column(&row["observed"]), 0.0, &what);
        all_close(test.groups.iter().map(|g| g.expected), &column(&row["expected"]), 0.0, &what);
        all_close(test.covariance.into_iter().flatten(), &column(&row["variance"]), 0.0, &what);
        close(test.test.statistic, number(&row["chisq"]).unwrap(), 1e-3, &what);
        close(test.test.p_value, number(&row["p"]).unwrap(), 0.0, &what);
        seen += 1;
    }
    assert_eq!(seen, 8 * 6);
}

#[test]
fn with_entry_times_the_test_is_the_score_test_of_cox() {
    let golden = golden("nonparametric.jsonl.gz", "survival 3.5.3");
    let tables = Tables::of(&golden);
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("entered").is_some()) {
        let table = tables.get(row["entered"].as_str().unwrap());
        let strata = groups(&table.stratum);
        for (i, strata) in [None, Some(&strata)].into_iter().enumerate() {
            let test = TestWeights::LogRank.test(&table.outcome, &groups(&table.group), strata).unwrap();
            close(test.test.statistic, column(&row["chisq"])[i], 0.0, "statistic");
            close(test.test.p_value, column(&row["p"])[i], 0.0, "p");
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}

#[test]
fn weighted_tests_are_those_of_lifelines() {
    let golden = golden("nonparametric_python.jsonl.gz", "lifelines 0.30.3");
    let tables = Tables::of(&golden);
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("logrank").is_some()) {
        let name = row["logrank"].as_str().unwrap();
        let weights = match row["weights"].as_str().unwrap() {
            "wilcoxon" => TestWeights::Gehan,
            "tarone-ware" => TestWeights::TaroneWare,
            "peto" => TestWeights::PetoPeto,
            _ => TestWeights::FlemingHarrington { rho: row["p"].as_f64().unwrap(), gamma: row["q"].as_f64().unwrap() },
        };
        let table = tables.get(name);
        let test = weights.test(&table.outcome, &groups(&table.group), None).unwrap();
        let what = format!("{name} {weights:?}");
        close(test.test.statistic, number(&row["chisq"]).unwrap(), 0.0, &what);
        close(test.test.p_value, number(&row["p_value"]).unwrap(), 0.0, &what);
        seen += 1;
    }
    assert_eq!(seen, 8 * 6 - 3);
}

#[test]
fn censoring_and_uno_are_those_of_scikit_survival() {
    let golden = golden("nonparametric_python.jsonl.gz", "scikit-survival 0.28");
    let tables = Tables::of(&golden);
    let mut seen = [0, 0];
    for row in &golden.rows {
        if let Some(name) = row.get("censoring") {
            let outcome = &tables.get(name.as_str().unwrap()).outcome;
            let censoring = CensoringDistribution::of(outcome, CensoringTies::AfterEvents).unwrap();
            let known: Vec<usize> = column(&row["at"]).iter().map(|i| *i as usize).collect();
            all_close(known.iter().map(|&i| censoring.at(outcome.times()[i])), &column(&row["g"]), 0.0, "G");
            let weights = censoring.event_weights(&outcome.rows(&known), Side::Right, None).unwrap();
            all_close(weights.into_iter(), &column(&row["weights"]), 0.0, "weights");
            seen[0] += 1;
        } else if let Some(name) = row.get("uno") {
            let table = tables.get(name.as_str().unwrap());
            let rows = |test: bool| (0..table.risk.len()).filter(|i| (i % 3 == 0) == test).collect::<Vec<usize>>();
            let censoring =
                CensoringDistribution::of(&table.outcome.rows(&rows(false)), CensoringTies::AfterEvents).unwrap();
            let outcome = table.outcome.rows(&rows(true));
            let risk: Vec<f64> = rows(true).iter().map(|&i| table.risk[i]).collect();
            let until = optional(&row["tau"]);
            let weights = PairWeights::InverseCensoring { censoring, side: Side::Right };
            let c = ConcordanceSettings { weights, until }.of(&risk, &outcome).unwrap();
            close(c.estimate, number(&row["c"]).unwrap(), 0.0, "Uno's C");
            // Its counts do not stop at tau.
            let c = harrell(&risk, &outcome).unwrap();
            assert_eq!(vec![c.pairs.concordant, c.pairs.discordant, c.pairs.tied_risk], column(&row["pairs"]));
            seen[1] += 1;
        }
    }
    assert_eq!(seen, [8, 8]);
}
