//! Time-dependent ROC against timeROC, riskRegression and scikit-survival.

use crate::support::tables::{all_close, close, column, golden, rows, tables};
use radsurv_eval::concordance::{Measure, TiedScores, gonen_heller};
use radsurv_eval::time_roc::incident::{Coefficient, incident_auc};
use radsurv_eval::time_roc::{Band, Censoring, Definition, Integration, TiedTimes, TimeRocSettings};
use radsurv_stats::nonparametric::{CensoringDistribution, CensoringTies};

#[test]
fn areas_errors_and_curves_are_those_of_timeroc() {
    let golden = golden("time_roc.jsonl.gz", "timeROC 0.4.1");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "roc") {
        let times = column(&row["times"]);
        let roc = TimeRocSettings::default().of(table.marker(row), &table.outcome, &times).unwrap();
        let (auc, se, stats) = (column(&row["auc"]), column(&row["se"]), column(&row["stats"]));
        for (i, at) in roc.at.iter().enumerate() {
            close(at.auc, auc[i], 1e-12, &format!("{what} AUC {}", at.time));
            close(at.std_error.unwrap(), se[i], 1e-9, &format!("{what} se {}", at.time));
            let counts = [at.cases, at.controls, at.censored].map(|c| c as f64);
            all_close(&counts, &stats[3 * i..3 * i + 3], 0.0, &what);
        }
        let last = roc.curves.last().unwrap();
        all_close(&last.true_positive, &column(&row["tp"]), 1e-12, &what);
        all_close(&last.false_positive, &column(&row["fp"]), 1e-12, &what);
        // Theirs are in the order of time.
        let influence = roc.influence.last().unwrap();
        let ordered: Vec<f64> = column(&row["order"]).iter().map(|case| influence[*case as usize]).collect();
        all_close(&ordered, &column(&row["iid"]), 1e-9, &format!("{what} i.i.d."));
        seen += 1;
    }
    assert_eq!(seen, 14);
}

#[test]
fn shared_values_of_timeroc() {
    let golden = golden("time_roc.jsonl.gz", "timeROC 0.4.1");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "shared") {
        let times = column(&row["times"]);
        let roc = TimeRocSettings::default().of(table.marker(row), &table.outcome, &times).unwrap();
        // The file has 15 digits; the standard errors of timeROC and ours differ by the order of their sums.
        all_close(&roc.at.iter().map(|at| at.auc).collect::<Vec<f64>>(), &column(&row["auc"]), 1e-12, &what);
        let se: Vec<f64> = roc.at.iter().map(|at| at.std_error.unwrap()).collect();
        all_close(&se, &column(&row["se"]), 1e-9, &what);
        // Percentages of two digits.
        let limits: Vec<f64> = roc.at.iter().flat_map(|at| [at.lower.unwrap(), at.upper.unwrap()]).collect();
        for (ours, theirs) in limits.iter().zip(column(&row["percent"])) {
            assert!((100.0 * ours - theirs).abs() <= 0.005_000_1, "{what} {ours} {theirs}");
        }
        let last = roc.curves.last().unwrap();
        all_close(&last.true_positive, &column(&row["tp"]), 1e-12, &what);
        all_close(&last.false_positive, &column(&row["fp"]), 1e-12, &what);
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn areas_by_riskregression() {
    let golden = golden("time_roc.jsonl.gz", "riskRegression 2022.11.28");
    let tables = tables(&golden);
    let settings = TimeRocSettings::default().definition(Definition::RiskRegression).tied_times(TiedTimes::WithEvents);
    let mut seen = [0; 2];
    for (row, table, what) in rows(&golden, &tables, "score") {
        let (times, marker) = (column(&row["times"]), table.marker(row));
        let cox = row["censoring"] == "cox";
        let (a, b) = (&table.a[..], &table.b[..]);
        let columns = [a, b];
        let censoring = if cox { Censoring::Cox(&columns) } else { Censoring::Marginal };
        let roc = settings.weighted(marker, &table.outcome, &times, censoring).unwrap();
        let ours: Vec<f64> = roc.at.iter().map(|at| at.auc).collect();
        // The coefficients of their censoring model are a Newton iteration that stops at a change of 1e-6.
        all_close(&ours, &column(&row["auc"]), if cox { 1e-6 } else { 1e-12 }, &what);
        if !cox {
            let se: Vec<f64> = roc.at.iter().map(|at| at.std_error.unwrap()).collect();
            all_close(&se, &column(&row["se"]), 1e-12, &what);
        }
        seen[usize::from(cox)] += 1;
    }
    assert_eq!(seen, [14, 12]);
}

#[test]
fn areas_with_cox_weights_are_those_of_timeroc() {
    let golden = golden("time_roc.jsonl.gz", "timeROC 0.4.1");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "cox") {
        let (times, marker) = (column(&row["times"]), table.marker(row));
        let other = if row["marker"] == "a" { &table.b[..] } else { &table.a[..] };
        for (field, columns) in [("alone", vec![marker]), ("both", vec![marker, other])] {
            let settings = TimeRocSettings::default();
            let roc = settings.weighted(marker, &table.outcome, &times, Censoring::Cox(&columns)).unwrap();
            let ours: Vec<f64> = roc.at.iter().map(|at| at.auc).collect();
            // The coefficients of their censoring model are a Newton iteration that stops at a change of 1e-6.
            all_close(&ours, &column(&row[field]), 1e-6, &format!("{what} {field}"));
            assert!(roc.at.iter().all(|at| at.std_error.is_none()) && roc.influence.is_empty());
            seen += 1;
        }
    }
    assert_eq!(seen, 24);
}

#[test]
fn areas_with_cox_weights_are_those_of_the_definition() {
    let golden = golden("time_roc.jsonl.gz", "survival 3.5.3");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "tight") {
        let columns = [&table.a[..], &table.b[..]];
        let settings = TimeRocSettings::default();
        let censoring = Censoring::Cox(&columns);
        let roc = settings.weighted(table.marker(row), &table.outcome, &column(&row["times"]), censoring).unwrap();
        let ours: Vec<f64> = roc.at.iter().map(|at| at.auc).collect();
        all_close(&ours, &column(&row["auc"]), 1e-9, &what);
        seen += 1;
    }
    assert_eq!(seen, 12);
}

#[test]
fn comparisons_are_those_of_timeroc() {
    let golden = golden("time_roc.jsonl.gz", "mvtnorm 1.1.3");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "compare") {
        let times: Vec<f64> = column(&golden.rows.iter().find(|r| r["roc"] == row["compare"]).unwrap()["times"]);
        let settings = TimeRocSettings::default();
        let differences = settings.compare([&table.a, &table.b], &table.outcome, &times).unwrap();
        let [p, adjusted, miwa] = ["p", "adjusted", "miwa"].map(|field| column(&row[field]));
        for (i, at) in differences.iter().enumerate() {
            close(at.p_value.unwrap(), p[i], 1e-8, &format!("{what} p {}", at.time));
            let ours = at.adjusted_p_value.unwrap();
            // The lattices of timeROC are right to about 1e-5, Miwa's integration and ours to 1e-6.
            assert!((ours - adjusted[i]).abs() < 2e-5, "{what} adjusted {ours} {}", adjusted[i]);
            assert!((ours - miwa[i]).abs() < 1e-6, "{what} adjusted {ours} {}", miwa[i]);
        }
        seen += 1;
    }
    for (row, table, what) in rows(&golden, &tables, "shared_compare") {
        let differences =
            TimeRocSettings::default().compare([&table.a, &table.b], &table.outcome, &[12.0, 36.0, 60.0]).unwrap();
        let ours: Vec<f64> = differences.iter().map(|at| at.p_value.unwrap()).collect();
        all_close(&ours, &column(&row["p"]), 1e-8, &what);
        seen += 1;
    }
    assert_eq!(seen, 8);
}

#[test]
fn cuts_are_those_of_timeroc() {
    let golden = golden("time_roc.jsonl.gz", "timeROC 0.4.1");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "cut") {
        let (times, cut) = (column(&row["times"]), row["value"].as_f64().unwrap());
        let found = TimeRocSettings::default().at_cut(table.marker(row), cut, &table.outcome, &times).unwrap();
        for (i, at) in found.iter().enumerate() {
            let stats = column(&row["stats"]);
            assert_eq!([at.positive as f64, at.negative as f64], stats[5 * i + 3..5 * i + 5], "{what}");
            let values = [
                ("se", at.sensitivity),
                ("sp", at.specificity),
                ("ppv", at.positive_predictive_value.unwrap()),
                ("npv", at.negative_predictive_value.unwrap()),
            ];
            for (field, ours) in values {
                let what = format!("{what} {field} {}", at.time);
                close(ours.estimate, column(&row[field])[i], 1e-12, &what);
                close(ours.std_error.unwrap(), column(&row[format!("{field}_se")])[i], 1e-9, &what);
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 14);
}

#[test]
fn incident_areas_are_those_of_risksetroc() {
    let golden = golden("time_roc.jsonl.gz", "risksetROC 1.0.4.1");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "incident") {
        // It takes equal markers in the order of the rows.
        let marker = table.marker(row);
        let mut values = marker.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        if values.windows(2).any(|pair| pair[0] == pair[1]) {
            continue;
        }
        let found = incident_auc(marker, &table.outcome, Coefficient::Fitted).unwrap();
        for ((place, time), auc) in column(&row["place"]).iter().zip(column(&row["time"])).zip(column(&row["auc"])) {
            let at = found.at[*place as usize];
            assert_eq!(at.time, time);
            // Their coefficient is a Newton iteration that stops at a change of 1e-9.
            close(at.auc, auc, 1e-8, &format!("{what} {time}"));
        }
        let tmax = row["tmax"].as_f64().unwrap();
        close(found.concordance(tmax).unwrap(), row["rescaled"].as_f64().unwrap(), 1e-8, &what);
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn gonen_and_hellers_estimate_is_that_of_clinfun() {
    let golden = golden("time_roc.jsonl.gz", "clinfun 1.1.5");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "gonen_heller") {
        let value = |field: &str| row[field].as_f64().unwrap();
        for (ties, name) in [(TiedScores::Half, ""), (TiedScores::LeftOut, "_ties_out")] {
            let found = gonen_heller(table.marker(row), &table.outcome, ties, 0.95).unwrap();
            // Their coefficient is a Newton iteration that stops at a change of 1e-9.
            close(found.coefficient, value("beta"), 1e-6, &what);
            close(found.estimate.estimate, value(&format!("cpe{name}")), 1e-6, &format!("{what}{name}"));
            close(found.estimate.std_error.unwrap(), value(&format!("se{name}")), 1e-6, &format!("{what}{name} se"));
        }
        seen += 1;
    }
    assert_eq!(seen, 14);
}

#[test]
fn areas_and_their_mean_are_those_of_scikit_survival() {
    let tables = tables(&golden("time_roc.jsonl.gz", "timeROC 0.4.1"));
    let golden = golden("time_roc_sksurv.jsonl.gz", "scikit-survival 0.28.0");
    let settings = TimeRocSettings::default().definition(Definition::ScikitSurvival);
    let mut seen = 0;
    for field in ["same", "split"] {
        for (row, table, what) in rows(&golden, &tables, field) {
            let (times, marker) = (column(&row["times"]), table.marker(row));
            let n = marker.len();
            let (training, cases): (Vec<usize>, Vec<usize>) = match field {
                "same" => ((0..n).collect(), (0..n).collect()),
                _ => {
                    let kept = column(&row["kept"]).iter().map(|k| 2 * *k as usize + 1).collect();
                    ((0..n).step_by(2).collect(), kept)
                }
            };
            let (training, outcome) = (table.outcome.rows(&training), table.outcome.rows(&cases));
            let risk: Vec<f64> = cases.iter().map(|case| marker[*case]).collect();
            let censoring = CensoringDistribution::of(&training, CensoringTies::AfterEvents).unwrap();
            let roc = settings.weighted(&risk, &outcome, &times, Censoring::Given(&censoring)).unwrap();
            all_close(&roc.at.iter().map(|at| at.auc).collect::<Vec<f64>>(), &column(&row["auc"]), 1e-12, &what);
            let mean = roc.integrated(&outcome, Integration::Events).unwrap();
            close(mean.estimate, row["mean"].as_f64().unwrap(), 1e-12, &what);
            assert!(mean.std_error.unwrap() > 0.0);
            if field == "same" {
                // The same distribution, estimated: the same areas, and other standard errors.
                let own = settings.of(&risk, &outcome, &times).unwrap();
                for (own, given) in own.at.iter().zip(&roc.at) {
                    assert_eq!(own.auc, given.auc);
                }
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 28);
}

#[test]
fn the_order_of_rows_matters_little_to_timerocs_errors() {
    let golden = golden("time_roc.jsonl.gz", "timeROC 0.4.1");
    let tables = tables(&golden);
    let mut worst = 0f64;
    for (row, table, _) in rows(&golden, &tables, "roc") {
        let (times, marker) = (column(&row["times"]), table.marker(row));
        let turned: Vec<usize> = (0..marker.len()).rev().collect();
        let back: Vec<f64> = turned.iter().map(|i| marker[*i]).collect();
        let settings = TimeRocSettings::default();
        let one = settings.of(marker, &table.outcome, &times).unwrap();
        let other = settings.of(&back, &table.outcome.rows(&turned), &times).unwrap();
        for (one, other) in one.at.iter().zip(&other.at) {
            let (a, b) = (one.std_error.unwrap(), other.std_error.unwrap());
            worst = worst.max((a / b - 1.0).abs());
        }
    }
    assert!(worst > 1e-6 && worst < 1e-2, "{worst}");
}

#[test]
fn bands_are_as_wide_as_those_of_timeroc() {
    let golden = golden("time_roc.jsonl.gz", "timeROC 0.4.1");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "band") {
        let settings = TimeRocSettings::default().band(Band { draws: 40_000, seed: 3 });
        let roc = settings.of(table.marker(row), &table.outcome, &column(&row["times"])).unwrap();
        let (ours, theirs) = (roc.band.unwrap().quantile, row["quantile"].as_f64().unwrap());
        // Both are quantiles of 40 000 draws, with a standard error of 0.009: four of the difference.
        assert!((ours - theirs).abs() < 0.05, "{what} {ours} {theirs}");
        for at in &roc.at {
            let half = ours * at.std_error.unwrap();
            assert_eq!(at.band_lower.unwrap(), (at.auc - half).max(0.0));
            assert_eq!(at.band_upper.unwrap(), (at.auc + half).min(1.0));
            assert!(at.band_lower < at.lower && at.band_upper >= at.upper);
        }
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn concordances_and_their_differences_are_those_of_r() {
    let golden = golden("time_roc.jsonl.gz", "survival 3.5.3");
    let tables = tables(&golden);
    let mut seen = 0;
    for (row, table, what) in rows(&golden, &tables, "concordance") {
        let measure = match row["timewt"].as_str().unwrap() {
            "n" => Measure::Harrell,
            _ => Measure::Uno { until: row["until"].as_f64() },
        };
        let [c, se, compared] = ["c", "se", "compared"].map(|field| column(&row[field]));
        for (i, risk) in [&table.a, &table.b].into_iter().enumerate() {
            let found = measure.of(risk, &table.outcome, 0.95).unwrap();
            let what = format!("{what} {measure:?} {i}");
            close(found.estimate.estimate, c[i], 1e-12, &what);
            close(found.estimate.std_error.unwrap(), se[i], 1e-9, &what);
            close(found.compared, compared[i], 1e-9, &what);
            let half = 1.959_963_984_540_054 * se[i];
            close(found.estimate.lower.unwrap(), (c[i] - half).max(0.0), 1e-9, &what);
            close(found.estimate.upper.unwrap(), (c[i] + half).min(1.0), 1e-9, &what);
        }
        let difference = measure.compare([&table.a, &table.b], &table.outcome, 0.95).unwrap();
        close(difference.difference, row["difference"].as_f64().unwrap(), 1e-11, &what);
        close(difference.std_error, row["difference_se"].as_f64().unwrap(), 1e-9, &what);
        close(difference.p_value.unwrap(), row["p"].as_f64().unwrap(), 1e-8, &what);
        seen += 1;
    }
    assert_eq!(seen, 14);
}
