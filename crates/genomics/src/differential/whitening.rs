//! Samples made independent and equally exact: multiplied with the root of their weight, and freed of what is known of them
//! from samples of their block.

/// How observations are correlated and weighted.
///
/// With the correlation *r* of any two samples of a block, what is known of the sample after *k* others of its block is
/// *b* times their sum, *b = r / (1 + (k - 1) r)*, and the variance of the rest is *(1 - r) (1 + k r) / (1 + (k - 1) r)*. So
/// *L⁻¹ y*, with the factors *L L'* of the correlation matrix, needs running sums alone.
#[derive(Debug, Clone)]
pub(super) struct Whitening<'a> {
    /// The block of each sample, and the correlation.
    blocks: Option<(&'a [usize], f64)>,
    /// Running sums and counts of each block.
    sums: Vec<(f64, f64)>,
}

impl<'a> Whitening<'a> {
    pub(super) fn new(blocks: Option<(&'a [usize], f64)>) -> Self {
        let count = blocks.and_then(|(codes, _)| codes.iter().max().map(|last| last + 1)).unwrap_or(0);
        Self { blocks, sums: vec![(0.0, 0.0); count] }
    }

    /// Appends the whitened values of these samples.
    pub(super) fn apply(
        &mut self,
        samples: impl Iterator<Item = usize>,
        value: impl Fn(usize) -> f64,
        weights: Option<&[f64]>,
        out: &mut Vec<f64>,
    ) {
        let scaled = |sample: usize| weights.map_or(1.0, |w| w[sample].sqrt()) * value(sample);
        let Some((codes, r)) = self.blocks else {
            out.extend(samples.map(scaled));
            return;
        };
        self.sums.fill((0.0, 0.0));
        out.extend(samples.map(|sample| {
            let (sum, k) = &mut self.sums[codes[sample]];
            let y = scaled(sample);
            let known = 1.0 + (*k - 1.0) * r;
            let rest = y - r / known * *sum;
            let variance = (1.0 - r) * (1.0 + *k * r) / known;
            *sum += y;
            *k += 1.0;
            rest / variance.sqrt()
        }));
    }
}
