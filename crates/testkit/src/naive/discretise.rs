//! Grey levels from intensities.

/// Edges of bins of a fixed width anchored at 0: from the largest multiple of the width at or below the minimum, at
/// least one edge above the maximum. Edge k is `low + k * ((low + width) - low)`, as numpy's `arange` steps.
pub fn width_edges(values: &[f64], width: f64) -> Vec<f64> {
    let (min, max) = range(values);
    let mut over = min % width;
    if over < 0.0 {
        over += width;
    }
    let low = min - over;
    let count = ((max + 2.0 * width - low) / width).ceil() as usize;
    let step = (low + width) - low;
    (0..count).map(|k| if k == 1 { low + width } else { low + k as f64 * step }).collect()
}

/// Edges of `count` bins of equal width from the minimum to the maximum (half a unit to each side if they are equal), the
/// last edge moved up by 1 so that the maximum falls in the last bin. `single`: the values came in single precision,
/// then the edges are rounded to it.
pub fn count_edges(values: &[f64], count: u32, single: bool) -> Vec<f64> {
    let (mut low, mut high) = range(values);
    if low == high {
        (low, high) = (low - 0.5, high + 0.5);
    }
    let round = |v: f64| if single { f64::from(v as f32) } else { v };
    let step = (high - low) / f64::from(count);
    let mut edges: Vec<f64> = (0..=count).map(|k| round(f64::from(k) * step + low)).collect();
    edges[count as usize] = round(round(high) + 1.0);
    edges
}

/// The level of a value: the number of edges at or below it.
pub fn level(value: f64, edges: &[f64]) -> u32 {
    edges.iter().filter(|&&e| e <= value).count() as u32
}

/// Levels of the voxels where `mask` holds, 0 elsewhere.
pub fn levels(values: &[f64], mask: &[bool], edges: &[f64]) -> Vec<u32> {
    values.iter().zip(mask).map(|(&v, &m)| if m { level(v, edges) } else { 0 }).collect()
}

/// The values where `mask` holds.
pub fn inside(values: &[f64], mask: &[bool]) -> Vec<f64> {
    values.iter().zip(mask).filter(|(_, m)| **m).map(|(v, _)| *v).collect()
}

fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_example() {
        let edges = width_edges(&[54.0, 166.0], 25.0);
        assert_eq!(edges[..6], [50.0, 75.0, 100.0, 125.0, 150.0, 175.0]);
        assert_eq!((level(54.0, &edges), level(75.0, &edges), level(166.0, &edges)), (1, 2, 5));
        assert_eq!(width_edges(&[-1.0, -1.0], 25.0)[0], -25.0);
    }

    #[test]
    fn counted_bins_hold_minimum_and_maximum() {
        let values = [3.0, 4.0, 9.0];
        let edges = count_edges(&values, 3, false);
        assert_eq!(edges, vec![3.0, 5.0, 7.0, 10.0]);
        assert_eq!(values.map(|v| level(v, &edges)), [1, 1, 3]);
        assert_eq!(count_edges(&[2.0], 2, false), vec![1.5, 2.0, 3.5]);
    }
}
