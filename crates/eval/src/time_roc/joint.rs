//! Several estimates that are jointly normal: how far the farthest is, and with which probability.

use radsurv_stats::distribution::Normal;
use rand::SeedableRng;
use rand::rand_core::Rng;
use rand::rngs::ChaCha8Rng;

/// Correlated standard normal numbers *Z = L Y*, *Y* independent.
pub(super) struct Joint {
    size: usize,
    /// *L*, row by row; a number that the ones before it determine has 0 on the diagonal.
    lower: Vec<f64>,
}

/// Variances below this part of 1 are rounding.
const NOTHING: f64 = 1e-12;

impl Joint {
    /// With the correlations of some columns; none if one of them does not vary.
    pub(super) fn of(columns: &[Vec<f64>]) -> Option<Self> {
        let size = columns.len();
        let centred: Vec<Vec<f64>> = columns
            .iter()
            .map(|column| {
                let mean = column.iter().sum::<f64>() / column.len() as f64;
                let centred: Vec<f64> = column.iter().map(|v| v - mean).collect();
                let length = centred.iter().map(|v| v * v).sum::<f64>().sqrt();
                (length > 0.0).then(|| centred.iter().map(|v| v / length).collect())
            })
            .collect::<Option<_>>()?;
        let mut correlation = vec![1.0; size * size];
        for i in 0..size {
            for j in 0..i {
                let r: f64 = centred[i].iter().zip(&centred[j]).map(|(a, b)| a * b).sum();
                correlation[i * size + j] = r.clamp(-1.0, 1.0);
                correlation[j * size + i] = correlation[i * size + j];
            }
        }
        let lower = factor(size, &correlation);
        Some(Self { size, lower })
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.lower[i * self.size..i * self.size + i + 1]
    }

    /// The number that the largest *|Z|* is below with this probability, by Monte Carlo: the quantile of the draws between two
    /// of them, as R's `quantile`. For one number it is exact.
    pub(super) fn quantile(&self, probability: f64, draws: usize, seed: u64) -> radsurv_stats::Result<f64> {
        if self.size == 1 {
            return Normal.quantile(0.5 + 0.5 * probability);
        }
        let mut random = Uniform::new(seed, 0);
        let mut largest = Vec::with_capacity(draws);
        let mut y = vec![0.0; self.size];
        for _ in 0..draws {
            for y in &mut y {
                *y = Normal.quantile(random.next())?;
            }
            let z = |i: usize| self.row(i).iter().zip(&y).map(|(l, y)| l * y).sum::<f64>().abs();
            largest.push((0..self.size).map(z).fold(0.0, f64::max));
        }
        largest.sort_unstable_by(f64::total_cmp);
        Ok(radsurv_stats::summary::quantile_sorted(&largest, probability))
    }

    /// For each limit the probability that no *|Z|* is above it, by Genz's transformation to a cube and a lattice with random
    /// shifts: right to about 1e-6 for up to five numbers, 1e-4 for more. (Genz, *Journal of Computational and Graphical
    /// Statistics* 1 (1992) 141-149.)
    pub(super) fn within(&self, limits: &[f64], seed: u64) -> radsurv_stats::Result<Vec<f64>> {
        const SHIFTS: u64 = 2;
        // The last number needs no coordinate.
        let lattice = Lattice::new(self.size.saturating_sub(1));
        let mut y = vec![0.0; self.size];
        let mut sums = vec![0.0; limits.len()];
        for shift in 0..SHIFTS {
            let mut random = Uniform::new(seed, 1 + shift);
            let starts: Vec<f64> = (0..self.size).map(|_| random.next()).collect();
            for point in 0..lattice.points {
                // Folded, so that it is periodic: the lattice is exacter then.
                let place = |i: usize| (2.0 * (starts[i] + lattice.coordinate(point, i)).fract() - 1.0).abs();
                for (sum, limit) in sums.iter_mut().zip(limits) {
                    *sum += self.slice(*limit, place, &mut y)?;
                }
            }
        }
        let points = (SHIFTS * lattice.points) as f64;
        Ok(sums.into_iter().map(|sum| (sum / points).clamp(0.0, 1.0)).collect())
    }

    fn slice(&self, limit: f64, place: impl Fn(usize) -> f64, y: &mut [f64]) -> radsurv_stats::Result<f64> {
        let mut product = 1.0;
        for i in 0..self.size {
            let row = self.row(i);
            let (own, given) = (row[i], row[..i].iter().zip(&*y).map(|(l, y)| l * y).sum::<f64>());
            if own == 0.0 {
                if given.abs() > limit {
                    return Ok(0.0);
                }
                y[i] = 0.0;
                continue;
            }
            let (from, to) = (Normal.lower((-limit - given) / own), Normal.lower((limit - given) / own));
            product *= to - from;
            if product <= 0.0 {
                return Ok(0.0);
            }
            if i + 1 == self.size {
                break;
            }
            let inside = from + place(i) * (to - from);
            y[i] = Normal.quantile(inside.clamp(1e-300, 1.0 - 1e-16))?;
        }
        Ok(product)
    }
}

fn factor(size: usize, matrix: &[f64]) -> Vec<f64> {
    let mut lower = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i * size + k] * lower[j * size + k]).sum();
            let rest = matrix[i * size + j] - known;
            lower[i * size + j] = match (i == j, lower[j * size + j]) {
                (true, _) if rest > NOTHING => rest.sqrt(),
                (false, own) if own > 0.0 => rest / own,
                _ => 0.0,
            };
        }
    }
    lower
}

/// The points *(k z / N) mod 1*, *z = (1, g, g², ...) mod N*, with the best *g* of some by the sum of squares of the errors of
/// smooth periodic functions (Korobov; Sloan and Joe: Lattice Methods for Multiple Integration, 1994, p. 80).
struct Lattice {
    points: u64,
    generators: Vec<u64>,
}

impl Lattice {
    fn new(size: usize) -> Self {
        // Primes; fewer for many numbers, whose every point takes longer.
        let points: u64 = match size {
            0..=4 => 8191,
            5..=11 => 2039,
            _ => 509,
        };
        let of = |g: u64| {
            let powers = std::iter::successors(Some(1), |z| Some(z * g % points));
            Self { points, generators: powers.take(size.max(1)).collect() }
        };
        let candidates = (1..60).map(|i| 2 + i * (points / 61)).map(of);
        candidates.min_by(|a, b| a.error().total_cmp(&b.error())).unwrap_or_else(|| of(2))
    }

    fn coordinate(&self, point: u64, i: usize) -> f64 {
        // The last number has none.
        let z = self.generators.get(i).copied().unwrap_or(0);
        (point * z % self.points) as f64 / self.points as f64
    }

    fn error(&self) -> f64 {
        let term = |point: u64| -> f64 {
            let factor = |i: usize| {
                let x = self.coordinate(point, i);
                1.0 + 2.0 * std::f64::consts::PI.powi(2) * (x * x - x + 1.0 / 6.0)
            };
            (0..self.generators.len()).map(factor).product()
        };
        (0..self.points).map(term).sum::<f64>()
    }
}

/// Numbers above 0 and below 1, the same on every machine.
struct Uniform(ChaCha8Rng);

impl Uniform {
    fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(stream);
        Self(words)
    }

    fn next(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(correlated: bool) -> Vec<Vec<f64>> {
        // Two independent columns, and the sum of both or a third one.
        let a: Vec<f64> = [1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0].to_vec();
        let b: Vec<f64> = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0].to_vec();
        let c = match correlated {
            true => a.iter().zip(&b).map(|(a, b)| a + b).collect(),
            false => vec![1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0],
        };
        vec![a, b, c]
    }

    #[test]
    fn independent_numbers_multiply() {
        let joint = Joint::of(&columns(false)).unwrap();
        let one = 1.0 - 2.0 * Normal.upper(1.7);
        // The rounding of a mean of 16 000 equal numbers.
        assert!((joint.within(&[1.7], 1).unwrap()[0] - one.powi(3)).abs() < 1e-10);
        let quantile = joint.quantile(one.powi(3), 200_000, 3).unwrap();
        // Four standard errors of the quantile of so many draws.
        assert!((quantile - 1.7).abs() < 0.012, "{quantile}");
        assert!((Joint::of(&columns(false)[..1]).unwrap().within(&[1.7], 1).unwrap()[0] - one).abs() < 1e-10);
    }

    #[test]
    fn determined_numbers_are_no_trouble() {
        let joint = Joint::of(&columns(true)).unwrap();
        // P(|a| < x, |b| < x, |a + b| < √2 x) by a plain sum.
        let (x, steps) = (1.2, 2000);
        let width = 2.0 * x / steps as f64;
        let sum: f64 = (0..steps)
            .map(|i| {
                let a = -x + (i as f64 + 0.5) * width;
                let (from, to) = ((-x).max(-x * 2f64.sqrt() - a), x.min(x * 2f64.sqrt() - a));
                Normal.density(a) * width * (Normal.lower(to) - Normal.lower(from)).max(0.0)
            })
            .sum();
        let found = joint.within(&[x], 1).unwrap()[0];
        // The integrand jumps where the third leaves its limits: the lattice is less exact there.
        assert!((found - sum).abs() < 2e-4, "{found} {sum}");
        assert!(Joint::of(&[vec![1.0, 1.0]]).is_none());
        let same = Joint::of(&vec![columns(true)[0].clone(); 3]).unwrap();
        assert!((same.within(&[1.0], 1).unwrap()[0] - (1.0 - 2.0 * Normal.upper(1.0))).abs() < 1e-10);
    }

    #[test]
    fn a_seed_gives_the_same_again() {
        let joint = Joint::of(&columns(false)).unwrap();
        assert_eq!(joint.quantile(0.95, 100, 4).unwrap(), joint.quantile(0.95, 100, 4).unwrap());
        assert_ne!(joint.quantile(0.95, 100, 4).unwrap(), joint.quantile(0.95, 100, 5).unwrap());
    }
}
