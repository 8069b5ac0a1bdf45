//! A second row of labels below a panel.

use crate::drawing::{Anchor, Drawing, Text};
use crate::font::{fit_text, text_width};
use crate::panel::Panel;
use crate::scale::Scale;
use crate::style::Style;

/// Another reading of the axis from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Second {
    pub name: String,
    /// Labels of values.
    pub labels: Vec<(f64, String)>,
}

impl Second {
    /// Risk thresholds as the harm of treating in vain to the benefit of treating one who needs it: 0.2 is 1:4.
    pub fn odds(x: &Scale) -> Self {
        let label = |threshold: &f64| -> Option<(f64, String)> {
            // Thousandths, in lowest terms.
            let harm = (threshold * 1000.0).round();
            let (mut a, mut b) = (harm as u64, 1000u64.checked_sub(harm as u64)?);
            if (threshold * 1000.0 - harm).abs() > 1e-6 || a == 0 || b == 0 {
                return None;
            }
            let divisor = {
                let (mut x, mut y) = (a, b);
                while y > 0 {
                    (x, y) = (y, x % y);
                }
                x
            };
            (a, b) = (a / divisor, b / divisor);
            Some((*threshold, format!("{a}:{b}")))
        };
        Self { name: "Harm to benefit".into(), labels: x.ticks().iter().filter_map(label).collect() }
    }

    /// Below the name of the first row; labels that would touch are left out.
    pub(super) fn draw(&self, drawing: &mut Drawing, panel: &Panel, style: &Style) {
        let small = Text { size: style.small(), anchor: Anchor::Middle, ..Text::default() };
        let base = panel.frame.bottom + 2.95 * small.size + 1.4 * style.text;
        let mut until = f64::NEG_INFINITY;
        for (value, label) in &self.labels {
            let x = panel.place(*value, panel.y.min())[0];
            let half = 0.5 * text_width(label, small.size, false);
            if x - half > until && x + half < drawing.width() {
                drawing.text([x, base], label, &small);
                until = x + half + 0.4 * small.size;
            }
        }
        let middle = 0.5 * (panel.frame.left + panel.frame.right);
        let text = Text { size: style.text, ..small };
        let name = fit_text(&self.name, style.text, false, panel.frame.width());
        drawing.text([middle, base + 0.25 * small.size + 1.1 * style.text], &name, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_odds() {
        let labels = Second::odds(&Scale::between(0.0, 1.0, 5)).labels;
        let texts: Vec<&str> = labels.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["1:4", "2:3", "3:2", "4:1"]);
        assert_eq!(Second::odds(&Scale::between(0.0, 0.1, 4)).labels[0].1, "1:39");
        assert_eq!(Second::odds(&Scale::between(-5.0, 3.0, 4)).labels, []);
    }
}
