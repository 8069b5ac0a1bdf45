//! Columns whose cases are sorted once, so that no node of a tree sorts numbers again.

use rayon::prelude::*;

/// A column of numbers with its cases by ascending value; those without a value (NaN) are last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RankedColumn {
    /// The case at each place.
    pub(crate) order: Vec<u32>,
    /// The place of each case.
    pub(crate) place: Vec<u32>,
    /// For each place, which of [`values`](Self::values) is there; their number for cases without a value.
    pub(crate) value: Vec<u32>,
    /// The different values, ascending.
    pub(crate) values: Vec<f64>,
}

impl RankedColumn {
    /// The column with these values; NaN is a missing one.
    pub(crate) fn new(column: &[f64]) -> Self {
        let mut order: Vec<u32> = (0..column.len() as u32).collect();
        // -0 is 0.
        let key = |case: &u32| column[*case as usize] + 0.0;
        order.sort_by(|a, b| key(a).is_nan().cmp(&key(b).is_nan()).then(key(a).total_cmp(&key(b))));
        let (mut place, mut value, mut values) = (vec![0; column.len()], Vec::new(), Vec::new());
        for (at, case) in order.iter().enumerate() {
            place[*case as usize] = at as u32;
            let number = key(case);
            if !number.is_nan() && values.last() != Some(&number) {
                values.push(number);
            }
            value.push((values.len() - usize::from(!number.is_nan())) as u32);
        }
        Self { order, place, value, values }
    }
}

/// Some rows of columns.
pub(crate) fn ranked(columns: &[Vec<f64>], rows: &[usize]) -> Vec<RankedColumn> {
    columns.par_iter().map(|c| RankedColumn::new(&rows.iter().map(|&row| c[row]).collect::<Vec<_>>())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_sorted_and_values_counted_once() {
        let column = RankedColumn::new(&[2.0, f64::NAN, -1.0, 2.0, 0.0, -0.0]);
        assert_eq!(column.order, [2, 4, 5, 0, 3, 1]);
        assert_eq!(column.place, [3, 5, 0, 4, 1, 2]);
        assert_eq!(column.value, [0, 1, 1, 2, 2, 3]);
        assert_eq!(column.values, [-1.0, 0.0, 2.0]);
    }
}
