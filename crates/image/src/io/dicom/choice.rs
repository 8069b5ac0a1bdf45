//! Which series of several.

use std::fmt;
use std::str::FromStr;

use super::scan::Series;

/// Which series of a folder to read.
///
/// From text: a whole number is a series number, digits with dots a UID, anything else a description. A description
/// fits if it occurs in that of the series, without regard to case; with `*` or `?` it is a pattern for the whole.
///
/// # Example
/// ```
/// use radsurv_image::io::dicom::SeriesChoice;
/// assert_eq!("5".parse(), Ok(SeriesChoice::Number(5)));
/// assert_eq!("1.2.840.5".parse(), Ok(SeriesChoice::Uid("1.2.840.5".into())));
/// assert_eq!("t1*axial".parse(), Ok(SeriesChoice::Description("t1*axial".into())));
/// assert_eq!("".parse(), Ok(SeriesChoice::Only));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SeriesChoice {
    /// The only one there is.
    #[default]
    Only,
    /// The one with this Series Instance UID.
    Uid(String),
    /// The one with this Series Number.
    Number(i64),
    /// The one with this description, or part of it, or a pattern.
    Description(String),
}

impl SeriesChoice {
    pub(super) fn fits(&self, series: &Series) -> bool {
        match self {
            Self::Only => true,
            Self::Uid(uid) => series.uid == *uid,
            Self::Number(number) => series.number == Some(*number),
            Self::Description(wanted) => describes(wanted, &series.description),
        }
    }
}

impl FromStr for SeriesChoice {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::Only);
        }
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        let uid = text.contains('.') && text.bytes().all(|b| b == b'.' || b.is_ascii_digit());
        Ok(if uid { Self::Uid(text.to_string()) } else { Self::Description(text.to_string()) })
    }
}

impl fmt::Display for SeriesChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only => f.write_str("the only series"),
            Self::Uid(uid) => write!(f, "UID {uid}"),
            Self::Number(number) => write!(f, "series number {number}"),
            Self::Description(text) => write!(f, "description \"{text}\""),
        }
    }
}

pub(super) fn describes(wanted: &str, description: &str) -> bool {
    let (wanted, description) = (wanted.to_lowercase(), description.to_lowercase());
    if !wanted.contains(['*', '?']) {
        return description.contains(&wanted);
    }
    // Wildcards: on a mismatch go back to the last star and let it swallow one more.
    let (pattern, text): (Vec<char>, Vec<char>) = (wanted.chars().collect(), description.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, from)) => {
                    *from += 1;
                    (p, t) = (*at + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::describes;

    #[test]
    fn descriptions_by_part_and_by_pattern() {
        assert!(describes("T1", "ax t1 tse"));
        assert!(describes("*t1*", "ax t1 tse"));
        assert!(describes("ax*t?e", "ax t1 tse"));
        assert!(!describes("t1*", "ax t1 tse"));
        assert!(!describes("ax*?x", "ax t1 tse"));
        assert!(describes("*", ""));
    }
}
