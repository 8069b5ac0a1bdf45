//! Passes of the recursion over sheets (rows of neighbouring voxels), down the rows or along them, in tiles of lines.

use super::coefficients::Coefficients;
use super::lines::filter;

/// A type of voxel that the recursion reads.
pub(super) trait Voxel: Copy + Send + Sync {
    fn real(self) -> f64;
}

macro_rules! voxel {
    ($($t:ty),+) => {$(impl Voxel for $t {
        #[inline(always)]
        fn real(self) -> f64 {
            self as f64
        }
    })+};
}
voxel!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

/// Rows of equal length, `stride` apart in an array.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet<'a, T> {
    /// From the first voxel of the first row on.
    pub values: &'a [T],
    pub rows: usize,
    pub width: usize,
    pub stride: usize,
}

impl<'a, T> Sheet<'a, T> {
    #[inline(always)]
    fn row(&self, row: usize) -> &'a [T] {
        &self.values[row * self.stride..][..self.width]
    }
}

/// Where the lines of a pass run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Lines {
    /// From row to row: one line per voxel of a row.
    Down,
    /// One line per row.
    Along,
}

/// Which vector instructions to use. The results are the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Instructions {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Instructions {
    /// All that this machine has, the best one last.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut all = vec![Self::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                all.push(Self::Avx2);
            }
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
                all.push(Self::Avx512);
            }
        }
        all
    }
}

/// The most lines in a tile.
const MOST: usize = 32;
/// Rows and places that are transposed together.
const BLOCK: usize = 8;

/// Working memory of a thread.
#[derive(Default)]
pub(super) struct Work {
    places: Vec<f64>,
    causal: Vec<f64>,
    result: Vec<f32>,
}

/// The first 64-byte boundary in memory for `length` values (vector loads across cache lines are slow).
fn aligned<T: Copy + Default>(memory: &mut Vec<T>, length: usize) -> &mut [T] {
    let spare = 64 / size_of::<T>();
    if memory.len() < length + spare {
        memory.resize(length + spare, T::default());
    }
    let skip = memory.as_ptr().align_offset(64).min(spare);
    &mut memory[skip..][..length]
}

/// One pass: its lines, the first place along them whose result is wanted and the number of results, and its kernel.
pub(super) struct Pass<'a> {
    pub lines: Lines,
    pub keep: (usize, usize),
    pub coefficients: &'a Coefficients,
    pub instructions: Instructions,
}

impl Pass<'_> {
    /// Filters the lines of a sheet. `out` has the wanted rows, or the wanted part of all rows.
    pub fn run<T: Voxel>(&self, sheet: &Sheet<T>, out: &mut [f32], work: &mut Work) {
        match self.instructions {
            Instructions::Plain => self.tiles::<T, 8>(sheet, out, work),
            // SAFETY: these instructions are only named where the machine has them.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { self.tiles_avx2(sheet, out, work) },
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { self.tiles_avx512(sheet, out, work) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn tiles_avx2<T: Voxel>(&self, sheet: &Sheet<T>, out: &mut [f32], work: &mut Work) {
        self.tiles::<T, 16>(sheet, out, work);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn tiles_avx512<T: Voxel>(&self, sheet: &Sheet<T>, out: &mut [f32], work: &mut Work) {
        self.tiles::<T, MOST>(sheet, out, work);
    }

    #[inline(always)]
    fn tiles<T: Voxel, const W: usize>(&self, sheet: &Sheet<T>, out: &mut [f32], work: &mut Work) {
        let length = if self.lines == Lines::Down { sheet.rows } else { sheet.width };
        let (places, _) = aligned(&mut work.places, length * W).as_chunks_mut::<W>();
        let (causal, _) = aligned(&mut work.causal, self.keep.1 * W).as_chunks_mut::<W>();
        let (result, _) = aligned(&mut work.result, self.keep.1 * W).as_chunks_mut::<W>();
        match self.lines {
            Lines::Down => {
                for from in (0..sheet.width).step_by(W) {
                    let lanes = (sheet.width - from).min(W);
                    for (i, place) in places.iter_mut().enumerate() {
                        read(&sheet.row(i)[from..from + lanes], place);
                    }
                    self.filter::<W>(lanes, places, causal, result);
                    for (row, place) in out.chunks_exact_mut(sheet.width).zip(&*result) {
                        write(place, &mut row[from..from + lanes]);
                    }
                }
            }
            Lines::Along => {
                let width = self.keep.1;
                for (tile, out) in out.chunks_mut(W * width).enumerate() {
                    let lanes = out.len() / width;
                    for lane in (0..lanes).step_by(BLOCK) {
                        // Lanes without a row repeat the last one.
                        let row = |k: usize| sheet.row(tile * W + (lane + k).min(lanes - 1));
                        transpose_in(&std::array::from_fn(row), lane, places);
                    }
                    self.filter::<W>(lanes, places, causal, result);
                    for (block, rows) in out.chunks_mut(BLOCK * width).enumerate() {
                        transpose_out(result, block * BLOCK, rows, width);
                    }
                }
            }
        }
    }

    /// Filters `lanes` lines, in a narrower tile if they are few.
    #[inline(always)]
    fn filter<const W: usize>(
        &self,
        lanes: usize,
        places: &[[f64; W]],
        causal: &mut [[f64; W]],
        result: &mut [[f32; W]],
    ) {
        let (keep, coefficients) = (self.keep, self.coefficients);
        if lanes <= 8 {
            filter::<W, 8>(places, keep, coefficients, causal, result);
        } else if lanes <= 16 && W > 16 {
            filter::<W, 16>(places, keep, coefficients, causal, result);
        } else {
            filter::<W, W>(places, keep, coefficients, causal, result);
        }
    }
}

#[inline(always)]
fn read<T: Voxel, const W: usize>(row: &[T], place: &mut [f64; W]) {
    // The full width is the usual case: a loop of known length becomes vector instructions.
    if let Ok(row) = <&[T; W]>::try_from(row) {
        for l in 0..W {
            place[l] = row[l].real();
        }
        return;
    }
    for (p, &v) in place.iter_mut().zip(row) {
        *p = v.real();
    }
}

#[inline(always)]
fn write<const W: usize>(place: &[f32; W], row: &mut [f32]) {
    if let Ok(row) = <&mut [f32; W]>::try_from(&mut *row) {
        *row = *place;
        return;
    }
    for (v, &p) in row.iter_mut().zip(place) {
        *v = p;
    }
}

/// Writes `BLOCK` rows into lanes from `lane` on.
#[inline(always)]
fn transpose_in<T: Voxel, const W: usize>(rows: &[&[T]; BLOCK], lane: usize, places: &mut [[f64; W]]) {
    let length = places.len();
    let whole = length - length % BLOCK;
    for i in (0..whole).step_by(BLOCK) {
        let mut block = [[0.0; BLOCK]; BLOCK];
        for (row, values) in rows.iter().zip(&mut block) {
            if let Ok(row) = <&[T; BLOCK]>::try_from(&row[i..i + BLOCK]) {
                for k in 0..BLOCK {
                    values[k] = row[k].real();
                }
            }
        }
        for k in 0..BLOCK {
            let column: [f64; BLOCK] = std::array::from_fn(|r| block[r][k]);
            places[i + k][lane..lane + BLOCK].copy_from_slice(&column);
        }
    }
    for i in whole..length {
        for (k, row) in rows.iter().enumerate() {
            places[i][lane + k] = row[i].real();
        }
    }
}

/// Reads up to `BLOCK` lanes from `lane` on into rows of `width`.
#[inline(always)]
fn transpose_out<const W: usize>(places: &[[f32; W]], lane: usize, out: &mut [f32], width: usize) {
    let rows = out.len() / width;
    let whole = if rows == BLOCK { width - width % BLOCK } else { 0 };
    for i in (0..whole).step_by(BLOCK) {
        let block: [[f32; BLOCK]; BLOCK] = std::array::from_fn(|k| {
            let place = &places[i + k];
            std::array::from_fn(|r| place[lane + r])
        });
        for r in 0..BLOCK {
            let row: [f32; BLOCK] = std::array::from_fn(|k| block[k][r]);
            out[r * width + i..][..BLOCK].copy_from_slice(&row);
        }
    }
    for r in 0..rows {
        for i in whole..width {
            out[r * width + i] = places[i][lane + r];
        }
    }
}
