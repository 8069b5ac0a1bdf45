//! One level of the transform on a region: what is known, what is wanted, the filters along each axis.

use std::borrow::Cow;
use std::ops::{AddAssign, Mul};

use radsurv_image::{Volume, Voxels, with_voxels};

use super::super::Result;
use super::families::{Filters, Wavelet};
use super::kernel::{Slot, Tap, sum_pair};
use super::tile::Plan;

/// A precision of the transform: `f32` or `f64`.
pub trait Real: Copy + Send + Sync + PartialOrd + Default + AddAssign + Mul<Output = Self> + 'static {
    const ZERO: Self;
    fn filters(wavelet: &Wavelet) -> &Filters<Self>;
    fn voxels(values: Vec<Self>) -> Voxels;
    /// Converts voxels from an offset on.
    fn read(voxels: &Voxels, from: usize, out: &mut [Self]);
    fn magnitude(self) -> Self;
    fn largest() -> f64;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    /// Number of outputs that the kernel accumulates in registers.
    const LANES: usize;
    /// [`kernel::sum_pair`](sum_pair) with that many.
    fn sum_pair<S: Slot<Self>>(source: &[Self], taps: &[Tap<Self>], low: Option<&mut [S]>, high: Option<&mut [S]>);
}

macro_rules! real {
    ($type:ident, $variant:ident, $filters:ident) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            fn filters(wavelet: &Wavelet) -> &Filters<Self> {
                &wavelet.$filters
            }
            fn voxels(values: Vec<Self>) -> Voxels {
                Voxels::$variant(values)
            }
            fn read(voxels: &Voxels, from: usize, out: &mut [Self]) {
                with_voxels!(voxels, v => {
                    for (to, &value) in out.iter_mut().zip(&v[from..]) {
                        *to = value as $type;
                    }
                })
            }
            fn magnitude(self) -> Self {
                self.abs()
            }
            fn largest() -> f64 {
                $type::MAX as f64
            }
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            fn to_f64(self) -> f64 {
                self as f64
            }
            const LANES: usize = 128 / size_of::<$type>();
            #[inline(always)]
            fn sum_pair<S: Slot<Self>>(
                source: &[Self],
                taps: &[Tap<Self>],
                low: Option<&mut [S]>,
                high: Option<&mut [S]>,
            ) {
                sum_pair::<Self, S, { Self::LANES }>(source, taps, low, high);
            }
        }
    };
}
real!(f32, F32, single);
real!(f64, F64, double);

/// A part of an image that goes on periodically.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// First place along each axis, less than the period.
    pub start: [usize; 3],
    /// Number of places along each axis, at most the period.
    pub size: [usize; 3],
}

impl Region {
    /// The part that filters of so many taps need for this part.
    pub fn reach(&self, taps: [usize; 3], period: [usize; 3]) -> Self {
        let size = [0, 1, 2].map(|a| self.size[a] + taps[a] - 1);
        let start = [0, 1, 2]
            .map(|a| if size[a] >= period[a] { 0 } else { reached(self.start[a], taps[a], period[a], taps[a] - 1) });
        Self { start, size: [0, 1, 2].map(|a| size[a].min(period[a])) }
    }
}

/// The place that a tap of the output at `at` reads.
pub fn reached(at: usize, taps: usize, period: usize, tap: usize) -> usize {
    // A multiple of the period keeps the difference positive.
    (at + taps / 2 + taps * period - tap) % period
}

/// Values that are known of a periodic image: all of a first level, a region of the later ones.
pub struct Source<'a> {
    pub voxels: Cow<'a, Voxels>,
    /// Number of values along each axis.
    pub size: [usize; 3],
    /// Place of the first.
    pub start: [usize; 3],
    /// Number of places, after which the image repeats itself: even along axes that are filtered.
    pub period: [usize; 3],
}

impl<'a> Source<'a> {
    /// An image whose axes of odd size are followed by their first voxel.
    pub fn image(image: &'a Volume) -> Self {
        let size = image.geometry().size();
        Self { voxels: Cow::Borrowed(image.voxels()), size, start: [0; 3], period: size.map(|s| s + s % 2) }
    }

    /// Where the value of a place stands along an axis, and how many places follow in the array from there on.
    pub fn index(&self, axis: usize, place: usize) -> (usize, usize) {
        let index = (place + self.period[axis] - self.start[axis]) % self.period[axis];
        if index < self.size[axis] { (index, self.size[axis] - index) } else { (0, 1) }
    }
}

/// The filters along one axis; without filtering a single tap of weight 1 (a sum of one product that changes nothing).
pub struct Axis<T> {
    pub low: Vec<T>,
    pub high: Vec<T>,
    pub period: usize,
}

impl<T: Real> Axis<T> {
    pub fn taps(&self) -> usize {
        self.low.len()
    }

    /// PyWavelets' order of the taps for the output at a place: ascending, but near the end of a line the taps that lie
    /// beyond it come first, from the highest to 0.
    pub fn order(&self, place: usize) -> impl Iterator<Item = usize> {
        let beyond = (place % self.period + self.taps() / 2 + 1).saturating_sub(self.period);
        (0..beyond).rev().chain(beyond..self.taps())
    }

    pub fn is_ordered(&self, place: usize) -> bool {
        place % self.period + self.taps() / 2 < self.period + 1
    }

    pub fn tap(&self, tap: usize, at: usize) -> Tap<T> {
        Tap { low: self.low[tap], high: self.high[tap], at }
    }
}

/// The bands of one level that are wanted (numbered by bits, 4 for the high-pass filter along x, 2 along y, 1 along z)
/// on a region, x fastest; the others are empty.
pub fn level<T: Real>(
    source: &Source,
    region: &Region,
    axes: [bool; 3],
    filters: &Filters<T>,
    wanted: impl Fn(usize) -> bool,
) -> Result<[Vec<T>; 8]> {
    let wanted: [bool; 8] = std::array::from_fn(wanted);
    let one = T::from_f64(1.0);
    let axes: [Axis<T>; 3] = std::array::from_fn(|a| {
        let period = source.period[a];
        if axes[a] {
            Axis { low: filters.low.clone(), high: filters.high.clone(), period }
        } else {
            Axis { low: vec![one], high: vec![one], period }
        }
    });
    let plan = Plan { source, region, limit: limit(&axes), axes, wanted };
    plan.run()
}

/// Inputs up to this magnitude cannot overflow: no sum is larger than the input times the sums of the taps' magnitudes.
fn limit<T: Real>(axes: &[Axis<T>; 3]) -> T {
    let gain = |taps: &[T]| taps.iter().map(|t| t.magnitude().to_f64()).sum::<f64>();
    let gains: f64 = axes.iter().map(|a| gain(&a.low).max(gain(&a.high)).max(1.0)).product();
    T::from_f64(T::largest() / (2.0 * gains))
}
