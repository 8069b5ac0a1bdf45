//! A series as an image.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::codec;
use super::copies::Distinct;
use super::dataset::Dataset;
use super::frame::Frame;
use super::geometry::{Stack, stack};
use super::notice::{Notice, SeriesProblem};
use super::options::{PetValues, ReadOptions};
use super::parse::{Extent, Parsed, changed, parse_file};
use super::pixels::{Pixels, Stored};
use super::rescale::{self, Scaling};
use super::scan::Series;
use super::suv;
use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::volume::{Volume, VoxelType};

/// Where the slices of a series lie, and which objects they are: what contours and segmentations refer to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SeriesGeometry {
    /// The grid of the image.
    pub geometry: Geometry,
    /// For each z index of the grid, the object and the frame that the slice is.
    pub slices: Vec<Slice>,
    /// Series Instance UID (0020,000E).
    pub series_uid: String,
    /// Frame of Reference UID (0020,0052).
    pub frame_of_reference_uid: Option<String>,
    /// Modality (0008,0060).
    pub modality: String,
    /// What the user should know.
    pub notices: Vec<Notice>,
}

/// A slice of an image.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Slice {
    /// SOP Instance UID (0008,0018) of the object it is in.
    pub sop_instance_uid: String,
    /// Its frame number, from 1, if its object is a multi-frame one.
    pub frame: Option<usize>,
    /// The file.
    pub path: PathBuf,
    /// The centre of its first pixel in mm, LPS, as the object has it.
    pub position_mm: [f64; 3],
}

impl SeriesGeometry {
    /// The z indices of the slices that are (or are in) this object; of a frame of it, counted from 1, if one is given.
    pub fn slices_of<'a>(
        &'a self,
        sop_instance_uid: &'a str,
        frame: Option<usize>,
    ) -> impl Iterator<Item = usize> + 'a {
        let fits = move |slice: &Slice| {
            slice.sop_instance_uid == sop_instance_uid
                && (frame.is_none() || slice.frame.is_none() || slice.frame == frame)
        };
        self.slices.iter().enumerate().filter(move |(_, slice)| fits(slice)).map(|(z, _)| z)
    }
}

/// An image that was read from a series.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DicomImage {
    /// Values and grid.
    pub volume: Volume,
    /// Where its slices come from.
    pub series: SeriesGeometry,
    /// What the user should know; those of the geometry among them.
    pub notices: Vec<Notice>,
}

/// The grid of a series and what its slices are, without its pixels.
///
/// # Errors
/// As [`read_series`], for what concerns the geometry.
pub fn read_series_geometry(series: &Series, options: &ReadOptions) -> Result<SeriesGeometry> {
    Ok(Arranged::new(series, options)?.placement)
}

/// Reads a series as one image, with ITK's geometry in LPS.
///
/// The slices are sorted by position along the normal. Values are rescaled (Rescale Slope and Intercept, per frame); the
/// type is the stored one if there is nothing to rescale, the smallest integer type that can hold every possible value
/// if slopes and intercepts are whole numbers, else `float64`, as SimpleITK's (the rule looks at all slices, SimpleITK
/// at the first). MONOCHROME1 is inverted. Padding values are kept, with a [`Notice::Padding`].
///
/// # Errors
/// [`Error::Dicom`] with the [`SeriesProblem`] if the frames make no volume, [`Error::Format`] if a file is damaged or two
/// say they are the same object and have different pixels,
/// [`Error::Unsupported`] if its pixels are of a kind that cannot be read: a mosaic, colours, or a compression that
/// cannot be decoded; then the message has the way round.
pub fn read_series(series: &Series, options: &ReadOptions) -> Result<DicomImage> {
    let Arranged { frames, distinct, placement } = Arranged::new(series, options)?;
    distinct.check_pixels()?;
    let factors = match options.pet {
        PetValues::Stored => vec![1.0; frames.len()],
        PetValues::SuvBodyWeight => suv_factors(series, &frames)?,
    };
    let scaling = |(f, factor): (&Frame, f64)| Scaling {
        format: f.format,
        slope: f.slope * factor,
        intercept: f.intercept * factor,
    };
    let scalings: Vec<Scaling> = frames.iter().zip(factors).map(scaling).collect();
    check_sum(series, &frames)?;
    let kind = rescale::voxel_type(&scalings);
    let mut voxels = rescale::empty(kind);
    let mut padding = Padding::default();
    let mut loader = Loader::new(&frames);
    let at_once = at_once(&placement.geometry);
    for (part, scalings) in frames.chunks(at_once).zip(scalings.chunks(at_once)) {
        for ((stored, pad), scaling) in loader.load(part)?.into_iter().zip(scalings) {
            padding.count(&stored, pad, scaling);
            rescale::append(&mut voxels, stored, scaling);
        }
    }
    let path = common_path(series);
    let volume = Volume::new(placement.geometry.clone(), voxels).map_err(|e| crate::io::header::in_file(path, e))?;
    let mut notices = placement.notices.clone();
    if let Some(notice) = padding.notice() {
        notices.push(notice);
    }
    if scalings.iter().any(|s| s.format.inverted) {
        notices.push(Notice::Inverted);
    }
    if series.objects.iter().any(|o| o.lossy || codec::is_lossy(&o.transfer_syntax)) {
        notices.push(Notice::LossyCompression);
    }
    Ok(DicomImage { volume, series: placement, notices })
}

/// What the headers of a series say.
pub(super) struct SeriesInfo {
    pub placement: SeriesGeometry,
    pub voxel_type: VoxelType,
    pub stored_type: VoxelType,
}

pub(super) fn info(series: &Series, options: &ReadOptions) -> Result<SeriesInfo> {
    let Arranged { frames, placement, .. } = Arranged::new(series, options)?;
    let scaled: Vec<Scaling> =
        frames.iter().map(|f| Scaling { format: f.format, slope: f.slope, intercept: f.intercept }).collect();
    let stored: Vec<Scaling> = scaled.iter().map(|s| Scaling { slope: 1.0, intercept: 0.0, ..*s }).collect();
    Ok(SeriesInfo { placement, voxel_type: rescale::voxel_type(&scaled), stored_type: rescale::voxel_type(&stored) })
}

/// Slices whose pixels are decoded at the same time: fewer if they are large, because decoded they take several times the
/// memory they end up in.
fn at_once(grid: &Geometry) -> usize {
    let [columns, rows, _] = grid.size();
    ((1 << 26) / (columns * rows).max(1)).clamp(1, 16)
}

/// What a series takes in memory must be plausible for the bytes of its files, as [`codec::check_sum`] has it for one.
fn check_sum(series: &Series, frames: &[Frame]) -> Result<()> {
    let Some(widest) = frames.iter().map(|f| &f.format).max_by_key(|f| f.bits_allocated) else { return Ok(()) };
    let files: BTreeSet<&Arc<Path>> = frames.iter().map(|f| &f.path).collect();
    let bytes = files.iter().filter_map(|path| Some(std::fs::metadata(path).ok()?.len())).sum();
    codec::check_sum(bytes, widest, frames.len())
        .map_err(|what| crate::io::source::format_error(common_path(series), what))
}

fn common_path(series: &Series) -> &Path {
    match &series.files[..] {
        [one] => one,
        [first, ..] => first.parent().unwrap_or(first),
        [] => Path::new(""),
    }
}

/// The frames of a series in the order of its slices.
struct Arranged {
    frames: Vec<Frame>,
    /// As they were before the selection.
    distinct: Distinct,
    placement: SeriesGeometry,
}

impl Arranged {
    fn new(series: &Series, options: &ReadOptions) -> Result<Self> {
        let path = common_path(series);
        if let Some(object) = series.objects.iter().find(|o| o.image && o.obstacle.is_some()) {
            let what = object.obstacle.clone().unwrap_or_default();
            return Err(Error::Unsupported { path: object.path.clone(), what });
        }
        let problem = |problem| Error::Dicom { path: path.to_path_buf(), problem: Box::new(problem) };
        let mut all = series.all_frames();
        // The names of the files must not decide anything.
        all.sort_by(|a, b| {
            let key = |f: &Frame| (f.instance_number, f.sop_instance_uid.clone(), f.index);
            key(a).cmp(&key(b))
        });
        let distinct = Distinct::new(&all);
        if distinct.frames.is_empty() {
            return Err(problem(SeriesProblem::NoImages { others: vec![series.to_string()], not_dicom: 0 }));
        }
        let Stack { frames, geometry, mut notices } = stack(&distinct.frames, options).map_err(problem)?;
        if distinct.copies() > 0 {
            notices.push(Notice::Copies { files: distinct.copies() });
        }
        let slices = frames
            .iter()
            .map(|f| Slice {
                sop_instance_uid: f.sop_instance_uid.to_string(),
                frame: f.multiframe.then_some(f.index + 1),
                path: f.path.to_path_buf(),
                position_mm: f.position_mm.unwrap_or_default(),
            })
            .collect();
        let placement = SeriesGeometry {
            geometry,
            slices,
            series_uid: series.uid.clone(),
            frame_of_reference_uid: series.frame_of_reference_uid.clone(),
            modality: series.modality.clone(),
            notices,
        };
        Ok(Self { frames, distinct, placement })
    }
}

/// What turns the values of each frame into SUV.
fn suv_factors(series: &Series, frames: &[Frame]) -> Result<Vec<f64>> {
    let mut headers: BTreeMap<&Arc<Path>, Dataset> = BTreeMap::new();
    let mut paths: Vec<&Arc<Path>> = frames.iter().map(|f| &f.path).collect();
    paths.sort();
    paths.dedup();
    let read: Vec<Result<Dataset>> =
        paths.par_iter().map(|path| Ok(parse_file(path, Extent::Header)?.ok_or_else(|| changed(path))?.set)).collect();
    for (path, set) in paths.into_iter().zip(read) {
        headers.insert(path, set?);
    }
    let first_acquired = headers.values().filter_map(suv::acquired).min_by(f64::total_cmp);
    let mut factors: BTreeMap<&Arc<Path>, f64> = BTreeMap::new();
    for (path, set) in headers {
        let factor = suv::body_weight_factor(&set, first_acquired).map_err(|what| Error::Dicom {
            path: common_path(series).to_path_buf(),
            problem: Box::new(SeriesProblem::Suv(what)),
        })?;
        factors.insert(path, factor);
    }
    frames.iter().map(|f| factors.get(&f.path).copied().ok_or_else(|| changed(&f.path))).collect()
}

/// Reads the pixels of frames; a file with many frames is read once.
struct Loader {
    /// Frames of each file that are still to come.
    left: BTreeMap<Arc<Path>, usize>,
    held: BTreeMap<Arc<Path>, Parsed>,
}

impl Loader {
    fn new(frames: &[Frame]) -> Self {
        let mut left = BTreeMap::new();
        for frame in frames {
            *left.entry(frame.path.clone()).or_insert(0) += 1;
        }
        Self { left, held: BTreeMap::new() }
    }

    /// The stored values of each frame, with its padding value.
    fn load(&mut self, frames: &[Frame]) -> Result<Vec<(Stored, Option<i64>)>> {
        let mut paths: Vec<Arc<Path>> = frames.iter().map(|f| f.path.clone()).collect();
        paths.sort();
        paths.dedup();
        paths.retain(|path| !self.held.contains_key(path));
        let read: Vec<Result<(Arc<Path>, Parsed)>> = paths
            .into_par_iter()
            .map(|path| match parse_file(&path, Extent::Whole)? {
                Some(parsed) => Ok((path, parsed)),
                None => Err(changed(&path)),
            })
            .collect();
        for file in read {
            let (path, parsed) = file?;
            self.held.insert(path, parsed);
        }
        let mut pixels: BTreeMap<&Arc<Path>, Pixels> = BTreeMap::new();
        for (path, parsed) in &self.held {
            pixels.insert(path, Pixels::new(path, parsed)?);
        }
        let values: Vec<Result<(Stored, Option<i64>)>> = frames
            .par_iter()
            .map(|frame| match pixels.get(&frame.path) {
                // The file may have changed since it was scanned.
                Some(pixels) if pixels.format != frame.format => {
                    Err(crate::io::source::format_error(&frame.path, "the file was changed while it was read"))
                }
                Some(pixels) => Ok((pixels.frame(frame.index)?, pixels.padding())),
                None => Err(crate::io::source::format_error(&frame.path, "the file was not read")),
            })
            .collect();
        for frame in frames {
            if let Some(left) = self.left.get_mut(&frame.path) {
                *left -= 1;
                if *left == 0 {
                    self.held.remove(&frame.path);
                }
            }
        }
        values.into_iter().collect()
    }
}

/// Counts the voxels that hold the padding value.
#[derive(Default)]
struct Padding {
    value: f64,
    voxels: usize,
}

impl Padding {
    fn count(&mut self, stored: &Stored, padding: Option<i64>, scaling: &Scaling) {
        if let (Stored::Whole(values), Some(padding)) = (stored, padding) {
            let found = values.iter().filter(|&&v| v == padding).count();
            if found > 0 {
                self.value = scaling.value(padding);
                self.voxels += found;
            }
        }
    }

    fn notice(&self) -> Option<Notice> {
        (self.voxels > 0).then_some(Notice::Padding { value: self.value, voxels: self.voxels })
    }
}
