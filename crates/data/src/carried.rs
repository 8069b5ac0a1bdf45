//! What a file has beside its features.

use std::collections::HashMap;
use std::path::Path;

use crate::case_file::write_file;
use crate::error::{Error, Result};
use crate::feature_table::FeatureTable;
use crate::table::Table;
use crate::write::Column;

/// The columns of a file that are no features, as text, and the order of all its columns: what is needed to write the file
/// again with other values of its features and all else unchanged. Made by
/// [`CaseFile::read`](crate::CaseFile::read).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    columns: Vec<String>,
    table: Table,
}

impl Carried {
    pub(crate) fn new(columns: Vec<String>, table: Table) -> Self {
        Self { columns, table }
    }

    /// The names of all columns of the file, in its order.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The columns that are no features, the case ids first.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Adds a column with a cell for each case, or gives the column of that name other cells.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not a cell per case, [`Error::DuplicateColumn`] if a feature has that name.
    pub fn set_column(&mut self, name: &str, cells: Vec<String>) -> Result<()> {
        let known = self.table.find_column(name).is_some();
        if !known && self.columns.iter().any(|c| c == name) {
            return Err(Error::DuplicateColumn {
                table: self.table.source_name().to_string(),
                column: name.to_string(),
            });
        }
        self.table.set_column(name, cells)?;
        if !known {
            self.columns.push(name.to_string());
        }
        Ok(())
    }

    /// Writes the file again, as CSV or as Parquet by the name, with these features: in the places of those it had, new
    /// ones at the end; features that are gone are left out. The rows are those of the features.
    ///
    /// # Errors
    /// [`Error::UnknownCase`] if the features have a case that the file had not, [`Error::DuplicateColumn`] if a feature
    /// has the name of another column, [`Error::Io`] if the file cannot be written, [`Error::Parquet`] without
    /// that cargo feature.
    pub fn write(&self, path: impl AsRef<Path>, features: &FeatureTable) -> Result<()> {
        let rows = self.rows_of(features)?;
        let cells = self.table.rows();
        // A closure per text column, which must live as long as the list of columns.
        let text: Vec<_> = (0..self.table.columns().len())
            .map(|place| {
                let rows = &rows;
                move |row: usize| cells[rows[row]].cells[place].as_str()
            })
            .collect();
        let mut named: HashMap<&str, Column<'_>> = HashMap::new();
        for (name, values) in features.names().iter().zip(features.columns()) {
            named.insert(name, Column::Number(values));
        }
        for (name, cells) in self.table.columns().iter().zip(&text) {
            if named.insert(name, Column::Text(cells)).is_some() {
                return Err(Error::DuplicateColumn { table: "the table to write".to_string(), column: name.clone() });
            }
        }
        let order = self.columns.iter().chain(features.names());
        let columns: Vec<(&str, Column<'_>)> =
            order.filter_map(|n| Some((n.as_str(), named.remove(n.as_str())?))).collect();
        write_file(path.as_ref(), features.cases(), &columns)
    }

    /// The row of each case of the features.
    fn rows_of(&self, features: &FeatureTable) -> Result<Vec<usize>> {
        let rows: HashMap<&str, usize> = self.table.ids().zip(0..).collect();
        let row = |id: &String| {
            let unknown = || Error::UnknownCase { table: self.table.source_name().to_string(), id: id.clone() };
            rows.get(id.as_str()).copied().ok_or_else(unknown)
        };
        features.case_ids().iter().map(row).collect()
    }
}
