//! All of a study.

use std::path::PathBuf;
use std::time::Instant;

use radsurv_data::{Cohort, Covariate, FeatureTable, Survival};
use radsurv_eval::table_one::{TableOne, TableOneSettings};
use radsurv_stats::nonparametric::KaplanMeier;

use super::features::{Readings, complete, without_region};
use super::patients::Patients;
use super::protocol::{Inputs, run as run_protocol};
use super::quality::{answers, quality};
use super::result::{FeatureCounts, FlowStep, LeftOutPatients, PatientSet, SetSummary, StageTime, Study};
use super::split::{divide, places};
use super::warnings::warnings;
use super::{genomics, images, source};
use crate::cache::Cache;
use crate::error::{Error, Result};
use crate::progress::Watch;
use crate::settings::StudySettings;

/// How a study is run; what it finds does not depend on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunOptions {
    /// A folder in which stages keep what they found, so that a rerun repeats only what has changed. None keeps nothing.
    pub cache: Option<PathBuf>,
    /// How many threads there are. None takes all processors.
    pub jobs: Option<usize>,
}

/// Runs a study. What it finds is the same for any number of threads.
///
/// # Errors
/// [`Error::Data`] if a file cannot be read, [`Error::Cases`] of settings that do not fit the patients: `radsurv study check` finds
/// these before anything runs. A patient whose image fails is left out, and no error.
pub fn run(settings: &StudySettings, options: &RunOptions, watch: &Watch) -> Result<Study> {
    let Some(threads) = options.jobs else { return all(settings, options, watch) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::Threads { threads, reason: error.to_string() })?;
    pool.install(|| all(settings, options, watch))
}

fn all(settings: &StudySettings, options: &RunOptions, watch: &Watch) -> Result<Study> {
    if let Some((path, what)) = settings.impossible().into_iter().next() {
        return Err(Error::Cases(format!("{path}: {what}")));
    }
    let cache = options.cache.as_ref().map(Cache::open).transpose()?;
    let cache = cache.as_ref();
    let mut clock = Clock { timings: Vec::new() };
    let mut patients = Patients::read(settings)?;
    let mut sets = divide(settings, &patients)?;

    let begin = Instant::now();
    let (table, readings, left_out, failures, from_cache) = match (&settings.images, &settings.features) {
        (Some(of), None) => {
            let found = images::extract(settings, of, &patients, cache, watch)?;
            if let Some(adc) = found.adc {
                patients.covariates.add(super::patients::ADC, Covariate::Number(adc))?;
            }
            (found.table, found.readings, found.left_out, found.failures, found.from_cache)
        }
        (None, Some(of)) => {
            let (table, left_out) = source::of_table(of, &patients)?;
            let readings = Readings { readers: source::readers(of, &patients)?, perturbations: Vec::new() };
            (table, readings, left_out, Vec::new(), [0, 0])
        }
        _ => return Err(Error::Cases("give [images] or [features], one of them".to_string())),
    };
    clock.stage("images and features", begin, from_cache);
    let (table, features) = keep_complete(&mut patients, &mut sets, table, left_out)?;
    let table_one = table_one(settings, &patients, &sets)?;
    let summaries = summaries(settings, &patients.outcomes, &sets)?;
    let cohort = Cohort::new(table, patients.covariates.clone())?;

    let inputs = Inputs { settings, cohort: &cohort, readings: &readings, outcomes: &patients.outcomes, sets: &sets };
    let mut protocols = Vec::new();
    for protocol in &settings.protocols {
        let begin = Instant::now();
        let (found, from_cache) = run_protocol(*protocol, &inputs, cache, watch)?;
        clock.stage(&format!("models, {}", protocol.name()), begin, from_cache);
        protocols.push(found);
    }
    let mut of_genes = Vec::new();
    if let Some(of) = &settings.genomics {
        let begin = Instant::now();
        of_genes = genomics::run(settings, of, &cohort, &patients.outcomes, &protocols)?;
        clock.stage("expression", begin, [0, 0]);
    }
    let centres = settings.patients.centre.as_ref().map(|name| patients.covariates.groups(name)).transpose()?;
    let centres = centres.map(|centres| centres.counts().iter().filter(|count| **count > 0).count());
    Ok(Study {
        settings: settings.clone(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        flow: patients.flow,
        failures,
        ids: patients.ids,
        cohort,
        warnings: warnings(settings, &summaries, &protocols),
        quality: quality(answers(settings)?, settings, &sets, centres, &protocols),
        sets,
        outcomes: patients.outcomes,
        summaries,
        table_one,
        features,
        genomics: of_genes,
        protocols,
        timings: clock.timings,
    })
}

struct Clock {
    timings: Vec<StageTime>,
}

impl Clock {
    fn stage(&mut self, stage: &str, begin: Instant, from_cache: [usize; 2]) {
        let seconds = begin.elapsed().as_secs_f64();
        self.timings.push(StageTime { stage: stage.to_string(), seconds, from_cache });
    }
}

/// Leaves out patients without features, and features without a value in some of the others.
fn keep_complete(
    patients: &mut Patients,
    sets: &mut Vec<PatientSet>,
    mut table: FeatureTable,
    mut left_out: Vec<LeftOutPatients>,
) -> Result<(FeatureTable, FeatureCounts)> {
    let whole = without_region(&table);
    if !whole.is_empty() {
        let gone = |id: &String| whole.iter().any(|out| out.ids.contains(id));
        let kept: Vec<usize> = (0..table.cases()).filter(|&case| !gone(&table.case_ids()[case])).collect();
        table = table.rows(&kept);
        left_out.extend(whole);
    }
    let kept = patients.keep("with features", left_out);
    if kept.is_empty() {
        return Err(Error::Cases("no patient has features".to_string()));
    }
    *sets = kept.iter().map(|&case| sets[case]).collect();
    for set in PatientSet::ALL {
        let count = sets.iter().filter(|of| **of == set).count();
        if count > 0 {
            patients.flow.push(FlowStep { name: format!("{set} set"), patients: count, left_out: Vec::new() });
        }
    }
    complete(&table)
}

/// What the patients are like, by centre or by set.
fn table_one(settings: &StudySettings, patients: &Patients, sets: &[PatientSet]) -> Result<Option<TableOne>> {
    let mut names: Vec<String> = Vec::new();
    for name in settings.patients.describe.iter().chain(&settings.clinical.variables) {
        if !names.contains(name) && settings.patients.centre.as_ref() != Some(name) {
            names.push(name.clone());
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    let by_set = || radsurv_data::Groups::new(sets.iter().map(|set| Some(set.name())));
    let groups = match &settings.patients.centre {
        Some(centre) => Some(patients.covariates.groups(centre)?).filter(|groups| groups.levels().len() > 1),
        None => None,
    };
    let asked = TableOneSettings::default();
    Ok(Some(asked.of(&patients.covariates, &names, Some(&groups.unwrap_or_else(by_set)))?))
}

/// Endpoints by sets.
pub(crate) fn summaries(
    settings: &StudySettings,
    outcomes: &[Survival],
    sets: &[PatientSet],
) -> Result<Vec<SetSummary>> {
    let mut found = Vec::new();
    for (endpoint, outcome) in settings.endpoints.iter().zip(outcomes) {
        for set in PatientSet::ALL {
            let of = outcome.rows(&places(sets, set));
            if of.is_empty() {
                continue;
            }
            let reversed = of.event().iter().map(|event| !event).collect();
            let follow_up = KaplanMeier::of(&Survival::new(of.times().to_vec(), reversed)?)?;
            found.push(SetSummary {
                set,
                endpoint: endpoint.name.clone(),
                patients: of.len(),
                events: of.events(),
                median_follow_up: follow_up.quantile(0.5)?.time,
            });
        }
    }
    Ok(found)
}
