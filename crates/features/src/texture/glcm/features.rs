//! The features of the co-occurrence matrix.

use super::matrix::{Cooccurrence, Glcm};
use super::mcc::maximal_correlation;
use crate::named::named_features;
use crate::sparse_sum::SparseSum;

named_features! {
    /// The 24 GLCM features, each the mean over the angles.
    ///
    /// `p(i, j)` is a matrix divided by its sum, `i` and `j` grey levels, `p_x`, `p_y` its row and column sums, `μ`, `σ`
    /// their means and standard deviations, `p_{x+y}(k)` and `p_{x-y}(k)` the sums over `i + j = k` and `|i - j| = k`,
    /// `HX`, `HY`, `HXY` entropies in bits, ε = 2.2e-16.
    pub struct GlcmFeatures {
        /// `ΣΣ p i j`.
        autocorrelation: "Autocorrelation",
        /// `ΣΣ p (i + j - μ_x - μ_y)⁴`.
        cluster_prominence: "ClusterProminence",
        /// `ΣΣ p (i + j - μ_x - μ_y)³`.
        cluster_shade: "ClusterShade",
        /// `ΣΣ p (i + j - μ_x - μ_y)²`.
        cluster_tendency: "ClusterTendency",
        /// `ΣΣ p (i - j)²`.
        contrast: "Contrast",
        /// `ΣΣ p (i - μ_x)(j - μ_y) / (σ_x σ_y + ε)`; 1 if one of the levels is constant.
        correlation: "Correlation",
        /// `Σ k p_{x-y}(k)`.
        difference_average: "DifferenceAverage",
        /// `-Σ p_{x-y} log2(p_{x-y} + ε)`.
        difference_entropy: "DifferenceEntropy",
        /// `Σ (k - DifferenceAverage)² p_{x-y}(k)`.
        difference_variance: "DifferenceVariance",
        /// `Σ p_{x-y}(k) / (1 + k)`.
        id: "Id",
        /// `Σ p_{x-y}(k) / (1 + k²)`.
        idm: "Idm",
        /// `Σ p_{x-y}(k) / (1 + k²/N_g²)`, `N_g` the highest grey level.
        idmn: "Idmn",
        /// `Σ p_{x-y}(k) / (1 + k/N_g)`.
        idn: "Idn",
        /// `(HXY - HXY1) / max(HX, HY)`, `HXY1 = -ΣΣ p log2(p_x p_y + ε)`; 0 for a flat region.
        imc1: "Imc1",
        /// `sqrt(1 - exp(-2 (HXY2 - HXY)))`, `HXY2 = -ΣΣ p_x p_y log2(p_x p_y + ε)`; 0 when `HXY2 = HXY`.
        imc2: "Imc2",
        /// `Σ_{k>0} p_{x-y}(k) / k²`.
        inverse_variance: "InverseVariance",
        /// `μ_x`.
        joint_average: "JointAverage",
        /// `ΣΣ p²`.
        joint_energy: "JointEnergy",
        /// `HXY = -ΣΣ p log2(p + ε)`.
        joint_entropy: "JointEntropy",
        /// Maximal correlation coefficient: the square root of the second largest eigenvalue of
        /// `Q(i, j) = Σ_k p(i, k) p(j, k) / (p_x(i) p_y(k) + ε)`; 1 for a single grey level.
        mcc: "MCC",
        /// `max p`.
        maximum_probability: "MaximumProbability",
        /// `Σ k p_{x+y}(k)`.
        sum_average: "SumAverage",
        /// `-Σ p_{x+y} log2(p_{x+y} + ε)`.
        sum_entropy: "SumEntropy",
        /// `ΣΣ p (i - μ_x)²`.
        sum_squares: "SumSquares",
    }
}

impl Glcm {
    /// The features, each the mean over the angles; NaN if no angle has a pair. For a single grey level PyRadiomics gives
    /// one feature even then: MCC is 1 if angles were left out, InverseVariance is 0 if there was a single matrix.
    pub fn features(&self) -> GlcmFeatures {
        let mut mean = GlcmFeatures::zero();
        for angle in &self.angles {
            mean.add(&self.of_angle(angle));
        }
        mean.divide(self.angles.len() as f64);
        if self.levels.len() < 2 {
            match self.lone && self.angles.is_empty() {
                true => mean.inverse_variance = 0.0,
                false => mean.mcc = 1.0,
            }
        }
        mean
    }

    fn of_angle(&self, angle: &Cooccurrence) -> GlcmFeatures {
        const EPS: f64 = f64::EPSILON;
        let k = self.levels.len();
        let level: Vec<f64> = self.levels.iter().map(|&l| f64::from(l)).collect();
        let highest = level.last().copied().unwrap_or(0.0);
        let half = angle.symmetric;

        let mut px = vec![0.0; k];
        let mut py = vec![0.0; if half { 0 } else { k }];
        // Sums and differences of grey levels can be far apart when the levels are sparse.
        let mut sums = SparseSum::new(2 * self.highest());
        let mut differences = SparseSum::new(self.highest());
        let mut f = GlcmFeatures::zero();
        for pair in &angle.pairs {
            let (i, j) = (pair.i as usize, pair.j as usize);
            let p = pair.count / angle.total;
            let both = if half && i != j { 2.0 * p } else { p };
            px[i] += p;
            if half {
                if i != j {
                    px[j] += p;
                }
            } else {
                py[j] += p;
            }
            sums.add(self.levels[i] + self.levels[j], both);
            differences.add(self.levels[i].abs_diff(self.levels[j]), both);
            f.autocorrelation += both * (level[i] * level[j]);
            f.joint_energy += both * p;
            f.joint_entropy -= both * (p + EPS).log2();
            f.maximum_probability = f.maximum_probability.max(p);
        }
        let py = if half { &px } else { &py };

        let mean_of = |m: &[f64]| m.iter().zip(&level).map(|(p, l)| p * l).sum::<f64>();
        let (ux, uy) = (mean_of(&px), mean_of(py));
        let variance_of = |m: &[f64], u: f64| m.iter().zip(&level).map(|(p, l)| p * (l - u) * (l - u)).sum::<f64>();
        let (vx, vy) = (variance_of(&px, ux), variance_of(py, uy));
        f.joint_average = ux;
        f.sum_squares = vx;

        // ε matters only where q = p_x p_y is tiny: log2(q + ε) = log2 q + log2(1 + ε/q), nearly log2 q + ε / (q ln 2), and
        // the sums of log2 q over the joint distribution collapse to the marginal entropies.
        let entropy_of = |m: &[f64]| -m.iter().filter(|p| **p > 0.0).map(|p| p * p.log2()).sum::<f64>();
        let (hx, hy) = (entropy_of(&px), entropy_of(py));
        let present = |m: &[f64]| m.iter().filter(|p| **p > 0.0).count() as f64;
        let eps_bits = EPS / std::f64::consts::LN_2;
        let mut covariance = 0.0;
        let mut ratio = 0.0;
        for pair in &angle.pairs {
            let (i, j) = (pair.i as usize, pair.j as usize);
            let p = pair.count / angle.total;
            let q = px[i] * py[j];
            let both = if half && i != j { 2.0 * p } else { p };
            covariance += both * ((level[i] - ux) * (level[j] - uy));
            // Weights may leave next to nothing of an angle: ε is then not small against q.
            ratio += if q > 1e-12 { both / q } else { both * (EPS / q).ln_1p() / EPS };
        }
        let deviations = vx.sqrt() * vy.sqrt();
        // A constant level on either side makes the deviations 0; where rounding hides that, they are still meant to be.
        let constant = present(&px) < 2.0 || present(py) < 2.0;
        f.correlation = if constant || deviations == 0.0 { 1.0 } else { covariance / (deviations + EPS) };

        let hxy1 = hx + hy - ratio * eps_bits;
        let hxy2 = hx + hy - present(&px) * present(py) * eps_bits;
        let larger = hx.max(hy);
        f.imc1 = if larger <= EPS { 0.0 } else { (f.joint_entropy - hxy1) / larger };
        // A difference below the rounding of the entropies is 0: in a region whose levels are independent.
        let gain = hxy2 - f.joint_entropy;
        f.imc2 = if gain <= 4.0 * EPS * hxy2.max(1.0) { 0.0 } else { (1.0 - (-2.0 * gain).exp()).sqrt() };

        let centre = ux + uy;
        for (k, p) in sums.iter() {
            let d = k - centre;
            f.sum_average += k * p;
            f.sum_entropy -= p * (p + EPS).log2();
            f.cluster_tendency += p * (d * d);
            f.cluster_shade += p * (d * d * d);
            f.cluster_prominence += p * ((d * d) * (d * d));
        }
        for (k, p) in differences.iter() {
            f.contrast += p * (k * k);
            f.difference_average += k * p;
            f.difference_entropy -= p * (p + EPS).log2();
            f.id += p / (1.0 + k);
            f.idm += p / (1.0 + k * k);
            f.idn += p / (1.0 + k / highest);
            f.idmn += p / (1.0 + (k * k) / (highest * highest));
            if k > 0.0 {
                f.inverse_variance += p / (k * k);
            }
        }
        for (k, p) in differences.iter() {
            let d = k - f.difference_average;
            f.difference_variance += p * (d * d);
        }
        f.mcc = maximal_correlation(angle, &px, py);
        f
    }

    fn highest(&self) -> usize {
        self.levels.last().map_or(0, |&l| l as usize)
    }
}
