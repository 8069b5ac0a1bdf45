//! `radsurv features`: the features there are.

use radsurv_features::catalog;
use radsurv_features::settings::FeatureClass;

use crate::console::print;
use crate::error::{Result, Status};

/// Lists the features of a class, or of all, one line each.
pub fn list(class: Option<FeatureClass>) -> Result<Status> {
    let mut lines = vec![["class", "feature", "IBSI", "measures"].map(String::from)];
    for class in FeatureClass::ALL.into_iter().filter(|c| class.is_none_or(|only| only == *c)) {
        for feature in catalog::features(class) {
            let mut text = feature.description.to_string();
            if let Some(deprecation) = feature.deprecation {
                let how = if deprecation.has_value { "by name only" } else { "no value" };
                let instead = match deprecation.equivalent {
                    "" => String::new(),
                    other => format!(", use {other}"),
                };
                text.push_str(&format!(" (deprecated: {how}{instead})"));
            } else if let Some(difference) = feature.ibsi_difference {
                text.push_str(&format!(" (differs from IBSI: {difference})"));
            }
            lines.push([class.name().into(), feature.name.into(), feature.ibsi.unwrap_or("-").into(), text]);
        }
    }
    let width = |column: usize| lines.iter().map(|l| l[column].chars().count()).max().unwrap_or(0);
    let (a, b) = (width(0), width(1));
    let text: String = lines.iter().map(|[c, n, i, t]| format!("{c:a$}  {n:b$}  {i:4}  {t}\n")).collect();
    print(&text)?;
    Ok(Status::Done)
}
