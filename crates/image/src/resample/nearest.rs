//! Nearest neighbour, and ITK's rounding of indices.

/// The nearest whole number, halves upwards: ITK's `RoundHalfIntegerUp`, which rounds `2x + 1/2` to even and halves it.
#[inline]
pub(super) fn round_half_up(x: f64) -> i64 {
    (2.0 * x + 0.5).round_ties_even() as i64 >> 1
}

/// ITK's `Floor`, which rounds `2x - 1/2` to even and halves it: a negative number of less than about 1e-17 has the
/// floor 0.
#[inline]
pub(super) fn floor(x: f64) -> i64 {
    (2.0 * x - 0.5).round_ties_even() as i64 >> 1
}

/// The voxel nearest to a continuous index that lies inside the image.
#[inline]
pub(super) fn nearest(index: [f64; 3], size: [usize; 3]) -> [usize; 3] {
    [0, 1, 2].map(|a| (round_half_up(index[a]).max(0) as usize).min(size[a] - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up() {
        for (x, expected) in [(0.5, 1), (-0.5, 0), (1.5, 2), (-1.5, -1), (0.49999999999999994, 1), (-0.25, 0), (7.0, 7)]
        {
            assert_eq!(round_half_up(x), expected, "{x}");
        }
        for (x, expected) in [(0.0, 0), (0.999, 0), (1.0, 1), (-0.001, -1), (-1.0, -1), (-1e-18, 0)] {
            assert_eq!(floor(x), expected, "{x}");
        }
    }
}
