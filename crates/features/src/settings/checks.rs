//! Values of a file into the types of settings, with what to say of wrong ones.

use radsurv_image::resample::Interpolator;

use super::interpolator;
use super::python::Value;
use super::types::Sigma;
use super::wavelets;
use crate::catalog::suggest::nearest;

/// Largest whole number where the schema has no limit: SimpleITK and the C extension hold these in 32 bits.
pub(super) const LARGEST: i128 = i32::MAX as i128;

/// Why a value cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wrong {
    /// Null, where it does not mean "off".
    Null,
    /// A value of the wrong kind or out of range: what was found and what is allowed. With the place in the list if
    /// one of its elements is wrong.
    Value { element: Option<usize>, what: String },
}

impl Wrong {
    fn new(what: impl Into<String>) -> Self {
        Self::Value { element: None, what: what.into() }
    }
}

pub(super) fn optional<T>(value: &Value, read: impl FnOnce(&Value) -> Result<T, Wrong>) -> Result<Option<T>, Wrong> {
    if *value == Value::Null { Ok(None) } else { read(value).map(Some) }
}

pub(super) fn switch(value: &Value) -> Result<bool, Wrong> {
    match value {
        Value::Bool(v) => Ok(*v),
        Value::Null => Err(Wrong::Null),
        other => Err(Wrong::new(format!("found {}, expected true or false", other.shown()))),
    }
}

/// A switch that Python tests for truth only, so that null switches it off.
pub(super) fn switch_or_off(value: &Value) -> Result<bool, Wrong> {
    if *value == Value::Null { Ok(false) } else { switch(value) }
}

pub(super) fn whole(value: &Value, min: i128, max: i128) -> Result<i128, Wrong> {
    let expected = || {
        if min == -LARGEST {
            "a whole number".to_string()
        } else if max >= LARGEST {
            format!("a whole number of at least {min}")
        } else {
            format!("a whole number from {min} to {max}")
        }
    };
    match value {
        Value::Int(v) if (min..=max).contains(v) => Ok(*v),
        Value::Int(v) if *v > max && max >= LARGEST => Err(Wrong::new(format!("found {v}, at most {max} is possible"))),
        Value::Null => Err(Wrong::Null),
        Value::Float(v) if v.fract() == 0.0 => Err(Wrong::new(format!(
            "found {}, expected {}: write it without a decimal point",
            value.shown(),
            expected()
        ))),
        other => Err(Wrong::new(format!("found {}, expected {}{}", other.shown(), expected(), unquoted(other)))),
    }
}

/// Any number but NaN.
pub(super) fn number(value: &Value, infinite: bool, expected: &str) -> Result<f64, Wrong> {
    let found = match value {
        Value::Int(v) => *v as f64,
        Value::Float(v) => *v,
        Value::Null => return Err(Wrong::Null),
        other => {
            return Err(Wrong::new(format!("found {}, expected {expected}{}", other.shown(), unquoted(other))));
        }
    };
    if found.is_nan() || (found.is_infinite() && !infinite) {
        return Err(Wrong::new(format!("found {}, expected {expected}", value.shown())));
    }
    Ok(found)
}

pub(super) fn positive(value: &Value, infinite: bool) -> Result<f64, Wrong> {
    const EXPECTED: &str = "a number greater than 0";
    match number(value, infinite, EXPECTED)? {
        v if v > 0.0 => Ok(v),
        _ => Err(Wrong::new(format!("found {}, expected {EXPECTED}", value.shown()))),
    }
}

/// A hint for numbers in quotes.
pub(super) fn unquoted(value: &Value) -> &'static str {
    match value {
        Value::Text(text) if text.trim().parse::<f64>().is_ok() => ": write it without quotes",
        _ => "",
    }
}

pub(super) fn list<T>(value: &Value, read: impl Fn(&Value) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    let items = match value {
        Value::List(items) => items,
        Value::Null => return Err(Wrong::Null),
        other => return Err(Wrong::new(format!("found {}, expected a list such as [1, 2]", other.shown()))),
    };
    items
        .iter()
        .enumerate()
        .map(|(i, item)| {
            read(item).map_err(|wrong| Wrong::Value {
                element: Some(i),
                what: match wrong {
                    Wrong::Null => format!("value {} of the list is null", i + 1),
                    Wrong::Value { what, .. } => format!("value {} of the list: {what}", i + 1),
                },
            })
        })
        .collect()
}

pub(super) fn spacing(value: &Value) -> Result<Vec<f64>, Wrong> {
    const EXPECTED: &str = "a spacing in mm, or 0 to keep that of the mask";
    let spacing = list(value, |v| match number(v, false, EXPECTED)? {
        spacing if spacing >= 0.0 => Ok(spacing),
        _ => Err(Wrong::new(format!("found {}, expected {EXPECTED}", v.shown()))),
    })?;
    match spacing.len() {
        // Two are right for a 2-D image, which is not known here.
        2 | 3 => Ok(spacing),
        n => Err(Wrong::new(format!("found {n} values, expected one for each axis: x, y, z (0 keeps an axis)"))),
    }
}

pub(super) fn distances(value: &Value) -> Result<Vec<u32>, Wrong> {
    let distances = list(value, |v| Ok(whole(v, 1, 100)? as u32))?;
    if distances.is_empty() {
        return Err(Wrong::new("found an empty list, expected at least one distance in voxels"));
    }
    Ok(distances)
}

pub(super) fn resegment_range(value: &Value) -> Result<Vec<f64>, Wrong> {
    let range = list(value, |v| number(v, true, "a number"))?;
    match range.len() {
        1 | 2 => Ok(range),
        n => Err(Wrong::new(format!("found {n} values, expected a lower threshold, or a lower and an upper one"))),
    }
}

pub(super) fn sigma(value: &Value) -> Result<Sigma, Wrong> {
    let mm = positive(value, false)?;
    match value {
        // A positive whole number; beyond 64 bits it is no width in mm.
        Value::Int(v) => u64::try_from(*v).map(Sigma::Whole).map_err(|_| Wrong::new("too large")),
        _ => Ok(Sigma::Real(mm)),
    }
}

pub(super) fn choice<T: Copy>(value: &Value, names: &[(&'static str, T)]) -> Result<T, Wrong> {
    let choices = || names.iter().map(|&(name, _)| name);
    let text = match value {
        Value::Text(text) => text.as_str(),
        Value::Null => return Err(Wrong::Null),
        _ => "",
    };
    names.iter().find(|(name, _)| *name == text).map(|&(_, v)| v).ok_or_else(|| {
        let hint = nearest(text, choices()).map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
        Wrong::new(format!(
            "found {}, expected one of {}{hint}",
            value.shown(),
            choices().collect::<Vec<_>>().join(", ")
        ))
    })
}

pub(super) fn interpolator_of(value: &Value) -> Result<Interpolator, Wrong> {
    interpolator::parse(value).map_err(Wrong::new)
}

pub(super) fn wavelet(value: &Value) -> Result<String, Wrong> {
    let name = match value {
        Value::Text(name) => name,
        Value::Null => return Err(Wrong::Null),
        other => return Err(Wrong::new(format!("found {}, expected {}", other.shown(), wavelets::CHOICES))),
    };
    if wavelets::is_discrete(name) {
        return Ok(name.clone());
    }
    if wavelets::is_continuous(name) {
        return Err(Wrong::new(format!(
            "{name} is a continuous wavelet, which has no stationary transform; expected {}",
            wavelets::CHOICES
        )));
    }
    let known = wavelets::discrete();
    let hint = nearest(name, known.iter().map(String::as_str));
    let hint = hint.map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
    Err(Wrong::new(format!("found {}, expected {}{hint}", value.shown(), wavelets::CHOICES)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T: std::fmt::Debug>(result: Result<T, Wrong>) -> String {
        match result.unwrap_err() {
            Wrong::Null => "null".to_string(),
            Wrong::Value { what, .. } => what,
        }
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(whole(&Value::Int(3), 1, 3), Ok(3));
        assert_eq!(message(whole(&Value::Int(4), 1, 3)), "found 4, expected a whole number from 1 to 3");
        assert_eq!(message(whole(&Value::Int(0), 1, LARGEST)), "found 0, expected a whole number of at least 1");
        assert_eq!(
            message(whole(&Value::Int(i128::MAX), 1, LARGEST)).split(", ").nth(1),
            Some("at most 2147483647 is possible")
        );
        assert!(message(whole(&Value::Float(2.0), 1, 3)).ends_with("write it without a decimal point"));
        assert!(message(whole(&Value::Text("2".into()), 1, 3)).ends_with("write it without quotes"));
        assert_eq!(message(whole(&Value::Null, 1, 3)), "null");
        assert_eq!(message(whole(&Value::Bool(true), 1, 3)), "found true, expected a whole number from 1 to 3");
    }

    #[test]
    fn numbers() {
        assert_eq!(positive(&Value::Int(2), false), Ok(2.0));
        for wrong in [Value::Int(0), Value::Float(f64::NAN), Value::Float(f64::INFINITY), Value::Bool(true)] {
            assert!(positive(&wrong, false).is_err(), "{wrong}");
        }
        assert_eq!(positive(&Value::Float(f64::INFINITY), true), Ok(f64::INFINITY));
    }

    #[test]
    fn lists_tell_the_element() {
        let value = Value::List(vec![Value::Int(1), Value::Null]);
        let wrong = sigma_list(&value).unwrap_err();
        assert_eq!(wrong, Wrong::Value { element: Some(1), what: "value 2 of the list is null".to_string() });
        assert_eq!(sigma_list(&Value::List(vec![])), Ok(vec![]));
        assert!(sigma_list(&Value::Int(3)).is_err());
    }

    fn sigma_list(value: &Value) -> Result<Vec<Sigma>, Wrong> {
        list(value, sigma)
    }
}
