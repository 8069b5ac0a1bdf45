//! How much of what a design leaves of a gene is common to the samples of a block.
//!
//! Restricted maximum likelihood of *y = X β + Z b + ε*, with a block effect of variance *σ_b²* (Smyth, `mixedModel2Fit` of the R package
//! statmod 1.5). Turned so that *X* is gone and *Z* is diagonal, the squares of *y* are independent, each *σ² + d σ_b²* times chi-squared
//! with one degree of freedom: a gamma regression with identity link, by Fisher's scoring with Levenberg's damping.

use radsurv_stats::linear::Qr;
use radsurv_stats::svd::decompose;

use crate::error::Result;

/// What remains of samples once the design is taken out, turned so that block effects are apart.
#[derive(Debug, Clone)]
pub(super) struct Turned {
    design: Qr,
    /// Left singular vectors of the blocks, column by column, and their squared singular values.
    vectors: Vec<Vec<f64>>,
    d: Vec<f64>,
}

/// Squares of the same expectation: `count` of them with the sum `squares`, at the place `d` of the regression.
#[derive(Debug, Clone, Copy)]
struct Squares {
    d: f64,
    squares: f64,
    count: f64,
}

impl Turned {
    /// For samples with these columns of the design (times the root of weights) and these blocks.
    pub(super) fn new(design: &[Vec<f64>], blocks: &[usize]) -> Result<Self> {
        let qr = Qr::new(design)?;
        let rank = qr.rank();
        let mut different = blocks.to_vec();
        different.sort_unstable();
        different.dedup();
        let turned = |block: &usize| {
            let mut column: Vec<f64> = blocks.iter().map(|b| f64::from(u8::from(b == block))).collect();
            qr.turn(&mut column);
            column.split_off(rank)
        };
        let parts = decompose(&different.iter().map(turned).collect::<Vec<_>>())?;
        let d = parts.iter().map(|part| part.size * part.size).collect();
        let vectors = parts.into_iter().map(|part| part.left).collect();
        Ok(Self { design: qr, vectors, d })
    }

    /// The correlation of two samples of a block, *σ_b² / (σ² + σ_b²)*, of a gene with these values (times the root of weights); NaN if it cannot be
    /// estimated.
    pub(super) fn correlation(&self, mut y: Vec<f64>, steps: usize) -> f64 {
        self.design.turn(&mut y);
        let mut rest = y.split_off(self.design.rank());
        let count = rest.len();
        let mut squares: Vec<Squares> = Vec::with_capacity(self.d.len() + 1);
        let along: Vec<f64> = self.vectors.iter().map(|u| u.iter().zip(&rest).map(|(u, v)| u * v).sum()).collect();
        for ((u, along), &d) in self.vectors.iter().zip(&along).zip(&self.d) {
            rest.iter_mut().zip(u).for_each(|(v, u)| *v -= along * u);
            squares.push(Squares { d, squares: along * along, count: 1.0 });
        }
        if count > self.d.len() {
            let left = rest.iter().map(|v| v * v).sum();
            squares.push(Squares { d: 0.0, squares: left, count: (count - self.d.len()) as f64 });
        }
        match components(&squares, steps) {
            Some([residual, block]) => block / (residual + block),
            None => f64::NAN,
        }
    }
}

/// The components *σ²* and *σ_b²*.
fn components(rows: &[Squares], steps: usize) -> Option<[f64; 2]> {
    let sum = |f: &dyn Fn(&Squares) -> f64| rows.iter().map(f).sum::<f64>();
    let count = sum(&|r| r.count);
    let mean_d = sum(&|r| r.count * r.d) / count;
    let mean_square = sum(&|r| r.squares) / count;
    let spread = sum(&|r| r.count * (r.d - mean_d) * (r.d - mean_d));
    // As `lm.fit` decides whether the second column depends on the first.
    let norm = sum(&|r| r.count * r.d * r.d).sqrt();
    if spread.sqrt() < Qr::TOLERANCE * norm || norm == 0.0 {
        return None;
    }
    let slope = sum(&|r| (r.d - mean_d) * (r.squares - r.count * mean_square)) / spread;
    let plain = [mean_square - slope * mean_d, slope];
    let large = sum(&|r| if r.d.abs() > 1e-15 { r.count } else { 0.0 });
    if !(count > 2.0 && large > 1.0 && spread / (count - 1.0) > 1e-15) {
        return Some(plain);
    }
    let fits = rows.iter().all(|r| plain[0] + plain[1] * r.d >= 0.0);
    gamma_regression(rows, if fits { plain } else { [mean_square, 0.0] }, steps)
}

/// Gamma regression with identity link: statmod's `glmgam.fit`.
fn gamma_regression(rows: &[Squares], start: [f64; 2], steps: usize) -> Option<[f64; 2]> {
    const CLOSE: f64 = 1e-6;
    const TOO_MUCH: f64 = 1e15;
    if rows.iter().all(|r| r.squares == 0.0) {
        return None;
    }
    let expected = |beta: [f64; 2]| rows.iter().map(move |r| (r, beta[0] + beta[1] * r.d));
    // Up to a constant.
    let deviance = |beta: [f64; 2]| -> f64 {
        if expected(beta).any(|(_, mu)| mu < 0.0) {
            return f64::INFINITY;
        }
        expected(beta).map(|(r, mu)| 2.0 * ((r.squares - r.count * mu) / mu + r.count * mu.ln())).sum()
    };
    let (mut beta, mut damping) = (start, 0.0);
    let mut now = deviance(beta);
    for step in 1.. {
        let largest = expected(beta).fold(0.0f64, |most, (_, mu)| most.max(mu * mu));
        let (mut information, mut slope) = ([0.0; 3], [0.0; 2]);
        for (r, mu) in expected(beta) {
            let v = (mu * mu).max(largest / 1e3);
            let (w, u) = (r.count / v, (r.squares - r.count * mu) / v);
            information = [information[0] + w, information[1] + w * r.d, information[2] + w * r.d * r.d];
            slope = [slope[0] + u, slope[1] + u * r.d];
        }
        let most = information[0].max(information[2]);
        if step == 1 {
            damping = ((information[0] + information[2]) / 2.0).abs() / 2.0;
        }
        let before = (beta, now);
        let mut tries = 0;
        let change = loop {
            tries += 1;
            let (a, b, c) = (information[0] + damping, information[1], information[2] + damping);
            let determinant = a * c - b * b;
            let change = [(c * slope[0] - b * slope[1]) / determinant, (a * slope[1] - b * slope[0]) / determinant];
            beta = [before.0[0] + change[0], before.0[1] + change[1]];
            now = deviance(beta);
            if now.is_nan() || !beta.iter().all(|b| b.is_finite()) {
                return None;
            }
            if now <= before.1 {
                break change;
            }
            if damping / most > TOO_MUCH {
                return Some(before.0);
            }
            damping *= 2.0;
        };
        if damping / most > TOO_MUCH {
            break;
        }
        if tries == 1 {
            damping /= 10.0;
        }
        if slope[0] * change[0] + slope[1] * change[1] < CLOSE || step > steps {
            break;
        }
    }
    Some(beta)
}
