//! `radsurv image adc`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use radsurv_image::diffusion::{AdcMethod, AdcSettings, adc_maps, average_directions};
use radsurv_image::io::dicom::{self, SeriesChoice};
use radsurv_image::{Region, Volume, io};

use super::{check_outputs, region, wrote};
use crate::console::Console;
use crate::error::{Error, Result};
use crate::source::{DicomArgs, Loaded, RoiArgs};

/// `radsurv image adc`
#[derive(Debug, Args)]
pub struct AdcArgs {
    /// A DICOM folder with a diffusion series; or an image per b-value, or one with a volume per b-value, with --b.
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<PathBuf>,
    /// The b-values of the images in s/mm2, in their order. DICOM has them in its headers.
    #[arg(long, value_name = "B,B,...", value_delimiter = ',')]
    b: Vec<f64>,
    /// The fit.
    #[arg(long, value_enum, default_value_t = Method::LogLinear)]
    method: Method,
    /// Signals up to this value are left out as noise; zero and negative ones always are.
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    noise_floor: f64,
    /// b-values below this are left out, because perfusion adds to the decay there.
    #[arg(long, value_name = "B", default_value_t = 0.0)]
    lowest_b: f64,
    /// Compute it inside of this mask only, and print its statistics.
    #[arg(long, value_name = "FILE")]
    mask: Option<PathBuf>,
    /// The label of the region [default: all that are not 0].
    #[arg(long, value_name = "N", requires = "mask")]
    label: Option<u32>,
    #[command(flatten)]
    roi: RoiArgs,
    #[command(flatten)]
    dicom: DicomArgs,
    /// The map of the apparent diffusion coefficient to write, in mm2/s; 0 where there is none.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also write the signal at b = 0 according to the fit.
    #[arg(long, value_name = "FILE")]
    s0: Option<PathBuf>,
    /// Also write the goodness of fit, R2.
    #[arg(long, value_name = "FILE")]
    r2: Option<PathBuf>,
}

/// How the decay is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Least squares on the logarithms of the signals.
    LogLinear,
    /// Weighted with the squared signals.
    Weighted,
}

/// Reads the images of all b-values and writes the maps.
pub fn run(args: &AdcArgs, console: &Console) -> Result<()> {
    let settings = AdcSettings {
        method: match args.method {
            Method::LogLinear => AdcMethod::LogLinear,
            Method::Weighted => AdcMethod::Weighted,
        },
        noise_floor: args.noise_floor,
        lowest_b: args.lowest_b,
    };
    check_outputs([Some(&args.out), args.s0.as_ref(), args.r2.as_ref()])?;
    let read = if args.b.is_empty() { series(args, console)? } else { files(args, console)? };
    let pairs: Vec<(f64, &Volume)> = read.iter().map(|(b, image)| (*b, &image.volume)).collect();
    // Directions and repetitions of a b-value become one image.
    let images = average_directions(&pairs)?;
    let pairs: Vec<(f64, &Volume)> = images.iter().map(|(b, image)| (*b, image)).collect();
    let region = args.mask.as_ref().map(|path| mask(args, path, &read, console)).transpose()?;
    let maps = adc_maps(&pairs, region.as_ref(), &settings)?;
    io::write(&args.out, &maps.adc)?;
    for (path, map) in [(&args.s0, &maps.s0), (&args.r2, &maps.r_squared)] {
        if let Some(path) = path {
            io::write(path, map)?;
        }
    }
    let b: Vec<String> = maps.b_values.iter().map(f64::to_string).collect();
    let counts = &maps.counts;
    console.line(&format!(
        "b = {} s/mm2: {} of {} voxels have a fit, {} of them without all signals, {} with a negative ADC",
        b.join(", "),
        counts.fitted,
        counts.voxels,
        counts.fitted_partly,
        counts.negative
    ));
    if let Some(region) = &region {
        let s = maps.statistics(region)?;
        console.line(&format!(
            "ADC in mm2/s: mean {:.6e}, SD {:.6e}, median {:.6e}, {:.6e} to {:.6e}, {} voxels",
            s.mean(),
            s.standard_deviation().unwrap_or(0.0),
            s.median(),
            s.minimum(),
            s.maximum(),
            s.count()
        ));
    }
    wrote(console, &args.out, maps.adc.geometry());
    Ok(())
}

/// The region of a mask, which may have been drawn on any of the images.
fn mask(args: &AdcArgs, path: &Path, read: &[(f64, Loaded)], console: &Console) -> Result<Region> {
    let fits = |image: &&(f64, Loaded)| args.roi.read(path, 0, &image.1, false).is_ok();
    let Some((_, image)) = read.iter().find(fits).or(read.first()) else {
        return Err(Error::Input("there is no image".to_string()));
    };
    region(&args.roi.mask_on(path, image, &args.images[0], false, console)?.mask, args.label, path)
}

/// The images of files, or the volumes of one file.
fn files(args: &AdcArgs, console: &Console) -> Result<Vec<(f64, Loaded)>> {
    let volumes = match &args.images[..] {
        [one] if args.b.len() > 1 && !io::is_dicom(one)? => {
            let there = io::read_info(one)?.channels;
            check_count(args.b.len(), there, "volumes")?;
            let volume = |channel| Ok(Loaded::plain(io::read_channel(one, channel)?));
            (0..there).map(volume).collect::<Result<Vec<_>>>()?
        }
        several => {
            check_count(args.b.len(), several.len(), "images")?;
            several.iter().map(|path| args.dicom.image(path, console)).collect::<Result<Vec<_>>>()?
        }
    };
    Ok(args.b.iter().copied().zip(volumes).collect())
}

fn check_count(given: usize, there: usize, what: &str) -> Result<()> {
    if given == there {
        return Ok(());
    }
    Err(Error::Usage(format!("--b has {given} values, and there are {there} {what}: give one for each")))
}

/// The volumes of DICOM series: of the chosen one, or of all with b-values.
fn series(args: &AdcArgs, console: &Console) -> Result<Vec<(f64, Loaded)>> {
    let mut all = Vec::new();
    for path in &args.images {
        if !io::is_dicom(path)? {
            return Err(Error::Usage(format!("{}: give the b-values of the images with --b", path.display())));
        }
        let scan = dicom::scan(path)?;
        scan.unreadable_notice().iter().for_each(|n| console.line(&format!("notice: {}: {n}", path.display())));
        let chosen: Vec<&dicom::Series> = match args.dicom.choice() {
            SeriesChoice::Only => scan.series.iter().filter(|s| s.image && !s.b_values.is_empty()).collect(),
            choice => vec![scan.choose(&choice)?],
        };
        if chosen.is_empty() {
            return Err(Error::Input(format!(
                "{}: no series in it has b-values in its headers; give the image of each b-value and --b",
                path.display()
            )));
        }
        check_apart(path, &chosen)?;
        for volume in dicom::read_by_b_value(&chosen, &args.dicom.options())? {
            for notice in &volume.image.notices {
                console.line(&format!("notice: {}: {notice}", path.display()));
            }
            let loaded = Loaded { series: Some(volume.image.series), ..Loaded::plain(volume.image.volume) };
            all.push((volume.b_value, loaded));
        }
    }
    Ok(all)
}

/// Refuses several series with the same b-value that nobody chose: they may be two acquisitions, or one and what the scanner
/// made of it.
fn check_apart(path: &Path, series: &[&dicom::Series]) -> Result<()> {
    let twice = |(i, s): (usize, &&dicom::Series)| {
        s.b_values.iter().find(|b| series[..i].iter().any(|other| other.b_values.contains(b))).copied()
    };
    let Some(b) = series.iter().enumerate().find_map(twice) else { return Ok(()) };
    let list: Vec<String> = series.iter().map(|s| format!("\n  {s}")).collect();
    Err(Error::Input(format!(
        "{}: several series have images of b = {b} s/mm2; choose one with --series, or, to use them together, name the folder \
         of each:{}",
        path.display(),
        list.concat()
    )))
}
