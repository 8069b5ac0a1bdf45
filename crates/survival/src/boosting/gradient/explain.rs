//! SHAP values of boosted trees.

use radsurv_data::FeatureTable;

use super::{GradientBoosting, Learner};
use crate::error::{Error, Result};
use crate::explain::ShapValues;
use crate::explain::tree_shap::{PathNode, Paths, sum};

impl GradientBoosting {
    /// How far each feature moves the risk of each case, exactly: see [`tree_shap`](crate::explain::tree_shap). A split has three
    /// sides, the third of cases without a value.
    ///
    /// # Errors
    /// As [`predict_risk`](radsurv_data::SurvivalModel::predict_risk); [`Error::Setting`] if a path of a tree has more than 64
    /// features, and if the learner is linear: its [`linear_terms`](Self::linear_terms) are a linear model.
    pub fn shap(&self, features: &FeatureTable) -> Result<ShapValues> {
        if let Learner::Linear { .. } = self.settings().learner {
            let what = "SHAP values are computed of trees; linear_terms has the coefficients of this model";
            return Err(Error::Setting { name: "the learner", value: "linear".to_string(), what });
        }
        let sign = self.settings().loss.risk(1.0).signum();
        let paths = |tree: &super::Tree| {
            let node = |node: &super::Node| match &node.split {
                Some(split) => {
                    PathNode::Split { feature: split.feature, parts: (split.left..split.left + 3).collect() }
                }
                None => PathNode::Leaf { value: sign * node.value, weight: node.weight },
            };
            Paths::new(&tree.nodes().iter().map(node).collect::<Vec<_>>())
        };
        let trees: Vec<Paths> = self.trees().iter().map(paths).collect::<Result<_>>()?;
        let columns = self.columns(features)?;
        let values = sum(&trees, columns.len(), features.cases(), |tree, node, case| {
            let split = self.trees()[tree].nodes()[node].split;
            split.map_or(0, |split| split.side(columns[split.feature][case]) as u8)
        });
        let base = self.settings().loss.risk(self.base()) + trees.iter().map(Paths::mean).sum::<f64>();
        Ok(ShapValues::of_used(self.places(), self.names(), values, base, features))
    }
}
