//! A picture of coloured pixels, and PNG.

use std::path::Path;

use radsurv_data::fs::write_atomic;

use crate::error::{Error, Result};

/// Red, green, blue, each 0 to 255.
pub type Colour = [u8; 3];

/// A picture: rows from top to bottom, pixels from left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// Digits and the letters x, y, z as 3 x 5 dots, a row per number, the left dot highest.
const GLYPHS: [(char, [u8; 5]); 14] = [
    ('0', [7, 5, 5, 5, 7]),
    ('1', [2, 6, 2, 2, 7]),
    ('2', [7, 1, 7, 4, 7]),
    ('3', [7, 1, 7, 1, 7]),
    ('4', [5, 5, 7, 1, 1]),
    ('5', [7, 4, 7, 1, 7]),
    ('6', [7, 4, 7, 5, 7]),
    ('7', [7, 1, 2, 2, 2]),
    ('8', [7, 5, 7, 5, 7]),
    ('9', [7, 5, 7, 1, 7]),
    ('x', [0, 5, 2, 5, 0]),
    ('y', [5, 5, 7, 1, 7]),
    ('z', [7, 1, 2, 4, 7]),
    ('=', [0, 7, 0, 7, 0]),
];

impl Raster {
    /// A picture of one colour.
    pub fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// A picture of rows of so many pixels.
    pub(crate) fn from_pixels(width: usize, pixels: Vec<Colour>) -> Self {
        Self { width, height: pixels.len() / width.max(1), pixels }
    }

    /// Pixels across.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels down.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The colour of a pixel; black outside the picture.
    pub fn get(&self, x: usize, y: usize) -> Colour {
        if x < self.width && y < self.height { self.pixels[y * self.width + x] } else { [0; 3] }
    }

    /// Colours a pixel; nothing happens outside the picture.
    pub fn set(&mut self, x: usize, y: usize, colour: Colour) {
        if x < self.width && y < self.height {
            self.pixels[y * self.width + x] = colour;
        }
    }

    /// Writes digits, `x`, `y`, `z`, `=` in dots of `scale` pixels, its upper left corner at (x, y). Other characters are
    /// gaps.
    pub fn text(&mut self, x: usize, y: usize, scale: usize, text: &str, colour: Colour) {
        for (i, c) in text.chars().enumerate() {
            let Some((_, rows)) = GLYPHS.iter().find(|(glyph, _)| *glyph == c) else { continue };
            for (row, bits) in rows.iter().enumerate() {
                for column in (0..3).filter(|column| bits >> (2 - column) & 1 == 1) {
                    for dot in 0..scale * scale {
                        let (dx, dy) = (dot % scale, dot / scale);
                        self.set(x + (4 * i + column) * scale + dx, y + row * scale + dy, colour);
                    }
                }
            }
        }
    }

    /// Writes the picture as PNG, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Input`] for a picture without pixels or wider or higher than PNG can say, [`Error::Io`] if the file cannot
    /// be written.
    pub fn write_png(&self, path: impl AsRef<Path>) -> Result<()> {
        self.write_png_at(path, None)
    }

    /// With the number of pixels to the inch, if it is known.
    pub(crate) fn write_png_at(&self, path: impl AsRef<Path>, dpi: Option<f64>) -> Result<()> {
        let path = path.as_ref();
        let size = |n: usize| u32::try_from(n).ok().filter(|n| *n > 0);
        let (Some(width), Some(height)) = (size(self.width), size(self.height)) else {
            return Err(Error::Input(format!(
                "a picture of {} x {} pixels cannot be written",
                self.width, self.height
            )));
        };
        write_atomic(path, |out| {
            let mut encoder = png::Encoder::new(out, width, height);
            encoder.set_color(png::ColorType::Rgb);
            encoder.set_depth(png::BitDepth::Eight);
            if let Some(dpi) = dpi {
                let per_metre = (dpi / 0.0254).round() as u32;
                let unit = png::Unit::Meter;
                encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit }));
            }
            let mut writer = encoder.write_header()?;
            writer.write_image_data(self.pixels.as_flattened())?;
            writer.finish()?;
            Ok(())
        })
        .map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn png_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let mut picture = Raster::new(20, 9, [10, 20, 30]);
        picture.text(1, 1, 1, "z=7", [255; 3]);
        picture.set(100, 100, [1; 3]);
        picture.write_png(&path).unwrap();
        let mut reader =
            png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&path).unwrap())).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (20, 9));
        assert_eq!(pixels, picture.pixels.as_flattened());
        // The top of a z is a bar of three dots.
        assert_eq!((picture.get(0, 1), picture.get(1, 1), picture.get(3, 1)), ([10, 20, 30], [255; 3], [255; 3]));
        assert!(Raster::new(0, 3, [0; 3]).write_png(&path).is_err());
    }
}
