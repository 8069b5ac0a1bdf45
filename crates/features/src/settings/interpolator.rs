//! Interpolators as parameter files give them.

use radsurv_image::resample::Interpolator;

use super::python::Value;
use crate::catalog::suggest::nearest;

/// The interpolator of a name, or of a number from 1 to 10 (PyRadiomics' schema allows no other).
pub(super) fn parse(value: &Value) -> Result<Interpolator, String> {
    let found = match value {
        Value::Text(text) => Interpolator::from_name(text).ok(),
        Value::Int(number @ 1..=10) => Interpolator::from_constant(*number as i64).ok(),
        _ => None,
    };
    found.ok_or_else(|| {
        let names = Interpolator::ALL.iter().filter(|i| i.in_parameter_schema()).map(|i| i.name());
        let hint = match value {
            Value::Text(text) => nearest(text, names.clone()).map(|name| format!(" (did you mean {name}?)")),
            _ => None,
        };
        let names: Vec<&str> = names.collect();
        format!(
            "found {}, expected one of {}, or its number in SimpleITK from 1 to 10{}",
            value.shown(),
            names.join(", "),
            hint.unwrap_or_default()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        let text = |name: &str| Value::Text(name.to_string());
        for &interpolator in Interpolator::ALL {
            assert_eq!(parse(&text(interpolator.name())), Ok(interpolator));
        }
        assert_eq!(parse(&Value::Int(3)), Ok(Interpolator::BSpline));
        assert_eq!(parse(&Value::Int(9)), Ok(Interpolator::LanczosWindowedSinc));
        for wrong in [Value::Int(0), Value::Int(11), Value::Int(-1), Value::Float(3.0), Value::Bool(true)] {
            assert!(parse(&wrong).is_err());
        }
        assert!(parse(&text("sitkBspline")).unwrap_err().contains("did you mean sitkBSpline?"));
    }
}
