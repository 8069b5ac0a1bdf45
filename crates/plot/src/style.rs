//! The one style of all figures.

use crate::raster::Colour;

/// Pixels of 1/96 inch in a millimetre.
const PER_MM: f64 = 96.0 / 25.4;
/// Pixels in a point of type.
const PER_POINT: f64 = 96.0 / 72.0;

/// How figures look.
///
/// # Example
/// ```
/// use radsurv_plot::Style;
/// assert!(Style::double().width > 1.9 * Style::single().width);
/// let large = Style { text: 14.0, ..Style::single() };
/// assert!(large.small() < large.text);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// The colours of groups and curves, in order; they begin anew when used up. The default ones can be told apart by
    /// the colour-blind (Okabe and Ito 2008, brown for their yellow, which is faint on white).
    pub colours: Vec<Colour>,
    /// The dashes and gaps of curves, in order; none for a whole line. Two curves that share a colour or are printed in
    /// grey are told apart by them.
    pub dashes: Vec<Vec<f64>>,
    /// The size of names and titles in pixels; that of ticks and legends is seven eighths of it.
    pub text: f64,
    /// The width of curves.
    pub line: f64,
    /// The width of a figure in pixels.
    pub width: f64,
}

impl Default for Style {
    fn default() -> Self {
        Self::single()
    }
}

/// Names, axes and marks that are no group's.
pub(crate) const INK: Colour = [50, 50, 50];
/// Lines that only help the eye.
pub(crate) const FAINT: Colour = [150, 150, 150];
/// Backgrounds and bands of nothing particular.
pub(crate) const PALE: Colour = [205, 205, 205];

impl Style {
    /// For a column of a journal: 85 mm, with text of 8 and 7 points.
    pub fn single() -> Self {
        let colours = vec![
            [0, 114, 178],
            [213, 94, 0],
            [0, 158, 115],
            [204, 121, 167],
            [150, 100, 0],
            [86, 180, 233],
            [110, 110, 110],
            [230, 159, 0],
        ];
        let dashes = [
            &[][..],
            &[5.0, 2.0],
            &[1.5, 1.5],
            &[6.0, 2.0, 1.5, 2.0],
            &[9.0, 2.5],
            &[3.0, 3.0],
            &[8.0, 2.0, 1.5, 2.0, 1.5, 2.0],
        ];
        let dashes = dashes.iter().map(|d| d.to_vec()).collect();
        Self { colours, dashes, text: 8.0 * PER_POINT, line: 1.3, width: 85.0 * PER_MM }
    }

    /// For both columns: 170 mm, with the same text.
    pub fn double() -> Self {
        Self { width: 170.0 * PER_MM, ..Self::single() }
    }

    /// The colour of a group or curve.
    pub fn colour(&self, number: usize) -> Colour {
        if self.colours.is_empty() { INK } else { self.colours[number % self.colours.len()] }
    }

    /// The dashes of a group or curve.
    pub fn dash(&self, number: usize) -> &[f64] {
        if self.dashes.is_empty() { &[] } else { &self.dashes[number % self.dashes.len()] }
    }

    /// The size of ticks and legends.
    pub fn small(&self) -> f64 {
        0.875 * self.text
    }

    /// What every figure needs to be drawn at all.
    pub(crate) fn check(&self) -> crate::Result<()> {
        let sizes = [self.text, self.line, self.width];
        if sizes.iter().all(|s| s.is_finite() && *s > 0.0) && self.width >= 16.0 * self.text {
            return Ok(());
        }
        Err(crate::Error::Input(format!(
            "a style with text of {}, lines of {} and a width of {} pixels: give positive sizes, and a width of 16 times the \
             text at least",
            self.text, self.line, self.width
        )))
    }
}
