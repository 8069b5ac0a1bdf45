//! All measures of some markers on the same cases, and what differs between the markers: what `radsurv evaluate` writes.
//!
//! A marker is a score (higher is worse), with predicted survival if its model has that. Discrimination is of the score alone: ROC
//! curves at each time, their areas, concordance. Brier scores, calibration and net benefit are about probabilities, and are of the
//! predicted survival at exactly these times. A measure that a marker does not allow is none, with the [reason](MarkerEvaluation::reasons);
//! the others are not affected.
//!
//! Each measure is defined, with its source, where it is computed: [`time_roc`](mod@crate::time_roc), [`concordance`](crate::concordance),
//! [`brier`](crate::brier), [`calibration`](crate::calibration), [`decision_curve`](crate::decision_curve).

mod comparison;
mod marker;

use radsurv_data::{Predictions, Survival};
use radsurv_stats::bootstrap::Bootstrap;
use radsurv_stats::nonparametric::KaplanMeier;
use serde::{Serialize, Serializer};

pub use comparison::Comparison;
pub use marker::{AucAtTime, CalibrationAtTime, Concordances, Distance, MarkerEvaluation, Number, YoudenAtTime};

use crate::calibration::Grouping;
use crate::clinical_impact::{ClinicalImpact, ClinicalImpactSettings};
use crate::decision_curve::{DecisionCurve, DecisionCurveSettings, Strategy};
use crate::error::{Error, Result};
use crate::input::check_time;
use crate::time_roc::TimeRocSettings;

/// A marker with its predictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// Its name.
    pub name: String,
    /// What it says of each case.
    pub predictions: Predictions,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationSettings {
    /// The times, ascending.
    pub times: Vec<f64>,
    /// The rule of ROC curves, and the confidence of all limits.
    pub roc: TimeRocSettings,
    /// The groups of predicted risk for calibration. Default: of about 50 cases, 10 at most and 3 at least.
    pub groups: Option<Grouping>,
    /// The thresholds of decision curves.
    pub thresholds: Vec<f64>,
    /// The bootstrap of what has no other limits: distances of calibration, net benefit. None without. Its confidence is that
    /// of [`roc`](Self::roc).
    pub bootstrap: Option<Bootstrap>,
}

impl EvaluationSettings {
    /// The default settings at some times.
    pub fn at(times: Vec<f64>) -> Self {
        Self {
            times,
            roc: TimeRocSettings::default(),
            groups: None,
            thresholds: (1..=99).map(|percent| f64::from(percent) / 100.0).collect(),
            bootstrap: Some(Bootstrap::default()),
        }
    }
}

/// Markers evaluated on some cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// The number of cases.
    pub n: usize,
    /// The number of events.
    pub events: usize,
    /// The median follow-up by the reversed Kaplan-Meier estimate; none if fewer than half of the cases are censored by then.
    pub median_follow_up: Option<f64>,
    /// The times.
    pub times: Vec<f64>,
    /// The confidence of all limits.
    pub confidence: f64,
    /// Each marker by its name.
    #[serde(serialize_with = "by_name")]
    pub markers: Vec<MarkerEvaluation>,
    /// Each pair of markers.
    pub comparisons: Vec<Comparison>,
    /// Decision curves of all markers with predicted survival, one per time.
    pub decision_curves: Vec<DecisionCurve>,
}

fn by_name<S: Serializer>(markers: &[MarkerEvaluation], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(markers.iter().map(|marker| (&marker.name, marker)))
}

impl EvaluationSettings {
    /// Evaluates markers of the same cases.
    ///
    /// # Errors
    /// [`Error::Setting`] without times, if they do not ascend, or if two markers have one name; [`Error::Cases`] if predictions are of
    /// another number of cases; [`Error::Time`] with the usable range; [`Error::Stats`] of weights of cases and late entry.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::{Predictions, Survival};
    /// use radsurv_eval::evaluation::{EvaluationSettings, Marker};
    /// let outcome = Survival::new((1..=60).map(f64::from).collect(), (0..60).map(|i| i % 3 > 0).collect())?;
    /// let risk = (0..60).map(|i| f64::from(i * 7 % 60 - i)).collect();
    /// let marker = Marker { name: "radscore".to_string(), predictions: Predictions::new(risk) };
    /// let found = EvaluationSettings::at(vec![20.0, 40.0]).run(&[marker], &outcome)?;
    /// assert_eq!((found.n, found.events), (60, 40));
    /// assert!(found.markers[0].concordance.harrell.unwrap().estimate > 0.5);
    /// assert!(found.markers[0].reasons["brier"].contains("no survival was predicted"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(&self, markers: &[Marker], outcome: &Survival) -> Result<Evaluation> {
        self.check(markers, outcome)?;
        let of_markers: Vec<MarkerEvaluation> =
            markers.iter().map(|marker| marker::evaluate(self, marker, outcome)).collect();
        let mut comparisons = Vec::new();
        for first in 0..markers.len() {
            for second in first + 1..markers.len() {
                let pair = [first, second];
                comparisons.push(comparison::compare(
                    self,
                    pair.map(|i| &markers[i]),
                    pair.map(|i| &of_markers[i]),
                    outcome,
                ));
            }
        }
        let decision_curves = self.times.iter().filter_map(|time| self.decisions(*time, markers, outcome)).collect();
        let reversed = outcome.event().iter().map(|event| !event).collect();
        let follow_up = KaplanMeier::of(&Survival::new(outcome.times().to_vec(), reversed)?)?.quantile(0.5)?;
        Ok(Evaluation {
            n: outcome.len(),
            events: outcome.events(),
            median_follow_up: follow_up.time,
            times: self.times.clone(),
            confidence: self.roc.confidence,
            markers: of_markers,
            comparisons,
            decision_curves,
        })
    }

    fn check(&self, markers: &[Marker], outcome: &Survival) -> Result<()> {
        if self.times.is_empty() || self.times.windows(2).any(|pair| pair[0] >= pair[1]) {
            let what = "give at least one, in ascending order, each once";
            return Err(Error::Setting { name: "the times", value: format!("{:?}", self.times), what });
        }
        for (place, marker) in markers.iter().enumerate() {
            if markers[..place].iter().any(|other| other.name == marker.name) {
                let what = "two markers have it; give each a name of its own";
                return Err(Error::Setting { name: "the name of a marker", value: marker.name.clone(), what });
            }
            let (found, outcomes) = (marker.predictions.risk().len(), outcome.len());
            if found != outcomes {
                return Err(Error::Cases { what: "predictions", found, outcomes });
            }
        }
        crate::time_roc::plain("an evaluation", outcome)?;
        self.times.iter().try_for_each(|time| check_time(*time, outcome))
    }

    /// The bootstrap with the confidence of all limits.
    fn bootstrap(&self) -> Option<Bootstrap> {
        self.bootstrap.map(|bootstrap| Bootstrap { confidence: self.roc.confidence, ..bootstrap })
    }

    /// The decision curves of all markers that predict survival at a time, without those that are refused, of which the
    /// reason is with the marker; none if no marker is left.
    fn decisions(&self, time: f64, markers: &[Marker], outcome: &Survival) -> Option<DecisionCurve> {
        let risks: Vec<(&str, Vec<f64>)> = markers
            .iter()
            .filter_map(|marker| Some((marker.name.as_str(), marker.predictions.event_probability(time)?)))
            .collect();
        let strategies: Vec<Strategy> = risks.iter().map(|(name, risk)| Strategy { name, risk, harm: 0.0 }).collect();
        let accepted = |strategy: &Strategy| self.net_benefit(time, strategy.risk, outcome).is_ok();
        let strategies: Vec<Strategy> = strategies.into_iter().filter(accepted).collect();
        let thresholds = self.thresholds.clone();
        let settings = DecisionCurveSettings { time, thresholds, bootstrap: self.bootstrap() };
        if strategies.is_empty() { None } else { DecisionCurve::of(&strategies, outcome, &settings).ok() }
    }

    /// The decision curve of one marker, without limits: whether there is one.
    fn net_benefit(&self, time: f64, risk: &[f64], outcome: &Survival) -> Result<DecisionCurve> {
        let settings = DecisionCurveSettings { time, thresholds: self.thresholds.clone(), bootstrap: None };
        DecisionCurve::of(&[Strategy { name: "", risk, harm: 0.0 }], outcome, &settings)
    }

    /// The clinical impact of a marker at a time.
    fn impact(&self, time: f64, risk: &[f64], outcome: &Survival) -> Result<ClinicalImpact> {
        let settings =
            ClinicalImpactSettings { thresholds: self.thresholds.clone(), ..ClinicalImpactSettings::at(time) };
        ClinicalImpact::of(risk, outcome, &settings)
    }
}
