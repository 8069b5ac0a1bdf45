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
    let magnitude = value.abs();
    if magnitude != 0.0 && magnitude.is_finite() && !(1e-5..1e16).contains(&magnitude) {
        return format!("{value:e}");
    }
    value.to_string()
}

/// Writes a number as [`format`] does.
pub(crate) fn write(out: &mut Vec<u8>, value: f64) {
    out.extend(format(value).bytes());
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

    proptest! {
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
    }
}
