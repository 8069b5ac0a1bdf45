//! What a model predicts by the value of a feature.

use radsurv_survival::explain::local_effects::LocalEffects;
use radsurv_survival::explain::partial_dependence::{PartialDependence, Target};

use crate::chart::{Chart, Entry, Key, Layer};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::{Scale, short};
use crate::style::{FAINT, INK, PALE, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the axis from bottom to top. Default what is predicted.
    pub name: Option<String>,
    /// How many cases have a line at most. Default 50.
    pub lines: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: None, lines: 50 }
    }
}

/// The mean prediction by the value of a feature, and pale lines of single cases; strokes at the bottom are deciles of the feature,
/// for where there are few cases the curve is of little weight. Of many cases those with lines are spread evenly from the lowest to the
/// highest mean prediction. Lines that are to begin at one point: [`PartialDependence::centred`].
///
/// # Errors
/// [`Error::Input`] if there are fewer than two values, or none is finite.
///
/// # Example
/// ```
/// use radsurv_plot::{Style, partial_dependence::{Settings, figure}};
/// use radsurv_survival::explain::partial_dependence::{PartialDependence, Target};
/// let found = PartialDependence {
///     feature: "volume".into(),
///     target: Target::Event(60.0),
///     grid: vec![1.0, 2.0, 4.0],
///     mean: vec![0.2, 0.25, 0.4],
///     cases: vec![vec![0.1, 0.2, 0.3], vec![0.3, 0.3, 0.5]],
///     deciles: vec![0.5, 1.0, 2.0, 5.0],
/// };
/// let drawing = figure(&found, &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "Event until 60"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(found: &PartialDependence, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let lines: Vec<&Vec<f64>> = spread(&found.cases, settings.lines);
    let all = found.mean.iter().chain(lines.iter().copied().flatten());
    let mut chart = chart(&found.grid, all, &found.feature, found.target, settings, style)?;
    let curve = |values: &[f64]| found.grid.iter().zip(values).map(|(x, y)| [*x, *y]).collect::<Vec<_>>();
    for line in &lines {
        chart.line(curve(line), PALE, 0.6, &[]);
    }
    chart.line(curve(&found.mean), style.colour(0), 1.5 * style.line, &[]);
    rug(&mut chart, &found.deciles);
    if !lines.is_empty() {
        chart.legend.push(Entry::new(Key::Line(vec![]), style.colour(0), "mean", ""));
        let of = if lines.len() < found.cases.len() { format!("{} of ", lines.len()) } else { String::new() };
        chart.legend.push(Entry::new(Key::Line(vec![]), FAINT, format!("{of}{} cases", found.cases.len()), ""));
    }
    Ok(chart.figure(if style.width > 450.0 { 0.5 } else { 0.7 }, style))
}

/// The accumulated local effects of a feature; strokes at the bottom are the ends of its intervals.
///
/// # Errors
/// As [`figure`].
///
/// # Example
/// ```
/// use radsurv_plot::{Style, partial_dependence::{Settings, of_local_effects}};
/// use radsurv_survival::explain::{local_effects::LocalEffects, partial_dependence::Target};
/// let found = LocalEffects {
///     feature: "volume".into(),
///     target: Target::Risk,
///     ends: vec![1.0, 2.0, 4.0],
///     effect: vec![-0.5, 0.0, 0.5],
///     cases: vec![10, 10],
/// };
/// let drawing = of_local_effects(&found, &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "Local effect (risk)"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn of_local_effects(found: &LocalEffects, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let name =
        settings.name.clone().unwrap_or_else(|| format!("Local effect ({})", predicted(found.target).to_lowercase()));
    let settings = Settings { name: Some(name), ..settings.clone() };
    let all = found.effect.iter().chain([&0.0]);
    let mut chart = chart(&found.ends, all, &found.feature, found.target, &settings, style)?;
    let [left, right] = [chart.x.min(), chart.x.max()];
    chart.line(vec![[left, 0.0], [right, 0.0]], FAINT, 0.75, &[]);
    let curve = found.ends.iter().zip(&found.effect).map(|(x, y)| [*x, *y]).collect();
    chart.line(curve, style.colour(0), 1.5 * style.line, &[]);
    rug(&mut chart, &found.ends);
    Ok(chart.figure(if style.width > 450.0 { 0.5 } else { 0.7 }, style))
}

fn chart<'a>(
    grid: &[f64],
    values: impl Iterator<Item = &'a f64>,
    feature: &str,
    target: Target,
    settings: &Settings,
    style: &Style,
) -> Result<Chart> {
    let finite: Vec<f64> = values.copied().filter(|v| v.is_finite()).collect();
    if grid.iter().filter(|v| v.is_finite()).count() < 2 || finite.is_empty() {
        let count = grid.len();
        return Err(Error::Input(format!("predictions at {count} values of {feature}: a curve needs two at least")));
    }
    let ticks = if style.width > 450.0 { 7 } else { 4 };
    let name = settings.name.clone().unwrap_or_else(|| predicted(target));
    let names = Names { title: settings.title.clone(), x: feature.into(), y: name };
    // Room for the rug below the curves.
    let [low, high] = finite.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(*v), b.max(*v)]);
    let y = Scale::of([low - 0.06 * (high - low), high], 5);
    Ok(Chart::new(Scale::of(grid.iter().copied(), ticks), y, names))
}

fn predicted(target: Target) -> String {
    match target {
        Target::Risk => "Risk".into(),
        Target::Survival(time) => format!("Survival beyond {}", short(time)),
        Target::Event(time) => format!("Event until {}", short(time)),
    }
}

/// Strokes on the axis.
fn rug(chart: &mut Chart, values: &[f64]) {
    // Above the axis: ticks are below.
    let place = chart.y.min() + 0.02 * (chart.y.max() - chart.y.min());
    let points = values.iter().map(|x| [*x, place]).collect();
    chart.layers.push(Layer::Strokes { points, colour: INK, length: 7.0 });
}

/// So many lines, evenly from that with the lowest mean to that with the highest.
fn spread(lines: &[Vec<f64>], count: usize) -> Vec<&Vec<f64>> {
    let mean = |line: &Vec<f64>| line.iter().sum::<f64>() / line.len().max(1) as f64;
    let mut order: Vec<&Vec<f64>> = lines.iter().collect();
    order.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
    if order.len() <= count || count < 2 {
        order.truncate(count);
        return order;
    }
    (0..count).map(|k| order[k * (order.len() - 1) / (count - 1)]).collect()
}
