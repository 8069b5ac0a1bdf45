//! What a file is, from its first bytes.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, Result};

/// The formats told apart by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nifti,
    Nrrd,
    MetaImage,
}

/// A file that was looked into.
#[derive(Debug)]
pub(super) struct Opened {
    /// The file with the header.
    pub path: PathBuf,
    pub kind: Kind,
    /// The first bytes, decompressed.
    pub start: Vec<u8>,
}

/// Enough for the header of NIfTI-2 (540 bytes) and to recognise the others.
const START: u64 = 1024;

pub(super) fn io_error(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.to_path_buf(), source }
}

pub(super) fn format_error(path: &Path, what: impl Into<String>) -> Error {
    Error::Format { path: path.to_path_buf(), what: what.into() }
}

pub(super) fn unsupported(path: &Path, what: impl Into<String>) -> Error {
    Error::Unsupported { path: path.to_path_buf(), what: what.into() }
}

/// Opens a file and says how long it is. A folder is an error.
pub(super) fn open_file(path: &Path) -> Result<(File, u64)> {
    let file = File::open(path).map_err(|e| io_error(path, e))?;
    let meta = file.metadata().map_err(|e| io_error(path, e))?;
    if meta.is_dir() {
        let remedy = if cfg!(feature = "dicom") {
            "name a file in it"
        } else {
            "to read a folder of DICOM files, build with the feature dicom"
        };
        return Err(unsupported(path, format!("it is a folder, not an image file: {remedy}; {SUPPORTED}")));
    }
    Ok((file, meta.len()))
}

const SUPPORTED: &str =
    "supported are NIfTI (.nii, .nii.gz, .hdr with .img), NRRD (.nrrd, .nhdr) and MetaImage (.mha, .mhd)";

/// The first bytes of a file, decompressed if it is gzip.
pub(super) fn first_bytes(path: &Path) -> Result<Vec<u8>> {
    let (mut file, _) = open_file(path)?;
    let mut start = Vec::new();
    (&mut file).take(START).read_to_end(&mut start).map_err(|e| io_error(path, e))?;
    if !start.starts_with(&[0x1f, 0x8b]) {
        return Ok(start);
    }
    let mut inflated = Vec::new();
    let whole = BufReader::new(std::io::Cursor::new(start).chain(file));
    match MultiGzDecoder::new(whole).take(START).read_to_end(&mut inflated) {
        Ok(_) => Ok(inflated),
        // What came out before the damage may be all that is needed to say what the file is.
        Err(_) if inflated.len() >= 348 => Ok(inflated),
        Err(e) => Err(format_error(path, format!("the gzip data are damaged at the start ({e}); get the file again"))),
    }
}

/// Whether the content of a file is gzip, whatever its name.
pub(super) fn is_gzip(path: &Path) -> Result<bool> {
    let (file, _) = open_file(path)?;
    let mut start = Vec::new();
    file.take(2).read_to_end(&mut start).map_err(|e| io_error(path, e))?;
    Ok(start == [0x1f, 0x8b])
}

/// Looks into a file.
pub(super) fn open(path: &Path) -> Result<Opened> {
    let start = first_bytes(path)?;
    if super::nifti::recognise(&start) {
        return Ok(Opened { path: path.to_path_buf(), kind: Kind::Nifti, start });
    }
    // The data file of a NIfTI pair: its header is beside it.
    if let Some(header) = super::nifti::header_of_pair(path) {
        return open(&header);
    }
    if start.starts_with(b"NRRD") {
        return Ok(Opened { path: path.to_path_buf(), kind: Kind::Nrrd, start });
    }
    if looks_like_metaimage(&start) {
        return Ok(Opened { path: path.to_path_buf(), kind: Kind::MetaImage, start });
    }
    Err(unsupported(path, unknown(&start)))
}

fn unknown(start: &[u8]) -> String {
    let what = if start.is_empty() {
        "the file is empty"
    } else if start.get(128..132) == Some(b"DICM") {
        if cfg!(feature = "dicom") {
            "it is a DICOM file, which is not read here: convert the series to NIfTI or NRRD first"
        } else {
            "it is a DICOM file: build with the feature dicom, or convert the series to NIfTI or NRRD first"
        }
    } else if super::nifti::is_analyze(start) {
        "it is an Analyze 7.5 file, which does not say how it is oriented: convert it to NIfTI first"
    } else {
        "it is no image file of a known format"
    };
    format!("{what}; {SUPPORTED}")
}

/// MetaImage has no magic: its first line is `Key = value` with a key of the format.
fn looks_like_metaimage(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    let mut keys = text.lines().filter_map(|l| l.split_once('=')).map(|(key, _)| key.trim());
    matches!(keys.next(), Some("ObjectType" | "NDims" | "Comment" | "ObjectSubType" | "DimSize"))
}

/// The path of a file that a header names, relative to the header's folder.
pub(super) fn beside(header: &Path, name: &str) -> PathBuf {
    header.parent().unwrap_or(Path::new("")).join(name)
}

/// The same for a data file, which must exist.
pub(super) fn data_file(header: &Path, name: &str) -> Result<PathBuf> {
    let path = beside(header, name);
    match path.try_exists() {
        Ok(true) => Ok(path),
        Ok(false) => Err(format_error(header, format!("its data file {} does not exist", path.display()))),
        Err(e) => Err(io_error(&path, e)),
    }
}
