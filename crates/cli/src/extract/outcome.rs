//! What came out of a case.

use std::fmt;
use std::sync::{Arc, Mutex};

use radsurv_features::FeatureVector;

/// The results and failures of a case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// A result per label and region that could be extracted.
    pub results: Vec<RegionResult>,
    /// What could not be.
    pub failures: Vec<Failure>,
}

/// The features of one region.
#[derive(Debug, Clone)]
pub struct RegionResult {
    /// The label, or `union`.
    pub label: String,
    /// The region itself or the ring around it.
    pub kind: Kind,
    /// The names of the features; shared by the regions that have the same.
    pub names: Arc<[String]>,
    /// Their values; NaN if undefined.
    pub values: Vec<f64>,
    /// Why values are undefined, with their places.
    pub undefined: Vec<(usize, String)>,
    /// PyRadiomics' diagnostics.
    pub diagnostics: Vec<(String, String)>,
    /// What the user should know.
    pub notices: Vec<String>,
}

/// Equality to the bit: NaN equals NaN.
impl PartialEq for RegionResult {
    fn eq(&self, other: &Self) -> bool {
        let bits = |r: &Self| r.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        (&self.label, self.kind, &self.names, &self.undefined, &self.diagnostics, &self.notices)
            == (&other.label, other.kind, &other.names, &other.undefined, &other.diagnostics, &other.notices)
            && bits(self) == bits(other)
    }
}

/// Which region of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The voxels of the mask.
    Mask,
    /// The ring around them.
    Ring,
}

impl Kind {
    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Mask, Self::Ring].into_iter().find(|k| k.to_string() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mask => "mask",
            Self::Ring => "ring",
        })
    }
}

/// What could not be extracted, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The label, or those asked for if it did not come to one.
    pub label: String,
    /// Which region; none if it concerns all of them.
    pub kind: Option<Kind>,
    /// Why; may have several lines.
    pub reason: String,
}

impl Failure {
    /// A failure.
    pub fn new(label: impl fmt::Display, kind: Option<Kind>, reason: impl Into<String>) -> Self {
        Self { label: label.to_string(), kind, reason: reason.into() }
    }

    /// The reason on one line, for tables and logs.
    pub fn line(&self) -> String {
        let lines: Vec<String> = self
            .reason
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|line| !line.is_empty())
            .collect();
        let mut text = String::new();
        for (i, line) in lines.iter().enumerate() {
            text.push_str(line);
            if i + 1 < lines.len() {
                text.push_str(if line.ends_with([':', ';', ',']) { " " } else { "; " });
            }
        }
        text
    }
}

impl Outcome {
    /// Nothing but one failure.
    pub fn failed(failure: Failure) -> Self {
        Self { results: Vec::new(), failures: vec![failure] }
    }
}

/// Lets regions with the same features share one list of names.
#[derive(Default)]
pub struct Names(Mutex<Vec<Arc<[String]>>>);

impl Names {
    /// The shared list.
    pub fn share(&self, names: Vec<String>) -> Arc<[String]> {
        let mut known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(same) = known.iter().find(|k| ***k == *names) {
            return same.clone();
        }
        let new: Arc<[String]> = names.into();
        known.push(new.clone());
        new
    }

    /// A result from the features of a region.
    pub fn result(&self, label: String, kind: Kind, vector: FeatureVector) -> RegionResult {
        let mut values = Vec::with_capacity(vector.features.len());
        let mut undefined = Vec::new();
        for (place, feature) in vector.features.iter().enumerate() {
            let value = feature.value.number();
            values.push(value);
            match feature.value.reason() {
                Some(reason) => undefined.push((place, reason.to_string())),
                None if value.is_finite() => {}
                None => undefined.push((place, format!("the value is {value}"))),
            }
        }
        RegionResult {
            label,
            kind,
            names: self.share(vector.features.iter().map(|f| f.name()).collect()),
            values,
            undefined,
            diagnostics: vector.diagnostics,
            notices: vector.notices,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_one_line() {
        let failure = Failure::new(1, None, "grids differ:\n  size   a\n  origin b\n\nset correctMask");
        assert_eq!(failure.line(), "grids differ: size a; origin b; set correctMask");
    }

    #[test]
    fn equal_names_are_stored_once() {
        let names = Names::default();
        let list = || vec!["a".to_string(), "b".to_string()];
        assert!(Arc::ptr_eq(&names.share(list()), &names.share(list())));
        assert_ne!(names.share(vec!["a".to_string()]), names.share(list()));
    }
}
