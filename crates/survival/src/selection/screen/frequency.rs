//! How often features are selected over resamples, and how stable that is.

use std::collections::{HashMap, HashSet};

use radsurv_stats::distribution::Normal;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How often each feature was used by the models of resamples (folds, bootstrap samples), and how stable the sets of features are.
///
/// # Example
/// ```
/// use radsurv_survival::selection::screen::SelectionFrequency;
/// let names = |text: &str| text.split(' ').map(String::from).collect::<Vec<String>>();
/// let resamples = [names("a b"), names("a c"), names("b a"), names("a b")];
/// let found = SelectionFrequency::of(&resamples, &names("a b c d e"))?;
/// assert_eq!((found.features[1].count, found.features[1].frequency), (3, 0.75));
/// assert_eq!(found.most_frequent()[0].feature, "a");
/// let stability = found.stability.unwrap();
/// assert!((stability.estimate - 7.0 / 12.0).abs() < 1e-12);
/// let [lower, upper] = stability.limits(0.95)?;
/// assert!(lower < stability.estimate && stability.estimate < upper);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectionFrequency {
    /// The number of resamples.
    pub resamples: usize,
    /// The features in their order, also those that were never selected.
    pub features: Vec<FeatureFrequency>,
    /// The mean number of features that a resample selected.
    pub mean_selected: f64,
    /// How stable the selection is; none with one resample, or if none or all of the features were selected each time: there is
    /// nothing that could vary.
    pub stability: Option<SelectionStability>,
}

/// How often a feature was selected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureFrequency {
    /// The feature.
    pub feature: String,
    /// The number of resamples that selected it.
    pub count: usize,
    /// Their part of all.
    pub frequency: f64,
}

/// The stability of selection over *M* resamples:
///
/// *Φ = 1 - (1/d Σ_f M / (M - 1) p_f (1 - p_f)) / (k/d (1 - k/d))*,
///
/// with the frequencies *p_f* of *d* features and the mean number *k* of those selected. It is 1 if all resamples select the same, and has the
/// expectation 0 if each takes as many of the features at random, however many they are. The authors call below 0.4 poor, above 0.75
/// excellent (as Fleiss' kappa, which it generalises; with sets of equal size it is the mean over pairs of Kuncheva's index).
///
/// Its standard error is that of independent resamples. Folds and bootstrap samples share cases, so that it is too small for the
/// stability over other cases: it says how many resamples are enough.
///
/// Source: Nogueira, Sechidis, Brown: On the stability of feature selection algorithms, Journal of Machine Learning Research 18(174)
/// (2018) 1-54 (definition 4, theorem 7).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectionStability {
    /// *Φ*, 1 at most.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
}

impl SelectionStability {
    /// Limits of this confidence (0.95 usually), *Φ ∓ z se*, which may be above 1.
    ///
    /// # Errors
    /// [`Error::Stats`] if the confidence is not between 0 and 1.
    pub fn limits(&self, confidence: f64) -> Result<[f64; 2]> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(radsurv_stats::Error::NotProbability { value: confidence }.into());
        }
        let width = Normal.quantile(0.5 + 0.5 * confidence)? * self.std_error;
        Ok([self.estimate - width, self.estimate + width])
    }
}

impl SelectionFrequency {
    /// The frequencies of all features, from those that each resample selected (in any order; one that is named twice counts once).
    ///
    /// # Errors
    /// [`Error::Setting`] without resamples or features, if a feature is there twice, or a resample selected one that is not.
    pub fn of(resamples: &[Vec<String>], all: &[String]) -> Result<Self> {
        let wrong = |name, value: String, what| Err(Error::Setting { name, value, what });
        if resamples.is_empty() {
            return wrong("the number of resamples", "0".to_string(), "give the features of 1 or more");
        }
        if all.is_empty() {
            return wrong("the number of features", "0".to_string(), "give all that could have been selected");
        }
        let places: HashMap<&str, usize> = all.iter().map(String::as_str).zip(0..).collect();
        if places.len() < all.len() {
            let mut seen = HashSet::new();
            let twice = all.iter().find(|name| !seen.insert(name.as_str())).cloned().unwrap_or_default();
            return wrong("the list of features", format!("twice with {twice}"), "give each once");
        }
        let mut selected: Vec<Vec<usize>> = Vec::with_capacity(resamples.len());
        for (number, names) in resamples.iter().enumerate() {
            let mut own = Vec::with_capacity(names.len());
            for name in names {
                let Some(&place) = places.get(name.as_str()) else {
                    let value = format!("without {name}, which resample {} selected", number + 1);
                    return wrong("the list of features", value, "give all that could have been selected");
                };
                own.push(place);
            }
            own.sort_unstable();
            own.dedup();
            selected.push(own);
        }
        let mut counts = vec![0; all.len()];
        selected.iter().flatten().for_each(|&place| counts[place] += 1);
        let frequencies: Vec<f64> = counts.iter().map(|c| f64::from(*c) / selected.len() as f64).collect();
        let features = all.iter().zip(&counts).zip(&frequencies).map(|((feature, count), frequency)| {
            FeatureFrequency { feature: feature.clone(), count: *count as usize, frequency: *frequency }
        });
        Ok(Self {
            resamples: selected.len(),
            features: features.collect(),
            mean_selected: selected.iter().map(Vec::len).sum::<usize>() as f64 / selected.len() as f64,
            stability: stability(&selected, &frequencies),
        })
    }

    /// The features, the most frequent first; those as frequent in their order.
    pub fn most_frequent(&self) -> Vec<&FeatureFrequency> {
        let mut sorted: Vec<&FeatureFrequency> = self.features.iter().collect();
        sorted.sort_by_key(|f| std::cmp::Reverse(f.count));
        sorted
    }
}

/// By the delta method: *4 / M² Σ_i (φ_i - mean φ)²*, where with *q = k / d*, and *k_i* features in resample *i*,
/// *φ_i = (1/d Σ_f z_if p_f - q k_i / d + Φ/2 (2 q k_i / d - k_i / d - q + 1)) / (q (1 - q))*.
fn stability(selected: &[Vec<usize>], frequencies: &[f64]) -> Option<SelectionStability> {
    let (m, d) = (selected.len() as f64, frequencies.len() as f64);
    let q = selected.iter().map(Vec::len).sum::<usize>() as f64 / m / d;
    let spread = q * (1.0 - q);
    if m < 2.0 || spread <= 0.0 {
        return None;
    }
    let variance = frequencies.iter().map(|p| p * (1.0 - p)).sum::<f64>() / d * m / (m - 1.0);
    let estimate = 1.0 - variance / spread;
    let of = |own: &Vec<usize>| {
        let part = own.len() as f64 / d;
        let shared = own.iter().map(|&f| frequencies[f]).sum::<f64>() / d;
        (shared - q * part + 0.5 * estimate * (2.0 * q * part - part - q + 1.0)) / spread
    };
    let phi: Vec<f64> = selected.iter().map(of).collect();
    let mean = phi.iter().sum::<f64>() / m;
    let squares: f64 = phi.iter().map(|v| (v - mean).powi(2)).sum();
    Some(SelectionStability { estimate, std_error: 2.0 / m * squares.sqrt() })
}
