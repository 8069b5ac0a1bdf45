//! The effect of batches before and after a harmonisation: principal components and p-values.

use radsurv_harmonize::diagnostics::{BatchEffect, Comparison};

use crate::axes::{Panel, Scale, Style};
use crate::svg::{Anchor, Drawing, Text, text_width};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 640.0;
const LEFT: f64 = 62.0;
const TOP: f64 = 58.0;
const PANEL: [f64; 2] = [300.0, 220.0];
const GAP: [f64; 2] = [80.0, 82.0];

/// Four panels: the first two principal components, a point per case in the colour of its batch, and the p-values of the
/// features (analysis of variance, not adjusted) as a histogram of twenty bins; before on the left, after on the right.
///
/// Without an effect of batches the clouds lie upon each other and the histogram is flat: its dashed line is what is
/// expected. The share of variance that a component has and that batches have of it are in the names of the axes.
pub fn figure(comparison: &Comparison, style: &Style) -> Drawing {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    legend(&mut drawing, &comparison.before, style);
    // One height for both histograms: a tall bar that is gone must look gone.
    let bins = [&comparison.before, &comparison.after].map(histogram);
    let most = bins.iter().flatten().max().copied().unwrap_or(0).max(1);
    for (column, (when, effect)) in [("Before", &comparison.before), ("After", &comparison.after)].iter().enumerate() {
        let left = LEFT + column as f64 * (PANEL[0] + GAP[0]);
        components(&mut drawing, effect, [left, TOP], when, style);
        p_values(&mut drawing, effect, [left, TOP + PANEL[1] + GAP[1]], &bins[column], most, when, style);
    }
    drawing
}

/// The batches in a line at the top, as many as there is room for.
fn legend(drawing: &mut Drawing, effect: &BatchEffect, style: &Style) {
    let text = Text { size: style.text, ..Text::default() };
    let mut x = LEFT;
    for (batch, level) in effect.levels.iter().enumerate() {
        let cases = effect.codes.iter().filter(|&&code| code == batch).count();
        let label = format!("{level} ({cases})");
        let width = 16.0 + text_width(&label, style.text) + 18.0;
        if x + width > WIDTH - 40.0 && batch + 1 < effect.levels.len() {
            drawing.text([x, 20.0], &format!("and {} more", effect.levels.len() - batch), &text);
            return;
        }
        drawing.circle([x + 5.0, 16.0], 4.0, style.colour(batch), 0.8);
        drawing.text([x + 14.0, 20.0], &label, &text);
        x += width;
    }
}

fn components(drawing: &mut Drawing, effect: &BatchEffect, corner: [f64; 2], when: &str, style: &Style) {
    let title = format!("{when}: principal components");
    let [first, second] = [0, 1].map(|k| effect.components.get(k));
    let scale = |c: Option<&radsurv_harmonize::diagnostics::ComponentEffect>| {
        Scale::of(c.map_or(&[][..], |c| &c.scores).iter().copied(), 5)
    };
    let panel = Panel { corner, size: PANEL, x: scale(first), y: scale(second) };
    let name = |k: usize, c: Option<&radsurv_harmonize::diagnostics::ComponentEffect>| {
        c.map_or(format!("PC{k}"), |c| {
            format!("PC{k} ({:.0} %, batches {:.1} % of it)", 100.0 * c.explained, 100.0 * c.r2)
        })
    };
    panel.draw_axes(drawing, style, &title, &name(1, first), &name(2, second));
    let (Some(first), Some(second)) = (first, second) else { return };
    for ((x, y), &batch) in first.scores.iter().zip(&second.scores).zip(&effect.codes) {
        drawing.circle(panel.place(*x, *y), 2.6, style.colour(batch), 0.6);
    }
}

const BINS: usize = 20;

fn p_of(effect: &BatchEffect) -> impl Iterator<Item = f64> {
    effect.features.iter().filter_map(|f| f.tests.as_ref()).map(|t| t.f_p).filter(|p| p.is_finite())
}

fn histogram(effect: &BatchEffect) -> [usize; BINS] {
    let mut counts = [0; BINS];
    p_of(effect).for_each(|p| counts[((p * BINS as f64) as usize).min(BINS - 1)] += 1);
    counts
}

fn p_values(
    drawing: &mut Drawing,
    effect: &BatchEffect,
    corner: [f64; 2],
    counts: &[usize; BINS],
    most: usize,
    when: &str,
    style: &Style,
) {
    let y = Scale::between(0.0, 1.12 * most as f64, 5);
    let panel = Panel { corner, size: PANEL, x: Scale::between(0.0, 1.0, 5), y };
    for (bin, &count) in counts.iter().enumerate() {
        let [left, top] = panel.place(bin as f64 / BINS as f64, count as f64);
        let [right, bottom] = panel.place((bin + 1) as f64 / BINS as f64, 0.0);
        drawing.rectangle([left + 0.5, top], [right - left - 1.0, bottom - top], style.colour(0), 0.75);
    }
    let expected = p_of(effect).count() as f64 / BINS as f64;
    drawing.polyline(&[panel.place(0.0, expected), panel.place(1.0, expected)], 1.0, [60, 60, 60], &[4.0, 3.0]);
    let (different, _) = effect.different(0.05);
    let note = format!("{different} of {} features differ (adjusted p < 0.05)", effect.features.len());
    let end = Text { size: 0.95 * style.text, anchor: Anchor::End, ..Text::default() };
    drawing.text([corner[0] + PANEL[0] - 4.0, corner[1] + 12.0], &note, &end);
    panel.draw_axes(drawing, style, &format!("{when}: tests between batches"), "p (analysis of variance)", "features");
}

#[cfg(test)]
mod tests {
    use radsurv_data::{Cohort, Covariate, Covariates, FeatureTable, Groups};

    use super::*;

    #[test]
    fn a_figure_has_all_its_parts_even_of_one_feature() {
        let table =
            FeatureTable::from_rows((0..12).map(|i| (format!("P{i}"), vec![("a", f64::from(i * i % 7))]))).unwrap();
        let mut covariates = Covariates::new(12);
        let centre = Groups::new((0..12).map(|i| Some(if i % 2 == 0 { "A & B" } else { "C" })));
        covariates.add("centre", Covariate::Category(centre)).unwrap();
        let cohort = Cohort::new(table, covariates).unwrap();
        let comparison = Comparison::of(&cohort, &cohort, "centre", 2).unwrap();
        let svg = figure(&comparison, &Style::default()).to_svg();
        assert!(svg.contains("A &amp; B (6)") && svg.contains("After: tests between batches"));
        assert!(!svg.contains("NaN"));
    }
}
