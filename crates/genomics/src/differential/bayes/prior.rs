//! How variances vary over genes.

use radsurv_stats::linear::Qr;
use radsurv_stats::natural_spline::NaturalSpline;
use radsurv_stats::special::{digamma, trigamma, trigamma_inverse};
use radsurv_stats::summary::{mean, median};

use crate::error::Result;

/// What variances of genes have in common: limma's `fitFDist` and `fitFDistRobustly`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prior {
    /// The prior variance of each gene.
    pub(super) scale: Vec<f64>,
    /// The degrees of freedom that genes lend each other, infinite if all true variances are equal (or on the curve).
    pub(super) df: f64,
    /// Those that each gene is lent.
    pub(super) df_of_genes: Vec<f64>,
    /// What a reader must know.
    pub(super) notes: Vec<String>,
}

impl Prior {
    pub(super) fn new(scale: Vec<f64>, df: f64, notes: Vec<String>) -> Self {
        let df_of_genes = vec![df; scale.len()];
        Self { scale, df, df_of_genes, notes }
    }
}

/// The expected logarithm of a mean square of 1 with so many degrees of freedom.
pub(super) fn ln_bias(df: f64) -> f64 {
    digamma(df / 2.0) - (df / 2.0).ln()
}

/// Calls a function of degrees of freedom, which nearly all genes have in common, once for each.
fn of_each(df: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut last = (f64::NAN, f64::NAN);
    let call = |&df: &f64| {
        if df != last.0 {
            last = (df, f(df));
        }
        last.1
    };
    df.iter().map(call).collect()
}

/// The prior from the mean and variance of the logarithms of variances, whose expectation is a natural spline of the
/// covariate if there is one.
pub(super) fn fit(variances: &[f64], df: &[f64], covariate: Option<&[f64]>) -> Result<Prior> {
    let genes = variances.len();
    let is_known = |&g: &usize| df[g] > 1e-15 && variances[g].is_finite();
    let known: Vec<usize> = (0..genes).filter(is_known).collect();
    let of = |values: &[f64]| -> Vec<f64> { known.iter().map(|&g| values[g]).collect() };
    let (mut x, df_known) = (of(variances), of(df));
    if let [only] = x[..] {
        return Ok(Prior::new(vec![only; genes], 0.0, Vec::new()));
    }
    let covariate = covariate.filter(|covariate| different(&of(covariate)) > 1 && x.len() > 2);
    let mut notes = Vec::new();
    let mut middle = median(&mut x.clone());
    let zeros = x.iter().filter(|v| **v == 0.0).count();
    if middle == 0.0 {
        notes.push(format!(
            "{zeros} of {} genes have the variance 0, more than half: moderated variances are unreliable",
            x.len()
        ));
        middle = 1.0;
    } else if zeros > 0 {
        notes.push(format!(
            "{zeros} of {} genes have the variance 0: it was lifted to a hundred thousandth of the median variance",
            x.len()
        ));
    }
    x.iter_mut().for_each(|v| *v = v.max(1e-5 * middle));
    let biases = of_each(&df_known, ln_bias);
    let e: Vec<f64> = x.iter().zip(&biases).map(|(v, bias)| v.ln() - bias).collect();
    let (expected, spread) = match covariate {
        None => {
            let centre = mean(&e);
            let squares: f64 = e.iter().map(|v| (v - centre) * (v - centre)).sum();
            (vec![centre; genes], squares / (e.len() as f64 - 1.0))
        }
        Some(covariate) => on_curve(&e, &of(covariate), covariate)?,
    };
    let excess = spread - mean(&of_each(&df_known, |df| trigamma(df / 2.0)));
    let (scale, df_prior) = if excess > 0.0 {
        let df = 2.0 * trigamma_inverse(excess);
        (expected.iter().map(|e| (e + ln_bias(df)).exp()).collect(), df)
    } else if covariate.is_none() {
        (vec![mean(&x); genes], f64::INFINITY)
    } else {
        (expected.iter().map(|e| e.exp()).collect(), f64::INFINITY)
    };
    Ok(Prior::new(scale, df_prior, notes))
}

/// The curve at all genes, and the variance about it.
fn on_curve(e: &[f64], covariate: &[f64], all: &[f64]) -> Result<(Vec<f64>, f64)> {
    let n = e.len();
    let columns = 1 + [3, 6, 30].iter().filter(|least| n >= **least).count();
    let spline = NaturalSpline::of_values(covariate, columns.min(different(covariate)), true)?;
    let qr = Qr::new(&spline.columns(covariate))?;
    let fit = qr.fit(e)?;
    let spread = fit.residual_squares / fit.df as f64;
    if all.len() == n {
        return Ok((fit.fitted, spread));
    }
    let coefficients: Vec<f64> = fit.coefficients.iter().map(|c| c.unwrap_or(0.0)).collect();
    let at = |&x: &f64| spline.basis(x).iter().zip(&coefficients).map(|(v, b)| v * b).sum();
    Ok((all.iter().map(at).collect(), spread))
}

/// How many different values there are, up to the four columns of the curve.
fn different(values: &[f64]) -> usize {
    let mut found: Vec<f64> = Vec::with_capacity(4);
    for value in values {
        if !found.contains(value) {
            found.push(*value);
            if found.len() == 4 {
                break;
            }
        }
    }
    found.len()
}
