//! Which cases a sample has.

use crate::error::{Error, Result};
use crate::random::Random;

/// Bootstrap samples of cases: as many cases as there are, drawn with replacement, within strata if there are any.
///
/// Sample *b* is made of the random numbers of stream *b* of the seed, whoever makes it and when. The same cases and seed
/// give the same samples, so that two statistics of them are paired.
///
/// # Example
/// ```
/// use radsurv_stats::bootstrap::Samples;
/// let samples = Samples::new(5, Some(&[0, 0, 0, 1, 1]), 42)?;
/// let rows = samples.rows(17);
/// assert_eq!(rows, samples.rows(17));
/// assert_eq!(rows.iter().filter(|case| **case < 3).count(), 3);
/// assert_eq!(samples.without(1), [0, 2, 3, 4]);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    seed: u64,
    /// The cases of each stratum.
    members: Vec<Vec<usize>>,
    /// The stratum of each case.
    stratum: Vec<usize>,
}

impl Samples {
    /// Samples of this many cases, with the stratum of each: from each stratum as many are drawn as it has.
    ///
    /// # Errors
    /// [`Error::TooFew`] without cases, [`Error::Length`] if the strata are those of another number of cases.
    pub fn new(cases: usize, strata: Option<&[usize]>, seed: u64) -> Result<Self> {
        if cases == 0 {
            return Err(Error::TooFew { what: "a bootstrap", needed: 1, found: 0 });
        }
        let Some(strata) = strata else {
            return Ok(Self { seed, members: vec![(0..cases).collect()], stratum: vec![0; cases] });
        };
        if strata.len() != cases {
            return Err(Error::Length { column: 0, found: strata.len(), expected: cases });
        }
        let mut names = strata.to_vec();
        names.sort_unstable();
        names.dedup();
        let mut members = vec![Vec::new(); names.len()];
        let stratum: Vec<usize> = strata.iter().map(|name| names.partition_point(|n| n < name)).collect();
        stratum.iter().enumerate().for_each(|(case, &s)| members[s].push(case));
        Ok(Self { seed, members, stratum })
    }

    /// The number of cases.
    pub fn cases(&self) -> usize {
        self.stratum.len()
    }

    /// The cases of a sample. With strata each place has a case of the stratum of the case that was there.
    pub fn rows(&self, number: usize) -> Vec<usize> {
        let mut random = Random::new(self.seed, number as u64);
        let draw = |&stratum: &usize| {
            let members = &self.members[stratum];
            members[random.below(members.len())]
        };
        self.stratum.iter().map(draw).collect()
    }

    /// All cases but one: a sample of the jackknife.
    pub fn without(&self, case: usize) -> Vec<usize> {
        (0..self.cases()).filter(|c| *c != case).collect()
    }

    /// The number of cases in the stratum of a case.
    pub(super) fn in_stratum_of(&self, case: usize) -> usize {
        self.members[self.stratum[case]].len()
    }
}
