//! Choosing the widest vector instructions of the machine at run time.
//!
//! A kernel is plain code that the compiler vectorises; it is compiled once per instruction set and chosen when it runs.
//! Results are the same on all of them, because Rust neither reorders sums nor contracts `a * b + c`.

/// Code to be compiled for several instruction sets. `run` must be `#[inline(always)]`, as must be what it calls, so that it
/// takes on the instruction set of the function it is inlined into.
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::intensity::n4::{N4Settings, Precision, correct};
    use crate::{Geometry, Volume};

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let size = [37, 26, 15];
        let grid = Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let value = |i: usize| (100.0 + (i % 37) as f64) * [1.0, 2.2][i / 37 / 9 % 2] + (i * 7919 % 23) as f64;
        let image = Volume::new(grid, (0..size.iter().product()).map(value).collect::<Vec<f64>>()).unwrap();
        for precision in [Precision::Single, Precision::Double] {
            let settings = N4Settings { precision, ..N4Settings::default() };
            // Other tests may run at the same time: the set makes no difference to them either.
            let [baseline, avx2, avx512] = [Level::Baseline, Level::Avx2, Level::Avx512].map(|level| {
                WIDEST.store(level as usize, Ordering::Relaxed);
                correct(&image, None, &settings).unwrap()
            });
            WIDEST.store(Level::Avx512 as usize, Ordering::Relaxed);
            assert!(baseline.levels[0].iterations() > 3);
            assert!(avx2 == baseline && avx512 == baseline, "{precision:?}");
        }
    }
}
