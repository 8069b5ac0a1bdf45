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
    /// Predictions and outcomes of different cases.
    #[error(
        "there are {what} of {found} cases and outcomes of {outcomes}: give both of the same cases, in the same order"
    )]
    Cases {
        /// What was predicted.
        what: &'static str,
        /// The number of cases with it.
        found: usize,
        /// The number of cases with an outcome.
        outcomes: usize,
    },
    /// A prediction that is missing or infinite.
    #[error(
        "the {what} of row {} is {value}: leave out cases without a prediction, or correct it ({count} such rows in all)",
        .row + 1
    )]
    NotFinite {
        /// What was predicted.
        what: &'static str,
        /// The first such row, from 0.
        row: usize,
        /// Its value.
        value: f64,
        /// The number of such rows.
        count: usize,
    },
    /// A prediction that should be a probability.
    #[error(
        "the {what} of row {} is {value}, and a probability is between 0 and 1: give probabilities, not scores or percentages ({count} such rows in all)",
        .row + 1
    )]
    NotProbability {
        /// What was predicted.
        what: &'static str,
        /// The first such row, from 0.
        row: usize,
        /// Its value.
        value: f64,
        /// The number of such rows.
        count: usize,
    },
    /// A marker that is the same in all cases.
    #[error("the {what} is {value} in all cases: it tells none of them apart")]
    Constant {
        /// What was predicted.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A time at which nothing can be said.
    #[error("at the time {time} {why}; usable times are from {first} to below {last}")]
    Time {
        /// The time asked for.
        time: f64,
        /// What is wrong with it.
        why: &'static str,
        /// The first usable time: the first event.
        first: f64,
        /// Times must be below this one: the end of follow-up.
        last: f64,
    },
    /// Cases of whom none is followed until a time.
    #[error(
        "of the cases {what} none is followed until the time {time}, so that it is not known how many have the event by then: take an earlier time, larger groups, or weights for censoring where they are offered"
    )]
    NotFollowed {
        /// Which cases.
        what: &'static str,
        /// The time.
        time: f64,
    },
    /// Cases that there are none of.
    #[error("there is no case {what} at the time {time}")]
    Nobody {
        /// Which cases.
        what: &'static str,
        /// The time.
        time: f64,
    },
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
    /// Probabilities of survival where those of an event are asked for.
    #[error(
        "until the time {time} the half of the cases with the lower event probabilities has more events ({in_lower:.3} by \
         Kaplan and Meier) than the half with the higher ones ({in_higher:.3}), by far more than chance: these look like \
         probabilities of survival; give 1 less these, the probabilities of an event. If they are, the predictions are the \
         wrong way round"
    )]
    Direction {
        /// The time.
        time: f64,
        /// The observed probability of an event where lower ones were predicted.
        in_lower: f64,
        /// The observed probability of an event where higher ones were predicted.
        in_higher: f64,
    },
    /// A group of cases of which something cannot be computed.
    #[error("group {number} of {count} ({cases} cases) {what}")]
    Group {
        /// Which group, from 1.
        number: usize,
        /// The number of groups.
        count: usize,
        /// The number of its cases.
        cases: usize,
        /// What is wrong with it and what to do.
        what: String,
    },
    /// A model that cannot be drawn as a nomogram.
    #[error("no nomogram of this model: {what}")]
    Nomogram {
        /// What is wrong with it and what to do.
        what: String,
    },
    /// Names that are not there.
    #[error("{} not known: {}; there are {}", .what, list(.missing), list(.known))]
    Unknown {
        /// What they should be names of.
        what: &'static str,
        /// Those not there.
        missing: Vec<String>,
        /// Those there are.
        known: Vec<String>,
    },
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
