//! The model and the cut of one gene.

use radsurv_data::Survival;
use radsurv_stats::cox::{self, Univariable};
use radsurv_stats::nonparametric::MaxSelectedSettings;
use radsurv_stats::summary::standard_deviation;

use super::{Beside, GeneSurvivalSettings};

impl GeneSurvivalSettings {
    pub(super) fn one(
        &self,
        values: &[f64],
        outcome: &Survival,
        prepared: &Univariable,
        beside: &Beside,
    ) -> std::result::Result<Fitted, String> {
        let known: Vec<usize> = (0..values.len()).filter(|&i| !values[i].is_nan()).collect();
        if known.len() == values.len() {
            return self.of_known(values, outcome, Some(prepared), beside);
        }
        let of = |column: &[f64]| known.iter().map(|&i| column[i]).collect::<Vec<f64>>();
        let strata: Option<Vec<usize>> = beside.strata.map(|strata| known.iter().map(|&i| strata[i]).collect());
        let covariates: Vec<Vec<f64>> = beside.covariates.iter().map(|column| of(column)).collect();
        let beside = Beside { strata: strata.as_deref(), covariates: &covariates };
        self.of_known(&of(values), &outcome.rows(&known), None, &beside)
    }

    fn of_known(
        &self,
        values: &[f64],
        outcome: &Survival,
        prepared: Option<&Univariable>,
        beside: &Beside,
    ) -> std::result::Result<Fitted, String> {
        let samples = values.len();
        if samples < 2 || outcome.events() == 0 {
            return Err(format!("{samples} samples have a value, {} of them the event", outcome.events()));
        }
        if values.iter().all(|v| *v == values[0]) {
            return Err("all its values are equal".to_string());
        }
        let told = |error: radsurv_stats::Error| error.to_string();
        let (mut coefficient, mut se) = if beside.covariates.is_empty() {
            let fit = match prepared {
                Some(prepared) => prepared.fit(values),
                None => Univariable::new(outcome, beside.strata, self.ties).and_then(|prepared| prepared.fit(values)),
            };
            let fit = fit.map_err(told)?;
            if fit.infinite {
                return Err(
                    "its hazard ratio has no bound: its values part those with the event from the others".to_string()
                );
            }
            (fit.coefficient, fit.se)
        } else {
            let columns: Vec<&[f64]> =
                std::iter::once(values).chain(beside.covariates.iter().map(Vec::as_slice)).collect();
            let design = cox::Design { strata: beside.strata, ..cox::Design::new(&columns, outcome) };
            let settings = cox::FitSettings { ties: self.ties, ..cox::FitSettings::default() };
            let fit = cox::fit(&design, &settings).map_err(told)?;
            if let Some(&column) = fit.infinite.first() {
                let which = if column == 0 {
                    "its hazard ratio".to_string()
                } else {
                    format!("that of covariate {column} beside it")
                };
                return Err(format!("{which} has no bound"));
            }
            (fit.coefficients[0], fit.variance[0].sqrt())
        };
        if self.standardise {
            let deviation = standard_deviation(values);
            coefficient *= deviation;
            se *= deviation;
        }
        if !(coefficient.is_finite() && se.is_finite() && se > 0.0) {
            return Err(format!("its model has the coefficient {coefficient} with the error {se}"));
        }
        Ok(Fitted { coefficient, se, samples, cut: self.cut(values, outcome) })
    }

    fn cut(&self, values: &[f64], outcome: &Survival) -> std::result::Result<Cut, String> {
        let settings =
            MaxSelectedSettings { min_proportion: self.min_proportion, max_proportion: 1.0 - self.min_proportion };
        let found = settings.fit(outcome, values).map_err(|error| error.to_string())?;
        let best = found.best();
        let p_value = found.p_value(self.cut_p_value).map_err(|error| error.to_string())?;
        Ok(Cut { at: best.cut, low: best.below, statistic: best.statistic, p_value })
    }
}

/// The best cut of a gene.
pub(super) struct Cut {
    pub(super) at: f64,
    pub(super) low: usize,
    pub(super) statistic: f64,
    pub(super) p_value: f64,
}

pub(super) struct Fitted {
    pub(super) coefficient: f64,
    pub(super) se: f64,
    pub(super) samples: usize,
    pub(super) cut: std::result::Result<Cut, String>,
}
