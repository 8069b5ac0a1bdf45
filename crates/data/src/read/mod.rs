//! CSV files of numbers and text, read in bounded memory.
//!
//! The text is read in blocks of whole records ([`blocks`]) whose pieces are parsed by several threads ([`records`]); the
//! rest of the text is never in memory. Pieces are put together in the order of the file, so that neither the table nor
//! the message about what is wrong with it depends on the number of threads.

mod blocks;
mod records;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rayon::prelude::*;

use crate::carried::Carried;
use crate::error::{Error, Result};
use crate::feature_table::FeatureTable;
use crate::table::{Row, Table};

pub(crate) use blocks::BYTE_ORDER_MARK;
use blocks::{Block, Blocks};
pub(crate) use records::{NOT_UTF8, for_each_record, no_number, ragged};
use records::{Plan, Rows, first_record};

/// A CSV file whose columns are known and whose rows are yet to be read.
pub(crate) struct CsvFile {
    blocks: Blocks<File>,
    source_name: String,
    size: u64,
    columns: Vec<String>,
}

impl CsvFile {
    pub fn open(path: &Path) -> Result<Self> {
        let (file, size) = open(path)?;
        let source_name = path.display().to_string();
        let mut blocks = Blocks::new(file, &source_name);
        let columns = header(&mut blocks, &source_name)?;
        Ok(Self { blocks, source_name, size, columns })
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    pub fn read(self, is_number: impl Fn(&str) -> bool) -> Result<(FeatureTable, Carried)> {
        read(self.blocks, self.columns, &self.source_name, self.size, is_number)
    }
}

/// Opens a file, and says how large it is.
pub(crate) fn open(path: &Path) -> Result<(File, u64)> {
    let io = |source| Error::Io { path: path.to_path_buf(), source };
    let file = File::open(path).map_err(io)?;
    let metadata = file.metadata().map_err(io)?;
    if metadata.is_dir() {
        return Err(io(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a table")));
    }
    Ok((file, metadata.len()))
}

/// Reads the rows of `size` bytes of CSV.
fn read<R: Read + Send>(
    mut blocks: Blocks<R>,
    columns: Vec<String>,
    source_name: &str,
    size: u64,
    is_number: impl Fn(&str) -> bool,
) -> Result<(FeatureTable, Carried)> {
    let choice: Vec<bool> = columns.iter().enumerate().map(|(i, name)| i > 0 && is_number(name)).collect();
    let chosen = |wanted: bool| columns.iter().zip(&choice).filter(move |(_, c)| **c == wanted).map(|(n, _)| n.clone());
    let names: Vec<String> = chosen(true).collect();
    let plan = Plan { source_name, columns: &columns, is_number: choice.clone() };
    let mut numbers: Vec<Vec<f64>> = vec![Vec::new(); names.len()];
    let mut text: Vec<Row> = Vec::new();

    let mut next = blocks.next()?;
    while let Some(block) = next {
        // The next block is read while this one is parsed.
        let (parsed, following) = rayon::join(|| parse(&plan, &block), || blocks.next());
        let parsed = parsed?;
        if text.is_empty() {
            reserve(&mut numbers, &parsed, block.len(), size);
        }
        let width = names.len();
        numbers.par_iter_mut().enumerate().for_each(|(column, values)| {
            for rows in &parsed {
                values.extend((0..rows.text.len()).map(|row| rows.numbers[row * width + column]));
            }
        });
        text.extend(parsed.into_iter().flat_map(|rows| rows.text));
        next = following?;
    }
    numbers.par_iter_mut().for_each(Vec::shrink_to_fit);
    check_ids(&text, source_name, true)?;

    let case_ids = text.iter().map(|row| row.cells[0].clone()).collect();
    let table = Table::from_rows(chosen(false).collect(), text, source_name);
    let features = FeatureTable::new(case_ids, names, numbers)?;
    Ok((features, Carried::new(columns, table)))
}

/// The names of the columns.
fn header<R: Read>(blocks: &mut Blocks<R>, source_name: &str) -> Result<Vec<String>> {
    let block = blocks.header()?;
    let bytes = block.pieces().next().map_or(&[][..], |piece| piece.bytes);
    let line = 1 + bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count() as u64;
    let columns = first_record(bytes).map_err(|what| Error::Line { table: source_name.to_string(), line, what })?;
    if columns.iter().all(|c| c.trim().is_empty()) {
        return Err(Error::Empty { table: source_name.to_string() });
    }
    Ok(Table::new(columns, source_name)?.columns().to_vec())
}

fn parse(plan: &Plan<'_>, block: &Block) -> Result<Vec<Rows>> {
    let pieces: Vec<_> = block.pieces().collect();
    let parsed: Vec<Result<Rows>> = pieces.into_par_iter().map(|piece| plan.parse(piece)).collect();
    // In order, so that the first mistake of the file is the one that is told.
    parsed.into_iter().collect()
}

/// Makes room for as many rows as the file will have, if its rows are all as long as those of the first block: growing
/// by doubling would need half as much again.
fn reserve(numbers: &mut [Vec<f64>], first: &[Rows], bytes: usize, size: u64) {
    let rows: usize = first.iter().map(|rows| rows.text.len()).sum();
    let expected = size as f64 / bytes.max(1) as f64 * rows as f64 * 1.02;
    for values in numbers {
        // Without that room it grows as it must.
        let _ = values.try_reserve_exact(expected as usize);
    }
}

/// Case ids are unique. Rows of a file that is no text have no lines to tell.
pub(crate) fn check_ids(text: &[Row], source_name: &str, has_lines: bool) -> Result<()> {
    let mut seen = HashMap::with_capacity(text.len());
    for row in text {
        if let Some(first) = seen.insert(row.cells[0].as_str(), row.line) {
            let lines = has_lines.then_some([first, row.line]);
            return Err(Error::DuplicateId { table: source_name.to_string(), id: row.cells[0].clone(), lines });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads with blocks of few bytes, whose borders are everywhere.
    fn read_in(
        size: usize,
        piece: usize,
        text: &[u8],
        is_number: impl Fn(&str) -> bool,
    ) -> Result<(FeatureTable, Carried)> {
        let mut blocks = Blocks::with_sizes(text, "t.csv", size, piece);
        let columns = header(&mut blocks, "t.csv")?;
        read(blocks, columns, "t.csv", text.len() as u64, is_number)
    }

    fn numbers(text: &str) -> Result<FeatureTable> {
        let in_one = read_in(1 << 20, 1 << 20, text.as_bytes(), |_| true).map(|(features, _)| features);
        for (size, piece) in [(1, 1), (7, 3), (16, 16)] {
            let cut = read_in(size, piece, text.as_bytes(), |_| true).map(|(features, _)| features);
            assert_eq!(format!("{cut:?}"), format!("{in_one:?}"));
        }
        in_one
    }

    #[test]
    fn what_spreadsheets_do_to_files_is_understood() {
        let table =
            numbers("\u{feff}\"ID\",\"a, b\",c\r\n\r\nP1,1, 2.5 \r\n,,\r\n\"P 2\",NA,\"-1e3\"\r\nP3,nan,\r\n").unwrap();
        assert_eq!(table.case_ids(), ["P1", "P 2", "P3"]);
        assert_eq!(table.names(), ["a, b", "c"]);
        assert_eq!(table.columns()[1][..2], [2.5, -1e3]);
        assert!(table.columns()[0][1].is_nan() && table.columns()[0][2].is_nan() && table.columns()[1][2].is_nan());
        assert_eq!(numbers("ID,a\rP1,1\rP2,2").unwrap().columns(), [[1.0, 2.0]]);
        assert_eq!(numbers("ID\nP1\nP2\n").unwrap().case_ids(), ["P1", "P2"]);
        assert_eq!(numbers("ID,a\n").unwrap().cases(), 0);
    }

    #[test]
    fn the_first_mistake_of_the_file_is_told_with_its_place() {
        let message = |text: &str| numbers(text).unwrap_err().to_string();
        let rows: String = (1..100).map(|i| format!("P{i},{i},0\n")).collect();
        let wrong = message(&format!("ID,a,b\n{rows}\r\nP100,1,high\nP101,low,1\nP102,1\n"));
        assert_eq!(
            wrong,
            "t.csv, line 102: b is \"high\", which is no number; leave the cell empty if the value is missing"
        );
        assert!(message("ID,a\n\"P\n1\",1\nP2,x\n").starts_with("t.csv, line 4: a is \"x\""));
        assert!(message("ID,a,b\nP1,x\n").starts_with("t.csv, line 2: 2 cells where the header has 3"));
        assert!(message("ID,a\nP1,1,2\n").starts_with("t.csv, line 2: 3 cells where the header has 2"));
        assert!(
            message("ID,a\nP1,1\n ,2\n").starts_with("t.csv, line 3: the case id (the first column, \"ID\") is empty")
        );
        assert!(message("ID,a\nP1,1\nP2,1\nP1,3\n").starts_with("t.csv has two rows for the case P1 (lines 2 and 4)"));
        assert!(message("ID,a,a\n").contains("two columns named a"));
        assert!(message(&format!("ID,a\nP1,{}\n", "x".repeat(1000))).len() < 200);
        assert!(
            message("").contains("is empty")
                && message("\n\r\n").contains("is empty")
                && message(" ,\nP1,1").contains("is empty")
        );
        let error = |text: &[u8]| read_in(8, 4, text, |_| true).unwrap_err().to_string();
        assert!(error(b"ID,a\nP1,1\nP2,\xff\n").starts_with("t.csv, line 3: the text is not UTF-8"));
        assert!(error(b"\nI\xff,a\nP1,1\n").starts_with("t.csv, line 2: the text is not UTF-8"));
        assert!(CsvFile::open(&std::env::temp_dir()).err().unwrap().to_string().contains("folder"));
        assert!(CsvFile::open(Path::new("no-such-file.csv")).err().unwrap().to_string().contains("no-such-file.csv"));
    }

    proptest! {
        /// Any text is read as [`Table`] reads it, wherever the blocks end; what is refused is refused in the same words.
        #[test]
        fn text_is_read_as_a_table_of_text_is(
            begin in prop_oneof![Just(""), Just("I,a,b\n"), Just("\u{feff}I,a,\"b\"\r\n")],
            body in prop_oneof!["[,\"\r\n ab1é\u{feff}]{0,80}", "([a-d]{1,3},[0-9]{0,2},(\"[a, \n]{0,3}\")?(\r\n|\n|\r)){0,12}"],
            bad in prop::option::weighted(0.1, 0usize..80),
            size in 1usize..40,
            piece in 1usize..20,
        ) {
            let mut text = format!("{begin}{body}").into_bytes();
            if let Some(byte) = bad.and_then(|at| text.get_mut(at)) {
                *byte = 0xff;
            }
            let as_text = Table::from_reader(text.as_slice(), "t.csv");
            let ours = read_in(size, piece, &text, |_| false);
            match (&as_text, &ours) {
                (Ok(table), Ok((_, carried))) => prop_assert_eq!(table, carried.table()),
                // Ids are no concern of a table of text.
                (Ok(table), Err(Error::DuplicateId { .. })) => {
                    let ids: std::collections::HashSet<&str> = table.ids().collect();
                    prop_assert!(ids.len() < table.rows().len());
                }
                (_, Err(Error::Line { what, .. })) if what.starts_with("the case id") => {}
                (Err(a), Err(b)) => prop_assert_eq!(a.to_string(), b.to_string()),
                _ => prop_assert!(false, "{as_text:?} but {ours:?}"),
            }
        }
    }
}
