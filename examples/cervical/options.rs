//! What is asked for.

use std::path::PathBuf;

use radsurv::study::simulate::SimulationSettings;

/// Options of the command line.
pub struct Options {
    patients: usize,
    fresh: usize,
    seed: u64,
    /// Where everything goes.
    pub folder: PathBuf,
}

/// From this number of patients on the study is the full one.
const FULL: usize = 700;

impl Options {
    /// Reads `--name value` pairs.
    pub fn from_arguments(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut patients, mut fresh, mut seed, mut folder) = (240, None, 1, None);
        let mut arguments = arguments;
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = || value.parse::<usize>().map_err(|_| format!("{name} {value}: give a whole number"));
            match name.as_str() {
                "--patients" => patients = number()?,
                "--fresh" => fresh = Some(number()?),
                "--seed" => seed = number()? as u64,
                "--out" => folder = Some(PathBuf::from(value)),
                _ => return Err(format!("{name} is no option: --patients, --fresh, --seed, --out")),
            }
        }
        let folder = folder.unwrap_or_else(|| PathBuf::from(format!("target/cervical_study_{patients}")));
        Ok(Self { patients, fresh: fresh.unwrap_or(patients.min(350)), seed, folder })
    }

    /// The cohort of the study.
    pub fn cohort(&self) -> SimulationSettings {
        let full = SimulationSettings { seed: self.seed, patients: self.patients, ..Default::default() };
        if self.patients >= FULL {
            return full;
        }
        // The same field of view in a quarter of the voxels.
        SimulationSettings { size: [128, 128, 24], spacing_mm: [1.8, 1.8, 5.0], ..full }
    }

    /// Patients of the same population who are in no study.
    pub fn fresh_cohort(&self) -> SimulationSettings {
        SimulationSettings {
            seed: self.seed.wrapping_add(1_000_000),
            patients: self.fresh,
            readers: Some(0),
            ..self.cohort()
        }
    }

    /// The file of the study, as the paper did it: centre 2 is the test set, a third of centre 1 the validation set, and ComBat's batches
    /// are acquisition periods.
    pub fn study(&self) -> String {
        let candidates = if self.patients >= FULL { 8 } else { 3 };
        STUDY.replace("CANDIDATES", &candidates.to_string()).replace("SEED", &self.seed.to_string())
    }
}

const STUDY: &str = r#"name = "Cervical cancer, simulated patients"
seed = SEED
times = [12, 36, 60]
steps = [
    { zscore = { method = "standard" } },
    { combat = { batch = "period", unseen = "pass" } },
    { redundancy = { threshold = 0.9 } },
]

[patients]
table = "patients.csv"
centre = "centre"
describe = ["histology", "figo", "diameter_cm", "ebrt_gy", "icbt_gy", "chemotherapy_mg", "duration_days", "radiosensitiser"]
eqd2 = { parts = [{ dose = "ebrt_gy", fractions = "ebrt_fractions" }, { dose = "icbt_gy", fractions = "icbt_fractions" }] }

[[endpoints]]
name = "DFS"
time = "dfs_months"
event = "dfs_event"

[[endpoints]]
name = "OS"
time = "os_months"
event = "os_event"

[images]
image = "image"
mask = "mask"
readers = ["reader1", "reader2"]
adc = { images = { images = ["b0", "b800"], b_values = [0, 800] } }

[images.processing]
extraction = "params.yaml"
n4 = { shrink = 4 }
ring = { width_mm = 50 }

[split.centre]
test = ["2"]
validation = 0.333

[models]
candidates = CANDIDATES

[clinical]
variables = ["age", "scc_ag", "nodes", "adc", "eqd2"]
dichotomise = ["age", "scc_ag", "adc", "eqd2"]

[genomics]
expression = "expression.csv"
gene_sets = ["gene_sets.gmt"]
genes = ["KDELR2", "HK2"]
"#;
