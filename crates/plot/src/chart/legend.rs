//! Legends.

use crate::drawing::{Drawing, Text};
use crate::font::{fit_text, text_width};
use crate::raster::Colour;
use crate::style::{INK, Style};

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

/// A legend in columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub columns: usize,
    /// The width of names.
    name: f64,
    /// The width of a column.
    column: f64,
    pub size: [f64; 2],
}

/// The room of a sign and the gaps, in sizes of text.
const SIGN: f64 = 2.0;
const BESIDE: f64 = 0.6;
const LINE: f64 = 1.3;

impl Block {
    /// Entries in so many columns, in all no wider than this if names can be cut so far.
    pub fn of(entries: &[Entry], columns: usize, widest: f64, style: &Style) -> Self {
        let size = style.small();
        let width = |text: &str| text_width(text, size, false);
        let value = entries.iter().map(|e| width(&e.value)).fold(0.0, f64::max);
        let beside = if value > 0.0 { BESIDE * size } else { 0.0 };
        let rest = (SIGN + BESIDE) * size + beside + value;
        // Notes reach over both columns.
        let note = |e: &Entry| e.key == Key::Nothing && e.value.is_empty();
        let names = entries.iter().filter(|e| !note(e)).map(|e| width(&e.name)).fold(0.0, f64::max);
        let notes = entries.iter().filter(|e| note(e)).map(|e| width(&e.name)).fold(0.0, f64::max);
        let name = names.min((widest - rest).max(0.0));
        let column = (rest + name).max(notes.min(widest));
        let rows = entries.len().div_ceil(columns) as f64;
        let total = columns as f64 * column + (columns as f64 - 1.0) * 1.5 * size;
        Self { columns, name, column, size: [total, rows * LINE * size] }
    }

    /// Entries in as many columns, up to four, as there is room for.
    pub fn within(entries: &[Entry], widest: f64, style: &Style) -> Self {
        let fits = (1..=4.min(entries.len())).rev().map(|columns| Self::of(entries, columns, f64::INFINITY, style));
        let block = fits.filter(|b| b.size[0] <= widest).max_by_key(|b| b.columns);
        block.unwrap_or_else(|| Self::of(entries, 1, widest, style))
    }

    /// Draws the entries from an upper left corner.
    pub fn draw(&self, entries: &[Entry], drawing: &mut Drawing, corner: [f64; 2], style: &Style) {
        let size = style.small();
        let rows = entries.len().div_ceil(self.columns.max(1)).max(1);
        for (i, entry) in entries.iter().enumerate() {
            let (column, row) = ((i / rows) as f64, (i % rows) as f64);
            let x = corner[0] + column * (self.column + 1.5 * size);
            let base = corner[1] + row * LINE * size + size;
            let middle = base - 0.35 * size;
            let text = Text { size, ..Text::default() };
            match &entry.key {
                Key::Nothing if entry.value.is_empty() => {
                    drawing.text([x, base], &fit_text(&entry.name, size, false, self.column + 0.1), &text);
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
            let name = fit_text(&entry.name, size, false, self.name + 0.1);
            let after = x + (SIGN + BESIDE) * size;
            drawing.text([after, base], &name, &text);
            let beside = if self.name > 0.0 { self.name + BESIDE * size } else { 0.0 };
            drawing.text([after + beside, base], &entry.value, &text);
        }
    }
}
