//! DICOM series as images (feature `dicom`).
//!
//! [`scan`] lists the series of a folder, a DICOMDIR or a file; [`Scan::choose`] picks one; [`read_series`] makes it a
//! [`DicomImage`], [`read_series_geometry`] only its grid and slices; [`read`] does all three. [`read_by_b_value`] splits
//! a diffusion series. [`Object`] is a single object, from a file or from bytes.
//!
//! Contours (RTSTRUCT) and segmentations (SEG) are a [`RoiSet`], which makes masks on the grid of a series. What they
//! refer to is in [`SeriesGeometry`]: for each z index the SOP Instance UID and frame, with the UIDs of the series and of
//! its frame of reference.
//!
//! # What is read
//! Classic objects of one slice and enhanced multi-frame objects (MR, CT, PET, parametric maps) with one value per pixel
//! of 8, 16 or 32 bits or float; explicit, implicit and big-endian files, with or without preamble. Compressed: RLE,
//! deflate (data set or frames), JPEG baseline, JPEG lossless, JPEG-LS, JPEG 2000. Not decoded: JPEG with 12 bits and
//! loss, High-Throughput JPEG 2000, JPEG XL, video; the error names the syntax. Siemens mosaics and colours are no
//! volumes: the error says what to do. Nothing needs a C library; the JPEG 2000 decoder needs Rust 1.92.
//!
//! # Geometry
//! ITK's, in LPS: rows and columns made orthogonal, slices ascending along the normal (row × column), the origin that of
//! the first slice, spacing along z the distance from the first slice to the last over the number of gaps. Slice
//! Thickness is used only where there is one slice. Checked, each with a [`SeriesProblem`] of its own:
//!
//! | check | tolerance |
//! |---|---|
//! | one size | none |
//! | one orientation | 0.001 in each cosine |
//! | one pixel spacing | 0.01 % |
//! | slices at different places | 0.001 mm |
//! | slices straight above each other | 10 % of the smaller pixel spacing (0.01 mm at least) |
//! | even spacing | [`ReadOptions::spacing_tolerance`], 1 % of the mean (0.01 mm at least) for each gap; above 0.1 % with a [`Notice`] |
//!
//! # Values
//! Rescale Slope and Intercept are applied per frame. The type of the voxels is SimpleITK's: the stored one if nothing is
//! rescaled, the smallest integer that holds every value the stored bits could give if slopes and intercepts are whole,
//! else `float64`. Real World Value Mapping is not applied.
//!
//! # Privacy
//! Names, dates and ids of patients are never kept: a [`Series`] has modality, description, numbers and UIDs only. (A
//! description is free text, and what a site wrote into it is shown.)

mod choice;
mod codec;
mod copies;
mod dataset;
mod diffusion;
mod frame;
mod geometry;
mod labels;
mod notice;
mod object;
mod options;
mod parse;
mod pixels;
mod rescale;
mod roi;
mod roi_choice;
mod roi_notice;
mod rtstruct;
mod scan;
mod seg;
mod seg_grid;
mod series;
mod suv;
mod uneven;

use std::path::Path;

pub use choice::SeriesChoice;
pub use diffusion::{DiffusionVolume, read_by_b_value};
pub use notice::{Notice, SeriesProblem, SplitBy};
pub use object::Object;
pub use options::{Duplicates, PetValues, ReadOptions};
pub(super) use parse::recognise;
pub use roi::{Roi, RoiMask, RoiSet};
pub use roi_choice::{DrawnOn, RoiChoice, RoiOptions, RoiPick};
pub use roi_notice::{RoiNotice, RoiProblem};
pub use scan::{Scan, Series, Unreadable, scan};
pub use series::{DicomImage, SeriesGeometry, Slice, read_series, read_series_geometry};

use crate::error::Result;

/// Scans a path, chooses a series and reads it. Files that could not be read are a [`Notice::UnreadableFiles`].
///
/// # Errors
/// As [`scan`], [`Scan::choose`] and [`read_series`].
pub fn read(path: impl AsRef<Path>, choice: &SeriesChoice, options: &ReadOptions) -> Result<DicomImage> {
    let scan = scan(path)?;
    let mut image = read_series(scan.choose(choice)?, options)?;
    image.notices.extend(scan.unreadable_notice());
    Ok(image)
}

/// What the headers of a path with one image series say.
pub(super) fn read_info(path: &Path) -> Result<super::ImageInfo> {
    let scan = scan(path)?;
    let series = scan.choose(&SeriesChoice::Only)?;
    let info = series::info(series, &ReadOptions::default())?;
    Ok(super::ImageInfo {
        format: super::Format::Dicom,
        geometry: info.placement.geometry,
        voxel_type: info.voxel_type,
        stored_type: info.stored_type,
        channels: 1,
    })
}
