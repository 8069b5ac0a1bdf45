//! Values as parameter files spell them, and as Python prints them.

use std::fmt::Write as _;

use serde::ser::{Serialize, SerializeSeq, Serializer};

/// A value of a parameter file. Whole and real numbers stay apart, since PyRadiomics' diagnostics and image names
/// repeat the spelling of the file (`25` and `25.0`).
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number. One beyond 128 bits is held at the limit, which no setting allows.
    Int(i128),
    /// A number with a decimal point or an exponent.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
}

impl Value {
    /// The value as Python's `repr` prints it: `None`, `True`, `25`, `1e-05`, `'coif1'`, `[3.0, 5.0]`.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::Value;
    /// let value = Value::List(vec![Value::Float(1e-5), Value::Int(3), Value::Text("it's".into()), Value::Null]);
    /// assert_eq!(value.python(), r#"[1e-05, 3, "it's", None]"#);
    /// ```
    pub fn python(&self) -> String {
        match self {
            Self::Null => "None".to_string(),
            Self::Bool(true) => "True".to_string(),
            Self::Bool(false) => "False".to_string(),
            Self::Int(v) => v.to_string(),
            Self::Float(v) => python_float(*v),
            Self::Text(v) => python_text(v),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::python).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }

    /// The value for a message: as the file would spell it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_string(),
            Self::Bool(v) => v.to_string(),
            Self::Text(v) if v.chars().count() > 40 => {
                let start: String = v.chars().take(40).collect();
                format!("the text {:?}", format!("{start}..."))
            }
            Self::Text(v) => format!("the text {v:?}"),
            Self::List(items) if items.len() > 8 => format!("a list of {} values", items.len()),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::shown).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Int(_) | Self::Float(_) => self.python(),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(v) => serializer.serialize_bool(*v),
            // 128-bit numbers are not for every format.
            Self::Int(v) => match i64::try_from(*v) {
                Ok(v) => serializer.serialize_i64(v),
                Err(_) => serializer.serialize_i128(*v),
            },
            Self::Float(v) => serializer.serialize_f64(*v),
            Self::Text(v) => serializer.serialize_str(v),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
        }
    }
}

/// A number as Python's `str` and `repr` print it: the shortest digits that read back as the same number, with an
/// exponent of at least two digits below 1e-4 and from 1e16 on.
pub fn python_float(v: f64) -> String {
    if v.is_nan() {
        return "nan".to_string();
    }
    if v.is_infinite() {
        return if v > 0.0 { "inf" } else { "-inf" }.to_string();
    }
    let scientific = format!("{v:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        // Debug always has a decimal point in this range.
        _ => {
            let plain = v.to_string();
            if plain.contains('.') { plain } else { plain + ".0" }
        }
    }
}

/// A text as Python's `repr` prints it: in single quotes unless it has some and no double ones.
fn python_text(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            // Writing to a string cannot fail.
            c if (c as u32) < 0x20 || (0x7f..0xa1).contains(&(c as u32)) || c == '\u{ad}' => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A dictionary as Python prints it.
pub(crate) fn python_dict<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, String)>) -> String {
    let entries: Vec<String> =
        entries.into_iter().map(|(key, value)| format!("{}: {value}", python_text(key.as_ref()))).collect();
    format!("{{{}}}", entries.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_as_python() {
        // repr() of CPython 3.11.
        for (v, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (0.5, "0.5"),
            (25.0, "25.0"),
            (0.1, "0.1"),
            (0.30000000000000004, "0.30000000000000004"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (9007199254740993.0, "9007199254740992.0"),
            (1e16, "1e+16"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (-1234.5678, "-1234.5678"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(python_float(v), text);
        }
    }

    #[test]
    fn texts_as_python() {
        for (text, repr) in [
            ("coif1", "'coif1'"),
            ("it's", "\"it's\""),
            ("a \"b\"", "'a \"b\"'"),
            ("'\"", "'\\'\"'"),
            ("a\\b\n\t", "'a\\\\b\\n\\t'"),
            ("\u{1}\u{7f}", "'\\x01\\x7f'"),
            ("\u{e9}", "'\u{e9}'"),
        ] {
            assert_eq!(python_text(text), repr);
        }
        assert_eq!(python_dict([("a", "1".to_string()), ("b", "None".to_string())]), "{'a': 1, 'b': None}");
        assert_eq!(python_dict::<&str>([]), "{}");
    }
}
