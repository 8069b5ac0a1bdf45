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
    /// Whether the last line was ended by the end of the file.
    pub cut: bool,
}

impl<'a> Lines<'a> {
    pub fn open(path: &'a Path) -> Result<Self> {
        Self::open_at(path, 0)
    }

    /// The lines after a position.
    pub fn open_at(path: &'a Path, begin: u64) -> Result<Self> {
        let (mut file, _) = open_file(path)?;
        file.seek(SeekFrom::Start(begin)).map_err(|e| io_error(path, e))?;
        Ok(Self { path, file: BufReader::new(file), position: 0, cut: false })
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
        self.cut = line.last() != Some(&b'\n');
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

/// The most files that a pattern may name.
const MOST_FILES: i64 = 1 << 20;

/// Whether a name has a number to fill in, as in `slice%03d.raw`.
pub(super) fn is_pattern(template: &str) -> bool {
    conversion(template).is_some()
}

/// The names that a pattern makes of the numbers from `first` to `last`; none if that is no sequence.
pub(super) fn numbered_names(template: &str, first: i64, last: i64, step: i64) -> Option<Vec<String>> {
    let (before, width, zeros, after) = conversion(template)?;
    let steps = last.checked_sub(first)?.checked_div(step).filter(|&s| (0..MOST_FILES).contains(&s))?;
    let names = (0..=steps).map(|i| {
        let number = first + i * step;
        if zeros { format!("{before}{number:0width$}{after}") } else { format!("{before}{number:width$}{after}") }
    });
    Some(names.collect())
}

/// `%d` or `%3d` or `%03d` in a name: what is before it, its width, whether with zeros, what is after it.
fn conversion(template: &str) -> Option<(&str, usize, bool, &str)> {
    let (before, rest) = template.split_once('%')?;
    let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit())?];
    let width = if digits.is_empty() { 0 } else { digits.parse().ok().filter(|w| *w < 32)? };
    let after = rest[digits.len()..].strip_prefix(['d', 'i', 'u'])?;
    Some((before, width, digits.starts_with('0'), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_files() {
        assert_eq!(numbered_names("a%03d.raw", 8, 12, 2).unwrap(), ["a008.raw", "a010.raw", "a012.raw"]);
        assert_eq!(numbered_names("%d", -1, -3, -1).unwrap(), ["-1", "-2", "-3"]);
        for (template, first, last, step) in [
            ("a", 0, 1, 1),
            ("a%", 0, 1, 1),
            ("%d", 0, 1, 0),
            ("%d", 1, 0, 1),
            ("%d", 0, i64::MAX, 1),
            ("%d", i64::MIN, i64::MAX, 1),
            ("%99999d", 0, 1, 1),
        ] {
            assert_eq!(numbered_names(template, first, last, step), None, "{template}");
        }
    }
}
