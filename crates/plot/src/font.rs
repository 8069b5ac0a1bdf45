//! The font of all text: Noto Sans, from a crate, so that text is as wide and looks the same on every machine.

use std::sync::OnceLock;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// A character of a text: which outline, and where it begins, in units of the size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placed {
    pub glyph: GlyphId,
    pub x: f64,
}

/// The regular or the bold face.
pub(crate) fn face(bold: bool) -> Option<&'static Face<'static>> {
    static FACES: [OnceLock<Option<Face<'static>>>; 2] = [const { OnceLock::new() }; 2];
    let bytes = if bold { notosans::BOLD_TTF } else { notosans::REGULAR_TTF };
    FACES[usize::from(bold)].get_or_init(|| Face::parse(bytes, 0).ok()).as_ref()
}

/// The units of the font's outlines in one size of text.
pub(crate) fn units(bold: bool) -> f64 {
    face(bold).map_or(1000.0, |face| f64::from(face.units_per_em()))
}

/// The characters of a text and its width, in units of the size. What the font has no outline for is its empty box.
pub(crate) fn set(text: &str, bold: bool) -> (Vec<Placed>, f64) {
    let Some(face) = face(bold) else { return (Vec::new(), 0.6 * text.chars().count() as f64) };
    let mut x = 0.0;
    let place = |c: char| {
        let glyph = face.glyph_index(c).unwrap_or(GlyphId(0));
        let placed = Placed { glyph, x };
        // Those of Chinese, Japanese and Korean are as wide as high; of other alphabets that is room enough.
        let foreign = glyph.0 == 0 && c >= '\u{1100}';
        let width = f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) / f64::from(face.units_per_em());
        x += if foreign { 1.0 } else { width };
        placed
    };
    let placed = text.chars().map(place).collect();
    (placed, x)
}

/// Whether the font has an outline for a character.
pub(crate) fn has(c: char) -> bool {
    c.is_control() || face(false).is_none_or(|face| face.glyph_index(c).is_some())
}

/// Hands an outline to a builder; nothing for a space.
pub(crate) fn outline(glyph: GlyphId, bold: bool, builder: &mut dyn OutlineBuilder) {
    if let Some(face) = face(bold) {
        face.outline_glyph(glyph, builder);
    }
}

/// The width of a text, to leave room for it.
///
/// # Example
/// ```
/// use radsurv_plot::text_width;
/// assert!((text_width("10", 10.0, false) - 11.44).abs() < 0.01);
/// assert!(text_width("10", 10.0, true) > text_width("i.", 10.0, true));
/// ```
pub fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    set(text, bold).1 * size
}

/// A text that is no wider than this: what is too long loses its middle, since feature names differ at both ends.
///
/// # Example
/// ```
/// use radsurv_plot::{fit_text, text_width};
/// assert_eq!(fit_text("age", 8.0, false, 100.0), "age");
/// let short = fit_text("wavelet-HHL_glszm_SmallAreaLowGrayLevelEmphasis", 8.0, false, 120.0);
/// assert!(short.starts_with("wavelet") && short.contains('…') && short.ends_with("Emphasis"));
/// assert!(text_width(&short, 8.0, false) <= 120.0);
/// ```
pub fn fit_text(text: &str, size: f64, bold: bool, width: f64) -> String {
    if text_width(text, size, bold) <= width {
        return text.to_string();
    }
    let letters: Vec<char> = text.chars().collect();
    for keep in (1..letters.len()).rev() {
        let (head, tail) = (keep.div_ceil(2), keep / 2);
        let short: String = letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect();
        if text_width(&short, size, bold) <= width {
            return short;
        }
    }
    if width > text_width("…", size, bold) { "…".to_string() } else { String::new() }
}

/// A text in lines that are no wider than this, broken at spaces; a word that is too long loses its middle.
pub(crate) fn wrap(text: &str, size: f64, bold: bool, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer.filter(|line| text_width(line, size, bold) <= width) {
            Some(longer) => {
                lines.pop();
                lines.push(longer);
            }
            None => lines.push(fit_text(word, size, bold, width)),
        }
    }
    lines
}
