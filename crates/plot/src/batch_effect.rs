//! The effect of batches before and after a harmonisation: principal components and p-values.

use radsurv_harmonize::diagnostics::{BatchEffect, Comparison};

use crate::chart::{Chart, Entry, Layer};
use crate::drawing::{Drawing, Text};
use crate::font::{fit_text, text_width};
use crate::panel::Names;
use crate::scale::Scale;
use crate::style::{INK, Style};

/// Four panels: the first two principal components, a point per case in the colour of its batch, and the p-values of the
/// features (analysis of variance, not adjusted) as a histogram of twenty bins; before on the left, after on the right. In
/// a single column the panels are below each other, those of a kind together.
///
/// Without an effect of batches the clouds lie upon each other and the histogram is flat: its dashed line is what is
/// expected. The share of variance that a component has and that batches have of it are in the names of the axes.
pub fn figure(comparison: &Comparison, style: &Style) -> Drawing {
    let effects = [("Before", &comparison.before), ("After", &comparison.after)];
    // One height for both histograms: a tall bar that is gone must look gone.
    let bins = effects.map(|(_, effect)| histogram(effect));
    let most = bins.iter().flatten().max().copied().unwrap_or(0).max(1);
    let beside = style.width > 450.0;
    let gap = 1.2 * style.text;
    let width = if beside { 0.5 * (style.width - gap) } else { style.width };
    let height = 0.72 * width;
    let clouds = effects.map(|(when, effect)| components(effect, when, style));
    let tests = [0, 1].map(|i| p_values(effects[i].1, &bins[i], most, effects[i].0, style));
    let entries = legend(&comparison.before, style);
    let top = 1.5 * style.small() * entries.lines as f64 + 0.5 * style.small();
    let places = |i: usize, kind: usize| match beside {
        true => [i as f64 * (width + gap), top + kind as f64 * (height + gap)],
        false => [0.0, top + (2 * kind + i) as f64 * (height + gap)],
    };
    let rows = if beside { 2.0 } else { 4.0 };
    let mut drawing = Drawing::new(style.width, top + rows * (height + gap) - gap);
    entries.draw(&mut drawing, style);
    for (kind, charts) in [clouds, tests].iter().enumerate() {
        for (i, chart) in charts.iter().enumerate() {
            let plan = chart.plan(width, height, style);
            chart.draw(&mut drawing, places(i, kind), &plan, style);
        }
    }
    drawing
}

/// The batches in lines at the top, as many as there is room for in three.
struct Legend {
    entries: Vec<(Option<usize>, String, f64, usize)>,
    lines: usize,
}

fn legend(effect: &BatchEffect, style: &Style) -> Legend {
    const LINES: usize = 3;
    let small = style.small();
    let (mut x, mut line, mut entries) = (2.0, 0, Vec::new());
    for (batch, level) in effect.levels.iter().enumerate() {
        let cases = effect.codes.iter().filter(|&&code| code == batch).count();
        let label = fit_text(&format!("{level} ({cases})"), small, false, style.width - 12.0 * small);
        let width = (2.6 * small) + text_width(&label, small, false);
        // The last line keeps room for what is left out.
        let end = if line + 1 == LINES { style.width - 7.0 * small } else { style.width - 2.0 };
        if x + width > end && x > 2.0 {
            if line + 1 == LINES {
                entries.push((None, format!("and {} more", effect.levels.len() - batch), x, line));
                break;
            }
            (x, line) = (2.0, line + 1);
        }
        entries.push((Some(batch), label, x, line));
        x += width;
    }
    Legend { entries, lines: line + 1 }
}

impl Legend {
    fn draw(&self, drawing: &mut Drawing, style: &Style) {
        let small = style.small();
        let text = Text { size: small, ..Text::default() };
        for (batch, label, x, line) in &self.entries {
            let base = 1.5 * small * *line as f64 + 1.2 * small;
            if let Some(batch) = batch {
                drawing.circle([x + 0.4 * small, base - 0.35 * small], 0.3 * small, style.colour(*batch), 1.0);
            }
            drawing.text([x + 1.1 * small, base], label, &text);
        }
    }
}

fn components(effect: &BatchEffect, when: &str, style: &Style) -> Chart {
    let [first, second] = [0, 1].map(|k| effect.components.get(k));
    let scale = |c: Option<&radsurv_harmonize::diagnostics::ComponentEffect>| {
        Scale::of(c.map_or(&[][..], |c| &c.scores).iter().copied(), 5)
    };
    let name = |k: usize, c: Option<&radsurv_harmonize::diagnostics::ComponentEffect>| {
        c.map_or(format!("PC{k}"), |c| {
            format!("PC{k} ({:.0} %, batches {:.1} % of it)", 100.0 * c.explained, 100.0 * c.r2)
        })
    };
    let title = format!("{when}: principal components");
    let names = Names { title, x: name(1, first), y: name(2, second) };
    let mut chart = Chart::new(scale(first), scale(second), names);
    let (Some(first), Some(second)) = (first, second) else { return chart };
    for batch in 0..effect.levels.len() {
        let of_batch = effect.codes.iter().enumerate().filter(|(_, code)| **code == batch);
        let points = of_batch.map(|(i, _)| [first.scores[i], second.scores[i]]).collect();
        chart.layers.push(Layer::Dots { points, colour: style.colour(batch), radius: 1.8 });
    }
    chart
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

fn p_values(effect: &BatchEffect, counts: &[usize; BINS], most: usize, when: &str, style: &Style) -> Chart {
    // Room for the note above the bars.
    let top = 1.25 * most as f64;
    let title = format!("{when}: tests between batches");
    let names = Names { title, x: "p (analysis of variance)".into(), y: "Features".into() };
    let mut chart = Chart::new(Scale::between(0.0, 1.0, 5), Scale::between(0.0, top, 5), names);
    let bar =
        |bin: usize| [(bin as f64 + 0.08) / BINS as f64, (bin as f64 + 0.92) / BINS as f64, 0.0, counts[bin] as f64];
    chart.layers.push(Layer::Bars { bars: (0..BINS).map(bar).collect(), colour: style.colour(0), opacity: 0.75 });
    let expected = p_of(effect).count() as f64 / BINS as f64;
    chart.line(vec![[0.0, expected], [1.0, expected]], INK, 0.9, &[4.0, 3.0]);
    let (different, _) = effect.different(0.05);
    chart.legend.push(Entry::note(format!("{different} of {} differ (adjusted p < 0.05)", effect.features.len())));
    chart
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
        for style in [Style::single(), Style::double()] {
            let drawing = figure(&comparison, &style);
            let svg = drawing.to_svg();
            assert!(svg.contains("A &amp; B (6)") && svg.contains("After: tests between batches"));
            assert!(!svg.contains("NaN"));
            assert!(drawing.overlaps().is_empty() && drawing.cut_off().is_empty());
        }
    }
}
