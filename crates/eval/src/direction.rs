//! Whether survival was given where risk is asked.

/// A remark if a measure of discrimination is clearly below one half: by its upper confidence limit, or below 0.4 where there
/// is none. None else.
///
/// # Example
/// ```
/// let note = radsurv_eval::direction::note("AUC(60)", 0.13, Some(0.2)).unwrap();
/// assert!(note.contains("AUC(60) is 0.130") && note.contains("1 - survival"));
/// assert_eq!(radsurv_eval::direction::note("AUC(60)", 0.45, Some(0.55)), None);
/// ```
pub fn note(name: &str, estimate: f64, upper: Option<f64>) -> Option<String> {
    let below = upper.map_or(estimate < 0.4, |upper| upper < 0.5);
    below.then(|| {
        format!(
            "{name} is {estimate:.3}, clearly below 0.5: those with higher values had the event later. Risks are asked, higher is \
             worse; if these are survival probabilities, predicted times or values of a protective marker, give 1 - survival or \
             the negative, and the measure is 1 less this one"
        )
    })
}
