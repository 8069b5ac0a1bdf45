//! Gaussian noise, and how much of it an image has.

use rayon::prelude::*;

use super::random::Random;
use crate::error::{Error, Result};
use crate::geometry::IndexBox;
use crate::volume::{Volume, VoxelType, Voxels};
use crate::with_voxels;

/// High-pass decomposition filter of the coiflet of order 1 (Daubechies: Ten Lectures on Wavelets, SIAM 1992, table 8.1,
/// times the square root of 2), in the order in which PyWavelets lists it. Its squares sum to 1, so white noise keeps its
/// standard deviation.
#[allow(clippy::excessive_precision)]
const HIGH_PASS: [f64; 6] = [
    0.07273261951252645,
    0.3378976624574818,
    -0.8525720202116004,
    0.3848648468648578,
    0.07273261951252645,
    -0.015655728135791993,
];

/// The median of |x| of a standard normal variate: the upper quartile of x.
const MEDIAN_OF_ABSOLUTE: f64 = 0.674_489_750_196_081_7;

/// The standard deviation of the noise in an image, from its finest diagonal wavelet band.
///
/// `sigma = median |HH| / 0.67449`, where `HH` is the image high-pass filtered with the coiflet of order 1 along x and
/// along y, undecimated, slice by slice. Edges and structure are few in that band, and the median passes over them.
/// Chang, Yu, Vetterli: Adaptive wavelet thresholding for image denoising and compression. IEEE Trans. Image Processing 9
/// (2000) 1532-1546 (section III-A, after Donoho and Johnstone); the coiflet as in Zwanenburg et al. 2019 and MIRP.
///
/// Windows of 6 x 6 voxels of one value are left out, as far as the image has others: padding and air that was cut away
/// have no noise, and where they are half of the image the estimate would be 0. Borders are mirrored.
///
/// MIRP divides by 0.6754, which makes its estimates lower by 0.135 %, and counts windows of one value.
///
/// # Errors
/// [`Error::Setting`] if a voxel is NaN or infinite; [`Error::OutOfBounds`] if the box is not inside the image.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, perturb::{add_noise, noise_sd}};
/// let grid = Geometry::new([64, 64, 4], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let flat = Volume::new(grid, vec![100.0; 64 * 64 * 4])?;
/// let noisy = add_noise(&flat, 5.0, 1)?;
/// assert!((noise_sd(&noisy, &noisy.geometry().full_box())? - 5.0).abs() < 0.25);
/// assert_eq!(noise_sd(&flat, &flat.geometry().full_box())?, 0.0);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn noise_sd(image: &Volume, part: &IndexBox) -> Result<f64> {
    check_finite(image)?;
    image.geometry().check_box(part)?;
    let [nx, ny, nz] = part.size;
    let slices: Vec<IndexBox> = (part.start[2]..part.start[2] + nz)
        .map(|z| IndexBox { start: [part.start[0], part.start[1], z], size: [nx, ny, 1] })
        .collect();
    let absolute = |slice: &IndexBox| Ok(band(&image.values_f64(slice)?, nx, ny));
    Ok(median(&slices, absolute)? / MEDIAN_OF_ABSOLUTE)
}

/// |HH| of a slice, without windows of one value.
fn band(values: &[f64], nx: usize, ny: usize) -> Vec<f64> {
    // The response at i takes the voxels from i - 2 to i + 3.
    let taps = |n: usize| -> Vec<[usize; 6]> {
        (0..n).map(|i| [0, 1, 2, 3, 4, 5].map(|k| mirror(i as i64 + 3 - k, n))).collect()
    };
    let (along_x, along_y) = (taps(nx), taps(ny));
    let filtered = |taps: &[usize; 6], value: &dyn Fn(usize) -> f64| -> f64 {
        taps.iter().zip(HIGH_PASS).map(|(&at, weight)| weight * value(at)).sum()
    };
    let mut rows = vec![0.0; nx * ny];
    let mut flat = vec![false; nx * ny];
    for y in 0..ny {
        for x in 0..nx {
            rows[y * nx + x] = filtered(&along_y[y], &|at| values[at * nx + x]);
            flat[y * nx + x] = along_y[y].iter().all(|&at| values[at * nx + x] == values[y * nx + x]);
        }
    }
    let mut out = Vec::with_capacity(nx * ny);
    for y in 0..ny {
        let (row, flat) = (&rows[y * nx..][..nx], &flat[y * nx..][..nx]);
        for x in 0..nx {
            let own = values[y * nx + x];
            if !along_x[x].iter().all(|&at| flat[at] && values[y * nx + at] == own) {
                out.push(filtered(&along_x[x], &|at| row[at]).abs());
            }
        }
    }
    out
}

/// The voxel that stands for one beyond the border: d c b a | a b c d | d c b a.
fn mirror(i: i64, n: usize) -> usize {
    let period = 2 * n as i64;
    let i = i.rem_euclid(period);
    (if i < n as i64 { i } else { period - 1 - i }) as usize
}

/// The mean of the two middle values, 0 of nothing, of numbers of at least 0 that are made part by part.
///
/// A large CT has 10^8 of them: they are counted by their leading bits, which have the order of the numbers, then those
/// about the middle are made again and sorted.
fn median<P: Sync>(parts: &[P], make: impl Fn(&P) -> Result<Vec<f64>> + Sync) -> Result<f64> {
    let bucket = |value: f64| (value.to_bits() >> 48) as usize;
    let count = |part: &P| -> Result<Vec<u64>> {
        let mut counts = vec![0; 1 << 16];
        make(part)?.into_iter().for_each(|value| counts[bucket(value)] += 1);
        Ok(counts)
    };
    let add = |mut a: Vec<u64>, b: Vec<u64>| {
        a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        Ok(a)
    };
    let counts = parts.par_iter().map(count).try_reduce(|| vec![0; 1 << 16], add)?;
    let total: u64 = counts.iter().sum();
    let Some(last) = total.checked_sub(1) else { return Ok(0.0) };
    // Ranks of the two middle values, which are one if their number is odd.
    let (low, high) = (last / 2, total / 2);
    let mut before = 0;
    let mut wanted = [0, 0];
    for (i, &n) in counts.iter().enumerate() {
        for (wanted, rank) in wanted.iter_mut().zip([low, high]) {
            if (before..before + n).contains(&rank) {
                *wanted = i;
            }
        }
        before += n;
    }
    let skipped: u64 = counts[..wanted[0]].iter().sum();
    let near = |part: &P| -> Result<Vec<f64>> {
        Ok(make(part)?.into_iter().filter(|&value| wanted.contains(&bucket(value))).collect())
    };
    let mut values = parts.par_iter().map(near).collect::<Result<Vec<_>>>()?.concat();
    values.sort_unstable_by(f64::total_cmp);
    let at = |rank: u64| values.get((rank - skipped) as usize).copied().unwrap_or(0.0);
    Ok((at(low) + at(high)) / 2.0)
}

/// The image plus independent Gaussian noise of mean 0 and standard deviation `sd` in every voxel, in the type it has:
/// integers are rounded and kept within their range.
///
/// The same seed gives the same noise on every platform and for any number of threads. With `sd` 0 the image is unchanged.
///
/// # Errors
/// [`Error::Setting`] if `sd` is negative or not finite, or if a voxel is NaN or infinite.
pub fn add_noise(image: &Volume, sd: f64, seed: u64) -> Result<Volume> {
    if !(sd.is_finite() && sd >= 0.0) {
        return Err(Error::Setting(format!("noise of standard deviation {sd}: give a number of at least 0")));
    }
    check_finite(image)?;
    if sd == 0.0 {
        return Ok(image.clone());
    }
    let [nx, ny, _] = image.geometry().size();
    let slice = nx * ny;
    let voxels = with_voxels!(image.voxels(), values => {
        let mut out = values.clone();
        out.par_chunks_mut(slice).enumerate().for_each(|(z, values)| {
            let mut random = Random::new(seed, z as u64);
            for value in values {
                *value = Real::from_real(Real::real(*value) + sd * random.normal());
            }
        });
        Voxels::from(out)
    });
    Volume::new(image.geometry().clone(), voxels)
}

/// From a voxel type to a real number and back: integers are rounded, halves away from 0, and kept within their range.
pub(super) trait Real: Copy {
    fn real(self) -> f64;
    fn from_real(value: f64) -> Self;
}

macro_rules! real {
    ($($type:ty => $back:expr),+ $(,)?) => {
        $(impl Real for $type {
            #[inline]
            fn real(self) -> f64 {
                self as f64
            }

            #[inline]
            fn from_real(value: f64) -> Self {
                let back: fn(f64) -> $type = $back;
                back(value)
            }
        })+
    };
}

real!(
    u8 => |v| v.round() as u8,
    i8 => |v| v.round() as i8,
    u16 => |v| v.round() as u16,
    i16 => |v| v.round() as i16,
    u32 => |v| v.round() as u32,
    i32 => |v| v.round() as i32,
    u64 => |v| v.round() as u64,
    i64 => |v| v.round() as i64,
    f32 => |v| v.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32,
    f64 => |v| v,
);

/// The image in a floating point type that holds its values exactly; of 64-bit integers those up to 2^53.
pub(super) fn to_float(image: &Volume) -> Result<Volume> {
    use VoxelType as T;
    let single = matches!(image.voxel_type(), T::U8 | T::I8 | T::U16 | T::I16);
    let voxels: Voxels = if single {
        with_voxels!(image.voxels(), values => values.iter().map(|&v| v as f32).collect::<Vec<f32>>()).into()
    } else {
        image.to_f64().into_owned().into()
    };
    Volume::new(image.geometry().clone(), voxels)
}

/// The image in a type it may not have: integers are rounded.
pub(super) fn to_type(image: Volume, wanted: VoxelType) -> Result<Volume> {
    if image.voxel_type() == wanted {
        return Ok(image);
    }
    let (geometry, voxels) = image.into_parts();
    macro_rules! convert {
        ($($variant:ident => $type:ty),+) => {
            match wanted {
                $(VoxelType::$variant => with_voxels!(&voxels, values => values.iter()
                    .map(|&v| <$type as Real>::from_real(Real::real(v))).collect::<Vec<$type>>()).into(),)+
            }
        };
    }
    let converted: Voxels = convert!(U8 => u8, I8 => i8, U16 => u16, I16 => i16, U32 => u32, I32 => i32, U64 => u64,
        I64 => i64, F32 => f32, F64 => f64);
    Volume::new(geometry, converted)
}

fn check_finite(image: &Volume) -> Result<()> {
    match image.first_non_finite() {
        None => Ok(()),
        Some((index, value)) => Err(Error::Setting(format!(
            "the image has the value {value} at voxel (x, y, z) = {index:?} ({} voxels are NaN or infinite): replace such \
             voxels first",
            image.non_finite_count()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;

    fn grid(size: [usize; 3]) -> Geometry {
        Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap()
    }

    fn flat(size: [usize; 3], value: f64) -> Volume {
        Volume::new(grid(size), vec![value; size.iter().product()]).unwrap()
    }

    fn sd_of(image: &Volume) -> f64 {
        noise_sd(image, &image.geometry().full_box()).unwrap()
    }

    #[test]
    fn the_filter_is_orthonormal_and_kills_parabolas_nearly() {
        assert!((HIGH_PASS.iter().map(|h| h * h).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(HIGH_PASS.iter().sum::<f64>().abs() < 1e-12);
        let moment: f64 = HIGH_PASS.iter().enumerate().map(|(k, h)| k as f64 * h).sum();
        assert!(moment.abs() < 1e-12);
    }

    #[test]
    fn noise_has_the_sd_that_was_asked_for_and_is_found_again() {
        let size = [96, 80, 12];
        let n = size.iter().product::<usize>() as f64;
        for (sd, seed) in [(0.5, 1), (10.0, 2), (300.0, 3)] {
            let noisy = add_noise(&flat(size, 40.0), sd, seed).unwrap();
            let values = noisy.to_f64();
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
            // Five standard errors: sd / sqrt(n) of the mean, sd / sqrt(2 n) of the standard deviation.
            assert!((mean - 40.0).abs() < 5.0 * sd / n.sqrt(), "{mean}");
            assert!((variance.sqrt() / sd - 1.0).abs() < 5.0 / (2.0 * n).sqrt(), "{variance}");
            // The median's standard error is 1.17 / sqrt(n) for independent values; neighbouring responses share voxels.
            assert!((sd_of(&noisy) / sd - 1.0).abs() < 0.03, "{}", sd_of(&noisy));
        }
    }

    #[test]
    fn structure_is_not_noise() {
        let size = [96, 80, 6];
        let [nx, ny, nz] = size;
        let mut values = Vec::new();
        for z in 0..nz {
            for y in 0..ny {
                for x in 0..nx {
                    let inside = (x as f64 - 40.0).powi(2) + (y as f64 - 35.0).powi(2) < 400.0;
                    values.push(3.0 * x as f64 - 2.0 * y as f64 + 5.0 * z as f64 + if inside { 500.0 } else { 0.0 });
                }
            }
        }
        let smooth = Volume::new(grid(size), values).unwrap();
        assert!(sd_of(&smooth) < 1e-9);
        let noisy = add_noise(&smooth, 10.0, 4).unwrap();
        assert!((sd_of(&noisy) / 10.0 - 1.0).abs() < 0.05, "{}", sd_of(&noisy));
    }

    #[test]
    fn padding_is_left_out() {
        let size = [60, 50, 4];
        let noisy = add_noise(&flat(size, 0.0), 10.0, 5).unwrap();
        let mut values = noisy.to_f64().into_owned();
        // Three quarters of each slice are padding.
        for (i, v) in values.iter_mut().enumerate() {
            if !(i % 60 < 30 && i / 60 % 50 < 25) {
                *v = -1024.0;
            }
        }
        let padded = Volume::new(grid(size), values).unwrap();
        let inner = noise_sd(&padded, &IndexBox { start: [0; 3], size: [26, 21, 4] }).unwrap();
        assert!((inner / 10.0 - 1.0).abs() < 0.1, "{inner}");
        let all = sd_of(&padded);
        assert!(all > 8.0 && all < 13.0, "{all}");
    }

    #[test]
    fn integers_are_rounded_and_stay_in_range() {
        let image = Volume::new(grid([50, 40, 2]), vec![3u8; 4000]).unwrap();
        let noisy = add_noise(&image, 4.0, 1).unwrap();
        let Voxels::U8(values) = noisy.voxels() else { panic!() };
        assert!(values.contains(&0) && values.iter().all(|&v| v < 60));
        let real = add_noise(&flat([50, 40, 2], 3.0), 4.0, 1).unwrap();
        for (&v, &r) in values.iter().zip(real.to_f64().iter()) {
            assert_eq!(f64::from(v), r.round().max(0.0));
        }
        assert_eq!(to_type(to_float(&image).unwrap(), VoxelType::U8).unwrap(), image);
        let wide = Volume::new(grid([2, 1, 1]), vec![i32::MAX, i32::MIN]).unwrap();
        assert_eq!(to_type(to_float(&wide).unwrap(), VoxelType::I32).unwrap(), wide);
    }

    #[test]
    fn bad_input_is_refused() {
        let image = flat([4, 4, 1], 0.0);
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(add_noise(&image, bad, 0).unwrap_err().to_string().contains("standard deviation"));
        }
        let nan = Volume::new(grid([2, 1, 1]), vec![1.0, f64::NAN]).unwrap();
        assert!(add_noise(&nan, 1.0, 0).unwrap_err().to_string().contains("[1, 0, 0]"));
        assert!(noise_sd(&nan, &nan.geometry().full_box()).is_err());
        assert_eq!(add_noise(&image, 0.0, 0).unwrap(), image);
        // Images smaller than the filter.
        for size in [[1, 1, 1], [2, 1, 3], [3, 2, 1]] {
            assert_eq!(sd_of(&flat(size, 7.0)), 0.0);
        }
    }

    #[test]
    fn medians_are_exact() {
        for n in [0, 1, 2, 3, 10, 501, 1000] {
            let mut random = Random::new(n, 0);
            let parts: Vec<Vec<f64>> = (0..n)
                .map(|i| (0..i % 3).map(|_| random.normal().abs() * 1e3f64.powi((i % 5) as i32)).collect())
                .collect();
            let mut all = parts.concat();
            all.sort_unstable_by(f64::total_cmp);
            let expected = match all.len() {
                0 => 0.0,
                m => (all[(m - 1) / 2] + all[m / 2]) / 2.0,
            };
            assert_eq!(median(&parts, |part| Ok(part.clone())).unwrap(), expected);
        }
    }
}
