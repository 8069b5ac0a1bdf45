//! The intraclass correlation of every feature of several readings.

use std::io::{self, Write};
use std::path::Path;

use radsurv_data::{Error as DataError, fs, number};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::estimate::{Icc, check_confidence};
use super::feature::{FeatureIcc, icc};
use super::form::IccForm;
use super::join::{IncompleteCase, Joined, Reading};
use crate::error::{Error, Result};
use crate::selection::{Decision, Selection};

/// What is done if some readings of a feature are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// The variance components of all readings that are there, by restricted maximum likelihood.
    #[default]
    Mixed,
    /// Cases with a missing reading are left out, for this feature.
    Omit,
}

/// Which cases take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cases {
    /// Those that are in all readings.
    #[default]
    InAll,
    /// Those that are in any; where a case is not, its readings are missing.
    InAny,
}

/// What has to be above the threshold for a feature to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeepBy {
    /// The estimate.
    #[default]
    Estimate,
    /// The lower confidence limit.
    Lower,
}

/// Settings of the intraclass correlation and of what is kept by it.
///
/// # Example
/// ```
/// use radsurv_data::FeatureTable;
/// use radsurv_harmonize::icc::{IccSettings, Reading};
/// let table = |values: [f64; 4]| {
///     let ids = (1..=4).map(|i| format!("P{i}")).collect();
///     FeatureTable::new(ids, vec!["a".into(), "b".into()], vec![values.to_vec(), vec![values[3], 1.0, values[1], 2.0]])
/// };
/// let (first, second) = (table([1.0, 5.0, 3.0, 9.0])?, table([1.2, 5.1, 2.8, 2.0])?);
/// let readings = [Reading { name: "reader 1", table: &first }, Reading { name: "reader 2", table: &second }];
/// let icc = IccSettings { threshold: 0.5, ..IccSettings::default() }.analyse(&readings)?;
/// assert_eq!(icc.rows()[1].feature, "b");
/// assert!(!icc.rows()[1].keep && icc.rows()[1].reason.ends_with("is not above 0.5"));
/// let selection = icc.selection(); // transforms cohorts of these features
/// # assert_eq!(selection.decisions().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IccSettings {
    /// The form. Default: `icc2`, one reading, absolute agreement.
    pub form: IccForm,
    /// The confidence of the two-sided limits. Default: 0.95.
    pub confidence: f64,
    /// What is done with missing readings. Default: the mixed model.
    pub missing: Missing,
    /// Which cases take part. Default: those that are in all readings.
    pub cases: Cases,
    /// A feature is kept above this. Default: 0.75.
    pub threshold: f64,
    /// What has to be above it. Default: the estimate.
    pub by: KeepBy,
}

impl Default for IccSettings {
    fn default() -> Self {
        Self {
            form: IccForm::default(),
            confidence: 0.95,
            missing: Missing::default(),
            cases: Cases::default(),
            threshold: 0.75,
            by: KeepBy::default(),
        }
    }
}

/// The intraclass correlation of each feature, whether it is kept, and why not.
#[derive(Debug, Clone, PartialEq)]
pub struct IccTable {
    settings: IccSettings,
    readings: Vec<String>,
    cases: usize,
    incomplete: Vec<IncompleteCase>,
    rows: Vec<IccRow>,
}

/// One feature.
#[derive(Debug, Clone, PartialEq)]
pub struct IccRow {
    /// The feature.
    pub feature: String,
    /// Its intraclass correlation.
    pub icc: Icc,
    /// The number of cases that had a part in it.
    pub cases: usize,
    /// The number of their readings that are missing.
    pub missing: usize,
    /// Whether it is kept.
    pub keep: bool,
    /// Why it is not kept, or what is to be known of it; empty if it is kept and nothing is.
    pub reason: String,
}

impl IccSettings {
    /// The intraclass correlation of every feature of several readings, joined by case id. Features are computed in
    /// parallel, each on its own: the number of threads changes nothing.
    ///
    /// A feature that is not in all readings is in the result, undefined, with the reason.
    ///
    /// # Errors
    /// [`Error::TooFewReadings`], [`Error::NoCommon`] if no case or no feature is in all readings,
    /// [`Error::TooFewCases`] with a single case, [`Error::Setting`] if the confidence is not between 0 and 1, or the
    /// threshold is not a number up to 1.
    pub fn analyse(&self, readings: &[Reading<'_>]) -> Result<IccTable> {
        check_confidence(self.confidence)?;
        if self.threshold.is_nan() || self.threshold > 1.0 {
            let what = "give a number up to 1: 0.75";
            return Err(Error::Setting { name: "the threshold", value: self.threshold.to_string(), what });
        }
        let joined = Joined::new(readings, self.cases)?;
        let rows = joined.features.par_iter().map(|feature| self.row(&joined, feature)).collect::<Result<_>>()?;
        let readings = readings.iter().map(|r| r.name.to_string()).collect();
        let (cases, incomplete) = (joined.case_ids.len(), joined.incomplete);
        Ok(IccTable { settings: *self, readings, cases, incomplete, rows })
    }

    fn row(&self, joined: &Joined<'_>, feature: &str) -> Result<IccRow> {
        let without = joined.without(feature);
        let found = if without.is_empty() {
            let values = joined.values(feature);
            let infinite =
                values.iter().enumerate().find_map(|(j, r)| Some((j, r.iter().position(|v| v.is_infinite())?)));
            match infinite {
                Some((reading, case)) => {
                    let place = format!("infinite in the case {} of {}", joined.case_ids[case], joined.name(reading));
                    FeatureIcc { icc: Icc::undefined(self.form, place), cases: 0, missing: 0 }
                }
                None => icc(&values, self.form, self.confidence, self.missing)?,
            }
        } else {
            let reason = format!("not in {}", radsurv_data::list(&without));
            FeatureIcc { icc: Icc::undefined(self.form, reason), cases: 0, missing: 0 }
        };
        let (keep, reason) = self.decide(&found.icc);
        Ok(IccRow {
            feature: feature.to_string(),
            icc: found.icc,
            cases: found.cases,
            missing: found.missing,
            keep,
            reason,
        })
    }

    /// What has to be above the threshold.
    pub(super) fn deciding(&self, icc: &Icc) -> f64 {
        match self.by {
            KeepBy::Estimate => icc.icc,
            KeepBy::Lower => icc.lower,
        }
    }

    fn decide(&self, icc: &Icc) -> (bool, String) {
        let value = self.deciding(icc);
        if value > self.threshold {
            return (true, icc.reason.clone());
        }
        if value.is_nan() {
            return (false, icc.reason.clone());
        }
        let of = match self.by {
            KeepBy::Estimate => format!("ICC {:.4}", icc.icc),
            KeepBy::Lower => format!("the lower limit {:.4} of ICC {:.4}", icc.lower, icc.icc),
        };
        (false, format!("{of} is not above {}", self.threshold))
    }
}

impl IccTable {
    /// What it was made with.
    pub fn settings(&self) -> &IccSettings {
        &self.settings
    }

    /// The names of the readings.
    pub fn readings(&self) -> &[String] {
        &self.readings
    }

    /// The number of cases that take part.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// Cases that are not in all readings: left out, or with missing readings, as the settings say.
    pub fn incomplete_cases(&self) -> &[IncompleteCase] {
        &self.incomplete
    }

    /// The features, in the order of the first reading that has them.
    pub fn rows(&self) -> &[IccRow] {
        &self.rows
    }

    /// Which features are kept, as a step to apply to cohorts.
    pub fn selection(&self) -> Selection {
        let decision =
            |row: &IccRow| Decision { feature: row.feature.clone(), keep: row.keep, reason: row.reason.clone() };
        Selection::of_distinct(self.rows.iter().map(decision).collect())
    }

    /// Writes a CSV file, whole or not at all; see [`to_writer`](Self::to_writer).
    ///
    /// # Errors
    /// [`Error::Data`] if the file cannot be written.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        write(path.as_ref(), |out| self.to_writer(out))
    }

    /// Writes the table as CSV: `feature,icc,f,df1,df2,p,lower,upper,keep,reason,cases,missing`, `keep` as `true` or
    /// `false`, what is undefined as `NaN`.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn to_writer(&self, out: impl Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(COLUMNS)?;
        for row in &self.rows {
            csv.write_record(cells(&row.feature, Some(row), row.keep, &row.reason))?;
        }
        csv.flush()
    }
}

/// The columns of a table.
pub(super) const COLUMNS: [&str; 12] =
    ["feature", "icc", "f", "df1", "df2", "p", "lower", "upper", "keep", "reason", "cases", "missing"];

/// The cells of a row, whose numbers may come from one of several comparisons, or from none.
pub(super) fn cells(feature: &str, numbers: Option<&IccRow>, keep: bool, reason: &str) -> Vec<String> {
    let undefined = Icc::undefined(IccForm::default(), "");
    let icc = numbers.map_or(&undefined, |row| &row.icc);
    let mut cells = vec![feature.to_string()];
    cells.extend([icc.icc, icc.f, icc.df1, icc.df2, icc.p, icc.lower, icc.upper].map(number::format));
    cells.extend([keep.to_string(), reason.to_string()]);
    cells.extend([numbers.map_or(0, |row| row.cases), numbers.map_or(0, |row| row.missing)].map(|n| n.to_string()));
    cells
}

/// Writes a file, whole or not at all.
pub(super) fn write(
    path: &Path,
    write: impl FnOnce(&mut io::BufWriter<&mut std::fs::File>) -> io::Result<()>,
) -> Result<()> {
    let failed = |source| Error::Data(DataError::Io { path: path.to_path_buf(), source });
    fs::write_atomic(path, write).map_err(failed)
}
