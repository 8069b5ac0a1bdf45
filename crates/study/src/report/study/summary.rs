//! What was found, in a paragraph and a table.

use radsurv_data::list;
use radsurv_eval::text_table::TextTable;
use radsurv_survival::selection::ranking::Score;

use super::names::{
    auc_at, best, cell, count, judged, judged_name, judged_set, line, marker, mean, model_name, named, protocol_name,
    score,
};
use super::{Endpoint, Report};
use crate::analysis::{EndpointResult, PatientSet, Study};
use crate::report::{Labels, PageTable};
use crate::settings::Protocol;

/// The markers that are compared, as evaluations name them.
const OTHERS: [&str; 2] = ["clinical", "clinical + Radscore"];

/// The best model of each endpoint and protocol with its AUC at each time and Harrell's *C*, and those of the clinical model without
/// and with its score: in the test set, or where there is none in the validation set.
pub fn main_table(study: &Study) -> TextTable {
    table(study, line).0
}

fn table(study: &Study, write: fn(&Score) -> String) -> (TextTable, Vec<usize>) {
    let labels = Labels { title: String::new(), unit: study.settings.time_unit.clone() };
    let head = ["endpoint", "protocol", "marker"].map(String::from).into_iter();
    let times = study.settings.times.iter().map(|time| format!("AUC at {}", labels.at(*time)));
    let mut table = TextTable::new(head.chain(times).chain(["Harrell's C".to_string()]));
    let mut blocks = Vec::new();
    for (place, endpoint) in study.settings.endpoints.iter().enumerate() {
        let of = Endpoint::new(study, place, &endpoint.name);
        for (protocol, found) in &of.protocols {
            blocks.push(table.rows.len());
            for (marker, values) in rows(study, found) {
                let cells = values.iter().map(|value| value.as_ref().map_or(String::new(), write));
                let head = [of.name.to_string(), protocol_name(protocol.protocol).to_string(), marker];
                table.push(head.into_iter().chain(cells));
            }
        }
    }
    (table, blocks)
}

/// Each marker of an endpoint, with its AUC at each time and concordance.
fn rows(study: &Study, found: &EndpointResult) -> Vec<(String, Vec<Option<Score>>)> {
    let mut rows = Vec::new();
    let column = judged(study);
    if let (Some(model), Some(ranked)) = (best(found), found.ranking.models().get(found.winner)) {
        let mut values: Vec<Option<Score>> =
            ranked.scores[column].iter().map(|scored| scored.as_ref().ok().copied()).collect();
        values.push(model.concordance[column].map(Score::from));
        rows.push((format!("Radscore: {}", named(model)), values));
    }
    let set = judged_set(study);
    let Some(evaluated) = found.evaluations.iter().find(|evaluated| evaluated.set == set) else { return rows };
    for name in OTHERS {
        let Some(marker) = marker(&evaluated.evaluation, name) else { continue };
        let mut values: Vec<Option<Score>> = study.settings.times.iter().map(|time| auc_at(marker, *time)).collect();
        values.push(marker.concordance.harrell.as_ref().map(score));
        let name = if name == OTHERS[1] { "nomogram: clinical + Radscore" } else { "clinical model" };
        rows.push((name.to_string(), values));
    }
    rows
}

pub(super) fn write(report: &mut Report) {
    let study = report.study;
    report.page.text(&paragraph(study));
    report.page.notes("What to know before reading on:", &study.warnings);
    let (mut table, blocks) = table(study, cell);
    let times = study.settings.times.len();
    for (head, time) in table.header[3..].iter_mut().zip(&study.settings.times) {
        *head = time.to_string();
    }
    let of_times = match report.labels.unit.as_str() {
        "" => "AUC at".to_string(),
        unit => format!("AUC at ({unit})"),
    };
    let heads = vec![(String::new(), 3), (of_times, times), (String::new(), 1)];
    // A name is said where it begins.
    for row in (0..table.rows.len()).filter(|row| !blocks.contains(row)) {
        table.rows[row][0].clear();
        table.rows[row][1].clear();
    }
    let strict = match study.protocols.iter().any(|found| found.protocol == Protocol::Strict) {
        true => {
            " Strict: nothing was learned from patients outside of the training set, and the best model was chosen by cross-validation."
        }
        false => "",
    };
    let caption = format!(
        "The best model of each endpoint {}, with limits of 95 %. Its risk is the Radscore; the nomogram has clinical variables beside it.{strict}",
        judged_name(study)
    );
    let look = PageTable { heads, blocks, ..PageTable::default() };
    report.csv("summary", &main_table(study));
    report.page.table_with(&table, &look, &caption);
    for sentence in leaks(study) {
        report.page.text(&sentence);
    }
}

/// Who was studied, and what is best.
fn paragraph(study: &Study) -> String {
    let sets = PatientSet::ALL.into_iter().filter_map(|set| {
        let patients = study.sets.iter().filter(|of| **of == set).count();
        (patients > 0).then(|| format!("{patients} {set}"))
    });
    let endpoints = study.settings.endpoints.iter().zip(&study.outcomes);
    let events =
        endpoints.map(|(endpoint, outcome)| format!("{} ({})", endpoint.name, count(outcome.events(), "event")));
    let models: Vec<&str> = study.settings.models.models.iter().map(|kind| model_name(kind.name())).collect();
    let mut text = format!(
        "{} patients were analysed ({}) for {}. {} ({}) were compared, learned from {} of the training patients.",
        study.ids.len(),
        list(&sets.collect::<Vec<String>>()),
        list(&events.collect::<Vec<String>>()),
        count(models.len(), "model"),
        list(&models),
        count(study.features.all, "feature")
    );
    for (place, endpoint) in study.settings.endpoints.iter().enumerate() {
        let of = Endpoint::new(study, place, &endpoint.name);
        let Some((found, model)) = of.shown.and_then(|found| Some((found, best(found)?))) else { continue };
        let auc = found.ranking.models().get(found.winner).and_then(|ranked| mean(&ranked.scores[judged(study)]));
        let auc = auc.map_or(String::new(), |auc| format!(" (mean AUC {auc:.3} {})", judged_name(study)));
        text += &format!(" Of {} the best was {}{auc}.", of.name, named(model));
    }
    text
}

/// What the protocols differ in, a sentence per endpoint.
fn leaks(study: &Study) -> Vec<String> {
    let mut sentences = Vec::new();
    for (place, endpoint) in study.settings.endpoints.iter().enumerate() {
        let of = Endpoint::new(study, place, &endpoint.name);
        let auc = |protocol| {
            let found = of.of(protocol)?;
            mean(&found.ranking.models().get(found.winner)?.scores[judged(study)])
        };
        if let (Some(strict), Some(published)) = (auc(Protocol::Strict), auc(Protocol::AsPublished)) {
            sentences.push(format!(
                "{}: the mean AUC of the best model {} is {published:.3} as published and {strict:.3} by the strict protocol, a \
                 difference of {:+.3}.",
                of.name,
                judged_name(study),
                published - strict
            ));
        }
    }
    sentences
}
