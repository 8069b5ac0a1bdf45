//! Cases by features: the table that harmonisation and models work on.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use crate::case_file::{CaseFile, write_file};
use crate::columns::ColumnOrder;
use crate::error::{Error, Result};
use crate::fs::write_atomic;
use crate::number;
use crate::pattern::Pattern;
use crate::read::{CsvFile, no_number};
use crate::table::Table;
use crate::write::{Column, write_columns};

/// A number for each case and feature. Case ids and names of features are unique; a value that is missing is NaN.
///
/// Stored by column, since most of what is done to it is done feature by feature.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeatureTable {
    case_ids: Vec<String>,
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl FeatureTable {
    /// A table of these cases, features and columns; `columns[f][c]` is the value of feature `f` in case `c`.
    ///
    /// # Errors
    /// [`Error::DuplicateId`], [`Error::DuplicateColumn`], or [`Error::Length`] if a column does not have a value for
    /// each case, or if names and columns differ in number.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::FeatureTable;
    /// let table = FeatureTable::new(
    ///     vec!["P1".into(), "P2".into()],
    ///     vec!["original_firstorder_Mean".into()],
    ///     vec![vec![31.5, f64::NAN]],
    /// )?;
    /// assert_eq!(table.column("original_firstorder_Mean").unwrap()[0], 31.5);
    /// # Ok::<(), radsurv_data::Error>(())
    /// ```
    pub fn new(case_ids: Vec<String>, names: Vec<String>, columns: Vec<Vec<f64>>) -> Result<Self> {
        Self::checked(case_ids, names, columns, "the table")
    }

    pub(crate) fn checked(
        case_ids: Vec<String>,
        names: Vec<String>,
        columns: Vec<Vec<f64>>,
        table: &str,
    ) -> Result<Self> {
        let mut seen = HashSet::new();
        if let Some(id) = case_ids.iter().find(|id| !seen.insert(id.as_str())) {
            return Err(Error::DuplicateId { table: table.to_string(), id: id.clone(), lines: None });
        }
        let mut seen = HashSet::new();
        if let Some(column) = names.iter().find(|n| !seen.insert(n.as_str())) {
            return Err(Error::DuplicateColumn { table: table.to_string(), column: column.clone() });
        }
        if names.len() != columns.len() {
            let column = names.get(columns.len()).cloned().unwrap_or_else(|| format!("number {}", names.len() + 1));
            let found = if names.len() < columns.len() { columns[names.len()].len() } else { 0 };
            return Err(Error::Length { column, found, expected: case_ids.len() });
        }
        if let Some((name, column)) = names.iter().zip(&columns).find(|(_, c)| c.len() != case_ids.len()) {
            return Err(Error::Length { column: name.clone(), found: column.len(), expected: case_ids.len() });
        }
        Ok(Self { case_ids, names, columns })
    }

    /// A table from rows that need not all have the same features: what a row lacks is NaN. The columns are in the order
    /// of [`ColumnOrder`].
    ///
    /// # Errors
    /// [`Error::DuplicateId`] if a case has two rows, [`Error::DuplicateColumn`] if a row has a feature twice.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::FeatureTable;
    /// let rows = [("P1", vec![("a", 1.0)]), ("P2", vec![("a", 2.0), ("b", 3.0)])];
    /// let table = FeatureTable::from_rows(rows)?;
    /// assert!(table.column("b").unwrap()[0].is_nan());
    /// # Ok::<(), radsurv_data::Error>(())
    /// ```
    pub fn from_rows<I, N>(rows: impl IntoIterator<Item = (I, Vec<(N, f64)>)>) -> Result<Self>
    where
        I: Into<String>,
        N: AsRef<str>,
    {
        let rows: Vec<(String, Vec<(N, f64)>)> = rows.into_iter().map(|(id, row)| (id.into(), row)).collect();
        let mut order = ColumnOrder::default();
        for (id, row) in &rows {
            let mut seen = HashSet::new();
            if let Some((twice, _)) = row.iter().find(|(name, _)| !seen.insert(name.as_ref())) {
                return Err(Error::DuplicateColumn {
                    table: format!("the row of case {id}"),
                    column: twice.as_ref().to_string(),
                });
            }
            order.merge(row.iter().map(|(name, _)| name.as_ref()));
        }
        let mut columns = vec![vec![f64::NAN; rows.len()]; order.names().len()];
        for (c, (_, row)) in rows.iter().enumerate() {
            for (name, value) in row {
                if let Some(f) = order.position(name.as_ref()) {
                    columns[f][c] = *value;
                }
            }
        }
        Self::new(rows.into_iter().map(|(id, _)| id).collect(), order.names().to_vec(), columns)
    }

    /// Some columns of a table of text, with the case ids of its first column.
    ///
    /// # Errors
    /// [`Error::MissingColumn`], [`Error::DuplicateId`], or [`Error::Line`] at a cell that is neither a number nor a
    /// missing value (empty, `NA`, `NaN`).
    pub fn from_table<N: AsRef<str>>(table: &Table, names: &[N]) -> Result<Self> {
        let places = names.iter().map(|n| table.column(n.as_ref())).collect::<Result<Vec<_>>>()?;
        let mut columns = vec![Vec::with_capacity(table.rows().len()); places.len()];
        let mut case_ids = Vec::with_capacity(table.rows().len());
        for row in table.rows() {
            case_ids.push(row.cells.first().cloned().unwrap_or_default());
            for (column, &place) in columns.iter_mut().zip(&places) {
                let cell = row.cells.get(place).map_or("", String::as_str);
                let wrong = || table.error(row.line, no_number(&table.columns()[place], cell));
                column.push(number::parse(cell).ok_or_else(wrong)?);
            }
        }
        let names = names.iter().map(|n| n.as_ref().to_string()).collect();
        Self::checked(case_ids, names, columns, table.source_name())
    }

    /// Reads a CSV file whose first column has the case ids and whose other columns are all numbers. Of a file with other
    /// columns choose some with [`CaseFile`].
    ///
    /// # Errors
    /// Those of [`CaseFile::open`] and [`CaseFile::read`].
    pub fn read_csv(path: impl AsRef<Path>) -> Result<Self> {
        CsvFile::open(path.as_ref())?.read(|_| true).map(|(features, _)| features)
    }

    /// Reads a Parquet file if the name ends in `.parquet` (with that cargo feature), else [CSV](Self::read_csv).
    ///
    /// # Errors
    /// Those of [`CaseFile::open`] and [`CaseFile::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        CaseFile::open(path)?.read(|_| true).map(|(features, _)| features)
    }

    /// Writes a CSV file, whole or not at all: `case_id`, then the features; numbers in the shortest form that reads
    /// back as the same, NaN as an empty cell.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be written.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        write_atomic(path, |out| self.to_writer(out)).map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }

    /// Writes a Parquet file if the name ends in `.parquet` (with that cargo feature; NaN is null there), else
    /// [CSV](Self::write_csv).
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be written, [`Error::Parquet`] without that cargo feature.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let ids = |row: usize| self.case_ids[row].as_str();
        write_file(path.as_ref(), self.cases(), &self.named_columns(&ids))
    }

    /// Writes the table as CSV; see [`write_csv`](Self::write_csv).
    ///
    /// # Errors
    /// Those of the writer.
    pub fn to_writer(&self, out: impl Write) -> io::Result<()> {
        let ids = |row: usize| self.case_ids[row].as_str();
        write_columns(out, self.cases(), &self.named_columns(&ids))
    }

    fn named_columns<'a>(&'a self, ids: &'a (dyn Fn(usize) -> &'a str + Sync)) -> Vec<(&'a str, Column<'a>)> {
        let features = self.names.iter().zip(&self.columns).map(|(n, values)| (n.as_str(), Column::Number(values)));
        std::iter::once(("case_id", Column::Text(ids))).chain(features).collect()
    }

    /// The number of cases.
    pub fn cases(&self) -> usize {
        self.case_ids.len()
    }

    /// The cases.
    pub fn case_ids(&self) -> &[String] {
        &self.case_ids
    }

    /// The names of the features.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The values of all features, a slice with a value per case for each.
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// The values of one feature, one per case.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        let place = self.names.iter().position(|n| n == name)?;
        Some(&self.columns[place])
    }

    /// The values of one feature, to be changed where they are: what asks again and again what a model makes of another column
    /// need not copy the others each time.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut [f64]> {
        let place = self.names.iter().position(|n| n == name)?;
        Some(&mut self.columns[place])
    }

    /// Some cases, in the order asked for.
    ///
    /// # Panics
    /// If a case is not there, or asked for twice: ids stay unique.
    pub fn rows(&self, cases: &[usize]) -> Self {
        let mut seen = HashSet::new();
        assert!(cases.iter().all(|case| seen.insert(case)), "a case is asked for twice");
        Self {
            case_ids: cases.iter().map(|&case| self.case_ids[case].clone()).collect(),
            names: self.names.clone(),
            columns: self.columns.iter().map(|column| cases.iter().map(|&case| column[case]).collect()).collect(),
        }
    }

    /// The places of these features, of which the table must have exactly these, as a fitted step needs them.
    ///
    /// # Errors
    /// [`Error::OtherFeatures`] with all that are missing or unknown.
    pub fn places<N: AsRef<str>>(&self, names: &[N]) -> Result<Vec<usize>> {
        let here: HashMap<&str, usize> = self.names.iter().map(String::as_str).zip(0..).collect();
        let places = names.iter().map(|name| here.get(name.as_ref()).copied()).collect::<Option<Vec<usize>>>();
        if let Some(places) = places
            && names.len() == self.names.len()
        {
            return Ok(places);
        }
        let fitted: HashSet<&str> = names.iter().map(AsRef::as_ref).collect();
        let missing = names.iter().map(AsRef::as_ref).filter(|n| !here.contains_key(n)).map(String::from).collect();
        let unexpected = self.names.iter().filter(|n| !fitted.contains(n.as_str())).cloned().collect();
        Err(Error::OtherFeatures { missing, unexpected })
    }

    /// The same table with its features in this order, as a fitted step needs them.
    ///
    /// # Errors
    /// [`Error::OtherFeatures`] if it does not have exactly these features, with all that are missing or unknown.
    pub fn aligned<N: AsRef<str>>(&self, names: &[N]) -> Result<Cow<'_, Self>> {
        if self.names.iter().map(String::as_str).eq(names.iter().map(AsRef::as_ref)) {
            return Ok(Cow::Borrowed(self));
        }
        self.places(names)?;
        self.select(names).map(Cow::Owned)
    }

    /// The same cases and features with other values, made feature by feature.
    ///
    /// # Errors
    /// [`Error::Length`] if there are not as many columns as features, or not as many values as cases in one.
    pub fn with_columns(&self, columns: Vec<Vec<f64>>) -> Result<Self> {
        Self::new(self.case_ids.clone(), self.names.clone(), columns)
    }

    /// Some features, in the order asked for.
    ///
    /// # Errors
    /// [`Error::MissingColumn`], or [`Error::DuplicateColumn`] if one is asked for twice.
    pub fn select<N: AsRef<str>>(&self, names: &[N]) -> Result<Self> {
        let places: HashMap<&str, usize> = self.names.iter().enumerate().map(|(f, n)| (n.as_str(), f)).collect();
        let mut columns = Vec::with_capacity(names.len());
        for name in names {
            let column = places.get(name.as_ref()).map(|&f| &self.columns[f]).ok_or_else(|| Error::MissingColumn {
                table: "the table".to_string(),
                column: name.as_ref().to_string(),
                present: self.names.clone(),
            })?;
            columns.push(column.clone());
        }
        Self::new(self.case_ids.clone(), names.iter().map(|n| n.as_ref().to_string()).collect(), columns)
    }

    /// The features whose names match, in their order.
    ///
    /// # Errors
    /// [`Error::NoMatch`] if there is none, with names that are near.
    pub fn select_matching(&self, pattern: &Pattern) -> Result<Self> {
        self.select(&pattern.choose(&self.names)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let values = vec![vec![0.1, f64::NAN, 1e-300], vec![-5.0, 1e17, 0.1 + 0.2]];
        let ids = ["P 1", "P,2", "3"].map(String::from).to_vec();
        let table = FeatureTable::new(ids, vec!["a".into(), "b".into()], values).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.csv");
        table.write_csv(&path).unwrap();
        let back = FeatureTable::read_csv(&path).unwrap();
        assert_eq!(back.case_ids(), table.case_ids());
        assert_eq!(back.names(), table.names());
        for (a, b) in back.columns().iter().flatten().zip(table.columns().iter().flatten()) {
            assert!(a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()));
        }
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("case_id,a,b\nP 1,0.1,-5\n\"P,2\",,1e17\n"));
    }

    #[test]
    fn impossible_tables_are_refused() {
        let ids = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
        let message = |r: Result<FeatureTable>| r.unwrap_err().to_string();
        let twice = FeatureTable::new(ids(&["P1", "P1"]), vec![], vec![]);
        assert!(message(twice).contains("--layout wide"));
        assert!(message(FeatureTable::new(ids(&["P1"]), ids(&["a", "a"]), vec![vec![1.0]; 2])).contains("named a"));
        let short = FeatureTable::new(ids(&["P1", "P2"]), ids(&["a"]), vec![vec![1.0]]);
        assert_eq!(message(short), "the column a has 1 values, but there are 2 cases");
        assert!(FeatureTable::new(ids(&["P1"]), ids(&["a"]), vec![]).is_err());
        assert!(FeatureTable::new(ids(&["P1"]), vec![], vec![vec![1.0]]).is_err());
        assert!(message(FeatureTable::from_rows([("P1", vec![("a", 1.0), ("a", 2.0)])])).contains("case P1"));
        let text = Table::from_reader("case_id,a\nP1,high\n".as_bytes(), "t.csv").unwrap();
        assert!(message(FeatureTable::from_table(&text, &["a"])).starts_with("t.csv, line 2: a is \"high\""));
        let table = FeatureTable::from_rows([("P1", vec![("a", 1.0), ("b", 2.0)])]).unwrap();
        assert_eq!(table.select(&["b"]).unwrap().names(), ["b"]);
        assert!(table.select(&["c"]).is_err());
    }
}
