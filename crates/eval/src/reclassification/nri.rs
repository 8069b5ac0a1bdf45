//! The net reclassification improvement.

use radsurv_data::Survival;
use radsurv_stats::bootstrap::{Bootstrap, Bootstrapped};
use serde::{Deserialize, Serialize};

use super::table::{Change, Move};
use super::weights::CaseWeights;
use super::{all_of, check};
use crate::bootstrap::Resampling;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::high_risk::FollowUp;

/// How the NRI takes censoring; see the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NriBy {
    /// By Kaplan and Meier's estimates among all, those who move up and those who move down.
    #[default]
    KaplanMeier,
    /// By weights of the cases.
    Weights(CaseWeights),
}

/// What is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NriSettings {
    /// The time *t* until which events count.
    pub time: f64,
    /// What counts as a change.
    pub change: Change,
    /// How censoring is taken.
    pub by: NriBy,
    /// How limits are made; none without.
    pub bootstrap: Option<Bootstrap>,
}

impl NriSettings {
    /// Of any change (the continuous NRI), by Kaplan and Meier's estimates, without limits.
    pub fn at(time: f64) -> Self {
        Self { time, change: Change::Difference(0.0), by: NriBy::default(), bootstrap: None }
    }
}

/// A net reclassification improvement; see the [module](super).
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::reclassification::{Change, Nri, NriBy, NriSettings};
/// let outcome = Survival::new(vec![1.0, 2.0, 4.0, 5.0, 6.0], vec![true, true, true, false, false])?;
/// let (old, new) = ([0.4, 0.5, 0.3, 0.5, 0.2], [0.7, 0.8, 0.2, 0.1, 0.1]);
/// let (change, by) = (Change::Difference(0.0), NriBy::KaplanMeier);
/// let nri = Nri::of(&old, &new, &outcome, &NriSettings { time: 4.0, change, by, bootstrap: None })?;
/// // Of three cases two move up and one down; both controls move down.
/// assert!((nri.cases.estimate - 1.0 / 3.0).abs() < 1e-12);
/// assert!((nri.controls.estimate - 1.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nri {
    /// The time until which events count.
    pub time: f64,
    /// What counts as a change.
    pub change: Change,
    /// How censoring is taken.
    pub by: NriBy,
    /// The sum of both parts, from -2 to 2.
    pub total: Estimate,
    /// Of the cases: the share that moves up less the share that moves down.
    pub cases: Estimate,
    /// Of the controls: the share that moves down less the share that moves up.
    pub controls: Estimate,
    /// The share of the cases that moves up.
    pub cases_up: Estimate,
    /// The share of the cases that moves down.
    pub cases_down: Estimate,
    /// The share of the controls that moves down.
    pub controls_down: Estimate,
    /// The share of the controls that moves up.
    pub controls_up: Estimate,
    /// The number of bootstrap samples of which it could not be computed.
    pub failed: usize,
    /// Why it could not be computed of the first of them.
    pub failure: Option<String>,
}

impl Nri {
    /// The improvement from an old to a new model's probabilities of the event until a time.
    ///
    /// # Errors
    /// [`Error::Cases`], [`Error::NotFinite`], [`Error::NotProbability`] for risks that are none, [`Error::Direction`] for
    /// what look like probabilities of survival; [`Error::Time`] with the usable range; [`Error::NotFollowed`] if Kaplan and Meier's estimates do not reach the time; [`Error::Setting`] for
    /// categories and differences that cannot be; [`Error::Stats`] for entry times and settings of the bootstrap that cannot
    /// be.
    pub fn of(old: &[f64], new: &[f64], outcome: &Survival, settings: &NriSettings) -> Result<Self> {
        Self::resampled(old, new, outcome, settings, Resampling::Cases)
    }

    /// The same, with bootstrap samples drawn within groups of cases.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn resampled(
        old: &[f64],
        new: &[f64],
        outcome: &Survival,
        settings: &NriSettings,
        resampling: Resampling,
    ) -> Result<Self> {
        let &NriSettings { time, ref change, by, ref bootstrap } = settings;
        check(old, new, outcome, time)?;
        change.check()?;
        let moves: Vec<Move> = old.iter().zip(new).map(|(old, new)| change.of(*old, *new)).collect();
        let of = |rows: &[usize]| {
            let some: Vec<Move> = rows.iter().map(|&row| moves[row]).collect();
            Shares::of(&some, &outcome.rows(rows), time, by)
        };
        let mut values: Vec<Bootstrapped> = match bootstrap {
            None => Shares::of(&moves, outcome, time, by)?.all().into_iter().map(Bootstrapped::alone).collect(),
            Some(bootstrap) => {
                let strata = resampling.strata(outcome)?;
                let statistics = |rows: &[usize]| match of(rows) {
                    Ok(shares) => shares.all().map(Ok).to_vec(),
                    Err(why) => {
                        let why = why.to_string();
                        vec![Err(why); 7]
                    }
                };
                // What cannot be computed of all cases is told by its own error.
                Shares::of(&moves, outcome, time, by)?;
                let results = bootstrap.run(outcome.len(), strata.as_deref(), statistics)?;
                all_of(results)?
            }
        };
        let (failed, failure) = values.first_mut().map_or((0, None), |v| (v.failed, v.failure.take()));
        let next = |place: usize| Estimate::from(&values[place]);
        Ok(Self {
            time,
            change: change.clone(),
            by,
            total: next(0),
            cases: next(1),
            controls: next(2),
            cases_up: next(3),
            cases_down: next(4),
            controls_down: next(5),
            controls_up: next(6),
            failed,
            failure,
        })
    }
}

/// The shares that move, among cases and controls.
struct Shares {
    cases_up: f64,
    cases_down: f64,
    controls_down: f64,
    controls_up: f64,
}

impl Shares {
    fn of(moves: &[Move], outcome: &Survival, time: f64, by: NriBy) -> Result<Self> {
        match by {
            NriBy::KaplanMeier => Self::by_kaplan_meier(moves, &FollowUp::until(time, outcome), time),
            NriBy::Weights(weights) => {
                let weights = weights.of(outcome, time)?;
                let share = |weights: &[f64], what: &'static str, way: Move| {
                    let of = |keep: &dyn Fn(Move) -> bool| -> f64 {
                        weights.iter().zip(moves).filter(|(_, m)| keep(**m)).map(|(w, _)| w).sum()
                    };
                    let all = of(&|_| true);
                    if all > 0.0 { Ok(of(&|m| m == way) / all) } else { Err(Error::Nobody { what, time }) }
                };
                let (cases, controls) = ("with the event", "without the event");
                Ok(Self {
                    cases_up: share(&weights.case, cases, Move::Up)?,
                    cases_down: share(&weights.case, cases, Move::Down)?,
                    controls_down: share(&weights.control, controls, Move::Down)?,
                    controls_up: share(&weights.control, controls, Move::Up)?,
                })
            }
        }
    }

    fn by_kaplan_meier(moves: &[Move], follow_up: &FollowUp, time: f64) -> Result<Self> {
        let event = follow_up.event_of_all()?;
        for (share, what) in [(event, "with the event"), (1.0 - event, "without the event")] {
            if share <= 0.0 {
                return Err(Error::Nobody { what, time });
            }
        }
        let group = |way: Move, what: &'static str| {
            let group = follow_up.group(|case| moves[case] == way);
            let unknown = || Error::NotFollowed { what, time };
            Ok::<_, Error>([
                group.with_event().ok_or_else(unknown)? / event,
                group.without_event().ok_or_else(unknown)? / (1.0 - event),
            ])
        };
        let [cases_up, controls_up] = group(Move::Up, "that move up")?;
        let [cases_down, controls_down] = group(Move::Down, "that move down")?;
        Ok(Self { cases_up, cases_down, controls_down, controls_up })
    }

    fn all(&self) -> [f64; 7] {
        let &Self { cases_up, cases_down, controls_down, controls_up } = self;
        let (cases, controls) = (cases_up - cases_down, controls_down - controls_up);
        [cases + controls, cases, controls, cases_up, cases_down, controls_down, controls_up]
    }
}
