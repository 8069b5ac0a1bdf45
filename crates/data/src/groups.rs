//! Cases divided into groups: centre, scanner, period, sex.

use crate::number;

/// The group of each case, or none if it is not known.
///
/// The groups ([`levels`](Self::levels)) are in ascending order: by value if all of them are numbers, so that 10 comes
/// behind 9, else letter by letter.
///
/// # Example
/// ```
/// use radsurv_data::Groups;
/// let centre = Groups::new(["Lyon", "Bern", "", "Lyon"].map(|l| Some(l).filter(|l| !l.is_empty())));
/// assert_eq!(centre.levels(), ["Bern", "Lyon"]);
/// assert_eq!(centre.codes(), [Some(1), Some(0), None, Some(1)]);
/// assert_eq!(centre.counts(), [1, 2]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Groups {
    levels: Vec<String>,
    codes: Vec<Option<usize>>,
}

impl Groups {
    /// The groups of cases from the label of each.
    pub fn new<L: AsRef<str>>(labels: impl IntoIterator<Item = Option<L>>) -> Self {
        let labels: Vec<Option<L>> = labels.into_iter().collect();
        let mut levels: Vec<&str> = labels.iter().flatten().map(AsRef::as_ref).collect();
        levels.sort_unstable();
        levels.dedup();
        let values: Vec<Option<f64>> =
            levels.iter().map(|l| number::parse(l).filter(|value| !value.is_nan())).collect();
        if let Some(mut values) = values.into_iter().collect::<Option<Vec<f64>>>() {
            let mut keyed: Vec<(f64, &str)> = values.drain(..).zip(levels).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            levels = keyed.into_iter().map(|(_, level)| level).collect();
        }
        let places: std::collections::HashMap<&str, usize> = levels.iter().enumerate().map(|(i, l)| (*l, i)).collect();
        let codes = labels.iter().map(|l| l.as_ref().and_then(|l| places.get(l.as_ref()).copied())).collect();
        Self { levels: levels.iter().map(|l| l.to_string()).collect(), codes }
    }

    /// The names of the groups, each of which has a case at least.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The place of each case's group among the [`levels`](Self::levels).
    pub fn codes(&self) -> &[Option<usize>] {
        &self.codes
    }

    /// The name of a case's group.
    pub fn label(&self, case: usize) -> Option<&str> {
        self.codes.get(case).copied().flatten().map(|code| self.levels[code].as_str())
    }

    /// The number of cases.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there is no case.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The number of cases in each group.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.levels.len()];
        for &code in self.codes.iter().flatten() {
            counts[code] += 1;
        }
        counts
    }

    /// Some cases, in the order asked for; groups that none of them is in are gone.
    ///
    /// # Panics
    /// If a case is not there.
    pub fn rows(&self, cases: &[usize]) -> Self {
        Self::new(cases.iter().map(|&case| self.codes[case].map(|code| &self.levels[code])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_value_and_words_by_letter() {
        assert_eq!(Groups::new(["10", "9", "9.0"].map(Some)).levels(), ["9", "9.0", "10"]);
        assert_eq!(Groups::new(["10", "9", "x"].map(Some)).levels(), ["10", "9", "x"]);
        assert_eq!(Groups::new(["NA", "9"].map(Some)).levels(), ["9", "NA"]);
    }

    #[test]
    fn a_part_has_only_its_own_groups() {
        let groups = Groups::new([Some("c"), Some("a"), None, Some("b")]);
        let part = groups.rows(&[3, 2, 0]);
        assert_eq!(part.levels(), ["b", "c"]);
        assert_eq!(part.codes(), [Some(0), None, Some(1)]);
        assert_eq!(part.label(2), Some("c"));
    }
}
