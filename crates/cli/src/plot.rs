//! `radsurv plot`.

mod explain;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use radsurv_data::{CovariateKind, Groups, number};
use radsurv_eval::Marker;
use radsurv_eval::calibration::{GroupSettings, SmoothSettings};
use radsurv_eval::clinical_impact::{ClinicalImpact, ClinicalImpactSettings};
use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, Strategy};
use radsurv_eval::reclassification::{Idi, IdiSettings};
use radsurv_eval::risk_groups::RiskGroupSettings;
use radsurv_eval::time_roc::{Band, TimeRoc, TimeRocSettings};
use radsurv_plot::{
    Drawing, Style, auc_over_time, calibration, clinical_impact, decision_curve, heat_map, idi_curve, importance,
    kaplan_meier, lasso_cv, lasso_path, roc,
};
use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing};
use radsurv_stats::nonparametric::KaplanMeier;
use radsurv_survival::AnyModel;

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::evaluate::{Evaluated, MarkersArgs, read};
use crate::output::write_figure;
use crate::table::{CasesArgs, Choose, OutcomeArgs, TrainingArgs, outcome, read_cases, training};

/// `radsurv plot`
#[derive(Debug, Args)]
pub struct PlotArgs {
    #[command(subcommand)]
    figure: Figure,
    /// The file to write: .svg, or .png at 300 dots per inch.
    #[arg(long, value_name = "FILE", global = true)]
    out: Option<PathBuf>,
    /// The title of the figure.
    #[arg(long, value_name = "TEXT", global = true, default_value = "")]
    title: String,
    /// The unit of time, as the figure names it.
    #[arg(long, value_name = "UNIT", global = true, default_value = "")]
    unit: String,
    /// For both columns of a journal (170 mm) instead of one (85 mm).
    #[arg(long, global = true)]
    wide: bool,
}

/// The figures. Those of other commands are drawn by them: `nomogram --figure`, `cox --figure` (hazard ratios), `cutpoint apply
/// --figure`, `harmonize effect --figure`.
#[derive(Debug, Subcommand)]
enum Figure {
    /// Survival curves with the number at risk.
    KaplanMeier(Box<KaplanMeierArgs>),
    /// ROC curves of each marker at each time.
    Roc(Box<TimesArgs>),
    /// The area under the ROC curve by time, with a band over all times.
    Auc(Box<TimesArgs>),
    /// Observed beside predicted, of one marker with predicted survival at one time.
    Calibration(Box<TimesArgs>),
    /// Net benefit of all markers with predicted survival at one time.
    DecisionCurve(Box<TimesArgs>),
    /// How many a threshold calls at high risk, of one marker at one time.
    ClinicalImpact(Box<TimesArgs>),
    /// What the second of two markers with predicted survival changes of the first, at one time.
    Idi(Box<TimesArgs>),
    /// The coefficients of a lasso by its penalty.
    LassoPath(ModelFile),
    /// The cross-validation of a lasso.
    LassoCv(ModelFile),
    /// A column of a table of `radsurv importance` or `radsurv train`.
    Importance(ImportanceArgs),
    /// How far each feature moves the risk of each case.
    Shap(explain::ShapArgs),
    /// How far a feature moves risks, by its value.
    ShapDependence(explain::ShapDependenceArgs),
    /// How the risk of a case comes about.
    ShapWaterfall(explain::ShapWaterfallArgs),
    /// What a model predicts by the value of a feature.
    PartialDependence(explain::PartialDependenceArgs),
    /// How often features were chosen.
    SelectionFrequency(explain::SelectionFrequencyArgs),
    /// The settings that `radsurv tune` has tried.
    Tuning(explain::TuningArgs),
    /// The correlations of features, in the order of their clusters.
    HeatMap(TrainingArgs),
}

/// Groups of cases.
#[derive(Debug, Args)]
struct KaplanMeierArgs {
    #[command(flatten)]
    cases: CasesArgs,
    #[command(flatten)]
    outcome: OutcomeArgs,
    /// The column of groups [default: all cases are one].
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
}

/// Markers at times.
#[derive(Debug, Args)]
struct TimesArgs {
    #[command(flatten)]
    markers: MarkersArgs,
    /// The times.
    #[arg(long, value_name = "TIMES", value_delimiter = ',', required = true)]
    times: Vec<f64>,
}

/// A model.
#[derive(Debug, Args)]
struct ModelFile {
    /// The model, as `radsurv train` wrote it.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
}

/// A table of importance.
#[derive(Debug, Args)]
struct ImportanceArgs {
    /// The table: names of features in the first column.
    #[arg(long, value_name = "FILE")]
    table: PathBuf,
    /// The column that is drawn.
    #[arg(long, value_name = "COLUMN", default_value = "importance")]
    column: String,
    /// How many features are shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    shown: usize,
}

/// Draws a figure.
pub fn run(args: &PlotArgs, console: &Console) -> Result<Status> {
    let Some(out) = &args.out else { return Err(Error::Usage("say which file to write: --out FILE".to_string())) };
    let style = if args.wide { Style::double() } else { Style::single() };
    let title = args.title.clone();
    let drawing = match &args.figure {
        Figure::KaplanMeier(of) => survival(of, args, &style, console)?,
        Figure::Roc(of) => {
            let mut curves = Vec::new();
            let found = rocs(of, TimeRocSettings::default(), console)?;
            let several = found.len() > 1;
            for (name, found) in &found {
                curves.extend(roc::curves(found, if several { name } else { "" }, &args.unit));
            }
            roc::figure(&curves, &roc::Settings { title, ..roc::Settings::default() }, &style)?
        }
        Figure::Auc(of) => {
            let found = rocs(of, TimeRocSettings::default().band(Band::default()), console)?;
            let markers: Vec<auc_over_time::Marker> =
                found.iter().map(|(name, roc)| auc_over_time::Marker { name, roc }).collect();
            let time = axis(&args.unit);
            auc_over_time::figure(&markers, &auc_over_time::Settings { title, time }, &style)?
        }
        Figure::Calibration(of) => {
            let at = Probabilities::read(of, console)?;
            let [(_, p)] = &at.of[..] else { return Err(one_marker("a calibration plot")) };
            let groups = GroupSettings::default().fit(at.time, p, &at.evaluated.outcome)?;
            let smooth = SmoothSettings::default().fit(at.time, p, &at.evaluated.outcome)?;
            let shown = calibration::Calibration { groups: Some(&groups), smooth: Some(&smooth), predictions: p };
            calibration::figure(&shown, &calibration::Settings { title, ..Default::default() }, &style)?
        }
        Figure::DecisionCurve(of) => {
            let at = Probabilities::read(of, console)?;
            let models: Vec<Strategy> = at.of.iter().map(|(name, risk)| Strategy { name, risk, harm: 0.0 }).collect();
            let found = DecisionCurve::of(&models, &at.evaluated.outcome, &DecisionCurveSettings::at(at.time))?;
            decision_curve::figure(&found, &decision_curve::Settings { title, ..Default::default() }, &style)?
        }
        Figure::ClinicalImpact(of) => {
            let at = Probabilities::read(of, console)?;
            let [(_, p)] = &at.of[..] else { return Err(one_marker("a clinical impact curve")) };
            let found = ClinicalImpact::of(p, &at.evaluated.outcome, &ClinicalImpactSettings::at(at.time))?;
            clinical_impact::figure(&found, &title, &style)?
        }
        Figure::Idi(of) => {
            let at = Probabilities::read(of, console)?;
            let [(_, old), (_, new)] = &at.of[..] else {
                return Err(Error::Usage("give two markers, the old one first".to_string()));
            };
            let found = Idi::of(old, new, &at.evaluated.outcome, &IdiSettings::at(at.time))?;
            idi_curve::figure(&found, &title, &style)?
        }
        Figure::LassoPath(of) => match AnyModel::load(&of.model)? {
            AnyModel::Coxnet(net) => {
                let chosen = net
                    .best()
                    .map_or_else(|| vec![net.chosen().lambda], |[best, one_error]| vec![best.lambda, one_error.lambda]);
                lasso_path::figure(net.path(), &lasso_path::Settings { title, chosen, ..Default::default() }, &style)?
            }
            _ => return Err(Error::Input(format!("{} is no lasso", of.model.display()))),
        },
        Figure::LassoCv(of) => match AnyModel::load(&of.model)? {
            AnyModel::Coxnet(net) => match net.cross_validation() {
                Some(validated) => lasso_cv::figure(&validated, &title, &style)?,
                None => return Err(Error::Input(format!("{}: its lambda was given", of.model.display()))),
            },
            _ => return Err(Error::Input(format!("{} is no lasso", of.model.display()))),
        },
        Figure::Importance(of) => bars(of, title, &style)?,
        Figure::Shap(of) => explain::shap(of, title, &style)?,
        Figure::ShapDependence(of) => explain::dependence_of_shap(of, title, &style)?,
        Figure::ShapWaterfall(of) => explain::waterfall_of_shap(of, title, &style)?,
        Figure::PartialDependence(of) => explain::partial(of, title, &args.unit, &style)?,
        Figure::SelectionFrequency(of) => explain::frequency(of, title, &style)?,
        Figure::Tuning(of) => explain::trials(of, title, &style)?,
        Figure::HeatMap(of) => {
            let cohort = training(of, &[])?.cohort;
            let features = cohort.features();
            let matrix = CorrelationMatrix::new(features.columns(), Method::Spearman, Missing::Pairwise)
                .map_err(radsurv_eval::Error::from)?;
            heat_map::figure(features.names(), &matrix, &heat_map::Settings { title, ..Default::default() }, &style)?
        }
    };
    write_figure(out, &drawing)?;
    console.line(&format!("wrote {}", out.display()));
    Ok(Status::Done)
}

fn axis(unit: &str) -> String {
    if unit.is_empty() { "Time".to_string() } else { format!("Time ({unit})") }
}

fn one_marker(what: &str) -> Error {
    Error::Usage(format!("{what} is of one marker: name one"))
}

fn survival(of: &KaplanMeierArgs, args: &PlotArgs, style: &Style, console: &Console) -> Result<Drawing> {
    let mut columns = of.outcome.covariates();
    columns.extend(of.group.iter().map(|group| (group.as_str(), CovariateKind::Category)));
    let table = read_cases(&of.cases, Choose::Named(&[]), &columns)?;
    let (cohort, outcome) = outcome(&of.outcome, table, console)?;
    let groups = match &of.group {
        Some(group) => cohort.covariates().groups(group)?,
        None => Groups::new((0..outcome.len()).map(|_| Some("All"))),
    };
    let several = groups.levels().len() > 1;
    let p_value = several.then(|| RiskGroupSettings::default().of_groups(&groups, &outcome)).transpose()?;
    let mut estimates = Vec::new();
    for (level, name) in groups.levels().iter().enumerate() {
        let rows: Vec<usize> = (0..outcome.len()).filter(|&case| groups.codes()[case] == Some(level)).collect();
        let name = if several { name.as_str() } else { "" };
        estimates.push((name, KaplanMeier::of(&outcome.rows(&rows)).map_err(radsurv_eval::Error::from)?));
    }
    let curves: Vec<kaplan_meier::Curve> =
        estimates.iter().map(|(name, estimate)| kaplan_meier::Curve { name, estimate }).collect();
    let settings = kaplan_meier::Settings {
        title: args.title.clone(),
        time: axis(&args.unit),
        p_value: p_value.map(|found| found.log_rank.p_value),
        ..kaplan_meier::Settings::default()
    };
    Ok(kaplan_meier::figure(&curves, &settings, style)?)
}

/// The ROC curves of each marker.
fn rocs(of: &TimesArgs, settings: TimeRocSettings, console: &Console) -> Result<Vec<(String, TimeRoc)>> {
    let Evaluated { outcome, markers, .. } = read(&of.markers, console)?;
    let mut times = of.times.clone();
    times.sort_by(f64::total_cmp);
    let of = |Marker { name, predictions }: Marker| -> Result<(String, TimeRoc)> {
        Ok((name, settings.of(predictions.risk(), &outcome, &times)?))
    };
    markers.into_iter().map(of).collect()
}

/// The predicted probabilities of an event until a time.
struct Probabilities {
    evaluated: Evaluated,
    time: f64,
    of: Vec<(String, Vec<f64>)>,
}

impl Probabilities {
    fn read(args: &TimesArgs, console: &Console) -> Result<Self> {
        let [time] = args.times[..] else {
            return Err(Error::Usage("this figure is of one time: give one".to_string()));
        };
        let evaluated = read(&args.markers, console)?;
        let mut of = Vec::new();
        for marker in &evaluated.markers {
            let p = marker.predictions.event_probability(time).ok_or_else(|| {
                Error::Input(format!(
                    "{} has no predicted survival at {time}: give --predictions with a column surv_{}",
                    marker.name,
                    number::format(time)
                ))
            })?;
            of.push((marker.name.clone(), p));
        }
        Ok(Self { evaluated, time, of })
    }
}

fn bars(of: &ImportanceArgs, title: String, style: &Style) -> Result<Drawing> {
    let bar = |(name, value)| importance::Bar { name, value, limits: None };
    let bars: Vec<importance::Bar> = explain::named_numbers(&of.table, &of.column)?.into_iter().map(bar).collect();
    let name = of.column.clone();
    Ok(importance::figure(&bars, &importance::Settings { title, name, shown: of.shown }, style)?)
}
