//! Two Cox models of LUNG1 (388 patients), evaluated on HN1 (118 patients of another centre and disease), against the R packages:
//! reference/real_evaluation.R. Their coefficients and baselines are in the golden file, and predictions are made here from the table
//! of features.

use std::io::Read;

use crate::support::tables::{all_close, close, column, golden};
use radsurv_data::{Covariate, Covariates, FeatureTable, Groups, Survival, Table, number as cell};
use radsurv_eval::brier::BrierSettings;
use radsurv_eval::calibration::{GroupSettings, Grouping, SmoothSettings, in_the_large, slope};
use radsurv_eval::concordance::{Measure, TiedScores, gonen_heller};
use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, Strategy};
use radsurv_eval::reclassification::{CaseWeights, Change, Idi, IdiSettings, Nri, NriBy, NriSettings};
use radsurv_eval::risk_groups::RiskGroupSettings;
use radsurv_eval::table_one::{CategoryRule, NumberRule, Summary, TableOneSettings};
use radsurv_eval::time_roc::TimeRocSettings;
use radsurv_eval::{CutPointSettings, Estimate};
use radsurv_testkit::data;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

struct Centre {
    features: FeatureTable,
    clinical: Table,
    outcome: Survival,
}

impl Centre {
    fn read(features: &str, clinical: &str, [id, time, event]: [&str; 3]) -> Self {
        let folder = data::folder().unwrap().join("tables");
        let mut text = Vec::new();
        let file = std::fs::File::open(folder.join(features)).unwrap();
        flate2::read::GzDecoder::new(file).read_to_end(&mut text).unwrap();
        let table = Table::from_reader(text.as_slice(), features).unwrap();
        let features = FeatureTable::from_table(&table, &table.columns()[1..]).unwrap();
        let all = Table::read_csv(folder.join(clinical)).unwrap();
        let [id, time, event] = [id, time, event].map(|name| all.column(name).unwrap());
        let row = |case: &String| all.rows().iter().position(|row| row.cells[id] == *case).unwrap();
        let clinical = all.select_rows(&features.case_ids().iter().map(row).collect::<Vec<_>>());
        let cells = |at: usize| clinical.rows().iter().map(|row| row.cells[at].clone()).collect::<Vec<_>>();
        let columns = (("time", &*cells(time)), ("event", &*cells(event)));
        let outcome = Survival::parse(features.case_ids(), columns.0, columns.1).unwrap();
        Self { features, clinical, outcome }
    }

    fn cells(&self, name: &str) -> Vec<&str> {
        let at = self.clinical.column(name).unwrap();
        self.clinical.rows().iter().map(|row| row.cells[at].as_str()).collect()
    }
}

fn lung1() -> Centre {
    let names = ["PatientID", "Survival.time", "deadstatus.event"];
    Centre::read("lung1_rdr_features.csv.gz", "lung1_clinical.csv", names)
}

fn hn1() -> Centre {
    let names = ["id", "overall_survival_in_days", "event_overall_survival"];
    Centre::read("hn1_rdr_features.csv.gz", "hn1_clinical.csv", names)
}

fn read() -> Golden {
    golden("real_evaluation.jsonl.gz", "riskRegression 2022.11.28")
}

/// The rows that have this field, with what it says.
fn rows<'a>(golden: &'a Golden, field: &'a str) -> impl Iterator<Item = (&'a Value, &'a str)> {
    golden.rows.iter().filter_map(move |row| Some((row, row.get(field)?.as_str()?)))
}

fn one(row: &Value, field: &str) -> f64 {
    number(&row[field]).unwrap()
}

/// What a model says of the patients of a centre.
struct Predicted {
    eta: Vec<f64>,
    /// The risk until each of the times.
    risk: Vec<Vec<f64>>,
}

fn predict(golden: &Golden, name: &str, centre: &Centre) -> Predicted {
    let (row, _) = rows(golden, "model").find(|(_, model)| *model == name).unwrap();
    let [beta, mean, hazard] = ["beta", "mean", "hazard"].map(|field| column(&row[field]));
    let mut eta = vec![0.0; centre.features.cases()];
    for (j, feature) in row["features"].as_array().unwrap().iter().enumerate() {
        let values = centre.features.column(feature.as_str().unwrap()).unwrap();
        for (eta, value) in eta.iter_mut().zip(values) {
            let value = if row["log"][j] == true { value.ln() } else { *value };
            *eta += (value - mean[j]) * beta[j];
        }
    }
    let risk = hazard.iter().map(|h| eta.iter().map(|eta| 1.0 - (-h * eta.exp()).exp()).collect()).collect();
    Predicted { eta, risk }
}

const MODELS: [&str; 2] = ["volume", "signature"];
const TIMES: [f64; 4] = [365.0, 1095.0, 1825.0, 3650.0];

#[test]
#[ignore = "needs the folder of real data"]
fn the_tables_are_those_of_the_reference() {
    let golden = read();
    let row = golden.rows.iter().find(|row| row.get("times").is_some() && row.get("events").is_some()).unwrap();
    let centres = [lung1(), hn1()].map(|centre| centre.outcome);
    let counts = |of: fn(&Survival) -> usize| centres.iter().map(|o| of(o) as f64).collect::<Vec<_>>();
    assert_eq!(counts(Survival::len), column(&row["cases"]));
    assert_eq!(counts(|o| o.event().iter().filter(|e| **e).count()), column(&row["events"]));
    assert_eq!(column(&row["times"]), TIMES);
}

#[test]
#[ignore = "needs the folder of real data"]
fn discrimination_is_that_of_timeroc_survival_and_clinfun() {
    let (golden, hn1) = (read(), hn1());
    let settings = TimeRocSettings::default();
    for name in MODELS {
        let eta = predict(&golden, name, &hn1).eta;
        let (row, _) = rows(&golden, "roc").find(|(_, model)| *model == name).unwrap();
        let found = settings.of(&eta, &hn1.outcome, &TIMES).unwrap();
        assert!(found.note.is_none());
        for (i, at) in found.at.iter().enumerate() {
            println!("{name} {}: AUC {:.3} ({:.3} to {:.3})", at.time, at.auc, at.lower.unwrap(), at.upper.unwrap());
            close(at.auc, column(&row["auc"])[i], 1e-12, name);
            close(at.std_error.unwrap(), column(&row["se"])[i], 1e-9, name);
            let stats = [at.cases, at.censored, at.controls].map(|n| n as f64);
            assert_eq!(stats, column(&row["stats"])[3 * i..3 * i + 3]);
        }
        for (row, _) in rows(&golden, "concordance").filter(|(_, model)| *model == name) {
            let uno = Measure::Uno { until: Some(TIMES[3]) };
            let measure = if row["timewt"] == "n" { Measure::Harrell } else { uno };
            let found = measure.of(&eta, &hn1.outcome, 0.95).unwrap().estimate;
            println!("{name} {measure:?}: {:.3} ± {:.3}", found.estimate, found.std_error.unwrap());
            close(found.estimate, one(row, "c"), 1e-12, name);
            close(found.std_error.unwrap(), one(row, "se"), 1e-9, name);
        }
        let (row, _) = rows(&golden, "gonen_heller").find(|(_, model)| *model == name).unwrap();
        let found = gonen_heller(&eta, &hn1.outcome, TiedScores::Half, 0.95).unwrap().estimate;
        // Of an iterated coefficient.
        close(found.estimate, one(row, "cpe"), 1e-8, name);
        close(found.std_error.unwrap(), one(row, "se"), 1e-6, name);
    }
    let [volume, signature] = MODELS.map(|name| predict(&golden, name, &hn1).eta);
    let differences = settings.compare([&signature, &volume], &hn1.outcome, &TIMES).unwrap();
    let p: Vec<f64> = differences.iter().map(|d| d.p_value.unwrap()).collect();
    all_close(&p, &column(&rows(&golden, "roc_difference").next().unwrap().0["p"]), 1e-8, "p");
}

#[test]
#[ignore = "needs the folder of real data"]
fn brier_scores_are_those_of_riskregression() {
    let (golden, hn1, settings) = (read(), hn1(), BrierSettings::default());
    let predicted = MODELS.map(|name| predict(&golden, name, &hn1).risk);
    for (row, name) in rows(&golden, "brier") {
        let risk = &predicted[MODELS.iter().position(|m| *m == name).unwrap()];
        for (i, time) in TIMES.into_iter().enumerate() {
            let found = settings.at(time, &risk[i], &hn1.outcome).unwrap();
            println!("{name} {time}: Brier {:.3}, null {:.3}, IPA {:.3}", found.estimate, found.null, found.ipa);
            let of = |field: &str| column(&row[field])[i];
            close(found.estimate, of("score"), 1e-12, name);
            close(found.se, of("se"), 1e-9, name);
            close(found.lower, of("lower"), 1e-9, name);
            close(found.upper, of("upper"), 1e-9, name);
            close(found.null, of("null"), 1e-12, name);
            close(found.ipa, of("ipa"), 1e-10, name);
        }
    }
    let (row, _) = rows(&golden, "brier_difference").next().unwrap();
    for (i, time) in TIMES.into_iter().enumerate() {
        let found = settings.difference(time, &predicted[1][i], &predicted[0][i], &hn1.outcome).unwrap();
        let of = |field: &str| column(&row[field])[i];
        close(found.estimate, of("difference"), 1e-9, "difference");
        close(found.se, of("se"), 1e-9, "its error");
        // A p-value far out multiplies what z was rounded to.
        assert!((found.p_value.unwrap() / of("p") - 1.0).abs() < 1e-7);
    }
}

#[test]
#[ignore = "needs the folder of real data"]
fn calibration_is_that_of_rms_and_survival() {
    let (golden, hn1) = (read(), hn1());
    let mut seen = 0;
    for name in MODELS {
        let predicted = predict(&golden, name, &hn1);
        let of_model = |field| rows(&golden, field).filter(move |(_, model)| *model == name).map(|(row, _)| row);
        let row = of_model("slope").next().unwrap();
        let found = slope(&predicted.eta, &hn1.outcome, 0.95).unwrap();
        println!("{name}: slope {:.3} ({:.3} to {:.3})", found.estimate, found.lower, found.upper);
        close(found.estimate, one(row, "estimate"), 1e-7, name);
        close(found.se, one(row, "se"), 1e-6, name);
        for (i, time) in TIMES.into_iter().enumerate() {
            let at = |field| of_model(field).find(|row| one(row, "at") == time).unwrap();
            let (p, row) = (&predicted.risk[i], at("groups"));
            let settings = GroupSettings { grouping: Grouping::Count(4), ..GroupSettings::default() };
            let mut groups = settings.fit(time, p, &hn1.outcome).unwrap().groups;
            groups.reverse();
            assert_eq!(groups.iter().map(|g| g.cases as f64).collect::<Vec<_>>(), column(&row["cases"]));
            for (k, group) in groups.iter().enumerate() {
                let of = |field: &str| column(&row[field])[k];
                close(group.predicted, of("predicted"), 1e-9, name);
                close(group.observed.unwrap(), of("observed"), 1e-9, name);
                // Without an event there are no limits; rms has 0 to 0.
                assert_eq!(group.lower.is_none(), group.events == 0);
                close(group.lower.unwrap_or(0.0), of("lower"), 1e-9, name);
                close(group.upper.unwrap_or(0.0), of("upper"), 1e-9, name);
            }
            let (found, row) = (SmoothSettings::default().fit(time, p, &hn1.outcome).unwrap(), at("smooth"));
            let distances = [("ici", found.ici), ("e50", found.e50), ("e90", found.e90), ("emax", found.emax)];
            // Of iterated curves.
            distances.into_iter().for_each(|(field, ours)| close(ours, one(row, field), 1e-6, field));
            let (large, row) = (in_the_large(time, p, &hn1.outcome, 0.95).unwrap(), at("large"));
            println!("{name} {time}: ICI {:.3}, observed/expected {:.3}", found.ici, large.ratio);
            let values = [large.observed, large.observed_se, large.expected, large.ratio, large.lower, large.upper];
            let fields = ["observed", "observed_se", "expected", "ratio"].map(|field| one(row, field));
            all_close(&values, &[&fields[..], &column(&row["limits"])].concat(), 1e-9, name);
            seen += groups.len();
        }
    }
    assert_eq!(seen, 32);
}

#[test]
#[ignore = "needs the folder of real data"]
fn benefit_and_reclassification_are_those_of_dcurves_nricens_and_survidinri() {
    let (golden, hn1) = (read(), hn1());
    for (place, time) in TIMES.into_iter().enumerate().skip(2) {
        let [volume, signature] = MODELS.map(|name| predict(&golden, name, &hn1).risk.remove(place));
        let rows = |field| rows(&golden, field).filter(|(row, _)| one(row, "at") == time).collect::<Vec<_>>();
        for (row, name) in rows("dcurves") {
            let models = [("volume", &volume), ("signature", &signature)];
            let models = models.map(|(name, risk)| Strategy { name, risk, harm: 0.0 });
            let thresholds = column(&row["thresholds"]);
            let settings = DecisionCurveSettings { thresholds, ..DecisionCurveSettings::at(time) };
            let curves = DecisionCurve::of(&models, &hn1.outcome, &settings).unwrap();
            let curve = curves.models.iter().find(|curve| curve.name == name).unwrap_or(&curves.all);
            let of = |get: fn(&radsurv_eval::decision_curve::DecisionPoint) -> Option<Estimate>| {
                curve.points.iter().map(|point| get(point).unwrap().estimate).collect::<Vec<_>>()
            };
            all_close(&of(|p| p.net_benefit), &column(&row["net_benefit"]), 1e-10, name);
            all_close(&of(|p| p.interventions_avoided), &column(&row["avoided"]), 1e-10, name);
            if name != "all" {
                println!(
                    "{name} {time}: better than all and none {:?}",
                    curve.ranges_above(&[&curves.all, &curves.none])
                );
            }
        }
        for (row, method) in rows("nricens") {
            let by = if method == "km" { NriBy::KaplanMeier } else { NriBy::Weights(CaseWeights::AsNricens) };
            let cut = one(row, "cut");
            let change = if row["updown"] == "diff" { Change::Difference(cut) } else { Change::Categories(vec![cut]) };
            let settings = NriSettings { time, change, by, bootstrap: None };
            let nri = Nri::of(&volume, &signature, &hn1.outcome, &settings).unwrap();
            let Nri { total, cases, controls, cases_up, cases_down, controls_down, controls_up, .. } = nri;
            println!(
                "NRI {time} {} {by:?}: {:.3} = {:.3} + {:.3}",
                row["updown"], total.estimate, cases.estimate, controls.estimate
            );
            let ours = [total, cases, controls, cases_up, cases_down, controls_down, controls_up].map(|e| e.estimate);
            all_close(&ours, &column(&row["values"]), 1e-10, method);
        }
        let (row, _) = rows("survIDINRI")[0];
        let settings = IdiSettings { weights: CaseWeights::AsSurvIdinri, ..IdiSettings::at(time) };
        let idi = Idi::of(&volume, &signature, &hn1.outcome, &settings).unwrap();
        println!("IDI {time} {:.4}", idi.idi.difference.estimate);
        let parts = [idi.above.difference, idi.above.cases, idi.above.controls, idi.idi.cases, idi.idi.controls];
        let theirs = [column(&row["above"]), column(&row["means"])].concat();
        all_close(&parts.map(|e| e.estimate), &theirs, 1e-10, "IDI");
        // Summed over a grid with steps of 0.001 there.
        assert!((idi.idi.difference.estimate - one(row, "grid_idi")).abs() <= 1e-3);
    }
}

#[test]
#[ignore = "needs the folder of real data"]
fn a_cut_of_lung1_divides_hn1_as_survminer_and_survival() {
    let (golden, lung1, hn1) = (read(), lung1(), hn1());
    let (row, name) = rows(&golden, "cutpoint").next().unwrap();
    let train = predict(&golden, name, &lung1).eta;
    let found = CutPointSettings::default().of_variable(name, &train, &lung1.outcome).unwrap().cut_point;
    close(found.cut(), one(row, "cut"), 1e-12, "cut");
    close(found.statistic().abs(), one(row, "statistic"), 1e-9, "statistic");
    close(found.p_values().lausen_1992, one(row, "lau92"), 1e-9, "Lau92");
    close(found.p_values().lausen_1994, one(row, "lau94"), 1e-9, "Lau94");
    let (row, _) = rows(&golden, "risk_groups").next().unwrap();
    let settings = RiskGroupSettings { times: TIMES.to_vec(), ..RiskGroupSettings::default() };
    let eta = predict(&golden, name, &hn1).eta;
    let groups = settings.by_cuts(&eta, &[found.cut()], &hn1.outcome).unwrap();
    println!("cut {:.4} {:?}\n{}", found.cut(), found.p_values(), groups.table().to_markdown());
    close(groups.log_rank.statistic, one(row, "chisq"), 1e-9, "log-rank");
    let of = |field: &str| column(&row[field]);
    for (k, group) in groups.groups.iter().enumerate() {
        assert_eq!([group.cases as f64, group.events as f64], [of("cases")[k], of("events")[k]]);
        close(group.median.unwrap().estimate, of("median")[k], 1e-12, "median");
        for (i, at) in group.survival.iter().enumerate() {
            let survival = at.survival.unwrap();
            let [estimate, lower, upper] = ["survival", "lower", "upper"].map(|field| of(field)[k * TIMES.len() + i]);
            close(survival.estimate, estimate, 1e-9, &group.name);
            // Where nobody is left there are no limits.
            for (ours, theirs) in [(survival.lower, lower), (survival.upper, upper)] {
                match ours {
                    Some(ours) => close(ours, theirs, 1e-9, &group.name),
                    None => assert!(theirs.is_nan() && survival.estimate == 0.0, "{} {}", group.name, at.time),
                }
            }
        }
    }
    let ratio = groups.groups[1].hazard_ratio.unwrap();
    all_close(&[ratio.estimate, ratio.lower, ratio.upper], &of("hr"), 1e-6, "hazard ratio");
}

#[test]
#[ignore = "needs the folder of real data"]
fn the_patients_of_both_centres_are_described_as_by_tableone() {
    let (golden, lung1, hn1) = (read(), lung1(), hn1());
    let sizes = [lung1.features.cases(), hn1.features.cases()];
    let labels = ["LUNG1", "HN1"].into_iter().zip(sizes).flat_map(|(name, n)| vec![Some(name); n]);
    let groups = Groups::new(labels);
    // The levels of groups are in the order of the alphabet, those of the reference are not.
    let place = |name: &str| groups.levels().iter().position(|level| level == name).unwrap();
    let (lung1_at, hn1_at) = (place("LUNG1"), place("HN1"));
    let summary = |row: &Value, covariate: fn(Vec<&str>) -> Covariate| {
        let name = |at: usize| row["columns"][at].as_str().unwrap();
        let cells = [lung1.cells(name(0)), hn1.cells(name(1))].concat();
        let mut covariates = Covariates::new(cells.len());
        covariates.add("x", covariate(cells)).unwrap();
        let settings = TableOneSettings {
            numbers: NumberRule::Mean,
            categories: CategoryRule::ChiSquared,
            ..TableOneSettings::default()
        };
        settings.of(&covariates, &["x"], Some(&groups)).unwrap().variables.remove(0)
    };
    for (row, name) in rows(&golden, "number") {
        let found = summary(row, |cells| Covariate::Number(cells.iter().map(|c| cell::parse(c).unwrap()).collect()));
        for (theirs, at) in [lung1_at, hn1_at].into_iter().enumerate() {
            let Summary::Number(s) = &found.groups[at] else { panic!("{name} is no number") };
            let of = |field: &str| column(&row[field])[theirs];
            assert_eq!(s.missing as f64, of("missing"));
            close(s.mean.unwrap(), of("mean"), 1e-12, name);
            close(s.standard_deviation.unwrap(), of("sd"), 1e-12, name);
        }
        let test = found.test.unwrap();
        assert!((test.p_value / one(row, "p") - 1.0).abs() < 1e-9, "{name}: {}", test.p_value);
        close(found.smd.unwrap(), one(row, "smd"), 1e-9, name);
    }
    for (row, name) in rows(&golden, "category") {
        let found = summary(row, |cells| {
            let known = |cell: &str| !matches!(cell, "" | "NA");
            Covariate::Category(Groups::new(cells.into_iter().map(|cell| Some(cell).filter(|c| known(c)))))
        });
        let counts: Vec<f64> = [lung1_at, hn1_at]
            .into_iter()
            .flat_map(|at| match &found.groups[at] {
                Summary::Category(s) => s.levels.iter().map(|level| level.count as f64).collect::<Vec<_>>(),
                Summary::Number(_) => panic!("{name} is a number"),
            })
            .collect();
        assert_eq!(counts, column(&row["counts"]), "{name}");
        println!("{name}: SMD {:.3}", found.smd.unwrap());
        close(found.test.unwrap().p_value, one(row, "chisq"), 1e-9, name);
        close(found.smd.unwrap(), one(row, "smd"), 1e-9, name);
    }
}
