//! SHAP values of boosted trees.

use radsurv_data::FeatureTable;

use super::NewtonBoosting;
use crate::error::Result;
use crate::explain::ShapValues;
use crate::explain::tree_shap::{PathNode, Paths, sum};

impl NewtonBoosting {
    /// How far each feature moves the risk of each case, exactly: see [`tree_shap`](crate::explain::tree_shap). Leaves weigh the second
    /// derivatives of their cases, as XGBoost's `pred_contribs` has it.
    ///
    /// # Errors
    /// As [`predict_risk`](radsurv_data::SurvivalModel::predict_risk); [`Error::Setting`](crate::Error::Setting) if a path of a tree
    /// has more than 64 features.
    pub fn shap(&self, features: &FeatureTable) -> Result<ShapValues> {
        let objective = self.settings().objective;
        let sign = objective.risk(1.0).signum();
        let paths = |tree: &super::Tree| {
            let node = |node: &super::Node| match &node.split {
                Some(split) => PathNode::Split { feature: split.feature, parts: vec![split.left, split.left + 1] },
                None => PathNode::Leaf { value: sign * f64::from(node.value), weight: f64::from(node.cover) },
            };
            Paths::new(&tree.nodes().iter().map(node).collect::<Vec<_>>())
        };
        let trees: Vec<Paths> = self.trees().iter().map(paths).collect::<Result<_>>()?;
        let columns = self.columns(features)?;
        let values = sum(&trees, columns.len(), features.cases(), |tree, node, case| {
            let split = self.trees()[tree].nodes()[node].split;
            split.map_or(0, |split| u8::from(!split.goes_left(columns[split.feature][case])))
        });
        let base = objective.risk(self.base() as f32) + trees.iter().map(Paths::mean).sum::<f64>();
        Ok(ShapValues::of_used(self.places(), self.names(), values, base, features))
    }
}
