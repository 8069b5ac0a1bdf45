//! The entries of a section.

use super::node::{Content, Key, Node, problem};
use super::nulls::Null;
use crate::catalog::suggest::nearest;
use crate::error::{Position, Problem};
use crate::settings::ExtractorSettings;
use crate::settings::checks::Wrong;
use crate::settings::draft::Draft;
use crate::settings::key::SettingKey;
use crate::settings::python::Value;
use crate::settings::types::ImageType;

/// What is found on the way.
#[derive(Default)]
pub(super) struct Report {
    pub(super) problems: Vec<Problem>,
    pub(super) notices: Vec<String>,
    /// Whether a problem has already told all names of settings: once is enough.
    names_told: bool,
}

impl Report {
    pub(super) fn notice(&mut self, position: Position, key: String, what: String) {
        self.notices.push(problem(position, key, what).to_string());
    }

    pub(super) fn finish(mut self, mut read: ExtractorSettings) -> Result<ExtractorSettings, Vec<Problem>> {
        if self.problems.is_empty() {
            read.notices = self.notices;
            return Ok(read);
        }
        self.problems.sort_by_key(|problem| problem.position);
        Err(self.problems)
    }
}

/// The entries of a section that must be a mapping.
pub(super) fn mapping<'a>(node: &'a Node, path: &str, report: &mut Report) -> &'a [(Key, Node)] {
    match &node.content {
        Content::Mapping(entries) => entries,
        Content::Scalar(Value::Null) => {
            let what = "is empty, which PyRadiomics refuses; write {} or leave it out";
            report.problems.push(problem(node.position, path, what));
            &[]
        }
        _ => {
            let glued =
                text(node).and_then(|text| text.split_once(':')).is_some_and(|(_, rest)| !rest.starts_with(' '));
            let hint = if glued { "; a space must follow the colon" } else { "" };
            let what = format!("found {}, expected a mapping (name: value){hint}", node.shown());
            report.problems.push(problem(node.position, path, what));
            &[]
        }
    }
}

/// The text of a value that is one.
pub(super) fn text(node: &Node) -> Option<&str> {
    match &node.content {
        Content::Scalar(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// The settings of a section, by name.
#[derive(Default)]
pub(super) struct Given {
    path: String,
    entries: Vec<Entry>,
}

struct Entry {
    key: SettingKey,
    position: Position,
    value: Value,
    /// Where the elements of a list are.
    elements: Vec<Position>,
}

impl Given {
    pub(super) fn places(&self) -> impl Iterator<Item = (SettingKey, Position)> {
        self.entries.iter().map(|entry| (entry.key, entry.position))
    }

    pub(super) fn find(&self, key: SettingKey) -> Option<(SettingKey, Position)> {
        self.places().find(|(known, _)| *known == key)
    }

    pub(super) fn entries(&self) -> Vec<(SettingKey, Value)> {
        self.entries.iter().map(|entry| (entry.key, entry.value.clone())).collect()
    }

    /// Puts every setting into the draft. Gives the nulls that are to be judged when all sections are known.
    pub(super) fn apply(&self, draft: &mut Draft, image_type: Option<ImageType>, report: &mut Report) -> Vec<Null> {
        let mut nulls = Vec::new();
        for entry in &self.entries {
            let path = || format!("{}.{}", self.path, entry.key.name());
            match draft.assign(entry.key, &entry.value) {
                Ok(()) => {
                    if entry.key == SettingKey::Interpolator && entry.value == Value::Int(3) {
                        let what = "3 is read as sitkBSpline, whose number it was in SimpleITK 1".to_string();
                        report.notice(entry.position, path(), what);
                    }
                }
                Err(Wrong::Null) => nulls.push(Null { key: entry.key, position: entry.position, image_type }),
                Err(Wrong::Value { element, what }) => {
                    let place = element.and_then(|i| entry.elements.get(i)).copied().unwrap_or(entry.position);
                    report.problems.push(problem(place, path(), what));
                }
            }
        }
        nulls
    }
}

/// Reads the names of a section of settings; the values are judged by [`Given::apply`].
pub(super) fn settings(node: &Node, path: &str, report: &mut Report) -> Given {
    let mut given = Given { path: path.to_string(), entries: Vec::new() };
    for (key, value) in mapping(node, path, report) {
        let Some(setting) = SettingKey::parse(&key.name) else {
            let problem = unknown_setting(key, path, &mut report.names_told);
            report.problems.push(problem);
            continue;
        };
        let Some(plain) = value.value() else {
            let what = format!("found {}, expected a value", value.shown());
            report.problems.push(problem(value.position, format!("{path}.{}", key.name), what));
            continue;
        };
        let elements = match &value.content {
            Content::Sequence(items) => items.iter().map(|item| item.position).collect(),
            _ => Vec::new(),
        };
        given.entries.push(Entry { key: setting, position: value.position, value: plain, elements });
    }
    given
}

fn unknown_setting(key: &Key, path: &str, names_told: &mut bool) -> Problem {
    let names = || SettingKey::ALL.iter().map(|setting| setting.name());
    let what = if VOXEL_SETTINGS.iter().any(|(name, _)| *name == key.name) {
        "belongs under voxelSetting".to_string()
    } else {
        let hint = nearest(&key.name, names()).map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
        let list = if std::mem::replace(names_told, true) {
            String::new()
        } else {
            format!("; settings are {}", names().collect::<Vec<_>>().join(", "))
        };
        format!("is not a setting{hint}{list}")
    };
    problem(key.position, format!("{path}.{}", key.name), what)
}

type Check = fn(&Value) -> bool;

/// The settings of voxel-based extraction: name, whether a value is valid.
const VOXEL_SETTINGS: [(&str, Check); 4] = [
    ("kernelRadius", |v| matches!(v, Value::Null | Value::Int(1..))),
    ("maskedKernel", |v| matches!(v, Value::Null | Value::Bool(_))),
    // Python turns texts such as nan into numbers.
    ("initValue", |v| match v {
        Value::Null | Value::Int(_) | Value::Float(_) => true,
        Value::Text(text) => text.trim().replace('_', "").parse::<f64>().is_ok(),
        _ => false,
    }),
    ("voxelBatch", |v| matches!(v, Value::Null | Value::Int(1..))),
];

const VOXEL_EXPECTED: [&str; 4] =
    ["a whole number of at least 1", "true or false", "a number", "a whole number of at least 1"];

/// The section `voxelSetting`: checked and kept, without effect.
pub(super) fn voxel_settings(node: &Node, report: &mut Report) -> Vec<(String, Value)> {
    let mut given = Vec::new();
    for (key, value) in mapping(node, "voxelSetting", report) {
        let path = format!("voxelSetting.{}", key.name);
        let names = VOXEL_SETTINGS.map(|(name, _)| name);
        let Some(at) = names.iter().position(|name| *name == key.name) else {
            let hint = nearest(&key.name, names).map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
            let what = format!("is not a setting of voxels{hint}; they are {}", names.join(", "));
            report.problems.push(problem(key.position, path, what));
            continue;
        };
        match value.value() {
            Some(plain) if VOXEL_SETTINGS[at].1(&plain) => given.push((key.name.clone(), plain)),
            _ => {
                let what = format!("found {}, expected {}", value.shown(), VOXEL_EXPECTED[at]);
                report.problems.push(problem(value.position, path, what));
            }
        }
    }
    let what = "has no effect: features of regions are extracted, not of voxels".to_string();
    report.notice(node.position, "voxelSetting".to_string(), what);
    given
}
