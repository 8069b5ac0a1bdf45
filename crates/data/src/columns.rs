//! The columns of a table whose rows do not all have the same ones.

use std::collections::HashMap;

/// Names in an order that keeps to the order of every list merged in: a name seen for the first time goes behind the
/// one before it in its list.
///
/// One image may have features that another lacks (a filter that was skipped because the image is too small): the table
/// of both has all of them, each where a reader expects it, whichever image came first.
///
/// # Example
/// ```
/// use radsurv_data::ColumnOrder;
/// let mut columns = ColumnOrder::default();
/// columns.merge(["original_Mean", "wavelet_Mean"]);
/// columns.merge(["original_Mean", "log_Mean", "wavelet_Mean"]);
/// assert_eq!(columns.names(), ["original_Mean", "log_Mean", "wavelet_Mean"]);
/// assert_eq!(columns.position("wavelet_Mean"), Some(2));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnOrder {
    names: Vec<String>,
    positions: HashMap<String, usize>,
}

impl ColumnOrder {
    /// Adds the names that are new.
    pub fn merge<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        // New names wait until the next known one (or the end), so that a run of them costs one insertion.
        let mut after = 0;
        let mut new: Vec<String> = Vec::new();
        for name in names {
            match self.positions.get(name) {
                Some(&position) => {
                    let inserted = self.insert(after, std::mem::take(&mut new));
                    after = if position >= after { position + inserted } else { position } + 1;
                }
                None if new.iter().any(|n| n == name) => {}
                None => new.push(name.to_string()),
            }
        }
        self.insert(after, new);
    }

    fn insert(&mut self, at: usize, new: Vec<String>) -> usize {
        let count = new.len();
        if count > 0 {
            self.names.splice(at..at, new);
            for (position, name) in self.names.iter().enumerate().skip(at) {
                self.positions.insert(name.clone(), position);
            }
        }
        count
    }

    /// The names in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_of_lists_gives_each_name_once() {
        let lists: [&[&str]; 4] = [&["b", "c"], &["a", "b", "x", "y", "c", "z"], &[], &["z", "q", "a", "q", "w"]];
        let mut columns = ColumnOrder::default();
        for list in lists {
            columns.merge(list.iter().copied());
            for (i, name) in columns.names().iter().enumerate() {
                assert_eq!(columns.position(name), Some(i));
            }
        }
        assert_eq!(columns.names(), ["a", "b", "x", "y", "c", "z", "q", "w"]);
    }
}
