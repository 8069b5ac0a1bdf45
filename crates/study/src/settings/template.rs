//! A study file to begin with.

/// A study file with every setting, and a comment to each.
///
/// # Example
/// ```
/// use radsurv_study::settings::{StudySettings, template};
/// assert_eq!(StudySettings::from_toml(template(), "study.toml")?.name, "My study");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn template() -> &'static str {
    include_str!("template.toml")
}
