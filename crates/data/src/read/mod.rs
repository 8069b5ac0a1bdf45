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

use blocks::{Block, Blocks};
pub(crate) use records::{Lines, NOT_UTF8, no_number, ragged};
use records::{Plan, Rows, first_record};

/// A CSV file of cases that is open: its columns are known, its rows are yet to be read.
///
/// The first column has the case ids. Of the others some are read as features, the rest as text, which [`Carried`] writes
/// again beside the features. Text of number columns is not kept: what is held is the numbers and some 50 MB.
///
/// # Example
/// ```
/// use radsurv_data::CaseFile;
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("t.csv");
/// std::fs::write(&path, "case_id,image,a,b\nP1,i1.nii,1,2\nP2,i2.nii,3,\n")?;
/// let file = CaseFile::open(&path)?;
/// assert_eq!(file.columns(), ["case_id", "image", "a", "b"]);
/// let (features, carried) = file.read(|name| name != "image")?;
/// assert_eq!(features.names(), ["a", "b"]);
/// assert!(features.columns()[1][1].is_nan());
/// assert_eq!(carried.table().columns(), ["case_id", "image"]);
///
/// carried.write_csv(&path, &features.with_columns(vec![vec![0.1, 0.3], vec![0.2, f64::NAN]])?)?;
/// assert_eq!(std::fs::read_to_string(&path)?, "case_id,image,a,b\nP1,i1.nii,0.1,0.2\nP2,i2.nii,0.3,\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CaseFile {
    blocks: Blocks<File>,
    source_name: String,
    size: u64,
    columns: Vec<String>,
}

impl CaseFile {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Empty`] without a header, [`Error::DuplicateColumn`], or [`Error::Line`] if the header is
    /// not UTF-8.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let (file, size) = open(path.as_ref())?;
        let source_name = path.as_ref().display().to_string();
        let mut blocks = Blocks::new(file, &source_name);
        let columns = header(&mut blocks, &source_name)?;
        Ok(Self { blocks, source_name, size, columns })
    }

    /// The names of its columns; the first is that of the case ids.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The columns that `is_number` chooses by their names as features, the others as text. The first is text always.
    ///
    /// # Errors
    /// [`Error::Line`] at the first line that is not UTF-8, has another number of cells than the header, no case id, or in
    /// a number column a cell that is neither a number nor missing (empty, `NA`, `NaN`); [`Error::DuplicateId`];
    /// [`Error::Io`].
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
    check_ids(&text, source_name)?;

    let case_ids = text.iter().map(|row| row.cells[0].clone()).collect();
    let table = Table::from_rows(chosen(false).collect(), text, source_name);
    let features = FeatureTable::new(case_ids, names, numbers)?;
    Ok((features, Carried::new(columns, table)))
}

/// The names of the columns.
fn header<R: Read>(blocks: &mut Blocks<R>, source_name: &str) -> Result<Vec<String>> {
    let block = blocks.header()?;
    let bytes = block.pieces().next().map_or(&[][..], |piece| piece.bytes);
    let columns = first_record(bytes).map_err(|what| Error::Line { table: source_name.to_string(), line: 1, what })?;
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

/// Case ids are unique.
fn check_ids(text: &[Row], source_name: &str) -> Result<()> {
    let mut seen = HashMap::with_capacity(text.len());
    for row in text {
        if let Some(first) = seen.insert(row.cells[0].as_str(), row.line) {
            let lines = Some([first, row.line]);
            return Err(Error::DuplicateId { table: source_name.to_string(), id: row.cells[0].clone(), lines });
        }
    }
    Ok(())
}
