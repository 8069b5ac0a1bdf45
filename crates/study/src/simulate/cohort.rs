//! A cohort: its patients, and what is known of them as typed data and as tables.

use radsurv_data::{Covariate, Covariates, Groups, Survival, Table, number};
use rayon::prelude::*;

use super::images::{self, SimulatedImages};
use super::patient::{Endpoint, FollowUp, Patient};
use super::settings::SimulationSettings;
use super::{clinical, outcome};
use crate::error::{Error, Result};

/// A simulated cohort. The module has the equations.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    settings: SimulationSettings,
    patients: Vec<Patient>,
}

impl SimulationSettings {
    /// Draws the patients: what is known of them, what happens to them, and what only the simulation knows. Images are made later,
    /// one by one.
    ///
    /// # Errors
    /// [`Error::Cases`] if there are no patients, or if the field of view is too small.
    ///
    /// # Example
    /// ```
    /// use radsurv_study::simulate::{Endpoint, SimulationSettings};
    /// let simulation = SimulationSettings { patients: 140, ..Default::default() }.simulate()?;
    /// let outcome = simulation.survival(Endpoint::DiseaseFree)?;
    /// assert_eq!((outcome.len(), simulation.patients()[139].centre), (140, 2));
    /// assert!(outcome.events() >= simulation.survival(Endpoint::Overall)?.events());
    /// # Ok::<(), radsurv_study::Error>(())
    /// ```
    pub fn simulate(&self) -> Result<Simulation> {
        self.check()?;
        let patients = (0..self.patients).into_par_iter().map(|number| self.patient(number)).collect::<Result<_>>()?;
        Ok(Simulation { settings: self.clone(), patients })
    }

    fn patient(&self, number: usize) -> Result<Patient> {
        let centre = usize::from(number >= self.centre_1());
        let drawn = clinical::draw(self.seed, number, centre)?;
        let outcome = outcome::draw(self.seed, number, centre, &drawn);
        Ok(Patient {
            id: format!("P{:04}", number + 1),
            centre: centre as u8 + 1,
            period: outcome.period,
            clinical: drawn.clinical,
            follow_up: outcome.follow_up,
            truth: outcome.truth,
            contoured_again: number < self.contoured_again(),
        })
    }
}

impl Simulation {
    /// What was asked for.
    pub fn settings(&self) -> &SimulationSettings {
        &self.settings
    }

    /// The patients, those of centre 1 first.
    pub fn patients(&self) -> &[Patient] {
        &self.patients
    }

    /// Follow-up to an endpoint, in months.
    ///
    /// # Errors
    /// None in practice: times are finite and positive.
    pub fn survival(&self, endpoint: Endpoint) -> Result<Survival> {
        let times = self.column(|p| time(&p.follow_up, endpoint));
        let events = self.patients.iter().map(|p| happened(&p.follow_up, endpoint)).collect();
        Ok(Survival::new(times, events)?)
    }

    /// The true risk of each patient: the linear predictor by which the outcome was drawn. No model can be better, but for chance.
    pub fn true_risk(&self, endpoint: Endpoint) -> Vec<f64> {
        self.column(|p| match endpoint {
            Endpoint::DiseaseFree => p.truth.dfs,
            Endpoint::Overall => p.truth.os,
        })
    }

    /// Centre, period and clinical variables, under the names of [`table`](Self::table), and `adc` in 10⁻³ mm²/s as if it had
    /// been measured without error.
    ///
    /// # Errors
    /// None in practice: there is a value per patient.
    pub fn covariates(&self) -> Result<Covariates> {
        let mut covariates = Covariates::new(self.patients.len());
        for column in COLUMNS {
            let covariate = match column.value {
                Value::Number(of) => Covariate::Number(self.column(of)),
                Value::Text(of) => Covariate::Category(Groups::new(self.patients.iter().map(|p| Some(of(p))))),
            };
            covariates.add(column.name, covariate)?;
        }
        covariates.add("adc", Covariate::Number(self.column(|p| p.truth.adc)))?;
        Ok(covariates)
    }

    /// `patients.csv`: id, centre, period, clinical variables, follow-up, and the files that [`write`](Self::write) makes. A patient
    /// who is not contoured again has empty cells for `reader1` and `reader2`.
    ///
    /// # Errors
    /// None in practice: names of columns differ.
    pub fn table(&self) -> Result<Table> {
        let mut columns = vec!["ID"];
        columns.extend(COLUMNS.iter().map(|c| c.name));
        columns.extend(["dfs_months", "dfs_event", "os_months", "os_event"]);
        columns.extend(FILES.iter().map(|(column, _)| *column));
        let mut table = Table::new(columns.into_iter().map(String::from).collect(), "patients.csv")?;
        for patient in &self.patients {
            let mut cells = vec![patient.id.clone()];
            cells.extend(COLUMNS.iter().map(|column| match column.value {
                Value::Number(of) => number::format(of(patient)),
                Value::Text(of) => of(patient),
            }));
            for endpoint in Endpoint::ALL {
                cells.push(number::format(time(&patient.follow_up, endpoint)));
                cells.push(u8::from(happened(&patient.follow_up, endpoint)).to_string());
            }
            cells.extend(
                FILES.iter().map(
                    |(column, ending)| {
                        if has(patient, column) { file(&patient.id, ending) } else { String::new() }
                    },
                ),
            );
            table.push(cells)?;
        }
        Ok(table)
    }

    /// `truth.csv`: what only the simulation knows, a column for each part of [`Truth`](super::Truth).
    ///
    /// # Errors
    /// None in practice: names of columns differ.
    pub fn truth_table(&self) -> Result<Table> {
        let names = [
            "ID",
            "tumour_risk",
            "peritumour_risk",
            "clinical_dfs",
            "clinical_os",
            "dfs",
            "os",
            "adc",
            "irregularity",
            "tumour_grain_mm",
            "tumour_contrast",
            "ring_grain_mm",
            "ring_contrast",
        ];
        let mut table = Table::new(names.map(String::from).to_vec(), "truth.csv")?;
        for patient in &self.patients {
            let (t, tissue) = (&patient.truth, &patient.truth.tissue);
            let values = [
                t.tumour_risk,
                t.peritumour_risk,
                t.clinical_dfs,
                t.clinical_os,
                t.dfs,
                t.os,
                t.adc,
                tissue.irregularity,
                tissue.tumour_grain_mm,
                tissue.tumour_contrast,
                tissue.ring_grain_mm,
                tissue.ring_contrast,
            ];
            table.push([patient.id.clone()].into_iter().chain(values.map(number::format)).collect())?;
        }
        Ok(table)
    }

    /// The images and contours of a patient by its place: about 0.1 s and 50 MB at the usual size, on one thread.
    ///
    /// # Errors
    /// [`Error::Cases`] if there is no such patient, [`Error::Image`] if the grid is impossible.
    ///
    /// # Example
    /// ```
    /// use radsurv_study::simulate::SimulationSettings;
    /// let coarse = SimulationSettings { size: [64, 64, 12], spacing_mm: [3.6, 3.6, 10.0], ..Default::default() };
    /// let images = coarse.simulate()?.images(0)?;
    /// assert!(images.mask.region(1)?.voxel_count() > 20);
    /// assert_eq!(images.diffusion[1].geometry().size(), [32, 32, 12]);
    /// # Ok::<(), radsurv_study::Error>(())
    /// ```
    pub fn images(&self, patient: usize) -> Result<SimulatedImages> {
        let found = self.patients.get(patient).ok_or_else(|| {
            Error::Cases(format!("the simulated cohort has {} patients and none at {patient}", self.patients.len()))
        })?;
        images::images(&self.settings, patient, found)
    }

    fn column(&self, of: impl Fn(&Patient) -> f64) -> Vec<f64> {
        self.patients.iter().map(of).collect()
    }
}

/// A column of `patients.csv`.
struct Column {
    name: &'static str,
    value: Value,
}

enum Value {
    Number(fn(&Patient) -> f64),
    Text(fn(&Patient) -> String),
}

const fn num(name: &'static str, of: fn(&Patient) -> f64) -> Column {
    Column { name, value: Value::Number(of) }
}

const fn text(name: &'static str, of: fn(&Patient) -> String) -> Column {
    Column { name, value: Value::Text(of) }
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_string()
}

const COLUMNS: [Column; 16] = [
    text("centre", |p| p.centre.to_string()),
    text("period", |p| p.period.to_string()),
    num("age", |p| p.clinical.age),
    num("scc_ag", |p| p.clinical.scc_ag),
    num("diameter_cm", |p| p.clinical.diameter_cm),
    text("nodes", |p| yes(p.clinical.nodes)),
    text("histology", |p| p.clinical.histology.clone()),
    text("figo", |p| p.clinical.figo.clone()),
    num("ebrt_gy", |p| p.clinical.ebrt_gy),
    num("ebrt_fractions", |p| f64::from(p.clinical.ebrt_fractions)),
    num("icbt_gy", |p| p.clinical.icbt_gy),
    num("icbt_fractions", |p| f64::from(p.clinical.icbt_fractions)),
    num("eqd2_gy", |p| p.clinical.eqd2_gy),
    num("chemotherapy_mg", |p| p.clinical.chemotherapy_mg),
    num("duration_days", |p| p.clinical.duration_days),
    text("radiosensitiser", |p| yes(p.clinical.radiosensitiser)),
];

/// Columns of files, and how their names end.
pub(super) const FILES: [(&str, &str); 6] =
    [("image", "t2"), ("mask", "mask"), ("reader1", "reader1"), ("reader2", "reader2"), ("b0", "b0"), ("b800", "b800")];

/// Whether a patient has a file.
pub(super) fn has(patient: &Patient, column: &str) -> bool {
    patient.contoured_again || !column.starts_with("reader")
}

/// A file of a patient, relative to the cohort's folder.
pub(super) fn file(id: &str, ending: &str) -> String {
    format!("images/{id}_{ending}.nii.gz")
}

fn time(follow_up: &FollowUp, endpoint: Endpoint) -> f64 {
    match endpoint {
        Endpoint::DiseaseFree => follow_up.dfs_months,
        Endpoint::Overall => follow_up.os_months,
    }
}

fn happened(follow_up: &FollowUp, endpoint: Endpoint) -> bool {
    match endpoint {
        Endpoint::DiseaseFree => follow_up.dfs_event,
        Endpoint::Overall => follow_up.os_event,
    }
}
