//! What several parts of `radsurv genomics` read.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use radsurv_data::Table;
use radsurv_genomics::Expression;
use radsurv_genomics::differential::{ChangeRule, TopTable};
use radsurv_genomics::expression::{Collapse, ExpressionRows, ProbeMap, ProbeSettings};
use radsurv_genomics::gene_sets::{GeneSets, SizeLimits, read_gmt};

use crate::console::Console;
use crate::error::{Error, Result};

/// A table of expression.
#[derive(Debug, Args)]
pub struct ExpressionArgs {
    /// The table of expression: gene, then a column per sample; commas or tabs, compressed (gzip) or not.
    #[arg(long, value_name = "FILE")]
    pub expression: PathBuf,
    /// What is done about a gene of several rows [default: it is an error].
    #[arg(long, value_enum, value_name = "HOW")]
    pub duplicates: Option<CollapseName>,
    /// A table that says which gene a row stands for, if rows are probes or other identifiers: FILE, or FILE:COLUMN [default: the second
    /// column]. Several rows of a gene become one by --duplicates [default: their mean].
    #[arg(long, value_name = "FILE[:COLUMN]")]
    pub probes: Option<String>,
}

/// How several rows of a gene become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CollapseName {
    /// Their mean.
    Mean,
    /// The one with the highest mean.
    MaxMean,
    /// The one that varies most.
    MaxVariance,
    /// Their sum, for counts.
    Sum,
}

impl From<CollapseName> for Collapse {
    fn from(name: CollapseName) -> Self {
        match name {
            CollapseName::Mean => Self::Mean,
            CollapseName::MaxMean => Self::MaxMean,
            CollapseName::MaxVariance => Self::MaxVariance,
            CollapseName::Sum => Self::Sum,
        }
    }
}

/// Reads a table of expression; what was done to its rows is said.
pub fn read_expression(args: &ExpressionArgs, console: &Console) -> Result<Expression> {
    let rows = ExpressionRows::read(&args.expression)?;
    let how = args.duplicates.map(Collapse::from);
    let settings = ProbeSettings { collapse: how.unwrap_or_default(), ..ProbeSettings::default() };
    let Some(probes) = &args.probes else {
        if how.is_none() {
            return Ok(rows.unique()?);
        }
        let found = settings.duplicates(&rows)?;
        if found.report.collapsed > 0 {
            let (genes, all) = (found.report.collapsed, found.report.probes);
            console.line(&format!("{genes} genes had several of the {all} rows, and have one now"));
        }
        return Ok(found.expression);
    };
    let (path, column) = match probes.rsplit_once(':') {
        Some((path, column)) if Path::new(path).exists() => (path, Some(column.to_string())),
        _ => (probes.as_str(), None),
    };
    let table = Table::read_csv(path)?;
    let second = || table.columns().get(1).cloned();
    let column = column.or_else(second).ok_or_else(|| Error::Input(format!("{path} has one column alone")))?;
    let map = ProbeMap::from_table(&table, &column, "///")?;
    let found = settings.apply(&rows.unique()?, &map)?;
    let report = &found.report;
    console.line(&format!(
        "{} genes of {} rows: {} rows have no gene, {} several and are left out; {} genes had several rows",
        report.genes,
        report.probes,
        report.unmapped.len(),
        report.several.len(),
        report.collapsed
    ));
    Ok(found.expression)
}

/// Which genes are called changed.
#[derive(Debug, Clone, Args)]
pub struct RuleArgs {
    /// Genes are called changed if P is below this...
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub p: f64,
    /// ... and the log2 fold change is above this, either way.
    #[arg(long, value_name = "LOG2", default_value_t = 1.0)]
    pub log_fc: f64,
    /// Take the adjusted P.
    #[arg(long)]
    pub adjusted: bool,
}

impl RuleArgs {
    /// The rule.
    pub fn rule(&self) -> Result<ChangeRule> {
        if !(self.p > 0.0 && self.p <= 1.0 && self.log_fc >= 0.0) {
            return Err(Error::Usage("give --p above 0 and at most 1, and --log-fc of 0 or more".to_string()));
        }
        Ok(ChangeRule { p: self.p, adjusted: self.adjusted, log_fc: self.log_fc })
    }
}

/// Sets of genes.
#[derive(Debug, Args)]
pub struct SetsArgs {
    /// Files of sets of genes (GMT, compressed or not). Each is a collection of its own, within which P-values are adjusted.
    #[arg(long, value_name = "FILES", value_delimiter = ',', required = true)]
    pub gene_sets: Vec<PathBuf>,
    /// Sets with fewer genes in the table are not tested.
    #[arg(long, value_name = "N", default_value_t = SizeLimits::default().min)]
    pub min_size: usize,
    /// Sets with more genes in the table are not tested.
    #[arg(long, value_name = "N", default_value_t = SizeLimits::default().max)]
    pub max_size: usize,
}

/// A collection of sets.
pub struct NamedSets {
    /// The name of its file without the ending.
    pub name: String,
    /// The sets.
    pub sets: GeneSets,
}

impl SetsArgs {
    /// How many genes a set may have.
    pub fn sizes(&self) -> SizeLimits {
        SizeLimits { min: self.min_size, max: self.max_size }
    }

    /// Reads the collections.
    pub fn read(&self, console: &Console) -> Result<Vec<NamedSets>> {
        let one = |path: &PathBuf| {
            let read = read_gmt(path)?;
            let report = &read.report;
            if report.repeated_genes > 0 {
                let (genes, sets) = (report.repeated_genes, report.sets_with_repeated_genes.len());
                console.line(&format!("{}: {sets} sets have {genes} genes twice, which count once", path.display()));
            }
            Ok(NamedSets { name: radsurv_study::radiogenomics::collection_name(path), sets: read.sets })
        };
        self.gene_sets.iter().map(one).collect()
    }
}

/// Reads a table that `radsurv genomics de` wrote.
pub fn read_de(path: &Path) -> Result<TopTable> {
    Ok(TopTable::read_csv(path)?)
}

/// The names of genes: as they are given, or those of a file, one per line, behind an `@`.
pub fn genes(given: &[String]) -> Result<Vec<String>> {
    let mut genes: Vec<String> = Vec::new();
    for name in given {
        match name.strip_prefix('@') {
            None => genes.push(name.trim().to_string()),
            Some(path) => {
                let failed = |source| radsurv_data::Error::Io { path: path.into(), source };
                let text = std::fs::read_to_string(path).map_err(failed)?;
                genes.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from));
            }
        }
    }
    Ok(genes)
}
