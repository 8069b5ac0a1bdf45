//! JPEG 2000, with and without loss.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use super::super::pixels::PixelFormat;
use super::guarded;

pub(super) fn decode(data: &[u8], format: &PixelFormat) -> Result<Vec<u32>, String> {
    guarded("JPEG 2000", || {
        // Without the boxes that may stand around it: what is checked here is then what the decoder sees.
        let size = SizeMarker::find(data).ok_or("it has no size marker")?;
        if size.components != 1 {
            return Err(format!("it has {} components instead of one", size.components));
        }
        // The decoder allocates for all tiles before it looks for the first.
        if size.tiles > (size.codestream.len() / LEAST_PER_TILE) as u64 {
            return Err(format!("it says it has {} tiles, more than its bytes can hold", size.tiles));
        }
        // Likewise for all precincts, of which each takes a packet of at least a byte.
        let precincts = most_precincts(size.codestream, format);
        if precincts > size.codestream.len() as u64 {
            return Err(format!("it says it has {precincts} precincts, more than its bytes can hold"));
        }
        let settings = DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };
        let image = Image::new(size.codestream, &settings).map_err(|e| e.to_string())?;
        if (image.width() as usize, image.height() as usize) != (format.columns, format.rows) {
            return Err(format!(
                "the JPEG 2000 picture is {} x {} instead of {} x {}",
                image.width(),
                image.height(),
                format.columns,
                format.rows
            ));
        }
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
        let shift = if size.signed { 1i64 << (depth - 1) } else { 0 };
        Ok(component.samples().iter().map(|&v| (f64::from(v).round() as i64 - shift) as u32).collect())
    })
}

/// Bytes of a tile-part without data: the segments SOT and SOD (ISO/IEC 15444-1 A.4.2, A.4.3).
const LEAST_PER_TILE: usize = 14;

/// What must be known before decoding, of the SIZ marker segment, which follows the start of the codestream
/// (ISO/IEC 15444-1 A.5.1).
struct SizeMarker<'a> {
    codestream: &'a [u8],
    tiles: u64,
    components: u16,
    /// Whether the first component is signed.
    signed: bool,
}

impl<'a> SizeMarker<'a> {
    fn find(data: &'a [u8]) -> Option<Self> {
        let start = data.windows(4).position(|w| w == [0xff, 0x4f, 0xff, 0x51])?;
        let codestream = data.get(start..)?;
        // Behind the marker, the length and the capabilities: the grid's size and offset, the tiles' size and offset.
        let word = |at: usize| Some(u64::from(u32::from_be_bytes(*codestream.get(8 + 4 * at..)?.first_chunk()?)));
        let along = |axis: usize| {
            let (grid, tile, offset) = (word(axis)?, word(4 + axis)?, word(6 + axis)?);
            (tile > 0).then(|| grid.saturating_sub(offset).div_ceil(tile))
        };
        let [high, low, depth] = *codestream.get(40..)?.first_chunk()?;
        Some(Self {
            codestream,
            tiles: along(0)?.saturating_mul(along(1)?),
            components: u16::from_be_bytes([high, low]),
            signed: depth & 0x80 != 0,
        })
    }
}

/// The most precincts that a coding style (COD or COC, in the main header or that of a tile-part; A.6.1, A.6.2) makes of the
/// picture; 0 if all leave their size at the default, which is about one for each tile and resolution.
fn most_precincts(codestream: &[u8], format: &PixelFormat) -> u64 {
    let short = |at: usize| Some(usize::from(u16::from_be_bytes(*codestream.get(at..)?.first_chunk()?)));
    let mut most = 0;
    let (mut at, mut next_part) = (2, None);
    while let (Some(marker), Some(length)) = (short(at), short(at + 2)) {
        // Where the style begins, and where the number of decompositions.
        let style = match marker {
            0xff52 => Some((at + 4, at + 9)),
            0xff53 => Some((at + 5, at + 6)),
            0xff90 => {
                let part = codestream.get(at + 6..).and_then(|rest| rest.first_chunk());
                next_part =
                    part.map(|&n| u32::from_be_bytes(n) as usize).filter(|&n| n >= LEAST_PER_TILE).map(|n| at + n);
                None
            }
            _ => None,
        };
        if let Some((style, levels)) = style
            && codestream.get(style).is_some_and(|flags| flags & 1 != 0)
            && let Some(&levels) = codestream.get(levels).filter(|&&n| n <= 32)
        {
            let end = at + 2 + length;
            let sizes = codestream.get(end.saturating_sub(usize::from(levels) + 1)..end).unwrap_or_default();
            let count = sizes.iter().enumerate().map(|(resolution, &exponents)| {
                let halvings = u32::from(levels) - resolution as u32;
                let along =
                    |pixels: usize, exponent: u8| (pixels as u64).div_ceil(1 << (halvings + u32::from(exponent)));
                along(format.columns, exponents & 15) * along(format.rows, exponents >> 4)
            });
            most = most.max(count.sum());
        }
        at = match next_part.take_if(|_| marker == 0xff93) {
            Some(next) if next > at => next,
            // Nothing behind the data of the last part, or of one whose length is impossible.
            _ if marker == 0xff93 => break,
            _ => at + 2 + length,
        };
    }
    most
}
