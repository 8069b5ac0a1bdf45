//! One level of the transform, fused over the three axes.

use std::borrow::Cow;
use std::ops::{AddAssign, Mul};

use radsurv_image::{Volume, Voxels, with_voxels};
use rayon::prelude::*;

use super::super::{FilterError, Result};
use super::families::{Filters, Wavelet};
use super::kernel::{LANES, Tap, sum_pair};

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
fn reached(at: usize, taps: usize, period: usize, tap: usize) -> usize {
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
    fn index(&self, axis: usize, place: usize) -> (usize, usize) {
        let index = (place + self.period[axis] - self.start[axis]) % self.period[axis];
        if index < self.size[axis] { (index, self.size[axis] - index) } else { (0, 1) }
    }
}

/// The filters along one axis; without filtering a single tap of weight 1 (a sum of one product that changes nothing).
struct Axis<T> {
    low: Vec<T>,
    high: Vec<T>,
    period: usize,
}

impl<T: Real> Axis<T> {
    fn taps(&self) -> usize {
        self.low.len()
    }

    /// PyWavelets' order of the taps for the output at a place: ascending, but near the end of a line the taps that lie
    /// beyond it come first, from the highest to 0.
    fn order(&self, place: usize) -> impl Iterator<Item = usize> {
        let beyond = (place % self.period + self.taps() / 2 + 1).saturating_sub(self.period);
        (0..beyond).rev().chain(beyond..self.taps())
    }

    fn is_ordered(&self, place: usize) -> bool {
        place % self.period + self.taps() / 2 < self.period + 1
    }

    fn tap(&self, tap: usize, at: usize) -> Tap<T> {
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
    let count = region.size.iter().product();
    let mut out: [Vec<T>; 8] = wanted.map(|w| if w { vec![T::ZERO; count] } else { Vec::new() });
    if wanted == [false; 8] {
        return Ok(out);
    }
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
    plan.run(&mut out)?;
    Ok(out)
}

/// Inputs up to this magnitude cannot overflow: no sum is larger than the input times the sums of the taps' magnitudes.
fn limit<T: Real>(axes: &[Axis<T>; 3]) -> T {
    let gain = |taps: &[T]| taps.iter().map(|t| t.magnitude().to_f64()).sum::<f64>();
    let gains: f64 = axes.iter().map(|a| gain(&a.low).max(gain(&a.high)).max(1.0)).product();
    T::from_f64(T::largest() / (2.0 * gains))
}

/// A level that is to be computed.
struct Plan<'a, T> {
    source: &'a Source<'a>,
    region: &'a Region,
    axes: [Axis<T>; 3],
    wanted: [bool; 8],
    limit: T,
}

/// Rows y.. and slices z.. of the region for one thread, with the places of its outputs: for each slice, for each band,
/// the rows.
struct Task<'a, T> {
    y: usize,
    z: usize,
    rows: usize,
    slices: Vec<[Option<&'a mut [T]>; 8]>,
}

/// Intermediate results of a task, kept for the next.
#[derive(Default)]
struct Buffers<T> {
    /// A row of the source.
    line: Vec<T>,
    /// A slice filtered along x: low, high.
    plane: [Vec<T>; 2],
    /// Slices filtered along x and y as the last filter needs them at a time: LL, LH, HL, HH.
    ring: [Vec<T>; 4],
    /// Place of each slice in the ring.
    held: Vec<usize>,
    taps: Vec<Tap<T>>,
}

/// A value that is not finite or too large, and where it stands in the source.
struct BadValue(usize);

/// How much the ring may hold, in bytes: about what stays in a core's second-level cache.
const RING_BYTES: usize = 512 * 1024;
/// Columns that are computed together.
const TILE_COLUMNS: usize = 128;

impl<T: Real> Plan<'_, T> {
    fn run(&self, out: &mut [Vec<T>; 8]) -> Result<()> {
        let size = self.region.size;
        let columns = size[0].min(TILE_COLUMNS);
        let taps = self.axes[2].taps();
        let row_bytes = 4 * taps * columns * size_of::<T>();
        // Rows are filtered along x again by each task that needs them: not fewer at a time than there are taps.
        let rows = (RING_BYTES / row_bytes).max(self.axes[1].taps()).max(8);
        let rows = size[1].div_ceil(size[1].div_ceil(rows));
        let slices = (8 * taps).max(64);
        let slices = size[2].div_ceil(size[2].div_ceil(slices));
        let mut tasks = Vec::new();
        for z in (0..size[2]).step_by(slices) {
            for y in (0..size[1]).step_by(rows) {
                tasks.push(Task { y, z, rows: rows.min(size[1] - y), slices: Vec::new() });
            }
        }
        let across = size[1].div_ceil(rows);
        let mut parts: Vec<_> = out.iter_mut().map(|band| band.chunks_mut(size[0] * size[1])).collect();
        for z in 0..size[2] {
            let mut planes: Vec<_> =
                parts.iter_mut().map(|band| band.next().map(|plane| plane.chunks_mut(size[0] * rows))).collect();
            for task in &mut tasks[z / slices * across..][..across] {
                task.slices.push(std::array::from_fn(|b| planes[b].as_mut().and_then(Iterator::next)));
            }
        }
        let done: Vec<_> =
            tasks.into_par_iter().map_init(Buffers::default, |buffers, task| dispatch(self, buffers, task)).collect();
        match done.into_iter().find_map(|d| d.err()) {
            None => Ok(()),
            Some(bad) => Err(self.refuse(bad)),
        }
    }

    fn refuse(&self, BadValue(offset): BadValue) -> FilterError {
        let value = self.source.voxels.get(offset);
        let [nx, ny, _] = self.source.size;
        let index = [offset % nx, offset / nx % ny, offset / nx / ny];
        if value.is_finite() {
            return FilterError::Undefined(format!(
                "the wavelet transform of values as large as {value} overflows their type; rescale the image"
            ));
        }
        FilterError::NotFinite { index, value }
    }

    /// Whether any band whose bits under `mask` are `bits` is wanted.
    fn needs(&self, mask: usize, bits: usize) -> bool {
        (0..8).any(|b| self.wanted[b] && b & mask == bits)
    }

    #[inline(always)]
    fn run_task(&self, buffers: &mut Buffers<T>, task: Task<T>) -> std::result::Result<(), BadValue> {
        let mut task = task;
        let columns = self.region.size[0];
        let width = columns.div_ceil(columns.div_ceil(TILE_COLUMNS));
        for x in (0..columns).step_by(width) {
            self.run_columns(buffers, &mut task, x, width.min(columns - x))?;
        }
        Ok(())
    }

    /// All slices of a task for columns `x` to `x + width`.
    #[inline(always)]
    fn run_columns(
        &self,
        buffers: &mut Buffers<T>,
        task: &mut Task<T>,
        x: usize,
        width: usize,
    ) -> std::result::Result<(), BadValue> {
        let [_, _, axis] = &self.axes;
        let stride = width.next_multiple_of(LANES);
        // With few slices all are kept, else as many as there are taps.
        let all = axis.period <= 2 * axis.taps();
        let held = if all { axis.period } else { axis.taps() };
        for band in &mut buffers.ring {
            band.resize(held * task.rows * stride, T::ZERO);
        }
        buffers.held.clear();
        buffers.held.resize(held, usize::MAX);
        for slice in 0..task.slices.len() {
            let place = self.region.start[2] + task.z + slice;
            let slot = |tap: usize| {
                if all { reached(place, axis.taps(), axis.period, tap) } else { (slice + axis.taps() - 1 - tap) % held }
            };
            for tap in 0..axis.taps() {
                let needed = reached(place, axis.taps(), axis.period, tap);
                if buffers.held[slot(tap)] != needed {
                    self.filter_slice(buffers, task, x, width, slot(tap), needed)?;
                    buffers.held[slot(tap)] = needed;
                }
            }
            buffers.taps.clear();
            buffers.taps.extend(axis.order(place).map(|tap| axis.tap(tap, slot(tap) * task.rows * stride)));
            let outputs = &mut task.slices[slice];
            for row in 0..task.rows {
                let part = row * self.region.size[0] + x;
                for pair in 0..4 {
                    let [low, high, ..] = &mut outputs[2 * pair..] else { continue };
                    let low = low.as_deref_mut().map(|rows| &mut rows[part..part + width]);
                    let high = high.as_deref_mut().map(|rows| &mut rows[part..part + width]);
                    sum_pair(&buffers.ring[pair][row * stride..], &buffers.taps, low, high);
                }
            }
        }
        Ok(())
    }

    /// Filters the slice at a place along x and y into a slot of the ring.
    #[inline(always)]
    fn filter_slice(
        &self,
        buffers: &mut Buffers<T>,
        task: &Task<T>,
        x: usize,
        width: usize,
        slot: usize,
        place: usize,
    ) -> std::result::Result<(), BadValue> {
        let [ax, ay, _] = &self.axes;
        let stride = width.next_multiple_of(LANES);
        let first = self.region.start[1] + task.y;
        // Row `r` of the plane lies at this place: from the first that is needed on, or every place once.
        let reach = task.rows + ay.taps() - 1;
        let all = reach >= ay.period;
        let rows = reach.min(ay.period);
        let (z, _) = self.source.index(2, place);
        let left = self.region.start[0] + x;
        buffers.line.resize(stride + ax.taps() - 1, T::ZERO);
        for plane in &mut buffers.plane {
            plane.resize(rows * stride, T::ZERO);
        }
        for row in 0..rows {
            let place = if all { row } else { reached(first + row, ay.taps(), ay.period, ay.taps() - 1) };
            let (y, _) = self.source.index(1, place);
            let at = (z * self.source.size[1] + y) * self.source.size[0];
            let line = &mut buffers.line[..width + ax.taps() - 1];
            self.read_line(at, reached(left, ax.taps(), ax.period, ax.taps() - 1), line)?;
            let [low, high] = &mut buffers.plane;
            let part = row * stride..(row + 1) * stride;
            let mut low = self.needs(4, 0).then_some(&mut low[part.clone()]);
            let mut high = self.needs(4, 4).then_some(&mut high[part]);
            buffers.taps.clear();
            buffers.taps.extend((0..ax.taps()).map(|tap| ax.tap(tap, ax.taps() - 1 - tap)));
            sum_pair(&buffers.line, &buffers.taps, low.as_deref_mut(), high.as_deref_mut());
            for column in (0..width).filter(|c| !ax.is_ordered(left + c)) {
                let dot = |taps: &[T]| {
                    let mut sum = T::ZERO;
                    for tap in ax.order(left + column) {
                        sum += taps[tap] * buffers.line[column + ax.taps() - 1 - tap];
                    }
                    sum
                };
                if let Some(low) = &mut low {
                    low[column] = dot(&ax.low);
                }
                if let Some(high) = &mut high {
                    high[column] = dot(&ax.high);
                }
            }
        }
        for row in 0..task.rows {
            buffers.taps.clear();
            buffers.taps.extend(ay.order(first + row).map(|tap| {
                let plane_row =
                    if all { reached(first + row, ay.taps(), ay.period, tap) } else { row + ay.taps() - 1 - tap };
                ay.tap(tap, plane_row * stride)
            }));
            let part = (slot * task.rows + row) * stride;
            for x_band in 0..2 {
                let [low, high, ..] = &mut buffers.ring[2 * x_band..] else { continue };
                let low = self.needs(6, 4 * x_band).then_some(&mut low[part..part + stride]);
                let high = self.needs(6, 4 * x_band + 2).then_some(&mut high[part..part + stride]);
                sum_pair(&buffers.plane[x_band], &buffers.taps, low, high);
            }
        }
        Ok(())
    }

    /// Reads values along x from a place on, of the row that begins at `row` in the source.
    fn read_line(&self, row: usize, place: usize, line: &mut [T]) -> std::result::Result<(), BadValue> {
        let mut done = 0;
        while done < line.len() {
            let (index, follow) = self.source.index(0, (place + done) % self.source.period[0]);
            let count = follow.min(line.len() - done);
            let part = &mut line[done..done + count];
            T::read(&self.source.voxels, row + index, part);
            // False for NaN. All values are looked at, because that vectorises.
            let fits = |v: &T| v.magnitude() <= self.limit;
            if !part.iter().fold(true, |fine, v| fine & fits(v)) {
                let bad = part.iter().position(|v| !fits(v)).unwrap_or(0);
                return Err(BadValue(row + index + bad));
            }
            done += count;
        }
        Ok(())
    }
}

/// Runs a task with the widest registers of this machine. Products and sums are rounded one by one on all of them, so
/// that the results are the same.
fn dispatch<T: Real>(plan: &Plan<T>, buffers: &mut Buffers<T>, task: Task<T>) -> std::result::Result<(), BadValue> {
    plan.run_task(buffers, task)
}
