//! Tables of text as they come from a CSV file.

use std::collections::HashSet;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use crate::error::{Error, Result};
use crate::fs::write_atomic;
use crate::read::{self, BYTE_ORDER_MARK, NOT_UTF8, for_each_record, ragged};

/// A table of text: names of columns and rows of as many cells. Nothing is interpreted, so what is carried through from
/// one file to another comes out as it went in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    source_name: String,
    columns: Vec<String>,
    rows: Vec<Row>,
}

/// A row of a [`Table`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file where it begins, from 1; its place in the table if it was not read from a file.
    pub line: u64,
    /// Its cells, one per column.
    pub cells: Vec<String>,
}

impl Table {
    /// An empty table with these columns. `source_name` stands for it in messages.
    ///
    /// # Errors
    /// [`Error::DuplicateColumn`] if a name occurs twice.
    pub fn new(columns: Vec<String>, source_name: &str) -> Result<Self> {
        let mut seen = HashSet::new();
        if let Some(twice) = columns.iter().find(|c| !seen.insert(c.as_str())) {
            return Err(Error::DuplicateColumn { table: source_name.to_string(), column: twice.clone() });
        }
        Ok(Self { source_name: source_name.to_string(), columns, rows: Vec::new() })
    }

    /// A table of rows that have a cell per column, and columns of different names.
    pub(crate) fn from_rows(columns: Vec<String>, rows: Vec<Row>, source_name: &str) -> Self {
        Self { source_name: source_name.to_string(), columns, rows }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`Error::Line`] if it does not have a cell for each column.
    pub fn push(&mut self, cells: Vec<String>) -> Result<()> {
        let line = self.rows.len() as u64 + 2;
        if cells.len() != self.columns.len() {
            return Err(self.error(line, format!("{} cells for {} columns", cells.len(), self.columns.len())));
        }
        self.rows.push(Row { line, cells });
        Ok(())
    }

    /// Reads a CSV file: UTF-8, commas, quotes where needed, the names of the columns in the first line.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read, [`Error::Empty`] if it has no header, [`Error::DuplicateColumn`],
    /// [`Error::Line`] if a line is not UTF-8 or has another number of cells than the header.
    pub fn read_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let (file, _) = read::open(path)?;
        Self::from_reader(BufReader::new(file), &path.display().to_string())
    }

    /// Reads CSV from any source; see [`read_csv`](Self::read_csv). `source_name` stands for it in messages.
    ///
    /// # Errors
    /// As [`read_csv`](Self::read_csv).
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Table;
    /// let table = Table::from_reader("ID,Age\nP1,63\n\"P,2\",58\n".as_bytes(), "patients.csv")?;
    /// assert_eq!(table.columns(), ["ID", "Age"]);
    /// assert_eq!(table.rows()[1].cells, ["P,2", "58"]);
    ///
    /// let error = Table::from_reader("ID,Age\nP1\n".as_bytes(), "patients.csv").unwrap_err();
    /// assert!(error.to_string().starts_with("patients.csv, line 2: 1 cell where the header has 2"));
    /// # Ok::<(), radsurv_data::Error>(())
    /// ```
    pub fn from_reader(mut reader: impl Read, source_name: &str) -> Result<Self> {
        let empty = || Error::Empty { table: source_name.to_string() };
        let at = |line: u64, what: String| Error::Line { table: source_name.to_string(), line, what };
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|source| Error::Io { path: source_name.into(), source })?;
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
        let mut table: Option<Self> = None;
        for_each_record(bytes, 1, source_name, |line, record| {
            let mut cells = Vec::with_capacity(record.len());
            for cell in record {
                cells.push(std::str::from_utf8(cell).map_err(|_| at(line, NOT_UTF8.to_string()))?.to_string());
            }
            let Some(table) = &mut table else {
                // Spreadsheets mark UTF-8 with an invisible first character; it may come again, in quotes.
                if let Some(rest) = cells.first().and_then(|c| c.strip_prefix('\u{feff}')) {
                    cells[0] = rest.to_string();
                }
                if cells.iter().all(|c| c.trim().is_empty()) {
                    return Err(empty());
                }
                table = Some(Self::new(cells, source_name)?);
                return Ok(());
            };
            // A line of commas only is what spreadsheets leave of deleted rows.
            if cells.iter().all(String::is_empty) {
                return Ok(());
            }
            if cells.len() != table.columns.len() {
                return Err(at(line, ragged(cells.len(), table.columns.len())));
            }
            table.rows.push(Row { line, cells });
            Ok(())
        })?;
        table.ok_or_else(empty)
    }

    /// What stands for the table in messages: the name of its file.
    pub fn source_name(&self) -> &str {
        &self.source_name
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The first cell of each row: the case ids, if the table has a row per case.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.rows.iter().map(|row| row.cells.first().map_or("", String::as_str))
    }

    /// Some rows, in the order asked for.
    ///
    /// # Panics
    /// If a row is not there.
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        let rows = rows.iter().map(|&row| self.rows[row].clone()).collect();
        Self { source_name: self.source_name.clone(), columns: self.columns.clone(), rows }
    }

    /// The place of a column, if there is one of that name.
    pub fn find_column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// The place of a column.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] with the columns that are there.
    pub fn column(&self, name: &str) -> Result<usize> {
        self.find_column(name).ok_or_else(|| Error::MissingColumn {
            table: self.source_name.clone(),
            column: name.to_string(),
            present: self.columns.clone(),
        })
    }

    /// An error at a line of this table.
    pub fn error(&self, line: u64, what: impl Into<String>) -> Error {
        Error::Line { table: self.source_name.clone(), line, what: what.into() }
    }

    /// Adds a column with a cell for each row, or gives the column of that name other cells.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not a cell per row.
    pub fn set_column(&mut self, name: &str, cells: Vec<String>) -> Result<()> {
        if cells.len() != self.rows.len() {
            return Err(Error::Length { column: name.to_string(), found: cells.len(), expected: self.rows.len() });
        }
        let place = self.find_column(name).unwrap_or_else(|| {
            self.columns.push(name.to_string());
            self.rows.iter_mut().for_each(|row| row.cells.push(String::new()));
            self.columns.len() - 1
        });
        self.rows.iter_mut().zip(cells).for_each(|(row, cell)| row.cells[place] = cell);
        Ok(())
    }

    /// Writes the table as a CSV file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be written.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        write_atomic(path, |out| self.to_writer(out)).map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }

    /// Writes the table as CSV, lines ending in `\n`.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn to_writer(&self, out: impl Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(&self.columns)?;
        for row in &self.rows {
            csv.write_record(&row.cells)?;
        }
        csv.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Table> {
        Table::from_reader(text, "t.csv")
    }

    #[test]
    fn text_is_carried_unchanged() {
        let text = "ID,Note,N\nP1,\"a \"\"b\"\", c\",007\nP2, x ,\n";
        let table = read(text.as_bytes()).unwrap();
        assert_eq!(table.rows()[0].cells, ["P1", "a \"b\", c", "007"]);
        let mut out = Vec::new();
        table.to_writer(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }

    #[test]
    fn a_column_is_added_once() {
        let mut table = read(b"ID\nP1\nP2\n").unwrap();
        for value in ["a", "b"] {
            table.set_column("note", vec![value.to_string(); 2]).unwrap();
        }
        assert_eq!(table.columns(), ["ID", "note"]);
        assert_eq!(table.rows()[1].cells, ["P2", "b"]);
        assert!(table.set_column("note", vec![]).is_err());
    }

    #[test]
    fn what_spreadsheets_do_to_files_is_understood() {
        let table = read("\u{feff}ID,N\r\nP1,1\r\n\r\n,\r\nP2,2\r\n".as_bytes()).unwrap();
        assert_eq!(table.columns(), ["ID", "N"]);
        let lines: Vec<u64> = table.rows().iter().map(|r| r.line).collect();
        assert_eq!(lines, [2, 5]);
    }

    #[test]
    fn bad_files_are_told_apart() {
        let message = |text: &[u8]| read(text).unwrap_err().to_string();
        assert!(message(b"").starts_with("t.csv is empty"));
        assert!(message(b"\n\n").starts_with("t.csv is empty"));
        assert!(message(b"A,B,A\n").contains("two columns named A"));
        assert!(message(b"A,B\n1,2\n1,2,3\n").starts_with("t.csv, line 3: 3 cells where the header has 2"));
        assert!(message(b"A,B\n1,\xff\n").starts_with("t.csv, line 2: the text is not UTF-8"));
        let missing = |text: &[u8]| read(text).unwrap().column("Mask").unwrap_err().to_string();
        assert_eq!(missing(b"ID,Image\n"), "t.csv has no column Mask; its columns are ID, Image");
        assert!(missing(b"ID,mask\n").contains("there is \"mask\": names must match to the letter"));
        assert!(missing(b"ID;Mask\n").contains("save it with commas"));
        assert!(Table::read_csv(std::env::temp_dir()).unwrap_err().to_string().contains("folder"));
    }
}
