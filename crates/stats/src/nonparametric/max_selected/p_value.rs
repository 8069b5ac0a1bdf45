//! P-values of the largest of many statistics.

use std::f64::consts::PI;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{EQUAL, MaxSelected, MaxSelectedSettings, Standardised, chain};
use crate::distribution::Normal;
use crate::error::{Error, Result};
use crate::random::Random;

/// How the p-value takes into account that the cut was selected; see the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Selected {
    /// An approximation of a Brownian bridge, of Lausen and Schumacher: from the proportions alone.
    Lausen1992,
    /// An improved Bonferroni inequality, approximated, of Lausen, Sauerbrei and Schumacher: from the cuts there are.
    Lausen1994,
    /// The normal distribution of all statistics, integrated; up to [`MOST_CUTS`](MaxSelected::MOST_CUTS) cuts.
    #[default]
    Gauss,
    /// Scores in random orders.
    Permutation {
        /// How many, 10 000 say.
        samples: usize,
        /// Where their numbers come from.
        seed: u64,
    },
}

impl MaxSelected {
    /// The number of cuts that [`Selected::Gauss`] takes at most: its work grows with the power 3/2 of the number of cases.
    pub const MOST_CUTS: usize = 5000;

    /// The probability of a statistic as large as the [`best`](Self::best) if the marker tells nothing.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for [`Selected::Gauss`] with too many cuts, [`Error::TooFew`] for no random order.
    pub fn p_value(&self, method: Selected) -> Result<f64> {
        let b = self.best().statistic.abs();
        match method {
            Selected::Lausen1992 => Ok(lausen_1992(b, &self.settings)),
            Selected::Lausen1994 => Ok(lausen_1994(b, self.cases, &self.below())),
            Selected::Gauss => {
                if self.curve.len() > Self::MOST_CUTS {
                    let what = "more than 5000 cuts; take Lausen1994, which is near then, or Permutation";
                    return Err(Error::Unsupported { method: "the normal distribution of all statistics", what });
                }
                Ok(chain::exceedance(b, self.cases, &self.below()))
            }
            Selected::Permutation { samples, seed } => self.permuted(b, samples, seed),
        }
    }

    fn below(&self) -> Vec<usize> {
        self.curve.iter().map(|cut| cut.below).collect()
    }

    fn permuted(&self, b: f64, samples: usize, seed: u64) -> Result<f64> {
        if samples == 0 {
            return Err(Error::TooFew { what: "a permutation p-value", needed: 1, found: 0 });
        }
        let Some(statistics) = Standardised::new(&self.scores, &self.below()) else { return Ok(1.0) };
        let enough = b * (1.0 - EQUAL);
        let reaches = |scores: &mut Vec<f64>, sample: usize| {
            // From the same order each time, so that a sample does not depend on those before.
            scores.copy_from_slice(&self.scores);
            Random::new(seed, sample as u64).shuffle(scores);
            let mut largest = 0.0f64;
            statistics.each(scores, |z| largest = largest.max(z.abs()));
            usize::from(largest >= enough)
        };
        let count: usize = (0..samples).into_par_iter().map_init(|| self.scores.clone(), reaches).sum();
        Ok((1 + count) as f64 / (1 + samples) as f64)
    }
}

fn lausen_1992(b: f64, settings: &MaxSelectedSettings) -> f64 {
    if b < 1.0 {
        return 1.0;
    }
    let (low, high) = (settings.min_proportion, settings.max_proportion);
    let density = Normal.density(b);
    let width = (high * (1.0 - low) / ((1.0 - high) * low)).ln();
    (4.0 * density / b + density * (b - 1.0 / b) * width).clamp(0.0, 1.0)
}

fn lausen_1994(b: f64, cases: usize, below: &[usize]) -> f64 {
    let bridge = |pair: &[usize]| {
        let correlation = chain::correlation(cases, pair[0], pair[1]);
        let t = (1.0 - correlation * correlation).sqrt();
        (-0.5 * b * b).exp() / PI * (t - (b * b / 4.0 - 1.0) * t.powi(3) / 6.0)
    };
    (2.0 * Normal.upper(b) + below.windows(2).map(bridge).sum::<f64>()).clamp(0.0, 1.0)
}
