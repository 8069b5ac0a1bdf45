//! The importance of features as bars.

use radsurv_survival::importance::PermutedFeature;

use crate::drawing::{Anchor, Drawing, Rect, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width};
use crate::panel::{Names, Panel};
use crate::scale::Scale;
use crate::style::{FAINT, INK, Style};

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
    let row = 1.45 * small;
    let widest = bars.iter().map(|b| text_width(&b.name, small, false)).fold(0.0, f64::max);
    let room = widest.min(0.42 * style.width);
    let values = bars.iter().flat_map(|b| b.limits.into_iter().flatten().chain([b.value]));
    let x = Scale::of(values.chain([0.0]), if style.width > 450.0 { 7 } else { 4 });
    let names = Names { title: settings.title.clone(), x: settings.name.clone(), y: String::new() };
    let inner = row * bars.len() as f64 + 0.5 * row;
    let y = Scale::between(0.0, bars.len() as f64, 1).with_ticks(&[]);
    // The panel of a height that is known only with it.
    let within = |height: f64| {
        let outer = Rect { left: 1.0, top: 1.0, right: style.width - 2.0, bottom: height };
        Panel::within(outer, x.clone(), y.clone(), &names, room + 0.9 * small, style)
    };
    let around = 1000.0 - within(1000.0).frame.height();
    let rest = if left_out > 0 { 1.3 * small } else { 0.0 };
    let panel = within(inner + around);
    let mut drawing = Drawing::new(style.width, inner + around + rest + 2.0);
    let zero = panel.place(0.0, 0.0)[0];
    let text = Text { size: small, anchor: Anchor::End, ..Text::default() };
    for (i, bar) in bars.iter().enumerate() {
        let middle = panel.frame.top + (i as f64 + 0.75) * row;
        let end = panel.place(bar.value, 0.0)[0];
        let (left, width) = (zero.min(end), (end - zero).abs());
        drawing.rectangle([left, middle - 0.32 * row], [width, 0.64 * row], style.colour(0), 0.75);
        if let Some(limits) = bar.limits.filter(|l| l.iter().all(|v| v.is_finite())) {
            let [from, to] = limits.map(|l| panel.place(l, 0.0)[0]);
            drawing.line([from, middle], [to, middle], 0.9, INK);
            for x in [from, to] {
                drawing.line([x, middle - 0.16 * row], [x, middle + 0.16 * row], 0.9, INK);
            }
        }
        let name = fit_text(&bar.name, small, false, room + 0.1);
        drawing.text([panel.frame.left - 0.6 * small, middle + 0.35 * small], &name, &text);
    }
    drawing.line([zero, panel.frame.top], [zero, panel.frame.bottom], 0.75, FAINT);
    panel.draw_x(&mut drawing, &names.x, style);
    panel.draw_title(&mut drawing, &names, 0.0, style);
    if left_out > 0 {
        let note = format!("and {left_out} less important features");
        let start = Text { anchor: Anchor::Start, ..text };
        drawing.text([2.0, inner + around + small], &note, &start);
    }
    Ok(drawing)
}
