//! The stationary wavelet transform straight from its definition: whole images, line by line. The reference of the tests.

use radsurv_image::Volume;

use super::families::Filters;
use super::transform::Real;

/// The taps of output `at` in the order in which PyWavelets adds them, each with the place it is multiplied with, on a
/// line of `length` values that goes on periodically.
pub fn taps(at: usize, length: usize, taps: usize) -> Vec<(usize, usize)> {
    let centre = at + taps / 2;
    let place = |tap: usize| (centre + taps * length - tap) % length;
    // What lies beyond the end of the line comes first, from its far end.
    let beyond = (centre + 1).saturating_sub(length);
    (0..beyond).rev().chain(beyond..taps).map(|tap| (tap, place(tap))).collect()
}

fn pass<T: Real>(values: &[T], size: [usize; 3], axis: usize, filter: &[T]) -> Vec<T> {
    let stride = [1, size[0], size[0] * size[1]][axis];
    let mut out = vec![T::ZERO; values.len()];
    for start in (0..values.len()).filter(|o| (o / stride).is_multiple_of(size[axis])) {
        for at in 0..size[axis] {
            let mut sum = T::ZERO;
            for (tap, place) in taps(at, size[axis], filter.len()) {
                sum += filter[tap] * values[start + place * stride];
            }
            out[start + at * stride] = sum;
        }
    }
    out
}

/// All bands of one level: the band's number has a bit per axis, x the highest of three, set for the high-pass filter.
pub fn level<T: Real>(values: &[T], size: [usize; 3], axes: [bool; 3], filters: &Filters<T>) -> Vec<Vec<T>> {
    let mut bands = vec![values.to_vec()];
    for axis in (0..3).filter(|&a| axes[a]) {
        bands = bands
            .iter()
            .flat_map(|band| [&filters.low, &filters.high].map(|filter| pass(band, size, axis, filter)))
            .collect();
    }
    bands
}

/// The image with odd axes made even by their first voxel, and its size.
pub fn padded<T: Real>(image: &Volume) -> (Vec<T>, [usize; 3]) {
    let size = image.geometry().size();
    let even = size.map(|s| s + s % 2);
    let mut out = Vec::new();
    for z in 0..even[2] {
        for y in 0..even[1] {
            for x in 0..even[0] {
                let mut value = [T::ZERO];
                let index = [x % size[0], y % size[1], z % size[2]];
                T::read(image.voxels(), image.geometry().offset(index), &mut value);
                out.extend(value);
            }
        }
    }
    (out, even)
}
