//! Features that are kept, and why the others are not.

use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cohort::{Cohort, Transform};
use crate::error::{Error, Result};
use crate::feature_table::FeatureTable;
use crate::fs;
use crate::saved::{Format, Saved};

/// Whether one feature is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The feature.
    pub feature: String,
    /// Whether it is kept.
    pub keep: bool,
    /// Why it is or is not, for people to read; may be empty if it is kept.
    pub reason: String,
}

/// Which features are kept: what every step that selects features learns from training cases, whatever its rule.
///
/// Applied to a cohort it gives the kept features in the order of the decisions. The cohort must have exactly the
/// features that were decided on, as for every other fitted step: one that is missing or unknown is an error, so that a
/// table that was made otherwise does not pass.
///
/// # Example
/// ```
/// use radsurv_data::{Decision, FeatureTable, Selection, Transform};
/// let decision = |feature: &str, keep, reason: &str| {
///     Decision { feature: feature.to_string(), keep, reason: reason.to_string() }
/// };
/// let selection = Selection::new(vec![decision("a", true, ""), decision("b", false, "ICC 0.31 is not above 0.75")])?;
/// let table = FeatureTable::from_rows([("P1", vec![("a", 1.0), ("b", 2.0)])])?;
/// assert_eq!(selection.transform(&table.into())?.features().names(), ["a"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    features: Vec<Decision>,
}

impl Selection {
    /// A selection of these decisions.
    ///
    /// # Errors
    /// [`Error::DuplicateColumn`] if a feature is decided on twice.
    pub fn new(features: Vec<Decision>) -> Result<Self> {
        let mut seen = std::collections::HashSet::new();
        match features.iter().find(|d| !seen.insert(d.feature.as_str())) {
            Some(twice) => {
                Err(Error::DuplicateColumn { table: "the selection".to_string(), column: twice.feature.clone() })
            }
            None => Ok(Self { features }),
        }
    }

    /// A selection whose features are known to be distinct: those of a table.
    #[doc(hidden)]
    pub fn of_distinct(features: Vec<Decision>) -> Self {
        Self { features }
    }

    /// The decisions, one per feature.
    pub fn decisions(&self) -> &[Decision] {
        &self.features
    }

    /// The features that are kept.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        self.features.iter().filter(|d| d.keep).map(|d| d.feature.as_str())
    }

    /// The features of a table that are kept, in the order of the decisions.
    ///
    /// # Errors
    /// [`Error::OtherFeatures`] with the features that are missing or were not decided on.
    pub fn apply(&self, table: &FeatureTable) -> Result<FeatureTable> {
        let all: Vec<&str> = self.features.iter().map(|d| d.feature.as_str()).collect();
        let kept: Vec<&str> = self.kept().collect();
        table.aligned(&all)?.select(&kept)
    }

    /// Writes the decisions as a CSV file, whole or not at all: `feature,keep,reason`, with `true` and `false`.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be written.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        fs::write_atomic(path, |out| self.to_writer(out))
            .map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }

    /// Writes the decisions as CSV; see [`write_csv`](Self::write_csv).
    ///
    /// # Errors
    /// Those of the writer.
    pub fn to_writer(&self, out: impl Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["feature", "keep", "reason"])?;
        for decision in &self.features {
            csv.write_record([
                decision.feature.as_str(),
                if decision.keep { "true" } else { "false" },
                &decision.reason,
            ])?;
        }
        csv.flush()
    }
}

impl Saved for Selection {
    const FORMAT: Format = Format { name: "radsurv-selection", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        Self::new(self.features.clone()).map(|_| ()).map_err(|error| error.to_string())
    }
}

impl Transform for Selection {
    type Error = Error;

    fn transform(&self, cohort: &Cohort) -> Result<Cohort> {
        cohort.with_features(self.apply(cohort.features())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(decisions: &[(&str, bool, &str)]) -> Result<Selection> {
        let decision = |&(feature, keep, reason): &(&str, bool, &str)| Decision {
            feature: feature.to_string(),
            keep,
            reason: reason.to_string(),
        };
        Selection::new(decisions.iter().map(decision).collect())
    }

    fn table(names: &[&str]) -> FeatureTable {
        FeatureTable::from_rows([("P1", names.iter().map(|n| (*n, 1.0)).collect())]).unwrap()
    }

    #[test]
    fn the_order_is_that_of_the_decisions_and_other_features_are_refused() {
        let chosen = selection(&[("b", true, ""), ("c", false, "constant"), ("a", true, "")]).unwrap();
        assert_eq!(chosen.apply(&table(&["a", "b", "c"])).unwrap().names(), ["b", "a"]);
        let error = chosen.apply(&table(&["a", "b", "d"])).unwrap_err().to_string();
        assert_eq!(error, "the features are not those that were fitted: 1 missing (c), 1 unknown (d)");
        let none = selection(&[("a", false, "constant")]).unwrap();
        assert_eq!(none.apply(&table(&["a"])).unwrap().cases(), 1);
    }

    #[test]
    fn it_is_read_as_it_was_saved_and_written_as_a_table() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.json");
        let chosen = selection(&[("a", true, ""), ("b", false, "0.9 with a, which is kept")]).unwrap();
        chosen.save(&path).unwrap();
        assert_eq!(Selection::load(&path).unwrap(), chosen);
        let mut text = Vec::new();
        chosen.to_writer(&mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "feature,keep,reason\na,true,\nb,false,\"0.9 with a, which is kept\"\n"
        );
        assert!(chosen.write_csv(dir.path().join("none/s.csv")).is_err());
        assert!(selection(&[("a", true, ""), ("a", false, "")]).unwrap_err().to_string().contains("named a"));
        let twice = std::fs::read_to_string(&path).unwrap().replace("\"b\"", "\"a\"");
        std::fs::write(&path, twice).unwrap();
        assert!(Selection::load(&path).is_err());
    }
}
