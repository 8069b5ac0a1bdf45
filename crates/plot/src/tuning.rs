//! The scores of settings that were tried.

use crate::chart::{Entry, Key};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::font::text_width;
use crate::rows::Rows;
use crate::scale::{Scale, fixed};
use crate::style::{FAINT, PALE, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the score. Default `Score in cross-validation`.
    pub name: String,
    /// Whether a higher score is better; the best is at the top. Default yes.
    pub higher_is_better: bool,
    /// How many candidates are shown: the best, and the chosen ones whatever their score. Default 20.
    pub shown: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "Score in cross-validation".into(), higher_is_better: true, shown: 20 }
    }
}

/// Settings that were tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What stands for them, such as `trees = 500, mtry = 20`.
    pub name: String,
    /// Their mean score.
    pub mean: f64,
    /// The score in each fold. Those that are not finite are not drawn.
    pub folds: Vec<f64>,
    /// Whether they were chosen.
    pub chosen: bool,
}

/// A row per candidate, the best at the top: a dot for each fold, the line between the lowest and the highest of them, and the mean
/// with its number. The chosen one has a mean of another colour.
///
/// # Errors
/// [`Error::Input`] if no candidate has a mean.
///
/// # Example
/// ```
/// use radsurv_plot::{Style, tuning::{Candidate, Settings, figure}};
/// let candidate = |trees: usize, mean: f64, chosen: bool| Candidate {
///     name: format!("trees = {trees}"),
///     mean,
///     folds: vec![mean - 0.03, mean, mean + 0.03],
///     chosen,
/// };
/// let tried = [candidate(100, 0.64, false), candidate(500, 0.66, true)];
/// let drawing = figure(&tried, &Settings::default(), &Style::default())?;
/// assert_eq!(drawing.labels()[0].text, "trees = 500");
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(candidates: &[Candidate], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let mut order: Vec<&Candidate> = candidates.iter().filter(|c| c.mean.is_finite()).collect();
    let failed = candidates.len() - order.len();
    let better = |a: &Candidate, b: &Candidate| a.mean.total_cmp(&b.mean);
    order.sort_by(|a, b| if settings.higher_is_better { better(b, a) } else { better(a, b) });
    if order.is_empty() {
        return Err(Error::Input(format!("none of {} candidates has a mean score: nothing to draw", candidates.len())));
    }
    let worse = order.split_off(settings.shown.clamp(1, order.len()));
    let (chosen, worse): (Vec<&Candidate>, Vec<&Candidate>) = worse.into_iter().partition(|c| c.chosen);
    order.extend(chosen);
    let mut notes = Vec::new();
    if !worse.is_empty() {
        notes.push(format!("and {} others with worse scores", worse.len()));
    }
    if failed > 0 {
        notes.push(format!("{failed} without a score"));
    }
    let folds = |c: &Candidate| c.folds.iter().copied().filter(|f| f.is_finite()).collect::<Vec<f64>>();
    let x = Scale::of(order.iter().flat_map(|c| folds(c).into_iter().chain([c.mean])), Rows::ticks(style) - 1);
    let numbers: Vec<String> = order.iter().map(|c| fixed(c.mean, 3)).collect();
    let small = style.small();
    let mut legend = vec![Entry::new(Key::Dot, style.colour(0), "mean", ""), Entry::new(Key::Dot, FAINT, "folds", "")];
    if order.iter().any(|c| c.chosen) {
        legend.insert(1, Entry::new(Key::Dot, style.colour(1), "chosen", ""));
    }
    let room = numbers.iter().map(|n| text_width(n, small, false)).fold(0.0, f64::max);
    let names = order.iter().map(|c| [c.name.clone(), String::new()]).collect();
    let (title, axis, height, right) = (&settings.title, &settings.name, 1.45 * small, room + 0.8 * small);
    let mut laid = Rows { title, axis, names, height, x, right, legend: &legend, note: notes.join(", ") }.lay(style);
    for (row, candidate) in order.iter().enumerate() {
        let middle = laid.middle(row);
        let folds: Vec<[f64; 2]> = folds(candidate).into_iter().map(|f| [laid.x(f), middle]).collect();
        let ends =
            folds.iter().map(|p| p[0]).fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], x| [a.min(x), b.max(x)]);
        laid.drawing.line([ends[0], middle], [ends[1], middle], 0.9, PALE);
        laid.drawing.dots(&folds, 0.17 * small, FAINT, 1.0);
        let colour = style.colour(usize::from(candidate.chosen));
        laid.drawing.circle([laid.x(candidate.mean), middle], 0.3 * small, colour, 1.0);
        laid.number(row, &numbers[row], style);
    }
    Ok(laid.drawing)
}
