//! Who counts as a case and a control, and how much.

use radsurv_data::Survival;
use radsurv_stats::nonparametric::{CensoringDistribution, CensoringTies, KaplanMeierSettings, Side, SurvivalFrom};
use serde::{Deserialize, Serialize};

use crate::error::Result;

/// How cases are weighted for censoring; see the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseWeights {
    /// By *1 / G(T-)*.
    #[default]
    Standard,
    /// As R's nricens (`point.method = "ipw"`).
    AsNricens,
    /// As R's survIDINRI.
    AsSurvIdinri,
}

/// The weight of each row as a case and as a control; 0 for what it is not.
pub(super) struct Weights {
    pub case: Vec<f64>,
    pub control: Vec<f64>,
}

impl CaseWeights {
    pub(super) fn of(self, outcome: &Survival, time: f64) -> Result<Weights> {
        let (times, event) = (outcome.times(), outcome.event());
        let strictly = self == Self::AsSurvIdinri;
        let before = |t: f64| if strictly { t < time } else { t <= time };
        let inverse = self.inverse(outcome)?;
        let mut weights = Weights { case: vec![0.0; times.len()], control: vec![0.0; times.len()] };
        for row in 0..times.len() {
            let weight = outcome.weight(row);
            if !before(times[row]) {
                weights.control[row] = weight;
            } else if event[row] && weight > 0.0 {
                weights.case[row] = weight * inverse(times[row])?;
            }
        }
        Ok(weights)
    }

    /// The inverse probability of not being censored before an event at a time.
    fn inverse(self, outcome: &Survival) -> Result<Box<dyn Fn(f64) -> Result<f64>>> {
        let (ties, side) = match self {
            Self::Standard => (CensoringTies::AfterEvents, Side::Left),
            Self::AsNricens => (CensoringTies::WithEvents, Side::Right),
            Self::AsSurvIdinri => {
                let censored = outcome.event().iter().map(|event| !event).collect();
                let mut flipped = Survival::new(outcome.times().to_vec(), censored)?;
                if let Some(weights) = outcome.weights() {
                    flipped = flipped.with_weights(weights.to_vec())?;
                }
                let settings = KaplanMeierSettings { survival: SurvivalFrom::Hazard, ..KaplanMeierSettings::default() };
                let censoring = settings.fit(&flipped)?;
                return Ok(Box::new(move |t| Ok(1.0 / censoring.survival().at(t))));
            }
        };
        let censoring = CensoringDistribution::of(outcome, ties)?;
        Ok(Box::new(move |t| Ok(censoring.inverse(t, side)?)))
    }
}
