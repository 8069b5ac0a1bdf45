//! What two or three lists of genes share.

use std::f64::consts::TAU;

use radsurv_genomics::overlap::Overlap;

use crate::drawing::{Anchor, Drawing, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width, wrap};
use crate::scale::{p_value, short};
use crate::style::Style;

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// Whether the test of what all lists share stands below. Default yes.
    pub test: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), test: true }
    }
}

/// A circle per list, all of one size, and in each of their parts the number of genes that exactly these lists have. Areas are not to scale: of
/// three lists they cannot be in general. Genes that are up and those that are down are two drawings.
///
/// # Errors
/// [`Error::Input`] unless there are two or three lists; [`upset`](crate::upset) draws any number.
///
/// # Example
/// ```
/// use radsurv_genomics::overlap::{GeneList, Universe, overlap};
/// use radsurv_plot::{Style, venn::{Settings, figure}};
/// let list = |name: &str, genes: &[&str]| GeneList { name: name.into(), genes: genes.iter().map(|g| g.to_string()).collect() };
/// let lists = [list("training", &["HK2", "KDELR2", "TP53"]), list("test", &["HK2", "KDELR2"])];
/// let shared = overlap(&lists, &Universe::Count(20_000))?;
/// let drawing = figure(&shared, &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "training (3)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(overlap: &Overlap, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let count = overlap.names.len();
    if !(2..=3).contains(&count) {
        return Err(Error::Input(format!("a Venn diagram of {count} lists: give two or three, or draw an UpSet plot")));
    }
    let width = if style.width > 450.0 { 0.6 * style.width } else { style.width };
    let small = style.small();
    let title = wrap(&settings.title, style.text, true, width - 4.0);
    let above = 1.35 * style.text * title.len() as f64 + 2.0;
    let radius = if count == 2 { 0.25 * width } else { 0.24 * width };
    let apart = if count == 2 { 0.62 * radius } else { 0.6 * radius };
    let name_height = 1.6 * small;
    let top = above + name_height;
    let middle = 0.5 * width;
    // Around the middle of all; of three, two above and one below.
    let (centre, directions): ([f64; 2], Vec<[f64; 2]>) = if count == 2 {
        ([middle, top + radius], vec![[-1.0, 0.0], [1.0, 0.0]])
    } else {
        let turned = |sixths: f64| [(TAU * sixths / 12.0).cos(), (TAU * sixths / 12.0).sin()];
        ([middle, top + radius + 0.5 * apart], vec![turned(7.0), turned(11.0), turned(3.0)])
    };
    let at = |direction: &[f64; 2], far: f64| [0, 1].map(|k| centre[k] + far * direction[k]);
    let bottom = centre[1] + if count == 2 { radius } else { apart + radius + name_height };
    let note = if settings.test { test_of(overlap, width - 4.0, style) } else { Vec::new() };
    let height = bottom + 0.6 * small + 1.3 * small * note.len() as f64 + 3.0;
    let mut drawing = Drawing::new(width, height);
    for (i, line) in title.iter().enumerate() {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        drawing.text([1.0, 1.0 + style.text * (0.95 + 1.35 * i as f64)], line, &text);
    }
    for (i, direction) in directions.iter().enumerate() {
        drawing.circle(at(direction, apart), radius, style.colour(i), 0.22);
    }
    for (i, direction) in directions.iter().enumerate() {
        drawing.polyline(&outline(at(direction, apart), radius), 1.1, style.colour(i), &[]);
    }
    for region in 1..1usize << count {
        let lists: Vec<bool> = (0..count).map(|i| region >> i & 1 == 1).collect();
        let inside = lists.iter().filter(|l| **l).count();
        // The directions of its lists, less those of the others.
        let sum = directions
            .iter()
            .zip(&lists)
            .fold([0.0; 2], |sum, (d, inside)| if *inside { [sum[0] + d[0], sum[1] + d[1]] } else { sum });
        let size = f64::hypot(sum[0], sum[1]);
        let far = match (count, inside) {
            _ if inside == count => 0.0,
            (2, _) => apart + 0.36 * radius,
            (_, 1) => apart + 0.4 * radius,
            _ => 0.84 * radius - 0.22 * radius,
        };
        let [x, y] = if far == 0.0 { centre } else { at(&sum.map(|v| v / size), far) };
        let genes = overlap.region(&lists).len().to_string();
        let text = Text { size: style.text, anchor: Anchor::Middle, bold: inside == count, ..Text::default() };
        drawing.text([x, y + 0.36 * style.text], &genes, &text);
    }
    for (i, direction) in directions.iter().enumerate() {
        let size = format!(" ({})", overlap.sizes[i]);
        let room = if direction[0].abs() > 0.1 { middle - 0.5 * small } else { width - 4.0 };
        let name = fit_text(&overlap.names[i], small, false, room - text_width(&size, small, false)) + &size;
        let half = 0.5 * text_width(&name, small, false);
        let [x, y] = at(direction, apart);
        let x = if direction[0].abs() > 0.1 {
            // Above its circle, but on its own side.
            let (low, high) =
                if direction[0] < 0.0 { (2.0, middle - 0.25 * small) } else { (middle + 0.25 * small, width - 2.0) };
            x.clamp(low + half, (high - half).max(low + half))
        } else {
            x
        };
        let base = if direction[1] > 0.5 { y + radius + 1.2 * small } else { y - radius - 0.55 * small };
        let text = Text { size: small, anchor: Anchor::Middle, colour: dark(style.colour(i)), ..Text::default() };
        drawing.text([x, base], &name, &text);
    }
    for (i, line) in note.iter().enumerate() {
        let text = Text { size: small, anchor: Anchor::Middle, ..Text::default() };
        drawing.text([middle, bottom + 0.6 * small + 1.3 * small * (i as f64 + 0.75)], line, &text);
    }
    Ok(drawing)
}

/// What the lists share, and how much of it is chance.
fn test_of(overlap: &Overlap, width: f64, style: &Style) -> Vec<String> {
    let (shared, expected, p) = match (&overlap.all, overlap.pairs.first()) {
        (Some(all), _) => (all.shared, all.expected, all.p_value),
        (None, Some(pair)) => (pair.shared, pair.expected, pair.p_value),
        _ => return Vec::new(),
    };
    let line = format!("{shared} shared, {} expected by chance, {}", short(expected), p_value(p));
    wrap(&line, style.small(), false, width)
}

fn outline([x, y]: [f64; 2], radius: f64) -> Vec<[f64; 2]> {
    const STEPS: usize = 120;
    let angle = |i: usize| TAU * i as f64 / STEPS as f64;
    (0..=STEPS).map(|i| [x + radius * angle(i).cos(), y + radius * angle(i).sin()]).collect()
}

/// A colour in which words can be read on white.
fn dark(colour: crate::Colour) -> crate::Colour {
    colour.map(|channel| (0.75 * f64::from(channel)) as u8)
}
