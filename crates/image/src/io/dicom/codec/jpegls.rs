//! JPEG-LS (ISO/IEC 14495-1, ITU-T T.87), lossless and near-lossless, one component. The names are the standard's.

use super::super::pixels::PixelFormat;

/// Run lengths (A.2.1).
const J: [u32; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

pub(super) fn decode(data: &[u8], format: &PixelFormat) -> Result<Vec<u32>, String> {
    let damaged = |what: &str| format!("its JPEG-LS data are damaged or of a kind that is not supported ({what})");
    let (header, scan) = header(data, format).map_err(|what| damaged(&what))?;
    Decoder::new(&header, scan).picture(format).ok_or_else(|| damaged("they end too early"))
}

/// The parameters of a scan.
struct Header {
    maxval: i64,
    near: i64,
    thresholds: Option<[i64; 3]>,
    reset: i64,
}

/// Reads the markers up to the scan; gives them and the entropy-coded bytes.
fn header<'a>(data: &'a [u8], format: &PixelFormat) -> Result<(Header, &'a [u8]), String> {
    let short = || "no scan".to_string();
    let word = |segment: &[u8], at: usize| {
        segment.get(at..at + 2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]]))).ok_or_else(short)
    };
    if !data.starts_with(&[0xff, 0xd8]) {
        return Err("no start of image".to_string());
    }
    let mut rest = &data[2..];
    let mut precision = None;
    let mut preset: Option<[i64; 5]> = None;
    loop {
        let marker = match rest {
            // Fill bytes may stand before a marker.
            [0xff, 0xff, ..] => {
                rest = &rest[1..];
                continue;
            }
            [0xff, marker, ..] => *marker,
            _ => return Err(short()),
        };
        let length = word(rest, 2)?;
        let segment = rest.get(4..2 + length).ok_or_else(short)?;
        rest = &rest[2 + length..];
        match marker {
            0xf7 => {
                let (rows, columns) = (word(segment, 1)?, word(segment, 3)?);
                if (columns, rows) != (format.columns, format.rows) {
                    return Err(format!(
                        "the picture is {columns} x {rows} instead of {} x {}",
                        format.columns, format.rows
                    ));
                }
                if segment.get(5) != Some(&1) {
                    return Err("more than one component".to_string());
                }
                precision = segment.first().copied().filter(|p| (2..=16).contains(p));
            }
            0xf8 if segment.first() == Some(&1) => {
                let mut values = [0; 5];
                for (i, value) in values.iter_mut().enumerate() {
                    *value = word(segment, 1 + 2 * i)? as i64;
                }
                preset = Some(values);
            }
            0xf8 => return Err("a mapping table".to_string()),
            0xdd if segment.iter().any(|&b| b != 0) => return Err("restart intervals".to_string()),
            0xda => {
                let precision = precision.ok_or("no precision")?;
                let [1, _, _, near, 0, 0] = segment else {
                    return Err("several components in a scan, or a point transform".to_string());
                };
                let top = (1i64 << precision) - 1;
                let [maxval, t1, t2, t3, reset] = preset.unwrap_or_default();
                let maxval = if maxval == 0 { top } else { maxval };
                let near = i64::from(*near);
                if maxval > top || near > maxval / 2 {
                    return Err("impossible parameters".to_string());
                }
                let thresholds = (t1 != 0 && t2 != 0 && t3 != 0).then_some([t1, t2, t3]);
                return Ok((Header { maxval, near, thresholds, reset: if reset == 0 { 64 } else { reset } }, rest));
            }
            _ => {}
        }
    }
}

/// The default thresholds (C.2.4.1.1.1).
fn default_thresholds(maxval: i64, near: i64) -> [i64; 3] {
    let clamp = |value: i64, low: i64| if value > maxval || value < low { low } else { value };
    let raw = if maxval >= 128 {
        let factor = (maxval.min(4095) + 128) / 256;
        [factor + 2 + 3 * near, 4 * factor + 3 + 5 * near, 17 * factor + 4 + 7 * near]
    } else {
        let factor = 256 / (maxval + 1);
        [(3 / factor + 3 * near).max(2), (7 / factor + 5 * near).max(3), (21 / factor + 7 * near).max(4)]
    };
    let t1 = clamp(raw[0], near + 1);
    let t2 = clamp(raw[1], t1);
    [t1, t2, clamp(raw[2], t2)]
}

/// The bits of a scan: behind a byte of ones, a byte has seven.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
    stuffed: bool,
}

impl Bits<'_> {
    fn fill(&mut self) {
        while self.count <= 48 {
            let Some(&byte) = self.bytes.get(self.at) else { return };
            if self.stuffed && byte & 0x80 != 0 {
                return; // a marker
            }
            let width = if self.stuffed { 7 } else { 8 };
            self.held = self.held << width | u64::from(byte);
            self.count += width;
            self.stuffed = byte == 0xff;
            self.at += 1;
        }
    }

    fn take(&mut self, count: u32) -> Option<i64> {
        if count == 0 {
            return Some(0);
        }
        if self.count < count {
            self.fill();
        }
        if count > 32 || self.count < count {
            return None;
        }
        self.count -= count;
        Some((self.held >> self.count & ((1u64 << count) - 1)) as i64)
    }
}

struct Decoder<'a> {
    bits: Bits<'a>,
    maxval: i64,
    near: i64,
    /// 2 · NEAR + 1.
    step: i64,
    range: i64,
    qbpp: u32,
    limit: u32,
    thresholds: [i64; 3],
    reset: i64,
    a: [i64; 367],
    b: [i64; 365],
    c: [i64; 365],
    n: [i64; 367],
    negative: [i64; 2],
    run_index: usize,
}

impl<'a> Decoder<'a> {
    fn new(header: &Header, bytes: &'a [u8]) -> Self {
        let Header { maxval, near, reset, .. } = *header;
        let step = 2 * near + 1;
        let range = (maxval + 2 * near) / step + 1;
        let log2 = |n: i64| i64::BITS - (n - 1).leading_zeros();
        let bpp = log2(maxval + 1).max(2);
        Self {
            bits: Bits { bytes, at: 0, held: 0, count: 0, stuffed: false },
            maxval,
            near,
            step,
            range,
            qbpp: log2(range),
            limit: 2 * (bpp + bpp.max(8)),
            thresholds: header.thresholds.unwrap_or_else(|| default_thresholds(maxval, near)),
            reset,
            a: [((range + 32) / 64).max(2); 367],
            b: [0; 365],
            c: [0; 365],
            n: [1; 367],
            negative: [0; 2],
            run_index: 0,
        }
    }

    fn picture(mut self, format: &PixelFormat) -> Option<Vec<u32>> {
        let width = format.columns;
        let mut out = Vec::with_capacity(format.pixels());
        // A sample in front, where the line above continues to the left, and one behind.
        let mut above = vec![0i64; width + 2];
        let mut line = vec![0i64; width + 2];
        for _ in 0..format.rows {
            above[width + 1] = above[width];
            line[0] = above[1];
            self.line(&above, &mut line)?;
            out.extend(line[1..=width].iter().map(|&v| v as u32));
            std::mem::swap(&mut above, &mut line);
        }
        Some(out)
    }

    fn line(&mut self, above: &[i64], line: &mut [i64]) -> Option<()> {
        let end = line.len() - 1;
        let mut x = 1;
        while x < end {
            let (ra, rb, rc, rd) = (line[x - 1], above[x], above[x - 1], above[x + 1]);
            let gradients = [rd - rb, rb - rc, rc - ra];
            if gradients.iter().any(|d| d.abs() > self.near) {
                line[x] = self.regular(gradients, ra, rb, rc)?;
                x += 1;
                continue;
            }
            // A run of the value to the left (A.7).
            while self.bits.take(1)? == 1 {
                let length = 1usize << J[self.run_index];
                let filled = length.min(end - x);
                line[x..x + filled].fill(ra);
                x += filled;
                if filled == length {
                    self.run_index = (self.run_index + 1).min(31);
                }
                if x == end {
                    return Some(());
                }
            }
            let length = self.bits.take(J[self.run_index])? as usize;
            if x + length >= end {
                return None;
            }
            line[x..x + length].fill(ra);
            x += length;
            line[x] = self.interruption(ra, above[x])?;
            self.run_index = self.run_index.saturating_sub(1);
            x += 1;
        }
        Some(())
    }

    fn quantised(&self, d: i64) -> i64 {
        let [t1, t2, t3] = self.thresholds;
        let size = match d.abs() {
            s if s <= self.near => 0,
            s if s < t1 => 1,
            s if s < t2 => 2,
            s if s < t3 => 3,
            _ => 4,
        };
        size * d.signum()
    }

    fn regular(&mut self, gradients: [i64; 3], ra: i64, rb: i64, rc: i64) -> Option<i64> {
        let [q1, q2, q3] = gradients.map(|d| self.quantised(d));
        let context = 81 * q1 + 9 * q2 + q3;
        let sign = if context < 0 { -1 } else { 1 };
        let q = context.unsigned_abs() as usize;

        let predicted = if rc >= ra.max(rb) {
            ra.min(rb)
        } else if rc <= ra.min(rb) {
            ra.max(rb)
        } else {
            ra + rb - rc
        };
        let predicted = (predicted + sign * self.c[q]).clamp(0, self.maxval);

        let k = golomb_parameter(self.n[q], self.a[q]);
        let mapped = self.golomb(k, self.limit)?;
        let odd = mapped & 1 == 1;
        let error = if self.near == 0 && k == 0 && 2 * self.b[q] <= -self.n[q] {
            if odd { (mapped - 1) / 2 } else { -mapped / 2 - 1 }
        } else if odd {
            -(mapped + 1) / 2
        } else {
            mapped / 2
        };

        // Update of the context and its bias (A.6).
        self.b[q] += error * self.step;
        self.a[q] += error.abs();
        if self.n[q] == self.reset {
            self.a[q] >>= 1;
            self.b[q] >>= 1;
            self.n[q] >>= 1;
        }
        self.n[q] += 1;
        if self.b[q] <= -self.n[q] {
            self.b[q] = (self.b[q] + self.n[q]).max(1 - self.n[q]);
            self.c[q] = (self.c[q] - 1).max(-128);
        } else if self.b[q] > 0 {
            self.b[q] = (self.b[q] - self.n[q]).min(0);
            self.c[q] = (self.c[q] + 1).min(127);
        }
        Some(self.reconstruct(predicted, sign * error))
    }

    /// The sample that ends a run (A.7.2).
    fn interruption(&mut self, ra: i64, rb: i64) -> Option<i64> {
        let kind = usize::from((ra - rb).abs() <= self.near);
        let (predicted, sign) = match kind {
            1 => (ra, 1),
            _ => (rb, if ra > rb { -1 } else { 1 }),
        };
        let q = 365 + kind;
        let total = if kind == 1 { self.a[q] + (self.n[q] >> 1) } else { self.a[q] };
        let k = golomb_parameter(self.n[q], total);
        let mapped = self.golomb(k, self.limit - J[self.run_index] - 1)?;
        let doubled = mapped + kind as i64;
        let map = doubled & 1 == 1;
        let size = (doubled + i64::from(map)) / 2;
        let negative = (k != 0 || 2 * self.negative[kind] >= self.n[q]) == map;
        let error = if negative { -size } else { size };
        if error < 0 {
            self.negative[kind] += 1;
        }
        self.a[q] += (mapped + 1 - kind as i64) >> 1;
        if self.n[q] == self.reset {
            self.a[q] >>= 1;
            self.n[q] >>= 1;
            self.negative[kind] >>= 1;
        }
        self.n[q] += 1;
        Some(self.reconstruct(predicted, sign * error))
    }

    fn reconstruct(&self, predicted: i64, error: i64) -> i64 {
        let mut value = predicted + error * self.step;
        if value < -self.near {
            value += self.range * self.step;
        } else if value > self.maxval + self.near {
            value -= self.range * self.step;
        }
        value.clamp(0, self.maxval)
    }

    /// A code of limited length (A.5.3).
    fn golomb(&mut self, k: u32, limit: u32) -> Option<i64> {
        let longest = limit.saturating_sub(self.qbpp + 1);
        let mut zeros = 0;
        while self.bits.take(1)? == 0 {
            zeros += 1;
            if zeros > longest {
                return None;
            }
        }
        if zeros < longest {
            Some(i64::from(zeros) << k | self.bits.take(k)?)
        } else {
            Some(self.bits.take(self.qbpp)? + 1)
        }
    }
}

/// The smallest k with N · 2^k >= A.
fn golomb_parameter(n: i64, a: i64) -> u32 {
    (0..40).find(|&k| n << k >= a).unwrap_or(40)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard, annex H.3: 4 x 4 samples of 8 bits.
    const EXAMPLE: [u8; 45] = [
        0xff, 0xd8, 0xff, 0xf7, 0x00, 0x0b, 0x08, 0x00, 0x04, 0x00, 0x04, 0x01, 0x01, 0x11, 0x00, 0xff, 0xda, 0x00,
        0x08, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x00, 0x6c, 0x80, 0x20, 0x8e, 0x01, 0xc0, 0x00, 0x00,
        0x57, 0x40, 0x00, 0x00, 0x6e, 0xe6, 0x00, 0x00, 0x01,
    ];

    fn example() -> Vec<u8> {
        [&EXAMPLE[..], &[0xbc, 0x18, 0x00, 0x00, 0x05, 0xd8, 0x00, 0x00, 0x91, 0x60, 0xff, 0xd9]].concat()
    }

    #[test]
    fn the_example_of_the_standard() {
        let format = PixelFormat::for_test(4, 4, 8);
        let expected = [0, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145];
        assert_eq!(decode(&example(), &format).unwrap(), expected);
    }

    #[test]
    fn damage_is_told() {
        let format = PixelFormat::for_test(4, 4, 8);
        let whole = example();
        for end in 0..whole.len() - 4 {
            assert!(decode(&whole[..end], &format).is_err(), "{end}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                let _ = decode(&changed, &format);
            }
        }
        assert!(decode(&whole, &PixelFormat::for_test(5, 4, 8)).is_err());
    }
}
