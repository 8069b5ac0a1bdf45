//! Regions of interest of a DICOM object, and masks made of them.

use std::fmt;
use std::path::{Path, PathBuf};

use dicom_dictionary_std::tags;

use super::labels::Labels;
use super::notice::SeriesProblem;
use super::parse::{Parsed, object_in_bytes, object_in_file};
use super::roi_choice::{DrawnOn, RoiChoice, RoiOptions};
use super::roi_notice::{RoiNotice, RoiProblem};
use super::rtstruct::StructureSet;
use super::seg::Segmentation;
use super::series::SeriesGeometry;
use super::uneven::Straighten;
use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::mask::Mask;

/// A region of interest: of a structure set, or a segment. Nothing of the patient.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Roi {
    /// ROI Number (3006,0022) or Segment Number (0062,0004).
    pub number: i64,
    /// ROI Name (3006,0026) or Segment Label (0062,0005).
    pub name: String,
    /// RT ROI Interpreted Type (3006,00A4), such as `GTV`, or the meaning of the Segmented Property Type (0062,000F); may
    /// be empty.
    pub kind: String,
    /// Number of contours, or of frames; of a label map, in which every frame can hold each segment, all frames.
    pub contours: usize,
    /// Number of different planes with a contour or frame.
    pub slices: usize,
    /// Frame of Reference UID of its coordinates.
    pub frame_of_reference_uid: Option<String>,
}

impl Roi {
    /// Its name for messages.
    pub(super) fn title(&self) -> String {
        if self.name.is_empty() { format!("region {}", self.number) } else { format!("\"{}\"", self.name) }
    }
}

impl fmt::Display for Roi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\"", self.number, self.name)?;
        if !self.kind.is_empty() {
            write!(f, " ({})", self.kind)?;
        }
        write!(f, "; contours or frames: {}, slices: {}", self.contours, self.slices)
    }
}

/// What an object says it was drawn on.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    pub series: Vec<String>,
    pub instances: std::collections::BTreeSet<String>,
}

/// Where a mask is to be made.
pub(super) struct Target<'a> {
    pub grid: &'a Geometry,
    /// What brings positions on the slices of an unevenly spaced series to where the grid has them.
    pub straighten: Option<Straighten>,
}

#[derive(Debug)]
enum Source {
    Contours(StructureSet),
    Segments(Box<Segmentation>),
}

/// The regions of a structure set (RTSTRUCT) or of a segmentation (SEG).
///
/// # Example
/// ```no_run
/// use radsurv_image::io::dicom::{self, RoiChoice, RoiOptions, RoiSet};
/// let image = dicom::read("MR_T1/image", &Default::default(), &Default::default())?;
/// let regions = RoiSet::open("MR_T1/mask/RS.dcm")?;
/// for roi in regions.rois() {
///     println!("{roi}");
/// }
/// let made = regions.mask(&image.series, &RoiChoice::union(["GTV*"]), &RoiOptions::default())?;
/// let region = made.mask.region(1)?;
/// # Ok::<(), radsurv_image::Error>(())
/// ```
#[derive(Debug)]
pub struct RoiSet {
    path: PathBuf,
    rois: Vec<Roi>,
    references: References,
    source: Source,
}

/// A mask with what the user should know about it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RoiMask {
    /// The mask: on the grid that was asked for, but for [`RoiNotice::OwnGrid`].
    pub mask: Mask,
    /// The regions with their labels, in the order of the file; all 1 in a union.
    pub labels: Vec<(u32, Roi)>,
    /// What the user should know.
    pub notices: Vec<RoiNotice>,
}

impl RoiSet {
    /// Reads a structure set or segmentation from a file, or from a folder with only one of them.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read, [`Error::Format`] if it is damaged, [`Error::Unsupported`] if it is no DICOM
    /// file, [`Error::Roi`] if it is another kind of object or there are several.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if path.is_dir() {
            return Self::open(only_file(path)?);
        }
        Self::new(path, object_in_file(path)?)
    }

    /// Reads a structure set or segmentation from bytes, as they are in a file.
    ///
    /// # Errors
    /// As [`RoiSet::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (path, parsed) = object_in_bytes(bytes)?;
        Self::new(path, parsed)
    }

    fn new(path: &Path, parsed: Parsed) -> Result<Self> {
        let set = &parsed.set;
        let modality = set.text(tags::MODALITY).unwrap_or_default();
        let (rois, references, source) =
            if modality == "RTSTRUCT" || !set.items(tags::STRUCTURE_SET_ROI_SEQUENCE).is_empty() {
                let (structures, rois, references) = StructureSet::read(path, set)?;
                (rois, references, Source::Contours(structures))
            } else if modality == "SEG" || !set.items(tags::SEGMENT_SEQUENCE).is_empty() {
                let (segments, rois, references) = Segmentation::read(path, parsed)?;
                (rois, references, Source::Segments(Box::new(segments)))
            } else {
                return Err(problem(path, RoiProblem::NoRegions { modality }));
            };
        Ok(Self { path: path.to_path_buf(), rois, references, source })
    }

    /// The regions, in the order of the file.
    pub fn rois(&self) -> &[Roi] {
        &self.rois
    }

    /// Whether it is a segmentation (else a structure set).
    pub fn is_segmentation(&self) -> bool {
        matches!(self.source, Source::Segments(_))
    }

    /// A mask of regions on the image of a series, which must be the one they were drawn on unless the options allow
    /// others.
    ///
    /// Contours are filled by the rule of [`crate::contour`]: even-odd, by pixel centres. The pixels of a segmentation
    /// are taken as they are if they coincide with those of the image within a tenth of a voxel, in whatever order the
    /// frames are; if they do not, the mask is on the segmentation's own grid, with [`RoiNotice::OwnGrid`].
    ///
    /// # Errors
    /// [`Error::Roi`] if no region was chosen where there are several, the choice fits none, they belong to another image,
    /// no voxel is inside, or regions with separate labels overlap. [`Error::Format`] if what is needed is damaged,
    /// [`Error::Unsupported`] for segmentations of another kind than of a volume, [`Error::Setting`] for an impossible
    /// threshold.
    pub fn mask(&self, series: &SeriesGeometry, choice: &RoiChoice, options: &RoiOptions) -> Result<RoiMask> {
        let chosen = self.choose(choice)?;
        let notices = self.check_reference(series, &chosen, options.drawn_on)?;
        let target = Target { grid: &series.geometry, straighten: Straighten::of(series) };
        self.make(&target, &chosen, choice.separate, options, notices)
    }

    /// A mask of regions on any grid in the same space, such as that of a NIfTI image of the same examination; whether it
    /// is, cannot be checked, as a [`RoiNotice::Unchecked`] says.
    ///
    /// # Errors
    /// As [`RoiSet::mask`], but for the check.
    pub fn mask_on(&self, geometry: &Geometry, choice: &RoiChoice, options: &RoiOptions) -> Result<RoiMask> {
        let chosen = self.choose(choice)?;
        let target = Target { grid: geometry, straighten: None };
        self.make(&target, &chosen, choice.separate, options, vec![RoiNotice::Unchecked])
    }

    /// The positions in [`RoiSet::rois`] of the regions that a choice means, ascending.
    ///
    /// # Errors
    /// [`Error::Roi`] if it fits none, or is the default where there are several.
    pub fn choose(&self, choice: &RoiChoice) -> Result<Vec<usize>> {
        let list = || self.rois.iter().map(Roi::to_string).collect();
        if choice.which.is_empty() {
            let filled: Vec<usize> = (0..self.rois.len()).filter(|&i| self.rois[i].contours > 0).collect();
            return match filled.len() {
                1 => Ok(filled),
                0 => Err(self.problem(RoiProblem::NoSuchRoi { wanted: "\"*\"".to_string(), rois: list() })),
                _ => Err(self.problem(RoiProblem::SeveralRois { rois: list() })),
            };
        }
        let mut chosen = Vec::new();
        for pick in &choice.which {
            let before = chosen.len();
            chosen.extend((0..self.rois.len()).filter(|&i| pick.fits(&self.rois[i])));
            if chosen.len() == before {
                return Err(self.problem(RoiProblem::NoSuchRoi { wanted: pick.to_string(), rois: list() }));
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        Ok(chosen)
    }

    fn problem(&self, what: RoiProblem) -> Error {
        problem(&self.path, what)
    }

    fn check_reference(&self, series: &SeriesGeometry, chosen: &[usize], drawn_on: DrawnOn) -> Result<Vec<RoiNotice>> {
        let mut notices = Vec::new();
        let mut same_space = false;
        for roi in chosen.iter().map(|&i| &self.rois[i]) {
            let (Some(regions), Some(image)) = (&roi.frame_of_reference_uid, &series.frame_of_reference_uid) else {
                continue;
            };
            if regions == image {
                same_space = true;
            } else if drawn_on == DrawnOn::Anything {
                notices.push(RoiNotice::OtherFrameOfReference);
                break;
            } else {
                return Err(self.problem(RoiProblem::OtherFrameOfReference {
                    roi: roi.title(),
                    regions: regions.clone(),
                    image: image.clone(),
                }));
            }
        }
        let References { series: referenced, instances } = &self.references;
        let known = !referenced.is_empty() || !instances.is_empty();
        let fits = referenced.contains(&series.series_uid)
            || referenced.is_empty() && series.slices.iter().any(|s| instances.contains(&s.sop_instance_uid));
        if known && !fits {
            if drawn_on == DrawnOn::ThisSeries {
                return Err(self.problem(RoiProblem::OtherSeries {
                    referenced: referenced.clone(),
                    image: series.series_uid.clone(),
                }));
            }
            notices.push(RoiNotice::OtherSeries);
        }
        // Another series may be allowed because it is in the same space, which has to be said by the files.
        if !same_space && !fits && !notices.contains(&RoiNotice::OtherFrameOfReference) {
            notices.push(RoiNotice::Unchecked);
        }
        Ok(notices)
    }

    fn make(
        &self,
        target: &Target,
        chosen: &[usize],
        separate: bool,
        options: &RoiOptions,
        mut notices: Vec<RoiNotice>,
    ) -> Result<RoiMask> {
        let rois: Vec<&Roi> = chosen.iter().map(|&i| &self.rois[i]).collect();
        let (labels, grid) = match &self.source {
            Source::Contours(structures) => {
                let mut labels = Labels::new(target.grid, chosen.len(), separate)?;
                for (which, (&i, roi)) in chosen.iter().zip(&rois).enumerate() {
                    structures.fill(&self.path, i, &roi.title(), target, &mut notices, |at| labels.put(at, which))?;
                }
                (labels, target.grid.clone())
            }
            Source::Segments(segments) => {
                let numbers: Vec<i64> = rois.iter().map(|r| r.number).collect();
                segments.fill(&self.path, &numbers, target, separate, options, &mut notices)?
            }
        };
        if let Some((first, second, voxels)) = labels.overlap() {
            let [first, second] = [first, second].map(|i| rois[i].title());
            return Err(self.problem(RoiProblem::Overlap { first, second, voxels }));
        }
        if labels.is_empty() {
            let roi = rois.iter().map(|r| r.title()).collect::<Vec<_>>().join(", ");
            let notices = notices.iter().map(RoiNotice::to_string).collect();
            return Err(self.problem(RoiProblem::Nothing { roi, notices }));
        }
        notices.extend(labels.unused().map(|i| RoiNotice::Empty { roi: rois[i].title() }));
        let numbered = rois.iter().enumerate().map(|(i, roi)| {
            let label = if separate { i as u32 + 1 } else { 1 };
            (label, (*roi).clone())
        });
        Ok(RoiMask { labels: numbered.collect(), mask: labels.into_mask(grid)?, notices })
    }
}

pub(super) fn problem(path: &Path, problem: RoiProblem) -> Error {
    Error::Roi { path: path.to_path_buf(), problem: Box::new(problem) }
}

/// The only structure set or segmentation of a folder.
fn only_file(folder: &Path) -> Result<PathBuf> {
    let scan = match super::scan(folder) {
        Err(Error::Dicom { problem: found, .. }) if matches!(*found, SeriesProblem::NoImages { .. }) => {
            return Err(problem(folder, RoiProblem::NoneInFolder));
        }
        other => other?,
    };
    let regions = scan.series.iter().filter(|s| s.modality == "RTSTRUCT" || s.modality == "SEG");
    let mut files: Vec<PathBuf> = regions.flat_map(|s| s.files.iter().cloned()).collect();
    files.sort();
    match &mut files[..] {
        [one] => Ok(std::mem::take(one)),
        [] => Err(problem(folder, RoiProblem::NoneInFolder)),
        several => {
            let files = several.iter().map(|f| f.display().to_string()).collect();
            Err(problem(folder, RoiProblem::SeveralInFolder { files }))
        }
    }
}
