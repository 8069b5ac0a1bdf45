//! Single-sample GSEA.

use super::{Sample, descending};

/// A sample whose genes are ranked.
pub(super) struct Ranked {
    /// How many genes are at the place of each gene or lower: the lowest has 1.
    from_below: Vec<f64>,
    /// What each gene adds to the sum of a set it is in.
    weights: Vec<f64>,
}

impl Ranked {
    pub(super) fn new(values: Vec<f64>, weight: f64) -> Self {
        let n = values.len();
        let order = descending(&values);
        // Ranks from 1; equal values share their mean, without its half: GSVA makes whole numbers of ranks.
        let mut ranks = vec![0usize; n];
        let mut end = n;
        for tied in order.chunk_by(|&a, &b| values[a as usize] == values[b as usize]) {
            let rank = (end + (end + 1 - tied.len())) / 2;
            tied.iter().for_each(|&gene| ranks[gene as usize] = rank);
            end -= tied.len();
        }
        // Places are by these ranks again, of which more may be equal than of the values.
        let mut from_below = vec![0.0; n];
        let places = descending(&ranks).into_iter().enumerate();
        places.for_each(|(place, gene)| from_below[gene as usize] = (n - place) as f64);
        Self { from_below, weights: ranks.into_iter().map(|rank| (rank as f64).powf(weight)).collect() }
    }
}

impl Sample for Ranked {
    /// With *n* genes, *k* of them in the set, the sum over all places of the running score in closed form: *Σ w (n - i + 1) / Σ w*
    /// over genes of the set at places *i*, less the same sum over the others, each of the weight *1 / (n - k)*.
    fn score(&self, genes: &[u32]) -> f64 {
        let n = self.weights.len() as f64;
        let (mut weighted, mut weights, mut plain) = (0.0, 0.0, 0.0);
        for &gene in genes {
            let (weight, below) = (self.weights[gene as usize], self.from_below[gene as usize]);
            weighted += weight * below;
            weights += weight;
            plain += below;
        }
        weighted / weights - (n * (n + 1.0) / 2.0 - plain) / (n - genes.len() as f64)
    }
}
