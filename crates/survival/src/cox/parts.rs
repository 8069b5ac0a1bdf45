//! What a Cox model is fitted to.

use radsurv_data::{FeatureTable, Survival};
use radsurv_stats::cox::{self, Design, Fit, FitSettings, Residuals};
use radsurv_stats::nonparametric::ConcordanceSettings;

use super::{CoxConcordance, CoxErrors, CoxSettings};
use crate::error::{Error, Result};
use crate::input;

/// The place of a case's stratum among those that were fitted.
pub(super) fn stratum(features: &FeatureTable, case: usize, column: &str, value: f64, known: &[f64]) -> Result<usize> {
    known.iter().position(|known| *known == value).ok_or_else(|| Error::UnknownStratum {
        case: features.case_ids()[case].clone(),
        column: column.to_string(),
        value,
        known: known.iter().map(f64::to_string).collect(),
    })
}

/// The columns of a table by what they are for.
pub(super) struct Parts<'a> {
    outcome: &'a Survival,
    /// The covariates.
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<&'a [f64]>,
    strata: Option<Numbered>,
    clusters: Option<Numbered>,
}

/// The different values of a column, ascending, and the place of each case's among them.
struct Numbered {
    values: Vec<f64>,
    places: Vec<usize>,
}

impl Numbered {
    fn new(column: &[f64]) -> Self {
        let mut values = column.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        // Of 0 and -0 one stays.
        values.dedup();
        let places = column.iter().map(|v| values.partition_point(|known| known < v)).collect();
        Self { values, places }
    }
}

impl<'a> Parts<'a> {
    /// Checks settings and input.
    pub(super) fn new(settings: &CoxSettings, features: &'a FeatureTable, outcome: &'a Survival) -> Result<Self> {
        if settings.max_iterations == 0 {
            let what = "give 1 at least, 100 usually";
            return Err(Error::Setting { name: "the number of iterations", value: "0".to_string(), what });
        }
        if !(settings.tolerance > 0.0 && settings.tolerance < 1.0) {
            let (value, what) = (settings.tolerance.to_string(), "give a number between 0 and 1, 1e-9 usually");
            return Err(Error::Setting { name: "the tolerance", value, what });
        }
        input::check(features, outcome)?;
        let column = |name: &Option<String>, of: &'static str| -> Result<Option<Numbered>> {
            let Some(name) = name else { return Ok(None) };
            let what = "no feature has this name; give the name of a column of the table, and choose it as a feature";
            let missing = || Error::Setting { name: of, value: name.clone(), what };
            Ok(Some(Numbered::new(features.column(name).ok_or_else(missing)?)))
        };
        let strata = column(&settings.strata, "the column of strata")?;
        let clusters = column(&settings.clusters, "the column of clusters")?;
        let other =
            |name: &&String| settings.strata.as_ref() != Some(*name) && settings.clusters.as_ref() != Some(*name);
        let names: Vec<String> = features.names().iter().filter(other).cloned().collect();
        if names.is_empty() {
            return Err(Error::NoFeatures);
        }
        input::varying(&features.select(&names)?, outcome)?;
        let columns = input::columns(features, &names)?;
        Ok(Self { outcome, names, columns, strata, clusters })
    }

    pub(super) fn design(&self) -> Design<'_> {
        let strata = self.strata.as_ref().map(|strata| &strata.places[..]);
        Design { strata, ..Design::new(&self.columns, self.outcome) }
    }

    /// The values of the strata; 0 if there are none.
    pub(super) fn strata(&self) -> &[f64] {
        self.strata.as_ref().map_or(&[0.0], |strata| &strata.values)
    }

    /// The fit, with features by their names in errors.
    pub(super) fn fit(&self, settings: &CoxSettings) -> Result<Fit> {
        let &CoxSettings { ties, penalty, max_iterations, tolerance, .. } = settings;
        let settings = FitSettings { ties, penalty, max_iterations, tolerance };
        let fit = cox::fit(&self.design(), &settings).map_err(|error| self.named(error))?;
        let infinite: Vec<String> = fit.infinite.iter().map(|&j| self.names[j].clone()).collect();
        if infinite.is_empty() { Ok(fit) } else { Err(Error::Separation { features: infinite }) }
    }

    /// The covariance of the coefficients by the residuals, if errors are to be robust.
    pub(super) fn robust(&self, settings: &CoxSettings, fit: &Fit) -> Result<Option<Vec<f64>>> {
        if settings.errors == CoxErrors::Information && self.clusters.is_none() {
            return Ok(None);
        }
        let clusters = self.clusters.as_ref().map(|clusters| &clusters.places[..]);
        Ok(Some(Residuals::new(&self.design(), fit)?.robust_variance(clusters)?))
    }

    /// The concordance of the cases that were fitted; none if no two can be compared.
    pub(super) fn concordance(&self, eta: &[f64]) -> Result<Option<CoxConcordance>> {
        let settings = ConcordanceSettings::default();
        let found = match &self.strata {
            Some(strata) => settings.within(eta, self.outcome, &strata.places),
            None => settings.of(eta, self.outcome),
        };
        let found = match found {
            Err(radsurv_stats::Error::NoPairs { .. }) => return Ok(None),
            found => found?,
        };
        let se = match &self.clusters {
            Some(clusters) => found.clustered_std_error(&clusters.places)?,
            None => found.std_error,
        };
        Ok(Some(CoxConcordance { estimate: found.estimate, se }))
    }

    fn named(&self, error: radsurv_stats::Error) -> Error {
        use radsurv_stats::Error as Stats;
        let name = |j: usize| self.names[j].clone();
        match error {
            Stats::Constant { column } => Error::Constant { features: vec![name(column)] },
            Stats::Collinear { column, on } => {
                Error::Dependent { feature: name(column), on: on.into_iter().map(name).collect() }
            }
            Stats::NotConverged { .. } => Error::NotConverged { what: "the Cox model" },
            other => other.into(),
        }
    }
}
