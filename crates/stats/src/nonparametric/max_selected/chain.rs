//! The largest of normal statistics that are a Markov chain.
//!
//! The statistic of the next cut is *Z' = ρ Z + s ε* with a standard normal *ε* of its own, *s² = 1 - ρ²*. With *g(z)* the
//! density of the chain that has stayed within *[-b, b]* so far, the next is *∫ g(u) φ((z - ρ u) / s) / s du*, and what leaves
//! there, *∫ g(u) (Φ((-b - ρ u) / s) + Φ((ρ u - b) / s)) du*, is added up: sums of positive numbers, exact to the last digits
//! also where the probability is small.
//!
//! *g* is as smooth as the narrowest step: Gauss's rule of eight points on panels of that size has errors below 1e-12. With *A*
//! the distance of *z* from the middle of a panel, moved and in units of *s*, and *r* that of a node from the middle, the
//! exponential is *exp(-A²/2) exp(A r) exp(-r²/2)*: from panel to panel these change by constant factors, and exponentials are
//! computed anew only now and then. *g* is even: half of it is enough.

use crate::distribution::Normal;

/// The nodes of Gauss and Legendre's rule of eight points on [-1, 1], and their weights.
const NODES: [f64; 4] =
    [0.183_434_642_495_649_8, 0.525_532_409_916_329, 0.796_666_477_413_626_7, 0.960_289_856_497_536_3];
const WEIGHTS: [f64; 4] =
    [0.362_683_783_378_362, 0.313_706_645_877_887_3, 0.222_381_034_453_374_48, 0.101_228_536_290_376_26];

/// The width of a panel in deviations of the narrowest step.
const PANEL: f64 = 1.25;

/// A normal distribution has nothing so many deviations away: 1e-19.
const REACH: f64 = 9.0;

/// The correlation of the statistics of two cuts, the first with fewer cases below.
pub(super) fn correlation(cases: usize, first: usize, second: usize) -> f64 {
    let above = |m: usize| (cases - m) as f64;
    (first as f64 * above(second) / (above(first) * second as f64)).sqrt()
}

/// The probability that the largest absolute statistic exceeds `b`, with so many of the cases below each cut, ascending.
pub(super) fn exceedance(b: f64, cases: usize, below: &[usize]) -> f64 {
    let correlations: Vec<f64> = below.windows(2).map(|pair| correlation(cases, pair[0], pair[1])).collect();
    by_panels(b, &correlations, PANEL)
}

fn by_panels(b: f64, correlations: &[f64], panel: f64) -> f64 {
    let first = 2.0 * Normal.upper(b);
    if b <= 0.0 {
        return 1.0;
    }
    let spread = |rho: f64| (1.0 - rho * rho).sqrt();
    let narrowest = correlations.iter().map(|&rho| spread(rho)).fold(0.5, f64::min);
    let panels = (2.0 * b / (panel * narrowest)).ceil();
    let half = b / panels;
    let centre = |k: usize| -b + (2 * k + 1) as f64 * half;
    let point = |k: usize| {
        let of = move |i: usize, side: f64| (centre(k) + side * half * NODES[i], half * WEIGHTS[i]);
        (0..4).rev().map(move |i| of(i, -1.0)).chain((0..4).map(move |i| of(i, 1.0)))
    };
    let (nodes, weights): (Vec<f64>, Vec<f64>) = (0..panels as usize).flat_map(point).unzip();
    let mut density: Vec<f64> = nodes.iter().map(|z| Normal.density(*z)).collect();
    let mut left = first;
    let mut mass = vec![0.0; nodes.len()];
    for &rho in correlations {
        let s = spread(rho);
        mass.iter_mut().zip(density.iter().zip(&weights)).for_each(|(mass, (g, w))| *mass = g * w);
        for (u, mass) in nodes.iter().zip(&mass) {
            let (up, down) = ((b - rho * u) / s, (b + rho * u) / s);
            if up.min(down) < b * s + REACH {
                left += mass * (Normal.upper(up) + Normal.upper(down));
            }
        }
        let step = Step::new(rho, s, half);
        step.fade(&mut mass);
        let height = 1.0 / (s * (2.0 * std::f64::consts::PI).sqrt());
        let last = nodes.len() - 1;
        for place in nodes.len() / 2..nodes.len() {
            // Given where it is next, the chain was at ρ z, give or take s.
            let panel_of = |u: f64| ((u + b) / (2.0 * half)).clamp(0.0, panels);
            let (centre, reach) = (rho * nodes[place], REACH * s);
            let (from, until) = (panel_of(centre - reach) as usize, panel_of(centre + reach).ceil() as usize);
            density[place] = height * step.sum(nodes[place], b, from, until, &mass);
        }
        (0..nodes.len() / 2).for_each(|place| density[place] = density[last - place]);
    }
    left.min(1.0)
}

/// How many panels exponentials are carried over.
const CARRIED: usize = 16;

/// A step of the chain: where nodes of a panel are, moved and in units of *s*, and what changes from one panel to the next.
struct Step {
    rho: f64,
    s: f64,
    half: f64,
    /// *r* of each node.
    offsets: [f64; 8],
    /// *exp(-r²/2)*.
    fading: [f64; 8],
    /// By how much *A* falls.
    fall: f64,
    /// What *exp(A r)* is multiplied with.
    factors: [f64; 8],
}

impl Step {
    fn new(rho: f64, s: f64, half: f64) -> Self {
        let offsets: [f64; 8] = std::array::from_fn(|i| {
            let node = if i < 4 { -NODES[3 - i] } else { NODES[i - 4] };
            rho * half * node / s
        });
        let fall = 2.0 * rho * half / s;
        let fading = offsets.map(|r| (-0.5 * r * r).exp());
        Self { rho, s, half, offsets, fading, fall, factors: offsets.map(|r| (-fall * r).exp()) }
    }

    /// Multiplies what is at nodes by the part of the exponential that is the same in all panels.
    fn fade(&self, mass: &mut [f64]) {
        mass.as_chunks_mut::<8>().0.iter_mut().for_each(|panel| (0..8).for_each(|i| panel[i] *= self.fading[i]));
    }

    /// *Σ m exp(-(z - ρ u)² / 2 s²)* over some panels.
    fn sum(&self, z: f64, b: f64, from: usize, until: usize, mass: &[f64]) -> f64 {
        let (square, shrink) = ((-0.5 * self.fall * self.fall).exp(), (-self.fall * self.fall).exp());
        let panels = &mass.as_chunks::<8>().0[from..until.max(from)];
        let mut sums = [0.0; 8];
        for (block, panels) in panels.chunks(CARRIED).enumerate() {
            let centre = -b + (2 * (from + block * CARRIED) + 1) as f64 * self.half;
            let a = (z - self.rho * centre) / self.s;
            let (mut height, mut change) = ((-0.5 * a * a).exp(), (a * self.fall).exp());
            let mut waves = self.offsets.map(|r| (a * r).exp());
            for panel in panels {
                for i in 0..8 {
                    sums[i] += height * waves[i] * panel[i];
                    waves[i] *= self.factors[i];
                }
                height *= change * square;
                change *= shrink;
            }
        }
        sums.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrower_panels_change_nothing() {
        for (cases, below) in
            [(40, (4..37).collect::<Vec<usize>>()), (200, vec![30, 31, 60, 61, 62, 150]), (9, vec![3])]
        {
            let rho: Vec<f64> = below.windows(2).map(|pair| correlation(cases, pair[0], pair[1])).collect();
            for b in [0.3, 1.0, 2.5, 4.0, 8.0] {
                let (wide, narrow) = (by_panels(b, &rho, PANEL), by_panels(b, &rho, PANEL / 2.5));
                assert!((wide - narrow).abs() <= 1e-12 * narrow, "{b} {wide} {narrow}");
                assert!(wide >= 2.0 * Normal.upper(b) && wide <= 1.0);
            }
        }
    }

    /// By the definition, with all nodes and exponentials.
    #[test]
    fn carried_exponentials_are_exponentials() {
        for (rho, s) in [(0.999f64, 0.0447f64), (0.9, 0.436), (0.2, 0.98)] {
            let (half, panels) = (0.6 * s, 24);
            let b = half * panels as f64;
            let mass: Vec<f64> = (0..panels * 8).map(|i| 1.0 + (i * 7 % 13) as f64).collect();
            let node = |at: usize| {
                let (panel, i) = (at / 8, at % 8);
                let node = if i < 4 { -NODES[3 - i] } else { NODES[i - 4] };
                -b + ((2 * panel + 1) as f64 + node) * half
            };
            let step = Step::new(rho, s, half);
            let mut faded = mass.clone();
            step.fade(&mut faded);
            for z in [0.01 * b, 0.4 * b, 0.99 * b] {
                let direct: f64 =
                    (0..mass.len()).map(|at| mass[at] * (-0.5 * ((z - rho * node(at)) / s).powi(2)).exp()).sum();
                let carried = step.sum(z, b, 0, panels, &faded);
                assert!((carried - direct).abs() < 1e-13 * direct, "{rho} {z} {carried} {direct}");
            }
        }
    }

    #[test]
    fn far_cuts_are_nearly_independent() {
        // Correlation 1e-3: 1 - (1 - p)².
        let p = by_panels(2.0, &[1e-3], PANEL);
        let one = 2.0 * Normal.upper(2.0);
        assert!((p - (1.0 - (1.0 - one) * (1.0 - one))).abs() < 1e-6);
    }
}
