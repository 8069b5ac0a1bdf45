//! How many features are how reproducible.

use radsurv_harmonize::icc::{IccTable, KeepBy};

use crate::chart::{Chart, Entry, Key, Layer};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::{Scale, short};
use crate::style::{INK, Style};

const BIN: f64 = 0.05;
/// Koo and Li, Journal of Chiropractic Medicine 15 (2016) 155-163, p. 158.
const CLASSES: [(&str, f64); 4] = [("poor", 0.5), ("moderate", 0.75), ("good", 0.9), ("excellent", f64::INFINITY)];

/// A histogram of the intraclass correlations of features in steps of 0.05, in the colours of Koo and Li's classes (below
/// 0.5, 0.75, 0.9, and above), with the threshold and how many are kept. Correlations below 0 are all in the bar left of 0;
/// how many features have none is written.
///
/// # Errors
/// [`Error::Input`] if no feature has an intraclass correlation.
///
/// # Example
/// ```
/// use radsurv_data::FeatureTable;
/// use radsurv_harmonize::icc::{IccSettings, Reading};
/// let read = |noise: usize| FeatureTable::from_rows(
///     (0..9).map(|i| (format!("P{i}"), vec![("volume", (i * i) as f64), ("entropy", (i * noise % 7) as f64)])));
/// let (first, second) = (read(3)?, read(5)?);
/// let readings = [Reading { name: "first", table: &first }, Reading { name: "second", table: &second }];
/// let found = IccSettings::default().analyse(&readings)?;
/// let drawing = radsurv_plot::icc_distribution::figure(&found, "", &radsurv_plot::Style::single())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "1 kept"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(table: &IccTable, title: &str, style: &Style) -> Result<Drawing> {
    style.check()?;
    let values: Vec<f64> = table.rows().iter().map(|row| row.icc.icc).filter(|icc| !icc.is_nan()).collect();
    if values.is_empty() {
        let of = table.rows().len();
        return Err(Error::Input(format!("none of {of} features has an intraclass correlation: nothing to draw")));
    }
    let bins = (1.0 / BIN).round() as usize;
    // The first is of what is below 0.
    let mut counts = vec![0usize; bins + 1];
    for icc in &values {
        let bin = if *icc < 0.0 { 0 } else { 1 + ((icc / BIN + 1e-9) as usize).min(bins - 1) };
        counts[bin] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or(1).max(1);
    let left = if counts[0] > 0 { -BIN } else { 0.0 };
    let form = table.settings().form.shrout_fleiss();
    let x = Scale::between(left, 1.0, 5).with_ticks(&[0.0, 0.25, 0.5, 0.75, 1.0]);
    let names = Names { title: title.into(), x: format!("Intraclass correlation, {form}"), y: "Features".into() };
    let mut chart = Chart::new(x, Scale::between(0.0, 1.05 * most as f64, 5), names);
    for (class, (name, below)) in CLASSES.iter().enumerate() {
        let above = if class == 0 { f64::NEG_INFINITY } else { CLASSES[class - 1].1 };
        let inside = |bin: &usize| {
            let middle = (*bin as f64 - 0.5) * BIN;
            middle > above && middle < *below
        };
        let of_class: Vec<usize> = (0..=bins).filter(inside).collect();
        let bar = |bin: usize| {
            let right = bin as f64 * BIN;
            [right - BIN + 0.003, right - 0.003, 0.0, counts[bin] as f64]
        };
        let (bars, colour) = (of_class.iter().map(|b| bar(*b)).collect(), SHADES[class]);
        chart.layers.push(Layer::Bars { bars, colour, opacity: 1.0 });
        let count: usize = of_class.iter().map(|b| counts[*b]).sum();
        chart.legend.push(Entry::new(Key::Square, colour, *name, count.to_string()));
    }
    let threshold = table.settings().threshold;
    chart.line(vec![[threshold, 0.0], [threshold, 1.05 * most as f64]], INK, 0.9, &[3.0, 2.0]);
    let kept = table.rows().iter().filter(|row| row.keep).count();
    let by = match table.settings().by {
        KeepBy::Estimate => "ICC",
        KeepBy::Lower => "lower limit",
    };
    chart.legend.push(Entry::new(
        Key::Line(vec![3.0, 2.0]),
        INK,
        format!("{by} > {}", short(threshold)),
        format!("{kept} kept"),
    ));
    let undefined = table.rows().len() - values.len();
    if undefined > 0 {
        chart.legend.push(Entry::note(format!("{undefined} without a value")));
    }
    let ratio = if style.width > 450.0 { 0.45 } else { 0.66 };
    Ok(chart.figure(ratio, style))
}

/// From pale to dark, as the classes are in an order.
const SHADES: [[u8; 3]; 4] = [[189, 201, 225], [116, 169, 207], [43, 140, 190], [4, 90, 141]];

#[cfg(test)]
mod tests {
    use radsurv_data::FeatureTable;
    use radsurv_harmonize::icc::{IccSettings, Reading};

    use super::*;

    #[test]
    fn every_feature_is_in_a_bar_or_said_to_have_none() {
        let value = |i: usize, k: usize, reading: usize| {
            let noise = ((i * 7 + k * 13 + reading * 5) % 11) as f64 - 5.0;
            if k == 5 { 1.0 } else { ((i * i + k) % 17) as f64 + noise * [0.0, 0.1, 0.5, 2.0, 30.0][k] }
        };
        let table = |reading| {
            let rows =
                (0..20).map(|i| (format!("P{i}"), (0..6).map(|k| (format!("f{k}"), value(i, k, reading))).collect()));
            FeatureTable::from_rows(rows).unwrap()
        };
        let tables = [table(0), table(1)];
        let readings = [Reading { name: "a", table: &tables[0] }, Reading { name: "b", table: &tables[1] }];
        let found = IccSettings::default().analyse(&readings).unwrap();
        let drawing = figure(&found, "Two readers", &Style::default()).unwrap();
        let labels: Vec<String> = drawing.labels().into_iter().map(|l| l.text).collect();
        let counts = labels.iter().filter_map(|l| l.parse::<usize>().ok());
        assert!(counts.count() > 0 && labels.iter().any(|l| l == "1 without a value"), "{labels:?}");
        assert!(drawing.overlaps().is_empty() && drawing.cut_off().is_empty());
    }
}
