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
    /// Features and outcomes of different cases.
    #[error(
        "there are features of {features} cases and outcomes of {outcomes}: give both of the same cases, in the same order"
    )]
    Cases {
        /// The number of cases with features.
        features: usize,
        /// The number of cases with an outcome.
        outcomes: usize,
    },
    /// Too few cases to learn from.
    #[error("{what} needs {needed} cases at least, and there are {found} (with a weight above 0)")]
    TooFewCases {
        /// The model.
        what: &'static str,
        /// The number it needs.
        needed: usize,
        /// The number there is.
        found: usize,
    },
    /// A table without features.
    #[error("there is no feature to learn from; choose at least one")]
    NoFeatures,
    /// A missing value.
    #[error(
        "the case {case} has no value of {feature}{}; leave out such cases or features, or fill them in",
        more(.count, "missing value")
    )]
    Missing {
        /// The feature.
        feature: String,
        /// The first case without a value of it.
        case: String,
        /// The number of missing values of all features.
        count: usize,
    },
    /// An infinite value.
    #[error(
        "the case {case} has an infinite value of {feature}{}; correct such values, or leave out the cases or features",
        more(.count, "infinite value")
    )]
    Infinite {
        /// The feature.
        feature: String,
        /// The first case with an infinite value of it.
        case: String,
        /// The number of infinite values of all features.
        count: usize,
    },
    /// Nothing happened.
    #[error(
        "none of the {cases} cases has an event (with a weight above 0): nothing can be learned; check how events are coded"
    )]
    NoEvents {
        /// The number of cases.
        cases: usize,
    },
    /// Everything happened at once.
    #[error("{} at the time {time}: a model of times needs events at two times at least", match .events { 1 => "there is one event,".to_string(), n => format!("all {n} events happened") })]
    OneEventTime {
        /// When.
        time: f64,
        /// The number of events.
        events: usize,
    },
    /// Features that do not vary.
    #[error("{}: leave out what is the same in all cases", match .features.len() { 1 => format!("{} has one value in all cases", .features[0]), n => format!("{n} features ({}) have one value each in all cases", list(.features)) })]
    Constant {
        /// All of them.
        features: Vec<String>,
    },
    /// A feature that depends on others.
    #[error("{feature} {}: leave out one of them, or penalise", match .on.len() { 0 => "does not vary among cases at risk together".to_string(), _ => format!("is a linear combination of {}", list(.on)) })]
    Dependent {
        /// The feature.
        feature: String,
        /// Those it is a linear combination of.
        on: Vec<String>,
    },
    /// Features whose coefficients have no finite maximum.
    #[error(
        "{} no finite coefficient ({}): they separate the cases with events from the others (or there are too few events for so many features); fit with Firth's penalty, or penalise, or leave them out",
        match .features.len() { 1 => "1 feature has".to_string(), n => format!("{n} features have") },
        list(.features)
    )]
    Separation {
        /// The features.
        features: Vec<String>,
    },
    /// A minimum that was not found.
    #[error("{what} has no finite result: a feature may be far out of scale, or not penalised and separate the cases")]
    NotConverged {
        /// Of what.
        what: &'static str,
    },
    /// A model of the other folds that cannot be fitted, or does not score its fold.
    #[error("without fold {fold} of repeat {repeat}: {source}")]
    Fold {
        /// The fold, from 1.
        fold: usize,
        /// The repeat, from 1.
        repeat: usize,
        /// What the model says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Fewer events, or groups with events, than folds.
    #[error("the number of folds is {folds}: there are fewer {what}: give fewer folds")]
    FewerThanFolds {
        /// The number of folds.
        folds: usize,
        /// What there is too little of.
        what: &'static str,
    },
    /// A name that no model has.
    #[error("there is no model {name}; there are {}", list(.known))]
    UnknownModel {
        /// The name.
        name: String,
        /// Those that are.
        known: Vec<String>,
    },
    /// A step before a model that cannot be learned or applied.
    #[error("the step {name}: {source}")]
    Step {
        /// The step.
        name: String,
        /// What it says.
        source: radsurv_data::LearnerError,
    },
    /// A setting to search that cannot be.
    #[error("{name}: {what}")]
    Space {
        /// The setting.
        name: String,
        /// What is wrong with it.
        what: String,
    },
    /// A candidate whose settings no model can have.
    #[error("the candidate {name}: {source}")]
    Candidate {
        /// The candidate.
        name: String,
        /// What its model says.
        source: radsurv_data::LearnerError,
    },
    /// A search without a winner.
    #[error("none of {candidates} candidates can be compared by {metric}; the first: {reason}")]
    NoCandidate {
        /// Their number.
        candidates: usize,
        /// The measure.
        metric: String,
        /// Why the first of them cannot.
        reason: String,
    },
    /// A case of which it is not known what it belongs to.
    #[error("row {} has no group, and must stay with the cases of its own: give it one, or leave it out", .row + 1)]
    NoGroup {
        /// The row, from 0.
        row: usize,
    },
    /// A model that was fitted for risks only.
    #[error("the model was fitted for risks only, and has no survival curves: fit it with curves")]
    NoCurves,
    /// A case of a stratum that was not fitted.
    #[error("the case {case} has the {column} {value}, and there is no baseline hazard of it; those that were fitted are {}", list(.known))]
    UnknownStratum {
        /// The case.
        case: String,
        /// The column of strata.
        column: String,
        /// Its value.
        value: f64,
        /// The values that were fitted.
        known: Vec<String>,
    },
    /// All cases cannot be learned from, where their model is to be validated.
    #[error("the model of all cases: {source}")]
    Whole {
        /// What the learner says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A metric that all cases do not allow.
    #[error("{metric} cannot be measured of all cases: {why}; leave it out")]
    Metric {
        /// The metric.
        metric: String,
        /// What it says.
        why: String,
    },
    /// Samples none of which can be learned from.
    #[error("none of {samples} samples can be learned from; {why}")]
    Samples {
        /// The number of samples.
        samples: usize,
        /// Why the first cannot.
        why: String,
    },
    /// Models none of which can be ranked.
    #[error("none of {models} models has all values that they are ranked by; {why}")]
    Unranked {
        /// The number of models.
        models: usize,
        /// What the first lacks, and why.
        why: String,
    },
    /// Cases that cannot be predicted, by what is no model of this crate.
    #[error("{0}")]
    Prediction(#[source] radsurv_data::LearnerError),
    /// A setting that cannot be.
    #[error("{name} is {value}: {what}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What to give.
        what: &'static str,
    },
}

impl Error {
    /// Why cases cannot be predicted: an error of this crate as it is.
    pub(crate) fn of_prediction(source: radsurv_data::LearnerError) -> Self {
        source.downcast().map_or_else(Self::Prediction, |own| *own)
    }
}

fn more(count: &usize, what: &str) -> String {
    if *count > 1 { format!(" ({count} {what}s in all)") } else { String::new() }
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
