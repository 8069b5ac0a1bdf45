//! Forest plots: hazard ratios beside a table.

mod cox_table;

pub use cox_table::{Model, of_table, rows};

use crate::drawing::{Anchor, Drawing, Rect, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width, wrap};
use crate::panel::Panel;
use crate::scale::{Scale, with_limits};
use crate::style::{FAINT, INK, PALE, Style};

/// A ratio with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The ratio.
    pub estimate: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
}

/// What a row has beside its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Nothing: the name of the rows below.
    Heading,
    /// The level that others are compared with.
    Reference,
    /// A ratio.
    Ratio(Ratio),
    /// A ratio that could not be estimated.
    Unknown,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Whether it is a level of the heading above.
    pub indented: bool,
    /// More columns, such as the number of cases; as many as [`Settings::columns`].
    pub cells: Vec<String>,
    /// The effect.
    pub effect: Effect,
    /// The p value, if there is one.
    pub p_value: Option<f64>,
}

impl Row {
    /// The name of rows below.
    pub fn heading(name: impl Into<String>) -> Self {
        Self { name: name.into(), indented: false, cells: Vec::new(), effect: Effect::Heading, p_value: None }
    }

    /// A row of a ratio without more columns.
    pub fn new(name: impl Into<String>, ratio: Ratio, p_value: f64) -> Self {
        Self {
            name: name.into(),
            indented: false,
            cells: Vec::new(),
            effect: Effect::Ratio(ratio),
            p_value: Some(p_value),
        }
    }
}

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the first column. Default `Variable`.
    pub rows: String,
    /// The names of more columns. Default none.
    pub columns: Vec<String>,
    /// The name of the ratio. Default `HR (95 % CI)`.
    pub ratio: String,
    /// The name of the axis. Default `Hazard ratio`.
    pub axis: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: String::new(),
            rows: "Variable".into(),
            columns: Vec::new(),
            ratio: "HR (95 % CI)".into(),
            axis: "Hazard ratio".into(),
        }
    }
}

/// The gap between columns, the height of a row and the smallest width of the ratios, in sizes of text.
const GAP: f64 = 1.2;
const ROW: f64 = 1.55;
const NARROWEST: f64 = 7.0;
/// Limits further than this from the others are arrows at the edge.
const WIDEST: f64 = 100.0;

/// A row per variable or level: its name, more columns, the ratio as a square with its limits on a logarithmic axis, the
/// numbers, and the p value. Limits beyond the axis end in arrows.
///
/// # Errors
/// [`Error::Input`] if no row has a ratio, a row has other columns than are named, or there is no room for the ratios.
///
/// # Example
/// ```
/// use radsurv_plot::{Style, forest::{Ratio, Row, Settings, figure}};
/// let rows = [
///     Row::new("Age, per 10 years", Ratio { estimate: 1.2, lower: 1.05, upper: 1.37 }, 0.008),
///     Row::new("Radiomics score", Ratio { estimate: 2.4, lower: 1.6, upper: 3.6 }, 1e-5),
/// ];
/// let drawing = figure(&rows, &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "2.40 (1.60–3.60)"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(rows: &[Row], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let columns = settings.columns.len();
    if let Some(row) = rows.iter().find(|row| row.cells.len() != columns && row.effect != Effect::Heading) {
        let found = row.cells.len();
        return Err(Error::Input(format!("the row `{}` has {found} more columns, and {columns} are named", row.name)));
    }
    let scale = scale(rows, style).ok_or_else(|| {
        Error::Input(format!("none of {} rows has a ratio with limits above 0: nothing to draw", rows.len()))
    })?;
    let layout = Layout::new(rows, settings, style)?;
    let small = style.small();
    let row_height = ROW * small;
    let title = wrap(&settings.title, style.text, true, style.width - 4.0);
    let top = 1.35 * style.text * title.len() as f64 + 2.0;
    let head = top + 1.9 * small;
    let bottom = head + row_height * rows.len() as f64 + 0.3 * small;
    let mut drawing = Drawing::new(style.width, bottom + 1.2 * small + 1.5 * style.text + 6.0);
    for (i, line) in title.iter().enumerate() {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        drawing.text([1.0, 1.0 + style.text * (0.95 + 1.35 * i as f64)], line, &text);
    }
    let frame = Rect { left: layout.plot[0], right: layout.plot[1], top: head, bottom };
    let panel = Panel { frame, x: scale, y: Scale::between(0.0, 1.0, 1).with_ticks(&[]) };
    layout.draw_heads(&mut drawing, head - 0.75 * small, settings, style);
    drawing.line([1.0, head], [style.width - 1.0, head], 0.75, INK);
    if let [one, _] = panel.place(1.0, 0.0)
        && panel.shows(1.0, 0.5)
    {
        drawing.polyline(&[[one, head], [one, bottom]], 0.8, FAINT, &[2.5, 2.0]);
    }
    for (i, row) in rows.iter().enumerate() {
        let middle = head + (i as f64 + 0.5) * row_height + 0.15 * small;
        layout.draw_row(&mut drawing, row, middle, style);
        if let Effect::Ratio(ratio) = row.effect {
            draw_ratio(&mut drawing, &panel, &ratio, middle, style);
        }
    }
    panel.draw_x(&mut drawing, "", style);
    // Below the ratios, or as near as its length allows.
    let text = Text { size: style.text, anchor: Anchor::Middle, ..Text::default() };
    let name = fit_text(&settings.axis, style.text, false, style.width - 2.0);
    let half = 0.5 * text_width(&name, style.text, false);
    let middle = (0.5 * (frame.left + frame.right)).clamp(half + 1.0, (style.width - half - 1.0).max(half + 1.0));
    drawing.text([middle, bottom + 1.62 * small + 1.1 * style.text], &name, &text);
    Ok(drawing)
}

/// From the ratios and their limits, as far as these are not out of all proportion.
fn scale(rows: &[Row], style: &Style) -> Option<Scale> {
    let ratios = rows.iter().filter_map(|row| match row.effect {
        Effect::Ratio(r) if r.estimate > 0.0 && r.estimate.is_finite() => Some(r),
        _ => None,
    });
    let ratios: Vec<Ratio> = ratios.collect();
    let estimates = || ratios.iter().map(|r| r.estimate);
    let (low, high) = (estimates().reduce(f64::min)?.min(1.0), estimates().reduce(f64::max)?.max(1.0));
    let (low, high) = (low.max(1.0 / WIDEST), high.min(WIDEST));
    let within = |v: &f64| (low / 8.0..=high * 8.0).contains(v);
    let limits = ratios.iter().flat_map(|r| [r.lower, r.upper]).filter(within);
    let ticks = if style.width > 450.0 { 6 } else { 4 };
    Some(Scale::logarithmic(limits.chain([low, high]), ticks))
}

struct Layout {
    name: [f64; 2],
    cells: Vec<f64>,
    plot: [f64; 2],
    ratio: f64,
    p: f64,
}

impl Layout {
    fn new(rows: &[Row], settings: &Settings, style: &Style) -> Result<Self> {
        let small = style.small();
        let gap = GAP * small;
        let widest = |head: &str, texts: &mut dyn Iterator<Item = String>| {
            texts.map(|t| text_width(&t, small, false)).fold(text_width(head, small, true), f64::max)
        };
        let indent = |row: &Row| if row.indented { small } else { 0.0 };
        let names = rows.iter().map(|r| indent(r) + text_width(&r.name, small, r.effect == Effect::Heading));
        let name = names.fold(text_width(&settings.rows, small, true), f64::max);
        let columns: Vec<f64> = (0..settings.columns.len())
            .map(|k| widest(&settings.columns[k], &mut rows.iter().filter_map(|r| r.cells.get(k).cloned())))
            .collect();
        let ratio = widest(&settings.ratio, &mut rows.iter().map(ratio_text));
        let p = widest("p", &mut rows.iter().map(p_text));
        let fixed = columns.iter().map(|c| c + gap).sum::<f64>() + ratio + p + 3.0 * gap + 2.0;
        let rest = style.width - fixed;
        // The name gives way to the ratios, as it can be cut.
        let name = name.min((rest - NARROWEST * small).max(4.0 * small).min(0.45 * style.width));
        let plot = rest - name;
        if plot < NARROWEST * small - 0.5 {
            return Err(Error::Input(format!(
                "a forest plot with {} more columns has no room in a width of {:.0} pixels: take a wider style or fewer columns",
                settings.columns.len(),
                style.width
            )));
        }
        let mut x = 1.0 + name;
        let cells = columns.iter().map(|c| {
            x += gap + c;
            x
        });
        let cells: Vec<f64> = cells.collect();
        let left = x + gap;
        let (right, ratio_at) = (left + plot, left + plot + gap);
        Ok(Self { name: [1.0, name], cells, plot: [left, right], ratio: ratio_at, p: ratio_at + ratio + gap + p })
    }

    fn draw_heads(&self, drawing: &mut Drawing, base: f64, settings: &Settings, style: &Style) {
        let bold = Text { size: style.small(), bold: true, ..Text::default() };
        let end = Text { anchor: Anchor::End, ..bold };
        drawing.text([self.name[0], base], &fit_text(&settings.rows, bold.size, true, self.name[1] + 0.1), &bold);
        for (x, name) in self.cells.iter().zip(&settings.columns) {
            drawing.text([*x, base], name, &end);
        }
        drawing.text([self.ratio, base], &settings.ratio, &bold);
        drawing.text([self.p, base], "p", &end);
    }

    fn draw_row(&self, drawing: &mut Drawing, row: &Row, middle: f64, style: &Style) {
        let small = style.small();
        let base = middle + 0.36 * small;
        let bold = row.effect == Effect::Heading;
        let text = Text { size: small, bold, ..Text::default() };
        let indent = if row.indented { small } else { 0.0 };
        let name = fit_text(&row.name, small, bold, self.name[1] - indent + 0.1);
        drawing.text([self.name[0] + indent, base], &name, &text);
        let end = Text { anchor: Anchor::End, bold: false, ..text };
        for (x, cell) in self.cells.iter().zip(&row.cells) {
            drawing.text([*x, base], cell, &end);
        }
        drawing.text([self.ratio, base], &ratio_text(row), &Text { bold: false, ..text });
        drawing.text([self.p, base], &p_text(row), &end);
    }
}

fn ratio_text(row: &Row) -> String {
    match row.effect {
        Effect::Heading => String::new(),
        Effect::Reference => "reference".into(),
        Effect::Ratio(r) => with_limits(r.estimate, Some(r.lower), Some(r.upper), 2),
        Effect::Unknown => "not estimated".into(),
    }
}

fn p_text(row: &Row) -> String {
    match row.p_value {
        Some(p) if p < 0.001 => "<0.001".into(),
        Some(p) if p < 0.0995 => format!("{p:.3}"),
        Some(p) if p.is_finite() => format!("{p:.2}"),
        _ => String::new(),
    }
}

fn draw_ratio(drawing: &mut Drawing, panel: &Panel, ratio: &Ratio, middle: f64, style: &Style) {
    let Rect { left, right, .. } = panel.frame;
    let small = style.small();
    let places = [ratio.lower, ratio.estimate, ratio.upper].map(|v| panel.place(v, 0.5)[0]);
    let [lower, estimate, upper] = places;
    if !estimate.is_finite() {
        return;
    }
    // A lower limit of 0 has no place on the axis, as an upper one of infinity: both lie beyond.
    let lower = if lower.is_finite() { lower } else { f64::NEG_INFINITY };
    let upper = if upper.is_finite() { upper } else { f64::INFINITY };
    let [from, to] = [lower.clamp(left, right), upper.clamp(left, right)];
    if from < to {
        drawing.line([from, middle], [to, middle], 1.0, INK);
    }
    for (end, edge, back) in [(lower, left, 1.0), (upper, right, -1.0)] {
        let beyond = if back > 0.0 { end < edge } else { end > edge };
        if beyond {
            let tip = edge + back * 0.35 * small;
            drawing.polygon(&[[edge, middle], [tip, middle - 0.22 * small], [tip, middle + 0.22 * small]], INK, 1.0);
        } else {
            drawing.line([end, middle - 0.2 * small], [end, middle + 0.2 * small], 1.0, INK);
        }
    }
    let side = 0.6 * small;
    if (left..=right).contains(&estimate) {
        drawing.rectangle([estimate - 0.5 * side, middle - 0.5 * side], [side, side], style.colour(0), 1.0);
    } else {
        // The estimate itself is beyond the axis: the arrow stands for it.
        let x = estimate.clamp(left, right);
        drawing.circle([x, middle], 0.15 * side, PALE, 1.0);
    }
}
