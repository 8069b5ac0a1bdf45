//! What a study will do, and what keeps it from doing it, before anything runs.

use std::collections::HashSet;
use std::path::Path;

use radsurv_data::{Covariate, Table, number};
use radsurv_harmonize::combat::Unseen;
use serde::Serialize;

use crate::analysis::features::feature_sets;
use crate::analysis::patients::{ADC, Patients, missing};
use crate::analysis::split::{divide, places};
use crate::analysis::{PatientSet, SetSummary, answers, columns, fits};
use crate::error::{Error, Result};
use crate::pipeline::StepSettings;
use crate::radiogenomics::GenomicsFiles;
use crate::settings::{AdcSource, Problem, SplitSettings, StudyFile, StudySettings};

/// With fewer events than this among training patients nothing is learned.
const LEAST_EVENTS: usize = 10;

/// What a study will do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// What is wrong, and what should be known.
    pub problems: Vec<Problem>,
    /// Endpoints by sets of patients, before any image is read. Empty if patients cannot be read or divided.
    pub sets: Vec<SetSummary>,
    /// The number of images, and of further readings of them.
    pub images: [usize; 2],
    /// The number of models that are fitted to choose between settings.
    pub fits: usize,
    /// About how many seconds it takes with all processors of this machine, if there is nothing of an earlier run.
    pub seconds: Option<f64>,
}

impl Plan {
    /// Whether the study can run.
    pub fn runs(&self) -> bool {
        self.problems.iter().all(|problem| problem.runs)
    }
}

/// Looks at a study without running it: reads the tables, finds files, counts events.
///
/// # Errors
/// [`Error::Study`](crate::Error::Study) of a file that is no study. All else is a [`Problem`].
pub fn check(file: &StudyFile) -> Result<Plan> {
    let settings = file.settings()?;
    let mut check = Check { file, settings: &settings, problems: Vec::new() };
    check.settings();
    let mut plan = Plan { problems: Vec::new(), sets: Vec::new(), images: [0, 0], fits: 0, seconds: None };
    if let Some(table) = check.table() {
        check.columns(&table);
        check.files(&table, &mut plan);
        if check.problems.iter().all(|problem| problem.runs) {
            check.patients(&mut plan);
        }
    }
    let searches = settings.endpoints.len() * settings.protocols.len() * check.feature_sets();
    plan.fits = fits(&settings).unwrap_or(0) * searches;
    plan.seconds = seconds(&settings, &plan);
    plan.problems = check.problems;
    plan.problems.sort_by_key(|problem| (problem.runs, problem.line));
    Ok(plan)
}

/// Seconds of a processor for N4 and the features of tumour and ring, by voxel of the image, with the default settings: most are of the ring.
const PER_VOXEL: f64 = 2e-7;
/// Those of a fit to choose between settings, by patient: the mean over the six models, of some 2000 features before the steps.
const PER_FIT_AND_PATIENT: f64 = 4e-4;

/// About how long it takes: what was measured on one machine with the default settings, over the processors of this one. None if nothing is
/// known of the images.
fn seconds(settings: &StudySettings, plan: &Plan) -> Option<f64> {
    let mut seconds = 0.0;
    if let Some(images) = &settings.images {
        let patients = Patients::read(settings).ok()?;
        let cases = crate::analysis::cases(settings, images, &patients).ok()?;
        let voxels = cases.iter().find_map(|case| radsurv_image::io::read_info(&case.image).ok())?;
        let voxels: f64 = voxels.geometry.size().iter().map(|&size| size as f64).product();
        let rule = &settings.reproducibility;
        let perturbed = rule.perturbations * rule.perturbed_patients.min(cases.len());
        seconds += PER_VOXEL * voxels * (plan.images[0] + plan.images[1] + perturbed) as f64;
    }
    let training = plan.sets.iter().filter(|set| set.set == PatientSet::Training).map(|set| set.patients).max()?;
    seconds += PER_FIT_AND_PATIENT * (training * plan.fits) as f64;
    let processors = std::thread::available_parallelism().map_or(1.0, |n| n.get() as f64);
    Some(seconds / processors)
}

struct Check<'a> {
    file: &'a StudyFile,
    settings: &'a StudySettings,
    problems: Vec<Problem>,
}

impl Check<'_> {
    /// Something that keeps the study from running.
    fn stop(&mut self, path: &str, what: impl Into<String>) {
        self.problems.push(self.file.at(path, what));
    }

    /// Something to know.
    fn note(&mut self, path: &str, what: impl Into<String>) {
        self.problems.push(Problem { runs: true, ..self.file.at(path, what) });
    }

    fn settings(&mut self) {
        for (path, what) in self.settings.impossible() {
            self.stop(&path, what);
        }
        let settings = self.settings;
        let readers = settings.images.as_ref().map_or(0, |images| images.readers.len())
            + settings.features.as_ref().map_or(0, |features| features.readers.len());
        if readers == 0 && settings.reproducibility.perturbations == 0 {
            let what = "nothing says which features are reproducible: give readers, or with images perturbations = 10";
            self.note("reproducibility", what);
        }
    }

    fn exists(&mut self, path: &str, file: &Path) -> bool {
        let found = file.exists();
        if !found {
            self.stop(path, format!("there is no file {}", file.display()));
        }
        found
    }

    fn table(&mut self) -> Option<Table> {
        let path = &self.settings.patients.table;
        if !self.exists("patients.table", path) {
            return None;
        }
        Table::read_csv(path).map_err(|error| self.stop("patients.table", error.to_string())).ok()
    }

    /// How many sets of features compete, as far as names tell.
    fn feature_sets(&mut self) -> usize {
        let names = match (&self.settings.images, &self.settings.features) {
            // Of any feature; patterns that choose among them are not known to match.
            (Some(_), _) if !self.settings.feature_sets.is_empty() => return self.settings.feature_sets.len(),
            (Some(images), _) => {
                let ring = images.processing.ring.is_some().then_some("ring_");
                std::iter::once("tumour_").chain(ring).map(String::from).collect()
            }
            (None, Some(features)) => match columns(features) {
                Ok(names) => names,
                Err(Error::Data(radsurv_data::Error::Io { .. })) => return 0,
                Err(error) => {
                    self.stop("features", error.to_string());
                    return 0;
                }
            },
            (None, None) => return 0,
        };
        match feature_sets(self.settings, &names) {
            Ok(sets) => sets.len(),
            Err(error) => {
                self.stop("feature_sets", error.to_string());
                0
            }
        }
    }

    /// Columns that the settings name and the table lacks.
    fn columns(&mut self, table: &Table) {
        let settings = self.settings;
        let mut asked: Vec<(String, &str)> = Vec::new();
        for (place, endpoint) in settings.endpoints.iter().enumerate() {
            asked.push((format!("endpoints.{place}.time"), &endpoint.time));
            asked.push((format!("endpoints.{place}.event"), &endpoint.event));
        }
        let patients = &settings.patients;
        asked.extend(patients.centre.iter().map(|name| ("patients.centre".to_string(), name.as_str())));
        for part in patients.eqd2.iter().flat_map(|dose| &dose.parts) {
            asked.push(("patients.eqd2.parts".to_string(), &part.dose));
            asked.push(("patients.eqd2.parts".to_string(), &part.fractions));
        }
        let computed = patients.eqd2.as_ref().map(|dose| dose.name.as_str());
        let adc = settings.images.as_ref().and_then(|images| images.adc.as_ref());
        let is_computed = |name: &str| Some(name) == computed || (adc.is_some() && name == ADC);
        for (path, names) in
            [("clinical.variables", &settings.clinical.variables), ("patients.describe", &patients.describe)]
        {
            asked.extend(names.iter().filter(|name| !is_computed(name)).map(|name| (path.to_string(), name.as_str())));
        }
        for (place, step) in settings.steps.iter().enumerate() {
            asked.extend(step.covariates().into_iter().map(|name| (format!("steps.{place}"), name)));
        }
        let genomics = settings.genomics.iter().flat_map(|genomics| &genomics.covariates);
        asked.extend(
            genomics.filter(|name| !is_computed(name)).map(|name| ("genomics.covariates".to_string(), name.as_str())),
        );
        if let SplitSettings::Column(name) = &settings.split {
            asked.push(("split.column".to_string(), name));
        }
        if let Some(images) = &settings.images {
            asked.push(("images.image".to_string(), &images.image));
            asked.push(("images.mask".to_string(), &images.mask));
            asked.extend(images.readers.iter().map(|name| ("images.readers".to_string(), name.as_str())));
            match adc {
                Some(AdcSource::Map(name)) => asked.push(("images.adc".to_string(), name)),
                Some(AdcSource::Images { images, .. }) => {
                    asked.extend(images.iter().map(|name| ("images.adc".to_string(), name.as_str())));
                }
                None => {}
            }
        }
        for (path, name) in asked {
            if let Err(error) = table.column(name) {
                self.stop(&path, error.to_string());
            }
        }
    }

    /// Files that are not there.
    fn files(&mut self, table: &Table, plan: &mut Plan) {
        let settings = self.settings;
        if let Some(features) = &settings.features {
            self.exists("features.table", &features.table);
            for reader in &features.readers {
                self.exists("features.readers", reader);
            }
        }
        if let Some(path) = &settings.quality
            && self.exists("quality", path)
            && let Err(error) = answers(settings)
        {
            self.stop("quality", error.to_string());
        }
        self.expression(table);
        let Some(images) = &settings.images else { return };
        if let Err(error) = images.processing.check() {
            self.stop("images.processing", error.to_string());
        }
        let folder = settings.patients.table.parent().unwrap_or(Path::new(""));
        for (path, name) in [("images.image", &images.image), ("images.mask", &images.mask)] {
            let Some(place) = table.find_column(name) else { continue };
            let cells = || table.rows().iter().map(|row| (&row.cells[0], row.cells[place].trim()));
            let gone = cells().filter(|(_, cell)| cell.is_empty() || !folder.join(cell).exists());
            let gone: Vec<String> = gone.map(|(id, _)| id.clone()).collect();
            if gone.len() == table.rows().len() {
                let first = cells().next().map(|(_, cell)| folder.join(cell)).unwrap_or_default();
                self.stop(path, format!("no file of the column {name} exists, such as {}", first.display()));
            } else if !gone.is_empty() {
                let count = gone.len();
                let what =
                    format!("{count} patients have no such file and will be left out: {}", radsurv_data::list(&gone));
                self.note(path, what);
            }
        }
        let readings = images.readers.iter().filter_map(|name| table.find_column(name));
        let readings = readings.map(|place| table.rows().iter().filter(|row| !missing(&row.cells[place])).count());
        plan.images = [table.rows().len(), readings.sum()];
    }

    /// Files of expression: they are read, since that takes seconds and a study hours.
    fn expression(&mut self, table: &Table) {
        let Some(of) = &self.settings.genomics else { return };
        let files = [("genomics.expression", std::slice::from_ref(&of.expression))];
        let files = files
            .into_iter()
            .chain([("genomics.gene_sets", &of.gene_sets[..]), ("genomics.signatures", &of.signatures[..])]);
        let lists: Vec<_> = of.lists.iter().map(|list| list.table.clone()).collect();
        let mut there = true;
        for (path, files) in files.chain([("genomics.lists", &lists[..])]) {
            for file in files {
                there &= self.exists(path, file);
            }
        }
        if !there {
            return;
        }
        match GenomicsFiles::read(of) {
            Err(error) => self.stop("genomics", error.to_string()),
            Ok(files) => {
                let samples: HashSet<&str> = files.expression.samples().iter().map(String::as_str).collect();
                let (all, with) = (table.rows().len(), table.ids().filter(|id| samples.contains(id)).count());
                if with == 0 {
                    let first = files.expression.samples().first().cloned().unwrap_or_default();
                    let id = table.ids().next().unwrap_or_default();
                    let what = format!(
                        "no patient has expression: ids are like {id:?} and {first:?}, and must be equal to the letter"
                    );
                    self.stop("genomics.expression", what);
                } else {
                    self.note("genomics.expression", format!("{with} of {all} patients have expression"));
                }
            }
        }
    }

    /// Sets, events, batches.
    fn patients(&mut self, plan: &mut Plan) {
        let settings = self.settings;
        let patients = match Patients::read(settings) {
            Ok(patients) => patients,
            Err(error) => return self.stop("patients.table", error.to_string()),
        };
        for step in &patients.flow {
            for out in &step.left_out {
                let what = format!("{} patients are left out: {}", out.ids.len(), out.reason);
                self.note("patients.table", what);
            }
        }
        self.centres(&patients);
        let sets = match divide(settings, &patients) {
            Ok(sets) => sets,
            Err(error) => return self.stop("split", error.to_string()),
        };
        match crate::analysis::summaries(settings, &patients.outcomes, &sets) {
            Ok(found) => plan.sets = found,
            Err(error) => return self.stop("patients.table", error.to_string()),
        }
        self.events(plan);
        self.times(&patients, &sets);
        self.batches(&patients, &sets);
        self.variables(&patients);
    }

    fn centres(&mut self, patients: &Patients) {
        let Some(name) = &self.settings.patients.centre else { return };
        let Ok(centres) = patients.covariates.groups(name) else { return };
        if centres.levels().len() < 2 {
            let what = format!("all patients are of one centre ({})", centres.levels().join(", "));
            match &self.settings.split {
                SplitSettings::Centre(_) => {
                    self.stop("split", format!("{what}: split at random, [split.random], or by a column"));
                }
                _ => self.note("patients.centre", format!("{what}: nothing will say how models do elsewhere")),
            }
        }
    }

    fn events(&mut self, plan: &Plan) {
        for SetSummary { set, endpoint, patients, events, .. } in &plan.sets {
            let place = self.settings.endpoints.iter().position(|e| e.name == *endpoint).unwrap_or(0);
            let path = format!("endpoints.{place}");
            match (set, events) {
                (PatientSet::Training, n) if *n < LEAST_EVENTS => {
                    let what = format!(
                        "{endpoint} has {n} events in {patients} training patients: {LEAST_EVENTS} at least are needed. Put more \
                         patients into training, follow them for longer, or leave the endpoint out"
                    );
                    self.stop(&path, what);
                }
                (_, 0) => {
                    let what = format!(
                        "{endpoint} has no event in the {patients} patients of the {set} set, so that nothing can be measured there: \
                         divide the patients otherwise, or leave the endpoint out"
                    );
                    self.stop(&path, what);
                }
                (_, n) if *n < LEAST_EVENTS => {
                    let what = format!("{endpoint} has {n} events in the {set} set: its measures will be vague");
                    self.note(&path, what);
                }
                _ => {}
            }
        }
    }

    /// Times that a set cannot be judged at.
    fn times(&mut self, patients: &Patients, sets: &[PatientSet]) {
        for (endpoint, outcome) in self.settings.endpoints.iter().zip(&patients.outcomes) {
            for set in PatientSet::ALL {
                let of = outcome.rows(&places(sets, set));
                let (Some(first), Some(last)) =
                    (of.event_times().first().copied(), of.times().iter().copied().reduce(f64::max))
                else {
                    continue;
                };
                let outside = self.settings.times.iter().filter(|time| **time <= first || **time >= last);
                let outside: Vec<String> = outside.map(|time| number::format(*time)).collect();
                if !outside.is_empty() {
                    let what = format!(
                        "{} cannot be judged at {} in the {set} set: its first event is at {}, its follow-up ends at {}",
                        endpoint.name,
                        outside.join(", "),
                        number::format(first),
                        number::format(last)
                    );
                    self.note("times", what);
                }
            }
        }
    }

    /// Batches that no training patient is in.
    fn batches(&mut self, patients: &Patients, sets: &[PatientSet]) {
        let settings = self.settings;
        for (place, step) in settings.steps.iter().enumerate() {
            let StepSettings::Combat(combat) = step else { continue };
            let Ok(groups) = patients.covariates.groups(&combat.batch) else { continue };
            let path = format!("steps.{place}");
            let absent: Vec<&String> =
                (0..groups.len()).filter(|&case| groups.label(case).is_none()).map(|c| &patients.ids[c]).collect();
            if !absent.is_empty() {
                self.stop(
                    &path,
                    format!("{} patients have no {}: {}", absent.len(), combat.batch, radsurv_data::list(&absent)),
                );
            }
            let training = places(sets, PatientSet::Training);
            let known: Vec<&str> = training.iter().filter_map(|&case| groups.label(case)).collect();
            let counts = |name: &str| known.iter().filter(|known| **known == name).count();
            let new: Vec<&String> = groups.levels().iter().filter(|name| counts(name) == 0).collect();
            if !new.is_empty() {
                let names = radsurv_data::list(&new);
                match combat.unseen {
                    Unseen::Error => {
                        let what = format!(
                            "no training patient is of the {} {names}: say what is done with its patients, unseen = \"pass\" (they are left \
                             as they are) or \"estimate\" (its shift is estimated from all of them, without outcomes)",
                            combat.batch
                        );
                        self.stop(&path, what);
                    }
                    Unseen::Pass => self.note(&path, format!("no training patient is of the {} {names}: its patients are not harmonised; the report shows the other way as well", combat.batch)),
                    Unseen::Estimate => self.note(&path, format!("no training patient is of the {} {names}: its shift is estimated from all its patients together", combat.batch)),
                }
            }
            let single: Vec<&String> = groups.levels().iter().filter(|name| counts(name) == 1).collect();
            if !single.is_empty() {
                let what = format!(
                    "the {} {} has one training patient, whose differences cannot be told from those of the batch",
                    combat.batch,
                    radsurv_data::list(&single)
                );
                self.stop(&path, what);
            }
        }
    }

    /// Clinical variables that patients lack.
    fn variables(&mut self, patients: &Patients) {
        for name in &self.settings.clinical.variables {
            let absent = match patients.covariates.get(name) {
                Ok(Covariate::Number(values)) => values.iter().filter(|value| value.is_nan()).count(),
                Ok(Covariate::Category(groups)) => groups.codes().iter().filter(|code| code.is_none()).count(),
                Err(_) => 0,
            };
            if absent > 0 {
                let what = format!("{absent} patients have no {name}; [clinical] missing says what becomes of them");
                self.note("clinical.variables", what);
            }
        }
    }
}
