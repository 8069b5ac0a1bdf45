//! `radsurv select`: which features are kept, and why the others are not.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use radsurv_data::{Fit, Table, Transform, number};
use radsurv_harmonize::redundancy::{Linkage, NearZeroSettings, RedundancySettings, Rule, Scores};
use radsurv_harmonize::{Decision, Selection};
use radsurv_stats::correlation::{Method, Missing};

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::table::{Choose, TrainingArgs, read_cohort, training};

/// `radsurv select`
#[derive(Debug, Args)]
#[command(after_help = SELECT_HELP)]
pub struct SelectArgs {
    #[command(flatten)]
    training: TrainingArgs,
    /// The kind of correlation.
    #[arg(long, value_enum, default_value_t = CorrelationName::Spearman)]
    correlation: CorrelationName,
    /// Two features are redundant if the absolute value of their correlation is above this.
    #[arg(long, value_name = "R", default_value_t = 0.9)]
    threshold: f64,
    /// Which of two redundant features goes.
    #[arg(long, value_enum, default_value_t = RuleName::Exact)]
    rule: RuleName,
    /// How good each feature is, higher being better: a column of a table of features, whose first column has their
    /// names: `icc.csv:icc`. For the rules `prefer` and `cluster`.
    #[arg(long, value_name = "FILE:COLUMN")]
    scores: Option<String>,
    /// Consider only the features that are kept in this table: what `radsurv icc` or `select` wrote.
    #[arg(long, value_name = "FILE")]
    among: Option<PathBuf>,
    /// Take each pair of features over the cases that have both; missing values are an error without it.
    #[arg(long)]
    pairwise: bool,
    /// Leave out features that are nearly constant first, by caret's rule.
    #[arg(long)]
    near_zero: bool,
    /// Decide nothing: apply these decisions, which `radsurv icc` or `select` wrote, to the table.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["correlation", "threshold", "rule", "scores", "among", "pairwise", "near_zero", "only", "features"])]
    apply: Option<PathBuf>,
    /// The table to write: feature, keep, reason; with --apply the table with the kept features and all other columns.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

const SELECT_HELP: &str = "\
Decide on training cases, then reduce any table:
  radsurv select --table train.csv --among icc.csv --threshold 0.9 --out kept.csv
  radsurv select --apply kept.csv --table test.csv --out test_kept.csv";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CorrelationName {
    Pearson,
    Spearman,
    Kendall,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RuleName {
    /// Pair by pair, the one that is more like what is left: caret's findCorrelation, exact = TRUE
    Exact,
    /// Of every pair, the one that is more like all: caret's findCorrelation, exact = FALSE
    Fast,
    /// The one with the lower score
    Prefer,
    /// All but one of each cluster (complete linkage): the one with the highest score, or most like the others
    Cluster,
}

/// Decides, or applies decisions.
pub fn run(args: &SelectArgs, console: &Console) -> Result<Status> {
    match &args.apply {
        Some(decisions) => apply(args, decisions, console)?,
        None => decide(args, console)?,
    }
    Ok(Status::Done)
}

fn decide(args: &SelectArgs, console: &Console) -> Result<()> {
    let scores = args.scores.as_deref().map(read_scores).transpose()?;
    let rule = match (args.rule, scores) {
        (RuleName::Prefer, Some(scores)) => Rule::Prefer(scores),
        (RuleName::Prefer, None) => return Err(Error::Usage("--rule prefer needs --scores FILE:COLUMN".to_string())),
        (RuleName::Cluster, scores) => Rule::Cluster { linkage: Linkage::Complete, scores },
        (RuleName::Exact | RuleName::Fast, Some(_)) => {
            return Err(Error::Usage("--scores are for --rule prefer and --rule cluster".to_string()));
        }
        (RuleName::Exact, None) => Rule::Exact,
        (RuleName::Fast, None) => Rule::Fast,
    };
    let settings = RedundancySettings {
        correlation: match args.correlation {
            CorrelationName::Pearson => Method::Pearson,
            CorrelationName::Spearman => Method::Spearman,
            CorrelationName::Kendall => Method::Kendall,
        },
        threshold: args.threshold,
        rule,
        missing: if args.pairwise { Missing::Pairwise } else { Missing::Refuse },
    };
    let cohort = training(&args.training, &[])?.cohort;
    // Decisions follow each other: what one step has left is what the next one sees.
    let mut decisions: Vec<Decision> = cohort
        .features()
        .names()
        .iter()
        .map(|name| Decision { feature: name.clone(), keep: true, reason: String::new() })
        .collect();
    if let Some(path) = &args.among {
        let before = read_decisions(path)?;
        for decision in &mut decisions {
            let Some(known) = before.decisions().iter().find(|d| d.feature == decision.feature) else {
                let what = format!("{}: there is no row for the feature {}", path.display(), decision.feature);
                return Err(Error::Input(what));
            };
            *decision = known.clone();
        }
    }
    if args.near_zero {
        follow(&mut decisions, &NearZeroSettings::default().fit(&cohort)?);
    }
    let left: Vec<&str> = decisions.iter().filter(|d| d.keep).map(|d| d.feature.as_str()).collect();
    let cohort = cohort.with_features(cohort.features().select(&left)?)?;
    let considered = left.len();
    follow(&mut decisions, &settings.fit(&cohort)?);
    let selection = Selection::new(decisions)?;
    selection.write_csv(&args.out)?;
    let (all, kept) = (selection.decisions().len(), selection.kept().count());
    let earlier = if considered < all {
        format!("; {} went for other reasons than redundancy", all - considered)
    } else {
        String::new()
    };
    console.line(&format!("{kept} of {all} features are kept{earlier}: {}", args.out.display()));
    Ok(())
}

/// Takes over what a further step has decided on the features that were left.
fn follow(decisions: &mut [Decision], step: &Selection) {
    let known: std::collections::HashMap<&str, &Decision> =
        step.decisions().iter().map(|d| (d.feature.as_str(), d)).collect();
    for decision in decisions.iter_mut().filter(|d| d.keep) {
        if let Some(&new) = known.get(decision.feature.as_str()) {
            *decision = new.clone();
        }
    }
}

fn apply(args: &SelectArgs, decisions: &Path, console: &Console) -> Result<()> {
    let selection = read_decisions(decisions)?;
    let names: Vec<String> = selection.decisions().iter().map(|d| d.feature.clone()).collect();
    let table = read_cohort(&args.training.cases.table, Choose::Named(&names), &[])?;
    let kept = selection.transform(&table.cohort)?;
    table.carried.write(&args.out, kept.features())?;
    let (cases, features) = (kept.cases(), kept.features().names().len());
    console.line(&format!("wrote {}: {cases} cases, {features} features", args.out.display()));
    Ok(())
}

/// A table with the columns feature (the first one) and keep, and perhaps reason.
fn read_decisions(path: &Path) -> Result<Selection> {
    let table = Table::read_csv(path)?;
    let keep = table.column("keep")?;
    let reason = table.find_column("reason");
    let decisions = table.rows().iter().map(|row| {
        let cell = |place: usize| row.cells.get(place).map_or("", |c| c.trim());
        let keep = match cell(keep).to_ascii_lowercase().as_str() {
            "true" => true,
            "false" => false,
            other => return Err(table.error(row.line, format!("keep is {other:?}; give true or false"))),
        };
        let reason = match reason.map(cell) {
            None | Some("") if !keep => format!("not kept in {}", path.display()),
            text => text.unwrap_or_default().to_string(),
        };
        Ok(Decision { feature: cell(0).to_string(), keep, reason })
    });
    Ok(Selection::new(decisions.collect::<radsurv_data::Result<_>>()?)?)
}

fn read_scores(text: &str) -> Result<Scores> {
    let (path, column) = text
        .rsplit_once(':')
        .ok_or_else(|| Error::Usage(format!("--scores {text}: give FILE:COLUMN, for example icc.csv:icc")))?;
    let table = Table::read_csv(path)?;
    let place = table.column(column)?;
    let scores = table.rows().iter().map(|row| {
        let cell = |place: usize| row.cells.get(place).map_or("", String::as_str);
        let score = number::parse(cell(place))
            .ok_or_else(|| table.error(row.line, format!("{column} is {:?}, which is no number", cell(place))))?;
        Ok((cell(0).to_string(), score))
    });
    scores.collect::<Result<Scores>>()
}
