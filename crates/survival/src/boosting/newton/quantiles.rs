//! Cut points of features, and the bins of values between them.

/// The bin of a missing value, in features that have any.
pub(super) const MISSING: u8 = u8::MAX;

/// The cut points of a feature: bin *b* has the values from cut *b - 1* up to below cut *b*, and the last one is above all.
///
/// With `bins` distinct values or fewer each has a bin. Else the cut points are quantiles: of the distinct values in
/// order, the one whose middle rank is the nearest to each of the ranks that divide the range between the first and the last
/// value into `bins` parts. As in XGBoost, whose sketch is exact up to 8 times as many values as bins (2048), and approximate
/// beyond; this is exact always.
///
/// Source: Chen and Guestrin: XGBoost (2016), supplement, the prune operation of quantile summaries.
pub(super) fn cuts(column: &[f32], bins: usize) -> Vec<f32> {
    let mut sorted: Vec<f32> = column.iter().copied().filter(|v| !v.is_nan()).collect();
    if sorted.is_empty() {
        return vec![f32::MAX];
    }
    sorted.sort_unstable_by(f32::total_cmp);
    // Value, its number, and how many values are below it.
    let mut distinct: Vec<(f32, f32, f32)> = Vec::new();
    for (rank, value) in sorted.iter().enumerate() {
        match distinct.last_mut() {
            Some(last) if last.0 == *value => last.1 += 1.0,
            _ => distinct.push((*value, 1.0, rank as f32)),
        }
    }
    let kept = bins.min(sorted.len());
    let chosen = prune(&distinct, kept + 1);
    let mut cuts: Vec<f32> = Vec::with_capacity(kept);
    for value in chosen.iter().take(kept).skip(1) {
        if cuts.last().is_none_or(|last| value > last) {
            cuts.push(*value);
        }
    }
    let last = chosen.last().copied().unwrap_or(0.0);
    cuts.push((last + (last.abs() + 1e-5)).min(f32::MAX));
    cuts
}

fn prune(distinct: &[(f32, f32, f32)], size: usize) -> Vec<f32> {
    if distinct.len() <= size {
        return distinct.iter().map(|d| d.0).collect();
    }
    let below = |i: usize| distinct[i].2;
    let through = |i: usize| distinct[i].2 + distinct[i].1;
    let end = distinct.len() - 1;
    let (begin, parts) = (through(0), size - 1);
    let range = below(end) - begin;
    let mut kept = vec![distinct[0].0];
    let (mut i, mut latest) = (1, 0);
    for k in 1..parts {
        let twice = 2.0 * (k as f32 * range / parts as f32 + begin);
        while i < end && twice >= through(i + 1) + below(i + 1) {
            i += 1;
        }
        if i == end {
            break;
        }
        let nearest = if twice < through(i) + below(i + 1) { i } else { i + 1 };
        if nearest != latest {
            kept.push(distinct[nearest].0);
            latest = nearest;
        }
    }
    if latest != end {
        kept.push(distinct[end].0);
    }
    kept
}

/// The bin of each value.
pub(super) fn bins(column: &[f32], cuts: &[f32]) -> Vec<u8> {
    let last = cuts.len() - 1;
    let bin = |value: &f32| match value.is_nan() {
        true => MISSING,
        // There are 256 at most.
        false => cuts.partition_point(|cut| cut <= value).min(last) as u8,
    };
    column.iter().map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each() {
        let column = [3.0, 1.0, f32::NAN, 1.0, 2.0];
        let cuts = cuts(&column, 8);
        assert_eq!(cuts, [2.0, 3.0, 6.00001]);
        assert_eq!(bins(&column, &cuts), [2, 0, MISSING, 0, 1]);
        assert_eq!(super::cuts(&[f32::NAN], 8).len(), 1);
        assert_eq!(super::cuts(&[f32::MAX], 8), [f32::MAX]);
    }

    #[test]
    fn many_values_share_bins_equally() {
        let column: Vec<f32> = (0..1000).map(|i| (i * 377 % 1000) as f32).collect();
        let cuts = cuts(&column, 10);
        assert_eq!(cuts.len(), 10);
        let mut counts = [0; 10];
        bins(&column, &cuts).iter().for_each(|b| counts[*b as usize] += 1);
        assert!(counts.iter().all(|c| (95..=105).contains(c)), "{counts:?}");
    }
}
