//! SVG. Outlines of letters are defined once and used, as matplotlib does, which all programs read that read SVG 1.1.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ttf_parser::{GlyphId, OutlineBuilder};

use super::{Drawing, Shape, Text, start};
use crate::font;
use crate::raster::Colour;

/// Millimetres of 1/96 inch.
const MM: f64 = 25.4 / 96.0;

pub(super) fn write(drawing: &Drawing) -> String {
    let mut outlines = BTreeMap::new();
    let mut body = String::new();
    drawing.shapes.iter().for_each(|shape| draw(&mut body, shape, &mut outlines));
    let (w, h) = (number(drawing.width), number(drawing.height));
    let (wide, high) = (number(drawing.width * MM), number(drawing.height * MM));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{wide}mm\" \
         height=\"{high}mm\" viewBox=\"0 0 {w} {h}\">\n<defs>\n"
    );
    for ((bold, glyph), path) in &outlines {
        let _ = writeln!(svg, "<path id=\"{}\" d=\"{path}\"/>", name(*bold, *glyph));
    }
    let _ = write!(svg, "</defs>\n<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n{body}</svg>\n");
    svg
}

fn draw(body: &mut String, shape: &Shape, outlines: &mut BTreeMap<(bool, u16), String>) {
    match shape {
        Shape::Line { points, width, colour, dashes } => {
            let (points, width, colour) = (list(points), number(*width), hex(*colour));
            let _ = write!(
                body,
                "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\""
            );
            if !dashes.is_empty() {
                let dashes = dashes.iter().map(|d| number(*d)).collect::<Vec<_>>().join(" ");
                let _ = write!(body, " stroke-dasharray=\"{dashes}\"");
            }
            body.push_str("/>\n");
        }
        Shape::Polygon { points, colour, opacity } => {
            let _ = writeln!(body, "<polygon points=\"{}\"{}/>", list(points), fill(*colour, *opacity));
        }
        Shape::Circle { centre, radius, colour, opacity } => {
            let ([x, y], r) = (centre.map(number), number(*radius));
            let _ = writeln!(body, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{}/>", fill(*colour, *opacity));
        }
        Shape::Dots { centres, radius, colour, opacity } => draw_dots(body, centres, *radius, *colour, *opacity),
        Shape::Text { at, text, style } => draw_text(body, *at, text, style, outlines),
        Shape::Cells { corner, cell, columns, colours } => draw_cells(body, *corner, *cell, *columns, colours),
    }
}

fn draw_text(body: &mut String, at: [f64; 2], text: &str, style: &Text, outlines: &mut BTreeMap<(bool, u16), String>) {
    if text.chars().any(|c| !font::has(c)) {
        return draw_words(body, at, text, style);
    }
    let ([x, y], units) = (start(at, text, style).map(number), font::units(style.bold));
    let turn = if style.upwards { " rotate(-90)" } else { "" };
    let scale = format!("{:.5}", style.size / units);
    let (colour, label) = (hex(style.colour), escape(text));
    let _ = write!(
        body,
        "<g aria-label=\"{label}\" fill=\"{colour}\" transform=\"translate({x} {y}){turn} scale({scale} -{scale})\">"
    );
    for placed in font::set(text, style.bold).0 {
        let path = outlines.entry((style.bold, placed.glyph.0)).or_insert_with(|| outline(placed.glyph, style.bold));
        if path.is_empty() {
            continue;
        }
        let _ = write!(body, "<use xlink:href=\"#{}\"", name(style.bold, placed.glyph.0));
        if placed.x > 0.0 {
            let _ = write!(body, " x=\"{}\"", number((placed.x * units).round()));
        }
        body.push_str("/>");
    }
    body.push_str("</g>\n");
}

/// A text with letters that the font lacks, by whatever font there is where it is read, but as wide as there is room for it.
fn draw_words(body: &mut String, at: [f64; 2], text: &str, style: &Text) {
    let ([x, y], colour) = (start(at, text, style).map(number), hex(style.colour));
    let width = number(font::text_width(text, style.size, style.bold));
    let (size, words) = (number(style.size), escape(text));
    let turn = if style.upwards { " rotate(-90)" } else { "" };
    let weight = if style.bold { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        body,
        "<text font-family=\"sans-serif\" font-size=\"{size}\"{weight} fill=\"{colour}\" textLength=\"{width}\" \
         lengthAdjust=\"spacingAndGlyphs\" transform=\"translate({x} {y}){turn}\">{words}</text>"
    );
}

/// The round ends of strokes without length (of a hundredth of a pixel, as some programs leave out those of none).
fn draw_dots(body: &mut String, centres: &[[f64; 2]], radius: f64, colour: Colour, opacity: f64) {
    let path: String = centres.iter().map(|[x, y]| format!("M{} {}h.01", number(*x), number(*y))).collect();
    let (width, colour) = (number(2.0 * radius), hex(colour));
    let opacity = if opacity < 1.0 { format!(" stroke-opacity=\"{}\"", number(opacity)) } else { String::new() };
    let _ = writeln!(
        body,
        "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\"{opacity} stroke-width=\"{width}\" stroke-linecap=\"round\"/>"
    );
}

/// A path for each colour; neighbours in a row are one rectangle.
fn draw_cells(body: &mut String, corner: [f64; 2], cell: [f64; 2], columns: usize, colours: &[Colour]) {
    let mut paths: BTreeMap<Colour, String> = BTreeMap::new();
    for (row, colours) in colours.chunks(columns).enumerate() {
        let mut column = 0;
        for run in colours.chunk_by(|a, b| a == b) {
            let (x, y) = (number(corner[0] + column as f64 * cell[0]), number(corner[1] + row as f64 * cell[1]));
            let (w, h) = (number(run.len() as f64 * cell[0]), number(cell[1]));
            let _ = write!(paths.entry(run[0]).or_default(), "M{x} {y}h{w}v{h}h-{w}z");
            column += run.len();
        }
    }
    body.push_str("<g shape-rendering=\"crispEdges\">\n");
    for (colour, path) in &paths {
        let _ = writeln!(body, "<path fill=\"{}\" d=\"{path}\"/>", hex(*colour));
    }
    body.push_str("</g>\n");
}

/// The same name for the same outline in every drawing: several of them can be in one page.
fn name(bold: bool, glyph: u16) -> String {
    format!("{}{glyph}", if bold { "nb" } else { "nr" })
}

#[derive(Default)]
struct Path(String);

impl Path {
    fn add(&mut self, command: char, points: &[f32]) {
        self.0.push(command);
        for (i, value) in points.iter().enumerate() {
            let text = number(f64::from(*value));
            if i > 0 && !text.starts_with('-') {
                self.0.push(' ');
            }
            self.0.push_str(&text);
        }
    }
}

impl OutlineBuilder for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        self.add('M', &[x, y]);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.add('L', &[x, y]);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.add('Q', &[x1, y1, x, y]);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.add('C', &[x1, y1, x2, y2, x, y]);
    }
    fn close(&mut self) {
        self.0.push('Z');
    }
}

fn outline(glyph: GlyphId, bold: bool) -> String {
    let mut path = Path::default();
    font::outline(glyph, bold, &mut path);
    path.0
}

fn fill(colour: Colour, opacity: f64) -> String {
    let colour = hex(colour);
    if opacity >= 1.0 {
        return format!(" fill=\"{colour}\"");
    }
    format!(" fill=\"{colour}\" fill-opacity=\"{}\"", number(opacity))
}

/// A coordinate with at most two decimals: a hundredth of a pixel is not seen. What is not finite is left at 0, since
/// it would make the file unreadable; the drawing lets no such place in.
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
            // Neither these are allowed in XML.
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
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
    fn a_cloud_of_dots_is_one_short_path() {
        let mut drawing = Drawing::new(100.0, 100.0);
        drawing.dots(&[[1.0, 2.5], [f64::NAN, 1.0], [30.26, 4.0]], 1.5, [0, 0, 255], 0.5);
        drawing.dots(&[[1.0, f64::INFINITY]], 1.5, [0; 3], 1.0);
        let svg = drawing.to_svg();
        assert!(
            svg.contains("d=\"M1 2.5h.01M30.26 4h.01\"") && svg.contains("stroke-opacity=\"0.5\" stroke-width=\"3\"")
        );
        assert_eq!(svg.matches("<path").count(), 1);
    }

    #[test]
    fn letters_that_the_font_lacks_are_words() {
        let mut drawing = Drawing::new(90.0, 20.0);
        drawing.text([0.0, 10.0], "生存率 <1>", &Text { size: 10.0, upwards: true, ..Text::default() });
        let svg = drawing.to_svg();
        assert!(svg.contains(">生存率 &lt;1&gt;</text>") && svg.contains("rotate(-90)") && !svg.contains("<use"));
    }

    #[test]
    fn any_name_can_be_written_and_each_letter_is_there_once() {
        let mut drawing = Drawing::new(10.0, 10.0);
        drawing.text([0.0, 0.0], "</text><script>&\u{1}\"", &Text::default());
        let svg = drawing.to_svg();
        assert!(svg.contains("aria-label=\"&lt;/text&gt;&lt;script&gt;&amp; &quot;\""));
        assert_eq!(svg.matches("<path id=\"nr").count(), "</tex>scrip&\"".len() + 1);
    }
}
