//! The log odds that a gene differs.

use radsurv_stats::distribution::StudentT;
use radsurv_stats::summary::mean;
use rayon::prelude::*;

use super::Moderated;
use crate::error::Result;

/// Beyond this many prior degrees of freedom limma takes the normal distribution.
const NEARLY_NORMAL: f64 = 1e6;

/// The log odds of each coefficient: with the prior variance *v0* of the unscaled coefficient of a gene that differs, and
/// *r = (u² + v0) / u²* for its unscaled standard error *u*,
/// *ln(p / (1 - p)) - ln(r) / 2 + (1 + d) / 2 ln((t² + d) / (t² / r + d))*.
pub(super) fn log_odds(moderated: &Moderated, proportion: f64, limits: [f64; 2]) -> Result<Vec<f64>> {
    let fit = &moderated.fit;
    let width = fit.names.len();
    let prior: Vec<f64> = (0..width)
        .map(|k| {
            let of = |values: &[f64]| -> Vec<f64> { values.iter().skip(k).step_by(width).copied().collect() };
            prior_variance(&of(&moderated.t), &of(&fit.stdev_unscaled), &moderated.df_total, proportion, limits)
        })
        .collect::<Result<_>>()?;
    let odds = (proportion / (1.0 - proportion)).ln();
    let one = |at: usize| {
        let (gene, k) = (at / width, at % width);
        let (t, u2) = (moderated.t[at], fit.stdev_unscaled[at] * fit.stdev_unscaled[at]);
        let (t2, r, d) = (t * t, (u2 + prior[k]) / u2, moderated.df_total[gene]);
        let kernel = match moderated.df_prior[gene] > NEARLY_NORMAL {
            true => t2 * (1.0 - 1.0 / r) / 2.0,
            false => (1.0 + d) / 2.0 * ((t2 + d) / (t2 / r + d)).ln(),
        };
        odds - r.ln() / 2.0 + kernel
    };
    Ok((0..moderated.t.len()).into_par_iter().with_min_len(1024).map(one).collect())
}

/// The prior variance of unscaled coefficients: limma's `tmixture.vector`. The largest t, as many as half of the genes that differ,
/// are compared with the quantiles of a mixture they should follow; NaN if no gene has a t.
fn prior_variance(t: &[f64], stdev: &[f64], df: &[f64], proportion: f64, limits: [f64; 2]) -> Result<f64> {
    let known: Vec<usize> = (0..t.len()).filter(|&g| !t[g].is_nan()).collect();
    let genes = known.len() as f64;
    let count = (proportion / 2.0 * genes).ceil() as usize;
    if count < 1 {
        return Ok(f64::NAN);
    }
    let share = (count as f64 / genes).max(proportion);
    let most = known.iter().fold(0.0f64, |most, &g| most.max(df[g]));
    let common = StudentT::new(most)?;
    let order = largest(&known, t, df, most, count)?;
    let one = |(place, &(tail, g)): (usize, &(f64, usize))| {
        let t = if df[g] < most { common.upper_quantile_of_ln(tail)? } else { t[g].abs() };
        let p0 = common.two_sided(t);
        let wanted = ((place as f64 + 0.5) / genes - (1.0 - share) * p0) / share;
        let v0 = match wanted > p0 {
            true => stdev[g] * stdev[g] * ((t / common.upper_quantile(wanted / 2.0)?).powi(2) - 1.0),
            false => 0.0,
        };
        Ok(v0.max(limits[0]).min(limits[1]))
    };
    let v0: Vec<f64> = order.iter().enumerate().map(one).collect::<Result<_>>()?;
    Ok(mean(&v0))
}

/// The genes of the largest t, the largest first, each with the place of its t: minus t itself if all have the same degrees of
/// freedom, else the logarithm of its tail. limma brings genes of fewer degrees of freedom to the t of that tail.
fn largest(known: &[usize], t: &[f64], df: &[f64], most: f64, count: usize) -> Result<Vec<(f64, usize)>> {
    let first = |mut order: Vec<(f64, usize)>| {
        let ascending = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if count < order.len() {
            order.select_nth_unstable_by(count - 1, ascending);
            order.truncate(count);
        }
        order.sort_unstable_by(ascending);
        order
    };
    let plain = first(known.iter().map(|&g| (-t[g].abs(), g)).collect());
    if known.iter().all(|&g| df[g] >= most) {
        return Ok(plain);
    }
    let common = StudentT::new(most)?;
    let tail = |&g: &usize| {
        let of = if df[g] < most { StudentT::new(df[g])? } else { common };
        Ok((of.ln_upper(t[g].abs()), g))
    };
    // With more degrees of freedom t only falls. So all that are wanted have a t above that which the largest ones all reach.
    let reached: Result<Vec<(f64, usize)>> = plain.iter().map(|(_, g)| tail(g)).collect();
    let worst = reached?.iter().fold(f64::NEG_INFINITY, |worst, (tail, _)| worst.max(*tail));
    let least = common.upper_quantile_of_ln(worst)? * (1.0 - 1e-9);
    let able = known.iter().filter(|&&g| t[g].abs() >= least);
    Ok(first(able.map(tail).collect::<Result<_>>()?))
}
