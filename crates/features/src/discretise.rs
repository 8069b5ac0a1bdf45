//! Grouping intensities into grey levels, with NumPy's bin edges to the last bit.
//!
//! Source: PyRadiomics 3.0.1 `imageoperations.getBinEdges`; IBSI reference manual section 2.7 (PyRadiomics anchors the
//! bins of a fixed width at 0, IBSI at the lower bound of the resegmentation range).

use radsurv_image::simd::{Kernel, dispatch};

use crate::error::{Error, Result};
use crate::settings::Discretisation;

/// More edges than this are refused: each is a row of every texture matrix, and a range that needs them is almost
/// always an image in other units than its bin width.
const MAX_EDGES: f64 = 10_000_000.0;
/// Edges that [`digitise`] takes: a guess must fit an `i32`.
const MOST_EDGES: usize = i32::MAX as usize;

/// The bin edges for these values, ascending; bin `i` (from 1) holds `edges[i - 1] <= value < edges[i]`.
///
/// - Fixed width `w`: from `min - (min mod w)` in steps of `w` to above the maximum, as `numpy.arange`: edge `i` is
///   `lo + i * ((lo + w) - lo)`, which is not `k * w` in the last bits. A flat region on an edge gets one bin.
/// - Fixed count: `numpy.histogram`'s edges between minimum and maximum, the last raised by 1 so that the maximum falls
///   into the last bin. `single_precision` says that the values are those of a float32 image: NumPy then rounds the
///   edges to float32.
///
/// # Errors
/// If there is no value, or the range needs more than ten million bins.
pub fn bin_edges(values: &[f64], how: Discretisation, single_precision: bool) -> Result<Vec<f64>> {
    let (min, max) = range(values).ok_or(Error::EmptyRegion)?;
    match how {
        Discretisation::Width(width) => {
            let low = min - floor_mod(min, width);
            let high = max + 2.0 * width;
            let count = ((high - low) / width).ceil();
            if count.is_nan() || count > MAX_EDGES {
                return Err(Error::TooManyBins { min, max, width });
            }
            if count < 2.0 {
                // numpy.arange gave a single edge.
                return Ok(vec![low - 0.5, low + 0.5]);
            }
            let step = (low + width) - low;
            Ok((0..count as usize)
                .map(|i| match i {
                    0 => low,
                    1 => low + width,
                    _ => low + i as f64 * step,
                })
                .collect())
        }
        Discretisation::Count(count) => {
            if f64::from(count) > MAX_EDGES {
                return Err(Error::TooManyBins { min, max, width: (max - min) / f64::from(count) });
            }
            let (first, last) = if min == max { (min - 0.5, max + 0.5) } else { (min, max) };
            let bins = f64::from(count);
            let step = (last - first) / bins;
            let edge = |i: u32| match step {
                // The smallest numbers divided by the count: numpy.linspace then multiplies by the range last.
                0.0 => f64::from(i) / bins * (last - first) + first,
                _ => f64::from(i) * step + first,
            };
            let mut edges: Vec<f64> = (0..=count).map(edge).collect();
            if let Some(end) = edges.last_mut() {
                *end = last;
            }
            if single_precision {
                edges.iter_mut().for_each(|e| *e = f64::from(*e as f32));
            }
            if let Some(end) = edges.last_mut() {
                *end = if single_precision { f64::from(*end as f32 + 1.0) } else { *end + 1.0 };
            }
            Ok(edges)
        }
    }
}

/// The bin (from 1) of each value, as `numpy.digitize(values, edges)`: the number of edges that are not above it.
///
/// O(n): the bin is guessed from the mean width and corrected by comparing with the edges themselves, so the result is
/// that of a binary search.
pub fn digitise(values: &[f64], edges: &[f64]) -> Vec<u32> {
    let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else {
        return vec![0; values.len()];
    };
    let top = edges.len().min(MOST_EDGES);
    let mut bins = dispatch(Guess { values, first, per_width: (top - 1) as f64 / (last - first), top });
    for (bin, &v) in bins.iter_mut().zip(values) {
        let mut b = *bin as usize;
        while b < top && edges[b] <= v {
            b += 1;
        }
        while b > 0 && edges[b - 1] > v {
            b -= 1;
        }
        *bin = b as u32;
    }
    bins
}

/// The bin of each value if all bins had the mean width, from 1 to the number of edges.
struct Guess<'a> {
    values: &'a [f64],
    first: f64,
    per_width: f64,
    top: usize,
}

impl Kernel for Guess<'_> {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run(self) -> Vec<u32> {
        let top = self.top as f64;
        let mut bins = vec![0u32; self.values.len()];
        for (bin, &v) in bins.iter_mut().zip(self.values) {
            let guess = ((v - self.first) * self.per_width + 1.0).max(0.0).min(top);
            // SAFETY: `max` turns NaN into 0 and there are at most 10 million edges, so the guess fits an i32. The
            // checked conversion would keep the loop from being vectorised.
            *bin = unsafe { guess.to_int_unchecked::<i32>() } as u32;
        }
        bins
    }
}

/// Smallest and largest value; `None` without values.
pub(crate) fn range(values: &[f64]) -> Option<(f64, f64)> {
    let first = *values.first()?;
    // Eight lanes, so that the comparison chain does not wait on itself.
    let mut low = [first; 8];
    let mut high = [first; 8];
    let chunks = values.chunks_exact(8);
    for &v in chunks.remainder() {
        low[0] = low[0].min(v);
        high[0] = high[0].max(v);
    }
    for chunk in chunks {
        for lane in 0..8 {
            low[lane] = if chunk[lane] < low[lane] { chunk[lane] } else { low[lane] };
            high[lane] = if chunk[lane] > high[lane] { chunk[lane] } else { high[lane] };
        }
    }
    Some((low.into_iter().fold(first, f64::min), high.into_iter().fold(first, f64::max)))
}

/// Python's and NumPy's `a % b` for `b > 0`: the remainder has the sign of `b`.
fn floor_mod(a: f64, b: f64) -> f64 {
    let r = a % b;
    if r < 0.0 { r + b } else { r }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_documentation() {
        let edges = bin_edges(&[54.0, 166.0], Discretisation::Width(25.0), false).unwrap();
        assert_eq!(edges, [50.0, 75.0, 100.0, 125.0, 150.0, 175.0, 200.0]);
        assert_eq!(digitise(&[54.0, 75.0, 74.9, 166.0], &edges), [1, 2, 1, 5]);
    }

    #[test]
    fn edges_are_those_of_arange_and_not_multiples() {
        // numpy.arange(0.1 - 0.1 % 0.1, 0.55 + 0.2, 0.1)[3] is 0.30000000000000004 with numpy 1.26.
        let edges = bin_edges(&[0.0, 0.55], Discretisation::Width(0.1), false).unwrap();
        assert_eq!(edges[3], 0.1 * 3.0);
        assert_eq!(edges.len(), 8);
    }

    #[test]
    fn flat_regions_have_one_level() {
        for (value, how) in
            [(50.0, Discretisation::Width(25.0)), (51.0, Discretisation::Width(25.0)), (3.0, Discretisation::Count(16))]
        {
            let levels = digitise(&[value; 3], &bin_edges(&[value; 3], how, false).unwrap());
            assert!(levels.windows(2).all(|w| w[0] == w[1]), "{levels:?}");
        }
    }

    #[test]
    fn a_range_of_billions_of_bins_is_refused() {
        let error = bin_edges(&[0.0, 1e9], Discretisation::Width(0.001), false).unwrap_err();
        assert!(error.to_string().contains("binWidth"), "{error}");
    }
}
