//! Fitted models as JSON files that say what they are: [`Saved`] models have a [`Format`].

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::fs::write_atomic;

/// What a saved model begins with: `{"format": ..., "version": ..., ...}`.
///
/// # Example
/// ```
/// use radsurv_data::saved::Format;
/// const FORMAT: Format = Format { name: "radsurv-example", version: 1 };
/// let text = FORMAT.to_json(&vec![("slope", 2.5)].into_iter().collect::<std::collections::BTreeMap<_, _>>())?;
/// assert!(text.contains("\"version\": 1"));
/// let back: std::collections::BTreeMap<String, f64> = FORMAT.from_json(&text, "m.json")?;
/// assert_eq!(back["slope"], 2.5);
///
/// let newer = text.replace("\"version\": 1", "\"version\": 2");
/// let error = FORMAT.from_json::<std::collections::BTreeMap<String, f64>>(&newer, "m.json").unwrap_err();
/// assert!(error.to_string().starts_with("m.json: it has version 2 of radsurv-example"));
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// What the model is: `radsurv-combat`.
    pub name: &'static str,
    /// The version of the layout. A program reads its own version only.
    pub version: u32,
}

impl Format {
    /// A model as JSON. The model must be written as a JSON object.
    ///
    /// # Errors
    /// [`Error::Saved`] if it is not, or cannot be written: a map with keys that are no text.
    pub fn to_json<T: Serialize>(&self, model: &T) -> Result<String> {
        let bad = |what: String| Error::Saved { file: format!("the {} model", self.name), what };
        let model = serde_json::to_value(model).map_err(|e| bad(e.to_string()))?;
        let serde_json::Value::Object(fields) = model else {
            return Err(bad("it is not written as an object".to_string()));
        };
        let mut saved = serde_json::Map::new();
        saved.insert("format".to_string(), self.name.into());
        saved.insert("version".to_string(), self.version.into());
        saved.extend(fields);
        serde_json::to_string_pretty(&saved).map_err(|e| bad(e.to_string()))
    }

    /// A model from JSON. `file` stands for it in messages.
    ///
    /// # Errors
    /// [`Error::Saved`] if the text is not JSON, of another format or version, or lacks something.
    pub fn from_json<T: DeserializeOwned>(&self, text: &str, file: &str) -> Result<T> {
        let bad = |what: String| Error::Saved { file: file.to_string(), what };
        let mut json: serde_json::Value = serde_json::from_str(text).map_err(|e| bad(e.to_string()))?;
        // Format and version are looked at first: another one may have other fields.
        let found = json.get("format").and_then(|f| f.as_str());
        if found != Some(self.name) {
            let found = found.map_or("no format".to_string(), |f| format!("the format {f}"));
            return Err(bad(format!("it has {found} where {} is expected", self.name)));
        }
        match json.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version == u64::from(self.version) => {}
            Some(version) => {
                return Err(bad(format!(
                    "it has version {version} of {}, this program reads version {}; use the program that wrote it",
                    self.name, self.version
                )));
            }
            None => return Err(bad("it has no version number".to_string())),
        }
        if let Some(fields) = json.as_object_mut() {
            fields.remove("format");
            fields.remove("version");
        }
        serde_json::from_value(json).map_err(|e| bad(e.to_string()))
    }

    /// Saves a model as a file, whole or not at all.
    ///
    /// # Errors
    /// As [`to_json`](Self::to_json); [`Error::Io`] if the file cannot be written.
    pub fn save<T: Serialize>(&self, model: &T, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let text = self.to_json(model)?;
        write_atomic(path, |out| writeln!(out, "{text}"))
            .map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }

    /// Loads a model from a file.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read, and as [`from_json`](Self::from_json).
    pub fn load<T: DeserializeOwned>(&self, path: impl AsRef<Path>) -> Result<T> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_path_buf(), source })?;
        self.from_json(&text, &path.display().to_string())
    }
}

/// A fitted model that is saved as a JSON file, without patient data.
///
/// A model says what its format is, and what must hold of its parts that serde cannot see; saving and loading are then the
/// same for all.
///
/// # Example
/// ```
/// use radsurv_data::saved::{Format, Saved};
/// use serde::{Deserialize, Serialize};
/// #[derive(Debug, Serialize, Deserialize)]
/// struct Line {
///     names: Vec<String>,
///     slopes: Vec<f64>,
/// }
/// impl Saved for Line {
///     const FORMAT: Format = Format { name: "radsurv-line", version: 1 };
///     fn check(&self) -> Result<(), String> {
///         let (n, m) = (self.names.len(), self.slopes.len());
///         if n == m { Ok(()) } else { Err(format!("it has {n} names and {m} slopes")) }
///     }
/// }
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("line.json");
/// Line { names: vec!["volume".into()], slopes: vec![2.0] }.save(&path)?;
/// assert_eq!(Line::load(&path)?.slopes, [2.0]);
/// std::fs::write(&path, std::fs::read_to_string(&path)?.replace("2.0", "2.0, 3.0"))?;
/// assert!(Line::load(&path).unwrap_err().to_string().ends_with("line.json: it has 1 names and 2 slopes"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Saved: Serialize + DeserializeOwned {
    /// What its file begins with.
    const FORMAT: Format;

    /// Whether its parts fit together, so that a file that was changed by hand does not end in a panic; what does not fit.
    ///
    /// # Errors
    /// What is wrong with it, as a part of a sentence behind the name of the file.
    fn check(&self) -> std::result::Result<(), String> {
        Ok(())
    }

    /// Saves it as a JSON file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be written, [`Error::Saved`] if the model is no JSON object.
    fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        Self::FORMAT.save(self, path)
    }

    /// Loads it from a JSON file.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; [`Error::Saved`] if it is of another format or version, lacks something, or
    /// its parts do not [fit together](Self::check).
    fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_path_buf(), source })?;
        Self::from_json(&text, &path.display().to_string())
    }

    /// The same from the text of such a file, or of a part of one. `file` stands for it in messages.
    ///
    /// # Errors
    /// As [`load`](Self::load), but for reading.
    fn from_json(text: &str, file: &str) -> Result<Self> {
        let model: Self = Self::FORMAT.from_json(text, file)?;
        model.check().map_err(|what| Error::Saved { file: file.to_string(), what })?;
        Ok(model)
    }
}

/// The name of the format that a JSON file says it has: which kind of model is in it.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read, [`Error::Saved`] if it is not JSON or names no format.
pub fn format_of(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_path_buf(), source })?;
    format_of_json(&text, &path.display().to_string())
}

/// The same of the text of such a file. `file` stands for it in messages.
///
/// # Errors
/// [`Error::Saved`].
pub fn format_of_json(text: &str, file: &str) -> Result<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        format: String,
    }
    let named: Named = serde_json::from_str(text).map_err(|e| Error::Saved {
        file: file.to_string(),
        what: format!("it is no model that radsurv has saved: {e}"),
    })?;
    Ok(named.format)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMAT: Format = Format { name: "radsurv-test", version: 3 };

    #[test]
    fn what_is_no_such_model_is_named() {
        let message = |text: &str| FORMAT.from_json::<serde_json::Value>(text, "m.json").unwrap_err().to_string();
        assert!(message("{").starts_with("m.json: "));
        assert_eq!(message("{}"), "m.json: it has no format where radsurv-test is expected");
        assert!(message("{\"format\": \"other\"}").contains("the format other where"));
        assert!(message("{\"format\": \"radsurv-test\"}").contains("no version"));
        assert!(FORMAT.to_json(&1).is_err());
        assert!(FORMAT.load::<serde_json::Value>("missing.json").is_err());
        assert!(format_of("missing.json").is_err());
    }
}
