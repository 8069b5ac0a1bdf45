//! Fits whose variances have learned from each other, and tables of them.

use radsurv_stats::distribution::StudentT;
use radsurv_stats::multiple::{Adjustment, adjust};

use super::super::linear_fit::{LinearFit, Notice};
use super::super::table::{FRow, FTable, GeneRow, Order, TopTable};
use crate::error::{Error, Result};

/// Fits whose variances have learned from each other, and what their tests say: the result of
/// [`BayesSettings::moderate`](super::BayesSettings::moderate) and [`TreatSettings::moderate`](super::TreatSettings::moderate). Values are one per gene; or one per gene and
/// coefficient, those of the first gene first, NaN where nothing can be said.
#[derive(Debug, Clone, PartialEq)]
pub struct Moderated {
    pub(super) fit: LinearFit,
    pub(super) df_prior: Vec<f64>,
    pub(super) common_df_prior: f64,
    pub(super) s2_prior: Vec<f64>,
    pub(super) s2_post: Vec<f64>,
    pub(super) df_total: Vec<f64>,
    pub(super) t: Vec<f64>,
    pub(super) p_value: Vec<f64>,
    pub(super) b: Option<Vec<f64>>,
    /// The change to exceed.
    pub(super) beyond: Option<f64>,
}

/// The confidence limits of a coefficient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The lower one.
    pub lower: f64,
    /// The upper one.
    pub upper: f64,
}

impl Moderated {
    /// The fit it is of.
    pub fn fit(&self) -> &LinearFit {
        &self.fit
    }

    /// What a reader must know: of the fit, and of its moderation.
    pub fn notices(&self) -> &[Notice] {
        &self.fit.notices
    }

    /// The prior degrees of freedom of each gene: the same of all unless robust.
    pub fn df_prior(&self) -> &[f64] {
        &self.df_prior
    }

    /// The prior degrees of freedom of genes that are not outliers.
    pub fn common_df_prior(&self) -> f64 {
        self.common_df_prior
    }

    /// The prior variance of each gene: the same of all without a trend.
    pub fn s2_prior(&self) -> &[f64] {
        &self.s2_prior
    }

    /// The moderated variance of each gene.
    pub fn s2_post(&self) -> &[f64] {
        &self.s2_post
    }

    /// The degrees of freedom of each gene's t.
    pub fn df_total(&self) -> &[f64] {
        &self.df_total
    }

    /// The moderated t.
    pub fn t(&self) -> &[f64] {
        &self.t
    }

    /// The two-sided p-values of t.
    pub fn p_value(&self) -> &[f64] {
        &self.p_value
    }

    /// The log odds that a gene differs; none of tests of changes beyond a given one.
    pub fn b(&self) -> Option<&[f64]> {
        self.b.as_deref()
    }

    /// The standard error of each coefficient.
    pub fn errors(&self) -> Vec<f64> {
        let width = self.fit.names.len();
        let of = |(stdev, s2): (&[f64], &f64)| stdev.iter().map(|u| u * s2.sqrt()).collect::<Vec<_>>();
        self.fit.stdev_unscaled.chunks(width).zip(&self.s2_post).flat_map(of).collect()
    }

    /// Coefficients over their standard errors, in the order of operations of limma.
    pub(super) fn ratios(&self) -> Vec<f64> {
        let width = self.fit.names.len();
        let each = self.fit.coefficients.iter().zip(&self.fit.stdev_unscaled).enumerate();
        each.map(|(at, (b, u))| b / u / self.s2_post[at / width].sqrt()).collect()
    }

    /// The table of one coefficient or contrast: limma's `topTable` of all genes. Genes without p-value are last.
    ///
    /// # Errors
    /// [`Error::UnknownCoefficient`].
    pub fn top_table(&self, name: &str, adjustment: Adjustment, order: Order) -> Result<TopTable> {
        let (place, width) = (self.fit.place(name)?, self.fit.names.len());
        let of = |values: &[f64]| -> Vec<f64> { values.iter().skip(place).step_by(width).copied().collect() };
        let (log_fc, t, p_value, b) =
            (of(&self.fit.coefficients), of(&self.t), of(&self.p_value), self.b.as_deref().map(of));
        let adjusted = adjust(&p_value, adjustment)?;
        let row = |g: usize| GeneRow {
            gene: self.fit.genes[g].clone(),
            log_fc: log_fc[g],
            ave_expr: self.fit.ave_expr[g],
            t: t[g],
            p_value: p_value[g],
            adj_p_value: adjusted[g],
            b: b.as_ref().map(|b| b[g]),
        };
        let places = order.of(&p_value, |g| t[g].abs());
        Ok(TopTable { coefficient: name.to_string(), rows: places.into_iter().map(row).collect() })
    }

    /// The table of several coefficients together, by F: limma's `topTable` of these.
    ///
    /// # Errors
    /// As [`f_statistics`](Self::f_statistics).
    pub fn f_table(&self, names: &[&str], adjustment: Adjustment, order: Order) -> Result<FTable> {
        let tests = self.f_statistics(names)?;
        let adjusted = adjust(&tests.p_value, adjustment)?;
        let width = self.fit.names.len();
        let places: Vec<usize> = names.iter().map(|name| self.fit.place(name)).collect::<Result<_>>()?;
        let row = |g: usize| FRow {
            gene: self.fit.genes[g].clone(),
            coefficients: places.iter().map(|k| self.fit.coefficients[g * width + k]).collect(),
            ave_expr: self.fit.ave_expr[g],
            f: tests.f[g],
            p_value: tests.p_value[g],
            adj_p_value: adjusted[g],
        };
        let rows = order.of(&tests.p_value, |g| tests.f[g]).into_iter().map(row).collect();
        Ok(FTable { coefficients: names.iter().map(|name| name.to_string()).collect(), df1: tests.df1, rows })
    }

    /// The confidence limits of one coefficient, one per gene: the coefficient and on either side of it the quantile of its t times its standard
    /// error (limma's `topTable(confint = level)`).
    ///
    /// # Errors
    /// [`Error::UnknownCoefficient`]; [`Error::Moderation`] if the level is not between 0 and 1.
    pub fn limits(&self, name: &str, level: f64) -> Result<Vec<Limits>> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::Moderation(format!(
                "the level of confidence is {level}: give a number between 0 and 1"
            )));
        }
        let (place, width) = (self.fit.place(name)?, self.fit.names.len());
        let one = |(g, df): (usize, &f64)| {
            let at = g * width + place;
            let quantile = match StudentT::new(*df) {
                Ok(of) => of.quantile((1.0 + level) / 2.0)?,
                Err(_) => f64::NAN,
            };
            let margin = self.s2_post[g].sqrt() * self.fit.stdev_unscaled[at] * quantile;
            let b = self.fit.coefficients[at];
            Ok(Limits { lower: b - margin, upper: b + margin })
        };
        self.df_total.iter().enumerate().map(one).collect()
    }
}
