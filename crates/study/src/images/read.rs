//! Images and masks from files and, with the feature `dicom`, from DICOM folders, contours and segmentations.

use std::path::Path;

#[cfg(feature = "dicom")]
use radsurv_image::io::dicom::{self, RoiChoice, RoiOptions, RoiSet, SeriesGeometry};
use radsurv_image::{Mask, Result, Volume, io};

/// How far the grid of a mask file may be from that of a DICOM series, in voxels, to be the same in single precision.
#[cfg(feature = "dicom")]
const ROUNDING: f64 = 1e-4;

/// An image that was read.
pub(super) struct Image {
    pub volume: Volume,
    /// Where the slices of a DICOM series are: what contours refer to.
    #[cfg(feature = "dicom")]
    series: Option<SeriesGeometry>,
    /// What the user should know.
    pub notices: Vec<String>,
}

/// A mask that was read.
pub(super) struct Labels {
    pub mask: Mask,
    /// What the user should know.
    pub notices: Vec<String>,
}

impl Image {
    pub fn read(path: &Path) -> Result<Self> {
        #[cfg(feature = "dicom")]
        if io::is_dicom(path)? {
            let image = dicom::read(path, &Default::default(), &Default::default())?;
            let notices = image.notices.iter().map(ToString::to_string).collect();
            return Ok(Self { volume: image.volume, series: Some(image.series), notices });
        }
        Ok(Self {
            volume: io::read(path)?,
            #[cfg(feature = "dicom")]
            series: None,
            notices: Vec::new(),
        })
    }

    /// A mask on this image. `roi` chooses among the regions of a DICOM object; other masks need none of it.
    pub fn labels(&self, path: &Path, channel: usize, roi: &[String]) -> Result<Labels> {
        #[cfg(feature = "dicom")]
        if io::is_dicom(path)? {
            let (set, options) = (RoiSet::open(path)?, RoiOptions::default());
            let choice = RoiChoice::union(roi.iter().map(String::as_str));
            let made = match &self.series {
                Some(series) => set.mask(series, &choice, &options)?,
                None => set.mask_on(self.volume.geometry(), &choice, &options)?,
            };
            return Ok(Labels { mask: made.mask, notices: made.notices.iter().map(ToString::to_string).collect() });
        }
        #[cfg(not(feature = "dicom"))]
        let _ = roi;
        let mask = io::read_mask(path, channel)?;
        #[cfg(feature = "dicom")]
        if self.series.is_some() && self.volume.geometry().check_same(mask.geometry(), ROUNDING).is_ok() {
            let mask = mask.on_grid(self.volume.geometry(), ROUNDING)?;
            return Ok(Labels { mask, notices: Vec::new() });
        }
        Ok(Labels { mask, notices: Vec::new() })
    }
}

/// Whether a path is a folder or a DICOM file. A mask of that kind cannot be read without its image.
#[cfg(feature = "dicom")]
pub(super) fn is_dicom(path: &Path) -> bool {
    io::is_dicom(path).unwrap_or(false)
}

/// Nothing is read as DICOM.
#[cfg(not(feature = "dicom"))]
pub(super) fn is_dicom(_: &Path) -> bool {
    false
}
