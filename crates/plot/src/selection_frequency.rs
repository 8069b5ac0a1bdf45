//! How often features are chosen, as bars.

use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::rows::Rows;
use crate::scale::Scale;
use crate::style::{FAINT, INK, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the axis. Default `Share of resamples`.
    pub name: String,
    /// From which share on a feature counts as chosen: a line, and bars below it in grey. Default none.
    pub threshold: Option<f64>,
    /// How many features are shown at most, those that are chosen most often. Default 30.
    pub shown: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "Share of resamples".into(), threshold: None, shown: 30 }
    }
}

/// A feature and the share of resamples, 0 to 1, in which it was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The feature.
    pub name: String,
    /// The share.
    pub share: f64,
}

/// A bar per feature, that which is chosen most often at the top, without those that never are. The axis is 0 to 1.
///
/// # Errors
/// [`Error::Input`] if there is no feature with a share from 0 to 1.
///
/// # Example
/// ```
/// use radsurv_plot::{Style, selection_frequency::{Chosen, Settings, figure}};
/// let chosen = [("entropy", 0.31), ("volume", 0.92)].map(|(name, share)| Chosen { name: name.into(), share });
/// let drawing = figure(&chosen, &Settings { threshold: Some(0.6), ..Settings::default() }, &Style::default())?;
/// assert_eq!(drawing.labels()[0].text, "volume");
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(chosen: &[Chosen], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let mut chosen: Vec<&Chosen> = chosen.iter().filter(|c| (0.0..=1.0).contains(&c.share)).collect();
    chosen.sort_by(|a, b| b.share.total_cmp(&a.share));
    if chosen.is_empty() {
        return Err(Error::Input("there is no feature with a share of resamples from 0 to 1: nothing to draw".into()));
    }
    // Rows without a bar only if there is nothing else.
    let ever = chosen.iter().filter(|c| c.share > 0.0).count().max(1);
    let left_out = chosen.split_off(settings.shown.clamp(1, ever)).len();
    let threshold = settings.threshold.filter(|t| (0.0..=1.0).contains(t));
    let note = match left_out {
        0 => String::new(),
        n => format!("and {n} others that are chosen less often or never"),
    };
    let names = chosen.iter().map(|c| [c.name.clone(), String::new()]).collect();
    let (title, axis, height, x) = (&settings.title, &settings.name, 1.45 * style.small(), Scale::between(0.0, 1.0, 5));
    let mut laid = Rows { title, axis, names, height, x, right: 0.0, legend: &[], note }.lay(style);
    for (row, chosen) in chosen.iter().enumerate() {
        let reached = threshold.is_none_or(|t| chosen.share >= t);
        laid.bar(row, [0.0, chosen.share], if reached { style.colour(0) } else { FAINT });
    }
    laid.zero();
    if let Some(threshold) = threshold {
        laid.upright(threshold, INK, &[4.0, 3.0]);
    }
    Ok(laid.drawing)
}
