//! The largest of normal statistics that are a Markov chain.
//!
//! The statistic of the next cut is *Z' = ρ Z + s ε* with a standard normal *ε* of its own, *s² = 1 - ρ²*. With *g(z)* the
//! density of the chain that has stayed within *[-b, b]* so far, the next is *∫ g(u) φ((z - ρ u) / s) / s du*, and what leaves
//! there, *∫ g(u) (Φ((-b - ρ u) / s) + Φ((ρ u - b) / s)) du*, is added up: sums of positive numbers, exact to the last digits
//! also where the probability is small.
//!
//! *g* is as smooth as the narrowest step: Gauss's rule of eight points on panels of that size has errors below 1e-12.

use crate::distribution::Normal;

/// The nodes of Gauss and Legendre's rule of eight points on [-1, 1], and their weights.
const NODES: [f64; 4] =
    [0.183_434_642_495_649_8, 0.525_532_409_916_329, 0.796_666_477_413_626_7, 0.960_289_856_497_536_3];
const WEIGHTS: [f64; 4] =
    [0.362_683_783_378_362, 0.313_706_645_877_887_3, 0.222_381_034_453_374_48, 0.101_228_536_290_376_26];

/// The width of a panel in deviations of the narrowest step.
const PANEL: f64 = 1.25;

/// A normal density is nothing so many deviations away: exp(-50) of its height.
const REACH: f64 = 10.0;

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
            if up.min(down) < 2.0 * REACH {
                left += mass * (Normal.upper(up) + Normal.upper(down));
            }
        }
        let height = 1.0 / (s * (2.0 * std::f64::consts::PI).sqrt());
        // Those within reach of a node move up with it.
        let (mut from, mut until) = (0, 0);
        for (z, g) in nodes.iter().zip(&mut density) {
            while from < nodes.len() && z - rho * nodes[from] > REACH * s {
                from += 1;
            }
            while until < nodes.len() && rho * nodes[until] - z <= REACH * s {
                until += 1;
            }
            let near = nodes[from..until.max(from)].iter().zip(&mass[from..until.max(from)]);
            let sum: f64 = near.map(|(u, mass)| mass * (-0.5 * ((z - rho * u) / s).powi(2)).exp()).sum();
            *g = height * sum;
        }
    }
    left.min(1.0)
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

    #[test]
    fn far_cuts_are_nearly_independent() {
        // Correlation 1e-3: 1 - (1 - p)².
        let p = by_panels(2.0, &[1e-3], PANEL);
        let one = 2.0 * Normal.upper(2.0);
        assert!((p - (1.0 - (1.0 - one) * (1.0 - one))).abs() < 1e-6);
    }
}
