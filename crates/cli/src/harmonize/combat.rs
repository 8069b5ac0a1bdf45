//! `radsurv harmonize fit` and `apply`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_data::{CovariateKind, Fit, Table, number};
use radsurv_harmonize::Combat;
use radsurv_harmonize::combat::{CombatSettings, Method, Model, RowOutcome, Unchanged, Unseen};

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
    /// The column that names the batch of each case: centre, scanner, period.
    #[arg(long, value_name = "COLUMN")]
    batch: String,
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
}

impl MethodName {
    fn parts(self) -> (Method, bool) {
        match self {
            Self::Combat => (Method::Parametric, false),
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
    let mut columns = vec![(args.batch.as_str(), CovariateKind::Category)];
    columns.extend(args.covariates.iter().map(|name| (name.as_str(), kind(name))));
    let table = training(&args.training, &columns)?;
    let (method, mean_only) = args.method.parts();
    let unseen = match args.unseen {
        UnseenName::Error => Unseen::Error,
        UnseenName::Pass => Unseen::Pass,
        UnseenName::Estimate => Unseen::Estimate,
    };
    let settings = CombatSettings {
        covariates: args.covariates.clone(),
        method,
        mean_only,
        reference: args.reference.clone(),
        unseen,
        ..CombatSettings::new(&args.batch)
    };
    let fitted = settings.fit(&table.cohort)?;
    fitted.save(&args.out)?;
    features_table(&fitted)?.write_csv(features_path(&args.out))?;

    let batches = fitted.batches().iter().map(|b| format!("{} ({})", b.name, b.cases)).collect::<Vec<_>>().join(", ");
    let (cases, features) = (table.cohort.cases(), fitted.features().len());
    console.line(&format!("learned from {cases} cases and {features} features; batches (cases): {batches}"));
    for notice in fitted.notices() {
        console.line(&notice.to_string());
    }
    let unchanged: Vec<&str> = fitted.unchanged().map(|(name, _)| name).collect();
    if !unchanged.is_empty() {
        let names = unchanged.iter().take(10).copied().collect::<Vec<_>>().join(", ");
        let more = if unchanged.len() > 10 { ", ..." } else { "" };
        let why = features_path(&args.out);
        console.line(&format!(
            "{} features pass unchanged: {names}{more}; {} says why",
            unchanged.len(),
            why.display()
        ));
    }
    Ok(())
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
    let fitted = Combat::load(&args.model)?;
    let names: Vec<String> = fitted.features().iter().map(|f| f.feature.clone()).collect();
    let mut columns = vec![(fitted.settings().batch.as_str(), CovariateKind::Category)];
    columns.extend(fitted.covariates().iter().map(|code| match code.levels {
        Some(_) => (code.name.as_str(), CovariateKind::Category),
        None => (code.name.as_str(), CovariateKind::Number),
    }));
    let mut table = read_cohort(&args.table, Choose::Named(&names), &columns)?;
    let harmonised = fitted.apply(&table.cohort)?;
    let outcomes = harmonised.rows.iter().map(RowOutcome::to_string).collect();
    table.carried.set_column(OUTCOME, outcomes)?;
    table.carried.write_csv(&args.out, &harmonised.table)?;
    wrote(console, &args.out, &harmonised.table);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in &harmonised.rows {
        *counts.entry(row.to_string()).or_default() += 1;
    }
    for (outcome, count) in counts {
        console.line(&format!("{count} cases {outcome}"));
    }
    for batch in &harmonised.estimated {
        console.line(&format!(
            "the effect of {} was estimated from the {} cases it was applied to: a case of it would come out otherwise \
             with other cases (transductive)",
            batch.name, batch.cases
        ));
    }
    Ok(())
}
