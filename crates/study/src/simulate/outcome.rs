//! What happens to patients, and for how long they are followed.

use radsurv_stats::distribution::Normal;

use super::clinical::{Drawn, tenths};
use super::draw::{Draw, Part};
use super::patient::{Clinical, FollowUp, Truth};

/// Nothing happens, and nobody is lost, in the first months.
const FIRST_MONTHS: f64 = 2.0;
/// The last visit is 131 months after the start of treatment at the latest.
const LAST_MONTHS: f64 = 131.0;
/// Shape of the Weibull distributions.
const SHAPE: f64 = 1.1;
/// Scale in months of the time to the end of disease-free survival, and of the time to death as such.
const SCALES: [f64; 2] = [334.0, 188.0];
/// Correlation of what chance adds to the two.
const CHANCE: f64 = 0.98;
/// Mean months from recurrence to death at least, and how often death is the first event.
const AFTER_RECURRENCE: f64 = 3.0;
const DEATH_FIRST: f64 = 0.15;

/// Truth and follow-up of a patient; see the module for the equations.
pub(super) struct Outcome {
    pub truth: Truth,
    pub follow_up: FollowUp,
    pub period: char,
}

pub(super) fn draw(seed: u64, patient: usize, centre: usize, drawn: &Drawn) -> Outcome {
    let mut draw = Draw::new(seed, patient, Part::Outcome);
    let image = 0.85 * (drawn.tumour_risk + drawn.peritumour_risk);
    let Standard { age, scc_ag, eqd2, adc, nodes } = Standard::of(&drawn.clinical, drawn.adc);
    let clinical_dfs = 0.55 * scc_ag - 0.6 * adc - 0.65 * eqd2;
    // What makes death as such more likely; death also needs the disease to come back.
    let death = image + 0.55 * scc_ag + 0.7 * age + 0.9 * nodes - 0.65 * eqd2;
    let dfs = image + clinical_dfs;
    let os = (dfs + death) / 2.0;
    let truth = Truth {
        tumour_risk: drawn.tumour_risk,
        peritumour_risk: drawn.peritumour_risk,
        clinical_dfs,
        clinical_os: os - image,
        dfs,
        os,
        adc: drawn.adc,
        tissue: drawn.tissue,
    };

    let chance = draw.normal();
    let also = draw.correlated(CHANCE, chance);
    let time = |scale: f64, chance: f64, predictor: f64| {
        FIRST_MONTHS + scale * (-Normal.upper(chance).ln() * (-predictor).exp()).powf(1.0 / SHAPE)
    };
    let first = time(SCALES[0], chance, dfs);
    let first_is_death = draw.uniform() < DEATH_FIRST;
    let interval = -AFTER_RECURRENCE * draw.uniform().ln();
    let least = first + if first_is_death { 0.0 } else { interval };
    let dies = time(SCALES[1], also, death).max(least);

    // Kumaraswamy's distribution, which has a quantile function one can write down.
    let recruited = draw.uniform();
    let visits =
        FIRST_MONTHS + (LAST_MONTHS - FIRST_MONTHS) * (1.0 - (1.0 - recruited).powf(1.0 / 2.6)).powf(1.0 / 1.8);
    // Who came earlier is followed longer, and was scanned in an earlier period.
    let early = draw.correlated(0.8, -Normal.upper_quantile(recruited).unwrap_or(0.0));
    let period = match Normal.lower(early) {
        _ if centre == 1 => 'D',
        late if late < 0.3 => 'C',
        between if between < 0.65 => 'B',
        _ => 'A',
    };
    let follow_up = FollowUp {
        dfs_months: tenths(first.min(visits)),
        dfs_event: first <= visits,
        os_months: tenths(dies.min(visits)),
        os_event: dies <= visits,
    };
    Outcome { truth, follow_up, period }
}

/// Clinical variables in standard deviations of centre 1 from its mean; nodes as 1 or 0 less their frequency.
struct Standard {
    age: f64,
    scc_ag: f64,
    eqd2: f64,
    adc: f64,
    nodes: f64,
}

impl Standard {
    fn of(clinical: &Clinical, adc: f64) -> Self {
        Self {
            age: (clinical.age - 56.6) / 10.16,
            scc_ag: (clinical.scc_ag.max(0.01).ln() + 0.738) / 1.903,
            eqd2: (clinical.eqd2_gy - 86.1) / 4.26,
            adc: (adc - 1.0) / 0.15,
            nodes: f64::from(u8::from(clinical.nodes)) - 0.463,
        }
    }
}
