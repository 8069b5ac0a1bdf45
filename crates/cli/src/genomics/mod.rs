//! `radsurv genomics`: from groups of patients to genes, pathways and image features.

mod associate;
mod de;
mod enrich;
mod gsea;
mod input;
mod overlap;
mod report;

use clap::Subcommand;

use crate::console::Console;
use crate::error::{Result, Status};

/// `radsurv genomics`
#[derive(Debug, Subcommand)]
pub enum GenomicsCommand {
    /// Which genes differ between groups of samples: linear models with moderated variances (limma).
    De(Box<de::DeArgs>),
    /// Which sets changed genes have more of than by chance: over-representation.
    Enrich(Box<enrich::EnrichArgs>),
    /// Which sets are high or low in a ranking of all genes: gene set enrichment analysis.
    Gsea(Box<gsea::GseaArgs>),
    /// Which genes changed in several cohorts, and whether those are more than by chance.
    Overlap(Box<overlap::OverlapArgs>),
    /// Which genes go with which image features.
    Associate(Box<associate::AssociateArgs>),
    /// All of it on one page: from groups to genes, pathways, features and survival.
    Report(Box<report::ReportArgs>),
}

/// Runs a part of it.
pub fn run(command: &GenomicsCommand, console: &Console) -> Result<Status> {
    match command {
        GenomicsCommand::De(args) => de::run(args, console),
        GenomicsCommand::Enrich(args) => enrich::run(args, console),
        GenomicsCommand::Gsea(args) => gsea::run(args, console),
        GenomicsCommand::Overlap(args) => overlap::run(args, console),
        GenomicsCommand::Associate(args) => associate::run(args, console),
        GenomicsCommand::Report(args) => report::run(args, console),
    }
}
