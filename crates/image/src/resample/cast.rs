//! From the interpolated double to the voxel type, as ITK's resampling casts it.

/// A voxel type that ITK's resampling can give.
pub(super) trait Cast: Copy + Send + Sync + Default {
    /// Whether the fraction is cut off.
    const IS_INTEGER: bool;

    /// Clamped to the range of the type, and for integers truncated towards zero: 99.99999999999999 becomes 99.
    fn cast(value: f64) -> Self;
}

macro_rules! cast_integer {
    ($($type:ty),+) => {
        $(impl Cast for $type {
            const IS_INTEGER: bool = true;

            #[inline]
            fn cast(value: f64) -> Self {
                value as $type // saturates
            }
        })+
    };
}

cast_integer!(u8, i8, u16, i16, u32, i32, u64, i64);

impl Cast for f32 {
    const IS_INTEGER: bool = false;

    #[inline]
    fn cast(value: f64) -> Self {
        value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
    }
}

impl Cast for f64 {
    const IS_INTEGER: bool = false;

    #[inline]
    fn cast(value: f64) -> Self {
        value
    }
}
