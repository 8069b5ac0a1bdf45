//! Parameter files into [`ExtractorSettings`].

mod classes;
mod document;
mod json;
mod lenient;
mod node;
mod nulls;
mod scalar;
mod section;
mod yaml;

use std::fs;
use std::io;
use std::path::Path;

use super::ExtractorSettings;
use crate::error::{Error, Problem, Result, SettingsError};

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

impl ExtractorSettings {
    /// Reads the text of a parameter file in YAML.
    ///
    /// The text means what it means to PyRadiomics 3.0.1: sections `setting`, `imageType`, `featureClass` and
    /// `voxelSetting`; without `imageType` the original image; without `featureClass` every class, `shape2D` included;
    /// a class without a list of features has all that are not deprecated. Words are those of YAML 1.2, so `yes` is
    /// no switch. A section `radsurv` may list `fixes`, see [`Fix`](super::Fix).
    ///
    /// `source_name` stands for the text in messages.
    ///
    /// # Errors
    /// [`Error::Settings`] with everything that is wrong: text that is not YAML, unknown keys, values of the wrong
    /// kind or out of range, null where PyRadiomics would fail.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::{ExtractorSettings, FeatureClass};
    /// let read = ExtractorSettings::from_yaml_str("setting: {binWidth: 10}\nfeatureClass: {shape: }\n", "text")?;
    /// assert_eq!(read.feature_classes[0].class, FeatureClass::Shape);
    ///
    /// let error = ExtractorSettings::from_yaml_str("setting:\n  binwidth: 10\n", "text").unwrap_err();
    /// assert!(error.to_string().starts_with("text: line 2, column 3: setting.binwidth: "));
    /// assert!(error.to_string().contains("did you mean binWidth?"));
    /// # Ok::<(), radsurv_features::Error>(())
    /// ```
    pub fn from_yaml_str(text: &str, source_name: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let read = yaml::parse(text).map_err(|problem| vec![problem]).and_then(document::read);
        read.map_err(|problems| failed(source_name, problems))
    }

    /// Reads the text of a parameter file in JSON; see [`from_yaml_str`](Self::from_yaml_str). Of a key given twice
    /// the last value counts, as in PyRadiomics, with a notice.
    ///
    /// # Errors
    /// [`Error::Settings`] with everything that is wrong. `NaN` and `Infinity`, which Python reads, are not JSON.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::{Discretisation, ExtractorSettings};
    /// let read = ExtractorSettings::from_json_str(r#"{"setting": {"binCount": 32}}"#, "text")?;
    /// assert_eq!(read.settings.discretisation, Discretisation::Count(32));
    /// # Ok::<(), radsurv_features::Error>(())
    /// ```
    pub fn from_json_str(text: &str, source_name: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let read = json::parse(text).map_err(|problem| vec![problem]).and_then(|(node, notices)| {
            let mut settings = document::read(Some(node))?;
            settings.notices.splice(0..0, notices);
            Ok(settings)
        });
        read.map_err(|problems| failed(source_name, problems))
    }

    /// Reads a parameter file: JSON if its name ends in `.json`, YAML if in `.yaml` or `.yml`. Of any other name, a
    /// text that is a JSON object is JSON and the rest YAML (PyRadiomics refuses other names).
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read, [`Error::Settings`] if it is larger than a megabyte, not UTF-8, or as
    /// [`from_yaml_str`](Self::from_yaml_str) says.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let source_name = path.display().to_string();
        let text = read_text(path).map_err(|source| Error::Io { path: path.to_path_buf(), source })?;
        let text =
            text.map_err(|what| failed(&source_name, vec![Problem { position: None, key: String::new(), what }]))?;
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let is_json = match extension.as_str() {
            "json" => true,
            "yaml" | "yml" => false,
            _ => {
                let start = text.trim_start_matches('\u{feff}').trim_start();
                start.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(start).is_ok()
            }
        };
        if is_json { Self::from_json_str(&text, &source_name) } else { Self::from_yaml_str(&text, &source_name) }
    }
}

/// The text of a file, or what is wrong with its content.
fn read_text(path: &Path) -> io::Result<std::result::Result<String, String>> {
    use io::Read;
    let file = fs::File::open(path)?;
    let mut bytes = Vec::new();
    // One byte more tells a file that is too large from one that just fits, whatever kind of file it is.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Ok(Err("larger than a megabyte, which no parameter file is".to_string()));
    }
    Ok(String::from_utf8(bytes)
        .map_err(|e| format!("not UTF-8 from byte {} on; save it in that encoding", e.utf8_error().valid_up_to() + 1)))
}

fn failed(source_name: &str, problems: Vec<Problem>) -> Error {
    SettingsError { source_name: source_name.to_string(), problems }.into()
}
