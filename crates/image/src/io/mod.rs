//! Reading and writing image files: NIfTI-1 and NIfTI-2, NRRD, MetaImage; reading DICOM series (feature `dicom`).
//!
//! [`read`] gives an image, [`read_mask`] a label map, [`read_channel`] one component of a vector image or one volume of
//! a series, [`read_info`] only what the header says. [`write()`] and [`write_mask`] choose the format by extension.
//!
//! The numbers are those of SimpleITK: voxel values in the type it gives them, spacing, origin and direction in LPS.
//! A file is recognised by its content, so a wrong extension does no harm.
//!
//! | format | extensions | read | written |
//! |---|---|---|---|
//! | NIfTI-1, NIfTI-2 | `.nii`, `.nii.gz`, `.hdr` + `.img` (each may be `.gz`) | both byte orders, scaled values | `.nii`, `.nii.gz` |
//! | NRRD | `.nrrd`, `.nhdr` | raw, gzip, text, hex; attached or detached data, one or many files | `.nrrd`, `.nhdr` |
//! | MetaImage | `.mha`, `.mhd` | raw, compressed, text; local or separate data, one or many files | `.mha`, `.mhd` |
//! | DICOM (feature `dicom`) | a folder, `DICOMDIR`, a file | see `dicom` | no |
//!
//! Where reading differs from SimpleITK on purpose: a file that ends too early is an error (SimpleITK fills the rest of
//! a NIfTI image with zeros), so is a negative size, and NIfTI-2 is read.

#[cfg(feature = "dicom")]
pub mod dicom;
mod header;
mod lines;
mod metaimage;
mod nifti;
mod nrrd;
mod payload;
mod source;
mod text;
mod write;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::mask::Mask;
use crate::volume::{Volume, VoxelType};

use header::{Header, Several};
use source::Kind;

/// A file format for images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// NIfTI-1 or NIfTI-2.
    Nifti,
    /// NRRD.
    Nrrd,
    /// MetaImage.
    MetaImage,
    /// A DICOM series.
    Dicom,
}

impl Format {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nifti => "NIfTI",
            Self::Nrrd => "NRRD",
            Self::MetaImage => "MetaImage",
            Self::Dicom => "DICOM",
        }
    }
}

/// What the header of an image file says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ImageInfo {
    /// The format of the file.
    pub format: Format,
    /// Size, spacing, origin and direction.
    pub geometry: Geometry,
    /// The type of the values that [`read`] gives.
    pub voxel_type: VoxelType,
    /// The type of the values in the file; another one than `voxel_type` if they are scaled.
    pub stored_type: VoxelType,
    /// Number of values per voxel, or of volumes in a series; 1 for an ordinary image.
    pub channels: usize,
}

/// Reads what the header of an image file says, without its voxels.
///
/// # Errors
/// As [`read`], for everything that concerns the header. An image of several channels is no error here.
pub fn read_info(path: impl AsRef<Path>) -> Result<ImageInfo> {
    let path = path.as_ref();
    #[cfg(feature = "dicom")]
    if is_dicom(path)? {
        return dicom::read_info(path);
    }
    let header = read_header(path)?;
    Ok(ImageInfo {
        format: header.format,
        voxel_type: header.voxel_type(),
        stored_type: header.stored,
        channels: header.layout.channels,
        geometry: header.geometry,
    })
}

/// The files that [`read`] reads an image from, the one with the header first: several if the voxels are in files of their
/// own, as with `.mhd`, `.nhdr`, or `.hdr` and `.img`. A folder stands for all that is in it.
///
/// # Errors
/// As [`read_info`].
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, io};
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("image.mhd");
/// let grid = Geometry::new([2, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// io::write(&path, &Volume::new(grid, vec![1i16, 2])?)?;
/// assert_eq!(io::files(&path)?, [path, folder.path().join("image.raw")]);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn files(path: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
    let path = path.as_ref();
    #[cfg(feature = "dicom")]
    if is_dicom(path)? {
        return Ok(vec![path.to_path_buf()]);
    }
    let opened = source::open(path)?;
    let mut files = vec![opened.path.clone()];
    for part in read_opened(path, &opened)?.parts {
        if !files.contains(&part.path) {
            files.push(part.path);
        }
    }
    Ok(files)
}

/// Reads an image of one value per voxel.
///
/// Values that a NIfTI file stores scaled (`scl_slope`, `scl_inter`) come as `float32`, or as `float64` if stored so, as in
/// SimpleITK. NaN and infinite values come as they are, so that nothing is computed from them unnoticed: SimpleITK reads
/// those of NIfTI files (only) as 0, for which there is [`Volume::replace_non_finite`]. Axes of size 1 after the third are
/// dropped, a two-dimensional image has a geometry of [dimension](Geometry::dimension) 2.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read, [`Error::Format`] if it is damaged, ends too early or has an impossible
/// header, [`Error::Unsupported`] if it is of no known format, or of a kind that is not one image of one real number per
/// voxel: then the message names the way round.
///
/// With the feature `dicom` a folder of DICOM files (or a DICOMDIR, or one file) is read as well, if it has one image
/// series; `dicom::read` chooses among several, and has the notices that are left out here. Its errors are
/// `Error::Dicom`.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, io};
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("image.nrrd");
/// let grid = Geometry::new([2, 2, 1], [1.0, 1.0, 3.0], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(grid, vec![1i16, 2, 3, 4])?;
/// io::write(&path, &image)?;
/// assert_eq!(io::read(&path)?, image);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn read(path: impl AsRef<Path>) -> Result<Volume> {
    let path = path.as_ref();
    #[cfg(feature = "dicom")]
    if is_dicom(path)? {
        return Ok(dicom::read(path, &Default::default(), &Default::default())?.volume);
    }
    let header = read_header(path)?;
    match header.several {
        _ if header.layout.channels == 1 => header.read_channel(path, 0),
        Several::Components => Err(Error::Unsupported {
            path: path.to_path_buf(),
            what: format!(
                "it has {0} values per voxel, and an image must have one; take one of them with read_channel (0 to {1}), \
                 or for a mask with label_channel",
                header.layout.channels,
                header.layout.channels - 1
            ),
        }),
        Several::Volumes => Err(Error::Unsupported {
            path: path.to_path_buf(),
            what: format!(
                "it is a series of {0} volumes (4-D), and an image must be one; take one of them with read_channel \
                 (0 to {1})",
                header.layout.channels,
                header.layout.channels - 1
            ),
        }),
    }
}

/// Reads one component of an image with several values per voxel, or one volume of a 4-D series, counted from 0. What
/// [`read`] takes has channel 0 only.
///
/// # Errors
/// As [`read`]; [`Error::Unsupported`] if there is no such channel.
pub fn read_channel(path: impl AsRef<Path>, channel: usize) -> Result<Volume> {
    let path = path.as_ref();
    #[cfg(feature = "dicom")]
    if is_dicom(path)? {
        check_channel(path, channel, 1)?;
        return read(path);
    }
    let header = read_header(path)?;
    check_channel(path, channel, header.layout.channels)?;
    header.read_channel(path, channel)
}

fn check_channel(path: &Path, channel: usize, channels: usize) -> Result<()> {
    if channel < channels {
        return Ok(());
    }
    let there = match channels {
        1 => "channel 0".to_string(),
        n => format!("the channels 0 to {}", n - 1),
    };
    Err(source::unsupported(path, format!("channel {channel} was asked for, and it has only {there}")))
}

/// Reads a label map. `channel` selects the component of a vector image, as PyRadiomics' `label_channel` does; it has
/// no effect on a mask of one value per voxel.
///
/// # Errors
/// As [`read_channel`]; [`Error::Format`] if a value is no label.
///
/// DICOM contours and segmentations are read by `dicom::RoiSet` instead, since they need the image they were drawn on and
/// a choice of regions; here they are [`Error::Unsupported`].
pub fn read_mask(path: impl AsRef<Path>, channel: usize) -> Result<Mask> {
    let path = path.as_ref();
    #[cfg(feature = "dicom")]
    if is_dicom(path)? {
        return Err(source::unsupported(
            path,
            "it is DICOM: a mask of contours (RTSTRUCT) or a segmentation (SEG) is made on the image they were drawn on, of \
             chosen regions (dicom::RoiSet)",
        ));
    }
    let header = read_header(path)?;
    let volume = if header.layout.channels == 1 { header.read_channel(path, 0)? } else { read_channel(path, channel)? };
    Mask::new(volume).map_err(|e| match e {
        Error::Setting(what) => Error::Format { path: path.to_path_buf(), what },
        other => other,
    })
}

/// Whether a path is a folder or a DICOM file: what [`dicom`] reads.
///
/// # Errors
/// [`Error::Io`] if it does not exist or cannot be read.
#[cfg(feature = "dicom")]
pub fn is_dicom(path: &Path) -> Result<bool> {
    use std::io::Read;

    if path.is_dir() {
        return Ok(true);
    }
    let (file, _) = source::open_file(path)?;
    let mut start = Vec::new();
    file.take(132).read_to_end(&mut start).map_err(|e| source::io_error(path, e))?;
    Ok(dicom::recognise(&start))
}

fn read_header(path: &Path) -> Result<Header> {
    read_opened(path, &source::open(path)?)
}

fn read_opened(path: &Path, opened: &source::Opened) -> Result<Header> {
    match opened.kind {
        Kind::Nifti => nifti::read_header(path, opened),
        Kind::Nrrd => nrrd::read_header(path),
        Kind::MetaImage => metaimage::read_header(path),
    }
}

/// Writes an image; the extension chooses the format: `.nii`, `.nii.gz`, `.nrrd`, `.nhdr`, `.mha` or `.mhd`.
///
/// Only `.nii.gz` is compressed. A file is written whole or not at all; the data of `.nhdr` and `.mhd` go to a file of
/// the same name beside it. NIfTI stores spacing, origin and direction in single precision (except NIfTI-2, which is
/// written if a size is above 32 767), NRRD and MetaImage as they are.
///
/// # Errors
/// [`Error::Unsupported`] for another extension and for a grid that the format cannot hold, [`Error::Io`] if the file
/// cannot be written.
pub fn write(path: impl AsRef<Path>, image: &Volume) -> Result<()> {
    write_as(path.as_ref(), image, false)
}

/// Writes a label map as [`write()`] writes an image, but compressed in every format except `.nii`, since labels
/// compress a hundredfold.
///
/// # Errors
/// As [`write()`].
pub fn write_mask(path: impl AsRef<Path>, mask: &Mask) -> Result<()> {
    write_as(path.as_ref(), mask.as_volume(), true)
}

/// Checks that the extension of a file names a format that [`write()`] can write: worth asking before hours of work.
///
/// # Errors
/// [`Error::Unsupported`] if it does not.
///
/// # Example
/// ```
/// use radsurv_image::io;
/// assert!(io::check_extension("corrected.nii.gz").is_ok());
/// assert!(io::check_extension("corrected.dcm").is_err());
/// ```
pub fn check_extension(path: impl AsRef<Path>) -> Result<()> {
    written_as(path.as_ref()).map(|_| ())
}

fn write_as(path: &Path, image: &Volume, compress: bool) -> Result<()> {
    match written_as(path)? {
        (Kind::Nifti, other) => nifti::write(path, image, other),
        (Kind::Nrrd, other) => nrrd::write(path, image, compress, other),
        (Kind::MetaImage, other) => metaimage::write(path, image, compress, other),
    }
}

/// The format that an extension names, and whether it is that format's second form: compressed NIfTI, data in a file beside
/// the header.
fn written_as(path: &Path) -> Result<(Kind, bool)> {
    const EXTENSIONS: [(&str, Kind, bool); 6] = [
        (".nii", Kind::Nifti, false),
        (".nii.gz", Kind::Nifti, true),
        (".nrrd", Kind::Nrrd, false),
        (".nhdr", Kind::Nrrd, true),
        (".mha", Kind::MetaImage, false),
        (".mhd", Kind::MetaImage, true),
    ];
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let ends = |extension: &str| name.len() > extension.len() && name.ends_with(extension);
    let found = EXTENSIONS.into_iter().find(|(extension, ..)| ends(extension));
    found.map(|(_, kind, other)| (kind, other)).ok_or_else(|| {
        source::unsupported(
            path,
            "its extension names no format that can be written: use .nii.gz, .nii, .nrrd, .nhdr, .mha or .mhd",
        )
    })
}
