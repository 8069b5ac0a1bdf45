//! Names in messages.

/// Names for a message: the first twenty, and how many more there are.
///
/// # Example
/// ```
/// use radsurv_data::list;
/// assert_eq!(list(&["a", "b"]), "a, b");
/// let many: Vec<String> = (1..=23).map(|i| i.to_string()).collect();
/// assert!(list(&many).ends_with("19, 20 and 3 more"));
/// ```
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 20;
    let shown = names.iter().take(SHOWN).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
