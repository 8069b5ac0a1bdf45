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

/// Runs a kernel with the best instructions there are.
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
        {
            // SAFETY: the features that the function is compiled for were just detected.
            return unsafe { avx512(kernel) };
        }
        if is_x86_feature_detected!("avx2") {
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
