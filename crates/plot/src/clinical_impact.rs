//! Clinical impact curves.

use radsurv_eval::Estimate;
use radsurv_eval::clinical_impact::{ClinicalImpact, ImpactPoint};

use crate::chart::{Chart, Entry, Key, Layer, Second};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::{Scale, short};
use crate::style::Style;

/// How many of a population are at high risk by threshold, and how many of these have the event, with limits as bands if
/// there are some; below the threshold the harm to the benefit that it stands for.
///
/// # Errors
/// [`Error::Input`] if there are no two thresholds.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// let outcome = Survival::new((1..=12).map(f64::from).collect(), (0..12).map(|i| i % 4 != 1).collect())?;
/// let risk: Vec<f64> = (0..12).map(|i| 0.9 - 0.06 * f64::from(i) + 0.02 * f64::from(i % 3)).collect();
/// use radsurv_eval::clinical_impact::{ClinicalImpact, ClinicalImpactSettings};
/// let impact = ClinicalImpact::of(&risk, &outcome, &ClinicalImpactSettings::at(8.5))?;
/// let drawing = radsurv_plot::clinical_impact::figure(&impact, "", &radsurv_plot::Style::single())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "Number of 1000"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(impact: &ClinicalImpact, title: &str, style: &Style) -> Result<Drawing> {
    style.check()?;
    let thresholds = impact.points.iter().map(|p| p.threshold);
    let (first, last) = thresholds.fold((1.0f64, 0.0f64), |(a, b), t| (a.min(t), b.max(t)));
    if last <= first {
        let found = impact.points.len();
        return Err(Error::Input(format!("numbers at {found} thresholds make no curve: give several between 0 and 1")));
    }
    let of = |p: &ImpactPoint, which: usize| -> Option<Estimate> { [Some(p.high_risk), p.with_event][which] };
    let x =
        Scale::between(if first < 0.1 * last { 0.0 } else { first }, last, if style.width > 450.0 { 10 } else { 5 });
    let y_name = format!("Number of {}", short(impact.population));
    let names = Names { title: title.into(), x: "Threshold probability".into(), y: y_name };
    let mut chart = Chart::new(x, Scale::between(0.0, impact.population, 5), names);
    chart.second = Some(Second::odds(&chart.x));
    for (which, name) in ["High risk", "High risk with event"].into_iter().enumerate() {
        let colour = style.colour(which);
        let limit = |limit: Option<f64>| limit.unwrap_or(f64::NAN);
        let band = |p: &ImpactPoint| {
            let [lower, upper] = of(p, which).map_or([None; 2], |e| [e.lower, e.upper]);
            [p.threshold, limit(lower), limit(upper)]
        };
        chart.layers.push(Layer::Band { points: impact.points.iter().map(band).collect(), colour });
        let line = |p: &ImpactPoint| [p.threshold, of(p, which).map_or(f64::NAN, |e| e.estimate)];
        chart.line(impact.points.iter().map(line).collect(), colour, style.line, style.dash(which));
        chart.legend.push(Entry::new(Key::Line(style.dash(which).to_vec()), colour, name, ""));
    }
    Ok(chart.figure(if style.width > 450.0 { 0.5 } else { 0.8 }, style))
}
