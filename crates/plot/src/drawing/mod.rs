//! Drawings of lines, shapes and text; written as SVG, and as PNG at any resolution, from the same shapes.
//!
//! Text is drawn as outlines of one font in both, so a figure needs no font where it is read, and the room that was left for
//! a label is the room it takes. In the SVG each outline is there once, and each text has its words as `aria-label`. The font
//! has Latin, Greek and Cyrillic letters; see [`Drawing::missing_characters`] for others.

mod png;
mod rect;
mod svg;

use std::path::Path;

use radsurv_data::fs::write_atomic;

use crate::error::{Error, Result};
use crate::font;
use crate::raster::Colour;
pub use rect::Rect;

/// A drawing: what is drawn later lies on top. Coordinates are pixels of 1/96 inch from the upper left corner.
///
/// What has no place (a coordinate that is not finite) is not drawn, and a line has a gap there.
///
/// # Example
/// ```
/// use radsurv_plot::{Anchor, Drawing, Text};
/// let mut drawing = Drawing::new(200.0, 100.0);
/// drawing.line([10.0, 50.0], [190.0, 50.0], 1.0, [0, 0, 0]);
/// drawing.text([100.0, 40.0], "p < 0.001", &Text { anchor: Anchor::Middle, ..Text::default() });
/// let svg = drawing.to_svg();
/// assert!(svg.starts_with("<svg ") && svg.contains("aria-label=\"p &lt; 0.001\""));
/// assert_eq!(drawing.to_png(192.0)?.get(0, 0), [255, 255, 255]);
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    width: f64,
    height: f64,
    shapes: Vec<Shape>,
}

#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Line {
        points: Vec<[f64; 2]>,
        width: f64,
        colour: Colour,
        dashes: Vec<f64>,
    },
    Polygon {
        points: Vec<[f64; 2]>,
        colour: Colour,
        opacity: f64,
    },
    Circle {
        centre: [f64; 2],
        radius: f64,
        colour: Colour,
        opacity: f64,
    },
    /// Discs of one size and colour, as one shape: where they overlap they are no darker.
    Dots {
        centres: Vec<[f64; 2]>,
        radius: f64,
        colour: Colour,
        opacity: f64,
    },
    Text {
        at: [f64; 2],
        text: String,
        style: Text,
    },
    /// Rectangles of a grid from its upper left corner, row by row.
    Cells {
        corner: [f64; 2],
        cell: [f64; 2],
        columns: usize,
        colours: Vec<Colour>,
    },
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

/// A text of a drawing and the room it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The text.
    pub text: String,
    /// From the top of capitals to the bottom of descending letters.
    pub room: Rect,
}

impl Drawing {
    /// A white drawing.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, shapes: Vec::new() }
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
        let usable = dashes.iter().all(|d| d.is_finite() && *d > 0.0);
        let dashes = if usable { dashes.to_vec() } else { Vec::new() };
        for points in points.split(|p| !finite(p)).filter(|part| part.len() > 1) {
            self.shapes.push(Shape::Line { points: points.to_vec(), width, colour, dashes: dashes.clone() });
        }
    }

    /// A filled shape without an outline. The opacity is 0 (invisible) to 1.
    pub fn polygon(&mut self, points: &[[f64; 2]], colour: Colour, opacity: f64) {
        if points.len() > 2 && points.iter().all(finite) {
            self.shapes.push(Shape::Polygon { points: points.to_vec(), colour, opacity: opacity.clamp(0.0, 1.0) });
        }
    }

    /// A filled rectangle from its upper left corner.
    pub fn rectangle(&mut self, corner: [f64; 2], size: [f64; 2], colour: Colour, opacity: f64) {
        let [[x, y], [w, h]] = [corner, size];
        self.polygon(&[[x, y], [x + w, y], [x + w, y + h], [x, y + h]], colour, opacity);
    }

    /// A filled circle.
    pub fn circle(&mut self, centre: [f64; 2], radius: f64, colour: Colour, opacity: f64) {
        if finite(&centre) {
            self.shapes.push(Shape::Circle { centre, radius, colour, opacity: opacity.clamp(0.0, 1.0) });
        }
    }

    /// Filled circles of one size and colour, for clouds of points: a file of them is a third as long as of [circles](Self::circle),
    /// and where they overlap they are no darker.
    pub fn dots(&mut self, centres: &[[f64; 2]], radius: f64, colour: Colour, opacity: f64) {
        let centres: Vec<[f64; 2]> = centres.iter().copied().filter(finite).collect();
        if !centres.is_empty() {
            self.shapes.push(Shape::Dots { centres, radius, colour, opacity: opacity.clamp(0.0, 1.0) });
        }
    }

    /// Rectangles of one size side by side, row by row from the upper left corner, without gaps between them.
    pub fn cells(&mut self, corner: [f64; 2], cell: [f64; 2], columns: usize, colours: Vec<Colour>) {
        if finite(&corner) && finite(&cell) && columns > 0 {
            self.shapes.push(Shape::Cells { corner, cell, columns, colours });
        }
    }

    /// A text whose baseline begins, has its middle or ends at a place.
    pub fn text(&mut self, at: [f64; 2], text: &str, style: &Text) {
        // Control characters have no picture, and most are not allowed in XML.
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if finite(&at) && !text.trim().is_empty() {
            self.shapes.push(Shape::Text { at, text, style: *style });
        }
    }

    /// The texts in the order in which they were drawn, and where they are.
    pub fn labels(&self) -> Vec<Label> {
        let texts = self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text { at, text, style } => Some(Label { text: text.clone(), room: room(*at, text, style) }),
            _ => None,
        });
        texts.collect()
    }

    /// The pairs of texts that lie on each other: there should be none.
    pub fn overlaps(&self) -> Vec<[Label; 2]> {
        let labels = self.labels();
        let mut found = Vec::new();
        for (i, a) in labels.iter().enumerate() {
            // Half a pixel is the hollow beside a letter.
            let room = a.room.grown(-0.5);
            found.extend(labels[..i].iter().filter(|b| b.room.overlaps(&room)).map(|b| [b.clone(), a.clone()]));
        }
        found
    }

    /// The texts that are not wholly within the drawing: there should be none.
    pub fn cut_off(&self) -> Vec<Label> {
        let out =
            |r: &Rect| r.left < -0.5 || r.top < -0.5 || r.right > self.width + 0.5 || r.bottom > self.height + 0.5;
        self.labels().into_iter().filter(|label| out(&label.room)).collect()
    }

    /// The characters that the font has no outline for. In an SVG the texts they are in are left to the fonts of the reader, in
    /// a PNG they are empty boxes.
    pub fn missing_characters(&self) -> Vec<char> {
        let labels = self.labels();
        let mut missing: Vec<char> = labels.iter().flat_map(|l| l.text.chars()).filter(|c| !font::has(*c)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// The drawing as SVG.
    pub fn to_svg(&self) -> String {
        svg::write(self)
    }

    /// The drawing as pixels, this many to the inch.
    ///
    /// # Errors
    /// [`Error::Input`] if the resolution is no positive number, or the picture would be wider or higher than 20 000 pixels.
    pub fn to_png(&self, dpi: f64) -> Result<crate::Raster> {
        png::paint(self, dpi)
    }

    /// Saves the drawing as an SVG file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn write_svg(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        write_atomic(path, |out| std::io::Write::write_all(out, self.to_svg().as_bytes()))
            .map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }

    /// Saves the drawing as a PNG file of this many pixels to the inch, whole or not at all. The resolution is in the file.
    ///
    /// # Errors
    /// As [`to_png`](Self::to_png); [`Error::Io`] if it cannot be written.
    pub fn write_png(&self, path: impl AsRef<Path>, dpi: f64) -> Result<()> {
        self.to_png(dpi)?.write_png_at(path, Some(dpi))
    }

    /// Saves the drawing as what the name of the file says: `.png` with 300 pixels to the inch, else SVG.
    ///
    /// # Errors
    /// As [`write_svg`](Self::write_svg) and [`write_png`](Self::write_png).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        match path.as_ref().extension() {
            Some(ending) if ending.eq_ignore_ascii_case("png") => self.write_png(path, 300.0),
            _ => self.write_svg(path),
        }
    }
}

fn finite(point: &[f64; 2]) -> bool {
    point.iter().all(|c| c.is_finite())
}

/// Where the baseline of a text begins.
fn start(at: [f64; 2], text: &str, style: &Text) -> [f64; 2] {
    let width = font::text_width(text, style.size, style.bold);
    let back = match style.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => 0.5 * width,
        Anchor::End => width,
    };
    if style.upwards { [at[0], at[1] + back] } else { [at[0] - back, at[1]] }
}

fn room(at: [f64; 2], text: &str, style: &Text) -> Rect {
    let width = font::text_width(text, style.size, style.bold);
    let [x, y] = start(at, text, style);
    let (up, down) = (0.72 * style.size, 0.22 * style.size);
    if style.upwards {
        Rect { left: x - up, top: y - width, right: x + down, bottom: y }
    } else {
        Rect { left: x, top: y - up, right: x + width, bottom: y + down }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_without_a_place_is_drawn() {
        let mut drawing = Drawing::new(50.0, 20.0);
        drawing.polyline(
            &[[0.0, 0.0], [1.0, 1.0], [f64::NAN, 2.0], [3.0, 3.0], [4.0, 4.0], [9.0, f64::INFINITY]],
            1.0,
            [0; 3],
            &[],
        );
        drawing.circle([f64::NAN, 0.0], 3.0, [0; 3], 1.0);
        drawing.text([0.0, f64::NAN], "lost", &Text::default());
        drawing.polygon(&[[0.0, 0.0], [f64::NAN, 0.0], [1.0, 1.0]], [0; 3], 1.0);
        assert_eq!(drawing.shapes.len(), 2);
        assert!(!drawing.to_svg().contains("NaN"));
    }

    #[test]
    fn texts_on_each_other_and_beyond_the_edge_are_found() {
        let mut drawing = Drawing::new(60.0, 20.0);
        let text = Text { size: 10.0, ..Text::default() };
        drawing.text([2.0, 12.0], "first", &text);
        drawing.text([10.0, 14.0], "second", &text);
        drawing.text([50.0, 12.0], "third", &text);
        assert_eq!(drawing.overlaps().len(), 1);
        assert_eq!(drawing.cut_off().len(), 1);
        drawing.text([0.0, 10.0], "字", &text);
        assert_eq!(drawing.missing_characters(), ['字']);
    }
}
