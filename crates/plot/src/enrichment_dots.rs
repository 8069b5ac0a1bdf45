//! Sets of genes that a list or a ranking points to.

use radsurv_genomics::enrichment::gsea::SetScore;
use radsurv_genomics::enrichment::over_representation::SetOverlap;

use crate::cloud::{Bar, Shades, shade_of};
use crate::drawing::{Drawing, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width, wrap};
use crate::rows::Rows;
use crate::scale::Scale;
use crate::style::{INK, PALE, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the axis: `Fold enrichment` of [`SetOverlap`], `Normalised enrichment score` of [`SetScore`].
    pub name: String,
    /// How many sets are shown, those of smallest adjusted p-value. Default 20.
    pub shown: usize,
    /// The name of the numbers that dots are as large as. Default `Genes`.
    pub count: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "Fold enrichment".into(), shown: 20, count: "Genes".into() }
    }
}

impl Settings {
    /// For sets that are scored along a ranking.
    pub fn of_ranking() -> Self {
        Self { name: "Normalised enrichment score".into(), ..Self::default() }
    }
}

/// A set and its dot.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// The set. `_` is read as a space.
    pub name: String,
    /// How strong: the fold enrichment or the normalised score.
    pub strength: f64,
    /// How many genes: those of the list that are in the set, or those that make the score.
    pub genes: usize,
    /// The adjusted p-value.
    pub adj_p_value: f64,
}

impl From<&SetOverlap> for Dot {
    fn from(set: &SetOverlap) -> Self {
        Self { name: set.set.clone(), strength: set.fold, genes: set.genes.len(), adj_p_value: set.adj_p_value }
    }
}

impl From<&SetScore> for Dot {
    /// Without a normalised score it has no place.
    fn from(set: &SetScore) -> Self {
        let strength = set.nes.unwrap_or(f64::NAN);
        Self { name: set.set.clone(), strength, genes: set.leading_edge.len(), adj_p_value: set.adj_p_value }
    }
}

/// A row per set, the strongest at the top: a dot at its enrichment, the area of which goes with its number of genes, and the colour with its
/// adjusted p-value, on a scale of ratios: the darker the smaller. Of the sets, those of smallest adjusted p-value are shown. Names stand in up
/// to two lines; longer ones are cut in their middle.
///
/// Sets without an enrichment or a p-value are left out and counted below. A p-value of 0 has the colour of the smallest other.
///
/// # Errors
/// [`Error::Input`] if no set has an enrichment and a p-value.
///
/// # Example
/// ```
/// use radsurv_plot::{Style, enrichment_dots::{Dot, Settings, figure}};
/// let dots = [("HALLMARK_HYPOXIA", 4.2, 21, 1e-9), ("HALLMARK_GLYCOLYSIS", 2.7, 12, 0.004)];
/// let dots = dots.map(|(name, strength, genes, adj_p_value)| Dot { name: name.into(), strength, genes, adj_p_value });
/// let drawing = figure(&dots, &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "HALLMARK HYPOXIA"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(dots: &[Dot], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let has_place = |dot: &&Dot| dot.strength.is_finite() && (0.0..=1.0).contains(&dot.adj_p_value);
    let mut shown: Vec<&Dot> = dots.iter().filter(has_place).collect();
    if shown.is_empty() {
        return Err(Error::Input(format!(
            "none of {} sets has an enrichment and a p-value: nothing to draw",
            dots.len()
        )));
    }
    let without = dots.len() - shown.len();
    shown.sort_by(|a, b| a.adj_p_value.total_cmp(&b.adj_p_value).then(b.strength.abs().total_cmp(&a.strength.abs())));
    let more = shown.len().saturating_sub(settings.shown.max(1));
    shown.truncate(settings.shown.max(1));
    shown.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    let small = style.small();
    // As Rows leaves for names, less the gap.
    let room = crate::rows::NAMES * style.width;
    let names: Vec<[String; 2]> = shown.iter().map(|dot| [two_lines(&dot.name, room, style), String::new()]).collect();
    let double = names.iter().any(|[name, _]| name.contains('\n'));
    let least = shown.iter().map(|dot| dot.adj_p_value).filter(|p| *p > 0.0).fold(1.0, f64::min);
    let depth = |dot: &Dot| -dot.adj_p_value.max(least).log10();
    let depths: Vec<f64> = shown.iter().map(|dot| depth(dot)).collect();
    let shades =
        Shades::between(depths.iter().copied().fold(0.0, f64::min), depths.iter().copied().fold(0.0, f64::max));
    let bar = Bar { name: "−log10 adjusted p", numbers: Some(shades), missing: false };
    let most = shown.iter().map(|dot| dot.genes).max().unwrap_or(1).max(1);
    let height: f64 = if double { 2.5 * small } else { 1.9 * small };
    // Beside few rows the colours and sizes need their own height.
    let height = height.max(16.0 * small / shown.len() as f64).min(6.0 * small);
    let largest = 0.82 * small;
    let radius = |genes: usize| largest * (genes as f64 / most as f64).sqrt().max(0.2);
    let with_zero = if shown.iter().any(|dot| dot.strength < 0.0) { Some(0.0) } else { None };
    let values = shown.iter().map(|dot| dot.strength).chain(with_zero);
    let x = padded(values, Rows::ticks(style) - 1);
    let sizes = sizes(most);
    let right = bar.width(style).max(text_width(&settings.count, small, false).min(8.0 * small) + 1.6 * small);
    let mut notes = Vec::new();
    if more > 0 {
        notes.push(format!("and {more} sets of larger p-values"));
    }
    if without > 0 {
        notes.push(format!("{without} sets without an enrichment"));
    }
    let note = notes.join(", ");
    let (title, axis) = (&settings.title, &settings.name);
    let mut laid = Rows { title, axis, names, height, x, right, legend: &[], note }.lay(style);
    let frame = laid.panel.frame;
    for row in 0..shown.len() {
        let y = laid.middle(row);
        laid.drawing.line([frame.left, y], [frame.right, y], 0.4, PALE);
    }
    laid.zero();
    for (row, dot) in shown.iter().enumerate() {
        let at = [laid.x(dot.strength), laid.middle(row)];
        laid.drawing.circle(at, radius(dot.genes), shade_of(&shades, depth(dot)), 1.0);
    }
    // Colours above, sizes below.
    let long = (0.55 * frame.height()).min(14.0 * small);
    bar.draw(&mut laid.drawing, [frame.right, frame.top], long, style);
    let text = Text { size: small, ..Text::default() };
    let left = frame.right + 1.2 * small;
    let mut base = frame.top + long + 1.9 * small;
    let name = fit_text(&settings.count, small, false, right - 1.6 * small + 0.1);
    laid.drawing.text([left, base], &name, &text);
    for genes in sizes {
        base += 1.75 * small;
        laid.drawing.circle([left + largest, base - 0.35 * small], radius(genes), INK, 1.0);
        laid.drawing.text([left + 2.0 * largest + 0.5 * small, base], &genes.to_string(), &text);
    }
    Ok(laid.drawing)
}

/// Up to two lines of a name, parted by a line break; of the second words in its middle are left out if it is too long.
fn two_lines(name: &str, room: f64, style: &Style) -> String {
    let name = name.replace('_', " ");
    let mut lines = wrap(&name, style.small(), false, room);
    if lines.len() > 2 {
        let rest = lines.split_off(1).join(" ");
        let words: Vec<&str> = rest.split(' ').collect();
        // The end of a name tells more than its middle.
        let parts = (1..words.len()).flat_map(|left_out| {
            let kept = words.len() - left_out;
            (1..kept).map(move |head| [head, kept - head])
        });
        let shortened = |[head, tail]: [usize; 2]| {
            format!("{} … {}", words[..head].join(" "), words[words.len() - tail..].join(" "))
        };
        let fits = |line: &String| text_width(line, style.small(), false) <= room;
        let second = parts.map(shortened).find(fits);
        lines.push(second.unwrap_or_else(|| fit_text(&rest, style.small(), false, room)));
    }
    lines.join("\n")
}

/// A scale with room for the dots at its ends.
fn padded(values: impl Iterator<Item = f64>, ticks: usize) -> Scale {
    let [least, most] = values.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)]);
    let room = if most > least { 0.12 * (most - least) } else { 0.2 * most.abs().max(1.0) };
    let edge = |value: f64, room: f64| if value == 0.0 { 0.4 * room } else { room };
    Scale::between(least - edge(least, room), most + edge(most, room), ticks)
}

/// Three numbers of genes for the legend.
fn sizes(most: usize) -> Vec<usize> {
    let round = |value: f64| -> usize {
        let step = 10f64.powf(value.max(1.0).log10().floor());
        let step = if value / step >= 5.0 || step <= 1.0 { step } else { 0.5 * step };
        ((value / step).floor() * step).max(1.0) as usize
    };
    let mut sizes: Vec<usize> = [0.25, 0.5, 1.0].map(|part| round(part * most as f64)).to_vec();
    sizes.dedup();
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_round_and_differ() {
        assert_eq!(sizes(1), [1]);
        assert_eq!(sizes(43), [10, 20, 40]);
        assert_eq!(sizes(7), [1, 3, 7]);
        assert_eq!(sizes(200), [50, 100, 200]);
    }
}
