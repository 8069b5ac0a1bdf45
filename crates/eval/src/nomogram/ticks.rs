//! Round numbers for an axis.

/// About `count` + 1 round, evenly spaced numbers that cover a range: steps are 1, 2 or 5 times a power of 10. As R's `pretty`
/// with its default settings, so that axes are those of rms.
///
/// Larger steps are preferred a little: a step is taken as soon as the exact one is not nearer to the next smaller by a factor
/// of 1.5 (2.75 for steps of 5). A range without width gives numbers around it. Not finite: nothing.
pub(crate) fn round_ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    const LARGER: f64 = 1.5;
    const LARGER_FIVE: f64 = 0.5 + 1.5 * LARGER;
    const SHRINK: f64 = 0.75;
    const ROUNDING: f64 = 1e-10;
    if !(low.is_finite() && high.is_finite() && low <= high && (high - low).is_finite()) || count == 0 {
        return Vec::new();
    }
    let (count, fewest) = (count as f64, (count / 3) as f64);
    let (width, size) = (high - low, low.abs().max(high.abs()));
    let narrow = size == 0.0 || width < size * count * f64::EPSILON * 4.2;
    let exact = if narrow {
        let size = if size == 0.0 { 1.0 } else { size };
        let size = if size > 10.0 { 9.0 + size / 10.0 } else { size } * SHRINK;
        if fewest > 1.0 { size / fewest } else { size }
    } else {
        width / count
    };
    let exact = exact.max(20.0 * f64::MIN_POSITIVE);
    let base = 10f64.powf(exact.log10().floor());
    let mut step = base;
    for (factor, prefer) in [(2.0, LARGER), (5.0, LARGER_FIVE), (10.0, LARGER)] {
        if factor * base - exact >= prefer * (exact - step) {
            break;
        }
        step = factor * base;
    }
    let (mut first, mut last) = ((low / step + ROUNDING).floor(), (high / step - ROUNDING).ceil());
    while first * step > low + ROUNDING * step {
        first -= 1.0;
    }
    while last * step < high - ROUNDING * step {
        last += 1.0;
    }
    let missing = (0.5 + fewest - (last - first)).floor();
    if missing > 0.0 {
        let (half, rest) = ((missing / 2.0).floor(), (missing / 2.0).ceil());
        if first >= 0.0 {
            (first, last) = (first - rest, last + half);
        } else {
            (first, last) = (first - half, last + rest);
        }
    }
    let (from, steps) = (first * step, last - first);
    let by = (last * step - from) / steps;
    let tick = |i: usize| {
        // The ends as they are, and 0 as 0.
        let value = if i as f64 == steps { last * step } else { from + i as f64 * by };
        if value.abs() < 1e-14 * by { 0.0 } else { value }
    };
    (0..=steps as usize).map(tick).collect()
}
