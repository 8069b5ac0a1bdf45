//! Where the frames of a segmentation lie: on the voxels of an image, or on a grid of their own.

use super::uneven::Straighten;
use crate::geometry::Geometry;

/// How far a pixel's centre may be from a voxel's to coincide with it, in voxels along each axis.
const COINCIDES: f64 = 0.1;
/// How much direction cosines may differ between the frames of a segmentation.
const SAME_DIRECTION: f64 = 1e-3;
/// Voxels that a segmentation's own grid may always have, and how many times the pixels in its frames if that is more:
/// empty frames need not be stored, but the gap between two frames must not decide alone how much is allocated.
const ALWAYS_ALLOWED: usize = 1 << 27;
const TIMES_THE_PIXELS: usize = 16;

/// Where a frame lies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FramePlace {
    /// Columns and rows.
    size: [usize; 2],
    /// Centre of the first pixel in mm.
    position: [f64; 3],
    /// Unit vectors along a row, along a column, and along the normal.
    axes: [[f64; 3]; 3],
    /// Distance between columns and between rows in mm.
    spacing: [f64; 2],
}

/// A frame on a grid: the voxel of its first pixel, and the steps to the next column and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Onto {
    first: [i64; 3],
    column: [i64; 3],
    row: [i64; 3],
}

impl Onto {
    /// The voxel of a pixel (column, row), which may lie outside the grid.
    pub fn index(&self, pixel: [usize; 2]) -> [i64; 3] {
        let [u, v] = pixel.map(|i| i as i64);
        [0, 1, 2].map(|a| self.first[a] + self.column[a] * u + self.row[a] * v)
    }
}

impl FramePlace {
    /// `None` if the cosines are not two directions at right angles or the spacing is not positive.
    pub fn new(size: [usize; 2], position: [f64; 3], cosines: [f64; 6], spacing: [f64; 2]) -> Option<Self> {
        let [a, b, c, d, e, f] = cosines;
        let row = unit([a, b, c])?;
        let column = unit([d, e, f])?;
        if dot(row, column).abs() > 1e-2 || spacing.iter().any(|s| !(s.is_finite() && *s > 0.0)) {
            return None;
        }
        let normal = unit([
            row[1] * column[2] - row[2] * column[1],
            row[2] * column[0] - row[0] * column[2],
            row[0] * column[1] - row[1] * column[0],
        ])?;
        Some(Self { size, position, axes: [row, column, normal], spacing })
    }

    /// Its position along its normal, in mm.
    pub fn height(&self) -> f64 {
        dot(self.position, self.axes[2])
    }

    /// The same frame where an unevenly spaced image has it.
    pub fn moved(&self, straighten: &Straighten) -> Self {
        Self { position: straighten.point(self.position), ..self.clone() }
    }

    /// Its pixels on the voxels of a grid, if they coincide.
    pub fn onto(&self, grid: &Geometry) -> Option<Onto> {
        let start = grid.point_to_index(self.position);
        let step = |axis: usize| {
            let next = [0, 1, 2].map(|a| self.position[a] + self.axes[axis][a] * self.spacing[axis]);
            let next = grid.point_to_index(next);
            [0, 1, 2].map(|a| next[a] - start[a])
        };
        let (column, row) = (step(0), step(1));
        let onto = Onto { first: whole(start)?, column: one_step(column)?, row: one_step(row)? };
        if dot(onto.column.map(|i| i as f64), onto.row.map(|i| i as f64)) != 0.0 {
            return None;
        }
        // The worst pixel is one of the corners.
        let [columns, rows] = self.size.map(|n| n.saturating_sub(1));
        for corner in [[0, 0], [columns, 0], [0, rows], [columns, rows]] {
            let found = onto.index(corner);
            let [u, v] = corner.map(|i| i as f64);
            if (0..3).any(|a| (start[a] + column[a] * u + row[a] * v - found[a] as f64).abs() > COINCIDES) {
                return None;
            }
        }
        Some(onto)
    }
}

/// A point as whole indices, if they are small enough to be added.
fn whole(index: [f64; 3]) -> Option<[i64; 3]> {
    index.iter().all(|x| x.abs() < 1e9).then(|| index.map(|x| x.round() as i64))
}

/// A step to a neighbouring voxel along one axis.
fn one_step(step: [f64; 3]) -> Option<[i64; 3]> {
    let step = whole(step)?;
    let length: i64 = step.iter().map(|s| s.abs()).sum();
    (length == 1).then_some(step)
}

/// The grid of a stack of frames, from the lowest to the highest along the normal; frames may be missing in between.
pub(super) fn own_grid(
    frames: &[&FramePlace],
    spacing_mm: Option<f64>,
    thickness_mm: Option<f64>,
) -> Result<Geometry, String> {
    let Some(&first) = frames.first() else { return Err("it has no frames".to_string()) };
    let close = |a: &[f64], b: &[f64], t: f64| a.iter().zip(b).all(|(x, y)| (x - y).abs() <= t);
    for frame in frames {
        if !close(frame.axes.as_flattened(), first.axes.as_flattened(), SAME_DIRECTION) {
            return Err("its frames differ in orientation, so they make no volume".to_string());
        }
        if !close(&frame.spacing, &first.spacing, 1e-4 * first.spacing[0]) {
            return Err("its frames differ in pixel spacing, so they make no volume".to_string());
        }
    }
    let normal = first.axes[2];
    let height = |frame: &FramePlace| dot(frame.position, normal);
    let mut sorted: Vec<&FramePlace> = frames.to_vec();
    sorted.sort_by(|a, b| height(a).total_cmp(&height(b)));
    let lowest = sorted[0];
    let heights: Vec<f64> = sorted.iter().map(|f| height(f) - height(lowest)).collect();
    let fits = |spacing: f64| heights.iter().all(|h| (h / spacing - (h / spacing).round()).abs() <= COINCIDES);
    let gaps = heights.windows(2).map(|w| w[1] - w[0]).filter(|gap| *gap > super::geometry::SAME_PLACE_MM);
    let smallest = gaps.fold(f64::INFINITY, f64::min);
    let candidates = [spacing_mm, smallest.is_finite().then_some(smallest), thickness_mm, Some(1.0)];
    // The thickness (or 1 mm) is for a single plane, where any spacing fits.
    let usable = if smallest.is_finite() { &candidates[..2] } else { &candidates[..] };
    let spacing = usable.iter().flatten().copied().find(|&s| fits(s)).ok_or_else(|| {
        "its frames are unevenly spaced, so they make no volume; it fits the image it was drawn on only".to_string()
    })?;
    let slices = (heights.last().copied().unwrap_or(0.0) / spacing).round() + 1.0;
    let pixels = first.size[0] as f64 * first.size[1] as f64;
    let allowed = (pixels * frames.len() as f64 * TIMES_THE_PIXELS as f64).max(ALWAYS_ALLOWED as f64);
    if slices * pixels > allowed {
        return Err(format!(
            "its {} frames are spread over {slices} slices of {spacing} mm, which is too much to allocate for so few; make \
             the mask on the image it was drawn on",
            frames.len()
        ));
    }
    let direction = [0, 1, 2].map(|r| [0, 1, 2].map(|c| first.axes[c][r]));
    Geometry::new(
        [first.size[0], first.size[1], slices as usize],
        [first.spacing[0], first.spacing[1], spacing],
        lowest.position,
        direction,
    )
    .map_err(|e| e.to_string())
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit(v: [f64; 3]) -> Option<[f64; 3]> {
    let length = dot(v, v).sqrt();
    (length.is_finite() && length > 0.0).then(|| v.map(|x| x / length))
}
