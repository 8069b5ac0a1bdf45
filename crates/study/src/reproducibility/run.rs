//! All repetitions of all cases, in parallel and in bounded memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::perturb::{PerturbSettings, noise_sd};

use super::extract::{CaseImage, perturbed_features};
use super::result::{CaseProgress, CaseReadings, Reproducibility};
use crate::error::{Error, Result};

/// What to do with each case.
#[derive(Debug, Clone)]
pub struct ReproducibilitySettings {
    /// How images and masks are perturbed.
    pub perturb: PerturbSettings,
    /// How features are extracted.
    pub extraction: ExtractorSettings,
    /// Also the ring of this width in mm around each perturbed region, cut off at the image's border.
    pub ring_mm: Option<f64>,
    /// Whether the names of features begin with `tumour_` and `ring_`, as in wide tables. They always do with a ring.
    pub prefix: bool,
    /// Number of threads, all in all; 0 for one per processor. Results do not depend on it.
    pub threads: usize,
}

/// Stack of a thread of the pool: while it waits for a part of one case it may take up another.
const STACK_BYTES: usize = 16 << 20;

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
///     ring_mm: None,
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
    if let Some(mm) = settings.ring_mm
        && !(mm.is_finite() && mm > 0.0)
    {
        return Err(radsurv_image::Error::Setting(format!("ring of {mm} mm: give a positive width")).into());
    }
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = ids.iter().find(|id| !seen.insert(id.as_str())) {
        return Err(radsurv_data::Error::DuplicateId {
            table: "the list of cases".to_string(),
            id: twice.clone(),
            lines: None,
        }
        .into());
    }
    let mut extraction = settings.extraction.clone();
    if extraction.settings.additional_info {
        extraction.change_settings(|s| s.additional_info = false); // nobody looks at them
    }
    let extractor = Extractor::new(extraction);
    let threads = match settings.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        n => n,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_BYTES)
        .build()
        .map_err(|e| Error::Threads { threads, reason: e.to_string() })?;
    let done: Mutex<Vec<Option<CaseReadings>>> = Mutex::new(ids.iter().map(|_| None).collect());
    let next = AtomicUsize::new(0);
    let drive = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(id) = ids.get(index) else { return };
            let begin = Instant::now();
            let readings = pool.install(|| read_case(id, || load(index), &extractor, settings));
            progress(&CaseProgress {
                case_id: id,
                index,
                repetitions: readings.succeeded(),
                failures: &readings.failures,
                time: begin.elapsed(),
            });
            // A poisoned lock only means that another thread panicked: the readings are still good.
            done.lock().unwrap_or_else(|e| e.into_inner())[index] = Some(readings);
        }
    };
    // The threads that hand out work do none themselves: they wait for the pool.
    std::thread::scope(|scope| {
        for _ in 1..in_flight(threads).min(ids.len()) {
            scope.spawn(drive);
        }
        drive();
    });
    let done = done.into_inner().unwrap_or_else(|e| e.into_inner());
    let cases = done.into_iter().map(Option::unwrap_or_default).collect();
    Reproducibility::new(ids, cases, settings.perturb.count)
}

/// How many cases are in memory at most. Reading is not parallel within a case, so several must be under way to keep all
/// threads busy; of many threads each case can use several.
fn in_flight(threads: usize) -> usize {
    threads.min(4 + threads / 4)
}

/// The repetitions of a case, one after the other.
fn read_case(
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
    let prefix = settings.prefix || settings.ring_mm.is_some();
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
            perturbed_features(extractor, &case, &perturbation, settings.ring_mm)
        });
        readings.add(id, k, result, prefix);
    }
    readings
}

/// Turns a panic, which would be a defect of this program, into a failure of what causes it.
fn guarded<T>(work: impl FnOnce() -> std::result::Result<T, String>) -> std::result::Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(format!("internal error ({text}); please report it"))
    })
}
