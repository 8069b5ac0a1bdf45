//! RLE Lossless (PS3.5 annex G): a segment of PackBits for each byte of the pixels, most significant first.

use super::super::pixels::PixelFormat;

pub(super) fn decode(data: &[u8], format: &PixelFormat) -> Result<Vec<u32>, String> {
    let damaged = |what: &str| format!("its RLE data are damaged: {what}");
    let word = |at: usize| Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?) as usize);
    let segments = word(0).ok_or_else(|| damaged("no header"))?;
    let planes = format.bits_allocated.div_ceil(8);
    if segments != planes {
        return Err(damaged(&format!("{segments} segments instead of {planes}")));
    }
    // Pixels of one bit are packed, eight in a byte.
    let count = if format.bits_allocated == 1 { format.pixels().div_ceil(8) } else { format.pixels() };
    let mut samples = vec![0u32; count];
    for segment in 0..segments {
        let start = word(4 + 4 * segment).ok_or_else(|| damaged("no header"))?;
        let end = if segment + 1 < segments { word(8 + 4 * segment) } else { None }.unwrap_or(data.len());
        let bytes = data.get(start..end).ok_or_else(|| damaged("a segment lies outside"))?;
        let plane = unpack(bytes, samples.len()).ok_or_else(|| damaged("a segment ends too early"))?;
        for (sample, byte) in samples.iter_mut().zip(plane) {
            *sample = *sample << 8 | u32::from(byte);
        }
    }
    if format.bits_allocated == 1 {
        let bytes: Vec<u8> = samples.iter().map(|&s| s as u8).collect();
        return Ok(super::bits(&bytes, format.pixels()));
    }
    Ok(samples)
}

/// PackBits.
fn unpack(bytes: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(count);
    let mut at = 0;
    while out.len() < count {
        let head = *bytes.get(at)?;
        at += 1;
        match head {
            0..=127 => {
                let length = usize::from(head) + 1;
                out.extend_from_slice(bytes.get(at..at + length)?);
                at += length;
            }
            128 => {}
            129.. => {
                let value = *bytes.get(at)?;
                at += 1;
                out.resize(out.len() + 257 - usize::from(head), value);
            }
        }
    }
    out.truncate(count);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_runs_and_literals() {
        assert_eq!(unpack(&[254, 7, 1, 1, 2, 128, 0, 9], 6).unwrap(), [7, 7, 7, 1, 2, 9]);
        assert_eq!(unpack(&[254, 7], 4), None);
        assert_eq!(unpack(&[3, 1], 2), None);
    }

    #[test]
    fn two_planes_make_words_and_damage_is_told() {
        let format = PixelFormat::for_test(2, 1, 16);
        let mut data = vec![2, 0, 0, 0, 64, 0, 0, 0, 67, 0, 0, 0];
        data.resize(64, 0);
        data.extend([1, 1, 2, 1, 3, 4]);
        assert_eq!(decode(&data, &format).unwrap(), [0x103, 0x204]);
        for end in 0..data.len() {
            assert!(decode(&data[..end], &format).is_err());
        }
        data[4] = 250;
        assert!(decode(&data, &format).is_err());
    }
}
