//! Comparisons as bits of a number.

/// The flags as the bits of a number, the first one lowest; at most 64.
#[inline(always)]
pub(crate) fn bit_mask<const N: usize>(flags: [bool; N]) -> u64 {
    // All bits of a byte, as comparisons give them.
    let bytes: [u8; N] = flags.map(|flag| 0u8.wrapping_sub(u8::from(flag)));
    let mut bits = 0;
    let (sixteens, rest) = bytes.as_chunks::<16>();
    for (i, chunk) in sixteens.iter().enumerate() {
        bits |= u64::from(sixteen_bits(chunk)) << (16 * i);
    }
    for (i, byte) in rest.iter().enumerate() {
        bits |= u64::from(byte & 1) << (16 * sixteens.len() + i);
    }
    bits
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn sixteen_bits(bytes: &[u8; 16]) -> u16 {
    use std::arch::x86_64::{_mm_loadu_si128, _mm_movemask_epi8};
    // SAFETY: every x86-64 machine has these instructions, and the 16 bytes are read from an array of 16.
    unsafe { _mm_movemask_epi8(_mm_loadu_si128(bytes.as_ptr().cast())) as u16 }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn sixteen_bits(bytes: &[u8; 16]) -> u16 {
    bytes.iter().rev().fold(0, |bits, byte| bits << 1 | u16::from(byte & 1))
}

#[cfg(test)]
mod tests {
    use super::bit_mask;

    #[test]
    fn the_first_flag_is_the_lowest_bit() {
        let flags: [bool; 64] = std::array::from_fn(|i| i * 7 % 5 < 2);
        let slow = |n: usize| (0..n).map(|i| u64::from(flags[i]) << i).sum::<u64>();
        assert_eq!(bit_mask(flags), slow(64));
        assert_eq!(bit_mask::<16>(std::array::from_fn(|i| flags[i])), slow(16));
        assert_eq!(bit_mask::<19>(std::array::from_fn(|i| flags[i])), slow(19));
        assert_eq!(bit_mask::<3>(std::array::from_fn(|i| flags[i])), slow(3));
        assert_eq!(bit_mask([]), 0);
    }
}
