//! A smooth Gaussian random field on a box of voxels.

use rayon::prelude::*;

use super::random::Random;
use crate::error::{Error, Result};

/// Nodes of the lattice per correlation length. The variance between nodes then ripples by 2 exp(-2 π²), 5e-9.
const PER_LENGTH: f64 = 2.0;
/// Nodes further away than this many correlation lengths weigh less than 2e-7.
const REACH: f64 = 4.0;
/// Beyond this the correlation length is a mistake.
const MOST_NODES: f64 = 5e7;

/// A stationary Gaussian random field of mean 0, variance 1 and correlation `exp(-r² / (2 l²))` at the distance `r`, on a box
/// of voxels, x fastest. `l` is the correlation length in mm.
///
/// Independent normal variates on the nodes of a lattice of spacing `l / 2` are summed with the weights `exp(-r² / l²)`,
/// which are a product over the axes, and divided by the root of the sum of the squared weights.
///
/// # Errors
/// [`Error::Setting`] if `l` is not positive and finite, or so short that the box would have more than 50 million nodes.
pub(super) fn field(size: [usize; 3], spacing_mm: [f64; 3], length_mm: f64, seed: u64) -> Result<Vec<f64>> {
    if !(length_mm > 0.0 && length_mm.is_finite()) {
        return Err(Error::Setting(format!("correlation length {length_mm} mm: give a positive number")));
    }
    let extent = [0, 1, 2].map(|a| (size[a].max(1) - 1) as f64 * spacing_mm[a] / length_mm);
    let count = extent.map(|e| (e * PER_LENGTH).floor() + 2.0 * REACH * PER_LENGTH + 1.0);
    if count.iter().product::<f64>() > MOST_NODES {
        return Err(Error::Setting(format!(
            "correlation length {length_mm} mm: too short for a region of {:?} mm; give at least about the spacing of the \
             voxels",
            [0, 1, 2].map(|a| size[a] as f64 * spacing_mm[a])
        )));
    }
    let count = count.map(|c| c as usize);
    let mut random = Random::new(seed, 0);
    let nodes: Vec<f64> = (0..count.iter().product()).map(|_| random.normal()).collect();
    let [along_x, along_y, along_z] = [0, 1, 2].map(|a| Weights::new(size[a], spacing_mm[a] / length_mm, count[a]));
    let [cx, cy, _] = count;
    let [nx, ny, nz] = size;
    let mut out = vec![0.0; nx * ny * nz];
    out.par_chunks_mut((nx * ny).max(1)).enumerate().for_each(|(z, out)| {
        let plane = along_z.sum(z, &nodes, cx * cy);
        for (y, out) in out.chunks_exact_mut(nx).enumerate() {
            let row = along_y.sum(y, &plane, cx);
            for (x, out) in out.iter_mut().enumerate() {
                let (first, weights) = &along_x.0[x];
                *out = weights.iter().zip(&row[*first..]).map(|(w, n)| w * n).sum();
            }
        }
    });
    Ok(out)
}

/// For each voxel along an axis the first node it takes, and the weights from there on; their squares sum to 1.
struct Weights(Vec<(usize, Vec<f64>)>);

impl Weights {
    /// `step` is the spacing of the voxels in correlation lengths; node 0 lies [`REACH`] before voxel 0.
    fn new(size: usize, step: f64, count: usize) -> Self {
        let node = |j: usize| j as f64 / PER_LENGTH - REACH;
        let voxel = |i: usize| {
            let at = i as f64 * step;
            let first = (((at - REACH) + REACH) * PER_LENGTH).ceil().max(0.0) as usize;
            let last = (((at + REACH) + REACH) * PER_LENGTH).floor().min(count as f64 - 1.0) as usize;
            let mut weights: Vec<f64> = (first..=last).map(|j| libm::exp(-(at - node(j)) * (at - node(j)))).collect();
            let norm = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
            weights.iter_mut().for_each(|w| *w /= norm);
            (first, weights)
        };
        Self((0..size).map(voxel).collect())
    }

    /// The weighted sum of layers of nodes, each of `stride` values.
    fn sum(&self, at: usize, layers: &[f64], stride: usize) -> Vec<f64> {
        let (first, weights) = &self.0[at];
        let mut out = vec![0.0; stride];
        for (layer, weight) in layers.chunks_exact(stride).skip(*first).zip(weights) {
            out.iter_mut().zip(layer).for_each(|(out, node)| *out += weight * node);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variance_and_correlation_are_those_asked_for() {
        // Many small fields: averages over seeds are those of the distribution.
        let (size, spacing, length) = ([9, 3, 3], [1.0, 2.0, 3.0], 4.0);
        let fields: Vec<Vec<f64>> = (0..4000).map(|seed| field(size, spacing, length, seed).unwrap()).collect();
        let n = fields.len() as f64;
        let at = |x: usize, y: usize, z: usize| (z * 3 + y) * 9 + x;
        let moment = |a: usize, b: usize| fields.iter().map(|f| f[a] * f[b]).sum::<f64>() / n;
        let expected = |r: f64| (-r * r / (2.0 * length * length)).exp();
        // Five standard errors of a mean of products: at most 5 sqrt(2 / n) = 0.11.
        for x in 0..9 {
            assert!((fields.iter().map(|f| f[x]).sum::<f64>() / n).abs() < 5.0 / n.sqrt());
            let found = moment(at(0, 0, 0), at(x, 0, 0));
            assert!((found - expected(x as f64)).abs() < 0.11, "{x}: {found}");
        }
        for (b, r) in [(at(0, 2, 0), 4.0), (at(0, 0, 2), 6.0), (at(3, 2, 1), 34f64.sqrt())] {
            assert!((moment(at(0, 0, 0), b) - expected(r)).abs() < 0.11);
        }
    }

    #[test]
    fn weights_ripple_by_nothing() {
        // Sums of squares without the division, between nodes and on them.
        let weights = |t: f64| (-40..40).map(|j| (-2.0 * (t - f64::from(j) / PER_LENGTH).powi(2)).exp()).sum::<f64>();
        for t in [0.1, 0.25, 0.37] {
            assert!((weights(t) / weights(0.0) - 1.0).abs() < 2e-8);
        }
        let own = Weights::new(5, 0.3, 20);
        assert!(own.0.iter().all(|(first, w)| first + w.len() <= 20 && w.len() >= 16));
    }

    #[test]
    fn bad_lengths_are_refused() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9] {
            assert!(field([10, 10, 10], [1.0; 3], bad, 0).is_err(), "{bad}");
        }
        assert_eq!(field([1, 1, 1], [1.0; 3], 1e9, 0).unwrap().len(), 1);
        assert_eq!(field([4, 5, 6], [1.0; 3], 3.0, 1).unwrap(), field([4, 5, 6], [1.0; 3], 3.0, 1).unwrap());
    }
}
