//! What whoever reads a result has to know of it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that was met, that is no error, and that changes what the result means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Notice {
    /// The table was filtered before by what it is tested for: chance is not what the p-values take it for.
    PreFiltered,
    /// The universe is small for a table of all genes: it may have been filtered before.
    SmallUniverse {
        /// Genes of the universe.
        genes: usize,
        /// Below this it is called small.
        below: usize,
    },
    /// The list is a large part of the universe: the table may have been filtered before, or the threshold is loose.
    LargeList {
        /// Genes of the list that are in the universe.
        listed: usize,
        /// Genes of the universe.
        universe: usize,
    },
    /// Genes of the list are outside of the universe.
    Outside {
        /// How many.
        genes: usize,
        /// Genes of the list.
        listed: usize,
    },
    /// No gene of the list is in the universe: there is nothing to test.
    NoneListed,
    /// Genes with the same value as another, not counting zeros, whose order is that of their names.
    Ties {
        /// How many.
        genes: usize,
        /// Genes of the ranking.
        ranked: usize,
    },
    /// Genes without a value, which were left out.
    Missing {
        /// How many.
        genes: usize,
        /// Genes of the ranking before.
        of: usize,
    },
    /// All values have the same sign, while scores of either sign are asked for.
    OneSign,
    /// Sets without a p-value, since chance gave too few scores of their sign.
    NoneOfSign {
        /// How many sets.
        sets: usize,
    },
    /// Sets whose p-value is below what was asked for, and given as that.
    AtFloor {
        /// How many sets.
        sets: usize,
        /// The least p-value.
        floor: f64,
    },
    /// Sets whose p-value is likely too large and has no known error.
    LikelyTooLarge {
        /// How many sets.
        sets: usize,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        match *self {
            Self::PreFiltered => write!(
                f,
                "the table was filtered by what is tested before: sets that are only more frequent among filtered genes look enriched \
                 or not; take all measured genes as the universe"
            ),
            Self::SmallUniverse { genes, below } => write!(
                f,
                "the universe has {genes} genes, fewer than {below}: if the table was filtered before, take all measured genes as the \
                 universe"
            ),
            Self::LargeList { listed, universe } => write!(
                f,
                "the list has {listed} of the {universe} genes of the universe ({:.0} %): was the table filtered before, or is the \
                 threshold too loose?",
                share(listed, universe)
            ),
            Self::Outside { genes, listed } => {
                write!(f, "{genes} of the {listed} genes of the list are outside of the universe and not counted")
            }
            Self::NoneListed => write!(f, "no gene of the list is in the universe: nothing is tested"),
            Self::Ties { genes, ranked } => write!(
                f,
                "{genes} of {ranked} genes ({:.1} %) have the value of another one: their order is that of their names, and scores depend \
                 on it",
                share(genes, ranked)
            ),
            Self::Missing { genes, of } => write!(f, "{genes} of {of} genes have no value and are left out"),
            Self::OneSign => {
                write!(f, "all values of the ranking have the same sign; take the score of that sign alone")
            }
            Self::NoneOfSign { sets } => write!(
                f,
                "{sets} sets have no p-value, since chance gave too few scores of their sign; take more permutations"
            ),
            Self::AtFloor { sets, floor } => {
                write!(f, "{sets} sets have a p-value below {floor:e}, given as that; lower the floor to know it")
            }
            Self::LikelyTooLarge { sets } => {
                write!(f, "{sets} sets have a p-value that is likely too large; its error is not known")
            }
        }
    }
}
