//! What must be true of every figure.

use radsurv_plot::{Drawing, Style};

/// A name that is wider than a column.
pub const LONG: &str =
    "wavelet-HHL_glszm_SmallAreaLowGrayLevelEmphasis of the peritumoural ring at baseline and follow-up";
/// Letters of other alphabets, signs of XML, a control character and one that the font lacks.
pub const ODD: &str = "Größe ≥ 5 µm² <β & \"γ\"> Жé\u{7}字";

/// A column, two, and large text in one.
pub fn styles() -> [Style; 3] {
    [Style::single(), Style::double(), Style { text: 16.0, ..Style::single() }]
}

/// No text lies on another or is cut off, and the file has numbers only, and can be painted.
#[track_caller]
pub fn sound(drawing: &Drawing, what: &str) {
    assert_eq!(drawing.overlaps(), Vec::<[radsurv_plot::Label; 2]>::new(), "{what}: texts on each other");
    assert_eq!(drawing.cut_off(), [], "{what}: texts are cut off");
    let svg = drawing.to_svg();
    for bad in ["NaN", "inf", "\u{7}"] {
        // Words of labels may have these letters.
        let numbers: String =
            svg.split("aria-label=\"").map(|part| part.split_once('"').map_or(part, |p| p.1)).collect();
        assert!(!numbers.contains(bad), "{what}: {bad} in the file");
    }
    assert!(drawing.width() > 0.0 && drawing.height() > 0.0 && drawing.height() < 20_000.0);
    drawing.to_png(48.0).unwrap();
}
