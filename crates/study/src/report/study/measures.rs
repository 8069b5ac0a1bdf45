//! All measures of the Radscore, the clinical model and both together, in patients who were held out.

use radsurv_eval::evaluation::Evaluation;
use radsurv_eval::text_table::TextTable;

use super::names::protocol_name;
use super::{Endpoint, Report};
use crate::analysis::{EndpointResult, PatientSet, SetEvaluation, UnseenBatch};
use crate::error::Result;
use crate::report::evaluation::{cases, few_events, figures, tables};
use crate::settings::Protocol;

pub(super) fn write(report: &mut Report, of: &Endpoint, found: &EndpointResult) -> Result<()> {
    let held_out: Vec<&SetEvaluation> =
        found.evaluations.iter().filter(|evaluated| evaluated.set != PatientSet::Training).collect();
    for (set, why) in &found.unevaluated {
        report.page.text(&format!("The {set} set is not evaluated: {}.", why.trim_end_matches('.')));
    }
    // The last set is the one that counts.
    let last = held_out.last().map(|evaluated| evaluated.set);
    for evaluated in held_out {
        report.page.subsection(&format!("{}, {} set", of.name, evaluated.set));
        set(report, of, evaluated, Some(evaluated.set) == last)?;
    }
    if let Some(unseen) = &found.unseen {
        unseen_batches(report, of, unseen);
    }
    published(report, of)
}

/// The measures of a set. Of all sets but the last all but the first tables are folded.
fn set(report: &mut Report, of: &Endpoint, evaluated: &SetEvaluation, open: bool) -> Result<()> {
    let found = &evaluated.evaluation;
    let labels = report.labels.clone();
    let patients = report.study.sets.iter().filter(|set| **set == evaluated.set).count();
    if patients > found.n {
        let whole = format!("{} of {patients} patients have a value of everything that is compared here.", found.n);
        report.page.text(&whole);
    }
    report.page.text(&cases(found, &labels));
    if let Some(few) = few_events(found) {
        report.page.note(&few);
    }
    for marker in &found.markers {
        marker.notes.iter().for_each(|note| report.page.note(&format!("{}: {note}", marker.name)));
    }
    let prefix = format!("{}-{}-", of.slug, evaluated.set);
    report.add(&prefix, [tables::discrimination(found, &labels)]);
    if open {
        probabilities(report, &prefix, found)?;
        // Both together are what the nomogram says; without clinical variables there is the Radscore alone.
        if let Some(marker) = found.markers.last() {
            report.add(&prefix, figures::calibration(marker, &labels)?);
        }
        report.add(&prefix, figures::decisions(found, &labels)?);
    }
    report.folded(&format!("More of the {} set", evaluated.set), |report| {
        if !open {
            probabilities(report, &prefix, found)?;
            if let Some(marker) = found.markers.last() {
                report.add(&prefix, figures::calibration(marker, &labels)?);
            }
            report.add(&prefix, figures::decisions(found, &labels)?);
        }
        more(report, &prefix, found)
    })
}

fn probabilities(report: &mut Report, prefix: &str, found: &Evaluation) -> Result<()> {
    let labels = report.labels.clone();
    report.add(prefix, tables::brier(found, &labels));
    report.add(prefix, tables::calibration(found, &labels));
    report.add(prefix, tables::improvements(found, &labels));
    Ok(())
}

/// What few readers look for.
fn more(report: &mut Report, prefix: &str, found: &Evaluation) -> Result<()> {
    let labels = report.labels.clone();
    report.add(prefix, tables::differences(found, &labels));
    report.add(prefix, tables::cuts(found, &labels));
    report.add(prefix, tables::not_computed(found));
    // The ROC curves of the Radscore are above.
    for marker in found.markers.iter().skip(1) {
        report.add(prefix, figures::roc(marker, &labels)?);
    }
    report.add(prefix, figures::auc_over_time(found, &labels)?);
    let others = found.markers.len().saturating_sub(1);
    for marker in &found.markers[..others] {
        report.add(prefix, figures::calibration(marker, &labels)?);
    }
    if let Some(marker) = found.markers.last() {
        report.add(prefix, figures::clinical_impact(marker, &labels)?);
    }
    let last = found.markers.last().map(|marker| marker.name.as_str());
    for comparison in found.comparisons.iter().filter(|comparison| Some(comparison.second.as_str()) == last) {
        // A model that changes no risk has no curve.
        if let Ok(pieces) = figures::improvements(comparison, &labels) {
            report.add(prefix, pieces);
        }
    }
    Ok(())
}

/// The best model with both rules for batches that no training patient was in.
fn unseen_batches(report: &mut Report, of: &Endpoint, unseen: &UnseenBatch) {
    report.page.subsection(&format!("{}: batches without training patients", of.name));
    let what = |rule: &str| match rule {
        "pass" => "left as they are (pass)".to_string(),
        "estimate" => "shift and scale estimated from their features (estimate)".to_string(),
        other => other.to_string(),
    };
    let mut table = TextTable::new(["measure".to_string(), what(&unseen.rules[0]), what(&unseen.rules[1])]);
    let text = |value: Option<f64>| value.map_or("–".to_string(), |value| format!("{value:.3}"));
    for (time, auc) in report.study.settings.times.iter().zip(&unseen.auc) {
        table.push([format!("AUC at {}", report.labels.at(*time)), text(auc[0]), text(auc[1])]);
    }
    table.push(["Harrell's C".to_string(), text(unseen.concordance[0]), text(unseen.concordance[1])]);
    let caption = format!(
        "{}: the Radscore in the test set, of which {} patients are of {} that no training patient is of: with the rule of the study (left), \
         and with the other.",
        of.name,
        unseen.patients,
        match &unseen.batches[..] {
            [one] => format!("the batch {one}"),
            several => format!("the batches {}", radsurv_data::list(several)),
        }
    );
    report.table(&of.file("unseen-batches"), table, &caption);
}

/// The same markers as published: the numbers only.
fn published(report: &mut Report, of: &Endpoint) -> Result<()> {
    let protocol = Protocol::AsPublished;
    let Some(found) = of.of(protocol).filter(|_| of.is_strict()) else { return Ok(()) };
    let labels = report.labels.clone();
    report.folded(&format!("{}: the same markers {}", of.name, protocol_name(protocol)), |report| {
        for evaluated in &found.evaluations {
            report.page.subsection(&format!("{} set", evaluated.set));
            let prefix = format!("{}-{}-{}-", of.slug, protocol.name(), evaluated.set);
            report.add(&prefix, [tables::discrimination(&evaluated.evaluation, &labels)]);
        }
        Ok(())
    })
}
