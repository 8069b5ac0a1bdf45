//! `radsurv image`: looking at images and making new ones.

mod adc;
mod convert;
mod info;
mod mask;
mod n4;
mod overlay;
mod resample;
mod ring;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use radsurv_data::fs::check_writable;
use radsurv_image::{Geometry, io};

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::source::DicomArgs;

/// `radsurv image`
#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Print what the headers of image files say, and which series a DICOM folder has, without reading voxels.
    Info {
        /// Image or mask files, or folders.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Write an image in another format; a DICOM folder as one file.
    Convert(convert::ConvertArgs),
    /// Put an image or a mask on another grid.
    Resample(resample::ResampleArgs),
    /// Correct the bias field of an MR image with N4.
    N4(n4::N4Args),
    /// Make a mask on the grid of an image from contours (RTSTRUCT) or a segmentation (SEG).
    Mask(mask::MaskArgs),
    /// Make the ring around a mask.
    Ring(ring::RingArgs),
    /// Compute the apparent diffusion coefficient from diffusion-weighted images.
    Adc(adc::AdcArgs),
    /// Write a PNG picture of slices with masks outlined.
    Overlay(overlay::OverlayArgs),
}

/// An image to read.
#[derive(Debug, Args)]
pub struct Input {
    /// The image: NIfTI, NRRD, MetaImage, a DICOM file or a DICOM folder.
    #[arg(value_name = "IMAGE")]
    pub image: PathBuf,
    /// How to read DICOM.
    #[command(flatten)]
    pub dicom: DicomArgs,
}

/// Runs a command.
///
/// # Errors
/// If an input cannot be read or used, or the output cannot be written.
pub fn run(command: &ImageCommand, console: &Console) -> Result<Status> {
    match command {
        ImageCommand::Info { files } => return info::info(files, console),
        ImageCommand::Convert(args) => convert::run(args, console)?,
        ImageCommand::Resample(args) => resample::run(args, console)?,
        ImageCommand::N4(args) => n4::run(args, console)?,
        ImageCommand::Mask(args) => mask::run(args, console)?,
        ImageCommand::Ring(args) => ring::run(args, console)?,
        ImageCommand::Adc(args) => adc::run(args, console)?,
        ImageCommand::Overlay(args) => overlay::run(args, console)?,
    }
    Ok(Status::Done)
}

/// Three numbers for x, y, z from one (for all) or three, separated by commas or x.
fn three<T: Copy + std::str::FromStr>(text: &str, what: &str) -> std::result::Result<[T; 3], String> {
    let parts: Option<Vec<T>> = text.split([',', 'x']).map(|part| part.trim().parse().ok()).collect();
    match parts.as_deref() {
        Some(&[all]) => Ok([all; 3]),
        Some(&[x, y, z]) => Ok([x, y, z]),
        _ => Err(format!("give {what} as one number or as three for x, y, z: 1,1,3")),
    }
}

/// Checks before any work that images can be written: their formats, their folders, and that no two are the same file.
fn check_outputs<const N: usize>(outputs: [Option<&PathBuf>; N]) -> Result<()> {
    let outputs: Vec<&PathBuf> = outputs.into_iter().flatten().collect();
    for (i, path) in outputs.iter().enumerate() {
        io::check_extension(path)?;
        check_writable(path).map_err(|source| Error::Write { path: path.to_path_buf(), source })?;
        if outputs[..i].contains(path) {
            return Err(Error::Usage(format!("{} is to be written twice: give different names", path.display())));
        }
    }
    Ok(())
}

/// Says what was written.
fn wrote(console: &Console, path: &std::path::Path, geometry: &Geometry) {
    let [x, y, z] = geometry.size();
    console.line(&format!("wrote {}: {x} x {y} x {z} voxels", path.display()));
}

/// The voxels of a mask as a region: of one label, or all of them.
fn region(mask: &radsurv_image::Mask, label: Option<u32>, path: &std::path::Path) -> Result<radsurv_image::Region> {
    let region = match label {
        Some(label) => mask.region(label),
        None => mask.union(),
    };
    region.map_err(|error| Error::Input(format!("{}: {error}", path.display())))
}
