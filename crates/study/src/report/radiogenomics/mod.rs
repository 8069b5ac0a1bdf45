//! Genes, pathways and features behind groups of patients.

mod association;
mod differential;
mod enrichment;
mod genes;
mod lists;

use radsurv_data::list;

use super::Page;
use super::piece::Piece;
use crate::error::Result;
use crate::radiogenomics::Radiogenomics;

/// A page with all that was found of expression.
///
/// # Errors
/// If a figure cannot be drawn.
pub fn radiogenomics_page(found: &Radiogenomics, title: &str) -> Result<Page> {
    let mut page = Page::new(title);
    page.section("From groups to genes, pathways and features");
    page.add(pieces(found)?);
    Ok(page)
}

/// The parts of it, in order.
pub(super) fn pieces(found: &Radiogenomics) -> Result<Vec<Piece>> {
    let mut pieces = vec![Piece::Text(who(found))];
    pieces.extend(found.notices.iter().cloned().map(Piece::Note));
    if !found.missing.is_empty() {
        let what =
            format!("Not in the table of expression, so that nothing can be said of them: {}.", list(&found.missing));
        pieces.push(Piece::Note(what));
    }
    pieces.extend(differential::pieces(found)?);
    pieces.extend(enrichment::pieces(found)?);
    pieces.extend(lists::pieces(found)?);
    pieces.extend(association::pieces(found)?);
    pieces.extend(genes::pieces(found));
    Ok(pieces)
}

fn who(found: &Radiogenomics) -> String {
    let [reference, other] = &found.groups;
    format!(
        "{} genes of {} patients with expression: {} {} and {} {}. Differences are {}, by linear models with moderated variances.",
        found.genes,
        reference.samples + other.samples,
        other.samples,
        other.name,
        reference.samples,
        reference.name,
        found.table.coefficient
    )
}

/// A p-value, or a dash. Of thousands of genes many are below 0.001, and it matters by how much.
fn p(value: f64) -> String {
    match value {
        value if !value.is_finite() => "–".to_string(),
        value if value >= 0.001 => radsurv_eval::text_table::p_value(value),
        value => format!("{value:.1e}"),
    }
}
