//! Steps by name.

use std::collections::BTreeSet;

use radsurv_data::{Cohort, Decision, Fit, Pattern, Selection};
use radsurv_harmonize::redundancy::NearZeroSettings;
use radsurv_harmonize::{CombatSettings, RedundancySettings, ZScoreSettings};
use radsurv_survival::coxnet::StabilitySettings;
use radsurv_survival::selection::Steps;
use radsurv_survival::selection::screen::{BorutaSettings, MrmrSettings, UnivariableSettings};
use serde::{Deserialize, Serialize};

/// A step and its settings.
///
/// # Example
/// ```
/// use radsurv_study::pipeline::{StepSettings, steps};
/// let asked: Vec<StepSettings> = serde_json::from_str(
///     r#"[{ "zscore": { "method": "standard" } }, { "combat": { "batch": "scanner" } }, { "redundancy": { "threshold": 0.9 } }]"#,
/// )?;
/// assert_eq!(steps(&asked).names().collect::<Vec<_>>(), ["zscore", "combat", "redundancy"]);
/// assert_eq!(asked[1].covariates(), ["scanner"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum StepSettings {
    /// Only the features of these names: a region, a filter.
    Columns(ColumnSettings),
    /// Features that are nearly constant left out.
    NearZero(NearZeroSettings),
    /// Each feature brought to one centre and scale.
    Zscore(ZScoreSettings),
    /// Differences between batches removed.
    Combat(CombatSettings),
    /// Of features that say the same, one.
    Redundancy(RedundancySettings),
    /// Features with an effect of their own.
    Univariable(UnivariableSettings),
    /// Features that say much of the outcome and little of each other.
    Mrmr(MrmrSettings),
    /// Features that a forest finds more important than shuffled ones.
    Boruta(BorutaSettings),
    /// Features that the lasso selects again and again.
    Stability(StabilitySettings),
}

/// Which columns a step leaves.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Fit, Transform};
/// use radsurv_study::pipeline::ColumnSettings;
/// let table = FeatureTable::from_rows([("P1", vec![("tumour_a", 1.0), ("ring_a", 2.0)])])?;
/// let tumour = ColumnSettings { matching: "^tumour_".to_string() }.fit(&table.clone().into())?;
/// assert_eq!(tumour.transform(&table.into())?.features().names(), ["tumour_a"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSettings {
    /// Those whose names this regular expression matches.
    pub matching: String,
}

impl Fit for ColumnSettings {
    type Fitted = Selection;
    type Error = radsurv_data::Error;

    /// Looks at names only.
    ///
    /// # Errors
    /// [`Error::Pattern`](radsurv_data::Error::Pattern), and [`Error::NoMatch`](radsurv_data::Error::NoMatch) if no feature is left.
    fn fit(&self, training: &Cohort) -> Result<Selection, radsurv_data::Error> {
        let names = training.features().names();
        let pattern = Pattern::new(&self.matching)?;
        let chosen: BTreeSet<&str> = pattern.choose(names)?.into_iter().collect();
        let decision = |name: &String| {
            let keep = chosen.contains(name.as_str());
            let reason = if keep { String::new() } else { format!("its name does not match {}", self.matching) };
            Decision { feature: name.clone(), keep, reason }
        };
        Selection::new(names.iter().map(decision).collect())
    }
}

impl StepSettings {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Columns(_) => "columns",
            Self::NearZero(_) => "near-zero",
            Self::Zscore(_) => "zscore",
            Self::Combat(_) => "combat",
            Self::Redundancy(_) => "redundancy",
            Self::Univariable(_) => "univariable",
            Self::Mrmr(_) => "mrmr",
            Self::Boruta(_) => "boruta",
            Self::Stability(_) => "stability",
        }
    }

    /// The covariates that it looks at.
    pub fn covariates(&self) -> Vec<&str> {
        match self {
            Self::Combat(settings) => {
                std::iter::once(&settings.batch).chain(&settings.covariates).map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The batch that it looks at, if it does.
    pub fn batch(&self) -> Option<&str> {
        match self {
            Self::Combat(settings) => Some(&settings.batch),
            _ => None,
        }
    }

    /// Gives the step another seed, if anything in it is random.
    pub fn set_seed(&mut self, seed: u64) {
        match self {
            Self::Boruta(settings) => settings.seed = seed,
            Self::Stability(settings) => settings.seed = seed,
            _ => {}
        }
    }

    fn add_to(&self, steps: Steps) -> Steps {
        let name = self.name();
        match self.clone() {
            Self::Columns(settings) => steps.then(name, settings),
            Self::NearZero(settings) => steps.then(name, settings),
            Self::Zscore(settings) => steps.then(name, settings),
            Self::Combat(settings) => steps.then(name, settings),
            Self::Redundancy(settings) => steps.then(name, settings),
            Self::Univariable(settings) => steps.then_by_outcome(name, settings),
            Self::Mrmr(settings) => steps.then_by_outcome(name, settings),
            Self::Boruta(settings) => steps.then_by_outcome(name, settings),
            Self::Stability(settings) => steps.then_by_outcome(name, settings),
        }
    }
}

/// Steps, each after the one before.
pub fn steps(settings: &[StepSettings]) -> Steps {
    settings.iter().fold(Steps::new(), |steps, step| step.add_to(steps))
}
