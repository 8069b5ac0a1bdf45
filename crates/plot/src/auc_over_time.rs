//! Areas under time-dependent ROC curves, by time.

use radsurv_eval::time_roc::{TimeAuc, TimeRoc};

use crate::chart::{Chart, Entry, Key, Layer};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::{Scale, short};
use crate::style::{FAINT, Style};

/// The areas of a marker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marker<'a> {
    /// Its name; may be empty if there is one.
    pub name: &'a str,
    /// Its areas.
    pub roc: &'a TimeRoc,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the time axis. Default `Time`; better with its unit.
    pub time: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), time: "Time".into() }
    }
}

/// A line per marker with pointwise limits as a shade, and thin lines where the band over all times ends, if there is one.
///
/// # Errors
/// [`Error::Input`] without a marker, if none has areas at two times, or limits are of different confidence.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// let outcome = Survival::new((1..=12).map(f64::from).collect(), (0..12).map(|i| i % 4 != 1).collect())?;
/// let risk: Vec<f64> = (0..12).map(|i| 0.9 - 0.06 * f64::from(i) + 0.02 * f64::from(i % 3)).collect();
/// let roc = radsurv_eval::time_roc(&risk, &outcome, &[4.5, 6.5, 8.5])?;
/// use radsurv_plot::{Style, auc_over_time::{Marker, Settings, figure}};
/// let drawing = figure(&[Marker { name: "", roc: &roc }], &Settings { time: "Months".into(), ..Settings::default() }, &Style::single())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "Months"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(markers: &[Marker], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let most = markers.iter().map(|m| m.roc.at.len()).max().unwrap_or(0);
    if most < 2 {
        return Err(Error::Input(format!(
            "areas at {most} times of {} markers make no line: give two times at least",
            markers.len()
        )));
    }
    let confidence = markers.first().map_or(0.95, |m| m.roc.confidence);
    if markers.iter().any(|m| m.roc.confidence != confidence) {
        return Err(Error::Input("limits of different confidence: compute all areas with one".into()));
    }
    let confidence = short(100.0 * confidence);
    let areas = || markers.iter().flat_map(|m| &m.roc.at);
    let low = |at: &TimeAuc| at.band_lower.or(at.lower).unwrap_or(at.auc);
    let lowest = areas().map(low).filter(|v| v.is_finite()).fold(0.5, f64::min);
    // From a tenth below what is shown.
    let bottom = ((lowest * 10.0 - 1e-9).floor() / 10.0).clamp(0.0, 0.4);
    let x = Scale::of(areas().map(|at| at.time), if style.width > 450.0 { 8 } else { 5 });
    let names = Names { title: settings.title.clone(), x: settings.time.clone(), y: "AUC".into() };
    let [from, to] = [x.min(), x.max()];
    let mut chart = Chart::new(x, Scale::between(bottom, 1.0, 6), names);
    chart.line(vec![[from, 0.5], [to, 0.5]], FAINT, 0.7, &[]);
    let mut bands = false;
    for (i, marker) in markers.iter().enumerate() {
        let mut at = marker.roc.at.clone();
        at.sort_by(|a, b| a.time.total_cmp(&b.time));
        let colour = style.colour(i);
        let limits = |at: &TimeAuc| [at.time, at.lower.unwrap_or(f64::NAN), at.upper.unwrap_or(f64::NAN)];
        chart.layers.push(Layer::Band { points: at.iter().map(limits).collect(), colour });
        for end in [|at: &TimeAuc| at.band_lower, |at: &TimeAuc| at.band_upper] {
            let points: Vec<[f64; 2]> = at.iter().map(|at| [at.time, end(at).unwrap_or(f64::NAN)]).collect();
            bands |= points.iter().any(|p| p[1].is_finite());
            chart.line(points, colour, 0.7, &[1.5, 1.5]);
        }
        chart.line(at.iter().map(|at| [at.time, at.auc]).collect(), colour, style.line, style.dash(i));
        if at.len() <= 12 {
            let points = at.iter().map(|at| [at.time, at.auc]).collect();
            chart.layers.push(Layer::Dots { points, colour, radius: 1.8 });
        }
        if !(marker.name.is_empty() && markers.len() == 1) {
            chart.legend.push(Entry::new(Key::Line(style.dash(i).to_vec()), colour, marker.name, ""));
        }
    }
    if areas().any(|at| at.lower.is_some()) {
        chart.legend.push(Entry::new(Key::Square, [214, 222, 230], format!("{confidence} % limits"), ""));
    }
    if bands {
        let name = format!("{confidence} % band over all times");
        chart.legend.push(Entry::new(Key::Line(vec![1.5, 1.5]), style.colour(0), name, ""));
    }
    Ok(chart.figure(if style.width > 450.0 { 0.45 } else { 0.68 }, style))
}
