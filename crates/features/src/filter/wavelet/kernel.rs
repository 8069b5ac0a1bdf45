//! The innermost loop of the transform: sums over taps for a row of outputs at once.

use super::transform::Real;

/// Number of outputs that are accumulated in registers.
pub const LANES: usize = 16;

/// A tap: its weights in the two filters, and where its values begin in the source.
#[derive(Debug, Clone, Copy)]
pub struct Tap<T> {
    pub low: T,
    pub high: T,
    pub at: usize,
}

/// `low[i]` and `high[i]` become the sums over the taps, in their order, of weight times `source[at + i]`.
///
/// Each output has its own sum, begun at 0: the additions are those of a loop over single outputs, whatever the width of
/// the registers. `source` must go on for [`LANES`] values beyond the last that is needed. What is not asked for is left
/// alone and may be empty.
#[inline(always)]
pub fn sum_taps<T: Real, const LOW: bool, const HIGH: bool>(
    source: &[T],
    taps: &[Tap<T>],
    low: &mut [T],
    high: &mut [T],
) {
    let len = if LOW { low.len() } else { high.len() };
    let mut at = 0;
    while at < len {
        let (mut l, mut h) = ([T::ZERO; LANES], [T::ZERO; LANES]);
        for tap in taps {
            let values = &source[tap.at + at..tap.at + at + LANES];
            for i in 0..LANES {
                if LOW {
                    l[i] += tap.low * values[i];
                }
                if HIGH {
                    h[i] += tap.high * values[i];
                }
            }
        }
        if len - at >= LANES {
            if LOW {
                low[at..at + LANES].copy_from_slice(&l);
            }
            if HIGH {
                high[at..at + LANES].copy_from_slice(&h);
            }
        } else {
            if LOW {
                low[at..].copy_from_slice(&l[..len - at]);
            }
            if HIGH {
                high[at..].copy_from_slice(&h[..len - at]);
            }
        }
        at += LANES;
    }
}

/// [`sum_taps`] for one or both filters.
#[inline(always)]
pub fn sum_pair<T: Real>(source: &[T], taps: &[Tap<T>], low: Option<&mut [T]>, high: Option<&mut [T]>) {
    match (low, high) {
        (Some(low), Some(high)) => sum_taps::<T, true, true>(source, taps, low, high),
        (Some(low), None) => sum_taps::<T, true, false>(source, taps, low, &mut []),
        (None, Some(high)) => sum_taps::<T, false, true>(source, taps, &mut [], high),
        (None, None) => {}
    }
}
