//! What a study can say of its own quality.

use radsurv_eval::quality::{CutOff, FromRun, Questionnaires, Validation};

use super::result::{PatientSet, ProtocolResult};
use crate::error::Result;
use crate::settings::{Protocol, SplitSettings, StudySettings};

/// RQS, METRICS and CLEAR: people's answers, and what a run knows where they have none. `centres` is their number, if the table of patients has them.
pub(super) fn quality(
    mut answers: Questionnaires,
    settings: &StudySettings,
    sets: &[PatientSet],
    centres: Option<usize>,
    protocols: &[ProtocolResult],
) -> Questionnaires {
    let strict = protocols.iter().find(|found| found.protocol == Protocol::Strict);
    let shown = strict.or(protocols.first());
    let evaluated = shown.is_some_and(|p| p.endpoints.iter().any(|endpoint| !endpoint.evaluations.is_empty()));
    let clinical = shown.is_some_and(|p| p.endpoints.iter().any(|endpoint| endpoint.clinical.is_some()));
    let validation = match &settings.split {
        _ if strict.is_none() => None,
        _ if !sets.contains(&PatientSet::Test) && !sets.contains(&PatientSet::Validation) => Some(Validation::None),
        SplitSettings::Centre(split) => Some(match split.test.len() {
            1 => Validation::AnotherInstitute,
            2 => Validation::TwoInstitutes,
            _ => Validation::ThreeInstitutes,
        }),
        SplitSettings::Random(_) => Some(Validation::SameInstitute),
        // Where those patients are from is for people to say.
        SplitSettings::Column(_) => None,
    };
    let run = FromRun {
        segmentation: Some(settings.images.is_some()).filter(|known| *known),
        hand_crafted: Some(true),
        end_to_end: Some(false),
        settings_written: Some(true),
        software_with_version: Some(settings.images.is_some()).filter(|known| *known),
        segmentations_compared: Some(shown.is_some_and(|p| p.reproducibility.is_some())),
        features_reduced: Some(true),
        scaled_on_training: Some(strict.is_some()),
        split_first: Some(strict.is_some()),
        centres,
        validation,
        other_features: Some(clinical),
        cut_off: Some(CutOff::Selected),
        discrimination: Some(evaluated),
        discrimination_resampled: Some(evaluated && strict.is_some()),
        calibration: Some(evaluated),
        calibration_resampled: Some(evaluated && strict.is_some()),
        compared_with_clinical: Some(clinical && evaluated),
        decision_curves: Some(evaluated),
        baseline_table: Some(!settings.clinical.variables.is_empty()),
        automatic_segmentation: None,
    };
    answers.fill(&run);
    answers
}

/// What people have answered.
///
/// # Errors
/// If the file cannot be read, or has answers to no question.
pub(crate) fn answers(settings: &StudySettings) -> Result<Questionnaires> {
    let Some(path) = &settings.quality else { return Ok(Questionnaires::default()) };
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|source| radsurv_data::Error::Io { path: path.clone(), source })?;
    Ok(Questionnaires::from_toml(&text, &path.display().to_string())?)
}
