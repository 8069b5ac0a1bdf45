//! Several comparisons that a feature has to pass: within a reader and between readers.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use radsurv_data::number;

use super::table::{COLUMNS, IccRow, IccTable, cells, write};
use crate::error::Result;
use crate::selection::{Decision, Selection};

/// Comparisons of which a feature has to pass each, as in studies that ask for an ICC above 0.75 both within a reader who
/// read twice and between two readers.
///
/// # Example
/// ```
/// use radsurv_data::FeatureTable;
/// use radsurv_harmonize::icc::{CombinedIcc, IccSettings, Reading};
/// let table = |values: [f64; 3]| FeatureTable::from_rows((1..).zip(values).map(|(i, v)| (format!("P{i}"), vec![("a", v)])));
/// let (once, again, other) = (table([1.0, 5.0, 3.0])?, table([1.0, 4.9, 3.1])?, table([4.0, 4.5, 1.0])?);
/// let compare = |a: &FeatureTable, b: &FeatureTable| {
///     IccSettings::default().analyse(&[Reading { name: "first", table: a }, Reading { name: "second", table: b }])
/// };
/// let combined = CombinedIcc::new(vec![compare(&once, &again)?, compare(&once, &other)?]);
/// assert!(!combined.rows()[0].keep);
/// assert_eq!(combined.rows()[0].lowest, Some(1)); // the one between readers
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CombinedIcc {
    comparisons: Vec<IccTable>,
    rows: Vec<CombinedRow>,
}

/// One feature of several comparisons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CombinedRow {
    /// The feature.
    pub feature: String,
    /// The comparison in which it did worst, by what decides there; undefined is worse than any number. None if it is not
    /// in all comparisons.
    pub lowest: Option<usize>,
    /// Whether it is kept: in each comparison.
    pub keep: bool,
    /// Why it is not kept; of several reasons that of the first comparison that it did not pass.
    pub reason: String,
    /// Its row in each comparison.
    places: Vec<Option<usize>>,
}

impl CombinedIcc {
    /// Combines comparisons. Features are in the order of the first comparison that has them; one that is not in all is not
    /// kept.
    pub fn new(comparisons: Vec<IccTable>) -> Self {
        let index = |table: &IccTable| -> HashMap<String, usize> {
            table.rows().iter().enumerate().map(|(place, row)| (row.feature.clone(), place)).collect()
        };
        let indices: Vec<HashMap<String, usize>> = comparisons.iter().map(index).collect();
        let mut seen = HashSet::new();
        let features = comparisons.iter().flat_map(IccTable::rows).filter(|row| seen.insert(row.feature.as_str()));
        let row = |feature: &str| {
            let places: Vec<Option<usize>> = indices.iter().map(|index| index.get(feature).copied()).collect();
            let rows: Vec<Option<&IccRow>> =
                comparisons.iter().zip(&places).map(|(table, place)| place.map(|p| &table.rows()[p])).collect();
            let passed = |row: &Option<&IccRow>| row.is_some_and(|row| row.keep);
            let failed = rows.iter().position(|row| !passed(row));
            let reason = failed.map_or(String::new(), |at| {
                let why = rows[at].map_or("not in its tables", |row| row.reason.as_str());
                format!("comparison {} ({}): {why}", at + 1, comparisons[at].readings().join(", "))
            });
            let value = |at: usize| {
                let value = rows[at].map_or(f64::NAN, |row| comparisons[at].settings().deciding(&row.icc));
                if value.is_nan() { f64::NEG_INFINITY } else { value }
            };
            let everywhere = rows.iter().all(Option::is_some);
            let lowest = (0..rows.len()).filter(|_| everywhere).min_by(|&a, &b| value(a).total_cmp(&value(b)));
            CombinedRow { feature: feature.to_string(), lowest, keep: failed.is_none(), reason, places }
        };
        let rows = features.map(|r| row(&r.feature)).collect();
        Self { comparisons, rows }
    }

    /// The comparisons.
    pub fn comparisons(&self) -> &[IccTable] {
        &self.comparisons
    }

    /// The features.
    pub fn rows(&self) -> &[CombinedRow] {
        &self.rows
    }

    /// Which features are kept, as a step to apply to cohorts.
    pub fn selection(&self) -> Selection {
        let decision =
            |row: &CombinedRow| Decision { feature: row.feature.clone(), keep: row.keep, reason: row.reason.clone() };
        Selection::of_distinct(self.rows.iter().map(decision).collect())
    }

    /// Writes a CSV file, whole or not at all; see [`to_writer`](Self::to_writer).
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if the file cannot be written.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        write(path.as_ref(), |out| self.to_writer(out))
    }

    /// Writes the table as CSV: the columns of [`IccTable::to_writer`], with the numbers of the comparison in which the
    /// feature did worst, then `comparison`, its number from 1, and `icc_1,lower_1,upper_1,icc_2,...` of all of them.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn to_writer(&self, out: impl Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        let each =
            (1..=self.comparisons.len()).flat_map(|n| ["icc", "lower", "upper"].map(|name| format!("{name}_{n}")));
        let all = COLUMNS.iter().map(|c| c.to_string()).chain(["comparison".to_string()]).chain(each);
        csv.write_record(all)?;
        for row in &self.rows {
            let of = |at: usize| row.places[at].map(|place| &self.comparisons[at].rows()[place]);
            let mut line = cells(&row.feature, row.lowest.and_then(of), row.keep, &row.reason);
            line.push(row.lowest.map_or(String::new(), |at| (at + 1).to_string()));
            for at in 0..self.comparisons.len() {
                let numbers = of(at).map_or([f64::NAN; 3], |row| [row.icc.icc, row.icc.lower, row.icc.upper]);
                line.extend(numbers.map(number::format));
            }
            csv.write_record(line)?;
        }
        csv.flush()
    }
}
