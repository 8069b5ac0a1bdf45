//! The best model: what it looks at, and how patients fare by its risk.

use radsurv_eval::evaluation::MarkerEvaluation;
use radsurv_eval::risk_groups::RiskGroups;
use radsurv_eval::text_table::{TextTable, p_value, with_limits};
use radsurv_plot::{Style, auc_over_time, importance, kaplan_meier, roc};
use radsurv_stats::summary::quantile_sorted;

use super::names::{best, marker, named};
use super::patients::curves;
use super::{Endpoint, Report};
use crate::analysis::{EndpointResult, PatientSet, Radscore};
use crate::error::Result;
use crate::report::PageTable;

/// The marker's name in evaluations.
const RADSCORE: &str = "Radscore";

pub(super) fn write(report: &mut Report, of: &Endpoint, found: &EndpointResult) -> Result<()> {
    if let Some(model) = best(found) {
        let scores = match (&found.radscore.held_out, of.is_strict()) {
            (Some(held_out), _) => format!(
                "That of a training patient is by models that were learned without the patient ({} of {} have one).",
                held_out.len() - held_out.absent(),
                held_out.len()
            ),
            _ => "That of a training patient is by the model which knows what happened to the patient.".to_string(),
        };
        let medians = medians(report, &found.radscore, of.is_strict());
        report.page.text(&format!("The Radscore is the risk by the best model: {}. {scores} {medians}", named(model)));
    }
    what_it_looks_at(report, of, found);
    curves_of_sets(report, of, found);
    groups(report, of, &found.radscore);
    scores(report, of, &found.radscore);
    Ok(())
}

/// Where the scores of each set are: a cut-off only serves sets whose scores are on one scale.
fn medians(report: &Report, radscore: &Radscore, strict: bool) -> String {
    let of = |set: PatientSet| {
        let places = super::patients::places(report, set);
        let mut scores: Vec<f64> = places.iter().filter_map(|&case| *radscore.scores.get(case)?).collect();
        scores.sort_unstable_by(f64::total_cmp);
        let quartile = |part: f64| quantile_sorted(&scores, part);
        let named = || {
            let [low, median, high] = [0.25, 0.5, 0.75].map(quartile);
            format!("{} {median:.3} ({low:.3} to {high:.3})", set_name(set, strict))
        };
        (!scores.is_empty()).then(named)
    };
    let sets: Vec<String> = PatientSet::ALL.into_iter().filter_map(of).collect();
    format!("Its median and quartiles are: {}.", sets.join("; "))
}

fn what_it_looks_at(report: &mut Report, of: &Endpoint, found: &EndpointResult) {
    if found.importance.is_empty() {
        return;
    }
    let mut table = TextTable::new(["feature", "loss", "sd"]);
    for feature in &found.importance {
        table.push([feature.feature.clone(), feature.loss.to_string(), feature.std_dev.to_string()]);
    }
    report.csv(&of.file("importance"), &table);
    let bars: Vec<importance::Bar> =
        found.importance.iter().filter(|f| f.loss != 0.0).map(importance::Bar::from).collect();
    if bars.is_empty() {
        report.page.text("No feature changes the concordance of other patients when it is permuted.");
        return;
    }
    let drawing = importance::figure(&bars, &importance::Settings::default(), &Style::double());
    let caption = format!(
        "{}: what Harrell's C of patients who were held out loses when a feature is permuted among them.",
        of.name
    );
    report.draw(&of.file("importance"), drawing, &caption);
}

/// The Radscore as it was evaluated in each set.
fn evaluated(found: &EndpointResult) -> Vec<(PatientSet, &MarkerEvaluation)> {
    let of = |set: PatientSet| {
        let evaluated = found.evaluations.iter().find(|evaluated| evaluated.set == set)?;
        Some((set, marker(&evaluated.evaluation, RADSCORE)?))
    };
    PatientSet::ALL.into_iter().filter_map(of).collect()
}

/// A set, and whether its scores are held out.
fn set_name(set: PatientSet, strict: bool) -> String {
    match (set, strict) {
        (PatientSet::Training, true) => "training, held out".to_string(),
        _ => set.to_string(),
    }
}

fn curves_of_sets(report: &mut Report, of: &Endpoint, found: &EndpointResult) {
    let strict = of.is_strict();
    let sets = evaluated(found);
    for (set, marker) in &sets {
        let Some(found) = &marker.roc else { continue };
        let title = format!("{}, {}", of.name, set_name(*set, strict));
        let settings = roc::Settings { title: title.clone(), ..roc::Settings::default() };
        let drawing = roc::figure(&roc::curves(found, "", &report.labels.unit), &settings, &Style::single());
        report.draw(
            &of.file(&format!("roc-radscore-{set}")),
            drawing,
            &format!("ROC curves of the Radscore: {title}."),
        );
    }
    let named: Vec<(String, &MarkerEvaluation)> =
        sets.iter().map(|(set, marker)| (set_name(*set, strict), *marker)).collect();
    let markers: Vec<auc_over_time::Marker> = named
        .iter()
        .filter_map(|(name, marker)| Some(auc_over_time::Marker { name, roc: marker.roc.as_ref()? }))
        .filter(|marker| marker.roc.at.len() > 1)
        .collect();
    if !markers.is_empty() {
        let settings = auc_over_time::Settings { title: of.name.into(), time: report.labels.axis() };
        let drawing = auc_over_time::figure(&markers, &settings, &Style::single());
        report.draw(&of.file("auc-over-time"), drawing, &format!("{}: AUC of the Radscore by time and set.", of.name));
    }
}

/// Survival by the cut-off.
fn groups(report: &mut Report, of: &Endpoint, radscore: &Radscore) {
    let cut = match &radscore.cut {
        Ok(cut) => cut,
        Err(why) => {
            report.page.text(&format!("There is no cut-off of the Radscore: {why}."));
            return;
        }
    };
    let scores = if of.is_strict() { "held-out scores of training patients" } else { "scores of training patients" };
    report.page.text(&format!(
        "Patients with a Radscore above {:.4} are at high risk. The cut-off divides {scores} best (maximally selected log-rank statistic; \
         p {} by Lausen's approximation of 1994, which knows that the best cut was sought). Among training patients the groups differ by \
         construction; the other sets test the cut-off.",
        cut.cut(),
        p_text(cut.p_values().lausen_1994)
    ));
    let head = ["set", "group", "patients", "events", "hazard ratio (95 % CI)", "p of log-rank test"];
    let mut table = TextTable::new(head);
    let mut look = PageTable::default();
    for (set, groups) in &radscore.groups {
        look.blocks.push(table.rows.len());
        for (place, group) in groups.groups.iter().enumerate() {
            let ratio = match (&group.hazard_ratio, place) {
                (Some(ratio), _) => with_limits(ratio.estimate, ratio.lower, ratio.upper, 2),
                (None, 0) => "1 (reference)".to_string(),
                (None, _) => "not estimable".to_string(),
            };
            let p = if place == 0 { p_value(groups.log_rank.p_value) } else { String::new() };
            let set = if place == 0 { set_name(*set, of.is_strict()) } else { String::new() };
            table.push([set, group.name.clone(), group.cases.to_string(), group.events.to_string(), ratio, p]);
        }
    }
    let caption = format!("{}: risk groups by the cut-off of the Radscore.", of.name);
    report.table_with(&of.file("risk-groups"), table, look, &caption);
    for (set, groups) in &radscore.groups {
        let title = format!("{}, {}", of.name, set_name(*set, of.is_strict()));
        let settings = kaplan_meier::Settings {
            title: title.clone(),
            time: report.labels.axis(),
            survival: format!("Without an event of {}", of.name),
            p_value: Some(groups.log_rank.p_value),
            ..kaplan_meier::Settings::default()
        };
        let parts = members(report, of, *set, groups, radscore);
        let parts: Vec<(&str, radsurv_data::Survival)> =
            parts.iter().map(|(name, outcome)| (name.as_str(), outcome.clone())).collect();
        let drawing = curves(&parts, &settings);
        let caption = format!("Kaplan-Meier estimates by the cut-off of the Radscore: {title}.");
        report.draw(&of.file(&format!("kaplan-meier-radscore-{set}")), drawing, &caption);
    }
}

/// The follow-up of each group of a set.
fn members(
    report: &Report,
    of: &Endpoint,
    set: PatientSet,
    groups: &RiskGroups,
    radscore: &Radscore,
) -> Vec<(String, radsurv_data::Survival)> {
    let Some(outcome) = report.study.outcomes.get(of.place) else { return Vec::new() };
    // Codes are of the patients of the set that have a score.
    let scored = |&case: &usize| radscore.scores.get(case).is_some_and(Option::is_some);
    let places: Vec<usize> = super::patients::places(report, set).into_iter().filter(scored).collect();
    let of_group = |code: usize| -> Vec<usize> {
        places.iter().zip(&groups.codes).filter(|(_, own)| **own == Some(code)).map(|(case, _)| *case).collect()
    };
    let named = groups.groups.iter().enumerate();
    named.map(|(code, group)| (format!("{} risk", group.name), outcome.rows(&of_group(code)))).collect()
}

/// The scores as a file.
fn scores(report: &mut Report, of: &Endpoint, radscore: &Radscore) {
    let study = report.study;
    let mut table = TextTable::new(["case_id", "set", "radscore", "held_out", "group"]);
    let values: Vec<f64> = radscore.scores.iter().map(|score| score.unwrap_or(f64::NAN)).collect();
    let groups = radscore.cut.as_ref().ok().map(|cut| cut.apply(&values));
    for (case, ((id, set), score)) in study.ids.iter().zip(&study.sets).zip(&radscore.scores).enumerate() {
        // Every score of a patient that was not in training is held out.
        let held_out = *set != PatientSet::Training || radscore.held_out.is_some();
        let score = score.map_or(String::new(), |score| score.to_string());
        let group = groups.as_ref().and_then(|groups| groups.label(case)).unwrap_or_default();
        let held_out = if held_out { "yes" } else { "no" };
        table.push([id.clone(), set.to_string(), score, held_out.to_string(), group.to_string()]);
    }
    report.csv(&of.file("radscore"), &table);
}

/// A p-value in a sentence.
fn p_text(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_string() } else { format!("= {p:.3}") }
}
