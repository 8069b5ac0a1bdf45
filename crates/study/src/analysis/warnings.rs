//! What a reader of the results must know, in plain words.

use radsurv_harmonize::combat::Unseen;

use super::result::{EndpointResult, PatientSet, ProtocolResult, SetSummary, UnseenBatch};
use crate::settings::{Protocol, StudySettings};

/// Fewer events than this in a set make its measures vague.
const FEW_EVENTS: usize = 20;
/// Fewer events than this per variable of a model are few.
const PER_VARIABLE: f64 = 10.0;

/// All that is to be said.
pub(super) fn warnings(
    settings: &StudySettings,
    summaries: &[SetSummary],
    protocols: &[ProtocolResult],
) -> Vec<String> {
    let mut all = Vec::new();
    for SetSummary { set, endpoint, patients, events, .. } in summaries {
        if *events < FEW_EVENTS {
            all.push(format!(
                "{endpoint}: the {set} set has {events} events in {patients} patients. Its measures have wide limits, and a difference \
                 between models there is likely to be chance."
            ));
        }
    }
    if !summaries.iter().any(|summary| summary.set == PatientSet::Test) {
        all.push("There is no test set: nothing says how the models do elsewhere.".to_string());
    }
    for protocol in protocols {
        for endpoint in &protocol.endpoints {
            of_endpoint(settings, summaries, protocol, endpoint, &mut all);
        }
        if let (Protocol::Strict, Some(icc)) = (protocol.protocol, &protocol.reproducibility) {
            let (gone, count) = (icc.rows().iter().filter(|row| !row.keep).count(), icc.rows().len());
            if 2 * gone > count {
                all.push(format!(
                    "{gone} of {count} features are not reproducible (ICC not above {}): contours or images vary too much for them.",
                    settings.reproducibility.threshold
                ));
            }
            let fewest = icc.comparisons().iter().map(|c| c.cases()).min().unwrap_or(0);
            if fewest < 20 {
                all.push(format!("The reproducibility of features is known from {fewest} patients only."));
            }
        }
    }
    together(all)
}

/// What is said of several endpoints in the same words is said once.
fn together(all: Vec<String>) -> Vec<String> {
    let mut found: Vec<(Vec<String>, String)> = Vec::new();
    for warning in all {
        let (of, what) = warning.split_once(": ").unwrap_or(("", &warning));
        match found.iter_mut().find(|(_, known)| known == what) {
            Some((names, _)) => names.push(of.to_string()),
            None => found.push((vec![of.to_string()], what.to_string())),
        }
    }
    let line = |(names, what): (Vec<String>, String)| match names.join(", ").as_str() {
        "" => what,
        names => format!("{names}: {what}"),
    };
    found.into_iter().map(line).collect()
}

fn of_endpoint(
    settings: &StudySettings,
    summaries: &[SetSummary],
    protocol: &ProtocolResult,
    found: &EndpointResult,
    all: &mut Vec<String>,
) {
    let name = &found.endpoint;
    let strict = protocol.protocol == Protocol::Strict;
    let training = summaries.iter().find(|s| s.set == PatientSet::Training && s.endpoint == *name);
    let events = training.map_or(0, |summary| summary.events);
    let best = &found.models[found.winner];
    if strict && best.used > 0 && found.importance.is_empty() {
        all.push(format!(
            "{name}: there is no importance of features: the held-out patients have no two of whom it is known who had the event first."
        ));
    }
    if strict && (events as f64) < PER_VARIABLE * best.used as f64 {
        all.push(format!(
            "{name}: {} of the features {} looks at {} features and was learned from {events} events. What it shows of training patients \
             says nothing; look at the columns cross-validation, validation and test.",
            best.model, best.features, best.used
        ));
    }
    for model in found.models.iter().filter(|model| model.reason.is_some()) {
        all.push(format!(
            "{} ({}): {} of the features {} could not be learned: {}",
            name,
            protocol.protocol.name(),
            model.model,
            model.features,
            model.reason.clone().unwrap_or_default()
        ));
    }
    if let (true, Some(clinical)) = (strict, &found.clinical) {
        for (what, fit) in
            [("clinical model", &clinical.alone), ("clinical model with the Radscore", &clinical.combined)]
        {
            if let Err(why) = fit {
                all.push(format!("{name}: there is no {what}: {why}"));
            }
        }
        // Those of the model without the Radscore are of the same variables.
        if let Ok(fit) = &clinical.combined {
            all.extend(fit.report.warnings.iter().map(|warning| format!("{name}: clinical model: {warning}.")));
        }
    }
    for (set, why) in &found.unevaluated {
        all.push(format!("{name} ({}): the {set} set could not be evaluated: {why}", protocol.protocol.name()));
    }
    if let Err(why) = &found.radscore.cut {
        all.push(format!("{name} ({}): there is no cut-off: {why}", protocol.protocol.name()));
    }
    if let Some(UnseenBatch { batches, patients, .. }) = &found.unseen {
        let batches = batches.join(", ");
        let how = match settings.combat().map(|combat| combat.unseen) {
            Some(Unseen::Estimate) => {
                "their shift was estimated from all of them together, without outcomes: a single new patient could not be treated so"
            }
            _ => "they are left as they are",
        };
        all.push(format!(
            "{name}: {patients} patients of the test set are of batches that no training patient was in ({batches}); {how}. The \
             other way is reported beside it."
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::together;

    #[test]
    fn the_same_words_are_said_once() {
        let all = ["DFS: few events.", "Nothing is known", "OS: few events.", "OS: other: words."].map(String::from);
        assert_eq!(together(all.to_vec()), ["DFS, OS: few events.", "Nothing is known", "OS: other: words."]);
    }
}
