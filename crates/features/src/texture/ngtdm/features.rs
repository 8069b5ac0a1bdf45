//! The features of the grey tone difference matrix.

use super::matrix::Ngtdm;
use crate::named::named_features;

named_features! {
    /// The 5 NGTDM features.
    ///
    /// `n_i` voxels have the grey level `i`, `N` in all, `p_i = n_i / N`; `s_i` is the sum of their differences from the
    /// mean of their neighbours; `N_gp` grey levels occur. Sums run over the levels that occur.
    pub struct NgtdmFeatures {
        /// `ΣΣ |p_i i - p_j j|` divides `Σ p_i s_i`; 0 if that sum is 0.
        busyness: "Busyness",
        /// `1 / Σ p_i s_i`; 10⁶ if that is 0 (a flat region).
        coarseness: "Coarseness",
        /// `ΣΣ |i - j| (p_i s_i + p_j s_j) / (p_i + p_j) / N`.
        complexity: "Complexity",
        /// `ΣΣ p_i p_j (i - j)² / (N_gp (N_gp - 1)) · Σ s_i / N`; 0 for a single level.
        contrast: "Contrast",
        /// `ΣΣ (p_i + p_j)(i - j)² / Σ s_i`; 0 if `Σ s_i` is 0.
        strength: "Strength",
    }
}

impl Ngtdm {
    /// The features. O(levels²).
    pub fn features(&self) -> NgtdmFeatures {
        let n: f64 = self.rows.iter().map(|r| r.count as f64).sum();
        if n == 0.0 {
            return NgtdmFeatures::undefined();
        }
        let rows: Vec<(f64, f64, f64)> =
            self.rows.iter().map(|r| (f64::from(r.level), r.count as f64 / n, r.difference)).collect();
        let sum_ps: f64 = rows.iter().map(|(_, p, s)| p * s).sum();
        let sum_s: f64 = rows.iter().map(|(_, _, s)| s).sum();

        let (mut spread, mut busy, mut complexity, mut strength) = (0.0, 0.0, 0.0, 0.0);
        for (a, &(i, pi, si)) in rows.iter().enumerate() {
            for &(j, pj, sj) in &rows[a + 1..] {
                let d = j - i;
                spread += pi * pj * (d * d);
                busy += (i * pi - j * pj).abs();
                complexity += d * (pi * si + pj * sj) / (pi + pj);
                strength += (pi + pj) * (d * d);
            }
        }
        // The double sums run over ordered pairs: twice those above.
        let (spread, busy, complexity, strength) = (2.0 * spread, 2.0 * busy, 2.0 * complexity, 2.0 * strength);
        let levels = rows.len() as f64;
        NgtdmFeatures {
            busyness: if busy == 0.0 { 0.0 } else { sum_ps / busy },
            coarseness: if sum_ps == 0.0 { 1e6 } else { 1.0 / sum_ps },
            complexity: complexity / n,
            contrast: if levels < 2.0 { 0.0 } else { spread * sum_s / n / (levels * (levels - 1.0)) },
            strength: if sum_s == 0.0 { 0.0 } else { strength / sum_s },
        }
    }
}
