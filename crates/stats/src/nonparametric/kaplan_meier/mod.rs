//! Kaplan and Meier's estimate of survival, and the cumulative hazard.
//!
//! With *Y_i* at risk at the time *t_i* and *d_i* events there (sums of weights), and *m_i* the number of events:
//!
//! | | R | estimate | variance |
//! |---|---|---|---|
//! | [`SurvivalFrom::Product`] | `stype=1` | *S(t) = Π (1 - d_i / Y_i)*, Kaplan and Meier | of *ln S*: *Σ d_i / (Y_i (Y_i - d_i))*, Greenwood |
//! | [`SurvivalFrom::Hazard`] | `stype=2` | *S(t) = exp(-H(t))*, Breslow or Fleming and Harrington | of *ln S*: that of *H* |
//! | [`TiedEvents::Together`] | `ctype=1` | *H(t) = Σ d_i / Y_i*, Nelson and Aalen | *Σ d_i / Y_i²* |
//! | [`TiedEvents::OneByOne`] | `ctype=2` | *H(t) = Σ_i Σ_{j<m_i} (d_i / m_i) / Y_ij*, *Y_ij = Y_i - j d_i / m_i* | *Σ_i Σ_j (d_i / m_i) / Y_ij²* |
//!
//! These variances take weights for numbers of equal cases. Weights that are none (inverse probabilities) need
//! [`Variance::Robust`], the infinitesimal jackknife: the sum over cases of the squared derivative by the case's weight
//! times its weight. For *ln S* that is, with *C(t) = Σ d_i / (Y_i (Y_i - d_i))*,
//!
//! *u_k(t) = w_k [C(min(t, T_k)) - C(entry_k) - δ_k 1(T_k <= t) / (Y - d)(T_k)]*.
//!
//! R computes it in *O(n times)*; here a running sum of squares makes it *O(n)* after sorting.
//!
//! Limits with the normal quantile *z* and the standard error *σ* of *ln S*:
//!
//! | [`Limits`] | |
//! |---|---|
//! | `Log` (R's default) | *S exp(∓ z σ)*, at most 1 |
//! | `LogLog` | *exp(-exp(ln(-ln S) ± z σ / ln S))*: stay within 0 and 1 |
//! | `Plain` | *S ∓ z σ S*, cut at 0 and 1 |
//!
//! # Edge cases
//! - Where *S* is 0 (the last case at risk had the event) its standard error and limits do not exist: NaN, as R's `NA`.
//!   `LogLog` limits do not exist where *S* is 1 either; R gives NA, here they are 1, since nothing has happened yet.
//! - After the last time the curve keeps its value and nobody is at risk.
//! - With left truncation few may be at risk early; an estimate of 0 there stays 0 for good.
//!
//! # Sources
//! Kaplan and Meier, *Journal of the American Statistical Association* 53 (1958) 457-481 (estimate p. 463, restricted mean
//! p. 476-477). Fleming and Harrington, *Communications in Statistics* 13 (1984) 2469-2486. Brookmeyer and Crowley,
//! *Biometrics* 38 (1982) 29-41 (limits of the median). Kalbfleisch and Prentice: The Statistical Analysis of Failure Time
//! Data, 2nd ed. (2002), p. 16-18. Numbers are those of R's survival 3.5-3.

mod limits;
mod summary;
mod variance;

use radsurv_data::{StepFunction, Survival};

pub use limits::Limits;
pub use summary::{CurvePoint, RestrictedMean, SurvivalQuantile};
use variance::Variances;

use super::risk_set::{RiskSet, RiskSets};
use crate::distribution::Normal;
use crate::error::{Error, Result};

/// What survival is computed from; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SurvivalFrom {
    /// The product of conditional probabilities: Kaplan and Meier.
    #[default]
    Product,
    /// The cumulative hazard.
    Hazard,
}

/// How the hazard takes events at the same time; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TiedEvents {
    /// All from the same set at risk: Nelson and Aalen.
    #[default]
    Together,
    /// As if one followed the other: Fleming and Harrington.
    OneByOne,
}

/// Where standard errors come from; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Variance {
    /// R's choice: [`Robust`](Self::Robust) as soon as a weight is not whole, else [`Greenwood`](Self::Greenwood).
    #[default]
    ByWeights,
    /// The variance of the binomial model, Greenwood's for Kaplan and Meier. Weights are numbers of cases.
    Greenwood,
    /// The infinitesimal jackknife.
    Robust,
}

/// How survival is estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KaplanMeierSettings {
    /// What survival is computed from.
    pub survival: SurvivalFrom,
    /// How the hazard takes ties.
    pub ties: TiedEvents,
    /// Where standard errors come from.
    pub variance: Variance,
    /// The scale of the limits.
    pub limits: Limits,
    /// The confidence of the limits, 0.95.
    pub confidence: f64,
}

impl Default for KaplanMeierSettings {
    fn default() -> Self {
        Self {
            survival: SurvivalFrom::default(),
            ties: TiedEvents::default(),
            variance: Variance::default(),
            limits: Limits::default(),
            confidence: 0.95,
        }
    }
}

/// The estimates from one time on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KaplanMeierStep {
    /// The time, who is at risk and who leaves.
    pub set: RiskSet,
    /// Survival beyond the time.
    pub survival: f64,
    /// The standard error of the logarithm of survival (R's `std.err`); NaN where survival is 0.
    pub log_std_error: f64,
    /// The lower limit of survival; NaN where survival is 0.
    pub lower: f64,
    /// The upper limit of survival; NaN where survival is 0.
    pub upper: f64,
    /// The cumulative hazard.
    pub hazard: f64,
    /// The standard error of the cumulative hazard.
    pub hazard_std_error: f64,
}

/// Survival and cumulative hazard of a group of cases; see the [module](self).
///
/// # Example
/// The remission times of Freireich's 21 treated patients (Kalbfleisch and Prentice):
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::nonparametric::KaplanMeier;
/// let weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35].map(f64::from);
/// let relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|e| e == 1);
/// let km = KaplanMeier::of(&Survival::new(weeks.to_vec(), relapse.to_vec())?)?;
/// let ten = km.at(10.0);
/// assert_eq!((ten.at_risk, (ten.survival * 1e4).round()), (15.0, 7529.0));
/// assert_eq!(km.quantile(0.5)?.time, Some(23.0));
/// assert_eq!(km.quantile(0.5)?.upper, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct KaplanMeier {
    risk: RiskSets,
    steps: Vec<KaplanMeierStep>,
    survival: StepFunction,
    hazard: StepFunction,
}

impl KaplanMeierSettings {
    /// The estimates of these cases.
    ///
    /// # Errors
    /// [`Error::TooFew`] if there is no case of positive weight, [`Error::NotProbability`] if the confidence is not between 0
    /// and 1.
    pub fn fit(&self, outcome: &Survival) -> Result<KaplanMeier> {
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            return Err(Error::NotProbability { value: self.confidence });
        }
        let z = Normal.quantile(0.5 + 0.5 * self.confidence)?;
        let risk = RiskSets::of(outcome)?;
        let robust = match self.variance {
            Variance::Greenwood => false,
            Variance::Robust => true,
            Variance::ByWeights => outcome.weights().is_some_and(|w| w.iter().any(|w| w.fract() != 0.0)),
        };
        let of_hazard = |set: &RiskSet| variance::hazard(set, self.ties);
        let from_hazard = self.survival == SurvivalFrom::Hazard;
        let mut hazard_variances = Variances::new(robust, &risk, outcome, of_hazard);
        let mut log_variances = Variances::new(robust && !from_hazard, &risk, outcome, variance::product);
        let (mut product, mut hazard) = (1.0, 0.0);
        let mut last: Option<KaplanMeierStep> = None;
        let steps = risk.sets().iter().map(|&set| {
            let jump = of_hazard(&set);
            let hazard_variance = hazard_variances.next(&jump);
            let log_variance = log_variances.next(&variance::product(&set));
            if set.event_count == 0
                && let Some(last) = last
            {
                // Nothing happens to the estimates. (Nor to the variances: an influence stands still between events.)
                return KaplanMeierStep { set, ..last };
            }
            product *= (set.at_risk - set.events) / set.at_risk;
            hazard += jump.size;
            let (survival, variance) =
                if from_hazard { (f64::exp(-hazard), hazard_variance) } else { (product, log_variance) };
            let log_std_error = if survival > 0.0 { variance.sqrt() } else { f64::NAN };
            let limits::Range { lower, upper } = self.limits.around(survival, log_std_error, z);
            let hazard_std_error = hazard_variance.sqrt();
            *last.insert(KaplanMeierStep { set, survival, log_std_error, lower, upper, hazard, hazard_std_error })
        });
        let steps: Vec<KaplanMeierStep> = steps.collect();
        let survival = function(&steps, 1.0, |step| step.survival)?;
        let hazard = function(&steps, 0.0, |step| step.hazard)?;
        Ok(KaplanMeier { risk, steps, survival, hazard })
    }
}

impl KaplanMeier {
    /// Kaplan and Meier's estimate with the default settings.
    ///
    /// # Errors
    /// As [`KaplanMeierSettings::fit`].
    pub fn of(outcome: &Survival) -> Result<Self> {
        KaplanMeierSettings::default().fit(outcome)
    }

    /// The estimates at each time at which a case leaves, by ascending time.
    pub fn steps(&self) -> &[KaplanMeierStep] {
        &self.steps
    }

    /// The sets of cases at risk.
    pub fn risk_sets(&self) -> &RiskSets {
        &self.risk
    }

    /// Survival as a function of time.
    pub fn survival(&self) -> &StepFunction {
        &self.survival
    }

    /// The cumulative hazard as a function of time.
    pub fn hazard(&self) -> &StepFunction {
        &self.hazard
    }
}

fn function(steps: &[KaplanMeierStep], initial: f64, value: impl Fn(&KaplanMeierStep) -> f64) -> Result<StepFunction> {
    let jumps = steps.iter().filter(|step| step.set.event_count > 0);
    let (times, values) = jumps.map(|step| (step.set.time, value(step))).unzip();
    Ok(StepFunction::new(initial, times, values)?)
}
