//! `radsurv genomics de`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_data::{CovariateKind, Groups, Table};
use radsurv_genomics::differential::{
    BayesSettings, Change, Comparison, Contrast, Design, GroupCoding, LinearModel, Order, TopTable, TreatSettings,
    ValueScale, Weights, duplicate_correlation,
};
use radsurv_genomics::samples::{SampleColumns, Samples};
use radsurv_plot::{Style, volcano};
use radsurv_stats::multiple::Adjustment;

use super::input::{ExpressionArgs, RuleArgs, read_expression};
use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::output::write_figure;

/// `radsurv genomics de`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct DeArgs {
    #[command(flatten)]
    expression: ExpressionArgs,
    /// What its values are.
    #[arg(long, value_enum, default_value_t = ScaleName::Log2)]
    values: ScaleName,
    /// Bring all samples to one distribution first; not for counts.
    #[arg(long)]
    quantile: bool,
    /// The table of samples: their names in the first column, their group, covariates.
    #[arg(long, value_name = "FILE")]
    groups: PathBuf,
    /// The column of the group.
    #[arg(long, value_name = "COLUMN", default_value = "group")]
    group: String,
    /// The group that is compared with [default: the first, by letter or number].
    #[arg(long, value_name = "GROUP")]
    reference: Option<String>,
    /// The group that is compared [default: of two groups the other one].
    #[arg(long, value_name = "GROUP", conflicts_with = "contrast")]
    compare: Option<String>,
    /// A contrast of groups in place of that: `(B + C)/2 - A`; names that begin with a digit in backticks.
    #[arg(long, value_name = "TEXT", conflicts_with = "reference")]
    contrast: Option<String>,
    /// Covariates: columns of the table of samples that groups are compared given.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    design: Vec<String>,
    /// The column of the block that samples belong to, such as the patient of several samples.
    #[arg(long, value_name = "COLUMN")]
    block: Option<String>,
    /// Let the variance of a gene depend on its mean.
    #[arg(long)]
    trend: bool,
    /// Keep genes of unusual variance from deciding for all.
    #[arg(long)]
    robust: bool,
    /// Test whether genes change by more than this log2 fold change, not whether they change at all (treat).
    #[arg(long, value_name = "LOG2")]
    treat: Option<f64>,
    /// How P-values are adjusted.
    #[arg(long, value_enum, default_value_t = AdjustName::Bh)]
    adjust: AdjustName,
    #[command(flatten)]
    rule: RuleArgs,
    /// The table to write: gene,log_fc,ave_expr,t,p_value,adj_p_value,b; a row for each gene, by P-value.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Draw a volcano: .svg or .png.
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

const HELP: &str = "\
  radsurv genomics de --expression E.csv --groups G.csv --reference low --design age,stage --out DE.csv --figure volcano.svg
  radsurv genomics de --expression counts.csv --values counts --groups G.csv --out DE.csv
  radsurv genomics de --expression E.csv --groups G.csv --contrast '(III + IV)/2 - I' --group stage --out DE.csv";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScaleName {
    /// Logarithms to base 2
    Log2,
    /// Numbers of 0 and more, of which log2(1 + x) is taken
    Linear,
    /// Counts of reads: filtered, normalised by TMM, weighted by voom
    Counts,
}

impl From<ScaleName> for ValueScale {
    fn from(name: ScaleName) -> Self {
        match name {
            ScaleName::Log2 => Self::Log2,
            ScaleName::Linear => Self::Linear,
            ScaleName::Counts => Self::Counts,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AdjustName {
    /// False discovery rate (Benjamini and Hochberg)
    Bh,
    /// False discovery rate of dependent tests (Benjamini and Yekutieli)
    By,
    Holm,
    Bonferroni,
}

/// Compares the groups.
pub fn run(args: &DeArgs, console: &Console) -> Result<Status> {
    let expression = read_expression(&args.expression, console)?;
    let table = Table::read_csv(&args.groups)?;
    let mut columns = SampleColumns::group(&args.group);
    for name in &args.design {
        columns = columns.with(name);
    }
    let samples = columns.join(&expression, &table)?;
    samples.report().iter().for_each(|line| console.line(line));
    let found = compare(args, &samples, &table, console)?;
    found.write_csv(&args.out)?;
    let rule = args.rule.rule()?;
    let [up, down] = [Change::Up, Change::Down].map(|change| found.changed(&rule, change).len());
    console.line(&format!("{}: {} genes, {up} up and {down} down", found.coefficient, found.rows.len()));
    console.line(&format!("wrote {}", args.out.display()));
    if let Some(path) = &args.figure {
        write_figure(path, &volcano::figure(&found, &rule, &Default::default(), &Style::single())?)?;
        console.line(&format!("wrote {}", path.display()));
    }
    Ok(Status::Done)
}

fn compare(args: &DeArgs, samples: &Samples, table: &Table, console: &Console) -> Result<TopTable> {
    let Samples { groups, covariates, .. } = samples;
    let counts: Vec<String> = groups.levels().iter().zip(groups.counts()).map(|(g, n)| format!("{n} {g}")).collect();
    console.line(&format!(
        "{} genes of {} samples: {}",
        samples.expression.genes().len(),
        groups.len(),
        counts.join(", ")
    ));
    let mut ready = ValueScale::from(args.values).prepare(&samples.expression, groups, covariates)?;
    ready.notices.iter().for_each(|notice| console.line(notice));
    if args.quantile {
        if ready.weights.is_some() {
            return Err(Error::Usage("--quantile is not for counts: TMM makes them comparable".to_string()));
        }
        ready.expression = ready.expression.quantile_normalised()?;
    }
    let adjustment = match args.adjust {
        AdjustName::Bh => Adjustment::BenjaminiHochberg,
        AdjustName::By => Adjustment::BenjaminiYekutieli,
        AdjustName::Holm => Adjustment::Holm,
        AdjustName::Bonferroni => Adjustment::Bonferroni,
    };
    let bayes = BayesSettings { trend: args.trend, robust: args.robust, ..BayesSettings::default() };
    let comparison = Comparison {
        reference: args.reference.clone(),
        group: args.compare.clone(),
        bayes,
        adjustment,
        order: Order::PValue,
    };
    let weights = ready.weights.as_deref().map(Weights::Values);
    if args.contrast.is_none() && args.block.is_none() && args.treat.is_none() {
        let found = comparison.run_weighted(&ready.expression, groups, covariates, weights)?;
        found.model.notices().iter().for_each(|notice| console.line(&notice.to_string()));
        return Ok(found.table);
    }
    let design = Design::of_groups(ready.expression.samples(), groups, &GroupCoding::Means, covariates)?;
    let contrast = match &args.contrast {
        Some(text) => design.contrast(text)?,
        None => {
            let (group, reference) = comparison.which(groups)?;
            let weight = |name: &String| f64::from(i8::from(*name == group) - i8::from(*name == reference));
            let weights = design.names().iter().map(weight).collect();
            Contrast { name: format!("{group} - {reference}"), weights }
        }
    };
    let blocks = args.block.as_ref().map(|name| blocks(name, table, ready.expression.samples())).transpose()?;
    let mut model = LinearModel::new(&design);
    if let Some(weights) = weights {
        model = model.with_weights(weights);
    }
    if let Some(blocks) = &blocks {
        let found = duplicate_correlation(&ready.expression, &design, blocks, weights, 0.15)?;
        found.note.iter().for_each(|note| console.line(note));
        console.line(&format!("samples of a block correlate with {:.3}", found.correlation));
        model = model.with_blocks(blocks, found.correlation);
    }
    let name = contrast.name.clone();
    let fit = model.fit(&ready.expression)?.contrasts(&[contrast])?;
    let found = match args.treat {
        Some(log_fc) => TreatSettings { log_fc, trend: args.trend, robust: args.robust, ..TreatSettings::default() }
            .moderate(&fit)?,
        None => bayes.moderate(&fit)?,
    };
    found.notices().iter().for_each(|notice| console.line(&notice.to_string()));
    Ok(found.top_table(&name, adjustment, Order::PValue)?)
}

/// The block of each sample.
fn blocks(name: &str, table: &Table, samples: &[String]) -> Result<Groups> {
    let mut known = radsurv_data::Covariates::new(table.rows().len());
    known.add_column(table, name, CovariateKind::Category)?;
    let groups = known.groups(name)?;
    let places: std::collections::HashMap<&str, usize> = table.ids().zip(0..).collect();
    let label = |sample: &String| places.get(sample.as_str()).and_then(|&row| groups.label(row));
    Ok(Groups::new(samples.iter().map(label)))
}
