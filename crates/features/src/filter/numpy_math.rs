//! Logarithm and exponential with the bits of NumPy.
//!
//! NumPy 1.26 takes them from Intel's SVML where the processor has AVX-512, and from the C library elsewhere. Both
//! are right within an ulp, but differ for a quarter of all values, and in PyRadiomics' logarithm and exponential images
//! that shows: the brightest voxel becomes `exp(ln(m) / m * m)`, which is `m`, often a bin's edge, or its neighbour. This
//! module does what SVML does (functions `__svml_log8` and `__svml_exp8`), on every machine.
//!
//! Source: the algorithms, polynomial coefficients and thresholds are those of <https://github.com/numpy/SVML>, copyright
//! 2005-2021 NumPy Developers and 2023 Intel Corporation, BSD-3-Clause: the notices and the licence are in
//! THIRD-PARTY-NOTICES.md at the root of the repository. The tables of logarithms and of powers of two are correctly
//! rounded values.

use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

#[cfg(target_arch = "x86_64")]
use radsurv_image::simd;

/// `-ln(k/16)` for k = 16 to 23, `-ln(k/32)` for k = 24 to 31, `-ln(1)`: the logarithm of the rounded reciprocal, with a
/// factor of two moved into the exponent below 3/4.
const MINUS_LN: [f64; 17] = [
    0.0,
    -0.06062462181643484,
    -0.11778303565638346,
    -0.17185025692665923,
    -0.22314355131420976,
    -0.27193371548364176,
    -0.3184537311185346,
    -0.3629054936893685,
    0.2876820724517809,
    0.24686007793152578,
    0.2076393647782445,
    0.16989903679539747,
    0.13353139262452263,
    0.09844007281325252,
    0.06453852113757118,
    0.0317486983145803,
    0.0,
];

/// Where the reciprocal of a mantissa, rounded to five bits as the processor approximates it, falls from (k+1)/32 to k/32,
/// for k = 31 to 16: the leading 20 bits of the mantissa's fraction. (The true places, 64/(2k+1), are up to 3e-5 away.)
const STEPS: [u32; 16] = [
    0x040f0, 0x0c970, 0x15b40, 0x1f700, 0x29e60, 0x35230, 0x41430, 0x4e5f0, 0x5c990, 0x6c150, 0x7d070, 0x8f9c0,
    0xa41a0, 0xbad00, 0xd41c0, 0xf0800,
];

/// For each 64th of the interval from 1 to 2: k at its lower end, and the step inside it (beyond its end if there is none).
const SIXTY_FOURTHS: [(u32, u32); 64] = {
    let mut out = [(32, u32::MAX); 64];
    let mut i = 0;
    while i < 64 {
        let mut s = 0;
        while s < 16 {
            if STEPS[s] <= (i as u32) << 14 {
                out[i].0 -= 1;
            } else if STEPS[s] < (i as u32 + 1) << 14 {
                out[i].1 = STEPS[s];
            }
            s += 1;
        }
        i += 1;
    }
    out
};

/// `2^(j/16)`.
const ROOTS: [f64; 16] = [
    1.0,
    1.0442737824274138,
    1.0905077326652577,
    1.1387886347566916,
    1.189207115002721,
    1.241857812073484,
    1.2968395546510096,
    1.3542555469368927,
    SQRT_2,
    1.4768261459394993,
    1.5422108254079407,
    1.6104903319492543,
    1.681792830507429,
    1.7562521603732995,
    1.8340080864093424,
    1.9152065613971474,
];

/// Natural logarithm.
#[inline(always)]
fn ln_one(x: f64) -> f64 {
    if !(x.is_normal() && x > 0.0) {
        return x.ln();
    }
    let bits = x.to_bits();
    let m = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    let leading = (bits >> 32) as u32 & 0xf_ffff;
    let (k, step) = SIXTY_FOURTHS[(leading >> 14) as usize];
    let k = k - u32::from(leading >= step);
    let exponent = (bits >> 52) as i32 - 1023 + i32::from(k < 24);
    let r = (k as f64 / 32.0).mul_add(m, -1.0);
    let r2 = r * r;
    let r4 = r2 * r2;
    let c12 = r.mul_add(0.33333333333332005, -0.4999999999999968);
    let c34 = r.mul_add(0.20000000009280938, -0.2500000000437373);
    let c56 = r.mul_add(0.14285690939597326, -0.16666650546695666);
    let c78 = r.mul_add(0.11135561406034511, -0.125220000081181);
    let high = r2.mul_add(c78, c56);
    let low = r2.mul_add(c34, c12);
    let polynomial = r2.mul_add(r4.mul_add(high, low), r);
    (exponent as f64).mul_add(LN_2, MINUS_LN[(k - 16) as usize] + polynomial)
}

/// Exponential function.
#[inline(always)]
fn exp_one(x: f64) -> f64 {
    // Beyond this SVML, too, has another way.
    if x.is_nan() || x.abs() >= 707.7032713517042 {
        return x.exp();
    }
    // n = floor(16 x log2(e)) of the exact product.
    let product = x * LOG2_E;
    let error = x.mul_add(LOG2_E, -product);
    let floor = (16.0 * product).floor();
    let n = if floor == 16.0 * product && error < 0.0 { floor - 1.0 } else { floor };
    let sixteenths = n as i64;
    let n = n / 16.0;
    let r = (-n).mul_add(2.3190468138462996e-17, (-n).mul_add(LN_2, x));
    let r2 = r * r;
    let p56 = r.mul_add(0.0014149452874381984, 0.008332058899382488);
    let p34 = r.mul_add(0.041666695348322125, 0.16666666637508337);
    let p12 = r2.mul_add(0.5000000000010838, r);
    let p36 = r2.mul_add(p56, p34);
    let p = (r2 * r).mul_add(p36, p12);
    let root = ROOTS[(sixteenths & 15) as usize];
    p.mul_add(root, root) * f64::from_bits((((sixteenths >> 4) + 1023) as u64) << 52)
}

macro_rules! on_slices {
    ($(#[$doc:meta])* $name:ident, $one:ident) => {
        $(#[$doc])*
        pub fn $name(values: &mut [f64]) {
            #[cfg(target_arch = "x86_64")]
            {
                // Fused multiplications are function calls unless the compiler may use the instruction.
                #[target_feature(enable = "avx2,fma")]
                fn fused(values: &mut [f64]) {
                    values.iter_mut().for_each(|v| *v = $one(*v));
                }
                if simd::level() >= simd::Level::Avx2 && is_x86_feature_detected!("fma") {
                    // SAFETY: the processor has AVX2, because it has that level, and FMA.
                    return unsafe { fused(values) };
                }
            }
            values.iter_mut().for_each(|v| *v = $one(*v));
        }
    };
}

on_slices!(
    /// The natural logarithm of each value, in place.
    ln,
    ln_one
);
on_slices!(
    /// The exponential of each value, in place.
    exp,
    exp_one
);

#[cfg(test)]
mod tests {
    use sha1::{Digest, Sha1};

    use super::super::testing::{golden, splitmix};
    use super::*;

    fn hex(values: &[f64]) -> String {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Sha1::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn the_bits_are_those_of_numpy() {
        let cases = golden("numpy_math");
        assert_eq!(cases.len(), 16);
        for case in cases {
            let noise = splitmix(case.number("seed") as u64, case.number("count") as usize);
            let (scale, shift) = (case.number("scale"), case.number("shift"));
            let mut values: Vec<f64> =
                noise.iter().map(|n| (n >> 11) as f64 * 2f64.powi(-53) * scale + shift).collect();
            match case.text("function") {
                "log" => ln(&mut values),
                "exp" => exp(&mut values),
                other => panic!("{other}"),
            }
            assert_eq!(hex(&values), case.text("sha1"), "{}", case.name());
        }
    }

    #[test]
    fn the_maximum_as_pyradiomics_scales_it() {
        for case in golden("pointwise_maximum") {
            let largest: Vec<f64> = (1..=case.number("count") as u64).map(|m| m as f64).collect();
            let scaled: Vec<f64> = match case.text("function") {
                "log" => {
                    let mut l: Vec<f64> = largest.iter().map(|m| m + 1.0).collect();
                    ln(&mut l);
                    l.iter().zip(&largest).map(|(l, m)| l * (m / l)).collect()
                }
                _ => {
                    let mut c = largest.clone();
                    ln(&mut c);
                    let mut scaled: Vec<f64> = c.iter().zip(&largest).map(|(c, m)| c / m * m).collect();
                    exp(&mut scaled);
                    scaled
                }
            };
            assert_eq!(hex(&scaled), case.text("sha1"), "{}", case.name());
        }
    }

    #[test]
    fn near_the_platform_s_functions_and_beyond_the_polynomials() {
        for x in [f64::MIN_POSITIVE / 8.0, 1e-300, 0.3, 1.0, 1.5, 2.0, 1e9, 1e300, f64::MAX] {
            let mut y = [x];
            ln(&mut y);
            assert!((y[0] - x.ln()).abs() <= 4e-16 * x.ln().abs(), "{x}: {}", y[0]);
        }
        for x in [-745.0, -708.0, -1.0, -1e-20, 0.0, 1e-20, 0.5, 100.0, 709.7] {
            let mut y = [x];
            exp(&mut y);
            assert!((y[0] - x.exp()).abs() <= 4e-16 * x.exp(), "{x}: {}", y[0]);
        }
        let mut odd = [f64::INFINITY, f64::NEG_INFINITY];
        exp(&mut odd);
        assert_eq!(odd, [f64::INFINITY, 0.0]);
        let mut odd = [f64::INFINITY, 0.0, -1.0];
        ln(&mut odd);
        assert!(odd[0] == f64::INFINITY && odd[1] == f64::NEG_INFINITY && odd[2].is_nan());
    }
}
