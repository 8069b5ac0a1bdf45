//! A panel of curves, bands and points with a legend: what most figures are. The legend goes where nothing is drawn, and
//! below the panel if there is no such place or its text would have to be cut.

mod layer;
mod legend;
mod second;

use crate::drawing::{Drawing, Rect};
use crate::panel::{Names, Panel};
use crate::raster::Colour;
use crate::scale::Scale;
use crate::style::Style;
pub(crate) use layer::Layer;
pub(crate) use legend::{Block, Entry, Key};
pub(crate) use second::Second;

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

impl Plan {
    /// Where the legend is, if there is one within the panel.
    pub fn legend_room(&self) -> Option<Rect> {
        let ([left, top], [width, height]) = (self.corner, self.legend.size);
        let room = Rect { left, top, right: left + width, bottom: top + height };
        (self.below == 0.0 && height > 0.0).then_some(room)
    }
}

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
        let block = Block::of(&self.legend, 1, f64::INFINITY, style);
        if self.legend.is_empty() {
            return Plan { panel, legend: block, corner: [0.0; 2], below: 0.0 };
        }
        if let Some(corner) = self.free_corner(&panel, block.size) {
            return Plan { panel, legend: block, corner, below: 0.0 };
        }
        let block = Block::within(&self.legend, outer.width(), style);
        let left = panel.frame.left.min(outer.right - block.size[0]).max(outer.left);
        let gap = 0.5 * style.small();
        let corner = [left, height + gap];
        let below = block.size[1] + gap;
        Plan { panel, legend: block, corner, below }
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
        self.draw_layers(drawing, &panel);
        panel.draw_x(drawing, &self.names.x, style);
        panel.draw_y(drawing, &self.names.y, style);
        if let Some(second) = &self.second {
            second.draw(drawing, &panel, style);
        }
        panel.draw_title(drawing, &self.names, self.top, style);
        plan.legend.draw(&self.legend, drawing, [plan.corner[0] + x, plan.corner[1] + y], style);
        panel
    }

    /// Draws what is in the panel, without axes and legend.
    pub fn draw_layers(&self, drawing: &mut Drawing, panel: &Panel) {
        self.layers.iter().for_each(|layer| layer.draw(drawing, panel));
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
