//! NumPy's summation, for the few numbers whose last bits decide on which side of a threshold a voxel falls.

use std::ops::Add;

/// `Σ f(v)` as `numpy.sum` of a contiguous array: eight running sums in blocks of up to 128 values, halves added above.
pub(crate) fn pairwise_sum<S: Copy, T: Copy + Default + Add<Output = T>>(values: &[S], f: &impl Fn(S) -> T) -> T {
    let n = values.len();
    if n < 8 {
        return values.iter().fold(T::default(), |sum, &v| sum + f(v));
    }
    if n <= 128 {
        let mut r: [T; 8] = std::array::from_fn(|i| f(values[i]));
        let chunks = values[8..].chunks_exact(8);
        let rest = chunks.remainder();
        for chunk in chunks {
            for (sum, &v) in r.iter_mut().zip(chunk) {
                *sum = *sum + f(v);
            }
        }
        let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        return rest.iter().fold(sum, |sum, &v| sum + f(v));
    }
    let half = n / 2 - n / 2 % 8;
    pairwise_sum(&values[..half], f) + pairwise_sum(&values[half..], f)
}
