//! The fit of one voxel.

use super::AdcMethod;

/// Decay of one voxel's signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decay {
    /// Apparent diffusion coefficient in the reciprocal of the b-values' unit.
    pub adc: f64,
    /// Signal at b = 0.
    pub s0: f64,
    /// Goodness of fit.
    pub r_squared: f64,
}

/// A signal that counts: its b-value, its logarithm, and its weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub b: f64,
    pub log: f64,
    pub weight: f64,
}

/// Fits the signals of a voxel, which must all be positive and finite; `None` if they do not determine a decay.
///
/// `points` has room for the signals and is overwritten.
pub(super) fn fit(
    signals: impl Iterator<Item = (f64, f64)>,
    method: AdcMethod,
    points: &mut Vec<Point>,
) -> Option<Decay> {
    points.clear();
    points.extend(signals.map(|(b, signal)| Point { b, log: signal.ln(), weight: 1.0 }));
    if points.len() < 2 {
        return None;
    }
    let mut line = regress(points)?;
    if method == AdcMethod::Weighted {
        // Weights count relative to each other: with the largest signal as unit they neither overflow nor vanish together.
        let unit = points.iter().fold(f64::NEG_INFINITY, |m, p| m.max(p.log));
        points.iter_mut().for_each(|p| p.weight = (2.0 * (p.log - unit)).exp());
        line = regress(points)?;
        let predicted = |p: &Point| line.0 + line.1 * p.b;
        let unit = points.iter().fold(f64::NEG_INFINITY, |m, p| m.max(predicted(p)));
        points.iter_mut().for_each(|p| p.weight = (2.0 * (predicted(p) - unit)).exp());
        line = regress(points)?;
    }
    let (intercept, slope) = line;
    let decay = Decay { adc: 0.0 - slope, s0: intercept.exp(), r_squared: r_squared(points, line) };
    (decay.adc.is_finite() && decay.s0.is_finite()).then_some(decay)
}

/// Weighted means of b and of the logarithm.
fn means(points: &[Point]) -> (f64, f64) {
    let total: f64 = points.iter().map(|p| p.weight).sum();
    let mean = |value: fn(&Point) -> f64| points.iter().map(|p| p.weight * value(p)).sum::<f64>() / total;
    (mean(|p| p.b), mean(|p| p.log))
}

/// Intercept and slope of the weighted regression line; `None` if there is none.
fn regress(points: &[Point]) -> Option<(f64, f64)> {
    let (b, log) = means(points);
    let (mut spread, mut product) = (0.0, 0.0);
    for p in points {
        spread += p.weight * (p.b - b) * (p.b - b);
        product += p.weight * (p.b - b) * (p.log - log);
    }
    let slope = product / spread;
    (spread > 0.0 && slope.is_finite()).then_some((log - slope * b, slope))
}

/// `1 - SS_residual / SS_total` with the weights of the fit.
fn r_squared(points: &[Point], (intercept, slope): (f64, f64)) -> f64 {
    let (_, log) = means(points);
    let (mut residual, mut total) = (0.0, 0.0);
    for p in points {
        residual += p.weight * (p.log - intercept - slope * p.b).powi(2);
        total += p.weight * (p.log - log).powi(2);
    }
    // Equal signals are fitted exactly, by an ADC of 0. Rounding may take the ratio beyond its range.
    if total > 0.0 { (1.0 - residual / total).clamp(0.0, 1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decay(b: &[f64], s: &[f64], method: AdcMethod) -> Option<Decay> {
        fit(b.iter().copied().zip(s.iter().copied()), method, &mut Vec::new())
    }

    #[test]
    fn a_known_decay_is_found() {
        for method in [AdcMethod::LogLinear, AdcMethod::Weighted] {
            let b = [0.0, 50.0, 400.0, 800.0];
            let s = b.map(|b: f64| 900.0 * (-b * 1.3e-3).exp());
            let found = decay(&b, &s, method).unwrap();
            assert!((found.adc - 1.3e-3).abs() < 1e-15 && (found.s0 - 900.0).abs() < 1e-9, "{found:?}");
            assert!((found.r_squared - 1.0).abs() < 1e-12);
            let flat = decay(&b, &[7.0; 4], method).unwrap();
            assert_eq!((flat.adc.abs(), flat.r_squared), (0.0, 1.0));
        }
    }

    #[test]
    fn what_determines_no_line_is_none() {
        assert_eq!(decay(&[0.0], &[1.0], AdcMethod::LogLinear), None);
        assert_eq!(decay(&[], &[], AdcMethod::Weighted), None);
        assert_eq!(decay(&[5.0, 5.0], &[1.0, 2.0], AdcMethod::LogLinear), None);
        // One weight only is above 0.
        assert_eq!(decay(&[0.0, 1.0], &[1e300, 1e-300], AdcMethod::Weighted), None);
        // The signal at b = 0 would be infinite.
        assert_eq!(decay(&[900.0, 1000.0], &[1e300, 1.0], AdcMethod::LogLinear), None);
    }
}
