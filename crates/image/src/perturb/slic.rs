//! Supervoxels: simple linear iterative clustering, with the labels of scikit-image.
//!
//! Achanta et al.: SLIC superpixels compared to state-of-the-art superpixel methods. IEEE TPAMI 34 (2012) 2274-2282.
//! Clusters of about equal size are seeded on a grid; each voxel joins the cluster that is nearest in space and intensity among
//! those nearby, and the clusters' centres follow, ten times. Then [`connected`](super::connected) makes clusters connected.
//!
//! The conventions are those of scikit-image 0.26, which MIRP calls: the grid of seeds is regular in voxels whatever the
//! spacing, distances in space are in mm divided by the largest step of the grid in voxels, and windows reach two steps.

use rayon::prelude::*;

use super::connected::connected;

/// Rounds of assignment.
const ROUNDS: usize = 10;

/// How supervoxels are made.
pub(super) struct Slic {
    /// About how many.
    pub segments: usize,
    /// Weight of distance in space against distance in intensity, whose range is 1.
    pub compactness: f64,
    /// Standard deviation in voxels of the Gaussian that smooths the image first, along x, y, z.
    pub sigma: [f64; 3],
    /// mm between voxels along x, y, z.
    pub spacing: [f64; 3],
}

/// A cluster: its centre along x, y, z and its intensity.
#[derive(Debug, Clone, Copy, Default)]
struct Cluster {
    at: [f64; 3],
    value: f64,
}

impl Slic {
    /// The supervoxel of each voxel, from 1; 0 for a voxel that none reached. x is fastest.
    pub fn labels(&self, values: &[f64], size: [usize; 3]) -> Vec<u32> {
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        let range = if high > low { high - low } else { 1.0 };
        let mut image: Vec<f64> = values.iter().map(|v| (v - low) / range).collect();
        smooth(&mut image, size, self.sigma);
        let ratio = 1.0 / self.compactness;
        image.iter_mut().for_each(|v| *v *= ratio);
        let (seeds, steps) = seeds(size, self.segments);
        let assigned = self.assign(&image, size, &seeds, steps);
        let mean_size = values.len() as f64 / seeds.len() as f64;
        connected(&assigned, size, (0.5 * mean_size) as usize, (3.0 * mean_size) as usize)
    }

    fn assign(&self, image: &[f64], size: [usize; 3], seeds: &[[usize; 3]], steps: [usize; 3]) -> Vec<u32> {
        // The windows are those of as many clusters as there are seeds, the weight that of as many as were asked for.
        let step = steps.into_iter().max().unwrap_or(1) as f64;
        let weight = 1.0 / (step * step);
        let (_, window) = grid(size, seeds.len());
        let mut clusters: Vec<Cluster> =
            seeds.iter().map(|s| Cluster { at: s.map(|i| i as f64), value: 0.0 }).collect();
        let [nx, ny, _] = size;
        let mut labels = vec![0u32; image.len()];
        for _ in 0..ROUNDS {
            labels.par_chunks_mut(nx * ny).zip(image.par_chunks(nx * ny)).enumerate().for_each(
                |(z, (labels, image))| {
                    self.assign_slice(z, labels, image, size, &clusters, window, weight);
                },
            );
            clusters = centres(image, &labels, size, &clusters);
        }
        labels
    }

    /// One round for a slice. Of clusters at the same distance the first has the voxel.
    fn assign_slice(
        &self,
        z: usize,
        labels: &mut [u32],
        image: &[f64],
        size: [usize; 3],
        clusters: &[Cluster],
        window: [usize; 3],
        weight: f64,
    ) {
        let mut nearest = vec![f64::MAX; labels.len()];
        let range = |cluster: &Cluster, a: usize| {
            let (c, reach) = (cluster.at[a], 2.0 * window[a] as f64);
            let low = (c - reach).max(0.0) as usize;
            let high = (c + reach + 1.0).min(size[a] as f64) as usize;
            low..high
        };
        let squared = |cluster: &Cluster, a: usize, i: usize| {
            let d = self.spacing[a] * (cluster.at[a] - i as f64);
            d * d
        };
        for (k, cluster) in clusters.iter().enumerate() {
            if !range(cluster, 2).contains(&z) {
                continue;
            }
            let dz = squared(cluster, 2, z);
            for y in range(cluster, 1) {
                let dy = squared(cluster, 1, y);
                for x in range(cluster, 0) {
                    let at = y * size[0] + x;
                    let difference = image[at] - cluster.value;
                    let distance = (dz + dy + squared(cluster, 0, x)) * weight + difference * difference;
                    if distance < nearest[at] {
                        (nearest[at], labels[at]) = (distance, k as u32 + 1);
                    }
                }
            }
        }
    }
}

/// The means of the clusters' voxels. A cluster without voxels stays where it was.
fn centres(image: &[f64], labels: &[u32], size: [usize; 3], old: &[Cluster]) -> Vec<Cluster> {
    let mut sums = vec![Cluster::default(); old.len()];
    let mut counts = vec![0usize; old.len()];
    let [nx, ny, _] = size;
    for (i, (&label, &value)) in labels.iter().zip(image).enumerate() {
        let Some(k) = (label as usize).checked_sub(1) else { continue };
        counts[k] += 1;
        let at = [i % nx, i / nx % ny, i / nx / ny];
        (0..3).for_each(|a| sums[k].at[a] += at[a] as f64);
        sums[k].value += value;
    }
    let mean = |((sum, &n), old): ((&Cluster, &usize), &Cluster)| {
        if n == 0 {
            return *old;
        }
        Cluster { at: sum.at.map(|s| s / n as f64), value: sum.value / n as f64 }
    };
    sums.iter().zip(&counts).zip(old).map(mean).collect()
}

/// Places of the seeds, x fastest, and the steps of their grid along x, y, z.
fn seeds(size: [usize; 3], count: usize) -> (Vec<[usize; 3]>, [usize; 3]) {
    let (start, step) = grid(size, count);
    let along = |a: usize| (start[a]..size[a]).step_by(step[a]);
    let seeds = along(2).flat_map(|z| along(1).flat_map(move |y| along(0).map(move |x| [x, y, z]))).collect();
    (seeds, step)
}

/// A regular grid of about `count` points, the same number of voxels apart along all axes, but for axes that are shorter than
/// that: those get one point. Starts and steps along x, y, z.
fn grid(size: [usize; 3], count: usize) -> ([usize; 3], [usize; 3]) {
    let count = count.max(1) as f64;
    let mut axes = [2, 1, 0];
    axes.sort_by_key(|&a| size[a]);
    let sorted = axes.map(|a| size[a] as f64);
    if sorted.iter().product::<f64>() <= count {
        return ([0; 3], [1; 3]);
    }
    let root = |volume: f64, axes: usize| (volume / count).powf(1.0 / axes as f64);
    let mut steps = [root(sorted.iter().product(), 3); 3];
    let short = |steps: &[f64; 3]| sorted.iter().zip(steps).any(|(n, step)| n < step);
    for a in 0..3 {
        if !short(&steps) {
            break;
        }
        steps[a] = sorted[a];
        let rest = root(sorted[a + 1..].iter().product(), 2 - a);
        steps[a + 1..].fill(rest);
    }
    let (mut start, mut step) = ([0; 3], [1; 3]);
    for (&a, exact) in axes.iter().zip(steps) {
        start[a] = (exact / 2.0).floor() as usize;
        step[a] = (exact.round_ties_even() as usize).max(1);
        // Rounding may have moved the only point past the end.
        start[a] = start[a].min(size[a] - 1);
    }
    (start, step)
}

/// Gaussian smoothing, cut off at four standard deviations, borders mirrored; along z, then y, then x, as SciPy does it.
fn smooth(values: &mut [f64], size: [usize; 3], sigma: [f64; 3]) {
    for a in [2, 1, 0] {
        if sigma[a] > 1e-15 {
            smooth_axis(values, size, a, sigma[a]);
        }
    }
}

fn smooth_axis(values: &mut [f64], size: [usize; 3], axis: usize, sigma: f64) {
    let radius = (4.0 * sigma + 0.5) as i64;
    let weight = |i: i64| libm::exp(-0.5 / (sigma * sigma) * (i * i) as f64);
    let sum: f64 = (-radius..=radius).map(weight).sum();
    let weights: Vec<f64> = (0..=radius).map(|i| weight(i) / sum).collect();
    let n = size[axis];
    let stride: usize = size[..axis].iter().product();
    let mirror = |i: i64| {
        let i = i.rem_euclid(2 * n as i64);
        (if i < n as i64 { i } else { 2 * n as i64 - 1 - i }) as usize
    };
    let taps: Vec<Vec<(usize, usize)>> =
        (0..n as i64).map(|i| (1..=radius).rev().map(|k| (mirror(i - k), mirror(i + k))).collect()).collect();
    values.par_chunks_mut(stride * n).for_each(|block| {
        let mut line = vec![0.0; n];
        for lane in 0..stride {
            (0..n).for_each(|i| line[i] = block[i * stride + lane]);
            for (i, taps) in taps.iter().enumerate() {
                // From the outermost pair inwards.
                let mut value = line[i] * weights[0];
                for (&(left, right), weight) in taps.iter().zip(weights[1..].iter().rev()) {
                    value += (line[left] + line[right]) * weight;
                }
                block[i * stride + lane] = value;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_regular() {
        // The examples of scikit-image's documentation.
        assert_eq!(grid([40, 20, 3], 8), ([5, 5, 1], [10, 10, 3]));
        assert_eq!(grid([4, 4, 4], 64), ([0; 3], [1; 3]));
        assert_eq!(seeds([40, 20, 3], 8).0.len(), 8);
        for count in [1, 2, 3, 7, 50, 1000] {
            for size in [[1, 1, 1], [5, 1, 9], [30, 20, 2], [7, 7, 7]] {
                let (places, _) = seeds(size, count);
                assert!(!places.is_empty() && places.iter().all(|p| (0..3).all(|a| p[a] < size[a])));
            }
        }
    }

    #[test]
    fn two_halves_are_told_apart() {
        let size = [20, 10, 6];
        let values: Vec<f64> = (0..1200).map(|i| if i % 20 < 9 { 0.0 } else { 100.0 }).collect();
        let slic = Slic { segments: 24, compactness: 0.05, sigma: [0.0; 3], spacing: [1.0; 3] };
        let labels = slic.labels(&values, size);
        assert!(labels.iter().all(|&l| l > 0));
        let left: std::collections::BTreeSet<u32> = (0..1200).filter(|i| i % 20 < 9).map(|i| labels[i]).collect();
        assert!((0..1200).filter(|i| i % 20 >= 9).all(|i| !left.contains(&labels[i])));
    }
}
