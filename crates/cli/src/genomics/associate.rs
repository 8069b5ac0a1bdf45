//! `radsurv genomics associate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_data::{CovariateKind, Table, list, number};
use radsurv_genomics::association::{AssociationSettings, Associations, StrongRule, associate};
use radsurv_plot::{Style, association_map};
use radsurv_stats::correlation::Method;

use super::input::{self, ExpressionArgs, read_expression};
use crate::console::Console;
use crate::error::{Result, Status};
use crate::output::write_figure;
use crate::table::{CasesArgs, Choose, read_cases};

/// `radsurv genomics associate`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct AssociateArgs {
    #[command(flatten)]
    expression: ExpressionArgs,
    /// The genes, or @FILE with one per line [default: all].
    #[arg(long, value_name = "GENES", value_delimiter = ',')]
    genes: Vec<String>,
    #[command(flatten)]
    cases: CasesArgs,
    /// The features: the columns this regular expression matches [default: those named like radiomics features].
    #[arg(long, value_name = "REGEX")]
    features: Option<String>,
    /// Columns of the table that correlations are given: age, purity, stage.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    confounders: Vec<String>,
    /// The kind of correlation.
    #[arg(long, value_enum, default_value_t = MethodName::Spearman)]
    method: MethodName,
    /// A pair is strong if P is below this...
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    p: f64,
    /// ... and |r| above this.
    #[arg(long, value_name = "R", default_value_t = 0.6)]
    r: f64,
    /// Take the adjusted P.
    #[arg(long)]
    adjusted: bool,
    /// Permutations that tell how large the largest |r| of all pairs is by chance; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    permutations: usize,
    /// Their seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The table to write: feature,gene,samples,r,lower,upper,p_value,adj_p_value,family_p_value,strong.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Draw genes by features, strong pairs marked: .svg or .png.
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

const HELP: &str = "\
  radsurv genomics associate --expression E.csv --genes KDELR2,HK2 --table features.csv --features '^(tumour|ring)_' --out pairs.csv
Samples of the expression table are joined to cases of the table of features by their ids.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MethodName {
    Pearson,
    Spearman,
}

/// Correlates genes and features.
pub fn run(args: &AssociateArgs, console: &Console) -> Result<Status> {
    let expression = read_expression(&args.expression, console)?;
    let covariates: Vec<(&str, CovariateKind)> =
        args.confounders.iter().map(|name| (name.as_str(), CovariateKind::Detect)).collect();
    let table = read_cases(&args.cases, Choose::option(args.features.as_deref()), &covariates)?;
    let genes = match args.genes.is_empty() {
        true => expression.genes().to_vec(),
        false => input::genes(&args.genes)?,
    };
    let settings = AssociationSettings {
        method: match args.method {
            MethodName::Pearson => Method::Pearson,
            MethodName::Spearman => Method::Spearman,
        },
        strong: StrongRule { p: args.p, adjusted: args.adjusted, r: args.r },
        permutations: args.permutations,
        seed: args.seed,
        ..AssociationSettings::default()
    };
    let features = table.cohort.features();
    let confounders = Some(table.cohort.covariates()).filter(|_| !args.confounders.is_empty());
    let found = associate(&expression, &genes, features, features.names(), confounders, &settings)?;
    say(&found, console);
    write(args, &found)?;
    console.line(&format!("wrote {}", args.out.display()));
    if let Some(path) = &args.figure {
        write_figure(path, &association_map::figure(&found.pairs, &Default::default(), &Style::double())?)?;
        console.line(&format!("wrote {}", path.display()));
    }
    Ok(Status::Done)
}

fn say(found: &Associations, console: &Console) {
    if !found.join.is_complete() {
        console.line(&found.join.to_string());
    }
    if !found.missing_genes.is_empty() {
        console.line(&format!("not in the table of expression: {}", list(&found.missing_genes)));
    }
    if !found.incomplete.is_empty() {
        console.line(&format!("left out for a missing confounder: {}", list(&found.incomplete)));
    }
    for pair in found.skipped.iter().take(20) {
        console.line(&format!("{} and {}: {}", pair.gene, pair.feature, pair.reason));
    }
    if found.skipped.len() > 20 {
        console.line(&format!("and {} more pairs without a correlation", found.skipped.len() - 20));
    }
    console.line(&format!("{} of {} pairs are strong", found.strong().count(), found.pairs.len()));
    if let Some(maximum) = &found.maximum {
        let permutations = maximum.null.len();
        console.line(&format!(
            "the largest |r| is {:.3}; chance gives one as large in {:.3} of {permutations} permutations",
            maximum.observed, maximum.p_value
        ));
    }
}

fn write(args: &AssociateArgs, found: &Associations) -> Result<()> {
    let columns =
        ["feature", "gene", "samples", "r", "lower", "upper", "p_value", "adj_p_value", "family_p_value", "strong"];
    let mut out = Table::new(columns.map(String::from).to_vec(), "the pairs")?;
    for pair in &found.pairs {
        let numbers = [pair.r, pair.lower, pair.upper, pair.p_value, pair.adj_p_value].map(number::format);
        let family = pair.family_p_value.map_or_else(String::new, number::format);
        let first = [pair.feature.clone(), pair.gene.clone(), pair.samples.to_string()];
        out.push(first.into_iter().chain(numbers).chain([family, pair.strong.to_string()]).collect())?;
    }
    Ok(out.write_csv(&args.out)?)
}
