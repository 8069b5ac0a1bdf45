//! One protocol: which features are looked at, what is learned from whom, and which model is best by which rule.

use std::collections::HashSet;

use radsurv_data::{Cohort, Survival};
use radsurv_survival::AnySettings;
use radsurv_survival::selection::optimism::{Optimism, Promise};
use radsurv_survival::selection::ranking::{RankedMetric, Ranking, RankingRule, Scored};
use radsurv_survival::selection::{Candidate, FittedPipeline};

use super::features::{Readings, feature_sets, reproducible};
use super::measure::{Scores, auc_name};
use super::radscore::{importance, radscore};
use super::result::{EndpointResult, FeatureSetCounts, ModelResult, PatientSet, ProtocolResult};
use super::search::{Searched, Task, candidates, learn_again, learn_steps, of_set};
use super::split::places;
use super::{clinical, unseen};
use crate::cache::Cache;
use crate::error::{Error, Result};
use crate::pipeline::{FittedModel, StepSettings};
use crate::progress::Watch;
use crate::settings::{Protocol, StudySettings};

/// What all protocols begin with: patients with features, before anything is learned.
pub(super) struct Inputs<'a> {
    pub settings: &'a StudySettings,
    /// All patients with all features.
    pub cohort: &'a Cohort,
    pub readings: &'a Readings,
    pub outcomes: &'a [Survival],
    pub sets: &'a [PatientSet],
}

/// The sets of patients in the paper's tables, and cross-validation.
pub(super) const COLUMNS: [&str; 4] = ["training", "cross-validation", "validation", "test"];

/// A set of features, and steps fitted as the protocol says.
struct Prepared {
    name: String,
    /// All patients, with the features as they are.
    raw: Cohort,
    /// The same for the search: behind the steps, where these are learned from all patients.
    searched: Cohort,
}

pub(super) fn run(
    protocol: Protocol,
    inputs: &Inputs,
    cache: Option<&Cache>,
    watch: &Watch,
) -> Result<(ProtocolResult, [usize; 2])> {
    let Inputs { settings, cohort, sets, .. } = inputs;
    let training = places(sets, PatientSet::Training);
    let all: Vec<usize> = (0..sets.len()).collect();
    let learned_from = match protocol {
        Protocol::Strict => &training,
        Protocol::AsPublished => &all,
    };
    let ids: HashSet<&str> = learned_from.iter().map(|&case| cohort.features().case_ids()[case].as_str()).collect();
    let icc = reproducible(&settings.reproducibility, cohort.features(), inputs.readings, &ids)?;
    let kept: Option<HashSet<String>> =
        icc.as_ref().map(|icc| icc.rows().iter().filter(|row| row.keep).map(|row| row.feature.clone()).collect());
    let mut prepared = Vec::new();
    let mut counts = Vec::new();
    for (name, features) in feature_sets(settings, cohort.features().names())? {
        let all = features.len();
        let stable = |feature: &String| kept.as_ref().is_none_or(|kept| kept.contains(feature));
        let features: Vec<String> = features.into_iter().filter(stable).collect();
        if features.is_empty() {
            let what =
                format!("no feature of the set {name} is reproducible: lower the threshold, or leave the set out");
            return Err(Error::Cases(what));
        }
        counts.push(FeatureSetCounts { name: name.clone(), all, reproducible: features.len(), kept: 0 });
        let raw = of_set(cohort, &features)?;
        prepared.push(Prepared { name, searched: raw.clone(), raw });
    }
    let (mut endpoints, mut cached) = (Vec::new(), [0, 0]);
    for (place, endpoint) in settings.endpoints.iter().enumerate() {
        let outcome = &inputs.outcomes[place];
        let own_steps: &[StepSettings] = match protocol {
            Protocol::Strict => &settings.steps,
            Protocol::AsPublished => &[],
        };
        let mut searches = Vec::new();
        for (set, counts) in prepared.iter_mut().zip(&mut counts) {
            if protocol == Protocol::AsPublished {
                set.searched = learn_steps(&settings.steps, &set.raw, outcome)?.transform(&set.raw)?;
            }
            let stage = format!("{}, {}, {}", protocol.name(), endpoint.name, set.name);
            let task = Task { cohort: &set.searched, outcome, training: &training, steps: own_steps, settings };
            let searched = watch.count(&stage, super::search::fits(settings)?, |tick| task.run(cache, tick))?;
            cached[0] += usize::from(searched.found);
            cached[1] += 1;
            counts.kept = searched.value.kept;
            searches.push(searched.value);
        }
        watch.say(&format!("{}, {}: the best model, clinical model, evaluation", protocol.name(), endpoint.name));
        let of = OfEndpoint { protocol, inputs, outcome, training: &training, name: &endpoint.name };
        endpoints.push(of.run(&prepared, &searches)?);
    }
    Ok((ProtocolResult { protocol, reproducibility: icc, feature_sets: counts, endpoints }, cached))
}

/// The paper's table, the models in its order, and where each is found: the set of features, and the model of its search.
struct Ranked {
    ranking: Ranking,
    models: Vec<ModelResult>,
    places: Vec<(usize, usize)>,
}

/// An endpoint under a protocol.
struct OfEndpoint<'a> {
    protocol: Protocol,
    inputs: &'a Inputs<'a>,
    outcome: &'a Survival,
    training: &'a [usize],
    name: &'a str,
}

impl OfEndpoint<'_> {
    fn run(&self, prepared: &[Prepared], searches: &[Searched]) -> Result<EndpointResult> {
        let settings = self.inputs.settings;
        let Ranked { ranking, models, places } = self.rank(prepared, searches)?;
        let blocks: Vec<&str> = prepared.iter().map(|set| set.name.as_str()).collect();
        let ranks = ranking.ranks(&blocks)?;
        let best = ranks.winner().map(|best| (best.block.as_str(), best.model.as_str()));
        let here = |model: &ModelResult| best == Some((model.features.as_str(), model.model.as_str()));
        let winner = models.iter().position(here).ok_or_else(|| Error::Cases("no model is best".to_string()))?;
        let (set, model) = places[winner];
        let (set, searched) = (&prepared[set], &searches[set]);
        let found = &searched.models[model];
        let candidate = match &found.chosen {
            Ok(place) => candidates(settings)?.swap_remove(*place),
            Err(why) => return Err(Error::Cases(why.clone())),
        };
        let model = self.winner(set, &candidate)?;
        let radscore = radscore(self.protocol, found, self.outcome, self.inputs.sets, settings)?;
        let importance = match self.protocol {
            Protocol::Strict => importance(&model, &set.raw, self.outcome, self.inputs.sets, settings)?,
            Protocol::AsPublished => Vec::new(),
        };
        let predictions = found.predictions(&settings.times)?;
        let scored = clinical::Scored {
            protocol: self.protocol,
            settings,
            covariates: self.inputs.cohort.covariates(),
            outcome: self.outcome,
            sets: self.inputs.sets,
            radscore: &radscore,
            predictions: predictions.as_ref(),
        };
        let clinical::Found { clinical, evaluations, unevaluated } = clinical::run(&scored)?;
        let unseen = match self.protocol {
            Protocol::Strict => {
                unseen::other_rule(settings, &set.raw, self.outcome, self.inputs.sets, &candidate, found)?
            }
            Protocol::AsPublished => None,
        };
        let optimism = promises(&ranking, &models);
        Ok(EndpointResult {
            endpoint: self.name.to_string(),
            models,
            ranking,
            winner,
            model,
            radscore,
            importance,
            clinical,
            evaluations,
            unevaluated,
            optimism,
            unseen,
        })
    }

    /// Puts all models into the table.
    fn rank(&self, prepared: &[Prepared], searches: &[Searched]) -> Result<Ranked> {
        let settings = self.inputs.settings;
        let metric = |time: &f64| RankedMetric { name: auc_name(*time), higher_is_better: true };
        let held = [PatientSet::Validation, PatientSet::Test].into_iter().filter(|set| self.inputs.sets.contains(set));
        let rule = RankingRule {
            sets: match self.protocol {
                Protocol::Strict => vec![COLUMNS[1].to_string()],
                Protocol::AsPublished => held.map(|set| set.name().to_string()).collect(),
            },
            metrics: Vec::new(),
        };
        let columns = COLUMNS.map(String::from).to_vec();
        let mut ranking = Ranking::new(columns, settings.times.iter().map(metric).collect(), rule)?;
        let (mut models, mut order) = (Vec::new(), Vec::new());
        let names = candidates(settings)?;
        for (place, (set, searched)) in prepared.iter().zip(searches).enumerate() {
            for (of_set, found) in searched.models.iter().enumerate() {
                let mut concordance = [None; 4];
                let mut scores: Vec<Vec<Scored>> = Vec::new();
                for (column, concordance) in concordance.iter_mut().enumerate() {
                    let (values, c) = self.column(column, found);
                    scores.push(values);
                    *concordance = c;
                }
                ranking.add(set.name.clone(), found.model.clone(), scores)?;
                let trial = found.chosen.as_ref().ok().map(|&chosen| &searched.search.trials[chosen]);
                models.push(ModelResult {
                    features: set.name.clone(),
                    model: found.model.clone(),
                    candidate: found.chosen.as_ref().map_or_else(|_| String::new(), |&c| names[c].name.clone()),
                    search: trial.and_then(|trial| Some([trial.mean?, trial.std_error.unwrap_or(f64::NAN)])),
                    used: found.used,
                    concordance,
                    reason: found.chosen.as_ref().err().cloned(),
                });
                order.push((place, of_set));
            }
        }
        Ok(Ranked { ranking, models, places: order })
    }

    /// A column of the table: training patients as the model knows them, the same held out, the other sets.
    fn column(&self, column: usize, found: &super::search::Searchee) -> (Vec<Scored>, Option<f64>) {
        let times = &self.inputs.settings.times;
        let none = |why: &str| (times.iter().map(|_| Err(why.to_string())).collect(), None);
        if let Err(why) = &found.chosen {
            return none(why);
        }
        let scores = if column == 1 {
            let of_training = self.outcome.rows(self.training);
            let known: Vec<usize> = (0..found.held_out.len()).filter(|&row| found.held_out[row].is_some()).collect();
            let risk = found.held_out.iter().map(|score| score.unwrap_or(f64::NAN)).collect::<Vec<_>>();
            Scores::of(&risk, &of_training, &known)
        } else {
            let set = [PatientSet::Training, PatientSet::Training, PatientSet::Validation, PatientSet::Test][column];
            let places = places(self.inputs.sets, set);
            if places.is_empty() {
                return none("there is no such set");
            }
            Scores::of(&found.risk, self.outcome, &places)
        };
        (scores.auc(times), scores.concordance())
    }

    /// The best model, learned again as it predicts new patients.
    fn winner(&self, set: &Prepared, candidate: &Candidate<AnySettings>) -> Result<FittedModel> {
        let settings = self.inputs.settings;
        let (learned, of_learned) = (set.raw.rows(self.training), self.outcome.rows(self.training));
        let steps = match self.protocol {
            Protocol::Strict => learn_steps(&settings.steps, &learned, &of_learned)?,
            Protocol::AsPublished => learn_steps(&settings.steps, &set.raw, self.outcome)?,
        };
        let model = learn_again(candidate, &steps, &learned, &of_learned, &settings.times)?;
        Ok(FittedModel::new(FittedPipeline { model, steps }, &set.raw, &settings.steps))
    }
}

/// What the models promise: AUC, the mean over times where all of them are defined.
fn promises(ranking: &Ranking, models: &[ModelResult]) -> Optimism {
    let mean = |scores: &[Scored]| -> Option<f64> {
        let values: Vec<f64> =
            scores.iter().map(|score| score.as_ref().ok().map(|s| s.value)).collect::<Option<_>>()?;
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let promise = |(row, model): (&radsurv_survival::selection::ranking::RankedModel, &ModelResult)| Promise {
        model: format!("{}, {}", model.features, model.model),
        metric: "mean AUC".to_string(),
        higher_is_better: true,
        apparent: mean(&row.scores[0]),
        cross_validated: mean(&row.scores[1]),
        test: mean(&row.scores[3]).or_else(|| mean(&row.scores[2])),
    };
    Optimism { promises: ranking.models().iter().zip(models).map(promise).collect() }
}
