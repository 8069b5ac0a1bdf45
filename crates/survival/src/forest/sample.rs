//! The cases of a tree.
//!
//! Weights of cases are weights of sampling: a case of twice the weight is drawn twice as often. With replacement each draw takes a
//! case with a probability proportional to its weight. Without, the cases are those of the smallest *E / w*, *E* being standard
//! exponential, which is drawing one after the other of those that are left (Efraimidis and Spirakis, *Information Processing
//! Letters* 97 (2006) 181-185).

use super::settings::ForestSettings;
use crate::random::Random;

/// How often each case is in the sample of a tree.
pub(super) fn draw(settings: &ForestSettings, weights: &Weights, random: &mut Random) -> Vec<u32> {
    let cases = weights.cases;
    let size = ((settings.fraction * cases as f64).round() as usize).max(1);
    let mut counts = vec![0; cases];
    match (settings.replace, &weights.sums) {
        (false, _) if size >= cases => counts.fill(1),
        (true, None) => (0..size).for_each(|_| counts[random.below(cases)] += 1),
        (true, Some(sums)) => {
            let total = sums.last().copied().unwrap_or(0.0);
            for _ in 0..size {
                let at = total * random.uniform();
                // Rounding may reach the total.
                counts[sums.partition_point(|sum| *sum <= at).min(cases - 1)] += 1;
            }
        }
        (false, None) => {
            let mut all: Vec<u32> = (0..cases as u32).collect();
            for place in 0..size {
                let other = place + random.below(cases - place);
                all.swap(place, other);
                counts[all[place] as usize] = 1;
            }
        }
        (false, Some(sums)) => {
            let weight = |case: usize| sums[case] - if case > 0 { sums[case - 1] } else { 0.0 };
            let mut keys: Vec<(f64, usize)> =
                (0..cases).map(|case| (-random.uniform().ln() / weight(case), case)).collect();
            keys.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            keys[..size].iter().for_each(|(_, case)| counts[*case] = 1);
        }
    }
    counts
}

/// The weights of cases that are drawn.
pub(super) struct Weights {
    cases: usize,
    /// Sums of the weights up to each case; none if all are the same.
    sums: Option<Vec<f64>>,
}

impl Weights {
    /// Of weights above 0.
    pub(super) fn new(weights: &[f64]) -> Self {
        let same = weights.windows(2).all(|pair| pair[0] == pair[1]);
        let mut sum = 0.0;
        let add = |weight: &f64| {
            sum += weight;
            sum
        };
        Self { cases: weights.len(), sums: (!same).then(|| weights.iter().map(add).collect()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frequencies(replace: bool, fraction: f64, weights: &[f64]) -> Vec<f64> {
        let settings = ForestSettings { replace, fraction, ..Default::default() };
        let weights = Weights::new(weights);
        let mut sums = vec![0u32; weights.cases];
        for tree in 0..20_000 {
            let counts = draw(&settings, &weights, &mut Random::new(3, tree));
            assert_eq!(counts.iter().sum::<u32>(), (fraction * weights.cases as f64).round() as u32);
            assert!(replace || counts.iter().all(|count| *count <= 1));
            sums.iter_mut().zip(&counts).for_each(|(sum, count)| *sum += count);
        }
        sums.iter().map(|sum| f64::from(*sum) / 20_000.0).collect()
    }

    #[test]
    fn cases_are_drawn_by_their_weights() {
        let near = |found: Vec<f64>, expected: &[f64]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.03), "{found:?} {expected:?}");
        };
        near(frequencies(true, 1.0, &[1.0; 4]), &[1.0; 4]);
        near(frequencies(false, 0.5, &[1.0; 4]), &[0.5; 4]);
        near(frequencies(false, 1.0, &[1.0, 2.0]), &[1.0; 2]);
        near(frequencies(true, 1.0, &[1.0, 3.0, 2.0, 2.0]), &[0.5, 1.5, 1.0, 1.0]);
        // One of three, then one of the others: 1/6 + 1/3 * 1/4 + 1/2 * 1/3 for the first.
        near(frequencies(false, 2.0 / 3.0, &[1.0, 2.0, 3.0]), &[0.4167, 0.7333, 0.85]);
    }
}
