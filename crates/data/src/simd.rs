//! Choosing the widest vector instructions of the machine at run time.
//!
//! For the crates of this workspace: no part of the public interface, and free to change.
//!
//! A kernel is plain code that the compiler vectorises; it is compiled once per instruction set and chosen when it runs.
//! Results are the same on all of them: integer kernels by nature, floating point ones because Rust neither reorders
//! sums nor contracts `a * b + c`.

use std::sync::atomic::{AtomicU8, Ordering};

/// Code to be compiled for several instruction sets. `run` must be `#[inline(always)]`, as must be what it calls, so that it
/// takes on the instruction set of the function it is inlined into.
pub trait Kernel {
    type Output;
    fn run(self) -> Self::Output;
}

/// Sets of instructions, the widest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// What every machine of the architecture has.
    Baseline,
    /// AVX2.
    Avx2,
    /// AVX-512 F, BW, VL and DQ.
    Avx512,
}

/// What [`level`] gives, as a number, or [`UNKNOWN`] before it was asked. Never more than the machine has.
static CHOSEN: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = u8::MAX;

/// The widest set to be used: the widest that the machine has, but in [`up_to`].
#[inline]
pub fn level() -> Level {
    const AVX2: u8 = Level::Avx2 as u8;
    const AVX512: u8 = Level::Avx512 as u8;
    match CHOSEN.load(Ordering::Relaxed) {
        UNKNOWN => detect(),
        AVX512 => Level::Avx512,
        AVX2 => Level::Avx2,
        _ => Level::Baseline,
    }
}

#[cold]
fn detect() -> Level {
    let level = available();
    // Unless another thread was faster, perhaps with `up_to`.
    let _ = CHOSEN.compare_exchange(UNKNOWN, level as u8, Ordering::Relaxed, Ordering::Relaxed);
    level
}

/// The widest set that the machine has.
fn available() -> Level {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        let wide = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq");
        return if wide { Level::Avx512 } else { Level::Avx2 };
    }
    Level::Baseline
}

/// For tests that compare the sets: does some work with no wider set than this one, in all threads. What other tests do at the
/// same time is not disturbed, because the set makes no difference to results.
pub fn up_to<T>(widest: Level, work: impl FnOnce() -> T) -> T {
    /// Ends the limit even if the work panics.
    struct Limit;
    impl Drop for Limit {
        fn drop(&mut self) {
            CHOSEN.store(available() as u8, Ordering::Relaxed);
        }
    }
    CHOSEN.store(widest.min(available()) as u8, Ordering::Relaxed);
    let _limit = Limit;
    work()
}

/// Runs a kernel with the best instructions there are.
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: a level is never more than the machine has, and these are the features the function is compiled for.
        Level::Avx512 => return unsafe { avx512(kernel) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { avx2(kernel) },
        Level::Baseline => {}
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
