//! How variances vary over genes, where some vary far more or less than others do.

use radsurv_stats::distribution::{ChiSquared, FisherF};
use radsurv_stats::lowess::LowessSettings;
use radsurv_stats::quadrature::Quadrature;
use radsurv_stats::rank::average_ranks;
use radsurv_stats::root::brent_from;
use radsurv_stats::summary::{mean, median, quantile_sorted, trimmed_mean};
use rayon::prelude::*;

use super::prior::{self, Prior};
use crate::error::{Error, Result};

/// The prior from winsorised logarithms of variances: limma's `fitFDistRobustly`. Genes whose variance is beyond what the
/// others make likely are lent fewer degrees of freedom.
pub(super) fn fit(variances: &[f64], df: &[f64], covariate: Option<&[f64]>, tails: [f64; 2]) -> Result<Prior> {
    let genes = variances.len();
    if genes == 2 {
        return prior::fit(variances, df, covariate);
    }
    let known: Vec<usize> = (0..genes).filter(|&g| !variances[g].is_nan() && df[g] > 1e-6).collect();
    if known.len() == genes {
        return of_known(variances, df, covariate, tails);
    }
    let of = |values: &[f64]| -> Vec<f64> { known.iter().map(|&g| values[g]).collect() };
    let (x, df) = (of(variances), of(df));
    let part = match known.len() {
        0 | 1 => return Err(Error::Moderation("fewer than two genes have a residual variance".to_string())),
        2 => prior::fit(&x, &df, covariate.map(of).as_deref())?,
        _ => of_known(&x, &df, covariate.map(of).as_deref(), tails)?,
    };
    let mut all = Prior::new(vec![part.scale[0]; genes], part.df, part.notes);
    for (&g, (scale, df)) in known.iter().zip(part.scale.iter().zip(&part.df_of_genes)) {
        (all.scale[g], all.df_of_genes[g]) = (*scale, *df);
    }
    if let Some(covariate) = covariate {
        let line = Line::new(&of(covariate), &part.scale.iter().map(|s| s.ln()).collect::<Vec<_>>());
        let mut others = (0..genes).collect::<Vec<_>>();
        others.retain(|g| known.binary_search(g).is_err());
        others.iter().for_each(|&g| all.scale[g] = line.at(covariate[g]).exp());
    }
    Ok(all)
}

fn of_known(variances: &[f64], df: &[f64], covariate: Option<&[f64]>, tails: [f64; 2]) -> Result<Prior> {
    let n = variances.len();
    let mut notes = Vec::new();
    let mut x = variances.to_vec();
    let middle = median(&mut x.clone());
    if middle <= 0.0 {
        let what = "more than half of the genes have the variance 0; leave genes that do not vary out";
        return Err(Error::Moderation(what.to_string()));
    }
    let tiny = x.iter().filter(|v| **v < middle * 1e-12).count();
    if tiny > 0 {
        notes
            .push(format!("{tiny} of {n} genes have a variance near 0: it was lifted to 1e-12 of the median variance"));
        x.iter_mut().for_each(|v| *v = v.max(middle * 1e-12));
    }
    let mut plain = prior::fit(&x, df, covariate)?;
    plain.notes.extend(notes.iter().cloned());
    if tails.iter().all(|tail| *tail < 1.0 / n as f64) {
        return Ok(plain);
    }
    let df1 = to_common_df(&mut x, df, &plain)?;
    let z: Vec<f64> = x.iter().map(|v| v.ln()).collect();
    let trend = match covariate {
        None => vec![trimmed_mean(&mut z.clone(), tails[1]); n],
        Some(covariate) => {
            let curve = LowessSettings { span: 0.4, ..LowessSettings::default() }.fit(covariate, &z)?;
            covariate.iter().map(|&at| curve.at(at)).collect()
        }
    };
    let rest: Vec<f64> = z.iter().zip(&trend).map(|(z, trend)| z - trend).collect();
    let mut ascending = rest.clone();
    ascending.sort_unstable_by(f64::total_cmp);
    let [low, high] = [quantile_sorted(&ascending, tails[0]), quantile_sorted(&ascending, 1.0 - tails[1])];
    let winsorised: Vec<f64> = rest.iter().map(|r| r.max(low).min(high)).collect();
    let centre = mean(&winsorised);
    let squares: Vec<f64> = winsorised.iter().map(|w| (w - centre) * (w - centre)).collect();
    let variance = mean(&squares) * n as f64 / (n as f64 - 1.0);
    let expected = Winsorised { df1, tails, rule: Quadrature::gauss_legendre(128) };
    let moved = |moments: &Moments| trend.iter().map(|t| t + centre - moments.mean).collect::<Vec<f64>>();

    let at_infinity = expected.moments(f64::INFINITY)?;
    let ln_ratio = |moments: &Moments| (variance / moments.variance).ln();
    if ln_ratio(&at_infinity) <= 0.0 {
        let shift = moved(&at_infinity);
        let of_genes = all_alike(&z, &shift, df1)?;
        let scale = shift.iter().map(|s| s.exp()).collect();
        return Ok(Prior { scale, df: f64::INFINITY, df_of_genes: of_genes, notes });
    }
    if plain.df == f64::INFINITY {
        return Ok(plain);
    }
    // The degrees of freedom whose winsorised logarithms vary as much, found as x / (1 + x), which goes from 0 to 1.
    let least = plain.df / (1.0 + plain.df);
    let ratio_at = |u: f64| expected.moments(u / (1.0 - u)).map_or(f64::NAN, |moments| ln_ratio(&moments));
    let at_least = ratio_at(least);
    let df2 = if at_least >= 0.0 {
        plain.df
    } else {
        let u = brent_from(ratio_at, [least, 1.0], [at_least, ln_ratio(&at_infinity)], 1e-8)?;
        u / (1.0 - u)
    };
    let shift = moved(&expected.moments(df2)?);
    let df_of_genes = outliers(&z, &shift, df1, df2)?;
    Ok(Prior { scale: shift.iter().map(|s| s.exp()).collect(), df: df2, df_of_genes, notes })
}

/// Brings variances to the largest degrees of freedom, by their tails in the F distribution of the plain prior.
fn to_common_df(x: &mut [f64], df: &[f64], plain: &Prior) -> Result<f64> {
    let most = df.iter().fold(0.0f64, |most, d| most.max(*d));
    let common = FisherF::new(most, plain.df)?;
    x.par_iter_mut().zip(df).zip(&plain.scale).filter(|((_, d), _)| **d < most - 1e-14).try_for_each(
        |((x, d), scale)| {
            let own = FisherF::new(*d, plain.df)?;
            let f = *x / scale;
            let (upper, lower) = (own.ln_upper(f), own.ln_lower(f));
            let f = if upper < lower { common.upper_quantile_of_ln(upper)? } else { common.quantile_of_ln(lower)? };
            *x = f * scale;
            Ok::<(), Error>(())
        },
    )?;
    Ok(most)
}

struct Moments {
    mean: f64,
    variance: f64,
}

/// The logarithm of an F variable, winsorised.
struct Winsorised {
    df1: f64,
    tails: [f64; 2],
    rule: Quadrature,
}

impl Winsorised {
    fn moments(&self, df2: f64) -> Result<Moments> {
        let f = FisherF::new(self.df1, df2)?;
        let ends = [f.quantile(self.tails[0])?, f.quantile(1.0 - self.tails[1])?];
        let ln_ends = ends.map(f64::ln);
        let [low, high] = ends.map(|f| f / (1.0 + f));
        let points: Vec<(f64, f64)> = self
            .rule
            .nodes
            .iter()
            .zip(&self.rule.weights)
            .map(|(node, weight)| {
                let u = low + (high - low) * node;
                let at = u / (1.0 - u);
                (at.ln(), (high - low) * weight * f.density(at) / ((1.0 - u) * (1.0 - u)))
            })
            .collect();
        let sum = |g: &dyn Fn(f64) -> f64| {
            let inside: f64 = points.iter().map(|(z, weight)| weight * g(*z)).sum();
            // No share of an infinite end.
            let at_end = |k: usize| if self.tails[k] == 0.0 { 0.0 } else { self.tails[k] * g(ln_ends[k]) };
            inside + (at_end(0) + at_end(1))
        };
        let mean = sum(&|z| z);
        Ok(Moments { mean, variance: sum(&|z| (z - mean) * (z - mean)) })
    }
}

/// Degrees of freedom of genes where those of most are infinite.
fn all_alike(z: &[f64], shift: &[f64], df1: f64) -> Result<Vec<f64>> {
    let n = z.len() as f64;
    let of = ChiSquared::new(df1)?;
    let f: Vec<f64> = z.iter().zip(shift).map(|(z, s)| (z - s).exp()).collect();
    let tail: Vec<f64> = f.iter().map(|f| of.upper(f * df1)).collect();
    let ranks = average_ranks(&f)?;
    let likely: Vec<f64> = tail.iter().zip(&ranks).map(|(p, r)| (p / ((n - r + 0.5) / n)).min(1.0)).collect();
    let mut df: Vec<f64> = likely.iter().map(|&p| if p < 1.0 { p * (n * df1) } else { f64::INFINITY }).collect();
    if likely.iter().any(|p| *p < 1.0) {
        let mut most = f64::NEG_INFINITY;
        for g in ascending(&tail) {
            most = most.max(df[g]);
            df[g] = most;
        }
    }
    Ok(df)
}

/// Degrees of freedom of genes where those of most are `df2`: less the more its tail is beyond what its rank makes likely.
fn outliers(z: &[f64], shift: &[f64], df1: f64, df2: f64) -> Result<Vec<f64>> {
    let n = z.len() as f64;
    let of = FisherF::new(df1, df2)?;
    let f: Vec<f64> = z.iter().zip(shift).map(|(z, s)| (z - s).exp()).collect();
    let ln_tail: Vec<f64> = f.par_iter().with_min_len(128).map(|f| of.ln_upper(*f)).collect();
    let ranks = average_ranks(&f)?;
    let ln_likely: Vec<f64> =
        ln_tail.iter().zip(&ranks).map(|(p, r)| (p - ((n - r + 0.5).ln() - n.ln())).min(0.0)).collect();
    if ln_likely.iter().all(|p| *p >= 0.0) {
        return Ok(vec![df2; z.len()]);
    }
    let least = ln_tail.iter().fold(f64::INFINITY, |least, p| least.min(*p));
    // That with which the farthest gene has a tail of one half.
    let df_outlier = match least == f64::NEG_INFINITY {
        true => 0.0,
        false => {
            let half = 0.5f64.ln();
            let first = half / least * df2;
            let largest = f.iter().fold(0.0f64, |largest, f| largest.max(*f));
            half / FisherF::new(df1, first)?.ln_upper(largest) * first
        }
    };
    let mut df: Vec<f64> = ln_likely.iter().map(|p| p.exp() * df2 - p.exp_m1() * df_outlier).collect();
    // Degrees of freedom do not fall as tails rise: those of the smallest tails are their mean, up to where it is least.
    let order = ascending(&ln_tail);
    let (mut sum, mut best) = (0.0, (f64::INFINITY, 0));
    for (place, &g) in order.iter().enumerate() {
        sum += df[g];
        let mean = sum / (place + 1) as f64;
        if mean < best.0 {
            best = (mean, place);
        }
    }
    order[..=best.1].iter().for_each(|&g| df[g] = best.0);
    let mut most = f64::NEG_INFINITY;
    for g in order {
        most = most.max(df[g]);
        df[g] = most;
    }
    Ok(df)
}

/// The places of values, the smallest first, equal ones in their order.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    order
}

/// Straight lines between points, level beyond them; the mean of points at the same place.
struct Line {
    points: Vec<(f64, f64)>,
}

impl Line {
    fn new(x: &[f64], y: &[f64]) -> Self {
        let mut points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let same = points.chunk_by(|a, b| a.0 == b.0);
        Self { points: same.map(|run| (run[0].0, mean(&run.iter().map(|p| p.1).collect::<Vec<_>>()))).collect() }
    }

    fn at(&self, x: f64) -> f64 {
        let after = self.points.partition_point(|p| p.0 < x);
        match (after.checked_sub(1).map(|k| self.points[k]), self.points.get(after)) {
            (Some(a), Some(b)) => a.1 + (b.1 - a.1) * ((x - a.0) / (b.0 - a.0)),
            (Some(a), None) => a.1,
            (None, Some(b)) => b.1,
            (None, None) => f64::NAN,
        }
    }
}
