//! `radsurv image ring`.

use std::path::PathBuf;

use clap::Args;
use radsurv_image::{io, morphology};

use super::{region, wrote};
use crate::args::parse_mm;
use crate::console::Console;
use crate::error::Result;
use crate::source::{DicomArgs, RoiArgs};

/// `radsurv image ring`
#[derive(Debug, Args)]
pub struct RingArgs {
    /// The mask.
    #[arg(value_name = "MASK")]
    mask: PathBuf,
    /// The width of the ring in mm: voxels whose distance from the mask is above 0 and at most this.
    #[arg(long, value_name = "MM", value_parser = parse_mm)]
    mm: f64,
    /// The label of the region [default: all that are not 0].
    #[arg(long, value_name = "N")]
    label: Option<u32>,
    /// The image of the mask: contours are drawn on its grid, other masks must be on it.
    #[arg(long, value_name = "IMAGE")]
    image: Option<PathBuf>,
    #[command(flatten)]
    roi: RoiArgs,
    #[command(flatten)]
    dicom: DicomArgs,
    /// The mask to write, with label 1.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Reads a mask and writes the ring.
pub fn run(args: &RingArgs, console: &Console) -> Result<()> {
    let mask = match &args.image {
        Some(path) => args.roi.mask_on(&args.mask, &args.dicom.image(path, console)?, path, console)?,
        None => io::read_mask(&args.mask, 0)?,
    };
    let ring = morphology::ring(&region(&mask, args.label, &args.mask)?, args.mm)?;
    let inside = radsurv_image::Region::new(ring.geometry().clone(), 1, *ring.bounds(), ring.inside())?;
    io::write_mask(&args.out, &inside.to_mask()?)?;
    wrote(console, &args.out, ring.geometry());
    Ok(())
}
