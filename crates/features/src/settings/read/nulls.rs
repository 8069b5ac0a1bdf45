//! Settings that are null without a meaning.
//!
//! PyRadiomics accepts null for nearly every setting. Where it means "off" it is simply read. Elsewhere the extraction
//! fails when it comes to use the setting, and only then: such a null is an error here if the setting is used, and is
//! read as the default, with a notice, if it is not.

use super::node::problem;
use super::section::Report;
use crate::error::Position;
use crate::settings::draft::value_of;
use crate::settings::key::{Scope, SettingKey};
use crate::settings::types::ImageType;
use crate::settings::{ExtractorSettings, Settings, Value};

/// A null that does not mean "off".
pub(super) struct Null {
    pub(super) key: SettingKey,
    pub(super) position: Position,
    /// The image type it is given for, if not for all.
    pub(super) image_type: Option<ImageType>,
}

impl Null {
    /// Judges each by all that the file says.
    pub(super) fn check(nulls: &[Self], read: &ExtractorSettings, report: &mut Report) {
        for null in nulls {
            let default = value_of(null.key, &Settings::default()).shown();
            let path = match null.image_type {
                Some(image_type) => format!("imageType.{}.{}", image_type.name(), null.key.name()),
                None => format!("setting.{}", null.key.name()),
            };
            if null.is_used(read) {
                let what = format!("null has no meaning here; leave the key out for its default, {default}");
                report.problems.push(problem(null.position, path, what));
            } else {
                let what = format!("null is read as the default, {default}; nothing uses it");
                report.notice(null.position, path, what);
            }
        }
    }

    fn is_used(&self, read: &ExtractorSettings) -> bool {
        let s = &read.settings;
        match (self.key, self.key.scope(), self.image_type) {
            // PyRadiomics' validation refuses this one by itself.
            (SettingKey::Wavelet, ..) => true,
            (_, Scope::Preprocessing, Some(_)) => false,
            // Masks with channels are not told apart before they are read; null works for all others.
            (SettingKey::LabelChannel, ..) => false,
            (SettingKey::NormalizeScale, ..) => s.normalize,
            (SettingKey::PadDistance, ..) => {
                s.pre_crop || (s.interpolator.is_some() && s.resampled_pixel_spacing.is_some())
            }
            (SettingKey::ResegmentMode, ..) => s.resegment_range.is_some(),
            (key, Scope::Filter(filter), Some(image_type)) => filter == image_type && key.acts_on(image_type),
            (key, Scope::Filter(filter), None) => read.image_types.iter().any(|enabled| {
                let replaced = enabled.spelling.entries.iter().any(|(k, v)| *k == key && *v != Value::Null);
                enabled.image_type == filter && !replaced
            }),
            _ => true,
        }
    }
}
