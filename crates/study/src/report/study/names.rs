//! What things are called in a paper.

use radsurv_eval::evaluation::{Evaluation, MarkerEvaluation, Number};
use radsurv_eval::text_table::with_limits;
use radsurv_survival::selection::ranking::Score;

use crate::analysis::{EndpointResult, ModelResult, PatientSet, Study};
use crate::settings::Protocol;

/// The columns of the tables of models, in the order of the scores of a ranking.
pub const COLUMNS: [&str; 4] = ["training", "cross-validation", "validation", "test"];

/// A model as papers name it.
pub fn model_name(name: &str) -> &str {
    match name {
        "cox" => "Cox",
        "lasso" => "LASSO",
        "rsf" => "RSF",
        "gbm" => "GBM",
        "xgb" => "XGBoost",
        "svm-lin" => "SVM-lin",
        "svm-add" => "SVM-add",
        "svm-poly" => "SVM-poly",
        "svm-rbf" => "SVM-rbf",
        other => other,
    }
}

/// A protocol in a sentence.
pub fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Strict => "strict",
        Protocol::AsPublished => "as published",
    }
}

/// The model and its features: `RSF of tumour features`; where there is one set of features alone it is called so.
pub fn named(model: &ModelResult) -> String {
    match model.features.as_str() {
        "features" => model_name(&model.model).to_string(),
        features => format!("{} of {features} features", model_name(&model.model)),
    }
}

/// The best model of an endpoint.
pub fn best(found: &EndpointResult) -> Option<&ModelResult> {
    found.models.get(found.winner)
}

/// A score with its limits in a line.
pub fn line(score: &Score) -> String {
    match score.limits {
        Some([lower, upper]) => with_limits(score.value, lower, upper, 3),
        None => format!("{:.3}", score.value),
    }
}

/// A score over its limits.
pub fn cell(score: &Score) -> String {
    match score.limits {
        Some([lower, upper]) => format!("{:.3}\n{lower:.2}–{upper:.2}", score.value),
        None => format!("{:.3}", score.value),
    }
}

/// A number of an evaluation as a score.
pub fn score(number: &Number) -> Score {
    Score { value: number.estimate, limits: number.lower.zip(number.upper).map(<[f64; 2]>::from) }
}

/// A marker's AUC at a time.
pub fn auc_at(marker: &MarkerEvaluation, time: f64) -> Option<Score> {
    marker.auc.iter().flatten().find(|at| at.time == time).map(|at| score(&at.value))
}

/// A marker by its name.
pub fn marker<'a>(evaluation: &'a Evaluation, name: &str) -> Option<&'a MarkerEvaluation> {
    evaluation.markers.iter().find(|marker| marker.name == name)
}

/// The mean AUC over all times, if there is one at each.
pub fn mean(scores: &[radsurv_survival::selection::ranking::Scored]) -> Option<f64> {
    let values =
        scores.iter().map(|score| score.as_ref().ok().map(|score| score.value)).collect::<Option<Vec<f64>>>()?;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The set of patients that says most of new ones: the test set, or where there is none the validation set. A study has one of them.
pub fn judged_set(study: &Study) -> PatientSet {
    if study.sets.contains(&PatientSet::Test) { PatientSet::Test } else { PatientSet::Validation }
}

/// Its column in the tables of models.
pub fn judged(study: &Study) -> usize {
    if judged_set(study) == PatientSet::Test { 3 } else { 2 }
}

/// The set in a sentence.
pub fn judged_name(study: &Study) -> String {
    format!("in the {} set", judged_set(study))
}

/// Numbers of things: `1 event`, `3 events`.
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
