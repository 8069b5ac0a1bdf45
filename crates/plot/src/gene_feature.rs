//! A gene beside an image feature.

use radsurv_genomics::association::Association;
use radsurv_stats::correlation::Method;
use radsurv_stats::distribution::StudentT;

use crate::chart::{Chart, Entry, Layer};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::panel::Names;
use crate::scale::{Scale, p_value, with_limits};
use crate::style::Style;

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The kind of the correlation, for its letter. Default Spearman.
    pub method: Method,
    /// What the correlation is given: the names of confounders. Default none.
    pub given: Vec<String>,
    /// Whether the line of least squares is drawn, with the 95 % limits of the mean. Default yes.
    pub line: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { title: String::new(), method: Method::Spearman, given: Vec::new(), line: true }
    }
}

/// A dot per sample: the feature from left to right and the gene from bottom to top, with the line of least squares and the 95 % limits of the
/// mean, and the correlation in words. The line is that of the values, whatever the kind of correlation. Samples without one of both values have
/// no place.
///
/// # Errors
/// [`Error::Input`] if the values differ in number, or fewer than three samples have both.
///
/// # Example
/// ```
/// use radsurv_genomics::association::Association;
/// use radsurv_plot::{Style, gene_feature::{Settings, figure}};
/// let pair = Association {
///     feature: "glcm_Contrast".into(), gene: "HK2".into(), samples: 4, r: 0.8, lower: -0.2, upper: 0.99,
///     p_value: 0.2, adj_p_value: 0.2, family_p_value: None, strong: false,
/// };
/// let drawing = figure(&[1.0, 2.0, 3.0, 4.0], &[5.0, 7.0, 6.0, 8.0], &pair, &Settings::default(), &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "HK2"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(
    feature: &[f64],
    gene: &[f64],
    pair: &Association,
    settings: &Settings,
    style: &Style,
) -> Result<Drawing> {
    style.check()?;
    let both = feature.iter().zip(gene).map(|(x, y)| [*x, *y]).filter(|point| point.iter().all(|v| v.is_finite()));
    let points: Vec<[f64; 2]> = both.collect();
    if feature.len() != gene.len() || points.len() < 3 {
        return Err(Error::Input(format!(
            "{} values of the feature and {} of the gene, both in {} samples: give both of three samples at least",
            feature.len(),
            gene.len(),
            points.len()
        )));
    }
    let ticks = if style.width > 450.0 { 6 } else { 4 };
    let x = Scale::of(points.iter().map(|p| p[0]), ticks);
    let y = Scale::of(points.iter().map(|p| p[1]), 5);
    let names = Names { title: settings.title.clone(), x: pair.feature.clone(), y: pair.gene.clone() };
    let mut chart = Chart::new(x, y, names);
    let colour = style.colour(0);
    if let Some(line) = Line::of(&points).filter(|_| settings.line) {
        let ends = points.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], [x, _]| [a.min(*x), b.max(*x)]);
        let places = || (0..=40).map(|i| ends[0] + (ends[1] - ends[0]) * f64::from(i) / 40.0);
        let band = places().map(|x| [x, line.at(x) - line.margin(x), line.at(x) + line.margin(x)]).collect();
        chart.layers.push(Layer::Band { points: band, colour });
        chart.line(places().map(|x| [x, line.at(x)]).collect(), colour, style.line, &[]);
    }
    let radius = 0.2 * style.small();
    chart.layers.push(Layer::Dots { points, colour, radius });
    let letter = if settings.method == Method::Spearman { "ρ" } else { "r" };
    let r = with_limits(pair.r, Some(pair.lower), Some(pair.upper), 2);
    chart.legend.push(Entry::note(format!("{letter} = {r}")));
    chart.legend.push(Entry::note(format!("{}, n = {}", p_value(pair.p_value), pair.samples)));
    if pair.adj_p_value != pair.p_value {
        chart.legend.push(Entry::note(format!("adjusted {}", p_value(pair.adj_p_value))));
    }
    if !settings.given.is_empty() {
        chart.legend.push(Entry::note(format!("given {}", settings.given.join(", "))));
    }
    Ok(chart.figure_of(0.85, style))
}

/// A line of least squares and what its limits need.
struct Line {
    mean: [f64; 2],
    slope: f64,
    /// The residual variance.
    variance: f64,
    squares: f64,
    n: f64,
    quantile: f64,
}

impl Line {
    /// None if all values of the feature are equal.
    fn of(points: &[[f64; 2]]) -> Option<Self> {
        let n = points.len() as f64;
        let mean = [0, 1].map(|k| points.iter().map(|p| p[k] / n).sum::<f64>());
        let sum = |i: usize, j: usize| points.iter().map(|p| (p[i] - mean[i]) * (p[j] - mean[j])).sum::<f64>();
        let squares = sum(0, 0);
        let slope = sum(0, 1) / squares;
        let left = points.iter().map(|[x, y]| (y - mean[1] - slope * (x - mean[0])).powi(2)).sum::<f64>();
        let quantile = StudentT::new(n - 2.0).ok()?.quantile(0.975).ok()?;
        let line = Self { mean, slope, variance: left / (n - 2.0), squares, n, quantile };
        (line.slope.is_finite() && line.variance.is_finite()).then_some(line)
    }

    fn at(&self, x: f64) -> f64 {
        self.mean[1] + self.slope * (x - self.mean[0])
    }

    fn margin(&self, x: f64) -> f64 {
        self.quantile * (self.variance * (1.0 / self.n + (x - self.mean[0]).powi(2) / self.squares)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use radsurv_testkit::compare::assert_close;

    use super::*;

    #[test]
    fn the_line_is_that_of_r() {
        // R: predict(lm(c(5, 7, 6, 8) ~ c(1, 2, 3, 4)), data.frame(1.5), interval = "confidence") with x so named
        let line = Line::of(&[[1.0, 5.0], [2.0, 7.0], [3.0, 6.0], [4.0, 8.0]]).unwrap();
        assert_close(line.at(1.5), 5.7, 1e-14);
        assert_close(line.margin(1.5), 2.73819143006699, 1e-12);
        assert!(Line::of(&[[1.0, 5.0], [1.0, 7.0], [1.0, 6.0]]).is_none());
    }
}
