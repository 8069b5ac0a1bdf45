//! [`ExtractorSettings`] as a parameter file.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::python::{Value, python_float};
use super::values::Settings;
use super::{ExtractorSettings, Fix};
use crate::error::{Error, Problem, Result, SettingsError};

/// The sections of the file, each with its entries.
struct Sections {
    setting: Vec<(&'static str, Value)>,
    image_type: Vec<(&'static str, Vec<(&'static str, Value)>)>,
    feature_class: Vec<(&'static str, Value)>,
    voxel_setting: Vec<(String, Value)>,
    fixes: Vec<Value>,
}

impl ExtractorSettings {
    /// The text of a parameter file in YAML that says the same. Settings at their default are left out unless the file
    /// they came from has them. PyRadiomics reads it too, unless there are [`fixes`](Self::fixes).
    ///
    /// # Errors
    /// [`Error::Settings`] if no parameter file can say this: no image type or no class enabled (which in a file means
    /// the original image or all classes), one of them twice, or a value the reader would refuse.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::ExtractorSettings;
    /// let text = ExtractorSettings::default().to_yaml()?;
    /// assert!(text.starts_with("setting: {}\nimageType:\n  Original: {}\nfeatureClass:\n  firstorder: []\n"));
    /// assert_eq!(ExtractorSettings::from_yaml_str(&text, "text")?, ExtractorSettings::default());
    /// # Ok::<(), radsurv_features::Error>(())
    /// ```
    pub fn to_yaml(&self) -> Result<String> {
        let sections = self.sections();
        let mut out = String::new();
        block(&mut out, 0, "setting", sections.setting);
        if sections.image_type.is_empty() {
            out.push_str("imageType: {}\n");
        } else {
            out.push_str("imageType:\n");
            for (name, overrides) in sections.image_type {
                block(&mut out, 2, name, overrides);
            }
        }
        block(&mut out, 0, "featureClass", sections.feature_class);
        if !sections.voxel_setting.is_empty() {
            block(&mut out, 0, "voxelSetting", sections.voxel_setting);
        }
        if !sections.fixes.is_empty() {
            block(&mut out, 0, "radsurv", [("fixes", Value::List(sections.fixes))]);
        }
        self.check_written(Self::from_yaml_str(&out, WRITTEN))?;
        Ok(out)
    }

    /// The text of a parameter file in JSON that says the same; see [`to_yaml`](Self::to_yaml).
    ///
    /// # Errors
    /// As [`to_yaml`](Self::to_yaml); JSON has no infinite numbers either.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::ExtractorSettings;
    /// let text = ExtractorSettings::cervical_study().to_json()?;
    /// assert_eq!(ExtractorSettings::from_json_str(&text, "text")?, ExtractorSettings::from_yaml_str(&text, "text")?);
    /// # Ok::<(), radsurv_features::Error>(())
    /// ```
    pub fn to_json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|e| cannot_write(vec![whole(e.to_string())]))?;
        self.check_written(Self::from_json_str(&text, WRITTEN))?;
        Ok(text)
    }

    fn sections(&self) -> Sections {
        let given = self.spelling.given(&self.settings, &Settings::default());
        let texts = |names: &[String]| Value::List(names.iter().cloned().map(Value::Text).collect());
        Sections {
            setting: given.into_iter().map(|(key, value)| (key.name(), value)).collect(),
            image_type: self
                .image_types
                .iter()
                .map(|enabled| {
                    let overrides = enabled.overrides(&self.settings);
                    let overrides = overrides.into_iter().map(|(key, value)| (key.name(), value));
                    (enabled.image_type.name(), overrides.collect())
                })
                .collect(),
            feature_class: self.feature_classes.iter().map(|e| (e.class.name(), texts(&e.features))).collect(),
            voxel_setting: self.spelling.voxel.clone(),
            fixes: self.fixes.iter().map(|fix: &Fix| Value::Text(fix.name().to_string())).collect(),
        }
    }

    /// Reads what was written: only a text that means the same is given away.
    fn check_written(&self, read: Result<Self>) -> Result<()> {
        let read = match read {
            Ok(read) => read,
            Err(Error::Settings(error)) => return Err(cannot_write(error.problems)),
            Err(other) => return Err(other),
        };
        let image_types =
            |s: &Self| s.image_types.iter().map(|e| (e.image_type, e.settings.clone())).collect::<Vec<_>>();
        let same = read.settings == self.settings
            && image_types(&read) == image_types(self)
            && read.feature_classes == self.feature_classes
            && read.fixes == self.fixes;
        if same {
            return Ok(());
        }
        let what = if self.image_types.is_empty() {
            "no image type is enabled, which a parameter file cannot say"
        } else if self.feature_classes.is_empty() {
            "no feature class is enabled, which a parameter file cannot say"
        } else {
            "a parameter file cannot say this: each image type, class and feature may be there once, and only settings \
             of the schema can differ"
        };
        Err(cannot_write(vec![whole(what.to_string())]))
    }
}

const WRITTEN: &str = "the settings";

fn whole(what: String) -> Problem {
    Problem { position: None, key: String::new(), what }
}

fn cannot_write(problems: Vec<Problem>) -> Error {
    // Places are those of a text nobody has seen.
    let problems = problems.into_iter().map(|problem| Problem { position: None, ..problem }).collect();
    SettingsError { source_name: "settings that cannot be written".to_string(), problems }.into()
}

/// A mapping of YAML, indented by `indent`.
fn block<K: AsRef<str>>(out: &mut String, indent: usize, name: &str, entries: impl IntoIterator<Item = (K, Value)>) {
    let mut entries = entries.into_iter().peekable();
    let space = " ".repeat(indent);
    if entries.peek().is_none() {
        out.push_str(&format!("{space}{name}: {{}}\n"));
        return;
    }
    out.push_str(&format!("{space}{name}:\n"));
    for (key, value) in entries {
        out.push_str(&format!("{space}  {}: {value}\n", key.as_ref()));
    }
}

/// As YAML spells the value, in one line.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(v) => write!(f, "{v}"),
            Self::Int(v) => write!(f, "{v}"),
            Self::Float(v) if v.is_nan() => f.write_str(".nan"),
            Self::Float(v) if v.is_infinite() => f.write_str(if *v > 0.0 { ".inf" } else { "-.inf" }),
            Self::Float(v) => f.write_str(&python_float(*v)),
            Self::Text(v) if is_plain(v) => f.write_str(v),
            // A JSON text is a quoted text of YAML.
            Self::Text(v) => write!(f, "{}", serde_json::Value::from(v.as_str())),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}

/// Whether a text needs no quotes: a name that no version of YAML takes for a number, a switch or null.
fn is_plain(text: &str) -> bool {
    text.len() > 3
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !["true", "false", "null"].contains(&text.to_ascii_lowercase().as_str())
}

struct Map<'a, K, V>(&'a [(K, V)]);

impl<K: AsRef<str>, V: Serialize> Serialize for Map<'_, K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(key, value)| map.serialize_entry(key.as_ref(), value))?;
        map.end()
    }
}

/// The form of a parameter file.
impl Serialize for ExtractorSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let sections = self.sections();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("setting", &Map(&sections.setting))?;
        let image_types: Vec<_> = sections.image_type.iter().map(|(name, entries)| (*name, Map(entries))).collect();
        map.serialize_entry("imageType", &Map(&image_types))?;
        map.serialize_entry("featureClass", &Map(&sections.feature_class))?;
        if !sections.voxel_setting.is_empty() {
            map.serialize_entry("voxelSetting", &Map(&sections.voxel_setting))?;
        }
        if !sections.fixes.is_empty() {
            map.serialize_entry("radsurv", &Map(&[("fixes", Value::List(sections.fixes))]))?;
        }
        map.end()
    }
}

/// The form of a parameter file, with the checks of the reader. Places in messages are those of the JSON form.
impl<'de> Deserialize<'de> for ExtractorSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Self::from_json_str(&value.to_string(), "the settings").map_err(D::Error::custom)
    }
}
