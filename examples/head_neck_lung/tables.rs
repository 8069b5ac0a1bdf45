//! The tables of the two centres, and what models are given of them.

use std::io::Read;
use std::path::Path;

use radsurv::data::{Cohort, Covariate, Covariates, FeatureTable, Fit, Groups, Survival, Table, Transform};
use radsurv::harmonize::combat::CombatSettings;
use radsurv::harmonize::{RedundancySettings, ZScoreSettings};

use super::Result;

/// The parts that models are tested on, by the names of their tables, and what they are.
pub const SETS: [(&str, &str); 3] =
    [("lung1-test", "LUNG1, not seen in training"), ("hn1-pass", "HN1, passed"), ("hn1-estimate", "HN1, estimated")];
/// Cases with their features and follow-up.
pub struct Part {
    pub features: FeatureTable,
    pub outcome: Survival,
}

impl Part {
    pub fn rows(&self, rows: &[usize]) -> Self {
        Self { features: self.features.rows(rows), outcome: self.outcome.rows(rows) }
    }
}

/// Features and follow-up of a centre.
pub fn centre(folder: &Path, name: &str, columns: [&str; 3]) -> Result<Part> {
    let file = folder.join(format!("{name}_rdr_features.csv.gz"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(&file).map_err(|e| format!("{}: {e}", file.display()))?)
        .read_to_end(&mut text)?;
    let table = Table::from_reader(text.as_slice(), &file.display().to_string())?;
    let features = FeatureTable::from_table(&table, &table.columns()[1..])?;

    let clinical = Table::read_csv(folder.join(format!("{name}_clinical.csv")))?;
    let [id, time, event] = [clinical.column(columns[0])?, clinical.column(columns[1])?, clinical.column(columns[2])?];
    let (mut times, mut events) = (Vec::new(), Vec::new());
    for case in features.case_ids() {
        let row = clinical.rows().iter().find(|row| row.cells[id] == *case);
        let row = row.ok_or_else(|| format!("{case} of {} is not in {name}_clinical.csv", file.display()))?;
        times.push(row.cells[time].clone());
        events.push(row.cells[event].clone());
    }
    let outcome = Survival::parse(features.case_ids(), (columns[1], &times), (columns[2], &events))?;
    Ok(Part { features, outcome })
}

/// Which rows of LUNG1 are for training and for tests; the rule is in reference/head_neck_lung/split.R.
pub struct Split {
    pub training: Vec<usize>,
    pub test: Vec<usize>,
    pub folds: Vec<usize>,
}

impl Split {
    pub fn read() -> Result<Self> {
        let text = include_str!("../../reference/head_neck_lung/split.csv");
        let mut split = Self { training: Vec::new(), test: Vec::new(), folds: Vec::new() };
        for row in Table::from_reader(text.as_bytes(), "split.csv")?.rows() {
            let place = row.cells[0].parse::<usize>()? - 1;
            if row.cells[1] == "train" {
                split.training.push(place);
                split.folds.push(row.cells[2].parse()?);
            } else {
                split.test.push(place);
            }
        }
        Ok(split)
    }
}

/// The training part, and the three parts that models are tested on.
pub fn prepare(lung1: &Part, hn1: &Part, split: &Split) -> Result<(Part, Vec<Part>)> {
    let names = lung1.features.names();
    let of_lung1 = |rows: &[usize]| Cohort::from(lung1.features.rows(rows));
    let training = of_lung1(&split.training);
    let zscore = ZScoreSettings::Standard.fit(&training)?;
    let training = zscore.transform(&training)?;
    let test = zscore.transform(&of_lung1(&split.test))?;
    let passed = zscore.transform(&Cohort::from(hn1.features.select(names)?))?;
    // LUNG1 is one batch, so that there is nothing to learn of it but its location and scale: as the reference it stays what it is, and HN1 is
    // brought to it. Outcomes are not looked at.
    let both = stacked(&training, &passed)?;
    let combat = CombatSettings { reference: Some("LUNG1".to_string()), ..CombatSettings::new("centre") }.fit(&both)?;
    let rows: Vec<usize> = (training.cases()..both.cases()).collect();
    let estimated = combat.transform(&both.rows(&rows))?;
    let selection = RedundancySettings::default().fit(&training)?;
    let part = |cohort: &Cohort, outcome: &Survival| -> Result<Part> {
        Ok(Part { features: selection.transform(cohort)?.features().clone(), outcome: outcome.clone() })
    };
    let outcomes = [&split.training, &split.test].map(|rows| lung1.outcome.rows(rows));
    let tests = [(&test, &outcomes[1]), (&passed, &hn1.outcome), (&estimated, &hn1.outcome)];
    let tests = tests.into_iter().map(|(cohort, outcome)| part(cohort, outcome)).collect::<Result<_>>()?;
    Ok((part(&training, &outcomes[0])?, tests))
}

/// Both in one cohort, with the covariate `centre`.
fn stacked(lung1: &Cohort, hn1: &Cohort) -> Result<Cohort> {
    let [a, b] = [lung1.features(), hn1.features()];
    let columns = a.columns().iter().zip(b.columns()).map(|(a, b)| [a.as_slice(), b].concat()).collect();
    let ids = [a.case_ids(), b.case_ids()].concat();
    let mut covariates = Covariates::new(ids.len());
    let centre = (0..ids.len()).map(|row| Some(if row < a.cases() { "LUNG1" } else { "HN1" }));
    covariates.add("centre", Covariate::Category(Groups::new(centre)))?;
    Ok(Cohort::new(FeatureTable::new(ids, a.names().to_vec(), columns)?, covariates)?)
}

pub fn write_tables(folder: &Path, training: &Part, tests: &[Part], folds: &[usize]) -> Result<()> {
    let write = |part: &Part, name: &str, folds: Option<&[usize]>| -> Result<()> {
        let event = part.outcome.event().iter().map(|event| f64::from(u8::from(*event))).collect();
        let mut columns = vec![("time", part.outcome.times().to_vec()), ("event", event)];
        columns.extend(folds.map(|folds| ("fold", folds.iter().map(|fold| *fold as f64).collect())));
        let names = columns.iter().map(|(name, _)| name.to_string()).chain(part.features.names().iter().cloned());
        let names: Vec<String> = names.collect();
        let values = columns.into_iter().map(|(_, values)| values).chain(part.features.columns().iter().cloned());
        let table = FeatureTable::new(part.features.case_ids().to_vec(), names, values.collect())?;
        Ok(table.write_csv(folder.join(format!("{name}.csv")))?)
    };
    write(training, "lung1-train", Some(folds))?;
    SETS.iter().zip(tests).try_for_each(|((name, _), part)| write(part, name, None))
}
