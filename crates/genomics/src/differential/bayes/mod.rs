//! Variances of genes that learn from each other, and tests with them.
//!
//! Smyth, *Statistical Applications in Genetics and Molecular Biology* 3 (2004) article 3. The residual variance *s²* of a gene,
//! with *d* degrees of freedom, is about its true one *σ²* as *σ² χ²_d / d*; the true ones vary over genes as
//! *s0² / (χ²_d0 / d0)*. Then *s²* is *s0²* times an F variable with *d* and *d0* degrees of freedom, from which *s0²* and *d0*
//! are estimated, and what is known of *σ²* is the moderated variance
//!
//! *(d s² + d0 s0²) / (d + d0)*, with *d + d0* degrees of freedom.
//!
//! | setting | what | reference |
//! |---|---|---|
//! | `trend` | *s0²* is a smooth curve of the gene's mean expression | Sartor et al., *BMC Bioinformatics* 7 (2006) 538 |
//! | `robust` | genes that vary far more than others do not make *d0* small, and have one of their own | Phipson et al., *Ann Appl Stat* 10 (2016) 946-963 |
//! | [`TreatSettings`] | tests whether a change is larger than a given one | McCarthy and Smyth, *Bioinformatics* 25 (2009) 765-771 |

mod f_statistic;
mod mixture;
mod moderated;
mod prior;
mod robust;

pub use f_statistic::FStatistics;
pub use moderated::{Limits, Moderated};

use radsurv_stats::distribution::StudentT;
use radsurv_stats::summary::median;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::linear_fit::{LinearFit, Notice};
use crate::error::{Error, Result};

/// How variances are moderated, for tests whether genes differ at all: limma's `eBayes` and its defaults.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BayesSettings {
    /// The share of genes that differ, 0.01: what log odds begin with. It has no influence on t and p-values.
    pub proportion: f64,
    /// The least and the largest standard deviation of the true log fold changes of genes that differ, 0.1 and 4, for the
    /// log odds.
    pub stdev_limits: [f64; 2],
    /// Whether the prior variance is a curve of mean expression.
    pub trend: bool,
    /// Whether genes that vary far more or less than others are kept from what others learn.
    pub robust: bool,
    /// If robust, the shares of smallest and of largest variances that may be such, 0.05 and 0.1.
    pub winsor_tails: [f64; 2],
}

impl Default for BayesSettings {
    fn default() -> Self {
        Self { proportion: 0.01, stdev_limits: [0.1, 4.0], trend: false, robust: false, winsor_tails: [0.05, 0.1] }
    }
}

/// How variances are moderated, for tests whether genes differ by more than a given change: limma's `treat`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TreatSettings {
    /// The log2 fold change that a gene must exceed either way, log2(1.2).
    pub log_fc: f64,
    /// As in [`BayesSettings`].
    pub trend: bool,
    /// As in [`BayesSettings`].
    pub robust: bool,
    /// As in [`BayesSettings`].
    pub winsor_tails: [f64; 2],
}

impl Default for TreatSettings {
    fn default() -> Self {
        let BayesSettings { trend, robust, winsor_tails, .. } = BayesSettings::default();
        Self { log_fc: 1.2f64.log2(), trend, robust, winsor_tails }
    }
}

impl BayesSettings {
    /// Moderates the variances and tests each coefficient.
    ///
    /// # Errors
    /// [`Error::Moderation`] if no gene has residual degrees of freedom, a setting is out of its range, the trend has a gene
    /// without mean, or robust more than half of the variances are 0.
    ///
    /// # Example
    /// See [`Comparison`](crate::differential::Comparison), which does all in one.
    pub fn moderate(&self, fit: &LinearFit) -> Result<Moderated> {
        let Self { proportion, stdev_limits: [least, largest], .. } = *self;
        if !(proportion > 0.0 && proportion < 1.0) {
            return Err(Error::Moderation(format!("the proportion is {proportion}: give a number between 0 and 1")));
        }
        if !(least > 0.0 && least <= largest && largest.is_finite()) {
            let what = format!(
                "the limits of standard deviations are {least} and {largest}: give two positive ascending numbers"
            );
            return Err(Error::Moderation(what));
        }
        let mut moderated = squeezed(fit, self.trend, self.robust, self.winsor_tails)?;
        let width = fit.names.len();
        let df = &moderated.df_total;
        moderated.t = moderated.ratios();
        moderated.p_value = each_p_value(&moderated.t, df, width, |t, of| of.two_sided(t));
        let middle = median(&mut moderated.s2_prior.clone());
        let v0_limits = self.stdev_limits.map(|limit| limit * limit / middle);
        let log_odds = mixture::log_odds(&moderated, proportion, v0_limits)?;
        moderated.b = Some(log_odds);
        Ok(moderated)
    }
}

impl TreatSettings {
    /// Moderates the variances and tests each coefficient.
    ///
    /// The p-value is the largest of any true change within the given one: the probability that a change of just that size
    /// gives a coefficient as far out, on either side. t is how far the coefficient is beyond the change, 0 if it is not.
    ///
    /// # Errors
    /// As [`BayesSettings::moderate`]; also if the change is negative or not finite.
    pub fn moderate(&self, fit: &LinearFit) -> Result<Moderated> {
        let change = self.log_fc;
        if !(change >= 0.0 && change.is_finite()) {
            return Err(Error::Moderation(format!(
                "the log fold change to exceed is {change}: give 0 or a positive number"
            )));
        }
        let mut moderated = squeezed(fit, self.trend, self.robust, self.winsor_tails)?;
        let width = fit.names.len();
        let errors = moderated.errors();
        let coefficients = &fit.coefficients;
        let apart = |(b, e): (&f64, &f64)| [(b.abs() - change) / e, (b.abs() + change) / e];
        let both: Vec<[f64; 2]> = coefficients.iter().zip(&errors).map(apart).collect();
        let signed = |(b, [beyond, _]): (&f64, &[f64; 2])| match b.abs() > change {
            true => beyond.copysign(*b),
            false if beyond.is_nan() => f64::NAN,
            false => 0.0,
        };
        moderated.t = coefficients.iter().zip(&both).map(signed).collect();
        moderated.p_value =
            each_p_value(&both, &moderated.df_total, width, |[near, far], of| of.upper(near) + of.upper(far));
        moderated.beyond = Some(change);
        Ok(moderated)
    }
}

/// A p-value per statistic, from the t distribution of the gene.
fn each_p_value<T: Copy + Sync>(
    statistics: &[T],
    df: &[f64],
    width: usize,
    p_value: impl Fn(T, &StudentT) -> f64 + Sync,
) -> Vec<f64> {
    // Nearly all genes have the same degrees of freedom: their distribution is set up once for each run of these.
    let of_genes = |(statistics, df): (&[T], &[f64])| -> Vec<f64> {
        let mut found = Vec::with_capacity(statistics.len());
        let mut genes = statistics.chunks(width);
        for run in df.chunk_by(|a, b| a == b) {
            let distribution = StudentT::new(run[0]);
            for t in genes.by_ref().take(run.len()).flatten() {
                found.push(distribution.as_ref().map_or(f64::NAN, |of| p_value(*t, of)));
            }
        }
        found
    };
    const GENES: usize = 256;
    statistics.par_chunks(GENES * width).zip(df.par_chunks(GENES)).flat_map_iter(of_genes).collect()
}

/// The moderated variances, without tests.
fn squeezed(fit: &LinearFit, trend: bool, robust: bool, winsor_tails: [f64; 2]) -> Result<Moderated> {
    let bad = |what: &str| Err(Error::Moderation(what.to_string()));
    if fit.df_residual.iter().all(|df| *df == 0.0) || !fit.sigma.iter().any(|s| s.is_finite()) {
        return bad("no gene has residual degrees of freedom");
    }
    let [low, high] = winsor_tails;
    if !(low >= 0.0 && high >= 0.0 && low + high < 1.0) {
        return bad("the tails are two shares, from 0 up and together below 1");
    }
    let covariate = trend.then_some(fit.ave_expr.as_slice());
    if let Some(gene) = covariate.and_then(|means| means.iter().position(|mean| mean.is_nan())) {
        let what =
            format!("a trend needs a mean of each gene, and {} has no value; leave such genes out", fit.genes[gene]);
        return Err(Error::Moderation(what));
    }
    let df = &fit.df_residual;
    let variances: Vec<f64> = fit.sigma.iter().zip(df).map(|(s, df)| if *df == 0.0 { 0.0 } else { s * s }).collect();
    let genes = variances.len();
    let prior = match (genes, robust) {
        // A gene alone has nobody to learn from.
        (1, _) => prior::Prior { scale: variances.clone(), df: 0.0, df_of_genes: vec![0.0], notes: Vec::new() },
        (_, false) => prior::fit(&variances, df, covariate)?,
        (_, true) => robust::fit(&variances, df, covariate, winsor_tails)?,
    };
    let post = variances.iter().zip(df).zip(prior.scale.iter().zip(&prior.df_of_genes));
    let post = post.map(|((s2, d), (s20, d0))| match d0.is_finite() {
        true => (d * s2 + d0 * s20) / (d + d0),
        false => *s20,
    });
    let s2_post = post.collect();
    let pooled: f64 = df.iter().sum();
    let df_total = df.iter().zip(&prior.df_of_genes).map(|(d, d0)| (d + d0).min(pooled)).collect();
    let mut fit = fit.clone();
    fit.notices.extend(prior.notes.into_iter().map(Notice::Moderation));
    Ok(Moderated {
        fit,
        df_prior: prior.df_of_genes,
        common_df_prior: prior.df,
        s2_prior: prior.scale,
        s2_post,
        df_total,
        t: Vec::new(),
        p_value: Vec::new(),
        b: None,
        beyond: None,
    })
}
