//! Changed genes of other cohorts.

use radsurv_data::Table;
use radsurv_genomics::differential::{ChangeRule, TopTable};
use radsurv_genomics::overlap::ChangedGenes;

use super::settings::GeneListSource;
use crate::error::Result;

/// The genes of a list, and those that were tested if the table has all of them.
pub(super) fn read(source: &GeneListSource, rule: &ChangeRule) -> Result<(ChangedGenes, Option<Vec<String>>)> {
    let table = Table::read_csv(&source.table)?;
    let Some(place) = table.find_column("change") else {
        let tested = TopTable::read_csv(&source.table)?;
        let genes = tested.rows.iter().map(|row| row.gene.clone()).collect();
        return Ok((ChangedGenes::of_table(source.name.clone(), &tested, rule), Some(genes)));
    };
    let mut found = ChangedGenes { name: source.name.clone(), up: Vec::new(), down: Vec::new() };
    for row in table.rows() {
        let gene = row.cells[0].trim().to_string();
        match row.cells[place].trim().to_lowercase().as_str() {
            "up" => found.up.push(gene),
            "down" => found.down.push(gene),
            "" | "unchanged" | "none" | "no" => {}
            other => {
                let what = format!("the change of {gene} is {other:?}: give up, down or nothing");
                return Err(table.error(row.line, what).into());
            }
        }
    }
    Ok((found, None))
}
