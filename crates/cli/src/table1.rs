//! `radsurv table1`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_data::CovariateKind;
use radsurv_eval::table_one::{NumberRule, TableOneFormat, TableOneSettings};
use radsurv_stats::multiple::Adjustment;

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::output::write_table;
use crate::table::{CasesArgs, Choose, read_cases};

/// `radsurv table1`
#[derive(Debug, Args)]
pub struct Table1Args {
    #[command(flatten)]
    cases: CasesArgs,
    /// The variables, in the order of the table: columns of numbers, or of categories.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    variables: Vec<String>,
    /// Those of them that are categories although they are written as numbers.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    categories: Vec<String>,
    /// The column of groups, whose differences are tested [default: none, all cases together].
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// Numbers that are summarised by median and quartiles [default: those that are skewed].
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    median: Vec<String>,
    /// Numbers that are summarised by mean and standard deviation [default: those that are not skewed].
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    mean: Vec<String>,
    /// Adjust p-values for the number of variables.
    #[arg(long, value_enum, value_name = "METHOD")]
    adjust: Option<Adjust>,
    /// A column with the test of each variable.
    #[arg(long)]
    tests: bool,
    /// The table to write: .csv, .md, .html, or .json with every number.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// How p-values are adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Adjust {
    /// Benjamini and Hochberg.
    Bh,
    /// Benjamini and Yekutieli.
    By,
    /// Bonferroni.
    Bonferroni,
    /// Holm.
    Holm,
}

impl From<Adjust> for Adjustment {
    fn from(adjust: Adjust) -> Self {
        match adjust {
            Adjust::Bh => Self::BenjaminiHochberg,
            Adjust::By => Self::BenjaminiYekutieli,
            Adjust::Bonferroni => Self::Bonferroni,
            Adjust::Holm => Self::Holm,
        }
    }
}

/// Writes what the cases are like.
pub fn run(args: &Table1Args, console: &Console) -> Result<Status> {
    if let Some(other) = args.categories.iter().find(|name| !args.variables.contains(name)) {
        return Err(Error::Usage(format!("{other} is named as a category and is not among --variables")));
    }
    let kind = |name: &String| match args.categories.contains(name) {
        true => CovariateKind::Category,
        false => CovariateKind::Detect,
    };
    let mut columns: Vec<(&str, CovariateKind)> =
        args.variables.iter().map(|name| (name.as_str(), kind(name))).collect();
    let group = args.group.as_ref().filter(|group| !args.variables.contains(group));
    columns.extend(group.map(|group| (group.as_str(), CovariateKind::Category)));
    let cohort = read_cases(&args.cases, Choose::Named(&[]), &columns)?.cohort;
    let groups = args.group.as_ref().map(|group| cohort.covariates().groups(group)).transpose()?;
    let rules = args.median.iter().map(|name| (name.clone(), NumberRule::Median));
    let by_variable: BTreeMap<String, NumberRule> =
        rules.chain(args.mean.iter().map(|name| (name.clone(), NumberRule::Mean))).collect();
    let settings =
        TableOneSettings { by_variable, adjustment: args.adjust.map(Into::into), ..TableOneSettings::default() };
    let table = settings.of(cohort.covariates(), &args.variables, groups.as_ref())?;
    if table.ungrouped > 0 {
        console.line(&format!("{} cases have no group and are left out", table.ungrouped));
    }
    for variable in &table.variables {
        if let Some(why) = &variable.no_test {
            console.line(&format!("{} is not tested: {why}", variable.name));
        }
    }
    let format = TableOneFormat { test: args.tests, ..TableOneFormat::default() };
    write_table(&args.out, &table.text(&format), &table)?;
    console.line(&format!("wrote {}: {} cases, {} variables", args.out.display(), table.cases, table.variables.len()));
    Ok(Status::Done)
}
