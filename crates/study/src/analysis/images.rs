//! Features from the images of a study.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use radsurv_data::FeatureTable;
use radsurv_image::perturb::PerturbSettings;
use radsurv_stats::random::Random;

use super::features::Readings;
use super::patients::{Patients, missing};
use super::result::LeftOutPatients;
use crate::cache::Cache;
use crate::error::Result;
use crate::images::{AdcInput, CaseFailure, DwiImage, ImageCase, RunOptions, image_features, perturbed_features};
use crate::progress::Watch;
use crate::settings::{AdcSource, ImageSource, StudySettings};

/// What images gave.
pub(super) struct FromImages {
    pub table: FeatureTable,
    pub readings: Readings,
    /// The mean diffusion of each patient of the study, NaN where there is none, if it was asked for.
    pub adc: Option<Vec<f64>>,
    pub left_out: Vec<LeftOutPatients>,
    pub failures: Vec<CaseFailure>,
    pub from_cache: [usize; 2],
}

/// The files of each patient, from the table of patients and relative to its folder.
///
/// # Errors
/// If the table lacks a column.
pub(crate) fn cases(settings: &StudySettings, source: &ImageSource, patients: &Patients) -> Result<Vec<ImageCase>> {
    let table = &patients.table;
    let folder = settings.patients.table.parent().unwrap_or(Path::new(""));
    let place = |name: &String| table.column(name);
    let (image, mask) = (place(&source.image)?, place(&source.mask)?);
    let readers = source.readers.iter().map(place).collect::<std::result::Result<Vec<_>, _>>()?;
    let adc = match &source.adc {
        None => Vec::new(),
        Some(AdcSource::Map(name)) => vec![place(name)?],
        Some(AdcSource::Images { images, .. }) => {
            images.iter().map(place).collect::<std::result::Result<Vec<_>, _>>()?
        }
    };
    let mut cases = Vec::new();
    for row in table.rows() {
        let path = |place: usize| folder.join(row.cells[place].trim());
        let given = |place: usize| Some(path(place)).filter(|_| !missing(row.cells[place].trim()));
        let mut case = ImageCase::new(row.cells[0].clone(), path(image), path(mask));
        case.label = source.label;
        case.readers = readers.iter().map(|&place| given(place)).collect();
        let files: Option<Vec<_>> = adc.iter().map(|&place| given(place)).collect();
        case.adc = match (&source.adc, files) {
            (Some(AdcSource::Map(_)), Some(mut files)) => AdcInput::Map(files.swap_remove(0)),
            (Some(AdcSource::Images { b_values, .. }), Some(files)) => {
                let one = |(image, b_value): (_, &f64)| DwiImage { b_value: *b_value, image };
                AdcInput::Dwi(files.into_iter().zip(b_values).map(one).collect())
            }
            _ => AdcInput::None,
        };
        cases.push(case);
    }
    Ok(cases)
}

/// Extracts all, or finds it in the cache. A patient whose image or tumour fails is left out.
pub(super) fn extract(
    settings: &StudySettings,
    source: &ImageSource,
    patients: &Patients,
    cache: Option<&Cache>,
    watch: &Watch,
) -> Result<FromImages> {
    let cases = cases(settings, source, patients)?;
    let options = RunOptions { cache, jobs: rayon::current_num_threads() };
    let found = watch.count("images and features", cases.len(), |tick| {
        image_features(&cases, &source.processing, &options, |done| {
            for failure in done.failures {
                watch.say(&format!("{}: {} failed: {}", failure.case_id, failure.part, failure.reason));
            }
            tick();
        })
    })?;
    for (notice, count) in &found.notices {
        watch.say(&format!("{notice} ({count} masks)"));
    }
    let mut from_cache = [found.times.iter().filter(|time| time.found).count(), cases.len()];
    let adc = source.adc.is_some().then(|| {
        let known: HashMap<&String, f64> = found.table.case_ids().iter().zip(found.adc.iter().copied()).collect();
        patients.ids.iter().map(|id| known.get(id).copied().unwrap_or(f64::NAN)).collect()
    });
    let ids: Vec<String> = found.left_out().map(|failure| failure.case_id.clone()).collect();
    let gone: HashSet<&String> = ids.iter().collect();
    let perturbations = match settings.reproducibility.perturbations {
        0 => Vec::new(),
        count => {
            let asked = perturbed(settings, cases.iter().filter(|case| !gone.contains(&case.id)).cloned().collect());
            let perturb = PerturbSettings { count, seed: settings.seed, ..PerturbSettings::default() };
            let found = watch.count("perturbed images", asked.len(), |tick| {
                perturbed_features(&asked, &source.processing, &perturb, &options, |_| tick())
            })?;
            from_cache[1] += asked.len();
            found.tables
        }
    };
    let readings = Readings { readers: found.readers, perturbations };
    let reason = "image or mask cannot be used".to_string();
    let left_out = match ids.is_empty() {
        true => Vec::new(),
        false => vec![LeftOutPatients { reason, ids, failed: true }],
    };
    Ok(FromImages { table: found.table, readings, adc, left_out, failures: found.failures, from_cache })
}

/// The cases that are perturbed, drawn at random.
fn perturbed(settings: &StudySettings, cases: Vec<ImageCase>) -> Vec<ImageCase> {
    let mut order: Vec<usize> = (0..cases.len()).collect();
    Random::new(settings.seed, PERTURBED).shuffle(&mut order);
    order.truncate(settings.reproducibility.perturbed_patients);
    order.sort_unstable();
    order.into_iter().map(|case| cases[case].clone()).collect()
}

/// The stream of random numbers that says who is perturbed.
const PERTURBED: u64 = 0x7065_7274;
