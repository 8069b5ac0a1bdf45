//! Survival curves of Kaplan and Meier with the number at risk.

use radsurv_stats::nonparametric::KaplanMeier;

use crate::chart::{Chart, Entry, Key, Layer};
use crate::drawing::{Anchor, Drawing, Text};
use crate::error::{Error, Result};
use crate::font::{fit_text, text_width};
use crate::panel::{Names, Panel};
use crate::scale::{Scale, fixed, p_value, short};
use crate::style::{FAINT, Style};

/// The estimate of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve<'a> {
    /// The name of the group; may be empty if there is one.
    pub name: &'a str,
    /// Its estimate.
    pub estimate: &'a KaplanMeier,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The title. Default none.
    pub title: String,
    /// The name of the time axis. Default `Time`; better with its unit.
    pub time: String,
    /// The name of the other axis. Default `Survival probability`.
    pub survival: String,
    /// Where the time axis ends. Default at the last time of any case.
    pub until: Option<f64>,
    /// The distance of the ticks of the time axis, at which the number at risk is written. Default a round number.
    pub step: Option<f64>,
    /// Whether pointwise confidence limits are shown as a band. Default yes.
    pub limits: bool,
    /// Whether strokes show censored cases, where they are not so many (400 times of a group) that they hide the curve.
    /// Default yes.
    pub censored: bool,
    /// Whether medians are shown as lines, and in the legend. Default yes.
    pub median: bool,
    /// Whether the number at risk is written below. Default yes.
    pub at_risk: bool,
    /// The confidence that the estimates' limits were computed with. Default 0.95.
    pub confidence: f64,
    /// The p value of a test between the groups. Default none.
    pub p_value: Option<f64>,
    /// The name of this test. Default `Log-rank`.
    pub test: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: String::new(),
            time: "Time".into(),
            survival: "Survival probability".into(),
            until: None,
            step: None,
            limits: true,
            censored: true,
            median: true,
            at_risk: true,
            confidence: 0.95,
            p_value: None,
            test: "Log-rank".into(),
        }
    }
}

/// Curves with limits as bands, strokes at censored cases, medians with their limits, and the number at risk at each tick.
///
/// # Errors
/// [`Error::Input`] without a curve, or if the time axis would end at or before 0.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_plot::{Style, kaplan_meier::{Curve, Settings, figure}};
/// use radsurv_stats::nonparametric::KaplanMeier;
/// let estimate = KaplanMeier::of(&Survival::new(vec![2.0, 3.0, 5.0], vec![true, true, false])?)?;
/// let drawing = figure(&[Curve { name: "all", estimate: &estimate }], &Settings::default(), &Style::default())?;
/// assert!(drawing.to_svg().contains("Survival probability"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(curves: &[Curve], settings: &Settings, style: &Style) -> Result<Drawing> {
    let mut chart = chart(curves, settings, style)?;
    let rows = Rows::new(curves, &chart, settings, style);
    chart.left = rows.left;
    let height = (if style.width > 450.0 { 0.48 } else { 0.68 }) * style.width;
    let plan = chart.plan(style.width, height, style);
    // A gap between a legend below and the numbers.
    let top = height + plan.below + if plan.below > 0.0 { 0.6 * style.small() } else { 0.0 };
    let mut drawing = Drawing::new(style.width, top + rows.height);
    let panel = chart.draw(&mut drawing, [0.0; 2], &plan, style);
    rows.draw(&mut drawing, &panel, top, curves, style);
    Ok(drawing)
}

/// The curves and their legend, without the number at risk.
fn chart(curves: &[Curve], settings: &Settings, style: &Style) -> Result<Chart> {
    style.check()?;
    if curves.is_empty() {
        return Err(Error::Input("there is no survival curve to draw: give the estimate of a group at least".into()));
    }
    let last = curves.iter().filter_map(|c| c.estimate.steps().last()).map(|s| s.set.time).fold(0.0, f64::max);
    let until = settings.until.unwrap_or(if last > 0.0 { last } else { 1.0 });
    if !(until > 0.0 && until.is_finite()) {
        return Err(Error::Input(format!("survival curves until the time {until}: give a positive time")));
    }
    let names = Names { title: settings.title.clone(), x: settings.time.clone(), y: settings.survival.clone() };
    let mut x = Scale::between(0.0, until, if style.width > 450.0 { 8 } else { 5 });
    if let Some(step) = settings.step {
        if !(step > 0.0 && until / step <= 100.0) {
            let what = "give a positive distance of which 100 at most fit the time axis";
            return Err(Error::Input(format!("ticks at a distance of {step} on a time axis until {until}: {what}")));
        }
        let ticks: Vec<f64> = (0..=(until / step) as usize).map(|i| i as f64 * step).collect();
        x = x.with_ticks(&ticks);
    }
    let mut chart = Chart::new(x, Scale::between(0.0, 1.0, 5), names);
    let decimals = decimals(curves, until);
    for (i, curve) in curves.iter().enumerate() {
        add(&mut chart, curve, i, until, settings, style);
        if let Some(entry) = chart.legend.last_mut().filter(|_| settings.median) {
            entry.value = median(curve.estimate, decimals);
        }
    }
    if settings.median {
        add_medians(&mut chart, curves, until);
    }
    // A single group without a name needs no sign; its median is a note.
    if let [Curve { name: "", .. }] = curves {
        chart.legend.iter_mut().for_each(|e| *e = Entry::note(format!("Median {}", e.value)));
        chart.legend.retain(|_| settings.median);
    } else if settings.median {
        let entry =
            Entry::new(Key::Nothing, FAINT, "", format!("Median ({} % CI)", short(100.0 * settings.confidence)));
        chart.legend.insert(0, entry);
    }
    if let Some(p) = settings.p_value {
        chart.legend.push(Entry::note(format!("{} {}", settings.test, p_value(p)).trim().to_string()));
    }
    Ok(chart)
}

fn add(chart: &mut Chart, curve: &Curve, number: usize, until: f64, settings: &Settings, style: &Style) {
    let (colour, steps) = (style.colour(number), curve.estimate.steps());
    let (mut line, mut band, mut censored) = (vec![[0.0, 1.0]], vec![[0.0, 1.0, 1.0]], Vec::new());
    let (mut survival, mut limits) = (1.0, [1.0, 1.0]);
    for step in steps {
        let time = step.set.time;
        if step.set.event_count > 0 {
            line.extend([[time, survival], [time, step.survival]]);
            band.extend([[time, limits[0], limits[1]], [time, step.lower, step.upper]]);
            (survival, limits) = (step.survival, [step.lower, step.upper]);
        }
        if step.set.censored > 0.0 {
            censored.push([time, step.survival]);
        }
    }
    let end = steps.last().map_or(until, |s| s.set.time);
    line.push([end, survival]);
    band.push([end, limits[0], limits[1]]);
    if settings.limits {
        chart.layers.push(Layer::Band { points: band, colour });
    }
    chart.line(line, colour, style.line, style.dash(number));
    if settings.censored && censored.len() <= MOST_STROKES {
        chart.layers.push(Layer::Strokes { points: censored, colour, length: 0.55 * style.small() });
    }
    chart.legend.push(Entry::new(Key::Line(style.dash(number).to_vec()), colour, curve.name, ""));
}

const MOST_STROKES: usize = 400;

fn median(estimate: &KaplanMeier, decimals: usize) -> String {
    let Ok(median) = estimate.quantile(0.5) else { return "–".into() };
    let write = |time: Option<f64>| time.map_or("–".to_string(), |t| fixed(t, decimals));
    match median.time {
        None => "not reached".into(),
        time => format!("{} ({} to {})", write(time), write(median.lower), write(median.upper)),
    }
}

/// As many decimals for all medians as three digits of the time axis are, and one for half days.
fn decimals(curves: &[Curve], until: f64) -> usize {
    let digits = (2.0 - until.log10().floor()).clamp(0.0, 6.0) as usize;
    let medians = curves.iter().filter_map(|c| c.estimate.quantile(0.5).ok());
    let whole = medians.flat_map(|m| [m.time, m.lower, m.upper]).flatten().all(|t| t.fract() == 0.0);
    if whole { 0 } else { digits.max(1) }
}

fn add_medians(chart: &mut Chart, curves: &[Curve], until: f64) {
    let medians = curves.iter().filter_map(|c| c.estimate.quantile(0.5).ok()?.time);
    let medians: Vec<f64> = medians.filter(|m| *m <= until).collect();
    let furthest = medians.iter().copied().fold(0.0, f64::max);
    if furthest > 0.0 {
        chart.line(vec![[0.0, 0.5], [furthest, 0.5]], FAINT, 0.7, &[2.0, 2.0]);
    }
    for median in medians {
        chart.line(vec![[median, 0.5], [median, 0.0]], FAINT, 0.7, &[2.0, 2.0]);
    }
}

/// The rows of the number at risk.
struct Rows {
    shown: bool,
    /// Whether names stand above their numbers, as they are too long to be beside.
    above: bool,
    names: Vec<String>,
    left: f64,
    height: f64,
}

const ROW: f64 = 1.3;

impl Rows {
    fn new(curves: &[Curve], chart: &Chart, settings: &Settings, style: &Style) -> Self {
        let small = style.small();
        let shown = settings.at_risk;
        let widest = curves.iter().map(|c| text_width(c.name, small, false)).fold(0.0, f64::max);
        // The first number is centred at the axis.
        let first = chart.x.ticks().first().map_or(0.0, |t| {
            curves.iter().map(|c| 0.5 * text_width(&count(c.estimate, *t), small, false)).fold(0.0, f64::max)
        });
        let beside = widest + first + 0.9 * small;
        let above = shown && beside > 0.3 * style.width;
        let names = curves.iter().map(|c| fit_text(c.name, small, false, style.width - 6.0)).collect();
        let left = if shown && !above { beside } else { 0.0 };
        let lines = curves.len() * if above { 2 } else { 1 } + 1;
        let height = if shown { (lines as f64 + 0.4) * ROW * small } else { 0.0 };
        Self { shown, above, names, left, height }
    }

    fn draw(&self, drawing: &mut Drawing, panel: &Panel, top: f64, curves: &[Curve], style: &Style) {
        if !self.shown {
            return;
        }
        let small = Text { size: style.small(), ..Text::default() };
        let mut base = top + small.size;
        let first = if self.above { 2.0 } else { panel.frame.left };
        drawing.text([first, base], "Number at risk", &Text { bold: true, ..small });
        let places: Vec<(f64, f64)> = panel.x.ticks().iter().map(|t| (*t, panel.place(*t, 0.0)[0])).collect();
        // Numbers that would touch are left out evenly.
        let widest = |c: &Curve| text_width(&count(c.estimate, 0.0), small.size, false);
        let need = curves.iter().map(widest).fold(0.0, f64::max) + 0.5 * small.size;
        let apart = places.windows(2).map(|p| p[1].1 - p[0].1).fold(f64::INFINITY, f64::min);
        let every = if apart.is_finite() && apart > 0.0 { (need / apart).ceil().max(1.0) as usize } else { 1 };
        for (i, (curve, name)) in curves.iter().zip(&self.names).enumerate() {
            base += ROW * small.size;
            let coloured = Text { colour: style.colour(i), ..small };
            if self.above {
                drawing.text([2.0, base], name, &coloured);
                base += ROW * small.size;
            } else {
                drawing.text([2.0, base], name, &coloured);
            }
            let middle = Text { anchor: Anchor::Middle, ..small };
            for (time, x) in places.iter().step_by(every) {
                let number = count(curve.estimate, *time);
                let end = drawing.width() - 1.0 - 0.5 * text_width(&number, small.size, false);
                drawing.text([x.min(end), base], &number, &middle);
            }
        }
    }
}

/// Whole numbers of cases as such, sums of weights with a decimal.
fn count(estimate: &KaplanMeier, time: f64) -> String {
    let at_risk = estimate.risk_sets().at_risk(time);
    if at_risk.fract() == 0.0 { format!("{at_risk:.0}") } else { format!("{at_risk:.1}") }
}

#[cfg(test)]
mod tests {
    use radsurv_data::Survival;

    use super::*;

    /// The value of a step line at a time.
    fn at(line: &[[f64; 2]], time: f64) -> f64 {
        line.iter().rfind(|p| p[0] <= time).map_or(f64::NAN, |p| p[1])
    }

    #[test]
    fn lines_and_bands_are_those_of_the_estimate() {
        let times = vec![2.0, 2.0, 3.5, 4.0, 4.0, 6.0, 7.0, 9.0];
        let event = vec![true, false, true, true, true, false, true, false];
        let estimate = KaplanMeier::of(&Survival::new(times, event).unwrap()).unwrap();
        let curves = [Curve { name: "a", estimate: &estimate }];
        let chart = chart(&curves, &Settings { median: false, ..Settings::default() }, &Style::default()).unwrap();
        let [
            Layer::Band { points: band, .. },
            Layer::Line { points: line, .. },
            Layer::Strokes { points: censored, .. },
        ] = &chart.layers[..]
        else {
            panic!("{:?}", chart.layers)
        };
        for time in [0.0, 1.0, 2.0, 3.0, 3.5, 4.0, 5.0, 6.5, 7.0, 8.9] {
            let expected = estimate.at(time);
            assert_eq!(at(line, time), expected.survival, "{time}");
            let limits = band.iter().rfind(|p| p[0] <= time).unwrap();
            assert_eq!([limits[1], limits[2]], [expected.lower, expected.upper], "{time}");
        }
        assert_eq!(censored.iter().map(|p| p[0]).collect::<Vec<_>>(), [2.0, 6.0, 9.0]);
        assert!(censored.iter().all(|p| p[1] == estimate.at(p[0]).survival));
        // The curve ends with follow-up.
        assert_eq!(line.last().unwrap()[0], 9.0);
    }

    #[test]
    fn medians_are_drawn_where_they_are() {
        let estimate = KaplanMeier::of(&Survival::new(vec![1.0, 2.0, 3.0], vec![true; 3]).unwrap()).unwrap();
        let chart = chart(&[Curve { name: "", estimate: &estimate }], &Settings::default(), &Style::default()).unwrap();
        let down = vec![[2.0, 0.5], [2.0, 0.0]];
        assert!(chart.layers.iter().any(|l| matches!(l, Layer::Line { points, .. } if *points == down)));
        assert_eq!(chart.legend.len(), 1);
        assert!(chart.legend[0].name.starts_with("Median 2 ("), "{:?}", chart.legend);
    }
}
