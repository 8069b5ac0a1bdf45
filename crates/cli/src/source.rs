//! Images and masks from whatever the user has: files, DICOM folders.

use std::path::Path;

use clap::{Args, ValueEnum};
use radsurv_image::io::dicom::{
    DrawnOn, PetValues, ReadOptions, RoiChoice, RoiOptions, RoiSet, SeriesChoice, SeriesGeometry, SplitBy,
};
use radsurv_image::{Mask, Volume, io};

use crate::console::Console;
use crate::error::{Error, Result};

/// An image that was read.
pub struct Loaded {
    /// The image.
    pub volume: Volume,
    /// Where the slices of a DICOM series are: what contours refer to.
    pub series: Option<SeriesGeometry>,
    /// What the user should know.
    pub notices: Vec<String>,
}

impl Loaded {
    /// An image of which there is nothing to say.
    pub fn plain(volume: Volume) -> Self {
        Self { volume, series: None, notices: Vec::new() }
    }
}

/// How to read DICOM; other formats need none of it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "DICOM")]
pub struct DicomArgs {
    /// Which series of a DICOM folder: its number, its UID, or (part of) its description; `*` and `?` are wildcards.
    #[arg(long, value_name = "SERIES")]
    pub series: Option<String>,
    /// Which of several volumes in a series, as NAME=VALUE; NAME is stack, b-value, time, echo, image-type, acquisition or
    /// direction. Can be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_select)]
    pub select: Vec<(SplitBy, String)>,
    /// PET images as standardised uptake values by body weight.
    #[arg(long)]
    pub suv: bool,
    /// Read series with missing or unevenly spaced slices as if they were even, with a warning.
    #[arg(long)]
    pub accept_uneven: bool,
}

fn parse_select(text: &str) -> std::result::Result<(SplitBy, String), String> {
    let names: Vec<&str> = SplitBy::ALL.iter().map(|by| by.name()).collect();
    let (name, value) = text.split_once('=').ok_or("give NAME=VALUE, for example b-value=800")?;
    let by = SplitBy::from_name(name).ok_or_else(|| format!("the names are {}", names.join(", ")))?;
    Ok((by, value.to_string()))
}

impl DicomArgs {
    /// The choice of a series.
    pub fn choice(&self) -> SeriesChoice {
        match self.series.as_deref().unwrap_or("").parse() {
            Ok(choice) => choice,
            Err(never) => match never {},
        }
    }

    /// The options of reading.
    pub fn options(&self) -> ReadOptions {
        ReadOptions {
            select: self.select.clone(),
            accept_uneven: self.accept_uneven,
            pet: if self.suv { PetValues::SuvBodyWeight } else { PetValues::Stored },
            ..ReadOptions::default()
        }
    }

    /// Reads an image.
    ///
    /// # Errors
    /// As [`io::read`] and the reading of DICOM series.
    pub fn read(&self, path: &Path) -> radsurv_image::Result<Loaded> {
        if !io::is_dicom(path)? {
            return Ok(Loaded::plain(io::read(path)?));
        }
        let image = io::dicom::read(path, &self.choice(), &self.options())?;
        let notices = image.notices.iter().map(|n| format!("{}: {n}", path.display())).collect();
        Ok(Loaded { volume: image.volume, series: Some(image.series), notices })
    }

    /// Reads an image and tells the notices.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn image(&self, path: &Path, console: &Console) -> Result<Loaded> {
        let loaded = self.read(path)?;
        loaded.notices.iter().for_each(|notice| console.line(&format!("notice: {notice}")));
        Ok(loaded)
    }

    /// The options as they were given.
    pub fn text(&self) -> String {
        let mut text: Vec<String> = Vec::new();
        text.extend(self.series.iter().map(|series| format!("--series {series}")));
        text.extend(self.select.iter().map(|(by, value)| format!("--select {}={value}", by.name())));
        text.extend(self.suv.then(|| "--suv".to_string()));
        text.extend(self.accept_uneven.then(|| "--accept-uneven".to_string()));
        text.join(" ")
    }
}

/// Which regions of a DICOM RTSTRUCT or SEG; masks of other formats need none of it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Contours and segmentations (DICOM)")]
pub struct RoiArgs {
    /// The region to take, by name or number; `*` and `?` are wildcards. Several are united; can be given several times.
    #[arg(long, value_name = "NAME")]
    pub roi: Vec<String>,
    /// How closely the image must be the one that the regions were drawn on.
    #[arg(long, value_enum, default_value_t = Drawn::Series)]
    pub drawn_on: Drawn,
    /// From which fraction on a pixel of a fractional segmentation is inside.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.5)]
    pub seg_threshold: f64,
}

/// How closely the image must be the one that regions were drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Drawn {
    /// It is the series that they refer to.
    Series,
    /// It has the same frame of reference: another sequence of the same examination.
    Space,
    /// Nothing is checked.
    Anything,
}

/// A mask that was read.
pub struct LoadedMask {
    /// The mask.
    pub mask: Mask,
    /// Labels and names of the regions of a DICOM object.
    pub names: Vec<(u32, String)>,
    /// What the user should know.
    pub notices: Vec<String>,
}

/// How far the grid of a mask file may be from that of a DICOM series, in voxels, to be the same in single precision.
const ROUNDING: f64 = 1e-4;

impl LoadedMask {
    /// A mask from a file. On a DICOM series it gets its grid if that differs by rounding only: a NIfTI file keeps the grid in
    /// single precision.
    ///
    /// # Errors
    /// None in practice: the grid is looked at first.
    pub fn plain(mask: Mask, image: &Loaded) -> radsurv_image::Result<Self> {
        let grid = image.volume.geometry();
        let rounded = image.series.is_some() && grid.check_same(mask.geometry(), ROUNDING).is_ok();
        let mask = if rounded { mask.on_grid(grid, ROUNDING)? } else { mask };
        Ok(Self { mask, names: Vec::new(), notices: Vec::new() })
    }
}

impl RoiArgs {
    /// Reads a mask; contours and segmentations on the grid of the image.
    ///
    /// # Errors
    /// As [`io::read_mask`] and [`RoiSet`].
    pub fn read(
        &self,
        path: &Path,
        channel: usize,
        image: &Loaded,
        separate: bool,
    ) -> radsurv_image::Result<LoadedMask> {
        if !io::is_dicom(path)? {
            return LoadedMask::plain(io::read_mask(path, channel)?, image);
        }
        let drawn_on = match self.drawn_on {
            Drawn::Series => DrawnOn::ThisSeries,
            Drawn::Space => DrawnOn::SameSpace,
            Drawn::Anything => DrawnOn::Anything,
        };
        let options = RoiOptions { drawn_on, threshold: self.seg_threshold };
        let names = self.roi.iter().map(String::as_str);
        let choice = if separate { RoiChoice::separate(names) } else { RoiChoice::union(names) };
        let set = RoiSet::open(path)?;
        let made = match &image.series {
            Some(series) => set.mask(series, &choice, &options)?,
            None => set.mask_on(image.volume.geometry(), &choice, &options)?,
        };
        Ok(LoadedMask {
            mask: made.mask,
            names: made.labels.iter().map(|(label, roi)| (*label, roi.name.clone())).collect(),
            notices: made.notices.iter().map(|n| format!("{}: {n}", path.display())).collect(),
        })
    }

    /// Reads a mask that has to be on the grid of an image, and tells the notices.
    ///
    /// # Errors
    /// As [`read`](Self::read); if the grids differ by more than rounding, with the remedy.
    pub fn mask_on(
        &self,
        path: &Path,
        image: &Loaded,
        image_path: &Path,
        separate: bool,
        console: &Console,
    ) -> Result<LoadedMask> {
        let loaded = self.read(path, 0, image, separate)?;
        loaded.notices.iter().for_each(|notice| console.line(&format!("notice: {notice}")));
        let mask = loaded.mask.on_grid(image.volume.geometry(), ROUNDING).map_err(|error| {
            Error::Input(format!(
                "{} is not on the grid of {}: {error}; radsurv image resample {} --like {} --labels puts it there",
                path.display(),
                image_path.display(),
                path.display(),
                image_path.display()
            ))
        })?;
        Ok(LoadedMask { mask, ..loaded })
    }

    /// The options as they were given.
    pub fn text(&self) -> String {
        let mut text: Vec<String> = self.roi.iter().map(|roi| format!("--roi {roi}")).collect();
        if self.drawn_on != Drawn::Series {
            text.push(format!("--drawn-on {:?}", self.drawn_on).to_lowercase());
        }
        if self.seg_threshold != 0.5 {
            text.push(format!("--seg-threshold {}", self.seg_threshold));
        }
        text.join(" ")
    }
}
