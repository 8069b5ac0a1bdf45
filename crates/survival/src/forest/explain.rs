//! SHAP values of a forest.

use radsurv_data::FeatureTable;

use super::Forest;
use super::predict::Rows;
use super::tree::{Node, goes_left};
use crate::error::Result;
use crate::explain::ShapValues;
use crate::explain::tree_shap::{PathNode, Paths, sum};

impl Forest {
    /// How far each feature moves the mortality of each case, exactly: see [`tree_shap`](crate::explain::tree_shap). Leaves weigh what
    /// their tree was grown of, each case as often as it was drawn.
    ///
    /// # Errors
    /// As [`predict_risk`](radsurv_data::SurvivalModel::predict_risk); [`Error::Setting`](crate::Error::Setting) if a path of a tree
    /// has more than 64 features.
    pub fn shap(&self, features: &FeatureTable) -> Result<ShapValues> {
        let rows = Rows::new(self, features)?;
        let count = self.trees.len() as f64;
        let trees: Vec<Paths> = self
            .trees
            .iter()
            .zip(self.mortalities())
            .map(|(tree, mortality)| {
                let node = |(at, node): (usize, &Node)| match node {
                    Node::Split { feature, right, .. } => {
                        PathNode::Split { feature: *feature as usize, parts: vec![at + 1, *right as usize] }
                    }
                    Node::Leaf { cases, .. } => {
                        PathNode::Leaf { value: mortality[at] / count, weight: f64::from(*cases) }
                    }
                };
                Paths::new(&tree.nodes.iter().enumerate().map(node).collect::<Vec<_>>())
            })
            .collect::<Result<_>>()?;
        let width = rows.width();
        let cases = rows.values(0..features.cases());
        let values = sum(&trees, width, features.cases(), |tree, node, case| match self.trees[tree].nodes[node] {
            Node::Split { feature, rule, missing_left, .. } => {
                u8::from(!goes_left(cases[case * width + feature as usize], rule, missing_left))
            }
            Node::Leaf { .. } => 0,
        });
        let used = (0..width).filter(|&feature| self.splits[feature].count > 0).collect();
        let base = trees.iter().map(Paths::mean).sum();
        Ok(ShapValues::of_used(used, &self.features, values, base, features))
    }
}
