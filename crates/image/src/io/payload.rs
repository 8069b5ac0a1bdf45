//! From the bytes of the data section to typed voxels, in one pass and in bounded memory.
//!
//! The values are converted piece by piece as they are read or decompressed, so that an image needs little more memory
//! than its own voxels. Nothing is allocated for sizes that the files cannot hold.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use crate::error::{Error, Result};
use crate::volume::{VoxelType, Voxels};

use super::header::{Encoding, Header, Layout, Part};
use super::source::{format_error, io_error, open_file};
use super::text::{HexReader, TextReader};

/// Bytes converted at a time: fits the second-level cache.
const PIECE: usize = 1 << 16;

/// The most that deflate can expand.
const MAX_EXPANSION: u64 = 1032;

/// A number that files store.
pub(super) trait Stored: Copy + 'static {
    const BYTES: usize;
    /// Appends values from bytes, a whole number of them.
    fn extend<U>(out: &mut Vec<U>, bytes: &[u8], big_endian: bool, map: impl Fn(Self) -> U);
    /// The number that is written; of an integer also with a fraction of zero.
    fn parse(text: &str) -> Option<Self>;
    /// Appends its bytes, little-endian.
    fn push_bytes(self, out: &mut Vec<u8>);
}

macro_rules! stored {
    ($($type:ty),+) => {
        $(impl Stored for $type {
            const BYTES: usize = size_of::<Self>();

            fn extend<U>(out: &mut Vec<U>, bytes: &[u8], big_endian: bool, map: impl Fn(Self) -> U) {
                let (values, _) = bytes.as_chunks::<{ size_of::<$type>() }>();
                if big_endian {
                    out.extend(values.iter().map(|&b| map(Self::from_be_bytes(b))));
                } else {
                    out.extend(values.iter().map(|&b| map(Self::from_le_bytes(b))));
                }
            }

            fn parse(text: &str) -> Option<Self> {
                text.parse().ok().or_else(|| {
                    let value: f64 = text.parse().ok()?;
                    (f64::from(value as Self as f32) == value).then_some(value as Self)
                })
            }

            fn push_bytes(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        })+
    };
}

stored!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

/// Reads the values of one channel.
pub(super) fn read(header: &Header, channel: usize) -> Result<Voxels> {
    check_promise(header)?;
    macro_rules! integer {
        ($type:ty) => {
            match header.scale {
                None => Voxels::from(decode::<$type, $type>(header, channel, |v| v)?),
                // float32 first, then the scale in double precision, as ITK does.
                Some((slope, inter)) => {
                    Voxels::F32(decode(header, channel, move |v: $type| (f64::from(v as f32) * slope + inter) as f32)?)
                }
            }
        };
    }
    macro_rules! float {
        ($type:ty) => {
            match header.scale {
                None => Voxels::from(decode::<$type, $type>(header, channel, |v| v)?),
                Some((slope, inter)) => {
                    Voxels::from(decode(header, channel, move |v: $type| (f64::from(v) * slope + inter) as $type)?)
                }
            }
        };
    }
    Ok(match header.stored {
        VoxelType::U8 => integer!(u8),
        VoxelType::I8 => integer!(i8),
        VoxelType::U16 => integer!(u16),
        VoxelType::I16 => integer!(i16),
        VoxelType::U32 => integer!(u32),
        VoxelType::I32 => integer!(i32),
        VoxelType::U64 => integer!(u64),
        VoxelType::I64 => integer!(i64),
        VoxelType::F32 => float!(f32),
        VoxelType::F64 => float!(f64),
    })
}

/// Compares what the header promises with what the files can hold, before anything is allocated.
fn check_promise(header: &Header) -> Result<()> {
    for part in &header.parts {
        let (_, len) = open_file(&part.path)?;
        let there = len.saturating_sub(part.offset);
        let bytes = part.values as u64 * header.stored.bytes() as u64 + part.skip;
        let (enough, least) = match header.encoding {
            Encoding::Raw => (there >= bytes, bytes),
            Encoding::Deflate => (there.saturating_mul(MAX_EXPANSION) >= bytes, bytes.div_ceil(MAX_EXPANSION)),
            // A digit each, and something in between.
            Encoding::Text => (there + 1 >= 2 * part.values as u64, 2 * part.values as u64 - 1),
            Encoding::Hex => (there >= 2 * bytes, 2 * bytes),
        };
        if !enough {
            return Err(format_error(
                &part.path,
                format!(
                    "the header promises {} values ({bytes} bytes), for which the data would take at least {least} \
                     bytes, but there are {there}: the file is truncated or its header is damaged; get it again",
                    part.values
                ),
            ));
        }
    }
    Ok(())
}

/// Sorts the values of one channel out of all of them.
struct Picker<U> {
    out: Vec<U>,
    layout: Layout,
    channel: usize,
    /// The channel of the next value, and how many values are left of its run.
    current: usize,
    left: usize,
}

impl<U> Picker<U> {
    fn done(&self) -> bool {
        self.out.len() == self.layout.voxels()
    }

    fn take<T: Stored>(&mut self, mut bytes: &[u8], big_endian: bool, map: impl Fn(T) -> U) {
        if self.layout.channels == 1 {
            T::extend(&mut self.out, bytes, big_endian, map);
            return;
        }
        while !bytes.is_empty() {
            let run = (self.left * T::BYTES).min(bytes.len());
            if self.current == self.channel {
                T::extend(&mut self.out, &bytes[..run], big_endian, &map);
            }
            bytes = &bytes[run..];
            self.left -= run / T::BYTES;
            if self.left == 0 {
                self.current = (self.current + 1) % self.layout.channels;
                self.left = self.layout.inner;
            }
        }
    }
}

fn decode<T: Stored, U>(header: &Header, channel: usize, map: impl Fn(T) -> U) -> Result<Vec<U>> {
    let layout = header.layout;
    let mut out = Vec::new();
    // Memory that is reserved but not written costs nothing; a file that is mostly expansion grows as it comes.
    let plausible = header.parts.iter().map(|p| open_file(&p.path).map_or(0, |(_, len)| len)).sum::<u64>();
    let first = (plausible.saturating_mul(64) as usize / T::BYTES).min(layout.voxels());
    let path = header.parts.first().map_or(Path::new(""), |p| &p.path);
    out.try_reserve_exact(first).map_err(|_| too_large(path, layout.voxels() * size_of::<U>()))?;
    let mut picker = Picker { out, layout, channel, current: 0, left: layout.inner };
    for part in &header.parts {
        if picker.done() {
            break;
        }
        read_part(part, header, &mut picker, &map)?;
    }
    Ok(picker.out)
}

fn too_large(path: &Path, bytes: usize) -> Error {
    format_error(path, format!("there is not enough memory for its {bytes} bytes of voxels"))
}

fn read_part<T: Stored, U>(part: &Part, header: &Header, picker: &mut Picker<U>, map: impl Fn(T) -> U) -> Result<()> {
    let (mut file, _) = open_file(&part.path)?;
    let wrong = |at: u64, e: io::Error| explain(&part.path, at, e);
    file.seek(SeekFrom::Start(part.offset)).map_err(|e| io_error(&part.path, e))?;
    let mut reader = reader::<T>(file, header.encoding).map_err(|e| wrong(0, e))?;
    let mut piece = vec![0u8; PIECE];
    // Written numbers have no byte order; their reader gives little-endian.
    let big_endian = header.big_endian && header.encoding != Encoding::Text;
    let mut skip = part.skip;
    while skip > 0 {
        let n = fill(&mut reader, &mut piece[..PIECE.min(skip as usize)]).map_err(|e| wrong(0, e))?;
        if n == 0 {
            return Err(format_error(&part.path, "it ends within the bytes to skip; get the file again"));
        }
        skip -= n as u64;
    }
    let mut left = part.values * T::BYTES;
    while left > 0 && !picker.done() {
        let n = fill(&mut reader, &mut piece[..PIECE.min(left)]);
        let done = (part.values * T::BYTES - left) as u64;
        let n = n.map_err(|e| wrong(done, e))?;
        if n == 0 || n % T::BYTES != 0 {
            return Err(ends_early(&part.path, (part.values * T::BYTES) as u64, done + n as u64));
        }
        let room = picker.layout.voxels() - picker.out.len();
        picker
            .out
            .try_reserve(room.min(n / T::BYTES))
            .map_err(|_| too_large(&part.path, picker.layout.voxels() * size_of::<U>()))?;
        picker.take(&piece[..n], big_endian, &map);
        left -= n;
    }
    if left == 0 && header.encoding == Encoding::Deflate {
        // The checksum is at the end of the stream: a damaged header may promise less than there is.
        let end = (part.values * T::BYTES) as u64;
        while fill(&mut reader, &mut piece).map_err(|e| wrong(end, e))? > 0 {}
    }
    Ok(())
}

fn reader<T: Stored>(file: File, encoding: Encoding) -> io::Result<Box<dyn Read>> {
    Ok(match encoding {
        Encoding::Raw => Box::new(file),
        Encoding::Text => Box::new(TextReader::<_, T>::new(BufReader::with_capacity(PIECE, file))),
        Encoding::Hex => Box::new(HexReader(BufReader::with_capacity(PIECE, file))),
        Encoding::Deflate => {
            let mut file = BufReader::with_capacity(PIECE, file);
            if file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
                Box::new(MultiGzDecoder::new(file))
            } else {
                Box::new(ZlibDecoder::new(file))
            }
        }
    })
}

/// Reads until the buffer is full or the data end.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match reader.read(&mut buffer[n..]) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(n)
}

fn explain(path: &Path, at: u64, e: io::Error) -> Error {
    match e.kind() {
        ErrorKind::UnexpectedEof => format_error(
            path,
            format!("the compressed data end after {at} bytes of values: the file is truncated; get it again"),
        ),
        ErrorKind::InvalidData | ErrorKind::InvalidInput => {
            format_error(path, format!("the data are damaged after {at} bytes of values ({e}); get the file again"))
        }
        _ => io_error(path, e),
    }
}

fn ends_early(path: &Path, promised: u64, there: u64) -> Error {
    format_error(
        path,
        format!(
            "the header promises {promised} bytes of values, but the data end after {there}: the file is truncated; get it again"
        ),
    )
}
