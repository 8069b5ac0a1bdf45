//! The clinical model, and its nomogram.

use radsurv_eval::text_table::{TextTable, p_value, with_limits};
use radsurv_plot::forest::{self, Ratio, Row};
use radsurv_plot::{Style, nomogram};
use radsurv_survival::clinical::{ClinicalEffect, ClinicalFit, ClinicalReport};

use super::names::count;
use super::{Endpoint, Report};
use crate::analysis::{ClinicalResult, EndpointResult};
use crate::error::Result;
use crate::report::PageTable;

pub(super) fn write(report: &mut Report, of: &Endpoint, found: &EndpointResult) -> Result<()> {
    let Some(clinical) = &found.clinical else { return Ok(()) };
    for (what, fit) in [("clinical model", &clinical.alone), ("clinical model with the Radscore", &clinical.combined)] {
        match fit {
            Err(why) => report.page.text(&format!("There is no {what}: {why}.")),
            Ok(fit) => report.page.text(&how(what, &fit.report)),
        }
    }
    hazard_ratios(report, of, clinical);
    forests(report, of, clinical)?;
    if let Ok(fit) = &clinical.combined {
        cut_points(report, of, fit);
        steps(report, of, fit)?;
    }
    draw_nomogram(report, of, clinical)
}

/// Of whom a model was fitted, and what is to be known.
fn how(what: &str, report: &ClinicalReport) -> String {
    let left_out = &report.left_out;
    let mut out = Vec::new();
    if left_out.without_score.cases > 0 {
        out.push(format!("{} without a held-out score", left_out.without_score.cases));
    }
    if left_out.incomplete.cases > 0 {
        out.push(format!("{} without a value of some variable", left_out.incomplete.cases));
    }
    let out = if out.is_empty() { String::new() } else { format!(" Left out: {}.", radsurv_data::list(&out)) };
    let mut terms: Vec<&str> = Vec::new();
    for effect in &report.effects {
        if !terms.contains(&effect.term.as_str()) {
            terms.push(&effect.term);
        }
    }
    let terms = if terms.is_empty() { "no variable".to_string() } else { radsurv_data::list(&terms) };
    format!(
        "The {what} was fitted to {} with {}.{out} It has {terms}.",
        count(report.cases, "training patient"),
        count(report.events, "event")
    )
}

/// Hazard ratio and p-value, or nothing.
fn effect(effect: Option<&ClinicalEffect>) -> [String; 2] {
    match effect {
        None => Default::default(),
        Some(ClinicalEffect { certainty: Some(c), hazard_ratio, .. }) => {
            [with_limits(*hazard_ratio, c.lower, c.upper, 2), p_value(c.p_value)]
        }
        Some(ClinicalEffect { hazard_ratio, .. }) => [format!("{hazard_ratio:.2}"), String::new()],
    }
}

fn hazard_ratios(report: &mut Report, of: &Endpoint, clinical: &ClinicalResult) {
    let reports: Vec<&ClinicalReport> =
        [&clinical.combined, &clinical.alone].into_iter().flatten().map(|fit| &fit.report).collect();
    let Some(first) = reports.first() else { return };
    let univariable: Vec<&ClinicalEffect> = first.univariable.iter().flat_map(|model| &model.effects).collect();
    let models =
        [&clinical.alone, &clinical.combined].map(|fit| fit.as_ref().map_or(&[][..], |fit| &fit.report.effects));
    let mut columns: Vec<&str> = Vec::new();
    for effect in univariable.iter().copied().chain(models.into_iter().flatten()) {
        if !columns.contains(&effect.column.as_str()) {
            columns.push(&effect.column);
        }
    }
    let ratio = "HR (95 % CI)";
    let mut table = TextTable::new(["variable", ratio, "p", ratio, "p", ratio, "p"]);
    for column in columns {
        let named = |effect: &&ClinicalEffect| effect.column == column;
        let mut row = vec![column.to_string()];
        row.extend(effect(univariable.iter().copied().find(named)));
        for model in models {
            row.extend(effect(model.iter().find(named)));
        }
        table.push(row);
    }
    let heads = ["", "alone", "clinical model", "with the Radscore"];
    let heads = heads.iter().zip([1, 2, 2, 2]).map(|(name, columns)| (name.to_string(), columns)).collect();
    let caption = format!(
        "{}: hazard ratios of each variable alone, and beside the others that stayed in the models; of numbers per unit. Empty cells are \
         of variables that did not stay.",
        of.name
    );
    report.table_with(&of.file("clinical"), table, PageTable { heads, ..PageTable::default() }, &caption);
}

/// The rows of a forest plot.
fn rows<'a>(effects: impl Iterator<Item = &'a ClinicalEffect>) -> Vec<Row> {
    let row = |effect: &ClinicalEffect| {
        let certainty = effect.certainty?;
        let ratio = Ratio { estimate: effect.hazard_ratio, lower: certainty.lower, upper: certainty.upper };
        Some(Row::new(effect.column.replace('=', ": "), ratio, certainty.p_value))
    };
    effects.filter_map(row).collect()
}

fn forests(report: &mut Report, of: &Endpoint, clinical: &ClinicalResult) -> Result<()> {
    let Ok(fit) = &clinical.combined else { return Ok(()) };
    let multivariable = rows(fit.report.effects.iter());
    if !multivariable.is_empty() {
        let drawing = forest::figure(&multivariable, &forest::Settings::default(), &Style::double());
        report.draw(
            &of.file("forest"),
            drawing,
            &format!("{}: hazard ratios of the clinical model with the Radscore.", of.name),
        );
    }
    let univariable = rows(fit.report.univariable.iter().flat_map(|model| &model.effects));
    if univariable.is_empty() {
        return Ok(());
    }
    report.folded("Forest plot of each variable alone", |report| {
        let drawing = forest::figure(&univariable, &forest::Settings::default(), &Style::double());
        report.draw(&of.file("forest-alone"), drawing, &format!("{}: hazard ratios of each variable alone.", of.name));
        Ok(())
    })
}

fn cut_points(report: &mut Report, of: &Endpoint, fit: &ClinicalFit) {
    if fit.report.cut_points.is_empty() {
        return;
    }
    let mut table = TextTable::new(["variable", "cut point", "patients up to it", "patients above", "p of the search"]);
    for cut in &fit.report.cut_points {
        let above = cut.cases().saturating_sub(cut.low());
        let p = p_value(cut.p_values().lausen_1994);
        let cells = [format!("{:.4}", cut.cut()), cut.low().to_string(), above.to_string(), p];
        table.push([cut.variable().to_string()].into_iter().chain(cells));
    }
    let caption = format!("{}: cut points, sought among training patients; p-values know that (Lausen 1994).", of.name);
    report.table(&of.file("cut-points"), table, &caption);
}

fn steps(report: &mut Report, of: &Endpoint, fit: &ClinicalFit) -> Result<()> {
    let steps = &fit.report.steps;
    if steps.is_empty() && fit.report.unusable.is_empty() {
        return Ok(());
    }
    let mut table = TextTable::new(["step", "variables", "columns", "AIC", "left the model", "its p"]);
    for (place, step) in steps.iter().enumerate() {
        let dropped = step.dropped.as_deref().unwrap_or_default();
        let p =
            step.tried.iter().find(|tried| tried.term == dropped).map_or(String::new(), |tried| p_value(tried.p_value));
        table.push([
            (place + 1).to_string(),
            step.terms.join(", "),
            step.df.to_string(),
            format!("{:.1}", step.aic),
            dropped.to_string(),
            p,
        ]);
    }
    report.folded("How the variables were chosen", |report| {
        for unusable in &fit.report.unusable {
            report.page.text(&format!("{} could not be used: {}.", unusable.term, unusable.reason));
        }
        if !table.rows.is_empty() {
            report.table(&of.file("selection"), table, &format!("{}: the models on the way to the last.", of.name));
        }
        Ok(())
    })
}

fn draw_nomogram(report: &mut Report, of: &Endpoint, clinical: &ClinicalResult) -> Result<()> {
    let Some(found) = &clinical.nomogram else {
        report
            .page
            .text("There is no nomogram: the clinical model with the Radscore has no variable that could be drawn.");
        return Ok(());
    };
    let settings = nomogram::Settings { unit: report.labels.unit.clone(), ..nomogram::Settings::default() };
    let drawing = nomogram::figure(found, None, &settings, &Style::double());
    report.draw(
        &of.file("nomogram"),
        drawing,
        &format!("{}: nomogram of the clinical variables and the Radscore.", of.name),
    );
    let file = format!("{}.html", of.file("nomogram"));
    let title = format!("{}: {}", report.study.settings.name, of.name);
    report.files.push((file.clone().into(), found.to_html(&title)?));
    report.page.link("A page that computes with this nomogram", &file);
    Ok(())
}
