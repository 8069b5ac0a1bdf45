//! Files of expression and genes.

use std::path::Path;

use radsurv_data::list;
use radsurv_genomics::expression::{Collapse, ExpressionRows, ProbeSettings};
use radsurv_genomics::gene_sets::read_gmt;
use radsurv_genomics::overlap::ChangedGenes;
use radsurv_genomics::{Expression, GeneSets};

use super::lists;
use super::settings::GenomicsSettings;
use crate::error::Result;

/// The files of the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct GenomicsFiles {
    /// The expression, a row per gene.
    pub expression: Expression,
    /// Collections of sets.
    pub collections: Vec<NamedSets>,
    /// Signatures.
    pub signatures: Vec<NamedSets>,
    /// Changed genes of other cohorts, and the genes that were tested there if they are known.
    pub lists: Vec<(ChangedGenes, Option<Vec<String>>)>,
    /// What was met in the files that is no error.
    pub notices: Vec<String>,
}

/// A collection of sets.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedSets {
    /// The name of its file without the endings.
    pub name: String,
    /// The sets.
    pub sets: GeneSets,
}

impl GenomicsFiles {
    /// Reads all files.
    ///
    /// # Errors
    /// [`Error::Genomics`](crate::Error::Genomics) and [`Error::Data`](crate::Error::Data), with the line of what cannot be understood.
    pub fn read(settings: &GenomicsSettings) -> Result<Self> {
        let mut notices = Vec::new();
        let expression = expression(&settings.expression, settings.duplicates, &mut notices)?;
        let mut sets = |paths: &[std::path::PathBuf]| -> Result<Vec<NamedSets>> {
            let one = |path: &std::path::PathBuf| {
                let read = read_gmt(path)?;
                if read.report.repeated_genes > 0 {
                    let (genes, of) = (read.report.repeated_genes, &read.report.sets_with_repeated_genes);
                    notices.push(format!(
                        "{}: genes that a set has twice count once, {genes} in all: {}",
                        path.display(),
                        list(of)
                    ));
                }
                Ok(NamedSets { name: collection_name(path), sets: read.sets })
            };
            paths.iter().map(one).collect()
        };
        let (collections, signatures) = (sets(&settings.gene_sets)?, sets(&settings.signatures)?);
        let lists = settings.lists.iter().map(|source| lists::read(source, &settings.rule)).collect::<Result<_>>()?;
        Ok(Self { expression, collections, signatures, lists, notices })
    }
}

/// What a collection is called: the name of its file without the endings.
///
/// # Example
/// ```
/// use radsurv_study::radiogenomics::collection_name;
/// assert_eq!(collection_name("sets/h.all.v7.0.symbols.gmt.gz".as_ref()), "h.all.v7.0.symbols");
/// ```
pub fn collection_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.strip_suffix(".gmt").unwrap_or(name).to_string()
}

fn expression(path: &Path, duplicates: Option<Collapse>, notices: &mut Vec<String>) -> Result<Expression> {
    let rows = ExpressionRows::read(path)?;
    let Some(collapse) = duplicates else { return Ok(rows.unique()?) };
    let found = ProbeSettings { collapse, ..ProbeSettings::default() }.duplicates(&rows)?;
    if found.report.collapsed > 0 {
        let (genes, all) = (found.report.collapsed, found.report.probes);
        notices.push(format!("{genes} genes had several of the {all} rows of the table and have one here"));
    }
    Ok(found.expression)
}
