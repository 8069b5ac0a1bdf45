//! What a user should know about a mask made of regions, and what can go wrong with one.

use std::fmt;

/// Something about regions that became a mask all the same, and that the user should know.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RoiNotice {
    /// Contours that are no closed polygon (`POINT`, `OPEN_PLANAR`, `OPEN_NONPLANAR`) enclose nothing and were left out.
    NotClosed {
        /// The region.
        roi: String,
        /// Contour Geometric Type (3006,0042).
        kind: String,
        /// How many.
        contours: usize,
    },
    /// Contours with fewer than three corners, left out.
    Degenerate {
        /// The region.
        roi: String,
        /// How many.
        contours: usize,
    },
    /// Contours beyond or beside the image, left out.
    Outside {
        /// The region.
        roi: String,
        /// How many.
        contours: usize,
    },
    /// Contours that reach beyond the image and were cut off there.
    Clipped {
        /// The region.
        roi: String,
        /// How many.
        contours: usize,
    },
    /// Contours between slices, left out because others lie nearer to the same slice.
    Between {
        /// The region.
        roi: String,
        /// How many.
        contours: usize,
    },
    /// Contours that are not in the plane of the slices, left out.
    Tilted {
        /// The region.
        roi: String,
        /// How many.
        contours: usize,
    },
    /// Contours that repeat another one, taken once.
    Repeated {
        /// The region.
        roi: String,
        /// How many.
        contours: usize,
    },
    /// Slices without contour between the first and the last with one.
    Gaps {
        /// The region.
        roi: String,
        /// How many slices.
        slices: usize,
    },
    /// A region of several that has no voxel.
    Empty {
        /// The region.
        roi: String,
    },
    /// The regions were drawn on another series, and the options allow it.
    OtherSeries,
    /// The regions are in another frame of reference, and the options allow it.
    OtherFrameOfReference,
    /// Nothing in the files says whether the regions belong to the image.
    Unchecked,
    /// The segmentation's pixels do not coincide with the image's: the mask is on the grid of the segmentation.
    OwnGrid,
    /// Pixels of a segmentation that lie outside the image, left out.
    PixelsOutside {
        /// How many.
        pixels: usize,
    },
    /// A fractional segmentation was cut at a threshold.
    Fractional {
        /// PROBABILITY or OCCUPANCY.
        kind: String,
        /// From which fraction on a pixel is inside.
        threshold: f64,
    },
}

impl fmt::Display for RoiNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut contours = |roi: &str, n: usize, what: &str| match n {
            1 => write!(f, "{roi}: a contour {}", what.replace("were", "was")),
            n => write!(f, "{roi}: {n} contours {what}"),
        };
        match self {
            Self::NotClosed { roi, kind, contours: n } => {
                contours(roi, *n, &format!("of type {kind}, enclosing nothing, were left out"))
            }
            Self::Degenerate { roi, contours: n } => {
                contours(roi, *n, "with fewer than three usable corners were left out")
            }
            Self::Outside { roi, contours: n } => contours(roi, *n, "outside the image were left out"),
            Self::Clipped { roi, contours: n } => contours(roi, *n, "were cut off at the border of the image"),
            Self::Between { roi, contours: n } => contours(
                roi,
                *n,
                "between slices were left out because others are nearer to the same slice: drawn on a finer stack?",
            ),
            Self::Tilted { roi, contours: n } => {
                contours(roi, *n, "out of the plane of the slices were left out")
            }
            Self::Repeated { roi, contours: n } => {
                contours(roi, *n, "repeating another one of the same slice were left out")
            }
            Self::Gaps { roi, slices } => write!(
                f,
                "{roi}: {slices} slices between the first and the last contour have none; if the region was drawn on \
                 thicker slices, make the mask on that image and resample it"
            ),
            Self::Empty { roi } => write!(f, "{roi} has no voxel in the mask"),
            Self::OtherSeries => f.write_str("the regions were drawn on another series than the image"),
            Self::OtherFrameOfReference => {
                f.write_str("the regions are in another frame of reference than the image, so they may be elsewhere")
            }
            Self::Unchecked => f.write_str("nothing in the files says whether the regions belong to the image"),
            Self::OwnGrid => f.write_str(
                "the pixels of the segmentation do not coincide with those of the image: the mask is on the grid of the \
                 segmentation; resample one of them",
            ),
            Self::PixelsOutside { pixels } => {
                write!(f, "{pixels} pixels of the segmentation lie outside the image and were left out")
            }
            Self::Fractional { kind, threshold } => write!(
                f,
                "the segmentation is fractional ({kind}): pixels of at least {threshold} of the maximum are inside"
            ),
        }
    }
}

/// Why regions make no mask.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RoiProblem {
    /// The object has no regions.
    #[error("it is no structure set (RTSTRUCT) nor segmentation (SEG){}", if .modality.is_empty() { String::new() } else { format!(" but {}", .modality) })]
    NoRegions {
        /// Its modality.
        modality: String,
    },
    /// A folder without a structure set or segmentation.
    #[error("there is no structure set (RTSTRUCT) nor segmentation (SEG) in this folder")]
    NoneInFolder,
    /// A folder with several of them.
    #[error("there are several structure sets and segmentations; name one of the files:\n  {}", .files.join("\n  "))]
    SeveralInFolder {
        /// The files.
        files: Vec<String>,
    },
    /// There are several regions, and none was chosen.
    #[error("there are {} regions; choose by number, name or pattern:\n  {}", .rois.len(), .rois.join("\n  "))]
    SeveralRois {
        /// The regions, one a line.
        rois: Vec<String>,
    },
    /// There is no such region.
    #[error("no region fits {wanted}; there are:\n  {}", if .rois.is_empty() { "none".to_string() } else { .rois.join("\n  ") })]
    NoSuchRoi {
        /// What was asked for.
        wanted: String,
        /// The regions, one a line.
        rois: Vec<String>,
    },
    /// The regions lie in another space.
    #[error(
        "{roi} is in frame of reference {regions}, but the image is in {image}: they are from different examinations, or one was moved; \
         choose the series it was drawn on, register the images, or allow any image"
    )]
    OtherFrameOfReference {
        /// The region.
        roi: String,
        /// Its Frame of Reference UID.
        regions: String,
        /// That of the image.
        image: String,
    },
    /// The regions were drawn on another series.
    #[error(
        "the regions were drawn on another series ({}), not on {image}; choose that series, or allow images in the same space",
        if .referenced.is_empty() { "its slices are not among those of the image".to_string() } else { .referenced.join(", ") }
    )]
    OtherSeries {
        /// The Series Instance UIDs that the object refers to.
        referenced: Vec<String>,
        /// That of the image.
        image: String,
    },
    /// No voxel is inside.
    #[error("no voxel of the image is in {roi}{}", if .notices.is_empty() { String::new() } else { format!(": {}", .notices.join("; ")) })]
    Nothing {
        /// The regions.
        roi: String,
        /// Why, as far as known.
        notices: Vec<String>,
    },
    /// Regions with a label each overlap.
    #[error(
        "{first} and {second} overlap in {voxels} voxels, and a voxel has one label: take their union, or one at a time"
    )]
    Overlap {
        /// A region.
        first: String,
        /// The other one.
        second: String,
        /// How many voxels they share.
        voxels: usize,
    },
}
