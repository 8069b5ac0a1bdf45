//! The cross-validation of a Cox elastic net.

use radsurv_survival::coxnet::{CrossValidation, Measure};

use crate::chart::{Chart, Entry, Key, Layer};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::lasso_path::{draw_counts, room_of_counts};
use crate::panel::Names;
use crate::scale::{Scale, short};
use crate::style::{FAINT, INK, Style};

/// The measure of each lambda with one standard error to both sides, the best lambda and the largest one within a standard
/// error of it; above the number of features in the model.
///
/// # Errors
/// [`Error::Input`] if there is no lambda.
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
/// let drawing = radsurv_plot::lasso_cv::figure(&validated, "", &radsurv_plot::Style::single())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "Partial likelihood deviance"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(validated: &CrossValidation, title: &str, style: &Style) -> Result<Drawing> {
    style.check()?;
    let points = &validated.points;
    if points.is_empty() {
        return Err(Error::Input("the cross-validation has no lambda: nothing to draw".into()));
    }
    let y = match validated.measure {
        Measure::GroupedDeviance | Measure::Deviance => "Partial likelihood deviance",
        Measure::Concordance => "Concordance",
    };
    let x_scale = Scale::of(points.iter().map(|p| p.lambda.ln()), 5);
    let y_scale = Scale::of(points.iter().flat_map(|p| [p.mean - p.error, p.mean, p.mean + p.error]), 5);
    let mut chart = Chart::new(x_scale, y_scale, Names { title: title.into(), x: "log λ".into(), y: y.into() });
    [chart.left, chart.top] = room_of_counts(style);
    let limits = points.iter().map(|p| [p.lambda.ln(), p.mean - p.error, p.mean + p.error]).collect();
    chart.layers.push(Layer::Whiskers { points: limits, colour: FAINT });
    let means = points.iter().map(|p| [p.lambda.ln(), p.mean]).collect();
    chart.layers.push(Layer::Dots { points: means, colour: style.colour(1), radius: 1.7 });
    let [low, high] = [chart.y.min(), chart.y.max()];
    let marks = [(validated.minimum, "best", &[][..]), (validated.one_error, "within 1 SE", &[3.0, 2.0])];
    for (place, name, dashes) in marks {
        let Some(point) = points.get(place) else { continue };
        chart.line(vec![[point.lambda.ln(), low], [point.lambda.ln(), high]], INK, 0.9, dashes);
        let value = format!("λ = {}, {} features", short(point.lambda), point.features);
        chart.legend.push(Entry::new(Key::Line(dashes.to_vec()), INK, name, value));
    }
    let height = (if style.width > 450.0 { 0.5 } else { 0.72 }) * style.width;
    let plan = chart.plan(style.width, height, style);
    let mut drawing = Drawing::new(style.width, height + plan.below);
    let panel = chart.draw(&mut drawing, [0.0; 2], &plan, style);
    let counts: Vec<(f64, usize)> = points.iter().map(|p| (p.lambda.ln(), p.features)).collect();
    draw_counts(&mut drawing, &panel, &counts, style);
    Ok(drawing)
}
