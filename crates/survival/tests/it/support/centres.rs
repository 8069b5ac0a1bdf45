//! Two real centres with the same 797 features: LUNG1 (388 cases) and HN1.

use std::io::Read;

use radsurv_data::{FeatureTable, Survival, Table};
use radsurv_testkit::data;

fn features(name: &str) -> FeatureTable {
    let file = std::fs::File::open(data::folder().unwrap().join("tables").join(name)).unwrap();
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut text).unwrap();
    let table = Table::from_reader(text.as_slice(), name).unwrap();
    FeatureTable::from_table(&table, &table.columns()[1..]).unwrap()
}

fn outcome(name: &str, features: &FeatureTable, [id, time, event]: [&str; 3]) -> Survival {
    let table = Table::read_csv(data::folder().unwrap().join("tables").join(name)).unwrap();
    let [id, time, event] = [id, time, event].map(|column| table.column(column).unwrap());
    let row = |case: &String| table.rows().iter().find(|row| row.cells[id] == *case).unwrap();
    let cells = |place: usize| features.case_ids().iter().map(|c| row(c).cells[place].clone()).collect::<Vec<_>>();
    Survival::parse(features.case_ids(), ("time", &cells(time)), ("event", &cells(event))).unwrap()
}

pub struct Centres {
    pub lung1: (FeatureTable, Survival),
    pub hn1: (FeatureTable, Survival),
}

pub fn centres() -> Centres {
    let lung1 = features("lung1_rdr_features.csv.gz");
    let hn1 = features("hn1_rdr_features.csv.gz");
    let of_lung1 = outcome("lung1_clinical.csv", &lung1, ["PatientID", "Survival.time", "deadstatus.event"]);
    let of_hn1 = outcome("hn1_clinical.csv", &hn1, ["id", "overall_survival_in_days", "event_overall_survival"]);
    Centres { lung1: (lung1, of_lung1), hn1: (hn1, of_hn1) }
}
