//! SHAP values of a feature by its values.

use radsurv_data::FeatureTable;
use radsurv_survival::explain::ShapValues;

use crate::chart::{Chart, Entry, Layer};
use crate::cloud::{self, Bar, Shades};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::Scale;
use crate::style::{FAINT, Style};

/// What colours the dots.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Colouring {
    /// The feature that [`ShapValues::interacting`] puts first.
    #[default]
    Interacting,
    /// A feature of this name; it need not be one that the model looks at.
    Feature(String),
    /// Nothing.
    None,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// What colours the dots. Default the feature that goes most with the SHAP values.
    pub colouring: Colouring,
}

/// A dot per case: the value of a feature, and how far it moves the risk. Where dots of one value spread upwards, other features
/// decide what this one says; their colours show whether it is the other feature.
///
/// Colours go from the 5 % to the 95 % quantile of the other feature; grey is without a value of it. Cases without a value of the
/// feature itself have no place, and are counted below.
///
/// # Errors
/// [`Error::Input`] if the feature is not explained, no case has a value of it, or `features` lacks a case or a feature.
///
/// # Example
/// ```
/// use radsurv_data::FeatureTable;
/// use radsurv_plot::{Style, shap_dependence::{Settings, figure}};
/// use radsurv_survival::explain::ShapValues;
/// let rows = (0..40).map(|i| (format!("P{i}"), vec![("volume", f64::from(i)), ("entropy", f64::from(i * 7 % 13))]));
/// let features = FeatureTable::from_rows(rows)?;
/// let values = features.columns().iter().map(|column| column.iter().map(|v| v / 30.0 - 0.4).collect()).collect();
/// let (case_ids, names) = (features.case_ids().to_vec(), features.names().to_vec());
/// let shap = ShapValues { base: 0.1, case_ids, features: names, values };
/// let drawing = figure(&shap, &features, "volume", &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "entropy"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(
    shap: &ShapValues,
    features: &FeatureTable,
    feature: &str,
    settings: &Settings,
    style: &Style,
) -> Result<Drawing> {
    style.check()?;
    let input = |error: &dyn std::fmt::Display| Error::Input(error.to_string());
    let colouring = match &settings.colouring {
        Colouring::None => None,
        Colouring::Feature(name) => Some(name.clone()),
        Colouring::Interacting => {
            let others = shap.interacting(feature, features).map_err(|e| input(&e))?;
            others.into_iter().next().map(|other| other.feature)
        }
    };
    let place = shap.features.iter().position(|name| name == feature);
    let place = place
        .ok_or_else(|| Error::Input(format!("there are no SHAP values of {feature}: the model does not look at it")))?;
    let column = |name: &str| -> Result<Vec<f64>> {
        let of = ShapValues { features: vec![name.to_string()], ..shap.clone() };
        Ok(of.feature_values(features).map_err(|e| input(&e))?.columns().concat())
    };
    let own = column(feature)?;
    let all: Vec<[f64; 2]> = own.iter().zip(&shap.values[place]).map(|(x, y)| [*x, *y]).collect();
    let shown: Vec<usize> = (0..all.len()).filter(|&i| all[i].iter().all(|v| v.is_finite())).collect();
    if shown.is_empty() {
        return Err(Error::Input(format!("no case has a value of {feature} and its SHAP value: nothing to draw")));
    }
    let points: Vec<[f64; 2]> = shown.iter().map(|&i| all[i]).collect();
    let ticks = if style.width > 450.0 { 7 } else { 4 };
    let x = Scale::of(points.iter().map(|p| p[0]), ticks);
    let y = Scale::of(points.iter().map(|p| p[1]).chain([0.0]), 5);
    let names = Names { title: settings.title.clone(), x: feature.into(), y: "SHAP value (shift of the risk)".into() };
    let mut chart = Chart::new(x, y, names);
    let [left, right] = [chart.x.min(), chart.x.max()];
    chart.line(vec![[left, 0.0], [right, 0.0]], FAINT, 0.75, &[]);
    if shown.len() < own.len() {
        chart.legend.push(Entry::note(format!("{} cases without a value are not shown", own.len() - shown.len())));
    }
    let colours = colouring.map(|name| column(&name).map(|values| (name, values))).transpose()?;
    let values: Vec<f64> = match &colours {
        Some((_, values)) => shown.iter().map(|&i| values[i]).collect(),
        None => Vec::new(),
    };
    let shades = Shades::of(&values);
    let bar = colours.as_ref().map(|(name, _)| Bar {
        name,
        numbers: Some(shades),
        missing: values.iter().any(|v| v.is_nan()),
    });
    let beside = bar.as_ref().map_or(0.0, |bar| bar.width(style));
    let radius = 0.19 * style.small();
    // A legend must keep off the dots, which are drawn in their colours below.
    let dots = Layer::Dots { points: points.clone(), colour: style.colour(0), radius };
    chart.layers.push(dots);
    let (width, height) = (style.width - beside, if style.width > 450.0 { 0.45 } else { 0.66 } * style.width);
    let plan = chart.plan(width, height, style);
    if bar.is_some() {
        chart.layers.pop();
    }
    let mut drawing = Drawing::new(style.width, height + plan.below);
    let panel = chart.draw(&mut drawing, [0.0; 2], &plan, style);
    if let Some(bar) = bar {
        let places: Vec<[f64; 2]> = points.iter().map(|[x, y]| panel.place(*x, *y)).collect();
        cloud::draw(&mut drawing, &places, &values, &shades, radius);
        bar.draw(&mut drawing, [panel.frame.right, panel.frame.top], panel.frame.height(), style);
    }
    Ok(drawing)
}
