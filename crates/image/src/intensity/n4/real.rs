//! The floating point type that the voxels are kept in.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Mul, Sub, SubAssign};

/// `f32` or `f64`.
pub(super) trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + AddAssign
    + SubAssign
    + 'static
{
    fn of(value: f64) -> Self;
    fn f64(self) -> f64;
    /// The whole number `n` with `n <= self <= n + 1`; of a whole number itself either. For 0 to 2^20; of others any number.
    fn below(self) -> u32;
    fn from_whole(value: u32) -> Self;
    fn infinity() -> Self;
}

macro_rules! real {
    ($(($type:ty, $shift:literal)),+) => {$(
        impl Real for $type {
            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn below(self) -> u32 {
                // Adding 2^23 (float) or 2^52 (double) leaves the nearest whole number in the last bits. A cast does not
                // vectorise, as it has to look for NaN.
                let middle = self - 0.5;
                let middle = if middle > 0.0 { middle } else { 0.0 };
                (middle + $shift).to_bits() as u32 & 0x7F_FFFF
            }
            #[inline(always)]
            fn from_whole(value: u32) -> Self {
                value as $type
            }
            #[inline(always)]
            fn infinity() -> Self {
                <$type>::INFINITY
            }
        }
    )+};
}

real!((f32, 8_388_608.0), (f64, 4_503_599_627_370_496.0));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_below() {
        for i in 0..4_000_000u32 {
            let v = f64::from(i) / 61.0;
            let (single, double) = (v as f32, v);
            assert!(single.below() as f32 <= single && single <= (single.below() + 1) as f32, "{v}");
            assert!(f64::from(double.below()) <= double && double <= f64::from(double.below() + 1), "{v}");
        }
        assert_eq!((0f32.below(), 0f64.below(), (-1f32).below()), (0, 0, 0));
    }
}
