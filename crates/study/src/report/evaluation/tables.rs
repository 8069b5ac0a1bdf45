//! The numbers of an evaluation.

use radsurv_eval::Estimate;
use radsurv_eval::evaluation::{CalibrationAtTime, Distance, Evaluation, Number};
use radsurv_eval::text_table::{TextTable, fixed, p_value, with_limits};

use super::super::piece::Piece;
use super::Labels;

/// A number with its limits.
fn cell(number: Option<&Number>) -> String {
    match number {
        Some(Number { estimate, lower: Some(lower), upper: Some(upper), .. }) => {
            with_limits(*estimate, *lower, *upper, 3)
        }
        Some(number) => format!("{:.3}", number.estimate),
        None => String::new(),
    }
}

/// Areas under the curves and concordance of each marker.
pub fn discrimination(evaluation: &Evaluation, labels: &Labels) -> Piece {
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
    let caption = "Areas under time-dependent ROC curves, their mean weighted by events, and concordance.";
    Piece::table("discrimination", table, caption)
}

/// What differs between markers.
pub fn differences(evaluation: &Evaluation, labels: &Labels) -> Option<Piece> {
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
    let caption = "Differences of markers on the same cases. A lower Brier score is better.";
    (!evaluation.comparisons.is_empty()).then(|| Piece::table("differences", table, caption))
}

/// What the second of two markers improves on the first.
pub fn improvements(evaluation: &Evaluation, labels: &Labels) -> Option<Piece> {
    let estimate = |e: &Estimate| cell(Some(&Number::from(*e)));
    let mut table = TextTable::new(["from", "to", "time", "IDI", "NRI", "NRI of cases", "NRI of controls"]);
    for comparison in &evaluation.comparisons {
        for (idi, nri) in comparison.idi.iter().flatten().zip(comparison.nri.iter().flatten()) {
            let (from, to) = (comparison.first.clone(), comparison.second.clone());
            let parts = [&idi.idi.difference, &nri.total, &nri.cases, &nri.controls].map(estimate);
            table.push([from, to, labels.at(idi.time)].into_iter().chain(parts));
        }
    }
    let caption = "What the second marker improves on the first: the integrated discrimination improvement, and the continuous net \
                   reclassification improvement with its parts.";
    (!table.rows.is_empty()).then(|| Piece::table("improvements", table, caption))
}

/// Youden's cuts.
pub fn cuts(evaluation: &Evaluation, labels: &Labels) -> Option<Piece> {
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
    let caption = "Youden's cuts. They were chosen on these cases, which flatters them: take cuts from training cases for others.";
    (!table.rows.is_empty()).then(|| Piece::table("cuts", table, caption))
}

/// Brier scores.
pub fn brier(evaluation: &Evaluation, labels: &Labels) -> Option<Piece> {
    let mut table =
        TextTable::new(["marker", "time", "Brier score", "without a model", "index of prediction accuracy"]);
    for marker in &evaluation.markers {
        for at in marker.brier.iter().flatten() {
            let score = with_limits(at.estimate, at.lower, at.upper, 3);
            let accuracy = with_limits(at.ipa, at.ipa_lower, at.ipa_upper, 3);
            table.push([marker.name.clone(), labels.at(at.time), score, format!("{:.3}", at.null), accuracy]);
        }
    }
    let caption =
        "Brier scores: 0 is best, and that of the Kaplan-Meier estimate as the prediction of all is without a model.";
    (!table.rows.is_empty()).then(|| Piece::table("brier", table, caption))
}

/// Measures of calibration.
pub fn calibration(evaluation: &Evaluation, labels: &Labels) -> Option<Piece> {
    let head = ["marker", "time", "observed / expected", "slope", "ICI", "E50", "E90", "GND p"];
    let mut table = TextTable::new(head);
    for marker in &evaluation.markers {
        for at in marker.calibration.iter().flatten() {
            table.push(calibration_row(&marker.name, at, labels));
        }
    }
    let caption = "Calibration: observed over expected events and slope are ideally 1; ICI, E50 and E90 are the mean, the median and the \
                   90th percentile of the distance between predicted and observed; a small p of the test of Greenwood, Nam and D'Agostino speaks \
                   against calibration.";
    (!table.rows.is_empty()).then(|| Piece::table("calibration", table, caption))
}

fn calibration_row(name: &str, at: &CalibrationAtTime, labels: &Labels) -> Vec<String> {
    let distance = |found: &Option<Distance>| match found {
        Some(Distance { estimate, lower: Some(lower), upper: Some(upper) }) => {
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

/// What could not be computed, and why.
pub fn not_computed(evaluation: &Evaluation) -> Option<Piece> {
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
    (!table.rows.is_empty()).then(|| Piece::table("not-computed", table, "What could not be computed, and why."))
}
