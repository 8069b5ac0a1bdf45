//! SHAP values of all cases, a swarm for each feature.

use radsurv_data::FeatureTable;
use radsurv_survival::explain::ShapValues;

use crate::cloud::{self, Bar, Shades};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::rows::Rows;
use crate::scale::Scale;
use crate::style::Style;

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the axis. Default `SHAP value (shift of the risk)`.
    pub name: String,
    /// How many features have a row of their own, the most important ones. Default 20.
    pub shown: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), name: "SHAP value (shift of the risk)".into(), shown: 20 }
    }
}

/// A row per feature, that with the largest mean |SHAP value| at the top, and a dot per case: how far the feature moves its risk,
/// in the colour of its value. Dots that would lie on each other are put above and below, as in the figure of the package shap, so
/// that the height of a swarm is the number of cases. The last row is the sum of all other features, in grey.
///
/// The colours of a row go from the 5 % to the 95 % quantile of its feature; dots of cases without a value are grey. `features` may
/// have more cases and features than are explained. Values that are not finite are not drawn.
///
/// # Errors
/// [`Error::Input`] if there is no case or feature, or `features` lacks one of those that are explained.
///
/// # Example
/// ```
/// use radsurv_data::FeatureTable;
/// use radsurv_plot::{Style, shap_beeswarm::{Settings, figure}};
/// use radsurv_survival::explain::ShapValues;
/// let rows = (0..40).map(|i| (format!("P{i}"), vec![("volume", f64::from(i)), ("entropy", f64::from(i * 7 % 13))]));
/// let features = FeatureTable::from_rows(rows)?;
/// let values = features.columns().iter().map(|column| column.iter().map(|v| v / 30.0 - 0.4).collect()).collect();
/// let (case_ids, names) = (features.case_ids().to_vec(), features.names().to_vec());
/// let shap = ShapValues { base: 0.1, case_ids, features: names, values };
/// let drawing = figure(&shap, &features, &Settings::default(), &Style::default())?;
/// assert_eq!(drawing.labels()[0].text, "volume");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(shap: &ShapValues, features: &FeatureTable, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let features = shap.feature_values(features).map_err(|e| Error::Input(e.to_string()))?;
    if shap.features.is_empty() || shap.case_ids.is_empty() {
        let (cases, features) = (shap.case_ids.len(), shap.features.len());
        return Err(Error::Input(format!(
            "there are SHAP values of {features} features in {cases} cases: nothing to draw"
        )));
    }
    let mut order: Vec<usize> = (0..shap.features.len()).collect();
    order.sort_by(|&a, &b| mean_size(&shap.values[b]).total_cmp(&mean_size(&shap.values[a])));
    let others = order.split_off(settings.shown.clamp(1, order.len()));
    let mut names: Vec<[String; 2]> = order.iter().map(|&f| [shap.features[f].clone(), String::new()]).collect();
    let mut rows: Vec<(Vec<f64>, Option<&[f64]>)> =
        order.iter().map(|&f| (shap.values[f].clone(), Some(features.columns()[f].as_slice()))).collect();
    if !others.is_empty() {
        names.push([format!("sum of {} others", others.len()), String::new()]);
        let sum = |case: usize| others.iter().map(|&f| shap.values[f][case]).sum();
        rows.push(((0..shap.case_ids.len()).map(sum).collect(), None));
    }
    let small = style.small();
    let missing = rows.iter().any(|(_, values)| values.is_none_or(|v| v.iter().any(|v| v.is_nan())));
    let bar = Bar { name: "Feature value", numbers: None, missing };
    let x = Scale::of(rows.iter().flat_map(|(shap, _)| shap.iter().copied()).chain([0.0]), Rows::ticks(style) - 1);
    // A few rows are higher, for the colours beside them.
    let height = (1.9 * small).max(7.5 * small / rows.len() as f64);
    let (title, axis, right) = (&settings.title, &settings.name, bar.width(style));
    let mut laid = Rows { title, axis, names, height, x, right, legend: &[], note: String::new() }.lay(style);
    laid.zero();
    let radius = 0.15 * small;
    for (row, (shap, values)) in rows.iter().enumerate() {
        let middle = laid.middle(row);
        let finite: Vec<usize> = (0..shap.len()).filter(|&case| shap[case].is_finite()).collect();
        let places: Vec<f64> = finite.iter().map(|&case| laid.x(shap[case])).collect();
        let points: Vec<[f64; 2]> =
            places.iter().zip(swarm(&places, radius, 0.44 * height)).map(|(x, up)| [*x, middle + up]).collect();
        let values: Vec<f64> = finite.iter().map(|&case| values.map_or(f64::NAN, |v| v[case])).collect();
        cloud::draw(&mut laid.drawing, &points, &values, &Shades::of(&values), radius);
    }
    let frame = laid.panel.frame;
    let long = frame.height().min(16.0 * small);
    bar.draw(&mut laid.drawing, [frame.right, frame.top], long, style);
    Ok(laid.drawing)
}

fn mean_size(values: &[f64]) -> f64 {
    let (sum, count) = values.iter().filter(|v| v.is_finite()).fold((0.0, 0.0), |(s, n), v| (s + v.abs(), n + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// How far above or below the middle each dot is: those whose place is in the same strip, a radius wide, lie in layers 0, 1, -1, 2,
/// -2, ... in the order of the cases. The layers are a diameter apart, or less where the fullest strip would leave the row.
fn swarm(places: &[f64], radius: f64, half: f64) -> Vec<f64> {
    let mut filled = std::collections::HashMap::new();
    let layer = |place: &f64| {
        let count: &mut i32 = filled.entry((place / radius).floor() as i64).or_insert(0);
        *count += 1;
        if *count % 2 == 0 { *count / 2 } else { -(*count / 2) }
    };
    let layers: Vec<i32> = places.iter().map(layer).collect();
    let most = layers.iter().map(|layer| layer.abs()).max().unwrap_or(0).max(1);
    let apart = (2.0 * radius).min((half - radius).max(0.0) / f64::from(most));
    layers.into_iter().map(|layer| apart * f64::from(layer)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swarm_is_as_high_as_there_are_cases() {
        assert_eq!(swarm(&[5.0, 50.0, 5.1, 5.2, 50.1], 1.0, 10.0), [0.0, 0.0, 2.0, -2.0, 2.0]);
        let dense = swarm(&vec![3.0; 1000], 1.0, 10.0);
        assert!(dense.iter().all(|up| up.abs() <= 9.0) && dense.contains(&9.0));
        assert_eq!(swarm(&[], 1.0, 10.0), Vec::<f64>::new());
    }
}
