//! What can go wrong.

/// An error of this crate. The message says what, where, how many and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something is wrong with a table or file.
    #[error(transparent)]
    Data(#[from] radsurv_data::Error),
    /// Too few cases to learn anything.
    #[error("{what} needs {needed} cases at least, and there are {found}")]
    TooFewCases {
        /// The step.
        what: &'static str,
        /// The number it needs.
        needed: usize,
        /// The number of cases.
        found: usize,
    },
    /// Features without any value.
    #[error(
        "{} of the features have no value in any training case: {}; leave them out", .features.len(), list(.features)
    )]
    AllMissing {
        /// Their names.
        features: Vec<String>,
    },
    /// Values that are infinite.
    #[error("the feature {feature} is infinite in the case {case_id}; correct the value or leave it missing")]
    Infinite {
        /// The feature.
        feature: String,
        /// The case.
        case_id: String,
    },
    /// A setting that makes no sense.
    #[error("{name} is {value}: {what}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        what: &'static str,
    },
}

/// Names for a message: the first twenty.
pub(crate) fn list<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<&str> = names.iter().take(20).map(AsRef::as_ref).collect();
    let more = if names.len() > 20 { format!(" and {} more", names.len() - 20) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
