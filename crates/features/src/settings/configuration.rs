//! The settings as PyRadiomics' diagnostics tell them.

use super::ExtractorSettings;
use super::python::{Value, python_dict};
use super::values::Settings;

/// The settings PyRadiomics' extractor starts with, in its order and spelling. Those of filters and classes are not
/// among them: their defaults are in the code that uses them.
fn defaults() -> [(&'static str, Value); 15] {
    let int = Value::Int;
    [
        ("minimumROIDimensions", int(2)),
        ("minimumROISize", Value::Null),
        ("normalize", Value::Bool(false)),
        ("normalizeScale", int(1)),
        ("removeOutliers", Value::Null),
        ("resampledPixelSpacing", Value::Null),
        ("interpolator", Value::Text("sitkBSpline".to_string())),
        ("preCrop", Value::Bool(false)),
        ("padDistance", int(5)),
        ("distances", Value::List(vec![int(1)])),
        ("force2D", Value::Bool(false)),
        ("force2Ddimension", int(0)),
        ("resegmentRange", Value::Null),
        ("label", int(1)),
        ("additionalInfo", Value::Bool(true)),
    ]
}

impl ExtractorSettings {
    /// The settings as PyRadiomics' extractor holds them: its defaults, then what the file gives, in its order and
    /// spelling.
    pub fn settings_entries(&self) -> Vec<(String, Value)> {
        let mut entries: Vec<(String, Value)> =
            defaults().into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        let given = self.spelling.given(&self.settings, &Settings::default());
        let given = given.into_iter().map(|(key, value)| (key.name().to_string(), value));
        for (name, value) in given.chain(self.spelling.voxel.iter().cloned()) {
            match entries.iter_mut().find(|(known, _)| *known == name) {
                Some(place) => place.1 = value,
                None => entries.push((name, value)),
            }
        }
        entries
    }

    /// The text of the diagnostic `Configuration_Settings`: a Python dictionary.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::ExtractorSettings;
    /// let text = ExtractorSettings::default().settings_text();
    /// assert!(text.starts_with("{'minimumROIDimensions': 2, 'minimumROISize': None, 'normalize': False, "));
    /// ```
    pub fn settings_text(&self) -> String {
        python_dict(self.settings_entries().into_iter().map(|(name, value)| (name, value.python())))
    }

    /// The text of the diagnostic `Configuration_EnabledImageTypes`: a Python dictionary of dictionaries.
    pub fn image_types_text(&self) -> String {
        python_dict(self.image_types.iter().map(|enabled| {
            let overrides = enabled.overrides(&self.settings);
            let overrides = overrides.into_iter().map(|(key, value)| (key.name(), value.python()));
            (enabled.image_type.name(), python_dict(overrides))
        }))
    }
}
