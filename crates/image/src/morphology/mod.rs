//! The shape of regions: distances, rings, connected components.

mod components;
mod distance;
mod ring;

pub use components::component_count;
pub use distance::signed_distance_mm;
pub use ring::ring;
