//! What a frame of an object is: where it lies, how its values are scaled, and what tells it from other frames at the
//! same place. A classic object has one frame, an enhanced one many.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::dataset::Dataset;
use super::diffusion;
use super::notice::SplitBy;
use super::parse::Parsed;
use super::pixels::PixelFormat;
use crate::error::Error;

/// A frame with what is needed to place it in a volume.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    pub path: Arc<Path>,
    pub sop_instance_uid: Arc<str>,
    /// Its place in its object, counted from 0.
    pub index: usize,
    /// Whether its object has several frames by kind, even if it is only one.
    pub multiframe: bool,
    /// Columns and rows.
    pub size: [usize; 2],
    pub format: PixelFormat,
    /// Centre of the first pixel in mm, LPS.
    pub position_mm: Option<[f64; 3]>,
    /// Direction along a row, then along a column.
    pub orientation: Option<[f64; 6]>,
    /// Distance between columns, then between rows, in mm: the order of x and y.
    pub spacing_mm: Option<[f64; 2]>,
    /// Spacing Between Slices, else Slice Thickness, in mm: needed only where there is one slice.
    pub thickness_mm: Option<f64>,
    pub slope: f64,
    pub intercept: f64,
    pub instance_number: i64,
    pub b_value: Option<f64>,
    /// What can tell it from another frame at the same place.
    pub keys: BTreeMap<SplitBy, String>,
}

/// What an object says about itself and its frames.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ObjectHeader {
    pub path: PathBuf,
    pub transfer_syntax: String,
    pub modality: String,
    pub sop_class_uid: String,
    pub series_uid: String,
    pub series_number: Option<i64>,
    pub description: String,
    pub frame_of_reference_uid: Option<String>,
    /// Whether it has pixels that are an image, as a segmentation or a report has not.
    pub image: bool,
    /// Whether it says that its values were compressed with a loss.
    pub lossy: bool,
    /// Why its pixels are no slice of a volume although it is an image.
    pub obstacle: Option<String>,
    pub frames: Vec<Frame>,
}

/// SOP classes with pixels that are no image of the patient: segmentations, and doses, whose values have a scale and whose
/// planes have places of their own (3004,000E and 000C).
const NO_IMAGES: [&str; 3] =
    ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7", "1.2.840.10008.5.1.4.1.1.481.2"];

impl ObjectHeader {
    /// Reads the header of an object; the pixels need not be there.
    pub fn read(path: &Path, parsed: &Parsed) -> Self {
        let set = &parsed.set;
        let sop_class_uid = set.text(tags::SOP_CLASS_UID).unwrap_or_default();
        let size = [set.size(tags::COLUMNS).unwrap_or(0), set.size(tags::ROWS).unwrap_or(0)];
        let image = size.iter().all(|&n| n > 0) && !NO_IMAGES.contains(&sop_class_uid.as_str());
        let mut header = Self {
            path: path.to_path_buf(),
            transfer_syntax: parsed.transfer_syntax.clone(),
            modality: set.text(tags::MODALITY).unwrap_or_default(),
            sop_class_uid,
            series_uid: set.text(tags::SERIES_INSTANCE_UID).unwrap_or_default(),
            series_number: set.integer(tags::SERIES_NUMBER),
            description: set.text(tags::SERIES_DESCRIPTION).unwrap_or_default(),
            frame_of_reference_uid: frame_of_reference(set),
            image,
            lossy: set.text(tags::LOSSY_IMAGE_COMPRESSION).as_deref() == Some("01"),
            obstacle: None,
            frames: Vec::new(),
        };
        if image {
            header.obstacle = obstacle(set);
            match PixelFormat::read(path, set, parsed.float) {
                Ok(format) => header.frames = frames(path, set, format),
                Err(error) => header.obstacle = header.obstacle.or(Some(reason(error))),
            }
        }
        header
    }
}

/// What an error says, without the file.
fn reason(error: Error) -> String {
    match error {
        Error::Format { what, .. } | Error::Unsupported { what, .. } => what,
        other => other.to_string(),
    }
}

fn frame_of_reference(set: &Dataset) -> Option<String> {
    let referenced = || {
        set.item(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE).and_then(|item| item.text(tags::FRAME_OF_REFERENCE_UID))
    };
    set.text(tags::FRAME_OF_REFERENCE_UID).or_else(referenced)
}

/// Kinds of images whose pixels are no slices.
fn obstacle(set: &Dataset) -> Option<String> {
    if set.texts(tags::IMAGE_TYPE).iter().any(|t| t == "MOSAIC" || t == "VFRAME") {
        return Some(
            "it is a mosaic, which has many slices in one picture; export it as an enhanced multi-frame object or convert \
             it with dcm2niix"
                .to_string(),
        );
    }
    let samples = set.size(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
    let colours = set.text(tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default();
    if samples != 1 || colours == "PALETTE COLOR" {
        return Some(format!("it is a colour picture ({colours}), not an image with one value per pixel"));
    }
    if !set.items(tags::MODALITY_LUT_SEQUENCE).is_empty() {
        return Some(
            "a table (Modality LUT Sequence (0028,3000)) says what its values stand for, which is not supported; convert it \
             with gdcmimg or dcm2pnm"
                .to_string(),
        );
    }
    unreadable_rescaling(set)
}

/// A rescaling that is there and is no number: without it every value would be wrong.
fn unreadable_rescaling(set: &Dataset) -> Option<String> {
    let groups = set
        .items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)
        .iter()
        .chain(set.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE))
        .filter_map(|groups| groups.item(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE));
    [set].into_iter().chain(groups).find_map(|set| {
        let named = [
            (tags::RESCALE_SLOPE, "Rescale Slope (0028,1053)"),
            (tags::RESCALE_INTERCEPT, "Rescale Intercept (0028,1052)"),
        ];
        let bad = |tag| set.text(tag).is_some() && set.number(tag).is_none();
        let (_, name) = named.into_iter().find(|(tag, _)| bad(*tag))?;
        Some(format!("{name} is there and is no number; repair the header, or export the series again"))
    })
}

fn frames(path: &Path, set: &Dataset, format: PixelFormat) -> Vec<Frame> {
    let path: Arc<Path> = Arc::from(path);
    let uid: Arc<str> = Arc::from(set.text(tags::SOP_INSTANCE_UID).unwrap_or_default());
    let shared = set.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
    let each = set.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    let multiframe = set.get(tags::NUMBER_OF_FRAMES).is_some() || !each.is_empty();
    // The number of frames is believed only as far as it is described or as there are pixels: a header alone must not
    // decide how much is allocated. Frames without functional groups have no place of their own.
    let claimed = set.size(tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1);
    let count = if each.is_empty() { claimed.min(1 << 16) } else { each.len().min(claimed) };
    let nothing = Dataset::default();
    (0..count)
        .map(|index| {
            let groups = Groups { own: each.get(index), shared, top: set };
            let single = count == 1;
            let mut frame = Frame {
                path: path.clone(),
                sop_instance_uid: uid.clone(),
                index,
                multiframe,
                size: [format.columns, format.rows],
                format,
                position_mm: groups.vector(tags::PLANE_POSITION_SEQUENCE, tags::IMAGE_POSITION_PATIENT, single),
                orientation: groups.vector(tags::PLANE_ORIENTATION_SEQUENCE, tags::IMAGE_ORIENTATION_PATIENT, true),
                // The standard gives the distance between rows first.
                spacing_mm: groups
                    .vector(tags::PIXEL_MEASURES_SEQUENCE, tags::PIXEL_SPACING, true)
                    .map(|[rows, columns]| [columns, rows]),
                thickness_mm: [tags::SPACING_BETWEEN_SLICES, tags::SLICE_THICKNESS]
                    .into_iter()
                    .filter_map(|tag| groups.vector(tags::PIXEL_MEASURES_SEQUENCE, tag, true))
                    .find_map(|[mm]: [f64; 1]| (mm > 0.0).then_some(mm)),
                slope: 1.0,
                intercept: 0.0,
                instance_number: set.integer(tags::INSTANCE_NUMBER).unwrap_or(0),
                b_value: diffusion::b_value(groups.own.unwrap_or(&nothing))
                    .or_else(|| shared.and_then(diffusion::b_value))
                    .or_else(|| diffusion::b_value(set))
                    .filter(|_| !diffusion::is_map(&kind(&groups))),
                keys: BTreeMap::new(),
            };
            if let Some(slope) = groups.vector(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, tags::RESCALE_SLOPE, true) {
                let [slope]: [f64; 1] = slope;
                // A slope of 0 would make every voxel the same; readers take it for 1, and so does ITK.
                frame.slope = if slope == 0.0 { 1.0 } else { slope };
            }
            if let Some([intercept]) =
                groups.vector(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, tags::RESCALE_INTERCEPT, true)
            {
                frame.intercept = intercept;
            }
            frame.keys = keys(&groups, frame.b_value);
            frame
        })
        .collect()
}

/// Where an attribute of a frame can be: its own functional groups, those of all frames, the object itself.
struct Groups<'a> {
    own: Option<&'a Dataset>,
    shared: Option<&'a Dataset>,
    top: &'a Dataset,
}

impl<'a> Groups<'a> {
    /// The item of a functional group, the frame's own before the shared one.
    fn group(&self, sequence: Tag) -> Option<&'a Dataset> {
        [self.own, self.shared].into_iter().flatten().find_map(|groups| groups.item(sequence))
    }

    fn vector<const N: usize>(&self, sequence: Tag, tag: Tag, from_top: bool) -> Option<[f64; N]> {
        let grouped = [self.own, self.shared].into_iter().flatten().find_map(|g| g.item(sequence)?.vector(tag));
        grouped.or_else(|| if from_top { self.top.vector(tag) } else { None })
    }
}

fn keys(groups: &Groups, b_value: Option<f64>) -> BTreeMap<SplitBy, String> {
    let mut keys = BTreeMap::new();
    let top = groups.top;
    let content = groups.group(tags::FRAME_CONTENT_SEQUENCE);
    let in_content = |tag| content.and_then(|c| c.text(tag));
    let mut put = |by, value: Option<String>| {
        if let Some(value) = value {
            keys.insert(by, value);
        }
    };
    put(SplitBy::Stack, in_content(tags::STACK_ID));
    put(SplitBy::BValue, b_value.map(|b| b.to_string()));
    put(
        SplitBy::Acquisition,
        in_content(tags::FRAME_ACQUISITION_NUMBER).or_else(|| top.text(tags::ACQUISITION_NUMBER)),
    );
    put(
        SplitBy::TimePoint,
        in_content(tags::TEMPORAL_POSITION_INDEX)
            .or_else(|| top.text(tags::TEMPORAL_POSITION_IDENTIFIER))
            .or_else(|| top.text(tags::TRIGGER_TIME)),
    );
    let echo = groups.group(tags::MR_ECHO_SEQUENCE).and_then(|e| e.text(tags::EFFECTIVE_ECHO_TIME));
    put(SplitBy::Echo, echo.or_else(|| top.text(tags::ECHO_TIME)));
    let kind = kind(groups);
    put(SplitBy::ImageType, (!kind.is_empty()).then(|| kind.join("\\")));
    put(SplitBy::Direction, direction(groups));
    keys
}

/// Frame Type, else Image Type.
fn kind(groups: &Groups) -> Vec<String> {
    [tags::MR_IMAGE_FRAME_TYPE_SEQUENCE, tags::CT_IMAGE_FRAME_TYPE_SEQUENCE]
        .into_iter()
        .find_map(|sequence| Some(groups.group(sequence)?.texts(tags::FRAME_TYPE)))
        .unwrap_or_else(|| groups.top.texts(tags::IMAGE_TYPE))
}

/// The direction of the diffusion gradient.
fn direction(groups: &Groups) -> Option<String> {
    let own = groups.group(tags::MR_DIFFUSION_SEQUENCE);
    let in_group = own.and_then(|d| {
        let gradient = d.item(tags::DIFFUSION_GRADIENT_DIRECTION_SEQUENCE)?;
        Some(gradient.texts(tags::DIFFUSION_GRADIENT_ORIENTATION).join("\\")).filter(|t| !t.is_empty()).or_else(|| {
            let g: [f64; 3] = gradient.vector(tags::DIFFUSION_GRADIENT_ORIENTATION)?;
            Some(format!("{g:?}"))
        })
    });
    in_group.or_else(|| {
        let g: [f64; 3] = groups.top.vector(tags::DIFFUSION_GRADIENT_ORIENTATION)?;
        Some(format!("{}\\{}\\{}", g[0], g[1], g[2]))
    })
}
