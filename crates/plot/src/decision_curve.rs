//! Decision curves.

use radsurv_eval::Estimate;
use radsurv_eval::decision_curve::{DecisionCurve, DecisionPoint, StrategyCurve};

use crate::chart::{Chart, Entry, Key, Layer, Second};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::Scale;
use crate::style::{INK, PALE, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// Whether net benefit is shown as a part of the largest possible one. Default no.
    pub standardized: bool,
}

/// Net benefit by threshold of each model, with limits as bands if there are some, of treating all and of treating none;
/// below the threshold the harm of treating in vain to the benefit of treating one who needs it, which it stands for.
///
/// The axis of net benefit begins a little below 0, or where the models do harm, down to as far as they do good at most: how
/// much worse than nothing treating all is at high thresholds is beside the point. A model that goes further down is noted.
///
/// # Errors
/// [`Error::Input`] if no net benefit is known at two thresholds.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// let outcome = Survival::new((1..=12).map(f64::from).collect(), (0..12).map(|i| i % 4 != 1).collect())?;
/// let risk: Vec<f64> = (0..12).map(|i| 0.9 - 0.06 * f64::from(i) + 0.02 * f64::from(i % 3)).collect();
/// use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, Strategy};
/// let model = Strategy { name: "Model", risk: &risk, harm: 0.0 };
/// let curves = DecisionCurve::of(&[model], &outcome, &DecisionCurveSettings::at(8.5))?;
/// use radsurv_plot::{Style, decision_curve::{Settings, figure}};
/// let drawing = figure(&curves, &Settings::default(), &Style::single())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "Treat none"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(curves: &DecisionCurve, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let benefit = |p: &DecisionPoint| if settings.standardized { p.standardized } else { p.net_benefit };
    let line = |curve: &StrategyCurve| -> Vec<[f64; 2]> {
        curve.points.iter().map(|p| [p.threshold, benefit(p).map_or(f64::NAN, |b| b.estimate)]).collect()
    };
    let strategies = || curves.models.iter().chain([&curves.all]);
    let known: Vec<f64> = strategies().flat_map(line).map(|[_, y]| y).filter(|y| y.is_finite()).collect();
    let thresholds: Vec<f64> = curves.all.points.iter().map(|p| p.threshold).collect();
    let (first, last) = thresholds.iter().fold((1.0f64, 0.0f64), |(a, b), t| (a.min(*t), b.max(*t)));
    if known.is_empty() || last <= first {
        return Err(Error::Input(format!(
            "net benefit is known at none of {} thresholds, or they are one: give several between 0 and 1",
            thresholds.len()
        )));
    }
    let highest = known.iter().copied().fold(0.0, f64::max);
    let top = if highest > 0.0 { 1.08 * highest } else { 1.0 };
    let lowest = curves.models.iter().flat_map(line).map(|[_, y]| y).fold(0.0, f64::min);
    let bottom = (1.08 * lowest).clamp(-top, -0.15 * top);
    let x =
        Scale::between(if first < 0.1 * last { 0.0 } else { first }, last, if style.width > 450.0 { 10 } else { 5 });
    let [from, to] = [x.min(), x.max()];
    let y_name = if settings.standardized { "Standardised net benefit" } else { "Net benefit" };
    let names = Names { title: settings.title.clone(), x: "Threshold probability".into(), y: y_name.into() };
    let mut chart = Chart::new(x, Scale::between(bottom, top, 5), names);
    chart.second = Some(Second::odds(&chart.x));
    chart.line(vec![[from, 0.0], [to, 0.0]], INK, 0.9, &[]);
    // Wide, to be seen below the models where they are the same.
    chart.line(line(&curves.all), PALE, 2.6 * style.line, &[]);
    for (i, model) in curves.models.iter().enumerate() {
        let limits = |p: &DecisionPoint| {
            let of = |limit: fn(&Estimate) -> Option<f64>| benefit(p).as_ref().and_then(limit).unwrap_or(f64::NAN);
            [p.threshold, of(|e| e.lower), of(|e| e.upper)]
        };
        let points: Vec<[f64; 3]> = model.points.iter().map(limits).collect();
        chart.layers.push(Layer::Band { points, colour: style.colour(i) });
        chart.line(line(model), style.colour(i), style.line, style.dash(i));
        let entry = Entry::new(Key::Line(style.dash(i).to_vec()), style.colour(i), &model.name, "");
        chart.legend.push(entry);
    }
    chart.legend.push(Entry::new(Key::Line(vec![]), PALE, "Treat all", ""));
    chart.legend.push(Entry::new(Key::Line(vec![]), INK, "Treat none", ""));
    for model in curves.models.iter().filter(|model| line(model).iter().any(|[_, y]| *y < bottom)) {
        chart.legend.push(Entry::note(format!("{} goes on below the axis", model.name)));
    }
    Ok(chart.figure(if style.width > 450.0 { 0.5 } else { 0.8 }, style))
}
