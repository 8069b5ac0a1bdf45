//! How improbable a score is, by sets that chance is pushed to.
//!
//! Adaptive multilevel splitting, the algorithm of fgseaMultilevel: Korotkevich et al., "Fast gene set enrichment analysis",
//! bioRxiv 060012 (2021). Of an odd number of random sets of one size the median of the highest values is noted; the sets
//! below it are replaced by copies of those above, and all walk at random (a gene for another) without falling below the median.
//! Each round halves the probability, so that a score that was passed after *k* rounds has one of about 2^-*k*.
//!
//! Scores that are equal (many are where the weight is 0) would stop a median from rising, and count sets that are as good as
//! worse. Each sample therefore has a random number besides, which decides between equal scores: with it no two are equal.
//! fgsea has none, and its p-values of tied scores are too large; of scores without ties the two are the same.

use radsurv_stats::random::Random;

use super::multilevel::mean_log_beta;

/// Scores this close are equal.
const TIE: f64 = 1e-10;
/// A round that needs so many times the usual number of attempts is given up: no set that is better is within reach.
const PATIENCE: u64 = 2000;

/// Sets with ever higher running scores, and how improbable these are.
pub(super) struct Ruler<'a> {
    weights: &'a [f64],
    samples: Vec<Sample>,
    /// Highest values of running scores, ascending: half of the samples per round.
    scores: Vec<f64>,
    /// What no sample is below now.
    bound: Bound,
    /// For each of them, how many samples of its round above it have a score above 0: their highest value is further from 0
    /// than their lowest.
    positive: Vec<u32>,
}

/// A set of genes, and what decides between it and another of the same score.
#[derive(Debug, Clone)]
struct Sample {
    hits: Vec<u32>,
    lot: f64,
}

/// A score, and a lot among equal ones.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bound {
    score: f64,
    lot: f64,
}

/// A score in steps of [`TIE`]: what rounding parts is the same.
fn steps(score: f64) -> i64 {
    (score / TIE).round() as i64
}

/// A probability, and whether its error is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Probability {
    pub(super) ln: f64,
    pub(super) reliable: bool,
}

/// The highest value of a running score, and whether it is further from 0 than the lowest.
fn highest(weights: &[f64], hits: &[u32]) -> (f64, bool) {
    let sum: f64 = hits.iter().map(|&hit| weights[hit as usize]).sum();
    let (per_hit, per_miss) = (1.0 / sum, 1.0 / (weights.len() - hits.len()) as f64);
    let (mut highest, mut lowest, mut up) = (0.0f64, 0.0f64, 0.0);
    for (i, &hit) in hits.iter().enumerate() {
        let down = per_miss * (hit as usize - i) as f64;
        lowest = lowest.min(per_hit * up - down);
        up += weights[hit as usize];
        highest = highest.max(per_hit * up - down);
    }
    (highest, highest > -lowest)
}

impl<'a> Ruler<'a> {
    /// A ruler for sets of `size` genes up to the score `most`, or to probabilities below `floor`.
    pub(super) fn new(
        weights: &'a [f64],
        size: usize,
        samples: usize,
        most: f64,
        floor: f64,
        random: &mut Random,
    ) -> Self {
        let mut order: Vec<u32> = (0..weights.len() as u32).collect();
        let mut draw = || {
            (0..size).for_each(|at| order.swap(at, at + random.below(weights.len() - at)));
            let mut hits = order[..size].to_vec();
            hits.sort_unstable();
            Sample { hits, lot: random.uniform() }
        };
        let samples = (0..samples).map(|_| draw()).collect();
        let bound = Bound { score: 0.0, lot: 0.0 };
        let mut ruler = Self { weights, samples, scores: Vec::new(), bound, positive: Vec::new() };
        ruler.halve();
        while ruler.bound.score <= most - TIE {
            if !ruler.shuffle(random) {
                break;
            }
            ruler.halve();
            let rounds = (ruler.scores.len() / ruler.half()) as f64;
            if floor > 0.0 && rounds > -(0.5 * floor).log2() {
                break;
            }
        }
        ruler
    }

    fn half(&self) -> usize {
        self.samples.len().div_ceil(2)
    }

    /// Notes the lower half of the scores and replaces these samples by copies of the others.
    fn halve(&mut self) {
        let mut found: Vec<(f64, bool, usize)> = (self.samples.iter().enumerate())
            .map(|(at, sample)| {
                let (score, positive) = highest(self.weights, &sample.hits);
                (score, positive, at)
            })
            .collect();
        let lot = |at: usize| self.samples[at].lot;
        found.sort_unstable_by(|a, b| {
            steps(a.0).cmp(&steps(b.0)).then_with(|| lot(a.2).total_cmp(&lot(b.2))).then(a.2.cmp(&b.2))
        });
        let mut positive = found.iter().filter(|(_, positive, _)| *positive).count() as u32;
        let half = self.half();
        for &(score, is_positive, _) in &found[..half] {
            self.scores.push(score);
            positive -= u32::from(is_positive);
            self.positive.push(positive);
        }
        let median = found[half - 1];
        self.bound = Bound { score: median.0, lot: lot(median.2) };
        let upper = found[half..].iter().rev().flat_map(|&(_, _, at)| [at, at]);
        self.samples = upper.chain([median.2]).map(|at| self.samples[at].clone()).collect();
    }

    /// Lets all samples walk until there were as many moves as they have genes; whether that came to an end.
    fn shuffle(&mut self, random: &mut Random) -> bool {
        let bound = self.bound;
        let size = self.samples[0].hits.len();
        let wanted = (self.samples.len() * size) as u64;
        let (mut moves, mut attempts) = (0, 0);
        while moves < wanted {
            for sample in &mut self.samples {
                moves += walk(self.weights, sample, bound, random);
            }
            attempts += (self.samples.len() * (size / 10).max(1)) as u64;
            if attempts > PATIENCE.saturating_mul(wanted) {
                return false;
            }
        }
        true
    }

    /// The probability that the highest value is at least `score`; with `signed`, that it is also further from 0 than the
    /// lowest.
    pub(super) fn probability(&self, score: f64, signed: bool) -> Probability {
        let (samples, half) = (self.samples.len(), self.half());
        // Equal scores are as extreme, wherever their lots put them.
        let at = self.scores.partition_point(|&other| other < score - TIE);
        let mut reliable = at < self.scores.len();
        let at = at.min(self.scores.len() - 1);
        let left = samples - at % half;
        let mut ln = (at / half) as f64 * mean_log_beta(half, samples) + mean_log_beta(left + 1, samples);
        if signed {
            let share = mean_log_beta(self.positive[at] as usize + 1, left);
            ln += share;
            reliable &= share.exp() >= 0.5;
        }
        Probability { ln: ln.min(0.0), reliable }
    }
}

/// Tries to replace a tenth of the genes, one by one, each if the running score still passes the bound; the number of moves.
fn walk(weights: &[f64], sample: &mut Sample, bound: Bound, random: &mut Random) -> u64 {
    let Sample { hits, lot } = sample;
    let (n, k) = (weights.len(), hits.len());
    let per_miss = 1.0 / (n - k) as f64;
    let mut sum: f64 = hits.iter().map(|&hit| weights[hit as usize]).sum();
    // A gene at which the score passed, the misses before it, and the weights up to it: if the score is still
    // above there, the rest need not be looked at.
    let mut witness: Option<(u32, f64, f64)> = None;
    let mut moves = 0;
    for _ in 0..(k / 10).max(1) {
        let from = random.below(k);
        let (old, new, new_lot) = (hits[from], random.below(n) as u32, random.uniform());
        let to = hits.partition_point(|&hit| hit < new);
        if hits.get(to) == Some(&new) {
            moves += u64::from(new == old);
            continue;
        }
        let to = move_gene(hits, from, to, new);
        let (w_old, w_new) = (weights[old as usize], weights[new as usize]);
        let sum_before = sum;
        sum = sum - w_old + w_new;
        let per_hit = 1.0 / sum;
        let witness_before = witness;
        witness = witness.filter(|&(gene, ..)| gene != old).map(|(gene, mut misses, mut up)| {
            if old < gene {
                (misses, up) = (misses + 1.0, up - w_old);
            }
            if new < gene {
                (misses, up) = (misses - 1.0, up + w_new);
            }
            (gene, misses, up)
        });
        let above = |misses: f64, up: f64| per_hit * up - per_miss * misses - bound.score;
        if witness.is_some_and(|(_, misses, up)| above(misses, up) > TIE) {
            *lot = new_lot;
            moves += 1;
            continue;
        }
        // A score as high as the bound passes by its lot.
        let least = if new_lot > bound.lot { -TIE } else { TIE };
        let mut up = 0.0;
        let passes = hits.iter().enumerate().find_map(|(i, &hit)| {
            up += weights[hit as usize];
            let misses = (hit as usize - i) as f64;
            (above(misses, up) > least).then_some((hit, misses, up))
        });
        if passes.is_some() {
            (witness, *lot) = (passes, new_lot);
            moves += 1;
        } else {
            let back = hits.partition_point(|&hit| hit < old);
            move_gene(hits, to, back, old);
            (sum, witness) = (sum_before, witness_before);
        }
    }
    moves
}

/// Replaces the hit at `from` by `gene`, which belongs before the hit at `to`; where it is then.
fn move_gene(hits: &mut [u32], from: usize, to: usize, gene: u32) -> usize {
    let at = if to > from {
        hits.copy_within(from + 1..to, from);
        to - 1
    } else {
        hits.copy_within(to..from, to + 1);
        to
    };
    hits[at] = gene;
    at
}
