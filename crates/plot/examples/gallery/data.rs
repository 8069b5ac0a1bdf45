//! The data of the gallery: lung and pbc of R's survival, and made-up features and genes.

use radsurv_data::{FeatureTable, Groups, Survival};
use radsurv_genomics::Expression;
use radsurv_testkit::splitmix::SplitMix64;

pub type Any<T> = Result<T, Box<dyn std::error::Error>>;

/// A table of numbers with follow-up.
pub struct Patients {
    pub outcome: Survival,
    pub table: FeatureTable,
}

/// 168 patients with advanced lung cancer (North Central Cancer Treatment Group), time in days.
pub fn lung() -> Any<Patients> {
    read(include_str!("data/lung.csv"))
}

/// 312 patients with primary biliary cholangitis (Mayo Clinic), time in months.
pub fn pbc() -> Any<Patients> {
    read(include_str!("data/pbc.csv"))
}

fn read(text: &str) -> Any<Patients> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or("").split(',').collect();
    let rows = lines.map(|line| line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>());
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let outcome = Survival::new(rows.iter().map(|r| r[0]).collect(), rows.iter().map(|r| r[1] == 1.0).collect())?;
    let case = |(i, r): (usize, &Vec<f64>)| {
        (format!("P{}", i + 1), names[2..].iter().map(|n| n.to_string()).zip(r[2..].iter().copied()).collect())
    };
    Ok(Patients { outcome, table: FeatureTable::from_rows(rows.iter().enumerate().map(case))? })
}

/// A seeded stream of numbers.
pub struct Numbers(SplitMix64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed))
    }

    /// Above 0 and below 1.
    pub fn uniform(&mut self) -> f64 {
        (self.0.below(1 << 52) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Of a standard normal distribution (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

const FEATURES: [&str; 24] = [
    "original_shape_MeshVolume",
    "original_shape_SurfaceArea",
    "original_shape_Sphericity",
    "original_shape_Maximum3DDiameter",
    "original_firstorder_Mean",
    "original_firstorder_Entropy",
    "original_firstorder_Kurtosis",
    "original_firstorder_90Percentile",
    "original_glcm_JointEntropy",
    "original_glcm_Contrast",
    "original_glcm_Correlation",
    "original_glcm_Idm",
    "original_glrlm_RunEntropy",
    "original_glrlm_LongRunEmphasis",
    "original_glszm_ZonePercentage",
    "original_glszm_SizeZoneNonUniformity",
    "original_gldm_DependenceVariance",
    "original_ngtdm_Coarseness",
    "wavelet-HHL_firstorder_Skewness",
    "wavelet-LLH_glcm_ClusterShade",
    "wavelet-HLL_glszm_SmallAreaEmphasis",
    "log-sigma-3-mm-3D_firstorder_Range",
    "log-sigma-3-mm-3D_glcm_Imc1",
    "log-sigma-5-mm-3D_gldm_LowGrayLevelEmphasis",
];

/// Made-up features of 200 cases in groups that are correlated, of which four decide on survival.
pub fn radiomics(seed: u64) -> Any<Patients> {
    let mut numbers = Numbers::new(seed);
    let rows: Vec<Vec<f64>> = (0..200)
        .map(|_| {
            let common: Vec<f64> = (0..6).map(|_| numbers.normal()).collect();
            let sign = |k: usize| if k % 5 == 3 { -1.0 } else { 1.0 };
            (0..FEATURES.len())
                .map(|k| sign(k) * common[k / 4] + (0.3 + 0.15 * (k % 4) as f64) * numbers.normal())
                .collect()
        })
        .collect();
    let hazard = |r: &[f64]| (0.7 * r[0] - 0.5 * r[6] + 0.4 * r[9] + 0.3 * r[17]).exp();
    let (mut times, mut event) = (Vec::new(), Vec::new());
    for row in &rows {
        let time = -numbers.uniform().ln() * 40.0 / hazard(row);
        let censored = 12.0 + 60.0 * numbers.uniform();
        times.push(time.min(censored));
        event.push(time <= censored);
    }
    let case = |(i, r): (usize, &Vec<f64>)| {
        (format!("P{}", i + 1), FEATURES.iter().map(|n| n.to_string()).zip(r.iter().copied()).collect())
    };
    let table = FeatureTable::from_rows(rows.iter().enumerate().map(case))?;
    Ok(Patients { outcome: Survival::new(times, event)?, table })
}

/// Samples in two groups, and their expression.
pub struct Cohort {
    pub expression: Expression,
    pub groups: Groups,
}

pub const GENES: [&str; 40] = [
    "HK2", "KDELR2", "LDHA", "VEGFA", "CA9", "SLC2A1", "PGK1", "ENO1", "ADM", "NDRG1", "BNIP3", "P4HA1", "ANKRD37",
    "EGLN3", "MMP1", "MMP9", "SPP1", "CXCL8", "SERPINE1", "ITGA5", "CD8A", "GZMB", "PRF1", "IFNG", "CXCL9", "CXCL10",
    "CD3D", "CD3E", "GZMA", "NKG7", "CCL5", "TIGIT", "LAG3", "PDCD1", "CTLA4", "CD274", "ESR1", "PGR", "TFF3", "MUC16",
];

/// Made-up logarithms of expression of 1200 genes in 60 samples: the first twenty are up and the next fifteen down in the group `high`, and
/// so are some others; both sets go together within groups too.
pub fn cohort(seed: u64) -> Any<Cohort> {
    let mut numbers = Numbers::new(1000 + seed);
    let (genes, samples) = (1200, 60);
    let high = |sample: usize| sample % 5 < 2;
    let common: Vec<[f64; 2]> = (0..samples).map(|_| [numbers.normal(), numbers.normal()]).collect();
    let mut values = Vec::with_capacity(genes * samples);
    for gene in 0..genes {
        let shift = match gene {
            0..20 => 0.9 + 0.05 * (gene % 9) as f64,
            20..35 => -1.0 - 0.04 * (gene % 7) as f64,
            _ if gene % 11 == 3 => 0.55 * numbers.normal(),
            _ => 0.0,
        };
        let base = 5.0 + (gene * 37 % 50) as f64 / 10.0;
        let noise = 0.4 + 0.9 * (gene * 61 % 97) as f64 / 97.0;
        for (sample, [up, down]) in common.iter().enumerate() {
            let together = match gene {
                0..20 => 0.5 * up,
                20..35 => 0.5 * down,
                _ => 0.0,
            };
            values.push(base + if high(sample) { shift } else { 0.0 } + together + noise * numbers.normal());
        }
    }
    let name = |gene: usize| GENES.get(gene).map_or_else(|| format!("GENE{gene}"), |name| name.to_string());
    let ids = (0..samples).map(|sample| format!("S{}", sample + 1)).collect();
    let groups = Groups::new((0..samples).map(|sample| Some(if high(sample) { "High risk" } else { "Low risk" })));
    Ok(Cohort { expression: Expression::new((0..genes).map(name).collect(), ids, values)?, groups })
}

/// Features of the samples of a cohort, of which some go with the genes that are up and some with those that are down.
pub fn features_of(cohort: &Cohort) -> Any<FeatureTable> {
    let mut numbers = Numbers::new(77);
    let mean = |from: usize, to: usize, sample: usize| {
        (from..to).map(|gene| cohort.expression.row(gene)[sample]).sum::<f64>() / (to - from) as f64
    };
    let samples = cohort.expression.samples().len();
    let mut column = |k: usize| -> Vec<f64> {
        let of = |sample: usize| {
            let [up, down] = [mean(0, 20, sample), mean(20, 35, sample)];
            match k % 4 {
                0 => 2.0 * up,
                1 => -1.4 * down,
                2 => 0.8 * up - 0.8 * down,
                _ => 0.0,
            }
        };
        (0..samples).map(|sample| of(sample) + (0.5 + 0.1 * (k % 5) as f64) * numbers.normal()).collect()
    };
    let (names, columns) = FEATURES.iter().take(12).enumerate().map(|(k, name)| (name.to_string(), column(k))).unzip();
    Ok(FeatureTable::new(cohort.expression.samples().to_vec(), names, columns)?)
}
