//! Shape in 2-D: 9 features and the deprecated SphericalDisproportion.

use super::{Named, shape::principal_variances};
use std::f64::consts::PI;

/// A plane mask of `size` [nx, ny], x fastest, with spacing in mm.
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a> {
    /// Pixels along x and y.
    pub size: [usize; 2],
    /// Whether a pixel is in the region.
    pub mask: &'a [bool],
    /// mm between pixels.
    pub spacing: [f64; 2],
}

impl Plane<'_> {
    fn inside(&self, x: i64, y: i64) -> bool {
        let [nx, ny] = self.size.map(|n| n as i64);
        (0..nx).contains(&x) && (0..ny).contains(&y) && self.mask[(x + nx * y) as usize]
    }

    fn pixels(&self) -> impl Iterator<Item = (i64, i64)> {
        let [nx, ny] = self.size.map(|n| n as i64);
        (0..ny).flat_map(move |y| (0..nx).map(move |x| (x, y))).filter(|&(x, y)| self.inside(x, y))
    }

    /// The outline by marching squares as segments, the region on the same side of all: in every square of four pixel
    /// centres each stretch of centres in the region is cut off between the middles of the square's sides, so that
    /// diagonal pixels stay apart.
    pub fn outline(&self) -> Vec<[[f64; 2]; 2]> {
        let mut segments = Vec::new();
        for y in -1..self.size[1] as i64 {
            for x in -1..self.size[0] as i64 {
                let corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)];
                let inside = corners.map(|(x, y)| self.inside(x, y));
                let middle = |k: usize| {
                    let ((ax, ay), (bx, by)) = (corners[k], corners[(k + 1) % 4]);
                    [(ax + bx) as f64 / 2.0 * self.spacing[0], (ay + by) as f64 / 2.0 * self.spacing[1]]
                };
                for first in 0..4 {
                    if !inside[first] && inside[(first + 1) % 4] {
                        let mut last = (first + 1) % 4;
                        while inside[(last + 1) % 4] {
                            last = (last + 1) % 4;
                        }
                        segments.push([middle(last), middle(first)]);
                    }
                }
            }
        }
        segments
    }

    /// Area enclosed by the outline, by the shoelace formula.
    pub fn surface(&self) -> f64 {
        self.outline().iter().map(|[a, b]| a[0] * b[1] - a[1] * b[0]).sum::<f64>() / 2.0
    }

    /// Length of the outline.
    pub fn perimeter(&self) -> f64 {
        self.outline().iter().map(|[a, b]| (a[0] - b[0]).hypot(a[1] - b[1])).sum()
    }

    /// Largest distance between two points of the outline, all pairs compared.
    pub fn diameter(&self) -> f64 {
        let points: Vec<[f64; 2]> = self.outline().iter().map(|s| s[0]).collect();
        let distance = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        points.iter().flat_map(|a| points.iter().map(move |b| distance(a, b))).fold(0.0, f64::max)
    }

    /// The features.
    pub fn features(&self) -> Vec<Named> {
        let (surface, perimeter) = (self.surface(), self.perimeter());
        let points: Vec<Vec<f64>> =
            self.pixels().map(|(x, y)| vec![x as f64 * self.spacing[0], y as f64 * self.spacing[1]]).collect();
        let variances = principal_variances(&points);
        let sphericity = 2.0 * (PI * surface).sqrt() / perimeter;
        vec![
            ("MeshSurface", surface),
            ("PixelSurface", points.len() as f64 * self.spacing[0] * self.spacing[1]),
            ("Perimeter", perimeter),
            ("PerimeterSurfaceRatio", perimeter / surface),
            ("Sphericity", sphericity),
            ("SphericalDisproportion", 1.0 / sphericity),
            ("MaximumDiameter", self.diameter()),
            ("MajorAxisLength", 4.0 * variances[1].sqrt()),
            ("MinorAxisLength", 4.0 * variances[0].sqrt()),
            ("Elongation", (variances[0] / variances[1]).sqrt()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pixel_is_a_diamond() {
        let plane = Plane { size: [1, 1], mask: &[true], spacing: [2.0, 2.0] };
        assert_eq!((plane.surface(), plane.diameter()), (2.0, 2.0));
        assert!((plane.perimeter() - 32f64.sqrt()).abs() < 1e-14);
    }
}
