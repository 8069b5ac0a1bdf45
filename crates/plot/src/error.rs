//! What can go wrong.

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A picture that cannot be made of these inputs.
    #[error("{0}")]
    Input(String),
    /// The file cannot be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An error of the image or its regions.
    #[error(transparent)]
    Image(#[from] radsurv_image::Error),
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
