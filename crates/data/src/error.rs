//! What can go wrong with tables.

use std::io;
use std::path::PathBuf;

use crate::list::list;

/// An error of this crate. The message says what, where and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to open, read or write a file.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A table that cannot be read.
    #[error("{table}, line {line}: {what}")]
    Line {
        /// The file, or what stands for it.
        table: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong there and what to do.
        what: String,
    },
    /// A table without a header or without rows.
    #[error("{table} is empty: a table needs a line with the names of its columns and a line per case")]
    Empty {
        /// The file, or what stands for it.
        table: String,
    },
    /// A Parquet file that cannot be used.
    #[error("{file}: {what}")]
    Parquet {
        /// The file.
        file: String,
        /// What is wrong with it and what to do.
        what: String,
    },
    /// A column that is not there.
    #[error("{table} has no column {column}; {}", list_columns(.present, .column))]
    MissingColumn {
        /// The file, or what stands for it.
        table: String,
        /// The column that was asked for.
        column: String,
        /// The columns that are there.
        present: Vec<String>,
    },
    /// Two columns of one name.
    #[error("{table} has two columns named {column}; give one of them another name")]
    DuplicateColumn {
        /// The file, or what stands for it.
        table: String,
        /// Their name.
        column: String,
    },
    /// Two rows of one case where each case must have one.
    #[error(
        "{table} has two rows for the case {id}{}, and a table joined by case id needs one; a table of several regions per \
         case is made with a row per case by radsurv extract --layout wide", of_lines(.lines)
    )]
    DuplicateId {
        /// The file, or what stands for it.
        table: String,
        /// The id.
        id: String,
        /// The lines of the two rows, if they come from a file.
        lines: Option<[u64; 2]>,
    },
    /// Two tables without a case in common.
    #[error(
        "no case is in both {left} and {right}: the ids look like {left_id:?} and {right_id:?}, and must be equal to the \
         letter"
    )]
    NothingInCommon {
        /// The first table.
        left: String,
        /// The second.
        right: String,
        /// The first id of the first table.
        left_id: String,
        /// The first id of the second.
        right_id: String,
    },
    /// Features of other cases than the rest of a table has.
    #[error("{table} has no row for the case {id}, which the features have")]
    UnknownCase {
        /// The file, or what stands for it.
        table: String,
        /// The case.
        id: String,
    },
    /// A text that is no regular expression.
    #[error("{pattern:?} is no regular expression: {what}")]
    Pattern {
        /// The text.
        pattern: String,
        /// What is wrong with it.
        what: String,
    },
    /// A regular expression that no column matches.
    #[error("no column matches {pattern}{}", if .near.is_empty() { String::new() } else { format!("; near it are {}", .near.join(", ")) })]
    NoMatch {
        /// The regular expression.
        pattern: String,
        /// Names that are near.
        near: Vec<String>,
    },
    /// Features that differ from those a fitted step knows.
    #[error("the features are not those that were fitted: {}", differing(.missing, .unexpected))]
    OtherFeatures {
        /// Fitted, but not there.
        missing: Vec<String>,
        /// There, but not fitted.
        unexpected: Vec<String>,
    },
    /// A saved model that cannot be read or written.
    #[error("{file}: {what}")]
    Saved {
        /// The file, or what stands for it.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// An outcome that is none.
    #[error("{} {what}", match .id { Some(id) => format!("the case {id} (row {})", .row + 1), None => format!("row {}", .row + 1) })]
    Outcome {
        /// The row, from 0.
        row: usize,
        /// The case, if it is known.
        id: Option<String>,
        /// What is wrong with it and what to do.
        what: String,
    },
    /// Times that do not ascend.
    #[error("time number {} {what}; give finite times in ascending order", .place + 1)]
    Steps {
        /// Which of them, from 0.
        place: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A predicted curve that is no survival curve.
    #[error("the survival curve of row {} {what}", .row + 1)]
    Curve {
        /// The row, from 0.
        row: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A score that is no number.
    #[error("the held-out score of row {} is {value}; a model must give each case a finite score", .row + 1)]
    Score {
        /// The row, from 0.
        row: usize,
        /// The score.
        value: f64,
    },
    /// Columns that differ in length.
    #[error("the column {column} has {found} values, but there are {expected} cases")]
    Length {
        /// The column.
        column: String,
        /// Number of its values.
        found: usize,
        /// Number of cases.
        expected: usize,
    },
}

fn of_lines(lines: &Option<[u64; 2]>) -> String {
    lines.map_or_else(String::new, |[first, second]| format!(" (lines {first} and {second})"))
}

fn list_columns(present: &[String], wanted: &str) -> String {
    if let Some(like) = present.iter().find(|c| c.trim().eq_ignore_ascii_case(wanted)) {
        return format!("there is {like:?}: names must match to the letter, capitals included");
    }
    if let [one] = present
        && let Some(separator) = [";", "\t"].into_iter().find(|s| one.contains(s))
    {
        return format!("its header has no comma but {separator:?}: save it with commas between the cells");
    }
    format!("its columns are {}", list(present))
}

fn differing(missing: &[String], unexpected: &[String]) -> String {
    let part =
        |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{} {what} ({})", names.len(), list(names)));
    let parts = [part("missing", missing), part("unknown", unexpected)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
