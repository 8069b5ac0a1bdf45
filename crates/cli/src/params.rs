//! `radsurv params`: what a parameter file means.

use std::path::Path;

use radsurv_features::catalog;
use radsurv_features::settings::{EnabledClass, EnabledImageType, ExtractorSettings, FeatureClass, ImageType};

use crate::console::print;
use crate::error::{Result, Status};

/// Says what a file would extract.
pub fn check(file: &Path) -> Result<Status> {
    let settings = ExtractorSettings::from_file(file)?;
    print(&describe(&file.display().to_string(), &settings))?;
    Ok(Status::Done)
}

fn describe(name: &str, settings: &ExtractorSettings) -> String {
    let mut text = format!("{name}: a valid parameter file\n\nimage types\n");
    let mut images = 0;
    for enabled in &settings.image_types {
        let count = image_count(enabled);
        images += count;
        let s = if count == 1 { "" } else { "s" };
        text.push_str(&format!("  {:<12}{count:>3} image{s}", enabled.image_type.name()));
        for (i, (key, value)) in enabled.overrides(&settings.settings).into_iter().enumerate() {
            let separator = if i == 0 { "   " } else { ", " };
            text.push_str(&format!("{separator}{}: {}", key.name(), value.python()));
        }
        text.push('\n');
    }
    text.push_str("\nfeature classes\n");
    let (mut shape, mut per_image) = (0, 0);
    for class in &settings.feature_classes {
        let count = feature_count(class);
        let once = class.class.is_shape();
        let skipped = class.class == FeatureClass::Shape2D && !settings.settings.force_2d;
        match (once, skipped) {
            (_, true) => {}
            (true, _) => shape += count,
            (false, _) => per_image += count,
        }
        let s = if count == 1 { "" } else { "s" };
        let note = match (once, skipped) {
            (_, true) => ", skipped: force2D is off",
            (true, _) => ", once",
            (false, _) => ", of each image",
        };
        text.push_str(&format!("  {:<12}{count:>3} feature{s}{note}\n", class.class.name()));
    }
    text.push_str("\nsettings\n");
    for (key, value) in settings.settings_entries() {
        text.push_str(&format!("  {key}: {}\n", value.python()));
    }
    for fix in &settings.fixes {
        text.push_str(&format!("  fix: {}\n", fix.name()));
    }
    for notice in &settings.notices {
        text.push_str(&format!("\nnotice: {notice}\n"));
    }
    let all = shape + images * per_image;
    text.push_str(&format!(
        "\n{all} features of a region in a 3-D image: {shape} of shape, {per_image} of each of {images} images\n"
    ));
    text
}

/// The number of images that a filter gives of a 3-D image large enough for it.
fn image_count(enabled: &EnabledImageType) -> usize {
    let s = &enabled.settings;
    match enabled.image_type {
        ImageType::LoG => s.sigma.len(),
        // Each level has all bands but the approximation, which only the last level gives.
        ImageType::Wavelet => s.level * if s.force_2d { 3 } else { 7 } + 1,
        // One per level of the harmonics, and the kurtosis.
        ImageType::LBP3D => s.lbp3d_levels as usize + 1,
        _ => 1,
    }
}

/// The number of features that an enabled class gives.
fn feature_count(class: &EnabledClass) -> usize {
    if class.features.is_empty() {
        return catalog::enabled_by_default(class.class).count();
    }
    class.features.iter().filter_map(|name| catalog::find(class.class, name)).filter(|f| f.has_value()).count()
}
