//! DICOM series as images (feature `dicom`).
//!
//! [`scan`] lists the series of a folder, a DICOMDIR or a file; [`Scan::choose`] picks one; [`read_series`] makes it a
//! [`DicomImage`], [`read_series_geometry`] only its grid and slices. [`read`] does all three.
//!
//! Contours (RTSTRUCT) and segmentations (SEG) are a [`RoiSet`], which makes masks on the grid of a series. What they
//! refer to is in [`SeriesGeometry`]: for each z index the SOP Instance UID and frame, with the UIDs of the series and of
//! its frame of reference.

mod choice;
mod codec;
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

use std::path::Path;

pub use choice::SeriesChoice;
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

/// Scans a path, chooses a series and reads it.
///
/// # Errors
/// As [`scan`], [`Scan::choose`] and [`read_series`].
pub fn read(path: impl AsRef<Path>, choice: &SeriesChoice, options: &ReadOptions) -> Result<DicomImage> {
    let scan = scan(path)?;
    read_series(scan.choose(choice)?, options)
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
