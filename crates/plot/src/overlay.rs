//! Slices of an image with its regions outlined.

use radsurv_image::{Region, Volume};

use crate::error::{Error, Result};
use crate::raster::{Colour, Raster};

/// The colours of outlines, in the order in which they are used: red, cyan, yellow, green, magenta, orange.
pub const COLOURS: [Colour; 6] =
    [[255, 60, 60], [60, 220, 255], [255, 225, 60], [90, 230, 90], [255, 90, 255], [255, 150, 40]];

/// A region to outline.
#[derive(Debug, Clone, Copy)]
pub struct Outline<'a> {
    /// The region, on the grid of the image.
    pub region: &'a Region,
    /// The colour of its border.
    pub colour: Colour,
}

/// How a [`montage`] is laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlaySettings {
    /// The axis of the image, 0 to 2 for x to z, along which slices follow each other. Default 2.
    pub axis: usize,
    /// Number of slices, fewer if there are not so many. Default 12.
    pub slices: usize,
    /// Slices beside each other. Default 4.
    pub columns: usize,
    /// Width of a slice in pixels; its height follows from the spacing. Default 256.
    pub slice_width: usize,
    /// The intensities that are black and white. Default: [`window`], widened where that would hide what is inside the
    /// first region: to its 2nd and 98th percentile. Others may be rings, with air in them.
    pub window: Option<(f64, f64)>,
}

impl Default for OverlaySettings {
    fn default() -> Self {
        Self { axis: 2, slices: 12, columns: 4, slice_width: 256, window: None }
    }
}

/// A picture holds no more pixels than this: 100 slices of 1000 x 1000.
const MOST_PIXELS: usize = 100_000_000;
/// Pixels between slices.
const GAP: usize = 4;

/// The intensities to show as black and white: soft tissue (-160 to 240) for what looks like a CT, i.e. reaches below -500
/// and above 200; else the 1st and the 99.5th percentile of the voxels above the smallest value, which leaves out an empty
/// background.
///
/// Looks at no more than about a million voxels. Voxels that are no numbers are left out; `(0, 1)` if nothing is left.
pub fn window(image: &Volume) -> (f64, f64) {
    let n = image.voxels().len();
    let mut values: Vec<f64> =
        (0..n).step_by(n / 1_000_000 + 1).map(|i| image.voxels().get(i)).filter(|v| v.is_finite()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (values.first(), values.last()) else { return (0.0, 1.0) };
    if low < -500.0 && high > 200.0 {
        return (-160.0, 240.0);
    }
    let values = &values[values.partition_point(|v| *v <= low)..];
    if values.is_empty() {
        return (low, low + 1.0);
    }
    let at = |q: f64| values[(q * (values.len() - 1) as f64) as usize];
    let (black, white) = (at(0.01), at(0.995));
    if white > black { (black, white) } else { (low, high) }
}

/// The 2nd and the 98th percentile in a region.
fn spread(image: &Volume, region: &Region) -> Option<(f64, f64)> {
    let inside = region.bounds().indices().zip(region.inside()).filter(|(_, inside)| **inside);
    let every = region.voxel_count() / 100_000 + 1;
    let mut values: Vec<f64> =
        inside.step_by(every).map(|(index, _)| image.get(index)).filter(|v| v.is_finite()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let at = |q: f64| values.get((q * (values.len() as f64 - 1.0)) as usize).copied();
    Some((at(0.02)?, at(0.98)?))
}

/// The indices of the slices that are shown: evenly spread over the extent of the regions, or over the image if there are
/// none.
fn slices(image: &Volume, outlines: &[Outline], settings: &OverlaySettings) -> Vec<usize> {
    let axis = settings.axis;
    let ends = outlines.iter().map(|o| (o.region.bounds().start[axis], o.region.bounds().end()[axis]));
    let (first, end) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, image.geometry().size()[axis]));
    let n = settings.slices.min(end - first);
    (0..n).map(|i| first + ((2 * i + 1) * (end - first)) / (2 * n)).collect()
}

/// Slices of an image beside each other, with the border of each region drawn on them and the index of the slice in the
/// corner.
///
/// Slices across z (the default) have x to the right and y downwards: for an axial series in LPS the patient's left is on
/// the right. Across x or y, z goes up if it points to the head. Pixels are square in mm; voxels are not interpolated.
///
/// # Errors
/// [`Error::Input`] for settings that make no picture (an axis above 2, no slices, a window without width, more than 100
/// million pixels), [`Error::Image`] if a region is not on the grid of the image.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, Volume};
/// use radsurv_plot::overlay::{COLOURS, Outline, OverlaySettings, montage};
/// let grid = Geometry::new([8, 8, 3], [1.0, 1.0, 3.0], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(grid.clone(), (0..192).collect::<Vec<i16>>())?;
/// let inside: Vec<bool> = (0..192).map(|i| i % 8 > 2 && i / 8 % 8 > 2).collect();
/// let tumour = Mask::from_bools(grid, &inside)?.region(1)?;
/// let outlines = [Outline { region: &tumour, colour: COLOURS[0] }];
/// let picture = montage(&image, &outlines, &OverlaySettings { slice_width: 64, ..Default::default() })?;
/// assert_eq!(picture.width(), 3 * 64 + 2 * 4);
/// # Ok::<(), radsurv_plot::Error>(())
/// ```
pub fn montage(image: &Volume, outlines: &[Outline], settings: &OverlaySettings) -> Result<Raster> {
    if settings.axis > 2 {
        return Err(Error::Input(format!("there is no axis {}: give 0, 1 or 2 for x, y or z", settings.axis)));
    }
    if settings.slices == 0 || settings.columns == 0 || settings.slice_width == 0 {
        return Err(Error::Input("a montage needs at least one slice, one column and one pixel".into()));
    }
    if settings.slice_width > MOST_PIXELS {
        return Err(Error::Input(format!("a slice cannot be {} pixels wide", settings.slice_width)));
    }
    let (black, white) = settings.window.unwrap_or_else(|| {
        let mut ends = window(image);
        if let Some((low, high)) = outlines.first().and_then(|o| spread(image, o.region)) {
            ends = (ends.0.min(low), ends.1.max(high));
        }
        ends
    });
    if !(white > black && (white - black).is_finite()) {
        return Err(Error::Input(format!("the window from {black} to {white} has no width: give black,white")));
    }
    for outline in outlines {
        image.geometry().check_same(outline.region.geometry(), 1e-6)?;
    }
    let shown = slices(image, outlines, settings);
    let (across, down) = match settings.axis {
        2 => (0, 1),
        1 => (0, 2),
        _ => (1, 2),
    };
    let geometry = image.geometry();
    let (size, spacing) = (geometry.size(), geometry.spacing_mm());
    let (width_mm, height_mm) = (size[across] as f64 * spacing[across], size[down] as f64 * spacing[down]);
    let width = settings.slice_width;
    let height = ((width as f64 * height_mm / width_mm).round()).clamp(1.0, 1e6) as usize;
    let columns = settings.columns.min(shown.len());
    let rows = shown.len().div_ceil(columns);
    let all = (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP);
    if all.0.saturating_mul(all.1) > MOST_PIXELS {
        return Err(Error::Input(format!("a picture of {} x {} pixels is too large: ask for fewer", all.0, all.1)));
    }
    // The head is up.
    let upwards = down == 2 && geometry.direction()[2][2] > 0.0;
    let voxel = |pixel: usize, pixels: usize, n: usize| ((pixel * 2 + 1) * n / (2 * pixels)).min(n - 1);
    let mut picture = Raster::new(all.0, all.1, [32; 3]);
    for (i, &slice) in shown.iter().enumerate() {
        let (left, top) = (i % columns * (width + GAP), i / columns * (height + GAP));
        let index = |x: usize, y: usize| {
            let mut index = [0; 3];
            index[settings.axis] = slice;
            index[across] = voxel(x, width, size[across]);
            let row = voxel(y, height, size[down]);
            index[down] = if upwards { size[down] - 1 - row } else { row };
            index
        };
        for y in 0..height {
            for x in 0..width {
                let here = index(x, y);
                let value = image.get(here);
                let grey = ((value - black) / (white - black) * 255.0).clamp(0.0, 255.0) as u8;
                let mut colour = [grey; 3];
                for outline in outlines.iter().filter(|o| o.region.contains(here)) {
                    let around = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
                    let leaves =
                        |(x, y): (usize, usize)| x >= width || y >= height || !outline.region.contains(index(x, y));
                    if around.into_iter().any(leaves) {
                        colour = outline.colour;
                    }
                }
                picture.set(left + x, top + y, colour);
            }
        }
        let label = format!("{}={slice}", ["x", "y", "z"][settings.axis]);
        picture.text(left + 3, top + 3, 2, &label, [255, 255, 160]);
    }
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use radsurv_image::{Geometry, Mask};

    fn image() -> (Volume, Region) {
        let grid = Geometry::new([10, 10, 6], [1.0, 2.0, 3.0], [0.0; 3], Geometry::IDENTITY).unwrap();
        let inside: Vec<bool> =
            (0..600).map(|i| (2..6).contains(&(i % 10)) && (3..8).contains(&(i / 10 % 10)) && i / 100 > 2).collect();
        let image = Volume::new(grid.clone(), (0..600).map(|i| (i % 10) as f32).collect::<Vec<_>>()).unwrap();
        (image, Mask::from_bools(grid, &inside).unwrap().region(1).unwrap())
    }

    #[test]
    fn borders_are_coloured_and_the_inside_is_not() {
        let (image, region) = image();
        let outlines = [Outline { region: &region, colour: COLOURS[0] }];
        let settings = OverlaySettings { slice_width: 40, window: Some((0.0, 9.0)), ..Default::default() };
        let picture = montage(&image, &outlines, &settings).unwrap();
        // Three slices have the region; pixels are square, so a slice is twice as high as wide.
        assert_eq!((picture.width(), picture.height()), (3 * 40 + 8, 80));
        // A voxel is 4 x 8 pixels: the region begins at (8, 24) and ends before (24, 64).
        assert_eq!(picture.get(8, 40), COLOURS[0]);
        assert_eq!(picture.get(23, 40), COLOURS[0]);
        assert_eq!(picture.get(12, 24), COLOURS[0]);
        assert_eq!(picture.get(12, 40), [(3.0f64 / 9.0 * 255.0) as u8; 3]);
        assert_eq!(picture.get(7, 40), [(1.0f64 / 9.0 * 255.0) as u8; 3]);
    }

    #[test]
    fn every_axis_and_impossible_settings() {
        let (image, region) = image();
        let outlines = [Outline { region: &region, colour: COLOURS[1] }];
        for axis in 0..3 {
            assert!(montage(&image, &outlines, &OverlaySettings { axis, ..Default::default() }).is_ok());
            assert!(montage(&image, &[], &OverlaySettings { axis, ..Default::default() }).is_ok());
        }
        for bad in [
            OverlaySettings { axis: 3, ..Default::default() },
            OverlaySettings { slices: 0, ..Default::default() },
            OverlaySettings { window: Some((1.0, 1.0)), ..Default::default() },
            OverlaySettings { window: Some((f64::NAN, 1.0)), ..Default::default() },
            OverlaySettings { slice_width: usize::MAX / 64, ..Default::default() },
        ] {
            assert!(montage(&image, &outlines, &bad).is_err(), "{bad:?}");
        }
        let other = Geometry::new([10, 10, 6], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let region = Mask::from_bools(other, &[true; 600]).unwrap().region(1).unwrap();
        assert!(montage(&image, &[Outline { region: &region, colour: COLOURS[0] }], &Default::default()).is_err());
    }

    #[test]
    fn the_first_region_is_not_hidden() {
        let (image, region) = image();
        let outlines = [Outline { region: &region, colour: COLOURS[0] }];
        let (low, high) = spread(&image, &region).unwrap();
        assert_eq!((low, high), (2.0, 5.0));
        // Its values lie within those of the image, so nothing is widened.
        let settings = OverlaySettings { slice_width: 40, ..Default::default() };
        let given = OverlaySettings { window: Some(window(&image)), ..settings.clone() };
        assert_eq!(montage(&image, &outlines, &settings).unwrap(), montage(&image, &outlines, &given).unwrap());
    }

    #[test]
    fn windows() {
        let grid = Geometry::new([1001, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let of = |f: &dyn Fn(usize) -> f32| {
            window(&Volume::new(grid.clone(), (0..1001).map(f).collect::<Vec<_>>()).unwrap())
        };
        assert_eq!(of(&|i| i as f32 * 2.0 - 1000.0), (-160.0, 240.0));
        assert_eq!(of(&|i| i as f32), (10.0, 995.0));
        assert_eq!(of(&|_| 5.0), (5.0, 6.0));
        assert_eq!(of(&|_| f32::NAN), (0.0, 1.0));
    }
}
