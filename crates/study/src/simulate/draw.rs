//! Random draws: few good ones for patients, many fast ones for voxels.

use radsurv_stats::random::Random;

/// What of a patient is drawn: each has a stream of its own, so that a change in one moves no other.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Clinical,
    Outcome,
    Images,
    Readers,
}

/// What makes the seed of genes another than that of patients.
const GENES: u64 = 0x6765_6e65_7300_0000;

/// Draws for one part of one patient.
pub(super) struct Draw {
    random: Random,
    spare: Option<f64>,
}

impl Draw {
    pub fn new(seed: u64, patient: usize, part: Part) -> Self {
        Self { random: Random::new(seed, 4 * patient as u64 + part as u64), spare: None }
    }

    /// Draws for one gene; patients have other seeds.
    pub fn of_gene(seed: u64, gene: usize) -> Self {
        Self { random: Random::new(seed ^ GENES, 2 * gene as u64), spare: None }
    }

    /// Draws for one module of genes, or all sets.
    pub fn of_module(seed: u64, module: usize) -> Self {
        Self { random: Random::new(seed ^ GENES, 2 * module as u64 + 1), spare: None }
    }

    /// Above 0 and below 1.
    pub fn uniform(&mut self) -> f64 {
        self.random.uniform()
    }

    /// Uniform between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Standard normal, by the polar method (Marsaglia, Bray: A convenient method for generating normal variables. SIAM
    /// Review 6 (1964) 260-264).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let scale = (-2.0 * s.ln() / s).sqrt();
                self.spare = Some(v * scale);
                return u * scale;
            }
        }
    }

    /// A standard normal number that shares the part `correlation` with another.
    pub fn correlated(&mut self, correlation: f64, with: f64) -> f64 {
        correlation * with + (1.0 - correlation * correlation).sqrt() * self.normal()
    }

    /// Which of these percentages a number from 0 to 1 falls in, if they are laid out one after the other.
    pub fn place(percentages: impl IntoIterator<Item = f64>, at: f64) -> usize {
        let (mut sum, mut last) = (0.0, 0);
        for (place, percent) in percentages.into_iter().enumerate() {
            sum += percent;
            last = place;
            if 100.0 * at <= sum {
                break;
            }
        }
        last
    }

    /// A seed for [`Noise`].
    pub fn noise(&mut self) -> Noise {
        Noise((self.uniform() * (1u64 << 53) as f64) as u64)
    }
}

/// About normal numbers by their place: the sum of four uniform numbers, which come from a counter by the finaliser of
/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators. OOPSLA 2014). Their standard deviation is 1 and
/// none is beyond 3.5: good for voxels, of which there are millions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise(u64);

impl Noise {
    #[inline]
    pub fn at(self, place: usize) -> f32 {
        let mut bits = self.0.wrapping_add((place as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        let sum = (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
        // Four uniform numbers over a width of 65536 have the variance 4 * 65536^2 / 12.
        const SCALE: f32 = 1.732_050_8 / 65536.0;
        (sum as i32 - 131_070) as f32 * SCALE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generators_are_normal() {
        let mut draw = Draw::new(1, 0, Part::Clinical);
        let noise = draw.noise();
        let good: Vec<f64> = (0..100_000).map(|_| draw.normal()).collect();
        let fast: Vec<f64> = (0..100_000).map(|i| f64::from(noise.at(i))).collect();
        for values in [good, fast] {
            let mean = values.iter().sum::<f64>() / 1e5;
            let variance = values.iter().map(|v| v * v).sum::<f64>() / 1e5;
            let neighbours = values.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / 1e5;
            // Standard errors: 0.0032, 0.0045, 0.0032.
            assert!(mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02 && neighbours.abs() < 0.015);
        }
    }

    #[test]
    fn places_follow_percentages() {
        assert_eq!([0.1, 0.3, 0.99].map(|at| Draw::place([20.0, 30.0, 50.0], at)), [0, 1, 2]);
        // Percentages that sum to a little less than 100 by rounding.
        assert_eq!(Draw::place([50.0, 49.9], 0.9999), 1);
    }
}
