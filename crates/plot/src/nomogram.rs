//! Nomograms, with one patient traced on them.

use radsurv_eval::nomogram::{Nomogram, Traced};

use crate::drawing::{Anchor, Drawing, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width, wrap};
use crate::raster::Colour;
use crate::scale::{Scale, fixed, minus, short};
use crate::style::{INK, PALE, Style};

/// What is shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The unit of time, for the names of the survival axes. Default none.
    pub unit: String,
    /// Whether the linear predictor has an axis. Default no.
    pub linear_predictor: bool,
}

/// An axis: ticks at fractions of the width.
struct Axis {
    name: String,
    ticks: Vec<Tick>,
    /// Where the patient is, and what is written for it.
    patient: Option<(f64, String)>,
    /// Whether labels may be left out, as others say where they are.
    numbers: bool,
}

struct Tick {
    at: f64,
    label: String,
}

/// A label and its level: above the axis from 0 up, or below it from -1 down.
struct Placed {
    x: f64,
    label: String,
    level: i32,
}

/// The most levels of labels on each side.
const LEVELS: i32 = 3;
const LINE: f64 = 1.2;

/// The axes of points, variables, total points and survival. Where the effect of a number turns, the values with which risk
/// rises are above their axis, those with which it falls below. Labels that would lie on each other are beside their axis in
/// levels, above and below; of numbers those are left out that have no room. A patient is a dot on each axis with a line to
/// the points, or from the total points to survival, and numbers on the right.
///
/// # Errors
/// [`Error::Input`] without a variable, or if an axis has points that are no numbers.
///
/// # Example
/// ```
/// use radsurv_data::{Covariate, Covariates, Survival};
/// use radsurv_eval::nomogram::{Nomogram, NomogramSettings};
/// use radsurv_plot::{Style, nomogram::{Settings, figure}};
/// use radsurv_stats::terms::Terms;
/// let mut cases = Covariates::new(40);
/// cases.add("Age", Covariate::Number((0..40).map(|i| 40.0 + f64::from(i * 7 % 40)).collect()))?;
/// cases.add("Size", Covariate::Number((0..40).map(|i| f64::from(i * 11 % 17)).collect()))?;
/// let outcome = Survival::new((0..40).map(|i| f64::from(i * 13 % 40 + 1)).collect(), vec![true; 40])?;
/// let terms = Terms::new().linear("Age").linear("Size");
/// let nomogram = Nomogram::fit(&terms, &cases, &outcome, &[20.0], &NomogramSettings::default())?;
/// let patient = nomogram.trace(&cases.rows(&[3]))?;
/// let settings = Settings { unit: "months".into(), ..Settings::default() };
/// let drawing = figure(&nomogram, Some(&patient), &settings, &Style::double())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "Survival at 20 months"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(nomogram: &Nomogram, patient: Option<&Traced>, settings: &Settings, style: &Style) -> Result<Drawing> {
    style.check()?;
    let most = nomogram.total.last().copied().unwrap_or(0.0);
    if nomogram.axes.is_empty() || !(most > 0.0 && nomogram.max_points > 0.0) {
        return Err(Error::Input("a nomogram without variables or points has nothing to draw".into()));
    }
    let small = style.small();
    let axes = axes(nomogram, patient, settings, most);
    let variables = nomogram.axes.len();
    let title = wrap(&settings.title, style.text, true, style.width - 4.0);
    let names = axes.iter().map(|a| text_width(&a.name, small, false)).fold(0.0, f64::max);
    let room = names.min(0.27 * style.width);
    let numbers = axes.iter().filter_map(|a| a.patient.as_ref()).map(|(_, text)| text_width(text, small, false));
    let numbers = numbers.reduce(f64::max).map_or(0.0, |w| w.max(text_width(PATIENT, small, false)) + small);
    // Labels at the ends of axes stand out by half.
    let half = 0.5 * axes.iter().flat_map(|a| &a.ticks).map(|t| text_width(&t.label, small, false)).fold(0.0, f64::max);
    let half = half.min(0.07 * style.width);
    let [left, right] = [1.0 + room + 0.5 * small + half.max(0.3 * small), style.width - 1.0 - numbers - half.max(1.0)];
    if right - left < 5.0 * small {
        return Err(Error::Input(format!(
            "a nomogram in a width of {:.0} pixels has no room for its axes: take a wider style",
            style.width
        )));
    }
    let place = |fraction: f64| left + (right - left) * fraction.clamp(0.0, 1.0);
    let edges = [room + 1.0 + 0.4 * small, style.width - numbers];
    let rows: Vec<Row> = axes.iter().map(|axis| Row::of(axis, room, place, edges, style)).collect();
    let mut y = 2.0 + 1.35 * style.text * title.len() as f64;
    let mut lines = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        // Total points stand apart.
        y += row.above + if i == variables + 1 { 0.9 * small } else { 0.0 };
        lines.push(y);
        y += row.below;
    }
    let beyond = patient.map(|p| p.beyond.join(", ")).filter(|b| !b.is_empty());
    let note = beyond.map(|b| format!("Beyond the fitted cases: {b}"));
    let notes = note.map_or(Vec::new(), |n| wrap(&n, small, false, style.width - 2.0));
    let mut drawing = Drawing::new(style.width, y + LINE * small * notes.len() as f64 + 0.4 * small);
    for (i, line) in title.iter().enumerate() {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        drawing.text([1.0, 1.0 + style.text * (0.95 + 1.35 * i as f64)], line, &text);
    }
    for (i, axis) in axes.iter().enumerate() {
        // To the points above for variables, from the total points for survival.
        if let Some((at, _)) = axis.patient.as_ref().filter(|_| i != variables + 1 && i > 0) {
            let target = if i <= variables { lines[0] } else { lines[variables + 1] };
            let x = place(*at);
            drawing.polyline(&[[x, lines[i]], [x, target]], 0.7, LIGHT, &[2.0, 2.0]);
        }
    }
    for ((axis, row), y) in axes.iter().zip(&rows).zip(&lines) {
        row.draw(&mut drawing, axis, *y, place, style);
    }
    if numbers > 0.0 {
        let text = Text { size: small, anchor: Anchor::End, colour: MARK, ..Text::default() };
        drawing.text([style.width - 1.0, lines[0] + 0.36 * small], PATIENT, &text);
    }
    for (i, line) in notes.iter().enumerate() {
        let text = Text { size: small, ..Text::default() };
        drawing.text([1.0, y + LINE * small * (i as f64 + 0.75)], line, &text);
    }
    Ok(drawing)
}

const PATIENT: &str = "Patient";
const MARK: Colour = [213, 94, 0];
const LIGHT: Colour = [236, 170, 120];

fn axes(nomogram: &Nomogram, patient: Option<&Traced>, settings: &Settings, most: f64) -> Vec<Axis> {
    let max = nomogram.max_points;
    let scale = Scale::between(0.0, max, 10);
    let tick = |at: f64, label: String| Tick { at, label };
    let ticks = scale.ticks().iter().map(|t| tick(t / max, scale.label(*t))).collect();
    let mut axes = vec![Axis { name: "Points".into(), ticks, patient: None, numbers: true }];
    for (i, axis) in nomogram.axes.iter().enumerate() {
        let ticks = axis.ticks.iter().map(|t| tick(t.points / max, minus(&t.label))).collect();
        let own = patient.and_then(|p| p.axes.iter().find(|t| t.axis == Some(i)));
        let patient = own.map(|t| (t.points / max, fixed(t.points, 0)));
        let numbers = axis.ticks.iter().all(|t| t.label.parse::<f64>().is_ok());
        axes.push(Axis { name: axis.name.clone(), ticks, patient, numbers });
    }
    let total = Scale::between(0.0, most, 10).with_ticks(&nomogram.total);
    let ticks = nomogram.total.iter().map(|t| tick(t / most, total.label(*t))).collect();
    let own = patient.map(|p| (p.total / most, fixed(p.total, 0)));
    axes.push(Axis { name: "Total points".into(), ticks, patient: own, numbers: true });
    if settings.linear_predictor {
        let ticks = nomogram.linear_predictor.iter().map(|t| tick(t.points / most, short(t.value))).collect();
        let own = patient.map(|p| (p.total / most, fixed(p.linear_predictor, 2)));
        axes.push(Axis { name: "Linear predictor".into(), ticks, patient: own, numbers: true });
    }
    for axis in &nomogram.survival {
        let name = format!("Survival at {} {}", short(axis.time), settings.unit).trim().to_string();
        let ticks = axis.ticks.iter().map(|t| tick(t.points / most, short(t.survival))).collect();
        let own = patient.and_then(|p| {
            let found = p.survival.iter().find(|s| s.time == axis.time)?;
            Some((p.total / most, probability(found.survival)))
        });
        axes.push(Axis { name, ticks, patient: own, numbers: true });
    }
    axes
}

/// None is printed as certain.
fn probability(p: f64) -> String {
    match p {
        p if p < 0.005 => "<0.01".into(),
        p if p > 0.995 => ">0.99".into(),
        p => fixed(p, 2),
    }
}

/// An axis with its labels in levels.
struct Row {
    name: Vec<String>,
    labels: Vec<Placed>,
    above: f64,
    below: f64,
}

impl Row {
    fn of(axis: &Axis, room: f64, place: impl Fn(f64) -> f64, edges: [f64; 2], style: &Style) -> Self {
        let small = style.small();
        let mut name = wrap(&axis.name, small, false, room + 0.1);
        if name.len() > 2 {
            let rest = name.split_off(1).join(" ");
            name.push(fit_text(&rest, small, false, room + 0.1));
        }
        let mut labels: Vec<Placed> = Vec::new();
        // Up to a tick, and to the next one for the first.
        let rises = |i: usize| axis.ticks[i.max(1) - 1].at <= axis.ticks[i.max(1).min(axis.ticks.len() - 1)].at;
        let changes = || axis.ticks.windows(2).map(|pair| pair[1].at - pair[0].at);
        let turns = changes().any(|c| c > 1e-9) && changes().any(|c| c < -1e-9);
        // The ends first, so that they are not left out; then from left to right.
        let mut order: Vec<usize> = (0..axis.ticks.len()).filter(|i| axis.ticks[*i].at.is_finite()).collect();
        let last = order.len().saturating_sub(1);
        let place_of_end = |k: usize| !(k == 0 || k == last);
        let keys: Vec<bool> = (0..order.len()).map(place_of_end).collect();
        let mut keyed: Vec<(bool, usize)> = keys.into_iter().zip(order.drain(..)).collect();
        keyed.sort_by_key(|(inner, _)| *inner);
        for (_, i) in keyed {
            let tick = &axis.ticks[i];
            let most = edges[1] - edges[0];
            let label = fit_text(&tick.label, small, false, most.min(0.35 * style.width));
            let half = 0.5 * text_width(&label, small, false);
            let x = place(tick.at).clamp(edges[0] + half, (edges[1] - half).max(edges[0] + half));
            let candidates: Vec<i32> = match (axis.numbers, turns.then(|| rises(i))) {
                // An effect that turns has the values with which it rises above, those with which it falls below.
                (true, Some(true)) => vec![0],
                (true, Some(false)) => vec![-1],
                // Numbers have one level on each side, words more.
                (true, None) => vec![0, -1],
                (false, _) => (0..LEVELS).flat_map(|k| [k, -1 - k]).collect(),
            };
            let free = |level: &i32| {
                !labels.iter().any(|other: &Placed| {
                    let others = 0.5 * text_width(&other.label, small, false);
                    other.level == *level && (other.x - x).abs() < half + others + 0.35 * small
                })
            };
            if let Some(level) = candidates.into_iter().find(free) {
                labels.push(Placed { x, label, level });
            }
        }
        let highest = labels.iter().map(|l| l.level + 1).max().unwrap_or(0).max(0);
        let lowest = labels.iter().map(|l| -l.level).max().unwrap_or(0).max(0);
        let extra = 0.5 * LINE * small * (name.len().saturating_sub(1)) as f64;
        let above = (0.45 * small + LINE * small * f64::from(highest)).max(0.8 * small + extra);
        let below = (0.25 * small + LINE * small * f64::from(lowest)).max(0.5 * small + extra);
        Self { name, labels, above, below }
    }

    fn draw(&self, drawing: &mut Drawing, axis: &Axis, y: f64, place: impl Fn(f64) -> f64, style: &Style) {
        let small = style.small();
        let text = Text { size: small, ..Text::default() };
        let lines = self.name.len() as f64;
        for (i, line) in self.name.iter().enumerate() {
            let base = y + 0.36 * small + LINE * small * (i as f64 - 0.5 * (lines - 1.0));
            drawing.text([1.0, base], line, &text);
        }
        let ends = axis.ticks.iter().map(|t| t.at).filter(|at| at.is_finite());
        let (from, to) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), t| (a.min(t), b.max(t)));
        if from > to {
            return;
        }
        // A variable without an effect is a point.
        drawing.line([place(from) - 0.4, y], [place(to) + 0.4, y], 0.8, INK);
        let length = 0.3 * small;
        for tick in axis.ticks.iter().filter(|t| t.at.is_finite()) {
            let x = place(tick.at);
            drawing.line([x, y - length], [x, y], 0.8, INK);
        }
        let middle = Text { anchor: Anchor::Middle, ..text };
        for label in &self.labels {
            let base = match label.level {
                level if level >= 0 => y - length - 0.15 * small - LINE * small * f64::from(level),
                level => y + 0.95 * small + LINE * small * f64::from(-1 - level),
            };
            if label.level != 0 {
                // To its tick, if it is not next to it.
                let end = if label.level > 0 { base + 0.15 * small } else { base - 0.78 * small };
                drawing.line([label.x, y], [label.x, end], 0.5, PALE);
            }
            drawing.text([label.x, base], &label.label, &middle);
        }
        if let Some((at, number)) = &axis.patient {
            drawing.circle([place(*at), y], 0.28 * small, MARK, 1.0);
            let end = Text { anchor: Anchor::End, colour: MARK, bold: false, ..text };
            drawing.text([style.width - 1.0, y + 0.36 * small], number, &end);
        }
    }
}

#[cfg(test)]
mod tests {
    use radsurv_data::{Covariate, Covariates, Survival};
    use radsurv_eval::nomogram::NomogramSettings;
    use radsurv_stats::terms::Terms;

    use super::*;

    #[test]
    fn a_patient_is_where_the_ticks_say() {
        let mut cases = Covariates::new(60);
        let age: Vec<f64> = (0..60).map(|i| 40.0 + f64::from(i * 7 % 40)).collect();
        cases.add("age", Covariate::Number(age.clone())).unwrap();
        cases.add("size", Covariate::Number((0..60).map(|i| f64::from(i * 11 % 17)).collect())).unwrap();
        let times = (0..60).map(|i| f64::from(100 - i * 7 % 40) + f64::from(i * 13 % 60)).collect();
        let outcome = Survival::new(times, vec![true; 60]).unwrap();
        let terms = Terms::new().linear("age").linear("size");
        let nomogram = Nomogram::fit(&terms, &cases, &outcome, &[90.0], &NomogramSettings::default()).unwrap();
        let patient = nomogram.trace(&cases.rows(&[8])).unwrap();
        let settings = Settings { linear_predictor: true, ..Settings::default() };
        let axes = axes(&nomogram, Some(&patient), &settings, *nomogram.total.last().unwrap());
        // Between ticks of a linear effect the place is in proportion.
        let read = |axis: &Axis, value: f64| {
            let number = |t: &Tick| t.label.replace('−', "-").parse::<f64>().unwrap();
            let (first, last) = (axis.ticks.first().unwrap(), axis.ticks.last().unwrap());
            let part = (value - number(first)) / (number(last) - number(first));
            first.at + part * (last.at - first.at)
        };
        let place = |axis: &Axis| axis.patient.as_ref().unwrap().0;
        assert!((place(&axes[1]) - read(&axes[1], age[8])).abs() < 1e-9);
        assert!((place(&axes[3]) - read(&axes[3], patient.total)).abs() < 1e-9);
        assert!((place(&axes[4]) - read(&axes[4], patient.linear_predictor)).abs() < 1e-6);
        // Survival falls with points: between the two ticks around it.
        let survival = patient.survival[0].survival;
        for tick in &axes[5].ticks {
            let above = tick.label.parse::<f64>().unwrap() > survival;
            assert_eq!(tick.at < place(&axes[5]), above, "{} {survival}", tick.label);
        }
    }

    #[test]
    fn no_probability_is_certain() {
        assert_eq!([0.0, 0.0049, 0.126, 0.996, 1.0].map(probability), ["<0.01", "<0.01", "0.13", ">0.99", ">0.99"]);
    }
}
