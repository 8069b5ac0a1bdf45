//! A CSV text in blocks of whole records, of bounded size whatever the file's.

use std::io::{self, Read};
use std::ops::Range;

use crate::error::{Error, Result};

/// Bytes read at a time.
const BLOCK: usize = 1 << 24;
/// Bytes parsed by one thread at a time.
const PIECE: usize = 1 << 19;
/// A record longer than this is a quote that was never closed, not a row of a table.
const MAX_RECORD: usize = 1 << 28;

/// What spreadsheets put before UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Some whole records.
pub(super) struct Block {
    bytes: Vec<u8>,
    pieces: Vec<(Range<usize>, u64)>,
}

/// Whole records for one thread to parse.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub bytes: &'a [u8],
    /// The line its first byte is in.
    pub line: u64,
}

impl Block {
    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The pieces, in the order of the file.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        self.pieces.iter().map(|(range, line)| Piece { bytes: &self.bytes[range.clone()], line: *line })
    }
}

/// The blocks of a text.
pub(super) struct Blocks<R> {
    reader: R,
    source_name: String,
    /// Read, but not yet part of a block.
    rest: Vec<u8>,
    /// The line the rest begins in.
    line: u64,
    size: usize,
    piece: usize,
    at_end: bool,
}

impl<R: Read> Blocks<R> {
    pub fn new(reader: R, source_name: &str) -> Self {
        Self::with_sizes(reader, source_name, BLOCK, PIECE)
    }

    /// Blocks of other sizes: small ones put their borders everywhere in a test.
    pub fn with_sizes(reader: R, source_name: &str, size: usize, piece: usize) -> Self {
        let (source_name, rest) = (source_name.to_string(), Vec::new());
        Self { reader, source_name, rest, line: 1, size, piece, at_end: false }
    }

    /// The first record alone, without the mark that spreadsheets put before UTF-8. Empty at the end of the text.
    pub fn header(&mut self) -> Result<Block> {
        self.fill(self.size.max(BYTE_ORDER_MARK.len()))?;
        if self.rest.starts_with(BYTE_ORDER_MARK) {
            self.rest.drain(..BYTE_ORDER_MARK.len());
        }
        loop {
            let text = self.rest.as_slice();
            let skipped = text.iter().take_while(|b| is_end(**b)).count();
            let mut ends = Ends::default();
            // Of a line end of two bytes the second is left: an empty line before the next record.
            match text[skipped..].iter().position(|&b| ends.is_end(b)) {
                Some(end) => return Ok(self.cut(skipped + end + 1, Vec::new())),
                None if self.at_end => return Ok(self.cut(self.rest.len(), Vec::new())),
                None => self.fill(self.rest.len() + self.size)?,
            }
        }
    }

    /// The next block; none at the end.
    pub fn next(&mut self) -> Result<Option<Block>> {
        let mut wanted = self.size;
        loop {
            self.fill(wanted)?;
            if self.at_end && self.rest.is_empty() {
                return Ok(None);
            }
            let mut ends = record_ends(&self.rest, self.piece);
            if self.at_end && ends.last() != Some(&self.rest.len()) {
                ends.push(self.rest.len());
            }
            if let Some(&end) = ends.last() {
                return Ok(Some(self.cut(end, ends)));
            }
            wanted = self.rest.len() * 2;
        }
    }

    /// Reads until that many bytes are there or the text ends.
    fn fill(&mut self, wanted: usize) -> Result<()> {
        let io = |source: io::Error| Error::Io { path: self.source_name.as_str().into(), source };
        if wanted > MAX_RECORD.max(self.size) {
            let what = "this row does not end within 256 MB; is a quote (\") opened here that is never closed?";
            return Err(Error::Line { table: self.source_name.clone(), line: self.line, what: what.to_string() });
        }
        let missing = wanted.saturating_sub(self.rest.len());
        if !self.at_end && missing > 0 {
            let found = (&mut self.reader).take(missing as u64).read_to_end(&mut self.rest).map_err(io)?;
            self.at_end = found < missing;
        }
        Ok(())
    }

    /// Takes the bytes before `end` as a block whose pieces end at `ends`, or as one piece.
    fn cut(&mut self, end: usize, mut ends: Vec<usize>) -> Block {
        let rest = self.rest.split_off(end);
        let bytes = std::mem::replace(&mut self.rest, rest);
        if ends.is_empty() {
            ends.push(end);
        }
        let mut begin = 0;
        let mut pieces = Vec::with_capacity(ends.len());
        for end in ends {
            pieces.push((begin..end, self.line));
            self.line += count_lines(&bytes[begin..end]);
            begin = end;
        }
        Block { bytes, pieces }
    }
}

/// Number of line feeds. (The line numbers editors show count these.)
pub(super) fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// Where records end, about every `piece` bytes and at the last one that is complete.
fn record_ends(bytes: &[u8], piece: usize) -> Vec<usize> {
    let mut found = Vec::new();
    if memchr::memchr(b'"', bytes).is_none() {
        let Some(last) = memchr::memrchr2(b'\r', b'\n', bytes) else { return found };
        let mut at = piece;
        while at < last {
            let Some(end) = memchr::memchr2(b'\r', b'\n', &bytes[at..last]) else { break };
            found.push(at + end + 1);
            at += end + 1 + piece;
        }
        found.push(last + 1);
        return found;
    }
    let mut ends = Ends::default();
    let mut last = None;
    for (i, &byte) in bytes.iter().enumerate() {
        if ends.is_end(byte) {
            if i + 1 >= found.last().copied().unwrap_or(0) + piece {
                found.push(i + 1);
            }
            last = Some(i + 1);
        }
    }
    if let Some(last) = last
        && found.last() != Some(&last)
    {
        found.push(last);
    }
    found
}

/// Which bytes end a record: line ends outside of quotes. Quotes count only where a cell begins with one, as for the
/// parser of the cells.
#[derive(Default)]
enum Ends {
    /// At the beginning of a cell.
    #[default]
    Begin,
    /// In a cell without quotes, or behind the closing quote.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote between quotes: it closes them unless another follows.
    Closing,
}

impl Ends {
    fn is_end(&mut self, byte: u8) -> bool {
        let quoted = match (&self, byte) {
            (Self::Begin, b'"') | (Self::Closing, b'"') => true,
            (Self::Quoted, b'"') => {
                *self = Self::Closing;
                return false;
            }
            (Self::Quoted, _) => true,
            _ => false,
        };
        let end = !quoted && is_end(byte);
        *self = match quoted {
            true => Self::Quoted,
            false if end || byte == b',' => Self::Begin,
            false => Self::Plain,
        };
        end
    }
}
