//! Readings of perturbed images and masks, of a cohort in files.

use radsurv_image::perturb::PerturbSettings;

use super::case::ImageCase;
use super::extract::Worker;
use super::run::RunOptions;
use super::settings::ImageSettings;
use crate::cases::check_ids;
use crate::error::Result;
use crate::reproducibility::{
    CaseImage, CaseProgress, CaseReadings, Reproducibility, ReproducibilitySettings, all_readings, read_case,
};

/// The version of what this stage computes, for the cache.
const VERSION: u32 = 1;

/// The features of every repetition of every case, as [`reproducibility`](crate::reproducibility) gives them: of the same images,
/// corrected once, and under the same names as in [`image_features`](super::image_features), so that repetitions and tables can
/// be compared. Of masks only that of the case counts.
///
/// A case is found again in the cache by image, mask, settings, and its id, which decides what is drawn for it.
///
/// # Errors
/// As [`reproducibility`](crate::reproducibility::reproducibility) and [`image_features`](super::image_features).
pub fn perturbed_features(
    cases: &[ImageCase],
    settings: &ImageSettings,
    perturb: &PerturbSettings,
    options: &RunOptions<'_>,
    progress: impl Fn(&CaseProgress<'_>) + Sync,
) -> Result<Reproducibility> {
    perturb.check()?;
    check_ids(cases.iter().map(|case| case.id.as_str()))?;
    let worker = Worker::new(settings, options.cache)?;
    let repetitions = ReproducibilitySettings {
        perturb: perturb.clone(),
        extraction: worker.extractor.settings().clone(),
        ring: settings.ring.clone(),
        prefix: true,
        threads: options.jobs,
    };
    let compute = |case: &ImageCase| {
        let load = || {
            let image = worker.image(case)?;
            let (region, _) = worker.region(case, &image, &case.mask)?;
            Ok(CaseImage { image: image.volume, region })
        };
        read_case(&case.id, load, &worker.extractor, &repetitions)
    };
    let read = |index: usize| {
        let case = &cases[index];
        let key = worker.image_key("perturbed-features", VERSION, case, &case.mask);
        let key = key.map(|key| key.part("perturb", perturb).part("id", &case.id).build());
        let (Some(cache), Some(Ok(key))) = (worker.cache, key) else { return compute(case) };
        if let Some(found) = cache.get(&key).filter(CaseReadings::is_final) {
            return found;
        }
        let mut readings = compute(case);
        if readings.is_final()
            && let Err(error) = cache.put(&key, &readings)
        {
            readings.notices.push(format!("readings are not kept for another run: {error}"));
        }
        readings
    };
    let ids: Vec<String> = cases.iter().map(|case| case.id.clone()).collect();
    all_readings(&ids, &repetitions, read, progress)
}
