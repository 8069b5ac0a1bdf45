//! Figures of how models come to their predictions, and were chosen.

use std::path::{Path, PathBuf};

use clap::Args;
use radsurv_data::{CovariateKind, FeatureTable, Table, number};
use radsurv_eval::metric::MetricKind;
use radsurv_plot::{
    Drawing, Style, partial_dependence, selection_frequency, shap_beeswarm, shap_dependence, shap_waterfall, tuning,
};
use radsurv_study::pipeline::FittedModel;
use radsurv_survival::explain::ShapValues;
use radsurv_survival::explain::local_effects::LocalEffectsSettings;
use radsurv_survival::explain::partial_dependence::{PartialDependenceSettings, Target};

use crate::error::{Error, Result};
use crate::table::{Choose, read_cohort};

/// SHAP values and what they explain.
#[derive(Debug, Args)]
pub struct ShapFiles {
    /// The SHAP values, as `radsurv importance --shap` wrote them.
    #[arg(long, value_name = "FILE")]
    shap: PathBuf,
    /// The cases that they explain.
    #[arg(long, value_name = "FILE")]
    table: PathBuf,
}

/// SHAP values of all features.
#[derive(Debug, Args)]
pub struct ShapArgs {
    #[command(flatten)]
    files: ShapFiles,
    /// How many features are shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    shown: usize,
}

/// SHAP values of a feature.
#[derive(Debug, Args)]
pub struct ShapDependenceArgs {
    #[command(flatten)]
    files: ShapFiles,
    /// The feature.
    #[arg(long, value_name = "NAME")]
    feature: String,
    /// The feature that colours the dots, or `none` [default: the one that goes most with the SHAP values].
    #[arg(long, value_name = "NAME")]
    colour: Option<String>,
}

/// SHAP values of a case.
#[derive(Debug, Args)]
pub struct ShapWaterfallArgs {
    #[command(flatten)]
    files: ShapFiles,
    /// The case.
    #[arg(long, value_name = "ID")]
    case: String,
    /// How many features are shown.
    #[arg(long, value_name = "N", default_value_t = 10)]
    shown: usize,
}

/// Predictions by the value of a feature.
#[derive(Debug, Args)]
pub struct PartialDependenceArgs {
    /// The model, as `radsurv train` or `radsurv tune` wrote it.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The cases that are given other values.
    #[arg(long, value_name = "FILE")]
    table: PathBuf,
    /// The feature.
    #[arg(long, value_name = "NAME")]
    feature: String,
    /// Predict the probability of an event until this time [default: the risk].
    #[arg(long, value_name = "TIME")]
    time: Option<f64>,
    /// Each case as a difference from its prediction at the lowest value.
    #[arg(long)]
    centred: bool,
    /// Accumulated local effects, for a feature that is correlated with others.
    #[arg(long, conflicts_with = "centred")]
    local_effects: bool,
}

/// How often features were chosen.
#[derive(Debug, Args)]
pub struct SelectionFrequencyArgs {
    /// The table: names of features in the first column, as `radsurv tune` writes it.
    #[arg(long, value_name = "FILE")]
    table: PathBuf,
    /// The column of their share of resamples.
    #[arg(long, value_name = "COLUMN", default_value = "frequency")]
    column: String,
    /// The share from which on a feature counts as chosen.
    #[arg(long, value_name = "SHARE")]
    threshold: Option<f64>,
    /// How many features are shown.
    #[arg(long, value_name = "N", default_value_t = 30)]
    shown: usize,
}

/// Settings that were tried.
#[derive(Debug, Args)]
pub struct TuningArgs {
    /// The table of trials of `radsurv tune`.
    #[arg(long, value_name = "FILE")]
    table: PathBuf,
    /// How many settings are shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    shown: usize,
}

impl ShapFiles {
    /// The SHAP values, and the values of their features and of some more.
    fn read(&self, more: &[String]) -> Result<(ShapValues, FeatureTable)> {
        let path = self.shap.display();
        let table = FeatureTable::read_csv(&self.shap)?;
        let Some(base) = table.column("base").and_then(|base| base.first()) else {
            let what = format!("{path}: there is no case with a base; give a table of `radsurv importance --shap`");
            return Err(Error::Input(what));
        };
        let named = table.names().iter().zip(table.columns()).filter(|(name, _)| *name != "base");
        let (features, values): (Vec<String>, Vec<Vec<f64>>) = named.map(|(n, c)| (n.clone(), c.clone())).unzip();
        let shap = ShapValues { base: *base, case_ids: table.case_ids().to_vec(), features, values };
        let wanted: Vec<String> = shap.features.iter().chain(more).cloned().collect();
        let features = read_cohort(&self.table, Choose::Named(&wanted), &[])?.cohort.features().clone();
        Ok((shap, features))
    }
}

pub fn shap(of: &ShapArgs, title: String, style: &Style) -> Result<Drawing> {
    let (shap, features) = of.files.read(&[])?;
    let settings = shap_beeswarm::Settings { title, shown: of.shown, ..Default::default() };
    Ok(shap_beeswarm::figure(&shap, &features, &settings, style)?)
}

pub fn dependence_of_shap(of: &ShapDependenceArgs, title: String, style: &Style) -> Result<Drawing> {
    let colouring = match of.colour.as_deref() {
        None => shap_dependence::Colouring::Interacting,
        Some("none") => shap_dependence::Colouring::None,
        Some(name) => shap_dependence::Colouring::Feature(name.to_string()),
    };
    let more: Vec<String> = of.colour.iter().filter(|name| *name != "none").cloned().collect();
    let (shap, features) = of.files.read(&more)?;
    let settings = shap_dependence::Settings { title, colouring };
    Ok(shap_dependence::figure(&shap, &features, &of.feature, &settings, style)?)
}

pub fn waterfall_of_shap(of: &ShapWaterfallArgs, title: String, style: &Style) -> Result<Drawing> {
    let (shap, features) = of.files.read(&[])?;
    let settings = shap_waterfall::Settings { title, shown: of.shown, ..Default::default() };
    Ok(shap_waterfall::figure(&shap, &features, &of.case, &settings, style)?)
}

pub fn partial(of: &PartialDependenceArgs, title: String, unit: &str, style: &Style) -> Result<Drawing> {
    let model = FittedModel::load(&of.model)?;
    let covariates: Vec<(&str, CovariateKind)> =
        model.covariates().iter().map(|name| (name.as_str(), CovariateKind::Detect)).collect();
    let cohort = read_cohort(&of.table, Choose::Named(model.features()), &covariates)?.cohort;
    let target = of.time.map_or(Target::Risk, Target::Event);
    let name = of.time.map(|time| format!("Event until {} {unit}", number::format(time)).trim_end().to_string());
    if of.local_effects {
        let found = LocalEffectsSettings { target, ..Default::default() }.of(&model, &cohort, &of.feature)?;
        let name = name.map(|name| format!("Local effect ({})", name.to_lowercase()));
        let settings = partial_dependence::Settings { title, name, ..Default::default() };
        return Ok(partial_dependence::of_local_effects(&found, &settings, style)?);
    }
    let found = PartialDependenceSettings { target, ..Default::default() }.of(&model, &cohort, &of.feature)?;
    let settings = partial_dependence::Settings { title, name, ..Default::default() };
    let found = if of.centred { found.centred() } else { found };
    Ok(partial_dependence::figure(&found, &settings, style)?)
}

pub fn frequency(of: &SelectionFrequencyArgs, title: String, style: &Style) -> Result<Drawing> {
    let shares = named_numbers(&of.table, &of.column)?;
    let chosen: Vec<_> = shares.into_iter().map(|(name, share)| selection_frequency::Chosen { name, share }).collect();
    let (threshold, shown) = (of.threshold, of.shown);
    let settings = selection_frequency::Settings { title, threshold, shown, ..Default::default() };
    Ok(selection_frequency::figure(&chosen, &settings, style)?)
}

pub fn trials(of: &TuningArgs, title: String, style: &Style) -> Result<Drawing> {
    let table = Table::read_csv(&of.table)?;
    let (chosen, error) = (table.column("chosen")?, table.column("se")?);
    // The measure is the column before its error.
    let mean = error.saturating_sub(1);
    let name = table.columns()[mean].clone();
    let is_fold = |place: &usize| table.columns()[*place].starts_with("fold_");
    let folds: Vec<usize> = (0..table.columns().len()).filter(is_fold).collect();
    let candidate = |row: &radsurv_data::Row| -> Result<tuning::Candidate> {
        Ok(tuning::Candidate {
            name: row.cells[0].clone(),
            mean: cell(&of.table, &table, row, mean)?,
            folds: folds.iter().map(|&fold| cell(&of.table, &table, row, fold)).collect::<Result<_>>()?,
            chosen: row.cells[chosen] == "winner",
        })
    };
    let candidates = table.rows().iter().map(candidate).collect::<Result<Vec<_>>>()?;
    let kind = name.split('_').next().and_then(|kind| kind.parse::<MetricKind>().ok());
    let higher_is_better = kind != Some(MetricKind::Brier);
    Ok(tuning::figure(&candidates, &tuning::Settings { title, name, higher_is_better, shown: of.shown }, style)?)
}

/// The names of a table's first column with the numbers of another.
pub fn named_numbers(path: &Path, column: &str) -> Result<Vec<(String, f64)>> {
    let table = Table::read_csv(path)?;
    let place = table.column(column)?;
    table.rows().iter().map(|row| Ok((row.cells[0].clone(), cell(path, &table, row, place)?))).collect()
}

fn cell(path: &Path, table: &Table, row: &radsurv_data::Row, place: usize) -> Result<f64> {
    let text = &row.cells[place];
    number::parse(text).ok_or_else(|| {
        let (file, line, column) = (path.display(), row.line, &table.columns()[place]);
        Error::Input(format!("{file}, line {line}: {column} is {text:?}, no number"))
    })
}
