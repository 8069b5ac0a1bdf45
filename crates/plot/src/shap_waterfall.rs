//! How the risk of one case comes about.

use radsurv_data::FeatureTable;
use radsurv_survival::explain::ShapValues;

use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::font::text_width;
use crate::raster::Colour;
use crate::rows::Rows;
use crate::scale::{Scale, fixed, short};
use crate::style::{FAINT, INK, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the axis. Default `Risk`.
    pub name: String,
    /// How many features have a row of their own, those that move the risk most. Default 10.
    pub shown: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "Risk".into(), shown: 10 }
    }
}

/// What moves a risk up, and down.
const UP: Colour = [165, 15, 40];
const DOWN: Colour = [86, 180, 233];

/// A row per feature with its value, from the risk that is expected of a case of which nothing is known at the bottom to that of the case at the top: each
/// bar begins where the one below ends, dark where the feature makes the risk higher and light where lower. The feature that moves it
/// most is at the top; the bar of all that are not shown comes first.
///
/// # Errors
/// [`Error::Input`] if the case is not explained, a SHAP value of it is not finite, or `features` lacks the case or a feature.
///
/// # Example
/// ```
/// use radsurv_data::FeatureTable;
/// use radsurv_plot::{Style, shap_waterfall::{Settings, figure}};
/// use radsurv_survival::explain::ShapValues;
/// let features = FeatureTable::from_rows([("P1", vec![("volume", 31.4), ("entropy", 2.5)])])?;
/// let shap = ShapValues {
///     base: 0.1,
///     case_ids: vec!["P1".into()],
///     features: vec!["volume".into(), "entropy".into()],
///     values: vec![vec![0.4], vec![-0.1]],
/// };
/// let drawing = figure(&shap, &features, "P1", &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "volume = 31.4"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(
    shap: &ShapValues,
    features: &FeatureTable,
    case: &str,
    settings: &Settings,
    style: &Style,
) -> Result<Drawing> {
    style.check()?;
    let place = shap.case_ids.iter().position(|id| id == case);
    let place = place.ok_or_else(|| Error::Input(format!("there are no SHAP values of the case {case}")))?;
    let features = shap.feature_values(features).map_err(|e| Error::Input(e.to_string()))?;
    let of: Vec<f64> = shap.values.iter().map(|values| values[place]).collect();
    let parts =
        || shap.features.iter().map(String::as_str).zip(of.iter().copied()).chain([("all together", shap.base)]);
    if let Some((name, value)) = parts().find(|(_, value)| !value.is_finite()) {
        return Err(Error::Input(format!("the SHAP value of {name} is {value} in the case {case}: nothing to draw")));
    }
    let mut order: Vec<usize> = (0..of.len()).collect();
    order.sort_by(|&a, &b| of[b].abs().total_cmp(&of[a].abs()));
    let others = order.split_off(settings.shown.clamp(1, order.len().max(1)).min(order.len()));
    let named = |&f: &usize| {
        let value = features.columns()[f][place];
        let value = if value.is_nan() { "none".to_string() } else { short(value) };
        ([shap.features[f].clone(), format!(" = {value}")], of[f])
    };
    let mut steps: Vec<([String; 2], f64)> = order.iter().map(named).collect();
    if !others.is_empty() {
        let sum = others.iter().map(|&f| of[f]).sum();
        steps.push(([format!("sum of {} others", others.len()), String::new()], sum));
    }
    // From the bottom up.
    let mut ends = vec![shap.base];
    for (_, step) in steps.iter().rev() {
        ends.push(ends.last().copied().unwrap_or(shap.base) + step);
    }
    ends.reverse();
    let risk = ends[0];
    let names = std::iter::once([format!("risk of {case}"), String::new()])
        .chain(steps.iter().map(|(name, _)| name.clone()))
        .chain([["expected risk".to_string(), String::new()]])
        .collect();
    // Three digits of the largest, and as many decimals of all.
    let largest = steps.iter().map(|(_, v)| v.abs()).chain([risk.abs(), shap.base.abs()]).fold(1e-9, f64::max);
    let decimals = (2.0 - largest.log10().floor()).clamp(0.0, 8.0) as usize;
    let write = |v: f64| if largest < 1e6 { fixed(v, decimals) } else { short(v) };
    let signed = |v: f64| if v > 0.0 { format!("+{}", write(v)) } else { write(v) };
    let numbers: Vec<String> =
        std::iter::once(write(risk)).chain(steps.iter().map(|(_, v)| signed(*v))).chain([write(shap.base)]).collect();
    let small = style.small();
    let room = numbers.iter().map(|n| text_width(n, small, false)).fold(0.0, f64::max);
    let (title, axis, right) = (&settings.title, &settings.name, room + 0.8 * small);
    let x = Scale::of(ends.iter().copied(), Rows::ticks(style) - 1);
    let rows = Rows { title, axis, names, height: 1.5 * small, x, right, legend: &[], note: String::new() };
    let mut laid = rows.lay(style);
    laid.upright(shap.base, FAINT, &[2.5, 2.0]);
    for (i, (_, step)) in steps.iter().enumerate() {
        laid.bar(i + 1, [ends[i + 1], ends[i]], if *step > 0.0 { UP } else { DOWN });
    }
    for (i, end) in ends.iter().enumerate() {
        // From the bar below to the one above.
        let [x, below, above] = [laid.x(*end), laid.middle(i + 1), laid.middle(i)];
        laid.drawing.line([x, below], [x, above], 0.6, INK);
    }
    for (row, value) in [(0, risk), (steps.len() + 1, shap.base)] {
        let at = [laid.x(value), laid.middle(row)];
        laid.drawing.circle(at, 0.28 * small, INK, 1.0);
    }
    for (row, number) in numbers.iter().enumerate() {
        laid.number(row, number, style);
    }
    Ok(laid.drawing)
}
