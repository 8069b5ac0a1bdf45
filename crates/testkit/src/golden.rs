//! Golden files: gzipped JSON lines whose first line says what made the others.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;

/// A golden file.
#[derive(Debug, Clone)]
pub struct Golden {
    /// The script, the versions of the reference tools and what all rows share.
    pub header: Value,
    /// One value per case.
    pub rows: Vec<Value>,
}

impl Golden {
    /// Reads a golden file.
    ///
    /// # Errors
    /// If it cannot be read, is not JSON, or has no header or no row.
    pub fn read(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Self::parse(GzDecoder::new(file)).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Reads golden rows as lines of JSON, without compression.
    ///
    /// # Errors
    /// As [`Golden::read`].
    pub fn parse(source: impl Read) -> Result<Self, String> {
        let mut lines = Vec::new();
        for (number, line) in BufReader::new(source).lines().enumerate() {
            let line = line.map_err(|e| format!("line {}: {e}", number + 1))?;
            lines.push(serde_json::from_str::<Value>(&line).map_err(|e| format!("line {}: {e}", number + 1))?);
        }
        if lines.len() < 2 {
            return Err("no rows: a golden file that holds nothing would pass every test".to_string());
        }
        let header = lines.remove(0);
        if header.get("made_by").is_none() {
            return Err("the first line does not say what made the file".to_string());
        }
        Ok(Self { header, rows: lines })
    }
}

/// A golden number: JSON numbers, and `"nan"`, `"inf"`, `"-inf"` as text.
pub fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| match value.as_str()? {
        "nan" => Some(f64::NAN),
        "inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        _ => None,
    })
}

/// Bytes from base64 (RFC 4648, with padding).
///
/// # Errors
/// If a character is not of its alphabet.
pub fn base64(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    for c in text.bytes().filter(|&c| c != b'=') {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            other => return Err(format!("{:?} is not base64", other as char)),
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    Ok(out)
}

/// Little-endian floats of `float32` or `float64` from base64, all as `f64`.
///
/// # Errors
/// If the text is not base64, or the type is another one.
pub fn floats(dtype: &str, text: &str) -> Result<Vec<f64>, String> {
    let bytes = base64(text)?;
    match dtype {
        "float32" => Ok(bytes.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect()),
        "float64" => Ok(bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect()),
        other => Err(format!("{other} is not a float type")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_an_error() {
        assert!(Golden::parse(&b"{\"made_by\": \"x\"}\n"[..]).is_err());
        assert!(Golden::parse(&b"{\"a\": 1}\n{}\n"[..]).is_err());
        assert_eq!(Golden::parse(&b"{\"made_by\": \"x\"}\n{}\n"[..]).unwrap().rows.len(), 1);
    }

    #[test]
    fn base64_and_numbers() {
        assert_eq!(base64("TWFu").unwrap(), b"Man");
        assert_eq!(base64("TWE=").unwrap(), b"Ma");
        assert!(base64("?").is_err());
        assert_eq!(floats("float32", "AACAPwAAAMA=").unwrap(), [1.0, -2.0]);
        assert!(number(&Value::from("nan")).unwrap().is_nan());
        assert_eq!(number(&Value::from(0.1)), Some(0.1));
        assert_eq!(number(&Value::Null), None);
    }
}
