//! Rows with a name each beside a panel: bars, dots or swarms of features, settings or models.

use crate::chart::{Block, Entry};
use crate::drawing::{Anchor, Drawing, Rect, Text};
use crate::font::{fit_text, text_width};
use crate::panel::{Names, Panel};
use crate::scale::Scale;
use crate::style::{FAINT, Style};

/// What is around the rows.
pub(crate) struct Rows<'a> {
    pub title: &'a str,
    /// The name of the axis from left to right.
    pub axis: &'a str,
    /// The name of each row from the top: what may be cut, in one line or two parted by a line break, and an end that may not.
    pub names: Vec<[String; 2]>,
    /// The height of a row.
    pub height: f64,
    pub x: Scale,
    /// Room beside the panel on the right.
    pub right: f64,
    pub legend: &'a [Entry],
    /// Below all.
    pub note: String,
}

/// Where the rows are.
pub(crate) struct Laid {
    pub drawing: Drawing,
    pub panel: Panel,
    height: f64,
}

/// Names have no more than this part of the width.
pub(crate) const NAMES: f64 = 0.42;

impl Rows<'_> {
    /// How many ticks a figure has room for.
    pub fn ticks(style: &Style) -> usize {
        if style.width > 450.0 { 7 } else { 4 }
    }

    /// Lays the rows out and draws all but what is in them.
    pub fn lay(self, style: &Style) -> Laid {
        let small = style.small();
        let width = |text: &str| text_width(text, small, false);
        let longest = |name: &str| name.split('\n').map(&width).fold(0.0, f64::max);
        let room = self.names.iter().map(|[name, end]| longest(name) + width(end)).fold(0.0, f64::max);
        let room = room.min(NAMES * style.width);
        let axes = Names { title: self.title.into(), x: self.axis.into(), y: String::new() };
        let inner = self.height * (self.names.len() as f64 + 0.5);
        let y = Scale::between(0.0, self.names.len() as f64, 1).with_ticks(&[]);
        // The panel of a height that is known only with it.
        let within = |height: f64| {
            let outer = Rect { left: 1.0, top: 1.0, right: style.width - 2.0 - self.right, bottom: height };
            Panel::within(outer, self.x.clone(), y.clone(), &axes, room + 0.9 * small, style)
        };
        let around = 1000.0 - within(1000.0).frame.height();
        let panel = within(inner + around);
        let block = Block::within(self.legend, style.width - 4.0, style);
        let legend = if self.legend.is_empty() { 0.0 } else { block.size[1] + 0.5 * small };
        let note = if self.note.is_empty() { 0.0 } else { 1.3 * small };
        let mut drawing = Drawing::new(style.width, inner + around + legend + note + 2.0);
        let middle = |i: usize| panel.frame.top + (i as f64 + 0.75) * self.height;
        let text = Text { size: small, anchor: Anchor::End, ..Text::default() };
        for (i, [name, end]) in self.names.iter().enumerate() {
            let end = fit_text(end, small, false, room + 0.1);
            let lines: Vec<&str> = name.split('\n').collect();
            for (k, line) in lines.iter().enumerate() {
                let line = fit_text(line, small, false, room - width(&end) + 0.1) + if k == 0 { &end } else { "" };
                let base = middle(i) + (0.35 + 1.08 * (k as f64 - 0.5 * (lines.len() as f64 - 1.0))) * small;
                drawing.text([panel.frame.left - 0.6 * small, base], &line, &text);
            }
        }
        panel.draw_x(&mut drawing, &axes.x, style);
        panel.draw_title(&mut drawing, &axes, 0.0, style);
        if !self.legend.is_empty() {
            let left = panel.frame.left.min(style.width - block.size[0] - 2.0).max(2.0);
            block.draw(self.legend, &mut drawing, [left, inner + around + 0.5 * small], style);
        }
        let start = Text { anchor: Anchor::Start, ..text };
        let words = fit_text(&self.note, small, false, style.width - 4.0);
        drawing.text([2.0, inner + around + legend + small], &words, &start);
        Laid { drawing, panel, height: self.height }
    }
}

impl Laid {
    /// The middle of a row.
    pub fn middle(&self, row: usize) -> f64 {
        self.panel.frame.top + (row as f64 + 0.75) * self.height
    }

    /// Where a value is drawn.
    pub fn x(&self, value: f64) -> f64 {
        self.panel.place(value, 0.0)[0]
    }

    /// A number beside a row, in the room on the right.
    pub fn number(&mut self, row: usize, number: &str, style: &Style) {
        let text = Text { size: style.small(), anchor: Anchor::End, ..Text::default() };
        let base = self.middle(row) + 0.35 * text.size;
        self.drawing.text([style.width - 2.0, base], number, &text);
    }

    /// A bar from one value to another.
    pub fn bar(&mut self, row: usize, [from, to]: [f64; 2], colour: crate::Colour) {
        let [from, to] = [self.x(from), self.x(to)];
        let (left, width) = (from.min(to), (to - from).abs());
        let top = self.middle(row) - 0.32 * self.height;
        self.drawing.rectangle([left, top], [width, 0.64 * self.height], colour, 0.75);
    }

    /// A line from the top to the bottom at a value that the axis has.
    pub fn upright(&mut self, value: f64, colour: crate::Colour, dashes: &[f64]) {
        let x = self.x(value);
        if self.panel.shows(value, self.panel.y.min()) {
            let Rect { top, bottom, .. } = self.panel.frame;
            self.drawing.polyline(&[[x, top], [x, bottom]], 0.75, colour, dashes);
        }
    }

    /// The line of 0.
    pub fn zero(&mut self) {
        self.upright(0.0, FAINT, &[]);
    }
}
