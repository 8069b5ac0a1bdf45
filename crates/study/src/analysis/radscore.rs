//! The risk of the best model as a score: where it divides patients, and what it is made of.

use radsurv_data::{Cohort, Survival};
use radsurv_eval::risk_groups::RiskGroupSettings;
use radsurv_stats::cut_point::{CutPoint, CutPointSettings};
use radsurv_survival::importance::{PermutationSettings, PermutedFeature};

use super::result::{PatientSet, Radscore};
use super::search::Searchee;
use super::split::places;
use crate::error::Result;
use crate::pipeline::FittedModel;
use crate::settings::{Protocol, StudySettings};

/// How often each feature is permuted.
const REPEATS: usize = 3;

/// The score of every patient, and the groups by the cut that divides training patients best. In `strict` those have scores by models that
/// did not see them, and the cut is sought among these.
pub(super) fn radscore(
    protocol: Protocol,
    found: &Searchee,
    outcome: &Survival,
    sets: &[PatientSet],
    settings: &StudySettings,
) -> Result<Radscore> {
    let training = places(sets, PatientSet::Training);
    let of_training = outcome.rows(&training);
    let mut scores: Vec<Option<f64>> = found.risk.iter().copied().map(Some).collect();
    let asked = CutPointSettings { seed: settings.seed, ..CutPointSettings::default() };
    let (held_out, cut) = match protocol {
        Protocol::Strict => {
            let held_out = found.held_out(&settings.models)?;
            training.iter().zip(held_out.scores()).for_each(|(&case, score)| scores[case] = *score);
            let cut = asked.of_scores(&held_out, &of_training);
            (Some(held_out), cut)
        }
        Protocol::AsPublished => {
            let known: Vec<f64> = training.iter().map(|&case| found.risk[case]).collect();
            (None, asked.of_variable("Radscore", &known, &of_training))
        }
    };
    let cut = cut.map(|found| found.cut_point).map_err(|error| error.to_string());
    let groups = match &cut {
        Ok(cut) => {
            PatientSet::ALL.into_iter().filter_map(|set| group(cut, set, &scores, outcome, sets, settings)).collect()
        }
        Err(_) => Vec::new(),
    };
    Ok(Radscore { scores, held_out, cut, groups })
}

/// The groups of a set; none if it does not allow them.
fn group(
    cut: &CutPoint,
    set: PatientSet,
    scores: &[Option<f64>],
    outcome: &Survival,
    sets: &[PatientSet],
    settings: &StudySettings,
) -> Option<(PatientSet, radsurv_eval::risk_groups::RiskGroups)> {
    let places: Vec<usize> = places(sets, set).into_iter().filter(|&case| scores[case].is_some()).collect();
    let values: Vec<f64> = places.iter().filter_map(|&case| scores[case]).collect();
    let asked = RiskGroupSettings { times: settings.times.clone(), ..RiskGroupSettings::default() };
    Some((set, asked.by_cuts(&values, &[cut.cut()], &outcome.rows(&places)).ok()?))
}

/// What each feature counts among patients that the model was not learned from: those of the validation set, else of the test set.
pub(super) fn importance(
    model: &FittedModel,
    raw: &Cohort,
    outcome: &Survival,
    sets: &[PatientSet],
    settings: &StudySettings,
) -> Result<Vec<PermutedFeature>> {
    let others = [PatientSet::Validation, PatientSet::Test].map(|set| places(sets, set));
    let Some(others) = others.into_iter().find(|places| !places.is_empty()) else { return Ok(Vec::new()) };
    // Behind the steps: one feature is another there, and the steps need not be repeated.
    let ready = model.steps().transform(raw)?.rows(&others);
    let asked = PermutationSettings { repeats: REPEATS, seed: settings.seed };
    // A set without a comparable pair measures nothing.
    Ok(asked.run(model.model(), &ready, &outcome.rows(&others)).unwrap_or_default())
}
