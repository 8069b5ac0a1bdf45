//! The shape of regions: distances, dilation and erosion, rings, connected components, holes, set operations.
//!
//! The numbers are SimpleITK's. Radii and widths are in mm and hold for any spacing. An operation that leaves no voxel is
//! an error ([`Error::EmptyRegion`](crate::Error::EmptyRegion)): a [`Region`](crate::Region) has at least one.

mod body;
mod boolean;
mod components;
mod dilation;
mod distance;
mod holes;
mod near;
mod ring;
mod runs;

pub use body::BodyMask;
pub use components::{Components, component_count, components};
pub use dilation::{dilate, erode};
pub use distance::signed_distance_mm;
pub use holes::{Holes, fill_holes};
pub use ring::{IntensityRange, Ring, RingSettings, peritumoural_ring, ring};
pub use runs::Connectivity;
