//! JPEG 2000, with and without loss.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use super::super::pixels::PixelFormat;
use super::guarded;

pub(super) fn decode(data: &[u8], format: &PixelFormat) -> Result<Vec<u32>, String> {
    guarded("JPEG 2000", || {
        let settings = DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };
        let image = Image::new(data, &settings).map_err(|e| e.to_string())?;
        if (image.width() as usize, image.height() as usize) != (format.columns, format.rows) {
            return Err(format!(
                "the JPEG 2000 picture is {} x {} instead of {} x {}",
                image.width(),
                image.height(),
                format.columns,
                format.rows
            ));
        }
        let signed = is_signed(data).ok_or("it has no size marker")?;
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).map_err(|e| e.to_string())?;
        let [component] = decoded.components() else {
            return Err(format!("it has {} components instead of one", decoded.components().len()));
        };
        let depth = component.bit_depth();
        if depth == 0 || depth > 24 {
            return Err(format!("it has {depth} bits per pixel, and up to 24 can be decoded without loss"));
        }
        // The decoder shifts every component by half its range, as is right for unsigned ones.
        let shift = if signed { 1i64 << (depth - 1) } else { 0 };
        Ok(component.samples().iter().map(|&v| (f64::from(v).round() as i64 - shift) as u32).collect())
    })
}

/// Whether the first component is signed: the SIZ marker segment follows the start of the codestream, and the byte 38
/// places behind its marker has the sign in its highest bit (ISO/IEC 15444-1 A.5.1).
fn is_signed(data: &[u8]) -> Option<bool> {
    let start = data.windows(4).position(|w| w == [0xff, 0x4f, 0xff, 0x51])?;
    Some(data.get(start + 4 + 38)? & 0x80 != 0)
}
