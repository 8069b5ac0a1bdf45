//! Batches of patients that no training patient was in: what comes of them if they are treated in the other way.

use std::collections::BTreeSet;

use radsurv_data::{Cohort, Predictor, Survival};
use radsurv_harmonize::combat::Unseen;
use radsurv_survival::AnySettings;
use radsurv_survival::selection::Candidate;

use super::measure::Scores;
use super::result::{PatientSet, UnseenBatch};
use super::search::{Searchee, learn_again, learn_steps};
use super::split::places;
use crate::error::Result;
use crate::pipeline::StepSettings;
use crate::settings::StudySettings;

/// The best model in the test set, with the rule of the settings for batches without training patients, and with the other one. None if
/// there is no such batch.
///
/// Shift and variance of a new batch are estimated from features alone, of all its patients together; no outcome enters.
pub(super) fn other_rule(
    settings: &StudySettings,
    raw: &Cohort,
    outcome: &Survival,
    sets: &[PatientSet],
    candidate: &Candidate<AnySettings>,
    found: &Searchee,
) -> Result<Option<UnseenBatch>> {
    let Some(combat) = settings.combat() else { return Ok(None) };
    let (training, test) = (places(sets, PatientSet::Training), places(sets, PatientSet::Test));
    let groups = raw.covariates().groups(&combat.batch)?;
    let labels =
        |places: &[usize]| -> BTreeSet<&str> { places.iter().filter_map(|&case| groups.label(case)).collect() };
    let known = labels(&training);
    let new: BTreeSet<&str> = labels(&test).difference(&known).copied().collect();
    if new.is_empty() {
        return Ok(None);
    }
    let (own, other, rule) = match combat.unseen {
        Unseen::Estimate => ("estimate", "pass", Unseen::Pass),
        Unseen::Pass | Unseen::Error => ("pass", "estimate", Unseen::Estimate),
    };
    let mut steps = settings.steps.clone();
    for step in &mut steps {
        if let StepSettings::Combat(combat) = step {
            combat.unseen = rule;
        }
    }
    let (learned, of_learned) = (raw.rows(&training), outcome.rows(&training));
    let fitted = learn_steps(&steps, &learned, &of_learned)?;
    // A batch can be too small for it.
    let Ok(ready) = fitted.transform(&raw.rows(&test)) else { return Ok(None) };
    let model = learn_again(candidate, &fitted, &learned, &of_learned, &settings.times)?;
    let risk = model.predict(&ready, &[])?.risk().to_vec();
    let all: Vec<usize> = (0..test.len()).collect();
    let both = [Scores::of(&found.risk, outcome, &test), Scores::of(&risk, &outcome.rows(&test), &all)];
    let auc = both.each_ref().map(|scores| scores.auc(&settings.times));
    let value = |rule: usize, time: usize| auc[rule][time].as_ref().ok().map(|score| score.value);
    Ok(Some(UnseenBatch {
        batches: new.iter().map(|name| name.to_string()).collect(),
        patients: test.iter().filter(|&&case| groups.label(case).is_some_and(|name| new.contains(name))).count(),
        rules: [own, other].map(String::from),
        auc: (0..settings.times.len()).map(|time| [value(0, time), value(1, time)]).collect(),
        concordance: both.each_ref().map(Scores::concordance),
    }))
}
