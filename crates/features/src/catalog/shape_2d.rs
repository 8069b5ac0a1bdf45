//! Shape in 2-D. The IBSI defines no shape features of a slice.

use super::FeatureInfo;

pub(super) const FEATURES: [FeatureInfo; 10] = [
    FeatureInfo::without_code("Elongation", "Root of second over first principal variance: 1 is round, 0 a line"),
    FeatureInfo::without_code("MajorAxisLength", "Longer axis of the ellipse of equal principal variances, in mm"),
    FeatureInfo::without_code("MaximumDiameter", "Largest distance of vertices of the outline, in mm"),
    FeatureInfo::without_code("MeshSurface", "Area inside the outline, in mm^2"),
    FeatureInfo::without_code("MinorAxisLength", "Shorter axis of the ellipse of equal principal variances, in mm"),
    FeatureInfo::without_code("Perimeter", "Length of the outline, in mm"),
    FeatureInfo::without_code("PerimeterSurfaceRatio", "Perimeter over the area inside the outline, in 1/mm"),
    FeatureInfo::without_code("PixelSurface", "Number of pixels times the area of a pixel, in mm^2"),
    FeatureInfo::without_code("SphericalDisproportion", "Perimeter over that of a circle of equal area")
        .by_name_only("Sphericity", "it is 1 / Sphericity"),
    FeatureInfo::without_code("Sphericity", "Perimeter of a circle of equal area over the perimeter"),
];
