//! JPEG baseline, extended (8 bits) and lossless.

use jpeg_decoder::{ColorTransform, Decoder, PixelFormat as Layout};

use super::super::pixels::PixelFormat;
use super::guarded;

pub(super) fn decode(data: &[u8], format: &PixelFormat) -> Result<Vec<u32>, String> {
    guarded("JPEG", || {
        let mut decoder = Decoder::new(data);
        decoder.set_color_transform(ColorTransform::None);
        decoder.set_max_decoding_buffer_size(format.pixels().saturating_mul(4));
        decoder.read_info().map_err(|e| e.to_string())?;
        let info = decoder.info().ok_or("it has no header")?;
        if (usize::from(info.width), usize::from(info.height)) != (format.columns, format.rows) {
            return Err(format!(
                "the JPEG picture is {} x {} instead of {} x {}",
                info.width, info.height, format.columns, format.rows
            ));
        }
        let pixels = decoder.decode().map_err(|e| e.to_string())?;
        match info.pixel_format {
            Layout::L8 => Ok(pixels.into_iter().map(u32::from).collect()),
            Layout::L16 => Ok(pixels.as_chunks::<2>().0.iter().map(|&b| u32::from(u16::from_ne_bytes(b))).collect()),
            other => Err(format!("it has the colours {other:?}")),
        }
    })
}
