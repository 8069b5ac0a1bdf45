//! Weights by the inverse of the probability not to be censored.

use radsurv_data::{StepFunction, Survival};
use radsurv_stats::cox::{Design, FitSettings, Ties, baseline, fit};
use radsurv_stats::nonparametric::{CensoringDistribution, CensoringTies, Side};

use super::settings::Censoring;
use crate::error::{Error, Result};

/// *G*, for all cases the same or for each its own.
pub(super) enum Weights<'a> {
    Own(CensoringDistribution),
    Given(&'a CensoringDistribution),
    Cox { hazard: StepFunction, factor: Vec<f64> },
}

impl<'a> Weights<'a> {
    pub(super) fn new(outcome: &Survival, censoring: Censoring<'a>) -> Result<Self> {
        let columns = match censoring {
            Censoring::Marginal => return Self::own(outcome),
            Censoring::Given(distribution) => return Ok(Self::Given(distribution)),
            Censoring::Cox(columns) => columns,
        };
        let censored: Vec<bool> = outcome.event().iter().map(|event| !event).collect();
        // Nobody is censored: all have the weight 1, and there is nothing to fit.
        if columns.is_empty() || !censored.contains(&true) {
            return Self::own(outcome);
        }
        let reversed = Survival::new(outcome.times().to_vec(), censored)?;
        // Tight, so that the weights have as many digits as their model has.
        let settings = FitSettings { tolerance: 1e-14, ..FitSettings::default() };
        let model = fit(&Design::new(columns, &reversed), &settings)?;
        if let Some(column) = model.infinite.first() {
            let what = "it separates the censored from the others, and weights from it mean nothing; leave it out";
            return Err(Error::Setting {
                name: "a column of the censoring model",
                value: format!("number {}", column + 1),
                what,
            });
        }
        let scores = model.linear_predictors(columns)?;
        let hazard = baseline::of_scores(&scores, &reversed, Ties::Efron)?;
        Ok(Self::Cox { hazard, factor: scores.iter().map(|eta| eta.exp()).collect() })
    }

    fn own(outcome: &Survival) -> Result<Self> {
        Ok(Self::Own(CensoringDistribution::of(outcome, CensoringTies::AfterEvents)?))
    }

    /// *1 / G* of a case at a time.
    pub(super) fn of(&self, case: usize, time: f64, side: Side) -> Result<f64> {
        let (hazard, factor) = match self {
            Self::Own(distribution) => return Ok(distribution.inverse(time, side)?),
            Self::Given(distribution) => return Ok(distribution.inverse(time, side)?),
            Self::Cox { hazard, factor } => (hazard, factor[case]),
        };
        let hazard = match side {
            Side::Left => hazard.before(time),
            Side::Right => hazard.at(time),
        };
        let weight = (hazard * factor).exp();
        if weight.is_finite() {
            return Ok(weight);
        }
        let what = "by the Cox model of censoring nobody like this case is followed until then; leave columns out, or take an earlier time";
        Err(Error::Stats(radsurv_stats::Error::NoCensoringWeight { time, what }))
    }

    /// The weight of all controls at a time, if they have the same.
    pub(super) fn shared(&self) -> bool {
        !matches!(self, Self::Cox { .. })
    }

    /// Whether its estimation from the same cases adds to standard errors, in a way that is known here.
    pub(super) fn estimated(&self) -> bool {
        matches!(self, Self::Own(_))
    }
}
