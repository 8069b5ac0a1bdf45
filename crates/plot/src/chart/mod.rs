//! A panel of curves, bands and points with a legend: what most figures are. The legend goes where nothing is drawn, and
//! below the panel if there is no such place or its text would have to be cut.

mod layer;
mod second;

use crate::drawing::{Drawing, Rect, Text};
use crate::font::{fit_text, text_width};
use crate::panel::{Names, Panel};
use crate::raster::Colour;
use crate::scale::Scale;
use crate::style::{INK, Style};
pub(crate) use layer::Layer;
pub(crate) use second::Second;

/// The sign of an entry of a legend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Key {
    Nothing,
    Line(Vec<f64>),
    Dot,
    Square,
}

/// A line of a legend: a name that may be cut, and values that may not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub key: Key,
    pub colour: Colour,
    pub name: String,
    pub value: String,
}

impl Entry {
    pub fn new(key: Key, colour: Colour, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key, colour, name: name.into(), value: value.into() }
    }

    /// A line without a sign.
    pub fn note(text: impl Into<String>) -> Self {
        Self::new(Key::Nothing, INK, text, "")
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chart {
    pub names: Names,
    pub x: Scale,
    pub y: Scale,
    pub layers: Vec<Layer>,
    pub legend: Vec<Entry>,
    /// Room that is needed on the left, and above the frame, for something else.
    pub left: f64,
    pub top: f64,
    /// A second row of labels below the axis from left to right, and its name.
    pub second: Option<Second>,
}

/// Where the parts of a chart are, relative to its upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub panel: Panel,
    legend: Block,
    corner: [f64; 2],
    /// The height of a legend below the panel.
    pub below: f64,
}

/// A legend in columns.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    columns: usize,
    /// The width of names.
    name: f64,
    /// The width of a column.
    column: f64,
    size: [f64; 2],
}

/// The room of a sign and the gaps, in sizes of text.
const SIGN: f64 = 2.0;
const BESIDE: f64 = 0.6;
const LINE: f64 = 1.3;

impl Chart {
    pub fn new(x: Scale, y: Scale, names: Names) -> Self {
        Self { names, x, y, layers: Vec::new(), legend: Vec::new(), left: 0.0, top: 0.0, second: None }
    }

    pub fn line(&mut self, points: Vec<[f64; 2]>, colour: Colour, width: f64, dashes: &[f64]) {
        self.layers.push(Layer::Line { points, colour, width, dashes: dashes.to_vec() });
    }

    /// Lays out a panel of a width and height, the latter without a legend below.
    pub fn plan(&self, width: f64, height: f64, style: &Style) -> Plan {
        let outer = Rect { left: 1.0, top: 1.0, right: width - 1.0, bottom: height - 1.0 };
        let mut panel = Panel::within(outer, self.x.clone(), self.y.clone(), &self.names, self.left, style);
        panel.frame.top += self.top;
        if self.second.is_some() {
            panel.frame.bottom -= 1.3 * style.small() + 1.5 * style.text;
        }
        let block = self.block(1, f64::INFINITY, style);
        if self.legend.is_empty() {
            return Plan { panel, legend: block, corner: [0.0; 2], below: 0.0 };
        }
        if let Some(corner) = self.free_corner(&panel, block.size) {
            return Plan { panel, legend: block, corner, below: 0.0 };
        }
        // As many columns as there is room for.
        let widest = outer.width();
        let fits = (1..=4.min(self.legend.len())).rev().map(|columns| self.block(columns, f64::INFINITY, style));
        let block = fits.filter(|b| b.size[0] <= widest).max_by_key(|b| b.columns);
        let block = block.unwrap_or_else(|| self.block(1, widest, style));
        let left = panel.frame.left.min(outer.right - block.size[0]).max(outer.left);
        let gap = 0.5 * style.small();
        let corner = [left, height + gap];
        let below = block.size[1] + gap;
        Plan { panel, legend: block, corner, below }
    }

    fn block(&self, columns: usize, widest: f64, style: &Style) -> Block {
        let size = style.small();
        let width = |text: &str| text_width(text, size, false);
        let value = self.legend.iter().map(|e| width(&e.value)).fold(0.0, f64::max);
        let beside = if value > 0.0 { BESIDE * size } else { 0.0 };
        let rest = (SIGN + BESIDE) * size + beside + value;
        // Notes reach over both columns.
        let note = |e: &Entry| e.key == Key::Nothing && e.value.is_empty();
        let names = self.legend.iter().filter(|e| !note(e)).map(|e| width(&e.name)).fold(0.0, f64::max);
        let notes = self.legend.iter().filter(|e| note(e)).map(|e| width(&e.name)).fold(0.0, f64::max);
        let name = names.min((widest - rest).max(0.0));
        let column = (rest + name).max(notes.min(widest));
        let rows = self.legend.len().div_ceil(columns) as f64;
        let total = columns as f64 * column + (columns as f64 - 1.0) * 1.5 * size;
        Block { columns, name, column, size: [total, rows * LINE * size] }
    }

    /// The upper left corner of an area of the frame in which nothing is drawn, near a corner of it if possible.
    fn free_corner(&self, panel: &Panel, size: [f64; 2]) -> Option<[f64; 2]> {
        const STEPS: usize = 12;
        let frame = panel.frame.grown(-4.0);
        let room = [frame.width() - size[0], frame.height() - size[1]];
        if room.iter().any(|r| *r < 0.0) {
            return None;
        }
        let mut places: Vec<[f64; 2]> = Vec::new();
        for i in 0..=STEPS {
            places.extend((0..=STEPS).map(|j| [i, j].map(|k| k as f64 / STEPS as f64)));
        }
        let remote = |p: &[f64; 2]| {
            let from_edge = p.map(|f| f.min(1.0 - f));
            // The upper right corner first, then the lower right one.
            10.0 * (from_edge[0] + from_edge[1]) + (1.0 - p[0]) + 0.5 * p[1]
        };
        places.sort_by(|a, b| remote(a).total_cmp(&remote(b)));
        let corners = places.iter().map(|f| [frame.left + f[0] * room[0], frame.top + f[1] * room[1]]);
        let area = |[left, top]: [f64; 2]| Rect { left, top, right: left + size[0], bottom: top + size[1] };
        corners.into_iter().find(|corner| {
            let area = area(*corner).grown(3.0);
            !self.layers.iter().any(|layer| layer.touches(panel, &area))
        })
    }

    /// Draws the chart into a drawing, its upper left corner at a place.
    pub fn draw(&self, drawing: &mut Drawing, corner: [f64; 2], plan: &Plan, style: &Style) -> Panel {
        let Rect { left, top, right, bottom } = plan.panel.frame;
        let [x, y] = corner;
        let frame = Rect { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
        let panel = Panel { frame, ..plan.panel.clone() };
        for layer in &self.layers {
            layer.draw(drawing, &panel);
        }
        panel.draw_x(drawing, &self.names.x, style);
        panel.draw_y(drawing, &self.names.y, style);
        if let Some(second) = &self.second {
            second.draw(drawing, &panel, style);
        }
        panel.draw_title(drawing, &self.names, self.top, style);
        self.draw_legend(drawing, [plan.corner[0] + x, plan.corner[1] + y], &plan.legend, style);
        panel
    }

    fn draw_legend(&self, drawing: &mut Drawing, corner: [f64; 2], block: &Block, style: &Style) {
        let size = style.small();
        let rows = self.legend.len().div_ceil(block.columns.max(1)).max(1);
        for (i, entry) in self.legend.iter().enumerate() {
            let (column, row) = ((i / rows) as f64, (i % rows) as f64);
            let x = corner[0] + column * (block.column + 1.5 * size);
            let base = corner[1] + row * LINE * size + size;
            let middle = base - 0.35 * size;
            let text = Text { size, ..Text::default() };
            match &entry.key {
                Key::Nothing if entry.value.is_empty() => {
                    drawing.text([x, base], &fit_text(&entry.name, size, false, block.column + 0.1), &text);
                    continue;
                }
                Key::Nothing => {}
                Key::Line(dashes) => {
                    drawing.polyline(&[[x, middle], [x + SIGN * size, middle]], style.line, entry.colour, dashes);
                }
                Key::Dot => drawing.circle([x + 0.5 * SIGN * size, middle], 0.27 * size, entry.colour, 1.0),
                Key::Square => {
                    let side = 0.7 * size;
                    let left = x + 0.5 * (SIGN * size - side);
                    drawing.rectangle([left, middle - 0.5 * side], [side, side], entry.colour, 1.0);
                }
            }
            let name = fit_text(&entry.name, size, false, block.name + 0.1);
            let after = x + (SIGN + BESIDE) * size;
            drawing.text([after, base], &name, &text);
            let beside = if block.name > 0.0 { block.name + BESIDE * size } else { 0.0 };
            drawing.text([after + beside, base], &entry.value, &text);
        }
    }

    /// A drawing of this chart alone whose frame is so many times as high as wide. In two columns it is as wide as one and a
    /// third.
    pub fn figure_of(&self, aspect: f64, style: &Style) -> Drawing {
        let width = if style.width > 450.0 { 0.68 * style.width } else { style.width };
        let style = Style { width, ..style.clone() };
        let frame = self.plan(width, width, &style).panel.frame;
        self.figure((width - frame.height() + aspect * frame.width()) / width, &style)
    }

    /// A drawing of this chart alone, the height as a part of the width.
    pub fn figure(&self, ratio: f64, style: &Style) -> Drawing {
        let height = ratio * style.width;
        let plan = self.plan(style.width, height, style);
        let mut drawing = Drawing::new(style.width, height + plan.below);
        self.draw(&mut drawing, [0.0; 2], &plan, style);
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::layer::{band, contains};
    use super::*;

    fn chart(entries: usize, y: impl Fn(f64) -> f64) -> Chart {
        let unit = || Scale::between(0.0, 1.0, 5);
        let mut chart = Chart::new(unit(), unit(), Names::default());
        let points = (0..=50).map(|i| f64::from(i) / 50.0).map(|x| [x, y(x)]).collect();
        chart.line(points, [0; 3], 1.0, &[]);
        let entry = |i| Entry::new(Key::Line(vec![]), [0; 3], format!("curve {i}"), "0.5");
        chart.legend = (0..entries).map(entry).collect();
        chart
    }

    #[test]
    fn a_legend_goes_where_nothing_is_drawn() {
        let style = Style::default();
        let place = |y: fn(f64) -> f64| chart(3, y).plan(style.width, 200.0, &style);
        let falling = place(|x| 1.0 - x);
        assert!(falling.below == 0.0 && falling.corner[0] > 150.0 && falling.corner[1] < 50.0);
        let rising = place(|x| x);
        assert!(rising.below == 0.0 && rising.corner[1] > 50.0);
        // All over the panel.
        let restless = place(|x| ((x * 50.0) as i32 % 2).into());
        assert!(restless.below > 0.0);
        let many = chart(40, |x| x).plan(style.width, 200.0, &style);
        assert!(many.below > 0.0 && many.legend.columns > 1);
    }

    #[test]
    fn names_are_cut_and_values_are_not() {
        let style = Style::default();
        let mut chart = chart(2, |x| x);
        chart.legend[0].name = "a name that is much longer than ".repeat(5);
        chart.legend[0].value = "0.71 (0.66–0.76)".into();
        let drawing = chart.figure(0.7, &style);
        let labels = drawing.labels();
        assert!(labels.iter().any(|l| l.text == "0.71 (0.66–0.76)") && labels.iter().any(|l| l.text.contains('…')));
        assert!(drawing.overlaps().is_empty() && drawing.cut_off().is_empty());
    }

    #[test]
    fn a_band_has_gaps_and_an_inside() {
        let panel = chart(0, |x| x).plan(300.0, 200.0, &Style::default()).panel;
        let points = [[0.0, 0.1, 0.9], [0.4, 0.1, 0.9], [0.5, f64::NAN, 0.9], [0.6, 0.1, 0.9], [1.0, 0.1, 5.0]];
        let outlines = band(&panel, &points);
        assert_eq!(outlines.len(), 2);
        assert!(contains(&outlines[0], panel.place(0.2, 0.5)) && !contains(&outlines[0], panel.place(0.5, 0.5)));
    }
}
