//! Numbers in tables.

/// A number as this project writes it: the shortest digits that read back as the same `f64`, `NaN`, `inf` or `-inf`.
///
/// # Example
/// ```
/// use radsurv_data::number;
/// assert_eq!(number::format(0.1), "0.1");
/// assert_eq!(number::format(25.0), "25");
/// assert_eq!(number::format(1e-7), "1e-7");
/// assert_eq!(number::format(f64::NAN), "NaN");
/// ```
pub fn format(value: f64) -> String {
    let mut text = Vec::new();
    write(&mut text, value);
    text.into_iter().map(char::from).collect()
}

/// Writes a number as [`format`] does: with the digits of the standard library, found several times faster, for writing a
/// large table is formatting numbers.
pub(crate) fn write(out: &mut Vec<u8>, value: f64) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format(value);
    let magnitude = value.abs();
    let plain = (1e-5..1e16).contains(&magnitude);
    if magnitude != 0.0 && magnitude.is_finite() {
        let (digits, exponent) = if plain { (text, 0) } else { split_exponent(text) };
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
        if is_tie(magnitude, decimals - exponent) {
            let text = if plain { value.to_string() } else { format!("{value:e}") };
            return out.extend_from_slice(text.as_bytes());
        }
        if !plain {
            let digits = digits.strip_suffix(".0").unwrap_or(digits);
            return out.extend_from_slice(format!("{digits}e{exponent}").as_bytes());
        }
    }
    out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
}

/// The digits and the exponent of `2.5e-9`.
fn split_exponent(text: &str) -> (&str, i32) {
    let Some((digits, exponent)) = text.split_once('e') else { return (text, 0) };
    (digits, exponent.parse().unwrap_or(0))
}

/// Whether a number may lie half-way between two of so many decimals. Both are as near then: the standard library takes the
/// one that is larger, others the even one.
///
/// Half-way is *2 x 10^d* odd; with *x = m 2^e*, and 10^d giving *d* factors of two, the powers of two must cancel.
fn is_tie(magnitude: f64, decimals: i32) -> bool {
    let bits = magnitude.to_bits();
    let (fraction, exponent) = (bits & ((1 << 52) - 1), (bits >> 52) as i32);
    let (m, e) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    m.trailing_zeros() as i32 + e + decimals + 1 == 0
}

/// Reads a cell: a number, or NaN for a missing value (an empty cell, `NA`, `NaN` and `nan`). `None` for other text.
///
/// # Example
/// ```
/// use radsurv_data::number;
/// assert_eq!(number::parse(" 2.5 "), Some(2.5));
/// assert!(number::parse("NA").unwrap().is_nan());
/// assert_eq!(number::parse("high"), None);
/// ```
pub fn parse(cell: &str) -> Option<f64> {
    match cell.trim() {
        "" | "NA" | "NaN" | "nan" => Some(f64::NAN),
        text => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As the standard library writes it: plain between 1e-5 and 1e16, else with an exponent.
    fn by_std(value: f64) -> String {
        let magnitude = value.abs();
        if magnitude != 0.0 && magnitude.is_finite() && !(1e-5..1e16).contains(&magnitude) {
            return format!("{value:e}");
        }
        value.to_string()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn digits_are_those_of_the_standard_library(bits in any::<u64>(), n in -1_000_000i64..1_000_000, e in -25i32..25) {
            let value = f64::from_bits(bits);
            prop_assert_eq!(format(value), by_std(value));
            for value in [n as f64, n as f64 / 1024.0, n as f64 * 10f64.powi(e), n as f64 * 2f64.powi(e)] {
                prop_assert_eq!(format(value), by_std(value));
            }
        }

        #[test]
        fn every_number_reads_back_as_itself(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            let back = parse(&format(value)).unwrap();
            prop_assert!(back.to_bits() == value.to_bits() || (back.is_nan() && value.is_nan()));
        }
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [(1e300, "1e300"), (-2.5e-9, "-2.5e-9"), (0.0, "0"), (123456.75, "123456.75")] {
            assert_eq!(format(value), text);
        }
        for power in -1074..1024 {
            // Not `powi`, which is no longer exact below the normal numbers.
            let value = if power < -1022 { f64::from_bits(1 << (power + 1074)) } else { 2f64.powi(power) };
            for value in [value, -value, value.next_down(), value.next_up(), f64::INFINITY * value, -0.0 * value] {
                assert_eq!(format(value), by_std(value));
            }
        }
        for power in -320..309 {
            let value: f64 = format!("1e{power}").parse().unwrap();
            for value in [value, value.next_down(), value.next_up()] {
                assert_eq!(format(value), by_std(value));
            }
        }
    }
}
