//! Regions on unevenly spaced slices.
//!
//! An image that was read with `accept_uneven` has its slices at even distances, where they are not. What was drawn on a
//! slice has to go where the image has that slice.

use super::series::SeriesGeometry;

/// How far a slice may be off its place in the grid, in slice spacings, before positions are moved: below that it is
/// rounding.
const EVEN: f64 = 0.01;

/// From where things are to where the image has them.
#[derive(Debug)]
pub(super) struct Straighten {
    origin: [f64; 3],
    normal: [f64; 3],
    spacing: f64,
    /// Of each slice in mm above the first, ascending.
    heights: Vec<f64>,
}

impl Straighten {
    /// `None` if the slices are where the grid has them.
    pub fn of(series: &SeriesGeometry) -> Option<Self> {
        let grid = &series.geometry;
        let (origin, spacing) = (grid.origin_mm(), grid.spacing_mm()[2]);
        let normal = [0, 1, 2].map(|r| grid.direction()[r][2]);
        let heights: Vec<f64> = series.slices.iter().map(|s| along(s.position_mm, origin, normal)).collect();
        let off = |(i, h): (usize, &f64)| (h - i as f64 * spacing).abs() > EVEN * spacing;
        let uneven = heights.iter().enumerate().any(off);
        (uneven && heights.len() == grid.size()[2] && heights.windows(2).all(|w| w[0] < w[1])).then_some(Self {
            origin,
            normal,
            spacing,
            heights,
        })
    }

    /// A point moved along the normal: between slices in proportion, beyond them with the last one.
    pub fn point(&self, point: [f64; 3]) -> [f64; 3] {
        let height = along(point, self.origin, self.normal);
        let above = self.heights.partition_point(|&h| h <= height);
        let place = |i: usize| i as f64 * self.spacing;
        let last = self.heights.len() - 1;
        let shift = match above {
            0 => place(0) - self.heights[0],
            n if n > last => place(last) - self.heights[last],
            n => {
                let (low, high) = (self.heights[n - 1], self.heights[n]);
                place(n - 1) + self.spacing * (height - low) / (high - low) - height
            }
        };
        [0, 1, 2].map(|a| point[a] + shift * self.normal[a])
    }
}

fn along(point: [f64; 3], origin: [f64; 3], normal: [f64; 3]) -> f64 {
    (0..3).map(|a| (point[a] - origin[a]) * normal[a]).sum()
}
