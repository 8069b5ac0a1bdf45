//! `radsurv train`.

mod features;
mod settings;

use std::path::{Path, PathBuf};

use clap::Args;
use radsurv_data::{FeatureTable, FitSurvival, HeldOut, HeldOutBy, Survival, SurvivalModel, Table, number};
use radsurv_stats::nonparametric::harrell;
use radsurv_survival::coxnet::PathEnd;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::{AnyModel, AnySettings, ModelKind};

pub use features::features_table;
use settings::defaults;
pub use settings::{model_names, settings};

use crate::console::{self, Console};
use crate::error::{Error, Result, Status};
use crate::table::{CasesArgs, Choose, OutcomeArgs, outcome, read_cases};

/// `radsurv train`
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Print the settings of a model with their defaults, as a file for --config, and do nothing else.
    #[arg(long, value_name = "MODEL", value_parser = model_names(), exclusive = true)]
    print_config: Option<ModelKind>,
    #[command(flatten)]
    cases: Option<CasesArgs>,
    /// The features: the columns this regular expression matches [default: those named like radiomics features, as
    /// `radsurv extract` writes them].
    #[arg(long, value_name = "REGEX")]
    features: Option<String>,
    #[command(flatten)]
    outcome: Option<OutcomeArgs>,
    /// The model.
    #[arg(long, value_parser = model_names(), required_unless_present = "print_config")]
    model: Option<ModelKind>,
    /// The settings of the model, TOML [default: those that --print-config shows].
    #[arg(long, value_name = "TOML")]
    config: Option<PathBuf>,
    /// The seed of all that is random, in place of that of the settings.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The file to write, JSON. Beside it a table says how much each feature counts: M.features.csv.
    #[arg(long, value_name = "FILE", required_unless_present = "print_config")]
    out: Option<PathBuf>,
    /// Write the risks of the training cases by models that did not see them: by the trees of a forest whose sample they were
    /// not in, else by models of the other folds. What is learned from risks of training cases (a cut point, a
    /// calibration, a nomogram) must be learned from these.
    #[arg(long, value_name = "FILE")]
    held_out: Option<PathBuf>,
    /// The number of folds of these [default: 10].
    #[arg(long, value_name = "N", requires = "held_out")]
    folds: Option<usize>,
}

/// Trains a model, or prints settings.
pub fn run(args: &TrainArgs, console: &Console) -> Result<Status> {
    if let Some(model) = args.print_config {
        console::print(&defaults(model)?)?;
        return Ok(Status::Done);
    }
    let (Some(from), Some(of), Some(model), Some(out)) = (&args.cases, &args.outcome, args.model, &args.out) else {
        return Err(Error::Usage("give --table, --time, --event, --model and --out".to_string()));
    };
    let mut settings = settings::settings(model, args.config.as_deref())?;
    if let Some(seed) = args.seed {
        settings.set_seed(seed);
    }
    let table = read_cases(from, Choose::option(args.features.as_deref()), &of.covariates())?;
    let (cohort, outcome) = outcome(of, table, console)?;
    let features = cohort.features();
    if args.folds.is_some() && !matches!(settings, AnySettings::Cox(_) | AnySettings::Coxnet(_)) {
        let what = "--folds is for cox and lasso: forests score their training cases out of bag, boosted trees and SVMs by the folds of their \
                    settings ([folds] in --config)";
        return Err(Error::Usage(what.to_string()));
    }
    let Some(path) = &args.held_out else {
        let fitted = settings.fit(features, &outcome)?;
        write(&fitted, &outcome, out, console)?;
        return Ok(Status::Done);
    };
    let folds = FoldSettings::default();
    let folds =
        FoldSettings { folds: args.folds.unwrap_or(folds.folds), seed: args.seed.unwrap_or(folds.seed), ..folds };
    let fitted = settings.fit_held_out(features, &outcome, &folds, None)?;
    write(&fitted.model, &outcome, out, console)?;
    write_held_out(&fitted.held_out, features, &outcome, path, console)?;
    Ok(Status::Done)
}

fn write(model: &AnyModel, outcome: &Survival, out: &Path, console: &Console) -> Result<()> {
    model.save(out)?;
    features_table(model)?.write_csv(out.with_extension("features.csv"))?;
    tell(model, outcome, out, console);
    Ok(())
}

/// Writes case_id and risk, and says how well the risks order the cases.
pub fn write_held_out(
    held_out: &HeldOut,
    features: &FeatureTable,
    outcome: &Survival,
    path: &Path,
    console: &Console,
) -> Result<()> {
    let mut table = Table::new(["case_id", "risk"].map(String::from).to_vec(), "the held-out risks")?;
    for (id, score) in features.case_ids().iter().zip(held_out.scores()) {
        table.push(vec![id.clone(), score.map_or_else(String::new, number::format)])?;
    }
    table.write_csv(path)?;
    let by = match held_out.by() {
        HeldOutBy::Folds { folds, .. } => format!("by models of the other of {folds} folds"),
        HeldOutBy::Samples { trees } => format!("by those of {trees} trees whose sample they were not in"),
        _ => "by models that did not see them".to_string(),
    };
    let concordance = harrell(&held_out.values(), &outcome.rows(&held_out.cases()));
    let concordance = concordance.map_or_else(|_| String::new(), |c| format!(": C = {:.3}", c.estimate));
    console.line(&format!("wrote {}: risks of the training cases {by}{concordance}", path.display()));
    if held_out.absent() > 0 {
        console.line(&format!("{} training cases have no such risk", held_out.absent()));
    }
    Ok(())
}

/// Says what was trained.
fn tell(model: &AnyModel, outcome: &Survival, out: &Path, console: &Console) {
    let (cases, events, features) = (outcome.len(), outcome.events(), model.features().len());
    console.line(&format!("trained on {cases} cases with {events} events and {features} features"));
    if outcome.zero_times() > 0 {
        console.line(&format!("{} cases have a time of 0: they count as followed for no time", outcome.zero_times()));
    }
    if let AnyModel::Cox(cox) = model
        && let Some(c) = cox.tests().concordance
    {
        console.line(&format!("C = {:.3} (se {:.3}) of the training cases: lower for new ones", c.estimate, c.se));
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
    if let AnyModel::Svm(svm) = model {
        console.line(&format!("{} of the cases are support vectors", svm.support_vectors()));
        if svm.contains_training_rows() {
            console
                .line("the model has rows of training cases in it (without ids), as this kernel needs them to predict");
        }
        if let Some(warning) = svm.baseline().and_then(|baseline| baseline.status().warning()) {
            console.line(warning);
        }
    }
    if let AnyModel::GradientBoosting(trees) = model {
        boosted(trees.trees().len(), trees.baseline().and_then(|baseline| baseline.status().warning()), console);
    }
    if let AnyModel::NewtonBoosting(trees) = model {
        boosted(trees.trees().len(), trees.baseline().and_then(|baseline| baseline.status().warning()), console);
    }
    console.line(&format!("wrote {}", out.display()));
}

fn boosted(trees: usize, warning: Option<&str>, console: &Console) {
    match trees {
        0 => console.line("no tree predicts better than none: all cases have the same risk"),
        trees => console.line(&format!("{trees} trees")),
    }
    if let Some(warning) = warning {
        console.line(warning);
    }
}
