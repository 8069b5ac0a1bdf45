//! Tables joined by case id, and what did not fit together.

use std::collections::HashMap;
use std::fmt;

use crate::error::{Error, Result};
use crate::feature_table::FeatureTable;
use crate::list::list;
use crate::table::Table;

/// Which cases of two tables belong together, and which have no partner.
///
/// # Example
/// ```
/// use radsurv_data::JoinReport;
/// let report = JoinReport::new(&["P1", "P2"], &["P7", "P2", "P1", "P9"])?.named("features.csv", "clinical.csv");
/// assert_eq!(report.pairs, [(0, 2), (1, 1)]);
/// assert_eq!(report.to_string(), "2 of 4 cases are in both; 2 only in clinical.csv: P7, P9");
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinReport {
    /// What stands for the first table in messages.
    pub left: String,
    /// What stands for the second.
    pub right: String,
    /// The rows of the cases that are in both, in the order of the first table.
    pub pairs: Vec<(usize, usize)>,
    /// The ids of cases of the first table alone, in its order.
    pub only_left: Vec<String>,
    /// The ids of cases of the second table alone, in its order.
    pub only_right: Vec<String>,
}

impl JoinReport {
    /// Finds the partners. Ids must be equal to the letter.
    ///
    /// # Errors
    /// [`Error::DuplicateId`] if an id is twice in one of them.
    pub fn new<L: AsRef<str>, R: AsRef<str>>(left: &[L], right: &[R]) -> Result<Self> {
        let names = ["the first table", "the second table"].map(String::from);
        let (in_left, in_right) = (places(left, &names[0])?, places(right, &names[1])?);
        let partner = |(row, id): (usize, &L)| Some((row, *in_right.get(id.as_ref())?));
        let pairs = left.iter().enumerate().filter_map(partner).collect();
        let only_left = left.iter().map(AsRef::as_ref).filter(|id| !in_right.contains_key(id)).map(String::from);
        let only_right = right.iter().map(AsRef::as_ref).filter(|id| !in_left.contains_key(id)).map(String::from);
        let (only_left, only_right) = (only_left.collect(), only_right.collect());
        let [left, right] = names;
        Ok(Self { left, right, pairs, only_left, only_right })
    }

    /// The same with the names of the tables.
    pub fn named(self, left: impl Into<String>, right: impl Into<String>) -> Self {
        Self { left: left.into(), right: right.into(), ..self }
    }

    /// The number of cases that are in both.
    pub fn matched(&self) -> usize {
        self.pairs.len()
    }

    /// Whether every case has its partner.
    pub fn is_complete(&self) -> bool {
        self.only_left.is_empty() && self.only_right.is_empty()
    }
}

/// A sentence for people: how many are in both, and which are not.
impl fmt::Display for JoinReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (both, all) = (self.matched(), self.matched() + self.only_left.len() + self.only_right.len());
        match both {
            _ if self.is_complete() => write!(f, "all {all} cases are in both")?,
            0 => write!(f, "none of {all} cases is in both")?,
            1 => write!(f, "1 of {all} cases is in both")?,
            _ => write!(f, "{both} of {all} cases are in both")?,
        }
        for (only, table) in [(&self.only_left, &self.left), (&self.only_right, &self.right)] {
            if !only.is_empty() {
                write!(f, "; {} only in {table}: {}", only.len(), list(only))?;
            }
        }
        Ok(())
    }
}

/// Which cases a join keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Those in both tables.
    #[default]
    Both,
    /// Those of the first table; what the second does not know is missing.
    Left,
    /// Those of either: the first table's, then the others.
    All,
}

/// How two tables are joined.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Join, Keep};
/// let t1 = FeatureTable::from_rows([("P1", vec![("Mean", 1.0)]), ("P2", vec![("Mean", 2.0)])])?;
/// let t2 = FeatureTable::from_rows([("P2", vec![("Mean", 20.0)])])?;
/// assert!(t1.join(&t2).unwrap_err().to_string().contains("two columns named Mean"));
/// let joined = t1.join_with(&t2, &Join { keep: Keep::Left, prefixes: ["T1_".into(), "T2_".into()] })?;
/// assert_eq!(joined.table.names(), ["T1_Mean", "T2_Mean"]);
/// assert!(joined.table.columns()[1][0].is_nan());
/// assert_eq!(joined.report.only_left, ["P1"]);
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Join {
    /// Which cases are kept.
    pub keep: Keep,
    /// What is put before the names of the first and of the second table's features.
    pub prefixes: [String; 2],
}

/// A joined table, and what was joined.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The features of both tables.
    pub table: FeatureTable,
    /// Which cases had a partner.
    pub report: JoinReport,
}

/// Features and a table of text of the same cases in the same order.
#[derive(Debug, Clone, PartialEq)]
pub struct Aligned {
    /// The features, of the cases in both.
    pub features: FeatureTable,
    /// The text, of the same cases.
    pub table: Table,
    /// Which cases had a partner.
    pub report: JoinReport,
}

impl FeatureTable {
    /// The features of the cases in both tables, this one's first.
    ///
    /// # Errors
    /// As [`join_with`](Self::join_with).
    pub fn join(&self, other: &Self) -> Result<Joined> {
        self.join_with(other, &Join::default())
    }

    /// The features of both tables.
    ///
    /// # Errors
    /// [`Error::DuplicateColumn`] if a feature of both has the same name, prefixes included;
    /// [`Error::NothingInCommon`] if no case is in both.
    pub fn join_with(&self, other: &Self, join: &Join) -> Result<Joined> {
        let report = JoinReport::new(self.case_ids(), other.case_ids())?;
        check_common(&report, self.case_ids(), other.case_ids())?;
        let partners: HashMap<usize, usize> = report.pairs.iter().copied().collect();
        let mut rows: Vec<[Option<usize>; 2]> = match join.keep {
            Keep::Both => report.pairs.iter().map(|&(l, r)| [Some(l), Some(r)]).collect(),
            Keep::Left | Keep::All => (0..self.cases()).map(|l| [Some(l), partners.get(&l).copied()]).collect(),
        };
        if join.keep == Keep::All {
            let taken: std::collections::HashSet<usize> = partners.into_values().collect();
            rows.extend((0..other.cases()).filter(|r| !taken.contains(r)).map(|r| [None, Some(r)]));
        }
        let id = |row: &[Option<usize>; 2]| match *row {
            [Some(l), _] => self.case_ids()[l].clone(),
            [None, r] => r.map_or_else(String::new, |r| other.case_ids()[r].clone()),
        };
        let case_ids = rows.iter().map(id).collect();
        let mut names = Vec::new();
        let mut columns = Vec::new();
        for (side, table) in [self, other].into_iter().enumerate() {
            let value = |column: &[f64], row: &[Option<usize>; 2]| row[side].map_or(f64::NAN, |r| column[r]);
            names.extend(table.names().iter().map(|name| format!("{}{name}", join.prefixes[side])));
            columns.extend(table.columns().iter().map(|c| rows.iter().map(|row| value(c, row)).collect::<Vec<_>>()));
        }
        let table = FeatureTable::checked(case_ids, names, columns, "the joined table")?;
        Ok(Joined { table, report })
    }

    /// The cases that are also in a table of text, whose first column has the ids, and their rows of it.
    ///
    /// # Errors
    /// [`Error::DuplicateId`] if the table has a case twice, [`Error::NothingInCommon`] if no case is in both.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::{FeatureTable, Table};
    /// let features = FeatureTable::from_rows([("P1", vec![("a", 1.0)]), ("P2", vec![("a", 2.0)])])?;
    /// let clinical = Table::from_reader("ID,sex\nP3,f\nP2,m\n".as_bytes(), "clinical.csv")?;
    /// let aligned = features.align(&clinical)?;
    /// assert_eq!(aligned.features.case_ids(), ["P2"]);
    /// assert_eq!(aligned.table.rows()[0].cells, ["P2", "m"]);
    /// let report = "1 of 3 cases is in both; 1 only in the features: P1; 1 only in clinical.csv: P3";
    /// assert_eq!(aligned.report.to_string(), report);
    /// # Ok::<(), radsurv_data::Error>(())
    /// ```
    pub fn align(self, table: &Table) -> Result<Aligned> {
        let ids: Vec<&str> = table.ids().collect();
        places(&ids, table.source_name())?;
        let report = JoinReport::new(self.case_ids(), &ids)?.named("the features", table.source_name());
        check_common(&report, self.case_ids(), &ids)?;
        let (rows, others): (Vec<usize>, Vec<usize>) = report.pairs.iter().copied().unzip();
        let table = table.select_rows(&others);
        // A large table is not copied for nothing.
        let features = if rows.len() == self.cases() { self } else { self.rows(&rows) };
        Ok(Aligned { features, table, report })
    }
}

/// The row of each id.
fn places<'a, S: AsRef<str>>(ids: &'a [S], table: &str) -> Result<HashMap<&'a str, usize>> {
    let mut places = HashMap::with_capacity(ids.len());
    for (row, id) in ids.iter().enumerate() {
        if places.insert(id.as_ref(), row).is_some() {
            return Err(Error::DuplicateId { table: table.to_string(), id: id.as_ref().to_string(), lines: None });
        }
    }
    Ok(places)
}

fn check_common<L: AsRef<str>, R: AsRef<str>>(report: &JoinReport, left: &[L], right: &[R]) -> Result<()> {
    if !report.pairs.is_empty() || left.is_empty() || right.is_empty() {
        return Ok(());
    }
    let (left_id, right_id) = (left[0].as_ref().to_string(), right[0].as_ref().to_string());
    Err(Error::NothingInCommon { left: report.left.clone(), right: report.right.clone(), left_id, right_id })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(rows: &[(&str, f64)], feature: &str) -> FeatureTable {
        FeatureTable::from_rows(rows.iter().map(|(id, v)| (*id, vec![(feature, *v)]))).unwrap()
    }

    #[test]
    fn what_is_kept_is_what_was_asked_for() {
        let left = table(&[("a", 1.0), ("b", 2.0), ("c", 3.0)], "x");
        let right = table(&[("d", 40.0), ("c", 30.0), ("a", 10.0)], "y");
        let with = |keep| left.join_with(&right, &Join { keep, ..Join::default() }).unwrap().table;
        let both = left.join(&right).unwrap();
        assert_eq!(both.table, with(Keep::Both));
        assert_eq!(both.table.case_ids(), ["a", "c"]);
        assert_eq!(both.table.columns(), [[1.0, 3.0], [10.0, 30.0]]);
        assert_eq!(both.report.matched(), 2);
        assert_eq!((both.report.only_left, both.report.only_right), (vec!["b".to_string()], vec!["d".to_string()]));
        assert_eq!(with(Keep::Left).case_ids(), ["a", "b", "c"]);
        let all = with(Keep::All);
        assert_eq!(all.case_ids(), ["a", "b", "c", "d"]);
        assert!(all.columns()[0][3].is_nan() && all.columns()[1][1].is_nan());
        assert_eq!(all.columns()[1][3], 40.0);
    }

    #[test]
    fn tables_that_do_not_fit_are_told() {
        let left = table(&[("P1", 1.0)], "x");
        let error = left.join(&table(&[("p1", 1.0)], "y")).unwrap_err().to_string();
        let says = "no case is in both the first table and the second table: the ids look like \"P1\" and \"p1\", and must \
                    be equal to the letter";
        assert_eq!(error, says);
        assert!(left.join(&left).unwrap_err().to_string().contains("two columns named x"));
        let twice = Table::from_reader("ID,a\nP1,1\nP1,2\n".as_bytes(), "c.csv").unwrap();
        assert!(left.align(&twice).unwrap_err().to_string().starts_with("c.csv has two rows for the case P1"));
    }

    #[test]
    fn reports_are_sentences() {
        let text = |left: &[&str], right: &[&str]| JoinReport::new(left, right).unwrap().named("a", "b").to_string();
        assert_eq!(text(&["P1", "P2"], &["P2", "P1"]), "all 2 cases are in both");
        assert_eq!(text(&["P1"], &["P2"]), "none of 2 cases is in both; 1 only in a: P1; 1 only in b: P2");
        let many: Vec<String> = (0..30).map(|i| i.to_string()).collect();
        let report = JoinReport::new(&many, &["0"]).unwrap().to_string();
        assert!(report.starts_with("1 of 30 cases is in both; 29 only in the first table: 1, 2,"), "{report}");
        assert!(report.ends_with("19, 20 and 9 more"), "{report}");
    }

    proptest! {
        #[test]
        fn every_case_is_accounted_for(left in prop::collection::hash_set(0u8..40, 0..30), right in prop::collection::hash_set(0u8..40, 0..30)) {
            let ids = |set: &std::collections::HashSet<u8>| set.iter().map(u8::to_string).collect::<Vec<_>>();
            let (l, r) = (ids(&left), ids(&right));
            let report = JoinReport::new(&l, &r).unwrap();
            prop_assert_eq!(report.matched(), left.intersection(&right).count());
            prop_assert_eq!(report.matched() + report.only_left.len(), l.len());
            prop_assert_eq!(report.matched() + report.only_right.len(), r.len());
            for (a, b) in report.pairs {
                prop_assert_eq!(&l[a], &r[b]);
            }
        }
    }
}
