//! Correlations of features as a map of colours.

use kodama::{Method, linkage};
use radsurv_stats::correlation::CorrelationMatrix;

use crate::drawing::{Anchor, Drawing, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width, wrap};
use crate::raster::Colour;
use crate::scale::minus;
use crate::style::{INK, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// What the correlations are, beside the colours. Default `Correlation`.
    pub name: String,
    /// Whether features are in the order of a cluster tree, which is drawn above. Default yes.
    pub clustered: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "Correlation".into(), clustered: true }
    }
}

/// More cannot be told apart in a figure.
const MOST: usize = 500;
/// What has no value.
const MISSING: Colour = [225, 225, 225];

/// A cell for each pair of features, blue for negative correlations and red for positive ones, grey where there is none.
///
/// The order is that of a tree of average linkage with the distance 1 - |correlation|, so that features that say the same are
/// beside each other whatever their sign. Names stand beside the rows, as long as they are legible; columns are in the same order.
///
/// # Errors
/// [`Error::Input`] if names and matrix differ in number, or there is no feature or more than 500.
///
/// # Example
/// ```
/// use radsurv_plot::{Style, heat_map::{Settings, figure}};
/// use radsurv_stats::correlation::CorrelationMatrix;
/// let matrix = CorrelationMatrix::from_values(2, vec![1.0, -0.4, -0.4, 1.0])?;
/// let drawing = figure(&["volume", "entropy"], &matrix, &Settings::default(), &Style::default())?;
/// assert!(drawing.to_svg().contains("entropy"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure<N: AsRef<str>>(
    names: &[N],
    matrix: &CorrelationMatrix,
    settings: &Settings,
    style: &Style,
) -> Result<Drawing> {
    style.check()?;
    let size = matrix.size();
    if names.len() != size {
        return Err(Error::Input(format!(
            "{} names for the correlations of {size} features: give one for each",
            names.len()
        )));
    }
    if size == 0 || size > MOST {
        return Err(Error::Input(format!(
            "a heat map of {size} features: give 1 to {MOST}, for example one for each cluster of redundant features"
        )));
    }
    let tree = settings.clustered.then(|| Tree::of(matrix));
    let order: Vec<usize> = tree.as_ref().map_or_else(|| (0..size).collect(), |tree| tree.order.clone());
    let small = style.small();
    // Names need rows of a height at which they can be read.
    let bar = 6.0 * small;
    let widest = names.iter().map(|n| text_width(n.as_ref(), small, false)).fold(0.0, f64::max);
    let room = widest.min(0.36 * style.width) + 0.8 * small;
    let with_names = (style.width - room - bar) / size as f64 >= 1.0 * small;
    let room = if with_names { room } else { 2.0 };
    let side = (style.width - room - bar).min(size as f64 * 2.4 * small.max(style.text)).max(1.0);
    let cell = side / size as f64;
    let title = wrap(&settings.title, style.text, true, style.width - 4.0);
    let above = 1.4 * style.text * title.len() as f64 + 3.0;
    let trunk = if tree.is_some() && size > 1 { 3.4 * small } else { 0.0 };
    let corner = [room, above + trunk];
    let mut drawing = Drawing::new(style.width, (corner[1] + side + 4.0).max(corner[1] + 9.0 * small));
    for (i, line) in title.iter().enumerate() {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        drawing.text([2.0, 3.0 + style.text * (0.9 + 1.3 * i as f64)], line, &text);
    }
    let pairs = order.iter().flat_map(|&i| order.iter().map(move |&j| (i, j)));
    drawing.cells(corner, [cell; 2], size, pairs.map(|(i, j)| colour(matrix.get(i, j))).collect());
    if let Some(tree) = tree.filter(|_| trunk > 0.0) {
        tree.draw(&mut drawing, [corner[0], corner[1] - 2.0], cell, trunk - 4.0);
    }
    if with_names {
        let text = Text { size: small, anchor: Anchor::End, ..Text::default() };
        for (place, &i) in order.iter().enumerate() {
            let name = fit_text(names[i].as_ref(), small, false, room - 0.8 * small + 0.1);
            let middle = (place as f64 + 0.5) * cell + 0.35 * small;
            drawing.text([corner[0] - 0.4 * small, corner[1] + middle], &name, &text);
        }
    }
    scale_of_colours(&mut drawing, [corner[0] + side + 0.9 * small, corner[1]], side, &settings.name, style);
    Ok(drawing)
}

/// The colours of -1 to 1 with their numbers.
fn scale_of_colours(drawing: &mut Drawing, corner: [f64; 2], side: f64, name: &str, style: &Style) {
    const STEPS: usize = 41;
    let small = style.small();
    let height = side.min(12.0 * small).max(7.0 * small);
    let colours = (0..STEPS).map(|i| colour(1.0 - 2.0 * i as f64 / (STEPS - 1) as f64)).collect();
    drawing.cells(corner, [0.8 * small, height / STEPS as f64], 1, colours);
    let text = Text { size: small, ..Text::default() };
    for (i, value) in ["1", "0.5", "0", "-0.5", "-1"].iter().enumerate() {
        let y = corner[1] + height * i as f64 / 4.0;
        drawing.line([corner[0] + 0.8 * small, y], [corner[0] + 1.0 * small, y], 0.6, INK);
        let base = (y + 0.35 * small).clamp(corner[1] + 0.5 * small, corner[1] + height + 0.2 * small);
        drawing.text([corner[0] + 1.2 * small, base], &minus(value), &text);
    }
    let upwards = Text { upwards: true, anchor: Anchor::Middle, ..text };
    let name = fit_text(name, small, false, height);
    drawing.text([corner[0] + 4.6 * small, corner[1] + 0.5 * height], &name, &upwards);
}

/// From blue over white to red, in steps that make equal colours of nearly equal values.
fn colour(correlation: f64) -> Colour {
    const STEPS: f64 = 32.0;
    const BLUE: [f64; 3] = [33.0, 102.0, 172.0];
    const RED: [f64; 3] = [178.0, 24.0, 43.0];
    if correlation.is_nan() {
        return MISSING;
    }
    let r = (correlation.clamp(-1.0, 1.0) * STEPS).round() / STEPS;
    let end = if r < 0.0 { BLUE } else { RED };
    // A little more colour for weak correlations than in proportion.
    let strength = r.abs().powf(0.85);
    end.map(|channel| (255.0 + strength * (channel - 255.0)).round() as u8)
}

/// A cluster tree and the order of its leaves.
struct Tree {
    order: Vec<usize>,
    /// The two parts and the distance of each joint.
    joints: Vec<([usize; 2], f64)>,
}

impl Tree {
    fn of(matrix: &CorrelationMatrix) -> Self {
        let size = matrix.size();
        let mut distances = Vec::with_capacity(size * size.saturating_sub(1) / 2);
        for i in 0..size {
            let rest = matrix.row(i)[i + 1..].iter();
            distances.extend(rest.map(|r| if r.is_nan() { 1.0 } else { 1.0 - r.abs() }));
        }
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

    /// Upwards from the middle of the cells.
    fn draw(&self, drawing: &mut Drawing, base: [f64; 2], cell: f64, height: f64) {
        let mut at = vec![[0.0, base[1]]; self.order.len()];
        for (place, &leaf) in self.order.iter().enumerate() {
            at[leaf][0] = base[0] + (place as f64 + 0.5) * cell;
        }
        let highest = self.joints.iter().map(|(_, d)| *d).fold(1e-9, f64::max);
        for ([a, b], distance) in &self.joints {
            let y = base[1] - height * distance / highest;
            let [[x1, y1], [x2, y2]] = [at[*a], at[*b]];
            drawing.polyline(&[[x1, y1], [x1, y], [x2, y], [x2, y2]], 0.7, INK, &[]);
            at.push([0.5 * (x1 + x2), y]);
        }
    }
}
