//! What a reader of a series should know: notices, which come with the image, and problems, which are errors.

use std::fmt;

/// What can tell frames at the same place from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SplitBy {
    /// Stack ID (0020,9056) of an enhanced object.
    Stack,
    /// Diffusion b-value in s/mm².
    BValue,
    /// Direction of the diffusion gradient (0018,9089).
    Direction,
    /// Acquisition Number (0020,0012), or Frame Acquisition Number (0020,9156).
    Acquisition,
    /// Temporal Position Identifier (0020,0100) or Index (0020,9128), else Trigger Time (0018,1060).
    TimePoint,
    /// Echo Time (0018,0081), or Effective Echo Time (0018,9082), in ms.
    Echo,
    /// Image Type (0008,0008), or Frame Type (0008,9007): `ORIGINAL\PRIMARY\M` and the like.
    ImageType,
}

impl SplitBy {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 7] =
        [Self::Stack, Self::BValue, Self::TimePoint, Self::Echo, Self::ImageType, Self::Acquisition, Self::Direction];

    /// Its name in messages and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stack => "stack",
            Self::BValue => "b-value",
            Self::Direction => "direction",
            Self::Acquisition => "acquisition",
            Self::TimePoint => "time",
            Self::Echo => "echo",
            Self::ImageType => "image-type",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

impl fmt::Display for SplitBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something about a series that was read all the same, and that the user should know.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// The slices are not quite evenly spaced; the image has their mean spacing.
    UnevenSpacing {
        /// The mean distance in mm, which the image has.
        spacing_mm: f64,
        /// The smallest and the largest distance between neighbours in mm.
        range_mm: [f64; 2],
        /// How far the slice that is off most lies from where the image has it, in mm.
        largest_shift_mm: f64,
    },
    /// Several slices at one place, of which one was taken because the options say so.
    DuplicatesDropped {
        /// How many slices were left out.
        dropped: usize,
    },
    /// There is only one slice, so its thickness is taken for the spacing.
    SingleSlice {
        /// The spacing along z in mm.
        spacing_mm: f64,
        /// Whether it is the slice's thickness (else the spacing is a mere 1).
        thickness: bool,
    },
    /// Voxels that hold the padding value (0028,0120): they are no part of the picture, but were kept.
    Padding {
        /// The padding value, rescaled as the other values are.
        value: f64,
        /// The number of voxels.
        voxels: usize,
    },
    /// The grey levels were stored inverted (MONOCHROME1) and were turned round, as ITK does.
    Inverted,
    /// The values were stored with a loss (Lossy Image Compression (0028,2110), or a lossy transfer syntax).
    LossyCompression,
    /// The direction cosines were not of unit length, or not at right angles, and were corrected.
    OrientationCorrected,
    /// Files that are copies of others: the same object, at the same place. Each object is taken once.
    Copies {
        /// The number of files that were left out.
        files: usize,
    },
    /// DICOM files beside those of the series that could not be read. Slices of the series may be among them.
    UnreadableFiles {
        /// How many.
        files: usize,
        /// The first of them, and why.
        first: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnevenSpacing { spacing_mm, range_mm: [low, high], largest_shift_mm } => write!(
                f,
                "the slices are {low} to {high} mm apart; the image has the mean, {spacing_mm} mm, which puts slices up \
                 to {largest_shift_mm:.3} mm off their place"
            ),
            Self::DuplicatesDropped { dropped } => {
                write!(f, "{dropped} slices were left out because others lie at the same place")
            }
            Self::SingleSlice { spacing_mm, thickness: true } => {
                write!(f, "there is one slice; its thickness, {spacing_mm} mm, is taken for the spacing along z")
            }
            Self::SingleSlice { spacing_mm, thickness: false } => {
                write!(f, "there is one slice of unknown thickness; the spacing along z is set to {spacing_mm} mm")
            }
            Self::Padding { value, voxels } => {
                write!(f, "{voxels} voxels hold the padding value {value}, which is no measurement")
            }
            Self::Inverted => f.write_str("the grey levels were stored inverted (MONOCHROME1) and were turned round"),
            Self::LossyCompression => f.write_str("the values were compressed with a loss: features will differ"),
            Self::OrientationCorrected => {
                f.write_str("the direction cosines were not at right angles and of unit length; they were corrected")
            }
            Self::UnreadableFiles { files, first } => write!(
                f,
                "{files} DICOM files could not be read, and slices of the series may be among them: {first}{}",
                if *files > 1 { ", ..." } else { "" }
            ),
            Self::Copies { files } => write!(f, "{files} files are copies of others and were left out"),
        }
    }
}

/// Why the frames of a series make no volume.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SeriesProblem {
    /// There is no image series.
    #[error("no DICOM image series in this folder or file{}{} (an image in NIfTI, NRRD or MetaImage is named by its file)", match .not_dicom {
        0 => String::new(),
        n => format!("; {n} files are no DICOM files"),
    }, if .others.is_empty() { String::new() } else { format!("; there are only: {}", .others.join("; ")) })]
    NoImages {
        /// The series that are no images, and the DICOM files that cannot be read.
        others: Vec<String>,
        /// Number of files that are no DICOM files.
        not_dicom: usize,
    },
    /// There are several image series, and none was chosen.
    #[error("there are {} image series; choose one by number, UID or description:\n  {}", .series.len(), .series.join("\n  "))]
    SeveralSeries {
        /// The series, one a line.
        series: Vec<String>,
    },
    /// The choice fits no series, or several.
    #[error("{choice} fits {} image series; choose one of:\n  {}", if *.fits == 0 { "no".to_string() } else { .fits.to_string() }, .series.join("\n  "))]
    BadChoice {
        /// The choice in words.
        choice: String,
        /// How many it fits.
        fits: usize,
        /// The series, one a line.
        series: Vec<String>,
    },
    /// An attribute that is needed is missing.
    #[error("{what} has no {attribute}{why}")]
    Missing {
        /// The slice or file.
        what: String,
        /// The attribute with its tag.
        attribute: String,
        /// What it is needed for and what to do, after a semicolon.
        why: String,
    },
    /// Slices of different numbers of rows and columns.
    #[error("the slices differ in size (columns x rows): {}; they are several series under one UID: separate them first", .sizes.join(", "))]
    MixedSize {
        /// Each size with its number of slices.
        sizes: Vec<String>,
    },
    /// Slices of different pixel spacing.
    #[error("the slices differ in pixel spacing (mm): {}; they are several series under one UID: separate them first", .spacings.join(", "))]
    MixedSpacing {
        /// Each spacing with its number of slices.
        spacings: Vec<String>,
    },
    /// Slices of different orientation, as in a localiser.
    #[error("the slices differ in orientation: {}; a localiser has several planes and is no volume", .orientations.join(", "))]
    MixedOrientation {
        /// Each orientation with its number of slices.
        orientations: Vec<String>,
    },
    /// The slices are stacked at a slant (gantry tilt).
    #[error(
        "the slices are shifted by up to {shift_mm:.3} mm within their plane (gantry tilt): an image grid with right angles cannot hold them; correct the tilt first, \
         for example with dcm2niix"
    )]
    Sheared {
        /// The largest shift within the plane in mm.
        shift_mm: f64,
    },
    /// Several slices at the same place.
    #[error(
        "{count} positions have several slices: {examples}; export the series again, or keep one of each (duplicates: keep-first or keep-last)"
    )]
    DuplicatePositions {
        /// The number of positions with more than one slice.
        count: usize,
        /// Some of them.
        examples: String,
    },
    /// Several volumes in one series, told apart by an attribute.
    #[error("the series has {} volumes that differ in {by}: {}; choose one with {by}=VALUE", .values.len(), .values.join(", "))]
    SeveralVolumes {
        /// The attribute.
        by: SplitBy,
        /// Its values.
        values: Vec<String>,
    },
    /// A choice within the series that fits no frame.
    #[error("no frame has {by}={value}; there are: {}", if .values.is_empty() { "none with that attribute".to_string() } else { .values.join(", ") })]
    NoSuchFrames {
        /// The attribute.
        by: SplitBy,
        /// The value that was asked for.
        value: String,
        /// The values there are.
        values: Vec<String>,
    },
    /// Slices are missing: some gaps are a multiple of the spacing.
    #[error(
        "{missing} slices are missing: {gaps}; export the series again (or accept uneven spacing, which shifts slices up to {largest_shift_mm:.2} mm)"
    )]
    MissingSlices {
        /// How many.
        missing: usize,
        /// Where: the gaps in words.
        gaps: String,
        /// How far the mean spacing would put a slice off its place, in mm.
        largest_shift_mm: f64,
    },
    /// The slices are unevenly spaced.
    #[error(
        "the slices are unevenly spaced: {} to {} mm apart, with up to {largest_shift_mm:.3} mm between a slice's place and that in an even grid; \
         accept that with the option for uneven spacing, or resample the series", .range_mm[0], .range_mm[1]
    )]
    UnevenSpacing {
        /// The smallest and the largest distance between neighbours in mm.
        range_mm: [f64; 2],
        /// How far the mean spacing puts a slice off its place, in mm.
        largest_shift_mm: f64,
    },
    /// PET values that cannot be turned into SUV.
    #[error("the values cannot be turned into SUV: {0}")]
    Suv(String),
    /// The series has no b-values.
    #[error(
        "the series has no diffusion b-values (0018,9087), nor those of Siemens (0019,100C), GE (0043,1039), UIH (0065,1009) or Philips (2001,1003); give the volumes as single images instead"
    )]
    NoBValues,
}
