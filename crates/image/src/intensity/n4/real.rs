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
    /// The whole part of a number that is not negative.
    fn whole(self) -> u32;
    fn from_whole(value: u32) -> Self;
    fn infinity() -> Self;
}

macro_rules! real {
    ($($type:ty),+) => {$(
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
            fn whole(self) -> u32 {
                self as u32
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

real!(f32, f64);
