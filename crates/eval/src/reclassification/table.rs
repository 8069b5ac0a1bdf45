//! Who moves up and down.

use radsurv_data::Survival;
use serde::{Deserialize, Serialize};

use super::check;
use crate::error::{Error, Result};

/// What counts as a change of a predicted risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// To a higher or lower category: risks from the first cut to below the second are in the second category, and so on.
    Categories(Vec<f64>),
    /// By more than a difference; 0 for any change at all (the continuous, or category-free NRI).
    Difference(f64),
}

/// Which way a risk moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    Up,
    Down,
    Stay,
}

impl Change {
    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::Categories(cuts) => {
                let inside = cuts.iter().all(|cut| *cut > 0.0 && *cut < 1.0);
                if inside && !cuts.is_empty() && cuts.windows(2).all(|pair| pair[0] < pair[1]) {
                    return Ok(());
                }
                let what = "give ascending probabilities between 0 and 1, such as 0.1, 0.3";
                Err(Error::Setting { name: "cuts of the risk categories", value: format!("{cuts:?}"), what })
            }
            Self::Difference(difference) if (0.0..1.0).contains(difference) => Ok(()),
            Self::Difference(difference) => {
                let what = "give a difference of probabilities from 0 to below 1";
                Err(Error::Setting { name: "difference of risks", value: difference.to_string(), what })
            }
        }
    }

    pub(super) fn of(&self, old: f64, new: f64) -> Move {
        let (up, down) = match self {
            Self::Categories(cuts) => {
                let (old, new) = (category(old, cuts), category(new, cuts));
                (new > old, new < old)
            }
            Self::Difference(difference) => (new - old > *difference, old - new > *difference),
        };
        match (up, down) {
            (true, _) => Move::Up,
            (_, true) => Move::Down,
            _ => Move::Stay,
        }
    }
}

fn category(risk: f64, cuts: &[f64]) -> usize {
    cuts.partition_point(|cut| *cut <= risk)
}

/// How many cases are in which categories: a row for each category of the old model, a column for each of the new one. With
/// weights, the sums of the weights.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::reclassification::ReclassificationTable;
/// let outcome = Survival::new(vec![1.0, 2.0, 4.0, 5.0], vec![true, false, true, false])?;
/// let table = ReclassificationTable::of(&[0.2, 0.4, 0.6, 0.6], &[0.7, 0.4, 0.5, 0.1], &outcome, 4.0, &[0.5])?;
/// assert_eq!(table.all, [[1.0, 1.0], [1.0, 1.0]]);
/// assert_eq!(table.cases, [[0.0, 1.0], [0.0, 1.0]]);
/// assert_eq!(table.controls, [[0.0, 0.0], [1.0, 0.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReclassificationTable {
    /// The cuts between the categories.
    pub cuts: Vec<f64>,
    /// All cases.
    pub all: Vec<Vec<f64>>,
    /// Those with the event until the time.
    pub cases: Vec<Vec<f64>>,
    /// Those without the event, followed for longer.
    pub controls: Vec<Vec<f64>>,
    /// Those censored until the time.
    pub censored: Vec<Vec<f64>>,
}

impl ReclassificationTable {
    /// The categories of an old and a new model's probabilities of the event until a time.
    ///
    /// # Errors
    /// As [`Nri::of`](super::Nri::of).
    pub fn of(old: &[f64], new: &[f64], outcome: &Survival, time: f64, cuts: &[f64]) -> Result<Self> {
        check(old, new, outcome, time)?;
        Change::Categories(cuts.to_vec()).check()?;
        let zero = vec![vec![0.0; cuts.len() + 1]; cuts.len() + 1];
        let mut table = Self {
            cuts: cuts.to_vec(),
            all: zero.clone(),
            cases: zero.clone(),
            controls: zero.clone(),
            censored: zero,
        };
        for row in 0..outcome.len() {
            let (from, to) = (category(old[row], cuts), category(new[row], cuts));
            let part = match (outcome.times()[row] <= time, outcome.event()[row]) {
                (false, _) => &mut table.controls,
                (true, true) => &mut table.cases,
                (true, false) => &mut table.censored,
            };
            part[from][to] += outcome.weight(row);
            table.all[from][to] += outcome.weight(row);
        }
        Ok(table)
    }
}
