//! All measures of a marker.

use std::collections::BTreeMap;

use radsurv_data::Survival;
use radsurv_stats::bootstrap::Bootstrapped;
use serde::Serialize;

use super::{EvaluationSettings, Marker};
use crate::brier::{Brier, BrierSettings, IntegratedBrier, Integration};
use crate::calibration::{
    CalibrationGroups, CalibrationSlope, GndSettings, GreenwoodNamDAgostino, GroupSettings, Grouping, InTheLarge,
    SmoothCalibration, SmoothSettings, in_the_large, slope_of_probabilities,
};
use crate::clinical_impact::ClinicalImpact;
use crate::concordance::Measure;
use crate::error::Result;
use crate::estimate::Estimate;
use crate::time_roc::{self, CutAccuracy, TimeAuc, TimeRoc};

/// A number with its limits, none where they cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Number {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub se: Option<f64>,
    /// The lower confidence limit.
    pub lower: Option<f64>,
    /// The upper confidence limit.
    pub upper: Option<f64>,
}

impl From<Estimate> for Number {
    fn from(Estimate { estimate, std_error, lower, upper }: Estimate) -> Self {
        Self { estimate, se: std_error, lower, upper }
    }
}

/// The area under the ROC curve at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AucAtTime {
    /// The time.
    pub time: f64,
    /// The area with its limits.
    #[serde(flatten)]
    pub value: Number,
    /// The number of cases: with the event until then.
    pub cases: usize,
    /// The number of controls: followed for longer.
    pub controls: usize,
    /// The number of those that are neither.
    pub censored: usize,
}

/// Harrell's and Uno's concordance.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Concordances {
    /// Harrell's.
    pub harrell: Option<Number>,
    /// Uno's, of events until the last of the times.
    pub uno: Option<Number>,
}

/// What a marker tells at Youden's cut, which was chosen on the same cases: it is flattered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct YoudenAtTime {
    /// The time.
    pub time: f64,
    /// The cut: positive are those with a higher score.
    pub cut: f64,
    /// The sensitivity.
    pub sensitivity: Number,
    /// The specificity.
    pub specificity: Number,
    /// The probability of the event of those above.
    pub positive_predictive_value: Option<Number>,
    /// The probability of none of the others.
    pub negative_predictive_value: Option<Number>,
}

/// A distance of calibration with its bootstrap limits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Distance {
    /// The distance.
    pub estimate: f64,
    /// The lower limit; none without a bootstrap.
    pub lower: Option<f64>,
    /// The upper limit.
    pub upper: Option<f64>,
}

/// Calibration at a time. What could not be computed has its reason with the marker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationAtTime {
    /// The time.
    pub time: f64,
    /// Observed over expected events.
    pub in_the_large: Option<InTheLarge>,
    /// The slope of the predictions.
    pub slope: Option<CalibrationSlope>,
    /// Observed beside predicted in groups.
    pub groups: Option<CalibrationGroups>,
    /// The smooth curve.
    pub smooth: Option<SmoothCalibration>,
    /// The mean distance of the smooth curve from the line, with limits.
    pub ici: Option<Distance>,
    /// The median distance.
    pub e50: Option<Distance>,
    /// The 90th percentile of the distances.
    pub e90: Option<Distance>,
    /// The largest distance.
    pub emax: Option<Distance>,
    /// The test of Greenwood, Nam and D'Agostino.
    pub gnd: Option<GreenwoodNamDAgostino>,
    /// The predicted probabilities of an event, for figures.
    #[serde(skip)]
    pub predictions: Vec<f64>,
}

/// A marker evaluated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MarkerEvaluation {
    /// Its name.
    #[serde(skip)]
    pub name: String,
    /// The areas under the ROC curves.
    pub auc: Option<Vec<AucAtTime>>,
    /// The mean of the areas, weighted by the events between the times.
    pub integrated_auc: Option<Number>,
    /// The concordance.
    pub concordance: Concordances,
    /// Youden's cut.
    pub youden: Option<Vec<YoudenAtTime>>,
    /// The Brier scores.
    pub brier: Option<Vec<Brier>>,
    /// The Brier scores as one, if there are two times.
    pub integrated_brier: Option<IntegratedBrier>,
    /// Calibration.
    pub calibration: Option<Vec<CalibrationAtTime>>,
    /// The number of high risk, and of those with the event, by threshold.
    pub clinical_impact: Option<Vec<ClinicalImpact>>,
    /// Remarks in plain words: of a marker that seems to be turned round.
    pub notes: Vec<String>,
    /// For each measure that is none why it is.
    pub reasons: BTreeMap<String, String>,
    /// The ROC curves and areas as they were computed, for figures.
    #[serde(skip)]
    pub roc: Option<TimeRoc>,
}

/// Why measures are not there.
#[derive(Default)]
pub(super) struct Reasons(pub(super) BTreeMap<String, String>);

impl Reasons {
    /// A measure, or none and its reason.
    pub(super) fn take<T>(&mut self, name: impl Into<String>, measure: Result<T>) -> Option<T> {
        measure.map_err(|why| self.0.insert(name.into(), why.to_string())).ok()
    }
}

/// Measures a marker.
pub(super) fn evaluate(settings: &EvaluationSettings, marker: &Marker, outcome: &Survival) -> MarkerEvaluation {
    let (risk, times, confidence) = (marker.predictions.risk(), &settings.times, settings.roc.confidence);
    let mut reasons = Reasons::default();
    let roc = reasons.take("auc", settings.roc.of(risk, outcome, times));
    let concordance = |measure: Measure| measure.of(risk, outcome, confidence);
    let harrell = reasons.take("harrell", concordance(Measure::Harrell));
    let uno = reasons.take("uno", concordance(Measure::Uno { until: times.last().copied() }));
    let notes = [roc.as_ref().and_then(|roc| roc.note.clone()), harrell.as_ref().and_then(|c| c.note.clone())];
    let probabilities = probabilities(marker, times);
    let mut found = MarkerEvaluation {
        name: marker.name.clone(),
        auc: roc.as_ref().map(|roc| roc.at.iter().map(area).collect()),
        integrated_auc: roc.as_ref().and_then(|roc| {
            let integrated = roc.integrated(outcome, time_roc::Integration::Events);
            reasons.take("integrated_auc", integrated).map(Number::from)
        }),
        concordance: Concordances { harrell: harrell.map(|c| c.estimate.into()), uno: uno.map(|c| c.estimate.into()) },
        youden: roc.as_ref().and_then(|roc| reasons.take("youden", youden(settings, roc, risk, outcome))),
        brier: None,
        integrated_brier: None,
        calibration: None,
        clinical_impact: None,
        notes: notes.into_iter().flatten().take(1).collect(),
        reasons: BTreeMap::new(),
        roc: None,
    };
    match probabilities {
        Ok(probabilities) => {
            let pairs = || times.iter().copied().zip(&probabilities);
            let brier = BrierSettings { confidence, ..BrierSettings::default() };
            let scores = pairs().map(|(time, p)| brier.at(time, p, outcome)).collect();
            found.brier = reasons.take("brier", scores);
            if let (Some(curves), true, true) = (marker.predictions.survival(), times.len() > 1, found.brier.is_some())
            {
                let integrated = brier.integrated(&at(curves, times), outcome, Integration::Trapezoid, None);
                found.integrated_brier = reasons.take("integrated_brier", integrated);
            }
            let calibrations = pairs().map(|(time, p)| calibration(settings, time, p, outcome, &mut reasons)).collect();
            found.calibration = Some(calibrations);
            let benefits: Result<Vec<_>> = pairs().map(|(time, p)| settings.net_benefit(time, p, outcome)).collect();
            reasons.take("net_benefit", benefits);
            let impacts = pairs().map(|(time, p)| settings.impact(time, p, outcome)).collect();
            found.clinical_impact = reasons.take("clinical_impact", impacts);
        }
        Err(why) => {
            for name in ["brier", "calibration", "net_benefit", "clinical_impact"] {
                reasons.0.insert(name.to_string(), why.clone());
            }
        }
    }
    found.reasons = reasons.0;
    found.roc = roc;
    found
}

/// The event probabilities at each of the times, or why there are none.
pub(super) fn probabilities(marker: &Marker, times: &[f64]) -> std::result::Result<Vec<Vec<f64>>, String> {
    let Some(curves) = marker.predictions.survival() else {
        return Err("no survival was predicted, only a risk".to_string());
    };
    let of = |time: &f64| {
        marker.predictions.event_probability(*time).ok_or_else(|| {
            format!("no survival was predicted at the time {time}; the times predicted are {:?}", curves.times())
        })
    };
    times.iter().map(of).collect()
}

/// The curves at some of their times.
fn at(curves: &radsurv_data::SurvivalCurves, times: &[f64]) -> radsurv_data::SurvivalCurves {
    let places: Vec<usize> =
        (0..curves.times().len()).filter(|&place| times.contains(&curves.times()[place])).collect();
    curves.at_places(&places)
}

fn area(at: &TimeAuc) -> AucAtTime {
    let TimeAuc { time, auc, std_error, lower, upper, cases, controls, censored, .. } = *at;
    AucAtTime { time, value: Number { estimate: auc, se: std_error, lower, upper }, cases, controls, censored }
}

fn youden(settings: &EvaluationSettings, roc: &TimeRoc, risk: &[f64], outcome: &Survival) -> Result<Vec<YoudenAtTime>> {
    let mut found = Vec::new();
    for curve in &roc.curves {
        let Some(best) = curve.youden() else { continue };
        for CutAccuracy {
            time,
            cut,
            sensitivity,
            specificity,
            positive_predictive_value,
            negative_predictive_value,
            ..
        } in settings.roc.at_cut(risk, best.cut, outcome, &[curve.time])?
        {
            found.push(YoudenAtTime {
                time,
                cut,
                sensitivity: sensitivity.into(),
                specificity: specificity.into(),
                positive_predictive_value: positive_predictive_value.map(Number::from),
                negative_predictive_value: negative_predictive_value.map(Number::from),
            });
        }
    }
    Ok(found)
}

fn calibration(
    settings: &EvaluationSettings,
    time: f64,
    p: &[f64],
    outcome: &Survival,
    reasons: &mut Reasons,
) -> CalibrationAtTime {
    let confidence = settings.roc.confidence;
    let name = |what: &str| format!("calibration at {time}: {what}");
    let grouping = settings.groups.clone().unwrap_or(Grouping::Count((outcome.len() / 50).clamp(3, 10)));
    let of_groups = GroupSettings { grouping: grouping.clone(), confidence, ..GroupSettings::default() };
    let of_curve = SmoothSettings { confidence, ..SmoothSettings::default() };
    let smooth = reasons.take(name("smooth"), of_curve.fit(time, p, outcome));
    let limits = match (&settings.bootstrap(), &smooth) {
        (Some(bootstrap), Some(_)) => {
            reasons.take(name("limits of distances"), of_curve.bootstrap(time, p, outcome, bootstrap))
        }
        _ => None,
    };
    let distance = |estimate: f64, limits: Option<&Bootstrapped>| Distance {
        estimate,
        lower: limits.and_then(Bootstrapped::lower),
        upper: limits.and_then(Bootstrapped::upper),
    };
    let limits = limits.as_ref();
    CalibrationAtTime {
        time,
        in_the_large: reasons.take(name("in_the_large"), in_the_large(time, p, outcome, confidence)),
        slope: reasons.take(name("slope"), slope_of_probabilities(p, outcome, confidence)),
        groups: reasons.take(name("groups"), of_groups.fit(time, p, outcome)),
        ici: smooth.as_ref().map(|s| distance(s.ici, limits.map(|l| &l.ici))),
        e50: smooth.as_ref().map(|s| distance(s.e50, limits.map(|l| &l.e50))),
        e90: smooth.as_ref().map(|s| distance(s.e90, limits.map(|l| &l.e90))),
        emax: smooth.as_ref().map(|s| distance(s.emax, limits.map(|l| &l.emax))),
        smooth,
        gnd: reasons.take(name("gnd"), GndSettings { grouping }.test(time, p, outcome)),
        predictions: p.to_vec(),
    }
}
