//! What is known of a simulated patient, and what only the simulation knows.

use serde::{Deserialize, Serialize};

/// An endpoint, counted from the start of treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// Disease-free survival, ended by a recurrence or death.
    DiseaseFree,
    /// Overall survival, ended by death.
    Overall,
}

impl Endpoint {
    /// Both.
    pub const ALL: [Self; 2] = [Self::DiseaseFree, Self::Overall];

    /// `dfs` or `os`, as the columns of tables begin.
    pub fn name(self) -> &'static str {
        match self {
            Self::DiseaseFree => "dfs",
            Self::Overall => "os",
        }
    }
}

/// A simulated patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Patient {
    /// Its name in tables and files: `P0001` and on.
    pub id: String,
    /// Centre, 1 or 2.
    pub centre: u8,
    /// Acquisition period: `A`, `B` or `C` in centre 1, `D` in centre 2. Each is a scanner of its own.
    pub period: char,
    /// What the hospital knows.
    pub clinical: Clinical,
    /// What happened.
    pub follow_up: FollowUp,
    /// What only the simulation knows.
    pub truth: Truth,
    /// Whether it is contoured twice again.
    pub contoured_again: bool,
}

/// Clinical variables, as in the study's Table 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Clinical {
    /// Age in years.
    pub age: f64,
    /// Squamous cell carcinoma antigen in ng/ml.
    pub scc_ag: f64,
    /// Maximum diameter of the tumour in cm.
    pub diameter_cm: f64,
    /// Whether lymph nodes are affected.
    pub nodes: bool,
    /// `SCC`, `AC`, `ASC` or `NEC`: squamous cell, adeno-, adenosquamous, neuroendocrine carcinoma.
    pub histology: String,
    /// FIGO stage (2018), `IB` to `IVA`.
    pub figo: String,
    /// Total dose of external radiotherapy in Gy, in fractions of 1.8 Gy.
    pub ebrt_gy: f64,
    /// Its fractions.
    pub ebrt_fractions: u32,
    /// Total dose of brachytherapy in Gy.
    pub icbt_gy: f64,
    /// Its fractions.
    pub icbt_fractions: u32,
    /// Dose of both in fractions of 2 Gy with the same effect, at α/β = 10 Gy.
    pub eqd2_gy: f64,
    /// Chemotherapy in mg.
    pub chemotherapy_mg: f64,
    /// Days of treatment.
    pub duration_days: f64,
    /// Whether a radiosensitiser was given.
    pub radiosensitiser: bool,
}

/// Follow-up in months.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FollowUp {
    /// Months to recurrence, death or the last visit.
    pub dfs_months: f64,
    /// Whether there was a recurrence or death.
    pub dfs_event: bool,
    /// Months to death or the last visit, not before `dfs_months`.
    pub os_months: f64,
    /// Whether the patient died.
    pub os_event: bool,
}

/// What made the images and the outcome of a patient.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Truth {
    /// The risk *T* that the tumour carries, standard normal.
    pub tumour_risk: f64,
    /// The risk *P* that the tissue around it carries, standard normal and independent of *T*.
    pub peritumour_risk: f64,
    /// The part of `dfs` that clinical variables carry.
    pub clinical_dfs: f64,
    /// The part of `os` that clinical variables carry.
    pub clinical_os: f64,
    /// Linear predictor of disease-free survival: its hazard is proportional to `exp(dfs)`.
    pub dfs: f64,
    /// Linear predictor of overall survival.
    pub os: f64,
    /// Mean apparent diffusion coefficient of the tumour in 10⁻³ mm²/s.
    pub adc: f64,
    /// How the patient's tissue looks.
    pub tissue: Tissue,
}

/// How a patient's tissue looks, before any scanner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tissue {
    /// Standard deviation of the tumour's surface about an ellipsoid, as a part of its radius.
    pub irregularity: f64,
    /// mm over which the texture of the tumour changes.
    pub tumour_grain_mm: f64,
    /// Standard deviation of its texture, where the mean signal of a tumour is 620.
    pub tumour_contrast: f64,
    /// mm over which the texture of the tissue around it changes.
    pub ring_grain_mm: f64,
    /// Standard deviation of that texture, where the mean signal of pelvic tissue is 430.
    pub ring_contrast: f64,
}
