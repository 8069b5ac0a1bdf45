//! `radsurv image n4`.

use std::path::PathBuf;

use clap::Args;
use radsurv_image::intensity::n4::{N4Settings, correct};
use radsurv_image::io;

use super::{Input, check_outputs, region, three, wrote};
use crate::console::Console;
use crate::error::Result;
use crate::n4::N4;
use crate::source::RoiArgs;

/// `radsurv image n4`
#[derive(Debug, Args)]
pub struct N4Args {
    #[command(flatten)]
    input: Input,
    /// Estimate the field from the voxels of this mask only [default: all voxels, as SimpleITK].
    #[arg(long, value_name = "FILE", conflicts_with = "otsu")]
    mask: Option<PathBuf>,
    /// Only those with this label [default: all that are not 0].
    #[arg(long, value_name = "N", requires = "mask")]
    label: Option<u32>,
    #[command(flatten)]
    roi: RoiArgs,
    /// Estimate the field from the voxels above Otsu's threshold, as 3D Slicer does without a mask.
    #[arg(long)]
    otsu: bool,
    /// Estimate the field on every such voxel only, one number or x,y,z; the whole image is corrected.
    #[arg(long, value_name = "N", default_value = "1", value_parser = |s: &str| three::<usize>(s, "the factor"))]
    shrink: [usize; 3],
    /// The most iterations of each level.
    #[arg(long, value_name = "AxBx...", default_value = "50x50x50x50", value_parser = parse_iterations)]
    iterations: Levels,
    /// A level ends when the field changes by no more than this.
    #[arg(long, value_name = "X", default_value_t = 0.001)]
    convergence_threshold: f64,
    /// The corrected image to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also write the logarithm of the bias field.
    #[arg(long, value_name = "FILE")]
    field: Option<PathBuf>,
}

/// Iterations of each level.
#[derive(Debug, Clone)]
pub struct Levels(Vec<usize>);

fn parse_iterations(text: &str) -> std::result::Result<Levels, String> {
    let numbers: Option<Vec<usize>> = text.split(['x', ',']).map(|n| n.trim().parse().ok()).collect();
    numbers.map(Levels).ok_or_else(|| "give a number for each level: 50x40x30".to_string())
}

/// Reads, corrects and writes.
pub fn run(args: &N4Args, console: &Console) -> Result<()> {
    let settings = N4Settings {
        shrink_factor: args.shrink,
        maximum_number_of_iterations: args.iterations.0.clone(),
        convergence_threshold: args.convergence_threshold,
        ..N4Settings::default()
    };
    settings.check()?;
    check_outputs([Some(&args.out), args.field.as_ref()])?;
    let path = &args.input.image;
    let loaded = args.input.dicom.image(path, console)?;
    let image = &loaded.volume;
    let region = match &args.mask {
        Some(mask) => Some(region(&args.roi.mask_on(mask, &loaded, path, false, console)?.mask, args.label, mask)?),
        None => None,
    };
    let result = match &region {
        Some(region) => correct(image, Some(region), &settings)?,
        None => {
            let n4 = N4 { settings, otsu: args.otsu };
            n4.notice(image, path).iter().for_each(|notice| console.line(&format!("notice: {notice}")));
            n4.correct(image)?
        }
    };
    io::write(&args.out, &result.corrected)?;
    if let Some(field) = &args.field {
        io::write(field, &result.log_bias_field)?;
    }
    for (i, level) in result.levels.iter().enumerate() {
        if console.is_verbose() {
            let [x, y, z] = level.control_points;
            let end = level.convergence.last().copied().unwrap_or(0.0);
            let n = level.iterations();
            console.line(&format!("level {}: {x} x {y} x {z} control points, {n} iterations, change {end:.2e}", i + 1));
        }
    }
    wrote(console, &args.out, image.geometry());
    Ok(())
}
