//! Panels: rectangles with axes in which values have places.

use crate::drawing::{Anchor, Drawing, Rect, Text};
use crate::font::{fit_text, text_width, wrap};
use crate::scale::Scale;
use crate::style::{INK, Style};

/// What is written around a panel. Empty texts take no room.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names {
    /// Above it.
    pub title: String,
    /// Below the axis from left to right.
    pub x: String,
    /// Beside the axis from bottom to top.
    pub y: String,
}

/// A rectangle of a drawing in which values have places.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The frame: where values are.
    pub frame: Rect,
    /// The scale from left to right.
    pub x: Scale,
    /// The scale from bottom to top.
    pub y: Scale,
}

/// The length of ticks, and the gap beside their labels, in sizes of these.
const TICK: f64 = 0.32;
const GAP: f64 = 0.3;

impl Panel {
    /// The panel that fits a rectangle with its ticks and names, of which it takes at least `left` for the y axis.
    pub fn within(outer: Rect, x: Scale, y: Scale, names: &Names, left: f64, style: &Style) -> Self {
        let small = style.small();
        let widest = y.ticks().iter().map(|t| text_width(&y.label(*t), small, false)).fold(0.0, f64::max);
        let name = if names.y.is_empty() { 0.0 } else { 1.35 * style.text };
        let beyond = x.ticks().last().map_or(0.0, |t| {
            0.5 * text_width(&x.label(*t), small, false) - (1.0 - x.fraction(*t)) * 0.5 * outer.width()
        });
        let titles = title_lines(names, outer.width(), style).len() as f64;
        let top = if titles > 0.0 { 1.3 * titles * style.text + 0.4 * style.text } else { 0.45 * small };
        let below = (TICK + GAP + 1.0) * small + if names.x.is_empty() { 0.25 * small } else { 1.6 * style.text };
        let frame = Rect {
            left: outer.left + ((TICK + GAP) * small + widest + name + 2.0).max(left),
            top: outer.top + top,
            right: outer.right - beyond.max(1.0),
            bottom: outer.bottom - below,
        };
        Self { frame, x, y }
    }

    /// Where a pair of values is drawn.
    pub fn place(&self, x: f64, y: f64) -> [f64; 2] {
        let Rect { left, bottom, .. } = self.frame;
        [left + self.frame.width() * self.x.fraction(x), bottom - self.frame.height() * self.y.fraction(y)]
    }

    /// Draws the two axes with ticks and names, and the title above.
    pub fn draw_axes(&self, drawing: &mut Drawing, names: &Names, style: &Style) {
        self.draw_x(drawing, &names.x, style);
        self.draw_y(drawing, &names.y, style);
        self.draw_title(drawing, names, 0.0, style);
    }

    /// Draws the axis from left to right. Labels that would touch are left out evenly.
    pub fn draw_x(&self, drawing: &mut Drawing, name: &str, style: &Style) {
        let Rect { left, right, bottom, .. } = self.frame;
        let small = Text { size: style.small(), anchor: Anchor::Middle, ..Text::default() };
        drawing.line([left, bottom], [right, bottom], 0.75, INK);
        let labels: Vec<(f64, String)> = self.x.ticks().iter().map(|t| (*t, self.x.label(*t))).collect();
        let apart = |every: usize| {
            let shown: Vec<_> = labels.iter().step_by(every).collect();
            shown.windows(2).all(|pair| {
                let half = |label: &str| 0.5 * text_width(label, small.size, false);
                let [a, b] = [self.place(pair[0].0, self.y.min())[0], self.place(pair[1].0, self.y.min())[0]];
                b - a > half(&pair[0].1) + half(&pair[1].1) + 0.3 * small.size
            })
        };
        let every = (1..=labels.len().max(1)).find(|every| apart(*every)).unwrap_or(1);
        for (i, (tick, label)) in labels.iter().enumerate() {
            let [x, _] = self.place(*tick, self.y.min());
            drawing.line([x, bottom], [x, bottom + TICK * small.size], 0.75, INK);
            if i % every == 0 {
                drawing.text([x, bottom + (TICK + GAP + 0.74) * small.size], label, &small);
            }
        }
        let text = Text { size: style.text, ..small };
        let name = fit_text(name, style.text, false, self.frame.width() + 0.5 * left.min(drawing.width() - right));
        drawing.text([0.5 * (left + right), bottom + (TICK + GAP + 1.0) * small.size + 1.1 * style.text], &name, &text);
    }

    /// Draws the axis from bottom to top.
    pub fn draw_y(&self, drawing: &mut Drawing, name: &str, style: &Style) {
        let Rect { left, top, bottom, .. } = self.frame;
        let small = Text { size: style.small(), anchor: Anchor::End, ..Text::default() };
        drawing.line([left, top], [left, bottom], 0.75, INK);
        let mut widest = 0.0f64;
        let mut last = f64::INFINITY;
        for &tick in self.y.ticks() {
            let [_, y] = self.place(self.x.min(), tick);
            drawing.line([left - TICK * small.size, y], [left, y], 0.75, INK);
            if last - y < 1.05 * small.size {
                continue;
            }
            last = y;
            let label = self.y.label(tick);
            widest = widest.max(text_width(&label, small.size, false));
            drawing.text([left - (TICK + GAP) * small.size, y + 0.36 * small.size], &label, &small);
        }
        let upwards = Text { size: style.text, anchor: Anchor::Middle, upwards: true, ..Text::default() };
        let name = fit_text(name, style.text, false, self.frame.height());
        drawing.text(
            [left - (TICK + GAP) * small.size - widest - 0.5 * style.text, 0.5 * (top + bottom)],
            &name,
            &upwards,
        );
    }

    /// Writes the title so far above, from the left edge.
    pub fn draw_title(&self, drawing: &mut Drawing, names: &Names, above: f64, style: &Style) {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        let lines = title_lines(names, drawing.width(), style);
        for (i, line) in lines.iter().rev().enumerate() {
            let widest = text_width(line, style.text, true);
            let x = self.frame.left.min(drawing.width() - widest - 1.0);
            drawing.text([x, self.frame.top - above - 0.65 * style.text - 1.3 * i as f64 * style.text], line, &text);
        }
    }

    /// The parts of a line within the frame, in pixels: it is cut where it leaves and has gaps where values are missing.
    pub fn lines(&self, points: &[[f64; 2]]) -> Vec<Vec<[f64; 2]>> {
        let places: Vec<[f64; 2]> = points.iter().map(|[x, y]| self.place(*x, *y)).collect();
        // Room for the rounding of a value at the edge.
        let frame = self.frame.grown(1e-6);
        let mut parts: Vec<Vec<[f64; 2]>> = Vec::new();
        let mut part: Vec<[f64; 2]> = Vec::new();
        for pair in places.windows(2) {
            let clipped =
                if pair.iter().flatten().all(|c| c.is_finite()) { frame.clip(pair[0], pair[1]) } else { None };
            let Some([from, to]) = clipped else {
                parts.push(std::mem::take(&mut part));
                continue;
            };
            if part.last() != Some(&from) {
                parts.push(std::mem::take(&mut part));
                part.push(from);
            }
            if to != from {
                part.push(to);
            }
        }
        parts.push(part);
        parts.retain(|part| part.len() > 1);
        parts.into_iter().map(thinned).collect()
    }

    /// Whether a pair of values has its place within the frame.
    pub fn shows(&self, x: f64, y: f64) -> bool {
        let inside = |f: f64| (-1e-9..=1.0 + 1e-9).contains(&f);
        inside(self.x.fraction(x)) && inside(self.y.fraction(y))
    }
}

/// Without points that are nearer to the last one than anybody can see: curves of 100 000 cases have as many as pixels.
pub(crate) fn thinned(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    const UNSEEN: f64 = 0.04;
    let mut kept: Vec<[f64; 2]> = Vec::with_capacity(points.len());
    let last = points.len().saturating_sub(1);
    for (i, point) in points.into_iter().enumerate() {
        let near = |a: &[f64; 2]| (a[0] - point[0]).abs() < UNSEEN && (a[1] - point[1]).abs() < UNSEEN;
        if i < 1 || i == last || !kept.last().is_some_and(near) {
            kept.push(point);
        }
    }
    kept
}

fn title_lines(names: &Names, width: f64, style: &Style) -> Vec<String> {
    let mut lines = wrap(&names.title, style.text, true, 0.86 * width);
    if lines.len() > 2 {
        let rest = lines.split_off(1).join(" ");
        lines.push(fit_text(&rest, style.text, true, 0.86 * width));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_frame() {
        let outer = Rect { left: 0.0, top: 0.0, right: 200.0, bottom: 150.0 };
        let unit = || Scale::between(0.0, 1.0, 5);
        let panel = Panel::within(outer, unit(), unit(), &Names::default(), 0.0, &Style::default());
        let parts = panel.lines(&[[0.0, 0.0], [0.5, 2.0], [1.0, 0.0], [f64::NAN, 0.0], [0.2, 0.2], [0.4, 0.2]]);
        assert_eq!(parts.len(), 3);
        for [x, y] in parts.iter().flatten() {
            assert!(panel.frame.grown(1e-3).is_crossed([*x, *y], [*x, *y]));
        }
        assert!(panel.shows(0.0, 1.0) && !panel.shows(1.1, 0.5) && !panel.shows(f64::NAN, 0.5));
    }

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        let steps: Vec<[f64; 2]> = (0..100_000).map(|i| [f64::from(i) / 1000.0, f64::from(i / 2) / 500.0]).collect();
        let kept = thinned(steps.clone());
        assert!(kept.len() < 4000);
        assert_eq!((kept.first(), kept.last()), (steps.first(), steps.last()));
        assert_eq!(thinned(vec![[0.0, 0.0], [0.001, 0.0]]).len(), 2);
    }

    #[test]
    fn labels_of_any_scale_leave_each_other_room() {
        let style = Style::default();
        for (x, y) in [((0.0, 123456.0), (0.0, 1e-5)), ((-1e7, 1e7), (5.0, 5.0)), ((1e5, 1e5 + 1.0), (-0.001, 0.0))] {
            let mut drawing = Drawing::new(style.width, 150.0);
            let outer = Rect { left: 1.0, top: 1.0, right: style.width - 1.0, bottom: 149.0 };
            let names = Names { title: "A title that is far too long for the width of a column, and longer than two lines of it can be made".into(), x: "time".into(), y: "a name that is longer than the axis beside which it stands".into() };
            let panel =
                Panel::within(outer, Scale::between(x.0, x.1, 12), Scale::between(y.0, y.1, 30), &names, 0.0, &style);
            panel.draw_axes(&mut drawing, &names, &style);
            assert_eq!(drawing.overlaps(), Vec::<[crate::drawing::Label; 2]>::new());
            assert_eq!(drawing.cut_off(), []);
        }
    }
}
