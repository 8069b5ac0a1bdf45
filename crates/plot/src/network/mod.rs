//! Modules of genes that go together.

mod layout;

use radsurv_genomics::network::{Edge, Node};

use self::layout::{Module, pack};
use crate::drawing::{Anchor, Drawing, Rect, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, wrap};
use crate::point_labels::PointLabels;
use crate::raster::Colour;
use crate::style::{INK, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// How many genes of a module are shown: hubs and those with a connection first, and of these the ones that are connected most within it.
    /// Default 40.
    pub shown: usize,
    /// How many connections are shown, the strongest ones. Default 400.
    pub edges: usize,
    /// Genes that have their names beside them as hubs have, before these.
    pub genes: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), shown: 40, edges: 400, genes: Vec::new() }
    }
}

const BETWEEN: Colour = [190, 190, 190];

/// A disc per module, the largest first, in which connected genes draw each other near and all keep apart (Fruchterman and Reingold: Graph
/// drawing by force-directed placement, Software: Practice and Experience 21 (1991) 1129-1164); it begins with the most connected gene in the
/// middle, and so is the same each time. A dot is the larger the more its gene is connected within the module; hubs have a rim and, where there is
/// room, their names. Lines are the wider the stronger the connection, dashed where genes go against each other, and grey between modules.
///
/// Genes in no module are not drawn, and counted below.
///
/// # Errors
/// [`Error::Input`] if no gene is in a module, or a connection is of genes that are not there.
///
/// # Example
/// ```
/// use radsurv_genomics::network::{Edge, Node};
/// use radsurv_plot::{Style, network::{Settings, figure}};
/// let node = |gene: &str, within: f64| Node {
///     gene: gene.into(), module: 1, connectivity: within, within_module: within, membership: Some(0.9), hub: within > 2.0,
/// };
/// let nodes = [node("HK2", 2.5), node("LDHA", 1.2), node("PGK1", 1.3)];
/// let edges = [Edge { genes: [0, 1], weight: 0.6, r: 0.8 }, Edge { genes: [0, 2], weight: 0.5, r: -0.7 }];
/// let drawing = figure(&nodes, &edges, &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "HK2"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(nodes: &[Node], edges: &[Edge], settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    if let Some(edge) = edges.iter().find(|edge| edge.genes.iter().any(|gene| *gene >= nodes.len())) {
        let [a, b] = edge.genes;
        return Err(Error::Input(format!(
            "a connection of the genes {a} and {b} (from 0), and there are {}",
            nodes.len()
        )));
    }
    let mut strongest: Vec<&Edge> = edges.iter().filter(|edge| edge.weight.is_finite() && edge.weight > 0.0).collect();
    strongest.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let mut modules = Module::of(nodes, &strongest, settings.shown);
    if modules.is_empty() {
        return Err(Error::Input(format!("none of {} genes is in a module: nothing to draw", nodes.len())));
    }
    modules.iter_mut().for_each(|module| module.lay_out(&strongest));
    let small = style.small();
    let title = wrap(&settings.title, style.text, true, style.width - 4.0);
    let above = 1.35 * style.text * title.len() as f64 + 2.0;
    let names = 1.7 * small;
    let ratio = if style.width > 450.0 { 0.55 } else { 1.0 };
    let height = pack(&mut modules, style.width - 2.0, ratio * style.width, names, 3.2 * small);
    let outside = nodes.iter().filter(|node| node.module == 0).count();
    let note = if outside > 0 { format!("{outside} genes in no module are not shown") } else { String::new() };
    let below = if note.is_empty() { 2.0 } else { 1.5 * small };
    let mut drawing = Drawing::new(style.width, above + height + below);
    for (i, line) in title.iter().enumerate() {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        drawing.text([1.0, 1.0 + style.text * (0.95 + 1.35 * i as f64)], line, &text);
    }
    // Where each gene is, and the module that shows it.
    let mut at: Vec<Option<([f64; 2], usize)>> = vec![None; nodes.len()];
    for (number, module) in modules.iter().enumerate() {
        for (&gene, place) in module.genes.iter().zip(&module.places) {
            let radius = (module.radius - 0.8 * small).max(0.3 * module.radius);
            let [x, y] = [0, 1].map(|k| 1.0 + module.centre[k] + radius * place[k]);
            at[gene] = Some(([x, above + y], number));
        }
    }
    draw_edges(&mut drawing, &strongest, &at, settings.edges, style);
    let within = |node: &Node| Some(node.within_module).filter(|c| c.is_finite()).unwrap_or(0.0);
    let most = nodes.iter().map(within).fold(1e-300, f64::max);
    let radius = |node: &Node| small * (0.2 + 0.32 * (within(node) / most).clamp(0.0, 1.0).sqrt());
    for (node, place) in nodes.iter().zip(&at) {
        let Some((place, module)) = place else { continue };
        if node.hub {
            drawing.circle(*place, radius(node) + 1.3, INK, 1.0);
        }
        drawing.circle(*place, radius(node), style.colour(*module), 1.0);
    }
    let bounds = Rect { left: 1.0, top: above, right: style.width - 1.0, bottom: above + height };
    let places = at.iter().flatten().map(|(place, _)| *place).collect();
    let mut labels = PointLabels::new(bounds, places, 0.45 * small).on_white();
    let middle = Text { size: small, anchor: Anchor::Middle, bold: true, ..Text::default() };
    for module in &modules {
        let shown = module.genes.len();
        let count =
            if shown < module.size { format!("{shown} of {} genes", module.size) } else { format!("{shown} genes") };
        let name = fit_text(&format!("Module {} ({count})", module.number), small, true, 2.0 * module.radius - 2.0);
        let [x, y] = [1.0 + module.centre[0], above + module.centre[1] + module.radius + 1.15 * small];
        let (half, before) = (0.5 * crate::font::text_width(&name, small, true), drawing.labels().len());
        drawing.text([x, y], &name, &middle);
        if drawing.labels().len() > before {
            labels.keep_off(Rect { left: x - half, right: x + half, top: y - 0.72 * small, bottom: y + 0.22 * small });
        }
    }
    let mut named: Vec<usize> =
        (0..nodes.len()).filter(|&gene| nodes[gene].hub || settings.genes.contains(&nodes[gene].gene)).collect();
    // The asked for first, then the most connected.
    let rank = |gene: &usize| (!settings.genes.contains(&nodes[*gene].gene), -within(&nodes[*gene]));
    named.sort_by(|a, b| rank(a).0.cmp(&rank(b).0).then(rank(a).1.total_cmp(&rank(b).1)));
    for gene in named {
        if let Some((place, _)) = at[gene] {
            labels.draw(&mut drawing, place, &nodes[gene].gene, &Text { size: small, ..Text::default() });
        }
    }
    let note = fit_text(&note, small, false, style.width - 4.0);
    drawing.text([2.0, above + height + 1.1 * small], &note, &Text { size: small, ..Text::default() });
    Ok(drawing)
}

/// The strongest connections of genes that are shown; those between modules first, below all.
fn draw_edges(
    drawing: &mut Drawing,
    strongest: &[&Edge],
    at: &[Option<([f64; 2], usize)>],
    most: usize,
    style: &Style,
) {
    let ends = |edge: &&&Edge| Some((at[edge.genes[0]]?, at[edge.genes[1]]?));
    let shown: Vec<_> = strongest.iter().filter_map(|edge| Some((*edge, ends(&edge)?))).take(most).collect();
    let heaviest = shown.first().map_or(1.0, |(edge, _)| edge.weight);
    for within in [false, true] {
        for (edge, ((from, a), (to, b))) in shown.iter().filter(|(_, ((_, a), (_, b)))| (a == b) == within) {
            let colour = if a == b { pale(style.colour(*a)) } else { BETWEEN };
            let dashes: &[f64] = if edge.r < 0.0 { &[2.5, 1.8] } else { &[] };
            let width = 0.3 + 1.1 * edge.weight / heaviest;
            debug_assert!(a == b || !within);
            drawing.polyline(&[*from, *to], width, colour, dashes);
        }
    }
}

/// Half way to white.
fn pale(colour: Colour) -> Colour {
    colour.map(|channel| channel + (255 - channel) / 2)
}
