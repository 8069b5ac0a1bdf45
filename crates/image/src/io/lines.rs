//! Reading the text of a header that is followed by binary data.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::Result;

use super::source::{format_error, io_error, open_file};

/// No header is longer: beyond it the file is not what its first bytes say.
const LONGEST_HEADER: u64 = 64 << 20;

/// The lines of a file from its beginning.
pub(super) struct Lines<'a> {
    path: &'a Path,
    file: BufReader<File>,
    /// Bytes read so far.
    pub position: u64,
}

impl<'a> Lines<'a> {
    pub fn open(path: &'a Path) -> Result<Self> {
        Self::open_at(path, 0)
    }

    /// The lines after a position.
    pub fn open_at(path: &'a Path, begin: u64) -> Result<Self> {
        let (mut file, _) = open_file(path)?;
        file.seek(SeekFrom::Start(begin)).map_err(|e| io_error(path, e))?;
        Ok(Self { path, file: BufReader::new(file), position: 0 })
    }

    /// The next line without its end; none at the end of the file. Bytes that are no UTF-8 become `U+FFFD`.
    pub fn next(&mut self) -> Result<Option<String>> {
        let mut line = Vec::new();
        let room = LONGEST_HEADER.saturating_sub(self.position);
        let n = (&mut self.file).take(room).read_until(b'\n', &mut line).map_err(|e| io_error(self.path, e))?;
        self.position += n as u64;
        if self.position >= LONGEST_HEADER {
            return Err(format_error(self.path, "its header does not end; get the file again"));
        }
        if n == 0 {
            return Ok(None);
        }
        while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            line.pop();
        }
        Ok(Some(String::from_utf8_lossy(&line).into_owned()))
    }
}

/// All numbers of a list, between white space; an error names the field and the text.
pub(super) fn numbers<T: std::str::FromStr>(path: &Path, field: &str, text: &str) -> Result<Vec<T>> {
    text.split_ascii_whitespace()
        .map(|word| {
            word.parse()
                .map_err(|_| format_error(path, format!("the header's {field:?} is {text:?}: {word:?} is no number")))
        })
        .collect()
}
