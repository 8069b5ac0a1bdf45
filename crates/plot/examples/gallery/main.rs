//! Draws every figure of the gallery, in one column of a journal and in two, as SVG and PNG.
//!
//!     cargo run --release -p radsurv-plot --example gallery -- FOLDER [NAME...]

mod data;
mod explain;
mod figures;
mod genomics;

use radsurv_plot::Style;

fn main() -> data::Any<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = std::path::PathBuf::from(arguments.next().ok_or("give a folder for the figures")?);
    std::fs::create_dir_all(&folder)?;
    let wanted: Vec<String> = arguments.collect();
    for (name, draw) in figures::ALL.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| w == name)) {
        for (width, style) in [("single", Style::single()), ("double", Style::double())] {
            let drawing = draw(&style)?;
            drawing.write_svg(folder.join(format!("{name}-{width}.svg")))?;
            drawing.write_png(folder.join(format!("{name}-{width}.png")), 300.0)?;
            for pair in drawing.overlaps() {
                println!("{name} {width}: `{}` lies on `{}`", pair[0].text, pair[1].text);
            }
            for label in drawing.cut_off() {
                println!("{name} {width}: `{}` is cut off", label.text);
            }
        }
        println!("{name}");
    }
    Ok(())
}
