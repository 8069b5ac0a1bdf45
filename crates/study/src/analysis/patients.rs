//! The patients of a study, as their table has them.

use std::collections::HashSet;

use radsurv_data::{Covariate, CovariateKind, Covariates, Survival, Table, number};
use radsurv_stats::dose::eqd2;

use super::result::{FlowStep, LeftOutPatients};
use crate::error::{Error, Result};
use crate::pipeline::StepSettings;
use crate::settings::{Eqd2, StudySettings};

/// Patients with follow-up of all endpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct Patients {
    /// Their ids.
    pub ids: Vec<String>,
    /// Their rows of the table, as text.
    pub table: Table,
    /// The variables that the study looks at.
    pub covariates: Covariates,
    /// Their follow-up, by endpoint.
    pub outcomes: Vec<Survival>,
    /// Who came, and who was left out.
    pub flow: Vec<FlowStep>,
}

/// The name of the variable that the diffusion of the tumour becomes.
pub const ADC: &str = "adc";

impl Patients {
    /// Reads the table. Patients without a time or an event of some endpoint are left out, and listed.
    ///
    /// # Errors
    /// [`Error::Data`] if the table cannot be read, has no column that the settings name, two rows of a patient, or values that are no
    /// follow-up; [`Error::Cases`] if nobody is left.
    pub fn read(settings: &StudySettings) -> Result<Self> {
        let path = &settings.patients.table;
        let table = Table::read_csv(path)?;
        let all = table.rows().len();
        let mut seen = HashSet::new();
        for (row, id) in table.rows().iter().zip(table.ids()) {
            if id.trim().is_empty() {
                return Err(table.error(row.line, "the patient has no id, which is the first column").into());
            }
            if !seen.insert(id) {
                let what = format!("{id} has a row before: a study has one row of each patient");
                return Err(table.error(row.line, what).into());
            }
        }
        let mut keep: Vec<usize> = (0..all).collect();
        let mut flow = vec![FlowStep { name: "in the table".to_string(), patients: all, left_out: Vec::new() }];
        let mut left_out = Vec::new();
        for endpoint in &settings.endpoints {
            let places = [table.column(&endpoint.time)?, table.column(&endpoint.event)?];
            let absent = |row: &usize| places.iter().any(|&place| missing(&table.rows()[*row].cells[place]));
            let (without, with): (Vec<usize>, Vec<usize>) = keep.into_iter().partition(absent);
            keep = with;
            if !without.is_empty() {
                let reason = format!("no follow-up for {}", endpoint.name);
                let ids = without.iter().map(|&row| table.rows()[row].cells[0].clone()).collect();
                left_out.push(LeftOutPatients { reason, ids, failed: false });
            }
        }
        flow.push(FlowStep { name: "with follow-up".to_string(), patients: keep.len(), left_out });
        if keep.is_empty() {
            let what = format!("{}: no patient has a time and an event of every endpoint", path.display());
            return Err(Error::Cases(what));
        }
        let table = table.select_rows(&keep);
        let ids: Vec<String> = table.ids().map(String::from).collect();
        let mut outcomes = Vec::new();
        for endpoint in &settings.endpoints {
            let cells = |name: &str| -> Result<Vec<&str>> {
                let place = table.column(name)?;
                Ok(table.rows().iter().map(|row| row.cells[place].as_str()).collect())
            };
            let (times, events) = (cells(&endpoint.time)?, cells(&endpoint.event)?);
            let borrowed: Vec<&str> = ids.iter().map(String::as_str).collect();
            outcomes.push(Survival::parse(&borrowed, (&endpoint.time, &times), (&endpoint.event, &events))?);
        }
        let covariates = covariates(settings, &table)?;
        Ok(Self { ids, table, covariates, outcomes, flow })
    }

    /// Some of them; the others are left out for these reasons.
    pub fn keep(&mut self, step: &str, left_out: Vec<LeftOutPatients>) -> Vec<usize> {
        let gone: HashSet<&String> = left_out.iter().flat_map(|out| &out.ids).collect();
        let kept: Vec<usize> = (0..self.ids.len()).filter(|&case| !gone.contains(&self.ids[case])).collect();
        self.ids = kept.iter().map(|&case| self.ids[case].clone()).collect();
        self.table = self.table.select_rows(&kept);
        self.covariates = self.covariates.rows(&kept);
        self.outcomes = self.outcomes.iter().map(|outcome| outcome.rows(&kept)).collect();
        self.flow.push(FlowStep { name: step.to_string(), patients: kept.len(), left_out });
        kept
    }
}

/// The variables that a study looks at, in the order in which it names them, but for those that are computed.
pub fn variables(settings: &StudySettings) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let computed = settings.patients.eqd2.as_ref().map(|dose| dose.name.as_str());
    let adc = settings.images.as_ref().and_then(|images| images.adc.as_ref()).map(|_| ADC);
    let all = settings.clinical.variables.iter().chain(&settings.patients.describe).map(String::as_str);
    let steps = settings.steps.iter().flat_map(StepSettings::covariates);
    let genomics = settings.genomics.iter().flat_map(|genomics| &genomics.covariates).map(String::as_str);
    for name in all.chain(settings.patients.centre.as_deref()).chain(steps).chain(genomics) {
        if Some(name) != computed && Some(name) != adc && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn covariates(settings: &StudySettings, table: &Table) -> Result<Covariates> {
    let mut covariates = Covariates::new(table.rows().len());
    let categories: HashSet<&str> = settings.categories().collect();
    for name in variables(settings) {
        let kind = if categories.contains(name) { CovariateKind::Category } else { CovariateKind::Detect };
        covariates.add_column(table, name, kind)?;
    }
    if let Some(dose) = &settings.patients.eqd2 {
        covariates.add(dose.name.clone(), Covariate::Number(doses(dose, table)?))?;
    }
    Ok(covariates)
}

/// The equivalent dose of each patient; NaN where a part is not known.
fn doses(dose: &Eqd2, table: &Table) -> Result<Vec<f64>> {
    let mut sums = vec![0.0; table.rows().len()];
    for part in &dose.parts {
        let places = [table.column(&part.dose)?, table.column(&part.fractions)?];
        for (sum, row) in sums.iter_mut().zip(table.rows()) {
            let value = |place: usize, name: &str| -> Result<f64> {
                let cell = &row.cells[place];
                let bad = || table.error(row.line, format!("{name} is {cell:?}, which is no number"));
                Ok(number::parse(cell).ok_or_else(bad)?)
            };
            let (total, fractions) = (value(places[0], &part.dose)?, value(places[1], &part.fractions)?);
            if total.is_nan() || fractions.is_nan() {
                *sum = f64::NAN;
                continue;
            }
            if fractions < 0.0 || fractions.fract() != 0.0 || fractions > 1000.0 {
                let what = format!("{} is {fractions}: give a whole number of fractions", part.fractions);
                return Err(table.error(row.line, what).into());
            }
            if fractions > 0.0 {
                let found = eqd2(fractions as u32, total / fractions, dose.alpha_beta);
                *sum += found.map_err(|error| table.error(row.line, error.to_string()))?;
            } else if total != 0.0 {
                let what = format!("{} is {total} Gy in no fraction", part.dose);
                return Err(table.error(row.line, what).into());
            }
        }
    }
    Ok(sums)
}

/// Whether a cell says nothing.
pub fn missing(cell: &str) -> bool {
    number::parse(cell).is_some_and(f64::is_nan)
}
