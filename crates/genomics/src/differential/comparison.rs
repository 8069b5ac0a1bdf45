//! Two groups compared, gene by gene: the common case in one.

use radsurv_data::{Covariates, Groups, list};
use radsurv_stats::multiple::Adjustment;
use serde::{Deserialize, Serialize};

use super::bayes::{BayesSettings, Moderated};
use super::design::{Design, GroupCoding};
use super::fit::{LinearModel, Weights};
use super::table::{Order, TopTable};
use crate::error::{Error, Result};
use crate::expression::Expression;

/// A group compared with another one, beside covariates.
///
/// Samples of further groups stay in the model and lend their variance. With a column for each group but the reference, the
/// difference is a coefficient, so that it is exact also for genes with missing values.
///
/// # Example
/// ```
/// use radsurv_data::{Covariates, Groups};
/// use radsurv_genomics::Expression;
/// use radsurv_genomics::differential::{Change, ChangeRule, Comparison};
/// let samples = (1..=6).map(|i| format!("P{i}")).collect();
/// let values = vec![
///     1.0, 1.3, 0.9, 4.2, 4.0, 4.4, // HK2
///     5.0, 5.1, 4.8, 5.0, 4.9, 5.2, // TP53
///     7.1, 7.3, 7.0, 7.2, 7.0, 7.4, // KRAS
/// ];
/// let expression = Expression::new(["HK2", "TP53", "KRAS"].map(String::from).to_vec(), samples, values)?;
/// let risk = Groups::new(["low", "low", "low", "high", "high", "high"].map(Some));
///
/// let comparison = Comparison { reference: Some("low".into()), ..Comparison::default() };
/// let found = comparison.run(&expression, &risk, &Covariates::new(6))?;
/// assert_eq!(found.table.coefficient, "high - low");
/// assert_eq!(found.table.rows[0].gene, "HK2");
/// assert_eq!(found.table.changed(&ChangeRule::default(), Change::Up), ["HK2"]);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Comparison {
    /// The group that is compared with; the first one if none is given.
    pub reference: Option<String>,
    /// The group that is compared; of two groups the other one if none is given.
    pub group: Option<String>,
    /// How variances are moderated.
    pub bayes: BayesSettings,
    /// How p-values are adjusted for the number of genes: Benjamini and Hochberg's.
    pub adjustment: Adjustment,
    /// The order of the table: by p-value.
    pub order: Order,
}

/// Genes of two groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// All genes; its coefficient is named `high - low`.
    pub table: TopTable,
    /// The model, its [notices](Moderated::notices) and further coefficients, of which that of the group has its name alone.
    pub model: Moderated,
    /// The group that was compared.
    pub group: String,
    /// The group it was compared with.
    pub reference: String,
}

impl Comparison {
    /// Compares the groups of all samples; all covariates are in the model.
    ///
    /// # Errors
    /// [`Error::Design`] if the groups to compare are not clear or not there; as [`Design::of_groups`],
    /// [`LinearModel::fit`] and [`BayesSettings::moderate`].
    pub fn run(&self, expression: &Expression, groups: &Groups, covariates: &Covariates) -> Result<Compared> {
        self.run_weighted(expression, groups, covariates, None)
    }

    /// The same with weights of values or samples, such as those of `voom`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_weighted(
        &self,
        expression: &Expression,
        groups: &Groups,
        covariates: &Covariates,
        weights: Option<Weights>,
    ) -> Result<Compared> {
        let (group, reference) = self.which(groups)?;
        let coding = GroupCoding::Reference(Some(reference.clone()));
        let design = Design::of_groups(expression.samples(), groups, &coding, covariates)?;
        let plain = LinearModel::new(&design);
        let fit = weights.map_or(plain, |weights| plain.with_weights(weights)).fit(expression)?;
        let model = self.bayes.moderate(&fit)?;
        let mut table = model.top_table(&group, self.adjustment, self.order)?;
        table.coefficient = format!("{group} - {reference}");
        Ok(Compared { table, model, group, reference })
    }

    /// The group and the reference among these groups.
    ///
    /// # Errors
    /// [`Error::Design`] if they are not clear or not there.
    pub fn which(&self, groups: &Groups) -> Result<(String, String)> {
        let levels = groups.levels();
        for name in [&self.reference, &self.group].into_iter().flatten() {
            if !levels.contains(name) {
                return Err(Error::Design(format!("has no group {name:?}; its groups are {}", list(levels))));
            }
        }
        let first = || levels.iter().find(|level| Some(*level) != self.group.as_ref());
        let Some(reference) = self.reference.as_ref().or_else(first) else {
            return Err(Error::Design(format!("has one group alone ({}): there is nothing to compare", list(levels))));
        };
        let mut others = levels.iter().filter(|level| *level != reference);
        let group = match (&self.group, others.next(), others.next()) {
            (Some(group), ..) if group == reference => {
                return Err(Error::Design(format!("compares the group {group} with itself")));
            }
            (Some(group), ..) => group,
            (None, Some(other), None) => other,
            (None, None, _) => {
                return Err(Error::Design(format!("has one group alone ({reference}): there is nothing to compare")));
            }
            _ => {
                let what =
                    format!("has {} groups ({}): say which is compared with {reference}", levels.len(), list(levels));
                return Err(Error::Design(what));
            }
        };
        Ok((group.clone(), reference.clone()))
    }
}
