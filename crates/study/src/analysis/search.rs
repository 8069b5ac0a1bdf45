//! All models of a set of features, with the best settings of each.

use radsurv_data::{
    Cohort, FeatureTable, HeldOut, HeldOutBy, Learner, Predictions, Predictor, Survival, SurvivalCurves,
};
use radsurv_eval::metric::MetricKind;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::{Candidate, CrossValidation, FittedSteps, Measures, Search, Steps, Tuning};
use radsurv_survival::{AnyModel, AnySettings};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cache::{Cache, Cached};
use crate::error::Result;
use crate::pipeline::{StepSettings, steps};
use crate::settings::{ModelSettings, StudySettings};

/// What is searched.
pub(super) struct Task<'a> {
    /// All patients with the features of the set; where steps are learned from all patients, behind these.
    pub cohort: &'a Cohort,
    /// Their follow-up.
    pub outcome: &'a Survival,
    /// The training patients.
    pub training: &'a [usize],
    /// Steps that are learned from training patients, anew without each fold.
    pub steps: &'a [StepSettings],
    pub settings: &'a StudySettings,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Searched {
    pub search: Search,
    /// The best settings of each model, in the order of the settings.
    pub models: Vec<Searchee>,
    /// How many features the steps left.
    pub kept: usize,
}

/// The best settings of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Searchee {
    pub model: String,
    /// Its place among the candidates, or why it has none.
    pub chosen: std::result::Result<usize, String>,
    /// What it predicts of every patient, when it has learned from the training patients.
    pub risk: Vec<f64>,
    /// The same, survival at the times of the study.
    pub survival: Vec<Vec<f64>>,
    /// Risks of the training patients, each learned without its fold.
    pub held_out: Vec<Option<f64>>,
    /// How many features its predictions depend on.
    pub used: usize,
}

impl Searchee {
    /// Predictions of every patient, if there are some.
    pub fn predictions(&self, times: &[f64]) -> Result<Option<Predictions>> {
        if self.risk.is_empty() {
            return Ok(None);
        }
        let curves = SurvivalCurves::new(times.to_vec(), self.survival.clone())?;
        Ok(Some(Predictions::new(self.risk.clone()).with_survival(curves)?))
    }

    /// Scores of the training patients by models that did not see them.
    pub fn held_out(&self, of: &ModelSettings) -> Result<HeldOut> {
        let by = HeldOutBy::Folds { folds: of.folds, repeats: of.repeats };
        Ok(HeldOut::new(self.held_out.clone(), by)?)
    }
}

/// The candidates of all models.
pub(super) fn candidates(settings: &StudySettings) -> Result<Vec<Candidate<AnySettings>>> {
    let mut all = Vec::new();
    for kind in &settings.models.models {
        let drawn = kind.search().draw(kind.name(), 0, settings.models.candidates, settings.seed)?;
        all.extend(drawn.into_iter().map(|candidate| Candidate { model: kind.name().to_string(), ..candidate }));
    }
    Ok(all)
}

/// The number of fits that a search reports as they are done: of candidates in folds, of the best of each model in other folds, and of
/// these in all training patients.
pub(crate) fn fits(settings: &StudySettings) -> Result<usize> {
    let models = settings.models.models.len();
    Ok((candidates(settings)?.len() + models) * settings.models.folds * settings.models.repeats + models)
}

impl Task<'_> {
    /// Searches, unless an earlier run did.
    pub fn run(&self, cache: Option<&Cache>, watch: &(dyn Fn() + Sync)) -> Result<Cached<Searched>> {
        let Some(cache) = cache else { return Ok(Cached { value: self.search(watch)?, found: false }) };
        let Self { cohort, outcome, training, steps, settings } = self;
        let batches = steps.iter().flat_map(StepSettings::covariates);
        let batches: Vec<_> =
            batches.map(|name| cohort.covariates().groups(name)).collect::<std::result::Result<_, _>>()?;
        let labels: Vec<Vec<Option<&str>>> =
            batches.iter().map(|of| (0..of.len()).map(|case| of.label(case)).collect()).collect();
        let key = cache
            .key("search", 1)
            .table("features", cohort.features())
            .part("batches", &labels)
            .part("times", outcome.times())
            .part("events", outcome.event())
            .part("training", training)
            .part("steps", steps)
            .part("models", &settings.models)
            .part("at", &settings.times)
            .part("seed", &settings.seed)
            .build()?;
        cache.get_or(&key, || self.search(watch))
    }

    fn search(&self, watch: &(dyn Fn() + Sync)) -> Result<Searched> {
        let Self { cohort, outcome, training, settings, .. } = self;
        let (learned, of_learned) = (cohort.rows(training), outcome.rows(training));
        let metric = MetricKind::Harrell.at(&[])?;
        let ModelSettings { folds, repeats, .. } = settings.models;
        let seed = settings.seed;
        let division = |seed| CrossValidation { folds: FoldSettings { folds, repeats, seed }, groups: None };
        let tuning = Tuning {
            division: division(seed),
            watch: Some(watch),
            ..Tuning::new(vec![steps(self.steps)], candidates(settings)?, metric.as_ref())
        };
        let search = tuning.search(&learned, &of_learned)?;
        let chosen: Vec<usize> = search.of_models.iter().filter_map(|best| best.chosen).collect();
        // Folds that had no part in the choice.
        let measures = Measures { metrics: &[], times: &[] };
        let validated = tuning.validate(&chosen, &division(seed.wrapping_add(1)), &learned, &of_learned, measures)?;

        let fitted = steps(self.steps).fit(&learned, &of_learned)?;
        let ready = fitted.transform(cohort)?;
        let training = ready.rows(training);
        let final_model = |&place: &usize| {
            let model = tuning.candidates[place].settings.learn(&training, &of_learned, &settings.times);
            watch();
            model.and_then(|model| Ok((model.predict(&ready, &settings.times)?, model.used_features().len())))
        };
        let finals: Vec<_> = chosen.par_iter().map(final_model).collect();
        let mut finals = finals.into_iter().zip(validated);
        let mut models = Vec::new();
        for best in &search.of_models {
            let mut found = Searchee {
                model: best.model.clone(),
                chosen: Err(String::new()),
                risk: Vec::new(),
                survival: Vec::new(),
                held_out: Vec::new(),
                used: 0,
            };
            found.chosen = match (best.chosen, best.chosen.and_then(|_| finals.next())) {
                (Some(place), Some((Ok((predictions, used)), Ok(validated)))) => {
                    found.held_out = validated.held_out()?.scores().to_vec();
                    found.used = used;
                    found.risk = predictions.risk().to_vec();
                    let curves = predictions.survival();
                    found.survival =
                        curves.map_or_else(Vec::new, |c| (0..c.cases()).map(|i| c.of(i).to_vec()).collect());
                    Ok(place)
                }
                (_, Some((Err(why), _))) => Err(why.to_string()),
                (_, Some((_, Err(why)))) => Err(why),
                _ => {
                    let of_model = search.trials.iter().filter(|trial| trial.model == best.model);
                    Err(of_model.filter_map(|trial| trial.out.clone()).next().unwrap_or_default())
                }
            };
            models.push(found);
        }
        Ok(Searched { search, models, kept: ready.features().names().len() })
    }
}

/// A candidate learned again, with the steps before it.
pub(super) fn learn_again(
    candidate: &Candidate<AnySettings>,
    fitted: &FittedSteps,
    learned: &Cohort,
    outcome: &Survival,
    times: &[f64],
) -> Result<AnyModel> {
    let ready = fitted.transform(learned)?;
    Ok(candidate.settings.learn(&ready, outcome, times)?)
}

/// The steps of the settings, learned from some patients.
pub(super) fn learn_steps(asked: &[StepSettings], cohort: &Cohort, outcome: &Survival) -> Result<FittedSteps> {
    let all: Steps = steps(asked);
    Ok(all.fit(cohort, outcome)?)
}

/// The features of a set, of all patients.
pub(super) fn of_set(cohort: &Cohort, names: &[String]) -> Result<Cohort> {
    let features: FeatureTable = cohort.features().select(names)?;
    Ok(cohort.with_features(features)?)
}
