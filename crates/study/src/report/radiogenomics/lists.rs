//! Changed genes beside those of other cohorts.

use radsurv_data::list;
use radsurv_eval::text_table::{TextTable, fixed};
use radsurv_genomics::overlap::Overlap;
use radsurv_plot::{Style, upset, venn};

use super::p;
use crate::error::Result;
use crate::radiogenomics::Radiogenomics;
use crate::report::piece::Piece;

pub(super) fn pieces(found: &Radiogenomics) -> Result<Vec<Piece>> {
    let Some(lists) = &found.lists else { return Ok(Vec::new()) };
    let mut pieces = vec![Piece::Heading("Other cohorts".to_string())];
    let mut table = TextTable::new(["genes", "cohorts", "shared", "expected", "of", "P", "adjusted P"]);
    let mut regions = TextTable::new(["genes", "in", "number", "which"]);
    for (how, overlap) in [("higher", &lists.up), ("lower", &lists.down)] {
        rows(&mut table, how, overlap);
        pieces.extend(figure(how, overlap)?);
        for region in &overlap.regions {
            let names: Vec<&str> = overlap
                .names
                .iter()
                .zip(&region.lists)
                .filter(|(_, in_it)| **in_it)
                .map(|(name, _)| name.as_str())
                .collect();
            regions.push([
                how.to_string(),
                names.join(" and "),
                region.genes.len().to_string(),
                region.genes.join(" "),
            ]);
        }
    }
    let caption = "Genes that changed the same way in two cohorts, and how many would by chance (hypergeometric test).";
    pieces.push(Piece::table("cohorts", table, caption));
    let caption = "Changed genes by the cohorts that have them and no other.";
    pieces.push(Piece::head("cohort-genes", regions, 12, caption));
    if !lists.discordant.is_empty() {
        let genes: Vec<&str> = lists.discordant.iter().map(|of| of.gene.as_str()).collect();
        let text = format!("Higher in one cohort and lower in another: {}.", list(&genes));
        pieces.push(Piece::Note(text));
    }
    Ok(pieces)
}

/// Which cohorts share how many genes.
fn figure(how: &str, overlap: &Overlap) -> Result<Option<Piece>> {
    if overlap.regions.is_empty() {
        return Ok(None);
    }
    let title = format!("Genes that are {how}");
    let drawing = match overlap.names.len() {
        2..=3 => venn::figure(overlap, &venn::Settings { title, ..Default::default() }, &Style::single())?,
        _ => upset::figure(overlap, &upset::Settings { title, ..Default::default() }, &Style::double())?,
    };
    Ok(Some(Piece::figure(format!("cohorts-{how}"), drawing, format!("Genes that are {how}, by cohort."))))
}

fn rows(table: &mut TextTable, how: &str, overlap: &Overlap) {
    for pair in &overlap.pairs {
        let names = pair.lists.map(|place| overlap.names[place].as_str()).join(" and ");
        let numbers = [
            pair.shared.to_string(),
            fixed(pair.expected, 1),
            pair.universe.to_string(),
            p(pair.p_value),
            p(pair.adj_p_value),
        ];
        table.push([how.to_string(), names].into_iter().chain(numbers));
    }
}
