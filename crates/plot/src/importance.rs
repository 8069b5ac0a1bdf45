//! The importance of features as bars.

use radsurv_survival::importance::PermutedFeature;

use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::rows::Rows;
use crate::scale::Scale;
use crate::style::{INK, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the axis. Default says what [`PermutedFeature`] is: `Loss of concordance (± SD of permutations)`.
    pub name: String,
    /// How many features are shown, the most important ones. Default 20.
    pub shown: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "Loss of concordance (± SD of permutations)".into(), shown: 20 }
    }
}

/// A bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The feature.
    pub name: String,
    /// Its importance.
    pub value: f64,
    /// A lower and an upper limit, if there are some.
    pub limits: Option<[f64; 2]>,
}

impl From<&PermutedFeature> for Bar {
    /// With a standard deviation of the permutations to both sides.
    fn from(feature: &PermutedFeature) -> Self {
        let limits = [feature.loss - feature.std_dev, feature.loss + feature.std_dev];
        let limits = limits.iter().all(|l| l.is_finite()).then_some(limits);
        Self { name: feature.feature.clone(), value: feature.loss, limits }
    }
}

/// A bar per feature, the most important at the top.
///
/// # Errors
/// [`Error::Input`] if there is no feature, or none with a value.
///
/// # Example
/// ```
/// use radsurv_plot::{Style, importance::{Bar, Settings, figure}};
/// let bars = [("volume", 0.08), ("entropy", 0.03)];
/// let bars = bars.map(|(name, value)| Bar { name: name.into(), value, limits: None });
/// let drawing = figure(&bars, &Settings { name: "Gain".into(), ..Settings::default() }, &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "entropy"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(bars: &[Bar], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let mut bars: Vec<&Bar> = bars.iter().filter(|b| b.value.is_finite()).collect();
    bars.sort_by(|a, b| b.value.total_cmp(&a.value));
    let left_out = bars.len().saturating_sub(settings.shown.max(1));
    bars.truncate(settings.shown.max(1));
    if bars.is_empty() {
        return Err(Error::Input("there is no feature with an importance: nothing to draw".into()));
    }
    let small = style.small();
    let values = bars.iter().flat_map(|b| b.limits.into_iter().flatten().chain([b.value]));
    let x = Scale::of(values.chain([0.0]), Rows::ticks(style));
    let note = if left_out > 0 { format!("and {left_out} less important features") } else { String::new() };
    let names = bars.iter().map(|b| [b.name.clone(), String::new()]).collect();
    let (title, axis, height) = (&settings.title, &settings.name, 1.45 * small);
    let mut laid = Rows { title, axis, names, height, x, right: 0.0, legend: &[], note }.lay(style);
    for (i, bar) in bars.iter().enumerate() {
        laid.bar(i, [0.0, bar.value], style.colour(0));
        if let Some(limits) = bar.limits.filter(|l| l.iter().all(|v| v.is_finite())) {
            let middle = laid.middle(i);
            let [from, to] = limits.map(|l| laid.x(l));
            laid.drawing.line([from, middle], [to, middle], 0.9, INK);
            for x in [from, to] {
                laid.drawing.line([x, middle - 0.16 * height], [x, middle + 0.16 * height], 0.9, INK);
            }
        }
    }
    laid.zero();
    Ok(laid.drawing)
}
