//! Concordance of risks with follow-up: one number for all times, with limits, and two markers compared.
//!
//! | [`Measure`] | the probability that the higher risk has the event first, | source |
//! |---|---|---|
//! | `Harrell` | of the pairs of which it is known who had it first | Harrell et al., *JAMA* 247 (1982) 2543-2546 |
//! | `Uno` | until a time, each pair weighted by *1 / G(T-)²*: does not depend on the censoring | Uno et al., *Statistics in Medicine* 30 (2011) 1105-1117 |
//! | [`gonen_heller()`] | by the Cox model of the risk alone, without looking at the order of events | Gönen and Heller, *Biometrika* 92 (2005) 965-970 |
//!
//! Equations, ties and standard errors (the infinitesimal jackknife, as R's `concordance`) of the first two are in
//! [`radsurv_stats::nonparametric::concordance`]; of the third in its own documentation. Harrell's and Uno's estimates take
//! weights of cases, and Harrell's left truncation as well; Uno's refuses it.

mod gonen_heller;

use radsurv_data::{Metric, MetricError, Predictions, Survival};
use radsurv_stats::nonparametric::{self, PairCounts};
use serde::{Deserialize, Serialize};

pub use gonen_heller::{GonenHeller, TiedScores, gonen_heller};

use crate::direction;
use crate::error::Result;
use crate::estimate::{Estimate, standard_errors};
use crate::input::{check_marker, check_scores};

/// Whose concordance.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Harrell's C.
    #[default]
    Harrell,
    /// Uno's C, of events until a time, if there is one. Take one at which some are still followed: late weights are large.
    Uno {
        /// The last time of events that count.
        until: Option<f64>,
    },
}

/// A concordance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Concordance {
    /// Whose.
    pub measure: Measure,
    /// The estimate with its limits.
    pub estimate: Estimate,
    /// The weight of pairs that were compared: their number for Harrell's without weights of cases.
    pub compared: f64,
    /// The part of them with equal risks, which count one half.
    pub tied_risk: f64,
    /// A remark in plain words, if the risks seem to be turned round.
    pub note: Option<String>,
}

/// The difference of two concordances of the same cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ConcordanceComparison {
    /// Whose.
    pub measure: Measure,
    /// The first less the second.
    pub difference: f64,
    /// Its standard error, with the dependence of both.
    #[serde(rename = "se")]
    pub std_error: f64,
    /// The lower confidence limit.
    pub lower: f64,
    /// The upper confidence limit.
    pub upper: f64,
    /// The probability of a difference as far from 0 if both were the same; none if the standard error is 0.
    pub p_value: Option<f64>,
}

impl Measure {
    /// The concordance of risks (higher is worse) with limits of this confidence (0.95).
    ///
    /// # Errors
    /// [`Error::Cases`](crate::Error::Cases), [`Error::NotFinite`](crate::Error::NotFinite),
    /// [`Error::Constant`](crate::Error::Constant) of the risks; [`Error::Stats`](crate::Error::Stats) if no two cases can be
    /// compared, where *G* is 0, and of left truncation with Uno's; [`Error::Setting`](crate::Error::Setting).
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Survival;
    /// use radsurv_eval::concordance::Measure;
    /// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, true])?;
    /// let c = Measure::Harrell.of(&[0.9, 0.1, 0.5, 0.2], &outcome, 0.95)?;
    /// assert_eq!((c.estimate.estimate, c.compared), (0.6, 5.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(self, risk: &[f64], outcome: &Survival, confidence: f64) -> Result<Concordance> {
        let width = standard_errors(confidence)?;
        let found = self.compute(risk, outcome)?;
        let estimate = Estimate::within_unit(found.estimate, Some(found.std_error), width);
        let PairCounts { tied_risk, .. } = found.pairs;
        let note = direction::note("the concordance", found.estimate, estimate.upper);
        Ok(Concordance { measure: self, estimate, compared: found.pairs.compared(), tied_risk, note })
    }

    /// The concordance of one risk less that of another of the same cases, with limits of this confidence.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn compare(self, risks: [&[f64]; 2], outcome: &Survival, confidence: f64) -> Result<ConcordanceComparison> {
        let width = standard_errors(confidence)?;
        let [first, second] = risks.map(|risk| self.compute(risk, outcome));
        let found = first?.minus(&second?)?;
        let (difference, std_error) = (found.difference, found.std_error);
        Ok(ConcordanceComparison {
            measure: self,
            difference,
            std_error,
            lower: (difference - width * std_error).max(-1.0),
            upper: (difference + width * std_error).min(1.0),
            p_value: Some(found.p_value).filter(|p| p.is_finite()),
        })
    }

    fn compute(self, risk: &[f64], outcome: &Survival) -> Result<nonparametric::Concordance> {
        check_marker("risk", risk, outcome)?;
        self.of_scores(risk, outcome)
    }

    fn of_scores(self, risk: &[f64], outcome: &Survival) -> Result<nonparametric::Concordance> {
        Ok(match self {
            Self::Harrell => nonparametric::harrell(risk, outcome)?,
            Self::Uno { until } => nonparametric::uno(risk, outcome, until)?,
        })
    }
}

impl Metric for Measure {
    fn name(&self) -> String {
        match self {
            Self::Harrell => "harrell".to_string(),
            Self::Uno { until: None } => "uno".to_string(),
            Self::Uno { until: Some(until) } => format!("uno_{until}"),
        }
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> std::result::Result<f64, MetricError> {
        // A model that found nothing, as a lasso without a feature, has 0.5.
        check_scores("risk", predictions.risk(), outcome)?;
        Ok(self.of_scores(predictions.risk(), outcome)?.estimate)
    }
}
