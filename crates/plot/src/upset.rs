//! What any number of lists of genes share.

use radsurv_genomics::overlap::{Overlap, Region};

use crate::drawing::{Anchor, Drawing, Rect, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width, wrap};
use crate::raster::Colour;
use crate::scale::Scale;
use crate::style::{INK, PALE, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the axis of the bars. Default `Genes`.
    pub name: String,
    /// How many combinations are shown, those of most genes; that of all lists always is, if it has a gene. Default 20, or what there is room
    /// for.
    pub shown: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "Genes".into(), shown: 20 }
    }
}

/// Rows behind every other list.
const STRIPE: Colour = [240, 240, 240];

/// A bar for each combination of lists, as high as exactly these lists have genes in common, the highest first; dots below say which lists. On
/// the left the number of genes of each list. Bars of combinations of two lists or more are coloured. After Lex et al.: UpSet: visualization
/// of intersecting sets, IEEE Transactions on Visualization and Computer Graphics 20 (2014) 1983-1992.
///
/// # Errors
/// [`Error::Input`] if no list has a gene, or there are more lists than have room (30).
///
/// # Example
/// ```
/// use radsurv_genomics::overlap::{GeneList, Universe, overlap};
/// use radsurv_plot::{Style, upset::{Settings, figure}};
/// let list = |name: &str, genes: &[&str]| GeneList { name: name.into(), genes: genes.iter().map(|g| g.to_string()).collect() };
/// let lists = [list("training", &["HK2", "KDELR2", "TP53"]), list("test", &["HK2", "KDELR2"])];
/// let shared = overlap(&lists, &Universe::Count(20_000))?;
/// let drawing = figure(&shared, &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "training"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(overlap: &Overlap, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let lists = overlap.names.len();
    if overlap.regions.is_empty() || lists > 30 {
        let genes: usize = overlap.regions.iter().map(|region| region.genes.len()).sum();
        return Err(Error::Input(format!(
            "an UpSet plot of {lists} lists with {genes} genes: give a gene, and 30 lists at most"
        )));
    }
    let small = style.small();
    let width = |text: &str| text_width(text, small, false);
    // From the left: bars of the lists, their names, combinations.
    let names = overlap.names.iter().map(|name| width(name)).fold(0.0, f64::max).min(0.26 * style.width) + 0.8 * small;
    let numbers = overlap.sizes.iter().map(|size| width(&size.to_string())).fold(0.0, f64::max) + 0.4 * small;
    let bars = 0.14 * style.width;
    let left = 2.0 + numbers + bars + names;
    let regions = chosen(overlap, settings.shown, ((style.width - left - 2.0) / (1.5 * small)) as usize);
    let highest = regions.iter().map(|region| region.genes.len()).max().unwrap_or(1) as f64;
    let left_out = overlap.regions.len() - regions.len();
    let column = ((style.width - left - 2.0) / regions.len() as f64).min(3.0 * small);
    let row = 1.7 * small;
    let title = wrap(&settings.title, style.text, true, style.width - 4.0);
    let above = 1.35 * style.text * title.len() as f64 + 2.0 + 1.3 * small;
    let tall = if style.width > 450.0 { 0.24 * style.width } else { 0.42 * style.width };
    let frame = Rect { left, top: above, right: left + column * regions.len() as f64, bottom: above + tall };
    let matrix = frame.bottom + 0.7 * small;
    let below = matrix + row * lists as f64;
    let note =
        if left_out > 0 { format!("and {left_out} other combinations, of no more genes") } else { String::new() };
    let height = below + 1.7 * small + if note.is_empty() { 0.0 } else { 1.3 * small };
    let mut drawing = Drawing::new(style.width, height);
    for (i, line) in title.iter().enumerate() {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        drawing.text([1.0, 1.0 + style.text * (0.95 + 1.35 * i as f64)], line, &text);
    }
    for list in (0..lists).filter(|list| list % 2 == 0) {
        let size = [frame.right - left + names, row];
        drawing.rectangle([left - names, matrix + row * list as f64], size, STRIPE, 1.0);
    }
    draw_axis(&mut drawing, &frame, highest, &settings.name, style);
    for (i, region) in regions.iter().enumerate() {
        let middle = left + column * (i as f64 + 0.5);
        draw_region(&mut drawing, region, middle, column, &frame, highest, matrix, row, style);
    }
    draw_lists(&mut drawing, overlap, [left - names, names, bars], matrix, row, style);
    let text = Text { size: small, ..Text::default() };
    drawing.text([2.0, below + 2.5 * small], &fit_text(&note, small, false, style.width - 4.0), &text);
    Ok(drawing)
}

/// The combinations of most genes, in the order of their bars.
fn chosen(overlap: &Overlap, shown: usize, room: usize) -> Vec<&Region> {
    let mut regions: Vec<&Region> = overlap.regions.iter().collect();
    regions.sort_by_key(|region| std::cmp::Reverse(region.genes.len()));
    let most = shown.min(room).max(1);
    let all = regions.iter().position(|region| region.lists.iter().all(|l| *l)).filter(|place| *place >= most);
    if let Some(all) = all {
        regions.swap(all, most - 1);
    }
    regions.truncate(most);
    regions
}

fn draw_axis(drawing: &mut Drawing, frame: &Rect, highest: f64, name: &str, style: &Style) {
    let small = style.small();
    let scale = Scale::between(0.0, highest.max(1.0), 4);
    let ticks: Vec<f64> = scale.ticks().iter().copied().filter(|tick| tick.fract() == 0.0).collect();
    let text = Text { size: small, anchor: Anchor::End, ..Text::default() };
    drawing.line([frame.left, frame.top], [frame.left, frame.bottom], 0.75, INK);
    drawing.line([frame.left, frame.bottom], [frame.right, frame.bottom], 0.75, INK);
    let mut widest = 0.0f64;
    let scale = scale.with_ticks(&ticks);
    for &tick in scale.ticks() {
        let y = frame.bottom - frame.height() * tick / highest.max(1.0);
        drawing.line([frame.left - 0.32 * small, y], [frame.left, y], 0.75, INK);
        let label = scale.label(tick);
        widest = widest.max(text_width(&label, small, false));
        drawing.text([frame.left - 0.62 * small, y + 0.36 * small], &label, &text);
    }
    let upwards = Text { size: style.text, anchor: Anchor::Middle, upwards: true, ..Text::default() };
    let name = fit_text(name, style.text, false, frame.height());
    drawing.text(
        [frame.left - 0.62 * small - widest - 0.5 * style.text, 0.5 * (frame.top + frame.bottom)],
        &name,
        &upwards,
    );
}

fn draw_region(
    drawing: &mut Drawing,
    region: &Region,
    middle: f64,
    column: f64,
    frame: &Rect,
    highest: f64,
    matrix: f64,
    row: f64,
    style: &Style,
) {
    let small = style.small();
    let members: Vec<usize> = (0..region.lists.len()).filter(|list| region.lists[*list]).collect();
    let colour = if members.len() > 1 { style.colour(0) } else { [120, 120, 120] };
    let tall = frame.height() * region.genes.len() as f64 / highest.max(1.0);
    let wide = 0.62 * column.min(2.2 * small);
    drawing.rectangle([middle - 0.5 * wide, frame.bottom - tall], [wide, tall], colour, 1.0);
    let number = region.genes.len().to_string();
    if text_width(&number, small, false) < column - 1.0 {
        let text = Text { size: small, anchor: Anchor::Middle, ..Text::default() };
        drawing.text([middle, frame.bottom - tall - 0.4 * small], &number, &text);
    }
    let at = |list: usize| [middle, matrix + row * (list as f64 + 0.5)];
    let radius = 0.27 * row.min(column);
    for list in (0..region.lists.len()).filter(|list| !region.lists[*list]) {
        drawing.circle(at(list), radius, PALE, 1.0);
    }
    if let (Some(first), Some(last)) = (members.first(), members.last()) {
        drawing.line(at(*first), at(*last), 0.35 * radius + 0.6, colour);
    }
    for list in members {
        drawing.circle(at(list), radius, colour, 1.0);
    }
}

/// The bars of the lists, towards the left, and their names.
fn draw_lists(
    drawing: &mut Drawing,
    overlap: &Overlap,
    [names_left, names, bars]: [f64; 3],
    top: f64,
    row: f64,
    style: &Style,
) {
    let small = style.small();
    let most = overlap.sizes.iter().copied().max().unwrap_or(1).max(1) as f64;
    let text = Text { size: small, anchor: Anchor::End, ..Text::default() };
    for (list, name) in overlap.names.iter().enumerate() {
        let middle = top + row * (list as f64 + 0.5);
        let long = bars * overlap.sizes[list] as f64 / most;
        drawing.rectangle([names_left - long, middle - 0.3 * row], [long, 0.6 * row], [120, 120, 120], 1.0);
        let base = middle + 0.36 * small;
        drawing.text([names_left - long - 0.3 * small, base], &overlap.sizes[list].to_string(), &text);
        let name = fit_text(name, small, false, names - 0.8 * small + 0.1);
        drawing.text([names_left + names - 0.4 * small, base], &name, &text);
    }
    let middle = Text { anchor: Anchor::Middle, ..text };
    let base = top + row * overlap.names.len() as f64 + 1.1 * small;
    let word = fit_text("Genes of the list", small, false, 2.0 * (names_left - 0.5 * bars) - 4.0);
    drawing.text([names_left - 0.5 * bars, base], &word, &middle);
}
