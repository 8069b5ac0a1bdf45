//! Deflated image frames (PS3.5 section 10.19): each frame as it would lie in the file, compressed by itself.

use std::io::Read;

use flate2::read::DeflateDecoder;

use super::super::pixels::PixelFormat;

pub(super) fn decode(data: &[u8], format: &PixelFormat) -> Result<Vec<u32>, String> {
    let bits = format.pixels() * format.bits_allocated;
    let needed = bits.div_ceil(8);
    let mut bytes = Vec::new();
    DeflateDecoder::new(data)
        .take(needed as u64)
        .read_to_end(&mut bytes)
        .map_err(|e| format!("its deflated data are damaged ({e}); get the file again"))?;
    if bytes.len() < needed {
        return Err(format!("its deflated data are damaged: {} bytes instead of {needed}", bytes.len()));
    }
    Ok(match format.bits_allocated {
        1 => super::bits(&bytes, format.pixels()),
        8 => bytes.into_iter().map(u32::from).collect(),
        16 => bytes.as_chunks().0.iter().map(|&b| u16::from_le_bytes(b).into()).collect(),
        32 if !format.float => bytes.as_chunks().0.iter().map(|&b| u32::from_le_bytes(b)).collect(),
        _ => return Err("it has deflated floats, which are not supported; decompress it first".to_string()),
    })
}
