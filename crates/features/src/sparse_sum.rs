//! Sums by a whole-number index, such as the marginals of a matrix over grey levels or sizes.

use std::collections::BTreeMap;

/// Sums of values by index: a table while the highest index is small, an ordered map above. Iterates in the order of
/// the indices, so its results do not depend on the order of insertion other than by rounding within an index.
pub(crate) struct SparseSum {
    table: Vec<f64>,
    rest: BTreeMap<usize, f64>,
}

impl SparseSum {
    /// 32 kB: stays in the first-level cache.
    const TABLE: usize = 4096;

    /// Sums for indices up to `highest`.
    pub fn new(highest: usize) -> Self {
        Self { table: vec![0.0; (highest + 1).min(Self::TABLE)], rest: BTreeMap::new() }
    }

    #[inline]
    pub fn add(&mut self, index: u32, value: f64) {
        match self.table.get_mut(index as usize) {
            Some(sum) => *sum += value,
            None => *self.rest.entry(index as usize).or_insert(0.0) += value,
        }
    }

    /// The indices whose sum is not 0, ascending, with their sums.
    pub fn iter(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let table = self.table.iter().enumerate().filter(|(_, v)| **v != 0.0).map(|(i, &v)| (i as f64, v));
        table.chain(self.rest.iter().map(|(&i, &v)| (i as f64, v)))
    }
}
