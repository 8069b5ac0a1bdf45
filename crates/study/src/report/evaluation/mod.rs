//! The report of an evaluation.

pub(super) mod figures;
pub(super) mod tables;

use radsurv_eval::evaluation::Evaluation;
use radsurv_eval::text_table::percent;

use super::Page;
use crate::error::Result;

/// What is said beside the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// The title of the page.
    pub title: String,
    /// The unit of time, such as `months`; may be empty.
    pub unit: String,
}

impl Labels {
    pub(in crate::report) fn at(&self, time: f64) -> String {
        format!("{time} {}", self.unit).trim().to_string()
    }

    /// The name of the time axis.
    pub(in crate::report) fn axis(&self) -> String {
        match self.unit.as_str() {
            "" => "Time".to_string(),
            unit => format!("Time ({unit})"),
        }
    }
}

/// A page with all numbers of an evaluation, and its figures.
///
/// # Errors
/// If a figure cannot be drawn.
///
/// # Example
/// ```
/// use radsurv_data::{Predictions, Survival};
/// use radsurv_eval::evaluation::{EvaluationSettings, Marker};
/// use radsurv_study::report::{Labels, evaluation_page};
/// let outcome = Survival::new((1..=60).map(f64::from).collect(), (0..60).map(|i| i % 3 > 0).collect())?;
/// let risk = (0..60).map(|i| f64::from(i * 7 % 60 - i)).collect();
/// let marker = Marker { name: "radscore".to_string(), predictions: Predictions::new(risk) };
/// let found = EvaluationSettings::at(vec![20.0, 40.0]).run(&[marker], &outcome)?;
/// let page = evaluation_page(&found, &Labels { title: "Test cases".into(), unit: "months".into() })?;
/// assert!(page.to_html().contains("60 cases with 40 events"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn evaluation_page(evaluation: &Evaluation, labels: &Labels) -> Result<Page> {
    let title = if labels.title.is_empty() { "Evaluation" } else { &labels.title };
    let mut page = Page::new(title);
    patients(&mut page, evaluation, labels);
    page.section("Discrimination");
    page.add([tables::discrimination(evaluation, labels)]);
    for marker in &evaluation.markers {
        page.add(figures::roc(marker, labels)?);
    }
    page.add(figures::auc_over_time(evaluation, labels)?);
    page.add(tables::differences(evaluation, labels));
    page.add(tables::improvements(evaluation, labels));
    page.add(tables::cuts(evaluation, labels));
    if evaluation.markers.iter().any(|marker| marker.calibration.is_some()) {
        page.section("Predicted probabilities");
        page.add(tables::brier(evaluation, labels));
        page.add(tables::calibration(evaluation, labels));
        for marker in &evaluation.markers {
            page.add(figures::calibration(marker, labels)?);
        }
    }
    if !evaluation.decision_curves.is_empty() {
        page.section("Decisions");
        page.add(figures::decisions(evaluation, labels)?);
        for marker in &evaluation.markers {
            page.add(figures::clinical_impact(marker, labels)?);
        }
    }
    if let Some(reasons) = tables::not_computed(evaluation) {
        page.section("Not computed");
        page.add([reasons]);
    }
    Ok(page)
}

fn patients(page: &mut Page, evaluation: &Evaluation, labels: &Labels) {
    page.section("Cases");
    page.text(&cases(evaluation, labels));
    if let Some(few) = few_events(evaluation) {
        page.note(&few);
    }
    for marker in &evaluation.markers {
        marker.notes.iter().for_each(|note| page.note(&format!("{}: {note}", marker.name)));
    }
}

/// How many cases, and what limits are.
pub(super) fn cases(evaluation: &Evaluation, labels: &Labels) -> String {
    let Evaluation { n, events, median_follow_up, confidence, .. } = evaluation;
    let follow_up = median_follow_up.map_or(String::new(), |time| {
        format!(" Median follow-up (reversed Kaplan-Meier): {}.", labels.at(round(time)))
    });
    let confidence = percent(*confidence);
    format!("{n} cases with {events} events.{follow_up} Limits in brackets are of {confidence} % confidence.")
}

/// What is to be said of few events.
pub(super) fn few_events(evaluation: &Evaluation) -> Option<String> {
    let events = evaluation.events;
    (events < 100).then(|| {
        format!(
            "{events} events are few for a validation: about 100 are needed for estimates to be trusted (Collins, Ogundimu, Altman, \
             Statistics in Medicine 35 (2016) 214-226). Read the limits, not the estimates."
        )
    })
}

/// Three significant places are enough of a time.
pub(super) fn round(time: f64) -> f64 {
    let scale = 10f64.powf(2.0 - time.abs().max(1e-300).log10().floor());
    (time * scale).round() / scale
}
