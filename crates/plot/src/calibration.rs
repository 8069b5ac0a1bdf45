//! Calibration: what is observed where a risk is predicted.

use radsurv_eval::calibration::{CalibrationGroups, SmoothCalibration};

use crate::chart::{Chart, Entry, Key, Layer};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::{Scale, fixed};
use crate::style::{FAINT, INK, Style};

/// What is shown; all of it is of the same predictions at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Calibration<'a> {
    /// Groups of similar risk as points with limits.
    pub groups: Option<&'a CalibrationGroups>,
    /// A smooth curve with limits, and its distances from the line.
    pub smooth: Option<&'a SmoothCalibration>,
    /// The predicted probabilities of the event, as a histogram below. May be empty.
    pub predictions: &'a [f64],
}

/// The names around a calibration plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the axis of predictions. Default `Predicted probability of the event`.
    pub predicted: String,
    /// The name of the other axis. Default `Observed probability`.
    pub observed: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: String::new(),
            predicted: "Predicted probability of the event".into(),
            observed: "Observed probability".into(),
        }
    }
}

const BINS: usize = 40;
/// The height of the histogram as a part of that of the axis.
const HISTOGRAM: f64 = 0.12;

/// Groups, curve and histogram with the line of perfect calibration; both axes are equally long and end where predictions
/// and estimates do.
///
/// # Errors
/// [`Error::Input`] if there are neither groups nor a curve, or they are of different times.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// let outcome = Survival::new((1..=12).map(f64::from).collect(), (0..12).map(|i| i % 4 != 1).collect())?;
/// let risk: Vec<f64> = (0..12).map(|i| 0.9 - 0.06 * f64::from(i) + 0.02 * f64::from(i % 3)).collect();
/// use radsurv_eval::calibration::{GroupSettings, Grouping};
/// let groups = GroupSettings { grouping: Grouping::Count(3), ..GroupSettings::default() }.fit(8.5, &risk, &outcome)?;
/// use radsurv_plot::{Style, calibration::{Calibration, Settings, figure}};
/// let shown = Calibration { groups: Some(&groups), smooth: None, predictions: &risk };
/// let drawing = figure(&shown, &Settings::default(), &Style::single())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "3 groups, Kaplan-Meier"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(shown: &Calibration, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let times = [shown.groups.map(|g| g.time), shown.smooth.map(|s| s.time)];
    match times {
        [None, None] => {
            return Err(Error::Input(
                "there are neither groups nor a curve of calibration to draw: give one of them".into(),
            ));
        }
        [Some(a), Some(b)] if a != b => {
            return Err(Error::Input(format!(
                "groups at the time {a} and a curve at the time {b}: give both of one time"
            )));
        }
        _ => {}
    }
    let groups = || shown.groups.iter().flat_map(|g| &g.groups);
    let curve = || shown.smooth.iter().flat_map(|s| &s.curve);
    // Limits may reach far beyond: they do not decide where the axes end.
    let values = groups().flat_map(|g| [Some(g.predicted), g.observed]).flatten();
    let values = values.chain(curve().flat_map(|p| [p.predicted, p.observed])).chain(shown.predictions.iter().copied());
    let highest = values.filter(|v| v.is_finite()).fold(0.0, f64::max);
    let end = ((highest * 1.02 * 10.0).ceil() / 10.0).clamp(0.1, 1.0);
    let below = if shown.predictions.is_empty() { 0.0 } else { HISTOGRAM * end };
    let x = Scale::between(0.0, end, 5);
    let y = Scale::between(-below, end, 5).with_ticks(x.ticks());
    let names = Names { title: settings.title.clone(), x: settings.predicted.clone(), y: settings.observed.clone() };
    let mut chart = Chart::new(x, y, names);
    if below > 0.0 {
        chart.layers.push(Layer::Bars { bars: histogram(shown.predictions, end, below), colour: FAINT, opacity: 0.8 });
        chart.line(vec![[0.0, 0.0], [end, 0.0]], FAINT, 0.5, &[]);
    }
    chart.line(vec![[0.0, 0.0], [end, end]], INK, 0.8, &[3.0, 2.0]);
    chart.legend.push(Entry::new(Key::Line(vec![3.0, 2.0]), INK, "Perfect", ""));
    if let Some(smooth) = shown.smooth {
        let colour = style.colour(0);
        let band = smooth.curve.iter().map(|p| [p.predicted, p.lower, p.upper]).collect();
        chart.layers.push(Layer::Band { points: band, colour });
        chart.line(smooth.curve.iter().map(|p| [p.predicted, p.observed]).collect(), colour, style.line, &[]);
        chart.legend.push(Entry::new(Key::Line(vec![]), colour, "Smooth", ""));
    }
    if let Some(groups) = shown.groups {
        let colour = style.colour(1);
        let known = || groups.groups.iter().filter_map(|g| g.observed.map(|observed| (g, observed)));
        let limits = known().map(|(g, _)| [g.predicted, g.lower.unwrap_or(f64::NAN), g.upper.unwrap_or(f64::NAN)]);
        chart.layers.push(Layer::Whiskers { points: limits.collect(), colour });
        let points = known().map(|(g, observed)| [g.predicted, observed]).collect();
        chart.layers.push(Layer::Dots { points, colour, radius: 2.2 });
        let name = format!("{} groups, Kaplan-Meier", groups.groups.len());
        chart.legend.push(Entry::new(Key::Dot, colour, name, ""));
    }
    if let Some(s) = shown.smooth {
        let [ici, e50, e90] = [s.ici, s.e50, s.e90].map(|v| fixed(v, 3));
        chart.legend.extend([format!("ICI {ici}"), format!("E50 {e50}, E90 {e90}")].map(Entry::note));
    }
    Ok(chart.figure_of((end + below) / end, style))
}

/// Bars from the bottom of the axis up to 0.
fn histogram(predictions: &[f64], end: f64, below: f64) -> Vec<[f64; 4]> {
    let mut counts = [0usize; BINS];
    for p in predictions.iter().filter(|p| p.is_finite()) {
        counts[((p / end * BINS as f64).max(0.0) as usize).min(BINS - 1)] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or(0).max(1) as f64;
    let width = end / BINS as f64;
    let bar = |(bin, count): (usize, &usize)| {
        let left = bin as f64 * width;
        [left + 0.1 * width, left + 0.9 * width, -below, -below + 0.92 * below * *count as f64 / most]
    };
    counts.iter().enumerate().filter(|(_, count)| **count > 0).map(bar).collect()
}
