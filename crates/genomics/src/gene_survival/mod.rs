//! Each gene beside follow-up: a Cox model of its values, and the cut that divides best.
//!
//! Of each gene the model *h(t) = h_0(t) exp(b x)* is fitted, *x* over its standard deviation unless told otherwise; *exp b*
//! is the hazard ratio, tested by Wald's *(b / se)²*. Its best cut is that of the largest standardised log-rank statistic
//! ([`max_selected`](radsurv_stats::nonparametric::max_selected)), with a p-value that knows that it was sought. Both are adjusted over
//! the genes that have them.
//!
//! A gene of many thousands with a small p-value is a finding of this table: groups that are divided by its cut differ
//! here by construction.

mod one;

use radsurv_data::Survival;
use radsurv_stats::cox::{Ties, Univariable};
use radsurv_stats::distribution::Normal;
use radsurv_stats::multiple::{Adjustment, adjust};
use radsurv_stats::nonparametric::Selected;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use one::{Cut, Fitted};

use crate::error::{Error, Result};
use crate::expression::Expression;

/// What one gene says of survival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GeneSurvival {
    /// The gene.
    pub gene: String,
    /// The number of samples that have a value.
    pub samples: usize,
    /// The hazard ratio of one standard deviation more; one unit if the values are not standardised.
    pub hazard_ratio: f64,
    /// Its lower confidence limit.
    pub lower: f64,
    /// Its upper confidence limit.
    pub upper: f64,
    /// The p-value of its Wald test.
    pub p_value: f64,
    /// The p-value adjusted for the number of genes.
    pub adj_p_value: f64,
    /// The cut that divides best: the largest value of the low group, in the unit of the table. This and all that follows
    /// is NaN for a gene without a cut, with a reason in [`GeneSurvivals::uncut`].
    #[serde(deserialize_with = "or_missing")]
    pub cut: f64,
    /// The number of samples of the low group, 0 without a cut.
    pub cut_low: usize,
    /// The standardised log-rank statistic of the cut: positive if events are more frequent in the high group.
    #[serde(deserialize_with = "or_missing")]
    pub cut_statistic: f64,
    /// The p-value of the log-rank test of that cut, corrected for that it was sought.
    #[serde(deserialize_with = "or_missing")]
    pub cut_p_value: f64,
    /// That p-value adjusted for the number of genes that have a cut.
    #[serde(deserialize_with = "or_missing")]
    pub cut_adj_p_value: f64,
}

/// NaN is written as `null`.
fn or_missing<'de, D: serde::Deserializer<'de>>(from: D) -> std::result::Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
}

/// What all genes say of survival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GeneSurvivals {
    /// A row per gene that has a model: by p-value, the smallest first.
    pub rows: Vec<GeneSurvival>,
    /// Genes without a model, and why.
    pub unfitted: Vec<(String, String)>,
    /// Genes with a model and without a cut, and why.
    pub uncut: Vec<(String, String)>,
    /// Genes that were asked for and are not in the table.
    pub missing: Vec<String>,
    /// The number of samples.
    pub samples: usize,
    /// The number of their events.
    pub events: usize,
}

/// How genes are set beside follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GeneSurvivalSettings {
    /// Whether hazard ratios are of a standard deviation, true; else of a unit.
    pub standardise: bool,
    /// How events of the same time are counted, Efron's rule.
    pub ties: Ties,
    /// The confidence of the limits, 0.95.
    pub confidence: f64,
    /// The part of the samples that is on either side of a cut at least, 0.1.
    pub min_proportion: f64,
    /// How the p-value of a cut knows that it was sought: by the improved Bonferroni inequality of Lausen et al. 1994, an upper
    /// bound nearly. The normal distribution of all statistics ([`Selected::Gauss`]) is exact for many samples, and takes ten
    /// milliseconds a gene.
    pub cut_p_value: Selected,
    /// How p-values are adjusted over genes: Benjamini and Hochberg.
    pub adjustment: Adjustment,
}

impl Default for GeneSurvivalSettings {
    fn default() -> Self {
        Self {
            standardise: true,
            ties: Ties::Efron,
            confidence: 0.95,
            min_proportion: 0.1,
            cut_p_value: Selected::Lausen1994,
            adjustment: Adjustment::BenjaminiHochberg,
        }
    }
}

/// What else is in the Cox model of each gene. Cuts know nothing of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The stratum of each sample.
    pub strata: Option<&'a [usize]>,
    /// Covariates, a column each, without missing values.
    pub covariates: &'a [Vec<f64>],
}

impl GeneSurvivalSettings {
    /// The genes that are asked for, or all. The outcome is that of the table's samples, in their order; a gene's missing
    /// values leave these samples out of its own models.
    ///
    /// # Errors
    /// [`Error::Samples`] if there is not an outcome, a stratum or a covariate's value for each sample, or no sample has the event;
    /// [`Error::MissingGenes`] if none of the genes asked for is there; [`Error::Stats`] for a confidence or proportion that is none.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Survival;
    /// use radsurv_genomics::Expression;
    /// use radsurv_genomics::gene_survival::{Beside, GeneSurvivalSettings};
    /// let names = |n: usize, of: &str| (0..n).map(|i| format!("{of}{i}")).collect();
    /// let values = vec![3.0, 5.0, 4.0, 8.0, 6.0, 9.0, 7.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0];
    /// let table = Expression::new(names(2, "g"), names(8, "P"), values)?;
    /// let outcome = Survival::new(vec![8.0, 5.0, 7.0, 1.0, 3.0, 2.0, 4.0, 6.0], [true, false].repeat(4))?;
    /// let found = GeneSurvivalSettings::default().fit(&table, &outcome, Some(&["g0", "g1", "HK2"]), &Beside::default())?;
    /// assert_eq!((found.rows.len(), found.unfitted[0].0.as_str(), &found.missing[..]), (1, "g1", &["HK2".to_string()][..]));
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn fit<S: AsRef<str>>(
        &self,
        table: &Expression,
        outcome: &Survival,
        genes: Option<&[S]>,
        beside: &Beside,
    ) -> Result<GeneSurvivals> {
        let samples = table.samples().len();
        let quantile = Normal.upper_quantile(0.5 * (1.0 - self.confidence))?;
        check(samples, outcome, beside)?;
        let (places, missing) = match genes {
            None => ((0..table.genes().len()).collect(), Vec::new()),
            Some(names) => wanted(table, names)?,
        };
        let prepared = Univariable::new(outcome, beside.strata, self.ties)?;
        let one = |&gene: &usize| {
            let name = table.genes()[gene].clone();
            (name, self.one(table.row(gene), outcome, &prepared, beside))
        };
        let found: Vec<(String, std::result::Result<Fitted, String>)> = places.par_iter().map(one).collect();

        let (mut rows, mut unfitted, mut uncut) = (Vec::new(), Vec::new(), Vec::new());
        for (gene, fitted) in found {
            let Fitted { coefficient: b, se, samples, cut } = match fitted {
                Ok(fitted) => fitted,
                Err(reason) => {
                    unfitted.push((gene, reason));
                    continue;
                }
            };
            let cut = cut.unwrap_or_else(|reason| {
                uncut.push((gene.clone(), reason));
                Cut { at: f64::NAN, low: 0, statistic: f64::NAN, p_value: f64::NAN }
            });
            rows.push(GeneSurvival {
                gene,
                samples,
                hazard_ratio: b.exp(),
                lower: (b - quantile * se).exp(),
                upper: (b + quantile * se).exp(),
                p_value: (2.0 * Normal.upper((b / se).abs())).min(1.0),
                adj_p_value: 1.0,
                cut: cut.at,
                cut_low: cut.low,
                cut_statistic: cut.statistic,
                cut_p_value: cut.p_value,
                cut_adj_p_value: f64::NAN,
            });
        }
        let of_models = adjust(&rows.iter().map(|row| row.p_value).collect::<Vec<_>>(), self.adjustment)?;
        // Missing ones stay so, and are not counted.
        let of_cuts = adjust(&rows.iter().map(|row| row.cut_p_value).collect::<Vec<_>>(), self.adjustment)?;
        for ((row, model), cut) in rows.iter_mut().zip(of_models).zip(of_cuts) {
            (row.adj_p_value, row.cut_adj_p_value) = (model, cut);
        }
        rows.sort_by(|a, b| a.p_value.total_cmp(&b.p_value));
        Ok(GeneSurvivals { rows, unfitted, uncut, missing, samples, events: outcome.events() })
    }
}

fn check(samples: usize, outcome: &Survival, beside: &Beside) -> Result<()> {
    let strata = beside.strata.map(|strata| ("strata", strata.len()));
    let covariates = beside.covariates.iter().map(|column| ("values of a covariate", column.len()));
    for (what, found) in [("outcomes", outcome.len())].into_iter().chain(strata).chain(covariates) {
        if found != samples {
            let message = format!("{found} {what} for {samples} samples: give one for each, in the order of the table");
            return Err(Error::Samples(message));
        }
    }
    match outcome.events() {
        0 => Err(Error::Samples(format!("none of the {samples} samples has the event"))),
        _ => Ok(()),
    }
}

/// The places of genes by name, each once, and the names that are not there.
fn wanted<S: AsRef<str>>(table: &Expression, names: &[S]) -> Result<(Vec<usize>, Vec<String>)> {
    let places = table.places();
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in names.iter().map(AsRef::as_ref) {
        match places.get(name) {
            Some(&place) if !found.contains(&place) => found.push(place),
            Some(_) => (),
            None => missing.push(name.to_string()),
        }
    }
    if found.is_empty() && !missing.is_empty() {
        return Err(Error::MissingGenes { genes: missing });
    }
    Ok((found, missing))
}
