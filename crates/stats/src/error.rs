//! What can go wrong.

/// An error of this crate. The message says what and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value that must be positive and finite is not.
    #[error("the {name} is {value}: give a positive {unit}")]
    NotPositive {
        /// What it is.
        name: &'static str,
        /// The value that was given.
        value: f64,
        /// What it should be.
        unit: &'static str,
    },
    /// A value that is negative or missing.
    #[error("the {name} is {value}: give 0 or a positive number")]
    Negative {
        /// What it is.
        name: &'static str,
        /// The value that was given.
        value: f64,
    },
    /// A number that should be a probability.
    #[error("{value} is not a probability: give a number from 0 to 1")]
    NotProbability {
        /// The value that was given.
        value: f64,
    },
    /// Columns that differ in length.
    #[error("column {column} has {found} values where {expected} are expected")]
    Length {
        /// The column, from 0.
        column: usize,
        /// The number of its values.
        found: usize,
        /// The number there should be.
        expected: usize,
    },
    /// A missing value where none may be.
    #[error(
        "the value in row {row} of column {column} is missing (rows and columns count from 0); leave such cases out before, or ask for complete pairs"
    )]
    Missing {
        /// The column, from 0.
        column: usize,
        /// The row, from 0.
        row: usize,
    },
    /// An infinite value where none may be.
    #[error(
        "the value in row {row} of column {column} is infinite (rows and columns count from 0); correct it, or leave it missing"
    )]
    Infinite {
        /// The column, from 0.
        column: usize,
        /// The row, from 0.
        row: usize,
    },
    /// Too few values.
    #[error("{what} needs {needed} values at least, and there are {found}")]
    TooFew {
        /// What was to be computed.
        what: &'static str,
        /// The number it needs.
        needed: usize,
        /// The number there is.
        found: usize,
    },
    /// Too few groups.
    #[error("{what} needs two groups at least, and there are {found}")]
    TooFewGroups {
        /// What was to be computed.
        what: &'static str,
        /// The number there is.
        found: usize,
    },
    /// A column whose values are all equal.
    #[error("all values of column {column} (from 0) are equal: leave it out")]
    Constant {
        /// The column, from 0.
        column: usize,
    },
    /// A matrix that should be positive definite.
    #[error(
        "the matrix of {size} rows is not positive definite: its columns depend on each other, or a value is missing"
    )]
    NotPositiveDefinite {
        /// The number of its rows.
        size: usize,
    },
    /// A function that has no root for certain.
    #[error(
        "the function is {} at {} and {} at {}, which is the same sign: give points around a root",
        .values[0], .between[0], .values[1], .between[1]
    )]
    NoSignChange {
        /// The points.
        between: [f64; 2],
        /// The function there.
        values: [f64; 2],
    },
    /// An iteration without end.
    #[error("no convergence in {steps} steps")]
    NotConverged {
        /// The number of steps taken.
        steps: usize,
    },
    /// A matrix that should be symmetric.
    #[error("the matrix is not symmetric: {value} in row {row}, column {column}, and {mirrored} across the diagonal")]
    NotSymmetric {
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// The value there.
        value: f64,
        /// The value across the diagonal.
        mirrored: f64,
    },
    /// No pair of cases of which it is known who had the event first.
    #[error(
        "no pair of cases can be compared: concordance needs an event and a case that was followed for longer{}",
        match .until { Some(until) => format!("; only events until {until} count"), None => String::new() }
    )]
    NoPairs {
        /// The time until which events count, if there is one.
        until: Option<f64>,
    },
    /// Groups that cannot be compared.
    #[error("no event happened while {what} were at risk: there is nothing to compare")]
    NothingToCompare {
        /// What should have been at risk.
        what: &'static str,
    },
    /// No cut between the proportions.
    #[error(
        "no value divides the cases so that a part from {min} to {max} is at or below it: give proportions above 0 and below 1 that are further apart, or another marker"
    )]
    NoCut {
        /// The least part.
        min: f64,
        /// The largest part.
        max: f64,
    },
    /// A time at which the distribution of censoring times gives no weight.
    #[error(
        "the censoring distribution gives no weight at the time {time}: {what}; give an earlier time as the last that counts"
    )]
    NoCensoringWeight {
        /// The time.
        time: f64,
        /// Why there is none.
        what: &'static str,
    },
    /// Follow-up of a kind that a method cannot take.
    #[error("{method} does not take {what}")]
    Unsupported {
        /// The method.
        method: &'static str,
        /// What it does not take, and what to do.
        what: &'static str,
    },
    /// A table, an outcome or a curve that cannot be used.
    #[error("{message}")]
    Data {
        /// The message of the error of `radsurv-data`.
        message: String,
    },
    /// Outcomes without an event.
    #[error(
        "none of the {cases} cases has an event (with a weight above 0): there is nothing to fit; check how events are coded"
    )]
    NoEvents {
        /// The number of cases.
        cases: usize,
    },
    /// More coefficients than cases can tell.
    #[error(
        "{columns} columns and {cases} cases: coefficients need more cases than columns (and good ones ten events for each); select columns, or penalise (lasso, elastic net)"
    )]
    TooManyColumns {
        /// The number of columns.
        columns: usize,
        /// The number of cases with a weight above 0.
        cases: usize,
    },
    /// A column that depends on others.
    #[error("column {column} (from 0) {}: leave out one of them", depends(.on))]
    Collinear {
        /// The column, from 0.
        column: usize,
        /// The columns it is a linear combination of; none if it does not vary among those at risk together.
        on: Vec<usize>,
    },
    /// A stratum without cases in a fit.
    #[error("no case of the stratum {stratum} was fitted: it has no baseline hazard")]
    UnknownStratum {
        /// The stratum.
        stratum: usize,
    },
    /// Replicates that give no bias-corrected and accelerated limits.
    #[error("there are no BCa limits: {what}; take percentile limits")]
    NoBcaLimits {
        /// Why.
        what: &'static str,
    },
    /// Knots of a spline that cannot be.
    #[error("knots of a spline: {what}")]
    Knots {
        /// What is wrong with them and what to do.
        what: String,
    },
    /// A variable that cannot become columns of a design.
    #[error("the variable {name} {what}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong with it and what to do.
        what: String,
    },
    /// A result beyond the range of numbers.
    #[error("the {name} is beyond the range of numbers; check the values it is computed from")]
    Overflow {
        /// What it is.
        name: &'static str,
    },
}

impl From<radsurv_data::Error> for Error {
    fn from(error: radsurv_data::Error) -> Self {
        Self::Data { message: error.to_string() }
    }
}

fn depends(on: &[usize]) -> String {
    if on.is_empty() {
        return "does not vary among cases at risk together".to_string();
    }
    let names: Vec<String> = on.iter().map(usize::to_string).collect();
    format!("is a linear combination of {} {}", if on.len() == 1 { "column" } else { "columns" }, names.join(", "))
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
