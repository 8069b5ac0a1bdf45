//! What is usually searched of each model, and how widely.
//!
//! Ranges are those that a few hundred patients and some hundred features ask for. The model as it is by default is always the
//! first candidate, so that a search of any size begins there.

use crate::any::AnySettings;
use crate::boosting::Stopping;
use crate::boosting::gradient::GradientBoostingSettings;
use crate::boosting::newton::NewtonBoostingSettings;
use crate::cox::CoxSettings;
use crate::coxnet::CoxnetSettings;
use crate::error::Result;
use crate::forest::ForestSettings;
use crate::svm::{Kernel, SvmSettings};

use super::space::{Assignment, Space, Values};
use super::tune::Candidate;

/// A model, and which of its settings are searched.
///
/// # Example
/// ```
/// use radsurv_survival::selection::ModelSearch;
/// let candidates = ModelSearch::forest().draw("rsf", 0, 20, 1)?;
/// assert_eq!((candidates.len(), candidates[0].name.as_str()), (20, "rsf"));
/// assert!(candidates[1].name.starts_with("rsf: fraction = "));
/// # Ok::<(), radsurv_survival::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSearch {
    /// The model, with the settings that are not searched.
    pub base: AnySettings,
    /// Those that are.
    pub space: Space,
}

fn log_uniform(low: f64, high: f64) -> Values {
    Values::LogUniform { low, high }
}

impl ModelSearch {
    /// Cox regression: nothing is searched.
    pub fn cox() -> Self {
        Self { base: AnySettings::Cox(CoxSettings::default()), space: Space::new() }
    }

    /// The elastic net: the mixture of its penalties (*lambda* it finds itself, by folds within the cases it is fitted to), and
    /// whether it takes the best *lambda* or the simplest that is nearly as good.
    pub fn coxnet() -> Self {
        let space = Space::new()
            .with("path.alpha", Values::Uniform { low: 0.05, high: 1.0 })
            .with("lambda", Values::List(vec!["lambda-min".into(), "lambda-1se".into()]));
        let mut base = CoxnetSettings::default();
        // Within folds within folds: five are enough.
        base.cross_validation.folds = 5;
        Self { base: AnySettings::Coxnet(base), space }
    }

    /// A random survival forest: the size of leaves, how many features a node looks at, how many cases a tree is grown on.
    pub fn forest() -> Self {
        let part = |part: f64| serde_json::json!({ "fraction": part });
        let tried = vec!["sqrt".into(), part(0.02), part(0.1), part(0.2), part(0.4)];
        let space = Space::new()
            .with("min_leaf", Values::LogWhole { low: 3, high: 40 })
            .with("tried_features", Values::List(tried))
            .with("fraction", Values::Uniform { low: 0.5, high: 1.0 });
        Self { base: AnySettings::Forest(ForestSettings::default()), space }
    }

    /// Boosted trees, as gbm's: rounds, learning rate, splits of a tree, size of leaves, cases per tree. Rounds are a setting like
    /// others here, so that a fit needs no folds of its own.
    pub fn gradient_boosting() -> Self {
        let base = GradientBoostingSettings { stopping: Stopping::Never, rounds: 100, ..Default::default() };
        let space = Space::new()
            .with("rounds", Values::LogWhole { low: 20, high: 500 })
            .with("learning_rate", log_uniform(0.005, 0.1))
            .with("splits", Values::Whole { low: 1, high: 4 })
            .with("min_leaf", Values::LogWhole { low: 5, high: 30 })
            .with("cases", Values::Uniform { low: 0.4, high: 0.9 });
        Self { base: AnySettings::GradientBoosting(base), space }
    }

    /// Boosted trees of second order, as XGBoost's: rounds, learning rate, depth, the weight of leaves, penalties, and the cases
    /// and features of a tree.
    pub fn newton_boosting() -> Self {
        let base = NewtonBoostingSettings {
            stopping: Stopping::Never,
            rounds: 100,
            learning_rate: 0.05,
            max_depth: 3,
            ..Default::default()
        };
        let space = Space::new()
            .with("rounds", Values::LogWhole { low: 20, high: 300 })
            .with("learning_rate", log_uniform(0.01, 0.3))
            .with("max_depth", Values::Whole { low: 1, high: 5 })
            .with("min_child_weight", log_uniform(0.5, 10.0))
            .with("lambda", log_uniform(0.1, 30.0))
            .with("cases", Values::Uniform { low: 0.5, high: 1.0 })
            .with("columns_by_tree", Values::Uniform { low: 0.2, high: 1.0 });
        Self { base: AnySettings::NewtonBoosting(base), space }
    }

    /// A survival SVM with errors of times: the cost of an error. Those of kernels are standardised, so that costs mean the same of
    /// any number of features.
    pub fn svm(kernel: Kernel) -> Self {
        let base = SvmSettings { kernel, ..SvmSettings::default() };
        let space = Space::new().with("formulation.cost", log_uniform(1e-5, 0.1));
        Self { base: AnySettings::Svm(base), space }
    }

    /// So many candidates, one at least: the model as it is, and others with settings drawn at random, fewer if there are no more.
    /// `steps` is the place of the steps that come before all of them.
    ///
    /// # Errors
    /// As [`Space::draw`] and [`AnySettings::with`].
    pub fn draw(&self, name: &str, steps: usize, count: usize, seed: u64) -> Result<Vec<Candidate<AnySettings>>> {
        let others = count.saturating_sub(1);
        let drawn = if self.space.settings().is_empty() { Vec::new() } else { self.space.draw(others, seed)? };
        self.candidates(name, steps, drawn.into_iter())
    }

    /// The model as it is, and others with each combination of listed values.
    ///
    /// # Errors
    /// As [`Space::grid`] and [`AnySettings::with`].
    pub fn grid(&self, name: &str, steps: usize) -> Result<Vec<Candidate<AnySettings>>> {
        let all = if self.space.settings().is_empty() { Vec::new() } else { self.space.grid()? };
        self.candidates(name, steps, all.into_iter())
    }

    fn candidates(
        &self,
        name: &str,
        steps: usize,
        assignments: impl Iterator<Item = Assignment>,
    ) -> Result<Vec<Candidate<AnySettings>>> {
        let model = name.to_string();
        let own = Candidate { name: model.clone(), model: model.clone(), steps, settings: self.base.clone() };
        let with = |assignment: Assignment| {
            let settings = self.base.with(&assignment)?;
            Ok(Candidate { name: format!("{name}: {assignment}"), model: model.clone(), steps, settings })
        };
        std::iter::once(Ok(own)).chain(assignments.map(with)).collect()
    }
}
