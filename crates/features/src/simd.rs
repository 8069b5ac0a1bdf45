//! Choosing the widest vector instructions of the machine at run time.
//!
//! A kernel is plain code that the compiler vectorises; it is compiled once per instruction set and chosen when it runs.
//! Results are the same on all of them: integer kernels by nature, floating point ones because Rust neither reorders
//! sums nor contracts `a * b + c`.

/// Code to be compiled for several instruction sets. `run` must be `#[inline(always)]`, so that it takes on the
/// instruction set of the function it is inlined into.
pub(crate) trait Kernel {
    type Output;
    fn run(self) -> Self::Output;
}

/// Sets of instructions, the widest last.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
pub(crate) enum Level {
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests keep the others away"))]
    Baseline,
    Avx2,
    Avx512,
}

/// The widest set that tests let run.
#[cfg(test)]
static WIDEST: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(Level::Avx512 as usize);

/// Whether a set may be used if the machine has it: always, except in tests that compare the sets.
#[inline(always)]
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
pub(crate) fn allowed(level: Level) -> bool {
    #[cfg(test)]
    let widest = WIDEST.load(std::sync::atomic::Ordering::Relaxed);
    #[cfg(not(test))]
    let widest = Level::Avx512 as usize;
    level as usize <= widest
}

/// Runs a kernel with the best instructions there are.
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if allowed(Level::Avx512)
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
        {
            // SAFETY: the features that the function is compiled for were just detected.
            return unsafe { avx512(kernel) };
        }
        if allowed(Level::Avx2) && is_x86_feature_detected!("avx2") {
            // SAFETY: as above.
            return unsafe { avx2(kernel) };
        }
    }
    kernel.run()
}

/// # Safety
/// The machine must have these instructions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
unsafe fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

/// # Safety
/// The machine must have these instructions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

/// The flags as the bits of a number, the first one lowest; at most 64.
#[inline(always)]
pub(crate) fn bit_mask<const N: usize>(flags: [bool; N]) -> u64 {
    // All bits of a byte, as comparisons give them.
    let bytes: [u8; N] = flags.map(|flag| 0u8.wrapping_sub(u8::from(flag)));
    let mut bits = 0;
    let (sixteens, rest) = bytes.as_chunks::<16>();
    for (i, chunk) in sixteens.iter().enumerate() {
        bits |= u64::from(sixteen_bits(chunk)) << (16 * i);
    }
    for (i, byte) in rest.iter().enumerate() {
        bits |= u64::from(byte & 1) << (16 * sixteens.len() + i);
    }
    bits
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn sixteen_bits(bytes: &[u8; 16]) -> u16 {
    use std::arch::x86_64::{_mm_loadu_si128, _mm_movemask_epi8};
    // SAFETY: every x86-64 machine has these instructions, and the 16 bytes are read from an array of 16.
    unsafe { _mm_movemask_epi8(_mm_loadu_si128(bytes.as_ptr().cast())) as u16 }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn sixteen_bits(bytes: &[u8; 16]) -> u16 {
    bytes.iter().rev().fold(0, |bits, byte| bits << 1 | u16::from(byte & 1))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use radsurv_image::{Geometry, Mask, Volume, Voxels};
    use radsurv_testkit::splitmix::SplitMix64;

    use super::*;
    use crate::Extractor;
    use crate::settings::ExtractorSettings;

    const EVERY_TYPE: &str = "
setting: {distances: [1, 2], binWidth: 20}
imageType:
  Original: {}
  LoG: {sigma: [1.0, 2.0]}
  Wavelet: {level: 2}
  Square: {}
  SquareRoot: {}
  Logarithm: {}
  Exponential: {}
  Gradient: {}
  LBP2D: {binWidth: 1}
  LBP3D: {binWidth: 1}
featureClass: {shape: , firstorder: , glcm: , glrlm: , glszm: , gldm: , ngtdm: }
";

    /// All features of an image, as names and bits.
    fn bits(voxels: &Voxels, size: [usize; 3]) -> Vec<(String, u64)> {
        let grid = Geometry::new(size, [0.8, 0.9, 1.5], [0.0; 3], Geometry::IDENTITY).unwrap();
        let centre = size.map(|n| n as f64 / 2.0);
        let inside: Vec<bool> = grid
            .full_box()
            .indices()
            .map(|at| (0..3).map(|a| ((at[a] as f64 + 0.5 - centre[a]) / centre[a]).powi(2)).sum::<f64>() < 0.9)
            .collect();
        let mask = Mask::from_bools(grid.clone(), &inside).unwrap();
        let image = Volume::new(grid, voxels.clone()).unwrap();
        let settings = ExtractorSettings::from_yaml_str(EVERY_TYPE, "parameters").unwrap();
        let vector = Extractor::new(settings).extract(&image, &mask).unwrap();
        vector.features.iter().map(|f| (f.name(), f.value.number().to_bits())).collect()
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let size = [37, 26, 15];
        let mut random = SplitMix64::new(9);
        let integers: Vec<i16> =
            (0..size.iter().product()).map(|i| (i % 37) as i16 * 9 + random.below(400) as i16).collect();
        let floats: Vec<f32> = integers.iter().map(|&v| f32::from(v) / 7.0).collect();
        let doubles: Vec<f64> = integers.iter().map(|&v| f64::from(v) / 7.0).collect();
        for voxels in [Voxels::from(integers), Voxels::from(floats), Voxels::from(doubles)] {
            // Other tests may run at the same time: the set makes no difference to them either.
            let mut found = [Level::Baseline, Level::Avx2, Level::Avx512].map(|level| {
                WIDEST.store(level as usize, Ordering::Relaxed);
                bits(&voxels, size)
            });
            WIDEST.store(Level::Avx512 as usize, Ordering::Relaxed);
            assert!(found[0].len() > 1500, "{} features", found[0].len());
            let baseline = found[0].clone();
            for (set, level) in found.iter_mut().zip(["the baseline", "AVX2", "AVX-512"]) {
                let mut pairs = set.iter().zip(&baseline);
                let other = pairs.find(|(a, b)| a != b);
                assert_eq!(other, None, "{level} gives other bits for {}", voxels.voxel_type().name());
            }
        }
        #[cfg(target_arch = "x86_64")]
        println!("AVX2: {}, AVX-512: {}", is_x86_feature_detected!("avx2"), is_x86_feature_detected!("avx512bw"));
    }
}
