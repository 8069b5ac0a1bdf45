//! Sharpening of the histogram: what the intensities were before a bias field blurred their distribution.

use super::bspline_fit::Source;
use super::fft::{Complex, Fft};
use super::real::Real;
use super::settings::N4Settings;
use crate::simd::{Kernel, dispatch};

/// The bins of a histogram of log intensities: `n` bins whose *centres* run from the smallest to the largest value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bins<T> {
    /// Centre of the first bin.
    minimum: T,
    /// Bins per unit of log intensity.
    per_unit: T,
    /// Index of the last but one bin: the first of the last pair that a value can lie between.
    last: u32,
}

/// Values per round of a loop that is split into one that is vectorised and one that is not.
const ROUND: usize = 64;

impl<T: Real> Bins<T> {
    /// Bins from one value to another; `None` if they are equal.
    pub fn new(minimum: T, maximum: T, bins: usize) -> Option<Self> {
        let width = (maximum.f64() - minimum.f64()) / (bins - 1) as f64;
        let per_unit = T::of(1.0 / width);
        (width > 0.0 && per_unit.f64().is_finite()).then(|| Self { minimum, per_unit, last: bins as u32 - 2 })
    }

    /// The bin below a value, and how far the value lies towards the next one, in [0, 1].
    #[inline(always)]
    fn place(self, value: T) -> (u32, T) {
        let position = (value - self.minimum) * self.per_unit;
        let bin = position.below().min(self.last);
        (bin, position - T::from_whole(bin))
    }

    /// The places of up to [`ROUND`] values.
    #[inline(always)]
    fn places(self, values: &[T], bins: &mut [u32; ROUND], shares: &mut [T; ROUND]) {
        for ((value, bin), share) in values.iter().zip(bins).zip(shares) {
            (*bin, *share) = self.place(*value);
        }
    }

    /// The histogram of values: each is shared between the bins on its two sides (a triangular Parzen window).
    pub fn count(&self, values: &[T]) -> Histogram {
        dispatch(Count { bins: self, values })
    }
}

struct Count<'a, T> {
    bins: &'a Bins<T>,
    values: &'a [T],
}

impl<T: Real> Kernel for Count<'_, T> {
    type Output = Histogram;

    #[inline(always)]
    fn run(self) -> Histogram {
        let mut tables = Histogram::new(self.bins.last as usize + 2);
        let mut bins = [0u32; ROUND];
        let mut shares = [T::default(); ROUND];
        for values in self.values.chunks(ROUND) {
            self.bins.places(values, &mut bins, &mut shares);
            let (bins, shares) = (&bins[..values.len()], &shares[..values.len()]);
            let (whole_bins, rest_bins) = bins.as_chunks::<TABLES>();
            let (whole_shares, rest_shares) = shares.as_chunks::<TABLES>();
            for (bins, shares) in whole_bins.iter().zip(whole_shares) {
                for table in 0..TABLES {
                    tables.add(bins[table], table, shares[table].f64());
                }
            }
            for (table, (bin, share)) in rest_bins.iter().zip(rest_shares).enumerate() {
                tables.add(*bin, table, share.f64());
            }
        }
        tables
    }
}

/// The residuals `v - E(v)` of log intensities, times their weights.
pub(super) struct Residuals<'a, T> {
    pub bins: Bins<T>,
    /// Of [`Sharpener::residuals`].
    pub table: Vec<[T; 2]>,
    pub values: &'a [T],
    pub weights: Option<&'a [T]>,
}

impl<T: Real> Source<T> for Residuals<'_, T> {
    #[inline(always)]
    fn fill(&self, from: usize, out: &mut [T]) {
        let values = &self.values[from..from + out.len()];
        let mut bins = [0u32; ROUND];
        let mut shares = [T::default(); ROUND];
        for (values, out) in values.chunks(ROUND).zip(out.chunks_mut(ROUND)) {
            self.bins.places(values, &mut bins, &mut shares);
            for ((bin, share), out) in bins.iter().zip(&shares).zip(out) {
                let [at, slope] = self.table[*bin as usize];
                *out = at + slope * *share;
            }
        }
        if let Some(weights) = self.weights {
            for (out, &weight) in out.iter_mut().zip(&weights[from..]) {
                *out = *out * weight;
            }
        }
    }
}

/// Neighbouring voxels fall into the same bin: several tables keep one addition from waiting for the other.
const TABLES: usize = 4;

/// A histogram in the making, in several tables. For each bin: the number of values between its centre and the next, and the
/// sum of their distances from it in bins.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    bins: Vec<[[f64; 2]; TABLES]>,
}

impl Histogram {
    pub fn new(bins: usize) -> Self {
        Self { bins: vec![[[0.0; 2]; TABLES]; bins] }
    }

    #[inline(always)]
    fn add(&mut self, bin: u32, table: usize, share: f64) {
        let pair = &mut self.bins[bin as usize][table];
        *pair = [pair[0] + 1.0, pair[1] + share];
    }

    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.bins.as_flattened_mut().iter_mut().zip(other.bins.as_flattened()) {
            *mine = [mine[0] + theirs[0], mine[1] + theirs[1]];
        }
    }

    /// The weight of each bin.
    fn finish(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.bins.len()];
        for (bin, tables) in self.bins.iter().enumerate() {
            for [count, share] in tables.iter().filter(|pair| pair[0] > 0.0) {
                out[bin] += count - share;
                out[bin + 1] += share;
            }
        }
        out
    }
}

/// The deconvolution of histograms (Sled, Zijdenbos and Evans 1998, section II-C; Tustison et al. 2010, section II-A).
#[derive(Debug, Clone)]
pub(super) struct Sharpener {
    bins: usize,
    fwhm: f64,
    noise: f64,
    padded: usize,
    fft: Fft,
}

impl Sharpener {
    pub fn new(settings: &N4Settings) -> Self {
        let bins = settings.number_of_histogram_bins;
        // Room on both sides, so that the cyclic convolution does not wrap around.
        let padded = 2 * bins.next_power_of_two();
        Self {
            bins,
            fwhm: settings.bias_field_full_width_at_half_maximum,
            noise: settings.wiener_filter_noise,
            padded,
            fft: Fft::new(padded),
        }
    }

    /// Number of bins.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// For each bin the residual `v - E(u|v)` at its centre, and its change to the next bin.
    ///
    /// With the histogram `V`, the Gaussian `F` of the bias field's blur and the noise `Z²`, the true histogram is
    /// estimated by Wiener's filter, `U = max(0, V * G)` with `Ĝ = F̂* / (|F̂|² + Z²)`, and a measured log intensity
    /// `v` is expected to have been `E(u|v) = (F * (u U))(v) / (F * U)(v)`. Where the denominator is 0, `E` is 0.
    pub fn residuals<T: Real>(&self, histogram: &Histogram, minimum: T, maximum: T) -> Vec<[T; 2]> {
        let (minimum, maximum) = (minimum.f64(), maximum.f64());
        let width = (maximum - minimum) / (self.bins - 1) as f64;
        let size = self.padded;
        let offset = (size - self.bins) / 2;

        let mut gaussian = self.gaussian(width);
        self.fft.forward(&mut gaussian);

        let mut values = vec![Complex::default(); size];
        for (value, bin) in values[offset..].iter_mut().zip(histogram.finish()) {
            value.re = bin;
        }
        self.fft.forward(&mut values);
        for (v, f) in values.iter_mut().zip(&gaussian) {
            // The Gaussian is even, so its transform is real but for rounding.
            let gain = f.re / (f.re * f.re + self.noise);
            *v = Complex { re: v.re * gain, im: v.im * gain };
        }
        self.fft.inverse(&mut values);
        // Both convolutions in one transform: the numerator as the real part, the denominator as the imaginary one.
        for (n, v) in values.iter_mut().enumerate() {
            let u = v.re.max(0.0);
            *v = Complex { re: (minimum + (n as f64 - offset as f64) * width) * u, im: u };
        }
        self.fft.forward(&mut values);
        for (v, f) in values.iter_mut().zip(&gaussian) {
            *v = Complex { re: v.re * f.re, im: v.im * f.re };
        }
        self.fft.inverse(&mut values);

        let residual = |bin: usize| {
            let Complex { re, im } = values[offset + bin];
            let expected = if im != 0.0 { re / im } else { 0.0 };
            minimum + bin as f64 * width - expected
        };
        let at: Vec<f64> = (0..self.bins).map(residual).collect();
        at.windows(2).map(|pair| [T::of(pair[0]), T::of(pair[1] - pair[0])]).collect()
    }

    /// The Gaussian blur in bins of this width, around position 0 of a cycle.
    fn gaussian(&self, width: f64) -> Vec<Complex> {
        let fwhm = self.fwhm / width;
        let exponent = 4.0 * f64::ln(2.0) / (fwhm * fwhm);
        let scale = 2.0 * (f64::ln(2.0) / std::f64::consts::PI).sqrt() / fwhm;
        let value = |n: usize| {
            let distance = n.min(self.padded - n) as f64;
            Complex { re: scale * (-distance * distance * exponent).exp(), im: 0.0 }
        };
        (0..self.padded).map(value).collect()
    }
}
