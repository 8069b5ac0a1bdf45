//! Normalisation against PyRadiomics.

use crate::support::{Draw, SplitMix64, bytes, decode, golden, triple, values};
use radsurv_image::intensity::normalize;
use radsurv_image::{Geometry, Volume, VoxelType};

#[test]
fn golden_values() {
    let golden = golden("normalize");
    assert!(golden.rows.len() >= 70);
    let mut worst = 0.0f64;
    for case in &golden.rows {
        let mut rng = SplitMix64::new(case["seed"].as_u64().unwrap());
        let kind = case["type"].as_str().unwrap();
        let size = [(); 3].map(|()| rng.between(2, 9) as usize);
        assert_eq!(size.map(|n| n as f64), triple(&case["size"]));
        let grid = Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let voxels = values(&mut rng, kind, grid.voxel_count(), false);
        let scale = rng.pick(&[1.0, 100.0, 0.1, 3.7]);
        let outliers = (rng.below(2) == 1).then(|| rng.pick(&[1.0, 0.5, 1.5, 3.0]));
        let found = normalize(&Volume::new(grid, voxels).unwrap(), outliers, scale).unwrap();
        assert_eq!(found.voxel_type(), VoxelType::F64);
        let expected = decode("float64", &bytes(&case["values"]));
        for (f, e) in found.to_f64().iter().zip(&expected) {
            if kind.starts_with("float") {
                worst = worst.max((f - e).abs() / scale);
                assert!((f - e).abs() <= 1e-12 * scale, "case {case}: {f} against {e}");
            } else {
                assert_eq!(f, e, "case {case}");
            }
        }
    }
    println!("worst difference of float images: {worst:e} standard deviations");
}
