//! The sums of products of all pairs of columns, `G = X'X`, in blocks.

use radsurv_data::simd::{self, Kernel, Level};
use rayon::prelude::*;

/// Columns that lie interleaved, so that one load has a row of all of them.
const PANEL: usize = 8;
/// Panels on a side of a block: 128 columns of 256 rows are 256 kB, which the second level of cache holds twice.
const SIDE: usize = 16;
const BLOCK: usize = PANEL * SIDE;
/// Rows that are summed in one go; such partial sums are then added up. It bounds the rounding of long columns.
const ROWS: usize = 256;

/// All sums of products. Each is the same to the bit whatever the number of threads, the vector instructions, and the
/// other columns: [`dot`] of its two columns.
pub(crate) struct Gram {
    /// The blocks on and below the diagonal, row by row.
    blocks: Vec<Vec<f64>>,
}

impl Gram {
    /// The products of columns of the same length.
    pub(crate) fn new<C: AsRef<[f64]> + Sync>(columns: &[C]) -> Self {
        let rows = columns.first().map_or(0, |c| c.as_ref().len());
        let sides = columns.len().div_ceil(BLOCK);
        let panels: Vec<Vec<f64>> = columns.par_chunks(BLOCK).map(|chunk| interleave(chunk, rows)).collect();
        let pairs: Vec<(usize, usize)> = (0..sides).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
        let blocks = pairs.par_iter().map(|&(i, j)| multiply(&panels[i], &panels[j], rows)).collect();
        Self { blocks }
    }

    /// The sum of the products of two columns.
    #[inline]
    pub(crate) fn get(&self, i: usize, j: usize) -> f64 {
        let (i, j) = (i.max(j), i.min(j));
        let (block_i, block_j) = (i / BLOCK, j / BLOCK);
        let block = &self.blocks[block_i * (block_i + 1) / 2 + block_j];
        let (i, j) = (i % BLOCK, j % BLOCK);
        block[((i / PANEL * SIDE + j / PANEL) * PANEL + j % PANEL) * PANEL + i % PANEL]
    }
}

/// The sum of the products of two columns of the same length.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let parts = x.chunks(ROWS).zip(y.chunks(ROWS));
    parts.fold(0.0, |sum, (x, y)| sum + x.iter().zip(y).fold(0.0, |part, (a, b)| part + a * b))
}

/// Up to [`BLOCK`] columns as `panel[SIDE]` of `row[rows]` of `column[PANEL]`, filled up with zeros.
fn interleave<C: AsRef<[f64]>>(columns: &[C], rows: usize) -> Vec<f64> {
    let mut out = vec![0.0; columns.len().div_ceil(PANEL) * PANEL * rows];
    for (panel, columns) in out.chunks_mut((PANEL * rows).max(1)).zip(columns.chunks(PANEL)) {
        for (lane, column) in columns.iter().enumerate() {
            let column = &column.as_ref()[..rows];
            panel.iter_mut().skip(lane).step_by(PANEL).zip(column).for_each(|(to, from)| *to = *from);
        }
    }
    out
}

fn multiply(a: &[f64], b: &[f64], rows: usize) -> Vec<f64> {
    // 64 running sums fit the registers of AVX-512; of others, half or fewer do.
    match simd::level() {
        Level::Avx512 => simd::dispatch(Multiply::<8> { a, b, rows }),
        _ => simd::dispatch(Multiply::<4> { a, b, rows }),
    }
}

/// A block of products, `AT_ONCE` columns of a panel of `b` at a time.
struct Multiply<'a, const AT_ONCE: usize> {
    a: &'a [f64],
    b: &'a [f64],
    rows: usize,
}

impl<const AT_ONCE: usize> Kernel for Multiply<'_, AT_ONCE> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        let mut out = vec![0.0; BLOCK * BLOCK];
        let panel = (PANEL * self.rows).max(1);
        for start in (0..self.rows).step_by(ROWS) {
            let part = PANEL * start..PANEL * (start + ROWS).min(self.rows);
            for (i, a) in self.a.chunks(panel).enumerate() {
                for (j, b) in self.b.chunks(panel).enumerate() {
                    let tile = &mut out[(i * SIDE + j) * PANEL * PANEL..][..PANEL * PANEL];
                    let (a, b) = (a[part.clone()].as_chunks().0, b[part.clone()].as_chunks().0);
                    for (at, out) in (0..PANEL).step_by(AT_ONCE).zip(tile.chunks_mut(PANEL * AT_ONCE)) {
                        add_products::<AT_ONCE>(a, b, at, out);
                    }
                }
            }
        }
        out
    }
}

#[inline(always)]
fn add_products<const AT_ONCE: usize>(a: &[[f64; PANEL]], b: &[[f64; PANEL]], at: usize, out: &mut [f64]) {
    let mut sums = [[0.0; PANEL]; AT_ONCE];
    for (a, b) in a.iter().zip(b) {
        for j in 0..AT_ONCE {
            for lane in 0..PANEL {
                sums[j][lane] += a[lane] * b[at + j];
            }
        }
    }
    for (out, sum) in out.iter_mut().zip(sums.as_flattened()) {
        *out += sum;
    }
}

#[cfg(test)]
mod tests {
    use radsurv_testkit::splitmix::SplitMix64;

    use super::*;

    #[test]
    fn blocks_are_plain_sums_on_every_instruction_set() {
        let mut random = SplitMix64::new(5);
        for (count, rows) in [(0, 0), (1, 1), (3, 0), (9, 7), (130, 3), (141, 300), (257, 20), (20, 1000)] {
            let columns: Vec<Vec<f64>> =
                (0..count).map(|_| (0..rows).map(|_| random.below(2001) as f64 / 7.0 - 100.0).collect()).collect();
            for level in [Level::Baseline, Level::Avx2, Level::Avx512] {
                let gram = simd::up_to(level, || Gram::new(&columns));
                for i in 0..count {
                    for j in 0..count {
                        let plain = dot(&columns[i], &columns[j]);
                        assert_eq!(gram.get(i, j).to_bits(), plain.to_bits(), "{level:?} {count} {rows} {i} {j}");
                    }
                }
            }
        }
    }
}
