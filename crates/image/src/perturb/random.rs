//! Random numbers that are the same on every platform, for any number of threads.

use rand::SeedableRng;
use rand::rand_core::Rng;
use rand::rngs::ChaCha8Rng;

/// A seed for one purpose of one repetition of one case: a hash of all of them (FNV-1a, then the finaliser of SplitMix64).
///
/// Two purposes share a seed with a chance of 1 in 2^64.
pub(super) fn derive(seed: u64, case_id: &str, repetition: u64, purpose: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    // The lengths keep ("a", "bc") and ("ab", "c") apart.
    let parts: [&[u8]; 6] = [
        &seed.to_le_bytes(),
        &(case_id.len() as u64).to_le_bytes(),
        case_id.as_bytes(),
        &repetition.to_le_bytes(),
        &(purpose.len() as u64).to_le_bytes(),
        purpose.as_bytes(),
    ];
    for byte in parts.into_iter().flatten() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}

/// Uniform and normal variates from ChaCha with 8 rounds (Bernstein 2008), a cipher: the same words everywhere. What is
/// made of them uses additions, multiplications, square roots (which IEEE 754 rounds the same everywhere) and the
/// logarithm of `libm`, which is Rust, not the platform's.
pub(super) struct Random {
    words: ChaCha8Rng,
    spare: Option<f64>,
}

impl Random {
    /// The generator of a seed. Streams are independent of each other: one per slice lets slices be done in parallel.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(stream);
        Self { words, spare: None }
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    pub fn unit(&mut self) -> f64 {
        (self.words.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform in [low, high]; `low` if they are equal.
    pub fn between(&mut self, [low, high]: [f64; 2]) -> f64 {
        let unit = self.unit();
        (low + (high - low) * unit).clamp(low, high.max(low))
    }

    /// An integer below `n`, 0 if `n` is 0. The bias is below n / 2^64.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.words.next_u64()) * n as u128) >> 64) as usize
    }

    /// Normal with mean 0 and standard deviation 1, by the polar method (Marsaglia, Bray: A convenient method for
    /// generating normal variables. SIAM Review 6 (1964) 260-264).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let scale = (-2.0 * libm::log(s) / s).sqrt();
                self.spare = Some(v * scale);
                return u * scale;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_have_seeds_of_their_own() {
        let base = derive(1, "P1", 0, "noise");
        for other in [
            derive(2, "P1", 0, "noise"),
            derive(1, "P2", 0, "noise"),
            derive(1, "P1", 1, "noise"),
            derive(1, "P1", 0, "contour"),
            derive(1, "P", 1, "noise"),
        ] {
            assert_ne!(base, other);
        }
        assert_ne!(derive(1, "a", 0, "bc"), derive(1, "ab", 0, "c"));
        // These never change: results could not be repeated.
        assert_eq!(base, BASE);
    }

    #[test]
    fn numbers_are_those_of_the_cipher() {
        let mut random = Random::new(7, 3);
        let first: Vec<f64> = (0..3).map(|_| random.unit()).collect();
        assert_eq!(first, UNITS);
        let mut random = Random::new(7, 4);
        let normals: Vec<f64> = (0..3).map(|_| random.normal()).collect();
        assert_eq!(normals, NORMALS);
    }

    #[test]
    fn moments_are_right() {
        let mut random = Random::new(11, 0);
        let n = 200_000;
        let (mut sum, mut squares, mut fourth) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = random.normal();
            sum += x;
            squares += x * x;
            fourth += x * x * x * x;
        }
        let n = f64::from(n);
        // Standard errors: 0.0022, 0.0032, 0.022. Five of them.
        assert!((sum / n).abs() < 0.011, "{}", sum / n);
        assert!((squares / n - 1.0).abs() < 0.016, "{}", squares / n);
        assert!((fourth / n - 3.0).abs() < 0.11, "{}", fourth / n);
        let mut counts = [0u32; 7];
        (0..70_000).for_each(|_| counts[random.below(7)] += 1);
        assert!(counts.iter().all(|&c| (9_500..10_500).contains(&c)), "{counts:?}");
        assert_eq!((random.below(0), random.below(1)), (0, 0));
        assert_eq!(random.between([2.0, 2.0]), 2.0);
    }

    // From reference/perturb_random.py.
    const BASE: u64 = 968_306_955_040_182_955;
    const UNITS: [f64; 3] = [0.6629217734268726, 0.5045004658573562, 0.7360518255236537];
    const NORMALS: [f64; 3] = [-0.511708037786364, -0.6555259064997545, -0.7720183205237257];
}
