//! The section `featureClass`.

use super::node::{Content, Node, problem};
use super::section::{Report, mapping, text};
use crate::catalog;
use crate::catalog::suggest::nearest;
use crate::settings::EnabledClass;
use crate::settings::python::Value;
use crate::settings::types::FeatureClass;

/// The classes in the order of the file, each with the features it names.
pub(super) fn read(node: &Node, report: &mut Report) -> Vec<EnabledClass> {
    let mut classes = Vec::new();
    for (key, value) in mapping(node, "featureClass", report) {
        let path = format!("featureClass.{}", key.name);
        let Some(class) = FeatureClass::parse(&key.name) else {
            let names = FeatureClass::ALL.map(FeatureClass::name);
            let hint = nearest(&key.name, names).map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
            let what = format!("is not a feature class{hint}; they are {}", names.join(", "));
            report.problems.push(problem(key.position, path, what));
            continue;
        };
        let items = match &value.content {
            Content::Scalar(Value::Null) => &[],
            Content::Sequence(items) => items.as_slice(),
            _ => {
                let what = format!("found {}, expected a list of features, or nothing for all", value.shown());
                report.problems.push(problem(value.position, path, what));
                continue;
            }
        };
        classes.push(EnabledClass { class, features: features(class, items, &path, report) });
    }
    classes
}

fn features(class: FeatureClass, items: &[Node], path: &str, report: &mut Report) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for item in items {
        let name = text(item);
        let Some(info) = name.and_then(|name| catalog::find(class, name)) else {
            let choices = || catalog::features(class).iter().map(|feature| feature.name);
            let hint = name.and_then(|name| nearest(name, choices()));
            let hint = hint.map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
            let what = format!(
                "found {}, which is not a feature of {}{hint}; features are {}",
                item.shown(),
                class.name(),
                choices().collect::<Vec<_>>().join(", ")
            );
            report.problems.push(problem(item.position, path, what));
            continue;
        };
        if names.iter().any(|known| known == info.name) {
            continue;
        }
        if let Some(what) = info.deprecation_notice(class) {
            report.notice(item.position, path.to_string(), what);
        }
        names.push(info.name.to_string());
    }
    names
}
