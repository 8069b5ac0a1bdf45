//! Shape of a region, in three dimensions and of a single slice.

mod axes;
mod bits;
mod diameter;
mod mesh;
mod shape_2d;
mod shape_3d;
mod table;

pub use diameter::Diameters;
pub use mesh::MeshSize;
pub use shape_2d::Shape2dFeatures;
pub use shape_3d::ShapeFeatures;
