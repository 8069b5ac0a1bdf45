//! What is behind the groups that the best model of an endpoint makes.

use radsurv_eval::text_table::TextTable;

use super::{Endpoint, Report};
use crate::error::Result;
use crate::report::radiogenomics::pieces;

pub(super) fn write(report: &mut Report, of: &Endpoint) -> Result<()> {
    let study = report.study;
    let Some(found) = study.genomics.iter().find(|found| found.endpoint == of.name) else { return Ok(()) };
    report.page.section(&format!("{}: genes and pathways", of.name));
    match &found.found {
        Err(why) => report.page.note(&format!("Expression was not compared: {why}.")),
        Ok(found) => {
            let what = "Patients are divided by the cut of the Radscore that divides training patients best, and expression is compared between these groups.";
            report.page.text(what);
            let mut table = TextTable::new(["case_id", "reason"]);
            found.left_out.iter().for_each(|(id, why)| table.push([id.clone(), why.clone()]));
            report.csv(&format!("{}-without-expression", of.slug), &table);
            report.add(&format!("{}-", of.slug), pieces(found)?);
        }
    }
    Ok(())
}
