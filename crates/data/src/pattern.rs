//! Columns chosen by a regular expression.

use std::collections::HashSet;

use regex::Regex;

use crate::error::{Error, Result};

/// A regular expression over names of columns. It matches anywhere in a name unless it is anchored (`^`, `$`), and
/// capitals count unless it begins with `(?i)`. The syntax is that of the [regex](https://docs.rs/regex) crate.
///
/// # Example
/// ```
/// use radsurv_data::Pattern;
/// let names = ["age", "original_glcm_Contrast", "wavelet-LLH_glcm_Contrast", "original_shape_Flatness"].map(String::from);
/// assert_eq!(Pattern::new("^original_")?.choose(&names)?, ["original_glcm_Contrast", "original_shape_Flatness"]);
///
/// let error = Pattern::new("GLCM_Contrast$")?.choose(&names).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "no column matches GLCM_Contrast$; near it are original_glcm_Contrast, wavelet-LLH_glcm_Contrast"
/// );
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// A pattern.
    ///
    /// # Errors
    /// [`Error::Pattern`] if the text is no regular expression, or one too large.
    pub fn new(text: &str) -> Result<Self> {
        Regex::new(text).map(Self).map_err(|error| {
            // The parser draws the place over several lines; its last says what is wrong.
            let what = error.to_string();
            let what = what.rsplit("error: ").next().unwrap_or(&what).trim().to_string();
            Error::Pattern { pattern: text.to_string(), what }
        })
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it matches a name.
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// The names that match, in their order.
    ///
    /// # Errors
    /// [`Error::NoMatch`] if there is none, with names that are near.
    pub fn choose<'a, N: AsRef<str>>(&self, names: &'a [N]) -> Result<Vec<&'a str>> {
        let chosen: Vec<&str> = names.iter().map(AsRef::as_ref).filter(|n| self.matches(n)).collect();
        if chosen.is_empty() {
            let near = near(self.as_str(), names.iter().map(AsRef::as_ref));
            return Err(Error::NoMatch { pattern: self.as_str().to_string(), near });
        }
        Ok(chosen)
    }
}

/// At most five names that share half of the pattern's trigrams or more, the nearest first.
fn near<'a>(pattern: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted = trigrams(pattern);
    let shared = |name: &str| wanted.intersection(&trigrams(name)).count();
    let mut scored: Vec<(usize, &str)> = names.map(|name| (shared(name), name)).collect();
    scored.retain(|(score, _)| 2 * score >= wanted.len().max(1));
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.iter().take(5).map(|(_, name)| name.to_string()).collect()
}

/// The sequences of three letters or digits, without regard to capitals and to what is in between.
fn trigrams(text: &str) -> HashSet<[char; 3]> {
    let plain: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    plain.windows(3).map(|w| [w[0], w[1], w[2]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_pattern_is_one_line() {
        let message = |text: &str| Pattern::new(text).unwrap_err().to_string();
        assert_eq!(message("glcm_(Con"), "\"glcm_(Con\" is no regular expression: unclosed group");
        assert!(message("a{1000}{1000}{1000}").contains("size limit"));
    }

    #[test]
    fn near_names_are_few_and_the_nearest_first() {
        let names: Vec<String> = (0..100).map(|i| format!("wavelet_glcm_Contrast{i}")).collect();
        let error = |text: &str| Pattern::new(text).unwrap().choose(&names).unwrap_err();
        let Error::NoMatch { near, .. } = error("glcm_Contrst7$") else { panic!() };
        assert_eq!(near.len(), 5);
        assert_eq!(near[0], "wavelet_glcm_Contrast7");
        assert_eq!(error("^$").to_string(), "no column matches ^$");
    }
}
