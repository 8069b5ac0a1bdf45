//! The tables of a search.

use radsurv_data::{Table, number};
use radsurv_survival::selection::comparison::Comparison;
use radsurv_survival::selection::screen::SelectionFrequency;
use radsurv_survival::selection::{CrossValidated, NestedValidation, Search};

use crate::error::Result;

/// A number, or an empty cell.
fn cell(value: Option<f64>) -> String {
    value.map_or_else(String::new, number::format)
}

/// Each settings that were tried: model, settings, the measure in all folds and in each.
pub fn trials(search: &Search) -> Result<Table> {
    let folds = search.trials.iter().map(|trial| trial.folds.len()).max().unwrap_or(0);
    let mut columns: Vec<String> =
        ["candidate", "model", "chosen", search.metric.as_str(), "se", "folds", "out"].map(String::from).to_vec();
    columns.extend((1..=folds).map(|fold| format!("fold_{fold}")));
    let mut table = Table::new(columns, "the trials")?;
    for (place, trial) in search.trials.iter().enumerate() {
        let chosen = match search.of_models.iter().any(|of| of.chosen == Some(place)) {
            _ if place == search.chosen => "winner",
            true => "of its model",
            false => "",
        };
        let mut row = vec![trial.name.clone(), trial.model.clone(), chosen.to_string()];
        row.extend([cell(trial.mean), cell(trial.std_error), trial.measured.to_string()]);
        row.push(trial.out.clone().unwrap_or_default());
        row.extend((0..folds).map(|fold| cell(trial.folds.get(fold).copied().flatten())));
        table.push(row)?;
    }
    Ok(table)
}

/// Each pair of models on the outer folds: the difference of the measure, and whether it is one. None with fewer than two models.
pub fn comparison(search: &Search, validated: &NestedValidation) -> Result<Option<Table>> {
    let found = validated.models.iter().filter_map(|model| Some((model.model.as_str(), model.validated.as_ref()?)));
    let found: Vec<(&str, &CrossValidated<String>)> = found.collect();
    if found.len() < 2 {
        return Ok(None);
    }
    let compared = Comparison::of_folds(&found, &search.metric, 0.95)?;
    let columns =
        ["first", "second", "difference", "se", "lower", "upper", "p", "p_adjusted", "folds"].map(String::from);
    let mut table = Table::new(columns.to_vec(), "the comparison")?;
    for pair in &compared.pairs {
        let test = pair.paired.test;
        let numbers = [
            pair.paired.difference,
            test.map(|test| test.std_error),
            test.map(|test| test.lower),
            test.map(|test| test.upper),
            test.map(|test| test.p_value),
            pair.adjusted_p_value,
        ];
        let mut row = vec![pair.first.clone(), pair.second.clone()];
        row.extend(numbers.map(cell));
        row.push(pair.paired.resamples.to_string());
        table.push(row)?;
    }
    Ok(Some(table))
}

/// In how many outer folds each feature was used, the most frequent first.
pub fn frequency(frequency: &SelectionFrequency) -> Result<Table> {
    let mut table = Table::new(["feature", "folds", "frequency"].map(String::from).to_vec(), "the features")?;
    for feature in frequency.most_frequent() {
        table.push(vec![feature.feature.clone(), feature.count.to_string(), number::format(feature.frequency)])?;
    }
    Ok(table)
}

/// Each model: what it seems to be on its own cases, in the search, and outside of it; the last row is the best of all.
pub fn models(search: &Search, apparent: &[Option<f64>], validated: Option<&NestedValidation>) -> Result<Table> {
    let mut columns = ["model", "settings", "apparent", "search"].map(String::from).to_vec();
    let measures: Vec<&str> =
        validated.iter().flat_map(|v| v.best.summaries.iter().map(|summary| summary.metric.as_str())).collect();
    for name in &measures {
        columns.extend(["", "_sd", "_pooled"].map(|kind| format!("{name}{kind}")));
    }
    if validated.is_some() {
        columns.extend(["undefined_folds", "failed_folds", "reason"].map(String::from));
    }
    let mut table = Table::new(columns, "the models")?;
    let outside = |found: Option<&CrossValidated<String>>, reason: Option<&String>| -> Vec<String> {
        let Some(found) = found else {
            let empty = std::iter::repeat_n(String::new(), 3 * measures.len() + 2);
            return empty.chain([reason.cloned().unwrap_or_default()]).collect();
        };
        let mut cells: Vec<String> =
            found.summaries.iter().flat_map(|s| [cell(s.mean), cell(s.std_dev), cell(s.pooled)]).collect();
        let undefined = found.summaries.first();
        cells.push(undefined.map_or(0, |summary| summary.undefined).to_string());
        cells.push(found.failures.len().to_string());
        cells.push(undefined.and_then(|summary| summary.reason.clone()).unwrap_or_default());
        cells
    };
    for (place, of_model) in search.of_models.iter().enumerate() {
        let trial = of_model.chosen.map(|chosen| &search.trials[chosen]);
        let mut row = vec![of_model.model.clone(), trial.map_or_else(String::new, |trial| trial.name.clone())];
        row.extend([cell(apparent.get(place).copied().flatten()), cell(trial.and_then(|trial| trial.mean))]);
        if let Some(of) = validated.and_then(|v| v.models.get(place)) {
            row.extend(outside(of.validated.as_ref(), of.reason.as_ref()));
        }
        table.push(row)?;
    }
    let winner = search.winner();
    let place = search.of_models.iter().position(|of| of.chosen == Some(search.chosen));
    let apparent = place.and_then(|place| apparent.get(place).copied().flatten());
    let mut row = vec!["best of all".to_string(), winner.name.clone(), cell(apparent), cell(winner.mean)];
    row.extend(validated.map(|v| outside(Some(&v.best), None)).unwrap_or_default());
    table.push(row)?;
    Ok(table)
}
