//! N4 bias field correction: the slow change of brightness across an MR image that the coils cause.
//!
//! The measured image `v(x)` is taken for the true image `u(x)` times a smooth field, `v = u b`, so that in logarithms
//! (written with a hat) `v̂ = û + b̂`. The field blurs the histogram of `û`: undoing that blur tells which intensity a
//! voxel should have had, and a smooth surface through the differences is the field. N4 (Tustison, Avants, Cook, Zheng,
//! Egan, Yushkevich and Gee: N4ITK: improved N3 bias correction. IEEE Transactions on Medical Imaging 29 (2010)
//! 1310-1320) repeats, starting from `b̂ = 0`:
//!
//! 1. **Sharpen** (Sled, Zijdenbos and Evans: A nonparametric method for automatic correction of intensity nonuniformity
//!    in MRI data. IEEE Transactions on Medical Imaging 17 (1998) 87-97): the histogram `V` of `v̂ - b̂` has 200 bins from
//!    its smallest to its largest value. With a Gaussian `F` of full width at half maximum 0.15 and noise `Z² = 0.01`,
//!    Wiener's filter gives the sharp histogram `U = max(0, F⁻¹[ F* V / (|F|² + Z²) ])` (Fourier transforms of all), and
//!    the expected log intensity is `E(u|v) = ∫ u F(v - u) U(u) du / ∫ F(v - u) U(u) du`.
//! 2. **Fit** (Lee, Wolberg and Shin: Scattered data interpolation with multilevel B-splines. IEEE Transactions on
//!    Visualization and Computer Graphics 3 (1997) 228-244, equations 3 to 5; with weights: Tustison and Gee: Generalized
//!    n-D C^k B-spline scattered data approximation with confidence values. MIAR 2006): the lattice point `k` gets
//!    `φ_k = Σ_c δ_c w_kc³ f_c / Σ_a w_ac²` over `Σ_c δ_c w_kc²`, of the residuals `f = (v̂ - b̂) - E(u|v̂ - b̂)` at voxels `c`
//!    with confidence `δ`; `w_kc` are B-splines of order 3. The field `Σ_k w_kc φ_k` is *added* to `b̂`.
//! 3. **Stop** the level when the coefficient of variation of `exp(b̂_before - b̂)` over the voxels is at most the threshold
//!    (0.001), or after 50 iterations. The next level starts with the same field on a lattice of twice the spans.
//!
//! The corrected image is `v / exp(b̂)`, everywhere, also outside a mask.
//!
//! Because voxels lie on a grid and the weights are products over the axes, all sums over voxels are taken one axis at a
//! time; that makes this many times faster than a fit of scattered points, with the same result.
//!
//! Results agree with SimpleITK's `N4BiasFieldCorrectionImageFilter` within the rounding of its single-precision sums over
//! voxels, about 1e-6 in the log bias field per iteration. They do not depend on the number of threads, to the bit.

mod axis;
mod bspline_fit;
mod fft;
mod field;
mod lattice;
mod real;
mod samples;
mod settings;
mod sharpen;
mod shrink;

pub use settings::{Convergence, N4Settings, NonPositive, Precision};

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::mask::Region;
use crate::volume::{Volume, Voxels};
use crate::with_voxels;

use axis::Axis;
use bspline_fit::Fit;
use lattice::Lattice;
use real::Real;
use samples::Samples;
use sharpen::{Bins, Histogram, Residuals, Sharpener};
use shrink::Shrink;

/// What [`correct`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct N4Result {
    /// The image divided by its bias field: float64 for a float64 image, else float32.
    pub corrected: Volume,
    /// Natural logarithm of the bias field, on the grid of the image: `corrected = image / exp(log_bias_field)`.
    /// float32, or float64 in double precision.
    pub log_bias_field: Volume,
    /// What happened at each level.
    pub levels: Vec<N4Level>,
}

/// What happened at a level of [`correct`].
#[derive(Debug, Clone, PartialEq)]
pub struct N4Level {
    /// Control points along x, y, z.
    pub control_points: [usize; 3],
    /// The measure of convergence after each iteration: coefficient of variation of the change of the field, computed as
    /// the setting [`Convergence`] says.
    pub convergence: Vec<f64>,
}

impl N4Level {
    /// Number of iterations.
    pub fn iterations(&self) -> usize {
        self.convergence.len()
    }
}

/// Estimates the bias field of an image and divides the image by it.
///
/// The field is estimated from the voxels of `region`, from all if there is none (as SimpleITK does; 3D Slicer takes those
/// above Otsu's threshold), and applied to all voxels. A region for SimpleITK's `MaskLabel` is `mask.region(label)`, one
/// without it `mask.union()`.
///
/// Intensities should be positive and mostly above 1: see [`NonPositive`] for others. Along an axis of a single voxel
/// nothing is fitted, so that an image of one slice is treated as a plane.
///
/// # Errors
/// - [`Error::Setting`] for a setting that makes no sense, a lattice that is too large, a shrink factor that leaves a
///   single voxel along an axis;
/// - [`Error::Setting`] for NaN or infinite voxels, if the voxels that take part have no positive value or only one, or if
///   the corrected image has no finite values (which takes negative intensities, or some near 0);
/// - [`Error::Mismatch`] if the region is not on the grid of the image.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, intensity::n4::{N4Settings, correct}};
/// // Two tissues, 100 and 200, brighter to the right by up to a third.
/// let size = [24, 24, 8];
/// let grid = Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let tissue = |i: usize| if (i / 24 % 24) < 12 { 100.0 } else { 200.0 };
/// let values: Vec<f32> = (0..24 * 24 * 8).map(|i| tissue(i) * (1.0 + (i % 24) as f32 / 72.0)).collect();
/// let image = Volume::new(grid, values)?;
/// let result = correct(&image, None, &N4Settings::default())?;
/// let ratio = |v: &Volume| v.get([23, 3, 4]) / v.get([0, 3, 4]);
/// assert!(ratio(&image) > 1.3 && (ratio(&result.corrected) - 1.0).abs() < 0.05);
/// assert_eq!(result.levels.len(), 4);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn correct(image: &Volume, region: Option<&Region>, settings: &N4Settings) -> Result<N4Result> {
    run(image, region, None, settings)
}

/// As [`correct`], with a confidence for each voxel: its weight in the fit (ITK's `ConfidenceImage`). Voxels with 0 or less
/// take no part; in the histogram all others count alike.
///
/// # Errors
/// As [`correct`]; also [`Error::Mismatch`] if the confidence is not on the grid of the image, and [`Error::Setting`] if it
/// has NaN or infinite voxels.
pub fn correct_weighted(
    image: &Volume,
    region: Option<&Region>,
    confidence: &Volume,
    settings: &N4Settings,
) -> Result<N4Result> {
    run(image, region, Some(confidence), settings)
}

fn run(
    image: &Volume,
    region: Option<&Region>,
    confidence: Option<&Volume>,
    settings: &N4Settings,
) -> Result<N4Result> {
    settings.check()?;
    let grid = image.geometry();
    if let Some(region) = region {
        grid.check_same(region.geometry(), Geometry::TOLERANCE)?;
    }
    finite(image, "image")?;
    if let Some(confidence) = confidence {
        grid.check_same(confidence.geometry(), Geometry::TOLERANCE)?;
        finite(confidence, "confidence")?;
    }
    let shrink = Shrink::new(grid, settings.shrink_factor)?;
    let task = Task { image, region, confidence, settings, shrink };
    let (levels, log_bias_field) = match settings.precision {
        Precision::Single => task.estimate::<f32>()?,
        Precision::Double => task.estimate::<f64>()?,
    };
    let corrected = Volume::new(grid.clone(), divide(image.voxels(), &log_bias_field))?;
    if let Some((at, value)) = corrected.first_non_finite() {
        return Err(Error::Setting(format!(
            "N4: the corrected image has the value {value} at voxel (x, y, z) = {at:?}, where the image has {}: the field \
             grows without bounds; leave negative and very small intensities out (NonPositive::Exclude, or a mask)",
            image.get(at)
        )));
    }
    Ok(N4Result { corrected, log_bias_field: Volume::new(grid.clone(), log_bias_field)?, levels })
}

fn finite(image: &Volume, name: &str) -> Result<()> {
    match image.first_non_finite() {
        None => Ok(()),
        Some((at, value)) => Err(Error::Setting(format!(
            "N4: the {name} has the value {value} at voxel (x, y, z) = {at:?}: replace such voxels"
        ))),
    }
}

struct Task<'a> {
    image: &'a Volume,
    region: Option<&'a Region>,
    confidence: Option<&'a Volume>,
    settings: &'a N4Settings,
    shrink: Shrink,
}

impl Task<'_> {
    fn estimate<T: Real>(&self) -> Result<(Vec<N4Level>, Voxels)>
    where
        Vec<T>: Into<Voxels>,
    {
        let points = self.settings.first_lattice(self.shrink.size)?;
        let samples = self.pack::<T>();
        let (levels, lattice) = estimate(&samples, points, self.settings)?;
        let size = self.image.geometry().size();
        let axes = [0, 1, 2].map(|a| Axis::new(size[a], lattice.size[a], self.settings.spline_order));
        Ok((levels, field::evaluate::<T>(&lattice, &axes).into()))
    }

    fn pack<T: Real>(&self) -> Samples<T> {
        let size = self.image.geometry().size();
        let inside: Option<Vec<bool>> = self.region.map(|region| spread(region, size));
        let weight = |small: usize| self.confidence.map_or(1.0, |c| c.voxels().get(self.shrink.offset(small)));
        let exclude = self.settings.non_positive == NonPositive::Exclude;
        with_voxels!(self.image.voxels(), values => {
            let log = |small: usize| {
                let offset = self.shrink.offset(small);
                let value = values[offset] as f64;
                let takes_part = inside.as_ref().is_none_or(|inside| inside[offset])
                    && (self.confidence.is_none() || weight(small) > 0.0)
                    && !(exclude && value <= 0.0);
                takes_part.then(|| if value > 0.0 { value.ln() } else { value })
            };
            let weights: Option<&dyn Fn(usize) -> f64> = if self.confidence.is_some() { Some(&weight) } else { None };
            Samples::pack(self.shrink.size, log, weights)
        })
    }
}

/// A region as a value for each voxel of an image.
fn spread(region: &Region, size: [usize; 3]) -> Vec<bool> {
    let mut inside = vec![false; size.iter().product()];
    let bounds = region.bounds();
    for (row, line) in region.inside().chunks_exact(bounds.size[0]).enumerate() {
        let (y, z) = (bounds.start[1] + row % bounds.size[1], bounds.start[2] + row / bounds.size[1]);
        let from = (z * size[1] + y) * size[0] + bounds.start[0];
        inside[from..from + line.len()].copy_from_slice(line);
    }
    inside
}

/// The levels and the control points of the last one.
fn estimate<T: Real>(
    samples: &Samples<T>,
    points: [usize; 3],
    settings: &N4Settings,
) -> Result<(Vec<N4Level>, Lattice)> {
    let sharpener = Sharpener::new(settings);
    let mut corrected = samples.log_image.clone();
    let (mut minimum, mut maximum) = field::range(&corrected);
    if minimum >= maximum {
        return Err(Error::Setting(match corrected.first() {
            None => "N4: no voxel takes part: the mask is empty where the image is looked at, no confidence is positive, or \
                     no voxel is"
                .to_string(),
            Some(&v) if v.f64() <= 0.0 => "N4: no voxel that takes part is positive: nothing to correct".to_string(),
            Some(_) => format!(
                "N4: all {} voxels that take part have the same value: there is no bias field to find",
                corrected.len()
            ),
        }));
    }
    if !(maximum.f64() - minimum.f64()).is_finite() {
        return Err(Error::Setting(format!(
            "N4: the logarithms of the intensities run from {:e} to {:e}, too far for a histogram: leave negative voxels out \
             (NonPositive::Exclude, or a mask)",
            minimum.f64(),
            maximum.f64()
        )));
    }
    let mut total = Lattice::zeros(points);
    let mut levels = Vec::with_capacity(settings.maximum_number_of_iterations.len());
    let as_itk = settings.convergence == Convergence::AsItk;
    let mut ratios = vec![0.0f32; if as_itk { corrected.len() } else { 0 }];
    for (level, &most) in settings.maximum_number_of_iterations.iter().enumerate() {
        if level > 0 {
            total = total.refined(settings.spline_order);
        }
        let mut convergence: Vec<f64> = Vec::new();
        if most > 0 {
            let axes = [0, 1, 2].map(|a| Axis::new(samples.size[a], total.size[a], settings.spline_order));
            let fit = Fit::new(samples, &axes);
            let mut iterations = 0;
            let mut unmeasured = false;
            loop {
                // While one thread measures the last change with ITK's rounding, which cannot be divided, the others go on
                // with the next; it is thrown away if the measure says so.
                let (measure, change) = rayon::join(
                    || unmeasured.then(|| field::convergence_as_itk(&ratios)),
                    || {
                        let next = iterations < most;
                        next.then(|| change(samples, &fit, &sharpener, &corrected, minimum, maximum)).flatten()
                    },
                );
                convergence.extend(measure);
                let enough = convergence.last().is_some_and(|c| *c <= settings.convergence_threshold);
                let Some(change) = change.filter(|_| !enough) else { break };
                total.add(&change);
                let update = field::update(samples, &axes, [&total, &change], &mut corrected, &mut ratios);
                (minimum, maximum) = (update.minimum, update.maximum);
                iterations += 1;
                unmeasured = as_itk;
                if !as_itk {
                    convergence.push(update.convergence);
                    if update.convergence <= settings.convergence_threshold {
                        break;
                    }
                }
            }
        }
        levels.push(N4Level { control_points: total.size, convergence });
    }
    Ok((levels, total))
}

/// What an iteration adds to the field; `None` for a corrected image of one intensity, which has no bias field any more.
fn change<T: Real>(
    samples: &Samples<T>,
    fit: &Fit,
    sharpener: &Sharpener,
    corrected: &[T],
    minimum: T,
    maximum: T,
) -> Option<Lattice> {
    let bins = Bins::new(minimum, maximum, sharpener.bins())?;
    let histogram = histogram(samples, corrected, &bins, sharpener.bins());
    let table = sharpener.residuals(&histogram, minimum, maximum);
    let residuals = Residuals { bins, table, values: corrected, weights: samples.weights.as_deref() };
    Some(fit.fit(samples, &residuals))
}

fn histogram<T: Real>(samples: &Samples<T>, corrected: &[T], bins: &Bins<T>, number: usize) -> Histogram {
    let parts: Vec<Histogram> =
        samples.blocks.par_iter().map(|block| bins.count(&corrected[block.values.clone()])).collect();
    let mut out = Histogram::new(number);
    for part in &parts {
        out.merge(part);
    }
    out
}

/// The image divided by its field.
fn divide(image: &Voxels, log_field: &Voxels) -> Voxels {
    fn each<T: Copy + Sync, B: Copy + Sync, O: Send>(image: &[T], field: &[B], f: impl Fn(T, B) -> O + Sync) -> Vec<O> {
        image.par_iter().zip(field).with_min_len(1 << 12).map(|(&v, &b)| f(v, b)).collect()
    }
    match (image, log_field) {
        (Voxels::F64(image), Voxels::F32(field)) => each(image, field, |v, b| v / f64::from(b).exp()).into(),
        (Voxels::F64(image), Voxels::F64(field)) => each(image, field, |v, b| v / b.exp()).into(),
        (image, Voxels::F32(field)) => with_voxels!(image, v => {
            each(v, field, |v, b| (v as f64 / f64::from(b).exp()) as f32).into()
        }),
        (image, field) => with_voxels!(image, v => {
            let field: Vec<f64> = (0..field.len()).map(|i| field.get(i)).collect();
            each(v, &field, |v, b| (v as f64 / b.exp()) as f32).into()
        }),
    }
}
