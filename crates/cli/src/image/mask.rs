//! `radsurv image mask`.

use std::path::PathBuf;

use clap::Args;
use radsurv_image::io;

use super::{check_outputs, wrote};
use crate::console::Console;
use crate::error::Result;
use crate::source::{DicomArgs, RoiArgs};

/// `radsurv image mask`
#[derive(Debug, Args)]
pub struct MaskArgs {
    /// A DICOM RTSTRUCT or SEG, or a folder with one of them. Masks of other formats must be on the grid of the image.
    #[arg(value_name = "MASK")]
    mask: PathBuf,
    /// The image they were drawn on.
    #[arg(long, value_name = "IMAGE")]
    image: PathBuf,
    /// Give each region a label of its own, 1, 2, ... in the order of the file, instead of uniting them under label 1.
    #[arg(long)]
    separate: bool,
    #[command(flatten)]
    roi: RoiArgs,
    #[command(flatten)]
    dicom: DicomArgs,
    /// The mask to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Reads contours and writes a mask on the grid of the image.
pub fn run(args: &MaskArgs, console: &Console) -> Result<()> {
    check_outputs([Some(&args.out)])?;
    let image = args.dicom.image(&args.image, console)?;
    let made = args.roi.mask_on(&args.mask, &image, &args.image, args.separate, console)?;
    io::write_mask(&args.out, &made.mask)?;
    for (label, name) in &made.names {
        console.line(&format!("label {label}: {name}"));
    }
    wrote(console, &args.out, made.mask.geometry());
    Ok(())
}
