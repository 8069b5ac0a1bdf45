//! All cases of a cohort.

use std::sync::Mutex;

use super::case::ImageCase;
use super::extract::{CaseOutcome, Worker};
use super::result::{ImageFeatures, ImageProgress};
use super::settings::ImageSettings;
use crate::cache::Cache;
use crate::cases::{check_ids, each_case};
use crate::error::Result;

/// How a cohort is worked through. Results do not depend on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunOptions<'a> {
    /// Where results of earlier runs are, and this one's go. Default none: all is computed, and nothing kept.
    pub cache: Option<&'a Cache>,
    /// Threads, all in all; 0, the default, for one per processor.
    pub jobs: usize,
}

/// The features of a cohort.
///
/// At most `jobs` cases are in memory (of more than five jobs fewer). `progress` is called after each case, from several
/// threads, in the order in which they end. Values depend neither on the number of threads, nor on which other cases there
/// are, nor on what the cache had.
///
/// # Errors
/// If settings are impossible, an id occurs twice, threads cannot be started, or no case has features.
///
/// # Example
/// ```
/// use radsurv_features::settings::ExtractorSettings;
/// use radsurv_image::{Geometry, Mask, Volume, io, morphology::RingSettings};
/// use radsurv_study::cache::Cache;
/// use radsurv_study::images::{ImageCase, ImageSettings, RunOptions, image_features};
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let mut cases = vec![ImageCase::new("P9", folder.join("gone.nii.gz"), folder.join("gone_mask.nii.gz"))];
/// for i in 1..3 {
///     let grid = Geometry::new([20, 20, 8], [1.0, 1.0, 2.0], [0.0; 3], Geometry::IDENTITY)?;
///     let inside: Vec<bool> = grid.full_box().indices()
///         .map(|[x, y, z]| (4..12 + i).contains(&x) && (5..14).contains(&y) && (2..6).contains(&z)).collect();
///     let values: Vec<i16> = (0..3200).map(|v| (100 + v * v % (90 + 7 * i as i32)) as i16).collect();
///     let case = ImageCase::new(format!("P{i}"), folder.join(format!("{i}.nii.gz")), folder.join(format!("{i}_mask.nii.gz")));
///     io::write(&case.image, &Volume::new(grid.clone(), values)?)?;
///     io::write_mask(&case.mask, &Mask::from_bools(grid, &inside)?)?;
///     cases.push(case);
/// }
/// let settings = ImageSettings {
///     extraction: ExtractorSettings::default().into(),
///     ring: Some(RingSettings { width_mm: 3.0, ..RingSettings::default() }),
///     ..ImageSettings::default()
/// };
/// let cache = Cache::open(folder.join("cache"))?;
/// let options = RunOptions { cache: Some(&cache), jobs: 2 };
/// let features = image_features(&cases, &settings, &options, |_| {})?;
/// assert_eq!(features.table.case_ids(), ["P1", "P2"]);
/// assert_eq!(features.table.names().len(), 2 * 107);
/// assert_eq!(features.left_out().map(|f| f.case_id.as_str()).collect::<Vec<_>>(), ["P9"]);
///
/// let again = image_features(&cases, &settings, &options, |_| {})?;
/// assert_eq!(again.table, features.table);
/// assert!(again.times[1..].iter().all(|time| time.found));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn image_features(
    cases: &[ImageCase],
    settings: &ImageSettings,
    options: &RunOptions<'_>,
    progress: impl Fn(&ImageProgress<'_>) + Sync,
) -> Result<ImageFeatures> {
    check_ids(cases.iter().map(|case| case.id.as_str()))?;
    let worker = Worker::new(settings, options.cache)?;
    let counts = Mutex::new((0, 0));
    let done = |index: usize, outcome: &CaseOutcome| {
        let case: &ImageCase = &cases[index];
        let failures = outcome.failures(&case.id);
        let (done, done_found) = {
            let mut counts = counts.lock().unwrap_or_else(|e| e.into_inner());
            counts.0 += 1;
            counts.1 += usize::from(outcome.found);
            *counts
        };
        progress(&ImageProgress {
            case_id: &case.id,
            failures: &failures,
            seconds: outcome.seconds,
            found: outcome.found,
            done,
            done_found,
            total: cases.len(),
        });
    };
    let outcomes = each_case(cases.len(), options.jobs, |index| worker.run(&cases[index]), done)?;
    ImageFeatures::new(cases, &outcomes)
}
