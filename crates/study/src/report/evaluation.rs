//! The report of an evaluation.

use radsurv_eval::Estimate;
use radsurv_eval::evaluation::{CalibrationAtTime, Evaluation, MarkerEvaluation, Number};
use radsurv_eval::text_table::{TextTable, fixed, p_value, percent, with_limits};
use radsurv_plot::{Drawing, Style, auc_over_time, calibration, clinical_impact, decision_curve, roc};

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
    fn at(&self, time: f64) -> String {
        format!("{time} {}", self.unit).trim().to_string()
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
    discrimination(&mut page, evaluation, labels)?;
    probabilities(&mut page, evaluation, labels)?;
    decisions(&mut page, evaluation, labels)?;
    not_computed(&mut page, evaluation);
    Ok(page)
}

fn patients(page: &mut Page, evaluation: &Evaluation, labels: &Labels) {
    page.section("Cases");
    let Evaluation { n, events, median_follow_up, confidence, .. } = evaluation;
    let follow_up = median_follow_up.map_or(String::new(), |time| {
        format!(" Median follow-up (reversed Kaplan-Meier): {}.", labels.at(round(time)))
    });
    page.text(&format!(
        "{n} cases with {events} events.{follow_up} Limits in brackets are of {} % confidence.",
        percent(*confidence)
    ));
    if *events < 100 {
        page.note(&format!(
            "{events} events are few for a validation: about 100 are needed for estimates to be trusted (Collins, Ogundimu, Altman, \
             Statistics in Medicine 35 (2016) 214-226). Read the limits, not the estimates."
        ));
    }
    for marker in &evaluation.markers {
        marker.notes.iter().for_each(|note| page.note(&format!("{}: {note}", marker.name)));
    }
}

/// Three significant places are enough of a time.
fn round(time: f64) -> f64 {
    let scale = 10f64.powf(2.0 - time.abs().max(1e-300).log10().floor());
    (time * scale).round() / scale
}

fn cell(number: Option<&Number>) -> String {
    match number {
        Some(Number { estimate, lower: Some(lower), upper: Some(upper), .. }) => {
            with_limits(*estimate, *lower, *upper, 3)
        }
        Some(number) => format!("{:.3}", number.estimate),
        None => String::new(),
    }
}

fn discrimination(page: &mut Page, evaluation: &Evaluation, labels: &Labels) -> Result<()> {
    page.section("Discrimination");
    let times = evaluation.times.iter().map(|time| format!("AUC at {}", labels.at(*time)));
    let head = ["marker".to_string()].into_iter().chain(times);
    let mut table = TextTable::new(head.chain(["mean AUC", "Harrell's C", "Uno's C"].map(String::from)));
    for marker in &evaluation.markers {
        let mut row = vec![marker.name.clone()];
        row.extend((0..evaluation.times.len()).map(|place| cell(marker.auc.as_ref().map(|auc| &auc[place].value))));
        let last = [&marker.integrated_auc, &marker.concordance.harrell, &marker.concordance.uno];
        row.extend(last.map(|number| cell(number.as_ref())));
        table.push(row);
    }
    page.table(&table, "Areas under time-dependent ROC curves, their mean weighted by events, and concordance.");
    let style = Style::single();
    for marker in &evaluation.markers {
        let Some(found) = &marker.roc else { continue };
        let curves = roc::curves(found, "", &labels.unit);
        let settings = roc::Settings { title: marker.name.clone(), ..roc::Settings::default() };
        page.figure(&roc::figure(&curves, &settings, &style)?, &format!("ROC curves of {}.", marker.name));
    }
    let with_roc: Vec<auc_over_time::Marker> = evaluation
        .markers
        .iter()
        .filter_map(|marker| Some(auc_over_time::Marker { name: &marker.name, roc: marker.roc.as_ref()? }))
        .collect();
    if evaluation.times.len() > 1 && !with_roc.is_empty() {
        let settings = auc_over_time::Settings { time: axis(labels), ..auc_over_time::Settings::default() };
        page.figure(&auc_over_time::figure(&with_roc, &settings, &style)?, "Areas under ROC curves by time.");
    }
    comparisons(page, evaluation, labels);
    cuts(page, evaluation, labels);
    Ok(())
}

/// The name of the time axis.
fn axis(labels: &Labels) -> String {
    match labels.unit.as_str() {
        "" => "Time".to_string(),
        unit => format!("Time ({unit})"),
    }
}

fn comparisons(page: &mut Page, evaluation: &Evaluation, labels: &Labels) {
    if evaluation.comparisons.is_empty() {
        return;
    }
    let p = |p: Option<f64>| p.map_or(String::new(), p_value);
    let mut table = TextTable::new(["markers", "measure", "difference", "p", "p adjusted for the times"]);
    for comparison in &evaluation.comparisons {
        let name = format!("{} less {}", comparison.first, comparison.second);
        for at in comparison.auc.iter().flatten() {
            let what = format!("AUC at {}", labels.at(at.time));
            let difference = with_limits(at.difference, at.lower, at.upper, 3);
            table.push([name.clone(), what, difference, p(at.p_value), p(at.adjusted_p_value)]);
        }
        for (what, found) in [("Harrell's C", &comparison.harrell), ("Uno's C", &comparison.uno)] {
            if let Some(found) = found {
                let difference = with_limits(found.difference, found.lower, found.upper, 3);
                table.push([name.clone(), what.to_string(), difference, p(found.p_value), String::new()]);
            }
        }
        for at in comparison.brier.iter().flatten() {
            let what = format!("Brier score at {}", labels.at(at.time));
            let difference = with_limits(at.estimate, at.lower, at.upper, 3);
            table.push([name.clone(), what, difference, p(at.p_value), String::new()]);
        }
    }
    page.table(&table, "Differences of markers on the same cases. A lower Brier score is better.");
    let estimate = |e: &Estimate| cell(Some(&Number::from(*e)));
    let mut table = TextTable::new(["from", "to", "time", "IDI", "NRI", "NRI of cases", "NRI of controls"]);
    for comparison in &evaluation.comparisons {
        for (idi, nri) in comparison.idi.iter().flatten().zip(comparison.nri.iter().flatten()) {
            let (from, to) = (comparison.first.clone(), comparison.second.clone());
            let parts = [&idi.idi.difference, &nri.total, &nri.cases, &nri.controls].map(estimate);
            table.push([from, to, labels.at(idi.time)].into_iter().chain(parts));
        }
    }
    if !table.rows.is_empty() {
        let caption = "What the second marker improves on the first: the integrated discrimination improvement, and the continuous net \
                       reclassification improvement with its parts.";
        page.table(&table, caption);
    }
}

fn cuts(page: &mut Page, evaluation: &Evaluation, labels: &Labels) {
    let head = ["marker", "time", "cut", "sensitivity", "specificity", "positive predictive", "negative predictive"];
    let mut table = TextTable::new(head);
    for marker in &evaluation.markers {
        for at in marker.youden.iter().flatten() {
            let predictive = [&at.positive_predictive_value, &at.negative_predictive_value].map(|v| cell(v.as_ref()));
            let [positive, negative] = predictive;
            let (sensitivity, specificity) = (cell(Some(&at.sensitivity)), cell(Some(&at.specificity)));
            let cut = fixed(at.cut, 4);
            table.push([marker.name.clone(), labels.at(at.time), cut, sensitivity, specificity, positive, negative]);
        }
    }
    if !table.rows.is_empty() {
        let caption = "Youden's cuts. They were chosen on these cases, which flatters them: take cuts from training cases for others.";
        page.table(&table, caption);
    }
}

fn probabilities(page: &mut Page, evaluation: &Evaluation, labels: &Labels) -> Result<()> {
    let predicted: Vec<&MarkerEvaluation> =
        evaluation.markers.iter().filter(|marker| marker.calibration.is_some()).collect();
    if predicted.is_empty() {
        return Ok(());
    }
    page.section("Predicted probabilities");
    let mut scores =
        TextTable::new(["marker", "time", "Brier score", "without a model", "index of prediction accuracy"]);
    for marker in &predicted {
        for at in marker.brier.iter().flatten() {
            let score = with_limits(at.estimate, at.lower, at.upper, 3);
            let accuracy = with_limits(at.ipa, at.ipa_lower, at.ipa_upper, 3);
            scores.push([marker.name.clone(), labels.at(at.time), score, format!("{:.3}", at.null), accuracy]);
        }
    }
    page.table(
        &scores,
        "Brier scores: 0 is best, and that of the Kaplan-Meier estimate as the prediction of all is without a model.",
    );
    let head = ["marker", "time", "observed / expected", "slope", "ICI", "E50", "E90", "GND p"];
    let mut table = TextTable::new(head);
    for marker in &predicted {
        for at in marker.calibration.iter().flatten() {
            table.push(calibration_row(&marker.name, at, labels));
        }
    }
    let caption = "Calibration: observed over expected events and slope are ideally 1; ICI, E50 and E90 are the mean, the median and the \
                   90th percentile of the distance between predicted and observed; a small p of the test of Greenwood, Nam and D'Agostino speaks \
                   against calibration.";
    page.table(&table, caption);
    for marker in &predicted {
        for at in marker.calibration.iter().flatten() {
            if let Some(drawing) = calibration_figure(at, &marker.name, labels)? {
                let caption = format!("Calibration of {} at {}.", marker.name, labels.at(at.time));
                page.figure(&drawing, &caption);
            }
        }
    }
    Ok(())
}

fn calibration_row(name: &str, at: &CalibrationAtTime, labels: &Labels) -> Vec<String> {
    let distance = |found: &Option<radsurv_eval::evaluation::Distance>| match found {
        Some(radsurv_eval::evaluation::Distance { estimate, lower: Some(lower), upper: Some(upper) }) => {
            with_limits(*estimate, *lower, *upper, 3)
        }
        Some(found) => format!("{:.3}", found.estimate),
        None => String::new(),
    };
    vec![
        name.to_string(),
        labels.at(at.time),
        at.in_the_large.as_ref().map_or(String::new(), |l| with_limits(l.ratio, l.lower, l.upper, 2)),
        at.slope.as_ref().map_or(String::new(), |s| with_limits(s.estimate, s.lower, s.upper, 2)),
        distance(&at.ici),
        distance(&at.e50),
        distance(&at.e90),
        at.gnd.as_ref().map_or(String::new(), |gnd| p_value(gnd.p_value)),
    ]
}

/// The figure of a calibration, if there is anything to draw.
fn calibration_figure(at: &CalibrationAtTime, name: &str, labels: &Labels) -> Result<Option<Drawing>> {
    if at.groups.is_none() && at.smooth.is_none() {
        return Ok(None);
    }
    let shown = calibration::Calibration {
        groups: at.groups.as_ref(),
        smooth: at.smooth.as_ref(),
        predictions: &at.predictions,
    };
    let title = format!("{name}, {}", labels.at(at.time));
    let settings = calibration::Settings { title, ..calibration::Settings::default() };
    Ok(Some(calibration::figure(&shown, &settings, &Style::single())?))
}

fn decisions(page: &mut Page, evaluation: &Evaluation, labels: &Labels) -> Result<()> {
    if evaluation.decision_curves.is_empty() {
        return Ok(());
    }
    page.section("Decisions");
    let style = Style::single();
    for curves in &evaluation.decision_curves {
        let settings = decision_curve::Settings {
            title: format!("Events until {}", labels.at(curves.time)),
            ..decision_curve::Settings::default()
        };
        let caption = format!(
            "Net benefit of treating those whose predicted probability of the event until {} is above a threshold.",
            labels.at(curves.time)
        );
        page.figure(&decision_curve::figure(curves, &settings, &style)?, &caption);
    }
    for marker in &evaluation.markers {
        for impact in marker.clinical_impact.iter().flatten() {
            let title = format!("{}, {}", marker.name, labels.at(impact.time));
            let caption = format!("Clinical impact of {} at {}.", marker.name, labels.at(impact.time));
            page.figure(&clinical_impact::figure(impact, &title, &style)?, &caption);
        }
    }
    Ok(())
}

fn not_computed(page: &mut Page, evaluation: &Evaluation) {
    let mut table = TextTable::new(["marker", "measure", "why"]);
    for marker in &evaluation.markers {
        for (measure, why) in &marker.reasons {
            table.push([&marker.name, measure, why].map(String::from));
        }
    }
    for comparison in &evaluation.comparisons {
        let name = format!("{} and {}", comparison.first, comparison.second);
        for (measure, why) in &comparison.reasons {
            table.push([&name, measure, why].map(String::from));
        }
    }
    if !table.rows.is_empty() {
        page.section("Not computed");
        page.table(&table, "What could not be computed, and why.");
    }
}
