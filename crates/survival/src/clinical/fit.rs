//! From training cases to a clinical model.

use std::collections::BTreeMap;

use radsurv_data::{Covariate, Covariates, FeatureTable, FitSurvival, HeldOut, Survival, list};
use radsurv_stats::Error as StatsError;
use radsurv_stats::cox::Baseline;
use radsurv_stats::cut_point::CutPoint;
use radsurv_stats::terms::Term;

use super::candidates::{Candidates, Screened, must, screen};
use super::model::{ClinicalModel, Coefficients};
use super::report::{ClinicalEffect, ClinicalReport, ClinicalWarning, LeftOut, MissingVariable, SelectionStep};
use super::search::choose;
use super::variables::{bad, candidates, counted, name_of, terms, with_score};
use super::{ClinicalFit, ClinicalSettings, FilledVariable, Imputer, MissingRule, Rule, ScoreForm};
use crate::coxnet::CoxnetSettings;
use crate::error::{Error, Result};

/// Fewer events than this per column of the candidates are few.
const EVENTS_PER_COLUMN: f64 = 10.0;

/// Training cases as the variables of all candidates.
struct Training {
    covariates: Covariates,
    outcome: Survival,
    score: Option<Vec<f64>>,
    left_out: LeftOut,
}

/// The model that was chosen.
struct Chosen {
    kept: Vec<usize>,
    coefficients: Vec<f64>,
    means: Vec<f64>,
    effects: Vec<ClinicalEffect>,
    steps: Vec<SelectionStep>,
    lambda: Option<f64>,
}

impl ClinicalSettings {
    /// Fits the model to training cases: their covariates, their held-out scores if the settings have one, and their outcomes,
    /// row by row the same cases. See the [module](super) for what is learned of which cases.
    ///
    /// # Errors
    /// [`radsurv_data::Error::Length`] if these are of different numbers of cases; [`Error::Setting`] of scores that are asked for
    /// and not there or the other way round, of names that are not those of terms, and of p-values that are none;
    /// [`radsurv_data::Error::MissingColumn`] if a variable is not there, [`radsurv_data::Error::DuplicateColumn`] if one has the
    /// name of the score; [`Error::NoFeatures`] without any variable; [`Error::TooFewCases`], [`Error::NoEvents`] of the cases
    /// that are left; [`Error::Separation`]; [`Error::NotConverged`]; [`Error::Stats`] of variables that cannot be as asked for,
    /// that depend on each other, or are too many.
    pub fn fit(&self, covariates: &Covariates, score: Option<&HeldOut>, outcome: &Survival) -> Result<ClinicalFit> {
        self.check(covariates, score, outcome)?;
        let training = self.training(covariates, score, outcome)?;
        let cut_points = self.cut_points(&training)?;
        let Training { covariates, outcome, score, mut left_out } = training;
        let (mut imputer, mut imputed) = (None, Vec::new());
        let filled = match &self.missing {
            MissingRule::CompleteCases => covariates,
            MissingRule::Impute(settings) => {
                let fitted = settings.fit(&covariates)?;
                let filled = fitted.fill(&covariates)?;
                (imputer, imputed) = (Some(fitted), filled.variables);
                filled.covariates
            }
        };
        let indicators: Vec<String> = imputer.iter().flat_map(Imputer::indicators).collect();
        let name = self.score.as_ref().map(|score| score.name.as_str());
        let whole = with_score(filled, name.zip(score), &cut_points)?;
        let terms = terms(self, &indicators);
        let complete = terms.complete(&whole)?;
        let absent = (0..outcome.len()).filter(|case| complete.binary_search(case).is_err());
        left_out.incomplete = counted(&outcome, absent);
        let (covariates, outcome) = (whole.rows(&complete), outcome.rows(&complete));
        enough(&outcome)?;
        let must = must(&self.rule, &self.forced);
        let Screened { candidates, mut univariable, unusable } =
            screen(&terms, &must, &covariates, &outcome, self.ties, self.test)?;
        let chosen = match &self.rule {
            Rule::Penalised(settings) => penalised(&candidates, settings, &self.forced)?,
            rule => {
                let found = choose(&candidates, rule, self.test, &self.forced, &mut univariable)?;
                let effects = candidates.effects(&found.model)?;
                let (coefficients, means) =
                    found.model.fit.map_or_else(Default::default, |fit| (fit.coefficients, fit.means));
                Chosen { kept: found.kept, coefficients, means, effects, steps: found.steps, lambda: None }
            }
        };
        let model = self.model(&candidates, &chosen, &cut_points, imputer)?;
        let events = outcome.events();
        let columns = candidates.columns.len();
        let mut report = ClinicalReport {
            cases: outcome.len(),
            events,
            left_out,
            imputed,
            cut_points,
            unusable,
            candidate_columns: columns,
            events_per_column: events as f64 / columns as f64,
            univariable,
            steps: chosen.steps,
            lambda: chosen.lambda,
            effects: chosen.effects,
            null_log_likelihood: candidates.null,
            warnings: Vec::new(),
        };
        report.warnings = self.warnings(&report, &model);
        Ok(ClinicalFit { model, report })
    }

    fn check(&self, covariates: &Covariates, score: Option<&HeldOut>, outcome: &Survival) -> Result<()> {
        let expected = outcome.len();
        let length = |column: &str, found: usize| match found == expected {
            true => Ok(()),
            false => Err(radsurv_data::Error::Length { column: column.to_string(), found, expected }),
        };
        length("of covariates", covariates.cases())?;
        score.map_or(Ok(()), |score| length("of held-out scores", score.len()))?;
        let bad = |name, value: String, what| Err(Error::Setting { name, value, what });
        match (&self.score, score) {
            (Some(term), None) => {
                return bad("the held-out score", format!("not there for {}", term.name), "give it, or have no score");
            }
            (None, Some(_)) => {
                let what = "the settings have no score: set one, or give none";
                return bad("the held-out score", "given".to_string(), what);
            }
            _ => {}
        }
        if self.terms.variables().next().is_none() && self.score.is_none() {
            return Err(Error::NoFeatures);
        }
        let linear = |name: &String| {
            self.terms.terms().iter().any(|term| matches!(term, Term::Linear { name: known } if known == name))
        };
        if let Some(name) = self.dichotomise.iter().find(|name| !linear(name)) {
            let what = "only variables with a linear term are: give it one, or take it off the list";
            return bad("a variable to dichotomise", name.clone(), what);
        }
        let names: Vec<String> = self.terms.terms().iter().map(name_of).collect();
        let known = |name: &String| names.contains(name) || self.score.as_ref().is_some_and(|s| s.name == *name);
        if let Some(name) = self.forced.iter().find(|name| !known(name)) {
            return bad("a variable that is forced", name.clone(), "it has no term: give it one");
        }
        let limits = match self.rule {
            Rule::Univariable { enter } => vec![enter],
            Rule::UnivariableThenBackward { enter, stay } => vec![enter, stay],
            Rule::BackwardP { stay } => vec![stay],
            _ => Vec::new(),
        };
        match limits.iter().find(|p| !(**p > 0.0 && **p <= 1.0)) {
            Some(p) => bad("a p-value to enter or stay", p.to_string(), "give a number above 0, 1 at most"),
            None => Ok(()),
        }
    }

    /// The cases with a weight and a score.
    fn training(&self, covariates: &Covariates, score: Option<&HeldOut>, outcome: &Survival) -> Result<Training> {
        let weighted: Vec<usize> = (0..outcome.len()).filter(|&case| outcome.weight(case) > 0.0).collect();
        let scored = |case: &usize| score.is_none_or(|score| score.scores()[*case].is_some());
        let (cases, without): (Vec<usize>, Vec<usize>) = weighted.iter().copied().partition(scored);
        let covariates = candidates(&self.terms, covariates)?.rows(&cases);
        let own = outcome.rows(&cases);
        let mut missing = Vec::new();
        for name in covariates.names() {
            let absent = |case: usize, covariate: &Covariate| match covariate {
                Covariate::Number(values) => values[case].is_nan(),
                Covariate::Category(groups) => groups.codes()[case].is_none(),
            };
            let covariate = covariates.get(name)?;
            let without = counted(&own, (0..own.len()).filter(|&case| absent(case, covariate)));
            if without.cases > 0 {
                missing.push(MissingVariable { variable: name.to_string(), without });
            }
        }
        let left_out = LeftOut {
            without_weight: outcome.len() - weighted.len(),
            without_score: counted(outcome, without),
            missing,
            ..LeftOut::default()
        };
        let score = score.map(|score| cases.iter().filter_map(|&case| score.scores()[case]).collect());
        Ok(Training { covariates, outcome: own, score, left_out })
    }

    /// The cuts of variables and of the score, each of the cases that have it.
    fn cut_points(&self, training: &Training) -> Result<Vec<CutPoint>> {
        let Training { covariates, outcome, score, .. } = training;
        let mut cuts = Vec::with_capacity(self.dichotomise.len() + 1);
        let named = |name: &str, error: StatsError| match error {
            error @ StatsError::Variable { .. } => Error::from(error),
            error => bad(name, format!("cannot be cut: {error}")),
        };
        for name in &self.dichotomise {
            // Numbers, for they have a linear term.
            let Covariate::Number(values) = covariates.get(name)? else { continue };
            let found = self.cut_points.of_variable(name, values, outcome).map_err(|error| named(name, error))?;
            cuts.push(found.cut_point);
        }
        if let (Some(term), Some(scores)) = (&self.score, score)
            && term.form == ScoreForm::Dichotomised
        {
            // They are held out: they come from `HeldOut`.
            let found = self.cut_points.of_variable(&term.name, scores, outcome);
            cuts.push(found.map_err(|error| named(&term.name, error))?.cut_point);
        }
        Ok(cuts)
    }

    fn model(
        &self,
        candidates: &Candidates,
        chosen: &Chosen,
        cuts: &[CutPoint],
        mut imputer: Option<Imputer>,
    ) -> Result<ClinicalModel> {
        let terms = candidates.some(&chosen.kept)?;
        let used: Vec<String> = terms.variables().iter().map(|v| v.name.clone()).collect();
        if let Some(imputer) = &mut imputer {
            imputer.keep_only(&used);
        }
        let mut eta = vec![0.0; candidates.outcome.len()];
        let own = candidates.columns_of(&chosen.kept);
        for ((&j, b), mean) in own.iter().zip(&chosen.coefficients).zip(&chosen.means) {
            eta.iter_mut().zip(&candidates.columns[j]).for_each(|(eta, x)| *eta += b * (x - mean));
        }
        let ties = match &self.rule {
            Rule::Penalised(settings) => settings.path.ties,
            _ => self.ties,
        };
        let baseline = Baseline::new(&eta, candidates.outcome, None, ties)?;
        let hazard = baseline.strata.into_iter().next().map(|stratum| stratum.hazard);
        let hazard = hazard.ok_or(Error::NoEvents { cases: eta.len() })?;
        let (lowest, highest) =
            eta.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &e| (low.min(e), high.max(e)));
        let coefficients = chosen.coefficients.iter().zip(&chosen.means);
        Ok(ClinicalModel {
            score: self.score.as_ref().map(|score| score.name.clone()).filter(|name| used.contains(name)),
            cut_points: cuts.iter().filter(|cut| used.iter().any(|u| u == cut.variable())).cloned().collect(),
            imputer,
            terms,
            coefficients: coefficients.map(|(&coefficient, &mean)| Coefficients { coefficient, mean }).collect(),
            hazard,
            range: [lowest, highest],
        })
    }

    fn warnings(&self, report: &ClinicalReport, model: &ClinicalModel) -> Vec<ClinicalWarning> {
        let mut warnings = Vec::new();
        // A penalty is what is advised then.
        if report.events_per_column < EVENTS_PER_COLUMN && !matches!(self.rule, Rule::Penalised(_)) {
            let (events, columns) = (report.events, report.candidate_columns);
            warnings.push(ClinicalWarning::FewEvents { events, columns });
        }
        if !report.cut_points.is_empty() {
            let variables = report.cut_points.iter().map(|cut| cut.variable().to_string()).collect();
            warnings.push(ClinicalWarning::CutsSought { variables });
        }
        if self.rule != Rule::Forced {
            warnings.push(ClinicalWarning::Chosen);
        }
        let filled = |variable: &FilledVariable| variable.missing + variable.unseen;
        let values = report.imputed.iter().map(filled).sum();
        if values > 0 {
            warnings.push(ClinicalWarning::Imputed { values });
        }
        if model.terms.variables().is_empty() {
            warnings.push(ClinicalWarning::Nothing);
        }
        warnings
    }
}

/// Refuses outcomes that nothing can be learned from.
fn enough(outcome: &Survival) -> Result<()> {
    let found = outcome.len();
    if found < 2 {
        return Err(Error::TooFewCases { what: "a clinical model (of cases with all values)", needed: 2, found });
    }
    match outcome.event_times()[..] {
        [] => Err(Error::NoEvents { cases: found }),
        [time] => Err(Error::OneEventTime { time, events: outcome.events() }),
        _ => Ok(()),
    }
}

/// The elastic net of all columns.
fn penalised(candidates: &Candidates, settings: &CoxnetSettings, forced: &[String]) -> Result<Chosen> {
    let names = candidates.terms.names();
    let twice: Vec<&String> =
        names.iter().enumerate().filter(|(i, n)| names[..*i].contains(n)).map(|(_, n)| n).collect();
    if !twice.is_empty() {
        return Err(bad(&list(&twice), "is the name of two columns: rename a variable or a level"));
    }
    let free = |j: &usize| forced.contains(&candidates.term_of(*j));
    let mut settings = settings.clone();
    let unpenalised = (0..names.len()).filter(free).map(|j| (names[j].clone(), 0.0));
    settings.path.penalty_factors.extend(unpenalised.collect::<BTreeMap<String, f64>>());
    let ids = (1..=candidates.outcome.len()).map(|row| format!("row {row}")).collect();
    let features = FeatureTable::new(ids, names.clone(), candidates.columns.clone())?;
    let model = settings.fit(&features, candidates.outcome)?;
    let point = model.chosen();
    let mut value = vec![0.0; names.len()];
    point.coefficients.iter().for_each(|c| value[c.feature] = c.value);
    // An interaction keeps its variables, which new cases must have.
    let has = |term: &usize| candidates.columns_of(&[*term]).iter().any(|&j| value[j] != 0.0);
    let mut kept: Vec<usize> = candidates.all().into_iter().filter(has).collect();
    let parents: Vec<usize> = kept.iter().filter_map(|&t| candidates.parents(t)).flatten().collect();
    kept.extend(parents);
    kept.sort_unstable();
    kept.dedup();
    let own = candidates.columns_of(&kept);
    let total: f64 = (0..candidates.outcome.len()).map(|i| candidates.outcome.weight(i)).sum();
    let mean = |&j: &usize| {
        let weighted = candidates.columns[j].iter().enumerate().map(|(i, x)| candidates.outcome.weight(i) * x);
        weighted.sum::<f64>() / total
    };
    let effect = |&j: &usize| ClinicalEffect {
        term: candidates.term_of(j),
        column: names[j].clone(),
        coefficient: value[j],
        hazard_ratio: value[j].exp(),
        certainty: None,
    };
    Ok(Chosen {
        coefficients: own.iter().map(|&j| value[j]).collect(),
        means: own.iter().map(mean).collect(),
        effects: own.iter().map(effect).collect(),
        kept,
        steps: Vec::new(),
        lambda: Some(point.lambda),
    })
}
