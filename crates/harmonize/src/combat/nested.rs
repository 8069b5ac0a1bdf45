//! Nested ComBat: several batch variables, one after the other.
//!
//! Horng et al., "Generalized ComBat harmonization methods for radiomic features with multi-modal distributions and multiple
//! batch effects", *Sci Rep* 12 (2022) 4493. ComBat is fitted for one batch variable to what it left for the one before it.
//! The order matters, and is found round by round: of the variables that remain, the one is next after whose ComBat
//! the fewest features differ between its batches, by the test of Kolmogorov and Smirnov at 5 percent.
//!
//! The authors compare the first two batches of a variable, and so do their published numbers. Here all pairs of batches
//! are compared, and a feature differs if the smallest *p*, times the number of pairs, is below 5 percent: the same for
//! two.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{Cohort, FeatureTable, Fit, Transform};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Combat, CombatSettings, Method, RowOutcome, Unseen, kolmogorov_smirnov};
use crate::error::{Error, Result};

/// Below this a difference between batches is taken for one.
const SIGNIFICANT: f64 = 0.05;

/// In what order the batch variables are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The one that leaves the fewest different features comes next.
    #[default]
    FewestDifferent,
    /// The order in which they are given.
    Given,
}

/// What nested ComBat is to do; see the [module](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NestedCombatSettings {
    /// The covariates that name batches, one way of dividing the cases each.
    pub batches: Vec<String>,
    /// The covariates to preserve.
    #[serde(default)]
    pub covariates: Vec<String>,
    /// How estimates are shrunken.
    #[serde(default)]
    pub method: Method,
    /// Whether shifts alone are removed.
    #[serde(default)]
    pub mean_only: bool,
    /// In what order the batch variables are removed.
    #[serde(default)]
    pub order: Order,
    /// Whether features that still differ after a round are dropped (the authors' *NestedD*).
    #[serde(default)]
    pub drop_different: bool,
    /// What is done to batches that were not there in training, of any of the variables.
    #[serde(default)]
    pub unseen: Unseen,
}

impl NestedCombatSettings {
    /// The defaults: parametric, no covariates, order of fewest differences, nothing dropped.
    pub fn new<S: Into<String>>(batches: impl IntoIterator<Item = S>) -> Self {
        Self {
            batches: batches.into_iter().map(Into::into).collect(),
            covariates: Vec::new(),
            method: Method::default(),
            mean_only: false,
            order: Order::default(),
            drop_different: false,
            unseen: Unseen::default(),
        }
    }

    fn step(&self, batch: &str) -> CombatSettings {
        CombatSettings {
            batch: batch.to_string(),
            covariates: self.covariates.clone(),
            method: self.method,
            mean_only: self.mean_only,
            reference: None,
            unseen: self.unseen,
        }
    }
}

/// Nested ComBat as learned from training cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NestedCombat {
    settings: NestedCombatSettings,
    steps: Vec<NestedStep>,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NestedStep {
    /// ComBat of the variable that was chosen.
    pub combat: Combat,
    /// The variables that were tried, and how many features differ between the batches of each after its ComBat.
    pub tried: Vec<(String, usize)>,
    /// The features that are dropped after this round.
    pub dropped: Vec<String>,
}

/// Cases as nested ComBat leaves them.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedHarmonised {
    /// Their features, without those that were dropped.
    pub table: FeatureTable,
    /// What was done in each round, by batch variable, to each case.
    pub steps: Vec<(String, Vec<RowOutcome>)>,
}

impl Fit for NestedCombatSettings {
    type Fitted = NestedCombat;
    type Error = Error;

    /// Learns a ComBat for each batch variable, and their order.
    ///
    /// # Errors
    /// [`Error::Setting`] if no batch variable is given, or one twice; those of ComBat; [`Error::AllDropped`] if no
    /// feature is left after a round.
    fn fit(&self, training: &Cohort) -> Result<NestedCombat> {
        let bad = |value: &str, what| Err(Error::Setting { name: "a batch variable", value: value.to_string(), what });
        if self.batches.is_empty() {
            return bad("none", "give one at least");
        }
        if let Some(i) = (1..self.batches.len()).find(|&i| self.batches[..i].contains(&self.batches[i])) {
            return bad(&self.batches[i], "it is given twice");
        }
        let mut cohort = training.clone();
        let mut left = self.batches.clone();
        let mut steps = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let candidates = match self.order {
                Order::FewestDifferent => left.len(),
                Order::Given => 1,
            };
            let mut tried = Vec::new();
            let mut best: Option<Candidate> = None;
            for batch in &left[..candidates] {
                let combat = self.step(batch).fit(&cohort)?;
                let table = combat.apply(&cohort)?.table;
                let different = different(&table, cohort.covariates().groups(batch)?.codes());
                let count = different.iter().filter(|d| **d).count();
                tried.push((batch.clone(), count));
                if best.as_ref().is_none_or(|b| count < b.count) {
                    best = Some(Candidate { combat, table, different, count });
                }
            }
            let Some(Candidate { combat, mut table, different, .. }) = best else { break };
            let mut dropped = Vec::new();
            if self.drop_different {
                let names = || table.names().iter().zip(&different);
                dropped = names().filter(|(_, d)| **d).map(|(name, _)| name.clone()).collect();
                let kept: Vec<String> = names().filter(|(_, d)| !**d).map(|(name, _)| name.clone()).collect();
                if kept.is_empty() {
                    return Err(Error::AllDropped { batch: combat.settings().batch.clone() });
                }
                table = table.select(&kept)?;
            }
            left.retain(|batch| *batch != combat.settings().batch);
            cohort = cohort.with_features(table)?;
            steps.push(NestedStep { combat, tried, dropped });
        }
        Ok(NestedCombat { settings: self.clone(), steps })
    }
}

struct Candidate {
    combat: Combat,
    table: FeatureTable,
    different: Vec<bool>,
    count: usize,
}

/// Whether each feature differs between any two groups.
fn different(table: &FeatureTable, codes: &[Option<usize>]) -> Vec<bool> {
    let groups = codes.iter().flatten().max().map_or(0, |max| max + 1);
    let pairs = (groups * groups.saturating_sub(1) / 2) as f64;
    let of_feature = |column: &Vec<f64>| {
        let mut values = vec![Vec::new(); groups];
        column.iter().zip(codes).for_each(|(v, code)| code.iter().for_each(|&c| values[c].push(*v)));
        let all = (0..groups).flat_map(|a| (0..a).map(move |b| (b, a)));
        let p = all.filter_map(|(a, b)| kolmogorov_smirnov(&values[a], &values[b])).map(|(_, p)| p);
        p.fold(1.0, f64::min) * pairs < SIGNIFICANT
    };
    table.columns().par_iter().map(of_feature).collect()
}

impl NestedCombat {
    /// What it was fitted with.
    pub fn settings(&self) -> &NestedCombatSettings {
        &self.settings
    }

    /// The rounds, in order.
    pub fn steps(&self) -> &[NestedStep] {
        &self.steps
    }

    /// The cases without the effects of their batches, one variable after the other.
    ///
    /// # Errors
    /// Those of [`Combat::apply`].
    pub fn apply(&self, cohort: &Cohort) -> Result<NestedHarmonised> {
        let mut cohort = cohort.clone();
        let mut steps = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let mut done = step.combat.apply(&cohort)?;
            if !step.dropped.is_empty() {
                let kept: Vec<&String> =
                    done.table.names().iter().filter(|name| !step.dropped.contains(name)).collect();
                done.table = done.table.select(&kept)?;
            }
            cohort = cohort.with_features(done.table)?;
            steps.push((step.combat.settings().batch.clone(), done.rows));
        }
        Ok(NestedHarmonised { table: cohort.features().clone(), steps })
    }
}

impl Saved for NestedCombat {
    const FORMAT: Format = Format { name: "radsurv-nested-combat", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        self.steps.iter().try_for_each(|step| step.combat.check())
    }
}

impl Transform for NestedCombat {
    type Error = Error;

    fn transform(&self, cohort: &Cohort) -> Result<Cohort> {
        Ok(cohort.with_features(self.apply(cohort)?.table)?)
    }
}
