//! Two markers on the same cases.

use std::collections::BTreeMap;

use radsurv_data::Survival;
use serde::Serialize;

use super::marker::{MarkerEvaluation, Reasons, probabilities};
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
    /// For each measure that is none though both markers have what it needs, why it is.
    pub reasons: BTreeMap<String, String>,
}

pub(super) fn compare(
    settings: &EvaluationSettings,
    markers: [&Marker; 2],
    evaluated: [&MarkerEvaluation; 2],
    outcome: &Survival,
) -> Comparison {
    let confidence = settings.roc.confidence;
    let risks = markers.map(|marker| marker.predictions.risk());
    let mut reasons = Reasons::default();
    let auc = evaluated[0].roc.as_ref().zip(evaluated[1].roc.as_ref());
    let mut concordance =
        |name: &str, measure: Measure| reasons.take(name, measure.compare(risks, outcome, confidence));
    let harrell = concordance("harrell", Measure::Harrell);
    let uno = concordance("uno", Measure::Uno { until: settings.times.last().copied() });
    let auc = auc.and_then(|(first, second)| reasons.take("auc", first.minus(second)));
    let (mut brier, mut idi, mut nri) = (None, None, None);
    if let [Ok(a), Ok(b)] = markers.map(|marker| probabilities(marker, &settings.times)) {
        let pairs = || settings.times.iter().copied().zip(a.iter().zip(&b));
        let score = BrierSettings { confidence, ..BrierSettings::default() };
        let differences = pairs().map(|(time, (a, b))| score.difference(time, a, b, outcome)).collect();
        brier = reasons.take("brier", differences);
        let bootstrap = settings.bootstrap();
        let improved = |(time, (a, b)): (f64, (&Vec<f64>, &Vec<f64>))| {
            Idi::of(a, b, outcome, &IdiSettings { bootstrap, ..IdiSettings::at(time) })
        };
        idi = reasons.take("idi", pairs().map(improved).collect());
        let moved = |(time, (a, b)): (f64, (&Vec<f64>, &Vec<f64>))| {
            Nri::of(a, b, outcome, &NriSettings { bootstrap, ..NriSettings::at(time) })
        };
        nri = reasons.take("nri", pairs().map(moved).collect());
    }
    let [first, second] = markers.map(|marker| marker.name.clone());
    Comparison { first, second, auc, harrell, uno, brier, idi, nri, reasons: reasons.0 }
}
