//! Pixels.

use tiny_skia::{FillRule, Paint, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};
use ttf_parser::OutlineBuilder;

use super::{Drawing, Shape, Text, start};
use crate::error::{Error, Result};
use crate::font;
use crate::raster::{Colour, Raster};

const LARGEST: f64 = 20_000.0;

pub(super) fn paint(drawing: &Drawing, dpi: f64) -> Result<Raster> {
    if !(dpi > 0.0 && dpi.is_finite()) {
        return Err(Error::Input(format!(
            "a resolution of {dpi} dots per inch: give a positive number, for print 300"
        )));
    }
    let scale = dpi / 96.0;
    let size = [drawing.width, drawing.height].map(|length| (length * scale).round().max(1.0));
    let pixmap = size.iter().all(|s| *s <= LARGEST).then(|| Pixmap::new(size[0] as u32, size[1] as u32)).flatten();
    let Some(mut pixmap) = pixmap else {
        let [w, h] = size;
        return Err(Error::Input(format!("{w} x {h} pixels at {dpi} dots per inch: give a lower resolution")));
    };
    pixmap.fill(tiny_skia::Color::WHITE);
    let whole = Transform::from_scale(scale as f32, scale as f32);
    for shape in &drawing.shapes {
        draw(&mut pixmap, shape, whole);
    }
    let pixels = pixmap.pixels().iter().map(|p| [p.red(), p.green(), p.blue()]);
    Ok(Raster::from_pixels(size[0] as usize, pixels.collect()))
}

fn draw(pixmap: &mut Pixmap, shape: &Shape, whole: Transform) {
    match shape {
        Shape::Line { points, width, colour, dashes } => {
            let Some(path) = lines(points, false) else { return };
            let mut stroke = Stroke { width: *width as f32, ..Stroke::default() };
            if !dashes.is_empty() {
                // An odd list counts twice, as in SVG.
                let twice = if dashes.len() % 2 == 1 { 2 } else { 1 };
                let lengths = dashes.iter().map(|d| *d as f32).collect::<Vec<_>>().repeat(twice);
                stroke.dash = StrokeDash::new(lengths, 0.0);
            }
            pixmap.stroke_path(&path, &ink(*colour, 1.0), &stroke, whole, None);
        }
        Shape::Polygon { points, colour, opacity } => {
            if let Some(path) = lines(points, true) {
                pixmap.fill_path(&path, &ink(*colour, *opacity), FillRule::Winding, whole, None);
            }
        }
        Shape::Circle { centre: [x, y], radius, colour, opacity } => {
            if let Some(path) = PathBuilder::from_circle(*x as f32, *y as f32, *radius as f32) {
                pixmap.fill_path(&path, &ink(*colour, *opacity), FillRule::Winding, whole, None);
            }
        }
        Shape::Dots { centres, radius, colour, opacity } => {
            let mut path = PathBuilder::new();
            centres.iter().for_each(|[x, y]| path.push_circle(*x as f32, *y as f32, *radius as f32));
            if let Some(path) = path.finish() {
                pixmap.fill_path(&path, &ink(*colour, *opacity), FillRule::Winding, whole, None);
            }
        }
        Shape::Text { at, text, style } => draw_text(pixmap, *at, text, style, whole),
        Shape::Cells { corner, cell, columns, colours } => {
            // Whole pixels, and without smoothing: neighbours would show a line between them.
            let edge =
                |k: usize, place: usize| ((corner[k] + place as f64 * cell[k]) * f64::from(whole.sx)).round() as f32;
            for (i, colour) in colours.iter().enumerate() {
                let (column, row) = (i % columns, i / columns);
                let [left, right, top, bottom] = [edge(0, column), edge(0, column + 1), edge(1, row), edge(1, row + 1)];
                let paint = Paint { anti_alias: false, ..ink(*colour, 1.0) };
                if let Some(rect) = tiny_skia::Rect::from_ltrb(left, top, right, bottom) {
                    pixmap.fill_rect(rect, &paint, Transform::identity(), None);
                }
            }
        }
    }
}

fn draw_text(pixmap: &mut Pixmap, at: [f64; 2], text: &str, style: &Text, whole: Transform) {
    let ([x, y], units) = (start(at, text, style), font::units(style.bold));
    let scale = (style.size / units) as f32;
    let mut place = whole.pre_translate(x as f32, y as f32);
    if style.upwards {
        place = place.pre_rotate(-90.0);
    }
    place = place.pre_scale(scale, -scale);
    let mut outlines = Outlines { path: PathBuilder::new(), x: 0.0 };
    for placed in font::set(text, style.bold).0 {
        outlines.x = (placed.x * units).round() as f32;
        font::outline(placed.glyph, style.bold, &mut outlines);
    }
    if let Some(path) = outlines.path.finish() {
        pixmap.fill_path(&path, &ink(style.colour, 1.0), FillRule::Winding, place, None);
    }
}

struct Outlines {
    path: PathBuilder,
    x: f32,
}

impl OutlineBuilder for Outlines {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.quad_to(self.x + x1, y1, self.x + x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.path.cubic_to(self.x + x1, y1, self.x + x2, y2, self.x + x, y);
    }
    fn close(&mut self) {
        self.path.close();
    }
}

fn lines(points: &[[f64; 2]], closed: bool) -> Option<tiny_skia::Path> {
    let mut path = PathBuilder::new();
    for (i, [x, y]) in points.iter().enumerate() {
        let (x, y) = (*x as f32, *y as f32);
        if i == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    if closed {
        path.close();
    }
    path.finish()
}

fn ink([r, g, b]: Colour, opacity: f64) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(r, g, b, (opacity * 255.0).round() as u8);
    paint
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_where_shapes_are() {
        let mut drawing = Drawing::new(40.0, 20.0);
        drawing.rectangle([10.0, 5.0], [10.0, 10.0], [200, 0, 0], 1.0);
        drawing.text([22.0, 15.0], "H", &Text { size: 14.0, bold: true, ..Text::default() });
        let picture = drawing.to_png(192.0).unwrap();
        assert_eq!((picture.width(), picture.height()), (80, 40));
        assert_eq!(picture.get(30, 20), [200, 0, 0]);
        assert_eq!(picture.get(10, 20), [255; 3]);
        let dark = (44..70).flat_map(|x| (5..32).map(move |y| (x, y))).filter(|(x, y)| picture.get(*x, *y)[0] < 100);
        assert!(dark.count() > 50);
        assert!(drawing.to_png(f64::NAN).is_err() && drawing.to_png(0.0).is_err() && drawing.to_png(1e9).is_err());
    }
}
