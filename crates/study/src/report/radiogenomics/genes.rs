//! Genes beside follow-up, and signatures.

use radsurv_eval::text_table::{TextTable, fixed, with_limits};

use super::p;
use crate::radiogenomics::Radiogenomics;
use crate::report::piece::Piece;

pub(super) fn pieces(found: &Radiogenomics) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(of) = &found.survival {
        pieces.push(Piece::Heading("Genes and survival".to_string()));
        let (patients, events) = (of.found.samples, of.found.events);
        let mut table =
            TextTable::new(["gene", "hazard ratio of 1 SD", "P", "adjusted P", "best cut", "P of the cut", "adjusted"]);
        for gene in &of.found.rows {
            table.push([
                gene.gene.clone(),
                with_limits(gene.hazard_ratio, gene.lower, gene.upper, 2),
                p(gene.p_value),
                p(gene.adj_p_value),
                fixed(gene.cut, 2),
                p(gene.cut_p_value),
                p(gene.cut_adj_p_value),
            ]);
        }
        let caption = format!(
            "Named genes and those that differ most, beside {} of {patients} patients with {events} events. The groups were made by a score that was learned from survival, \
             so genes that differ between them are expected to go with it: this describes, and tests nothing. The P-value of the cut knows that it was sought.",
            of.endpoint
        );
        pieces.push(Piece::table("gene-survival", table, caption));
        for (gene, why) in of.found.unfitted.iter().chain(&of.found.uncut) {
            pieces.push(Piece::Note(format!("{gene}: {why}")));
        }
    }
    if !found.signatures.is_empty() {
        let [reference, other] = &found.groups;
        pieces.push(Piece::Heading("Signatures".to_string()));
        let mut table = TextTable::new([
            "signature".to_string(),
            "genes".to_string(),
            format!("mean, {}", reference.name),
            format!("mean, {}", other.name),
            "P".to_string(),
            "adjusted P".to_string(),
        ]);
        for of in &found.signatures {
            let means = of.means.map(|mean| fixed(mean, 3));
            table.push(
                [of.signature.clone(), of.genes.to_string()]
                    .into_iter()
                    .chain(means)
                    .chain([p(of.p_value), p(of.adj_p_value)]),
            );
        }
        let caption = "Scores of signatures in single patients (ssGSEA) by group; P of rank sum tests.";
        pieces.push(Piece::table("signatures", table, caption));
    }
    pieces
}
