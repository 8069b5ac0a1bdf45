//! Drawings of lines, shapes and text, written as SVG.

use std::fmt::Write as _;
use std::path::Path;

use radsurv_data::fs::write_atomic;

use crate::error::{Error, Result};
use crate::raster::Colour;

/// A drawing: what is drawn later lies on top. Coordinates are pixels of 1/96 inch from the upper left corner.
///
/// # Example
/// ```
/// use radsurv_plot::svg::{Anchor, Drawing, Text};
/// let mut drawing = Drawing::new(200.0, 100.0);
/// drawing.line([10.0, 50.0], [190.0, 50.0], 1.0, [0, 0, 0]);
/// drawing.text([100.0, 40.0], "p < 0.001", &Text { anchor: Anchor::Middle, ..Text::default() });
/// let svg = drawing.to_svg();
/// assert!(svg.starts_with("<svg ") && svg.contains("p &lt; 0.001"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    width: f64,
    height: f64,
    body: String,
}

/// Where a text is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// At its beginning.
    #[default]
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Text {
    /// The height of its letters' body.
    pub size: f64,
    /// Where it is held.
    pub anchor: Anchor,
    /// Whether it reads upwards.
    pub upwards: bool,
    /// Whether it is bold.
    pub bold: bool,
    /// Its colour.
    pub colour: Colour,
}

impl Default for Text {
    fn default() -> Self {
        Self { size: 11.0, anchor: Anchor::Start, upwards: false, bold: false, colour: [30, 30, 30] }
    }
}

/// The widths of Helvetica's letters from space to `~` in thousandths of the size, from Adobe's font metrics. The fonts
/// that stand in for it have the same or nearly.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// The width of a text, to leave room for it.
///
/// # Example
/// ```
/// assert!((radsurv_plot::svg::text_width("10", 10.0) - 11.12).abs() < 1e-12);
/// ```
pub fn text_width(text: &str, size: f64) -> f64 {
    let width = |c: char| (c as usize).checked_sub(32).and_then(|i| WIDTHS.get(i)).copied().unwrap_or(600);
    text.chars().map(|c| f64::from(width(c))).sum::<f64>() * size / 1000.0
}

impl Drawing {
    /// A white drawing.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    /// Its width.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.height
    }

    /// A straight line.
    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], width: f64, colour: Colour) {
        self.polyline(&[from, to], width, colour, &[]);
    }

    /// A line through several points, dashed if lengths of dashes and gaps are given.
    pub fn polyline(&mut self, points: &[[f64; 2]], width: f64, colour: Colour, dashes: &[f64]) {
        let (points, width, colour) = (list(points), number(width), hex(colour));
        let _ = write!(
            self.body,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\""
        );
        if !dashes.is_empty() {
            let dashes = dashes.iter().map(|d| number(*d)).collect::<Vec<_>>().join(" ");
            let _ = write!(self.body, " stroke-dasharray=\"{dashes}\"");
        }
        self.body.push_str("/>\n");
    }

    /// A filled shape without an outline. The opacity is 0 (invisible) to 1.
    pub fn polygon(&mut self, points: &[[f64; 2]], colour: Colour, opacity: f64) {
        let (points, colour, opacity) = (list(points), hex(colour), number(opacity));
        let _ = writeln!(self.body, "<polygon points=\"{points}\" fill=\"{colour}\" fill-opacity=\"{opacity}\"/>");
    }

    /// A filled rectangle from its upper left corner.
    pub fn rectangle(&mut self, corner: [f64; 2], size: [f64; 2], colour: Colour, opacity: f64) {
        let [[x, y], [w, h]] = [corner, size];
        self.polygon(&[[x, y], [x + w, y], [x + w, y + h], [x, y + h]], colour, opacity);
    }

    /// A filled circle.
    pub fn circle(&mut self, centre: [f64; 2], radius: f64, colour: Colour, opacity: f64) {
        let [x, y] = centre.map(number);
        let (r, colour, opacity) = (number(radius), hex(colour), number(opacity));
        let _ = writeln!(
            self.body,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"{colour}\" fill-opacity=\"{opacity}\"/>"
        );
    }

    /// A text whose baseline begins, has its middle or ends at a place.
    pub fn text(&mut self, at: [f64; 2], text: &str, style: &Text) {
        let [x, y] = at.map(number);
        let (size, colour) = (number(style.size), hex(style.colour));
        let _ = write!(self.body, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\"");
        match style.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.body.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.body.push_str(" text-anchor=\"end\""),
        }
        if style.bold {
            self.body.push_str(" font-weight=\"bold\"");
        }
        if style.upwards {
            let _ = write!(self.body, " transform=\"rotate(-90 {x} {y})\"");
        }
        let _ = writeln!(self.body, ">{}</text>", escape(text));
    }

    /// The drawing as SVG.
    pub fn to_svg(&self) -> String {
        let (w, h) = (number(self.width), number(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
             font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\">\n\
             <rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.body
        )
    }

    /// Saves the drawing as an SVG file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        write_atomic(path, |out| std::io::Write::write_all(out, self.to_svg().as_bytes()))
            .map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }
}

/// A coordinate with at most two decimals: a hundredth of a pixel is not seen. What is not finite is left at 0, since
/// it would make the file unreadable.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_string();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

fn list(points: &[[f64; 2]]) -> String {
    points.iter().map(|[x, y]| format!("{},{}", number(*x), number(*y))).collect::<Vec<_>>().join(" ")
}

fn hex([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Other control characters are not allowed in XML.
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_finite() {
        for (value, text) in [(1.0, "1"), (-0.001, "0"), (2.5, "2.5"), (f64::NAN, "0"), (1e9, "1000000000")] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn any_name_can_be_written() {
        let mut drawing = Drawing::new(10.0, 10.0);
        drawing.text([0.0, 0.0], "</text><script>&\u{1}\"", &Text::default());
        assert!(drawing.to_svg().contains(">&lt;/text&gt;&lt;script&gt;&amp; &quot;</text>"));
    }
}
