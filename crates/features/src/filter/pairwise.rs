//! Sums in the order in which numpy adds contiguous values: differences in the last bit decide whether flat samples have
//! a variance of exactly 0.

use std::ops::{Add, Sub};

/// numpy's pairwise sum: plain up to 7 values, eight running sums up to 128, halves (cut at multiples of 8) above.
pub(crate) fn pairwise_sum<T: Copy + Default + Add<Output = T>>(values: &[T]) -> T {
    let n = values.len();
    if n < 8 {
        // numpy starts from -0.0, which shows only in the sign of a zero sum.
        return values.iter().copied().reduce(|a, b| a + b).unwrap_or_default();
    }
    if n <= 128 {
        let (head, tail) = values.split_at(n - n % 8);
        let mut r = [T::default(); 8];
        r.copy_from_slice(&head[..8]);
        for block in head[8..].chunks_exact(8) {
            for k in 0..8 {
                r[k] = r[k] + block[k];
            }
        }
        let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        return tail.iter().fold(sum, |a, &b| a + b);
    }
    let half = n / 2 - n / 2 % 8;
    pairwise_sum(&values[..half]) + pairwise_sum(&values[half..])
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
