//! Columns of numbers and text written as CSV, formatted by several threads.

use std::io::{self, Write};

use rayon::prelude::*;

use crate::number;

/// A column to write.
pub(crate) enum Column<'a> {
    /// Text by row.
    Text(&'a (dyn Fn(usize) -> &'a str + Sync)),
    /// Numbers; NaN is an empty cell.
    Number(&'a [f64]),
}

/// Cells formatted by one thread at a time, and bounded memory with them.
const CELLS: usize = 1 << 16;
/// Blocks of cells formatted before they are written.
const BLOCKS: usize = 16;

/// Writes named columns of so many rows. Lines end in `\n`; cells are quoted where they need it.
pub(crate) fn write_columns(mut out: impl Write, rows: usize, columns: &[(&str, Column<'_>)]) -> io::Result<()> {
    let mut header = Vec::new();
    record(&mut header, columns.iter(), |out, (name, _)| text(out, name));
    out.write_all(&header)?;
    let step = (CELLS / columns.len().max(1)).max(1);
    let begins: Vec<usize> = (0..rows).step_by(step).collect();
    for begins in begins.chunks(BLOCKS) {
        let block = |begin: usize| {
            let mut block = Vec::new();
            for row in begin..rows.min(begin + step) {
                record(&mut block, columns.iter(), |out, (_, column)| match column {
                    Column::Text(cells) => text(out, cells(row)),
                    Column::Number(values) if values[row].is_nan() => {}
                    Column::Number(values) => number::write(out, values[row]),
                });
            }
            block
        };
        let blocks: Vec<Vec<u8>> = begins.par_iter().map(|&begin| block(begin)).collect();
        for block in blocks {
            out.write_all(&block)?;
        }
    }
    out.flush()
}

fn record<T>(out: &mut Vec<u8>, cells: impl Iterator<Item = T>, mut cell: impl FnMut(&mut Vec<u8>, T)) {
    let begin = out.len();
    for (i, item) in cells.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        cell(out, item);
    }
    // An empty line would not be read as a row.
    if out.len() == begin {
        out.extend(b"\"\"");
    }
    out.push(b'\n');
}

fn text(out: &mut Vec<u8>, cell: &str) {
    if !cell.bytes().any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n')) {
        return out.extend_from_slice(cell.as_bytes());
    }
    out.push(b'"');
    for byte in cell.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}
