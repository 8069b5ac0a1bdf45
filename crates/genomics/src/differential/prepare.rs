//! Values of any scale made ready for linear models.

use radsurv_data::{Covariates, Groups};
use radsurv_stats::summary::quantile_sorted;
use serde::{Deserialize, Serialize};

use super::design::{Design, GroupCoding};
use crate::error::{Error, Result};
use crate::expression::Expression;
use crate::expression::counts::{Counts, FilterByExpression, Normalisation, Replicates, VoomSettings};

/// What the values of a table of expression are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueScale {
    /// Logarithms to base 2: of microarrays, rlog, log2 CPM or TPM. They are taken as they are.
    #[default]
    Log2,
    /// Numbers of 0 and more (TPM, FPKM, intensities), of which *log2 (1 + x)* is taken.
    Linear,
    /// Counts of reads: genes of few are taken out ([`FilterByExpression`]), libraries normalised by TMM, and values weighted by
    /// [voom](VoomSettings).
    Counts,
}

/// Logarithms to base 2, and what they weigh.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The logarithms.
    pub expression: Expression,
    /// The weight of each value, in the order of [`Expression::values`]; none if all weigh the same.
    pub weights: Option<Vec<f64>>,
    /// What a reader must know.
    pub notices: Vec<String>,
}

impl ValueScale {
    /// Makes values ready for a [`Comparison`](super::Comparison) of these groups beside these covariates.
    ///
    /// # Errors
    /// [`Error::Counts`] if counts are none; [`Error::Transform`] if a linear value is negative; those of [`Design::of_groups`].
    ///
    /// # Example
    /// ```
    /// use radsurv_data::{Covariates, Groups};
    /// use radsurv_genomics::Expression;
    /// use radsurv_genomics::differential::ValueScale;
    /// let samples = ["P1", "P2", "P3", "P4"].map(String::from).to_vec();
    /// let table = Expression::new(vec!["HK2".into()], samples, vec![0.0, 1.0, 3.0, 7.0])?;
    /// let groups = Groups::new(["low", "low", "high", "high"].map(Some));
    /// let ready = ValueScale::Linear.prepare(&table, &groups, &Covariates::new(4))?;
    /// assert_eq!(ready.expression.values(), [0.0, 1.0, 2.0, 3.0]);
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn prepare(self, table: &Expression, groups: &Groups, covariates: &Covariates) -> Result<Prepared> {
        let mut notices = Vec::new();
        match self {
            Self::Log2 => {
                let mut values: Vec<f64> = table.values().iter().copied().filter(|value| !value.is_nan()).collect();
                values.sort_unstable_by(f64::total_cmp);
                if !values.is_empty() && quantile_sorted(&values, 0.99) > LARGE_LOGARITHM {
                    let what =
                        "the values do not look like logarithms: if they are none, say that they are linear or counts";
                    notices.push(what.to_string());
                }
                Ok(Prepared { expression: table.clone(), weights: None, notices })
            }
            Self::Linear => Ok(Prepared { expression: table.log2(1.0)?, weights: None, notices }),
            Self::Counts => {
                let counts = Counts::new(table.clone())?;
                let kept = FilterByExpression::default().keep(&counts, Replicates::Groups(groups))?;
                let gone = kept.iter().filter(|kept| !**kept).count();
                if gone == kept.len() {
                    return Err(Error::Counts("no gene has counts enough: are they counts?".to_string()));
                }
                if gone > 0 {
                    notices.push(format!("{gone} of {} genes have too few counts and are left out", kept.len()));
                }
                let counts = counts.filtered(&kept)?.normalised(&Normalisation::default())?;
                if counts.fractional() > 0 {
                    notices
                        .push(format!("{} counts are no whole numbers, as estimated counts are", counts.fractional()));
                }
                let design = Design::of_groups(table.samples(), groups, &GroupCoding::Means, covariates)?;
                let voom = VoomSettings::default().fit(&counts, design.columns())?;
                Ok(Prepared { expression: voom.expression, weights: Some(voom.weights), notices })
            }
        }
    }
}

/// A hundredth of the values of a table is not above this, if they are logarithms of anything that is measured. Single ones may be: regularised logarithms
/// of genes that are hardly there reach far.
const LARGE_LOGARITHM: f64 = 50.0;
