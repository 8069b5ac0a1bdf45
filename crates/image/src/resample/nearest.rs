//! Nearest neighbour, and ITK's rounding of indices.

use rayon::prelude::*;

use super::mapping::{Axes, Mapping, is_inside_axis};
use crate::geometry::Geometry;

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

/// Gives each voxel of the target the value of the nearest voxel of the image; others are left as they are.
///
/// `row(y, z)` is a part of that row of the image and the index x where it begins; what is beyond it counts as outside.
pub(super) fn fill_nearest<'a, T: Copy + Send + Sync + 'a>(
    mapping: &Mapping<'_>,
    target: &Geometry,
    size: [usize; 3],
    out: &mut [T],
    row: impl Fn(usize, usize) -> Option<(&'a [T], usize)> + Sync,
) {
    if mapping.axes != Axes::Aligned {
        return super::fill(mapping, target, size, out, |index| {
            let [x, y, z] = nearest(index, size);
            let (values, start) = row(y, z)?;
            values.get(x.checked_sub(start)?).copied()
        });
    }
    let [nx, ny, _] = target.size();
    let points = mapping.along_axes();
    let [x_axis, y_axis, z_axis] = [0, 1, 2].map(|a| -> Vec<Option<usize>> {
        let index = |&p: &f64| is_inside_axis(p, size[a]).then(|| (round_half_up(p).max(0) as usize).min(size[a] - 1));
        points[a].iter().map(index).collect()
    });
    out.par_chunks_mut(nx).enumerate().for_each(|(line, out)| {
        let (Some(y), Some(z)) = (y_axis[line % ny], z_axis[line / ny]) else { return };
        let Some((values, start)) = row(y, z) else { return };
        for (out, x) in out.iter_mut().zip(&x_axis) {
            if let Some(value) = x.and_then(|x| values.get(x.checked_sub(start)?)) {
                *out = *value;
            }
        }
    });
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
