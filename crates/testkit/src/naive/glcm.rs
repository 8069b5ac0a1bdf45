//! Grey level co-occurrence matrix (GLCM).

use super::{EPS, Named, Norm, angles::angles, eigen::eigenvalues, index, nan_mean, neighbour, present_levels, voxels};
use std::collections::BTreeMap;

/// Number of pairs (level of a voxel, level of its neighbour), or their probability; pairs that do not occur are absent.
pub type Pairs = BTreeMap<(u32, u32), f64>;

/// The co-occurrence counts of a region.
#[derive(Debug, Clone)]
pub struct Glcm {
    /// Grey levels that occur in the region, ascending.
    pub levels: Vec<u32>,
    /// Every angle, one of each pair of opposite ones, and its pairs.
    pub angles: Vec<([i64; 3], Pairs)>,
}

/// Counts, for every angle, the pairs of voxels of the region that lie that angle apart.
pub fn matrix(size: [usize; 3], levels: &[u32], distances: &[u32], plane: Option<usize>) -> Glcm {
    let mut found = Vec::new();
    for angle in angles(size, distances, plane, false) {
        let mut pairs = Pairs::new();
        for at in voxels(size) {
            let own = levels[index(size, at)];
            let Some(to) = neighbour(size, at, angle) else { continue };
            let other = levels[index(size, to)];
            if own > 0 && other > 0 {
                *pairs.entry((own, other)).or_insert(0.0) += 1.0;
            }
        }
        found.push((angle, pairs));
    }
    Glcm { levels: present_levels(levels), angles: found }
}

impl Glcm {
    /// The probabilities of pairs: one matrix per angle, or one in all with a weighting. Counted in both directions if
    /// `symmetric`. Weights are `exp(-d^2)` with the length d of the step in mm. A matrix without pairs is empty.
    pub fn probabilities(&self, symmetric: bool, weighting: Option<(Norm, [f64; 3])>) -> Vec<Pairs> {
        let mut matrices: Vec<Pairs> = Vec::new();
        let mut merged = Pairs::new();
        for (angle, pairs) in &self.angles {
            let mut counts = Pairs::new();
            for (&(i, j), &n) in pairs {
                *counts.entry((i, j)).or_insert(0.0) += n;
                if symmetric {
                    *counts.entry((j, i)).or_insert(0.0) += n;
                }
            }
            if let Some((norm, spacing)) = weighting {
                let weight = norm.length(*angle, spacing).map_or(1.0, |d| (-d * d).exp());
                for (pair, n) in counts {
                    *merged.entry(pair).or_insert(0.0) += n * weight;
                }
            } else {
                matrices.push(counts);
            }
        }
        if weighting.is_some() {
            matrices = vec![merged];
        }
        for matrix in &mut matrices {
            let total: f64 = matrix.values().sum();
            if total == 0.0 {
                matrix.clear();
            }
            matrix.values_mut().for_each(|p| *p /= total);
        }
        matrices
    }

    /// The 24 features: means over the angles that have pairs.
    pub fn features(&self, symmetric: bool, weighting: Option<(Norm, [f64; 3])>) -> Vec<Named> {
        let all = self.probabilities(symmetric, weighting);
        // A lone matrix stays even when it is empty, and then has no eigenvalues; of a single level it has no differences
        // above 0 to sum over either.
        let lone_and_empty = all.len() == 1 && all[0].is_empty();
        let flat = self.levels.len() == 1;
        let matrices: Vec<&Pairs> = all.iter().filter(|p| !p.is_empty()).collect();
        let mean = |f: &dyn Fn(&Pairs) -> f64| nan_mean(matrices.iter().map(|p| f(p)));
        let ng = f64::from(self.levels.last().copied().unwrap_or(0));
        vec![
            ("Autocorrelation", mean(&autocorrelation)),
            ("JointAverage", mean(&joint_average)),
            ("ClusterProminence", mean(&|p| cluster(p, 4))),
            ("ClusterShade", mean(&|p| cluster(p, 3))),
            ("ClusterTendency", mean(&|p| cluster(p, 2))),
            ("Contrast", mean(&contrast)),
            ("Correlation", mean(&correlation)),
            ("DifferenceAverage", mean(&difference_average)),
            ("DifferenceEntropy", mean(&difference_entropy)),
            ("DifferenceVariance", mean(&difference_variance)),
            ("JointEnergy", mean(&joint_energy)),
            ("JointEntropy", mean(&joint_entropy)),
            ("Imc1", mean(&imc1)),
            ("Imc2", mean(&imc2)),
            ("Idm", mean(&|p| inverse_difference(p, |k| k * k))),
            ("MCC", if flat && !lone_and_empty { 1.0 } else { mean(&|p| mcc(p, &self.levels)) }),
            ("Idmn", mean(&|p| inverse_difference(p, |k| k * k / (ng * ng)))),
            ("Id", mean(&|p| inverse_difference(p, |k| k))),
            ("Idn", mean(&|p| inverse_difference(p, |k| k / ng))),
            ("InverseVariance", if lone_and_empty && flat { 0.0 } else { mean(&inverse_variance) }),
            ("MaximumProbability", mean(&maximum_probability)),
            ("SumAverage", mean(&sum_average)),
            ("SumEntropy", mean(&sum_entropy)),
            ("SumSquares", mean(&sum_squares)),
        ]
    }
}

fn sum(p: &Pairs, term: impl Fn(f64, f64, f64) -> f64) -> f64 {
    p.iter().map(|(&(i, j), &p)| term(f64::from(i), f64::from(j), p)).sum()
}

fn entropy<'a>(probabilities: impl IntoIterator<Item = &'a f64>) -> f64 {
    -probabilities.into_iter().map(|p| p * (p + EPS).log2()).sum::<f64>()
}

/// Margin over the first level of the pair: `p_x(i)`.
fn px(p: &Pairs) -> BTreeMap<u32, f64> {
    group(p, |i, _| i)
}

/// Margin over the second level: `p_y(j)`.
fn py(p: &Pairs) -> BTreeMap<u32, f64> {
    group(p, |_, j| j)
}

/// `p_{x+y}(k)`.
fn sums(p: &Pairs) -> BTreeMap<u32, f64> {
    group(p, |i, j| i + j)
}

/// `p_{x-y}(k)`.
fn differences(p: &Pairs) -> BTreeMap<u32, f64> {
    group(p, u32::abs_diff)
}

fn group(p: &Pairs, key: impl Fn(u32, u32) -> u32) -> BTreeMap<u32, f64> {
    let mut grouped = BTreeMap::new();
    for (&(i, j), &p) in p {
        *grouped.entry(key(i, j)).or_insert(0.0) += p;
    }
    grouped
}

fn moment(distribution: &BTreeMap<u32, f64>, term: impl Fn(f64) -> f64) -> f64 {
    distribution.iter().map(|(&k, &p)| p * term(f64::from(k))).sum()
}

fn autocorrelation(p: &Pairs) -> f64 {
    sum(p, |i, j, p| p * i * j)
}

fn joint_average(p: &Pairs) -> f64 {
    sum(p, |i, _, p| p * i)
}

fn mean_y(p: &Pairs) -> f64 {
    sum(p, |_, j, p| p * j)
}

fn cluster(p: &Pairs, power: i32) -> f64 {
    let (ux, uy) = (joint_average(p), mean_y(p));
    sum(p, |i, j, p| p * (i + j - ux - uy).powi(power))
}

fn contrast(p: &Pairs) -> f64 {
    sum(p, |i, j, p| p * (i - j).powi(2))
}

fn correlation(p: &Pairs) -> f64 {
    let (ux, uy) = (joint_average(p), mean_y(p));
    let sigmas = sum(p, |i, _, p| p * (i - ux).powi(2)).sqrt() * sum(p, |_, j, p| p * (j - uy).powi(2)).sqrt();
    if sigmas == 0.0 { 1.0 } else { sum(p, |i, j, p| p * (i - ux) * (j - uy)) / (sigmas + EPS) }
}

fn difference_average(p: &Pairs) -> f64 {
    moment(&differences(p), |k| k)
}

fn difference_entropy(p: &Pairs) -> f64 {
    entropy(differences(p).values())
}

fn difference_variance(p: &Pairs) -> f64 {
    let mean = difference_average(p);
    moment(&differences(p), |k| (k - mean).powi(2))
}

fn joint_energy(p: &Pairs) -> f64 {
    sum(p, |_, _, p| p * p)
}

fn joint_entropy(p: &Pairs) -> f64 {
    entropy(p.values())
}

fn imc1(p: &Pairs) -> f64 {
    let (x, y) = (px(p), py(p));
    let hxy1 = -p.iter().map(|((i, j), p)| p * (x[i] * y[j] + EPS).log2()).sum::<f64>();
    let largest = entropy(x.values()).max(entropy(y.values()));
    if largest == 0.0 { 0.0 } else { (joint_entropy(p) - hxy1) / largest }
}

/// Second informational measure of correlation of one matrix. NaN if rounding makes HXY exceed HXY2, which are equal when
/// the levels of pairs are independent.
pub fn imc2(p: &Pairs) -> f64 {
    let (x, y) = (px(p), py(p));
    let products: Vec<f64> = x.values().flat_map(|x| y.values().map(move |y| x * y)).collect();
    let (hxy, hxy2) = (joint_entropy(p), entropy(&products));
    if hxy == hxy2 { 0.0 } else { (1.0 - (-2.0 * (hxy2 - hxy)).exp()).sqrt() }
}

fn inverse_difference(p: &Pairs, cost: impl Fn(f64) -> f64) -> f64 {
    moment(&differences(p), |k| 1.0 / (1.0 + cost(k)))
}

/// Maximal correlation coefficient of one matrix, over two levels or more: root of the second largest eigenvalue of
/// `Q(i, j) = sum over k of p(i, k) p(j, k) / (p_x(i) p_y(k) + eps)`.
pub fn mcc(p: &Pairs, levels: &[u32]) -> f64 {
    let (x, y) = (px(p), py(p));
    let at = |i: u32, j: u32| p.get(&(i, j)).copied().unwrap_or(0.0);
    let margin = |m: &BTreeMap<u32, f64>, i: u32| m.get(&i).copied().unwrap_or(0.0);
    let n = levels.len();
    let mut q = vec![0.0; n * n];
    for (row, &i) in levels.iter().enumerate() {
        for (column, &j) in levels.iter().enumerate() {
            q[row * n + column] =
                levels.iter().map(|&k| at(i, k) * at(j, k) / (margin(&x, i) * margin(&y, k) + EPS)).sum();
        }
    }
    let mut values = eigenvalues(n, q);
    values.sort_by(f64::total_cmp);
    // Q is a product of the matrix with its own transpose up to scaling: no eigenvalue is negative but by rounding.
    values[n - 2].max(0.0).sqrt()
}

fn inverse_variance(p: &Pairs) -> f64 {
    moment(&differences(p), |k| if k == 0.0 { 0.0 } else { 1.0 / (k * k) })
}

fn maximum_probability(p: &Pairs) -> f64 {
    p.values().copied().fold(f64::NAN, f64::max)
}

fn sum_average(p: &Pairs) -> f64 {
    moment(&sums(p), |k| k)
}

fn sum_entropy(p: &Pairs) -> f64 {
    entropy(sums(p).values())
}

fn sum_squares(p: &Pairs) -> f64 {
    let ux = joint_average(p);
    sum(p, |i, _, p| p * (i - ux).powi(2))
}
