//! What every model asks of its input, so that the same mistake gets the same message from all of them.

use radsurv_data::{FeatureTable, Survival};

use crate::error::{Error, Result};

/// Refuses what no survival model can learn from: features and outcomes of different cases, no feature, fewer than two
/// cases, missing and infinite values, no event, all events at one time. Cases with a weight of 0 do not count as cases or
/// events, but must have values.
///
/// # Errors
/// [`Error::Cases`], [`Error::NoFeatures`], [`Error::TooFewCases`], [`Error::Missing`], [`Error::Infinite`],
/// [`Error::NoEvents`], [`Error::OneEventTime`].
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Survival};
/// use radsurv_survival::input;
/// let features = FeatureTable::from_rows([("P1", vec![("a", 1.0)]), ("P2", vec![("a", f64::NAN)])])?;
/// let outcome = Survival::new(vec![3.0, 4.0], vec![true, true])?;
/// let error = input::check(&features, &outcome).unwrap_err();
/// assert!(error.to_string().starts_with("the case P2 has no value of a"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check(features: &FeatureTable, outcome: &Survival) -> Result<()> {
    check_values(features, outcome, Missing::Refused)
}

/// The same for models that take missing values (NaN), which are not refused.
///
/// # Errors
/// As [`check`], without [`Error::Missing`].
pub fn check_with_missing(features: &FeatureTable, outcome: &Survival) -> Result<()> {
    check_values(features, outcome, Missing::Taken)
}

/// Whether missing values are an error.
#[derive(Clone, Copy, PartialEq)]
enum Missing {
    Refused,
    Taken,
}

fn check_values(features: &FeatureTable, outcome: &Survival, missing: Missing) -> Result<()> {
    if features.cases() != outcome.len() {
        return Err(Error::Cases { features: features.cases(), outcomes: outcome.len() });
    }
    if features.names().is_empty() {
        return Err(Error::NoFeatures);
    }
    let found = (0..outcome.len()).filter(|&i| outcome.weight(i) > 0.0).count();
    if found < 2 {
        return Err(Error::TooFewCases { what: "a survival model", needed: 2, found });
    }
    let columns: Vec<&[f64]> = features.columns().iter().map(Vec::as_slice).collect();
    finite(features, features.names().iter().map(String::as_str), &columns, missing)?;
    match outcome.event_times()[..] {
        [] => Err(Error::NoEvents { cases: outcome.len() }),
        [time] => {
            let events = (0..outcome.len()).filter(|&i| outcome.event()[i] && outcome.weight(i) > 0.0).count();
            Err(Error::OneEventTime { time, events })
        }
        _ => Ok(()),
    }
}

/// Refuses features that have the same value in all cases with a weight above 0, naming all of them. Models that can have
/// such features among others (trees, penalised ones) need not ask.
///
/// # Errors
/// [`Error::Constant`].
pub fn varying(features: &FeatureTable, outcome: &Survival) -> Result<()> {
    let first = (0..features.cases()).find(|&i| outcome.weight(i) > 0.0);
    let same = |column: &[f64]| {
        first.is_none_or(|first| (first..column.len()).all(|i| outcome.weight(i) == 0.0 || column[i] == column[first]))
    };
    let named = features.names().iter().zip(features.columns());
    let constant: Vec<String> = named.filter(|(_, column)| same(column)).map(|(name, _)| name.clone()).collect();
    if constant.is_empty() { Ok(()) } else { Err(Error::Constant { features: constant }) }
}

/// The columns of the features that a model [needs](radsurv_data::SurvivalModel::needed), in its order; a table to predict
/// may have others as well, which are not looked at.
///
/// # Errors
/// [`OtherFeatures`](radsurv_data::Error::OtherFeatures) with all that are missing, [`Error::Missing`],
/// [`Error::Infinite`].
pub fn columns<'a, N: AsRef<str>>(features: &'a FeatureTable, names: &[N]) -> Result<Vec<&'a [f64]>> {
    columns_of(features, names, Missing::Refused)
}

/// The same for models that take missing values (NaN), which are not refused.
///
/// # Errors
/// As [`columns`], without [`Error::Missing`].
pub fn columns_with_missing<'a, N: AsRef<str>>(features: &'a FeatureTable, names: &[N]) -> Result<Vec<&'a [f64]>> {
    columns_of(features, names, Missing::Taken)
}

fn columns_of<'a, N: AsRef<str>>(
    features: &'a FeatureTable,
    names: &[N],
    missing_values: Missing,
) -> Result<Vec<&'a [f64]>> {
    let here: std::collections::HashMap<&str, &Vec<f64>> =
        features.names().iter().map(String::as_str).zip(features.columns()).collect();
    let names = || names.iter().map(AsRef::as_ref);
    let missing: Vec<String> = names().filter(|name| !here.contains_key(name)).map(String::from).collect();
    if !missing.is_empty() {
        return Err(radsurv_data::Error::OtherFeatures { missing, unexpected: Vec::new() }.into());
    }
    let columns: Vec<&[f64]> = names().filter_map(|name| here.get(name).map(|c| c.as_slice())).collect();
    finite(features, names(), &columns, missing_values)?;
    Ok(columns)
}

fn finite<'a>(
    features: &FeatureTable,
    names: impl Iterator<Item = &'a str>,
    columns: &[&[f64]],
    missing: Missing,
) -> Result<()> {
    let taken = |v: &f64| v.is_finite() || (v.is_nan() && missing == Missing::Taken);
    let count = |bad: fn(&f64) -> bool| columns.iter().flat_map(|c| c.iter()).filter(|v| bad(v)).count();
    for (feature, column) in names.zip(columns) {
        let Some(row) = column.iter().position(|v| !taken(v)) else { continue };
        let (feature, case) = (feature.to_string(), features.case_ids()[row].clone());
        return Err(match column[row].is_nan() {
            true => Error::Missing { feature, case, count: count(|v| v.is_nan()) },
            false => Error::Infinite { feature, case, count: count(|v| v.is_infinite()) },
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[(&str, &[f64])]) -> FeatureTable {
        let ids = (1..=columns.first().map_or(0, |c| c.1.len())).map(|i| format!("P{i}")).collect();
        let names = columns.iter().map(|(name, _)| name.to_string()).collect();
        FeatureTable::new(ids, names, columns.iter().map(|(_, c)| c.to_vec()).collect()).unwrap()
    }

    fn outcome(times: &[f64], event: &[bool]) -> Survival {
        Survival::new(times.to_vec(), event.to_vec()).unwrap()
    }

    #[test]
    fn what_cannot_be_learned_from_is_named() {
        let message = |columns: &[(&str, &[f64])], times: &[f64], event: &[bool]| {
            check(&table(columns), &outcome(times, event)).unwrap_err().to_string()
        };
        let a: (&str, &[f64]) = ("a", &[1.0, 2.0, 3.0]);
        let times = [1.0, 2.0, 3.0];
        assert!(message(&[a], &[1.0], &[true]).starts_with("there are features of 3 cases and outcomes of 1"));
        assert!(message(&[("a", &[1.0])], &[1.0], &[true]).starts_with("a survival model needs 2 cases"));
        assert!(message(&[], &[], &[]).starts_with("there is no feature"));
        let b: (&str, &[f64]) = ("b", &[1.0, f64::NAN, f64::NAN]);
        assert_eq!(
            message(&[a, b], &times, &[true; 3]),
            "the case P2 has no value of b (2 missing values in all); leave out such cases or features, or fill them in"
        );
        let taken = |columns: &[(&str, &[f64])]| check_with_missing(&table(columns), &outcome(&times, &[true; 3]));
        assert!(taken(&[a, b]).is_ok());
        let c: (&str, &[f64]) = ("c", &[1.0, f64::INFINITY, 0.0]);
        assert!(matches!(taken(&[b, c]), Err(Error::Infinite { .. })));
        assert!(message(&[a, c], &times, &[true; 3]).starts_with("the case P2 has an infinite value of c; correct"));
        assert!(message(&[a], &times, &[false; 3]).starts_with("none of the 3 cases has an event"));
        assert!(
            message(&[a], &[1.0, 2.0, 2.0], &[false, true, true]).starts_with("all 2 events happened at the time 2")
        );
        assert!(message(&[a], &times, &[false, true, false]).starts_with("there is one event, at the time 2"));
        assert!(check(&table(&[a]), &outcome(&times, &[true, true, false])).is_ok());
    }

    #[test]
    fn cases_without_weight_do_not_count() {
        let weighted =
            |event: &[bool], weights: &[f64]| outcome(&[1.0, 2.0, 3.0], event).with_weights(weights.to_vec()).unwrap();
        let features = table(&[("a", &[1.0, 1.0, 3.0]), ("b", &[1.0, 2.0, 3.0])]);
        let no_event = check(&features, &weighted(&[false, false, true], &[1.0, 1.0, 0.0])).unwrap_err();
        assert!(matches!(no_event, Error::NoEvents { cases: 3 }));
        assert!(varying(&features, &weighted(&[true; 3], &[1.0; 3])).is_ok());
        let constant = varying(&features, &weighted(&[true; 3], &[1.0, 1.0, 0.0])).unwrap_err().to_string();
        assert_eq!(constant, "a has one value in all cases: leave out what is the same in all cases");
    }

    #[test]
    fn a_table_to_predict_may_have_other_features() {
        let features = table(&[("a", &[1.0, f64::NAN]), ("b", &[1.0, 2.0])]);
        assert_eq!(columns(&features, &["b".to_string()]).unwrap(), [&[1.0, 2.0]]);
        assert!(matches!(columns(&features, &["a".to_string()]), Err(Error::Missing { .. })));
        assert_eq!(columns_with_missing(&features, &["a"]).unwrap()[0][0], 1.0);
        let error = columns(&features, &["c".to_string(), "b".to_string()]).unwrap_err().to_string();
        assert_eq!(error, "the features are not those that were fitted: 1 missing (c)");
    }
}
