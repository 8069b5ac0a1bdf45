//! `radsurv image ring`.

use std::path::PathBuf;

use clap::Args;
use radsurv_image::morphology::{BodyMask, IntensityRange, RingSettings, peritumoural_ring};
use radsurv_image::{Region, io};

use super::{check_outputs, region, wrote};
use crate::args::parse_mm;
use crate::console::Console;
use crate::error::{Error, Result};
use crate::source::{DicomArgs, RoiArgs};

/// `radsurv image ring`
#[derive(Debug, Args)]
pub struct RingArgs {
    /// The mask: a file, or contours (RTSTRUCT) or a segmentation (SEG) with --image.
    #[arg(value_name = "MASK")]
    mask: PathBuf,
    /// The width of the ring in mm: voxels whose distance from the mask is above the gap and at most this much more.
    #[arg(long, value_name = "MM", value_parser = parse_mm)]
    mm: f64,
    /// Leave out voxels up to this distance in mm from the mask.
    #[arg(long, value_name = "MM", default_value_t = 0.0)]
    gap: f64,
    /// The label of the region [default: all that are not 0].
    #[arg(long, value_name = "N")]
    label: Option<u32>,
    /// The image of the mask: contours are drawn on its grid, other masks must be on it.
    #[arg(long, value_name = "IMAGE")]
    image: Option<PathBuf>,
    /// Keep the ring inside the body: the largest piece of the image above Otsu's threshold, its holes filled.
    #[arg(long, requires = "image")]
    body: bool,
    /// Leave out voxels with these intensities, FROM:TO; an end may be missing, `:-500` for air, `300:` for bone. Can be
    /// given several times.
    #[arg(long, value_name = "FROM:TO", requires = "image", value_parser = parse_range, allow_hyphen_values = true)]
    exclude: Vec<IntensityRange>,
    #[command(flatten)]
    roi: RoiArgs,
    #[command(flatten)]
    dicom: DicomArgs,
    /// The mask to write, with label 1.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn parse_range(text: &str) -> std::result::Result<IntensityRange, String> {
    let end = |text: &str| match text.trim() {
        "" => Ok(None),
        number => number.parse().map(Some).map_err(|_| format!("{number:?} is no intensity")),
    };
    let (from, to) = text.split_once(':').ok_or("give FROM:TO, with one end missing if need be: :-500")?;
    Ok(IntensityRange { from: end(from)?, to: end(to)? })
}

/// Reads a mask and writes the ring.
pub fn run(args: &RingArgs, console: &Console) -> Result<()> {
    let settings = RingSettings {
        inner_gap_mm: args.gap,
        width_mm: args.mm,
        body: args.body.then(BodyMask::default),
        exclude: args.exclude.clone(),
    };
    check_outputs([Some(&args.out)])?;
    let image = match &args.image {
        Some(path) => Some((path, args.dicom.image(path, console)?)),
        None => None,
    };
    let mask = match &image {
        Some((path, image)) => args.roi.mask_on(&args.mask, image, path, false, console)?.mask,
        None if io::is_dicom(&args.mask)? => {
            return Err(Error::Usage(format!(
                "{}: give the image they were drawn on with --image",
                args.mask.display()
            )));
        }
        None => io::read_mask(&args.mask, 0)?,
    };
    let of = region(&mask, args.label, &args.mask)?;
    let made = peritumoural_ring(&of, image.as_ref().map(|(_, image)| &image.volume), &settings)?;
    let ring = &made.region;
    let ring = Region::new(ring.geometry().clone(), 1, *ring.bounds(), ring.inside())?;
    io::write_mask(&args.out, &ring.to_mask()?)?;
    if made.outside_body + made.excluded > 0 {
        console.line(&format!(
            "{} voxels, without {} outside of the body and {} excluded by intensity",
            ring.voxel_count(),
            made.outside_body,
            made.excluded
        ));
    }
    wrote(console, &args.out, ring.geometry());
    Ok(())
}
