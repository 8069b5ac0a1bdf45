//! Features of one region, with this crate and radsurv-image alone.
//!
//! `cargo run --release -p radsurv-features --example only_features [IMAGE MASK]`
//!
//! Without files the image is one of numbers. Printed are the features of the region with label 1 in the image and after a
//! Laplacian of Gaussian.

use radsurv_features::{Extractor, settings::ExtractorSettings};
use radsurv_image::{Geometry, Mask, Volume, io};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (image, mask) = match arguments.as_slice() {
        [image, mask] => (io::read(image)?, io::read_mask(mask, 0)?),
        _ => made_up()?,
    };
    let params = "{imageType: {Original: {}, LoG: {sigma: [3.0]}}, setting: {binWidth: 25}}";
    let extractor = Extractor::new(ExtractorSettings::from_yaml_str(params, "the settings")?);
    for feature in &extractor.extract(&image, &mask)?.features {
        println!("{:<60} {}", feature.name(), feature.value.number());
    }
    Ok(())
}

fn made_up() -> radsurv_image::Result<(Volume, Mask)> {
    let grid = Geometry::new([40, 40, 20], [1.0, 1.0, 3.0], [0.0; 3], Geometry::IDENTITY)?;
    let distance = |[x, y, z]: [usize; 3]| {
        let [x, y, z] = [x as f64 - 20.0, y as f64 - 20.0, (z as f64 - 10.0) * 3.0];
        (x * x + y * y + z * z).sqrt()
    };
    let value =
        |i: [usize; 3]| (300.0 - 8.0 * distance(i)) as i16 + ((i[0] * 7 + i[1] * i[1] * 3 + i[2] * 11) % 50) as i16;
    let voxels: Vec<i16> = grid.full_box().indices().map(value).collect();
    let inside: Vec<bool> = grid.full_box().indices().map(|i| distance(i) < 12.0).collect();
    Ok((Volume::new(grid.clone(), voxels)?, Mask::from_bools(grid, &inside)?))
}
