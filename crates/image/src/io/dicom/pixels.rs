//! The stored values of an object, frame by frame.

use std::path::Path;

use dicom_core::value::PrimitiveValue;
use dicom_dictionary_std::tags;

use super::codec;
use super::dataset::{Dataset, Fragments, Value};
use super::parse::Parsed;
use crate::error::{Error, Result};
use crate::io::source::{format_error, unsupported};
use crate::volume::Voxels;

/// How the pixels of an object are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PixelFormat {
    pub columns: usize,
    pub rows: usize,
    pub bits_allocated: usize,
    pub bits_stored: usize,
    pub high_bit: usize,
    pub signed: bool,
    /// Whether the values are floats of 32 or 64 bits.
    pub float: bool,
    /// MONOCHROME1: the lowest value is white.
    pub inverted: bool,
}

impl PixelFormat {
    pub fn read(path: &Path, set: &Dataset, float: bool) -> Result<Self> {
        let need = |tag, name: &str| {
            set.size(tag)
                .filter(|&n| n > 0)
                .ok_or_else(|| format_error(path, format!("the DICOM object has no {name}")))
        };
        let columns = need(tags::COLUMNS, "Columns (0028,0011)")?;
        let rows = need(tags::ROWS, "Rows (0028,0010)")?;
        let bits_allocated = need(tags::BITS_ALLOCATED, "Bits Allocated (0028,0100)")?;
        let samples = set.size(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        if samples != 1 {
            return Err(unsupported(path, format!("it has {samples} values per pixel (a colour picture)")));
        }
        let bits_stored = set.size(tags::BITS_STORED).unwrap_or(bits_allocated);
        let high_bit = set.size(tags::HIGH_BIT).unwrap_or(bits_stored.saturating_sub(1));
        let allowed: &[usize] = if float { &[32, 64] } else { &[1, 8, 16, 32] };
        if !allowed.contains(&bits_allocated) {
            return Err(unsupported(
                path,
                format!("it has {bits_allocated} bits per pixel (0028,0100), and only {allowed:?} can be read"),
            ));
        }
        if !float && (bits_stored == 0 || high_bit >= bits_allocated || bits_stored > high_bit + 1) {
            return Err(format_error(
                path,
                format!(
                    "Bits Stored {bits_stored} and High Bit {high_bit} do not fit Bits Allocated {bits_allocated} \
                     (0028,0100 to 0102)"
                ),
            ));
        }
        if rows > u16::MAX.into() || columns > u16::MAX.into() {
            return Err(format_error(path, format!("{columns} columns and {rows} rows are more than DICOM allows")));
        }
        Ok(Self {
            columns,
            rows,
            bits_allocated,
            bits_stored,
            high_bit,
            signed: set.integer(tags::PIXEL_REPRESENTATION) == Some(1),
            float,
            inverted: set.text(tags::PHOTOMETRIC_INTERPRETATION).as_deref() == Some("MONOCHROME1"),
        })
    }

    /// Pixels in a frame.
    pub fn pixels(&self) -> usize {
        self.columns * self.rows
    }

    /// The lowest and the highest value that can be stored.
    pub fn range(&self) -> (f64, f64) {
        let top = 2f64.powi(self.bits_stored as i32 - i32::from(self.signed));
        (if self.signed { -top } else { 0.0 }, top - 1.0)
    }

    /// The stored value of a raw sample: the bits in use, with their sign.
    fn value(&self, raw: u32) -> i64 {
        let shifted = raw >> (self.high_bit + 1 - self.bits_stored);
        let kept = i64::from(shifted) & ((1i64 << self.bits_stored) - 1);
        if self.signed && kept >> (self.bits_stored - 1) & 1 == 1 { kept - (1i64 << self.bits_stored) } else { kept }
    }

    #[cfg(test)]
    pub fn for_test(columns: usize, rows: usize, bits: usize) -> Self {
        Self {
            columns,
            rows,
            bits_allocated: bits,
            bits_stored: bits,
            high_bit: bits - 1,
            signed: false,
            float: false,
            inverted: false,
        }
    }
}

/// Stored values of a frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stored {
    Whole(Vec<i64>),
    Float(Vec<f64>),
}

/// The pixel data of an object.
#[derive(Debug)]
pub(crate) struct Pixels<'a> {
    path: &'a Path,
    syntax: &'a str,
    pub format: PixelFormat,
    frames: usize,
    padding: Option<i64>,
    data: Data<'a>,
}

#[derive(Debug)]
enum Data<'a> {
    Native(std::borrow::Cow<'a, [u8]>),
    /// Which fragments make each frame.
    Fragments(&'a Fragments, Vec<std::ops::Range<usize>>),
}

impl<'a> Pixels<'a> {
    /// Finds the pixel data of an object and checks that they are as long as the header says.
    pub fn new(path: &'a Path, parsed: &'a Parsed) -> Result<Self> {
        let (syntax, set) = (parsed.transfer_syntax.as_str(), &parsed.set);
        let format = PixelFormat::read(path, set, parsed.float)?;
        let frames = set.size(tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1);
        let value = [tags::PIXEL_DATA, tags::FLOAT_PIXEL_DATA, tags::DOUBLE_FLOAT_PIXEL_DATA]
            .into_iter()
            .find_map(|tag| set.get(tag))
            .ok_or_else(|| format_error(path, "the DICOM object has no pixel data; get the file again"))?;
        let data = match value {
            Value::Primitive(value) => {
                if !codec::is_native(syntax) {
                    return Err(format_error(path, format!("its pixels should be compressed ({syntax}) and are not")));
                }
                let bytes = match value {
                    PrimitiveValue::U8(bytes) => std::borrow::Cow::Borrowed(bytes.as_slice()),
                    other => other.to_bytes(),
                };
                let bits = format.pixels() as u128 * format.bits_allocated as u128 * frames as u128;
                let needed = bits.div_ceil(8);
                if (bytes.len() as u128) < needed {
                    return Err(format_error(
                        path,
                        format!(
                            "the pixel data end too early: {} bytes where {} x {} pixels in {frames} frames need {needed}; \
                             get the file again",
                            bytes.len(),
                            format.columns,
                            format.rows
                        ),
                    ));
                }
                Data::Native(bytes)
            }
            Value::Fragments(fragments) => {
                let packed = fragments.pieces.iter().map(|piece| piece.len() as u64).sum();
                codec::check_sum(packed, &format, frames).map_err(|what| format_error(path, what))?;
                let ranges = assign(fragments, frames).ok_or_else(|| {
                    format_error(
                        path,
                        format!(
                            "its {} compressed fragments cannot be assigned to {frames} frames; get the file again",
                            fragments.pieces.len()
                        ),
                    )
                })?;
                Data::Fragments(fragments, ranges)
            }
            Value::Items(_) => return Err(format_error(path, "its pixel data are a sequence; get the file again")),
        };
        // The padding value is written unsigned by some, as the bits of a signed one.
        let padding = set.integer(tags::PIXEL_PADDING_VALUE).filter(|_| !format.float);
        let padding = padding.map(|v| format.value(v as u32));
        Ok(Self { path, syntax, format, frames, padding, data })
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The stored value that means that there is no picture (0028,0120).
    pub fn padding(&self) -> Option<i64> {
        self.padding
    }

    /// The stored values of a frame, row by row.
    pub fn frame(&self, index: usize) -> Result<Stored> {
        if index >= self.frames {
            return Err(format_error(self.path, format!("it has {} frames and no frame {}", self.frames, index + 1)));
        }
        let format = &self.format;
        match &self.data {
            Data::Native(bytes) if format.bits_allocated == 1 => {
                let first = index * format.pixels();
                let bit = |at: usize| i64::from(bytes[at / 8] >> (at % 8) & 1);
                Ok(Stored::Whole((first..first + format.pixels()).map(bit).collect()))
            }
            Data::Native(bytes) => {
                let length = format.pixels() * (format.bits_allocated / 8);
                Ok(native(&bytes[index * length..(index + 1) * length], format))
            }
            Data::Fragments(fragments, ranges) => {
                let pieces = &fragments.pieces[ranges[index].clone()];
                let joined;
                let data = match pieces {
                    [one] => one.as_slice(),
                    several => {
                        joined = several.concat();
                        joined.as_slice()
                    }
                };
                let samples = codec::decode(self.syntax, data, format)
                    .map_err(|what| Error::Unsupported { path: self.path.to_path_buf(), what })?;
                Ok(Stored::Whole(samples.into_iter().map(|raw| format.value(raw)).collect()))
            }
        }
    }
}

fn native(bytes: &[u8], format: &PixelFormat) -> Stored {
    let whole = |raw: u32| format.value(raw);
    match (format.bits_allocated, format.float) {
        (8, _) => Stored::Whole(bytes.iter().map(|&b| whole(b.into())).collect()),
        (16, _) => Stored::Whole(bytes.as_chunks().0.iter().map(|&b| whole(u16::from_le_bytes(b).into())).collect()),
        (64, _) => Stored::Float(bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect()),
        (_, true) => Stored::Float(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b).into()).collect()),
        (_, false) => Stored::Whole(bytes.as_chunks().0.iter().map(|&b| whole(u32::from_le_bytes(b))).collect()),
    }
}

/// The fragments of each frame: one each, or all for the only frame, or by the offset table, or by the start-of-image
/// markers of the JPEG family.
fn assign(fragments: &Fragments, frames: usize) -> Option<Vec<std::ops::Range<usize>>> {
    let pieces = &fragments.pieces;
    if frames > pieces.len() || pieces.is_empty() {
        return None;
    }
    if frames == 1 {
        return Some(std::iter::once(0..pieces.len()).collect());
    }
    if frames == pieces.len() {
        return Some((0..frames).map(|i| i..i + 1).collect());
    }
    let starts: Vec<usize> = if fragments.offsets.len() == frames {
        let mut at = 0u64;
        let places: std::collections::BTreeMap<u64, usize> = pieces
            .iter()
            .enumerate()
            .map(|(i, piece)| {
                let place = at;
                at += 8 + piece.len() as u64;
                (place, i)
            })
            .collect();
        fragments.offsets.iter().map(|&offset| places.get(&u64::from(offset)).copied()).collect::<Option<_>>()?
    } else {
        let begins = |piece: &[u8]| piece.starts_with(&[0xff, 0xd8]) || piece.starts_with(&[0xff, 0x4f]);
        (0..pieces.len()).filter(|&i| begins(&pieces[i])).collect()
    };
    if starts.len() != frames || !starts.is_sorted() {
        return None;
    }
    let ends = starts[1..].iter().copied().chain([pieces.len()]);
    Some(starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect())
}

/// Stored values in the smallest usual type for the bits allocated.
pub(crate) fn to_voxels(stored: Stored, format: &PixelFormat) -> Voxels {
    match stored {
        Stored::Float(values) if format.bits_allocated == 32 => {
            values.into_iter().map(|v| v as f32).collect::<Vec<_>>().into()
        }
        Stored::Float(values) => values.into(),
        Stored::Whole(values) => {
            macro_rules! cast {
                ($type:ty) => {
                    values.into_iter().map(|v| v as $type).collect::<Vec<_>>().into()
                };
            }
            match (format.bits_allocated, format.signed) {
                (1 | 8, false) => cast!(u8),
                (1 | 8, true) => cast!(i8),
                (16, false) => cast!(u16),
                (16, true) => cast!(i16),
                (_, false) => cast!(u32),
                (_, true) => cast!(i32),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_in_use_are_taken_with_their_sign() {
        let mut format = PixelFormat::for_test(1, 1, 16);
        (format.bits_stored, format.high_bit) = (12, 11);
        assert_eq!(format.value(0xf123), 0x123);
        assert_eq!(format.range(), (0.0, 4095.0));
        format.signed = true;
        assert_eq!(format.value(0x0fff), -1);
        assert_eq!(format.value(0x0800), -2048);
        assert_eq!(format.range(), (-2048.0, 2047.0));
        format.high_bit = 15;
        assert_eq!(format.value(0x7ff0), 2047);
        let mut wide = PixelFormat::for_test(1, 1, 32);
        assert_eq!(wide.value(u32::MAX), i64::from(u32::MAX));
        wide.signed = true;
        assert_eq!(wide.value(u32::MAX), -1);
    }

    #[test]
    fn fragments_find_their_frames() {
        let piece = |first: [u8; 2], length: usize| {
            let mut piece = first.to_vec();
            piece.resize(length, 0);
            piece
        };
        let soi = [0xff, 0xd8];
        let pieces = vec![piece(soi, 10), piece([0, 0], 4), piece(soi, 6)];
        let fragments = Fragments { offsets: vec![], pieces: pieces.clone() };
        assert_eq!(assign(&fragments, 1).unwrap().first(), Some(&(0..3)));
        assert_eq!(assign(&fragments, 2), Some(vec![0..2, 2..3]));
        assert_eq!(assign(&fragments, 3), Some(vec![0..1, 1..2, 2..3]));
        assert_eq!(assign(&fragments, 4), None);
        let table = Fragments { offsets: vec![0, 18], pieces };
        assert_eq!(assign(&table, 2), Some(vec![0..1, 1..3]));
        assert_eq!(assign(&Fragments { offsets: vec![0, 19], ..table }, 2), None);
    }
}
