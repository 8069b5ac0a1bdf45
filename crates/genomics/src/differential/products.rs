//! The sums of one gene over samples: its mean, its effects, what they leave.

use radsurv_data::simd::Kernel;

/// Running sums, so that additions need not wait for each other.
const LANES: usize = 16;

#[inline(always)]
fn total(sums: [f64; LANES]) -> f64 {
    // In halves: the same on any set of instructions.
    let mut sums = sums;
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
        half /= 2;
    }
    sums[0]
}

#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    total(sums) + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

/// The effects of a gene: the products with an orthonormal basis of what the design explains. The rest is left in `values`; its
/// sum of squares is given. Taking the effects out before squaring keeps the digits of genes that hardly vary.
pub(super) struct Effects<'a> {
    /// Column after column.
    pub(super) basis: &'a [f64],
    /// The values of the gene.
    pub(super) values: &'a mut [f64],
    /// A place for each effect.
    pub(super) effects: &'a mut [f64],
}

impl Kernel for Effects<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let samples = self.values.len().max(1);
        for (effect, column) in self.effects.iter_mut().zip(self.basis.chunks(samples)) {
            *effect = dot(column, self.values);
        }
        for (&effect, column) in self.effects.iter().zip(self.basis.chunks(samples)) {
            self.values.iter_mut().zip(column).for_each(|(v, q)| *v -= effect * q);
        }
        dot(self.values, self.values)
    }
}

/// The mean of the values that are there, and whether these are all equal; NaN of none.
pub(super) fn mean_of_known(values: &[f64]) -> (f64, bool) {
    let (mut sum, mut count) = (0.0, 0usize);
    let (mut least, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
    for &value in values.iter().filter(|v| !v.is_nan()) {
        sum += value;
        count += 1;
        least = least.min(value);
        largest = largest.max(value);
    }
    (sum / count as f64, least >= largest)
}

/// As [`mean_of_known`], fast, if no value is missing: NaN if one is.
pub(super) struct Mean<'a>(pub(super) &'a [f64]);

impl Kernel for Mean<'_> {
    type Output = (f64, bool);

    #[inline(always)]
    fn run(self) -> (f64, bool) {
        let (chunks, rest) = self.0.as_chunks::<LANES>();
        let (mut sums, mut differences) = ([0.0; LANES], [0.0f64; LANES]);
        let first = self.0.first().copied().unwrap_or(f64::NAN);
        for chunk in chunks {
            for lane in 0..LANES {
                sums[lane] += chunk[lane];
                differences[lane] = differences[lane].max((chunk[lane] - first).abs());
            }
        }
        let sum = total(sums) + rest.iter().sum::<f64>();
        let constant = differences.iter().all(|d| *d == 0.0) && rest.iter().all(|v| *v == first);
        (sum / self.0.len() as f64, constant)
    }
}
