//! What a search for settings may try.
//!
//! A setting is named as it is in a file: `learning_rate`, `path.alpha`, `formulation.cost`. A [`Grid`](Space::grid) tries all
//! combinations of listed values, a random search ([`Space::draw`]) so many combinations of values drawn on their own; that covers
//! the settings that matter better than a grid of the same size.
//!
//! Source: Bergstra, Bengio: Random search for hyper-parameter optimization, *Journal of Machine Learning Research* 13 (2012) 281-305.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::random::Random;

/// The values that a setting may have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Values {
    /// These.
    List(Vec<Value>),
    /// Any number between these two, each with the same probability.
    Uniform {
        /// The smallest.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// The same of their logarithms.
    LogUniform {
        /// The smallest, above 0.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// Any whole number from one to the other.
    Whole {
        /// The smallest.
        low: u64,
        /// The largest.
        high: u64,
    },
    /// The same, each with a probability as the distance of logarithms says.
    LogWhole {
        /// The smallest, above 0.
        low: u64,
        /// The largest.
        high: u64,
    },
}

/// The settings that are searched, by name.
///
/// # Example
/// ```
/// use radsurv_survival::ForestSettings;
/// use radsurv_survival::selection::{Space, Values};
/// let space = Space::new()
///     .with("min_leaf", Values::List(vec![5.into(), 15.into(), 30.into()]))
///     .with("tried_features", Values::List(vec!["sqrt".into(), serde_json::json!({ "fraction": 0.3 })]));
/// let grid = space.grid()?;
/// assert_eq!(grid.len(), 6);
/// let forest = grid[4].apply(&ForestSettings::default())?;
/// assert_eq!((grid[4].to_string().as_str(), forest.min_leaf), ("min_leaf = 30, tried_features = sqrt", 30));
///
/// let drawn = Space::new().with("fraction", Values::Uniform { low: 0.5, high: 1.0 }).draw(20, 7)?;
/// assert_eq!(drawn.len(), 20);
/// # Ok::<(), radsurv_survival::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Space {
    settings: BTreeMap<String, Values>,
}

/// A value for each setting that is searched.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Assignment {
    values: BTreeMap<String, Value>,
}

/// The most combinations of a grid, and the most that are drawn.
const MOST: usize = 100_000;

impl Space {
    /// Nothing is searched.
    pub fn new() -> Self {
        Self::default()
    }

    /// A further setting, or other values for it.
    pub fn with(mut self, name: impl Into<String>, values: Values) -> Self {
        self.settings.insert(name.into(), values);
        self
    }

    /// The settings by name.
    pub fn settings(&self) -> &BTreeMap<String, Values> {
        &self.settings
    }

    /// All combinations of listed values, the last setting changing fastest; one without values if nothing is searched.
    ///
    /// # Errors
    /// [`Error::Space`] if the values of a setting are not listed, or there are more than 100 000 combinations.
    pub fn grid(&self) -> Result<Vec<Assignment>> {
        let listed = |(_, values): &(&String, &Values)| matches!(values, Values::List(_));
        match self.size()? {
            None => {
                let ranged = self.settings.iter().find(|setting| !listed(setting));
                let name = ranged.map_or(String::new(), |(name, _)| name.clone());
                Err(Error::Space { name, what: "a grid needs a list of values: draw from a range instead".to_string() })
            }
            Some(size) if size > MOST => {
                let name = self.settings.keys().cloned().collect::<Vec<_>>().join(" x ");
                let what =
                    format!("there are {size} combinations, and {MOST} are the most: list fewer values, or draw some");
                Err(Error::Space { name, what })
            }
            Some(_) => Ok(self.combinations()),
        }
    }

    /// Combinations drawn at random, each with a name of its own (numbers have four digits there); fewer if there are no more. If
    /// all values are listed and there are not more combinations than asked for, all of them, as in a [grid](Self::grid).
    ///
    /// The *i*-th that is drawn does not depend on how many are.
    ///
    /// # Errors
    /// [`Error::Space`] at a range or list that is none, or if more than 100 000 are asked for.
    pub fn draw(&self, count: usize, seed: u64) -> Result<Vec<Assignment>> {
        let size = self.size()?;
        if count > MOST {
            let what = format!("{count} combinations are asked for, and {MOST} are the most: draw fewer");
            return Err(Error::Space { name: "the search".to_string(), what });
        }
        if size.is_some_and(|size| size <= count) {
            return Ok(self.combinations());
        }
        let mut seen = HashSet::new();
        let mut drawn = Vec::with_capacity(count);
        // A range of few whole numbers may have no more: a hundred attempts for each are enough to see that.
        for attempt in 0..100 * count as u64 {
            if drawn.len() == count {
                break;
            }
            let mut random = Random::new(seed, attempt);
            let value = |(name, values): (&String, &Values)| (name.clone(), values.draw(&mut random));
            let assignment = Assignment { values: self.settings.iter().map(value).collect() };
            if seen.insert(assignment.to_string()) {
                drawn.push(assignment);
            }
        }
        Ok(drawn)
    }

    /// The number of combinations if all values are listed; checks all lists and ranges.
    fn size(&self) -> Result<Option<usize>> {
        let mut size = Some(1usize);
        for (name, values) in &self.settings {
            values.check().map_err(|what| Error::Space { name: name.clone(), what })?;
            size = match (size, values) {
                (Some(size), Values::List(list)) => Some(size.saturating_mul(list.len())),
                _ => None,
            };
        }
        Ok(size)
    }

    /// All combinations of listed values.
    fn combinations(&self) -> Vec<Assignment> {
        let mut all = vec![Assignment::default()];
        for (name, values) in &self.settings {
            let Values::List(list) = values else { continue };
            let with = |assignment: &Assignment| -> Vec<Assignment> {
                let one = |value: &Value| {
                    let mut assignment = assignment.clone();
                    assignment.values.insert(name.clone(), value.clone());
                    assignment
                };
                list.iter().map(one).collect()
            };
            all = all.iter().flat_map(with).collect();
        }
        all
    }
}

impl Values {
    fn check(&self) -> std::result::Result<(), String> {
        match *self {
            Self::List(ref list) if list.is_empty() => Err("there is no value in its list".to_string()),
            Self::List(ref list) => {
                let mut seen = HashSet::new();
                match list.iter().find(|value| !seen.insert(value.to_string())) {
                    Some(value) => Err(format!("{value} is twice in its list")),
                    None => Ok(()),
                }
            }
            Self::Uniform { low, high } if !(low <= high && (high - low).is_finite()) => {
                Err(format!("{low} to {high} is no range: give finite numbers, the smaller first"))
            }
            Self::LogUniform { low, high } if !(low > 0.0 && high.is_finite() && low <= high) => {
                Err(format!("{low} to {high} is no range of logarithms: give numbers above 0, the smaller first"))
            }
            Self::Whole { low, high } if low > high => {
                Err(format!("{low} to {high} is no range: give the smaller first"))
            }
            Self::LogWhole { low, high } if low == 0 || low > high => {
                Err(format!("{low} to {high} is no range of logarithms: give numbers above 0, the smaller first"))
            }
            _ => Ok(()),
        }
    }

    fn draw(&self, random: &mut Random) -> Value {
        let number = |value: f64| serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number);
        let between = |low: f64, high: f64, part: f64| low + (high - low) * part;
        match *self {
            Self::List(ref list) => list[random.below(list.len())].clone(),
            Self::Uniform { low, high } => number(between(low, high, random.uniform()).clamp(low, high)),
            Self::LogUniform { low, high } => {
                number(between(low.ln(), high.ln(), random.uniform()).exp().clamp(low, high))
            }
            Self::Whole { low, high } => {
                // Of u64::MAX + 1 numbers there are too many to count.
                let count = usize::try_from(high - low).unwrap_or(usize::MAX).saturating_add(1);
                (low + random.below(count) as u64).into()
            }
            Self::LogWhole { low, high } => {
                // Half a number beyond both ends, so that these are as likely as their neighbours.
                let drawn = between((low as f64 - 0.5).ln(), (high as f64 + 0.5).ln(), random.uniform()).exp();
                (drawn.round() as u64).clamp(low, high).into()
            }
        }
    }
}

impl Assignment {
    /// The values by name.
    pub fn values(&self) -> &BTreeMap<String, Value> {
        &self.values
    }

    /// Settings with these values in place of their own.
    ///
    /// # Errors
    /// [`Error::Space`] at a setting that they do not have, and a value that it cannot have.
    pub fn apply<S: Serialize + DeserializeOwned>(&self, settings: &S) -> Result<S> {
        let bad = |name: &str, what: String| Error::Space { name: name.to_string(), what };
        let mut json = serde_json::to_value(settings).map_err(|e| bad("the settings", e.to_string()))?;
        for (name, value) in &self.values {
            let none = || bad(name, "there is no such setting".to_string());
            *place(&mut json, name).ok_or_else(none)? = value.clone();
            // One at a time, so that the message is about the right one.
            let changed: S =
                serde_json::from_value(json.clone()).map_err(|e| bad(name, format!("it cannot be {value}: {e}")))?;
            // A kind without settings of its own takes any name, and forgets it.
            let mut known = serde_json::to_value(changed).map_err(|e| bad(name, e.to_string()))?;
            if !value.is_null() && place(&mut known, name).is_none_or(|known| known.is_null()) {
                return Err(none());
            }
        }
        serde_json::from_value(json).map_err(|e| bad("the settings", e.to_string()))
    }
}

impl fmt::Display for Assignment {
    /// `alpha = 0.5, rounds = 100`; numbers with four digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.values.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{name} = ")?;
            match value {
                Value::String(text) => f.write_str(text)?,
                Value::Number(number) if number.is_f64() => {
                    let value = number.as_f64().unwrap_or(f64::NAN);
                    f.write_str(&short(value))?;
                }
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}

/// A number with four digits that mean something.
fn short(value: f64) -> String {
    let digits = format!("{value:.3e}").parse::<f64>().unwrap_or(value);
    if digits != 0.0 && !(1e-4..1e6).contains(&digits.abs()) { format!("{digits:e}") } else { digits.to_string() }
}

/// Where a setting is: names of tables are parted by dots. A setting that is written only if it is there may be added to a table.
fn place<'a>(json: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    match name.split_once('.') {
        Some((table, rest)) => place(json.as_object_mut()?.get_mut(table)?, rest),
        None => Some(json.as_object_mut()?.entry(name).or_insert(Value::Null)),
    }
}
