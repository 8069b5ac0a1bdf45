//! Ranks, with ties.

use crate::error::{Error, Result};

/// Ranks from 1, where equal values share the mean of their ranks: R's `rank`. Infinities have ranks like other values;
/// -0 and 0 are equal.
///
/// # Errors
/// [`Error::Missing`] if a value is NaN: leave such values out before.
///
/// # Example
/// ```
/// use radsurv_stats::rank::average_ranks;
/// assert_eq!(average_ranks(&[10.0, 30.0, 10.0, 5.0])?, [2.5, 4.0, 2.5, 1.0]);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn average_ranks(values: &[f64]) -> Result<Vec<f64>> {
    if let Some(row) = values.iter().position(|v| v.is_nan()) {
        return Err(Error::Missing { column: 0, row });
    }
    let mut ranks = vec![0.0; values.len()];
    for tie in ties(values, &ascending(values)) {
        let mean = 0.5 * (tie.first + tie.first + tie.rows.len() + 1) as f64;
        tie.rows.iter().for_each(|&row| ranks[row as usize] = mean);
    }
    Ok(ranks)
}

/// The rows of the values in ascending order; equal values by row, NaN last.
pub(crate) fn ascending(values: &[f64]) -> Vec<u32> {
    // A key that orders as the values do sorts faster than a comparison that looks them up.
    let mut keyed: Vec<(u64, u32)> = values.iter().zip(0..).map(|(&v, row)| (ordered_bits(v), row)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// Bits that compare as the numbers do, with -0 as 0 and every NaN as the largest.
fn ordered_bits(value: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    if value.is_nan() {
        return u64::MAX;
    }
    // Adding 0 makes -0 positive.
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// Rows of equal values.
pub(crate) struct Tie<'a> {
    /// How many values are smaller.
    pub first: usize,
    /// Where the values are.
    pub rows: &'a [u32],
}

/// The ties of values, ascending, given their rows in that order. Every value is in a tie, most often alone.
pub(crate) fn ties<'a>(values: &'a [f64], order: &'a [u32]) -> impl Iterator<Item = Tie<'a>> {
    let mut first = 0;
    order.chunk_by(|&a, &b| values[a as usize] == values[b as usize]).map(move |rows| {
        let tie = Tie { first, rows };
        first += rows.len();
        tie
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn special_values() {
        assert_eq!(average_ranks(&[0.0, -0.0, f64::NEG_INFINITY, f64::INFINITY]).unwrap(), [2.5, 2.5, 1.0, 4.0]);
        assert_eq!(average_ranks(&[]).unwrap(), [0.0; 0]);
        assert_eq!(average_ranks(&[1.0, f64::NAN]), Err(Error::Missing { column: 0, row: 1 }));
        assert_eq!(ascending(&[f64::NAN, 2.0, -1.0, -3.0]), [3, 2, 1, 0]);
    }

    proptest! {
        #[test]
        fn ranks_are_counts_of_smaller_and_equal_values(values in prop::collection::vec(-5i32..5, 0..60)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let naive: Vec<f64> = values.iter().map(|v| {
                let smaller = values.iter().filter(|o| *o < v).count();
                let equal = values.iter().filter(|o| *o == v).count();
                smaller as f64 + 0.5 * (equal as f64 + 1.0)
            }).collect();
            prop_assert_eq!(average_ranks(&values).unwrap(), naive);
        }
    }
}
