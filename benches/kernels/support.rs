//! What the benches run on: the shared phantom, so that anyone measures the same.

use radsurv_image::{Geometry, Mask, Region, Volume, morphology};
use radsurv_testkit::phantom::Recipe;

/// A phantom as float32 image, its tumour and the ring of 5 cm around it.
pub fn phantom() -> (Volume, Region, Region) {
    let made = Recipe::cohort(1, 2024)[0].make();
    let grid =
        Geometry::new(made.size, made.spacing, [0.0; 3], Geometry::IDENTITY).expect("the phantom has a valid grid");
    let image = Volume::new(grid.clone(), made.values).expect("a value per voxel");
    let mask = Mask::new(Volume::new(grid, made.labels).expect("a label per voxel")).expect("labels are whole numbers");
    let tumour = mask.region(1).expect("the phantom has a tumour");
    let ring = morphology::ring(&tumour, 50.0).expect("tissue around the tumour");
    (image, tumour, ring)
}
