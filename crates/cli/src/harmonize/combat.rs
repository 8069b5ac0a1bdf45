//! `radsurv harmonize fit` and `apply`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use radsurv_data::saved::Saved;
use radsurv_data::{Cohort, CovariateKind, FeatureTable, Fit, Table, list, number, saved};
use radsurv_harmonize::Combat;
use radsurv_harmonize::combat::{
    CombatSettings, CovBat, CovBatSettings, EstimatedBatch, Harmonised, Method, Model, NestedCombat,
    NestedCombatSettings, RowOutcome, Unchanged, Unseen,
};

use super::{ApplyArgs, features_path, wrote};
use crate::console::Console;
use crate::error::{Error, Result};
use crate::table::{Choose, TrainingArgs, read_cohort, training};

/// The column that says of each row what was done to it.
const OUTCOME: &str = "harmonisation";

/// `radsurv harmonize fit`
#[derive(Debug, Args)]
pub struct FitArgs {
    #[command(flatten)]
    training: TrainingArgs,
    /// The column that names the batch of each case: centre, scanner, period. Several, `--batch centre,kernel`, are taken
    /// out one after the other in the order that leaves the fewest differences (nested ComBat).
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', required = true)]
    batch: Vec<String>,
    /// Columns whose differences are to be preserved, numbers or groups: `--covariates age,stage`.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    covariates: Vec<String>,
    /// Those of the covariates that are groups although their labels are numbers.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "covariates")]
    categories: Vec<String>,
    /// How the effect of a batch is estimated.
    #[arg(long, value_enum, default_value_t = MethodName::Combat)]
    method: MethodName,
    /// The batch that the others are brought to; it does not change itself.
    #[arg(long, value_name = "BATCH")]
    reference: Option<String>,
    /// What `apply` does to cases of a batch that has no training case.
    #[arg(long, value_enum, default_value_t = UnseenName::Error)]
    unseen: UnseenName,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MethodName {
    /// Location and scale by parametric empirical Bayes
    Combat,
    /// Location and scale by non-parametric empirical Bayes
    CombatNonparametric,
    /// Location only, parametric
    CombatMeanOnly,
    /// Location only, non-parametric
    CombatNonparametricMeanOnly,
    /// Location and scale of each feature on its own
    CombatNoEb,
    /// Location of each feature on its own
    CombatNoEbMeanOnly,
    /// ComBat, then the same for the principal components of what is left, so that correlations agree too
    Covbat,
}

impl MethodName {
    fn parts(self) -> (Method, bool) {
        match self {
            Self::Combat | Self::Covbat => (Method::Parametric, false),
            Self::CombatNonparametric => (Method::NonParametric, false),
            Self::CombatMeanOnly => (Method::Parametric, true),
            Self::CombatNonparametricMeanOnly => (Method::NonParametric, true),
            Self::CombatNoEb => (Method::NoEb, false),
            Self::CombatNoEbMeanOnly => (Method::NoEb, true),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UnseenName {
    /// Nothing is written
    Error,
    /// Their rows are left in their own units and marked
    Pass,
    /// The effect of the batch is estimated from the cases applied to, and the rows are marked
    Estimate,
}

/// Learns the effects of batches.
pub fn fit(args: &FitArgs, console: &Console) -> Result<()> {
    let kind = |name: &String| match args.categories.contains(name) {
        true => CovariateKind::Category,
        false => CovariateKind::Detect,
    };
    if let Some(stranger) = args.categories.iter().find(|c| !args.covariates.contains(c)) {
        return Err(Error::Usage(format!("{stranger} is among --categories but not among --covariates")));
    }
    let mut columns: Vec<_> = args.batch.iter().map(|name| (name.as_str(), CovariateKind::Category)).collect();
    columns.extend(args.covariates.iter().map(|name| (name.as_str(), kind(name))));
    let cohort = training(&args.training, &columns)?.cohort;
    let fitted = learn(args, &cohort)?;
    fitted.save(&args.out)?;
    let steps = fitted.steps();
    for (number, combat) in steps.iter().enumerate() {
        features_table(combat)?.write_csv(step_path(&args.out, number, steps.len()))?;
    }
    let (cases, features) = (cohort.cases(), cohort.features().names().len());
    console.line(&format!("learned from {cases} cases and {features} features"));
    for (number, combat) in steps.iter().enumerate() {
        describe(combat, &step_path(&args.out, number, steps.len()), console);
    }
    Ok(())
}

/// Fits what the options ask for.
fn learn(args: &FitArgs, cohort: &Cohort) -> Result<Fitted> {
    let (method, mean_only) = args.method.parts();
    let unseen = match args.unseen {
        UnseenName::Error => Unseen::Error,
        UnseenName::Pass => Unseen::Pass,
        UnseenName::Estimate => Unseen::Estimate,
    };
    if let [batch] = args.batch.as_slice() {
        let settings = CombatSettings {
            covariates: args.covariates.clone(),
            method,
            mean_only,
            reference: args.reference.clone(),
            unseen,
            ..CombatSettings::new(batch)
        };
        return Ok(match args.method {
            MethodName::Covbat => Fitted::CovBat(Box::new(CovBatSettings::new(settings).fit(cohort)?)),
            _ => Fitted::Combat(settings.fit(cohort)?),
        });
    }
    if args.method == MethodName::Covbat || args.reference.is_some() {
        let what =
            "several batch columns go with neither --method covbat nor --reference; give one, or leave those out";
        return Err(Error::Usage(what.to_string()));
    }
    let settings = NestedCombatSettings {
        covariates: args.covariates.clone(),
        method,
        mean_only,
        unseen,
        ..NestedCombatSettings::new(args.batch.iter().map(String::as_str))
    };
    Ok(Fitted::Nested(settings.fit(cohort)?))
}

/// A fitted harmonisation of any kind.
enum Fitted {
    Combat(Combat),
    CovBat(Box<CovBat>),
    Nested(NestedCombat),
}

impl Fitted {
    fn save(&self, path: &Path) -> Result<()> {
        Ok(match self {
            Self::Combat(fitted) => fitted.save(path),
            Self::CovBat(fitted) => fitted.save(path),
            Self::Nested(fitted) => fitted.save(path),
        }?)
    }

    /// Loads whatever the file says it is; what is none of them is read as ComBat, whose error says what was expected.
    fn load(path: &Path) -> Result<Self> {
        Ok(match saved::format_of(path)?.as_str() {
            format if format == CovBat::FORMAT.name => Self::CovBat(Box::new(CovBat::load(path)?)),
            format if format == NestedCombat::FORMAT.name => Self::Nested(NestedCombat::load(path)?),
            _ => Self::Combat(Combat::load(path)?),
        })
    }

    /// The ComBat of each batch column, in the order they are applied.
    fn steps(&self) -> Vec<&Combat> {
        match self {
            Self::Combat(fitted) => vec![fitted],
            Self::CovBat(fitted) => vec![fitted.combat()],
            Self::Nested(fitted) => fitted.steps().iter().map(|step| &step.combat).collect(),
        }
    }

    /// The harmonised table, and for each batch column what was done to each row.
    fn apply(&self, cohort: &Cohort) -> Result<(FeatureTable, Vec<Step>)> {
        let single = |fitted: &Combat, done: Harmonised| {
            let batch = fitted.settings().batch.clone();
            (done.table, vec![Step { batch, rows: done.rows, estimated: done.estimated }])
        };
        Ok(match self {
            Self::Combat(fitted) => single(fitted, fitted.apply(cohort)?),
            Self::CovBat(fitted) => single(fitted.combat(), fitted.apply(cohort)?),
            Self::Nested(fitted) => {
                let done = fitted.apply(cohort)?;
                let step = |(batch, rows)| Step { batch, rows, estimated: Vec::new() };
                (done.table, done.steps.into_iter().map(step).collect())
            }
        })
    }
}

/// What was done to the rows for one batch column.
struct Step {
    batch: String,
    rows: Vec<RowOutcome>,
    estimated: Vec<EstimatedBatch>,
}

/// The table of features of a step: beside the model, numbered if there are several.
fn step_path(model: &Path, number: usize, steps: usize) -> PathBuf {
    if steps == 1 { features_path(model) } else { model.with_extension(format!("features{}.csv", number + 1)) }
}

/// Says what a ComBat has learned.
fn describe(fitted: &Combat, why: &Path, console: &Console) {
    let batches = fitted.batches().iter().map(|b| format!("{} ({})", b.name, b.cases)).collect::<Vec<_>>().join(", ");
    console.line(&format!("{} (cases): {batches}", fitted.settings().batch));
    for notice in fitted.notices() {
        console.line(&notice.to_string());
    }
    let unchanged: Vec<&str> = fitted.unchanged().map(|(name, _)| name).collect();
    if !unchanged.is_empty() {
        let (count, names) = (unchanged.len(), list(&unchanged));
        console.line(&format!("{count} features pass unchanged: {names}; {} says why", why.display()));
    }
}

/// What is done to each feature: adjusted or not and why, the shift and factor of each batch in the feature's units.
fn features_table(fitted: &Combat) -> Result<Table> {
    let mut columns = ["feature", "adjusted", "reason", "mean", "sd"].map(String::from).to_vec();
    for batch in fitted.batches() {
        columns.extend([format!("shift_{}", batch.name), format!("factor_{}", batch.name)]);
    }
    let mut table = Table::new(columns, "the table of features")?;
    for feature in fitted.features() {
        let mut row = vec![feature.feature.clone(), matches!(feature.model, Model::Adjusted(_)).to_string()];
        match &feature.model {
            Model::Adjusted(adjustment) => {
                row.extend([String::new(), number::format(adjustment.mean), number::format(adjustment.sd)]);
                for (gamma, delta) in adjustment.gamma.iter().zip(&adjustment.delta) {
                    row.extend([number::format(gamma * adjustment.sd), number::format(delta.sqrt())]);
                }
            }
            Model::Unchanged(why) => {
                row.push(match why {
                    Unchanged::ConstantInBatch(batch) => format!("constant in the batch {batch}"),
                    Unchanged::Explained => "batches and covariates explain it entirely".to_string(),
                });
                row.resize(table.columns().len(), String::new());
            }
        }
        table.push(row)?;
    }
    Ok(table)
}

/// Applies what was learned.
pub fn apply(args: &ApplyArgs, console: &Console) -> Result<()> {
    let fitted = Fitted::load(&args.model)?;
    let steps = fitted.steps();
    let names: Vec<String> =
        steps.first().map_or(Vec::new(), |c| c.features().iter().map(|f| f.feature.clone()).collect());
    let mut columns: Vec<(&str, CovariateKind)> =
        steps.iter().map(|c| (c.settings().batch.as_str(), CovariateKind::Category)).collect();
    for code in steps.iter().flat_map(|c| c.covariates()) {
        let kind = if code.levels.is_some() { CovariateKind::Category } else { CovariateKind::Number };
        if columns.iter().all(|(name, _)| *name != code.name) {
            columns.push((&code.name, kind));
        }
    }
    let mut table = read_cohort(&args.table, Choose::Named(&names), &columns)?;
    let (harmonised, steps) = fitted.apply(&table.cohort)?;
    for step in &steps {
        let name = if steps.len() == 1 { OUTCOME.to_string() } else { format!("{OUTCOME}_{}", step.batch) };
        table.carried.set_column(&name, step.rows.iter().map(RowOutcome::to_string).collect())?;
    }
    table.carried.write(&args.out, &harmonised)?;
    wrote(console, &args.out, &harmonised);
    for step in &steps {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in &step.rows {
            *counts.entry(row.to_string()).or_default() += 1;
        }
        for (outcome, count) in counts {
            console.line(&format!("{}: {count} cases {outcome}", step.batch));
        }
        for batch in &step.estimated {
            console.line(&format!(
                "the effect of {} was estimated from the {} cases it was applied to: a case of it would come out \
                 otherwise with other cases (transductive)",
                batch.name, batch.cases
            ));
        }
    }
    Ok(())
}
