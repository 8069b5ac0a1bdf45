//! How a new model changes risks: the curves between which the integrated discrimination improvement is.

use radsurv_eval::Estimate;
use radsurv_eval::reclassification::Idi;

use crate::chart::{Chart, Entry, Key, Layer};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::{Scale, with_limits};
use crate::style::{FAINT, Style};

/// The distribution of the change of risk among cases with the event and without. The area between is the integrated
/// discrimination improvement: what lies above the curve of those with the event counts for the new model, what lies below
/// it against. In the legend Δ is the difference of those with the event and those without.
///
/// # Errors
/// [`Error::Input`] if no risk changes.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// let outcome = Survival::new((1..=12).map(f64::from).collect(), (0..12).map(|i| i % 4 != 1).collect())?;
/// let risk: Vec<f64> = (0..12).map(|i| 0.9 - 0.06 * f64::from(i) + 0.02 * f64::from(i % 3)).collect();
/// use radsurv_eval::reclassification::{Idi, IdiSettings};
/// let idi = Idi::of(&[0.5; 12], &risk, &outcome, &IdiSettings::at(8.5))?;
/// let drawing = radsurv_plot::idi_curve::figure(&idi, "", &radsurv_plot::Style::single())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "IDI"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(idi: &Idi, title: &str, style: &Style) -> Result<Drawing> {
    style.check()?;
    let curves = &idi.curves;
    if curves.change.is_empty() || curves.change.iter().all(|c| *c == 0.0) {
        return Err(Error::Input("no risk differs between the two models: there is no curve of its change".into()));
    }
    let x = Scale::of(curves.change.iter().copied().chain([0.0]), if style.width > 450.0 { 8 } else { 5 });
    let [from, to] = [x.min(), x.max()];
    let names = Names { title: title.into(), x: "Change of predicted risk, s".into(), y: "P(change ≤ s)".into() };
    let mut chart = Chart::new(x, Scale::between(0.0, 1.0, 5), names);
    let steps = |values: &[f64]| -> Vec<[f64; 2]> {
        let (mut points, mut last) = (vec![[from, 0.0]], 0.0);
        for (change, value) in curves.change.iter().zip(values) {
            points.extend([[*change, last], [*change, *value]]);
            last = *value;
        }
        points.push([to, last]);
        points
    };
    let [cases, controls] = [steps(&curves.cases), steps(&curves.controls)];
    // Both have the same steps.
    let between = cases.iter().zip(&controls).map(|(a, b)| [a[0], a[1], b[1]]).collect();
    chart.layers.push(Layer::Band { points: between, colour: style.colour(0) });
    chart.line(vec![[0.0, 0.0], [0.0, 1.0]], FAINT, 0.7, &[2.5, 2.0]);
    for (i, (name, line)) in [("With event", cases), ("Without event", controls)].into_iter().enumerate() {
        chart.line(line, style.colour(i), style.line, style.dash(i));
        chart.legend.push(Entry::new(Key::Line(style.dash(i).to_vec()), style.colour(i), name, ""));
    }
    let text = |e: &Estimate| with_limits(e.estimate, e.lower, e.upper, 3);
    let measures = [("IDI", &idi.idi), ("Δ P(change > 0)", &idi.above), ("Δ median", &idi.median)];
    for (name, measure) in measures {
        chart.legend.push(Entry::new(Key::Nothing, FAINT, name, text(&measure.difference)));
    }
    Ok(chart.figure(if style.width > 450.0 { 0.48 } else { 0.78 }, style))
}
