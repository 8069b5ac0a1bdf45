//! The models of `radsurv train` and their settings.

use std::path::Path;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use radsurv_survival::{AnySettings, ModelKind, SvmSettings};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// What the settings of a Cox model mean.
const COX: &[(&str, &str)] = &[
    ("ties", "How events of the same time are counted: \"efron\", \"breslow\" or \"exact\"."),
    (
        "penalty",
        "\"none\", or \"firth\", which keeps coefficients finite where a feature separates the cases with events.",
    ),
    ("errors", "Standard errors by the \"information\", or \"robust\" (by the residuals of the cases)."),
    (
        "strata",
        "The column (one of the features) whose values are strata with baseline hazards of their own; \"\" for none.",
    ),
    (
        "clusters",
        "The column (one of the features) whose values are clusters of cases, to which errors are robust; \"\" for none.",
    ),
    ("max_iterations", "The number of Newton steps at most."),
    ("tolerance", "The likelihood has converged when it changes by less than this part of itself."),
];

/// What the settings of a lasso mean.
const LASSO: &[(&str, &str)] = &[
    (
        "lambda",
        "The penalty: \"lambda-min\", the best of cross-validation; \"lambda-1se\", the largest within a standard error of it; \
         { fixed = 0.05 }.",
    ),
    ("path", "The path of penalties."),
    ("path.alpha", "1 is the lasso, 0 ridge regression, between them the elastic net."),
    ("path.standardize", "Divide features by their standard deviation before they are penalised."),
    ("path.ties", "How events of the same time are counted: \"breslow\" or \"efron\"."),
    ("path.tolerance", "How far from the conditions of the minimum a derivative may be, as a part of the largest."),
    (
        "path.lambdas.grid",
        "So many penalties, in equal steps of their logarithm; ratio = 0.01 is the last by the first. \
         Or in place of this in [path]: lambdas = { given = [0.1, 0.05] }.",
    ),
    ("path.penalty_factors", "How much more or less than others a feature is penalised, 0 not at all: age = 0.0"),
    ("cross_validation", "How the penalty is chosen, within the training cases."),
    ("cross_validation.folds", "The number of folds."),
    ("cross_validation.repeats", "How often, with other folds each time."),
    ("cross_validation.measure", "What a fold is judged by: \"grouped-deviance\", \"deviance\" or \"concordance\"."),
    ("cross_validation.seed", "The seed of the folds; --seed comes before it."),
];

/// What the settings of a random survival forest mean.
const FOREST: &[(&str, &str)] = &[
    ("trees", "The number of trees."),
    ("split_rule", "What decides between cut points: \"log-rank\" or \"log-rank-score\"."),
    (
        "cut_points",
        "Which cut points of a feature are looked at: \"all\" (in place of this table: cut_points = \"all\"), so many at random, or \
         uniform = 1 for numbers drawn between the smallest and the largest value (extremely randomised trees).",
    ),
    (
        "tried_features",
        "How many features are looked at in a node: \"sqrt\" of their number, \"all\", { count = 20 } or { fraction = 0.3 }.",
    ),
    ("min_split", "A node of fewer cases is not split."),
    ("min_leaf", "A split leaves at least so many cases on both sides."),
    ("node_count", "What counts as a case in these two: \"drawn\" (as often as it was drawn) or \"distinct\" (once)."),
    ("replace", "Whether the cases of a tree are drawn with replacement."),
    ("fraction", "How many are drawn, as a part of the number of cases."),
    (
        "curves",
        "Survival: \"mean-survival\", the mean of the Kaplan-Meier estimates of the leaves, or \"mean-hazard\", exp(-H) of their mean \
         cumulative hazard H.",
    ),
    (
        "missing",
        "Missing values: \"refused\", or \"better-side\": cases without a value go together where the split is better.",
    ),
    ("categorical", "Features whose numbers are codes of categories without an order: [\"site\"]."),
    (
        "seed",
        "The seed of the trees; --seed comes before it. A further setting is max_depth = 5 (no limit without it).",
    ),
];

/// What the settings of boosted trees mean.
const GBM: &[(&str, &str)] = &[
    (
        "learner",
        "What is fitted in each round: \"trees\", or { linear = { centre = true } }, a straight line in one feature (component-wise \
         boosting).",
    ),
    ("rounds", "The most rounds, of a tree each (n.trees)."),
    (
        "stopping",
        "How the number of rounds is chosen: \"out-of-fold\", the best of the folds below; \"never\", all of them; \"out-of-bag\", by \
         the cases outside of the sample of each tree; or { part = { share = 0.2, patience = 50 } }, by a part that is kept out.",
    ),
    ("learning_rate", "What the values of leaves are multiplied with (shrinkage)."),
    ("splits", "The most splits of a tree (interaction.depth): so many features can act together."),
    ("min_leaf", "The least number of cases on the left and right side of a split (n.minobsinnode)."),
    ("cases", "The share of cases that each tree is fitted to, drawn without replacement (bag.fraction)."),
    ("seed", "The seed of the samples of cases; --seed comes before it, and before that of the folds."),
    (
        "loss.cox",
        "Log hazards by the partial likelihood; ties: \"breslow\" or \"efron\". Or in place of this table the logarithm of times: \
         loss = \"censored-squares\" or \"weighted-squares\".",
    ),
    (
        "monotone",
        "How the risk changes with a feature, where that is known: age = \"rising-risk\" or \"falling-risk\".",
    ),
];

/// What the settings of boosted trees of second order mean.
const XGB: &[(&str, &str)] = &[
    ("rounds", "The most rounds, of a tree each."),
    (
        "stopping",
        "How the number of rounds is chosen: \"out-of-fold\", the best of the folds below; \"never\", all of them; or \
         { part = { share = 0.2, patience = 50 } }, by a part of the cases that is kept out.",
    ),
    ("learning_rate", "What the values of leaves are multiplied with (eta)."),
    ("max_depth", "The most splits one after the other."),
    (
        "min_child_weight",
        "The least sum of second derivatives on a side of a split: about the expected number of events.",
    ),
    ("lambda", "The penalty of squared values of leaves."),
    ("alpha", "The penalty of absolute values of leaves."),
    ("gamma", "What a split must gain at least."),
    ("max_delta_step", "The largest value of a leaf before the learning rate; 0 for no limit."),
    ("cases", "The share of cases that each tree is grown on (subsample)."),
    ("columns_by_tree", "The share of features that a tree may use (colsample_bytree)."),
    ("columns_by_level", "The share of these that a level of it may use (colsample_bylevel)."),
    ("columns_by_node", "The share of these that a node may use (colsample_bynode)."),
    ("seed", "The seed of samples of cases and features; --seed comes before it, and before that of the folds."),
    (
        "objective.cox",
        "Log hazards by the partial likelihood; ties: \"breslow\", \"efron\" or \"as-xgboost\". Or in place of this table the \
         logarithm of times: objective = { accelerated-failure = { distribution = \"normal\", scale = 1.0 } } (\"logistic\", \
         \"extreme\").",
    ),
    (
        "method.histogram",
        "Splits between so many bins of values, 256 at most. Or method = \"exact\": between any two values.",
    ),
    (
        "monotone",
        "How the risk changes with a feature, where that is known: age = \"rising-risk\" or \"falling-risk\".",
    ),
];

/// What the settings of curves learned from held-out scores mean.
const HELD_OUT: &[(&str, &str)] = &[
    (
        "folds",
        "Each is scored by a model of the others. What these scores say decides about survival curves and rounds.",
    ),
    ("folds.folds", "The number of folds."),
    ("folds.repeats", "How often cases are divided, with other folds each time."),
    ("folds.seed", "The seed of the folds; --seed comes before it."),
    ("calibration", "The survival curves, learned from these scores."),
    ("calibration.slope", "What scores are multiplied with: what outcomes say (\"fitted\"), or \"one\"."),
    ("calibration.ties", "How events of the same time are counted: \"efron\", \"breslow\" or \"exact\"."),
];

/// What the settings of a survival SVM mean.
const SVM: &[(&str, &str)] = &[
    ("max_steps", "The steps of the solver at most, in each of its rounds."),
    ("tolerance", "How near the minimum it must be."),
    ("curves", "Whether survival curves are learned, which takes a model without each fold."),
    (
        "kernel",
        "What can be learned: kind = \"linear\", \"additive\", \"polynomial\" (degree, offset, scale: 1 by the number of features unless \
         given) or \"rbf\" (variance: half the number of features unless given).",
    ),
    (
        "formulation",
        "What is minimised: errors of times (kind = \"regression\": cost, time), of pairs (\"vanbelle1\": cost, pairs; \"vanbelle2\": cost, \
         pairs, time), of both (\"hybrid\": cost, pair_cost, pairs, time), or the squares of those of all pairs (\"fast\": alpha, \
         rank_ratio, intercept); \"survivalsvm-compat\" is what the R package does (programme, cost, pair_cost, pairs). The smaller the \
         cost, the simpler the model; it is 1 by the mean of K(x, x) unless given.",
    ),
    ("kernel.degree", "The degree of the polynomial."),
    ("kernel.offset", "What is added to products before they are raised to it, 0 or above."),
    ("formulation.time", "The unit of times: \"mean\", \"log\" for their logarithm, \"as-given\"."),
];

/// The settings of a survival SVM from a file. The kernel is that of the model's name: a file may say more of it, but not name another.
fn read_svm(model: ModelKind, path: &Path) -> Result<SvmSettings> {
    let at = |what: String| Error::Input(format!("{}: {}", path.display(), what.trim_end()));
    let text = std::fs::read_to_string(path).map_err(|e| at(e.to_string()))?;
    let table: toml::Table = toml::from_str(&text).map_err(|e| at(e.to_string()))?;
    let mut settings: SvmSettings = toml::from_str(&text).map_err(|e| at(e.to_string()))?;
    let kernel = model.kernel().unwrap_or_default();
    if !table.contains_key("kernel") {
        settings.kernel = kernel;
    }
    if std::mem::discriminant(&settings.kernel) != std::mem::discriminant(&kernel) {
        return Err(at("its kernel is another one than that of --model".to_string()));
    }
    Ok(settings)
}

/// The settings of a model from a file, or its defaults.
pub fn settings(model: ModelKind, config: Option<&Path>) -> Result<AnySettings> {
    fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
        let at = |what: String| Error::Input(format!("{}: {}", path.display(), what.trim_end()));
        let text = std::fs::read_to_string(path).map_err(|e| at(e.to_string()))?;
        toml::from_str(&text).map_err(|e| at(e.to_string()))
    }
    let Some(path) = config else { return Ok(model.settings()) };
    Ok(match model.settings() {
        AnySettings::Cox(_) => AnySettings::Cox(read(path)?),
        AnySettings::Coxnet(_) => AnySettings::Coxnet(read(path)?),
        AnySettings::Forest(_) => AnySettings::Forest(read(path)?),
        AnySettings::GradientBoosting(_) => AnySettings::GradientBoosting(read(path)?),
        AnySettings::NewtonBoosting(_) => AnySettings::NewtonBoosting(read(path)?),
        AnySettings::Svm(_) => AnySettings::Svm(read_svm(model, path)?),
    })
}

/// The default settings of a model as TOML, what each is above it.
pub fn defaults(model: ModelKind) -> Result<String> {
    let name = model.name();
    match model.settings() {
        AnySettings::Cox(settings) => commented(name, &settings, COX),
        AnySettings::Coxnet(settings) => commented(name, &settings, LASSO),
        AnySettings::Forest(settings) => commented(name, &settings, FOREST),
        AnySettings::GradientBoosting(settings) => commented(name, &settings, &[GBM, HELD_OUT].concat()),
        AnySettings::NewtonBoosting(settings) => commented(name, &settings, &[XGB, HELD_OUT].concat()),
        AnySettings::Svm(settings) => commented(name, &settings, &[SVM, HELD_OUT].concat()),
    }
}

/// The names of models as an option takes them, with what they are.
pub fn model_names() -> impl TypedValueParser<Value = ModelKind> {
    let names = ModelKind::ALL.map(|kind| PossibleValue::new(kind.name()).help(kind.description()));
    PossibleValuesParser::new(names).try_map(|name| name.parse::<ModelKind>())
}

fn commented<T: Serialize>(name: &str, settings: &T, meanings: &[(&str, &str)]) -> Result<String> {
    let text = toml::to_string(settings).map_err(|e| Error::Input(format!("the settings of {name}: {e}")))?;
    let mut out = format!("# radsurv train --model {name} --config THIS_FILE ...\n");
    let mut table = String::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[') {
            table = name.replace(']', ".");
        }
        let key = match line.split_once(" = ") {
            Some((key, _)) => format!("{table}{key}"),
            None => table.trim_end_matches('.').to_string(),
        };
        if let Some((_, meaning)) = meanings.iter().find(|(k, _)| *k == key) {
            out.push('\n');
            out.push_str(&comment(meaning));
        }
        out.push_str(line);
        out.push('\n');
    }
    Ok(out)
}

/// Lines of a comment that a terminal has room for.
fn comment(text: &str) -> String {
    const WIDTH: usize = 100;
    let mut out = String::from("#");
    let mut width = out.len();
    for word in text.split(' ') {
        if width + 1 + word.len() > WIDTH {
            out.push_str("\n#");
            width = 1;
        }
        out.push(' ');
        out.push_str(word);
        width += 1 + word.len();
    }
    out.push('\n');
    out
}
