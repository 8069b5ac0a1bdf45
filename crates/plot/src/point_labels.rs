//! Names beside points, which lie neither on each other nor, if there is room, on points.

use crate::drawing::{Drawing, Rect, Text};
use crate::font::text_width;
use crate::style::INK;

/// What names keep off, and where they may be.
pub(crate) struct PointLabels {
    bounds: Rect,
    /// What no name may lie on.
    taken: Vec<Rect>,
    /// What names lie on only if there is no other place.
    points: Vec<[f64; 2]>,
    radius: f64,
    /// Lines from names to points: no name lies on one of another.
    lines: Vec<[[f64; 2]; 2]>,
    /// Whether names have a white ground.
    ground: bool,
}

/// Directions from a point: beside it first.
const AROUND: [[f64; 2]; 8] =
    [[1.0, 0.0], [-1.0, 0.0], [0.7, -0.7], [-0.7, -0.7], [0.7, 0.7], [-0.7, 0.7], [0.0, -1.0], [0.0, 1.0]];
/// How far names go from their points, in sizes of their letters.
const RINGS: [f64; 6] = [0.0, 0.8, 1.6, 2.6, 3.8, 5.2];

impl PointLabels {
    pub fn new(bounds: Rect, points: Vec<[f64; 2]>, radius: f64) -> Self {
        Self { bounds, taken: Vec::new(), points, radius, lines: Vec::new(), ground: false }
    }

    /// Names have a white ground that lets a little through, so that they can be read on dots.
    pub fn on_white(self) -> Self {
        Self { ground: true, ..self }
    }

    pub fn keep_off(&mut self, room: Rect) {
        self.taken.push(room);
    }

    /// Writes a name near a point, with a line to it if it is not beside it. Whether there was room.
    pub fn draw(&mut self, drawing: &mut Drawing, point: [f64; 2], name: &str, text: &Text) -> bool {
        let size = text.size;
        let (width, up, down) = (text_width(name, size, text.bold), 0.72 * size, 0.22 * size);
        let mut best: Option<(f64, Rect, f64)> = None;
        for ring in RINGS {
            for (order, [dx, dy]) in AROUND.into_iter().enumerate() {
                let away = self.radius + 0.3 * size + ring * size;
                let [x, y] = [point[0] + dx * away, point[1] + dy * away];
                // The rectangle touches the place with the side that looks at the point.
                let left = x - width * (0.5 - 0.5 * dx.signum() * f64::from(u8::from(dx != 0.0)));
                let middle = y + dy * 0.5 * (up + down);
                let room = Rect {
                    left,
                    right: left + width,
                    top: middle - 0.5 * (up + down),
                    bottom: middle + 0.5 * (up + down),
                };
                let inside = room.left >= self.bounds.left
                    && room.right <= self.bounds.right
                    && room.top >= self.bounds.top
                    && room.bottom <= self.bounds.bottom;
                let grown = room.grown(1.0);
                let line = line_to(point, &room);
                if !inside
                    || self.taken.iter().any(|other| other.overlaps(&grown))
                    || self.lines.iter().any(|[from, to]| grown.is_crossed(*from, *to))
                    || ring > 0.0 && self.taken.iter().any(|other| other.is_crossed(line[0], line[1]))
                    || ring > 0.0 && self.lines.iter().any(|other| cross(&line, other))
                {
                    continue;
                }
                let reach = room.grown(self.radius);
                let covered = self.points.iter().filter(|p| reach.is_crossed(**p, **p)).count();
                let cost = 1.5 * covered as f64 + ring + 0.05 * order as f64;
                if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                    best = Some((cost, room, ring));
                }
            }
        }
        let Some((_, room, ring)) = best else { return false };
        if ring > 0.0 {
            let line = line_to(point, &room);
            drawing.line(line[0], line[1], 0.5, INK);
            self.lines.push(line);
        }
        if self.ground {
            let Rect { left, top, .. } = room.grown(0.5);
            drawing.rectangle([left, top], [room.width() + 1.0, room.height() + 1.0], [255; 3], 0.72);
        }
        drawing.text([room.left, room.bottom - down], name, &Text { anchor: crate::Anchor::Start, ..*text });
        self.taken.push(room);
        true
    }
}

/// From a point to the nearest place of a name.
fn line_to(point: [f64; 2], room: &Rect) -> [[f64; 2]; 2] {
    [point, [point[0].clamp(room.left, room.right), point[1].clamp(room.top, room.bottom)]]
}

/// Whether two lines have a point in common, not being parallel.
fn cross([a, b]: &[[f64; 2]; 2], [c, d]: &[[f64; 2]; 2]) -> bool {
    // On which side of a line through two points the third is.
    let side = |p: &[f64; 2], q: &[f64; 2], r: &[f64; 2]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_cross() {
        let line = |x1: f64, y1: f64, x2: f64, y2: f64| [[x1, y1], [x2, y2]];
        assert!(cross(&line(0.0, 0.0, 2.0, 2.0), &line(0.0, 2.0, 2.0, 0.0)));
        assert!(!cross(&line(0.0, 0.0, 2.0, 2.0), &line(0.0, 2.0, 0.9, 1.1)));
        assert!(!cross(&line(0.0, 0.0, 2.0, 0.0), &line(0.0, 1.0, 2.0, 1.0)));
    }

    #[test]
    fn names_of_a_crowd_do_not_touch() {
        let bounds = Rect { left: 0.0, top: 0.0, right: 200.0, bottom: 150.0 };
        let points: Vec<[f64; 2]> = (0..30).map(|i| [90.0 + f64::from(i % 6), 70.0 + f64::from(i / 6)]).collect();
        let mut labels = PointLabels::new(bounds, points.clone(), 2.0);
        let mut drawing = Drawing::new(200.0, 150.0);
        // Lines do not cross and names keep off them, so that not all have room.
        let mut written = 0;
        for (i, point) in points.iter().enumerate() {
            written += usize::from(labels.draw(&mut drawing, *point, &format!("GENE{i}"), &Text::default()));
        }
        assert!(written > 5 && written < 30, "{written}");
        assert!(drawing.overlaps().is_empty() && drawing.cut_off().is_empty());
    }
}
