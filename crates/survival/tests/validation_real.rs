//! What the bootstrap says of a forest of a real centre (LUNG1), beside another centre (HN1): the numbers in the documentation of
//! validation.

use std::io::Read;

use radsurv_data::{Cohort, FeatureTable, Learner, Metric, Predictor, Survival, Table};
use radsurv_survival::ForestSettings;
use radsurv_survival::selection::Measures;
use radsurv_survival::selection::validation::BootstrapValidation;
use radsurv_testkit::data;
use validation::C;

#[path = "support/validation.rs"]
mod validation;

fn centre(features: &str, clinical: &str, [id, time, event]: [&str; 3]) -> (Cohort, Survival) {
    let folder = data::folder().unwrap().join("tables");
    let mut text = Vec::new();
    let file = std::fs::File::open(folder.join(features)).unwrap();
    flate2::read::GzDecoder::new(file).read_to_end(&mut text).unwrap();
    let table = Table::from_reader(text.as_slice(), features).unwrap();
    let features = FeatureTable::from_table(&table, &table.columns()[1..]).unwrap();
    let table = Table::read_csv(folder.join(clinical)).unwrap();
    let [id, time, event] = [id, time, event].map(|column| table.column(column).unwrap());
    let row = |case: &String| table.rows().iter().find(|row| row.cells[id] == *case).unwrap();
    let cells = |place: usize| features.case_ids().iter().map(|c| row(c).cells[place].clone()).collect::<Vec<_>>();
    let outcome = Survival::parse(features.case_ids(), ("time", &cells(time)), ("event", &cells(event))).unwrap();
    (Cohort::from(features), outcome)
}

#[test]
#[ignore = "needs the folder of real data"]
fn a_forest_promises_too_much_and_point632_plus_says_how_much() {
    let lung1 = ["PatientID", "Survival.time", "deadstatus.event"];
    let hn1 = ["id", "overall_survival_in_days", "event_overall_survival"];
    let (cohort, outcome) = centre("lung1_rdr_features.csv.gz", "lung1_clinical.csv", lung1);
    let (other, of_other) = centre("hn1_rdr_features.csv.gz", "hn1_clinical.csv", hn1);
    let forest = ForestSettings { trees: 50, ..ForestSettings::default() };
    let settings = BootstrapValidation { samples: 30, ..Default::default() };
    let found = settings.run(&forest, &cohort, &outcome, Measures { metrics: &[&C], times: &[] }).unwrap();
    let c = &found.metrics[0];
    let unseen = c.out_of_bag.as_ref().unwrap();
    let predictions = forest.learn(&cohort, &outcome, &[]).unwrap().predict(&other, &[]).unwrap();
    let values = [
        c.apparent,
        c.refitted.as_ref().unwrap().corrected.value,
        unseen.point632_plus.as_ref().unwrap().value,
        unseen.mean.value,
        C.of(&predictions, &of_other).unwrap(),
    ];
    assert_eq!(values.map(|value| format!("{value:.3}")), ["0.772", "0.689", "0.610", "0.582", "0.599"]);
}
