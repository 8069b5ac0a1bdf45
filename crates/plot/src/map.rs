//! Maps of colours: from blue over white to red, and the trees that order them.

use kodama::{Method, linkage};

use crate::drawing::{Anchor, Drawing, Text};
use crate::font::fit_text;
use crate::raster::Colour;
use crate::style::{INK, Style};

/// What has no value.
pub(crate) const MISSING: Colour = [225, 225, 225];

/// From blue (-1) over white to red (1), in steps that make equal colours of nearly equal values.
pub(crate) fn diverging(value: f64) -> Colour {
    const STEPS: f64 = 32.0;
    const BLUE: [f64; 3] = [33.0, 102.0, 172.0];
    const RED: [f64; 3] = [178.0, 24.0, 43.0];
    if value.is_nan() {
        return MISSING;
    }
    let r = (value.clamp(-1.0, 1.0) * STEPS).round() / STEPS;
    let end = if r < 0.0 { BLUE } else { RED };
    // A little more colour for weak values than in proportion.
    let strength = r.abs().powf(0.85);
    end.map(|channel| (255.0 + strength * (channel - 255.0)).round() as u8)
}

/// The room beside a map that its colours need, in sizes of small text.
pub(crate) const BAR: f64 = 6.0;

/// The colours from 1 at the top to -1, with equally spaced numbers, beside a map of a height.
pub(crate) fn scale_of_colours(
    drawing: &mut Drawing,
    corner: [f64; 2],
    side: f64,
    numbers: &[String],
    name: &str,
    style: &Style,
) {
    const STEPS: usize = 41;
    let small = style.small();
    let height = bar_height(side, style);
    let colours = (0..STEPS).map(|i| diverging(1.0 - 2.0 * i as f64 / (STEPS - 1) as f64)).collect();
    drawing.cells(corner, [0.8 * small, height / STEPS as f64], 1, colours);
    let text = Text { size: small, ..Text::default() };
    for (i, number) in numbers.iter().enumerate() {
        let y = corner[1] + height * i as f64 / (numbers.len() - 1).max(1) as f64;
        drawing.line([corner[0] + 0.8 * small, y], [corner[0] + 1.0 * small, y], 0.6, INK);
        let base = (y + 0.35 * small).clamp(corner[1] + 0.5 * small, corner[1] + height + 0.2 * small);
        drawing.text([corner[0] + 1.2 * small, base], number, &text);
    }
    let upwards = Text { upwards: true, anchor: Anchor::Middle, ..text };
    let name = fit_text(name, small, false, height);
    drawing.text([corner[0] + 4.6 * small, corner[1] + 0.5 * height], &name, &upwards);
}

/// How high the colours beside a map of a height are.
pub(crate) fn bar_height(side: f64, style: &Style) -> f64 {
    side.min(12.0 * style.small()).max(7.0 * style.small())
}

/// A cluster tree and the order of its leaves.
pub(crate) struct Tree {
    pub order: Vec<usize>,
    /// The two parts and the distance of each joint.
    joints: Vec<([usize; 2], f64)>,
}

/// Where a tree stands on its leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trunk {
    /// Above columns.
    Above,
    /// To the left of rows.
    Left,
}

impl Tree {
    /// The tree of average linkage of things with these distances.
    pub fn of(size: usize, distance: impl Fn(usize, usize) -> f64) -> Self {
        let pairs = (0..size).flat_map(|i| (i + 1..size).map(move |j| (i, j)));
        let mut distances: Vec<f64> = pairs.map(|(i, j)| distance(i, j)).collect();
        let tree = linkage(&mut distances, size, Method::Average);
        let joints: Vec<_> = tree.steps().iter().map(|s| ([s.cluster1, s.cluster2], s.dissimilarity)).collect();
        let mut leaves: Vec<Vec<usize>> = (0..size).map(|i| vec![i]).collect();
        for ([a, b], _) in &joints {
            let mut both = std::mem::take(&mut leaves[*a]);
            both.append(&mut leaves[*b]);
            leaves.push(both);
        }
        Self { order: leaves.pop().unwrap_or_default(), joints }
    }

    /// Away from the middle of the cells, which begin at a corner.
    pub fn draw(&self, drawing: &mut Drawing, base: [f64; 2], cell: f64, height: f64, trunk: Trunk) {
        let place = |along: f64, up: f64| match trunk {
            Trunk::Above => [base[0] + along, base[1] - up],
            Trunk::Left => [base[0] - up, base[1] + along],
        };
        let mut at = vec![[0.0; 2]; self.order.len()];
        for (leaf_place, &leaf) in self.order.iter().enumerate() {
            at[leaf][0] = (leaf_place as f64 + 0.5) * cell;
        }
        let highest = self.joints.iter().map(|(_, d)| *d).fold(1e-9, f64::max);
        for ([a, b], distance) in &self.joints {
            let up = height * distance / highest;
            let [[x1, y1], [x2, y2]] = [at[*a], at[*b]];
            let corners = [place(x1, y1), place(x1, up), place(x2, up), place(x2, y2)];
            drawing.polyline(&corners, 0.7, INK, &[]);
            at.push([0.5 * (x1 + x2), up]);
        }
    }
}
