//! Correlations of features as a map of colours.

use radsurv_stats::correlation::CorrelationMatrix;

use crate::drawing::{Anchor, Drawing, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width, wrap};
use crate::map::{self, Tree, Trunk};
use crate::scale::minus;
use crate::style::Style;

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
    let tree = settings
        .clustered
        .then(|| Tree::of(size, |i, j| if matrix.get(i, j).is_nan() { 1.0 } else { 1.0 - matrix.get(i, j).abs() }));
    let order: Vec<usize> = tree.as_ref().map_or_else(|| (0..size).collect(), |tree| tree.order.clone());
    let small = style.small();
    // Names need rows of a height at which they can be read.
    let bar = map::BAR * small;
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
    drawing.cells(corner, [cell; 2], size, pairs.map(|(i, j)| map::diverging(matrix.get(i, j))).collect());
    if let Some(tree) = tree.filter(|_| trunk > 0.0) {
        tree.draw(&mut drawing, [corner[0], corner[1] - 2.0], cell, trunk - 4.0, Trunk::Above);
    }
    if with_names {
        let text = Text { size: small, anchor: Anchor::End, ..Text::default() };
        for (place, &i) in order.iter().enumerate() {
            let name = fit_text(names[i].as_ref(), small, false, room - 0.8 * small + 0.1);
            let middle = (place as f64 + 0.5) * cell + 0.35 * small;
            drawing.text([corner[0] - 0.4 * small, corner[1] + middle], &name, &text);
        }
    }
    let numbers = ["1", "0.5", "0", "-0.5", "-1"].map(minus);
    let beside = [corner[0] + side + 0.9 * small, corner[1]];
    map::scale_of_colours(&mut drawing, beside, side, &numbers, &settings.name, style);
    Ok(drawing)
}
