//! Structure sets and segmentations, as masks on a small grid.
#![no_main]

mod support;

use radsurv_image::Geometry;
use radsurv_image::io::dicom::{RoiChoice, RoiOptions, RoiSet};

libfuzzer_sys::fuzz_target!(init: support::let_panics_be_caught(), |data: &[u8]| {
    let Ok(set) = RoiSet::from_bytes(data) else { return };
    let text: Vec<String> = set.rois().iter().map(ToString::to_string).collect();
    assert_eq!(text.len(), set.rois().len());
    let grid = Geometry::new([4, 3, 4], [0.5, 0.7, 2.0], [10.0, 20.0, 0.0], Geometry::IDENTITY).unwrap();
    let mut separate = RoiChoice::union(["*"]);
    separate.separate = true;
    for choice in [RoiChoice::default(), RoiChoice::union(["*"]), separate] {
        match set.mask_on(&grid, &choice, &RoiOptions::default()) {
            Ok(made) => {
                assert!(!made.labels.is_empty());
                assert_eq!(made.mask.as_volume().voxels().len(), made.mask.geometry().voxel_count());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
