//! What all measures ask of predictions and times.

use radsurv_data::{MetricError, Predictions, Survival, number};
use radsurv_stats::nonparametric::KaplanMeier;

use crate::error::{Error, Result};

/// Checks that there is a finite score for each case, and that they are not all the same.
///
/// # Errors
/// [`Error::Cases`], [`Error::NotFinite`], [`Error::Constant`].
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// let outcome = Survival::new(vec![2.0, 5.0], vec![true, false])?;
/// radsurv_eval::input::check_marker("risk", &[0.3, -1.2], &outcome)?;
/// assert!(radsurv_eval::input::check_marker("risk", &[1.0, 1.0], &outcome).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_marker(what: &'static str, marker: &[f64], outcome: &Survival) -> Result<()> {
    match check_scores(what, marker, outcome)? {
        Scores::Same(value) => Err(Error::Constant { what, value }),
        Scores::Differ => Ok(()),
    }
}

/// Whether scores tell cases apart.
pub(crate) enum Scores {
    /// They do.
    Differ,
    /// All are this one: as a model that found nothing predicts.
    Same(f64),
}

/// The same for measures of which scores that are all the same have a value: that of not knowing anything.
///
/// # Errors
/// As [`check_marker`], without [`Error::Constant`].
pub(crate) fn check_scores(what: &'static str, scores: &[f64], outcome: &Survival) -> Result<Scores> {
    same_cases(what, scores.len(), outcome)?;
    if let Some(row) = scores.iter().position(|m| !m.is_finite()) {
        let count = scores.iter().filter(|m| !m.is_finite()).count();
        return Err(Error::NotFinite { what, row, value: scores[row], count });
    }
    Ok(match scores {
        [first, rest @ ..] if rest.iter().all(|m| m == first) => Scores::Same(*first),
        _ => Scores::Differ,
    })
}

/// Checks that there is a probability for each case.
///
/// # Errors
/// [`Error::Cases`], [`Error::NotFinite`], [`Error::NotProbability`].
pub fn check_probabilities(what: &'static str, probabilities: &[f64], outcome: &Survival) -> Result<()> {
    same_cases(what, probabilities.len(), outcome)?;
    let first = |bad: fn(&f64) -> bool| {
        let row = probabilities.iter().position(bad)?;
        Some((row, probabilities[row], probabilities.iter().filter(|p| bad(p)).count()))
    };
    if let Some((row, value, count)) = first(|p| !p.is_finite()) {
        return Err(Error::NotFinite { what, row, value, count });
    }
    match first(|p| !(0.0..=1.0).contains(p)) {
        Some((row, value, count)) => Err(Error::NotProbability { what, row, value, count }),
        None => Ok(()),
    }
}

/// Checks that something happened until a time, and that somebody is followed for longer.
///
/// # Errors
/// [`Error::Time`] with the usable range.
pub fn check_time(time: f64, outcome: &Survival) -> Result<()> {
    let counted = || (0..outcome.len()).filter(|&i| outcome.weight(i) > 0.0);
    let times = outcome.times();
    let first = counted().filter(|&i| outcome.event()[i]).map(|i| times[i]).fold(f64::INFINITY, f64::min);
    let last = counted().map(|i| times[i]).fold(f64::NEG_INFINITY, f64::max);
    let why = match time {
        t if !t.is_finite() => "nothing can be measured, as it is no number",
        _ if first.is_infinite() => "there is no case with an event",
        t if t < first => "no event has happened yet",
        t if t >= last => "nobody is followed for longer",
        _ => return Ok(()),
    };
    Err(Error::Time { time, why, first, last })
}

/// Refuses weights of cases and late entry, for methods that do not take them.
///
/// # Errors
/// [`Error::Stats`] that names the method.
pub fn check_plain(method: &'static str, outcome: &Survival) -> Result<()> {
    let what = match (outcome.weights(), outcome.entry()) {
        (None, None) => return Ok(()),
        (Some(_), _) => "weights of cases: give rows as often as they count",
        (None, Some(_)) => "late entry: leave it out, or take cases from the beginning",
    };
    Err(Error::Stats(radsurv_stats::Error::Unsupported { method, what }))
}

/// Checks that more events happened where higher probabilities of an event were predicted, or nearly so: it is an error only
/// if the half with the lower predictions has more events until the time by more than three standard errors (of the
/// difference of two Kaplan-Meier estimates), or if all of that half had it and nobody of the other, of six cases or more
/// each. Probabilities of survival of any useful model are recognised by it.
///
/// # Errors
/// [`Error::Direction`].
pub fn check_direction(time: f64, event_probability: &[f64], outcome: &Survival) -> Result<()> {
    let mut order: Vec<usize> = (0..event_probability.len()).filter(|&i| outcome.weight(i) > 0.0).collect();
    order.sort_by(|&a, &b| event_probability[a].total_cmp(&event_probability[b]));
    let Some(&middle) = order.get(order.len() / 2) else { return Ok(()) };
    // Cases of the same prediction stay together.
    let lower = order.partition_point(|&i| event_probability[i] < event_probability[middle]);
    let (lower, higher) = order.split_at(lower);
    if lower.len() < 2 || higher.len() < 2 {
        return Ok(());
    }
    let few = lower.len().min(higher.len());
    let [lower, higher] =
        [KaplanMeier::of(&outcome.rows(lower))?.at(time), KaplanMeier::of(&outcome.rows(higher))?.at(time)];
    // Where nobody survives there is no standard error.
    let [a, b] = [lower, higher].map(|at| if at.std_error.is_nan() { 0.0 } else { at.std_error });
    let error = a.hypot(b);
    // All of the one half and none of the other: by chance in one of 924 of six cases each.
    let clear = error > 0.0 || few >= 6;
    if higher.survival - lower.survival > 3.0 * error && clear {
        let [in_lower, in_higher] = [1.0 - lower.survival, 1.0 - higher.survival];
        return Err(Error::Direction { time, in_lower, in_higher });
    }
    Ok(())
}

/// The probability of each case to have the event until a time, or what is missing.
pub(crate) fn event_probability(predictions: &Predictions, time: f64) -> std::result::Result<Vec<f64>, MetricError> {
    predictions
        .event_probability(time)
        .ok_or_else(|| format!("the predictions have no survival at the time {}", number::format(time)).into())
}

fn same_cases(what: &'static str, found: usize, outcome: &Survival) -> Result<()> {
    let outcomes = outcome.len();
    if found == outcomes { Ok(()) } else { Err(Error::Cases { what, found, outcomes }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Survival {
        Survival::new(vec![2.0, 5.0, 3.0], vec![true, false, false]).unwrap()
    }

    #[test]
    fn bad_predictions_are_named() {
        let message = |p: &[f64]| check_probabilities("event probability", p, &outcome()).unwrap_err().to_string();
        assert!(message(&[0.1]).contains("of 1 cases and outcomes of 3"));
        assert!(message(&[0.1, f64::NAN, 0.2]).contains("row 2 is NaN"));
        assert!(message(&[0.1, 12.0, 50.0]).contains("row 2 is 12") && message(&[0.1, 12.0, 50.0]).contains("(2 such"));
    }

    #[test]
    fn times_outside_follow_up_say_the_usable_range() {
        let message = |t| check_time(t, &outcome()).unwrap_err().to_string();
        assert!(message(1.0).contains("no event has happened yet; usable times are from 2 to below 5"));
        assert!(message(5.0).contains("nobody is followed for longer"));
        assert!(message(f64::NAN).contains("no number"));
        assert!(check_time(2.0, &outcome()).is_ok());
        let nothing = Survival::new(vec![1.0], vec![false]).unwrap();
        assert!(check_time(0.5, &nothing).unwrap_err().to_string().contains("no case with an event"));
    }
}
