//! Genes beside image features.

use radsurv_eval::text_table::{TextTable, fixed, with_limits};
use radsurv_genomics::association::Association;
use radsurv_plot::{Style, association_map, gene_feature};

use super::p;
use crate::error::Result;
use crate::radiogenomics::Radiogenomics;
use crate::report::piece::Piece;

/// How many pairs the page shows; the file has all.
const SHOWN: usize = 20;
/// How many genes are drawn.
const DRAWN: usize = 24;

pub(super) fn pieces(found: &Radiogenomics) -> Result<Vec<Piece>> {
    let Some(of) = &found.associations else { return Ok(Vec::new()) };
    let mut pieces = vec![Piece::Heading("Genes and image features".to_string())];
    let strong = of.pairs.iter().filter(|pair| pair.strong).count();
    let chance = of.largest_by_chance.map_or_else(String::new, |r| {
        let above = of.pairs.iter().filter(|pair| pair.r.abs() > r).count();
        format!(
            " Of so many pairs chance alone gives one of |r| > {r:.2} in one of twenty studies (features permuted among patients); {above} pairs are above that."
        )
    });
    let text = format!(
        "{strong} of {} pairs of a changed or named gene and an important feature are strong (P < {} and |r| > {}).{chance}",
        of.pairs.len(),
        of.strong.p,
        of.strong.r
    );
    pieces.push(Piece::Text(text));
    pieces.extend(of.notices.iter().cloned().map(Piece::Note));
    let mut sorted: Vec<&Association> = of.pairs.iter().collect();
    sorted.sort_by(|a, b| b.r.abs().total_cmp(&a.r.abs()));
    // Names of more genes would not be legible.
    let mut genes: Vec<&str> = Vec::new();
    for pair in &sorted {
        if genes.len() < DRAWN && !genes.contains(&pair.gene.as_str()) {
            genes.push(&pair.gene);
        }
    }
    let drawn: Vec<Association> = of.pairs.iter().filter(|pair| genes.contains(&pair.gene.as_str())).cloned().collect();
    let drawing = association_map::figure(&drawn, &Default::default(), &Style::double())?;
    let caption =
        format!("Correlation of the {} genes of largest |r| with features; strong pairs are marked.", genes.len());
    pieces.push(Piece::figure("genes-features", drawing, caption));
    if let Some((pair, [feature, gene])) = &of.largest {
        let drawing = gene_feature::figure(feature, gene, pair, &Default::default(), &Style::single())?;
        let caption = format!("The pair of the largest |r|: {} and {}.", pair.gene, pair.feature);
        pieces.push(Piece::figure("gene-feature", drawing, caption));
    }
    let mut table = TextTable::new(["feature", "gene", "patients", "r (95 % limits)", "P", "adjusted P", "strong"]);
    for pair in &sorted {
        table.push([
            pair.feature.clone(),
            pair.gene.clone(),
            pair.samples.to_string(),
            if pair.r.is_finite() { with_limits(pair.r, pair.lower, pair.upper, 2) } else { "–".to_string() },
            p(pair.p_value),
            fixed_or_p(pair.adj_p_value),
            if pair.strong { "yes" } else { "" }.to_string(),
        ]);
    }
    let caption = "Correlation of genes with the features that the best model needs most; the file has all pairs.";
    pieces.push(Piece::head("genes-features", table, SHOWN, caption));
    Ok(pieces)
}

fn fixed_or_p(value: f64) -> String {
    if value >= 0.1 { fixed(value, 2) } else { p(value) }
}
