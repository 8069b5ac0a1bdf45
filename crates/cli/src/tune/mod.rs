//! `radsurv tune`.

mod search;
mod tables;

use std::path::{Path, PathBuf};

use clap::Args;
use radsurv_data::{Cohort, CovariateKind, Learner, Metric, Survival};
use radsurv_eval::metric::MetricKind;
use radsurv_study::pipeline::{FittedModel, StepSettings, steps};
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::screen::SelectionFrequency;
use radsurv_survival::selection::{Choice, CrossValidation, Measures, Nested, NestedValidation, Racing, Tuning};
use radsurv_survival::{AnySettings, ModelKind};

use search::{Asked, default_file};

use crate::console::{self, Console};
use crate::error::{Error, Result, Status};
use crate::table::{CasesArgs, Choose, OutcomeArgs, outcome, read_cases};
use crate::train::{features_table, model_names, write_held_out};

/// `radsurv tune`
#[derive(Debug, Clone, Args)]
#[command(after_help = TUNE_HELP)]
pub struct TuneArgs {
    /// Print what is searched of these models [default: the six], as a file for --config, and do nothing else.
    #[arg(long, value_name = "MODELS", value_delimiter = ',', value_parser = model_names(), num_args = 0.., exclusive = true)]
    print_config: Option<Vec<ModelKind>>,
    #[command(flatten)]
    cases: Option<CasesArgs>,
    /// The features: the columns this regular expression matches [default: those named like radiomics features, as
    /// `radsurv extract` writes them].
    #[arg(long, value_name = "REGEX")]
    features: Option<String>,
    #[command(flatten)]
    outcome: Option<OutcomeArgs>,
    /// The models that compete.
    #[arg(long, value_name = "MODELS", value_delimiter = ',', value_parser = model_names(), default_values_t = ModelKind::SIX)]
    models: Vec<ModelKind>,
    /// How many settings of each are tried: its defaults, and others drawn at random.
    #[arg(long, value_name = "N", default_value_t = 20)]
    candidates: usize,
    /// What is searched of which models, and the steps before them, TOML [default: what --print-config shows]; in place of --models
    /// and --candidates.
    #[arg(long, value_name = "TOML", conflicts_with_all = ["models", "candidates"])]
    config: Option<PathBuf>,
    /// Scale features first: each to the mean 0 and the standard deviation 1 of the training cases.
    #[arg(long)]
    zscore: bool,
    /// Remove the differences between the batches of this column (ComBat), behind the z-score. Cases of a batch that is not in
    /// the training cases are left as they are.
    #[arg(long, value_name = "COLUMN")]
    combat: Option<String>,
    /// Leave out features with a Spearman correlation above this with one that is kept, behind the others.
    #[arg(long, value_name = "R")]
    redundancy: Option<f64>,
    /// Keep the features that say something about the outcome, behind the others: `univariable` (p < 0.05 in a Cox model of each alone),
    /// `univariable:20` (the best 20), `mrmr:20` (which also say little of each other), `boruta`, `stability`.
    #[arg(long, value_name = "RULE", value_parser = search::screen)]
    screen: Option<StepSettings>,
    /// What decides.
    #[arg(long, value_name = "MEASURE", default_value_t = MetricKind::Harrell)]
    metric: MetricKind,
    /// The times of the measure; AUC(t) at these times is measured in any case: `--times 12,36,60`.
    #[arg(long, value_name = "TIMES", value_delimiter = ',')]
    times: Vec<f64>,
    /// Take the first settings that are not worse than the best by more than a standard error, and not the best.
    #[arg(long)]
    one_standard_error: bool,
    /// Drop the worse half of the settings of a model after the first fold, the second, the fourth: about half of the work.
    #[arg(long)]
    racing: bool,
    /// The folds that judge the search, each without a part in it; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,
    /// How often these are drawn.
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeats: usize,
    /// The folds within training cases that decide between settings.
    #[arg(long, value_name = "N", default_value_t = 5)]
    inner_folds: usize,
    /// Keep the cases of a group of this column in one fold: a patient with several rows, a centre.
    #[arg(long, value_name = "COLUMN")]
    groups: Option<String>,
    /// The seed of all that is random.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// The file of the winner, JSON, learned from all cases with its steps: for `radsurv predict`. Beside it M.models.csv says what each
    /// model shows, M.comparison.csv whether they differ, M.trials.csv all settings that were tried, M.features.csv what each feature counts in the winner, M.frequency.csv in how many outer folds
    /// the best model used each.
    #[arg(long, value_name = "FILE", required_unless_present = "print_config")]
    out: Option<PathBuf>,
    /// Write the risk of each case by what was learned and chosen without it (its outer fold): what a cut point, a calibration or a
    /// nomogram may be learned from.
    #[arg(long, value_name = "FILE")]
    held_out: Option<PathBuf>,
}

const TUNE_HELP: &str = "\
The best of six models and their settings, and what to expect of it:
  radsurv tune --table train.csv --time months --event dead --zscore --redundancy 0.9 --out best.json
  radsurv predict --model best.json --table new.csv --times 12,36,60 --out p.csv

Everything that is learned, steps included, is learned anew without each fold. --folds are only judged; settings and model are chosen by
--inner-folds within the others.";

/// Searches, validates the search, and learns the winner.
pub fn run(args: &TuneArgs, console: &Console) -> Result<Status> {
    if let Some(models) = &args.print_config {
        let models = if models.is_empty() { &ModelKind::SIX[..] } else { models };
        console::print(&default_file(models, args.candidates)?)?;
        return Ok(Status::Done);
    }
    let (Some(from), Some(of), Some(out)) = (&args.cases, &args.outcome, &args.out) else {
        return Err(Error::Usage("give --table, --time, --event and --out".to_string()));
    };
    if args.folds == 1 {
        return Err(Error::Usage("--folds 1: give 2 at least, or 0 for none".to_string()));
    }
    if args.held_out.is_some() && args.folds == 0 {
        return Err(Error::Usage("--held-out needs --folds".to_string()));
    }
    let mut times = args.times.clone();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let args = &TuneArgs { times, ..args.clone() };
    let asked = Asked::read(args)?;
    let (cohort, outcome) = cases(args, &asked.steps, from, of, console)?;
    let metric = args.metric.at(&args.times)?;
    let times: &[f64] = if args.metric.needs_survival() { &args.times } else { &[] };
    let candidates = asked.candidates(args.seed)?;
    let searched = candidates.len();
    let tuning = Tuning {
        division: division(args, FoldSettings { folds: args.inner_folds, repeats: 1, seed: args.seed }),
        times: times.to_vec(),
        choice: if args.one_standard_error { Choice::OneStandardError } else { Choice::Best },
        racing: args.racing.then(Racing::default),
        ..Tuning::new(vec![steps(&asked.steps)], candidates, metric.as_ref())
    };
    console.line(&format!(
        "{} cases with {} events, {} features; {searched} candidates",
        outcome.len(),
        outcome.events(),
        cohort.features().names().len()
    ));
    let fits = searched * args.inner_folds * (1 + args.folds * args.repeats);
    let progress = console.progress(fits, "models");
    let tick = || progress.tick();
    let tuning = Tuning { watch: Some(&tick), ..tuning };
    let validated = validate(args, &tuning, &cohort, &outcome)?;
    let search = tuning.search(&cohort, &outcome)?;
    progress.close();

    // Survival curves are asked of what is written.
    let all_times = outcome.event_times();
    let mut apparent = Vec::new();
    for of_model in &search.of_models {
        let measured = of_model.chosen.map(|place| -> Result<_> {
            let learned = tuning.pipeline(place).learn(&cohort, &outcome, times).map_err(learning)?;
            Ok(metric.of(&radsurv_data::Predictor::predict(&learned, &cohort, times).map_err(learning)?, &outcome).ok())
        });
        apparent.push(measured.transpose()?.flatten());
    }
    let winner = tuning.pipeline(search.chosen).learn(&cohort, &outcome, &all_times).map_err(learning)?;
    let model = FittedModel::new(winner, &cohort, &asked.steps);
    model.save(out)?;
    features_table(model.model())?.write_csv(out.with_extension("features.csv"))?;
    tables::trials(&search)?.write_csv(out.with_extension("trials.csv"))?;
    let models = tables::models(&search, &apparent, validated.as_ref())?;
    models.write_csv(out.with_extension("models.csv"))?;
    if let Some(validated) = &validated {
        let used: Vec<Vec<String>> = validated.best.folds.iter().map(|fold| fold.used_features.clone()).collect();
        let frequency = SelectionFrequency::of(&used, cohort.features().names())?;
        tables::frequency(&frequency)?.write_csv(out.with_extension("frequency.csv"))?;
        if let Some(table) = tables::comparison(&search, validated)? {
            table.write_csv(out.with_extension("comparison.csv"))?;
        }
    }
    tell(&search, validated.as_ref(), console);
    if let (Some(path), Some(validated)) = (&args.held_out, &validated) {
        write_held_out(&validated.best.held_out()?, cohort.features(), &outcome, path, console)?;
    }
    console.line(&format!("wrote {}", out.display()));
    Ok(Status::Done)
}

/// Reads the cases, with the columns that steps and folds look at.
fn cases(
    args: &TuneArgs,
    steps: &[StepSettings],
    from: &CasesArgs,
    of: &OutcomeArgs,
    console: &Console,
) -> Result<(Cohort, Survival)> {
    let mut columns = of.covariates();
    let others = steps.iter().flat_map(StepSettings::covariates).chain(args.groups.as_deref());
    for name in others {
        if !columns.iter().any(|(known, _)| *known == name) {
            columns.push((name, CovariateKind::Detect));
        }
    }
    let table = read_cases(from, Choose::option(args.features.as_deref()), &columns)?;
    outcome(of, table, console)
}

fn division(args: &TuneArgs, folds: FoldSettings) -> CrossValidation {
    CrossValidation { folds, groups: args.groups.clone() }
}

/// What the search shows on folds that have no part in it.
fn validate(
    args: &TuneArgs,
    tuning: &Tuning<AnySettings>,
    cohort: &Cohort,
    outcome: &Survival,
) -> Result<Option<NestedValidation>> {
    if args.folds == 0 {
        return Ok(None);
    }
    let mut metrics: Vec<Box<dyn Metric>> = vec![args.metric.at(&args.times)?];
    if args.metric != MetricKind::Harrell {
        metrics.push(MetricKind::Harrell.at(&[])?);
    }
    for time in &args.times {
        let auc = MetricKind::Auc.at(&[*time])?;
        if auc.name() != metrics[0].name() {
            metrics.push(auc);
        }
    }
    let metrics: Vec<&dyn Metric> = metrics.iter().map(AsRef::as_ref).collect();
    let measures = Measures { metrics: &metrics, times: &tuning.times };
    // Not those of the search among all cases, of which the results stand beside each other.
    let folds = FoldSettings { folds: args.folds, repeats: args.repeats, seed: args.seed.wrapping_add(1) };
    let nested = Nested { tuning, outer: division(args, folds) };
    Ok(Some(nested.run(cohort, outcome, measures)?))
}

fn learning(error: radsurv_data::LearnerError) -> Error {
    Error::Input(error.to_string())
}

fn tell(search: &radsurv_survival::selection::Search, validated: Option<&NestedValidation>, console: &Console) {
    let number = |value: Option<f64>| value.map_or("none".to_string(), |value| format!("{value:.3}"));
    for of_model in &search.of_models {
        let inner = of_model.chosen.map(|place| &search.trials[place]);
        let mut line =
            format!("{}: {} {} in the search", of_model.model, search.metric, number(inner.and_then(|t| t.mean)));
        let outer = validated.and_then(|v| v.models.iter().find(|m| m.model == of_model.model));
        match outer.map(|outer| (&outer.validated, &outer.reason)) {
            Some((Some(found), _)) => {
                let summary = &found.summaries[0];
                line += &format!(", {} outside of it (sd {})", number(summary.mean), number(summary.std_dev));
            }
            Some((None, reason)) => line += &format!(", nothing outside of it: {}", reason.clone().unwrap_or_default()),
            None => {}
        }
        console.line(&line);
    }
    if search.undefined > 0 {
        let why = search.reason.clone().unwrap_or_default();
        console.line(&format!("{} folds of the search are left out: {why}", search.undefined));
    }
    for trial in search
        .trials
        .iter()
        .filter(|trial| trial.out.is_some() && !trial.out.as_ref().is_some_and(|o| o.starts_with("it was dropped")))
    {
        console.line(&format!("{}: {}", trial.name, trial.out.clone().unwrap_or_default()));
    }
    console.line(&format!("the winner: {} ({} {})", search.winner().name, search.metric, number(search.winner().mean)));
    if let Some(validated) = validated {
        let summary = &validated.best.summaries[0];
        let line = "expect of such a search with new cases:";
        console.line(&format!(
            "{line} {} {} (sd over folds {})",
            search.metric,
            number(summary.mean),
            number(summary.std_dev)
        ));
        if summary.undefined > 0 {
            let why = summary.reason.clone().unwrap_or_default();
            console.line(&format!("{} of its folds are left out: {why}", summary.undefined));
        }
    }
}

/// The path of a file beside the one that names it.
fn beside(config: &Path, file: &Path) -> PathBuf {
    config.parent().map_or_else(|| file.to_path_buf(), |folder| folder.join(file))
}
