//! Clouds of points whose colour is a value.

use std::collections::HashSet;

use radsurv_stats::summary::quantile_sorted;

use crate::drawing::{Anchor, Drawing, Text};
use crate::font::{fit_text, text_width};
use crate::raster::Colour;
use crate::scale::Scale;
use crate::style::{INK, Style};

/// What has no value.
const MISSING: Colour = [165, 165, 165];
/// The steps of colours.
const SHADES: u8 = 32;

/// Colours of low to high values: from light to dark, so that they can be told apart in grey too.
fn shade(step: u8) -> Colour {
    const PATH: [[f64; 3]; 3] = [[86.0, 180.0, 233.0], [128.0, 86.0, 170.0], [165.0, 15.0, 40.0]];
    let along = f64::from(step.min(SHADES - 1)) / f64::from(SHADES - 1) * 2.0;
    let part = (along.floor() as usize).min(1);
    let rest = along - part as f64;
    [0, 1, 2].map(|k| (PATH[part][k] + rest * (PATH[part + 1][k] - PATH[part][k])).round() as u8)
}

/// Which values have the ends of the colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shades {
    low: f64,
    high: f64,
}

impl Shades {
    /// The 5 % and 95 % quantiles, so that a few extreme values do not take all the colours; those of 1 % and 99 % or the extremes
    /// if these are the same.
    pub fn of(values: &[f64]) -> Self {
        let mut finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        finite.sort_by(f64::total_cmp);
        if finite.is_empty() {
            return Self { low: 0.0, high: 0.0 };
        }
        let between = |p: f64| [quantile_sorted(&finite, p), quantile_sorted(&finite, 1.0 - p)];
        let ends = [0.05, 0.01].map(between).into_iter().find(|[low, high]| low < high);
        let [low, high] = ends.unwrap_or_else(|| between(0.0));
        Self { low, high }
    }

    /// These two.
    pub fn between(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The step of a value; none if it is missing.
    fn step(&self, value: f64) -> Option<u8> {
        if value.is_nan() {
            return None;
        }
        // Of one value only: the middle.
        let along = if self.low < self.high { (value - self.low) / (self.high - self.low) } else { 0.5 };
        Some((along.clamp(0.0, 1.0) * f64::from(SHADES - 1)).round() as u8)
    }
}

/// The colour of a value.
pub(crate) fn shade_of(shades: &Shades, value: f64) -> Colour {
    shades.step(value).map_or(MISSING, shade)
}

/// Draws points in the colours of their values; those without one first, in grey.
///
/// Those of one colour are drawn together, and the colours in an order that puts neither end of them on top. Of points within
/// half a radius only the last is drawn: the others would not be seen, and would make a file of any size.
pub(crate) fn draw(drawing: &mut Drawing, points: &[[f64; 2]], values: &[f64], shades: &Shades, radius: f64) {
    let mut of_step: Vec<Vec<[f64; 2]>> = vec![Vec::new(); usize::from(SHADES) + 1];
    // The bits of a step from the other end: 0, 16, 8, 24, 4, ...
    let turn = |step: u8| usize::from(step.reverse_bits() >> 3) + 1;
    for (point, value) in points.iter().zip(values) {
        of_step[shades.step(*value).map_or(0, turn)].push(*point);
    }
    let mut taken = HashSet::new();
    let cell = 0.5 * radius;
    for points in of_step.iter_mut().rev() {
        points.reverse();
        points.retain(|[x, y]| taken.insert([(x / cell).floor() as i64, (y / cell).floor() as i64]));
        points.reverse();
    }
    for (place, points) in of_step.iter().enumerate() {
        let colour = if place == 0 { MISSING } else { shade((place as u8 - 1).reverse_bits() >> 3) };
        drawing.dots(points, radius, colour, 0.9);
    }
}

/// Leaves of points whose places are within half a radius only the last, as [`draw`] does.
pub(crate) fn thin(points: &mut Vec<[f64; 2]>, place: impl Fn([f64; 2]) -> [f64; 2], radius: f64) {
    let cell = 0.5 * radius;
    let mut taken = HashSet::new();
    points.reverse();
    points.retain(|point| taken.insert(place(*point).map(|v| (v / cell).floor() as i64)));
    points.reverse();
}

/// The colours beside a panel, and what they mean.
pub(crate) struct Bar<'a> {
    pub name: &'a str,
    /// The values of the ends, if they mean numbers; else they are low and high.
    pub numbers: Option<Shades>,
    /// Whether there are points without a value.
    pub missing: bool,
}

impl Bar<'_> {
    /// The scale of the numbers; none if there is one number only.
    fn scale(&self) -> Option<Scale> {
        let Shades { low, high } = self.numbers?;
        (low < high).then(|| Scale::between(low, high, 4))
    }

    /// The labels of places from the lower end.
    fn labels(&self) -> Vec<(f64, String)> {
        match (self.scale(), self.numbers) {
            (Some(scale), _) => scale.ticks().iter().map(|t| (scale.fraction(*t), scale.label(*t))).collect(),
            (None, Some(Shades { low, .. })) => vec![(0.5, crate::scale::short(low))],
            (None, None) => vec![(0.0, "Low".into()), (1.0, "High".into())],
        }
    }

    fn widest(&self, style: &Style) -> f64 {
        let missing = if self.missing { "None" } else { "" };
        let labels = self.labels().into_iter().map(|(_, label)| label).chain([missing.into()]);
        labels.map(|label| text_width(&label, style.small(), false)).fold(0.0, f64::max)
    }

    /// The width it needs, with a gap beside the panel.
    pub fn width(&self, style: &Style) -> f64 {
        self.widest(style) + 4.2 * style.small()
    }

    /// Draws the colours beside the right edge of a panel, from its top down.
    pub fn draw(&self, drawing: &mut Drawing, [right, top]: [f64; 2], height: f64, style: &Style) {
        let small = style.small();
        let left = right + 1.2 * small;
        let rest = if self.missing { 1.6 * small } else { 0.0 };
        let long = height - rest;
        let steps = usize::from(SHADES);
        let colours = (0..SHADES).rev().map(shade).collect();
        drawing.cells([left, top], [0.8 * small, long / steps as f64], 1, colours);
        let text = Text { size: small, ..Text::default() };
        let mut last = f64::INFINITY;
        for (along, label) in self.labels() {
            let y = top + long * (1.0 - along);
            let base = (y + 0.35 * small).clamp(top + 0.72 * small, top + long + 0.1 * small);
            if self.numbers.is_some() {
                drawing.line([left + 0.8 * small, y], [left + small, y], 0.6, INK);
            }
            if last - base > 1.05 * small {
                drawing.text([left + 1.3 * small, base], &label, &text);
                last = base;
            }
        }
        if self.missing {
            let middle = top + height - 0.35 * small;
            drawing.circle([left + 0.4 * small, middle], 0.27 * small, MISSING, 1.0);
            drawing.text([left + 1.3 * small, middle + 0.35 * small], "None", &text);
        }
        let upwards = Text { upwards: true, anchor: Anchor::Middle, ..text };
        let name = fit_text(self.name, small, false, height);
        drawing.text([left + 1.3 * small + self.widest(style) + 1.05 * small, top + 0.5 * height], &name, &upwards);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_values_do_not_take_all_colours() {
        let mut values: Vec<f64> = (0..100).map(f64::from).collect();
        values.extend([1e9, f64::NAN, f64::INFINITY]);
        let shades = Shades::of(&values);
        assert!(shades.low < 6.0 && shades.high < 100.0);
        assert_eq!([50.0, -5.0, 1e9].map(|v| shades.step(v)), [Some(16), Some(0), Some(31)]);
        assert_eq!(shades.step(f64::NAN), None);
        // Nearly all are 0: one of a hundred would be no quantile of 95 %.
        let mut rare = vec![0.0; 97];
        rare.extend([1.0, 2.0, 3.0]);
        assert!(Shades::of(&rare).high > 1.0);
        assert_eq!(Shades::of(&[2.0; 9]).step(2.0), Some(16));
        assert_eq!(Shades::of(&[f64::NAN]).step(1.0), Some(16));
    }

    #[test]
    fn shades_get_darker() {
        let grey = |[r, g, b]: Colour| 0.3 * f64::from(r) + 0.59 * f64::from(g) + 0.11 * f64::from(b);
        let greys: Vec<f64> = (0..SHADES).map(|step| grey(shade(step))).collect();
        assert!(greys.windows(2).all(|pair| pair[0] > pair[1] + 0.5), "{greys:?}");
    }

    #[test]
    fn a_million_points_at_one_place_are_one() {
        let mut drawing = Drawing::new(50.0, 50.0);
        let points = vec![[10.0, 10.0]; 1_000_000];
        let values: Vec<f64> = (0..1_000_000).map(f64::from).collect();
        draw(&mut drawing, &points, &values, &Shades::of(&values), 1.5);
        assert!(drawing.to_svg().len() < 1000);
    }
}
