//! Random numbers that are the same on every machine and with any number of threads.

use rand::SeedableRng;
use rand::rand_core::Rng;
use rand::rngs::ChaCha8Rng;

/// Random numbers from a seed and the number of what they are for: a repetition, a tree, a bootstrap sample. Each number has
/// a stream of its own (of ChaCha with eight rounds), so that it does not matter which thread comes first.
///
/// # Example
/// ```
/// use radsurv_stats::random::Random;
/// let (mut first, mut again, mut other) = (Random::new(7, 0), Random::new(7, 0), Random::new(7, 1));
/// assert_eq!(first.uniform(), again.uniform());
/// assert_ne!(first.uniform(), other.uniform());
/// ```
pub struct Random(ChaCha8Rng);

impl Random {
    /// The numbers of a stream.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(stream);
        Self(words)
    }

    /// A number below `count`, each with the same probability (Lemire's multiplication, whose bias of 2^-64 `count` does
    /// not matter).
    pub fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.0.next_u64()) * count as u128) >> 64) as usize
    }

    /// A number above 0 and below 1: the middles of 2^52 equal parts.
    pub fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Each order with the same probability (Fisher and Yates).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_equally_frequent_and_streams_differ() {
        let mut random = Random::new(5, 0);
        let mut counts = [0; 7];
        let mut sum = 0.0;
        for _ in 0..70_000 {
            counts[random.below(7)] += 1;
            let value = random.uniform();
            assert!(value > 0.0 && value < 1.0);
            sum += value;
        }
        // Five standard errors.
        assert!(counts.iter().all(|count| (9_535..10_465).contains(count)), "{counts:?}");
        assert!((sum / 70_000.0 - 0.5).abs() < 0.0055, "{sum}");
        let first = |seed, stream| Random::new(seed, stream).below(1 << 60);
        assert_eq!(first(5, 0), first(5, 0));
        assert_ne!(first(5, 0), first(5, 1));
        assert_ne!(first(5, 0), first(6, 0));
    }
}
