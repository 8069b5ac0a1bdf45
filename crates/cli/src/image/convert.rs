//! `radsurv image convert`.

use std::path::PathBuf;

use clap::Args;
use radsurv_image::io;

use super::{Input, check_outputs, wrote};
use crate::console::Console;
use crate::error::Result;

/// `radsurv image convert`
#[derive(Debug, Args)]
pub struct ConvertArgs {
    #[command(flatten)]
    input: Input,
    /// The file to write: .nii, .nii.gz, .nrrd, .nhdr, .mha or .mhd. Nothing of the patient is in it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Reads and writes.
pub fn run(args: &ConvertArgs, console: &Console) -> Result<()> {
    check_outputs([Some(&args.out)])?;
    let image = args.input.dicom.image(&args.input.image, console)?.volume;
    io::write(&args.out, &image)?;
    wrote(console, &args.out, image.geometry());
    Ok(())
}
