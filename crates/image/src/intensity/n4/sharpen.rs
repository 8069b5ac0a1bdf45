//! Sharpening of the histogram: what the intensities were before a bias field blurred their distribution.

use super::fft::{Complex, Fft};
use super::real::Real;
use super::settings::N4Settings;

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
    fn place(&self, value: T) -> (u32, T) {
        let position = (value - self.minimum) * self.per_unit;
        let bin = position.whole().min(self.last);
        (bin, position - T::from_whole(bin))
    }

    /// Adds values to a histogram: each value is shared between the bins on its two sides (a triangular Parzen window).
    #[inline(always)]
    pub fn count(&self, values: &[T], histogram: &mut Histogram) {
        let mut bins = [0u32; ROUND];
        let mut shares = [T::default(); ROUND];
        for values in values.chunks(ROUND) {
            for ((value, bin), share) in values.iter().zip(&mut bins).zip(&mut shares) {
                (*bin, *share) = self.place(*value);
            }
            for (i, (bin, share)) in bins.iter().zip(&shares).take(values.len()).enumerate() {
                // Neighbouring voxels fall into the same bin: several tables keep one addition from waiting for the other.
                let pair = &mut histogram.tables[i % TABLES][*bin as usize];
                pair[0] += 1.0;
                pair[1] += share.f64();
            }
        }
    }

    /// `residual = value - E(value)`, from the table of [`Sharpener::residuals`].
    #[inline(always)]
    pub fn residuals(&self, values: &[T], table: &[[T; 2]], out: &mut [T]) {
        for (value, out) in values.iter().zip(out) {
            let (bin, share) = self.place(*value);
            let [at, slope] = table[bin as usize];
            *out = at + slope * share;
        }
    }
}

const TABLES: usize = 4;

/// A histogram in the making. For each bin: the number of values between its centre and the next, and the sum of their
/// distances from it in bins.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    tables: [Vec<[f64; 2]>; TABLES],
}

impl Histogram {
    pub fn new(bins: usize) -> Self {
        Self { tables: [(); TABLES].map(|()| vec![[0.0; 2]; bins]) }
    }

    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.tables.iter_mut().zip(&other.tables) {
            for (m, t) in mine.iter_mut().zip(theirs) {
                m[0] += t[0];
                m[1] += t[1];
            }
        }
    }

    /// The weight of each bin.
    fn finish(&self) -> Vec<f64> {
        let mut bins = vec![0.0; self.tables[0].len()];
        for table in &self.tables {
            for (bin, [count, share]) in table.iter().enumerate().filter(|(_, pair)| pair[0] > 0.0) {
                bins[bin] += count - share;
                bins[bin + 1] += share;
            }
        }
        bins
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
