//! From bytes to a [`Dataset`]. The tokens are dicom-rs's; the tree is built here so that depth and lengths can be
//! checked before anything is allocated or nested.

use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use dicom_core::header::{HasLength, Header};
use dicom_core::value::PrimitiveValue;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
use dicom_parser::dataset::DataToken;
use dicom_parser::dataset::read::{DataSetReader, DataSetReaderOptions};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use super::dataset::{Dataset, Fragments, Value};
use crate::error::{Error, Result};
use crate::io::source::{format_error, io_error, unsupported};

/// Sequences in sequences: real objects have up to about ten.
const DEEPEST: usize = 64;

/// Texts become one string per value, which for a crafted element takes many times the memory of the file.
const LONGEST_TEXT: u32 = 1 << 24;

/// What a deflated file may become, if that is more than 64 times its size.
const MOST_INFLATED: u64 = 1 << 30;

/// How much of an object to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Up to the pixel data.
    Header,
    /// All of it.
    Whole,
}

/// An object as read.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub transfer_syntax: String,
    pub set: Dataset,
    /// Whether the pixels are floats, which only the element that holds them says.
    pub float: bool,
}

/// Reads an object from a file; `None` if it is no DICOM file.
pub(crate) fn parse_file(path: &Path, extent: Extent) -> Result<Option<Parsed>> {
    let (file, length) = crate::io::source::open_file(path)?;
    parse_reader(path, file, length, extent)
}

/// Reads an object from bytes; `None` if they are no DICOM object.
fn parse_bytes(path: &Path, bytes: &[u8], extent: Extent) -> Result<Option<Parsed>> {
    parse_reader(path, Cursor::new(bytes), bytes.len() as u64, extent)
}

/// Reads a whole object from a file.
pub(crate) fn object_in_file(path: &Path) -> Result<Parsed> {
    parse_file(path, Extent::Whole)?.ok_or_else(|| no_dicom(path))
}

/// Reads a whole object from bytes; also gives what stands for its path in messages.
pub(crate) fn object_in_bytes(bytes: &[u8]) -> Result<(&'static Path, Parsed)> {
    let path = Path::new("(bytes)");
    Ok((path, parse_bytes(path, bytes, Extent::Whole)?.ok_or_else(|| no_dicom(path))?))
}

/// The error for a file that is no DICOM file.
pub(crate) fn no_dicom(path: &Path) -> Error {
    unsupported(path, "it is no DICOM file")
}

/// The error for a file that was DICOM when it was scanned and is not when it is read.
pub(crate) fn changed(path: &Path) -> Error {
    format_error(path, "it is no DICOM file any more")
}

/// Whether the first bytes of a file are those of a DICOM object.
pub(crate) fn recognise(start: &[u8]) -> bool {
    start_of_object(start).is_some()
}

/// Where the first element lies: behind the preamble, or at 0 in the files of old that have none.
fn start_of_object(start: &[u8]) -> Option<usize> {
    if start.get(128..132) == Some(b"DICM") {
        return Some(132);
    }
    let element = start.get(..8)?;
    let group = u16::from_le_bytes([element[0], element[1]]);
    let number = u16::from_le_bytes([element[2], element[3]]);
    let explicit = element[4].is_ascii_uppercase() && element[5].is_ascii_uppercase();
    let length = u32::from_le_bytes([element[4], element[5], element[6], element[7]]);
    let first = match group {
        2 => number <= 1 && explicit,
        8 => number <= 0x18 && (explicit || length <= 64),
        _ => false,
    };
    first.then_some(0)
}

fn parse_reader(path: &Path, source: impl Read, length: u64, extent: Extent) -> Result<Option<Parsed>> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut start = Vec::new();
    (&mut source).take(132).read_to_end(&mut start).map_err(|e| io_error(path, e))?;
    let Some(skip) = start_of_object(&start) else { return Ok(None) };
    let mut source = Cursor::new(start.split_off(skip)).chain(source);

    let (transfer_syntax, rest) = meta_group(path, &mut source)?;
    let mut source = Cursor::new(rest).chain(source);
    let mut float = false;
    let set = if transfer_syntax == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN {
        // A byte can stand for about a thousand, which no image makes of it: a small file must not fill the memory.
        let most = length.saturating_mul(64).max(MOST_INFLATED);
        let mut inflater = flate2::read::DeflateDecoder::new(source).take(most);
        read_set(path, &mut inflater, &transfer_syntax, most, extent, &mut float)?
    } else {
        read_set(path, &mut source, &transfer_syntax, length, extent, &mut float)?
    };
    Ok(Some(Parsed { transfer_syntax, set, float }))
}

/// Reads the file meta group, which is always explicit and little-endian: its transfer syntax, and the bytes that were
/// read beyond it.
fn meta_group(path: &Path, source: &mut impl Read) -> Result<(String, Vec<u8>)> {
    let mut syntax = None;
    let damaged = || format_error(path, "the DICOM file ends within its file meta information; get the file again");
    loop {
        let mut header = Vec::new();
        source.take(8).read_to_end(&mut header).map_err(|e| io_error(path, e))?;
        if header.len() < 8 || header[..2] != [2, 0] {
            // A file without meta information is implicit little-endian by the standard; the parser looks for itself.
            return Ok((syntax.unwrap_or_else(|| uids::IMPLICIT_VR_LITTLE_ENDIAN.to_string()), header));
        }
        let long = matches!(&header[4..6], b"OB" | b"OW" | b"SQ" | b"UN" | b"UT" | b"OF" | b"UC" | b"UR");
        let length = if long {
            let mut bytes = [0; 4];
            source.read_exact(&mut bytes).map_err(|_| damaged())?;
            u32::from_le_bytes(bytes)
        } else {
            u32::from(u16::from_le_bytes([header[6], header[7]]))
        };
        let mut value = Vec::new();
        source.take(u64::from(length)).read_to_end(&mut value).map_err(|e| io_error(path, e))?;
        if value.len() as u64 != u64::from(length) {
            return Err(damaged());
        }
        if header[2..4] == [0x10, 0] {
            let text = String::from_utf8_lossy(&value);
            syntax = Some(text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_string());
        }
    }
}

/// A sequence that is being read.
struct Open {
    tag: Tag,
    items: Vec<Dataset>,
    /// The item that is being read.
    current: Option<Dataset>,
}

fn read_set(
    path: &Path,
    source: &mut dyn Read,
    syntax: &str,
    length: u64,
    extent: Extent,
    float: &mut bool,
) -> Result<Dataset> {
    let Some(coding) = TransferSyntaxRegistry.get(syntax) else {
        return Err(Error::Unsupported {
            path: path.to_path_buf(),
            what: format!("its transfer syntax {syntax} is not known; convert the file with gdcmconv --raw"),
        });
    };
    let damaged = |what: String| format_error(path, format!("the DICOM data are damaged: {what}; get the file again"));
    let options = DataSetReaderOptions::default().flexible_decoding(true);
    let reader = DataSetReader::new_with_ts_cs_options(source, coding, Default::default(), options)
        .map_err(|e| damaged(chain(&e)))?;

    let mut root = Dataset::default();
    let mut open: Vec<Open> = Vec::new();
    let mut pixels: Option<Fragments> = None;
    let mut pending: Option<Tag> = None;
    let check = |tag: Tag, claimed: Option<u32>| match claimed {
        Some(claimed) if u64::from(claimed) > length => {
            Err(damaged(format!("element {tag} says it is {claimed} bytes long, which is more than the whole file")))
        }
        _ => Ok(()),
    };
    for token in reader {
        let token = match token {
            Ok(token) => token,
            // Bytes behind the pixels that are no elements are common and harmless.
            Err(_) if open.is_empty() && pixels.is_none() && root.get(tags::PIXEL_DATA).is_some() => break,
            Err(e) => return Err(damaged(chain(&e))),
        };
        match token {
            DataToken::ElementHeader(header) => {
                let tag = header.tag();
                if open.is_empty() && is_pixels(tag) {
                    *float = tag != tags::PIXEL_DATA;
                    if extent == Extent::Header {
                        break;
                    }
                }
                check(tag, header.length().get())?;
                if is_text(header.vr()) && header.length().get().is_some_and(|n| n > LONGEST_TEXT) {
                    return Err(damaged(format!("element {tag} is a text of more than {LONGEST_TEXT} bytes")));
                }
                pending = Some(tag);
            }
            DataToken::PrimitiveValue(value) => {
                if let Some(tag) = pending.take() {
                    // As bytes, so that no frame has to convert them again.
                    let value =
                        if is_pixels(tag) { PrimitiveValue::U8(value.to_bytes().into_owned().into()) } else { value };
                    innermost(&mut root, &mut open).insert(tag, Value::Primitive(value));
                }
            }
            DataToken::SequenceStart { tag, .. } => {
                if open.len() >= DEEPEST {
                    return Err(damaged(format!("more than {DEEPEST} sequences within each other, at {tag}")));
                }
                open.push(Open { tag, items: Vec::new(), current: None });
            }
            DataToken::PixelSequenceStart => {
                if extent == Extent::Header {
                    break;
                }
                pixels = Some(Fragments::default());
            }
            DataToken::ItemStart { len } => match (&pixels, open.last_mut()) {
                (Some(_), _) => check(tags::PIXEL_DATA, len.get())?,
                (None, Some(sequence)) => sequence.current = Some(Dataset::default()),
                (None, None) => return Err(damaged("an item outside a sequence".to_string())),
            },
            DataToken::ItemEnd => {
                if let (None, Some(sequence)) = (&pixels, open.last_mut()) {
                    sequence.items.extend(sequence.current.take());
                }
            }
            DataToken::OffsetTable(offsets) => {
                if let Some(fragments) = &mut pixels {
                    fragments.offsets = offsets;
                }
            }
            DataToken::ItemValue(piece) => {
                if let Some(fragments) = &mut pixels {
                    fragments.pieces.push(piece);
                }
            }
            DataToken::SequenceEnd => {
                if let Some(fragments) = pixels.take() {
                    innermost(&mut root, &mut open).insert(tags::PIXEL_DATA, Value::Fragments(fragments));
                } else if let Some(mut sequence) = open.pop() {
                    sequence.items.extend(sequence.current.take());
                    innermost(&mut root, &mut open).insert(sequence.tag, Value::Items(sequence.items));
                }
            }
        }
    }
    let cut = root.get(tags::PIXEL_DATA).is_none() && pending.is_some();
    if extent == Extent::Whole && (pixels.is_some() || !open.is_empty() || cut) {
        return Err(damaged("the file ends within a value".to_string()));
    }
    Ok(root)
}

fn is_pixels(tag: Tag) -> bool {
    matches!(tag, tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA)
}

fn is_text(vr: VR) -> bool {
    !matches!(
        vr,
        VR::AT
            | VR::FL
            | VR::FD
            | VR::OB
            | VR::OD
            | VR::OF
            | VR::OL
            | VR::OV
            | VR::OW
            | VR::SL
            | VR::SS
            | VR::UL
            | VR::UN
            | VR::US
    )
}

/// The data set that an element belongs to.
fn innermost<'a>(root: &'a mut Dataset, open: &'a mut [Open]) -> &'a mut Dataset {
    match open.last_mut() {
        // An element between items has no place by the standard; it goes to an item of its own.
        Some(sequence) => sequence.current.get_or_insert_with(Dataset::default),
        None => root,
    }
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = cause.source();
    }
    text
}
