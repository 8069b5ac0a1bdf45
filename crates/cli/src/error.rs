//! What ends the program, and with which exit status.

use std::io;
use std::path::PathBuf;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything was done.
    Done,
    /// Nothing useful came out.
    Failed,
    /// The command line makes no sense.
    WrongUsage,
    /// There are results, and cases that failed.
    SomeFailed,
}

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Options that do not fit together.
    #[error("{0}")]
    Usage(String),
    /// An input that cannot be used.
    #[error("{0}")]
    Input(String),
    /// A table that cannot be used.
    #[error(transparent)]
    Table(#[from] radsurv_data::Error),
    /// An image or parameter file that cannot be used.
    #[error(transparent)]
    Features(#[from] radsurv_features::Error),
    /// Expression or sets of genes that cannot be used.
    #[error(transparent)]
    Genomics(#[from] radsurv_genomics::Error),
    /// Something that cannot be learned or applied.
    #[error(transparent)]
    Harmonize(#[from] radsurv_harmonize::Error),
    /// An image that cannot be used.
    #[error(transparent)]
    Image(#[from] radsurv_image::Error),
    /// A cohort that cannot be studied.
    #[error(transparent)]
    Study(#[from] radsurv_study::Error),
    /// A model that cannot be trained or applied.
    #[error(transparent)]
    Survival(#[from] radsurv_survival::Error),
    /// Predictions that cannot be evaluated.
    #[error(transparent)]
    Evaluation(#[from] radsurv_eval::Error),
    /// A picture that cannot be made.
    #[error(transparent)]
    Plot(#[from] radsurv_plot::Error),
    /// An output that cannot be written.
    #[error("cannot write {path}: {source}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// Standard output that cannot be written.
    #[error("cannot write to standard output: {0}")]
    Stdout(io::Error),
}

impl Error {
    /// The exit status this error leads to.
    pub fn status(&self) -> Status {
        match self {
            Self::Usage(_) => Status::WrongUsage,
            // Whoever reads our output has seen enough: `radsurv features list | head`.
            Self::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe => Status::Done,
            _ => Status::Failed,
        }
    }
}

/// The result type of the program.
pub type Result<T> = std::result::Result<T, Error>;
