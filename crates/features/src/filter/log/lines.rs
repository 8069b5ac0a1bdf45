//! The recursion along many lines side by side, in vector registers.
//!
//! Each line is computed in the same order of multiplications and additions whatever the number of lanes and the
//! instruction set (no fused multiply-add), so that every machine gives ITK's bits.

use super::coefficients::Coefficients;

/// Filters the first `V` of `W` lines. `x` holds their values, `keep` says from which place on and how many results are
/// wanted; they are written to `out`, as `f32`. `causal` is working memory. Beyond both ends of `x` the lines go on with
/// their end values.
///
/// `x` must have at least four places, `out` and `causal` as many as are wanted.
#[inline(always)]
pub(super) fn filter<const W: usize, const V: usize>(
    x: &[[f64; W]],
    keep: (usize, usize),
    c: &Coefficients,
    causal: &mut [[f64; W]],
    out: &mut [[f32; W]],
) {
    let (first, end) = (keep.0, keep.0 + keep.1);
    let last = x.len() - 1;
    // Before the line starts its outputs are at rest, at the first value times bn / d: they stand here as the first value
    // and have the weight bn. Likewise at the end, with bm.
    let mut y = [head(&x[0]); 4];
    for i in 0..4.min(end) {
        let weights = std::array::from_fn(|k| if i > k { c.d[k] } else { c.bn[k] });
        let before: [&[f64; W]; 4] = std::array::from_fn(|k| &x[i.saturating_sub(k)]);
        step::<W, V>(&mut y, before, &c.n, &weights);
        if i >= first {
            causal[i - first][..V].copy_from_slice(&y[0]);
        }
    }
    for i in 4..first {
        step::<W, V>(&mut y, [&x[i], &x[i - 1], &x[i - 2], &x[i - 3]], &c.n, &c.d);
    }
    for i in first.max(4)..end {
        step::<W, V>(&mut y, [&x[i], &x[i - 1], &x[i - 2], &x[i - 3]], &c.n, &c.d);
        causal[i - first][..V].copy_from_slice(&y[0]);
    }
    let mut y = [head(&x[last]); 4];
    for i in (first.max(last - 3)..=last).rev() {
        let weights = std::array::from_fn(|k| if last - i > k { c.d[k] } else { c.bm[k] });
        let after: [&[f64; W]; 4] = std::array::from_fn(|k| &x[(i + k + 1).min(last)]);
        step::<W, V>(&mut y, after, &c.m, &weights);
        if i < end {
            add(&causal[i - first], &y[0], &mut out[i - first]);
        }
    }
    for i in (end..last - 3).rev() {
        step::<W, V>(&mut y, [&x[i + 1], &x[i + 2], &x[i + 3], &x[i + 4]], &c.m, &c.d);
    }
    for i in (first..end.min(last - 3)).rev() {
        step::<W, V>(&mut y, [&x[i + 1], &x[i + 2], &x[i + 3], &x[i + 4]], &c.m, &c.d);
        add(&causal[i - first], &y[0], &mut out[i - first]);
    }
}

/// The first lanes.
#[inline(always)]
fn head<const W: usize, const V: usize>(lanes: &[f64; W]) -> [f64; V] {
    std::array::from_fn(|l| lanes[l])
}

/// The next output from four inputs and the last four outputs `y`, of which it becomes the first.
#[inline(always)]
fn step<const W: usize, const V: usize>(
    y: &mut [[f64; V]; 4],
    x: [&[f64; W]; 4],
    weights: &[f64; 4],
    feedback: &[f64; 4],
) {
    let mut next = [0.0; V];
    for l in 0..V {
        let input = x[0][l] * weights[0] + x[1][l] * weights[1] + x[2][l] * weights[2] + x[3][l] * weights[3];
        let output = y[0][l] * feedback[0] + y[1][l] * feedback[1] + y[2][l] * feedback[2] + y[3][l] * feedback[3];
        next[l] = input - output;
    }
    *y = [next, y[0], y[1], y[2]];
}

#[inline(always)]
fn add<const W: usize, const V: usize>(causal: &[f64; W], anticausal: &[f64; V], out: &mut [f32; W]) {
    for l in 0..V {
        out[l] = (causal[l] + anticausal[l]) as f32;
    }
}
