//! The power of a network: as low as possible, so that few genes have many connections and many have few.

use radsurv_stats::correlation::CorrelationMatrix;
use radsurv_stats::linear::Qr;
use radsurv_stats::summary::{mean, median};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::adjacency::NetworkKind;
use crate::error::{Error, Result};

/// What a power makes of a network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SoftThreshold {
    /// The power.
    pub power: u32,
    /// How much of the variance of the logarithms of frequencies a line in the logarithms of connectivities explains.
    pub r_squared: f64,
    /// The slope of that line: negative if few genes have many connections.
    pub slope: f64,
    /// The adjusted R² with the connectivity itself beside its logarithm.
    pub truncated_r_squared: f64,
    /// The mean connectivity.
    pub mean: f64,
    /// The median connectivity.
    pub median: f64,
    /// The largest connectivity.
    pub max: f64,
}

/// The powers that are tried unless told: 1 to 10, and 12 to 20 by 2.
pub const POWERS: [u32; 15] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20];

/// What each power makes of a network: WGCNA's `pickSoftThreshold`. Connectivities are counted in ten bins of equal width; a
/// line is fitted to *log10 (frequency + 10⁻⁹)* over *log10 (mean of the bin)*, of empty bins the middle. Zhang and Horvath,
/// *Stat Appl Genet Mol Biol* 4 (2005) 17.
///
/// # Errors
/// [`Error::Network`] if powers are not ascending from 1, or all genes have the same connectivity.
pub fn soft_thresholds(
    correlations: &CorrelationMatrix,
    kind: NetworkKind,
    powers: &[u32],
) -> Result<Vec<SoftThreshold>> {
    if powers.is_empty() || powers[0] == 0 || !powers.is_sorted_by(|a, b| a < b) {
        return Err(Error::Network(format!("the powers are {powers:?}: give ascending ones from 1")));
    }
    let steps: Vec<i32> = std::iter::once(powers[0])
        .chain(powers.windows(2).map(|pair| pair[1] - pair[0]))
        .map(|step| i32::try_from(step).unwrap_or(i32::MAX))
        .collect();
    let sums: Vec<Vec<f64>> = (0..correlations.size())
        .into_par_iter()
        .map(|i| {
            let mut similarities: Vec<f64> = correlations.row(i).iter().map(|&r| kind.similarity(r)).collect();
            similarities[i] = 1.0;
            let mut connections = vec![1.0; similarities.len()];
            let sum_of = |step: &i32| {
                for (connection, s) in connections.iter_mut().zip(&similarities) {
                    *connection *= match step {
                        1 => *s,
                        2 => s * s,
                        step => s.powi(*step),
                    };
                }
                lanes_sum(&connections) - 1.0
            };
            steps.iter().map(sum_of).collect()
        })
        .collect();
    let of = |place: usize| scale_free(powers[place], &sums.iter().map(|sums| sums[place]).collect::<Vec<_>>());
    (0..powers.len()).map(of).collect()
}

/// The lowest power whose R² is above a threshold with a negative slope. A positive one would be of a network in which most
/// genes have many connections.
pub fn choose(thresholds: &[SoftThreshold], r_squared: f64) -> Option<u32> {
    thresholds.iter().find(|t| t.r_squared > r_squared && t.slope < 0.0).map(|t| t.power)
}

/// The power WGCNA's authors advise by the number of samples where no power makes a network scale-free.
pub fn by_samples(kind: NetworkKind, samples: usize) -> u32 {
    let unsigned = match samples {
        ..20 => 9,
        20..30 => 8,
        30..=40 => 7,
        _ => 6,
    };
    if kind == NetworkKind::Signed { 2 * unsigned } else { unsigned }
}

/// The sum, in eight parts that add up side by side.
fn lanes_sum(values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for chunk in chunks {
        (0..8).for_each(|lane| lanes[lane] += chunk[lane]);
    }
    lanes.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

const BINS: usize = 10;

fn scale_free(power: u32, connectivity: &[f64]) -> Result<SoftThreshold> {
    let (low, high) = connectivity.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), k| (l.min(*k), h.max(*k)));
    let width = high - low;
    if width.is_nan() || width <= 0.0 {
        let what =
            format!("with the power {power} all genes have the connectivity {low}: give lower powers, or more samples");
        return Err(Error::Network(what));
    }
    let edge = |bin: usize| low + width * bin as f64 / BINS as f64;
    // R's cut: a bin has its upper edge; the outermost are a thousandth wider.
    let mut bins: Vec<Vec<f64>> = vec![Vec::new(); BINS];
    for &k in connectivity {
        bins[(1..BINS).position(|bin| k <= edge(bin)).unwrap_or(BINS - 1)].push(k);
    }
    let middle = |bin: usize| 0.5 * (edge(bin) + edge(bin + 1));
    let places: Vec<f64> = (0..BINS)
        .map(|bin| match mean(&bins[bin]) {
            place if place > 0.0 => place.log10(),
            _ => middle(bin).log10(),
        })
        .collect();
    let frequencies: Vec<f64> =
        bins.iter().map(|bin| (bin.len() as f64 / connectivity.len() as f64 + 1e-9).log10()).collect();
    let ones = vec![1.0; BINS];
    let explained = |columns: &[&[f64]]| -> Result<(f64, f64)> {
        let fit = Qr::new(columns)?.fit(&frequencies)?;
        let centre = mean(&fit.fitted);
        let squares: f64 = fit.fitted.iter().map(|f| (f - centre) * (f - centre)).sum();
        let r_squared = squares / (squares + fit.residual_squares);
        let adjusted = 1.0 - (1.0 - r_squared) * (BINS as f64 - 1.0) / fit.df as f64;
        match columns.len() {
            2 => Ok((r_squared, fit.coefficients[1].unwrap_or(f64::NAN))),
            _ => Ok((adjusted, 0.0)),
        }
    };
    let (r_squared, slope) = explained(&[&ones, &places])?;
    let raised: Vec<f64> = places.iter().map(|place| 10f64.powf(*place)).collect();
    let (truncated_r_squared, _) = explained(&[&ones, &places, &raised])?;
    Ok(SoftThreshold {
        power,
        r_squared,
        slope,
        truncated_r_squared,
        mean: mean(connectivity),
        median: median(&mut connectivity.to_vec()),
        max: high,
    })
}
