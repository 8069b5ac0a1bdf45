//! What series there are in a folder, a DICOMDIR or a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use dicom_dictionary_std::tags;
use rayon::prelude::*;

use super::choice::SeriesChoice;
use super::frame::{Frame, ObjectHeader};
use super::notice::{Notice, SeriesProblem, SplitBy};
use super::parse::{Extent, no_dicom, parse_file};
use crate::error::{Error, Result};
use crate::io::source::io_error;

/// Folders within folders.
const DEEPEST: usize = 32;

/// The DICOM objects that were found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Scan {
    /// Where they were looked for.
    pub path: PathBuf,
    /// The series, by series number, then by UID. Contours, segmentations and reports are series as well.
    pub series: Vec<Series>,
    /// Number of files that are no DICOM files.
    pub not_dicom: usize,
    /// DICOM files that could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub what: String,
}

/// A series. Nothing here names or dates the patient: only how the images were made.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Series {
    /// Series Instance UID (0020,000E).
    pub uid: String,
    /// Modality (0008,0060): CT, MR, PT, RTSTRUCT, SEG, ...
    pub modality: String,
    /// Series Number (0020,0011).
    pub number: Option<i64>,
    /// Series Description (0008,103E); may be empty.
    pub description: String,
    /// Frame of Reference UID (0020,0052): images and contours with the same one lie in the same space.
    pub frame_of_reference_uid: Option<String>,
    /// SOP Class UID (0008,0016) of the first object.
    pub sop_class_uid: String,
    /// Whether it is an image series, which [`read_series`](super::read_series) may be able to read.
    pub image: bool,
    /// Columns and rows of the first image.
    pub size: Option<[usize; 2]>,
    /// Distance between columns and between rows in mm, of the first image.
    pub pixel_spacing_mm: Option<[f64; 2]>,
    /// Distance between neighbouring slices in mm, the median; `None` for fewer than two positions.
    pub slice_spacing_mm: Option<f64>,
    /// Number of different slice positions.
    pub slices: usize,
    /// Number of images: the frames of all objects.
    pub frames: usize,
    /// Diffusion b-values in s/mm², ascending.
    pub b_values: Vec<f64>,
    /// The files.
    pub files: Vec<PathBuf>,
    pub(super) objects: Vec<ObjectHeader>,
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "series {number}")?,
            None => write!(f, "series without number")?,
        }
        write!(f, ", {}", if self.modality.is_empty() { "no modality" } else { &self.modality })?;
        if !self.description.is_empty() {
            write!(f, ", \"{}\"", self.description)?;
        }
        if let Some([x, y]) = self.size {
            write!(f, ", {x} x {y} x {}", self.slices.max(1))?;
            if let Some([dx, dy]) = self.pixel_spacing_mm {
                write!(f, " voxels of {dx} x {dy}")?;
                if let Some(dz) = self.slice_spacing_mm {
                    write!(f, " x {dz:.4}")?;
                }
                write!(f, " mm")?;
            }
            if self.frames > self.slices.max(1) {
                write!(f, ", {} frames", self.frames)?;
            }
        }
        if !self.b_values.is_empty() {
            let values: Vec<String> = self.b_values.iter().map(f64::to_string).collect();
            write!(f, ", b = {} s/mm2", values.join(", "))?;
        }
        write!(f, ", UID {}", self.uid)
    }
}

/// Finds the series in a folder and the folders in it, in a DICOMDIR, or in a single file.
///
/// Files that are no DICOM files are counted and otherwise ignored; damaged ones are named in [`Scan::unreadable`]. Only
/// headers are read. Symbolic links are followed, each folder is looked into once, at most 32 folders deep.
///
/// # Errors
/// [`Error::Io`] if the path does not exist or a folder cannot be listed, [`Error::Format`] or [`Error::Unsupported`]
/// if it is a single file that cannot be read or is no DICOM file.
///
/// # Example
/// ```no_run
/// use radsurv_image::io::dicom;
/// let scan = dicom::scan("export/")?;
/// for series in &scan.series {
///     println!("{series}");
/// }
/// let image = dicom::read_series(scan.choose(&"t1_tse".parse()?)?, &Default::default())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn scan(path: impl AsRef<Path>) -> Result<Scan> {
    let path = path.as_ref();
    let meta = std::fs::metadata(path).map_err(|e| io_error(path, e))?;
    if !meta.is_dir() {
        let Some(parsed) = parse_file(path, Extent::Header)? else {
            return Err(no_dicom(path));
        };
        let records = parsed.set.items(tags::DIRECTORY_RECORD_SEQUENCE);
        if records.is_empty() {
            return Ok(collect(path, vec![Found::Object(Box::new(ObjectHeader::read(path, &parsed)))]));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let files = records.iter().filter_map(|record| {
            let parts = record.texts(tags::REFERENCED_FILE_ID);
            // A part that is no plain name would lead out of the folder.
            let plain = |part: &String| !part.is_empty() && part != ".." && !part.contains(['/', '\\']);
            (!parts.is_empty() && parts.iter().all(plain))
                .then(|| parts.iter().fold(folder.to_path_buf(), |p, n| p.join(n)))
        });
        return Ok(collect(path, look_into(&files.collect::<Vec<_>>())));
    }
    let mut files = Vec::new();
    list(path, 0, &mut BTreeSet::new(), &mut files)?;
    files.sort();
    Ok(collect(path, look_into(&files)))
}

fn list(folder: &Path, depth: usize, seen: &mut BTreeSet<PathBuf>, files: &mut Vec<PathBuf>) -> Result<()> {
    // A link to a folder above would lead round for ever.
    if !seen.insert(folder.canonicalize().map_err(|e| io_error(folder, e))?) {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).map_err(|e| io_error(folder, e))? {
        let path = entry.map_err(|e| io_error(folder, e))?.path();
        match std::fs::metadata(&path) {
            Ok(meta) if meta.is_dir() && depth < DEEPEST => list(&path, depth + 1, seen, files)?,
            Ok(meta) if meta.is_file() => files.push(path),
            // A link that leads nowhere is no file.
            _ => {}
        }
    }
    Ok(())
}

enum Found {
    Object(Box<ObjectHeader>),
    NotDicom,
    Unreadable(Unreadable),
}

fn look_into(files: &[PathBuf]) -> Vec<Found> {
    files
        .par_iter()
        .map(|path| match parse_file(path, Extent::Header) {
            // A DICOMDIR describes the files that are found anyway.
            Ok(Some(parsed)) if !parsed.set.items(tags::DIRECTORY_RECORD_SEQUENCE).is_empty() => Found::NotDicom,
            Ok(Some(parsed)) => Found::Object(Box::new(ObjectHeader::read(path, &parsed))),
            Ok(None) => Found::NotDicom,
            Err(error) => {
                let what = match error {
                    Error::Format { what, .. } | Error::Unsupported { what, .. } => what,
                    Error::Io { source, .. } => source.to_string(),
                    other => other.to_string(),
                };
                Found::Unreadable(Unreadable { path: path.clone(), what })
            }
        })
        .collect()
}

fn collect(path: &Path, found: Vec<Found>) -> Scan {
    let mut scan = Scan { path: path.to_path_buf(), ..Scan::default() };
    let mut by_uid: BTreeMap<(String, String), Vec<ObjectHeader>> = BTreeMap::new();
    for found in found {
        match found {
            Found::Object(header) => {
                by_uid.entry((header.series_uid.clone(), header.modality.clone())).or_default().push(*header);
            }
            Found::NotDicom => scan.not_dicom += 1,
            Found::Unreadable(file) => scan.unreadable.push(file),
        }
    }
    scan.series = by_uid.into_values().filter_map(summary).collect();
    scan.series.sort_by(|a, b| {
        let number = |s: &Series| s.number.unwrap_or(i64::MAX);
        number(a).cmp(&number(b)).then_with(|| a.uid.cmp(&b.uid))
    });
    scan
}

fn summary(objects: Vec<ObjectHeader>) -> Option<Series> {
    // Objects of a series should agree in what follows. Where they do not, the names of the files must not decide.
    let order = |o: &&ObjectHeader| {
        let frame = o.frames.first().map(|f| (f.instance_number, f.sop_instance_uid.clone()));
        (!o.image, frame.is_none(), frame, o.series_number, o.description.clone(), o.frame_of_reference_uid.clone())
    };
    let first = objects.iter().min_by_key(order)?;
    let frames: Vec<&Frame> = objects.iter().flat_map(|o| &o.frames).collect();
    let heights = heights(&frames);
    let mut gaps: Vec<f64> = heights.windows(2).map(|w| w[1] - w[0]).collect();
    gaps.sort_by(f64::total_cmp);
    let mut b_values: Vec<f64> = frames.iter().filter_map(|f| f.b_value).collect();
    b_values.sort_by(f64::total_cmp);
    b_values.dedup();
    Some(Series {
        uid: first.series_uid.clone(),
        modality: first.modality.clone(),
        number: first.series_number,
        description: first.description.clone(),
        frame_of_reference_uid: first.frame_of_reference_uid.clone(),
        sop_class_uid: first.sop_class_uid.clone(),
        image: first.image,
        size: first.frames.first().map(|f| f.size),
        pixel_spacing_mm: first.frames.first().and_then(|f| f.spacing_mm),
        slice_spacing_mm: gaps.get(gaps.len().saturating_sub(1) / 2).copied(),
        slices: heights.len(),
        frames: frames.len(),
        b_values,
        files: objects.iter().map(|o| o.path.clone()).collect(),
        objects,
    })
}

/// The different positions along the normal of the first frame, ascending.
fn heights(frames: &[&Frame]) -> Vec<f64> {
    let Some([a, b, c, d, e, f]) = frames.iter().find_map(|f| f.orientation) else { return Vec::new() };
    let normal = [b * f - c * e, c * d - a * f, a * e - b * d];
    let mut heights: Vec<f64> = frames
        .iter()
        .filter_map(|f| f.position_mm)
        .map(|p| p[0] * normal[0] + p[1] * normal[1] + p[2] * normal[2])
        .collect();
    heights.sort_by(f64::total_cmp);
    heights.dedup_by(|b, a| (*b - *a).abs() < super::geometry::SAME_PLACE_MM);
    heights
}

impl Scan {
    /// The image series that a choice means.
    ///
    /// # Errors
    /// [`Error::Dicom`] with [`SeriesProblem::NoImages`], [`SeriesProblem::SeveralSeries`] or
    /// [`SeriesProblem::BadChoice`], each with the list of series.
    pub fn choose(&self, choice: &SeriesChoice) -> Result<&Series> {
        let images: Vec<&Series> = self.series.iter().filter(|s| s.image).collect();
        let lines = |series: &[&Series]| series.iter().map(|s| s.to_string()).collect::<Vec<_>>();
        let problem = |problem| Error::Dicom { path: self.path.clone(), problem: Box::new(problem) };
        if images.is_empty() {
            let mut others: Vec<String> = self.series.iter().map(Series::to_string).collect();
            others.extend(self.unreadable.iter().map(|u| format!("{}: {}", u.path.display(), u.what)));
            return Err(problem(SeriesProblem::NoImages { others, not_dicom: self.not_dicom }));
        }
        let fitting: Vec<&Series> = images.iter().copied().filter(|s| choice.fits(s)).collect();
        match (&fitting[..], choice) {
            ([one], _) => Ok(one),
            (_, SeriesChoice::Only) => Err(problem(SeriesProblem::SeveralSeries { series: lines(&images) })),
            (fitting, _) => Err(problem(SeriesProblem::BadChoice {
                choice: choice.to_string(),
                fits: fitting.len(),
                series: lines(if fitting.is_empty() { &images } else { fitting }),
            })),
        }
    }
}

impl Scan {
    /// What the user should know about the files that could not be read, if there are any.
    pub fn unreadable_notice(&self) -> Option<Notice> {
        let first = self.unreadable.first()?;
        let name = first.path.file_name().unwrap_or_default().to_string_lossy();
        Some(Notice::UnreadableFiles { files: self.unreadable.len(), first: format!("{name}: {}", first.what) })
    }
}

impl Series {
    /// The frames of all its objects.
    pub(super) fn all_frames(&self) -> Vec<Frame> {
        self.objects.iter().flat_map(|o| o.frames.iter().cloned()).collect()
    }

    /// The values that an attribute takes within the series, ascending: what can be chosen with
    /// [`ReadOptions::select`](super::ReadOptions::select).
    pub fn values_of(&self, by: SplitBy) -> Vec<String> {
        super::geometry::values_of(&self.all_frames(), by)
    }
}
