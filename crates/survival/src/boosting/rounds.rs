//! How many rounds a boosted model has, and its held-out scores.

use radsurv_data::{Groups, HeldOut, HeldOutBy, Survival};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::folds::{FoldSettings, shuffled};
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
    /// As many as improve the cases that are not in the sample of their tree, all improvements added up. Needs sampled cases;
    /// gradient boosting only. It is cautious: it stops early.
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

/// What boosts cases of one table.
pub(super) trait Boost: Sync {
    type Boosted: Send;

    /// Boosts the `fitted` cases, `rounds` at most, or until `go_on` says no; it is given the loss of the `kept` cases before the
    /// first round and after each, if there are any.
    fn boost(
        &self,
        fitted: &[usize],
        kept: &[usize],
        rounds: usize,
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Self::Boosted>;

    /// The number of rounds that it has, and that it has chosen itself if it was to.
    fn rounds(&self, boosted: &Self::Boosted) -> usize;

    /// The risks of cases by the first rounds.
    fn risks(&self, boosted: &Self::Boosted, cases: &[usize], rounds: usize) -> Vec<f64>;

    /// How much a case counts in the loss.
    fn weight(&self, case: usize) -> f64;

    /// Whether a constant that is added to all risks does not mean anything.
    fn relative(&self) -> bool;
}

/// How a model is fitted and its cases are held out.
pub(super) struct Plan<'a> {
    pub(super) outcome: &'a Survival,
    pub(super) groups: Option<&'a Groups>,
    pub(super) folds: &'a FoldSettings,
    pub(super) stopping: Stopping,
    pub(super) rounds: usize,
    pub(super) seed: u64,
}

/// A boosted model of which the first `rounds` are the model, and the loss after each round from none on, if it was judged.
pub(super) struct Stopped<B> {
    pub(super) boosted: B,
    pub(super) rounds: usize,
    pub(super) losses: Vec<f64>,
}

/// What a fold was boosted of, what it was, and what became of it.
struct OfFold<B> {
    fitted: Vec<usize>,
    kept: Vec<usize>,
    stopped: Stopped<B>,
}

impl Plan<'_> {
    /// Boosts all cases, and those without each fold.
    ///
    /// # Errors
    /// As [`FoldSettings::draw`]; [`radsurv_data::Error::Score`] at a score that is not finite.
    pub(super) fn fit<B: Boost>(&self, boost: &B) -> Result<(Stopped<B::Boosted>, HeldOut)> {
        let folds = self.folds.draw(self.outcome, self.groups)?;
        let repeats = folds.len() as f64;
        let tasks: Vec<(usize, usize)> =
            folds.iter().enumerate().flat_map(|(repeat, f)| (0..f.count()).map(move |fold| (repeat, fold))).collect();
        let by_folds = self.stopping == Stopping::OutOfFold;
        let of_fold = |&(repeat, fold): &(usize, usize)| {
            let fitted = self.counted(folds[repeat].others(fold));
            let kept = folds[repeat].cases(fold);
            let judged = by_folds.then(|| self.counted(kept.clone()));
            let stopped = self.stopped(boost, &fitted, judged.as_deref(), self.rounds)?;
            Ok(OfFold { fitted, kept, stopped })
        };
        // Collected before the first error is looked for, so that it is the same one for any number of threads.
        let of_folds: Vec<Result<OfFold<B::Boosted>>> = tasks.par_iter().map(of_fold).collect();
        let of_folds = of_folds.into_iter().collect::<Result<Vec<_>>>()?;
        let counted = self.counted((0..self.outcome.len()).collect());
        let whole = if by_folds {
            let mut losses = vec![0.0; self.rounds + 1];
            for fold in &of_folds {
                // One that ended, because nothing improved, stays where it is.
                let of_fold = &fold.stopped.losses;
                let last = of_fold.last().copied().unwrap_or(0.0);
                let of_rounds = of_fold.iter().copied().chain(std::iter::repeat(last));
                losses.iter_mut().zip(of_rounds).for_each(|(sum, loss)| *sum += loss);
            }
            let total: f64 = counted.iter().map(|&case| boost.weight(case)).sum::<f64>() * repeats;
            losses.iter_mut().for_each(|loss| *loss /= total);
            let rounds = best(&losses);
            let boosted = boost.boost(&counted, &[], rounds, &mut |_| true)?;
            Stopped { boosted, rounds, losses }
        } else {
            self.of_all(boost)?
        };
        let mean = |boosted: &B::Boosted, rounds: usize, cases: &[usize]| {
            boost.risks(boosted, cases, rounds).iter().sum::<f64>() / cases.len() as f64
        };
        let centre = mean(&whole.boosted, whole.rounds, &counted);
        let score = |OfFold { fitted, kept, stopped }: &OfFold<B::Boosted>| -> Vec<(usize, f64)> {
            let rounds = if by_folds { whole.rounds } else { stopped.rounds };
            let moved = if boost.relative() { centre - mean(&stopped.boosted, rounds, fitted) } else { 0.0 };
            let risks = boost.risks(&stopped.boosted, kept, rounds);
            kept.iter().zip(risks).map(|(&case, risk)| (case, risk + moved)).collect()
        };
        let mut scores = vec![0.0; self.outcome.len()];
        for (case, risk) in of_folds.iter().flat_map(score) {
            scores[case] += risk / repeats;
        }
        let by = HeldOutBy::Folds { folds: self.folds.folds, repeats: self.folds.repeats };
        let held_out = HeldOut::new(scores.into_iter().map(Some).collect(), by)?;
        Ok((whole, held_out))
    }

    /// Boosts all cases, without folds: with stopping by these, all rounds are made.
    pub(super) fn of_all<B: Boost>(&self, boost: &B) -> Result<Stopped<B::Boosted>> {
        self.stopped(boost, &self.counted((0..self.outcome.len()).collect()), None, self.rounds)
    }

    /// Those of some cases that have a weight.
    fn counted(&self, mut cases: Vec<usize>) -> Vec<usize> {
        cases.retain(|&case| self.outcome.weight(case) > 0.0);
        cases
    }

    /// Boosts some cases; the rounds are judged by others if these are given, or stop by a part of the cases.
    pub(super) fn stopped<B: Boost>(
        &self,
        boost: &B,
        cases: &[usize],
        judged: Option<&[usize]>,
        rounds: usize,
    ) -> Result<Stopped<B::Boosted>> {
        let (fitted, kept, patience) = match (judged, self.stopping) {
            (Some(judged), _) => (cases.to_vec(), judged.to_vec(), usize::MAX),
            (None, Stopping::Part { share, patience }) => {
                let [fitted, kept] = part(&self.outcome.rows(cases), share, self.seed);
                let of = |places: Vec<usize>| places.into_iter().map(|place| cases[place]).collect::<Vec<_>>();
                (of(fitted), of(kept), patience)
            }
            _ => (cases.to_vec(), Vec::new(), usize::MAX),
        };
        let mut losses: Vec<f64> = Vec::new();
        let mut smallest = 0;
        let boosted = boost.boost(&fitted, &kept, rounds, &mut |loss| {
            losses.push(loss);
            let round = losses.len() - 1;
            if loss < losses[smallest] {
                smallest = round;
            }
            round - smallest < patience
        })?;
        let rounds = if losses.is_empty() { boost.rounds(&boosted) } else { best(&losses) };
        Ok(Stopped { boosted, rounds, losses })
    }
}

/// The cases to train on, and those kept out, with the same share of events.
fn part(outcome: &Survival, share: f64, seed: u64) -> [Vec<usize>; 2] {
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
