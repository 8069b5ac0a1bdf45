//! Models compared in several sets of cases.

use crate::chart::{Entry, Key};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::rows::Rows;
use crate::scale::Scale;
use crate::style::{FAINT, PALE, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the score. Default `Harrell's C (95 % CI)`.
    pub name: String,
    /// Whether a higher score is better. Default yes.
    pub higher_is_better: bool,
    /// The set whose scores decide on the order, from 0; models without a score of it come last. None for the order given. Default
    /// none.
    pub by: Option<usize>,
    /// The score of a model that knows nothing, which gets a line. Default 0.5.
    pub nothing: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        let name = "Harrell's C (95 % CI)".into();
        Self { title: String::new(), name, higher_is_better: true, by: None, nothing: Some(0.5) }
    }
}

/// A score with its limits; NaN for limits that are not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The score.
    pub estimate: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
}

/// A model and its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its score in each set, as many as there are names of sets.
    pub scores: Vec<Option<Score>>,
}

/// A row per model, and in it a dot per set with its limits, the sets below each other in the order of the legend.
///
/// # Errors
/// [`Error::Input`] if a model has not as many scores as there are sets, no score is a number, or there is no set that decides on
/// the order.
///
/// # Example
/// ```
/// use radsurv_plot::{Style, ranking::{Model, Score, Settings, figure}};
/// let score = |estimate: f64| Some(Score { estimate, lower: estimate - 0.06, upper: estimate + 0.06 });
/// let models = [
///     Model { name: "Cox".into(), scores: vec![score(0.66), score(0.63)] },
///     Model { name: "Forest".into(), scores: vec![score(0.74), score(0.65)] },
/// ];
/// let settings = Settings { by: Some(1), ..Settings::default() };
/// let drawing = figure(&models, &["cross-validated", "test"], &settings, &Style::default())?;
/// assert_eq!(drawing.labels()[0].text, "Forest");
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure<N: AsRef<str>>(models: &[Model], sets: &[N], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    if let Some(model) = models.iter().find(|m| m.scores.len() != sets.len()) {
        let (found, sets) = (model.scores.len(), sets.len());
        return Err(Error::Input(format!("the model {} has {found} scores, and there are {sets} sets", model.name)));
    }
    let score = |model: &Model, set: usize| model.scores.get(set).copied().flatten().filter(|s| s.estimate.is_finite());
    let all: Vec<Score> = models.iter().flat_map(|m| (0..sets.len()).filter_map(|set| score(m, set))).collect();
    if all.is_empty() {
        return Err(Error::Input(format!("none of {} models has a score: nothing to draw", models.len())));
    }
    let mut order: Vec<&Model> = models.iter().collect();
    if let Some(by) = settings.by {
        if by >= sets.len() {
            return Err(Error::Input(format!("the order is that of set {}, and there are {}", by + 1, sets.len())));
        }
        let sign = if settings.higher_is_better { -1.0 } else { 1.0 };
        let rank = |model: &Model| score(model, by).map_or(f64::INFINITY, |s| sign * s.estimate);
        order.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
    }
    let values = all.iter().flat_map(|s| [s.estimate, s.lower, s.upper]).chain(settings.nothing);
    let x = Scale::of(values, Rows::ticks(style));
    let small = style.small();
    // A set needs the height of its dot.
    let apart = 0.62 * small;
    let height = (sets.len() as f64 + 0.9).max(2.3) * apart;
    let entry = |(set, name): (usize, &N)| Entry::new(Key::Dot, style.colour(set), name.as_ref(), "");
    let legend: Vec<Entry> = if sets.len() > 1 { sets.iter().enumerate().map(entry).collect() } else { Vec::new() };
    let names = order.iter().map(|m| [m.name.clone(), String::new()]).collect();
    let (title, axis) = (&settings.title, &settings.name);
    let mut laid = Rows { title, axis, names, height, x, right: 0.0, legend: &legend, note: String::new() }.lay(style);
    if let Some(nothing) = settings.nothing {
        laid.upright(nothing, FAINT, &[4.0, 3.0]);
    }
    for (row, model) in order.iter().enumerate() {
        if row > 0 {
            let y = 0.5 * (laid.middle(row - 1) + laid.middle(row));
            laid.drawing.line([laid.panel.frame.left, y], [laid.panel.frame.right, y], 0.4, PALE);
        }
        for set in 0..sets.len() {
            let Some(Score { estimate, lower, upper }) = score(model, set) else { continue };
            let y = laid.middle(row) + apart * (set as f64 - 0.5 * (sets.len() as f64 - 1.0));
            let colour = style.colour(set);
            let [from, to] = [laid.x(lower), laid.x(upper)];
            laid.drawing.line([from, y], [to, y], 0.9, colour);
            laid.drawing.circle([laid.x(estimate), y], 0.24 * small, colour, 1.0);
        }
    }
    Ok(laid.drawing)
}
