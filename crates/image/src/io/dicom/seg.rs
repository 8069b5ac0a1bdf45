//! Segmentations (SEG): the pixels of each segment. DICOM PS3.3 C.8.20 (segmentation image), C.7.6.16 (functional groups).
//!
//! BINARY pixels are bits, packed across frames without padding, the first pixel in the lowest bit (PS3.5 section 8.1.1).
//! FRACTIONAL pixels are inside from a fraction of Maximum Fractional Value on. In a LABELMAP the value of a pixel is
//! the number of its segment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::dataset::Dataset;
use super::labels::Labels;
use super::parse::Parsed;
use super::pixels::{Pixels, Stored};
use super::roi::{References, Roi, Target};
use super::roi_choice::RoiOptions;
use super::roi_notice::RoiNotice;
use super::seg_grid::{FramePlace, Onto, own_grid};
use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::io::source::{format_error, unsupported};

/// What the value of a pixel means.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Binary,
    Fractional { maximum: f64 },
    LabelMap,
}

/// A frame: its segment (none in a label map) and its place (none if it is not in a patient).
#[derive(Debug)]
struct Frame {
    segment: Option<i64>,
    place: Option<FramePlace>,
}

/// A segmentation in memory; its pixels are decoded frame by frame when they are needed.
#[derive(Debug)]
pub(super) struct Segmentation {
    parsed: Parsed,
    kind: Kind,
    frames: Vec<Frame>,
    /// Spacing Between Slices, or else Slice Thickness, in mm.
    spacing_mm: Option<f64>,
    thickness_mm: Option<f64>,
}

impl Segmentation {
    /// Goes through a segmentation; also lists its segments and what they were drawn on.
    pub fn read(path: &Path, parsed: Parsed) -> Result<(Self, Vec<Roi>, References)> {
        let set = &parsed.set;
        let kind = match set.text(tags::SEGMENTATION_TYPE).as_deref() {
            Some("BINARY") => Kind::Binary,
            Some("LABELMAP") => Kind::LabelMap,
            Some("FRACTIONAL") => {
                let maximum = set.number(tags::MAXIMUM_FRACTIONAL_VALUE).filter(|m| *m > 0.0).ok_or_else(|| {
                    format_error(path, "the fractional segmentation has no Maximum Fractional Value (0062,000E)")
                })?;
                Kind::Fractional { maximum }
            }
            other => {
                let what = format!(
                    "Segmentation Type (0062,0001) is {}, and only BINARY, FRACTIONAL and LABELMAP can be read",
                    other.unwrap_or("missing")
                );
                return Err(unsupported(path, what));
            }
        };
        let shared = set.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
        let size = [tags::COLUMNS, tags::ROWS].map(|tag| set.size(tag).unwrap_or(0));
        let frames: Vec<Frame> = set
            .items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)
            .iter()
            .map(|own| {
                let groups = Groups([Some(own), shared]);
                let segment = groups.item(tags::SEGMENT_IDENTIFICATION_SEQUENCE);
                Frame {
                    segment: segment.and_then(|s| s.integer(tags::REFERENCED_SEGMENT_NUMBER)),
                    place: groups.place(size),
                }
            })
            .collect();
        let along = |tag: Tag| {
            let first = set.item(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
            let measures = Groups([first, shared]).item(tags::PIXEL_MEASURES_SEQUENCE)?;
            measures.number(tag).filter(|mm| *mm > 0.0)
        };
        let (spacing_mm, thickness_mm) = (along(tags::SPACING_BETWEEN_SLICES), along(tags::SLICE_THICKNESS));
        let rois = list(path, set, kind, &frames)?;
        let mut references = References::default();
        for series in set.items(tags::REFERENCED_SERIES_SEQUENCE) {
            references.series.extend(series.text(tags::SERIES_INSTANCE_UID));
        }
        Ok((Self { parsed, kind, frames, spacing_mm, thickness_mm }, rois, references))
    }

    /// Paints segments, by number, on a grid, or on their own if their pixels do not coincide with its; says which.
    pub fn fill(
        &self,
        path: &Path,
        numbers: &[i64],
        target: &Target,
        separate: bool,
        options: &RoiOptions,
        notices: &mut Vec<RoiNotice>,
    ) -> Result<(Labels, Geometry)> {
        if !(options.threshold > 0.0 && options.threshold <= 1.0) {
            let what =
                format!("the threshold for fractional segmentations is {}: above 0, at most 1", options.threshold);
            return Err(Error::Setting(what));
        }
        let pixels = Pixels::new(path, &self.parsed)?;
        if pixels.frames() != self.frames.len() {
            return Err(unsupported(
                path,
                format!(
                    "it has {} frames, and {} of them say which segment and place they are (5200,9230); tiled pictures \
                     of slides are not supported",
                    pixels.frames(),
                    self.frames.len()
                ),
            ));
        }
        let mut places = Vec::with_capacity(self.frames.len());
        for (i, frame) in self.frames.iter().enumerate() {
            let place = frame.place.as_ref().ok_or_else(|| {
                unsupported(
                    path,
                    format!(
                        "frame {} has no usable position, orientation and pixel spacing in the patient: a segmentation of a \
                         slide or of a projection is none of a volume",
                        i + 1
                    ),
                )
            })?;
            places.push(place);
        }
        let wanted = |i: usize| {
            self.kind == Kind::LabelMap || self.frames[i].segment.is_some_and(|segment| numbers.contains(&segment))
        };
        let wanted: Vec<usize> = (0..self.frames.len()).filter(|&i| wanted(i)).collect();
        let onto: Option<Vec<Onto>> = wanted
            .iter()
            .map(|&i| match &target.straighten {
                None => places[i].onto(target.grid),
                Some(straighten) => places[i].moved(straighten).onto(target.grid),
            })
            .collect();
        let (grid, onto) = match onto {
            Some(onto) => (target.grid.clone(), onto),
            None => {
                notices.push(RoiNotice::OwnGrid);
                let grid = own_grid(&places, self.spacing_mm, self.thickness_mm).map_err(|e| format_error(path, e))?;
                let onto: Option<Vec<Onto>> = wanted.iter().map(|&i| places[i].onto(&grid)).collect();
                let onto = onto.ok_or_else(|| format_error(path, "its frames are on no common grid"))?;
                (grid, onto)
            }
        };
        if let Kind::Fractional { .. } = self.kind {
            let kind = self.parsed.set.text(tags::SEGMENTATION_FRACTIONAL_TYPE).unwrap_or_default();
            notices.push(RoiNotice::Fractional { kind, threshold: options.threshold });
        }

        let regions: BTreeMap<i64, usize> = numbers.iter().enumerate().map(|(i, &number)| (number, i)).collect();
        let mut labels = Labels::new(&grid, numbers.len(), separate)?;
        let mut outside = 0;
        for (&i, onto) in wanted.iter().zip(&onto) {
            let own = self.frames[i].segment.and_then(|segment| regions.get(&segment).copied());
            let region = |value: f64| match self.kind {
                Kind::Binary => own.filter(|_| value != 0.0),
                Kind::Fractional { maximum } => own.filter(|_| value / maximum >= options.threshold),
                Kind::LabelMap => regions.get(&(value as i64)).copied(),
            };
            let mut paint = |at: usize, value: f64| {
                if let Some(region) = region(value) {
                    let index = onto.index([at % pixels.format.columns, at / pixels.format.columns]);
                    match inside(index, grid.size()) {
                        Some(index) => labels.put(grid.offset(index), region),
                        None => outside += 1,
                    }
                }
            };
            match pixels.frame(i)? {
                Stored::Whole(values) => values.iter().enumerate().for_each(|(at, &v)| paint(at, v as f64)),
                Stored::Float(values) => values.iter().enumerate().for_each(|(at, &v)| paint(at, v)),
            }
        }
        if outside > 0 {
            notices.push(RoiNotice::PixelsOutside { pixels: outside });
        }
        Ok((labels, grid))
    }
}

fn inside(index: [i64; 3], size: [usize; 3]) -> Option<[usize; 3]> {
    let mut found = [0; 3];
    for a in 0..3 {
        found[a] = usize::try_from(index[a]).ok().filter(|&i| i < size[a])?;
    }
    Some(found)
}

/// The segments, without the background of a label map.
fn list(path: &Path, set: &Dataset, kind: Kind, frames: &[Frame]) -> Result<Vec<Roi>> {
    let padding = set.integer(tags::PIXEL_PADDING_VALUE);
    let frame_of_reference_uid = set.text(tags::FRAME_OF_REFERENCE_UID);
    // Of each segment its frames, by height; in a label map all frames are everyone's.
    let mut heights: BTreeMap<Option<i64>, Vec<f64>> = BTreeMap::new();
    for frame in frames {
        let height = frame.place.as_ref().map_or(0.0, FramePlace::height);
        heights.entry(frame.segment.filter(|_| kind != Kind::LabelMap)).or_default().push(height);
    }
    let mut counts: BTreeMap<Option<i64>, (usize, usize)> = BTreeMap::new();
    for (segment, mut heights) in heights {
        heights.sort_by(f64::total_cmp);
        let steps = heights.windows(2).filter(|w| w[1] - w[0] > super::geometry::SAME_PLACE_MM).count();
        counts.insert(segment, (heights.len(), steps + 1));
    }
    let mut rois: Vec<Roi> = Vec::new();
    let mut numbers = BTreeSet::new();
    for item in set.items(tags::SEGMENT_SEQUENCE) {
        let number = item.integer(tags::SEGMENT_NUMBER).ok_or_else(|| {
            format_error(path, "a segment has no Segment Number (0062,0004); export the segmentation again")
        })?;
        let meaning = item.item(tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE);
        // What is no segment: the padding value, 0 if there is none, and what says it is the background.
        let code = |tag| meaning.and_then(|m| m.text(tag));
        let background = code(tags::CODE_VALUE).as_deref() == Some("125040")
            && code(tags::CODING_SCHEME_DESIGNATOR).as_deref() == Some("DCM");
        if kind == Kind::LabelMap && (background || number == padding.unwrap_or(0)) {
            continue;
        }
        if !numbers.insert(number) {
            return Err(format_error(path, format!("two segments have the number {number}; export them again")));
        }
        let (contours, slices) =
            counts.get(&Some(number).filter(|_| kind != Kind::LabelMap)).copied().unwrap_or_default();
        rois.push(Roi {
            number,
            name: item.text(tags::SEGMENT_LABEL).unwrap_or_default(),
            kind: code(tags::CODE_MEANING).unwrap_or_default(),
            contours,
            slices,
            frame_of_reference_uid: frame_of_reference_uid.clone(),
        });
    }
    Ok(rois)
}

/// The functional groups of a frame, its own before the shared ones.
struct Groups<'a>([Option<&'a Dataset>; 2]);

impl<'a> Groups<'a> {
    fn item(&self, sequence: Tag) -> Option<&'a Dataset> {
        self.0.into_iter().flatten().find_map(|groups| groups.item(sequence))
    }

    fn place(&self, size: [usize; 2]) -> Option<FramePlace> {
        let position = self.item(tags::PLANE_POSITION_SEQUENCE)?.vector(tags::IMAGE_POSITION_PATIENT)?;
        let cosines = self.item(tags::PLANE_ORIENTATION_SEQUENCE)?.vector(tags::IMAGE_ORIENTATION_PATIENT)?;
        // The standard gives the distance between rows first.
        let [rows, columns] = self.item(tags::PIXEL_MEASURES_SEQUENCE)?.vector(tags::PIXEL_SPACING)?;
        FramePlace::new(size, position, cosines, [columns, rows])
    }
}
