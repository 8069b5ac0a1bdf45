//! The bootstrap of measures beside what else is known of their errors.

use crate::support::benefit_tables::{Table, Tables};
use radsurv_data::{Metric, Predictions, SurvivalCurves};
use radsurv_eval::bootstrap::{MetricEstimate, Resampling, bootstrap, bootstrap_differences};
use radsurv_eval::concordance::Measure;
use radsurv_eval::decision_curve::NetBenefit;
use radsurv_eval::time_roc::{AucAt, TimeRocSettings};
use radsurv_stats::bootstrap::{Bootstrap, LimitsBy};

fn predictions(table: &Table, risk: &[f64]) -> Predictions {
    let curves = SurvivalCurves::new(vec![table.time], risk.iter().map(|r| vec![1.0 - r]).collect()).unwrap();
    Predictions::new(risk.to_vec()).with_survival(curves).unwrap()
}

fn std_error(value: &MetricEstimate) -> f64 {
    value.value.as_ref().unwrap().std_error.unwrap()
}

#[test]
fn standard_errors_are_near_those_of_influences() {
    let tables = Tables::read();
    let table = tables.get("pbc");
    let auc = AucAt::new(table.time);
    let metrics: [&dyn Metric; 2] = [&Measure::Harrell, &auc];
    let (old, new) = (predictions(table, &table.risk), predictions(table, &table.risk2));
    let settings = Bootstrap { samples: 1000, ..Bootstrap::default() };
    let found = bootstrap_differences(&metrics, &new, &old, &table.outcome, Resampling::Cases, &settings).unwrap();
    // A standard error of 1000 samples is off by some 2 %, and small-sample bias comes on top.
    let near = |ours: f64, theirs: f64| assert!((ours / theirs - 1.0).abs() < 0.12, "{ours} and {theirs}");
    let c = Measure::Harrell.of(&table.risk2, &table.outcome, 0.95).unwrap();
    near(std_error(&found[0].first), c.estimate.std_error.unwrap());
    let difference = Measure::Harrell.compare([&table.risk2, &table.risk], &table.outcome, 0.95).unwrap();
    near(std_error(&found[0].difference), difference.std_error);
    assert!((found[0].p_value.unwrap() - difference.p_value.unwrap()).abs() < 0.05);
    let area = &TimeRocSettings::default().of(&table.risk2, &table.outcome, &[table.time]).unwrap().at[0];
    near(std_error(&found[1].first), area.std_error.unwrap());
}

#[test]
fn threads_and_company_do_not_matter() {
    let tables = Tables::read();
    let table = tables.get("veteran");
    let (auc, benefit) = (AucAt::new(table.time), NetBenefit { time: table.time, threshold: 0.6, harm: 0.0 });
    let all: [&dyn Metric; 3] = [&auc, &Measure::Harrell, &benefit];
    let model = predictions(table, &table.risk2);
    let settings = Bootstrap { samples: 60, seed: 11, limits: LimitsBy::Bca, ..Bootstrap::default() };
    let with = |threads: usize, metrics: &[&dyn Metric]| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bootstrap(metrics, &model, &table.outcome, Resampling::ByEvent, &settings)).unwrap()
    };
    let one = with(1, &all);
    assert_eq!(one, with(4, &all));
    assert_eq!(one[2], with(2, &[&benefit])[0]);
    let others = Bootstrap { seed: 12, ..settings };
    let other = bootstrap(&all, &model, &table.outcome, Resampling::ByEvent, &others).unwrap();
    assert_ne!(one[0].value, other[0].value);
    assert_eq!(one[0].value.as_ref().unwrap().estimate, other[0].value.as_ref().unwrap().estimate);
    let json = serde_json::to_value(&one).unwrap();
    assert!(json[0]["value"]["limits"]["lower"].is_f64() && json[0]["value"]["replicates"].is_null());
}
