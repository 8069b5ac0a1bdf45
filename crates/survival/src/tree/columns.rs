//! Columns whose cases are sorted once, so that no node of a tree sorts numbers again.

use rayon::prelude::*;

/// A column of numbers with its cases by ascending value; those without a value (NaN) are last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RankedColumn {
    /// The cases by their values.
    pub(crate) order: Vec<Ranked>,
    /// The place of each case in this order.
    pub(crate) place: Vec<u32>,
    /// The different values, ascending.
    pub(crate) values: Vec<f64>,
}

/// A case in the order of a column.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Ranked {
    pub(crate) case: u32,
    /// Which of the different values it has; their number if it has none.
    pub(crate) value: u32,
}

impl RankedColumn {
    /// The column with these values; NaN is a missing one.
    pub(crate) fn new(column: &[f64]) -> Self {
        let mut cases: Vec<u32> = (0..column.len() as u32).collect();
        // -0 is 0.
        let key = |case: &u32| column[*case as usize] + 0.0;
        cases.sort_by(|a, b| key(a).is_nan().cmp(&key(b).is_nan()).then(key(a).total_cmp(&key(b))));
        let (mut place, mut values) = (vec![0; column.len()], Vec::new());
        let mut order = Vec::with_capacity(column.len());
        for (at, case) in cases.iter().enumerate() {
            place[*case as usize] = at as u32;
            let number = key(case);
            if !number.is_nan() && values.last() != Some(&number) {
                values.push(number);
            }
            order.push(Ranked { case: *case, value: (values.len() - usize::from(!number.is_nan())) as u32 });
        }
        Self { order, place, values }
    }

    /// Which of the different values a case has; their number if it has none.
    #[inline(always)]
    pub(crate) fn value(&self, case: u32) -> u32 {
        self.order[self.place[case as usize] as usize].value
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
        let pairs: Vec<(u32, u32)> = column.order.iter().map(|r| (r.case, r.value)).collect();
        assert_eq!(pairs, [(2, 0), (4, 1), (5, 1), (0, 2), (3, 2), (1, 3)]);
        assert_eq!(column.place, [3, 5, 0, 4, 1, 2]);
        assert_eq!([column.value(3), column.value(1)], [2, 3]);
        assert_eq!(column.values, [-1.0, 0.0, 2.0]);
    }
}
