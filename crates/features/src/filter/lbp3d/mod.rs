//! Local binary patterns in 3-D by spherical harmonics, as PyRadiomics' `getLBP3DImage`.

mod harmonics;
mod icosphere;
mod moments;
mod samples;
mod spline;

use nalgebra::DMatrix;
use radsurv_image::{IndexBox, Region, Volume, with_voxels};
use rayon::prelude::*;

use super::{FilterError, Result, Skip};
use samples::{Sample, Sampler};

/// Settings of [`local_binary_pattern_3d`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lbp3d {
    /// `lbp3DLevels` (2): number of degrees of the spherical harmonics, from degree 0; 1 to 32 (PyRadiomics itself
    /// fails with 1).
    pub levels: u32,
    /// `lbp3DIcosphereRadius` (1): distance of the samples from the voxel in voxels; above 0, at most 1e6.
    pub radius: f64,
    /// `lbp3DIcosphereSubdivision` (1): how often the icosahedron is refined; 0 to 6, for 12, 42, 162, ... samples.
    pub subdivision: u32,
}

impl Default for Lbp3d {
    fn default() -> Self {
        Self { levels: 2, radius: 1.0, subdivision: 1 }
    }
}

/// The responses of [`local_binary_pattern_3d`].
#[derive(Debug, Clone, PartialEq)]
pub struct Lbp3dResponse {
    /// `lbp-3D-m1`, `lbp-3D-m2`, ...: the strength of the harmonics of degree 0, 1, ...
    pub levels: Vec<Volume>,
    /// `lbp-3D-k`: the kurtosis of the samples.
    pub kurtosis: Volume,
}

/// The local binary pattern in 3-D of the region's voxels inside the window, in `float64`; 0 outside the region (where
/// PyRadiomics leaves what was in memory).
///
/// Around each voxel the image is sampled at the vertices `v` of an icosphere, by cubic splines, 0 outside the image;
/// the samples `f(v)` are of the image's type (rounded in integer images, `float32` in such). As in PyRadiomics the
/// vertex' x is added to the voxel's index z and its z to the index x. Then
///
/// - `lbp-3D-m(n+1)`, `n = 0..levels`: `sqrt(sum over v (sum over m c(m) Y(m, n, v))²)`, with the spherical harmonics `Y`
///   and `c(m) = sum over v b(v) Y(m, n, v)`, where `b(v) = 1` if `f(v) >= f(centre)`, else 0,
/// - `lbp-3D-k`: the excess kurtosis of `f`, in single precision for `float32` images. It is NaN where all samples are
///   equal but for rounding (the variance is at most (eps * mean)²), as it is in PyRadiomics.
///
/// The first level has PyRadiomics' bits. Those of the others depend on the processor in numpy itself (its products of
/// complex numbers are fused where the processor can), so here they agree within a few units of the last place.
///
/// Flat patches of float images turn on the last bits of the spline, which are reproduced (except where an image is
/// exactly constant within 64 voxels but not beyond).
///
/// # Errors
/// [`FilterError::Skipped`] for a 2-D image, [`FilterError::Setting`] for a setting outside its range or a radius with
/// which PyRadiomics gives NaN, [`FilterError::Image`] if the window is not inside the image or the region on another
/// grid, [`FilterError::NotFinite`] for a NaN or infinite voxel, which the spline would spread over the image.
///
/// # Example
/// ```
/// use radsurv_features::filter::lbp3d::{Lbp3d, local_binary_pattern_3d};
/// use radsurv_image::{Geometry, Mask, Volume};
/// let grid = Geometry::new([5, 5, 5], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let mut values = vec![0i16; 125];
/// values[62] = 100;
/// let image = Volume::new(grid.clone(), values)?;
/// let mut inside = vec![false; 125];
/// inside[62] = true;
/// let region = Mask::from_bools(grid, &inside)?.region(1)?;
/// let response = local_binary_pattern_3d(&image, region.bounds(), &region, &Lbp3d::default())?;
/// assert_eq!(response.levels[0].get([0, 0, 0]), 0.0); // no sample is as bright as the centre
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn local_binary_pattern_3d(
    image: &Volume,
    window: &IndexBox,
    region: &Region,
    settings: &Lbp3d,
) -> Result<Lbp3dResponse> {
    let Lbp3d { levels, radius, subdivision } = *settings;
    check("lbp3DLevels", levels, 1, 32)?;
    check("lbp3DIcosphereSubdivision", subdivision, 0, 6)?;
    if !(radius > 0.0 && radius <= 1e6) {
        return Err(FilterError::Setting(format!(
            "lbp3DIcosphereRadius is {radius}, it must be above 0 and at most 1e6"
        )));
    }
    let geometry = image.geometry();
    if geometry.dimension() != 3 {
        return Err(Skip::Lbp3dNot3d.into());
    }
    let cropped = geometry.crop(window)?;
    if let Some((index, value)) = image.first_non_finite() {
        return Err(FilterError::NotFinite { index, value });
    }
    if region.geometry().size() != geometry.size() {
        return Err(FilterError::Setting(format!(
            "the region is on a grid of size {:?}, the image has size {:?}",
            region.geometry().size(),
            geometry.size()
        )));
    }
    let vertices = icosphere::icosphere(subdivision, radius);
    let strengths = harmonics::strengths(&vertices, radius, levels).ok_or_else(|| {
        FilterError::Setting(format!(
            "with lbp3DIcosphereRadius {radius} rounding puts a sample beyond the pole of the sphere and PyRadiomics \
             gives NaN: choose another radius, {} for example",
            radius * 1.001
        ))
    })?;
    let width = levels as usize + 1;
    let slices = with_voxels!(image.voxels(), values => {
        responses(image, values, window, region, &vertices, &strengths)?
    });
    let mut volumes = (0..width).map(|k| {
        let part = window.size[0] * window.size[1];
        let values: Vec<f64> = slices.iter().flat_map(|s| s[k * part..][..part].iter().copied()).collect();
        Volume::new(cropped.clone(), values)
    });
    let levels = volumes.by_ref().take(width - 1).collect::<radsurv_image::Result<Vec<_>>>()?;
    let zeros = || Volume::new(cropped.clone(), vec![0.0; window.voxel_count()]);
    let kurtosis = volumes.next().unwrap_or_else(zeros)?;
    Ok(Lbp3dResponse { levels, kurtosis })
}

fn check(name: &str, value: u32, least: u32, most: u32) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(FilterError::Setting(format!("{name} is {value}, it must be from {least} to {most}")))
}

/// The responses of each slice of the window: all voxels of the first level, of the second, ..., of the kurtosis.
fn responses<T: Sample>(
    image: &Volume,
    values: &[T],
    window: &IndexBox,
    region: &Region,
    vertices: &[[f64; 3]],
    strengths: &[DMatrix<f64>],
) -> Result<Vec<Vec<f64>>> {
    let geometry = image.geometry();
    let [wx, wy, wz] = window.size;
    let width = strengths.len() + 1;
    let Some(part) = intersection(window, region.bounds()) else {
        return Ok(vec![vec![0.0; wx * wy * width]; wz]);
    };
    let sampler = Sampler::new(image, &part, vertices)?;
    let tables = Tables::new(strengths);
    let slice = |z: usize| {
        let mut out = vec![0.0; wx * wy * width];
        if z < part.start[2] || z >= part.end()[2] {
            return out;
        }
        let mut row_samples = vec![T::default(); vertices.len() * part.size[0]];
        let mut scratch = moments::Scratch::default();
        let mut bits = vec![0u8; vertices.len().div_ceil(8)];
        let mut sums = vec![0.0; tables.width];
        for y in part.start[1]..part.end()[1] {
            let inside = |x: usize| region.contains([x, y, z]);
            let mut x = part.start[0];
            while x < part.end()[0] {
                if !inside(x) {
                    x += 1;
                    continue;
                }
                let run = (x..part.end()[0]).take_while(|&x| inside(x)).count();
                let samples = &mut row_samples[..vertices.len() * run];
                sampler.sample(z, y, x, run, samples);
                let row = geometry.offset([0, y, z]);
                for (i, samples) in samples.chunks_exact(vertices.len()).enumerate() {
                    let centre = values[row + x + i];
                    bits.fill(0);
                    for (v, &sample) in samples.iter().enumerate() {
                        bits[v / 8] |= u8::from(sample >= centre) << (v % 8);
                    }
                    let at = (y - window.start[1]) * wx + x + i - window.start[0];
                    for (k, strength) in tables.strengths(&bits, &mut sums).enumerate() {
                        out[k * wx * wy + at] = strength;
                    }
                    out[(width - 1) * wx * wy + at] = T::kurtosis(samples, &mut scratch);
                }
                x += run;
            }
        }
        out
    };
    Ok((window.start[2]..window.end()[2]).into_par_iter().map(slice).collect())
}

/// The part of two boxes that they share.
fn intersection(a: &IndexBox, b: &IndexBox) -> Option<IndexBox> {
    let start = [0, 1, 2].map(|k| a.start[k].max(b.start[k]));
    let end = [0, 1, 2].map(|k| a.end()[k].min(b.end()[k]));
    let inside = (0..3).all(|k| start[k] < end[k]);
    inside.then(|| IndexBox { start, size: [0, 1, 2].map(|k| end[k] - start[k]) })
}

/// The products of the matrices of all degrees with each group of eight bits.
struct Tables {
    /// Rows of all matrices together.
    width: usize,
    /// Where each degree ends in them.
    ends: Vec<usize>,
    /// For each byte of the pattern, 256 sums of columns.
    sums: Vec<f64>,
    /// The strength of degree 0, which only counts the ones.
    by_count: Vec<f64>,
}

impl Tables {
    fn new(strengths: &[DMatrix<f64>]) -> Self {
        let ends: Vec<usize> = strengths
            .iter()
            .scan(0, |end, w| {
                *end += w.nrows();
                Some(*end)
            })
            .collect();
        let width = ends.last().copied().unwrap_or(0);
        let vertices = strengths.first().map_or(0, |w| w.ncols());
        let mut sums = Vec::with_capacity(vertices.div_ceil(8) * 256 * width);
        for byte in 0..vertices.div_ceil(8) {
            for pattern in 0..256usize {
                for w in strengths {
                    for row in 0..w.nrows() {
                        let set = (0..8).filter(|b| pattern >> b & 1 == 1).map(|b| byte * 8 + b);
                        sums.push(set.filter(|&v| v < vertices).fold(0.0, |sum, v| sum + w[(row, v)]));
                    }
                }
            }
        }
        Self { width, ends, sums, by_count: harmonics::strengths_of_degree_0(vertices) }
    }

    /// The strengths of all degrees for a pattern.
    fn strengths<'a>(&'a self, bits: &[u8], sums: &'a mut [f64]) -> impl Iterator<Item = f64> + 'a {
        sums.fill(0.0);
        for (byte, &pattern) in bits.iter().enumerate() {
            let row = &self.sums[(byte * 256 + pattern as usize) * self.width..][..self.width];
            for (sum, &v) in sums.iter_mut().zip(row) {
                *sum += v;
            }
        }
        let sums = &*sums;
        let ones: u32 = bits.iter().map(|b| b.count_ones()).sum();
        let degree_0 = self.by_count.get(ones as usize).copied().unwrap_or(f64::NAN);
        let higher = self.ends.windows(2).map(move |w| sums[w[0]..w[1]].iter().map(|v| v * v).sum::<f64>().sqrt());
        std::iter::once(degree_0).chain(higher)
    }
}

#[cfg(test)]
mod tests;
