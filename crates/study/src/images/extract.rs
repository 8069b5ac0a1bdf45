//! The features of one case: its image is read and corrected once, for all masks that are not in the cache.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use radsurv_features::{Extractor, FeatureVector};
use radsurv_image::morphology::peritumoural_ring;
use radsurv_image::{Region, io};

use super::case::ImageCase;
use super::read::{Image, Labels};
use super::result::{MaskFeatures, Part};
use super::settings::ImageSettings;
use crate::cache::{Cache, Key, KeyBuilder};
use crate::cases::guarded;
use crate::error::Result;

/// The version of what this stage computes, for the cache.
const VERSION: u32 = 1;

/// What came out of a case.
pub(super) struct CaseOutcome {
    /// The features of each mask, or why there are none.
    pub masks: Vec<(Part, std::result::Result<MaskFeatures, String>)>,
    /// The mean ADC of the tumour, if the case has an input for it.
    pub adc: Option<std::result::Result<f64, String>>,
    /// What the user should know of the case.
    pub notices: Vec<String>,
    pub seconds: f64,
    /// Whether all of it was found in the cache.
    pub found: bool,
}

/// What is the same for all cases.
pub(super) struct Worker<'a> {
    pub settings: &'a ImageSettings,
    pub extractor: Extractor,
    pub cache: Option<&'a Cache>,
    names: NameLists,
}

/// A mask whose features are to be computed.
struct Wanted<'c> {
    part: Part,
    mask: &'c Path,
    key: Option<Key>,
}

impl<'a> Worker<'a> {
    pub fn new(settings: &'a ImageSettings, cache: Option<&'a Cache>) -> Result<Self> {
        settings.check()?;
        let extractor = Extractor::new(settings.extraction.load()?);
        Ok(Self { settings, extractor, cache, names: NameLists::default() })
    }

    /// All of a case.
    pub fn run(&self, case: &ImageCase) -> CaseOutcome {
        let begin = Instant::now();
        let mut outcome = CaseOutcome {
            masks: Vec::new(),
            adc: None,
            notices: Vec::new(),
            seconds: 0.0,
            found: self.cache.is_some(),
        };
        let mut wanted = Vec::new();
        for (part, mask) in case.masks() {
            match self.key(case, mask) {
                Err(reason) => {
                    outcome.found = false;
                    outcome.masks.push((part, Err(reason)));
                }
                Ok(key) => match key.as_ref().and_then(|key| self.find(key)) {
                    Some(found) => outcome.masks.push((part, Ok(found))),
                    None => wanted.push(Wanted { part, mask, key }),
                },
            }
        }
        if !wanted.is_empty() {
            outcome.found = false;
            match guarded(|| self.extract(case, &wanted)) {
                Ok(masks) => self.keep(&wanted, masks, &mut outcome),
                Err(reason) => outcome.masks.extend(wanted.iter().map(|w| (w.part, Err(reason.clone())))),
            }
            // In their order again, whichever were found.
            let place = |part: &Part| case.masks().position(|(p, _)| p == *part);
            outcome.masks.sort_by_key(|(part, _)| place(part));
        }
        let adc = self.adc(case);
        outcome.found &= adc.found;
        outcome.notices.extend(adc.notices);
        outcome.adc = adc.mean;
        outcome.seconds = begin.elapsed().as_secs_f64();
        outcome
    }

    /// The key of the features of a mask, if there is a cache.
    fn key(&self, case: &ImageCase, mask: &Path) -> std::result::Result<Option<Key>, String> {
        let key = self.image_key("image-features", VERSION, case, mask);
        key.map(KeyBuilder::build).transpose().map_err(|e| e.to_string())
    }

    /// The key of something made of the image and a mask of a case.
    pub fn image_key(&self, stage: &str, version: u32, case: &ImageCase, mask: &Path) -> Option<KeyBuilder<'a>> {
        let ImageSettings { ring, n4, normalise, roi, .. } = self.settings;
        let key = self.cache?.key(stage, version);
        let key = key.part("extraction", self.extractor.settings()).part("ring", ring).part("n4", n4);
        let key = key.part("normalise", normalise).part("label", &case.label).part("roi", roi);
        Some(add_image(add_image(key, "image", &case.image), "mask", mask))
    }

    fn find(&self, key: &Key) -> Option<MaskFeatures> {
        let mut found: MaskFeatures = self.cache?.get(key)?;
        found.names = self.names.share(found.names);
        found.is_whole().then_some(found)
    }

    /// Adds what was extracted, and keeps it for another run.
    fn keep(
        &self,
        wanted: &[Wanted<'_>],
        masks: Vec<std::result::Result<MaskFeatures, String>>,
        outcome: &mut CaseOutcome,
    ) {
        for (wanted, mask) in wanted.iter().zip(masks) {
            if let (Ok(mask), Some(cache), Some(key)) = (&mask, self.cache, &wanted.key)
                && let Err(error) = cache.put(key, mask)
            {
                outcome.notices.push(format!("features are not kept for another run: {error}"));
            }
            outcome.masks.push((wanted.part, mask));
        }
    }

    /// The features of masks of a case, or why one has none.
    fn extract(
        &self,
        case: &ImageCase,
        wanted: &[Wanted<'_>],
    ) -> std::result::Result<Vec<std::result::Result<MaskFeatures, String>>, String> {
        let image = self.image(case)?;
        let pairs: Vec<std::result::Result<Pair, String>> = wanted
            .iter()
            .map(|wanted| {
                let (tumour, notices) = self.region(case, &image, wanted.mask)?;
                let ring = self.settings.ring.as_ref().map(|settings| {
                    let ring = peritumoural_ring(&tumour, Some(&image.volume), settings);
                    ring.map(|ring| ring.region).map_err(|e| e.to_string())
                });
                Ok(Pair { tumour, ring, notices })
            })
            .collect();
        let regions: Vec<Region> = pairs.iter().flatten().flat_map(Pair::regions).cloned().collect();
        // All at once: a filter runs once for all of them.
        let mut vectors = self.extractor.extract_regions(&image.volume, &regions).into_iter();
        let mut next =
            || vectors.next().map_or(Err("nothing was extracted".to_string()), |v| v.map_err(|e| e.to_string()));
        Ok(pairs
            .into_iter()
            .map(|pair| {
                let pair = pair?;
                let tumour = next();
                let ring = pair.ring.map(|ring| ring.and_then(|_| next()));
                let mut row = self.features(tumour?, ring);
                row.notices.splice(0..0, image.notices.iter().cloned().chain(pair.notices));
                Ok(row)
            })
            .collect())
    }

    /// The image of a case, corrected and normalised as the settings ask for.
    pub fn image(&self, case: &ImageCase) -> std::result::Result<Image, String> {
        let mut image = Image::read(&case.image).map_err(|e| e.to_string())?;
        let in_file = |e: radsurv_image::Error| format!("{}: {e}", case.image.display());
        if let Some(n4) = &self.settings.n4 {
            image.volume = n4.correct(&image.volume).map_err(in_file)?;
        }
        if let Some(normalise) = &self.settings.normalise {
            image.volume = normalise.apply(&image.volume).map_err(in_file)?;
        }
        Ok(image)
    }

    /// A mask of a case.
    pub fn labels(&self, image: &Image, mask: &Path) -> std::result::Result<Labels, String> {
        let channel = self.extractor.settings().settings.label_channel;
        image.labels(mask, channel, &self.settings.roi).map_err(|e| e.to_string())
    }

    /// The tumour of a mask, and what the user should know of it.
    pub fn region(
        &self,
        case: &ImageCase,
        image: &Image,
        mask: &Path,
    ) -> std::result::Result<(Region, Vec<String>), String> {
        let labels = self.labels(image, mask)?;
        let region = self.extractor.region(&image.volume, &labels.mask, case.label);
        let region = region.map_err(|e| format!("{} on {}: {e}", mask.display(), case.image.display()))?;
        Ok((region, labels.notices))
    }

    /// The features of a tumour and its ring as a row of the table.
    fn features(
        &self,
        tumour: FeatureVector,
        ring: Option<std::result::Result<FeatureVector, String>>,
    ) -> MaskFeatures {
        let mut names = Vec::new();
        let mut row = MaskFeatures {
            names: Arc::from([]),
            values: Vec::new(),
            undefined: Vec::new(),
            ring_failure: None,
            notices: Vec::new(),
        };
        let mut add = |prefix: &str, vector: FeatureVector, row: &mut MaskFeatures| {
            for feature in &vector.features {
                let value = feature.value.number();
                let reason = match feature.value.reason() {
                    Some(reason) => Some(reason.to_string()),
                    None if value.is_finite() => None,
                    None => Some(format!("the value is {value}")),
                };
                row.undefined.extend(reason.map(|reason| (names.len(), reason)));
                row.values.push(if value.is_finite() { value } else { f64::NAN });
                names.push(format!("{prefix}_{}", feature.name()));
            }
            row.notices.extend(vector.notices.into_iter().map(|notice| format!("{prefix}: {notice}")));
        };
        add("tumour", tumour, &mut row);
        match ring {
            Some(Ok(ring)) => add("ring", ring, &mut row),
            Some(Err(reason)) => row.ring_failure = Some(reason),
            None => {}
        }
        row.names = self.names.share(names.into());
        row
    }
}

/// A tumour and the ring around it, if one is wanted, or why there is none.
struct Pair {
    tumour: Region,
    ring: Option<std::result::Result<Region, String>>,
    notices: Vec<String>,
}

impl Pair {
    fn regions(&self) -> impl Iterator<Item = &Region> {
        std::iter::once(&self.tumour).chain(self.ring.iter().flatten())
    }
}

/// Adds all files of an image to a key.
pub(super) fn add_image<'c>(key: KeyBuilder<'c>, name: &str, path: &Path) -> KeyBuilder<'c> {
    match io::files(path) {
        Ok(files) => files.iter().fold(key, |key, file| key.file(name, file)),
        // Its error is told where the file is read.
        Err(_) => key.file(name, path),
    }
}

/// Lists of names, each in memory once.
#[derive(Default)]
struct NameLists(Mutex<Vec<Arc<[String]>>>);

impl NameLists {
    fn share(&self, names: Arc<[String]>) -> Arc<[String]> {
        let mut known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(same) = known.iter().find(|list| **list == names) {
            return same.clone();
        }
        known.push(names.clone());
        names
    }
}
