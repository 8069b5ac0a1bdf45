//! Sums over columns, written so that they become vector instructions: as many running sums as registers hold, always in
//! the same order, so that results are the same on any machine.

use radsurv_data::simd::Kernel;

/// Columns of numbers one after the other, each filled up with zeros to a multiple of [`LANES`].
#[derive(Debug, Clone)]
pub(super) struct Columns {
    values: Vec<f64>,
    /// The length of a column with its zeros.
    pub(super) stride: usize,
}

/// Numbers in a vector register of AVX2.
const LANES: usize = 4;

impl Columns {
    pub(super) fn zeros(rows: usize, columns: usize) -> Self {
        let stride = rows.next_multiple_of(LANES);
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
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    const AT_ONCE: usize = 4 * LANES;
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<AT_ONCE>(), y.as_chunks::<AT_ONCE>());
    let mut sums = [0.0; AT_ONCE];
    for (x, y) in x.iter().zip(y) {
        for lane in 0..AT_ONCE {
            sums[lane] += x[lane] * y[lane];
        }
    }
    for ((sum, x), y) in sums.iter_mut().zip(x_rest).zip(y_rest) {
        *sum += x * y;
    }
    let mut width = AT_ONCE;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    sums[0]
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

/// The products of columns `of[i]` of `x` with columns of `v`, of which the first belongs to `of[first]`: for each column
/// `q` of `v` the products with `of[0..=first + q]`, then zeros or products that are not asked for.
pub(super) struct Products<'a> {
    pub(super) x: &'a Columns,
    pub(super) of: &'a [usize],
    pub(super) v: &'a Columns,
    pub(super) first: usize,
}

impl Kernel for Products<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        const WIDE: usize = 4;
        let (k, count) = (self.of.len(), self.of.len() - self.first);
        let mut out = vec![0.0; count * k];
        for q in (0..count).step_by(2) {
            let pair = [q, (q + 1).min(count - 1)];
            let v = pair.map(|q| self.v.get(q).as_chunks::<LANES>().0);
            for i in (0..=self.first + pair[1]).step_by(WIDE) {
                let columns: [usize; WIDE] = std::array::from_fn(|w| (i + w).min(k - 1));
                let x = columns.map(|i| self.x.get(self.of[i]).as_chunks::<LANES>().0);
                let mut sums = [[[0.0; LANES]; WIDE]; 2];
                // Slices of one length, so that nothing is checked in the loop.
                let blocks = v[0].len();
                let (v, x) = (v.map(|v| &v[..blocks]), x.map(|x| &x[..blocks]));
                for b in 0..blocks {
                    for (sums, v) in sums.iter_mut().zip(&v) {
                        for (sums, x) in sums.iter_mut().zip(&x) {
                            for lane in 0..LANES {
                                sums[lane] += v[b][lane] * x[b][lane];
                            }
                        }
                    }
                }
                for (sums, q) in sums.iter().zip(pair) {
                    for (sum, i) in sums.iter().zip(columns) {
                        out[q * k + i] = (sum[0] + sum[2]) + (sum[1] + sum[3]);
                    }
                }
            }
        }
        out
    }
}
