//! `radsurv harmonize effect`: how much features differ between batches, before and after.

use std::path::PathBuf;

use clap::Args;
use radsurv_data::{Cohort, CovariateKind};
use radsurv_harmonize::diagnostics::Comparison;
use radsurv_plot::{Style, batch_effect};

use crate::console::Console;
use crate::error::Result;
use crate::table::{Choose, read_cohort};

/// The level at which features are counted as different, after adjusting for their number.
const LEVEL: f64 = 0.05;

/// `radsurv harmonize effect`
#[derive(Debug, Args)]
pub struct EffectArgs {
    /// The table before.
    #[arg(long, value_name = "FILE")]
    before: PathBuf,
    /// The table after, with the same cases in the same order.
    #[arg(long, value_name = "FILE")]
    after: PathBuf,
    /// The column that names the batch of each case.
    #[arg(long, value_name = "COLUMN")]
    batch: String,
    /// The features: the columns this regular expression matches [default: those named like radiomics features].
    #[arg(long, value_name = "REGEX")]
    features: Option<String>,
    /// The table to write: the tests of each feature before and after.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A figure to write as well, SVG or (`.png`) PNG: principal components and p-values before and after.
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

/// Measures the effect of batches in two tables.
pub fn run(args: &EffectArgs, console: &Console) -> Result<()> {
    let read = |path: &PathBuf| -> Result<Cohort> {
        let covariates = [(args.batch.as_str(), CovariateKind::Category)];
        Ok(read_cohort(path, Choose::option(args.features.as_deref()), &covariates)?.cohort)
    };
    let comparison = Comparison::of(&read(&args.before)?, &read(&args.after)?, &args.batch, 2)?;
    comparison.table()?.write_csv(&args.out)?;
    for (when, effect) in [("before", &comparison.before), ("after", &comparison.after)] {
        let (anova, kruskal) = effect.different(LEVEL);
        let components: Vec<String> = effect.components.iter().map(|c| format!("{:.3}", c.r2)).collect();
        console.line(&format!(
            "{when}: {anova} of {} features differ between batches (analysis of variance, adjusted p < {LEVEL}; \
             Kruskal-Wallis {kruskal}); batches explain {:.3} of the variance of a feature on average, {} of the first \
             principal components",
            effect.features.len(),
            effect.mean_r2(),
            components.join(" and ")
        ));
    }
    if let Some(path) = &args.figure {
        batch_effect::figure(&comparison, &Style::double()).save(path)?;
        console.line(&format!("drew {}", path.display()));
    }
    Ok(())
}
