//! Windowed sinc interpolation of radius 5.
//!
//! `f(x) = sum_k v_k w(x - k) sin(pi (x - k)) / (pi (x - k))` along each axis over the ten nearest voxels, with one of
//! five windows `w`; voxels beyond the border repeat the border. Weights are not divided by their sum, so a constant
//! image comes back with ripples of up to some thousandths. Meijering, Niessen, Pluim, Viergever: Quantitative
//! comparison of sinc-approximating kernels for medical image interpolation. MICCAI 1999, LNCS 1679, 210-217.
//! Operations as in ITK's `WindowedSincInterpolateImageFunction`.

use std::f64::consts::PI;

use super::kernel::{Kernel, MAX_TAPS, Source, Taps};
use super::nearest::floor;

/// SimpleITK's radius.
const RADIUS: usize = 5;
const M: f64 = RADIUS as f64;

/// A window over [-5, 5].
#[derive(Debug, Clone, Copy)]
pub(super) enum Window {
    /// `cos(pi x / 10)`.
    Cosine,
    /// `0.54 + 0.46 cos(pi x / 5)`.
    Hamming,
    /// `1 - x² / 25`.
    Welch,
    /// `sin(pi x / 5) / (pi x / 5)`.
    Lanczos,
    /// `0.42 + 0.5 cos(pi x / 5) + 0.08 cos(2 pi x / 5)`.
    Blackman,
}

impl Window {
    fn at(self, x: f64) -> f64 {
        match self {
            Self::Cosine => (x * (PI / (2.0 * M))).cos(),
            Self::Hamming => 0.54 + 0.46 * (x * (PI / M)).cos(),
            Self::Welch => 1.0 - x * (1.0 / (M * M)) * x,
            Self::Lanczos if x == 0.0 => 1.0,
            Self::Lanczos => {
                let z = (PI / M) * x;
                z.sin() / z
            }
            Self::Blackman => 0.42 + 0.5 * (x * (PI / M)).cos() + 0.08 * (x * (2.0 * PI / M)).cos(),
        }
    }
}

/// The windowed sinc as a kernel.
pub(super) struct Sinc(pub Window);

impl Kernel for Sinc {
    fn radius(&self) -> usize {
        RADIUS + 1
    }

    fn taps(&self, index: f64, size: usize) -> Taps {
        let base = floor(index);
        let distance = index - base as f64;
        let mut taps = Taps { index: [0; MAX_TAPS], weight: [0.0; MAX_TAPS], count: 2 * RADIUS };
        let mut x = distance + M;
        for k in 0..2 * RADIUS {
            let at = base + 1 - RADIUS as i64 + k as i64;
            taps.index[k] = at.clamp(0, size as i64 - 1) as usize;
            taps.weight[k] = if distance == 0.0 {
                f64::from(u8::from(k == RADIUS - 1))
            } else {
                x -= 1.0;
                let sinc = if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
                self.0.at(x) * sinc
            };
        }
        taps
    }

    fn sum(&self, taps: &[Taps; 3], source: &Source) -> f64 {
        let mut sum = 0.0;
        source.visit(taps, |value, [x, y, z]| sum += value * x * y * z);
        sum
    }
}
