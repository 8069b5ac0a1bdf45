//! Which features there were, which are reproducible, and what the steps left.

use radsurv_eval::text_table::TextTable;
use radsurv_plot::{Style, icc_distribution};

use super::Report;
use super::names::protocol_name;
use crate::error::Result;
use crate::report::PageTable;

/// The most features without a value that the page names; the file has all.
const NAMED: usize = 40;

pub(super) fn write(report: &mut Report) -> Result<()> {
    counts(report);
    reproducibility(report)?;
    undefined(report)
}

fn counts(report: &mut Report) {
    let study = report.study;
    let mut table = TextTable::new(["protocol", "features", "all", "reproducible", "behind all steps"]);
    let mut blocks = Vec::new();
    for protocol in &study.protocols {
        blocks.push(table.rows.len());
        for set in &protocol.feature_sets {
            let reproducible = match protocol.reproducibility {
                Some(_) => set.reproducible.to_string(),
                None => "not tested".to_string(),
            };
            let name = protocol_name(protocol.protocol).to_string();
            table.push([name, set.name.clone(), set.all.to_string(), reproducible, set.kept.to_string()]);
        }
    }
    let look = PageTable { blocks, ..PageTable::default() };
    let caption = "Features with a value in all patients, the reproducible ones among them, and those that the models see when all steps \
                   (scaling, harmonisation, redundancy) are done. By the strict protocol readings and steps are those of training patients, as \
                   published those of all.";
    report.table_with("features", table, look, caption);
}

fn reproducibility(report: &mut Report) -> Result<()> {
    let Some((protocol, found)) =
        report.study.protocols.iter().find_map(|protocol| Some((protocol, protocol.reproducibility.as_ref()?)))
    else {
        report
            .page
            .text("There was no other reading of any tumour: nothing is known of the reproducibility of features.");
        return Ok(());
    };
    let (kept, all) = (found.rows().iter().filter(|row| row.keep).count(), found.rows().len());
    report.page.text(&format!(
        "{kept} of {all} features are reproducible{}, by the {} protocol.",
        if found.comparisons().len() > 1 { " in every comparison of readings" } else { "" },
        protocol_name(protocol.protocol)
    ));
    for (place, comparison) in found.comparisons().iter().enumerate() {
        let readings = comparison.readings().join(" and ");
        let caption =
            format!("Intraclass correlation of features between {readings} in {} patients.", comparison.cases());
        let drawing = icc_distribution::figure(comparison, "", &Style::single());
        report.draw(&format!("icc-{}", place + 1), drawing, &caption);
    }
    let mut csv = Vec::new();
    found.to_writer(&mut csv).map_err(|source| radsurv_data::Error::Io { path: "icc.csv".into(), source })?;
    report.files.push((super::table_path("", "icc"), String::from_utf8_lossy(&csv).into_owned()));
    Ok(())
}

fn undefined(report: &mut Report) -> Result<()> {
    let undefined = &report.study.features.undefined;
    if undefined.is_empty() {
        return Ok(());
    }
    let mut table = TextTable::new(["feature", "patients without a value"]);
    undefined.iter().for_each(|(name, patients)| table.push([name.clone(), patients.to_string()]));
    report.csv("undefined-features", &table);
    let name = format!("{} of {} features were left out", undefined.len(), report.study.features.all);
    report.folded(&name, |report| {
        if table.rows.len() > NAMED {
            table.rows.truncate(NAMED);
            report.page.text(&format!("The first {NAMED}; tables/undefined-features.csv has all."));
        }
        report.page.table(&table, "Features without a value in some patients.");
        Ok(())
    })
}
