//! What R's package survivalsvm (0.0.6, with `opt.meth = "quadprog"`) computes, which differs from what is published; the reasons
//! and numbers are in docs/differences.md. Dense: matrices of twice or thrice the number of cases.
//!
//! - Features are not standardised, and times are as they are.
//! - **regression**: the matrix of the programme is *\[K, -D K; -D K, K\]*, *D* having *delta* as its diagonal. The published one is
//!   *\[K, -K D; -D K, D K D\]*. The first is neither symmetric nor positive: the package takes the nearest one that is.
//! - **hybrid**: likewise; **vanbelle1**, **vanbelle2**: that of the publication, but for the nearest positive definite one.
//! - Cases of one time are in the order of the table, and each is compared with the one before that had the event.
//! - The nearest positive definite matrix is that of `Matrix::nearPD`: eigenvalues below 1e-6 of the largest become 1e-8 of it, and the
//!   diagonal is restored (Higham: Computing the nearest correlation matrix, IMA Journal of Numerical Analysis 22 (2002) 329-343; without a
//!   condition on the diagonal its iteration ends after the first projection).
//! - Multipliers are rounded to 5 digits.
//! - The intercept is the mean of what is left of the times of all support vectors (regression) or of all cases (hybrid), also of those
//!   whose multiplier is at its end, and of censored ones. vanbelle1 and vanbelle2 have none.
//! - The additive kernel is divided by the ranges of the support vectors (regression) when it predicts, while those of all cases were learned
//!   from.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use radsurv_data::Survival;

use super::box_programme::BoxProgramme;
use super::gram::Gram;
use super::settings::{Kernel, Pairs, Programme};
use crate::error::{Error, Result};

/// What the package learns.
pub(super) struct Compat {
    /// The weight of each case.
    pub(super) weights: Vec<f64>,
    pub(super) intercept: f64,
    /// Whether only cases with a weight are what the kernel is taken of.
    pub(super) of_support: bool,
}

/// Its arguments.
pub(super) struct Arguments {
    pub(super) programme: Programme,
    pub(super) cost: f64,
    pub(super) pair_cost: f64,
    pub(super) pairs: Pairs,
    pub(super) kernel: Kernel,
}

/// Fits as the package does. `columns` are the features as they are.
///
/// # Errors
/// [`Error::Setting`] for what fails in the package, [`Error::Stats`] for case weights, [`Error::NotConverged`].
pub(super) fn fit(arguments: &Arguments, columns: &[Vec<f64>], outcome: &Survival) -> Result<Compat> {
    let Arguments { programme, cost, pair_cost, pairs, kernel } = *arguments;
    let n = outcome.len();
    if (0..n).any(|i| outcome.weight(i) != 1.0) {
        let what = "case weights; leave them out, or take another formulation";
        return Err(radsurv_stats::Error::Unsupported { method: "survivalsvm", what }.into());
    }
    if matches!(kernel, Kernel::Polynomial { .. }) {
        let what = "survivalsvm's fails (it is of columns, not of cases); take another formulation";
        return Err(Error::Setting { name: "the kernel", value: "polynomial".to_string(), what });
    }
    if pairs == Pairs::Events && programme != Programme::Regression {
        let what = "survivalsvm fails with it; take \"last-event\" or \"consecutive\", or another formulation";
        return Err(Error::Setting { name: "the choice of pairs", value: "events".to_string(), what });
    }
    let (times, event) = (outcome.times(), outcome.event());
    let delta = |i: usize| if event[i] { 1.0 } else { 0.0 };
    let gram = matrix(kernel, columns);
    let mut order: Vec<usize> = (0..n).collect();
    if programme != Programme::Regression {
        order.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
    }
    let k = DMatrix::from_fn(n, n, |i, j| gram[(order[i], order[j])]);
    let y = DVector::from_fn(n, |i, _| times[order[i]]);
    let delta = DVector::from_fn(n, |i, _| delta(order[i]));
    let differences = differences(pairs, &y, &delta);
    let pairs = n - 1;
    let regression = || {
        let (upper, lower) = (DVector::from_element(n, -1.0), delta.clone());
        (stacked(&[&-&y, &delta.component_mul(&y)]), stacked(&[&upper, &lower]))
    };
    let of_rows = DMatrix::from_fn(n, n, |i, j| delta[i] * k[(i, j)]);
    let (quadratic, linear, upper, equality) = match programme {
        Programme::Regression => {
            let mut all = DMatrix::zeros(2 * n, 2 * n);
            all.view_mut((0, 0), (n, n)).copy_from(&k);
            all.view_mut((0, n), (n, n)).copy_from(&-&of_rows);
            all.view_mut((n, 0), (n, n)).copy_from(&-&of_rows);
            all.view_mut((n, n), (n, n)).copy_from(&k);
            let (linear, equality) = regression();
            (all, linear, DVector::from_element(2 * n, cost), Some(equality))
        }
        Programme::Vanbelle1 | Programme::Vanbelle2 => {
            let least = match programme {
                Programme::Vanbelle1 => DVector::from_element(pairs, 1.0),
                _ => &differences * &y,
            };
            let all = &differences * (&k * differences.transpose());
            (all, -least, DVector::from_element(pairs, cost), None)
        }
        Programme::Hybrid => {
            let columns = &k * differences.transpose();
            let of_columns = &of_rows * differences.transpose();
            let mut all = DMatrix::zeros(pairs + 2 * n, pairs + 2 * n);
            all.view_mut((0, 0), (pairs, pairs)).copy_from(&(&differences * &columns));
            all.view_mut((0, pairs), (pairs, n)).copy_from(&columns.transpose());
            all.view_mut((0, pairs + n), (pairs, n)).copy_from(&-of_columns.transpose());
            all.view_mut((pairs, 0), (n, pairs)).copy_from(&columns);
            all.view_mut((pairs, pairs), (n, n)).copy_from(&k);
            all.view_mut((pairs, pairs + n), (n, n)).copy_from(&-&k);
            all.view_mut((pairs + n, 0), (n, pairs)).copy_from(&-of_columns);
            all.view_mut((pairs + n, pairs), (n, n)).copy_from(&-&k);
            all.view_mut((pairs + n, pairs + n), (n, n)).copy_from(&k);
            let (linear, equality) = regression();
            let first = -(&differences * &y);
            let costs = stacked(&[&DVector::from_element(pairs, pair_cost), &DVector::from_element(2 * n, cost)]);
            (all, stacked(&[&first, &linear]), costs, Some(stacked(&[&DVector::zeros(pairs), &equality])))
        }
    };
    let quadratic = nearest_positive(&quadratic)?;
    let solved = BoxProgramme { quadratic, linear, upper, equality }.solve()?.map(|v| (v * 1e5).round() / 1e5);
    let times_of = |from: usize| {
        let (upper, lower) = (solved.rows(from, n), solved.rows(from + n, n));
        upper - delta.component_mul(&lower)
    };
    let (weights, support) = match programme {
        Programme::Regression => {
            let some = |i: usize| solved[i] + solved[n + i] != 0.0;
            (times_of(0), (0..n).filter(|&i| some(i)).collect::<Vec<usize>>())
        }
        Programme::Vanbelle1 | Programme::Vanbelle2 => (differences.transpose() * &solved, Vec::new()),
        Programme::Hybrid => (differences.transpose() * solved.rows(0, pairs) + times_of(pairs), (0..n).collect()),
    };
    let mut intercept = 0.0;
    if !support.is_empty() {
        // With the ranges of the support vectors, for the additive kernel.
        let rows: Vec<usize> = support.iter().map(|&i| order[i]).collect();
        let some: Vec<Vec<f64>> = columns.iter().map(|c| rows.iter().map(|&i| c[i]).collect()).collect();
        let varies = |column: &Vec<f64>| column.iter().any(|v| *v != column[0]);
        if kernel == Kernel::Additive && !some.iter().all(varies) {
            let what =
                "a feature has one value in all support vectors, where survivalsvm fails; take another formulation";
            return Err(Error::Setting { name: "the kernel", value: "additive".to_string(), what });
        }
        let scores = matrix(kernel, &some) * weights.select_rows(&support);
        intercept = support.iter().enumerate().map(|(at, &i)| y[i] - scores[at]).sum::<f64>() / support.len() as f64;
    } else if programme == Programme::Regression {
        let what = "survivalsvm finds no support vector with it; give a larger one";
        return Err(Error::Setting { name: "the cost", value: cost.to_string(), what });
    }
    let mut of_cases = vec![0.0; n];
    order.iter().zip(&weights).for_each(|(&i, weight)| of_cases[i] = *weight);
    Ok(Compat { weights: of_cases, intercept, of_support: programme == Programme::Regression })
}

/// The matrix of a kernel.
fn matrix(kernel: Kernel, columns: &[Vec<f64>]) -> DMatrix<f64> {
    let gram = Gram::new(kernel, columns.to_vec());
    let n = gram.cases();
    let mut all = DMatrix::zeros(n, n);
    let mut unit = vec![0.0; n];
    for j in 0..n {
        unit[j] = 1.0;
        all.column_mut(j).copy_from_slice(&gram.times(&unit));
        unit[j] = 0.0;
    }
    all
}

fn stacked(parts: &[&DVector<f64>]) -> DVector<f64> {
    DVector::from_iterator(parts.iter().map(|p| p.len()).sum(), parts.iter().flat_map(|p| p.iter().copied()))
}

/// The package's matrix of pairs of cases in the order of their times; without a pair a row is 0.
fn differences(rule: Pairs, y: &DVector<f64>, delta: &DVector<f64>) -> DMatrix<f64> {
    let n = y.len();
    let mut all = DMatrix::zeros(n - 1, n);
    let mut last = 0;
    for i in 1..n {
        if rule == Pairs::Consecutive {
            if y[i] > y[i - 1] && delta[i - 1] == 1.0 {
                (all[(i - 1, i)], all[(i - 1, i - 1)]) = (1.0, -1.0);
            }
            continue;
        }
        if delta[i - 1] == 1.0 {
            last = i - 1;
        }
        (all[(i - 1, i)], all[(i - 1, last)]) = (1.0, -1.0);
    }
    all
}

/// What `Matrix::nearPD` makes of a matrix.
fn nearest_positive(matrix: &DMatrix<f64>) -> Result<DMatrix<f64>> {
    let n = matrix.nrows();
    let symmetric = (matrix + matrix.transpose()) / 2.0;
    let eigen = SymmetricEigen::try_new(symmetric, f64::EPSILON, 0);
    let eigen = eigen.ok_or(Error::NotConverged { what: "the eigenvalues of survivalsvm's matrix" })?;
    let largest = eigen.eigenvalues.max();
    if largest <= 0.0 || largest.is_nan() {
        return Err(Error::NotConverged { what: "the eigenvalues of survivalsvm's matrix" });
    }
    let kept: Vec<usize> = (0..n).filter(|&i| eigen.eigenvalues[i] > 1e-6 * largest).collect();
    let vectors = eigen.eigenvectors.select_columns(&kept);
    let with = |values: &dyn Fn(f64) -> f64| {
        let scaled = DMatrix::from_fn(n, kept.len(), |i, k| vectors[(i, k)] * values(eigen.eigenvalues[kept[k]]));
        scaled * vectors.transpose()
    };
    let projected = with(&|value| value);
    let least = 1e-8 * largest;
    if kept.len() == n {
        return Ok(projected);
    }
    // The directions that were projected away get the least value.
    let raised = with(&|value| value - least) + DMatrix::identity(n, n) * least;
    let scale = |i: usize| (projected[(i, i)].max(least) / raised[(i, i)]).sqrt();
    let scales: Vec<f64> = (0..n).map(scale).collect();
    Ok(DMatrix::from_fn(n, n, |i, j| scales[i] * raised[(i, j)] * scales[j]))
}
