//! Panels with axes, and the one style of all figures.

use crate::raster::Colour;
use crate::svg::{Anchor, Drawing, Text, text_width};

/// How figures look.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// The colours of groups and curves, in order; they begin anew when used up. The default ones can be told apart by
    /// the colour-blind (Okabe and Ito 2008).
    pub colours: Vec<Colour>,
    /// The size of text; titles are a tenth larger.
    pub text: f64,
    /// The width of curves.
    pub line: f64,
}

impl Default for Style {
    fn default() -> Self {
        let colours = vec![
            [0, 114, 178],
            [213, 94, 0],
            [0, 158, 115],
            [204, 121, 167],
            [230, 159, 0],
            [86, 180, 233],
            [120, 120, 120],
            [240, 228, 66],
        ];
        Self { colours, text: 11.0, line: 1.5 }
    }
}

impl Style {
    /// The colour of a group or curve.
    pub fn colour(&self, number: usize) -> Colour {
        if self.colours.is_empty() { [0; 3] } else { self.colours[number % self.colours.len()] }
    }
}

/// A range of values and its ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// The smallest value shown.
    pub min: f64,
    /// The largest value shown.
    pub max: f64,
    /// Where ticks are.
    pub ticks: Vec<f64>,
}

impl Scale {
    /// A scale that shows all values, with about so many ticks at round numbers. Values that are not finite are left out;
    /// a range of nothing becomes 0 to 1, one of a single value gets room around it.
    ///
    /// # Example
    /// ```
    /// use radsurv_plot::axes::Scale;
    /// let scale = Scale::of([0.3, 9.1, f64::NAN], 5);
    /// assert_eq!(scale.ticks, [0.0, 2.0, 4.0, 6.0, 8.0]);
    /// ```
    pub fn of(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let range = values.into_iter().filter(|v| v.is_finite());
        let (min, max) = range.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        if min > max {
            return Self::between(0.0, 1.0, ticks);
        }
        let room = if max > min { 0.04 * (max - min) } else { (0.1 * max.abs()).max(0.5) };
        Self::between(min - room, max + room, ticks)
    }

    /// A scale between two values.
    pub fn between(min: f64, max: f64, ticks: usize) -> Self {
        let step = round_step((max - min) / ticks.max(1) as f64);
        let first = (min / step - 1e-9).ceil();
        let last = (max / step + 1e-9).floor();
        let count = if (last - first).is_finite() { (last - first).max(-1.0) as usize + 1 } else { 0 };
        // From whole numbers, not by adding the step up: 0.30000000000000004 is no label.
        let ticks = (0..count.min(100)).map(|i| (first + i as f64) * step).collect();
        Self { min, max, ticks }
    }

    /// The place of a value, 0 at the minimum and 1 at the maximum.
    pub fn fraction(&self, value: f64) -> f64 {
        (value - self.min) / (self.max - self.min)
    }

    /// The label of a tick: as many decimals as the distance of ticks needs.
    pub fn label(&self, tick: f64) -> String {
        let step = match self.ticks[..] {
            [a, b, ..] => b - a,
            _ => 1.0,
        };
        let decimals = (-step.abs().log10()).ceil().clamp(0.0, 12.0) as usize;
        let tick = if tick.abs() < step * 1e-9 { 0.0 } else { tick };
        if tick.abs() >= 1e6 { format!("{tick:e}") } else { format!("{tick:.decimals$}") }
    }
}

/// 1, 2 or 5 times a power of ten, not below the step.
fn round_step(step: f64) -> f64 {
    if !(step.is_finite() && step > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(step.log10().floor());
    let candidates = [1.0, 2.0, 5.0, 10.0];
    power * candidates.into_iter().find(|c| c * power >= step * (1.0 - 1e-9)).unwrap_or(10.0)
}

/// A rectangle of a drawing in which values have places.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The upper left corner of the frame.
    pub corner: [f64; 2],
    /// Its width and height.
    pub size: [f64; 2],
    /// The scale from left to right.
    pub x: Scale,
    /// The scale from bottom to top.
    pub y: Scale,
}

impl Panel {
    /// Where a pair of values is drawn.
    pub fn place(&self, x: f64, y: f64) -> [f64; 2] {
        let [left, top] = self.corner;
        let [width, height] = self.size;
        [left + width * self.x.fraction(x), top + height * (1.0 - self.y.fraction(y))]
    }

    /// Draws the two axes with ticks and names, and a title above.
    pub fn draw_axes(&self, drawing: &mut Drawing, style: &Style, title: &str, x_name: &str, y_name: &str) {
        let [left, top] = self.corner;
        let [width, height] = self.size;
        let (right, bottom) = (left + width, top + height);
        let ink = [60, 60, 60];
        let text = Text { size: style.text, anchor: Anchor::Middle, ..Text::default() };
        let small = Text { size: 0.9 * style.text, ..text };
        drawing.polyline(&[[left, top], [left, bottom], [right, bottom]], 1.0, ink, &[]);
        for &tick in &self.x.ticks {
            let [x, _] = self.place(tick, self.y.min);
            drawing.line([x, bottom], [x, bottom + 4.0], 1.0, ink);
            drawing.text([x, bottom + 5.0 + small.size], &self.x.label(tick), &small);
        }
        let mut widest = 0.0f64;
        for &tick in &self.y.ticks {
            let [_, y] = self.place(self.x.min, tick);
            let label = self.y.label(tick);
            widest = widest.max(text_width(&label, small.size));
            drawing.line([left - 4.0, y], [left, y], 1.0, ink);
            drawing.text([left - 6.0, y + 0.35 * small.size], &label, &Text { anchor: Anchor::End, ..small });
        }
        drawing.text([left + width / 2.0, bottom + 10.0 + small.size + style.text], x_name, &text);
        let upwards = Text { upwards: true, ..text };
        drawing.text([left - 12.0 - widest, top + height / 2.0], y_name, &upwards);
        let title_style = Text { size: 1.1 * style.text, anchor: Anchor::Start, bold: true, ..text };
        drawing.text([left, top - 8.0], title, &title_style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(Scale::between(0.0, 1.0, 5).ticks, [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        let labels = |s: &Scale| s.ticks.iter().map(|&t| s.label(t)).collect::<Vec<_>>();
        assert_eq!(labels(&Scale::between(0.0, 1.0, 5)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Scale::between(-130.0, 120.0, 5)), ["-100", "-50", "0", "50", "100"]);
        assert_eq!(labels(&Scale::between(0.0, 12.0, 5)), ["0", "5", "10"]);
    }

    #[test]
    fn degenerate_ranges_have_a_scale() {
        for values in [vec![], vec![f64::NAN], vec![3.0], vec![0.0, 0.0], vec![1e300, -1e300], vec![f64::INFINITY]] {
            let scale = Scale::of(values.iter().copied(), 5);
            assert!(scale.max > scale.min, "{values:?}");
            assert!(scale.ticks.len() < 20, "{values:?}");
        }
    }
}
