//! The discrete wavelets of PyWavelets, by name.

use super::super::{FilterError, Result};

/// A line per wavelet, written by `reference/wavelet_families.py`: name, low-pass decomposition filter and, where it is
/// not the first one reversed, `|` and the low-pass reconstruction filter. Coiflets stand without their factor sqrt(2).
const TABLE: &str = include_str!("families.txt");

/// Names and orders, for messages.
const CHOICES: &str = "haar; dmey; db1 to db38; sym2 to sym20; coif1 to coif17; bior and rbio with 1.1, 1.3, 1.5, 2.2, \
                       2.4, 2.6, 2.8, 3.1, 3.3, 3.5, 3.7, 3.9, 4.4, 5.5 or 6.8 (bior1.1, rbio6.8, ...)";

/// A discrete wavelet: the two filters that decompose an image.
///
/// The low-pass filter `h` has the sum sqrt(2) (that of `dmey`, the cut-off filter of the Meyer wavelet, is 1e-3 off); the
/// high-pass filter is `g[k] = (-1)^(n-1-k) r[k]` with the low-pass reconstruction filter `r`, which is
/// `h` reversed for the orthogonal families. Both have the same even number `n` of taps.
///
/// Taps are kept in double and in single precision because PyWavelets has its own single-precision filters; for most
/// families they are the double ones rounded, for coiflets the factor sqrt(2) is rounded first.
///
/// Source: Daubechies, Ten Lectures on Wavelets (1992), chapters 5, 6 and 8; values as in PyWavelets 1.9.
#[derive(Debug, Clone, PartialEq)]
pub struct Wavelet {
    name: String,
    pub(super) double: Filters<f64>,
    pub(super) single: Filters<f32>,
}

/// A pair of decomposition filters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filters<T> {
    pub low: Vec<T>,
    pub high: Vec<T>,
}

impl Wavelet {
    /// The wavelet with that name in PyWavelets: `haar`, `db2`, `coif1`, `bior3.5`, ... Upper and lower case are the same.
    ///
    /// # Errors
    /// [`FilterError::Setting`] with all valid names if there is no such discrete wavelet.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::filter::wavelet::Wavelet;
    /// let haar = Wavelet::by_name("haar")?;
    /// assert_eq!(haar.low_pass(), [0.5f64.sqrt(); 2]);
    /// assert_eq!(haar.high_pass(), [-(0.5f64.sqrt()), 0.5f64.sqrt()]);
    /// assert!(Wavelet::by_name("db39").unwrap_err().to_string().contains("db1 to db38"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by_name(name: &str) -> Result<Self> {
        let lower = name.to_ascii_lowercase();
        Self::find(&lower)
            .ok_or_else(|| FilterError::Setting(format!("{name:?} is not a discrete wavelet; choose from {CHOICES}")))
    }

    fn find(name: &str) -> Option<Self> {
        let stored = match name.strip_prefix("rbio") {
            Some(order) => format!("bior{order}"),
            None if name == "haar" => "db1".to_string(),
            None => name.to_string(),
        };
        let line = TABLE.lines().find_map(|line| line.strip_prefix(&stored)?.strip_prefix(' '))?;
        let numbers = |text: &str| text.split_whitespace().map(|t| t.parse::<f64>().ok()).collect::<Option<Vec<_>>>();
        let (mut low, mut reconstruction) = match line.split_once('|') {
            Some((low, other)) => (numbers(low)?, numbers(other)?),
            None => {
                let low = numbers(line)?;
                let reversed = low.iter().rev().copied().collect();
                (low, reversed)
            }
        };
        if name.starts_with("rbio") {
            // The reconstruction filters of the bior, backwards.
            std::mem::swap(&mut low, &mut reconstruction);
            low.reverse();
            reconstruction.reverse();
        }
        let taps = low.len();
        let high = reconstruction.iter().enumerate().map(|(k, &v)| if (taps - 1 - k) % 2 == 0 { v } else { -v });
        let stored = Filters { low, high: high.collect() };
        let scale = if name.starts_with("coif") { std::f64::consts::SQRT_2 } else { 1.0 };
        Some(Self {
            name: name.to_string(),
            double: stored.map(|v| v * scale),
            single: stored.map(|v| v as f32 * scale as f32),
        })
    }

    /// The names of all discrete wavelets, family by family.
    pub fn names() -> Vec<String> {
        let stored = || TABLE.lines().filter_map(|line| line.split(' ').next());
        let reversed = stored().filter_map(|name| name.strip_prefix("bior")).map(|order| format!("rbio{order}"));
        ["haar".to_string()].into_iter().chain(stored().map(str::to_string)).chain(reversed).collect()
    }

    /// Its name, in lower case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The low-pass decomposition filter `h`.
    pub fn low_pass(&self) -> &[f64] {
        &self.double.low
    }

    /// The high-pass decomposition filter `g`.
    pub fn high_pass(&self) -> &[f64] {
        &self.double.high
    }
}

impl<T: Copy> Filters<T> {
    fn map<U>(&self, f: impl Fn(T) -> U) -> Filters<U> {
        let each = |taps: &[T]| taps.iter().map(|&v| f(v)).collect();
        Filters { low: each(&self.low), high: each(&self.high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> impl Iterator<Item = Wavelet> {
        Wavelet::names().into_iter().map(|name| Wavelet::by_name(&name).unwrap())
    }

    /// How far PyWavelets' filters are from the equations that they solve: the Meyer wavelet has no finite filter, and the
    /// cut at 62 taps leaves 4.5e-3; the worst of the others is sym20 with 2.9e-11.
    fn accuracy(name: &str) -> f64 {
        if name == "dmey" { 5e-3 } else { 1e-10 }
    }

    #[test]
    fn all_families_are_there() {
        let names = Wavelet::names();
        assert_eq!(names.len(), 106);
        for name in ["haar", "dmey", "db1", "db38", "sym2", "sym20", "coif1", "coif17", "bior6.8", "rbio1.1"] {
            assert!(names.iter().any(|n| n == name), "{name}");
        }
        let unique: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), 106);
        assert_eq!(TABLE.lines().count(), 90);
        for wavelet in every() {
            let taps = wavelet.low_pass().len();
            assert!(taps.is_multiple_of(2) && taps == wavelet.high_pass().len());
            assert!(taps == wavelet.single.low.len() && taps == wavelet.single.high.len());
        }
    }

    #[test]
    fn names_are_matched_whole() {
        assert_eq!(Wavelet::by_name("Coif1").unwrap(), Wavelet::by_name("coif1").unwrap());
        for name in
            ["", " ", "db", "db0", "db39", "coif1 ", "1", "sym1", "bior3.2", "bior", "rbio", "rbiodb2", "morl", "|"]
        {
            let error = Wavelet::by_name(name).unwrap_err().to_string();
            assert!(error.contains("coif1 to coif17") && error.contains("bior"), "{name}: {error}");
        }
    }

    #[test]
    fn low_pass_filters_keep_and_high_pass_filters_remove_a_constant() {
        for wavelet in every() {
            let low: f64 = wavelet.low_pass().iter().sum();
            let high: f64 = wavelet.high_pass().iter().sum();
            let near = accuracy(wavelet.name());
            assert!((low - std::f64::consts::SQRT_2).abs() < near, "{}: {low}", wavelet.name());
            assert!(high.abs() < near, "{}: {high}", wavelet.name());
        }
    }

    #[test]
    fn orthogonal_families_are_orthogonal_to_their_even_shifts() {
        for wavelet in every().filter(|w| !w.name().contains("bio")) {
            let (low, high) = (wavelet.low_pass(), wavelet.high_pass());
            let product =
                |a: &[f64], b: &[f64], shift: usize| -> f64 { a[shift..].iter().zip(b).map(|(a, b)| a * b).sum() };
            let near = accuracy(wavelet.name());
            for shift in (0..low.len()).step_by(2) {
                let expected = if shift == 0 { 1.0 } else { 0.0 };
                for (a, b, expected) in
                    [(low, low, expected), (high, high, expected), (low, high, 0.0), (high, low, 0.0)]
                {
                    let found = product(a, b, shift);
                    assert!((found - expected).abs() < near, "{} at {shift}: {found}", wavelet.name());
                }
            }
        }
    }

    #[test]
    fn the_signal_can_be_reconstructed() {
        // Both bands, filtered by the reconstruction filters, add up to twice the signal, delayed by n - 1.
        for wavelet in every() {
            let (low, high) = (wavelet.low_pass(), wavelet.high_pass());
            let taps = low.len();
            let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
            let reconstruct_low: Vec<f64> = (0..taps).map(|k| sign(taps - 1 - k) * high[k]).collect();
            let reconstruct_high: Vec<f64> = (0..taps).map(|k| sign(k) * low[k]).collect();
            for delay in 0..2 * taps - 1 {
                let mut sum = 0.0;
                for k in delay.saturating_sub(taps - 1)..taps.min(delay + 1) {
                    sum += low[k] * reconstruct_low[delay - k] + high[k] * reconstruct_high[delay - k];
                }
                let expected = if delay == taps - 1 { 2.0 } else { 0.0 };
                assert!((sum - expected).abs() < accuracy(wavelet.name()), "{} at {delay}: {sum}", wavelet.name());
            }
        }
    }

    #[test]
    fn reverse_biorthogonal_filters_are_the_other_ones_of_the_biorthogonal() {
        let (bior, rbio) = (Wavelet::by_name("bior2.4").unwrap(), Wavelet::by_name("rbio2.4").unwrap());
        let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        let taps = bior.low_pass().len();
        for k in 0..taps {
            assert_eq!(rbio.low_pass()[k], sign(k) * bior.high_pass()[taps - 1 - k]);
            assert_eq!(rbio.high_pass()[k], sign(taps - 1 - k) * bior.low_pass()[taps - 1 - k]);
        }
    }
}
