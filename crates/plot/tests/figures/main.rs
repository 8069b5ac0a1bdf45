//! Figures of odd input and of the gallery.

#[path = "../../examples/gallery/data.rs"]
mod data;
mod evaluation;
#[path = "../../examples/gallery/explain.rs"]
mod explain;
mod explaining;
#[path = "../../examples/gallery/figures.rs"]
mod figures;
mod genes;
#[path = "../../examples/gallery/genomics.rs"]
mod genomics;
mod models;
mod support;

use radsurv_plot::Style;
use support::sound;

/// No text lies on another in any figure of the gallery, and its file is small enough for the documentation.
#[test]
fn the_gallery_is_sound() {
    for (name, draw) in figures::ALL {
        // Tables need the room of two columns for large text.
        for style in [Style::single(), Style::double(), Style { text: 15.0, ..Style::double() }] {
            let drawing = draw(&style).unwrap();
            sound(&drawing, name);
            assert!(drawing.to_svg().len() < 70_000, "{name} has {} bytes", drawing.to_svg().len());
            assert_eq!(drawing.missing_characters(), [], "{name}");
        }
    }
}

/// The same data gives the same file.
#[test]
fn a_figure_is_the_same_each_time() {
    let (_, draw) = figures::ALL[0];
    let style = Style::single();
    assert_eq!(draw(&style).unwrap().to_svg(), draw(&style).unwrap().to_svg());
}

#[test]
fn files_are_whole_and_of_the_kind_their_names_say() {
    let folder = tempfile::tempdir().unwrap();
    let (_, draw) = figures::ALL[0];
    let drawing = draw(&Style::single()).unwrap();
    let [svg, png] = ["a.svg", "a.PNG"].map(|name| folder.path().join(name));
    drawing.save(&svg).unwrap();
    drawing.save(&png).unwrap();
    assert_eq!(std::fs::read_to_string(&svg).unwrap(), drawing.to_svg());
    let file = std::io::BufReader::new(std::fs::File::open(&png).unwrap());
    let reader = png::Decoder::new(file).read_info().unwrap();
    let info = reader.info();
    // 85 mm at 300 dots per inch.
    assert_eq!(info.width, 1004);
    assert_eq!(info.pixel_dims.map(|d| d.xppu), Some(11811));
    assert!(drawing.write_png(folder.path().join("b.png"), -1.0).is_err());
    assert!(
        drawing.save(folder.path().join("no-such-folder/a.svg")).unwrap_err().to_string().contains("no-such-folder")
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
