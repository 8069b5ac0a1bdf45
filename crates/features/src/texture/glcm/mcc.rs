//! The maximal correlation coefficient.
//!
//! With `A = D_x^{-1/2} P D_y^{-1/2}` the matrix `Q` of the definition is similar to `A Aᵀ`, so the coefficient is the
//! second largest singular value of `A`; the largest is 1, with the vectors `sqrt(p_x)` and `sqrt(p_y)`. ε enters as
//! `A_ij = p_ij / sqrt(p_x p_y + ε)`, which equals PyRadiomics' `Q` to first order in `ε / (p_x p_y)`.
//!
//! Source: Haralick 1973 feature 14; PyRadiomics 3.0.1 `glcm.py`, `getMCCFeatureValue`.

use nalgebra::{DMatrix, DVector};

use super::matrix::Cooccurrence;

/// Above this size an iteration for the one wanted value beats a full decomposition.
const DENSE: usize = 24;

/// The maximal correlation coefficient of a matrix with these row and column sums.
pub(super) fn maximal_correlation(angle: &Cooccurrence, px: &[f64], py: &[f64]) -> f64 {
    if px.len() < 2 {
        return 1.0;
    }
    let scaled = Scaled::new(angle, px, py);
    let second = if px.len() <= DENSE { scaled.second_dense() } else { scaled.second_lanczos(px) };
    second.max(0.0).sqrt()
}

/// The matrix `A`, by its entries.
struct Scaled {
    size: usize,
    symmetric: bool,
    entries: Vec<(u32, u32, f64)>,
}

impl Scaled {
    fn new(angle: &Cooccurrence, px: &[f64], py: &[f64]) -> Self {
        let root = |p: f64, q: f64| (p * q + f64::EPSILON).sqrt();
        let entries = angle.pairs.iter().map(|pair| {
            let p = pair.count / angle.total;
            (pair.i, pair.j, p / root(px[pair.i as usize], py[pair.j as usize]))
        });
        Self { size: px.len(), symmetric: angle.symmetric, entries: entries.collect() }
    }

    fn dense(&self) -> DMatrix<f64> {
        let mut a = DMatrix::zeros(self.size, self.size);
        for &(i, j, v) in &self.entries {
            a[(i as usize, j as usize)] = v;
            if self.symmetric {
                a[(j as usize, i as usize)] = v;
            }
        }
        a
    }

    /// The second largest eigenvalue of `A Aᵀ`, from all of them.
    fn second_dense(&self) -> f64 {
        let a = self.dense();
        let eigenvalues = if self.symmetric {
            // The eigenvalues of A Aᵀ are the squares of those of A, and half as many digits are lost.
            a.symmetric_eigenvalues().map(|v| v * v)
        } else {
            (&a * a.transpose()).symmetric_eigenvalues()
        };
        second_largest(eigenvalues.as_slice())
    }

    /// `y = A x`, or `Aᵀ x`.
    fn multiply(&self, x: &[f64], transposed: bool, y: &mut [f64]) {
        y.fill(0.0);
        for &(i, j, v) in &self.entries {
            let (i, j) = (i as usize, j as usize);
            if self.symmetric {
                y[i] += v * x[j];
                if i != j {
                    y[j] += v * x[i];
                }
            } else if transposed {
                y[j] += v * x[i];
            } else {
                y[i] += v * x[j];
            }
        }
    }

    /// The second largest eigenvalue of `A Aᵀ` by Lanczos' iteration with full reorthogonalisation, on the complement
    /// of the known first eigenvector `sqrt(p_x)`: what is wanted is then the largest, which the iteration finds first,
    /// and a second eigenvalue that also is 1 (levels that fall into separate blocks) is not missed.
    ///
    /// Cost: O(m · entries + m² · n) for m steps. It stops when the value no longer moves in the 14th digit, or when
    /// the space is exhausted and it is exact.
    fn second_lanczos(&self, px: &[f64]) -> f64 {
        let n = self.size;
        let first = DVector::from_iterator(n, px.iter().map(|p| p.sqrt())).normalize();
        let mut basis = vec![first];
        let (mut diagonal, mut off) = (Vec::<f64>::new(), Vec::<f64>::new());
        // A fixed start, so that the result is always the same, without any order in it: multiples of one number, for
        // example, have no component along the difference of levels at equal distances.
        let start = DVector::from_fn(n, |i, _| 1.0 + scrambled(i as u64));
        let mut v = orthogonal_to(&basis, start).normalize();
        let (mut half, mut w) = (vec![0.0; n], vec![0.0; n]);
        let mut last = f64::NAN;
        for step in 1..n {
            self.multiply(v.as_slice(), true, &mut half);
            self.multiply(&half, false, &mut w);
            let next = DVector::from_column_slice(&w);
            diagonal.push(v.dot(&next));
            basis.push(v);
            let next = orthogonal_to(&basis, next);
            let norm = next.norm();
            let exhausted = norm < 1e-14 || step + 1 == n;
            if exhausted || step % 4 == 0 {
                let now = largest(&diagonal, &off);
                if exhausted || (now - last).abs() <= 1e-14 * now.abs() {
                    return now;
                }
                last = now;
            }
            off.push(norm);
            v = next / norm;
        }
        last
    }
}

/// A number from 0 to 1 that has nothing to do with those of other `i`: the finaliser of SplitMix64.
fn scrambled(i: u64) -> f64 {
    let z = (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) as f64 / u64::MAX as f64
}

/// Takes the components along an orthonormal basis away, twice: enough for orthogonality to working precision
/// (Parlett 1998, section 6.9).
fn orthogonal_to(basis: &[DVector<f64>], mut v: DVector<f64>) -> DVector<f64> {
    for _ in 0..2 {
        for b in basis {
            let along = b.dot(&v);
            v.axpy(-along, b, 1.0);
        }
    }
    v
}

fn second_largest(values: &[f64]) -> f64 {
    let (mut first, mut second) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for &v in values {
        if v > first {
            second = first;
            first = v;
        } else if v > second {
            second = v;
        }
    }
    second
}

/// The largest eigenvalue of a symmetric tridiagonal matrix, by bisection with Sturm counts: to the last bit or two.
fn largest(diagonal: &[f64], off: &[f64]) -> f64 {
    let bound = |i: usize| {
        let left = if i > 0 { off[i - 1].abs() } else { 0.0 };
        let right = if i + 1 < diagonal.len() { off[i].abs() } else { 0.0 };
        left + right
    };
    let mut low = diagonal.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut high = (0..diagonal.len()).map(|i| diagonal[i] + bound(i)).fold(low, f64::max);
    // Whether an eigenvalue lies above x: a positive pivot of T - x.
    let any_above = |x: f64| {
        let mut pivot = -1.0f64;
        for i in 0..diagonal.len() {
            let coupling = if i > 0 { off[i - 1] * off[i - 1] / pivot } else { 0.0 };
            pivot = diagonal[i] - x - coupling;
            if pivot >= 0.0 {
                return true;
            }
        }
        false
    };
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if any_above(middle) { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Pair;
    use super::*;

    /// A symmetric matrix of small whole numbers, with some rows that only meet themselves.
    fn matrix(size: u32, blocks: bool) -> (Cooccurrence, Vec<f64>) {
        let mut pairs = Vec::new();
        let mut px = vec![0.0; size as usize];
        for i in 0..size {
            for j in i..size {
                let alone = blocks && (i < 2 || j < 2);
                let count = if alone { f64::from(u8::from(i == j)) } else { f64::from((i * 7 + j * 13 + i * j) % 11) };
                if count > 0.0 {
                    pairs.push(Pair { i, j, count });
                    px[i as usize] += count;
                    px[j as usize] += if i == j { 0.0 } else { count };
                }
            }
        }
        let total: f64 = px.iter().sum();
        px.iter_mut().for_each(|p| *p /= total);
        (Cooccurrence { step: [1, 0, 0], pairs, total, symmetric: true }, px)
    }

    #[test]
    fn iteration_and_decomposition_agree() {
        for size in [3, 10, 24, 25, 60, 137] {
            for blocks in [false, true] {
                let (angle, px) = matrix(size, blocks);
                let scaled = Scaled::new(&angle, &px, &px);
                let (a, b) = (scaled.second_dense(), scaled.second_lanczos(&px));
                assert!((a - b).abs() < 1e-10, "{size} {blocks}: {a} {b}");
            }
        }
    }

    /// Three pairs whose levels are in equal steps: the iteration must not start orthogonal to what it looks for.
    #[test]
    fn levels_in_equal_steps() {
        let pairs =
            vec![Pair { i: 9, j: 5, count: 1.0 }, Pair { i: 17, j: 20, count: 1.0 }, Pair { i: 25, j: 5, count: 1.0 }];
        let (mut px, mut py) = (vec![0.0; 30], vec![0.0; 30]);
        for pair in &pairs {
            px[pair.i as usize] += 1.0 / 3.0;
            py[pair.j as usize] += 1.0 / 3.0;
        }
        let angle = Cooccurrence { step: [1, 0, 0], pairs, total: 3.0, symmetric: false };
        assert!((Scaled::new(&angle, &px, &py).second_lanczos(&px) - 1.0).abs() < 1e-10);
    }
}
