//! Patients drawn to the study's Table 1.

use radsurv_stats::distribution::Normal;
use radsurv_stats::dose::eqd2;

use super::draw::{Draw, Part};
use super::patient::{Clinical, Tissue};
use crate::error::Result;

/// One column of Table 1.
struct Centre {
    /// Mean and standard deviation.
    age: [f64; 2],
    /// Mean and standard deviation of the logarithm, before values are kept between 0.1 and 120 ng/ml: then mean and standard
    /// deviation are those of the table, 2.69 and 8.82 (2.73 and 6.76).
    log_scc_ag: [f64; 2],
    /// Mean and standard deviation of the diameter in cm.
    diameter: [f64; 2],
    /// Per cent of SCC, AC, ASC, NEC.
    histology: [f64; 4],
    /// Per cent of the stages.
    figo: [f64; 8],
    /// Per cent of node metastases in stage IVA. With all of IIIC and none below they are those of the table, 46.3 % (46.2 %).
    nodes_in_iva: f64,
    /// Fractions of 1.8 Gy of external radiotherapy, and in what per cent each number is given.
    ebrt: &'static [(u32, f64)],
    /// Mean and standard deviation of the dose of brachytherapy in Gy.
    icbt: [f64; 2],
    /// Mean and standard deviation of chemotherapy in mg.
    chemotherapy: [f64; 2],
    /// Mean and standard deviation of days of treatment.
    duration: [f64; 2],
    /// Per cent.
    radiosensitiser: f64,
}

const CENTRES: [Centre; 2] = [
    Centre {
        age: [56.6, 10.16],
        log_scc_ag: [-0.738_490, 1.902_699],
        diameter: [4.34, 1.54],
        histology: [85.1, 13.0, 1.2, 0.7],
        figo: [5.1, 13.2, 28.2, 1.8, 3.7, 37.4, 1.8, 8.9],
        nodes_in_iva: 80.0,
        ebrt: &[(25, 40.0), (26, 8.0), (27, 6.0), (28, 46.0)],
        icbt: [29.33, 2.56],
        chemotherapy: [195.65, 45.75],
        duration: [50.07, 2.59],
        radiosensitiser: 12.1,
    },
    Centre {
        age: [55.52, 10.7],
        log_scc_ag: [-0.128_853, 1.515_641],
        diameter: [4.32, 1.53],
        histology: [86.2, 12.3, 0.8, 0.8],
        figo: [5.4, 13.8, 26.2, 1.5, 3.8, 38.5, 2.3, 8.5],
        nodes_in_iva: 63.5,
        ebrt: &[(24, 3.0), (25, 42.0), (26, 4.0), (28, 47.0), (30, 4.0)],
        icbt: [29.24, 2.37],
        chemotherapy: [193.26, 45.58],
        duration: [50.08, 2.54],
        radiosensitiser: 20.8,
    },
];

const HISTOLOGY: [&str; 4] = ["SCC", "AC", "ASC", "NEC"];
const FIGO: [&str; 8] = ["IB", "IIA", "IIB", "IIIA", "IIIB", "IIIC1", "IIIC2", "IVA"];
const ALPHA_BETA_GY: f64 = 10.0;

/// How strongly the tumour's risk goes with the logarithm of SCC-Ag and (less of it) with the ADC: correlations.
const SCC_AG_WITH_RISK: f64 = 0.35;
const ADC_WITH_RISK: f64 = -0.3;
/// Larger tumours are of higher stages: correlation of the logarithm of the diameter with what decides the stage.
const STAGE_WITH_SIZE: f64 = 0.5;

/// A patient as it comes to the hospital.
pub(super) struct Drawn {
    pub clinical: Clinical,
    pub tissue: Tissue,
    pub tumour_risk: f64,
    pub peritumour_risk: f64,
    /// 10⁻³ mm²/s.
    pub adc: f64,
}

pub(super) fn draw(seed: u64, patient: usize, centre: usize) -> Result<Drawn> {
    let table = &CENTRES[centre.min(1)];
    let mut draw = Draw::new(seed, patient, Part::Clinical);
    // What the images will show. The weights of a risk are such that its variance is 1.
    let [size, surface, grain, contrast, ring_grain, ring_contrast] = [0; 6].map(|_| draw.normal().clamp(-3.0, 3.0));
    let tumour_risk = 0.5 * size + 0.4 * surface + 0.5 * grain + 0.583 * contrast;
    let peritumour_risk = 0.6 * ring_grain + 0.8 * ring_contrast;
    let tissue = Tissue {
        irregularity: 0.10 * (0.45 * surface).exp(),
        tumour_grain_mm: 6.0 * (0.35 * grain).exp(),
        tumour_contrast: 60.0 * (0.35 * contrast).exp(),
        ring_grain_mm: 5.0 * (0.35 * ring_grain).exp(),
        ring_contrast: 40.0 * (0.4 * ring_contrast).exp(),
    };
    let adc = (1.0 + 0.15 * draw.correlated(ADC_WITH_RISK, tumour_risk)).clamp(0.5, 1.5);

    let [mean, deviation] = table.age;
    let age = (mean + deviation * draw.normal()).round().clamp(23.0, 89.0);
    let [mean, deviation] = table.log_scc_ag;
    let scc_ag = (mean + deviation * draw.correlated(SCC_AG_WITH_RISK, tumour_risk)).exp().clamp(0.1, 120.0);
    // Log-normal with the mean and standard deviation of the table.
    let variance = (1.0 + (table.diameter[1] / table.diameter[0]).powi(2)).ln();
    let diameter = (table.diameter[0].ln() - variance / 2.0 + variance.sqrt() * size).exp().clamp(1.2, 9.0);
    let stage = Draw::place(table.figo, Normal.lower(draw.correlated(STAGE_WITH_SIZE, size)));
    let in_iva = 100.0 * draw.uniform() < table.nodes_in_iva;
    let nodes = match stage {
        5 | 6 => true,
        7 => in_iva,
        _ => false,
    };
    let histology = Draw::place(table.histology, draw.uniform());

    let ebrt_fractions = table.ebrt[Draw::place(table.ebrt.iter().map(|(_, percent)| *percent), draw.uniform())].0;
    let ebrt_gy = 1.8 * f64::from(ebrt_fractions);
    let [mean, deviation] = table.icbt;
    let icbt_gy = tenths((mean + deviation * draw.normal()).clamp(18.0, 42.0));
    // About 6 Gy at a time: more dose comes in more fractions.
    let icbt_fractions = (icbt_gy / 6.0 + 0.3 * draw.normal()).round().clamp(3.0, 7.0) as u32;
    let doses = [(ebrt_fractions, ebrt_gy), (icbt_fractions, icbt_gy)];
    let mut eqd2_gy = 0.0;
    for (fractions, gy) in doses {
        eqd2_gy += eqd2(fractions, gy / f64::from(fractions), ALPHA_BETA_GY)?;
    }
    let [mean, deviation] = table.chemotherapy;
    let chemotherapy_mg = 5.0 * ((mean + deviation * draw.normal()).max(0.0) / 5.0).round();
    let [mean, deviation] = table.duration;
    let duration_days = (mean + deviation * draw.normal()).round();
    let clinical = Clinical {
        age,
        scc_ag: hundredths(scc_ag),
        diameter_cm: tenths(diameter),
        nodes,
        histology: HISTOLOGY[histology].to_string(),
        figo: FIGO[stage].to_string(),
        ebrt_gy: tenths(ebrt_gy),
        ebrt_fractions,
        icbt_gy,
        icbt_fractions,
        eqd2_gy: hundredths(eqd2_gy),
        chemotherapy_mg,
        duration_days,
        radiosensitiser: 100.0 * draw.uniform() < table.radiosensitiser,
    };
    Ok(Drawn { clinical, tissue, tumour_risk, peritumour_risk, adc })
}

pub(super) fn tenths(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}

fn hundredths(value: f64) -> f64 {
    (100.0 * value).round() / 100.0
}
