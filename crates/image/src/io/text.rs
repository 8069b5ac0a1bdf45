//! Readers that turn written numbers into the bytes of their type, little-endian.

use std::io::{self, BufRead, ErrorKind, Read};
use std::marker::PhantomData;

use super::payload::Stored;

/// The longest number there can be: a double in full, not in exponential notation, has some 330 digits.
const LONGEST: usize = 512;

/// Decimal numbers between white space or commas.
pub(super) struct TextReader<R, T> {
    source: R,
    /// Bytes of a value that are not handed out yet.
    pending: Vec<u8>,
    read: u64,
    stored: PhantomData<T>,
}

impl<R: BufRead, T: Stored> TextReader<R, T> {
    pub fn new(source: R) -> Self {
        Self { source, pending: Vec::new(), read: 0, stored: PhantomData }
    }

    /// The next number as it is written; empty at the end.
    fn token(&mut self) -> io::Result<Vec<u8>> {
        let mut token = Vec::new();
        loop {
            let available = self.source.fill_buf()?;
            if available.is_empty() {
                return Ok(token);
            }
            let separator = |b: &u8| b.is_ascii_whitespace() || *b == b',';
            let skip = if token.is_empty() { available.iter().take_while(|b| separator(b)).count() } else { 0 };
            let rest = &available[skip..];
            let end = rest.iter().position(separator);
            token.extend_from_slice(&rest[..end.unwrap_or(rest.len()).min(LONGEST)]);
            if token.len() >= LONGEST {
                return Err(bad(format!("value {} is no number: it is too long", self.read + 1)));
            }
            let used = skip + end.unwrap_or(rest.len());
            self.source.consume(used);
            if end.is_some() && !token.is_empty() {
                return Ok(token);
            }
        }
    }
}

impl<R: BufRead, T: Stored> Read for TextReader<R, T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < out.len() {
            if self.pending.is_empty() {
                let token = self.token()?;
                if token.is_empty() {
                    break;
                }
                let text = String::from_utf8_lossy(&token);
                let value = T::parse(&text).ok_or_else(|| {
                    bad(format!("value {} is written as {text:?}, which is no number of its type", self.read + 1))
                })?;
                value.push_bytes(&mut self.pending);
                self.read += 1;
            }
            let n = self.pending.len().min(out.len() - done);
            out[done..done + n].copy_from_slice(&self.pending[..n]);
            self.pending.drain(..n);
            done += n;
        }
        Ok(done)
    }
}

/// Two hexadecimal digits per byte, white space ignored.
pub(super) struct HexReader<R>(pub R);

impl<R: BufRead> Read for HexReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        for (at, byte) in out.iter_mut().enumerate() {
            let Some(high) = self.digit()? else { return Ok(at) };
            let Some(low) = self.digit()? else { return Err(ErrorKind::UnexpectedEof.into()) };
            *byte = high << 4 | low;
        }
        Ok(out.len())
    }
}

impl<R: BufRead> HexReader<R> {
    fn digit(&mut self) -> io::Result<Option<u8>> {
        loop {
            let Some(&b) = self.0.fill_buf()?.first() else { return Ok(None) };
            self.0.consume(1);
            if b.is_ascii_whitespace() {
                continue;
            }
            return match char::from(b).to_digit(16) {
                Some(d) => Ok(Some(d as u8)),
                None => Err(bad(format!("the byte {b:#04x} is no hexadecimal digit"))),
            };
        }
    }
}

fn bad(what: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(text: &str) -> io::Result<Vec<f32>> {
        let mut bytes = Vec::new();
        // A buffer of three bytes, so that numbers are cut.
        let source = io::BufReader::with_capacity(3, text.as_bytes());
        TextReader::<_, f32>::new(source).read_to_end(&mut bytes)?;
        Ok(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect())
    }

    #[test]
    fn numbers_are_read_as_written() {
        assert_eq!(floats(" 1.5,-2e3\n,, 1234567\t0.25").unwrap(), [1.5, -2000.0, 1234567.0, 0.25]);
        assert!(floats("").unwrap().is_empty());
        assert!(floats("1 two 3").unwrap_err().to_string().contains("value 2 is written as \"two\""));
        assert!(floats(&"1".repeat(2000)).is_err());
    }

    #[test]
    fn hexadecimal_digits_make_bytes() {
        let mut bytes = Vec::new();
        HexReader(&b"0a FF\n7"[..]).read_to_end(&mut bytes).unwrap_err();
        assert!(bytes.is_empty());
        HexReader(&b"0a FF\n7c"[..]).read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, [0x0a, 0xff, 0x7c]);
        assert!(HexReader(&b"0g"[..]).read(&mut [0]).is_err());
    }
}
