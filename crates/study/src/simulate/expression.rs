//! Expression of genes in some of the patients, and sets of genes, whose truth is known.

use std::fmt;
use std::path::{Path, PathBuf};

use radsurv_data::Table;
use radsurv_genomics::{Expression, GeneSet, GeneSets};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cohort::Simulation;
use super::draw::Draw;
use super::patient::Patient;
use crate::error::{Error, Result};

/// How expression is simulated.
///
/// The value of a gene in a patient is `m + b z + e`, as a logarithm to base 2: `m` is uniform between 4 and 12, `z` what the gene goes with,
/// and `e` normal.
///
/// | genes | `z` | `b` | sd of `e` |
/// |---|---|---|---|
/// | 80 [up](GeneRole::Up), 40 [down](GeneRole::Down) with risk | *(T + P) / √2*, the risk that images show | ± 1 to 1.8 | 0.8 |
/// | 6 of the tumour's [contrast](GeneRole::TumourContrast) | *c* | 0.9 | 0.4 |
/// | 6 of the [contrast](GeneRole::RingContrast) around it | *q* | 0.9 | 0.4 |
/// | 8 [modules](GeneRole::Module) of 40 | a number of the module's own for each patient, which nothing else shows | 0.7 | 0.7 |
/// | the [others](GeneRole::None) | | 0 | 0.5 to 1.2 |
///
/// *T*, *P*, *c* and *q* are those of the [module](super).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExpressionSettings {
    /// Every so many patients one has expression. Default 3.
    pub every: usize,
    /// The number of genes, 452 at least. Default 3000.
    pub genes: usize,
    /// The number of sets that are genes at random, beside those that are not. Default 46.
    pub random_sets: usize,
}

impl Default for ExpressionSettings {
    fn default() -> Self {
        Self { every: 3, genes: 3000, random_sets: 46 }
    }
}

/// What a gene goes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GeneRole {
    /// Higher where the risk is.
    Up,
    /// Lower where the risk is higher.
    Down,
    /// Higher where the texture of the tumour has more contrast.
    TumourContrast,
    /// Higher where the texture around the tumour has more contrast.
    RingContrast,
    /// With others of its module, but not with risk.
    Module(usize),
    /// Nothing.
    None,
}

const UP: usize = 80;
const DOWN: usize = 40;
const CONTRAST: usize = 6;
const MODULES: usize = 8;
const OF_MODULE: usize = 40;
const PLANTED: usize = UP + DOWN + 2 * CONTRAST + MODULES * OF_MODULE;
/// Genes of risk in a set, and others in the same set.
const OF_SET: [usize; 2] = [20, 10];

impl GeneRole {
    fn of(gene: usize) -> Self {
        let ends = [UP, UP + DOWN, UP + DOWN + CONTRAST, UP + DOWN + 2 * CONTRAST];
        match gene {
            gene if gene < ends[0] => Self::Up,
            gene if gene < ends[1] => Self::Down,
            gene if gene < ends[2] => Self::TumourContrast,
            gene if gene < ends[3] => Self::RingContrast,
            gene if gene < PLANTED => Self::Module((gene - ends[3]) / OF_MODULE),
            _ => Self::None,
        }
    }

    /// Whether it goes with the risk that images show. The contrasts are parts of that risk.
    pub fn shows_risk(self) -> bool {
        matches!(self, Self::Up | Self::Down | Self::TumourContrast | Self::RingContrast)
    }
}

/// As files have it.
impl fmt::Display for GeneRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up => f.pad("up"),
            Self::Down => f.pad("down"),
            Self::TumourContrast => f.pad("tumour-contrast"),
            Self::RingContrast => f.pad("ring-contrast"),
            Self::Module(number) => f.pad(&format!("module-{}", number + 1)),
            Self::None => f.pad("none"),
        }
    }
}

/// Simulated expression.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedExpression {
    /// Logarithms to base 2, of the patients that have any.
    pub expression: Expression,
    /// What each gene goes with.
    pub roles: Vec<GeneRole>,
    /// Sets of genes: `RISK_UP_1` to 4 and `RISK_DOWN_1` to 2 have 20 genes of risk and 10 others each, `MODULE_1` to 8 a module, `RANDOM_1` and
    /// on 30 genes at random.
    pub gene_sets: GeneSets,
}

/// The files of simulated expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenExpression {
    /// `expression.csv`: gene, then a column per patient.
    pub expression: PathBuf,
    /// `gene_sets.gmt`.
    pub gene_sets: PathBuf,
    /// `expression_truth.csv`: gene, role.
    pub truth: PathBuf,
}

impl Simulation {
    /// Draws expression of some of the patients.
    ///
    /// # Errors
    /// [`Error::Cases`] if there are too few genes or patients.
    ///
    /// # Example
    /// ```
    /// use radsurv_study::simulate::{ExpressionSettings, SimulationSettings};
    /// let simulation = SimulationSettings { patients: 60, ..Default::default() }.simulate()?;
    /// let found = simulation.expression(&ExpressionSettings { genes: 600, ..Default::default() })?;
    /// assert_eq!((found.expression.genes().len(), found.expression.samples().len()), (600, 20));
    /// # Ok::<(), radsurv_study::Error>(())
    /// ```
    pub fn expression(&self, settings: &ExpressionSettings) -> Result<SimulatedExpression> {
        if settings.genes < PLANTED || settings.every == 0 {
            let what = format!("simulated expression: {} genes of every {}th patient", settings.genes, settings.every);
            return Err(Error::Cases(format!("{what}; give {PLANTED} genes at least, and a number above 0")));
        }
        let patients: Vec<&Patient> = self.patients().iter().step_by(settings.every).collect();
        let seed = self.settings().seed;
        let modules: Vec<Vec<f64>> =
            (0..MODULES).map(|m| normal(&mut Draw::of_module(seed, m), patients.len())).collect();
        let roles: Vec<GeneRole> = (0..settings.genes).map(GeneRole::of).collect();
        let rows: Vec<Vec<f64>> =
            roles.par_iter().enumerate().map(|(gene, role)| row(seed, gene, *role, &patients, &modules)).collect();
        let genes: Vec<String> = (1..=settings.genes).map(|gene| format!("GENE{gene:05}")).collect();
        let samples = patients.iter().map(|patient| patient.id.clone()).collect();
        let gene_sets = sets(seed, &genes, settings.random_sets);
        let expression = Expression::new(genes, samples, rows.into_iter().flatten().collect())?;
        Ok(SimulatedExpression { expression, roles, gene_sets })
    }
}

impl SimulatedExpression {
    /// Writes the files into a folder that is there.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<WrittenExpression> {
        let folder = folder.as_ref();
        let [expression, gene_sets, truth] =
            ["expression.csv", "gene_sets.gmt", "expression_truth.csv"].map(|name| folder.join(name));
        self.expression.write_csv(&expression)?;
        self.gene_sets.write_gmt(&gene_sets)?;
        let mut table = Table::new(vec!["gene".to_string(), "role".to_string()], "expression_truth.csv")?;
        for (gene, role) in self.expression.genes().iter().zip(&self.roles) {
            table.push(vec![gene.clone(), role.to_string()])?;
        }
        table.write_csv(&truth)?;
        Ok(WrittenExpression { expression, gene_sets, truth })
    }

    /// The role of a gene.
    pub fn role(&self, gene: &str) -> GeneRole {
        let place = self.expression.genes().iter().position(|name| name == gene);
        place.map_or(GeneRole::None, |place| self.roles[place])
    }
}

fn normal(draw: &mut Draw, count: usize) -> Vec<f64> {
    (0..count).map(|_| draw.normal()).collect()
}

/// The values of a gene, rounded as files have them.
fn row(seed: u64, gene: usize, role: GeneRole, patients: &[&Patient], modules: &[Vec<f64>]) -> Vec<f64> {
    let mut draw = Draw::of_gene(seed, gene);
    let mean = draw.between(4.0, 12.0);
    let slope = draw.between(1.0, 1.8);
    let spread = draw.between(0.5, 1.2);
    let value = |(place, patient): (usize, &&Patient)| {
        let truth = &patient.truth;
        let risk = (truth.tumour_risk + truth.peritumour_risk) / 2f64.sqrt();
        let (signal, noise) = match role {
            GeneRole::Up => (slope * risk, 0.8),
            GeneRole::Down => (-slope * risk, 0.8),
            // The numbers that the textures were made of: see the module.
            GeneRole::TumourContrast => (0.9 * (truth.tissue.tumour_contrast / 60.0).ln() / 0.35, 0.4),
            GeneRole::RingContrast => (0.9 * (truth.tissue.ring_contrast / 40.0).ln() / 0.4, 0.4),
            GeneRole::Module(number) => (0.7 * modules[number][place], 0.7),
            GeneRole::None => (0.0, spread),
        };
        ((mean + signal + noise * draw.normal()) * 1e4).round() / 1e4
    };
    patients.iter().enumerate().map(value).collect()
}

fn sets(seed: u64, genes: &[String], random: usize) -> GeneSets {
    let mut draw = Draw::of_module(seed, MODULES);
    let mut others = |count: usize, from: usize| {
        let mut chosen: Vec<usize> = Vec::new();
        while chosen.len() < count.min(genes.len() - from) {
            let gene = from + (draw.uniform() * (genes.len() - from) as f64) as usize;
            if !chosen.contains(&gene) {
                chosen.push(gene);
            }
        }
        chosen
    };
    let mut sets = Vec::new();
    let mut add = |name: String, places: Vec<usize>| {
        let genes = places.into_iter().map(|place| genes[place].clone()).collect();
        sets.push(GeneSet { name, description: "simulated".to_string(), genes });
    };
    for (name, first, count) in [("RISK_UP", 0, UP), ("RISK_DOWN", UP, DOWN)] {
        for number in 0..count / OF_SET[0] {
            let begin = first + number * OF_SET[0];
            let of = (begin..begin + OF_SET[0]).chain(others(OF_SET[1], PLANTED.min(genes.len())));
            add(format!("{name}_{}", number + 1), of.collect());
        }
    }
    for module in 0..MODULES {
        let first = PLANTED - (MODULES - module) * OF_MODULE;
        add(format!("MODULE_{}", module + 1), (first..first + OF_MODULE).collect());
    }
    for number in 0..random {
        add(format!("RANDOM_{}", number + 1), others(30, 0));
    }
    GeneSets { sets }
}
