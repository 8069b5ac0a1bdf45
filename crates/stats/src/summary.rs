//! Means, deviations and quantiles of numbers. None of them may be missing: leave out what is before.

/// The arithmetic mean; NaN of nothing.
///
/// A second pass adds the mean of the residuals, as R does: the first sum's rounding does not stay in the result.
///
/// # Example
/// ```
/// assert_eq!(radsurv_stats::summary::mean(&[1.0, 2.0, 6.0]), 3.0);
/// ```
pub fn mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let first = values.iter().sum::<f64>() / n;
    if first.is_nan() {
        return first;
    }
    if first.is_infinite() {
        // The sum may be beyond the range of numbers, and the mean is not.
        return values.iter().map(|v| v / n).sum();
    }
    first + values.iter().map(|v| v - first).sum::<f64>() / n
}

/// The variance with *n* - 1 in its denominator; NaN of fewer than two values.
///
/// # Example
/// ```
/// assert_eq!(radsurv_stats::summary::variance(&[1.0, 2.0, 6.0]), 7.0);
/// assert!(radsurv_stats::summary::variance(&[1.0]).is_nan());
/// ```
pub fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// The standard deviation, the root of the [`variance`].
///
/// # Example
/// ```
/// assert_eq!(radsurv_stats::summary::standard_deviation(&[1.0, 3.0, 5.0]), 2.0);
/// ```
pub fn standard_deviation(values: &[f64]) -> f64 {
    let variance = variance(values);
    if variance.is_nan() || (1e-280..=f64::MAX).contains(&variance) {
        return variance.sqrt();
    }
    // Squares leave the range of numbers where the deviation does not.
    let centre = mean(values);
    let largest = values.iter().fold(0.0f64, |largest, v| largest.max((v - centre).abs()));
    if largest == 0.0 || !largest.is_finite() {
        return variance.sqrt();
    }
    let squares: f64 = values.iter().map(|v| ((v - centre) / largest).powi(2)).sum();
    largest * (squares / (values.len() as f64 - 1.0)).sqrt()
}

/// The quantile of ascending values at `p` from 0 to 1, by linear interpolation between the values at *(n - 1) p* (type 7
/// of Hyndman and Fan, *Am Stat* 50, 1996, p. 361; the default of R and numpy). NaN of nothing.
///
/// # Example
/// ```
/// use radsurv_stats::summary::quantile_sorted;
/// assert_eq!(quantile_sorted(&[1.0, 2.0, 4.0, 8.0], 0.5), 3.0);
/// assert_eq!(quantile_sorted(&[1.0, 2.0, 4.0, 8.0], 1.0), 8.0);
/// ```
pub fn quantile_sorted(ascending: &[f64], p: f64) -> f64 {
    let Some(last) = ascending.len().checked_sub(1) else { return f64::NAN };
    let place = p.clamp(0.0, 1.0) * last as f64;
    let below = place.floor();
    let low = ascending[below as usize];
    match place - below {
        // Not low + 0 * (high - low), which is NaN between infinities.
        0.0 => low,
        fraction => low + fraction * (ascending[below as usize + 1] - low),
    }
}

/// The median; see [`quantile_sorted`]. The values are left in ascending order.
///
/// # Example
/// ```
/// assert_eq!(radsurv_stats::summary::median(&mut [8.0, 1.0, 4.0]), 4.0);
/// ```
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    quantile_sorted(values, 0.5)
}

/// The mean without the share `trim` of the smallest values and as many of the largest: R's `mean(values, trim)`. The median
/// if it is one half or more, NaN of nothing. The values are left in ascending order.
///
/// # Example
/// ```
/// assert_eq!(radsurv_stats::summary::trimmed_mean(&mut [90.0, 1.0, 2.0, 6.0, -70.0], 0.2), 3.0);
/// ```
pub fn trimmed_mean(values: &mut [f64], trim: f64) -> f64 {
    if trim >= 0.5 {
        return median(values);
    }
    values.sort_unstable_by(f64::total_cmp);
    let cut = (values.len() as f64 * trim.max(0.0)).floor() as usize;
    mean(&values[cut..values.len() - cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_offset_does_not_spoil_the_deviation() {
        // R: sd(1e9 + c(1, 2, 4, 9))
        let values = [1.0, 2.0, 4.0, 9.0].map(|v| v + 1e9);
        assert!((standard_deviation(&values) - 3.559026084010437).abs() < 1e-15);
        assert_eq!(mean(&values), 1e9 + 4.0);
    }

    #[test]
    fn quantiles_at_the_ends_and_of_one_value() {
        assert!(quantile_sorted(&[], 0.5).is_nan());
        assert_eq!(quantile_sorted(&[3.0], 0.9), 3.0);
        // R: quantile(c(1, 2, 4, 8, 16), 0.3)
        assert!((quantile_sorted(&[1.0, 2.0, 4.0, 8.0, 16.0], 0.3) - 2.4).abs() < 1e-15);
        assert!(mean(&[]).is_nan());
    }
}
