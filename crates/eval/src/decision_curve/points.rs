//! The curves.

use radsurv_data::Survival;
use radsurv_stats::bootstrap::Bootstrapped;

use super::{DecisionCurveSettings, DecisionPoint, Strategy, StrategyCurve};
use crate::bootstrap::Resampling;
use crate::error::Result;
use crate::estimate::Estimate;
use crate::high_risk::{FollowUp, Group};

/// Why there is no net benefit.
pub(crate) const NOT_FOLLOWED: &str =
    "nobody at high risk is followed until the time, so that it is not known how many have the event";
const NO_ODDS: &str = "at the threshold 0 an intervention costs nothing";

/// What is computed for each way to treat and threshold: net benefit, standardised, interventions avoided.
const MEASURES: usize = 3;

pub(super) fn net_benefit(group: Group, threshold: f64, harm: f64) -> Option<f64> {
    let odds = threshold / (1.0 - threshold);
    Some(group.with_event()? - group.without_event()? * odds - harm)
}

/// Who is treated.
#[derive(Clone, Copy)]
enum Treated<'a> {
    All,
    None,
    By(&'a [f64]),
}

impl Treated<'_> {
    /// The groups that are treated at each threshold.
    fn groups(self, follow_up: &FollowUp, thresholds: &[f64]) -> Vec<Group> {
        match self {
            Self::All => vec![follow_up.group(|_| true); thresholds.len()],
            Self::None => vec![Group::NOBODY; thresholds.len()],
            Self::By(risk) => thresholds.iter().map(|p| follow_up.group(|case| risk[case] >= *p)).collect(),
        }
    }
}

/// All curves.
pub(super) struct Curves {
    pub models: Vec<StrategyCurve>,
    pub all: StrategyCurve,
    pub none: StrategyCurve,
}

type Measure = std::result::Result<f64, &'static str>;

pub(super) fn curves(
    models: &[Strategy],
    outcome: &Survival,
    settings: &DecisionCurveSettings,
    resampling: Resampling,
) -> Result<Curves> {
    let &DecisionCurveSettings { time, ref thresholds, ref bootstrap } = settings;
    let statistics = |rows: &[usize]| {
        let follow_up = FollowUp::until(time, &outcome.rows(rows));
        let mut values = Vec::new();
        for model in models {
            let risk: Vec<f64> = rows.iter().map(|&case| model.risk[case]).collect();
            values.extend(measures(Treated::By(&risk), model.harm, &follow_up, thresholds));
        }
        values.extend(measures(Treated::All, 0.0, &follow_up, thresholds));
        values.extend(measures(Treated::None, 0.0, &follow_up, thresholds));
        values
    };
    let results: Vec<_> = match bootstrap {
        Some(bootstrap) => bootstrap.run(outcome.len(), resampling.strata(outcome)?.as_deref(), statistics)?,
        None => {
            let all: Vec<usize> = (0..outcome.len()).collect();
            statistics(&all).into_iter().map(|value| value.map(Bootstrapped::alone)).collect()
        }
    };
    let follow_up = FollowUp::until(time, outcome);
    let mut results = results.chunks(MEASURES);
    let mut curve = |name: &str, harm: f64, treated: Treated| {
        let groups = treated.groups(&follow_up, thresholds);
        let points =
            thresholds.iter().zip(groups).zip(&mut results).map(|((p, group), m)| point(*p, group, m)).collect();
        StrategyCurve { name: name.to_string(), harm, points }
    };
    let models = models.iter().map(|model| curve(model.name, model.harm, Treated::By(model.risk))).collect();
    Ok(Curves { models, all: curve("all", 0.0, Treated::All), none: curve("none", 0.0, Treated::None) })
}

fn measures(treated: Treated, harm: f64, follow_up: &FollowUp, thresholds: &[f64]) -> Vec<Measure> {
    let all = follow_up.group(|_| true);
    let event = all.event.ok_or("nobody is followed until the time");
    let of = |(&threshold, group): (&f64, Group)| -> [Measure; MEASURES] {
        let benefit = net_benefit(group, threshold, harm).ok_or(NOT_FOLLOWED);
        let standardized = benefit.and_then(|benefit| match event? {
            0.0 => Err("nobody has the event until the time"),
            event => Ok(benefit / event),
        });
        let avoided = benefit.and_then(|benefit| {
            let of_all = net_benefit(all, threshold, 0.0).ok_or(NOT_FOLLOWED)?;
            if threshold > 0.0 { Ok((benefit - of_all) * (1.0 - threshold) / threshold) } else { Err(NO_ODDS) }
        });
        [benefit, standardized, avoided]
    };
    thresholds.iter().zip(treated.groups(follow_up, thresholds)).flat_map(of).collect()
}

fn point(threshold: f64, group: Group, measures: &[std::result::Result<Bootstrapped, &'static str>]) -> DecisionPoint {
    let value = |place: usize| measures.get(place).and_then(|m| m.as_ref().ok());
    let estimate = |place: usize| value(place).map(Estimate::from);
    DecisionPoint {
        threshold,
        high_risk: group.share,
        true_positive: group.with_event(),
        false_positive: group.without_event(),
        net_benefit: estimate(0),
        standardized: estimate(1),
        interventions_avoided: estimate(2),
        failed: value(0).map_or(0, |v| v.failed),
        reason: measures.first().and_then(|m| m.as_ref().err()).map(|why| (*why).to_string()),
    }
}
