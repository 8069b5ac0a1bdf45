//! What can go wrong.

/// An error of this crate. The message says what, where, how many and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something is wrong with a table or file.
    #[error(transparent)]
    Data(#[from] radsurv_data::Error),
    /// A statistic cannot be computed.
    #[error(transparent)]
    Stats(#[from] radsurv_stats::Error),
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
