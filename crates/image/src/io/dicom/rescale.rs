//! From stored values to the values they stand for, and the type of the voxels.
//!
//! The type is ITK's, with the whole series in view instead of its first slice: if no frame is rescaled, the stored type
//! (`int16`, `uint16`, ... by Bits Allocated and Pixel Representation); if every slope and intercept is a whole number,
//! the smallest integer type that holds every value the stored bits could give; else `float64`. ITK casts all slices to
//! the type of the first, which truncates if the first has a whole slope and another has not.

use super::pixels::{PixelFormat, Stored};
use crate::volume::{VoxelType, Voxels};

/// Slope and intercept of a frame, with the format of its object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scaling {
    pub format: PixelFormat,
    pub slope: f64,
    pub intercept: f64,
}

impl Scaling {
    fn is_identity(&self) -> bool {
        self.slope == 1.0 && self.intercept == 0.0
    }

    /// What a stored value stands for, once an inverted one is turned round.
    fn apply(&self, stored: f64) -> f64 {
        self.slope * stored + self.intercept
    }

    /// What a stored value of an integer format becomes in the image.
    pub fn value(&self, stored: i64) -> f64 {
        self.apply(self.turned(stored) as f64)
    }

    /// A stored value; of an inverted frame (MONOCHROME1) turned round within the range of its stored bits.
    fn turned(&self, stored: i64) -> i64 {
        let (low, high) = self.format.range();
        if self.format.inverted { low as i64 + high as i64 - stored } else { stored }
    }
}

/// The type of the voxels of these frames.
pub(crate) fn voxel_type(frames: &[Scaling]) -> VoxelType {
    let identity = frames.iter().all(Scaling::is_identity);
    if frames.iter().any(|s| s.format.float) {
        let single = identity && frames.iter().all(|s| s.format.float && s.format.bits_allocated == 32);
        return if single { VoxelType::F32 } else { VoxelType::F64 };
    }
    let stored = |s: &Scaling| (s.format.bits_allocated, s.format.signed);
    if identity {
        let mut kinds: Vec<(usize, bool)> = frames.iter().map(stored).collect();
        kinds.dedup();
        if let [(bits, signed)] = kinds[..] {
            return match (bits, signed) {
                (1 | 8, false) => VoxelType::U8,
                (1 | 8, true) => VoxelType::I8,
                (16, false) => VoxelType::U16,
                (16, true) => VoxelType::I16,
                (_, false) => VoxelType::U32,
                (_, true) => VoxelType::I32,
            };
        }
    }
    let whole = |x: f64| x.fract() == 0.0 && x.abs() <= f64::from(i32::MAX);
    if !frames.iter().all(|s| whole(s.slope) && whole(s.intercept)) {
        return VoxelType::F64;
    }
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for scaling in frames {
        let (a, b) = scaling.format.range();
        for value in [scaling.apply(a), scaling.apply(b)] {
            (low, high) = (low.min(value), high.max(value));
        }
    }
    let fits = |a: f64, b: f64| low >= a && high <= b;
    match () {
        () if fits(0.0, 255.0) => VoxelType::U8,
        () if fits(0.0, 65535.0) => VoxelType::U16,
        () if fits(0.0, f64::from(u32::MAX)) => VoxelType::U32,
        () if fits(-128.0, 127.0) => VoxelType::I8,
        () if fits(-32768.0, 32767.0) => VoxelType::I16,
        () if fits(f64::from(i32::MIN), f64::from(i32::MAX)) => VoxelType::I32,
        () => VoxelType::F64,
    }
}

/// Voxels of a type, none yet. They grow as frames are decoded, so that no header decides what is allocated.
pub(crate) fn empty(kind: VoxelType) -> Voxels {
    match kind {
        VoxelType::U8 => Vec::<u8>::new().into(),
        VoxelType::I8 => Vec::<i8>::new().into(),
        VoxelType::U16 => Vec::<u16>::new().into(),
        VoxelType::I16 => Vec::<i16>::new().into(),
        VoxelType::U32 => Vec::<u32>::new().into(),
        VoxelType::I32 => Vec::<i32>::new().into(),
        VoxelType::F32 => Vec::<f32>::new().into(),
        _ => Vec::<f64>::new().into(),
    }
}

/// Appends a frame. Inverted frames (MONOCHROME1) are turned round first.
pub(crate) fn append(voxels: &mut Voxels, stored: Stored, scaling: &Scaling) {
    match stored {
        Stored::Whole(values) if scaling.format.inverted => {
            extend(voxels, values.into_iter(), |v| scaling.value(v));
        }
        Stored::Whole(values) if scaling.is_identity() => extend(voxels, values.into_iter(), |v| v as f64),
        Stored::Whole(values) => extend(voxels, values.into_iter(), |v| scaling.apply(v as f64)),
        Stored::Float(values) => extend(voxels, values.into_iter(), |v| scaling.apply(v)),
    }
}

/// Appends values that fit the type of the voxels (every integer of up to 32 bits is a `f64`).
fn extend<T>(voxels: &mut Voxels, values: impl Iterator<Item = T>, value: impl Fn(T) -> f64) {
    macro_rules! append {
        ($($variant:ident: $type:ty),*) => {
            match voxels {
                $(Voxels::$variant(out) => out.extend(values.map(|v| value(v) as $type)),)*
            }
        };
    }
    append!(U8: u8, I8: i8, U16: u16, I16: i16, U32: u32, I32: i32, U64: u64, I64: i64, F32: f32, F64: f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaling(bits: usize, signed: bool, slope: f64, intercept: f64) -> Scaling {
        let mut format = PixelFormat::for_test(1, 1, 16);
        (format.bits_stored, format.high_bit, format.signed) = (bits, bits - 1, signed);
        Scaling { format, slope, intercept }
    }

    #[test]
    fn types_are_those_of_itk() {
        let of = |s: Scaling| voxel_type(&[s]);
        assert_eq!(of(scaling(12, false, 1.0, 0.0)), VoxelType::U16);
        assert_eq!(of(scaling(16, true, 1.0, 0.0)), VoxelType::I16);
        assert_eq!(of(scaling(12, false, 1.0, -1024.0)), VoxelType::I16);
        assert_eq!(of(scaling(16, true, 1.0, -1024.0)), VoxelType::I32);
        assert_eq!(of(scaling(16, false, 1.0, -1024.0)), VoxelType::I32);
        assert_eq!(of(scaling(12, false, 2.0, 10.0)), VoxelType::U16);
        assert_eq!(of(scaling(12, false, 0.5, 0.0)), VoxelType::F64);
        assert_eq!(of(scaling(16, false, 1e9, 0.0)), VoxelType::F64);
        assert_eq!(voxel_type(&[scaling(12, false, 1.0, 0.0), scaling(12, false, 1.5, 0.0)]), VoxelType::F64);
        assert_eq!(voxel_type(&[scaling(12, false, 1.0, 0.0), scaling(12, false, 1.0, -8.0)]), VoxelType::I16);
    }
}
