//! The coefficients of a Cox elastic net along its path.

use radsurv_survival::coxnet::CoxnetPath;

use crate::chart::{Chart, Entry, Key};
use crate::drawing::{Anchor, Drawing, Text};
use crate::error::{Error, Result};
use crate::font::text_width;
use crate::panel::{Names, Panel};
use crate::scale::{Scale, short};
use crate::style::{FAINT, PALE, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// Lambdas to mark with a line, such as the one that cross-validation chose. Default none.
    pub chosen: Vec<f64>,
    /// How many features have a colour and a name: those that enter first, which does not depend on their units. Default 8.
    pub named: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), chosen: Vec::new(), named: 8 }
    }
}

/// A line per feature that ever has a coefficient, by the logarithm of lambda; above the number of features in the model.
///
/// # Errors
/// [`Error::Input`] if the path has no two points.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Survival};
/// use radsurv_survival::coxnet::{CrossValidationSettings, PathSettings};
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..60).map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
/// let outcome = Survival::new(times, (0..60).map(|i| i % 4 > 0).collect())?;
/// let validated = CrossValidationSettings::default().run(&PathSettings::default(), &features, &outcome)?;
/// use radsurv_plot::{Style, lasso_path::{Settings, figure}};
/// let chosen = vec![validated.points[validated.minimum].lambda];
/// let drawing = figure(&validated.path, &Settings { chosen, ..Settings::default() }, &Style::single())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "f0"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(path: &CoxnetPath, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let points = &path.points;
    if points.len() < 2 {
        return Err(Error::Input(format!("a path of {} lambdas has no lines: fit it for several", points.len())));
    }
    let entering = entering(path);
    let logs = points.iter().map(|p| p.lambda.ln());
    let x = Scale::of(logs, 5);
    let y = Scale::of(points.iter().flat_map(|p| p.coefficients.iter().map(|c| c.value)).chain([0.0]), 5);
    let names = Names { title: settings.title.clone(), x: "log λ".into(), y: "Coefficient".into() };
    let mut chart = Chart::new(x, y, names);
    [chart.left, chart.top] = room_of_counts(style);
    let [left, right] = [chart.x.min(), chart.x.max()];
    chart.line(vec![[left, 0.0], [right, 0.0]], FAINT, 0.6, &[]);
    for lambda in settings.chosen.iter().filter(|l| **l > 0.0) {
        let [low, high] = [chart.y.min(), chart.y.max()];
        chart.line(vec![[lambda.ln(), low], [lambda.ln(), high]], FAINT, 0.8, &[3.0, 2.0]);
    }
    // The named ones are drawn last, on top.
    for (i, feature) in entering.iter().enumerate().rev() {
        let value = |p: &radsurv_survival::coxnet::PathPoint| {
            p.coefficients.iter().find(|c| c.feature == *feature).map_or(0.0, |c| c.value)
        };
        let line = points.iter().map(|p| [p.lambda.ln(), value(p)]).collect();
        match i < settings.named {
            true => chart.line(line, style.colour(i), style.line, style.dash(i)),
            false => chart.line(line, PALE, 0.8, &[]),
        }
    }
    for (i, feature) in entering.iter().take(settings.named).enumerate() {
        let name = path.features.get(*feature).map_or("", String::as_str);
        chart.legend.push(Entry::new(Key::Line(style.dash(i).to_vec()), style.colour(i), name, ""));
    }
    if entering.len() > settings.named {
        let rest = entering.len() - settings.named;
        chart.legend.push(Entry::new(Key::Line(vec![]), PALE, format!("{rest} more"), ""));
    }
    let height = (if style.width > 450.0 { 0.5 } else { 0.72 }) * style.width;
    let plan = chart.plan(style.width, height, style);
    let mut drawing = Drawing::new(style.width, height + plan.below);
    let panel = chart.draw(&mut drawing, [0.0; 2], &plan, style);
    let counts: Vec<(f64, usize)> = points.iter().map(|p| (p.lambda.ln(), p.coefficients.len())).collect();
    draw_counts(&mut drawing, &panel, &counts, style);
    Ok(drawing)
}

/// The features that have a coefficient somewhere, the first to enter first; of those that enter together the one with the
/// larger coefficient there.
fn entering(path: &CoxnetPath) -> Vec<usize> {
    let mut seen = vec![false; path.features.len()];
    let mut order = Vec::new();
    for point in &path.points {
        let mut new: Vec<_> = point.coefficients.iter().filter(|c| seen.get(c.feature) == Some(&false)).collect();
        new.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
        for coefficient in new {
            seen[coefficient.feature] = true;
            order.push(coefficient.feature);
        }
    }
    order
}

/// What the numbers above the frame are.
const COUNTED: &str = "Features";

/// The room that their name needs beside the frame.
pub(crate) fn room_of_counts(style: &Style) -> [f64; 2] {
    [text_width(COUNTED, style.small(), false) + 5.0, 1.5 * style.small()]
}

/// The number of features in the model above the ticks of the x axis.
pub(crate) fn draw_counts(drawing: &mut Drawing, panel: &Panel, counts: &[(f64, usize)], style: &Style) {
    let text = Text { size: style.small(), anchor: Anchor::Middle, ..Text::default() };
    let beside = Text { anchor: Anchor::End, ..text };
    let base = panel.frame.top - 0.4 * text.size;
    drawing.text([panel.frame.left - 3.0, base], COUNTED, &beside);
    let mut until = panel.frame.left;
    for &tick in panel.x.ticks() {
        let nearest = counts.iter().min_by(|a, b| (a.0 - tick).abs().total_cmp(&(b.0 - tick).abs()));
        let inside = counts.iter().any(|c| c.0 <= tick) && counts.iter().any(|c| c.0 >= tick);
        let Some((_, count)) = nearest.filter(|_| inside) else { continue };
        let (x, label) = (panel.place(tick, panel.y.min())[0], short(*count as f64));
        let half = 0.5 * text_width(&label, text.size, false);
        if x - half > until {
            drawing.text([x, base], &label, &text);
            until = x + half + 0.4 * text.size;
        }
    }
}
