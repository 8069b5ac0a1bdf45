//! How a parameter file spelled its settings.

use super::checks::Wrong;
use super::draft::{Draft, value_of};
use super::key::SettingKey;
use super::python::Value;
use super::values::Settings;

/// The settings that a parameter file gives, in its order and spelling (`25` or `25.0`), which PyRadiomics'
/// diagnostics repeat. It never decides what is computed: a setting changed afterwards is shown with its new value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spelling {
    pub(super) entries: Vec<(SettingKey, Value)>,
    pub(super) voxel: Vec<(String, Value)>,
}

impl Spelling {
    /// The settings the file gives, in its order.
    pub fn keys(&self) -> impl Iterator<Item = SettingKey> {
        self.entries.iter().map(|(key, _)| *key)
    }

    /// What the file's section `voxelSetting` gives. It has no effect on the features of a region.
    pub fn voxel_settings(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.voxel.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The settings that were given or that differ from `base`: first those of the file in its order and, where
    /// nobody changed them since, its spelling, then the others.
    pub(super) fn given(&self, settings: &Settings, base: &Settings) -> Vec<(SettingKey, Value)> {
        let differs = |key| value_of(key, settings) != value_of(key, base);
        // Of a width that is not used nothing is known.
        let new = |key| match (key, value_of(key, settings)) {
            (SettingKey::BinWidth, Value::Null) => None,
            (key, value) => Some((key, value)),
        };
        let mut given = Vec::new();
        for (key, value) in &self.entries {
            if holds(*key, value, settings) {
                given.push((*key, value.clone()));
            } else if differs(*key) {
                given.extend(new(*key));
            }
        }
        let others = SettingKey::ALL.iter().copied().filter(|&key| self.keys().all(|k| k != key) && differs(key));
        given.extend(others.filter_map(new));
        given
    }
}

/// Whether a value of a file is what the settings have.
fn holds(key: SettingKey, value: &Value, settings: &Settings) -> bool {
    let mut draft = Draft::new(settings);
    match draft.assign(key, value) {
        Ok(()) => draft.finish().as_ref() == Some(settings),
        // Null was read as the default where the setting is not used.
        Err(Wrong::Null) => value_of(key, settings) == value_of(key, &Settings::default()),
        Err(Wrong::Value { .. }) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Discretisation;

    #[test]
    fn spelling_is_kept_until_the_value_changes() {
        let base = Settings::default();
        let entries = vec![(SettingKey::BinWidth, Value::Int(25)), (SettingKey::Label, Value::Int(2))];
        let spelling = Spelling { entries: entries.clone(), voxel: Vec::new() };
        let mut settings = Settings { label: 2, ..Settings::default() };
        assert_eq!(spelling.given(&settings, &base), entries);

        settings.discretisation = Discretisation::Width(10.0);
        settings.pre_crop = true;
        let expected = [
            (SettingKey::BinWidth, Value::Float(10.0)),
            (SettingKey::Label, Value::Int(2)),
            (SettingKey::PreCrop, Value::Bool(true)),
        ];
        assert_eq!(spelling.given(&settings, &base), expected);

        settings.discretisation = Discretisation::Count(32);
        let given = spelling.given(&settings, &base);
        // With a number of bins the width is what the file says, without effect.
        assert_eq!(given[0], (SettingKey::BinWidth, Value::Int(25)));
        assert!(given.contains(&(SettingKey::BinCount, Value::Int(32))));

        // Back at the default nothing is left to tell.
        assert_eq!(Spelling::default().given(&base, &base), []);
    }
}
