//! Sums in the order in which numpy adds contiguous values: differences in the last bit decide whether flat samples have
//! a variance of exactly 0.

use std::ops::{Add, Sub};

use radsurv_image::simd::{Kernel, dispatch};

/// numpy's pairwise sum: plain up to 7 values, eight running sums up to 128, halves (cut at multiples of 8) above.
pub(crate) fn pairwise_sum<T: Copy + Default + Add<Output = T>>(values: &[T]) -> T {
    pairwise_sum_by(values, &|v| v)
}

/// The pairwise sum of a function of each value.
pub(crate) fn pairwise_sum_by<S: Copy, T: Copy + Default + Add<Output = T>>(values: &[S], f: &impl Fn(S) -> T) -> T {
    let n = values.len();
    if n < 8 {
        // numpy starts from -0.0, which shows only in the sign of a zero sum.
        return values.iter().map(|&v| f(v)).reduce(|a, b| a + b).unwrap_or_default();
    }
    if n <= 128 {
        let (head, tail) = values.split_at(n - n % 8);
        let mut r = [T::default(); 8];
        for k in 0..8 {
            r[k] = f(head[k]);
        }
        for block in head[8..].chunks_exact(8) {
            for k in 0..8 {
                r[k] = r[k] + f(block[k]);
            }
        }
        let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        return tail.iter().fold(sum, |a, &b| a + f(b));
    }
    let half = n / 2 - n / 2 % 8;
    pairwise_sum_by(&values[..half], f) + pairwise_sum_by(&values[half..], f)
}

/// `numpy.sum` of a function of each value: pairwise sums of the 8192 values that fit numpy's buffer, added one after the
/// other.
pub(crate) fn buffered_sum(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let (full, rest) = values.as_chunks::<8192>();
    let sums = full.iter().map(|chunk| {
        // A full buffer halves evenly down to 64 pieces of 128: without the recursion they are vectorised.
        let mut sums = dispatch(Pieces(chunk, &f));
        let mut left = sums.len();
        while left > 1 {
            left /= 2;
            (0..left).for_each(|i| sums[i] = sums[2 * i] + sums[2 * i + 1]);
        }
        sums[0]
    });
    let rest = (!rest.is_empty()).then(|| pairwise_sum_by(rest, &f));
    sums.chain(rest).reduce(|a, b| a + b).unwrap_or_default()
}

/// The pairwise sums of the 64 pieces of 128 values.
struct Pieces<'a, F>(&'a [f64; 8192], &'a F);

impl<F: Fn(f64) -> f64> Kernel for Pieces<'_, F> {
    type Output = [f64; 64];

    #[inline(always)]
    fn run(self) -> [f64; 64] {
        let Self(values, f) = self;
        std::array::from_fn(|i| {
            let piece = &values[128 * i..128 * (i + 1)];
            let mut r: [f64; 8] = std::array::from_fn(|k| f(piece[k]));
            for block in piece[8..].chunks_exact(8) {
                for k in 0..8 {
                    r[k] += f(block[k]);
                }
            }
            ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
        })
    }
}

/// The two floating point types with the little arithmetic that moments need.
pub(crate) trait Float: Copy + Default + Add<Output = Self> + Sub<Output = Self> {
    /// The number of values as numpy divides by it.
    fn divide(self, count: usize) -> Self;
    /// The square.
    fn square(self) -> Self;
}

macro_rules! float {
    ($($t:ty),+) => {$(impl Float for $t {
        fn divide(self, count: usize) -> Self {
            self / count as $t
        }
        fn square(self) -> Self {
            self * self
        }
    })+};
}
float!(f32, f64);

/// `numpy.mean`.
pub(crate) fn mean<T: Float>(values: &[T]) -> T {
    pairwise_sum(values).divide(values.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sums_go_by_buffers() {
        // numpy 1.26: numpy.sum(numpy.full(8000, 0.1)), numpy.sum(numpy.full(20000, 0.1)).
        assert_eq!(buffered_sum(&[0.1; 8000], |v| v), 800.0000000000001);
        assert_eq!(buffered_sum(&[0.1; 20000], |v| v), 2000.0000000000005);
        assert_eq!(buffered_sum(&[], |v| v), 0.0);
    }
}
