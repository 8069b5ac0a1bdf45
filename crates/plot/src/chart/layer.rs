//! What is drawn in a panel.

use crate::drawing::{Drawing, Rect};
use crate::panel::{Panel, thinned};
use crate::raster::Colour;

/// Something drawn in a panel, in values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Layer {
    /// A line, with gaps where values are missing.
    Line { points: Vec<[f64; 2]>, colour: Colour, width: f64, dashes: Vec<f64> },
    /// The area from a lower to an upper value: x, lower, upper.
    Band { points: Vec<[f64; 3]>, colour: Colour },
    /// Discs of so many pixels.
    Dots { points: Vec<[f64; 2]>, colour: Colour, radius: f64 },
    /// Upright strokes through points, this long.
    Strokes { points: Vec<[f64; 2]>, colour: Colour, length: f64 },
    /// Upright lines between limits: x, lower, upper.
    Whiskers { points: Vec<[f64; 3]>, colour: Colour },
    /// Rectangles: left, right, lower, upper.
    Bars { bars: Vec<[f64; 4]>, colour: Colour, opacity: f64 },
}

impl Layer {
    pub(super) fn draw(&self, drawing: &mut Drawing, panel: &Panel) {
        match self {
            Self::Line { points, colour, width, dashes } => {
                for part in panel.lines(points) {
                    drawing.polyline(&part, *width, *colour, dashes);
                }
            }
            Self::Band { points, colour } => {
                for outline in band(panel, points) {
                    drawing.polygon(&outline, *colour, 0.16);
                }
            }
            Self::Dots { points, colour, radius } => {
                let shown = points.iter().filter(|[x, y]| panel.shows(*x, *y));
                let places: Vec<[f64; 2]> = shown.map(|[x, y]| panel.place(*x, *y)).collect();
                drawing.dots(&places, *radius, *colour, 0.9);
            }
            Self::Strokes { points, colour, length } => {
                let places = points.iter().filter(|[x, y]| panel.shows(*x, *y)).map(|[x, y]| panel.place(*x, *y));
                // A quarter of a pixel beside another is the same stroke.
                let mut places: Vec<[f64; 2]> = places.collect();
                places.dedup_by(|a, b| (a[0] - b[0]).abs() < 0.25 && (a[1] - b[1]).abs() < 0.1);
                for [x, y] in places {
                    drawing.line([x, y - 0.5 * length], [x, y + 0.5 * length], 0.8, *colour);
                }
            }
            Self::Whiskers { points, colour } => {
                for part in points.iter().flat_map(|[x, lower, upper]| panel.lines(&[[*x, *lower], [*x, *upper]])) {
                    drawing.polyline(&part, 1.0, *colour, &[]);
                }
            }
            Self::Bars { bars, colour, opacity } => {
                for rect in bars.iter().filter_map(|bar| area(panel, bar)) {
                    let size = [rect.width(), rect.height()];
                    drawing.rectangle([rect.left, rect.top], size, *colour, *opacity);
                }
            }
        }
    }

    pub(super) fn touches(&self, panel: &Panel, room: &Rect) -> bool {
        let crossed = |line: &[[f64; 2]]| line.windows(2).any(|pair| room.is_crossed(pair[0], pair[1]));
        let near = |points: &[[f64; 2]], by: f64| {
            let room = room.grown(by);
            points.iter().filter(|[x, y]| panel.shows(*x, *y)).any(|[x, y]| {
                let place = panel.place(*x, *y);
                room.is_crossed(place, place)
            })
        };
        match self {
            Self::Line { points, .. } => panel.lines(points).iter().any(|part| crossed(part)),
            Self::Band { points, .. } => band(panel, points).iter().any(|outline| {
                let centre = [0.5 * (room.left + room.right), 0.5 * (room.top + room.bottom)];
                let n = outline.len();
                (0..n).any(|i| room.is_crossed(outline[i], outline[(i + 1) % n])) || contains(outline, centre)
            }),
            Self::Dots { points, radius, .. } => near(points, *radius),
            Self::Strokes { points, length, .. } => near(points, 0.5 * length),
            Self::Whiskers { points, .. } => {
                let lines = points.iter().flat_map(|[x, l, u]| panel.lines(&[[*x, *l], [*x, *u]]));
                lines.into_iter().any(|part| crossed(&part))
            }
            Self::Bars { bars, .. } => bars.iter().filter_map(|bar| area(panel, bar)).any(|r| r.overlaps(room)),
        }
    }
}

/// The outlines of a band within the frame: one for each stretch without missing values.
pub(super) fn band(panel: &Panel, points: &[[f64; 3]]) -> Vec<Vec<[f64; 2]>> {
    let Rect { left, right, top, bottom } = panel.frame;
    let inside = |[x, y]: [f64; 2]| [x.clamp(left, right), y.clamp(top, bottom)];
    let stretches = points.split(|p| p.iter().any(|v| !v.is_finite()));
    let outline = |stretch: &[[f64; 3]]| {
        let lower = stretch.iter().map(|[x, lower, _]| inside(panel.place(*x, *lower)));
        let upper = stretch.iter().rev().map(|[x, _, upper]| inside(panel.place(*x, *upper)));
        let mut outline: Vec<[f64; 2]> = lower.chain(upper).collect();
        outline.dedup();
        thinned(outline)
    };
    stretches.filter(|s| s.len() > 1).map(outline).filter(|o| o.len() > 2).collect()
}

/// The even-odd rule.
pub(super) fn contains(outline: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let n = outline.len();
    let crossings = (0..n).filter(|&i| {
        let ([x1, y1], [x2, y2]) = (outline[i], outline[(i + 1) % n]);
        (y1 > y) != (y2 > y) && x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    });
    crossings.count() % 2 == 1
}

fn area(panel: &Panel, bar: &[f64; 4]) -> Option<Rect> {
    let [left, right, lower, upper] = *bar;
    let ([x1, y1], [x2, y2]) = (panel.place(left, lower), panel.place(right, upper));
    if ![x1, y1, x2, y2].iter().all(|c| c.is_finite()) {
        return None;
    }
    let frame = panel.frame;
    let rect = Rect {
        left: x1.min(x2).max(frame.left),
        right: x1.max(x2).min(frame.right),
        top: y1.min(y2).max(frame.top),
        bottom: y1.max(y2).min(frame.bottom),
    };
    (rect.width() > 0.0 && rect.height() > 0.0).then_some(rect)
}
