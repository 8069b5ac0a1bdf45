//! Questionnaires of reporting, and how the study was run.

use radsurv_eval::text_table::TextTable;

use super::Report;
use crate::error::{Error, Result};

pub(super) fn quality(report: &mut Report) {
    let quality = &report.study.quality;
    report.page.text(
        "What the run knows of itself is answered; what it cannot know is missing until people answer it: radsurv quality template writes a \
         file with every question. A range stands in place of a score as long as an answer is missing.",
    );
    for (name, file, text, table) in [
        ("Radiomics Quality Score", "rqs", quality.rqs.text(), quality.rqs.result().table()),
        ("METRICS", "metrics", quality.metrics.text(), quality.metrics.result().table()),
        ("CLEAR", "clear", quality.clear.text(), quality.clear.result().table()),
    ] {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            report.page.text(line);
        }
        report.csv(file, &table);
        report.page.fold(&format!("{name}: every item"));
        report.page.table(&table, &format!("{name}, item by item."));
        report.page.unfold();
    }
}

pub(super) fn write(report: &mut Report) -> Result<()> {
    let study = report.study;
    report.page.text(&format!(
        "radsurv {} with the seed {}. The same settings, data and version give the same numbers, for any number of threads.",
        study.version, study.settings.seed
    ));
    let mut table = TextTable::new(["stage", "seconds", "from an earlier run"]);
    for timing in &study.timings {
        let [found, all] = timing.from_cache;
        let cached = if all == 0 { String::new() } else { format!("{found} of {all} parts") };
        table.push([timing.stage.clone(), format!("{:.1}", timing.seconds), cached]);
    }
    let total: f64 = study.timings.iter().map(|timing| timing.seconds).sum();
    table.push(["all".to_string(), format!("{total:.1}"), String::new()]);
    report.table("timings", table, "How long each stage took.");
    let settings = toml::to_string(&study.settings).map_err(|error| Error::Cases(format!("settings: {error}")))?;
    report.folded("All settings, as study.toml has them", |report| {
        report.page.verbatim(&settings);
        Ok(())
    })?;
    report.page.text(
        "Beside this page are tables/*.csv and figures/*.svg with the same content, models/*.json with the best models (radsurv predict \
         reads them), and study.json with all numbers. \
         tables/left-out.csv and tables/radscore-*.csv have the ids of patients; this page has none.",
    );
    Ok(())
}
