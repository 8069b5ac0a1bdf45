//! `radsurv harmonize zscore`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_data::saved::Saved;
use radsurv_data::{Fit, Table, list, number};
use radsurv_harmonize::{ZScore, ZScoreSettings};

use super::{ApplyArgs, features_path, wrote};
use crate::console::Console;
use crate::error::Result;
use crate::table::{Choose, TrainingArgs, read_cohort, training};

/// `radsurv harmonize zscore fit`
#[derive(Debug, Args)]
pub struct FitArgs {
    #[command(flatten)]
    training: TrainingArgs,
    /// What is taken for centre and scale.
    #[arg(long, value_enum, default_value_t = Method::Standard)]
    method: Method,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Mean and standard deviation
    Standard,
    /// Median and 1.4826 x median absolute deviation
    Robust,
    /// Median and interquartile range
    Quartiles,
}

/// Learns centre and scale.
pub fn fit(args: &FitArgs, console: &Console) -> Result<()> {
    let table = training(&args.training, &[])?;
    let settings = match args.method {
        Method::Standard => ZScoreSettings::Standard,
        Method::Robust => ZScoreSettings::Robust,
        Method::Quartiles => ZScoreSettings::Quantiles { lower: 0.25, upper: 0.75 },
    };
    let fitted = settings.fit(&table.cohort)?;
    let columns = ["feature", "centre", "scale", "scaled"].map(String::from).to_vec();
    let mut features = Table::new(columns, "the table of features")?;
    for scale in fitted.scales() {
        let (centre, by) = (number::format(scale.centre), number::format(scale.scale));
        features.push(vec![scale.feature.clone(), centre, by, (scale.scale != 0.0).to_string()])?;
    }
    fitted.save(&args.out)?;
    features.write_csv(features_path(&args.out))?;
    let (cases, count) = (table.cohort.cases(), fitted.scales().len());
    console.line(&format!("learned centre and scale of {count} features from {cases} cases"));
    let unscaled: Vec<&str> = fitted.unscaled().collect();
    if !unscaled.is_empty() {
        let (count, names) = (unscaled.len(), list(&unscaled));
        console.line(&format!("{count} features have a scale of 0 and pass unchanged: {names}"));
    }
    Ok(())
}

/// Applies what was learned.
pub fn apply(args: &ApplyArgs, console: &Console) -> Result<()> {
    let fitted = ZScore::load(&args.model)?;
    let names: Vec<String> = fitted.scales().iter().map(|s| s.feature.clone()).collect();
    let table = read_cohort(&args.table, Choose::Named(&names), &[])?;
    let scaled = fitted.apply(table.cohort.features())?;
    table.carried.write(&args.out, &scaled)?;
    wrote(console, &args.out, &scaled);
    Ok(())
}
