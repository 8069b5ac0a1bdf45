//! The six forms of the intraclass correlation.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A form of the intraclass correlation; see the [module](super) for what each means.
///
/// # Example
/// ```
/// use radsurv_harmonize::icc::IccForm;
/// assert_eq!(IccForm::parse("icc2k"), Some(IccForm::Icc2k));
/// assert_eq!(IccForm::Icc2.mcgraw_wong(), "ICC(A,1)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IccForm {
    /// (1,1): one reading, one-way.
    Icc1,
    /// (2,1): one reading, two-way, absolute agreement.
    #[default]
    Icc2,
    /// (3,1): one reading, two-way, consistency.
    Icc3,
    /// (1,k): the mean of the readings, one-way.
    Icc1k,
    /// (2,k): the mean of the readings, two-way, absolute agreement.
    Icc2k,
    /// (3,k): the mean of the readings, two-way, consistency.
    Icc3k,
}

impl IccForm {
    /// All forms, in the order of psych's table.
    pub const ALL: [Self; 6] = [Self::Icc1, Self::Icc2, Self::Icc3, Self::Icc1k, Self::Icc2k, Self::Icc3k];

    /// The name in options and files: `icc2k`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Icc1 => "icc1",
            Self::Icc2 => "icc2",
            Self::Icc3 => "icc3",
            Self::Icc1k => "icc1k",
            Self::Icc2k => "icc2k",
            Self::Icc3k => "icc3k",
        }
    }

    /// The form of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Shrout and Fleiss' name: `ICC(2,k)`.
    pub const fn shrout_fleiss(self) -> &'static str {
        match self {
            Self::Icc1 => "ICC(1,1)",
            Self::Icc2 => "ICC(2,1)",
            Self::Icc3 => "ICC(3,1)",
            Self::Icc1k => "ICC(1,k)",
            Self::Icc2k => "ICC(2,k)",
            Self::Icc3k => "ICC(3,k)",
        }
    }

    /// McGraw and Wong's name, A for absolute agreement and C for consistency: `ICC(A,k)`.
    pub const fn mcgraw_wong(self) -> &'static str {
        match self {
            Self::Icc1 => "ICC(1)",
            Self::Icc2 => "ICC(A,1)",
            Self::Icc3 => "ICC(C,1)",
            Self::Icc1k => "ICC(k)",
            Self::Icc2k => "ICC(A,k)",
            Self::Icc3k => "ICC(C,k)",
        }
    }
}

impl fmt::Display for IccForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_saved_alike() {
        for form in IccForm::ALL {
            assert_eq!(IccForm::parse(form.name()), Some(form));
            assert_eq!(serde_json::to_string(&form).unwrap(), format!("\"{form}\""));
        }
        assert_eq!(IccForm::parse("ICC2"), None);
    }
}
