//! The clinical model without and with the Radscore, and all measures of the three of them.

use radsurv_data::{Covariate, Covariates, Predictions, Survival};
use radsurv_eval::evaluation::{EvaluationSettings, Marker};
use radsurv_eval::nomogram::{BaselineSurvival, Nomogram, NomogramModel, NomogramSettings};
use radsurv_stats::terms::Terms;
use radsurv_survival::clinical::{ClinicalFit, ClinicalModel, ClinicalSettings, ScoreTerm};

use super::result::{ClinicalResult, PatientSet, Radscore, SetEvaluation};
use super::split::places;
use crate::error::Result;
use crate::settings::{Protocol, StudySettings};

/// All patients with the best model's scores, and what it predicts of those that it was not learned from.
pub(super) struct Scored<'a> {
    pub protocol: Protocol,
    pub settings: &'a StudySettings,
    pub covariates: &'a Covariates,
    pub outcome: &'a Survival,
    pub sets: &'a [PatientSet],
    pub radscore: &'a Radscore,
    pub predictions: Option<&'a Predictions>,
}

/// The names of what is compared.
pub(super) const MARKERS: [&str; 3] = ["Radscore", "clinical", "clinical + Radscore"];

/// What was fitted and measured.
pub(super) struct Found {
    pub clinical: Option<ClinicalResult>,
    pub evaluations: Vec<SetEvaluation>,
    pub unevaluated: Vec<(PatientSet, String)>,
}

/// Fits both models to the training patients, and measures all in every set.
pub(super) fn run(scored: &Scored) -> Result<Found> {
    let clinical = match scored.settings.clinical.variables.is_empty() {
        true => None,
        false => Some(fit(scored)?),
    };
    let (mut evaluations, mut unevaluated) = (Vec::new(), Vec::new());
    for set in PatientSet::ALL {
        let places = places(scored.sets, set);
        if !places.is_empty() {
            match evaluate(scored, set, places, clinical.as_ref())? {
                Ok(found) => evaluations.push(found),
                Err(why) => unevaluated.push((set, why)),
            }
        }
    }
    Ok(Found { clinical, evaluations, unevaluated })
}

/// The terms of the variables, as their columns are.
fn terms(settings: &StudySettings, covariates: &Covariates) -> Result<Terms> {
    let mut terms = Terms::new();
    for name in &settings.clinical.variables {
        terms = match covariates.get(name)? {
            Covariate::Number(_) => terms.linear(name),
            Covariate::Category(_) => terms.category(name, None),
        };
    }
    Ok(terms)
}

fn fit(scored: &Scored) -> Result<ClinicalResult> {
    let Scored { protocol, settings, covariates, outcome, sets, radscore, .. } = scored;
    let training = places(sets, PatientSet::Training);
    let (known, of_known) = (covariates.rows(&training), outcome.rows(&training));
    let asked = ClinicalSettings {
        terms: terms(settings, covariates)?,
        score: None,
        dichotomise: settings.clinical.dichotomise.clone(),
        rule: settings.clinical.rule.clone(),
        missing: settings.clinical.missing.clone(),
        ..ClinicalSettings::default()
    };
    let alone = asked.fit(&known, None, &of_known).map_err(|error| error.to_string());
    let combined = match (protocol, &radscore.held_out) {
        (Protocol::Strict, Some(held_out)) => {
            let asked = ClinicalSettings { score: Some(ScoreTerm::default()), ..asked };
            asked.fit(&known, Some(held_out), &of_known)
        }
        // Scores that know the outcomes of these patients are no held-out ones: they enter as what they are taken for, a
        // variable among others.
        _ => {
            let asked = ClinicalSettings { terms: asked.terms.clone().linear(MARKERS[0]), ..asked };
            asked.fit(&with_score(covariates, radscore)?.rows(&training), None, &of_known)
        }
    };
    let combined = combined.map_err(|error| error.to_string());
    let nomogram = combined.as_ref().ok().and_then(|fitted| nomogram(&fitted.model, &settings.times));
    Ok(ClinicalResult { alone, combined, nomogram })
}

/// The scores as a variable among others.
fn with_score(covariates: &Covariates, radscore: &Radscore) -> Result<Covariates> {
    let mut covariates = covariates.clone();
    let values = radscore.scores.iter().map(|score| score.unwrap_or(f64::NAN)).collect();
    covariates.add(MARKERS[0], Covariate::Number(values))?;
    Ok(covariates)
}

/// The nomogram of a model; none if it has no variable.
fn nomogram(model: &ClinicalModel, times: &[f64]) -> Option<Nomogram> {
    let at = |&time: &f64| BaselineSurvival { time, survival: (-model.baseline().at(time)).exp() };
    let baseline = times.iter().map(at).collect();
    let (terms, centre, range) = (model.terms().clone(), model.centre(), model.range());
    let drawn = NomogramModel::new(terms, model.coefficients(), centre, baseline, range).ok()?;
    Nomogram::new(drawn, &NomogramSettings::default()).ok()
}

/// What a model predicts of some patients.
fn predict(
    fitted: &ClinicalFit,
    covariates: &Covariates,
    radscore: &Radscore,
    places: &[usize],
    times: &[f64],
) -> Result<Predictions> {
    let scores: Vec<f64> = places.iter().map(|&case| radscore.scores[case].unwrap_or(f64::NAN)).collect();
    let score = fitted.model.score().map(|_| scores.as_slice());
    Ok(fitted.model.predict(&covariates.rows(places), score, times)?.predictions)
}

/// All measures in a set, of the patients that every model can predict.
fn evaluate(
    scored: &Scored,
    set: PatientSet,
    places: Vec<usize>,
    clinical: Option<&ClinicalResult>,
) -> Result<std::result::Result<SetEvaluation, String>> {
    let Scored { protocol, settings, covariates, outcome, radscore, predictions, .. } = scored;
    let whole = with_score(covariates, radscore)?;
    let fits = clinical.iter().flat_map(|c| [(MARKERS[1], &c.alone), (MARKERS[2], &c.combined)]);
    let fits: Vec<(&str, &ClinicalFit)> = fits.filter_map(|(name, fit)| Some((name, fit.as_ref().ok()?))).collect();
    let mut patients: Vec<usize> = places.into_iter().filter(|&case| radscore.scores[case].is_some()).collect();
    for (_, fitted) in &fits {
        let scores: Vec<f64> = patients.iter().map(|&case| radscore.scores[case].unwrap_or(f64::NAN)).collect();
        let score = fitted.model.score().map(|_| scores.as_slice());
        let able = fitted.model.predictable(&whole.rows(&patients), score)?;
        patients = able.into_iter().map(|place| patients[place]).collect();
    }
    if patients.is_empty() {
        return Ok(Err("no patient has a value of each variable".to_string()));
    }
    let risk = patients.iter().filter_map(|&case| radscore.scores[case]).collect();
    let mut own = Predictions::new(risk);
    // Of training patients held out there is a risk and no curve.
    if let (false, Some(curves)) = (set == PatientSet::Training, predictions.and_then(Predictions::survival)) {
        own = own.with_survival(curves.rows(&patients))?;
    }
    let mut markers = vec![Marker { name: MARKERS[0].to_string(), predictions: own }];
    for (name, fitted) in fits {
        // Without a variable it orders nobody.
        if fitted.model.coefficients().is_empty() {
            continue;
        }
        let predictions = predict(fitted, &whole, radscore, &patients, &settings.times)?;
        markers.push(Marker { name: name.to_string(), predictions });
    }
    let outcome = outcome.rows(&patients);
    let mut asked = EvaluationSettings::at(usable(&settings.times, &outcome));
    if asked.times.is_empty() {
        return Ok(Err("at none of the times some have had the event and others are followed for longer".to_string()));
    }
    // Limits by resampling where numbers are meant to be quoted.
    if *protocol == Protocol::AsPublished || set == PatientSet::Training {
        asked.bootstrap = None;
    }
    let found = asked.run(&markers, &outcome).map_err(|error| error.to_string());
    Ok(found.map(|evaluation| SetEvaluation { set, patients, evaluation }))
}

/// The times at which some have had the event and some are followed for longer.
fn usable(times: &[f64], outcome: &Survival) -> Vec<f64> {
    let first = outcome.event_times().first().copied().unwrap_or(f64::INFINITY);
    let last = outcome.times().iter().copied().fold(0.0, f64::max);
    times.iter().copied().filter(|time| *time >= first && *time < last).collect()
}
