//! Counts by grey level and a second property (length of a run, size of a zone, number of dependent neighbours), and
//! the formulas that run-length, size-zone and dependence features share. In all of them n(i, j) is the number of runs,
//! zones or voxels with grey level i and property j, and N their sum. Means over nothing are NaN.

use super::EPS;
use std::collections::BTreeMap;

/// Counts by (grey level, property); pairs that do not occur are absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Joint {
    /// The counts (run-length matrices merged with weights have fractions).
    pub counts: BTreeMap<(u32, u32), f64>,
}

impl Joint {
    /// Counts one more.
    pub fn add(&mut self, level: u32, property: u32) {
        *self.counts.entry((level, property)).or_insert(0.0) += 1.0;
    }

    /// N, the sum of all counts.
    pub fn total(&self) -> f64 {
        self.counts.values().sum()
    }

    /// Number of voxels, if the property is a number of voxels: the sum of n(i, j) j.
    pub fn voxels(&self) -> f64 {
        self.counts.iter().map(|(&(_, j), n)| n * f64::from(j)).sum()
    }

    /// Mean of a function of level and property over all counted.
    pub fn mean(&self, term: impl Fn(f64, f64) -> f64) -> f64 {
        self.counts.iter().map(|(&(i, j), n)| n * term(f64::from(i), f64::from(j))).sum::<f64>() / self.total()
    }

    /// Small (short) emphasis: mean of 1 / j^2.
    pub fn small(&self) -> f64 {
        self.mean(|_, j| 1.0 / (j * j))
    }

    /// Large (long) emphasis: mean of j^2.
    pub fn large(&self) -> f64 {
        self.mean(|_, j| j * j)
    }

    /// Low grey level emphasis: mean of 1 / i^2.
    pub fn low(&self) -> f64 {
        self.mean(|i, _| 1.0 / (i * i))
    }

    /// High grey level emphasis: mean of i^2.
    pub fn high(&self) -> f64 {
        self.mean(|i, _| i * i)
    }

    /// Mean of 1 / (i^2 j^2).
    pub fn small_low(&self) -> f64 {
        self.mean(|i, j| 1.0 / (i * i * j * j))
    }

    /// Mean of i^2 / j^2.
    pub fn small_high(&self) -> f64 {
        self.mean(|i, j| i * i / (j * j))
    }

    /// Mean of j^2 / i^2.
    pub fn large_low(&self) -> f64 {
        self.mean(|i, j| j * j / (i * i))
    }

    /// Mean of i^2 j^2.
    pub fn large_high(&self) -> f64 {
        self.mean(|i, j| i * i * j * j)
    }

    /// Variance of the grey level over all counted.
    pub fn level_variance(&self) -> f64 {
        let mean = self.mean(|i, _| i);
        self.mean(|i, _| (i - mean).powi(2))
    }

    /// Variance of the property over all counted; 0 (a sum over no property) if nothing is counted.
    pub fn property_variance(&self) -> f64 {
        let mean = self.mean(|_, j| j);
        let total = self.total();
        self.counts.iter().map(|(&(_, j), n)| n / total * (f64::from(j) - mean).powi(2)).sum()
    }

    /// Grey level non-uniformity: sum over levels of the squared margin, over N.
    pub fn level_non_uniformity(&self) -> f64 {
        self.squared_margin(|i, _| i) / self.total()
    }

    /// The same over N^2.
    pub fn level_non_uniformity_normalized(&self) -> f64 {
        self.squared_margin(|i, _| i) / self.total().powi(2)
    }

    /// Non-uniformity of the property: sum over its values of the squared margin, over N.
    pub fn property_non_uniformity(&self) -> f64 {
        self.squared_margin(|_, j| j) / self.total()
    }

    /// The same over N^2.
    pub fn property_non_uniformity_normalized(&self) -> f64 {
        self.squared_margin(|_, j| j) / self.total().powi(2)
    }

    /// Entropy of the joint distribution in bits; 0 (a sum over no property) if nothing is counted.
    pub fn entropy(&self) -> f64 {
        let total = self.total();
        -self.counts.values().map(|n| n / total * (n / total + EPS).log2()).sum::<f64>()
    }

    /// N over the number of voxels.
    pub fn percentage(&self) -> f64 {
        self.total() / self.voxels()
    }

    fn squared_margin(&self, key: impl Fn(u32, u32) -> u32) -> f64 {
        let mut margin: BTreeMap<u32, f64> = BTreeMap::new();
        for (&(i, j), n) in &self.counts {
            *margin.entry(key(i, j)).or_insert(0.0) += n;
        }
        margin.values().map(|n| n * n).sum()
    }
}
