//! The matrix of a kernel, as what it does to a vector: *(K v)_i = sum_l K(x_i, x_l) v_l*.
//!
//! The solvers need nothing else of it. For the linear kernel it is *X X'v*, two products with the features; for the additive one each
//! column adds *sum_l v_l (1 - |x_i - x_l| / range)*, which is one pass through the sorted column: between neighbours the sum rises
//! by their distance times the sum of *v* above less that below. Neither has a matrix of cases by cases: a product takes *n p* steps, and
//! memory for the table (the additive one half as much again, for the orders). Other kernels are matrices of *n*² numbers.

use radsurv_data::simd::{Kernel as Vectorised, dispatch};
use rayon::prelude::*;

use super::settings::Kernel;

/// The matrix of a kernel of the training cases.
pub(super) enum Gram {
    /// Standardised columns.
    Linear(Vec<Vec<f64>>),
    /// Columns that vary, in their orders.
    Additive { columns: Vec<Sorted>, cases: usize },
    /// Rows of the matrix.
    Dense(Vec<Vec<f64>>),
}

/// A column from its smallest value to the largest.
pub(super) struct Sorted {
    pub(super) order: Vec<u32>,
    /// From each value to the next, as a part of the range.
    gaps: Vec<f64>,
}

/// Work for less than this is not worth a second thread.
const PARALLEL: usize = 1 << 18;
/// The number of parts that columns are divided into: always the same, so that sums are.
const PARTS: usize = 16;

impl Gram {
    /// Of standardised columns (the additive kernel takes them as well: ranges of values do not depend on it).
    pub(super) fn new(kernel: Kernel, columns: Vec<Vec<f64>>) -> Self {
        let cases = columns.first().map_or(0, Vec::len);
        match kernel {
            Kernel::Linear if cases > columns.len() => Self::Linear(columns),
            Kernel::Additive if cases > columns.len() => {
                let columns: Vec<Option<Sorted>> = columns.into_par_iter().map(|c| Sorted::new(&c)).collect();
                Self::Additive { columns: columns.into_iter().flatten().collect(), cases }
            }
            kernel => Self::dense(kernel, columns),
        }
    }

    fn dense(kernel: Kernel, columns: Vec<Vec<f64>>) -> Self {
        let cases = columns.first().map_or(0, Vec::len);
        if kernel == Kernel::Additive {
            // Values in parts of the range: what is left of 1 by their distances.
            let of = |column: Vec<f64>| -> Option<Vec<f64>> {
                let (low, high) = column.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
                (high > low).then(|| column.iter().map(|v| (v - low) / (high - low)).collect())
            };
            let columns: Vec<Vec<f64>> =
                columns.into_par_iter().map(of).collect::<Vec<_>>().into_iter().flatten().collect();
            let (rows, count) = (rows(&columns), columns.len() as f64);
            let row = |i: usize| (0..cases).map(|l| count - dispatch(Distance(&rows[i], &rows[l]))).collect();
            return Self::Dense((0..cases).into_par_iter().map(row).collect());
        }
        let rows = rows(&columns);
        let norms: Vec<f64> = rows.iter().map(|row| dot(row, row)).collect();
        let row = |i: usize| -> Vec<f64> {
            (0..cases).map(|l| of_product(kernel, dot(&rows[i], &rows[l]), norms[i], norms[l])).collect()
        };
        Self::Dense((0..cases).into_par_iter().map(row).collect())
    }

    /// The number of cases.
    pub(super) fn cases(&self) -> usize {
        match self {
            Self::Linear(columns) => columns.first().map_or(0, Vec::len),
            Self::Additive { cases, .. } => *cases,
            Self::Dense(rows) => rows.len(),
        }
    }

    /// *K v*, the same for any number of threads.
    pub(super) fn times(&self, v: &[f64]) -> Vec<f64> {
        match self {
            Self::Linear(columns) => sum_of_columns(columns, v.len(), |columns, out| {
                dispatch(Crossproduct { columns, v, out });
            }),
            Self::Additive { columns, cases } => {
                let all: f64 = v.iter().sum();
                let mut out = sum_of_columns(columns, *cases, |columns, out| {
                    let mut sorted = vec![0.0; *cases];
                    columns.iter().for_each(|column| column.subtract_distances(v, all, &mut sorted, out));
                });
                out.iter_mut().for_each(|value| *value += all * columns.len() as f64);
                out
            }
            Self::Dense(rows) if rows.len() * rows.len() < PARALLEL => rows.iter().map(|row| dot(row, v)).collect(),
            Self::Dense(rows) => rows.par_iter().map(|row| dot(row, v)).collect(),
        }
    }

    /// The mean of *K(x, x)*.
    pub(super) fn mean_square(&self) -> f64 {
        let cases = self.cases() as f64;
        match self {
            Self::Linear(columns) => columns.iter().map(|c| dot(c, c)).sum::<f64>() / cases,
            Self::Additive { columns, .. } => columns.len() as f64,
            Self::Dense(rows) => rows.iter().enumerate().map(|(i, row)| row[i]).sum::<f64>() / cases,
        }
    }
}

/// The sum of what columns add, part by part.
fn sum_of_columns<C: Sync>(columns: &[C], cases: usize, add: impl Fn(&[C], &mut [f64]) + Sync) -> Vec<f64> {
    let mut out = vec![0.0; cases];
    if columns.len() * cases < PARALLEL {
        add(columns, &mut out);
        return out;
    }
    let part = |columns: &[C]| {
        let mut out = vec![0.0; cases];
        add(columns, &mut out);
        out
    };
    let parts: Vec<Vec<f64>> = columns.par_chunks(columns.len().div_ceil(PARTS)).map(part).collect();
    for part in parts {
        out.iter_mut().zip(part).for_each(|(out, value)| *out += value);
    }
    out
}

/// Adds *x (x'v)* of each column.
struct Crossproduct<'a> {
    columns: &'a [Vec<f64>],
    v: &'a [f64],
    out: &'a mut [f64],
}

impl Vectorised for Crossproduct<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for x in self.columns {
            let factor = inline_dot(x, self.v);
            self.out.iter_mut().zip(x).for_each(|(out, x)| *out += factor * x);
        }
    }
}

struct Dot<'a>(&'a [f64], &'a [f64]);

impl Vectorised for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        inline_dot(self.0, self.1)
    }
}

/// The sum of the differences without their signs.
struct Distance<'a>(&'a [f64], &'a [f64]);

impl Vectorised for Distance<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let ((x, x_rest), (y, y_rest)) = (self.0.as_chunks::<16>(), self.1.as_chunks::<16>());
        let mut sums = [0.0; 16];
        for (x, y) in x.iter().zip(y) {
            for lane in 0..16 {
                sums[lane] += (x[lane] - y[lane]).abs();
            }
        }
        let rest = x_rest.iter().zip(y_rest).fold(0.0, |rest, (x, y)| rest + (x - y).abs());
        sums.iter().fold(rest, |sum, lane| sum + lane)
    }
}

/// The sum of products.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    dispatch(Dot(x, y))
}

#[inline(always)]
fn inline_dot(x: &[f64], y: &[f64]) -> f64 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<16>(), y.as_chunks::<16>());
    let mut sums = [0.0; 16];
    for (x, y) in x.iter().zip(y) {
        for lane in 0..16 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest = x_rest.iter().zip(y_rest).fold(0.0, |rest, (x, y)| rest + x * y);
    sums.iter().fold(rest, |sum, lane| sum + lane)
}

impl Sorted {
    /// None of a column that has one value.
    fn new(column: &[f64]) -> Option<Self> {
        let mut order: Vec<u32> = (0..column.len() as u32).collect();
        order.sort_by(|a, b| column[*a as usize].total_cmp(&column[*b as usize]));
        let value = |k: usize| column[order[k] as usize];
        let range = value(column.len() - 1) - value(0);
        // Not a division: a range may be smaller than any number above 0 that has an inverse.
        let gaps = (1..column.len()).map(|k| (value(k) - value(k - 1)) / range).collect();
        (range > 0.0).then_some(Self { order, gaps })
    }

    /// *out_i -= sum_l v_l |x_i - x_l| / range*.
    fn subtract_distances(&self, v: &[f64], all: f64, sorted: &mut [f64], out: &mut [f64]) {
        let Some((first, others)) = self.order.split_first() else { return };
        // At the smallest value the sum of distances to it; from each to the next it rises by what is below, less what is above.
        let (mut at, mut sum) = (0.0, 0.0);
        sorted[0] = v[*first as usize];
        for ((&case, gap), sorted) in others.iter().zip(&self.gaps).zip(&mut sorted[1..]) {
            at += gap;
            *sorted = v[case as usize];
            sum += *sorted * at;
        }
        out[*first as usize] -= sum;
        let mut below = sorted[0];
        for ((&case, gap), v) in others.iter().zip(&self.gaps).zip(&sorted[1..]) {
            sum += gap * (below - (all - below));
            below += v;
            out[case as usize] -= sum;
        }
    }
}

/// Columns as rows.
pub(super) fn rows<C: AsRef<[f64]>>(columns: &[C]) -> Vec<Vec<f64>> {
    let cases = columns.first().map_or(0, |c| c.as_ref().len());
    (0..cases).map(|i| columns.iter().map(|c| c.as_ref()[i]).collect()).collect()
}

/// A kernel of two cases that depends on their product and squared lengths.
pub(super) fn of_product(kernel: Kernel, product: f64, x: f64, z: f64) -> f64 {
    match kernel {
        Kernel::Polynomial { degree, offset, scale } => {
            (scale.unwrap_or(1.0) * product + offset).powi(degree.min(100) as i32)
        }
        // Rounding may make a distance negative.
        Kernel::Rbf { variance } => (-(x + z - 2.0 * product).max(0.0) / (2.0 * variance.unwrap_or(1.0))).exp(),
        Kernel::Linear | Kernel::Additive => product,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition.
    fn naive(kernel: Kernel, columns: &[Vec<f64>], i: usize, l: usize) -> f64 {
        let product: f64 = columns.iter().map(|c| c[i] * c[l]).sum();
        match kernel {
            Kernel::Linear => product,
            Kernel::Additive => {
                let of = |c: &Vec<f64>| {
                    let (low, high) = c.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
                    if high > low { 1.0 - (c[i] - c[l]).abs() / (high - low) } else { 0.0 }
                };
                columns.iter().map(of).sum()
            }
            Kernel::Polynomial { degree, offset, scale } => (scale.unwrap() * product + offset).powi(degree as i32),
            Kernel::Rbf { variance } => {
                let distance: f64 = columns.iter().map(|c| (c[i] - c[l]).powi(2)).sum();
                (-distance / (2.0 * variance.unwrap())).exp()
            }
        }
    }

    #[test]
    fn products_are_those_of_the_definition() {
        let kernels = [
            Kernel::Linear,
            Kernel::Additive,
            Kernel::Polynomial { degree: 3, offset: 0.5, scale: None }.for_features(7),
            Kernel::Rbf { variance: Some(4.0) },
        ];
        // The second is large enough for threads, the third has no more cases than features; the last column has one value, another one ties.
        for (n, p) in [(23, 7), (700, 400), (19, 40)] {
            let value = |i: usize, j: usize| match j {
                3 => ((i * 7) % 3) as f64,
                _ if j + 1 == p => 2.5,
                _ => ((i * 37 + j * 101 + i * i * (j + 3)) % 211) as f64 / 100.0 - 1.0,
            };
            let columns: Vec<Vec<f64>> = (0..p).map(|j| (0..n).map(|i| value(i, j)).collect()).collect();
            let v: Vec<f64> = (0..n).map(|i| ((i * 31) % 17) as f64 - 7.0).collect();
            for kernel in kernels {
                let gram = Gram::new(kernel, columns.clone());
                let found = gram.times(&v);
                let expected = |i: usize| (0..n).map(|l| naive(kernel, &columns, i, l) * v[l]).sum::<f64>();
                let size = found.iter().fold(0.0f64, |a, b| a.max(b.abs()));
                for i in (0..n).step_by(if n < 100 { 1 } else { n / 2 }) {
                    assert!((found[i] - expected(i)).abs() < 1e-11 * size, "{kernel:?} {i}");
                }
                let square = (0..n).map(|i| naive(kernel, &columns, i, i)).sum::<f64>() / n as f64;
                assert!((gram.mean_square() - square).abs() < 1e-12 * square && gram.cases() == n);
            }
        }
    }
}
