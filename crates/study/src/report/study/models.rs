//! All models of an endpoint, and what the protocols differ in.

use radsurv_data::list;
use radsurv_eval::text_table::TextTable;
use radsurv_plot::ranking::{self, Model};
use radsurv_plot::{Drawing, Style};
use radsurv_survival::selection::ranking::{RankedModel, Scored};

use super::names::{COLUMNS, best, cell, judged, judged_name, mean, model_name, named, protocol_name};
use super::{Endpoint, Report};
use crate::analysis::{EndpointResult, ModelResult};
use crate::error::Result;
use crate::report::PageTable;
use crate::settings::Protocol;

pub(super) fn write(report: &mut Report, of: &Endpoint) -> Result<()> {
    for (protocol, found) in &of.protocols {
        let (look, table) = auc_table(report, found);
        let how = match protocol.protocol {
            Protocol::Strict => {
                "everything is learned from training patients, and the best model (shaded) is chosen by cross-validation"
            }
            Protocol::AsPublished => {
                "steps are learned from all patients, and the best model (shaded) is chosen by validation and test set: these numbers are too good"
            }
        };
        let caption = format!(
            "{}, {} protocol: AUC at {} with limits of 95 %; {how}.",
            of.name,
            protocol_name(protocol.protocol),
            times(report)
        );
        let name = of.file_of("auc", protocol.protocol);
        report.page.table_with(&table, &look, &caption);
        report.csv(&name, &numbers(report, found));
        if let Some(text) = promise(report, found) {
            report.page.text(&text);
        }
    }
    if let Some(shown) = of.shown {
        let (time, drawing) = figure(report, shown);
        let caption = format!(
            "{}: AUC of all models at {} by the {} protocol, with limits of 95 %.",
            of.name,
            report.labels.at(time),
            of.shown_name()
        );
        report.draw(&of.file("models"), drawing, &caption);
    }
    side_by_side(report, of)?;
    optimism(report, of)
}

/// The times of the study: `12, 36, 60 months`.
fn times(report: &Report) -> String {
    let times: Vec<String> = report.study.settings.times.iter().map(f64::to_string).collect();
    format!("{} {}", list(&times), report.labels.unit).trim_end().to_string()
}

/// The columns that have a value, each with the models' scores in the order of times.
fn shown_columns(found: &EndpointResult) -> Vec<usize> {
    let any = |column: &usize| {
        let scores =
            |model: &RankedModel| model.scores.get(*column).is_some_and(|set| set.iter().any(|scored| scored.is_ok()));
        found.ranking.models().iter().any(scores)
    };
    (0..COLUMNS.len()).filter(any).collect()
}

/// The table of the paper: a row per model in blocks of features, columns by set and time.
fn auc_table(report: &Report, found: &EndpointResult) -> (PageTable, TextTable) {
    let times: Vec<String> = report.study.settings.times.iter().map(f64::to_string).collect();
    let columns = shown_columns(found);
    let mut head = vec!["features".to_string(), "model".to_string()];
    columns.iter().for_each(|_| head.extend(times.clone()));
    let mut table = TextTable::new(head);
    let mut look = PageTable { heads: vec![(String::new(), 2)], ..PageTable::default() };
    look.heads.extend(columns.iter().map(|&column| (COLUMNS[column].to_string(), times.len())));
    let mut last = "";
    for (place, (model, ranked)) in found.models.iter().zip(found.ranking.models()).enumerate() {
        let new = model.features != last;
        last = &model.features;
        if new && place > 0 {
            look.blocks.push(place);
        }
        if place == found.winner {
            look.best.push(place);
        }
        let features = if new { model.features.clone() } else { String::new() };
        let mut row = vec![features, model_name(&model.model).to_string()];
        for &column in &columns {
            row.extend(ranked.scores[column].iter().map(text));
        }
        table.push(row);
    }
    (look, table)
}

fn text(scored: &Scored) -> String {
    scored.as_ref().map_or("–".to_string(), cell)
}

/// The same as numbers, a row per model, set and time.
fn numbers(report: &Report, found: &EndpointResult) -> TextTable {
    let head =
        ["features", "model", "settings", "used_features", "best", "set", "time", "auc", "lower", "upper", "reason"];
    let mut table = TextTable::new(head);
    for (place, (model, ranked)) in found.models.iter().zip(found.ranking.models()).enumerate() {
        for (column, set) in COLUMNS.iter().zip(&ranked.scores) {
            for (time, scored) in report.study.settings.times.iter().zip(set) {
                let limits = scored.as_ref().ok().and_then(|score| score.limits);
                let limit = |side: usize| limits.map_or(String::new(), |limits| limits[side].to_string());
                table.push([
                    model.features.clone(),
                    model.model.clone(),
                    model.candidate.clone(),
                    model.used.to_string(),
                    if place == found.winner { "yes" } else { "no" }.to_string(),
                    column.to_string(),
                    time.to_string(),
                    scored.as_ref().map_or(String::new(), |score| score.value.to_string()),
                    limit(0),
                    limit(1),
                    scored.as_ref().err().cloned().unwrap_or_default(),
                ]);
            }
        }
    }
    table
}

/// What the best model promised and kept, in a sentence.
fn promise(report: &Report, found: &EndpointResult) -> Option<String> {
    let (model, ranked) = (best(found)?, found.ranking.models().get(found.winner)?);
    let values =
        [(0, "in training patients"), (1, "in cross-validation"), (2, "in the validation set"), (3, "in the test set")];
    let values =
        values.iter().filter_map(|(column, name)| Some(format!("{:.3} {name}", mean(&ranked.scores[*column])?)));
    let values = values.collect::<Vec<String>>();
    let settings = match model.candidate.as_str() {
        "" => String::new(),
        candidate => format!(" with the settings {candidate}"),
    };
    (!values.is_empty()).then(|| {
        format!(
            "The best is {}{settings}; its predictions depend on {} features. The mean of its AUCs at {} is {}.",
            named(model),
            model.used,
            times(report),
            list(&values)
        )
    })
}

/// All models at the time in the middle.
fn figure(report: &Report, found: &EndpointResult) -> (f64, radsurv_plot::Result<Drawing>) {
    let times = &report.study.settings.times;
    let middle = times.len() / 2;
    let time = times.get(middle).copied().unwrap_or(f64::NAN);
    let columns = shown_columns(found);
    let score = |scored: Option<&Scored>| {
        let score = scored?.as_ref().ok()?;
        let [lower, upper] = score.limits.unwrap_or([f64::NAN; 2]);
        Some(ranking::Score { estimate: score.value, lower, upper })
    };
    let model = |(model, ranked): (&ModelResult, &RankedModel)| Model {
        name: named(model),
        scores: columns.iter().map(|&column| score(ranked.scores[column].get(middle))).collect(),
    };
    let models: Vec<Model> = found.models.iter().zip(found.ranking.models()).map(model).collect();
    let names: Vec<&str> = columns.iter().map(|&column| COLUMNS[column]).collect();
    let name = format!("AUC at {} (95 % CI)", report.labels.at(time));
    let by = columns.iter().position(|&column| column == 1);
    let settings = ranking::Settings { name, by, ..ranking::Settings::default() };
    (time, ranking::figure(&models, &names, &settings, &Style::double()))
}

/// The same models by both protocols, and the best of each.
fn side_by_side(report: &mut Report, of: &Endpoint) -> Result<()> {
    let (Some(strict), Some(published)) = (of.of(Protocol::Strict), of.of(Protocol::AsPublished)) else {
        return Ok(());
    };
    let column = judged(report.study);
    let auc = |found: &EndpointResult, place: usize| {
        found.ranking.models().get(place).and_then(|ranked| mean(&ranked.scores[column]))
    };
    let place = |found: &EndpointResult, of: &ModelResult| {
        found.models.iter().position(|model| model.features == of.features && model.model == of.model)
    };
    let row = |name: String, [strict, published]: [Option<f64>; 2]| {
        let text = |value: Option<f64>| value.map_or("–".to_string(), |value| format!("{value:.3}"));
        let difference =
            strict.zip(published).map_or("–".to_string(), |(strict, published)| signed(published - strict));
        [name, text(strict), text(published), difference]
    };
    let head = ["model", "strict", "as published", "difference"];
    let mut table = TextTable::new(head);
    for (first, what) in [(strict, "best by the strict protocol"), (published, "best as published")] {
        let Some(model) = best(first) else { continue };
        let both = [strict, published].map(|found| place(found, model).and_then(|place| auc(found, place)));
        table.push(row(format!("{} ({what})", named(model)), both));
    }
    table.push(row("the best of each".to_string(), [strict, published].map(|found| auc(found, found.winner))));
    let when = judged_name(report.study);
    let caption = format!(
        "{}: mean AUC {when}. In the first rows the same model, by both protocols: what steps that have seen all patients are worth. In the \
         last the best of each: what these steps, and a choice by {}, are worth together.",
        of.name, "the same patients that the model is shown on"
    );
    let look = PageTable { blocks: vec![table.rows.len() - 1], ..PageTable::default() };
    report.table_with(&of.file("protocols"), table, look, &caption);
    let mut all = TextTable::new(head);
    for (i, model) in strict.models.iter().enumerate() {
        let both = [auc(strict, i), place(published, model).and_then(|place| auc(published, place))];
        all.push(row(named(model), both));
    }
    report.folded("All models by both protocols", |report| {
        report.table(&of.file("protocols-all"), all, &format!("{}: mean AUC {when} by both protocols.", of.name));
        Ok(())
    })
}

/// A difference with its sign; none of zero.
fn signed(value: f64) -> String {
    let text = format!("{value:+.3}");
    if text.ends_with("0.000") { "0.000".to_string() } else { text }
}

fn optimism(report: &mut Report, of: &Endpoint) -> Result<()> {
    let held_out = COLUMNS[judged(report.study)];
    for (protocol, found) in &of.protocols {
        let head = [
            "model",
            "training",
            "cross-validation",
            held_out,
            "training less cross-validation",
            "training less held out",
        ];
        let mut table = TextTable::new(head);
        let text = |value: Option<f64>| value.map_or("–".to_string(), |value| format!("{value:.3}"));
        let difference = |value: Option<f64>| value.map_or("–".to_string(), signed);
        for (model, promise) in found.models.iter().zip(&found.optimism.promises) {
            table.push([
                named(model),
                text(promise.apparent),
                text(promise.cross_validated),
                text(promise.test),
                difference(promise.overfitting()),
                difference(promise.optimism()),
            ]);
        }
        let protocol = protocol.protocol;
        let caption = format!(
            "{}, {} protocol: the mean AUC that models promise in training patients, and what is left of it elsewhere.",
            of.name,
            protocol_name(protocol)
        );
        let look = PageTable { best: vec![found.winner], ..PageTable::default() };
        report.folded(&format!("Optimism of all models, {}", protocol_name(protocol)), |report| {
            report.table_with(&of.file_of("optimism", protocol), table, look, &caption);
            Ok(())
        })?;
    }
    Ok(())
}
