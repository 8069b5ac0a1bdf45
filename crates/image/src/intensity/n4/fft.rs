//! The Fourier transform of a few hundred numbers, for the deconvolution of the histogram.

use std::f64::consts::PI;

/// A complex number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Complex {
    pub re: f64,
    pub im: f64,
}

/// The transform of a power of two of numbers in place, `X_k = Σ_n x_n e^{∓2πi k n / N}`, by Cooley and Tukey's radix-2
/// method. The inverse is not divided by `N`.
#[derive(Debug, Clone)]
pub(super) struct Fft {
    /// e^{-2πi k / N} for k below N / 2.
    roots: Vec<Complex>,
}

impl Fft {
    /// For `size` numbers, a power of two of at least 2.
    pub fn new(size: usize) -> Self {
        let root = |k: usize| {
            let (im, re) = (-2.0 * PI * k as f64 / size as f64).sin_cos();
            Complex { re, im }
        };
        Self { roots: (0..size / 2).map(root).collect() }
    }

    pub fn forward(&self, values: &mut [Complex]) {
        self.transform(values, 1.0);
    }

    pub fn inverse(&self, values: &mut [Complex]) {
        self.transform(values, -1.0);
    }

    fn transform(&self, values: &mut [Complex], sign: f64) {
        let size = values.len();
        let bits = size.trailing_zeros();
        for i in 0..size {
            let j = i.reverse_bits() >> (usize::BITS - bits);
            if i < j {
                values.swap(i, j);
            }
        }
        let mut half = 1;
        while half < size {
            let step = size / (2 * half);
            for part in values.chunks_exact_mut(2 * half) {
                let (low, high) = part.split_at_mut(half);
                for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                    let w = self.roots[k * step];
                    let (wr, wi) = (w.re, sign * w.im);
                    let turned = Complex { re: b.re * wr - b.im * wi, im: b.re * wi + b.im * wr };
                    *b = Complex { re: a.re - turned.re, im: a.im - turned.im };
                    *a = Complex { re: a.re + turned.re, im: a.im + turned.im };
                }
            }
            half *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_of_its_definition_and_has_an_inverse() {
        let size = 16;
        let values: Vec<Complex> =
            (0..size).map(|i| Complex { re: ((i * 7) % 5) as f64, im: ((i * 3) % 4) as f64 }).collect();
        let fft = Fft::new(size);
        let mut found = values.clone();
        fft.forward(&mut found);
        for (k, f) in found.iter().enumerate() {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, v) in values.iter().enumerate() {
                let (s, c) = (-2.0 * PI * (k * n) as f64 / size as f64).sin_cos();
                re += v.re * c - v.im * s;
                im += v.re * s + v.im * c;
            }
            assert!((f.re - re).abs() < 1e-12 && (f.im - im).abs() < 1e-12);
        }
        fft.inverse(&mut found);
        for (f, v) in found.iter().zip(&values) {
            assert!((f.re / 16.0 - v.re).abs() < 1e-14 && (f.im / 16.0 - v.im).abs() < 1e-14);
        }
    }
}
