//! All repetitions of all cases, in parallel and in bounded memory.

use std::time::{Duration, Instant};

use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::morphology::RingSettings;
use radsurv_image::perturb::{PerturbSettings, noise_sd};

use super::extract::{CaseImage, perturbed_features};
use super::result::{CaseProgress, CaseReadings, Reproducibility};
use crate::cases::{check_ids, each_case, guarded};
use crate::error::Result;

/// What to do with each case.
#[derive(Debug, Clone)]
pub struct ReproducibilitySettings {
    /// How images and masks are perturbed.
    pub perturb: PerturbSettings,
    /// How features are extracted.
    pub extraction: ExtractorSettings,
    /// Also the ring around each perturbed region, cut off at the image's border.
    pub ring: Option<RingSettings>,
    /// Whether the names of features begin with `tumour_` and `ring_`, as in wide tables. They always do with a ring.
    pub prefix: bool,
    /// Number of threads, all in all; 0 for one per processor. Results do not depend on it.
    pub threads: usize,
}

/// Extracts the features of every repetition of every case.
///
/// `load` gives a case by its place; it is called once per case, from several threads, and its image is dropped before the next
/// one is asked for. At most `threads` cases are in memory (of more than five threads fewer), each with one perturbed copy.
/// `progress` is called after each case, from several threads, in the order in which they end.
///
/// Values do not depend on the number of threads, nor on which other cases there are. A case or a repetition that fails is in
/// the result with its reason and stops nothing.
///
/// # Errors
/// If the settings are impossible, an id occurs twice, threads cannot be started, or no case has features.
///
/// # Example
/// ```
/// use radsurv_features::settings::ExtractorSettings;
/// use radsurv_image::{Geometry, Mask, Volume, perturb::PerturbSettings};
/// use radsurv_study::reproducibility::{CaseImage, ReproducibilitySettings, reproducibility};
///
/// let load = |case: usize| {
///     let grid = Geometry::new([20, 20, 8], [1.0, 1.0, 2.0], [0.0; 3], Geometry::IDENTITY).map_err(|e| e.to_string())?;
///     let values: Vec<i16> = (0..3200).map(|i| (i * i % (90 + 7 * case as i32)) as i16).collect();
///     let inside: Vec<bool> = grid.full_box().indices()
///         .map(|[x, y, z]| (4..14 + case).contains(&x) && (5..15).contains(&y) && (2..6).contains(&z)).collect();
///     let mask = Mask::from_bools(grid.clone(), &inside).map_err(|e| e.to_string())?;
///     let image = Volume::new(grid, values).map_err(|e| e.to_string())?;
///     Ok(CaseImage { image, region: mask.region(1).map_err(|e| e.to_string())? })
/// };
/// let settings = ReproducibilitySettings {
///     perturb: PerturbSettings { count: 3, ..PerturbSettings::default() },
///     extraction: ExtractorSettings::default(),
///     ring: None,
///     prefix: false,
///     threads: 2,
/// };
/// let ids = ["A".to_string(), "B".to_string()];
/// let result = reproducibility(&ids, load, &settings, |_| {})?;
/// assert_eq!(result.tables.len(), 3);
/// assert_eq!(result.readings("original_shape_MeshVolume").unwrap()[1].len(), 3);
/// # Ok::<(), radsurv_study::Error>(())
/// ```
pub fn reproducibility(
    ids: &[String],
    load: impl Fn(usize) -> std::result::Result<CaseImage, String> + Sync,
    settings: &ReproducibilitySettings,
    progress: impl Fn(&CaseProgress<'_>) + Sync,
) -> Result<Reproducibility> {
    settings.perturb.check()?;
    if let Some(ring) = &settings.ring {
        check_ring(ring)?;
    }
    check_ids(ids.iter().map(String::as_str))?;
    let mut extraction = settings.extraction.clone();
    if extraction.settings.additional_info {
        extraction.change_settings(|s| s.additional_info = false); // nobody looks at them
    }
    let extractor = Extractor::new(extraction);
    let read = |index: usize| read_case(&ids[index], || load(index), &extractor, settings);
    all_readings(ids, settings, read, progress)
}

/// The readings of all cases, each from `read`, put together.
pub(crate) fn all_readings(
    ids: &[String],
    settings: &ReproducibilitySettings,
    read: impl Fn(usize) -> CaseReadings + Sync,
    progress: impl Fn(&CaseProgress<'_>) + Sync,
) -> Result<Reproducibility> {
    let read = |index: usize| {
        let begin = Instant::now();
        (read(index), begin.elapsed())
    };
    let done = |index: usize, (readings, time): &(CaseReadings, Duration)| {
        progress(&CaseProgress {
            case_id: &ids[index],
            index,
            repetitions: readings.succeeded(),
            failures: &readings.failures,
            time: *time,
        });
    };
    let cases = each_case(ids.len(), settings.threads, read, done)?;
    Reproducibility::new(ids, cases.into_iter().map(|(readings, _)| readings).collect(), settings.perturb.count)
}

/// The repetitions of a case, one after the other.
pub(crate) fn read_case(
    id: &str,
    load: impl FnOnce() -> std::result::Result<CaseImage, String>,
    extractor: &Extractor,
    settings: &ReproducibilitySettings,
) -> CaseReadings {
    let case = match guarded(|| load()?.aligned()) {
        Ok(case) => case,
        Err(reason) => return CaseReadings::failed(id, reason),
    };
    // The noise of the image is estimated once, if any repetition asks for it.
    let mut noise = None;
    let mut readings = CaseReadings::default();
    let prefix = settings.prefix || settings.ring.is_some();
    for k in 0..settings.perturb.count {
        let result = guarded(|| {
            let mut perturbation = settings.perturb.perturbation(id, k);
            if perturbation.estimates_noise() {
                let sd = match noise {
                    Some(sd) => sd,
                    None => noise_sd(&case.image, &case.image.geometry().full_box()).map_err(|e| e.to_string())?,
                };
                noise = Some(sd);
                perturbation = perturbation.with_noise_sd(sd);
            }
            perturbed_features(extractor, &case, &perturbation, settings.ring.as_ref())
        });
        readings.add(id, k, result, prefix);
    }
    readings
}

/// Refuses rings that no region has.
pub(crate) fn check_ring(ring: &RingSettings) -> Result<()> {
    let RingSettings { width_mm, inner_gap_mm, .. } = ring;
    if width_mm.is_finite() && *width_mm > 0.0 && inner_gap_mm.is_finite() && *inner_gap_mm >= 0.0 {
        return Ok(());
    }
    let what = format!("a ring of {width_mm} mm from {inner_gap_mm} mm on: give a positive width and no negative gap");
    Err(radsurv_image::Error::Setting(what).into())
}
