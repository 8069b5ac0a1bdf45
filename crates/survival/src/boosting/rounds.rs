//! How many rounds a boosted model has.

use radsurv_data::Survival;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::folds::shuffled;
use crate::random::Random;

/// How the number of rounds is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Stopping {
    /// All of them are made.
    Never,
    /// As many as predict best in the folds whose held-out scores the survival curves are learned of.
    #[default]
    OutOfFold,
    /// A part of the cases is kept out of the model to judge it, which stops when this has not become better for some rounds.
    Part {
        /// The share of cases that is kept out.
        share: f64,
        /// The number of rounds without a better one.
        patience: usize,
    },
    /// As many as improve the cases that are not in the sample of their tree. Needs sampled cases; gradient boosting only.
    OutOfBag,
}

impl Stopping {
    /// # Errors
    /// [`Error::Setting`].
    pub(super) fn check(&self) -> Result<()> {
        let bad = |name, value: String, what| Err(Error::Setting { name, value, what });
        match *self {
            Self::Part { share, .. } if !(share > 0.0 && share < 1.0) => {
                bad("the share of cases to stop by", share.to_string(), "give a number between 0 and 1")
            }
            Self::Part { patience: 0, .. } => bad("the patience of stopping", "0".to_string(), "give 1 or more"),
            _ => Ok(()),
        }
    }
}

/// The cases to train on, and those kept out, with the same share of events.
pub(super) fn part(outcome: &Survival, share: f64, seed: u64) -> [Vec<usize>; 2] {
    let mut random = Random::new(seed, u64::MAX);
    let (mut train, mut kept) = (Vec::new(), Vec::new());
    for mut cases in shuffled(outcome, &mut random) {
        let count = (share * cases.len() as f64).round() as usize;
        kept.extend(cases.drain(..count));
        train.append(&mut cases);
    }
    train.sort_unstable();
    kept.sort_unstable();
    [train, kept]
}

/// The number of rounds with the smallest loss: the first of equal ones. `losses` begins with that of no round.
pub(super) fn best(losses: &[f64]) -> usize {
    let mut best = 0;
    for (round, loss) in losses.iter().enumerate() {
        if *loss < losses[best] {
            best = round;
        }
    }
    best
}
