//! One level of the transform, fused over the three axes: a task filters a few rows at a time along x and y into a ring
//! of slices, from which the filter along z takes its outputs.

use std::mem::MaybeUninit;

use radsurv_image::simd::{Kernel, dispatch};
use rayon::prelude::*;

use super::super::{FilterError, Result};
use super::kernel::Tap;
use super::transform::{Axis, Real, Region, Source, reached};

/// A level that is to be computed.
pub struct Plan<'a, T> {
    pub source: &'a Source<'a>,
    pub region: &'a Region,
    pub axes: [Axis<T>; 3],
    /// Which bands.
    pub wanted: [bool; 8],
    /// The largest magnitude of a value that cannot overflow.
    pub limit: T,
}

/// Rows y.. and slices z.. of the region for one thread, with the places of its outputs: for each slice, for each band,
/// the rows.
struct Task<'a, T> {
    y: usize,
    z: usize,
    rows: usize,
    slices: Vec<[Option<&'a mut [MaybeUninit<T>]>; 8]>,
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
    /// The taps along x, the same for all columns but those near the border.
    x_taps: Vec<Tap<T>>,
    border: Vec<usize>,
}

/// A value that is not finite or too large, and where it stands in the source.
struct BadValue(usize);

/// How much the ring may hold, in bytes: about what stays in a core's second-level cache.
const RING_BYTES: usize = 512 * 1024;
/// How many columns are computed together at most.
const MOST_COLUMNS: usize = 128;

impl<T: Real> Plan<'_, T> {
    /// Computes the bands that are wanted, and leaves the others empty.
    pub fn run(&self) -> Result<[Vec<T>; 8]> {
        let size = self.region.size;
        let count = size.iter().product();
        let mut out = self.wanted.map(|wanted| Vec::with_capacity(if wanted { count } else { 0 }));
        if count == 0 || self.wanted == [false; 8] {
            return Ok(out);
        }
        let rows = self.rows();
        let slices = (8 * self.axes[2].taps()).max(64);
        let slices = size[2].div_ceil(size[2].div_ceil(slices));
        let mut tasks = Vec::new();
        for z in (0..size[2]).step_by(slices) {
            for y in (0..size[1]).step_by(rows) {
                tasks.push(Task { y, z, rows: rows.min(size[1] - y), slices: Vec::new() });
            }
        }
        let across = size[1].div_ceil(rows);
        let mut parts: Vec<_> = out
            .iter_mut()
            .zip(self.wanted)
            .map(|(band, wanted)| {
                // More may have been reserved than was asked for.
                let fresh = &mut band.spare_capacity_mut()[..if wanted { count } else { 0 }];
                fresh.chunks_mut(size[0] * size[1])
            })
            .collect();
        for z in 0..size[2] {
            let mut planes: Vec<_> =
                parts.iter_mut().map(|band| band.next().map(|plane| plane.chunks_mut(size[0] * rows))).collect();
            for task in &mut tasks[z / slices * across..][..across] {
                task.slices.push(std::array::from_fn(|b| planes[b].as_mut().and_then(Iterator::next)));
            }
        }
        let done: Vec<_> = tasks
            .into_par_iter()
            .map_init(Buffers::default, |buffers, task| dispatch(Run { plan: self, buffers, task }))
            .collect();
        if let Some(bad) = done.into_iter().find_map(|d| d.err()) {
            return Err(self.refuse(bad));
        }
        for (band, wanted) in out.iter_mut().zip(self.wanted) {
            if wanted {
                // SAFETY: this capacity was reserved, and each task has written all columns of its rows of each slice,
                // or it would have returned an error; together the tasks have all rows of all slices.
                unsafe { band.set_len(count) };
            }
        }
        Ok(out)
    }

    /// Columns that are computed together: fewer for long filters, whose rings would not fit otherwise.
    fn columns(&self) -> usize {
        let [_, y, z] = &self.axes;
        let most = RING_BYTES / (4 * z.taps() * y.taps().max(8) * size_of::<T>());
        let most = (most / T::LANES * T::LANES).clamp(T::LANES, MOST_COLUMNS);
        self.region.size[0].div_ceil(self.region.size[0].div_ceil(most)).next_multiple_of(T::LANES)
    }

    /// Rows of a task.
    fn rows(&self) -> usize {
        let [_, y, z] = &self.axes;
        let row_bytes = 4 * z.taps() * self.columns() * size_of::<T>();
        // Tasks filter the rows that they share along x each for itself: not fewer rows at a time than there are taps.
        let most = (RING_BYTES / row_bytes).max(y.taps()).max(8);
        self.region.size[1].div_ceil(self.region.size[1].div_ceil(most))
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
        let (columns, width) = (self.region.size[0], self.columns());
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
        let [ax, _, axis] = &self.axes;
        buffers.x_taps.clear();
        buffers.x_taps.extend((0..ax.taps()).map(|tap| ax.tap(tap, ax.taps() - 1 - tap)));
        let left = self.region.start[0] + x;
        buffers.border.clear();
        buffers.border.extend((0..width).filter(|column| !ax.is_ordered(left + column)));
        let stride = width.next_multiple_of(T::LANES);
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
                    T::sum_pair(&buffers.ring[pair][row * stride..], &buffers.taps, low, high);
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
        let stride = width.next_multiple_of(T::LANES);
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
            T::sum_pair(&buffers.line, &buffers.x_taps, low.as_deref_mut(), high.as_deref_mut());
            for &column in &buffers.border {
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
                T::sum_pair(&buffers.plane[x_band], &buffers.taps, low, high);
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

/// A task, for any instruction set.
struct Run<'a, 'b, T> {
    plan: &'a Plan<'a, T>,
    buffers: &'a mut Buffers<T>,
    task: Task<'b, T>,
}

impl<T: Real> Kernel for Run<'_, '_, T> {
    type Output = std::result::Result<(), BadValue>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        self.plan.run_task(self.buffers, self.task)
    }
}
