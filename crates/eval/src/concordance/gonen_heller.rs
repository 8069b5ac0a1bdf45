//! Gönen and Heller's concordance probability.

use radsurv_data::Survival;
use radsurv_stats::cox::{Design, FitSettings, fit};
use radsurv_stats::distribution::Normal;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::estimate::{Estimate, standard_errors};
use crate::input::check_marker;

/// What pairs of equal scores are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TiedScores {
    /// One half, and standard errors by a smoothed order: Gönen and Heller; clinfun's `coxphCPE`. (survAUC's `GHCI` counts them
    /// as 0.)
    #[default]
    Half,
    /// Left out: for scores of few values. Mo, Gönen and Heller, *Lifetime Data Analysis* 23 (2017); `out.ties = TRUE`.
    LeftOut,
}

/// Gönen and Heller's estimate of a score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GonenHeller {
    /// *K* with its limits.
    pub estimate: Estimate,
    /// The coefficient of the score in its Cox model.
    pub coefficient: f64,
    /// What pairs of equal scores are.
    pub ties: TiedScores,
}

/// The concordance probability that a Cox model of a score alone means, whatever the censoring:
///
/// *K = 2 / (n (n - 1)) Σ_{i<j} 1 / (1 + exp(-|η_i - η_j|))*, *η = β × score*.
///
/// It trusts the model: proportional hazards, linear in the score. *β* is fitted to these cases (Efron's rule for ties), so a
/// score that is turned round gives the same: the sign is in the [`coefficient`](GonenHeller::coefficient). For a model of
/// several variables give its linear predictor; clinfun's standard error then has the covariance of all its coefficients,
/// this one that of the predictor's own.
///
/// The variance is that of the sum over pairs, with the order smoothed by the normal distribution of width *½ sd(η) n^{-1/3}*,
/// and that by *β*.
///
/// # Cost
/// *O(n²)* time on all threads and *O(n)* memory: each pair has its own term, and there is no exact sum of less. 10 000 cases
/// take a few seconds.
///
/// # Errors
/// [`Error::Cases`], [`Error::NotFinite`], [`Error::Constant`] of the score; [`Error::Setting`] if it separates those with
/// events (*β* is infinite); [`Error::Stats`] if the model cannot be fitted, and of weights and left truncation.
///
/// # Source
/// Gönen and Heller: Concordance probability and discriminatory power in proportional hazards regression, *Biometrika* 92
/// (2005) 965-970.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::concordance::{TiedScores, gonen_heller};
/// let outcome = Survival::new((1..=9).map(f64::from).collect(), vec![true; 9])?;
/// let score = [3.0, 1.0, 2.0, 2.5, 0.5, 1.5, 0.0, 1.2, 0.3];
/// let found = gonen_heller(&score, &outcome, TiedScores::Half, 0.95)?;
/// assert!(found.coefficient > 0.0 && found.estimate.estimate > 0.6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gonen_heller(score: &[f64], outcome: &Survival, ties: TiedScores, confidence: f64) -> Result<GonenHeller> {
    crate::time_roc::plain("Gönen and Heller's estimate", outcome)?;
    let width = standard_errors(confidence)?;
    check_marker("score", score, outcome)?;
    let columns = [score];
    // Tight, so that the estimate has as many digits as its model has.
    let settings = FitSettings { tolerance: 1e-14, ..FitSettings::default() };
    let model = fit(&Design::new(&columns, outcome), &settings)?;
    let coefficient = model.coefficients[0];
    if !model.infinite.is_empty() {
        let what = "the score separates those with early events from the others: the model means a concordance of 1";
        return Err(Error::Setting { name: "the coefficient of the score", value: coefficient.to_string(), what });
    }
    let eta: Vec<f64> = score.iter().map(|s| coefficient * (s - model.means[0])).collect();
    let found = match ties {
        TiedScores::Half => half(&eta, score, model.variance[0]),
        TiedScores::LeftOut => left_out(&eta, score, model.variance[0]),
    };
    let estimate = Estimate::within_unit(found.estimate, Some(found.variance.sqrt()), width);
    Ok(GonenHeller { estimate, coefficient, ties })
}

struct Found {
    estimate: f64,
    variance: f64,
}

/// Sums over the partners of a case.
#[derive(Default, Clone, Copy)]
struct Row {
    /// Of the estimate.
    sum: f64,
    /// Of the smoothed one, and of its square.
    smooth: f64,
    squares: f64,
    /// Of its derivative by *β*.
    slope: f64,
    pairs: f64,
}

/// For each case the sums of a function over all others, in their order.
fn rows(eta: &[f64], of: impl Fn(usize, usize, &mut Row) + Sync) -> Vec<Row> {
    let n = eta.len();
    let row = |i: usize| {
        let mut row = Row::default();
        (0..n).filter(|j| *j != i).for_each(|j| of(i, j, &mut row));
        row
    };
    (0..n).into_par_iter().map(row).collect()
}

fn half(eta: &[f64], score: &[f64], coefficient_variance: f64) -> Found {
    let n = eta.len() as f64;
    let width = 0.5 * radsurv_stats::summary::standard_deviation(eta) * n.powf(-1.0 / 3.0);
    let rows = rows(eta, |i, j, row| {
        let difference = eta[i] - eta[j];
        let small = (-difference.abs()).exp();
        // The probability that the higher has the event first by its model, and the lower.
        let (higher, lower) = (1.0 / (1.0 + small), small / (1.0 + small));
        row.sum += higher;
        // The probability that the smoothed order is the other one; beyond 9 it changes no digit.
        let far = difference.abs() / width;
        let (turned, density) = if far > 9.0 { (0.0, 0.0) } else { (Normal.upper(far), Normal.density(far)) };
        let smooth = (1.0 - turned) * higher + turned * lower;
        row.smooth += smooth;
        row.squares += smooth * smooth;
        // Of the higher less the lower, with the sign of clinfun.
        let x = if difference > 0.0 { score[i] - score[j] } else { score[j] - score[i] };
        row.slope += x * (density / width * (lower - higher) - (1.0 - 2.0 * turned) * higher * lower);
    });
    let pairs = n * (n - 1.0);
    let estimate = rows.iter().map(|row| row.sum).sum::<f64>() / pairs;
    let smooth = rows.iter().map(|row| row.smooth).sum::<f64>() / pairs;
    let squares: f64 = rows.iter().map(|row| row.squares).sum();
    let sums: f64 = rows.iter().map(|row| (row.smooth + 0.5 - n * smooth).powi(2)).sum();
    let own = 4.0 * (sums - (squares + n / 4.0 - n * smooth - n * (n - 2.0) * smooth * smooth)) / (pairs * pairs);
    let slope = rows.iter().map(|row| row.slope).sum::<f64>() / pairs;
    Found { estimate, variance: own + slope * slope * coefficient_variance }
}

fn left_out(eta: &[f64], score: &[f64], coefficient_variance: f64) -> Found {
    let first = rows(eta, |i, j, row| {
        if score[i] != score[j] {
            row.sum += 1.0 / (1.0 + (-(eta[i] - eta[j]).abs()).exp());
            row.pairs += 1.0;
        }
    });
    // Each pair is in two rows.
    let pairs = 0.5 * first.iter().map(|row| row.pairs).sum::<f64>();
    let estimate = 0.5 * first.iter().map(|row| row.sum).sum::<f64>() / pairs;
    let second = rows(eta, |i, j, row| {
        if score[i] != score[j] {
            let difference = (eta[i] - eta[j]).abs();
            let order = 1.0 / (1.0 + (-difference).exp());
            row.smooth += order - estimate;
            row.squares += (order - estimate).powi(2);
            // Of the higher less the lower.
            let x = if eta[i] > eta[j] { score[i] - score[j] } else { score[j] - score[i] };
            row.slope += 0.5 * x * order * (1.0 - order);
        }
    });
    let squares: f64 = second.iter().map(|row| row.squares).sum();
    let sums: f64 = second.iter().map(|row| row.smooth.powi(2)).sum();
    let slope = second.iter().map(|row| row.slope).sum::<f64>() / pairs;
    let variance = (sums - squares) / (pairs * pairs) + slope * slope * coefficient_variance;
    // At a coefficient of 0 the estimate has no derivative.
    let flat = eta.iter().all(|e| *e == eta[0]);
    Found { estimate, variance: if flat { f64::NAN } else { variance } }
}
