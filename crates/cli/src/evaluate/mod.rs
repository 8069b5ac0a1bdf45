//! `radsurv evaluate`.

mod markers;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_eval::calibration::Grouping;
use radsurv_eval::evaluation::{Evaluation, EvaluationSettings, MarkerEvaluation};
use radsurv_eval::time_roc::{Definition, TimeRocSettings};
use radsurv_stats::bootstrap::Bootstrap;
use radsurv_study::report::{Labels, evaluation_page};
use serde::Serialize;

pub use markers::{Evaluated, MarkersArgs, read};

use crate::console::Console;
use crate::error::{Result, Status};
use crate::output::write_json;

/// `radsurv evaluate`
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    #[command(flatten)]
    markers: MarkersArgs,
    /// The times at which to evaluate, in the unit of the table: `--times 12,36,60`.
    #[arg(long, value_name = "TIMES", value_delimiter = ',', required = true)]
    times: Vec<f64>,
    /// The file to write, JSON: every number with its limits.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also write a report with tables and figures, one HTML file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The title of the report.
    #[arg(long, value_name = "TEXT", requires = "report", default_value = "")]
    title: String,
    /// The unit of time, as the report names it: `--unit months`.
    #[arg(long, value_name = "UNIT", requires = "report", default_value = "")]
    unit: String,
    /// The confidence of all limits.
    #[arg(long, value_name = "PROBABILITY", default_value_t = 0.95)]
    confidence: f64,
    /// The number of bootstrap samples for limits of calibration and net benefit; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    bootstrap: usize,
    /// The seed of the bootstrap.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Whose rule ROC curves follow where events happen at the times themselves.
    #[arg(long, value_enum, default_value_t = Rule::Timeroc)]
    rule: Rule,
    /// The number of groups of predicted risk for calibration [default: one per 50 cases, from 3 to 10].
    #[arg(long, value_name = "N")]
    groups: Option<usize>,
    /// The thresholds of decision curves.
    #[arg(long, value_name = "FROM:TO:STEP", default_value = "0.01:0.99:0.01", value_parser = range)]
    thresholds: Range,
}

/// Whose rule for ties and weights of ROC curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Rule {
    /// R's timeROC: an event at the time itself is no case.
    Timeroc,
    /// R's riskRegression.
    Riskregression,
    /// Python's scikit-survival.
    ScikitSurvival,
}

impl From<Rule> for Definition {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Timeroc => Self::TimeRoc,
            Rule::Riskregression => Self::RiskRegression,
            Rule::ScikitSurvival => Self::ScikitSurvival,
        }
    }
}

/// Thresholds from one to another.
#[derive(Debug, Clone, PartialEq)]
struct Range(Vec<f64>);

fn range(text: &str) -> std::result::Result<Range, String> {
    let numbers: Vec<f64> = text.split(':').filter_map(|part| part.trim().parse().ok()).collect();
    let [from, to, step] = numbers[..] else { return Err("give FROM:TO:STEP, such as 0.05:0.5:0.01".to_string()) };
    radsurv_eval::decision_curve::thresholds(from, to, step).map(Range).map_err(|error| error.to_string())
}

/// What is written.
#[derive(Serialize)]
struct Document<'a> {
    radsurv: &'static str,
    table: String,
    rule: Definition,
    bootstrap: Option<Bootstrap>,
    #[serde(flatten)]
    evaluation: &'a Evaluation,
}

/// Evaluates markers.
pub fn run(args: &EvaluateArgs, console: &Console) -> Result<Status> {
    let Evaluated { outcome, markers, .. } = read(&args.markers, console)?;
    let mut times = args.times.clone();
    times.sort_by(f64::total_cmp);
    let samples =
        Bootstrap { samples: args.bootstrap, seed: args.seed, confidence: args.confidence, ..Bootstrap::default() };
    let settings = EvaluationSettings {
        roc: TimeRocSettings {
            definition: args.rule.into(),
            confidence: args.confidence,
            ..TimeRocSettings::default()
        },
        groups: args.groups.map(Grouping::Count),
        thresholds: args.thresholds.0.clone(),
        bootstrap: (args.bootstrap > 0).then_some(samples),
        ..EvaluationSettings::at(times)
    };
    let evaluation = settings.run(&markers, &outcome)?;
    let table = args.markers.cases.table.display().to_string();
    let document = Document {
        radsurv: env!("CARGO_PKG_VERSION"),
        table,
        rule: settings.roc.definition,
        bootstrap: settings.bootstrap,
        evaluation: &evaluation,
    };
    write_json(&args.out, &document)?;
    console.line(&format!("{} cases with {} events", evaluation.n, evaluation.events));
    evaluation.markers.iter().for_each(|marker| tell(marker, console));
    console.line(&format!("wrote {}", args.out.display()));
    if let Some(path) = &args.report {
        let labels = Labels { title: args.title.clone(), unit: args.unit.clone() };
        evaluation_page(&evaluation, &labels)?.write(path)?;
        console.line(&format!("wrote {}", path.display()));
    }
    Ok(Status::Done)
}

/// A line for a marker, and what must not be overlooked.
fn tell(marker: &MarkerEvaluation, console: &Console) {
    let mut parts: Vec<String> =
        marker.auc.iter().flatten().map(|at| format!("AUC({}) {:.3}", at.time, at.value.estimate)).collect();
    parts.extend(marker.concordance.harrell.map(|c| format!("C {:.3}", c.estimate)));
    console.line(&format!("{}: {}", marker.name, parts.join(", ")));
    marker.notes.iter().for_each(|note| console.line(&format!("{}: {note}", marker.name)));
    for (measure, why) in &marker.reasons {
        console.line(&format!("{}: no {measure}: {why}", marker.name));
    }
}
