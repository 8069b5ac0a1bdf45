//! Small p-values: which sets need the rulers, and what they give.

use radsurv_stats::distribution::FisherF;
use radsurv_stats::random::Random;
use rayon::prelude::*;

use super::permutation::{Chance, Tested};
use super::ruler::{Probability, Ruler};
use super::score::ScoreType;
use crate::error::Result;

/// The mean of the logarithm of a beta variable, *ψ(a) - ψ(b + 1)* of whole *a ≤ b*: the *a*-th smallest of *b* uniform numbers.
pub(super) fn mean_log_beta(a: usize, b: usize) -> f64 {
    -(a..=b).rev().map(|i| 1.0 / i as f64).sum::<f64>()
}

/// The standard deviation of that logarithm, *ψ'(a) - ψ'(b)* under a root, to base 2.
fn log2_error(a: u64, b: u64) -> f64 {
    (a..b).rev().map(|i| 1.0 / (i as f64 * i as f64)).sum::<f64>().sqrt() / std::f64::consts::LN_2
}

/// The expected error of the logarithm to base 2 of a multilevel p-value: of each of the levels that halve it.
fn level_error(p: f64, samples: usize) -> f64 {
    let levels = (1.0 - p.log2()).floor().max(0.0);
    levels.sqrt() * log2_error(samples.div_ceil(2) as u64, samples as u64 + 1)
}

/// The quantile of a beta distribution, by that of F.
fn beta_quantile(p: f64, a: f64, b: f64) -> Result<f64> {
    if a == 0.0 {
        return Ok(0.0);
    }
    if b == 0.0 {
        return Ok(1.0);
    }
    let f = FisherF::new(2.0 * a, 2.0 * b)?.quantile(p)?;
    Ok(a * f / (b + a * f))
}

/// A p-value and the error of its logarithm to base 2, if it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Refined {
    pub(super) p: f64,
    pub(super) log2_error: Option<f64>,
    /// Whether it is below the floor and given as that.
    pub(super) at_floor: bool,
}

/// What the simple p-value `(more + 1) / (all + 1)` is known to: half of the wider side of its 95 % limits, in bits.
fn simple_error(more: u64, all: u64) -> Result<f64> {
    let (x, n) = (more as f64, all as f64);
    let crude = ((x + 1.0) / (n + 1.0)).log2();
    let low = beta_quantile(0.025, x, n - x + 1.0)?.log2();
    let high = beta_quantile(0.975, x + 1.0, n - x)?.log2();
    Ok(0.5 * (crude - low).max(high - crude))
}

pub(super) struct Multilevel {
    pub(super) samples: usize,
    pub(super) permutations: usize,
    pub(super) floor: f64,
    pub(super) seed: u64,
}

/// The rulers have streams of their own, after those of the random orders.
const STREAMS: u64 = 1 << 40;
/// With fewer scores of its sign a set has no p-value of this kind, as in fgsea.
pub(super) const FEWEST: u64 = 10;

impl Multilevel {
    /// For each set its p-value; none if chance gave fewer than ten scores of its sign. `simple` is the p-value of the
    /// permutations and `of_sign` the number of its sign.
    pub(super) fn refine(
        &self,
        weights: &[f64],
        tested: &Tested,
        score: ScoreType,
        chance: &Chance,
        simple: &[f64],
        of_sign: &[u64],
    ) -> Result<Vec<Option<Refined>>> {
        let all = self.permutations as u64;
        let mut out = vec![None; simple.len()];
        let mut rare = vec![false; simple.len()];
        for set in (0..simple.len()).filter(|&set| of_sign[set] >= FEWEST) {
            let more = chance.more[set];
            let multilevel = level_error((more + 1) as f64 / (all + 1) as f64, self.samples);
            rare[set] = multilevel < simple_error(more, all)?;
            let error = log2_error(more + 1, all + 1);
            out[set] = Some(Refined { p: simple[set], log2_error: Some(error), at_floor: false });
        }
        // A ruler per size and side, the large ones first: they take longest.
        let mut tasks = Vec::new();
        for (size, sets) in tested.sizes.iter().zip(&tested.sets).rev() {
            for upper in [true, false] {
                let of: Vec<usize> =
                    sets.iter().copied().filter(|&set| rare[set] && score.upper(tested.scores[set]) == upper).collect();
                if !of.is_empty() {
                    tasks.push((*size, upper, of));
                }
            }
        }
        let mirrored: Vec<f64> = weights.iter().rev().copied().collect();
        let found: Vec<Vec<(usize, Probability)>> = tasks
            .into_par_iter()
            .map(|(size, upper, sets)| {
                let stream = STREAMS + 2 * size as u64 + u64::from(upper);
                let most = sets.iter().map(|&set| tested.scores[set].abs()).fold(0.0, f64::max);
                let share = |set: usize| (of_sign[set] + 1) as f64 / (all + 1) as f64;
                let floor = self.floor * sets.iter().map(|&set| share(set)).fold(1.0, f64::min);
                let side = if upper { weights } else { &mirrored };
                let ruler = Ruler::new(side, size, self.samples, most, floor, &mut Random::new(self.seed, stream));
                let signed = score == ScoreType::Both;
                let of = |set: usize| {
                    let found = ruler.probability(tested.scores[set].abs(), signed);
                    (set, Probability { ln: found.ln - share(set).ln(), ..found })
                };
                sets.into_iter().map(of).collect()
            })
            .collect();
        for (set, Probability { ln, reliable }) in found.into_iter().flatten() {
            let p = ln.exp().min(1.0);
            let at_floor = p < self.floor;
            let log2_error = (reliable && !at_floor).then(|| level_error(p, self.samples));
            out[set] = Some(Refined { p: p.max(self.floor), log2_error, at_floor });
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use radsurv_testkit::compare::assert_close;

    use super::*;

    #[test]
    fn known_values() {
        // R: digamma(51) - digamma(102); sqrt(trigamma(51) - trigamma(102)) / log(2); qbeta(0.025, 3, 98)
        assert_close(mean_log_beta(51, 101), -0.6980731694092, 1e-12);
        assert_close(log2_error(51, 102), 0.14390256526778, 1e-12);
        assert_close(beta_quantile(0.025, 3.0, 98.0).unwrap(), 0.0062299715383064, 1e-11);
        assert_eq!((beta_quantile(0.025, 0.0, 98.0).unwrap(), beta_quantile(0.975, 3.0, 0.0).unwrap()), (0.0, 1.0));
    }
}
