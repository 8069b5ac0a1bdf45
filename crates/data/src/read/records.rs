//! The cells of a piece of CSV text: numbers as numbers, other cells as text.

use std::io::Read;

use super::blocks::{Piece, count_lines};
use crate::error::{Error, Result};
use crate::number;
use crate::table::Row;

/// What is to become of each column.
pub(super) struct Plan<'a> {
    pub source_name: &'a str,
    pub columns: &'a [String],
    /// Whether a column is a number. The first never is: it has the case ids.
    pub is_number: Vec<bool>,
}

/// The rows of a piece.
#[derive(Default)]
pub(super) struct Rows {
    /// The numbers, row by row.
    pub numbers: Vec<f64>,
    /// The other cells.
    pub text: Vec<Row>,
}

impl Plan<'_> {
    /// The rows of a piece.
    pub fn parse(&self, piece: Piece<'_>) -> Result<Rows> {
        // Without a quote a comma is a comma, and the text can be cut without a parser's state.
        match std::str::from_utf8(piece.bytes) {
            Ok(text) if memchr::memchr(b'"', piece.bytes).is_none() => self.parse_plain(text, piece.line),
            _ => self.parse_quoted(piece),
        }
    }

    fn parse_plain(&self, text: &str, mut line: u64) -> Result<Rows> {
        let mut rows = Rows::default();
        let mut begin = 0;
        while begin < text.len() {
            let end = memchr::memchr2(b'\r', b'\n', &text.as_bytes()[begin..]).map_or(text.len(), |e| begin + e);
            let record = &text[begin..end];
            if !record.bytes().all(|b| b == b',') {
                let commas = memchr::memchr_iter(b',', record.as_bytes()).chain([record.len()]);
                let cells = commas.scan(0, |from, to| Some(&record[std::mem::replace(from, to + 1)..to]));
                self.push(&mut rows, line, cells.map(Ok))?;
            }
            line += u64::from(text.as_bytes().get(end) == Some(&b'\n'));
            begin = end + 1;
        }
        Ok(rows)
    }

    fn parse_quoted(&self, piece: Piece<'_>) -> Result<Rows> {
        let mut rows = Rows::default();
        for_each_record(piece.bytes, piece.line, self.source_name, |line, record| {
            if record.iter().all(<[u8]>::is_empty) {
                return Ok(());
            }
            let not_utf8 = |_| self.error(line, NOT_UTF8.to_string());
            let cells = record.iter().map(|cell| std::str::from_utf8(cell).map_err(not_utf8));
            self.push(&mut rows, line, cells)
        })?;
        Ok(rows)
    }

    /// Adds a row: `cells` are its cells.
    fn push<'c>(&self, rows: &mut Rows, line: u64, mut cells: impl Iterator<Item = Result<&'c str>>) -> Result<()> {
        let mut text = Vec::new();
        let mut wrong = None;
        let mut count = 0;
        for cell in &mut cells {
            let cell = cell?;
            match self.is_number.get(count) {
                Some(true) => match number::parse(cell) {
                    Some(value) => rows.numbers.push(value),
                    // A row with a comma too many is wrong for that reason first.
                    None => wrong = wrong.or_else(|| Some((count, cell.to_string()))),
                },
                Some(false) => text.push(cell.to_string()),
                None => {}
            }
            count += 1;
        }
        if count != self.columns.len() {
            return Err(self.error(line, ragged(count, self.columns.len())));
        }
        if let Some((column, cell)) = wrong {
            return Err(self.error(line, no_number(&self.columns[column], &cell)));
        }
        if text[0].trim().is_empty() {
            let what = format!("the case id (the first column, {:?}) is empty", self.columns[0]);
            return Err(self.error(line, what));
        }
        rows.text.push(Row { line, cells: text });
        Ok(())
    }

    fn error(&self, line: u64, what: String) -> Error {
        Error::Line { table: self.source_name.to_string(), line, what }
    }
}

/// What is wrong with bytes that are no text.
pub(crate) const NOT_UTF8: &str = "the text is not UTF-8; save the file in that encoding";

/// What is wrong with a row of another number of cells.
pub(crate) fn ragged(found: usize, expected: usize) -> String {
    let s = if found == 1 { "" } else { "s" };
    format!("{found} cell{s} where the header has {expected}; a cell with a comma in it needs quotes")
}

/// What is wrong with a cell that should be a number.
pub(crate) fn no_number(column: &str, cell: &str) -> String {
    let more = if cell.chars().count() > 60 { "..." } else { "" };
    let cell: String = cell.chars().take(60).collect();
    format!("{column} is {cell:?}{more}, which is no number; leave the cell empty if the value is missing")
}

/// Calls `each` with the line and the cells of each record of a text that begins in a line.
pub(crate) fn for_each_record(
    bytes: &[u8],
    line: u64,
    source_name: &str,
    mut each: impl FnMut(u64, &csv::ByteRecord) -> Result<()>,
) -> Result<()> {
    // The parser would take a byte order mark off the beginning of any piece: an empty line before it hides it.
    let text = b"\n".chain(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut record = csv::ByteRecord::new();
    let mut lines = Lines { bytes, at: 0, line };
    loop {
        let more = reader.read_byte_record(&mut record);
        let wrong =
            |e: csv::Error| Error::Line { table: source_name.to_string(), line: lines.line, what: e.to_string() };
        if !more.map_err(wrong)? {
            return Ok(());
        }
        let byte = record.position().map_or(0, csv::Position::byte);
        each(lines.of_record(byte.saturating_sub(1)), &record)?;
    }
}

/// The cells of the first record.
pub(super) fn first_record(bytes: &[u8]) -> std::result::Result<Vec<String>, String> {
    let text = b"\n".chain(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).map_err(|e| e.to_string())?;
    let cells = record.iter().map(|cell| std::str::from_utf8(cell).map(String::from));
    let mut cells: Vec<String> = cells.collect::<std::result::Result<_, _>>().map_err(|_| NOT_UTF8.to_string())?;
    // The byte order mark is stripped from the text already, but may come again: in quotes, or behind an empty line.
    if let Some(rest) = cells.first().and_then(|c| c.strip_prefix('\u{feff}')) {
        cells[0] = rest.to_string();
    }
    Ok(cells)
}

/// Counts lines up to the place of a record. The parser's own count is one behind after `\r\n` and empty lines, which
/// it skips at the beginning of the next record.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that the parser says to begin at `byte`. Records must be asked for in order.
    fn of_record(&mut self, byte: u64) -> u64 {
        let mut end = usize::try_from(byte).unwrap_or(usize::MAX).min(self.bytes.len());
        while self.bytes.get(end).is_some_and(|b| matches!(b, b'\r' | b'\n')) {
            end += 1;
        }
        if let Some(passed) = self.bytes.get(self.at..end) {
            self.line += count_lines(passed);
            self.at = end;
        }
        self.line
    }
}
