//! Time-dependent ROC curves.

use radsurv_eval::time_roc::{RocCurve, TimeAuc, TimeRoc};

use crate::chart::{Chart, Entry, Key, Layer};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::{Scale, short, with_limits};
use crate::style::{FAINT, INK, Style};

/// A curve: of a marker at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve<'a> {
    /// What it is called in the legend.
    pub name: String,
    /// The curve.
    pub curve: &'a RocCurve,
    /// Its area, for the legend.
    pub area: Option<TimeAuc>,
    /// The confidence of its limits.
    pub confidence: f64,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// Whether the point of the largest sensitivity + specificity is marked on each curve. Default no.
    pub youden: bool,
}

/// The curves of a marker at all times for which they were kept, called by the time and its unit, and by the marker unless
/// that is empty.
pub fn curves<'a>(roc: &'a TimeRoc, marker: &str, unit: &str) -> Vec<Curve<'a>> {
    let of = |curve: &'a RocCurve| {
        let parts = [marker.to_string(), format!("{} {unit}", short(curve.time)).trim().to_string()];
        let name = parts.iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(", ");
        let area = roc.at.iter().find(|at| at.time == curve.time).copied();
        Curve { name, curve, area, confidence: roc.confidence }
    };
    roc.curves.iter().map(of).collect()
}

/// Sensitivity against one less specificity, with the areas and their limits in the legend, and the line of a marker that
/// says nothing.
///
/// # Errors
/// [`Error::Input`] without a curve, or if their limits are of different confidence.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_plot::{Style, roc};
/// let outcome = Survival::new((1..=12).map(f64::from).collect(), (0..12).map(|i| i % 4 != 1).collect())?;
/// let marker: Vec<f64> = (0..12).map(|i| f64::from(-i) + f64::from(i % 3) * 4.0).collect();
/// let found = radsurv_eval::time_roc::time_roc(&marker, &outcome, &[5.5, 8.5])?;
/// let drawing = roc::figure(&roc::curves(&found, "", "months"), &roc::Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "5.5 months"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(curves: &[Curve], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    if curves.is_empty() {
        return Err(Error::Input("there is no ROC curve to draw: keep the curves when the areas are computed".into()));
    }
    let unit = || Scale::between(0.0, 1.0, 5);
    let names = Names { title: settings.title.clone(), x: "1 − specificity".into(), y: "Sensitivity".into() };
    let mut chart = Chart::new(unit(), unit(), names);
    chart.line(vec![[0.0, 0.0], [1.0, 1.0]], FAINT, 0.7, &[]);
    for (i, Curve { name, curve, area, .. }) in curves.iter().enumerate() {
        let points = curve.false_positive.iter().zip(&curve.true_positive).map(|(x, y)| [*x, *y]).collect();
        chart.line(points, style.colour(i), style.line, style.dash(i));
        if let Some(best) = curve.youden().filter(|_| settings.youden) {
            let points = vec![[1.0 - best.specificity, best.sensitivity]];
            chart.layers.push(Layer::Dots { points, colour: style.colour(i), radius: 2.4 });
        }
        let value = area.map_or(String::new(), |a| with_limits(a.auc, a.lower, a.upper, 2));
        chart.legend.push(Entry::new(Key::Line(style.dash(i).to_vec()), style.colour(i), name, value));
    }
    if settings.youden {
        chart.legend.push(Entry::new(Key::Dot, INK, "Youden's cut", ""));
    }
    if curves.iter().any(|c| c.area.is_some()) {
        let first = curves.iter().find(|c| c.area.is_some_and(|a| a.lower.is_some()));
        if let Some(other) = curves.iter().find(|c| first.is_some_and(|f| f.confidence != c.confidence)) {
            return Err(Error::Input(format!(
                "limits of the confidence {} beside others: compute all areas with one confidence",
                other.confidence
            )));
        }
        let value = first.map_or("AUC".to_string(), |f| format!("AUC ({} % CI)", short(100.0 * f.confidence)));
        chart.legend.insert(0, Entry::new(Key::Nothing, FAINT, "", value));
    }
    Ok(chart.figure_of(1.0, style))
}
