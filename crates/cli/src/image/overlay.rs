//! `radsurv image overlay`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_image::{Region, morphology};
use radsurv_plot::overlay::{COLOURS, Outline, OverlaySettings, montage};

use super::Input;
use crate::args::parse_mm;
use crate::console::Console;
use crate::error::{Error, Result};
use crate::source::RoiArgs;

/// `radsurv image overlay`
#[derive(Debug, Args)]
pub struct OverlayArgs {
    #[command(flatten)]
    input: Input,
    /// Masks on the grid of the image, separated by commas; each label has a colour of its own.
    #[arg(long, value_name = "FILE,...", value_delimiter = ',')]
    mask: Vec<PathBuf>,
    #[command(flatten)]
    roi: RoiArgs,
    /// Also outline the ring of this width in mm around all labels of the first mask.
    #[arg(long, value_name = "MM", value_parser = parse_mm, requires = "mask")]
    ring: Option<f64>,
    /// Number of slices.
    #[arg(long, value_name = "N", default_value_t = 12)]
    slices: usize,
    /// Slices beside each other.
    #[arg(long, value_name = "N", default_value_t = 4)]
    columns: usize,
    /// Width of a slice in pixels.
    #[arg(long, value_name = "N", default_value_t = 256)]
    width: usize,
    /// Across which axis of the image the slices are cut.
    #[arg(long, value_enum, default_value_t = Axis::Z)]
    axis: Axis,
    /// The intensities that are black and white [default: soft tissue for a CT, else percentiles].
    #[arg(long, value_name = "BLACK,WHITE", value_parser = parse_window, allow_hyphen_values = true)]
    window: Option<(f64, f64)>,
    /// The picture to write, .png.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// An axis of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Axis {
    /// Sagittal, in an axial series.
    X,
    /// Coronal, in an axial series.
    Y,
    /// The slices as they are.
    Z,
}

fn parse_window(text: &str) -> std::result::Result<(f64, f64), String> {
    let parsed = text.split_once(',').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
    parsed.ok_or_else(|| "give the intensities of black and white: -160,240".to_string())
}

/// Reads an image and masks and writes the picture.
pub fn run(args: &OverlayArgs, console: &Console) -> Result<()> {
    if !args.out.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")) {
        return Err(Error::Usage(format!("--out {}: the picture is a PNG file, name it .png", args.out.display())));
    }
    let path = &args.input.image;
    let image = args.input.dicom.image(path, console)?;
    let mut regions: Vec<Region> = Vec::new();
    let mut ring = None;
    for (i, file) in args.mask.iter().enumerate() {
        let mask = args.roi.mask_on(file, &image, path, false, console)?.mask;
        for label in mask.labels().into_keys() {
            regions.push(super::region(&mask, Some(label), file)?);
        }
        if let (0, Some(mm)) = (i, args.ring) {
            ring = Some(morphology::ring(&super::region(&mask, None, file)?, mm)?);
        }
    }
    regions.extend(ring);
    let colours = COLOURS.iter().cycle();
    let outlines: Vec<Outline> =
        regions.iter().zip(colours).map(|(region, &colour)| Outline { region, colour }).collect();
    let settings = OverlaySettings {
        axis: args.axis as usize,
        slices: args.slices,
        columns: args.columns,
        slice_width: args.width,
        window: args.window,
    };
    let picture = montage(&image.volume, &outlines, &settings)?;
    picture.write_png(&args.out)?;
    console.line(&format!("wrote {}: {} x {} pixels", args.out.display(), picture.width(), picture.height()));
    Ok(())
}
