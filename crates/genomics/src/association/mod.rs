//! Genes beside image features: correlations, partial ones given confounders, and the largest of all under chance.
//!
//! Each pair of a gene and a feature, over the *n* samples that have both and all confounders:
//!
//! | | Pearson | Spearman |
//! |---|---|---|
//! | *r* | correlation of the values | correlation of their ranks, ties sharing the mean |
//! | given *k* confounders | of what is left of both by least squares on the confounders | the same, ranks of all three |
//! | p-value | *t = r √(df / (1 - r²))* with *df = n - 2 - k* | the same |
//! | limits | *tanh(atanh r ± z / √(n - 3 - k))* (Fisher) | *tanh(atanh r ± z √((1 + r²/2) / (n - 3 - k)))* (Bonett and Wright) |
//!
//! These are R's `cor.test` (of Spearman with `exact = FALSE`) and `ppcor::pcor.test`. Fisher's error is too small for ranks, hence
//! the other.
//!
//! With many pairs some are large by chance. P-values are adjusted over all pairs; and [`AssociationSettings::permutations`] gives the null
//! distribution of the largest |*r*| of all pairs ([`Maximum`]), which knows how genes and features go with each other: see [`Maximum`].
//!
//! # Sources
//! Fisher: Statistical Methods for Research Workers (1925). Bonett and Wright: Sample size requirements for estimating Pearson, Kendall and
//! Spearman correlations, Psychometrika 65 (2000) 23-28 (p. 25). Kim: ppcor, Communications for Statistical Applications and Methods 22
//! (2015) 665-674. Freedman and Lane: A nonstochastic interpretation of reported significance levels, Journal of Business & Economic
//! Statistics 1 (1983) 292-298. Westfall and Young: Resampling-based multiple testing (1993).

mod columns;
mod input;
mod maximum;
mod types;

use radsurv_data::{Covariates, FeatureTable};
use radsurv_stats::correlation::Method;
use radsurv_stats::distribution::{Normal, StudentT};
use radsurv_stats::multiple::adjust;
use rayon::prelude::*;

pub use types::{Association, AssociationSettings, Associations, Maximum, NoAssociation, SkippedPair, StrongRule};

use self::columns::{Columns, Found};
use self::input::Input;
use crate::error::{Error, Result};
use crate::expression::Expression;

/// How each of these genes goes with each of these features, over the samples that both tables have. `confounders` are of the cases of the
/// feature table, in its order; a category counts as one column for each level but the first. Named genes and features that are not there
/// are listed in the result.
///
/// # Errors
/// [`Error::Association`] if Kendall's correlation is asked for, the confidence is no probability, no gene or feature is left, or confounders
/// depend on each other; [`Error::DuplicateGenes`]; [`Error::Data`] if a feature is named twice or no sample is in both tables.
///
/// # Example
/// ```
/// use radsurv_data::FeatureTable;
/// use radsurv_genomics::{Expression, association::{AssociationSettings, associate}};
/// let ids: Vec<String> = (0..12).map(|i| format!("P{i}")).collect();
/// let level: Vec<f64> = (0..12).map(f64::from).collect();
/// let texture: Vec<f64> = (0..12).map(|i| f64::from(i * i % 7 + 2 * i)).collect();
/// let expression = Expression::new(vec!["HK2".into()], ids.clone(), level)?;
/// let features = FeatureTable::new(ids, vec!["glcm_Contrast".into()], vec![texture])?;
/// let genes = ["HK2".to_string(), "KDELR2".to_string()];
/// let found = associate(&expression, &genes, &features, features.names(), None, &AssociationSettings::default())?;
/// // R: cor(level, texture, method = "spearman")
/// assert!((found.pairs[0].r - 0.984_196_456_382_433_3).abs() < 1e-12 && found.pairs[0].strong);
/// assert_eq!(found.missing_genes, ["KDELR2"]);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
pub fn associate(
    expression: &Expression,
    genes: &[String],
    features: &FeatureTable,
    named: &[String],
    confounders: Option<&Covariates>,
    settings: &AssociationSettings,
) -> Result<Associations> {
    if settings.method == Method::Kendall {
        return Err(Error::Association("Kendall's tau has no partial test here: take Pearson or Spearman".to_string()));
    }
    if !(settings.confidence > 0.0 && settings.confidence < 1.0) {
        let told = settings.confidence;
        return Err(Error::Association(format!("the confidence is {told}: give a number between 0 and 1")));
    }
    let input = Input::new(expression, genes, features, named, confounders)?;
    let k = input.confounders.len();
    let needed = settings.min_samples.max(k + 4);
    let z = Normal.upper_quantile(0.5 * (1.0 - settings.confidence))?;
    let columns = Columns::new(&input, settings.method, needed);
    let of_gene = |gene: usize| -> Vec<std::result::Result<Association, SkippedPair>> {
        let pair = |feature: usize| {
            let (name, of) = (input.genes[gene].0.clone(), input.features[feature].0.clone());
            match columns.correlation(gene, feature) {
                Ok(found) => Ok(association(name, of, found, settings.method, z)),
                Err(reason) => Err(SkippedPair { gene: name, feature: of, reason }),
            }
        };
        (0..input.features.len()).map(pair).collect()
    };
    let (mut pairs, mut skipped) = (Vec::new(), Vec::new());
    let each: Vec<_> = (0..input.genes.len()).into_par_iter().map(of_gene).collect();
    for pair in each.into_iter().flatten() {
        match pair {
            Ok(pair) => pairs.push(pair),
            Err(pair) => skipped.push(pair),
        }
    }
    let p_values: Vec<f64> = pairs.iter().map(|pair| pair.p_value).collect();
    for (pair, p) in pairs.iter_mut().zip(adjust(&p_values, settings.adjustment)?) {
        pair.adj_p_value = p;
        pair.strong = settings.strong.holds(pair);
    }
    let maximum = maximum::maximum(&input, settings, needed);
    if let Some(maximum) = maximum.as_ref().filter(|m| m.samples == input.samples) {
        let mut null = maximum.null.clone();
        null.sort_by(f64::total_cmp);
        pairs.iter_mut().for_each(|pair| pair.family_p_value = Some(maximum::p_value(&null, pair.r.abs())));
    }
    Ok(Associations {
        method: settings.method,
        confounders: confounders.map_or(Vec::new(), |c| c.names().map(String::from).collect()),
        pairs,
        skipped,
        missing_genes: input.missing_genes,
        missing_features: input.missing_features,
        join: input.join,
        incomplete: input.incomplete,
        maximum,
    })
}

/// A correlation with its limits and its p-value, which is not adjusted yet.
fn association(gene: String, feature: String, found: Found, method: Method, z: f64) -> Association {
    let Found { r, samples, confounders } = found;
    let df = (samples - 2 - confounders) as f64;
    let p_value = StudentT::new(df).map_or(f64::NAN, |chance| chance.two_sided(r * (df / (1.0 - r * r)).sqrt()));
    let widening = if method == Method::Spearman { 1.0 + 0.5 * r * r } else { 1.0 };
    let error = z * (widening / (df - 1.0)).sqrt();
    let (lower, upper) = ((r.atanh() - error).tanh(), (r.atanh() + error).tanh());
    let (adj_p_value, family_p_value, strong) = (p_value, None, false);
    Association { feature, gene, samples, r, lower, upper, p_value, adj_p_value, family_p_value, strong }
}
