//! The table of the features of a model: what each counts in it.

use std::collections::HashMap;

use radsurv_data::{Importance, SurvivalModel, Table, number};
use radsurv_survival::boosting::SplitImportance;
use radsurv_survival::{AnyModel, coxnet};

use crate::error::Result;

/// How much each feature counts: all of a Cox model in their order, those of a lasso that stay or of trees that are split,
/// the most important first.
pub fn features_table(model: &AnyModel) -> Result<Table> {
    let columns = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
    let name = "the table of features";
    match model {
        AnyModel::Cox(cox) => {
            let mut table = Table::new(
                columns(&["feature", "coefficient", "se", "hazard_ratio", "lower", "upper", "z", "p"]),
                name,
            )?;
            for (feature, row) in cox.covariates().iter().zip(cox.coefficients(0.95)?) {
                let se = row.robust_se.unwrap_or(row.se);
                let numbers = [row.coefficient, se, row.hazard_ratio, row.lower, row.upper, row.z, row.p_value];
                table.push(std::iter::once(feature.clone()).chain(numbers.map(number::format)).collect())?;
            }
            Ok(table)
        }
        AnyModel::Coxnet(net) => {
            let mut table = Table::new(columns(&["feature", "coefficient", "importance"]), name)?;
            for row in net.importance() {
                let of_it = |c: &&coxnet::Coefficient| net.features()[c.feature] == row.feature;
                let coefficient = net.chosen().coefficients.iter().find(of_it).map_or(0.0, |c| c.value);
                table.push(vec![row.feature, number::format(coefficient), number::format(row.value)])?;
            }
            Ok(table)
        }
        AnyModel::Forest(forest) => {
            let mut table = Table::new(columns(&["feature", "importance", "splits", "minimal_depth"]), name)?;
            let depths = forest.minimal_depths();
            for row in forest.importance() {
                let place = forest.features().iter().position(|feature| *feature == row.feature);
                let Some((splits, depth)) = place.and_then(|p| Some((forest.splits().get(p)?, depths.get(p)?))) else {
                    continue;
                };
                let numbers = [row.value, splits.count as f64, *depth];
                table.push(std::iter::once(row.feature).chain(numbers.map(number::format)).collect())?;
            }
            Ok(table)
        }
        AnyModel::GradientBoosting(trees) => boosted(|kind| trees.importance_by(kind)),
        AnyModel::NewtonBoosting(trees) => boosted(|kind| trees.importance_by(kind)),
        AnyModel::Svm(svm) => {
            let mut table = Table::new(columns(&["feature", "importance", "coefficient"]), name)?;
            let coefficients = svm.coefficients();
            for row in svm.importance() {
                let place = svm.features().iter().position(|feature| *feature == row.feature);
                // Kernels other than the linear one have none.
                let coefficient =
                    place.and_then(|p| coefficients.as_ref()?.get(p)).map_or(String::new(), |c| number::format(*c));
                table.push(vec![row.feature, number::format(row.value), coefficient])?;
            }
            Ok(table)
        }
    }
}

/// The features of boosted trees: what their splits gain, how many there are, and how near to the root they come.
fn boosted(importance: impl Fn(SplitImportance) -> Vec<Importance>) -> Result<Table> {
    let columns = ["feature", "importance", "splits", "nearness"].map(String::from).to_vec();
    let mut table = Table::new(columns, "the table of features")?;
    let by = |kind| -> HashMap<String, f64> { importance(kind).into_iter().map(|i| (i.feature, i.value)).collect() };
    let (splits, nearness) = (by(SplitImportance::Frequency), by(SplitImportance::MinimalDepth));
    for row in importance(SplitImportance::TotalGain) {
        let other = |of: &HashMap<String, f64>| of.get(&row.feature).copied().unwrap_or(0.0);
        let numbers = [row.value, other(&splits), other(&nearness)].map(number::format);
        table.push(std::iter::once(row.feature.clone()).chain(numbers).collect())?;
    }
    Ok(table)
}
