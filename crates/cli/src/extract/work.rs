//! The extraction of the cases that share an image.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use radsurv_features::{Extractor, FeatureVector};
use radsurv_image::{Mask, Region, Volume, io, morphology};
use rayon::prelude::*;

use super::cases::Case;
use super::labels::Wanted;
use super::outcome::{Failure, Kind, Names, Outcome};
use crate::console::panic_message;
use crate::n4::N4;
use crate::source::{DicomArgs, Loaded, LoadedMask, RoiArgs};

/// What is the same for all cases.
pub struct Worker {
    /// Extracts features.
    pub extractor: Extractor,
    /// How to read DICOM.
    pub dicom: DicomArgs,
    /// Which regions of contours and segmentations.
    pub roi: RoiArgs,
    /// How to correct the bias field of images, if they are to be corrected.
    pub n4: Option<N4>,
    /// The width of the ring in mm, if one is wanted.
    pub ring_mm: Option<f64>,
    /// Names of features.
    pub names: Names,
}

/// A region to extract, and where its result belongs.
struct Slot {
    case: usize,
    label: Wanted,
    kind: Kind,
    diagnostics: radsurv_features::Result<Vec<(String, String)>>,
    /// What the user should know of the mask.
    notices: Vec<String>,
}

impl Worker {
    /// The outcomes of cases of one image, in their order. The image is read once and each filter runs once.
    pub fn extract(&self, cases: &[&Case]) -> Vec<Outcome> {
        isolate(cases, &|cases| self.extract_all(cases))
    }

    fn extract_all(&self, cases: &[&Case]) -> Vec<Outcome> {
        let Some(first) = cases.first() else { return Vec::new() };
        // Most masks need nothing of the image to be read.
        let early = || match io::is_dicom(&first.mask_path) {
            Ok(false) => Some(io::read_mask(&first.mask_path, first.channel)),
            _ => None,
        };
        let (loaded, early) = rayon::join(|| self.image(&first.image_path), early);
        let loaded = match loaded {
            Ok(loaded) => loaded,
            Err(reason) => {
                let failed = |case: &&Case| Outcome::failed(Failure::new(&case.labels, None, reason.as_str()));
                return cases.iter().map(failed).collect();
            }
        };
        let image = &loaded.volume;
        let mut outcomes = vec![Outcome::default(); cases.len()];
        let (mut slots, mut regions) = (Vec::new(), Vec::new());
        // Cases with the same mask file come one after the other, so that it is read once and only one is in memory.
        let mut order: Vec<usize> = (0..cases.len()).collect();
        order.sort_by_key(|&i| (&cases[i].mask_path, cases[i].channel));
        let early = early.map(|mask| {
            mask.and_then(|mask| LoadedMask::plain(mask, &loaded)).map_err(|e: radsurv_image::Error| e.to_string())
        });
        let mut current: Option<(&Path, usize, Result<LoadedMask, String>)> =
            early.map(|mask| (first.mask_path.as_path(), first.channel, mask));
        for i in order {
            let case = cases[i];
            let wanted = (case.mask_path.as_path(), case.channel);
            if current.as_ref().is_none_or(|(path, channel, _)| (*path, *channel) != wanted) {
                drop(current.take());
                let mask = self.roi.read(&case.mask_path, case.channel, &loaded, false).map_err(|e| e.to_string());
                current = Some((wanted.0, wanted.1, mask));
            }
            match &current {
                Some((_, _, Ok(mask))) => {
                    for (slot, region) in self.regions(i, case, image, &mask.mask, &mut outcomes[i]) {
                        slots.push(Slot { notices: mask.notices.clone(), ..slot });
                        regions.push(region);
                    }
                }
                Some((_, _, Err(reason))) => {
                    outcomes[i].failures.push(Failure::new(&case.labels, None, reason.as_str()))
                }
                None => {}
            }
        }
        drop(current);
        for (slot, result) in slots.into_iter().zip(self.extractor.extract_regions(image, &regions)) {
            let outcome = &mut outcomes[slot.case];
            let result = result.and_then(|mut vector| {
                vector.notices.splice(0..0, loaded.notices.iter().cloned().chain(slot.notices));
                Ok(FeatureVector { diagnostics: slot.diagnostics?, ..vector })
            });
            match result {
                Ok(vector) => outcome.results.push(self.names.result(slot.label.to_string(), slot.kind, vector)),
                Err(error) => {
                    let reason = with_files(cases[slot.case], &error);
                    outcome.failures.push(Failure::new(slot.label, Some(slot.kind), reason));
                }
            }
        }
        outcomes
    }

    /// An image, corrected if need be. The error names the file.
    pub fn image(&self, path: &Path) -> Result<Loaded, String> {
        let mut loaded = self.dicom.read(path).map_err(|e| e.to_string())?;
        if let Some(n4) = &self.n4 {
            loaded.notices.extend(n4.notice(&loaded.volume, path));
            let corrected = n4.correct(&loaded.volume);
            loaded.volume = corrected.map_err(|e| format!("{}: {e}", path.display()))?.corrected;
        }
        Ok(loaded)
    }

    /// The regions of a case; those that cannot be made are failures of its outcome.
    fn regions(
        &self,
        index: usize,
        case: &Case,
        image: &Volume,
        mask: &Mask,
        outcome: &mut Outcome,
    ) -> Vec<(Slot, Region)> {
        let mut made = Vec::new();
        let wanted = case.labels.wanted(mask);
        if wanted.is_empty() {
            let reason = format!("{}: the mask is empty (every voxel is 0)", case.mask_path.display());
            outcome.failures.push(Failure::new(&case.labels, None, reason));
        }
        for label in wanted {
            let region = match self.region(image, mask, label) {
                Ok(region) => region,
                Err(error) => {
                    outcome.failures.push(Failure::new(label, None, with_files(case, &error)));
                    continue;
                }
            };
            let ring = self.ring_mm.map(|mm| morphology::ring(&region, mm));
            made.push((label, Kind::Mask, region));
            match ring {
                Some(Ok(ring)) => made.push((label, Kind::Ring, ring)),
                Some(Err(error)) => {
                    let reason = with_files(case, &error.into());
                    outcome.failures.push(Failure::new(label, Some(Kind::Ring), reason));
                }
                None => {}
            }
        }
        let slot = |(label, kind, region): (Wanted, Kind, Region)| {
            let diagnostics = self.diagnostics(image, mask, label, kind, &region);
            (Slot { case: index, label, kind, diagnostics, notices: Vec::new() }, region)
        };
        made.into_par_iter().map(slot).collect()
    }

    /// The region of a mask, on the image's grid if it has to be.
    pub fn region(&self, image: &Volume, mask: &Mask, label: Wanted) -> radsurv_features::Result<Region> {
        match label {
            Wanted::Label(label) => self.extractor.region(image, mask, label),
            Wanted::Union => {
                let union = mask.union()?;
                self.extractor.region(image, &union.to_mask()?, union.label())
            }
        }
    }

    /// The diagnostics of a region, if they are wanted. The mask of a ring is the ring.
    fn diagnostics(
        &self,
        image: &Volume,
        mask: &Mask,
        label: Wanted,
        kind: Kind,
        region: &Region,
    ) -> radsurv_features::Result<Vec<(String, String)>> {
        if !self.extractor.settings().settings.additional_info {
            return Ok(Vec::new());
        }
        match (kind, label) {
            (Kind::Ring, _) => self.extractor.diagnostics(image, None, region),
            (Kind::Mask, Wanted::Label(_)) => self.extractor.diagnostics(image, Some(mask), region),
            (Kind::Mask, Wanted::Union) => self.extractor.diagnostics(image, Some(&mask.union()?.to_mask()?), region),
        }
    }
}

/// The message of an error, with the files it concerns.
pub fn with_files(case: &Case, error: &radsurv_features::Error) -> String {
    let (image, mask) = (case.image_path.display(), case.mask_path.display());
    match error {
        radsurv_features::Error::NotFinite { .. } => format!("{image}: {error}"),
        radsurv_features::Error::Image(radsurv_image::Error::LabelMissing { .. }) => format!("{mask}: {error}"),
        _ => format!("{mask} on {image}: {error}"),
    }
}

/// Runs the extraction of cases and turns a panic, which would be a defect of this program, into a failure of the case
/// that causes it: one case never stops the others.
fn isolate(cases: &[&Case], run: &impl Fn(&[&Case]) -> Vec<Outcome>) -> Vec<Outcome> {
    match catch_unwind(AssertUnwindSafe(|| run(cases))) {
        Ok(outcomes) => outcomes,
        Err(_) if cases.len() > 1 => cases.iter().flat_map(|case| isolate(&[case], run)).collect(),
        Err(payload) => cases.iter().map(|case| internal_error(case, &*payload)).collect(),
    }
}

fn internal_error(case: &Case, payload: &(dyn Any + Send)) -> Outcome {
    let reason = format!(
        "internal error ({}) with {} on {}; please report it",
        panic_message(payload),
        case.mask_path.display(),
        case.image_path.display()
    );
    Outcome::failed(Failure::new(&case.labels, None, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::labels::Labels;

    fn case(id: &str) -> Case {
        Case {
            id: id.to_string(),
            image: "i.nii".to_string(),
            mask: format!("{id}.nii"),
            image_path: "i.nii".into(),
            mask_path: format!("{id}.nii").into(),
            labels: Labels::one(1),
            channel: 0,
            cells: Vec::new(),
        }
    }

    #[test]
    fn a_panic_fails_only_the_case_that_causes_it() {
        let (a, b, c) = (case("a"), case("b"), case("c"));
        let outcomes = isolate(&[&a, &b, &c], &|cases| {
            cases.iter().map(|case| if case.id == "b" { panic!("index {}", 7) } else { Outcome::default() }).collect()
        });
        let reasons: Vec<Option<&str>> =
            outcomes.iter().map(|o| o.failures.first().map(|f| f.reason.as_str())).collect();
        assert_eq!(reasons, [None, Some("internal error (index 7) with b.nii on i.nii; please report it"), None]);
    }
}
