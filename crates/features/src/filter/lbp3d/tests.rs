use radsurv_image::{Mask, VoxelType};

use super::super::testing::{Case, f64_bits, golden, image, splitmix, window};
use super::*;

/// The voxels whose noise (of the seed plus 7) has an even value, and the first, so that there is one.
fn region(case: &Case, image: &Volume) -> Region {
    let noise = splitmix(case.number("seed") as u64 + 7, image.voxels().len());
    let inside: Vec<bool> = noise.iter().enumerate().map(|(i, n)| i == 0 || n % 2 == 0).collect();
    Mask::from_bools(image.geometry().clone(), &inside).unwrap().region(1).unwrap()
}

fn inside_only(volume: &Volume, region: &Region) -> Vec<f64> {
    let [nx, ny, _] = volume.geometry().size();
    let all = volume.to_f64();
    (0..all.len()).filter(|&i| region.contains([i % nx, i / nx % ny, i / nx / ny])).map(|i| all[i]).collect()
}

#[test]
fn responses_are_those_of_pyradiomics() {
    let mut worst = 0.0f64;
    for case in golden("lbp3d") {
        let image = case.image();
        let region = region(&case, &image);
        let settings = Lbp3d {
            levels: case.number("levels") as u32,
            radius: case.number("radius"),
            subdivision: case.number("subdivision") as u32,
        };
        let ours = local_binary_pattern_3d(&image, &image.geometry().full_box(), &region, &settings).unwrap();
        let kurtosis = inside_only(&ours.kurtosis, &region);
        assert_eq!(f64_bits(&kurtosis), f64_bits(&case.f64s("kurtosis")), "{}", case.name());
        let expected = case.f64s("levels_response");
        let ours: Vec<f64> = ours.levels.iter().flat_map(|level| inside_only(level, &region)).collect();
        assert_eq!(ours.len(), expected.len());
        for (a, b) in ours.iter().zip(&expected) {
            // Values are of the order of 1; the signs that they sum are exact.
            assert!((a - b).abs() <= 1e-13 * b.abs().max(1.0), "{a} {b} {}", case.name());
            worst = worst.max((a - b).abs());
        }
    }
    println!("worst difference {worst:e}");
}

#[test]
fn a_window_is_a_crop_of_the_whole() {
    let image = image(3, [9, 7, 5], [1.0, 2.0, 3.0], VoxelType::F32);
    let inside: Vec<bool> = splitmix(1, 315).iter().map(|n| n % 3 > 0).collect();
    let region = Mask::from_bools(image.geometry().clone(), &inside).unwrap().region(1).unwrap();
    let settings = Lbp3d { radius: 1.4, ..Lbp3d::default() };
    let whole = local_binary_pattern_3d(&image, &image.geometry().full_box(), &region, &settings).unwrap();
    for seed in 0..20 {
        let window = window(seed, image.geometry().size());
        let part = local_binary_pattern_3d(&image, &window, &region, &settings).unwrap();
        for (part, whole) in part.levels.iter().zip(&whole.levels) {
            assert_eq!(*part, whole.crop(&window).unwrap());
        }
        assert_eq!(part.kurtosis, whole.kurtosis.crop(&window).unwrap());
    }
}

#[test]
fn what_cannot_be_computed_is_refused() {
    let image = image(3, [4, 4, 1], [1.0; 3], VoxelType::U8);
    let (grid, voxels) = image.clone().into_parts();
    let flat = Volume::new(grid.into_2d().unwrap(), voxels).unwrap();
    let region = Mask::from_bools(image.geometry().clone(), &[true; 16]).unwrap().region(1).unwrap();
    let run =
        |image: &Volume, settings| local_binary_pattern_3d(image, &image.geometry().full_box(), &region, &settings);
    let fine = Lbp3d::default();
    assert!(matches!(run(&flat, fine), Err(FilterError::Skipped(Skip::Lbp3dNot3d))));
    for bad in [
        Lbp3d { levels: 0, ..fine },
        Lbp3d { levels: 33, ..fine },
        Lbp3d { subdivision: 7, ..fine },
        Lbp3d { radius: 0.0, ..fine },
        Lbp3d { radius: f64::NAN, ..fine },
        Lbp3d { radius: 0.2, ..fine },
    ] {
        assert!(matches!(run(&image, bad), Err(FilterError::Setting(_))), "{bad:?}");
    }
    assert!(run(&image, fine).is_ok() && run(&image, Lbp3d { radius: 1e6, ..fine }).is_ok());
}
