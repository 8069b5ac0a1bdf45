//! The sections of a parameter file.

use std::collections::BTreeSet;

use super::classes;
use super::node::{Content, Key, Node, problem};
use super::nulls::Null;
use super::section::{Given, Report, mapping, settings, voxel_settings};
use crate::catalog::suggest::nearest;
use crate::error::Problem;
use crate::settings::draft::Draft;
use crate::settings::key::{Scope, SettingKey};
use crate::settings::types::{Discretisation, FeatureClass, ImageType};
use crate::settings::{EnabledClass, EnabledImageType, ExtractorSettings, Fix, Settings, Spelling};

const SECTIONS: [&str; 5] = ["setting", "imageType", "featureClass", "voxelSetting", "radsurv"];

/// Gives a tree its meaning.
pub(super) fn read(root: Option<Node>) -> Result<ExtractorSettings, Vec<Problem>> {
    let mut report = Report::default();
    let sections = match root {
        None => {
            let what = "there is nothing in it; write {} for the defaults";
            return Err(vec![Problem { position: None, key: String::new(), what: what.to_string() }]);
        }
        Some(Node { content: Content::Mapping(sections), .. }) => sections,
        Some(node) => {
            let what = format!("found {}, expected sections ({})", node.shown(), SECTIONS.join(", "));
            return Err(vec![problem(node.position, "", what)]);
        }
    };
    for (key, _) in &sections {
        if !SECTIONS.contains(&key.name.as_str()) {
            report.problems.push(unknown_section(key));
        }
    }
    let section = |name: &str| sections.iter().find(|(key, _)| key.name == name).map(|(_, node)| node);

    let common = section("setting").map(|node| settings(node, "setting", &mut report)).unwrap_or_default();
    let mut draft = Draft::new(&Settings::default());
    let mut nulls = common.apply(&mut draft, None, &mut report);
    let base = finish(&draft, &common, "setting", &mut report);

    let overrides = section("imageType").map(|node| image_types(node, &mut report)).unwrap_or_default();
    let mut enabled: Vec<EnabledImageType> = Vec::new();
    for (image_type, given) in overrides {
        let path = format!("imageType.{}", image_type.name());
        let mut draft = draft.clone();
        nulls.extend(given.apply(&mut draft, Some(image_type), &mut report));
        let settings = finish(&draft, &given, &path, &mut report);
        notice_overrides(image_type, &given, &settings, &mut report);
        let spelling = Spelling { entries: given.entries(), voxel: Vec::new() };
        enabled.push(EnabledImageType { image_type, settings, spelling });
    }
    if enabled.is_empty() {
        enabled.push(EnabledImageType::new(ImageType::Original, &base));
    }

    let mut feature_classes = section("featureClass").map(|node| classes::read(node, &mut report)).unwrap_or_default();
    if feature_classes.is_empty() {
        feature_classes = FeatureClass::ALL.map(EnabledClass::all).to_vec();
    }
    let voxel = section("voxelSetting").map(|node| voxel_settings(node, &mut report)).unwrap_or_default();
    let fixes = section("radsurv").map(|node| own_section(node, &mut report)).unwrap_or_default();

    let read = ExtractorSettings {
        settings: base,
        image_types: enabled,
        feature_classes,
        fixes,
        notices: Vec::new(),
        spelling: Spelling { entries: common.entries(), voxel },
    };
    Null::check(&nulls, &read, &mut report);
    notice_common(&read, &common, &mut report);
    report.finish(read)
}

fn unknown_section(key: &Key) -> Problem {
    let what = if SettingKey::parse(&key.name).is_some() {
        "is a setting and belongs under setting".to_string()
    } else if ImageType::parse(&key.name).is_some() {
        "is an image type and belongs under imageType".to_string()
    } else if FeatureClass::parse(&key.name).is_some() {
        "is a feature class and belongs under featureClass".to_string()
    } else {
        let hint = nearest(&key.name, SECTIONS).map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
        format!("is not a section{hint}; sections are {}", SECTIONS.join(", "))
    };
    problem(key.position, &key.name, what)
}

/// Closes a draft. Without a width or a number of bins no grey level can be put into a bin.
fn finish(draft: &Draft, given: &Given, path: &str, report: &mut Report) -> Settings {
    draft.finish().unwrap_or_else(|| {
        let place = given.find(SettingKey::BinWidth).or_else(|| given.find(SettingKey::BinCount));
        let what = "null leaves neither a width nor a number of bins; give binWidth or binCount";
        // An image type inherits the missing width: the problem is told once, where it was written.
        if let Some((key, position)) = place {
            report.problems.push(problem(position, format!("{path}.{}", key.name()), what));
        }
        let mut draft = draft.clone();
        draft.reset_bins();
        draft.finish().unwrap_or_default()
    })
}

fn image_types(node: &Node, report: &mut Report) -> Vec<(ImageType, Given)> {
    let mut enabled = Vec::new();
    for (key, value) in mapping(node, "imageType", report) {
        let path = format!("imageType.{}", key.name);
        match ImageType::parse(&key.name) {
            Some(image_type) => enabled.push((image_type, settings(value, &path, report))),
            None => {
                let names = ImageType::ALL.map(ImageType::name);
                let hint = nearest(&key.name, names).map(|name| format!(" (did you mean {name}?)"));
                let what = format!("is not an image type{}; they are {}", hint.unwrap_or_default(), names.join(", "));
                report.problems.push(problem(key.position, path, what));
            }
        }
    }
    enabled
}

/// The section that PyRadiomics does not know.
fn own_section(node: &Node, report: &mut Report) -> BTreeSet<Fix> {
    let mut fixes = BTreeSet::new();
    for (key, value) in mapping(node, "radsurv", report) {
        if key.name != "fixes" {
            let what = "is not known here; the section has the key fixes";
            report.problems.push(problem(key.position, format!("radsurv.{}", key.name), what));
            continue;
        }
        let names = Fix::ALL.map(Fix::name);
        let items = match &value.content {
            Content::Sequence(items) => items.as_slice(),
            _ => {
                let what = format!("found {}, expected a list of {}", value.shown(), names.join(", "));
                report.problems.push(problem(value.position, "radsurv.fixes", what));
                continue;
            }
        };
        for item in items {
            let name = super::section::text(item);
            match name.and_then(Fix::parse) {
                Some(fix) => {
                    fixes.insert(fix);
                }
                None => {
                    let hint = name.and_then(|name| nearest(name, names));
                    let hint = hint.map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
                    let what = format!("found {}, expected one of {}{hint}", item.shown(), names.join(", "));
                    report.problems.push(problem(item.position, "radsurv.fixes", what));
                }
            }
        }
    }
    fixes
}

/// Overrides that PyRadiomics accepts and never looks at.
fn notice_overrides(image_type: ImageType, given: &Given, settings: &Settings, report: &mut Report) {
    let name = image_type.name();
    for (key, position) in given.places() {
        let path = format!("imageType.{name}.{}", key.name());
        match key.scope() {
            _ if key.acts_on(image_type) => {}
            Scope::Filter(filter) => {
                report.notice(position, path, format!("has no effect on {name}: it is a setting of {}", filter.name()));
            }
            _ => report.notice(
                position,
                path,
                "has no effect for one image type: it belongs to the preprocessing, which is common to all".to_string(),
            ),
        }
        if key == SettingKey::BinWidth && matches!(settings.discretisation, Discretisation::Count(_)) {
            let what = "has no effect, as binCount is set; write binCount: null beside it".to_string();
            report.notice(position, format!("imageType.{name}.binWidth"), what);
        }
    }
    if image_type == ImageType::LoG && settings.sigma.is_empty() {
        report.notices.push("imageType.LoG: no sigma is given, so that there is no such image".to_string());
    }
}

fn notice_common(read: &ExtractorSettings, common: &Given, report: &mut Report) {
    for (key, position) in common.places() {
        let path = format!("setting.{}", key.name());
        match key {
            SettingKey::BinWidth if matches!(read.settings.discretisation, Discretisation::Count(_)) => {
                report.notice(position, path, "has no effect, as binCount is set".to_string());
            }
            SettingKey::ResampledPixelSpacing
                if read.settings.resampled_pixel_spacing.is_some() && read.settings.interpolator.is_none() =>
            {
                report.notice(position, path, "has no effect, as interpolator is null".to_string());
            }
            _ => {}
        }
    }
    let shape_2d = read.feature_classes.iter().any(|c| c.class == FeatureClass::Shape2D);
    if shape_2d && !read.settings.force_2d {
        report.notices.push("featureClass.shape2D: has no features unless setting.force2D is true".to_string());
    }
}
