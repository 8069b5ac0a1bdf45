//! Interpolation with a Gaussian: the mean of the voxels around a point, each weighted by the integral of the Gaussian
//! over it.
//!
//! Along each axis the weight of voxel `k` is `erf((k + 1/2 - x) / (sqrt(2) s)) - erf((k - 1/2 - x) / (sqrt(2) s))`
//! with `s` in voxels; the sum is divided by the sum of the weights. Operations as in ITK's
//! `GaussianInterpolateImageFunction`, including the error function of VNL.

use super::kernel::{Kernel, MAX_TAPS, Source, Taps};

/// A Gaussian kernel: SimpleITK's `sitkGaussian` has a standard deviation of 0.8 voxels and is cut off at 4 of them,
/// `sitkLabelGaussian` 1 voxel and 1.
pub(super) struct Gaussian {
    /// Standard deviation in mm along each axis is this times the spacing.
    pub sigma: f64,
    /// Cut-off in standard deviations.
    pub alpha: f64,
    /// Spacing of the image, which enters through rounding only.
    pub spacing_mm: [f64; 3],
}

impl Gaussian {
    /// Taps along an axis with this spacing.
    pub fn axis_taps(&self, index: f64, size: usize, spacing_mm: f64) -> Taps {
        let sigma_mm = self.sigma * spacing_mm;
        let scale = 1.0 / (std::f64::consts::SQRT_2 * sigma_mm / spacing_mm);
        let cut_off = sigma_mm * self.alpha / spacing_mm;
        let begin = ((index + 0.5 - cut_off).floor() as i64).max(0);
        let end = ((index + 0.5 + cut_off).ceil() as i64).min(size as i64);
        let mut taps = Taps { index: [0; MAX_TAPS], weight: [0.0; MAX_TAPS], count: 0 };
        let mut t = (-0.5 - index + begin as f64) * scale;
        let mut last = erf(t);
        for k in begin..end.min(begin + MAX_TAPS as i64) {
            t += scale;
            let now = erf(t);
            taps.index[taps.count] = k as usize;
            taps.weight[taps.count] = now - last;
            taps.count += 1;
            last = now;
        }
        taps
    }
}

impl Kernel for Gaussian {
    const NORMALISED: bool = true;

    fn radius(&self) -> usize {
        (self.sigma * self.alpha).ceil() as usize + 2
    }

    fn taps(&self, index: f64, size: usize) -> Taps {
        self.axis_taps(index, size, self.spacing_mm[0])
    }

    fn all_taps(&self, index: [f64; 3], size: [usize; 3], dimension: usize) -> [Taps; 3] {
        let axis = |a: usize| self.axis_taps(index[a], size[a], self.spacing_mm[a]);
        [axis(0), axis(1), if dimension == 2 { Taps::UNIT } else { axis(2) }]
    }

    fn sum(&self, taps: &[Taps; 3], source: &Source) -> f64 {
        let (mut weighted, mut total) = (0.0, 0.0);
        source.visit(taps, |value, [x, y, z]| {
            let weight = x * y * z;
            weighted += value * weight;
            total += weight;
        });
        weighted / total
    }
}

/// The error function as VNL computes it, to about seven digits: `P(1/2, x²)`, the incomplete gamma function, by its
/// series or its continued fraction (Press et al., Numerical Recipes, section 6.2).
fn erf(x: f64) -> f64 {
    let p = gamma_p_half(x * x);
    if x < 0.0 { -p } else { p }
}

const RELATIVE_ERROR: f64 = 3.0e-7;
const MOST_STEPS: usize = 100;

fn gamma_p_half(x: f64) -> f64 {
    const A: f64 = 0.5;
    let factor = || (-x + A * x.ln() - log_gamma(A)).exp();
    if x < A + 1.0 {
        if x <= 0.0 {
            return 0.0;
        }
        let (mut a, mut term) = (A, 1.0 / A);
        let mut sum = term;
        for _ in 0..MOST_STEPS {
            a += 1.0;
            term *= x / a;
            sum += term;
            if term.abs() < sum.abs() * RELATIVE_ERROR {
                break;
            }
        }
        return sum * factor();
    }
    const TINY: f64 = 1.0e-30;
    let mut b = x + 1.0 - A;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for i in 1..=MOST_STEPS {
        let i = i as f64;
        let a = i * (A - i);
        b += 2.0;
        d = a * d + b;
        if d.abs() < TINY {
            d = TINY;
        }
        c = b + a / c;
        if c.abs() < TINY {
            c = TINY;
        }
        d = 1.0 / d;
        let delta = d * c;
        fraction *= delta;
        if (delta - 1.0).abs() < RELATIVE_ERROR {
            break;
        }
    }
    1.0 - factor() * fraction
}

/// Logarithm of the gamma function by Lanczos' approximation with six parameters; VNL's first one has a wrong digit
/// (2.506628275... is the root of 2 pi plus 1e-9), so the result is good to 1e-9 only.
fn log_gamma(x: f64) -> f64 {
    let mut series = 2.506628275634795;
    series += 225.52558461917522 / x;
    series -= 268.29597384130494 / (x + 1.0);
    series += 80.90308069346226 / (x + 2.0);
    series -= 5.007578639705176 / (x + 3.0);
    series += 0.011468489543478146 / (x + 4.0);
    let shifted = x + 4.65;
    series.ln() + (x - 0.5) * shifted.ln() - shifted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_has_seven_digits() {
        // Abramowitz and Stegun, table 7.1.
        for (x, expected) in [(0.0, 0.0), (0.5, 0.5204998778), (1.0, 0.8427007929), (2.0, 0.9953222650)] {
            assert!((erf(x) - expected).abs() < 3e-7, "erf({x}) = {}", erf(x));
            assert_eq!(erf(-x), -erf(x));
        }
    }
}
