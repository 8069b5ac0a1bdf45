//! The genes that could have been in the lists.

use std::collections::{BTreeMap, HashSet};

use radsurv_data::list;
use serde::{Deserialize, Serialize};

use super::GeneList;
use crate::differential::TopTable;
use crate::error::{Error, Result};

/// The genes that could have been in the lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Universe {
    /// So many, the same for all lists.
    Count(usize),
    /// These, the same for all lists. Genes of a list that are not among them take no part in the tests; a notice says so.
    Genes(Vec<String>),
    /// For each list its own, in the order of the lists: the genes that were tested in that cohort. Lists are compared within the genes
    /// that could have been in both.
    Each(Vec<Vec<String>>),
}

impl Universe {
    /// For each cohort the genes of its table, which must be the whole table.
    pub fn of_tables<'a>(tables: impl IntoIterator<Item = &'a TopTable>) -> Self {
        let genes = |table: &TopTable| table.rows.iter().map(|row| row.gene.clone()).collect();
        Self::Each(tables.into_iter().map(genes).collect())
    }
}

/// The universe of the tests.
pub(super) struct Within<'a> {
    /// The number of genes if they are not named.
    count: usize,
    /// The genes of each list's universe; one for all lists if they have the same, none if they are not named.
    sets: Vec<HashSet<&'a str>>,
}

impl<'a> Within<'a> {
    pub(super) fn new(
        lists: &[GeneList],
        universe: &'a Universe,
        listed: usize,
        notices: &mut Vec<String>,
    ) -> Result<Self> {
        let set = |genes: &'a Vec<String>| genes.iter().map(String::as_str).collect::<HashSet<&str>>();
        let refuse = |list: &GeneList, what| Err(Error::GeneList { list: list.name.clone(), what });
        let outside = |list: &GeneList, set: &HashSet<&str>| -> Vec<String> {
            list.genes.iter().filter(|gene| !set.contains(gene.as_str())).cloned().collect()
        };
        match universe {
            Universe::Count(count) if *count < listed.max(1) => refuse(
                &lists[0],
                format!("and the others have {listed} genes, more than the universe of {count}: correct its size"),
            ),
            Universe::Count(count) => Ok(Self { count: *count, sets: Vec::new() }),
            Universe::Genes(genes) => {
                let set = set(genes);
                if set.is_empty() {
                    return refuse(
                        &lists[0],
                        "and the others have a universe without genes: give those that were tested".into(),
                    );
                }
                for of in lists {
                    let outside = outside(of, &set);
                    if !outside.is_empty() {
                        let (many, all, name) = (outside.len(), of.genes.len(), &of.name);
                        let genes = list(&outside);
                        notices.push(format!("{many} of {all} genes of the list {name} are not in the universe and take no part in its tests: {genes}"));
                    }
                }
                Ok(Self { count: 0, sets: vec![set] })
            }
            Universe::Each(each) if each.len() != lists.len() => refuse(
                &lists[0],
                format!(
                    "and the others are {} lists, but there are {} universes: give each its own",
                    lists.len(),
                    each.len()
                ),
            ),
            Universe::Each(each) => {
                let sets: Vec<HashSet<&str>> = each.iter().map(set).collect();
                for (of, set) in lists.iter().zip(&sets) {
                    let outside = outside(of, set);
                    if !outside.is_empty() {
                        let (many, genes) = (outside.len(), list(&outside));
                        return refuse(
                            of,
                            format!(
                                "has {many} genes that are not in its own universe: {genes}; give all genes that were tested"
                            ),
                        );
                    }
                }
                Ok(Self { count: 0, sets })
            }
        }
    }

    /// For some lists, within the genes that could have been in all of them: the size of each, the genes that all have, and the universe.
    pub(super) fn counts(&self, members: &BTreeMap<&str, Vec<bool>>, among: &[usize]) -> (Vec<usize>, usize, usize) {
        let own: Vec<&HashSet<&str>> = match self.sets.len() {
            0 => Vec::new(),
            1 => vec![&self.sets[0]],
            _ => among.iter().map(|&place| &self.sets[place]).collect(),
        };
        let inside = |gene: &str| own.iter().all(|set| set.contains(gene));
        let universe = own.first().map_or(self.count, |first| first.iter().filter(|gene| inside(gene)).count());
        let (mut sizes, mut shared) = (vec![0; among.len()], 0);
        for lists in members.iter().filter(|(gene, _)| inside(gene)).map(|(_, lists)| lists) {
            sizes.iter_mut().zip(among).for_each(|(size, &place)| *size += usize::from(lists[place]));
            shared += usize::from(among.iter().all(|&place| lists[place]));
        }
        (sizes, shared, universe)
    }
}
