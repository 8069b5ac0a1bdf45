//! Genes by features as a map of their correlations.

use std::collections::HashMap;

use radsurv_genomics::association::Association;

use crate::drawing::{Anchor, Drawing, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width, wrap};
use crate::map::{self, Tree};
use crate::scale::minus;
use crate::style::{INK, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// What the colours are. Default `Correlation`.
    pub name: String,
    /// Whether genes and features are in the order of cluster trees, so that those that go with the same are beside each other. Default yes.
    pub clustered: bool,
    /// What the mark means. Default `strong`.
    pub mark: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "Correlation".into(), clustered: true, mark: "strong".into() }
    }
}

/// More cannot be told apart in a figure.
const MOST: usize = 150;

/// A row per feature and a column per gene: blue for negative correlations and red for positive ones, grey for pairs without one, and a dot in those that
/// are strong.
///
/// # Errors
/// [`Error::Input`] if there is no pair, a pair is there twice, or there are more than 150 genes or features.
///
/// # Example
/// ```
/// use radsurv_genomics::association::Association;
/// use radsurv_plot::{Style, association_map::{Settings, figure}};
/// let pair = |gene: &str, r: f64| Association {
///     feature: "glcm_Contrast".into(), gene: gene.into(), samples: 40, r, lower: r - 0.2, upper: r + 0.2,
///     p_value: 0.001, adj_p_value: 0.002, family_p_value: None, strong: r.abs() > 0.6,
/// };
/// let drawing = figure(&[pair("HK2", 0.7), pair("TP53", -0.2)], &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "HK2"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(pairs: &[Association], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let genes = distinct(pairs.iter().map(|pair| pair.gene.as_str()));
    let features = distinct(pairs.iter().map(|pair| pair.feature.as_str()));
    if pairs.is_empty() || genes.len() > MOST || features.len() > MOST {
        let (genes, features) = (genes.len(), features.len());
        return Err(Error::Input(format!("a map of {genes} genes and {features} features: give 1 to {MOST} of both")));
    }
    let cells: HashMap<[&str; 2], &Association> =
        pairs.iter().map(|pair| ([pair.feature.as_str(), pair.gene.as_str()], pair)).collect();
    if cells.len() < pairs.len() {
        let twice = pairs.len() - cells.len();
        return Err(Error::Input(format!("{twice} of {} pairs are there twice: give each once", pairs.len())));
    }
    let r = |feature: &str, gene: &str| cells.get(&[feature, gene]).map_or(f64::NAN, |pair| pair.r);
    let order = |of: &[&str], profile: &dyn Fn(&str) -> Vec<f64>| -> Vec<usize> {
        if !settings.clustered || of.len() < 3 {
            return (0..of.len()).collect();
        }
        let profiles: Vec<Vec<f64>> = of.iter().map(|name| profile(name)).collect();
        Tree::of(of.len(), |i, j| distance(&profiles[i], &profiles[j])).order
    };
    let rows = order(&features, &|feature| genes.iter().map(|gene| r(feature, gene)).collect());
    let columns = order(&genes, &|gene| features.iter().map(|feature| r(feature, gene)).collect());
    let small = style.small();
    let widest = |names: &[&str]| names.iter().map(|name| text_width(name, small, false)).fold(0.0, f64::max);
    let names = widest(&features).min(0.38 * style.width) + 0.8 * small;
    let room = style.width - names - map::BAR * small - 1.0;
    let cell = (room / columns.len() as f64).min(2.6 * small);
    let legible = cell >= 0.96 * small;
    let high = cell.clamp(1.0, 1.9 * small).max((7.5 * small / rows.len() as f64).min(1.9 * small));
    let named_rows = high >= 0.98 * small;
    let crown = if legible { widest(&genes).min(0.25 * style.width) + 0.6 * small } else { 2.0 };
    let title = wrap(&settings.title, style.text, true, style.width - 4.0);
    let above = 1.35 * style.text * title.len() as f64 + 2.0;
    let corner = [names, above + crown];
    let [wide, tall] = [cell * columns.len() as f64, high * rows.len() as f64];
    let bottom = corner[1] + tall.max(map::bar_height(tall, style));
    let mut drawing = Drawing::new(style.width, bottom + 2.2 * small);
    for (i, line) in title.iter().enumerate() {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        drawing.text([1.0, 1.0 + style.text * (0.95 + 1.35 * i as f64)], line, &text);
    }
    let of = || rows.iter().flat_map(|&row| columns.iter().map(move |&column| (row, column)));
    let colours = of().map(|(row, column)| map::diverging(r(features[row], genes[column]))).collect();
    drawing.cells(corner, [cell, high], columns.len(), colours);
    let radius = 0.17 * cell.min(high);
    let strong = |row: usize, column: usize| cells.get(&[features[row], genes[column]]).is_some_and(|pair| pair.strong);
    let mut marks = Vec::new();
    for (i, &row) in rows.iter().enumerate() {
        let marked = (0..columns.len()).filter(|&j| strong(row, columns[j]));
        marks.extend(marked.map(|j| [corner[0] + (j as f64 + 0.5) * cell, corner[1] + (i as f64 + 0.5) * high]));
    }
    drawing.dots(&marks, radius + 0.8, [255; 3], 1.0);
    drawing.dots(&marks, radius, INK, 1.0);
    if named_rows {
        let text = Text { size: small, anchor: Anchor::End, ..Text::default() };
        for (i, &row) in rows.iter().enumerate() {
            let name = fit_text(features[row], small, false, names - 0.8 * small + 0.1);
            drawing.text([names - 0.4 * small, corner[1] + (i as f64 + 0.5) * high + 0.35 * small], &name, &text);
        }
    }
    if legible {
        let text = Text { size: small, upwards: true, ..Text::default() };
        for (j, &column) in columns.iter().enumerate() {
            let name = fit_text(genes[column], small, false, crown - 0.6 * small + 0.1);
            drawing.text([corner[0] + (j as f64 + 0.5) * cell + 0.35 * small, corner[1] - 0.3 * small], &name, &text);
        }
    }
    let numbers = ["1", "0.5", "0", "-0.5", "-1"].map(minus);
    map::scale_of_colours(
        &mut drawing,
        [corner[0] + wide + 0.9 * small, corner[1]],
        tall,
        &numbers,
        &settings.name,
        style,
    );
    let middle = bottom + 1.15 * small;
    let sign = corner[0] + 0.5 * small;
    drawing.circle([sign, middle], 0.27 * small, INK, 1.0);
    let words = format!("{} ({} of {} pairs)", settings.mark, marks.len(), pairs.len());
    let words = fit_text(&words, small, false, style.width - sign - small);
    let text = Text { size: small, ..Text::default() };
    let left = (sign + 0.7 * small).min(style.width - 2.0 - text_width(&words, small, false));
    drawing.text([left, middle + 0.35 * small], &words, &text);
    Ok(drawing)
}

/// Names in the order of their first.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

/// The mean distance over what both know; 1 if that is nothing.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let known = a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (sum, count) = known.fold((0.0, 0.0), |(sum, count), (a, b)| (sum + (a - b).powi(2), count + 1.0));
    if count > 0.0 { (sum / count).sqrt() } else { 1.0 }
}
