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
    /// A number that should be a probability.
    #[error("{value} is not a probability: give a number from 0 to 1")]
    NotProbability {
        /// The value that was given.
        value: f64,
    },
    /// A result beyond the range of numbers.
    #[error("the {name} is beyond the range of numbers; check the dose and the alpha/beta ratio")]
    Overflow {
        /// What it is.
        name: &'static str,
    },
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
