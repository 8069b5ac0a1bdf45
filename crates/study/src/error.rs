//! What can go wrong with a cohort as a whole; what goes wrong with a case is in the results.

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Settings that are impossible.
    #[error(transparent)]
    Image(#[from] radsurv_image::Error),
    /// Settings of the extraction that are impossible, or a parameter file that cannot be read.
    #[error(transparent)]
    Features(#[from] radsurv_features::Error),
    /// Cases that do not make a table.
    #[error(transparent)]
    Data(#[from] radsurv_data::Error),
    /// A model that cannot be fitted or read.
    #[error(transparent)]
    Survival(#[from] radsurv_survival::Error),
    /// Harmonisation or reproducibility that cannot be had.
    #[error(transparent)]
    Harmonize(#[from] radsurv_harmonize::Error),
    /// A statistic that cannot be had.
    #[error(transparent)]
    Stats(#[from] radsurv_stats::Error),
    /// A measure that cannot be had.
    #[error(transparent)]
    Eval(#[from] radsurv_eval::Error),
    /// Expression that cannot be studied.
    #[error(transparent)]
    Genomics(#[from] radsurv_genomics::Error),
    /// What a model or step said that was asked for something it cannot do.
    #[error(transparent)]
    Learner(#[from] radsurv_data::LearnerError),
    /// A study file with mistakes.
    #[error(transparent)]
    Study(crate::settings::Problems),
    /// A figure that cannot be drawn.
    #[error(transparent)]
    Plot(#[from] radsurv_plot::Error),
    /// Cases that cannot be studied.
    #[error("{0}")]
    Cases(String),
    /// A result that cannot be kept for another run.
    #[error("cache: {0}")]
    Cache(String),
    /// Threads that cannot be started.
    #[error("cannot start {threads} threads ({reason}); try fewer")]
    Threads {
        /// How many.
        threads: usize,
        /// The reason.
        reason: String,
    },
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
