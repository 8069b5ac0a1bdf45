//! Compressed pixel data, one frame at a time. Nothing here needs a C library.

mod deflate;
mod jpeg;
mod jpeg2000;
mod jpegls;
mod rle;

use dicom_dictionary_std::uids;

use super::pixels::PixelFormat;

const DEFLATED_FRAMES: &str = "1.2.840.10008.1.2.8.1";

/// Whether this transfer syntax stores pixels as they are.
pub(super) fn is_native(syntax: &str) -> bool {
    matches!(
        syntax,
        uids::IMPLICIT_VR_LITTLE_ENDIAN
            | uids::EXPLICIT_VR_LITTLE_ENDIAN
            | "1.2.840.10008.1.2.2"
            | uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN
    )
}

/// Whether this transfer syntax loses information (it may, for JPEG 2000 and JPEG-LS).
pub(super) fn is_lossy(syntax: &str) -> bool {
    matches!(syntax, uids::JPEG_BASELINE8_BIT | uids::JPEG_EXTENDED12_BIT | uids::JPEGLS_NEAR_LOSSLESS | uids::JPEG2000)
}

/// Decodes a frame into raw samples, row by row; the bits beyond those stored are whatever they were.
///
/// # Errors
/// In words, without the file's name.
pub(super) fn decode(syntax: &str, data: &[u8], format: &PixelFormat) -> Result<Vec<u32>, String> {
    // The size is the header's word. A decoder allocates that much, so it must be plausible for the bytes there are;
    // the most that any of these schemes makes of a byte, in a picture of one grey, is some hundred pixels.
    if format.pixels() > (1 << 24).max(data.len().saturating_mul(1024)) {
        return Err(format!(
            "{} compressed bytes are too few for {} x {} pixels; get the file again",
            data.len(),
            format.columns,
            format.rows
        ));
    }
    let samples = match syntax {
        uids::RLE_LOSSLESS => rle::decode(data, format)?,
        DEFLATED_FRAMES => deflate::decode(data, format)?,
        uids::JPEG_BASELINE8_BIT | uids::JPEG_EXTENDED12_BIT | uids::JPEG_LOSSLESS | uids::JPEG_LOSSLESS_SV1 => {
            jpeg::decode(data, format)?
        }
        uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => jpegls::decode(data, format)?,
        uids::JPEG2000_LOSSLESS | uids::JPEG2000 => jpeg2000::decode(data, format)?,
        other => {
            return Err(format!(
                "its pixels are compressed as {} ({other}), which cannot be decoded here; decompress them first, for \
                 example with gdcmconv --raw",
                name(other)
            ));
        }
    };
    if samples.len() != format.pixels() {
        return Err(format!(
            "the compressed picture has {} pixels instead of {} x {}",
            samples.len(),
            format.columns,
            format.rows
        ));
    }
    Ok(samples)
}

/// Checks what all frames of an object take when unpacked against the bytes they are unpacked from: each frame may be
/// plausible by itself, but thousands of tiny ones must not add up to any amount of memory.
///
/// # Errors
/// In words, without the file's name.
pub(super) fn check_sum(packed: u64, format: &PixelFormat, frames: usize) -> Result<(), String> {
    let bits = format.pixels() as u128 * format.bits_allocated as u128 * frames as u128;
    let unpacked = bits.div_ceil(8);
    if unpacked > u128::from(ALWAYS_ALLOWED.max(packed.saturating_mul(MOST_PER_BYTE))) {
        return Err(format!(
            "its {packed} compressed bytes are too few for {frames} frames of {} x {} pixels; get the file again",
            format.columns, format.rows
        ));
    }
    Ok(())
}

/// Bytes that an object may always have when unpacked: 512 slices of 512 x 512 words.
const ALWAYS_ALLOWED: u64 = 1 << 28;
/// And how many times its compressed bytes if that is more. Deflate makes at most 1032 bytes of one; JPEG-LS and JPEG 2000
/// can make more of an empty picture, but not on average over a series with something in it.
const MOST_PER_BYTE: u64 = 2048;

/// The name of a transfer syntax.
pub(super) fn name(syntax: &str) -> &'static str {
    match syntax {
        uids::RLE_LOSSLESS => "RLE Lossless",
        uids::JPEG_BASELINE8_BIT => "JPEG Baseline",
        uids::JPEG_EXTENDED12_BIT => "JPEG Extended",
        uids::JPEG_LOSSLESS | uids::JPEG_LOSSLESS_SV1 => "JPEG Lossless",
        uids::JPEGLS_LOSSLESS => "JPEG-LS Lossless",
        uids::JPEGLS_NEAR_LOSSLESS => "JPEG-LS Near-Lossless",
        uids::JPEG2000_LOSSLESS => "JPEG 2000 Lossless",
        uids::JPEG2000 => "JPEG 2000",
        "1.2.840.10008.1.2.4.110" | "1.2.840.10008.1.2.4.111" | "1.2.840.10008.1.2.4.112" => "JPEG XL",
        "1.2.840.10008.1.2.4.201" | "1.2.840.10008.1.2.4.202" | "1.2.840.10008.1.2.4.203" => {
            "High-Throughput JPEG 2000"
        }
        _ => "a syntax of another kind",
    }
}

/// Pixels of one bit, the first in the lowest bit.
fn bits(bytes: &[u8], count: usize) -> Vec<u32> {
    bytes.iter().flat_map(|&b| (0..8).map(move |i| u32::from(b >> i & 1))).take(count).collect()
}

/// Runs a decoder of another crate, so that one that panics on damaged data gives an error like any other.
fn guarded<T>(what: &str, decode: impl FnOnce() -> Result<T, String> + std::panic::UnwindSafe) -> Result<T, String> {
    std::panic::catch_unwind(decode)
        .unwrap_or_else(|_| Err("the decoder gave up".to_string()))
        .map_err(|e| format!("its {what} data are damaged or of a kind that is not supported ({e})"))
}
