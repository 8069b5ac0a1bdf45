//! From the patients there were to those that were analysed.

use crate::drawing::{Anchor, Drawing, Rect, Text};
use crate::error::{Error, Result};
use crate::font::wrap;
use crate::style::{INK, Style};

/// Cases left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The reason.
    pub reason: String,
    /// Their number.
    pub cases: usize,
}

/// A box of the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What these cases have in common.
    pub name: String,
    /// Their number.
    pub cases: usize,
    /// Those who were left out on the way to this box.
    pub left_out: Vec<LeftOut>,
}

/// A set that the cases of the last box are divided into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Its name.
    pub name: String,
    /// Its number of cases.
    pub cases: usize,
    /// What else is said of it, a line each: events.
    pub notes: Vec<String>,
}

/// The height of a line and the room in a box, in sizes of text.
const LINE: f64 = 1.4;
const ROOM: f64 = 0.7;
/// The gap between boxes.
const GAP: f64 = 1.9;
/// The least width of a set.
const NARROWEST: f64 = 5.0;

/// A box per step from top to bottom, those left out on the way beside the line between two, and the sets side by side at
/// the end. Where nobody was left out for a reason, the reason is not shown.
///
/// # Errors
/// [`Error::Input`] without a step, or if the sets have no room side by side.
///
/// # Example
/// ```
/// use radsurv_plot::{Style, flow_chart::{LeftOut, Set, Step, figure}};
/// let left_out = vec![LeftOut { reason: "no image".into(), cases: 3 }];
/// let steps = [
///     Step { name: "Patients".into(), cases: 60, left_out: vec![] },
///     Step { name: "With an image".into(), cases: 57, left_out },
/// ];
/// let sets = [("Training", 38), ("Test", 19)].map(|(name, cases)| Set { name: name.into(), cases, notes: vec![] });
/// let drawing = figure(&steps, &sets, "", &Style::default())?;
/// assert!(drawing.labels().iter().any(|label| label.text == "No image (n = 3)"));
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn figure(steps: &[Step], sets: &[Set], title: &str, style: &Style) -> Result<Drawing> {
    style.check()?;
    if steps.is_empty() {
        return Err(Error::Input("a flow chart needs the cases there were at first: give a step at least".into()));
    }
    let layout = Layout::new(steps, sets, style)?;
    let title = wrap(title, style.text, true, style.width - 4.0);
    let top = 1.35 * style.text * title.len() as f64 + 2.0;
    let mut drawing = Drawing::new(style.width, top + layout.height + 2.0);
    for (i, line) in title.iter().enumerate() {
        let text = Text { size: style.text, bold: true, ..Text::default() };
        drawing.text([1.0, 1.0 + style.text * (0.95 + 1.35 * i as f64)], line, &text);
    }
    layout.draw(&mut drawing, top, style);
    Ok(drawing)
}

/// The lines of a box, the first of which is its name.
struct Lines {
    lines: Vec<String>,
    /// How many of them are bold.
    bold: usize,
}

impl Lines {
    fn new(name: &str, others: impl IntoIterator<Item = String>, width: f64, style: &Style) -> Self {
        let (small, width) = (style.small(), width - 2.0 * ROOM * style.small());
        let mut lines = wrap(&capital(name), small, true, width);
        let bold = lines.len();
        lines.extend(others.into_iter().flat_map(|line| wrap(&line, small, false, width)));
        Self { lines, bold }
    }

    fn height(&self, style: &Style) -> f64 {
        (LINE * self.lines.len() as f64 - 0.4 + 2.0 * ROOM) * style.small()
    }

    fn draw(&self, drawing: &mut Drawing, room: &Rect, anchor: Anchor, style: &Style) {
        let Rect { left, top, right, bottom } = *room;
        let corners = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top], [right, top]];
        drawing.polyline(&corners, 0.9, INK, &[]);
        let small = style.small();
        let x = if anchor == Anchor::Middle { 0.5 * (left + right) } else { left + ROOM * small };
        for (i, line) in self.lines.iter().enumerate() {
            let text = Text { size: small, anchor, bold: i < self.bold, ..Text::default() };
            drawing.text([x, top + (ROOM + 0.8 + LINE * i as f64) * small], line, &text);
        }
    }
}

/// A name as a box begins.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The number of cases of a box.
fn number(cases: usize) -> String {
    format!("n = {cases}")
}

/// Where all boxes are, from the top of the first.
struct Layout {
    boxes: Vec<(Lines, Rect)>,
    /// Beside the line that leads to the box of that number.
    left_out: Vec<(Lines, Rect)>,
    sets: Vec<(Lines, Rect)>,
    /// Where the line between boxes is.
    middle: f64,
    height: f64,
}

impl Layout {
    fn new(steps: &[Step], sets: &[Set], style: &Style) -> Result<Self> {
        let small = style.small();
        let gap = GAP * small;
        let anyone = |step: &&Step| step.left_out.iter().any(|left| left.cases > 0);
        let [left, right] = if steps.iter().any(|step| anyone(&step)) { [1.0, 0.56] } else { [0.22, 0.78] };
        let [left, right] = [if left == 1.0 { left } else { left * style.width }, right * style.width];
        let middle = 0.5 * (left + right);
        let beside = [middle + 0.11 * style.width, style.width - 1.0];
        let mut layout = Self { boxes: Vec::new(), left_out: Vec::new(), sets: Vec::new(), middle, height: 0.0 };
        for (i, step) in steps.iter().enumerate() {
            let mut above = if i == 0 { 0.0 } else { gap };
            if anyone(&step) {
                let total: usize = step.left_out.iter().map(|left| left.cases).sum();
                let reasons = step.left_out.iter().filter(|left| left.cases > 0);
                let reason = |left: &LeftOut| format!("{} ({})", capital(&left.reason), number(left.cases));
                let name = format!("Left out ({})", number(total));
                let lines = Lines::new(&name, reasons.map(reason), beside[1] - beside[0], style);
                let height = lines.height(style);
                above = height + gap;
                let top = layout.height + 0.5 * gap;
                let room = Rect { left: beside[0], right: beside[1], top, bottom: top + height };
                layout.left_out.push((lines, room));
            }
            let lines = Lines::new(&step.name, [number(step.cases)], right - left, style);
            let top = layout.height + above;
            let bottom = top + lines.height(style);
            layout.boxes.push((lines, Rect { left, top, right, bottom }));
            layout.height = bottom;
        }
        layout.add_sets(sets, style)?;
        Ok(layout)
    }

    fn add_sets(&mut self, sets: &[Set], style: &Style) -> Result<()> {
        if sets.is_empty() {
            return Ok(());
        }
        let (small, count) = (style.small(), sets.len() as f64);
        let between = 0.8 * small;
        let width = (style.width - 2.0 - between * (count - 1.0)) / count;
        if width < NARROWEST * small {
            return Err(Error::Input(format!(
                "{} sets have no room side by side in a width of {:.0} pixels: take a wider style",
                sets.len(),
                style.width
            )));
        }
        let lines = |set: &Set| {
            let others = std::iter::once(number(set.cases)).chain(set.notes.iter().cloned());
            Lines::new(&set.name, others, width, style)
        };
        let lines: Vec<Lines> = sets.iter().map(lines).collect();
        let height = lines.iter().map(|lines| lines.height(style)).fold(0.0, f64::max);
        let top = self.height + GAP * small;
        for (i, lines) in lines.into_iter().enumerate() {
            let left = 1.0 + i as f64 * (width + between);
            self.sets.push((lines, Rect { left, top, right: left + width, bottom: top + height }));
        }
        self.height = top + height;
        Ok(())
    }

    fn draw(&self, drawing: &mut Drawing, top: f64, style: &Style) {
        let moved = |room: &Rect| Rect { top: room.top + top, bottom: room.bottom + top, ..*room };
        let head = 0.5 * style.small();
        let mut from = top;
        for (lines, room) in &self.boxes {
            let room = moved(room);
            if room.top > from {
                arrow(drawing, &[[self.middle, from], [self.middle, room.top]], head);
            }
            from = room.bottom;
            lines.draw(drawing, &room, Anchor::Middle, style);
        }
        for (lines, room) in &self.left_out {
            let room = moved(room);
            let y = 0.5 * (room.top + room.bottom);
            arrow(drawing, &[[self.middle, y], [room.left, y]], head);
            lines.draw(drawing, &room, Anchor::Start, style);
        }
        for (lines, room) in &self.sets {
            let room = moved(room);
            let (x, fork) = (0.5 * (room.left + room.right), 0.5 * (from + room.top));
            arrow(drawing, &[[self.middle, from], [self.middle, fork], [x, fork], [x, room.top]], head);
            lines.draw(drawing, &room, Anchor::Middle, style);
        }
    }
}

/// A line whose end has a head.
fn arrow(drawing: &mut Drawing, points: &[[f64; 2]], head: f64) {
    let [.., before, tip] = points else { return };
    let length = (tip[0] - before[0]).hypot(tip[1] - before[1]).max(1e-9);
    let [dx, dy] = [(tip[0] - before[0]) / length, (tip[1] - before[1]) / length];
    let base = [tip[0] - head * dx, tip[1] - head * dy];
    let mut line = points.to_vec();
    if let Some(last) = line.last_mut() {
        *last = base;
    }
    drawing.polyline(&line, 0.9, INK, &[]);
    let side = |sign: f64| [base[0] - sign * 0.45 * head * dy, base[1] + sign * 0.45 * head * dx];
    drawing.polygon(&[*tip, side(1.0), side(-1.0)], INK, 1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, cases: usize, left_out: &[(&str, usize)]) -> Step {
        let left_out =
            left_out.iter().map(|(reason, cases)| LeftOut { reason: reason.to_string(), cases: *cases }).collect();
        Step { name: name.into(), cases, left_out }
    }

    #[test]
    fn every_number_is_written_and_nobody_is_left_out_for_nothing() {
        let steps = [step("patients", 60, &[]), step("with images", 50, &[("no image", 7), ("no mask", 0), ("x", 3)])];
        let sets = [Set { name: "training".into(), cases: 50, notes: vec!["12 deaths".into()] }];
        let labels: Vec<String> =
            figure(&steps, &sets, "", &Style::single()).unwrap().labels().into_iter().map(|l| l.text).collect();
        for text in ["Patients", "n = 60", "Left out (n = 10)", "No image (n = 7)", "X (n = 3)", "n = 50", "12 deaths"]
        {
            assert!(labels.iter().any(|label| label == text), "{text} in {labels:?}");
        }
        assert!(!labels.iter().any(|label| label.contains("mask")));
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let style = Style::single();
        assert!(figure(&[], &[], "", &style).unwrap_err().to_string().contains("a step at least"));
        let sets = vec![Set { name: "a".into(), cases: 1, notes: vec![] }; 40];
        let error = figure(&[step("all", 40, &[])], &sets, "", &style).unwrap_err().to_string();
        assert!(error.contains("40 sets have no room"), "{error}");
    }
}
