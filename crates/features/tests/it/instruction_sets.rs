//! Features are the same to the bit with every instruction set of the machine.

use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::simd::{Level, up_to};
use radsurv_image::{Geometry, Mask, Volume, Voxels};
use radsurv_testkit::splitmix::SplitMix64;

const EVERY_TYPE: &str = "
setting: {distances: [1, 2], binWidth: 20}
imageType:
  Original: {}
  LoG: {sigma: [1.0, 2.0]}
  Wavelet: {level: 2}
  Square: {}
  SquareRoot: {}
  Logarithm: {}
  Exponential: {}
  Gradient: {}
  LBP2D: {binWidth: 1}
  LBP3D: {binWidth: 1}
featureClass: {shape: , firstorder: , glcm: , glrlm: , glszm: , gldm: , ngtdm: }
";

/// All features of an image, as names and bits.
fn bits(voxels: &Voxels, size: [usize; 3]) -> Vec<(String, u64)> {
    let grid = Geometry::new(size, [0.8, 0.9, 1.5], [0.0; 3], Geometry::IDENTITY).unwrap();
    let centre = size.map(|n| n as f64 / 2.0);
    let inside: Vec<bool> = grid
        .full_box()
        .indices()
        .map(|at| (0..3).map(|a| ((at[a] as f64 + 0.5 - centre[a]) / centre[a]).powi(2)).sum::<f64>() < 0.9)
        .collect();
    let mask = Mask::from_bools(grid.clone(), &inside).unwrap();
    let image = Volume::new(grid, voxels.clone()).unwrap();
    let settings = ExtractorSettings::from_yaml_str(EVERY_TYPE, "parameters").unwrap();
    let vector = Extractor::new(settings).extract(&image, &mask).unwrap();
    vector.features.iter().map(|f| (f.name(), f.value.number().to_bits())).collect()
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let size = [37, 26, 15];
    let mut random = SplitMix64::new(9);
    let integers: Vec<i16> =
        (0..size.iter().product()).map(|i| (i % 37) as i16 * 9 + random.below(400) as i16).collect();
    let floats: Vec<f32> = integers.iter().map(|&v| f32::from(v) / 7.0).collect();
    let doubles: Vec<f64> = integers.iter().map(|&v| f64::from(v) / 7.0).collect();
    for voxels in [Voxels::from(integers), Voxels::from(floats), Voxels::from(doubles)] {
        let mut found = [Level::Baseline, Level::Avx2, Level::Avx512].map(|level| up_to(level, || bits(&voxels, size)));
        assert!(found[0].len() > 1500, "{} features", found[0].len());
        let baseline = found[0].clone();
        for (set, level) in found.iter_mut().zip(["the baseline", "AVX2", "AVX-512"]) {
            let mut pairs = set.iter().zip(&baseline);
            let other = pairs.find(|(a, b)| a != b);
            assert_eq!(other, None, "{level} gives other bits for {}", voxels.voxel_type().name());
        }
    }
    #[cfg(target_arch = "x86_64")]
    println!("AVX2: {}, AVX-512: {}", is_x86_feature_detected!("avx2"), is_x86_feature_detected!("avx512bw"));
}
