//! The innermost loop of the transform: sums over taps for a row of outputs at once.

use std::mem::MaybeUninit;

use super::transform::Real;

/// A tap: its weights in the two filters, and where its values begin in the source.
#[derive(Debug, Clone, Copy)]
pub struct Tap<T> {
    pub low: T,
    pub high: T,
    pub at: usize,
}

/// A place for an output, which may be fresh memory.
pub trait Slot<T> {
    /// Puts a value there.
    fn put(&mut self, value: T);
}

impl<T: Real> Slot<T> for T {
    fn put(&mut self, value: T) {
        *self = value;
    }
}

impl<T: Real> Slot<T> for MaybeUninit<T> {
    fn put(&mut self, value: T) {
        self.write(value);
    }
}

#[inline(always)]
fn put_all<T: Real, S: Slot<T>>(slots: &mut [S], values: &[T]) {
    for (slot, &value) in slots.iter_mut().zip(values) {
        slot.put(value);
    }
}

/// The sums of one block, in registers. (A function, because a closure would not be inlined for sure, and without that
/// would not get the wide registers of its caller.)
#[inline(always)]
fn sum_block<T: Real, const LANES: usize, const LOW: bool, const HIGH: bool>(
    source: &[T],
    taps: &[Tap<T>],
    at: usize,
) -> ([T; LANES], [T; LANES]) {
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
    (l, h)
}

/// `low[i]` and `high[i]` become the sums over the taps, in their order, of weight times `source[at + i]`.
///
/// Each output has its own sum, begun at 0: the additions are those of a loop over single outputs, whatever the width of
/// the registers. `source` must go on for the next multiple of `LANES` values. Both outputs have the same length.
#[inline(always)]
fn sum_taps<T: Real, S: Slot<T>, const LANES: usize, const LOW: bool, const HIGH: bool>(
    source: &[T],
    taps: &[Tap<T>],
    low: &mut [S],
    high: &mut [S],
) {
    let len = if LOW { low.len() } else { high.len() };
    if len < LANES {
        let (l, h) = sum_block::<T, LANES, LOW, HIGH>(source, taps, 0);
        if LOW {
            put_all(low, &l);
        }
        if HIGH {
            put_all(high, &h);
        }
        return;
    }
    for at in (0..len).step_by(LANES) {
        // The last block overlaps the one before, so that there is no shorter one.
        let at = at.min(len - LANES);
        let (l, h) = sum_block::<T, LANES, LOW, HIGH>(source, taps, at);
        if LOW {
            put_all(&mut low[at..at + LANES], &l);
        }
        if HIGH {
            put_all(&mut high[at..at + LANES], &h);
        }
    }
}

/// The sums of one filter or of both; see [`Tap`].
#[inline(always)]
pub fn sum_pair<T: Real, S: Slot<T>, const LANES: usize>(
    source: &[T],
    taps: &[Tap<T>],
    low: Option<&mut [S]>,
    high: Option<&mut [S]>,
) {
    match (low, high) {
        (Some(low), Some(high)) => sum_taps::<T, S, LANES, true, true>(source, taps, low, high),
        (Some(low), None) => sum_taps::<T, S, LANES, true, false>(source, taps, low, &mut []),
        (None, Some(high)) => sum_taps::<T, S, LANES, false, true>(source, taps, &mut [], high),
        (None, None) => {}
    }
}
