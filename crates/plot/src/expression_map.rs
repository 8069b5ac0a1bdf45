//! Genes by samples as a map of colours.

use radsurv_data::Groups;
use radsurv_genomics::Expression;
use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing};
use radsurv_stats::summary::mean;

use crate::chart::{Block, Entry, Key};
use crate::drawing::{Anchor, Drawing, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width, wrap};
use crate::map::{self, MISSING, Tree, Trunk};
use crate::scale::{minus, short};
use crate::style::Style;

/// In which order samples stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SampleOrder {
    /// Group by group, and within each in the order of a cluster tree, which is not drawn; all in one if there are no groups.
    #[default]
    WithinGroups,
    /// In the order of a cluster tree of all samples, which is drawn: do the groups come out?
    Clustered,
    /// That of the table.
    Given,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// What the colours are. Default `z-score`.
    pub name: String,
    /// Whether genes are in the order of a cluster tree, which is drawn. Default yes.
    pub clustered_genes: bool,
    /// The order of samples. Default within their groups.
    pub samples: SampleOrder,
    /// The z-score with the strongest colour; those beyond have the same. Default 2.5.
    pub limit: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: String::new(),
            name: "z-score".into(),
            clustered_genes: true,
            samples: SampleOrder::WithinGroups,
            limit: 2.5,
        }
    }
}

/// More cannot be told apart in a figure.
const MOST_GENES: usize = 500;
const MOST_SAMPLES: usize = 1000;

/// A cell for each gene and sample: how many standard deviations of the gene it is above (red) or below (blue) its mean; grey where there is no
/// value. The group of each sample is above. Names of genes stand on the right, as long as they are legible.
///
/// Trees are of average linkage with the distance 1 - Pearson's correlation, of genes over samples and of samples over z-scores.
///
/// # Errors
/// [`Error::Input`] if there is no gene or sample, more than 500 genes or 1000 samples, not a group for each sample, or a limit that is
/// not positive.
///
/// # Example
/// ```
/// use radsurv_data::Groups;
/// use radsurv_genomics::Expression;
/// use radsurv_plot::{Style, expression_map::{Settings, figure}};
/// let samples: Vec<String> = (0..4).map(|i| format!("P{i}")).collect();
/// let expression = Expression::new(vec!["HK2".into(), "TP53".into()], samples, vec![7.0, 8.0, 5.5, 5.0, 3.0, 3.1, 4.0, 4.2])?;
/// let groups = Groups::new(["high", "high", "low", "low"].map(Some));
/// let drawing = figure(&expression, Some(&groups), &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "HK2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(expression: &Expression, groups: Option<&Groups>, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let (genes, samples) = (expression.genes().len(), expression.samples().len());
    if genes == 0 || samples == 0 || genes > MOST_GENES || samples > MOST_SAMPLES {
        return Err(Error::Input(format!(
            "a map of {genes} genes and {samples} samples: give 1 to {MOST_GENES} genes, for example those that differ most, and 1 \
             to {MOST_SAMPLES} samples"
        )));
    }
    if let Some(groups) = groups.filter(|groups| groups.len() != samples) {
        return Err(Error::Input(format!("{} groups of {samples} samples: give one for each", groups.len())));
    }
    if !(settings.limit > 0.0 && settings.limit.is_finite()) {
        return Err(Error::Input(format!(
            "a z-score of {} with the strongest colour: give a positive one",
            settings.limit
        )));
    }
    let scores: Vec<Vec<f64>> = expression.rows().map(z_scores).collect();
    let gene_tree = (settings.clustered_genes && genes > 1).then(|| tree(&scores));
    let gene_order = gene_tree.as_ref().map_or_else(|| (0..genes).collect(), |tree| tree.order.clone());
    let columns: Vec<Vec<f64>> = (0..samples).map(|s| scores.iter().map(|row| row[s]).collect()).collect();
    let sample_tree = (settings.samples == SampleOrder::Clustered && samples > 1).then(|| tree(&columns));
    let sample_order: Vec<usize> = match (&sample_tree, settings.samples) {
        (Some(tree), _) => tree.order.clone(),
        (None, SampleOrder::WithinGroups) => within_groups(&columns, groups),
        _ => (0..samples).collect(),
    };
    let small = style.small();
    let names = expression.genes().iter().map(|name| text_width(name, small, false)).fold(0.0, f64::max);
    let names = names.min(0.2 * style.width) + 0.6 * small;
    let tall = (genes as f64 * 1.15 * small).min(1.1 * style.width).max(7.5 * small);
    let cell_height = tall / genes as f64;
    let legible = cell_height >= 0.98 * small;
    let names = if legible { names } else { 0.0 };
    let trunk = if gene_tree.is_some() { 3.2 * small } else { 1.0 };
    let left = trunk + 1.0;
    let wide = style.width - left - names - map::BAR * small;
    let cell_width = wide / samples as f64;
    let title = wrap(&settings.title, style.text, true, style.width - 4.0);
    let above = 1.35 * style.text * title.len() as f64 + 2.0;
    let crown = if sample_tree.is_some() { 3.2 * small } else { 0.0 };
    let strip = if groups.is_some() { 1.15 * small } else { 0.0 };
    let top = above + crown + strip + if groups.is_some() { 0.35 * small } else { 0.0 };
    let legend: Vec<Entry> = groups.map_or(Vec::new(), |groups| entries(groups, style));
    let block = Block::within(&legend, style.width - 4.0, style);
    let below = if legend.is_empty() { 2.0 } else { block.size[1] + 0.8 * small };
    let mut drawing = Drawing::new(style.width, top + tall.max(map::bar_height(tall, style)) + 0.4 * small + below);
    for (i, line) in title.iter().enumerate() {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        drawing.text([1.0, 1.0 + style.text * (0.95 + 1.35 * i as f64)], line, &text);
    }
    if let Some(tree) = &sample_tree {
        tree.draw(&mut drawing, [left, above + crown - 2.0], cell_width, crown - 4.0, Trunk::Above);
    }
    if let Some(tree) = &gene_tree {
        tree.draw(&mut drawing, [left - 2.0, top], cell_height, trunk - 4.0, Trunk::Left);
    }
    if let Some(groups) = groups {
        let colour = |&s: &usize| groups.codes()[s].map_or(MISSING, |code| style.colour(code));
        drawing.cells([left, above + crown], [cell_width, strip], samples, sample_order.iter().map(colour).collect());
        let beside = left.min(style.width - block.size[0] - 2.0).max(2.0);
        block.draw(&legend, &mut drawing, [beside, top + tall.max(map::bar_height(tall, style)) + 0.7 * small], style);
    }
    let cells = gene_order.iter().flat_map(|&g| sample_order.iter().map(move |&s| (g, s)));
    let colours = cells.map(|(g, s)| map::diverging(scores[g][s] / settings.limit)).collect();
    drawing.cells([left, top], [cell_width, cell_height], samples, colours);
    if legible {
        for (place, &gene) in gene_order.iter().enumerate() {
            let name = fit_text(&expression.genes()[gene], small, false, names - 0.6 * small + 0.1);
            let base = top + (place as f64 + 0.5) * cell_height + 0.35 * small;
            drawing.text(
                [left + wide + 0.4 * small, base],
                &name,
                &Text { size: small, anchor: Anchor::Start, ..Text::default() },
            );
        }
    }
    let numbers = [1.0, 0.5, 0.0, -0.5, -1.0].map(|part| minus(&short(part * settings.limit)));
    let corner = [left + wide + names + 0.9 * small, top];
    map::scale_of_colours(&mut drawing, corner, tall, &numbers, &settings.name, style);
    Ok(drawing)
}

/// Values less their mean over their standard deviation; 0 if all are equal.
fn z_scores(row: &[f64]) -> Vec<f64> {
    let known: Vec<f64> = row.iter().copied().filter(|v| !v.is_nan()).collect();
    let centre = mean(&known);
    let spread = (known.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / (known.len() as f64 - 1.0)).sqrt();
    let score = |v: &f64| {
        if v.is_nan() {
            f64::NAN
        } else if spread > 0.0 {
            (v - centre) / spread
        } else {
            0.0
        }
    };
    row.iter().map(score).collect()
}

/// The tree of columns by 1 - correlation; those without one are as far from each other as uncorrelated ones.
fn tree(columns: &[Vec<f64>]) -> Tree {
    let matrix = CorrelationMatrix::new(columns, Method::Pearson, Missing::Pairwise).ok();
    let distance = |i: usize, j: usize| {
        let r = matrix.as_ref().map_or(f64::NAN, |matrix| matrix.get(i, j));
        if r.is_nan() { 1.0 } else { 1.0 - r }
    };
    Tree::of(columns.len(), distance)
}

/// Group by group, those without one last.
fn within_groups(columns: &[Vec<f64>], groups: Option<&Groups>) -> Vec<usize> {
    let all: Vec<usize> = (0..columns.len()).collect();
    let parts: Vec<Vec<usize>> = match groups {
        None => vec![all],
        Some(groups) => {
            let of = |code: Option<usize>| all.iter().copied().filter(move |&s| groups.codes()[s] == code).collect();
            (0..groups.levels().len()).map(Some).chain([None]).map(of).collect()
        }
    };
    let clustered = |part: Vec<usize>| -> Vec<usize> {
        if part.len() < 3 {
            return part;
        }
        let columns: Vec<Vec<f64>> = part.iter().map(|&s| columns[s].clone()).collect();
        tree(&columns).order.into_iter().map(|place| part[place]).collect()
    };
    parts.into_iter().flat_map(clustered).collect()
}

fn entries(groups: &Groups, style: &Style) -> Vec<Entry> {
    let counts = groups.counts();
    let entry = |(i, name): (usize, &String)| {
        Entry::new(Key::Square, style.colour(i), format!("{name} (n = {})", counts[i]), "")
    };
    let mut entries: Vec<Entry> = groups.levels().iter().enumerate().map(entry).collect();
    let unknown = groups.codes().iter().filter(|code| code.is_none()).count();
    if unknown > 0 {
        entries.push(Entry::new(Key::Square, MISSING, format!("unknown (n = {unknown})"), ""));
    }
    entries
}
