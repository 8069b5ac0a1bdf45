//! Sums over columns, written so that they become vector instructions: as many running sums as registers hold, always in
//! the same order, so that results are the same on any machine.

use radsurv_data::simd::Kernel;
use radsurv_stats::cox::LANES;

/// Columns of numbers one after the other, each filled up with zeros to a multiple of [`ALIGNED`].
#[derive(Debug, Clone)]
pub(super) struct Columns {
    values: Vec<f64>,
    /// The length of a column with its zeros.
    pub(super) stride: usize,
}

/// Numbers in a vector register of AVX2.
const ALIGNED: usize = 4;

impl Columns {
    pub(super) fn zeros(rows: usize, columns: usize) -> Self {
        let stride = rows.next_multiple_of(ALIGNED);
        Self { values: vec![0.0; stride * columns], stride }
    }

    #[inline(always)]
    pub(super) fn get(&self, column: usize) -> &[f64] {
        &self.values[column * self.stride..][..self.stride]
    }

    pub(super) fn get_mut(&mut self, column: usize) -> &mut [f64] {
        &mut self.values[column * self.stride..][..self.stride]
    }
}

/// The sum of products.
#[inline(always)]
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    // Panels of eight are what the compiler makes whole registers of.
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<PANEL>(), y.as_chunks::<PANEL>());
    let mut sums = [0.0; PANEL];
    for (x, y) in x.iter().zip(y) {
        for lane in 0..PANEL {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest = x_rest.iter().zip(y_rest).fold(0.0, |rest, (x, y)| rest + x * y);
    sums.iter().fold(rest, |sum, lane| sum + lane)
}

/// Adds a multiple of `x`.
#[inline(always)]
pub(super) fn add(out: &mut [f64], factor: f64, x: &[f64]) {
    for (out, x) in out.iter_mut().zip(x) {
        *out += factor * x;
    }
}

/// The products of some columns with one vector, put at the places of the columns.
pub(super) struct Gradient<'a> {
    pub(super) x: &'a Columns,
    pub(super) of: &'a [usize],
    pub(super) vector: &'a [f64],
    pub(super) out: &'a mut [f64],
}

impl Kernel for Gradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for &j in self.of {
            self.out[j] = dot(self.x.get(j), self.vector);
        }
    }
}

/// Adds a combination of columns.
pub(super) struct Combine<'a> {
    pub(super) x: &'a Columns,
    pub(super) of: &'a [usize],
    pub(super) factors: &'a [f64],
    pub(super) out: &'a mut [f64],
}

impl Kernel for Combine<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (&j, &factor) in self.of.iter().zip(self.factors) {
            if factor != 0.0 {
                add(self.out, factor, self.x.get(j));
            }
        }
    }
}

/// Columns that lie interleaved, so that one load has a row of several.
pub(super) const PANEL: usize = LANES;

/// The products of columns `of[..=first + q]` of `x` with each column *q* of some panels, at `q * of.len()` of the result,
/// followed by products that are not asked for, or zeros.
pub(super) struct Products<'a> {
    pub(super) x: &'a Columns,
    pub(super) of: &'a [usize],
    /// Per panel `row[stride]` of `column[PANEL]`.
    pub(super) panels: &'a [f64],
    pub(super) first: usize,
}

impl Kernel for Products<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        const WIDE: usize = 4;
        let (k, count) = (self.of.len(), self.of.len() - self.first);
        let mut out = vec![0.0; count.next_multiple_of(PANEL) * k];
        for (at, panel) in self.panels.chunks(PANEL * self.x.stride).enumerate() {
            let panel = panel.as_chunks::<PANEL>().0;
            for i in (0..(self.first + PANEL * (at + 1)).min(k)).step_by(WIDE) {
                let columns: [usize; WIDE] = std::array::from_fn(|w| (i + w).min(k - 1));
                let [a, b, c, d] = columns.map(|i| self.x.get(self.of[i]));
                let mut sums = [[0.0; PANEL]; WIDE];
                for (((v, a), (b, c)), d) in panel.iter().zip(a).zip(b.iter().zip(c)).zip(d) {
                    for (sums, x) in sums.iter_mut().zip([a, b, c, d]) {
                        for lane in 0..PANEL {
                            sums[lane] += v[lane] * x;
                        }
                    }
                }
                for (sums, i) in sums.iter().zip(columns) {
                    for (q, sum) in sums.iter().enumerate() {
                        out[(PANEL * at + q) * k + i] = *sum;
                    }
                }
            }
        }
        out
    }
}
