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
/// The low-pass filter `h` has the sum sqrt(2) (but for the biorthogonal families, whose sum is only close to it in the
/// last digits); the high-pass filter is `g[k] = (-1)^(n-1-k) r[k]` with the low-pass reconstruction filter `r`, which is
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
