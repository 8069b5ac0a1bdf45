//! What can go wrong.

use radsurv_data::list;

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
    /// Values whose squares are beyond the range of numbers.
    #[error("the values of {feature} are too large to be squared; give it in another unit, or its logarithm")]
    TooLarge {
        /// The feature.
        feature: String,
    },
    /// Covariates that are missing, or not what they should be.
    #[error("{name} {what}, in {} case{}: {}", .cases.len(), if .cases.len() == 1 { "" } else { "s" }, list(.cases))]
    Covariate {
        /// The covariate.
        name: String,
        /// What is wrong with it.
        what: String,
        /// The cases.
        cases: Vec<String>,
    },
    /// A covariate that has one value.
    #[error("{name} is the same in all training cases, so there is nothing to preserve; leave it out")]
    ConstantCovariate {
        /// The covariate.
        name: String,
    },
    /// One batch where batches are to be compared.
    #[error("all training cases are in one batch ({batch} is {level}): there is no difference to remove")]
    OneBatch {
        /// The covariate that names the batches.
        batch: String,
        /// The batch.
        level: String,
    },
    /// A reference that is not one of the batches.
    #[error("no training case has {batch} {reference}, which is to be the reference; there are {}", list(.levels))]
    UnknownReference {
        /// The reference.
        reference: String,
        /// The covariate that names the batches.
        batch: String,
        /// The batches.
        levels: Vec<String>,
    },
    /// A covariate that batches and other covariates determine.
    #[error(
        "the covariate {column} is confounded{}: it equals {with}, so their effects cannot be told apart; leave it out, \
         or join groups", .feature.as_ref().map_or(String::new(), |f| format!(" among the cases that have a value of {f}"))
    )]
    Collinear {
        /// The column of the covariate: `age`, `stage: III`.
        column: String,
        /// The sum of batches and other columns that it equals.
        with: String,
        /// The feature whose missing values make it so, if it is not so among all cases.
        feature: Option<String>,
    },
    /// Features with too few values in a batch.
    #[error(
        "{} of the features have fewer than {needed} values in a batch, or no more than there are coefficients: {}; leave \
         them out, or fill in what is missing", .features.len(), list(.features)
    )]
    FewValues {
        /// The number of values that is needed in each batch.
        needed: usize,
        /// The features, with the number of values and the batch.
        features: Vec<String>,
    },
    /// A batch whose features give no prior.
    #[error("empirical Bayes fails in the batch {batch}: {what}; use the method without it (no-eb)")]
    Prior {
        /// The batch.
        batch: String,
        /// Why.
        what: &'static str,
    },
    /// Every feature was dropped.
    #[error(
        "all features still differ between the batches of {batch} after ComBat, so that none is left; keep features that \
         differ, or look at the data: a difference of shape cannot be removed"
    )]
    AllDropped {
        /// The covariate that names the batches.
        batch: String,
    },
    /// Cohorts to be compared that are not of the same cases.
    #[error("the cases before and after are not the same ones in the same order; take the same rows of both")]
    OtherCases,
    /// Missing values where there must be none.
    #[error(
        "{what} needs all values, and {} of the features have missing ones: {}; leave them out, or fill in what is missing",
        .features.len(), list(.features)
    )]
    Incomplete {
        /// The step.
        what: &'static str,
        /// The features.
        features: Vec<String>,
    },
    /// Cases of batches that were not there in training.
    #[error(
        "no training case was in {}, and cases are there now: {}; fit again with cases of it, leave them out, or say what \
         to do with an unseen batch (pass or estimate)", list(.batches), list(.cases)
    )]
    UnseenBatch {
        /// The batches.
        batches: Vec<String>,
        /// The cases.
        cases: Vec<String>,
    },
    /// Fewer than two readings where readings are to be compared.
    #[error("{found} table where readings are to be compared; give two or more of the same cases")]
    TooFewReadings {
        /// The number of readings.
        found: usize,
    },
    /// Nothing that is in all readings.
    #[error(
        "no {what} is in all of {}; {}", list(.names),
        .names.iter().zip(.examples).map(|(n, e)| format!("{n} begins with {e:?}")).collect::<Vec<_>>().join(", ")
    )]
    NoCommon {
        /// Case or feature.
        what: &'static str,
        /// The names of the readings.
        names: Vec<String>,
        /// The first case or feature of each.
        examples: Vec<String>,
    },
    /// Features with missing values where there must be none.
    #[error(
        "{} of the features have missing values: {}; leave them out, fill the values in, or take each pair of features over \
         the cases that have both (pairwise)", .features.len(), list(.features)
    )]
    MissingValues {
        /// Their names.
        features: Vec<String>,
    },
    /// Features without a score.
    #[error("{} of the features have no score: {}", .features.len(), list(.features))]
    NoScore {
        /// Their names.
        features: Vec<String>,
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

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
