//! What the writers share: voxels as bytes, compression, and files that are whole or absent.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::error::{Error, Result};
use crate::volume::{Volume, Voxels};
use crate::with_voxels;

use super::payload::Stored;
use super::source::io_error;

/// Values converted at a time.
const PIECE: usize = 1 << 14;

/// Half the time of the usual level 6 for a few per cent more bytes.
const LEVEL: Compression = Compression::new(4);

/// Writes the values, little-endian.
pub(super) fn voxels(out: &mut impl Write, voxels: &Voxels) -> io::Result<()> {
    with_voxels!(voxels, values => {
        let mut bytes = Vec::with_capacity(PIECE * 8);
        for piece in values.chunks(PIECE) {
            bytes.clear();
            piece.iter().for_each(|v| v.push_bytes(&mut bytes));
            out.write_all(&bytes)?;
        }
        Ok(())
    })
}

/// Compresses as gzip what `write` writes.
pub(super) fn gzip<W: Write>(out: W, write: impl FnOnce(&mut GzEncoder<W>) -> io::Result<()>) -> io::Result<()> {
    let mut encoder = GzEncoder::new(out, LEVEL);
    write(&mut encoder)?;
    encoder.finish().map(|_| ())
}

/// The values compressed as zlib.
pub(super) fn zlib(image: &Volume) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), LEVEL);
    voxels(&mut encoder, image.voxels())?;
    encoder.finish()
}

/// Writes a file whole or not at all. The error says if the folder is missing.
pub(super) fn file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    radsurv_data::fs::write_atomic(path, |out| write(out)).map_err(|e: io::Error| explain(path, e))
}

/// Writes a text header and the data behind it, or in a file of this name beside it; the header comes last then, so that it
/// never names data that are not there.
pub(super) fn header_and_data(
    path: &Path,
    header: &str,
    data_name: Option<&str>,
    data: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    if let Some(name) = data_name {
        file(&path.with_file_name(name), data)?;
        return file(path, |out| out.write_all(header.as_bytes()));
    }
    file(path, |out| {
        out.write_all(header.as_bytes())?;
        data(out)
    })
}

fn explain(path: &Path, e: io::Error) -> Error {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|f| e.kind() == ErrorKind::NotFound && !f.exists()) {
        let what = format!("the folder {} does not exist; create it first", folder.display());
        return io_error(path, io::Error::new(ErrorKind::NotFound, what));
    }
    io_error(path, e)
}

/// The name of a file that is written beside a header: the header's stem with another extension.
pub(super) fn sibling_name(path: &Path, extension: &str) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    format!("{stem}.{extension}")
}

/// Numbers with spaces between, each in as many digits as it needs to be read back equal.
pub(super) fn join<T: std::fmt::Display>(values: impl IntoIterator<Item = T>, separator: &str) -> String {
    values.into_iter().map(|v| v.to_string()).collect::<Vec<_>>().join(separator)
}
