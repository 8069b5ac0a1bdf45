//! Follow-up of cases: when, and whether the event happened.

use crate::error::{Error, Result};
use crate::number;

/// For each case the time it was followed and whether the event ended it (*t*, *delta*), right-censored; optionally the time
/// from which it was under observation (left truncation, late entry) and how much it counts.
///
/// A case is at risk at the times *t* with *entry < t <= time*, as in R's `Surv(entry, time, event)`; without entry times
/// from the beginning on. The unit of time is that of the table.
///
/// Times are finite and not negative. A time of 0 is allowed, because real tables have them (death on the day of
/// diagnosis): [`zero_times`](Self::zero_times) counts them, so that programs can warn.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// let outcome = Survival::new(vec![5.0, 8.0, 3.0], vec![true, false, true])?;
/// assert_eq!((outcome.len(), outcome.events()), (3, 2));
/// let training = outcome.rows(&[2, 0]);
/// assert_eq!(training.times(), [3.0, 5.0]);
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survival {
    times: Vec<f64>,
    event: Vec<bool>,
    entry: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
}

impl Survival {
    /// Times and whether each ended with the event.
    ///
    /// # Errors
    /// [`Error::Length`] if they differ in number, [`Error::Outcome`] at a time that is missing, infinite or negative.
    pub fn new(times: Vec<f64>, event: Vec<bool>) -> Result<Self> {
        same_length("event", event.len(), times.len())?;
        for (row, &time) in times.iter().enumerate() {
            let what = match time {
                t if t.is_nan() => "has no time; leave the case out",
                t if t.is_infinite() => "has an infinite time; give the time it was followed",
                t if t < 0.0 => "has a negative time; count from the beginning of its follow-up",
                _ => continue,
            };
            return Err(Error::Outcome { row, id: None, what: what.to_string() });
        }
        Ok(Self { times, event, entry: None, weights: None })
    }

    /// The same, with the time at which each case came under observation.
    ///
    /// # Errors
    /// [`Error::Length`], or [`Error::Outcome`] at an entry that is missing, negative, or not before the time.
    pub fn with_entry(mut self, entry: Vec<f64>) -> Result<Self> {
        same_length("entry", entry.len(), self.times.len())?;
        for (row, (&entry, &time)) in entry.iter().zip(&self.times).enumerate() {
            if !(0.0..time).contains(&entry) {
                let what = format!("enters at {entry} and leaves at {time}; it must enter before, and not before 0");
                return Err(Error::Outcome { row, id: None, what });
            }
        }
        self.entry = Some(entry);
        Ok(self)
    }

    /// The same, with a weight for each case. A weight of 0 leaves the case out of everything.
    ///
    /// # Errors
    /// [`Error::Length`], or [`Error::Outcome`] at a weight that is missing, infinite or negative.
    pub fn with_weights(mut self, weights: Vec<f64>) -> Result<Self> {
        same_length("weight", weights.len(), self.times.len())?;
        if let Some(row) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
            let what = format!("has the weight {}; give a number of at least 0", weights[row]);
            return Err(Error::Outcome { row, id: None, what });
        }
        self.weights = Some(weights);
        Ok(self)
    }

    /// The outcome in two columns of text. Events are `1` or `0`, `true` or `false`; both columns are named in messages.
    ///
    /// # Errors
    /// As [`new`](Self::new), naming the case; [`Error::Outcome`] at a time that is no number and at an event that is
    /// neither, among them the 1 and 2 of some R data sets (2 is the event there).
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Survival;
    /// let ids = ["P1", "P2"];
    /// let outcome = Survival::parse(&ids, ("months", &["12", "7.5"]), ("dead", &["0", "1"]))?;
    /// assert_eq!(outcome.event(), [false, true]);
    /// let coded = Survival::parse(&ids, ("months", &["12", "7.5"]), ("status", &["1", "2"])).unwrap_err();
    /// assert!(coded.to_string().contains("recode 2 as 1 and 1 as 0"));
    /// # Ok::<(), radsurv_data::Error>(())
    /// ```
    pub fn parse<S: AsRef<str>>(ids: &[S], time: (&str, &[S]), event: (&str, &[S])) -> Result<Self> {
        same_length(time.0, time.1.len(), ids.len())?;
        same_length(event.0, event.1.len(), ids.len())?;
        let at = |row: usize, what: String| Error::Outcome { row, id: Some(ids[row].as_ref().to_string()), what };
        let two = event.1.iter().any(|cell| number::parse(cell.as_ref()) == Some(2.0));
        let (mut times, mut events) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
        for (row, (t, e)) in time.1.iter().zip(event.1).enumerate() {
            let (t, e) = (t.as_ref(), e.as_ref());
            let value =
                number::parse(t).ok_or_else(|| at(row, format!("has the {} {t:?}, which is no number", time.0)))?;
            times.push(value);
            events.push(match e.trim() {
                "true" | "TRUE" | "True" => true,
                "false" | "FALSE" | "False" => false,
                text => match number::parse(text) {
                    _ if two => {
                        let what = format!(
                            "has the {} {text:?}, and the column has 2 as well: events are 1 and 0 here; if 2 is the event \
                             and 1 censored, as in some data sets of R, recode 2 as 1 and 1 as 0; several kinds of events \
                             (competing risks) are not supported",
                            event.0
                        );
                        return Err(at(row, what));
                    }
                    Some(0.0) => false,
                    Some(1.0) => true,
                    Some(v) if v.is_nan() => {
                        return Err(at(row, format!("has no {}; leave the case out", event.0)));
                    }
                    _ => {
                        let what = format!("has the {} {text:?}: give 1 for an event and 0 for a censored time", event.0);
                        return Err(at(row, what));
                    }
                },
            });
        }
        Self::new(times, events).map_err(|error| match error {
            Error::Outcome { row, what, .. } => at(row, format!("{what} (column {})", time.0)),
            other => other,
        })
    }

    /// The number of cases.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is no case.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The time each case was followed.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Whether the event happened to each case at its time; else it is censored there.
    pub fn event(&self) -> &[bool] {
        &self.event
    }

    /// When each case came under observation, if not all did at the beginning.
    pub fn entry(&self) -> Option<&[f64]> {
        self.entry.as_deref()
    }

    /// How much each case counts, if they do not count the same.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// How much a case counts.
    ///
    /// # Panics
    /// If the case is not there.
    pub fn weight(&self, case: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[case])
    }

    /// The number of events.
    pub fn events(&self) -> usize {
        self.event.iter().filter(|e| **e).count()
    }

    /// The number of cases with a time of 0.
    pub fn zero_times(&self) -> usize {
        self.times.iter().filter(|t| **t == 0.0).count()
    }

    /// The times at which events happened, ascending, each once. Those of cases with a weight of 0 are not among them.
    pub fn event_times(&self) -> Vec<f64> {
        let happened = (0..self.len()).filter(|&i| self.event[i] && self.weight(i) > 0.0);
        let mut times: Vec<f64> = happened.map(|i| self.times[i]).collect();
        times.sort_unstable_by(f64::total_cmp);
        times.dedup();
        times
    }

    /// Some cases, in the order asked for: a training set, a fold.
    ///
    /// # Panics
    /// If a case is not there.
    pub fn rows(&self, cases: &[usize]) -> Self {
        let some = |values: &[f64]| cases.iter().map(|&i| values[i]).collect::<Vec<f64>>();
        Self {
            times: some(&self.times),
            event: cases.iter().map(|&i| self.event[i]).collect(),
            entry: self.entry.as_deref().map(some),
            weights: self.weights.as_deref().map(some),
        }
    }
}

fn same_length(column: &str, found: usize, expected: usize) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::Length { column: column.to_string(), found, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_times_are_named() {
        let message = |times: &[f64]| Survival::new(times.to_vec(), vec![true; times.len()]).unwrap_err().to_string();
        assert_eq!(message(&[1.0, f64::NAN]), "row 2 has no time; leave the case out");
        assert!(message(&[f64::INFINITY]).contains("infinite"));
        assert!(message(&[1.0, 2.0, -1.0]).starts_with("row 3 has a negative time"));
        assert!(Survival::new(vec![1.0], vec![]).is_err());
        assert_eq!(Survival::new(vec![0.0, 1.0], vec![true, false]).unwrap().zero_times(), 1);
    }

    #[test]
    fn entries_and_weights_are_checked_and_follow_their_rows() {
        let outcome = Survival::new(vec![3.0, 1.0, 2.0], vec![true, true, false]).unwrap();
        assert!(
            outcome.clone().with_entry(vec![0.0, 1.0, 0.0]).unwrap_err().to_string().starts_with("row 2 enters at 1")
        );
        assert!(outcome.clone().with_entry(vec![0.0, -1.0, 0.0]).is_err());
        assert!(outcome.clone().with_weights(vec![1.0, f64::NAN, 1.0]).is_err());
        let full = outcome.with_entry(vec![0.5, 0.0, 1.0]).unwrap().with_weights(vec![1.0, 0.0, 2.0]).unwrap();
        assert_eq!(full.event_times(), [3.0]);
        let part = full.rows(&[2, 0]);
        assert_eq!((part.entry().unwrap(), part.weights().unwrap()), (&[1.0, 0.5][..], &[2.0, 1.0][..]));
        assert_eq!((part.weight(0), part.events()), (2.0, 1));
    }

    #[test]
    fn columns_that_are_no_outcome_are_explained() {
        let ids = ["A", "B"];
        let message =
            |t: [&str; 2], e: [&str; 2]| Survival::parse(&ids, ("months", &t), ("dead", &e)).unwrap_err().to_string();
        assert_eq!(message(["1", "x"], ["0", "1"]), "the case B (row 2) has the months \"x\", which is no number");
        assert!(message(["1", ""], ["0", "1"]).contains("has no time; leave the case out (column months)"));
        assert!(message(["1", "2"], ["0", ""]).contains("has no dead"));
        assert!(message(["1", "2"], ["0", "alive"]).contains("give 1 for an event"));
        assert!(message(["1", "2"], ["0", "3"]).contains("give 1 for an event"));
        assert!(message(["1", "2"], ["0", "2"]).contains("competing risks"));
        let words = Survival::parse(&ids, ("m", &["1", "2"]), ("d", &["TRUE", "False"])).unwrap();
        assert_eq!(words.event(), [true, false]);
    }
}
