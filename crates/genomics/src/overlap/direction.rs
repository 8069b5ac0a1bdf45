//! Genes that are up and genes that are down, each for themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{GeneList, Overlap, Universe, overlap};
use crate::differential::{Change, ChangeRule, TopTable};
use crate::error::{Error, Result};

/// The changed genes of a cohort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedGenes {
    /// The cohort.
    pub name: String,
    /// Genes that are higher.
    pub up: Vec<String>,
    /// Genes that are lower.
    pub down: Vec<String>,
}

impl ChangedGenes {
    /// Those that a table of genes has by a rule.
    pub fn of_table(name: impl Into<String>, table: &TopTable, rule: &ChangeRule) -> Self {
        let genes = |change| table.changed(rule, change).into_iter().map(String::from).collect();
        Self { name: name.into(), up: genes(Change::Up), down: genes(Change::Down) }
    }
}

/// A gene that is up in one cohort and down in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscordantGene {
    /// The gene.
    pub gene: String,
    /// The places of the cohorts where it is up.
    pub up: Vec<usize>,
    /// The places of the cohorts where it is down.
    pub down: Vec<usize>,
}

/// What cohorts share, up and down apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DirectedOverlap {
    /// Of the genes that are up.
    pub up: Overlap,
    /// Of the genes that are down.
    pub down: Overlap,
    /// Genes whose direction differs between cohorts, ascending.
    pub discordant: Vec<DiscordantGene>,
}

/// Which genes cohorts share, up and down apart: a gene that is up in one cohort and down in another is not shared, it is
/// discordant. P-values are adjusted for the pairs of one direction.
///
/// # Errors
/// As [`overlap`]; [`Error::GeneList`] if a gene is both up and down in one cohort.
///
/// # Example
/// ```
/// use radsurv_genomics::overlap::{ChangedGenes, Universe, by_direction};
/// let cohort = |name: &str, up: &[&str], down: &[&str]| ChangedGenes {
///     name: name.into(),
///     up: up.iter().map(|g| g.to_string()).collect(),
///     down: down.iter().map(|g| g.to_string()).collect(),
/// };
/// let cohorts = [cohort("A", &["HK2", "TP53"], &["MYC"]), cohort("B", &["HK2", "MYC"], &["EGFR"])];
/// let shared = by_direction(&cohorts, &Universe::Count(20_000))?;
/// assert_eq!(shared.up.in_all(), ["HK2"]);
/// assert_eq!(shared.discordant[0].gene, "MYC");
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
pub fn by_direction(cohorts: &[ChangedGenes], universe: &Universe) -> Result<DirectedOverlap> {
    let lists = |genes: fn(&ChangedGenes) -> &Vec<String>| -> Vec<GeneList> {
        cohorts.iter().map(|c| GeneList { name: c.name.clone(), genes: genes(c).clone() }).collect()
    };
    let (up, down) = (overlap(&lists(|c| &c.up), universe)?, overlap(&lists(|c| &c.down), universe)?);
    let mut places: BTreeMap<&str, [Vec<usize>; 2]> = BTreeMap::new();
    for (place, cohort) in cohorts.iter().enumerate() {
        cohort.up.iter().for_each(|gene| places.entry(gene).or_default()[0].push(place));
        cohort.down.iter().for_each(|gene| places.entry(gene).or_default()[1].push(place));
    }
    for (place, cohort) in cohorts.iter().enumerate() {
        let both = places.iter().filter(|(_, [up, down])| up.contains(&place) && down.contains(&place));
        let both: Vec<&str> = both.map(|(gene, _)| *gene).collect();
        if !both.is_empty() {
            let what = format!("has {} genes both up and down: {}; correct it", both.len(), radsurv_data::list(&both));
            return Err(Error::GeneList { list: cohort.name.clone(), what });
        }
    }
    let discordant = places.into_iter().filter(|(_, [up, down])| !up.is_empty() && !down.is_empty());
    let discordant = discordant.map(|(gene, [up, down])| DiscordantGene { gene: gene.into(), up, down }).collect();
    Ok(DirectedOverlap { up, down, discordant })
}
