//! `radsurv cutpoint fit` and `radsurv cutpoint apply`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use radsurv_data::saved::Saved;
use radsurv_data::{Cohort, Groups, Survival, Table, number};
use radsurv_eval::risk_groups::{RiskGroupSettings, RiskGroups};
use radsurv_eval::{CutPoint, CutPointSettings};
use radsurv_plot::{Style, kaplan_meier};
use radsurv_stats::nonparametric::KaplanMeier;

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::output::{write_figure, write_table};
use crate::table::{CasesArgs, Choose, OutcomeArgs, outcome, read_cases};

/// `radsurv cutpoint`
#[derive(Debug, Subcommand)]
pub enum CutpointCommand {
    /// Find the value of a variable or score that divides cases best, by maximally selected log-rank statistics.
    Fit(Box<FitArgs>),
    /// Divide cases by a cut that was found in others, and say how the groups fare.
    Apply(Box<ApplyArgs>),
}

/// `radsurv cutpoint fit`
#[derive(Debug, Args)]
pub struct FitArgs {
    #[command(flatten)]
    cases: CasesArgs,
    #[command(flatten)]
    outcome: OutcomeArgs,
    /// The column that is cut: a clinical variable, or held-out scores of a model (`radsurv train --held-out`). Scores of the cases a
    /// model was trained on are too good, and so is their cut.
    #[arg(long, value_name = "COLUMN")]
    variable: String,
    /// The part of the cases that is in each group at least.
    #[arg(long, value_name = "PART", default_value_t = 0.1)]
    min_proportion: f64,
    /// The number of random orders for the permutation p-value; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    permutations: usize,
    /// Their seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The file to write, JSON, for `radsurv cutpoint apply`.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// `radsurv cutpoint apply`
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// The cut, as `radsurv cutpoint fit` wrote it.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    #[command(flatten)]
    cases: CasesArgs,
    /// The column [default: that of the cut].
    #[arg(long, value_name = "COLUMN")]
    variable: Option<String>,
    /// The table to write: case_id, the value, and the group, `low` or `high`.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The column of the time each case was followed, to say how the groups fare.
    #[arg(long, value_name = "COLUMN", requires = "event")]
    time: Option<String>,
    /// The column that says whether the event happened at that time: 1 or 0.
    #[arg(long, value_name = "COLUMN", requires = "time")]
    event: Option<String>,
    /// The table that has these two columns, if it is another one: joined by case id.
    #[arg(long, value_name = "FILE", requires = "time")]
    outcomes: Option<PathBuf>,
    /// Times at which the survival of the groups is given.
    #[arg(long, value_name = "TIMES", value_delimiter = ',', requires = "groups")]
    times: Vec<f64>,
    /// Write how the groups fare: events, hazard ratio, median and survival: .csv, .md, .html, .json.
    #[arg(long, value_name = "FILE", requires = "time")]
    groups: Option<PathBuf>,
    /// Draw their survival curves: .svg or .png.
    #[arg(long, value_name = "FILE", requires = "time")]
    figure: Option<PathBuf>,
}

/// Finds or applies a cut.
pub fn run(command: &CutpointCommand, console: &Console) -> Result<Status> {
    match command {
        CutpointCommand::Fit(args) => fit(args, console),
        CutpointCommand::Apply(args) => apply(args, console),
    }
}

fn values<'a>(cohort: &'a Cohort, name: &str, args: &CasesArgs) -> Result<&'a [f64]> {
    let missing = || Error::Input(format!("{}: there is no column {name}", args.table.display()));
    let at = cohort.features().names().iter().position(|n| n == name).ok_or_else(missing)?;
    Ok(&cohort.features().columns()[at])
}

fn fit(args: &FitArgs, console: &Console) -> Result<Status> {
    let named = [args.variable.clone()];
    let table = read_cases(&args.cases, Choose::Named(&named), &args.outcome.covariates())?;
    let (cohort, outcome) = outcome(&args.outcome, table, console)?;
    let (min_proportion, permutations, seed) = (args.min_proportion, args.permutations, args.seed);
    let settings = CutPointSettings { min_proportion, permutations, seed };
    let values = values(&cohort, &args.variable, &args.cases)?;
    let found = settings.of_variable(&args.variable, values, &outcome).map_err(radsurv_eval::Error::from)?;
    if found.absent > 0 {
        console.line(&format!("{} cases have no {} and are left out", found.absent, args.variable));
    }
    let cut = &found.cut_point;
    cut.save(&args.out)?;
    let p = cut.p_values();
    let best = p.permutation.or(p.gauss).unwrap_or(p.lausen_1994);
    console.line(&format!(
        "{} is cut at {}: {} of {} cases are low; p = {best:.3} for the best of all cuts",
        args.variable,
        number::format(cut.cut()),
        cut.low(),
        cut.cases()
    ));
    console.line("the groups of these cases differ because the cut was sought among them: apply it to others");
    console.line(&format!("wrote {}", args.out.display()));
    Ok(Status::Done)
}

fn apply(args: &ApplyArgs, console: &Console) -> Result<Status> {
    let cut = CutPoint::load(&args.model)?;
    let name = args.variable.clone().unwrap_or_else(|| cut.variable().to_string());
    let named = [name.clone()];
    let follow_up = match (&args.time, &args.event) {
        (Some(time), Some(event)) => {
            Some(OutcomeArgs { time: time.clone(), event: event.clone(), outcomes: args.outcomes.clone() })
        }
        _ => None,
    };
    let covariates = follow_up.as_ref().map_or_else(Vec::new, OutcomeArgs::covariates);
    let table = read_cases(&args.cases, Choose::Named(&named), &covariates)?;
    let scores = values(&table.cohort, &name, &args.cases)?;
    let groups = cut.apply(scores);
    let mut out = Table::new(vec!["case_id".to_string(), name.clone(), "group".to_string()], "the groups")?;
    for (case, id) in table.cohort.features().case_ids().iter().enumerate() {
        out.push(vec![id.clone(), number::format(scores[case]), groups.label(case).unwrap_or_default().to_string()])?;
    }
    out.write_csv(&args.out)?;
    console.line(&format!("wrote {}: {} cases", args.out.display(), out.rows().len()));
    let Some(follow_up) = follow_up else { return Ok(Status::Done) };
    let (cohort, outcome) = outcome(&follow_up, table, console)?;
    let scores = values(&cohort, &name, &args.cases)?;
    let settings = RiskGroupSettings { times: args.times.clone(), ..RiskGroupSettings::default() };
    let found = settings.by_cuts(scores, &[cut.cut()], &outcome)?;
    console.line(&format!("log-rank p = {:.3}", found.log_rank.p_value));
    if let Some(path) = &args.groups {
        write_table(path, &found.table(), &found)?;
        console.line(&format!("wrote {}", path.display()));
    }
    if let Some(path) = &args.figure {
        write_figure(path, &figure(&found, &cut.apply(scores), &outcome)?)?;
        console.line(&format!("wrote {}", path.display()));
    }
    Ok(Status::Done)
}

/// The survival curves of the groups.
fn figure(found: &RiskGroups, groups: &Groups, outcome: &Survival) -> Result<radsurv_plot::Drawing> {
    let mut estimates = Vec::new();
    for group in &found.groups {
        let of = |case: &usize| groups.label(*case) == Some(group.name.as_str());
        let cases: Vec<usize> = (0..outcome.len()).filter(of).collect();
        estimates
            .push((group.name.as_str(), KaplanMeier::of(&outcome.rows(&cases)).map_err(radsurv_eval::Error::from)?));
    }
    let curves: Vec<kaplan_meier::Curve> =
        estimates.iter().map(|(name, estimate)| kaplan_meier::Curve { name, estimate }).collect();
    let settings =
        kaplan_meier::Settings { p_value: Some(found.log_rank.p_value), ..kaplan_meier::Settings::default() };
    Ok(kaplan_meier::figure(&curves, &settings, &Style::default())?)
}
