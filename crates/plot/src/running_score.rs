//! The running score of a set of genes along a ranking.

use radsurv_genomics::enrichment::gsea::{RunningScore, SetScore};

use crate::chart::{Chart, Entry, Layer};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::raster::Colour;
use crate::scale::{Scale, fixed, p_value};
use crate::style::{FAINT, INK, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default the name of the set, `_` read as spaces.
    pub title: Option<String>,
    /// The name of what genes are ranked by. Default `Ranking`.
    pub ranked_by: String,
    /// What the ends of the ranking are: the first and the last gene. Default `high` and `low`.
    pub ends: [String; 2],
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: None, ranked_by: "Ranking".into(), ends: ["high".into(), "low".into()] }
    }
}

const HIGH: Colour = [178, 24, 43];
const LOW: Colour = [33, 102, 172];

/// Above, the running score along the ranking, with a dashed line at the enrichment score; below it a stroke for each gene of the set; at
/// the bottom what genes are ranked by, red above 0 and blue below. `score` adds its numbers: the normalised score and the p-values.
///
/// # Errors
/// [`Error::Input`] if there is no gene of the set, not a score for each, a place beyond the ranking, or a value of the ranking that is no number.
///
/// # Example
/// ```
/// use radsurv_genomics::enrichment::gsea::RunningScore;
/// use radsurv_plot::{Style, running_score::{Settings, figure}};
/// let running = RunningScore {
///     set: "HALLMARK_HYPOXIA".into(),
///     hits: vec![0, 2],
///     scores: vec![[0.0, 0.6], [0.3, 0.7]],
///     es: 0.7,
///     ranking: vec![3.0, 1.0, 0.5, -0.2, -2.0],
/// };
/// let drawing = figure(&running, None, &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "HALLMARK HYPOXIA"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(running: &RunningScore, score: Option<&SetScore>, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let (genes, hits) = (running.ranking.len(), running.hits.len());
    let ordered = running.hits.windows(2).all(|pair| pair[0] < pair[1]);
    if hits == 0 || running.scores.len() != hits || running.hits.iter().any(|hit| *hit >= genes) || !ordered {
        return Err(Error::Input(format!(
            "{hits} places and {} scores in a ranking of {genes} genes: give a score for each gene of the set, in the order of the ranking",
            running.scores.len()
        )));
    }
    if running.ranking.iter().any(|v| !v.is_finite()) {
        return Err(Error::Input("a gene is ranked by what is no number: leave it out before".into()));
    }
    let width = if style.width > 450.0 { 0.72 * style.width } else { style.width };
    let ticks = if style.width > 450.0 { 6 } else { 4 };
    let along = Scale::between(0.0, genes as f64, ticks);
    let title = settings.title.clone().unwrap_or_else(|| running.set.replace('_', " "));
    let mut curve = vec![[0.0, 0.0]];
    for (&hit, &[before, at]) in running.hits.iter().zip(&running.scores) {
        curve.push([hit as f64, before]);
        curve.push([hit as f64 + 1.0, at]);
    }
    curve.push([genes as f64, 0.0]);
    let heights = || curve.iter().map(|[_, y]| *y).chain([running.es]);
    let names = Names { title, x: String::new(), y: "Running score".into() };
    let mut above = Chart::new(along.clone().with_ticks(&[]), Scale::of(heights(), 5), names);
    let end = genes as f64;
    above.line(vec![[0.0, 0.0], [end, 0.0]], FAINT, 0.75, &[]);
    above.line(vec![[0.0, running.es], [end, running.es]], FAINT, 0.75, &[4.0, 3.0]);
    above.line(curve, style.colour(2), style.line, &[]);
    above.legend = notes(running, score);
    // Strokes of the genes of the set, in a panel without a scale.
    let strip_scale = Scale::between(0.0, 1.0, 1).with_ticks(&[]);
    let mut strip = Chart::new(along.clone().with_ticks(&[]), strip_scale, Names::default());
    let stroke = 1.3 * style.small();
    let places = running.hits.iter().map(|&hit| [hit as f64 + 0.5, 0.5]).collect();
    strip.layers.push(Layer::Strokes { points: places, colour: INK, length: stroke });
    let ranks = format!("Rank (from {} to {})", settings.ends[0], settings.ends[1]);
    let names = Names { title: String::new(), x: ranks, y: settings.ranked_by.clone() };
    let mut below = Chart::new(along, Scale::of(running.ranking.iter().copied().chain([0.0]), 4), names);
    for (colour, sign) in [(HIGH, 1.0), (LOW, -1.0)] {
        below.layers.push(Layer::Band { points: area(&running.ranking, sign), colour });
    }
    below.line(vec![[0.0, 0.0], [end, 0.0]], FAINT, 0.75, &[]);
    let ranking = sampled(&running.ranking).map(|i| [i as f64 + 0.5, running.ranking[i]]).collect();
    below.line(ranking, INK, 0.8, &[]);
    // The frames have the same left edge.
    let parts = [0.52 * width, 0.36 * width];
    let left = [&above, &below].map(|chart| chart.plan(width, 0.5 * width, style).panel.frame.left);
    let left = left[0].max(left[1]) - 1.0;
    above.left = left;
    below.left = left;
    let plans = [above.plan(width, parts[0], style), below.plan(width, parts[1], style)];
    // A legend for which there is no room is below the first panel, and moves the rest down.
    let mut middle = plans[0].panel.clone();
    middle.frame.top = middle.frame.bottom + 0.4 * style.small() + plans[0].below;
    middle.frame.bottom = middle.frame.top + stroke;
    middle.y = strip.y.clone();
    let from = middle.frame.bottom + 0.7 * style.small() - plans[1].panel.frame.top;
    let mut drawing = Drawing::new(width, from + parts[1] + plans[1].below);
    above.draw(&mut drawing, [0.0; 2], &plans[0], style);
    strip.draw_layers(&mut drawing, &middle);
    below.draw(&mut drawing, [0.0, from], &plans[1], style);
    Ok(drawing)
}

fn notes(running: &RunningScore, score: Option<&SetScore>) -> Vec<Entry> {
    let mut notes = vec![format!("ES = {}", fixed(running.es, 2)), format!("{} genes", running.hits.len())];
    if let Some(score) = score {
        if let Some(nes) = score.nes {
            notes.insert(1, format!("NES = {}", fixed(nes, 2)));
        }
        notes.push(p_value(score.p_value));
        notes.push(format!("adjusted {}", p_value(score.adj_p_value)));
    }
    notes.into_iter().map(Entry::note).collect()
}

/// Ranks that are drawn: no more than can be seen.
fn sampled(ranking: &[f64]) -> impl Iterator<Item = usize> {
    const MOST: usize = 400;
    let genes = ranking.len();
    let shown = genes.min(MOST);
    (0..shown).map(move |i| if shown > 1 { i * (genes - 1) / (shown - 1) } else { 0 })
}

/// The area between 0 and what is of a sign.
fn area(ranking: &[f64], sign: f64) -> Vec<[f64; 3]> {
    let of = |i: usize| {
        let value = ranking[i];
        let value = if value * sign > 0.0 { value } else { 0.0 };
        [i as f64 + 0.5, value.min(0.0), value.max(0.0)]
    };
    sampled(ranking).map(of).collect()
}
