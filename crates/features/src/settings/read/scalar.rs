//! What a plain word of YAML means to the parser of PyRadiomics (ruamel.yaml, "safe").
//!
//! It follows YAML 1.2 with additions of its own (`1_000`, `0b101`), and YAML 1.1 in a document that begins with
//! `%YAML 1.1`. So `yes` and `on` are texts unless that line is there, `012` is 12, and `1e-3` is a number.

use crate::settings::python::Value;

/// The version that decides about words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// YAML 1.1.
    V1_1,
    /// YAML 1.2, the default.
    V1_2,
}

/// The value of a word without quotes and tag.
pub(super) fn resolve(word: &str, version: Version) -> Value {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if version == Version::V1_1 => {
            return Value::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if version == Version::V1_1 => {
            return Value::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        _ => {}
    }
    real(word, version)
        .map(Value::Float)
        .or_else(|| whole(word, version).map(Value::Int))
        .unwrap_or_else(|| Value::Text(word.to_string()))
}

/// The number of a word that has a point or an exponent. Also used for the tag `!!float`.
pub(super) fn real(word: &str, version: Version) -> Option<f64> {
    let (negative, digits) = sign(word);
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    if let Some(exponent) = exponent {
        let unsigned = exponent.strip_prefix(['+', '-']);
        // After a mantissa without digits before its point the sign of the exponent is required.
        let unsigned = if mantissa.starts_with('.') { unsigned? } else { unsigned.unwrap_or(exponent) };
        if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    let (before, after) = match mantissa.split_once('.') {
        Some((before, after)) => (before, Some(after)),
        None => (mantissa, None),
    };
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let digit = |part: &str| part.bytes().any(|b| b.is_ascii_digit());
    let valid = match after {
        // Without a point an exponent makes it real.
        None => exponent.is_some() && number(before) && before.starts_with(|c: char| c.is_ascii_digit()),
        Some(after) if before.is_empty() => {
            // YAML 1.1 has no sign before a bare point.
            number(after) && digit(after) && (version == Version::V1_2 || digits.len() == word.len())
        }
        Some(after) => number(before) && number(after) && before.starts_with(|c: char| c.is_ascii_digit()),
    };
    if !valid {
        return None;
    }
    let value: f64 = digits.replace('_', "").parse().ok()?;
    Some(if negative { -value } else { value })
}

/// The number of a word of digits. Also used for the tag `!!int`.
pub(super) fn whole(word: &str, version: Version) -> Option<i128> {
    let (negative, digits) = sign(word);
    let (radix, digits) = if let Some(rest) = digits.strip_prefix("0b") {
        (2, rest)
    } else if let Some(rest) = digits.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = digits.strip_prefix("0o") {
        (if version == Version::V1_1 { return None } else { 8 }, rest)
    } else if version == Version::V1_1 && digits.len() > 1 && digits.starts_with('0') {
        (8, digits)
    } else {
        (10, digits)
    };
    let digits = digits.replace('_', "");
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    // Only digits are left, so that the one possible failure is size: no setting takes such a number.
    let value = i128::from_str_radix(&digits, radix).unwrap_or(i128::MAX);
    Some(if negative { -value } else { value })
}

fn sign(word: &str) -> (bool, &str) {
    match word.as_bytes().first() {
        Some(b'-') => (true, &word[1..]),
        Some(b'+') => (false, &word[1..]),
        _ => (false, word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line was read by ruamel.yaml 0.19.1 with `YAML(typ='safe', pure=True)`.
    #[test]
    fn words_of_yaml_1_2() {
        let int = Value::Int;
        let float = Value::Float;
        for (word, value) in [
            ("25", int(25)),
            ("-3", int(-3)),
            ("+5", int(5)),
            ("012", int(12)),
            ("0o17", int(15)),
            ("0x1F", int(31)),
            ("0b101", int(5)),
            ("1_000", int(1000)),
            ("25.0", float(25.0)),
            ("25.", float(25.0)),
            (".5", float(0.5)),
            ("-.5", float(-0.5)),
            ("1e-3", float(1e-3)),
            ("1E5", float(1e5)),
            ("1.5e+3", float(1500.0)),
            (".5e-3", float(0.5e-3)),
            ("1_0.5", float(10.5)),
            (".inf", float(f64::INFINITY)),
            ("-.INF", float(f64::NEG_INFINITY)),
            ("True", Value::Bool(true)),
            ("FALSE", Value::Bool(false)),
            ("~", Value::Null),
            ("", Value::Null),
            ("NULL", Value::Null),
        ] {
            assert_eq!(resolve(word, Version::V1_2), value, "{word}");
        }
        for word in [
            "yes", "on", "y", "nan", "inf", "None", "tRUE", ".5e3", "1:30", "0b2", "1e", "e5", ".", "-", "1.2.3",
            "1,5", "--1",
        ] {
            assert_eq!(resolve(word, Version::V1_2), Value::Text(word.to_string()), "{word}");
        }
        assert!(matches!(resolve(".nan", Version::V1_2), Value::Float(v) if v.is_nan()));
    }

    #[test]
    fn words_of_yaml_1_1() {
        assert_eq!(resolve("yes", Version::V1_1), Value::Bool(true));
        assert_eq!(resolve("Off", Version::V1_1), Value::Bool(false));
        assert_eq!(resolve("012", Version::V1_1), Value::Int(10));
        assert_eq!(resolve("0", Version::V1_1), Value::Int(0));
        assert_eq!(resolve("1e-3", Version::V1_1), Value::Float(1e-3));
        assert_eq!(resolve("-.5", Version::V1_1), Value::Text("-.5".to_string()));
    }

    #[test]
    fn numbers_beyond_all_bounds() {
        let long = "9".repeat(100);
        assert_eq!(resolve(&long, Version::V1_2), Value::Int(i128::MAX));
        assert_eq!(resolve(&format!("-{long}"), Version::V1_2), Value::Int(-i128::MAX));
        assert_eq!(resolve("1e999", Version::V1_2), Value::Float(f64::INFINITY));
    }
}
