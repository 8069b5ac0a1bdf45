//! `radsurv genomics report`.

use std::path::PathBuf;

use clap::Args;
use radsurv_data::{CovariateKind, Covariates, FeatureTable, Survival, Table};
use radsurv_study::radiogenomics::{GeneListSource, GenomicsFiles, GenomicsSettings, Patients};
use radsurv_study::report::radiogenomics_page;

use super::de::ScaleName;
use super::input::{CollapseName, RuleArgs};
use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::table::{Choose, read_cohort};

/// `radsurv genomics report`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct ReportArgs {
    /// The table of expression: gene, then a column per sample; commas or tabs, compressed (gzip) or not.
    #[arg(long, value_name = "FILE")]
    expression: PathBuf,
    /// What its values are.
    #[arg(long, value_enum, default_value_t = ScaleName::Log2)]
    values: ScaleName,
    /// What is done about a gene of several rows [default: it is an error].
    #[arg(long, value_enum, value_name = "HOW")]
    duplicates: Option<CollapseName>,
    /// Say that the table has chosen genes only: tests of sets cannot be believed as they are then, which the report says.
    #[arg(long)]
    prefiltered: bool,
    /// The table of samples: their names in the first column, their group (two of them), covariates.
    #[arg(long, value_name = "FILE")]
    groups: PathBuf,
    /// The column of the group.
    #[arg(long, value_name = "COLUMN", default_value = "group")]
    group: String,
    /// The group that the other one is compared with [default: the first, by letter or number].
    #[arg(long, value_name = "GROUP")]
    reference: Option<String>,
    /// Covariates: columns of the table of samples that groups are compared given.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    design: Vec<String>,
    /// Let the variance of a gene depend on its mean.
    #[arg(long)]
    trend: bool,
    /// Keep genes of unusual variance from deciding for all.
    #[arg(long)]
    robust: bool,
    #[command(flatten)]
    rule: RuleArgs,
    /// Files of sets of genes (GMT), each a collection of its own.
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    gene_sets: Vec<PathBuf>,
    /// Files of signatures (GMT), whose scores are compared between the groups.
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    signatures: Vec<PathBuf>,
    /// Genes that the report must speak of.
    #[arg(long, value_name = "GENES", value_delimiter = ',')]
    genes: Vec<String>,
    /// Changed genes of another cohort: NAME=FILE, as `radsurv genomics de` writes it, or with a column `change` of up and down.
    #[arg(long, value_name = "NAME=FILE")]
    list: Vec<String>,
    /// A table of features, joined by the names of samples.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Its features: the columns this regular expression matches [default: those named like radiomics features].
    #[arg(long, value_name = "REGEX", requires = "table")]
    features: Option<String>,
    /// The column of the table of samples with the time each was followed.
    #[arg(long, value_name = "COLUMN", requires = "event")]
    time: Option<String>,
    /// The column that says whether the event happened at that time: 1 or 0.
    #[arg(long, value_name = "COLUMN", requires = "time")]
    event: Option<String>,
    /// The seed of everything random.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The page to write, HTML.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

const HELP: &str = "\
  radsurv genomics report --expression E.csv --groups G.csv --reference low --gene-sets hallmark.gmt,kegg.gmt \\
      --table features.csv --time months --event dead --genes KDELR2,HK2 --out report.html";

/// Writes the page.
pub fn run(args: &ReportArgs, console: &Console) -> Result<Status> {
    let settings = settings(args)?;
    let files = GenomicsFiles::read(&settings)?;
    let table = Table::read_csv(&args.groups)?;
    let ids: Vec<String> = table.ids().map(String::from).collect();
    let mut known = Covariates::new(ids.len());
    known.add_column(&table, &args.group, CovariateKind::Category)?;
    let groups = known.groups(&args.group)?;
    let mut covariates = Covariates::new(ids.len());
    for name in &args.design {
        covariates.add_column(&table, name, CovariateKind::Detect)?;
    }
    let first = groups.levels().first().cloned().unwrap_or_default();
    let reference = args.reference.clone().unwrap_or(first);
    let features = args.table.as_ref().map(|path| features(args, path, &ids)).transpose()?;
    let outcome = outcome(args, &table, &ids)?;
    let patients = Patients {
        ids: &ids,
        name: &args.groups.display().to_string(),
        groups: &groups,
        reference: &reference,
        covariates: &covariates,
        features: features.as_ref(),
        outcome: outcome.as_ref().map(|outcome| (args.event.as_deref().unwrap_or_default(), outcome)),
        seed: args.seed,
    };
    let found = settings.run(&files, &patients)?;
    found.notices.iter().for_each(|notice| console.line(notice));
    if !found.left_out.is_empty() {
        let each: Vec<String> = found.left_out.iter().map(|(sample, why)| format!("{sample} ({why})")).collect();
        console.line(&format!("left out: {}", radsurv_data::list(&each)));
    }
    if !found.missing.is_empty() {
        console.line(&format!("not in the table of expression: {}", radsurv_data::list(&found.missing)));
    }
    radiogenomics_page(&found, "Radiogenomics")?.write(&args.out)?;
    console.line(&format!("wrote {}", args.out.display()));
    Ok(Status::Done)
}

fn settings(args: &ReportArgs) -> Result<GenomicsSettings> {
    let list = |given: &String| {
        let (name, path) = given.split_once('=').ok_or_else(|| Error::Usage(format!("{given}: give NAME=FILE")))?;
        Ok(GeneListSource { name: name.to_string(), table: PathBuf::from(path) })
    };
    Ok(GenomicsSettings {
        expression: args.expression.clone(),
        values: args.values.into(),
        duplicates: args.duplicates.map(Into::into),
        prefiltered: args.prefiltered,
        covariates: args.design.clone(),
        trend: args.trend,
        robust: args.robust,
        rule: args.rule.rule()?,
        gene_sets: args.gene_sets.clone(),
        genes: args.genes.clone(),
        lists: args.list.iter().map(list).collect::<Result<_>>()?,
        signatures: args.signatures.clone(),
        features: usize::MAX,
    })
}

/// The features of the samples; those that the table does not have are missing.
fn features(args: &ReportArgs, path: &std::path::Path, ids: &[String]) -> Result<FeatureTable> {
    let table = read_cohort(path, Choose::option(args.features.as_deref()), &[])?;
    let features = table.cohort.features();
    let places: std::collections::HashMap<&str, usize> =
        features.case_ids().iter().map(String::as_str).zip(0..).collect();
    let value = |column: &Vec<f64>, id: &String| places.get(id.as_str()).map_or(f64::NAN, |&row| column[row]);
    let columns = features.columns().iter().map(|column| ids.iter().map(|id| value(column, id)).collect()).collect();
    Ok(FeatureTable::new(ids.to_vec(), features.names().to_vec(), columns)?)
}

fn outcome(args: &ReportArgs, table: &Table, ids: &[String]) -> Result<Option<Survival>> {
    let (Some(time), Some(event)) = (&args.time, &args.event) else { return Ok(None) };
    let cells = |name: &str| -> Result<Vec<String>> {
        let place = table.column(name)?;
        Ok(table.rows().iter().map(|row| row.cells[place].clone()).collect())
    };
    Ok(Some(Survival::parse(ids, (time, &cells(time)?), (event, &cells(event)?))?))
}
