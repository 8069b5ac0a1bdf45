//! The figures of an evaluation.

use radsurv_eval::evaluation::{CalibrationAtTime, Comparison, Evaluation, MarkerEvaluation};
use radsurv_plot::{Drawing, Style};

use super::super::piece::{Piece, slug};
use super::Labels;
use crate::error::Result;

/// The ROC curves of a marker.
pub fn roc(marker: &MarkerEvaluation, labels: &Labels) -> Result<Option<Piece>> {
    use radsurv_plot::roc::{Settings, curves, figure};
    let Some(found) = &marker.roc else { return Ok(None) };
    let settings = Settings { title: marker.name.clone(), ..Settings::default() };
    let drawing = figure(&curves(found, "", &labels.unit), &settings, &Style::single())?;
    Ok(Some(Piece::figure(format!("roc-{}", slug(&marker.name)), drawing, format!("ROC curves of {}.", marker.name))))
}

/// The areas of all markers by time, if there are several times.
pub fn auc_over_time(evaluation: &Evaluation, labels: &Labels) -> Result<Option<Piece>> {
    use radsurv_plot::auc_over_time::{Marker, Settings, figure};
    let with_roc: Vec<Marker> = evaluation
        .markers
        .iter()
        .filter_map(|marker| Some(Marker { name: &marker.name, roc: marker.roc.as_ref()? }))
        .collect();
    if evaluation.times.len() < 2 || with_roc.is_empty() {
        return Ok(None);
    }
    let settings = Settings { time: labels.axis(), ..Settings::default() };
    let drawing = figure(&with_roc, &settings, &Style::single())?;
    Ok(Some(Piece::figure("auc-over-time", drawing, "Areas under ROC curves by time.")))
}

/// The calibration of a marker, a figure per time.
pub fn calibration(marker: &MarkerEvaluation, labels: &Labels) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for at in marker.calibration.iter().flatten() {
        if let Some(drawing) = calibration_at(at, &marker.name, labels)? {
            let caption = format!("Calibration of {} at {}.", marker.name, labels.at(at.time));
            let name = format!("calibration-{}-{}", slug(&marker.name), slug(&at.time.to_string()));
            pieces.push(Piece::figure(name, drawing, caption));
        }
    }
    Ok(pieces)
}

/// The figure of a calibration, if there is anything to draw.
fn calibration_at(at: &CalibrationAtTime, name: &str, labels: &Labels) -> Result<Option<Drawing>> {
    use radsurv_plot::calibration::{Calibration, Settings, figure};
    if at.groups.is_none() && at.smooth.is_none() {
        return Ok(None);
    }
    let shown = Calibration { groups: at.groups.as_ref(), smooth: at.smooth.as_ref(), predictions: &at.predictions };
    let title = format!("{name}, {}", labels.at(at.time));
    let settings = Settings { title, ..Settings::default() };
    Ok(Some(figure(&shown, &settings, &Style::single())?))
}

/// Decision curves of all markers, a figure per time.
pub fn decisions(evaluation: &Evaluation, labels: &Labels) -> Result<Vec<Piece>> {
    use radsurv_plot::decision_curve::{Settings, figure};
    let mut pieces = Vec::new();
    for curves in &evaluation.decision_curves {
        let title = format!("Events until {}", labels.at(curves.time));
        let settings = Settings { title, ..Settings::default() };
        let caption = format!(
            "Net benefit of treating those whose predicted probability of the event until {} is above a threshold.",
            labels.at(curves.time)
        );
        let name = format!("decision-{}", slug(&curves.time.to_string()));
        pieces.push(Piece::figure(name, figure(curves, &settings, &Style::single())?, caption));
    }
    Ok(pieces)
}

/// The clinical impact of a marker, a figure per time.
pub fn clinical_impact(marker: &MarkerEvaluation, labels: &Labels) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for impact in marker.clinical_impact.iter().flatten() {
        let title = format!("{}, {}", marker.name, labels.at(impact.time));
        let caption = format!("Clinical impact of {} at {}.", marker.name, labels.at(impact.time));
        let name = format!("clinical-impact-{}-{}", slug(&marker.name), slug(&impact.time.to_string()));
        let drawing = radsurv_plot::clinical_impact::figure(impact, &title, &Style::single())?;
        pieces.push(Piece::figure(name, drawing, caption));
    }
    Ok(pieces)
}

/// How the second of two markers changes the risks of the first, a figure per time.
pub fn improvements(comparison: &Comparison, labels: &Labels) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for idi in comparison.idi.iter().flatten() {
        let title = format!("{} to {}, {}", comparison.first, comparison.second, labels.at(idi.time));
        let caption = format!(
            "Integrated discrimination improvement from {} to {} at {}.",
            comparison.first,
            comparison.second,
            labels.at(idi.time)
        );
        let names = [&comparison.first, &comparison.second].map(|name| slug(name)).join("-");
        let name = format!("idi-{names}-{}", slug(&idi.time.to_string()));
        pieces.push(Piece::figure(name, radsurv_plot::idi_curve::figure(idi, &title, &Style::single())?, caption));
    }
    Ok(pieces)
}
