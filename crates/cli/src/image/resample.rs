//! `radsurv image resample`.

use std::path::PathBuf;

use clap::Args;
use radsurv_image::resample::{Interpolator, resample, resample_mask};
use radsurv_image::{Geometry, Mask, io};

use super::{Input, check_outputs, three, wrote};
use crate::console::Console;
use crate::error::{Error, Result};

/// `radsurv image resample`
#[derive(Debug, Args)]
pub struct ResampleArgs {
    #[command(flatten)]
    input: Input,
    /// The new spacing in mm, one number or x,y,z; 0 keeps that of an axis. The corner of the image stays where it is.
    #[arg(long, value_name = "MM", required_unless_present = "like", value_parser = |s: &str| three::<f64>(s, "the spacing"))]
    spacing: Option<[f64; 3]>,
    /// An image whose grid to take.
    #[arg(long, value_name = "IMAGE", conflicts_with = "spacing")]
    like: Option<PathBuf>,
    /// The interpolator, by SimpleITK's name [default: sitkBSpline].
    #[arg(long, value_name = "NAME", conflicts_with = "labels")]
    interpolator: Option<String>,
    /// The input is a mask: labels are kept, by nearest neighbour.
    #[arg(long)]
    labels: bool,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Reads, resamples and writes.
pub fn run(args: &ResampleArgs, console: &Console) -> Result<()> {
    check_outputs([Some(&args.out)])?;
    let interpolator = match &args.interpolator {
        Some(name) => Interpolator::from_name(name)?,
        None => Interpolator::BSpline,
    };
    let image = args.input.dicom.image(&args.input.image, console)?.volume;
    let target = match (&args.like, args.spacing) {
        (Some(path), _) => io::read_info(path)?.geometry,
        (None, Some(spacing)) => finer(image.geometry(), spacing)?,
        (None, None) => return Err(Error::Usage("give --spacing or --like".into())),
    };
    if args.labels {
        let mask = Mask::new(image).map_err(|e| Error::Input(format!("{}: {e}", args.input.image.display())))?;
        io::write_mask(&args.out, &resample_mask(&mask, &target)?)?;
    } else {
        io::write(&args.out, &resample(&image, &target, interpolator)?)?;
    }
    wrote(console, &args.out, &target);
    Ok(())
}

/// The most voxels of a grid that is asked for by its spacing: 8 GiB of float64.
const MOST_VOXELS: f64 = (1u64 << 30) as f64;

/// The grid of an image with another spacing: the outer corner of its first voxel stays, the size is rounded up.
fn finer(grid: &Geometry, spacing_mm: [f64; 3]) -> Result<Geometry> {
    let (old, size) = (grid.spacing_mm(), grid.size());
    if spacing_mm.iter().any(|s| !(s.is_finite() && *s >= 0.0)) {
        return Err(Error::Usage(format!(
            "--spacing {spacing_mm:?}: give positive numbers in mm, or 0 to keep an axis"
        )));
    }
    let keep = |a: usize| spacing_mm[a] == 0.0 || (grid.dimension() == 2 && a == 2);
    let spacing: [f64; 3] = std::array::from_fn(|a| if keep(a) { old[a] } else { spacing_mm[a] });
    let extent: [f64; 3] = std::array::from_fn(|a| size[a] as f64 * old[a] / spacing[a]);
    // A size that is whole but for rounding errors is not rounded up.
    let counts = extent.map(|n| (n - 1e-9 * n).ceil().max(1.0));
    if counts.iter().product::<f64>() > MOST_VOXELS {
        return Err(Error::Input(format!(
            "a grid of {} x {} x {} voxels is too large: take a larger spacing",
            counts[0], counts[1], counts[2]
        )));
    }
    let origin = grid.index_to_point(std::array::from_fn(|a| (spacing[a] / old[a] - 1.0) / 2.0));
    let geometry = Geometry::new(counts.map(|n| n as usize), spacing, origin, *grid.direction())?;
    Ok(if grid.dimension() == 2 { geometry.into_2d()? } else { geometry })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_corner_stays() {
        let grid = Geometry::new([10, 10, 4], [1.0, 1.0, 3.0], [5.0, 6.0, 7.0], Geometry::IDENTITY).unwrap();
        let new = finer(&grid, [0.5, 0.0, 1.0]).unwrap();
        assert_eq!((new.size(), new.spacing_mm()), ([20, 10, 12], [0.5, 1.0, 1.0]));
        assert_eq!(new.origin_mm(), [4.75, 6.0, 6.0]);
        assert!(finer(&grid, [1e-6; 3]).is_err() && finer(&grid, [-1.0; 3]).is_err());
        assert!(finer(&grid, [f64::NAN; 3]).is_err());
    }
}
