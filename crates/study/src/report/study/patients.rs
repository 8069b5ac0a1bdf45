//! Who was studied, and what happened to them.

use radsurv_data::{Groups, Survival};
use radsurv_eval::table_one::TableOneFormat;
use radsurv_eval::text_table::TextTable;
use radsurv_plot::{Style, flow_chart, kaplan_meier};
use radsurv_stats::nonparametric::{KaplanMeier, TestWeights};

use super::Report;
use super::names::count;
use crate::analysis::{FlowStep, PatientSet};
use crate::error::Result;
use crate::report::PageTable;
use crate::report::evaluation::round;
use crate::report::piece::slug;

pub(super) fn write(report: &mut Report) -> Result<()> {
    flow(report);
    table_one(report);
    endpoints(report);
    survival(report);
    Ok(())
}

/// The places of the patients of a set.
pub(super) fn places(report: &Report, set: PatientSet) -> Vec<usize> {
    report.study.sets.iter().enumerate().filter(|(_, of)| **of == set).map(|(place, _)| place).collect()
}

fn flow(report: &mut Report) {
    let study = report.study;
    // The sets are shown side by side.
    let of_set = |step: &FlowStep| PatientSet::ALL.iter().any(|set| step.name == format!("{set} set"));
    let left_out = |step: &FlowStep| {
        let reasons = step.left_out.iter();
        reasons.map(|out| flow_chart::LeftOut { reason: out.reason.clone(), cases: out.ids.len() }).collect()
    };
    let steps: Vec<flow_chart::Step> = study
        .flow
        .iter()
        .filter(|step| !of_set(step))
        .map(|step| flow_chart::Step { name: step.name.clone(), cases: step.patients, left_out: left_out(step) })
        .collect();
    let set = |set: PatientSet| {
        let cases = study.sets.iter().filter(|of| **of == set).count();
        let events = study.summaries.iter().filter(|summary| summary.set == set);
        let notes = events.map(|summary| format!("{}: {}", summary.endpoint, count(summary.events, "event"))).collect();
        flow_chart::Set { name: format!("{set} set"), cases, notes }
    };
    let sets: Vec<flow_chart::Set> = PatientSet::ALL.into_iter().map(set).filter(|set| set.cases > 0).collect();
    let drawing = flow_chart::figure(&steps, &sets, "", &Style::double());
    report.draw("flow-chart", drawing, "From the patients of the table to those who were analysed.");
    let mut table = TextTable::new(["case_id", "step", "reason", "failed"]);
    for (step, out) in study.flow.iter().flat_map(|step| step.left_out.iter().map(move |out| (step, out))) {
        for id in &out.ids {
            table.push([id.as_str(), &step.name, &out.reason, if out.failed { "yes" } else { "no" }]);
        }
    }
    let failed: usize =
        study.flow.iter().flat_map(|step| &step.left_out).filter(|out| out.failed).map(|out| out.ids.len()).sum();
    if failed > 0 {
        report.page.note(&format!(
            "{} left out because something went wrong with their images; tables/left-out.csv names them and says what.",
            if failed == 1 { "1 patient was".to_string() } else { format!("{failed} patients were") }
        ));
    }
    report.csv("left-out", &table);
}

fn table_one(report: &mut Report) {
    let Some(found) = &report.study.table_one else { return };
    let notes = found.notes().join(" ");
    let caption = format!(
        "Characteristics of the patients. Of differences between groups there are p-values and standardised mean differences (SMD; above \
         0.1 groups are called unbalanced). {notes}"
    );
    report.table("table-1", found.text(&TableOneFormat::default()), &caption);
}

fn endpoints(report: &mut Report) {
    let study = report.study;
    let mut table = TextTable::new(["endpoint", "set", "patients", "events", "%", "median follow-up"]);
    let mut blocks = Vec::new();
    let mut last = "";
    for found in &study.summaries {
        let new = found.endpoint != last;
        if new {
            blocks.push(table.rows.len());
        }
        last = &found.endpoint;
        let follow_up = found.median_follow_up.map_or("not reached".to_string(), |time| report.labels.at(round(time)));
        let share = 100.0 * found.events as f64 / found.patients.max(1) as f64;
        table.push([
            found.endpoint.clone(),
            found.set.to_string(),
            found.patients.to_string(),
            found.events.to_string(),
            format!("{share:.1}"),
            follow_up,
        ]);
    }
    let look = PageTable { blocks, ..PageTable::default() };
    report.table_with("endpoints", table, look, "Endpoints by set. Follow-up by the reversed Kaplan-Meier estimate.");
}

/// Kaplan-Meier curves of each endpoint by set.
fn survival(report: &mut Report) {
    let study = report.study;
    for (endpoint, outcome) in study.settings.endpoints.iter().zip(&study.outcomes) {
        let groups = Groups::new(study.sets.iter().map(|set| Some(set.name())));
        let p = TestWeights::LogRank.test(outcome, &groups, None).ok().map(|found| found.test.p_value);
        let parts: Vec<(&str, Survival)> = PatientSet::ALL
            .into_iter()
            .map(|set| (set.name(), outcome.rows(&places(report, set))))
            .filter(|(_, outcome)| !outcome.is_empty())
            .collect();
        let settings = kaplan_meier::Settings {
            title: endpoint.name.clone(),
            time: report.labels.axis(),
            survival: format!("Without an event of {}", endpoint.name),
            p_value: p,
            ..kaplan_meier::Settings::default()
        };
        let drawing = curves(&parts, &settings);
        let name = format!("kaplan-meier-{}", slug(&endpoint.name));
        report.draw(&name, drawing, &format!("Kaplan-Meier estimates of {} by set.", endpoint.name));
    }
}

/// The curves of groups.
pub(super) fn curves(
    groups: &[(&str, Survival)],
    settings: &kaplan_meier::Settings,
) -> radsurv_plot::Result<radsurv_plot::Drawing> {
    let estimate = |(name, outcome): &(_, Survival)| Some((*name, KaplanMeier::of(outcome).ok()?));
    let estimates: Vec<(&str, KaplanMeier)> = groups.iter().filter_map(estimate).collect();
    let curves: Vec<kaplan_meier::Curve> =
        estimates.iter().map(|(name, estimate)| kaplan_meier::Curve { name, estimate }).collect();
    kaplan_meier::figure(&curves, settings, &Style::single())
}
