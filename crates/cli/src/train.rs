//! `radsurv train`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use radsurv_data::{FitSurvival, Survival, SurvivalModel, Table, number};
use radsurv_survival::coxnet::PathEnd;
use radsurv_survival::{AnyModel, AnySettings, CoxSettings, CoxnetSettings, ForestSettings, coxnet};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::console::{self, Console};
use crate::error::{Error, Result, Status};
use crate::table::{OutcomeArgs, TrainingArgs, outcome, training};

/// `radsurv train`
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Print the settings of a model with their defaults, as a file for --config, and do nothing else.
    #[arg(long, value_name = "MODEL", value_enum, exclusive = true)]
    print_config: Option<ModelName>,
    #[command(flatten)]
    training: Option<TrainingArgs>,
    #[command(flatten)]
    outcome: Option<OutcomeArgs>,
    /// The model.
    #[arg(long, value_enum, required_unless_present = "print_config")]
    model: Option<ModelName>,
    /// The settings of the model, TOML [default: those that --print-config shows].
    #[arg(long, value_name = "TOML")]
    config: Option<PathBuf>,
    /// The seed of all that is random, in place of that of the settings.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The file to write, JSON. Beside it a table says how much each feature counts: M.features.csv.
    #[arg(long, value_name = "FILE", required_unless_present = "print_config")]
    out: Option<PathBuf>,
}

/// The models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModelName {
    /// Cox regression: few features, hazard ratios with limits
    Cox,
    /// Cox regression with a lasso (or elastic net) penalty, chosen by cross-validation: many features
    Lasso,
    /// Random survival forest: effects of any form, and of features together
    Rsf,
}

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

/// Trains a model, or prints settings.
pub fn run(args: &TrainArgs, console: &Console) -> Result<Status> {
    if let Some(model) = args.print_config {
        console::print(&defaults(model)?)?;
        return Ok(Status::Done);
    }
    let (Some(from), Some(of), Some(model), Some(out)) = (&args.training, &args.outcome, args.model, &args.out) else {
        return Err(Error::Usage("give --table, --time, --event, --model and --out".to_string()));
    };
    let mut settings = settings(model, args.config.as_deref())?;
    if let Some(seed) = args.seed {
        settings.set_seed(seed);
    }
    let table = training(from, &of.covariates())?;
    let (cohort, outcome) = outcome(of, table, console)?;
    let fitted = settings.fit(cohort.features(), &outcome)?;
    fitted.save(out)?;
    features_table(&fitted)?.write_csv(out.with_extension("features.csv"))?;
    tell(&fitted, &outcome, out, console);
    Ok(Status::Done)
}

/// The settings of a model from a file, or its defaults.
fn settings(model: ModelName, config: Option<&Path>) -> Result<AnySettings> {
    fn read<T: DeserializeOwned + Default>(config: Option<&Path>) -> Result<T> {
        let Some(path) = config else { return Ok(T::default()) };
        let at = |what: String| Error::Input(format!("{}: {}", path.display(), what.trim_end()));
        let text = std::fs::read_to_string(path).map_err(|e| at(e.to_string()))?;
        toml::from_str(&text).map_err(|e| at(e.to_string()))
    }
    Ok(match model {
        ModelName::Cox => AnySettings::Cox(read::<CoxSettings>(config)?),
        ModelName::Lasso => AnySettings::Coxnet(read::<CoxnetSettings>(config)?),
        ModelName::Rsf => AnySettings::Forest(read::<ForestSettings>(config)?),
    })
}

/// The default settings of a model as TOML, what each is above it.
fn defaults(model: ModelName) -> Result<String> {
    match model {
        ModelName::Cox => commented("cox", &CoxSettings::default(), COX),
        ModelName::Lasso => commented("lasso", &CoxnetSettings::default(), LASSO),
        ModelName::Rsf => commented("rsf", &ForestSettings::default(), FOREST),
    }
}

fn commented<T: Serialize>(name: &str, settings: &T, meanings: &[(&str, &str)]) -> Result<String> {
    let text = toml::to_string(settings).map_err(|e| Error::Input(format!("the settings of {name}: {e}")))?;
    let mut out = format!("# radsurv train --model {name} --config THIS_FILE ...\n");
    let mut table = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            table = name.replace(']', ".");
        }
        let key = match line.split_once(" = ") {
            Some((key, _)) => format!("{table}{key}"),
            None => table.trim_end_matches('.').to_string(),
        };
        if let Some((_, meaning)) = meanings.iter().find(|(k, _)| *k == key) {
            out.push_str(&format!("\n# {meaning}\n"));
        }
        if !line.is_empty() {
            out.push_str(&format!("{line}\n"));
        }
    }
    Ok(out)
}

/// How much each feature counts: all of a Cox model in their order, those of a lasso that stay or of a forest that are split,
/// the most important first.
fn features_table(model: &AnyModel) -> Result<Table> {
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
    }
}

/// Says what was trained.
fn tell(model: &AnyModel, outcome: &Survival, out: &Path, console: &Console) {
    let (cases, events, features) = (outcome.len(), outcome.events(), model.features().len());
    console.line(&format!("trained on {cases} cases with {events} events and {features} features"));
    if outcome.zero_times() > 0 {
        console.line(&format!("{} cases have a time of 0: they count as followed for no time", outcome.zero_times()));
    }
    if let AnyModel::Coxnet(net) = model {
        let count = net.importance().len();
        console.line(&format!("{count} features have a coefficient (lambda {})", number::format(net.chosen().lambda)));
        let why = match net.path().end {
            PathEnd::Complete => None,
            PathEnd::Saturated => Some("the model explains nearly all there is"),
            PathEnd::NoGain => Some("smaller ones explained hardly more"),
            PathEnd::NotConverged => Some("the next one was not solved: coefficients may be infinite"),
        };
        if let Some(why) = why {
            console.line(&format!("the path of lambdas stopped early, after {}: {why}", net.path().points.len()));
        }
    }
    if let AnyModel::Forest(forest) = model {
        let found = forest.out_of_bag();
        let error = |error: Option<f64>| error.map_or("none".to_string(), |e| format!("{e:.4}"));
        let (harrell, uno) = (error(found.harrell_error), error(found.uno_error));
        console.line(&format!("out-of-bag error (1 - C): Harrell {harrell}, Uno {uno}; {} cases", found.cases));
    }
    console.line(&format!("wrote {}", out.display()));
}
