//! Genes by how much and how surely they differ.

use radsurv_genomics::differential::{Change, ChangeRule, GeneRow, TopTable};

use crate::chart::{Chart, Entry, Key, Layer};
use crate::cloud;
use crate::drawing::{Drawing, Text};
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::point_labels::PointLabels;
use crate::raster::Colour;
use crate::scale::Scale;
use crate::style::{FAINT, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the axis from left to right. Default `log2 fold change`.
    pub name: String,
    /// How many of the changed genes have their names beside them, those of smallest p-value. Default 12. Where there is no room, there is no
    /// name.
    pub labelled: usize,
    /// Genes that have their names beside them whether changed or not, and before all others.
    pub genes: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "log2 fold change".into(), labelled: 12, genes: Vec::new() }
    }
}

const UP: Colour = [200, 70, 0];
const DOWN: Colour = [0, 114, 178];
const UNCHANGED: Colour = [175, 175, 175];

/// A dot per gene: its difference, and the size of its p-value (the adjusted one, if the rule looks at that). Those that the rule calls changed
/// are blue and orange, and counted in the legend; its thresholds are dashed. Of dots that lie on each other one is drawn.
///
/// Genes without a p-value have no place and are counted in the legend. A p-value of 0 is drawn at the upper edge.
///
/// # Errors
/// [`Error::Input`] if no gene has a difference and a p-value.
///
/// # Example
/// ```
/// use radsurv_genomics::differential::{ChangeRule, GeneRow, TopTable};
/// use radsurv_plot::{Style, volcano::{Settings, figure}};
/// let row = |gene: &str, log_fc, p_value| GeneRow { gene: gene.into(), log_fc, ave_expr: 7.0, t: 0.0, p_value, adj_p_value: p_value, b: None };
/// let rows = vec![row("HK2", 2.1, 1e-6), row("TP53", -0.2, 0.4)];
/// let table = TopTable { coefficient: "high - low".into(), rows };
/// let drawing = figure(&table, &ChangeRule::default(), &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "HK2"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(table: &TopTable, rule: &ChangeRule, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let p_of = |row: &GeneRow| if rule.adjusted { row.adj_p_value } else { row.p_value };
    let has_place = |row: &&GeneRow| row.log_fc.is_finite() && (0.0..=1.0).contains(&p_of(row));
    let rows: Vec<&GeneRow> = table.rows.iter().filter(has_place).collect();
    if rows.is_empty() {
        return Err(Error::Input(format!(
            "none of {} genes has a difference and a p-value: nothing to draw",
            table.rows.len()
        )));
    }
    let heights = rows.iter().map(|row| -p_of(row).log10()).filter(|height| height.is_finite());
    let threshold = -rule.p.log10();
    let highest = heights.chain(Some(threshold).filter(|t| t.is_finite())).fold(0.5, f64::max);
    let height = |row: &GeneRow| (-p_of(row).log10()).min(highest);
    let ticks = if style.width > 450.0 { 8 } else { 5 };
    // Names need room at the top.
    let y = Scale::between(0.0, 1.1 * highest, 5);
    let widest = rows.iter().map(|row| row.log_fc.abs()).fold(1.2 * rule.log_fc.abs(), f64::max).max(0.1);
    let x = Scale::between(-1.08 * widest, 1.08 * widest, ticks);
    let axis = if rule.adjusted { "−log10 adjusted p" } else { "−log10 p" };
    let names = Names { title: settings.title.clone(), x: settings.name.clone(), y: axis.into() };
    let mut chart = Chart::new(x, y, names);
    let radius = 0.17 * style.small();
    let of = |change: Change| rows.iter().filter(move |row| rule.of(row) == change);
    for (change, name, colour) in
        [(Change::Unchanged, "Not changed", UNCHANGED), (Change::Down, "Down", DOWN), (Change::Up, "Up", UP)]
    {
        let points: Vec<[f64; 2]> = of(change).map(|row| [row.log_fc, height(row)]).collect();
        chart.legend.insert(0, Entry::new(Key::Dot, colour, name, points.len().to_string()));
        chart.layers.push(Layer::Dots { points, colour, radius });
    }
    let missing = table.rows.len() - rows.len();
    if missing > 0 {
        chart.legend.push(Entry::note(format!("{missing} without a p-value")));
    }
    let ([left, right], top) = ([chart.x.min(), chart.x.max()], chart.y.max());
    for x in [-rule.log_fc, rule.log_fc] {
        chart.line(vec![[x, 0.0], [x, top]], FAINT, 0.75, &[4.0, 3.0]);
    }
    chart.line(vec![[left, threshold], [right, threshold]], FAINT, 0.75, &[4.0, 3.0]);
    let (width, ratio) = if style.width > 450.0 { (0.72 * style.width, 0.8) } else { (style.width, 0.95) };
    let plan = chart.plan(width, ratio * width, style);
    // Only what can be seen is written to the file.
    for layer in &mut chart.layers {
        if let Layer::Dots { points, .. } = layer {
            cloud::thin(points, |[x, y]| plan.panel.place(x, y), radius);
        }
    }
    let mut drawing = Drawing::new(width, ratio * width + plan.below);
    let panel = chart.draw(&mut drawing, [0.0; 2], &plan, style);
    let place = |row: &GeneRow| panel.place(row.log_fc, height(row));
    let changed = rows.iter().filter(|row| rule.of(row) != Change::Unchanged).map(|row| place(row)).collect();
    let mut labels = PointLabels::new(panel.frame.grown(-1.0), changed, radius);
    if let Some(room) = plan.legend_room() {
        labels.keep_off(room.grown(2.0));
    }
    let mut wanted: Vec<&&GeneRow> = rows.iter().filter(|row| rule.of(row) != Change::Unchanged).collect();
    wanted.sort_by(|a, b| p_of(a).total_cmp(&p_of(b)).then(b.log_fc.abs().total_cmp(&a.log_fc.abs())));
    wanted.truncate(settings.labelled);
    let named = rows.iter().filter(|row| settings.genes.contains(&row.gene));
    let mut order: Vec<&&GeneRow> = named.collect();
    let rest: Vec<&&GeneRow> = wanted.into_iter().filter(|row| !settings.genes.contains(&row.gene)).collect();
    order.extend(rest);
    for row in order {
        let bold = settings.genes.contains(&row.gene);
        let text = Text { size: style.small(), bold, ..Text::default() };
        labels.draw(&mut drawing, place(row), &row.gene, &text);
    }
    Ok(drawing)
}
