//! Two markers on the same cases.

use radsurv_data::Survival;
use serde::Serialize;

use super::marker::{MarkerEvaluation, probabilities};
use super::{EvaluationSettings, Marker};
use crate::brier::{BrierDifference, BrierSettings};
use crate::concordance::{ConcordanceComparison, Measure};
use crate::reclassification::{Idi, IdiSettings, Nri, NriSettings};
use crate::time_roc::AucDifference;

/// What the first of two markers has more than the second; none of what one of them does not have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The name of the first.
    pub first: String,
    /// The name of the second.
    pub second: String,
    /// The areas under the ROC curves.
    pub auc: Option<Vec<AucDifference>>,
    /// Harrell's concordance.
    pub harrell: Option<ConcordanceComparison>,
    /// Uno's concordance.
    pub uno: Option<ConcordanceComparison>,
    /// The Brier scores: below 0 if the first is better.
    pub brier: Option<Vec<BrierDifference>>,
    /// How much better the second is than the first at telling those with the event from the others (IDI), with limits of the bootstrap.
    pub idi: Option<Vec<Idi>>,
    /// By how much more often the second moves risks the right way (continuous NRI), with limits of the bootstrap.
    pub nri: Option<Vec<Nri>>,
}

pub(super) fn compare(
    settings: &EvaluationSettings,
    markers: [&Marker; 2],
    evaluated: [&MarkerEvaluation; 2],
    outcome: &Survival,
) -> Comparison {
    let confidence = settings.roc.confidence;
    let risks = markers.map(|marker| marker.predictions.risk());
    let concordance = |measure: Measure| measure.compare(risks, outcome, confidence).ok();
    let auc = evaluated[0].roc.as_ref().zip(evaluated[1].roc.as_ref());
    let both = markers.map(|marker| probabilities(marker, &settings.times).ok());
    let brier = BrierSettings { confidence, ..BrierSettings::default() };
    let reclassified = |a: &[f64], b: &[f64], time: f64| {
        let idi = IdiSettings { bootstrap: settings.bootstrap, ..IdiSettings::at(time) };
        let nri = NriSettings { bootstrap: settings.bootstrap, ..NriSettings::at(time) };
        Some((Idi::of(a, b, outcome, &idi).ok()?, Nri::of(a, b, outcome, &nri).ok()?))
    };
    let improved: Option<Vec<(Idi, Nri)>> = match &both {
        [Some(a), Some(b)] => {
            settings.times.iter().zip(a.iter().zip(b)).map(|(time, (a, b))| reclassified(a, b, *time)).collect()
        }
        _ => None,
    };
    let (idi, nri) = improved.map_or((None, None), |improved| {
        let (idi, nri) = improved.into_iter().unzip();
        (Some(idi), Some(nri))
    });
    Comparison {
        idi,
        nri,
        first: markers[0].name.clone(),
        second: markers[1].name.clone(),
        auc: auc.and_then(|(first, second)| first.minus(second).ok()),
        harrell: concordance(Measure::Harrell),
        uno: concordance(Measure::Uno { until: settings.times.last().copied() }),
        brier: match both {
            [Some(a), Some(b)] => {
                let pairs = settings.times.iter().zip(a.iter().zip(&b));
                pairs.map(|(time, (a, b))| brier.difference(*time, a, b, outcome).ok()).collect()
            }
            _ => None,
        },
    }
}
